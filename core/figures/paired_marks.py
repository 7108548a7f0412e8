"""Marks of two values of one patient and of points that are named: segments from before to after, names beside points.

Not for: other marks (spec.py, which hands these on) or drawing; where names find room is name_places.py's matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Segments:
    """One straight line per sample from (x0, y0) to (x1, y1) with a hollow and a filled point at its ends.

    ``roles`` and ``styles`` (solid, dashed, dotted) are one per sample; ``said`` is what the window adds to a name.
    """

    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray
    samples: tuple[str, ...]
    roles: tuple[str, ...]
    styles: tuple[str, ...]
    said: tuple[str, ...] = ()
    size: float = 3.4
    width: float = 0.9

    def looks(self) -> tuple[tuple[str, str], ...]:
        """Every pair of role and style that occurs, in the order of the samples."""
        return tuple(dict.fromkeys(zip(self.roles, self.styles, strict=True)))

    def chosen(self, role: str, style: str) -> NDArray[np.bool_]:
        """Which samples look so and have both ends."""
        looks = np.array([each == (role, style) for each in zip(self.roles, self.styles, strict=True)], dtype=bool)
        ends = np.isfinite(self.x0) & np.isfinite(self.y0) & np.isfinite(self.x1) & np.isfinite(self.y1)
        return np.asarray(looks & ends)


@dataclass(frozen=True, eq=False)
class PointNames:
    """Names beside points, placed where they cover neither points nor each other, the most important first."""

    x: FloatArray
    y: FloatArray
    names: tuple[str, ...]
    roles: tuple[str, ...]
    bold: tuple[bool, ...] = ()
