"""results.xlsx: sheets, numbers as numbers, text as text, limits of the format, equal bytes."""

import math
import zipfile

import numpy as np
import openpyxl
import pytest

from core import RESEARCH_USE
from core.analyses.base import ResultTable
from core.data.patients.cohort import LedgerEntry
from core.export import sheet_cells, workbook
from core.export.sheet_cells import P_FORMAT, height_of, number_format, plain
from core.export.workbook import sheet_names, write_workbook
from core.problems import Location, warning
from tests.figure_data import NASTY, result

LEDGER = (LedgerEntry("P01", True, "analysed", ""), LedgerEntry("P02", False, "time", "no follow-up", "D17"))


def receptors(**changes):
    """A small table with every kind of value."""
    columns = {"receptor": ["AXL", "MARCHF1", "=1+1"], "n": np.array([214, 214, 190]), "hr": np.array([1.53, np.nan, 0.7]),
               "p": [0.034, 1e-9, None], "holds": np.array([True, False, False]), "coef": [0.4252677, -np.inf, 0.01]}
    return ResultTable("receptors", {**columns, **changes}, "All receptors", {"hr": "hazard ratio per SD"})


def write(path, *results, **changes):
    """Write with small surroundings; returns the notes."""
    facts = {"study_words": [("Study", "METABRIC"), ("Answer", "AXL goes with earlier relapse.")],
             "samples": {"her2": LEDGER}, "versions": {"RTKscope": "0.1.0"},
             "problems": [warning("time_zero", "one patient has time 0", Location("a.xlsx", "Sheet1", "D17"))]}
    return write_workbook(path, results or [result(receptors())], **{**facts, **changes})


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "results.xlsx"
    assert write(path, result(receptors(), parameters={"adjust": ("ER", "grade"), "seed": 1, "rmst_at": 60.0})) == ()
    return openpyxl.load_workbook(path)


def rows_of(sheet):
    """All values, row by row."""
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_that_the_sheets_are_there_in_order(opened):
    assert opened.sheetnames == ["Read me", "prognosis receptors", "Columns", "Methods", "Samples", "Parameters",
                                 "Versions", "Problems"]


def test_that_values_read_back_equal_and_what_is_undefined_is_empty(opened):
    assert rows_of(opened["prognosis receptors"]) == [
        ["receptor", "n", "hr", "p", "holds", "coef"], ["AXL", 214, 1.53, 0.034, True, 0.4252677],
        ["MARCHF1", 214, None, 1e-9, False, None], ["=1+1", 190, 0.7, None, False, 0.01]]


