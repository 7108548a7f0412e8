"""A place in pixels for every panel of a figure and its axes; panels of a row and a column line up.

Not for: words inside a panel (panel_texts.py). core.figures.page_layout does the same for a page in millimetres.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.figures.axis_scale import AxisScale, x_scale, y_scale
from core.figures.spec import FigureSpec, Panel
from gui import theme
from gui.widgets.figures.curve_words import sentences
from gui.widgets.figures.panel_room import PanelRoom
from gui.widgets.figures.panel_sizes import (
    FEWEST_ROWS,
    FOREST_AXES,
    FOREST_AXES_PX,
    ROW,
    SMALLEST_AXES,
    Box,
    Fold,
    Margins,
)
from gui.widgets.figures.screen_words import ScreenText, cap_height, line_height, words
from gui.widgets.figures.zooming import Window, seen

ROUNDS = 3
MOST_FOLDS = 12
MOST_STEPS = 12


@dataclass(frozen=True)
class ScrollRange:
    """How many rows of a forest lie out of sight (``most``) and in sight (``page``)."""

    most: int
    page: int


@dataclass(frozen=True)
class Layout:
    """Every panel's words and axes, row by row; ``scrolls`` by number of the panel."""

    rooms: tuple[PanelRoom, ...]
    scales: tuple[tuple[AxisScale, AxisScale], ...]
    scrolls: Mapping[int, ScrollRange] = field(default_factory=dict)
    badge: Box | None = None
    badge_texts: tuple[ScreenText, ...] = ()
    width: float = 0.0
    height: float = 0.0

    @property
    def too_low(self) -> bool:
        """True where the axes of a panel are too low to be read whatever is left out."""
        return any(room.axes.height < room.least_height() for room in self.rooms)

    @property
    def crushed(self) -> bool:
        """True where hardly anything is left of the axes of a panel."""
        return any(room.axes.height <= 8 and room.least_height() > 8 for room in self.rooms)

    @property
    def too_narrow(self) -> bool:
        """True where the axes of a panel are too narrow to be read whatever is left out."""
        return any(room.axes.width < theme.px(SMALLEST_AXES) for room in self.rooms if room.panel.x.visible)


def fitted_layout(spec: FigureSpec, width: float, height: float, bar: float, *, heading: bool,
                  offsets: Mapping[int, int]) -> Layout:
    """The figure in that size; where this is too small, panels go below each other and the figure gets higher.

    ``bar`` is the width of the scroll bar that a higher figure needs.
    """
    layout = lay_out(spec, width, height, heading=heading, offsets=offsets)
    if layout.too_narrow and max(len(row) for row in spec.rows) > 1:
        spec = replace(spec, rows=tuple((panel,) for row in spec.rows for panel in row))
        layout = lay_out(spec, width, height, heading=heading, offsets=offsets)
    for _ in range(MOST_STEPS):
        if not layout.too_low:
            break
        height *= 1.4 if layout.crushed else 1.12
        layout = lay_out(spec, width - bar, height, heading=heading, offsets=offsets)
    return layout


def lay_out(spec: FigureSpec, width: float, height: float, *, heading: bool = True,
            offsets: Mapping[int, int] | None = None) -> Layout:
    """The figure in a widget of that size; ``offsets`` are the rows scrolled away, by number of the panel."""
    offsets = offsets or {}
    panels = [panel for row in spec.rows for panel in row]
    scales = tuple((x_scale(panel.x, panel.marks), y_scale(panel.y, panel.marks)) for panel in panels)
    badge, badge_texts = _badge(spec, width)
    top = theme.px(4) + (badge.height + theme.px(4) if badge else 0.0)
    grid = _started(_cells(spec, width, height, top, {}), scales, heading)
    own = _own_heights(_aligned(_aligned(grid)))
    if own:
        grid = _started(_cells(spec, width, height, top, own), scales, heading)
    grid = _folded(grid, scales, offsets)
    rooms = tuple(room for row in grid for room in row)
    scrolls = {place: found for place, room in enumerate(rooms)
               if (found := scroll_range(room, scales[place][1])) is not None}
    return Layout(rooms, scales, scrolls, badge, badge_texts, width, height)


