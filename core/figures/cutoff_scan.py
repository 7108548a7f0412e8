"""The scan over all allowed cut-offs of one receptor: hazard ratio above, raw and corrected P below, on one x axis.

Not for: searching. Every cut, its P and the left-out hazard ratio arrive finished.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import counted, hr_words, p_equals, p_words, ratio_words
from core.figures.spec import Axis, Band, FigureSpec, Label, Line, Mark, Panel, Points, Rule

FloatArray = NDArray[np.float64]
Estimate = tuple[float, float, float]

SMALLEST_P = 1e-16
SUPERSCRIPTS = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
HR_LADDERS = (
    (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 2.0),
    (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0),
    (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 20.0),
    (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0),
)


@dataclass(frozen=True, eq=False)
class CutoffRows:
    """Every allowed cut of one receptor, ascending; low is value <= cut.

    ``hr`` of high v low with its 95 % interval, ``p_raw`` the log-rank P at that cut, ``p_corrected`` the same
    corrected for the search over cuts; NaN where not computed.
    """

    cut: FloatArray
    hr: FloatArray
    hr_low: FloatArray
    hr_high: FloatArray
    p_raw: FloatArray
    p_corrected: FloatArray


def cutoff_scan(receptor: str, rows: CutoffRows, *, cohort_words: str, endpoint_words: str, n: int, events: int,
                value_words: str = "expression (z score)", best_cut: float | None = None,
                best_hr: Estimate | None = None, best_hr_cv: float | Estimate | None = None,
                p_best_raw: float | None = None, p_best_corrected: float | None = None,
                p_best_maxt: float | None = None, corrected_words: str = "corrected for all cuts", maxt_words: str = "",
                name: str | None = None, badge: str = "") -> FigureSpec:
    """What every cut-off would have given, and what the search costs.

    Parameters
    ----------
    rows : CutoffRows
    n, events : int
        Patients and events of the scan.
    value_words : str
        What the x axis shows, with its unit.
    best_cut : float, optional
        None where no cut was allowed.
    best_hr, best_hr_cv
        Hazard ratio at the best cut, and in left-out patients with the cut chosen again; the first is not shown
        without the second (contract §4).
    p_best_raw, p_best_corrected, p_best_maxt : float, optional
        At the best cut: uncorrected; corrected for the cuts; corrected for all receptors times all cuts.
    maxt_words : str
        Says what ``p_best_maxt`` was corrected for.
    """
    arrays = {key: np.asarray(getattr(rows, key), dtype=float) for key in rows.__dataclass_fields__}
    cut = arrays["cut"]
    n_cuts = int(np.isfinite(cut).sum())
    has_best = best_cut is not None and math.isfinite(best_cut)
    x_low, x_high = _x_range(cut)
    summary = _summary(n_cuts, best_hr, best_hr_cv, p_best_raw, p_best_corrected, p_best_maxt, corrected_words,
                       maxt_words)
    best: tuple[Mark, ...] = (Rule(x=best_cut, role="accent"),) if has_best else ()
    upper = Panel(
        x=Axis("", x_low, x_high, visible=False),
        y=_hr_axis(arrays),
        marks=(
            Band(cut, arrays["hr_low"], arrays["hr_high"], "ns"), Rule(y=1.0, style="dotted"),
            Line(cut, arrays["hr"], "text", name="hazard ratio"), *best,
            *_best_point(cut, arrays["hr"], best_cut if has_best else None),
            *(() if n_cuts else (Label(0.5, 0.75, "No cut-off was allowed", "text3", align="center"),)),
        ),
        title=f"{receptor}, every cut-off",
        remark=summary,
        height_share=1.0,
    )
    p_low, ticks = _p_range(arrays)
    below: list[Mark] = [Rule(y=0.05, style="dotted", label="0.05")]
    for key, role, label, style, width, short in (
            ("p_raw", "ns", "uncorrected", "dashed", 0.9, "raw"),
            ("p_corrected", "text", corrected_words, "solid", 1.2, "corrected")):
        if np.isfinite(arrays[key]).any():
            below.append(Line(cut, np.clip(arrays[key], p_low, 1.0), role, name=key, label=label, style=style,
                              width=width, short=short))
    lower = Panel(
        x=Axis(f"{receptor} cut-off, {value_words}", x_low, x_high),
        y=Axis("P, log-rank", p_low, 1.0, log=True, reverse=True, ticks=ticks,
               tick_labels=tuple(map(_p_tick, ticks))),
        marks=(*below, *best, *_best_point(cut, np.clip(arrays["p_corrected"], p_low, 1.0),
                                           best_cut if has_best else None)),
        height_share=1.1,
    )
    return FigureSpec(
        name=name or f"cutoffs_{receptor}",
        title=f"Cut-offs of {receptor} for {endpoint_words}, {cohort_words}",
        rows=((upper,), (lower,)),
        alt_text=(f"Cut-off scan of {receptor} for {endpoint_words} in {cohort_words}: hazard ratio of high against "
                  f"low and log-rank P at {counted(n_cuts, 'cut')}. {summary}"),
        caption=(
            f"Hazard ratio of high v low {receptor} with 95% interval (above) and log-rank P (below) for "
            f"{endpoint_words} at every allowed cut; {cohort_words}, {counted(n, 'patient')}, "
            f"{counted(events, 'event')}; not adjusted. The best cut was searched for: {summary} "
            f"Dashed: P of each cut alone, uncorrected. Solid: {corrected_words}. "
            "Dotted: 0.05. The P axis is turned, so that stronger lies higher."
        ),
        data={"cutoffs": {key: tuple(values.tolist()) for key, values in arrays.items()}},
        width_mm=89.0,
        height_mm=84.0,
        badge=badge,
    )


def _summary(n_cuts: int, best_hr: Estimate | None, best_hr_cv: float | Estimate | None, p_raw: float | None,
             p_corrected: float | None, p_maxt: float | None, corrected_words: str, maxt_words: str) -> str:
    if not n_cuts:
        return "No cut-off was allowed."
    parts = []
    if p_words(p_maxt):
        parts.append(f"{p_equals(p_maxt)}, {maxt_words or 'corrected for all receptors and all cuts'}")
    if p_words(p_corrected):
        parts.append(f"{p_equals(p_corrected)}, {corrected_words}")
    if p_words(p_raw):
        parts.append(f"{p_equals(p_raw)}, uncorrected")
    sentences = [f"Best of {counted(n_cuts, 'cut')}" + (": " + "; ".join(parts) if parts else "")]
    left_out = _left_out_words(best_hr_cv)
    if not left_out:
        sentences.append("The HR at the chosen cut is not shown: it was not estimated in left-out patients")
    elif best_hr is not None and math.isfinite(best_hr[0]):
        sentences.append(f"HR {hr_words(*best_hr)} at that cut, {left_out} in left-out patients")
    else:
        sentences.append(f"HR {left_out} in left-out patients")
    return ". ".join(sentences) + "."


def _left_out_words(best_hr_cv: float | Estimate | None) -> str:
    if best_hr_cv is None:
        return ""
    estimate = best_hr_cv if isinstance(best_hr_cv, tuple) else (best_hr_cv,)
    if not math.isfinite(estimate[0]):
        return ""
    return hr_words(*estimate) if len(estimate) == 3 else ratio_words(estimate[0])


def _best_point(cut: FloatArray, height: FloatArray, best_cut: float | None) -> tuple[Mark, ...]:
    """A dot where the best cut meets the curve; none where the curve is not defined there."""
    if best_cut is None or not np.isfinite(cut).any():
        return ()
    nearest = int(np.nanargmin(np.abs(cut - best_cut)))
    if not math.isfinite(height[nearest]):
        return ()
    return (Points(np.array([cut[nearest]]), np.array([height[nearest]]), "accent", size=4.5),)


def _x_range(cut: FloatArray) -> tuple[float, float]:
    finite = cut[np.isfinite(cut)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    room = 0.02 * (high - low) or 0.5
    return low - room, high + room


def _hr_axis(arrays: dict[str, FloatArray]) -> Axis:
    """A log axis that holds every estimate; a band wider than twice their reach is cut by the axis."""
    reach = math.log(1.5)
    for key, cap in (("hr", math.log(100.0)), ("hr_low", 0.0), ("hr_high", 0.0)):
        values = arrays[key]
        values = np.abs(np.log(values[np.isfinite(values) & (values > 0)]))
        if values.size:
            reach = max(reach, min(float(np.quantile(values, 1.0 if key == "hr" else 0.95)) * 1.08, cap or 2.5 * reach))
    low, high = _one_sided(arrays["hr"], reach)
    fitting = [tuple(tick for tick in ladder if low <= tick <= high) for ladder in HR_LADDERS]
    ticks = next((ticks for ticks in fitting if len(ticks) <= 5), fitting[-1])
    return Axis("HR, high v low", low, high, log=True, ticks=ticks, tick_labels=tuple(f"{tick:g}" for tick in ticks))


def _one_sided(hr: FloatArray, reach: float) -> tuple[float, float]:
    """The side of 1 on which nothing lies needs little room."""
    finite = hr[np.isfinite(hr) & (hr > 0)]
    short = math.exp(min(reach, 0.4 * reach + 0.1))
    if finite.size and finite.min() > 1:
        return 1 / short, math.exp(reach)
    if finite.size and finite.max() < 1:
        return math.exp(-reach), short
    return math.exp(-reach), math.exp(reach)


def _p_range(arrays: dict[str, FloatArray]) -> tuple[float, tuple[float, ...]]:
    values = np.concatenate([arrays["p_raw"], arrays["p_corrected"]])
    values = values[np.isfinite(values)]
    smallest = max(min(float(values.min()) if values.size else 0.01, 0.02), SMALLEST_P)
    decades = math.ceil(-math.log10(smallest) - 1e-9)
    step = 1 if decades <= 4 else math.ceil(decades / 5)
    ticks = tuple(10.0**-power for power in range(0, decades + 1, step))
    return min(smallest * 0.7, ticks[-1]), ticks


def _p_tick(tick: float) -> str:
    """``0.001``, and ``10⁻⁶`` where zeros could not be counted any more."""
    power = round(math.log10(tick))
    return f"{tick:.4f}".rstrip("0").rstrip(".") if power >= -4 else f"10{str(power).translate(SUPERSCRIPTS)}"
