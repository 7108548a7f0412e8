"""Questions as rows that can be pressed: the question, chips of the data it needs, where it leads.

Not for: knowing which questions there are (study_questions.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import IconLabel, chip, set_look, words

NARROW = 520
"""Width at 100 % under which the chips stand below the question."""


RowParts = tuple[str, Sequence[tuple[str, bool]], str, str]
"""(question, needs and whether they are here, where it leads, all of it for a screen reader)."""


class QuestionRow(QPushButton):
    """One row. It is a button, so that Tab, Enter and Space work as everywhere."""

    def __init__(self, text: str, needs: Sequence[tuple[str, bool]], leads_to: str, spoken: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "question")
        self.setAccessibleName(spoken)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._text = words(text, wrap=True)
        chips = QWidget()
        line = QHBoxLayout(chips)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(4))
        for need, here in needs:
            line.addWidget(chip("ok" if here else "none", f"\u2713 {need}" if here else need))
        line.addStretch(1)
        self._chips = chips
        self._leads_to = words(leads_to, "help")
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        middle = Qt.AlignmentFlag.AlignVCenter
        self._lines.addWidget(self._text, 5, middle)
        self._lines.addWidget(chips, 4, middle)
        self._row = QHBoxLayout(self)
        self._row.addLayout(self._lines, 9)
        self._row.addWidget(self._leads_to, 2)
        self._row.addWidget(IconLabel("chevr", "text3", 14))
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._measure()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(400), self._needed(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(36))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.px(NARROW)
        ways = QBoxLayout.Direction
        self._lines.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        self.setFixedHeight(self._needed(self.width()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._measure()
        return super().event(event)

    def _needed(self, width: int) -> int:
        tall = self._row.totalHeightForWidth(width) if width > 50 else 0
        return max(tall, theme.px(36))

    def _measure(self) -> None:
        self._row.setContentsMargins(theme.px(12), theme.px(5), theme.px(10), theme.px(5))
        self._row.setSpacing(theme.px(10))
        self._lines.setSpacing(theme.px(3))
        self._leads_to.setMinimumWidth(theme.px(96))


class QuestionList(QWidget):
    """Groups of questions. ``asked`` carries the place of the row, counted through all groups."""

    asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[QuestionRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(6))

    def set_questions(self, groups: Sequence[tuple[str, Sequence[RowParts]]]) -> None:
        """Show groups, each with its title."""
        focused = next((place for place, row in enumerate(self.rows) if row.hasFocus()), -1)
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.rows = []
        for title, questions in groups:
            heading = words(title, "title")
            heading.setContentsMargins(0, theme.px(6) if self.rows else 0, 0, 0)
            self._column.addWidget(heading)
            frame = QFrame()
            frame.setProperty("role", "panel")
            inside = QVBoxLayout(frame)
            inside.setContentsMargins(1, 1, 1, 1)
            inside.setSpacing(0)
            for number, parts in enumerate(questions):
                row = QuestionRow(*parts)
                set_look(row, "place", "last" if number == len(questions) - 1 else "inner")
                place = len(self.rows)
                row.clicked.connect(lambda _, place=place: self.asked.emit(place))
                self.rows.append(row)
                inside.addWidget(row)
            self._column.addWidget(frame)
        if 0 <= focused < len(self.rows):
            self.rows[focused].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        at = next((place for place, row in enumerate(self.rows) if row.hasFocus()), -1)
        if step and at >= 0:
            self.rows[min(max(at + step, 0), len(self.rows) - 1)].setFocus()
        else:
            super().keyPressEvent(event)
