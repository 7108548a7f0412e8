"""Marks made of tiles: matrices, states of patients, annotation strips, and the bar that explains their colours.

Not for: other marks (spec.py, which hands these on) or drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Matrix:
    """Tiles, ``values`` shape (n_rows, n_columns); tile (r, c) covers x c to c + 1, y r to r + 1, the first row on top.

    ``scale``: "diverging" (pale, under numbers), "strong diverging" (blue to vermillion, for tiles without numbers) or
    "sequential". ``low`` and ``high`` fix its ends, and values beyond are drawn in the colour of the end; without them
    the largest values are the ends. NaN is missing. ``samples`` names the columns for hovering where there are too
    many for ``column_names``, which may then be empty.
    """

    values: FloatArray
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    scale: str = "diverging"
    texts: tuple[tuple[str, ...], ...] = ()
    low: float | None = None
    high: float | None = None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Strips:
    """Rows of coloured tiles that say something of each column of a Matrix below them (annotation bars).

    Tile (r, c) covers x c to c + 1 and y r to r + 1, the first row on top. Its colour is the figure role
    ``roles[r][c]`` at the strength ``shades[r, c]`` from 0 (nearly the surface) to 1 (the full colour): the colour is
    the role at opacity 0.12 + 0.88 shade on the surface. An empty role is a missing value: grey with a hatch.
    ``texts[r][c]`` is the value in words, for hovering only; ``samples`` names the columns.
    """

    row_names: tuple[str, ...]
    roles: tuple[tuple[str, ...], ...]
    shades: FloatArray
    texts: tuple[tuple[str, ...], ...] = ()
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ColourBar:
    """The colours of a Matrix's scale from ``low`` to ``high`` along x, as high as its panel; ``ticks`` under it."""

    low: float
    high: float
    scale: str = "diverging"
    ticks: tuple[float, ...] = ()
    tick_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class StateLook:
    """How a tile of one state looks: ``fill`` and ``edge`` are roles (no edge where empty), ``dashed`` its edge.

    ``glyph``: "up", "down", "dot", "?", "slash" or empty; ``ink`` is its role.
    """

    fill: str
    glyph: str = ""
    edge: str = ""
    dashed: bool = False
    ink: str = "dtext"


STATE_LOOKS: Mapping[str, StateLook] = {
    "switched on": StateLook("d5", "up"),
    "switched off": StateLook("d1", "down"),
    "up": StateLook("d5", "up"),
    "down": StateLook("d1", "down"),
    "stays on": StateLook("d4", "dot"),
    "stays off": StateLook("d3"),
    "unchanged": StateLook("d3"),
    "on": StateLook("d5", "dot"),
    "off": StateLook("d3"),
    "unknown": StateLook("surface", "?", "control", ink="text3"),
    "not measured": StateLook("surface", "", "control", dashed=True),
    "HER2 kept": StateLook("her2"),
    "HER2 lost": StateLook("surface", "slash", "her2", ink="her2"),
    "HER2 gained": StateLook("her2", "up", ink="surface"),
}
"""By name of the state (design-language §6, tile maps)."""


@dataclass(frozen=True, eq=False)
class StateTiles:
    """Tiles with a state each, a key of STATE_LOOKS: ``states[r][c]`` lies where tile (r, c) of a Matrix does.

    ``texts`` say each tile in words, for hovering; ``samples`` names the columns where ``column_names`` is empty.
    """

    states: tuple[tuple[str, ...], ...]
    row_names: tuple[str, ...]
    column_names: tuple[str, ...] = ()
    texts: tuple[tuple[str, ...], ...] = ()
    samples: tuple[str, ...] = ()

    @property
    def n_columns(self) -> int:
        return len(self.states[0]) if self.states else 0
