"""Numbers as people type them: thousands commas, decimal commas, true minus; and what to say when it is none.

Not for: numbers in data files (core/data reads those, with a place for each).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from core.figures.number_words import MINUS

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,\u00a0\u202f ]\d{3})+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")


def typed_number(text: str, *, whole: bool, facts: Mapping[str, Any], example: float) -> float | int:
    """The number that was typed.

    Raises
    ------
    ValueError
        With a sentence for the user: not a number, not whole, or outside ``low`` and ``high`` of ``facts``.
    """
    plain = text.strip().replace(MINUS, "-").replace("\u2013", "-")
    if _THOUSANDS.fullmatch(plain):
        if not whole and "," in plain and plain.count(",") == 1 and not plain.lstrip("+-").startswith("0"):
            raise ValueError(f"Type {plain.replace(',', '')} or {plain.replace(',', '.')}: the comma could mean either")
        if not plain.lstrip("+-").startswith("0"):
            plain = re.sub(r"[,\u00a0\u202f ]", "", plain)
    if not whole and _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"Type {kind}, for example {number_text(example, whole=whole)}")
    if whole and number != int(number):
        raise ValueError(f"Type a whole number, for example {number_text(example, whole=True)}")
    low, high = facts.get("low"), facts.get("high")
    if (low is not None and number < low) or (high is not None and number > high):
        raise ValueError("It must be " + limit_words(facts, whole=whole))
    return int(number) if whole else number


def number_text(number: float, *, whole: bool) -> str:
    """A number as it stands in a field: thousands commas where it is whole, no needless zeros, a true minus."""
    if whole:
        return f"{int(number):,}".replace("-", MINUS)
    text = f"{number:.10g}"
    if "e" not in text and "." not in text:
        text += ".0"
    return text.replace("-", MINUS)


def limit_words(facts: Mapping[str, Any], *, whole: bool) -> str:
    """ "between 0 and 1,000,000", "at least 0.01"; empty without limits."""
    low, high = facts.get("low"), facts.get("high")
    shown = {name: number_text(value, whole=whole).removesuffix(".0")
             for name, value in (("low", low), ("high", high)) if value is not None}
    if len(shown) == 2:
        return f"between {shown['low']} and {shown['high']}"
    if "low" in shown:
        return f"at least {shown['low']}"
    return f"at most {shown['high']}" if shown else ""
