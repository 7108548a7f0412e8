"""Cox models, score tests, concordance and proportional hazards against R, by brute force, at the edges."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.jobs import Cancelled, JobContext
from core.problems import UserError
from core.statistics.concordance import concordance, linear_predictor
from core.statistics.cox import cox_score_test, cox_univariate, score_vector_and_information
from core.statistics.cox_model import CoxModel, cox_fit
from core.statistics.power import detectable_hazard_ratio, equivalence_verdict
from core.statistics.proportional_hazards import ph_test, ph_test_model
from core.statistics.survival import cox_multivariable
from tests.survival_data import COHORTS, DATA, classic, close, cohort, golden, textbook, z_scores

# R data set aml (Miles 1997): 9+ means censored.
AML_TIME = np.array([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45.0])
AML_EVENT = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]) == 1
AML_NOT_MAINTAINED = np.repeat([0.0, 1.0], [11, 12])


# ---- equal to R --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", COHORTS)
def test_that_univariate_cox_equals_coxph(name: str) -> None:
    patients, r = cohort(name), golden("cox_univariate", name)
    fit = cox_univariate(patients.time, patients.event, patients.z)
    assert fit.converged.all()
    close(fit.coef, r["coef_per_sd"], 1e-7)
    close(fit.se, r["se_per_sd"], 1e-7)
    close(fit.p, r["p_wald"], 1e-7)
    np.testing.assert_allclose(fit.score_chi2, r["score_chi2"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(fit.lrt_chi2, r["lrt_chi2"], rtol=0, atol=1e-9)
    close(concordance(patients.time, patients.event, fit.coef * patients.z), r["concordance"], 1e-12)


@pytest.mark.parametrize("name", COHORTS)
def test_that_coefficients_are_per_unit_of_the_column(name: str) -> None:
    patients, r = cohort(name), golden("cox_univariate", name)
    fit = cox_univariate(patients.time, patients.event, patients.x)
    close(fit.coef, r["coef_per_unit"], 1e-7)
    close(fit.se, r["se_per_unit"], 1e-7)


@pytest.mark.parametrize("name", COHORTS)
def test_that_score_tests_equal_coxph_one_by_one_and_from_the_matrix(name: str) -> None:
    patients, r = cohort(name), golden("cox_univariate", name)
    chi2, z = cox_score_test(patients.time, patients.event, patients.z)
    np.testing.assert_allclose(chi2, r["score_chi2"], rtol=0, atol=1e-9)
    assert (np.sign(z) == np.sign(r["coef_per_sd"])).all()
    u, v = score_vector_and_information(patients.time, patients.event, patients.z)
    np.testing.assert_allclose(u**2 / np.diag(v), r["score_chi2"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", COHORTS)
def test_that_the_score_test_of_any_set_follows_from_the_score_vector_and_the_information(name: str) -> None:
    patients, r = cohort(name), golden("rtk_subsets", name)
    u, v = score_vector_and_information(patients.time, patients.event, patients.z)
    for _, row in r.iterrows():
        members = [patients.receptors.index(gene) for gene in row["members"].split("+")]
        chi2 = u[members].sum() ** 2 / v[np.ix_(members, members)].sum()
        assert chi2 == pytest.approx(row["score_chi2"], abs=1e-9)


@pytest.mark.parametrize("transform", ["km", "rank", "identity", "log"])
@pytest.mark.parametrize("name", COHORTS)
def test_that_the_proportional_hazards_test_equals_cox_zph(name: str, transform: str) -> None:
    patients = cohort(name)
    r = golden("ph_test", name).query("transform == @transform")
    assert len(r) == len(patients.receptors)
    fit = cox_univariate(patients.time, patients.event, patients.z)
    test = ph_test(patients.time, patients.event, patients.z, fit.coef, transform=transform)  # type: ignore[arg-type]
    close(test.chisq, r["chisq"], 1e-7)
    np.testing.assert_allclose(test.p, r["p"], rtol=1e-5)


def _adjusted(name: str, gene: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Time, event and design (receptor z first) of the complete cases, z made among them."""
    patients = cohort(name)
    whole = patients.covariates.notna().all(axis=1).to_numpy()
    z = z_scores(patients.x[whole, patients.receptors.index(gene)])
    design = np.column_stack([z, patients.covariates[whole].to_numpy(dtype=float)])
    return patients.time[whole], patients.event[whole], design


