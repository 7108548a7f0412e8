"""A whole session with the real window, driven by timers: how long was the thread of the window away in every step?

The bar is 0.2 s (contract: nothing longer on the GUI thread). Each step is one row: the longest time away, and where
above the bar what it was doing. The session runs in a process of its own, as the program does.
Not for: whether what is shown is right; that is tests/.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.gui_thread_files import write_files
from benchmarks.row import Row

PROJECT = Path(__file__).resolve().parents[1]
LIMIT = 0.2


def run(rounds: int) -> tuple[list[Row], list[str]]:
    """One session; ``rounds`` does not matter, because every step is one that a user sees once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        return rows_of(folder), []


def rows_of(folder: Path) -> list[Row]:
    """Drive a session over the files of the folder in a fresh process."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    home = tempfile.mkdtemp(dir=folder)
    ended = subprocess.run([sys.executable, "-m", "benchmarks.gui_thread", "--session", str(folder), "--home", home],
                           cwd=PROJECT, env=environment, capture_output=True, encoding="utf-8", check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr or ended.stdout)
    found = json.loads(ended.stdout.splitlines()[-1])
    rows = []
    for name, seconds, words, computing in found:
        said = f" ({html.escape(words, quote=False)})" if seconds > LIMIT else ""
        rows.append(Row(f"GUI thread: {name}, longest computation {1000 * computing:.0f} ms{said}",
                        "longest time away", seconds, "limit", LIMIT, 1.0))
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--session", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--files", type=Path, help="a folder whose files are kept for the next run")
    chosen = parser.parse_args()
    if chosen.session is not None:
        from benchmarks.gui_thread_session import drive

        drive(chosen.session, chosen.home)
    elif chosen.files is not None:
        chosen.files.mkdir(parents=True, exist_ok=True)
        if not (chosen.files / "many.toml").exists():
            write_files(chosen.files)
        for row in rows_of(chosen.files):
            print(row.markdown())
    else:
        for row in run(1)[0]:
            print(row.markdown())
