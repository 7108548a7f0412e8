"""Kill a session with SIGKILL while it saves, keeps edits or computes: what was there must open, and edits come back.

    python tests/kill_sessions.py --times 50      the whole check, prints lines of markdown
The test suite runs a short sample of it (test_kill_sessions.py). Not for: Windows, which has no SIGKILL.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.jobs import JobContext
from core.problems import UserError
from core.project.autosave import Autosave
from core.project.packed_data import tables_of
from core.project.project_file import open_project, previous_version, save_project
from core.project.project_lock import ProjectLock
from tests.study_files import TRIED, small_project, write_table

ROOT = Path(__file__).resolve().parents[1]
ALLOWED_SECONDS = 30.0


@dataclass
class Found:
    """What was found after the kills. ``lost`` holds the seconds of edits that each kill cost."""

    what: str
    old: int = 0
    new: int = 0
    lost: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def row(self) -> str:
        """One line of the table in docs/long-checks.md."""
        most = f"{max(self.lost):.1f}" if self.lost else "none"
        return f"| {self.what} | {self.old + self.new} | {self.old} | {self.new} | {most} | {len(self.broken)} |"


def killed_after(what: str, folder: Path, seconds: Callable[[], float], *more: str) -> tuple[list[str], float]:
    """Start a session, wait until it is ready and that long, kill it; what it said, and when it was killed."""
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen([sys.executable, "-m", "tests.killed_session", what, str(folder), *more], cwd=ROOT,
                                   stdout=told, stderr=subprocess.PIPE, text=True, start_new_session=True)
        started = time.monotonic()
        while "ready\n" not in _text(told) and process.poll() is None and time.monotonic() - started < 60:
            time.sleep(0.01)
        time.sleep(seconds())
        at = time.time()
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
        assert process.returncode == -signal.SIGKILL, errors
        return _text(told).splitlines(), at


def _text(told: IO[str]) -> str:
    """What was written so far; read without moving the place where the other process writes."""
    return os.pread(told.fileno(), 10_000_000, 0).decode()


def kill_saves(times: int, chance: random.Random) -> Found:
    """After each kill the file must be the last version that was reported saved, or the next one."""
    found = Found("while saving")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "study.rtkproj"
        sizes = {write_table(folder / f"table{number}.csv", 30_000 + number).stat().st_size for number in range(3)}
        save_project(path, small_project(folder / "table0.csv", "version 0"), TRIED, JobContext())
        last = 0
        for _ in range(times):
            said, _ = killed_after("save", folder, lambda: chance.uniform(0.0, 1.2), str(last))
            done = [int(line.split()[1]) for line in said if line.startswith("saved ")]
            reported = done[-1] if done else last
            try:
                opened = open_project(path, folder / "shelf", JobContext())
                if previous_version(path).exists():
                    open_project(previous_version(path), folder / "shelf", JobContext())
            except UserError as error:
                found.broken.append(str(error))
                break
            version = int(opened.project.name.split()[1])
            if version not in (reported, reported + 1) or tables_of(opened.project)[0].path.stat().st_size not in sizes:
                found.broken.append(f"version {version} after {reported}")
            found.old += version == reported
            found.new += version == reported + 1
            last = version
        save_project(path, small_project(folder / "table0.csv", "last"), TRIED, JobContext())
        left = [item.name for item in folder.iterdir() if item.name.startswith(".")]
        if left:
            found.broken.append(f"left behind: {left}")
    return found


def _prepared(folder: Path) -> Path:
    path = folder / "study.rtkproj"
    save_project(path, small_project(write_table(folder / "table.csv", 400), "saved"), TRIED, JobContext())
    return path


def _check_saved_and_lock(path: Path, found: Found) -> None:
    """The saved file is as it was, and the lock of the killed session is free."""
    try:
        if open_project(path, path.parent / "shelf", JobContext()).project.name != "saved":
            found.broken.append("the saved file has changed")
        with ProjectLock(path):
            pass
    except UserError as error:
        found.broken.append(str(error))


def kill_edits(times: int, chance: random.Random, longest: float = 12.0) -> Found:
    """Edits every 50 ms; after the kill the journal must give back all but the last seconds."""
    found = Found("while edited")
    for _ in range(times):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = _prepared(folder)
            said, at = killed_after("autosave", folder, lambda: chance.uniform(0.2, longest))
            edits = {int(line.split()[1]): float(line.split()[2]) for line in said if line.startswith("edit ")}
            _check_saved_and_lock(path, found)
            entries = Autosave(folder / "journals").pending()
            back = 0
            if entries:
                opened = Autosave(folder / "journals").recover(entries[0])
                back = int(opened.project.name.split()[1])
                if opened.notes or opened.tried != TRIED or entries[0].original_path != path:
                    found.broken.append("the journal lacks something")
            first_lost = edits.get(back + 1, at)
            found.lost.append(max(at - first_lost, 0.0))
            found.old += not entries
            found.new += bool(entries)
            if at - first_lost > ALLOWED_SECONDS:
                found.broken.append(f"{at - first_lost:.0f} s of edits lost")
    return found


def kill_analyses(times: int, chance: random.Random) -> Found:
    """Four edits, then a long analysis; after the kill the edits come back."""
    found = Found("while computing")
    for _ in range(times):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = _prepared(folder)
            said, at = killed_after("analysis", folder, lambda: chance.uniform(0.1, 2.5))
            _check_saved_and_lock(path, found)
            if "computing" not in said or any(line.startswith("computed") for line in said):
                found.broken.append(f"was not killed while computing: {said}")
            entries = Autosave(folder / "journals").pending()
            edits = [float(line.split()[2]) for line in said if line.startswith("edit ")]
            if entries:
                project = Autosave(folder / "journals").recover(entries[0]).project
                whole = project.name == "edit 3" and project.study.analyses[0].parameters == {"permutations": 200_000}
                if not whole:
                    found.broken.append("edits are missing")
                found.lost.append(0.0)
            else:
                found.lost.append(at - edits[0])
                if "kept" in said:
                    found.broken.append("reported kept, and nothing there")
            found.old += not entries
            found.new += bool(entries)
    return found


KILLS = {"save": kill_saves, "autosave": kill_edits, "analysis": kill_analyses}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(KILLS))
    chosen = parser.parse_args()
    broken = []
    for what, kill in KILLS.items():
        if chosen.only in (None, what):
            found = kill(chosen.times, random.Random(chosen.seed))
            print(found.row(), flush=True)
            broken += found.broken
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
