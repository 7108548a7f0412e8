"""Moderated t of paired changes: each row's variance shrunk towards what all rows of the table say (limma's eBayes).

Not for: designs other than before and after in the same patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.risk_sets import Floats, Ints

FEWEST_ROWS = 3
"""With fewer rows there is nothing to learn a prior from; the t is then the ordinary one."""


@dataclass(frozen=True, eq=False)
class ModeratedT:
    """Arrays of shape (rows,). ``prior_df`` and ``prior_s2`` are limma's, of the residual variance of one sample
    (half the variance of a change); ``rows`` is how many rows the prior was fitted on."""

    t: Floats
    p: Floats
    df: Floats
    prior_df: float
    prior_s2: float
    rows: int


def moderated_t(change: ArrayLike) -> ModeratedT:
    """Moderated t of the mean change of every row, against 0.

    Parameters
    ----------
    change : (m, rows) changes of m pairs, NaN where a pair lacks a value of the row. All rows that are to teach the
        prior, not only those of interest.

    Source
    ------
    Smyth 2004; limma 3.54 lmFit with patients as blocks, then eBayes (no trend, not robust). With complete pairs that
    is the one-sample moderated t of the differences.
    """
    table = np.asarray(change, dtype=np.float64)
    known = np.isfinite(table)
    n: Ints = known.sum(axis=0)
    filled = np.where(known, table, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, filled.sum(axis=0) / n, np.nan)
        squares = (np.where(known, table - mean, 0.0) ** 2).sum(axis=0)
        df = np.maximum(n - 1.0, 0.0)
        s2 = np.where(df > 0, squares / df / 2.0, np.nan)
    prior_df, prior_s2, rows = fit_f_distribution(s2, df)
    if rows < FEWEST_ROWS:
        prior_df, prior_s2 = 0.0, float("nan")
    s2_known = np.where(df > 0, s2, 0.0)
    if np.isinf(prior_df):
        post = np.full(len(s2), prior_s2)
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            post = (df * s2_known + prior_df * (prior_s2 if prior_df else 0.0)) / (df + prior_df)
    total = np.minimum(df + prior_df, df.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((n > 0) & (post > 0), mean / np.sqrt(2.0 * post / n), np.nan)
    return ModeratedT(t, _two_sided(t, total), total, prior_df, prior_s2, rows)


def fit_f_distribution(s2: ArrayLike, df: ArrayLike) -> tuple[float, float, int]:
    """Prior degrees of freedom and prior variance of variances ``s2`` with ``df``, and the rows used.

    Moments of log variances; variances of 0 are lifted to 1e-5 of the median. Infinite degrees of freedom where the
    variances differ no more than chance has them.

    Source
    ------
    Smyth 2004, section 6.2; limma::fitFDist.
    """
    from scipy.special import digamma, polygamma  # SciPy is not loaded before the first window

    variance, degrees = np.asarray(s2, dtype=np.float64), np.asarray(df, dtype=np.float64)
    used = np.isfinite(variance) & np.isfinite(degrees) & (degrees > 0)
    x, half = variance[used], degrees[used] / 2.0
    rows = len(x)
    if rows < 2:
        return 0.0, float(x[0]) if rows else float("nan"), rows
    median = float(np.median(x))
    x = np.maximum(x, 1e-5 * (median if median > 0 else 1.0))
    e = np.log(x) - digamma(half) + np.log(half)
    mean = float(e.mean())
    spread = float(e.var(ddof=1) - polygamma(1, half).mean())
    if spread <= 0:
        return float("inf"), float(x.mean()), rows
    prior_half = trigamma_inverse(spread)
    return 2.0 * prior_half, float(np.exp(mean + digamma(prior_half) - np.log(prior_half))), rows


def trigamma_inverse(x: float) -> float:
    """The y > 0 with trigamma(y) = x, by Newton's method on its reciprocal.

    Source
    ------
    Smyth 2004, appendix; limma::trigammaInverse.
    """
    from scipy.special import polygamma

    if x > 1e7:
        return float(1.0 / np.sqrt(x))
    if x < 1e-6:
        return 1.0 / x
    y = 0.5 + 1.0 / x
    for _ in range(50):
        trigamma = float(polygamma(1, y))
        step = trigamma * (1.0 - trigamma / x) / float(polygamma(2, y))
        y += step
        if -step / y < 1e-12:
            break
    return y


def _two_sided(t: Floats, df: Floats) -> Floats:
    from scipy.special import stdtr

    return np.asarray(2.0 * stdtr(np.maximum(df, 1e-300), -np.abs(t)), dtype=np.float64)