def _equals_r(model: CoxModel, r: pd.DataFrame) -> None:
    assert model.converged
    close(model.coef, r["coef"], 1e-7)
    close(model.se, r["se"], 1e-7)
    close(model.p, r["p"], 1e-7)
    row = r.iloc[0]
    assert model.loglik_null == pytest.approx(row["loglik_null"], rel=1e-12)
    assert model.loglik == pytest.approx(row["loglik_fit"], rel=1e-12)


@pytest.mark.parametrize("fit", [cox_fit, cox_multivariable])
@pytest.mark.parametrize("name", COHORTS)
def test_that_adjusted_models_equal_coxph(name: str, fit: Callable[..., CoxModel]) -> None:
    table = golden("cox_multivariable", name)
    # lifelines takes 0.2 s for 1,900 patients: three receptors of each cohort through its door, all through ours.
    genes = table["gene"].unique() if fit is cox_fit else table["gene"].unique()[:3]
    for gene in genes:
        r = table[table["gene"] == gene]
        time, event, design = _adjusted(name, gene)
        assert len(time) == r["n"].iloc[0]
        model = fit(time, event, design)
        _equals_r(model, r)
        assert model.score_chi2 == pytest.approx(r["model_score_chi2"].iloc[0], abs=1e-9)
        assert model.lrt_chi2 == pytest.approx(r["model_lrt_chi2"].iloc[0], abs=1e-9)
        zph = ph_test_model(time, event, design, model.coef)
        np.testing.assert_allclose(zph.p, r["zph_km_term_p"], rtol=1e-5)
        assert zph.global_p == pytest.approx(r["zph_km_global_p"].iloc[0], rel=1e-5)
        c = concordance(time, event, linear_predictor(design, model.coef))
        assert c[0] == pytest.approx(r["concordance"].iloc[0], rel=1e-7)


def _textbook_models() -> list[tuple[str, str]]:
    table = classic("cox")
    return sorted(set(zip(table["set"], table["formula"])))


def _design(name: str, formula: str) -> tuple[pd.DataFrame, list[str], np.ndarray | None]:  # type: ignore[type-arg]
    """Complete rows, column names in R's order, strata codes."""
    right = re.sub(r"\s+", " ", formula.split("~")[1])
    stratum = re.search(r"strata\((.+?)\)", right)
    terms = [term.strip() for term in right.split("+") if "strata" not in term]
    table = textbook(name)
    columns = [column for term in terms for column in
               ([f"celltype{cell}" for cell in ("smallcell", "adeno", "large")] if term == "celltype" else [term])]
    if stratum:
        table = table.assign(stratum=pd.factorize(table[stratum[1]])[0])
        columns_needed = [*columns, "stratum"]
    else:
        columns_needed = columns
    table = table.dropna(subset=columns_needed)
    return table, columns, table["stratum"].to_numpy() if stratum else None


@pytest.mark.parametrize(("name", "formula"), _textbook_models())
def test_that_textbook_models_equal_coxph_and_cox_zph(name: str, formula: str) -> None:
    table, columns, strata = _design(name, formula)
    r = classic("cox").query("set == @name and formula == @formula").set_index("term").loc[columns]
    time, event, design = table["time"].to_numpy(), table["event"].to_numpy(), table[columns].to_numpy(dtype=float)
    model = cox_multivariable(time, event, design, strata)
    _equals_r(model, r)
    assert model.score_chi2 == pytest.approx(r["score_chi2"].iloc[0], rel=1e-9)
    assert concordance(time, event, linear_predictor(design, model.coef), strata)[0] == pytest.approx(r["concordance"].iloc[0], rel=1e-7)
    for transform in ("km", "rank", "identity", "log"):
        zph = classic("zph").query("set == @name and formula == @formula and transform == @transform")
        ours = ph_test_model(time, event, design, model.coef, strata, transform)  # type: ignore[arg-type]
        close(ours.chisq, zph.set_index("term").loc[columns, "chisq"], 1e-6)
        assert ours.global_chisq == pytest.approx(zph.set_index("term").loc["GLOBAL", "chisq"], rel=1e-6)
    if len(columns) == 1:
        single = cox_univariate(time, event, design, strata)
        close([single.coef[0], single.se[0]], [r["coef"].iloc[0], r["se"].iloc[0]], 1e-7)


