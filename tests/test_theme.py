"""The look of the whole program: one change puts everything in its new colours and sizes, and back.

Not for: how a widget looks (test_widget_looks.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import chip, words


@pytest.fixture
def board(qtbot: Any, qapp: QApplication) -> Iterator[QWidget]:
    """Controls and words of many kinds in a window."""
    theme.apply(qapp, "light", 100)
    made = QWidget()
    qtbot.addWidget(made)
    column = QVBoxLayout(made)
    for part in (words("MET goes with shorter survival.", "answer"), QPushButton("Run"), QCheckBox("Band"), QComboBox(), QLineEdit("3.1"), words("small", "caption"),
                 chip("corrected", "P = 0.01")):
        column.addWidget(part)
    made.resize(700, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made
    theme.apply(qapp, "light", 100)


def shot(board: QWidget, qtbot: Any) -> QImage:
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()  # a window that was hidden comes back without a focus, and that shows
    qtbot.wait(30)
    image: QImage = board.grab().toImage()
    return image.copy()


def test_that_a_look_is_the_same_whatever_was_before_it(board: QWidget, qtbot: Any, qapp: QApplication) -> None:
    first = shot(board, qtbot)
    seen = {}
    for name, percent in (("dark", 200), ("light", 80), ("dark", 200), ("light", 100), ("dark", 100), ("light", 80),
                          ("light", 100)):
        theme.apply(qapp, name, percent)
        now = shot(board, qtbot)
        assert now == seen.setdefault((name, percent), now), (name, percent)
    assert seen["light", 100] == first
    assert len({image.pixel(3, 3) for image in seen.values()}) == 2


def test_that_what_is_shown_later_has_the_look_in_force(board: QWidget, qtbot: Any, qapp: QApplication) -> None:
    first = shot(board, qtbot)
    board.hide()
    theme.apply(qapp, "dark", 150)
    theme.apply(qapp, "light", 100)
    board.show()
    assert shot(board, qtbot) == first


def test_that_the_style_is_set_once(board: QWidget, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    styles: list[Any] = []
    monkeypatch.setattr(QApplication, "setStyle", lambda *arguments: styles.append(arguments))
    theme.apply(qapp, "dark", 100)
    assert styles == []
