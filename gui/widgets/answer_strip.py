"""The answer under the question of a page: one clause, what was corrected, three numbers, chips of evidence.

Not for: deciding what the answer is; an analysis says it, and only a corrected P may stand in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.labels import IconButton, WordFrame, chip, hairline, link, set_look, words

STATES = ("ok", "unsure")
NARROW = 620
"""Pixels at 100 % under which the numbers stand below the sentence."""
Number = tuple[str, str, str]


class AnswerStrip(WordFrame):
    """One clause, at most two lines of explanation, up to three numbers. Ctrl+C copies it as text."""

    LEAST_HEIGHT = 78
    copied = Signal(str)
    acted = Signal(str)
    """Key of the action that was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answer")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("state", "ok")
        self._numbers: tuple[Number, ...] = ()
        self._chips: tuple[tuple[str, str], ...] = ()
        self._answer = words("", "answer", wrap=True)
        self._explanation = words("", "help", wrap=True)
        self._chip_row = QWidget()
        self._chip_flow = FlowLayout(self._chip_row)
        self._action_row = QWidget()
        self._action_line = QHBoxLayout(self._action_row)
        self._action_row.setVisible(False)
        self._number_row = QWidget()
        self._number_line = QHBoxLayout(self._number_row)
        self._number_line.setContentsMargins(0, 0, 0, 0)
        self._copy = IconButton("copy", "Copy the answer and its numbers")
        self._copy.clicked.connect(self.copy)
        self._say = QVBoxLayout()
        self._say.addStretch(1)
        for part in (self._answer, self._explanation, self._chip_row, self._action_row):
            self._say.addWidget(part)
        self._say.addStretch(1)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.addLayout(self._say, 1)
        self._body.addWidget(self._number_row)
        self._outer = QHBoxLayout(self)
        self._outer.addLayout(self._body, 1)
        self._outer.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self.set_answer("", "", ())

    @property
    def state(self) -> str:
        """ "ok", or "unsure" where the data cannot say."""
        return str(self.property("state"))

    @state.setter
    def state(self, state: str) -> None:
        if state not in STATES:
            raise ValueError(state)
        set_look(self, "state", state)

    def set_answer(self, answer: str, explanation: str = "", numbers: Sequence[Number] = (), *,
                   state: str = "ok") -> None:
        """Show an answer; ``numbers`` are (label, value, unit) and are never broken over lines."""
        self.state = state
        self._answer.setText(answer)
        self._explanation.setText(explanation)
        self._explanation.setVisible(bool(explanation))
        self._numbers = tuple(numbers)
        while (item := self._number_line.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for position, number in enumerate(self._numbers):
            if position:
                self._number_line.addWidget(hairline(upright=True))
            self._number_line.addWidget(_number(*number))
        self._number_line.addStretch(1)
        self._number_row.setVisible(bool(self._numbers))
        self._copy.setEnabled(bool(answer))
        self._tell()

    def set_chips(self, chips: Sequence[tuple[str, str]]) -> None:
        """Show evidence chips, each (kind, text)."""
        self._chips = tuple(chips)
        while (item := self._chip_flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for kind, text in self._chips:
            self._chip_flow.addWidget(chip(kind, text))
        self._chip_row.setVisible(bool(self._chips))
        self._tell()

    def set_actions(self, actions: Sequence[tuple[str, str]]) -> None:
        """Links under the explanation, each (words, key); none where there is nothing to ask."""
        while (item := self._action_line.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for text, key in actions:
            button = link(text)
            button.clicked.connect(lambda _, key=key: self.acted.emit(key))
            self._action_line.addWidget(button)
        self._action_line.addStretch(1)
        self._action_row.setVisible(bool(actions))
        self._tell()

    def text(self) -> str:
        """What Copy puts on the clipboard: the sentence, the explanation, the chips, one line per number."""
        lines = [self._answer.text(), self._explanation.text(), "; ".join(text for _, text in self._chips)]
        lines += [f"{label}: {value} {unit}".rstrip() for label, value, unit in self._numbers]
        return "\n".join(line for line in lines if line)

    def copy(self) -> None:
        """The answer and its numbers to the clipboard."""
        text = self.text()
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._number_row.minimumSizeHint().width() + self._copy.sizeHint().width() + theme.px(48),
                     theme.px(78))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._turn()
        super().resizeEvent(event)

    def _turn(self) -> None:
        narrow = self.width() < theme.px(NARROW)
        ways = QBoxLayout.Direction
        self._body.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)

    def _tell(self) -> None:
        self.keep_whole()
        self.setAccessibleName("Answer: " + (self._answer.text() or "none yet"))
        self.setAccessibleDescription(self.text())

    def _measure(self) -> None:
        self._outer.setContentsMargins(theme.px(14), theme.px(8), theme.px(8), theme.px(8))
        self._outer.setSpacing(theme.px(8))
        self._body.setSpacing(theme.px(20))
        self._say.setSpacing(theme.px(2))
        self._number_line.setSpacing(theme.px(19))
        self._chip_flow.setContentsMargins(0, theme.px(3), 0, 0)
        self._action_line.setContentsMargins(0, theme.px(2), 0, 0)
        self._action_line.setSpacing(theme.px(16))
        self._turn()
        self.keep_whole()


def _number(label: str, value: str, unit: str) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addStretch(1)
    column.addWidget(words(label, "caption"))
    line = QHBoxLayout()
    line.setSpacing(theme.px(5))
    line.addWidget(words(value, "number"), 0, Qt.AlignmentFlag.AlignBottom)
    small: QLabel = words(unit, "help")
    small.setContentsMargins(0, 0, 0, theme.px(3))
    line.addWidget(small, 0, Qt.AlignmentFlag.AlignBottom)
    line.addStretch(1)
    column.addLayout(line)
    column.addStretch(1)
    return box
