"""Whole journeys through the real window by mouse and keyboard, from files that are dropped to files that are read back.

Not for: one page or one widget alone; their tests stand beside this one.
"""

from __future__ import annotations

import csv
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shiboken6
import xlsxwriter
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QPushButton, QRadioButton
from scipy.optimize import minimize_scalar

from core.figures.file_checks import svg_words
from core.problems import Severity
from core.resources import resource_path
from gui import theme
from gui.pages.importing.import_steps import CHECK_AT, OUTCOME_AT, REGIONS_AT
from gui.widgets.export_dialog import ExportDialog
from gui.widgets.figures.figure_view import FigureView
from tests.waiting import wait
from tests.window_hands import CTRL, SHIFT, Hands, window_open

METABRIC = resource_path("examples", "metabric", "metabric.csv.gz")
ROOT = Path(__file__).resolve().parents[1]
LEFT = Qt.MouseButton.LeftButton
SHUFFLES, RECEPTOR = "500", "IGF1R"


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light", 100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Mamma-Ca Größe µ (neu)"
    made.mkdir()
    return made


def answers(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """What the next file dialog is answered with."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def click_word(view: FigureView, word: str) -> None:
    """Click on a line of words of a figure, as a person points at a row."""
    text = next(text for text in view.texts_shown() if text.text == word)
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=QPoint(round(text.left) + 4, round(text.y) - 4))


def from_drop_to_data_set(hands: Hands, path: Path, name: str) -> None:
    """All six steps of Import, each question answered by hand, to a data set called ``name``."""
    assert hands.drop([path])
    page: Any = hands.window.page
    assert (page.KEY, page.view) == ("import", "steps")
    steps = page.steps
    assert steps.files_step.uses[0].currentText() == "Both in one table"
    hands.type(steps.files_step.name, name)
    hands.key(Qt.Key.Key_Return)
    hands.press(steps.next)
    hands.press(steps.next)
    hands.idle()
    assert steps.step == REGIONS_AT
    fields = steps.panel.fields
    assert fields.samples.key == "rows"
    hands.choose(fields.scale, fields.scale.itemText(fields.scale.findData("z")))
    hands.idle()
    while steps.step < OUTCOME_AT:
        hands.press(steps.next)
        hands.idle()
    outcome = steps.outcome_step
    boxes = {box.text(): box for box in outcome.form.values.boxes}
    assert set(boxes) == {"0", "1"}
    if boxes["1"].isChecked():
        hands.press(boxes["1"])
    if not boxes["0"].isChecked():
        hands.press(boxes["0"])
    months = next(button for button in outcome.form.unit.buttons() if button.text() == "Months")
    hands.press(months)
    hands.idle()
    hands.press(outcome.use)
    hands.idle()
    hands.press(steps.next)
    hands.idle()
    assert steps.step == CHECK_AT
    hands.press(steps.next)
    hands.idle()


def cohort_by_rule(hands: Hands, name: str, column: str, value: str) -> None:
    """A new cohort with one rule, by the controls of the Cohort page."""
    page: Any = hands.window.page
    assert page.KEY == "cohort"
    settings = page.settings
    hands.press(settings.commands["new"])
    hands.idle()
    hands.press(settings.commands["rename"])
    dialog = next(each for each in hands.window.findChildren(QInputDialog) if each.isVisible())
    dialog.setTextValue("")
    QTest.keyClicks(dialog.focusWidget() or dialog, name)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    hands.idle()
    assert page.rule.name == name
    hands.press(settings.rules.add)
    editor = settings.rules.editor
    hands.type(editor.subject.lineEdit(), column)
    hands.enter(editor.subject.lineEdit())
    hands.tick(editor.values, value)
    hands.idle()


def settings_by_hand(hands: Hands, cohort: str) -> None:
    """Patients, shuffles and the receptor whose curve is drawn, typed and chosen."""
    page: Any = hands.window.page
    assert page.KEY == "prognosis"
    combo = page.settings.cohort.combo
    hands.choose(combo, next(combo.itemText(at) for at in range(combo.count()) if combo.itemData(at) == cohort))
    hands.idle()
    form = page.settings.form
    for title in ("Correction for testing many", "Picture"):
        form.groups[title].set_open(True)
    shuffles = form.row("permutations").editor.focus_target()
    hands.type(shuffles, SHUFFLES)
    hands.enter(shuffles)
    curves = form.row("curves_of").editor.field
    hands.type(curves, RECEPTOR)
    hands.enter(curves)
    page.settings.panel.scroller.ensureWidgetVisible(page.boxes["uncorrected"])
    hands.press(page.boxes["uncorrected"])
    hands.idle()


def exported_curve(hands: Hands, folder: Path) -> Path:
    """Export the curve in front as PDF, SVG and data; returns the stem of the files."""
    page: Any = hands.window.page
    view = page.figures.curve.view
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=QPoint(4, 4))
    hands.key(Qt.Key.Key_E, CTRL)
    dialog = next(each for each in hands.window.findChildren(ExportDialog) if each.isVisible())
    hands.idle()
    for key, box in dialog.form.boxes.items():
        if box.isChecked() != (key in ("pdf", "svg", "xlsx")):
            hands.press(box)
    wait(200)
    hands.idle()
    assert dialog.form.formats() == ("pdf", "svg", "xlsx")
    hands.press(dialog.export_button)
    asked = dialog.folder_dialog
    assert asked is not None
    asked.fileSelected.emit(str(folder))
    asked.done(QFileDialog.DialogCode.Accepted)
    hands.wait(lambda: not shiboken6.isValid(dialog) or not dialog.isVisible(), "the files are written")
    hands.idle()
    spec = view.figure()
    assert spec is not None
    return folder / spec.name


def pdf_words(path: Path) -> str:
    """The text of a PDF as another program reads it."""
    found = shutil.which("pdftotext")
    if found is None:
        pytest.skip("pdftotext is not on this computer")
    done = subprocess.run([found, "-layout", str(path), "-"], capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stdout


def sheet_rows(book: Any, columns: list[str]) -> list[dict[str, Any]]:
    """The sheet that holds these columns, row by row."""
    for sheet in book:
        rows = list(sheet.iter_rows(values_only=True))
        for at, row in enumerate(rows[:8]):
            if list(row[:len(columns)]) == columns:
                return [dict(zip(row, values, strict=True)) for values in rows[at + 1:]]
    raise AssertionError(f"no sheet has the columns {columns[:4]} … in {book.sheetnames}")


def same(text: str, cell: Any) -> bool:
    """A value of a csv and the cell of a workbook: the very same number, word, or nothing."""
    if text == "" or cell is None:
        return text == "" and cell is None
    if isinstance(cell, bool):
        return text == str(cell).lower()
    if isinstance(cell, (int, float)):
        return float(text) == pytest.approx(float(cell), rel=1e-15, abs=0.0)
    return text == cell


def numbers_in(words: str) -> list[str]:
    return re.findall(r"\d[\d,]*(?:\.\d+)?", words)


def high_against_low(curves: list[dict[str, str]]) -> tuple[float, float, float]:
    """Hazard ratio of the two groups with its 95 % interval, from the steps of the curves alone (Cox, Efron ties)."""
    steps = {group: [(float(row["time"]), int(row["at_risk"]), int(row["events"])) for row in curves
                     if row["group"] == group] for group in ("low", "high")}

    def at_risk(group: str, time: float) -> int:
        return next((there for each, there, _ in steps[group] if each >= time), 0)

    events = {group: {time: count for time, _, count in steps[group] if count} for group in steps}
    times = sorted({*events["low"], *events["high"]})
    terms = [(events["low"].get(time, 0), events["high"].get(time, 0), at_risk("low", time), at_risk("high", time))
             for time in times]

    def loss(beta: float) -> float:
        worth = math.exp(beta)
        return sum(sum(math.log(low + high * worth - k / (died_low + died_high) * (died_low + died_high * worth))
                       for k in range(died_low + died_high)) - beta * died_high
                   for died_low, died_high, low, high in terms)

    best = float(minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-9}).x)
    step = 1e-3
    se = 1 / math.sqrt((loss(best + step) - 2 * loss(best) + loss(best - step)) / step ** 2)
    return math.exp(best), math.exp(best - 1.959964 * se), math.exp(best + 1.959964 * se)


def test_from_dropped_files_to_figure_and_workbook_with_the_numbers_of_run(
        qapp: QApplication, home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = folder / "METABRIC Kohorte ä.csv.gz"
    shutil.copy(METABRIC, data)
    with window_open(home) as hands:
        window = hands.window
        from_drop_to_data_set(hands, data, "metabric")
        cohort_by_rule(hands, "her2", "her2_status", "Positive")
        study = hands.session.project.study
        assert [(rule.name, [keep.words() for keep in rule.keep]) for rule in study.cohorts] == [
            ("all", []), ("her2", ["her2_status is Positive"])]
        hands.key(Qt.Key.Key_4, CTRL)
        settings_by_hand(hands, "her2")
        hands.key(Qt.Key.Key_Return, CTRL)
        page: Any = window.page
        hands.wait(lambda: page.outcome is not None, "the result")
        hands.idle()
        assert page.view == "figure"
        assert window.actions_by_key["undo"].text() == "Undo: add the analysis Prognosis"
        click_word(page.figures.forest.view, RECEPTOR)
        hands.idle()
        assert hands.session.selection.receptor == RECEPTOR
        stem = exported_curve(hands, folder)
        workbook = folder / "Ergebnisse ä.xlsx"
        answers(monkeypatch, workbook)
        hands.key(Qt.Key.Key_E, CTRL | SHIFT)
        hands.idle()
        assert not hands.boxes()
        study_file = folder / "Studie ä.toml"
        answers(monkeypatch, study_file)
        window.actions_by_key["save_study_file"].trigger()
        hands.idle()
        assert "how the figures are to look is not part of a study file" in hands.message().informativeText()
        hands.answer("Close")
        shown = page.numbers
        saved = folder / "Studie ä.rtkproj"
        answers(monkeypatch, saved)
        hands.key(Qt.Key.Key_S, CTRL)
        hands.idle()
        assert window.files.state()[0].startswith("Saved ")
        kept = hands.session.project
        steps = len(hands.edits())
        assert steps >= 6
        for _ in range(steps):
            hands.key(Qt.Key.Key_Z, CTRL)
        hands.idle()
        assert hands.session.project.study.datasets == ()
        assert hands.session.project.study.cohorts == ()
        assert hands.session.project.study.analyses == ()
        assert not window.actions_by_key["undo"].isEnabled()
        for _ in range(steps):
            hands.key(Qt.Key.Key_Y, CTRL)
        hands.idle()
        assert hands.session.project == kept
        assert not window.files.is_modified

    run_out = folder / "mit run"
    done = subprocess.run([sys.executable, str(ROOT / "main.py"), "run", str(study_file), "--out", str(run_out)],
                          capture_output=True, text=True, encoding="utf-8", cwd=folder, timeout=120)
    assert done.returncode == 0, done.stderr
    the_numbers_are_those_of_run(run_out / "prognosis", workbook, stem)

    with window_open(home) as hands:
        hands.window.files.open_path(saved)
        hands.idle()
        reopened = hands.session.project
        assert reopened.study.cohorts == kept.study.cohorts
        assert reopened.study.analyses == kept.study.analyses
        assert [spec.endpoints for spec in reopened.study.datasets] == [spec.endpoints for spec in kept.study.datasets]
        assert reopened.figures == kept.figures
        assert reopened.name == kept.name
        hands.key(Qt.Key.Key_4, CTRL)
        page = hands.window.page
        hands.wait(lambda: page.outcome is not None, "the result comes again by itself")
        hands.idle()
        again = page.numbers
        assert again.receptors == shown.receptors
        assert again.fit.coef.tobytes() == shown.fit.coef.tobytes()
        assert again.p_maxt.tobytes() == shown.p_maxt.tobytes()
        assert not hands.boxes()
        assert not hands.window.files.is_modified


def the_numbers_are_those_of_run(run_folder: Path, workbook: Path, stem: Path) -> None:
    """Workbook and figure files of the window against what ``run`` wrote."""
    book = openpyxl.load_workbook(workbook)
    for table in ("receptors", "curves", "at_risk", "cutoffs"):
        written = rows_of(run_folder / f"{table}.csv")
        cells = sheet_rows(book, list(written[0]))
        assert len(written) == len(cells), table
        for row, cell in zip(written, cells, strict=True):
            wrong = {name: (row[name], cell[name]) for name in row if not same(row[name], cell[name])}
            assert not wrong, (table, row, wrong)

    for ending in ("pdf", "svg"):
        mine, theirs = stem.with_suffix(f".{ending}"), run_folder / f"{stem.name}.{ending}"
        assert mine.read_bytes() == theirs.read_bytes(), f"the {ending} of the window and of run"

    receptor = next(row for row in rows_of(run_folder / "receptors.csv") if row["receptor"] == RECEPTOR)
    at_risk = [row for row in rows_of(run_folder / "at_risk.csv") if row["receptor"] == RECEPTOR]
    assert at_risk
    in_pdf, in_svg = pdf_words(stem.with_suffix(".pdf")), " ".join(svg_words(stem.with_suffix(".svg").read_bytes()))
    curves = [row for row in rows_of(run_folder / "curves.csv") if row["receptor"] == RECEPTOR]
    ratio = high_against_low(curves)
    for words in (in_pdf, in_svg):
        found = numbers_in(words)
        for number in (*ratio, float(receptor["p_maxt"]), float(receptor["logrank_p"])):
            assert f"{number:.2f}" in found, (number, words)
        for row in at_risk:
            assert row["at_risk"] in found, row
    points = sheet_rows(openpyxl.load_workbook(stem.with_suffix(".xlsx")), ["group", "time", "at_risk"])
    assert points


# A file of a real lab


def lab_workbook(path: Path) -> Path:
    """Decimal commas as text, a gene that a spreadsheet program made a date, two samples of one name."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("qPCR Mai")
    genes = ["ERBB2", "EGFR", "ERBB3", "MET", "AXL", "KIT", "IGF1R", "1-Mar"]
    names = [f"P{at:02d}" for at in range(1, 11)]
    names[8] = names[2]
    sheet.write_row(0, 0, ["Gen", *names])
    for row, gene in enumerate(genes, 1):
        sheet.write_string(row, 0, gene)
        for column in range(10):
            sheet.write_string(row, column + 1, f"{(row * 7 + column * 3) % 11 + 2.25 + column / 10:.2f}".replace(".", ","))
    book.close()
    return path


def click_link(hands: Hands, words: str) -> None:
    """The visible link of a finding with these words."""
    page: Any = hands.window.page
    found = [button for button in page.findChildren(QPushButton) if button.text() == words and button.isVisible()]
    assert found, words
    hands.press(found[0])
    hands.idle()


def choose_gene(hands: Hands, symbol: str) -> None:
    """Press the symbol that a date was."""
    page: Any = hands.window.page
    hands.press(next(button for button in page.findChildren(QRadioButton) if button.isVisible() and button.text() == symbol))
    hands.idle()


def test_a_nasty_workbook_through_its_problems_to_a_decision_and_back(
        qapp: QApplication, home: Path, folder: Path) -> None:
    path = lab_workbook(folder / "Größe 2026.xlsx")
    before = path.read_bytes()
    with window_open(home) as hands:
        assert hands.drop([path])
        page: Any = hands.window.page
        steps = page.steps
        while steps.step < REGIONS_AT:
            hands.press(steps.next)
            hands.idle()
        decimal = steps.panel.fields.decimal
        if decimal.key != ",":
            hands.press(next(button for button in decimal.buttons() if button.text() == "Comma"))
            hands.idle()
        (sheet,) = steps.reading.sheets
        decide = [problem for problem in sheet.problems if problem.severity == Severity.PROBLEM
                  or problem.where.cell in ("A9", "D1")]
        assert {problem.where.cell for problem in decide} >= {"A9", "D1"}
        click_link(hands, "Keep the first of each")
        assert steps.draft.spec.answers.drop, "the decision about the repeated sample"
        hands.press(steps.next)
        hands.idle()
        choose_gene(hands, "MARCHF1")
        assert "MARCHF1" in str(steps.draft.spec.answers)
        while steps.step < CHECK_AT:
            hands.press(steps.next)
            hands.idle()
        assert steps.ready
        hands.press(steps.next)
        hands.idle()
        (dataset,) = hands.session.datasets.values()
        (matrix,) = dataset.expression
        assert "MARCHF1" in matrix.genes
        assert list(matrix.samples).count("P03") == 1
        assert matrix.values.shape == (9, 8)
        at = list(matrix.genes).index("ERBB2"), list(matrix.samples).index("P01")
        assert matrix.values[at[1], at[0]] == pytest.approx(9.25), "7 + 2.25, its comma read as the decimal mark"
        name = dataset.name

        hands.key(Qt.Key.Key_2, CTRL)
        hands.idle()
        page.edit_dataset(name)
        hands.idle()
        assert steps.step == REGIONS_AT
        hands.press(steps.next)
        hands.idle()
        choose_gene(hands, "MTARC1")
        while steps.step < CHECK_AT:
            hands.press(steps.next)
            hands.idle()
        hands.press(steps.next)
        hands.idle()
        (changed,) = hands.session.datasets.values()
        assert "MTARC1" in changed.expression[0].genes
        assert "MARCHF1" not in changed.expression[0].genes
        assert hands.edits()[-1] == f"change how {name} is read"
        hands.key(Qt.Key.Key_Z, CTRL)
        hands.idle()
        (back,) = hands.session.datasets.values()
        assert "MARCHF1" in back.expression[0].genes
        hands.key(Qt.Key.Key_Z, CTRL)
        hands.idle()
        assert hands.session.project.study.datasets == ()
        assert not hands.boxes()
    assert path.read_bytes() == before


def test_cells_pasted_from_a_spreadsheet_become_a_data_set(
        qapp: QApplication, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTKSCOPE_HOME", str(tmp_path / "not the folder of this window"))
    names = [f"P{at:02d}" for at in range(1, 13)]
    lines = ["\t".join(["Gene", *names])]
    for row, gene in enumerate(("ERBB2", "EGFR", "MET", "AXL", "KIT", "IGF1R")):
        lines.append("\t".join([gene, *(f"{(row * 5 + at * 3) % 9 + 4.5 + at / 10:.2f}" for at in range(12))]))
    cells = QMimeData()
    cells.setText("\r\n".join(lines) + "\r\n")
    with window_open(home) as hands:
        QGuiApplication.clipboard().setMimeData(cells)
        hands.key(Qt.Key.Key_V, CTRL)
        hands.idle()
        page: Any = hands.window.page
        assert (page.KEY, page.view) == ("import", "steps")
        steps = page.steps
        while steps.step < CHECK_AT:
            hands.press(steps.next)
            hands.idle()
        hands.press(steps.next)
        hands.idle()
        (dataset,) = hands.session.datasets.values()
        assert set(dataset.expression[0].genes) == {"ERBB2", "EGFR", "MET", "AXL", "KIT", "IGF1R"}
        assert tuple(dataset.expression[0].samples) == tuple(names)
        assert dataset.spec.expression[0].path.parent.is_relative_to(home), "kept in the program's own folder"
        assert hands.edits() == [f"import {dataset.spec.expression[0].path.name}"]
        hands.key(Qt.Key.Key_4, CTRL)
        hands.idle()
        prognosis: Any = hands.window.page
        assert prognosis.view == "empty"
        assert "Expression is here: 6 RTKs in 12 patients" in prognosis.empty.accessibleDescription()
        hands.key(Qt.Key.Key_Z, CTRL)
        hands.idle()
        assert hands.session.project.study.datasets == ()
