"""The list "Ready for the journal?": every check with a mark, its words and a link that mends it.

Not for: making the checks (core/figures/preflight.py) or mending (the dialog does what ``acted`` asks).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import IconLabel, chip, link, set_look, words

if TYPE_CHECKING:
    from core.figures.preflight import Check


class ExportChecks(QWidget):
    """A heading with "6 of 7" and one row per check."""

    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        heading = QHBoxLayout()
        heading.addWidget(words("Ready for the journal?", "title"))
        heading.addStretch(1)
        self.count: QLabel = chip("unknown", "checking")
        heading.addWidget(self.count)
        column.addLayout(heading)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.px(4))
        column.addLayout(self._rows)
        self.checks: tuple[Check, ...] = ()
        self.links: dict[str, QPushButton] = {}
        self._widgets: list[QWidget] = []

    def set_checking(self) -> None:
        """The rows are of the figure before; new ones are on their way."""
        self.count.setText("checking")
        set_look(self.count, "chip", "unknown")

    def set_checks(self, checks: Sequence[Check]) -> None:
        """Show them, those that need a look first."""
        for widget in self._widgets:
            self._rows.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        self.links = {}
        self.checks = tuple(checks)
        for check in sorted(self.checks, key=lambda check: check.passed):
            row = self._row(check)
            self._rows.addWidget(row)
            self._widgets.append(row)
        passed = sum(check.passed for check in self.checks)
        self.count.setText(f"{passed} of {len(self.checks)}")
        set_look(self.count, "chip", "ok" if passed == len(self.checks) else "warn")
        self.setAccessibleName(f"Ready for the journal? {passed} of {len(self.checks)} checks passed")

    def open_words(self) -> tuple[str, ...]:
        """Titles of the checks that did not pass."""
        return tuple(check.title for check in self.checks if not check.passed)

    def _row(self, check: Check) -> QWidget:
        row = QWidget()
        row.setAccessibleName(f"{'Passed' if check.passed else 'Look at'}: {check.title}"
                              + (f", {check.detail}" if check.detail else ""))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        mark = IconLabel("ok" if check.passed else "warn", "ok" if check.passed else "warn", 14)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(words(check.title, wrap=True))
        if check.detail:
            text.addWidget(words(check.detail, "caption", wrap=True))
        line.addLayout(text, 1)
        if check.remedy:
            button = link(check.remedy)
            button.setAccessibleName(f"{check.remedy}: {check.title}")
            button.clicked.connect(lambda: self.acted.emit(check))
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            self.links[check.key] = button
        return row
