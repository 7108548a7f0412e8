"""Step-down maxT: how often chance alone, with the receptors' own correlation, gives a statistic this large.

Not for: searches over subsets or cut-offs, which repeat their whole search (cutpoint_permutation.py for cut-offs).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from core.jobs import JobContext
from core.statistics.multiplicity import StepDown
from core.statistics.permuted_scores import ReceptorGroup, permuted_z, receptor_group
from core.statistics.risk_sets import (
    Bools,
    Floats,
    Ints,
    RiskSets,
    checked_columns,
    checked_outcome,
    checked_strata,
    missing_patterns,
    risk_sets,
)

CELLS_PER_BLOCK = 6144
"""Permutations x receptors walked down together: three such tables of float64 stay in the second-level cache."""

PATIENT_CELLS_PER_BLOCK = 500_000
"""Patients x permutations (x covariates) held at once where every patient has a weight: 4 MB."""

RECEPTORS_PER_BLOCK = 256


@dataclass(frozen=True, eq=False)
class MaxT:
    """Step-down maxT. ``statistic`` is the observed signed z (+ = higher goes with earlier events).

    ``not_converged`` counts the permutations whose covariate model had no maximum (their statistic is taken at the
    end of the climb), ``observed_converged`` says so of the data as they are.
    """

    p_maxt: Floats
    statistic: Floats
    permutations: int
    not_converged: int
    observed_converged: bool


def permuted_standing(sets: RiskSets, seed: int, first: int, last: int) -> Ints:
    """Who stands at each position in permutations ``first`` to ``last`` - 1: (positions, permutations).

    Permutation b has a generator of its own, so it is the same whatever the block it is drawn in. Patients stay
    within their stratum.
    """
    standing = np.empty((last - first, sets.n), dtype=np.intp)
    edges = [*sets.stratum_start.tolist(), sets.n]
    for row, b in enumerate(range(first, last)):
        generator = np.random.default_rng([seed, b])
        for start, end in pairwise(edges):
            standing[row, start:end] = generator.permutation(sets.order[start:end])
    return np.ascontiguousarray(standing.T)


def max_t(time: ArrayLike, event: ArrayLike, x: ArrayLike, permutations: int, seed: int,
          strata: ArrayLike | None = None, covariates: ArrayLike | None = None,
          job: JobContext | None = None) -> MaxT:
    """Westfall-Young step-down maxT P of every receptor, on the score test of the Cox model.

    Whole (time, event) rows are permuted against patients, within ``strata``. Without covariates the statistic is
    the Cox score z (Efron), its variance recomputed in every permutation. With covariates the outcome is permuted
    against the joint (receptors, covariates) rows, the covariate model is fitted anew each time, and the statistic
    is the efficient-score z of the receptor; this is approximate, because the covariates' own effect is permuted
    away.

    Parameters
    ----------
    time, event : (n,) follow-up and events, complete.
    x : (n, g) receptors; a patient without the value (NaN) is left out for that receptor only, in every permutation.
    permutations : number of permutations; 0 gives P NaN and the observed statistics.
    seed : with it the result is the same whenever it is computed.
    strata : (n,) codes, optional; also the strata of the Cox model.
    covariates : (n, p) complete, optional. Constant and dependent columns are ignored.

    Returns
    -------
    MaxT, arrays of shape (g,)
        NaN for a receptor that is constant or a combination of the covariates.

    Source
    ------
    Westfall and Young 1993. Calibration on null data: docs/calibration.md.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months), missing_allowed=True)
    adjust = None if covariates is None else checked_columns(covariates, len(months))
    sets = risk_sets(months, happened, checked_strata(strata, len(months)))
    n_columns = values.shape[1]
    if sets.n_deaths == 0:
        empty = np.full(n_columns, np.nan)
        return MaxT(empty, empty.copy(), permutations, 0, True)
    groups = _groups(values, None if adjust is None or not adjust.shape[1] else adjust)
    observed, failed = _statistics(sets, sets.order[:, None], groups, n_columns, JobContext())
    count, not_converged = StepDown.begin(np.abs(observed[0])), 0
    block = _permutations_per_block(sets.n, groups)
    for first in range(0, permutations, block):
        last = min(first + block, permutations)
        part = _Shuffling(job or JobContext(), first, last, permutations)
        null, lost = _statistics(sets, permuted_standing(sets, seed, first, last), groups, n_columns, part)
        count = count.add(np.abs(null))
        not_converged += int(lost.sum())
    return MaxT(count.p(), observed[0], permutations, not_converged, not bool(failed[0]))


def _permutations_per_block(n_patients: int, groups: list[ReceptorGroup]) -> int:
    """As many permutations as the caches hold: about 100 for 58 receptors, fewer with covariates."""
    most = CELLS_PER_BLOCK // max((len(group.columns) for group in groups), default=1)
    for group in groups:
        if group.covariates is not None or group.present is not None:
            width = 1 if group.covariates is None else group.covariates.shape[1]
            most = min(most, PATIENT_CELLS_PER_BLOCK // max(n_patients * width, 1))
    return int(min(max(most, 8), 512))


def _groups(values: Floats, covariates: Floats | None) -> list[ReceptorGroup]:
    """The receptors by missing pattern, no more than 256 together."""
    return [receptor_group(values, present, columns[start:start + RECEPTORS_PER_BLOCK], covariates)
            for present, columns in missing_patterns(values)
            for start in range(0, len(columns), RECEPTORS_PER_BLOCK)]


class _Shuffling(JobContext):
    """Progress of one block of permutations within all of them."""

    def __init__(self, job: JobContext, first: int, last: int, permutations: int) -> None:
        words = f"Shuffling outcomes, {first:,} of {permutations:,}"
        super().__init__(lambda done, _: job.progress((first + (last - first) * done) / permutations, words))


def _statistics(sets: RiskSets, standing: Ints, groups: list[ReceptorGroup], n_columns: int, job: JobContext
                ) -> tuple[Floats, Bools]:
    """Signed z of all receptors in these permutations, and where a covariate model did not converge."""
    z = np.full((standing.shape[1], n_columns), np.nan)
    failed = np.zeros(standing.shape[1], dtype=np.bool_)
    for number, group in enumerate(groups):
        job.progress(number / len(groups), "")
        found = permuted_z(sets, standing, group)
        z[:, group.columns] = found.z
        failed |= found.not_converged
    return z, failed
