"""Step-down maxT for a response: how often shuffled responses go with a receptor as strongly, covariates refitted.

Not for: estimates and intervals (logistic.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.jobs import JobContext
from core.statistics.logistic import intercept_and_covariates
from core.statistics.multiplicity import StepDown
from core.statistics.p_values import normal_quantile
from core.statistics.risk_sets import missing_patterns

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CELLS_TOGETHER = 2_000_000
MOST_TOGETHER = 500
NEWTON_STEPS = 40
NO_INFORMATION = 1e-9


@dataclass(frozen=True, eq=False)
class ResponseMaxT:
    """Corrected P and observed signed score z (+ = high goes with response) per column, NaN where undefined.

    ``not_converged`` counts the shuffles in which the covariate model had no maximum.
    """

    p_maxt: Floats
    statistic: Floats
    permutations: int
    not_converged: int


@dataclass(frozen=True, eq=False)
class _Group:
    """Columns measured in the same patients, standardised among them, with intercept and covariates."""

    columns: NDArray[np.intp]
    present: Bools
    values: Floats
    beside: Floats


def max_t_response(response: ArrayLike, x: ArrayLike, permutations: int, seed: int,
                   covariates: ArrayLike | None = None, job: JobContext | None = None) -> ResponseMaxT:
    """Westfall-Young step-down maxT on the score test of logistic regression.

    Without covariates the response is permuted against patients. With covariates it is permuted against the joint
    (receptors, covariates) rows, the covariate model is fitted anew each time, and the statistic is the
    efficient-score z of the receptor; this is approximate, because the covariates' own effect is permuted away.

    Parameters
    ----------
    response : (n,) true or false.
    x : (n, g); a patient without the value (NaN) is left out for that receptor only, in every permutation.
    permutations : number of permutations; 0 gives P NaN and the observed statistics.
    covariates : (n, p), complete, optional.

    Source
    ------
    Westfall and Young 1993. Calibration on null data: docs/resistance-calibration.md.
    """
    y = np.asarray(response, dtype=np.float64)
    values = np.asarray(x, dtype=np.float64)
    beside = None if covariates is None else np.asarray(covariates, dtype=np.float64)
    groups = [_group(values, present, columns, beside) for present, columns in missing_patterns(values)
              if present.sum() > 1]
    job = job or JobContext()
    observed, _ = _statistics(y[:, None], groups, values.shape[1])
    count, not_converged = StepDown.begin(np.abs(observed[0])), 0
    most = max((group.values.shape[1] * group.beside.shape[1] for group in groups), default=1)
    block = int(np.clip(CELLS_TOGETHER // (max(most, len(y)) * 4), 8, MOST_TOGETHER))
    for first in range(0, permutations, block):
        last = min(first + block, permutations)
        job.progress(first / permutations, f"Shuffling responses, {first:,} of {permutations:,}")
        shuffled = np.stack([np.random.default_rng([seed, b]).permutation(y) for b in range(first, last)], axis=1)
        null, lost = _statistics(shuffled, groups, values.shape[1])
        count = count.add(np.abs(null))
        not_converged += int(lost.sum())
    return ResponseMaxT(count.p(), observed[0], permutations, not_converged)


def detectable_odds_ratio(n_positive: int, n: int, n_tests: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest odds ratio per SD (above 1) found with this power after Bonferroni correction; NaN without both groups.

    Source
    ------
    Hsieh, Bloch and Larsen 1998: n = (z(1 - alpha / 2m) + z(power))^2 / (p (1 - p) log(OR)^2), per SD.
    """
    if n_tests < 1 or not 0 < n_positive < n:
        return float("nan")
    reach = float(normal_quantile(1.0 - alpha / (2.0 * n_tests)) + normal_quantile(power))
    return float(np.exp(reach / np.sqrt(n_positive * (n - n_positive) / n)))


