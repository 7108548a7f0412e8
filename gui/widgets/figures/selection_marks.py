"""Selection, pointer and focus as ink over the figure: rings, tags, boxes, the line of the cut. Never a data colour.

Not for: finding out what is meant (hover.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from gui import theme
from gui.widgets.figures.screen_words import cap_height, font, line_height, printable, text_width

TAG_LETTERS = 60
SIDES = ("upper right", "upper left", "lower right", "lower left")


@dataclass(frozen=True)
class Ring:
    """A ring round a point with the name of its sample, or without (``words`` empty); a line to it from ``start``."""

    x: float
    y: float
    words: str = ""
    thin: bool = False
    start: tuple[float, float] | None = None


@dataclass(frozen=True)
class Outline:
    """A box round a row or column of tiles, or round a name, with a tag under it."""

    box: QRectF
    words: str = ""


@dataclass(frozen=True)
class Ink:
    """Everything that lies over the figure at one moment."""

    rings: tuple[Ring, ...] = ()
    outlines: tuple[Outline, ...] = ()
    hover: Ring | None = None
    band: QRectF | None = None
    cut: tuple[tuple[float, float, float], ...] = ()
    cut_focus: bool = False
    focus: bool = False
    kept_free: tuple[QRectF, ...] = ()


class SelectionMarks(QGraphicsItem):
    """Paints an ``Ink`` over the whole figure."""

    def __init__(self) -> None:
        super().__init__()
        self._size = QRectF()
        self._ink = Ink()
        self.setZValue(100.0)

    @property
    def ink(self) -> Ink:
        return self._ink

    def show_ink(self, ink: Ink, size: QRectF) -> None:
        """Repaints only where something changed."""
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size
        if ink != self._ink:
            self._ink = ink
            self.update()

    def boundingRect(self) -> QRectF:
        return self._size

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        ink = self._ink
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selection = theme.current().colour("sel")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for outline in ink.outlines:
            painter.setPen(QPen(selection, 2.0))
            painter.drawRect(outline.box)
        self._paint_cut(painter)
        for ring in ink.rings:
            if ring.start is not None:
                painter.setPen(QPen(selection, 3.0))
                painter.drawLine(QLineF(*ring.start, ring.x, ring.y))
        for ring in (*ink.rings, *([ink.hover] if ink.hover else [])):
            if ring.thin:
                continue
            radius = theme.px(6)
            painter.setPen(QPen(theme.current().colour("surface"), 4.0))
            painter.drawEllipse(QPointF(ring.x, ring.y), radius, radius)
            painter.setPen(QPen(selection, 2.0))
            painter.drawEllipse(QPointF(ring.x, ring.y), radius, radius)
        self._paint_tags(painter)
        if ink.band is not None:
            painter.setPen(QPen(selection, 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(QBrush(theme.current().colour("sel", 0.08)))
            painter.drawRect(ink.band)
        if ink.focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.current().colour("accent"), 2.0))
            painter.drawRect(self._size.adjusted(1, 1, -1, -1))

    def _paint_cut(self, painter: QPainter) -> None:
        """The line over all its panels, with a handle at its foot."""
        accent = theme.current().colour("accent")
        for x, top, bottom in self._ink.cut:
            painter.setPen(QPen(accent, 2.0))
            painter.drawLine(QLineF(x, top, x, bottom))
        if self._ink.cut:
            x, _, foot = max(self._ink.cut, key=lambda line: line[2])
            side = theme.px(10)
            painter.setBrush(QBrush(accent))
            painter.setPen(QPen(theme.current().colour("surface"), 1.0))
            handle = QRectF(x - side / 2, foot - side / 2, side, side)
            painter.drawRoundedRect(handle, 3, 3)
            if self._ink.cut_focus:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(accent, 2.0))
                painter.drawRoundedRect(handle.adjusted(-3, -3, 3, 3), 4, 4)

    def _paint_tags(self, painter: QPainter) -> None:
        """One after the other, each where it hides no words and no tag before it, else no tag, if there is a place."""
        taken: list[QRectF] = []
        ink = self._ink
        wanted = [(ring.words, [(ring.x, ring.y, side) for side in SIDES])
                  for ring in dict.fromkeys((*([ink.hover] if ink.hover else []), *ink.rings)) if ring.words]
        wanted += [(outline.words, [(outline.box.center().x(), outline.box.bottom(), "below")])
                   for outline in ink.outlines if outline.words]
        for text, places in wanted:
            boxes = [tag_box(text, x, y, self._size, side) for x, y, side in places]
            boxes = [box for box, (x, y, _) in zip(boxes, places, strict=True) if not box.contains(x, y)] or boxes
            free = [box for box in boxes if not any(box.intersects(other) for other in taken)]
            box = next((box for box in free if not any(box.intersects(words) for words in ink.kept_free)),
                       (free or boxes)[0])
            taken.append(box)
            self._paint_tag(painter, box, text)

    def _paint_tag(self, painter: QPainter, box: QRectF, text: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(theme.current().colour("sel")))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.current().colour("onsel"))
        pitch = line_height("caption")
        for number, line in enumerate(tag_lines(text)):
            middle = box.top() + theme.px(2) + (number + 0.5) * pitch
            painter.setFont(font("caption", number == 0))
            painter.drawText(QPointF(box.left() + theme.px(6), middle + cap_height("caption") / 2), line)


def tag_lines(text: str) -> list[str]:
    """The name, and below it what is said of it, part by part: a tall tag hides less of a curve than a wide one."""
    name, _, said = text.partition("\n")
    return [shortened(line) for line in (name, *said.split(", ")) if line]


def shortened(text: str) -> str:
    """A name for a tag: one line, the middle left out when it is very long."""
    flat = " ".join(printable(text).split())
    return flat if len(flat) <= TAG_LETTERS else f"{flat[:TAG_LETTERS // 2]}…{flat[-TAG_LETTERS // 2 + 1:]}"


def tag_box(text: str, x: float, y: float, inside: QRectF, side: str) -> QRectF:
    """Where the tag of a point stands: at a corner of its ring, or centred below; always inside the figure."""
    lines = tag_lines(text)
    wide = max(text_width(line, "caption", number == 0) for number, line in enumerate(lines)) + 2 * theme.px(6)
    tall = len(lines) * line_height("caption") + theme.px(4)
    left = {"left": x - theme.px(8) - wide, "right": x + theme.px(8)}.get(side.partition(" ")[2], x - wide / 2)
    top = {"upper": y - tall - theme.px(6), "lower": y + theme.px(6)}.get(side.partition(" ")[0], y + theme.px(2))
    left = max(min(left, inside.right() - wide - 2), inside.left() + 2)
    top = max(min(top, inside.bottom() - tall - 2), inside.top() + 2)
    return QRectF(left, top, wide, tall)
