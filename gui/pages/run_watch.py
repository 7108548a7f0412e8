"""How the run of one analysis goes: running, stopped where, broken how. It remembers until the next run.

Not for: starting runs (analysis_runs.py) or showing them.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gui.analysis_runs import AnalysisRuns
from gui.job_runner import Job, JobRunner
from gui.recovery import details_of_text


class RunWatch(QObject):
    """Watches the analysis that ``name`` gives. ``changed`` speaks at begin and end, ``progressed`` in between."""

    changed = Signal()
    progressed = Signal(object)

    def __init__(self, runs: AnalysisRuns, jobs: JobRunner, name: Callable[[], str]) -> None:
        super().__init__()
        self._runs, self._name = runs, name
        self._job: Job | None = None
        self.stopped_at = ""
        """What was being done when the last run was stopped; empty when none was."""
        self.fault = ""
        """The error text of a fault of ours in the last run, without values of the data."""
        runs.running_changed.connect(self._running_changed)
        jobs.progressed.connect(self._progressed)
        jobs.broke.connect(self._broke)

    @property
    def job(self) -> Job | None:
        """The job of the analysis while it waits or runs."""
        return self._runs.running(self._name())

    def forget(self) -> None:
        """Nothing is known of earlier runs."""
        self.stopped_at = self.fault = ""

    def words(self, job: Job) -> str:
        """What a job is doing, without the name of the analysis."""
        return job.words.removeprefix(f"{self._name()}: ").removeprefix("Starting ")

    def _running_changed(self, name: str) -> None:
        if name != self._name():
            return
        job = self.job
        if job is not None:
            self._job = job
            self.forget()
        elif self._job is not None and self._job.cancelled and not self._job.gave_result:
            self.stopped_at = self.words(self._job)
        self.changed.emit()

    def _progressed(self, job: Job) -> None:
        if job is self._job and not job.finished:
            self.progressed.emit(job)

    def _broke(self, job: Job, traceback: str) -> None:
        if job is self._job:
            self.fault = details_of_text(traceback)
            self.changed.emit()
