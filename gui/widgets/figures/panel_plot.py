"""One panel on screen: a view box with its marks, axes and words round it.

Not for: the whole figure (figure_view.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsScene

from core.figures.axis_scale import AxisScale
from core.figures.spec import (
    Band,
    Bars,
    Box,
    Boxes,
    ColourBar,
    HoverPoints,
    Intervals,
    Label,
    Line,
    Mark,
    Matrix,
    Panel,
    PointNames,
    Points,
    Rule,
    Segments,
    Span,
    StateTiles,
    StepLine,
    Strips,
    Ticks,
)
from gui import theme
from gui.widgets.figures import marks, tiles
from gui.widgets.figures.hover import Places, places_of
from gui.widgets.figures.paired_marks import DrawnSegments, DrawnStates
from gui.widgets.figures.panel_frame import PanelFrame
from gui.widgets.figures.panel_room import PanelRoom
from gui.widgets.figures.panel_texts import PlacedWords, place_words
from gui.widgets.figures.plot_items import PanelBox

DRAWN: dict[type[Mark], type[marks.DrawnMark]] = {
    StepLine: marks.DrawnStepLine, Line: marks.DrawnLine, Band: marks.DrawnBand, Ticks: marks.DrawnTicks,
    Points: marks.DrawnPoints, Intervals: marks.DrawnIntervals, Bars: marks.DrawnBars, Boxes: marks.DrawnBoxes,
    Rule: marks.DrawnRule, Span: marks.DrawnSpan, Label: marks.DrawnNothing, HoverPoints: marks.DrawnNothing,
    Box: marks.DrawnBox, Matrix: tiles.DrawnMatrix, Strips: tiles.DrawnStrips, ColourBar: tiles.DrawnColourBar,
    Segments: DrawnSegments, StateTiles: DrawnStates, PointNames: marks.DrawnNothing,
}
OVERHANG = 7


class PanelPlot:
    """A panel in a scene. ``show`` gives it marks, ``place`` a rectangle and words."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self.box = PanelBox()
        self._under, self._over = PanelFrame(under=True), PanelFrame(under=False)
        self.box.setZValue(0.0)
        for item in (self._under, self.box, self._over):
            scene.addItem(item)
        self._drawn: list[marks.DrawnMark] = []
        self._ink: dict[tuple[int, int], str] = {}
        self.panel: Panel | None = None
        self.room: PanelRoom | None = None
        self.words: PlacedWords | None = None
        self.places: Places | None = None

    def show(self, panel: Panel, x: AxisScale, y: AxisScale, ratio: float) -> None:
        """Draw the marks of ``panel``; items of marks of the same type are used again."""
        if panel is not self.panel:
            self.places = places_of(panel, x, y)
        self.panel = panel
        for drawn in self._drawn[len(panel.marks):]:
            drawn.remove()
        del self._drawn[len(panel.marks):]
        setting = marks.Setting(x, y, ratio, sum(len(mark.x) for mark in panel.marks if isinstance(mark, Ticks)))
        self._ink = {}
        for order, mark in enumerate(panel.marks):
            kind = DRAWN[type(mark)]
            if order == len(self._drawn):
                self._drawn.append(kind(self.box, order))
            elif type(self._drawn[order]) is not kind:
                self._drawn[order].remove()
                self._drawn[order] = kind(self.box, order)
            self._drawn[order].show(mark, setting)
            if isinstance(mark, Matrix):
                self._ink = tiles.tile_ink(mark)

    def place(self, room: PanelRoom, rows: Sequence[tuple[float, str]] = ()) -> None:
        """Put axes and words where ``room`` says; ``rows`` are the tinted ones."""
        self.room = room
        self.words = place_words(room, self._ink)
        whole = room.x.low, room.x.high, room.y.low, room.y.high
        reach = float(theme.px(OVERHANG))
        zoomed = whole != self._whole()
        across = 0.0 if zoomed and not room.scrolls else reach
        up = 0.0 if zoomed or room.scrolls else reach
        axes = room.axes
        self.box.look_at(room.x, room.y, QRectF(axes.left, axes.top, axes.width, axes.height), (across, up))
        self.tint_rows(rows)

    def tint_rows(self, rows: Sequence[tuple[float, str]]) -> None:
        """Mark rows as selected or under the pointer."""
        if self.room is not None and self.words is not None:
            for frame in (self._under, self._over):
                frame.show_words(self.room, self.words, rows)

    def coordinates(self) -> list[marks.Coordinates]:
        """What is drawn, mark by mark, read back from the items."""
        return [drawn.coordinates() for drawn in self._drawn]

    def remove(self) -> None:
        """Leave the scene."""
        for drawn in self._drawn:
            drawn.remove()
        for item in (self._under, self.box, self._over):
            self._scene.removeItem(item)

    def _whole(self) -> tuple[float, float, float, float] | None:
        setting = next((drawn.setting for drawn in self._drawn if drawn.setting is not None), None)
        if setting is None:
            return None
        return setting.x.low, setting.x.high, setting.y.low, setting.y.high
