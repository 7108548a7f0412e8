"""Sets of receptors split at the median of their mean z: the log-rank numerator of every set in many permutations.

The numerator is standardised by its permutation variance, which makes all permutations of a block of sets one matrix
product. Not for: the continuous score (subset_search.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.jobs import JobContext
from core.statistics.risk_sets import Bools, Floats, Ints
from core.statistics.subset_search import BestSets
from core.statistics.subset_space import SetSpace

Singles = NDArray[np.float32]
SETS_TOGETHER = 1024
IN_CACHE = 65_536
"""Sums that are made and sorted together: half a megabyte, which stays in the second-level cache."""


def high_groups(columns: Floats, rows: Ints) -> Bools:
    """Who lies above the median of each set's summed z: (sets, patients). ``columns`` is (receptors, patients)."""
    n = columns.shape[1]
    high = np.empty((len(rows), n), dtype=np.bool_)
    together = max(IN_CACHE // max(n, 1), 1)
    for first in range(0, len(rows), together):
        part = rows[first:first + together]
        total = columns[part[:, 0]]
        for i in range(1, part.shape[1]):
            total += columns[part[:, i]]
        ordered = np.sort(total, axis=1)
        median = 0.5 * (ordered[:, (n - 1) // 2] + ordered[:, n // 2])
        # The sum of a set is rounded: a patient at the median itself must not become high by the last bit.
        limit = median + 1e-12 * np.maximum(np.abs(median), 1.0)
        np.greater(total, limit[:, None], out=high[first:first + together])
    return high


class SplitScorer:
    """Chi2 of the numerator: sum of the residuals of the high group, squared, over its permutation variance.

    Parameters
    ----------
    z : (patients, receptors)
        Complete, standardised among these patients.
    residuals : (patients,) or (patients, permutations)
        Deaths less expected deaths; they add to 0 within every stratum.
    strata : (patients,) codes, optional
        Patients are permuted within them.
    """

    def __init__(self, z: Floats, residuals: Floats, strata: Ints | None = None) -> None:
        self._columns = np.ascontiguousarray(z.T)
        self._residuals = residuals if residuals.ndim == 2 else residuals[:, None]
        codes = np.zeros(len(z), dtype=np.intp) if strata is None else strata
        self._inside = np.stack([codes == code for code in np.unique(codes)]).astype(np.float64)
        self._size = self._inside.sum(axis=1)
        means = (self._inside @ self._residuals) / self._size[:, None]
        centred = self._residuals - self._inside.T @ means
        self._squares = self._inside @ centred**2

    def _variance(self, high: Floats) -> Floats:
        """Of the numerator of every set in every permutation, (sets, permutations)."""
        m = high @ self._inside.T
        share = np.where(self._size > 1, m * (self._size - m) / (self._size * np.maximum(self._size - 1, 1)), 0.0)
        return np.asarray(share @ self._squares)

    def score(self, rows: Ints) -> tuple[Floats, Floats]:
        parts = [self.score_all(rows[first:first + SETS_TOGETHER]) for first in range(0, len(rows), SETS_TOGETHER)]
        return np.concatenate([part[0][:, 0] for part in parts]), np.concatenate([part[1][:, 0] for part in parts])

    def score_all(self, rows: Ints) -> tuple[Floats, Floats]:
        """Numerator and chi2 of every set in every permutation, (sets, permutations), in double precision."""
        high = high_groups(self._columns, rows).astype(np.float64)
        toward = high @ self._residuals
        variance = self._variance(high)
        return toward, np.where(variance > 0, toward**2 / np.where(variance > 0, variance, 1.0), 0.0)

    def correlation(self, rows: Ints, best: tuple[int, ...]) -> Floats:
        """Of the two groupings under permutation (within strata)."""
        high = high_groups(self._columns, rows).astype(np.float64)
        chosen = high_groups(self._columns, np.array([best], dtype=np.intp)).astype(np.float64)[0]
        weight = (self._squares[:, 0] / np.maximum(self._size - 1, 1)) @ self._inside
        centre = ((chosen @ self._inside.T) / self._size) @ self._inside
        across = high @ ((chosen - centre) * weight)
        own = float(((chosen - centre) ** 2 * weight).sum())
        each = self._variance(high)[:, 0]
        product = np.sqrt(np.maximum(each * own, 1e-300))
        return np.asarray(np.where(each > 0, across / product, 0.0))

    def best(self, space: SetSpace, job: JobContext | None = None) -> BestSets:
        """The best set of every size in every permutation: ranked in single precision, the winners scored again."""
        job = job or JobContext()
        n_permutations = self._residuals.shape[1]
        chi2_of = self._ranking_of_one_stratum() if len(self._size) == 1 else self._ranking_within_strata()
        statistic = np.full((n_permutations, len(space.sizes)), -1.0)
        members = np.full((n_permutations, len(space.sizes), space.max_size), -1, dtype=np.int16)
        everyone = np.arange(n_permutations)
        done = 0
        for at, size in enumerate(space.sizes):
            for block in space.blocks(size):
                for first in range(0, len(block), SETS_TOGETHER):
                    job.progress(done / space.n_all, "")
                    rows = block[first:first + SETS_TOGETHER]
                    done += len(rows)
                    chi2 = chi2_of(high_groups(self._columns, rows))
                    top = chi2.argmax(axis=0)
                    value = chi2[top, everyone]
                    better = np.flatnonzero(value > statistic[:, at])
                    statistic[better, at] = value[better]
                    members[better, at, :size] = rows[top[better]]
            self._exact(statistic, members, at, size)
        return BestSets(tuple(space.sizes), statistic, members)

    def _ranking_of_one_stratum(self) -> Callable[[Bools], Singles]:
        """Chi2 of sets in single precision. The variance is a factor of the set times one of the permutation, so both
        go into what is multiplied and nothing is left to divide."""
        size, squares = float(self._size[0]), self._squares[0]
        scaled = (self._residuals / np.sqrt(np.where(squares > 0, squares, np.inf))).astype(np.float32)

        def chi2_of(high: Bools) -> Singles:
            m = high.sum(axis=1)
            share = m * (size - m) / (size * max(size - 1, 1))
            weight = (1.0 / np.sqrt(np.where(share > 0, share, np.inf))).astype(np.float32)
            found: Singles = (high * weight[:, None]) @ scaled
            return np.multiply(found, found, out=found)

        return chi2_of

    def _ranking_within_strata(self) -> Callable[[Bools], Singles]:
        """Chi2 of sets in single precision."""
        single = self._residuals.astype(np.float32)

        def chi2_of(high: Bools) -> Singles:
            found: Singles = high.astype(np.float32) @ single
            variance = self._variance(high.astype(np.float64)).astype(np.float32)
            np.multiply(found, found, out=found)
            return np.divide(found, variance, out=found, where=variance > 0)

        return chi2_of

    def _exact(self, statistic: Floats, members: np.ndarray[tuple[int, int, int], np.dtype[np.int16]], at: int,
               size: int) -> None:
        """The winners of a size scored again in double precision."""
        winners, which = np.unique(members[:, at, :size], axis=0, return_inverse=True)
        for first in range(0, len(winners), SETS_TOGETHER):
            rows = winners[first:first + SETS_TOGETHER].astype(np.intp)
            _, chi2 = self.score_all(rows)
            here = np.flatnonzero((which >= first) & (which < first + len(rows)))
            statistic[here, at] = chi2[which[here] - first, here]
