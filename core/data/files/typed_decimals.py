"""Whether the numbers of a workbook were typed as words with a decimal comma (``7,31``), as a pasted export often is.

Not for: text files, whose decimal sign is settled with their delimiter (text_dialect.py), or cells that hold numbers.
"""

from __future__ import annotations

import re
from itertools import islice

import numpy as np

from core.data.files.raw_table import RawTable

FEWEST = 5
LOOKED_AT = 100_000
"""Words that are looked at: enough to know a sheet by, few enough for no one to wait."""
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")


def commas_are_decimal(table: RawTable) -> bool:
    """True where words with a comma can only be decimals.

    ``1,234`` may be thousands, so a sheet of nothing else stays as it is; one ``0,52`` or ``7,3`` decides it.
    """
    commas = certain = 0
    words = (text.strip() for column in table.texts.values() for text in column.values())
    for text in islice(words, LOOKED_AT):
        if _COMMA.fullmatch(text):
            commas += 1
            certain += _THOUSANDS.fullmatch(text) is None
    return commas >= FEWEST and certain > 0


def gains_enough(with_point: RawTable, with_comma: RawTable) -> bool:
    """True where reading commas as decimals gives ten times the numbers that it takes (words typed as ``6.5``)."""
    before, after = np.isfinite(with_point.numbers), np.isfinite(with_comma.numbers)
    if before.shape != after.shape:
        return False
    return int((after & ~before).sum()) >= 10 * int((before & ~after).sum())
