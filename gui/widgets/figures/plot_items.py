"""The pyqtgraph items that marks are made of, and the view box they stand in.

Not for: which mark needs which item (marks.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from core.figures.axis_scale import AxisScale
from gui import theme

FloatArray = NDArray[np.float64]

DASHED_ROLES = frozenset({"high", "series2", "raw"})
DASHES = {"solid": None, "dashed": [3.6, 1.6], "dotted": [1.0, 1.8]}
"""As core.figures.style has them, which must not be imported here: it brings matplotlib."""
SYMBOLS = {"circle": "o", "square": "s", "triangle": "t1", "triangle down": "t", "diamond": "d"}


class PanelBox(pg.ViewBox):  # type: ignore[misc]
    """A view box that does what it is told: no mouse, no menu, no automatic ranges.

    ``frame`` is the rectangle of the axes in view coordinates (base-10 logarithms on log axes). The box itself may be
    a little larger, so that marks on the edge are drawn whole.
    """

    def __init__(self) -> None:
        super().__init__(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.frame = QRectF(0, 0, 1, 1)

    def look_at(self, x: AxisScale, y: AxisScale, place: QRectF, overhang: tuple[float, float]) -> None:
        """Show that stretch of both axes in the rectangle ``place`` of the scene, and ``overhang`` pixels around."""
        low_x, high_x = (float(value) for value in to_view(np.array([x.low, x.high]), x.log))
        low_y, high_y = (float(value) for value in to_view(np.array([y.low, y.high]), y.log))
        self.frame = QRectF(low_x, low_y, high_x - low_x, high_y - low_y)
        self.setGeometry(place.adjusted(-overhang[0], -overhang[1], overhang[0], overhang[1]))
        extra_x = (high_x - low_x) * overhang[0] / max(place.width(), 1.0)
        extra_y = (high_y - low_y) * overhang[1] / max(place.height(), 1.0)
        if self.xInverted() != x.reverse:
            self.invertX(x.reverse)
        if self.yInverted() != y.reverse:
            self.invertY(y.reverse)
        self.setRange(xRange=(low_x - extra_x, high_x + extra_x), yRange=(low_y - extra_y, high_y + extra_y),
                      padding=0, disableAutoRange=True)

    def to_scene(self) -> QTransform:
        """From view coordinates to pixels of the scene."""
        self.updateMatrix()
        transform: QTransform = self.childGroup.sceneTransform()
        return transform


class Curve(pg.PlotCurveItem):  # type: ignore[misc]
    """A line; ``clipped`` ones end at the axes."""

    clipped = True

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        box = self.getViewBox()
        if not self.clipped or box is None:
            super().paint(painter, option, widget)
            return
        painter.save()
        painter.setClipRect(box.frame, Qt.ClipOperation.IntersectClip)
        super().paint(painter, option, widget)
        painter.restore()


class Shape(pg.GraphicsObject):  # type: ignore[misc]
    """A filled or outlined path in view coordinates, ended at the axes."""

    def __init__(self) -> None:
        super().__init__()
        self.path = QPainterPath()
        self._pen = QPen(Qt.PenStyle.NoPen)
        self._brush = QBrush(Qt.BrushStyle.NoBrush)
        self._bounds = QRectF()
        self._smooth = self._clipped = True

    def set_path(self, path: QPainterPath, pen: QPen | None, brush: QBrush | QColor | None, *,
                 smooth: bool = True, clipped: bool = True) -> None:
        """What to draw; only level and upright edges need not be smooth. Repaints."""
        self.prepareGeometryChange()
        self._smooth, self._clipped = smooth, clipped
        self.path = path
        self._pen = pen if pen is not None else QPen(Qt.PenStyle.NoPen)
        self._brush = QBrush(brush) if brush is not None else QBrush(Qt.BrushStyle.NoBrush)
        self._bounds = path.boundingRect()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        box = self.getViewBox()
        if box is None:
            return
        if self._clipped:
            painter.setClipRect(box.frame, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._smooth)
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        painter.drawPath(self.path)

    def corners(self) -> tuple[FloatArray, FloatArray]:
        """The points of the path, as drawn."""
        elements = [self.path.elementAt(number) for number in range(self.path.elementCount())]
        return (np.array([element.x for element in elements]),
                np.array([element.y for element in elements]))


def to_view(values: Any, log: bool) -> FloatArray:
    """Data values as coordinates of the view box; NaN where a log axis has no place for them."""
    array: FloatArray = np.asarray(values, dtype=np.float64)
    if not log:
        return array
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(array > 0, np.log10(np.where(array > 0, array, 1.0)), np.nan)


def from_view(values: Any, log: bool) -> FloatArray:
    """Coordinates of the view box as data values."""
    array: FloatArray = np.asarray(values, dtype=np.float64)
    return 10.0 ** array if log else array


def pen(role: str, width: float, ratio: float, style: str = "solid", alpha: float = 1.0) -> QPen:
    """A pen of the same thickness on every screen: ``width`` in pixels at 100 %, ``ratio`` device pixels per pixel."""
    made = QPen(theme.current().colour(role, alpha))
    made.setCosmetic(True)
    made.setWidthF(max(width, 0.5) * ratio)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    made.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    dashes = DASHES[style]
    if dashes:
        made.setDashPattern(dashes)
    return made


def polygon(x: FloatArray, y: FloatArray) -> QPolygonF:
    """Points as Qt has them, without an object for each: the band of 10,000 patients has 40,000 corners."""
    if len(x) != len(y):
        raise ValueError(f"{len(x)} x and {len(y)} y")
    if not len(x):
        return QPolygonF()
    made: QPolygonF = pg.functions.arrayToQPolygonF(np.ascontiguousarray(x), np.ascontiguousarray(y))
    return made
