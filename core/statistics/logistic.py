"""Logistic regression of one response on many columns, each beside the same covariates; Firth where it runs off.

Not for: shuffling the response (logistic_permutation.py) or the area under the curve (auc.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.p_values import chi2_upper

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CHI2_95 = 3.841458820694124
"""qchisq(0.95, 1)."""
COLUMNS_TOGETHER = 128
MOST_STEPS = 60
SETTLED = 1e-9
SUSPICIOUS = 12.0
"""A log odds beyond this is seldom real: whether anything runs off to infinity is then decided exactly."""
FURTHEST = 60.0
"""A limit of the log odds ratio beyond this (per SD) does not exist: the likelihood stays flat that way."""


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """One model per column: log odds ratio per unit, Wald error, 95 % profile limits, likelihood-ratio P.

    Arrays of shape (g,). ``separated``: the column (with the covariates) tells the responses apart, so ``coef`` and
    ``se`` are NaN, the limit on that side is infinite, and ``p`` rests on the likelihood at infinity. All NaN where
    the column is constant, a combination of the covariates, or one response is missing. ``covariates_far`` says
    where a covariate has no finite coefficient; the column's own is then the one reached at infinity.
    """

    coef: Floats
    se: Floats
    low: Floats
    high: Floats
    chi2: Floats
    p: Floats
    separated: Bools
    covariates_far: Bools


@dataclass(frozen=True, eq=False)
class FirthFit:
    """Firth's penalised estimate per column with 95 % profile limits and P; finite also where groups are separated."""

    coef: Floats
    low: Floats
    high: Floats
    p: Floats


Fit = TypeVar("Fit", LogisticFit, FirthFit)


@dataclass(frozen=True, eq=False)
class _Reached:
    """Where a climb ended: parameters (g, k), (penalised) log likelihood, score, and how far the last step went."""

    beta: Floats
    loglik: Floats
    score: Floats
    information: Floats
    last_step: Floats


def fit_logistic(response: ArrayLike, columns: ArrayLike, covariates: ArrayLike | None = None) -> LogisticFit:
    """Maximum likelihood for every column, with the same covariates beside it.

    Parameters
    ----------
    response : (n,) true or false.
    columns : (n, g), complete.
    covariates : (n, p), complete, optional; constant and dependent columns are ignored.

    Source
    ------
    Newton-Raphson as R's glm(family = binomial); limits by inverting the likelihood-ratio test as confint.glm.
    """
    y, x, beside = _checked(response, columns, covariates)
    parts = [_fit_block(y, x[:, start:start + COLUMNS_TOGETHER], beside)
             for start in range(0, x.shape[1], COLUMNS_TOGETHER)]
    return _joined(LogisticFit, parts, x.shape[1])


def fit_firth(response: ArrayLike, columns: ArrayLike, covariates: ArrayLike | None = None) -> FirthFit:
    """Firth's bias-reduced estimate: the likelihood is penalised by Jeffreys' prior.

    Source
    ------
    Firth 1993; Heinze and Schemper 2002 (limits and P from the penalised profile likelihood), as R's logistf.
    """
    y, x, beside = _checked(response, columns, covariates)
    parts = [_firth_block(y, x[:, start:start + COLUMNS_TOGETHER], beside)
             for start in range(0, x.shape[1], COLUMNS_TOGETHER)]
    return _joined(FirthFit, parts, x.shape[1])


def intercept_and_covariates(n: int, covariates: Floats | None) -> Floats:
    """(n, 1 + p): ones, then the covariates that say something new, standardised."""
    kept = [np.ones(n)]
    for column in (() if covariates is None else covariates.T):
        spread = float(column.std())
        if spread > 0:
            scaled = (column - column.mean()) / spread
            together = np.column_stack([*kept, scaled])
            if np.linalg.matrix_rank(together, tol=1e-8 * np.sqrt(n)) == together.shape[1]:
                kept.append(scaled)
    return np.column_stack(kept)


