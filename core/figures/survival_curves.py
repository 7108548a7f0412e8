"""Kaplan-Meier curves as figure values: steps, bands, censor marks, names at the line's end, at-risk rows.

Not for: estimating. The curve arrives finished; only patients at the ticks are counted here, from the same follow-up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import capitalised, counted, hr_words, lines_of, list_words, p_words, short_number
from core.figures.spec import AtRiskRow, Axis, Band, FigureSpec, HoverPoints, Label, Mark, Panel, StepLine, Ticks

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FRAME_MM = 24.0  # what axis titles and names of lines take of the width
LETTER_MM, LINE_SHARE = 1.1, 5.8
"""A letter of the words inside is about this wide, a line this high in percent of the y axis."""
FEWEST_AT_RISK = 5
SMALLEST_SHARE = 0.10
STEPS_IN = {
    "months": (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 36.0, 48.0, 60.0, 120.0, 240.0),
    "years": (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0),
    "weeks": (1.0, 2.0, 4.0, 8.0, 13.0, 26.0),
    "days": (1.0, 2.0, 5.0, 7.0, 14.0, 28.0, 30.0, 60.0, 90.0, 180.0),
}
YEAR_IN = {"days": 365.25, "weeks": 365.25 / 7}
SERIES = ("low", "high", "series3", "series4", "series5", "text")


@dataclass(frozen=True, eq=False)
class GroupCurve:
    """One group of one receptor.

    Parameters
    ----------
    name : str
        "low", "lowest", "high" and "highest" take their colours and dashes; other names series colours in order.
    time, survival, ci_low, ci_high : ndarray, shape (n_steps,)
        The Kaplan-Meier step function as fractions 0 to 1; a row at time 0 is optional, NaN where undefined.
    patient_time : ndarray, shape (n_patients,)
        Follow-up of every patient of the group, in the unit of ``time``.
    patient_event : ndarray of bool, shape (n_patients,)
    patients : tuple of str
        Their ids in the same order, or empty.
    role : str
        The colour, where it does not follow from the name.
    said : tuple of str
        What the window says of each patient beside time and event: the value of the receptor. Or empty.
    """

    name: str
    time: FloatArray
    survival: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    patient_time: FloatArray
    patient_event: NDArray[np.bool_]
    patients: tuple[str, ...] = ()
    role: str = ""
    said: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return len(self.patient_time)

    @property
    def n_events(self) -> int:
        return int(np.sum(self.patient_event))


def follow_up_ticks(longest: float, unit: str, most: int = 7) -> tuple[float, ...]:
    """Tick positions from 0, at most ``most``: 24-month steps for ten years; whole years for long days and weeks."""
    if not math.isfinite(longest) or longest <= 0:
        return (0.0,)
    year = YEAR_IN.get(unit)
    if year is not None and longest >= 2 * year:
        steps = tuple(year * count for count in (1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 20.0))
    else:
        steps = STEPS_IN.get(unit, ())
    step = next((step for step in steps if longest / step < most), _round_step(longest / (most - 1)))
    if step > longest:
        step = _round_step(longest / 4)
    return tuple(step * position for position in range(math.floor(longest / step + 1e-9) + 1))


def at_risk_counts(patient_time: FloatArray, patient_event: NDArray[np.bool_],
                   ticks: Sequence[float]) -> tuple[IntArray, IntArray]:
    """Patients at risk just before each tick (time >= t, as R counts) and events up to and including it."""
    times = np.asarray(patient_time, dtype=float)
    events = np.asarray(patient_event, dtype=bool)
    at_risk = np.array([np.sum(times >= tick) for tick in ticks], dtype=np.int64)
    so_far = np.array([np.sum(events & (times <= tick)) for tick in ticks], dtype=np.int64)
    return at_risk, so_far


def faded_from(patient_time: FloatArray) -> float | None:
    """The time after which fewer than 5 patients, or under 10 % of the group, remain; None for an empty group."""
    times = np.sort(np.asarray(patient_time, dtype=float))[::-1]
    if not times.size:
        return None
    needed = max(FEWEST_AT_RISK, math.ceil(SMALLEST_SHARE * times.size - 1e-9))
    return float(times[needed - 1]) if times.size >= needed else 0.0


def share_words(endpoint_name: str) -> str:
    """What the height of a curve is the share of: the endpoint where it names survival, else those free of it."""
    survives = "survival" in endpoint_name.lower() or "free" in endpoint_name.lower()
    return capitalised(endpoint_name) if survives else f"Free of {endpoint_name}"


def kaplan_meier(receptor: str, groups: Sequence[GroupCurve], *, endpoint_name: str, unit: str, cohort_words: str,
                 name: str | None = None, event_words: str = "events", split_words: str = "split at the median",
                 since: str = "", hr: tuple[float, float, float] | None = None, hr_comparison: str = "high v low",
                 corrected_p: float | None = None, corrected_words: str = "", logrank_p: float | None = None,
                 words_inside: tuple[str, ...] = (), forest_adjusted_for: tuple[str, ...] = (),
                 follow_up_words: str = "", badge: str = "", width_mm: float = 89.0,
                 height_mm: float = 84.0) -> FigureSpec:
    """Survival of the groups of one receptor.

    Parameters
    ----------
    groups : sequence of GroupCurve
        In the order of the at-risk rows.
    endpoint_name, unit, cohort_words : str
        "relapse-free survival", "months", "HER2-positive, METABRIC".
    event_words : str
        What stands in the brackets of the at-risk rows: "relapses", "deaths".
    since : str
        "surgery" gives "Time since surgery (months)".
    hr : (float, float, float), optional
        Hazard ratio between the groups with its 95 % interval; ``hr_comparison`` says which is compared with which.
    corrected_p, corrected_words : float, str
        Stands first; the words say what it was corrected for.
    logrank_p : float, optional
        Uncorrected, and named so, in small grey letters.
    words_inside : tuple of str
        Stand in the panel instead of those made of ``hr``, ``corrected_p`` and ``logrank_p``, the first in bold.
    forest_adjusted_for : tuple of str
        Covariates of the forest beside which this curve is shown: the caption then says that curves are unadjusted.
    """
    longest = max((float(np.max(group.patient_time)) for group in groups if group.n), default=0.0)
    digits = max((len(f"{group.n}{group.n_events}") for group in groups), default=2)
    column_mm = 1.18 * digits + 3.2
    ticks = follow_up_ticks(longest, unit, most=max(3, min(7, int((width_mm - FRAME_MM) / column_mm) + 1)))
    roles = _roles(groups)
    bands: list[Mark] = []
    lines: list[Mark] = []
    for group, role in zip(groups, roles, strict=True):
        if group.n:
            drawn = _group_marks(group, role, unit, event_words)
            bands.append(drawn[0])
            lines += drawn[1:]
    at_risk = {group.name: at_risk_counts(group.patient_time, group.patient_event, ticks) for group in groups}
    words = words_inside or _words_inside(hr, hr_comparison, corrected_p, corrected_words, logrank_p)
    inside, above = _place_words(words, groups, longest, width_mm - FRAME_MM)
    if not lines:
        inside = (Label(0.5, 0.5, "No patient to draw", "text3", align="center", valign="center"),)
    sizes = " v ".join(str(group.n) for group in groups)
    panel = Panel(
        x=time_axis(longest, unit, ticks, since),
        y=Axis(f"{share_words(endpoint_name)} (%)", 0.0, 100.0, ticks=(0.0, 25.0, 50.0, 75.0, 100.0),
               tick_labels=("0", "25", "50", "75", "100")),
        marks=(*bands, *lines, *inside),
        title=f"{receptor}, {split_words}" if split_words else receptor,
        remark="\n".join((f"{sizes} patients", *above)),
        at_risk_title=f"At risk ({event_words})",
        at_risk_times=ticks,
        at_risk=tuple(
            AtRiskRow(capitalised(group.name), role,
                      tuple(f"{left} ({so_far})" for left, so_far in zip(*at_risk[group.name], strict=True)))
            for group, role in zip(groups, roles, strict=True)),
    )
    return FigureSpec(
        name=name or f"kaplan_meier_{receptor}",
        title=f"{receptor} and {endpoint_name}, {cohort_words}",
        rows=((panel,),),
        alt_text=_alt_text(receptor, groups, endpoint_name, unit, ticks, words),
        caption=_caption(receptor, groups, endpoint_name, cohort_words, split_words, event_words, words,
                         forest_adjusted_for, follow_up_words),
        data=_data(groups, ticks, at_risk),
        width_mm=width_mm,
        height_mm=height_mm,
        badge=badge,
    )


def several(figures: Sequence[FigureSpec], *, name: str, title: str, columns: int = 2) -> FigureSpec:
    """One to six curves on one page, row by row. The data of each keep its figure's name in front of their key."""
    panels = [panel for figure in figures for row in figure.rows for panel in row]
    columns = max(1, min(columns, len(panels)))
    rows = tuple(tuple(panels[start:start + columns]) for start in range(0, len(panels), columns))
    captions = [figure.caption for figure in figures]
    return FigureSpec(
        name=name, title=title, rows=rows,
        alt_text=" ".join(figure.alt_text for figure in figures),
        caption=" ".join(dict.fromkeys(captions)),
        data={f"{figure.name}_{key}": table for figure in figures for key, table in figure.data.items()},
        width_mm=89.0 if columns == 1 else 180.0,
        height_mm=min(245.0, 80.0 * max(1, len(rows))),
        badge=next((figure.badge for figure in figures if figure.badge), ""),
    )


