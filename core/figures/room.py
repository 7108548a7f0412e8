"""Whether every word of a figure has room at its size, and the smallest size at which it has.

Not for: shrinking or wrapping words (text_layout.py) or a journal's limits (preflight.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.figures.page_layout import SMALLEST_AXES_MM, PlacedFigure, place_figure
from core.figures.panel_words import CAP_HEIGHT, PlacedText
from core.figures.spec import FigureSpec
from core.figures.style import MM_PER_PT, SMALLEST_PT
from core.figures.text_layout import width_mm
from core.problems import UserError, user_error

WIDEST_MM = 400.0
TALLEST_MM = 400.0
TOUCHING_MM = 0.05
NEAREST_MM = 1.0
"""Sizes are looked for to this step."""

Resize = Callable[[float, float], FigureSpec]


def text_box(text: PlacedText) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in mm, from the baseline to the height of capitals."""
    wide, tall = width_mm(text.text, text.size, text.bold), CAP_HEIGHT * text.size * MM_PER_PT
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[text.align] * wide
    if text.turned:
        return text.x - tall, text.y - shift, text.x, text.y - shift + wide
    return text.x - shift, text.y, text.x - shift + wide, text.y + tall


def crowded(spec: FigureSpec, placed: PlacedFigure) -> tuple[str, ...]:
    """Words that leave the page or overlap others, and panels without room for their marks."""
    texts = [text for panel in placed.panels for text in panel.texts if text.text.strip()]
    texts += placed.badge_texts
    found = []
    for panel in placed.panels:
        axes, cell = panel.words.axes, panel.words.cell
        if min(axes.width, axes.height) <= SMALLEST_AXES_MM + 0.01 < min(cell.width, cell.height):
            found.append(panel.words.panel.title or panel.words.panel.x.label or spec.title)
    if not texts:
        return tuple(found)
    boxes = np.array([text_box(text) for text in texts])
    left, bottom, right, top = boxes.T
    outside = (left < -0.01) | (bottom < -0.01) | (right > spec.width_mm + 0.01) | (top > spec.height_mm + 0.01)
    gap = TOUCHING_MM
    across = (left[:, None] < right[None, :] - gap) & (left[None, :] < right[:, None] - gap)
    along = (bottom[:, None] < top[None, :] - gap) & (bottom[None, :] < top[:, None] - gap)
    touching = np.triu(across & along, 1)
    found += [texts[number].text for number in np.flatnonzero(outside)]
    found += [texts[number].text for number in np.flatnonzero(touching.any(axis=1))]
    return tuple(dict.fromkeys(found))


def smallest_text(placed: PlacedFigure) -> float:
    """Points of the smallest words, infinite for a figure without words."""
    sizes = [text.size for panel in placed.panels for text in panel.texts if text.text.strip()]
    return min([*sizes, *(text.size for text in placed.badge_texts)], default=float("inf"))


def room_for(limit_pt: float, resize: Resize, width: float, height: float, *,
             tallest: float = TALLEST_MM) -> tuple[float, float] | None:
    """The smallest size, at least ``width`` by ``height`` mm, where nothing is crowded and no word below the limit.

    First taller, then wider, then both; None where none is found.
    """
    def works(wide: float, tall: float) -> bool:
        spec = resize(wide, tall)
        placed = place_figure(spec)
        return not crowded(spec, placed) and smallest_text(placed) >= limit_pt - 0.01

    if works(width, height):
        return width, height
    if height < tallest and works(width, tallest):
        return width, _least(lambda tall: works(width, tall), height, tallest)
    if works(WIDEST_MM, height):
        return _least(lambda wide: works(wide, height), width, WIDEST_MM), height
    if height < tallest and works(WIDEST_MM, tallest):
        return _least(lambda wide: works(wide, tallest), width, WIDEST_MM), tallest
    return None


def crowding_problem(spec: FigureSpec, resize: Resize) -> UserError | None:
    """What to say when words have no room at this size; None when they have."""
    settled = resize(spec.width_mm, spec.height_mm)
    victims = crowded(settled, place_figure(settled))
    if not victims:
        return None
    size = room_for(0.0, resize, spec.width_mm, spec.height_mm)
    first = victims[0] if len(victims[0]) <= 40 else victims[0][:39] + "\u2026"
    remedy = (f"the smallest that works is {size[0]:.0f} \u00d7 {size[1]:.0f} mm" if size else
              f"take smaller text: {max(SMALLEST_PT, spec.text_pt - 1):g} pt")
    return user_error("figure_too_small", f"{spec.width_mm:g} \u00d7 {spec.height_mm:g} mm is too small for the words "
                      f"of this figure at {spec.text_pt:g} pt (first: \u201c{first}\u201d)",
                      why="words would overlap or be cut off", remedy=remedy)


def _least(works: Callable[[float], bool], fails: float, fits: float) -> float:
    while fits - fails > NEAREST_MM:
        middle = (fits + fails) / 2
        fails, fits = (fails, middle) if works(middle) else (middle, fits)
    return float(np.ceil(fits))
