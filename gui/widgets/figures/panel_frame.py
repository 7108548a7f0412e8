"""Everything of a panel that is not a mark, painted: axes, ticks, grid, tint of rows, words, key.

Not for: where it stands (panel_texts.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from core.figures.spec import Bars, Intervals, KeyEntry
from gui import theme
from gui.widgets.figures.panel_room import PanelRoom
from gui.widgets.figures.panel_sizes import Box, tick_length
from gui.widgets.figures.panel_texts import PlacedWords
from gui.widgets.figures.plot_items import DASHES
from gui.widgets.figures.screen_words import ScreenText, font, text_width
from gui.widgets.figures.state_shapes import paint_state

Row = tuple[float, str]
"""Middle of a row in pixels, and how it is marked: "selected" or "hover"."""


class PanelFrame(QGraphicsItem):
    """Painted under the marks (``under``: grid and tinted rows) or over them (axes and words)."""

    def __init__(self, under: bool) -> None:
        super().__init__()
        self._under = under
        self._room: PanelRoom | None = None
        self._words: PlacedWords | None = None
        self._rows: tuple[Row, ...] = ()
        self.setZValue(-10.0 if under else 10.0)

    def show_words(self, room: PanelRoom, placed: PlacedWords, rows: Sequence[Row]) -> None:
        """What to paint. Repaints."""
        self.prepareGeometryChange()
        self._room, self._words, self._rows = room, placed, tuple(rows)
        self.update()

    def boundingRect(self) -> QRectF:
        if self._room is None:
            return QRectF()
        cell, axes = self._room.cell, self._room.axes
        left, top = min(cell.left, axes.left) - 40, min(cell.top, axes.top) - 40
        return QRectF(left, top, max(cell.right, axes.right) - left + 40, max(cell.bottom, axes.bottom) - top + 40)

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        if self._room is None or self._words is None:
            return
        if self._under:
            self._paint_rows(painter, self._room)
            self._paint_grid(painter, self._room)
            return
        self._paint_axes(painter, self._room)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for ground in self._words.grounds:
            painter.fillRect(rect(ground), theme.current().colour("surface", 0.72))
        for leader in self._words.leaders:
            painter.setPen(_line(leader.role, 1.0, "dotted"))
            painter.drawLine(QLineF(leader.x0, leader.y0, leader.x1, leader.y1))
        for place in self._words.key:
            _paint_key(painter, place.x, place.y, self._room.panel.key[place.entry])
        paint_texts(painter, self._words.fixed)
        paint_texts(painter, self._words.inside)
        painter.save()
        cell, axes = self._room.cell, self._room.axes
        painter.setClipRect(QRectF(cell.left, axes.top, cell.width, axes.height))
        paint_texts(painter, self._words.rows)
        painter.restore()

    def _paint_rows(self, painter: QPainter, room: PanelRoom) -> None:
        pitch = abs(room.y_px(room.y.low + 1) - room.y_px(room.y.low))
        painter.save()
        painter.setClipRect(QRectF(room.cell.left, room.axes.top, room.cell.width, room.axes.height))
        ink = theme.current().colour
        for middle, kind in self._rows:
            strip = QRectF(room.cell.left, middle - pitch / 2, room.cell.width, pitch)
            painter.fillRect(strip, ink("tint" if kind == "selected" else "hover"))
            if kind == "selected":
                painter.fillRect(QRectF(strip.left(), strip.top(), theme.px(3), pitch), ink("accent"))
        painter.restore()

    def _paint_grid(self, painter: QPainter, room: PanelRoom) -> None:
        """Lines only where values are read off them: across a forest, up a bar chart."""
        painter.setPen(QPen(theme.current().colour("grid"), 1.0))
        axes = room.axes
        marks = room.panel.marks
        if any(isinstance(mark, Intervals) for mark in marks) and room.panel.x.visible:
            for tick in room.x.ticks:
                x = _crisp(room.x_px(tick))
                painter.drawLine(QLineF(x, axes.top, x, axes.bottom))
        if any(isinstance(mark, Bars) and not mark.horizontal for mark in marks) and room.panel.y.visible:
            for tick in room.y.ticks:
                y = _crisp(room.y_px(tick))
                painter.drawLine(QLineF(axes.left, y, axes.right, y))

    def _paint_axes(self, painter: QPainter, room: PanelRoom) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.current().colour("axis"), 1.0))
        axes = room.axes
        if room.panel.x.visible:
            y = _crisp(axes.bottom)
            painter.drawLine(QLineF(axes.left, y, axes.right, y))
            if not room.tiles:
                step = room.tick_step()
                for number, tick in enumerate(room.x.ticks):
                    x = _crisp(room.x_px(tick))
                    painter.drawLine(QLineF(x, y, x, y + tick_length() / (2 if number % step else 1)))
        for bar in room.colour_bars():
            for tick in bar.ticks:
                x = _crisp(room.x_px(tick))
                painter.drawLine(QLineF(x, axes.bottom, x, axes.bottom + tick_length()))
        if room.panel.y.visible and not room.tiles:
            x = _crisp(axes.left)
            painter.drawLine(QLineF(x, axes.top, x, axes.bottom))
            for tick in room.y.ticks:
                y = _crisp(room.y_px(tick))
                painter.drawLine(QLineF(x - tick_length(), y, x, y))


def paint_texts(painter: QPainter, texts: Sequence[ScreenText]) -> None:
    """Words as they are: no markup is read."""
    for text in texts:
        painter.setFont(font(text.role, text.bold))
        painter.setPen(theme.current().text_colour(text.colour))
        if not text.turned:
            painter.drawText(QPointF(text.left, text.y), text.text)
            continue
        wide = text_width(text.text, text.role, text.bold)
        painter.save()
        painter.translate(text.x, text.y)
        painter.rotate(-90)
        painter.drawText(QPointF({"left": 0.0, "center": -wide / 2, "right": -wide}[text.align], 0.0), text.text)
        painter.restore()


def _paint_key(painter: QPainter, x: float, y: float, entry: KeyEntry) -> None:
    if entry.state:
        side = float(theme.px(11))
        paint_state(painter, QRectF(x - side / 2, y - side / 2, side, side), entry.state)
        return
    ink = _shaded(entry)
    side = float(theme.px(10 if entry.shape == "patch" else 8))
    painter.setPen(QPen(theme.current().colour("control") if entry.role == "margin" else ink, 1.3))
    painter.setBrush(QBrush(ink) if entry.filled else QBrush(theme.current().colour("surface")))
    if not entry.role:
        painter.setBrush(QBrush(theme.current().colour("control", 0.6), Qt.BrushStyle.BDiagPattern))
    square = QRectF(x - side / 2, y - side / 2, side, side)
    if entry.shape == "circle":
        painter.drawEllipse(square)
    elif entry.shape == "triangle":
        painter.drawPolygon(QPolygonF([square.bottomLeft(), square.bottomRight(), QPointF(x, square.top())]))
    elif entry.shape == "triangle down":
        painter.drawPolygon(QPolygonF([square.topLeft(), square.topRight(), QPointF(x, square.bottom())]))
    elif entry.shape == "diamond":
        painter.drawPolygon(QPolygonF([QPointF(x, square.top()), QPointF(square.right(), y),
                                       QPointF(x, square.bottom()), QPointF(square.left(), y)]))
    else:
        painter.drawRect(square)


def _shaded(entry: KeyEntry) -> QColor:
    ink = theme.current().colour(entry.role or "faded")
    if entry.shade < 1.0:
        ink.setAlphaF(0.12 + 0.88 * entry.shade)
    return ink


def _line(role: str, width: float, style: str) -> QPen:
    made = QPen(theme.current().colour(role, 0.6), width)
    dashes = DASHES[style]
    if dashes:
        made.setDashPattern(dashes)
    return made


def rect(box: Box) -> QRectF:
    return QRectF(box.left, box.top, box.width, box.height)


def _crisp(value: float) -> float:
    """The middle of a pixel: a line of one pixel stays one pixel."""
    return math.floor(value) + 0.5
