"""Cells merged over several rows read as their value in each of these rows (a patient's name beside all its stains).

Not for: merged headers and titles (layout.py), or blank cells that nobody merged; those stay blank.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data.files.raw_table import RawTable
from core.problems import Problem, note


def with_merged_cells(table: RawTable) -> tuple[RawTable, list[Problem]]:
    """The sheet with the value of every cell merged downwards in all rows it covers, and what to say about it."""
    downwards = [(top, left, bottom) for top, left, bottom, right in table.merged
                 if left == right and top < bottom < table.n_rows and table.text(top, left)]
    if not downwards:
        return table, []
    numbers = table.numbers.copy()
    texts = {column: dict(entries) for column, entries in table.texts.items()}
    for top, column, bottom in downwards:
        words = texts.get(column, {}).get(top)
        for row in range(top + 1, bottom + 1):
            if not np.isnan(numbers[row, column]) or row in texts.get(column, {}):
                continue
            numbers[row, column] = numbers[top, column]
            if words is not None:
                texts.setdefault(column, {})[row] = words
    top, column, _ = downwards[0]
    said = note("merged_cells", f"{len(downwards)} cells merged over several rows were read as their value in each of "
                "the rows", table.place(top, column))
    return replace(table, numbers=numbers, texts=texts), [said]
