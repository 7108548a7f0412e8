"""maxT: the statistic against R and by brute force, the counting by hand, missing values, calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from core.jobs import Cancelled, JobContext
from core.problems import UserError
from core.statistics.cox import cox_score_test
from core.statistics.cox_model import cox_fit, design_derivatives
from core.statistics.multiplicity import benjamini_hochberg, step_down_max_t
from core.statistics.permuted_scores import permuted_z, receptor_group
from core.statistics.resampling import max_t, permuted_standing
from core.statistics.risk_sets import checked_outcome, missing_patterns, risk_sets
from tests import calibration
from tests.survival_data import COHORTS, DATA, cohort, golden

Floats = NDArray[np.float64]


def _small(seed: int, n: int = 50) -> tuple[Floats, NDArray[np.bool_], Floats, NDArray[np.intp], Floats]:
    """A cohort with many ties, a receptor of few values, two receptors with missing values, strata and covariates.

    Five receptors are complete: more than three walk down the patients together, fewer are added up at once.
    """
    generator = np.random.default_rng(seed)
    time, event = generator.integers(0, 15, n).astype(float), generator.random(n) < 0.6
    x = generator.normal(size=(n, 7))
    x[:, 1] = np.round(x[:, 1])
    x[generator.random(n) < 0.2, 2] = np.nan
    x[generator.random(n) < 0.2, 3] = np.nan
    covariates = np.column_stack([generator.integers(0, 2, n).astype(float), generator.normal(size=n) + x[:, 0]])
    return time, event, x, generator.integers(0, 3, n), covariates


def _one_by_one(time: Floats, event: NDArray[np.bool_], x: Floats, strata: NDArray[np.intp] | None,
                covariates: Floats | None) -> Floats:
    """Each receptor's z from the whole-cohort kernels, its patients without a value cut out first."""
    z = np.empty(x.shape[1])
    for column in range(x.shape[1]):
        present = ~np.isnan(x[:, column])
        within = None if strata is None else strata[present]
        t, e, values = time[present], event[present], x[present, column]
        if covariates is None:
            z[column] = cox_score_test(t, e, values, within)[1][0]
            continue
        model = cox_fit(t, e, covariates[present], within)
        sets = risk_sets(*checked_outcome(t, e), within)
        design = np.column_stack([values, covariates[present]])[sets.order]
        u, info, _ = design_derivatives(design - design.mean(axis=0), np.append(0.0, model.coef), sets)
        z[column] = u[0] / np.sqrt(info[0, 0] - info[0, 1:] @ np.linalg.solve(info[1:, 1:], info[1:, 0]))
    return z


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize("within_strata", [False, True])
def test_that_every_permutation_has_the_z_of_the_cohort_it_makes(within_strata: bool, adjusted: bool) -> None:
    """With ties, strata, covariates and missing values; and the same z in a block of 30 and alone."""
    time, event, x, strata, covariates = _small(3 + within_strata)
    codes, adjust = (strata if within_strata else None), (covariates if adjusted else None)
    sets = risk_sets(*checked_outcome(time, event), codes)
    standing = np.column_stack([sets.order, permuted_standing(sets, 1, 0, 29)])
    block, alone = np.empty((30, 7)), np.empty((30, 7))
    for present, columns in missing_patterns(x):
        group = receptor_group(x, present, columns, adjust)
        block[:, columns] = permuted_z(sets, standing, group).z
        for b in range(30):
            alone[b, columns] = permuted_z(sets, standing[:, [b]], group).z[0]
    np.testing.assert_allclose(alone, block, rtol=1e-9, atol=1e-11)
    for b in range(30):
        permuted_time, permuted_event = np.empty_like(time), np.empty_like(event)
        permuted_time[standing[:, b]], permuted_event[standing[:, b]] = time[sets.order], event[sets.order]
        expected = _one_by_one(permuted_time, permuted_event, x, codes, adjust)
        np.testing.assert_allclose(block[b], expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", COHORTS)
def test_that_the_observed_statistic_is_coxphs_score_test(name: str) -> None:
    patients, r = cohort(name), golden("cox_univariate", name)
    found = max_t(patients.time, patients.event, patients.x, 0, 1)
    np.testing.assert_allclose(found.statistic**2, r["score_chi2"], rtol=0, atol=1e-9)
    assert (np.sign(found.statistic) == np.sign(r["coef_per_sd"])).all()
    assert np.isnan(found.p_maxt).all()


@pytest.mark.parametrize("within_er", [False, True])
def test_that_the_adjusted_statistic_is_coxphs_score_test_given_the_covariates(within_er: bool) -> None:
    """R: coxph(..., init = c(0, covariates' own coefficients), iter.max = 0)$score, METABRIC HER2+."""
    r = pd.read_csv(DATA / "golden/efficient_score.csv")
    r = r[r["within_er"] == within_er].set_index("gene")
    patients = cohort("metabric/her2pos_os")
    whole = patients.covariates.notna().all(axis=1).to_numpy()
    covariates = patients.covariates[whole]
    strata = covariates["er_positive"].to_numpy() if within_er else None
    adjust = covariates.drop(columns="er_positive") if within_er else covariates
    found = max_t(patients.time[whole], patients.event[whole], patients.x[whole], 0, 1, strata=strata,
                  covariates=adjust.to_numpy())
    assert whole.sum() == r["n"].iloc[0]
    np.testing.assert_allclose(found.statistic**2, r.loc[list(patients.receptors), "score_chi2"], rtol=1e-9, atol=1e-12)
    assert found.observed_converged


def test_that_p_is_counted_step_down_over_the_permutations_it_drew() -> None:
    time, event, x, _, _ = _small(5)
    found = max_t(time, event, x, 60, 9)
    null = np.empty((60, 7))
    sets = risk_sets(*checked_outcome(time, event))
    standing = permuted_standing(sets, 9, 0, 60)
    for b in range(60):
        t, e = np.empty_like(time), np.empty_like(event)
        t[standing[:, b]], e[standing[:, b]] = time[sets.order], event[sets.order]
        null[b] = np.abs(_one_by_one(t, e, x, None, None))
    by_size = np.argsort(-np.abs(found.statistic))
    previous = 0.0
    for place, column in enumerate(by_size):
        reached = null[:, by_size[place:]].max(axis=1) >= abs(found.statistic[column]) - 1e-9
        previous = max(previous, (1 + reached.sum()) / 61)
        assert found.p_maxt[column] == previous


def test_that_step_down_p_values_agree_with_a_worked_example() -> None:
    """Three columns, four permutations. Largest: 3 is reached by 3.5 only, (1 + 1) / 5. Then 2 against the maxima
    of the other two: 2.5 only, 2 / 5. Last 1 against itself: 1.5 and the tie at 1, 3 / 5."""
    null = np.array([[3.5, 0.1, 0.2], [0.1, 2.5, 1.5], [0.3, 0.2, 1.0], [0.1, 0.2, 0.3]])
    assert step_down_max_t([3, 2, 1], null).tolist() == [0.4, 0.4, 0.6]
    # A small statistic never gets a smaller P than a large one: alone, column 2 would have 1 / 5.
    assert step_down_max_t([3, 2], np.array([[3.5, 0], [3.2, 0], [3.1, 0], [0, 0.0]])).tolist() == [0.8, 0.8]
    with_gap = step_down_max_t([3, np.nan, 1], null)
    assert with_gap[0] == 0.4
    assert np.isnan(with_gap[1])


def test_that_benjamini_hochberg_agrees_with_r() -> None:
    """R: p.adjust(c(0.01, 0.02, 0.03, 0.5, 0.04), "BH") = 0.05 0.05 0.05 0.5 0.05; NA is not counted."""
    q = benjamini_hochberg([0.01, 0.02, 0.03, 0.5, 0.04])
    np.testing.assert_allclose(q, [0.05, 0.05, 0.05, 0.5, 0.05], rtol=1e-14)
    with_gap = benjamini_hochberg([0.01, 0.02, np.nan, 0.03, 0.5, 0.04])
    np.testing.assert_allclose(np.delete(with_gap, 2), q, rtol=1e-14)
    assert np.isnan(with_gap[2])
    assert benjamini_hochberg([]).shape == (0,)
    r = golden("cox_univariate", "gse3143/all")
    np.testing.assert_allclose(benjamini_hochberg(r["p_wald"]), r["q_bh_p_wald"], rtol=1e-12)


def test_that_the_same_seed_gives_the_same_p_whatever_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    patients = cohort("metabric/her2pos_os")
    whole = patients.covariates.notna().all(axis=1).to_numpy()
    time, event, x = patients.time[whole], patients.event[whole], patients.x[whole]
    covariates = patients.covariates[whole].to_numpy()
    for adjust in (None, covariates):
        first = max_t(time, event, x, 120, 1, covariates=adjust)
        monkeypatch.setattr("core.statistics.resampling.CELLS_PER_BLOCK", 15 * 11)
        second = max_t(time, event, x, 120, 1, covariates=adjust)
        monkeypatch.undo()
        np.testing.assert_array_equal(first.p_maxt, second.p_maxt)
        np.testing.assert_array_equal(first.statistic, second.statistic)
    assert (max_t(time, event, x, 120, 2).p_maxt != max_t(time, event, x, 120, 1).p_maxt).any()


def test_that_p_is_never_below_one_in_b_plus_one() -> None:
    time = np.arange(40.0)
    found = max_t(time, np.ones(40, dtype=bool), -time[:, None] + np.array([0.0, 1.0]), 99, 1)
    assert found.p_maxt.tolist() == [0.01, 0.01]
    assert found.statistic[0] > 5


def test_that_patients_stay_within_their_stratum() -> None:
    generator = np.random.default_rng(1)
    strata = generator.integers(0, 4, 60)
    sets = risk_sets(generator.exponential(size=60), generator.random(60) < 0.5, strata)
    standing = permuted_standing(sets, 1, 0, 50)
    assert (np.sort(standing, axis=0) == np.arange(60)[:, None]).all()
    assert (strata[standing] == strata[sets.order][:, None]).all()
    assert len(np.unique(standing, axis=1).T) == 50


def test_that_constant_receptors_and_copies_of_the_covariates_are_empty() -> None:
    time, event, x, _, covariates = _small(8)
    table = np.column_stack([x[:, 0], np.full(50, 7.0), covariates[:, 0] * 2 + 1])
    plain, adjusted = max_t(time, event, table, 20, 1), max_t(time, event, table, 20, 1, covariates=covariates)
    assert np.isnan(plain.p_maxt).tolist() == [False, True, False]
    assert np.isnan(adjusted.p_maxt).tolist() == [False, True, True]


def test_that_constant_and_repeated_covariates_change_nothing() -> None:
    time, event, x, _, covariates = _small(9)
    padded = np.column_stack([np.ones(50), covariates, covariates[:, 0] - covariates[:, 1]])
    once, twice = (max_t(time, event, x, 30, 1, covariates=z) for z in (covariates, padded))
    np.testing.assert_array_equal(once.p_maxt, twice.p_maxt)
    only_constant = max_t(time, event, x, 30, 1, covariates=np.ones((50, 1)))
    np.testing.assert_array_equal(only_constant.p_maxt, max_t(time, event, x, 30, 1).p_maxt)


def test_that_a_covariate_without_a_maximum_is_counted_and_does_not_stop_the_rest() -> None:
    """A rare mutation (2 of 40, few events): in many permutations nobody with it has an event."""
    generator = np.random.default_rng(1)
    time, event = generator.exponential(size=40), np.arange(40) % 4 == 0
    x, rare = generator.normal(size=(40, 3)), (np.arange(40) < 2).astype(float)
    found = max_t(time, event, x, 200, 1, covariates=rare)
    assert 20 < found.not_converged < 200
    assert np.isfinite(found.p_maxt).all()
    assert found.observed_converged == cox_fit(time, event, rare).converged


def test_that_a_receptor_nobody_has_is_empty() -> None:
    time, event, x, _, covariates = _small(4)
    x[:, 3] = np.nan
    for adjust in (None, covariates):
        p = max_t(time, event, x, 20, 1, covariates=adjust).p_maxt
        assert np.flatnonzero(np.isnan(p)).tolist() == [3]


def test_that_without_events_there_is_no_p() -> None:
    found = max_t([1, 2, 3], [0, 0, 0], [[1.0], [2.0], [3.0]], 10, 1)
    assert np.isnan(found.p_maxt).all()


def test_that_missing_covariates_are_refused() -> None:
    with pytest.raises(UserError, match="missing"):
        max_t([1, 2, 3], [1, 0, 1], [1.0, 2.0, 3.0], 10, 1, covariates=[1.0, np.nan, 2.0])


def test_that_shuffling_reports_progress_and_stops_when_asked() -> None:
    time, event, x, _, _ = _small(2)
    heard: list[float] = []
    job = JobContext(lambda fraction, words: heard.append(fraction))
    max_t(time, event, x, 3000, 1, job=job)
    assert heard == sorted(heard)
    assert len(heard) >= 5
    job.cancel()
    with pytest.raises(Cancelled):
        max_t(time, event, x, 3000, 1, job=job)


def test_that_neither_the_unit_of_time_nor_that_of_a_receptor_matters() -> None:
    time, event, x, strata, covariates = _small(6)
    here = max_t(time, event, x, 100, 1, strata, covariates)
    there = max_t(time * 30.4375, event, x * 100 + 7, 100, 1, strata, covariates * 12 - 3)
    np.testing.assert_array_equal(here.p_maxt, there.p_maxt)
    np.testing.assert_allclose(here.statistic, there.statistic, rtol=1e-8)


def test_that_the_order_of_patients_does_not_matter_to_the_statistic() -> None:
    time, event, x, strata, covariates = _small(7)
    shuffle = np.random.default_rng(1).permutation(len(time))
    here = max_t(time, event, x, 0, 1, strata, covariates)
    there = max_t(time[shuffle], event[shuffle], x[shuffle], 0, 1, strata[shuffle], covariates[shuffle])
    np.testing.assert_allclose(here.statistic, there.statistic, rtol=1e-9)


# ---- calibration: wide limits here, 2,000 sets in docs/calibration.md ----------------------------------------

@pytest.mark.parametrize("scenario", [calibration.plain, calibration.missing, calibration.stratified,
                                      calibration.adjusted])
def test_that_p_below_5_percent_comes_about_5_times_in_100_null_cohorts(scenario: object) -> None:
    """300 sets: if the true rate is 5 %, 3 to 30 calls with probability above 0.999."""
    assert 3 <= calibration.calls(scenario, 300, seed=20) <= 30  # type: ignore[arg-type]


@pytest.mark.parametrize("scenario", [calibration.strata_ignored, calibration.er_ignored])
def test_that_ignoring_a_confounder_is_seen_by_the_same_calibration(scenario: object) -> None:
    """The guard of the guard: these null cohorts do catch a test that permutes what it must not."""
    assert calibration.calls(scenario, 100, seed=20) > 30  # type: ignore[arg-type]
