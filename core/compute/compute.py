"""Blocks of work in, their results in block order out, whatever computes them; stopped work goes on later.

Not for: how a block is computed (executor.py and its neighbours).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from core.compute.block_store import BlockStore
from core.compute.choice import Automatic
from core.compute.executor import Executor, Task
from core.jobs import JobContext

KEEP_AFTER_SECONDS = 2.0
"""What is done sooner is computed again sooner than it is worth to the disk."""


@dataclass(frozen=True, eq=False)
class Compute:
    """An executor, and the store that finished blocks are kept in; None keeps nothing."""

    executor: Executor = field(default_factory=Automatic)
    store: BlockStore | None = None
    keep_after: float = KEEP_AFTER_SECONDS

    def run_blocks(self, work: Callable[[Any, Any], Any], shared: Any, blocks: Sequence[Any], job: JobContext,
                   words: str | Callable[[], str], on_result: Callable[[int, Any], object] | None = None, *,
                   seconds: float | None = None) -> list[Any]:
        """Compute ``work(shared, block)`` for every block.

        Parameters
        ----------
        work : callable
            A pure function at the top of a module: same arguments, same bits. What is random takes its seed from
            the block (``SeedSequence.spawn``).
        shared : object
            What all blocks need, sent to a worker once. It, the blocks and the results consist of plain values,
            NumPy arrays and dataclasses (``plain_form.to_plain`` lists them); none of them may be changed.
        blocks : sequence
            What differs. A block of 0.2 to 1 s is best: long enough to be sent, short enough for a stop.
        job : JobContext
            Progress, and the stop: raises Cancelled; finished blocks stay in the store.
        words : str or callable
            What is being done; a callable is asked at every report.
        on_result : callable, optional
            Called with (number of the block, result) in the order in which blocks are done, those of an earlier
            run first.
        seconds : float, optional
            How long all blocks take on one core, where that is known.

        Returns
        -------
        list
            The results, in the order of the blocks: the same bits from every executor.

        Raises
        ------
        UserError
            "workers_end", "cluster_unreachable" and the like; or what ``work`` raised.
        """
        _check_importable(work)
        results: dict[int, Any] = {}

        def tick() -> None:
            job.progress(len(results) / max(len(blocks), 1), words if isinstance(words, str) else words())

        def done(number: int, result: Any) -> None:
            results[number] = result
            if on_result is not None:
                on_result(number, result)
            tick()

        tick()
        keys: dict[int, str] = {}
        if self.store is not None:
            self.store.sweep()
            key_of = self.store.keys(work, shared)
            for number, block in enumerate(blocks):
                keys[number] = key_of(block)
                found = self.store.get(keys[number], work)
                if found is not None:
                    done(number, found.value)
        missing = {number: block for number, block in enumerate(blocks) if number not in results}
        began, unkept = time.monotonic(), []
        share = len(missing) / max(len(blocks), 1)
        task = Task(work, shared, None if seconds is None else seconds * share)
        if missing:
            with closing(self.executor.run(task, missing, tick)) as found_now:
                for number, result in found_now:
                    unkept.append((number, result))
                    if self.store is not None and time.monotonic() - began >= self.keep_after:
                        for each, value in unkept:
                            self.store.put(keys[each], value)
                        unkept.clear()
                    done(number, result)
        return [results[number] for number in range(len(blocks))]


def _check_importable(work: Callable[[Any, Any], Any]) -> None:
    """Another process finds a function by its name; a fault of ours is said at once, also where Serial computes."""
    found: Any = sys.modules.get(work.__module__)
    for part in work.__qualname__.split("."):
        found = getattr(found, part, None)
    if found is not work or work.__module__ == "__main__":
        raise TypeError(f"{work.__module__}.{work.__qualname__} cannot be imported by other processes")
