"""Words of a figure in pixels: how wide they are and how they wrap. Text on screen never shrinks and never ends early.

Not for: where they stand (panel_texts.py).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontMetricsF

from core.figures.number_words import LINE_ENDS
from gui import theme

CAP_HEIGHT = 0.727
"""Height of a capital letter of Inter as a share of the font size: words are centred by it."""
LINE_SHARE = {"title": 18 / 13, "body": 18 / 13, "small": 17 / 12, "caption": 15 / 11}


@dataclass(frozen=True)
class Words:
    """Text broken into lines, all sizes in pixels; not ``complete`` where its middle had to be left out."""

    lines: tuple[str, ...]
    role: str
    bold: bool
    width: float
    height: float
    complete: bool = True

    @property
    def line(self) -> float:
        return self.height / max(len(self.lines), 1)


@dataclass(frozen=True)
class ScreenText:
    """One line of words: ``x`` of its anchor and ``y`` of its baseline, in pixels from the figure's upper left.

    ``colour`` is a role; ``kind`` says what it is, as in core.figures.panel_words; ``turned`` words run upwards.
    ``whole`` is the text of the spec that this line belongs to; ``full`` the same where only a part is shown.
    """

    x: float
    y: float
    text: str
    role: str
    colour: str
    bold: bool = False
    align: str = "left"
    turned: bool = False
    kind: str = ""
    whole: str = ""
    full: str = ""

    @property
    def left(self) -> float:
        """Where a level line begins."""
        wide = text_width(self.text, self.role, self.bold)
        return self.x - {"left": 0.0, "center": wide / 2, "right": wide}[self.align]


NOTHING = Words((), "caption", False, 0.0, 0.0)


def printable(text: str) -> str:
    """The text without control characters and halves of surrogate pairs."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text
                   if not 0xD800 <= ord(letter) <= 0xDFFF)


def font(role: str, bold: bool) -> QFont:
    """The font of one role at the text size in force."""
    return _font(role, bold, theme.percent())


def text_width(text: str, role: str = "caption", bold: bool = False) -> float:
    """Width of one line in pixels."""
    return _width(text, role, bold, theme.percent())


def line_height(role: str) -> float:
    """Height of one line, with the space to the next."""
    return theme.FONT_ROLES[role][0] * LINE_SHARE[role] * theme.percent() / 100


def cap_height(role: str) -> float:
    """Height of a capital letter."""
    return theme.FONT_ROLES[role][0] * CAP_HEIGHT * theme.percent() / 100


def words(text: str, role: str = "caption", *, bold: bool = False, within: float = math.inf,
          most_lines: int = 99) -> Words:
    """Text in lines no wider than ``within``; a single word wider than that is broken inside.

    Where it needs more than ``most_lines``, its middle is left out: start and end of a name tell it apart.
    """
    if not text:
        return NOTHING
    within = max(within, 8.0) if math.isfinite(within) else math.inf
    lines = _lines(text, role, bold, within, theme.percent())
    complete = len(lines) <= most_lines
    if not complete:
        lines = _without_middle(text, role, bold, within, most_lines, theme.percent())
    width = max(text_width(line, role, bold) for line in lines)
    return Words(lines, role, bold, width, len(lines) * line_height(role), complete)


@functools.lru_cache(maxsize=64)
def _font(role: str, bold: bool, percent: int) -> QFont:
    return theme.font(role, bold=bold)


@functools.lru_cache(maxsize=64)
def _metrics(role: str, bold: bool, percent: int) -> QFontMetricsF:
    return QFontMetricsF(_font(role, bold, percent))


@functools.lru_cache(maxsize=16384)
def _width(text: str, role: str, bold: bool, percent: int) -> float:
    return _metrics(role, bold, percent).horizontalAdvance(text)


@functools.lru_cache(maxsize=4096)
def _lines(text: str, role: str, bold: bool, within: float, percent: int) -> tuple[str, ...]:
    found: list[str] = []
    for paragraph in printable(text).split("\n"):
        found += _wrapped(" ".join(paragraph.split()), role, bold, within)
    return tuple(found) or ("",)


@functools.lru_cache(maxsize=1024)
def _without_middle(text: str, role: str, bold: bool, within: float, most: int, percent: int) -> tuple[str, ...]:
    flat = " ".join(printable(text).split())
    few, many = 1, max(len(flat) - 1, 1)
    while few < many:
        kept = (few + many + 1) // 2
        if len(_lines(_shortened(flat, kept), role, bold, within, percent)) <= most:
            few = kept
        else:
            many = kept - 1
    return _lines(_shortened(flat, few), role, bold, within, percent)[:most]


def _shortened(text: str, kept: int) -> str:
    end = kept // 2
    return f"{text[:kept - end]}\u2026{text[len(text) - end:] if end else ''}"


def _wrapped(text: str, role: str, bold: bool, within: float) -> list[str]:
    if text_width(text, role, bold) <= within:
        return [text]
    lines: list[str] = []
    line = ""
    for word in LINE_ENDS.split(text):
        longer = f"{line} {word}" if line else word
        if text_width(longer, role, bold) <= within:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while text_width(line, role, bold) > within and len(line) > 1:
            fits = next((end for end in range(len(line) - 1, 1, -1) if text_width(line[:end], role, bold) <= within), 1)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]
