"""The search as one value, and its answer for any patients matched with any outcomes.

Everything that repeats the search (permutations, halves, folds, other genes) asks here, so that all of it is one
search. Not for: deciding what is repeated, or P values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from core.jobs import JobContext
from core.statistics.risk_sets import Bools, Floats, Ints, RiskSets, risk_sets
from core.statistics.subset_ranking import MeanScorer, SetScorer
from core.statistics.subset_scores import SetScores, residuals_at_positions, set_scores
from core.statistics.subset_search import BestSets, best_sets, signs_of
from core.statistics.subset_space import SetSpace
from core.statistics.subset_split import SplitScorer
from core.statistics.weighted_risk_sets import by_patient

MEAN, SIGNED, SPLIT = "mean z", "signed mean z", "median split"


@dataclass(frozen=True, eq=False)
class SubsetProblem:
    """What is searched.

    Parameters
    ----------
    time, event : (n,) checked outcome (risk_sets.checked_outcome).
    values : (n, g) expression, complete, no column constant.
    strata : (n,) codes or None.
    covariates : (n, p) standardised and independent (subset_scores.adjusting_columns), or None.
    space : the sets.
    score : "mean z", "signed mean z" or "median split".
    seed : of everything that is drawn.
    """

    time: Floats
    event: Bools
    values: Floats
    strata: Ints | None
    covariates: Floats | None
    space: SetSpace
    score: str
    seed: int

    @property
    def n(self) -> int:
        return len(self.time)

    def sets_of(self, outcomes: Ints) -> RiskSets:
        """Risk sets of some outcome rows; positions refer to places in ``outcomes``."""
        codes = None if self.strata is None else self.strata[outcomes]
        return risk_sets(self.time[outcomes], self.event[outcomes], codes)

    def with_values(self, values: Floats) -> SubsetProblem:
        """The same search over as many other genes."""
        return replace(self, values=values)

    def shuffled(self, stream: int, first: int, last: int) -> Ints:
        """Which patient gets each outcome row in permutations ``first`` to ``last`` - 1, (n, permutations).

        Patients stay in their stratum. Permutation b has a generator of its own: the same in whatever block, on
        whatever machine.
        """
        codes = np.zeros(self.n, dtype=np.intp) if self.strata is None else self.strata
        groups = [np.flatnonzero(codes == code) for code in np.unique(codes)]
        patients = np.empty((last - first, self.n), dtype=np.intp)
        for row, b in enumerate(range(first, last)):
            generator = np.random.default_rng([self.seed, stream, b])
            for group in groups:
                patients[row, group] = generator.permutation(group)
        return np.ascontiguousarray(patients.T)


@dataclass(frozen=True, eq=False)
class FoundSets:
    """The best sets of B outcomes; ``signs`` (B, g) that receptors entered with, ``converged`` of the covariates."""

    best: BestSets
    signs: Floats
    converged: Bools


def search(problem: SubsetProblem, outcomes: Ints, patients: Ints, job: JobContext | None = None) -> FoundSets:
    """The best set of every size where ``patients[:, b]`` have the outcomes of the rows ``outcomes``.

    z scores are made among these patients (n - 1); a receptor that is constant among them adds nothing to a set.
    """
    sets = problem.sets_of(outcomes)
    standing = patients[sets.order]
    if problem.score != SPLIT:
        scores = scaled_scores(problem, sets, standing)
        signed = problem.score == SIGNED
        return FoundSets(best_sets(scores, problem.space, signed, job), signs_of(scores, signed), scores.converged)
    ones = np.ones((patients.shape[1], problem.values.shape[1]))
    residuals, converged = residuals_at_positions(sets, standing, problem.covariates)
    if len(outcomes) == problem.n and bool((np.sort(standing, axis=0) == np.arange(problem.n)[:, None]).all()):
        scorer = SplitScorer(standardised_rows(problem.values), by_patient(residuals, standing), problem.strata)
        return FoundSets(scorer.best(problem.space, job), ones, converged)
    codes = None if problem.strata is None else problem.strata[outcomes][sets.order]
    parts = [SplitScorer(standardised_rows(problem.values[standing[:, b]]), residuals[:, b], codes).best(problem.space,
                                                                                                       job)
             for b in range(patients.shape[1])]
    best = BestSets(parts[0].sizes, np.concatenate([part.statistic for part in parts]),
                    np.concatenate([part.members for part in parts]))
    return FoundSets(best, ones, converged)


def search_each(cases: Sequence[tuple[SubsetProblem, Ints, Ints]], job: JobContext | None = None) -> list[FoundSets]:
    """``search`` of several (problem, outcomes, patients) over one space.

    The sets are walked through once for all of them together, which is far quicker than one after the other.
    """
    if not cases:
        return []
    first = cases[0][0]
    if first.score == SPLIT:
        return [search(problem, outcomes, patients, job) for problem, outcomes, patients in cases]
    parts = []
    for problem, outcomes, patients in cases:
        sets = problem.sets_of(outcomes)
        parts.append(scaled_scores(problem, sets, patients[sets.order]))
    scores = SetScores(np.concatenate([part.u for part in parts]), np.concatenate([part.v for part in parts]),
                       np.concatenate([part.converged for part in parts]))
    signed = first.score == SIGNED
    best = best_sets(scores, first.space, signed, job)
    signs = signs_of(scores, signed)
    edges = np.cumsum([0, *(len(part.u) for part in parts)])
    return [FoundSets(BestSets(best.sizes, best.statistic[a:b], best.members[a:b]), signs[a:b], scores.converged[a:b])
            for a, b in pairwise(edges)]


def scaled_scores(problem: SubsetProblem, sets: RiskSets, standing: Ints) -> SetScores:
    """U and V of the receptors standardised among those who stand there."""
    scores = set_scores(sets, standing, problem.values, problem.covariates)
    spread = np.stack([spread_of(problem.values[standing[:, b]]) for b in range(standing.shape[1])])
    return scores.scaled(spread)


def observed_scorer(problem: SubsetProblem) -> tuple[SetScorer, Floats, bool]:
    """What ranks all sets for the outcome as it is, the receptors' signs, and whether the covariates converged."""
    everyone = np.arange(problem.n)
    sets = problem.sets_of(everyone)
    standing = sets.order[:, None]
    if problem.score == SPLIT:
        residuals, converged = residuals_at_positions(sets, standing, problem.covariates)
        scorer = SplitScorer(standardised_rows(problem.values), by_patient(residuals, standing), problem.strata)
        return scorer, np.ones(problem.values.shape[1]), bool(converged[0])
    scores = scaled_scores(problem, sets, standing)
    sign = signs_of(scores, problem.score == SIGNED)[0]
    return MeanScorer(scores.u[0] * sign, scores.v[0] * np.outer(sign, sign)), sign, bool(scores.converged[0])


def spread_of(values: Floats) -> Floats:
    """SD of every column, n - 1; 0 for a constant one, and where there is one patient or none."""
    if len(values) < 2:
        return np.zeros(values.shape[1])
    spread = values.std(axis=0, ddof=1)
    return np.where(spread > 1e-12, spread, 0.0)


def standardised_rows(values: Floats) -> Floats:
    """z within these patients, n - 1; 0 for a constant column."""
    spread = spread_of(values)
    return np.asarray(np.where(spread > 0, (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0), 0.0))
