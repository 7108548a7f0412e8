"""Workbooks of every kind: values at their true addresses, and everything that a spreadsheet program hides."""

from __future__ import annotations

import gzip
import io
import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import python_calamine
import xlsxwriter

from core.data.files import xlsx_area
from core.data.files.cell_dates import format_kind, serial_text
from core.data.files.raw_table import RawTable
from core.data.files.workbook import ReadResult, likely_sheets, read_table, sheet_infos, sheet_names
from core.jobs import Cancelled, JobContext
from core.problems import Problem, Severity, UserError
from tests.workbook_files import ods, xlsb, xlsx

SAMPLES = Path(__file__).parent / "data" / "reading"
SHARED = Path(__file__).parents[2] / "shared" / "data"

IHC = [["", "", "", "", "", ""],
       ["", "HER2 biopsies, invented", "", "", "", ""],
       ["", "", "", "", "", ""],
       ["", "gene", "P01_pre", "P01_post", "taken on", "sum"],
       ["", "ERBB2", "7.25", "8.5", "2024-09-02", "15.75"],
       ["", "EGFR", "-1.5", "0", "2023-01-31", "#DIV/0!"],
       ["", "007", "5.3", "1e-07", "", "TRUE"],
       ["", "MET", "12345678.9", "", "", ""],
       ["", "KIT", "3", "weak focal", "", ""]]
"""What ihc.xls and ihc.ods hold, written down by hand when they were made (tests/data/PROVENANCE.md)."""


def rows(table: RawTable) -> list[list[str]]:
    return [table.row_texts(row) for row in range(table.n_rows)]


def found(result: ReadResult, code: str) -> Problem:
    return next(problem for problem in result.notes if problem.code == code)


def codes(result: ReadResult) -> set[str]:
    return {problem.code for problem in result.notes}


def from_bytes(tmp_path: Path, content: bytes, name: str = "a.xlsx", **stated: Any) -> ReadResult:
    path = tmp_path / name
    path.write_bytes(content)
    return read_table(path, **stated)


def made(tmp_path: Path, fill: Callable[[Any], object], **stated: Any) -> ReadResult:
    """A workbook by openpyxl, filled by ``fill``, and read."""
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return from_bytes(tmp_path, stream.getvalue(), **stated)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_that_old_and_open_workbooks_give_values_and_structure(kind: str) -> None:
    result = read_table(SAMPLES / f"ihc.{kind}")
    table = result.table
    expected = [list(row) for row in IHC]
    if kind == "ods":
        expected[6][5] = "1"  # LibreOffice writes the TRUE of an imported formula as the number 1
    assert rows(table) == expected
    assert table.numbers[4, 2] == 7.25
    assert table.numbers[6, 1] == 7
    assert table.hidden_rows == {7}
    assert table.hidden_columns == {3}
    assert table.merged == ((1, 1, 1, 4),)
    assert table.dates == {(4, 4), (5, 4)}
    assert result.format.kind == kind
    assert sheet_names(SAMPLES / f"ihc.{kind}") == ("IHC scores", "Read me", "hidden one")
    assert [info.visible for info in sheet_infos(SAMPLES / f"ihc.{kind}")] == [True, True, False]
    assert {"hidden_rows", "hidden_columns", "error_cells", "merged_cells", "date_cells", "sheet_chosen"} <= codes(
        result
    )


