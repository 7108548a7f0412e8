"""The kind of every cell of a sheet: blank, number, word for a missing value, other word.

Not for: reading values (missing_values.py) or judging rows and columns (layout.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import RawTable
from core.data.sheets.missing_values import MissingTokens, read_limit

BLANK, NUMBER, GAP, WORD = range(4)
"""GAP is a word for a missing value, or a value beyond a limit."""

Kinds = NDArray[np.uint8]


def cell_kinds(table: RawTable, tokens: MissingTokens) -> Kinds:
    """The kind of every cell, shape (n_rows, n_columns)."""
    kinds: Kinds = np.where(np.isnan(table.numbers), BLANK, NUMBER).astype(np.uint8)
    known: dict[str, int] = {}
    for column, texts in table.texts.items():
        for row, text in texts.items():
            if kinds[row, column] == NUMBER:
                continue
            kind = known.get(text)
            if kind is None:
                gap = tokens.reason(text) is not None or read_limit(text) is not None
                kind = known[text] = BLANK if not text.strip() else GAP if gap else WORD
            kinds[row, column] = kind
    return kinds
