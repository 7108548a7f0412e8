"""The analysis of biopsy pairs: the contract's table, R's numbers, few pairs, holes, plates, responders, one score."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.analyses.base import Result, SampleInputs
from core.analyses.paired_biopsies import Parameters, check, run
from core.analyses.paired_biopsies_numbers import PairedNumbers
from core.analyses.paired_biopsies_words import answer
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_samples import evaluate_samples
from core.data.patients.sample_set import SampleSet
from core.data.tables import Scale
from core.jobs import JobContext
from core.problems import UserError
from core.project.study_file import read_study
from tests.biopsy_sets import biopsies, drawn, inputs

GOLDEN = Path(__file__).parent / "data" / "golden_paired"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "paired"
Floats = NDArray[np.float64]

CONTRACT = ["receptor", "n_pairs", "mean_change", "median_change", "change_low", "change_high", "t", "p_t",
            "moderated_t", "p_moderated", "w", "p_wilcoxon", "q_bh", "p_maxt", "up", "down"]


def result_of(samples: SampleSet, **asked: Any) -> Result:
    return run(inputs(samples), Parameters(**asked))


def numbers_of(result: Result) -> PairedNumbers:
    assert isinstance(result.numbers, PairedNumbers)
    return result.numbers


def codes(result: Result) -> set[str]:
    return {problem.code for problem in result.warnings}


def from_files(folder: Path, study: str) -> SampleSet:
    (folder / "study.toml").write_text(study, encoding="utf-8")
    dataset = load_dataset(read_study(folder / "study.toml").datasets[0], FileShelf(), JobContext())
    assert not dataset.unusable
    return evaluate_samples(CohortRule("all", dataset.name), dataset)


def golden(name: str, key: str, receptors: list[str], gene: str) -> Floats:
    with open(GOLDEN / name, encoding="utf-8", newline="") as handle:
        rows = {row[gene]: row[key] for row in csv.DictReader(handle)}
    return np.array([float(rows[each]) if rows.get(each, "") not in ("", "NA") else np.nan for each in receptors])


TCGA = """
format = 1
name = "tumour and normal"
[[dataset]]
name = "her2"
role = "biopsies"
expression = { file = "EXPRESSION", samples = "columns", scale = "log2" }
clinical = { file = "CLINICAL", id = "sample" }
pairs = { patient = "subject", time_point = "group", before = "normal", after = "tumor" }
"""
BONE = """
format = 1
name = "bone metastases"
[[dataset]]
name = "bone"
role = "biopsies"
expression = { file = "EXPRESSION", id = "hgnc_symbol", scale = "counts" }
clinical = { file = "CLINICAL", id = "Sample" }
pairs = { patient = "Patient", time_point = "Tumor", before = "primary", after = "metastasis" }
"""


def study(text: str, expression: Path, clinical: Path) -> str:
    return text.replace("EXPRESSION", expression.as_posix()).replace("CLINICAL", clinical.as_posix())


def is_rs(table: Any, name: str) -> None:
    receptors = list(table.columns["receptor"])
    for ours, theirs in (("n_pairs", "n_pairs"), ("mean_change", "mean_diff"), ("median_change", "median_diff"),
                         ("t", "t"), ("p_t", "p_t"), ("p_wilcoxon", "p_pratt_exact"), ("mean_low", "t_lo95"),
                         ("mean_high", "t_hi95"), ("no_change", "n_zero_diff"), ("sd_change", "sd_diff_ddof1")):
        np.testing.assert_allclose(np.asarray(table.columns[ours], float), golden(name, theirs, receptors, "gene"),
                                   rtol=0, atol=1e-8, err_msg=ours)


def test_that_tumours_and_normal_tissues_of_tcga_are_rs_with_the_unpaired_ones_listed(tmp_path: Path) -> None:
    samples = from_files(tmp_path, study(TCGA, GOLDEN / "tcga_her2_rtk_expression.csv",
                                         GOLDEN / "tcga_her2_samples.csv"))
    result = result_of(samples, permutations=0)
    is_rs(result.table("receptors"), "tcga_her2_rtk_tests.csv")
    out = result.table("left_out").columns
    assert len(out["sample"]) == 8
    assert sum("no sample normal" in reason for reason in out["reason"]) == 6
    assert sum("no sample tumor" in reason for reason in out["reason"]) == 2
    assert all(out["cell"])


@pytest.mark.skipif(not SHARED.exists(), reason="the whole table lies beside the project")
def test_that_the_whole_table_of_tcga_gives_limmas_moderated_t(tmp_path: Path) -> None:
    folder = SHARED / "tcga_her2_tumor_normal"
    result = result_of(from_files(tmp_path, study(TCGA, folder / "expression.csv.gz", folder / "samples.csv")))
    table = result.table("receptors")
    is_rs(table, "tcga_her2_rtk_tests.csv")
    receptors = list(table.columns["receptor"])
    for ours, theirs in (("moderated_t", "t_mod"), ("p_moderated", "p_mod"), ("q_bh", "q_bh_rtk_only")):
        np.testing.assert_allclose(np.asarray(table.columns[ours]), golden(
            "tcga_her2_limma_10pairs.csv", theirs, receptors, "row"), rtol=0, atol=1e-8, err_msg=ours)
    summary = result.table("summary").columns
    assert summary["prior_rows"] == [11_453]
    assert summary["prior_df"][0] == pytest.approx(4.82396231480858, abs=1e-8)
    assert summary["prior_variance"][0] == pytest.approx(0.172457547454611, abs=1e-8)
    assert (summary["flips"], summary["smallest_p"]) == ([1024], [2 / 1024])


@pytest.mark.skipif(not SHARED.exists(), reason="the counts lie beside the project")
def test_that_bone_metastases_are_rs_from_raw_counts_to_corrected_p(tmp_path: Path) -> None:
    folder = SHARED / "bone_met_pairs"
    result = result_of(from_files(tmp_path, study(BONE, folder / "gene_counts.csv.gz", folder / "samples.csv")))
    table = result.table("receptors")
    receptors = list(table.columns["receptor"])
    assert len(receptors) == 58
    is_rs(table, "bone_met_rtk_tests.csv")
    for ours, theirs in (("moderated_t", "t_mod"), ("p_moderated", "p_mod"), ("q_bh", "q_bh_rtk_only")):
        np.testing.assert_allclose(np.asarray(table.columns[ours]), golden(
            "bone_met_limma_mean_ge_1.csv", theirs, receptors, "hgnc_symbol"), rtol=0, atol=1e-8, err_msg=ours)
    assert result.table("summary").columns["prior_rows"] == [14_655]
    assert "counts_too_low" in codes(result)
    values = result.table("pairs").columns
    with open(GOLDEN / "bone_met_rtk_log2cpm1.csv", encoding="utf-8", newline="") as handle:
        expected = {row["gene"]: row for row in csv.DictReader(handle)}
    for at in range(0, len(values["receptor"]), 37):
        assert values["after"][at] == pytest.approx(
            float(expected[values["receptor"][at]][values["sample_after"][at]]), abs=1e-8)


def test_that_the_tables_have_the_contracts_columns_in_its_order() -> None:
    result = result_of(biopsies(*drawn(8, 6)))
    assert list(result.table("receptors").columns)[:len(CONTRACT)] == CONTRACT
    assert [table.name for table in result.tables][:3] == ["receptors", "pairs", "audit"]
    assert result.table("pairs").n_rows == 8 * 6
    summary = result.table("summary").columns
    assert summary["smallest_p"] == [2 / 2**8]
    assert (result.tests_paid_for, result.tests_not_paid_for) == (6, 0)


def test_that_what_was_planted_is_found_and_the_rest_is_not() -> None:
    before, after = drawn(16, 40, {3: 1.6, 7: -1.8}, seed=2)
    result = result_of(biopsies(before, after))
    numbers = numbers_of(result)
    held = {receptor for receptor, holds in zip(numbers.receptors, numbers.holds) if holds}
    assert held == {numbers.receptors[3], numbers.receptors[7]}
    assert f"{numbers.receptors[7]}" in result.findings[0] or f"{numbers.receptors[3]}" in result.findings[0]
    assert "2 of 40 hold after correction (sign-flip maxT, 10,000 flips)." in result.findings[0]
    assert "1 rise and 1 fall." in result.findings[0]


def test_that_nothing_found_says_the_smallest_possible_p_and_what_would_have_shown() -> None:
    result = result_of(biopsies(*drawn(9, 30, seed=5)))
    said = answer(numbers_of(result))
    assert said.sentence == "No RTK changes after correction."
    assert "With 9 pairs the smallest corrected P that flipping can give is 0.00391." in said.explanation
    assert "The largest rise is " in said.explanation
    assert "would show after correction in 4 of 5 such studies." in said.explanation
    assert said.state == "nothing"


def test_that_five_pairs_cannot_answer_and_six_can() -> None:
    five, six = (result_of(biopsies(*drawn(m, 10, {2: 30.0}))) for m in (5, 6))
    said = answer(numbers_of(five))
    assert said.sentence == "5 pairs cannot answer this."
    assert "is 0.0625: at least 6 pairs are needed." in said.explanation
    assert "few_pairs" in codes(five)
    assert numbers_of(six).p_maxt[2] == 2 / 64
    assert "few_pairs" not in codes(six)
    assert np.isnan(numbers_of(five).change_low).all()
    assert np.isfinite(numbers_of(six).change_low).all()
    assert np.isinf(numbers_of(five).detectable).all()
    assert five.table("receptors").columns["detectable"] == pytest.approx([np.nan] * 10, nan_ok=True)


@pytest.mark.parametrize("m", [1, 2])
def test_that_one_and_two_pairs_give_changes_and_a_sentence(m: int) -> None:
    result = result_of(biopsies(*drawn(m, 4)), positive_from=7.0)
    said = answer(numbers_of(result))
    assert said.state == "unsure"
    assert said.sentence == f"{'1 pair' if m == 1 else '2 pairs'} cannot answer this."
    assert np.isfinite(numbers_of(result).mean_change).all()
    if m == 1:
        assert "One pair shows a change, but not whether it is more than chance." in result.findings[0]
        assert np.isnan(numbers_of(result).t).all()


def test_that_receptors_without_values_without_change_and_with_one_change_are_told() -> None:
    before, after = drawn(7, 5)
    before[:, 0] = np.nan
    after[:, 1] = before[:, 1]
    after[:, 2] = before[:, 2] + 1.5
    after[2, 3] = np.nan
    result = result_of(biopsies(before, after))
    numbers = numbers_of(result)
    assert {"receptor_without_pairs", "receptor_without_change", "same_change_everywhere",
            "values_missing_in_pairs"} <= codes(result)
    np.testing.assert_array_equal(numbers.n_pairs, [0, 7, 7, 6, 7])
    for column in ("t", "p_t", "w", "p_wilcoxon", "p_maxt"):
        assert np.isnan(getattr(numbers, column)[:2]).all(), column
    assert numbers.p_maxt[2] == 2 / 2**7
    words = {problem.code: problem.what for problem in result.warnings}
    assert words["values_missing_in_pairs"].endswith("down to 6 of 7 pairs")


def test_that_nothing_at_all_measured_or_changed_is_said_and_does_not_end_in_a_fault() -> None:
    before, after = drawn(6, 3)
    nothing = result_of(biopsies(before, before.copy()))
    assert "No receptor changed in any pair" in nothing.findings[0]
    assert "same_sample_twice" in codes(nothing)
    empty = result_of(biopsies(before * np.nan, after))
    assert "No receptor has a value before and after in the same patient." in empty.findings[0]


def test_that_one_sample_entered_twice_is_pointed_at() -> None:
    before, after = drawn(8, 5)
    after[3] = before[3]
    result = result_of(biopsies(before, after))
    problem = next(each for each in result.warnings if each.code == "same_sample_twice")
    assert problem.what == "both samples of P04 hold the same values in every gene"


def test_that_treatment_that_is_a_plate_leaves_every_p_empty_until_it_is_acknowledged() -> None:
    samples = biopsies(*drawn(12, 8, {1: 3.0}), columns={"plate": ["1", "2"] * 12, "pcr": ["yes", "no"] * 6})
    result = result_of(samples, responders="pcr", score=("ERBB2", "EGFR"), positive_from=7.0)
    table = result.table("receptors").columns
    for column in ("p_t", "p_moderated", "p_wilcoxon", "q_bh", "p_maxt", "p_flips"):
        assert np.isnan(table[column]).all(), column
    assert np.isfinite(table["t"]).all()
    assert np.isnan(result.table("responders").columns["p_maxt"]).all()
    assert np.isnan(result.table("subset_score").columns["p_flips"]).all()
    assert np.isnan(result.table("positivity").columns["p_mcnemar"]).all()
    assert "All “post” samples were run on plate 2" in result.findings[0]
    problem = next(each for each in result.warnings if each.code == "plate_confounded")
    assert 'acknowledged = ["plate"]' in problem.remedy
    assert result.tests_paid_for == 0
    known = result_of(samples, acknowledged=("plate",))
    assert numbers_of(known).p_maxt[1] < 0.05
    assert "Acknowledged before P values were given: plate." in known.methods
    slip = result_of(samples, acknowledged=("plates",))
    assert np.isnan(slip.table("receptors").columns["p_maxt"]).all()
    assert next(each for each in slip.warnings if each.code == "acknowledged_unknown").remedy == "did you mean “plate”?"


def test_that_her2_lost_stands_beside_the_answer_and_can_be_left_out() -> None:
    before, after = drawn(14, 20, {4: 2.5}, seed=3)
    status = ["Positive", "Positive"] * 10 + ["Positive", "Negative"] * 4
    samples = biopsies(before, after, columns={"HER2_status": status})
    result = result_of(samples)
    assert list(numbers_of(result).her2_after.values()).count("lost") == 4
    assert "Without the 4 patients whose tumour lost HER2, it still holds." in result.findings[0]
    without = result_of(samples, leave_out_her2_lost=True)
    assert numbers_of(without).m == 10
    assert len(without.table("left_out").columns["sample"]) == 8
    assert "lost HER2" in without.table("left_out").columns["reason"][0]


def test_that_responders_are_compared_with_the_others_by_dealing_out_who_responded() -> None:
    before, after = drawn(12, 15, seed=6)
    responding = [True, False, False] * 4
    after[np.array(responding), 2] += 4.0
    samples = biopsies(before, after, columns={"pCR": ["yes" if each else "no" for each in responding]})
    result = result_of(samples, responders="pCR")
    found = numbers_of(result).interaction
    assert found is not None
    assert found.p_maxt[2] < 0.05
    assert (np.delete(found.p_maxt, 2) >= 0.05).all()
    assert (found.exact, found.permutations, found.smallest_p) == (True, 495, 1 / 495)
    assert result.table("responders").columns["responders"][0] == 4
    assert any("the change of ERBB3 differs" in words or f"the change of {numbers_of(result).receptors[2]} differs"
               in words for words in result.findings)
    stated = result_of(biopsies(before, after, columns={"rcb": [0 if each else 3 for each in responding]}),
                       responders="rcb=0")
    other = numbers_of(stated).interaction
    assert other is not None
    np.testing.assert_array_equal(other.p_maxt, found.p_maxt)


@pytest.mark.parametrize(("values", "asked", "says"), [
    (["maybe"] * 6, "resp", "“maybe” is neither yes nor no"),
    (["yes"] * 6, "resp", "all pairs are responders"),
    ([""] * 6, "resp", "nobody of the pairs has an answer"),
    (["0", "1", "2"] * 2, "resp=5", "no pair is a responder"),
])
def test_that_responders_that_cannot_be_told_are_a_question_with_the_key(values: list[str], asked: str,
                                                                         says: str) -> None:
    samples = biopsies(*drawn(6, 3), columns={"resp": values})
    found = check(inputs(samples), Parameters(responders=asked))
    assert [problem.code for problem in found] == ["responders_unclear"]
    assert says in found[0].what
    assert found[0].answer_key == "responders"
    with pytest.raises(UserError):
        result_of(samples, responders=asked)


def test_that_a_response_that_contradicts_itself_or_is_missing_leaves_the_pair_out_of_that_comparison() -> None:
    answers = ["yes", "no"] + ["yes", "yes"] * 3 + ["no", "no"] * 3 + ["", ""]
    result = result_of(biopsies(*drawn(8, 3), columns={"pCR": answers}), responders="pCR")
    assert {"response_differs", "response_missing"} <= codes(result)
    assert numbers_of(result).responders == (None, True, True, True, False, False, False, None)


def test_that_a_subset_named_before_is_one_score_with_one_p() -> None:
    before, after = drawn(8, 30, {0: 0.9, 1: 0.9, 2: 0.9}, seed=9)
    samples = biopsies(before, after)
    names = samples.expression[0].genes[:3]
    result = result_of(samples, score=names)
    row = {name: values[0] for name, values in result.table("subset_score").columns.items()}
    change = (after - before)[:, :3].mean(axis=1)
    assert row["receptors"] == "+".join(sorted(names))
    assert row["mean_change"] == pytest.approx(change.mean())
    assert row["p_flips"] < 0.05
    assert row["smallest_p"] == 2 / 2**8
    np.testing.assert_allclose(result.table("subset_score_pairs").columns["change"], change)
    assert result.tests_not_paid_for == 1
    with pytest.raises(UserError, match="the subset score"):
        result_of(samples, score=("NOTAGENE",))


def test_that_scores_of_slides_are_tested_by_ranks_and_switch_in_points() -> None:
    random = np.random.default_rng(4)
    before = np.asarray(random.integers(0, 20, (10, 4)) * 10.0, dtype=np.float64)
    after = np.asarray(np.clip(before + random.integers(-2, 3, (10, 4)) * 10.0, 0.0, 300.0), dtype=np.float64)
    after[:, 0] = before[:, 0] + np.arange(10, 110, 10)
    result = result_of(biopsies(before, after, scale=Scale.SCORE), positive_from=100.0)
    numbers = numbers_of(result)
    assert (numbers.switch.rise, numbers.unit) == (30.0, "points")
    assert numbers.p_wilcoxon[0] == 2 / 2**10
    assert numbers.q_bh[0] == pytest.approx(4 * 2 / 2**10), "of the signed-rank P, not the moderated one"
    assert numbers.switched_up[0] == 8
    assert numbers.up[0] == 10
    table = result.table("positivity").columns
    assert table["became_positive"][0] == int(((before[:, 0] < 100) & (after[:, 0] >= 100)).sum())


def test_that_calls_of_on_and_off_are_tested_by_who_switched() -> None:
    before, after = np.zeros((9, 2)), np.zeros((9, 2))
    after[:8, 0] = 1.0
    before[:2, 1] = 1.0
    result = result_of(biopsies(before, after, scale=Scale.CALLS))
    table = result.table("positivity").columns
    assert (table["became_positive"], table["became_negative"]) == ([8, 0], [0, 2])
    assert table["p_mcnemar"] == [pytest.approx(2 / 2**8), 0.5]
    assert numbers_of(result).switched_up[0] == 8


def test_that_a_noise_floor_keeps_changes_of_nothing_from_counting_as_switched() -> None:
    before = np.array([[1.0, 6.0], [1.0, 1.0], [4.0, 7.0]])
    after = np.array([[3.0, 4.0], [6.0, 2.0], [8.0, 7.1]])
    samples = biopsies(before, after)
    free = numbers_of(result_of(samples))
    np.testing.assert_array_equal(free.calls, [[1, -1], [1, 1], [1, 0]])
    floored = numbers_of(result_of(samples, noise_floor=5.0, rise=1.0))
    np.testing.assert_array_equal(floored.calls, [[0, -1], [1, 0], [1, 0]])
    assert "noise floor of 5" in floored.switch.words


def test_that_several_tables_ask_which_and_pairs_without_one_of_them_are_listed() -> None:
    before, after = drawn(6, 4)
    samples = biopsies(before, after)
    phospho = replace(samples.expression[0], measure="phospho", samples=samples.samples[:-1],
                      values=samples.expression[0].values[:-1])
    both = replace(samples, expression=(samples.expression[0], phospho))
    with pytest.raises(UserError) as raised:
        result_of(both)
    assert raised.value.problems[0].code == "which_measure"
    result = result_of(both, measure="phospho")
    assert numbers_of(result).m == 5
    assert "pairs_not_in_table" in codes(result)


def test_that_check_says_what_run_would_stop_at() -> None:
    nothing = replace(biopsies(*drawn(4, 3)), spec=replace(biopsies(*drawn(4, 3)).spec, layout={
        "pairs": {"patient": "patient", "time_point": "time", "before": "pre", "after": "never"}}))
    for asked in ({}, {"receptors": ("NOTAGENE",)}, {"responders": "nocolumn"}):
        samples = nothing if not asked else biopsies(*drawn(4, 3))
        found = check(inputs(samples), Parameters(**asked))
        with pytest.raises(UserError) as raised:
            result_of(samples, **asked)
        assert found == list(raised.value.problems)
        assert all(problem.remedy for problem in found)


def test_that_the_order_of_samples_changes_no_number() -> None:
    before, after = drawn(9, 6, {1: 1.0}, seed=12)
    one = result_of(biopsies(before, after)).table("receptors").columns
    two = result_of(biopsies(before[::-1], after[::-1])).table("receptors").columns
    for name in CONTRACT[1:]:
        np.testing.assert_allclose(np.asarray(one[name], float), np.asarray(two[name], float), atol=1e-12,
                                   err_msg=name)


def test_that_simulated_data_say_so_and_an_analysis_name_is_kept() -> None:
    result = run(SampleInputs(biopsies(*drawn(6, 3)), "study", "my pairs", simulated=True), Parameters())
    assert result.name == "my pairs"
    assert result.methods.startswith("Simulated data.")


def test_that_what_gives_no_p_counts_as_no_test() -> None:
    result = result_of(biopsies(*drawn(1, 6)))
    assert (result.tests_paid_for, result.tests_not_paid_for) == (0, 0)
    uncorrected = result_of(biopsies(*drawn(8, 6)), permutations=0)
    assert (uncorrected.tests_paid_for, uncorrected.tests_not_paid_for) == (0, 6)


def test_that_one_pair_begins_with_the_receptor_that_changes_most() -> None:
    before, after = drawn(1, 6)
    after = before.copy()
    after[0, 3] += 2.0
    numbers = numbers_of(result_of(biopsies(before, after)))
    assert numbers.order[0] == 3
