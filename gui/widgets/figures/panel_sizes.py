"""Sizes that the words round a panel follow: rows, gaps, ticks, what may be left out; boxes in pixels.

Not for: measuring a panel (panel_room.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.figures.spec import TextColumn
from gui import theme
from gui.widgets.figures.screen_words import Words, line_height

SMALLEST_AXES = 56
"""Pixels at 100 %: axes smaller than this make the panel fold."""
FOREST_AXES, FOREST_AXES_PX = 104, 120
"""A forest's axes give way to its numbers down to this; large letters do not ask for more than the second."""
STRIP = 16
ROW = 19
"""A row of a forest (design-language §2)."""
SMALLEST_NAMED_TILE = 12
MOST_COVERED = 0.6
FEWEST_ROWS = 6
MOST_NAMED_ROWS = 80


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels from the figure's upper left; ``top`` < ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Margins:
    """Pixels that the words of a panel need on each side of its axes."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Fold:
    """What a small panel leaves out: columns by number, words inside the axes, the remark, the key, titles of axes.

    Words of curves never go: ``words_above`` has them above the axes. ``short_titles`` of columns.
    """

    columns: frozenset[int] = frozenset()
    inside: bool = False
    remark: bool = False
    key: bool = False
    titles: bool = False
    words_above: bool = False
    short_titles: bool = False


def tick_length() -> float:
    return float(theme.px(4))


def column_gap() -> float:
    return float(theme.px(14))


def key_pitch() -> float:
    return line_height("caption") + theme.px(2)


def cap_box(text: Words) -> float:
    """The height that a name beside a tick really covers."""
    return text.height * 0.8


def bolds(column: TextColumn) -> tuple[bool, ...]:
    return column.bold or (False,) * len(column.texts)