def _round_step(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return next(size * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if size * factor >= step - 1e-12)


def time_axis(longest: float, unit: str, ticks: tuple[float, ...], since: str) -> Axis:
    """The axis of follow-up from 0; long days and weeks are marked in years."""
    words = f"Time since {since}" if since else "Time"
    year = YEAR_IN.get(unit)
    if year is not None and longest >= 2 * year:
        return Axis(f"{words} (years of 365.25 days)", 0.0, longest, ticks=ticks,
                    tick_labels=tuple(short_number(round(tick / year)) for tick in ticks))
    return Axis(f"{words} ({unit})", 0.0, longest or 1.0, ticks=ticks, tick_labels=tuple(map(short_number, ticks)))


def _roles(groups: Sequence[GroupCurve]) -> tuple[str, ...]:
    named = {"low": "low", "lowest": "low", "high": "high", "highest": "high"}
    own = [group.role or named.get(group.name.lower()) for group in groups]
    free = [role for role in SERIES if role not in own]
    roles = []
    for role in own:
        roles.append(role if role else free[0])
        if role is None and len(free) > 1:
            free.pop(0)
    return tuple(roles)


def _whole_step(group: GroupCurve) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The step function in percent from (0, 100) to the group's last follow-up."""
    time, survival, low, high = (np.asarray(values, dtype=float)
                                 for values in (group.time, group.survival, group.ci_low, group.ci_high))
    if not time.size or time[0] > 0 or survival[0] < 1:
        time, survival, low, high = (np.concatenate([[first], values]) for first, values in
                                     ((0.0, time), (1.0, survival), (1.0, low), (1.0, high)))
    last = float(np.max(group.patient_time))
    if last > time[-1]:
        time, survival, low, high = (np.concatenate([values, [end]]) for values, end in
                                     ((time, last), (survival, survival[-1]), (low, low[-1]), (high, high[-1])))
    return time, 100 * survival, 100 * low, 100 * high


def _height_at(group: GroupCurve, times: FloatArray) -> FloatArray:
    """Survival at ``times``, in percent, of the right-continuous step function."""
    step_time, step_height, _, _ = _whole_step(group)
    return step_height[np.searchsorted(step_time, times, side="right") - 1]


def _group_marks(group: GroupCurve, role: str, unit: str, event_words: str) -> tuple[Mark, ...]:
    """Band, curve, censor marks, censor marks on the greyed tail, and who had the events."""
    time, survival, low, high = _whole_step(group)
    fade = faded_from(group.patient_time)
    times = np.asarray(group.patient_time, dtype=float)
    censored = ~np.asarray(group.patient_event, dtype=bool)
    on_tail = times > (math.inf if fade is None else fade)

    def who(chosen: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(patient for patient, one in zip(group.patients, chosen) if one)

    def said(chosen: NDArray[np.bool_], what: str) -> tuple[str, ...]:
        return tuple(", ".join((f"{what} {short_number(round(time, 1))} {unit}", *group.said[row:row + 1]))
                     for row, time in enumerate(times.tolist()) if chosen[row]) if group.patients else ()

    def marks(chosen: NDArray[np.bool_], colour_role: str) -> Ticks:
        return Ticks(times[chosen], _height_at(group, times[chosen]), colour_role, who(chosen),
                     said(chosen, "censored at"))

    return (
        Band(time, low, high, role, step=True, name=group.name, faded_from=fade),
        StepLine(time, survival, role, name=group.name, label=capitalised(group.name), faded_from=fade),
        marks(censored & ~on_tail, role),
        marks(censored & on_tail, "ns"),
        HoverPoints(times[~censored], _height_at(group, times[~censored]), role, who(~censored),
                    said(~censored, f"{event_words.removesuffix('s')} at")),
    )


def _words_inside(hr: tuple[float, float, float] | None, comparison: str, corrected_p: float | None,
                  corrected_words: str, logrank_p: float | None) -> tuple[str, ...]:
    words = []
    if hr is not None:
        words.append(f"HR {hr_words(*hr).replace('(', '(95% CI ')}, {comparison}")
    if corrected_p is not None and p_words(corrected_p):
        words.append(f"corrected P {p_words(corrected_p)}" + (f", {corrected_words}" if corrected_words else ""))
    if logrank_p is not None and p_words(logrank_p):
        words.append(f"log-rank P {p_words(logrank_p)}, uncorrected")
    return tuple(words)


def _place_words(words: tuple[str, ...], groups: Sequence[GroupCurve], longest: float,
                 axes_mm: float) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """Words where no curve runs: lower left, else upper right, first clear of bands, then of curves; else above."""
    for with_bands, room in ((True, 1.0), (True, 0.78), (True, 0.6), (False, 1.0), (False, 0.78)):
        letters = max(20, int((room * axes_mm - 4.0) / LETTER_MM))
        lines = [(line, number, part > 0) for number, text in enumerate(words)
                 for part, line in enumerate(lines_of(text, letters))]
        shares = [min(1.0, (LETTER_MM * len(line) + 4.0) / axes_mm) for line, *_ in lines]
        last = len(lines) - 1
        if all(_lowest(groups, share * longest, with_bands) > LINE_SHARE * (last + 1 - line) + 4.0
               for line, share in enumerate(shares)):
            places = [(0.03, 0.03 + 0.01 * LINE_SHARE * (last - line), "left") for line in range(last + 1)]
            break
        if all(_highest(groups, (1 - share) * longest, with_bands) < 98.0 - LINE_SHARE * (line + 1)
               for line, share in enumerate(shares)):
            places = [(0.99, 0.99 - 0.01 * LINE_SHARE * (line + 1), "right") for line in range(last + 1)]
            break
    else:
        return (), words
    return tuple(
        Label(x, y, line, "text3" if "uncorrected" in words[number] else "text", align=align,
              bold=number == 0 and "uncorrected" not in words[number], continues=continues)
        for (line, number, continues), (x, y, align) in zip(lines, places, strict=True)
    ), ()


def _lowest(groups: Sequence[GroupCurve], until: float, with_bands: bool) -> float:
    """The lowest height, in percent, that curves (or their bands) reach up to that time."""
    lowest = 100.0
    for group in groups:
        if group.n:
            time, survival, low, _ = _whole_step(group)
            heights = np.where(np.isfinite(low) & with_bands, low, survival)
            lowest = min(lowest, float(heights[time <= until].min()))
    return lowest


def _highest(groups: Sequence[GroupCurve], since: float, with_bands: bool) -> float:
    """The highest height, in percent, that curves (or their bands) have from that time on."""
    highest = 0.0
    for group in groups:
        if group.n:
            time, survival, _, high = _whole_step(group)
            heights = np.where(np.isfinite(high) & with_bands, high, survival)
            highest = max(highest, float(heights[np.append(time[1:], np.inf) > since].max()))
    return highest


def _alt_text(receptor: str, groups: Sequence[GroupCurve], endpoint_name: str, unit: str, ticks: tuple[float, ...],
              words: Sequence[str]) -> str:
    drawn = [group for group in groups if group.n]
    sizes = list_words([f"{counted(group.n, 'patient')} with {group.name} {receptor} "
                        f"({counted(group.n_events, 'event')})" for group in drawn])
    text = f"Kaplan-Meier curves of {endpoint_name}: {sizes or 'no patient'}."
    when = ticks[(len(ticks) + 1) // 2] if len(ticks) > 1 else 0.0
    if drawn and when > 0:
        shares = list_words([f"{_height_at(group, np.array([when]))[0]:.0f} % ({group.name})" for group in drawn])
        text += f" At {short_number(round(when, 1))} {unit} the curves stand at {shares}."
    return text + (f" {'. '.join(capitalised(line) for line in words)}." if words else "")


def _caption(receptor: str, groups: Sequence[GroupCurve], endpoint_name: str, cohort_words: str, split_words: str,
             event_words: str, words: Sequence[str], forest_adjusted_for: tuple[str, ...], follow_up_words: str) -> str:
    sizes = list_words([f"{group.name} {counted(group.n, 'patient')} ({_events(group.n_events, event_words)})"
                        for group in groups])
    sentences = [
        f"{capitalised(endpoint_name)} by expression of {receptor}{', ' + split_words if split_words else ''}; "
        f"{cohort_words}: {sizes}. Kaplan-Meier estimate with 95% confidence band; ticks mark censored patients. "
        "Curves are greyed where under 10% of the group or under 5 patients remain. At risk: patients still followed "
        f"just before that time; in brackets the {event_words} up to then."]
    if words:
        sentences.append(capitalised("; ".join(words)) + ".")
    if forest_adjusted_for:
        sentences.append(f"The curves are unadjusted; the forest is adjusted for {list_words(forest_adjusted_for)}.")
    else:
        sentences.append("The curves are unadjusted.")
    if follow_up_words:
        sentences.append(capitalised(follow_up_words).rstrip(".") + ".")
    return " ".join(sentences)


def _events(count: int, event_words: str) -> str:
    """``3 deaths``, ``1 death``."""
    return counted(count, event_words.removesuffix("s"), event_words)


def _data(groups: Sequence[GroupCurve], ticks: tuple[float, ...],
          at_risk: dict[str, tuple[IntArray, IntArray]]) -> dict[str, dict[str, tuple[object, ...]]]:
    curve: dict[str, list[object]] = {"group": [], "time": [], "survival": [], "ci_low": [], "ci_high": []}
    table: dict[str, list[object]] = {"group": [], "time": [], "at_risk": [], "events_so_far": []}
    for group in groups:
        if group.n:
            time, survival, low, high = _whole_step(group)
            curve["group"] += [group.name] * len(time)
            for column, values in (("time", time), ("survival", survival / 100), ("ci_low", low / 100),
                                   ("ci_high", high / 100)):
                curve[column] += values.tolist()
        table["group"] += [group.name] * len(ticks)
        table["time"] += list(ticks)
        table["at_risk"] += at_risk[group.name][0].tolist()
        table["events_so_far"] += at_risk[group.name][1].tolist()
    return {"curve": {key: tuple(values) for key, values in curve.items()},
            "at_risk": {key: tuple(values) for key, values in table.items()}}
