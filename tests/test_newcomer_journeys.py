"""What a newcomer does in the first hour, through the real window: a portal's pair of files, cells from a spreadsheet
program, a study open twice, an import undone and redone, a study closed and opened again, files that are no tables.

Not for: the whole way to a figure (test_journeys.py).
"""

from __future__ import annotations

import csv
import gzip
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from core.figures.figure_settings import FigureSettings
from core.project.project import with_figure
from core.resources import resource_path
from gui import theme
from gui.pages.importing.import_steps import CHECK_AT, FILES_AT, OUTCOME_AT
from tests.window_hands import CTRL, Hands, window_open

METABRIC = resource_path("examples", "metabric", "metabric.csv.gz")
GENES = ("ERBB2", "EGFR", "ERBB3", "ERBB4", "IGF1R", "KIT", "FLT3", "PDGFRA")
PATIENTS = 120


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light", 100)


def portal_pair(folder: Path) -> list[Path]:
    """Real values of METABRIC in the two files as cBioPortal gives them."""
    with gzip.open(METABRIC, "rt", encoding="utf-8", newline="") as handle:
        rows = [row for row, _ in zip(csv.DictReader(handle), range(PATIENTS))]
    names = [f"MB-{int(row['patient_id']):04d}" for row in rows]
    column = {name.upper(): name for name in rows[0]}
    expression = folder / "data_mrna_illumina_microarray.txt"
    lines = ["\t".join(("Hugo_Symbol", "Entrez_Gene_Id", *names))]
    lines += ["\t".join((gene, str(2064 + at), *(row[column[gene]] for row in rows))) for at, gene in enumerate(GENES)]
    expression.write_text("\n".join(lines) + "\n", encoding="utf-8")
    clinical = folder / "data_clinical_patient.txt"
    lines = ["#Patient Identifier\tOverall Survival (Months)\tOverall Survival Status\tHER2 Status",
             "#Identifier\tOverall survival in months\tOverall survival status\tHER2",
             "#STRING\tNUMBER\tSTRING\tSTRING", "#1\t1\t1\t1", "PATIENT_ID\tOS_MONTHS\tOS_STATUS\tHER2_STATUS"]
    lines += ["\t".join((name, row["overall_survival_months"],
                         "1:DECEASED" if row["overall_survival"] == "0" else "0:LIVING", row["her2_status"]))
              for name, row in zip(names, rows, strict=True)]
    clinical.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [expression, clinical]


def to_the_check(hands: Hands) -> Any:
    """Through the steps with the button, each outcome that is ready used on the way."""
    steps: Any = hands.window.page.steps  # type: ignore[attr-defined]
    while steps.step < CHECK_AT:
        hands.press(steps.next)
        hands.idle()
        if steps.step == OUTCOME_AT and steps.outcome_step.is_next:
            hands.press(steps.outcome_step.use)
            hands.idle()
    return steps


@pytest.mark.parametrize(("name", "percent"), [("light", 100), ("dark", 150)])
def test_a_pair_of_a_portal_is_imported_undone_and_redone(
        qapp: QApplication, home: Path, tmp_path: Path, name: str, percent: int) -> None:
    pair = portal_pair(tmp_path)
    before = [path.read_bytes() for path in pair]
    with window_open(home) as hands:
        hands.window.set_look(name, percent)
        assert hands.drop(pair)
        page: Any = hands.window.page
        assert (page.KEY, page.view) == ("import", "steps")
        assert [box.currentText() for box in page.steps.files_step.uses] == ["Expression", "Clinical"]
        steps = to_the_check(hands)
        assert steps.ready
        hands.press(steps.next)
        hands.idle()
        assert hands.window.page.KEY == "cohort"
        assert QApplication.focusWidget() is hands.window.rail, "not whatever was made next"
        cohort: Any = hands.window.page
        assert cohort.strip.text().startswith(f"{PATIENTS} of {PATIENTS} patients answer the question.")
        assert "Deaths:" in cohort.strip.text(), "OS is overall survival"
        imported = hands.session.project
        hands.key(Qt.Key.Key_Z, CTRL)
        hands.idle()
        assert hands.session.project.study.datasets == ()
        assert cohort.view == "empty"
        hands.key(Qt.Key.Key_Y, CTRL)
        hands.idle()
        assert hands.session.project == imported
        assert hands.session.datasets
        assert cohort.view == "figure"
        assert cohort.strip.text().startswith(f"{PATIENTS} of {PATIENTS} patients")
        assert hands.edits() == [f"import {pair[0].name}"]
        assert not hands.boxes()
    assert [path.read_bytes() for path in pair] == before


def cells(*genes: str) -> QMimeData:
    names = [f"P{at:02d}" for at in range(1, 13)]
    lines = ["\t".join(["Gene", *names])]
    lines += ["\t".join([gene, *(f"{(row * 5 + at * 3) % 9 + 4.5 + at / 10:.2f}" for at in range(12))])
              for row, gene in enumerate(genes)]
    made = QMimeData()
    made.setText("\r\n".join(lines) + "\r\n")
    return made


