"""Shapes that both renderers need: a step function cut where it fades, and where the names of lines stand.

Not for: drawing, or units of length; whatever goes in comes out in the same unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.figures.spec import Label, Line, StepLine

FloatArray = NDArray[np.float64]

ENDS_EARLY = 0.95
"""A line that stops left of this share of the axis is tied to its name by a thin leader."""


def split_at(x: FloatArray, heights: tuple[FloatArray, ...],
             faded_from: float | None) -> list[tuple[FloatArray, tuple[FloatArray, ...], bool]]:
    """A step function cut in two at ``faded_from``, where both pieces have a point."""
    x = np.asarray(x, dtype=float)
    arrays = tuple(np.asarray(values, dtype=float) for values in heights)
    if faded_from is None or not x.size or faded_from >= x[-1]:
        return [(x, arrays, False)] if x.size else []
    at = max(int(np.searchsorted(x, faded_from, side="right")) - 1, 0)
    cut = max(faded_from, float(x[0]))
    before = (np.append(x[:at + 1], cut), tuple(np.append(values[:at + 1], values[at]) for values in arrays), False)
    after = (np.concatenate([[cut], x[at + 1:]]),
             tuple(np.concatenate([[values[at]], values[at + 1:]]) for values in arrays), True)
    return [before, after]


def sentences_of(words: Sequence[Label]) -> list[Label]:
    """Lines that were wrapped from one sentence put together again."""
    sentences: list[Label] = []
    for label in words:
        if sentences and label.continues:
            sentences[-1] = replace(sentences[-1], text=f"{sentences[-1].text} {label.text}")
        else:
            sentences.append(label)
    return sentences


def height_near_end(mark: StepLine | Line, axis_length: float) -> float:
    """Where the name of a line stands: its end; for a step line, its mean over the last tenth of the axis.

    The last patient's event takes a curve to 0, and two curves that end so would be named in any order. NaN where no
    point of the line can be drawn.
    """
    shown = np.isfinite(mark.x) & np.isfinite(mark.y)
    x, y = np.asarray(mark.x, dtype=float)[shown], np.asarray(mark.y, dtype=float)[shown]
    if not x.size:
        return float("nan")
    start = float(x[-1]) - 0.1 * axis_length
    if isinstance(mark, Line) or x[0] >= x[-1]:
        return float(y[-1])
    start = max(start, float(x[0]))
    inside = x > start
    heights = np.concatenate([[y[max(int(np.searchsorted(x, start, side="right")) - 1, 0)]], y[inside]])
    edges = np.concatenate([[start], x[inside]])
    return float(np.sum(heights[:-1] * np.diff(edges)) / (edges[-1] - edges[0]))


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middles as near to ``wanted`` as possible (least squares) without overlap, between ``low`` and ``high``.

    Pool-adjacent-violators on the places minus the room of those below.
    """
    if not wanted:
        return []
    order = sorted(range(len(wanted)), key=lambda item: (wanted[item], -item))
    offsets = [0.0]
    for before, after in pairwise(order):
        offsets.append(offsets[-1] + (heights[before] + heights[after]) / 2)
    pools: list[tuple[float, int]] = []
    for item, offset in zip(order, offsets, strict=True):
        pools.append((wanted[item] - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (first, n_first), (second, n_second) = pools[-2:]
            pools[-2:] = [((first * n_first + second * n_second) / (n_first + n_second), n_first + n_second)]
    ceiling = high - heights[order[-1]] / 2 - offsets[-1]
    floor = low + heights[order[0]] / 2
    starts = [max(min(level, ceiling), floor) for level, count in pools for _ in range(count)]
    middles = [0.0] * len(wanted)
    for item, start, offset in zip(order, starts, offsets, strict=True):
        middles[item] = start + offset
    return middles
