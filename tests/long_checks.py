"""The checks that take too long for every change, all of them by one command; the result is kept in docs.

    python -m tests.long_checks          about half an hour on two cores; writes docs/long-checks.md

The test suite runs a short sample of each. Not for: speed (benchmarks) or the survey of real files (import_survey.py).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "long-checks.md"
HEAD = """# Long checks

Written by `python -m tests.long_checks`, which stops with an error where one of them fails. The test suite runs a short
sample of each.
"""
KILLS = """| kills | seed | old result kept whole | new result there whole | anything else |
| --- | --- | --- | --- | --- |
"""
SESSIONS = """| killed | kills | old state found | new state found | most seconds of edits lost | anything else |
| --- | --- | --- | --- | --- | --- |
"""
CHECKS = (
    ("Killing a run at random moments", "tests/kill_runs.py", ("--times", "50"),
     "`main.py run` is killed (SIGKILL) at random moments, half of them while files are written. The folder of results must be "
     "the old one or the new one, whole, and nothing may be left beside it.", KILLS),
    ("Killing a session at random moments", "tests/kill_sessions.py", ("--times", "50"),
     "A session is killed (SIGKILL) while it saves version after version, while it is edited every 50 ms, and while it computes. "
     "The saved project must open, as the last version reported saved or the one after it; its lock must be free; and the journal "
     "must give back all edits but those of the last 30 s. While edited and while computing, “old” means killed before the "
     "journal was first written, 0.4 s after the first edit.", SESSIONS),
    ("Damaged files", "tests/fuzz_reading.py", ("--seconds", "180"),
     "Files of every kind are damaged at random and read. Only a sentence for the user may come out, in bounded time and "
     "memory.", ""),
    ("Null calibration", "tests/calibration.py", ("--sets", "2000"),
     "Share of simulated cohorts without any truth that each P calls at 5 %. What it means: [calibration.md](calibration.md).", ""),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[Path(script).stem for _, script, *_ in CHECKS])
    chosen = parser.parse_args()
    parts, failed = [HEAD], []
    for title, script, options, meaning, head in CHECKS:
        if chosen.only and Path(script).stem not in chosen.only:
            continue
        print(f"{title}: {script} {' '.join(options)}", flush=True)
        done = subprocess.run([sys.executable, script, *options], cwd=ROOT, capture_output=True, text=True, check=False,
                              encoding="utf-8")
        print(done.stdout, done.stderr, flush=True)
        parts.append(f"## {title}\n\n`python {script} {' '.join(options)}`\n\n{meaning}\n\n{head}{done.stdout.strip()}\n")
        if done.returncode:
            failed.append(title)
    if failed:
        sys.exit("failed: " + ", ".join(failed))
    if not chosen.only:
        TARGET.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
