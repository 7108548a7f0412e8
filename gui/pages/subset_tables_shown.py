"""The tables of the RTK subset page as they are read on screen: corrected P last, uncorrected P only where asked for.

Not for: files; those hold every column in the order of the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.pages.result_tabs import ShownTable, shown_table

if TYPE_CHECKING:
    from core.analyses.base import Result, ResultTable

UNCORRECTED = {"subsets": ("p_raw", "logrank_p", "logrank_chi2"), "summary": ("p_raw",), "audit": ()}
LAST = ("p_size", "p_over_sizes", "p_search")
TITLES = {
    "receptors": "RTKs", "statistic": "chi²", "p_search": "corrected P", "p_raw": "P, uncorrected",
    "hr": "HR per SD", "hr_low": "95 % low", "hr_high": "95 % high", "coef": "log HR per SD", "se": "standard error",
    "tied_with_best": "as good as the best", "sd_score": "SD of the score", "n": "patients",
    "logrank_chi2": "log-rank chi²", "logrank_p": "log-rank P, uncorrected", "sets_tried": "sets tried",
    "cv_concordance": "concordance in left-out patients", "cv_concordance_low": "95 % low (approximate)",
    "cv_concordance_high": "95 % high (approximate)", "cv_p": "P of the concordance",
    "tied_sets": "sets as good as the best", "p_search_low": "corrected P, 95 % low",
    "p_search_high": "corrected P, 95 % high", "p_size": "P of this size", "p_over_sizes": "P corrected for all sizes",
    "inclusion_frequency": "share of half-samples", "in_best": "in the best set", "best_statistic": "best chi²",
    "hr_before": "HR without the adjustment", "p": "P, not corrected", "receptor": "RTK", "why_not": "why not",
    "random_genes_percentile": "percentile among other genes", "cv_permutations": "shuffles of the folds",
}


def shown_tables(result: Result, *, uncorrected: bool) -> tuple[ShownTable, ...]:
    """All tables of the result."""
    return tuple(_shown(table, uncorrected) for table in result.tables)


def _shown(table: ResultTable, uncorrected: bool) -> ShownTable:
    hidden = () if uncorrected else UNCORRECTED.get(table.name, ())
    names = [name for name in table.columns if name not in hidden]
    last = [name for name in LAST if name in names]
    names = [*(name for name in names if name not in last), *last]
    plain = shown_table(table)
    return ShownTable(plain.name, plain.title, {name: plain.columns[name] for name in names}, plain.describe,
                      {name: TITLES[name] for name in names if name in TITLES})
