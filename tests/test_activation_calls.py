"""The rules that call a receptor on, against hand values. Not for: reading tables (test_activation.py)."""

import numpy as np
import pytest
from scipy.stats import norm

from core.statistics.activation_calls import (
    OFF,
    ON,
    UNKNOWN,
    by_fold,
    by_mixture,
    by_percentile,
    by_reference,
    by_robust_z,
    by_threshold,
    consensus,
    rising_stretch,
    upper_posterior,
    wilson,
)
from core.statistics.mixture import two_groups


def test_that_a_robust_z_is_that_of_the_hand_and_needs_a_spread() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 20.0, np.nan]
    found = by_robust_z(values)
    assert found.compared[5] == pytest.approx((20 - 3.5) / (1.4826 * 1.5))
    assert found.states.tolist() == [OFF, OFF, OFF, OFF, OFF, ON, UNKNOWN]
    rare = by_robust_z([0.0] * 6 + [5.0, 6.0])
    assert set(rare.states.tolist()) == {UNKNOWN}
    assert "MAD 0" in rare.why_not
    assert "4 are needed" in by_robust_z([1.0, 2.0, np.nan]).why_not


def test_that_the_reference_limit_is_the_percentile_and_needs_five() -> None:
    reference = np.arange(1.0, 42.0)
    found = by_reference([39.9, 40.0, 40.1, np.nan], reference)
    assert found.threshold == pytest.approx(40.0)
    assert found.states.tolist() == [OFF, OFF, ON, UNKNOWN]
    assert "only 4 reference samples" in by_reference([1.0], [1.0, 2.0, 3.0, 4.0, np.nan]).why_not


@pytest.mark.parametrize(("spread_low", "spread_high"), [(1.0, 1.0), (3.0, 0.6), (0.6, 3.0)])
def test_that_a_mixture_is_called_where_its_posterior_rises_and_doubtful_values_are_unknown(
        spread_low: float, spread_high: float) -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(0, spread_low, 120), rng.normal(6, spread_high, 80)])
    found = by_mixture(values)
    groups = two_groups(values)
    start, end = rising_stretch(groups)
    assert start < groups.mean_lower < groups.mean_upper < end
    for value, state in zip(values, found.states, strict=True):
        if start <= value <= end:
            low = (1 - groups.share_upper) * norm.pdf(value, groups.mean_lower, groups.sd_lower)
            high = groups.share_upper * norm.pdf(value, groups.mean_upper, groups.sd_upper)
            share = high / (low + high)
            assert upper_posterior(float(value), groups) == pytest.approx(share, abs=1e-9)
            assert state == (ON if share > 0.8 else OFF if share < 0.2 else UNKNOWN)
    assert found.states[values < start].max(initial=OFF) == OFF
    assert found.states[values > end].min(initial=ON) == ON
    assert (found.states == ON).sum() > 40
    assert (found.states == OFF).sum() > 40


def test_that_without_two_clear_groups_nothing_is_called_by_mixture() -> None:
    rng = np.random.default_rng(1)
    assert "BIC" in by_mixture(rng.normal(size=80)).why_not
    few = np.concatenate([rng.normal(0, 1, 95), rng.normal(12, 0.5, 5)])
    assert "not more than 10 %" in by_mixture(few).why_not
    assert "looked for in 4 values" in by_mixture([1.0, 2.0, 3.0, 9.0, np.nan]).why_not


def test_that_a_fold_needs_both_samples_and_to_rise_above_the_noise() -> None:
    found = by_fold([1.0, 1.0, 1.0, np.nan, 0.0], [2.0, 1.9, 4.0, 4.0, 1.0], 1.0, 1.0)
    assert found.states.tolist() == [ON, OFF, ON, UNKNOWN, OFF]
    assert found.moved(10.0).tolist() == [ON, ON, ON, UNKNOWN, OFF]


def test_that_a_percentile_calls_every_receptor_on_in_the_same_share() -> None:
    rng = np.random.default_rng(2)
    assert {int((by_percentile(rng.exponential(size=100) * scale).states == ON).sum()) for scale in (1, 5, 9)} == {25}
    assert "same value" in by_percentile([3.0] * 8).why_not


@pytest.mark.parametrize(("votes", "call"), [
    ((ON, ON, ON), ON), ((ON, ON, OFF), ON), ((ON, ON, UNKNOWN), ON), ((ON, OFF, OFF), OFF), ((OFF, OFF, UNKNOWN), OFF),
    ((ON, OFF, UNKNOWN), UNKNOWN), ((ON, UNKNOWN, UNKNOWN), UNKNOWN), ((UNKNOWN, UNKNOWN, UNKNOWN), UNKNOWN),
    ((ON, ON), ON), ((OFF, OFF), OFF), ((ON, OFF), UNKNOWN), ((OFF, UNKNOWN), UNKNOWN)])
def test_that_two_votes_carry_and_an_unknown_measure_does_not_vote(votes: tuple[int, ...], call: int) -> None:
    assert consensus(np.array(votes)[:, None])[0] == call


def test_that_thresholds_move_by_a_share_of_the_sd() -> None:
    values = np.array([0.0, 1.0, 1.95, 2.05, 4.0])
    found = by_threshold(values, 2.0)
    assert found.states.tolist() == [OFF, OFF, OFF, ON, ON]
    assert found.moved(0.1).tolist() == [OFF, OFF, ON, ON, ON]
    assert found.moved(-0.1).tolist() == [OFF, OFF, OFF, OFF, ON]
    assert by_robust_z([1.0] * 8).moved(0.1).tolist() == [UNKNOWN] * 8


def test_that_wilsons_interval_is_the_published_one() -> None:
    """Newcombe 1998: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611."""
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert wilson(0, 20) == (0.0, pytest.approx(0.1611, abs=5e-5))
    assert np.isnan(wilson(0, 0)).all()
