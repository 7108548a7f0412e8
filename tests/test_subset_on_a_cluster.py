"""A whole run of the subset search on a cluster, a worker killed on the way: the same bytes as on this computer.

Not for: single blocks (test_dask_cluster.py), the numbers of the search, or a lock and its test in other cohorts
(test_lock_to_validation.py, which kills a worker with the hands of this file).
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.command_line import run_command_line
from core.compute import Compute, Serial
from tests.test_dask_cluster import Cluster, cluster

__all__ = ["cluster"]  # the fixture

RECEPTORS = ("ALK", "AXL", "CSF1R", "DDR1", "DDR2", "EGFR", "EPHA2", "EPHB4", "ERBB2", "ERBB3", "ERBB4", "FGFR1", "FGFR2",
             "FLT3", "IGF1R", "INSR", "KIT", "MET", "MERTK", "NTRK2", "PDGFRA", "PDGFRB", "RET", "RON", "ROS1", "TEK")
STUDY = """
format = 1
name = "Drawn"

[[dataset]]
name = "drawn"
role = "cohort"
simulated = true
expression = { file = "table.csv", samples = "rows", id = "patient", scale = "log2" }
clinical = { file = "table.csv", id = "patient" }
[[dataset.endpoint]]
name = "overall survival"
time = "months"
unit = "months"
event = "died"
event_values = [1]

[[analysis]]
name = "subset"
kind = "rtk_subset"
parameters = { max_size = 4, permutations = 2000, halves = 20, cv_permutations = 0, random_genes = 0 }
"""


def write_drawn_study(folder: Path) -> Path:
    """150 patients whose outcome has nothing to do with their receptors."""
    random = np.random.default_rng(8)
    rows = [["patient", "months", "died", *RECEPTORS]]
    for number in range(150):
        rows.append([f"P{number:03d}", f"{random.exponential(40) + 0.1:.1f}", f"{random.integers(2)}",
                     *(f"{value:.3f}" for value in random.normal(8, 1.5, len(RECEPTORS)))])
    (folder / "table.csv").write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(STUDY, encoding="utf-8")
    return study


def written(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.csv")}


def kill_after(monkeypatch: pytest.MonkeyPatch, worker: subprocess.Popen[bytes], blocks_done: int) -> list[int]:
    """Kill the worker once so many blocks of this process are done; the list grows with every block that is."""
    run_blocks: Callable[..., Any] = Compute.run_blocks
    done: list[int] = []

    def kill_one(self: Compute, work: Any, shared: Any, blocks: Any, job: Any, words: Any,
                 on_result: Callable[[int, Any], object] | None = None, **more: Any) -> Any:
        def told(number: int, result: Any) -> None:
            done.append(number)
            if len(done) == blocks_done:
                worker.kill()
            if on_result is not None:
                on_result(number, result)

        return run_blocks(self, work, shared, blocks, job, words, told, **more)

    monkeypatch.setattr(Compute, "run_blocks", kill_one)
    return done


def lost_blocks(cluster: Cluster) -> list[str]:
    """The blocks that went with a worker: those it had begun, and those it had done but not handed over."""
    from distributed import Client

    def asked_there(dask_scheduler: Any) -> list[str]:
        events = [event for _, event in dask_scheduler.get_events("all") if event.get("action") == "remove-worker"]
        return [str(key) for event in events for what in ("processing-tasks", "lost-computed-tasks")
                for key in event[what] if str(key).startswith("compute_on_cluster")]

    with Client(cluster.address, timeout=20, set_as_default=False) as client:
        return list(client.run_on_scheduler(asked_there))


def run_with_a_worker_killed(cluster: Cluster, study: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Run a study into ``folder``/there on two workers, one of which is killed; returns the blocks that were done.

    Pictures are not drawn: they take half a minute, and are not looked at here.
    """
    workers = [cluster.start_worker(), cluster.start_worker()]
    cluster.wait_for(2)
    with monkeypatch.context() as patch:
        patch.setattr("core.batch.write_figure", lambda figure, folder: None)
        done = kill_after(patch, workers[0], 2)
        command = ["run", str(study), "--out", str(folder / "there"), "--dask", cluster.address]
        assert run_command_line(command, folder / "home") == 0
    assert workers[0].wait(10) != 0
    assert workers[1].poll() is None
    assert lost_blocks(cluster), "the worker was killed with blocks in its hands"
    return done


def test_that_a_run_on_a_cluster_with_a_worker_killed_writes_the_same_bytes(
        cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_drawn_study(tmp_path)
    with monkeypatch.context() as here:
        here.setattr("core.compute.executor_named", lambda words: Serial())
        here.setattr("core.batch.write_figure", lambda figure, folder: None)
        assert run_command_line(["run", str(study), "--out", str(tmp_path / "here"), "--only", "subset"], tmp_path) == 0
    assert len(run_with_a_worker_killed(cluster, study, tmp_path, monkeypatch)) >= 4
    expected = written(tmp_path / "here")
    assert {"subset/subsets.csv", "subset/null.csv", "subset/stability.csv"} <= set(expected)
    assert written(tmp_path / "there") == expected
