"""Where every line of words of one panel stands on screen, in pixels from the figure's upper left.

Not for: how much room they need (panel_room.py) or painting them (panel_frame.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.figures.curve_shapes import spread
from core.figures.spec import Box as WordBox
from core.figures.spec import Label, Matrix, Rule, Span
from gui import theme
from gui.widgets.figures.line_names import names_gap, placed_names
from gui.widgets.figures.panel_room import PanelRoom
from gui.widgets.figures.panel_sizes import SMALLEST_NAMED_TILE, Box, bolds, key_pitch, tick_length
from gui.widgets.figures.point_names import placed_point_names
from gui.widgets.figures.screen_words import (
    ScreenText,
    Words,
    cap_height,
    line_height,
    printable,
    text_width,
    words,
)

SHIFT = {"left": 0.0, "center": 0.5, "right": 1.0}


@dataclass(frozen=True)
class KeyPlace:
    """The middle of the mark of one entry of the key."""

    x: float
    y: float
    entry: int


@dataclass(frozen=True)
class Leader:
    """A thin line from the end of a curve that stops early to its name."""

    x0: float
    y0: float
    x1: float
    y1: float
    role: str


@dataclass(frozen=True)
class PlacedWords:
    """All words of one panel. ``rows`` scroll and are painted only between the ends of the axes; ``inside`` have a
    ground of their own, because marks may run under them."""

    fixed: tuple[ScreenText, ...]
    rows: tuple[ScreenText, ...]
    inside: tuple[ScreenText, ...]
    grounds: tuple[Box, ...]
    key: tuple[KeyPlace, ...]
    leaders: tuple[Leader, ...]

    def texts(self) -> tuple[ScreenText, ...]:
        return (*self.fixed, *self.rows, *self.inside)


def place_words(room: PanelRoom, tile_ink: dict[tuple[int, int], str] | None = None) -> PlacedWords:
    """Every line of words with its place. ``tile_ink`` names the colour role of words on tiles."""
    inside, grounds = _inside(room)
    names, leaders = _end_names(room)
    beside, ties = _point_names(room)
    names, leaders = [*names, *beside], [*leaders, *ties]
    key_texts, key = _key(room)
    fixed = [*_heading(room), *_ticks(room), *_titles(room), *_column_titles(room), *_at_risk(room), *_rules(room),
             *names, *key_texts]
    rows = [*_column_entries(room), *_tile_texts(room, tile_ink or {}), *_box_words(room)]
    return PlacedWords(tuple(fixed), tuple(rows), tuple(inside), tuple(grounds), tuple(key), tuple(leaders))


def _heading(room: PanelRoom) -> list[ScreenText]:
    title, remark = room.title(), room.remark()
    texts = _lines(title, room.cell.left, room.cell.top, "text", kind="title", whole=room.panel.title)
    if room.remark_beside():
        lift = (title.height - remark.height) / 2
        return texts + _lines(remark, room.cell.left + title.width + theme.px(10), room.cell.top + lift, "text3",
                              kind="remark", whole=room.panel.remark)
    return texts + _lines(remark, room.cell.left, room.cell.top + title.height, "text3", kind="remark",
                          whole=room.panel.remark)


def _ticks(room: PanelRoom) -> list[ScreenText]:
    texts: list[ScreenText] = []
    top = room.axes.bottom + tick_length() + theme.px(2)
    turned = room.x_ticks_turned()
    for tick, text in room.x_ticks():
        if turned:
            for number, line in enumerate(text.lines):
                x = room.x_px(tick) + cap_height("caption") / 2 + (number - (len(text.lines) - 1) / 2) * text.line
                texts.append(ScreenText(x, top, line, "caption", "text2", align="right", turned=True, kind="x tick",
                                        whole=_whole(text)))
        else:
            texts += _lines(text, room.x_px(tick), top, "text2", align="center", kind="x tick")
    for bar in room.colour_bars():
        for tick, label in zip(bar.ticks, bar.tick_labels, strict=True):
            texts += _lines(words(label, "caption"), room.x_px(tick), top, "text2", align="center", kind="x tick")
    for tick, text in room.y_ticks():
        texts += _centred(text, room.axes.left - tick_length() - theme.px(3), room.y_px(tick), "text2", align="right",
                          kind="y tick")
    return texts


def _titles(room: PanelRoom) -> list[ScreenText]:
    texts: list[ScreenText] = []
    depth = room.depth_of_x_title()
    below = room.below()
    tallest = max((text.height for _, text in below), default=0.0)
    taken = room.cell.right
    for mark, text in sorted(below, key=lambda one: -one[0].x):
        left = room.axes.left + mark.x * room.axes.width - text.width * SHIFT[mark.align]
        left = max(min(left, taken - text.width), room.cell.left + room.inset())
        taken = left - theme.px(8)
        x = left + text.width * SHIFT[mark.align]
        texts += _lines(text, x, room.axes.bottom + depth - tallest, mark.role, align=mark.align, kind="below",
                        whole=mark.text)
    title = room.x_title()
    middle = (room.axes.left + room.axes.right) / 2
    end = room.axes.right if room.panel.key and not room.fold.key and room.key_beside() else room.cell.right
    middle = max(min(middle, end - title.width / 2), room.cell.left + title.width / 2)
    texts += _lines(title, middle, room.axes.bottom + depth, "text2", align="center", kind="x title",
                    whole=room.panel.x.label)
    title = room.y_title()
    left = room.cell.left + room.inset() + sum(room.column_width(column) + room.gap()
                                               for column in room.columns("left"))
    middle = (room.axes.top + room.axes.bottom) / 2
    middle = max(min(middle, room.foot_of_axes() - title.width / 2),
                 room.cell.top + room.heading_height() + room.height_above() + title.width / 2)
    for number, line in enumerate(title.lines):
        texts.append(ScreenText(left + (number + 0.8) * title.line, middle, line, title.role, "text2",
                                align="center", turned=True, kind="y title",
                                whole=room.panel.y.label if title.complete else ""))
    return texts


def column_starts(room: PanelRoom) -> list[tuple[int, float, float]]:
    """(number, left, width) of the columns that are shown."""
    found = []
    left = room.cell.left + room.inset()
    right = room.axes.right + room.end_room()
    for number, column in enumerate(room.panel.columns):
        if number in room.fold.columns:
            continue
        wide = room.column_width(column)
        if column.side == "left":
            found.append((number, left, wide))
            left += wide + room.gap()
        else:
            found.append((number, right + room.gap(), wide))
            right += room.gap() + wide
    return found


def _column_titles(room: PanelRoom) -> list[ScreenText]:
    texts: list[ScreenText] = []
    for number, start, wide in column_starts(room):
        column = room.panel.columns[number]
        title = room.column_title(column)
        x = start + {"left": 0.0, "center": wide / 2, "right": wide}[column.align]
        texts += _lines(title, x, room.axes.top - title.height - theme.px(4), "text2", align=column.align,
                        kind="column title", whole=column.title)
    return texts


def _column_entries(room: PanelRoom) -> list[ScreenText]:
    texts: list[ScreenText] = []
    for number, start, wide in column_starts(room):
        column = room.panel.columns[number]
        if not room.scrolls and not room.entries_fit(column):
            continue
        x = start + {"left": 0.0, "center": wide / 2, "right": wide}[column.align]
        roles = column.roles or ("text",) * len(column.texts)
        for text, y, bold, role in zip(column.texts, column.y, bolds(column), roles, strict=True):
            if text and room.y.low <= y <= room.y.high:
                found = words(text, "caption" if room.tiles else "small", bold=bold, within=wide + 0.5,
                              most_lines=1 if room.scrolls else 99)
                texts += _centred(found, x, room.y_px(y), role, align=column.align, kind="column", whole=text)
    return texts


def _at_risk(room: PanelRoom) -> list[ScreenText]:
    if not room.panel.at_risk:
        return []
    top = room.axes.bottom + room.depth_of_x_title() + room.x_title().height + theme.px(5)
    title = words(room.panel.at_risk_title, "caption", bold=True, within=room.cell.width)
    texts = _lines(title, room.cell.left, top, "text2", kind="at risk title", whole=room.panel.at_risk_title)
    step = room.at_risk_step()
    for number, (row, name) in enumerate(zip(room.panel.at_risk, room.row_names(), strict=True)):
        middle = top + line_height("caption") + (number + 0.5) * room.row_pitch()
        texts += _centred(name, room.cell.left, middle, row.role, kind="at risk name", whole=row.name)
        for time, found in list(zip(room.panel.at_risk_times, row.numbers, strict=True))[::step]:
            if room.x.holds(time):
                texts += _centred(words(found, "caption"), room.x_px(time), middle, "text", align="center",
                                  kind="at risk", whole=found)
    return texts


def _inside(room: PanelRoom) -> tuple[list[ScreenText], list[Box]]:
    """Labels in the panel, moved apart where they would overlap."""
    texts: list[ScreenText] = []
    grounds: list[Box] = []
    groups: dict[tuple[str, float], list[tuple[Label, Words, float, float]]] = {}
    axes = room.axes
    for mark, text, share in room.inside():
        lift = {"bottom": 0.5, "center": 0.0, "top": -0.5}[mark.valign] * text.height
        groups.setdefault((mark.align, mark.x), []).append((mark, text, share[0], share[1] * axes.height + lift))
    for group in groups.values():
        middles = spread([middle for *_, middle in group], [text.height for _, text, _, _ in group], 0.0, axes.height)
        for (mark, text, share_x, _), middle in zip(group, middles, strict=True):
            x, y = axes.left + share_x * axes.width, axes.bottom - middle
            texts += _centred(text, x, y, mark.role, align=mark.align, kind="label", whole=mark.text)
            left = x - {"left": 0.0, "center": text.width / 2, "right": text.width}[mark.align]
            grounds.append(Box(left - 2, y - text.height / 2, left + text.width + 2, y + text.height / 2))
    block = room.curve_words()
    if block is not None:
        top = block.box.top
        x = block.box.left if block.align == "left" else block.box.right
        for mark, text in block.sentences:
            texts += _lines(text, x, top, mark.role, align=block.align, kind="label", whole=mark.text)
            top += text.height
        grounds += [block.box] if block.on_band else []
    return texts, grounds


def _rules(room: PanelRoom) -> list[ScreenText]:
    texts: list[ScreenText] = []
    for mark in room.panel.marks:
        if isinstance(mark, Rule) and mark.x is not None and mark.label and room.x.holds(mark.x):
            text = words(mark.label, "caption", within=room.cell.width)
            x = min(max(room.x_px(mark.x), room.cell.left + text.width / 2), room.cell.right - text.width / 2)
            texts += _lines(text, x, room.axes.top - text.height, mark.role, align="center", kind="rule",
                            whole=mark.label)
        elif isinstance(mark, Span) and mark.label:
            low, high = room.x_px(mark.low), room.x_px(mark.high)
            text = words(mark.label, "caption", within=max(high - low, theme.px(30)))
            texts += _lines(text, (low + high) / 2, room.axes.top + 2, "text3", align="center", kind="span",
                            whole=mark.label)
    return texts


def _end_names(room: PanelRoom) -> tuple[list[ScreenText], list[Leader]]:
    names = room.end_names()
    gap = names_gap(names, room.axes)
    texts: list[ScreenText] = []
    leaders = []
    for placed in placed_names(names, room.axes):
        mark, text = placed.name.mark, placed.name.text
        texts += _centred(text, room.axes.right + gap, placed.y, mark.role, kind="line name", whole=mark.label)
        if placed.start is not None:
            leaders.append(Leader(*placed.start, room.axes.right + gap - theme.px(2), placed.y, mark.role))
    return texts, leaders


def _point_names(room: PanelRoom) -> tuple[list[ScreenText], list[Leader]]:
    """Names beside points, tied to them by a thin line where they stand apart; those without a free place are left
    out, and the figure reports them."""
    texts: list[ScreenText] = []
    leaders: list[Leader] = []
    for mark, text, role, place, (x, y) in placed_point_names(room):
        texts += _centred(text, place.left + 2, place.middle, role, kind="label", whole=mark)
        if place.tied:
            leaders.append(Leader(x, y, *place.nearest(x, y), role))
    return texts, leaders


def _key(room: PanelRoom) -> tuple[list[ScreenText], list[KeyPlace]]:
    if not room.panel.key or room.fold.key:
        return [], []
    rows = room.key_rows()
    if room.key_beside():
        start = min((left for number, left, _ in column_starts(room) if room.panel.columns[number].side == "right"),
                    default=room.axes.right)
        top = room.axes.bottom + theme.px(4)
    else:
        start, top = room.cell.left, room.axes.bottom + room.margins().bottom - room.key_tops()[-1]
    texts: list[ScreenText] = []
    marks = []
    for begin, row in zip(room.key_tops(), rows, strict=False):
        x = start
        for entry in row:
            text = room.key_words(room.panel.key[entry])
            middle = top + begin + 0.5 * key_pitch()
            marks.append(KeyPlace(x + theme.px(5), middle, entry))
            texts += _centred(text, x + theme.px(14), middle + (len(text.lines) - 1) * text.line / 2, "text2",
                              kind="key", whole=room.panel.key[entry].text)
            x += text.width + theme.px(30)
    return texts, marks


def _tile_texts(room: PanelRoom, ink: dict[tuple[int, int], str]) -> list[ScreenText]:
    """Words on tiles that are big enough for every one in sight."""
    texts: list[ScreenText] = []
    for mark in room.panel.marks:
        if not isinstance(mark, Matrix) or not mark.texts:
            continue
        wide = room.axes.width / (room.x.high - room.x.low)
        tall = room.axes.height / (room.y.high - room.y.low)
        if tall < theme.px(SMALLEST_NAMED_TILE) or wide < theme.px(SMALLEST_NAMED_TILE):
            continue
        rows = range(max(0, int(room.y.low)), min(len(mark.texts), int(np.ceil(room.y.high))))
        columns = range(max(0, int(room.x.low)), int(np.ceil(room.x.high)))
        shown = [(row, column, mark.texts[row][column]) for row in rows
                 for column in columns if column < len(mark.texts[row]) and mark.texts[row][column]]
        if any(text_width(text, "caption") > wide - 2 for *_, text in shown):
            continue
        for row, column, text in shown:
            texts += _centred(words(text, "caption"), room.x_px(column + 0.5), room.y_px(row + 0.5),
                              ink.get((row, column), "dtext"), align="center", kind="tile", whole=text)
    return texts


def _box_words(room: PanelRoom) -> list[ScreenText]:
    """The lines of a box (the flow of patients), centred in its height."""
    texts: list[ScreenText] = []
    for mark in room.panel.marks:
        if not isinstance(mark, WordBox):
            continue
        left, right = sorted((room.x_px(mark.left), room.x_px(mark.right)))
        top, bottom = sorted((room.y_px(mark.low), room.y_px(mark.high)))
        inset = theme.px(8)
        lines = [words(line, "body" if bold else "small", bold=bold, within=right - left - 2 * inset)
                 for line, bold in zip(mark.lines, mark.bold or (False,) * len(mark.lines), strict=True)]
        at = max((top + bottom - sum(line.height for line in lines)) / 2, top)
        for line, whole in zip(lines, mark.lines, strict=True):
            texts += _lines(line, left + inset, at, "text" if line.bold else "text2", kind="box", whole=whole)
            at += line.height
    return texts


def _whole(text: Words) -> str:
    return " ".join(text.lines)


def _lines(text: Words, x: float, top: float, colour: str, *, align: str = "left", kind: str = "",
           whole: str = "") -> list[ScreenText]:
    """Lines from ``top`` downwards."""
    lift = (text.line + cap_height(text.role)) / 2
    full = "" if text.complete else whole
    whole = whole if text.complete else ""
    return [ScreenText(x, top + number * text.line + lift, line, text.role, colour, text.bold, align, kind=kind,
                       whole=whole or _whole(text), full=full) for number, line in enumerate(text.lines)]


def _centred(text: Words, x: float, middle: float, colour: str, *, align: str = "left", kind: str = "",
             whole: str = "") -> list[ScreenText]:
    """Lines centred on ``middle`` by the height of capitals."""
    full = whole if not text.complete or _unlike(whole, text) else ""
    whole = whole if text.complete else ""
    first = middle - (len(text.lines) - 1) * text.line / 2 + cap_height(text.role) / 2
    return [ScreenText(x, first + number * text.line, line, text.role, colour, text.bold, align, kind=kind,
                       whole=whole or _whole(text), full=full) for number, line in enumerate(text.lines)]


def _unlike(whole: str, text: Words) -> bool:
    """True where other words stand for ``whole``."""
    return bool(whole) and "".join(printable(whole).split()) != "".join("".join(text.lines).split())
