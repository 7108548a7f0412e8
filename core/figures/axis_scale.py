"""From an Axis and the marks on it to limits, ticks and places between 0 and 1.

Not for: drawing, or choosing what an analysis wants to show; stated limits and ticks are taken as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import short_number
from core.figures.spec import (
    Axis,
    Band,
    Bars,
    Boxes,
    ColourBar,
    HoverPoints,
    Intervals,
    Line,
    Mark,
    Matrix,
    Points,
    Rule,
    Segments,
    Span,
    StateTiles,
    StepLine,
    Strips,
    Ticks,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class AxisScale:
    """An axis ready to draw: ``low`` < ``high`` always; ``reverse`` puts ``high`` first."""

    low: float
    high: float
    log: bool
    reverse: bool
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def place(self, value: float) -> float:
        """Where ``value`` lies: 0 at the start of the axis (left, bottom), 1 at its end."""
        if self.log:
            if value <= 0:
                return 1.0 if self.reverse else 0.0
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return 1.0 - share if self.reverse else share

    def holds(self, value: float) -> bool:
        """True where the value lies on the axis."""
        return math.isfinite(value) and self.low <= value <= self.high


def x_scale(axis: Axis, marks: Sequence[Mark]) -> AxisScale:
    """The horizontal axis of these marks."""
    for mark in marks:
        if isinstance(mark, Matrix):
            return _names_scale(mark.column_names, mark.values.shape[1], reverse=False)
        if isinstance(mark, StateTiles):
            return _names_scale(mark.column_names, mark.n_columns, reverse=False)
        if isinstance(mark, Strips):
            return _names_scale((), len(mark.roles[0]) if mark.roles else 0, reverse=False)
    return _scale(axis, [values for mark in marks for values in _x_values(mark)])


def y_scale(axis: Axis, marks: Sequence[Mark]) -> AxisScale:
    """The vertical axis of these marks."""
    for mark in marks:
        if isinstance(mark, Matrix):
            return _names_scale(mark.row_names, mark.values.shape[0], reverse=True)
        if isinstance(mark, StateTiles):
            return _names_scale(mark.row_names, len(mark.states), reverse=True)
        if isinstance(mark, Strips):
            return _names_scale(mark.row_names, len(mark.roles), reverse=True)
    return _scale(axis, [values for mark in marks for values in _y_values(mark)])


def _names_scale(names: tuple[str, ...], count: int, *, reverse: bool) -> AxisScale:
    """Tiles lie between whole numbers; a tick stands in the middle of each that has a name."""
    return AxisScale(0.0, float(max(count, 1)), False, reverse, tuple(place + 0.5 for place in range(len(names))),
                     names)


def _scale(axis: Axis, values: list[FloatArray]) -> AxisScale:
    low, high = _limits(axis, values)
    ticks = tuple(tick for tick in axis.ticks if not axis.log or tick > 0)
    if axis.ticks:
        labels = axis.tick_labels or tuple(short_number(tick) for tick in ticks)
    else:
        ticks = _log_ticks(low, high) if axis.log else _plain_ticks(low, high)
        labels = axis.tick_labels or tuple(short_number(tick) for tick in ticks)
    kept = [(tick, label) for tick, label in zip(ticks, labels) if low - 1e-9 <= tick <= high * (1 + 1e-9) + 1e-9]
    return AxisScale(low, high, axis.log, axis.reverse, tuple(tick for tick, _ in kept),
                     tuple(label for _, label in kept))


def _limits(axis: Axis, values: list[FloatArray]) -> tuple[float, float]:
    found = np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in values]) if values else np.array([])
    found = found[np.isfinite(found) & ((found > 0) | (not axis.log))]
    low, high = (float(found.min()), float(found.max())) if found.size else ((0.1, 10.0) if axis.log else (0.0, 1.0))
    if axis.log:
        room = (high / low) ** 0.04
        low, high = axis.low or low / room, axis.high or high * room
        low = low if low > 0 else high / 10
        return (low, high) if low < high else (low / 2, low * 2)
    room = 0.04 * (high - low)
    low = low - room if axis.low is None else axis.low
    high = high + room if axis.high is None else axis.high
    return (low, high) if low < high else (low - 0.5, low + 0.5)


def _plain_ticks(low: float, high: float) -> tuple[float, ...]:
    step = 10.0 ** math.floor(math.log10((high - low) / 4))
    step = next(step * factor for factor in (1, 2, 2.5, 5, 10) if (high - low) / (step * factor) <= 5.5)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(step * position, 12) for position in range(first, last + 1))


def _log_ticks(low: float, high: float) -> tuple[float, ...]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)):
        ticks = tuple(round(factor * 10.0**decade, 12) for decade in decades for factor in factors
                      if low <= factor * 10.0**decade <= high)
        if len(ticks) >= 4:
            return ticks
    return ticks or (low, high)


def _x_values(mark: Mark) -> list[FloatArray]:
    if isinstance(mark, (StepLine, Line, Band, Ticks, HoverPoints, Points)):
        return [mark.x]
    if isinstance(mark, Segments):
        return [mark.x0, mark.x1]
    if isinstance(mark, Boxes):
        return [mark.x - mark.width / 2, mark.x + mark.width / 2]
    if isinstance(mark, ColourBar):
        return [np.array([mark.low, mark.high])]
    if isinstance(mark, Intervals):
        return [mark.low, mark.centre, mark.high]
    if isinstance(mark, Bars):
        return [np.array([0.0]), mark.height] if mark.horizontal else [mark.left, mark.right]
    if isinstance(mark, Span):
        return [np.array([mark.low, mark.high])]
    if isinstance(mark, Rule) and mark.x is not None:
        return [np.array([mark.x])]
    return []


def _y_values(mark: Mark) -> list[FloatArray]:
    if isinstance(mark, (StepLine, Line, Ticks, HoverPoints, Points)):
        return [mark.y]
    if isinstance(mark, Segments):
        return [mark.y0, mark.y1]
    if isinstance(mark, Boxes):
        return [mark.low, mark.high]
    if isinstance(mark, Band):
        return [mark.low, mark.high]
    if isinstance(mark, Intervals):
        return [mark.y]
    if isinstance(mark, Bars):
        return [mark.left, mark.right] if mark.horizontal else [np.array([0.0]), mark.height]
    if isinstance(mark, Rule) and mark.y is not None:
        return [np.array([mark.y])]
    return []
