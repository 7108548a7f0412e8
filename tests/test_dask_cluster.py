"""Blocks on a cluster of real dask processes: the same bits, also when a worker is killed. Not for other executors."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.command_line import run_command_line
from core.compute import BlockStore, Compute, Serial, executor_named
from core.compute.dask_cluster import DaskCluster
from core.compute.identity import program_facts
from core.jobs import Cancelled, JobContext
from core.problems import Problem, UserError
from tests.compute_work import best_of_shuffles, blocks_of, calls, refuse, shared_of, wait
from tests.test_compute import bits, computed

PROJECT = Path(__file__).resolve().parents[1]


@dataclass
class Cluster:
    """A scheduler and workers, each a process of this computer."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def start(self, module: str, *words: str, cwd: Path = PROJECT) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ""}
        process = subprocess.Popen([sys.executable, "-m", f"distributed.cli.{module}", *words], cwd=cwd,
                                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def start_scheduler(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.start("dask_scheduler", "--host", self.address, "--no-dashboard", "--no-show")

    def start_worker(self, cwd: Path = PROJECT) -> subprocess.Popen[bytes]:
        return self.start("dask_worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard",
                          "--local-directory", str(self.folder), cwd=cwd)

    def wait_for(self, workers: int) -> None:
        from distributed import Client

        with Client(self.address, timeout=20, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=20)

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(tmp_path)
    started.start_scheduler()
    yield started
    started.stop()


def problem_of(address: str) -> Problem:
    with pytest.raises(UserError) as caught:
        DaskCluster(address).check()
    return caught.value.problems[0]


def test_that_a_cluster_gives_the_same_bits_also_with_a_worker_killed_on_the_way(
        cluster: Cluster, tmp_path: Path) -> None:
    workers = [cluster.start_worker(), cluster.start_worker()]
    cluster.wait_for(2)
    assert executor_named(cluster.address) == DaskCluster(cluster.address)
    assert DaskCluster(cluster.address).check().in_words() == "2 workers with 2 cores in all"
    expected = bits(computed(Serial(), 12))
    assert bits(computed(DaskCluster(cluster.address), 12)) == expected

    marks = tmp_path / "marks"
    marks.mkdir()
    told: list[int] = []

    def kill_one(number: int, result: Any) -> None:
        told.append(number)
        if len(told) == 3:
            workers[0].kill()

    results = Compute(DaskCluster(cluster.address)).run_blocks(
        best_of_shuffles, shared_of(marks, 0.15), blocks_of(12), JobContext(), "Shuffling", kill_one)
    assert bits(results) == expected
    assert sorted(told) == list(range(12))
    assert len({pid for path in marks.iterdir() for pid in path.read_text(encoding="ascii").split()}) == 2

    told.clear()  # now the last one goes too, with all copies of what blocks share, and another one comes
    def kill_the_last(number: int, result: Any) -> None:
        told.append(number)
        if len(told) == 2:
            workers[1].kill()
            cluster.start_worker()

    results = Compute(DaskCluster(cluster.address)).run_blocks(
        best_of_shuffles, shared_of(None, 0.15), blocks_of(12), JobContext(), "Shuffling", kill_the_last)
    assert bits(results) == expected
    assert sorted(told) == list(range(12))


def test_that_a_stop_takes_a_second_and_finished_blocks_are_kept(cluster: Cluster, tmp_path: Path) -> None:
    cluster.start_worker()
    cluster.wait_for(1)
    marks = tmp_path / "marks"
    marks.mkdir()
    store = BlockStore(tmp_path / "blocks")
    job = JobContext()
    asked = 0.0

    def stop_after_two(number: int, result: Any) -> None:
        nonlocal asked
        if len(list(store.folder.glob("*/*.block"))) == 2 and not asked:
            asked = time.monotonic()
            job.cancel()

    with pytest.raises(Cancelled):
        Compute(DaskCluster(cluster.address), store, 0.0).run_blocks(
            best_of_shuffles, shared_of(marks, 0.4), blocks_of(6), job, "Shuffling", stop_after_two)
    assert time.monotonic() - asked < 1.0
    time.sleep(0.5)
    begun = calls(marks)
    assert len(begun) <= 3, "what was not begun is taken off the cluster"
    results = Compute(Serial(), store, 0.0).run_blocks(
        best_of_shuffles, shared_of(marks, 0.4), blocks_of(3), JobContext(), "Shuffling")
    assert sum(calls(marks).values()) - sum(begun.values()) == 1
    assert bits(results) == bits(computed(Serial(), 3))
    with pytest.raises(UserError) as caught:
        Compute(DaskCluster(cluster.address)).run_blocks(refuse, None, range(3), JobContext(), "Counting")
    assert [problem.code for problem in caught.value.problems] == ["no_events"]


def test_that_a_cluster_that_cannot_compute_is_said_in_a_sentence(
        cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import Client

    with Client(cluster.address, timeout=20, set_as_default=False):
        pass
    began = time.monotonic()
    assert problem_of(cluster.address).code == "cluster_without_workers"
    assert time.monotonic() - began < 10
    elsewhere = cluster.start_worker(cwd=tmp_path)
    cluster.wait_for(1)
    problem = problem_of(cluster.address)
    assert problem.code == "cluster_other_program"
    assert "cannot import RTKscope" in problem.what
    elsewhere.kill()
    elsewhere.wait()
    cluster.start_worker()
    cluster.wait_for(1)
    with monkeypatch.context() as another_version:
        another_version.setattr("core.compute.identity.__version__", "9.9")
        program_facts.cache_clear()
        problem = problem_of(cluster.address)
    program_facts.cache_clear()
    assert problem.code == "cluster_other_program"
    assert "RTKscope 0." in problem.what
    assert "9.9 here" in problem.what

    monkeypatch.setattr("core.compute.dask_cluster.CONNECT_SECONDS", 1)
    with pytest.raises(UserError) as caught:  # and the scheduler goes on the way
        Compute(DaskCluster(cluster.address)).run_blocks(
            wait, 0.1, range(20), JobContext(), "Waiting", lambda number, result: cluster.processes[0].kill())
    assert caught.value.problems[0].code == "cluster_unreachable"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nosuchhost.invalid:8786", "foo://x:1"])
def test_that_an_address_where_nobody_answers_is_said_within_ten_seconds(
        address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "tcp" not in address:
        monkeypatch.setattr("core.compute.dask_cluster.CONNECT_SECONDS", 1)
    began = time.monotonic()
    problem = problem_of(address)
    assert time.monotonic() - began < 10
    assert (problem.code, problem.where.file) == ("cluster_unreachable", address)
    assert "compute on this computer" in problem.remedy


def test_that_a_run_with_an_address_where_nobody_answers_ends_at_once_and_writes_nothing(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.compute.dask_cluster.CONNECT_SECONDS", 1)
    study = PROJECT / "resources" / "examples" / "metabric" / "study.toml"
    assert run_command_line(["run", str(study), "--out", str(tmp_path / "out"), "--dask", "tcp://127.0.0.1:1"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tcp://127.0.0.1:1: no dask scheduler was reached at this address (no answer in ")
    assert said.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_that_nothing_of_dask_is_imported_unless_an_address_is_given() -> None:
    question = ("import sys, main, core.command_line, core.compute, core.study_runner; "
                "from core.compute import Automatic, Compute, executor_named; executor_named('4 cores'); "
                "executor_named('tcp://host:8786'); "
                "print([name for name in sys.modules if name.split('.')[0] in ('distributed', 'dask', 'tornado')])")
    asked = subprocess.run([sys.executable, "-c", question], cwd=PROJECT, capture_output=True, encoding="utf-8")
    assert (asked.stdout.strip(), asked.stderr) == ("[]", "")
    naming = [path.relative_to(PROJECT).as_posix() for folder in ("core", "gui") for path in
              (PROJECT / folder).rglob("*.py") if "import distributed" in path.read_text(encoding="utf-8")]
    assert naming == ["core/compute/dask_cluster.py"]


def test_that_an_app_without_dask_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert problem_of("tcp://127.0.0.1:8786").code == "dask_missing"
