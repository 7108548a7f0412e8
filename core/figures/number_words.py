"""Numbers as a reader of a paper expects them: P values, hazard ratios, intervals, counts (contract §4, Words).

Not for: tables. A csv or a workbook holds the raw number.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence

MINUS = "\u2212"
LINE_ENDS = re.compile(
    r"(?<!\u2190)(?<!\d to)(?<![<=])(?<!\bv)(?<!\bHR)(?<!\bP)(?<!\bCI)"
    r" (?!\u2192)(?!to [\d.\u2212])(?![<=])(?!v )")
"""Where words may be broken into lines: numbers and intervals stay whole, an arrow stays with its word."""
NOT_ESTIMATED = "not estimated"
NOT_REACHED = "not reached"


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def p_words(p: float | None) -> str:
    """A P value: three decimals from 0.001 to 0.10, two above, "< 0.001" below; empty where there is none."""
    if p is None or math.isnan(p):
        return ""
    if p < 0.001:
        return "< 0.001"
    return f"{p:.3f}" if p <= 0.10 else f"{p:.2f}"


def p_equals(p: float | None) -> str:
    """``P = 0.034``, ``P < 0.001`` or ``P not computed``."""
    words = p_words(p)
    if not words:
        return "P not computed"
    return f"P {words}" if words.startswith("<") else f"P = {words}"


def number_words(value: float | None, digits: int = 2) -> str:
    """A number with a fixed number of decimals and a true minus; never "−0.00"; "not estimated" where missing."""
    if value is None or not math.isfinite(value):
        return NOT_ESTIMATED
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        return text.lstrip("-")
    return text.replace("-", MINUS)


def lines_of(text: str, letters: int) -> list[str]:
    """Lines of at most so many letters, numbers and intervals not torn apart."""
    whole = " ".join(piece.replace(" ", "\xa0") for piece in LINE_ENDS.split(text))
    return [line.replace("\xa0", " ") for line in textwrap.wrap(whole, letters, break_on_hyphens=False)]


def short_number(value: float) -> str:
    """A tick: up to six significant digits, no trailing zeros, never an exponent, a true minus."""
    if value == 0:
        return "0"
    digits = max(0, 5 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(digits, 12)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def signed_words(value: float | None, digits: int = 1) -> str:
    """A change with its sign: ``+0.8``, ``−0.3``, ``0.0``."""
    text = number_words(value, digits)
    if text == NOT_ESTIMATED or text.startswith(MINUS) or float(text) == 0:
        return text
    return f"+{text}"


def ratio_words(value: float | None) -> str:
    """A ratio with two decimals; "< 0.01" and "> 1000" beyond what a reader can use."""
    if value is None or not math.isfinite(value):
        return NOT_ESTIMATED
    if value < 0.005:
        return "< 0.01"
    return f"{value:.2f}" if value <= 1000 else "> 1000"


def interval_words(low: float | None, high: float | None, digits: int = 2) -> str:
    """``1.12 to 2.05``."""
    if _missing(low) or _missing(high):
        return NOT_ESTIMATED
    return f"{number_words(low, digits)} to {number_words(high, digits)}"


def hr_words(hr: float | None, low: float | None, high: float | None) -> str:
    """``1.53 (1.12 to 2.05)``: a ratio with its interval."""
    if _missing(hr):
        return NOT_ESTIMATED
    if _missing(low) or _missing(high):
        return ratio_words(hr)
    return f"{ratio_words(hr)} ({ratio_words(low)} to {ratio_words(high)})"


def count_words(count: int) -> str:
    """A count with thousands commas: ``10,000``."""
    return f"{int(count):,}".replace("-", MINUS)


def counted(count: int, one: str, many: str = "") -> str:
    """``1 patient``, ``214 patients``."""
    return f"{count_words(count)} {one if count == 1 else many or one + 's'}"


def percent_words(part: float, whole: float) -> str:
    """A share: whole percent below 100 cases, one decimal from there on; empty when there is no whole."""
    if not whole:
        return ""
    return f"{100 * part / whole:.{0 if whole < 100 else 1}f} %"


def time_words(value: float | None, unit: str) -> str:
    """``81.3 months``, or "not reached" instead of an invented median."""
    if value is None or not math.isfinite(value):
        return NOT_REACHED
    return f"{number_words(value, 1)} {unit}"


def list_words(items: Sequence[str], joint: str = "and") -> str:
    """``ER, nodes and grade``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with "…" where it has more than ``most`` letters: names of a lab can be sentences."""
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def capitalised(text: str) -> str:
    """The first letter in upper case, the rest untouched (``relapse-free survival``, ``HER2 status``)."""
    return text[:1].upper() + text[1:]
