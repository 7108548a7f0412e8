"""Which receptors the search picks again in halves of the patients: complementary pairs stability selection.

Not for: the search itself (subset_problem.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.jobs import JobContext
from core.statistics.risk_sets import Floats, Ints
from core.statistics.subset_problem import SubsetProblem, search_each

HALVES_STREAM = 2
KEEP_AT = 0.6


@dataclass(frozen=True, eq=False)
class Stability:
    """``inclusion`` (receptors,) share of the halves whose best set holds the receptor; ``mean_size`` of those sets;
    ``false_expected`` the bound q^2 / ((2 pi - 1) p) on receptors kept by luck."""

    inclusion: Floats
    halves: int
    mean_size: float
    false_expected: float


def halves(problem: SubsetProblem, pair: int) -> tuple[Ints, Ints]:
    """Two complementary halves, each with half of the events and half of the censored (one more where odd)."""
    generator = np.random.default_rng([problem.seed, HALVES_STREAM, pair])
    dead = generator.permutation(np.flatnonzero(problem.event))
    alive = generator.permutation(np.flatnonzero(~problem.event))
    # The odd dead goes into the first half and the odd censored into the second, so that sizes differ by one at most.
    d, a = (len(dead) + 1) // 2, len(alive) // 2
    return np.sort(np.concatenate((dead[:d], alive[:a]))), np.sort(np.concatenate((dead[d:], alive[a:])))


def stability_block(problem: SubsetProblem, block: tuple[int, int], job: JobContext | None = None
                    ) -> list[tuple[int, ...]]:
    """The best set of both halves of pairs ``block[0]`` to ``block[1]`` - 1; empty where a half tells nothing, because
    nobody in it had the event or no receptor varies."""
    cases = [(problem, half, half[:, None]) for pair in range(*block) for half in halves(problem, pair)]
    chosen = []
    for found in search_each(cases, job):
        statistic, members = found.best.overall()
        chosen.append(members[0] if statistic[0] > 0 else ())
    return chosen


def stability(sets: list[tuple[int, ...]], n_receptors: int) -> Stability:
    """Inclusion frequencies from the chosen sets.

    Source
    ------
    Shah and Samworth 2013 (complementary pairs); bound of Meinshausen and Buhlmann 2010, which assumes that receptors
    without a tie to outcome are chosen exchangeably, and no more often than by guessing.
    """
    inclusion = np.zeros(n_receptors)
    for members in sets:
        inclusion[list(members)] += 1
    q = float(np.mean([len(members) for members in sets])) if sets else float("nan")
    return Stability(inclusion / max(len(sets), 1), len(sets), q, q**2 / ((2 * KEEP_AT - 1) * max(n_receptors, 1)))
