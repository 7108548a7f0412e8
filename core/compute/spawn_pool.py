"""Blocks computed by several processes of this computer, each with one thread for linear algebra.

Not for: joblib, which hangs in the frozen app and opens further windows.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from core.blas_threads import use_one_blas_thread
from core.compute.executor import Blocks, Task
from core.compute.worker import compute_block, prepare
from core.problems import UserError, user_error

TICK_SECONDS = 0.1
NEW_POOLS = 3
"""How often in a row a pool may break without a single block done."""


@dataclass(frozen=True)
class SpawnPool:
    """A pool of fresh processes for one list of blocks. A killed worker's block is computed again.

    ``shared`` goes to each process once, when it starts. A stop ends the processes in the middle of their blocks.
    """

    workers: int

    def run(self, task: Task, blocks: Mapping[int, Any], tick: Callable[[], None]) -> Blocks:
        missing = dict(blocks)
        in_vain = 0
        while missing:
            try:
                with closing(self._round(task, dict(missing), tick)) as found:
                    for number, result in found:
                        del missing[number]
                        in_vain = 0
                        yield number, result
            except (BrokenProcessPool, BrokenPipeError) as broken:
                in_vain += 1
                if in_vain > NEW_POOLS:
                    raise _workers_end(self.workers) from broken

    def _round(self, task: Task, blocks: Mapping[int, Any], tick: Callable[[], None]) -> Blocks:
        use_one_blas_thread()  # inherited: a worker imports NumPy before its first call
        workers = max(1, min(self.workers, len(blocks), 61))  # Windows waits for at most 61 processes
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), prepare, (task.work, task.shared))
        waiting = iter(blocks.items())
        running: dict[Future[Any], int] = {}
        whole = False
        try:
            while True:
                while len(running) < workers + 2 and (following := next(waiting, None)) is not None:
                    running[pool.submit(compute_block, following[1])] = following[0]
                if not running:
                    whole = True
                    return
                done, _ = wait(running, TICK_SECONDS, FIRST_COMPLETED)
                tick()
                for future in sorted(done, key=lambda each: each.exception() is not None):
                    number = running.pop(future)
                    yield number, future.result()
        finally:
            if not whole:
                _kill(pool)
            pool.shutdown(wait=True, cancel_futures=True)


def _kill(pool: ProcessPoolExecutor) -> None:
    """End the processes now; ``kill_workers`` does it from Python 3.14 on."""
    for process in list((pool._processes or {}).values()):
        with suppress(OSError, ValueError):
            process.kill()


def _workers_end(workers: int) -> UserError:
    return user_error(
        "workers_end", f"the processes that compute were ended from outside {NEW_POOLS + 1} times in a row",
        why="Most often the memory is full: each process holds a copy of the data.",
        remedy="close other programs, or compute on fewer cores" if workers > 1 else "close other programs, or use a "
        "computer with more memory")
