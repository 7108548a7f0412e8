"""What a score adds to clinical columns: numbers as R has them, what is found and said, figures fit for a journal.

Not for: the Cox model itself (test_survival.py).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analyses.added_value import AddedValue, added_value
from core.analyses.covariates import build_covariates
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.clinical_factors import find_clinical_factors
from core.data.patients.cohort import Cohort
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.data.tables import ClinicalColumn, Missing
from core.figures.preflight import preflight
from core.jobs import Cancelled, JobContext
from core.problems import UserError
from core.project.study_file import parse_study
from core.statistics.concordance import concordance, linear_predictor
from core.statistics.concordance_change import concordance_change
from core.statistics.cox_model import cox_fit
from core.statistics.risk_prediction import calibrate, cumulative_baseline, event_stratified_folds
from core.statistics.splines import harrell_knots, restricted_cubic_spline
from tests.metabric_causes import metabric, score_of
from tests.survival_data import DATA

SIX = ("age_at_diagnosis", "neoplasm_histologic_grade", "lymph_nodes_examined_positive", "er_status", "tumor_size",
       "her2_status")


@cache
def golden(which: str, gene: str) -> dict[str, float]:
    rows = pd.read_csv(DATA / "golden" / "added_value.csv")
    rows = rows[(rows["set"] == which) & (rows["gene"] == gene)]
    return dict(zip(rows["what"], rows["value"], strict=True))


@cache
def answer(gene: str, her2: bool = False, causes: bool = False, resamples: int = 0) -> AddedValue:
    cohort = metabric(her2, causes)
    rows, score, _ = score_of(cohort, gene.upper())
    found = added_value(cohort, rows, score, resamples=resamples)
    assert found is not None
    return found


@pytest.mark.parametrize("her2", [False, True])
@pytest.mark.parametrize("gene", ["igf1r", "flt3", "egfr"])
def test_that_likelihood_ratio_concordance_and_spline_equal_r(gene: str, her2: bool) -> None:
    found, r = answer(gene, her2), golden("her2pos" if her2 else "all", gene)
    assert (found.n, found.events) == (r["n"], r["events"])
    assert found.test is not None
    assert found.change is not None
    assert found.linearity is not None
    np.testing.assert_allclose([found.coef, found.se], [r["coef"], r["se"]], rtol=1e-8)
    np.testing.assert_allclose(found.test.chi2, r["lr_chi2"], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.linearity.test.chi2, r["nonlinear_chi2"], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose([found.change.smaller, found.change.larger],
                               [r["concordance_clinical"], r["concordance_both"]], rtol=1e-12)
    curve = found.linearity
    for x in (-1.5, -0.5, 1, 2):
        if not curve.x[0] <= x <= curve.x[-1]:
            continue
        assert np.interp(x, curve.x, curve.log_hr) == pytest.approx(r[f"log_hr_{x}"], abs=2e-3)
        half = np.interp(x, curve.x, curve.high - curve.low) / (2 * 1.959963984540054)
        assert half == pytest.approx(r[f"se_{x}"], abs=2e-3)


def test_that_the_basis_spans_the_splines_of_r_and_is_straight_outside() -> None:
    knots = np.array([-1.6, -0.3, 0.4, 1.5])
    x = np.linspace(-3, 3, 121)
    basis = restricted_cubic_spline(x, knots)
    assert basis.shape == (121, 2)
    second = np.diff(basis, 2, axis=0)
    outside = (x[1:-1] < -1.65) | (x[1:-1] > 1.55)
    np.testing.assert_allclose(second[outside], 0.0, atol=1e-12)
    assert np.abs(second[~outside]).max() > 1e-4
    np.testing.assert_array_equal(basis[x <= knots[0]], 0.0)


def test_that_log_hazard_ratios_of_the_spline_equal_r_exactly() -> None:
    found, r = answer("flt3"), golden("all", "flt3")
    cohort = metabric(causes=False)
    covariates = build_covariates(cohort, SIX, ())
    assert found.linearity is not None
    knots = found.linearity.knots
    design = np.column_stack((covariates.design, found.score, restricted_cubic_spline(found.score, knots)))
    model = cox_fit(cohort.time[covariates.rows], cohort.event[covariates.rows], design)
    for x in (-1.5, -0.5, 1, 2):
        row = np.concatenate(([x], (restricted_cubic_spline([x], knots) - restricted_cubic_spline([0.0], knots))[0]))
        assert row @ model.coef[-3:] == pytest.approx(r[f"log_hr_{x}"], rel=1e-7)
        assert np.sqrt(row @ model.cov[-3:, -3:] @ row) == pytest.approx(r[f"se_{x}"], rel=1e-7)


@pytest.mark.parametrize("her2", [False, True])
def test_that_predicted_risk_equals_that_of_survfit(her2: bool) -> None:
    cohort, r = metabric(her2, causes=False), golden("her2pos" if her2 else "all", "egfr")
    covariates = build_covariates(cohort, SIX, ())
    _rows, score, _ = score_of(cohort, "EGFR")
    design = np.column_stack((covariates.design, score[covariates.rows]))
    time, event = cohort.time[covariates.rows], cohort.event[covariates.rows]
    model = cox_fit(time, event, design)
    linear = linear_predictor(design, model.reached)
    risk = 1 - np.exp(-cumulative_baseline(time, event, linear, 120.0) * np.exp(linear[:5]))
    np.testing.assert_allclose(risk, [r[f"risk_{i}"] for i in range(1, 6)], rtol=1e-7)


def test_that_the_six_columns_are_found_by_name_and_genes_are_not_taken_for_them() -> None:
    assert find_clinical_factors(metabric(causes=False)).columns == SIX
    her2 = find_clinical_factors(metabric(True, False))
    assert her2.columns == SIX[:5]
    assert her2.left_out == (("HER2", "her2_status", "one value only"),)


def renamed(cohort: Cohort, **names: str) -> Cohort:
    """The same patients with columns under other names; all others gone."""
    kept = {cohort.endpoint.time, cohort.endpoint.event}
    columns = {name: column for name, column in cohort.clinical.columns.items() if name in kept}
    columns |= {new: replace(cohort.clinical.columns[old], name=new) for new, old in names.items()}
    return replace(cohort, clinical=replace(cohort.clinical, columns=columns))


@pytest.mark.parametrize(("name", "factor"), [
    ("Age", "age"), ("ageAtDiagnosis", "age"), ("AGE_YEARS", "age"), ("tumor stage", ""), ("dosage", ""),
    ("percentage", ""), ("Histologic.Grade", "grade"), ("NHG", "grade"), ("node_status", "nodes"), ("pN", ""),
    ("Lymph nodes positive", "nodes"), ("lymph_nodes_examined", ""), ("ER", "ER"), ("ER.status", "ER"),
    ("er_level", "ER"), ("erlev", "ER"), ("PR", ""), ("her_name", ""), ("tumour size (mm)", "size"),
    ("sample_size", ""), ("HER2 IHC", "HER2"), ("estrogen_receptor_status", "ER")])
def test_that_names_of_labs_are_understood(name: str, factor: str) -> None:
    found = find_clinical_factors(renamed(metabric(causes=False), **{name: "neoplasm_histologic_grade"}))
    assert [each.name for each in found.factors] == ([factor] if factor else [])


def test_that_the_column_is_the_best_named_and_one_that_few_have_is_left_out() -> None:
    cohort = metabric(causes=False)
    both = renamed(cohort, er_status_measured_by_ihc="er_status", er_status="er_status", age="age_at_diagnosis")
    assert find_clinical_factors(both).columns == ("age", "er_status")
    age = both.clinical.columns["age"]
    few = replace(age, missing=dict.fromkeys(range(0, len(age.texts), 2), Missing.BLANK))
    scarce = replace(both, clinical=replace(both.clinical, columns={**both.clinical.columns, "age": few}))
    found = find_clinical_factors(scarce)
    assert found.columns == ("er_status",)
    assert found.left_out == (("age", "age", "known for 952 of 1904 patients only"),)


def test_that_the_words_name_columns_patients_events_and_what_is_not_settled() -> None:
    words = answer("igf1r", resamples=5).words()
    assert words[0].startswith("Beside the score stand age (age_at_diagnosis), grade (neoplasm_histologic_grade)")
    assert "89 patients of 1,904 lack a value" in words[0]
    assert words[1].startswith("That the score adds to them is not settled: likelihood-ratio chi-square 0.2, P = 0.67")
    assert "Harrell's C goes from" in words[2]
    assert words[3].startswith("Calibration by 10 years: slope ")
    assert words[4].startswith("Nothing speaks against a straight line")
    assert all("1,815 patients, 1,041 events" in sentence for sentence in words[1:])
    assert answer("flt3").words()[1].startswith("The score adds to them: likelihood-ratio chi-square 9.6, P = 0.002")


def test_that_other_causes_counted_as_censored_are_said() -> None:
    assert "Other causes count as censored" in answer("egfr", causes=True).words()[-1]
    assert not any("Other causes" in sentence for sentence in answer("egfr").words())


def test_that_tables_have_a_word_for_every_column_and_agree_with_the_answer() -> None:
    found = answer("flt3", resamples=5)
    tables = {table.name: table for table in found.tables()}
    assert list(tables) == ["added_value", "calibration", "linearity", "linearity_curve"]
    for table in tables.values():
        assert set(table.columns) == set(table.describe)
    assert tables["added_value"].n_rows == 1
    assert tables["added_value"].columns["left_out"] == [89]
    assert sum(tables["calibration"].columns["n"]) == 1815
    assert found.change is not None
    assert tables["added_value"].columns["concordance_change"] == [found.change.change_corrected]
    assert tables["added_value"].columns["resamples"] == [5]


@pytest.mark.parametrize("her2", [False, True])
def test_that_the_figures_are_ready_for_a_journal(her2: bool) -> None:
    figures = answer("egfr", her2).figures(badge="Simulated data" if her2 else "")
    assert [figure.name for figure in figures] == ["calibration", "linearity"]
    for figure in figures:
        assert not [(check.title, check.detail) for check in preflight(figure) if not check.passed]


def test_that_without_clinical_columns_it_is_said_and_the_shape_is_still_judged() -> None:
    cohort = renamed(metabric(causes=False))
    rows, score, _ = score_of(cohort, "FLT3")
    found = added_value(cohort, rows, score, resamples=5)
    assert found is not None
    assert found.words()[0].startswith("What the score adds to clinical factors cannot be judged")
    assert (found.test, found.change) == (None, None)
    assert [table.name for table in found.tables()] == ["added_value", "calibration", "linearity", "linearity_curve"]
    assert found.tables()[0].columns["lr_chi2"] == [pytest.approx(float("nan"), nan_ok=True)]


def test_that_named_columns_are_taken_and_a_misspelt_one_is_refused() -> None:
    cohort = metabric(causes=False)
    rows, score, _ = score_of(cohort, "FLT3")
    found = added_value(cohort, rows, score, clinical=("age_at_diagnosis", "er_status"), resamples=0)
    assert found is not None
    assert found.terms == ("age_at_diagnosis", "er_status: Negative v Positive")
    assert found.words()[0] == "Beside the score stand age_at_diagnosis and er_status."
    with pytest.raises(UserError, match="er_statsu"):
        added_value(cohort, rows, score, clinical=("er_statsu",))


def test_that_few_events_per_term_are_said() -> None:
    cohort = metabric(True, False)
    rows, score, _ = score_of(cohort, "EGFR")
    found = added_value(cohort, rows[:70], score[:70], resamples=0)
    assert found is not None
    assert found.events_per_term < 10
    assert "are few (a rule asks for ten per term)" in found.words()[-1]


def sorlie() -> Cohort:
    """GSE4335 as its file is: “na” for missing, and one node stage “x” among numbers."""
    folder = DATA / "cohorts" / "gse4335_sorlie"
    study, problems = parse_study({"format": 1, "dataset": {
        "name": "gse4335", "role": "cohort", "expression": {"file": str(folder / "rtk_expression.csv.gz"),
                                                            "samples": "columns", "scale": "log ratio"},
        "clinical": {"file": str(folder / "clinical.csv"), "id": "sample_id"},
        "endpoint": {"name": "overall survival", "time": "time", "unit": "months", "event": "event",
                     "event_values": [1]}}}, folder / "study.toml")
    assert not problems
    dataset = load_dataset(study.datasets[0], FileShelf(), JobContext())
    return evaluate_cohort(CohortRule("all", "gse4335"), dataset, dataset.endpoints[0])


def test_that_a_single_text_among_numbers_is_missing_and_said() -> None:
    cohort = sorlie()
    rows, score, _ = score_of(cohort, "ERBB2")
    found = added_value(cohort, rows, score, resamples=4)
    assert found is not None
    assert found.terms == ("age", "grade", "node_status", "er_status", "tumor_size")
    assert "“x” of node_status (1 patient) counts as missing." in found.words()[0]
    assert (found.n, found.events) == (110, 38)
    assert found.test is not None
    assert np.isfinite(found.test.chi2)
    assert "38 events for 6 model terms are few" in found.words()[-1]


def test_that_a_handful_of_events_gives_no_calibration_and_no_crash() -> None:
    cohort = metabric(True, False)
    rows, score, _ = score_of(cohort, "EGFR")
    found = added_value(cohort, rows[:12], score[:12], resamples=3)
    assert found is not None
    assert found.calibration is None
    assert "has no finite best fit" in found.words()[1]
    assert [table.name for table in found.tables()] == ["added_value"]
    assert found.figures() == ()
    assert added_value(cohort, rows, np.ones(len(rows))) is None
    assert added_value(replace(cohort, event=np.zeros(len(rows), dtype=bool)), rows, score) is None


def test_that_a_text_column_with_a_rare_value_does_not_break_the_resamples() -> None:
    cohort = metabric(True, False)
    column = cohort.clinical.columns["er_status"]
    two = {cohort.clinical.samples.index(patient) for patient in cohort.patients[:2]}
    texts = tuple("Borderline" if row in two else text for row, text in enumerate(column.texts))
    odd = ClinicalColumn("er_status", texts, column.numbers, column.missing, column.cells, column.place)
    rare = replace(cohort, clinical=replace(cohort.clinical, columns={**cohort.clinical.columns, "er_status": odd}))
    rows, score, _ = score_of(rare, "EGFR")
    found = added_value(rare, rows, score, resamples=6)
    assert found is not None
    assert any("Harrell" in sentence for sentence in found.words())
    assert "“Borderline” of er_status (2 patients) counts as missing." in found.words()[0]
    assert found.change is not None
    assert found.change.resamples == 6


def test_that_order_of_patients_changes_nothing_and_the_seed_repeats() -> None:
    cohort = metabric(True, False)
    rows, score, _ = score_of(cohort, "EGFR")
    turned = np.random.default_rng(2).permutation(len(rows))
    one = added_value(cohort, rows, score, resamples=8)
    other = added_value(cohort, rows[turned], score[turned], resamples=8)
    assert one is not None
    assert other is not None
    assert one.words() == other.words()
    assert one.change == other.change


def test_that_it_can_be_stopped_and_reports() -> None:
    cohort = metabric(True, False)
    rows, score, _ = score_of(cohort, "EGFR")
    heard: list[float] = []
    added_value(cohort, rows, score, JobContext(lambda done, _: heard.append(done)), resamples=10)
    assert len(heard) > 15
    assert heard == sorted(heard)
    job = JobContext()
    job.cancel()
    with pytest.raises(Cancelled):
        added_value(cohort, rows, score, job)


def test_that_optimism_makes_noise_look_better_and_the_correction_takes_it_back() -> None:
    generator = np.random.default_rng(11)
    time, event = generator.exponential(size=120), generator.random(120) < 0.6
    noise = generator.normal(size=(120, 8))
    change = concordance_change(time, event, noise, generator.normal(size=120), resamples=60)
    assert change.resamples == 60
    assert change.larger_corrected < change.larger - 0.02
    assert abs(change.larger_corrected - 0.5) < abs(change.larger - 0.5)
    assert change.low < change.change_corrected < change.high


def test_that_slope_is_near_one_for_a_true_model_and_below_for_an_overfitted_one() -> None:
    generator = np.random.default_rng(7)
    x = generator.normal(size=(600, 1))
    time = generator.exponential(np.exp(-0.8 * x[:, 0]))
    right = calibrate(time, np.ones(600, dtype=bool), x, 0.7)
    assert abs(right.slope - 1) < 2.5 * right.slope_se
    for group in right.groups:
        assert group.low - 0.05 < group.predicted < group.high + 0.05
    small = np.column_stack((x[:60], generator.normal(size=(60, 14))))
    assert calibrate(time[:60], np.ones(60, dtype=bool), small, 0.7).slope < 0.85


def test_that_folds_deal_events_out_evenly() -> None:
    event = np.arange(57) % 3 == 0
    fold = event_stratified_folds(event, 10, 1)
    sizes, events = np.bincount(fold, minlength=10), np.bincount(fold[event], minlength=10)
    assert np.ptp(sizes) <= 1
    assert np.ptp(events) <= 1


def test_that_knots_give_way_where_values_are_tied() -> None:
    assert len(harrell_knots(np.arange(100.0))) == 4
    assert len(harrell_knots(np.repeat([0.0, 1.0, 2.0], 30))) == 3
    assert len(harrell_knots(np.repeat([0.0, 1.0], 30))) == 0
    with pytest.raises(ValueError, match="three knots"):
        restricted_cubic_spline([1.0], [0.0, 1.0])


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.integers(0, 4)), min_size=2, max_size=40))
@settings(max_examples=100, deadline=None)
def test_that_one_column_and_many_have_the_same_concordance(rows: list[tuple[int, bool, int]]) -> None:
    time, event, risk = (np.array(part) for part in zip(*rows, strict=True))
    many = np.column_stack([risk] * 7).astype(float)
    np.testing.assert_array_equal(concordance(time, event, many)[:1], concordance(time, event, risk.astype(float)))
