"""Rank tests as R gives them: Wilcoxon's rank sum for two groups, Kruskal and Wallis for more, Spearman's rho.

Not for: paired samples, or correcting for many tests (multiplicity.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.p_values import chi2_upper, two_sided_normal
from core.statistics.risk_sets import Bools, Floats, Ints

ARRANGED_UP_TO = 7
"""Patients up to whom all n! arrangements of a correlation are counted; t is far off there."""

EXACT_BELOW = 50
"""Patients per group below which R counts all arrangements, where no values are tied."""


@dataclass(frozen=True)
class RankTest:
    """``statistic`` is W of the first group (two groups) or H (more); ``exact`` says how ``p`` was found."""

    statistic: float
    p: float
    exact: bool = False


def wilcoxon_rank_sum(first: ArrayLike, second: ArrayLike) -> RankTest:
    """Two-sided rank sum test of two groups of complete values.

    Exact where no values are tied and both groups have fewer than 50, else the normal approximation with correction
    for continuity and ties. NaN where a group is empty or all values are equal.

    Source
    ------
    Wilcoxon 1945; R stats::wilcox.test.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    n_first, n_second = len(x), len(y)
    if not n_first or not n_second:
        return RankTest(float("nan"), float("nan"))
    ranks, ties = average_ranks(np.concatenate([x, y]))
    w = float(ranks[:n_first].sum() - n_first * (n_first + 1) / 2)
    n = n_first + n_second
    if not ties.size and n_first < EXACT_BELOW and n_second < EXACT_BELOW:
        below = _rank_sum_counts(n_first, n_second)
        shares = np.cumsum(below) / below.sum()
        # The distribution is symmetric, so the upper tail is read off the lower one.
        tail = shares[round(min(w, n_first * n_second - w))]
        return RankTest(w, float(min(1.0, 2.0 * tail)), exact=True)
    variance = n_first * n_second / 12.0 * ((n + 1) - float((ties**3 - ties).sum()) / (n * (n - 1.0)))
    if variance <= 0:
        return RankTest(w, float("nan"))
    distance = w - n_first * n_second / 2.0
    z = (distance - np.sign(distance) * 0.5) / np.sqrt(variance)
    return RankTest(w, float(two_sided_normal(z)))


def kruskal_wallis(values: ArrayLike, group: ArrayLike) -> RankTest:
    """Rank test of two or more groups, chi-square with groups - 1 degrees of freedom, corrected for ties.

    NaN with fewer than two groups or where all values are equal.

    Source
    ------
    Kruskal and Wallis 1952; R stats::kruskal.test.
    """
    x = np.asarray(values, dtype=np.float64)
    labels, code = np.unique(np.asarray(group), return_inverse=True)
    n = len(x)
    if len(labels) < 2:
        return RankTest(float("nan"), float("nan"))
    ranks, ties = average_ranks(x)
    sizes = np.bincount(code).astype(np.float64)
    sums = np.bincount(code, weights=ranks)
    untied = 1.0 - float((ties**3 - ties).sum()) / (n**3 - n)
    if untied <= 0:
        return RankTest(float("nan"), float("nan"))
    h = (12.0 * float((sums**2 / sizes).sum()) / (n * (n + 1.0)) - 3.0 * (n + 1.0)) / untied
    return RankTest(h, float(chi2_upper(h, len(labels) - 1)))


def spearman(values: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Spearman's rho of every pair of columns among the patients who have both, with its P and their number.

    P two-sided: every arrangement counted up to 7 patients, from 8 on t with n - 2 degrees of freedom, never below
    that of the one arrangement that fits best. NaN with fewer than 3 patients or a constant column.

    Parameters
    ----------
    values : (n, g), NaN where missing.

    Returns
    -------
    rho, p, n : (g, g)
    """
    table = np.asarray(values, dtype=np.float64)
    known = np.isfinite(table)
    n = known.T.astype(np.float64) @ known.astype(np.float64)
    columns = table.shape[1]
    rho = np.full((columns, columns), np.nan)
    in_whole: Bools = np.asarray(known.all(axis=0))
    whole = np.flatnonzero(in_whole)
    if len(whole):
        rho[np.ix_(whole, whole)] = _correlation(np.column_stack([average_ranks(table[:, c])[0] for c in whole]))
    for a in range(columns):
        for b in range(a, columns):
            if in_whole[a] and in_whole[b]:
                continue
            both = known[:, a] & known[:, b]
            pair = np.column_stack([average_ranks(table[both, c])[0] for c in (a, b)])
            rho[a, b] = rho[b, a] = _correlation(pair)[0, 1]
    rho[n < 3] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(rho) * np.sqrt((n - 2.0) / np.maximum(1.0 - rho * rho, 0.0))
    from scipy.special import stdtr  # half of scipy would be loaded with every other test of this module

    p = np.where(np.isfinite(rho), 2.0 * stdtr(np.maximum(n - 2.0, 1.0), -np.nan_to_num(t, posinf=np.inf)), np.nan)
    smallest = np.array([2.0 / factorial(int(count)) if count < 20 else 0.0 for count in n.ravel()]).reshape(n.shape)
    p = np.where(np.isfinite(p), np.maximum(p, smallest), np.nan)
    for a, b in np.argwhere(np.isfinite(rho) & (n <= ARRANGED_UP_TO)):
        if a < b:
            both = known[:, a] & known[:, b]
            p[a, b] = p[b, a] = _arranged_p(average_ranks(table[both, a])[0], average_ranks(table[both, b])[0])
    return rho, p, n


def _arranged_p(first: Floats, second: Floats) -> float:
    """The share of arrangements of the second ranks whose correlation is as far from 0."""
    centred = first - first.mean()
    far = np.abs(second[_arrangements(len(first))] @ centred)
    return float((far >= abs(float(second @ centred)) - 1e-9).mean())


@lru_cache(maxsize=8)
def _arrangements(n: int) -> Ints:
    return np.array(list(permutations(range(n))), dtype=np.intp)


def average_ranks(values: Floats) -> tuple[Floats, Floats]:
    """Ranks from 1, tied values sharing their mean, and the sizes of the groups of tied values (2 and more)."""
    _, code, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts).astype(np.float64)
    return (last - (counts - 1) / 2.0)[code], counts[counts > 1].astype(np.float64)


def _correlation(ranks: Floats) -> Floats:
    """Pearson's correlation of the columns, NaN for a constant one."""
    centred = ranks - ranks.mean(axis=0) if len(ranks) else ranks
    size = np.sqrt((centred * centred).sum(axis=0))
    scaled = centred / np.where(size > 0, size, np.nan)
    return np.asarray(np.clip(scaled.T @ scaled, -1.0, 1.0))


@lru_cache(maxsize=64)
def _rank_sum_counts(m: int, n: int) -> Floats:
    """In how many arrangements of m and n values W is 0, 1, …, m * n.

    One value after the other: the highest is of the first group, and then lies above all n others, or of the second.
    """
    row: list[Floats] = [np.ones(1) for _ in range(n + 1)]
    for of_first in range(1, m + 1):
        following = [np.ones(1)]
        for of_second in range(1, n + 1):
            counts = np.zeros(of_first * of_second + 1)
            counts[of_second:] += row[of_second]
            counts[:len(following[-1])] += following[-1]
            following.append(counts)
        row = following
    row[n].setflags(write=False)
    return row[n]
