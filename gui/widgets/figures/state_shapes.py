"""The shapes of tiles with a state, in pixels: fill, edge and a glyph of each; for maps and for their keys.

Not for: which look a state has (core.figures.tile_marks) or where a tile stands.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QPainter, QPainterPath, QPen, QPolygonF

from core.figures.tile_marks import STATE_LOOKS
from gui import theme

GLYPH_SHARE = 0.5
SMALLEST_GLYPH, LARGEST_GLYPH = 3.0, 9.0


class StateShapes:
    """Tiles of one state as three paths: all fills, all strokes, all glyphs."""

    def __init__(self, state: str, tiles: Iterable[QRectF]) -> None:
        self.look = STATE_LOOKS[state]
        self.fill, self.stroke, self.glyph = QPainterPath(), QPainterPath(), QPainterPath()
        for tile in tiles:
            self.fill.addRect(tile)
            if self.look.glyph == "slash":
                self.stroke.moveTo(tile.bottomLeft())
                self.stroke.lineTo(tile.topRight())
            elif self.look.glyph:
                self._add_glyph(tile)

    def _add_glyph(self, tile: QRectF) -> None:
        side = min(GLYPH_SHARE * min(tile.width(), tile.height()), LARGEST_GLYPH * theme.percent() / 100)
        if side < SMALLEST_GLYPH:
            return
        middle, half = tile.center(), side / 2
        if self.look.glyph == "dot":
            self.glyph.addEllipse(middle, max(half / 2, 1.2), max(half / 2, 1.2))
        elif self.look.glyph == "?":
            found = QPainterPath()
            face = QFont(theme.font("caption", bold=True))
            face.setPixelSize(max(round(1.7 * side), 5))
            found.addText(QPointF(0, 0), face, "?")
            self.glyph.addPath(found.translated(middle - found.boundingRect().center()))
        else:
            way = -1 if self.look.glyph == "up" else 1
            self.glyph.addPolygon(QPolygonF([QPointF(middle.x() - half, middle.y() - way * half * 0.8),
                                             QPointF(middle.x() + half, middle.y() - way * half * 0.8),
                                             QPointF(middle.x(), middle.y() + way * half * 0.9)]))

    def paint(self, painter: QPainter) -> None:
        """In the theme in force."""
        colour = theme.current().colour
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pen = QPen(Qt.PenStyle.NoPen)
        if self.look.edge:
            pen = QPen(colour(self.look.edge), 1.0)
            if self.look.dashed:
                pen.setDashPattern([2.0, 2.0])
        painter.setPen(pen)
        painter.setBrush(QBrush(colour(self.look.fill)))
        painter.drawPath(self.fill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self.look.glyph == "slash":
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour(self.look.ink), 1.2))
            painter.drawPath(self.stroke)
        elif self.look.glyph:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(colour(self.look.ink)))
            painter.drawPath(self.glyph)


def paint_state(painter: QPainter, tile: QRectF, state: str) -> None:
    """One tile, for a key."""
    painter.save()
    StateShapes(state, [tile]).paint(painter)
    painter.restore()

