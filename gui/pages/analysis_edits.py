"""Settings of an analysis compared and changed as values: what is different since a run, in words, and putting it back.

Not for: widgets or running; the page shows what these functions return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.analyses.base import parameter_facts
from core.figures.number_words import list_words
from core.project.project import Project, with_analysis, with_cohort, with_dataset
from core.project.study import AnalysisSpec

PLAIN_LONGEST = 60


def default_values(parameters: type[Any]) -> dict[str, Any]:
    """Field -> default of a Parameters dataclass."""
    made = parameters()
    return {name: getattr(made, name) for name in parameter_facts(parameters)}


def stated_values(parameters: type[Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """Every field with its stated value, or its default."""
    known = default_values(parameters)
    return {**known, **{name: value for name, value in stated.items() if name in known}}


def with_value(spec: AnalysisSpec, parameters: type[Any], field: str, value: Any,
               ran_with: Mapping[str, Any] | None = None) -> AnalysisSpec:
    """The analysis with one parameter set.

    A default is not stated, unless the last run stated the field: so going back to old settings is not a change.
    """
    rest = {name: known for name, known in spec.parameters.items() if name != field}
    ran = dict(ran_with or {})
    default = default_values(parameters).get(field)
    if value != default or field in ran:
        rest[field] = value
    return replace(spec, parameters=rest)


def value_words(value: Any, unit: str = "", unset: str = "") -> str:
    """A value as the form shows it; ``unset``: what 0 or nothing means there."""
    if unset and not value:
        return f"{unset[0].lower()}{unset[1:]}"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        text = f"{value:g}"
    elif isinstance(value, int):
        text = f"{value:,}"
    elif isinstance(value, tuple) and value and all(isinstance(each, float) for each in value):
        text = " to ".join(f"{each:g}" for each in value)
    elif isinstance(value, tuple):
        text = list_words([str(each) for each in value]) or "none"
    else:
        text = str(value) or "any"
    if len(text) > PLAIN_LONGEST:
        text = f"{len(value)} names" if isinstance(value, tuple) else text[:PLAIN_LONGEST - 1] + "…"
    return f"{text} {unit}".strip()


def changed_fields(parameters: type[Any], before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Field -> value of ``before`` where the two differ, defaults filled in."""
    old, new = stated_values(parameters, before), stated_values(parameters, now)
    return {name: old[name] for name in new if old[name] != new[name]}


def changes_in_words(parameters: type[Any], before: tuple[Any, ...], now: tuple[Any, ...]) -> tuple[str, ...]:
    """What is different between two ``Session.settings_of``: "share hit 60% to 80%"."""
    facts = parameter_facts(parameters)
    words = []
    old_rule, new_rule = before[3], now[3]
    if getattr(old_rule, "name", "") != getattr(new_rule, "name", ""):
        words.append(f"cohort {getattr(old_rule, 'name', 'all')} to {getattr(new_rule, 'name', 'all')}")
    elif old_rule != new_rule:
        words.append(f"the rules of cohort {getattr(new_rule, 'name', '')}")
    if before[1] != now[1]:
        words.append(f"outcome {before[1] or 'the only one'} to {now[1] or 'the only one'}")
    new = stated_values(parameters, now[2])
    for name, old in changed_fields(parameters, before[2], now[2]).items():
        label = str(facts[name]["label"])
        unit, unset = str(facts[name]["unit"]), str(facts[name].get("unset", ""))
        words.append(f"{label[0].lower()}{label[1:]} "
                     f"{value_words(old, unset=unset)} to {value_words(new[name], unit, unset)}")
    if before[4] != now[4]:
        words.append("how the data are read")
    elif before[5] != now[5]:
        words.append("the data in the file")
    old_rules, new_rules = ({rule.name: rule for rule in settings[6][0]} for settings in (before, now))
    words += [f"the rules of cohort {name}" for name, rule in new_rules.items() if old_rules.get(name, rule) != rule]
    if before[6][1] != now[6][1]:
        words.append("the lock")
    if before[6][2] != now[6][2]:
        words.append("the analysis whose result it uses")
    return tuple(words)


def put_back(project: Project, analysis: str, before: tuple[Any, ...]) -> Project:
    """The project with an analysis, its cohort and its data sets stated as they were in a run."""
    spec = next(each for each in project.study.analyses if each.name == analysis)
    _, endpoint, parameters, rule, used, _, (further, _, _) = before
    for dataset in used:
        if dataset.name in {each.name for each in project.study.datasets}:
            project = with_dataset(project, dataset)
    for each_rule in (*((rule,) if rule is not None else ()), *further):
        if each_rule.name in {each.name for each in project.study.cohorts}:
            project = with_cohort(project, each_rule)
    cohort = spec.cohort
    if rule is not None and rule.name not in {each.name for each in project.study.cohorts}:
        cohort = ""  # everybody of a data set, without a rule of the study
    elif rule is not None and (spec.cohort or len(project.study.cohorts) > 1):
        cohort = rule.name
    return with_analysis(project, replace(spec, endpoint=endpoint, parameters=parameters, cohort=cohort))


def free_name(project: Project, wanted: str) -> str:
    """``wanted``, or with a number behind it where an analysis has that name already."""
    taken = {spec.name for spec in project.study.analyses}
    number, name = 2, wanted
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name
