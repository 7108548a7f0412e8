"""The tables of biopsy pairs as they are read on screen: corrected P last, uncorrected P only where asked for.

Not for: files; those hold every column in the order of the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.pages.result_tabs import ShownTable, shown_table

if TYPE_CHECKING:
    from core.analyses.base import Result, ResultTable

UNCORRECTED = ("t", "p_t", "moderated_t", "p_moderated", "w", "p_wilcoxon", "p_flips", "p")
LAST = ("q_bh", "p_holm", "p_maxt")
TITLES = {
    "receptor": "RTK", "n_pairs": "pairs", "mean_change": "mean change", "median_change": "median change",
    "change_low": "median, 95 % low", "change_high": "median, 95 % high", "p_t": "t test P, uncorrected",
    "moderated_t": "moderated t", "p_moderated": "moderated P, uncorrected", "w": "signed-rank sum",
    "p_wilcoxon": "Wilcoxon P, uncorrected", "q_bh": "q", "p_maxt": "corrected P", "p_flips": "flips P, uncorrected",
    "mean_low": "mean, 95 % low", "mean_high": "mean, 95 % high", "hodges_lehmann": "Hodges-Lehmann",
    "sd_change": "SD of changes", "no_change": "unchanged", "switched_up": "switched up",
    "switched_down": "switched down", "sample_before": "sample before", "sample_after": "sample after",
    "her2_after": "HER2 after", "p_holm": "corrected P", "odds_ratio": "odds ratio", "or_low": "95 % low",
    "or_high": "95 % high", "positive": "responders", "auc": "AUC", "auc_low": "AUC, 95 % low",
    "auc_high": "AUC, 95 % high",
}


def shown_tables(result: Result, *, uncorrected: bool) -> tuple[ShownTable, ...]:
    """All tables of the result."""
    return tuple(_shown(table, uncorrected) for table in result.tables)


def _shown(table: ResultTable, uncorrected: bool) -> ShownTable:
    tested = "p_maxt" in table.columns or "p_holm" in table.columns
    names = [name for name in table.columns if uncorrected or not tested or name not in UNCORRECTED]
    last = [name for name in LAST if name in names]
    names = [*(name for name in names if name not in last), *last]
    plain = shown_table(table)
    return ShownTable(plain.name, plain.title, {name: plain.columns[name] for name in names}, plain.describe,
                      {name: TITLES[name] for name in names if name in TITLES})
