"""Tables of scored slides: hand values, every mess with its sentence, scorers, cores, clones, HER2 2+.

Not for: the statistics of agreement themselves (test_agreement.py).
"""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from core.data.assays.her2_status import STATUS_COLUMN
from core.data.assays.ihc_scores import allred_score, allred_total, category_score, h_score, proportion_class
from core.data.dataset import Dataset
from core.problems import Severity
from tests.assay_files import Row, codes, fates, load, said, value, workbook

HEAD = ["Patient", "Timepoint", "Antibody", "%0", "%1+", "%2+", "%3+", "H-score", "Scorer"]


def ihc(folder: Path, rows: list[Row], keys: str = "", head: list[str] | None = None) -> Dataset:
    workbook(folder / "ihc.xlsx", {"IHC": [head or HEAD, *rows]})
    return load(folder, f'ihc = {{ file = "ihc.xlsx"{keys} }}')


@pytest.mark.parametrize(("percent", "score"), [
    ((100, 0, 0, 0), 0), ((0, 100, 0, 0), 100), ((67, 0, 0, 33), 99), ((10, 20, 30, 40), 200), ((0, 0, 0, 100), 300),
    ((29.5, 10, 20, 40), 170)])
def test_that_the_h_score_equals_the_hand_value(percent: tuple[float, ...], score: float) -> None:
    found = h_score([(each, each) for each in percent])
    assert (found.low, found.high) == (score, score)


@pytest.mark.parametrize("percent", [(5, 5, 5, 80), (50, 50, 0, 2.5), (-10, 60, 50, 0), (0, 0, 0, 130)])
def test_that_percentages_that_do_not_add_to_100_give_no_score(percent: tuple[float, ...]) -> None:
    assert not h_score([(each, each) for each in percent]).usable


def test_that_a_limit_leaves_the_interval_of_all_fillings_that_add_to_100() -> None:
    """<1, 10, 9, >80: brute force over all whole-tenth fillings with a sum of 99 to 101."""
    found = h_score([(0, 1), (10, 10), (9, 9), (80, 100)])
    fillings = [10 + 18 + 3 * three for none in np.arange(0, 1.01, 0.1) for three in np.arange(80, 100.01, 0.1)
                if 98.999 <= none + 19 + three <= 101.001]
    assert (found.low, found.high) == (pytest.approx(min(fillings)), pytest.approx(max(fillings)))


@pytest.mark.parametrize(("proportion", "intensity", "score"), [(0, 0, 0), (1, 1, 2), (5, 3, 8), (3, 2, 5)])
def test_that_allred_adds_proportion_and_intensity(proportion: int, intensity: int, score: int) -> None:
    assert allred_score(proportion, intensity).low == score


@pytest.mark.parametrize(("proportion", "intensity"), [(0, 1), (1, 0), (6, 2), (2, 4), (2.5, 1)])
def test_that_parts_that_cannot_be_allred_give_no_score(proportion: float, intensity: float) -> None:
    assert not allred_score(proportion, intensity).usable


def test_that_an_allred_score_of_1_cannot_come_about() -> None:
    assert allred_total(1).why == "an Allred score of 1 cannot come about: it is 0, or 2 to 8"
    assert [proportion_class(each) for each in (0, 0.5, 1, 10, 11, 33, 34, 66, 67)] == [0, 1, 2, 2, 3, 3, 4, 4, 5]


@pytest.mark.parametrize(("text", "score"), [("0", 0), ("1+", 1), ("2 +", 2), ("3", 3), ("+++", 3), ("-", 0)])
def test_that_grades_are_read_in_every_spelling(text: str, score: float) -> None:
    assert category_score(text, None).low == score


