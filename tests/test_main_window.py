"""The main window by keyboard and mouse: commands, folding, files, locks, crashes, faults and the end of it.

Not for: what a page shows (its own tests) or whole journeys (test_journeys.py).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton, QTableWidget

from core.figures.prognosis_figures import kaplan_meier
from core.jobs import JobContext
from core.project.project import Project, renamed, with_cohort, without_cohort
from core.project.project_file import save_project
from gui import theme
from gui.page_list import PAGES
from gui.widgets.export_dialog import ExportDialog
from tests.figure_data import group_curve
from tests.study_files import TRIED, small_project, write_table
from tests.waiting import wait
from tests.window_hands import CTRL, SHIFT, Hands, window_open

ROOT = Path(__file__).resolve().parents[1]
KEY = Qt.Key


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light", 100)
    yield
    theme.apply(qapp, "light", 100)


@pytest.fixture
def hands(qapp: QApplication, home: Path) -> Iterator[Hands]:
    with window_open(home) as made:
        yield made


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A project file of a small study."""
    path = tmp_path / "Klinik Süd" / "study.rtkproj"
    path.parent.mkdir()
    save_project(path, small_project(write_table(tmp_path / "table.csv")), TRIED, JobContext())
    return path


def rename(hands: Hands, name: str) -> None:
    hands.session.edit(renamed(hands.session.project, name), "rename the study")
    hands.idle()


def opened(hands: Hands, path: Path) -> None:
    hands.window.files.open_path(path)
    hands.idle()
    assert not hands.boxes(), hands.boxes()[0].informativeText()


# Commands and keys


def test_that_her2_in_the_palette_finds_erbb2_and_enter_selects_it(hands: Hands, saved: Path) -> None:
    opened(hands, saved)
    hands.key(KEY.Key_K, CTRL)
    palette = hands.window.commands._palette
    assert palette is not None
    assert palette.isVisible()
    QTest.keyClicks(palette.field, "HER2")
    assert palette.entries()[0].text.startswith("ERBB2")
    QTest.keyClick(palette.field, KEY.Key_Return)
    assert hands.session.selection.receptor == "ERBB2"
    assert not palette.isVisible()


def test_that_a_command_chosen_in_the_palette_is_done_and_ctrl_enter_opens_the_page(hands: Hands, saved: Path) -> None:
    opened(hands, saved)
    hands.key(KEY.Key_P, CTRL | SHIFT)
    palette = hands.window.commands._palette
    assert palette is not None
    QTest.keyClicks(palette.field, ">dark theme")
    QTest.keyClick(palette.field, KEY.Key_Return)
    assert theme.current().name == "dark"
    hands.key(KEY.Key_K, CTRL)
    QTest.keyClicks(palette.field, "@MET")
    QTest.keyClick(palette.field, KEY.Key_Return, CTRL)
    assert hands.session.selection.receptor == "MET"
    assert hands.window.current_key == "prognosis"
    hands.idle()


def test_that_esc_closes_the_palette_then_clears_the_selection(hands: Hands) -> None:
    hands.session.select(patients=("P1", "P2"))
    hands.key(KEY.Key_K, CTRL)
    palette = hands.window.commands._palette
    assert palette is not None
    QTest.keyClick(palette.field, KEY.Key_Escape)
    assert not palette.isVisible()
    assert hands.session.selection.patients == ("P1", "P2")
    hands.key(KEY.Key_Escape)
    assert hands.session.selection.patients == ()


