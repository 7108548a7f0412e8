"""Predicted against observed risk: one point per group of patients with its interval, and the line of equality.

Not for: predicting (core.statistics.risk_prediction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.figures.number_words import counted
from core.figures.spec import Axis, FigureSpec, Label, Line, Mark, Panel, Points

NAME = "calibration"


@dataclass(frozen=True)
class PredictedGroup:
    """Shares 0 to 1 of one group of patients."""

    n: int
    events: int
    predicted: float
    observed: float
    low: float
    high: float


def calibration_figure(groups: Sequence[PredictedGroup], *, name: str = NAME, cohort_words: str, endpoint_words: str,
                       by_words: str, model_words: str, slope_words: str, badge: str = "") -> FigureSpec:
    """Calibration at one time. ``by_words`` is the time ("10 years"), ``slope_words`` stand inside."""
    predicted, observed, low, high = (100 * np.array([getattr(group, key) for group in groups])
                                      for key in ("predicted", "observed", "low", "high"))
    gap = np.full(len(groups), np.nan)
    n, events = sum(group.n for group in groups), sum(group.events for group in groups)
    ends = np.array([0.0, 100.0])
    marks: list[Mark] = [
        Line(ends, ends, "axis", name="equality", style="dotted"),
        Line(np.column_stack((predicted, predicted, gap)).ravel(), np.column_stack((low, high, gap)).ravel(), "low",
             name="95 % interval", width=1.0),
        Points(predicted, observed, "low", tuple(counted(group.n, "patient") for group in groups), shape="square"),
        Label(0.03, 0.97, slope_words, "text", valign="top", bold=True)]
    counts = f"{counted(n, 'patient')}, {counted(events, 'event')} by {by_words}"
    told = "; ".join(f"{100 * group.predicted:.0f} predicted, {100 * group.observed:.0f} observed" for group in groups)
    ticks = (0.0, 25.0, 50.0, 75.0, 100.0)
    names = tuple(f"{tick:.0f}" for tick in ticks)
    return FigureSpec(
        name=name, title=f"Does the predicted risk come true? {cohort_words}", rows=((Panel(
            Axis(f"Predicted risk by {by_words} (%)", 0.0, 100.0, ticks=ticks, tick_labels=names),
            Axis(f"Observed by {by_words} (%)", 0.0, 100.0, ticks=ticks, tick_labels=names), tuple(marks),
            title="Does the predicted risk come true?", remark=counts),),),
        alt_text=f"Predicted against observed risk of {endpoint_words} by {by_words} in {len(groups)} groups of "
                 f"patients; {counts}. In percent: {told}. {slope_words}.",
        caption=f"Calibration for {endpoint_words} by {by_words} of {model_words} (Cox model; every patient predicted "
                f"from the other nine tenths); {cohort_words}: {counts}. Squares: groups of equal size by predicted "
                f"risk; observed: one minus Kaplan-Meier with 95% confidence interval; dotted: equality. "
                f"{slope_words}.",
        data={"groups": {"n": [group.n for group in groups], "events": [group.events for group in groups],
                         "predicted": (predicted / 100).tolist(), "observed": (observed / 100).tolist(),
                         "low": (low / 100).tolist(), "high": (high / 100).tolist()}},
        width_mm=89.0, height_mm=84.0, badge=badge)
