"""A sheet of paper on a millimetre ruler: shows pixels at their size in millimetres, as large as the room allows.

Not for: making the pixels (export_jobs.py).
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme

RULER = 22
EDGE = 14
LONG, SHORT = 12, 6
LABEL_STEPS = (10, 20, 50, 100)
MINOR_MM, MAJOR_MM = 5, 10
SHARPEST = 6.0
"""A small figure is not blown up beyond this many screen pixels per millimetre (at 100 %)."""


class MillimetreRuler(QWidget):
    """Paper of a size in mm with rulers above and at the left; ``image`` fills the paper exactly."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.px(220), theme.px(160))
        self._size_mm = (89.0, 84.0)
        self._image = QImage()
        self._scaled = QImage()
        theme.notifier().changed.connect(self.update)

    def show_paper(self, width_mm: float, height_mm: float, image: QImage) -> None:
        """Put a picture on the ruler; its sides are those millimetres."""
        self._size_mm = (width_mm, height_mm)
        self._image = image
        self._scaled = QImage()
        self.update()

    @property
    def image(self) -> QImage:
        """The picture as it was given, in the file's own pixels."""
        return self._image

    def paper(self) -> QRectF:
        """Where the paper lies in the widget."""
        scale = self.pixels_per_mm()
        wide, tall = self._size_mm[0] * scale, self._size_mm[1] * scale
        ruler, edge = theme.px(RULER), theme.px(EDGE)
        left = ruler + edge + max(0.0, (self.width() - ruler - 2 * edge - wide) / 2)
        top = ruler + edge + max(0.0, (self.height() - ruler - 2 * edge - tall) / 2)
        return QRectF(round(left), round(top), wide, tall)

    def pixels_per_mm(self) -> float:
        """Screen pixels of a millimetre."""
        room = theme.px(RULER) + 2 * theme.px(EDGE)
        fits = min((self.width() - room) / self._size_mm[0], (self.height() - room) / self._size_mm[1])
        return max(0.1, min(fits, theme.px(SHARPEST * 100) / 100))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(480), theme.px(420))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._scaled = QImage()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = theme.current()
        paper = self.paper()
        painter.fillRect(paper, Qt.GlobalColor.white)
        if not self._image.isNull():
            painter.drawImage(paper, self._at_screen_size(paper))
        painter.setPen(QPen(look.colour("control"), 1))
        painter.drawRect(paper.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_rulers(painter, paper)
        painter.end()

    def _at_screen_size(self, paper: QRectF) -> QImage:
        """Scaled once, smoothly, to the pixels that the screen has."""
        if self._scaled.isNull():
            ratio = self.devicePixelRatioF()
            self._scaled = self._image.scaled(
                max(1, round(paper.width() * ratio)), max(1, round(paper.height() * ratio)),
                Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        return self._scaled

    def _paint_rulers(self, painter: QPainter, paper: QRectF) -> None:
        look = theme.current()
        painter.setPen(QPen(look.colour("axis"), 1))
        painter.setFont(theme.font("caption"))
        scale = self.pixels_per_mm()
        letters = painter.fontMetrics()
        room = letters.horizontalAdvance("000") + theme.px(8)
        labelled = next((step for step in LABEL_STEPS if step * scale >= room), LABEL_STEPS[-1])
        minor = MINOR_MM if MINOR_MM * scale >= 6 else MAJOR_MM
        major = MAJOR_MM if MAJOR_MM * scale >= room else labelled
        gap, long, short = theme.px(2), theme.px(LONG), theme.px(SHORT)
        for mm in range(0, int(self._size_mm[0]) + 1, minor):
            x = round(paper.left() + mm * scale) + 0.5
            tall = long if mm % major == 0 else short
            painter.drawLine(QPointF(x, paper.top() - gap - tall), QPointF(x, paper.top() - gap))
            if mm % labelled == 0:
                painter.drawText(QPointF(x + theme.px(3), paper.top() - gap - theme.px(5)), str(mm))
        for mm in range(0, int(self._size_mm[1]) + 1, minor):
            y = round(paper.top() + mm * scale) + 0.5
            wide = long if mm % major == 0 else short
            painter.drawLine(QPointF(paper.left() - gap - wide, y), QPointF(paper.left() - gap, y))
            if mm % labelled == 0:
                words = str(mm)
                x = paper.left() - gap - theme.px(3) - max(long, letters.horizontalAdvance(words))
                painter.drawText(QPointF(x, y + letters.ascent() + theme.px(1)), words)
