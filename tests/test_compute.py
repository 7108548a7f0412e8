"""Blocks of work: the same bits whatever computes them, stopped at once, taken up again. Not for clusters
(test_dask_cluster.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compute import Automatic, BlockStore, Compute, Executor, Serial, SpawnPool, automatic, executor_named
from core.compute.plain_form import digest_of, from_plain, to_plain
from core.jobs import Cancelled, JobContext
from core.problems import UserError
from core.running_process import is_running
from tests.compute_work import (
    Shuffled,
    best_of_shuffles,
    blocks_of,
    calls,
    end_own_process,
    end_own_process_once,
    fail,
    refuse,
    shared_of,
)

PROJECT = Path(__file__).resolve().parents[1]


def computed(executor: Executor, count: int = 9, store: BlockStore | None = None, **facts: Any) -> list[Any]:
    return Compute(executor, store, 0.0).run_blocks(
        best_of_shuffles, shared_of(**facts), blocks_of(count), JobContext(), "Shuffling")


def bits(results: list[Any]) -> list[str]:
    return [digest_of(result) for result in results]


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path) -> BlockStore:
    return BlockStore(tmp_path / "blocks")


def test_that_one_process_and_one_or_two_workers_give_the_same_bits() -> None:
    expected = bits(computed(Serial()))
    assert len(set(expected)) == 9
    assert bits(computed(Automatic())) == expected
    for workers in (1, 2):
        assert bits(computed(SpawnPool(workers))) == expected


def test_that_results_come_in_block_order_and_are_told_as_they_are_done() -> None:
    told: list[int] = []
    seen: list[tuple[float, str]] = []
    job = JobContext(lambda fraction, words: seen.append((fraction, words)))
    results = Compute(SpawnPool(2)).run_blocks(
        best_of_shuffles, shared_of(), blocks_of(12), job, lambda: f"{len(told)} of 12",
        lambda number, result: told.append(number))
    assert sorted(told) == list(range(12))
    assert [result.words for result in results] == ["even", None] * 6
    assert seen[-1] == (1.0, "12 of 12")
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)


def test_that_workers_compute_in_processes_of_their_own_with_one_thread_for_linear_algebra(marks: Path) -> None:
    computed(SpawnPool(2), 8, marks=marks, seconds=0.1)
    workers = {path.read_text(encoding="ascii").strip() for path in marks.iterdir()}
    assert len(workers) == 2
    assert str(os.getpid()) not in workers
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


def test_that_a_stop_ends_a_pool_within_a_second_in_the_middle_of_its_blocks(marks: Path) -> None:
    job = JobContext()
    asked = 0.0

    def stop_when_begun(fraction: float, words: str) -> None:
        nonlocal asked
        if not asked and calls(marks):
            asked = time.monotonic()
            job.cancel()

    job._on_progress = stop_when_begun
    with pytest.raises(Cancelled):
        Compute(SpawnPool(2)).run_blocks(best_of_shuffles, shared_of(marks, 30.0), blocks_of(4), job, "Shuffling")
    assert time.monotonic() - asked < 1.0
    workers = {int(path.read_text(encoding="ascii")) for path in marks.iterdir()}
    assert [pid for pid in workers if is_running(pid)] == []


def test_that_a_stopped_run_goes_on_with_the_missing_blocks_only(marks: Path, store: BlockStore) -> None:
    job = JobContext()
    told: list[int] = []

    def stop_after_four(number: int, result: Any) -> None:
        told.append(number)
        if len(told) == 4:
            job.cancel()

    with pytest.raises(Cancelled):
        Compute(Serial(), store, 0.0).run_blocks(
            best_of_shuffles, shared_of(marks), blocks_of(9), job, "Shuffling", stop_after_four)
    resumed: list[int] = []
    results = Compute(SpawnPool(2), store, 0.0).run_blocks(
        best_of_shuffles, shared_of(marks), blocks_of(9), JobContext(), "Shuffling",
        lambda number, result: resumed.append(number))
    assert calls(marks) == dict.fromkeys(range(9), 1)
    assert resumed[:4] == [0, 1, 2, 3]
    assert bits(results) == bits(computed(Serial()))


def test_that_a_killed_run_goes_on_with_the_missing_blocks_only(marks: Path, store: BlockStore) -> None:
    program = ("import sys; from tests import test_compute as t; from pathlib import Path;"
               "t.computed(t.SpawnPool(2), 9, t.BlockStore(Path(sys.argv[2])), marks=Path(sys.argv[1]), seconds=0.2)")
    killed = subprocess.Popen([sys.executable, "-c", program, str(marks), str(store.folder)], cwd=PROJECT)
    deadline = time.monotonic() + 30
    while len(list(store.folder.glob("*/*.block"))) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    kept = len([path for path in store.folder.glob("*/*.block") if not path.name.startswith(".")])
    workers = {int(pid) for path in marks.iterdir() for pid in path.read_text(encoding="ascii").split()}
    deadline = time.monotonic() + 5
    while any(is_running(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in workers if is_running(pid)] == [], "workers end with their program"
    assert 4 <= kept < 9
    before = sum(calls(marks).values())
    results = computed(Serial(), 9, store, marks=marks, seconds=0.2)
    assert sum(calls(marks).values()) - before == 9 - kept
    assert bits(results) == bits(computed(Serial(), seconds=0.0))


def test_that_damaged_and_shortened_blocks_are_computed_again(marks: Path, store: BlockStore) -> None:
    expected = bits(computed(Serial(), 5, store, marks=marks))
    paths = sorted(store.folder.glob("*/*.block"))
    assert len(paths) == 5
    content = bytearray(paths[0].read_bytes())
    content[-40] ^= 1
    paths[0].write_bytes(content)
    paths[1].write_bytes(paths[1].read_bytes()[:100])
    paths[2].write_bytes(b"")
    assert bits(computed(Serial(), 5, store, marks=marks)) == expected
    assert sorted(calls(marks).values()) == [1, 1, 2, 2, 2]


def test_that_other_data_another_block_and_another_program_are_not_mixed_up(
        store: BlockStore, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = shared_of(), shared_of()
    block = blocks_of(2)
    key = store.keys(best_of_shuffles, first)
    assert key(block[0]) == store.keys(best_of_shuffles, second)(block[0])
    changed = second.expression.copy()
    changed[3, 4] = np.nextafter(changed[3, 4], 9.0)
    keys = {key(block[0]), key(block[1]), store.keys(refuse, first)(block[0]),
            store.keys(best_of_shuffles, Shuffled(changed, second.outcome))(block[0])}
    monkeypatch.setattr("core.compute.block_store.program_facts", lambda: {"numpy": "2.0"})
    keys.add(store.keys(best_of_shuffles, first)(block[0]))
    assert len(keys) == 5


def test_that_quick_work_leaves_nothing_on_the_disk(store: BlockStore) -> None:
    Compute(Serial(), store).run_blocks(best_of_shuffles, shared_of(), blocks_of(3), JobContext(), "Shuffling")
    assert not store.folder.exists()


def test_that_a_disk_that_keeps_nothing_disturbs_nobody(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder", encoding="ascii")
    assert len(computed(Serial(), 3, BlockStore(tmp_path / "a file"))) == 3


def test_that_old_blocks_go_after_14_days_and_the_longest_unused_go_above_the_limit(store: BlockStore) -> None:
    for number in range(4):
        store.put(f"{number}" * 64, np.zeros(1000))
    now = time.time()
    for number, days in enumerate((15, 13, 2, 1)):
        os.utime(store._path(f"{number}" * 64), (now - days * 86_400,) * 2)
    store.sweep(now)
    assert [store.get(f"{number}" * 64, refuse) is not None for number in range(4)] == [False, True, True, True]
    for number, days in enumerate((13, 2, 1), start=1):
        os.utime(store._path(f"{number}" * 64), (now - days * 86_400,) * 2)
    store.sweep(now, total=20_000)
    assert [store.get(f"{number}" * 64, refuse) is not None for number in range(4)] == [False, False, True, True]


def test_that_a_killed_workers_block_is_computed_again(tmp_path: Path) -> None:
    results = Compute(SpawnPool(2)).run_blocks(end_own_process_once, str(tmp_path), range(8), JobContext(), "Squares")
    assert (tmp_path / "killed").exists()
    assert results == [number ** 2 for number in range(8)]


def test_that_workers_that_end_again_and_again_are_said_in_words() -> None:
    with pytest.raises(UserError) as caught:
        Compute(SpawnPool(2)).run_blocks(end_own_process, "", range(2), JobContext(), "Squares")
    assert caught.value.problems[0].code == "workers_end"
    assert "fewer cores" in caught.value.problems[0].remedy


@pytest.mark.parametrize("executor", [Serial(), SpawnPool(1)], ids=["serial", "pool"])
def test_that_what_the_work_says_comes_through(executor: Executor) -> None:
    with pytest.raises(UserError) as caught:
        Compute(executor).run_blocks(refuse, None, range(3), JobContext(), "Counting")
    assert [problem.code for problem in caught.value.problems] == ["no_events"]
    assert caught.value.problems[0].remedy == "choose another endpoint"
    with pytest.raises(ZeroDivisionError):
        Compute(executor).run_blocks(fail, None, range(3), JobContext(), "Counting")


def test_that_work_that_no_other_process_can_import_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="cannot be imported"):
        Compute(Serial()).run_blocks(lambda shared, block: block, None, [1], JobContext(), "Counting")


def test_that_no_blocks_give_no_results(store: BlockStore) -> None:
    assert Compute(SpawnPool(2), store).run_blocks(refuse, None, [], JobContext(), "Counting") == []


def test_that_long_work_moves_to_a_pool_by_itself_and_short_work_stays(marks: Path) -> None:
    computed(Automatic(2), 3, marks=marks, seconds=0.05)
    assert {path.read_text(encoding="ascii").strip() for path in marks.iterdir()} == {str(os.getpid())}
    for path in marks.iterdir():
        path.unlink()
    results = computed(Automatic(2), 12, marks=marks, seconds=0.35)
    workers = {number: (marks / str(number)).read_text(encoding="ascii").strip() for number in range(12)}
    assert workers[0] == str(os.getpid())
    assert len(set(workers.values())) == 3
    assert calls(marks) == dict.fromkeys(range(12), 1)
    assert bits(results) == bits(computed(Serial(), 12))


def test_that_the_cost_chooses_the_executor() -> None:
    assert automatic(1.0) == Serial()
    assert automatic(60.0, cores=3) == SpawnPool(3)


@pytest.mark.parametrize(("words", "executor"), [
    ("automatic", Automatic()), (" Automatic ", Automatic()), ("one core", Automatic(1)), ("1 core", Automatic(1)),
    ("4 cores", Automatic(4))])
def test_that_an_executor_is_named_in_words(words: str, executor: Executor) -> None:
    assert executor_named(words) == executor


@pytest.mark.parametrize("words", ["", "0 cores", "many", "tcp://host", "9999 cores", "host"])
def test_that_words_that_name_no_executor_are_refused_with_those_that_do(words: str) -> None:
    with pytest.raises(UserError) as caught:
        executor_named(words)
    assert "tcp://host:8786" in caught.value.problems[0].remedy


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, eq=False)
class Everything:
    whole: int
    part: float
    numbers: Any


def test_that_every_known_value_comes_back_from_its_plain_form() -> None:
    columns_first = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    value = Everything(2 ** 70, -0.0, {
        "a": [1, True, None, "µ", b"\x00\xff"], (1, 2): {3, 1}, Colour.RED: range(1, 9, 2), 1.5: frozenset("ab"),
        "arrays": (columns_first, np.float32(0.1), np.array("x"), np.array([], dtype=bool), np.datetime64("2026-01-02")),
        "seeds": np.random.SeedSequence(7).spawn(3)[2], "best": best_of_shuffles(shared_of(), blocks_of(1)[0])})
    arrays: list[Any] = []
    back = from_plain(to_plain(value, arrays), arrays, {"tests"})
    assert digest_of(back) == digest_of(value)
    assert back.numbers["arrays"][0].flags.f_contiguous
    assert back.numbers["seeds"].generate_state(2).tolist() == value.numbers["seeds"].generate_state(2).tolist()
    assert isinstance(back.numbers["arrays"][1], np.float32)
    assert next(iter(reversed(list(back.numbers)[:3]))) is Colour.RED


@pytest.mark.parametrize("value", [object(), np.array([None]), {object()}, lambda: 1, np.random.default_rng(1)])
def test_that_a_value_without_a_plain_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        to_plain(value, [])


@pytest.mark.parametrize("tree", [
    ["dataclass", "subprocess", "Popen", ["args", "x"]], ["enum", "signal", "Signals", "SIGKILL"],
    ["named tuple", "core.jobs", "JobContext"], ["dataclass", "core.jobs", "threading", []], ["other"]])
def test_that_a_block_can_name_no_class_but_values_of_the_program(tree: Any) -> None:
    with pytest.raises((ValueError, LookupError)):
        from_plain(tree, [], {"core"})
