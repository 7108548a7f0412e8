"""The further views of a prognosis analysis as parameters in the project: cuts moved, pairs, groups, maps.

Not for: drawing them. A view that is asked for here is repeated by ``run``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.project.project import Project, with_analysis, without_analysis
from core.project.study import AnalysisSpec

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec

KIND = "expression_views"
SHARED = ("receptors", "seed", "permutations", "measure")
"""Parameters that follow the prognosis analysis, so that corrections count the same receptors and shuffles."""
ASKS = ("cuts", "two_genes", "by_group", "heat_map", "correlation")


def views_name(prognosis: str) -> str:
    """What the analysis of the views is called."""
    return f"{prognosis} views"


def views_of(project: Project, prognosis: str) -> AnalysisSpec | None:
    """The views of a prognosis analysis, where any was asked for."""
    return next((spec for spec in project.study.analyses
                 if spec.name == views_name(prognosis) and spec.kind == KIND), None)


def asked(project: Project, prognosis: str) -> Mapping[str, Any]:
    """What was asked for, by parameter."""
    spec = views_of(project, prognosis)
    return {} if spec is None else spec.parameters


def figure_of(view: str, wanted: Mapping[str, Any], figures: Sequence[FigureSpec], *,
              of_these_settings: bool) -> FigureSpec | None:
    """The figure of the last request of a view; None where it is not among them.

    ``of_these_settings``: the figures are of a run of just these requests, so that one whose gene is asked for by
    another of its names is known by its place. Figures of another run must be called as asked.
    """
    if view in ("heat_map", "correlation"):
        return next((spec for spec in figures if spec.name == view), None)
    asks = wanted.get(view, ())
    last = str(asks[-1]) if asks else ""
    if view == "two_genes":
        name = "kaplan_meier_" + "_".join(part.strip() for part in last.split("+"))
        alike = [spec for spec in figures if spec.name.startswith("kaplan_meier_") and len(spec.rows[0][0].at_risk) > 2]
    else:
        name = "groups_" + "_by_".join(part.strip() for part in last.split(" by ", 1))
        alike = [spec for spec in figures if spec.name.startswith("groups_")]
    named = next((spec for spec in alike if spec.name.casefold() == name.casefold()), None)
    return named or (alike[-1] if alike and of_these_settings else None)


def with_views(project: Project, prognosis: AnalysisSpec, changes: Mapping[str, Any]) -> Project:
    """The project with views added, changed or, when nothing is asked for any more, removed."""
    old = asked(project, prognosis.name)
    parameters = {**{name: value for name, value in old.items() if name not in SHARED}, **changes}
    parameters = {name: value for name, value in parameters.items() if value not in ((), False, "")}
    if not any(parameters.get(name) for name in ASKS):
        return without_analysis(project, views_name(prognosis.name)) if old else project
    shared = {name: value for name, value in prognosis.parameters.items() if name in SHARED}
    spec = AnalysisSpec(views_name(prognosis.name), KIND, prognosis.cohort, prognosis.endpoint,
                        {**shared, **parameters})
    return with_analysis(project, spec)


def in_step(project: Project, prognosis: AnalysisSpec) -> Project:
    """The project with the views on the same patients, outcome and corrections as their prognosis analysis."""
    return with_views(project, prognosis, {}) if views_of(project, prognosis.name) is not None else project


def cut_of(project: Project, prognosis: str, receptor: str) -> float | None:
    """The cut chosen by hand for a receptor; None for the split fixed beforehand."""
    for entry in asked(project, prognosis).get("cuts", ()):
        name, _, number = str(entry).partition("=")
        if name.strip() == receptor:
            try:
                return float(number)
            except ValueError:
                return None
    return None


def with_cut(project: Project, prognosis: AnalysisSpec, receptor: str, cut: float | None) -> Project:
    """The project with one receptor's cut moved, or back at its split (None)."""
    others = tuple(str(entry) for entry in asked(project, prognosis.name).get("cuts", ())
                   if str(entry).partition("=")[0].strip() != receptor)
    mine = () if cut is None else (f"{receptor}={float(cut)!r}",)
    return with_views(project, prognosis, {"cuts": (*others, *mine)})
