"""Columns of a clinical table that look as if they stated pairs: a patient who stands twice, and a time point.

Not for: using them; they are proposed, and the key ``pairs`` of the data set states them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.patients.biopsy_dates import EARLIER, LATER, holds_dates, patients_of_two_days
from core.data.patients.biopsy_names import parse_pair_name
from core.data.tables import ClinicalColumn, ClinicalTable
from core.data.values import value_key

_BEFORE = re.compile(r"\b(primary|normal|control|untreated|parental|early|first|1st|pre\w*)\b", re.IGNORECASE)
_AFTER = re.compile(r"\b(metasta\w*|tumou?r|treated|late|second|2nd|recurren\w*|relapse\w*|residual|post\w*)\b",
                    re.IGNORECASE)
_PATIENT = re.compile(r"patient|subject|case|donor|individual|person|pair|pat(?![a-z])|\bpt", re.IGNORECASE)
_TIME = re.compile(r"time|visit|biops|stage|when|pre.?post|tissue|tumou?r|group|type|treat", re.IGNORECASE)
MOST_TIME_POINTS = 6
MOST_SPELLINGS = 4 * MOST_TIME_POINTS
FEWEST_REPEATED = 0.1
"""A column of patients who have pairs names at least this share of them more than once."""


@dataclass(frozen=True)
class PairColumns:
    """Two columns and two values; ``certain`` where the words say which value is before. ``pairs`` so many."""

    patient: str
    time_point: str
    before: str
    after: str
    pairs: int
    certain: bool


def pair_columns(clinical: ClinicalTable) -> PairColumns | None:
    """The two columns under which most patients have exactly one sample of each of two time points; None without any.

    Among equals, columns whose names say patient and time win, then the first of the table. Where no column has two
    values that pair, dates may: the first of each patient is before, the last one after.
    """
    columns = list(clinical.columns.values())
    times = [(_coded(column), values) for column in columns if len(set(column.texts)) <= MOST_SPELLINGS
             and 2 <= len(values := _values(column)) <= MOST_TIME_POINTS]
    best: tuple[tuple[int, bool, bool], PairColumns] | None = None
    for column in columns:
        if not _repeats(column):
            continue
        patient = _coded(column)
        if not 1 < len(patient.keys) < len(column.texts):
            continue
        for time, values in times:
            if time.name == patient.name:
                continue
            found = _two_points(patient, time, values)
            if found is not None:
                rank = (found.pairs, bool(_PATIENT.search(patient.name)), bool(_TIME.search(time.name)))
                if best is None or rank > best[0]:
                    best = rank, found
    return _of_dates(columns) if best is None else best[1]


def _of_dates(columns: list[ClinicalColumn]) -> PairColumns | None:
    """A column of patients beside a column of days, of which most patients have two."""
    for time in columns:
        if not holds_dates(time):
            continue
        for patient in columns:
            if _PATIENT.search(patient.name) and _repeats(patient):
                count = patients_of_two_days(patient, time)
                if count >= max(2, len(_values(patient)) // 3):
                    return PairColumns(patient.name, time.name, EARLIER, LATER, count, True)
    return None


def pairs_key(columns: PairColumns) -> str:
    """The key as it stands in a study file."""
    parts = ("patient", "time_point", "before", "after")
    return "pairs = { " + ", ".join(
        f"{part} = {json.dumps(getattr(columns, part), ensure_ascii=False)}" for part in parts) + " }"


def _repeats(column: ClinicalColumn) -> bool:
    """Whether enough texts stand more than once: 500 columns of expression among the clinical ones pass by quickly."""
    counts = Counter(column.texts)
    repeated = sum(count > 1 for count in counts.values())
    return repeated >= 2 and repeated >= FEWEST_REPEATED * len(counts)


def _values(column: ClinicalColumn) -> list[str]:
    known = {value_key(text): text.strip() for row, text in reversed(list(enumerate(column.texts)))
             if row not in column.missing and text.strip()}
    return list(dict.fromkeys(text.strip() for row, text in enumerate(column.texts)
                              if row not in column.missing and known.get(value_key(text)) == text.strip()))


@dataclass(frozen=True, eq=False)
class _Coded:
    """Each row's value as a number (-1 where it has none), and the values' keys in the order of the numbers."""

    name: str
    codes: NDArray[np.int64]
    keys: tuple[str, ...]


def _coded(column: ClinicalColumn) -> _Coded:
    number_of: dict[str, int] = {}
    codes = [-1 if row in column.missing or not text.strip()
             else number_of.setdefault(value_key(text), len(number_of)) for row, text in enumerate(column.texts)]
    return _Coded(column.name, np.array(codes, dtype=np.int64), tuple(number_of))


def _two_points(patient: _Coded, time: _Coded, values: list[str]) -> PairColumns | None:
    """The two values of the time column of which most patients have exactly one each."""
    known = (patient.codes >= 0) & (time.codes >= 0)
    width = len(time.keys)
    counts = np.bincount(patient.codes[known] * width + time.codes[known], minlength=len(patient.keys) * width)
    once = counts.reshape(-1, width) == 1
    patients = len(np.unique(patient.codes[known]))
    place = {key: number for number, key in enumerate(time.keys)}
    best: PairColumns | None = None
    for at, one in enumerate(values):
        for other in values[at + 1:]:
            count = int((once[:, place[value_key(one)]] & once[:, place[value_key(other)]]).sum())
            if count >= max(2, patients // 3) and (best is None or count > best.pairs):
                before, after, certain = _in_order(one, other)
                best = PairColumns(patient.name, time.name, before, after, count, certain)
    return best


def _in_order(one: str, other: str) -> tuple[str, str, bool]:
    """The two values with the earlier one first, and whether their words say so."""
    sides = [_side(one), _side(other)]
    if sides in (["before", "after"], ["before", ""], ["", "after"]):
        return one, other, True
    if sides in (["after", "before"], ["after", ""], ["", "before"]):
        return other, one, True
    return one, other, False


def _side(value: str) -> str:
    read = parse_pair_name(value).time_point
    if read:
        return read
    before, after = bool(_BEFORE.search(value)), bool(_AFTER.search(value))
    return "before" if before and not after else "after" if after and not before else ""
