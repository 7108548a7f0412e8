"""Two expression groups: found where they are, refused where they are not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.statistics.mixture import two_groups


def mixed(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(8, 0.8, 850), rng.normal(12, 0.5, 150)])


def test_that_a_known_mixture_is_recovered() -> None:
    groups = two_groups(mixed(1))
    assert groups.convincing
    assert groups.mean_lower == pytest.approx(8, abs=0.1)
    assert groups.mean_upper == pytest.approx(12, abs=0.2)
    assert groups.share_upper == pytest.approx(0.15, abs=0.02)
    lower = (1 - groups.share_upper, groups.mean_lower, groups.sd_lower)
    upper = (groups.share_upper, groups.mean_upper, groups.sd_upper)
    density = [math.log(share) - math.log(sd) - (groups.cut - mean) ** 2 / (2 * sd**2)
               for share, mean, sd in (lower, upper)]
    assert density[0] == pytest.approx(density[1], abs=1e-9)


def test_that_one_normal_is_seldom_called_two_groups() -> None:
    rng = np.random.default_rng(5)
    assert sum(two_groups(rng.normal(0, 1, 150)).convincing for _ in range(200)) <= 10


def test_that_order_shift_and_scale_do_not_matter() -> None:
    values = mixed(2)
    plain, other = two_groups(values), two_groups(3 * values[::-1] + 5)
    assert other.cut == pytest.approx(3 * plain.cut + 5, rel=1e-6)
    assert other.share_upper == pytest.approx(plain.share_upper, rel=1e-6)


@pytest.mark.parametrize("values", [[1.0] * 20, [1.0, 2.0], [1.0, np.nan] * 10])
def test_that_too_little_to_fit_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 10"):
        two_groups(np.array(values))
