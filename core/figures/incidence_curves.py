"""Cumulative incidence of two causes as figure values: one panel per cause, one curve per group, at-risk rows.

Not for: estimating; curves arrive finished. Survival curves, which come down from 100 %, are in survival_curves.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.figures.number_words import capitalised, counted, list_words, short_number
from core.figures.spec import AtRiskRow, Axis, Band, FigureSpec, FloatArray, Label, Mark, Panel, StepLine
from core.figures.survival_curves import at_risk_counts, faded_from, follow_up_ticks, time_axis

NAME = "cumulative_incidence"
HEIGHTS = (5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0)
STEPS = {5.0: 1.0, 10.0: 2.0, 20.0: 5.0, 30.0: 10.0, 40.0: 10.0, 50.0: 10.0, 60.0: 20.0, 80.0: 20.0, 100.0: 25.0}
WORDS_WIDE, WORDS_HIGH = 0.6, 0.84
"""The words inside stand at the upper left: curves stay below this height up to this share of the time."""


@dataclass(frozen=True, eq=False)
class IncidenceCurve:
    """One group and cause: a step function of shares 0 to 1 with its band, NaN where undefined."""

    group: str
    role: str
    time: FloatArray
    incidence: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    patient_time: FloatArray
    patient_had_it: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class CausePanel:
    """One cause: its words (``died of disease``), the curves of its groups, and what stands inside."""

    cause: str
    curves: tuple[IncidenceCurve, ...]
    words_inside: tuple[str, ...]


def incidence_figure(causes: Sequence[CausePanel], *, name: str = NAME, endpoint_name: str, unit: str,
                     cohort_words: str, score_words: str, split_words: str, badge: str = "") -> FigureSpec:
    """Cumulative incidence of each cause by group, all panels on one scale.

    Parameters
    ----------
    score_words, split_words : str
        "the score", "split at the median"; they stand over the first panel and in the caption.
    """
    longest = max(float(curve.patient_time.max()) for panel in causes for curve in panel.curves)
    ticks = follow_up_ticks(longest, unit, most=6)
    top = _top([curve for panel in causes for curve in panel.curves], longest)
    panels = tuple(_panel(panel, ticks, longest, unit, top) for panel in causes)
    sizes = {curve.group: (len(curve.patient_time), curve.role) for panel in causes for curve in panel.curves}
    shown = list_words([f"{group} {counted(n, 'patient')}" for group, (n, _) in sizes.items()])
    counts = "; ".join(f"{panel.cause}: " + list_words([f"{counted(int(curve.patient_had_it.sum()), 'event')} "
                                                        f"({curve.group})" for curve in panel.curves])
                       for panel in causes)
    said = " ".join(f"{capitalised(panel.cause)}: {'; '.join(panel.words_inside)}." for panel in causes
                    if panel.words_inside)
    return FigureSpec(
        name=name, title=f"Cumulative incidence by {score_words}, {cohort_words}", rows=(panels,),
        alt_text=f"Cumulative incidence curves by {score_words} ({shown}), one panel per cause. {counts}. {said}",
        caption=f"Cumulative incidence (Aalen-Johansen) of each cause for {endpoint_name} by {score_words}, "
                f"{split_words}; {cohort_words}: {shown}; {counts}. Bands: 95% confidence interval (log-log). Other "
                f"causes are not counted as censored, so the causes add up. {said} Gray's test compares the curves of "
                "one cause; its P is for this one score and not corrected for other tests. Curves are greyed where "
                "under 10% of the group or under 5 patients remain; in brackets the panel's events so far.",
        data=_data(causes), width_mm=180.0 if len(causes) > 1 else 89.0, height_mm=84.0, badge=badge)


def _panel(panel: CausePanel, ticks: tuple[float, ...], longest: float, unit: str, top: float) -> Panel:
    bands: list[Mark] = []
    lines: list[Mark] = []
    rows = []
    for curve in panel.curves:
        time, incidence, low, high = _whole(curve)
        fade = faded_from(curve.patient_time)
        bands.append(Band(time, low, high, curve.role, step=True, name=curve.group, faded_from=fade))
        lines.append(StepLine(time, incidence, curve.role, name=curve.group, label=capitalised(curve.group),
                              faded_from=fade))
        left, so_far = at_risk_counts(curve.patient_time, curve.patient_had_it, ticks)
        rows.append(AtRiskRow(capitalised(curve.group), curve.role,
                              tuple(f"{n} ({events})" for n, events in zip(left, so_far, strict=True))))
    words = tuple(Label(0.03, 0.97 - 0.07 * line, text, "text", valign="top", bold=line == 0)
                  for line, text in enumerate(panel.words_inside))
    step = STEPS[top]
    marks = tuple(step * number for number in range(int(top / step) + 1))
    return Panel(
        x=time_axis(longest, unit, ticks, ""),
        y=Axis("Cumulative incidence (%)", 0.0, top, ticks=marks, tick_labels=tuple(map(short_number, marks))),
        marks=(*bands, *lines, *words), title=capitalised(panel.cause),
        remark=" v ".join(str(len(curve.patient_time)) for curve in panel.curves) + " patients",
        at_risk_title="At risk (events so far)", at_risk_times=ticks, at_risk=tuple(rows))


def _whole(curve: IncidenceCurve) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The curve in percent from (0, 0) to the group's last follow-up; without an interval the band has no width."""
    low = np.where(np.isfinite(curve.ci_low), curve.ci_low, curve.incidence)
    high = np.where(np.isfinite(curve.ci_high), curve.ci_high, curve.incidence)
    parts = [curve.time, curve.incidence, low, high]
    if not len(curve.time) or curve.time[0] > 0:
        parts = [np.concatenate(([0.0], values)) for values in parts]
    last = float(curve.patient_time.max())
    if last > parts[0][-1]:
        parts = [np.append(values, last if row == 0 else values[-1]) for row, values in enumerate(parts)]
    return parts[0], 100 * parts[1], 100 * parts[2], 100 * parts[3]


def _top(curves: Sequence[IncidenceCurve], longest: float) -> float:
    """The lowest round end of the scale that holds every band and leaves room for the words."""
    highest, early = 0.0, 0.0
    for curve in curves:
        time, _, _, high = _whole(curve)
        fade = faded_from(curve.patient_time)
        shown = high[time <= (np.inf if fade is None else max(fade, float(time[0])))]
        highest = max(highest, float(shown.max()), float(curve.incidence[-1]) * 100 if len(curve.time) else 0.0)
        early = max(early, float(high[time <= WORDS_WIDE * longest].max()))
    return next((top for top in HEIGHTS if highest <= top and early <= WORDS_HIGH * top), HEIGHTS[-1])


def _data(causes: Sequence[CausePanel]) -> dict[str, dict[str, tuple[object, ...]]]:
    columns: dict[str, list[object]] = {"cause": [], "group": [], "time": [], "incidence": [], "ci_low": [],
                                        "ci_high": []}
    for panel in causes:
        for curve in panel.curves:
            columns["cause"] += [panel.cause] * len(curve.time)
            columns["group"] += [curve.group] * len(curve.time)
            for key, values in (("time", curve.time), ("incidence", curve.incidence), ("ci_low", curve.ci_low),
                                ("ci_high", curve.ci_high)):
                columns[key] += values.tolist()
    return {"curve": {key: tuple(values) for key, values in columns.items()}}
