"""Blocks computed by a cluster of computers through dask.distributed, by the address of its scheduler.

Not for: starting a cluster. dask is imported here only, and only when an address was given; the packed app lacks it.
A client of distributed is Any here: its methods have no types that say which of them wait.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from core.compute.executor import Blocks, Task
from core.compute.identity import program_facts
from core.compute.worker import OtherProgramError, compute_on_cluster, different_facts
from core.problems import Location, UserError, user_error

CONNECT_SECONDS = 5
WORKERS_SECONDS = 3
"""Both together stay below the ten seconds in which an address is answered for."""
TICK_SECONDS = 0.1
RETURN_SECONDS = 30
"""How long a cluster that lost all its workers may take to start others."""
IN_VAIN = 3
"""How often in a row blocks may be lost with their workers without a single one done."""


@dataclass(frozen=True)
class ClusterFacts:
    """What answered at an address."""

    workers: int
    cores: int

    def in_words(self) -> str:
        return f"{_counted(self.workers, 'worker')} with {_counted(self.cores, 'core')} in all"


@dataclass(frozen=True)
class DaskCluster:
    """A dask scheduler and its workers, which run the same RTKscope as this one.

    ``shared`` goes to every worker once. A lost worker's blocks are computed again by the others.
    """

    address: str

    def check(self) -> ClusterFacts:
        """Connect, and compare the program of every worker with this one.

        Raises
        ------
        UserError
            "dask_missing", "cluster_unreachable", "cluster_without_workers", "cluster_other_program".
        """
        with self._client() as client:
            self._await_workers(client, WORKERS_SECONDS, lambda: None)
            return self._facts(client)

    def run(self, task: Task, blocks: Mapping[int, Any], tick: Callable[[], None]) -> Blocks:
        missing = dict(blocks)
        in_vain = 0
        while missing:
            with self._client() as client:
                self._await_workers(client, RETURN_SECONDS if in_vain else WORKERS_SECONDS, tick)
                self._facts(client)
                with closing(self._round(client, task, dict(missing), tick)) as found:
                    for number, result in found:
                        del missing[number]
                        in_vain = 0
                        yield number, result
            in_vain += 1
            if missing and in_vain > IN_VAIN:
                raise user_error("cluster_lost", f"the cluster lost its workers {in_vain} times in a row",
                                 self._place(), why="Most often their memory is full, or they were stopped.",
                                 remedy="look at the workers' own messages, and start again: finished parts are kept")

    def _round(self, client: Any, task: Task, blocks: Mapping[int, Any], tick: Callable[[], None]) -> Blocks:
        """Every block once; those lost with all copies of ``shared`` are left out."""
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        numbers: dict[str, int] = {}
        futures = {}
        try:
            shared = client.scatter(task.shared, broadcast=True, hash=False)
        except OSError:  # a worker went while it was sent
            return
        try:
            for number, block in blocks.items():
                future = client.submit(compute_on_cluster, task.work, shared, block, program_facts(), pure=False)
                numbers[future.key] = number
                futures[future.key] = future
            for future in list(futures.values()):
                future.add_done_callback(ended.put)
            while futures:
                tick()
                try:
                    future = ended.get(timeout=TICK_SECONDS)
                except queue.Empty:
                    if client.status != "running":
                        return
                    continue
                del futures[future.key]
                if future.status in ("cancelled", "lost"):
                    continue
                try:
                    yield numbers[future.key], self._result(client, future, tick)
                except _LostError:
                    continue
        finally:
            if futures:
                with suppress(Exception):
                    client.cancel(list(futures.values()), force=True)

    def _result(self, client: Any, future: Any, tick: Callable[[], None]) -> Any:
        """Fetch a result; where its worker has gone meanwhile, another one computes it again, and this waits."""
        from distributed import CancelledError, TimeoutError
        from distributed.scheduler import KilledWorker

        while True:
            try:
                return future.result(timeout=0.5)
            except TimeoutError:
                tick()
                if client.status != "running":
                    raise _LostError from None
            except (CancelledError, KilledWorker):
                raise _LostError from None
            except OtherProgramError as other:
                raise self._other_program(str(other)) from None

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """A connection, closed at the end. Raises UserError."""
        distributed = _distributed()
        began = time.monotonic()
        try:  # a client that fails to connect would go on trying in the background
            asyncio.run(_call(self.address))
            client = distributed.Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except Exception as error:  # noqa: BLE001 - whatever listens there may answer anything
            raise self._unreachable(error, time.monotonic() - began) from None
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=1)

    def _await_workers(self, client: Any, seconds: float, tick: Callable[[], None]) -> None:
        """Raises UserError "cluster_without_workers" where none comes."""
        until = time.monotonic() + seconds
        while not self._answer(client.ncores):
            tick()
            if time.monotonic() > until:
                raise self._no_workers()
            time.sleep(TICK_SECONDS)

    def _answer(self, question: Callable[..., Any], *words: Any, **named: Any) -> Any:
        """What the cluster says. Raises UserError "cluster_unreachable" where it went meanwhile."""
        try:
            return question(*words, **named)
        except OSError as error:
            raise self._unreachable(error, 0.0) from None

    def _facts(self, client: Any) -> ClusterFacts:
        here = program_facts()
        versions = self._answer(client.get_versions, check=False)
        found = self._answer(client.run, program_facts, on_error="return")
        cores = self._answer(client.ncores)
        for who, facts in found.items():
            if isinstance(facts, BaseException) and _cannot_import(facts):
                raise self._without_program(f"the worker {who}")
            if isinstance(facts, BaseException):
                raise user_error("cluster_other_program", f"the worker {who} did not answer ({facts})", self._place(),
                                 remedy="look at the worker's own messages and start it again")
            if differences := different_facts(here, facts):
                raise self._other_program(differences)
        for who, facts in {"scheduler": versions["scheduler"], **versions["workers"]}.items():
            of_dask = {name: {"dask": str(each["packages"].get("distributed"))} for name, each in
                       (("here", versions["client"]), ("there", facts))}
            if differences := different_facts(of_dask["here"], of_dask["there"]):
                raise self._other_program(f"{who}: {differences}")
        if not found:
            raise self._no_workers()
        return ClusterFacts(len(found), sum(cores.values()))

    def _place(self) -> Location:
        return Location(self.address)

    def _unreachable(self, error: Exception, seconds: float) -> UserError:
        said = str(error).splitlines()
        if isinstance(error, TimeoutError) or "imed out" in str(error):
            reason = f"no answer in {max(seconds, 1):.0f} s"
        elif isinstance(error, MemoryError):  # what was read as a length was none
            reason = "something else answers there"
        else:
            reason = said[0][:120] if said else type(error).__name__
        return user_error("cluster_unreachable", f"no dask scheduler was reached at this address ({reason})",
                          self._place(), remedy="give the address that the scheduler printed when it was started, such "
                          "as tcp://host:8786, or compute on this computer")

    def _no_workers(self) -> UserError:
        return user_error("cluster_without_workers", "the scheduler answers, but no worker is connected to it",
                          self._place(), remedy="start workers in RTKscope's folder (docs/more-cores.md has the "
                          "command)")

    def _without_program(self, who: str) -> UserError:
        return user_error("cluster_other_program", f"{who} cannot import RTKscope", self._place(),
                          remedy="start every worker in RTKscope's folder with its own Python (docs/more-cores.md has "
                          "the command)")

    def _other_program(self, differences: str) -> UserError:
        return user_error("cluster_other_program",
                          f"the cluster runs another program than this computer ({differences})", self._place(),
                          why="Another version could give other numbers.",
                          remedy="set up the same RTKscope on both sides (python3 run.py) and start the workers as "
                          "docs/more-cores.md says")


def _cannot_import(error: BaseException) -> bool:
    """Errors of a worker come back as themselves or as text."""
    return isinstance(error, ImportError | AttributeError) or "ModuleNotFoundError" in repr(error)


class _LostError(Exception):
    """A block went with its worker."""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise user_error("dask_missing", "dask is not part of this RTKscope", why="The installed app is without it.",
                         remedy="run RTKscope from its source folder (python3 run.py), which brings dask, or leave the "
                         "address out to compute on this computer") from None
    for name in ("distributed", "distributed.client", "distributed.comm", "distributed.core", "distributed.scheduler"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is said in our words
    import warnings

    from distributed.versions import VersionMismatchWarning

    warnings.filterwarnings("ignore", category=VersionMismatchWarning)
    return distributed


async def _call(address: str) -> None:
    """Ask the scheduler who it is. Raises whatever goes wrong."""
    from distributed import core as protocol

    calling: Any = protocol.rpc
    async with asyncio.timeout(CONNECT_SECONDS):
        scheduler = calling(address, timeout=CONNECT_SECONDS)
        try:
            await scheduler.identity()
        finally:
            await scheduler.close_rpc()
