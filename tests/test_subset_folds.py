"""Halves, folds and left-out scores of the search, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from core.statistics.concordance import concordance
from core.statistics.cox_model import cox_fit
from core.statistics.subset_crossval import cv_block, folds_of, left_out, pairs_of
from core.statistics.subset_problem import MEAN, SIGNED, SPLIT, search
from core.statistics.subset_space import SetSpace
from core.statistics.subset_stability import halves, stability, stability_block
from tests.test_subset_search import problem_of, simulated


def test_that_halves_are_complementary_and_share_the_events():
    time, event, z = simulated(61)
    problem = problem_of(time, event, z, SetSpace.of(8, 2))
    for pair in range(10):
        one, other = halves(problem, pair)
        assert sorted([*one, *other]) == list(range(61))
        assert abs(int(event[one].sum()) - int(event[other].sum())) <= 1
        assert abs(len(one) - len(other)) <= 1
    assert halves(problem, 0)[0].tolist() != halves(problem, 1)[0].tolist()


def test_that_inclusion_is_the_share_of_halves_that_chose_a_receptor():
    time, event, z = simulated()
    problem = problem_of(time, event, z, SetSpace.of(8, 2))
    chosen = stability_block(problem, (0, 10))
    found = stability(chosen, 8)
    assert found.halves == 20
    plain = []
    for pair in range(10):
        for half in halves(problem, pair):
            inside = problem_of(time[half], event[half], z[half], SetSpace.of(8, 2))
            plain.append(search(inside, np.arange(len(half)), np.arange(len(half))[:, None]).best.overall()[1][0])
    assert chosen == plain
    np.testing.assert_allclose(found.inclusion, [np.mean([i in members for members in plain]) for i in range(8)])
    q = np.mean([len(members) for members in plain])
    assert found.false_expected == pytest.approx(q**2 / (0.2 * 8))


def test_that_folds_share_events_and_patients():
    time, event, z = simulated(63)
    fold = folds_of(problem_of(time, event, z, SetSpace.of(8, 1)), 10)
    sizes = np.bincount(fold)
    events = np.bincount(fold[event], minlength=10)
    assert sizes.max() - sizes.min() <= 1
    assert events.max() - events.min() <= 1


@pytest.mark.parametrize("score", [MEAN, SIGNED, SPLIT])
def test_that_left_out_scores_are_learned_in_the_other_folds_only(score):
    time, event, z = simulated(60, 6)
    values = 3 + 2 * z
    problem = problem_of(time, event, values, SetSpace.of(6, 2), score)
    found = left_out(problem, 5)
    right = pairs = 0.0
    for number in range(5):
        train, test = np.flatnonzero(found.fold != number), np.flatnonzero(found.fold == number)
        inside = problem_of(time[train], event[train], values[train], SetSpace.of(6, 2), score)
        searched = search(inside, np.arange(len(train)), np.arange(len(train))[:, None])
        members = list(searched.best.overall()[1][0])
        assert found.sets[number] == tuple(members)
        centre, spread = values[train][:, members].mean(axis=0), values[train][:, members].std(axis=0, ddof=1)
        sign = searched.signs[0, members]
        mean = ((values[:, members] - centre) / spread * sign).mean(axis=1)
        from core.statistics.cox import cox_univariate

        learned = mean[train] > np.median(mean[train]) if score == SPLIT else mean[train]
        direction = np.sign(cox_univariate(time[train], event[train], np.asarray(learned, dtype=float)).coef[0])
        np.testing.assert_allclose(found.score[test], direction * mean[test], atol=1e-9)
        assert (found.high[test] == ((mean[test] > np.median(mean[train])) == (direction > 0))).all()
        sooner, _ = pairs_of(problem, test)
        c = concordance(time[test], event[test], found.score[test][:, None])[0]
        right += c * len(sooner)
        pairs += len(sooner)
    assert found.concordance == pytest.approx(right / pairs, abs=1e-9)
    assert found.low < found.concordance < found.high_limit


@pytest.mark.parametrize("score", [MEAN, SIGNED, SPLIT])
def test_that_each_permutation_repeats_the_whole_procedure(score):
    time, event, z = simulated(60, 5)
    problem = problem_of(time, event, z, SetSpace.of(5, 2), score)
    null = cv_block(problem, (4, 0, 6))
    patients = problem.shuffled(4, 0, 6)
    for b in range(6):
        shuffled = problem_of(time, event, z[patients[:, b]], SetSpace.of(5, 2), score)
        assert null[b] == pytest.approx(left_out(shuffled, 4).concordance, abs=1e-9)
    assert (cv_block(problem, (4, 2, 5)) == null[2:5]).all()


@pytest.mark.parametrize("with_strata", [False, True])
def test_that_left_out_scores_lose_what_goes_with_the_covariates(with_strata):
    time, event, z = simulated(80, 5)
    rng = np.random.default_rng(4)
    covariates = rng.normal(size=(80, 2)) + z[:, :1]
    strata = rng.integers(0, 2, 80) if with_strata else None
    problem = problem_of(time, event, z, SetSpace.of(5, 2), strata=strata, covariates=covariates)
    found = left_out(problem, 4)
    right = pairs = 0.0
    for number in range(4):
        train, test = np.flatnonzero(found.fold != number), np.flatnonzero(found.fold == number)
        members = list(found.sets[number])
        centre, spread = z[train][:, members].mean(axis=0), z[train][:, members].std(axis=0, ddof=1)
        mean = ((z[:, members] - centre) / spread).mean(axis=1)
        groups = np.ones((80, 1)) if strata is None else np.eye(2)[strata]
        design = np.column_stack([groups, problem.covariates])
        slopes = np.linalg.lstsq(design[train], mean[train], rcond=None)[0][groups.shape[1]:]
        beyond = mean - problem.covariates @ slopes
        direction = np.sign(np.corrcoef(found.score[test], beyond[test])[0, 1])
        np.testing.assert_allclose(found.score[test], direction * beyond[test], atol=1e-9)
        assert (found.high[test] == ((mean[test] > np.median(mean[train])) == (direction > 0))).all()
        fitted = cox_fit(time[train], event[train], covariates[train], None if strata is None else strata[train])
        risk = np.exp(covariates @ fitted.coef)
        for i in test[event[test]]:
            at_risk = [j for j in test if (time[j] > time[i] or (time[j] == time[i] and not event[j]))
                       and (strata is None or strata[i] == strata[j])]
            for j in at_risk:
                right += risk[j] / np.mean(risk[at_risk]) * ((found.score[i] > found.score[j])
                                                             + 0.5 * (found.score[i] == found.score[j]))
            pairs += len(at_risk)
    assert found.concordance == pytest.approx(right / pairs, abs=1e-7)
    assert found.low < found.concordance < found.high_limit


def test_that_shuffled_folds_move_receptors_and_covariates_together():
    time, event, z = simulated(60, 5)
    covariates = np.random.default_rng(4).normal(size=(60, 1)) + z[:, :1]
    problem = problem_of(time, event, z, SetSpace.of(5, 2), covariates=covariates)
    null = cv_block(problem, (4, 0, 4))
    patients = problem.shuffled(4, 0, 4)
    for b in range(4):
        shuffled = problem_of(time, event, z[patients[:, b]], SetSpace.of(5, 2), covariates=covariates[patients[:, b]])
        assert null[b] == pytest.approx(left_out(shuffled, 4).concordance, abs=1e-9)


def test_that_a_score_that_stands_for_a_prognostic_covariate_is_worth_nothing_beside_it():
    rng = np.random.default_rng(9)
    er = (rng.random(400) < 0.5).astype(float)
    z = 0.4 * rng.normal(size=(400, 4)) + er[:, None]
    time, event = np.ceil(20 * rng.exponential(size=400) * np.exp(1.5 * er)), np.ones(400, dtype=bool)
    alone = left_out(problem_of(time, event, z, SetSpace.of(4, 2)), 5)
    beside = left_out(problem_of(time, event, z, SetSpace.of(4, 2), covariates=er[:, None]), 5)
    assert alone.concordance > 0.65
    assert abs(beside.concordance - 0.5) < 0.05


def test_that_tied_times_and_strata_are_compared_as_harrells_c_does():
    time = np.array([1.0, 1.0, 2.0, 2.0, 3.0])
    event = np.array([True, False, True, True, False])
    problem = problem_of(time, event, np.arange(5.0)[:, None], SetSpace.of(1, 1))
    pairs = set(zip(*(side.tolist() for side in pairs_of(problem, np.arange(5)))))
    assert pairs == {(0, 1), (0, 2), (0, 3), (0, 4), (2, 4), (3, 4)}
    strata = np.array([0, 0, 1, 1, 1])
    problem = problem_of(time, event, np.arange(5.0)[:, None], SetSpace.of(1, 1), strata=strata)
    assert set(zip(*(side.tolist() for side in pairs_of(problem, np.arange(5))))) == {(0, 1), (2, 4), (3, 4)}
