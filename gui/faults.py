"""Faults and crashes as the user meets them: the dialog when something of ours breaks, the offer at the next start.

Not for: the hooks and the words (recovery.py) or the journal (autosaver.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from core.project.project import Project
from gui.autosaver import Autosaver
from gui.problem_view import tell
from gui.recovery import FaultGuard, Offer, offers

if TYPE_CHECKING:
    from core.jobs import JobContext
    from core.problems import Problem
    from core.project.project_file import OpenedProject
    from gui.job_runner import JobRunner


class Faults(QObject):
    """Puts the hooks in place and shows what they catch, on the GUI thread."""

    _caught = Signal(str, str, str)

    def __init__(self, home: Path, autosaver: Autosaver, jobs: JobRunner, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._guard = FaultGuard(home, autosaver.write_now, self._caught.emit)
        self._guard.install()
        jobs.broke.connect(lambda _, trace: self._guard.fault_text(trace))

    def close(self) -> None:
        """A clean end: the hooks go."""
        self._guard.remove()

    def _show(self, headline: str, words: str, details: str) -> None:
        box = QMessageBox(QMessageBox.Icon.Critical, "RTKscope", headline, QMessageBox.StandardButton.NoButton,
                          self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(words)
        box.setDetailedText(details)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        go_on = box.addButton("Go on", QMessageBox.ButtonRole.AcceptRole)
        copy = box.addButton("Copy the error", QMessageBox.ButtonRole.ActionRole)
        box.setEscapeButton(go_on)
        box.setDefaultButton(go_on)
        box.buttonClicked.connect(
            lambda button: QGuiApplication.clipboard().setText(details) if button is copy else None)
        box.open()


def offer_recovery(autosaver: Autosaver, jobs: JobRunner, window: QWidget,
                   take: Callable[[Project, Any, Path | None, int], bool],
                   open_saved: Callable[[Path], None]) -> None:
    """Ask about each study that a crash left open, newest first, one after the other."""
    waiting = offers(autosaver.autosave)

    def ask_next() -> None:
        if waiting:
            _ask(waiting.pop(0))

    def _ask(offer: Offer) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, "RTKscope", offer.title, QMessageBox.StandardButton.NoButton,
                          window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(offer.words)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        restore = box.addButton(offer.restore, QMessageBox.ButtonRole.AcceptRole)
        otherwise = box.addButton(offer.otherwise, QMessageBox.ButtonRole.ActionRole)
        later = box.addButton("Ask again next time", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(restore)
        box.setEscapeButton(later)

        def answered(button: object) -> None:
            if button is restore:
                give_back(offer)
            elif button is otherwise:
                autosaver.autosave.discard(offer.entry)
                if offer.entry.original_path is not None and offer.entry.original_path.is_file():
                    open_saved(offer.entry.original_path)
                else:
                    ask_next()
            else:
                ask_next()

        box.buttonClicked.connect(answered)
        box.open()

    def give_back(offer: Offer) -> None:
        def work(job: JobContext) -> OpenedProject:
            return autosaver.autosave.recover(offer.entry, job)

        def done(opened: OpenedProject) -> None:
            if take(opened.project, opened.tried, offer.entry.original_path, offer.entry.changes):
                autosaver.autosave.discard(offer.entry)
            if opened.notes:
                tell(window, "The study was restored, and there is something to know", opened.notes)

        def failed(problems: tuple[Problem, ...]) -> None:
            tell(window, "The study could not be restored", problems)

        jobs.submit("Restoring the study", work, done=done, failed=failed, owner=window, lane="files")

    ask_next()
