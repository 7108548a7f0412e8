"""Tiles with a state on matplotlib axes, and the small tile of a key: fill, edge and a glyph.

Not for: which look a state has (tile_marks.py) or tiles with numbers (tile_drawing.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from core.figures.page_layout import PlacedPanel
from core.figures.spec import StateTiles
from core.figures.style import DASHES, MM_PER_PT, colour
from core.figures.text_layout import font
from core.figures.tile_marks import STATE_LOOKS, StateLook

GAP = 0.07
"""Between tiles, as a share of a tile, on each side."""
GLYPH_SHARE = 0.5
LARGEST_GLYPH_PT = 4.2
SMALLEST_GLYPH_PT = 0.9
KEY_MM = 2.2
MARKERS = {"up": "^", "down": "v"}


def draw_states(axes: Axes, mark: StateTiles, placed: PlacedPanel, order: float) -> None:
    """Every tile; glyphs as large as the tiles allow, none where they would be specks."""
    if not mark.n_columns:
        return
    box = placed.words.axes
    side = min(box.width / mark.n_columns, box.height / len(mark.states)) / MM_PER_PT
    size = min(GLYPH_SHARE * side, LARGEST_GLYPH_PT)
    found: dict[str, list[tuple[int, int]]] = {}
    for row, states in enumerate(mark.states):
        for column, state in enumerate(states):
            found.setdefault(state, []).append((row, column))
    for state, places in found.items():
        look = STATE_LOOKS[state]
        tiles = [Rectangle((column + GAP, row + GAP), 1 - 2 * GAP, 1 - 2 * GAP) for row, column in places]
        axes.add_collection(PatchCollection(tiles, zorder=order, **_edge(look, 0.6)), autolim=False)
        if look.glyph == "slash":
            x = np.array([(column + GAP, column + 1 - GAP, np.nan) for _, column in places]).ravel()
            y = np.array([(row + 1 - GAP, row + GAP, np.nan) for row, _ in places]).ravel()
            axes.plot(x, y, color=colour(look.ink), linewidth=0.6, zorder=order + 0.002)
        elif look.glyph and size >= SMALLEST_GLYPH_PT:
            axes.plot([column + 0.5 for _, column in places], [row + 0.5 for row, _ in places], linestyle="none",
                      zorder=order + 0.002, **_glyph(look, size))


def draw_state_key(figure: Figure, x: float, y: float, state: str, to_page: Any) -> None:
    """The tile of a key, its middle at (x, y) in mm."""
    look, half = STATE_LOOKS[state], KEY_MM / 2
    figure.add_artist(Rectangle((x - half, y - half), KEY_MM, KEY_MM, transform=to_page, **_edge(look, 0.5)))
    if look.glyph == "slash":
        figure.add_artist(PathPatch(Path([(x - half, y - half), (x + half, y + half)]), transform=to_page,
                                    edgecolor=colour(look.ink), linewidth=0.5))
    elif look.glyph:
        figure.add_artist(Line2D([x], [y], transform=to_page, linestyle="none",
                                 **_glyph(look, GLYPH_SHARE * KEY_MM / MM_PER_PT)))


def _edge(look: StateLook, wide: float) -> dict[str, Any]:
    if not look.edge:
        return {"facecolor": colour(look.fill), "edgecolor": "none", "linewidth": 0}
    return {"facecolor": colour(look.fill), "edgecolor": colour(look.edge), "linewidth": wide,
            "linestyle": DASHES["dashed" if look.dashed else "solid"]}


def _glyph(look: StateLook, size: float) -> dict[str, Any]:
    marker: Any = MARKERS.get(look.glyph, "o")
    if look.glyph == "?":
        marker, size = MarkerStyle(_question_mark()), 1.6 * size
    return {"marker": marker, "markersize": 0.5 * size if look.glyph == "dot" else size,
            "markerfacecolor": colour(look.ink), "markeredgecolor": "none", "markeredgewidth": 0}


def _question_mark() -> Path:
    """The glyph as a shape about its own middle: it stays whole in every format and needs no font."""
    shape = TextPath((0, 0), "?", size=1.0, prop=font(1.0), usetex=False)
    middle = np.asarray(shape.get_extents().get_points()).mean(axis=0)
    moved: Path = shape.transformed(Affine2D().translate(-middle[0], -middle[1]))
    return moved