def test_that_stratified_columns_agree_with_the_stratified_model() -> None:
    patients = cohort("metabric/her2pos_os")
    er = patients.covariates["er_positive"].to_numpy()
    fit = cox_univariate(patients.time, patients.event, patients.z, strata=er)
    u, v = score_vector_and_information(patients.time, patients.event, patients.z, strata=er)
    np.testing.assert_allclose(u**2 / np.diag(v), fit.score_chi2, rtol=1e-11)
    for column in range(3):
        model = cox_fit(patients.time, patients.event, patients.z[:, [column]], strata=er)
        assert fit.coef[column] == pytest.approx(model.coef[0], rel=1e-10)
        assert fit.se[column] == pytest.approx(model.se[0], rel=1e-8)
        assert fit.score_chi2[column] == pytest.approx(model.score_chi2, rel=1e-10)
        assert fit.lrt_chi2[column] == pytest.approx(model.lrt_chi2, rel=1e-9)


def test_that_the_aml_example_gives_the_published_coefficient() -> None:
    """R, survival::aml, Efron: 0.9155, se 0.5119 (Breslow would be 0.9042)."""
    fit = cox_univariate(AML_TIME, AML_EVENT, AML_NOT_MAINTAINED)
    assert fit.coef[0] == pytest.approx(0.915532575014718, rel=1e-9)
    assert fit.se[0] == pytest.approx(0.511934275172005, rel=1e-9)


# ---- by brute force ----------------------------------------------------------------------------------------

def test_that_efron_with_heavy_ties_agrees_with_its_definition() -> None:
    """Log likelihood, score and information summed death by death, in a cohort with four distinct times."""
    generator = np.random.default_rng(11)
    time, event = generator.integers(0, 4, 40).astype(float), generator.random(40) < 0.6
    x = generator.normal(size=(40, 1))
    fit = cox_univariate(time, event, x)

    def derivatives(b: float) -> tuple[float, float, float]:
        loglik = score = info = 0.0
        for moment in np.unique(time[event]):
            at_risk, dying = time >= moment, (time == moment) & event
            w = np.exp(b * x[:, 0])
            for number in range(dying.sum()):
                part = w * at_risk - number / dying.sum() * w * dying
                mean = (part * x[:, 0]).sum() / part.sum()
                loglik -= np.log(part.sum())
                score -= mean
                info += (part * x[:, 0] ** 2).sum() / part.sum() - mean**2
            loglik += b * x[dying, 0].sum()
            score += x[dying, 0].sum()
        return loglik, score, info

    loglik, score, info = derivatives(float(fit.coef[0]))
    assert abs(score) < 1e-12
    assert fit.se[0] == pytest.approx(info**-0.5, rel=1e-9)
    null, score_null, info_null = derivatives(0.0)
    assert fit.score_chi2[0] == pytest.approx(score_null**2 / info_null, rel=1e-12)
    assert fit.lrt_chi2[0] == pytest.approx(2 * (loglik - null), rel=1e-9)


def test_that_concordance_counts_pairs_as_defined() -> None:
    generator = np.random.default_rng(3)
    time, event = generator.integers(1, 9, 30).astype(float), generator.random(30) < 0.5
    risk, strata = np.round(generator.normal(size=30), 1), generator.integers(0, 2, 30)
    for groups in (np.zeros(30, dtype=int), strata):
        good = pairs = 0.0
        for i in range(30):
            for j in range(30):
                outlived = time[j] > time[i] or (time[j] == time[i] and not event[j])
                if i != j and event[i] and outlived and groups[i] == groups[j]:
                    pairs += 1
                    good += 1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0
        assert concordance(time, event, risk, groups)[0] == pytest.approx(good / pairs, rel=1e-14)


