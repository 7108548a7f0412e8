"""Score statistics of the Cox model for many permutations of the outcome at once.

The statistic is recomputed whole in every permutation, variance included. Not for: drawing the permutations or
counting P values; that is resampling.py.

Everything here stands in *positions*: the outcome is sorted once (risk_sets.py) and stays, and a permutation says
which patient stands at each position. Arrays are (positions, permutations, ...).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.statistics.cox import LARGEST_EXPONENT, standardised
from core.statistics.cox_model import independent_columns
from core.statistics.risk_sets import Bools, Floats, Ints, RiskSets, running_sums

COVARIATE_ITERATIONS = 40
COVARIATE_STEP = 1e-5
"""In SD units. The step is still taken, and Newton squares the error: the maximum stands to about 1e-10."""

FEW_RECEPTORS = 3

NO_INFORMATION = 1e-9
"""Of a column's own information: a receptor that has less than this left is constant or a copy of the covariates."""


@dataclass(frozen=True, eq=False)
class PermutedZ:
    """Signed z, (permutations, columns), NaN where undefined; and in which permutations the covariate model did
    not converge."""

    z: Floats
    not_converged: Bools


@dataclass(frozen=True, eq=False)
class ReceptorGroup:
    """Columns that share the patients who have a value: values standardised among them, 0 for the others.

    ``present`` is None when everyone has a value. ``covariates`` are standardised the same way, or None.
    """

    columns: Ints
    present: Floats | None
    values: Floats
    squares: Floats
    constant: Bools
    covariates: Floats | None


def receptor_group(values: Floats, present: Bools, columns: Ints, covariates: Floats | None) -> ReceptorGroup:
    """Prepare the columns of one missing pattern (complete but for the absent patients)."""
    whole = bool(present.all())
    scaled, spread = np.zeros((len(values), len(columns))), np.zeros(len(columns))
    if present.any():
        scaled[present], spread = standardised(values[np.ix_(present, columns)])
    adjust: Floats | None = None
    if covariates is not None:
        inside, width = standardised(covariates[present])
        correlation = inside.T @ inside / max(len(inside) - 1, 1)
        kept = independent_columns(correlation, width > 0)
        if len(kept):
            adjust = np.zeros((len(values), len(kept)))
            adjust[present] = inside[:, kept]
    return ReceptorGroup(columns, None if whole else present.astype(np.float64), scaled, scaled**2, spread == 0, adjust)


@dataclass(frozen=True, eq=False)
class _Weighted:
    """The risk sets of a block of permutations, once every patient has a weight.

    ``weight`` and ``hazard`` are (positions, B or 1), ``inverse`` (deaths, B or 1) is 1 / Efron's sum of weights and
    0 for a death that does not count; ``fraction`` (tied, B) replaces Efron's l/d where patients are left out.
    """

    weight: Floats
    died: Floats
    inverse: Floats
    hazard: Floats
    fraction: Floats | None


def _weigh(sets: RiskSets, weight: Floats, present: Floats | None) -> _Weighted:
    """Sums of weights over the risk sets. ``present`` (positions, B) is 1 where the patient there has a value."""
    died = sets.deaths().astype(np.float64)[:, None]
    fraction: Floats | None = None
    counts = np.ones((sets.n_deaths, 1))
    if present is not None:
        died = died * present
        weight = weight * present
        counts = present[sets.death_position]
        fraction = _tied_fractions(sets, counts)
    rows = sets.death_rows(running_sums(weight.copy(), sets.stratum_start), fraction)
    inverse = np.where(counts > 0, 1.0 / np.where(counts > 0, rows, 1.0), 0.0)
    return _Weighted(weight, died, inverse, sets.cumulative_hazard(inverse, fraction), fraction)


def _tied_fractions(sets: RiskSets, counts: Floats) -> Floats | None:
    """Efron's l/d among the deaths that count, for every tied death row and permutation."""
    if not len(sets.tied):
        return None
    counted = counts[sets.tied]
    ahead = np.cumsum(counted, axis=0) - counted
    size = np.diff(np.append(sets.tie_start, len(sets.tied)))
    in_group = np.add.reduceat(counted, sets.tie_start, axis=0)
    before = ahead[sets.tie_start]
    return np.asarray((ahead - np.repeat(before, size, axis=0)) / np.maximum(np.repeat(in_group, size, axis=0), 1.0))


