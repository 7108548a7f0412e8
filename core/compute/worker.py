"""What runs inside a worker process. It imports nothing heavy: the work function brings its own libraries.

Not for: starting or ending workers (spawn_pool.py, dask_cluster.py).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from typing import Any

from core.compute.identity import program_facts

_work: Callable[[Any, Any], Any]
_shared: Any


class OtherProgramError(Exception):
    """A worker of a cluster runs another version than the one that sent it work; the text says which."""


def prepare(work: Callable[[Any, Any], Any], shared: Any) -> None:
    """Called once in every process of a pool, before its first block."""
    global _work, _shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which ends its workers itself
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _work, _shared = work, shared


def _end_with_parent() -> None:
    """A killed program closes its pipe to us; without this its workers would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def compute_block(block: Any) -> Any:
    """One block in a process of a pool."""
    return _work(_shared, block)


def compute_on_cluster(work: Callable[[Any, Any], Any], shared: Any, block: Any, facts: Mapping[str, str]) -> Any:
    """One block on a worker of a cluster. Raises OtherProgramError on one that joined with another program."""
    differences = different_facts(facts, program_facts())
    if differences:
        raise OtherProgramError(differences)
    return work(shared, block)


def different_facts(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """In words, what differs between two programs that have to give the same bits; empty where nothing does."""
    return ", ".join(f"{name} {there.get(name, 'none')} there and {version} here" for name, version in here.items()
                     if there.get(name) != version)
