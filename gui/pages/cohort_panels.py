"""The panels of the Cohort page: flow of patients, who is left out and where it stands, whether the follow-up is right.

Not for: evaluating the cohort or editing it; they show values and say what was clicked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from core.analyses.cohort_overview import CohortOverview
from core.data.patients.cohort import LedgerEntry
from core.data.patients.endpoint_table import CENSORED, HAPPENED, EndpointTable
from core.figures.number_words import count_words, counted
from core.figures.patient_flow import KEPT, LEFT_OUT
from core.figures.spec import FigureSpec
from gui import theme
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.frame_table import FilteredTable
from gui.widgets.labels import link, unmarked, words
from gui.widgets.panel import Panel
from gui.widgets.state_views import EmptyState

CODES_SHOWN = 4
LONGEST_ASKED = 18
"""Letters of “DECEASED = died” that the button has room for; the table below says it too."""
DISAGREEING = "disagreeing"
NOBODY_OUT = "Nobody is left out: every patient of the data set answers the question."
DESCRIBE = {
    "patient": "The patient's id in the clinical table.",
    "reason": "Why the patient is left out, or that they are analysed.",
    "where": "The cell that says so, where one does.",
    "step": "The step of the flow at which the patient was left out.",
    "kept": "Whether the patient is analysed.",
}
TITLES = {"patient": "Patient", "reason": "Left out because", "where": "Where", "step": "At the step", "kept": "In"}


@dataclass(frozen=True)
class PatientRows:
    """A table for the screen: columns and what they mean."""

    columns: Mapping[str, Sequence[Any]]
    describe: Mapping[str, str]


def ledger_rows(entries: Sequence[LedgerEntry], place: str, *, whole: bool = False) -> PatientRows:
    """Ledger entries as rows; ``place`` is the name of the clinical file, put before the cell."""
    columns: dict[str, Sequence[Any]] = {"patient": [entry.patient for entry in entries]}
    if whole:
        columns["kept"] = ["in" if entry.kept else "out" for entry in entries]
    columns["reason"] = [entry.reason for entry in entries]
    if whole:
        columns["step"] = ["" if entry.kept else entry.step for entry in entries]
    columns["where"] = [f"{place} › {entry.cell}" if entry.cell else "" for entry in entries]
    return PatientRows(columns, {name: DESCRIBE[name] for name in columns})


def entries_of(overview: CohortOverview, key: str) -> tuple[tuple[LedgerEntry, ...], str, str, bool]:
    """The patients of a box of the flow (``kept:2``) or of an exclusion (``out:2``); of anything else all left out.

    Returns
    -------
    entries, title, remark, part
        ``part`` is True where it is only a part of those left out, or the ones kept.
    """
    left_out = overview.left_out
    steps = [str(words) for words in overview.flow.data["flow"]["step"]] if overview.flow else []
    what, _, number = key.partition(":")
    if key == DISAGREEING and overview.disagreeing:
        late = set(overview.disagreeing)
        entries = tuple(entry for entry in overview.ledger if entry.patient in late)
        return entries, "After last contact", f"{counted(len(entries), 'patient')}, still in", True
    at = int(number) if number.isdigit() else len(steps)
    if at >= len(steps) or what not in (KEPT, LEFT_OUT):
        return left_out, "Left out", counted(len(left_out), "patient"), False
    if what == LEFT_OUT:
        entries = tuple(entry for entry in left_out if entry.step == steps[at])
        return entries, "Left out", f"{counted(len(entries), 'patient')} at this step", True
    earlier = set(steps[:at + 1])
    entries = tuple(entry for entry in overview.ledger if entry.kept or entry.step not in earlier)
    return entries, "Still in", f"{counted(len(entries), 'patient')} after this step", True


class LedgerPanel(Panel):
    """Left out: each with the reason and the cell. ``patient_chosen`` carries the id, "" never."""

    patient_chosen = Signal(str)
    all_requested = Signal()
    leave_out_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Left out", "", parent, inner_margin=False)
        right = QWidget()
        line = QHBoxLayout(right)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(12))
        self.show_all = link("Show all")
        self.show_all.setAccessibleName("Show everybody who is left out")
        self.show_all.clicked.connect(self.all_requested)
        self.find_link = link("Find a patient")
        self.find_link.setToolTip("Why was this patient left out? (Ctrl+J)")
        self.find_link.clicked.connect(self.find_patient)
        self.leave_out = link("Leave them out")
        self.leave_out.clicked.connect(self.leave_out_requested)
        line.addWidget(self.leave_out)
        line.addWidget(self.show_all)
        line.addWidget(self.find_link)
        self.set_right(right)
        self.list = FilteredTable(name="Patients who are left out, with the reason")
        self.list.filter_bar.field.setPlaceholderText("Patient, reason or cell")
        self.list.filter_bar.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        self.list.table.row_selected.connect(lambda row: self.patient_chosen.emit(str(row["patient"])))
        self.nobody = words("", "help", wrap=True)
        self.nobody.setContentsMargins(theme.px(12), theme.px(4), theme.px(12), theme.px(8))
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.nobody)
        self.set_content(self._stack)
        self.show_entries((), "", "Left out", "")

    def show_entries(self, entries: Sequence[LedgerEntry], place: str, title: str, remark: str, *,
                     part: bool = False, may_leave_out: bool = False) -> None:
        """Show some of the ledger; ``part`` offers the way back to everybody who is left out."""
        self.leave_out.setVisible(may_leave_out)
        self.set_title(title, remark)
        self.show_all.setVisible(part)
        self.list.table.set_table(ledger_rows(entries, place), titles={
            **TITLES, "reason": TITLES["reason"] if not any(entry.kept for entry in entries) else "In or out"},
            kinds=dict.fromkeys(("patient", "reason", "where"), "words"), missing="")
        self.nobody.setText("Nobody." if part else NOBODY_OUT)
        self._stack.setCurrentIndex(0 if entries else 1)

    def find_patient(self) -> None:
        """Open the filter: type an id to read the reason."""
        if self._stack.currentIndex() == 0:
            self.list.filter_bar.open_filter()

    def mark(self, patient: str) -> bool:
        """Mark a patient's row; False when they are not in the list shown."""
        return self.list.table.set_selected_key("patient", patient)


