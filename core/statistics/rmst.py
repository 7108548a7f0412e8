"""Restricted mean survival time: the months lived, on average, up to a fixed time, and their difference.

Not for: proportional hazards; this comparison needs none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.kaplan_meier import kaplan_meier
from core.statistics.p_values import Z_95, two_sided_normal
from core.statistics.risk_sets import Bools, Floats, checked_outcome


@dataclass(frozen=True)
class RmstDifference:
    """Months up to ``tau`` in the high and the low group, their difference (high minus low) with 95 % interval."""

    tau: float
    high: float
    high_se: float
    low: float
    low_se: float
    difference: float
    ci_low: float
    ci_high: float
    p: float


def rmst_difference(time: ArrayLike, event: ArrayLike, high: ArrayLike, tau: float) -> RmstDifference:
    """Difference in restricted mean survival between two groups.

    Parameters
    ----------
    time, event : (n,) as in ``kaplan_meier``.
    high : (n,) bool, True in the group that is compared with the rest.
    tau : up to when, in the unit of ``time``; cut to the smaller of the groups' last times.

    Returns
    -------
    RmstDifference
        All NaN when a group is empty.

    Source
    ------
    Royston and Parmar 2013; interval as survRM2::rmst2 (normal, variance without a small-sample factor).
    """
    months, happened = checked_outcome(time, event)
    in_high = np.asarray(high, dtype=np.bool_)
    if not in_high.any() or in_high.all() or not tau > 0:
        return RmstDifference(*[float("nan")] * 9)
    until = float(min(tau, months[in_high].max(), months[~in_high].max()))
    mean_high, variance_high = _restricted_mean(months[in_high], happened[in_high], until)
    mean_low, variance_low = _restricted_mean(months[~in_high], happened[~in_high], until)
    difference, se = mean_high - mean_low, float(np.sqrt(variance_high + variance_low))
    p = float(two_sided_normal(difference / se)) if se > 0 else float("nan")
    half = Z_95 * se if se > 0 else float("nan")
    return RmstDifference(until, mean_high, float(np.sqrt(variance_high)), mean_low, float(np.sqrt(variance_low)),
                          difference, difference - half, difference + half, p)


def _restricted_mean(time: Floats, event: Bools, tau: float) -> tuple[float, float]:
    """Area under the curve up to ``tau`` and its variance."""
    curve = kaplan_meier(time, event)
    seen = curve.time <= tau
    at_risk, events = curve.at_risk[seen].astype(np.float64), curve.events[seen]
    areas = np.diff(np.concatenate(([0.0], curve.time[seen], [tau]))) * np.concatenate(([1.0], curve.survival[seen]))
    left = np.where(at_risk > events, at_risk * (at_risk - events), 1.0)
    hazard_variance = np.where(at_risk > events, events / left, 0.0)
    ahead = np.cumsum(areas[1:][::-1])[::-1]
    return float(areas.sum()), float((ahead**2 * hazard_variance).sum())
