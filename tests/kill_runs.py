"""Kill ``main.py run`` at random moments, again and again: DIR must always be the old result or the new one, whole.

    python tests/kill_runs.py --times 50      the whole check, prints one line of markdown
The test suite runs a short sample of it (test_kill_runs.py). Not for: Windows, which has no SIGKILL.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
GENES = ("ERBB2", "EGFR", "ERBB3", "MET", "IGF1R", "AXL", "KDR", "FGFR1", "EPHA2", "RET")
STUDY = """
format = 1
name = "killed"
[[dataset]]
name = "simulated"
role = "cohort"
simulated = true
expression = {{ file = "cohort.csv", samples = "rows", id = "patient", scale = "log2" }}
clinical = {{ file = "cohort.csv", id = "patient" }}
[[dataset.endpoint]]
name = "overall survival"
time = "months"
unit = "months"
event = "died"
event_values = [1]
[[analysis]]
name = "first"
kind = "rtk_prognosis"
parameters = {{ permutations = 2000, seed = {seed} }}
[[analysis]]
name = "second"
kind = "rtk_prognosis"
parameters = {{ permutations = 2000, seed = {seed}, split = "tertiles" }}
"""


@dataclass(frozen=True)
class Outcome:
    """How often the folder was the old result, the new one, and how often neither (the paths that differed)."""

    kept_old: int
    has_new: int
    broken: tuple[str, ...]
    seconds_per_run: float


def write_studies(folder: Path) -> tuple[Path, Path]:
    """A small simulated cohort and two studies of it that differ in their seed."""
    rng = np.random.default_rng(7)
    expression = rng.normal(8, 1, (120, len(GENES)))
    months = rng.exponential(40, 120).round(1) + 0.1
    died = rng.random(120) < 0.5
    rows = ["patient,months,died," + ",".join(GENES)]
    rows += [f"P{i:03d},{months[i]},{int(died[i])}," + ",".join(f"{value:.4f}" for value in expression[i])
             for i in range(120)]
    (folder / "cohort.csv").write_text("\n".join(rows) + "\n")
    paths = []
    for seed in (1, 2):
        path = folder / f"study{seed}.toml"
        path.write_text(STUDY.format(seed=seed))
        paths.append(path)
    return paths[0], paths[1]


def snapshot(folder: Path) -> str:
    """One hash over every name and byte of a folder; "absent" where there is none."""
    if not folder.exists():
        return "absent"
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path.relative_to(folder)).encode())
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def start(study: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own."""
    return subprocess.Popen([sys.executable, str(ROOT / "main.py"), "run", str(study), "--out", str(out)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def kill_at_random(times: int, seed: int) -> Outcome:
    """Run, kill, look; half of the kills fall into the last third of the run, where files are written."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "out"
        whole = {}
        studies = write_studies(folder)
        for study in studies:
            started = time.monotonic()
            assert start(study, out).wait() == 0, "a run that nobody kills must succeed"
            seconds = time.monotonic() - started
            whole[study] = snapshot(out)
        assert whole[studies[0]] != whole[studies[1]], "the two studies must give different results"
        current = studies[1]
        kept_old, has_new, broken = 0, 0, []
        for _ in range(times):
            following = studies[0] if current is studies[1] else studies[1]
            process = start(following, out)
            low = 0.66 if chance.random() < 0.5 else 0.0
            time.sleep(seconds * chance.uniform(low, 1.05))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            found = snapshot(out)
            if found == whole[following]:
                has_new += 1
                current = following
            elif found == whole[current]:
                kept_old += 1
            else:
                broken.append(", ".join(sorted(path.name for path in out.iterdir())) if out.exists() else "absent")
        assert start(current, out).wait() == 0, "after all kills a run must succeed"
        leftovers = [path.name for path in folder.iterdir() if path.name.startswith(".out")]
        if leftovers:
            broken.append(f"left behind: {leftovers}")
        return Outcome(kept_old, has_new, tuple(broken), seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    outcome = kill_at_random(chosen.times, chosen.seed)
    print(f"| {chosen.times} | {chosen.seed} | {outcome.kept_old} | {outcome.has_new} | {len(outcome.broken)} |")
    if outcome.broken:
        sys.exit("\n".join(outcome.broken))


if __name__ == "__main__":
    main()
