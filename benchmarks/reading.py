"""Reading a large workbook and a large text file against pandas, which is what a user would use instead.

Every ratio is measured in one run, the peers alternating with ours, after one round that does not count; memory is the
growth of a fresh process. Not for: correctness; that is tests/.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import xlsxwriter

from benchmarks.row import Row
from core.data.files.workbook import read_table

GENES = 20_000
GENE_NAMES = tuple(f"GENE{number}" for number in range(1, GENES + 1))
_MEMORY = """
import sys
from pathlib import Path
import numpy
from core.data.files.workbook import read_table
def peak():
    # The counter of getrusage is inherited from the process that started this one; this one is not.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
before = peak()
table = read_table(Path(sys.argv[1])).table
print(peak() - before)
"""


def expression(n_samples: int) -> np.ndarray:
    """Seeded log2 values with four decimals, genes as rows, as laboratories keep them."""
    rng = np.random.default_rng([20240611, n_samples])
    spread = rng.gamma(6, 0.15, (GENES, 1)) + 0.2
    return (rng.normal(size=(GENES, n_samples)) * spread + rng.gamma(4, 2, (GENES, 1))).round(4)


def write_xlsx(path: Path, values: np.ndarray, genes: Sequence[str] = GENE_NAMES) -> None:
    """Gene names in the first column, samples in the first row."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Expression")
        sheet.write_row(0, 0, ["Gene", *(f"P{number:04d}" for number in range(values.shape[1]))])
        for row, cells in enumerate(values.tolist(), 1):
            sheet.write_string(row, 0, genes[row - 1])
            sheet.write_row(row, 1, cells)


def write_csv(path: Path, values: np.ndarray, genes: Sequence[str] = GENE_NAMES) -> None:
    """The same as text."""
    with path.open("w", encoding="utf-8") as written:
        written.write("Gene," + ",".join(f"P{number:04d}" for number in range(values.shape[1])) + "\n")
        for row, cells in enumerate(values.tolist(), 1):
            written.write(f"{genes[row - 1]}," + ",".join(map(repr, cells)) + "\n")


def run(rounds: int = 5) -> tuple[list[Row], list[str]]:
    """All rows, and the peers that were not there (none: pandas and its readers are dependencies)."""
    with tempfile.TemporaryDirectory() as folder:
        sheet, text = Path(folder) / "expression.xlsx", Path(folder) / "expression.csv"
        write_xlsx(sheet, expression(200))
        write_csv(text, expression(1000))
        rows = _compare(
            "read xlsx, 20,000 genes x 200", sheet, rounds,
            {"pandas with calamine": lambda: pd.read_excel(sheet, engine="calamine", index_col=0).to_numpy()},
            {"pandas (openpyxl)": lambda: pd.read_excel(sheet, index_col=0).to_numpy()}, {"pandas (openpyxl)": 7})
        rows += _compare(
            "read csv, 20,000 genes x 1,000", text, rounds,
            {"pandas (C parser)": lambda: pd.read_csv(text, index_col=0).to_numpy(),
             "pandas, exact numbers": lambda: pd.read_csv(text, index_col=0, float_precision="round_trip").to_numpy()},
            {}, {"pandas (C parser)": 1.2})
    return rows, []


def _compare(workload: str, path: Path, rounds: int, peers: dict[str, Callable[[], object]],
             slow_peers: dict[str, Callable[[], object]], bars: dict[str, float]) -> list[Row]:
    """Alternate ours and the peers; a slow peer takes part once, next to a round of ours."""
    contenders: dict[str, Callable[[], object]] = {"ours": lambda: read_table(path).table.numbers, **peers}
    taken: dict[str, list[float]] = {name: [] for name in (*contenders, *slow_peers)}
    for work in contenders.values():
        work()
    for turn in range(rounds):
        names = list(contenders) if turn % 2 == 0 else list(reversed(contenders))
        for name in names:
            taken[name].append(_seconds(contenders[name]))
    for name, work in slow_peers.items():
        taken[name].append(_seconds(work))
    ours, peak = median(taken["ours"]), _peak_mb(path)
    return [Row(workload, "file", ours, name, median(taken[name]), bars.get(name), peak)
            for name in (*peers, *slow_peers)]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak_mb(path: Path) -> float | None:
    """Growth of the resident memory of a fresh process while it reads the file; None where the system cannot tell."""
    command: Sequence[str] = [sys.executable, "-c", _MEMORY, str(path)]
    project = Path(__file__).resolve().parents[1]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project)
    return float(answer.stdout) if answer.returncode == 0 else None
