"""Figures on screen against matplotlib's own window (QtAgg), both in this run: moving, zooming, pointing, refreshing.

Everything is drawn offscreen by software, as on a laptop without a graphics card. Seconds are the median of a frame
with its painting (counted, so that no frame is free); the names of the workloads say the slowest twentieth.
Not for: correctness; that is tests/test_figure_view.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.row import Row
from core.figures.drawing import draw
from core.figures.page_layout import place_figure
from core.figures.prognosis_figures import GroupCurve, kaplan_meier
from core.figures.spec import Axis, FigureSpec, Matrix, Panel, Points
from core.figures.style import drawing_settings
from gui import theme
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.figures.zooming import Window

WIDTH, HEIGHT = 1200, 800
FRAMES = 60
FRAME_SECONDS = 1 / 60
REFRESHES = 1000
MOST_GROWTH_MB = 20.0


@dataclass(frozen=True)
class Scene:
    """A figure and the same data as a matplotlib user would draw it."""

    name: str
    spec: FigureSpec


def dots(count: int = 20_000) -> FigureSpec:
    """A scatter of named patients."""
    rng = np.random.default_rng(count)
    names = tuple(f"P{number:05d}" for number in range(count))
    points = Points(rng.normal(size=count), rng.normal(size=count), "low", names, size=3.0)
    return FigureSpec("dots", "Dots", ((Panel(Axis("x"), Axis("y"), (points,)),),), "", "", width_mm=180, height_mm=120)


def tiles(rows: int = 58, columns: int = 2000) -> FigureSpec:
    """Receptors by patients."""
    values = np.random.default_rng(rows).normal(size=(rows, columns))
    matrix = Matrix(values, tuple(f"RTK{row:02d}" for row in range(rows)), (), low=-3.0, high=3.0,
                    samples=tuple(f"P{column:04d}" for column in range(columns)))
    axis = Axis("patients", 0.0, float(columns), ticks=(0.0, float(columns)))
    panel = Panel(axis, Axis("receptors"), (matrix,))
    return FigureSpec("tiles", "Tiles", ((panel,),), "", "", width_mm=180, height_mm=120)


def curves(patients: int = 2000) -> FigureSpec:
    """Two Kaplan-Meier curves with bands and censor marks."""
    rng = np.random.default_rng(patients)
    groups = []
    for name, scale in (("low", 160.0), ("high", 80.0)):
        happens, ends = rng.exponential(scale, patients), rng.uniform(40.0, 240.0, patients)
        follow_up, event = np.minimum(happens, ends), happens <= ends
        order = np.sort(follow_up[event])
        left = len(follow_up) - np.searchsorted(np.sort(follow_up), order)
        survival = np.cumprod(1.0 - 1.0 / left)
        wide = 1.96 * survival * np.sqrt(np.cumsum(1.0 / (left * np.maximum(left - 1, 1))))
        groups.append(GroupCurve(name, order, survival, np.maximum(survival - wide, 0), np.minimum(survival + wide, 1),
                                 follow_up, event, tuple(f"{name}{number}" for number in range(patients))))
    return kaplan_meier("ERBB2", groups, endpoint_name="overall survival", unit="months", cohort_words="simulated",
                        hr=(2.0, 1.8, 2.2), corrected_p=0.001)


def run(rounds: int) -> tuple[list[Row], list[str]]:
    """All rows, and the peers that are not installed (none: matplotlib belongs to the program)."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light", 100)
    scenes = [Scene("20,000 points", dots()), Scene("58 x 2,000 tiles", tiles()),
              Scene("two curves of 2,000 patients", curves())]
    rows: list[Row] = []
    for scene in scenes:
        rows += _frames(scene, rounds)
    rows += [_pointing(scenes[0]), _refreshing([scene.spec for scene in scenes[2:]])]
    return rows, []


def _frames(scene: Scene, rounds: int) -> list[Row]:
    """Moving and zooming, rounds alternating with matplotlib."""
    view = _shown(scene.spec)
    moved: list[float] = []
    zoomed: list[float] = []
    theirs: list[float] = []
    canvas = _matplotlib_canvas(scene.spec)
    for number in range(rounds + 1):
        one = _painted(view, [_moving(view, step) for step in range(FRAMES)])
        two = _painted(view, [_zooming(view, step) for step in range(FRAMES)])
        three = _timed([canvas.draw] * 8)
        if number:
            moved, zoomed, theirs = moved + one, zoomed + two, theirs + three
    view.deleteLater()
    return [
        Row(f"window: {words} {scene.name} (slowest twentieth {1000 * float(np.quantile(frames, 0.95)):.1f} ms, "
            f"{'within' if float(np.quantile(frames, 0.95)) <= FRAME_SECONDS else 'over'} 1/60 s)", "frame",
            median(frames), "matplotlib QtAgg, redraw", median(theirs), None)
        for words, frames in (("moving", moved), ("zooming", zoomed))
    ]


