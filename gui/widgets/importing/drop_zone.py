"""A place to drop files on, with buttons that do the same by mouse and keyboard.

Not for: reading what was dropped.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.labels import IconLabel, words

KINDS = "xlsx, xls, ods, csv, tsv, GEO series matrix, GCT or a cBioPortal table"


def local_files(mime: QMimeData) -> list[Path]:
    """The files of this computer that are dragged or on the clipboard."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []


class DropZone(QFrame):
    """``dropped`` speaks a list of paths."""

    dropped = Signal(object)
    choose_requested = Signal()
    paste_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dropzone")
        self.setAcceptDrops(True)
        self.setAccessibleName("Drop files here")
        line = QHBoxLayout(self)
        self._line = line
        line.addWidget(IconLabel("file", "accent", 22), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.addWidget(words("Drop Excel or CSV files here", "title", wrap=True))
        column.addWidget(words(f"{KINDS}. Files are read, never changed.", "help", wrap=True))
        line.addLayout(column, 1)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=8)
        flow.setContentsMargins(0, 0, 0, 0)
        self.choose = QPushButton("Choose files…")
        self.choose.clicked.connect(self.choose_requested)
        self.paste = QPushButton("Paste from Excel")
        self.paste.setToolTip("Takes the cells that were copied in a spreadsheet program (Ctrl+V)")
        self.paste.clicked.connect(self.paste_requested)
        flow.addWidget(self.choose)
        flow.addWidget(self.paste)
        column.addWidget(buttons)
        theme.notifier().changed.connect(self._look)
        self._look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
            self._look(over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._look()

    def dropEvent(self, event: QDropEvent) -> None:
        self._look()
        paths = local_files(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def _look(self, over: bool = False) -> None:
        look = theme.current()
        ground, edge = ("tint", "accent") if over else ("surface", "control")
        self.setStyleSheet(f"QFrame#dropzone {{ background: {look.hex(ground)}; border: 1px dashed {look.hex(edge)};"
                           f" border-radius: 4px; }}")
        self._line.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12))
        self._line.setSpacing(theme.px(12))
