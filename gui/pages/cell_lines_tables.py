"""The tables of cell lines as they are read on screen: corrected P last, uncorrected P only where asked for.

Not for: files; those hold every column in the order of the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.pages.result_tabs import ShownTable, shown_table

if TYPE_CHECKING:
    from core.analyses.base import Result, ResultTable

UNCORRECTED = ("spearman_p", "p")
LAST = ("q_bh", "p_maxt")
TITLES = {
    "receptor": "RTK", "n": "lines", "spearman": "Spearman’s ρ", "spearman_p": "Spearman P, uncorrected",
    "pearson": "Pearson’s r", "difference_low": "difference, 95 % low", "difference_high": "difference, 95 % high",
    "p": "P, uncorrected", "q_bh": "q", "p_maxt": "corrected P", "more_in": "more in", "not_reached": "not reached",
}


def shown_tables(result: Result, *, uncorrected: bool) -> tuple[ShownTable, ...]:
    """All tables of the result."""
    return tuple(_shown(table, uncorrected) for table in result.tables)


def _shown(table: ResultTable, uncorrected: bool) -> ShownTable:
    tested = "p_maxt" in table.columns
    names = [name for name in table.columns if uncorrected or not tested or name not in UNCORRECTED]
    last = [name for name in LAST if name in names]
    names = [*(name for name in names if name not in last), *last]
    plain = shown_table(table)
    return ShownTable(plain.name, plain.title, {name: plain.columns[name] for name in names}, plain.describe,
                      {name: TITLES[name] for name in names if name in TITLES})
