"""A page with scroll bars where it has less room than its text needs (200 % on a small screen).

Not for: tables and forms, which scroll by themselves. A page is never made higher only because it could use the room:
its figures fold instead, and a resizable scroll area would give it the height that it likes best.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget


class PageRoom(QScrollArea):
    """Holds one page; it has no look and no focus of its own."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page = page
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._fit)
        page.installEventFilter(self)
        self.setWidget(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._page and event.type() == QEvent.Type.LayoutRequest:
            self._later.start(0)
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """As large as the room, or as its words need."""
        room = self.maximumViewportSize()
        width = max(room.width(), self._page.minimumSizeHint().width())
        height = self.height_needed(width)
        if height > room.height():
            width = max(room.width() - self.verticalScrollBar().sizeHint().width(),
                        self._page.minimumSizeHint().width())
            height = self.height_needed(width)
        if width > room.width():
            room.setHeight(room.height() - self.horizontalScrollBar().sizeHint().height())
        self._page.resize(width, max(room.height(), height))

    def height_needed(self, width: int) -> int:
        """The least height at which nothing of the page is cut off at this width."""
        layout = self._page.layout()
        if layout is None:
            return self._page.minimumSizeHint().height()
        margins = layout.contentsMargins()
        inner = width - margins.left() - margins.right()
        heights = []
        for at in range(layout.count()):
            item = layout.itemAt(at)
            if item is None or item.isEmpty():
                continue
            part = item.widget()
            if isinstance(part, QStackedWidget):
                shown = part.currentWidget()
                heights.append(shown.minimumSizeHint().height() if shown is not None else 0)
            else:
                heights.append(item.heightForWidth(inner) if item.hasHeightForWidth() else item.minimumSize().height())
        return margins.top() + margins.bottom() + sum(heights) + layout.spacing() * max(len(heights) - 1, 0)
