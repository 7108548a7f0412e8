"""What one analysis names beside its own cohort: further cohorts, a lock, another analysis whose result it uses.

Not for: computing any of it (study_runner.py). Light: the session asks it whenever a setting changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.analyses.locked_score import Lock
from core.data.patients.cohort_rules import CohortRule
from core.project.study import AnalysisSpec, Study

COHORTS_IN: Mapping[str, str] = {"validation": "cohorts"}
"""Kind -> the parameter that lists cohorts by name."""
ENDPOINTS_IN: Mapping[str, str] = {"validation": "endpoints"}
"""Kind -> the parameter that lists "cohort: endpoint"."""
LOCKED_IN: Mapping[str, str] = {"validation": "locked"}
"""Kind -> the parameter that names a lock or an analysis, or lists receptors."""


def with_outcome(study: Study) -> tuple[CohortRule, ...]:
    """The cohorts of data sets that state an endpoint; rules of cell lines and biopsies are none of them."""
    stated = {spec.name for spec in study.datasets if spec.endpoints}
    return tuple(rule for rule in study.cohorts if rule.dataset in stated)


def named_cohorts(spec: AnalysisSpec) -> tuple[str, ...]:
    """The further cohorts that an analysis names, each once, in order."""
    return tuple(dict.fromkeys(_texts(spec.parameters.get(COHORTS_IN.get(spec.kind, "")))))


def named_lock(spec: AnalysisSpec, study: Study) -> Lock | None:
    """The lock that an analysis uses."""
    names = _texts(spec.parameters.get(LOCKED_IN.get(spec.kind, "")))
    return next((lock for lock in study.locks if names == (lock.name,)), None)


def needed_analyses(spec: AnalysisSpec, study: Study) -> tuple[str, ...]:
    """The analyses whose results this one uses; a lock of that name comes first."""
    names = _texts(spec.parameters.get(LOCKED_IN.get(spec.kind, "")))
    if len(names) != 1 or named_lock(spec, study) is not None:
        return ()
    return tuple(each.name for each in study.analyses if each.name == names[0])


def search_cohorts(spec: AnalysisSpec, study: Study) -> tuple[str, ...]:
    """The cohorts in which what this analysis tests was found, as far as the study knows: they are never pooled.

    That of the lock, that of the analysis the lock comes from or that is named, and the analysis' own cohort where
    it lists others to be tested.
    """
    lock = named_lock(spec, study)
    sources = needed_analyses(spec, study) + ((lock.source,) if lock else ())
    found = [lock.found_in] if lock else []
    found += [each.cohort for each in study.analyses if each.name in sources]
    named = named_cohorts(spec)
    if spec.cohort and named and spec.cohort not in named:
        found.append(spec.cohort)
    known = {rule.name for rule in study.cohorts}
    return tuple(name for name in dict.fromkeys(found) if name in known)


def every_cohort(spec: AnalysisSpec, study: Study) -> tuple[CohortRule, ...]:
    """The rules of all cohorts that an analysis names or that were searched for what it tests."""
    rules = {rule.name: rule for rule in study.cohorts}
    return tuple(rules[name] for name in dict.fromkeys((*named_cohorts(spec), *search_cohorts(spec, study)))
                 if name in rules)


def in_order(study: Study) -> tuple[tuple[AnalysisSpec, ...], tuple[str, ...]]:
    """The analyses so that each comes after those it needs, else as they stand; and the names of those in a circle."""
    waiting = list(study.analyses)
    ordered: list[AnalysisSpec] = []
    while waiting:
        done = {spec.name for spec in ordered}
        ready = next((spec for spec in waiting if set(needed_analyses(spec, study)) <= done), None)
        if ready is None:
            break
        ordered.append(ready)
        waiting.remove(ready)
    return tuple(ordered), tuple(spec.name for spec in waiting)


def with_needed(study: Study, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those analyses and all that they need, in the order of the study."""
    wanted, before = set(names), set[str]()
    while wanted != before:
        before = set(wanted)
        wanted |= {name for spec in study.analyses if spec.name in before for name in needed_analyses(spec, study)}
    return tuple(spec.name for spec in study.analyses if spec.name in wanted)


def cohort_renamed(spec: AnalysisSpec, old: str, new: str) -> AnalysisSpec:
    """The analysis with a cohort of another name wherever it names it."""
    spec = replace(spec, cohort=new) if spec.cohort == old else spec
    key, endpoints = COHORTS_IN.get(spec.kind, ""), ENDPOINTS_IN.get(spec.kind, "")
    changed: dict[str, Any] = {}
    if old in (names := _texts(spec.parameters.get(key))):
        changed[key] = tuple(new if name == old else name for name in names)
    stated = _texts(spec.parameters.get(endpoints))
    if any(entry.startswith(f"{old}:") for entry in stated):
        changed[endpoints] = tuple(f"{new}:{entry[len(old) + 1:]}" if entry.startswith(f"{old}:") else entry
                                   for entry in stated)
    return replace(spec, parameters={**spec.parameters, **changed}) if changed else spec


def cohort_gone(spec: AnalysisSpec, gone: set[str]) -> AnalysisSpec:
    """The analysis without those cohorts in its list of cohorts."""
    key = COHORTS_IN.get(spec.kind, "")
    names = _texts(spec.parameters.get(key))
    kept = tuple(name for name in names if name not in gone)
    return replace(spec, parameters={**spec.parameters, key: kept}) if kept != names else spec


def analysis_renamed(spec: AnalysisSpec, old: str, new: str) -> AnalysisSpec:
    """The analysis with another analysis of another name where it uses its result."""
    key = LOCKED_IN.get(spec.kind, "")
    if _texts(spec.parameters.get(key)) != (old,):
        return spec
    return replace(spec, parameters={**spec.parameters, key: (new,)})


def endpoint_renamed(spec: AnalysisSpec, cohorts: set[str], old: str, new: str) -> AnalysisSpec:
    """The analysis with another name for an endpoint of those cohorts where it states it."""
    key = ENDPOINTS_IN.get(spec.kind, "")
    stated = _texts(spec.parameters.get(key))
    changed = tuple(f"{cohort}: {new}" if (cohort := stated_cohort(entry, cohorts)) and
                    entry[len(cohort) + 1:].strip() == old else entry for entry in stated)
    return replace(spec, parameters={**spec.parameters, key: changed}) if changed != stated else spec


def stated_cohort(entry: str, cohorts: set[str]) -> str:
    """The cohort of ``"cohort: endpoint"``, a name of which may hold a colon itself; empty for none of these."""
    return max((name for name in cohorts if entry.startswith(f"{name}:")), key=len, default="")


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value.strip(),)
    return tuple(str(item).strip() for item in value) if isinstance(value, (list, tuple)) else ()
