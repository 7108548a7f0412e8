"""Kaplan-Meier, log-rank and restricted mean survival against R, at the edges, and invariant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.problems import UserError
from core.statistics.kaplan_meier import (
    at_risk_counts,
    kaplan_meier,
    median_with_interval,
    reverse_median_follow_up,
    survival_at,
)
from core.statistics.logrank import logrank_many, logrank_test, rank_splits
from core.statistics.rmst import rmst_difference
from tests.survival_data import COHORTS, DATA, RealCohort, classic, close, cohort, golden, textbook


def _group(patients: RealCohort, row: pd.Series) -> np.ndarray:  # type: ignore[type-arg]
    """The patients of a row of R's tables: group all, low or high by median split of its gene."""
    if row["group"] == "all":
        return np.ones(len(patients.time), dtype=bool)
    x = patients.x[:, patients.receptors.index(row["gene"])]
    return np.asarray((x > np.median(x)) == (row["group"] == "high"))


@pytest.mark.parametrize("name", COHORTS)
def test_that_the_whole_curve_equals_survfit(name: str) -> None:
    patients = cohort(name)
    r = pd.read_csv(DATA / "golden/survival/km_curves" / f"{name.replace('/', '__')}.csv")
    curve = kaplan_meier(patients.time, patients.event)
    for ours, theirs in (("time", "time"), ("at_risk", "n_risk"), ("events", "n_event"), ("censored", "n_censor"),
                         ("survival", "surv"), ("se", "se_surv_greenwood"), ("ci_low", "lo95_loglog"),
                         ("ci_high", "hi95_loglog")):
        close(getattr(curve, ours), r[theirs], 1e-12)


@pytest.mark.parametrize("name", ["aml", "lung", "veteran", "ovarian"])
def test_that_textbook_curves_equal_survfit(name: str) -> None:
    table = textbook(name)
    group = {"aml": "x", "lung": "sex", "veteran": "trt", "ovarian": "rx"}[name]
    for label, r in classic("km").query("set == @name").groupby("group"):
        part = table if label == "all" else table[table[group].astype(str) == label]
        assert len(part)
        curve = kaplan_meier(part["time"], part["event"])
        for ours, theirs in (("time", "time"), ("survival", "surv"), ("se", "se_surv_greenwood"),
                             ("ci_low", "lo95_loglog"), ("ci_high", "hi95_loglog")):
            close(getattr(curve, ours), r[theirs], 1e-12)


@pytest.mark.parametrize("name", COHORTS)
def test_that_medians_and_points_equal_r_in_every_group_of_every_receptor(name: str) -> None:
    patients = cohort(name)
    for _, row in golden("km_medians", name).iterrows():
        chosen = _group(patients, row)
        median = median_with_interval(kaplan_meier(patients.time[chosen], patients.event[chosen]))
        close([median.median, median.low, median.high], row[["median", "lo95_loglog", "hi95_loglog"]], 1e-12)
    for _, row in golden("km_points", name).iterrows():
        chosen = _group(patients, row)
        point = survival_at(kaplan_meier(patients.time[chosen], patients.event[chosen]), [row["time"]])
        close([point.survival[0], point.se[0], point.ci_low[0], point.ci_high[0]],
              row[["surv", "se_greenwood", "lo95_loglog", "hi95_loglog"]], 1e-12)
    for _, row in golden("at_risk", name).iterrows():
        chosen = _group(patients, row)
        assert at_risk_counts(patients.time[chosen], [row["time"]])[0] == row["n_at_risk"]


@pytest.mark.parametrize("name", COHORTS)
def test_that_follow_up_is_the_reverse_kaplan_meier_median(name: str) -> None:
    patients, r = cohort(name), golden("followup", name).iloc[0]
    median = reverse_median_follow_up(patients.time, patients.event)
    close([median.median, median.low, median.high], r[["reverse_km_median", "lo95_loglog", "hi95_loglog"]], 1e-12)


def test_that_textbook_medians_equal_r() -> None:
    groups = {"aml": "x", "lung": "sex", "veteran": "trt", "ovarian": "rx", "colon_death": "rx", "gbsg": "hormon",
              "veteran_cell": "celltype"}
    r = classic("medians")
    assert len(r) > 20
    for _, row in r.iterrows():
        table = textbook(row["set"].removesuffix("_cell"))
        part = table if row["group"] == "all" else table[table[groups[row["set"]]].astype(str) == row["group"]]
        median = median_with_interval(kaplan_meier(part["time"], part["event"]))
        close([median.median, median.low, median.high], row[["median", "lo95_loglog", "hi95_loglog"]], 1e-12)


