"""How the log hazard ratio runs along a score: the bent curve with its band beside the straight line of the model.

Not for: fitting; arrays go in, a FigureSpec comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.figures.number_words import counted
from core.figures.spec import Axis, Band, FigureSpec, FloatArray, HoverPoints, Label, Line, Mark, Panel, Rule, Ticks

NAME = "linearity"
HEADROOM = 1.3
"""The words stand above the curves."""


@dataclass(frozen=True, eq=False)
class ScoreShape:
    """Log hazard ratio against the mean score at places ``x``; ``scores`` are the patients' own, marked below."""

    x: FloatArray
    log_hr: FloatArray
    low: FloatArray
    high: FloatArray
    straight: FloatArray
    scores: FloatArray
    patients: tuple[str, ...] = ()


def linearity_figure(shape: ScoreShape, *, name: str = NAME, cohort_words: str, endpoint_words: str, test_words: str,
                     adjusted_words: str, n: int, events: int, n_knots: int, badge: str = "") -> FigureSpec:
    """The curve of a restricted cubic spline and the straight line, with every patient's score marked below.

    ``test_words`` ("nonlinear terms P = 0.34") stand inside; ``adjusted_words`` ("adjusted for age and grade") may be
    empty.
    """
    lowest, highest = float(np.min((shape.low, shape.straight))), float(np.max((shape.high, shape.straight)))
    span = max(highest - lowest, 0.1)
    bottom, top = lowest - 0.12 * span, lowest + HEADROOM * span
    inside = (shape.scores >= shape.x[0]) & (shape.scores <= shape.x[-1])
    marked = np.sort(shape.scores[inside])
    floor = np.full(len(marked), bottom + 0.04 * span)
    marks: list[Mark] = [
        Band(shape.x, shape.low, shape.high, "low", name="95 % interval of the curve"), Rule(y=0.0, style="dotted"),
        Line(shape.x, shape.straight, "text3", name="straight line", label="Straight line", short="Line",
             style="dashed"),
        Line(shape.x, shape.log_hr, "low", name="curve", label="Curve"),
        Ticks(marked, floor, "ns"),
        HoverPoints(marked, floor, "ns", tuple(np.array(shape.patients)[inside][np.argsort(shape.scores[inside])])
                    if shape.patients else ()),
        Label(0.03, 0.97, test_words, "text", valign="top", bold=True)]
    beside = f", {adjusted_words}" if adjusted_words else ""
    counts = f"{counted(n, 'patient')}, {counted(events, 'event')}"
    says = (f"The curve goes from {shape.log_hr[0]:.2f} at a score of {shape.x[0]:.1f} to {shape.log_hr[-1]:.2f} at "
            f"{shape.x[-1]:.1f}, the straight line from {shape.straight[0]:.2f} to {shape.straight[-1]:.2f}.")
    return FigureSpec(
        name=name, title=f"Is the effect of the score a straight line? {cohort_words}", rows=((Panel(
            Axis("Score (SD from the mean)", float(shape.x[0]), float(shape.x[-1])),
            Axis("Log hazard ratio (against the mean score)", bottom, top), tuple(marks),
            title="Is the effect of the score a straight line?", remark=counts),),),
        alt_text=f"Log hazard ratio of {endpoint_words} against the score{beside}, as a curve with its band and as a "
                 f"straight line; {counts}. {says} {test_words}.",
        caption=f"Log hazard ratio for {endpoint_words} by the score{beside}; {cohort_words}: {counts}. Curve with 95% "
                f"confidence band: Cox model with a restricted cubic spline of {n_knots} knots at Harrell's quantiles; "
                "dashed: the same model with a straight line. Likelihood-ratio test of the terms that bend the curve: "
                f"{test_words}; this P is not corrected for other tests. The marks below are the patients' scores, "
                "from the 1st to the 99th percentile.",
        data={"curve": {"score": shape.x.tolist(), "log_hr": shape.log_hr.tolist(), "low": shape.low.tolist(),
                        "high": shape.high.tolist(), "straight": shape.straight.tolist()}},
        width_mm=89.0, height_mm=72.0, badge=badge)