def test_that_the_lab_table_becomes_scores_with_pairs_and_clinical_columns(tmp_path: Path) -> None:
    head = [*HEAD, "Response"]
    rows = [("P01", "pre", "HER2", 0, 10, 20, 70, 260, "AB", "pCR"), ("P01", "post", "HER2", 50, 30, 20, 0, 70, "AB", "pCR"),
            ("P02", "pre", "IGF-1R", 10, 20, 30, 40, 200, "AB", "RD"), ("P02", "post", "c-Met", 60, 20, 10, 10, None, "AB",
                                                                        "RD")]
    workbook(tmp_path / "ihc.xlsx", {"IHC": [["IHC of the trial"], [], head, *rows]})
    dataset = load(tmp_path, 'ihc = { file = "ihc.xlsx" }\npairs = { patient = "Patient", time_point = "Timepoint", '
                             'before = "pre", after = "post" }')
    assert dataset.unusable == ()
    matrix, = dataset.expression
    assert (str(matrix.scale), matrix.measure) == ("score", "total")
    assert matrix.samples == ("P01 pre", "P01 post", "P02 pre", "P02 post")
    assert value(dataset, "P01 post", "ERBB2") == 70
    assert value(dataset, "P02 pre", "IGF1R") == 200
    assert value(dataset, "P02 post", "MET") == 70
    assert np.isnan(value(dataset, "P02 post", "ERBB2"))
    assert dataset.clinical is not None
    assert dataset.clinical.columns["Timepoint"].texts == ("pre", "post", "pre", "post")
    assert dataset.clinical.columns["Response"].texts == ("pCR", "pCR", "RD", "RD")
    assert dataset.tables[0].counts["genes"] == 3
    assert dataset.assays[0].n_replicates("total") == 1


def test_that_percentages_that_add_to_95_leave_the_row_out_and_name_the_cell(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", 5, 5, 5, 80, None, ""), ("P01", "post", "HER2", 0, 0, 0, 100, None, "")])
    problem = said(dataset, "percentages")
    assert problem.line() == ("ihc.xlsx › IHC › E2 › P01 pre: the percentages add to 95, not to 100; this row is left "
                              "out; correct the cells; the four have to add to 100 ± 1")
    assert problem.severity == Severity.WARNING
    assert dataset.expression[0].samples == ("P01 post",)
    assert said(dataset, "rows_used").what == "1 of 2 rows were used; left out: row 2"


def test_that_a_stated_h_score_that_disagrees_is_named_and_the_percentages_are_used(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", 0, 0, 50, 50, 200, "")])
    assert said(dataset, "h_score_differs").line() == (
        "ihc.xlsx › IHC › H2 › P01 pre: the H-score stands as 200, but its percentages give 250; the percentages are "
        "used; correct the row in the file")
    assert value(dataset, "P01 pre", "ERBB2") == 250


def test_that_an_h_score_without_its_percentages_is_used_and_said(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", None, None, None, None, 215, ""),
                             ("P01", "post", "HER2", 0, 0, 0, 100, 300, "")])
    assert value(dataset, "P01 pre", "ERBB2") == 215
    assert said(dataset, "h_score_alone").severity == Severity.NOTE


def test_that_a_narrow_limit_is_kept_as_an_interval_and_a_wide_one_gives_no_value(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", "<1", 10, 9, ">80", None, ""),
                             ("P01", "post", "HER2", "<50", 0, ">40", 0, None, "")])
    assert said(dataset, "limit_as_interval").line() == (
        "ihc.xlsx › IHC › D2 › P01 pre: ERBB2 lies between 268 and 274, for a limit was typed; 271, the middle, is used; "
        "type the value if it is known")
    assert dataset.assays[0].intervals["total", "P01 pre", "ERBB2"] == (268, 274)
    assert said(dataset, "interval_too_wide").what == ("ERBB2 lies between 98 and 200, for a limit was typed, so no value "
                                                       "is used")
    assert np.isnan(value(dataset, "P01 post", "ERBB2"))


def test_that_words_are_never_a_number(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", "weak focal", 0, 0, 0, None, ""),
                             ("P01", "post", "HER2", 0, 0, 0, 100, None, "")])
    assert said(dataset, "words_for_score").line() == (
        "ihc.xlsx › IHC › D2 › P01 pre: “weak focal” is no number, and none is made of it; this row is left out; write a "
        "score into the cell, or name the text with the key missing")


def test_that_two_grades_in_one_cell_are_none_of_them(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", "2-3+"), ("P01", "post", "HER2", "3+"), ("P02", "pre", "HER2", "0/1+"),
            ("P02", "post", "HER2", 1), ("P03", "pre", "HER2", "negative")]
    dataset = ihc(tmp_path, rows, head=["Patient", "Timepoint", "Antibody", "Category"])
    problems = [problem.line() for problem in dataset.findings if problem.code == "two_grades"]
    assert problems == [
        "ihc.xlsx › IHC › D2 › P01 pre: “2-3+” may be 2+ or 3+; this row is left out; write one grade into the cell",
        "ihc.xlsx › IHC › D4 › P02 pre: “0/1+” may be 0+ or 1+; this row is left out; write one grade into the cell"]
    assert said(dataset, "words_for_score").where.cell == "D6"
    assert value(dataset, "P01 post", "ERBB2") == 3
    assert value(dataset, "P02 post", "ERBB2") == 1
    assert fates(dataset)["D2"] == "left out: “2-3+” may be 2+ or 3+; this row is left out"


