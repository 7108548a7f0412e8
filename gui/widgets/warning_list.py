"""Warnings as a list: what, where, why it matters, what to do; each whole, none closes by itself.

Not for: finding them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.problems import Problem, Severity
from gui import theme
from gui.widgets.labels import words
from gui.widgets.state_views import Banner

KINDS = {Severity.PROBLEM: "error", Severity.WARNING: "warn", Severity.NOTE: "info"}


class WarningList(QScrollArea):
    """Scrolls when there are many. ``acted`` carries the key of a remedy that was pressed."""

    acted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.setWidgetResizable(True)
        self.setAccessibleName("Warnings")
        self._content = QWidget()
        self._content.setObjectName("scrolled")
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._content)
        self.banners: list[Banner] = []
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self.set_problems(())

    def set_problems(self, problems: Sequence[Problem], remedies: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Show these, in their order. ``remedies``: code of a problem -> (words of a link, key)."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.banners = [Banner(KINDS[problem.severity], sentence(problem), *(remedies or {}).get(problem.code, ()))
                        for problem in problems]
        for banner in self.banners:
            banner.acted.connect(self.acted)
            self._column.addWidget(banner)
        if not problems:
            self._column.addWidget(words("Nothing to look at.", "help"))
        self._column.addStretch(1)

    def _measure(self) -> None:
        self._column.setSpacing(theme.px(6))


def sentence(problem: Problem) -> str:
    """One finding as sentences: where, what, why, what to do."""
    place = problem.where.words()
    what = problem.what[:1].upper() + problem.what[1:]
    parts = [f"{place}: {what}" if place else what, problem.why, problem.remedy[:1].upper() + problem.remedy[1:]]
    return " ".join(f"{part.rstrip('. ')}." for part in parts if part)
