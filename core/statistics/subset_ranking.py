"""All sets of receptors in order for one outcome: the best of them listed, the others streamed and counted.

Not for: many outcomes (subset_search.py) or P values of the search (subset_permutation.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from core.jobs import JobContext
from core.statistics.risk_sets import Bools, Floats, Ints
from core.statistics.subset_search import LEAST_INFORMATION, NO_INFORMATION, SAME_STATISTIC
from core.statistics.subset_space import SetSpace

SCORES_HELD = 1_000_000
"""Sets whose scores are kept for the comparison with the best; of more they are made twice (memory)."""


class SetScorer(Protocol):
    """The statistic of many sets of one size: rows of receptor numbers in, arrays over the sets out."""

    def score(self, rows: Ints) -> tuple[Floats, Floats]:
        """Signed numerator (+ = high goes with earlier events) and chi2 of every set, 0 where undefined."""

    def correlation(self, rows: Ints, best: tuple[int, ...]) -> Floats:
        """Correlation of the score of every set with that of the set ``best``."""


class MeanScorer:
    """Mean z: (sum of U)^2 / (sum of V). ``u`` (g,) and ``v`` (g, g) with the receptors' signs."""

    def __init__(self, u: Floats, v: Floats) -> None:
        self._u, self._v = u, v
        self._floor = NO_INFORMATION * max(float(np.trace(v)) / max(len(v), 1), LEAST_INFORMATION)

    def score(self, rows: Ints) -> tuple[Floats, Floats]:
        sums, spreads = self._u[rows].sum(axis=1), self._spreads(rows)
        return sums, np.where(spreads > self._floor, sums**2 / np.maximum(spreads, self._floor), 0.0)

    def _spreads(self, rows: Ints) -> Floats:
        spreads = np.zeros(len(rows))
        for i in range(rows.shape[1]):
            spreads += self._v[rows[:, i], rows[:, i]]
            for j in range(i):
                spreads += 2.0 * self._v[rows[:, i], rows[:, j]]
        return spreads

    def correlation(self, rows: Ints, best: tuple[int, ...]) -> Floats:
        members = list(best)
        own = max(float(self._v[np.ix_(members, members)].sum()), self._floor)
        toward = self._v[:, members].sum(axis=1)
        return np.asarray(toward[rows].sum(axis=1) / np.sqrt(np.maximum(self._spreads(rows), self._floor) * own))


class BestOfSize(NamedTuple):
    """The best set of one size; ``toward`` is the signed numerator of its statistic."""

    members: tuple[int, ...]
    statistic: float
    toward: float


@dataclass(frozen=True, eq=False)
class RankedSets:
    """The best sets of one outcome in order, and what is known of all the others.

    ``members`` receptors ascending; ``toward`` the signed numerator of the statistic; ``n_sets`` searched; ``n_tied``
    of all of them tied with the best; ``best_of_size`` size -> the best set of that size.
    """

    members: tuple[tuple[int, ...], ...]
    statistic: Floats
    toward: Floats
    tied: Bools
    n_sets: int
    n_tied: int
    best_of_size: dict[int, BestOfSize]


@dataclass(frozen=True)
class _Entry:
    chi2: float
    names: tuple[str, ...]
    members: tuple[int, ...]
    toward: float


def rank_sets(scorer: SetScorer, space: SetSpace, keep: int, names: tuple[str, ...],
              job: JobContext | None = None) -> RankedSets:
    """All sets for one outcome, streamed; the ``keep`` best are returned in order.

    Equal statistics stand in the alphabetical order of their members' ``names``. A set is tied with the best where
    z_best - |z| <= sqrt(2 (1 - rho)), rho the correlation of the two scores, sign-aligned (contract §4).
    """
    job = job or JobContext()
    kept: list[_Entry] = []
    of_size: dict[int, BestOfSize] = {}
    held: list[tuple[Floats, Floats]] = []
    threshold = -1.0
    done = 0
    for size in space.sizes:
        best: _Entry | None = None
        for rows in space.blocks(size):
            job.progress(0.5 * done / space.n_all, f"Scoring sets, {done:,} of {space.n_all:,}")
            done += len(rows)
            toward, chi2 = scorer.score(rows)
            if space.n_all <= SCORES_HELD:
                held.append((toward, chi2))
            wanted = np.flatnonzero(chi2 >= min(threshold, best.chi2 if best else -1.0) * (1 - SAME_STATISTIC))
            for i in _strongest(chi2, wanted, keep):
                members = tuple(rows[i].tolist())
                entry = _Entry(float(chi2[i]), tuple(sorted(names[m] for m in members)), members, float(toward[i]))
                kept.append(entry)
                if best is None or _before(entry, best):
                    best = entry
            if len(kept) > 4 * keep:
                kept = _first(kept, keep)
                threshold = kept[-1].chi2
        if best is not None:
            of_size[size] = BestOfSize(best.members, best.chi2, best.toward)
    kept = _first(kept, keep)
    listed, n_tied = _tied(kept, scorer, space, held, job)
    return RankedSets(tuple(entry.members for entry in kept), np.array([entry.chi2 for entry in kept]),
                      np.array([entry.toward for entry in kept]), listed, space.n_all, n_tied, of_size)


