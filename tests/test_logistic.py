"""Logistic regression, AUC and the shuffling of responses against closed forms, optimisers and brute force.

Not for: reading responses out of tables (test_rtk_response.py).
"""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.stats import chi2, mannwhitneyu

from core.statistics.auc import area_under_curve
from core.statistics.logistic import CHI2_95, fit_firth, fit_logistic
from core.statistics.logistic_permutation import detectable_odds_ratio, max_t_response

Floats = NDArray[np.float64]

FINNEY_VOLUME = [3.7, 3.5, 1.25, 0.75, 0.8, 0.7, 0.6, 1.1, 0.9, 0.9, 0.8, 0.55, 0.6, 1.4, 0.75, 2.3, 3.2, 0.85, 1.7,
                 1.8, 0.4, 0.95, 1.35, 1.5, 1.6, 0.6, 1.8, 0.95, 1.9, 1.6, 2.7, 2.35, 1.1, 1.1, 1.2, 0.8, 0.95, 0.75, 1.3]
FINNEY_RATE = [0.825, 1.09, 2.5, 1.5, 3.2, 3.5, 0.75, 1.7, 0.75, 0.45, 0.57, 2.75, 3.0, 2.33, 3.75, 1.64, 1.6, 1.415,
               1.06, 1.8, 2.0, 1.36, 1.35, 1.36, 1.78, 1.5, 1.5, 1.9, 0.95, 0.4, 0.75, 0.03, 1.83, 2.2, 2.0, 3.33, 1.9,
               1.9, 1.625]
FINNEY_CONSTRICTED = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0,
                      1, 1, 1, 0, 0, 1]
"""Finney 1947: vasoconstriction of the skin of the fingers."""


def minus_loglik(beta: Floats, design: Floats, y: Floats, offset: Floats | float = 0.0, penalty: Floats | None = None
                 ) -> float:
    eta = design @ beta + offset
    value = -(y * eta - np.logaddexp(0.0, eta)).sum()
    if penalty is not None:
        mean = 1.0 / (1.0 + np.exp(-eta))
        value -= 0.5 * np.linalg.slogdet((penalty * (mean * (1 - mean))[:, None]).T @ penalty)[1]
    return float(value)


def climbed(design: Floats, y: Floats, offset: Floats | float = 0.0, penalty: Floats | None = None) -> tuple[Floats, float]:
    found = minimize(minus_loglik, np.zeros(design.shape[1]), args=(design, y, offset, penalty), method="BFGS",
                     options={"gtol": 1e-9})
    found = minimize(minus_loglik, found.x, args=(design, y, offset, penalty), method="Nelder-Mead",
                     options={"xatol": 1e-12, "fatol": 1e-15, "maxiter": 4000})
    return found.x, float(found.fun)


def test_that_a_table_of_four_counts_gives_its_closed_form() -> None:
    y = np.repeat([1, 0, 1, 0], [10, 10, 5, 20])
    x = np.repeat([1.0, 1.0, 0.0, 0.0], [10, 10, 5, 20])[:, None]
    fit = fit_logistic(y, x)
    assert fit.coef[0] == pytest.approx(np.log(4.0), abs=1e-12)
    assert fit.se[0] == pytest.approx(np.sqrt(1 / 10 + 1 / 10 + 1 / 5 + 1 / 20), abs=1e-12)
    counts = np.array([[10, 10], [5, 20]])
    expected = counts.sum(1)[:, None] * counts.sum(0)[None, :] / counts.sum()
    assert fit.chi2[0] == pytest.approx(2 * (counts * np.log(counts / expected)).sum(), abs=1e-10)
    assert fit.p[0] == pytest.approx(chi2.sf(fit.chi2[0], 1), rel=1e-9)


def test_that_finneys_data_give_the_published_estimates() -> None:
    """Pregibon 1981: log volume 5.179 (1.865), log rate 4.562 (1.838), deviance 29.23."""
    y = np.array(FINNEY_CONSTRICTED)
    volume, rate = np.log(FINNEY_VOLUME), np.log(FINNEY_RATE)
    of_volume, of_rate = fit_logistic(y, volume[:, None], rate[:, None]), fit_logistic(y, rate[:, None], volume[:, None])
    assert (of_volume.coef[0], of_volume.se[0]) == (pytest.approx(5.179, abs=6e-4), pytest.approx(1.865, abs=6e-4))
    assert (of_rate.coef[0], of_rate.se[0]) == (pytest.approx(4.562, abs=6e-4), pytest.approx(1.838, abs=6e-4))


