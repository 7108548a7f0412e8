"""Names chosen from a list: the list that opens shows each of them whole.

Not for: how a parameter keeps them (test_widget_parameter_form.py).
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.name_chips import NamesEditor, longest_of
from gui.widgets.screen_room import screen_room

COLUMNS = ("her2_status", "her2_status_measured_by_snp6", "er_status_measured_by_ihc")


@pytest.mark.parametrize("percent", [100, 150])
def test_that_the_list_of_names_shows_each_whole_and_stays_on_the_screen(qtbot: QtBot, percent: int) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light", percent)
    editor = NamesEditor(COLUMNS)
    qtbot.addWidget(editor)
    screen = screen_room(editor)
    editor.resize(theme.px(236), editor.sizeHint().height())
    editor.move(screen.right() - theme.px(240), 40)
    with qtbot.waitExposed(editor):
        editor.show()
    editor.field.setFocus()
    qtbot.keyClicks(editor.field, "status")
    popup = editor.field.completer().popup()
    assert isinstance(popup, QListView)
    qtbot.waitUntil(popup.isVisible)
    longest = max(QFontMetrics(popup.font()).horizontalAdvance(name) for name in COLUMNS)
    assert popup.viewport().width() >= longest
    assert popup.geometry().right() <= screen.right()
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    theme.apply(app, "light", 100)


@pytest.mark.parametrize("names", [(), ("",), COLUMNS, ("WWWW", "iiiiiiiiiiii", "AVAVAV"), ("EGFR", "MET", "ERBB2", "W" * 30)])
def test_that_the_widest_name_is_found_without_measuring_all(qapp: QApplication, names: tuple[str, ...]) -> None:
    measured = QFontMetrics(theme.font("body"))
    assert longest_of(names, measured) == max((measured.horizontalAdvance(name) for name in names), default=0)
