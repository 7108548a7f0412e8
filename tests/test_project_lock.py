"""The lock against opening a project twice, held by real processes, and what becomes of it when they are killed."""

from __future__ import annotations

import errno
import json
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.problems import UserError
from core.project import project_lock
from core.project.project_lock import LockHolder, ProjectLock

ROOT = Path(__file__).resolve().parents[1]
HOLD = """
import sys, time
from pathlib import Path
from core.project.project_lock import ProjectLock
lock = ProjectLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def hold_in_another_process(project: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(project)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_that_a_project_is_refused_while_another_process_has_it_open(tmp_path: Path) -> None:
    project = tmp_path / "study.rtkproj"
    process = hold_in_another_process(project)
    try:
        with pytest.raises(UserError) as refused:
            ProjectLock(project).acquire()
    finally:
        process.kill()
        process.communicate()
    problem = refused.value.problems[0]
    assert problem.code == "open_elsewhere"
    assert problem.what.startswith("“study.rtkproj” is open in another RTKscope (since ")
    assert problem.what.endswith(", on this computer)")
    assert "open a copy" in problem.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_that_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    project = tmp_path / "study.rtkproj"
    process = hold_in_another_process(project)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (tmp_path / ".study.rtkproj.lock").exists()
    lock = ProjectLock(project)
    assert lock.acquire()
    assert lock.holder() is not None
    assert lock.holder().pid == os.getpid()  # type: ignore[union-attr]
    lock.release()
    assert list(tmp_path.iterdir()) == []


def test_that_two_windows_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    project = tmp_path / "study.rtkproj"
    with ProjectLock(project), pytest.raises(UserError):
        ProjectLock(project).acquire()
    with ProjectLock(project) as lock:
        assert lock.held
        assert lock.acquire(), "taking it twice is no error"


def test_that_two_ways_to_one_file_are_one_lock(tmp_path: Path) -> None:
    project = tmp_path / "study.rtkproj"
    (tmp_path / "deeper").mkdir()
    with ProjectLock(project), pytest.raises(UserError):
        ProjectLock(tmp_path / "deeper" / ".." / "study.rtkproj").acquire()


def test_that_a_folder_that_cannot_be_written_to_needs_no_lock(tmp_path: Path) -> None:
    lock = ProjectLock(tmp_path / "gone" / "study.rtkproj")
    assert not lock.acquire()
    assert not lock.held
    lock.release()


def without_locks(number: int) -> bool:
    raise OSError(errno.ENOTSUP, "no locks on this file system")


@pytest.mark.parametrize(
    ("pid", "host", "taken"),
    [(2**22 + 12345, platform.node(), True), (os.getppid(), platform.node(), False), (1, "another computer", False)],
)
def test_that_without_locks_of_the_system_the_process_named_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pid: int, host: str, taken: bool
) -> None:
    monkeypatch.setattr(project_lock, "_lock", without_locks)
    lock = ProjectLock(tmp_path / "study.rtkproj")
    lock.path.write_text(json.dumps({"pid": pid, "host": host, "since": 1.0}))
    if taken:
        assert lock.acquire()
        lock.release()
        assert not lock.path.exists()
    else:
        with pytest.raises(UserError):
            lock.acquire()
        assert lock.path.exists()


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"pid": "x"}', '{"pid": 1, "host": "a"}'])
def test_that_a_lock_file_that_says_nothing_does_not_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    lock = ProjectLock(tmp_path / "study.rtkproj")
    lock.path.write_text(text)
    assert lock.acquire()
    lock.release()
    monkeypatch.setattr(project_lock, "_lock", without_locks)
    lock.path.write_text(text)
    assert lock.acquire()
    lock.release()


def test_that_another_computer_and_another_day_are_named() -> None:
    words = LockHolder(1, "pc-of-Ana", 86_400.0 * 365).words()
    assert words.startswith("since 197")
    assert words.endswith("on the computer “pc-of-Ana”")


def test_that_many_at_once_give_the_lock_to_one(tmp_path: Path) -> None:
    project = tmp_path / "study.rtkproj"
    script = HOLD.replace("lock.acquire()", "import core.problems\ntry: lock.acquire()\nexcept core.problems.UserError: "
                          "print('refused'); sys.exit()").replace("60", "2")
    processes = [subprocess.Popen([sys.executable, "-c", script, str(project)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
                 for _ in range(5)]
    said = sorted(process.communicate()[0].strip() for process in processes)
    assert said == ["held", *["refused"] * 4]
