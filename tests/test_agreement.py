"""Weighted kappa and ICC against published tables, hand values and brute force.

Not for: which scores are compared; that is tests/test_ihc_tables.py.
"""

import numpy as np
import pytest

from core.statistics.agreement import LINEAR, QUADRATIC, icc_agreement, kappa_of_table, weighted_kappa

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Shrout and Fleiss 1979, table 2: six targets, four judges."""
COHEN = [[0.44, 0.05, 0.01], [0.07, 0.20, 0.03], [0.09, 0.05, 0.06]]
"""Cohen 1968, two judges and three diagnoses, as shares of 200."""


def test_that_the_icc_of_shrout_and_fleiss_is_theirs() -> None:
    icc = icc_agreement(SHROUT_FLEISS)
    assert round(icc.value, 2) == 0.29
    assert round(icc.consistency, 2) == 0.71
    assert (round(icc.low, 3), round(icc.high, 3)) == (0.019, 0.761)  # R psych::ICC, single random raters
    assert (icc.n, icc.scorers) == (6, 4)


def test_that_the_kappa_of_cohens_example_is_his() -> None:
    counts = 200 * np.array(COHEN)
    plain, _ = kappa_of_table(counts, 1 - np.eye(3))
    weighted, _ = kappa_of_table(counts, [[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    assert (round(plain, 3), round(weighted, 3)) == (0.492, 0.348)


def test_that_kappa_equals_the_hand_value() -> None:
    """Five slides, grades 0-3: (0,0) (1,2) (2,2) (3,3) (3,1).

    Linear: disagreement seen (0+1+0+0+2)/5 = 3/5. Expected over all 25 pairs of one scorer's grade with the other's:
    0 with {0,2,2,3,1} = 8, 1 = 5, 2 = 4, 3 = 7, 3 = 7, together 31/25. Kappa = 1 - 15/31. Quadratic: seen
    (0+1+0+0+4)/5 = 1; expected (18 + 7 + 6 + 15 + 15)/25 = 61/25; kappa = 1 - 25/61.
    """
    one, other = [0, 1, 2, 3, 3], [0, 2, 2, 3, 1]
    assert weighted_kappa(one, other, [0, 1, 2, 3], LINEAR).value == pytest.approx(1 - 15 / 31, abs=1e-12)
    assert weighted_kappa(one, other, [0, 1, 2, 3], QUADRATIC).value == pytest.approx(1 - 25 / 61, abs=1e-12)


def test_that_the_error_of_kappa_is_that_of_a_bootstrap() -> None:
    random = np.random.default_rng(1)
    true = random.integers(0, 4, 400)
    one, other = (np.clip(true + random.integers(-1, 2, 400), 0, 3).astype(float) for _ in range(2))
    kappa = weighted_kappa(one, other, [0, 1, 2, 3])
    drawn = []
    for _ in range(600):
        at = random.integers(0, 400, 400)
        drawn.append(weighted_kappa(one[at], other[at], [0, 1, 2, 3]).value)
    assert (kappa.high - kappa.low) / 2 == pytest.approx(1.96 * np.std(drawn), rel=0.12)


def test_that_a_missing_score_is_passed_over_and_the_order_of_samples_does_not_matter() -> None:
    turned = icc_agreement([[np.nan, 1, 2, 3], *SHROUT_FLEISS[::-1]])
    assert (turned.value, turned.n) == (pytest.approx(icc_agreement(SHROUT_FLEISS).value), 6)
    assert weighted_kappa([1, np.nan, 2], [1, 2, 2], [0, 1, 2, 3]).n == 2


def test_that_one_grade_only_gives_no_kappa_and_one_sample_no_icc() -> None:
    assert np.isnan(weighted_kappa([2, 2, 2], [2, 2, 2], [0, 1, 2, 3]).value)
    assert np.isnan(icc_agreement([[1, 2]]).value)
    assert np.isnan(icc_agreement([[4, 4], [4, 4]]).value)


def test_that_scorers_who_say_the_same_agree_wholly() -> None:
    assert weighted_kappa([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]).value == 1.0
    icc = icc_agreement([[10, 10], [200, 200], [95, 95]])
    assert (icc.value, icc.low, icc.high) == (pytest.approx(1), pytest.approx(1), pytest.approx(1))