@pytest.mark.parametrize("name", COHORTS)
def test_that_median_splits_equal_survdiff(name: str) -> None:
    patients, r = cohort(name), golden("split_median", name)
    high = patients.x > np.median(patients.x, axis=0)
    chi2 = logrank_many(patients.time, patients.event, high)
    np.testing.assert_allclose(chi2, r["logrank_chi2"], rtol=0, atol=1e-9)
    assert np.abs(rank_splits(patients.time, patients.event, high) - chi2).max() < 5e-4
    for column in range(0, high.shape[1], 5):
        whole = logrank_test(patients.time, patients.event, high[:, column])
        row = r.iloc[column]
        assert whole.chi2 == pytest.approx(row["logrank_chi2"], abs=1e-9)
        assert whole.p == pytest.approx(row["logrank_p"], rel=1e-7)
        close(whole.observed, row[["events_low", "events_high"]], 1e-12)
        close(whole.expected, row[["expected_low", "expected_high"]], 1e-12)
        assert whole.n.tolist() == [row["n_low"], row["n_high"]]


@pytest.mark.parametrize("name", COHORTS)
def test_that_tertiles_equal_survdiff(name: str) -> None:
    patients, r = cohort(name), golden("split_tertile", name).set_index("gene")
    for gene in patients.receptors[::4]:
        x = patients.x[:, patients.receptors.index(gene)]
        cuts = np.quantile(x, [1 / 3, 2 / 3])
        result = logrank_test(patients.time, patients.event, np.searchsorted(cuts, x, side="left"))
        assert (result.df, result.n.tolist()) == (2, r.loc[gene, ["n1", "n2", "n3"]].tolist())
        assert result.chi2 == pytest.approx(r.loc[gene, "logrank_chi2_df2"], abs=1e-9)
        assert result.p == pytest.approx(r.loc[gene, "logrank_p"], rel=1e-7)


def test_that_textbook_groupings_equal_survdiff_also_within_strata() -> None:
    r = classic("logrank").query("rho == 0")
    assert len(r) == 10
    for _, row in r.iterrows():
        name, columns = row["set"].split(":")
        group, *stratum = columns.split("|")
        table = textbook(name).dropna(subset=[group, *stratum])
        strata = pd.factorize(table[stratum[0]])[0] if stratum else None
        result = logrank_test(table["time"], table["event"], table[group].to_numpy(dtype=str), strata)
        assert result.df == row["df"]
        assert result.chi2 == pytest.approx(row["chi2"], rel=1e-10)
        assert result.p == pytest.approx(row["p"], rel=1e-7)
        close(result.observed, [float(value) for value in row["observed"].split("|")], 1e-12)
        close(result.expected, [float(value) for value in row["expected"].split("|")], 1e-10)


def test_that_the_aml_log_rank_is_the_published_one() -> None:
    """R survdiff(Surv(time, status) ~ x, aml): 3.396 on 1 df, p 0.0653; medians 31 and 23; S(20) 0.716 and 0.583."""
    table = textbook("aml")
    maintained = (table["maintained"] == 1).to_numpy()
    assert logrank_many(table["time"], table["event"], maintained)[0] == pytest.approx(3.3963886989776, rel=1e-12)
    for group, median, at_20 in ((maintained, 31, 0.716), (~maintained, 23, 0.583)):
        curve = kaplan_meier(table["time"][group], table["event"][group])
        assert median_with_interval(curve).median == median
        assert survival_at(curve, [20]).survival[0] == pytest.approx(at_20, abs=5e-4)


@pytest.mark.parametrize("name", COHORTS)
def test_that_restricted_means_equal_survrm2(name: str) -> None:
    patients, r = cohort(name), golden("rmst", name)
    for _, row in r.iterrows():
        x = patients.x[:, patients.receptors.index(row["gene"])]
        found = rmst_difference(patients.time, patients.event, x > np.median(x), row["tau"])
        assert found.tau == row["tau"]
        close([found.high, found.high_se, found.low, found.low_se], row[["rmst_high", "se_high", "rmst_low", "se_low"]],
              1e-9)
        close([found.difference, found.ci_low, found.ci_high],
              row[["diff_high_minus_low", "diff_lo95", "diff_hi95"]], 1e-9)
        assert found.p == pytest.approx(row["diff_p"], rel=1e-7)


def test_that_textbook_restricted_means_equal_survrm2() -> None:
    arms = {"lung:female(1) vs male(0)": ("lung", "female"), "veteran:trt2(1) vs 0": ("veteran", "trt2"),
            "gbsg:hormon": ("gbsg", "hormon"), "aml:maintained": ("aml", "maintained")}
    for _, row in classic("rmst").iterrows():
        table, arm = textbook(arms[row["set"]][0]), arms[row["set"]][1]
        found = rmst_difference(table["time"], table["event"], table[arm] == 1, row["tau"])
        close([found.difference, found.ci_low, found.ci_high], row[["diff_arm1_minus_arm0", "diff_lo95", "diff_hi95"]],
              1e-9)


def test_that_the_restricted_mean_is_the_area_under_the_curve_when_nobody_is_censored() -> None:
    time, high = np.array([1.0, 2, 3, 10, 2, 4, 6, 8]), np.arange(8) < 4
    found = rmst_difference(time, np.ones(8, dtype=bool), high, 5)
    assert found.high == pytest.approx(np.minimum(time[:4], 5).mean(), rel=1e-14)
    assert found.low == pytest.approx(np.minimum(time[4:], 5).mean(), rel=1e-14)


