"""All measured values as small bars, so that their scale can be seen.

Not for: figures of results.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme


class Histogram(QWidget):
    """Bars without numbers; the sentence under it says the range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of all values")

    def set_counts(self, counts: Sequence[int], words: str) -> None:
        """Show other values; ``words`` say the same for those who cannot see it."""
        self._counts = tuple(int(count) for count in counts)
        self.setAccessibleDescription(words)
        self.setVisible(bool(self._counts))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(52))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        look = theme.current()
        top = max(self._counts) or 1
        width = self.width() / len(self._counts)
        room = self.height() - 2
        for at, count in enumerate(self._counts):
            height = max(1.0, room * count / top) if count else 0
            painter.fillRect(QRectF(at * width, room - height, max(1.0, width - 1), height), look.colour("ns"))
        painter.setPen(look.colour("axis"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
