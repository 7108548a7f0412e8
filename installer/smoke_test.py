"""Does the frozen app work? Builds it if asked, runs its self-test without a display, and says what came out.

    python installer/smoke_test.py --build        (a few minutes)

Not for: installers, or numbers: the self-test only shows that every part was taken along and starts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LARGEST_MB = 400


def program_in(folder: Path) -> Path:
    """The executable of a built folder."""
    return folder / ("rtkscope.exe" if os.name == "nt" else "rtkscope")


def build(into: Path, work: Path) -> Path:
    """Run PyInstaller; the folder with the program is returned. Raises CalledProcessError."""
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath", str(into),
         "--workpath", str(work), str(PROJECT / "installer" / "app.spec")], check=True, cwd=PROJECT)
    return into / "rtkscope"


def self_test(folder: Path) -> dict[str, object]:
    """The self-test's own answer, with ``exit_status``; away from the project, so that nothing of it is found."""
    with tempfile.TemporaryDirectory(prefix="rtkscope") as room:
        out = Path(room) / "self_test.json"
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("PYTHON", "QT_", "DISPLAY", "WAYLAND_DISPLAY"))}
        environment["RTKSCOPE_HOME"] = room
        ended = subprocess.run([str(program_in(folder)), "--self-test", "--out", str(out)], cwd=room, timeout=600,
                               env=environment, capture_output=True, encoding="utf-8", errors="replace")
        answer = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {
            "ok": False, "checks": [], "said": (ended.stdout + ended.stderr)[-4000:]}
    return {**answer, "exit_status": ended.returncode, "complaints": ended.stderr[-2000:]}


def size_mb(folder: Path) -> float:
    """Megabytes of a folder, links counted once."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def main(words: list[str]) -> int:
    """Build if asked, test, print one line per check; 0 when all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", action="store_true", help="build first, into dist/")
    parser.add_argument("--folder", type=Path, default=PROJECT / "dist" / "rtkscope")
    chosen = parser.parse_args(words)
    if chosen.build:
        began = time.monotonic()
        chosen.folder = build(PROJECT / "dist", PROJECT / "build")
        print(f"built in {time.monotonic() - began:.0f} s")
    answer = self_test(chosen.folder)
    checks = answer["checks"]
    assert isinstance(checks, list)
    for check in checks:
        print(f"{'well  ' if check['ok'] else 'FAILED'}  {check['name']}: {check['detail']}")
    megabytes = size_mb(chosen.folder)
    print(f"{megabytes:.0f} MB on disk; exit status {answer['exit_status']}")
    if not answer["ok"]:
        print(answer.get("said", "") or answer["complaints"])
    return 0 if answer["ok"] and answer["exit_status"] == 0 and megabytes < LARGEST_MB else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
