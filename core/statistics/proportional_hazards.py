"""Does a hazard ratio stay the same over time? The score test of survival::cox.zph since version 3.0.

Not for: the older test on scaled Schoenfeld residuals, which other programs still use and which differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.cox import GENES_PER_BLOCK, standardised
from core.statistics.kaplan_meier import kaplan_meier
from core.statistics.p_values import chi2_upper
from core.statistics.risk_sets import (
    Bools,
    Floats,
    RiskSets,
    checked_columns,
    checked_outcome,
    checked_strata,
    risk_sets,
    running_sums,
)

Transform = Literal["km", "rank", "identity", "log"]


@dataclass(frozen=True, eq=False)
class PhTest:
    """Chi-square with one degree of freedom and P, per column."""

    chisq: Floats
    p: Floats


@dataclass(frozen=True, eq=False)
class PhModelTest:
    """Chi-square and P per column of one model, and of all its columns together (df = number of columns)."""

    chisq: Floats
    p: Floats
    global_chisq: float
    global_p: float


def ph_test(time: ArrayLike, event: ArrayLike, x: ArrayLike, coef: ArrayLike, strata: ArrayLike | None = None,
            transform: Transform = "km") -> PhTest:
    """Proportional hazards test of many one-variable Cox models (Efron).

    Parameters
    ----------
    time, event, x, strata : as given to ``cox_univariate``.
    coef : (g,) its coefficients; NaN gives NaN.
    transform : the time scale g(t) on which a trend of the coefficient is looked for; "km" is 1 - S(t-) of everyone.

    Source
    ------
    Grambsch and Therneau 1994 as the score test of a coefficient for x * g(t) in R survival >= 3.0.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months))
    sets = risk_sets(months, happened, checked_strata(strata, len(months)))
    chisq = np.full(values.shape[1], np.nan)
    slopes = np.atleast_1d(np.asarray(coef, dtype=np.float64))
    if sets.n_deaths:
        trend = _time_scale(months, happened, transform)[sets.order][sets.death_position][:, None]
        for start in range(0, values.shape[1], GENES_PER_BLOCK):
            block = slice(start, min(start + GENES_PER_BLOCK, values.shape[1]))
            scaled, spread = standardised(values[sets.order, block])
            chisq[block] = _one_variable(scaled, slopes[block] * spread, trend, sets)
    return PhTest(chisq, chi2_upper(chisq))


def _one_variable(z: Floats, b: Floats, trend: Floats, sets: RiskSets) -> Floats:
    usable = np.isfinite(b) & (np.abs(z).max(axis=0) > 0)
    weight = np.exp(z * np.where(usable, b, 0.0))
    sums = np.stack((weight, weight * z, weight * z * z), axis=1)
    rows = sets.death_rows(running_sums(sums, sets.stratum_start))
    mean = rows[:, 1] / rows[:, 0]
    variance = rows[:, 2] / rows[:, 0] - mean**2
    score = (trend * (z[sets.death_position] - mean)).sum(axis=0)
    plain, mixed, bent = variance.sum(axis=0), (trend * variance).sum(axis=0), (trend**2 * variance).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = bent - mixed**2 / plain
        usable &= (plain > 0) & (left > 1e-10 * np.maximum(bent, 1e-300))
        return np.where(usable, score**2 / left, np.nan)


def ph_test_model(time: ArrayLike, event: ArrayLike, design: ArrayLike, coef: ArrayLike,
                  strata: ArrayLike | None = None, transform: Transform = "km",
                  reached: ArrayLike | None = None) -> PhModelTest:
    """Proportional hazards test of each covariate of one fitted model, and of all together.

    ``coef`` comes from ``cox_fit`` or ``cox_multivariable``; columns whose coefficient is NaN are not tested and NaN.
    ``reached``, of the same model, says what such a column still adds to the patients' risk (one that goes to
    infinity does); without it, nothing.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(design, len(months))
    sets = risk_sets(months, happened, checked_strata(strata, len(months)))
    slopes = np.atleast_1d(np.asarray(coef, dtype=np.float64))
    chisq, total = np.full(values.shape[1], np.nan), float("nan")
    kept = np.flatnonzero(np.isfinite(slopes))
    if sets.n_deaths and len(kept):
        scaled, _ = standardised(values[sets.order][:, kept])
        trend = _time_scale(months, happened, transform)[sets.order][sets.death_position]
        risk = values @ np.nan_to_num(slopes if reached is None else np.asarray(reached, dtype=np.float64))
        u, info = _with_trend(scaled, risk[sets.order], trend, sets)
        p = len(kept)
        for term in range(p):
            inside = [*range(p), p + term]
            aim = np.concatenate((np.zeros(p), u[[p + term]]))
            chisq[kept[term]] = _quadratic(info[np.ix_(inside, inside)], aim)
        total = _quadratic(info, np.concatenate((np.zeros(p), u[p:])))
    return PhModelTest(chisq, chi2_upper(chisq), total, float(chi2_upper(total, max(len(kept), 1))))


def _with_trend(z: Floats, linear: Floats, trend: Floats, sets: RiskSets) -> tuple[Floats, Floats]:
    """Score and information of the model with every covariate twice: as it is, and times g(t)."""
    n, p = z.shape
    weight = np.exp(linear - linear[sets.death_position].mean())[:, None]
    products = (weight * z)[:, :, None] * z[:, None, :]
    sums = np.concatenate((weight, weight * z, products.reshape(n, p * p)), axis=1)
    rows = sets.death_rows(running_sums(sums, sets.stratum_start))
    mean = rows[:, 1:p + 1] / rows[:, :1]
    variance = rows[:, p + 1:].reshape(-1, p, p) / rows[:, :1, None] - mean[:, :, None] * mean[:, None, :]
    residual = z[sets.death_position] - mean
    score = np.concatenate((residual.sum(axis=0), trend @ residual))
    plain, mixed, bent = (np.tensordot(weights, variance, axes=1)
                          for weights in (np.ones(len(trend)), trend, trend**2))
    return score, np.block([[plain, mixed], [mixed, bent]])


def _quadratic(info: Floats, u: Floats) -> float:
    if np.linalg.cond(info) > 1e13:
        return float("nan")
    return float(u @ np.linalg.solve(info, u))


def _time_scale(time: Floats, event: Bools, transform: Transform) -> Floats:
    """g(t) of every patient, centred on its mean over the events."""
    if transform == "km":
        curve = kaplan_meier(time, event)
        before = np.searchsorted(curve.time, time, side="left")
        scale = 1.0 - np.concatenate(([1.0], curve.survival))[before]
    elif transform == "rank":
        _, place, counts = np.unique(time, return_inverse=True, return_counts=True)
        scale = (np.cumsum(counts) - 0.5 * (counts - 1))[place]
    elif transform == "log":
        if (time[event] <= 0).any():
            raise ValueError("the logarithm of time 0 is not defined: use another time scale")
        scale = np.log(np.where(time > 0, time, 1.0))
    else:
        scale = time
    return np.asarray(scale - scale[event].mean())
