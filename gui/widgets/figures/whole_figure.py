"""What belongs to no single panel: the badge of the figure, and the ink of a selection over all panels.

Not for: panels (panel_plot.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from gui import theme
from gui.widgets.figures.figure_layout import Layout
from gui.widgets.figures.hover import mapped
from gui.widgets.figures.panel_frame import paint_texts, rect
from gui.widgets.figures.panel_plot import PanelPlot
from gui.widgets.figures.screen_words import ScreenText, cap_height, line_height, text_width
from gui.widgets.figures.selection_marks import Outline, Ring

ROOM_TO_TELL = 9
"""Lines of height below which a tag with more than a name would hide the curves."""
KEPT_FREE = ("label", "line name", "at risk", "x tick", "title", "remark")
MOST_TAGS = 6
"""With more patients selected, rings stay and tags go: they would hide the figure."""


class Badge(QGraphicsItem):
    """The chip ("Simulated") in the upper right corner of a figure."""

    def __init__(self) -> None:
        super().__init__()
        self._layout: Layout | None = None
        self._size = QRectF()
        self.setZValue(20.0)

    def show_badge(self, layout: Layout | None, size: QRectF) -> None:
        self.prepareGeometryChange()
        self._layout, self._size = layout, size
        self.update()

    def boundingRect(self) -> QRectF:
        return self._size if self._layout is not None and self._layout.badge is not None else QRectF()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        if self._layout is None or self._layout.badge is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().colour("warnline"), 1.0))
        painter.setBrush(QBrush(theme.current().colour("warntint")))
        painter.drawRoundedRect(rect(self._layout.badge).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        paint_texts(painter, self._layout.badge_texts)


def kept_free(texts: Sequence[ScreenText]) -> tuple[QRectF, ...]:
    """Where tags of patients should not stand: words inside the axes, names of lines, numbers under them."""
    return tuple(QRectF(text.left, text.y - line_height(text.role), text_width(text.text, text.role, text.bold),
                        1.3 * line_height(text.role)) for text in texts if text.kind in KEPT_FREE and not text.turned)


def selected_ink(plots: Sequence[PanelPlot],
                 selection: tuple[tuple[str, ...], str, str]) -> tuple[list[Ring], list[Outline]]:
    """Rings round the points of selected patients, boxes round their columns, the selected row and group."""
    patients, receptor, group = selection
    rings: list[Ring] = []
    outlines: list[Outline] = []
    tagged, alone = len(patients) <= MOST_TAGS, len(patients) == 1
    for plot in plots:
        if plot.places is None or plot.room is None:
            continue
        room, places = plot.room, plot.places
        frame = rect(room.axes).adjusted(-1, -1, 1, 1)
        to_scene = plot.box.to_scene()
        told = alone and room.axes.height > ROOM_TO_TELL * line_height("caption")
        for patient in patients:
            spots = places.by_sample.get(patient, [])
            px, py = mapped(to_scene, places.x[spots], places.y[spots])
            at = dict(zip(spots, zip(px.tolist(), py.tolist(), strict=True), strict=True))
            begun = {places.starts[spot] for spot in spots if spot in places.starts}
            rings += [Ring(x, y, "" if not tagged else places.tag(spot) if told else patient,
                           start=at.get(places.starts.get(spot, -1)))
                      for spot, (x, y) in at.items() if spot not in begun and frame.contains(x, y)]
        if places.tiles is not None:
            outlines += _tile_outlines(plot, patients if tagged else (), receptor)
        if group:
            outlines += [Outline(_name_box(text.left, text.y, text.text, text.role, text.bold))
                         for text in (plot.words.fixed if plot.words else ())
                         if text.kind in ("line name", "at risk name") and text.whole.lower() == group.lower()]
    last = {outline.words: number for number, outline in enumerate(outlines) if outline.words}
    return rings, [outline if last.get(outline.words) == number else Outline(outline.box)
                   for number, outline in enumerate(outlines)]


def _tile_outlines(plot: PanelPlot, patients: Sequence[str], receptor: str) -> list[Outline]:
    room, found = plot.room, list[Outline]()
    if room is None or plot.places is None or plot.places.tiles is None:
        return found
    columns = plot.places.columns
    for patient in patients:
        if patient in columns:
            at = columns.index(patient)
            left, right = sorted((room.x_px(at), room.x_px(at + 1)))
            if room.axes.left - 1 <= left and right <= room.axes.right + 1:
                found.append(Outline(QRectF(left, room.axes.top, right - left, room.axes.height), patient))
    names = plot.places.tiles.row_names
    if receptor in names:
        at = names.index(receptor)
        top, bottom = sorted((room.y_px(at), room.y_px(at + 1)))
        if room.axes.top - 1 <= top and bottom <= room.axes.bottom + 1:
            found.append(Outline(QRectF(room.axes.left, top, room.axes.width, bottom - top)))
    return found


def _name_box(left: float, baseline: float, text: str, role: str, bold: bool) -> QRectF:
    tall = cap_height(role)
    return QRectF(left - 3, baseline - tall - 4, text_width(text, role, bold) + 6, tall + 8)
