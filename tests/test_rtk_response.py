"""Which RTKs go with response: who counts as what, who is left out and why, and what the answer says.

Not for: the statistics themselves (test_logistic.py).
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.analyses.base import Result
from core.analyses.parameters import build_parameters
from core.analyses.rtk_response import Parameters, check, run
from core.analyses.rtk_response_numbers import ResponseNumbers
from core.analyses.rtk_response_words import answer
from core.data.dataset import DatasetSpec
from core.data.patients.sample_set import SampleSet
from core.data.tables import Missing
from core.jobs import JobContext
from core.problems import Location, UserError
from core.project.study_file import read_study
from core.study_runner import StudyRun, load_study, run_analyses
from tests.biopsy_sets import biopsies, drawn, inputs

SHARED = Path(__file__).parents[2] / "shared" / "data"
TRANSNEO = SHARED / "messy_spreadsheets" / "transneo_Supplementary_Tables.xlsx"


def tumours(n: int = 40, genes: int = 6, shift: float = 0.0, *, seed: int = 1, **columns: Any) -> SampleSet:
    """Patients of one sample each; every second one has a pCR, and the first receptor is higher there by ``shift``."""
    before, _ = drawn(n, genes, seed=seed)
    responded = np.arange(n) % 2 == 0
    before[responded, 0] += shift
    both = biopsies(before, before, columns={"pCR": ["pCR" if yes else "RD" for yes in responded], **columns})
    clinical = both.clinical
    assert clinical is not None
    samples = both.samples[0::2]
    return replace(both, samples=samples, spec=DatasetSpec("tumours", "cohort"))


def result_of(samples: SampleSet, **settings: Any) -> Result:
    settings = {"response": "pCR", "positive": ("pCR",), "permutations": 200, **settings}
    return run(inputs(samples), Parameters(**settings), JobContext())


def numbers_of(samples: SampleSet, **settings: Any) -> ResponseNumbers:
    numbers = result_of(samples, **settings).numbers
    assert isinstance(numbers, ResponseNumbers)
    return numbers


def refused(samples: SampleSet, **settings: Any) -> Any:
    with pytest.raises(UserError) as raised:
        run(inputs(samples), Parameters(**settings), JobContext())
    assert [found.code for found in check(inputs(samples), Parameters(**settings))] == [
        problem.code for problem in raised.value.problems]
    return raised.value.problems[0]


def test_that_a_planted_receptor_holds_and_the_others_do_not() -> None:
    result = result_of(tumours(60, 20, 4.0), permutations=500)
    table = result.table("receptors").columns
    assert table["receptor"][0] == "EGFR"
    assert table["p_maxt"][0] < 0.01
    assert table["odds_ratio"][0] > 1
    assert sum(p < 0.05 for p in table["p_maxt"]) == 1
    assert result.findings[0].startswith("High EGFR goes with response.")
    assert list(table)[:12] == ["receptor", "n", "positive", "odds_ratio", "or_low", "or_high", "p", "q_bh", "p_maxt",
                                "auc", "auc_low", "auc_high"]
    assert result.tests_paid_for == 20


def test_that_only_samples_before_treatment_count_and_that_it_is_said() -> None:
    pairs = biopsies(*drawn(12, 5), columns={"pCR": ["yes", "no", "no"] * 4})
    result = result_of(pairs, positive=("yes",))
    numbers = result.numbers
    assert isinstance(numbers, ResponseNumbers)
    assert numbers.sample_names == tuple(f"P{number:02d}_pre" for number in range(1, 13))
    assert numbers.before_only == 12
    assert "only_before_treatment" in [each.code for each in result.warnings]
    assert any("Only samples before treatment count: 12 samples" in words for words in result.findings)
    unnamed = replace(pairs, spec=replace(pairs.spec, layout={}))
    assert numbers_of(unnamed, positive=("yes",)).sample_names == numbers.sample_names


def test_that_a_response_told_in_the_row_after_treatment_is_the_patients() -> None:
    told = ["", "pCR", "", "RD"] * 6
    pairs = biopsies(*drawn(12, 3), columns={"pCR": told})
    assert pairs.clinical is not None
    column = pairs.clinical.columns["pCR"]
    silent = {row: Missing.BLANK for row, text in enumerate(told) if not text}
    columns = {**pairs.clinical.columns, "pCR": replace(column, missing=silent)}
    numbers = numbers_of(replace(pairs, clinical=replace(pairs.clinical, columns=columns)))
    assert numbers.positive.tolist() == [True, False] * 6


def test_that_names_that_somebody_agreed_to_say_which_samples_are_before() -> None:
    """Names that are not clear leave their sample out, and nobody counts with both samples."""
    pairs = biopsies(*drawn(12, 5), columns={"pCR": ["yes", "no", "no"] * 4})
    assert pairs.clinical is not None
    names = ("P1-2", *pairs.samples[1:])
    matrix = replace(pairs.expression[0], samples=names)
    agreed = replace(pairs, samples=names, expression=(matrix,), clinical=replace(pairs.clinical, samples=names),
                     spec=replace(pairs.spec, layout={"pairs": {"from": "names"}}))
    numbers = numbers_of(agreed, positive=("yes",))
    assert numbers.sample_names == tuple(f"P{number:02d}_pre" for number in range(2, 13))
    assert {each.sample: each.reason for each in numbers.left_out if each.sample in names[:2]} == {
        "P1-2": "its name has a second number, which may be a time point or part of the patient",
        "P01_post": "its name says post, and samples before treatment are analysed"}


def test_that_rows_of_one_patient_that_disagree_leave_the_patient_out_with_the_reason() -> None:
    pairs = biopsies(*drawn(8, 3), columns={"pCR": ["pCR", "RD"] + ["pCR", "pCR", "RD", "RD"] * 3 + ["RD", "RD"]})
    numbers = numbers_of(pairs)
    assert "P01" not in numbers.patients
    assert any("disagree" in each.reason for each in numbers.left_out)


def test_that_a_missing_response_names_the_columns_that_look_like_one() -> None:
    problem = refused(tumours(RCB_class=["0", "I"] * 20, smarcb1=["1", "2"] * 20))
    assert "smarcb1" not in problem.remedy
    assert problem.code == "no_response"
    assert "“pCR”" in problem.remedy
    assert "“RCB_class”" in problem.remedy
    assert problem.answer_key == "response"


def test_that_an_ordered_response_needs_the_values_that_mean_response() -> None:
    samples = tumours(RCB_class=["0", "I", "II", "III"] * 10)
    problem = refused(samples, response="RCB_class")
    assert problem.code == "which_values_respond"
    assert "“II” (" in problem.what
    numbers = numbers_of(samples, response="RCB_class", positive=("0", "I"))
    assert numbers.positive.sum() == 20
    assert numbers.negative_words == "II or III"


def test_that_the_value_proposed_is_the_one_that_reads_like_a_response() -> None:
    assert 'positive = ["pCR"]' in refused(tumours(), response="pCR").remedy


def test_that_a_measured_number_is_no_response() -> None:
    assert refused(tumours(RCB_score=list(range(40))), response="RCB_score").code == "which_values_respond"


def test_that_misspelled_values_and_columns_are_refused_with_the_nearest() -> None:
    assert refused(tumours(), response="pCRR", positive=("pCR",)).code == "no_column"
    problem = refused(tumours(), response="pCR", positive=("pRC",))
    assert problem.code == "value_nobody_has"
    assert "pCR" in problem.remedy
    partly = result_of(tumours(), positive=("pCR", "RCB-0"))
    assert "value_nobody_has" in [each.code for each in partly.warnings]


def test_that_one_response_only_and_no_clinical_table_are_refused() -> None:
    assert refused(tumours(), response="pCR", positive=("pCR", "RD")).code == "one_response"
    assert refused(replace(tumours(), clinical=None)).code == "no_clinical"


def test_that_numbers_are_values_as_text_is() -> None:
    assert numbers_of(tumours(responded=[1, 0] * 20), response="responded", positive=("1.0",)).positive.sum() == 20


def test_that_a_study_file_may_write_values_as_numbers_or_words() -> None:
    for written in ([1], 1, 1.0, "1", ["1"]):
        assert build_parameters(Parameters, {"positive": written}, Location()).positive == ("1",)
    assert build_parameters(Parameters, {"positive": [True, "pCR "]}, Location()).positive == ("true", "pCR")
    with pytest.raises(UserError):
        build_parameters(Parameters, {"positive": [{"a": 1}]}, Location())


def test_that_a_receptor_that_separates_has_no_ratio_but_a_corrected_p_and_firths_estimate() -> None:
    result = result_of(tumours(14, 4, 100.0), permutations=500)
    table = result.table("receptors").columns
    assert table["receptor"][0] == "EGFR"
    assert np.isnan(table["odds_ratio"][0])
    assert np.isfinite(table["or_low"][0])
    assert np.isnan(table["or_high"][0])
    assert table["separated"][0]
    assert table["p_maxt"][0] < 0.05
    assert np.isfinite(table["firth_or"][0])
    assert "responses_separated" in [each.code for each in result.warnings]
    assert "no finite OR" in result.findings[0]


def test_that_covariates_enter_every_row_and_who_lacks_them_is_left_out() -> None:
    samples = tumours(grade=["2", "3", "3", "1"] * 10)
    assert samples.clinical is not None
    columns = {**samples.clinical.columns,
               "grade": replace(samples.clinical.columns["grade"], missing={0: Missing.BLANK, 1: Missing.BLANK})}
    numbers = numbers_of(replace(samples, clinical=replace(samples.clinical, columns=columns)), adjust=("grade",))
    assert numbers.adjusted == ("grade",)
    assert set(numbers.n.tolist()) == {39}
    assert refused(tumours(), response="pCR", positive=("pCR",), adjust=("pCR",)).code == "outcome_as_covariate"


def test_that_zero_shuffles_leave_the_corrected_p_empty_and_count_the_tests_as_not_paid_for() -> None:
    result = result_of(tumours(), permutations=0)
    assert np.isnan(result.table("receptors").columns["p_maxt"]).all()
    assert (result.tests_paid_for, result.tests_not_paid_for) == (0, 6)
    numbers = result.numbers
    assert isinstance(numbers, ResponseNumbers)
    assert answer(numbers).sentence == "No answer without correction."


def test_that_few_patients_cannot_answer_and_the_answer_says_what_could_show() -> None:
    few = answer(numbers_of(tumours(12, 30)))
    assert few.sentence == "12 patients cannot answer this."
    assert few.state == "unsure"
    assert answer(numbers_of(tumours(200, 5))).state == "nothing"
    assert answer(numbers_of(tumours(60, 5, 5.0))).state == "ok"


def test_that_missing_and_constant_receptors_keep_their_rows() -> None:
    samples = tumours()
    values = samples.expression[0].values.copy()
    values[:10, 1] = np.nan
    values[:, 2] = 4.0
    values[:, 3] = np.nan
    table = result_of(replace(samples, expression=(replace(samples.expression[0], values=values),))).table("receptors")
    rows = {name: place for place, name in enumerate(table.columns["receptor"])}
    assert len(rows) == 6
    assert table.columns["n"][rows["ERBB2"]] == 35
    assert np.isnan(table.columns["p"][rows["ERBB3"]])
    assert table.columns["n"][rows["ERBB4"]] == 0


@pytest.mark.skipif(not TRANSNEO.exists(), reason="the TransNEO workbook stays where it is")
def test_that_the_transneo_workbook_runs_headless(tmp_path: Path) -> None:
    """Of its sheets only table 4 holds values of genes per patient (ERBB2, ESR1, PGR); 18 patients are HER2-positive."""
    table = f'file = "{TRANSNEO}", sheet = "Supplementary Table 4", id = "Donor.ID"'
    (tmp_path / "study.toml").write_text(f'''format = 1
name = "TransNEO"
[[dataset]]
name = "transneo"
role = "cohort"
expression = {{ {table}, samples = "rows" }}
clinical = {{ {table} }}
[dataset.answers]
genes = {{ "ERBB2.log2.tpm" = "ERBB2", "ESR1.log2.tpm" = "ESR1", "PGR.log2.tpm" = "PGR" }}
[[cohort]]
name = "her2"
dataset = "transneo"
keep = [{{ column = "HER2.status", in = ["POS"] }}]
[[analysis]]
kind = "rtk_response"
parameters = {{ response = "RCB.category", positive = ["pCR"], permutations = 500 }}
''', encoding="utf-8")
    study: StudyRun = load_study(read_study(tmp_path / "study.toml"), JobContext())
    run_analyses(study, JobContext())
    assert not study.failed, [problem.line() for problem in study.problems]
    row = {name: values[0] for name, values in study.results[0].table("receptors").columns.items()}
    assert (row["receptor"], row["n"], row["positive"]) == ("ERBB2", 18, 11)
    assert row["odds_ratio"] == pytest.approx(2.8047, abs=1e-3)
    assert row["or_low"] < 1 < row["or_high"]


def test_that_figures_say_of_which_data_set_the_samples_are() -> None:
    samples = replace(tumours(60, 20, 4.0), name="all", dataset="lab")
    forest, boxes = result_of(samples).figures[:2]
    assert forest.title.endswith("Samples of “lab”")
    assert boxes.title.endswith("Samples of “lab”")
