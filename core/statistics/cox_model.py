"""One Cox model of several covariates, fitted to the last digit in about a millisecond.

Not for: many one-variable models (cox.py). Used where a receptor is adjusted, and to finish what lifelines began.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.problems import Problem, warning
from core.statistics.cox import FLAT, LARGEST_EXPONENT, MAX_ITERATIONS, STEP_TOLERANCE, standardised
from core.statistics.p_values import two_sided_normal
from core.statistics.risk_sets import (
    Floats,
    Ints,
    RiskSets,
    checked_columns,
    checked_outcome,
    checked_strata,
    risk_sets,
    running_sums,
)

DEPENDENT = 1e-9
"""A column whose information given the columns before it is below this share of its own is a copy of them."""

GONE = 1e-11
"""Information per squared SD at which a direction to infinity no longer moves the other coefficients."""

TAKES_PART = 1e-6
"""Share of a column in the directions to infinity above which it has no finite value of its own."""

OVERSHOT = 1e-6
"""Slope per SD in a direction without information that no climb to infinity leaves behind."""


@dataclass(frozen=True, eq=False)
class CoxModel:
    """A fitted model; arrays follow the columns of the design.

    A column that is constant or a combination of the columns before it has NaN everywhere, as in R. ``converged``
    False: the likelihood has no maximum; columns that go to infinity are NaN, the others have the values that they
    settle at on the way there (R's, with its warning "coefficient may be infinite"). ``reached`` holds where the
    climb ended, finite in every column and 0 for one left out, for linear predictors. ``score_chi2`` tests all
    columns at once.
    """

    coef: Floats
    se: Floats
    cov: Floats
    z: Floats
    p: Floats
    loglik_null: float
    loglik: float
    score_chi2: float
    converged: bool
    n_iterations: int
    reached: Floats
    findings: tuple[Problem, ...] = ()

    @property
    def lrt_chi2(self) -> float:
        """Likelihood-ratio chi-square of the model against no covariates."""
        return 2.0 * (self.loglik - self.loglik_null)


def cox_fit(time: ArrayLike, event: ArrayLike, design: ArrayLike, strata: ArrayLike | None = None,
            start: ArrayLike | None = None) -> CoxModel:
    """Cox proportional hazards of all columns of ``design`` together, Efron ties, converged to 1e-12.

    Parameters
    ----------
    time, event : (n,) as in ``cox_univariate``.
    design : (n, p) covariates; missing values are refused.
    strata : (n,) codes, optional.
    start : (p,) coefficients to begin at, optional; NaN counts as 0.

    Source
    ------
    Newton with step halving. Checked against R survival::coxph in test_survival.py.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(design, len(months))
    sets = risk_sets(months, happened, checked_strata(strata, len(months)))
    scaled, spread = standardised(values[sets.order])
    u, info, loglik_null = design_derivatives(scaled, np.zeros(scaled.shape[1]), sets)
    kept = independent_columns(info, spread > 0)
    findings: list[Problem] = []
    if len(kept) < values.shape[1]:
        findings.append(warning(
            "dependent_covariate", f"{values.shape[1] - len(kept)} of {values.shape[1]} covariates say nothing that "
            "the others do not say already", why="such a covariate has no coefficient of its own",
            remedy="leave it out of the adjustment"))
    begin = np.zeros(len(kept))
    if start is not None:
        begin = np.nan_to_num(np.asarray(start, dtype=np.float64)[kept] * spread[kept])
    block, n_columns = scaled[:, kept], values.shape[1]
    score = float(u[kept] @ np.linalg.solve(info[np.ix_(kept, kept)], u[kept])) if len(kept) else float("nan")
    top = _climb(block, begin, sets)
    if not top.converged and len(kept):
        findings.append(warning(
            "no_maximum", "the Cox model has no finite best fit",
            why="one covariate separates the patients with an event from those without, or there are too few events",
            remedy="leave out covariates or merge their rare values"))
    coef, cov, reached = np.full(n_columns, np.nan), np.full((n_columns, n_columns), np.nan), np.zeros(n_columns)
    reached[kept] = top.b / spread[kept]
    here = kept[top.settled]
    coef[here] = reached[here]
    cov[np.ix_(here, here)] = top.cov[np.ix_(top.settled, top.settled)] / np.outer(spread[here], spread[here])
    se = np.sqrt(np.diag(cov))
    z = coef / se
    return CoxModel(coef, se, cov, z, two_sided_normal(z), loglik_null, top.loglik if top.converged else float("nan"),
                    score, top.converged, top.n_iterations, reached, tuple(findings))


@dataclass(frozen=True, eq=False)
class _Top:
    """Where the climb ended, in SD units. ``settled``: columns with a finite best value."""

    b: Floats
    cov: Floats
    settled: NDArray[np.bool_]
    loglik: float
    converged: bool
    n_iterations: int


def _climb(block: Floats, b: Floats, sets: RiskSets) -> _Top:
    """Newton with step halving from ``b``.

    Directions in which the likelihood rises for ever are followed until their information is nothing; what is
    orthogonal to them settles meanwhile.
    """
    p = block.shape[1]
    lost = _Top(b, np.full((p, p), np.nan), np.zeros(p, dtype=np.bool_), float("nan"), False, 0)
    if not p or sets.n_deaths == 0:
        return lost
    if np.abs(block @ b).max() > LARGEST_EXPONENT:
        b = np.zeros(p)
    u, info, loglik = design_derivatives(block, b, sets)
    width, axes = np.linalg.eigh(info)
    for iteration in range(1, MAX_ITERATIONS + 1):
        along, flat = axes.T @ u, width < FLAT
        if flat.all():
            return replace(lost, n_iterations=iteration)
        rest = axes[:, ~flat] @ (along[~flat] / width[~flat])
        if np.abs(rest).max() <= STEP_TOLERANCE and not (flat & (width > GONE)).any():
            cov = np.asarray((axes[:, ~flat] / width[~flat]) @ axes[:, ~flat].T if flat.any() else np.linalg.inv(info))
            settled = (axes[:, flat] ** 2).sum(axis=1) < TAKES_PART
            return _Top(b + rest, cov, settled, loglik, not flat.any(), iteration)
        open_ = width > GONE
        step = axes[:, open_] @ (along[open_] / width[open_])
        for _ in range(30):
            proposed = b + step
            if np.abs(block @ proposed).max() <= LARGEST_EXPONENT:
                new_u, new_info, new_loglik = design_derivatives(block, proposed, sets)
                new_width, new_axes = np.linalg.eigh(new_info)
                # On the way to infinity the slope dies out with the information. A slope without it: overshot.
                overshot = bool((np.abs(new_axes.T @ new_u)[new_width < FLAT] > OVERSHOT).any())
                if new_loglik >= loglik - 1e-10 * abs(loglik) and not overshot:
                    break
            step = 0.5 * step
        else:
            return replace(lost, n_iterations=iteration)
        b, u, info, loglik, width, axes = proposed, new_u, new_info, new_loglik, new_width, new_axes
    return replace(lost, n_iterations=MAX_ITERATIONS)


def independent_columns(info: Floats, usable: ArrayLike) -> Ints:
    """Columns that carry information of their own, in order, by Gaussian elimination on the information matrix.

    The columns are scaled to an SD of 1.
    """
    left, kept = info.copy(), []
    for column in np.flatnonzero(usable):
        if left[column, column] > DEPENDENT * max(info[column, column], 1.0):
            kept.append(int(column))
            left = left - np.outer(left[:, column], left[column]) / left[column, column]
    return np.array(kept, dtype=np.intp)


def design_derivatives(z: Floats, b: Floats, sets: RiskSets) -> tuple[Floats, Floats, float]:
    """Score vector, information matrix and log partial likelihood of the sorted design at ``b`` (Efron)."""
    n_columns = z.shape[1]
    if sets.n_deaths == 0 or n_columns == 0:
        return np.zeros(n_columns), np.zeros((n_columns, n_columns)), 0.0
    linear = z @ b
    # A constant added to every linear predictor cancels; taken at the dead it keeps exp() away from its limits.
    linear -= linear[sets.death_position].mean()
    weight = np.exp(linear)
    sums = np.concatenate((weight[:, None], weight[:, None] * z), axis=1)
    rows = sets.death_rows(running_sums(sums, sets.stratum_start))
    at_risk = rows[:, :1]
    hazard = sets.cumulative_hazard(1.0 / at_risk)[:, 0]
    means = rows[:, 1:] / at_risk
    score = z.T @ (sets.deaths() - weight * hazard)
    info = (z * (weight * hazard)[:, None]).T @ z - means.T @ means
    loglik = float(linear[sets.death_position].sum() - np.log(at_risk).sum())
    return np.asarray(score), 0.5 * (info + info.T), loglik
