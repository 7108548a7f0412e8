"""Warnings of an analysis as the window says them: the settings by their labels, and what the page can do about each.

Not for: finding problems. Core names the keys of a study file; whoever sits at a form has never seen those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.analyses.base import parameter_facts
from gui.pages.cohort_choice import is_coding_confirmed

if TYPE_CHECKING:
    from core.problems import Problem
    from gui.pages.base_page import PageServices
    from gui.session import Outcome

Action = tuple[str, str]
GO_TO_COHORT: Action = ("Go to Cohort", "cohort page")
GO_TO_IMPORT: Action = ("Go to Import", "import page")
OF_THE_DATA: Mapping[str, Action] = {
    **dict.fromkeys(("event_codes_look_reversed", "events_come_late", "event_after_last_contact", "nobody_censored",
                     "no_events", "event_in_other_capitals", "unit_contradicts_name", "implausible_follow_up",
                     "value_nobody_has", "derived_status"), GO_TO_COHORT),
    **dict.fromkeys(("code_may_mean_missing", "event_without_time", "time_without_event"), GO_TO_IMPORT)}
"""Codes of warnings about follow-up and patients, with the page where that is set."""
_EVENTS = "check on the page Cohort which values count as the event"
_KEYS_OF_DATA = (
    (re.compile(r"check event_values \(now \[(.*)\]\)"), _EVENTS + r" (now \1)"),
    (re.compile(r"check event_values"), _EVENTS),
    (re.compile(r"write event_values = \[.*\]"), "tick it on the page Cohort as well"),
    (re.compile(r'unit = "(\w+)"'), r"choose \1"),
    (re.compile(r"add it to the table’s missing = \[(.*)\]"), r"name it on the page Import as a mark for missing: \1"),
)


def as_the_form_says(problem: Problem, parameters_type: type[Any] | None = None) -> Problem:
    """The problem with labels of the form in place of keys of the study file."""
    what, remedy = problem.what, problem.remedy
    for pattern, said in _KEYS_OF_DATA:
        remedy = pattern.sub(said, remedy)
    facts = parameter_facts(parameters_type) if parameters_type is not None else {}
    for name, fact in facts.items():
        label = f"“{fact['label']}”"
        what = what.replace(f"“{name}”", label)
        remedy = re.sub(rf'parameters = {{ {name} = "([^"]*)" }}', rf"{label} \1", remedy)
        remedy = re.sub(rf'write {name} = "all"', f"choose all under {label}", remedy)
        remedy = re.sub(rf"\btake {name} out of the parameters\b", f"set {label} back", remedy)
        remedy = re.sub(rf"\bwith the parameter {name}\b", f"under {label}", remedy)
        remedy = re.sub(rf"\b(out of|raise|lower) {name}\b|(?<=” and) {name}\b",
                        rf"\1 {label}", remedy)
    return problem if (what, remedy) == (problem.what, problem.remedy) else replace(problem, what=what, remedy=remedy)


def actions_for(problems: Iterable[Problem], remedies: Mapping[str, Action],
                fields: Iterable[str]) -> dict[Problem, Action]:
    """What can be done about each: as the page says for its code, its setting, or the page of the data."""
    known, found = set(fields), dict[Any, Action]()
    for problem in problems:
        action = remedies.get(problem.code) or OF_THE_DATA.get(problem.code)
        if action is None and problem.answer_key in known:
            action = ("Show the setting", f"field {problem.answer_key}")
        if action is not None:
            found[problem] = action
    return found


def coding_remark(outcome: Outcome, services: PageServices) -> tuple[str, str, str] | None:
    """What stands under an answer whose outcome may be coded the wrong way round, until the user says that it is right.

    Words, then words and key of the remedy; None where nothing speaks against the codes.
    """
    from core.data.patients.endpoint_checks import coding_doubt

    cohort = outcome.cohort
    doubt = coding_doubt(cohort.doubts)
    dataset = services.session.datasets.get(cohort.dataset)
    if not doubt or is_coding_confirmed(services.settings("cohort"), cohort.endpoint, dataset):
        return None
    return doubt, *GO_TO_COHORT
