"""The stretch of the axes in sight: zooming, moving, and ticks for what is left in sight.

Not for: the whole axes; core.figures.axis_scale makes those for screen and file alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.figures.axis_scale import AxisScale, x_scale
from core.figures.spec import Axis, Matrix, Panel, StateTiles, Strips

FEWEST_TICKS = 3
SMALLEST_SHARE = 1e-4


@dataclass(frozen=True)
class Window:
    """Shares of both axes that are in sight, each from 0 (start of the axis) to 1."""

    left: float = 0.0
    right: float = 1.0
    bottom: float = 0.0
    top: float = 1.0

    @property
    def whole(self) -> bool:
        return self == WHOLE

    def zoomed(self, factor: float, x: float = 0.5, y: float = 0.5, *, only_x: bool = False) -> Window:
        """Smaller by ``factor`` round a point, given as shares of what is in sight."""
        left, right = _zoomed(self.left, self.right, factor, x)
        bottom, top = (self.bottom, self.top) if only_x else _zoomed(self.bottom, self.top, factor, y)
        return Window(left, right, bottom, top)

    def moved(self, x: float, y: float) -> Window:
        """Moved by shares of what is in sight, never off the axes."""
        left, right = _moved(self.left, self.right, x)
        bottom, top = _moved(self.bottom, self.top, y)
        return Window(left, right, bottom, top)


WHOLE = Window()


def seen(panel: Panel, x: AxisScale, y: AxisScale, window: Window | None) -> tuple[AxisScale, AxisScale]:
    """The axes as far as they are in sight, with ticks for that stretch."""
    if window is None or window.whole:
        return x, y
    tiles = any(isinstance(mark, (Matrix, StateTiles, Strips)) for mark in panel.marks)
    return (_stretch(panel.x, x, window.left, window.right, tiles),
            _stretch(panel.y, y, window.bottom, window.top, tiles))


def value_at(scale: AxisScale, share: float) -> float:
    """The value that stands at a share of the axis; the inverse of ``AxisScale.place``."""
    share = 1.0 - share if scale.reverse else share
    if scale.log:
        return float(scale.low * (scale.high / scale.low) ** share)
    return scale.low + share * (scale.high - scale.low)


def _stretch(axis: Axis, scale: AxisScale, start: float, end: float, tiles: bool) -> AxisScale:
    if start == 0.0 and end == 1.0:
        return scale
    low, high = sorted((value_at(scale, start), value_at(scale, end)))
    kept = [(tick, label) for tick, label in zip(scale.ticks, scale.labels, strict=True) if low <= tick <= high]
    if not tiles and len(kept) < FEWEST_TICKS:
        unit = _label_unit(scale.ticks, scale.labels)
        if unit is not None:
            finer = x_scale(Axis("", low / unit, high / unit, log=scale.log), ())
            kept = [(tick * unit, label) for tick, label in zip(finer.ticks, finer.labels, strict=True)]
    return replace(scale, low=low, high=high, ticks=tuple(tick for tick, _ in kept),
                   labels=tuple(label for _, label in kept))


def _label_unit(ticks: Sequence[float], labels: Sequence[str]) -> float | None:
    """How much of the axis one unit of its labels is (12 for years on an axis of months); None for words."""
    units = []
    for tick, label in zip(ticks, labels, strict=True):
        try:
            value = float(label.replace("\u2212", "-").replace(",", ""))
        except ValueError:
            return None
        if value and tick:
            units.append(tick / value)
        elif value != tick:
            return None
    if not units:
        return 1.0 if ticks else None
    return units[0] if max(units) - min(units) < 0.02 * abs(units[0]) and units[0] > 0 else None


def _zoomed(low: float, high: float, factor: float, at: float) -> tuple[float, float]:
    size = min(max((high - low) / factor, SMALLEST_SHARE), 1.0)
    fixed = low + at * (high - low)
    start = min(max(fixed - at * size, 0.0), 1.0 - size)
    return (0.0, 1.0) if math.isclose(size, 1.0) else (start, start + size)


def _moved(low: float, high: float, by: float) -> tuple[float, float]:
    size = high - low
    start = min(max(low + by * size, 0.0), 1.0 - size)
    return start, start + size
