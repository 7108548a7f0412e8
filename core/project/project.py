"""A project as one frozen value, what the window edits: the study plus how its figures are to look. Edits are pure.

Not for: files (project_file.py), view state such as the open page, or results, which are computed anew from this value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.analyses.locked_score import Lock, changed_lock
from core.data.dataset import DatasetSpec
from core.data.patients.cohort_rules import CohortRule
from core.figures.figure_settings import FigureSettings as FigureSettings
from core.problems import Location, user_error
from core.project.hypothesis import Hypothesis
from core.project.references import analysis_renamed, cohort_gone, cohort_renamed
from core.project.study import AnalysisSpec, Study


@dataclass(frozen=True)
class Project:
    """Everything that an undo gives back. ``figures`` by "analysis/figure name"."""

    study: Study
    figures: Mapping[str, FigureSettings] = field(default_factory=dict)
    hypothesis: Hypothesis = field(default_factory=Hypothesis)

    @property
    def name(self) -> str:
        return self.study.name

    @property
    def simulated(self) -> bool:
        """True when any data set holds simulated data: every page and file must say so."""
        return any(dataset.simulated for dataset in self.study.datasets)


def new_project(name: str = "Untitled study") -> Project:
    """A project without data."""
    return Project(Study(name, "", (), (), ()))


def renamed(project: Project, name: str) -> Project:
    """The project under another name."""
    return replace(project, study=replace(project.study, name=name))


def with_dataset(project: Project, spec: DatasetSpec, *, instead_of: str = "") -> Project:
    """A data set added, or put in the place of the one called ``instead_of`` (or of its own name).

    Cohorts of a data set that changes its name follow it.
    """
    old = instead_of or spec.name
    known = [dataset.name for dataset in project.study.datasets]
    if old in known:
        datasets = tuple(spec if dataset.name == old else dataset for dataset in project.study.datasets)
    else:
        datasets = (*project.study.datasets, spec)
    cohorts = tuple(replace(rule, dataset=spec.name) if rule.dataset == old else rule
                    for rule in project.study.cohorts)
    return replace(project, study=replace(project.study, datasets=datasets, cohorts=cohorts))


def without_dataset(project: Project, name: str) -> Project:
    """A data set removed, with its cohorts and the analyses of those."""
    study = project.study
    gone = {rule.name for rule in study.cohorts if rule.dataset == name}
    return replace(project, study=replace(
        study, datasets=tuple(dataset for dataset in study.datasets if dataset.name != name),
        cohorts=tuple(rule for rule in study.cohorts if rule.name not in gone),
        analyses=tuple(cohort_gone(spec, gone) for spec in study.analyses if spec.cohort not in gone)))


def with_cohort(project: Project, rule: CohortRule, *, instead_of: str = "") -> Project:
    """A cohort added or replaced; analyses that name a cohort that changes its name follow it."""
    old = instead_of or rule.name
    study = project.study
    if old in {known.name for known in study.cohorts}:
        cohorts = tuple(rule if known.name == old else known for known in study.cohorts)
    else:
        cohorts = (*study.cohorts, rule)
    analyses = tuple(cohort_renamed(spec, old, rule.name) for spec in study.analyses)
    return replace(project, study=replace(study, cohorts=cohorts, analyses=analyses))


def without_cohort(project: Project, name: str) -> Project:
    """A cohort removed, with its analyses."""
    study = project.study
    return replace(project, study=replace(
        study, cohorts=tuple(rule for rule in study.cohorts if rule.name != name),
        analyses=tuple(cohort_gone(spec, {name}) for spec in study.analyses if spec.cohort != name)))


def with_analysis(project: Project, spec: AnalysisSpec, *, instead_of: str = "") -> Project:
    """An analysis added, or put in the place of the one called ``instead_of`` (or of its own name)."""
    old = instead_of or spec.name
    study = project.study
    if old in {known.name for known in study.analyses}:
        analyses = tuple(spec if known.name == old else analysis_renamed(known, old, spec.name)
                         for known in study.analyses)
    else:
        analyses = (*study.analyses, spec)
    return replace(project, study=replace(study, analyses=analyses))


def without_analysis(project: Project, name: str) -> Project:
    """An analysis removed."""
    study = project.study
    return replace(project, study=replace(
        study, analyses=tuple(spec for spec in study.analyses if spec.name != name)))


def with_parameters(project: Project, analysis: str, changes: Mapping[str, Any]) -> Project:
    """Parameters of one analysis set; those not named stay. Raises KeyError for an unknown analysis."""
    def changed(spec: AnalysisSpec) -> AnalysisSpec:
        return replace(spec, parameters={**spec.parameters, **changes})

    return _with_analysis_changed(project, analysis, changed)


def _with_analysis_changed(project: Project, name: str, change: Callable[[AnalysisSpec], AnalysisSpec]) -> Project:
    known = {spec.name: spec for spec in project.study.analyses}
    return with_analysis(project, change(known[name]))


def with_lock(project: Project, lock: Lock) -> Project:
    """A lock added. A lock is never edited: the same one again changes nothing.

    Raises
    ------
    UserError
        "lock_exists" where another lock, or an analysis, has that name; "lock_changed" where it is not what was sealed.
    """
    study = project.study
    refused = changed_lock(lock, Location(study.file))
    if refused is not None:
        raise refused
    known = {each.name: each for each in study.locks}
    if known.get(lock.name) == lock:
        return project
    if lock.name in known or lock.name in {spec.name for spec in study.analyses}:
        what = "lock" if lock.name in known else "analysis"
        raise user_error("lock_exists", f"there is already {'a' if what == 'lock' else 'an'} {what} “{lock.name}”",
                         Location(study.file), why="A lock is never changed.", remedy="give the new lock another name")
    return replace(project, study=replace(study, locks=(*study.locks, lock)))


def without_lock(project: Project, name: str) -> Project:
    """A lock removed."""
    study = project.study
    return replace(project, study=replace(study, locks=tuple(lock for lock in study.locks if lock.name != name)))


def with_figure(project: Project, key: str, settings: FigureSettings) -> Project:
    """Settings of one figure."""
    return replace(project, figures={**project.figures, key: settings})


def with_hypothesis(project: Project, hypothesis: Hypothesis) -> Project:
    """The project with a sealed hypothesis."""
    return replace(project, hypothesis=hypothesis)
