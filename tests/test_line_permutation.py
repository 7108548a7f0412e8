"""Shuffling lines: against enumeration written out here, scipy and R's numbers, with ties, strata and missing values."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy import stats

from core.statistics.line_permutation import (
    adjusted_values,
    linear_max_t,
    residuals,
    spearman_max_t,
    welch_max_t,
)
from core.statistics.multiplicity import step_down_max_t
from core.statistics.paired_shift import paired_shift
from core.statistics.rank_tests import wilcoxon_rank_sum
from core.statistics.two_groups import group_shift, smallest_rank_sum_p
from tests.line_calibration import share_called

RNG = np.random.default_rng(20261124)


def enumerated_rank_sum_p(x, group, codes):
    ranks = np.empty(len(x))
    for code in set(codes):
        ranks[codes == code] = stats.rankdata(x[codes == code])
    choices = [list(combinations(np.flatnonzero(codes == code), int(group[codes == code].sum())))
               for code in sorted(set(codes))]
    sums = [0.0]
    for options in choices:
        sums = [total + ranks[list(option)].sum() for total in sums for option in options]
    far = abs(ranks[group].sum() - np.mean(sums))
    return np.mean([abs(total - np.mean(sums)) >= far - 1e-9 for total in sums])


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("sizes", [(3, 4), (2, 7), (5, 5)])
def test_that_the_rank_sum_p_equals_enumeration_with_and_without_ties(sizes, tied):
    x = RNG.normal(size=sum(sizes))
    x = np.round(x) if tied else x
    group = np.arange(sum(sizes)) < sizes[0]
    assert group_shift(x, group).p == pytest.approx(enumerated_rank_sum_p(x, group, np.zeros(len(x))), abs=1e-12)


def test_that_the_stratified_rank_sum_p_equals_enumeration_within_strata():
    x = np.round(RNG.normal(size=11), 1)
    codes = np.array([0] * 5 + [1] * 6)
    group = np.array([1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1], dtype=bool)
    assert group_shift(x, group, codes).p == pytest.approx(enumerated_rank_sum_p(x, group, codes), abs=1e-12)


def test_that_the_untied_p_and_interval_are_those_of_r():
    # R 4: wilcox.test(c(1.83,0.50,1.62,2.48,1.68,1.88,1.55,3.06,1.30), c(0.878,0.647,0.598,2.05,1.06,1.29,1.06,3.14,1.29))
    # has ties; these are the untied depression scores of Hollander and Wolfe, example 4.1 (P 0.2544 two-sided, 10 v 5).
    high = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    low = [1.15, 0.88, 0.90, 0.74, 1.21]
    found = group_shift([*low, *high], np.arange(15) >= 5)
    assert found.p == pytest.approx(0.2544, abs=5e-5)
    assert found.difference == pytest.approx(0.305)
    assert (found.low, found.high) == pytest.approx((-0.15, 0.76))


def test_that_large_groups_agree_with_rs_exact_test():
    x, group = RNG.normal(size=60), np.arange(60) < 25
    assert group_shift(x, group).p == pytest.approx(wilcoxon_rank_sum(x[group], x[~group]).p, rel=1e-10)


def test_that_three_against_four_lines_reach_94_percent_and_no_more():
    found = group_shift([1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 1, 1, 1])
    assert (found.low, found.high, found.p) == pytest.approx((1.0, 6.0, 2 / 35))
    assert found.level == pytest.approx(33 / 35)
    assert smallest_rank_sum_p(4, 3) == pytest.approx(2 / 35)


def test_that_an_empty_group_or_equal_values_give_no_p():
    assert np.isnan(group_shift([1.0, 2.0], [1, 1]).p)
    assert np.isnan(group_shift([2.0, 2.0, 2.0], [1, 0, 0]).p)
    assert group_shift([2.0, 2.0, 2.0], [1, 0, 0]).difference == 0


def test_that_order_and_unit_do_not_change_the_shift():
    x, group = RNG.normal(size=12), np.arange(12) % 3 == 0
    order = RNG.permutation(12)
    one, other = group_shift(x, group), group_shift(10 * x[order] + 3, group[order])
    assert other.p == pytest.approx(one.p)
    assert other.difference == pytest.approx(10 * one.difference)


def test_that_max_t_of_groups_equals_enumeration():
    x = RNG.normal(size=(8, 5))
    group = np.arange(8) < 3
    found = welch_max_t(x, group, 100, 1)
    ts = []
    for chosen in combinations(range(8), 3):
        mask = np.isin(np.arange(8), chosen)
        ts.append(stats.ttest_ind(x[mask], x[~mask], equal_var=False).statistic)
    observed = stats.ttest_ind(x[group], x[~group], equal_var=False).statistic
    others = np.abs([t for t in ts if not np.allclose(t, observed)])
    assert found.exact
    assert found.shuffles == 55
    assert found.statistic == pytest.approx(observed)
    assert found.p_maxt == pytest.approx(step_down_max_t(np.abs(observed), others))
    assert found.p == pytest.approx((1 + (others >= np.abs(observed) - 1e-9).sum(axis=0)) / 56)
    assert found.smallest_p == pytest.approx(1 / 56)


def test_that_max_t_of_a_response_equals_enumeration_with_ties():
    x = np.round(RNG.normal(size=(6, 4)), 1)
    y = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 5.0])
    found = spearman_max_t(x, y, 100, 1)
    every = np.array([[stats.spearmanr(x[:, c], y[list(order)]).statistic for c in range(4)]
                      for order in permutations(range(6))])
    assert found.exact
    assert found.statistic == pytest.approx(every[0])
    assert found.p == pytest.approx((np.abs(every) >= np.abs(every[0]) - 1e-9).mean(axis=0))
    assert found.p_maxt == pytest.approx(step_down_max_t(np.abs(every[0]), np.abs(every[1:])))


def test_that_a_missing_value_leaves_its_line_out_for_that_receptor_only():
    x = RNG.normal(size=(12, 3))
    x[4, 1] = np.nan
    y = RNG.normal(size=12)
    known = np.isfinite(x[:, 1])
    found = spearman_max_t(x, y, 50, 1)
    assert found.statistic[1] == pytest.approx(stats.spearmanr(x[known, 1], y[known]).statistic)
    assert found.statistic[0] == pytest.approx(stats.spearmanr(x[:, 0], y).statistic)
    group = np.arange(12) < 5
    welch = welch_max_t(x, group, 50, 1)
    assert welch.statistic[1] == pytest.approx(
        stats.ttest_ind(x[known & group, 1], x[known & ~group, 1], equal_var=False).statistic)


def test_that_shuffles_within_strata_leave_strata_alone():
    codes = np.repeat([0, 1], 6)
    x = np.column_stack([codes * 10.0 + RNG.normal(size=12)])
    y = codes * 5.0 + RNG.normal(size=12)
    assert spearman_max_t(x, y, 2000, 1).p[0] < 0.05
    assert abs(spearman_max_t(x, y, 2000, 1, strata=codes).statistic[0]) < 0.75
    group = codes.astype(bool)
    mixed = np.array([0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1], dtype=bool)
    within = welch_max_t(x, mixed, 500, 1, strata=codes)
    assert within.exact
    assert within.shuffles == 20 * 20 - 1
    assert group.sum() == mixed.sum()


def test_that_a_covariate_which_explains_both_is_taken_off():
    z = RNG.normal(size=40)
    x, y = (z + 0.3 * RNG.normal(size=40))[:, None], z + 0.3 * RNG.normal(size=40)
    plain, adjusted = spearman_max_t(x, y, 500, 1), spearman_max_t(x, y, 500, 1, covariates=z[:, None])
    assert plain.statistic[0] > 0.8
    assert abs(adjusted.statistic[0]) < 0.4
    assert abs(np.corrcoef(residuals(x, z[:, None])[:, 0], z)[0, 1]) < 1e-9


def test_that_constant_receptors_and_no_shuffles_give_no_p():
    x = np.column_stack([np.full(9, 0.1), RNG.normal(size=9)])
    y = RNG.normal(size=9)
    assert np.isnan(spearman_max_t(x, y, 20, 1).p_maxt[0])
    assert np.isnan(welch_max_t(x, y > 0, 20, 1).p_maxt[0])
    assert np.isnan(spearman_max_t(x, y, 0, 1).p_maxt).all()
    assert np.isfinite(spearman_max_t(x, y, 0, 1).statistic[1])


def test_that_one_seed_gives_the_same_p_and_another_a_close_one():
    x, y = RNG.normal(size=(15, 6)), RNG.normal(size=15)
    one, same, other = (spearman_max_t(x, y, 3000, seed) for seed in (1, 1, 2))
    assert (one.p_maxt == same.p_maxt).all()
    assert other.p_maxt == pytest.approx(one.p_maxt, abs=0.05)


def test_that_perfect_separation_without_spread_is_a_tie_of_all_such():
    found = welch_max_t(np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0, 0, 1, 1], dtype=bool), 10, 1)
    assert found.p[0] == pytest.approx(2 / 6)
    assert found.smallest_p == pytest.approx(2 / 6)


def test_that_groups_beside_a_covariate_have_the_t_of_the_linear_model():
    z, group = RNG.normal(size=20), np.arange(20) % 3 == 0
    x = RNG.normal(size=20) + z + 2.0 * group
    design = np.column_stack([np.ones(20), group, z])
    weights, rest, _, _ = np.linalg.lstsq(design, x, rcond=None)
    se = np.sqrt(rest[0] / 17 * np.linalg.inv(design.T @ design)[1, 1])
    rho = linear_max_t(x[:, None], group.astype(float), 100, 1, covariates=z[:, None]).statistic[0]
    assert rho * np.sqrt(17 / (1 - rho**2)) == pytest.approx(weights[1] / se)
    adjusted = adjusted_values(x[:, None], group, z[:, None])[:, 0]
    assert adjusted[group].mean() - adjusted[~group].mean() == pytest.approx(weights[1])


@pytest.mark.parametrize("name", ["response, 12 lines", "groups, 7 and 11 lines", "groups within subtypes that shift all",
                                  "groups adjusted for a covariate that shifts all"])
def test_that_null_sets_are_called_in_about_five_of_a_hundred(name):
    assert 0.03 <= share_called(name, 600) <= 0.075, "2,000 sets are in docs/resistance-calibration.md"


def test_that_one_line_against_one_and_one_pair_have_a_difference_and_no_interval():
    for found in (group_shift([2.0, 5.0], [0, 1]), paired_shift([3.0, np.nan])):
        assert (found.difference, found.level) == (3.0, 0.0)
        assert np.isnan([found.low, found.high]).all()
    two = group_shift([2.0, 5.0, 6.0], [0, 1, 1])
    assert (two.low, two.high, two.level) == (3.0, 4.0, pytest.approx(1 / 3))
