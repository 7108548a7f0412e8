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
LINE_POINTS = 13.0
TALLEST_ROW = 409.0
P_FORMAT = '[<0.001]"< 0.001";[<=0.1]0.000;0.00'
"""The contract's rule for P as a number format: the cell keeps the raw number."""
P_COLUMN = re.compile(r"(^|_)p($|_)|^q(_|$)")
RATIO_COLUMN = re.compile(r"(^|_)(hr|or|odds_ratio)($|_)")


class CellWriter:
    """Writes the cells of one workbook: its formats, made once each, and notes about what had to be cut.

    ``style`` in ``put`` is "header", "text" (as it is, gene symbols stay symbols), "wrapped", or a number format.
    """

    def __init__(self, book: Any, file: str) -> None:
        self._book = book
        self._file = file
        self._found: dict[tuple[str, str], Problem] = {}
        self._styles: dict[str, Any] = {
            "header": book.add_format({"bold": True, "num_format": "@", "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@"}),
            "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        }

    def note(self, code: str, what: str, remedy: str) -> None:
        """Remember something that had to be cut, each kind and place once."""
        self._found.setdefault((code, what), note(code, what, Location(self._file), remedy=remedy))

    def notes(self) -> tuple[Problem, ...]:
        """In the order in which they were noticed."""
        return tuple(self._found.values())

    def put(self, sheet: Any, row: int, column: int, value: Any, style: str) -> None:
        """Write one cell as what it is; never a formula, never a link, nothing where nothing is defined."""
        if value is None:
            return
        shape = self._style(style)
        if isinstance(value, (bool, np.bool_)):
            sheet.write_boolean(row, column, bool(value), shape)
        elif isinstance(value, (int, np.integer)) and abs(int(value)) <= LARGEST_EXACT:
            sheet.write_number(row, column, int(value), shape)
        elif isinstance(value, (float, np.floating)):
            if math.isfinite(value):
                sheet.write_number(row, column, float(value), shape)
        elif str(value):
            text = self._fitting(str(value), sheet)
            if style not in ("header", "wrapped"):
                # Older spreadsheet programs show #### for more than 255 characters in a cell of the text format.
                shape = self._style("text") if len(text) <= 255 else None
            sheet.write_string(row, column, text, shape)

    def _style(self, style: str) -> Any:
        if style not in self._styles:
            self._styles[style] = self._book.add_format({"num_format": style})
        return self._styles[style]

    def _fitting(self, text: str, sheet: Any) -> str:
        """Text that a cell can hold."""
        text = text.encode("utf-8", errors="replace").decode("utf-8")
        if len(text.encode("utf-16-le")) // 2 <= MOST_CHARACTERS:
            return text
        self.note("text_cut", f"a text of {len(text):,} characters on sheet {sheet.get_name()} was cut: a spreadsheet "
                  f"cell holds {MOST_CHARACTERS:,}", "the whole text is in the csv and text files")
        ending = f" \u2026 (cut, {len(text):,} characters in all)"
        room = 2 * (MOST_CHARACTERS - len(ending))
        return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + ending


def plain(value: Any) -> Any:
    """A setting as one cell: numbers and switches as they are, lists joined, nothing as "none"."""
    if value is None or value == ():
        return "none"
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    if isinstance(value, (bool, int, float, np.generic)):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {plain(part)}" for key, part in value.items()) or "none"
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return ", ".join(str(plain(part)) for part in parts) or "none"
    return str(value) or "none"


def number_format(name: str, values: Sequence[Any] | NDArray[Any]) -> str:
    """How a column's numbers are shown: P by the contract's rule, ratios with two decimals, else three digits."""
    numbers = [abs(float(value)) for value in values
               if isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)]
    if numbers and P_COLUMN.search(name) and max(numbers) <= 1:
        return P_FORMAT
    if not numbers or all(number.is_integer() for number in numbers):
        return "0" if numbers and max(numbers) < 1e15 else "General"
    if RATIO_COLUMN.search(name):
        return "0.00"
    typical = float(np.median([number for number in numbers if number > 0] or [1.0]))
    decimals = 2 - math.floor(math.log10(typical))
    if not -3 <= decimals <= 8:
        return "0.000E+00"
    return "0." + "0" * max(decimals, 1)


def width_of(name: str, values: Sequence[Any] | NDArray[Any], most: float = 60.0) -> float:
    """A column's width in characters: its words, within reason."""
    longest = max([len(name) + 2, *(len(str(value)) if isinstance(value, str) else 9 for value in list(values[:500]))])
    return float(min(max(longest * 1.05 + 1, 8), most))


def height_of(texts: Sequence[Any], widths: Sequence[float]) -> float:
    """A row's height in points for wrapped texts: spreadsheet programs differ in whether they find it themselves."""
    lines = max([math.ceil(len(str(text)) / width) for text, width in zip(texts, widths, strict=True)] or [1])
    return min(max(lines, 1) * LINE_POINTS + 1, TALLEST_ROW)