def test_cells_pasted_on_import_begin_it_and_more_join_it_and_words_are_no_table(qapp: QApplication, home: Path) -> None:
    with window_open(home) as hands:
        words = QMimeData()
        words.setText("one sentence")
        QGuiApplication.clipboard().setMimeData(words)
        hands.key(Qt.Key.Key_V, CTRL)
        hands.idle()
        assert hands.window.page.KEY == "start"
        assert hands.window.status.said().startswith("The clipboard holds no table.")
        hands.key(Qt.Key.Key_2, CTRL)
        page: Any = hands.window.page
        QGuiApplication.clipboard().setMimeData(cells("ERBB2", "EGFR", "MET", "AXL"))
        hands.press(next(button for button in page.empty.buttons() if button.text() == "Paste from Excel"))
        hands.idle()
        assert page.view == "steps"
        assert hands.window.status.said().startswith("The copied cells are kept as pasted ")
        QGuiApplication.clipboard().setMimeData(cells("KIT", "IGF1R", "FLT3", "RET"))
        hands.key(Qt.Key.Key_V, CTRL)
        hands.idle()
        assert len(page.steps.draft.files) == 2
        QGuiApplication.clipboard().setMimeData(cells("KIT", "IGF1R", "FLT3", "RET"))
        hands.key(Qt.Key.Key_V, CTRL)
        hands.idle()
        assert len(page.steps.draft.files) == 2, "the same cells are one file"


def save_as(hands: Hands, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    hands.key(Qt.Key.Key_S, CTRL)
    hands.wait(lambda: hands.window.files.path == path, "saved")
    hands.idle()


def test_one_project_in_two_windows_is_open_in_the_first_only(
        qapp: QApplication, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "Shared.rtkproj"
    with window_open(home) as first:
        first.window.files.open_example()
        first.idle()
        save_as(first, path, monkeypatch)
        with window_open(tmp_path / "other home") as second:
            second.window.files.open_path(path)
            second.idle()
            box = second.message()
            assert box.text() == "This study is already open"
            assert path.name in box.informativeText()
            second.answer("Close")
            assert second.window.files.path is None
            assert second.session.project.study.datasets == ()
            first.take_off()
            second.window.files.open_path(path)
            second.idle()
            assert not second.boxes()
            assert second.window.files.path == path
            assert second.window.files.shows_example


def test_a_study_is_as_it_was_when_it_is_opened_again(
        qapp: QApplication, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "My look.rtkproj"
    settings = FigureSettings(preset="nature_1", width_mm=120.0)
    with window_open(home) as hands:
        hands.window.files.open_example()
        hands.idle()
        hands.window.go_to("cohort")
        hands.idle()
        page: Any = hands.window.page
        page.choose_cohort("her2")
        hands.idle()
        hands.session.edit(with_figure(hands.session.project, "her2/patient_flow", settings), "title of the figure")
        assert not hands.window.bar._chip.isHidden()
        save_as(hands, path, monkeypatch)
        names = [spec.name for spec in hands.session.project.study.datasets]
        shown = page.strip.text()
    with window_open(home) as hands:
        hands.window.files.open_path(path)
        hands.idle()
        assert [spec.name for spec in hands.session.project.study.datasets] == names
        assert hands.session.project.figures["her2/patient_flow"] == settings
        assert hands.window.bar._chip.text() == "Example study · Simulated biopsies"
        assert not hands.window.bar._chip.isHidden()
        assert not hands.window.files.is_modified
        hands.window.go_to("cohort")
        hands.idle()
        page = hands.window.page
        assert page.rule.name == "her2"
        assert page.strip.text() == shown
        assert hands.session.selection.patients == ()


def no_tables(folder: Path) -> dict[Path, str]:
    """Things that people drop, and what must be said of each."""
    made = {"empty.csv": "file is empty", "zero.xlsx": "file is empty", "blank.csv": "no text but blanks",
            "broken.xlsx": "workbook is incomplete", "locked.xlsx": "protected by a password",
            "tables.zip": "zip archive with data_mrna.txt", "a folder": "folder, not a file"}
    (folder / "empty.csv").write_bytes(b"")
    (folder / "zero.xlsx").write_bytes(b"")
    (folder / "blank.csv").write_text("\n \n", encoding="utf-8")
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing of a workbook" * 30)
    (folder / "locked.xlsx").write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 508
                                         + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000)
    with zipfile.ZipFile(folder / "tables.zip", "w") as package:
        package.writestr("data_mrna.txt", "Hugo_Symbol\tP01\nERBB2\t1\n")
    (folder / "a folder").mkdir()
    return {folder / name: words for name, words in made.items()}


def test_what_is_no_table_says_why_is_counted_as_a_problem_and_can_be_taken_out(
        qapp: QApplication, home: Path, tmp_path: Path) -> None:
    for path, said in no_tables(tmp_path).items():
        with window_open(home) as hands:
            assert hands.drop([path])
            page: Any = hands.window.page
            assert (page.KEY, page.view, page.steps.step) == ("import", "steps", FILES_AT)
            (problem,) = page.problems()
            assert said in problem.line(), path.name
            assert problem.remedy, path.name
            assert page.rail_state() == "look"
            assert hands.window.problems_panel.counts()["problem"] == 1
            assert page.go_to_problem(problem)
            assert not page.steps.next.isEnabled()
            hands.press(page.close_button)
            hands.idle()
            assert page.view == "empty"
            assert page.rail_state() == "none"
            assert not hands.boxes()


def test_a_table_without_receptors_says_so_and_the_rail_does_not_call_it_done(
        qapp: QApplication, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "housekeeping.tsv"
    path.write_text(cells("GAPDH", "ACTB", "TP53", "MYC", "CDK4", "GATA3", "FOXA1", "XBP1").text(), encoding="utf-8")
    with window_open(home) as hands:
        assert hands.drop([path])
        page: Any = hands.window.page
        for _ in range(2):
            hands.press(page.steps.next)
            hands.idle()
        rows = page.steps.regions_step.findings.rows()
        row = next((row for row in rows if row.words.startswith("No RTK was found")), None)
        assert row is not None, [row.words for row in rows]
        assert row.words == "No RTK was found among the 8 genes of this table (GAPDH, ACTB, TP53, MYC, …)"
        assert [words for _, words in row.remedies] == ["Choose another column", "Accept"]
        assert page.rail_state() == "look"
