"""Names at the ends of lines: how wide, how far apart, and a thin line to each that cannot stand at its own end.

Not for: writing them (panel_texts.py) or names beside ticks (panel_room.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.figures.axis_scale import AxisScale
from core.figures.curve_shapes import ENDS_EARLY, height_near_end, spread
from core.figures.spec import Line, Panel, Rule, StepLine
from gui import theme
from gui.widgets.figures.panel_sizes import Box
from gui.widgets.figures.screen_words import Words, text_width, words

MOVED_PX = 5
"""A name this far from the end of its line is tied to it."""


@dataclass(frozen=True)
class LineName:
    """A name and the stretch of the axes' height at the end of its line, in shares from the lower left."""

    mark: StepLine | Line | Rule
    text: Words
    x: float
    wanted: float
    low: float
    high: float


@dataclass(frozen=True)
class PlacedName:
    """A name with its middle in pixels; ``start`` is where the line to it begins, None where none is needed."""

    name: LineName
    y: float
    start: tuple[float, float] | None


def line_names(panel: Panel, x: AxisScale, y: AxisScale, cell: Box) -> list[LineName]:
    """Lines that are named at their end. A name too long for one line gives way to the short one, if there is one."""
    found = []
    for mark in panel.marks:
        if not isinstance(mark, (StepLine, Line, Rule)) or not mark.label:
            continue
        if isinstance(mark, Rule):
            if mark.y is None:
                continue
            right, wanted, heights = 1.0, y.place(mark.y), [y.place(mark.y)]
        else:
            shown = np.flatnonzero(np.isfinite(mark.x) & np.isfinite(mark.y))
            if not shown.size:
                continue
            right = x.place(float(mark.x[shown[-1]]))
            ends = shown[-2:] if isinstance(mark, StepLine) else shown[-1:]
            heights = [y.place(float(mark.y[end])) for end in ends]
            wanted = heights[-1] if right < ENDS_EARLY else y.place(height_near_end(mark, x.high - x.low))
        low, high, wanted = (min(max(share, 0.0), 1.0) for share in (min(heights), max(heights), wanted))
        found.append(LineName(mark, _words(mark, cell), min(max(right, 0.0), 1.0), wanted, low, high))
    return found


def _words(mark: StepLine | Line | Rule, cell: Box) -> Words:
    bold = isinstance(mark, StepLine)
    role = "small" if bold else "caption"
    longest = max(text_width(word, role, bold) for word in mark.label.split() or [""])
    within = max(theme.px(48), 0.22 * cell.width, min(longest, 0.36 * cell.width))
    short = mark.short if isinstance(mark, Line) else ""
    whole = text_width(mark.label, role, bold) <= within
    return words(short if short and not whole else mark.label, role, bold=bold, within=within, most_lines=3)


def placed_names(names: list[LineName], axes: Box) -> list[PlacedName]:
    """Names apart from each other, as near to their ends as can be."""
    middles = spread([name.wanted * axes.height for name in names], [name.text.height for name in names],
                     -theme.px(6), axes.height + theme.px(6))
    found = []
    for name, middle in zip(names, middles, strict=True):
        at = min(max(middle, name.low * axes.height), name.high * axes.height)
        tied = name.x < ENDS_EARLY or abs(at - middle) > theme.px(MOVED_PX)
        start = (axes.left + name.x * axes.width, axes.bottom - at) if tied else None
        found.append(PlacedName(name, axes.bottom - middle, start))
    return found


def names_gap(names: list[LineName], axes: Box) -> float:
    """Between the axes and the names: wider where a short steep line has to be seen."""
    steep = any(name.start is not None and name.name.x >= ENDS_EARLY for name in placed_names(names, axes))
    return float(theme.px(12 if steep else 6))
