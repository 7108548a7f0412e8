"""Asks in which cohorts a locked score is to be tested, and which outcome of each.

Not for: finding cohorts or running the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import set_look, words
from gui.widgets.parameter_editors import WidthlessCombo


@dataclass(frozen=True)
class CohortChoice:
    """A cohort that can be chosen: its name, its name with counts, its outcomes, and what speaks against it."""

    name: str
    words: str
    outcomes: tuple[str, ...]
    remark: str = ""
    chosen: bool = True


class CohortsDialog(QDialog):
    """``chosen`` gives (cohort, outcome) of each that is ticked."""

    chosen = Signal(tuple)

    def __init__(self, score: str, cohorts: Sequence[CohortChoice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("test in")
        self.setWindowTitle("Test in")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        edge = theme.px(18)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.px(8))
        column.addWidget(words(f"Test {score} in which patients?", "title", wrap=True))
        column.addWidget(words("Each cohort gives one effect per SD of the score; several are pooled. Patients that "
                               "two cohorts share are looked for and said.", "help", wrap=True))
        self.boxes: dict[str, QCheckBox] = {}
        self.outcomes: dict[str, QComboBox] = {}
        for cohort in cohorts:
            box = QCheckBox(cohort.words.replace("&", "&&"))
            box.setAccessibleName(f"Test in {cohort.name}")
            box.setChecked(cohort.chosen)
            box.toggled.connect(self._look)
            outcome = WidthlessCombo()
            outcome.setAccessibleName(f"Outcome of {cohort.name}")
            outcome.addItems(list(cohort.outcomes))
            row = QHBoxLayout()
            row.addWidget(box, 1)
            row.addWidget(outcome)
            column.addLayout(row)
            if cohort.remark:
                column.addWidget(words(cohort.remark, "caption", wrap=True))
            self.boxes[cohort.name], self.outcomes[cohort.name] = box, outcome
        column.addStretch(1)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.test = self.box.button(QDialogButtonBox.StandardButton.Ok)
        self.test.setText("Test")
        set_look(self.test, "role", "primary")
        self.box.accepted.connect(self._test)
        self.box.rejected.connect(self.reject)
        column.addWidget(self.box)
        self.setMinimumWidth(theme.px(480))
        self._look()

    def choice(self) -> tuple[tuple[str, str], ...]:
        """Cohort and outcome of each that is ticked."""
        return tuple((name, self.outcomes[name].currentText()) for name, box in self.boxes.items() if box.isChecked())

    def _look(self) -> None:
        self.test.setEnabled(bool(self.choice()))
        self.test.setToolTip("" if self.choice() else "Tick a cohort")

    def _test(self) -> None:
        if self.choice():
            self.chosen.emit(self.choice())
            self.accept()
