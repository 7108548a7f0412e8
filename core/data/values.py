"""When two values written differently are the same value: ids, event codes, categories.

Not for: gene names (gene_symbols.py) or what counts as missing (missing_values.py).
"""

from __future__ import annotations

import math
import re

from core.data.files.raw_table import number_words

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def value_key(value: object) -> str:
    """The form in which values are compared: numbers as numbers, everything else as trimmed text (contract §2).

    ``1``, ``"1"`` and ``" 1.0 "`` are one value "1"; ``"MB-0002"`` stays as it is, and so does a digit string too long
    for a float to hold exactly. TOML's ``true`` equals the text "true" (as ``TRUE`` in a sheet does, see below).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and math.isfinite(value):
        return number_words(float(value) + 0.0)
    text = str(value).strip()
    if _NUMBER.fullmatch(text) and len(re.sub(r"\D", "", text)) <= 15:
        number = float(text)
        if math.isfinite(number):
            return number_words(number + 0.0)
    return text.lower() if text.lower() in ("true", "false") else text
