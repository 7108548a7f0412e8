"""How wide words are in millimetres, and how they wrap or shrink until they fit. No word of a figure is ever cut off.

Not for: placing them; page_layout.py and drawing.py do that.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from matplotlib import font_manager
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

from core.figures.file_names import printable
from core.figures.number_words import LINE_ENDS
from core.figures.style import (
    FALLBACK_FAMILY,
    FAMILY,
    FONT_FOLDER,
    LINE_SPACING,
    MM_PER_PT,
    SMALLEST_PT,
    TEXT_PT,
    drawing_settings,
)

MEASURING_DPI = 720
FLOOR_PT = 1.5


@dataclass(frozen=True)
class Block:
    """Words broken into lines at one size; ``width`` and ``height`` in mm."""

    lines: tuple[str, ...]
    size: float
    bold: bool
    width: float
    height: float


def width_mm(text: str, size: float = TEXT_PT, bold: bool = False) -> float:
    """Width of one line in mm."""
    return _width_at_ten(text, bold) * size / 10.0


def line_mm(size: float) -> float:
    """Height of one line in mm, with the space to the next."""
    return size * LINE_SPACING * MM_PER_PT


def block(text: str, size: float = TEXT_PT, *, bold: bool = False, within: float = math.inf) -> Block:
    """Text broken into lines no wider than ``within`` mm; a single word wider than that is broken inside."""
    lines: list[str] = []
    for paragraph in printable(text).split("\n"):
        lines += _wrapped(" ".join(paragraph.split()), size, bold, within)
    lines = lines or [""]
    width = max(width_mm(line, size, bold) for line in lines)
    return Block(tuple(lines), size, bold, width, len(lines) * line_mm(size))


def fitted(text: str, size: float = TEXT_PT, *, bold: bool = False, within: float, tall: float = math.inf) -> Block:
    """Text that fits into ``within`` by ``tall`` mm: on one line if it can, smaller if it must, then on several."""
    for smaller in _sizes(size):
        one_line = width_mm(" ".join(printable(text).split()), smaller, bold) <= within
        if one_line and "\n" not in text and line_mm(smaller) <= max(tall, line_mm(FLOOR_PT)):
            return block(text, smaller, bold=bold, within=within)
        if smaller <= max(SMALLEST_PT, size - 1.0):
            wrapped = block(text, smaller, bold=bold, within=within)
            if wrapped.height <= tall:
                return wrapped
    return block(text, FLOOR_PT, bold=bold, within=within)


def font(size: float, bold: bool = False) -> FontProperties:
    """The font of the file: bundled Liberation Sans, then DejaVu Sans for what it lacks."""
    return FontProperties(family=[FAMILY, FALLBACK_FAMILY], size=size, weight=700 if bold else 400)


def characters_without_glyph(text: str) -> str:
    """The visible characters of ``text`` that neither font can draw, each once, in order."""
    visible = (letter for letter in printable(text) if not letter.isspace())
    return "".join(dict.fromkeys(letter for letter in visible if ord(letter) not in _drawable()))


def _sizes(size: float) -> list[float]:
    """Candidate sizes: half points down to the smallest a journal takes, then on down so that nothing is lost."""
    steps = []
    while size > FLOOR_PT:
        steps.append(size)
        size -= 0.5
    return [*steps, FLOOR_PT]


def _wrapped(text: str, size: float, bold: bool, within: float) -> list[str]:
    if width_mm(text, size, bold) <= within:
        return [text]
    lines: list[str] = []
    line = ""
    for word in LINE_ENDS.split(text):
        longer = f"{line} {word}" if line else word
        if width_mm(longer, size, bold) <= within:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width_mm(line, size, bold) > within and len(line) > 1:
            fits = max(1, _letters_that_fit(line, size, bold, within))
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]


def _letters_that_fit(word: str, size: float, bold: bool, within: float) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width_mm(word[:middle], size, bold) <= within:
            low = middle
        else:
            high = middle - 1
    return low


@functools.lru_cache(maxsize=4096)
def _width_at_ten(text: str, bold: bool) -> float:
    """Width in mm at 10 pt; sizes scale, because hinting is off."""
    if not text:
        return 0.0
    with drawing_settings():
        width, _, _ = _renderer().get_text_width_height_descent(  # type: ignore[no-untyped-call]
            text, font(10.0, bold), False)
    return float(width) / MEASURING_DPI * 25.4


@functools.cache
def _renderer() -> RendererAgg:
    return RendererAgg(16, 16, MEASURING_DPI)  # type: ignore[no-untyped-call]


@functools.cache
def _drawable() -> frozenset[int]:
    with drawing_settings():
        fallback = font_manager.findfont(FontProperties(family=[FALLBACK_FAMILY]))
    codes: set[int] = set()
    for path in (FONT_FOLDER / "LiberationSans-Regular.ttf", fallback):
        codes.update(FT2Font(str(path)).get_charmap())
    return frozenset(codes)
