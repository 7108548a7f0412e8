"""Long work off the GUI thread: a thread each for files, analyses and figures. A job takes values and returns values.

Not for: what the work is, or widgets: none goes into a job, and a result whose owner has gone is dropped.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.jobs import Cancelled, JobContext
from core.problems import Problem, UserError

LANES = ("analyses", "files", "figures")
TICK_MS = 100


class Job:
    """One piece of work, as the status line shows it. ``fraction`` 0 to 1, ``words`` what is being done."""

    def __init__(self, words: str, lane: str) -> None:
        self.words = words
        self.lane = lane
        self.fraction = 0.0
        self.started_at = time.monotonic()
        self.cancelled = False
        self.keeps_done = False
        """A stop that was asked to give what is done."""
        self.gave_result = False
        self.finished = False
        self._context = JobContext(self._report)

    def cancel(self, keep_done: bool = False) -> None:
        """Ask the work to stop at its next progress report; with ``keep_done`` to give what its finished rounds say."""
        self.cancelled = True
        self.keeps_done = keep_done
        self._context.cancel(keep_done)

    @property
    def seconds(self) -> float:
        """How long it has been waiting and running."""
        return time.monotonic() - self.started_at

    @property
    def seconds_left(self) -> float | None:
        """A guess from the share that is done; None while it is too early to say."""
        if self.fraction < 0.03 or self.seconds < 1.0:
            return None
        return self.seconds * (1 - self.fraction) / self.fraction

    def _report(self, fraction: float, words: str) -> None:
        self.fraction = fraction
        self.words = words or self.words


class JobRunner(QObject):
    """Owner of the threads. Lives as long as the application; call ``close`` at its end."""

    started = Signal(object)
    progressed = Signal(object)
    finished = Signal(object)
    broke = Signal(object, str)
    """(job, traceback): a fault of ours, in a job that nobody handles it for."""
    _returned = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools = {lane: ThreadPoolExecutor(1, thread_name_prefix=f"rtkscope-{lane}") for lane in LANES}
        self._active: list[Job] = []
        self._closed = False
        self._returned.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def active(self) -> tuple[Job, ...]:
        """Jobs waiting or running, oldest first."""
        return tuple(self._active)

    def submit(self, words: str, work: Callable[[JobContext], Any], *, done: Callable[[Any], object],
               owner: QObject, failed: Callable[[tuple[Problem, ...]], object] | None = None,
               stopped: Callable[[], object] | None = None, lane: str = "analyses") -> Job:
        """Run ``work`` in a lane; exactly one of the callbacks is called later, on the GUI thread.

        Parameters
        ----------
        done : callable
            Gets what ``work`` returned.
        owner : QObject
            When it has been destroyed by then, nothing is called.
        failed : callable, optional
            Gets the problems of a UserError.
        stopped : callable, optional
            After a cancel.
        """
        job = Job(words, lane)
        if self._closed:
            return job
        self._active.append(job)
        future = self._pools[lane].submit(self._work, job, work)
        future.add_done_callback(lambda ended: self._returned.emit((job, ended, owner, done, failed, stopped)))
        self.started.emit(job)
        self._timer.start()
        return job

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for job in self._active:
            job.cancel()

    def close(self) -> None:
        """Stop everything and wait for the threads; no callback is called any more."""
        self._closed = True
        self._timer.stop()
        self.cancel_all()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
        self._active.clear()

    @staticmethod
    def _work(job: Job, work: Callable[[JobContext], Any]) -> Any:
        if job.cancelled:
            raise Cancelled
        job.started_at = time.monotonic()
        return work(job._context)

    def _tick(self) -> None:
        if not self._active:
            self._timer.stop()
        for job in self._active:
            self.progressed.emit(job)

    def _deliver(self, parcel: tuple[Job, Future[Any], QObject, Any, Any, Any]) -> None:
        job, future, owner, done, failed, stopped = parcel
        if self._closed:
            return
        job.finished = True
        self._active = [other for other in self._active if other is not job]
        self.finished.emit(job)
        alive = shiboken6.isValid(owner)
        error = future.exception() if not future.cancelled() else Cancelled()
        if error is None:
            if alive and (not job.cancelled or job.keeps_done):
                job.gave_result = True
                done(future.result())
            elif alive and stopped is not None:
                stopped()
        elif isinstance(error, Cancelled) or (isinstance(error, UserError) and job.cancelled):
            if alive and stopped is not None:
                stopped()
        elif isinstance(error, UserError) and failed is not None:
            if alive:
                failed(error.problems)
        else:
            self.broke.emit(job, "".join(traceback.format_exception(error)))
            if alive and stopped is not None:
                stopped()
