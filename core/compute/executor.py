"""What computes blocks: the one interface of all executors, and the plainest of them.

Not for: keeping results (block_store.py) or choosing an executor (choice.py).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from typing import Any, Protocol

Blocks = Generator[tuple[int, Any], None, None]
"""(number, result), as blocks are done; closing it ends the work."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is done with every block: ``work(shared, block)``.

    ``work`` is a pure function at the top of a module, so that other processes can import it. ``seconds`` is how long
    all blocks together take on one core, where the caller can say.
    """

    work: Callable[[Any, Any], Any]
    shared: Any
    seconds: float | None = None


class Executor(Protocol):
    """Computes blocks somewhere."""

    def run(self, task: Task, blocks: Mapping[int, Any], tick: Callable[[], None]) -> Blocks:
        """Give (number, result) of every block, in the order in which they are done.

        ``tick`` is called at least five times a second where the executor can (``Serial``: between blocks); what it
        raises ends the work.
        """
        ...


@dataclass(frozen=True)
class Serial:
    """One block after the other, in this process and thread. A stop takes effect at the end of a block.

    Inputs and results go through the same packing as on the way to another process: a strided view becomes a plain
    array there, and sums over the two may differ in the last bit.
    """

    def run(self, task: Task, blocks: Mapping[int, Any], tick: Callable[[], None]) -> Blocks:
        shared = as_sent(task.shared)
        for number, block in blocks.items():
            tick()
            yield number, as_sent(task.work(shared, as_sent(block)))


def as_sent(value: Any) -> Any:
    """The value as another process would get it."""
    return ForkingPickler.loads(ForkingPickler.dumps(value))
