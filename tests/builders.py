"""Small tables for tests, built from plain values. Not for: real data, which lies in tests/data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from core.data.files.cell_grid import plain_number
from core.data.files.formats import LayoutHints
from core.data.files.raw_table import RawTable, column_letters, number_words
from core.data.files.workbook import FileFormat, ReadResult
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


def raw_table(rows: Sequence[Sequence[str | float | None]], file: str = "lab.xlsx", sheet: str = "Sheet1",
              **parts: Any) -> RawTable:
    """A sheet as the reader gives it: numbers and number-like texts are numbers, None and "" blank, the rest words.

    ``parts`` are further fields of RawTable (``dates``, ``merged``, ``hidden_rows``, …).
    """
    numbers = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    texts: dict[int, dict[int, str]] = {}
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value is None or value == "":
                continue
            number = plain_number(value) if isinstance(value, str) else float(value)
            if number is not None:
                numbers[row, column] = number
            if isinstance(value, str) and (number is None or number_words(number) != value):
                texts.setdefault(column, {})[row] = value
    return RawTable(file, sheet, numbers, texts, **parts)


def read_result(table: RawTable, hints: LayoutHints | None = None) -> ReadResult:
    """A table as if it had just been read from an xlsx file."""
    return ReadResult(table, FileFormat("xlsx"), (), hints)
