"""The tables of the prognosis page as they are read on screen: corrected P last, uncorrected P only where asked for.

Not for: files; those hold every column in the order of the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.pages.result_tabs import ShownTable, shown_table

if TYPE_CHECKING:
    from core.analyses.base import Result, ResultTable

UNCORRECTED = ("p", "p_raw", "logrank_p", "best_cut_p_raw")
TITLES = {
    "receptor": "RTK", "n": "patients", "hr": "HR per SD", "hr_low": "95 % low", "hr_high": "95 % high",
    "coef": "log HR per SD", "se": "standard error", "q_bh": "q (Benjamini-Hochberg)", "p_maxt": "corrected P (maxT)",
    "p": "P, uncorrected", "logrank_p": "log-rank P, uncorrected", "ph_p": "P, hazards not proportional",
    "best_cut": "best cut", "best_cut_p_raw": "P at best cut, uncorrected",
    "best_cut_p_corrected": "P corrected for its cuts", "best_cut_p_maxt": "P corrected for all cuts of all RTKs",
    "best_cut_hr_cv": "HR of cut in left-out patients", "rmst_difference": "mean survival difference",
    "logrank_chi2": "log-rank chi²", "best_cut_statistic": "M at best cut", "p_raw": "P, uncorrected",
    "p_corrected": "corrected P", "n_low": "patients low", "n_high": "patients high",
}
RECEPTORS_LAST = ("verdict", "q_bh", "p_maxt")


def shown_tables(result: Result, views: Result | None, *, uncorrected: bool) -> tuple[ShownTable, ...]:
    """All tables of the result and of its views."""
    tables = [*result.tables, *(views.tables if views is not None else ())]
    return tuple(_shown(table, uncorrected) for table in tables)


def _shown(table: ResultTable, uncorrected: bool) -> ShownTable:
    names = [name for name in table.columns if uncorrected or name not in UNCORRECTED]
    last = [name for name in (RECEPTORS_LAST if table.name == "receptors" else ("p_corrected",)) if name in names]
    names = [*(name for name in names if name not in last), *last]
    plain = shown_table(table)
    return ShownTable(plain.name, plain.title, {name: plain.columns[name] for name in names}, plain.describe,
                      {name: TITLES[name] for name in names if name in TITLES})
