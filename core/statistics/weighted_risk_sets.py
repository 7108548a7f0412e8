"""The risk sets of many permutations once every patient has a weight, and the covariates' own maximum in each.

Shared by everything that permutes outcomes against patients. Not for: the receptors' statistics (permuted_scores.py
one by one, subset_scores.py all together).

Arrays are (positions, permutations, ...): the outcome is sorted once and stays, a permutation says who stands where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.statistics.cox import LARGEST_EXPONENT
from core.statistics.risk_sets import Bools, Floats, Ints, RiskSets, running_sums

COVARIATE_ITERATIONS = 40
COVARIATE_STEP = 1e-5
"""In SD units. The step is still taken, and Newton squares the error: the maximum stands to about 1e-10."""


@dataclass(frozen=True, eq=False)
class WeightedSets:
    """The risk sets of a block of permutations, once every patient has a weight.

    ``weight`` and ``hazard`` are (positions, B or 1), ``inverse`` (deaths, B or 1) is 1 / Efron's sum of weights and
    0 for a death that does not count; ``fraction`` (tied, B) replaces Efron's l/d where patients are left out.
    """

    weight: Floats
    died: Floats
    inverse: Floats
    hazard: Floats
    fraction: Floats | None


def weigh(sets: RiskSets, weight: Floats, present: Floats | None) -> WeightedSets:
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
    return WeightedSets(weight, died, inverse, sets.cumulative_hazard(inverse, fraction), fraction)


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


def by_patient(at_positions: Floats, standing: Ints) -> Floats:
    """Values at positions carried to the patients who stand there: (patients, B)."""
    carried = np.empty(standing.shape)
    np.put_along_axis(carried, standing, np.broadcast_to(at_positions, standing.shape), axis=0)
    return carried


def covariate_information(sets: RiskSets, weighted: WeightedSets, z: Floats) -> tuple[Floats, Floats, Floats]:
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


def exponential(z: Floats, b: Floats) -> Floats:
    """exp of the linear predictor, (positions, B), shifted per permutation so that its largest value is 1."""
    linear = np.einsum("nbp,bp->nb", z, b)
    linear -= linear.max(axis=0)
    # A patient e^-300 times as likely as another adds nothing to any sum, but must not make one zero.
    return np.asarray(np.exp(np.maximum(linear, -LARGEST_EXPONENT)))


def fit_covariates(sets: RiskSets, z: Floats, present: Floats | None) -> tuple[Floats, Bools]:
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
        weighted = weigh(sets, exponential(part, tried), None if present is None else present[:, active])
        loglik = _log_likelihood(sets, weighted)
        fell = loglik < best[active] - 1e-9 * np.abs(best[active])
        scale[active[fell]] *= 0.5
        ahead = np.flatnonzero(~fell)
        if len(ahead):
            chosen = active[ahead]
            score, info, _ = covariate_information(sets, _some_columns(weighted, ahead), part[:, ahead])
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


def _log_likelihood(sets: RiskSets, weighted: WeightedSets) -> Floats:
    """Log partial likelihood of every permutation."""
    with np.errstate(divide="ignore"):
        of_the_dead = np.where(weighted.died > 0, np.log(np.where(weighted.died > 0, weighted.weight, 1.0)), 0.0)
        at_risk = np.where(weighted.inverse > 0, np.log(np.where(weighted.inverse > 0, weighted.inverse, 1.0)), 0.0)
    return np.asarray(of_the_dead.sum(axis=0) + at_risk.sum(axis=0))


def _some_columns(weighted: WeightedSets, chosen: NDArray[np.intp]) -> WeightedSets:
    """The same for some of the permutations; what is common to all stays as it is."""
    def some(values: Floats) -> Floats:
        return values if values.shape[1] == 1 else values[:, chosen]

    fraction = None if weighted.fraction is None else weighted.fraction[:, chosen]
    return WeightedSets(some(weighted.weight), some(weighted.died), some(weighted.inverse), some(weighted.hazard),
                     fraction)
