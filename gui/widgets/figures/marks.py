"""One mark of a panel as pyqtgraph items: lines, bands, points, intervals, bars, boxes. Items are reused.

Not for: tiles (tiles.py), words (panel_texts.py) or axes (panel_frame.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QPainterPath

from core.figures.axis_scale import AxisScale
from core.figures.curve_shapes import split_at
from core.figures.spec import Band, Bars, Box, Boxes, Intervals, Line, Mark, Points, Rule, Span, StepLine, Ticks
from gui import theme
from gui.widgets.figures.plot_items import (
    DASHED_ROLES,
    SYMBOLS,
    Curve,
    PanelBox,
    Shape,
    from_view,
    pen,
    polygon,
    to_view,
)

FloatArray = NDArray[np.float64]
Coordinates = dict[str, FloatArray]

BAND_OPACITY = 0.16
FADED_BAND = 0.30
FADED_LINE = 0.75
PX_PER_PT = 4 / 3
POINT_PX_PER_PT = 1.75
CENSOR_PX = 8
MANY_CENSORED, CENSOR_PX_OF_MANY = 100, 4
"""Above that many marks a curve would become a band of them."""
STEP_PX = 2.0
INTERVAL_PX = 1.5


@dataclass(frozen=True)
class Setting:
    """What a mark needs to know: the whole axes, device pixels per pixel, and how many censor marks the panel has."""

    x: AxisScale
    y: AxisScale
    ratio: float
    censored: int = 0


class DrawnMark:
    """A mark on screen. ``show`` may be called again with another mark of the same type: the items stay."""

    def __init__(self, box: PanelBox, order: int) -> None:
        self.box = box
        self.order = order
        self.items: list[Any] = []
        self.setting: Setting | None = None

    def show(self, mark: Mark, setting: Setting) -> None:
        """Draw it, in the theme in force."""
        self.setting = setting
        self.draw(mark, setting)

    def draw(self, mark: Any, setting: Setting) -> None:
        raise NotImplementedError

    def remove(self) -> None:
        """Take all items out of the panel."""
        self.take(type(None), 0)

    def take(self, kind: Any, count: int, lift: float = 0.0, start: int = 0) -> list[Any]:
        """``count`` items of a kind from place ``start`` on; what is there is used again, what is too much goes.

        An item of another kind that stands there goes too: with one colour more, a line takes the place of the squares.
        """
        kept = next((place for place, item in enumerate(self.items[:start + count])
                     if place >= start and type(item) is not kind), start + count)
        for item in self.items[kept:]:
            self.box.removeItem(item)
        del self.items[kept:]
        while len(self.items) < start + count:
            item = kind()
            item.setZValue(10 + self.order * 0.1 + lift)
            self.box.addItem(item, ignoreBounds=True)
            self.items.append(item)
        return self.items[start:start + count]

    def coordinates(self) -> Coordinates:
        """What is drawn, read back from the items, in data coordinates."""
        if self.setting is None:
            return {}
        x: list[FloatArray] = []
        y: list[FloatArray] = []
        for item in self.items:
            if not item.isVisible():
                continue
            found = item.corners() if isinstance(item, Shape) else item.getData()
            if found[0] is not None:
                x.append(np.asarray(found[0], dtype=float))
                y.append(np.asarray(found[1], dtype=float))
        return {"x": from_view(np.concatenate([np.empty(0), *x]), self.setting.x.log),
                "y": from_view(np.concatenate([np.empty(0), *y]), self.setting.y.log)}


class DrawnStepLine(DrawnMark):
    def draw(self, mark: StepLine, setting: Setting) -> None:
        pieces = split_at(mark.x, (mark.y,), mark.faded_from)
        style = "dashed" if mark.role in DASHED_ROLES else "solid"
        for item, (x, (y,), faded) in zip(self.take(Curve, len(pieces)), pieces, strict=True):
            item.clipped = False
            item.setData(x=to_view(x, setting.x.log), y=to_view(y, setting.y.log), stepMode="right", connect="finite",
                         pen=pen("ns" if faded else mark.role, STEP_PX, setting.ratio, style,
                                 FADED_LINE if faded else 1.0), antialias=False)  # level and upright: crisp, and fast


class DrawnLine(DrawnMark):
    def draw(self, mark: Line, setting: Setting) -> None:
        (item,) = self.take(Curve, 1)
        item.setData(x=to_view(mark.x, setting.x.log), y=to_view(mark.y, setting.y.log), connect="finite",
                     pen=pen(mark.role, mark.width * PX_PER_PT, setting.ratio, mark.style), antialias=True)


class DrawnRule(DrawnMark):
    def draw(self, mark: Rule, setting: Setting) -> None:
        (item,) = self.take(Curve, 1, lift=0.0 if mark.role == "accent" else -5.0)
        x = [mark.x, mark.x] if mark.x is not None else [setting.x.low, setting.x.high]
        y = [mark.y, mark.y] if mark.y is not None else [setting.y.low, setting.y.high]
        width = 2.0 if mark.role == "accent" else 1.0
        item.setData(x=to_view(x, setting.x.log), y=to_view(y, setting.y.log), antialias=False,
                     pen=pen(mark.role, width, setting.ratio, mark.style))


class DrawnBand(DrawnMark):
    """The outline of each unbroken stretch between ``low`` and ``high``."""

    def draw(self, mark: Band, setting: Setting) -> None:
        pieces = split_at(mark.x, (mark.low, mark.high), mark.faded_from)
        for item, (x, (low, high), faded) in zip(self.take(Shape, len(pieces), lift=-8.0), pieces, strict=True):
            role, opacity = ("faded", FADED_BAND) if faded else (mark.role, BAND_OPACITY)
            item.set_path(_band_path(to_view(x, setting.x.log), to_view(low, setting.y.log),
                                     to_view(high, setting.y.log), step=mark.step), None,
                          theme.current().colour(role, opacity), smooth=not mark.step)


class DrawnSpan(DrawnMark):
    def draw(self, mark: Span, setting: Setting) -> None:
        (item,) = self.take(Shape, 1, lift=-9.0)
        low, high = (float(value) for value in to_view(np.array([mark.low, mark.high]), setting.x.log))
        bottom, top = (float(value) for value in to_view(np.array([setting.y.low, setting.y.high]), setting.y.log))
        path = QPainterPath()
        if math.isfinite(low) and math.isfinite(high):
            path.addRect(QRectF(low, bottom, high - low, top - bottom))
        item.set_path(path, None, theme.current().colour(mark.role))


class DrawnTicks(DrawnMark):
    def draw(self, mark: Ticks, setting: Setting) -> None:
        (item,) = self.take(pg.ScatterPlotItem, 1)
        x, y = to_view(mark.x, setting.x.log), to_view(mark.y, setting.y.log)
        shown = np.isfinite(x) & np.isfinite(y)
        many = setting.censored > MANY_CENSORED
        strength = FADED_LINE if mark.role == "ns" else 1.0
        item.setData(x=x[shown], y=y[shown], symbol="|", size=theme.px(CENSOR_PX_OF_MANY if many else CENSOR_PX),
                     pen=pen(mark.role, 0.6, 1.0, alpha=strength),
                     brush=QBrush(theme.current().colour(mark.role, strength)), antialias=True)


class DrawnPoints(DrawnMark):
    """One item for every colour and filling that occurs."""

    def draw(self, mark: Points, setting: Setting) -> None:
        count = len(mark.x)
        x, y = to_view(mark.x, setting.x.log), to_view(mark.y, setting.y.log)
        shown = np.isfinite(x) & np.isfinite(y)
        looks = _looks(mark.role, mark.roles, mark.filled, count)
        for item, (role, full, chosen) in zip(self.take(pg.ScatterPlotItem, len(looks)), looks, strict=True):
            item.setData(x=x[chosen & shown], y=y[chosen & shown], symbol=SYMBOLS[mark.shape],
                         size=point_size(mark.size), pen=pen(role, 1.3, 1.0), antialias=True,
                         brush=QBrush(theme.current().colour(role if full else "surface")))


class DrawnIntervals(DrawnMark):
    """Lines by colour, then arrowheads where the axis cuts an interval, then squares or circles."""

    def draw(self, mark: Intervals, setting: Setting) -> None:
        x, y = setting.x, setting.y
        low, high, centre = (np.asarray(values, dtype=float) for values in (mark.low, mark.high, mark.centre))
        height = to_view(mark.y, y.log)
        roles = list(dict.fromkeys(mark.roles))
        shown = np.isfinite(low) & np.isfinite(high) & (low <= x.high) & (high >= x.low)
        for item, role in zip(self.take(Curve, len(roles)), roles, strict=True):
            chosen = shown & np.array([one == role for one in mark.roles], dtype=bool)
            ends = np.column_stack([np.maximum(low[chosen], x.low), np.minimum(high[chosen], x.high)]).ravel()
            item.setData(x=to_view(ends, x.log), y=np.repeat(height[chosen], 2), connect="pairs", antialias=False,
                         pen=pen(role, INTERVAL_PX, setting.ratio))
        arrows = [(edge, place, role, symbol) for place, role, one, other, middle in
                  zip(height, mark.roles, low, high, centre, strict=True)
                  for cut, edge, symbol in ((one < x.low or middle < x.low, x.low, "t3"),
                                            (other > x.high or middle > x.high, x.high, "t2")) if cut]
        ink = theme.current().colour
        heads, squares = self.take(pg.ScatterPlotItem, 2, lift=0.05, start=len(roles))
        heads.setData(x=to_view([arrow[0] for arrow in arrows], x.log), y=np.array([arrow[1] for arrow in arrows]),
                      symbol=[arrow[3] for arrow in arrows] or "t2", size=theme.px(8), pen=None,
                      brush=[QBrush(ink(arrow[2])) for arrow in arrows] or None, antialias=True)
        inside = [row for row in range(len(centre)) if x.holds(float(centre[row]))]
        squares.setData(x=to_view(centre[inside], x.log), y=height[inside], symbol=SYMBOLS[mark.shape],
                        size=theme.px(8), antialias=mark.shape != "square",
                        pen=[pen(mark.roles[row], 1.5, 1.0) for row in inside] or None,
                        brush=[QBrush(ink(mark.roles[row] if mark.filled[row] else "surface")) for row in inside]
                        or None)


class DrawnBars(DrawnMark):
    """One shape for every colour."""

    def draw(self, mark: Bars, setting: Setting) -> None:
        roles = mark.roles or (mark.role,) * len(mark.left)
        kinds = list(dict.fromkeys(roles))
        for item, kind in zip(self.take(Shape, len(kinds)), kinds, strict=True):
            path = QPainterPath()
            for left, right, height, role in zip(mark.left, mark.right, mark.height, roles, strict=True):
                if role == kind and math.isfinite(height):
                    across, up = np.array([left, right], dtype=float), np.array([0.0, height], dtype=float)
                    x, y = (up, across) if mark.horizontal else (across, up)
                    x, y = to_view(np.clip(x, setting.x.low, setting.x.high) if setting.x.log else x, setting.x.log), \
                        to_view(np.clip(y, setting.y.low, setting.y.high) if setting.y.log else y, setting.y.log)
                    path.addRect(QRectF(x[0], y[0], x[1] - x[0], y[1] - y[0]))
            inside, edge = (kind, "surface") if mark.filled else ("surface", kind)
            item.set_path(path, pen(edge, 1.0, setting.ratio), theme.current().colour(inside))


class DrawnBoxes(DrawnMark):
    """Box, whiskers and median of every x, by colour."""

    def draw(self, mark: Boxes, setting: Setting) -> None:
        kinds = list(dict.fromkeys(mark.roles))
        every = self.take(Shape, 3 * len(kinds))
        for number, kind in enumerate(kinds):
            box, lines, medians = QPainterPath(), QPainterPath(), QPainterPath()
            columns = (mark.x, mark.low, mark.q1, mark.median, mark.q3, mark.high)
            for place, low, q1, median, q3, high, role in zip(*columns, mark.roles, strict=True):
                if role != kind or not math.isfinite(median):
                    continue
                low, q1, median, q3, high = (float(value) for value in
                                             to_view([low, q1, median, q3, high], setting.y.log))
                left, right = place - mark.width / 2, place + mark.width / 2
                box.addRect(QRectF(left, q1, right - left, q3 - q1))
                for path, x0, y0, x1, y1 in ((lines, place, low, place, q1), (lines, place, q3, place, high),
                                             (medians, left, median, right, median)):
                    path.moveTo(x0, y0)
                    path.lineTo(x1, y1)
            items = every[3 * number:3 * number + 3]
            items[0].set_path(box, pen(kind, 1.2, setting.ratio), theme.current().colour(kind, BAND_OPACITY))
            items[1].set_path(lines, pen(kind, 1.2, setting.ratio), None)
            items[2].set_path(medians, pen(kind, 2.6, setting.ratio), None)


class DrawnBox(DrawnMark):
    """A box whose words are placed with the other words."""

    def draw(self, mark: Box, setting: Setting) -> None:
        (item,) = self.take(Shape, 1, lift=-4.0)
        left, right = (float(value) for value in to_view([mark.left, mark.right], setting.x.log))
        low, high = (float(value) for value in to_view([mark.low, mark.high], setting.y.log))
        path = QPainterPath()
        if mark.edge:
            path.addRect(QRectF(left, low, right - left, high - low))
        item.set_path(path, pen("accent" if mark.tinted else mark.role, 1.0, setting.ratio),
                      theme.current().colour("tint" if mark.tinted else "surface"), clipped=False)


class DrawnNothing(DrawnMark):
    """Words and invisible places: nothing to paint here."""

    def draw(self, mark: Any, setting: Setting) -> None:
        self.remove()


def point_size(points: float) -> int:
    """The side of a mark on screen."""
    return theme.px(points * POINT_PX_PER_PT)


def _looks(role: str, roles: Sequence[str], filled: tuple[bool, ...] | bool,
           count: int) -> list[tuple[str, bool, NDArray[np.bool_]]]:
    if not roles and isinstance(filled, bool):
        return [(role, filled, np.ones(count, dtype=bool))] if count else []
    every = np.array(roles or [role] * count, dtype=object)
    full = np.full(count, filled, dtype=bool) if isinstance(filled, bool) else np.array(filled, dtype=bool)
    pairs = dict.fromkeys(zip(every.tolist(), full.tolist(), strict=True))
    return [(one, solid, (every == one) & (full == solid)) for one, solid in pairs]


def _band_path(x: FloatArray, low: FloatArray, high: FloatArray, *, step: bool) -> QPainterPath:
    path = QPainterPath()
    good = np.isfinite(low) & np.isfinite(high) & np.isfinite(x)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        along, under, over = x[start:end], low[start:end], high[start:end]
        if step:
            along = np.repeat(along, 2)[1:]
            under, over = np.repeat(under, 2)[:-1], np.repeat(over, 2)[:-1]
        path.addPolygon(polygon(np.concatenate([along, along[::-1]]), np.concatenate([under, over[::-1]])))
        path.closeSubpath()
    return path
