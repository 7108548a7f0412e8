"""Gray's test: does the cumulative incidence of one cause differ between groups, other causes taken as they come?

Not for: the rate of that cause among those still at risk; that is the log-rank or Cox test of that cause alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.competing_risks import checked_causes, without_replacement
from core.statistics.p_values import chi2_upper
from core.statistics.risk_sets import Floats, Ints


@dataclass(frozen=True, eq=False)
class GrayTest:
    """``chi2`` and ``p`` are NaN with fewer than two groups, without the event, or where a group cannot be compared.

    ``score`` is observed less expected events of the cause, one per label.
    """

    chi2: float
    df: int
    p: float
    labels: tuple[object, ...]
    n: NDArray[np.int64]
    events: NDArray[np.int64]
    score: Floats


@dataclass(frozen=True, eq=False)
class _Steps:
    """Times with a failure of any cause, ascending, by group: shape (times, groups)."""

    at_risk: Floats
    own: Floats
    other: Floats
    free_before: Floats
    free: Floats
    incidence_before: Floats


def gray_test(time: ArrayLike, cause: ArrayLike, group: ArrayLike, of: int = 1) -> GrayTest:
    """Gray's k-sample test with weight 1 (rho 0).

    Parameters
    ----------
    time, cause : (n,) as in ``cumulative_incidence``.
    group : (n,) labels (bool, numbers or text).
    of : the cause that is compared; every other non-zero cause competes.

    Source
    ------
    Gray 1988. Checked against R cmprsk::cuminc in test_competing_risks.py.
    """
    months, codes = checked_causes(time, cause)
    labels, member = np.unique(np.asarray(group), return_inverse=True)
    n_groups = len(labels)
    n = np.bincount(member, minlength=n_groups).astype(np.int64)
    events = np.bincount(member[codes == of], minlength=n_groups).astype(np.int64)
    chi2, score = float("nan"), np.full(n_groups, np.nan)
    if n_groups > 1 and events.any():
        score, variance = _score_and_variance(_steps(months, codes, member, n_groups, of))
        inner = variance[:-1, :-1]
        if np.isfinite(inner).all() and np.linalg.matrix_rank(inner) == n_groups - 1:
            chi2 = float(score[:-1] @ np.linalg.solve(inner, score[:-1]))
    df = max(n_groups - 1, 0)
    return GrayTest(chi2, df, float(chi2_upper(chi2, max(df, 1))), tuple(labels.tolist()), n, events, score)


def _steps(time: Floats, codes: Ints, member: Ints, n_groups: int, of: int) -> _Steps:
    distinct, place = np.unique(time, return_inverse=True)

    def counts(chosen: NDArray[np.bool_]) -> Floats:
        table = np.zeros((len(distinct), n_groups))
        np.add.at(table, (place[chosen], member[chosen]), 1.0)
        return table

    here, own, other = counts(codes >= 0), counts(codes == of), counts((codes > 0) & (codes != of))
    at_risk = here.sum(axis=0) - np.vstack((np.zeros(n_groups), np.cumsum(here, axis=0)[:-1]))
    busy = (own + other).any(axis=1)
    at_risk, own, other = at_risk[busy], own[busy], other[busy]
    someone = np.maximum(at_risk, 1.0)
    free = np.cumprod(1.0 - (own + other) / someone, axis=0)
    free_before = np.vstack((np.ones(n_groups), free[:-1]))
    incidence = np.cumsum(free_before * own / someone, axis=0)
    return _Steps(at_risk, own, other, free_before, free, np.vstack((np.zeros(n_groups), incidence[:-1])))


def _score_and_variance(steps: _Steps) -> tuple[Floats, Floats]:
    """Observed less expected per group, and its covariance, by the sums of Gray 1988.

    ``reach`` is each group's risk set as it would be had nobody failed of any cause. The score depends on what happened
    at u through u itself and through the curve of its group at all later times; ``later`` is the sum of the latter.
    """
    there = steps.at_risk > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(there, steps.at_risk / steps.free_before, 0.0)
        left = np.where(steps.free > 0, 1.0 / steps.free, 0.0)
    total, own = reach.sum(axis=1), steps.own.sum(axis=1)
    exposed = reach * (1.0 - steps.incidence_before)
    score = (steps.own - own[:, None] * exposed / exposed.sum(axis=1, keepdims=True)).sum(axis=0)

    pooled = np.cumsum(own / total)
    pooled_before = np.concatenate(([0.0], pooled[:-1]))
    n_groups = reach.shape[1]
    direct = np.eye(n_groups) * reach[:, :, None] - reach[:, :, None] * reach[:, None, :] / total[:, None, None]
    so_far = np.cumsum(direct * (own / (total * (1.0 - pooled_before)))[:, None, None], axis=0)
    later = so_far[-1] - so_far

    ended = there & (steps.free <= 0)
    shift = np.where(ended, 1.0, 1.0 - (1.0 - pooled)[:, None] * left)
    of_own = direct + shift[:, None, :] * later
    safe = np.where(there, steps.at_risk, 1.0)
    spread = np.where(there & (own > 0)[:, None], without_replacement(
        np.broadcast_to(own[:, None], reach.shape), total[:, None] * steps.free_before)
        * steps.free_before * own[:, None] / (total[:, None] * safe), 0.0)
    of_other = ((1.0 - pooled)[:, None] * left)[:, None, :] * later
    spread_other = np.where(steps.free > 0, without_replacement(steps.other, safe)
                            * steps.free_before**2 * steps.other / safe**2, 0.0)
    variance = np.einsum("uik,ujk,uk->ij", of_own, of_own, spread)
    variance += np.einsum("uik,ujk,uk->ij", of_other, of_other, spread_other)
    return np.asarray(score), np.asarray(variance)
