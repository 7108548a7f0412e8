"""A page with scroll bars where it has less room than its text needs (200 % on a small screen).

Not for: tables and forms, which scroll by themselves.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget


class PageRoom(QScrollArea):
    """Holds one page; it has no look and no focus of its own."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
