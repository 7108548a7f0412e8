"""The steps of a task in a row: done, current, to come; each can be reached by mouse and keyboard.

Not for: what the steps hold, or whether one may be left.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QHBoxLayout, QLayout, QPushButton, QSizePolicy, QWidget

from gui import theme

DONE, CURRENT, TO_COME, LOOK = "done", "current", "to come", "look"


class StepButton(QAbstractButton):
    """A circle with a number or a tick, and the name beside it."""

    def __init__(self, number: int, name: str, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number, self.name, self._count = number, name, count
        self.state = TO_COME
        self.short = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_state(TO_COME)

    def set_state(self, state: str) -> None:
        """One of done, current, to come, look."""
        self.state = state
        words = {DONE: "done", CURRENT: "current", TO_COME: "to come", LOOK: "something to decide"}[state]
        self.setAccessibleName(f"Step {self.number} of {self._count}: {self.name}, {words}")
        self.setToolTip(self.name if self.short else "")
        self.updateGeometry()
        self.update()

    def set_short(self, short: bool) -> None:
        """Only the circle, where there is no room for the name."""
        if short != self.short:
            self.short = short
            self.set_state(self.state)

    def full_width(self, short: bool) -> int:
        """Width at the text size in force."""
        metrics = self.fontMetrics()
        self.setFont(theme.font("body", bold=True))
        text = 0 if short else self.fontMetrics().horizontalAdvance(self.name) + theme.px(8)
        del metrics
        return theme.px(30) + text

    def sizeHint(self) -> QSize:
        return QSize(self.full_width(self.short), theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(19)
        circle = QRectF(theme.px(5), (self.height() - side) / 2, side, side)
        edge, ground, ink = {
            DONE: ("ok", "oktint", "ok"), CURRENT: ("accent", "accent", "onaccent"),
            LOOK: ("warnline", "warntint", "warn"), TO_COME: ("control", "surface", "text2")}[self.state]
        painter.setPen(QPen(look.colour(edge), 1.2))
        painter.setBrush(look.colour(ground))
        painter.drawEllipse(circle)
        if self.state == DONE:
            pixmap = theme.pixmap("check", "ok", 12, self.devicePixelRatioF())
            inner = theme.px(12)
            painter.drawPixmap(round(circle.center().x() - inner / 2), round(circle.center().y() - inner / 2), pixmap)
        else:
            painter.setFont(theme.font("caption", bold=True))
            painter.setPen(look.colour(ink))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, "!" if self.state == LOOK else str(self.number))
        if not self.short:
            painter.setFont(theme.font("body", bold=self.state == CURRENT))
            painter.setPen(look.colour("text" if self.state == CURRENT else "text2"))
            painter.drawText(self.rect().adjusted(theme.px(31), 0, 0, 0),
                             Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.name)
        if self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.setBrush(QColor(Qt.GlobalColor.transparent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class _Line(QWidget):
    """The hairline between two steps."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().colour("control"))
        painter.drawLine(theme.px(2), self.height() // 2, self.width() - theme.px(2), self.height() // 2)


class Stepper(QWidget):
    """``chosen`` speaks the number (from 0) of the step that was pressed."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Steps")
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(0)
        self._line.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.steps: list[StepButton] = []
        self._lines: list[_Line] = []
        for number, name in enumerate(names):
            if number:
                line = _Line()
                self._lines.append(line)
                self._line.addWidget(line)
            step = StepButton(number + 1, name, len(names))
            step.clicked.connect(lambda _=False, at=number: self.chosen.emit(at))
            self.steps.append(step)
            self._line.addWidget(step)
        self._line.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._fit)
        self._fit()

    def set_states(self, states: Sequence[str]) -> None:
        """The state of every step."""
        for step, state in zip(self.steps, states, strict=True):
            step.set_state(state)
        self._fit()

    def set_name(self, at: int, name: str) -> None:
        """Call a step otherwise: what it asks can depend on an earlier one."""
        if self.steps[at].name != name:
            self.steps[at].name = name
            self.steps[at].set_state(self.steps[at].state)
            self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(sum(step.full_width(True) for step in self.steps), theme.px(30))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        count = len(self._lines)
        full = sum(step.full_width(False) for step in self.steps)
        short = sum(step.full_width(step.state != CURRENT) for step in self.steps)
        room = self.width()
        fits = room >= full + theme.px(6) * count
        rest = (room - (full if fits else short)) // max(1, count)
        for line in self._lines:
            line.setFixedSize(max(1, min(theme.px(28), rest)), theme.px(28))
        for step in self.steps:
            step.set_short(not fits and step.state != CURRENT)


class StepRow(QWidget):
    """The steps with Back and Next at their right, or below them where there is no room for the current name."""

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stepper = Stepper(names)
        self.back = QPushButton("Back")
        self.next = QPushButton("Next")
        self.next.setProperty("role", "primary")
        buttons = QWidget()
        inner = QHBoxLayout(buttons)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme.px(8))
        inner.addStretch(1)
        inner.addWidget(self.back)
        inner.addWidget(self.next)
        self._buttons = buttons
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(theme.px(8))
        self._line.addWidget(self.stepper, 1)
        self._line.addWidget(buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        longest = max(step.full_width(False) - step.full_width(True) for step in self.stepper.steps)
        needed = self.stepper.minimumSizeHint().width() + longest + self._buttons.sizeHint().width() + theme.px(20)
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.TopToBottom if self.width() < needed else ways.LeftToRight)
