"""Cells collected one row at a time into the arrays of a RawTable, within limits of memory.

Not for: files, delimiters or sheets; it only knows rows, columns, numbers and words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import RawTable, column_letters
from core.problems import Location, user_error

MAX_CELLS = 60_000_000
"""Rows times columns: 480 MB of numbers. METABRIC whole (24,368 genes x 1,980 patients) has 48 million."""
MAX_TEXT_CELLS = 5_000_000
"""Cells that hold words; each costs about 150 bytes."""
MAX_CHARACTERS = 300_000_000
"""Characters of all words together."""
MAX_COLUMNS = 100_000
"""A table with patients as rows has one column per gene or transcript (60,660 in GENCODE 36)."""

PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""What counts as a number once decimal and thousands signs are settled. Not: nan, inf, 1_000, 0x10, 5 %."""
SPELLING_MATTERS = re.compile(r"\+|-?0[0-9]|[^eE]*[eE]\+?[0-9]|[0-9]{16}")
"""Numbers that may be a damaged name (2.31E+13), a code (007, +5) or too long for a float: their text is kept."""


def plain_number(text: str) -> float | None:
    """The value of a plain number with decimal point; None for anything else, also where it overflows."""
    if PLAIN_NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if abs(value) < np.inf else None


class CellGrid:
    """A sheet under construction. It grows only where something is written, so trailing blanks cost nothing.

    ``place`` (file and sheet) is for the sentence that refuses a table that is too large.
    """

    def __init__(self, place: Location) -> None:
        self._place = place
        self._numbers: NDArray[np.float64] = np.full((0, 0), np.nan)
        self._texts: dict[int, dict[int, str]] = {}
        self._known: dict[str, str] = {}
        self._text_cells = self._characters = 0
        self.n_rows = 0
        self.n_columns = 0

    def expect(self, rows: int, columns: int) -> None:
        """Take space for the size that a file announces, if it is a believable one."""
        if self.n_rows == 0 and rows * columns <= MAX_CELLS // 4 and columns <= MAX_COLUMNS:
            self._numbers = np.full((rows, columns), np.nan)

    def clear(self, row: int, column: int) -> None:
        """Take back a number."""
        self._numbers[row, column] = np.nan

    def put_number(self, row: int, column: int, value: float) -> None:
        """One number."""
        self._extend(row, column)
        self._hold()
        self._numbers[row, column] = value

    def put_numbers(self, row: int, column: int, values: Sequence[float] | NDArray[np.float64]) -> None:
        """Numbers of one row from ``column`` on; NaN leaves a cell blank."""
        if len(values):
            self._extend(row, column + len(values) - 1)
            self._hold()
            self._numbers[row, column:column + len(values)] = values

    def put_scattered(self, row: int, columns: Sequence[int], values: Sequence[float]) -> None:
        """Numbers of one row in the named columns; there is at least one."""
        self._extend(row, max(columns))
        self._hold()
        self._numbers[row, columns] = values

    def put_text(self, row: int, column: int, text: str) -> None:
        """One cell of words; nothing happens for a cell of blanks. Repeated words share their memory."""
        if not text or text.isspace():
            return
        self._extend(row, column)
        self._text_cells += 1
        self._characters += len(text)
        if self._text_cells > MAX_TEXT_CELLS or self._characters > MAX_CHARACTERS:
            raise self._too_large(f"more than {MAX_TEXT_CELLS // 1_000_000} million cells of text, or very long ones")
        if len(text) < 40:
            text = self._known.setdefault(text, text)
        cells = self._texts.get(column)
        if cells is None:
            cells = self._texts[column] = {}
        cells[row] = text

    def put_whole(self, numbers: NDArray[np.float64]) -> None:
        """Take over the numbers of all rows at once, as they are."""
        self._numbers = numbers
        self.n_rows, self.n_columns = numbers.shape

    def finish(self, **structure: object) -> RawTable:
        """The table, cut after its last cell that holds something."""
        self._hold(exactly=True)
        rows, columns = self._used()
        numbers = self._numbers[:rows, :columns]
        if numbers.size < 0.8 * self._numbers.size:
            numbers = numbers.copy()
        numbers.flags.writeable = False
        texts = {column: self._texts[column] for column in sorted(self._texts)}
        self._known.clear()
        return RawTable(self._place.file, self._place.sheet, numbers, texts, **structure)  # type: ignore[arg-type]

    def _used(self) -> tuple[int, int]:
        """Rows and columns up to the last one that holds a number or a text."""
        rows = max((max(cells) + 1 for cells in self._texts.values() if cells), default=0)
        columns = max((column + 1 for column, cells in self._texts.items() if cells), default=0)
        for row in range(self.n_rows - 1, rows - 1, -1):
            if not np.isnan(self._numbers[row]).all():
                rows = row + 1
                break
        for column in range(self.n_columns - 1, columns - 1, -1):
            if not np.isnan(self._numbers[:rows, column]).all():
                columns = column + 1
                break
        return rows, columns

    def _extend(self, row: int, column: int) -> None:
        """Count a cell in, or refuse the table."""
        if row < self.n_rows and column < self.n_columns:
            return
        rows, columns = max(self.n_rows, row + 1), max(self.n_columns, column + 1)
        if columns > MAX_COLUMNS:
            raise self._too_large(f"more than {MAX_COLUMNS:,} columns")
        if rows * columns > MAX_CELLS:
            raise self._too_large(f"{rows:,} rows x {columns:,} columns (to cell {column_letters(columns - 1)}{rows})")
        self.n_rows, self.n_columns = rows, columns

    def _hold(self, *, exactly: bool = False) -> None:
        """Make room for the counted rows and columns, with some to spare for those that will follow."""
        rows, columns = self.n_rows, self.n_columns
        held_rows, held_columns = self._numbers.shape
        if rows <= held_rows and columns <= held_columns:
            return
        wanted_rows, wanted_columns = max(rows, held_rows), max(columns, held_columns)
        if not exactly:
            if columns > held_columns > 0:
                wanted_columns = min(max(columns, held_columns * 3 // 2), MAX_COLUMNS)
            if rows > held_rows:
                wanted_rows = max(rows, held_rows * 3 // 2 + 64)
            if wanted_rows * wanted_columns > MAX_CELLS:
                wanted_rows, wanted_columns = rows, columns
        larger = np.full((wanted_rows, wanted_columns), np.nan)
        kept_rows, kept_columns = min(rows, held_rows), min(columns, held_columns)
        larger[:kept_rows, :kept_columns] = self._numbers[:kept_rows, :kept_columns]
        self._numbers = larger

    def _too_large(self, how: str) -> Exception:
        return user_error(
            "table_too_large",
            f"the table has {how}; RTKscope reads up to {MAX_CELLS // 1_000_000} million cells",
            self._place,
            why="A larger one would not fit into the memory of an ordinary computer.",
            remedy="keep only the genes (at least the RTKs) and the samples that you need, or look for a "
            "stray entry far below or to the right of the table",
        )


def number_reader(decimal: str, thousands: str) -> Callable[[str], float | None]:
    """A function from text to value for the file's decimal and thousands signs; None for what is no plain number.

    Thousands signs are accepted only in groups of three digits, so ``1,5`` never becomes 15.
    """
    if decimal == "." and not thousands:
        return plain_number
    group = "".join(re.escape(sign) for sign in thousands)
    point = re.escape(decimal)
    whole = rf"[0-9]{{1,3}}(?:[{group}][0-9]{{3}})+|[0-9]+" if thousands else "[0-9]+"
    shape = re.compile(rf"[+-]?(?:(?:{whole})(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?")
    without = {ord(sign): None for sign in thousands}

    def read(text: str) -> float | None:
        if shape.fullmatch(text) is None:
            return None
        value = float(text.translate(without).replace(decimal, "."))
        return value if abs(value) < np.inf else None

    return read
