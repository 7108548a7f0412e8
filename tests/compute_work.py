"""Work for the tests of core/compute, in a module of its own so that worker processes can import it.

Not for: any analysis.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problems import user_error


@dataclass(frozen=True, eq=False)
class Shuffled:
    """What every block needs: expression (patients x receptors), outcome, and where to count calls."""

    expression: NDArray[np.float64]
    outcome: NDArray[np.float64]
    marks: str = ""
    seconds: float = 0.0


class Best(NamedTuple):
    """Result of one block."""

    statistics: NDArray[np.float64]
    largest: np.float64
    receptor: int
    words: str | None


def shared_of(marks: Path | None = None, seconds: float = 0.0, patients: int = 211) -> Shuffled:
    """A table of 58 receptors whose memory lies in columns, as a slice of a larger one."""
    numbers = np.random.default_rng(4).normal(size=(2 * patients, 120))
    return Shuffled(numbers[::2, 1:117:2], np.random.default_rng(5).normal(size=patients), str(marks or ""), seconds)


def blocks_of(count: int) -> list[tuple[int, np.random.SeedSequence]]:
    return list(enumerate(np.random.SeedSequence(1).spawn(count)))


def best_of_shuffles(shared: Shuffled, block: tuple[int, np.random.SeedSequence]) -> Best:
    """The largest |z| over receptors in 60 shuffles, through matrix products and sums."""
    number, seeds = block
    if shared.marks:
        with open(Path(shared.marks) / f"{number}", "a", encoding="ascii") as handle:
            handle.write(f"{os.getpid()}\n")
    time.sleep(shared.seconds)
    random = np.random.default_rng(seeds)
    shuffled = np.stack([random.permutation(shared.outcome) for _ in range(60)])
    x = (shared.expression - shared.expression.mean(axis=0)) / shared.expression.std(axis=0, ddof=1)
    z = np.abs(shuffled @ x) / np.sqrt((shuffled ** 2).sum(axis=1))[:, None]
    return Best(z.T[::2], z.max(), int(z.max(axis=0).argmax()), None if number % 2 else "even")


def calls(marks: Path) -> dict[int, int]:
    """How often each block was begun."""
    return {int(path.name): len(path.read_text(encoding="ascii").split()) for path in marks.iterdir()}


def end_own_process_once(shared: str, block: int) -> int:
    """Block 3 kills its process the first time."""
    mark = Path(shared) / "killed"
    if block == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return block * block


def end_own_process(shared: str, block: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return block


def refuse(shared: None, block: int) -> int:
    if block == 1:
        raise user_error("no_events", "nobody had the event", remedy="choose another endpoint")
    return block


def fail(shared: None, block: int) -> float:
    return 1 / (block - 1)


def wait(shared: float, block: int) -> int:
    time.sleep(shared)
    return block
