"""Words inside the axes of survival curves (HR, P) where no curve runs on screen, else in a band above the axes.

They are never left out and never lie on a curve; a band of confidence is given way to wherever there is room.
Not for: files, where core.figures.inner_words does the same in millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.axis_scale import AxisScale
from core.figures.curve_shapes import sentences_of
from core.figures.spec import Band, Label, Panel, StepLine, Ticks
from gui import theme
from gui.widgets.figures.panel_sizes import Box
from gui.widgets.figures.screen_words import Words, text_width, words

FloatArray = NDArray[np.float64]

ROOMS = (1.0, 0.88, 0.78, 0.69, 0.6, 0.52, 0.45, 0.38)
"""Shares of the axes' width that the words may take, widest first."""
LOWEST_AXES = 96
"""Pixels at 100 %: rather above the axes than on a band of confidence, where so much height is left."""


@dataclass(frozen=True)
class Block:
    """Sentences one below the other in a rectangle; ``align`` says on which side their lines are even."""

    box: Box
    sentences: tuple[tuple[Label, Words], ...]
    align: str = "left"
    on_band: bool = False

    def lines(self) -> list[Box]:
        """The rectangle of every line."""
        found = []
        top = self.box.top
        for _, text in self.sentences:
            for line in text.lines:
                wide = text_width(line, text.role, text.bold)
                left = self.box.left if self.align == "left" else self.box.right - wide
                found.append(Box(left, top, left + wide, top + text.line))
                top += text.line
        return found


def sentences(panel: Panel) -> list[Label]:
    """The sentences inside a panel of curves; none in other panels, whose words stay where they are."""
    if not any(isinstance(mark, StepLine) for mark in panel.marks):
        return []
    return sentences_of([mark for mark in panel.marks if isinstance(mark, Label) and mark.space == "panel"])


def wrapped(labels: list[Label], within: float) -> list[tuple[Label, Words]]:
    """Every sentence in lines no wider than that."""
    return [(label, words(label.text, "caption" if label.role == "text3" else "small", bold=label.bold,
                          within=max(within, theme.px(40)))) for label in labels]


def free_block(panel: Panel, x: AxisScale, y: AxisScale, axes: Box, leaders: tuple[Box, ...] = ()) -> Block | None:
    """The words in the first corner without curve or band, else without curve; None where they belong above."""
    labels = sentences(panel)
    if not labels:
        return None
    found = _in_a_corner(panel, labels, x, y, axes, leaders, with_bands=True)
    if found is not None:
        return found
    if axes.height - sum(text.height for _, text in wrapped(labels, axes.width)) >= theme.px(LOWEST_AXES):
        return None
    return _in_a_corner(panel, labels, x, y, axes, leaders, with_bands=False)


def block_above(panel: Panel, axes: Box, cell: Box) -> Block | None:
    """The words in a band that ends at the top of the axes: from their left, or from the cell's where that saves lines.
    """
    labels = sentences(panel)
    if not labels:
        return None
    starts = [(wrapped(labels, cell.right - left), left) for left in (axes.left, cell.left)]
    found, left = min(starts, key=lambda start: sum(text.height for _, text in start[0]))
    tall = sum(text.height for _, text in found) + theme.px(6)
    return Block(Box(left, axes.top - tall, cell.right, axes.top - theme.px(6)), tuple(found))


def _in_a_corner(panel: Panel, labels: list[Label], x: AxisScale, y: AxisScale, axes: Box,
                 leaders: tuple[Box, ...], *, with_bands: bool) -> Block | None:
    inset, clear = float(theme.px(6)), float(theme.px(5))
    taken = [curve_boxes(mark, x, y, axes) for mark in panel.marks
             if isinstance(mark, StepLine) or (with_bands and isinstance(mark, Band))]
    taken.append(np.array([[box.left, box.top, box.right, box.bottom] for box in leaders]).reshape(-1, 4))
    edges = np.concatenate(taken)
    rise = float(theme.px(4 if any(isinstance(mark, Ticks) and len(mark.x) for mark in panel.marks) else 2))
    tried: set[tuple[tuple[str, ...], ...]] = set()
    for share in ROOMS:
        found = tuple(wrapped(labels, share * axes.width - 2 * inset))
        lines = tuple(text.lines for _, text in found)
        if lines in tried:
            continue
        tried.add(lines)
        wide, tall = max(text.width for _, text in found), sum(text.height for _, text in found)
        if wide > axes.width - 2 * inset or tall > axes.height - 2 * inset:
            continue
        for right, top in ((False, False), (True, True), (True, False), (False, True)):
            left = axes.right - inset - wide if right else axes.left + inset
            upper = axes.top + (inset / 2 if top else axes.height - inset / 2 - tall)
            block = Block(Box(left, upper, left + wide, upper + tall), found, "right" if right and top else "left",
                          not with_bands)
            if not any(_touched(edges, line, clear, rise) for line in block.lines()):
                return block
    return None


def _touched(edges: FloatArray, box: Box, across: float, up: float) -> bool:
    """True where one of the boxes comes nearer than that to the line of words."""
    return bool(np.any((edges[:, 0] <= box.right + across) & (edges[:, 2] >= box.left - across)
                       & (edges[:, 1] <= box.bottom + up) & (edges[:, 3] >= box.top - up)))


def curve_boxes(mark: StepLine | Band, x: AxisScale, y: AxisScale, axes: Box) -> FloatArray:
    """Left, top, right, bottom in pixels of what a step function covers from each x to the next."""
    across = np.asarray(mark.x, dtype=float)
    low, high = (mark.y, mark.y) if isinstance(mark, StepLine) else (mark.low, mark.high)
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    known = np.isfinite(across) & np.isfinite(low) & np.isfinite(high)
    if known.sum() < 2:
        return np.empty((0, 4))
    left = axes.left + places(x, across[known]) * axes.width
    bottom, top = (axes.bottom - places(y, values[known]) * axes.height for values in (low, high))
    return np.column_stack([left[:-1], np.minimum(top[:-1], top[1:]), left[1:], np.maximum(bottom[:-1], bottom[1:])])


def places(scale: AxisScale, values: FloatArray) -> FloatArray:
    """Shares of the axis of many values at once."""
    if scale.log:
        return np.array([scale.place(float(value)) for value in values], dtype=np.float64)
    share: FloatArray = (values - scale.low) / (scale.high - scale.low)
    return 1.0 - share if scale.reverse else share
