"""Everything there is to see about one cohort: its answer, flow, follow-up, table 1, coding of the endpoint, twins.

Not for: an analysis of receptors. The Cohort page shows it, and files can hold it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.analyses.prognosis_pictures import event_words
from core.data.dataset import Dataset
from core.data.patients.cohort import Cohort, LedgerEntry
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.endpoint_checks import later_than_last_contact
from core.data.patients.endpoint_table import EndpointTable, codes_as_stated, endpoint_table
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.data.patients.near_twins import RULE, Twins, near_twins
from core.data.patients.rule_steps import NobodyLeft
from core.data.patients.table_one import TableOne, described_columns, table_one
from core.data.tables import ClinicalTable, Endpoint
from core.figures.follow_up import follow_up
from core.figures.number_words import count_words, counted
from core.figures.patient_flow import flow_figure, patient_flow
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.problems import Location, Problem, UserError, warning
from core.statistics.kaplan_meier import reverse_median_follow_up

HAPPENED = {"deaths": "died", "relapses": "relapsed", "recurrences": "recurred", "progressions": "progressed"}


@dataclass(frozen=True, eq=False)
class CohortOverview:
    """What was found. ``cohort`` is None where it cannot be evaluated or nobody is left; ``problems`` says why.

    ``numbers`` are (label, value, unit); ``disagreeing`` are kept patients whose time lies after their last contact.
    Every part that could be made is there, whatever else failed.
    """

    rule: CohortRule
    cohort: Cohort | None
    ledger: tuple[LedgerEntry, ...]
    answer: str
    explanation: str
    numbers: tuple[tuple[str, str, str], ...]
    flow: FigureSpec | None
    follow_up: FigureSpec | None
    coding: EndpointTable | None
    table_one: TableOne | None
    twins: Twins | None
    problems: tuple[Problem, ...] = ()
    disagreeing: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[LedgerEntry, ...]:
        """Those of the ledger who are out."""
        return tuple(entry for entry in self.ledger if not entry.kept)


def cohort_overview(rule: CohortRule, dataset: Dataset, endpoint_name: str = "", *, by: str = "",
                    look_for_twins: bool = True, job: JobContext | None = None) -> CohortOverview:
    """The overview of a rule on a data set; what a user can mend is in ``problems``, nothing is raised for it.

    Parameters
    ----------
    endpoint_name : str
        Empty for the data set's first endpoint.
    by : str
        A clinical column whose values become groups of table 1; one that is not there counts as none.
    """
    job = job or JobContext()
    job.progress(0.0, "Matching patients")
    endpoint = next((each for each in dataset.endpoints if each.name == endpoint_name),
                    dataset.endpoints[0] if dataset.endpoints else None)
    if endpoint is None or dataset.clinical is None:
        stated = next((each for each in dataset.spec.endpoints if endpoint_name in ("", each.name)), None)
        codes = codes_as_stated(stated, dataset.clinical) if stated and dataset.clinical else None
        return replace(_without(rule, dataset, dataset.unusable or (_nothing_to_follow(dataset),)), coding=codes)
    coding = endpoint_table(endpoint, dataset.clinical)
    simulated = "Simulated data" if dataset.spec.simulated else ""
    try:
        cohort = _evaluated(rule, dataset, endpoint)
    except NobodyLeft as nobody:
        picture = flow_figure(rule.name, nobody.flow, nobody.ledger, badge=simulated)
        return replace(_without(rule, dataset, nobody.problems), ledger=nobody.ledger, flow=picture, coding=coding)
    except UserError as error:
        return replace(_without(rule, dataset, error.problems), coding=coding)
    job.progress(0.2, f"Matching {counted(len(cohort.ledger), 'patient')}")
    plural = event_words(endpoint.name)
    described = described_columns(dataset.clinical, dataset.expression)
    table = table_one(dataset.clinical, cohort.patients, described, by if by in dataset.clinical.columns else "")
    job.progress(0.4, f"Matching {counted(len(cohort.ledger), 'patient')}")
    twins = near_twins(cohort.expression[0], cohort.patients, job.part(0.4, 1.0)) if look_for_twins else None
    disagreeing = _disagreeing(endpoint, dataset.clinical, cohort)
    answer, explanation, numbers = _words(cohort, plural, len(disagreeing))
    return CohortOverview(rule, cohort, cohort.ledger, answer, explanation, numbers,
                          patient_flow(cohort, event_words=plural, badge=simulated),
                          follow_up(cohort, event_words=plural, badge=simulated), coding, table, twins,
                          (*cohort.warnings, *_twin_warnings(twins, cohort)), disagreeing)


def happened_words(endpoint_name: str) -> str:
    """``died``, ``relapsed``; "had the event" where an endpoint counts several kinds."""
    return HAPPENED.get(event_words(endpoint_name), "had the event")


def _evaluated(rule: CohortRule, dataset: Dataset, endpoint: Endpoint) -> Cohort:
    """With several expression tables the first one tells who is measured; an analysis names its own."""
    if len(dataset.expression) < 2:
        return evaluate_cohort(rule, dataset, endpoint)
    return evaluate_cohort(rule, replace(dataset, expression=dataset.expression[:1]), endpoint)


def _words(cohort: Cohort, plural: str, disagreeing: int) -> tuple[str, str, tuple[tuple[str, str, str], ...]]:
    everybody, kept, events = len(cohort.ledger), len(cohort.patients), cohort.n_events
    unit = cohort.endpoint.unit
    median = reverse_median_follow_up(cohort.time, cohort.event).median
    reached = math.isfinite(median)
    shown = f"{median:.0f}" if median >= 10 else f"{median:.1f}"
    left = everybody - kept
    out = f"{counted(left, 'is', 'are')} left out, each with a reason you can read." if left else "Nobody is left out."
    length = f"median follow-up {shown} {unit}" if reached else "median follow-up not reached"
    verb = "answers" if kept == 1 else "answer"
    late = f"; in {count_words(disagreeing)} of them time and event disagree" if disagreeing else ""
    answer = f"{count_words(kept)} of {counted(everybody, 'patient')} {verb} the question{late}."
    asked = ("A time there lies after the last contact: see Warnings." if disagreeing else
             "Does that fit what you know of this cohort?")
    explanation = f"{out} {count_words(events)} {happened_words(cohort.endpoint.name)}; {length}. {asked}"
    return answer, explanation, (
        ("In", count_words(kept), f"of {count_words(everybody)}"), (plural.capitalize(), count_words(events), ""),
        ("Median follow-up", shown if reached else "not reached", unit if reached else ""))


def _twin_warnings(twins: Twins | None, cohort: Cohort) -> tuple[Problem, ...]:
    if twins is None or not twins.pairs:
        return ()
    place = cohort.expression[0].place
    return (warning("likely_twins", twins.words(), Location(place.file, place.sheet, "", twins.pairs[0].first),
                    why=f"{RULE} One patient counted twice makes every P too small.",
                    remedy="check the two names; leave one out with a rule, or keep both if they are two people"),)


def _disagreeing(endpoint: Endpoint, clinical: ClinicalTable, cohort: Cohort) -> tuple[str, ...]:
    kept = set(cohort.patients)
    return tuple(patient for patient in later_than_last_contact(endpoint, clinical) if patient in kept)


def _nothing_to_follow(dataset: Dataset) -> Problem:
    if dataset.clinical is None:
        return Problem("no_clinical", f"the data set “{dataset.name}” has no clinical table",
                       why="A cohort needs a clinical table: one row per patient.", remedy="import a clinical table")
    return Problem("no_endpoint", f"the data set “{dataset.name}” has no endpoint", dataset.clinical.place,
                   why="Who is in depends on a follow-up time and on whether it happened.",
                   remedy="choose the columns with time and event")


def _without(rule: CohortRule, dataset: Dataset, problems: tuple[Problem, ...]) -> CohortOverview:
    return CohortOverview(rule, None, (), "", "", (), None, None, None, None, None, problems)
