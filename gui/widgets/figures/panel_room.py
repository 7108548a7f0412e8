"""How much room the words of one panel need on screen: titles, ticks, columns, at-risk rows, names of lines. In pixels.

What does not fit is left out in a fixed order and named (``Fold``); nothing shrinks, nothing is cut off.
Not for: where the words stand (panel_texts.py) or for files (core.figures.panel_measures).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from core.figures.axis_scale import AxisScale
from core.figures.spec import ColourBar, Intervals, KeyEntry, Label, Matrix, Panel, Rule, StateTiles, Strips, TextColumn
from gui import theme
from gui.widgets.figures.curve_words import Block, block_above, free_block, sentences
from gui.widgets.figures.line_names import LineName, line_names, names_gap, placed_names
from gui.widgets.figures.panel_sizes import (
    FEWEST_ROWS,
    MOST_COVERED,
    MOST_NAMED_ROWS,
    ROW,
    SMALLEST_AXES,
    SMALLEST_NAMED_TILE,
    STRIP,
    Box,
    Fold,
    Margins,
    bolds,
    cap_box,
    column_gap,
    key_pitch,
    tick_length,
)
from gui.widgets.figures.screen_words import NOTHING, Words, line_height, text_width, words


@dataclass(frozen=True)
class PanelRoom:
    """One panel measured for one size of its axes; ``x`` and ``y`` are the stretches of the axes now in sight."""

    panel: Panel
    x: AxisScale
    y: AxisScale
    axes: Box
    cell: Box
    fold: Fold = field(default_factory=Fold)
    heading: bool = True

    @property
    def scrolls(self) -> bool:
        """A forest: rows of fixed height, with words in columns beside them."""
        return any(isinstance(mark, Intervals) for mark in self.panel.marks) and bool(self.panel.columns)

    @property
    def tiles(self) -> bool:
        return any(isinstance(mark, (Matrix, StateTiles, Strips)) for mark in self.panel.marks)

    @property
    def own_height(self) -> float | None:
        """The height that the axes of a bar of colours or of annotation strips have, whatever the figure's size."""
        for mark in self.panel.marks:
            if isinstance(mark, ColourBar):
                return float(theme.px(14))
            if isinstance(mark, Strips):
                return float(theme.px(STRIP) * max(len(mark.roles), 1))
        return None

    def least_height(self) -> float:
        """Pixels below which the axes cannot be read: rows with names keep room for them."""
        if self.own_height is not None or not self.panel.marks:
            return 0.0
        if self.scrolls:
            return FEWEST_ROWS * theme.px(ROW * self.panel.row_height) / 2
        if self.tiles:
            rows = self.y.high - self.y.low
            return rows * theme.px(SMALLEST_NAMED_TILE) if rows <= MOST_NAMED_ROWS else 0.0
        if not self.panel.y.visible:
            return 0.0
        named = len(self.y.labels) if self.panel.y.tick_labels and not _numeric(self.y.labels) else 0
        return max(float(theme.px(SMALLEST_AXES)), named * (line_height("caption") * 0.8 + theme.px(2)))

    def margins(self) -> Margins:
        """What the words need; depends on the size of the axes only through wrapping."""
        return Margins(self._left(), self._top(), self._right(), self._bottom())

    def x_px(self, value: float) -> float:
        """Where a value of the x axis stands."""
        return self.axes.left + self.x.place(value) * self.axes.width

    def y_px(self, value: float) -> float:
        """Where a value of the y axis stands."""
        return self.axes.bottom - self.y.place(value) * self.axes.height

    def _left(self) -> float:
        needed = 1.0
        if self.panel.y.visible:
            ticks = self.y_ticks()
            needed = tick_length() + theme.px(4) + max((tick.width for _, tick in ticks), default=0.0)
        title = self.y_title()
        needed += title.height + theme.px(4) if title.lines else 0.0
        needed += sum(self.column_width(column) + self.gap() for column in self.columns("left")) + self.inset()
        overhang = max((width / 2 - self.x.place(at) * self.axes.width for at, width in self._under_ticks()),
                       default=0.0)
        names = max((name.width for name in self.row_names()), default=0.0)
        return max(needed, overhang + (names + theme.px(8) if names else 0.0), theme.px(3))

    def _right(self) -> float:
        columns = sum(self.column_width(column) + self.gap() for column in self.columns("right"))
        overhang = max((width / 2 - (1 - self.x.place(at)) * self.axes.width for at, width in self._under_ticks()),
                       default=0.0)
        return max(self.end_room() + columns, overhang, theme.px(4))

    def _top(self) -> float:
        height = self.heading_height()
        height += theme.px(6) if height else theme.px(4)
        titles = [self.column_title(column).height + theme.px(4) for column in self.columns() if column.title]
        rules = [line_height("caption") for mark in self.panel.marks
                 if isinstance(mark, Rule) and mark.x is not None and mark.label]
        return height + max([0.0, *titles, *rules]) + self.height_above()

    def _bottom(self) -> float:
        title = self.x_title()
        height = self.depth_of_x_title() + title.height
        if self.panel.at_risk:
            height += theme.px(5) + line_height("caption") + self.row_pitch() * len(self.panel.at_risk)
        if self.panel.key and not self.fold.key:
            under = self.key_tops()[-1] + theme.px(3)
            return max(height, under) if self.key_beside() else height + under
        return height + theme.px(2)

    def heading_height(self) -> float:
        title, remark = self.title(), self.remark()
        if self.remark_beside():
            return max(title.height, remark.height)
        return title.height + remark.height

    def remark_beside(self) -> bool:
        """Title and remark share a line where both fit."""
        title, remark = self.title(), self.remark()
        return (len(title.lines) == 1 and len(remark.lines) == 1
                and title.width + theme.px(10) + remark.width <= self.cell.width)

    def title(self) -> Words:
        return words(self.panel.title, "title", bold=True, within=self.cell.width,
                     most_lines=2) if self.heading else NOTHING

    def remark(self) -> Words:
        if self.fold.remark or not self.heading:
            return NOTHING
        return words(self.panel.remark, "small", within=self.cell.width, most_lines=6)

    def columns(self, side: str = "") -> list[TextColumn]:
        """The columns that are shown."""
        return [column for number, column in enumerate(self.panel.columns)
                if number not in self.fold.columns and side in ("", column.side)]

    def gap(self) -> float:
        """Between columns; less where these have to stand close."""
        return column_gap() * (0.6 if self.fold.short_titles else 1.0)

    def inset(self) -> float:
        """Room between the accent edge of a selected row and its first word."""
        return float(theme.px(9)) if self.scrolls else 0.0

    def column_width(self, column: TextColumn) -> float:
        """As wide as its words, at most two fifths of the panel; longer words wrap."""
        natural = max((text_width(" ".join(text.split()), "small", bold)
                       for text, bold in zip(column.texts, bolds(column), strict=True)), default=0.0)
        longest_word = max((text_width(word, "caption", True) for word in self.title_of(column).split()), default=0.0)
        return min(max(natural, longest_word), 0.4 * self.cell.width)

    def title_of(self, column: TextColumn) -> str:
        return column.short if column.short and self.fold.short_titles else column.title

    def column_title(self, column: TextColumn) -> Words:
        return words(self.title_of(column), "caption", bold=True, within=self.column_width(column) + self.gap() / 2)

    def x_title(self) -> Words:
        if not self.panel.x.visible or self.fold.titles:
            return NOTHING
        beside = self.panel.key and not self.fold.key and self.key_beside()
        within = self.axes.right - self.cell.left - self.inset() if beside else 0.7 * self.cell.width
        return words(self.panel.x.label, "small", within=max(self.axes.width, within), most_lines=2)

    def y_title(self) -> Words:
        if not self.panel.y.visible or self.fold.titles:
            return NOTHING
        return words(self.panel.y.label, "small", within=max(self.y_title_room(), theme.px(40)), most_lines=2)

    def y_title_room(self) -> float:
        """From the heading down to the title of the x axis: what a turned title may use."""
        return self.foot_of_axes() - self.cell.top - self.heading_height() - self.height_above()

    def foot_of_axes(self) -> float:
        """Where the title of the x axis ends."""
        return self.axes.bottom + self.depth_of_x_title() + self.x_title().height

    def x_ticks_turned(self) -> bool:
        """Names of tiles that are wider than their tile run upwards."""
        if not self.tiles or not self.x.labels:
            return False
        room = self.axes.width / max(self.x.high - self.x.low, 1e-9)
        return any(text_width(text, "caption") > room - theme.px(2) for text in self.x.labels)

    def x_ticks(self) -> list[tuple[float, Words]]:
        """Tick and words, those that fit beside each other."""
        if not self.panel.x.visible:
            return []
        if self.x_ticks_turned():
            room = self.axes.width / max(self.x.high - self.x.low, 1e-9)
            if room < line_height("caption") - 1:
                return []
            return [(tick, words(label, "caption", within=0.35 * self.cell.height))
                    for tick, label in zip(self.x.ticks, self.x.labels, strict=True)]
        found = [(tick, words(label, "caption")) for tick, label in zip(self.x.ticks, self.x.labels, strict=True)]
        return found[::self.tick_step()]

    def tick_step(self) -> int:
        """Every how many ticks have room for their words; the same ticks keep words and numbers at risk."""
        wide = [(self.x_px(tick), text_width(label, "caption"))
                for tick, label in zip(self.x.ticks, self.x.labels, strict=True)]
        step = self._stride(wide, theme.px(4))
        return max(step, self._at_risk_stride()) if self._numbers_under_ticks() else step

    def _numbers_under_ticks(self) -> bool:
        return bool(self.panel.at_risk) and tuple(self.x.ticks) == tuple(self.panel.at_risk_times)

    def y_ticks(self) -> list[tuple[float, Words]]:
        """Tick and words, those that fit above each other; names of tiles all or none."""
        if not self.panel.y.visible:
            return []
        within = 0.36 * self.cell.width
        found = [(tick, words(label, "caption", within=within))
                 for tick, label in zip(self.y.ticks, self.y.labels, strict=True)]
        if not found:
            return []
        step = self._stride([(self.y_px(tick), cap_box(text)) for tick, text in found], 1.0)
        if step > 1 and (self.tiles or not _numeric(self.y.labels)):
            return []
        return found[::step]

    def at_risk_step(self) -> int:
        """Every how many of the at-risk times have room for their numbers."""
        if not self.panel.at_risk:
            return 1
        return self.tick_step() if self._numbers_under_ticks() else self._at_risk_stride()

    def _at_risk_stride(self) -> int:
        wide = [max(text_width(row.numbers[place], "caption") for row in self.panel.at_risk)
                for place in range(len(self.panel.at_risk_times))]
        places = [(self.x_px(time), width) for time, width in zip(self.panel.at_risk_times, wide, strict=True)
                  if self.x.holds(time)]
        return self._stride(places, theme.px(4))

    def row_names(self) -> list[Words]:
        return [words(row.name, "caption", bold=True, within=0.25 * self.cell.width, most_lines=3)
                for row in self.panel.at_risk]

    def row_pitch(self) -> float:
        return max([line_height("caption") + theme.px(1), *(name.height for name in self.row_names())])

    def depth_of_x_title(self) -> float:
        """From the axis down to the top of its title."""
        if not self.panel.x.visible:
            scale = any(bar.ticks for bar in self.colour_bars())
            return tick_length() + theme.px(2) + line_height("caption") if scale else float(theme.px(2))
        ticks = self.x_ticks()
        turned = self.x_ticks_turned()
        tall = max((text.width if turned else text.height for _, text in ticks), default=0.0)
        below = max((text.height for _, text in self.below()), default=0.0)
        return tick_length() + theme.px(2) + tall + below

    def below(self) -> list[tuple[Label, Words]]:
        labels = [mark for mark in self.panel.marks if isinstance(mark, Label) and mark.space == "below"]
        start = self.cell.left + self.inset()
        room = (self.axes.right - start if self.columns() else self.cell.width) / max(len(labels), 1) - theme.px(8)
        return [(mark, words(mark.text, "caption", bold=mark.bold, within=room, most_lines=3)) for mark in labels]

    def entries_fit(self, column: TextColumn) -> bool:
        """False where the rows of a column are too low for words."""
        places = sorted(self.y_px(y) for y in column.y)
        gaps = [after - before for before, after in pairwise(places) if after > before]
        return min(gaps, default=line_height("small")) >= 0.9 * theme.px(SMALLEST_NAMED_TILE)

    def inside(self) -> list[tuple[Label, Words, tuple[float, float]]]:
        """Labels in the panel: the mark, its words, and its place as shares of the axes."""
        found = []
        of_curves = bool(sentences(self.panel))
        for mark in self.panel.marks:
            if not isinstance(mark, Label) or mark.space == "below" or self.fold.inside:
                continue
            if of_curves and mark.space == "panel":
                continue
            share = (mark.x, mark.y) if mark.space == "panel" else (self.x.place(mark.x), self.y.place(mark.y))
            if not (-0.001 <= share[0] <= 1.001 and -0.001 <= share[1] <= 1.001):
                continue
            left, right = share[0], 1 - share[0]
            within = {"left": right, "right": left, "center": 2 * min(left, right)}[mark.align] * self.axes.width - 2
            role = "caption" if mark.role == "text3" else "small"
            found.append((mark, words(mark.text, role, bold=mark.bold, within=max(within, theme.px(40))), share))
        return found

    def crowded(self) -> bool:
        """True where words inside would cover most of the axes."""
        groups: dict[tuple[str, float], float] = {}
        for mark, text, _ in self.inside():
            groups[mark.align, mark.x] = groups.get((mark.align, mark.x), 0.0) + text.height
        return max(groups.values(), default=0.0) > MOST_COVERED * self.axes.height

    def end_names(self) -> list[LineName]:
        """Lines that are named at their end."""
        return line_names(self.panel, self.x, self.y, self.cell)

    def end_room(self) -> float:
        """What the names of lines take at the right of the axes."""
        names = self.end_names()
        widest = max((name.text.width for name in names), default=0.0)
        return widest + names_gap(names, self.axes) if widest else 0.0

    def curve_words(self) -> Block | None:
        """The words inside axes of curves, where they stand now; None where there are none, or no free place."""
        if self.fold.words_above:
            return block_above(self.panel, self.axes, self.cell)
        leaders = tuple(Box(min(start[0], self.axes.right), min(start[1], name.y), self.axes.right,
                            max(start[1], name.y)) for name in placed_names(self.end_names(), self.axes)
                        if (start := name.start) is not None)
        return free_block(self.panel, self.x, self.y, self.axes, leaders)

    def height_above(self) -> float:
        """What words above the axes take."""
        found = block_above(self.panel, self.axes, self.cell) if self.fold.words_above else None
        return found.box.height + theme.px(4) if found is not None else 0.0

    def colour_bars(self) -> list[ColourBar]:
        """The scales that are shown in this panel."""
        return [mark for mark in self.panel.marks if isinstance(mark, ColourBar)]

    def key_beside(self) -> bool:
        """The key stands under the columns at the right when it fits there."""
        columns = sum(self.column_width(column) + self.gap() for column in self.columns("right")) - self.gap()
        widest = max((text_width(entry.text, "caption") for entry in self.panel.key), default=0.0)
        return columns > 0 and widest + theme.px(16) <= columns

    def key_rows(self) -> list[list[int]]:
        """The entries of the key, line by line."""
        if self.key_beside():
            return [[entry] for entry in range(len(self.panel.key))]
        rows: list[list[int]] = [[]]
        used = 0.0
        for number, entry in enumerate(self.panel.key):
            wide = self.key_words(entry).width + theme.px(30)
            if rows[-1] and (entry.new_line or used + wide > self.cell.width):
                rows.append([])
                used = 0.0
            rows[-1].append(number)
            used += wide
        return rows

    def key_words(self, entry: KeyEntry) -> Words:
        return words(entry.text, "caption", within=max(self.cell.width - theme.px(30), theme.px(60)))

    def key_tops(self) -> list[float]:
        """Where each line of the key begins, from the top of the first, and where the last one ends."""
        tops = [0.0]
        for row in self.key_rows():
            tallest = max((len(self.key_words(self.panel.key[entry]).lines) for entry in row), default=1)
            tops.append(tops[-1] + key_pitch() + (tallest - 1) * line_height("caption"))
        return tops

    def _under_ticks(self) -> list[tuple[float, float]]:
        """(x, width) of everything centred on an x: tick labels and at-risk numbers."""
        found = [] if self.x_ticks_turned() else [(tick, text.width) for tick, text in self.x_ticks()]
        step = self.at_risk_step()
        for row in self.panel.at_risk:
            found += [(time, text_width(number, "caption"))
                      for time, number in list(zip(self.panel.at_risk_times, row.numbers, strict=True))[::step]
                      if self.x.holds(time)]
        return found

    @staticmethod
    def _stride(places: Sequence[tuple[float, float]], gap: float) -> int:
        """The smallest step at which neighbours of these (middle, size) do not touch."""
        for step in range(1, max(len(places), 2)):
            kept = sorted(places[::step])
            if all(after - before >= (one + two) / 2 + gap
                   for (before, one), (after, two) in pairwise(kept)):
                return step
        return max(len(places), 1)


def _numeric(labels: Sequence[str]) -> bool:
    return all(re.fullmatch(r"[−\-+]?[\d.,⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+%?", label) for label in labels)
