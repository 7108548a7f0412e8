"""What is said while files are looked at: which sheet of how many, and how many of its rows.

Not for: how it is shown (test_widget_state_views.py) or what is found (test_import_parts.py).
"""

from __future__ import annotations

import re
from pathlib import Path

import xlsxwriter

from core.data.load_dataset import FileShelf
from core.jobs import JobContext
from gui.pages.importing.found_files import look_at_files

ROWS = 20_000


def words_of(path: Path) -> list[str]:
    said: list[str] = []
    look_at_files([path], FileShelf(), JobContext(lambda _, words: said.append(words)))
    return said


def workbook(path: Path, sheets: int) -> Path:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    for number in range(sheets):
        sheet = book.add_worksheet(f"Plate {number + 1}")
        sheet.write_row(0, 0, ["Gene", "P01", "P02", "P03"])
        for row in range(1, ROWS if number == 1 else 30):
            sheet.write_row(row, 0, [f"GENE{row}", row % 7 + 0.25, row % 5 + 0.5, row % 3 + 0.125])
    book.close()
    return path


def test_that_a_workbook_says_which_sheet_is_read_and_how_many_rows_are_behind(tmp_path: Path) -> None:
    said = words_of(workbook(tmp_path / "plates.xlsx", 5))
    counted = [found for words in said
               if (found := re.fullmatch(r"Reading sheet 2 of 5: ([\d,]+) of 20,000 rows", words))]
    rows = [int(found[1].replace(",", "")) for found in counted]
    assert len(set(rows)) > 3, said
    assert max(rows) <= ROWS
    assert all(row % 100 == 0 for row in rows)
    assert rows == sorted(rows), "what was read stays read"


def test_that_a_workbook_of_one_sheet_counts_too(tmp_path: Path) -> None:
    said = words_of(workbook(tmp_path / "plate.xlsx", 1))
    assert "Reading sheet 1 of 1: 30 of 30 rows" in said


def test_that_a_text_file_says_how_many_rows_were_read(tmp_path: Path) -> None:
    path = tmp_path / "arrays.csv"
    path.write_text("Gene,P01,P02\n" + "".join(f"G{row},{row % 7},{row % 5}\n" for row in range(400_000)),
                    encoding="utf-8")
    said = words_of(path)
    counted = [int(found[1].replace(",", "")) for words in said
               if (found := re.fullmatch(r"Reading arrays\.csv: ([\d,]+) rows", words))]
    assert counted
    assert 0 < max(counted) <= 400_001