# ---- edges -------------------------------------------------------------------------------------------------

def test_that_without_events_nothing_is_estimated() -> None:
    fit = cox_univariate([1, 2, 3], [0, 0, 0], [[1.0], [2.0], [4.0]])
    assert np.isnan([fit.coef[0], fit.se[0], fit.p[0], fit.score_chi2[0]]).all()
    assert not fit.converged[0]
    assert np.isnan(cox_score_test([1, 2, 3], [0, 0, 0], [1.0, 2.0, 4.0])[0]).all()
    assert np.isnan(concordance([1, 2, 3], [0, 0, 0], [1.0, 2.0, 4.0])).all()
    assert not cox_fit([1, 2, 3], [0, 0, 0], [1.0, 2.0, 4.0]).converged
    assert not cox_multivariable([1, 2, 3], [0, 0, 0], [1.0, 2.0, 4.0]).converged


def test_that_one_patient_or_none_gives_empty_numbers_and_no_fault() -> None:
    for n in (0, 1):
        fit = cox_univariate(np.ones(n), np.ones(n, dtype=bool), np.ones((n, 2)))
        assert np.isnan(fit.coef).all()
        assert np.isnan(concordance(np.ones(n), np.ones(n, dtype=bool), np.ones((n, 2)))).all()


def test_that_a_constant_receptor_is_empty_and_leaves_the_others_alone() -> None:
    patients = cohort("metabric/her2pos_os")
    with_constant = np.column_stack([np.full(len(patients.time), 0.1), patients.z[:, :2]])
    fit = cox_univariate(patients.time, patients.event, with_constant)
    assert np.isnan([fit.coef[0], fit.se[0], fit.z[0], fit.p[0], fit.score_chi2[0], fit.lrt_chi2[0]]).all()
    close(fit.coef[1:], golden("cox_univariate", patients.name)["coef_per_sd"][:2], 1e-7)


def test_that_perfect_separation_is_flagged_instead_of_estimated() -> None:
    time, event = np.arange(1.0, 21), np.arange(20) < 10
    fit = cox_univariate(time, event, (-time)[:, None])
    assert not fit.converged[0]
    assert np.isnan([fit.coef[0], fit.se[0], fit.p[0]]).all()
    assert fit.score_chi2[0] > 10
    model = cox_fit(time, event, -time)
    assert not model.converged
    assert [finding.code for finding in model.findings] == ["no_maximum"]


def test_that_a_receptor_high_in_one_early_death_still_converges() -> None:
    """A single outlier 40 SD out makes the first Newton step far too long in one direction or the other."""
    generator = np.random.default_rng(2)
    time, event = np.sort(generator.exponential(50, 300)), np.ones(300, dtype=bool)
    x = generator.normal(size=300)
    x[20] = 400.0
    fit = cox_univariate(time, event, x)
    model = cox_fit(time, event, x)
    assert fit.converged[0]
    assert fit.coef[0] == pytest.approx(model.coef[0], rel=1e-9)


def test_that_a_copied_covariate_is_left_out_and_said() -> None:
    patients = cohort("metabric/her2pos_os")
    design = np.column_stack([patients.z[:, 0], patients.z[:, 1], patients.z[:, 0] - 2 * patients.z[:, 1]])
    for fit in (cox_fit, cox_multivariable):
        model = fit(patients.time, patients.event, design)
        assert np.isnan(model.coef[2])
        assert "dependent_covariate" in [finding.code for finding in model.findings]
        assert np.isfinite(model.coef[:2]).all()


def test_that_what_lifelines_warns_of_becomes_a_finding_about_the_named_covariate() -> None:
    generator = np.random.default_rng(0)
    time, event = generator.exponential(size=60), np.arange(60) % 3 == 0
    design = np.column_stack([generator.normal(size=60), np.arange(60) % 3 == 1])
    model = cox_multivariable(time, event, design, names=["EGFR", "rare mutation"])
    assert [finding.code for finding in model.findings] == ["no_maximum", "doubtful_fit"]
    assert "rare mutation" in model.findings[1].why
    assert ">>>" not in model.findings[1].why


