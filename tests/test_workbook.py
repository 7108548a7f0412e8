"""The front door: one call for every kind of file, with format, notes and hints."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.data.files.workbook import FileFormat, likely_sheets, read_table, sheet_infos, sheet_names
from core.jobs import JobContext
from core.problems import Severity, UserError

SAMPLES = Path(__file__).parent / "data" / "reading"
SHARED = Path(__file__).parents[2] / "shared" / "data"


def test_that_a_text_file_has_one_nameless_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Gene,P01\nERBB2,1.5\n")
    assert sheet_names(path) == ("",)
    assert sheet_infos(path)[0].visible
    result = read_table(path)
    assert result.format == FileFormat("text", "utf-8", ",", ".", "", "")
    assert result.hints is None
    assert (result.table.file, result.table.sheet) == ("a.csv", "")
    assert result.table.place(1, 1).words() == "a.csv › B2"


def test_that_every_note_has_a_place_and_is_no_problem() -> None:
    for path in (SAMPLES / "ihc.xls", SAMPLES / "ihc.ods"):
        for found in read_table(path).notes:
            assert found.where.file == path.name
            assert found.severity in (Severity.NOTE, Severity.WARNING)
            assert found.what


def test_that_the_numbers_of_a_table_cannot_be_changed() -> None:
    table = read_table(SAMPLES / "ihc.xls").table
    with pytest.raises(ValueError, match="read-only"):
        table.numbers[0, 0] = 1


def test_that_visible_sheets_come_first_and_likely_ones_alone() -> None:
    assert sheet_names(SAMPLES / "ihc.ods") == ("IHC scores", "Read me", "hidden one")
    assert [info.name for info in likely_sheets(SAMPLES / "ihc.ods")] == ["IHC scores"]
    info = sheet_infos(SAMPLES / "ihc.ods")[0]
    assert (info.n_rows, info.n_columns) == (9, 6)


def test_that_a_file_is_read_the_same_twice_and_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "ihc.xls"
    shutil.copy(SAMPLES / "ihc.xls", path)
    before = path.read_bytes()
    first, second = read_table(path), read_table(path, job=JobContext())
    assert first.table.texts == second.table.texts
    assert first.notes == second.notes
    assert path.read_bytes() == before


def test_that_keys_for_text_files_are_noted_as_unused_on_a_workbook() -> None:
    notes = read_table(SAMPLES / "ihc.xls", delimiter=";", encoding="utf-8").notes
    assert [found.what for found in notes if found.code == "not_needed"] == [
        "the key delimiter is for text files and has no effect on a workbook",
        "the key encoding is for text files and has no effect on a workbook"]


def test_that_a_wrong_decimal_key_is_refused_on_a_workbook_too() -> None:
    with pytest.raises(UserError) as caught:
        read_table(SAMPLES / "ihc.xls", decimal="x")
    assert caught.value.problems[0].code == "bad_decimal"


def test_that_other_purposes_than_the_two_are_allowed() -> None:
    assert read_table(SAMPLES / "ihc.xls", purpose="doses").table.sheet == "IHC scores"


@pytest.mark.local_data
@pytest.mark.skipif(not SHARED.exists(), reason="local data")
def test_that_every_table_which_biologists_gave_us_is_read() -> None:
    read = 0
    for folder in ("messy_spreadsheets", "cohorts", "cell_lines", "combinations", "paired"):
        for path in sorted((SHARED / folder).rglob("*")):
            if path.is_dir() or path.suffix == ".md":
                continue
            for name in sheet_names(path):
                result = read_table(path, sheet=name or None)
                assert result.table.n_rows > 5
                read += 1
    assert read >= 60
