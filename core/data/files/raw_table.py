"""A sheet or text file as it was read: every value still knows its cell. Nothing is interpreted here.

Not for: deciding what a row, a column or a word means; that is recipe.py and importing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.problems import Location


def column_letters(column: int) -> str:
    """Spreadsheet letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def number_words(value: float) -> str:
    """The shortest text that reads back equal; whole numbers without a decimal point."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


@dataclass(frozen=True, eq=False)
class RawTable:
    """One sheet, cell by cell.

    Parameters
    ----------
    file, sheet : str
        Names for the user; ``sheet`` is empty for a text file.
    numbers : ndarray of float, shape (n_rows, n_columns)
        The value where the cell is a plain number (read with the file's decimal sign), NaN elsewhere.
    texts : mapping of column -> mapping of row -> str
        The cell's text where it is not a plain number, or where its spelling matters although it is one (``007``,
        ``2.31E+13``). Never an empty string: a blank cell is in neither.
    dates : frozenset of (row, column)
        Cells that the spreadsheet program holds as dates; their text is ISO (``2024-09-02``).
    hidden_rows, hidden_columns : frozenset of int
        0-based.
    merged : tuple of (first_row, first_column, last_row, last_column)
    uncalculated : tuple of str
        Addresses of formula cells that hold no value.
    """

    file: str
    sheet: str
    numbers: NDArray[np.float64]
    texts: Mapping[int, Mapping[int, str]]
    dates: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    uncalculated: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def n_rows(self) -> int:
        return int(self.numbers.shape[0])

    @property
    def n_columns(self) -> int:
        return int(self.numbers.shape[1])

    def text(self, row: int, column: int) -> str:
        """The cell as text, trimmed; empty for a blank cell."""
        words = self.texts.get(column, {}).get(row)
        if words is not None:
            return words.strip()
        value = self.numbers[row, column]
        return "" if np.isnan(value) else number_words(float(value))

    def column_texts(self, column: int, rows: range | None = None) -> list[str]:
        """The texts of one column, trimmed, one per row of ``rows`` (all rows by default)."""
        return [self.text(row, column) for row in (rows if rows is not None else range(self.n_rows))]

    def row_texts(self, row: int) -> list[str]:
        """The texts of one row, trimmed."""
        return [self.text(row, column) for column in range(self.n_columns)]

    def is_blank(self, row: int, column: int) -> bool:
        """True where the cell holds neither a number nor a visible character."""
        return self.text(row, column) == ""

    def cell(self, row: int, column: int) -> str:
        """The address as the user sees it: row 16, column 3 is D17."""
        return f"{column_letters(column)}{row + 1}"

    def place(self, row: int | None = None, column: int | None = None, *, sample: str = "", gene: str = "") -> Location:
        """The location of a cell, a whole row (``17:17``), a whole column (``D:D``) or the sheet."""
        if row is not None and column is not None:
            cell = self.cell(row, column)
        elif row is not None:
            cell = f"row {row + 1}"
        elif column is not None:
            cell = f"column {column_letters(column)}"
        else:
            cell = ""
        return Location(self.file, self.sheet, cell, sample, gene)
