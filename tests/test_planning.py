"""Power and sample sizes equal numerical integration and simulation, and go back and forth.

Not for: the words of the planner (test_planner.py).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from core.statistics import planning
from core.statistics.power import detectable_hazard_ratio


def _integrated(df: float, ncp: float, alpha: float) -> float:
    """Power of a t test by integrating over the variance: no noncentral t is used."""
    limit = stats.t.ppf(1 - alpha / 2, df)

    def beyond(variance: float) -> float:
        root = np.sqrt(variance / df)
        return float(stats.norm.sf(limit * root - ncp) + stats.norm.cdf(-limit * root - ncp)) * \
            float(stats.chi2.pdf(variance, df))

    return float(integrate.quad(beyond, 0, np.inf, limit=400, epsabs=1e-12, epsrel=1e-12)[0])


@pytest.mark.parametrize(("n", "effect", "alpha"), [
    (6, 1.0, 0.05), (12, 1.0, 0.05), (12, 0.8, 0.05 / 58), (28, 0.9, 0.05 / 58), (60, 0.3, 0.05), (4, 2.5, 0.05 / 10)])
def test_that_the_power_of_pairs_equals_numerical_integration(n: int, effect: float, alpha: float) -> None:
    assert planning.paired_power(n, effect, 1.0, alpha) == pytest.approx(
        _integrated(n - 1, effect * np.sqrt(n), alpha), abs=1e-9)


def test_that_known_values_of_textbooks_are_met() -> None:
    """n = 34 pairs for half an SD at 80 %, 64 per group (Cohen 1988); 20 per group at 1 SD: 0.869 (R's example)."""
    assert planning.pairs_needed(0.5, 1.0, 0.05) == 34
    assert planning.lines_needed(0.5, 1.0, 0.05, ranks=False) == 128
    assert planning.two_group_power(20, 20, 1.0, 1.0, 0.05, ranks=False) == pytest.approx(0.8689528, abs=5e-7)
    assert planning.two_group_power(20, 20, 1.0, 1.0, 0.05, ranks=False) == pytest.approx(
        _integrated(38, np.sqrt(10), 0.05), abs=1e-9)
    assert planning.correlated_needed(0.5, 0.05, ranks=False) == 30


def test_that_the_two_floors_of_few_pairs_are_those_of_counting() -> None:
    """Six pairs for flips (2/64 = 0.031), twelve for one receptor in 58 by signed ranks (58 x 2/4096 = 0.028)."""
    assert planning.fewest_flips() == 6
    assert planning.fewest_signed_ranks(58) == 12
    assert planning.fewest_signed_ranks(1) == 6
    # 3 against 3 lines: 2 of 20 deals; 4 against 3: 1 of 35. 1 against 6: 1 of 7, and 2 against 6: 1 of 28.
    assert planning.fewest_lines(0.5) == 7
    assert planning.fewest_lines(0.2) == 8
    # Five lines along a response: 2 of 120 orders; four: 2 of 24 = 0.083.
    assert planning.fewest_correlated() == 5


@pytest.mark.parametrize(("n", "effect"), [(8, 1.2), (16, 0.9), (30, 0.6)])
def test_that_the_power_of_pairs_equals_simulation(n: int, effect: float) -> None:
    rng, alpha, rounds = np.random.default_rng(11), 0.05 / 20, 40_000
    change = rng.normal(effect, 1.0, (rounds, n))
    t = change.mean(axis=1) / (change.std(axis=1, ddof=1) / np.sqrt(n))
    seen = float((np.abs(t) > stats.t.ppf(1 - alpha / 2, n - 1)).mean())
    assert seen == pytest.approx(planning.paired_power(n, effect, 1.0, alpha), abs=4 * 0.5 / np.sqrt(rounds))


def test_that_the_power_of_ranks_is_within_four_points_of_simulated_wilcoxon_tests() -> None:
    rng, rounds = np.random.default_rng(12), 4_000
    for first, second, effect, alpha in ((12, 12, 1.3, 0.05), (8, 20, 1.2, 0.05), (20, 20, 1.4, 0.05 / 20)):
        x, y = rng.normal(effect, 1.0, (rounds, first)), rng.normal(0.0, 1.0, (rounds, second))
        p = stats.mannwhitneyu(x, y, axis=1, method="asymptotic").pvalue
        seen = float((p < alpha).mean())
        assert seen == pytest.approx(planning.two_group_power(first, second, effect, 1.0, alpha), abs=0.04)


def test_that_the_power_of_spearman_is_within_four_points_of_simulation() -> None:
    rng, rounds = np.random.default_rng(13), 4_000
    for n, rho in ((15, 0.65), (30, 0.5), (60, 0.4)):
        # Spearman's rho of a normal pair is 6/pi asin(r/2): ask for the Pearson r that gives it.
        r = 2.0 * np.sin(np.pi * rho / 6.0)
        x = rng.normal(size=(rounds, n))
        y = r * x + np.sqrt(1 - r * r) * rng.normal(size=(rounds, n))
        ranks = [each.argsort(axis=1).argsort(axis=1) - (n - 1) / 2.0 for each in (x, y)]
        found = (ranks[0] * ranks[1]).sum(axis=1) / (n * (n * n - 1) / 12.0)
        t = found * np.sqrt((n - 2) / (1 - found**2))
        seen = float((2 * stats.t.sf(np.abs(t), n - 2) < 0.05).mean())
        assert seen == pytest.approx(planning.correlation_power(n, rho, 0.05), abs=0.04)


def test_that_events_are_the_inverse_of_the_detectable_hazard_ratio() -> None:
    for events, tests in ((18, 58), (100, 15), (480, 1)):
        ratio = detectable_hazard_ratio(events, tests)
        assert planning.events_needed(ratio, tests) == events
        assert planning.events_needed(1 / ratio, tests) == events
    assert planning.events_needed(1.0, 58) == 0
    # Schoenfeld by hand: (1.959964 + 0.841621)^2 / log(2)^2 = 16.34, rounded up
    assert planning.events_needed(2.0, 1) == 17


def test_that_what_is_needed_reaches_the_power_and_one_less_does_not() -> None:
    alpha = 0.05 / 58
    for effect in (0.4, 0.8, 1.5):
        n = planning.pairs_needed(effect, 0.9, alpha)
        assert planning.paired_power(n, effect, 0.9, alpha) >= 0.8 > planning.paired_power(n - 1, effect, 0.9, alpha)
        lines = planning.lines_needed(effect, 0.9, alpha)
        assert planning.detectable_difference(*planning.split_groups(lines, 0.5), 0.9, alpha) <= effect
    for rho in (0.3, 0.6, 0.9):
        n = planning.correlated_needed(rho, alpha)
        assert planning.detectable_correlation(n, alpha) <= rho < planning.detectable_correlation(n - 1, alpha)


def test_that_the_detectable_change_has_the_power_that_was_asked_for() -> None:
    for n in (2, 3, 6, 20, 300):
        change = planning.detectable_change(n, 0.7, 0.05 / 58, 0.9)
        assert planning.paired_power(n, change, 0.7, 0.05 / 58) == pytest.approx(0.9, abs=1e-6)


def test_that_what_cannot_be_planned_is_not_a_number() -> None:
    assert np.isnan(planning.detectable_change(1, 1.0, 0.05))
    assert np.isnan(planning.detectable_change(10, 0.0, 0.05))
    assert np.isnan(planning.detectable_difference(1, 9, 1.0, 0.05))
    assert np.isnan(planning.detectable_correlation(3, 0.05))
    assert planning.pairs_needed(0.0, 1.0, 0.05) == 0
    assert planning.pairs_needed(1e-6, 1.0, 0.05) == 0
