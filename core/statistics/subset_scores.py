"""Score vector U and information matrix V of all receptors together, for one outcome or for many permutations of it.

The mean z of a set has the Cox score statistic (sum of U)^2 / (sum of V) over the set, so U and V are all that a
search over sets needs. Not for: the search (subset_search.py) or drawing permutations (resampling.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.statistics.cox import standardised
from core.statistics.cox_model import independent_columns
from core.statistics.risk_sets import Bools, Floats, Ints, RiskSets, running_sums
from core.statistics.weighted_risk_sets import covariate_information, exponential, fit_covariates, weigh

NO_INFORMATION = 1e-9
"""Of a receptor's own information: one that has less than this left beside the covariates is a copy of them."""


@dataclass(frozen=True, eq=False)
class SetScores:
    """Score ``u`` (permutations, receptors) and information ``v`` (permutations, receptors, receptors) at beta = 0.

    ``converged`` is False where the covariates' own model had no maximum in that permutation.
    """

    u: Floats
    v: Floats
    converged: Bools

    def scaled(self, spread: Floats) -> SetScores:
        """The same for columns divided by ``spread`` (permutations or 1, receptors); 0 where the spread is 0."""
        factor = np.where(spread > 0, 1.0 / np.where(spread > 0, spread, 1.0), 0.0)
        return SetScores(self.u * factor, self.v * factor[:, :, None] * factor[:, None, :], self.converged)

    def take(self, columns: Ints) -> SetScores:
        """The same for some of the receptors."""
        return SetScores(self.u[:, columns], self.v[:, columns][:, :, columns], self.converged)


def adjusting_columns(covariates: Floats | None) -> Floats | None:
    """Covariates standardised, without constant columns and copies; None where nothing is left to adjust for."""
    if covariates is None or not covariates.shape[1]:
        return None
    inside, width = standardised(covariates)
    kept = independent_columns(inside.T @ inside / max(len(inside) - 1, 1), width > 0)
    return np.ascontiguousarray(inside[:, kept]) if len(kept) else None


def set_scores(sets: RiskSets, standing: Ints, values: Floats, covariates: Floats | None = None) -> SetScores:
    """U and V of every receptor in every permutation, recomputed whole each time (Efron ties, within strata).

    Parameters
    ----------
    sets : RiskSets
        The sorted outcome.
    standing : (positions, B)
        Which row of ``values`` stands at each position.
    values : (rows, g)
        Complete. Neither statistic changes when a column is shifted.
    covariates : (rows, p), optional
        Standardised and independent (``adjusting_columns``). Their model is fitted anew in every permutation; U and V
        are then the efficient ones, U_x - V_xz V_zz^-1 U_z and V_xx - V_xz V_zz^-1 V_zx.

    Returns
    -------
    SetScores
        The same bits whatever the number of permutations done together.
    """
    if covariates is None:
        return _unadjusted(sets, standing, values)
    n_permutations, n_columns = standing.shape[1], values.shape[1]
    u = np.empty((n_permutations, n_columns))
    v = np.empty((n_permutations, n_columns, n_columns))
    converged = np.empty(n_permutations, dtype=np.bool_)
    for b in range(n_permutations):
        u[b], v[b], converged[b] = _adjusted(sets, standing[:, b], values, covariates)
    return SetScores(u, v, converged)


def _unadjusted(sets: RiskSets, standing: Ints, values: Floats) -> SetScores:
    weighted = weigh(sets, np.ones((sets.n, 1)), None)
    collected = weighted.hazard[:, 0]
    residual = weighted.died[:, 0] - collected
    n_permutations, n_columns = standing.shape[1], values.shape[1]
    u = np.empty((n_permutations, n_columns))
    v = np.empty((n_permutations, n_columns, n_columns))
    for b in range(n_permutations):
        here = values[standing[:, b]]
        u[b] = residual @ here
        v[b] = _information(sets, here, collected, weighted.inverse)
    return SetScores(u, v, np.ones(n_permutations, dtype=np.bool_))


def _information(sets: RiskSets, here: Floats, collected: Floats, inverse: Floats) -> Floats:
    """Sum over the deaths of the second moments less the squared means of the risk set, (g, g).

    ``here`` is (positions, g) already times the weights' root in the second moment: ``collected`` holds the weight.
    """
    means = sets.death_rows(running_sums(here.copy(), sets.stratum_start)) * inverse
    return np.asarray((here * collected[:, None]).T @ here - means.T @ means)


def _adjusted(sets: RiskSets, standing: Ints, values: Floats, covariates: Floats) -> tuple[Floats, Floats, bool]:
    """Efficient score and information of one permutation."""
    column = standing[:, None]
    z = covariates[column]
    slopes, converged = fit_covariates(sets, z, None)
    weighted = weigh(sets, exponential(z, slopes), None)
    collected = weighted.weight * weighted.hazard
    here = values[standing]
    u = (weighted.died - collected)[:, 0] @ here
    means = sets.death_rows(running_sums(here * weighted.weight, sets.stratum_start)) * weighted.inverse
    v = (here * collected).T @ here - means.T @ means
    score_z, info_z, means_z = covariate_information(sets, weighted, z)
    taken = sets.cumulative_hazard(means_z * weighted.inverse[:, :, None])
    across = np.empty((values.shape[1], z.shape[2]))
    for k in range(z.shape[2]):
        across[:, k] = here.T @ (collected * z[:, :, k] - weighted.weight * taken[:, :, k])[:, 0]
    solved = across @ np.linalg.pinv(info_z[0], rcond=1e-10, hermitian=True)
    u, left = u - solved @ score_z[0], v - solved @ across.T
    # What is left of a copy of the covariates is rounding, in U and in V, and one over the other is anything.
    told = np.diagonal(left) > NO_INFORMATION * np.diagonal(v)
    return np.where(told, u, 0.0), np.where(told[:, None] & told, left, 0.0), bool(converged[0])


def residuals_at_positions(sets: RiskSets, standing: Ints, covariates: Floats | None = None) -> tuple[Floats, Bools]:
    """Deaths less expected deaths at every position in every permutation, (positions, B), and where it converged.

    Without covariates the expected deaths are those of the log-rank test, the same in every permutation; with them,
    of the covariates' Cox model fitted anew in every permutation.
    """
    if covariates is not None:
        residuals, _, converged = residuals_and_slopes(sets, standing, covariates)
        return residuals, converged
    weighted = weigh(sets, np.ones((sets.n, 1)), None)
    residual = weighted.died - weighted.hazard
    return np.broadcast_to(residual, standing.shape), np.ones(standing.shape[1], dtype=np.bool_)


def residuals_and_slopes(sets: RiskSets, standing: Ints, covariates: Floats) -> tuple[Floats, Floats, Bools]:
    """Residuals of the covariates' Cox model (positions, B), its log hazard ratios (B, p), and where it converged."""
    z = covariates[standing]
    slopes, converged = fit_covariates(sets, z, None)
    weighted = weigh(sets, exponential(z, slopes), None)
    return weighted.died - weighted.weight * weighted.hazard, slopes, converged
