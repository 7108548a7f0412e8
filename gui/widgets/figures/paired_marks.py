"""Lines from before to after, and maps of states, as pyqtgraph items.

Not for: other marks (marks.py, tiles.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from core.figures.spec import Segments, StateTiles
from gui import theme
from gui.widgets.figures.marks import PX_PER_PT, Coordinates, DrawnMark, Setting, point_size
from gui.widgets.figures.plot_items import Curve, pen, to_view
from gui.widgets.figures.state_shapes import StateShapes

LEAST_GAP_PX, GAP_SHARE = 3.0, 0.07


class DrawnSegments(DrawnMark):
    """One curve for every look, then hollow points where its lines begin and filled ones where they end."""

    def draw(self, mark: Segments, setting: Setting) -> None:
        looks = mark.looks()
        lines = self.take(Curve, len(looks))
        dots = self.take(pg.ScatterPlotItem, 2 * len(looks), lift=0.01, start=len(looks))
        for number, (role, style) in enumerate(looks):
            chosen = mark.chosen(role, style)
            x0, x1 = (to_view(np.asarray(x)[chosen], setting.x.log) for x in (mark.x0, mark.x1))
            y0, y1 = (to_view(np.asarray(y)[chosen], setting.y.log) for y in (mark.y0, mark.y1))
            lines[number].setData(x=np.column_stack([x0, x1]).ravel(), y=np.column_stack([y0, y1]).ravel(),
                                  connect="pairs", antialias=True,
                                  pen=pen(role, mark.width * PX_PER_PT, setting.ratio, style))
            for item, x, y, full in ((dots[2 * number], x0, y0, False), (dots[2 * number + 1], x1, y1, True)):
                item.setData(x=x, y=y, symbol="o", size=point_size(mark.size), pen=pen(role, 1.3, 1.0),
                             brush=QBrush(theme.current().colour(role if full else "surface")), antialias=True)


class StatesItem(pg.GraphicsObject):  # type: ignore[misc]
    """All tiles of a map, in view coordinates; their shapes are made anew only when the map is moved or zoomed."""

    def __init__(self) -> None:
        super().__init__()
        self.mark: StateTiles | None = None
        self._made: tuple[Any, list[StateShapes]] = (None, [])

    def set_mark(self, mark: StateTiles) -> None:
        """What to show. Repaints."""
        self.prepareGeometryChange()
        self.mark, self._made = mark, (None, [])
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.mark.n_columns, len(self.mark.states)) if self.mark else QRectF()

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        box = self.getViewBox()
        if box is None or self.mark is None:
            return
        to_pixels = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setClipRect(to_pixels.mapRect(box.frame), Qt.ClipOperation.IntersectClip)
        state = (*(getattr(to_pixels, f"m{place}")() for place in (11, 22, 31, 32)), theme.percent())
        if self._made[0] != state:
            self._made = state, self._shapes(to_pixels)
        for shapes in self._made[1]:
            shapes.paint(painter)
        painter.restore()

    def _shapes(self, to_pixels: Any) -> list[StateShapes]:
        assert self.mark is not None
        found: dict[str, list[QRectF]] = {}
        for row, states in enumerate(self.mark.states):
            for column, state in enumerate(states):
                tile = to_pixels.mapRect(QRectF(column, row, 1, 1))
                gap = [max(GAP_SHARE * side, 0.5 if side > LEAST_GAP_PX else 0.0)
                       for side in (tile.width(), tile.height())]
                tile = tile.adjusted(gap[0], gap[1], -gap[0], -gap[1])
                left, top, right, bottom = (round(edge) for edge in (tile.left(), tile.top(), tile.right(),
                                                                     tile.bottom()))
                found.setdefault(state, []).append(QRectF(left, top, max(right - left, 1), max(bottom - top, 1)))
        return [StateShapes(state, tiles) for state, tiles in found.items()]


class DrawnStates(DrawnMark):
    """One item for the whole map."""

    def draw(self, mark: StateTiles, setting: Setting) -> None:
        (item,) = self.take(StatesItem, 1)
        item.set_mark(mark)

    def coordinates(self) -> Coordinates:
        """Edges of the tiles."""
        if not self.items or self.items[0].mark is None:
            return {}
        mark = self.items[0].mark
        return {"x": np.arange(mark.n_columns + 1.0), "y": np.arange(len(mark.states) + 1.0)}
