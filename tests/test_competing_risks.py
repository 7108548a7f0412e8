"""Cumulative incidence, Gray's test and Fine-Gray against R's cmprsk and survival, and against what must hold.

Not for: the analysis that words them (test_competing_answers.py).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.problems import UserError
from core.statistics import fine_gray as fg
from core.statistics.competing_risks import cumulative_incidence, incidence_at
from core.statistics.cox_model import cox_fit
from core.statistics.fine_gray import fine_gray
from core.statistics.gray_test import gray_test
from core.statistics.kaplan_meier import kaplan_meier
from core.statistics.logrank import logrank_test
from tests.survival_data import DATA

GOLDEN = DATA / "golden" / "cmprsk"
CAUSES = ("Living", "Died of Disease", "Died of Other Causes")
GENES = ("egfr", "erbb2", "erbb3", "met", "igf1r")
SETS = ("melanoma", "mgus2", *(f"metabric_{which}_{gene.upper()}" for gene in GENES for which in ("all", "her2pos")))


@cache
def table(name: str) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / f"{name}.csv", dtype={"group": str, "cause": int})


@cache
def competing(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.DataFrame]:
    """Time, cause, group and covariates of one set, as the script of the reference numbers makes them."""
    if name == "melanoma":
        data = pd.read_csv(GOLDEN / "data" / "melanoma.csv")
        cause = data["status"].map({1: 1, 2: 0, 3: 2}).to_numpy()
        return data["time"].to_numpy(float), cause, data["sex"].to_numpy(), \
            data[["sex", "age", "ulcer", "thickness"]].astype(float)
    if name == "mgus2":
        data = pd.read_csv(GOLDEN / "data" / "mgus2.csv")
        male = (data["sex"] == "M").astype(int)
        return data["cr_time"].to_numpy(float), data["cr_status"].to_numpy(), male.to_numpy(), \
            pd.DataFrame({"male": male.astype(float), "age": data["age"].astype(float)})
    _, which, gene = name.split("_")
    data = pd.read_csv(DATA / "cohorts/metabric/metabric_rtk.csv.gz")
    data = data[data["death_from_cancer"].isin(CAUSES)]
    data = data[data["her2_status"] == "Positive"] if which == "her2pos" else data
    x = data[gene.lower()]
    return data["overall_survival_months"].to_numpy(), data["death_from_cancer"].map(CAUSES.index).to_numpy(), \
        (x > x.median()).astype(int).to_numpy(), \
        pd.DataFrame({"rtk_z": (x - x.mean()) / x.std(), "age": data["age_at_diagnosis"]})


@pytest.mark.parametrize("name", SETS)
def test_that_cumulative_incidence_and_its_variance_equal_those_of_cmprsk(name: str) -> None:
    time, cause, group, _ = competing(name)
    rows = table("cuminc")
    rows = rows[rows["set"] == name]
    assert len(rows) == 24
    for (label, of), part in rows.groupby(["group", "cause"]):
        chosen = np.ones(len(time), dtype=bool) if label == "all" else group == int(label)
        found = incidence_at(cumulative_incidence(time[chosen], cause[chosen]), part["time"], of)
        np.testing.assert_allclose(found.incidence, part["cif"], rtol=1e-12)
        np.testing.assert_allclose(found.se**2, part["var"], rtol=1e-10)


@pytest.mark.parametrize("name", SETS)
def test_that_grays_test_equals_that_of_cmprsk(name: str) -> None:
    time, cause, group, _ = competing(name)
    rows = table("gray_test")
    for row in rows[rows["set"] == name].itertuples():
        found = gray_test(time, cause, group, row.cause)
        assert found.df == row.df
        np.testing.assert_allclose(found.chi2, row.gray_chi2, rtol=1e-10)
        np.testing.assert_allclose(found.p, row.p, rtol=1e-6)
        assert found.events.sum() == (cause == row.cause).sum()


@pytest.mark.parametrize("name", SETS)
def test_that_fine_gray_stopped_where_crr_stops_equals_crr(name: str) -> None:
    """crr ends at a gradient below 1e-6 of the likelihood; taken to the same place, every number is the same."""
    time, cause, _, covariates = competing(name)
    whole = covariates.notna().all(axis=1).to_numpy()
    for of in (1, 2):
        rows = table("crr")
        rows = rows[(rows["set"] == name) & (rows["cause"] == of)]
        t, c, x = time[whole], cause[whole], covariates[whole].to_numpy()
        order = np.argsort(t, kind="stable")
        layout = fg._layout(t[order], c[order], of)
        b = np.zeros(x.shape[1])
        while True:
            loglik, score, info = fg._derivatives(layout, x[order], b)
            if (np.abs(score) * np.maximum(np.abs(b), 1)).max() < max(abs(loglik), 1) * 1e-6:
                break
            b = b + np.linalg.solve(info, score)
        np.testing.assert_allclose(b, rows["fg_coef"], rtol=1e-8)
        se = np.sqrt(np.diag(fg._sandwich(layout, x[order], b)))
        np.testing.assert_allclose(se, rows["fg_se"], rtol=1e-8)
        np.testing.assert_allclose(loglik, rows["fg_loglik"], rtol=1e-12)
        converged = fine_gray(t, c, x, of)
        np.testing.assert_allclose(converged.loglik_null, rows["fg_loglik_null"], rtol=1e-12)
        np.testing.assert_allclose(converged.se, rows["fg_se"], rtol=1e-5)
        assert (np.abs(converged.coef - rows["fg_coef"]) < 3e-4 * converged.se).all()
        assert converged.loglik >= loglik - 1e-9 * abs(loglik)


@pytest.mark.parametrize("name", SETS)
def test_that_converged_fine_gray_equals_weighted_cox_of_r(name: str) -> None:
    """survival::finegray parts ties of censorings and events; the data of this comparison have none (converged.R)."""
    time, cause, _, covariates = competing(name)
    whole = covariates.notna().all(axis=1).to_numpy()
    for of in (1, 2):
        rows = table("converged")
        rows = rows[(rows["set"] == name) & (rows["cause"] == of)]
        later = time[whole] + np.where(cause[whole] == 0, 1e-4, 0.0)
        found = fine_gray(later, cause[whole], covariates[whole].to_numpy(), of)
        np.testing.assert_allclose(found.coef, rows["coef"], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", SETS)
def test_that_cause_specific_cox_equals_r(name: str) -> None:
    time, cause, _, covariates = competing(name)
    whole = covariates.notna().all(axis=1).to_numpy()
    for of in (1, 2):
        rows = table("crr")
        rows = rows[(rows["set"] == name) & (rows["cause"] == of)]
        found = cox_fit(time[whole], cause[whole] == of, covariates[whole].to_numpy())
        np.testing.assert_allclose(found.coef, rows["cause_specific_cox_coef"], rtol=1e-8)
        np.testing.assert_allclose(found.se, rows["cause_specific_cox_se"], rtol=1e-8)


def test_that_one_minus_kaplan_meier_is_larger() -> None:
    time, cause, _, _ = competing("mgus2")
    at = [120.0, 240.0]
    found = incidence_at(cumulative_incidence(time, cause), at)
    naive = kaplan_meier(time, cause == 1)
    overstated = 1 - naive.survival[np.searchsorted(naive.time, at, side="right") - 1]
    assert (overstated > found.incidence * 1.2).all()


outcomes = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=60)


@given(outcomes)
@settings(max_examples=150, deadline=None)
def test_that_all_causes_and_the_event_free_add_up_to_one(rows: list[tuple[int, int, int]]) -> None:
    time, cause, _ = np.array(rows).T
    curve = cumulative_incidence(time, cause, 3)
    np.testing.assert_allclose(curve.incidence.sum(axis=1) + curve.event_free, 1.0, atol=1e-12)
    np.testing.assert_allclose(curve.event_free, kaplan_meier(time, cause > 0).survival, atol=1e-12)
    assert (np.diff(curve.incidence, axis=0) >= 0).all()
    assert (curve.events.sum(axis=1) + curve.censored).sum() == len(rows)


@given(outcomes)
@settings(max_examples=150, deadline=None)
def test_that_without_other_causes_incidence_is_one_minus_kaplan_meier(rows: list[tuple[int, int, int]]) -> None:
    time, cause, _ = np.array(rows).T
    event = cause > 0
    np.testing.assert_allclose(cumulative_incidence(time, event.astype(int), 1).incidence[:, 0],
                               1 - kaplan_meier(time, event).survival, atol=1e-12)


@given(outcomes)
@example([(0, 0, 1), (0, 0, 1), (0, 1, 0), *[(0, 1, 1)] * 4, (1, 1, 0), (1, 1, 0)])
@settings(max_examples=100, deadline=None)
def test_that_grays_test_knows_no_order_of_patients_and_no_unit(rows: list[tuple[int, int, int]]) -> None:
    time, cause, group = np.array(rows).T
    found = gray_test(time, cause, group)
    turned = gray_test(time[::-1] * 7.0, cause[::-1], group[::-1])
    np.testing.assert_allclose(turned.chi2, found.chi2, rtol=1e-7, equal_nan=True)
    if np.isfinite(found.chi2):
        assert 0 <= found.p <= 1
        np.testing.assert_allclose(found.score.sum(), 0.0, atol=1e-9)


def test_that_fine_gray_without_other_causes_is_the_cox_model() -> None:
    generator = np.random.default_rng(3)
    x = generator.normal(size=(150, 2))
    time = generator.exponential(np.exp(-0.5 * x[:, 0]))
    event = generator.random(150) < 0.7
    np.testing.assert_allclose(fine_gray(time, event.astype(int), x).coef, cox_fit(time, event, x).coef, rtol=1e-9)


def test_that_grays_score_without_other_causes_is_that_of_the_log_rank_test() -> None:
    time, cause, group, _ = competing("mgus2")
    event = cause > 0
    found, classic = gray_test(time, event.astype(int), group), logrank_test(time, event, group)
    np.testing.assert_allclose(found.score, classic.observed - classic.expected, rtol=1e-9)
    assert found.chi2 == pytest.approx(classic.chi2, rel=0.15)  # the variances are estimated in two ways


def test_that_three_groups_have_two_degrees_and_two_alike_groups_change_nothing_of_one() -> None:
    time, cause, _, covariates = competing("melanoma")
    thirds = np.digitize(covariates["thickness"], [1.0, 3.0])
    assert gray_test(time, cause, thirds).df == 2
    named = gray_test(time, cause, np.array(["thin", "middling", "thick"])[thirds])
    assert named.chi2 == pytest.approx(gray_test(time, cause, thirds).chi2, rel=1e-10)
    assert named.labels == ("middling", "thick", "thin")


def test_that_a_constant_column_and_a_copy_have_no_coefficient() -> None:
    time, cause, _, covariates = competing("melanoma")
    age = covariates["age"].to_numpy()
    found = fine_gray(time, cause, np.column_stack([np.ones_like(age), age, 2 * age]))
    assert np.isnan(found.coef[[0, 2]]).all()
    assert np.isfinite(found.coef[1])
    assert [finding.code for finding in found.findings] == ["dependent_covariate"]


def test_that_separation_and_no_event_give_no_numbers_instead_of_large_ones() -> None:
    time = np.arange(1.0, 21.0)
    apart = fine_gray(time, np.where(time < 6, 1, 0), (time < 6).astype(float))
    assert not apart.converged
    assert np.isnan(apart.coef).all()
    assert [finding.code for finding in apart.findings] == ["no_maximum"]
    nobody = fine_gray(time, np.where(time < 6, 2, 0), np.sin(time))
    assert not nobody.converged
    assert np.isnan(nobody.p).all()
    assert np.isnan(gray_test(time, np.where(time < 6, 2, 0), time < 3).p)


def test_that_a_missing_cause_is_refused() -> None:
    for wrong in ([0, 1, np.nan], [0, 1, -1], [0, 1, 1.5]):
        with pytest.raises(UserError, match="cause"):
            cumulative_incidence([1.0, 2.0, 3.0], wrong)

