"""Follow-up of a cohort as a histogram: how long patients were followed, and who had the event.

Not for: survival curves. It answers whether time and event are coded as the user thinks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.patients.cohort import Cohort
from core.figures.number_words import count_words, counted, time_words
from core.figures.spec import Axis, Bars, FigureSpec, FloatArray, HoverPoints, KeyEntry, Mark, Panel, Rule
from core.figures.survival_curves import follow_up_ticks
from core.statistics.kaplan_meier import reverse_median_follow_up

NAME = "follow_up"
BINS = 30
STEPS = {"months": (0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0), "years": (0.1, 0.25, 0.5, 1.0, 2.0, 5.0),
         "weeks": (1.0, 2.0, 4.0, 8.0, 13.0, 26.0, 52.0), "days": (1.0, 2.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 365.0)}
HEADROOM = 1.05
GAP = 0.06


def follow_up(cohort: Cohort, *, event_words: str = "events", badge: str = "") -> FigureSpec:
    """Patients by length of follow-up, those with the event filled, the censored on top of them as outlines.

    ``HoverPoints`` name every patient inside their bar. The dotted line is the median follow-up by the reverse
    Kaplan-Meier method, where it is reached.
    """
    unit, endpoint = cohort.endpoint.unit, cohort.endpoint.name
    edges = _edges(cohort.time, unit)
    bar_of = np.clip(np.searchsorted(edges, cohort.time, side="right") - 1, 0, len(edges) - 2).astype(np.intp)
    happened = np.bincount(bar_of[cohort.event], minlength=len(edges) - 1).astype(np.float64)
    everybody = np.bincount(bar_of, minlength=len(edges) - 1).astype(np.float64)
    left, right = edges[:-1] + GAP * np.diff(edges), edges[1:] - GAP * np.diff(edges)
    tallest = float(everybody.max())
    median = reverse_median_follow_up(cohort.time, cohort.event).median
    n, events = len(cohort.patients), cohort.n_events
    marks: list[Mark] = [
        _bars(left, right, everybody, "low", filled=False), _bars(left, right, happened, "high", filled=True),
        HoverPoints(*_places(cohort, bar_of, (edges[:-1] + edges[1:]) / 2), "text", cohort.patients)]
    words = f"median follow-up {time_words(median, unit)} (reverse Kaplan-Meier)"
    if np.isfinite(median):
        marks.append(Rule(x=median, role="text3", style="dotted"))
    longest = float(edges[-1])
    ticks = follow_up_ticks(longest, unit)
    whole = tuple(f"{tick:.0f}" for tick in ticks) if unit in ("days", "weeks") and longest > 50 else ()  # of years
    panel = Panel(
        Axis(f"Follow-up ({unit})", 0.0, longest, ticks=ticks, tick_labels=whole),
        Axis("Patients", 0.0, tallest * HEADROOM, ticks=_count_ticks(tallest)), tuple(marks),
        title="Is the follow-up coded right?", remark=f"Cohort “{cohort.name}”, {endpoint}; {words}",
        key=(KeyEntry(f"{event_words} ({count_words(events)})", "high", "patch"),
             KeyEntry(f"censored ({count_words(n - events)})", "low", "patch", filled=False)))
    return FigureSpec(
        NAME, f"Follow-up for {endpoint}, cohort “{cohort.name}”", ((panel,),),
        alt_text=f"Histogram of follow-up for {endpoint} in {counted(n, 'patient')}: {count_words(events)} with the "
                 f"event, {count_words(n - events)} censored; {words}; longest {cohort.time.max():.4g} {unit}.",
        caption=f"Length of follow-up for {endpoint} in the {counted(n, 'patient')} of the cohort “{cohort.name}”, by "
                f"whether it happened ({count_words(events)}, filled) or the patient was censored "
                f"({count_words(n - events)}, outlined); {words}.",
        data={"follow_up": {"from": edges[:-1].tolist(), "to": edges[1:].tolist(),
                            "events": happened.astype(int).tolist(),
                            "censored": (everybody - happened).astype(int).tolist()}},
        width_mm=89.0, height_mm=62.0, badge=badge)


def _bars(left: FloatArray, right: FloatArray, height: FloatArray, role: str, *, filled: bool) -> Bars:
    there = height > 0
    return Bars(left[there], right[there], height[there], role, filled=filled)


def _edges(time: FloatArray, unit: str) -> FloatArray:
    longest = float(time.max())
    step = next((step for step in STEPS.get(unit, ()) if longest / step <= BINS), 0.0)
    if step == 0.0:
        exact = longest / BINS if longest > 0 else 1.0
        magnitude = 10.0 ** np.floor(np.log10(exact))
        step = next(factor * magnitude for factor in (1.0, 2.0, 5.0, 10.0) if factor * magnitude >= exact)
    count = max(1, int(np.floor(longest / step)) + 1)
    return np.asarray(step * np.arange(count + 1), dtype=np.float64)


def _count_ticks(tallest: float) -> tuple[float, ...]:
    step = next(step * 10.0 ** power for power in range(9) for step in (1.0, 2.0, 5.0)
                if tallest / (step * 10.0 ** power) <= 5)
    return tuple(step * number for number in range(int(tallest / step) + 1))


def _places(cohort: Cohort, bar_of: NDArray[np.intp], centres: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A place for every patient inside the right bar: events first from below, each at the middle of one unit."""
    heights = np.zeros(len(cohort.patients))
    filled: dict[int, int] = {}
    for row in sorted(range(len(cohort.patients)), key=lambda row: (not cohort.event[row], cohort.time[row])):
        place = filled.get(int(bar_of[row]), 0)
        heights[row] = place + 0.5
        filled[int(bar_of[row])] = place + 1
    return centres[bar_of], heights
