"""Numbers that were typed into a workbook with a decimal comma are numbers all the same.

Not for: text files, which settle their decimal sign elsewhere.
"""

from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from core.data.files.typed_decimals import commas_are_decimal
from core.data.files.workbook import read_table
from tests.builders import raw_table


def workbook_of(path: Path, rows: list[list[str | float]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Werte")
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    return path


def test_that_words_with_a_decimal_comma_are_read_as_numbers_and_said(tmp_path: Path) -> None:
    path = workbook_of(tmp_path / "werte.xlsx", [["gene", "P1", "P2", "P3"], ["ERBB2", "10,5", "3,25", 7.5],
                                                 ["AXL", "1,234", "0,5", "12,75"]])
    read = read_table(path)
    np.testing.assert_array_equal(read.table.numbers[1:, 1:], [[10.5, 3.25, 7.5], [1.234, 0.5, 12.75]])
    assert read.format.decimal == ","
    assert "decimal_detected" in {said.code for said in read.notes}


def test_that_a_stated_sign_is_obeyed(tmp_path: Path) -> None:
    path = workbook_of(tmp_path / "werte.xlsx", [["gene", "P1", "P2", "P3"], ["ERBB2", "10,5", "3,25", "7,5"],
                                                 ["AXL", "1,234", "0,5", "12,75"]])
    assert np.isnan(read_table(path, decimal=".").table.numbers[1:, 1:]).all()


@pytest.mark.parametrize(("words", "decimal"), [
    (["1,234", "5,678", "9,012", "3,456", "7,890", "1,111"], False),
    (["1,234", "5,678", "9,012", "3,456", "7,890", "0,52"], True),
    (["1,5", "2,5", "3,5", "4,5"], False),
    (["P1, left", "P2,3 weeks"] * 5, False),
])
def test_that_only_what_can_be_nothing_else_counts_as_decimal(words: list[str], decimal: bool) -> None:
    assert commas_are_decimal(raw_table([[word] for word in words])) is decimal


@pytest.mark.parametrize(("points", "decimal"), [(1, "."), (0, ",")])
def test_that_a_sheet_with_both_signs_keeps_the_point(tmp_path: Path, points: int, decimal: str) -> None:
    path = workbook_of(tmp_path / "werte.xlsx", [["gene", "P1"], *[["g", f"{row},5"] for row in range(1, 7)],
                                                 *[["h", "6.5"]] * points])
    assert read_table(path).format.decimal == decimal
