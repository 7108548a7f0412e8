"""The marks of a FigureSpec on matplotlib axes, and the placed words around them.

Not for: where things go (page_layout.py) or files (writer.py).
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from core.figures.axis_scale import AxisScale
from core.figures.box_drawing import draw_box
from core.figures.curve_shapes import split_at
from core.figures.page_layout import PlacedFigure, PlacedPanel
from core.figures.panel_words import PlacedText
from core.figures.spec import (
    Band,
    Bars,
    Box,
    Boxes,
    ColourBar,
    FigureSpec,
    Intervals,
    KeyEntry,
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
from core.figures.state_drawing import draw_state_key, draw_states
from core.figures.style import (
    AXIS_PT,
    DASHED_ROLES,
    DASHES,
    MM_PER_PT,
    SHAPES,
    TICK_MM,
    colour,
    tint,
)
from core.figures.text_layout import font
from core.figures.tile_drawing import draw_colour_bar, draw_matrix, draw_strips, strength

FloatArray = NDArray[np.float64]

BAND_OPACITY = 0.16
FADED_BAND = 0.30


def draw(spec: FigureSpec, placed: PlacedFigure, *, flat: bool = False) -> Figure:
    """The figure, ready to be saved. ``flat`` replaces transparency by the colour it gives on white (EPS).

    Call it inside ``style.drawing_settings()``.
    """
    figure = Figure(figsize=(spec.width_mm / 25.4, spec.height_mm / 25.4))
    to_page = Affine2D().scale(1 / 25.4) + figure.dpi_scale_trans
    for panel in placed.panels:
        _draw_panel(figure, spec, panel, to_page, flat=flat)
    if placed.badge:
        box = placed.badge
        figure.add_artist(FancyBboxPatch(
            (box.left + 0.3, box.bottom + 0.3), box.width - 0.6, box.height - 0.6,
            boxstyle="round,pad=0.3,rounding_size=0.6", transform=to_page, facecolor=colour("warntint"),
            edgecolor=colour("warnline"), linewidth=AXIS_PT, zorder=1))
        for text in placed.badge_texts:
            _write(figure, text, to_page)
    if spec.thinnest_pt > 0:
        _thicken(figure, spec.thinnest_pt)
    return figure


def _thicken(figure: Figure, thinnest_pt: float) -> None:
    """Lines thinner than a journal takes are drawn at its limit; the white gaps between tiles and bars stay."""
    for artist in figure.findobj(Line2D):
        if isinstance(artist, Line2D):
            artist.set_linewidth(max(artist.get_linewidth(), thinnest_pt))
            artist.set_markeredgewidth(max(artist.get_markeredgewidth(), thinnest_pt))
    for axes in figure.axes:
        for spine in axes.spines.values():
            spine.set_linewidth(max(spine.get_linewidth(), thinnest_pt))
        axes.tick_params(which="both", width=max(AXIS_PT, thinnest_pt))


def _draw_panel(figure: Figure, spec: FigureSpec, placed: PlacedPanel, to_page: Any, *, flat: bool) -> None:
    words = placed.words
    box = words.axes
    axes = figure.add_axes((box.left / spec.width_mm, box.bottom / spec.height_mm, box.width / spec.width_mm,
                            box.height / spec.height_mm))
    _set_axis(axes, "x", words.x, visible=words.panel.x.visible)
    _set_axis(axes, "y", words.y, visible=words.panel.y.visible)
    for order, mark in enumerate(words.panel.marks):
        _draw_mark(axes, mark, placed, 2.0 + order * 0.01, flat=flat)
    for leader in placed.leaders:
        figure.add_artist(Line2D([leader.x0, leader.x1], [leader.y0, leader.y1], transform=to_page, linewidth=0.5,
                                 linestyle=DASHES["dotted"], color=tint(leader.role, 0.6)))
    for place in placed.key:
        entry = words.panel.key[place.entry]
        if entry.state:
            draw_state_key(figure, place.x, place.y, entry.state, to_page)
        else:
            figure.add_artist(_key_mark(place.x, place.y, entry, to_page))
    for text in placed.texts:
        _write(figure, text, to_page)


def _set_axis(axes: Axes, which: Literal["x", "y"], scale: AxisScale, *, visible: bool) -> None:
    ends = (scale.high, scale.low) if scale.reverse else (scale.low, scale.high)
    axis = getattr(axes, f"{which}axis")
    if scale.log:
        getattr(axes, f"set_{which}scale")("log")
    getattr(axes, f"set_{which}lim")(*ends)
    axis.set_ticks(list(scale.ticks) if visible else [], minor=False)
    axis.set_ticks([], minor=True)
    axes.tick_params(axis=which, which="both", direction="out", length=TICK_MM / MM_PER_PT, width=AXIS_PT,
                     color=colour("axis"), labelbottom=False, labelleft=False)
    axes.spines["top"].set_visible(False)
    axes.spines["right"].set_visible(False)
    axes.spines["bottom" if which == "x" else "left"].set_visible(visible)


def _write(figure: Figure, text: PlacedText, to_page: Any) -> None:
    artist = figure.text(text.x, text.y, text.text, transform=to_page, ha=text.align, va="baseline",
                         rotation=90 if text.turned else 0, rotation_mode="anchor", color=text.colour,
                         fontproperties=font(text.size, text.bold), parse_math=False, zorder=10)
    artist.set_label(text.kind)


def _key_mark(x: float, y: float, entry: KeyEntry, to_page: Any) -> Line2D:
    size = 6.0 if entry.shape == "patch" else 4.0
    ink = colour(entry.role or "control")
    face = tint(entry.role, strength(entry.shade)) if entry.role else colour("faded")
    return Line2D([x], [y], transform=to_page, linestyle="none", marker=SHAPES[entry.shape], markersize=size,
                  markerfacecolor=face if entry.filled else colour("surface"), markeredgecolor=ink,
                  markeredgewidth=0.8)


def _draw_mark(axes: Axes, mark: Mark, placed: PlacedPanel, order: float, *, flat: bool) -> None:
    if isinstance(mark, StepLine):
        _draw_step(axes, mark, order)
    elif isinstance(mark, Line):
        axes.plot(mark.x, mark.y, color=colour(mark.role), linewidth=mark.width, linestyle=DASHES[mark.style],
                  zorder=order)
    elif isinstance(mark, Band):
        _draw_band(axes, mark, order, flat=flat)
    elif isinstance(mark, Ticks):
        axes.plot(mark.x, mark.y, linestyle="none", marker="|", markersize=3.6, markeredgewidth=0.6,
                  color=colour(mark.role), zorder=order, clip_on=False)
    elif isinstance(mark, Points):
        _draw_points(axes, mark, order)
    elif isinstance(mark, Segments):
        _draw_segments(axes, mark, order)
    elif isinstance(mark, StateTiles):
        draw_states(axes, mark, placed, order)
    elif isinstance(mark, Intervals):
        _draw_intervals(axes, mark, placed, order)
    elif isinstance(mark, Bars):
        _draw_bars(axes, mark, order)
    elif isinstance(mark, Box):
        draw_box(axes, mark, placed.words, order)
    elif isinstance(mark, Matrix):
        draw_matrix(axes, mark, placed, order)
    elif isinstance(mark, Boxes):
        _draw_boxes(axes, mark, order, flat=flat)
    elif isinstance(mark, Strips):
        draw_strips(axes, mark, order)
    elif isinstance(mark, ColourBar):
        draw_colour_bar(axes, mark, order)
    elif isinstance(mark, Rule):
        _draw_rule(axes, mark, order)
    elif isinstance(mark, Span):
        axes.axvspan(mark.low, mark.high, facecolor=colour(mark.role), edgecolor="none", linewidth=0, zorder=0.5)


def _draw_step(axes: Axes, mark: StepLine, order: float) -> None:
    dashes = DASHES["dashed" if mark.role in DASHED_ROLES else "solid"]
    for x, y, faded in split_at(mark.x, (mark.y,), mark.faded_from):
        axes.plot(x, y[0], drawstyle="steps-post", color=colour("faded" if faded else mark.role), linewidth=1.2,
                  linestyle=dashes, zorder=order - (0.005 if faded else 0.0), clip_on=False)


def _draw_band(axes: Axes, mark: Band, order: float, *, flat: bool) -> None:
    for x, (low, high), faded in split_at(mark.x, (mark.low, mark.high), mark.faded_from):
        role, opacity = ("faded", FADED_BAND) if faded else (mark.role, BAND_OPACITY)
        axes.fill_between(x, low, high, where=np.isfinite(low) & np.isfinite(high), step="post" if mark.step else None,
                          facecolor=tint(role, opacity) if flat else colour(role), alpha=None if flat else opacity,
                          edgecolor="none", linewidth=0, zorder=1.0 + order / 100)


def _draw_points(axes: Axes, mark: Points, order: float) -> None:
    filled = (mark.filled,) * len(mark.x) if isinstance(mark.filled, bool) else mark.filled
    roles = mark.roles or (mark.role,) * len(mark.x)
    for role, full in dict.fromkeys(zip(roles, filled, strict=True)):
        chosen = np.array([pair == (role, full) for pair in zip(roles, filled, strict=True)])
        axes.plot(np.asarray(mark.x)[chosen], np.asarray(mark.y)[chosen], linestyle="none", marker=SHAPES[mark.shape],
                  markersize=mark.size, markerfacecolor=colour(role if full else "surface"),
                  markeredgecolor=colour(role), markeredgewidth=0.8, zorder=order, clip_on=False)


def _draw_segments(axes: Axes, mark: Segments, order: float) -> None:
    """One line per look, broken between samples, then hollow points where they begin and filled ones where they end."""
    for role, style in mark.looks():
        chosen = mark.chosen(role, style)
        gap = np.full(int(chosen.sum()), np.nan)
        x, y = (np.column_stack([np.asarray(start)[chosen], np.asarray(end)[chosen], gap]).ravel()
                for start, end in ((mark.x0, mark.x1), (mark.y0, mark.y1)))
        axes.plot(x, y, color=colour(role), linewidth=mark.width, linestyle=DASHES[style], zorder=order)
        for across, up, full in ((mark.x0, mark.y0, False), (mark.x1, mark.y1, True)):
            axes.plot(np.asarray(across)[chosen], np.asarray(up)[chosen], linestyle="none", marker="o",
                      markersize=mark.size, markerfacecolor=colour(role if full else "surface"),
                      markeredgecolor=colour(role), markeredgewidth=0.8, zorder=order + 0.001, clip_on=False)


def _draw_intervals(axes: Axes, mark: Intervals, placed: PlacedPanel, order: float) -> None:
    """Lines with a shape; where the axis cuts a line, an arrowhead stands at the edge."""
    x, y = placed.words.x, placed.words.y
    row_pt = abs(y.place(1.0) - y.place(0.0)) * placed.words.axes.height / MM_PER_PT
    size = min(4.2, max(1.5, 0.5 * row_pt))
    for place, centre, low, high, role, filled in zip(mark.y, mark.centre, mark.low, mark.high, mark.roles, mark.filled,
                                                      strict=True):
        ink = colour(role)
        if math.isfinite(low) and math.isfinite(high) and low <= x.high and high >= x.low:
            axes.plot([max(low, x.low), min(high, x.high)], [place, place], color=ink, linewidth=0.9, zorder=order,
                      solid_capstyle="butt")
        for cut, edge, shape in ((low < x.low, x.low, "<"), (high > x.high, x.high, ">"),
                                 (centre < x.low, x.low, "<"), (centre > x.high, x.high, ">")):
            if cut:
                axes.plot([edge], [place], linestyle="none", marker=shape, markersize=size * 0.85, color=ink,
                          markeredgewidth=0, zorder=order + 0.001, clip_on=False)
        if x.holds(centre):
            axes.plot([centre], [place], linestyle="none", marker=SHAPES[mark.shape], markersize=size,
                      markerfacecolor=ink if filled else colour("surface"), markeredgecolor=ink, markeredgewidth=0.8,
                      zorder=order + 0.002, clip_on=False)


def _draw_bars(axes: Axes, mark: Bars, order: float) -> None:
    roles = mark.roles or (mark.role,) * len(mark.left)
    for left, right, height, role in zip(mark.left, mark.right, mark.height, roles, strict=True):
        if not math.isfinite(height):
            continue
        corner, size = (left, 0.0), (right - left, height)
        if mark.horizontal:
            corner, size = corner[::-1], size[::-1]
        inside, edge, wide = (role, "surface", 0.3) if mark.filled else ("surface", role, 0.6)
        axes.add_patch(Rectangle(corner, *size, facecolor=colour(inside), edgecolor=colour(edge), linewidth=wide,
                                 zorder=order))


def _draw_boxes(axes: Axes, mark: Boxes, order: float, *, flat: bool) -> None:
    """Box, median and whiskers with short ends; the pale inside lies behind all dots, the lines before them."""
    for x, low, q1, median, q3, high, role in zip(mark.x, mark.low, mark.q1, mark.median, mark.q3, mark.high,
                                                  mark.roles, strict=True):
        if not math.isfinite(median):
            continue
        ink, half = colour(role), mark.width / 2
        face = {"facecolor": tint(role, BAND_OPACITY)} if flat else {"facecolor": to_rgba(ink, BAND_OPACITY)}
        box = {"xy": (x - half, q1), "width": mark.width, "height": q3 - q1}
        axes.add_patch(Rectangle(**box, edgecolor="none", linewidth=0, zorder=1.2, **face))
        axes.add_patch(Rectangle(**box, facecolor="none", edgecolor=ink, linewidth=0.8, zorder=order))
        axes.plot([x - half, x + half], [median, median], color=ink, linewidth=1.6, zorder=order + 0.002,
                  solid_capstyle="butt")
        for end, edge in ((low, q1), (high, q3)):
            axes.plot([x, x], [end, edge], color=ink, linewidth=0.8, zorder=order + 0.001)
            axes.plot([x - half / 2, x + half / 2], [end, end], color=ink, linewidth=0.8, zorder=order + 0.001)


def _draw_rule(axes: Axes, mark: Rule, order: float) -> None:
    strong = mark.role == "accent"
    shape = {"color": colour(mark.role), "linewidth": 1.0 if strong else AXIS_PT, "linestyle": DASHES[mark.style],
             "zorder": order if strong else 1.5}
    if mark.x is not None:
        axes.axvline(mark.x, **shape)
    if mark.y is not None:
        axes.axhline(mark.y, **shape)

