"""Step 5, which asks what the role of the data set needs: outcome, response, pairs, or shows the calls.

Not for: the other steps, or what one of these asks (outcome_step.py, lines_step.py, pairs_step.py, calls_step.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.job_runner import Job, JobRunner
from gui.pages.importing.calls_step import CallsStep
from gui.pages.importing.draft import Draft, with_answers
from gui.pages.importing.draft_roles import with_form, without_form
from gui.pages.importing.lines_step import LinesStep
from gui.pages.importing.outcome_step import OutcomeStep
from gui.pages.importing.outcome_values import read_outcome
from gui.pages.importing.pairs_step import PairsStep

if TYPE_CHECKING:
    from gui.pages.importing.draft_reading import DatasetReading, DraftReading

NAMES = {"cohort": "Outcome", "cell_lines": "Response", "biopsies": "Pairs", "activation": "Calls"}
"""What step 5 is called."""


class RoleStep(QStackedWidget):
    """``edited`` speaks a new draft; ``offer_changed``: whether there is one thing to do here may be different."""

    edited = Signal(object)
    offer_changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._draft: Draft | None = None
        self._whole: DatasetReading | None = None
        self._shown: tuple[object, ...] = ()
        self.outcome, self.lines, self.pairs, self.calls = OutcomeStep(), LinesStep(), PairsStep(), CallsStep()
        self._parts: dict[str, OutcomeStep | LinesStep | PairsStep | CallsStep] = {
            "cohort": self.outcome, "cell_lines": self.lines, "biopsies": self.pairs, "activation": self.calls}
        for part in self._parts.values():
            self.addWidget(part)
        self.outcome.edited.connect(self.edited)
        self.outcome.outcome_wanted.connect(self._read_outcome)
        for asks in (self.outcome, self.lines, self.pairs):
            asks.offer_changed.connect(self.offer_changed)
        for form in (self.lines, self.pairs):
            form.changed.connect(lambda said: self._edit(with_form, said))
            form.used.connect(lambda said: self._edit(lambda draft: with_form(draft, said, use=True)))
            form.removed.connect(lambda: self._edit(without_form))
        self.lines.answered.connect(self._answered)

    @property
    def is_next(self) -> bool:
        """True while what is shown can be used and is not: then that is the one thing to do."""
        part = self.currentWidget()
        return isinstance(part, (OutcomeStep, LinesStep, PairsStep)) and part.is_next

    def show_waiting(self, draft: Draft, sentence: str) -> None:
        """The data set is being read, or cannot be."""
        self._draft, self._shown = draft, ()
        part = self._parts.get(draft.spec.role, self.outcome)
        self.setCurrentWidget(part)
        part.show_waiting(sentence)

    def show_reading(self, draft: Draft, whole: DatasetReading, reading: DraftReading | None) -> None:
        """Show what the role asks, with what the data set as a whole holds."""
        self._draft, self._whole = draft, whole
        part = self._parts.get(draft.spec.role, self.outcome)
        self.setCurrentWidget(part)
        if part is self.outcome:
            self.outcome.show_reading(draft, whole)
            return
        now = (draft.spec, draft.lines, draft.pairs, whole, reading)
        if self._shown and all(one is other or one == other for one, other in zip(self._shown, now, strict=True)):
            return
        self._shown = now
        dataset, imported = whole.dataset, _imported(reading)
        if dataset.unusable and not dataset.expression:
            part.show_waiting(f"The tables cannot be used yet: {dataset.unusable[0].line()}")
            return
        if draft.spec.role == "cell_lines":
            from gui.pages.importing.lines_reading import read_lines

            self._submit("Matching lines", lambda job: read_lines(draft.lines, dataset, job),
                         lambda found: self.lines.show_reading(draft, found, described=dataset.clinical is not None))
        elif draft.spec.role == "biopsies":
            from gui.pages.importing.pairs_reading import read_pairs

            self._submit("Looking for pairs", lambda job: read_pairs(draft.pairs, dataset, job),
                         lambda found: self.pairs.show_reading(draft, found, dataset.clinical))
        else:
            from gui.pages.importing.calls_reading import read_calls

            self._submit("Counting calls", lambda job: read_calls(dataset, imported), self.calls.show_reading)

    def _submit(self, words: str, work: Callable[..., Any], done: Callable[[Any], None]) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._jobs.submit(words, work, done=done, owner=self, lane="files")

    def _edit(self, edit: Callable[..., Draft], *values: Any) -> None:
        if self._draft is not None:
            self.edited.emit(edit(self._draft, *values))

    def _answered(self, kind: str, key: str, value: str) -> None:
        from gui.pages.importing.lines_reading import answers_with

        if self._draft is not None:
            self.edited.emit(with_answers(self._draft, answers_with(self._draft.spec.answers, kind, key, value)))

    def _read_outcome(self, rule: Any) -> None:
        clinical = self._whole.dataset.clinical if self._whole is not None else None
        if clinical is not None:
            self._jobs.submit("Counting events", lambda job: read_outcome(rule, clinical, job),
                              done=self.outcome.show_outcome, owner=self.outcome, lane="files")


def _imported(reading: DraftReading | None) -> list[Any]:
    """The expression tables as they were read, each with its cells."""
    if reading is None:
        return []
    return [table.imported for sheet in reading.sheets for table in sheet.tables
            if table.part == "expression" and table.imported is not None]
