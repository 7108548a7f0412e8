"""Means, lines and correlations of a handful of patients equal values worked out another way.

Not for: the paired tests of many receptors.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from core.statistics.t_estimates import correlation_estimate, intercept_estimate, mean_estimate


def test_that_a_mean_equals_the_hand_value_and_the_t_test() -> None:
    found = mean_estimate([1.0, 2.0, 3.0, np.nan])
    # mean 2, SD 1, se 1/sqrt(3), t(2) quantile 4.3027
    assert (found.n, found.value) == (3, 2.0)
    assert found.low == pytest.approx(2 - 4.302652729911275 / np.sqrt(3))
    assert found.p == pytest.approx(stats.ttest_1samp([1.0, 2.0, 3.0], 0).pvalue)


def test_that_one_value_or_equal_values_give_no_interval() -> None:
    assert mean_estimate([2.0]).value == 2.0
    assert np.isnan(mean_estimate([2.0]).low)
    assert np.isnan(mean_estimate([2.0, 2.0]).p)
    assert np.isnan(mean_estimate([]).value)


def test_that_the_intercept_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0.5, 1.0, 14)
    y = 0.3 + 0.8 * x + rng.normal(0, 0.2, 14)
    found, line = intercept_estimate(y, x), stats.linregress(x, y)
    assert found.value == pytest.approx(line.intercept)
    half = stats.t.ppf(0.975, 12) * line.intercept_stderr
    assert (found.low, found.high) == pytest.approx((line.intercept - half, line.intercept + half))
    assert np.isnan(intercept_estimate(y[:2], x[:2]).value)
    assert np.isnan(intercept_estimate(y, np.ones(14)).value)


def test_that_the_correlation_equals_scipy_and_is_not_defined_for_a_constant() -> None:
    rng = np.random.default_rng(4)
    x, noise = rng.normal(size=(2, 9))
    found, known = correlation_estimate(x, x + noise), stats.pearsonr(x, x + noise)
    assert (found.value, found.p) == pytest.approx((known.statistic, known.pvalue))
    interval = known.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert np.isnan(correlation_estimate(x, np.ones(9)).value)
    assert np.isnan(correlation_estimate(x[:2], x[:2]).p)
    assert correlation_estimate(x, 2 * x).value == 1.0