@pytest.mark.parametrize("column", range(3))
def test_that_estimates_limits_and_p_are_those_of_an_optimiser(column: int) -> None:
    rng = np.random.default_rng(3)
    x, beside = rng.normal(size=(70, 3)), rng.normal(size=(70, 2))
    y = (rng.random(70) < 1 / (1 + np.exp(-x[:, 0] - beside[:, 1]))).astype(float)
    fit = fit_logistic(y, x, beside)
    rest = np.column_stack([np.ones(70), beside])
    best, lowest = climbed(np.column_stack([x[:, column], rest]), y)

    def fallen(value: float) -> float:
        return 2 * (climbed(rest, y, x[:, column] * value)[1] - lowest) - CHI2_95

    assert fit.coef[column] == pytest.approx(best[0], abs=1e-7)
    assert fit.low[column] == pytest.approx(brentq(fallen, best[0] - 4, best[0], xtol=1e-12), abs=1e-8)
    assert fit.high[column] == pytest.approx(brentq(fallen, best[0], best[0] + 4, xtol=1e-12), abs=1e-8)
    assert fit.chi2[column] == pytest.approx(fallen(0.0) + CHI2_95, abs=1e-8)


def test_that_firths_estimate_is_the_maximum_of_the_penalised_likelihood() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(25, 1))
    y = (x[:, 0] > 0.2).astype(float)  # separated: the plain estimate does not exist
    fit = fit_firth(y, x)
    design = np.column_stack([x, np.ones(25)])
    best, lowest = climbed(design, y, penalty=design)

    def fallen(value: float) -> float:
        return 2 * (climbed(np.ones((25, 1)), y, x[:, 0] * value, penalty=design)[1] - lowest) - CHI2_95

    assert fit.coef[0] == pytest.approx(best[0], abs=1e-6)
    assert fit.low[0] == pytest.approx(brentq(fallen, 0.01, best[0], xtol=1e-10), abs=1e-6)
    assert fit.high[0] == pytest.approx(brentq(fallen, best[0], 60, xtol=1e-10), abs=1e-5)


def test_that_firths_estimate_of_four_counts_adds_a_half_to_each() -> None:
    y = np.repeat([1, 0, 0], [8, 2, 9])
    x = np.repeat([1.0, 1.0, 0.0], [8, 2, 9])[:, None]
    assert fit_firth(y, x).coef[0] == pytest.approx(np.log(8.5 * 9.5 / (2.5 * 0.5)), abs=1e-9)


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 4, 6, 7, 8], [1, 1, 1, 1, 1, 1, 2, 3]])
def test_that_separation_is_recognised_and_keeps_the_limit_that_exists(values: list[float]) -> None:
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    fit = fit_logistic(y, np.column_stack([values, -np.array(values, dtype=float)]).astype(float))
    assert fit.separated.all()
    assert np.isnan(fit.coef).all()
    assert np.isnan(fit.se).all()
    assert fit.high[0] == np.inf
    assert fit.low[1] == -np.inf
    assert np.isfinite(fit.low[0])
    assert fit.high[1] == pytest.approx(-fit.low[0], abs=1e-6)
    assert np.isfinite(fit.p).all()


def test_that_a_covariate_without_an_end_leaves_the_receptor_its_own_estimate() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(40, 1))
    all_respond = np.arange(40) < 6
    y = np.where(all_respond, 1, rng.random(40) < 0.5).astype(float)
    fit = fit_logistic(y, x, all_respond.astype(float)[:, None])
    alone = fit_logistic(y[6:], x[6:])
    assert fit.covariates_far[0]
    assert not fit.separated[0]
    assert fit.coef[0] == pytest.approx(alone.coef[0], abs=1e-6)
    assert fit.low[0] == pytest.approx(alone.low[0], abs=1e-5)


def test_that_constant_columns_copies_of_covariates_and_one_response_have_no_answer() -> None:
    rng = np.random.default_rng(1)
    beside = rng.normal(size=(20, 1))
    x = np.column_stack([np.full(20, 3.0), beside * 2 + 1, rng.normal(size=20)])
    y = np.arange(20) % 2
    fit = fit_logistic(y, x, beside)
    assert np.isnan(fit.p[:2]).all()
    assert np.isfinite(fit.p[2])
    assert np.isnan(fit_logistic(np.ones(20), x).p).all()
    assert fit_logistic(y, np.empty((20, 0))).p.shape == (0,)


