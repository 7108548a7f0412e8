"""Studies opened lately: name, what is in them, when; one whose file is gone is grey and says so.

Not for: looking whether a file is there, which may take long on a network drive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import IconLabel, words


@dataclass(frozen=True)
class RecentRow:
    """One line. ``missing`` is True where the file is known to be gone."""

    path: str
    name: str
    holds: str
    when: str
    missing: bool = False


class RecentButton(QPushButton):
    """One study that can be opened by mouse, Enter or Space; Delete or the menu takes it off the list."""

    forgotten = Signal(str)

    def __init__(self, row: RecentRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self.setProperty("role", "question")
        gone = "The file is not there any more"
        self.setToolTip(f"{gone}: {row.path}" if row.missing else row.path)
        said = f"{gone}: {row.path}" if row.missing else f"{row.holds}, {row.when}"
        self.setAccessibleName(f"{row.name}. {said}")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.px(12), theme.px(6), theme.px(12), theme.px(6))
        line.setSpacing(theme.px(8))
        line.addWidget(IconLabel("file", "text3" if row.missing else "text2", 15), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(words(row.name, "remark" if row.missing else "", wrap=True))
        column.addWidget(words(gone if row.missing else row.holds, "caption", wrap=True))
        column.addStretch(1)
        line.addLayout(column, 1)
        line.addWidget(words(row.when, "caption"), 0, Qt.AlignmentFlag.AlignTop)
        self._line = line
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), self._needed())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), theme.px(40))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self._needed())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.forgotten.emit(self.row.path)
        else:
            super().keyPressEvent(event)

    def _needed(self) -> int:
        return max(self._line.totalHeightForWidth(self.width()) if self.width() > 50 else 0, theme.px(40))

    def _menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Take off this list").triggered.connect(lambda _: self.forgotten.emit(self.row.path))
        menu.popup(self.mapToGlobal(place))


class RecentList(QWidget):
    """``chosen`` and ``forgotten`` carry the path."""

    chosen = Signal(str)
    forgotten = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[RecentButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 1, 1)
        self._column.setSpacing(0)

    def set_rows(self, rows: Sequence[RecentRow]) -> None:
        """Show these, the latest first."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.buttons = [RecentButton(row) for row in rows]
        for button in self.buttons:
            button.clicked.connect(lambda _, path=button.row.path: self.chosen.emit(path))
            button.forgotten.connect(self.forgotten)
            self._column.addWidget(button)
        if not rows:
            nothing = words("No study was saved or opened here yet.", "help", wrap=True)
            nothing.setContentsMargins(theme.px(12), 0, theme.px(12), theme.px(10))
            self._column.addWidget(nothing)
