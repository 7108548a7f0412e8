"""The cut-off line being moved: shown at once, stored as one undoable step when it is let go, and counted as tried.

Not for: what stands at a cut; core computes it with the P that pays for the search.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from core.figures.number_words import short_number
from gui.pages.analysis_choice import AnalysisChoice
from gui.pages.views_edits import KIND, cut_of, with_cut
from gui.run_settings import trial_key
from gui.session import Session
from gui.tried import Trial

PREVIEW_MS = 12
"""Moves that follow each other faster than this are shown once."""


class CutMoves(QObject):
    """``moving`` speaks while the line moves, ``ended`` when it has been stored or put back."""

    moving = Signal(float)
    ended = Signal()

    def __init__(self, session: Session, choice: AnalysisChoice, receptor: Callable[[], str]) -> None:
        super().__init__()
        self._session, self._choice, self._receptor = session, choice, receptor
        self._cut: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PREVIEW_MS)
        self._timer.timeout.connect(self._say)

    def move(self, cut: float) -> None:
        """The line is at ``cut`` for now."""
        self._cut = cut
        if not self._timer.isActive():
            self._timer.start()

    def release(self, cut: float) -> None:
        """The line was let go at ``cut``; where it has not moved nothing changes and nothing is counted."""
        self._timer.stop()
        moved, self._cut = self._cut is not None, None
        receptor, spec = self._receptor(), self._choice.spec
        project = self._session.project
        if moved and cut_of(project, spec.name, receptor) != cut:
            self._session.edit(with_cut(project, spec, receptor, cut), f"move cut-off of {receptor}",
                               f"cut {spec.name} {receptor}")
            self._count(receptor, cut)
        self.ended.emit()

    def back(self) -> None:
        """The split fixed beforehand again; what was tried stays counted."""
        receptor, spec = self._receptor(), self._choice.spec
        self._session.edit(with_cut(self._session.project, spec, receptor, None), f"put cut-off of {receptor} back")
        self.ended.emit()

    def _say(self) -> None:
        if self._cut is not None:
            self.moving.emit(self._cut)

    def _count(self, receptor: str, cut: float) -> None:
        """Once, also when the run of the views counts the same cut again a moment later."""
        from core.analyses.chosen_cuts import trial_words

        outcome = self._choice.outcome
        if outcome is not None:
            key = trial_key((KIND, *outcome.settings[1:]), outcome.cohort.endpoint.name, outcome.result.parameters,
                            trial_words(receptor, cut))
            words = f"Cut-off of {receptor} moved to {short_number(cut)}: cohort “{outcome.cohort.name}”"
            self._session.count_trial(Trial(key, words, 0, 1, time.strftime("%Y-%m-%d %H:%M")))
