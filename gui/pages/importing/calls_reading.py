"""On and off calls as they were read: how many of each receptor, and which words count as on, off and unknown.

Not for: the reading itself or the widget that shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset
from core.data.reference import rtk_symbols
from core.data.sheets.importing import Imported
from core.data.sheets.missing_values import call_value
from core.data.tables import Scale
from gui.pages.importing.regions import places_of, value_cells


@dataclass(frozen=True)
class CallsReading:
    """``rows`` are (RTK, on, off, unknown); ``words`` are (what stands there, what it counts as, cells)."""

    rows: tuple[tuple[str, int, int, int], ...] = ()
    words: tuple[tuple[str, str, int], ...] = ()
    patients: int = 0
    problem: str = ""

    @property
    def totals(self) -> tuple[int, int, int]:
        """Calls that are on, off and unknown."""
        return (sum(row[1] for row in self.rows), sum(row[2] for row in self.rows), sum(row[3] for row in self.rows))


def read_calls(dataset: Dataset, imported: Sequence[Imported]) -> CallsReading:
    """Count the calls of the first table of calls."""
    matrix = next((each for each in dataset.expression if each.scale == Scale.CALLS), None)
    if matrix is None:
        return CallsReading(problem="No table holds on and off. Say in step 3 that the scale is On and off, or choose "
                                    "another role in step 1: measured values give calls on the page Biopsies.")
    receptors = set(rtk_symbols())
    rows = []
    for at, gene in enumerate(matrix.genes):
        if gene in receptors:
            values = matrix.values[:, at]
            rows.append((gene, int((values == 1).sum()), int((values == 0).sum()), int(np.isnan(values).sum())))
    raw = next((each for each in imported if each.matrix is not None and each.matrix.scale == Scale.CALLS), None)
    return CallsReading(tuple(rows), _words(raw) if raw is not None else (), len(matrix.samples))


def _words(imported: Imported) -> tuple[tuple[str, str, int], ...]:
    rows, columns = value_cells(places_of(imported))
    counts = Counter(imported.raw.text(row, column).strip() for row in rows for column in columns)
    meanings = {1.0: "on", 0.0: "off", None: "unknown"}
    return tuple(sorted(((text or "blank", meanings[call_value(text)], count) for text, count in counts.items()),
                        key=lambda each: (("on", "off", "unknown").index(each[1]), -each[2])))
