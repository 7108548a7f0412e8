"""Wilcoxon's signed-rank test of paired changes, exact also with zeros and ties, and the Hodges-Lehmann change.

Not for: two groups of different patients (rank_tests.py) or correcting for many receptors (multiplicity.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.p_values import two_sided_normal
from core.statistics.rank_tests import average_ranks
from core.statistics.risk_sets import Floats, Ints

EXACT_UP_TO = 300
"""Pairs up to which every way to sign the ranks is counted; beyond, the normal distribution differs by less than
1e-4."""

EQUAL = 1e-9
"""Changes this close, relative to the largest, are one value: 0.3 - 0.2 and 0.2 - 0.1 are tied."""


@dataclass(frozen=True)
class SignedRank:
    """``w`` is the sum of the ranks of rises (zeros ranked first, then dropped), among ``n`` pairs.

    ``zeros`` is how many did not change, ``tied`` how many share the size of their change with another; ``exact`` says
    how ``p`` was found.
    """

    w: float
    p: float
    n: int
    zeros: int
    tied: int
    exact: bool = True


def signed_rank(change: ArrayLike) -> SignedRank:
    """Two-sided signed-rank test of the changes of complete pairs; NaN is left out.

    Zeros are ranked with the others and then dropped (Pratt), tied sizes share their mean rank, and P counts all ways
    to sign the ranks that are left. Without zeros and ties this is the classic exact test. NaN where nothing changed.

    Source
    ------
    Wilcoxon 1945; Pratt 1959. R stats::wilcox.test without zeros and ties; coin::wilcoxsign_test(zero.method =
    "Pratt", distribution = "exact") with them.
    """
    values = _clean(change)
    n = len(values)
    if not n or not values.any():
        return SignedRank(float("nan"), float("nan"), n, n, 0)
    sizes = np.abs(values)
    ranks, _ = average_ranks(sizes)
    signed = values != 0
    _, counts = np.unique(sizes[signed], return_counts=True)
    tied = int(counts[counts > 1].sum())
    doubled = np.rint(2.0 * ranks[signed]).astype(np.intp)
    w = float(ranks[values > 0].sum())
    if n > EXACT_UP_TO:
        mean, variance = ranks[signed].sum() / 2.0, float((ranks[signed] ** 2).sum()) / 4.0
        return SignedRank(w, float(two_sided_normal((w - mean) / np.sqrt(variance))), n, n - len(doubled), tied, False)
    shares = _shares(tuple(np.sort(doubled).tolist()))
    at = round(2.0 * w)
    lower = min(at, len(shares) - 1 - at)  # the distribution is symmetric
    return SignedRank(w, float(min(1.0, 2.0 * shares[:lower + 1].sum())), n, n - len(doubled), tied)


def hodges_lehmann(change: ArrayLike) -> float:
    """Median of the averages of all two changes, each with itself too; NaN without any.

    Source
    ------
    Hodges and Lehmann 1963.
    """
    values = _clean(change)
    if not len(values):
        return float("nan")
    first, second = _all_two(len(values))
    return float(np.median((values[first] + values[second]) / 2.0))


@lru_cache(maxsize=2)
def _all_two(n: int) -> tuple[Ints, Ints]:
    """Places of all two values, each with itself too; kept, because receptor after receptor needs the same."""
    return np.triu_indices(n)


def _clean(change: ArrayLike) -> Floats:
    """Known changes with those that differ only by the rounding of a subtraction made equal."""
    values = np.asarray(change, dtype=np.float64)
    values = values[np.isfinite(values)]
    largest = float(np.abs(values).max()) if len(values) else 0.0
    if largest == 0.0:
        return values
    order: Ints = np.argsort(np.abs(values), kind="stable")
    sizes = np.abs(values)[order]
    sizes[sizes <= EQUAL * largest] = 0.0
    starts = np.concatenate([[True], np.diff(sizes) > EQUAL * largest])
    merged = np.empty(len(values))
    merged[order] = sizes[np.flatnonzero(starts)][np.cumsum(starts) - 1]
    return np.asarray(np.copysign(merged, values) * (merged > 0))


@lru_cache(maxsize=128)
def _shares(doubled_ranks: tuple[int, ...]) -> Floats:
    """Share of all ways to sign the ranks that give a sum of doubled positive ranks of 0, 1, 2, …"""
    shares = np.zeros(sum(doubled_ranks) + 1)
    shares[0] = 1.0
    reached = 0
    for rank in doubled_ranks:
        following = shares[:reached + 1] * 0.5
        shares[:reached + 1] = following
        reached += rank
        shares[rank:reached + 1] += following
    shares.setflags(write=False)
    return shares
