"""McNemar's exact test equals counting all ways, and its interval holds what its definition says.

Not for: the page or the audit that use it.
"""

from __future__ import annotations

from itertools import product
from math import comb, sqrt

import numpy as np
import pytest

from core.statistics.mcnemar import mcnemar

Z_95 = 1.959963984540054


def _enumerated(gained: int, lost: int) -> tuple[float, float]:
    """P and mid-P by writing down every way in which the switches could have gone."""
    switched = gained + lost
    far = equal = 0
    for way in product((0, 1), repeat=switched):
        distance, seen = abs(2 * sum(way) - switched), abs(gained - lost)
        far += distance >= seen
        equal += sum(way) == min(gained, lost)
    return far / 2**switched, (far - equal) / 2**switched


@pytest.mark.parametrize(("gained", "lost"), [(g, b) for g in range(7) for b in range(7)])
def test_that_the_exact_p_equals_counting_every_way_the_switches_could_go(gained: int, lost: int) -> None:
    result = mcnemar(gained, lost, 3)
    exact, mid = _enumerated(gained, lost)
    assert result.p == pytest.approx(exact, abs=1e-15)
    if gained != lost:
        assert result.p_mid == pytest.approx(mid, abs=1e-15)
    else:
        assert result.p == 1.0
        assert result.p_mid <= 1.0


def test_that_hand_values_are_met() -> None:
    assert mcnemar(8, 1, 11).p == pytest.approx(2 * (1 + 9) / 512)
    assert mcnemar(8, 1, 11).p_mid == pytest.approx((2 * 10 - 9) / 512)
    assert mcnemar(6, 0, 0).p == pytest.approx(2 / 64)
    assert mcnemar(0, 0, 12).p == 1.0
    assert mcnemar(0, 0, 12).difference == 0.0
    assert np.isnan(mcnemar(0, 0, 0).p)
    assert mcnemar(8, 1, 11).difference == pytest.approx(7 / 20)


def test_that_the_direction_does_not_change_p_and_turns_the_interval_round() -> None:
    up, down = mcnemar(9, 2, 13), mcnemar(2, 9, 13)
    assert up.p == down.p
    assert up.p_mid == down.p_mid
    assert (up.low, up.high) == pytest.approx((-down.high, -down.low), abs=1e-12)


def _score(gained: int, lost: int, n: int, delta: float) -> float:
    """Tango's statistic with the nuisance share found by brute force over its likelihood."""
    shares = np.linspace(max(0.0, -delta) + 1e-9, (1 - delta) / 2 - 1e-9, 400_001)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = (gained * np.log(shares + delta) + lost * np.log(shares)
                      + (n - gained - lost) * np.log1p(-2 * shares - delta))
    share = float(shares[np.nanargmax(likelihood)])
    return (gained - lost - n * delta) / sqrt(n * (2 * share + delta * (1 - delta)))


@pytest.mark.parametrize(("gained", "lost", "same"), [(8, 1, 11), (3, 2, 25), (12, 7, 6)])
def test_that_at_both_limits_the_score_statistic_is_the_normal_quantile(gained: int, lost: int, same: int) -> None:
    result = mcnemar(gained, lost, same)
    n = gained + lost + same
    assert _score(gained, lost, n, result.low) == pytest.approx(Z_95, abs=2e-3)
    assert _score(gained, lost, n, result.high) == pytest.approx(-Z_95, abs=2e-3)


def test_that_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Every table of 25 patients, weighted by its probability; nothing is drawn."""
    n, p_gain, p_loss = 25, 0.30, 0.10
    covered = 0.0
    for gained in range(n + 1):
        for lost in range(n + 1 - gained):
            same = n - gained - lost
            weight = (comb(n, gained) * comb(n - gained, lost) * p_gain**gained * p_loss**lost
                      * (1 - p_gain - p_loss)**same)
            if weight > 1e-9:
                result = mcnemar(gained, lost, same)
                covered += weight * (result.low <= p_gain - p_loss <= result.high)
    assert 0.93 < covered < 0.975


def test_that_the_exact_p_is_below_five_percent_in_at_most_five_percent_of_tables_without_a_difference() -> None:
    for switched in range(1, 30):
        below = sum(comb(switched, k) for k in range(switched + 1) if mcnemar(k, switched - k, 0).p < 0.05)
        assert below / 2**switched <= 0.05


def test_that_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        mcnemar(-1, 2, 3)
