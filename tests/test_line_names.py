"""Names of cell lines: which are one line, which are a variant to ask about, and which never meet."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.lines.line_names import donor, line_key, read_line_names
from core.data.lines.line_tables import match_line_tables
from core.data.sheets.recipe import Answers
from core.data.tables import ClinicalColumn, ClinicalTable, ExpressionMatrix, Scale
from core.problems import Location, Severity


def matrix(samples, values=None, genes=("EGFR",), measure="total"):
    table = np.arange(len(samples) * len(genes), dtype=float).reshape(len(samples), -1) if values is None else \
        np.array(values, dtype=float)
    return ExpressionMatrix(tuple(samples), tuple(genes), table, Scale.LOG2, measure, Location("elisa.tsv"))


def clinical(samples, file="gi50.tsv", **columns):
    made = {"line": ClinicalColumn("line", tuple(samples), np.full(len(samples), np.nan), {}, tuple(samples),
                                   Location(file))}
    for name, numbers in columns.items():
        made[name] = ClinicalColumn(name, tuple(f"{x:g}" for x in numbers), np.array(numbers, dtype=float), {},
                                    ("B1",) * len(numbers), Location(file))
    return ClinicalTable(tuple(samples), made, Location(file))


@pytest.mark.parametrize(("one", "other"), [
    ("SK-BR-3", "SKBR3"), ("SKBR3", "SKBR3_BREAST"), ("AU-565", "AU565"), ("T47D", "T-47D"), ("Hs 578T", "HS578T"),
    ("MDA-MB-231", "MDA231"), ("MCF 10A", "mcf-10a"), ("MDA-MB-134-VI", "MDAMB134"), ("CAL-85-1", "CAL851"),
    ("H1703", "NCI-H1703"), ("H1299", "NCI-H1299"), ("X184B5", "184-B5"), ("ZR-75-1", "ZR751")])
def test_that_names_of_one_line_share_their_key(one, other):
    assert line_key(one) == line_key(other)


@pytest.mark.parametrize(("one", "other"), [
    ("MDA-MB-231", "MDA-MB-435"), ("MCF 10A", "MCF 10F"), ("ZR-75-1", "ZR-75-30"), ("MB157", "MDAMB157"),
    ("EFM192A", "EFM192B"), ("HCC38", "HCC3800"), ("T1-1", "T11"), ("BT474", "BT-474-LR"), ("MDA-MB-435", "MDA-MB-435S")])
def test_that_names_which_differ_in_a_letter_or_a_digit_run_are_two_lines(one, other):
    assert line_key(one) != line_key(other)


@pytest.mark.parametrize(("name", "base", "variant"), [
    ("MCF7__b", "MCF7", "__b"), ("SK-BR-3__a", "SKBR3", "__a"), ("1%BT20", "BT20", "1%"), ("BT474-LR", "BT474", "LR"),
    ("SKBR3-TR", "SKBR3", "TR"), ("HCC1954/TR", "HCC1954", "TR"), ("HCC1954 parental", "HCC1954", "parental"),
    ("SKBR3TR", "SKBR3", "TR"), ("MCF10A (GM)", "MCF10A", "GM"), ("BT474.1", "BT474", "1"),
    ("MDAMB231ATCC", "MDAMB231", "ATCC"), ("T47DKBLUC", "T47D", "KBLUC"), ("MCF10ADCIS.com", "MCF10A", "DCISCOM")])
def test_that_a_variant_is_told_from_its_line(name, base, variant):
    read = read_line_names([name])[0]
    assert (read.base, read.variant) == (base, variant)
    assert read.key != line_key(base)


@pytest.mark.parametrize("name", ["MDA-MB-134-VI", "ZR-75-30", "T47D", "CAL-85-1", "MDA-MB-435S", "HCC1419", "184B5",
                                  "Ca9-22", "EFM-192A"])
def test_that_a_line_is_no_variant_of_a_shorter_name(name):
    assert read_line_names([name, "ZR-75", "MDA-MB-134", "EFM-192"])[0].base == ""


def test_that_lines_made_from_one_person_are_known():
    assert donor("AU565") == donor("SKBR3") != ""
    assert donor("BT474") == ""


def test_that_tables_meet_under_the_spelling_of_the_clinical_one_and_every_new_name_is_noted():
    met = match_line_tables([clinical(["SKBR3", "AU565"], gi50=[1, 2])], [matrix(["AU-565", "SK-BR-3"])])
    assert met.expression[0].samples == ("AU565", "SKBR3")
    assert met.expression[0].respelled == (("AU-565", "AU565", "elisa.tsv"), ("SK-BR-3", "SKBR3", "elisa.tsv"))
    assert [finding.code for finding in met.findings] == ["lines_respelled"]
    assert "AU-565 is AU565, SK-BR-3 is SKBR3" in met.findings[0].what


def test_that_a_variant_is_asked_about_and_never_merged():
    met = match_line_tables([clinical(["MCF7"], gi50=[1])], [matrix(["MCF7__b"]), matrix(["MCF7__b"], measure="phospho")])
    assert [table.samples for table in met.expression] == [("MCF7__b",), ("MCF7__b",)]
    (question,) = met.questions
    assert (question.name, question.line, question.beside) == ("MCF7__b", "MCF7", False)
    (asked,) = [finding for finding in met.findings if finding.code == "line_variant"]
    assert asked.severity == Severity.WARNING
    assert 'answers.samples."MCF7__b" = "MCF7"' in asked.remedy
    assert asked.what == "“MCF7__b” may be the line MCF7 of another table; it was left out"


def test_that_a_variant_which_the_user_calls_a_line_of_its_own_is_not_asked_about_again():
    answers = Answers(samples={"BT474-LR": "BT474-LR"})
    met = match_line_tables([clinical(["BT474"], gi50=[1])], [matrix(["BT474-LR", "BT-474"])], answers)
    assert not met.questions
    assert met.expression[0].samples == ("BT474-LR", "BT474")


def test_that_a_derivative_in_both_tables_is_simply_matched():
    met = match_line_tables([clinical(["BT474", "BT474-LR"], gi50=[1, 2])], [matrix(["BT-474", "BT-474 LR"])])
    assert met.expression[0].samples == ("BT474", "BT474-LR")
    assert not met.questions


def test_that_variants_whose_line_stands_beside_them_are_said_in_one_note():
    met = match_line_tables([clinical(["BT20", "1%BT20", "LY2", "1%LY2"], gi50=[1, 2, 3, 4])], [matrix(["BT-20", "LY2"])])
    (said,) = [finding for finding in met.findings if finding.code == "line_variants_beside"]
    assert said.what.endswith("1%BT20, 1%LY2")
    assert all(question.beside for question in met.questions)


def test_that_two_rows_of_one_line_with_different_values_are_left_out_in_the_words_of_the_page():
    met = match_line_tables([], [matrix(["SK-BR-3", "SKBR3", "BT474"], [[5.1], [6.3], [1.0]])])
    assert met.expression[0].samples == ("BT474",)
    (said,) = met.findings
    assert said.what == "SK-BR-3 and SKBR3 are one line with different values: 5.1 and 6.3"
    assert 'answers.drop = ["SKBR3"]' in said.remedy


def test_that_two_rows_of_one_line_are_averaged_where_the_study_says_so():
    answers = Answers(average=("SKBR3",))
    met = match_line_tables([clinical(["SK-BR-3", "SKBR3"], gi50=[2, 4])], [matrix(["SK-BR-3", "SKBR3"], [[5.0], [6.0]])],
                            answers)
    assert met.expression[0].values[0, 0] == 5.5
    assert met.clinical[0].columns["gi50"].numbers.tolist() == [3.0]


def test_that_two_rows_of_one_line_with_the_same_values_are_one():
    met = match_line_tables([], [matrix(["SK-BR-3", "SKBR3"], [[5.1, np.nan], [5.1, 2.0]], genes=("EGFR", "MET"))])
    assert met.expression[0].values.tolist() == [[5.1, 2.0]]


def test_that_a_name_of_two_tissues_stays_two_lines():
    met = match_line_tables([], [matrix(["TT_THYROID", "TT_OESOPHAGUS"])])
    assert met.expression[0].samples == ("TT_THYROID", "TT_OESOPHAGUS")
