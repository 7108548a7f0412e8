"""Cox regression of one variable at a time, for thousands of variables at once, and its score test.

Not for: models of several covariates (cox_model.py, survival.py) or permutations (resampling.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.jobs import JobContext
from core.statistics.p_values import two_sided_normal
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

GENES_PER_BLOCK = 512
ROWS_PER_CHUNK = 48
"""48 patients x 3 sums x 512 genes are 600 kB: the block stays in the second-level cache (measured, 250 and 2,000)."""

MAX_ITERATIONS = 60
STEP_TOLERANCE = 1e-9
"""In SD units. Newton converges quadratically: after a last step below this the coefficient stands to about 1e-18."""

FLAT = 1e-8
"""Information per squared SD below which the likelihood is flat: a coefficient there would have a se of 10,000 SD."""

LARGEST_EXPONENT = 300.0
"""|coef * x| never goes beyond this; a fit that wants to has no maximum."""


@dataclass(frozen=True, eq=False)
class CoxColumns:
    """One Cox model per column. Everything NaN for a constant column.

    ``coef`` and ``se`` are per unit of the column; ``p`` is Wald's; ``score_chi2`` is the score test at 0 and is also
    there where the fit did not converge (``converged`` False: the likelihood has no maximum, as when everyone with
    an event lies above everyone without).
    """

    coef: Floats
    se: Floats
    z: Floats
    p: Floats
    score_chi2: Floats
    lrt_chi2: Floats
    converged: Bools
    n_iterations: NDArray[np.intp]


def cox_univariate(time: ArrayLike, event: ArrayLike, x: ArrayLike, strata: ArrayLike | None = None,
                   job: JobContext | None = None) -> CoxColumns:
    """Cox proportional hazards for each column of ``x`` alone, Efron ties, converged.

    Parameters
    ----------
    time : (n,) follow-up, >= 0. Missing values are refused, not dropped.
    event : (n,) True where the event was seen.
    x : (n, g) or (n,) values; missing ones are refused. Pass z scores for a hazard ratio per SD.
    strata : (n,) codes, optional: each stratum has its own baseline hazard.
    job : progress and cancelling, optional.

    Returns
    -------
    CoxColumns, arrays of shape (g,)

    Source
    ------
    Cox 1972; Efron 1977 for ties. Newton steps held inside a bracket of the score's sign, which ends where step
    halving on the likelihood would. Checked against R survival::coxph in test_survival.py.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months))
    sets = risk_sets(months, happened, checked_strata(strata, len(months)))
    n_columns = values.shape[1]
    coef, se, score, lrt = (np.full(n_columns, np.nan) for _ in range(4))
    converged = np.zeros(n_columns, dtype=np.bool_)
    iterations = np.zeros(n_columns, dtype=np.intp)
    for start in range(0, n_columns, GENES_PER_BLOCK):
        block = slice(start, min(start + GENES_PER_BLOCK, n_columns))
        if job is not None:
            job.progress(start / n_columns, f"Cox regression, gene {start:,} of {n_columns:,}")
        scaled, spread = standardised(values[sets.order, block])
        fit = _newton(scaled, sets)
        usable = spread > 0
        coef[block] = np.where(usable, fit.coef / np.where(usable, spread, 1.0), np.nan)
        se[block] = np.where(usable, fit.se / np.where(usable, spread, 1.0), np.nan)
        score[block] = np.where(usable, fit.score_chi2, np.nan)
        lrt[block] = np.where(usable, fit.lrt_chi2, np.nan)
        converged[block] = fit.converged & usable
        iterations[block] = fit.n_iterations
    z = coef / se
    return CoxColumns(coef, se, z, two_sided_normal(z), score, lrt, converged, iterations)


def standardised(values: Floats) -> tuple[Floats, Floats]:
    """Columns centred and divided by their SD (n - 1), and that SD; 0 for a column that is constant.

    A column counts as constant when every value is the same, so that the rounding of its mean never passes for a
    spread. Partial likelihoods do not change under it, and all coefficients become of one size.
    """
    if len(values) < 2:
        return np.zeros_like(values), np.zeros(values.shape[1])
    centred = values - values.mean(axis=0)
    spread = np.sqrt(np.einsum("ij,ij->j", centred, centred) / (len(values) - 1))
    constant = (values == values[0]).all(axis=0)
    spread[constant] = 0.0
    centred[:, constant] = 0.0
    np.divide(centred, np.where(constant, 1.0, spread), out=centred)
    return centred, spread


