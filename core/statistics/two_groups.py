"""Two groups of lines: the exact rank sum test, also with ties and strata, and their shift with its interval.

Not for: correcting for many receptors (group_permutation.py) or pairs (signed_rank.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.p_values import normal_quantile, two_sided_normal
from core.statistics.rank_tests import average_ranks
from core.statistics.risk_sets import Bools, Floats, Ints

MOST_ENUMERATED = 120
"""Lines of a stratum up to which all arrangements are counted; above it the normal approximation is used."""

ROUNDING = 1e-7


@dataclass(frozen=True)
class GroupShift:
    """``difference`` is the Hodges-Lehmann estimate, second minus first; ``level`` what the interval reaches (with few
    lines no interval reaches 95 %, and the widest one is given; none where it would reach 0 %); ``exact`` says how
    ``p`` was found.
    """

    difference: float
    low: float
    high: float
    level: float
    p: float
    exact: bool
    n_first: int
    n_second: int


def group_shift(values: ArrayLike, second: ArrayLike, strata: ArrayLike | None = None,
                level: float = 0.95) -> GroupShift:
    """The shift from the first to the second group and its two-sided rank sum P.

    Parameters
    ----------
    values : (n,) NaN where missing; those are left out.
    second : (n,) bool, True for the second group (resistant).
    strata : (n,) codes, optional. Only lines of one stratum are compared: differences within strata are pooled, and
        the rank sums are added, their exact distributions convolved.

    Returns
    -------
    GroupShift
        P counts the arrangements whose summed rank sum lies as far from its mean, tied values sharing ranks. The
        interval holds the shifts that an untied exact test would not reject, as R's wilcox.test(conf.int = TRUE).
        NaN where a group is empty or no stratum holds both groups.

    Source
    ------
    Hollander and Wolfe 1999, 4.1 to 4.3; Streitberg and Röhmel 1986 for tied ranks.
    """
    x, group = np.asarray(values, dtype=np.float64), np.asarray(second, dtype=np.bool_)
    codes = np.zeros(len(x), dtype=np.int64) if strata is None else np.asarray(strata, dtype=np.int64)
    known = np.isfinite(x)
    x, group, codes = x[known], group[known], codes[known]
    n_second = int(group.sum())
    parts = [(x[codes == code], group[codes == code]) for code in np.unique(codes)]
    parts = [part for part in parts if part[1].any() and not part[1].all()]
    if not parts:
        nan = float("nan")
        return GroupShift(nan, nan, nan, nan, nan, True, len(x) - n_second, n_second)
    differences = np.sort(np.concatenate([np.subtract.outer(of[at], of[~at]).ravel() for of, at in parts]))
    sizes = tuple(sorted((int(at.sum()), int((~at).sum())) for _, at in parts))
    low, high, reached = _interval(differences, sizes, level)
    p, exact = _p(parts)
    return GroupShift(float(np.median(differences)), low, high, reached, p, exact, len(x) - n_second, n_second)


def smallest_rank_sum_p(n_first: int, n_second: int) -> float:
    """The smallest two-sided P that the exact test of groups of these sizes can give."""
    if not n_first or not n_second:
        return float("nan")
    counts = untied_counts(((n_second, n_first),))
    return float(min(1.0, 2.0 * counts[0] / counts.sum()))


def _interval(differences: Floats, sizes: tuple[tuple[int, int], ...], level: float) -> tuple[float, float, float]:
    """(low, high, level reached) from the ordered differences."""
    alpha = 1.0 - level
    if max(m + n for m, n in sizes) > MOST_ENUMERATED:
        spread = np.sqrt(sum(m * n * (m + n + 1) / 12.0 for m, n in sizes))
        q = int(np.floor(len(differences) / 2.0 + normal_quantile(alpha / 2.0) * spread))
        q = max(q, 1)
        return float(differences[q - 1]), float(differences[len(differences) - q]), level
    shares = np.cumsum(untied_counts(sizes))
    shares /= shares[-1]
    q = max(int(np.searchsorted(shares, alpha / 2.0 - 1e-12)), 1)
    reached = float(1.0 - 2.0 * shares[q - 1])
    if reached < ROUNDING:  # one line against one: the estimate itself would stand as both limits
        return float("nan"), float("nan"), 0.0
    return float(differences[q - 1]), float(differences[len(differences) - q]), reached


def _p(parts: list[tuple[Floats, Bools]]) -> tuple[float, bool]:
    """Two-sided P of the summed rank sums."""
    ranked = [(np.rint(2.0 * average_ranks(_even(x))[0]).astype(np.int64), group) for x, group in parts]
    if all(len(set(ranks.tolist())) == 1 for ranks, _ in ranked):
        return float("nan"), True
    total = float(sum(int(ranks[group].sum()) for ranks, group in ranked))
    mean = float(sum(group.sum() * ranks.mean() for ranks, group in ranked))
    if max(len(ranks) for ranks, _ in ranked) > MOST_ENUMERATED:
        variance = sum(_variance(ranks, group) for ranks, group in ranked)
        distance = abs(total - mean)
        return float(two_sided_normal(max(distance - 1.0, 0.0) / np.sqrt(variance))), False
    counts = np.ones(1)
    for ranks, group in ranked:
        counts = np.convolve(counts, rank_sum_counts(tuple(sorted(ranks.tolist())), int(group.sum())))
    far = np.abs(np.arange(len(counts)) - mean) >= abs(total - mean) - ROUNDING
    return float(min(1.0, counts[far].sum() / counts.sum())), True


def _variance(doubled: Ints, group: Bools) -> float:
    """Permutation variance of the sum of doubled ranks of the group."""
    n, m = len(doubled), int(group.sum())
    return m * (n - m) / (n * (n - 1.0)) * float(((doubled - doubled.mean()) ** 2).sum())


def _even(x: Floats) -> Floats:
    """Values that differ only by the rounding of a sum made equal."""
    size = float(np.abs(x).max()) if len(x) else 0.0
    return x if size == 0.0 else np.round(x / size, 12)


@lru_cache(maxsize=4096)
def rank_sum_counts(doubled_ranks: tuple[int, ...], chosen: int) -> Floats:
    """In how many ways ``chosen`` of these doubled ranks have a sum of 0, 1, 2, …, as shares of their largest."""
    top = sum(doubled_ranks[-chosen:]) if chosen else 0
    ways = np.zeros((chosen + 1, top + 1))
    ways[0, 0] = 1.0
    for number, rank in enumerate(doubled_ranks):
        for k in range(min(number + 1, chosen), 0, -1):
            ways[k, rank:] += ways[k - 1, :top + 1 - rank]
    counts: Floats = ways[chosen] / ways[chosen].sum()
    counts.setflags(write=False)
    return counts


@lru_cache(maxsize=256)
def untied_counts(sizes: tuple[tuple[int, int], ...]) -> Floats:
    """In how many arrangements (as shares) the summed U of untied strata of these group sizes is 0, 1, 2, …"""
    counts = np.ones(1)
    for m, n in sizes:
        of_one = rank_sum_counts(tuple(range(2, 2 * (m + n) + 1, 2)), m)
        counts = np.convolve(counts, of_one[m * (m + 1)::2])
    counts.setflags(write=False)
    return counts
