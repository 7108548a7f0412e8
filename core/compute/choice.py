"""Which executor computes: chosen by how long the work takes, or named by the user.

Not for: the preference itself or the command line, which hand its words in.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.compute.executor import Blocks, Executor, Serial, Task, as_sent
from core.compute.spawn_pool import SpawnPool
from core.problems import user_error

AUTOMATIC = "automatic"
ONE_CORE = "one core"
MOST_WORKERS = 8
"""More cores than this are used only when the user names the number: memory is shared with the spreadsheet."""
POOL_PAYS_SECONDS = 3.0
"""Starting a process and importing NumPy there takes about a second."""
_PROBE_SECONDS = 0.3


def usable_cores() -> int:
    """The processor cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def automatic(cost_seconds: float, cores: int | None = None) -> Executor:
    """The executor for work of so many seconds on one core."""
    if cost_seconds < POOL_PAYS_SECONDS:
        return Serial()
    return SpawnPool(cores or min(usable_cores(), MOST_WORKERS))


@dataclass(frozen=True)
class Automatic:
    """Begins in this process; as soon as the rest looks longer than three seconds, a pool takes it over.

    Work whose cost is stated goes to the right place at once. ``cores`` None takes up to eight.
    """

    cores: int | None = None

    def run(self, task: Task, blocks: Mapping[int, Any], tick: Callable[[], None]) -> Blocks:
        if task.seconds is not None:
            yield from automatic(task.seconds, self.cores).run(task, blocks, tick)
            return
        shared = as_sent(task.shared)
        began = time.monotonic()
        for done, number in enumerate(blocks, start=1):
            tick()
            yield number, as_sent(task.work(shared, as_sent(blocks[number])))
            spent = time.monotonic() - began
            left = spent / done * (len(blocks) - done)
            if spent > _PROBE_SECONDS and left > POOL_PAYS_SECONDS:
                rest = {each: block for position, (each, block) in enumerate(blocks.items()) if position >= done}
                yield from automatic(left, self.cores).run(task, rest, tick)
                return


def executor_named(words: str) -> Executor:
    """The executor for "automatic", "one core", "4 cores" or the address of a dask scheduler.

    Raises
    ------
    UserError
        "unknown_executor".
    """
    text = " ".join(words.split())
    cores = re.fullmatch(r"([1-9]\d{0,2}) cores?", text)
    if text.lower() == AUTOMATIC:
        return Automatic()
    if text.lower() == ONE_CORE:
        return Automatic(1)
    if cores:
        return Automatic(int(cores[1]))
    if re.fullmatch(r"(\w+://)?\S+:\d+", text):
        from core.compute.dask_cluster import DaskCluster

        return DaskCluster(text)
    raise user_error("unknown_executor", f"“{text}” is not a place to compute", remedy="use automatic, one core, a "
                     "number of cores such as 4 cores, or the address of a dask scheduler such as tcp://host:8786")
