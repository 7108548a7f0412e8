"""Which patients or samples an analysis is of: further cohorts with their endpoints, samples by the data set's role.

Not for: evaluating a rule, or for running any analysis (study_runner.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from core.data.dataset import Dataset
from core.data.nearest_name import nearest
from core.data.patients.cohort import Cohort
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.data.tables import Endpoint
from core.problems import Location, UserError, user_error
from core.project.references import ENDPOINTS_IN, named_cohorts, search_cohorts, stated_cohort
from core.project.study import AnalysisSpec, Study


def further_cohorts(study: Study, datasets: Mapping[str, Dataset], spec: AnalysisSpec, measure: str,
                    place: Location) -> tuple[tuple[Cohort, ...], tuple[Cohort, ...]]:
    """The cohorts that an analysis names, and those in which what it tests was found.

    The endpoint of each is what ``endpoints`` states for it, else the analysis' endpoint where its data set has one of
    that name, else the only one.

    Raises
    ------
    UserError
        "unknown_name", "which_endpoint" (answered by the key ``endpoints``), or why a cohort cannot be evaluated.
    """
    rules = {rule.name: rule for rule in study.cohorts}
    named, searched = named_cohorts(spec), search_cohorts(spec, study)
    for name in named:
        if name not in rules:
            close = nearest(name, tuple(rules))
            raise user_error("unknown_name", f"there is no cohort “{name}”", place, answer_key="cohorts",
                             remedy=f"did you mean “{close}”?" if close else f"cohorts: {', '.join(rules) or 'none'}")
    chosen = _stated_endpoints(spec, set(named) | set(searched), place)
    found: dict[str, Cohort] = {}
    for name in dict.fromkeys((*named, *searched)):
        rule = rules[name]
        dataset = datasets[rule.dataset]
        own = [endpoint.name for endpoint in dataset.spec.endpoints]
        wanted = chosen.get(name) or (spec.endpoint if spec.endpoint in own else "")
        if name in searched and name not in named and not wanted:
            wanted = next((each.endpoint for each in study.analyses if each.cohort == name and each.endpoint in own),
                          own[0] if own else "")
        if not wanted and len(own) > 1:
            raise user_error("which_endpoint", f"it is not said which endpoint of the cohort “{name}” is meant", place,
                             remedy=f'add endpoints = ["{name}: {own[0]}"], one of {", ".join(own)}',
                             answer_key="endpoints")
        found[name] = evaluate_cohort(rule, dataset, endpoint_of(dataset, wanted, place, "endpoints"), measure)
    return tuple(found[name] for name in named), tuple(found[name] for name in searched)


def _stated_endpoints(spec: AnalysisSpec, cohorts: set[str], place: Location) -> dict[str, str]:
    stated = spec.parameters.get(ENDPOINTS_IN.get(spec.kind, ""), ())
    chosen: dict[str, str] = {}
    for entry in (stated,) if isinstance(stated, str) else stated:
        text = str(entry).strip()
        name = stated_cohort(text, cohorts)
        if not name:
            listed = ", ".join(sorted(cohorts)) or "none"
            raise user_error("unknown_name", f"“{text}” does not begin with one of the cohorts", place,
                             remedy=f'write "cohort: endpoint"; cohorts: {listed}', answer_key="endpoints")
        chosen[name] = text[len(name) + 1:].strip()
    return chosen


def endpoint_of(dataset: Dataset, name: str, place: Location, answer_key: str = "endpoint") -> Endpoint:
    """The endpoint of that name, or the only one.

    Raises
    ------
    UserError
        "no_endpoint", "unknown_name", "which_endpoint", "endpoint_not_usable".
    """
    stated = [rule.name for rule in dataset.spec.endpoints]
    if not stated:
        raise without_endpoint(dataset.name, place)
    if name and name not in stated:
        raise user_error("unknown_name", f"the data set “{dataset.name}” has no endpoint “{name}”", place,
                         remedy=f"endpoints: {', '.join(stated)}", answer_key=answer_key)
    if not name and len(stated) > 1:
        raise user_error("which_endpoint", "the analysis does not say which endpoint it is of", place,
                         remedy=f"add endpoint = one of {', '.join(stated)}", answer_key=answer_key)
    name = name or stated[0]
    usable = {endpoint.name: endpoint for endpoint in dataset.endpoints}
    if name not in usable:
        raise user_error("endpoint_not_usable", f"the endpoint “{name}” of “{dataset.name}” could not be used", place,
                         remedy="settle the problem named for it first")
    return usable[name]


def without_endpoint(dataset: str, place: Location) -> UserError:
    """The refusal of a data set that has no endpoint."""
    return user_error("no_endpoint", f"the data set “{dataset}” has no endpoint", place,
                      remedy="add a [[dataset.endpoint]] with time, unit, event and event_values")


def samples_rule(study: Study, spec: AnalysisSpec, roles: tuple[str, ...], place: Location) -> CohortRule:
    """The rule that chooses the samples of an analysis without follow-up.

    The cohort that it names, which must be of a data set with one of ``roles``; else, of the data sets with the first
    of ``roles`` that any has, the only cohort or, where none is of them, all samples of the only such data set.

    Raises
    ------
    UserError
        "no_fitting_dataset", "which_cohort", "wrong_role".
    """
    if spec.cohort:
        return _of_fitting_role(study, spec, roles, place)
    there = {dataset.role for dataset in study.datasets}
    role = next((each for each in roles if each in there), "")
    fitting = [dataset.name for dataset in study.datasets if dataset.role == role]
    if not fitting:
        raise user_error("no_fitting_dataset", f"{spec.kind} needs a data set with the role “{roles[0]}”"
                         + (f" (or {' or '.join(roles[1:])})" if roles[1:] else ""), place, answer_key="role",
                         remedy=f'add a [[dataset]] with role = "{roles[0]}"')
    rules = [rule for rule in study.cohorts if rule.dataset in fitting]
    if len(rules) == 1:
        return rules[0]
    if not rules and len(fitting) == 1:
        return CohortRule("all", fitting[0])
    names = ", ".join(rule.name for rule in rules)
    raise user_error("which_cohort", "the analysis does not say which cohort it is of", place, answer_key="cohort",
                     remedy=f"add cohort = one of {names}" if names else
                     f"add a [[cohort]] of one of the data sets {', '.join(fitting)}, and name it in the analysis")


def _of_fitting_role(study: Study, spec: AnalysisSpec, roles: tuple[str, ...], place: Location) -> CohortRule:
    """The cohort that the analysis names: pairs of biopsies and pairs of lines are stated by different columns."""
    rule = study.cohort(spec.cohort)
    role = study.dataset(rule.dataset).role
    if role in roles:
        return rule
    wanted = " or ".join(f"“{each}”" for each in roles)
    fitting = {dataset.name for dataset in study.datasets if dataset.role in roles}
    names = ", ".join(each.name for each in study.cohorts if each.dataset in fitting)
    remedy = f"name another cohort: {names}" if names else \
        "take cohort out of the analysis" if fitting else f'add a [[dataset]] with role = "{roles[0]}"'
    raise user_error("wrong_role", f"the cohort “{rule.name}” is of the data set “{rule.dataset}”, whose role is "
                     f"“{role}”, and {spec.kind} needs {wanted}", place, remedy=remedy, answer_key="cohort")
