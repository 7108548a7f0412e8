"""The fast Cox model of two groups against the general one. Not for: the general one, which is held against R."""

import numpy as np
import pytest

from core.statistics.cox import cox_univariate
from core.statistics.two_group_cox import cox_two_groups
from tests.survival_data import COHORTS, cohort


@pytest.mark.parametrize("name", COHORTS)
def test_that_every_cut_of_real_receptors_gives_the_maximum_of_the_general_model(name: str) -> None:
    group = cohort(name)
    values = group.x[:, 0]
    cuts = np.unique(values)[5:-5:7]
    high = values[:, None] > cuts
    coef, se = cox_two_groups(group.time, group.event, high)
    general = cox_univariate(group.time, group.event, high.astype(float))
    np.testing.assert_allclose(coef, general.coef, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(se, general.se, rtol=1e-8)


def test_that_heavy_ties_small_groups_and_splits_without_a_maximum_agree_too() -> None:
    random = np.random.default_rng(3)
    for _ in range(40):
        n = int(random.integers(4, 30))
        time, event = random.integers(0, 6, n).astype(float), random.random(n) < 0.6
        event[0] = True
        high = random.random((n, 12)) < random.random(12)
        coef, se = cox_two_groups(time, event, high)
        general = cox_univariate(time, event, high.astype(float))
        np.testing.assert_allclose(coef, general.coef, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(se, general.se, rtol=1e-7)


def test_that_a_group_with_every_event_has_no_hazard_ratio() -> None:
    time, event = np.array([1.0, 2, 3, 4]), np.array([True, True, False, False])
    coef, se = cox_two_groups(time, event, np.array([[True], [True], [False], [False]]))
    assert np.isnan(coef).all()
    assert np.isnan(se).all()


def test_that_groups_must_be_bool_with_a_row_per_patient() -> None:
    with pytest.raises(ValueError, match="bool"):
        cox_two_groups([1.0, 2.0], [True, False], np.array([[1.0], [0.0]]))
