"""Where every line of words of one panel stands, in millimetres on the page.

Not for: how much room they need (panel_measures.py), the page (page_layout.py) or the marks (drawing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.figures.curve_shapes import ENDS_EARLY, spread
from core.figures.name_places import name_places
from core.figures.panel_measures import COLUMN_GAP_MM, PAD_MM, PanelMeasures, bolds
from core.figures.spec import Label, PointNames, Points, Rule, Segments, Span
from core.figures.style import MM_PER_PT, TICK_MM, text_colour
from core.figures.text_layout import Block, block, fitted, line_mm, width_mm

POINT_GAP_MM = 1.5
CAP_HEIGHT = 0.72
"""Height of a capital letter as a share of the font size: words are centred by it."""


@dataclass(frozen=True)
class PlacedText:
    """One line of words: ``x`` in mm from the left, ``y`` of the baseline in mm from the bottom of the page.

    ``kind`` says what it is: "title", "x tick", "at risk", … ; ``turned`` words run upwards.
    """

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False
    align: str = "left"
    turned: bool = False
    kind: str = ""


@dataclass(frozen=True)
class KeyPlace:
    """Where the mark of one entry of the key stands, in mm."""

    x: float
    y: float
    entry: int


@dataclass(frozen=True)
class Leader:
    """A thin line from the end of a curve that stops early to its name, in mm."""

    x0: float
    y0: float
    x1: float
    y1: float
    role: str


@dataclass(frozen=True)
class PanelWords(PanelMeasures):
    """The words of one panel with their places, once the axes have their final size."""

    def place(self) -> tuple[list[PlacedText], list[KeyPlace], list[Leader]]:
        """Every line of words with its place on the page, the marks of the key, and leaders to names of lines."""
        texts = [*self._place_heading(), *self._place_ticks(), *self._place_titles(), *self._place_columns(),
                 *self._place_at_risk(), *self._place_labels()]
        names, leaders = self._place_end_names()
        beside, ties = self._place_point_names()
        names, leaders = [*names, *beside], [*leaders, *ties]
        key_texts, key_marks = self._place_key()
        return [*texts, *names, *key_texts], key_marks, leaders

    def _x_mm(self, value: float) -> float:
        return self.axes.left + self.x.place(value) * self.axes.width

    def _y_mm(self, value: float) -> float:
        return self.axes.bottom + self.y.place(value) * self.axes.height

    def _place_heading(self) -> list[PlacedText]:
        texts: list[PlacedText] = []
        left, top = self.cell.left + self._indent(), self.cell.top - self._letter_drop()
        if self.letter:
            first = 0.82 * line_mm(self.text if self.panel.title or not self.panel.remark else self.small)
            texts.append(PlacedText(self.cell.left, top - first, self.letter, self.lettering.letter,
                                    text_colour("text"), bold=True, kind="panel letter"))
        if self.panel.title:
            texts += _lines(self._title(), left, top, "text", kind="title")
            top -= self._title().height
        if self.panel.remark:
            texts += _lines(self._remark(), left, top, "text2", kind="remark")
        return texts

    def _place_ticks(self) -> list[PlacedText]:
        texts: list[PlacedText] = []
        top = self.axes.bottom - TICK_MM - PAD_MM
        for tick, words in zip(self.x.ticks, self._x_tick_blocks()):
            if self._x_ticks_turned():
                x = self._x_mm(tick) + CAP_HEIGHT * words.size * MM_PER_PT / 2
                texts.append(PlacedText(x, top, words.lines[0], words.size, text_colour("text2"), align="right",
                                        turned=True, kind="x tick"))
            else:
                texts += _lines(words, self._x_mm(tick), top, "text2", align="center", kind="x tick")
        for bar in self.colour_bars():
            for tick, label in zip(bar.ticks, bar.tick_labels, strict=True):
                texts += _lines(block(label, self.small), self._x_mm(tick), top, "text2", align="center", kind="x tick")
        for tick, words in zip(self.y.ticks, self._y_tick_blocks()):
            texts += _centred(words, self.axes.left - TICK_MM - PAD_MM, self._y_mm(tick), "text2", align="right",
                              kind="y tick")
        return texts

    def _place_titles(self) -> list[PlacedText]:
        texts: list[PlacedText] = []
        depth = self._depth_of_x_title()
        for mark, words in self._below():
            x = self.axes.left + mark.x * self.axes.width
            tallest = max(other.height for _, other in self._below())
            texts += _lines(words, x, self.axes.bottom - depth + tallest, mark.role, align=mark.align, kind="below")
        if self._x_title().lines != ("",):
            texts += _lines(self._x_title(), (self.axes.left + self.axes.right) / 2, self.axes.bottom - depth, "text",
                            align="center", kind="x title")
        title = self._y_title()
        if title.lines != ("",):
            left = self.cell.left + sum(self._column_width(column) + COLUMN_GAP_MM for column in self._columns("left"))
            for number, line in enumerate(title.lines):
                x = left + (number + 0.82) * line_mm(title.size)
                texts.append(PlacedText(x, (self.axes.bottom + self.axes.top) / 2, line, title.size,
                                        text_colour("text"), align="center", turned=True, kind="y title"))
        return texts

    def _place_columns(self) -> list[PlacedText]:
        texts: list[PlacedText] = []
        left = self.cell.left
        ends = max((words.width for _, words, _ in self._end_names()), default=0.0)
        right = self.axes.right + (ends + 1.2 if ends else 0.0)
        for column in self.panel.columns:
            wide = self._column_width(column)
            if column.side == "left":
                start, left = left, left + wide + COLUMN_GAP_MM
            else:
                start = right + COLUMN_GAP_MM
                right = start + wide
            x = start + {"left": 0.0, "center": wide / 2, "right": wide}[column.align]
            title = self._column_title(column)
            if column.title:
                texts += _lines(title, x, self.axes.top + title.height + 0.4, "text2", align=column.align,
                                kind="column title")
            roles = column.roles or ("text",) * len(column.texts)
            for text, y, bold, role in zip(column.texts, column.y, bolds(column), roles, strict=True):
                if text:
                    texts += _centred(self._column_entry(column, text, bold), x, self._y_mm(y), role,
                                      align=column.align, kind="column")
        return texts

    def _place_at_risk(self) -> list[PlacedText]:
        if not self.panel.at_risk:
            return []
        title_depth = self._x_title().height if self._x_title().lines != ("",) else 0.0
        top = self.axes.bottom - self._depth_of_x_title() - title_depth - 1.2
        title = block(self.panel.at_risk_title, self.small, bold=True, within=self.cell.width)
        texts = _lines(title, self.cell.left, top, "text2", kind="at risk title")
        size = self._at_risk_size()
        for number, (row, name) in enumerate(zip(self.panel.at_risk, self._row_names(), strict=True)):
            middle = top - line_mm(self.small) - (number + 0.5) * self._row_pitch()
            texts += _centred(name, self.cell.left, middle, row.role, kind="at risk name")
            for time, words in zip(self.panel.at_risk_times, row.numbers, strict=True):
                texts += _centred(block(words, size), self._x_mm(time), middle, "text", align="center", kind="at risk")
        return texts

    def _place_labels(self) -> list[PlacedText]:
        texts: list[PlacedText] = []
        inside: dict[tuple[str, float], list[tuple[Label, Block, float, float]]] = {}
        for mark in self.panel.marks:
            if isinstance(mark, Label) and mark.space != "below":
                share = (mark.x, mark.y) if mark.space == "panel" else (self.x.place(mark.x), self.y.place(mark.y))
                within = {"left": 1 - share[0], "right": share[0],
                          "center": 2 * min(share[0], 1 - share[0])}[mark.align]
                words = fitted(mark.text, self.small if mark.role == "text3" else self.lettering.label, bold=mark.bold,
                               within=max(within * self.axes.width - 0.3, 4.0), tall=0.6 * self.axes.height)
                lift = {"bottom": 0.5, "center": 0.0, "top": -0.5}[mark.valign] * words.height
                middle = share[1] * self.axes.height + lift
                inside.setdefault((mark.align, mark.x), []).append((mark, words, share[0], middle))
            elif isinstance(mark, Rule) and mark.x is not None and mark.label:
                texts += _lines(block(mark.label, self.small), self._inside(self._x_mm(mark.x), mark.label),
                                self.axes.top + line_mm(self.small), mark.role, align="center", kind="rule")
            elif isinstance(mark, Span) and mark.label:
                words = fitted(mark.label, self.small, within=max(self._x_mm(mark.high) - self._x_mm(mark.low), 4.0))
                texts += _lines(words, (self._x_mm(mark.low) + self._x_mm(mark.high)) / 2, self.axes.top - 0.3,
                                "text3", align="center", kind="span")
        for group in inside.values():
            heights = [words.height for _, words, _, _ in group]
            middles = spread([middle for *_, middle in group], heights, 0.0, self.axes.height)
            for (mark, words, share_x, _), middle in zip(group, middles, strict=True):
                texts += _centred(words, self.axes.left + share_x * self.axes.width, self.axes.bottom + middle,
                                  mark.role, align=mark.align, kind="label")
        return texts

    def _inside(self, x: float, text: str) -> float:
        """``x`` moved so that centred words stay within the panel."""
        half = width_mm(text, self.small) / 2
        return min(max(x, self.cell.left + half), max(self.cell.right - half, self.cell.left + half))

    def _place_end_names(self) -> tuple[list[PlacedText], list[Leader]]:
        found = self._end_names()
        middles = spread([end[1] * self.axes.height for _, _, end in found], [words.height for _, words, _ in found],
                         -1.0, self.axes.height + 1.0)
        texts: list[PlacedText] = []
        leaders = []
        for (mark, words, end), middle in zip(found, middles, strict=True):
            y = self.axes.bottom + middle
            texts += _centred(words, self.axes.right + 1.2, y, mark.role, kind="line name")
            if end[0] < ENDS_EARLY:
                start = (self.axes.left + end[0] * self.axes.width, self.axes.bottom + end[1] * self.axes.height)
                leaders.append(Leader(*start, self.axes.right + 0.8, y, mark.role))
        return texts, leaders

    def _place_point_names(self) -> tuple[list[PlacedText], list[Leader]]:
        """Names beside points, tied to them by a thin line where they stand apart."""
        texts: list[PlacedText] = []
        leaders: list[Leader] = []
        for mark in self.panel.marks:
            if not isinstance(mark, PointNames) or not mark.names:
                continue
            size = self.lettering.label
            bold = mark.bold or (False,) * len(mark.names)
            points = np.array([(self._x_mm(float(x)), self._y_mm(float(y))) for x, y in self._points()]).reshape(-1, 2)
            x = np.array([self._x_mm(float(value)) for value in mark.x])
            y = np.array([self._y_mm(float(value)) for value in mark.y])
            blocks = [block(name, size, bold=each) for name, each in zip(mark.names, bold, strict=True)]
            tall = CAP_HEIGHT * size * MM_PER_PT + 0.5
            places = name_places(x, y, [(words.width + 0.4, tall) for words in blocks], points,
                                 (self.axes.left, self.axes.bottom, self.cell.right, self.axes.top + 1.0), POINT_GAP_MM)
            for px, py, words, place, role in zip(x, y, blocks, places, mark.roles, strict=True):
                texts += _centred(words, place.left, place.middle, role, kind="point name")
                if place.tied:
                    leaders.append(Leader(float(px), float(py), *place.nearest(float(px), float(py)), role))
        return texts, leaders

    def _points(self) -> list[tuple[float, float]]:
        """Every point of the panel, in units of the axes."""
        found: list[tuple[float, float]] = []
        for mark in self.panel.marks:
            if isinstance(mark, Points):
                found += zip(mark.x, mark.y, strict=True)
            elif isinstance(mark, Segments):
                found += [*zip(mark.x0, mark.y0, strict=True), *zip(mark.x1, mark.y1, strict=True)]
        return [(x, y) for x, y in found if np.isfinite(x) and np.isfinite(y)]

    def _place_key(self) -> tuple[list[PlacedText], list[KeyPlace]]:
        if not self.panel.key:
            return [], []
        texts: list[PlacedText] = []
        marks = []
        rows = self._key_rows()
        if self._key_beside():
            start = self.cell.right - sum(self._column_width(column) + COLUMN_GAP_MM
                                          for column in self._columns("right")) + COLUMN_GAP_MM
            top = self.axes.bottom - 1.0
        else:
            start, top = self.cell.left, self.axes.bottom - self._bottom() + len(rows) * line_mm(self.small)
        for number, row in enumerate(rows):
            x = start
            for entry in row:
                words = block(self.panel.key[entry].text, self.small)
                middle = top - (number + 0.5) * line_mm(self.small)
                marks.append(KeyPlace(x + 1.2, middle, entry))
                texts += _centred(words, x + 3.2, middle, "text2", kind="key")
                x += words.width + 7.0
        return texts, marks


def _lines(words: Block, x: float, top: float, role: str, *, align: str = "left", kind: str = "") -> list[PlacedText]:
    """Lines from ``top`` downwards."""
    return [PlacedText(x, top - (number + 0.82) * line_mm(words.size), line, words.size, text_colour(role), words.bold,
                       align, kind=kind) for number, line in enumerate(words.lines)]


def _centred(words: Block, x: float, middle: float, role: str, *, align: str = "left",
             kind: str = "") -> list[PlacedText]:
    """Lines centred on ``middle`` by the height of capitals."""
    pitch = line_mm(words.size)
    first = middle + (len(words.lines) - 1) * pitch / 2 - CAP_HEIGHT * words.size * MM_PER_PT / 2
    return [PlacedText(x, first - number * pitch, line, words.size, text_colour(role), words.bold, align, kind=kind)
            for number, line in enumerate(words.lines)]
