"""What the values of an event column mean, as rows to tick: counts, median times, and what another column says.

Not for: widgets, or deciding: a bare 0 or 1 is ticked by a person only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.patients.endpoint_proposals import code_of_the_dead
from core.data.patients.endpoints import build_endpoint, codes_by_time
from core.data.tables import ClinicalTable, EndpointRule
from core.data.values import value_key
from core.jobs import JobContext
from core.problems import Problem, UserError
from gui.widgets.importing.event_values import ValueRow

MOST_VALUES = 12
_WHOLE = re.compile(r"-?\d+")


@dataclass(frozen=True)
class OutcomeReading:
    """The values of the event column, and what core says about the outcome as it stands."""

    rule: EndpointRule
    rows: tuple[ValueRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    summary: str = ""


def read_outcome(rule: EndpointRule, clinical: ClinicalTable, job: JobContext) -> OutcomeReading:
    """Counts and median times of the event column, and everything doubtful about the outcome."""
    job.progress(0.1, "Counting events")
    rows: tuple[ValueRow, ...] = ()
    if rule.event in clinical.columns:
        time = clinical.columns[rule.time].numbers if rule.time in clinical.columns else \
            np.full(len(clinical.samples), np.nan)
        codes = codes_by_time(clinical.columns[rule.event], time)
        dead, said_by = code_of_the_dead(clinical.columns[rule.event], clinical)
        rows = tuple(ValueRow(code.code, code.patients, f"{code.median_time:.4g}" if np.isfinite(code.median_time)
                              else "unknown", _remark(code.code, dead, said_by)) for code in codes[:MOST_VALUES])
    job.progress(0.6, "Checking the outcome")
    if not (rule.time and rule.event):
        return OutcomeReading(rule, rows)
    try:
        endpoint, findings = build_endpoint(rule, clinical)
    except UserError as error:
        return OutcomeReading(rule, rows, error.problems)
    known = np.isfinite(endpoint.time) & np.isfinite(endpoint.event)
    events = int((endpoint.event[known] == 1).sum())
    others = f" and {int(endpoint.other_cause[known].sum()):,} other causes" if endpoint.cause is not None else ""
    summary = f"{events:,} events{others} in {int(known.sum()):,} patients with follow-up"
    return OutcomeReading(rule, rows, findings, summary)


def _remark(code: str, dead: str, said_by: str) -> str:
    if not said_by:
        return ""
    return f"dead, says {said_by}" if value_key(code) == value_key(dead) else f"alive, says {said_by}"


def event_values(texts: Sequence[str]) -> tuple[str | int, ...]:
    """Ticked texts as the study file holds them: whole numbers as numbers."""
    return tuple(int(key) if _WHOLE.fullmatch(key := value_key(text)) else text for text in texts)


def ticked(rule: EndpointRule, rows: Sequence[ValueRow]) -> tuple[str, ...]:
    """The texts of the rows that a rule counts as "it happened"; codes such as 1:DECEASED also by their number."""
    return _named(rule.event_values, rows)


def other_causes(rule: EndpointRule, rows: Sequence[ValueRow]) -> tuple[str, ...]:
    """The texts of the rows that a rule counts as another cause."""
    return _named(rule.competing_values, rows)


def _named(values: Sequence[object], rows: Sequence[ValueRow]) -> tuple[str, ...]:
    wanted = {value_key(value) for value in values}
    direct = tuple(row.value for row in rows if value_key(row.value) in wanted)
    return direct or tuple(row.value for row in rows if value_key(row.value.split(":")[0]) in wanted)
