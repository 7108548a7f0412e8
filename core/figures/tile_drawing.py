"""Tiles on matplotlib axes: matrices with their scales, annotation strips, colour bars.

Not for: other marks (drawing.py) or which colours a role has (style.py).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from core.figures.page_layout import PlacedPanel
from core.figures.spec import ColourBar, Matrix, Strips
from core.figures.style import DASHES, DIVERGING, STRONG_DIVERGING, colour, tint
from core.figures.text_layout import fitted, font

FloatArray = NDArray[np.float64]
Pixels = NDArray[np.uint8]

MOST_TILES = 5000
"""More tiles than this are drawn as one image, so that the file stays small."""

NARROW_MM = 1.4
"""The white gaps between narrower tiles would be most of the picture: they have none."""

PIXELS_PER_ROW = 6
PIXELS_ACROSS = 2400
"""Every tile becomes a block of equal pixels: no viewer smooths it away, and equal pixels pack to nothing."""

PALEST, FULL = 0.12, 1.0
HATCH = 6
"""A stripe of a missing tile every so many pixels."""


def strength(shade: float) -> float:
    """The opacity on the surface at which a role is drawn for a shade of 0 to 1 (Strips, KeyEntry)."""
    return PALEST + (FULL - PALEST) * min(max(shade, 0.0), 1.0)


def draw_matrix(axes: Axes, mark: Matrix, placed: PlacedPanel, order: float) -> None:
    """Tiles; missing values are white with a dashed edge, or grey with a hatch where there are very many tiles."""
    values = np.asarray(mark.values, dtype=float)
    rows, columns = values.shape
    if not rows or not columns:
        return
    scale, low, high = colour_map(mark.scale), *limits(mark)
    box = placed.words.axes
    if values.size > MOST_TILES or box.width / columns < NARROW_MM:
        _image(axes, _coloured(values, scale, low, high), ~np.isfinite(values), order)
    else:
        axes.pcolormesh(np.arange(columns + 1), np.arange(rows + 1), np.ma.masked_invalid(values), cmap=scale,
                        vmin=low, vmax=high, edgecolors=colour("surface"), linewidth=0.4, zorder=order)
        for row, column in np.argwhere(~np.isfinite(values)):
            axes.add_patch(Rectangle((column + 0.08, row + 0.08), 0.84, 0.84, facecolor="none", linewidth=0.4,
                                     edgecolor=colour("control"), linestyle=DASHES["dashed"], zorder=order + 0.001))
    for row, line in enumerate(mark.texts):
        for column, text in enumerate(line):
            if text:
                words = fitted(text, placed.words.small, within=box.width / columns * 0.94, tall=box.height / rows)
                ink = _ink_on(mark.scale, low, high, values[row, column])
                axes.text(column + 0.5, row + 0.5, "\n".join(words.lines), ha="center", va="center", color=ink,
                          fontproperties=font(words.size), parse_math=False, zorder=order + 0.002)


def draw_strips(axes: Axes, mark: Strips, order: float) -> None:
    """One row of colours per strip; missing values grey with a hatch, a white line between strips."""
    if not mark.roles or not mark.roles[0]:
        return
    rows, columns = len(mark.roles), len(mark.roles[0])
    pixels = np.empty((rows, columns, 3), dtype=np.uint8)
    shades = np.asarray(mark.shades, dtype=float)
    known: dict[tuple[str, float], tuple[int, int, int]] = {}
    for row in range(rows):
        for column in range(columns):
            wanted = (mark.roles[row][column], round(float(shades[row, column]), 3))
            if wanted not in known:
                known[wanted] = _rgb(tint(wanted[0], strength(wanted[1])) if wanted[0] else colour("faded"))
            pixels[row, column] = known[wanted]
    missing = np.array([[not role for role in line] for line in mark.roles])
    _image(axes, pixels, missing, order)
    for row in range(1, rows):
        axes.axhline(row, color=colour("surface"), linewidth=1.0, zorder=order + 0.001)


def draw_colour_bar(axes: Axes, mark: ColourBar, order: float) -> None:
    """The scale from its low to its high end."""
    low, high = axes.get_ylim()
    pixels = _coloured(np.linspace(0.0, 1.0, 256)[None, :], colour_map(mark.scale), 0.0, 1.0)
    axes.imshow(pixels, extent=(mark.low, mark.high, low, high), aspect="auto", interpolation="none", zorder=order,
                origin="lower")
    axes.xaxis.set_ticks(list(mark.ticks))


def colour_map(scale: str) -> Any:
    """matplotlib's map for a scale of the specification. Raises ValueError for another."""
    if scale == "sequential":
        return colormaps["cividis"]
    anchors = {"diverging": DIVERGING, "strong diverging": STRONG_DIVERGING}.get(scale)
    if anchors is None:
        raise ValueError(f"no colour scale {scale!r}; known: diverging, strong diverging, sequential")
    return LinearSegmentedColormap.from_list(scale, [colour(role) for role in anchors])


def limits(mark: Matrix) -> tuple[float, float]:
    """The ends of a matrix's scale: those it states, else its largest values (diverging: to both sides of 0)."""
    values = np.asarray(mark.values, dtype=float)
    finite = values[np.isfinite(values)]
    if mark.scale == "sequential":
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    else:
        reach = (float(np.max(np.abs(finite))) if finite.size else 1.0) or 1.0
        low, high = -reach, reach
    low = low if mark.low is None else mark.low
    high = high if mark.high is None else mark.high
    return low, high if high > low else low + 1.0


def _coloured(values: FloatArray, scale: Any, low: float, high: float) -> Pixels:
    share = np.clip((np.nan_to_num(values, nan=low) - low) / (high - low), 0.0, 1.0)
    pixels: Pixels = np.round(np.asarray(scale(share))[..., :3] * 255).astype(np.uint8)
    return pixels


def _image(axes: Axes, pixels: Pixels, missing: NDArray[np.bool_], order: float) -> None:
    """Tiles as an image whose first row lies on top of the reversed y axis."""
    rows, columns = missing.shape
    wide = max(1, math.ceil(PIXELS_ACROSS / columns))
    large = np.repeat(np.repeat(pixels, PIXELS_PER_ROW, axis=0), wide, axis=1)
    empty = np.repeat(np.repeat(missing, PIXELS_PER_ROW, axis=0), wide, axis=1)
    if empty.any():
        down, across = np.indices(empty.shape)
        stripe = (down + across) % HATCH < HATCH // 3
        large[empty] = _rgb(colour("surface"))
        large[empty & stripe] = _rgb(colour("control"))
    axes.imshow(large, extent=(0, columns, rows, 0), aspect="auto", interpolation="none", zorder=order)


def _rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _ink_on(scale: str, low: float, high: float, value: float) -> str:
    if scale == "sequential" and math.isfinite(value) and high > low and (value - low) / (high - low) < 0.55:
        return colour("surface")
    return colour("dtext")
