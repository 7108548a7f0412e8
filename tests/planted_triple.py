"""Is a planted set found as often as it can be? Three of 58 correlated receptors go with outcome, and the search is held
against draws of the score vector from its normal limit.

Not for: cohorts in which nothing is true (tests/subset_calibration.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.statistics.risk_sets import checked_outcome
from core.statistics.subset_problem import MEAN, SubsetProblem, scaled_scores, search_each
from core.statistics.subset_scores import SetScores
from core.statistics.subset_search import best_sets
from core.statistics.subset_space import SetSpace
from tests.survival_data import z_scores

Floats = NDArray[np.float64]
RECEPTORS, TRIPLE, FACTORS = 58, (4, 21, 40), 6
PLANT_STREAM, OUTCOMES_FOR_V, DRAWS_TOGETHER = 71, 40, 2000


@dataclass(frozen=True)
class Planted:
    """``found`` of ``tried`` cohorts ranked the planted triple first; ``expected`` is the share of the draws;
    ``strength`` the expected |z| of the triple."""

    strength: float
    expected: float
    draws: int
    found: int
    tried: int

    @property
    def share(self) -> float:
        return self.found / self.tried


def receptors(patients: int, seed: int) -> Floats:
    """z scores that share a few factors, as receptors of one pathway do; the triple's members among them."""
    generator = np.random.default_rng([seed, PLANT_STREAM])
    loading = generator.normal(size=(FACTORS, RECEPTORS)) * 0.45
    x = generator.normal(size=(patients, FACTORS)) @ loading + generator.normal(size=(patients, RECEPTORS))
    return z_scores(x)


def outcome(z: Floats, slope: float, seed: int, number: int) -> SubsetProblem:
    """Months in which the triple's mean z acts with that log hazard ratio per SD; about 40 % censored."""
    generator = np.random.default_rng([seed, PLANT_STREAM, number])
    score = z_scores(z[:, list(TRIPLE)].mean(axis=1, keepdims=True))[:, 0]
    death = generator.exponential(40.0, len(z)) * np.exp(-slope * score)
    censoring = generator.uniform(12, 120, len(z))
    time, event = checked_outcome(np.ceil(10 * np.minimum(death, censoring)) / 10, death <= censoring)
    return SubsetProblem(time, event, z, None, None, SetSpace.of(RECEPTORS, 3), MEAN, seed=number)


def information(z: Floats, slope: float, seed: int) -> Floats:
    """Mean information of the receptors over outcomes that are used for nothing else."""
    total = np.zeros((RECEPTORS, RECEPTORS))
    for number in range(OUTCOMES_FOR_V):
        problem = outcome(z, slope, seed, 1_000_000 + number)
        sets = problem.sets_of(np.arange(problem.n))
        total += scaled_scores(problem, sets, sets.order[:, None]).v[0]
    return total / OUTCOMES_FOR_V


def predicted(v: Floats, mu: Floats, draws: int, seed: int) -> float:
    """How often the triple is the best set of U drawn from N(mu, V): every set's z is then normal, and two sets
    correlate as their scores do."""
    generator = np.random.default_rng([seed, PLANT_STREAM, 2_000_000])
    values, vectors = np.linalg.eigh(v)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    first = 0
    for start in range(0, draws, DRAWS_TOGETHER):
        count = min(DRAWS_TOGETHER, draws - start)
        u = mu + generator.normal(size=(count, RECEPTORS)) @ root.T
        scores = SetScores(u, np.broadcast_to(v, (count, RECEPTORS, RECEPTORS)), np.ones(count, dtype=np.bool_))
        first += sum(members == TRIPLE for members in best_sets(scores, SetSpace.of(RECEPTORS, 3)).overall()[1])
    return first / draws


def planted(strength: float, patients: int, tried: int, draws: int, seed: int = 1) -> Planted:
    """Both ways of counting for a triple whose expected |z| is ``strength``."""
    z = receptors(patients, seed)
    members = list(TRIPLE)
    sd = float(z[:, members].mean(axis=1).std(ddof=1))
    slope = strength / np.sqrt(0.6 * patients)
    for _ in range(4):
        v = information(z, slope, seed)
        # The log hazard per unit of every member is slope / (3 sd), so the triple's own z is slope / (3 sd) * root of V.
        slope = strength * 3 * sd / float(np.sqrt(v[np.ix_(members, members)].sum()))
    beta = np.zeros(RECEPTORS)
    beta[members] = slope / (3 * sd)
    found = 0
    for start in range(0, tried, 250):
        everyone = np.arange(patients)
        cases = [(outcome(z, slope, seed, number), everyone, everyone[:, None])
                 for number in range(start, min(start + 250, tried))]
        found += sum(one.best.overall()[1][0] == TRIPLE for one in search_each(cases))
    return Planted(strength, predicted(v, v @ beta, draws, seed), draws, found, tried)