def test_that_both_doors_agree_on_small_cohorts_with_ties() -> None:
    generator = np.random.default_rng(0)
    for _ in range(40):
        n = int(generator.integers(4, 40))
        time, event = generator.integers(0, 30, n).astype(float), generator.random(n) < 0.5
        design = np.column_stack([generator.normal(size=n), generator.integers(0, 2, n), np.full(n, 0.1)])
        through, own = cox_multivariable(time, event, design), cox_fit(time, event, design)
        assert through.converged == own.converged
        np.testing.assert_allclose(through.coef, own.coef, rtol=1e-8, atol=1e-10)


def test_that_one_column_and_a_model_of_one_column_agree_also_on_when_to_give_up() -> None:
    """600 tiny cohorts with ties, outliers and few values: coefficients equal, and the same ones have no maximum."""
    generator, given_up = np.random.default_rng(0), 0
    for number in range(200):
        n = int(generator.integers(2, 25))
        time, event = generator.integers(0, 10, n).astype(float), generator.random(n) < 0.5
        x = np.round(generator.standard_t(1.5, size=(n, 3)), number % 3)
        fit = cox_univariate(time, event, x)
        for column in range(3):
            model = cox_fit(time, event, x[:, column])
            assert fit.converged[column] == model.converged
            np.testing.assert_allclose(fit.coef[column], model.coef[0], rtol=1e-7, atol=1e-9)
            given_up += not model.converged
    assert 50 < given_up < 300


@pytest.mark.parametrize(("time", "event", "x", "code"), [
    ([1, np.nan], [1, 0], [1, 2], "missing_time"),
    ([1, np.inf], [1, 0], [1, 2], "missing_time"),
    ([1, -2], [1, 0], [1, 2], "negative_time"),
    ([1, 2], [1, np.nan], [1, 2], "missing_event"),
    ([1, 2], [1, 2], [1, 2], "missing_event"),
    ([1, 2], [1, 0], [1, np.nan], "missing_value"),
    ([1, 2], [1, 0], [1, np.inf], "missing_value"),
])
def test_that_missing_numbers_are_refused_by_name(time: list[float], event: list[float], x: list[float],
                                                  code: str) -> None:
    with pytest.raises(UserError) as refused:
        cox_univariate(time, event, x)
    assert refused.value.problems[0].code == code


def test_that_lengths_that_differ_are_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="one length"):
        cox_univariate([1, 2], [1], [1, 2])
    with pytest.raises(ValueError, match="patients"):
        cox_univariate([1, 2], [1, 0], [1, 2, 3])


def test_that_a_censored_patient_at_time_zero_changes_nothing() -> None:
    patients = cohort("metabric/her2pos_os")
    fit = cox_univariate(patients.time, patients.event, patients.x[:, 0])
    more = cox_univariate(np.append(patients.time, 0.0), np.append(patients.event, False),
                          np.append(patients.x[:, 0], 3.0))
    assert more.coef[0] == pytest.approx(fit.coef[0], rel=1e-11)


# ---- invariance --------------------------------------------------------------------------------------------