def zoomed(layout: Layout, windows: Mapping[int, Window]) -> Layout:
    """The same places for all axes, but showing only those stretches, by number of the panel."""
    rooms = []
    for number, room in enumerate(layout.rooms):
        window = windows.get(number)
        if window is not None and not window.whole:
            x, y = seen(room.panel, *layout.scales[number], window)
            room = replace(room, x=x, y=room.y if room.scrolls else y)
            lacking = room.margins().left - (room.axes.left - room.cell.left)
            if lacking > 0:
                room = replace(room, axes=replace(room.axes, left=min(round(room.axes.left + lacking),
                                                                      room.axes.right - 8)))
            room = _words_kept(room)
        rooms.append(room)
    return replace(layout, rooms=tuple(rooms))


def _words_kept(room: PanelRoom) -> PanelRoom:
    """After zooming: words for which no corner is free any more go above the axes."""
    if room.fold.words_above or not sentences(room.panel) or room.curve_words() is not None:
        return room
    room = replace(room, fold=replace(room.fold, words_above=True))
    axes = room.axes
    return replace(room, axes=replace(axes, top=min(round(axes.top + room.height_above()), axes.bottom - 8)))


def scroll_range(room: PanelRoom, y: AxisScale) -> ScrollRange | None:
    """None where the panel has no rows that scroll."""
    if not room.scrolls:
        return None
    rows, visible, _ = _rows_in(room, y)
    return ScrollRange(rows - visible, visible)


def _rows_in(room: PanelRoom, y: AxisScale) -> tuple[int, int, float]:
    """Rows in all, whole rows in sight, and the rim of the axis in rows."""
    rows = math.floor(y.high - y.low + 1e-6)
    rim = y.high - y.low - rows
    visible = math.floor(room.axes.height / theme.px(ROW * room.panel.row_height) - rim + 1e-6)
    return rows, min(max(visible, 1), rows), rim


def scrolled(room: PanelRoom, y: AxisScale, first: int) -> PanelRoom:
    """The rows in sight from row ``first`` on. Only whole rows: the axes end after the last one that fits."""
    _, visible, rim = _rows_in(room, y)
    scale = scroll_range(room, y)
    first = min(max(first, 0), scale.most if scale else 0)
    axes = room.axes
    axes = Box(axes.left, axes.top, axes.right, axes.top + (visible + rim) * theme.px(ROW * room.panel.row_height))
    low = y.low + first if y.reverse else y.high - first - visible - rim
    return replace(room, axes=axes, y=replace(y, low=low, high=low + visible + rim))


def _own_heights(grid: list[list[PanelRoom]]) -> dict[int, float]:
    """Row -> pixels, for rows of colour bars and strips: these do not grow with the figure."""
    found = {}
    for number, row in enumerate(grid):
        own = [room.own_height for room in row if room.panel.marks]
        if own and all(height is not None for height in own):
            margins = [room.margins() for room in row if room.panel.marks]
            found[number] = max(height or 0.0 for height in own) + max(m.top for m in margins) + max(
                m.bottom for m in margins)
    return found if len(found) < len(grid) else {}


def _started(cells: list[list[tuple[Panel, Box]]], scales: tuple[tuple[AxisScale, AxisScale], ...],
             heading: bool) -> list[list[PanelRoom]]:
    each = iter(scales)
    return [[_start(panel, cell, next(each), heading) for panel, cell in row] for row in cells]


def _cells(spec: FigureSpec, width: float, height: float, top: float,
           own: Mapping[int, float]) -> list[list[tuple[Panel, Box]]]:
    """The rectangle of each panel, by the shares of rows and columns; ``own`` are rows of fixed height."""
    rows = [row for row in spec.rows if row]
    if not rows:
        return []
    edge, gap = theme.px(4), theme.px(10)
    shares = [max(panel.height_share for panel in row) for row in rows]
    room = max(height - top - edge - gap * (len(rows) - 1) - sum(own.values()), 1.0)
    free = sum(share for number, share in enumerate(shares) if number not in own)
    columns = max(len(row) for row in rows)
    cells = []
    for number, (row, share) in enumerate(zip(rows, shares, strict=True)):
        tall = own[number] if number in own else room * share / free
        unit = max(width - 2 * edge - gap * (columns - 1), 1.0) / max(sum(panel.width_share for panel in other)
                                                                      for other in rows)
        left = float(edge)
        line = []
        for panel in row:
            line.append((panel, Box(left, top, left + unit * panel.width_share, top + tall)))
            left += unit * panel.width_share + gap
        cells.append(line)
        top += tall + gap
    return cells


