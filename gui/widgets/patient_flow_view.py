"""The flow of patients on screen, drawn from the same figure value as the file: boxes down, reasons at the right.

Not for: other figures (figure_view.py draws those), or what a click on a box leads to.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolTip, QWidget

from core.figures.spec import Box, FigureSpec, Line
from gui import theme

WRAP = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
INSET, AIR = 11, 4
LEAST_GAP, WIDEST_GAP = 26, 66
NARROWEST = 260
LONGEST_WORD = 18


class PatientFlowView(QScrollArea):
    """``box_clicked`` carries the box's key.

    It scrolls when the cohort has more steps than there is room; what scrolls around it can give it all that it needs.
    """

    box_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.drawing = FlowDrawing()
        self.drawing.box_clicked.connect(self.box_clicked)
        self.drawing.reached.connect(self._bring_into_sight)
        self.setWidget(self.drawing)

    def set_figure(self, spec: FigureSpec | None) -> None:
        """Show a flow; None shows nothing."""
        self.drawing.set_figure(spec)

    def set_chosen(self, key: str) -> None:
        """Mark the box whose patients are shown elsewhere; "" for none."""
        self.drawing.set_chosen(key)

    def height_needed(self, width: int) -> int:
        """The height at which nothing scrolls."""
        return self.drawing.height_needed(max(width, theme.px(NARROWEST)))

    def _bring_into_sight(self, place: QRectF) -> None:
        """Here and in whatever scrolls around it."""
        room: QWidget | None = self
        while room is not None:
            if isinstance(room, QScrollArea) and (inside := room.widget()) is not None:
                centre = self.drawing.mapTo(inside, place.center().toPoint())
                room.ensureVisible(centre.x(), centre.y(), 0, int(place.height()))
            room = room.parentWidget()


class FlowDrawing(QWidget):
    """The drawing itself. Up and Down walk through the boxes, Enter or Space clicks."""

    box_clicked = Signal(str)
    reached = Signal(QRectF)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scrolled")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._boxes: tuple[Box, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self._span = (1.0, 1.0)
        self._now = (1.0, 1.0)
        self._chosen = ""
        self._over = -1
        self._at = -1
        self.setAccessibleName("Flow of patients")
        theme.notifier().changed.connect(self._measure)

    def set_figure(self, spec: FigureSpec | None) -> None:
        """Take boxes and lines of the figure's one panel."""
        panel = spec.rows[0][0] if spec is not None else None
        marks = panel.marks if panel is not None else ()
        self._boxes = tuple(mark for mark in marks if isinstance(mark, Box))
        self._lines = tuple(mark for mark in marks if isinstance(mark, Line))
        if panel is not None:
            self._span = (panel.x.high or 1.0, panel.y.high or 1.0)
        self._at = min(self._at, len(self._boxes) - 1)
        self._over = -1
        self.setAccessibleName(spec.title if spec else "Flow of patients")
        self.setAccessibleDescription(spec.alt_text if spec else "")
        self._measure()

    def set_chosen(self, key: str) -> None:
        """Mark one box."""
        if key != self._chosen:
            self._chosen = key
            self.update()

    def place_of(self, key: str) -> QRectF:
        """Where the box with that key is drawn; empty when there is none."""
        return next((self._place(box) for box in self._boxes if box.key == key), QRectF())

    def sizeHint(self) -> QSize:
        return QSize(theme.px(420), self.height_needed(theme.px(420)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(NARROWEST), 0)

    # geometry: x is a share of the width; down, boxes are as high as their words and the gaps share what is left

    def _width(self) -> float:
        return self.width() - theme.px(2.0)

    def _heights(self, width: float, room: float) -> tuple[float, float]:
        """Height of a box and of a gap between two."""
        boxes = [box for box in self._boxes if box.edge]
        if not boxes:
            return 1.0, 1.0
        share = width / self._span[0]
        tallest = max(self._text_height(box, self._room(box, share)) for box in boxes) + 2 * theme.px(AIR)
        words = [self._text_height(box, self._room(box, share)) for box in self._boxes if not box.edge]
        beside = max(words, default=0.0)
        least = max(theme.px(LEAST_GAP), beside - 1.5 * tallest)
        gaps = max(len(boxes) - 1, 1)
        return tallest, min(max((room - len(boxes) * tallest) / gaps, least), max(theme.px(WIDEST_GAP), least))

    def _room(self, box: Box, share: float) -> float:
        return (box.right - box.left) * share - self._inset(box) - theme.px(AIR)

    def _down(self, y: float, heights: tuple[float, float]) -> float:
        """The pixel of a place on the figure's y axis."""
        tall, gap = heights
        top = 1.0
        edge = 0.0
        for box in (box for box in self._boxes if box.edge):
            if y < box.low:
                return top - gap + gap * (y - edge) / max(box.low - edge, 1e-9)
            if y <= box.high:
                return top + tall * (y - box.low) / (box.high - box.low)
            top += tall + gap
            edge = box.high
        return top - gap

    def _place(self, box: Box) -> QRectF:
        across = self._width() / self._span[0]
        heights = self._now
        top, bottom = self._down(box.low, heights), self._down(box.high, heights)
        return QRectF(1 + box.left * across, top, (box.right - box.left) * across, bottom - top)

    def height_needed(self, width: float) -> int:
        """The height at which no words leave their box."""
        tall, gap = self._heights(width - theme.px(2), 0.0)
        count = sum(box.edge for box in self._boxes)
        return int(count * tall + (count - 1) * gap) + theme.px(4) if count else 0

    def _text_height(self, box: Box, wide: float) -> float:
        tall = 0.0
        for line, bold in self._words(box):
            metrics = QFontMetricsF(theme.font("answer" if bold and box.edge else "small", bold=bold))
            tall += metrics.boundingRect(QRectF(0, 0, max(wide, 10.0), 1e5), WRAP, line).height()
        return tall

    def _inset(self, box: Box) -> int:
        return theme.px(INSET) if box.edge else theme.px(8)

    @staticmethod
    def _words(box: Box) -> list[tuple[str, bool]]:
        return [(_breakable(line), bold)
                for line, bold in zip(box.lines, box.bold or (False,) * len(box.lines), strict=True)]

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = theme.current()
        across, heights = self._width() / self._span[0], self._now
        painter.setPen(QPen(look.colour("control"), 1))
        for line in self._lines:
            points = [QPointF(round(1 + x * across) + 0.5, round(self._down(y, heights)) + 0.5)
                      for x, y in zip(line.x, line.y, strict=True)]
            painter.drawPolyline(points)
        for number, box in enumerate(self._boxes):
            self._paint_box(painter, box, number)

    def _paint_box(self, painter: QPainter, box: Box, number: int) -> None:
        look = theme.current()
        place = self._place(box).adjusted(0.5, 0.5, -0.5, -0.5)
        chosen = bool(box.key) and box.key == self._chosen
        inner = place.adjusted(self._inset(box), 0, -theme.px(AIR), 0)
        tall = self._text_height(box, inner.width())
        words = QRectF(inner.left(), place.center().y() - tall / 2, inner.width(), tall)
        marked = words.adjusted(-theme.px(4), -theme.px(3), theme.px(4), theme.px(3)).intersected(place)
        radius = theme.px(3)
        if box.edge:
            painter.setPen(QPen(look.colour("accent" if box.tinted or chosen else box.role), 2 if chosen else 1))
            painter.setBrush(look.colour("tint" if box.tinted or chosen else
                                         "hover" if number == self._over else "surface"))
            painter.drawRoundedRect(place, radius, radius)
        elif chosen or number == self._over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("tint" if chosen else "hover"))
            painter.drawRoundedRect(marked, radius, radius)
        if self.hasFocus() and number == self._at:
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect((place if box.edge else marked).adjusted(1, 1, -1, -1), radius, radius)
        top = words.top()
        for line, bold in self._words(box):
            painter.setFont(theme.font("answer" if bold and box.edge else "small", bold=bold))
            painter.setPen(look.colour("accent" if bold and box.tinted else "text" if bold else "text2"))
            room = QRectF(words.left(), top, words.width(), 1e5)
            top += painter.boundingRect(room, WRAP, line).height()
            painter.drawText(room, WRAP, line)

    # hands

    def _box_at(self, point: QPointF) -> int:
        return next((number for number, box in enumerate(self._boxes) if box.key and self._place(box).contains(point)),
                    -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._box_at(event.position())
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._box_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self._at = number
            self.box_clicked.emit(self._boxes[number].key)
            self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._box_at(QPointF(event.pos()))
            if number >= 0:
                QToolTip.showText(event.globalPos(), "Show these patients in the list", self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}.get(
            Qt.Key(event.key()), 0)
        if step and self._boxes:
            self._reach(min(max(self._at + step, 0), len(self._boxes) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at >= 0 and \
                not event.modifiers():
            self.box_clicked.emit(self._boxes[self._at].key)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._at < 0 and self._boxes:
            self._reach(0)
        self.update()

    def _reach(self, number: int) -> None:
        self._at = number
        box = self._boxes[number]
        self.setAccessibleDescription(", ".join(box.lines))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.reached.emit(self._place(box))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        self.setMinimumHeight(self.height_needed(max(self.width(), theme.px(NARROWEST))))
        self._now = self._heights(self._width(), self.height() - theme.px(4))
        self.update()


def _breakable(text: str) -> str:
    """Words that may wrap after an underscore, and very long ones anywhere."""
    words = []
    for word in text.replace("_", "_\u200b").split(" "):
        longest = max((len(part) for part in word.split("\u200b")), default=0)
        words.append("\u200b".join(word) if longest > LONGEST_WORD else word)
    return " ".join(words)
