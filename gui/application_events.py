"""Events of the whole program that its window wants: tool tips shown as plain text, files that the system asks to open.

Not for: events of one widget. Every event of the program passes here through Python, so ``paused`` lets a flood of them
by while pages are built or everything is styled anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QHelpEvent

from gui.plain_tool_tips import shown_plain


class ApplicationEvents(QObject):
    """``begin`` at the start of the program; it ends with its parent."""

    file_wanted = Signal(object)
    """Path of a file that the system asks to open (double click on macOS)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._began = False

    def begin(self) -> None:
        """Look at every event from now on."""
        self._application().installEventFilter(self)
        self._began = True

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is looked at: thousands of events come at once, and no tool tip is among them."""
        if not self._began:
            yield
            return
        self._application().removeEventFilter(self)
        try:
            yield
        finally:
            self._application().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            return shown_plain(watched, event)
        if kind == QEvent.Type.FileOpen:
            asked: Any = event
            self.file_wanted.emit(Path(asked.file()))
            return True
        return False

    @staticmethod
    def _application() -> QCoreApplication:
        application = QCoreApplication.instance()
        assert application is not None
        return application
