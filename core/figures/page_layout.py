"""The page: a place in millimetres for every panel, its axes and its words. Panels of a row and a column line up.

Not for: words inside a panel (panel_words.py) or marks (drawing.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.figures.axis_scale import x_scale, y_scale
from core.figures.panel_measures import Box, Margins
from core.figures.panel_words import KeyPlace, Leader, PanelWords, PlacedText
from core.figures.spec import FigureSpec, Panel
from core.figures.style import Lettering, text_colour
from core.figures.text_layout import block, line_mm

EDGE_MM = 1.5
GAP_MM = 4.0
SMALLEST_AXES_MM = 4.0
ROUNDS = 4
"""Wrapping depends on the size of the axes and the other way round; it has always settled by the third round."""


@dataclass(frozen=True)
class PlacedPanel:
    """A panel with its axes' rectangle in mm and its words."""

    words: PanelWords
    texts: tuple[PlacedText, ...]
    key: tuple[KeyPlace, ...]
    leaders: tuple[Leader, ...]


@dataclass(frozen=True)
class PlacedFigure:
    """Everything on the page; ``badge`` is the rectangle round the words of the badge, if there is one."""

    panels: tuple[PlacedPanel, ...]
    badge: Box | None
    badge_texts: tuple[PlacedText, ...]


def place_figure(spec: FigureSpec) -> PlacedFigure:
    """Lay out the whole figure for its size in mm."""
    badge, badge_texts = _badge(spec)
    top = spec.height_mm - EDGE_MM - (badge.height + 0.8 if badge else 0.0)
    letters = panel_letters(spec)
    grid = [[_start(panel, cell, lettering_of(spec), letters.get(id(panel), "")) for panel, cell in row]
            for row in _cells(spec, top)]
    for _ in range(ROUNDS):
        grid = _aligned(grid)
    placed = []
    for words in (words for row in grid for words in row):
        texts, key, leaders = words.place()
        placed.append(PlacedPanel(words, tuple(texts), tuple(key), tuple(leaders)))
    return PlacedFigure(tuple(placed), badge, badge_texts)


def lettering_of(spec: FigureSpec) -> Lettering:
    """The sizes of the figure's words."""
    return Lettering(spec.text_pt, spec.letter_pt)


def panel_letters(spec: FigureSpec) -> dict[int, str]:
    """The letter of each panel by its ``id``: from the figure's own letter on, one for every panel with a title.

    Panels without a title continue the one before; if none has a title, the first takes the letter.
    """
    panels = [panel for row in spec.rows for panel in row]
    if not spec.panel_letter or not panels:
        return {}
    lettered = [panel for panel in panels if panel.title] or panels[:1]
    return {id(panel): chr(ord(spec.panel_letter[0]) + number) + spec.panel_letter[1:]
            for number, panel in enumerate(lettered)}


def _badge(spec: FigureSpec) -> tuple[Box | None, tuple[PlacedText, ...]]:
    if not spec.badge:
        return None, ()
    small = lettering_of(spec).small
    words = block(spec.badge, small, bold=True, within=spec.width_mm - 2 * EDGE_MM - 3.0)
    right, top = spec.width_mm - EDGE_MM, spec.height_mm - EDGE_MM
    box = Box(right - words.width - 2.4, top - words.height - 0.8, right, top)
    texts = tuple(PlacedText(box.left + 1.2, top - 0.4 - (number + 0.82) * line_mm(small), line, small,
                             text_colour("warn"), bold=True, kind="badge") for number, line in enumerate(words.lines))
    return box, texts


def _cells(spec: FigureSpec, top: float) -> list[list[tuple[Panel, Box]]]:
    """The rectangle of each panel, by the shares of rows and columns."""
    rows = [row for row in spec.rows if row]
    shares = [max(panel.height_share for panel in row) for row in rows]
    room = top - EDGE_MM - GAP_MM * (len(rows) - 1)
    cells = []
    for row, share in zip(rows, shares, strict=True):
        tall = room * share / sum(shares)
        wide = spec.width_mm - 2 * EDGE_MM - GAP_MM * (_columns(rows) - 1)
        unit = wide / max(sum(panel.width_share for panel in other) for other in rows)
        left = EDGE_MM
        line = []
        for panel in row:
            line.append((panel, Box(left, top - tall, left + unit * panel.width_share, top)))
            left += unit * panel.width_share + GAP_MM
        cells.append(line)
        top -= tall + GAP_MM
    return cells


def _columns(rows: list[tuple[Panel, ...]]) -> int:
    return max(len(row) for row in rows)


def _start(panel: Panel, cell: Box, lettering: Lettering, letter: str) -> PanelWords:
    axes = Box(cell.left + 0.2 * cell.width, cell.bottom + 0.2 * cell.height, cell.right - 0.1 * cell.width,
               cell.top - 0.1 * cell.height)
    return PanelWords(panel, x_scale(panel.x, panel.marks), y_scale(panel.y, panel.marks), axes, cell, lettering,
                      letter)


def _aligned(grid: list[list[PanelWords]]) -> list[list[PanelWords]]:
    """One more round: margins of the present sizes, shared along rows (top, bottom) and columns (left, right)."""
    margins = [[words.margins() for words in row] for row in grid]
    lefts: dict[int, float] = {}
    rights: dict[int, float] = {}
    for row in margins:
        for column, needed in enumerate(row):
            lefts[column] = max(lefts.get(column, 0.0), needed.left)
            rights[column] = max(rights.get(column, 0.0), needed.right)
    return [
        [replace(words, axes=_axes(words.cell, Margins(lefts[column], rights[column], max(m.top for m in around),
                                                       max(m.bottom for m in around))))
         for column, words in enumerate(row)]
        for row, around in zip(grid, margins, strict=True)
    ]


def _axes(cell: Box, margins: Margins) -> Box:
    """What the margins leave of the cell, never less than a few millimetres."""
    left = min(cell.left + margins.left, cell.right - SMALLEST_AXES_MM)
    bottom = min(cell.bottom + margins.bottom, cell.top - SMALLEST_AXES_MM)
    right = max(cell.right - margins.right, left + SMALLEST_AXES_MM)
    top = max(cell.top - margins.top, bottom + SMALLEST_AXES_MM)
    return Box(left, bottom, right, top)