def test_that_a_grade_that_became_a_date_is_said_to_be_one(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", datetime.datetime(2024, 3, 2)), ("P01", "post", "HER2", "3+")]
    dataset = ihc(tmp_path, rows, head=["Patient", "Timepoint", "Antibody", "Category"])
    assert said(dataset, "date_for_score").what == ("the spreadsheet program made a date of this score (2024-03-02); this "
                                                    "row is left out")


def test_that_a_blank_is_not_done_until_the_study_says_negative(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", None, None, None, None, None, ""), ("P01", "post", "HER2", 0, 0, 0, 100, None, ""),
            ("P02", "pre", "HER2", "ND", "ND", "ND", "ND", None, "")]
    asked = ihc(tmp_path, rows)
    assert said(asked, "blank_scores").line() == (
        "ihc.xlsx › IHC › D2 › P01 pre: 1 blank cell (D2) was taken as not done; if it means negative, state blank = "
        '"negative"')
    assert said(asked, "blank_scores").answer_key == "blank"
    assert asked.expression[0].samples == ("P01 post",)
    decided = ihc(tmp_path, rows, ', blank = "negative"')
    assert value(decided, "P01 pre", "ERBB2") == 0
    assert "P02 pre" not in decided.expression[0].samples
    assert "blank_scores" not in codes(decided)


def test_that_one_missing_percentage_beside_others_that_add_to_100_is_0(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", None, 0, 0, 100, None, ""), ("P01", "post", "HER2", None, 0, 0, 40, None,
                                                                                 "")])
    assert value(dataset, "P01 pre", "ERBB2") == 300
    assert said(dataset, "percentage_missing").what == ("one of the percentages is missing, and the others add to 40; this "
                                                        "row is left out")


