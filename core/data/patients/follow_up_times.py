"""The times of an endpoint from their column: units taken off, and what cannot be used named with its cell.

Not for: the events (endpoints.py) or doubts about the whole follow-up (endpoint_checks.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.patients.endpoint_checks import cell_of, first_cells, patients_have
from core.data.tables import ClinicalColumn, EndpointRule, Missing
from core.problems import Problem, UserError, note, warning

_WITH_UNIT = re.compile(r"([+-]?\d+(?:\.\d+|,\d{1,2})?) *([a-z]+)\.?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_UNITS: Mapping[str, str] = {
    word: unit for unit, words in (
        ("days", "d day days tag tage"), ("weeks", "w wk wks week weeks woche wochen"),
        ("months", "m mo mos mth mths month months monat monate"), ("years", "y yr yrs year years jahr jahre"))
    for word in words.split()}


def follow_up_times(rule: EndpointRule, column: ClinicalColumn,
                    samples: Sequence[str]) -> tuple[NDArray[np.float64], list[Problem]]:
    """The times of ``column`` in the unit of ``rule``.

    Returns
    -------
    time : ndarray, shape (n_samples,)
        NaN where missing, unreadable or negative; zero is kept. In a column of texts such as ``365 d`` the unit is
        taken off where it is the unit of the endpoint; a time in another unit is not converted but left out.
    findings : list of Problem

    Raises
    ------
    UserError
        "no_follow_up_times" with what the column holds instead.
    """
    time = np.where(np.isfinite(column.numbers), column.numbers, np.nan)
    for row in column.missing:
        time[row] = np.nan
    findings = _units_taken_off(rule, column, samples, time)
    unreadable = [row for row in range(len(samples)) if np.isnan(time[row]) and column.texts[row].strip()
                  and column.missing.get(row, Missing.UNREADABLE) in
                  (Missing.UNREADABLE, Missing.BELOW_LIMIT, Missing.ABOVE_LIMIT)]
    if unreadable:
        findings.append(warning(
            "time_unreadable", f"{patients_have(len(unreadable))} a time that is no number in {rule.time} "
            f"({_quoted(column, unreadable)}): {first_cells(samples, column, unreadable)}",
            cell_of(samples, column, unreadable[0]), why="They cannot be used for survival.",
            remedy="write a number there, or continue without them"))
    negative = [int(row) for row in np.flatnonzero(time < 0)]
    if negative:
        findings.append(warning(
            "negative_time", f"{patients_have(len(negative))} a negative time in {rule.time}, left out: "
            f"{first_cells(samples, column, negative)}", cell_of(samples, column, negative[0]),
            why="Follow-up cannot end before it begins.", remedy="check the dates from which the time was computed"))
        time[negative] = np.nan
    zero = [int(row) for row in np.flatnonzero(time == 0)]
    if zero:
        findings.append(warning(
            "time_zero", f"{patients_have(len(zero))} the time 0 in {rule.time}, kept: "
            f"{first_cells(samples, column, zero)}", cell_of(samples, column, zero[0]),
            why="No time under observation; often 0 stands for a value that is not known.",
            remedy="check the value; a missing time should be an empty cell"))
    if not np.isfinite(time).any():
        raise UserError(_no_times(rule, column, unreadable))
    return time, findings


def _units_taken_off(rule: EndpointRule, column: ClinicalColumn, samples: Sequence[str],
                     time: NDArray[np.float64]) -> list[Problem]:
    """Fill ``time`` from texts that state the unit of the endpoint. Cells that the import has already called
    unreadable, in a column of numbers, stay so."""
    words: dict[str, None] = {}
    rows = []
    for row, text in enumerate(column.texts):
        match = _WITH_UNIT.fullmatch(text.strip())
        if match and np.isnan(time[row]) and row not in column.missing and _UNITS.get(match[2].lower()) == rule.unit:
            time[row] = float(match[1].replace(",", "."))
            rows.append(row)
            words[match[2]] = None
    if not rows:
        return []
    said = " or ".join(f"“{word}”" for word in words)
    return [note("unit_taken_off", f"{patients_have(len(rows))} a time that is written with its unit in {rule.time} "
                 f"({said}); the number was used: {first_cells(samples, column, rows)}",
                 cell_of(samples, column, rows[0]))]


def _no_times(rule: EndpointRule, column: ClinicalColumn, unreadable: Sequence[int]) -> Problem:
    matches = [_WITH_UNIT.fullmatch(column.texts[row].strip()) for row in unreadable]
    units = {_UNITS.get(match[2].lower(), "") if match else "" for match in matches}
    unit = next(iter(units)) if len(units) == 1 else ""
    dates = bool(unreadable) and all(_DATE.match(column.texts[row].strip()) for row in unreadable)
    remedy = "write numbers there, or name the column with the follow-up time with the key time"
    if dates:
        remedy = "these are dates: add a column of times from diagnosis to that date, and name it with the key time"
    holds = f": it holds {_quoted(column, unreadable)}" if unreadable else ""
    return Problem(
        "no_follow_up_times", f"the column {rule.time} holds no time that can be used{holds}", column.place,
        "Survival needs a follow-up time.",
        f'if these are {unit}, say unit = "{unit}"' if unit else remedy,
        answer_key="unit" if unit else "time")


def _quoted(column: ClinicalColumn, rows: Sequence[int]) -> str:
    return ", ".join(f"“{text}”" for text in dict.fromkeys(column.texts[row] for row in rows[:4]))
