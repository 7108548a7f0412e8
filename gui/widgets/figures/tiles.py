"""Tiles of a matrix, annotation strips and colour bars as images, with five colour steps centred on 0.

Not for: words on tiles (panel_texts.py) or other marks (marks.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath

from core.figures.spec import ColourBar, Matrix, Strips
from gui import theme
from gui.widgets.figures.marks import Coordinates, DrawnMark, Setting
from gui.widgets.figures.plot_items import Shape, pen

FloatArray = NDArray[np.float64]

DIVERGING = {"diverging": ("d1", "d2", "d3", "d4", "d5"), "strong diverging": ("low", "d1", "d3", "d5", "high")}
SEQUENTIAL_STEPS = 7
SMALLEST_EDGED_TILE = 5.0
MOST_DASHED_TILES = 4000


def scale_ends(mark: Matrix) -> tuple[float, float]:
    """The values at both ends of the colour scale; a diverging one is always centred on 0."""
    finite = np.asarray(mark.values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if mark.scale in DIVERGING:
        reach = max((abs(end) for end in (mark.low, mark.high) if end is not None), default=0.0)
        reach = reach or (float(np.max(np.abs(finite))) if finite.size else 1.0) or 1.0
        return -reach, reach
    low = mark.low if mark.low is not None else (float(finite.min()) if finite.size else 0.0)
    high = mark.high if mark.high is not None else (float(finite.max()) if finite.size else 1.0)
    return low, high if high > low else low + 1.0


def colour_steps(scale: str) -> NDArray[np.uint8]:
    """The colours of a scale in the theme in force, shape (n_steps, 4)."""
    if scale in DIVERGING:
        return np.array([rgba(role) for role in DIVERGING[scale]], dtype=np.uint8)
    table: NDArray[np.uint8] = pg.colormap.get("cividis").getLookupTable(nPts=SEQUENTIAL_STEPS, alpha=True)
    return table


def steps_of(values: Any, low: float, high: float, count: int) -> NDArray[np.int64]:
    """The colour step of every value; -1 where it is missing."""
    array = np.asarray(values, dtype=float)
    good = np.isfinite(array) | np.isinf(array)
    shares = (np.where(good, array, low) - low) / (high - low)
    return np.where(good, np.clip(np.floor(np.clip(shares, 0.0, 1.0) * count), 0, count - 1).astype(np.int64), -1)


def tile_ink(mark: Matrix) -> dict[tuple[int, int], str]:
    """The role of the colour of words on each tile that has words."""
    if mark.scale in DIVERGING or not mark.texts:
        return {}
    low, high = scale_ends(mark)
    steps = steps_of(mark.values, low, high, SEQUENTIAL_STEPS)
    colours = colour_steps(mark.scale)[:, :3].astype(float) @ np.array([0.299, 0.587, 0.114])
    pale, deep = ("surface", "text") if not theme.current().dark else ("text", "surface")
    return {(int(row), int(column)): pale if colours[step] < 128 else deep
            for (row, column), step in np.ndenumerate(steps) if step >= 0}


class TileEdges(pg.GraphicsObject):  # type: ignore[misc]
    """Lines of the ground's colour between tiles that are big enough to be told apart."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = 0
        self.columns = 0

    def set_shape(self, rows: int, columns: int) -> None:
        self.prepareGeometryChange()
        self.rows, self.columns = rows, columns
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.columns, self.rows)

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        box = self.getViewBox()
        if box is None:
            return
        size_x, size_y = box.viewPixelSize()
        ratio = painter.device().devicePixelRatioF()
        painter.setPen(pen("surface", 1.0, ratio))
        sight = box.frame
        left, right = max(0.0, sight.left()), min(float(self.columns), sight.right())
        top, bottom = max(0.0, sight.top()), min(float(self.rows), sight.bottom())
        lines = []
        if size_x * SMALLEST_EDGED_TILE < 1:
            lines += [QLineF(x, top, x, bottom) for x in range(int(np.ceil(left)), int(right) + 1)]
        if size_y * SMALLEST_EDGED_TILE < 1:
            lines += [QLineF(left, y, right, y) for y in range(int(np.ceil(top)), int(bottom) + 1)]
        painter.drawLines(lines)


