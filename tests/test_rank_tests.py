"""Rank tests, Holm and clustering against R, scipy and counting by hand. Not for: the analyses that use them."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import pdist

from core.statistics.clustering import cluster, correlation_distances, euclidean_distances
from core.statistics.multiplicity import holm
from core.statistics.rank_tests import kruskal_wallis, spearman, wilcoxon_rank_sum

i, j = np.arange(1, 61), np.arange(1, 46)
A = np.sin(i * 1.7) * 3 + i / 40
B = np.cos(j * 2.3) * 3 + j / 30 + 0.8


def test_that_wilcoxon_gives_rs_exact_p_without_ties() -> None:
    found = wilcoxon_rank_sum([1.1, 2.5, 0.3, 4.2, 3.3, 2.2], [0.9, 5.1, 6.2, 3.9, 7.7, 8.1, 2.9])
    assert (found.statistic, found.exact) == (8.0, True)
    assert found.p == pytest.approx(0.0734265734265734, rel=1e-12)  # R 4: wilcox.test
    large = wilcoxon_rank_sum(A[:49], B)
    assert large.statistic == 847
    assert large.p == pytest.approx(0.0533185261021466, rel=1e-10)


def test_that_wilcoxon_corrects_for_ties_and_continuity_as_r_does() -> None:
    tied = wilcoxon_rank_sum([1, 2, 2, 3, 5, 5, 5], [2, 4, 5, 6, 6, 7, 8, 9])
    assert (tied.statistic, tied.exact) == (9.5, False)
    assert tied.p == pytest.approx(0.034723597384303, rel=1e-12)
    many = wilcoxon_rank_sum(A, B)
    assert (many.statistic, many.exact) == (1084.0, False)
    assert many.p == pytest.approx(0.085582333799584, rel=1e-10)


def test_that_the_exact_p_counts_every_arrangement() -> None:
    values = np.array([0.3, 1.2, 2.2, 3.1, 4.8, 5.5, 6.9])
    all_w = [sum(1 for a in group for b in range(7) if b not in group and b < a) for group in combinations(range(7), 3)]
    found = wilcoxon_rank_sum(values[[0, 2, 3]], values[[1, 4, 5, 6]])
    as_far = sum(abs(w - 6) >= abs(found.statistic - 6) for w in all_w)
    assert found.p == pytest.approx(as_far / len(all_w))


def test_that_an_empty_group_or_equal_values_have_no_p() -> None:
    assert np.isnan(wilcoxon_rank_sum([], [1.0]).p)
    assert np.isnan(wilcoxon_rank_sum([2.0, 2.0], [2.0, 2.0]).p)
    assert np.isnan(kruskal_wallis([1.0, 2.0], [1, 1]).p)
    assert np.isnan(kruskal_wallis([1.0, 1.0], [1, 2]).p)


def test_that_kruskal_wallis_gives_rs_answer_with_ties() -> None:
    found = kruskal_wallis([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9], np.repeat([1, 2, 3], [5, 6, 4]))
    assert found.statistic == pytest.approx(8.08139393939395, rel=1e-12)
    assert found.p == pytest.approx(0.0175852117837471, rel=1e-12)


def test_that_spearman_gives_rs_rho_and_p() -> None:
    rho, p, n = spearman(np.column_stack([A[:12], B[:12], np.round(A[2:14])]))
    assert rho[0, 1] == pytest.approx(-0.181818181818182)
    assert rho[0, 2] == pytest.approx(-0.975243367069302)
    assert p[0, 2] == pytest.approx(7.02593354235375e-08, rel=1e-9)
    assert (n == 12).all()


def test_that_few_patients_get_the_p_of_every_arrangement() -> None:
    seven, five = [2, 1, 4, 3, 7, 5, 6], [1, 3, 2, 4, 5]
    assert spearman(np.column_stack([np.arange(7.0), seven]))[1][0, 1] == pytest.approx(0.0341269841269841)  # cor.test
    assert spearman(np.column_stack([np.arange(5.0), five]))[1][0, 1] == pytest.approx(0.0833333333333333)
    assert spearman(np.column_stack([np.arange(3.0), np.arange(3.0)]))[1][0, 1] == pytest.approx(2 / 6)
    assert spearman(np.column_stack([np.arange(9.0), np.arange(9.0)]))[1][0, 1] == pytest.approx(2 / 362_880)


def test_that_spearman_ranks_again_where_a_value_is_missing() -> None:
    table = np.column_stack([A[:12], B[:12], np.ones(12)])
    table[4, 0] = np.nan
    rho, p, n = spearman(table)
    known = np.delete(np.arange(12), 4)
    assert rho[0, 1] == pytest.approx(spearman(table[known])[0][0, 1])
    assert n[0, 1] == 11
    assert np.isnan(rho[0, 2])
    assert np.isnan(p[0, 2])


def test_that_holm_is_rs() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, np.nan, 0.03, 0.005, 0.5]), [0.04, 0.09, np.nan, 0.09, 0.025, 0.5])
    assert holm([]).size == 0


def test_that_distances_are_scipys_where_nothing_is_missing() -> None:
    table = np.random.default_rng(1).normal(size=(9, 20))
    np.testing.assert_allclose(correlation_distances(table), pdist(table, "correlation"), atol=1e-12)
    np.testing.assert_allclose(euclidean_distances(table), pdist(table), atol=1e-10)


def test_that_distances_use_what_both_have() -> None:
    table = np.random.default_rng(2).normal(size=(4, 10))
    table[0, [1, 5]] = np.nan
    both = np.isfinite(table[0])
    assert correlation_distances(table)[0] == pytest.approx(1 - np.corrcoef(table[0, both], table[1, both])[0, 1])
    expected = np.sqrt(((table[0, both] - table[1, both]) ** 2).sum() * 10 / 8)
    assert euclidean_distances(table)[0] == pytest.approx(expected)


def test_that_a_cluster_has_scipys_order_and_the_tree_joins_neighbours() -> None:
    table = np.random.default_rng(3).normal(size=(12, 6))
    found = cluster(pdist(table), optimal=False)
    tree = linkage(pdist(table), "average")
    assert found.order.tolist() == leaves_list(tree).tolist()
    np.testing.assert_allclose(found.heights, tree[:, 2])
    assert found.merges[-1, 3] <= found.heights[-1]
    assert (found.merges[:, 0] < found.merges[:, 1]).all()


def test_that_two_clear_groups_stand_side_by_side_and_few_items_still_have_an_order() -> None:
    spots = np.array([[0.0], [10.0], [0.1], [10.1], [0.2]])
    order = cluster(euclidean_distances(spots)).order.tolist()
    near_zero = [item in (0, 2, 4) for item in order]
    assert sum(before != after for before, after in pairwise(near_zero)) == 1
    assert cluster(np.array([])).order.tolist() == [0]
    assert cluster(np.array([2.0])).order.tolist() == [0, 1]
    assert cluster(np.array([np.nan, 1.0, 2.0])).order.size == 3
