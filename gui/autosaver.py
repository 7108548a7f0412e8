"""Keeps the last edits of the open study in the journal, so that a crash costs seconds: when to write, on which thread.

Not for: what is in the journal (core/project/autosave.py), saving, or what is offered after a crash (recovery.py).
"""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from core.problems import UserError
from core.project.autosave import Autosave
from core.project.whole_file import not_written
from gui.session import Session
from gui.tried import Tried

SOON_MS = 400
"""After a first edit: long enough for the end of a drag, short enough to lose next to nothing."""
EVERY_MS = 5_000
"""While edits go on."""


class Autosaver(QObject):
    """Writes the journal of one session soon after a change and at most every five seconds, on a thread of its own.

    Parameters
    ----------
    folder : Path
        Of all journals, in the app's data folder.
    """

    failed = Signal(object)
    """A Problem, once per row of failures: edits are not being kept."""
    kept = Signal()
    """The journal holds the project as it is, or holds nothing because nothing is unsaved."""
    _written = Signal(object)

    def __init__(self, session: Session, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.autosave = Autosave(folder)
        self.original_path: Path | None = None
        self._session = session
        self._trials = session.tried
        self._changes_before = 0
        self._failing = False
        self._closed = False
        self._last = 0.0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="rtkscope-autosave")
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._flush)
        self._written.connect(self._look_at)
        session.changed.connect(self._plan)
        session.tried_changed.connect(self._plan)
        session.undo_stack.cleanChanged.connect(self._plan)
        session.opened.connect(self._start_anew)

    @property
    def changes(self) -> int:
        """Undoable steps since the study was last saved or opened."""
        stack = self._session.undo_stack
        steps = abs(stack.index() - stack.cleanIndex()) if stack.cleanIndex() >= 0 else max(stack.index(), 1)
        return self._changes_before + steps

    def saved(self, path: Path, tried: Tried) -> None:
        """The project as it is was saved there, with that ledger; the journal has nothing else to give back."""
        self.original_path = path
        self._trials = tried
        self._changes_before = 0
        self._plan()

    def recovered(self, changes: int) -> bool:
        """The open project was given back after a crash, with that many steps since it was saved.

        It is in the new journal when this returns True, so that the old one can go.
        """
        self._changes_before = max(changes - 1, 0)
        return self.write_now()

    def write_now(self, seconds: float = 3.0) -> bool:
        """Keep the project before something worse happens; True when it is kept. For the hooks of recovery.py."""
        if QThread.currentThread() == self.thread():
            self._timer.stop()
        try:
            self._flush().result(timeout=seconds)
        except Exception:  # noqa: BLE001 - called while the program is broken: whatever it is, the answer is "not kept"
            return False
        return True

    def close(self) -> None:
        """The session ends as it should: the journal goes."""
        self._closed = True
        self._timer.stop()
        self._pool.shutdown(wait=True)
        self.autosave.close()

    def _start_anew(self) -> None:
        self._changes_before = 0
        self._trials = self._session.tried
        self._plan()

    def _plan(self) -> None:
        if not self._closed and not self._timer.isActive():
            since = (time.monotonic() - self._last) * 1000
            self._timer.start(int(max(SOON_MS, EVERY_MS - since)))

    def _flush(self) -> Future[None]:
        """Hand what is to be kept to the thread: values only, no widget and no session."""
        session = self._session
        autosave, project, original = self.autosave, session.project, self.original_path
        unsaved = not session.undo_stack.isClean() or session.tried is not self._trials
        if unsaved:
            self._last = time.monotonic()
        tried, changes = session.tried.document(), self.changes
        read_as = {record.spec.path: record.sha256 for dataset in session.datasets.values()
                   for record in dataset.tables}

        def work() -> None:
            if unsaved:
                autosave.write(project, tried, original, changes=changes, read_as=read_as)
            else:
                autosave.clear()

        future = self._pool.submit(work)
        future.add_done_callback(self._report)
        return future

    def _report(self, future: Future[None]) -> None:
        """On the thread of the write; there may be nobody left to tell."""
        with contextlib.suppress(RuntimeError):
            self._written.emit(future)

    def _look_at(self, future: Future[None]) -> None:
        error = future.exception()
        if error is None:
            self._failing = False
            self.kept.emit()
            return
        if not self._failing:
            self._failing = True
            if isinstance(error, UserError):
                self.failed.emit(error.problems[0])
            elif isinstance(error, OSError):
                self.failed.emit(not_written(error, self.autosave.journal, "the copy for a crash").problems[0])
        self._plan()
        if not isinstance(error, (OSError, UserError)):
            raise error
