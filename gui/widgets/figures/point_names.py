"""Names beside the points in sight of one panel: which have a free place, and where.

Not for: painting (panel_frame.py) or where names find room (core.figures.name_places).
"""

from __future__ import annotations

import numpy as np

from core.figures.name_places import NamePlace, name_places
from core.figures.spec import PointNames, Points, Segments
from gui import theme
from gui.widgets.figures.panel_room import PanelRoom
from gui.widgets.figures.screen_words import Words, line_height, words

GAP = 8

PlacedName = tuple[str, Words, str, NamePlace, tuple[float, float]]
"""The name, its words, its role, its place, and its point in pixels."""


def placed_point_names(room: PanelRoom) -> list[PlacedName]:
    """Every name that has a free place."""
    found: list[PlacedName] = []
    for mark in room.panel.marks:
        if not isinstance(mark, PointNames) or not mark.names:
            continue
        bold = mark.bold or (False,) * len(mark.names)
        seen = [place for place in range(len(mark.names))
                if room.x.holds(float(mark.x[place])) and room.y.holds(float(mark.y[place]))]
        x = np.array([room.x_px(float(mark.x[place])) for place in seen])
        y = np.array([room.y_px(float(mark.y[place])) for place in seen])
        texts = [words(mark.names[place], "small", bold=bold[place]) for place in seen]
        tall = line_height("small") * 0.86
        axes = room.axes
        places = name_places(x, y, [(text.width + 4, tall) for text in texts], _points(room),
                             (axes.left, axes.top - 4, max(room.cell.right, axes.right), axes.bottom),
                             float(theme.px(GAP)))
        found += [(mark.names[place], text, mark.roles[place], spot, (float(px), float(py)))
                  for place, text, spot, px, py in zip(seen, texts, places, x, y, strict=True) if spot.clear]
    return found


def _points(room: PanelRoom) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    found: list[tuple[float, float]] = []
    for mark in room.panel.marks:
        if isinstance(mark, Points):
            found += zip(mark.x, mark.y, strict=True)
        elif isinstance(mark, Segments):
            found += [*zip(mark.x0, mark.y0, strict=True), *zip(mark.x1, mark.y1, strict=True)]
    return np.array([(room.x_px(float(x)), room.y_px(float(y))) for x, y in found
                     if np.isfinite(x) and np.isfinite(y)], dtype=np.float64).reshape(-1, 2)
