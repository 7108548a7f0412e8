"""What a clinical column holds, for choosing rules by looking: its values with counts, its range, how many miss it.

Not for: judging or summarising patients (table_one.py does that for a paper).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.tables import ClinicalColumn, ClinicalTable
from core.data.values import value_key

MOST_VALUES = 60
NUMBERS_SHARE = 0.9


@dataclass(frozen=True)
class ColumnFacts:
    """One column. ``values`` are (text, patients), the most frequent first, at most 60; ``low`` and ``high`` are NaN
    where it holds no numbers; ``more`` counts the values that are not listed."""

    name: str
    values: tuple[tuple[str, int], ...]
    missing: int
    patients: int
    low: float
    high: float
    is_numbers: bool
    more: int = 0

    def words(self) -> str:
        """``3 values, 12 missing``, ``21.9 to 96.3, none missing``."""
        lacking = f"{self.missing:,} missing" if self.missing else "none missing"
        count = len(self.values) + self.more
        held = f"{self.low:.4g} to {self.high:.4g}" if self.is_numbers else f"{count:,} values" if count != 1 \
            else "1 value"
        return f"{held}, {lacking}"


def column_facts(clinical: ClinicalTable, names: Sequence[str]) -> tuple[ColumnFacts, ...]:
    """Facts of the named columns, in that order."""
    return tuple(_facts(clinical.columns[name]) for name in names)


def _facts(column: ClinicalColumn) -> ColumnFacts:
    counts: dict[str, int] = {}
    shown: dict[str, str] = {}
    for row, text in enumerate(column.texts):
        if row not in column.missing and text.strip():
            key = value_key(text)
            counts[key] = counts.get(key, 0) + 1
            shown.setdefault(key, text.strip())
    known = sum(counts.values())
    numbers = column.numbers[[row for row in range(len(column.texts)) if row not in column.missing]]
    numbers = numbers[np.isfinite(numbers)]
    is_numbers = known > 0 and numbers.size >= NUMBERS_SHARE * known
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ColumnFacts(column.name, tuple((shown[key], count) for key, count in ordered[:MOST_VALUES]),
                       len(column.texts) - known, len(column.texts), float(numbers.min()) if numbers.size else np.nan,
                       float(numbers.max()) if numbers.size else np.nan, is_numbers, max(0, len(ordered) - MOST_VALUES))