def test_that_xlsx_cells_of_every_type_are_read_at_their_true_address(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for column, value in enumerate(
            [
                "gene",
                1.5,
                "5.3",
                date(2024, 9, 2),
                datetime(2024, 9, 2, 3, 4, 5),
                True,
                "#N/A",
                time(3, 4),
                0.5,
                "007",
                timedelta(hours=30),
                " x ",
                "12,5",
                "3+",
                -2,
                "2.31E+13",
            ],
            2,
        ):
            sheet.cell(3, column, value)
        sheet["J3"].number_format = "0%"

    table = made(tmp_path, fill).table
    assert table.row_texts(2) == [
        "",
        "gene",
        "1.5",
        "5.3",
        "2024-09-02",
        "2024-09-02 03:04:05",
        "TRUE",
        "#N/A",
        "03:04:00",
        "0.5",
        "007",
        "30:00:00",
        "x",
        "12,5",
        "3+",
        "-2",
        "2.31E+13",
    ]
    assert table.numbers[2, [2, 3, 9, 10, 15, 16]].tolist() == [1.5, 5.3, 0.5, 7, -2, 2.31e13]
    assert table.dates == {(2, 4), (2, 5)}
    assert (table.cell(2, 1), table.place(2, 1).words()) == ("B3", "a.xlsx › Sheet › B3")


def test_that_a_decimal_comma_in_typed_numbers_can_be_stated(tmp_path: Path) -> None:
    result = made(tmp_path, lambda book: [book.active.append(row) for row in (["g", "a"], ["x", "12,5"])], decimal=",")
    assert result.table.numbers[1, 1] == 12.5


def test_that_numbers_typed_as_text_are_numbers_and_counted(tmp_path: Path) -> None:
    result = made(
        tmp_path, lambda book: [book.active.append(row) for row in (["g", "a", "b"], ["x", "1.5", "2"], ["y", 3, "4"])]
    )
    assert result.table.numbers[1:, 1:].tolist() == [[1.5, 2], [3, 4]]
    noted = found(result, "numbers_as_text")
    assert (noted.where.cell, noted.severity) == ("B2", Severity.NOTE)
    assert noted.what.startswith("3 numbers")


def test_that_formulas_without_a_value_are_blank_and_named(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.active.append(["gene", "P01", "log2"])
        book.active.append(["ERBB2", 8, "=LOG(B2,2)"])
        book.active.append(["EGFR", 4, "=LOG(B3,2)"])

    result = made(tmp_path, fill)
    assert result.table.uncalculated == ("C2", "C3")
    assert result.table.is_blank(1, 2)
    assert found(result, "formulas_not_calculated").where.cell == "C2"
    with pytest.raises(UserError) as caught:
        made(tmp_path, lambda book: book.active.append(["=1+1"]))
    assert caught.value.problems[0].code == "formulas_not_calculated"


def test_that_the_zeros_which_xlsxwriter_stores_for_formulas_are_no_values(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["gene", "P01", "log2"])
        sheet.write_row(1, 0, ["ERBB2", 0])
        sheet.write_formula(1, 2, "=B2+3")
    result = read_table(path)
    assert result.table.uncalculated == ("C2",)
    assert result.table.is_blank(1, 2)
    assert result.table.numbers[1, 1] == 0
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["gene", "P01", "log2"])
        sheet.write_row(1, 0, ["ERBB2", 0])
        sheet.write_formula(1, 2, "=B2+3", value=3)
        sheet.write_formula(2, 2, "=B2", value=0)
    result = read_table(path)
    assert result.table.numbers[1:, 2].tolist() == [3, 0]
    assert result.table.uncalculated == ()


def test_that_hidden_rows_columns_and_merges_are_told_and_kept(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for row in (["gene", "P01", "P02"], ["ERBB2", 1, 2], ["EGFR", 3, 4], ["MET", 5, 6]):
            sheet.append(row)
        sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet.merge_cells("B1:C1")

    result = made(tmp_path, fill)
    assert result.table.numbers[1:, 1].tolist() == [1, 3, 5]
    assert result.table.hidden_rows == {1, 2}
    assert result.table.hidden_columns == {2}
    assert result.table.merged == ((0, 1, 0, 2),)
    assert found(result, "hidden_rows").what == "2 hidden rows (2, 3) were read like all others"
    assert found(result, "hidden_columns").what == "1 hidden column (C) was read like all others"
    assert found(result, "merged_cells").where.cell == "B1:C1"


def test_that_error_cells_stay_words(tmp_path: Path) -> None:
    result = from_bytes(tmp_path, xlsx('<sheetData><row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="e"><f>1/0</f>'
                                       '<v>#DIV/0!</v></c><c r="C1"><v>1</v></c></row></sheetData>'))
    assert result.table.row_texts(0) == ["#N/A", "#DIV/0!", "1"]
    assert found(result, "error_cells").severity is Severity.WARNING


ROW = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1.5</v></c><c r="C1"><v>-2</v></c></row>'
STRINGS = "<si><t>ERBB2</t></si>"


@pytest.mark.parametrize(
    "sheet",
    [
        f"<sheetData>{ROW}</sheetData>",
        '<dimension ref="A1"/><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="n"><v>1.5</v></c><c r="C1" s="0"><v>-2</v>'
        "</c></row></sheetData>",
        '<sheetData><row><c t="s"><v>0</v></c><c><v>1.5</v></c><c><v>-2</v></c></row></sheetData>',
        "<sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1'><v>1.5</v></c><c r='C1'><v>-2</v></c></row></sheetData>",
        '<sheetData>\n <row r="1">\n  <c\n r="A1" t="s">\n<v>0</v></c>\n <c t="n" r="B1"> <v>1.5</v> </c><c r="C1"><v xml:space="preserve">-2</v>'
        "</c></row>\n</sheetData>",
        '<sheetData><!-- <row r="9"><c r="A9"><v>9</v></c></row> --><row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[ERBB2]]></t></is></c>'
        '<c r="B1"><v>1.5</v></c><c r="C1"><v>-2</v></c></row></sheetData>',
        '<sheetData><row r="1"><c r="A1" t="str"><f>"ERBB"&amp;2</f><v>ERBB2</v></c><c r="B1"><f t="shared" si="0">3/2</f><v>1.5</v></c>'
        '<c r="C1"><v>-2</v></c></row><row r="2"/><row r="3" hidden="1"/></sheetData>',
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><r><rPr><b/><color rgb="1"/></rPr><t>ERB</t></r><r><t>B2</t></r>'
        '<rPh sb="0" eb="1"><t>reading</t></rPh></is></c><c r="B1"><v>1.5</v></c><c r="C1"><v>-2</v></c></row></sheetData>',
        '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1.5</v></c><c r="C1"><v>-2</v></c><c r="D1" s="0"/><c r="XFD1"/></row>'
        '<row r="1048576"><c r="A1048576" s="0"/></row></sheetData>',
    ],
)
def test_that_every_way_to_write_the_same_cells_gives_the_same_table(tmp_path: Path, sheet: str) -> None:
    table = from_bytes(tmp_path, xlsx(sheet, strings_xml=STRINGS)).table
    assert rows(table) == [["ERBB2", "1.5", "-2"]]
    assert table.numbers[0, 1:].tolist() == [1.5, -2]


def test_that_a_workbook_with_prefixed_tags_is_read(tmp_path: Path) -> None:
    sheet = (
        '<?xml version="1.0"?><x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>ERBB2</x:t></x:is></x:c><x:c r="B1"><x:v>1.5</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert rows(from_bytes(tmp_path, xlsx(sheet, wrap=False)).table) == [["ERBB2", "1.5"]]


def test_that_entities_and_the_escapes_of_excel_are_decoded(tmp_path: Path) -> None:
    strings = '<si><t>a &lt;b&gt; &amp;amp; &#945;&#x3B2;</t></si><si><t xml:space="preserve"> x_x000D_y </t></si><si/><si><t/></si>'
    sheet = (
        '<sheetData><row r="1">'
        + "".join(f'<c r="{letter}1" t="s"><v>{number}</v></c>' for number, letter in enumerate("ABCD"))
        + '<c r="E1"><v>1</v></c></row></sheetData>'
    )
    assert from_bytes(tmp_path, xlsx(sheet, strings_xml=strings)).table.row_texts(0) == [
        "a <b> &amp; αβ",
        "x\ry",
        "",
        "",
        "1",
    ]


@pytest.mark.parametrize("sheet", [
    '<sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData>',
    '<sheetData><row r="9999999"><c r="A9999999"><v>7</v></c></row></sheetData>',
    '<sheetData><row r="1"><c r="ZZZ1"><v>7</v></c></row></sheetData>',
    '<sheetData><row r="1"><c r="A1"><v>7</v></c></row>',
])
def test_that_a_sheet_which_contradicts_itself_is_damaged(tmp_path: Path, sheet: str) -> None:
    with pytest.raises(UserError) as caught:
        from_bytes(tmp_path, xlsx(sheet))
    assert caught.value.problems[0].code == "damaged_file"


def test_that_a_stray_entry_far_away_is_refused_with_its_address(tmp_path: Path) -> None:
    sheet = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with pytest.raises(UserError) as caught:
        from_bytes(tmp_path, xlsx(sheet))
    problem, = caught.value.problems
    assert problem.code == "table_too_large"
    assert "XFD1048576" in problem.what
    assert "stray entry" in problem.remedy


def test_that_repeated_cells_of_ods_are_unfolded_within_limits(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="2.5"{}><text:p>2,50</text:p></table:table-cell>'
    table = (
        '<table:table table:name="a"><table:table-column table:number-columns-repeated="1024"/>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>'
        f"{cell.format(chr(32) + chr(116) + 'able:number-columns-repeated=' + chr(34) + '3' + chr(34))}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/>'
        "</table:table-row></table:table>"
    )
    result = from_bytes(tmp_path, ods(table), "a.ods")
    assert rows(result.table) == [["", "", "2.5", "2.5", "2.5"]] * 2
    huge = table.replace('rows-repeated="2"', 'rows-repeated="1000000"').replace(
        'columns-repeated="3"', 'columns-repeated="16000"'
    )
    with pytest.raises(UserError) as caught:
        from_bytes(tmp_path, ods(huge), "a.ods")
    assert caught.value.problems[0].code == "table_too_large"


def test_that_texts_of_ods_leave_out_comments_and_keep_spaces(tmp_path: Path) -> None:
    table = (
        '<table:table table:name="a"><table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>note'
        '</text:p></office:annotation><text:p>a<text:s text:c="2"/>&lt;<text:span>b</text:span></text:p><text:p>c</text:p>'
        '</table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p>'
        '</table:table-cell><table:table-cell office:value-type="time" office:time-value="PT03H04M05S"/>'
        '<table:table-cell table:formula="of:=1+1"/><table:table-cell office:value-type="date" office:date-value="2024-09-02"/>'
        "</table:table-row></table:table>"
    )
    result = from_bytes(tmp_path, ods(table), "a.ods")
    assert result.table.row_texts(0) == ["a  <b\nc", "TRUE", "03:04:05", "", "2024-09-02"]
    assert result.table.uncalculated == ("D1",)
    assert result.table.dates == {(0, 4)}


BINARY: list[list[object]] = [
    ["gene", "P01", "when"],
    ["ERBB2", 1.5, ("date", 45537.0)],
    ["EGFR", -2, True],
    ["MET", b"\x2a", ""],
    ["007", "5.3", 0.1],
]


def test_that_binary_workbooks_are_read(tmp_path: Path) -> None:
    content = xlsb(BINARY, hidden_rows=[2])
    result = from_bytes(tmp_path, content, "a.xlsb")
    assert rows(result.table) == [["gene", "P01", "when"], ["ERBB2", "1.5", "2024-09-02"], ["EGFR", "-2", "TRUE"],
                                  ["MET", "#N/A", ""], ["007", "5.3", "0.1"]]
    assert result.table.numbers[4, 1] == 5.3
    assert result.table.hidden_rows == {2}
    assert result.table.merged == ((0, 0, 0, 1),)
    assert result.table.dates == {(1, 2)}
    # Oracle: calamine reads the same values from the same bytes (it leaves the error cell blank).
    other = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert other[:3] == [["gene", "P01", "when"], ["ERBB2", 1.5, date(2024, 9, 2)], ["EGFR", -2, True]]


def test_that_a_wild_address_in_a_binary_workbook_is_damage(tmp_path: Path) -> None:
    far = bytes([5, 16]) + (99_999).to_bytes(4, "little") + b"\0" * 12
    with pytest.raises(UserError) as caught:
        from_bytes(tmp_path, xlsb(BINARY, last=far), "a.xlsb")
    assert caught.value.problems[0].code == "damaged_file"


@pytest.mark.parametrize(
    ("serial", "kind", "from_1904", "text"),
    [
        (45537, "date", False, "2024-09-02"),
        (1, "date", False, "1900-01-01"),
        (59, "date", False, "1900-02-28"),
        (61, "date", False, "1900-03-01"),
        (45537.5, "date", False, "2024-09-02 12:00:00"),
        (44075, "date", True, "2024-09-02"),
        (0.25, "time", False, "06:00:00"),
        (1.25, "duration", False, "30:00:00"),
        (0, "date", False, ""),
        (-1, "date", False, ""),
        (3_000_000, "date", False, ""),
        (45537.99999999, "date", False, "2024-09-03"),
        (2_958_465, "date", True, ""),
    ],
)
def test_that_serial_numbers_become_the_dates_that_excel_shows(
    serial: float, kind: str, from_1904: bool, text: str
) -> None:
    assert serial_text(serial, kind, from_1904=from_1904) == text


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", ""),
        ("0.00", ""),
        ("0.00E+00", ""),
        ("#,##0.00 [$€-407]", ""),
        ("[Red]0.0", ""),
        ('0.0" days"', ""),
        ("Standard", ""),
        ("dd/mm/yyyy", "date"),
        ("d-mmm", "date"),
        ("yyyy\\-mm\\-dd", "date"),
        ("[$-409]mmm-yy;@", "date"),
        ("h:mm", "time"),
        ("mm:ss.0", "time"),
        ("[h]:mm:ss", "duration"),
        ("TT.MM.JJJJ", "date"),
        ("@", ""),
        ("0%", ""),
    ],
)
def test_that_formats_of_dates_are_told_from_formats_of_numbers(code: str, kind: str) -> None:
    assert format_kind(code) == kind


def sheets(*shapes: tuple[str, int, int], hidden: tuple[str, ...] = ()) -> Callable[[Any], None]:
    """Fill a workbook with sheets of the given names and sizes."""
    def fill(book: Any) -> None:
        book.remove(book.active)
        for name, n_rows, n_columns in shapes:
            sheet = book.create_sheet(name)
            for row in range(n_rows):
                sheet.append([f"{name} {row}", *range(n_columns - 1)])
            if name in hidden:
                sheet.sheet_state = "hidden"
    return fill


@pytest.mark.parametrize(("shapes", "hidden", "purpose", "chosen"), [
    ([("Data", 5, 4)], (), "expression", "Data"),
    ([("Tabelle1", 5, 4), ("Tabelle2", 0, 0), ("Tabelle3", 0, 0)], (), "expression", "Tabelle1"),
    ([("Read me", 9, 4), ("Results", 5, 4)], (), "expression", "Results"),
    ([("Meta", 19, 2), ("Data Columns", 13, 2), ("Data", 50, 8)], (), "expression", "Data"),
    ([("old", 5, 4), ("new", 5, 4)], ("old",), "expression", "new"),
    ([("RNA log2", 50, 8), ("Clinical data", 8, 5)], (), "expression", "RNA log2"),
    ([("RNA log2", 50, 8), ("Clinical data", 8, 5)], (), "clinical", "Clinical data"),
    ([("genes", 50, 2), ("Sheet2", 0, 0)], (), "expression", "genes"),
])
def test_that_the_only_sheet_which_can_be_meant_is_chosen_and_said(
    tmp_path: Path, shapes: list[tuple[str, int, int]], hidden: tuple[str, ...], purpose: str, chosen: str
) -> None:
    result = made(tmp_path, sheets(*shapes, hidden=hidden), purpose=purpose)
    assert result.table.sheet == chosen
    assert ("sheet_chosen" in codes(result)) == (len(shapes) > 1)


@pytest.mark.parametrize(
    "shapes",
    [
        [("log2", 5, 4), ("raw", 5, 4)],
        [("Cohort A", 5, 4), ("Cohort B", 9, 4), ("Read me", 3, 1)],
        [("RNA", 5, 4), ("RNA (2)", 5, 4), ("Clinical", 5, 4)],
    ],
)
def test_that_several_sheets_which_can_be_meant_are_asked_about(
    tmp_path: Path, shapes: list[tuple[str, int, int]]
) -> None:
    with pytest.raises(UserError) as caught:
        made(tmp_path, sheets(*shapes))
    problem, = caught.value.problems
    assert (problem.code, problem.answer_key) == ("which_sheet", "sheet")
    assert f"“{shapes[0][0]}” ({shapes[0][1]} x {shapes[0][2]})" in problem.what
    assert f'sheet = "{shapes[0][0]}"' in problem.remedy
    assert len(likely_sheets(tmp_path / "a.xlsx")) >= 2


def test_that_a_stated_sheet_is_used_and_a_wrong_name_names_the_nearest(tmp_path: Path) -> None:
    fill = sheets(("log2", 5, 4), ("raw counts", 6, 3), ("old", 2, 2), hidden=("old",))
    assert made(tmp_path, fill, sheet="raw counts").table.numbers.shape == (6, 3)
    assert made(tmp_path, fill, sheet=" Raw Counts").table.sheet == "raw counts"
    assert "hidden_sheet" in codes(made(tmp_path, fill, sheet="old"))
    with pytest.raises(UserError) as caught:
        made(tmp_path, fill, sheet="raw count")
    problem, = caught.value.problems
    assert (problem.code, problem.remedy, problem.answer_key) == (
        "no_such_sheet",
        "did you mean “raw counts”?",
        "sheet",
    )


def test_that_workbooks_without_data_and_with_hidden_data_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        made(tmp_path, sheets(("a", 0, 0), ("b", 0, 0)))
    assert caught.value.problems[0].code == "empty_file"
    with pytest.raises(UserError) as caught:
        made(tmp_path, sheets(("a", 0, 0)))
    assert caught.value.problems[0].code == "empty_file"
    with pytest.raises(UserError) as caught:
        made(tmp_path, sheets(("a", 0, 0), ("b", 5, 5), hidden=("b",)))
    assert (caught.value.problems[0].code, caught.value.problems[0].answer_key) == ("which_sheet", "sheet")


def random_sheet(seed: int) -> tuple[bytes, list[list[Any]]]:
    """A sheet with every mixture of numbers, words, blanks and dates, by XlsxWriter, and what it holds."""
    chance = np.random.default_rng(seed)
    table: list[list[Any]] = []
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": bool(seed % 2)}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for row in range(60):
            odds = [0.02, 0.5][row % 2]
            cells: list[Any] = [f"G{row}"]
            for _ in range(30):
                kind = chance.random()
                cells.append(
                    round(float(chance.normal()), 4)
                    if kind > odds
                    else [None, "NA", "weak", date(2020, 1, 1 + row % 28), True, 1e-300, "2.5", "x" * 50][
                        int(kind / odds * 8)
                    ]
                )
            for column, value in enumerate(cells):
                if isinstance(value, date):
                    sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write(row, column, value)
            table.append(cells)
    return stream.getvalue(), table


@pytest.mark.parametrize("seed", range(6))
def test_that_any_mixture_of_cells_is_what_openpyxl_reads(tmp_path: Path, seed: int) -> None:
    content, expected = random_sheet(seed)
    table = from_bytes(tmp_path, content).table
    same = openpyxl.load_workbook(io.BytesIO(content)).active
    assert same is not None
    for row, cells in enumerate(expected):
        for column, value in enumerate(cells):
            other = same.cell(row + 1, column + 1).value
            assert other == (datetime(value.year, value.month, value.day) if isinstance(value, date) else value)
            check_cell(table, row, column, value)


def check_cell(table: RawTable, row: int, column: int, value: Any) -> None:
    """The cell holds this value, as openpyxl gives it."""
    inside = row < table.n_rows and column < table.n_columns
    text = table.text(row, column) if inside else ""
    if value is None or (isinstance(value, str) and not value.strip()):
        assert text == ""
    elif isinstance(value, bool):
        assert text == str(value).upper()
    elif isinstance(value, (int, float)):
        assert table.numbers[row, column] == value
    elif isinstance(value, datetime):
        assert text == (value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")[:19])
    elif isinstance(value, (date, time)):
        assert text == value.isoformat()
    else:
        assert text == str(value).strip() or table.numbers[row, column] == float(value)


def test_that_progress_is_reported_and_a_large_sheet_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(2_000):
            sheet.write_row(row, 0, [row + 0.25] * 30)
    seen: list[float] = []
    assert read_table(path, job=JobContext(lambda fraction, _: seen.append(fraction))).table.numbers.shape == (
        2_000,
        30,
    )
    assert len(seen) >= 2
    job = JobContext(lambda fraction, _: job.cancel() if fraction > 0.3 else None)
    with pytest.raises(Cancelled):
        read_table(path, job=job)


def test_that_the_size_of_a_large_sheet_is_taken_from_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = xlsx('<dimension ref="A1:C7"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>')
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    info, = sheet_infos(path)
    assert (info.n_rows, info.n_columns) == (1, 1)
    monkeypatch.setattr(xlsx_area, "MAX_LOOKED_THROUGH", 10)
    info, = sheet_infos(path)
    assert (info.n_rows, info.n_columns) == (7, 3)


def test_that_a_gz_of_an_old_workbook_is_read(tmp_path: Path) -> None:
    content = gzip.compress((SAMPLES / "ihc.xls").read_bytes())
    assert from_bytes(tmp_path, content, "a.xls.gz", sheet="IHC scores").table.text(4, 1) == "ERBB2"


@pytest.mark.local_data
@pytest.mark.filterwarnings("ignore:Unknown extension:UserWarning:openpyxl")
@pytest.mark.skipif(not SHARED.exists(), reason="local data")
def test_that_every_real_xlsx_is_what_openpyxl_reads() -> None:
    compared = 0
    for path in sorted(SHARED.rglob("*.xlsx")):
        book = openpyxl.load_workbook(path, data_only=True, read_only=True)
        for info in sheet_infos(path):
            table = read_table(path, sheet=info.name).table
            assert (info.n_rows, info.n_columns) == (table.n_rows, table.n_columns)
            for row, cells in enumerate(book[info.name].iter_rows(values_only=True)):
                for column, value in enumerate(cells):
                    check_cell(table, row, column, value)
                    compared += 1
    assert compared > 300_000


@pytest.mark.local_data
@pytest.mark.skipif(not SHARED.exists(), reason="local data")
def test_that_every_real_xls_is_what_calamine_reads() -> None:
    compared = 0
    for path in sorted(SHARED.rglob("*.xls")):
        book = python_calamine.CalamineWorkbook.from_path(path)
        for info in sheet_infos(path):
            table = read_table(path, sheet=info.name).table
            for row, cells in enumerate(book.get_sheet_by_name(info.name).to_python(skip_empty_area=False)):
                for column, value in enumerate(cells):
                    check_cell(
                        table,
                        row,
                        column,
                        None if value == "" or (isinstance(value, float) and math.isnan(value)) else value,
                    )
                    compared += 1
    assert compared > 30_000