class CodingPanel(Panel):
    """Is the follow-up coded right? The histogram, and the values of the event column with what they were taken for."""

    confirmed = Signal()
    other_requested = Signal()
    patient_chosen = Signal(str, bool)
    acted_on = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Is the follow-up coded right?", "", parent)
        self.yes = QPushButton("Yes")
        self.yes.setProperty("small", True)
        self.yes.clicked.connect(self.confirmed)
        self.other = link("Other")
        self.other.setToolTip("Choose which values mean that it happened")
        self.other.clicked.connect(self.other_requested)
        right = QWidget()
        line = QHBoxLayout(right)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        line.addWidget(self.yes)
        line.addWidget(self.other)
        self.set_right(right)
        self.figure = FigureView(heading=False)
        self.figure.setMinimumHeight(theme.px(120))
        self.figure.sample_clicked.connect(self.patient_chosen)
        self._grid_box = QWidget()
        self._grid = QGridLayout(self._grid_box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._agreement = words("", "caption", wrap=True)
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.figure, 1)
        column.addWidget(self._grid_box)
        column.addWidget(self._agreement)
        self.empty = EmptyState()
        self.empty.acted.connect(self.acted_on)
        self._stack = QStackedWidget()
        self._stack.addWidget(shown)
        self._stack.addWidget(self.empty)
        self.set_content(self._stack)

    def show_follow_up(self, spec: FigureSpec | None, coding: EndpointTable | None, happened: str, *,
                       confirmed: bool) -> None:
        """Show histogram and cross-table; ``happened`` is the verb of the endpoint ("died")."""
        self._stack.setCurrentIndex(0)
        self.figure.set_figure(spec)
        self._fill(coding)
        values = " or ".join(code.value for code in coding.codes if code.meaning == HAPPENED) if coding else ""
        asked = f"{values} = {happened}"
        self.yes.setText(unmarked(f"Yes, {asked}") if len(asked) <= LONGEST_ASKED else "Yes")
        self.yes.setToolTip(f"{asked}: as in the table below")
        self.yes.setAccessibleName(f"Yes, the follow-up is coded right: {asked}")
        self.yes.setVisible(bool(values) and not confirmed)
        self.other.setVisible(coding is not None)
        if confirmed and values:
            self.set_title("Follow-up", f"You said: {asked}")
        else:
            self.set_title("Is the follow-up coded right?")

    def show_instead(self, title: str, text: str, actions: Sequence[tuple[str, str, bool]]) -> None:
        """Say why there is nothing to draw, with the remedies."""
        self.empty.set_state("warn", title, text, actions, token="warn")
        self._stack.setCurrentIndex(1)
        self.set_title("What to do")
        self.yes.hide()
        self.other.hide()

    def agreement(self) -> str:
        """What other columns say."""
        return self._agreement.text()

    def _fill(self, coding: EndpointTable | None) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(0)
        self._agreement.setVisible(coding is not None)
        if coding is None:
            return
        right = Qt.AlignmentFlag.AlignRight
        titles = (coding.event_column, "taken for", "patients", f"median {coding.unit}")
        for column, title in enumerate(titles):
            self._grid.addWidget(words(title, "caption"), 0, column, right if column > 1 else Qt.AlignmentFlag(0))
        for row, code in enumerate(coding.codes[:CODES_SHOWN]):
            median = f"{code.median_time:.4g}" if math.isfinite(code.median_time) else ""
            for column, text in enumerate((code.value or "missing", code.meaning, count_words(code.patients), median)):
                self._grid.addWidget(words(text, "small"), row + 1, column,
                                     right if column > 1 else Qt.AlignmentFlag(0))
        self._grid.setColumnStretch(4, 1)
        self._agreement.setText(_agreement(coding))


def _agreement(coding: EndpointTable) -> str:
    """``death_from_cancer says the same in all 1,903 patients it knows``."""
    said = []
    for other in coding.others[:2]:
        if not other.disagree:
            said.append(f"{other.column} says the same of all {counted(other.known, 'patient')} it knows.")
        else:
            first = ", ".join(other.differing[:3]) + (", …" if len(other.differing) > 3 else "")
            said.append(f"{other.column} says otherwise of {count_words(other.disagree)} of "
                        f"{counted(other.known, 'patient')}: {first}.")
    more = len(coding.codes) - CODES_SHOWN
    if more > 0:
        rest = coding.codes[CODES_SHOWN:]
        censored = sum(code.patients for code in rest if code.meaning == CENSORED)
        said.insert(0, f"{counted(more, 'rarer value')} more, {counted(censored, 'patient')} of them censored.")
    return " ".join(said) or "No other column says who had the event."
