"""Score statistics of the Cox model for many permutations of the outcome at once.

The statistic is recomputed whole in every permutation, variance included. Not for: drawing the permutations or
counting P values; that is resampling.py.

Everything here stands in *positions*: the outcome is sorted once (risk_sets.py) and stays, and a permutation says
which patient stands at each position. Arrays are (positions, permutations, ...).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.statistics.cox import standardised
from core.statistics.cox_model import independent_columns
from core.statistics.risk_sets import Bools, Floats, Ints, RiskSets, running_sums
from core.statistics.weighted_risk_sets import (
    WeightedSets,
    by_patient,
    covariate_information,
    exponential,
    fit_covariates,
    weigh,
)

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
        weighted = weigh(sets, np.ones((sets.n, 1)), present)
        z_of, slopes = None, None
    else:
        z_of = group.covariates[standing]
        slopes, converged = fit_covariates(sets, z_of, present)
        weighted = weigh(sets, exponential(z_of, slopes), present)
    collected = weighted.weight * weighted.hazard
    score = by_patient(weighted.died - collected, standing).T @ group.values
    own = by_patient(collected, standing).T @ group.squares
    variance = own - _sum_of_squared_means(sets, standing, group.values, weighted)
    if z_of is not None:
        score, variance = _efficient(sets, standing, group, weighted, z_of, score, variance)
    defined = ~group.constant & (variance > NO_INFORMATION * np.maximum(own, 1e-3))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(defined, score / np.sqrt(np.where(defined, variance, 1.0)), np.nan)
    return PermutedZ(z, ~converged)


def _sum_of_squared_means(sets: RiskSets, standing: Ints, values: Floats, weighted: WeightedSets) -> Floats:
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


def _few_squared_means(sets: RiskSets, standing: Ints, values: Floats, weighted: WeightedSets) -> Floats:
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


def _group_coefficients(sets: RiskSets, weighted: WeightedSets, first_row: Ints) -> tuple[Floats, Floats, Floats]:
    """Per group of deaths the sums of (1-f)^2/s^2, f(1-f)/s^2 and f^2/s^2: (groups, B or 1)."""
    fraction = np.broadcast_to(sets.fraction[:, None], weighted.inverse.shape).copy()
    if weighted.fraction is not None:
        fraction[sets.tied] = weighted.fraction
    squared = weighted.inverse**2
    return (np.add.reduceat(squared * (1.0 - fraction) ** 2, first_row, axis=0),
            np.add.reduceat(squared * fraction * (1.0 - fraction), first_row, axis=0),
            np.add.reduceat(squared * fraction**2, first_row, axis=0))


def _efficient(sets: RiskSets, standing: Ints, group: ReceptorGroup, weighted: WeightedSets, z: Floats,
               score: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Score and information of the receptors given the covariates."""
    collected = weighted.weight * weighted.hazard
    score_z, info_z, means = covariate_information(sets, weighted, z)
    # The sum over deaths of mean_x mean_z is linear in x: every patient collects mean_z / s from the deaths he was
    # at risk in.
    taken = sets.cumulative_hazard(means * weighted.inverse[:, :, None], weighted.fraction)
    across = np.empty((standing.shape[1], group.values.shape[1], z.shape[2]))
    for k in range(z.shape[2]):
        at_positions = collected * z[:, :, k] - weighted.weight * taken[:, :, k]
        across[:, :, k] = by_patient(at_positions, standing).T @ group.values
    solved = across @ np.linalg.pinv(info_z, rcond=1e-10, hermitian=True)
    efficient_score = score - np.einsum("bgk,bk->bg", solved, score_z)
    return efficient_score, variance - np.einsum("bgk,bgk->bg", solved, across)
