"""Cumulative incidence of several causes of an end (Aalen-Johansen), with the variance of R's cmprsk.

Not for: comparing groups (gray_test.py) or covariates (fine_gray.py). One minus Kaplan-Meier, with the other causes as
censored, is larger than what stands here and answers another question.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.problems import user_error
from core.statistics.p_values import Z_95
from core.statistics.risk_sets import Floats, Ints, checked_outcome

Counts = NDArray[np.int64]

CENSORED, EVENT, OTHER = 0, 1, 2
"""The codes of a cause: what a Cohort holds, and R's habit."""


ROUNDING = 1e-12
"""Sums of shares end this near to 1 where they mean 1."""


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """One row per distinct time, ascending; one column per cause, cause 1 first.

    ``incidence`` of all causes and ``event_free`` add up to 1 in every row. ``se`` is the root of cmprsk's variance;
    the interval is on the log(-log) scale, NaN where the incidence is 0 or 1.
    """

    time: Floats
    at_risk: Counts
    events: Counts
    censored: Counts
    event_free: Floats
    incidence: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats


@dataclass(frozen=True, eq=False)
class IncidenceAt:
    """Incidence of one cause read off at chosen times; NaN beyond the last observed time."""

    incidence: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats


def checked_causes(time: ArrayLike, cause: ArrayLike) -> tuple[Floats, Ints]:
    """Follow-up and cause (0 censored, 1, 2, …), refused rather than repaired; tied times as in ``checked_outcome``.

    Raises
    ------
    UserError
        "missing_time", "negative_time", "missing_event".
    """
    codes = np.asarray(cause)
    whole = np.asarray(codes, dtype=np.float64)
    if not (np.isfinite(whole) & (whole >= 0) & (whole == np.floor(whole))).all():
        raise user_error("missing_event", "a cause is neither 0 (censored) nor a whole number from 1 on",
                         remedy="leave these patients out or say which values mean which cause")
    months, _ = checked_outcome(time, whole > 0)
    return months, whole.astype(np.intp)


def cumulative_incidence(time: ArrayLike, cause: ArrayLike, n_causes: int = 2) -> CumulativeIncidence:
    """Aalen-Johansen estimate of one group: the share that has had each cause so far, others not counted as censored.

    Parameters
    ----------
    time : (n,) follow-up >= 0; missing values are refused.
    cause : (n,) 0 censored, 1 to ``n_causes`` what happened.

    Source
    ------
    Aalen and Johansen 1978; the variance is that of Gray 1988, failures at one time drawn without replacement.
    Checked against R cmprsk::cuminc in test_competing_risks.py.
    """
    months, codes = checked_causes(time, cause)
    distinct, place = np.unique(months, return_inverse=True)
    table = np.zeros((len(distinct), max(n_causes, 1) + 1), dtype=np.int64)
    np.add.at(table, (place, codes), 1)
    here = table.sum(axis=1)
    at_risk = len(months) - np.concatenate(([0], np.cumsum(here)[:-1])).astype(np.int64) if len(distinct) else here
    events = table[:, 1:]
    free = np.asarray(np.cumprod(1.0 - events.sum(axis=1) / at_risk), dtype=np.float64)
    before = np.concatenate(([1.0], free[:-1]))[:len(free)]
    incidence = np.asarray(np.cumsum(before[:, None] * events / at_risk[:, None], axis=0), dtype=np.float64)
    se = np.column_stack([_standard_error(at_risk, events[:, k], events.sum(axis=1) - events[:, k], before, free,
                                          incidence[:, k]) for k in range(events.shape[1])])
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = np.where((incidence > 0) & (incidence < 1 - ROUNDING), incidence, np.nan)
        half = Z_95 * se / np.abs(inner * np.log(inner))
        level = np.log(-np.log(inner))
        low, high = np.exp(-np.exp(level + half)), np.exp(-np.exp(level - half))
    return CumulativeIncidence(distinct, at_risk, events, table[:, 0], free, incidence, se, low, high)


def _standard_error(at_risk: Counts, own: Counts, other: Counts, before: Floats, free: Floats,
                    incidence: Floats) -> Floats:
    """Each earlier failure moves the incidence at t by its own jump (own cause) less what it takes from the rest.

    With F the incidence and S the event-free share just after u, a failure at u carries (F(u) - F(t)) / S(u), plus 1
    when it is of this cause. Sums of the squares, of the products and of the weights give all t at once.
    """
    n = at_risk.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(free > 0, 1.0 / free, 0.0)
    total = np.zeros(len(n))
    for count, jump in ((own, 1.0), (other, 0.0)):
        weight = (before / n) ** 2 * count * without_replacement(count, n)
        if not jump:
            weight = np.where(free > 0, weight, 0.0)
        moved = jump + rest * incidence
        squares, products, weights = (np.cumsum(part) for part in (
            weight * moved**2, weight * rest * moved, weight * rest**2))
        total += squares - 2.0 * incidence * products + incidence**2 * weights
    return np.asarray(np.sqrt(np.maximum(total, 0.0)))


def without_replacement(failures: ArrayLike, at_risk: ArrayLike) -> Floats:
    """The factor by which tied failures vary less than independent ones: 1 for one, 1 - (d - 1) / (n - 1) for d.

    1 too where one or nobody is left: the events there are of others, and nothing varies.
    """
    d, n = np.asarray(failures, dtype=np.float64), np.asarray(at_risk, dtype=np.float64)
    several = (d > 1) & (n > 1)
    return np.where(several, 1.0 - (d - 1.0) / np.where(several, n - 1.0, 1.0), 1.0)


def incidence_at(curve: CumulativeIncidence, at: ArrayLike, cause: int = EVENT) -> IncidenceAt:
    """One cause's incidence at chosen times; 0 before the first time, NaN beyond the last."""
    wanted = np.asarray(at, dtype=np.float64)
    row = np.searchsorted(curve.time, wanted, side="right")
    beyond = wanted > (curve.time[-1] if len(curve.time) else -np.inf)

    def read(values: Floats, start: float) -> Floats:
        return np.where(beyond, np.nan, np.concatenate(([start], values[:, cause - 1]))[row])

    return IncidenceAt(read(curve.incidence, 0.0), read(curve.se, 0.0), read(curve.ci_low, np.nan),
                       read(curve.ci_high, np.nan))
