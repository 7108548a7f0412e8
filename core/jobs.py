"""How long work reports its progress and is told to stop.

Not for: threads. Who runs the job and on which thread is the caller's affair.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancelled(Exception):
    """The user asked the running job to stop; nothing of it is kept."""


class JobContext:
    """Handed into every long computation: progress out, cancel in.

    Parameters
    ----------
    on_progress : callable, optional
        Called with the fraction done (0 to 1) and a few words ("Shuffling outcomes, 1,240 of 10,000").
    """

    def __init__(self, on_progress: Callable[[float, str], None] | None = None) -> None:
        self._on_progress = on_progress
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop at its next progress report."""
        self._stop.set()

    def progress(self, fraction: float, words: str) -> None:
        """Report, and raise ``Cancelled`` when a stop was asked for. Call it at least five times a second."""
        if self._stop.is_set():
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
