"""What luck gives beside what was found: a histogram of best statistics with the observed one as a line.

Not for: computing either; they arrive finished.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import capitalised, count_words, counted, p_equals
from core.figures.spec import Axis, Bars, FigureSpec, Label, Line, Mark, Panel, Rule

FloatArray = NDArray[np.float64]
MOST_BINS = 30
HEADROOM = 1.45
"""The words beside the line stand above the bars."""


def search_luck(name: str, null: FloatArray, observed: float, *, title: str, remark: str, x_words: str, y_words: str,
                found_words: str, as_good_words: str, corrected_p: float | None, cohort_words: str,
                what: str, test_words: str, badge: str = "") -> FigureSpec:
    """Histogram of the best |z| that luck (or other genes) gives.

    Parameters
    ----------
    null : (draws,) |z|, not empty.
    observed : float
        |z| of the best set.
    x_words, y_words : str
        "Best |z| of the whole search, outcome shuffled", "Shuffles".
    found_words, as_good_words : str
        "This study" and "5 of 1,000 do as well".
    corrected_p : float, optional
        Stands in the panel in bold.
    what : str
        For the alt text: "1,000 shuffled outcomes".
    test_words : str
        What |z| is of: "Cox score test".
    """
    edges = _edges(null, observed)
    counts = np.histogram(null, edges)[0].astype(float)
    tallest = float(counts.max())
    low, high = float(edges[0]), float(max(edges[-1], observed + (edges[1] - edges[0])))
    # A bar lies right of the line where the whole bar does: the one that holds the line is counted in words.
    roles = tuple("high" if left >= observed else "faded" for left in edges[:-1])
    limit = float(np.quantile(null, 0.95))
    share = (observed - low) / (high - low)
    at, side = (share - 0.015, "right") if share > 0.5 else (share + 0.015, "left")
    marks: list[Mark] = [
        Bars(edges[:-1], edges[1:], counts, "faded", roles=roles),
        Line(np.array([limit, limit]), np.array([0.0, tallest]), "text3", style="dotted", width=0.7),
        Rule(x=observed, role="accent"),
        Label(at, 0.99, found_words, "accent", align=side, valign="top", bold=True),
        Label(at, 0.91, f"|z| = {observed:.2f}", "accent", align=side, valign="top"),
        Label(at, 0.83, as_good_words, "text2", align=side, valign="top"),
    ]
    if corrected_p is not None:
        words = f"corrected {p_equals(corrected_p)}"
        marks.append(Label(at, 0.75, words, "text", align=side, valign="top", bold=True))
    panel = Panel(
        Axis(x_words, low, high), Axis(y_words, 0.0, tallest * HEADROOM, ticks=_ticks(tallest)), tuple(marks),
        title=title, remark=f"{remark}\nDotted: 5 % of them lie to its right")
    p = "" if corrected_p is None else f", corrected {p_equals(corrected_p)}"
    return FigureSpec(
        name, f"{title} {cohort_words}", ((panel,),),
        alt_text=f"Histogram of the best |z| in {what}: from {null.min():.2f} to {null.max():.2f}, 95 % of them below "
                 f"{limit:.2f}. {capitalised(found_words)}: |z| = {observed:.2f}; {as_good_words}{p}.",
        caption=f"{x_words} ({what}); {cohort_words}. Line: {found_words}, |z| = {observed:.2f}; "
                f"{as_good_words}{p}. |z|: {test_words}. Dotted line: 95th percentile.",
        data={name: {"draw": list(range(1, len(null) + 1)), "best_z": null.tolist()},
              "observed": {"best_z": [observed]}},
        width_mm=89.0, height_mm=66.0, badge=badge)


def _edges(null: FloatArray, observed: float) -> FloatArray:
    low, high = float(null.min()), float(null.max())
    reach = max(high - low, 1e-3 * max(abs(high), 1.0))
    bins = int(np.clip(np.sqrt(len(null)), 8, MOST_BINS))
    step = _round(reach / bins)
    start = np.floor(min(low, observed) / step) * step
    last = np.ceil(max(high, observed) / step + 1e-9) * step
    count = round(float((last - start) / step))
    if count > 200:  # the observed value lies far off: wider bars
        step = _round((last - start) / 60)
        start, count = np.floor(min(low, observed) / step) * step, 0
        count = int(np.ceil((max(high, observed) - start) / step + 1e-9))
    return np.asarray(start + step * np.arange(max(count, 1) + 1), dtype=np.float64)


def _round(step: float) -> float:
    power = 10.0 ** np.floor(np.log10(step))
    return float(next(power * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if power * factor >= step * (1 - 1e-9)))


def _ticks(tallest: float) -> tuple[float, ...]:
    step = next(step * 10.0 ** power for power in range(9) for step in (1.0, 2.0, 5.0)
                if tallest / (step * 10.0 ** power) <= 5)
    return tuple(step * number for number in range(int(tallest / step) + 1))


def as_good_words(as_good: int, draws: int, one: str) -> str:
    """"5 of 1,000 shuffles do as well"."""
    verb = "does" if as_good == 1 else "do"
    return f"{count_words(as_good) if as_good else 'none'} of {counted(draws, one)} {verb} as well"