def permuted_z(sets: RiskSets, standing: Ints, group: ReceptorGroup) -> PermutedZ:
    """Score z of every column of the group in every permutation.

    Parameters
    ----------
    sets : RiskSets
        The sorted outcome.
    standing : (positions, B)
        Which patient stands at each position; ``sets.order`` is the outcome as it was observed.
    group : ReceptorGroup
        Values by patient.

    Returns
    -------
    PermutedZ
        Without covariates U / sqrt(V) of the Cox model at 0 (Efron ties, within strata); with covariates the
        efficient score, U_x and V_xx - V_xz V_zz^-1 V_zx, at the covariates' own maximum in that permutation.
    """
    n_permutations = standing.shape[1]
    present = None if group.present is None else group.present[standing]
    converged = np.ones(n_permutations, dtype=np.bool_)
    if group.covariates is None:
        weighted = _weigh(sets, np.ones((sets.n, 1)), present)
        z_of, slopes = None, None
    else:
        z_of = group.covariates[standing]
        slopes, converged = _fit_covariates(sets, z_of, present)
        weighted = _weigh(sets, _exponential(z_of, slopes), present)
    collected = weighted.weight * weighted.hazard
    score = _by_patient(weighted.died - collected, standing).T @ group.values
    own = _by_patient(collected, standing).T @ group.squares
    variance = own - _sum_of_squared_means(sets, standing, group.values, weighted)
    if z_of is not None:
        score, variance = _efficient(sets, standing, group, weighted, z_of, score, variance)
    defined = ~group.constant & (variance > NO_INFORMATION * np.maximum(own, 1e-3))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(defined, score / np.sqrt(np.where(defined, variance, 1.0)), np.nan)
    return PermutedZ(z, ~converged)


def _by_patient(at_positions: Floats, standing: Ints) -> Floats:
    """Values at positions carried to the patients who stand there: (patients, B)."""
    carried = np.empty(standing.shape)
    np.put_along_axis(carried, standing, np.broadcast_to(at_positions, standing.shape), axis=0)
    return carried


def _sum_of_squared_means(sets: RiskSets, standing: Ints, values: Floats, weighted: _Weighted) -> Floats:
    """Over the deaths, the squared (weighted) mean of every column in the risk set: (B, columns).

    Walks down the positions adding rows of (B, columns). For a group of tied deaths the sum over l of
    ((1 - f) a + f b)^2 / s^2 is expanded, a being the sum at the end of the group and b the one before its dead.
    """
    n_permutations, n_columns = standing.shape[1], values.shape[1]
    if n_columns <= FEW_RECEPTORS:
        return _few_squared_means(sets, standing, values, weighted)
    first_row = _death_groups(sets)
    full, mixed, part = _group_coefficients(sets, weighted, first_row)
    group_at = dict(zip(sets.row_end[first_row].tolist(), range(len(first_row))))
    base_of = sets.row_base[first_row].tolist()
    tied_bases = set(sets.row_base[sets.tied].tolist())
    starts = set(sets.stratum_start.tolist())
    uniform = bool((weighted.weight == 1.0).all())
    running, total = np.zeros((n_permutations, n_columns)), np.zeros((n_permutations, n_columns))
    taken, base = np.empty_like(running), np.zeros_like(running)
    base_position = -1
    for position in range(sets.n):
        if position in starts:
            running[:] = 0.0
        # mode="clip" lets take() write straight into its buffer; positions are valid by construction.
        np.take(values, standing[position], axis=0, out=taken, mode="clip")
        if not uniform:
            np.multiply(taken, weighted.weight[position][:, None], out=taken)
        np.add(running, taken, out=running)
        number = group_at.get(position)
        if number is not None:
            np.multiply(running, running, out=taken)
            np.multiply(taken, full[number][:, None], out=taken)
            np.add(total, taken, out=total)
            if base_of[number] == base_position >= 0:
                total += running * base * (2.0 * mixed[number])[:, None]
                total += base * base * part[number][:, None]
        if position in tied_bases:
            base[:] = running
            base_position = position
    return total


def _few_squared_means(sets: RiskSets, standing: Ints, values: Floats, weighted: _Weighted) -> Floats:
    """The same for one to three columns, all positions at once: the walk would add rows that are too short."""
    total = np.empty((standing.shape[1], values.shape[1]))
    for column in range(values.shape[1]):
        sums = running_sums(values[standing, column] * weighted.weight, sets.stratum_start)
        means = sets.death_rows(sums, weighted.fraction) * weighted.inverse
        total[:, column] = np.einsum("rb,rb->b", means, means)
    return total


def _death_groups(sets: RiskSets) -> Ints:
    """First death row of every group of deaths at one time."""
    return np.flatnonzero(np.concatenate(([True], sets.row_end[1:] != sets.row_end[:-1])))


def _group_coefficients(sets: RiskSets, weighted: _Weighted, first_row: Ints) -> tuple[Floats, Floats, Floats]:
    """Per group of deaths the sums of (1-f)^2/s^2, f(1-f)/s^2 and f^2/s^2: (groups, B or 1)."""
    fraction = np.broadcast_to(sets.fraction[:, None], weighted.inverse.shape).copy()
    if weighted.fraction is not None:
        fraction[sets.tied] = weighted.fraction
    squared = weighted.inverse**2
    return (np.add.reduceat(squared * (1.0 - fraction) ** 2, first_row, axis=0),
            np.add.reduceat(squared * fraction * (1.0 - fraction), first_row, axis=0),
            np.add.reduceat(squared * fraction**2, first_row, axis=0))