def _strongest(chi2: Floats, wanted: Ints, keep: int) -> list[int]:
    """Of the wanted sets of a block no more than the ``keep`` strongest, and those equal to the last of them."""
    if len(wanted) > keep:
        limit = np.partition(chi2[wanted], len(wanted) - keep)[len(wanted) - keep]
        wanted = wanted[chi2[wanted] >= limit * (1 - SAME_STATISTIC)]
    return [int(i) for i in wanted]


def _before(one: _Entry, other: _Entry) -> bool:
    """True where the first is stronger, or as strong and earlier in the alphabet."""
    if abs(one.chi2 - other.chi2) <= SAME_STATISTIC * max(one.chi2, other.chi2):
        return one.names < other.names
    return one.chi2 > other.chi2


def _first(entries: list[_Entry], keep: int) -> list[_Entry]:
    """The first ``keep`` in order: by statistic, runs of equal ones by name."""
    ordered = sorted(entries, key=lambda entry: -entry.chi2)
    found: list[_Entry] = []
    start = 0
    for i in range(1, len(ordered) + 1):
        if i == len(ordered) or ordered[i].chi2 < ordered[i - 1].chi2 * (1 - SAME_STATISTIC):
            found += sorted(ordered[start:i], key=lambda entry: entry.names)
            start = i
            if len(found) >= keep:
                break
    return found[:keep]


def _tied(kept: list[_Entry], scorer: SetScorer, space: SetSpace, held: list[tuple[Floats, Floats]], job: JobContext
          ) -> tuple[Bools, int]:
    """Which of the listed sets are tied with the best, and how many of all sets are. ``held`` scores of every block, or
    nothing where they would be too many."""
    if not kept or kept[0].chi2 <= 0:
        return np.zeros(len(kept), dtype=np.bool_), 0
    best = kept[0]
    z_best, direction = np.sqrt(best.chi2), 1.0 if best.toward >= 0 else -1.0

    def judged(rows: Ints, toward: Floats, chi2: Floats) -> Bools:
        tied = np.zeros(len(rows), dtype=np.bool_)
        # The root is at most 2, whatever the correlation: most sets are too weak to ask for theirs.
        near = np.flatnonzero((chi2 > 0) & (z_best - np.sqrt(chi2) <= 2.0 + 1e-9))
        if len(near):
            sign = np.where(toward[near] >= 0, 1.0, -1.0) * direction
            aligned = np.clip(scorer.correlation(rows[near], best.members) * sign, -1.0, 1.0)
            tied[near] = z_best - np.sqrt(chi2[near]) <= np.sqrt(2.0 * (1.0 - aligned)) + 1e-9
        return tied

    count = done = number = 0
    for size in space.sizes:
        for rows in space.blocks(size):
            job.progress(0.5 + 0.5 * done / space.n_all, f"Comparing sets, {done:,} of {space.n_all:,}")
            done += len(rows)
            count += int(judged(rows, *(held[number] if held else scorer.score(rows))).sum())
            number += 1
    listed = np.zeros(len(kept), dtype=np.bool_)
    for size in space.sizes:
        at = [i for i, entry in enumerate(kept) if len(entry.members) == size]
        if at:
            listed[at] = judged(np.array([kept[i].members for i in at]), np.array([kept[i].toward for i in at]),
                                np.array([kept[i].chi2 for i in at]))
    return listed, count
