"""Keeps the data sets of the open study read: whatever the project names and nobody has read yet goes to a job.

Not for: how a table is read (core/data) or what is wrong with it, which the pages show.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gui.job_runner import Job
from gui.session import Session

if TYPE_CHECKING:
    from core.data.dataset import Dataset, DatasetSpec
    from core.data.load_dataset import FileShelf
    from core.jobs import JobContext


class StudyLoader(QObject):
    """Reads data sets in the lane of files. ``loading_changed`` says that a reading began or ended."""

    loading_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._loading: list[tuple[Any, Job]] = []
        self._stopped: list[Any] = []
        self._shelf: FileShelf | None = None
        self._seen: dict[Path, tuple[int, int]] = {}
        session.changed.connect(self._look)
        session.opened.connect(self._forget)

    @property
    def loading(self) -> tuple[Job, ...]:
        """Jobs that are reading now."""
        return tuple(job for _, job in self._loading)

    def is_loading(self, spec: DatasetSpec) -> bool:
        return any(known == spec for known, _ in self._loading)

    def reload(self, spec: DatasetSpec) -> None:
        """Read a data set again, for instance after its file has changed or a stop."""
        self._stopped = [known for known in self._stopped if known != spec]
        self._shelf = None
        self._session.forget_dataset(spec)
        self._look()

    def _forget(self) -> None:
        for _, job in self._loading:
            job.cancel()
        self._loading, self._stopped, self._shelf, self._seen = [], [], None, {}

    def _look(self) -> None:
        wanted = self._session.project.study.datasets
        for spec, job in self._loading:
            if spec not in wanted:
                job.cancel()
        self._loading = [(spec, job) for spec, job in self._loading if spec in wanted]
        for spec in wanted:
            if self._session.dataset_of(spec) is None and not self.is_loading(spec) and spec not in self._stopped:
                self._load(spec)

    def _load(self, spec: DatasetSpec) -> None:
        def work(job: JobContext) -> Dataset:
            from core.data.load_dataset import load_dataset

            return load_dataset(spec, self._current_shelf(spec), job)

        def done(dataset: Dataset) -> None:
            self._ended(job)
            self._session.put_dataset(spec, dataset)

        def stopped() -> None:
            if any(each is job for _, each in self._loading):  # else nobody waits for it, and another may be reading
                self._stopped.append(spec)
            self._ended(job)

        job = self._session.jobs.submit(f"Reading {spec.name}", work, done=done, stopped=stopped, owner=self,
                                        lane="files")
        self._loading.append((spec, job))
        self.loading_changed.emit()

    def _ended(self, ended: Job) -> None:
        self._loading = [(spec, job) for spec, job in self._loading if job is not ended]
        self.loading_changed.emit()

    def _current_shelf(self, spec: DatasetSpec) -> FileShelf:
        """The files read so far, so that a changed answer does not read a large file again; anew if one changed.

        Called in the lane of files only; the window may let go of the shelf at any moment.
        """
        from core.data.load_dataset import FileShelf

        for table in spec.tables:
            try:
                facts = table.path.stat()
            except OSError:
                continue
            now = (facts.st_mtime_ns, facts.st_size)
            if self._seen.get(table.path, now) != now:
                self._shelf = None
            self._seen[table.path] = now
        shelf = self._shelf or FileShelf()
        self._shelf = shelf
        return shelf
