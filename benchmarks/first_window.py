"""How long until the first window shows: the whole process, warm, against a bare PySide6 + pyqtgraph window.

Not for: plots, which are in window.py, or frozen builds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.row import Row

PROJECT = Path(__file__).resolve().parents[1]
HEAVY = ("pandas", "scipy", "lifelines", "matplotlib")
_OURS = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gui.app import make_application, open_window
app = make_application(["RTKscope"])
window = open_window(app, Path(sys.argv[1]))
def shown():
    print([name for name in HEAVY if name in sys.modules], flush=True)
    import os
    os._exit(0)
QTimer.singleShot(0, shown)
app.exec()
""".replace("HEAVY", repr(HEAVY))
_BARE = """
import os
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph
app = QApplication([])
window = QMainWindow()
window.setCentralWidget(pyqtgraph.PlotWidget())
window.resize(1440, 900)
window.show()
QTimer.singleShot(0, lambda: os._exit(0))
app.exec()
"""


def seconds_to_window(program: str, home: str) -> tuple[float, str]:
    """Wall time of a whole process that shows a window and ends, and what it printed."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    ended = subprocess.run([sys.executable, "-c", program, home], cwd=PROJECT, env=environment, capture_output=True,
                           encoding="utf-8", check=True)
    return time.perf_counter() - began, ended.stdout.strip()


def run(rounds: int) -> tuple[list[Row], list[str]]:
    """One row: the first window against the bare one, alternating."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as home:
        for number in range(rounds + 1):
            first, imported = seconds_to_window(_OURS, home)
            second, _ = seconds_to_window(_BARE, home)
            if number:
                ours.append(first)
                bare.append(second)
            if imported != "[]":
                raise RuntimeError(f"imported before the first window: {imported}")
    return [Row("first window, warm, whole process (at most 0.8 s; pandas, scipy, lifelines, matplotlib not imported)",
                "start", median(ours), "bare PySide6 + pyqtgraph window", median(bare), 1 / 1.5)], []


if __name__ == "__main__":
    for row in run(5)[0]:
        print(row.markdown())
