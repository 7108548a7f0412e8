"""How long work reports its progress and is told to stop.

Not for: threads. Who runs the job and on which thread is the caller's affair.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancelled(Exception):
    """The user asked the running job to stop; nothing of it is kept."""


class _Stop:
    """Whether a stop was asked for, shared by a job and its parts."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.keep_done = False


class JobContext:
    """Handed into every long computation: progress out, cancel in.

    Parameters
    ----------
    on_progress : callable, optional
        Called with the fraction done (0 to 1) and a few words ("Shuffling outcomes, 1,240 of 10,000").
    """

    def __init__(self, on_progress: Callable[[float, str], None] | None = None) -> None:
        self._on_progress = on_progress
        self._stop = _Stop()

    def cancel(self, keep_done: bool = False) -> None:
        """Ask the job to stop at its next progress report.

        ``keep_done`` asks work that goes in rounds to give what its finished rounds say; other work keeps nothing.
        """
        self._stop.keep_done = keep_done
        self._stop.asked.set()

    @property
    def keeps_done(self) -> bool:
        """True where the stop asked for what is done, for work that can give it after ``Cancelled``."""
        return self._stop.keep_done

    def progress(self, fraction: float, words: str) -> None:
        """Report, and raise ``Cancelled`` when a stop was asked for. Call it at least five times a second."""
        if self._stop.asked.is_set():
            raise Cancelled
        if self._on_progress is not None:
            self._on_progress(min(max(fraction, 0.0), 1.0), words)

    def part(self, start: float, end: float) -> JobContext:
        """A context whose 0 to 1 is ``start`` to ``end`` of this one; cancelling this one cancels it."""
        inner = JobContext(lambda fraction, words: self.progress(start + (end - start) * fraction, words))
        inner._stop = self._stop
        return inner

    def said(self, say: Callable[[float, str], str]) -> JobContext:
        """A context that reports in other words, made of its fraction and its own; cancelling this one cancels it."""
        inner = JobContext(lambda fraction, words: self.progress(fraction, say(fraction, words)))
        inner._stop = self._stop
        return inner
