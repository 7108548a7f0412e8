"""Changes of two groups of patients: against Student's pooled t, against every deal counted by hand, and at the edges."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ttest_ind

from core.jobs import Cancelled, JobContext
from core.statistics.label_swaps import label_swaps

Floats = NDArray[np.float64]


def changes(seed: int = 1, m: int = 8, genes: int = 4) -> tuple[Floats, NDArray[np.bool_]]:
    random = np.random.default_rng(seed)
    change = random.normal(0.5, 1.0, (m, genes))
    first = np.arange(m) < 3
    change[first, 1] += 2.5
    return change, first


def p_by_hand(change: Floats, first: NDArray[np.bool_]) -> Floats:
    """Step-down maxT over every way to choose the first group."""
    def t_of(chosen: NDArray[np.bool_]) -> Floats:
        with np.errstate(invalid="ignore"):
            return np.abs(np.array([ttest_ind(column[chosen & np.isfinite(column)], column[~chosen & np.isfinite(column)],
                                              ).statistic for column in change.T], dtype=np.float64))

    m, k = len(first), int(first.sum())
    deals = [np.isin(np.arange(m), chosen) for chosen in itertools.combinations(range(m), k)]
    null, observed = np.array([t_of(deal) for deal in deals]), t_of(first)
    order = np.argsort(-observed)
    p = np.empty(len(order))
    for place, gene in enumerate(order):
        p[gene] = (null[:, order[place:]].max(axis=1) >= observed[gene] - 1e-9).mean()
    p[order] = np.maximum.accumulate(p[order])
    return p


def test_that_the_difference_and_its_interval_are_students() -> None:
    change, first = changes()
    found = label_swaps(change, first, 10_000, 1)
    for gene, column in enumerate(change.T):
        expected = ttest_ind(column[first], column[~first])
        assert found.t[gene] == pytest.approx(expected.statistic, abs=1e-12)
        interval = expected.confidence_interval(0.95)
        assert (found.low[gene], found.high[gene]) == pytest.approx((interval.low, interval.high), abs=1e-10)
        assert found.difference[gene] == pytest.approx(column[first].mean() - column[~first].mean(), abs=1e-12)


def test_that_every_way_to_deal_out_who_responded_is_counted() -> None:
    change, first = changes()
    found = label_swaps(change, first, 10_000, 1)
    assert (found.deals, found.exact, found.smallest_p) == (56, True, 1 / 56)
    np.testing.assert_allclose(found.p_maxt, p_by_hand(change, first), atol=1e-12)
    np.testing.assert_allclose(found.p[2], p_by_hand(change[:, [2]], first)[0], atol=1e-12)


def test_that_a_missing_change_leaves_the_pair_out_of_that_receptor_in_every_deal() -> None:
    change, first = changes(2)
    change[5, 0] = np.nan
    found = label_swaps(change, first, 10_000, 1)
    np.testing.assert_allclose(found.p_maxt, p_by_hand(change, first), atol=1e-12)
    assert (found.n_first[0], found.n_others[0]) == (3, 4)


def test_that_two_groups_of_one_size_cannot_go_below_two_deals() -> None:
    change, _ = changes(3, m=8)
    first = np.arange(8) < 4
    change[first, 0] += 50.0
    found = label_swaps(change, first, 10_000, 1)
    assert found.smallest_p == found.p_maxt[0] == 2 / 70


def test_that_many_ways_are_drawn_and_the_same_seed_draws_the_same() -> None:
    change, _ = changes(4, m=24)
    first = np.arange(24) < 10
    one, two = (label_swaps(change, first, 300, 5) for _ in range(2))
    assert (one.deals, one.exact, one.smallest_p) == (300, False, 1 / 301)
    np.testing.assert_array_equal(one.p_maxt, two.p_maxt)
    job = JobContext(lambda fraction, words: job.cancel())
    with pytest.raises(Cancelled):
        label_swaps(change, first, 20_000, 5, job)


@pytest.mark.parametrize("first", [[False] * 5, [True] * 5])
def test_that_one_group_alone_gives_no_number(first: list[bool]) -> None:
    found = label_swaps(np.random.default_rng(1).normal(size=(5, 2)), first, 10_000, 1)
    assert np.isnan([*found.t, *found.p, *found.p_maxt, *found.difference]).all()


def test_that_receptors_without_spread_or_without_values_stay_empty() -> None:
    change, first = changes(6)
    change[:, 0], change[:, 3] = 1.0, np.nan
    found = label_swaps(change, first, 10_000, 1)
    assert np.isnan(found.p_maxt[[0, 3]]).all()
    assert np.isfinite(found.p_maxt[[1, 2]]).all()
    assert found.difference[0] == pytest.approx(0.0)
    none = label_swaps(change, first, 0, 1)
    assert np.isnan(none.p_maxt).all()
    assert np.isfinite(none.t[1])
