"""The rail: pages, groups, states, keys. Not for: which state a page is in."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.rail import Rail, RailPage
from tests.accessible_names import nameless

PAGES = (RailPage("study", 1, "Study", "What do I want to find out?", "Data", "done"),
         RailPage("cohort", 3, "Cohort", "Who is in, who is out, why?", "Data", "look"),
         RailPage("prognosis", 4, "Prognosis", "Which RTKs go with outcome?", "Evidence", "stale"),
         RailPage("targets", 9, "Combination targets", "Which two or three to block?", "Targets"))


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def rail(qtbot: QtBot) -> Rail:
    made = Rail()
    qtbot.addWidget(made)
    made.set_pages(PAGES)
    made.set_current("study")
    made.resize(made.width(), 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_that_headings_stand_once_and_cannot_be_chosen(rail: Rail) -> None:
    assert [row if isinstance(row, str) else row.key for row in rail.rows.rows] == [
        "Data", "study", "cohort", "Evidence", "prognosis", "Targets", "targets"]
    assert rail.rows.flags(rail.rows.index(0)) == Qt.ItemFlag.NoItemFlags


def test_that_arrows_and_clicks_choose_a_page_and_code_does_not_speak(qtbot: QtBot, rail: Rail) -> None:
    heard: list[str] = []
    rail.page_chosen.connect(heard.append)
    rail.setFocus()
    qtbot.keyClick(rail, Qt.Key.Key_Down)
    qtbot.keyClick(rail, Qt.Key.Key_Down)
    assert heard == ["cohort", "prognosis"]
    qtbot.mouseClick(rail.viewport(), Qt.MouseButton.LeftButton, pos=rail.visualRect(rail.rows.index(6)).center())
    rail.set_current("study")
    assert (heard[2:], rail.current_key()) == (["targets"], "study")
    rail.step(1)
    rail.step(-1)
    rail.step(-1)
    assert heard[3:] == ["cohort", "study"]


def test_that_a_new_state_keeps_the_current_page(rail: Rail) -> None:
    rail.set_current("prognosis")
    rail.set_pages([replace(page, state="done") for page in PAGES])
    assert rail.current_key() == "prognosis"
    rail.set_pages(PAGES[1:])
    assert rail.current_key() == "prognosis"


def test_that_the_state_is_spoken_in_words(rail: Rail) -> None:
    spoken = [rail.rows.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in (1, 2, 4, 6)]
    assert spoken == ["1 Study: What do I want to find out? Up to date.",
                      "3 Cohort: Who is in, who is out, why? Something to look at.",
                      "4 Prognosis: Which RTKs go with outcome? Changed since the run.",
                      "9 Combination targets: Which two or three to block? Not started."]


@pytest.mark.parametrize("percent", [80, 100, 200])
def test_that_no_title_loses_its_end(qapp: QApplication, rail: Rail, percent: int) -> None:
    theme.apply(qapp, "dark", percent)
    longest = QFontMetrics(theme.font("title", bold=True)).horizontalAdvance("Combination targets")
    rail.set_compact(False)
    assert rail.width() >= theme.px(212)
    wide = rail.sizeHintForIndex(rail.rows.index(1)).height()
    rail.set_compact(True)
    assert rail.width() >= max(theme.px(176), longest + theme.px(3 + 16 + 8 + 15 + 3 + 16))
    assert (wide, rail.sizeHintForIndex(rail.rows.index(1)).height()) == (theme.px(42), theme.px(30))
    assert nameless(rail) == []
