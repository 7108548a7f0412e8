"""Cox regression of two groups for very many splits of the same patients: every cut of a scan in some 30 ms.

Not for: continuous values or several covariates (cox.py, cox_model.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.cox import cox_univariate
from core.statistics.risk_sets import Bools, Floats, RiskSets, checked_outcome, risk_sets

SPLITS_PER_BLOCK = 64
"""1,000 deaths x 64 splits are 500 kB: the block stays in the second-level cache."""

MAX_STEPS = 12
STEP_TOLERANCE = 1e-9


def cox_two_groups(time: ArrayLike, event: ArrayLike, high: ArrayLike) -> tuple[Floats, Floats]:
    """Log hazard ratio of high against low, and its standard error, for each column of ``high``; Efron ties.

    Parameters
    ----------
    time, event : (n,) as in ``cox_univariate``.
    high : (n, s) bool.

    Returns
    -------
    coef, se : (s,)
        NaN where the partial likelihood has no maximum, as when all events lie in one group.

    Source
    ------
    The same maximum as ``cox_univariate`` of the columns as 0 and 1, which decides where the short way does not settle.
    With two groups a risk set is two counts, so that no patient is looked at again.
    """
    months, happened = checked_outcome(time, event)
    splits = np.asarray(high)
    if splits.dtype != np.bool_ or splits.ndim != 2 or len(splits) != len(months):
        raise ValueError(f"groups are bool of shape ({len(months)}, splits), not {splits.dtype} {splits.shape}")
    coef, se = np.full(splits.shape[1], np.nan), np.full(splits.shape[1], np.nan)
    if not happened.any():
        return coef, se
    sets = risk_sets(months, happened)
    total = sets.death_rows(np.arange(1.0, sets.n + 1.0))
    for start in range(0, splits.shape[1], SPLITS_PER_BLOCK):
        here = slice(start, start + SPLITS_PER_BLOCK)
        coef[here], se[here] = _newton(splits[:, here], sets, total)
    left = np.flatnonzero(np.isnan(coef))
    if len(left):
        slower = cox_univariate(months, happened, splits[:, left].astype(np.float64))
        coef[left], se[left] = slower.coef, slower.se
    return coef, se


def _newton(block: Bools, sets: RiskSets, total: Floats) -> tuple[Floats, Floats]:
    """Newton from the score test's step for all columns at once; NaN where it does not settle at once."""
    ordered = block[sets.order]
    at_risk = sets.death_rows(np.cumsum(ordered, axis=0, dtype=np.float64))
    died_high = ordered[sets.death_position].sum(axis=0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        odds = total[:, None] / at_risk
        odds -= 1.0  # low : high at risk; infinite where nobody of the high group is left
        theta = np.ones(block.shape[1])
        coef = np.zeros(block.shape[1])
        step = np.full(block.shape[1], np.inf)
        info = step
        share = np.empty_like(odds)
        for _ in range(MAX_STEPS):
            np.add(odds, theta, out=share)
            np.divide(theta, share, out=share)
            expected = share.sum(axis=0)
            info = expected - np.einsum("ij,ij->j", share, share)
            step = (died_high - expected) / info
            if not (np.abs(step) > STEP_TOLERANCE).any():
                break
            coef = coef + step
            theta = np.exp(coef)
        settled = (np.abs(step) <= STEP_TOLERANCE) & (np.abs(coef) < 10.0) & (info > 1e-6)
        return np.where(settled, coef + step, np.nan), np.where(settled, 1.0 / np.sqrt(info), np.nan)
