"""Locks of a subset analysis and its tests in other cohorts, as pure edits and questions of a project.

Not for: widgets, or making scores (core/analyses/locked_score.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core.analyses.locked_score import Lock
from core.data.patients.cohort_rules import CohortRule
from core.project.project import Project, with_analysis, with_cohort
from core.project.study import AnalysisSpec
from gui.pages.analysis_edits import free_name

if TYPE_CHECKING:
    from gui.session import Outcome

VALIDATION = "validation"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def lock_for(outcome: Outcome, source: str, project: Project) -> Lock:
    """The best set of a result as a lock, made now, under a name that is free."""
    from dataclasses import replace

    from core.analyses.validation_lock import lock_of_result
    from core.problems import Location

    lock = lock_of_result(outcome.result, outcome.cohort.name, Location())
    taken = {each.name for each in project.study.locks} | {each.name for each in project.study.analyses}
    wanted = " ".join(lock.receptors)
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return replace(lock, name=name, source=source, made_at=now, sha256="")


def why_taken(project: Project, name: str) -> str:
    """Why a lock cannot have that name; empty where it can."""
    if name in {lock.name for lock in project.study.locks}:
        return f"There is already a lock “{name}”, and a lock is never changed. Give the new lock another name."
    if name in {spec.name for spec in project.study.analyses}:
        return f"There is already an analysis “{name}”. Give the lock another name."
    return ""


def locks_of(project: Project, analysis: str) -> tuple[Lock, ...]:
    """The locks that come from an analysis, in the order in which they were made."""
    return tuple(lock for lock in project.study.locks if lock.source == analysis)


def locked_words(locks: Sequence[Lock]) -> str:
    """``Locked 23 Nov 2026 as “EPHA2 IGF1R”`` or ``Subset not locked yet``."""
    if not locks:
        return "Subset not locked yet"
    last = locks[-1]
    try:
        made = datetime.fromisoformat(last.made_at)
    except ValueError:
        return f"Locked as “{last.name}”"
    return f"Locked {made.day} {MONTHS[made.month - 1]} {made.year} as “{last.name}”"


def validation_of(project: Project, analysis: str) -> AnalysisSpec | None:
    """The validation of an analysis: of its last lock, else of an earlier one, else of the analysis unlocked."""
    tested: dict[str, AnalysisSpec] = {}
    for spec in project.study.analyses:
        named = spec.parameters.get("locked", ())
        names = (named,) if isinstance(named, str) else tuple(named)
        if spec.kind == VALIDATION and len(names) == 1:
            tested[names[0]] = spec
    wanted = [*(lock.name for lock in reversed(locks_of(project, analysis))), analysis]
    return next((tested[name] for name in wanted if name in tested), None)


def with_test(project: Project, spec: AnalysisSpec, locked: str, rules: Sequence[CohortRule],
              outcomes: Sequence[tuple[str, str]]) -> tuple[Project, str]:
    """The project with the test of a lock (or of the analysis itself) in cohorts, and the name of that analysis."""
    known = {rule.name for rule in project.study.cohorts}
    for rule in rules:
        if rule.name not in known:
            project = with_cohort(project, rule)
    old = next((each for each in project.study.analyses
                if each.kind == VALIDATION and tuple(each.parameters.get("locked", ())) == (locked,)), None)
    name = old.name if old is not None else free_name(project, f"{locked} validation")
    kept = dict(old.parameters) if old is not None else {}
    parameters = {**kept, "locked": (locked,), "cohorts": tuple(cohort for cohort, _ in outcomes),
                  "endpoints": tuple(f"{cohort}: {outcome}" for cohort, outcome in outcomes)}
    return with_analysis(project, AnalysisSpec(name, VALIDATION, spec.cohort, spec.endpoint, parameters)), name
