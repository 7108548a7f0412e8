"""The P values that count a search hold, and a planted set is found as often as it can be: docs/subset-calibration.md in
short.

Bounds are exact binomial ones: a P that holds breaks one of them in fewer than 1 of 1,000 changes of the seed.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from tests.planted_triple import planted
from tests.subset_calibration import SCENARIOS, called


def between(sets: int) -> tuple[int, int]:
    """What a P that holds gives in all but 1 of 1,000 tries."""
    return int(binom.ppf(0.0005, sets, 0.05)), int(binom.ppf(0.9995, sets, 0.05))


@pytest.mark.parametrize(("name", "sets"), [
    ("her2", 100), ("adjusted", 30), ("her2 split", 150), ("her2 left out", 100), ("adjusted left out", 12)])
def test_that_a_p_that_counts_the_search_calls_one_null_cohort_in_twenty(name, sets):
    calls = called(name, sets, seed=2)[:, 0].sum()
    low, high = between(sets)
    assert low <= calls <= high


def test_that_one_variance_for_all_shuffles_would_be_noticed():
    found = called("skewed", 200, seed=3)
    low, high = between(200)
    assert low <= found[:, 0].sum() <= high
    assert found[:, 2].sum() > high
    # On the same cohorts: what only the shortcut calls against what only the search calls.
    only_shortcut, only_search = (found[:, 2] & ~found[:, 0]).sum(), (found[:, 0] & ~found[:, 2]).sum()
    assert binomtest(int(only_shortcut), int(only_shortcut + only_search)).pvalue < 1e-4


def test_that_leaving_a_confounder_out_would_be_noticed():
    assert called("ignored", 30, seed=2)[:, 0].sum() > between(30)[1]


def test_that_every_scenario_gives_a_value_for_each_of_its_rows():
    for name, scenario in SCENARIOS.items():
        assert called(name, 1).shape == (1, len(scenario.looked_at))


@pytest.mark.parametrize("strength", [6.0, 9.0])
def test_that_a_planted_triple_is_ranked_first_as_often_as_the_normal_limit_lets_it(strength):
    found = planted(strength, 1000, 200, 4000, seed=2)
    assert 0.05 < found.expected < 0.95
    assert binomtest(found.found, found.tried, found.expected).pvalue > 0.001


def test_that_a_triple_without_any_effect_is_hardly_ever_first():
    found = planted(0.0, 200, 100, 500)
    assert found.expected < 0.01
    assert np.isclose(found.share, 0.0, atol=0.02)
