"""Harrell's C: how often the patient with the higher score has the event first.

Not for: left-out performance; the folds and their sum belong to the search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.risk_sets import Floats, checked_columns, checked_outcome, checked_strata

FEW_COLUMNS = 4
CELLS_AT_ONCE = 200_000
"""Deaths x patients compared at once: the flags stay in the second-level cache."""


def linear_predictor(design: ArrayLike, coef: ArrayLike) -> Floats:
    """Sum of coefficient times covariate per patient, shape (n,).

    Added column by column and not as a matrix product: two patients with the same covariates must get the same
    bits, or their tie is broken by where they stand in a vector register.
    """
    columns = np.asarray(design, dtype=np.float64)
    risk = np.zeros(len(columns))
    for column, weight in zip(columns.T, np.asarray(coef, dtype=np.float64), strict=True):
        risk += column * weight
    return risk


def concordance(time: ArrayLike, event: ArrayLike, risk: ArrayLike, strata: ArrayLike | None = None) -> Floats:
    """Concordance of each column of risk scores with the outcome.

    A pair counts when the earlier time is an event, or when of two equal times one is an event and one is censored
    (the event came first); two events at one time do not. A tie of the score counts one half. Pairs are formed
    within strata.

    Parameters
    ----------
    time, event : (n,) follow-up and events, complete.
    risk : (n, g) or (n,) higher = earlier event; for a fitted Cox model its linear predictor. A column with a
        missing value gives NaN.
    strata : (n,) codes, optional.

    Returns
    -------
    (g,) between 0 and 1; NaN where no pair can be compared.

    Source
    ------
    Harrell 1982, as survival::concordance of a coxph fit. Checked in test_survival.py.
    """
    months, happened = checked_outcome(time, event)
    scores = np.asarray(risk, dtype=np.float64)
    scores = scores[:, None] if scores.ndim == 1 else scores
    undefined = ~np.isfinite(scores).all(axis=0) if len(scores) else np.ones(scores.shape[1], dtype=np.bool_)
    values = checked_columns(np.where(undefined, 0.0, scores), len(months))
    ranks = _ranks(values)
    stratum = checked_strata(strata, len(months))
    concordant = np.zeros(values.shape[1], dtype=np.int64)
    tied, pairs = np.zeros_like(concordant), 0
    for level in np.unique(stratum):
        here = np.flatnonzero(stratum == level)
        # Longest follow-up first; of one time the censored before the events: those ahead are comparable, except
        # events of the same time.
        order = here[np.lexsort((happened[here], -months[here]))]
        died, times, table = happened[order], months[order], ranks[order]
        comparable = _comparable(times, died)
        if table.shape[1] <= FEW_COLUMNS:
            few = _pairs_of_few(table, np.flatnonzero(died), comparable)
            concordant, tied, pairs = concordant + few[0], tied + few[1], pairs + int(comparable[died].sum())
            continue
        for position in np.flatnonzero(died):
            ahead = int(comparable[position])
            if ahead:
                rank = table[position]
                concordant += np.count_nonzero(table[:ahead] < rank, axis=0)
                tied += np.count_nonzero(table[:ahead] == rank, axis=0)
                pairs += ahead
    if not pairs:
        return np.full(values.shape[1], np.nan)
    return np.where(undefined, np.nan, (concordant + 0.5 * tied) / pairs)


def _pairs_of_few(table: NDArray[np.int32], died: NDArray[np.intp], comparable: NDArray[np.intp]
                  ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Concordant and tied pairs of one or a few columns: many deaths at once instead of one after the other."""
    concordant, tied = (np.zeros(table.shape[1], dtype=np.int64) for _ in range(2))
    places = np.arange(len(table))
    rows = max(1, CELLS_AT_ONCE // max(len(table), 1))
    for start in range(0, len(died), rows):
        some = died[start:start + rows]
        outlived = places < comparable[some][:, None]
        for column in range(table.shape[1]):
            ranks, own = table[:, column], table[some, column][:, None]
            concordant[column] += np.count_nonzero((ranks < own) & outlived)
            tied[column] += np.count_nonzero((ranks == own) & outlived)
    return concordant, tied


def _comparable(time: Floats, died: NDArray[np.bool_]) -> NDArray[np.intp]:
    """For each position the number of positions ahead of it that outlived it."""
    n = len(time)
    new_time = np.ones(n, dtype=np.bool_)
    new_time[1:] = time[1:] != time[:-1]
    group = np.cumsum(new_time) - 1
    censored = np.bincount(group, weights=~died, minlength=int(group[-1]) + 1 if n else 0)
    return np.asarray(np.flatnonzero(new_time)[group] + censored[group], dtype=np.intp)


def _ranks(values: Floats) -> NDArray[np.int32]:
    """Dense ranks per column: small whole numbers compare faster, and ties stay ties."""
    ranks = np.empty(values.shape, dtype=np.int32)
    for column in range(values.shape[1]):
        ranks[:, column] = np.unique(values[:, column], return_inverse=True)[1]
    return ranks
