"""How much of the screen a widget may take.

Not for: asking a widget for its screen. PySide makes the screen a child of the widget that was asked, and takes it away
with that widget: the program crashed at the next label (a test forbids ``widget.screen()``).
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def screen_room(widget: QWidget) -> QRect:
    """The part of the widget's screen that is free of task bars; of the first screen where it is on none."""
    screen = QGuiApplication.screenAt(widget.mapToGlobal(widget.rect().center())) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()
