"""The Import page driven by mouse and keyboard, from files to the data set of the study.

Not for: what core makes of a table (test_importing_*.py) or the single widgets (test_import_widgets.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from core.data.dataset import DatasetSpec
from core.data.load_dataset import FileShelf, load_dataset
from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule
from core.jobs import JobContext
from core.project.cohort_edits import with_endpoint
from core.project.project import with_dataset
from core.project.study_file import read_study
from core.resources import resource_path
from gui import theme
from gui.pages.import_page import ImportPage
from gui.pages.importing.draft import draft_of_dataset, with_study_change
from gui.pages.importing.draft import with_endpoint as with_draft_endpoint
from gui.pages.importing.import_steps import CHECK_AT, FILES_AT, GENES_AT, OUTCOME_AT, REGIONS_AT, SHEETS_AT
from tests.gui_builders import Asked, new_session, services

METABRIC = resource_path("examples", "metabric", "metabric.csv.gz")
WAIT = 30_000


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def page(qtbot: QtBot, asked: Asked, tmp_path: Path) -> Iterator[ImportPage]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, "light", 100)
    session = new_session()
    broken: list[str] = []
    session.jobs.broke.connect(lambda job, text: broken.append(text))
    made = ImportPage(services(session, asked, home=tmp_path / "home"))
    qtbot.addWidget(made)
    made.resize(1000, 760)
    made.show()
    yield made
    session.jobs.close()
    assert not broken


def settled(qtbot: QtBot, page: ImportPage) -> None:
    """Wait until nothing is read any more."""
    qtbot.waitUntil(lambda: not page.steps.reader.busy and not page.session.jobs.active, timeout=WAIT)


def press(qtbot: QtBot, button: QPushButton | QRadioButton | QCheckBox) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center()
                     if isinstance(button, QPushButton) else button.rect().topLeft() + button.rect().center() / 4)


def added(qtbot: QtBot, page: ImportPage, *paths: Path) -> None:
    page.add_files(paths)
    settled(qtbot, page)


def to_step(qtbot: QtBot, page: ImportPage, step: int) -> None:
    while page.steps.step < step:
        press(qtbot, page.steps.next)
        settled(qtbot, page)


def table(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def panel_file(folder: Path, first: str = "ERBB2") -> Path:
    """A small expression table: genes in rows, six patients, and one name that two genes claim."""
    genes = [first, "EGFR", "ERBB3", "MET", "AXL", "KIT", "IGF1R", "1-Mar"]
    rows = ["Gene," + ",".join(f"P{at}" for at in range(1, 7))]
    rows += [gene + "," + ",".join(f"{(number * 7 + at * 3) % 11 + 2.25 + at / 8:.3f}" for at in range(6))
             for number, gene in enumerate(genes)]
    return table(folder, "panel.csv", rows)


def clinical_file(folder: Path) -> Path:
    rows = ["Patient,OS_months,status", *(f"P{at},{at * 9.5},{at % 2}" for at in range(1, 7))]
    return table(folder, "clinical.csv", rows)


def test_that_metabric_becomes_the_data_set_of_the_example_study(qtbot: QtBot, page: ImportPage, asked: Asked) -> None:
    added(qtbot, page, METABRIC)
    assert page.view == "steps"
    assert page.steps.step == FILES_AT
    assert page.steps.files_step.uses[0].currentText() == "Both in one table"
    to_step(qtbot, page, OUTCOME_AT)
    press(qtbot, page.steps.outcome_step.use)
    settled(qtbot, page)
    to_step(qtbot, page, CHECK_AT)
    assert page.steps.next.text() == "Add to the study"
    assert page.steps.ready
    press(qtbot, page.steps.next)
    settled(qtbot, page)

    spec, = page.session.project.study.datasets
    example = read_study(resource_path("examples", "metabric", "study.toml")).datasets[0]
    assert spec.endpoints == example.endpoints[:1]  # the second is about causes of death
    mine = page.session.datasets[spec.name]
    theirs = load_dataset(example, FileShelf(), JobContext())
    assert mine.expression[0].genes == theirs.expression[0].genes
    assert mine.expression[0].samples == theirs.expression[0].samples
    assert mine.expression[0].values.tobytes() == theirs.expression[0].values.tobytes()
    assert mine.endpoints[0].event.tobytes() == theirs.endpoints[0].event.tobytes()
    assert [rule.name for rule in page.session.project.study.cohorts] == ["all"]
    assert page.session.undo_stack.undoText() == "import metabric.csv.gz"
    assert asked.of("go_to") == [("cohort",)]
    page.session.undo_stack.undo()
    assert page.session.project.study.datasets == ()
    assert page.session.project.study.cohorts == ()


def test_that_two_files_become_one_data_set_by_keyboard_alone(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    added(qtbot, page, panel_file(tmp_path), clinical_file(tmp_path))
    assert [box.currentText() for box in page.steps.files_step.uses] == ["Expression", "Clinical"]
    while page.steps.step < OUTCOME_AT:
        qtbot.keyClick(page.steps.next, Qt.Key.Key_Space)
        settled(qtbot, page)
    outcome = page.steps.outcome_step
    assert not outcome.use.isEnabled()
    assert [box.isChecked() for box in outcome.form.values.boxes] == [False, False]
    at = [box.text() for box in outcome.form.values.boxes].index("1")
    qtbot.keyClick(outcome.form.values.boxes[at], Qt.Key.Key_Space)
    settled(qtbot, page)
    assert outcome.use.isEnabled()
    qtbot.keyClick(outcome.use, Qt.Key.Key_Space)
    settled(qtbot, page)
    qtbot.keyClick(page.steps.next, Qt.Key.Key_Space)
    settled(qtbot, page)
    page.run()
    settled(qtbot, page)
    spec, = page.session.project.study.datasets
    rule, = spec.endpoints
    assert (rule.time, rule.unit, rule.event, rule.event_values) == ("OS_months", "months", "status", (1,))
    endpoint = page.session.datasets[spec.name].endpoint(rule.name)
    assert endpoint.event.tolist() == [1, 0, 1, 0, 1, 0]


def test_that_a_name_two_genes_claim_is_asked_and_never_chosen_beforehand(qtbot: QtBot, page: ImportPage,
                                                                          tmp_path: Path) -> None:
    added(qtbot, page, panel_file(tmp_path, first="TRK"))
    page.steps.go_to_step(GENES_AT)
    genes = page.steps.genes_step.table
    buttons = {button.text(): button for button in genes.findChildren(QRadioButton)
               if button.accessibleName().startswith("TRK in A2")}
    assert set(buttons) == {"NTRK1", "TPM3", "not sure"}
    assert not any(button.isChecked() for button in buttons.values())
    press(qtbot, buttons["NTRK1"])
    settled(qtbot, page)
    draft, reading = page.steps.draft, page.steps.reading
    assert draft is not None
    assert dict(draft.spec.answers.genes) == {"TRK": "NTRK1"}
    assert reading is not None
    imported = reading.sheets[0].tables[0].imported
    assert imported is not None
    assert imported.matrix is not None
    assert imported.matrix.genes[0] == "NTRK1"
    again = next(button for button in genes.findChildren(QRadioButton) if button.text() == "not sure"
                 and button.accessibleName().startswith("TRK"))
    press(qtbot, again)
    settled(qtbot, page)
    assert page.steps.draft is not None
    assert dict(page.steps.draft.spec.answers.genes) == {"TRK": ""}


def test_that_samples_of_one_name_are_kept_as_repeats_when_asked(qtbot: QtBot, page: ImportPage,
                                                                 tmp_path: Path) -> None:
    path = table(tmp_path, "twice.csv", ["Gene,P1,P2,P2,P3", "ERBB2,3.25,4.5,7.75,8.5", "EGFR,5.5,6.25,9.125,2.5",
                                         "MET,4.25,3.75,6.5,7.5"])
    added(qtbot, page, path)
    page.steps.go_to_step(REGIONS_AT)
    rows = page.steps.regions_step.findings.rows()
    row = next(row for row in rows if row.key.startswith("repeated_samples_differ"))
    assert row.level == "decide"
    page.steps.regions_step.findings.remedied.emit(row.key, "apart")
    settled(qtbot, page)
    assert page.steps.reading is not None
    imported = page.steps.reading.sheets[0].tables[0].imported
    assert imported is not None
    assert imported.matrix is not None
    assert imported.matrix.samples == ("P1", "P2", "P2 (D1)", "P3")


def test_that_an_unclear_scale_is_asked_with_the_values_in_sight(qtbot: QtBot, page: ImportPage,
                                                                 tmp_path: Path) -> None:
    path = table(tmp_path, "unclear.csv", ["Gene," + ",".join(f"P{at}" for at in range(8)), *(
        f"{gene}," + ",".join(f"{0.55 + (at * 5 + number * 3) % 17 * 1.79:.3f}" for at in range(8))
        for number, gene in enumerate(["ERBB2", "EGFR", "MET", "AXL"]))])
    added(qtbot, page, path)
    page.steps.go_to_step(REGIONS_AT)
    assert page.steps.reading is not None
    assert [problem.code for problem in page.steps.reading.blocked] == ["which_scale"]
    form = page.steps.panel.fields
    assert not any(button.isChecked() for button in form.scale_quick.buttons())
    assert form.histogram.isVisibleTo(page.steps.panel)
    assert form.scale_words.text().startswith("All values 0.55 to 29.2: what are they?")
    assert ("scale linear", "Linear, to be logged once") in page.steps.regions_step.findings.rows()[0].remedies
    press(qtbot, form.scale_quick.buttons()[1])
    settled(qtbot, page)
    assert page.steps.draft is not None
    assert str(page.steps.draft.spec.expression[0].scale) == "linear"
    assert page.steps.reading is not None
    assert page.steps.reading.blocked == ()


def test_that_a_number_with_the_other_decimal_sign_is_read_only_when_asked(qtbot: QtBot, page: ImportPage,
                                                                           tmp_path: Path) -> None:
    path = table(tmp_path, "comma.tsv", ["Gene\tP1\tP2\tP3", "ERBB2\t3.25\t4.5\t7.75", "EGFR\t5.5\t6,25\t9.125",
                                         "MET\t4.25\t3.75\t6.5"])
    added(qtbot, page, path)
    page.steps.go_to_step(REGIONS_AT)
    step = page.steps.regions_step
    row = next(row for row in step.findings.rows() if row.key.startswith("unreadable_values"))
    assert row.remedies[0] == ("comma", "Read 6,25 as 6.25")
    step.findings.remedied.emit(row.key, "comma")
    settled(qtbot, page)
    assert page.steps.reading is not None
    imported = page.steps.reading.sheets[0].tables[0].imported
    assert imported is not None
    assert imported.matrix is not None
    assert imported.matrix.column("EGFR").tolist() == [5.5, 6.25, 9.125]


def test_that_many_words_with_commas_in_a_workbook_are_one_answer(qtbot: QtBot, page: ImportPage,
                                                                  tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Expr")
        sheet.write_row(0, 0, ["Gene", *[f"P{at}" for at in range(30)]])
        sheet.write_row(1, 0, ["EGFR", *[5.125 + at / 8 for at in range(30)]])
        sheet.write_row(2, 0, ["ERBB2", *[f"8,{at + 100}" for at in range(30)]])  # thousands or decimals: asked
        sheet.write_row(3, 0, ["MET", *[4.25 + at / 8 for at in range(30)]])
    added(qtbot, page, path)
    page.steps.go_to_step(REGIONS_AT)
    step = page.steps.regions_step
    row = next(row for row in step.findings.rows() if row.key.startswith("unreadable_values"))
    assert row.remedies[0] == ("comma", "Read the commas of this sheet as decimals: 8,100 is 8.100")
    step.findings.remedied.emit(row.key, "comma")
    settled(qtbot, page)
    assert page.steps.reading is not None
    read = page.steps.reading.sheets[0].tables[0]
    assert read.spec.decimal == ","
    assert read.imported is not None
    assert read.imported.matrix is not None
    assert read.imported.matrix.column("ERBB2")[:2].tolist() == [8.1, 8.101]
    assert read.imported.matrix.column("EGFR")[0] == 5.125


def test_that_samples_that_differ_in_spelling_match_only_when_accepted(qtbot: QtBot, page: ImportPage,
                                                                       tmp_path: Path) -> None:
    clinical = table(tmp_path, "clinical.csv", ["Patient,OS_months,status", *(
        f"p-0{at},{at * 9.5},{at % 2}" for at in range(1, 7))])
    added(qtbot, page, panel_file(tmp_path), clinical)
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    assert not page.steps.next.isEnabled()
    check = page.steps.check_step
    assert check.near.isVisible()
    press(qtbot, check.near)
    settled(qtbot, page)
    assert page.steps.draft is not None
    assert page.steps.draft.spec.accept_near_matches
    assert page.steps.next.isEnabled()


def test_that_pasted_cells_become_a_file_only_the_user_can_read(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setText(panel_file(tmp_path).read_text(encoding="utf-8").replace(",", "\t").replace("\n", "\r\n"))
    assert page.paste(mime)
    settled(qtbot, page)
    assert page.steps.draft is not None
    path, = {table.path for _, table in page.steps.draft.tables}
    assert path.parent == tmp_path / "home" / "pasted"
    assert path.stat().st_mode & 0o077 == 0
    assert page.paste(mime)
    settled(qtbot, page)
    assert len(list(path.parent.iterdir())) == 1
    assert len(page.steps.draft.files) == 1


def test_that_words_on_the_clipboard_are_no_table(page: ImportPage, asked: Asked) -> None:
    mime = QMimeData()
    mime.setText("ERBB2")
    assert not page.paste(mime)
    assert asked.of("say")
    assert page.view == "empty"


def test_that_files_on_the_clipboard_are_imported(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(panel_file(tmp_path)))])
    assert page.paste(mime)
    settled(qtbot, page)
    assert page.view == "steps"


def test_that_a_recipe_is_offered_for_a_file_like_it_and_can_be_taken_back(qtbot: QtBot, page: ImportPage,
                                                                           tmp_path: Path) -> None:
    added(qtbot, page, panel_file(tmp_path, first="TRK"))
    page.steps.go_to_step(GENES_AT)
    press(qtbot, next(button for button in page.steps.genes_step.table.findChildren(QRadioButton)
                      if button.text() == "NTRK1"))
    settled(qtbot, page)
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    page.steps.panel.remember.setChecked(True)
    press(qtbot, page.steps.next)
    settled(qtbot, page)
    kept = (tmp_path / "home" / "import_recipes.json").read_text(encoding="utf-8")
    assert "NTRK1" in kept
    assert "P1" not in kept
    other = tmp_path / "other"
    other.mkdir()
    added(qtbot, page, panel_file(other, first="TRK"))
    assert "panel.csv" in page.steps.banner.text()
    before = page.steps.draft
    assert before is not None
    assert dict(before.spec.answers.genes) == {}
    page.steps.banner.acted.emit("apply recipe")
    settled(qtbot, page)
    assert page.steps.draft is not None
    assert dict(page.steps.draft.spec.answers.genes) == {"TRK": "NTRK1"}
    page.steps.banner.acted.emit("undo recipe")
    settled(qtbot, page)
    assert page.steps.draft is not None
    assert page.steps.draft.spec == before.spec
    assert not page.steps.banner.isVisible()


def imported_panel(qtbot: QtBot, page: ImportPage, folder: Path) -> None:
    added(qtbot, page, panel_file(folder, first="TRK"))
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    press(qtbot, page.steps.next)
    settled(qtbot, page)


def test_that_a_data_set_of_the_study_shows_how_it_was_read_and_can_be_changed(qtbot: QtBot, page: ImportPage,
                                                                               tmp_path: Path) -> None:
    imported_panel(qtbot, page, tmp_path)
    assert page.view == "data"
    button = page.findChild(QPushButton, "edit panel")
    assert isinstance(button, QPushButton)
    press(qtbot, button)
    settled(qtbot, page)
    assert page.steps.step == REGIONS_AT
    assert page.steps.regions_step.table.sheet.picture is not None
    page.steps.panel.fields.measure.chosen.emit("total")
    settled(qtbot, page)
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    assert page.steps.next.text() == "Put into the study"
    press(qtbot, page.steps.next)
    settled(qtbot, page)
    spec, = page.session.project.study.datasets
    assert spec.expression[0].measure == "total"
    assert len(page.session.project.study.cohorts) == 1
    page.session.undo_stack.undo()
    spec, = page.session.project.study.datasets
    assert spec.expression[0].measure is None


def test_that_removing_a_data_set_can_be_undone(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    imported_panel(qtbot, page, tmp_path)
    button = page.findChild(QPushButton, "remove panel")
    assert isinstance(button, QPushButton)
    press(qtbot, button)
    page.refresh(page.session.project, page.session.project)
    assert page.session.project.study.datasets == ()
    assert page.view == "empty"
    page.session.undo_stack.undo()
    page.refresh(page.session.project, page.session.project)
    assert page.view == "data"


def test_that_a_problem_leads_to_its_cell(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    imported_panel(qtbot, page, tmp_path)
    problem = next(problem for problem in page.problems() if problem.code == "gene_name_ambiguous")
    assert page.go_to_problem(problem)
    settled(qtbot, page)
    sheet = page.steps.regions_step.table
    assert (sheet.sheet.sheet_row(sheet.currentIndex().row()), sheet.currentIndex().column()) == (1, 0)


def test_that_a_file_that_is_no_table_says_why_and_nothing_is_imported(qtbot: QtBot, page: ImportPage,
                                                                       tmp_path: Path) -> None:
    path = tmp_path / "picture.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    added(qtbot, page, path)
    assert page.view == "steps"
    assert page.steps.draft is not None
    assert page.steps.draft.files[0].problems
    assert not page.steps.next.isEnabled()
    assert "No file can be read" in page.steps.next.toolTip()
    page.steps.go_to_step(SHEETS_AT)
    assert any("there is no sheet to choose" in label.text() for label in page.steps.sheets_step.findChildren(QLabel))
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    assert not page.steps.next.isEnabled()
    page.close_button.click()
    assert page.view == "empty"
    assert page.session.project.study.datasets == ()


def test_that_the_header_row_can_be_said_by_hand_and_reset(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    added(qtbot, page, panel_file(tmp_path))
    page.steps.go_to_step(REGIONS_AT)
    field = page.steps.panel.fields.header_row
    assert field.text() == "1"
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settled(qtbot, page)
    assert page.steps.draft is not None
    assert page.steps.draft.spec.expression[0].header_row == 2
    press(qtbot, page.steps.panel.reset)
    settled(qtbot, page)
    assert page.steps.draft is not None
    assert page.steps.draft.spec.expression[0].header_row is None


def test_that_files_can_join_a_data_set_of_the_study(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    imported_panel(qtbot, page, tmp_path)
    added(qtbot, page, clinical_file(tmp_path))
    box = page.steps.files_step.target
    box.setCurrentIndex(box.findData("panel"))
    box.activated.emit(box.currentIndex())
    settled(qtbot, page)
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    press(qtbot, page.steps.next)
    settled(qtbot, page)
    spec, = page.session.project.study.datasets
    assert (len(spec.expression), len(spec.clinical)) == (1, 1)
    assert spec.name == "panel"


def test_that_the_import_log_tells_every_change(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    added(qtbot, page, panel_file(tmp_path, first="HER2"))
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    page.show_log()
    settled(qtbot, page)
    assert "HER2" in page.log.text.toPlainText()
    page.log.save_to(tmp_path / "log.md")
    assert "ERBB2" in (tmp_path / "log.md").read_text(encoding="utf-8")
    press(qtbot, page.log.back)
    assert page.view == "steps"


def test_that_everything_that_takes_the_focus_has_a_name(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    from PySide6.QtWidgets import QAbstractScrollArea, QWidget

    added(qtbot, page, panel_file(tmp_path, first="TRK"), clinical_file(tmp_path))
    nameless = []
    for step in range(6):
        page.steps.go_to_step(step)
        settled(qtbot, page)
        for widget in [*page.findChildren(QWidget), *page.steps.panel.findChildren(QWidget)]:
            inside = isinstance(widget.parentWidget(), QAbstractScrollArea) or widget.objectName().startswith("qt_")
            if widget.isVisibleTo(page) and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not inside \
                    and not widget.accessibleName() and not getattr(widget, "text", str)():
                nameless.append((step, type(widget).__name__, widget.objectName()))
    assert nameless == []


def test_that_reading_can_be_cancelled_and_nothing_is_left(qtbot: QtBot, page: ImportPage) -> None:
    page.add_files([METABRIC])
    assert page.view == "running"
    page.running.cancel_requested.emit()
    settled(qtbot, page)
    assert page.view == "empty"
    assert page.steps.draft is None


def test_that_an_outcome_changed_on_another_page_is_not_lost_to_the_import_that_is_open(
        qtbot: QtBot, page: ImportPage, asked: Asked, tmp_path: Path) -> None:
    session = page.session
    session.changed.connect(page.refresh)
    outcome = EndpointRule("overall survival", "OS_months", "months", "status", (1,))
    spec = DatasetSpec("lab", "cohort", (TableSpec(panel_file(tmp_path)),), (TableSpec(clinical_file(tmp_path)),),
                       (outcome,))
    session.edit(with_dataset(session.project, spec), "import")
    page.edit_dataset("lab")
    settled(qtbot, page)
    assert page.steps.draft is not None
    page.steps.set_draft(replace(page.steps.draft, spec=replace(page.steps.draft.spec, simulated=True)))
    turned = replace(outcome, event_values=(0,))
    session.edit(with_endpoint(session.project, "lab", turned, instead_of=outcome.name), "change the event")
    assert page.steps.draft.spec.endpoints == (turned,)
    assert asked.of("say")[-1][0] == ("“overall survival” of lab changed meanwhile. The import that is open has taken "
                                      "that over.")
    to_step(qtbot, page, CHECK_AT)
    settled(qtbot, page)
    page.add_to_study()
    settled(qtbot, page)
    kept = session.project.study.datasets[0]
    assert kept.endpoints == (turned,), "the newer edit was lost"
    assert kept.simulated, "the edit of the import was lost"
    session.undo_stack.undo()
    assert session.project.study.datasets[0].endpoints == (turned,)


def test_that_the_newest_edit_of_each_part_counts() -> None:
    one, two = (EndpointRule(name, "t", "months", "e", (1,)) for name in ("death", "relapse"))
    base = DatasetSpec("lab", "cohort", endpoints=(one,))
    draft = with_draft_endpoint(draft_of_dataset(base), replace(one, unit="days"), "death")
    assert with_study_change(draft, base, replace(base, endpoints=(one, two))) == (
        with_draft_endpoint(draft, two), ("“relapse”",))
    newer = replace(one, event_values=(0,))
    changed, taken = with_study_change(draft, base, replace(base, endpoints=(newer,)))
    assert (changed.spec.endpoints, taken) == ((newer,), ("“death”",))
    assert with_study_change(draft, replace(base, endpoints=(one, two)), base) == (draft, ())
    gone, taken = with_study_change(draft_of_dataset(base), base, replace(base, endpoints=()))
    assert (gone.spec.endpoints, taken) == ((), ("“death”",))
    moved = replace(base, simulated=True)
    assert with_study_change(draft, base, moved)[0].spec.simulated
    assert with_study_change(draft, base, base) == (draft, ())


def test_that_another_study_ends_the_import_that_is_open(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    from core.project.project import new_project

    added(qtbot, page, panel_file(tmp_path))
    page.session.open(new_project("another"))
    assert page.view == "empty"
    assert page.steps.draft is None


def test_that_a_file_that_has_moved_can_be_found_again(qtbot: QtBot, page: ImportPage, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    imported_panel(qtbot, page, tmp_path)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    (tmp_path / "panel.csv").rename(moved / "panel.csv")
    page.services.loader.reload(page.session.project.study.datasets[0])
    qtbot.waitUntil(lambda: bool(page.session.datasets["panel"].unusable) if page.session.datasets else False)
    settled(qtbot, page)
    button = next(each for each in page.overview.findChildren(QPushButton) if each.text() == "Find the file…")
    monkeypatch.setattr("gui.pages.import_page.QFileDialog.getOpenFileName",
                        lambda *_: (str(moved / "panel.csv"), ""))
    button.click()
    qtbot.waitUntil(lambda: bool(page.session.datasets) and not page.session.datasets["panel"].unusable)
    page.session.undo_stack.undo()
    assert page.session.project.study.datasets[0].expression[0].path == tmp_path / "panel.csv"


def test_that_a_data_set_whose_file_has_gone_says_so_with_the_file(qtbot: QtBot, page: ImportPage,
                                                                   tmp_path: Path) -> None:
    imported_panel(qtbot, page, tmp_path)
    (tmp_path / "panel.csv").unlink()
    page.edit_dataset("panel")
    settled(qtbot, page)
    assert page.view == "steps"
    row = page.steps.regions_step.findings.rows()[0]
    assert row.level == "decide"
    assert "panel.csv" in page.steps.reading.blocked[0].line() if page.steps.reading is not None else False
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    assert not page.steps.next.isEnabled()


def test_that_the_log_of_one_study_is_not_shown_in_the_next(qtbot: QtBot, page: ImportPage, tmp_path: Path) -> None:
    from core.project.project import new_project

    added(qtbot, page, panel_file(tmp_path, first="HER2"))
    page.steps.go_to_step(CHECK_AT)
    settled(qtbot, page)
    page.show_log()
    settled(qtbot, page)
    page.session.open(new_project("another"))
    assert page.view == "empty"
    assert page.log.text.toPlainText() == ""
    page.show_log()
    page.session.open(new_project("a third"))
    settled(qtbot, page)
    assert page.view == "empty"
    assert page.log.text.toPlainText() == "", "a report that comes late"
