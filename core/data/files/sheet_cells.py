"""The cells of one workbook sheet as they arrive: numbers, words, dates, errors, and what is worth telling about them.

Not for: any file format; the readers of xlsx, xlsb, xls and ods hand their cells in here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.data.files.cell_dates import serial_text
from core.data.files.cell_grid import SPELLING_MATTERS, CellGrid, number_reader
from core.data.files.raw_table import RawTable, column_letters
from core.problems import Location

MAX_ADDRESSES = 100_000
MAX_MERGES = 100_000
ERROR_WORDS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""[MS-XLS] 2.5.10 and [MS-XLSB] 2.5.97.2: the error values of binary workbooks."""


@dataclass
class Found:
    """What was come across in a sheet, to be told: how many cells of a kind, and the first of them."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, row: int, column: int) -> None:
        """One more cell of this kind."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind not in self.first:
            self.first[kind] = f"{column_letters(column)}{row + 1}"


@dataclass(frozen=True)
class JudgedText:
    """A text, its value where it is a number typed as text, and whether the text itself is kept."""

    text: str
    value: float | None
    keep: bool


class SheetCells:
    """Collects one sheet.

    Parameters
    ----------
    decimal : str
        Decimal sign of numbers that were typed as text.
    from_1904 : bool
        Whether the workbook counts its days from 1904.
    """

    def __init__(self, place: Location, *, decimal: str = ".", from_1904: bool = False) -> None:
        self.found = Found()
        self.grid = CellGrid(place)
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self._from_1904 = from_1904
        self._read_number = number_reader(decimal, "")
        self._dates: set[tuple[int, int]] = set()
        self._merged: list[tuple[int, int, int, int]] = []
        self._uncalculated: list[str] = []

    def judged(self, text: str) -> JudgedText:
        """Look at a text once; shared texts are looked at once for all their cells."""
        trimmed = text.strip()
        value = self._read_number(trimmed) if trimmed else None
        return JudgedText(text, value, bool(trimmed) and (value is None or SPELLING_MATTERS.match(trimmed) is not None))

    def put_judged(self, row: int, column: int, known: JudgedText) -> None:
        """A text that was looked at before."""
        if known.value is not None:
            self.grid.put_number(row, column, known.value)
            self.found.add("numbers as text", row, column)
        if known.keep:
            self.grid.put_text(row, column, known.text)

    def put_text(self, row: int, column: int, text: str) -> None:
        """Words, or a number typed as words."""
        self.put_judged(row, column, self.judged(text))

    def put_number(self, row: int, column: int, value: float, date_kind: str = "") -> None:
        """A number, or the date that it stands for."""
        text = serial_text(value, date_kind, from_1904=self._from_1904) if date_kind else ""
        if text:
            self.put_date(row, column, text)
        elif value - value == 0:
            self.grid.put_number(row, column, value)

    def put_date(self, row: int, column: int, text: str) -> None:
        """A date or a time of day as text."""
        self.grid.put_text(row, column, text)
        if "-" in text:
            self._dates.add((row, column))
            self.found.add("dates", row, column)

    def put_boolean(self, row: int, column: int, value: bool) -> None:
        """TRUE or FALSE, as words."""
        self.grid.put_text(row, column, "TRUE" if value else "FALSE")

    def put_error(self, row: int, column: int, text: str) -> None:
        """An error of the spreadsheet program, as words."""
        self.found.add("errors", row, column)
        self.grid.put_text(row, column, text)

    def put_uncalculated(self, row: int, column: int) -> None:
        """A formula without a value."""
        self.found.add("uncalculated", row, column)
        if len(self._uncalculated) < MAX_ADDRESSES:
            self._uncalculated.append(f"{column_letters(column)}{row + 1}")

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """An area whose cells were made one."""
        if len(self._merged) < MAX_MERGES and top <= bottom and left <= right:
            self._merged.append((top, left, bottom, right))

    def finish(self) -> RawTable:
        """The sheet; what lies beyond its last filled cell is cut off."""
        table = self.grid.finish()
        rows, columns = table.n_rows, table.n_columns
        return RawTable(
            table.file, table.sheet, table.numbers, table.texts, frozenset(self._dates),
            frozenset(row for row in self.hidden_rows if row < rows),
            frozenset(column for column in self.hidden_columns if column < columns),
            tuple(merge for merge in self._merged if merge[0] < rows and merge[1] < columns), tuple(self._uncalculated))
