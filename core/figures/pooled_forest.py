"""The forest of a score over cohorts as a figure value: a row per cohort, the pooled diamond, the prediction interval.

Not for: pooling; the rows arrive finished and in the order in which they are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.forest import FRAME_MM, ROW_MM, ForestRows, axis_range
from core.figures.number_words import count_words, counted, hr_words, list_words, p_words, ratio_words, shortened
from core.figures.spec import Axis, FigureSpec, Intervals, KeyEntry, Label, Line, Mark, Panel, Rule, TextColumn

FloatArray = NDArray[np.float64]
NAME_LETTERS = 28
DIAMOND_HALF = 0.32
END_HALF = 0.16


@dataclass(frozen=True)
class CohortRow:
    """One cohort: HR per SD with its 95 % interval and P, NaN where there is none; ``note`` why it is not pooled."""

    cohort: str
    n: int
    events: int
    hr: float
    hr_low: float
    hr_high: float
    p: float
    note: str = ""


@dataclass(frozen=True)
class PooledRow:
    """The pooled HR with its 95 % interval, P, and the prediction interval; NaN where there is none.

    The interval of an ``uninformative`` one, that of two cohorts, does not stretch the axis.
    """

    words: str
    hr: float
    hr_low: float
    hr_high: float
    p: float
    prediction: tuple[float, float] = (math.nan, math.nan)
    remark: str = ""
    uninformative: bool = False


def pooled_forest(rows: Sequence[CohortRow], pooled: PooledRow | None, *, score_words: str, endpoint_words: str,
                  better_worse: tuple[str, str], name: str = "forest", badge: str = "") -> FigureSpec:
    """The locked score in each cohort, and over those that it was not found in.

    Parameters
    ----------
    pooled : PooledRow, optional
        None where fewer than two cohorts are pooled.
    score_words, endpoint_words : str
        As they read in a sentence: "EGFR + IGF1R", "overall survival".
    """
    n_rows = len(rows)
    below = _rows_below(pooled)
    low, high, ticks = axis_range(_for_axis(rows, pooled), (1.0, 1.0))
    places = np.arange(n_rows, dtype=float)
    roles = tuple("ns" if row.note else "high" if row.hr > 1 else "low" for row in rows)
    filled = tuple(not row.note for row in rows)
    marks: list[Mark] = [
        Rule(x=1.0, role="axis"),
        Intervals(places, np.array([row.hr for row in rows]), np.array([row.hr_low for row in rows]),
                  np.array([row.hr_high for row in rows]), roles, filled, tuple(row.cohort for row in rows)),
        Label(0.0, 0.0, f"\u2190 {better_worse[0]}", "low", space="below", align="left"),
        Label(1.0, 0.0, f"{better_worse[1]} \u2192", "high", space="below", align="right"),
    ]
    if pooled is not None:
        marks += _pooled_marks(pooled, n_rows, low, high)
    total = n_rows + below
    y = tuple(float(place) for place in range(total))
    texts = _texts(rows, pooled)
    notes = any(row.note for row in rows)
    panel = Panel(
        x=Axis("Hazard ratio per SD of the score (95% CI)", low, high, log=True, ticks=ticks,
               tick_labels=tuple(f"{tick:g}" for tick in ticks)),
        y=Axis("", -0.6, max(total, 1) - 0.4, reverse=True, visible=False),
        marks=tuple(marks),
        remark=f"{score_words}, {endpoint_words}; z scored within each cohort, not adjusted",
        columns=(
            TextColumn("Cohort", texts[0], y, "left", bold=texts[4]),
            TextColumn("Events / patients", texts[1], y, "left", bold=texts[4], width_mm=22.0, short="Ev. / pat."),
            TextColumn("HR (95% CI)", texts[2], y, bold=texts[4], width_mm=28.0, align="right"),
            TextColumn("P", texts[3], y, bold=texts[4], width_mm=13.0, align="right"),
        ),
        key=((KeyEntry("tested", "high"), KeyEntry("shown, not pooled", "ns", filled=False)) if notes else ()),
    )
    patients, events = (sum(getattr(row, part) for row in rows if not row.note) for part in ("n", "events"))
    size = f"{counted(sum(not row.note for row in rows), 'cohort')}, {count_words(patients)} patients, " \
        f"{counted(events, 'event')}"
    return FigureSpec(
        name=name, title=f"{score_words} and {endpoint_words} by cohort", rows=((panel,),),
        alt_text=_alt_text(rows, pooled, score_words, endpoint_words, size),
        caption=_caption(rows, pooled, score_words, endpoint_words, size), data=_data(rows, pooled),
        width_mm=150.0, height_mm=FRAME_MM + max(4, total) * (ROW_MM + 0.75), badge=badge)


def _rows_below(pooled: PooledRow | None) -> int:
    return 0 if pooled is None else 2 if math.isfinite(pooled.prediction[0]) else 1


def _for_axis(rows: Sequence[CohortRow], pooled: PooledRow | None) -> ForestRows:
    """All intervals as rows of a forest; prediction intervals and an uninformative pooled one may be cut."""
    parts = [(row.cohort, row.n, row.events, row.hr, row.hr_low, row.hr_high, math.nan) for row in rows]
    if pooled is not None and not pooled.uninformative:
        parts.append((pooled.words, 0, 0, pooled.hr, pooled.hr_low, pooled.hr_high, math.nan))
    columns = [list(column) for column in zip(*parts)] if parts else [[] for _ in range(7)]
    numbers = [np.array(column, dtype=float) for column in columns[3:]]
    return ForestRows(columns[0], columns[1], columns[2], numbers[0], numbers[1], numbers[2], numbers[3], numbers[3])


def _pooled_marks(pooled: PooledRow, place: int, low: float, high: float) -> list[Mark]:
    """A diamond from limit to limit, cut by the axis as intervals are; under it the prediction interval, dashed."""
    marks: list[Mark] = []
    if math.isfinite(pooled.hr_low) and low <= pooled.hr_low and pooled.hr_high <= high:
        x = np.array([pooled.hr, pooled.hr_high, pooled.hr, pooled.hr_low, pooled.hr])
        y = place + DIAMOND_HALF * np.array([-1.0, 0.0, 1.0, 0.0, -1.0])
        marks.append(Line(x, y, "accent", name="pooled", width=1.4))
    else:
        marks.append(Intervals(np.array([float(place)]), np.array([pooled.hr]), np.array([pooled.hr_low]),
                               np.array([pooled.hr_high]), ("accent",), (True,), ("pooled",)))
    start, end = pooled.prediction
    if math.isfinite(start):
        inside = max(start, low), min(end, high)
        marks.append(Line(np.array(inside), np.array([place + 1.0, place + 1.0]), "accent", name="prediction interval",
                          style="dashed"))
        ends = [edge for edge, shown in ((start, inside[0]), (end, inside[1])) if edge == shown]
        marks += [Line(np.array([edge, edge]), place + 1.0 + END_HALF * np.array([-1.0, 1.0]), "accent")
                  for edge in ends]
        beyond = [edge for edge, shown in ((start, inside[0]), (end, inside[1])) if edge != shown]
        if beyond:  # an arrow at the edge each, and no line: that is the dashed one
            none = np.full(len(beyond), math.nan)
            marks.append(Intervals(np.full(len(beyond), place + 1.0), np.array(beyond), none, none,
                                   ("accent",) * len(beyond), (False,) * len(beyond)))
    return marks


def _texts(rows: Sequence[CohortRow], pooled: PooledRow | None) -> tuple[tuple[str, ...], tuple[str, ...],
                                                                         tuple[str, ...], tuple[str, ...],
                                                                         tuple[bool, ...]]:
    names = [shortened(row.cohort, NAME_LETTERS) + (f" ({row.note})" if row.note else "") for row in rows]
    sizes = [f"{count_words(row.events)} / {count_words(row.n)}" for row in rows]
    ratios = [hr_words(row.hr, row.hr_low, row.hr_high) for row in rows]
    p = [p_words(row.p) for row in rows]
    bold = [False] * len(rows)
    if pooled is not None:
        names.append(pooled.words + (" (uninformative)" if pooled.uninformative else ""))
        sizes.append("")
        ratios.append(hr_words(pooled.hr, pooled.hr_low, pooled.hr_high))
        p.append(p_words(pooled.p))
        bold.append(True)
        if _rows_below(pooled) == 2:
            names.append("Another such cohort")
            sizes.append("")
            ratios.append(_prediction(pooled))
            p.append("")
            bold.append(False)
    return tuple(names), tuple(sizes), tuple(ratios), tuple(p), tuple(bold)


def _prediction(pooled: PooledRow) -> str:
    return f"{ratio_words(pooled.prediction[0])} to {ratio_words(pooled.prediction[1])}"


def _caption(rows: Sequence[CohortRow], pooled: PooledRow | None, score_words: str, endpoint_words: str,
             size: str) -> str:
    sentences = [f"Hazard ratio for {endpoint_words} per standard deviation of the locked score ({score_words}) with "
                 "95% confidence interval, one Cox model per cohort (Efron ties, Wald interval), not adjusted; z "
                 f"scored within each cohort: {size}. P values are not corrected: one score."]
    if pooled is not None:
        sentences.append(f"Diamond: {pooled.words}, from limit to limit. {pooled.remark}".strip())
        if _rows_below(pooled) == 2:
            sentences.append(f"Dashed: 95% prediction interval for another such cohort ({_prediction(pooled)}).")
    noted = [f"{row.cohort} ({row.note})" for row in rows if row.note]
    if noted:
        sentences.append(f"Grey, hollow: shown and not pooled: {list_words(noted)}.")
    sentences.append("An arrow marks an interval that goes on beyond the axis.")
    return " ".join(sentences)


def _alt_text(rows: Sequence[CohortRow], pooled: PooledRow | None, score_words: str, endpoint_words: str,
              size: str) -> str:
    each = "; ".join(f"{row.cohort} {hr_words(row.hr, row.hr_low, row.hr_high)}" + (f", {row.note}" if row.note else "")
                     for row in rows)
    text = f"Forest plot. Hazard ratio for {endpoint_words} per standard deviation of {score_words} in {size}: {each}."
    if pooled is not None:
        text += f" {pooled.words}: {hr_words(pooled.hr, pooled.hr_low, pooled.hr_high)}."
        if _rows_below(pooled) == 2:
            text += f" In another such cohort {_prediction(pooled)}."
    return text


def _data(rows: Sequence[CohortRow], pooled: PooledRow | None) -> dict[str, dict[str, tuple[object, ...]]]:
    data: dict[str, dict[str, tuple[object, ...]]] = {"cohorts": {
        name: tuple(getattr(row, name) for row in rows)
        for name in ("cohort", "n", "events", "hr", "hr_low", "hr_high", "p", "note")}}
    if pooled is not None:
        data["pooled"] = {"model": (pooled.words,), "hr": (pooled.hr,), "hr_low": (pooled.hr_low,),
                          "hr_high": (pooled.hr_high,), "p": (pooled.p,), "prediction_low": (pooled.prediction[0],),
                          "prediction_high": (pooled.prediction[1],)}
    return data
