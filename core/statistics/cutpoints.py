"""The best cut-off of a receptor, found by maxstat's statistic, with the corrections it needs to be believed.

Not for: a cut-off set before looking at the outcome (a median split is logrank.py). The permutation P over all
receptors is in cutpoint_permutation.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.cox import cox_univariate
from core.statistics.logrank import logrank_many
from core.statistics.p_values import Z_95, chi2_upper, normal_density
from core.statistics.risk_sets import Bools, Floats, checked_columns, checked_outcome, missing_patterns

LOW, HIGH = 0.1, 0.9
GENES_PER_BLOCK = 128


@dataclass(frozen=True, eq=False)
class Cutpoints:
    """The best cut of every column; low is value <= ``cut``. NaN (counts 0) where no cut is allowed.

    ``p_raw`` is the log-rank P at the cut and ignores the search; ``p_corrected`` is Lausen and Schumacher's.
    ``n`` counts the patients with a value, ``n_cuts`` the cuts that were tried.
    """

    statistic: Floats
    cut: Floats
    n_low: NDArray[np.int64]
    n: NDArray[np.int64]
    n_cuts: NDArray[np.int64]
    logrank_chi2: Floats
    p_raw: Floats
    p_corrected: Floats


@dataclass(frozen=True, eq=False)
class CutpointPath:
    """Every allowed cut of one receptor; ``statistic`` is signed, + where the low group has the events early."""

    cut: Floats
    n_low: NDArray[np.int64]
    statistic: Floats


@dataclass(frozen=True, eq=False)
class LeftOut:
    """High against low among left-out patients, per column: log hazard ratio, its se, the ratio with 95 % interval."""

    coef: Floats
    se: Floats
    hr: Floats
    hr_low: Floats
    hr_high: Floats
    n_high: NDArray[np.int64]
    n_low: NDArray[np.int64]


def logrank_scores(time: ArrayLike, event: ArrayLike) -> Floats:
    """Log-rank score of every patient as maxstat uses it: event minus a sum of d / (n - g + 1).

    g counts the times up to and including each event's time, so tied events share the smallest risk set. Positive:
    the event came early. With Nelson-Aalen sums the statistic would differ wherever times are tied.

    Source
    ------
    Hothorn and Lausen 2003; exactRankTests::cscores, type "LogRank".
    """
    months, happened = checked_outcome(time, event)
    distinct, place = np.unique(months, return_inverse=True)
    deaths = np.bincount(place, weights=happened, minlength=len(distinct))
    left_after = len(months) - np.cumsum(np.bincount(place, minlength=len(distinct)))
    return np.asarray(happened - np.cumsum(deaths / (left_after + 1.0))[place])


def allowed_range(n: int) -> tuple[int, int]:
    """A cut after the m lowest patients is allowed for max(1, floor(0.1 n)) <= m <= floor(0.9 n), and m < n."""
    return max(1, int(np.floor(LOW * n))), min(int(np.floor(HIGH * n)), n - 1)


def cut_scale(scores: Floats, m: NDArray[np.intp]) -> Floats:
    """1 / SD, over all permutations of the scores, of the sum over m patients; 0 where scores do not vary."""
    n = len(scores)
    spread = float(((scores - scores.mean()) ** 2).sum()) if n else 0.0
    if n < 2 or spread <= 0:
        return np.zeros(len(m))
    return np.asarray(1.0 / np.sqrt(m * (n - m) / (n * (n - 1.0)) * spread))


def maximally_selected(scores: ArrayLike, x: ArrayLike) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """The largest standardised sum of scores over all allowed cuts of each column.

    Parameters
    ----------
    scores : (n,) one score per patient, such as ``logrank_scores``.
    x : (n, g) values, complete.

    Returns
    -------
    statistic, cut : (g,)
        maxstat's M and the highest value of the low group (the lowest such cut where several tie).
    n_low, n_cuts : (g,)
        Patients at or below the cut, and cuts tried.
    """
    a = np.asarray(scores, dtype=np.float64)
    values = checked_columns(x, len(a))
    n, n_columns = values.shape
    statistic, cut = np.full(n_columns, np.nan), np.full(n_columns, np.nan)
    n_low, n_cuts = np.zeros(n_columns, dtype=np.int64), np.zeros(n_columns, dtype=np.int64)
    first, last = allowed_range(n)
    scale = cut_scale(a, np.arange(first, last + 1)) if last >= first else np.zeros(0)
    if not scale.any():
        return statistic, cut, n_low, n_cuts
    centred = a - a.mean()
    for start in range(0, n_columns, GENES_PER_BLOCK):
        block = np.ascontiguousarray(values[:, start:start + GENES_PER_BLOCK].T)
        order = np.argsort(block, axis=1)
        ranked = np.take_along_axis(block, order, axis=1)
        sums = np.cumsum(centred[order], axis=1)[:, first - 1:last]
        sums *= scale
        np.abs(sums, out=sums)
        between = ranked[:, first - 1:last] < ranked[:, first:last + 1]
        sums[~between] = -1.0
        best = sums.max(axis=1)
        # Among equal statistics the lowest cut, whatever rounding made of them.
        where = np.argmax(sums >= (best - 1e-10)[:, None], axis=1)
        tried = between.sum(axis=1)
        some = tried > 0
        here = slice(start, start + len(block))
        statistic[here] = np.where(some, best, np.nan)
        cut[here] = np.where(some, ranked[np.arange(len(block)), where + first - 1], np.nan)
        n_low[here], n_cuts[here] = np.where(some, where + first, 0), tried
    return statistic, cut, n_low, n_cuts


def best_cutpoints(time: ArrayLike, event: ArrayLike, x: ArrayLike) -> Cutpoints:
    """The best cut of each column and what to think of it.

    Parameters
    ----------
    time, event : (n,) follow-up and events, complete.
    x : (n, g) values; a patient without the value (NaN) is left out for that column only.

    Returns
    -------
    Cutpoints, arrays of shape (g,)
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months), missing_allowed=True)
    n_columns = values.shape[1]
    statistic, cut, chi2 = (np.full(n_columns, np.nan) for _ in range(3))
    n_low, n, n_cuts = (np.zeros(n_columns, dtype=np.int64) for _ in range(3))
    for present, columns in missing_patterns(values):
        n[columns] = present.sum()
        if not happened[present].any():
            continue
        t, e, part = months[present], happened[present], values[np.ix_(present, columns)]
        found = maximally_selected(logrank_scores(t, e), part)
        statistic[columns], cut[columns], n_low[columns], n_cuts[columns] = found
        with np.errstate(invalid="ignore"):
            chi2[columns] = logrank_many(t, e, part > found[1])
    chi2[np.isnan(cut)] = np.nan
    return Cutpoints(statistic, cut, n_low, n, n_cuts, chi2, chi2_upper(chi2), lausen_schumacher_1992(statistic))