def test_that_neither_the_order_of_patients_nor_the_unit_of_time_matters() -> None:
    patients = cohort("gse4335/all")
    shuffle = np.random.default_rng(4).permutation(len(patients.time))
    here = cox_univariate(patients.time, patients.event, patients.z)
    there = cox_univariate(patients.time[shuffle] * 30.4375, patients.event[shuffle], patients.z[shuffle])
    for ours, theirs in ((here.coef, there.coef), (here.se, there.se), (here.score_chi2, there.score_chi2)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    np.testing.assert_allclose(concordance(patients.time, patients.event, patients.z),
                               concordance(patients.time[shuffle] / 12, patients.event[shuffle], patients.z[shuffle]),
                               rtol=1e-14)
    # A transform by "km" knows only the order of the times.
    ph_here = ph_test(patients.time, patients.event, patients.z, here.coef)
    ph_there = ph_test(patients.time[shuffle] * 7, patients.event[shuffle], patients.z[shuffle], here.coef)
    np.testing.assert_allclose(ph_here.chisq, ph_there.chisq, rtol=1e-9)


def test_that_months_computed_from_days_keep_their_ties() -> None:
    """0.1 + 0.2 is not 0.3 in a spreadsheet either; R's aeqSurv ties such times, and so do we."""
    time = np.array([0.3, 0.1 + 0.2, 5.0, 6.0, 7.0])
    event, x = np.array([True, True, False, True, False]), np.array([1.0, 0.2, 0.5, 0.9, 0.1])
    exact = cox_univariate([0.3, 0.3, 5, 6, 7], event, x)
    assert cox_univariate(time, event, x).coef[0] == exact.coef[0]


def test_that_a_column_is_the_same_alone_and_among_thousands() -> None:
    generator = np.random.default_rng(8)
    time, event = np.round(generator.exponential(30, 90)), generator.random(90) < 0.6
    x = generator.normal(size=(90, 700))
    fit = cox_univariate(time, event, x)
    for column in (0, 511, 512, 699):
        alone = cox_univariate(time, event, x[:, column])
        assert fit.coef[column] == pytest.approx(alone.coef[0], rel=1e-12)


def test_that_a_running_regression_can_be_stopped() -> None:
    job = JobContext()
    job.cancel()
    with pytest.raises(Cancelled):
        cox_univariate([1, 2, 3], [1, 1, 0], [1.0, 3.0, 2.0], job=job)


# ---- power and equivalence ---------------------------------------------------------------------------------

def test_that_the_detectable_hazard_ratio_is_that_of_hsieh_and_lavori() -> None:
    """One test at 5 % and 80 %: (1.959964 + 0.841621)^2 = 7.848879 = D log(HR)^2."""
    assert detectable_hazard_ratio(100, 1) == pytest.approx(np.exp(np.sqrt(7.848879734349088 / 100)), rel=1e-12)
    # Bonferroni over 58: qnorm(1 - 0.05 / 116) + qnorm(0.8) in R.
    assert np.log(detectable_hazard_ratio(87, 58)) * np.sqrt(87) == pytest.approx(4.17367726853486, rel=1e-12)
    assert np.isnan(detectable_hazard_ratio(0, 58))


def test_that_matters_little_needs_the_whole_interval_inside_the_margin() -> None:
    se, half = 0.1, 1.6448536269514722 * 0.1  # qnorm(0.95) standard errors
    highest, lowest = np.log(1.33) - half, np.log(0.75) + half
    coef = np.array([highest - 1e-9, highest + 1e-9, lowest + 1e-9, lowest - 1e-9, np.nan])
    assert equivalence_verdict(coef, np.full(5, se)).tolist() == [True, False, True, False, False]
    assert equivalence_verdict([0.0], [np.nan]).tolist() == [False]


# ---- one door ----------------------------------------------------------------------------------------------

def test_that_lifelines_and_scipy_are_not_loaded_before_they_are_needed() -> None:
    script = ("import sys; import core.statistics.survival, core.statistics.resampling, core.statistics.cutpoints, "
              "core.statistics.cutpoint_permutation, core.statistics.rmst, core.statistics.power; "
              "print([m for m in ('lifelines', 'scipy', 'pandas') if m in sys.modules])")
    heard = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                           cwd=DATA.parents[1])
    assert heard.stdout.strip() == "[]"


def test_that_patients_with_the_same_covariates_have_the_same_bits_wherever_they_stand() -> None:
    rng = np.random.default_rng(2)
    rows = np.column_stack([rng.integers(0, 2, 40), rng.integers(1, 10, 40) * 10.1, rng.normal(size=40).round(1)])
    coef = np.array([0.3219, -0.0386, 1.7])
    for order in (np.arange(40), rng.permutation(40)):
        for layout in (np.ascontiguousarray, np.asfortranarray):
            found = linear_predictor(layout(np.repeat(rows[order], 3, axis=0)), coef)
            assert (found[0::3] == found[1::3]).all()
            assert (found[::3] == linear_predictor(rows, coef)[order]).all()
