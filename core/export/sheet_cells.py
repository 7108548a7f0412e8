"""Single cells of a workbook: values as what they are, number formats, limits of the file format.

Not for: what stands on which sheet (workbook.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.problems import Location, Problem, note

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767
LARGEST_EXACT = 2**53
P_FORMAT = '[<0.001]"< 0.001";[<=0.1]0.000;0.00'
"""The contract's rule for P as a number format: the cell keeps the raw number."""
P_COLUMN = re.compile(r"(^|_)p($|_)|^q(_|$)")
RATIO_COLUMN = re.compile(r"(^|_)(hr|or|odds_ratio)($|_)")


class Formats:
    """The cell formats of one workbook, made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[str, Any] = {}
        self.header = book.add_format({"bold": True, "num_format": "@", "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def number(self, pattern: str) -> Any:
        """The format of a number column."""
        if pattern not in self._numbers:
            self._numbers[pattern] = self._book.add_format({"num_format": pattern})
        return self._numbers[pattern]


class Notes:
    """What had to be cut, each kind and place once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: dict[tuple[str, str], Problem] = {}

    def add(self, code: str, what: str, remedy: str) -> None:
        """Remember one."""
        self._found.setdefault((code, what), note(code, what, Location(self._file), remedy=remedy))

    def as_problems(self) -> tuple[Problem, ...]:
        """In the order in which they were noticed."""
        return tuple(self._found.values())


def put(sheet: Any, row: int, column: int, value: Any, number_style: Any, notes: Notes,
        text_style: Any = None) -> None:
    """Write one cell as what it is; never a formula, never a link, nothing where nothing is defined."""
    style = number_style if text_style is None else text_style
    if value is None:
        return
    if isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(row, column, bool(value), number_style)
    elif isinstance(value, (int, np.integer)) and abs(int(value)) <= LARGEST_EXACT:
        sheet.write_number(row, column, int(value), number_style)
    elif isinstance(value, (float, np.floating)):
        if math.isfinite(value):
            sheet.write_number(row, column, float(value), number_style)
    elif str(value):
        text = _fitting(str(value), sheet, notes)
        # Older spreadsheet programs show #### for more than 255 characters in a cell of the text format.
        sheet.write_string(row, column, text, style if len(text) <= 255 or text_style is number_style else None)


def plain(value: Any) -> Any:
    """A setting as one cell: numbers and switches as they are, lists joined, nothing as "none"."""
    if value is None:
        return "none"
    if isinstance(value, (bool, int, float, np.generic)):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {plain(part)}" for key, part in value.items()) or "none"
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return ", ".join(str(plain(part)) for part in parts) or "none"
    return str(value)


def number_format(name: str, values: Sequence[Any] | NDArray[Any]) -> str:
    """How a column's numbers are shown: P by the contract's rule, ratios with two decimals, else four digits."""
    numbers = [abs(float(value)) for value in values
               if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)]
    if numbers and P_COLUMN.search(name) and max(numbers) <= 1:
        return P_FORMAT
    if not numbers or all(number.is_integer() for number in numbers):
        return "0" if numbers and max(numbers) < 1e15 else "General"
    if RATIO_COLUMN.search(name):
        return "0.00"
    typical = float(np.median([number for number in numbers if number > 0] or [1.0]))
    decimals = 3 - math.floor(math.log10(typical))
    if not -3 <= decimals <= 8:
        return "0.000E+00"
    return "0." + "0" * max(decimals, 1)


def width_of(name: str, values: Sequence[Any] | NDArray[Any]) -> float:
    """A column's width in characters: its words, within reason."""
    longest = max([len(name) + 2, *(len(str(value)) if isinstance(value, str) else 9 for value in list(values[:500]))])
    return float(min(max(longest * 1.05 + 1, 8), 60))


def _fitting(text: str, sheet: Any, notes: Notes) -> str:
    """Text that a cell can hold."""
    text = text.encode("utf-8", errors="replace").decode("utf-8")
    if len(text.encode("utf-16-le")) // 2 <= MOST_CHARACTERS:
        return text
    notes.add("text_cut", f"a text of {len(text):,} characters on sheet {sheet.get_name()} was cut: a spreadsheet cell "
              f"holds {MOST_CHARACTERS:,}", "the whole text is in the csv and text files")
    ending = f" \u2026 (cut, {len(text):,} characters in all)"
    return text.encode("utf-16-le")[:2 * (MOST_CHARACTERS - len(ending))].decode("utf-16-le", errors="ignore") + ending
