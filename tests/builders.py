"""Small tables for tests, built from plain values. Not for: real data, which lies in tests/data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np

from core.data.raw_table import column_letters
from core.data.tables import ClinicalColumn, ClinicalTable, Missing
from core.problems import Location


def clinical_table(columns: Mapping[str, Sequence[object]], samples: Sequence[str] | None = None, *,
                   file: str = "clinical.xlsx", sheet: str = "Sheet1") -> ClinicalTable:
    """A clinical table as if read from a sheet: ids in column A from row 2, the given columns from B on.

    None and "" are blank cells, "NA" counts as not available; texts that are numbers become numbers.
    """
    count = len(next(iter(columns.values())))
    names = tuple(samples) if samples is not None else tuple(f"P{number + 1:02d}" for number in range(count))
    built: dict[str, ClinicalColumn] = {}
    for position, (name, values) in enumerate(columns.items()):
        texts = tuple("" if value is None else str(value) for value in values)
        numbers = np.full(count, np.nan)
        missing: dict[int, Missing] = {}
        for row, text in enumerate(texts):
            if text in ("", "NA"):
                missing[row] = Missing.BLANK if text == "" else Missing.NOT_AVAILABLE
                continue
            with suppress(ValueError):
                numbers[row] = float(text)
        letter = column_letters(position + 1)
        built[name] = ClinicalColumn(name, texts, numbers, missing, tuple(f"{letter}{row + 2}" for row in range(count)),
                                     Location(file, sheet))
    return ClinicalTable(names, built, Location(file, sheet))


def cells_of_column(count: int, *, file: str = "genes.csv", letter: str = "A") -> tuple[Location, ...]:
    """The places of the cells below a header: A2, A3, …"""
    return tuple(Location(file, "", f"{letter}{row + 2}") for row in range(count))
