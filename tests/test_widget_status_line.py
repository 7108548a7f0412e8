"""The status line: counts, selection, job, room. Not for: counting."""

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.status_line import OFFLINE, StatusLine
from tests.accessible_names import nameless, too_small


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def line(qtbot: QtBot) -> StatusLine:
    window = QMainWindow()
    made = StatusLine()
    window.setStatusBar(made)
    made.main_window = window  # qtbot itself keeps only a weak reference
    qtbot.addWidget(window)
    window.resize(1440, 200)
    window.show()
    qtbot.waitExposed(window)
    return made


def test_that_it_starts_with_no_problems_and_nothing_tried(line: StatusLine) -> None:
    assert (line.problems.text(), line.tried.text(), line.job_text()) == ("No problems", "Tests tried in this study: 0", "")
    assert not line.selection.isVisible()


@pytest.mark.parametrize(("problems", "warnings", "words", "look"), [
    (0, 0, "No problems", ""), (0, 1, "1 problem", "warn"), (1, 1, "2 problems", "error"), (1200, 34, "1,234 problems", "error")])
def test_that_problems_are_counted_in_words_and_by_icon(line: StatusLine, problems: int, warnings: int, words: str, look: str) -> None:
    line.set_problems(problems, warnings)
    assert (line.problems.text(), line.problems.property("look") or "") == (words, look)


def test_that_the_two_counts_of_the_ledger_stay_apart(qtbot: QtBot, line: StatusLine) -> None:
    line.set_tried(457_206, 3)
    assert line.tried.text() == "Tests tried in this study: 457,206 paid for by a correction, 3 not"
    for button, signal in ((line.tried, line.tried_requested), (line.problems, line.problems_requested),
                           (line.cancel, line.cancel_requested), (line.selection, line.selection_requested)):
        with qtbot.waitSignal(signal):
            button.click()


def test_that_a_job_shows_its_words_its_share_and_the_time_left(line: StatusLine) -> None:
    heard: list[int] = []
    line.bar.announced.connect(heard.append)
    for done in (0, 200, 400, 620, 900):
        line.set_job(f"Random genes, {done} of 1,000", done / 1000, 60.0)
    assert line.job_text() == "Random genes, 900 of 1,000, 1 min left"
    line.clear_job("Random genes: done")
    assert (heard, line.job_text(), line.said()) == ([25, 50, 75, 100], "", "Random genes: done")
    line.set_job("Next", 0.3)
    assert heard[4:] == [25]


def test_that_clearing_the_job_does_not_take_back_what_was_said(line: StatusLine) -> None:
    line.say("Wrote 4 files")
    line.clear_job()
    assert line.said() == "Wrote 4 files"


@pytest.mark.parametrize(("percent", "width"), [(100, 1000), (100, 1366), (150, 1440), (200, 1440)])
def test_that_it_says_less_rather_than_grow_beyond_the_window(qtbot: QtBot, qapp: QApplication, line: StatusLine, percent: int, width: int) -> None:
    theme.apply(qapp, "dark", percent)
    line.set_problems(1, 1)
    line.set_selection("Selected: P017 in 5 figures")
    line.set_tried(58, 3)
    line.set_job("Shuffling outcomes, 612 of 1,000", 0.6, 100)
    line.main_window.resize(width, 200)
    qtbot.waitUntil(lambda: line.width() == width and line._needed() <= width, timeout=2000)
    shown = [button for button in line.findChildren(QPushButton) if button.isVisible()]
    assert [button.text() for button in shown if button.width() < button.sizeHint().width()] == []
    assert line.cancel.isVisible()
    assert "58 paid" in line.tried.accessibleName()
    assert line._offline_box.toolTip() == OFFLINE


def test_that_everything_in_it_has_a_name_and_a_size(line: StatusLine) -> None:
    line.set_selection("Selected: P017")
    line.set_job("Shuffling", 0.1)
    assert nameless(line) == []
    assert too_small(line) == []
