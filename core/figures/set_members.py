"""Sets of receptors as pictures: how often each receptor is chosen again, and which sets do as well as the best.

Not for: choosing them; they arrive finished and in order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import count_words, counted, list_words, number_words
from core.figures.spec import Axis, Bars, FigureSpec, Line, Mark, Panel, Points, Rule, TextColumn

FloatArray = NDArray[np.float64]
MOST_BARS, MOST_SETS, MOST_RECEPTORS = 20, 20, 24


def inclusion_bars(receptors: Sequence[str], frequency: FloatArray, best: Sequence[str], *, halves: int,
                   keep_at: float, false_expected: float, cohort_words: str, badge: str = "") -> FigureSpec:
    """How often each receptor was in the best set of a half of the patients, the most frequent first.

    Parameters
    ----------
    receptors, frequency : sequence of str, (n,)
        In falling order; only those chosen at least once are drawn, at most 20.
    best : sequence of str
        Members of the best set of all patients, drawn in the accent colour and bold.
    """
    shown = [i for i in range(len(receptors)) if frequency[i] > 0][:MOST_BARS]
    places = np.arange(len(shown), dtype=float)
    names = tuple(receptors[i] for i in shown)
    share = np.array([100 * frequency[i] for i in shown])
    chosen = tuple(name in best for name in names)
    words = f"keep at {keep_at:.0%}: at most {number_words(false_expected)} by luck"
    marks: list[Mark] = [
        Bars(places - 0.36, places + 0.36, share, "faded", horizontal=True,
             roles=tuple("accent" if member else "faded" for member in chosen)),
        Rule(x=100 * keep_at, role="text", style="dashed"),
    ]
    panel = Panel(
        Axis("Half-samples whose best set holds it (%)", 0.0, 100.0, ticks=(0.0, 25.0, 50.0, 75.0, 100.0)),
        Axis("", -0.7, max(len(shown), 1) - 0.3, reverse=True, ticks=tuple(places), tick_labels=names), tuple(marks),
        title="Which members are stable?", remark=f"{count_words(halves)} half-samples; dashed: {words}",
        columns=(TextColumn("", tuple(f"{value:.0f}%" for value in share), tuple(places), align="right",
                            bold=chosen, width_mm=10.0),))
    lead = list_words([f"{name} {value:.0f} %" for name, value in zip(names[:5], share[:5])])
    return FigureSpec(
        "stability", f"How often each receptor is chosen again, {cohort_words}", ((panel,),),
        alt_text=f"Bars of how often each receptor is in the best set of {count_words(halves)} halves of the "
                 f"patients: {lead}. {words.capitalize()}.",
        caption=f"Share of {count_words(halves)} half-samples (complementary pairs, stratified by event) whose best "
                f"set holds the receptor; {cohort_words}. Dark: members of the best set of all patients. Dashed line: "
                f"{words}, if receptors without a tie to outcome are chosen exchangeably.",
        data={"stability": {"receptor": list(receptors), "inclusion_frequency": np.asarray(frequency).tolist()}},
        width_mm=89.0, height_mm=max(40.0, 18.0 + 3.7 * len(shown)), badge=badge)


def tied_sets(sets: Sequence[Sequence[str]], z: FloatArray, *, n_tied: int, cohort_words: str,
              badge: str = "") -> FigureSpec:
    """The best set and those that the data cannot tell from it: |z| above, members as dots below.

    Parameters
    ----------
    sets : sequence of sequence of str
        Tied sets, best first; at most 20 are drawn.
    z : (sets,) |z| of each.
    n_tied : int
        Of all sets searched, the best included.
    """
    shown = list(sets)[:MOST_SETS]
    times: dict[str, int] = {}
    for members in shown:
        for name in members:
            times[name] = times.get(name, 0) + 1
    order = sorted(times, key=lambda name: (-times[name], name))[:MOST_RECEPTORS]
    row = {name: place for place, name in enumerate(order)}
    across = np.arange(1, len(shown) + 1, dtype=float)
    values = np.asarray(z[:len(shown)], dtype=float)
    low, high = float(values.min()), float(values.max())
    room = 0.15 * (high - low) or 0.1
    top = Panel(
        Axis("", 0.4, len(shown) + 0.6, visible=False), Axis("|z|", low - room, high + room),
        (Points(across, values, "accent", size=3.5),), title="Equally good sets",
        remark=f"{_tied_words(n_tied, len(shown))}, {cohort_words}", height_share=1.0)
    dots_x, dots_y, lines = [], [], []
    for place, members in zip(across, shown):
        rows = sorted(row[name] for name in members if name in row)
        dots_x += [place] * len(rows)
        dots_y += [float(r) for r in rows]
        if len(rows) > 1:
            lines.append(Line(np.array([place, place]), np.array([rows[0], rows[-1]], dtype=float), "accent",
                              width=1.0))
    faint_x, faint_y = np.meshgrid(across, np.arange(len(order), dtype=float))
    bottom = Panel(
        Axis("Rank of the set", 0.4, len(shown) + 0.6, ticks=_rank_ticks(len(shown))),
        Axis("", -0.7, len(order) - 0.3, reverse=True, ticks=tuple(float(i) for i in range(len(order))),
             tick_labels=tuple(order)),
        (Points(faint_x.ravel(), faint_y.ravel(), "line", size=2.0), *lines,
         Points(np.array(dots_x, dtype=float), np.array(dots_y, dtype=float), "accent", size=4.5)),
        height_share=max(1.2, 0.16 * len(order)))
    best = " + ".join(shown[0])
    return FigureSpec(
        "tied_sets", f"Sets as good as the best, {cohort_words}", ((top,), (bottom,)),
        alt_text=f"{_tied_words(n_tied, len(shown))}. The best is {best}, |z| = {values[0]:.2f}; the last one shown "
                 f"has {values[-1]:.2f}. Most often among them: "
                 f"{list_words([f'{name} in {times[name]} of {len(shown)}' for name in order[:4]])}.",
        caption=f"Sets that the data cannot tell from the best ({_tied_words(n_tied, len(shown))}; "
                f"{cohort_words}): "
                "|z| of each above, its members as dots below. Tied: the difference of |z| is at most the square "
                "root of 2 (1 \u2212 r), r the correlation of the two scores.",
        data={"tied_sets": {"rank": list(range(1, len(sets) + 1)), "receptors": ["+".join(one) for one in sets],
                            "z": np.asarray(z).tolist()}},
        width_mm=89.0, height_mm=min(150.0, 40.0 + 3.7 * len(order)), badge=badge)


def _tied_words(n_tied: int, shown: int) -> str:
    if n_tied <= 1:
        return "no other set is as good"
    others = counted(n_tied, "set")
    return f"{others} cannot be told apart" + (f", the first {shown} shown" if n_tied > shown else "")


def _rank_ticks(count: int) -> tuple[float, ...]:
    step = 1 if count <= 10 else 5 if count <= 20 else 10
    return tuple(float(tick) for tick in (range(1, count + 1) if step == 1 else [1, *range(step, count + 1, step)]))