@dataclass(frozen=True, eq=False)
class _Fit:
    coef: Floats
    se: Floats
    score_chi2: Floats
    lrt_chi2: Floats
    converged: Bools
    n_iterations: NDArray[np.intp]


def _newton(z: Floats, sets: RiskSets) -> _Fit:
    """Newton for every column of the standardised, sorted block; converged columns leave the block."""
    n_columns = z.shape[1]
    coef, se, score, lrt = (np.full(n_columns, np.nan) for _ in range(4))
    iterations = np.zeros(n_columns, dtype=np.intp)
    done = np.zeros(n_columns, dtype=np.bool_)
    if sets.n_deaths == 0:
        return _Fit(coef, se, score, lrt, done, iterations)
    of_the_dead = z[sets.death_position].sum(axis=0)
    u, info, loglik = _derivatives(z, np.zeros(n_columns), of_the_dead, sets)
    loglik_null = loglik
    known = info > 1e-12 * sets.n_deaths
    score[known] = u[known] ** 2 / info[known]
    reach = np.abs(z).max(axis=0, initial=0.0)
    active = np.flatnonzero(known)
    b = np.zeros(len(active))
    low, high = np.full(len(active), -np.inf), np.full(len(active), np.inf)
    last_step = np.full(len(active), np.inf)
    u, info, loglik, reach = u[active], info[active], loglik[active], reach[active]
    block, dead = z[:, active], of_the_dead[active]
    for iteration in range(1, MAX_ITERATIONS + 1):
        with np.errstate(divide="ignore", invalid="ignore"):
            step = u / info
        finished = (np.abs(step) <= STEP_TOLERANCE) & (info > FLAT)
        if finished.any():
            here = active[finished]
            coef[here] = b[finished] + step[finished]
            se[here] = 1.0 / np.sqrt(info[finished])
            lrt[here] = 2.0 * (loglik[finished] - loglik_null[here])
            done[here], iterations[here] = True, iteration
        low, high = np.where(u > 0, b, low), np.where(u < 0, b, high)
        bounded = np.isfinite(low) & np.isfinite(high)
        # Flat, and the score has kept its sign all the way out: no maximum within reach. Where the sign has changed,
        # a step has only overshot, as happens when one patient lies many SD from the others.
        within = np.isfinite(step) & (info > FLAT) & (np.abs(b) * reach < LARGEST_EXPONENT)
        left = ~finished & (within | (bounded & (high - low > STEP_TOLERANCE)))
        if not left.all():
            iterations[active[~left]] = iteration
            active, b, step, bounded, dead = active[left], b[left], step[left], bounded[left], dead[left]
            low, high, last_step, reach = low[left], high[left], last_step[left], reach[left]
            block = np.ascontiguousarray(block[:, left])
            if not len(active):
                break
        proposed = b + step
        overshot = bounded & (~((proposed > low) & (proposed < high)) | (np.abs(step) > 0.5 * np.abs(last_step)))
        proposed = np.where(overshot, 0.5 * (np.where(bounded, low, 0.0) + np.where(bounded, high, 0.0)), proposed)
        limit = LARGEST_EXPONENT / np.maximum(reach, 1e-12)
        proposed = np.clip(proposed, -limit, limit)
        last_step, b = proposed - b, proposed
        u, info, loglik = _derivatives(block, b, dead, sets)
    iterations[active] = np.where(done[active], iterations[active], MAX_ITERATIONS)
    return _Fit(coef, se, score, lrt, done, iterations)