def _group(values: Floats, present: Bools, columns: NDArray[np.intp], covariates: Floats | None) -> _Group:
    own = values[np.ix_(present, columns)]
    spread = own.std(axis=0)
    scaled = np.where(spread > 0, (own - own.mean(axis=0)) / np.where(spread > 0, spread, 1.0), 0.0)
    beside = intercept_and_covariates(int(present.sum()), None if covariates is None else covariates[present])
    return _Group(columns, present, scaled, beside)


def _statistics(responses: Floats, groups: list[_Group], n_columns: int) -> tuple[Floats, Bools]:
    """Signed z (B, g) for responses (n, B), and where the covariate model did not converge."""
    z = np.full((responses.shape[1], n_columns), np.nan)
    failed = np.zeros(responses.shape[1], dtype=np.bool_)
    for group in groups:
        y = responses[group.present]
        if group.beside.shape[1] == 1:
            z[:, group.columns] = _plain(y, group.values)
        else:
            z[:, group.columns], lost = _efficient(y, group)
            failed |= lost
    return z, failed


def _plain(y: Floats, x: Floats) -> Floats:
    share = y.mean(axis=0)
    own = (x**2).sum(axis=0)
    variance = (share * (1.0 - share))[:, None] * own[None, :]
    defined = variance > NO_INFORMATION
    return np.where(defined, (y.T @ x) / np.sqrt(np.where(defined, variance, 1.0)), np.nan)


def _efficient(y: Floats, group: _Group) -> tuple[Floats, Bools]:
    x, beside = group.values, group.beside
    mean, converged = _fitted(y, beside)
    weight = mean * (1.0 - mean)
    score = (y - mean).T @ x
    own = weight.T @ x**2
    across = np.einsum("nb,ng,nq->bgq", weight, x, beside, optimize=True)
    inside = np.einsum("nb,nq,nr->bqr", weight, beside, beside, optimize=True)
    solved = across @ np.linalg.pinv(inside, rcond=1e-12, hermitian=True)
    variance = own - np.einsum("bgq,bgq->bg", solved, across)
    # The score of the covariates is 0 at their maximum; where the fit ran off it is taken out all the same.
    score = score - np.einsum("bgq,bq->bg", solved, (y - mean).T @ beside)
    defined = variance > NO_INFORMATION * np.maximum(own, 1e-3)
    return np.where(defined, score / np.sqrt(np.where(defined, variance, 1.0)), np.nan), ~converged


def _fitted(y: Floats, beside: Floats) -> tuple[Floats, Bools]:
    """Fitted probabilities (n, B) of the covariate model of every response, and where the climb settled."""
    beta = np.zeros((y.shape[1], beside.shape[1]))
    converged = np.zeros(y.shape[1], dtype=np.bool_)
    loglik = np.full(y.shape[1], -len(y) * np.log(2.0))
    for _ in range(NEWTON_STEPS):
        rows = np.flatnonzero(~converged)
        if not rows.size:
            break
        mean = _probability(beside @ beta[rows].T)
        information = np.einsum("nb,nq,nr->bqr", mean * (1.0 - mean), beside, beside, optimize=True)
        step = np.einsum("bqr,br->bq", np.linalg.pinv(information, rcond=1e-12, hermitian=True),
                         (y[:, rows] - mean).T @ beside)
        step *= np.minimum(1.0, 5.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        for _ in range(20):
            eta = beside @ (beta[rows] + step).T
            now = (y[:, rows] * eta - np.logaddexp(0.0, eta)).sum(axis=0)
            worse = ~(now >= loglik[rows] - 1e-10)
            if not worse.any():
                break
            step[worse] *= 0.5
        beta[rows] += step
        loglik[rows] = now
        converged[rows] = np.abs(step).max(axis=1) < 1e-7
    return _probability(beside @ beta.T), converged


def _probability(eta: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(eta, -700.0, 700.0))), dtype=np.float64)
