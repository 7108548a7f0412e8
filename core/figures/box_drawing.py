"""Boxes with words (the flow of patients) on matplotlib axes.

Not for: where the boxes stand (patient_flow.py) or the boxes of a box plot (drawing.py).
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from core.figures.panel_words import PanelWords
from core.figures.spec import Box
from core.figures.style import AXIS_PT, Lettering, colour, tint
from core.figures.text_layout import Block, block, font, line_mm

INSET_MM = 1.4
TINT = 0.13
SHRINK = 0.93
SMALLEST = 0.4


def draw_box(axes: Axes, mark: Box, words: PanelWords, order: float) -> None:
    """The box and its lines, wrapped to its width and made smaller until they fit its height."""
    if mark.edge:
        axes.add_patch(Rectangle(
            (mark.left, mark.low), mark.right - mark.left, mark.high - mark.low, zorder=order, clip_on=False,
            facecolor=tint("accent", TINT) if mark.tinted else colour("surface"),
            edgecolor=colour("accent" if mark.tinted else mark.role), linewidth=AXIS_PT))
    left, right = sorted((words.x.place(mark.left), words.x.place(mark.right)))
    bottom, top = sorted((words.y.place(mark.low), words.y.place(mark.high)))
    tall = (top - bottom) * words.axes.height
    bolds = mark.bold or (False,) * len(mark.lines)
    wide = (right - left) * words.axes.width - INSET_MM * (2 if mark.edge else 1)
    blocks = _fitted(mark.lines, bolds, wide, tall, words.lettering)
    from_top = (tall - sum(each.height for each in blocks)) / 2
    for lines, bold in zip(blocks, bolds, strict=True):
        for line in lines.lines:
            height = top - (from_top + 0.8 * line_mm(lines.size)) / words.axes.height
            axes.text(left + INSET_MM / words.axes.width, height, line, transform=axes.transAxes, ha="left",
                      va="baseline", color=colour("text" if bold else "text2"), fontproperties=font(lines.size, bold),
                      parse_math=False, zorder=order + 0.001)
            from_top += line_mm(lines.size)


def _fitted(lines: tuple[str, ...], bolds: tuple[bool, ...], wide: float, tall: float,
            lettering: Lettering) -> list[Block]:
    share = 1.0
    while True:
        blocks = [block(line, share * (lettering.text if bold else lettering.small), bold=bold, within=wide)
                  for line, bold in zip(lines, bolds, strict=True)]
        if sum(each.height for each in blocks) <= tall or share < SMALLEST:
            return blocks
        share *= SHRINK
