"""From a sheet to clinical columns: ids, missing values, limits, columns that a study names, answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.files.raw_table import RawTable
from core.data.sheets.importing import Imported, import_clinical
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import ClinicalTable, Missing
from core.problems import Severity, UserError
from tests.builders import raw_table, read_result

PATIENTS: list[list[str | float | None]] = [
    ["Patient", "Age", "HER2 IHC", "OS months", "OS event", "Treatment", "Ki67"],
    ["P01", 51, "3+", 12.5, 1, "none", "<5"],
    ["P02", 42, "0", None, 0, "unknown", 30],
    ["P03", 63, "2+", 40, 0, "chemo", 20],
    ["P04", "NA", "1+", 3.25, 1, "chemo", "ND"]]


def imported(table: RawTable, answers: Answers | None = None, wanted: tuple[str, ...] = (), **stated: object) -> Imported:
    spec = TableSpec(Path(table.file), **stated)  # type: ignore[arg-type]
    return import_clinical(spec, answers, raw_file=read_result(table), wanted=wanted)


def clinical(table: RawTable, answers: Answers | None = None, **stated: object) -> ClinicalTable:
    found = imported(table, answers, **stated).clinical
    assert found is not None
    return found


def codes(result: Imported, severity: Severity | None = None) -> list[str]:
    return [problem.code for problem in result.problems if severity in (None, problem.severity)]


def test_that_every_column_is_read_with_numbers_words_and_cells() -> None:
    found = clinical(raw_table(PATIENTS))
    assert found.samples == ("P01", "P02", "P03", "P04")
    assert list(found.columns) == ["Patient", "Age", "HER2 IHC", "OS months", "OS event", "Treatment", "Ki67"]
    np.testing.assert_array_equal(found.columns["Age"].numbers, [51, 42, 63, np.nan])
    assert found.columns["HER2 IHC"].texts == ("3+", "0", "2+", "1+")
    assert found.columns["OS months"].cells == ("D2", "D3", "D4", "D5")
    assert found.columns["OS event"].place.cell == "column E"


def test_that_every_missing_value_has_its_reason() -> None:
    found = clinical(raw_table(PATIENTS))
    assert found.columns["Age"].missing == {3: Missing.NOT_AVAILABLE}
    assert found.columns["OS months"].missing == {1: Missing.BLANK}
    assert found.columns["Ki67"].missing == {0: Missing.BELOW_LIMIT, 3: Missing.NOT_DONE}
    assert found.columns["Ki67"].limits == {0: 5.0}


def test_that_none_and_unknown_are_answers_in_a_clinical_table() -> None:
    found = clinical(raw_table(PATIENTS))
    assert found.columns["Treatment"].texts == ("none", "unknown", "chemo", "chemo")
    assert not found.columns["Treatment"].missing


def test_that_a_minus_is_an_answer_beside_a_plus() -> None:
    signs = raw_table([["ID", "HER2", "ER"], ["a", "+", "pos"], ["b", "-", "-"], ["c", "-", "neg"]])
    found = clinical(signs)
    assert not found.columns["HER2"].missing
    assert found.columns["ER"].missing == {1: Missing.NOT_AVAILABLE}


def test_that_words_in_a_column_of_codes_are_codes_and_in_a_measured_column_unreadable() -> None:
    rows: list[list[str | float | None]] = [["id", "status", "months", "subject"]]
    rows += [[f"P{i}", i % 2, 3.5 * i, 10 + i] for i in range(20)]
    rows[3][1:] = ["lost", "about a year", "A25"]
    result = imported(raw_table(rows), id="id")
    assert result.clinical is not None
    assert not result.clinical.columns["status"].missing
    assert not result.clinical.columns["subject"].missing
    assert result.clinical.columns["months"].missing == {2: Missing.UNREADABLE}
    said = next(problem for problem in result.problems if problem.code == "unreadable_values")
    assert (said.where.cell, said.severity) == ("C4", Severity.WARNING)
    assert "about a year" in said.what


def test_that_a_column_the_study_names_must_exist() -> None:
    with pytest.raises(UserError) as caught:
        imported(raw_table(PATIENTS), wanted=("OS_months", "OS event"))
    (problem,) = caught.value.problems
    assert problem.code == "no_column"
    assert "OS_months" in problem.what
    assert "OS months" in problem.remedy
    assert problem.where.words() == "lab.xlsx › Sheet1"


def test_that_a_name_with_a_line_break_is_the_name_with_a_blank() -> None:
    found = imported(raw_table([["id", "OS\n(months)"], ["a", 1.5], ["b", 2.5]]), wanted=("OS (months)",)).clinical
    assert found is not None
    assert found.columns["OS (months)"].numbers.tolist() == [1.5, 2.5]


def test_that_repeated_column_names_are_told_apart_by_their_letter() -> None:
    result = imported(raw_table([["id", "HER2", "HER2"], ["a", "pos", 1], ["b", "neg", 0]]))
    assert result.clinical is not None
    assert list(result.clinical.columns) == ["id", "HER2", "HER2 (C)"]
    assert "repeated_column_name" in codes(result, Severity.WARNING)


def test_that_a_repeated_patient_with_other_values_is_left_out_and_a_copied_row_is_kept_once() -> None:
    rows = [*PATIENTS, ["P05", 44, "0", 7, 0, "chemo", 12], ["P05", 44, "0", 9, 1, "chemo", 12], PATIENTS[3]]
    result = imported(raw_table(rows), id="Patient")
    assert result.clinical is not None
    assert result.clinical.samples == ("P01", "P02", "P03", "P04")
    warned = {problem.code: problem.what for problem in result.problems if problem.severity is Severity.WARNING}
    assert "P05 (A6, A7)" in warned["repeated_samples_differ"]
    assert "P03 (A4, A8)" in warned["repeated_samples"]


def test_that_visits_without_a_column_of_samples_are_asked() -> None:
    rows: list[list[str | float | None]] = [["Patient", "Visit", "Score"]]
    rows += [[f"P{i // 2}", ("pre", "post")[i % 2], i] for i in range(8)]
    with pytest.raises(UserError) as caught:
        imported(raw_table(rows))
    assert (caught.value.problems[0].code, caught.value.problems[0].answer_key) == ("which_id", "id")


def test_that_answers_are_applied_to_clinical_tables_too() -> None:
    answers = Answers(samples={"P02": "Patient 2"}, drop=("P04",), cells={"B5": "70", "D3": "18.5"})
    found = clinical(raw_table(PATIENTS), answers)
    assert found.samples == ("P01", "Patient 2", "P03")
    assert found.columns["OS months"].numbers.tolist() == [12.5, 18.5, 40.0]


def test_that_a_table_with_patients_in_columns_keeps_the_addresses_of_the_file() -> None:
    turned = [list(column) for column in zip(*PATIENTS)]
    found = clinical(raw_table(turned), samples="columns")
    assert found.samples == ("P01", "P02", "P03", "P04")
    assert found.columns["OS months"].cells == ("B4", "C4", "D4", "E4")


def test_that_a_header_may_be_absent() -> None:
    rows: list[list[str | float | None]] = [["AU565", 6.397, "HER2amp"], ["BT20", 4.778, "TNBC"], ["BT474", 6.402, "HER2amp"]]
    found = clinical(raw_table(rows))
    assert found.samples == ("AU565", "BT20", "BT474")
    assert list(found.columns) == ["A", "B", "C"]


def test_that_comment_lines_and_unit_rows_are_no_patients() -> None:
    rows: list[list[str | float | None]] = [
        ["#Patient Identifier", "#Overall survival", "#Age"], ["#STRING", "NUMBER", "NUMBER"], ["#1", "1", "1"],
        ["PATIENT_ID", "OS", "AGE"], ["", "months", "years"], ["MB-0000", 140.5, 75.65], ["MB-0002", 84.6, 43.19]]
    found = clinical(raw_table(rows))
    assert found.samples == ("MB-0000", "MB-0002")
    assert list(found.columns) == ["PATIENT_ID", "OS", "AGE"]


def test_that_totals_and_footnotes_below_patients_are_left_out() -> None:
    result = imported(raw_table([*PATIENTS, ["Total", 4, "", 55.75, 2, "", ""], [], ["Abbreviations: OS, overall survival"]]))
    assert result.clinical is not None
    assert result.clinical.samples == ("P01", "P02", "P03", "P04")
    assert {"totals_row", "footnote"} <= set(codes(result))


def test_that_own_missing_words_and_numbers_add_to_the_usual_ones() -> None:
    rows: list[list[str | float | None]] = [["id", "age"], ["a", 51], ["b", 999], ["c", "not asked"], ["d", "NA"], ["e", 44]]
    found = clinical(raw_table(rows), missing=("999", "not asked"))
    assert set(found.columns["age"].missing) == {1, 2, 3}
    np.testing.assert_array_equal(found.columns["age"].numbers, [51, np.nan, np.nan, np.nan, 44])


def test_that_personal_data_and_copied_columns_are_warned_about() -> None:
    rows = [[*row, *extra] for row, extra in zip(PATIENTS, (["Date of birth", "Age again"], ["1970-02-01", 51], ["1980-01-01", 42],
                                                         ["1960-12-24", 63], ["1955-05-05", "NA"]))]
    result = imported(raw_table(rows))
    warned = {problem.code: problem.what for problem in result.problems if problem.severity is Severity.WARNING}
    assert "Date of birth" in warned["personal_data"]
    assert "“Age” (B) and “Age again” (I)" in warned["identical_columns"]


def test_that_e_mail_addresses_are_personal_data_whatever_the_column_is_called() -> None:
    result = imported(raw_table([["id", "contact"], ["a", "anna@clinic.example"], ["b", ""]]))
    assert "personal_data" in codes(result, Severity.WARNING)


def test_that_a_column_of_percentages_is_a_column_of_numbers() -> None:
    rows: list[list[str | float | None]] = [["id", "Ki67"], ["a", "12 %"], ["b", "<5%"], ["c", "30%"], ["d", "NA"], ["e", 7]]
    found = clinical(raw_table(rows)).columns["Ki67"]
    np.testing.assert_array_equal(found.numbers, [12, np.nan, 30, np.nan, 7])
    assert found.missing == {1: Missing.BELOW_LIMIT, 3: Missing.NOT_AVAILABLE}


def test_that_a_cell_merged_over_rows_stands_in_each_of_them() -> None:
    rows: list[list[str | float | None]] = [["id", "arm"], ["a", "A"], ["b", None], ["c", "B"], ["d", None]]
    result = imported(raw_table(rows, merged=((1, 1, 2, 1), (3, 1, 4, 1))))
    assert result.clinical is not None
    assert result.clinical.columns["arm"].texts == ("A", "A", "B", "B")
    assert "merged_cells" in codes(result)
