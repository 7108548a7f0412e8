"""How the search does in left-out patients: z scaling, set, sign and cut learned in nine tenths, tried on the tenth.

Not for: patients of another cohort (validation) or the search itself (subset_problem.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.jobs import JobContext
from core.statistics.risk_sets import Bools, Floats, Ints
from core.statistics.subset_problem import SPLIT, FoundSets, SubsetProblem, search_each, spread_of
from core.statistics.subset_scores import residuals_and_slopes, residuals_at_positions
from core.statistics.weighted_risk_sets import exponential

FOLD_STREAM, CV_STREAM, BOOTSTRAP_STREAM = 3, 4, 5
BOOTSTRAPS = 1000


@dataclass(frozen=True, eq=False)
class LeftOut:
    """What the folds gave for the outcome as it is.

    ``score`` (n,) of every patient by the set of the fold that had left him out, high = earlier events expected, with
    covariates what they leave of it; ``high`` (n,) above that fold's training median; ``fold`` (n,); ``sets`` one per
    fold.
    """

    concordance: float
    low: float
    high_limit: float
    score: Floats
    high: Bools
    fold: Ints
    sets: tuple[tuple[int, ...], ...]


def folds_of(problem: SubsetProblem, n_folds: int) -> Ints:
    """The fold of every outcome row: events dealt out in turn, then the censored; (n,)."""
    generator = np.random.default_rng([problem.seed, FOLD_STREAM])
    dealt = np.concatenate((generator.permutation(np.flatnonzero(problem.event)),
                            generator.permutation(np.flatnonzero(~problem.event))))
    fold = np.empty(problem.n, dtype=np.intp)
    fold[dealt] = np.arange(problem.n) % n_folds
    return fold


def pairs_of(problem: SubsetProblem, outcomes: Ints) -> tuple[Ints, Ints]:
    """Comparable pairs (sooner, later) among some outcome rows, as places in ``outcomes``.

    As Harrell's C: the sooner one had the event, the later one was still followed; at one time an event comes before
    a censoring. Pairs of two strata are not comparable.
    """
    time, event = problem.time[outcomes], problem.event[outcomes]
    before = event[:, None] & ((time[:, None] < time[None, :])
                               | ((time[:, None] == time[None, :]) & ~event[None, :]))
    if problem.strata is not None:
        codes = problem.strata[outcomes]
        before &= codes[:, None] == codes[None, :]
    sooner, later = np.nonzero(before)
    return sooner, later


def left_out(problem: SubsetProblem, n_folds: int, job: JobContext | None = None) -> LeftOut:
    """Folds, sets and scores for the outcome as it is, with a patient bootstrap of the concordance (approximate)."""
    job = (job or JobContext()).said(lambda fraction, words: f"Leaving out {n_folds} folds in turn")
    fold = folds_of(problem, n_folds)
    everyone = np.arange(problem.n)[:, None]
    score, high = np.zeros(problem.n), np.zeros(problem.n, dtype=np.bool_)
    sets = []
    pairs, weights = [], []
    for test, learned in _learn(problem, fold, n_folds, everyone, job):
        sets.append(learned[0].members)
        score[test], high[test] = learned[0].apply(problem, test)
        sooner, later = pairs_of(problem, test)
        pairs.append((test[sooner], test[later]))
        weights.append(learned[0].weights(problem, test, sooner, later))
    sooner, later = (np.concatenate(side) for side in zip(*pairs))
    weight, right = np.concatenate(weights), _right(score[sooner], score[later])
    value = float(weight @ right / len(right)) if len(right) else float("nan")
    low, upper = _bootstrap(problem, sooner, later, weight, right)
    return LeftOut(value, low, upper, score, high, fold, tuple(sets))


def cv_block(problem: SubsetProblem, block: tuple[int, int, int], job: JobContext | None = None) -> Floats:
    """Left-out concordance of the whole procedure in permutations ``block[1]`` to ``block[2]`` - 1 of ``block[0]``
    folds. Outcome rows keep their folds; the patients are shuffled against them."""
    n_folds, first, last = block
    patients = problem.shuffled(CV_STREAM, first, last)
    right, pairs = np.zeros(last - first), 0
    for test, learned in _learn(problem, folds_of(problem, n_folds), n_folds, patients, job or JobContext()):
        sooner, later = pairs_of(problem, test)
        pairs += len(sooner)
        for b, one in enumerate(learned):
            score, _ = one.apply(problem, patients[test, b])
            right[b] += one.weights(problem, patients[test, b], sooner, later) @ _right(score[sooner], score[later])
    return right / pairs if pairs else np.full(last - first, np.nan)


def _right(sooner: Floats, later: Floats) -> Floats:
    """1 where the patient with the earlier event has the higher score, one half where they are equal."""
    return np.asarray((sooner > later) + 0.5 * (sooner == later), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Learned:
    """A set with everything that was learned with it in the training patients.

    With covariates ``slopes`` of its score on them, and ``hazard`` their own log hazard ratios.
    """

    members: tuple[int, ...]
    centre: Floats
    factor: Floats
    direction: float
    median: float
    slopes: Floats | None
    hazard: Floats | None

    def apply(self, problem: SubsetProblem, patients: Ints) -> tuple[Floats, Bools]:
        """Score of other patients, high = earlier events expected, and whether above the training median.

        With covariates the part of the score that goes with them is taken away: the concordance of a score that
        travels with a prognostic covariate is not 0.5 by luck, and the search was for what comes beside it.
        """
        z = (problem.values[np.ix_(patients, np.array(self.members, dtype=np.intp))] - self.centre) * self.factor
        score = z.mean(axis=1)
        # The last bits of a sum differ between equal patients; equal scores have to stay equal.
        above = np.round(score, 12) > self.median
        if self.slopes is not None and problem.covariates is not None:
            score = score - problem.covariates[patients] @ self.slopes
        return np.round(score, 12) * self.direction, above if self.direction > 0 else ~above

    def weights(self, problem: SubsetProblem, patients: Ints, sooner: Ints, later: Ints) -> Floats:
        """What each comparable pair counts, 1 on average over the pairs of every event, and 1 without covariates.

        By the covariates' Cox model each of those at risk could have been the one with the event; a pair counts as
        much as its later patient could. So a score that says nothing beside the covariates has a concordance of 0.5
        also where they decide who has the event.
        """
        if self.hazard is None or problem.covariates is None or not len(sooner):
            return np.ones(len(sooner))
        risk = exponential(problem.covariates[patients][:, None, :], self.hazard[None, :])[:, 0]
        total = np.bincount(sooner, weights=risk[later], minlength=len(patients))
        count = np.bincount(sooner, minlength=len(patients))
        return np.asarray(risk[later] * (count / np.where(total > 0, total, 1.0))[sooner])


def _learn(problem: SubsetProblem, fold: Ints, n_folds: int, patients: Ints, job: JobContext
           ) -> list[tuple[Ints, list[_Learned]]]:
    """For every fold its outcome rows, and per column of ``patients`` what the other folds learned."""
    train = [np.flatnonzero(fold != number) for number in range(n_folds)]
    found = search_each([(problem, rows, patients[rows]) for rows in train], job)
    return [(np.flatnonzero(fold == number), _learned(problem, rows, patients[rows], here))
            for number, (rows, here) in enumerate(zip(train, found))]


def _learned(problem: SubsetProblem, train: Ints, patients: Ints, found: FoundSets) -> list[_Learned]:
    """The best set with its scaling, direction and median, one per column of ``patients``."""
    sets = problem.sets_of(train)
    standing, hazards = patients[sets.order], None
    if problem.covariates is None:
        residuals, _ = residuals_at_positions(sets, standing)
    else:
        residuals, hazards, _ = residuals_and_slopes(sets, standing, problem.covariates)
    learned = []
    for b, members in enumerate(found.best.overall()[1]):
        chosen = np.array(members, dtype=np.intp)
        values = problem.values[np.ix_(patients[:, b], chosen)]
        spread = spread_of(values)
        factor = np.where(spread > 0, 1.0 / np.where(spread > 0, spread, 1.0), 0.0) * found.signs[b, chosen]
        centre = values.mean(axis=0)
        score = np.round(((values - centre) * factor).mean(axis=1), 12)
        median = float(np.median(score))
        counted = score > median if problem.score == SPLIT else score
        toward = float(residuals[:, b] @ counted[sets.order])
        slopes = None if problem.covariates is None else _slopes(
            score, problem.covariates[patients[:, b]], None if problem.strata is None else problem.strata[train])
        learned.append(_Learned(members, centre, factor, 1.0 if toward >= 0 else -1.0, median, slopes,
                                None if hazards is None else hazards[b]))
    return learned


def _slopes(score: Floats, covariates: Floats, strata: Ints | None) -> Floats:
    """Least squares of the score on the covariates (p,), within strata."""
    codes = np.zeros(len(score), dtype=np.intp) if strata is None else strata
    inside = np.stack([codes == code for code in np.unique(codes)]).astype(np.float64)
    size = inside.sum(axis=1)
    centred = covariates - inside.T @ ((inside @ covariates) / size[:, None])
    return np.asarray(np.linalg.pinv(centred, rcond=1e-9) @ score)


def _bootstrap(problem: SubsetProblem, sooner: Ints, later: Ints, counted: Floats, right: Floats
               ) -> tuple[float, float]:
    """95 % percentile interval of concordant / comparable over patients drawn again, folds, sets and what each pair
    counts fixed."""
    if not len(right):
        return float("nan"), float("nan")
    generator = np.random.default_rng([problem.seed, BOOTSTRAP_STREAM])
    values = np.full(BOOTSTRAPS, np.nan)
    for b in range(BOOTSTRAPS):
        times = np.bincount(generator.integers(0, problem.n, problem.n), minlength=problem.n).astype(np.float64)
        weight = times[sooner] * times[later] * counted
        total = weight.sum()
        if total > 0:
            values[b] = (weight @ right) / total
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