def _moving(view: FigureView, step: int) -> Callable[[], None]:
    start = 0.3 * step / FRAMES

    def frame() -> None:
        view.look_at(0, Window(start, start + 0.6, start, start + 0.6))
        view.canvas.viewport().repaint()

    return frame


def _zooming(view: FigureView, step: int) -> Callable[[], None]:
    rim = 0.4 * step / FRAMES

    def frame() -> None:
        view.look_at(0, Window(rim, 1.0 - rim, rim, 1.0 - rim))
        view.canvas.viewport().repaint()

    return frame


def _pointing(scene: Scene) -> Row:
    """From the pointer to the painted name, over the points of the scatter."""
    view = _shown(scene.spec)
    places = np.random.default_rng(5).uniform((100, 60), (1100, 700), size=(FRAMES, 2))

    def point(x: float, y: float) -> Callable[[], None]:
        def frame() -> None:
            view.hands.look(QPointF(x, y))
            view.canvas.viewport().repaint()

        return frame

    seconds = _painted(view, [point(float(x), float(y)) for x, y in places])
    view.deleteLater()
    worst = 1000 * float(np.quantile(seconds, 0.95))
    words = f"window: pointing at {scene.name}, name painted (slowest twentieth {worst:.1f} ms, limit 30 ms)"
    return Row(words, "name", median(seconds), "", None, None)


def _refreshing(specs: Sequence[FigureSpec]) -> Row:
    """Another figure a thousand times in one view; what it adds to the memory is in the name."""
    view = _shown(specs[0])
    others = [curves(200 + number) for number in range(4)]
    for other in others * 5:
        view.set_figure(other)
        view.canvas.viewport().repaint()
    before = _memory_mb()
    start = time.perf_counter()
    for number in range(REFRESHES):
        view.set_figure(others[number % 4])
        if number % 10 == 0:
            view.canvas.viewport().repaint()
    seconds = (time.perf_counter() - start) / REFRESHES
    growth = _memory_mb() - before
    view.deleteLater()
    words = f"window: {REFRESHES:,} refreshes of a curve (memory grew by {growth:.1f} MB, limit {MOST_GROWTH_MB:.0f})"
    return Row(words, "refresh", seconds, "", None, None, _memory_mb())


def _shown(spec: FigureSpec) -> FigureView:
    view = FigureView()
    view.resize(WIDTH, HEIGHT)
    view.set_figure(spec)
    view.show()
    if not QTest.qWaitForWindowExposed(view):
        raise RuntimeError("the window was never shown: nothing would be painted")
    return view


def _matplotlib_canvas(spec: FigureSpec) -> FigureCanvasQTAgg:
    """The same figure by our own matplotlib drawing; tiles as an image, as a matplotlib user would draw them."""
    panel = spec.rows[0][0]
    if isinstance(panel.marks[0], Matrix):
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
        figure.add_subplot().imshow(panel.marks[0].values, aspect="auto", cmap="RdBu_r")
    else:
        with drawing_settings():
            figure = draw(spec, place_figure(spec))
        figure.set_size_inches(WIDTH / 100, HEIGHT / 100)
        figure.set_dpi(100)
    return FigureCanvasQTAgg(figure)


def _painted(view: FigureView, frames: Sequence[Callable[[], None]]) -> list[float]:
    """Seconds of each frame. Raises RuntimeError where a frame was not painted."""
    paints: list[int] = []
    view.canvas.scene().sigPrepareForPaint.connect(lambda: paints.append(1))
    found = _timed(frames)
    view.canvas.scene().sigPrepareForPaint.disconnect()
    if len(paints) < len(frames):
        raise RuntimeError(f"{len(frames)} frames, but only {len(paints)} were painted")
    return found


def _timed(frames: Sequence[Callable[[], object]]) -> list[float]:
    found = []
    for frame in frames:
        start = time.perf_counter()
        frame()
        found.append(time.perf_counter() - start)
    return found


def _memory_mb() -> float:
    """Resident memory of this process; NaN where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
