"""Rules of gene names that became dates or numbers. The tables here are look-alikes of our own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.data.genes.excel_damage import damage_of, date_readings, genes_of_date
from core.data.genes.gene_findings import problems_of_calls
from core.data.genes.gene_symbols import GeneCall, resolve_genes
from tests.builders import cells_of_column

SHARED = Path(__file__).parents[2] / "shared" / "data"
GENES = ["ERBB2", "MET", "EGFR", "GAPDH"]


def among_genes(*names: str, dates: bool = False) -> tuple[GeneCall, ...]:
    """The calls of ``names`` in a column that otherwise holds genes."""
    positions = range(len(names)) if dates else ()
    return resolve_genes([*names, *GENES], dates=positions)[:len(names)]


@pytest.mark.parametrize(("text", "readings"), [
    ("2-Sep", [(2, 9)]), ("Sep-02", [(2, 9)]), ("02-Sep", [(2, 9)]), ("1-Mar", [(1, 3)]), ("Mar-01", [(1, 3)]),
    ("1-Dec", [(1, 12)]), ("2 Sep", [(2, 9)]), ("2.Sep", [(2, 9)]), ("02. Sep", [(2, 9)]), ("2-Sep-2024", [(2, 9)]),
    ("September 2", [(2, 9)]), ("X2.Sep", [(2, 9)]), ("1. Mrz", [(1, 3)]), ("4-Okt", [(4, 10)]), ("1-déc", [(1, 12)]),
    ("2024-09-02", [(2, 9)]), ("2024-09-02 00:00:00", [(2, 9)]), ("2011-09-01", [(1, 9), (11, 9)]),
    ("2024-09-01", [(1, 9), (24, 9)]), ("9/2", [(2, 9), (9, 2)]), ("09/02/2024", [(2, 9), (9, 2)]), ("9/15", [(15, 9)]),
    ("SEPT2", []), ("MARCH1", []), ("32-Sep", []), ("ERBB2", []), ("", []), ("NKX2-1", []), ("H2-K1", []),
    ("44806", []),
])
def test_that_a_date_is_read_in_every_way_it_can_be_meant(text: str, readings: list[tuple[int, int]]) -> None:
    assert list(date_readings(text)) == readings


@pytest.mark.parametrize(("day", "month", "genes"), [
    (1, 3, {"MARCHF1", "MTARC1"}), (2, 3, {"MARCHF2", "MTARC2"}), (3, 3, {"MARCHF3"}), (1, 9, {"SEPTIN1"}),
    (2, 9, {"SEPTIN2", "SEPTIN6"}), (1, 12, {"DELEC1", "BHLHE40"}), (13, 9, {"SEPTIN7P2"}), (15, 9, {"SELENOF"}),
    (4, 10, {"POU5F1"}), (20, 7, set()),
])
def test_that_a_day_fits_the_genes_that_hgnc_knows_under_such_a_name(day: int, month: int, genes: set[str]) -> None:
    assert set(genes_of_date(day, month)) == genes


@pytest.mark.parametrize(("text", "symbol"), [
    ("3-Mar", "MARCHF3"), ("Mar-03", "MARCHF3"), ("2024-03-03", "MARCHF3"), ("15-Sep", "SELENOF"), ("1-Sep", "SEPTIN1"),
    ("9/15", "SELENOF"), ("X4.Mar", "MARCHF4"),
])
def test_that_a_date_is_repaired_where_one_gene_fits(text: str, symbol: str) -> None:
    (call,) = among_genes(text)
    assert (call.symbol, call.how, call.damage) == (symbol, "repaired", "date")


@pytest.mark.parametrize(("text", "candidates"), [
    ("1-Mar", {"MARCHF1", "MTARC1"}), ("2-Sep", {"SEPTIN2", "SEPTIN6"}), ("9/3", {"SEPTIN3", "MARCHF9"}),
    ("2010-09-01", {"SEPTIN1", "SEPTIN10"}), ("20-Jul", set()),
])
def test_that_a_date_that_fits_several_genes_or_none_is_left_out_and_asked(text: str, candidates: set[str]) -> None:
    (call,) = among_genes(text)
    assert (call.symbol, call.how, set(call.candidates)) == ("", "ambiguous", candidates)


@pytest.mark.parametrize(("text", "kind", "candidates"), [
    ("44806", "date number", ("SEPTIN2", "SEPTIN6")),   # 2022-09-02
    ("44623", "date number", ("MARCHF3",)),             # 2022-03-03: one gene fits, and still a number is not guessed
    ("2.31E+13", "number", ()), ("2.31e+19", "number", ()), ("23100000000000", "number", ()),
])
def test_that_numbers_are_found_and_never_guessed(text: str, kind: str, candidates: tuple[str, ...]) -> None:
    (call,) = among_genes(text)
    assert (call.symbol, call.how, call.damage, call.candidates) == ("", "ambiguous", kind, candidates)


def test_that_a_date_is_not_repaired_when_its_gene_stands_in_the_column_itself() -> None:
    beside, own = among_genes("3-Mar", "MARCH3")
    assert (beside.symbol, beside.how, beside.candidates) == ("", "ambiguous", ("MARCHF3",))
    assert own.symbol == "MARCHF3"


def test_that_two_cells_of_one_date_are_two_rows_of_its_gene() -> None:
    assert [call.symbol for call in among_genes("6-Sep", "6-Sep", "6-Sep.1")] == ["SEPTIN6"] * 3


def test_that_dates_in_a_column_of_anything_else_are_left_alone() -> None:
    calls = resolve_genes(["2-Sep", "3-Mar", "4-Oct", "visit", "44806"])
    assert {call.how for call in calls} == {"unknown"}
    assert {call.damage for call in calls} == {""}


def test_that_a_date_cell_is_damage_whatever_its_text() -> None:
    (call,) = among_genes("2022-07-20 10:30", dates=True)
    assert (call.how, call.damage, call.candidates) == ("ambiguous", "date", ())
    assert damage_of("2022-03-03", True) == damage_of("2022-03-03")


def test_that_an_answer_settles_a_damaged_cell() -> None:
    calls = resolve_genes(["2-Sep", "2.31E+13", *GENES], answers={"2-Sep": "SEPTIN2", "2.31E+13": "GAPDHS"})
    assert [(call.symbol, call.how) for call in calls[:2]] == [("SEPTIN2", "answered"), ("GAPDHS", "answered")]


def test_that_the_findings_name_cell_candidates_and_remedy() -> None:
    names = ["1-Mar", "1-Mar", "3-Mar", "44806", "2.31E+13", *GENES]
    problems = problems_of_calls(resolve_genes(names), cells_of_column(len(names)))
    lines = [problem.line() for problem in problems]
    assert lines[0] == (
        "genes.csv › A2: 1-Mar stands where a gene name should: a spreadsheet program turned the name into a date; "
        "it was MARCHF1 or MTARC1; the 2 rows are left out (cells A2, A3); write the symbol into the file as text, or "
        'choose the gene: under [dataset.answers] write genes."1-Mar" = "MARCHF1"')
    assert [problem.code for problem in problems] == [
        "gene_name_is_date", "gene_name_is_date", "gene_name_is_number", "gene_name_repaired"]
    assert "3-Mar → MARCHF3 in A4" in lines[3]


@pytest.mark.local_data
@pytest.mark.skipif(not (SHARED / "gene_symbols").exists(), reason="needs the local map of HGNChelper")
def test_that_every_date_of_hgnchelper_is_found_and_never_repaired_otherwise() -> None:
    expected: dict[str, set[str]] = {}
    with (SHARED / "gene_symbols" / "excel_mangled_symbols_mog_map.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            expected.setdefault(row["mogrified"], set()).add(row["original"])
    assert len(expected) == 217
    repaired = 0
    for text, genes in expected.items():
        (call,) = among_genes(text)
        assert call.damage == "date", text
        if call.how == "repaired":
            assert genes == {call.symbol}, text
            repaired += 1
        else:
            assert genes <= set(call.candidates), text
    assert repaired > 100


@pytest.mark.local_data
@pytest.mark.skipif(not (SHARED / "messy_spreadsheets").exists(), reason="needs the local damaged table")
def test_that_the_damage_of_a_published_table_is_found() -> None:
    with (SHARED / "messy_spreadsheets" / "excel_mangled_GeneExpr004.csv").open(encoding="utf-8", newline="") as file:
        names = [row[0] for row in csv.reader(file)][1:]
    damaged = [call for call in resolve_genes(names) if call.damage]
    assert len(damaged) == 17  # as its PROVENANCE says
    assert {call.name for call in damaged if call.how == "ambiguous"} == {"1-Mar", "2-Mar"}
    assert {call.name: call.symbol for call in damaged if call.symbol} == {
        "1-Sep": "SEPTIN1", "3-Sep": "SEPTIN3", "4-Sep": "SEPTIN4", "6-Sep": "SEPTIN6", "8-Sep": "SEPTIN8",
        "3-Mar": "MARCHF3", "4-Mar": "MARCHF4", "9-Mar": "MARCHF9", "10-Mar": "MARCHF10"}
