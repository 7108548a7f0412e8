"""The best set of receptors for each of many outcomes: every set scored, each in constant time.

The score of a set is the mean of its members' z, its statistic the Cox score test chi2 = (sum of U)^2 / (sum of V)
over the set. Not for: making U and V (subset_scores.py), median splits (subset_split.py), the order of all sets for
one outcome (subset_ranking.py), P values of the search (subset_permutation.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.jobs import JobContext
from core.statistics.risk_sets import Floats, Ints
from core.statistics.subset_scores import SetScores
from core.statistics.subset_space import SetSpace

NO_INFORMATION = 1e-9
"""Of a receptor's mean information: a set whose members cancel has less than this and its statistic is 0."""

LEAST_INFORMATION = 1e-3
"""What the mean information of z scores counts at least, so that rounding is not divided by rounding."""

OUTCOMES_TOGETHER = 512
"""Outcomes searched side by side; fewer spend the time in Python, more leave the second-level cache (measured)."""

SAME_STATISTIC = 1e-10
"""Relative: statistics closer than this are one value that was added up in another order."""


@dataclass(frozen=True, eq=False)
class BestSets:
    """For each outcome and size the best set: ``statistic`` (outcomes, sizes), ``members`` (outcomes, sizes, most),
    -1 where a set is smaller. Sizes are those of the space, ascending. Of equal sets the first in the order of the
    columns.
    """

    sizes: tuple[int, ...]
    statistic: Floats
    members: NDArray[np.int16]

    def overall(self) -> tuple[Floats, list[tuple[int, ...]]]:
        """Best over all sizes: statistics (outcomes,) and sets; the smaller set where two sizes are equal."""
        rounded = self.statistic * (1 - SAME_STATISTIC * np.arange(len(self.sizes)))
        at = rounded.argmax(axis=1)
        rows = np.arange(len(at))
        return self.statistic[rows, at], [members_of(row) for row in self.members[rows, at]]


def members_of(row: NDArray[np.int16]) -> tuple[int, ...]:
    """The receptors of one padded row, ascending."""
    return tuple(sorted(int(i) for i in row if i >= 0))


def signs_of(scores: SetScores, signed: bool) -> Floats:
    """The sign each receptor enters with: + for all, or that of its univariable Cox coefficient (that of U).

    A receptor without any tendency enters with +.
    """
    return np.where(scores.u < 0, -1.0, 1.0) if signed else np.ones_like(scores.u)


def best_sets(scores: SetScores, space: SetSpace, signed: bool = False, job: JobContext | None = None) -> BestSets:
    """The best set of every size for every outcome: all sets, each added in constant time to the one it extends.

    Parameters
    ----------
    scores : SetScores
        U and V of the standardised receptors in B outcomes.
    space : SetSpace
    signed : bool
        True takes each receptor with the sign of its own U, outcome by outcome.

    Source
    ------
    Contract §4, subset search; the depth-first sums are ours, proved against brute force in the tests.
    """
    parts = [_Search(scores, space, signed, slice(first, first + OUTCOMES_TOGETHER)).run(job or JobContext())
             for first in range(0, len(scores.u), OUTCOMES_TOGETHER)]
    return BestSets(tuple(space.sizes), np.concatenate([part[0] for part in parts]),
                    np.concatenate([part[1] for part in parts]))


class _Search:
    """Depth first over the sets, receptors by outcomes: sums of U and V grow with every member."""

    def __init__(self, scores: SetScores, space: SetSpace, signed: bool, part: slice) -> None:
        sign = signs_of(scores, signed)[part]
        u = scores.u[part] * sign
        v = scores.v[part] * sign[:, :, None] * sign[:, None, :]
        free, must = list(space.free), list(space.must)
        self.space, self.n = space, u.shape[0]
        self.u = np.ascontiguousarray(u[:, free].T)
        self.v = np.ascontiguousarray(2.0 * v[:, free][:, :, free].transpose(1, 2, 0))
        own = v[:, free, free].T
        self.root_u = u[:, must].sum(axis=1)
        self.root_v = v[:, must][:, :, must].sum(axis=(1, 2))
        self.root_extra = np.ascontiguousarray(own + 2.0 * v[:, free][:, :, must].sum(axis=2).T)
        self.floor = NO_INFORMATION * np.maximum(np.einsum("bii->b", v) / max(v.shape[1], 1), LEAST_INFORMATION)
        levels = space.max_size - len(must)
        shape = (levels, len(free), self.n)
        self.sums, self.spreads, self.extras = np.empty(shape), np.empty(shape), np.empty(shape)
        self.chi2, self.safe = np.empty(shape[1:]), np.empty(shape[1:])
        self.top = np.empty(self.n)
        self.best = np.full((len(space.sizes), self.n), -1.0)
        self.members = np.full((len(space.sizes), self.n, space.max_size), -1, dtype=np.int16)
        self.prefix: list[int] = []

    def run(self, job: JobContext) -> tuple[Floats, NDArray[np.int16]]:
        fixed = self.space.must
        if fixed:
            statistic = self.root_u**2 / np.maximum(self.root_v, self.floor)
            self.best[0] = statistic
            self.members[0, :, :len(fixed)] = fixed
        if len(self.extras):
            self.extras[0] = self.root_extra
            self._extend(0, 0, self.root_u, self.root_v, job)
        return np.ascontiguousarray(self.best.T), np.ascontiguousarray(self.members.transpose(1, 0, 2))

    def _extend(self, level: int, first: int, u: Floats, v: Floats, job: JobContext) -> None:
        """Score the set so far with each free receptor from ``first`` on, then go on with each of them."""
        sums, spreads, extra = self.sums[level, first:], self.spreads[level, first:], self.extras[level, first:]
        chi2, safe = self.chi2[first:], self.safe[first:]
        np.add(self.u[first:], u, out=sums)
        np.add(extra, v, out=spreads)
        np.maximum(spreads, self.floor, out=safe)
        np.multiply(sums, sums, out=chi2)
        np.divide(chi2, safe, out=chi2)
        np.max(chi2, axis=0, out=self.top)
        size = len(self.space.must) + level + 1
        at = size - self.space.sizes[0]
        better = self.top > self.best[at]
        if better.any():
            self._take(np.flatnonzero(better), at, size, first, chi2)
        if level + 1 == len(self.extras):
            return
        deeper, n_free = self.extras[level + 1], len(self.u)
        for receptor in range(first, n_free - 1):
            if level == 0:
                job.progress(_share(n_free, receptor), "")
            row = receptor - first
            after = receptor + 1
            np.add(self.extras[level, after:], self.v[receptor, after:], out=deeper[after:])
            self.prefix.append(self.space.free[receptor])
            self._extend(level + 1, after, sums[row], spreads[row], job)
            self.prefix.pop()

    def _take(self, outcomes: Ints, at: int, size: int, first: int, chi2: Floats) -> None:
        last = first + chi2[:, outcomes].argmax(axis=0)
        self.best[at, outcomes] = self.top[outcomes]
        row = self.members[at]
        row[outcomes, :len(self.space.must)] = self.space.must
        row[outcomes, len(self.space.must):size - 1] = self.prefix
        row[outcomes, size - 1] = np.array(self.space.free, dtype=np.int16)[last]


def _share(n: int, done: int) -> float:
    """About how much of the work lies before the sets whose first member is ``done`` (they get fewer)."""
    return 1.0 - (1.0 - done / max(n, 1)) ** 4
