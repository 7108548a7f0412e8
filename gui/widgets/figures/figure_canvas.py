"""The surface that a figure is painted on; it hands every touch of mouse and keys to the one who owns it.

Not for: what a touch means (figure_hands.py).
"""

from __future__ import annotations

from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget


class Hands(Protocol):
    """Who hears of mouse and keys; True where the touch was used."""

    def pressed(self, event: QMouseEvent) -> None: ...
    def moved(self, event: QMouseEvent) -> None: ...
    def released(self, event: QMouseEvent) -> None: ...
    def left(self) -> None: ...
    def wheeled(self, event: QWheelEvent) -> bool: ...
    def key_pressed(self, event: QKeyEvent) -> bool: ...
    def key_released(self, event: QKeyEvent) -> bool: ...
    def menu_asked(self, event: QContextMenuEvent) -> None: ...
    def focus_changed(self, event: QFocusEvent | None) -> None: ...
    def words_in_full(self, at: QPointF) -> str: ...


class FigureCanvas(pg.GraphicsView):  # type: ignore[misc]
    """pyqtgraph's view without its own mouse, menu and exporters."""

    hands: Hands | None = None

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, background=None)
        self.setAntialiasing(True)
        self.setAutoFillBackground(False)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # reaches this view too, its proxy: so before the next
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.hands:
            self.hands.pressed(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.hands:
            self.hands.moved(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.hands:
            self.hands.released(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hands and self.hands.wheeled(event):
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.hands and self.hands.key_pressed(event):
            event.accept()
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self.hands and self.hands.key_released(event):
            event.accept()
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.hands:
            self.hands.menu_asked(event)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.hands:
            self.hands.focus_changed(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.hands:
            self.hands.focus_changed(None)

    def leaveEvent(self, event: QEvent) -> None:
        if self.hands:
            self.hands.left()

    def viewportEvent(self, event: QEvent) -> bool:
        hands = self.hands
        if event.type() == QEvent.Type.Leave and hands is not None:
            hands.left()
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and hands is not None:
            QToolTip.showText(event.globalPos(), hands.words_in_full(QPointF(event.pos())), self)
            return True
        return bool(super().viewportEvent(event))

    def dragEnterEvent(self, event: Any) -> None:
        event.ignore()
