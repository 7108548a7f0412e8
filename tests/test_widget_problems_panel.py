"""The problems panel: order, places, marking as seen, copying, wrapping. Not for: which problems a page has."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.problems import Location, Problem, note, warning
from gui import theme
from gui.widgets.problems_panel import ProblemsPanel
from tests.accessible_names import nameless

CELL = Problem("not_a_number", "“7,3l” is not a number", Location("expr.xlsx", "Sheet1", "D17", "P017"),
               "the row would be left out", "read it as 7.31")
DATE = note("date", "“1-Mar” was a gene before Excel", Location("expr.xlsx", cell="A2"))
FEW = warning("few", "18 relapses cannot answer this", remedy="show the estimates")
TIME = Problem("no_time", "time is missing in 12 rows " + "of a very long list of patients " * 12)
FOUND = [("Import", DATE), ("Prognosis", FEW), ("Import", CELL), ("Prognosis", TIME)]


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def panel(qtbot: QtBot) -> ProblemsPanel:
    made = ProblemsPanel()
    qtbot.addWidget(made)
    made.set_problems(FOUND)
    made.resize(900, 240)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_that_problems_stand_under_their_page_the_worst_first(panel: ProblemsPanel) -> None:
    assert [row.problem or row.page for row in panel.rows.rows] == ["Import", CELL, DATE, "Prognosis", TIME, FEW]
    assert [panel.rows.text(1, column) for column in range(4)] == [
        "Must act", "“7,3l” is not a number. the row would be left out", "expr.xlsx › Sheet1 › D17 › P017", "Read it as 7.31"]
    assert panel.rows.text(5, 2) == "Prognosis"


def test_that_enter_goes_to_the_place_and_a_head_goes_nowhere(qtbot: QtBot, panel: ProblemsPanel) -> None:
    assert panel.current_problem() == CELL
    with qtbot.waitSignal(panel.place_requested) as went:
        qtbot.keyClick(panel, Qt.Key.Key_Return)
    assert went.args == [CELL]
    panel.show_problem(FEW)
    with qtbot.waitSignal(panel.place_requested) as went:
        qtbot.keyClick(panel, Qt.Key.Key_Enter)
    assert went.args == [FEW]
    with qtbot.assertNotEmitted(panel.place_requested):
        panel.doubleClicked.emit(panel.rows.index(0, 0))


def test_that_delete_marks_as_seen_and_again_as_unseen(qtbot: QtBot, panel: ProblemsPanel) -> None:
    assert panel.counts() == {"problem": 2, "warning": 1, "note": 1, "unseen": 3}
    with qtbot.waitSignal(panel.seen_changed):
        qtbot.keyClick(panel, Qt.Key.Key_Delete)
    assert panel.seen == {CELL}
    assert panel.counts()["unseen"] == 2
    assert panel.rows.index(1, 1).data(Qt.ItemDataRole.FontRole).strikeOut()
    qtbot.keyClick(panel, Qt.Key.Key_Delete)
    assert panel.counts()["unseen"] == 3


def test_that_the_current_problem_and_the_seen_ones_survive_a_new_list(panel: ProblemsPanel) -> None:
    panel.show_problem(FEW)
    panel.set_seen(frozenset({TIME}))
    panel.set_problems([*FOUND, ("Cohort", warning("x", "another"))])
    assert panel.current_problem() == FEW
    assert panel.counts()["problem"] == 1
    panel.set_problems([])
    assert (panel.current_problem(), panel.counts()["unseen"]) == (None, 0)


def test_that_a_row_is_copied_as_text(qtbot: QtBot, panel: ProblemsPanel) -> None:
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == (
        "Must act\texpr.xlsx › Sheet1 › D17 › P017\t“7,3l” is not a number\tthe row would be left out\tread it as 7.31")


@pytest.mark.parametrize("percent", [100, 200])
def test_that_long_sentences_wrap_and_are_whole(qtbot: QtBot, qapp: QApplication, panel: ProblemsPanel, percent: int) -> None:
    theme.apply(qapp, "dark", percent)
    metrics = QFontMetrics(theme.font("small"))
    text = panel.rows.text(4, 1)

    def whole() -> bool:
        lines = metrics.horizontalAdvance(text) / (panel.columnWidth(1) - theme.px(22))
        return panel.rowHeight(4) >= lines * metrics.height() + theme.px(8)

    qtbot.waitUntil(whole, timeout=2000)
    qtbot.waitUntil(lambda: sum(panel.columnWidth(column) for column in range(4)) <= panel.viewport().width())


def test_that_the_panel_has_names(panel: ProblemsPanel) -> None:
    assert nameless(panel) == []
    assert panel.rows.index(1, 1).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Must act: ")
