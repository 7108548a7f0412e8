"""All benchmarks, one command; writes docs/benchmarks.md, a section for each suite.

    python -m benchmarks.run [--rounds 5] [--only survival reading] [--full]

With --only the sections of the other suites stay as they are. With --full cells that take minutes are measured too.
Not for: tests. Speed is a ratio against a peer in the same run, so nothing here fails a build.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

SUITES = ("survival", "subset_search", "reading", "first_window", "window", "gui_thread")
TITLES = {"survival": "Survival", "subset_search": "The search over sets of receptors",
          "reading": "Reading files", "first_window": "First window", "window": "Figures on screen",
          "gui_thread": "The longest time that the window was away"}
WITH_LONG_CELLS = ("subset_search",)
TARGET = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `python -m benchmarks.run`, a suite at a time. Every ratio is measured in one run on one machine, the peer
alternating with RTKscope, one BLAS thread, medians of several rounds after one that does not count; seconds depend on
the machine and on what else it does, ratios much less. A bar is the least ratio that we accept.
"""
TABLE = """| workload | RTKscope | peer | peer takes | ratio | bar | | peak memory |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def section(suite: str, rounds: int, full: bool) -> str:
    """Run a suite; its section of the page."""
    before = _load()
    work = importlib.import_module(f"benchmarks.{suite}").run
    rows, absent = work(rounds, full) if suite in WITH_LONG_CELLS else work(rounds)
    for row in rows:
        print(row.markdown(), flush=True)
    words = f" Not installed here, so not compared: {', '.join(absent)}." if absent else ""
    busy = f" Programs at work on the machine, on average of a minute, before and after: {before} and {_load()}." \
        if before else ""
    facts = f"{rounds} rounds, Python {platform.python_version()}, {os.cpu_count()} cores.{busy}{words}"
    return f"## {TITLES[suite]}\n\n{facts}\n\n{TABLE}" + "\n".join(row.markdown() for row in rows) + "\n"


def _load() -> str:
    """How busy the machine is, this benchmark included; empty where the system does not tell."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def sections_of(page: str) -> dict[str, str]:
    """The sections of a page that was written before, by their titles."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix("## "): part.rstrip() + "\n" for part in parts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=SUITES, default=SUITES)
    parser.add_argument("--full", action="store_true", help="measure what takes minutes, too")
    chosen = parser.parse_args()
    known = sections_of(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    for suite in chosen.only:
        known[TITLES[suite]] = section(suite, chosen.rounds, chosen.full)
    TARGET.write_text("\n".join([HEAD, *(known[TITLES[suite]] for suite in SUITES if TITLES[suite] in known)]),
                      encoding="utf-8")
    print(f"written: {TARGET.name}")


if __name__ == "__main__":
    main()
