"""Do the changes of two groups of patients differ? Who is in which group is dealt out anew, in all ways or many.

Not for: whether there is a change at all (sign_flips.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from core.jobs import JobContext
from core.statistics.multiplicity import TIE, StepDown
from core.statistics.paired_changes import NO_SPREAD
from core.statistics.risk_sets import Bools, Floats, Ints

ALL_DEALS_UP_TO = 10_000
BLOCK = 4096
ENDLESS = 1e100


@dataclass(frozen=True, eq=False)
class LabelSwaps:
    """Arrays of shape (g,). ``difference`` is the mean change of the first group minus that of the others, with the
    95 % interval of the pooled t; ``p`` of one receptor alone, ``p_maxt`` step-down over all.

    ``deals`` counts the ways to deal out who is in the first group that were looked at, ``smallest_p`` the smallest P
    that they can give.
    """

    n_first: Ints
    n_others: Ints
    mean_first: Floats
    mean_others: Floats
    difference: Floats
    low: Floats
    high: Floats
    t: Floats
    p: Floats
    p_maxt: Floats
    deals: int
    exact: bool
    smallest_p: float


def label_swaps(change: ArrayLike, first: ArrayLike, permutations: int, seed: int,
                job: JobContext | None = None) -> LabelSwaps:
    """Interaction of time with group: pooled t of the changes of two groups, its P by dealing out the labels.

    Parameters
    ----------
    change : (m, g) changes, NaN where missing (left out for that receptor only).
    first : (m,) True where a patient is in the first group; whole patients are dealt out.
    permutations : drawn deals where there are more than 10,000 ways; 0 gives P NaN.

    Source
    ------
    Fisher 1935; Westfall and Young 1993. With two time points the interaction of a mixed model is the difference of
    the changes.
    """
    from scipy.special import stdtrit  # SciPy is not loaded before the first window

    table, member = np.asarray(change, dtype=np.float64), np.asarray(first, dtype=np.bool_)
    job = job or JobContext()
    m, columns = table.shape
    k = int(member.sum())
    parts = _Parts.of(table)
    n_first, n_others, mean_first, mean_others, t, se = parts.t(member[None, :].astype(np.float64))
    observed = _finite(t[0])
    ways = comb(m, k)
    exact = ways <= max(ALL_DEALS_UP_TO, permutations)
    total = 0 if not permutations or not k or k == m else ways if exact else permutations
    count = StepDown.begin(observed)
    alone = np.zeros(columns)
    limit = observed - TIE * np.maximum(1.0, observed)
    every = combinations(range(m), k)
    for start in range(0, total, BLOCK):
        stop = min(start + BLOCK, total)
        job.progress(start / total, f"Dealing out responders, {start:,} of {total:,}")
        dealt = _listed(every, stop - start, m) if exact else _drawn(member, seed, start, stop)
        if exact:
            dealt = dealt[(dealt != member).any(axis=1)]  # the deal as it was counts once, below
        null = _finite(parts.t(dealt)[4])
        count = count.add(null)
        alone += (null >= limit).sum(axis=0)
    empty = np.full(columns, np.nan)
    p, p_maxt = empty, empty.copy()
    if count.permutations:
        p, p_maxt = np.where(np.isnan(observed), np.nan, (1.0 + alone) / (count.permutations + 1.0)), count.p()
    df = n_first[0] + n_others[0] - 2.0
    half = stdtrit(np.maximum(df, 1.0), 0.975) * se[0]
    difference = mean_first[0] - mean_others[0]
    smallest = float("nan") if not total else (2.0 if 2 * k == m else 1.0) / ways if exact else 1.0 / (total + 1.0)
    known = (df > 0) & (se[0] > 0)
    return LabelSwaps(
        n_first[0].astype(np.intp), n_others[0].astype(np.intp), mean_first[0], mean_others[0], difference,
        np.where(known, difference - half, np.nan), np.where(known, difference + half, np.nan),
        np.where(np.isinf(t[0]), np.nan, t[0]), p, p_maxt, total, exact, smallest)


@dataclass(frozen=True, eq=False)
class _Parts:
    """What does not change when labels are dealt out: values, who is known, their mean and squares about it."""

    filled: Floats
    known: Floats
    n: Floats
    mean: Floats
    squares: Floats

    @classmethod
    def of(cls, table: Floats) -> _Parts:
        known = np.isfinite(table)
        n = known.sum(axis=0).astype(np.float64)
        mean = np.where(known, table, 0.0).sum(axis=0) / np.maximum(n, 1.0)
        filled = np.where(known, table - mean, 0.0)
        return cls(filled, known.astype(np.float64), n, mean, (filled * filled).sum(axis=0))

    def t(self, dealt: Floats | Bools) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        """Sizes, means, pooled t and its standard error of each deal; NaN where a group is empty."""
        labels = np.asarray(dealt, dtype=np.float64)
        n_first = labels @ self.known
        n_others = self.n - n_first
        sum_first = labels @ self.filled
        with np.errstate(divide="ignore", invalid="ignore"):
            first, others = sum_first / n_first, -sum_first / n_others
            left = self.squares - n_first * first * first - n_others * others * others
            left = np.where(left <= NO_SPREAD * self.squares, 0.0, left)
            se = np.sqrt(left / (self.n - 2.0) * (1.0 / n_first + 1.0 / n_others))
            t = (first - others) / se
        defined = (n_first > 0) & (n_others > 0) & (self.n > 2) & (self.squares > 0)
        return (n_first, n_others, np.where(n_first > 0, first + self.mean, np.nan),
                np.where(n_others > 0, others + self.mean, np.nan), np.where(defined, t, np.nan),
                np.where(defined, se, np.nan))


def _finite(t: Floats) -> Floats:
    return np.asarray(np.minimum(np.abs(t), ENDLESS))


def _listed(every: combinations[tuple[int, ...]], count: int, m: int) -> Bools:
    """The next so many ways to choose the first group."""
    chosen = list(islice(every, count))
    dealt = np.zeros((len(chosen), m), dtype=np.bool_)
    dealt[np.arange(len(chosen))[:, None], np.array(chosen)] = True
    return dealt


def _drawn(member: Bools, seed: int, start: int, stop: int) -> Bools:
    """Deals of a generator of their own each, the same in whatever block they are drawn."""
    return np.array([np.random.default_rng([seed, b]).permutation(member) for b in range(start, stop)])
