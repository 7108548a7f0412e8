"""Names from files in tool tips: shown letter by letter, whatever they look like.

Not for: what tool tips say.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QLabel, QTableView, QToolTip, QWidget

from core.project.project import renamed
from gui.plain_tool_tips import as_it_stands
from tests.window_hands import window_open

NAME = 'P1 <img src="file:///etc/hostname"> <b>bold</b>'


def asked(widget: QWidget, at: QPoint) -> str:
    """The text that is shown when the pointer rests there."""
    QToolTip.hideText()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    return QToolTip.text()


def test_that_a_tool_tip_is_never_markup(qapp: QApplication, home: Path) -> None:
    with window_open(home) as hands:
        hands.session.edit(renamed(hands.session.project, NAME), "rename")
        hands.idle()
        study = hands.window.bar._study
        assert study.toolTip() == NAME
        assert asked(study, QPoint(3, 3)) == as_it_stands(NAME)

        label = QLabel("x", hands.window)
        label.setToolTip("P > 0.05 in two lines\nof text")
        label.show()
        assert asked(label, QPoint(1, 1)) == "P > 0.05 in two lines\nof text", "plain words stay as they are"

        table = QTableView(hands.window)
        model = QStandardItemModel(1, 1)
        item = QStandardItem("cell")
        item.setToolTip(NAME)
        model.setItem(0, 0, item)
        heading = QStandardItem("column")
        heading.setToolTip(NAME)
        model.setHorizontalHeaderItem(0, heading)
        table.setModel(model)
        table.resize(200, 100)
        table.show()
        cell = table.visualRect(model.index(0, 0)).center()
        assert asked(table.viewport(), cell) == as_it_stands(NAME)
        assert asked(table.horizontalHeader().viewport(), QPoint(5, 5)) == as_it_stands(NAME)


@pytest.mark.parametrize("text", ["<b>x</b>", "a & b", "one\n<i>two</i>"])
def test_that_every_letter_is_kept(text: str) -> None:
    label = QLabel(as_it_stands(text))
    label.setTextInteractionFlags(label.textInteractionFlags())
    from PySide6.QtGui import QTextDocumentFragment

    assert QTextDocumentFragment.fromHtml(label.text()).toPlainText() == text
