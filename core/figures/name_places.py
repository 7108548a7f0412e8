"""Where names beside points stand: near their point, on no other point, on no other name, inside the axes.

Not for: drawing or units of length; whatever goes in comes out in the same unit, with y up or down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STEPS = (1.0, 2.2, 4.5, 8.0, 12.0, 16.0)
"""Distances from the point, in gaps."""
SIDES = ((1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1))
TIED_FROM = 2.0
"""A name further from its point than so many gaps is tied to it by a thin line."""
POINT_COST, NAME_COST = 1.0, 50.0
STRANGER_COST = 0.9
"""Of a place that lies nearer to another point than to its own: a reader would take it for the name of that one."""


@dataclass(frozen=True)
class NamePlace:
    """The rectangle of a name, and the corner of it that a leader runs to; no leader where ``tied`` is False."""

    left: float
    low: float
    right: float
    high: float
    tied: bool
    clear: bool

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """The point of the rectangle that is nearest to a place."""
        return min(max(x, self.left), self.right), min(max(y, self.low), self.high)


def name_places(x: FloatArray, y: FloatArray, sizes: Sequence[tuple[float, float]], points: FloatArray,
                area: tuple[float, float, float, float], gap: float) -> list[NamePlace]:
    """A place for every name, in the order of importance.

    Parameters
    ----------
    x, y : (n,) points that are named.
    sizes : width and height of each name.
    points : (m, 2) every point that should stay free, the named ones included.
    area : left, low, right, high that names must stay in.
    gap : from the middle of a point to its name, at least.
    """
    taken: list[NamePlace] = []
    for px, py, (wide, tall) in zip(x, y, sizes, strict=True):
        best: tuple[float, NamePlace] | None = None
        for number, step in enumerate(STEPS):
            for order, (across, up) in enumerate(SIDES):
                place = _beside(float(px), float(py), wide, tall, across, up, step * gap, area)
                if place is None:
                    continue
                strange = _nearer_to_another(place, float(px), float(py), points)
                cost = 0.01 * order + 0.2 * number + STRANGER_COST * strange + _cost(place, points, taken, gap)
                if best is None or cost < best[0]:
                    best = cost, NamePlace(*place, step >= TIED_FROM or strange, cost < POINT_COST + 1.5)
            if best is not None and best[0] < 0.2 * number + 0.2:
                break
        left, low, _, _ = area
        taken.append(best[1] if best else NamePlace(left, low, left + wide, low + tall, True, False))
    return taken


def _beside(x: float, y: float, wide: float, tall: float, across: int, up: int, distance: float,
            area: tuple[float, float, float, float]) -> tuple[float, float, float, float] | None:
    slant = 0.75 if across and up else 1.0
    left = x + slant * distance if across > 0 else x - slant * distance - wide if across < 0 else x - wide / 2
    low = y + slant * distance if up > 0 else y - slant * distance - tall if up < 0 else y - tall / 2
    inside = left >= area[0] and low >= area[1] and left + wide <= area[2] and low + tall <= area[3]
    return (left, low, left + wide, low + tall) if inside else None


def _nearer_to_another(place: tuple[float, float, float, float], x: float, y: float, points: FloatArray) -> bool:
    """True where the rectangle is nearer to some point than to (x, y)."""
    left, low, right, high = place

    def away(across: FloatArray, up: FloatArray) -> FloatArray:
        return np.hypot(np.maximum(np.maximum(left - across, across - right), 0.0),
                        np.maximum(np.maximum(low - up, up - high), 0.0))

    own = float(away(np.array([x]), np.array([y]))[0])
    return bool(len(points)) and bool((away(points[:, 0], points[:, 1]) < own - 1e-6).any())


def _cost(place: tuple[float, float, float, float], points: FloatArray, taken: Sequence[NamePlace],
          gap: float) -> float:
    left, low, right, high = place
    rim = 0.55 * gap
    hit = ((points[:, 0] > left - rim) & (points[:, 0] < right + rim) & (points[:, 1] > low - rim)
           & (points[:, 1] < high + rim)) if len(points) else np.zeros(0, dtype=bool)
    over = sum(left < other.right and other.left < right and low < other.high and other.low < high for other in taken)
    return POINT_COST * float(hit.sum()) + NAME_COST * over
