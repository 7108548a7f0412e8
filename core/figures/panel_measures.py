"""How much room the words of one panel need: titles, ticks, columns, at-risk rows, names of lines. All in mm.

Not for: where they stand; panel_words.py places what is measured here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.figures.axis_scale import AxisScale
from core.figures.curve_shapes import ENDS_EARLY, height_near_end
from core.figures.spec import ColourBar, Label, Line, Panel, Rule, StepLine, TextColumn
from core.figures.style import MM_PER_PT, ORDINARY, TICK_MM, Lettering
from core.figures.text_layout import Block, block, fitted, line_mm, width_mm

PAD_MM = 0.6
TITLE_GAP_MM = 1.0
NAME_GAP_MM = 1.8
LETTER_GAP_MM = 1.4
COLUMN_GAP_MM = 2.5


@dataclass(frozen=True)
class Box:
    """A rectangle in mm, from the page's lower left."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True)
class Margins:
    """Room in mm that the words of a panel need on each side of its axes."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class PanelMeasures:
    """Everything written in and around one panel, measured for one size of its axes.

    Built with ``axes`` of about the right size it tells the ``margins``; page_layout.py repeats this until it settles.
    """

    panel: Panel
    x: AxisScale
    y: AxisScale
    axes: Box
    cell: Box
    lettering: Lettering = ORDINARY
    letter: str = ""

    @property
    def text(self) -> float:
        """Size of titles and names, in points."""
        return self.lettering.text

    @property
    def small(self) -> float:
        """Size of tick labels, remarks and keys, in points."""
        return self.lettering.small

    def margins(self) -> Margins:
        """What the words need. Depends on the size of the axes only through wrapping."""
        return Margins(self._left(), self._right(), self._top(), self._bottom())

    def _left(self) -> float:
        ticks = self._y_tick_blocks()
        needed = TICK_MM + PAD_MM + max((tick.width for tick in ticks), default=0.0) if ticks else 0.5
        if self._y_title().lines != ("",):
            needed += TITLE_GAP_MM + self._y_title().height
        needed += sum(self._column_width(column) + COLUMN_GAP_MM for column in self._columns("left"))
        overhang = max((width / 2 - self.x.place(tick) * self.axes.width for tick, width in self._under_ticks()),
                       default=0.0)
        names = max((name.width for name in self._row_names()), default=0.0)
        return max(needed, overhang + (names + NAME_GAP_MM if names else 0.0))

    def _right(self) -> float:
        ends = max((words.width for _, words, _ in self._end_names()), default=0.0)
        columns = sum(self._column_width(column) + COLUMN_GAP_MM for column in self._columns("right"))
        overhang = max((width / 2 - (1 - self.x.place(tick)) * self.axes.width for tick, width in self._under_ticks()),
                       default=0.0)
        return max((ends + 1.2 if ends else 0.0) + columns, overhang, 0.5)

    def _top(self) -> float:
        height = 0.8 + self._letter_drop()
        for words in (self._title(), self._remark()):
            height += words.height if words.lines != ("",) else 0.0
        if self.letter and not (self.panel.title or self.panel.remark):
            height += line_mm(self.text)
        titles = [self._column_title(column).height for column in self.panel.columns if column.title]
        rules = [line_mm(self.small) for mark in self.panel.marks if _is_vertical_rule(mark)]
        return height + max([0.0, *titles, *rules]) + (1.4 if height > 0.8 else 0.0)

    def _bottom(self) -> float:
        height = self._depth_of_x_title() + self._x_title().height if self._x_title().lines != ("",) else (
            self._depth_of_x_title())
        if self.panel.at_risk:
            height += 1.2 + line_mm(self.small) + sum(self._row_pitch() for _ in self.panel.at_risk)
        if self.panel.key:
            under = len(self._key_rows()) * line_mm(self.small) + PAD_MM
            return max(height, under + 1.0) if self._key_beside() else height + under
        return height

    def _depth_of_x_title(self) -> float:
        """From the axis down to the top of its title, in mm."""
        if not self.panel.x.visible:
            return TICK_MM + PAD_MM + line_mm(self.small) if any(bar.ticks for bar in self.colour_bars()) else 0.8
        ticks = self._x_tick_blocks()
        tall = max((tick.width if self._x_ticks_turned() else tick.height for tick in ticks), default=0.0)
        below = max((words.height for _, words in self._below()), default=0.0)
        return TICK_MM + PAD_MM + tall + below + (PAD_MM / 2 if ticks else 0.0)

    def colour_bars(self) -> list[ColourBar]:
        """The scales that are shown in this panel."""
        return [mark for mark in self.panel.marks if isinstance(mark, ColourBar)]

    def _columns(self, side: str) -> list[TextColumn]:
        return [column for column in self.panel.columns if column.side == side]

    def _column_width(self, column: TextColumn) -> float:
        """As wide as its words; a column of very long words takes a third of the panel, and these shrink or wrap."""
        natural = max([width_mm(text, self.text, bold) for text, bold in zip(column.texts, bolds(column), strict=True)]
                      + [self._column_title(column).width], default=0.0)
        return min(natural, max(column.width_mm, 0.33 * self.cell.width))

    def _column_title(self, column: TextColumn) -> Block:
        return block(column.title, self.small, within=0.33 * self.cell.width)

    def _column_entry(self, column: TextColumn, text: str, bold: bool) -> Block:
        places = sorted(self.y.place(value) for value in column.y)
        gaps = [after - before for before, after in pairwise(places) if after > before]
        tall = min(gaps, default=1.0) * self.axes.height
        return fitted(text, self.text, bold=bold, within=self._column_width(column), tall=tall)

    def _title(self) -> Block:
        return block(self.panel.title, self.text, bold=True, within=self.cell.width - self._indent())

    def _remark(self) -> Block:
        return block(self.panel.remark, self.small, within=self.cell.width - self._indent())

    def _indent(self) -> float:
        """What the panel letter takes of the lines beside it."""
        return width_mm(self.letter, self.lettering.letter, bold=True) + LETTER_GAP_MM if self.letter else 0.0

    def _letter_drop(self) -> float:
        """How much lower the heading starts so that a letter of a larger size stays inside the panel."""
        taller = line_mm(self.lettering.letter) - line_mm(self.text)
        return max(0.82 * taller, 0.0) if self.letter else 0.0

    def _x_title(self) -> Block:
        words = self.panel.x.label if self.panel.x.visible else ""
        return block(words, self.text, within=max(self.axes.width, 0.6 * self.cell.width))

    def _y_title(self) -> Block:
        return block(self.panel.y.label if self.panel.y.visible else "", self.text, within=max(self.axes.height, 8.0))

    def _x_ticks_turned(self) -> bool:
        """Names of tiles that are wider than their tile run upwards."""
        if self.panel.x.ticks or not self.x.labels:
            return False
        room = self.axes.width / max(len(self.x.labels), 1)
        return len(self.x.labels) > 7 and any(width_mm(text, self.small) > room for text in self.x.labels)

    def _x_tick_blocks(self) -> list[Block]:
        if not self.panel.x.visible:
            return []
        if self._x_ticks_turned():
            size = min(self.small, 0.95 * self.axes.width / len(self.x.labels) / MM_PER_PT)
            return [fitted(text, size, within=0.3 * self.cell.height) for text in self.x.labels]
        places = [self.x.place(tick) * self.axes.width for tick in self.x.ticks]
        size = _size_without_overlap(self.x.labels, places, self.small)
        return [block(text, size) for text in self.x.labels]

    def _y_tick_blocks(self) -> list[Block]:
        if not self.panel.y.visible:
            return []
        places = sorted(self.y.place(tick) * self.axes.height for tick in self.y.ticks)
        gap = min((after - before for before, after in pairwise(places)), default=math.inf)
        return [fitted(text, self.small, within=0.33 * self.cell.width, tall=gap) for text in self.y.labels]

    def _at_risk_size(self) -> float:
        times = self.panel.at_risk_times
        places = [self.x.place(time) * self.axes.width for time in times]
        return min((_size_without_overlap(row.numbers, places, self.small) for row in self.panel.at_risk),
                   default=self.small)

    def _row_pitch(self) -> float:
        return max([line_mm(self.small), *(name.height for name in self._row_names())])

    def _row_names(self) -> list[Block]:
        return [fitted(row.name, self.small, bold=True, within=0.25 * self.cell.width, tall=3 * line_mm(self.small))
                for row in self.panel.at_risk]

    def _under_ticks(self) -> list[tuple[float, float]]:
        """(x, width in mm) of everything centred on an x: tick labels and at-risk numbers."""
        found = []
        if self.panel.x.visible and not self._x_ticks_turned():
            found += [(tick, words.width) for tick, words in zip(self.x.ticks, self._x_tick_blocks(), strict=True)]
        size = self._at_risk_size()
        for row in self.panel.at_risk:
            found += [(time, width_mm(number, size))
                      for time, number in zip(self.panel.at_risk_times, row.numbers, strict=True)]
        return found

    def _below(self) -> list[tuple[Label, Block]]:
        labels = [mark for mark in self.panel.marks if isinstance(mark, Label) and mark.space == "below"]
        share = 1.0 / max(len(labels), 1) - 0.01
        return [(mark, block(mark.text, self.small, bold=mark.bold, within=share * self.axes.width)) for mark in labels]

    def _end_names(self) -> list[tuple[StepLine | Line | Rule, Block, tuple[float, float]]]:
        """Lines that are named at their end: the mark, its words, and the end in shares of the axes."""
        found = []
        for mark in self.panel.marks:
            if not isinstance(mark, (StepLine, Line, Rule)) or not mark.label:
                continue
            if isinstance(mark, Rule):
                if mark.y is None:
                    continue
                end = (1.0, self.y.place(mark.y))
            else:
                shown = np.isfinite(mark.x) & np.isfinite(mark.y)
                if not shown.any():
                    continue
                last = int(np.flatnonzero(shown)[-1])
                right = self.x.place(float(mark.x[last]))
                height = float(mark.y[last]) if right < ENDS_EARLY else height_near_end(mark, self.x.high - self.x.low)
                end = (right, self.y.place(height))
            bold = isinstance(mark, StepLine)
            size = self.text if bold else self.small
            words = fitted(mark.label, size, bold=bold, within=max(12.0, min(26.0, 0.22 * self.cell.width)),
                           tall=0.4 * max(self.axes.height, 10.0))
            found.append((mark, words, (min(max(end[0], 0.0), 1.0), min(max(end[1], 0.0), 1.0))))
        return found

    def _key_beside(self) -> bool:
        """The key stands under the columns at the right when it fits there."""
        columns = sum(self._column_width(column) for column in self._columns("right"))
        return columns > 0 and max(width_mm(entry.text, self.small) for entry in self.panel.key) + 4.0 <= columns

    def _key_rows(self) -> list[list[int]]:
        if self._key_beside():
            return [[entry] for entry in range(len(self.panel.key))]
        rows: list[list[int]] = [[]]
        used = 0.0
        for entry, words in enumerate(self.panel.key):
            wide = width_mm(words.text, self.small) + 7.0
            if rows[-1] and (words.new_line or used + wide > self.cell.width):
                rows.append([])
                used = 0.0
            rows[-1].append(entry)
            used += wide
        return rows


def bolds(column: TextColumn) -> tuple[bool, ...]:
    return column.bold or (False,) * len(column.texts)


def _is_vertical_rule(mark: object) -> bool:
    return isinstance(mark, Rule) and mark.x is not None and bool(mark.label)


def _size_without_overlap(texts: Sequence[str], places: Sequence[float], size: float) -> float:
    """The largest size, at most ``size``, at which neighbours centred at ``places`` (mm) stay 0.8 mm apart."""
    order = sorted(range(len(places)), key=lambda item: places[item])
    for before, after in pairwise(order):
        room = places[after] - places[before]
        needed = (width_mm(texts[before], 1.0) + width_mm(texts[after], 1.0)) / 2
        if needed > 0 and room > 0:
            size = min(size, max((room - 0.8) / needed, 0.6 * room / needed))
    return size
