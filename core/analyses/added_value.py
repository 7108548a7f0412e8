"""What a score adds to age, grade, nodes, ER, size and HER2: likelihood ratio, change in C, calibration, straightness.

For analyses that hold a score fixed beforehand (validation). The words are in added_value_words.py. Not for: choosing a
score; on the patients who chose it every one of these numbers flatters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.analyses.added_value_tables import added_value_tables
from core.analyses.added_value_words import added_value_figures, added_value_methods, added_value_words
from core.analyses.base import ResultTable
from core.analyses.covariates import Covariates, build_covariates
from core.analyses.outcome_horizon import Horizon, horizon
from core.data.patients.clinical_factors import (
    ONE_VALUE,
    ClinicalFactor,
    FoundFactors,
    OddValue,
    find_clinical_factors,
    without_odd_values,
)
from core.data.patients.cohort import Cohort
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.problems import UserError
from core.statistics.concordance_change import ConcordanceChange, concordance_change
from core.statistics.cox_model import CoxModel, cox_fit
from core.statistics.p_values import Z_95, chi2_upper
from core.statistics.risk_prediction import Calibration, calibrate
from core.statistics.splines import harrell_knots, restricted_cubic_spline

Floats = NDArray[np.float64]
RESAMPLES = 200
GROUPS, EVENTS_PER_GROUP, FEWEST_EVENTS = 5, 10, 20
KNOTS = 4
PLACES = 101


@dataclass(frozen=True)
class LikelihoodRatio:
    """A test of columns added to a Cox model; NaN where one of the two models has no maximum."""

    chi2: float
    df: int

    @property
    def p(self) -> float:
        return float(chi2_upper(self.chi2, max(self.df, 1)))


@dataclass(frozen=True, eq=False)
class Linearity:
    """The spline of the score: its test, and log hazard ratios against a score of 0 at the places ``x``."""

    test: LikelihoodRatio
    knots: Floats
    x: Floats
    log_hr: Floats
    low: Floats
    high: Floats
    straight: Floats


@dataclass(frozen=True, eq=False)
class AddedValue:
    """The answer for one cohort and one score.

    ``factors`` are the clinical columns found or named and ``terms`` what they became in the model; without any,
    ``test`` and ``change`` are None. ``odd`` are values that count as missing. ``n`` complete cases of ``n_scored``
    patients. ``calibration`` and ``linearity`` are None with fewer than 20 events.
    """

    cohort: Cohort
    factors: tuple[ClinicalFactor, ...]
    left_out: tuple[tuple[str, str, str], ...]
    odd: tuple[OddValue, ...]
    terms: tuple[str, ...]
    n_scored: int
    n: int
    events: int
    score: Floats
    patients: tuple[str, ...]
    coef: float
    se: float
    p: float
    test: LikelihoodRatio | None
    change: ConcordanceChange | None
    calibration: Calibration | None
    at: Horizon
    linearity: Linearity | None
    resamples: int

    @property
    def hr(self) -> tuple[float, float, float]:
        """Hazard ratio per SD of the score beside the clinical columns, with its 95 % interval."""
        return (float(np.exp(self.coef)), float(np.exp(self.coef - Z_95 * self.se)),
                float(np.exp(self.coef + Z_95 * self.se)))

    @property
    def slope(self) -> tuple[float, float, float]:
        """Calibration slope with its 95 % interval; NaN without a calibration."""
        if self.calibration is None:
            return (float("nan"),) * 3
        slope, se = self.calibration.slope, self.calibration.slope_se
        return slope, slope - Z_95 * se, slope + Z_95 * se

    @property
    def events_per_term(self) -> float:
        return self.events / (len(self.terms) + 1)

    def tables(self) -> tuple[ResultTable, ...]:
        """added_value, calibration, linearity and linearity_curve, as far as there are numbers."""
        return added_value_tables(self)

    def figures(self, *, badge: str = "") -> tuple[FigureSpec, ...]:
        """calibration and linearity."""
        return added_value_figures(self, badge)

    def words(self) -> tuple[str, ...]:
        """What was found, in sentences, with patients and events."""
        return added_value_words(self)

    def methods(self) -> str:
        """What was done, for a methods section."""
        return added_value_methods(self)


def added_value(cohort: Cohort, rows: ArrayLike, score: ArrayLike, job: JobContext | None = None, *,
                clinical: Sequence[str] | None = None, resamples: int = RESAMPLES, seed: int = 1) -> AddedValue | None:
    """What ``score`` adds to the clinical columns; None where it is constant or nobody had the event.

    Parameters
    ----------
    rows : (n,) positions in ``cohort.patients`` of those with a score.
    score : (n,) their scores, scaled here to mean 0 and SD 1 (n - 1). Missing ones are refused.
    clinical : column names; None takes those of age, grade, nodes, ER, size and HER2 that are found.
    resamples : bootstrap resamples for the change in C; 0 leaves its corrected values empty.

    Raises
    ------
    UserError
        "no_column", "outcome_as_covariate", "too_many_levels", "nobody_left" for columns that were named.
    """
    at, values = np.asarray(rows, dtype=np.intp), np.asarray(score, dtype=np.float64)
    if values.shape != at.shape or not np.isfinite(values).all():
        raise ValueError("the score is complete, one entry per row")
    if len(at) < 3 or np.ptp(values) == 0 or not cohort.event[at].any():
        return None
    job = job or JobContext()
    job.progress(0.0, "Finding the clinical columns")
    order = np.argsort(at)
    at, scaled = at[order], ((values - values.mean()) / values.std(ddof=1))[order]
    found = find_clinical_factors(cohort, at.tolist()) if clinical is None else \
        FoundFactors(tuple(ClinicalFactor(name, name) for name in clinical))
    usable, odd = without_odd_values(cohort, found.columns, at.tolist())
    covariates, found = _complete_cases(usable, found, named=clinical is not None)
    inside = np.isin(covariates.rows, at)
    kept, design = covariates.rows[inside], covariates.design[inside]
    scaled_kept = scaled[np.searchsorted(at, kept)]
    time, event = cohort.time[kept], cohort.event[kept]
    varies = np.ptp(design, axis=0) > 0 if len(kept) else np.zeros(design.shape[1], dtype=np.bool_)
    design, terms = design[:, varies], tuple(name for name, one in zip(covariates.terms, varies, strict=True) if one)
    if not event.any() or np.ptp(scaled_kept) == 0:
        return None
    whole = np.column_stack((design, scaled_kept))
    base, full = cox_fit(time, event, design), cox_fit(time, event, whole)
    enough = int(event.sum()) >= FEWEST_EVENTS
    change = concordance_change(time, event, design, scaled_kept, resamples=resamples, seed=seed,
                                job=job.part(0.05, 0.85)) if terms else None
    when = horizon([time], cohort.endpoint.unit)
    return AddedValue(
        cohort, found.factors, found.left_out, odd, terms, len(at), len(kept), int(event.sum()), scaled_kept,
        tuple(cohort.patients[row] for row in kept), float(full.coef[-1]), float(full.se[-1]), float(full.p[-1]),
        _ratio(base, full, 1) if terms else None, change,
        calibrate(time, event, whole, when.time, n_groups=_groups(int(event.sum())), seed=seed,
                  job=job.part(0.85, 0.95)) if enough and full.converged and when.time > 0 else None,
        when, _linearity(time, event, design, scaled_kept) if enough and full.converged else None,
        resamples)


def _complete_cases(cohort: Cohort, found: FoundFactors, *, named: bool) -> tuple[Covariates, FoundFactors]:
    """The design of the columns; columns that were only found and leave nobody are given up, with the reason."""
    try:
        covariates = build_covariates(cohort, found.columns, ())
    except UserError as error:
        if named:
            raise
        reasons = tuple((factor.name, factor.column, error.problems[0].what) for factor in found.factors)
        return build_covariates(cohort, (), ()), FoundFactors((), (*found.left_out, *reasons))
    used = tuple(factor for factor in found.factors if factor.column in covariates.adjusted)
    constant = tuple((factor.name, factor.column, ONE_VALUE) for factor in found.factors if factor not in used)
    return covariates, FoundFactors(used, (*found.left_out, *constant))


def _ratio(smaller: CoxModel, larger: CoxModel, df: int) -> LikelihoodRatio:
    known = larger.converged and smaller.converged
    return LikelihoodRatio(max(0.0, 2.0 * (larger.loglik - smaller.loglik)) if known else float("nan"), df)


def _groups(events: int) -> int:
    """Fifths, or fewer groups where fifths would have under ten events each."""
    return int(min(GROUPS, max(2, events // EVENTS_PER_GROUP)))


def _linearity(time: Floats, event: NDArray[np.bool_], design: Floats, score: Floats) -> Linearity | None:
    """The score as a restricted cubic spline beside the clinical columns; None where too few values differ."""
    knots = harrell_knots(score, KNOTS)
    if not len(knots):
        return None
    straight = cox_fit(time, event, np.column_stack((design, score)))
    bent = cox_fit(time, event, np.column_stack((design, score, restricted_cubic_spline(score, knots))))
    if not (straight.converged and bent.converged and np.isfinite(bent.coef[design.shape[1]:]).all()):
        return None
    place = design.shape[1]
    x = np.linspace(float(np.quantile(score, 0.01)), float(np.quantile(score, 0.99)), PLACES)
    contrast = np.column_stack((x, restricted_cubic_spline(x, knots) - restricted_cubic_spline([0.0], knots)))
    log_hr = contrast @ bent.coef[place:]
    half = Z_95 * np.sqrt(np.einsum("ij,jk,ik->i", contrast, bent.cov[place:, place:], contrast))
    return Linearity(_ratio(straight, bent, len(knots) - 2), knots, x, log_hr, log_hr - half, log_hr + half,
                     x * float(straight.coef[place]))
