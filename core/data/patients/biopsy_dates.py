"""Time points told by dates: of each patient the sample of the first day is before, that of the last day after.

Not for: dates of follow-up (follow_up_times.py), or the days between two biopsies, which an audit judges.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from core.data.tables import ClinicalColumn
from core.data.values import value_key

EARLIER, LATER = "earlier", "later"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
MOST_OF_THEM = 0.9
"""A column is one of dates where this share of its entries are."""


def day_of(text: str) -> date | None:
    """The day that a text says for certain: 2020-03-14 or 14.3.2020. 03/04/2020 may be two days and is none."""
    if found := _ISO.match(text.strip()):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DOTTED.fullmatch(text.strip()):
        day, month, year = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def holds_dates(column: ClinicalColumn) -> bool:
    """Whether nearly all entries of a column are days."""
    known = [text for row, text in enumerate(column.texts) if row not in column.missing and text.strip()]
    return bool(known) and sum(day_of(text) is not None for text in known) >= MOST_OF_THEM * len(known)


def time_points(patient: ClinicalColumn, time: ClinicalColumn, before: str, after: str) -> ClinicalColumn:
    """The column of time points; where "earlier" and "later" are asked of dates, these words instead of the dates.

    Days between the first and the last, and entries that are no day, stay as they stand, so that they are listed.
    """
    if (before, after) != (EARLIER, LATER) or not holds_dates(time):
        return time
    days = [None if row in time.missing or row in patient.missing else day_of(text)
            for row, text in enumerate(time.texts)]
    of_patient: dict[str, list[date]] = {}
    for row, day in enumerate(days):
        if day is not None:
            of_patient.setdefault(value_key(patient.texts[row]), []).append(day)
    texts = list(time.texts)
    for row, day in enumerate(days):
        if day is not None:
            own = of_patient[value_key(patient.texts[row])]
            texts[row] = EARLIER if day == min(own) else LATER if day == max(own) else time.texts[row]
    return replace(time, texts=tuple(texts))


def patients_of_two_days(patient: ClinicalColumn, time: ClinicalColumn) -> int:
    """How many patients have one sample of a first day and one of a last day."""
    told = time_points(patient, time, EARLIER, LATER)
    counts: dict[str, list[str]] = {}
    for row, text in enumerate(told.texts):
        if row not in told.missing and row not in patient.missing and text in (EARLIER, LATER):
            counts.setdefault(value_key(patient.texts[row]), []).append(text)
    return sum(sorted(each) == [EARLIER, LATER] for each in counts.values())
