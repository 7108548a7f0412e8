"""What luck gives: the whole search repeated on shuffled outcomes, and the P values that count the search.

Not for: how the work is spread over processes (core/compute) or the search itself (subset_problem.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.jobs import JobContext
from core.statistics.risk_sets import Floats
from core.statistics.subset_problem import SubsetProblem, search
from core.statistics.subset_search import SAME_STATISTIC

OUTCOME_STREAM = 1
"""Seeds of shuffled outcomes are (seed, 1, permutation)."""


@dataclass(frozen=True, eq=False)
class NullBlock:
    """Best statistics of some permutations, (permutations, sizes), and how many covariate models did not converge."""

    statistic: Floats
    not_converged: int


def null_block(problem: SubsetProblem, block: tuple[int, int], job: JobContext | None = None) -> NullBlock:
    """The whole search in permutations ``block[0]`` to ``block[1]`` - 1: pure, the same on any machine of one kind."""
    patients = problem.shuffled(OUTCOME_STREAM, *block)
    found = search(problem, np.arange(problem.n), patients, job)
    return NullBlock(found.best.statistic, int((~found.converged).sum()))


def p_of(statistic: Floats, null: Floats) -> Floats:
    """(1 + number as good) / (B + 1) for every statistic; NaN without permutations or where it is NaN."""
    values = np.asarray(statistic, dtype=np.float64)
    if not len(null):
        return np.full(values.shape, np.nan)
    ordered = np.sort(null)
    as_good = len(ordered) - np.searchsorted(ordered, values * (1 - SAME_STATISTIC), side="left")
    return np.where(np.isnan(values), np.nan, (1 + as_good) / (len(ordered) + 1))


def p_over_sizes(observed: Floats, null: Floats) -> tuple[Floats, Floats]:
    """P of the best set of each size, and the same corrected for having looked at all sizes (minP).

    Parameters
    ----------
    observed : (sizes,); null : (permutations, sizes) best statistics of each size.

    Returns
    -------
    p_size, p_over_sizes : (sizes,)
        ``p_over_sizes`` is how often the smallest P over sizes of a permutation is as small.
    """
    if not len(null):
        empty = np.full(len(observed), np.nan)
        return empty, empty.copy()
    pool = np.vstack([observed[None, :], null])
    p = np.empty_like(pool)
    for size in range(pool.shape[1]):
        ordered = np.sort(pool[:, size])
        lower = np.searchsorted(ordered, pool[:, size] * (1 - SAME_STATISTIC), side="left")
        p[:, size] = (len(ordered) - lower) / len(ordered)
    smallest = p.min(axis=1)
    over = np.array([(smallest <= own + 1e-12).mean() for own in p[0]])
    return p[0], over


def p_range(exceeding: int, done: int, planned: int) -> tuple[float, float]:
    """The smallest and largest P that a run of ``planned`` permutations can still end with after ``done``."""
    return (1 + exceeding) / (planned + 1), (1 + exceeding + planned - done) / (planned + 1)


def p_interval(exceeding: int, done: int) -> tuple[float, float]:
    """95 % interval of the P that endless permutations would give (Clopper and Pearson 1934)."""
    from scipy.stats import beta

    low = 0.0 if exceeding == 0 else float(beta.ppf(0.025, exceeding, done - exceeding + 1))
    high = 1.0 if exceeding == done else float(beta.ppf(0.975, exceeding + 1, done - exceeding))
    return low, high
