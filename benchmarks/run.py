"""All benchmarks, one command; writes docs/benchmarks.md.

    python -m benchmarks.run [--rounds 5] [--only survival reading]
Not for: tests. Speed is a ratio against a peer in the same run, so nothing here fails a build.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

SUITES = ("survival", "reading", "window")
TARGET = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `python -m benchmarks.run`. Every ratio is measured in one run on one machine, the peer alternating
with RTKscope, one BLAS thread, medians of {rounds} rounds after one that does not count; seconds depend on the machine
and on what else it does, ratios much less. A bar is the least ratio that we accept.

Python {python}, {cores} cores.{absent}

| workload | RTKscope | peer | peer takes | ratio | bar | | peak memory |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=SUITES, default=SUITES)
    chosen = parser.parse_args()
    lines, absent = [], []
    for suite in chosen.only:
        rows, lacking = importlib.import_module(f"benchmarks.{suite}").run(chosen.rounds)
        absent += lacking
        for row in rows:
            lines.append(row.markdown())
            print(lines[-1], flush=True)
    words = f" Not installed here, so not compared: {', '.join(absent)}." if absent else ""
    head = HEAD.format(rounds=chosen.rounds, python=platform.python_version(), cores=os.cpu_count(), absent=words)
    if tuple(chosen.only) == SUITES:
        TARGET.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        print(f"written: {TARGET.name}")


if __name__ == "__main__":
    main()