def test_that_tau_never_exceeds_the_shorter_groups_last_time() -> None:
    found = rmst_difference([1, 2, 30, 4, 5, 6], [1, 0, 0, 1, 0, 0], [True, True, True, False, False, False], 60)
    assert found.tau == 6


def test_that_many_splits_agree_with_one_at_a_time_over_all_sizes() -> None:
    generator = np.random.default_rng(1)
    time, event = generator.integers(0, 12, 60).astype(float), generator.random(60) < 0.5
    groups = generator.random((60, 2500)) < generator.random(2500)
    chi2 = logrank_many(time, event, groups)
    for column in (0, 1023, 1024, 2499):
        one = logrank_test(time, event, groups[:, column]).chi2
        assert chi2[column] == pytest.approx(one, rel=1e-10, nan_ok=True)
    known = ~np.isnan(chi2)
    np.testing.assert_allclose(rank_splits(time, event, groups)[known], chi2[known], rtol=1e-3, atol=1e-4)


def test_that_an_empty_group_has_no_test() -> None:
    groups = np.array([[True, False], [True, False], [True, False]])
    for kernel in (logrank_many, rank_splits):
        assert np.isnan(kernel([1, 2, 3], [1, 1, 0], groups)).all()
        assert np.isnan(kernel([1, 2, 3], [0, 0, 0], np.array([True, False, True]))).all()
    assert np.isnan(logrank_test([1, 2, 3], [1, 1, 0], ["a", "a", "a"]).chi2)
    assert np.isnan(rmst_difference([1, 2, 3], [1, 1, 0], [True, True, True], 2).difference)


def test_that_groups_must_be_true_or_false() -> None:
    with pytest.raises(ValueError, match="bool"):
        logrank_many([1, 2], [1, 0], [0, 1])


def test_that_nobody_dying_gives_a_flat_curve_and_no_median() -> None:
    curve = kaplan_meier([3, 1, 2], [0, 0, 0])
    assert curve.survival.tolist() == [1, 1, 1]
    assert np.isnan(curve.ci_low).all()
    assert np.isnan(median_with_interval(curve).median)
    assert median_with_interval(kaplan_meier([3, 1, 2], [1, 1, 1])).median == 2


def test_that_one_patient_makes_a_curve() -> None:
    curve = kaplan_meier([5.0], [1])
    assert (curve.at_risk.tolist(), curve.survival.tolist()) == ([1], [0.0])
    assert median_with_interval(curve).median == 5.0
    assert np.isnan(curve.se[0])


def test_that_a_median_on_a_flat_piece_is_its_middle() -> None:
    """Deaths at 2, 4, 6, 8: survival is exactly 0.5 from 4 to 6; survfit gives 5."""
    assert median_with_interval(kaplan_meier([2, 4, 6, 8], [1, 1, 1, 1])).median == 5.0


def test_that_a_death_at_time_zero_counts_at_once() -> None:
    curve = kaplan_meier([0, 0, 3, 4], [1, 0, 1, 0])
    assert (curve.time.tolist(), curve.at_risk.tolist()) == ([0, 3, 4], [4, 2, 1])
    assert curve.survival.tolist() == pytest.approx([0.75, 0.375, 0.375])
    assert survival_at(curve, [0, 2.9, 3, 4, 5]).survival.tolist()[:4] == pytest.approx([0.75, 0.75, 0.375, 0.375])
    assert np.isnan(survival_at(curve, [5]).survival[0])
    assert at_risk_counts([0, 0, 3, 4], [0, 0.1, 3, 4.5]).tolist() == [4, 2, 2, 0]


def test_that_a_missing_time_is_refused() -> None:
    with pytest.raises(UserError, match="no follow-up time"):
        kaplan_meier([1, np.nan], [1, 0])


def test_that_curves_and_tests_know_neither_order_nor_unit() -> None:
    patients = cohort("gse3143/all")
    shuffle = np.random.default_rng(2).permutation(len(patients.time))
    days = patients.time[shuffle] * 30.4375
    here, there = kaplan_meier(patients.time, patients.event), kaplan_meier(days, patients.event[shuffle])
    np.testing.assert_array_equal(here.survival, there.survival)
    np.testing.assert_allclose(here.time * 30.4375, there.time, rtol=1e-15)
    high = patients.x > np.median(patients.x, axis=0)
    np.testing.assert_allclose(logrank_many(patients.time, patients.event, high),
                               logrank_many(days, patients.event[shuffle], high[shuffle]), rtol=1e-9)
    months, scaled = (rmst_difference(patients.time, patients.event, high[:, 0], 60),
                      rmst_difference(days, patients.event[shuffle], high[shuffle, 0], 60 * 30.4375))
    assert scaled.difference == pytest.approx(months.difference * 30.4375, rel=1e-11)