def cutpoint_path(time: ArrayLike, event: ArrayLike, x: ArrayLike) -> CutpointPath:
    """The standardised statistic at every allowed cut of one receptor; patients without a value are left out."""
    months, happened = checked_outcome(time, event)
    column = checked_columns(x, len(months), missing_allowed=True)[:, 0]
    present = ~np.isnan(column)
    scores = logrank_scores(months[present], happened[present])
    order = np.argsort(column[present], kind="stable")
    ranked = column[present][order]
    first, last = allowed_range(len(ranked))
    m = np.arange(first, last + 1)
    m = m[ranked[m - 1] < ranked[m]] if len(m) else m
    sums = np.cumsum((scores - scores.mean())[order])[m - 1] if len(m) else np.zeros(0)
    return CutpointPath(ranked[m - 1], m.astype(np.int64), sums * cut_scale(scores, m))


def lausen_schumacher_1992(m: ArrayLike, low: float = LOW, high: float = HIGH) -> Floats:
    """P of a maximally selected statistic M over cuts between the quantiles ``low`` and ``high``.

    1 where M < 1, and kept within 0 to 1; NaN stays NaN.

    Source
    ------
    Lausen and Schumacher 1992; maxstat::pLausen92. It assumes many cuts of a continuous marker.
    """
    b = np.asarray(m, dtype=np.float64)
    safe = np.where(b >= 1.0, b, 1.0)
    density = normal_density(safe)
    width = np.log(high * (1.0 - low) / ((1.0 - high) * low))
    p = 4.0 * density / safe + density * (safe - 1.0 / safe) * width
    return np.where(np.isnan(b), np.nan, np.where(b < 1.0, 1.0, np.clip(p, 0.0, 1.0)))


def stratified_folds(event: Bools, folds: int, seed: int) -> NDArray[np.intp]:
    """Fold of every patient, 0 to folds - 1, with events and censored patients dealt out evenly."""
    generator = np.random.default_rng(seed)
    fold = np.empty(len(event), dtype=np.intp)
    dealt = 0
    for members in (np.flatnonzero(event), np.flatnonzero(~event)):
        # The second deal goes on where the first stopped, so that fold sizes differ by one at most.
        fold[generator.permutation(members)] = (np.arange(len(members)) + dealt) % folds
        dealt += len(members)
    return fold


def left_out_hazard_ratio(time: ArrayLike, event: ArrayLike, x: ArrayLike, folds: int = 10, seed: int = 1) -> LeftOut:
    """Hazard ratio of high against low when no patient had a say in the cut he is judged by.

    In each of ``folds`` parts the best cut is chosen among the other patients; the groups of all left-out parts are
    pooled and compared once by Cox regression (Efron).

    Parameters
    ----------
    time, event : (n,) follow-up and events, complete.
    x : (n, g) values; a patient without the value (NaN) is left out for that column only.
    folds, seed : number of parts, and the seed by which patients are dealt into them (stratified by event).

    Returns
    -------
    LeftOut, arrays of shape (g,)
        NaN where a training part allows no cut, all left-out patients fall on one side, or Cox has no maximum.

    Source
    ------
    Faraggi and Simon 1996.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months), missing_allowed=True)
    coef, se = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    n_high, n_low = np.zeros(values.shape[1], dtype=np.int64), np.zeros(values.shape[1], dtype=np.int64)
    fold = stratified_folds(happened, folds, seed)
    for present, columns in missing_patterns(values):
        t, e, part = months[present], happened[present], values[np.ix_(present, columns)]
        high, possible = np.zeros(part.shape, dtype=np.bool_), np.ones(len(columns), dtype=np.bool_)
        for number in range(folds):
            left_out = fold[present] == number
            if not left_out.any():
                continue
            train = ~left_out
            cut = np.full(len(columns), np.nan)
            if e[train].any():
                cut = maximally_selected(logrank_scores(t[train], e[train]), part[train])[1]
            possible &= ~np.isnan(cut)
            high[left_out] = part[left_out] > cut
        fit = cox_univariate(t, e, high.astype(np.float64))
        coef[columns] = np.where(possible, fit.coef, np.nan)
        se[columns] = np.where(possible, fit.se, np.nan)
        n_high[columns] = np.where(possible, high.sum(axis=0), 0)
        n_low[columns] = np.where(possible, (~high).sum(axis=0), 0)
    with np.errstate(over="ignore"):
        return LeftOut(coef, se, np.exp(coef), np.exp(coef - Z_95 * se), np.exp(coef + Z_95 * se), n_high, n_low)