def _checked(response: ArrayLike, columns: ArrayLike, covariates: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    y = np.asarray(response, dtype=np.float64)
    x = np.asarray(columns, dtype=np.float64)
    beside = None if covariates is None else np.asarray(covariates, dtype=np.float64)
    if x.ndim != 2 or len(x) != len(y) or not np.isfinite(x).all() or not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("a response of 0 and 1 and complete columns of the same length are needed")
    return y, x, intercept_and_covariates(len(y), beside)


def _joined(kind: type[Fit], parts: list[Fit], n_columns: int) -> Fit:
    names = list(kind.__dataclass_fields__)
    if not parts:
        return kind(**{name: np.full(n_columns, np.nan) for name in names})
    return kind(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _designs(x: Floats, beside: Floats) -> tuple[Floats, Bools]:
    """(g, n, 1 + q) with the column first, and which columns say something that the covariates do not."""
    n, g = x.shape
    fitted = beside @ np.linalg.lstsq(beside, x, rcond=None)[0]
    own = ((x - x.mean(axis=0)) ** 2).sum(axis=0)
    left = ((x - fitted) ** 2).sum(axis=0)
    useful = (np.ptp(x, axis=0) > 0) & (left > 1e-10 * np.where(own > 0, own, 1.0))
    design = np.empty((g, n, 1 + beside.shape[1]))
    design[:, :, 0] = x.T
    design[:, :, 1:] = beside[None]
    return design, np.asarray(useful, dtype=np.bool_)


def _fit_block(y: Floats, x: Floats, beside: Floats) -> LogisticFit:
    design, useful = _designs(x, beside)
    g, none = x.shape[1], np.full(x.shape[1], np.nan)
    coef, se, low, high, chi2, p = (none.copy() for _ in range(6))
    out = LogisticFit(coef, se, low, high, chi2, p, np.zeros(g, dtype=np.bool_), np.zeros(g, dtype=np.bool_))
    if y.min() == y.max() or not useful.any():
        return out
    at = np.flatnonzero(useful)
    design = design[at]
    free = np.ones(design.shape[2], dtype=np.bool_)
    best = _climb(y, design, np.zeros((len(at), len(free))), free, firth=False)
    bare = free.copy()
    bare[0] = False
    null = _climb(y, design[:1], np.zeros((1, len(free))), bare, firth=False)
    separated, out.covariates_far[at] = _run_off(y, design, best)
    variance = _inverse(best.information)[:, 0, 0]
    out.separated[at] = separated
    out.coef[at] = np.where(separated, np.nan, best.beta[:, 0])
    out.se[at] = np.where(separated, np.nan, np.sqrt(np.maximum(variance, 0.0)))
    out.chi2[at] = np.maximum(2.0 * (best.loglik - null.loglik[0]), 0.0)
    out.p[at] = chi2_upper(out.chi2[at])
    for side, limits in ((-1.0, out.low), (1.0, out.high)):
        limits[at] = _profile_limit(y, design, best, side, separated, firth=False)
    return out


def _firth_block(y: Floats, x: Floats, beside: Floats) -> FirthFit:
    design, useful = _designs(x, beside)
    out = FirthFit(*(np.full(x.shape[1], np.nan) for _ in range(4)))
    if y.min() == y.max() or not useful.any():
        return out
    at = np.flatnonzero(useful)
    design = design[at]
    free = np.ones(design.shape[2], dtype=np.bool_)
    best = _climb(y, design, np.zeros((len(at), len(free))), free, firth=True)
    bare = free.copy()
    bare[0] = False
    null = _climb(y, design, np.zeros((len(at), len(free))), bare, firth=True)
    out.coef[at] = best.beta[:, 0]
    out.p[at] = chi2_upper(np.maximum(2.0 * (best.loglik - null.loglik), 0.0))
    for side, limits in ((-1.0, out.low), (1.0, out.high)):
        limits[at] = _profile_limit(y, design, best, side, np.zeros(len(at), dtype=np.bool_), firth=True)
    return out


def _run_off(y: Floats, design: Floats, best: _Reached) -> tuple[Bools, Bools]:
    """Whether the column has no finite best value, and whether (only) a covariate has none.

    Fits that stay near are finite. Of the others a direction d with s_i d'x_i >= 0 for everybody (s_i = 1 with the
    response, -1 without) is looked for by linear programming: along it the likelihood never falls.
    """
    column, beside = np.zeros(len(design), dtype=np.bool_), np.zeros(len(design), dtype=np.bool_)
    eta = np.abs(np.einsum("gnk,gk->gn", design, best.beta)).max(axis=1)
    for row in np.flatnonzero((best.last_step.max(axis=1) > 1e-6) | (eta > SUSPICIOUS)):
        spread = np.abs(design[row]).max(axis=0)
        signed = design[row] / spread * (2.0 * y - 1.0)[:, None]
        column[row] = any(_farthest(signed, sign * np.eye(signed.shape[1])[0]) > 1e-6 for sign in (1.0, -1.0))
        beside[row] = not column[row] and _farthest(signed, signed.sum(axis=0)) > 1e-6
    return column, beside


def _farthest(signed: Floats, towards: Floats) -> float:
    """The largest towards'd among the directions along which the likelihood never falls."""
    from scipy.optimize import linprog  # not at the top: SciPy is not loaded before the first window

    found = linprog(-towards, A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=[(-1.0, 1.0)] * signed.shape[1],
                    method="highs")
    return -float(found.fun) if found.status == 0 and found.fun is not None else 0.0


def _climb(y: Floats, design: Floats, start: Floats, free: Bools, *, firth: bool) -> _Reached:
    """Newton's method with halved steps for all columns together; parameters that are not ``free`` stay."""
    beta = start.copy()
    loglik, score, information = _at(y, design, beta, firth)
    step = np.zeros_like(beta)
    moving = np.ones(len(beta), dtype=np.bool_)
    index = np.flatnonzero(free)
    for _ in range(MOST_STEPS):
        rows = np.flatnonzero(moving)
        if not rows.size:
            break
        step[rows] = 0.0
        block = information[np.ix_(rows, index, index)]
        wanted = np.einsum("gij,gj->gi", _inverse(block), score[np.ix_(rows, index)])
        size = np.abs(wanted).max(axis=1, initial=0.0)
        wanted *= np.minimum(1.0, 5.0 / np.maximum(size, 1e-300))[:, None]
        factor = np.ones(len(rows))
        for _ in range(25):
            trial = beta[rows]
            trial[:, index] += factor[:, None] * wanted
            now, slope, curve = _at(y, design[rows], trial, firth)
            worse = ~(now >= loglik[rows] - 1e-12 * (1.0 + np.abs(loglik[rows])))
            if not worse.any():
                break
            factor[worse] *= 0.5
        step[np.ix_(rows, index)] = np.abs(factor[:, None] * wanted)
        beta[rows], loglik[rows], score[rows], information[rows] = trial, now, slope, curve
        moving[rows] = step[rows].max(axis=1) > SETTLED
    return _Reached(beta, loglik, score, information, step)


def _at(y: Floats, design: Floats, beta: Floats, firth: bool) -> tuple[Floats, Floats, Floats]:
    """(Penalised) log likelihood (g,), score (g, k) and information (g, k, k)."""
    eta = np.einsum("gnk,gk->gn", design, beta)
    mean = 1.0 / (1.0 + np.exp(-np.clip(eta, -700.0, 700.0)))
    weight = mean * (1.0 - mean)
    loglik = (y * eta - np.logaddexp(0.0, eta)).sum(axis=1)
    weighted = design * weight[:, :, None]
    information = np.matmul(weighted.transpose(0, 2, 1), design)
    rest = y - mean
    if firth:
        leverage = np.einsum("gnk,gkl,gnl->gn", weighted, _inverse(information), design)
        rest = rest + leverage * (0.5 - mean)
        loglik = loglik + 0.5 * np.linalg.slogdet(information)[1]
    return loglik, np.einsum("gnk,gn->gk", design, rest), information


def _inverse(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.pinv(matrices, rcond=1e-13, hermitian=True), dtype=np.float64)


def _profile_limit(y: Floats, design: Floats, best: _Reached, side: float, separated: Bools, *, firth: bool) -> Floats:
    """Where the (penalised) profile likelihood has fallen by qchisq(0.95, 1) / 2 on one side; infinite where it never.

    Newton steps on the signed root of the likelihood ratio, which is nearly straight, kept inside a bracket.
    """
    root = float(np.sqrt(CHI2_95))
    free = np.ones(design.shape[2], dtype=np.bool_)
    free[0] = False
    centre = np.where(separated, 0.0, best.beta[:, 0])
    spread = np.sqrt(np.maximum(_inverse(best.information)[:, 0, 0], 1e-12))
    near, far = centre.copy(), np.full(len(centre), np.nan)
    at = centre + side * np.where(separated, 1.0, 1.959963984540054 * np.minimum(spread, 5.0))
    beta = best.beta.copy()
    beta[separated] = 0.0
    limit = np.full(len(centre), side * np.inf)
    towards = np.sign(best.beta[:, 0])
    if separated.any():  # the likelihood rises towards infinity: only the limit on the near side exists
        near = np.where(separated, towards * FURTHEST, near)
        at = np.where(separated, towards * 1.0, at)
    open_rows = ~separated | (towards == -side)
    for _ in range(80):
        rows = np.flatnonzero(open_rows)
        if not rows.size:
            break
        beta[rows, 0] = at[rows]
        there = _climb(y, design[rows], beta[rows], free, firth=firth)
        beta[rows] = there.beta
        fall = np.sqrt(np.maximum(2.0 * (best.loglik[rows] - there.loglik), 0.0))
        slope = -there.score[:, 0] / np.where(fall > 1e-8, fall, 1.0)
        inside = fall < root
        near[rows] = np.where(inside, at[rows], near[rows])
        far[rows] = np.where(inside, far[rows], at[rows])
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = at[rows] - (fall - root) / slope
        low, high = np.minimum(near[rows], far[rows]), np.maximum(near[rows], far[rows])
        bracketed = np.isfinite(far[rows])
        middle = np.where(bracketed, (near[rows] + far[rows]) / 2, at[rows] + side * 2.0 * spread[rows].clip(0.1, 5.0))
        ahead = np.isfinite(wanted) & (np.abs(fall) > 1e-8)
        good = np.where(bracketed, (wanted >= low) & (wanted <= high), (wanted - at[rows]) * side > 0) & ahead
        following = np.where(good, wanted, middle)
        arrived = np.abs(fall - root) < 1e-11
        arrived |= bracketed & (high - low < 1e-12 * (1.0 + np.abs(high)))
        limit[rows[arrived]] = at[rows[arrived]]
        beyond = ~arrived & ~bracketed & (np.abs(following) > FURTHEST)
        at[rows] = np.where(arrived, at[rows], following)
        open_rows[rows[arrived | beyond]] = False
    return np.asarray(limit, dtype=np.float64)
