"""Columns of a clinical table that look as if they stated pairs: a patient who stands twice, and a time point.

Not for: using them; they are proposed, and the key ``pairs`` of the data set states them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass

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

    Among equals, columns whose names say patient and time win, then the first of the table.
    """
    columns = list(clinical.columns.values())
    times = [(column, values) for column in columns if len(set(column.texts)) <= MOST_SPELLINGS
             and 2 <= len(values := _values(column)) <= MOST_TIME_POINTS]
    best: tuple[tuple[int, bool, bool], PairColumns] | None = None
    for patient in columns:
        if not _repeats(patient) or not 1 < len(_values(patient)) < len(patient.texts):
            continue
        for time, values in times:
            if time.name == patient.name:
                continue
            found = _two_points(patient, time, values)
            if found is not None:
                rank = (found.pairs, bool(_PATIENT.search(patient.name)), bool(_TIME.search(time.name)))
                if best is None or rank > best[0]:
                    best = rank, found
    return None if best is None else best[1]


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


def _two_points(patient: ClinicalColumn, time: ClinicalColumn, values: list[str]) -> PairColumns | None:
    """The two values of the time column of which most patients have exactly one each."""
    of_patient: dict[str, list[str]] = {}
    for row, who in enumerate(patient.texts):
        if row not in patient.missing and row not in time.missing and who.strip():
            of_patient.setdefault(value_key(who), []).append(value_key(time.texts[row]))
    best: PairColumns | None = None
    for at, one in enumerate(values):
        for other in values[at + 1:]:
            count = sum(own.count(value_key(one)) == own.count(value_key(other)) == 1 for own in of_patient.values())
            if count >= max(2, len(of_patient) // 3) and (best is None or count > best.pairs):
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
