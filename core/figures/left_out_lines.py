"""How far a result leans on one cell line: the estimate again without each line, one point per line left out.

Not for: computing any of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import counted, list_words, p_words, signed_words
from core.figures.spec import Axis, FigureSpec, KeyEntry, Line, Mark, Panel, Points, Rule

FloatArray = NDArray[np.float64]
POINT = 3.2
HALF = 0.36


def left_out_lines(receptors: Sequence[str], whole: FloatArray, without: FloatArray, p: FloatArray,
                   lines: Sequence[str], *, x_words: str, cohort_words: str, measure: str, test_words: str = "",
                   name: str = "leave_one_out", badge: str = "") -> FigureSpec:
    """Points of the estimate without each line; an upright stroke is that of all lines.

    Parameters
    ----------
    whole : (receptors,)
    without, p : (lines, receptors)
        Estimate and its P without the line; NaN where there is none.
    """
    places = np.arange(len(receptors), dtype=float)
    marks: list[Mark] = [Rule(x=0.0, role="axis")]
    said = []
    for place, receptor in enumerate(receptors):
        at = np.flatnonzero(np.isfinite(without[:, place]))
        if np.isfinite(whole[place]):
            marks.append(Line(np.array([whole[place]] * 2), np.array([place - HALF, place + HALF]), "text",
                              name="all lines", width=1.8))
        if len(at):
            marks.append(Points(without[at, place], np.full(len(at), float(place)), "series1",
                                tuple(lines[int(i)] for i in at), filled=False, size=POINT, said=tuple(
                                    f"without it {signed_words(without[i, place], 2)}"
                                    + (f", P {p_words(p[i, place])}" if np.isfinite(p[i, place]) else "") for i in at)))
            values = without[at, place]
            far = int(at[np.argmax(np.abs(values - whole[place]))]) if np.isfinite(whole[place]) else int(at[0])
            said.append(f"{receptor} {signed_words(float(values.min()), 2)} to {signed_words(float(values.max()), 2)}, "
                        f"furthest without {lines[far]}")
    return FigureSpec(
        name=name, title=f"Without each line, {measure}, {cohort_words}",
        rows=((Panel(Axis(x_words), Axis("", -0.7, max(len(receptors), 1) - 0.3, reverse=True, ticks=tuple(places),
                                         tick_labels=tuple(receptors)), tuple(marks), title="Without each line",
                     remark=measure, key=(KeyEntry("all lines", "text", "patch"),
                                          KeyEntry("without one line", "series1", "circle", filled=False))),),),
        alt_text=f"Points of {x_words} without each of {counted(len(lines), 'line')}, {measure}; {cohort_words}. "
                 f"{list_words(said)}.",
        caption=f"{x_words} in {measure} without each line in turn, one point per line left out; {cohort_words}. "
                f"Upright stroke: all lines. {test_words}".strip(),
        data={"leave_one_out": {
            "line": tuple(line for line in lines for _ in receptors),
            "receptor": tuple(receptor for _ in lines for receptor in receptors),
            "estimate": tuple(without.ravel().tolist()), "p": tuple(p.ravel().tolist())}},
        width_mm=89.0, height_mm=max(46.0, 26.0 + 6.0 * len(receptors)), badge=badge)
