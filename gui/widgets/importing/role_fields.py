"""Fields in which a question of a role is answered: a list of columns, a list of values with their counts, a grid.

Not for: what the answers mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import words


def choice_box(name: str) -> QComboBox:
    """A list without a choice yet."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    box.setMaxVisibleItems(20)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box


def fill(box: QComboBox, choices: Sequence[tuple[str, str]], current: str) -> None:
    """(value, words) to choose from; none is chosen where the current one is not among them or empty."""
    shown = [(box.itemData(at), box.itemText(at)) for at in range(box.count())]
    wanted = [*choices, *([(current, current)] if current and current not in dict(choices) else [])]
    if shown != wanted:
        box.clear()
        for value, text in wanted:
            box.addItem(text, value)
    box.setCurrentIndex(box.findData(current) if current else -1)


def counted_choices(values: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """ "primary (11)"."""
    return [(value, f"{value} ({count:,})") for value, count in values]


class FieldGrid(QWidget):
    """Labels beside their controls; whole rows can be hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(8))
        self._grid.setColumnStretch(1, 1)
        self._labels: dict[QWidget, QLabel] = {}

    def add(self, text: str, control: QWidget) -> None:
        """One more row."""
        label = words(text, "help")
        label.setBuddy(control)
        line = self._grid.rowCount()
        self._grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(control, line, 1)
        self._labels[control] = label

    def add_wide(self, widget: QWidget) -> None:
        """A row of its own over both columns."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def show_row(self, control: QWidget, shown: bool, text: str = "") -> None:
        """Show or hide a row; ``text`` renames it."""
        control.setVisible(shown)
        self._labels[control].setVisible(shown)
        if text:
            self._labels[control].setText(text)


def scrolled(content: QWidget) -> QScrollArea:
    """The content in a frame that scrolls down where it does not fit."""
    scroller = QScrollArea()
    scroller.setProperty("plain", True)
    scroller.setWidgetResizable(True)
    scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inner = QWidget()
    inner.setObjectName("scrolled")
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, theme.px(8), 0)
    column.addWidget(content)
    column.addStretch(1)
    scroller.setWidget(inner)
    return scroller
