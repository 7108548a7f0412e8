"""The colours of a sheet in words, with small patches.

Not for: the sheet itself (sheet_table.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui import theme
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.importing.sheet_model import GROUND
from gui.widgets.importing.sheet_picture import ROLE_WORDS, Role
from gui.widgets.labels import words


class Patch(QWidget):
    """A square in the colour of a role, or with the edge of a mark."""

    def __init__(self, ground: str, edge: str, width: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground, self._edge, self._width = ground, edge, width

    def sizeHint(self) -> QSize:
        return QSize(theme.px(12), theme.px(12))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = theme.current()
        painter.setPen(QPen(look.colour(self._edge), self._width))
        painter.setBrush(look.colour(self._ground))
        side = theme.px(11)
        painter.drawRect(0 + self._width // 2, (self.height() - side) // 2, side - self._width, side - self._width)


class Legend(QWidget):
    """Only what occurs in the sheet is named."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, gap=14)

    def set_roles(self, roles: Sequence[Role], look: bool, decide: bool) -> None:
        """Name these roles, and the edges where cells have them."""
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for role in roles:
            self._add(GROUND[role], "control", 1, ROLE_WORDS[role])
        if look:
            self._add("warntint", "warnline", 2, "look")
        if decide:
            self._add("errtint", "errline", 2, "must decide")
        self._flow.setContentsMargins(theme.px(12), theme.px(5), theme.px(12), theme.px(5))

    def _add(self, ground: str, edge: str, width: int, text: str) -> None:
        entry = QWidget()
        line = QHBoxLayout(entry)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(6))
        line.addWidget(Patch(ground, edge, width), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(words(text, "caption"))
        self._flow.addWidget(entry)
