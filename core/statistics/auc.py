"""Area under the ROC curve of many columns, with DeLong's interval.

Not for: survival, whose concordance is in concordance.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.p_values import Z_95

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Area:
    """Area and 95 % limits per column, cut at 0 and 1; no limits where the area is 0 or 1 or a side has one patient."""

    auc: Floats
    low: Floats
    high: Floats


def area_under_curve(response: ArrayLike, columns: ArrayLike) -> Area:
    """Share of pairs (one with, one without the response) in which the one with it has the higher value; ties half.

    Below 0.5 where those with the response have the lower values: the direction is never turned round.

    Parameters
    ----------
    response : (n,) true or false.
    columns : (n, g), complete.

    Source
    ------
    DeLong, DeLong and Clarke-Pearson 1988; by ranks as in Sun and Xu 2014.
    """
    from scipy.stats import rankdata  # not at the top: SciPy is not loaded before the first window

    with_it = np.asarray(response, dtype=np.bool_)
    x = np.asarray(columns, dtype=np.float64)
    m, n = int(with_it.sum()), int((~with_it).sum())
    empty = np.full(x.shape[1], np.nan)
    if not m or not n or not x.shape[1]:
        return Area(empty, empty.copy(), empty.copy())
    ranks = np.asarray(rankdata(x, axis=0))
    above = (ranks[with_it] - np.asarray(rankdata(x[with_it], axis=0))) / n
    below = 1.0 - (ranks[~with_it] - np.asarray(rankdata(x[~with_it], axis=0))) / m
    auc = above.mean(axis=0)
    if m < 2 or n < 2:
        return Area(auc, empty, empty.copy())
    half = Z_95 * np.sqrt(above.var(axis=0, ddof=1) / m + below.var(axis=0, ddof=1) / n)
    half = np.where(half > 0, half, np.nan)
    return Area(auc, np.maximum(auc - half, 0.0), np.minimum(auc + half, 1.0))