def test_that_nothing_is_a_formula_or_a_link_and_gene_symbols_are_text(opened):
    sheet = opened["prognosis receptors"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n", "b"}
    assert sheet["A4"].data_type == "s"
    assert sheet["A3"].number_format == "@"
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_that_p_is_rounded_by_its_format_only_and_the_header_is_bold_and_frozen(opened):
    sheet = opened["prognosis receptors"]
    assert sheet["D2"].number_format == P_FORMAT == '[<0.001]"< 0.001";[<=0.1]0.000;0.00'
    assert sheet["C2"].number_format == "0.00"
    assert sheet["B2"].number_format == "0"
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "B2"


def test_that_each_column_is_explained(opened):
    assert ["prognosis receptors", "hr", "hazard ratio per SD"] in rows_of(opened["Columns"])


def test_that_every_sample_is_listed_with_the_reason(opened):
    assert rows_of(opened["Samples"])[1:] == [["her2", "P01", True, "analysed", None, None],
                                              ["her2", "P02", False, "time", "no follow-up", "D17"]]


def test_that_parameters_versions_and_problems_are_there(opened):
    assert rows_of(opened["Parameters"])[1:] == [["prognosis", "adjust", "ER, grade"], ["prognosis", "seed", 1],
                                                 ["prognosis", "rmst_at", 60]]
    assert rows_of(opened["Versions"])[1:] == [["RTKscope", "0.1.0"]]
    assert rows_of(opened["Problems"])[1][:3] == ["warning", "a.xlsx \u203a Sheet1 \u203a D17", "one patient has time 0"]


def test_that_the_read_me_names_every_sheet(opened):
    words = [cell for row in rows_of(opened["Read me"]) for cell in row]
    assert RESEARCH_USE in words
    assert {"METABRIC", "All receptors", *opened.sheetnames[1:]} <= set(words)


def test_that_no_problem_is_said(tmp_path):
    write(tmp_path / "r.xlsx", problems=[])
    assert rows_of(openpyxl.load_workbook(tmp_path / "r.xlsx")["Problems"])[1][2] == "No problem was found."


def test_that_two_runs_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_that_nasty_text_stays_as_it_is(tmp_path):
    texts = [*NASTY, "https://x.y", "internal:A1", "007", "1-Mar", "\ud800half", "line\nbreak", " blank "]
    write(tmp_path / "r.xlsx", result(ResultTable("t", {"receptor": texts})))
    read = [row[0] for row in rows_of(openpyxl.load_workbook(tmp_path / "r.xlsx")["prognosis t"])][1:]
    assert read == [text.replace("\ud800", "?") for text in texts]
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"<f>" not in everything
    assert b"hyperlink" not in everything


def test_that_a_text_too_long_for_a_cell_is_cut_and_said(tmp_path):
    notes = write(tmp_path / "r.xlsx", result(ResultTable("t", {"why": ["x" * 40_000, "short"]})))
    value = openpyxl.load_workbook(tmp_path / "r.xlsx")["prognosis t"]["A2"].value
    assert len(value) == 32_767
    assert value.endswith("(cut, 40,000 characters in all)")
    assert [note.code for note in notes] == ["text_cut"]


def test_that_more_rows_than_a_sheet_holds_are_cut_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)
    notes = write(tmp_path / "r.xlsx", result(ResultTable("t", {"n": range(30)})))
    values = [row[0] for row in rows_of(openpyxl.load_workbook(tmp_path / "r.xlsx")["prognosis t"])]
    assert values == ["n", *range(8), "22 more rows: the whole table is in prognosis/t.csv"]
    assert notes[0].code == "too_many_rows"
    assert "first 8 of 30 rows" in notes[0].what
    assert sheet_cells.MOST_ROWS == 1_048_576


def test_that_sheet_names_are_short_unique_and_allowed():
    names = sheet_names(["Read me", "prognosis receptors", "PROGNOSIS receptors", "a" * 60, "a" * 60, "[x]:*?/\\y", "'q'",
                         "History", "", "a very long name of an analysis receptors", "日本" * 20, "\U0001f600" * 40])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert names[:3] == ("Read me", "prognosis receptors", "PROGNOSIS receptors (2)")
    assert names[9] == "a very long name of\u2026 receptors"
    assert "history" not in {name.casefold() for name in names}


@pytest.mark.parametrize(("name", "values", "pattern"), [
    ("p_maxt", [1.0, 1.0], P_FORMAT), ("q", [12.5, 3.0], "0.00"), ("hr_low", [0.5], "0.00"), ("n", [214, 3], "0"),
    ("coef", [0.0312, -0.05], "0.0000"), ("time", [81.31, 12.0], "0.0"), ("tiny", [1e-12], "0.000E+00"),
    ("none", [math.nan, None], "General"),
])
def test_that_a_column_is_shown_with_the_digits_that_matter(name, values, pattern):
    assert number_format(name, values) == pattern


def test_that_settings_read_as_words():
    assert [plain(value) for value in (None, (), "", (0.75, 1.33), True, 60.0, {"a": (1, 2)})] == [
        "none", "none", "none", "0.75, 1.33", True, 60, "a: 1, 2"]


def test_that_rows_of_long_words_are_tall_enough():
    assert height_of(("short", "x"), (10.0, 10.0)) == 14.0
    assert height_of(("x" * 95,), (10.0,)) == 131.0
    assert height_of(("x" * 10**5,), (10.0,)) == 409.0
