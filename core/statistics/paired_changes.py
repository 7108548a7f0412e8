"""What the changes of pairs say one receptor at a time: paired t, interval of the median, and what could be seen.

Not for: ranks (signed_rank.py), shrunken variances (moderated_t.py) or correction (sign_flips.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.risk_sets import Floats, Ints

NO_SPREAD = 1e-12
"""Sums of squares below this share of the raw ones are rounding: all changes are one value."""


@dataclass(frozen=True, eq=False)
class PairedT:
    """Arrays of shape (g,); t, its P and interval are NaN with fewer than two pairs or where all changes are equal."""

    n: Ints
    mean: Floats
    sd: Floats
    t: Floats
    p: Floats
    low: Floats
    high: Floats


def paired_t(change: ArrayLike, level: float = 0.95) -> PairedT:
    """Student's t of the mean change of each column, with the interval of the mean.

    Parameters
    ----------
    change : (m, g) changes, NaN where a pair lacks the value.

    Source
    ------
    Student 1908; R stats::t.test(paired = TRUE).
    """
    from scipy.special import stdtr, stdtrit  # SciPy is not loaded before the first window

    table = np.asarray(change, dtype=np.float64)
    known = np.isfinite(table)
    n: Ints = known.sum(axis=0)
    filled = np.where(known, table, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, filled.sum(axis=0) / n, np.nan)
        squares = (np.where(known, table - mean, 0.0) ** 2).sum(axis=0)
        squares = np.where(squares <= NO_SPREAD * (filled * filled).sum(axis=0), 0.0, squares)
        sd = np.where(n > 1, np.sqrt(squares / (n - 1.0)), np.nan)
        se = sd / np.sqrt(n)
        t = np.where(se > 0, mean / se, np.nan)
    df = np.maximum(n - 1.0, 1.0)
    half = stdtrit(df, 0.5 + level / 2.0) * se
    defined = np.isfinite(t)
    p = np.where(defined, 2.0 * stdtr(df, -np.abs(np.nan_to_num(t))), np.nan)
    return PairedT(n, mean, sd, t, p, np.where(defined, mean - half, np.nan), np.where(defined, mean + half, np.nan))


def median_interval(change: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of the median of one receptor's changes, from its exact distribution.

    All n^n ways to draw n pairs with replacement are counted by the positions of the middle values, so nothing is
    drawn and no seed matters. NaN without a value.

    Source
    ------
    Efron 1979 (the bootstrap distribution of the median in closed form); Efron and Tibshirani 1993, chapter 13.
    """
    from scipy.special import bdtrc

    values = np.asarray(change, dtype=np.float64)
    values = np.sort(values[np.isfinite(values)])
    n = len(values)
    if not n:
        return float("nan"), float("nan")
    upto = np.arange(1, n + 1) / n
    middle = (n + 1) // 2
    at_most = bdtrc(middle - 1, n, upto)  # the middle-th smallest draw is at most value 1, 2, … n
    if n % 2:
        medians, share = values, np.diff(at_most, prepend=0.0)
    else:
        medians, share = _two_middle_values(values, np.diff(at_most, prepend=0.0))
    order = np.argsort(medians, kind="stable")
    reached = np.cumsum(share[order])
    tail = (1.0 - level) / 2.0
    low, high = (int(np.searchsorted(reached, edge - 1e-12)) for edge in (tail, 1.0 - tail))
    ordered = medians[order]
    return float(ordered[min(low, len(ordered) - 1)]), float(ordered[min(high, len(ordered) - 1)])


def _two_middle_values(values: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """The averages of two middle draws and how likely each is, for an even number of values.

    ``lower`` is how likely each value is to be the lower of the two.
    """
    from scipy.special import gammaln

    n = len(values)
    half = n // 2
    log_ways = gammaln(n + 1) - 2.0 * gammaln(half + 1)
    with np.errstate(divide="ignore"):  # in logs, because powers of hundreds of draws leave the range of numbers
        logs = half * np.log(np.arange(n + 1) / n)
    below = logs[1:] + np.log1p(-np.exp(logs[:-1] - logs[1:]))  # half of the draws at most value a, one of them a
    reach = int(5.0 * np.sqrt(n)) + 2                           # 10 SD of a binomial: beyond lies nothing
    near = slice(max(0, half - reach), min(n, half + reach))
    both = log_ways + below[near, None] + below[::-1][near]     # the other half at least value b, one of them b
    count = len(both)
    share = np.exp(np.where(np.triu(np.ones((count, count), dtype=np.bool_), 1), both, -np.inf))
    share[np.diag_indices(count)] = np.maximum(lower[near] - share.sum(axis=1), 0.0)
    first, second = np.triu_indices(count)
    middle = values[near]
    return (middle[first] + middle[second]) / 2.0, share[first, second]


def detectable_change(sd: ArrayLike, n: ArrayLike, tests: int, power: float = 0.8, alpha: float = 0.05) -> Floats:
    """Mean change that a paired t finds with this power after Bonferroni correction for ``tests`` receptors.

    Infinite where flipping so few pairs cannot reach ``alpha`` (2 / 2^n above it); NaN without a spread.

    Source
    ------
    Noncentral t (Johnson, Kotz and Balakrishnan 1995, chapter 31), solved by halving.
    """
    from scipy.special import nctdtr, stdtrit

    spread, pairs = np.broadcast_arrays(np.asarray(sd, dtype=np.float64), np.asarray(n, dtype=np.float64))
    found = np.full(spread.shape, np.nan)
    in_sd: dict[int, float] = {}
    for at in np.ndindex(spread.shape):
        count = int(pairs[at])
        if count < 2 or not spread[at] > 0:
            continue
        if 2.0 ** (1 - count) >= alpha:
            found[at] = np.inf
            continue
        if count not in in_sd:
            df = count - 1.0
            limit = float(stdtrit(df, 1.0 - alpha / (2.0 * max(tests, 1))))
            low, high = 0.0, 40.0 * limit
            for _ in range(80):
                middle = (low + high) / 2.0
                if 1.0 - float(nctdtr(df, middle, limit)) < power:
                    low = middle
                else:
                    high = middle
            in_sd[count] = (low + high) / 2.0 / np.sqrt(count)
        found[at] = in_sd[count] * spread[at]
    return found


def fewest_pairs(alpha: float = 0.05) -> int:
    """Pairs from which on flipping them can give a P below ``alpha``: 2 / 2^m, 6 pairs for 0.05."""
    m = 1
    while 2.0 / 2.0**m >= alpha:
        m += 1
    return m