class Picture(pg.ImageItem):  # type: ignore[misc]
    """An image whose pixels are tiles: never smoothed, ended at the axes."""

    def __init__(self) -> None:
        super().__init__(axisOrder="row-major")

    def paint(self, painter: QPainter, *arguments: Any) -> None:
        box = self.getViewBox()
        painter.save()
        if box is not None:
            painter.setClipRect(self.mapRectFromParent(box.frame), Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        super().paint(painter, *arguments)
        painter.restore()


class DrawnMatrix(DrawnMark):
    """An image, the lines between tiles, and dashed frames of missing values."""

    def draw(self, mark: Matrix, setting: Setting) -> None:
        values = np.asarray(mark.values, dtype=float)
        if not values.size:
            self.remove()
            return
        if not self.items:
            self.take(Picture, 1)
            self.take(TileEdges, 1, lift=0.01, start=1)
            self.take(Shape, 1, lift=0.02, start=2)
        image, edges, missing = self.items
        low, high = scale_ends(mark)
        colours = colour_steps(mark.scale)
        steps = steps_of(values, low, high, len(colours))
        lacking = np.argwhere(steps < 0)
        many = len(lacking) > MOST_DASHED_TILES
        ground = rgba("faded" if many else "surface")
        palette = np.vstack([colours, np.array([ground], dtype=np.uint8)])
        self.values = values
        image.setImage(palette[steps], levels=None, autoLevels=False)
        image.setRect(QRectF(0, 0, values.shape[1], values.shape[0]))
        edges.set_shape(*values.shape)
        path = QPainterPath()
        for row, column in lacking[:0 if many else None]:
            path.addRect(QRectF(column + 0.1, row + 0.1, 0.8, 0.8))
        missing.set_path(path, pen("control", 1.0, setting.ratio, "dashed"), None)

    def coordinates(self) -> Coordinates:
        """Edges of the tiles, and their colours."""
        if not self.items:
            return {}
        image = self.items[0]
        place = image.mapRectToParent(image.boundingRect())
        rows, columns = image.image.shape[:2]
        return {"x": np.linspace(place.left(), place.right(), columns + 1),
                "y": np.linspace(place.top(), place.bottom(), rows + 1), "colours": image.image.astype(float)}


class DrawnStrips(DrawnMark):
    """Annotation bars over the columns of a matrix: a role and a shade per tile; missing ones hatched."""

    def draw(self, mark: Strips, setting: Setting) -> None:
        if not self.items:
            self.take(Picture, 1)
            self.take(Shape, 1, lift=0.02, start=1)
        image, hatched = self.items
        shades = np.atleast_2d(np.asarray(mark.shades, dtype=float))
        if not shades.size:
            self.remove()
            return
        ground = np.array(rgba("surface")[:3], dtype=np.float64)
        pixels = np.full((*shades.shape, 4), 255, dtype=np.uint8)
        path = QPainterPath()
        for (row, column), shade in np.ndenumerate(shades):
            role = mark.roles[row][column]
            if not role:
                path.addRect(QRectF(column, row, 1, 1))
            pixels[row, column, :3] = blended(role or "faded", shade if role else 1.0, ground)
        image.setImage(pixels, levels=None, autoLevels=False)
        image.setRect(QRectF(0, 0, shades.shape[1], shades.shape[0]))
        hatched.set_path(path, None, QBrush(theme.current().colour("control", 0.6), Qt.BrushStyle.BDiagPattern))

    coordinates = DrawnMatrix.coordinates


class DrawnColourBar(DrawnMark):
    """The steps of a scale from ``low`` to ``high`` over the whole height of the panel."""

    def draw(self, mark: ColourBar, setting: Setting) -> None:
        (image,) = self.take(Picture, 1)
        image.setImage(colour_steps(mark.scale)[np.newaxis], levels=None, autoLevels=False)
        image.setRect(QRectF(mark.low, setting.y.low, mark.high - mark.low, setting.y.high - setting.y.low))

    coordinates = DrawnMatrix.coordinates


def blended(role: str, shade: float, ground: FloatArray) -> NDArray[np.uint8]:
    """A role at opacity 0.12 to 1 on the ground, as the files have it."""
    ink = np.array(rgba(role)[:3], dtype=np.float64)
    strength = 0.12 + 0.88 * (min(max(shade, 0.0), 1.0) if np.isfinite(shade) else 1.0)
    mixed: NDArray[np.uint8] = np.round(ink * strength + ground * (1 - strength)).astype(np.uint8)
    return mixed


def rgba(role: str) -> tuple[int, int, int, int]:
    """A role in the theme in force, each part from 0 to 255."""
    ink = theme.current().colour(role)
    return ink.red(), ink.green(), ink.blue(), ink.alpha()
