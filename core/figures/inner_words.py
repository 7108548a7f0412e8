"""Words inside the axes of survival curves (HR, P) moved to where no curve runs, for the figure's final size.

Not for: writing them (survival_curves.py) or figures without curves, whose words stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.figures.curve_shapes import sentences_of
from core.figures.page_layout import PlacedPanel, lettering_of, place_figure
from core.figures.panel_measures import Box
from core.figures.spec import Band, FigureSpec, FloatArray, Label, Panel, StepLine
from core.figures.text_layout import block, line_mm

CLEAR_MM = 0.5
INSET_MM = 1.5
ROOMS = (1.0, 0.78, 0.6, 0.45)
"""Shares of the axes' width that the words may take, widest first."""


def with_words_clear_of_curves(spec: FigureSpec) -> FigureSpec:
    """The figure with the words of every panel of curves in a free corner, else above the axes."""
    placed = place_figure(spec)
    label_pt = lettering_of(spec).label
    panels = iter(placed.panels)
    rows = tuple(tuple(_cleared(panel, next(panels), label_pt) for panel in row) for row in spec.rows if row)
    return replace(spec, rows=rows)


def _cleared(panel: Panel, placed: PlacedPanel, size: float) -> Panel:
    words = [mark for mark in panel.marks if isinstance(mark, Label) and mark.space == "panel"]
    if not words or not any(isinstance(mark, StepLine) for mark in panel.marks):
        return panel
    others = tuple(mark for mark in panel.marks if mark not in words)
    sentences = sentences_of(words)
    lines = _placed_lines(sentences, panel, placed, size)
    if lines is None:
        return replace(panel, marks=others, remark="\n".join((panel.remark, *(label.text for label in sentences))))
    return replace(panel, marks=(*others, *lines))


def _placed_lines(sentences: Sequence[Label], panel: Panel, placed: PlacedPanel,
                  size: float) -> tuple[Label, ...] | None:
    """One label per line in the first corner that is clear of bands, else of curves; None where none is."""
    axes = placed.words.axes
    pitch = line_mm(size)
    for with_bands in (True, False):
        for room in ROOMS:
            lines = [(replace(label, continues=number > 0), text) for label in sentences
                     for number, text in enumerate(block(label.text, size, bold=label.bold,
                                                         within=max(room * axes.width - 2 * INSET_MM, 8.0)).lines)]
            wide = max(block(text, size, bold=label.bold).width for label, text in lines)
            tall = len(lines) * pitch
            if wide > axes.width - INSET_MM or tall > axes.height - INSET_MM:
                continue
            for right, top in ((False, False), (True, True)):
                left = axes.right - INSET_MM - wide if right else axes.left + INSET_MM
                bottom = axes.top - INSET_MM - tall if top else axes.bottom + INSET_MM
                if not _touched(Box(left, bottom, left + wide, bottom + tall), panel, placed, with_bands=with_bands):
                    x = 1.0 - INSET_MM / axes.width if right else INSET_MM / axes.width
                    start = (bottom - axes.bottom) / axes.height
                    return tuple(replace(label, x=x, y=start + (len(lines) - 1 - number) * pitch / axes.height,
                                         text=text, align="right" if right else "left", valign="bottom")
                                 for number, (label, text) in enumerate(lines))
    return None


def _touched(box: Box, panel: Panel, placed: PlacedPanel, *, with_bands: bool) -> bool:
    """True where a curve, or the band of one, runs through the box."""
    for mark in panel.marks:
        if isinstance(mark, StepLine):
            low = high = np.asarray(mark.y, dtype=float)
        elif isinstance(mark, Band) and with_bands:
            low, high = np.asarray(mark.low, dtype=float), np.asarray(mark.high, dtype=float)
        else:
            continue
        if _step_touches(box, placed, np.asarray(mark.x, dtype=float), low, high):
            return True
    return False


def _step_touches(box: Box, placed: PlacedPanel, x: FloatArray, low: FloatArray, high: FloatArray) -> bool:
    """A step function fills, from each x to the next, all heights between its own and the next one's."""
    words = placed.words
    known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    if known.sum() < 2:
        return False
    across = words.axes.left + np.array([words.x.place(value) for value in x[known]]) * words.axes.width
    lows = words.axes.bottom + np.array([words.y.place(value) for value in low[known]]) * words.axes.height
    highs = words.axes.bottom + np.array([words.y.place(value) for value in high[known]]) * words.axes.height
    beside = (across[1:] >= box.left - CLEAR_MM) & (across[:-1] <= box.right + CLEAR_MM)
    bottom, top = np.minimum(lows[:-1], lows[1:]), np.maximum(highs[:-1], highs[1:])
    return bool(np.any(beside & (bottom <= box.top + CLEAR_MM) & (top >= box.bottom - CLEAR_MM)))
