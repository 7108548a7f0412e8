"""Predicted risk at one time from a Cox model, and whether it comes true: cross-validated risk, groups, slope.

Not for: risks with other causes; there a Cox model predicts as if those did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.jobs import JobContext
from core.statistics.concordance import linear_predictor
from core.statistics.cox_model import cox_fit
from core.statistics.kaplan_meier import kaplan_meier, survival_at
from core.statistics.risk_sets import Bools, Floats, checked_columns, checked_outcome, risk_sets, running_sums

LEAST_RISK = 1e-3
"""Risks nearer to 0 or 1 count as this: the few patients of a rare category without events would make the slope."""


@dataclass(frozen=True)
class RiskGroup:
    """Patients of similar predicted risk: the mean prediction and what happened (one minus Kaplan-Meier)."""

    n: int
    events: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Calibration:
    """``slope`` 1: right; below 1: predictions too extreme. ``risk`` is each patient's cross-validated risk."""

    risk: Floats
    slope: float
    slope_se: float
    groups: tuple[RiskGroup, ...]


def cumulative_baseline(time: ArrayLike, event: ArrayLike, linear: ArrayLike, at: float) -> float:
    """Cumulative hazard up to ``at`` of a patient with linear predictor 0 (Efron ties, as R's survfit of a coxph)."""
    months, happened = checked_outcome(time, event)
    sets = risk_sets(months, happened)
    weight = np.exp(np.asarray(linear, dtype=np.float64))[sets.order]
    rows = sets.death_rows(running_sums(weight[:, None], sets.stratum_start))[:, 0]
    return float((1.0 / rows)[months[sets.order][sets.death_position] <= at].sum())


def event_stratified_folds(event: ArrayLike, folds: int, seed: int) -> NDArray[np.intp]:
    """A fold 0, 1, … for every patient, events dealt out evenly."""
    happened = np.asarray(event, dtype=np.bool_)
    generator = np.random.default_rng([seed, folds])
    fold = np.empty(len(happened), dtype=np.intp)
    dealt = 0
    for chosen in (happened, ~happened):
        rows = generator.permutation(np.flatnonzero(chosen))
        fold[rows] = (dealt + np.arange(len(rows))) % folds
        dealt += len(rows)
    return fold


def calibrate(time: ArrayLike, event: ArrayLike, design: ArrayLike, at: float, *, n_groups: int = 5, folds: int = 10,
              seed: int = 1, job: JobContext | None = None) -> Calibration:
    """Calibration at ``at`` of the Cox model of all columns, each patient predicted without their own fold.

    Source
    ------
    van Houwelingen 2000: the slope is the coefficient of the complementary log-log of the predicted risk in a Cox
    model of the outcome.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(design, len(months))
    fold = event_stratified_folds(happened, folds, seed)
    risk = np.full(len(months), np.nan)
    job = job or JobContext()
    for number in range(folds):
        job.progress(number / folds, "Predicting patients left out")
        out = fold == number
        if out.any() and happened[~out].any():
            risk[out] = _predicted(months[~out], happened[~out], values[~out], values[out], at)
    kept = np.clip(risk, LEAST_RISK, 1.0 - LEAST_RISK)
    slope = cox_fit(months, happened, np.log(-np.log1p(-kept)))
    return Calibration(risk, float(slope.coef[0]), float(slope.se[0]), _groups(months, happened, risk, at, n_groups))


def _predicted(time: Floats, event: Bools, design: Floats, new: Floats, at: float) -> Floats:
    centre = design.mean(axis=0)
    model = cox_fit(time, event, design - centre)
    base = cumulative_baseline(time, event, linear_predictor(design - centre, model.reached), at)
    return np.asarray(-np.expm1(-base * np.exp(linear_predictor(new - centre, model.reached))))


def _groups(time: Floats, event: Bools, risk: Floats, at: float, n_groups: int) -> tuple[RiskGroup, ...]:
    edges = np.quantile(risk, np.arange(1, n_groups) / n_groups)
    member = (risk[:, None] > edges[None, :]).sum(axis=1)
    found = []
    for number in range(n_groups):
        here = member == number
        if not here.any():
            continue
        read = survival_at(kaplan_meier(time[here], event[here]), [at])
        found.append(RiskGroup(int(here.sum()), int((event[here] & (time[here] <= at)).sum()),
                               float(risk[here].mean()), 1.0 - float(read.survival[0]),
                               1.0 - float(read.ci_high[0]), 1.0 - float(read.ci_low[0])))
    return tuple(found)
