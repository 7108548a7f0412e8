"""Reads drafts in the lane of files: one request at a time, the last one counts, nothing blocks the window.

Not for: what a reading is (draft_reading.py) or showing it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.jobs import JobContext
from core.problems import Problem
from gui.job_runner import Job, JobRunner

if TYPE_CHECKING:
    from core.data.load_dataset import FileShelf
    from gui.pages.importing.draft import Draft

DEBOUNCE_MS = 180


class DraftReader(QObject):
    """``looked`` speaks FoundFiles, ``read`` a DraftReading, ``whole`` a DatasetReading, ``failed`` problems."""

    looked = Signal(object)
    read = Signal(object)
    whole = Signal(object)
    failed = Signal(object)
    stopped = Signal()
    busy_changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._shelf: FileShelf | None = None
        self._seen: dict[Path, tuple[int, int]] = {}
        self._waiting: Draft | None = None
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._read_waiting)

    @property
    def job(self) -> Job | None:
        """What is running now."""
        return self._job

    @property
    def busy(self) -> bool:
        return self._job is not None or self._timer.isActive()

    def look(self, paths: Sequence[Path]) -> None:
        """Find out what files hold."""
        def work(job: JobContext) -> Any:
            from gui.pages.importing.found_files import look_at_files

            return look_at_files(paths, self._current_shelf(paths), job)

        names = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
        self._submit(f"Reading {names}", work, self.looked.emit)

    def read_soon(self, draft: Draft) -> None:
        """Read a draft after a moment without further changes."""
        self._waiting = draft
        self._timer.start()
        self.busy_changed.emit()

    def read_now(self, draft: Draft) -> None:
        """Read a draft."""
        self._waiting = draft
        self._timer.stop()
        self._read_waiting()

    def read_whole(self, draft: Draft) -> None:
        """Read the data set as the study will."""
        def work(job: JobContext) -> Any:
            from gui.pages.importing.draft_reading import read_dataset

            return read_dataset(draft, self._current_shelf([table.path for table in draft.spec.tables]), job)

        self._submit(f"Reading {draft.spec.name}", work, self.whole.emit)

    def cancel(self) -> None:
        """Stop what is running."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        self.busy_changed.emit()

    def forget(self) -> None:
        """Let go of the files that were read."""
        self.cancel()
        self._shelf = None

    def _read_waiting(self) -> None:
        draft = self._waiting
        if draft is None:
            return
        self._waiting = None

        def work(job: JobContext) -> Any:
            from gui.pages.importing.draft_reading import read_draft

            return read_draft(draft, self._current_shelf([table.path for table in draft.spec.tables]), job)

        self._submit("Reading the tables", work, self.read.emit)

    def _submit(self, words: str, work: Callable[[JobContext], Any], done: Callable[[Any], None]) -> None:
        if self._job is not None:
            self._job.cancel()
        mine: list[Job] = []

        def is_last() -> bool:
            return bool(mine) and self._job is mine[0]

        def ended(speak: Callable[[], None]) -> None:
            if is_last():
                self._job = None
                self.busy_changed.emit()
                speak()

        def failed(problems: tuple[Problem, ...]) -> None:
            ended(lambda: self.failed.emit(problems))

        job = self._jobs.submit(words, work, done=lambda result: ended(lambda: done(result)), failed=failed,
                                stopped=lambda: ended(self.stopped.emit), owner=self, lane="files")
        mine.append(job)
        self._job = job
        self.busy_changed.emit()

    def _current_shelf(self, paths: Sequence[Path]) -> FileShelf:
        """Files read so far; anew where one has changed. Called in the lane of files only, so it needs no lock."""
        from core.data.load_dataset import FileShelf

        for path in paths:
            try:
                facts = path.stat()
            except OSError:
                continue
            now = (facts.st_mtime_ns, facts.st_size)
            if self._seen.get(path, now) != now:
                self._shelf = None
            self._seen[path] = now
        if self._shelf is None:
            self._shelf = FileShelf()
        return self._shelf
