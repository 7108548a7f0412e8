"""Numbers that stand far from all others of a table: codes for missing such as -99, and slips such as 1e300.

Not for: words for missing (missing_values.py) or outliers that an assay can give.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.answer_lines import cell_line
from core.data.files.raw_table import RawTable, number_words
from core.data.sheets.collapse_genes import Change
from core.data.sheets.sheet_words import counted
from core.data.sheets.value_grid import ValueGrid
from core.problems import Problem, warning

CODES = (-9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0)
"""What databases write for a missing value."""

LARGEST = 1e30
"""No assay counts or measures more; squares of larger numbers leave the range of a computer's numbers."""


def without_impossible(table: RawTable, grid: ValueGrid) -> tuple[NDArray[np.float64], list[Problem], list[Change]]:
    """The values, those beyond any measurement as missing, each named with its cell."""
    low, high = _ends(grid.values)
    if max(-low, high) <= LARGEST:
        return grid.values, [], []
    beyond = np.argwhere(np.abs(grid.values) > LARGEST)
    cells = [grid.cell(int(i), int(j)) for i, j in beyond]
    numbers = [f"{grid.values[i, j]:g}" for i, j in beyond]
    first = grid.place(table, int(beyond[0][0]), int(beyond[0][1]))
    shown = ", ".join(f"{number} in {table.cell(*cell)}" for number, cell in list(zip(numbers, cells, strict=True))[:3])
    values = grid.values.copy()
    values[np.abs(values) > LARGEST] = np.nan
    values.flags.writeable = False
    return values, [warning(
        "impossible_values", f"{counted(len(cells), 'value')} larger than any measurement: {shown}"
        f"{', …' if len(cells) > 3 else ''}", first, why="They count as missing.",
        remedy=f"correct the file, or give the value under [dataset.answers]: {cell_line(first)}")], [
        Change(table.cell(*cell), number, "", "no measurement, counts as missing")
        for number, cell in zip(numbers, cells, strict=True)]


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """The lowest and the highest number, 0 counted among them; NaN is passed over without a copy of the table."""
    return (float(np.fmin.reduce(values, axis=None, initial=0.0)),
            float(np.fmax.reduce(values, axis=None, initial=0.0)))


def codes_for_missing(table: RawTable, grid: ValueGrid) -> list[Problem]:
    """A warning where the lowest or highest number is a usual code for missing and lies far from all others."""
    findings = []
    values = grid.values
    for code in sorted(set(_ends(values)) & set(CODES)):
        rest = values[(values != code) & ~np.isnan(values)]
        if not rest.size:
            continue
        low, high = float(rest.min()), float(rest.max())
        if max(low - code, code - high) <= max(high - low, abs(code) / 2):
            continue
        where = np.argwhere(values == code)
        i, j = (int(index) for index in where[0])
        findings.append(warning(
            "value_may_mean_missing", f"{counted(len(where), 'value')} of {number_words(code)}, far from all others "
            f"({number_words(low)} to {number_words(high)}), used as measured", grid.place(table, i, j),
            why="Databases often write such a number for a missing value; taken as measured it outweighs all others.",
            remedy=f'if it means missing, add it to the table: missing = ["{number_words(code)}"]'))
    return findings