def _derivatives(z: Floats, b: Floats, of_the_dead: Floats, sets: RiskSets) -> tuple[Floats, Floats, Floats]:
    """Score, information and log partial likelihood of every column at its own ``b`` (Efron)."""
    n_columns = z.shape[1]
    expected, info, log_sums = np.zeros(n_columns), np.zeros(n_columns), np.zeros(n_columns)
    carry: Floats | None = None
    first_row = 0
    at_zero = not b.any()
    longest = max(end - start for start, end in sets.chunks(ROWS_PER_CHUNK))
    buffer = np.empty((longest, 3, n_columns))
    for start, end in sets.chunks(ROWS_PER_CHUNK):
        chunk, sums = z[start:end], buffer[:end - start]
        if at_zero:
            sums[:, 0] = 1.0
        else:
            np.multiply(chunk, b, out=sums[:, 0])
            np.exp(sums[:, 0], out=sums[:, 0])
        np.multiply(sums[:, 0], chunk, out=sums[:, 1])
        np.multiply(sums[:, 1], chunk, out=sums[:, 2])
        running_sums(sums, sets.stratum_start, carry, start)
        last_row = int(np.searchsorted(sets.death_position, end))
        if last_row > first_row:
            rows = _rows_of_chunk(sums, sets, first_row, last_row, start, carry)
            weight = rows[:, 0]
            mean = rows[:, 1] / weight
            expected += mean.sum(axis=0)
            info += (rows[:, 2] / weight).sum(axis=0)
            info -= np.einsum("ij,ij->j", mean, mean)
            log_sums += np.log(weight).sum(axis=0)
        first_row = last_row
        carry = sums[-1].copy()
    return of_the_dead - expected, info, b * of_the_dead - log_sums


def _rows_of_chunk(sums: Floats, sets: RiskSets, first_row: int, last_row: int, start: int,
                   carry: Floats | None) -> Floats:
    """Efron's sums for the death rows whose group lies in this stretch of positions."""
    rows = sums[sets.row_end[first_row:last_row] - start]
    fraction = sets.fraction[first_row:last_row]
    later = np.flatnonzero(fraction > 0)
    if len(later):
        base = sets.row_base[first_row:last_row][later]
        share = fraction[later][:, None, None]
        before = sums[np.maximum(base - start, 0)]
        if carry is not None:
            before[base == start - 1] = carry
        before[base < 0] = 0.0
        rows[later] = rows[later] * (1.0 - share) + before * share
    return rows


def score_vector_and_information(time: ArrayLike, event: ArrayLike, x: ArrayLike,
                                 strata: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Score vector (g,) and information matrix (g, g) of the Cox model of all columns at coefficients 0, Efron ties.

    The score test of any weighted sum w of the columns is ``(w @ U)**2 / (w @ V @ w)``.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months))
    sets = risk_sets(months, happened, checked_strata(strata, len(months)))
    n_columns = values.shape[1]
    if sets.n_deaths == 0 or len(months) < 2:
        return np.zeros(n_columns), np.zeros((n_columns, n_columns))
    sorted_values = values[sets.order] - values.mean(axis=0)
    at_risk = sets.death_rows(running_sums(np.ones((sets.n, 1)), sets.stratum_start))
    hazard = sets.cumulative_hazard(1.0 / at_risk)[:, 0]
    score = sorted_values.T @ (sets.deaths() - hazard)
    means = sets.death_rows(running_sums(sorted_values.copy(), sets.stratum_start)) / at_risk
    information = (sorted_values * hazard[:, None]).T @ sorted_values - means.T @ means
    return np.asarray(score), np.asarray(0.5 * (information + information.T))


def cox_score_test(time: ArrayLike, event: ArrayLike, x: ArrayLike,
                   strata: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Score test of each column at coefficient 0: chi-square (1 df) and its signed root, NaN for a constant column.

    The sign is + where higher values go with earlier events. Equals ``coxph(...)$score`` of R.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months))
    sets = risk_sets(months, happened, checked_strata(strata, len(months)))
    n_columns = values.shape[1]
    z = np.full(n_columns, np.nan)
    for start in range(0, n_columns, GENES_PER_BLOCK):
        block = slice(start, min(start + GENES_PER_BLOCK, n_columns))
        scaled, spread = standardised(values[sets.order, block])
        if sets.n_deaths == 0:
            continue
        u, info, _ = _derivatives(scaled, np.zeros(scaled.shape[1]), scaled[sets.death_position].sum(axis=0), sets)
        usable = (spread > 0) & (info > 1e-12 * sets.n_deaths)
        z[block] = np.where(usable, u / np.sqrt(np.where(usable, info, 1.0)), np.nan)
    return z**2, z
