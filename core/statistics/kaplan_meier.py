"""Kaplan-Meier curves with what is printed beside them: intervals, medians, numbers at risk, follow-up.

Not for: comparing groups (logrank.py, rmst.py) or drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.p_values import Z_95
from core.statistics.risk_sets import Floats, checked_outcome

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """One row per distinct time, ascending; no row is added for time 0.

    ``at_risk`` counts times >= ``time``. ``se`` is Greenwood's, of the survival. The interval is on the log(-log)
    scale; it and ``se`` are NaN where R has none (survival still 1: no interval; survival 0: neither).
    """

    time: Floats
    at_risk: Counts
    events: Counts
    censored: Counts
    survival: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats


@dataclass(frozen=True)
class Median:
    """A median time with its 95 % interval; NaN means "not reached"."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class SurvivalAt:
    """A curve read off at chosen times; NaN beyond the last observed time."""

    survival: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats


def kaplan_meier(time: ArrayLike, event: ArrayLike) -> KaplanMeier:
    """The Kaplan-Meier curve of one group.

    Parameters
    ----------
    time, event : (n,) follow-up >= 0 and whether the event was seen; missing values are refused.

    Source
    ------
    Kaplan and Meier 1958, Greenwood 1926. Checked against R survival::survfit, conf.type "log-log".
    """
    months, happened = checked_outcome(time, event)
    distinct, place = np.unique(months, return_inverse=True)
    here = np.bincount(place, minlength=len(distinct)).astype(np.int64)
    events = np.bincount(place, weights=happened, minlength=len(distinct)).astype(np.int64)
    at_risk = len(months) - np.concatenate(([0], np.cumsum(here)[:-1])).astype(np.int64) if len(distinct) else here
    survival = np.asarray(np.cumprod(1.0 - events / at_risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events).astype(np.float64))))
        se = np.asarray(survival * relative, dtype=np.float64)
        inner = np.where((survival > 0) & (survival < 1), survival, np.nan)
        half = Z_95 * relative / np.log(inner)
        level = np.log(-np.log(inner))
        low, high = np.exp(-np.exp(level - half)), np.exp(-np.exp(level + half))
    return KaplanMeier(distinct, at_risk, events, here - events, survival, se, low, high)


def median_with_interval(curve: KaplanMeier) -> Median:
    """Median time and the times at which the bands of the curve reach one half.

    The first time with survival at or below 0.5; where the curve runs flat at exactly 0.5, the middle of that piece,
    as R has it.
    """
    return Median(_first_half(curve.survival, curve.time), _first_half(curve.ci_low, curve.time),
                  _first_half(curve.ci_high, curve.time))


def _first_half(curve: Floats, time: Floats) -> float:
    """Where ``curve`` comes down to one half (survival:::survmean, with its tolerance)."""
    tolerance = float(np.sqrt(np.finfo(np.float64).eps))
    below = np.flatnonzero(curve < 0.5 + tolerance)  # NaN compares as False, as R drops NA
    if not len(below):
        return float("nan")
    first = curve[below[0]]
    lower = below[curve[below] < first]
    if abs(first - 0.5) < tolerance and len(lower):
        return float((time[below[0]] + time[lower[0]]) / 2)
    return float(time[below[0]])


def reverse_median_follow_up(time: ArrayLike, event: ArrayLike) -> Median:
    """Median follow-up by the reverse Kaplan-Meier curve: being censored is the event (Schemper and Smith 1996)."""
    months, happened = checked_outcome(time, event)
    return median_with_interval(kaplan_meier(months, ~happened))


def survival_at(curve: KaplanMeier, at: ArrayLike) -> SurvivalAt:
    """The curve at chosen times; 1 before the first time, NaN beyond the last."""
    wanted = np.asarray(at, dtype=np.float64)
    row = np.searchsorted(curve.time, wanted, side="right")
    beyond = wanted > (curve.time[-1] if len(curve.time) else -np.inf)

    def read(values: Floats, before: float) -> Floats:
        return np.where(beyond, np.nan, np.concatenate(([before], values))[row])

    return SurvivalAt(read(curve.survival, 1.0), read(curve.se, 0.0), read(curve.ci_low, np.nan),
                      read(curve.ci_high, np.nan))


def at_risk_counts(time: ArrayLike, at: ArrayLike) -> Counts:
    """How many patients have a follow-up of at least each time in ``at``."""
    months = np.sort(np.asarray(time, dtype=np.float64))
    wanted = np.asarray(at, dtype=np.float64)
    return np.asarray(len(months) - np.searchsorted(months, wanted, side="left"), dtype=np.int64)