def test_that_the_area_equals_counted_pairs_and_its_error_delongs_double_sum() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 6, size=(30, 4)).astype(float), rng.random(30) < 0.4
    found = area_under_curve(y, x)
    for column in range(4):
        a, b = x[y, column], x[~y, column]
        psi = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
        assert found.auc[column] == pytest.approx(psi.mean(), abs=1e-12)
        assert found.auc[column] == pytest.approx(mannwhitneyu(a, b).statistic / psi.size, abs=1e-12)
        se = np.sqrt(psi.mean(1).var(ddof=1) / len(a) + psi.mean(0).var(ddof=1) / len(b))
        assert found.low[column] == pytest.approx(max(0.0, psi.mean() - 1.959963984540054 * se), abs=1e-12)
    sure = area_under_curve([0, 0, 1, 1], np.array([[1.0], [2.0], [3.0], [4.0]]))
    assert sure.auc[0] == 1.0
    assert np.isnan(sure.low[0])


def test_that_shuffling_all_responses_is_approached_and_steps_down() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(9, 3))
    y = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0])
    x[:, 0] += 1.5 * y
    found = max_t_response(y, x, 20_000, 1)
    z = (x - x.mean(0)) / x.std(0)
    every = []
    for chosen in combinations(range(9), 4):
        drawn = np.isin(np.arange(9), chosen).astype(float)
        every.append(np.abs((drawn - drawn.mean()) @ z) / np.sqrt(9 * drawn.mean() * (1 - drawn.mean())))
    null, order = np.array(every), np.argsort(-np.abs(found.statistic))
    exact, least = np.empty(3), 0.0
    for place, column in enumerate(order):
        top = null[:, order[place:]].max(axis=1)
        least = max(least, float((top >= abs(found.statistic[column]) - 1e-9).mean()))
        exact[column] = least
    np.testing.assert_allclose(found.p_maxt, exact, atol=0.012)


def test_that_the_score_beside_covariates_is_the_efficient_one_and_missing_values_leave_out_one_receptor_only() -> None:
    rng = np.random.default_rng(6)
    x, beside = rng.normal(size=(50, 2)), rng.normal(size=(50, 1))
    x[:7, 1] = np.nan
    y = (rng.random(50) < 1 / (1 + np.exp(-beside[:, 0]))).astype(float)
    found = max_t_response(y, x, 0, 1, covariates=beside)
    for column, rows in ((0, slice(0, 50)), (1, slice(7, 50))):
        design = np.column_stack([np.ones(50), beside])[rows]
        beta, _ = climbed(design, y[rows])
        mean = 1 / (1 + np.exp(-design @ beta))
        weight, values = mean * (1 - mean), x[rows, column]
        across = (design * weight[:, None]).T @ values
        variance = (weight * values**2).sum() - across @ np.linalg.solve((design * weight[:, None]).T @ design, across)
        assert found.statistic[column] == pytest.approx((y[rows] - mean) @ values / np.sqrt(variance), abs=1e-6)
    assert np.isnan(found.p_maxt).all()


def test_that_one_seed_gives_one_answer_and_another_seed_another() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(40, 5)), rng.random(40) < 0.5
    first, again, other = (max_t_response(y, x, 700, seed).p_maxt for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_that_corrected_p_are_calibrated_with_and_without_covariates() -> None:
    """Short version of docs/resistance-calibration.md, section Response."""
    hits = {"plain": 0, "adjusted": 0}
    for data_set in range(300):
        rng = np.random.default_rng([11, data_set])
        shared = rng.normal(size=(60, 1))
        x, y = 0.7 * shared + rng.normal(size=(60, 12)), rng.random(60) < 0.4
        beside = rng.normal(size=(60, 1)) + 0.5 * x[:, :1]
        hits["plain"] += bool(max_t_response(y, x, 199, data_set).p_maxt.min() <= 0.05)
        hits["adjusted"] += bool(max_t_response(y, x, 199, data_set, covariates=beside).p_maxt.min() <= 0.05)
    assert all(4 <= count <= 27 for count in hits.values()), hits  # 15 expected; beyond 4 to 27 in 1 of 500


def test_that_the_detectable_odds_ratio_is_hsiehs() -> None:
    assert detectable_odds_ratio(50, 100, 1) == pytest.approx(np.exp((1.959964 + 0.841621) / 5.0), rel=1e-6)
    assert np.isnan(detectable_odds_ratio(0, 10, 3))