def test_that_every_page_is_reached_by_its_number_and_by_alt_and_arrows(hands: Hands) -> None:
    keys = [entry.key for entry in PAGES]
    for number, key in enumerate(keys):
        hands.key(KEY(KEY.Key_1 + number), CTRL)
        assert hands.window.current_key == key
        assert hands.window.rail.current_key() == key
        focus = QApplication.focusWidget()
        assert focus is not None, f"nothing has the focus on {key}: Tab would go nowhere"
    hands.key(KEY.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert hands.window.current_key == keys[0]
    hands.key(KEY.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert hands.window.current_key == keys[-1]


def test_that_f6_goes_round_the_areas_and_back(hands: Hands) -> None:
    hands.key(KEY.Key_4, CTRL)
    window = hands.window
    window.commands.show_problems(True)
    areas = window.widget_areas()
    assert len(areas) == 4
    assert [area.isAncestorOf(QApplication.focusWidget()) or area is QApplication.focusWidget() for area in areas] == [
        False, False, False, True]
    seen = []
    for _ in areas:
        hands.key(KEY.Key_F6)
        focus = QApplication.focusWidget()
        seen.append(next((at for at, area in enumerate(areas) if area is focus or area.isAncestorOf(focus)), -1))
    assert seen == [0, 1, 2, 3]
    hands.key(KEY.Key_F6, SHIFT)
    focus = QApplication.focusWidget()
    assert areas[2] is focus or areas[2].isAncestorOf(focus)


def test_that_f8_and_f9_fold_the_window_and_the_menu_says_so(hands: Hands) -> None:
    hands.key(KEY.Key_4, CTRL)
    window = hands.window
    assert window.inspectors.isVisible()
    hands.key(KEY.Key_F8)
    assert not window.inspectors.isVisible()
    assert not window.actions_by_key["show_inspector"].isChecked()
    hands.key(KEY.Key_F8)
    assert window.inspectors.isVisible()
    hands.key(KEY.Key_F9)
    assert not window.rail.isVisible()
    hands.key(KEY.Key_F9)
    assert window.rail.isVisible()


def test_that_text_grows_and_shrinks_between_80_and_200_percent(hands: Hands) -> None:
    hands.key(KEY.Key_Equal, CTRL)
    assert theme.percent() == 110
    hands.window.set_look("light", 190)
    for _ in range(2):
        hands.key(KEY.Key_Equal, CTRL)
    assert theme.percent() == 200
    assert hands.window.preferences.text_percent == 200
    hands.window.set_look("light", 90)
    for _ in range(2):
        hands.key(KEY.Key_Minus, CTRL)
    assert theme.percent() == 80
    hands.key(KEY.Key_0, CTRL)
    assert theme.percent() == 100


def test_that_switching_the_theme_redraws_what_is_on_screen(hands: Hands, saved: Path) -> None:
    opened(hands, saved)
    hands.window.resize(1366, 768)
    wait(50)
    grounds = {}
    for dark in (False, True):
        hands.window.actions_by_key["dark"].setChecked(not dark)
        hands.window.actions_by_key["dark"].trigger()
        wait(50)
        image = hands.window.grab().toImage()
        grounds[dark] = [image.pixelColor(x, y).lightness() for x, y in ((20, 400), (700, 10), (700, 740), (400, 700))]
    assert min(grounds[False]) > 200
    assert max(grounds[True]) < 60


def test_that_undo_and_redo_say_what_they_would_do(hands: Hands) -> None:
    undo, redo = hands.window.actions_by_key["undo"], hands.window.actions_by_key["redo"]
    assert (undo.isEnabled(), undo.toolTip()) == (False, "Nothing to undo")
    rename(hands, "HER2, second look")
    assert (undo.text(), undo.toolTip()) == ("Undo: rename the study", "Undo: rename the study")
    assert hands.window.windowTitle() == "HER2, second look[*], RTKscope"
    hands.key(KEY.Key_Z, CTRL)
    assert redo.text() == "Redo: rename the study"
    assert hands.session.project.name != "HER2, second look"
    hands.key(KEY.Key_Y, CTRL)
    assert hands.session.project.name == "HER2, second look"


# Whole studies


def test_that_a_dropped_project_is_opened(hands: Hands, saved: Path) -> None:
    assert hands.drop([saved])
    assert hands.session.project.name == "Small study"
    assert hands.window.files.path == saved
    assert [study.path for study in hands.window.preferences.recent] == [str(saved)]
    assert hands.session.tried.paid == 58


def test_that_something_that_is_no_local_file_is_not_taken(hands: Hands) -> None:
    from PySide6.QtCore import QMimeData, QPoint, QUrl
    from PySide6.QtGui import QDragEnterEvent

    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/table.csv")])
    event = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                            Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(hands.window, event)
    assert not event.isAccepted()


def test_that_dropping_a_project_on_an_unsaved_study_asks_first(hands: Hands, saved: Path) -> None:
    rename(hands, "Unsaved")
    hands.drop([saved])
    assert hands.message().text() == "Save “Unsaved” before closing?"
    hands.answer("Cancel")
    hands.idle()
    assert hands.session.project.name == "Unsaved"
    hands.drop([saved])
    hands.answer("Close without saving")
    hands.idle()
    assert hands.session.project.name == "Small study"


def test_that_ctrl_w_offers_to_save_and_goes_on_when_it_is_saved(hands: Hands, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    rename(hands, "Unsaved")
    target = tmp_path / "kept"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    hands.key(KEY.Key_W, CTRL)
    hands.answer("Save")
    hands.idle()
    assert target.with_name("kept.rtkproj").is_file()
    assert hands.session.project == Project(hands.session.project.study)
    assert hands.session.project.name != "Unsaved"
    assert not hands.window.files.is_modified


def test_that_ctrl_n_on_a_saved_study_asks_nothing(hands: Hands, saved: Path) -> None:
    opened(hands, saved)
    hands.key(KEY.Key_N, CTRL)
    hands.idle()
    assert not hands.boxes()
    assert hands.session.project.study.datasets == ()
    assert hands.window.files.path is None


def test_that_ctrl_s_saves_where_the_study_lies_and_says_when(hands: Hands, saved: Path) -> None:
    opened(hands, saved)
    rename(hands, "Second name")
    assert hands.window.files.is_modified
    hands.key(KEY.Key_S, CTRL)
    hands.idle()
    words, bad = hands.window.files.state()
    assert words == f"Saved {time.strftime('%H:%M')}"
    assert not bad
    hands.key(KEY.Key_N, CTRL)
    hands.idle()
    opened(hands, saved)
    assert hands.session.project.name == "Second name"


def test_that_a_project_open_in_one_window_is_refused_to_the_second_with_a_sentence(
        hands: Hands, saved: Path, tmp_path: Path) -> None:
    opened(hands, saved)
    with window_open(tmp_path / "second home") as second:
        second.window.files.open_path(saved)
        second.idle()
        box = second.message()
        assert box.text() == "This study is already open"
        assert "study.rtkproj" in box.informativeText()
        assert len(box.informativeText()) > 40
        assert second.session.project.name != "Small study"
        second.answer("Close")


def test_that_a_newer_project_says_so_and_changes_nothing(hands: Hands, tmp_path: Path) -> None:
    path = tmp_path / "newer.toml"
    path.write_text('format = 4\nname = "From the future"\n', encoding="utf-8")
    hands.window.files.open_path(path)
    hands.idle()
    assert hands.message().text() == "“newer.toml” could not be opened"
    assert "made by a newer RTKscope (format 4, this one reads 1). Nothing was changed" in \
        hands.message().informativeText()
    hands.answer("Close")
    assert hands.session.project.name != "From the future"


def test_that_window_theme_and_recent_studies_are_remembered_for_the_next_window(
        qapp: QApplication, home: Path, saved: Path) -> None:
    with window_open(home) as hands:
        opened(hands, saved)
        hands.window.set_look("dark", 120)
        hands.window.resize(1210, 711)
        hands.key(KEY.Key_F9)
        hands.key(KEY.Key_M, CTRL | SHIFT)
        wait(20)
    theme.apply(qapp, "light", 100)
    with window_open(home, size=(1210, 711)) as hands:
        assert (theme.current().name, theme.percent()) == ("dark", 120)
        assert (hands.window.width(), hands.window.height()) == (1210, 711)
        assert not hands.window.rail.isVisible()
        assert hands.window.problems_panel.isVisible()
        assert hands.window.preferences.recent[0].path == str(saved)


# Work, faults, crashes


def test_that_closing_while_a_job_runs_ends_soon(qapp: QApplication, home: Path) -> None:
    with window_open(home) as hands:
        began = threading.Event()

        def work(job: JobContext) -> None:
            for step in range(10_000):
                began.set()
                time.sleep(0.01)
                job.progress(step / 10_000, "Shuffling outcomes")

        hands.session.jobs.submit("Shuffling", work, done=lambda _: None, owner=hands.window)
        assert began.wait(5)
        before = time.monotonic()
        hands.window.close()
        assert time.monotonic() - before < 2
        assert not hands.window.isVisible()


def test_that_running_work_shows_itself_and_esc_offers_to_stop_it(hands: Hands) -> None:
    stop_seen = threading.Event()

    def work(job: JobContext) -> None:
        try:
            while True:
                time.sleep(0.01)
                job.progress(0.25, "Shuffling outcomes, 500 of 2,000")
        finally:
            stop_seen.set()

    hands.session.jobs.submit("Shuffling", work, done=lambda _: None, owner=hands.window)
    hands.wait(lambda: "500 of 2,000" in hands.window.status.job_text(), "the status line shows it")
    hands.key(KEY.Key_Escape)
    assert hands.message().text() == "Stop the running work?"
    hands.answer("Stop it")
    hands.idle()
    assert stop_seen.wait(2)
    assert hands.window.status.job_text() == ""


def test_that_a_fault_in_a_job_is_told_without_data(hands: Hands) -> None:
    def work(job: JobContext) -> None:
        patient = "PATIENT-4711"
        raise RuntimeError(f"cannot handle {patient}")

    hands.session.jobs.submit("Working", work, done=lambda _: None, owner=hands.window)
    hands.wait(lambda: bool(hands.boxes()), "the dialog")
    box = hands.message()
    assert box.text() == "Something broke in RTKscope. Your study is safe."
    assert "holds no patient data" in box.informativeText()
    shown = box.text() + box.informativeText() + box.detailedText()
    assert "4711" not in shown
    assert "Error: RuntimeError" in box.detailedText()
    assert "test_main_window.py" in box.detailedText()
    hands.answer("Copy the error")
    assert QGuiApplication.clipboard().text() == box.detailedText()
    assert len(hands.faults) == 1
    hands.faults.clear()


CRASH = """
import os, sys, time
from pathlib import Path
from core.project.autosave import Autosave
from core.project.project import renamed
from tests.study_files import TRIED, small_project, write_table
home, table = Path(sys.argv[1]), Path(sys.argv[2])
project = renamed(small_project(write_table(table)), "Before the crash")
kept = Autosave(home / "autosave")
kept.write(project, TRIED, None, changes=3)
print("kept", flush=True)
time.sleep(60)
"""


def test_that_what_a_killed_session_left_is_offered_and_restored(qapp: QApplication, home: Path, tmp_path: Path) -> None:
    crashed = subprocess.Popen([sys.executable, "-c", CRASH, str(home), str(tmp_path / "table.csv")], cwd=ROOT,
                               stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert crashed.stdout is not None
    assert crashed.stdout.readline() == "kept\n"
    crashed.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    crashed.wait(10)
    crashed.stdout.close()
    with window_open(home) as hands:
        hands.wait(lambda: bool(hands.boxes()), "the offer")
        box = hands.message()
        assert "closed unexpectedly" in box.text()
        assert "3 changes" in box.text() + box.informativeText()
        assert "Before the crash" in box.text() + box.informativeText()
        hands.answer("Restore")
        hands.idle()
        assert hands.session.project.name == "Before the crash"
        assert hands.session.project.study.datasets
        assert hands.window.files.is_modified
        assert hands.session.tried.paid == 58
    with window_open(home) as hands:
        wait(100)
        assert not hands.boxes()


LIGHT = """
import json, sys
from PySide6.QtTest import QTest
from gui.app import make_application, open_window
app = make_application(["RTKscope"])
window = open_window(app)
QTest.qWait(30)
heavy = [name for name in ("pandas", "scipy", "lifelines", "matplotlib", "pyqtgraph") if name in sys.modules]
window.close()
print(json.dumps([window.isVisible(), heavy]))
"""


def test_that_nothing_heavy_is_imported_before_the_first_window_is_up(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, cwd=ROOT, timeout=60,
                          env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [False, []]


# What stands around the page


def test_that_the_problems_panel_opens_from_the_status_line_and_leads_to_the_place(hands: Hands, tmp_path: Path) -> None:
    project = small_project(write_table(tmp_path / "table.csv"))
    path = tmp_path / "broken.rtkproj"
    save_project(path, without_cohort(project, "all"), TRIED, JobContext())
    opened(hands, path)
    for key in ("import", "cohort", "prognosis", "start"):
        hands.window.go_to(key)
        hands.idle()
    (rule,) = project.study.cohorts
    from dataclasses import replace

    from core.data.patients.cohort_rules import KeepRule

    hands.session.edit(with_cohort(hands.session.project, replace(rule, keep=(KeepRule("no such column", minimum=1.0),))),
                       "add a cohort")
    hands.window.go_to("cohort")
    hands.idle()
    hands.window.go_to("start")
    hands.idle()
    counts = hands.window.problems_panel.counts()
    assert counts["problem"] + counts["warning"] >= 1
    hands.key(KEY.Key_M, CTRL | SHIFT)
    assert hands.window.problems_panel.isVisible()
    problem = next(each for each in hands.window.pages["cohort"].problems())
    hands.window.problems_panel.show_problem(problem)
    assert "no such column" in hands.window.problems_panel.row_text(problem)
    hands.window.problems_panel.place_requested.emit(problem)
    assert hands.window.current_key == "cohort"


def test_that_the_ledger_and_the_shortcuts_are_read_in_a_list(hands: Hands, saved: Path) -> None:
    opened(hands, saved)
    hands.key(KEY.Key_F1)
    (keys,) = [dialog for dialog in hands.window.findChildren(QDialog) if dialog.isVisible()]
    table = keys.findChild(QTableWidget)
    assert table is not None
    assert "Ctrl+K or Ctrl+Shift+P" in [table.item(row, 0).text() for row in range(table.rowCount())]
    QTest.keyClick(keys, KEY.Key_Escape)
    assert not keys.isVisible()
    hands.window.commands.tried()
    (ledger,) = [dialog for dialog in hands.window.findChildren(QDialog) if dialog.isVisible()]
    table = ledger.findChild(QTableWidget)
    assert table is not None
    assert [table.item(0, column).text() for column in (1, 2, 3)] == ["Prognosis", "58", "1"]
    hands.press(ledger.findChildren(QPushButton)[0])
    assert not ledger.isVisible()


def test_that_exporting_without_a_result_says_what_to_do(hands: Hands) -> None:
    hands.key(KEY.Key_4, CTRL)
    hands.key(KEY.Key_E, CTRL)
    assert "run one first" in hands.message().informativeText()
    hands.answer("Close")
    hands.key(KEY.Key_E, CTRL | SHIFT)
    assert hands.message().text() == "There is nothing to write yet"
    hands.answer("Close")


def test_that_pasting_nothing_says_so_in_the_status_line(hands: Hands) -> None:
    QGuiApplication.clipboard().clear()
    hands.key(KEY.Key_V, CTRL)
    assert "holds no table" in hands.window.status.said()


def test_that_a_closed_export_dialog_leaves_no_picture_in_memory(hands: Hands) -> None:
    figure = kaplan_meier("MET", (group_curve("low"), group_curve("high", seed=2)), endpoint_name="overall survival",
                          unit="months", cohort_words="Cohort “all”")
    hands.window.commands.export(figure, "prognosis/forest")
    dialog = hands.window.findChild(ExportDialog)
    assert dialog is not None
    dialog.reject()
    hands.idle()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert hands.window.findChild(ExportDialog) is None


def test_that_ctrl_j_asks_why_a_patient_was_left_out_and_ctrl_f_finds_a_question(hands: Hands, saved: Path) -> None:
    opened(hands, saved)
    hands.key(KEY.Key_J, CTRL)
    hands.idle()
    cohort: Any = hands.window.page
    assert hands.window.current_key == "cohort"
    hands.key(KEY.Key_J, CTRL)
    assert cohort.ledger.list.filter_bar.isVisible()
    assert QApplication.focusWidget() is cohort.ledger.list.filter_bar.field
    hands.window.go_to("start")
    hands.key(KEY.Key_F, CTRL)
    start: Any = hands.window.page
    assert QApplication.focusWidget() is start.questions.rows[0]
