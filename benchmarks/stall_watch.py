"""How long the thread of the window was away from its event loop, in which step, and what it did meanwhile.

A timer beats every 5 ms in the event loop; an alarm that each beat puts off looks at the stack where no beat comes.
Not for: frames per second; those are in window.py. No second thread looks at the stack: walking the frames of a
running thread crashed CPython 3.11 in every session of a minute.
"""

from __future__ import annotations

import gc
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

PROJECT = Path(__file__).resolve().parents[1]
BEAT_MS = 5
WORTH_A_LOOK = 0.05
LOOK_SECONDS = 0.02
OURS = ("gui", "core")


@dataclass(frozen=True)
class Stall:
    """One time away: its length, what the thread itself computed of it, all threads together, and where it was seen."""

    seconds: float
    own_cpu: float
    all_cpu: float
    collecting: float = 0.0
    seen: tuple[str, ...] = ()

    def words(self) -> str:
        """Where it was most often seen, and whether it computed or waited."""
        why = "computing" if self.own_cpu > 0.6 * self.seconds else (
            "waiting for another thread, computing" if self.all_cpu > 0.7 * self.seconds else
            f"waiting for the machine, of which the program had {1000 * self.all_cpu:.0f} ms, computing")
        places = ", ".join(place for place, _ in Counter(self.seen).most_common(1))
        garbage = f", garbage collected for {1000 * self.collecting:.0f} ms" if self.collecting > LOOK_SECONDS else ""
        return f"{why} {1000 * self.own_cpu:.0f} ms of it{garbage}" + (f", in {places}" if places else "")


@dataclass
class Step:
    """A step of the session with its longest stall, and the most that the thread itself computed without a beat.

    A stall with little computing is the machine's or another thread's; what was computed is ours however busy it is.
    """

    name: str
    worst: Stall = field(default_factory=lambda: Stall(0.0, 0.0, 0.0))
    computing: float = 0.0
    computed_in: tuple[str, ...] = ()


class StallWatch(QObject):
    """See the module. Make it on the main thread, which is watched; ``begin`` a step, ``close`` at the end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.steps: list[Step] = []
        self._last = time.perf_counter()
        self._own, self._all = time.thread_time(), time.process_time()
        self._seen: list[str] = []
        self._collecting, self._gc_began = 0.0, 0.0
        gc.callbacks.append(self._collected)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        signal.signal(signal.SIGALRM, self._look)
        self._beat()

    def begin(self, name: str) -> None:
        """What follows belongs to this step."""
        self._beat()
        if self.steps:
            worst = self.steps[-1].worst
            said = f"{1000 * worst.seconds:6.0f} ms  {self.steps[-1].name}: {worst.words()}"
            print(said, file=sys.stderr)
            if self.steps[-1].computing > worst.own_cpu:
                places = ", ".join(place for place, _ in Counter(self.steps[-1].computed_in).most_common(1))
                print(f"           longest computation {1000 * self.steps[-1].computing:.0f} ms {places}",
                      file=sys.stderr, flush=True)
        self.steps.append(Step(name))

    def close(self) -> None:
        """Stop watching."""
        self._beat()
        self._timer.stop()
        gc.callbacks.remove(self._collected)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _beat(self) -> None:
        now, own, every = time.perf_counter(), time.thread_time(), time.process_time()
        away = now - self._last
        if self.steps and own - self._own > self.steps[-1].computing:
            self.steps[-1].computing, self.steps[-1].computed_in = own - self._own, tuple(self._seen)
        if self.steps and away > self.steps[-1].worst.seconds:
            self.steps[-1].worst = Stall(away, own - self._own, every - self._all, self._collecting,
                                         tuple(self._seen))
        self._last, self._own, self._all = now, own, every
        self._seen.clear()
        self._collecting = 0.0
        signal.setitimer(signal.ITIMER_REAL, WORTH_A_LOOK, LOOK_SECONDS)

    def _collected(self, phase: str, _facts: dict[str, int]) -> None:
        """The garbage collector stops every thread, whichever one it runs in."""
        now = time.perf_counter()
        if phase == "start":
            self._gc_began = now
        else:
            self._collecting += now - self._gc_began

    def _look(self, _number: int, frame: FrameType | None) -> None:
        """On the watched thread itself, as soon as it is back in Python."""
        if frame is not None:
            place = place_of(traceback.extract_stack(frame))
            if place:
                self._seen.append(place)


def place_of(stack: traceback.StackSummary) -> str:
    """The innermost lines of the program itself, with what they called; empty where it is not at work."""
    ours = [number for number, frame in enumerate(stack)
            if any((PROJECT / part) in Path(frame.filename).parents for part in OURS)]
    if not ours or stack[ours[-1]].name == "eventFilter":  # the first Python that any event meets, long after the fact
        return ""
    chosen = [stack[number] for number in ours[-3:]]
    if ours[-1] != len(stack) - 1:
        chosen.append(stack[-1])
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(chosen))
