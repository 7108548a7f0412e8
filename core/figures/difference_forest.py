"""Receptors against resistance as rows: one mark per measure side by side, with their numbers and corrected P.

Not for: computing or ordering; the rows arrive finished and in the order in which they are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import counted, list_words, p_words, short_number, signed_words
from core.figures.spec import Axis, Bars, FigureSpec, Intervals, KeyEntry, Label, Mark, Panel, Rule, TextColumn

FloatArray = NDArray[np.float64]

SHAPES = (("square", True), ("circle", False), ("diamond", False))
"""Shape and filling of the first, second and third measure."""
SPREAD = 0.17
"""How far the marks of one row stand apart, in rows."""
ROW_MM, FRAME_MM, PAGE_MM = 4.6, 27.0, 245.0
TALL_ROW = 1.35
HOLDS = 0.05
WIDEST_CUT = 2.2
"""An interval may go beyond the axis by that factor of the largest estimate; then an arrow stands at the edge."""


@dataclass(frozen=True, eq=False)
class MeasureRows:
    """One measure in every row: what is drawn with its interval, P, and n; NaN where there is none.

    ``why_no_p`` is said where the measure has no P; ``absent`` stands in rows that it lacks.
    """

    measure: str
    centre: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    n: NDArray[np.int64]
    why_no_p: str = ""
    absent: str = "not measured"

    @property
    def has_p(self) -> bool:
        return bool(np.isfinite(self.p).any())


@dataclass(frozen=True)
class ForestWords:
    """What the figure says: ``x`` the axis with its unit, ``less`` and ``more`` under its ends, what was tested how."""

    title: str
    x: str
    less: str
    more: str
    what: str
    lines: str
    test: str
    interval: str = ""
    digits: int = 1


def difference_forest(receptors: Sequence[str], measures: Sequence[MeasureRows], words: ForestWords, *,
                      symmetric_to: float | None = None, name: str = "differences",
                      her2: Sequence[str] = ("ERBB2",), badge: str = "") -> FigureSpec:
    """One row per receptor, one mark per measure.

    Parameters
    ----------
    receptors : sequence of str
    measures : sequence of MeasureRows
        At most three; the first is a filled square, the second a hollow circle, the third a hollow diamond.
    symmetric_to : float, optional
        The axis goes from minus to plus this (1 for a correlation); else as far as the estimates.
    """
    rows = len(receptors)
    places = np.arange(rows, dtype=float)
    nothing = np.full(rows, math.nan)
    low, high, ticks = _axis(measures, symmetric_to)
    bold = tuple(any(one.p[row] < HOLDS for one in measures) for row in range(rows))
    marks: list[Mark] = [
        Rule(x=0.0, role="axis"),
        Intervals(places, nothing, nothing, nothing, ("ns",) * rows, (False,) * rows, tuple(receptors)),
    ]
    for number, one in enumerate(measures):
        shape, filled = SHAPES[number % len(SHAPES)]
        at = places + SPREAD * (2 * number - (len(measures) - 1))
        marks.append(Intervals(at, one.centre, one.low, one.high,
                               tuple(_role(one, row, receptors[row], her2) for row in range(rows)), (filled,) * rows,
                               shape=shape))
    marks += [Label(0.0, 0.0, f"\u2190 {words.less}", "low", space="below", align="left"),
              Label(1.0, 0.0, f"{words.more} \u2192", "high", space="below", align="right")]
    if not rows:
        marks.append(Label(0.5, 0.5, "No receptor was measured", "text3", align="center", valign="center"))
    panel = Panel(
        x=Axis(words.x, low, high, ticks=ticks, tick_labels=tuple(_tick(tick) for tick in ticks)),
        y=Axis("", -0.6, max(rows, 1) - 0.4, reverse=True, visible=False), marks=tuple(marks), title=words.title,
        remark=words.lines, columns=_columns(receptors, measures, bold, her2, words.digits), key=_key(measures),
        row_height=TALL_ROW if len(measures) > 1 else 1.0)
    holding = [receptors[row] for row in range(rows) if bold[row]]
    corrected = any(one.has_p for one in measures)
    shown = list_words([one.measure for one in measures])
    lead = f"Largest in {measures[0].measure}: {_lead(receptors, measures[0])}. " if measures and rows else ""
    held = ("" if not corrected else f"{list_words(holding)} hold{'s' if len(holding) == 1 else ''} after correction. "
            if holding else "None holds after correction. ")
    no_p = " ".join(f"{one.measure}: {one.why_no_p.rstrip('.')}." for one in measures if one.why_no_p)
    return FigureSpec(
        name=name, title=f"{words.title}, {words.lines}", rows=((panel,),),
        alt_text=f"Forest plot. {words.what} of {counted(rows, 'receptor')} in {shown}; {words.lines}. {lead}{held}"
                 f"{no_p}".strip(),
        caption=f"{words.what} per receptor; {words.lines}. {_shapes_words(measures)} "
                f"{words.interval} {words.test} Coloured and bold: corrected P < 0.05; grey: not. HER2 has a colour of "
                f"its own. {no_p}".replace("  ", " ").strip(),
        data={"differences": {"receptor": tuple(receptors), **{
            f"{one.measure} {column}": tuple(values.tolist()) for one in measures
            for column, values in (("n", one.n), ("estimate", one.centre), ("low", one.low), ("high", one.high),
                                   ("p_maxt", one.p))}}},
        width_mm=120.0, height_mm=min(PAGE_MM, FRAME_MM + max(4, rows) * ROW_MM), badge=badge)


def difference_bars(receptors: Sequence[str], one: MeasureRows, words: ForestWords, *, name: str,
                    her2: Sequence[str] = ("ERBB2",), badge: str = "") -> FigureSpec:
    """One measure from single membranes: a bar per receptor, no interval and no P."""
    rows = len(receptors)
    places = np.arange(rows, dtype=float)
    low, high, ticks = _axis((one,), None)
    roles = tuple("her2" if receptor in her2 else "high" if one.centre[row] > 0 else "low"
                  for row, receptor in enumerate(receptors))
    texts = tuple(signed_words(value) if math.isfinite(value) else one.absent for value in one.centre)
    panel = Panel(
        x=Axis(words.x, low, high, ticks=ticks, tick_labels=tuple(_tick(tick) for tick in ticks)),
        y=Axis("", -0.7, max(rows, 1) - 0.3, reverse=True, ticks=tuple(places),
               tick_labels=tuple(_name(receptor, her2) for receptor in receptors)),
        marks=(Bars(places - 0.34, places + 0.34, one.centre, "ns", roles, horizontal=True, filled=False),
               Rule(x=0.0, role="axis")),
        title=f"{words.title}, {one.measure}", remark=one.why_no_p,
        columns=(TextColumn(one.measure, texts, tuple(places), align="right", width_mm=18.0),))
    return FigureSpec(
        name=name, title=f"{words.title}, {one.measure}, {words.lines}", rows=((panel,),),
        alt_text=f"Bars of {words.what.lower()} in {one.measure} for {counted(rows, 'receptor')}; {words.lines}. "
                 f"{one.why_no_p}",
        caption=f"{words.what} in {one.measure}; {words.lines}. Hollow bars: {one.why_no_p.rstrip('.')}. HER2 has a "
                "colour of its own.",
        data={"bars": {"receptor": tuple(receptors), "n": tuple(one.n.tolist()),
                       "estimate": tuple(one.centre.tolist())}},
        width_mm=89.0, height_mm=min(PAGE_MM, FRAME_MM + max(4, rows) * ROW_MM), badge=badge)


def _columns(receptors: Sequence[str], measures: Sequence[MeasureRows], bold: tuple[bool, ...],
             her2: Sequence[str], digits: int) -> tuple[TextColumn, ...]:
    y = tuple(float(row) for row in range(len(receptors)))
    columns = [TextColumn("RTK", tuple(_name(each, her2) for each in receptors), y, "left", bold=bold,
                          roles=tuple("her2" if each in her2 else "text" for each in receptors))]
    for one in measures:
        texts = tuple(signed_words(value, digits) if math.isfinite(value) else one.absent if not n else "\u2013"
                      for value, n in zip(one.centre, one.n, strict=True))
        columns.append(TextColumn(one.measure, texts, y, align="right", bold=bold, width_mm=14.0))
    with_p = [one for one in measures if one.has_p]
    for one in with_p:
        alone = len(with_p) == 1
        columns.append(TextColumn(
            "Corrected P" if alone else f"Corrected P, {one.measure}", tuple(p_words(value) for value in one.p), y,
            align="right", bold=tuple(bool(value < HOLDS) for value in one.p), width_mm=15.0,
            short="Corr. P" if alone else f"P, {one.measure}"))
    return tuple(columns)


def _axis(measures: Sequence[MeasureRows], symmetric_to: float | None) -> tuple[float, float, tuple[float, ...]]:
    """As far as every estimate, and the intervals within reason; 0 is always on it."""
    if symmetric_to is not None:
        return -symmetric_to, symmetric_to, tuple(symmetric_to * step for step in (-1.0, -0.5, 0.0, 0.5, 1.0))
    centres = np.concatenate([np.zeros(1), *(one.centre for one in measures)])
    centres = centres[np.isfinite(centres)]
    ends = np.concatenate([np.zeros(1), *(values for one in measures for values in (one.low, one.high))])
    ends = ends[np.isfinite(ends)]
    reach = float(np.abs(centres).max()) or 1.0
    low = max(float(min(centres.min(), ends.min())), -WIDEST_CUT * reach)
    high = min(float(max(centres.max(), ends.max())), WIDEST_CUT * reach)
    span = (high - low) or 2.0
    low, high = low - 0.05 * span, high + 0.05 * span
    step = next((size for size in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if span / size <= 6), span / 4)
    first, last = math.ceil(low / step), math.floor(high / step)
    return low, high, tuple(step * number for number in range(first, last + 1))


def _tick(value: float) -> str:
    text = short_number(round(value, 6))
    return f"+{text}" if value > 1e-9 else text


def _role(one: MeasureRows, row: int, receptor: str, her2: Sequence[str]) -> str:
    if receptor in her2:
        return "her2"
    if one.p[row] < HOLDS:
        return "high" if one.centre[row] > 0 else "low"
    return "ns"


def _name(receptor: str, her2: Sequence[str]) -> str:
    return f"{receptor} (HER2)" if receptor in her2 and receptor == "ERBB2" else receptor


def _key(measures: Sequence[MeasureRows]) -> tuple[KeyEntry, ...]:
    return tuple(KeyEntry(one.measure + ("" if one.has_p or not one.why_no_p else f": {one.why_no_p.rstrip('.')}"),
                          "text2", shape=shape, filled=filled)
                 for one, (shape, filled) in zip(measures, SHAPES, strict=False))


def _shapes_words(measures: Sequence[MeasureRows]) -> str:
    said = [f"{'filled' if filled else 'hollow'} {shape}s: {one.measure}"
            for one, (shape, filled) in zip(measures, SHAPES, strict=False)]
    return f"{'; '.join(said).capitalize()}." if said else ""


def _lead(receptors: Sequence[str], one: MeasureRows) -> str:
    if not np.isfinite(one.centre).any():
        return "nothing estimated"
    best = int(np.nanargmax(np.abs(one.centre)))
    return f"{receptors[best]}, {signed_words(one.centre[best])}"