def _start(panel: Panel, cell: Box, scales: tuple[AxisScale, AxisScale], heading: bool) -> PanelRoom:
    axes = Box(cell.left + 0.2 * cell.width, cell.top + 0.1 * cell.height, cell.right - 0.1 * cell.width,
               cell.bottom - 0.2 * cell.height)
    return PanelRoom(panel, *scales, axes, cell, heading=heading)


def _folded(grid: list[list[PanelRoom]], scales: tuple[tuple[AxisScale, AxisScale], ...],
            offsets: Mapping[int, int]) -> list[list[PanelRoom]]:
    """Leave out words, in a fixed order, until the axes of every panel can be read."""
    for _ in range(MOST_FOLDS):
        for _ in range(ROUNDS):
            grid = _aligned(grid)
        changed = False
        for row in grid:
            for place, room in enumerate(row):
                folded = _next_fold(room)
                if folded is not None:
                    row[place] = replace(room, fold=folded)
                    changed = True
        if not changed:
            break
    number = 0
    for row in grid:
        for place, room in enumerate(row):
            if room.scrolls:
                row[place] = scrolled(room, scales[number][1], offsets.get(number, 0))
            number += 1
    return grid


def _next_fold(room: PanelRoom) -> Fold | None:
    """What to leave out next; None where the axes are large enough or nothing more can go."""
    fold = room.fold
    least = min(theme.px(FOREST_AXES), FOREST_AXES_PX) if room.scrolls else theme.px(SMALLEST_AXES)
    narrow = room.axes.width < least
    if room.own_height is not None:
        return None
    low = room.axes.height < theme.px(FEWEST_ROWS * ROW if room.scrolls else SMALLEST_AXES)
    if not fold.words_above and sentences(room.panel) and room.curve_words() is None:
        return replace(fold, words_above=True)
    if room.crowded():
        return replace(fold, inside=True)
    if narrow and not fold.short_titles and any(column.short for column in room.columns()):
        return replace(fold, short_titles=True)
    if narrow:
        right = [number for number, column in enumerate(room.panel.columns)
                 if column.side == "right" and number not in fold.columns]
        if right:
            return replace(fold, columns=fold.columns | {right[0]})
    if low and room.panel.remark and not fold.remark and room.heading:
        return replace(fold, remark=True)
    if low and room.panel.key and not fold.key:
        return replace(fold, key=True)
    if (low or (narrow and not room.panel.columns)) and not fold.titles:
        return replace(fold, titles=True)
    return None


def _aligned(grid: list[list[PanelRoom]]) -> list[list[PanelRoom]]:
    """One more round: margins of the present sizes, shared along rows (top, bottom) and columns (left, right)."""
    margins = [[room.margins() for room in row] for row in grid]
    lefts: dict[int, float] = {}
    rights: dict[int, float] = {}
    for row in margins:
        for column, needed in enumerate(row):
            lefts[column] = max(lefts.get(column, 0.0), needed.left)
            rights[column] = max(rights.get(column, 0.0), needed.right)
    return [[replace(room, axes=_axes(room.cell, Margins(
        lefts[column], max(m.top for m in around), rights[column] + _bar_room(room), max(m.bottom for m in around))))
        for column, room in enumerate(row)] for row, around in zip(grid, margins, strict=True)]


def _bar_room(room: PanelRoom) -> float:
    """Room for a scroll bar at the right of a forest."""
    return float(theme.px(14)) if room.scrolls else 0.0


def _axes(cell: Box, margins: Margins) -> Box:
    """What the margins leave of the cell, never less than a few pixels."""
    left = round(min(cell.left + margins.left, cell.right - 8))
    bottom = round(max(cell.bottom - margins.bottom, cell.top + 8))
    right = round(max(cell.right - margins.right, left + 8))
    top = round(min(cell.top + margins.top, bottom - 8))
    return Box(left, top, right, bottom)


def _badge(spec: FigureSpec, width: float) -> tuple[Box | None, tuple[ScreenText, ...]]:
    if not spec.badge:
        return None, ()
    text = words(spec.badge, "caption", bold=True, within=width - theme.px(28))
    right, top = width - theme.px(5), float(theme.px(4))
    box = Box(right - text.width - theme.px(14), top, right, top + text.height + theme.px(4))
    lift = (line_height("caption") + cap_height("caption")) / 2
    texts = tuple(ScreenText(box.left + theme.px(7), top + theme.px(2) + number * text.line + lift, line, "caption",
                             "warn", bold=True, kind="badge", whole=spec.badge)
                  for number, line in enumerate(text.lines))
    return box, texts
