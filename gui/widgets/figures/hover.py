"""What lies under the pointer, and the next point for the arrow keys: samples, rows and tiles of one panel.

Not for: painting what was found (selection_marks.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QTransform

from core.figures.axis_scale import AxisScale
from core.figures.spec import Bars, HoverPoints, Intervals, Matrix, Panel, Points, Segments, StateTiles, Strips, Ticks
from gui import theme
from gui.widgets.figures.panel_room import PanelRoom
from gui.widgets.figures.plot_items import to_view

FloatArray = NDArray[np.float64]

REACH = 10


@dataclass(frozen=True)
class Found:
    """``sample`` and ``row`` are empty where there is none; ``x``, ``y`` in pixels; ``words`` are those of the tag.

    A ``tile`` of a matrix has the name of its ``column`` also where this is no sample.
    """

    sample: str = ""
    row: str = ""
    x: float = 0.0
    y: float = 0.0
    words: str = ""
    tile: bool = False
    column: str = ""

    @property
    def name(self) -> str:
        return self.sample or self.row


@dataclass(frozen=True, eq=False)
class Places:
    """Where the samples and rows of one panel are, in view coordinates; ``order`` runs along x.

    ``starts``: place of the end of a sample's line -> place of its beginning.
    """

    x: FloatArray
    y: FloatArray
    samples: tuple[str, ...]
    order: NDArray[np.int64]
    rows: tuple[tuple[str, float], ...] = ()
    tiles: Matrix | StateTiles | Strips | None = None
    said: tuple[str, ...] = ()
    starts: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def by_sample(self) -> dict[str, list[int]]:
        """Where each sample stands; made when a patient is first marked, not with every curve that is drawn."""
        found: dict[str, list[int]] = {}
        for place, sample in enumerate(self.samples):
            found.setdefault(sample, []).append(place)
        return found

    def tag(self, place: int) -> str:
        """The name of a sample, and below it what is said of it."""
        return "\n".join((self.samples[place], *filter(None, self.said[place:place + 1])))

    @property
    def columns(self) -> tuple[str, ...]:
        """The samples of a panel of tiles."""
        if self.tiles is None:
            return ()
        return self.tiles.samples or (self.tiles.column_names if isinstance(self.tiles, (Matrix, StateTiles)) else ())

    def nearest(self, to_scene: QTransform, x: float, y: float) -> Found | None:
        """The sample whose point is nearest to a pixel, within reach."""
        if not self.samples:
            return None
        px, py = mapped(to_scene, self.x, self.y)
        distance = (px - x) ** 2 + (py - y) ** 2
        best = int(np.nanargmin(distance)) if np.isfinite(distance).any() else -1
        if best < 0 or distance[best] > theme.px(REACH) ** 2:
            return None
        return Found(self.samples[best], x=float(px[best]), y=float(py[best]), words=self.tag(best))

    def row_at(self, room: PanelRoom, x: float, y: float) -> Found | None:
        """The row of a forest or of horizontal bars at a pixel."""
        if not self.rows or not (room.cell.left <= x <= room.cell.right and room.axes.top <= y <= room.axes.bottom):
            return None
        name, height = min(self.rows, key=lambda row: abs(room.y_px(row[1]) - y))
        pitch = abs(room.y_px(room.y.low + 1) - room.y_px(room.y.low))
        middle = room.y_px(height)
        return Found(row=name, x=x, y=middle) if abs(middle - y) <= pitch / 2 else None

    def tile_at(self, room: PanelRoom, x: float, y: float) -> Found | None:
        """The tile at a pixel, with its value in words."""
        axes = room.axes
        if self.tiles is None or not (axes.left <= x < axes.right and axes.top <= y < axes.bottom):
            return None
        column = int(room.x.low + (x - axes.left) / axes.width * (room.x.high - room.x.low))
        row = int(room.y.low + (y - axes.top) / axes.height * (room.y.high - room.y.low))
        rows = self.tiles.row_names
        row_name = rows[row] if 0 <= row < len(rows) else ""
        columns = self.columns
        sample = columns[column] if 0 <= column < len(columns) else ""
        said = tile_words(self.tiles, row, column)
        if not (row_name or sample or said):
            return None
        same = isinstance(self.tiles, (Matrix, StateTiles)) and bool(columns) and set(columns) <= set(rows)
        named = " ".join(part for part in (row_name, sample) if part)
        return Found("" if same else sample, row_name, room.x_px(column + 0.5), room.y_px(row + 0.5),
                     f"{named}: {said}" if said else named, tile=True, column=sample)

    def inside(self, to_scene: QTransform, left: float, top: float, right: float, bottom: float) -> list[str]:
        """The samples whose points lie in a rectangle of pixels, in order of x, each once."""
        if not self.samples:
            return []
        px, py = mapped(to_scene, self.x, self.y)
        hit = (px >= left) & (px <= right) & (py >= top) & (py <= bottom)
        return list(dict.fromkeys(self.samples[place] for place in self.order if hit[place]))


def places_of(panel: Panel, x: AxisScale, y: AxisScale) -> Places:
    """Everything in a panel that has a name."""
    across: list[FloatArray] = []
    up: list[FloatArray] = []
    samples: list[str] = []
    said: list[str] = []
    rows: list[tuple[str, float]] = []
    tiles: Matrix | StateTiles | Strips | None = None
    starts: dict[int, int] = {}
    for mark in panel.marks:
        if isinstance(mark, (Points, Ticks, HoverPoints)) and mark.samples:
            across.append(to_view(mark.x, x.log))
            up.append(to_view(mark.y, y.log))
            samples += mark.samples
            said += getattr(mark, "said", ()) or ("",) * len(mark.samples)
        elif isinstance(mark, Segments):
            count, first = len(mark.samples), len(samples)
            across += [to_view(mark.x0, x.log), to_view(mark.x1, x.log)]
            up += [to_view(mark.y0, y.log), to_view(mark.y1, y.log)]
            samples += 2 * mark.samples
            said += 2 * (mark.said or ("",) * count)
            starts |= {first + count + place: first + place for place in range(count)}
        elif isinstance(mark, Intervals) and mark.samples:
            rows += zip(mark.samples, np.asarray(mark.y, dtype=float).tolist(), strict=True)
        elif isinstance(mark, Bars) and mark.horizontal and y.labels and not rows and panel.y.tick_labels:
            rows += zip(y.labels, y.ticks, strict=True)
        elif isinstance(mark, (Matrix, StateTiles, Strips)):
            tiles = mark
    every_x, every_y = np.concatenate([np.empty(0), *across]), np.concatenate([np.empty(0), *up])
    order = np.lexsort((every_y, every_x))
    order = order[np.isfinite(every_x[order]) & np.isfinite(every_y[order])]
    return Places(every_x, every_y, tuple(samples), order, tuple(rows), tiles, tuple(said), starts)


def mapped(to_scene: QTransform, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """View coordinates as pixels of the figure."""
    return (to_scene.m11() * x + to_scene.m21() * y + to_scene.dx(),
            to_scene.m12() * x + to_scene.m22() * y + to_scene.dy())


def tile_words(tiles: Matrix | StateTiles | Strips, row: int, column: int) -> str:
    """What a tile says: its words, else its value, else that it is missing."""
    if row < 0 or column < 0:
        return ""
    if row < len(tiles.texts) and column < len(tiles.texts[row]) and tiles.texts[row][column]:
        return tiles.texts[row][column]
    if isinstance(tiles, StateTiles):
        return tiles.states[row][column] if row < len(tiles.states) and column < tiles.n_columns else ""
    if isinstance(tiles, Matrix):
        values = np.asarray(tiles.values, dtype=float)
        if row < values.shape[0] and column < values.shape[1]:
            value = values[row, column]
            return f"{value:.3g}".replace("-", "\u2212") if np.isfinite(value) else "missing"
    return ""
