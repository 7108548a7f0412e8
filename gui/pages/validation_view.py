"""The test of a locked subset in other cohorts: closed until it is locked, then the answer, forest and curves.

Not for: numbers, or asking what to test; it shows an outcome and says what was pressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.figures.number_words import capitalised
from gui import theme
from gui.pages.figure_signals import FigureSignals
from gui.pages.subset_figure_parts import SubsetPart
from gui.widgets.labels import words
from gui.widgets.panel import Panel
from gui.widgets.parameter_editors import WidthlessCombo
from gui.widgets.state_views import EmptyState, RunningState

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec
    from gui.job_runner import Job
    from gui.pages.analysis_states import EmptyWords
    from gui.session import Outcome


class ValidationView(QStackedWidget):
    """``acted`` speaks the key of a button; ``shown_changed`` that another figure is shown."""

    acted = Signal(str)
    shown_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState("lock")
        self.empty.acted.connect(self.acted)
        self.running = RunningState(elsewhere="Show the search")
        self.running.cancel_requested.connect(lambda: self.acted.emit("cancel test"))
        self.running.elsewhere_requested.connect(lambda: self.acted.emit("view search"))
        self.part = SubsetPart("validation", "Locked test")
        self.said = FigureSignals(self)
        self.said.listen(self.part.view)
        self.chooser = WidthlessCombo()
        self.chooser.setAccessibleName("Figure of the test")
        self.chooser.activated.connect(lambda _: self._show_figure())
        self.part.set_right(self.chooser)
        self.findings = Panel("What it says")
        content = QWidget()
        content.setObjectName("scrolled")
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setProperty("plain", True)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setAccessibleName("What the test says")
        self.scroller.setWidget(content)
        self.findings.set_content(self.scroller)
        both = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, both)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.part, 3)
        self._row.addWidget(self.findings, 2)
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self._both = both
        for view in (self.empty, self.running, both):
            self.addWidget(view)
        self._figures: dict[str, FigureSpec] = {}
        self._outcome: Outcome | None = None

    def show_empty(self, said: EmptyWords) -> None:
        """Say why there is no result."""
        icon, title, text, actions, token = said
        self.empty.set_state(icon, title, text, actions, token=token)
        self.setCurrentWidget(self.empty)

    def show_running(self, job: Job, doing: str) -> None:
        """Say how far the test is."""
        self.running.set_words(doing, "The locked score is tested in each cohort and pooled.")
        self.running.set_progress(job.fraction, doing, job.seconds_left)
        self.setCurrentWidget(self.running)

    def show_outcome(self, outcome: Outcome) -> None:
        """The figures and sentences of a test."""
        if outcome is not self._outcome:
            self._outcome = outcome
            self._figures = {figure.name: figure for figure in outcome.result.figures}
            before = self.chooser.currentData()
            self.chooser.clear()
            for name, figure in self._figures.items():
                self.chooser.addItem(figure_words(name, figure), name)
            self.chooser.setCurrentIndex(max(self.chooser.findData(before), 0))
            self._show_findings(outcome.result.findings)
            self._show_figure()
        self.setCurrentWidget(self._both)

    def shows_result(self) -> bool:
        """True while a result is in front."""
        return self.currentWidget() is self._both

    def figure(self) -> FigureSpec | None:
        """The figure in front."""
        return self.part.whole if self.shows_result() else None

    def figure_choices(self) -> tuple[str, ...]:
        """Names of the figures offered."""
        return tuple(self._figures)

    def choose_figure(self, name: str) -> None:
        """Show one figure of the test."""
        self.chooser.setCurrentIndex(self.chooser.findData(name))
        self._show_figure()

    def set_selection(self, patients: Sequence[str]) -> None:
        """Mark patients."""
        self.part.view.set_selection(patients)

    def _show_figure(self) -> None:
        spec = self._figures.get(self.chooser.currentData() or "")
        flat = spec is not None and spec.name == "forest"  # few rows whose numbers need the width
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if flat else QBoxLayout.Direction.LeftToRight)
        self.part.set_figure(spec, "This test has no figure.")
        self.shown_changed.emit()

    def _measure(self) -> None:
        self._row.setSpacing(theme.px(8))
        self._column.setSpacing(theme.px(8))
        self.chooser.setMinimumWidth(theme.px(180))

    def _show_findings(self, findings: Sequence[str]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, sentence in enumerate(findings):
            self._column.addWidget(words(sentence, "answer" if number == 0 else "help", wrap=True))
        self._column.addStretch(1)


def figure_words(name: str, figure: FigureSpec) -> str:
    """What a figure of the test is called in the list."""
    if name.startswith("kaplan_meier_"):
        return f"Curves in {name.removeprefix('kaplan_meier_')}"
    title = figure.rows[0][0].title or figure.title
    return capitalised(name.replace("_", " ")) if "forest" in name or not title else title.partition(", ")[0]