def test_that_scorers_are_averaged_and_their_agreement_is_that_of_hand_values(tmp_path: Path) -> None:
    """The five slides of test_agreement: kappa 1 - 15/31 and 1 - 25/61."""
    grades = [(0, 0), (1, 2), (2, 2), (3, 3), (3, 1)]
    rows = [(f"P{n}", "pre", "HER2", f"{grade}+" if grade else "0", scorer)
            for n, pair in enumerate(grades) for scorer, grade in zip(("AB", "CD"), pair, strict=True)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Timepoint", "Antibody", "Category", "Scorer"])
    assert [value(dataset, f"P{n} pre", "ERBB2") for n in range(5)] == [0, 1.5, 2, 3, 2]
    agreement, = dataset.assays[0].agreement
    assert agreement.kappa_linear is not None
    assert agreement.kappa_linear[0] == pytest.approx(1 - 15 / 31)
    assert agreement.kappa_quadratic is not None
    assert agreement.kappa_quadratic[0] == pytest.approx(1 - 25 / 61)
    assert agreement.n == 5
    assert said(dataset, "scorers_agree").what.startswith(
        "ERBB2: 2 scorers (AB, CD), whose values were averaged; on 5 slides scored by all, weighted kappa 0.52 (95 % "
        "interval ")


def test_that_columns_of_h_scores_are_scorers_and_shrout_and_fleiss_is_found_again(tmp_path: Path) -> None:
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    rows = [(f"P{n}", "IGF1R", *scores) for n, scores in enumerate(table)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Antibody", *(f"H-score {name}" for name in "ABCD")])
    agreement, = dataset.assays[0].agreement
    assert round(agreement.icc[0], 2) == 0.29
    assert agreement.scorers == ("H-score A", "H-score B", "H-score C", "H-score D")
    assert value(dataset, "P0", "IGF1R") == 6


def test_that_cores_are_averaged_per_patient_and_never_count_as_patients(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", core, score) for core, score in (("A", 100), ("B", 160), ("C", 100))]
    rows += [("P01", "post", "HER2", "D", 30)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Timepoint", "Antibody", "TMA core", "H-score"])
    assert value(dataset, "P01 pre", "ERBB2") == 120
    assert dict(dataset.assays[0].parts) == {"P01 pre": 3, "P01 post": 1}
    assert dict(dataset.assays[0].replicates["total"]) == {"P01 pre": 1, "P01 post": 1}
    assert said(dataset, "cores_averaged").what == ("cores were averaged: 1 to 3 per sample, 4 in 2 samples; a core is no "
                                                    "further patient")


def test_that_a_slide_scored_twice_without_a_reason_is_used_for_nothing(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", 0, 0, 0, 100, None, "AB"), ("P01", "pre", "HER2", 100, 0, 0, 0, None,
                                                                                "AB"),
                             ("P01", "post", "HER2", 0, 0, 0, 100, None, "AB")])
    assert said(dataset, "repeated_value").line() == (
        "ihc.xlsx › IHC › E2 › P01 pre: P01 pre has 2 different scores of ERBB2 (E2, E3); none of them was used; name the "
        "column that tells them apart with the key core or scorer, or keep one")
    assert dataset.expression[0].samples == ("P01 post",)


def test_that_two_clones_of_one_receptor_are_asked_and_answered_by_which(tmp_path: Path) -> None:
    rows = [("P01", "HER2", "4B5", 300), ("P01", "HER2", "CB11", 100), ("P02", "HER2", "4B5", 200), ("P02", "EGFR", "31G7",
                                                                                                    50)]
    head = ["Patient", "Antibody", "Clone", "H-score"]
    asked = ihc(tmp_path, rows, head=head)
    assert said(asked, "several_antibodies").line() == (
        "ihc.xlsx › IHC › D2 › ERBB2: ERBB2 was stained several ways in one sample (4B5, CB11) and is left out; state which "
        '= ["4B5"]')
    assert asked.expression[0].genes == ("EGFR",)
    chosen = ihc(tmp_path, rows, ', which = ["4B5"]', head=head)
    assert (value(chosen, "P01", "ERBB2"), value(chosen, "P02", "ERBB2")) == (300, 200)
    assert value(chosen, "P02", "EGFR") == 50


def test_that_the_compartment_is_chosen_too(tmp_path: Path) -> None:
    rows = [("P01", "IGF1R", "membrane", 150), ("P01", "IGF1R", "cytoplasm", 20)]
    dataset = ihc(tmp_path, rows, ', which = ["membrane"]', head=["Patient", "Antibody", "Compartment", "H-score"])
    assert value(dataset, "P01", "IGF1R") == 150


def test_that_another_clone_after_treatment_is_said(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", "4B5", 300), ("P01", "post", "HER2", "CB11", 100)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Timepoint", "Antibody", "Clone", "H-score"])
    assert said(dataset, "antibody_differs_between_samples").what == ("ERBB2 was stained differently in different samples: "
                                                                      "4B5 (1), CB11 (1)")


def test_that_her2_2_plus_is_never_positive_without_hybridisation(tmp_path: Path) -> None:
    rows = [("P1", "HER2", "3+", None), ("P2", "HER2", "2+", None), ("P3", "HER2", "2+", "amplified"),
            ("P4", "HER2", "2+", 1.4), ("P5", "HER2", "2+", 2.6), ("P6", "HER2", "1+", None), ("P7", "HER2", "2+", "unclear")]
    dataset = ihc(tmp_path, rows, head=["Patient", "Antibody", "Category", "FISH ratio"])
    assert dataset.clinical is not None
    assert dataset.clinical.columns[STATUS_COLUMN].texts == ("positive", "", "positive", "negative", "positive",
                                                            "negative", "")
    assert said(dataset, "her2_equivocal").what == ("HER2 is 2+ without in-situ hybridisation in P2, P7; its status is "
                                                    "missing there")


def test_that_one_column_per_receptor_is_read_and_a_bad_cell_spoils_nothing_else(tmp_path: Path) -> None:
    rows = [("P01", "pre", 45, 120, "weak"), ("P01", "post", 44, "<1", 290)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Timepoint", "Age", "HER2 H-score", "IGF-1R H-score"])
    assert dataset.expression[0].genes == ("ERBB2", "IGF1R")
    assert value(dataset, "P01 post", "IGF1R") == 290
    assert value(dataset, "P01 post", "ERBB2") == 0.5
    assert said(dataset, "words_for_score").where.words() == "ihc.xlsx › IHC › E2 › P01 pre"
    assert dataset.clinical is not None
    assert "Age" in dataset.clinical.columns


def test_that_numbers_that_may_be_several_scores_are_asked(tmp_path: Path) -> None:
    rows = [("P01", 2, 3), ("P02", 8, 5)]
    asked = ihc(tmp_path, rows, head=["Patient", "HER2", "IGF1R"])
    assert said(asked, "which_score").what == "the numbers (up to 8) may be H-scores, Allred, IRS, 0-3+ or % positive"
    assert asked.expression == ()
    decided = ihc(tmp_path, rows, ', score = "Allred"', head=["Patient", "HER2", "IGF1R"])
    assert value(decided, "P02", "ERBB2") == 8


def test_that_allred_is_made_of_its_parts_in_words_percentages_or_classes(tmp_path: Path) -> None:
    head = ["Patient", "Antibody", "Proportion", "Intensity"]
    classes = ihc(tmp_path, [("P1", "EGFR", 5, 3), ("P2", "EGFR", "1/10-1/3", 2), ("P3", "EGFR", 0, 2)], head=head)
    assert (value(classes, "P1", "EGFR"), value(classes, "P2", "EGFR")) == (8, 5)
    assert said(classes, "allred_parts").what == ("a proportion of 0 does not go with an intensity of 2: without stained "
                                                  "cells both are 0; this row is left out")
    percent = ihc(tmp_path, [("P1", "EGFR", "80 %", 3), ("P2", "EGFR", 0.5, 1), ("P3", "EGFR", 5, 1)], head=head)
    assert [value(percent, name, "EGFR") for name in ("P1", "P2", "P3")] == [8, 2, 3]
    total = ihc(tmp_path, [("P1", "EGFR", 1), ("P2", "EGFR", 7)], head=["Patient", "Antibody", "Allred score"])
    assert said(total, "allred_total").where.cell == "C2"


def test_that_percent_positive_is_read_with_its_signs(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P1", "EGFR", "12 %"), ("P2", "EGFR", "55"), ("P3", "EGFR", "120 %"), ("P4", "EGFR", ">90")],
                  head=["Patient", "Antibody", "% positive"])
    assert [value(dataset, name, "EGFR") for name in ("P1", "P2", "P4")] == [12, 55, 95]
    assert said(dataset, "percentage_range").what == "120 % lies outside 0 to 100; this row is left out"


def test_that_rows_without_patient_time_or_antibody_are_named(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", 0, 0, 0, 100, None, ""), (None, "pre", "HER2", 0, 0, 0, 100, None, "x"),
            ("P02", None, "HER2", 0, 0, 0, 100, None, "x"), ("P03", "pre", None, 0, 0, 0, 100, None, "x")]
    dataset = ihc(tmp_path, rows)
    assert said(dataset, "row_without_sample").where.cell == "A3"
    assert said(dataset, "row_without_time_point").line() == (
        "ihc.xlsx › IHC › B4 › P02: this row of P02 says no time point; write the time point into the cell")
    assert said(dataset, "row_without_antibody").where.cell == "C5"
    assert dataset.expression[0].samples == ("P01 pre",)


def test_that_two_spellings_of_one_patient_are_asked_and_joined_by_an_answer(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", 0, 0, 0, 100, None, ""), ("Patient 1", "pre", "IGF1R", 0, 0, 0, 100, None, "")]
    dataset = ihc(tmp_path, rows)
    assert said(dataset, "samples_may_be_one").line() == (
        "ihc.xlsx › IHC › A3 › Patient 1 pre: “Patient 1 pre” and “P01 pre” may be one sample; they are kept apart; if they "
        'are one, write under [dataset.answers]: samples."Patient 1 pre" = "P01 pre"')
    workbook(tmp_path / "ihc.xlsx", {"IHC": [HEAD, *rows]})
    joined = load(tmp_path, 'ihc = { file = "ihc.xlsx" }\n[dataset.answers]\nsamples."Patient 1 pre" = "P01 pre"')
    assert joined.expression[0].samples == ("P01 pre",)
    assert "answer_without_use" not in codes(joined)


def test_that_a_patient_is_left_out_as_decided(tmp_path: Path) -> None:
    workbook(tmp_path / "ihc.xlsx", {"IHC": [HEAD, ("P01", "pre", "HER2", 0, 0, 0, 100, None, ""),
                                             ("P02", "pre", "HER2", 0, 0, 0, 100, None, "")]})
    dataset = load(tmp_path, 'ihc = { file = "ihc.xlsx" }\n[dataset.answers]\ndrop = ["P02"]')
    assert dataset.expression[0].samples == ("P01 pre",)
    assert fates(dataset)["A3"] == "left out, as you decided"


def test_that_phosphorylated_and_total_protein_become_two_measures(tmp_path: Path) -> None:
    rows = [("P01", "HER2", 200), ("P01", "pHER2 (Y1248)", 90), ("P01", "p-EGFR", 30)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Antibody", "H-score"])
    assert [matrix.measure for matrix in dataset.expression] == ["total", "phospho"]
    assert (value(dataset, "P01", "ERBB2", "total"), value(dataset, "P01", "ERBB2", "phospho")) == (200, 90)
    assert value(dataset, "P01", "EGFR", "phospho") == 30


def test_that_an_antibody_that_several_genes_have_is_asked(tmp_path: Path) -> None:
    workbook(tmp_path / "ihc.xlsx", {"IHC": [["Patient", "Antibody", "H-score"], ("P01", "ER", 200), ("P01", "HER2", 10)]})
    asked = load(tmp_path, 'ihc = { file = "ihc.xlsx" }')
    assert asked.expression[0].genes == ("ERBB2",)
    assert fates(asked)["B2"] == "may be several genes, left out"
    answered = load(tmp_path, 'ihc = { file = "ihc.xlsx" }\n[dataset.answers]\ngenes."ER" = "ESR1"')
    assert value(answered, "P01", "ESR1") == 200


def test_that_merged_patients_and_decimal_commas_are_read(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in (["Patient", "Antibody", "%0", "%1+", "%2+", "%3+"], ["P01", "HER2", "0,5", "9,5", "20,0", "70,0"],
                [None, "IGF1R", "90,5", "9,5", "0,0", "0,0"], ["P02", "HER2", "0,0", "0,0", "0,0", "100,0"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "ihc.xlsx")
    dataset = load(tmp_path, 'ihc = { file = "ihc.xlsx" }')
    assert value(dataset, "P01", "IGF1R") == 9.5
    assert value(dataset, "P01", "ERBB2") == pytest.approx(9.5 + 40 + 210)


def test_that_a_clinical_table_of_patients_is_joined_to_the_biopsies(tmp_path: Path) -> None:
    workbook(tmp_path / "ihc.xlsx", {"IHC": [HEAD, ("P01", "pre", "HER2", 0, 0, 0, 100, None, ""),
                                             ("P01", "post", "HER2", 100, 0, 0, 0, None, ""),
                                             ("P02", "pre", "HER2", 0, 0, 0, 100, None, "")]})
    workbook(tmp_path / "patients.xlsx", {"Patients": [["ID", "Responder", "ki"], ("P01", "yes", 3), ("P02", "no", 4)]})
    dataset = load(tmp_path, 'ihc = { file = "ihc.xlsx" }\nclinical = { file = "patients.xlsx", id = "ID" }')
    assert dataset.unusable == ()
    assert dataset.clinical is not None
    assert dataset.clinical.samples == ("P01 pre", "P01 post", "P02 pre")
    assert dataset.clinical.columns["Responder"].texts == ("yes", "yes", "no")


def test_that_a_missing_column_is_refused_by_name(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P01", "pre", "HER2", 0, 0, 0, 100, None, "")], ', percent_3 = "%3"')
    assert said(dataset, "no_column").line() == "ihc.xlsx › IHC: there is no column “%3”; did you mean “%3+”?"


@pytest.mark.parametrize("name", ["Score (0-3+)", "Score", "IHC score", "0-3+", "IHC"])
def test_that_grades_are_known_by_their_signs_where_the_column_says_only_score(tmp_path: Path, name: str) -> None:
    dataset = ihc(tmp_path, [("P1", "HER2", "3+"), ("P2", "HER2", "0")], head=["Patient", "Antibody", name])
    assert (value(dataset, "P1", "ERBB2"), value(dataset, "P2", "ERBB2")) == (3, 0)


def test_that_a_column_of_numbers_called_score_is_asked(tmp_path: Path) -> None:
    rows = [("P1", "HER2", 3), ("P2", "HER2", 8)]
    asked = ihc(tmp_path, rows, head=["Patient", "Antibody", "Score"])
    assert said(asked, "which_score").answer_key == "score"
    decided = ihc(tmp_path, rows, ', score = "Allred"', head=["Patient", "Antibody", "Score"])
    assert value(decided, "P2", "ERBB2") == 8


def test_that_percentages_in_cells_formatted_as_percent_are_shares(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", 0.1, 0.2, 0.3, 0.4, None, ""), ("P01", "post", "HER2", 0, 0, 0, 1, 300, ""),
            ("P02", "pre", "HER2", 0.5, 0.5, 0, 0, None, "")]
    dataset = ihc(tmp_path, rows)
    assert [value(dataset, name, "ERBB2") for name in ("P01 pre", "P01 post", "P02 pre")] == [
        pytest.approx(200), 300, pytest.approx(50)]
    assert said(dataset, "percent_as_shares").where.cell == "column D"


def test_that_her2_grades_beside_h_scores_give_its_status(tmp_path: Path) -> None:
    rows = [("P1", "HER2", 280, "3+"), ("P1", "IGF1R", 40, None), ("P2", "HER2", 90, "1+"), ("P2", "IGF1R", 50, "2+")]
    dataset = ihc(tmp_path, rows, head=["Patient", "Antibody", "H-score", "Category"])
    assert value(dataset, "P1", "ERBB2") == 280
    assert dataset.clinical is not None
    assert dataset.clinical.columns[STATUS_COLUMN].texts == ("positive", "negative")


def test_that_her2_in_a_column_of_its_own_has_a_status_too(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P1", "3+", "1+"), ("P2", "2+", "0")], head=["Patient", "HER2", "IGF1R"])
    assert dataset.clinical is not None
    assert dataset.clinical.columns[STATUS_COLUMN].texts == ("positive", "")


@pytest.mark.parametrize(("one", "other", "asked"), [
    (("P01", "Pre"), ("P01", "pre"), True), (("P1", "pre"), ("P01", "pre"), True), (("P01", "day 14"), ("P01", "day 21"), False),
    (("P01", "pre"), ("P01", "post"), False), (("P01", "pre"), ("P02", "pre"), False)])
def test_that_only_names_that_say_the_same_are_asked_about(tmp_path: Path, one: tuple[str, str], other: tuple[str, str],
                                                           asked: bool) -> None:
    dataset = ihc(tmp_path, [(*one, "HER2", 0, 0, 0, 100, None, ""), (*other, "IGF1R", 0, 0, 0, 100, None, "")])
    assert ("samples_may_be_one" in codes(dataset)) is asked


def test_that_one_sheet_per_antibody_is_one_table(tmp_path: Path) -> None:
    head = ["Patient", "Timepoint", "H-score"]
    workbook(tmp_path / "ihc.xlsx", {
        "HER2": [head, ("P01", "pre", 200), ("P01", "post", 20)], "IGF1R": [head, ("P01", "post", 150), ("P02", "pre", 30)],
        "again": [head, ("P01", "pre", 210), ("P02", "pre", 90)]})
    one = '[[dataset.ihc]]\nfile = "ihc.xlsx"\nsheet = "{}"\nreceptor = "{}"\n'
    dataset = load(tmp_path, one.format("HER2", "HER2") + one.format("IGF1R", "IGF1R"))
    matrix, = dataset.expression
    assert matrix.samples == ("P01 pre", "P01 post", "P02 pre")
    assert matrix.genes == ("ERBB2", "IGF1R")
    assert (value(dataset, "P01 post", "IGF1R"), value(dataset, "P01 post", "ERBB2")) == (150, 20)
    assert said(dataset, "assays_merged").line() == ("ihc.xlsx › IGF1R: this table and ihc.xlsx › HER2 are one table of "
                                                     "total: 3 samples, 2 genes")
    assert dataset.clinical is not None
    assert dataset.clinical.samples == ("P01 pre", "P01 post", "P02 pre")
    assert [record.matrix_places["total"] for record in dataset.assays] == [matrix.place] * 2
    twice = load(tmp_path, one.format("HER2", "HER2") + one.format("again", "HER2"))
    assert said(twice, "assays_differ").what == ("1 value stands differently in ihc.xlsx › HER2 (first: ERBB2 of P01 pre) "
                                                 "and is not used")
    assert np.isnan(value(twice, "P01 pre", "ERBB2"))
    assert value(twice, "P02 pre", "ERBB2") == 90


def test_that_immunoreactive_scores_are_read_from_0_to_12(tmp_path: Path) -> None:
    dataset = ihc(tmp_path, [("P1", "EGFR", 7.5), ("P2", "EGFR", 12), ("P3", "EGFR", 13)], head=["Patient", "Antibody", "IRS"])
    assert [value(dataset, name, "EGFR") for name in ("P1", "P2")] == [7.5, 12]
    assert said(dataset, "irs_range").what == "13 is no immunoreactive score (0 to 12); this row is left out"


def test_that_a_status_in_the_file_is_not_written_over(tmp_path: Path) -> None:
    rows = [("P1", "HER2", "3+", "negative"), ("P2", "HER2", "1+", "negative")]
    dataset = ihc(tmp_path, rows, head=["Patient", "Antibody", "Category", "HER2 status"])
    assert dataset.clinical is not None
    assert dataset.clinical.columns["HER2 status"].texts == ("negative", "negative")
    assert dataset.clinical.columns["HER2 status (from IHC)"].texts == ("positive", "negative")


REAL = Path(__file__).parents[2] / "shared" / "data" / "messy_spreadsheets" / "PenisDataset_EGFR_Hscore.csv"


@pytest.mark.skipif(not REAL.exists(), reason="the public table is not beside the repository")
def test_that_a_published_table_of_egfr_scores_with_follow_up_is_read_by_naming_three_columns(tmp_path: Path) -> None:
    """53 patients, one without a score; the other columns become clinical ones."""
    keys = f'file = "{REAL.as_posix()}", sample = "A", receptor = "EGFR"'
    dataset = load(tmp_path, f'ihc = {{ {keys}, h_score = "egfr.median.score" }}', role="cohort")
    assert dataset.unusable == ()
    assert len(dataset.expression[0].samples) == 52
    assert value(dataset, "1", "EGFR") == pytest.approx(7.2)
    assert fates(dataset)["AG34"] == "not done or not available"
    assert dataset.clinical is not None
    assert {"died.disease", "fu.last.mo", "stage"} <= set(dataset.clinical.columns)


@pytest.mark.skipif(not REAL.exists(), reason="the public table is not beside the repository")
def test_that_the_same_table_named_as_another_score_is_refused_cell_by_cell(tmp_path: Path) -> None:
    """Its medians reach 20, so they are no immunoreactive scores."""
    dataset = load(tmp_path, f'ihc = {{ file = "{REAL.as_posix()}", sample = "A", receptor = "EGFR", '
                             'irs = "egfr.median.score" }', role="cohort")
    told = [problem.line() for problem in dataset.findings if problem.code == "irs_range"]
    assert told[0] == (f"{REAL.name} › AG13 › 12: 18 is no immunoreactive score (0 to 12); this row is left out; correct the "
                       "cell")
    assert told[-1] == (f"{REAL.name} › AG24 › 23: 10 more cells or rows like this: AG24, AG25, AG38, AG40, AG41, AG43, AG44, "
                        "AG46, … (AG24: 17.4 is no immunoreactive score (0 to 12); this row is left out); correct the cell")


def test_that_names_and_birth_dates_of_patients_in_a_table_of_biopsies_are_warned_about(tmp_path: Path) -> None:
    people = [("Anna Muster", "1960-02-01"), ("Berta Klein", "1955-07-30"), ("Carla Santos-Diaz", "1971-12-24")]
    rows = [(f"P{n}", name, born, "pre", "HER2", 100) for n, (name, born) in enumerate(people)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Name", "Date of birth", "Timepoint", "Antibody", "H-score"])
    problem = said(dataset, "personal_data")
    assert problem.line() == (
        "ihc.xlsx › IHC › column B: 2 columns look like personal data: “Name” (B), “Date of birth” (C); remove the columns "
        "from the file and import it again")
    assert problem.severity == Severity.WARNING


def test_that_names_of_samples_that_may_be_one_biopsy_are_asked_about(tmp_path: Path) -> None:
    rows = [("P01_pre", "HER2", 100), ("Patient 1 Post", "HER2", 150), ("pt-1 (after Tx)", "HER2", 150)]
    dataset = ihc(tmp_path, rows, head=["Sample", "Antibody", "H-score"])
    assert said(dataset, "samples_may_be_one").what == (
        "“pt-1 (after Tx)” and “Patient 1 Post” may be one sample; they are kept apart")


def test_that_a_number_with_a_comma_among_points_is_left_out_by_name(tmp_path: Path) -> None:
    rows = [("P01", "HER2", 1234.5), ("P02", "HER2", "1.234,5"), ("P03", "HER2", 80.5)]
    dataset = ihc(tmp_path, rows, head=["Patient", "Antibody", "H-score"])
    assert said(dataset, "h_score_range").what == "1234.5 is no H-score (0 to 300); this row is left out"
    assert said(dataset, "words_for_score").what == ("“1.234,5” is no number, and none is made of it; this row is left out")
    assert dataset.expression[0].samples == ("P03",)


def test_that_samples_whose_rows_are_all_left_out_are_said_to_have_no_value(tmp_path: Path) -> None:
    rows = [("P01", "pre", "HER2", 5, 5, 5, 80, None, ""), ("P01", "post", "HER2", 0, 0, 0, 100, None, "")]
    dataset = ihc(tmp_path, rows)
    assert said(dataset, "sample_without_value").line() == (
        "ihc.xlsx › IHC: 1 sample of this table has no value that can be used: P01 pre")
    assert "sample_without_partner" not in codes(dataset)
