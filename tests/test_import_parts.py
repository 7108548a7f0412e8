"""The parts of the Import page that know no window: drafts, recipes, pasted cells, coloured sheets, remedies.

Not for: the page as a whole (test_import_page.py).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.data.dataset import DatasetSpec
from core.data.files.raw_table import RawTable
from core.data.load_dataset import FileShelf
from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule, Scale
from core.jobs import JobContext
from gui.import_recipes import RecipeShelf, recipe_of, signature
from gui.pages.importing.draft import (
    BOTH,
    CLINICAL,
    EXPRESSION,
    NOT_USED,
    Draft,
    FoundFile,
    FoundSheet,
    draft_of_files,
    free_name,
    with_detected,
    with_part,
    with_reading,
)
from gui.pages.importing.draft_reading import DraftReading, read_draft
from gui.pages.importing.found_files import look_at_files
from gui.pages.importing.outcome_values import event_values, ticked
from gui.pages.importing.reading_values import spec_value
from gui.pages.importing.remedies import remedies_of
from gui.pasted_tables import save_pasted, table_text
from gui.widgets.importing.event_values import ValueRow
from gui.widgets.importing.sheet_picture import DECIDE, LOOK, Role, SheetPicture, plain_picture
from gui.widgets.importing.sheet_table import SheetTable
from gui.widgets.importing.stepper import Stepper

PATH = Path("lab.xlsx")


def read(*paths: Path) -> DraftReading:
    shelf, job = FileShelf(), JobContext()
    return read_draft(draft_of_files(look_at_files(paths, shelf, job), []), shelf, job)


def text_file(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_that_a_sheet_used_as_both_is_two_tables_that_share_what_describes_the_sheet() -> None:
    draft = with_part(Draft(DatasetSpec("lab", "cohort")), PATH, "all", BOTH)
    draft = with_reading(draft, (PATH, "all"), "expression", header_row=3, scale=Scale.Z)
    expression, clinical = draft.spec.expression[0], draft.spec.clinical[0]
    assert (expression.header_row, clinical.header_row) == (3, 3)
    assert (expression.scale, clinical.scale) == (Scale.Z, None)
    assert draft.part_of(PATH, "all") == BOTH


def test_that_a_sheet_used_otherwise_keeps_what_was_said_of_it() -> None:
    draft = with_part(Draft(DatasetSpec("lab", "cohort")), PATH, None, EXPRESSION)
    draft = with_reading(draft, (PATH, None), "expression", decimal=",")
    draft = with_part(draft, PATH, None, CLINICAL)
    assert draft.spec.expression == ()
    assert draft.spec.clinical == (TableSpec(PATH, decimal=","),)
    assert with_detected(draft, (PATH, None)).spec.clinical == (TableSpec(PATH),)
    assert with_part(draft, PATH, None, NOT_USED).tables == ()


def test_that_beside_a_clinical_file_a_table_that_could_be_both_is_the_expression_only() -> None:
    files = [FoundFile(Path("a.csv"), sheets=(FoundSheet("", part=BOTH),)),
             FoundFile(Path("b.csv"), sheets=(FoundSheet("", part=CLINICAL),))]
    draft = draft_of_files(files, [])
    assert [table.path.name for table in draft.spec.expression] == ["a.csv"]
    assert [table.path.name for table in draft.spec.clinical] == ["b.csv"]


def test_that_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name("lab", ["Lab", "lab 2"]) == "lab 3"


@pytest.mark.parametrize(("field", "text", "value"), [
    ("header_row", "3 to 4", 3), ("header_row", "none", 0), ("header_row", "", None), ("scale", "log10", Scale.LOG10),
    ("missing", "999; not seen ;", ("999", "not seen")), ("missing", " ", None), ("id", "Gene", "Gene")])
def test_that_a_text_of_the_form_is_a_value_of_the_table(field: str, text: str, value: object) -> None:
    assert spec_value(field, text) == value


def test_that_a_header_row_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="top"):
        spec_value("header_row", "top")


def test_that_event_values_are_numbers_where_the_study_file_would_hold_numbers() -> None:
    assert event_values(("0", "1.0", "Dead", "1:DECEASED")) == (0, 1, "Dead", "1:DECEASED")
    rows = [ValueRow("0:LIVING", 3, "1"), ValueRow("1:DECEASED", 4, "2")]
    assert ticked(EndpointRule("os", "t", "months", "e", (1,)), rows) == ("1:DECEASED",)


def raw(names: list[str]) -> RawTable:
    numbers = np.full((3, len(names)), 1.5)
    numbers[0] = np.nan
    return RawTable("f.csv", "", numbers, {column: {0: name} for column, name in enumerate(names)})


def test_that_files_of_one_layout_have_one_signature_and_others_another() -> None:
    mine = signature(raw(["Gene", "P01_pre", "P01_post", "P02_pre"]), "text")
    assert mine == signature(raw(["Gene", "P77_pre", "P12_post"]), "text")
    assert mine != signature(raw(["Gene", "P77_pre", "P12_post"]), "xlsx")
    assert mine != signature(raw(["Symbol", "P77_pre", "P12_post"]), "text")


def test_that_a_remembered_recipe_comes_back_whole_and_a_spoilt_file_counts_as_empty(tmp_path: Path) -> None:
    tables = (("expression", TableSpec(PATH, id="Gene", scale=Scale.LINEAR, missing=("999",), header_row=2)),
              ("clinical", TableSpec(PATH)))
    rule = EndpointRule("os", "OS_months", "months", "status", (1, "dead"))
    kept = recipe_of("lab.xlsx", tables, [rule], {"TRK": "NTRK1"}, date(2026, 11, 3))
    shelf = RecipeShelf(tmp_path / "new folder")
    shelf.remember("key", kept)
    found = RecipeShelf(tmp_path / "new folder").find("key")
    assert found == kept
    assert found is not None
    assert found.words() == "as you did “lab.xlsx” on 3 Nov 2026"
    assert found.applied("expression", TableSpec(Path("other.xlsx"))) == TableSpec(
        Path("other.xlsx"), id="Gene", scale=Scale.LINEAR, missing=("999",), header_row=2)
    shelf.forget("key")
    assert shelf.find("key") is None
    (tmp_path / "new folder" / "import_recipes.json").write_text('{"key": {"tables": [{"part": 1}]}}')
    assert shelf.find("key") is None
    (tmp_path / "new folder" / "import_recipes.json").write_text("[")
    assert shelf.find("key") is None


def test_that_pasted_html_without_text_is_a_table_too() -> None:
    html = "<p>x</p><table><tr><th>Gene</th><th colspan='2'>P1</th></tr><tr><td>MET<br>c</td><td>3,5</td></tr></table>"
    assert table_text("Gene P1", html) == "Gene\tP1\t\nMET c\t3,5\n"
    assert table_text("a\tb", html) == "a\tb"
    assert table_text("one word", "<b>one word</b>") == ""


def test_that_the_same_pasted_cells_are_one_file(tmp_path: Path) -> None:
    when = datetime(2026, 11, 3, 9, 5)
    first = save_pasted("a\tb\r\n1\t2\r\n", tmp_path, when)
    assert first.read_bytes() == b"a\tb\n1\t2\n"
    assert save_pasted("a\tb\n1\t2\n", tmp_path, datetime(2026, 11, 4)) == first
    assert save_pasted("a\tb\n1\t3\n", tmp_path, when) != first


def workbook(path: Path, rows: list[list[object]], hidden: tuple[int, ...] = ()) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("log2 all")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(at, column, value)
    for at in hidden:
        sheet.set_row(at, None, None, {"hidden": True})
    book.close()
    return path


def test_that_colours_follow_what_was_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "lab.xlsx", [
        ["RTK panel, final"], ["Gene", "Probe", "P1", "P2", "P3", "P3"],
        ["HER2", "216836_s", 10.5, 11.25, 9.5, 8.5], ["TRK", "208605_s", 3.5, 4.25, 5.5, 6.5],
        ["EGFR", "201983_s", 5.5, "<3", 7.5, 8.25], ["KIT", "205051_s", 4.5, 6.25, 7.75, 3.5],
        ["mean", None, 6.0, 7.25, 7.5, 6.75]], hidden=(5,))
    sheet, = read(path).sheets
    picture = sheet.picture
    assert picture is not None
    assert picture.role(0, 0) == Role.NOT_READ
    assert picture.role(1, 2) == Role.SAMPLE
    assert picture.role(2, 0) == Role.GENE
    assert picture.role(2, 1) == Role.ANNOTATION
    assert picture.role(2, 2) == Role.VALUE
    assert picture.role(2, 4) == Role.SKIPPED
    assert picture.role(6, 2) == Role.SKIPPED
    assert picture.marks[3, 0].kind == DECIDE
    assert picture.marks[4, 3].kind == LOOK
    assert sheet.words == "3 RTKs × 2 samples"
    trk = next(row for row in sheet.genes if row.name == "TRK")
    assert trk.choices == ("NTRK1", "TPM3")
    assert trk.asked
    assert not trk.answered
    her2 = next(row for row in sheet.genes if row.name == "HER2")
    assert (her2.symbol, her2.why) == ("ERBB2", "known alias")


def test_that_an_expression_table_that_cannot_be_read_can_be_used_as_clinical(tmp_path: Path) -> None:
    path = text_file(tmp_path, "panel.csv", "Antibody,Clone,Host", "EGFR,b,c", "MET,e,f", "AXL,h,i", "KIT,h,i")
    reading = read(path)
    problem, = reading.blocked
    assert problem.code == "no_values"
    remedy = next(each for each in remedies_of(problem, reading.sheets[0], reading.draft) if each.key == "as clinical")
    assert remedy.edit is not None
    assert remedy.edit(reading.draft).part_of(path, None) == CLINICAL


@pytest.mark.parametrize("name", sorted(
    path.name for path in (Path(__file__).parents[2] / "shared" / "data" / "messy_spreadsheets").glob("*.[xc]*")))
def test_that_every_lab_file_is_shown_and_every_stop_has_a_way_on(name: str) -> None:
    reading = read(Path(__file__).parents[2] / "shared" / "data" / "messy_spreadsheets" / name)
    assert reading.sheets
    for sheet in reading.sheets:
        assert sheet.picture is not None
        for problem in reading.blocked:
            remedies = remedies_of(problem, sheet, reading.draft)
            assert remedies
            assert all(remedy.edit is not None or remedy.go for remedy in remedies)


def test_that_the_edge_under_the_header_can_be_dragged_to_another_row(qtbot: QtBot) -> None:
    names = raw(["Gene", "P1", "P2"])
    numbers = np.full((8, 3), 2.5)
    numbers[0] = np.nan
    sheet = RawTable("f.csv", "", numbers, names.texts)
    rows = np.full(8, int(Role.VALUE), np.uint8)
    rows[0] = Role.HEADER
    view = SheetTable()
    qtbot.addWidget(view)
    view.set_picture(SheetPicture(sheet, rows, rows[:3], rows[:3]))
    view.resize(400, 300)
    view.show()
    header = view.verticalHeader()
    edge = header.sectionViewportPosition(0) + header.sectionSize(0)
    wanted: list[int] = []
    view.header_row_wanted.connect(wanted.append)
    qtbot.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(10, edge))
    qtbot.mouseMove(header.viewport(), QPoint(10, edge + 2 * header.sectionSize(0)))
    qtbot.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(10, edge + 2 * header.sectionSize(0)))
    assert wanted == [2]


def test_that_hidden_rows_are_passed_over_and_shown_when_one_is_wanted(qtbot: QtBot) -> None:
    sheet = RawTable("f.xlsx", "S", np.full((6, 2), 1.5), {}, hidden_rows=frozenset({2, 3}))
    view = SheetTable()
    qtbot.addWidget(view)
    view.set_picture(plain_picture(sheet))
    assert view.sheet.rowCount() == 4
    assert [view.sheet.headerData(at, Qt.Orientation.Vertical) for at in range(4)] == ["1", "2", "5", "6"]
    assert [view.sheet.gap_before(at) for at in range(4)] == [False, False, True, False]
    view.show_cell(3, 1)
    assert view.sheet.rowCount() == 6
    assert view.sheet.sheet_row(view.currentIndex().row()) == 3


def test_that_the_stepper_folds_to_numbers_and_keeps_the_current_name(qtbot: QtBot) -> None:
    stepper = Stepper(["Files", "Sheets", "Regions", "Gene names", "Outcome", "Check"])
    qtbot.addWidget(stepper)
    stepper.set_states(["done", "done", "current", "look", "to come", "to come"])
    stepper.resize(320, 30)
    stepper.show()
    assert [step.short for step in stepper.steps] == [True, True, False, True, True, True]
    assert stepper.steps[3].accessibleName() == "Step 4 of 6: Gene names, something to decide"
    stepper.resize(1200, 30)
    assert not any(step.short for step in stepper.steps)
    with qtbot.waitSignal(stepper.chosen) as pressed:
        qtbot.keyClick(stepper.steps[4], Qt.Key.Key_Return)
    assert pressed.args == [4]
