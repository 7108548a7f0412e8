"""Names that hold an & ("R&D", "ER & PR") stand whole on buttons, links and menus and are no shortcut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from core.project.project import renamed
from gui import theme
from gui.pages.analysis_notice import Notice
from gui.widgets.importing.event_values import EventValues, ValueRow
from gui.widgets.labels import link, unmarked
from gui.widgets.notice_bar import NoticeBar
from gui.widgets.state_views import EmptyState
from tests.window_hands import Hands, window_open


@pytest.fixture
def hands(qapp: QApplication, tmp_path: Path) -> Iterator[Hands]:
    theme.apply(qapp, "light", 100)
    with window_open(tmp_path / "home") as made:
        yield made


def marked(parent: QWidget) -> list[str]:
    """Buttons whose words have become a shortcut."""
    return [button.text() for button in parent.findChildren(QAbstractButton) if not button.shortcut().isEmpty()]


def test_that_a_button_shows_an_ampersand_and_has_no_shortcut(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)
    name = "Leave R&D out"
    assert unmarked("ER & PR") == "ER && PR"
    empty, notice, bar, values, room = EmptyState(), Notice(), NoticeBar(), EventValues(), QWidget()
    for widget in (empty, notice, bar, values, room):
        qtbot.addWidget(widget)
    link(name, room)
    empty.set_state("warn", "title", "text", ((name, "key", True),))
    notice.say("warn", "text", ((name, "one"), (name, "two")))
    bar.say("warn", "text", ((name, lambda: None),))
    values.set_values((ValueRow("de&ad", 3, "12"), ValueRow("alive", 4, "12")), ("de&ad",), "months")
    for widget in (empty, notice, bar, values, room):
        assert marked(widget) == []
    assert "de&&ad" in [box.text() for box in values.findChildren(QCheckBox)]
    assert values.happened() == ("de&ad",)
    for widget in (empty, notice, bar, room):
        assert unmarked(name) in [button.text() for button in widget.findChildren(QAbstractButton)]


def test_that_the_study_and_what_undo_takes_back_are_named_whole(hands: Hands) -> None:
    window = hands.window
    window.session.edit(renamed(window.session.project, "R&D"), "rename the study “R&D”")
    hands.idle()
    assert marked(window.bar) == []
    assert "R&&D" in [button.text() for button in window.bar.findChildren(QAbstractButton)]
    assert window.actions_by_key["undo"].text() == "Undo: rename the study “R&&D”"
    assert window.actions_by_key["undo"].toolTip() == "Undo: rename the study “R&D”"
