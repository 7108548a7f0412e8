"""How a column of a result reads on screen: what kind it is, its decimals, its words for a missing value, its order.

Not for: files. A csv or a workbook holds the raw numbers; Copy gives them at full precision too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import MINUS, p_words

KINDS = ("words", "yes or no", "count", "number", "p", "corrected p", "ratio", "plain")
CORRECTED = frozenset({"maxt", "corrected", "search", "sizes", "size", "sets"})
NO_COMMAS = frozenset({"year", "seed", "rank", "day", "id"})
_DIGITS = re.compile(r"(\d+)")
SAMPLE = 400


@dataclass(frozen=True, eq=False)
class Column:
    """One column as the table shows it. ``numbers`` is None for words; NaN in it is missing."""

    name: str
    kind: str
    values: Sequence[Any] | NDArray[Any]
    numbers: NDArray[np.float64] | None
    decimals: int = 0
    missing: str = "not defined"
    describe: str = ""
    title: str = ""
    _order: list[NDArray[np.intp]] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """True where the column stands right aligned."""
        return self.numbers is not None

    def text(self, row: int) -> str:
        """The cell in words, never empty."""
        if self.numbers is None:
            value = self.values[row]
            if self.kind == "yes or no":
                return self.missing if _absent(value) else "yes" if value else "no"
            shown = "" if _absent(value) else str(value)
            return shown if shown.strip() else self.missing
        number = float(self.numbers[row])
        if number != number:
            return self.missing
        if number in (np.inf, -np.inf):
            return "no upper limit" if number > 0 else "no lower limit"
        if self.kind in ("p", "corrected p"):
            return p_words(number)
        if self.kind == "ratio" and number < 0.005:
            return "< 0.01"
        if self.kind == "ratio" and number > 1000:
            return "> 1000"
        text = f"{number:,.{self.decimals}f}" if self.kind != "plain" else f"{number:.{self.decimals}f}"
        if text.startswith("-"):
            text = text[1:] if not text.strip("-0.,") else MINUS + text[1:]
        return text

    def is_missing(self, row: int) -> bool:
        """True where the cell shows the word for a missing value."""
        if self.numbers is not None:
            return bool(np.isnan(self.numbers[row]))
        value = self.values[row]
        return _absent(value) or not str(value).strip()

    def holds(self, row: int) -> bool:
        """True for a corrected P under 0.05."""
        return self.kind == "corrected p" and self.numbers is not None and bool(self.numbers[row] < 0.05)

    def raw_text(self, row: int) -> str:
        """The cell at full precision, empty where missing, as Copy gives it."""
        value = self.values[row]
        if _absent(value):
            return ""
        if isinstance(value, (bool, np.bool_)):
            return "true" if value else "false"
        if isinstance(value, (float, np.floating)):
            return repr(float(value))
        return " ".join(str(value).split("\t")).replace("\n", " ")

    def order(self) -> NDArray[np.intp]:
        """Row numbers from the smallest value up, missing ones last; worked out once."""
        if not self._order:
            if self.numbers is not None:
                self._order.append(np.argsort(self.numbers, kind="stable"))
            else:
                keys = [natural_key(value) for value in self.values]
                self._order.append(np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp))
        return self._order[0]

    def n_missing(self) -> int:
        """How many cells are missing."""
        if self.numbers is not None:
            return int(np.isnan(self.numbers).sum())
        return sum(_absent(value) or not str(value).strip() for value in self.values)


def natural_key(value: Any) -> tuple[Any, ...]:
    """P2 before P10, without regard to case, missing last."""
    if _absent(value) or value == "":
        return (1,)
    text = str(value).casefold()
    if text.isalpha():
        return (0, text)
    parts = _DIGITS.split(text)
    return (0, parts[0], *((int(part), "") if part.isdecimal() else (-1, part) for part in parts[1:] if part))


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, (float, np.floating)) and bool(value != value))


def make_column(name: str, values: Sequence[Any] | NDArray[Any], describe: str = "", kind: str = "",
                missing: str = "not defined", title: str = "") -> Column:
    """A column with its kind read off its name and values, where ``kind`` does not say it."""
    numbers = _as_numbers(values)
    if numbers is None:
        kinds = set(map(type, values)) - {type(None)}
        yes_no = bool(kinds) and all(issubclass(found, (bool, np.bool_)) for found in kinds)
        return Column(name, kind or ("yes or no" if yes_no else "words"), values, None, 0, missing, describe, title)
    kind = kind or _number_kind(name, numbers)
    return Column(name, kind, values, numbers, _decimals(kind, numbers), missing, describe, title)


def _as_numbers(values: Sequence[Any] | NDArray[Any]) -> NDArray[np.float64] | None:
    """The values as floats, None as NaN; None where a value is a text or true/false."""
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values.astype(np.float64) if values.dtype.kind in "iuf" else None
    kinds = set(map(type, values)) - {type(None)}
    if not kinds or not all(issubclass(kind, (int, float, np.integer, np.floating)) and kind is not bool
                            for kind in kinds):
        return None
    return np.array(values, dtype=np.float64)


def _number_kind(name: str, numbers: NDArray[np.float64]) -> str:
    parts = re.split(r"[_\s]+", name.lower())
    finite = numbers[np.isfinite(numbers)]
    inside = not len(finite) or (finite.min() >= 0 and finite.max() <= 1)
    if inside and ("p" in parts or (parts[0] == "q" and len(parts) > 1)):
        return "corrected p" if "p" in parts and CORRECTED & set(parts) else "p"
    if {"hr", "or", "ratio"} & set(parts):
        return "ratio"
    if len(finite) and (finite == np.floor(finite)).all() and np.abs(finite).max() < 1e15:
        return "plain" if NO_COMMAS & set(parts) else "count"
    return "number"


def _decimals(kind: str, numbers: NDArray[np.float64]) -> int:
    """Decimals that all cells of the column share: three significant digits of its middle value."""
    if kind == "ratio":
        return 2
    if kind in ("count", "plain", "p", "corrected p"):
        return 0
    sizes = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    if not len(sizes):
        return 0
    middle = float(np.median(sizes))
    return int(np.clip(2 - np.floor(np.log10(middle)), 0, 6)) if middle < 1000 else 0