def _efficient(sets: RiskSets, standing: Ints, group: ReceptorGroup, weighted: _Weighted, z: Floats,
               score: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Score and information of the receptors given the covariates."""
    collected = weighted.weight * weighted.hazard
    score_z, info_z, means = _covariate_information(sets, weighted, z)
    # The sum over deaths of mean_x mean_z is linear in x: every patient collects mean_z / s from the deaths he was
    # at risk in.
    taken = sets.cumulative_hazard(means * weighted.inverse[:, :, None], weighted.fraction)
    across = np.empty((standing.shape[1], group.values.shape[1], z.shape[2]))
    for k in range(z.shape[2]):
        at_positions = collected * z[:, :, k] - weighted.weight * taken[:, :, k]
        across[:, :, k] = _by_patient(at_positions, standing).T @ group.values
    solved = across @ np.linalg.pinv(info_z, rcond=1e-10, hermitian=True)
    efficient_score = score - np.einsum("bgk,bk->bg", solved, score_z)
    return efficient_score, variance - np.einsum("bgk,bgk->bg", solved, across)


def _covariate_information(sets: RiskSets, weighted: _Weighted, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Score (B, p), information (B, p, p) and risk-set means (deaths, B, p) of the covariates."""
    collected = weighted.weight * weighted.hazard
    sums = running_sums(weighted.weight[:, :, None] * z, sets.stratum_start)
    means = sets.death_rows(sums, weighted.fraction) * weighted.inverse[:, :, None]
    score = np.einsum("nb,nbp->bp", np.broadcast_to(weighted.died - collected, z.shape[:2]), z)
    by_permutation = z.transpose(1, 2, 0)
    info = (by_permutation * np.broadcast_to(collected, z.shape[:2]).T[:, None, :]) @ by_permutation.transpose(0, 2, 1)
    columns = means.transpose(1, 2, 0)
    info -= columns @ columns.transpose(0, 2, 1)
    return score, info, means


def _exponential(z: Floats, b: Floats) -> Floats:
    """exp of the linear predictor, (positions, B), shifted per permutation so that its largest value is 1."""
    linear = np.einsum("nbp,bp->nb", z, b)
    linear -= linear.max(axis=0)
    # A patient e^-300 times as likely as another adds nothing to any sum, but must not make one zero.
    return np.asarray(np.exp(np.maximum(linear, -LARGEST_EXPONENT)))


def _fit_covariates(sets: RiskSets, z: Floats, present: Floats | None) -> tuple[Floats, Bools]:
    """Maximum of the covariates' own partial likelihood in every permutation, by Newton with step halving.

    Where the likelihood has no maximum the climb ends where the direction to infinity has no information left, or
    after 40 steps; such a permutation is returned as not converged and still usable, since that direction then
    weighs nothing in the efficient score.
    """
    n_permutations, p = z.shape[1:]
    b = np.zeros((n_permutations, p))
    converged = np.zeros(n_permutations, dtype=np.bool_)
    best = np.full(n_permutations, -np.inf)
    step, scale = np.zeros((n_permutations, p)), np.ones(n_permutations)
    active = np.arange(n_permutations)
    for _ in range(COVARIATE_ITERATIONS):
        tried = b[active] + scale[active, None] * step[active]
        part = z[:, active]
        weighted = _weigh(sets, _exponential(part, tried), None if present is None else present[:, active])
        loglik = _log_likelihood(sets, weighted)
        fell = loglik < best[active] - 1e-9 * np.abs(best[active])
        scale[active[fell]] *= 0.5
        ahead = np.flatnonzero(~fell)
        if len(ahead):
            chosen = active[ahead]
            score, info, _ = _covariate_information(sets, _columns(weighted, ahead), part[:, ahead])
            b[chosen], best[chosen], scale[chosen] = tried[ahead], loglik[ahead], 1.0
            step[chosen] = np.einsum("bpq,bq->bp", np.linalg.pinv(info, rcond=1e-10, hermitian=True), score)
            flat = np.linalg.eigvalsh(info)[:, 0] < 1e-7 * sets.n_deaths
            still = np.abs(step[chosen]).max(axis=1) <= COVARIATE_STEP
            b[chosen[still]] += step[chosen[still]]
            converged[chosen[still & ~flat]] = True
            active = active[~np.isin(active, chosen[still])]
        if not len(active):
            break
    return b, converged


def _log_likelihood(sets: RiskSets, weighted: _Weighted) -> Floats:
    """Log partial likelihood of every permutation."""
    with np.errstate(divide="ignore"):
        of_the_dead = np.where(weighted.died > 0, np.log(np.where(weighted.died > 0, weighted.weight, 1.0)), 0.0)
        at_risk = np.where(weighted.inverse > 0, np.log(np.where(weighted.inverse > 0, weighted.inverse, 1.0)), 0.0)
    return np.asarray(of_the_dead.sum(axis=0) + at_risk.sum(axis=0))


def _columns(weighted: _Weighted, chosen: NDArray[np.intp]) -> _Weighted:
    """The same for some of the permutations; what is common to all stays as it is."""
    def some(values: Floats) -> Floats:
        return values if values.shape[1] == 1 else values[:, chosen]

    fraction = None if weighted.fraction is None else weighted.fraction[:, chosen]
    return _Weighted(some(weighted.weight), some(weighted.died), some(weighted.inverse), some(weighted.hazard),
                     fraction)
