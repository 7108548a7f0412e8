"""Edits of a project's cohorts and endpoints, each a pure function: new, renamed, copied, other rules, other events.

Not for: the edits that all pages share (project.py), or evaluating a cohort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.data.patients.cohort_rules import CohortRule
from core.data.tables import EndpointRule
from core.project.project import Project, with_cohort, with_dataset
from core.project.references import endpoint_renamed


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """``wanted``, or with the first number from 2 on that makes it new."""
    if wanted not in taken:
        return wanted
    number = next(number for number in range(2, len(taken) + 3) if f"{wanted} {number}" not in taken)
    return f"{wanted} {number}"


def cohort_names(project: Project) -> tuple[str, ...]:
    """The names of all cohorts, in order."""
    return tuple(rule.name for rule in project.study.cohorts)


def with_new_cohort(project: Project, rule: CohortRule) -> Project:
    """One more cohort. Analyses that named none used the only one there was; now they name it."""
    study = project.study
    if len(study.cohorts) == 1:
        only = study.cohorts[0].name
        named = tuple(spec if spec.cohort else replace(spec, cohort=only) for spec in study.analyses)
        project = replace(project, study=replace(study, analyses=named))
    return with_cohort(project, rule)


def with_cohort_copied(project: Project, name: str) -> tuple[Project, str]:
    """A copy of a cohort under a name of its own. Raises KeyError."""
    rule = project.study.cohort(name)
    copy = replace(rule, name=free_name(f"{name} copy", cohort_names(project)))
    return with_new_cohort(project, copy), copy.name


def with_endpoint(project: Project, dataset: str, endpoint: EndpointRule, *, instead_of: str = "") -> Project:
    """An endpoint of a data set added, or put in the place of the one called ``instead_of`` (or of its own name).

    Analyses of the data set's cohorts follow a new name. Raises KeyError for an unknown data set.
    """
    spec = project.study.dataset(dataset)
    old = instead_of or endpoint.name
    if old in {known.name for known in spec.endpoints}:
        endpoints = tuple(endpoint if known.name == old else known for known in spec.endpoints)
    else:
        endpoints = (*spec.endpoints, endpoint)
    project = with_dataset(project, replace(spec, endpoints=endpoints))
    cohorts = {rule.name for rule in project.study.cohorts if rule.dataset == dataset}
    analyses = tuple(replace(each, endpoint=endpoint.name) if each.endpoint == old and each.cohort in cohorts else each
                     for each in project.study.analyses)
    analyses = tuple(endpoint_renamed(each, cohorts, old, endpoint.name) for each in analyses)
    return replace(project, study=replace(project.study, analyses=analyses))
