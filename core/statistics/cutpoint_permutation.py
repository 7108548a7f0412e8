"""Permutation P values of the best cut-off, with the whole search inside every permutation.

Not for: the statistic itself and its formula P (cutpoints.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.jobs import JobContext
from core.statistics.cutpoints import allowed_range, best_cutpoints, logrank_scores
from core.statistics.multiplicity import TIE
from core.statistics.risk_sets import Bools, Floats, Ints, checked_columns, checked_outcome, missing_patterns

ROWS = 16
"""Patients added up before the statistic is taken: 16 x 1,024 permutations are 128 kB."""

CELLS_PER_BLOCK = 2_000_000
"""Patients x permutations held at once: 16 MB of scores."""


@dataclass(frozen=True, eq=False)
class _Search:
    """One column: patients from low to high, and the cuts m that are allowed, ascending."""

    order: Ints
    m: Ints


def _search(column: Floats, present: Ints) -> _Search:
    """``present``: numbers of the patients who have a value."""
    order = present[np.argsort(column[present], kind="stable")]
    ranked = column[order]
    first, last = allowed_range(len(order))
    m = np.arange(first, last + 1)
    return _Search(order, m[ranked[m - 1] < ranked[m]] if len(m) else m)


@dataclass(frozen=True, eq=False)
class _SortedOutcome:
    """(time, event) rows from the shortest follow-up to the longest; patients are put into them by permutations."""

    order: Ints
    died: Floats
    group: Ints
    group_start: Ints


def _sorted_outcome(time: Floats, event: Bools) -> _SortedOutcome:
    order = np.argsort(time, kind="stable")
    ascending = time[order]
    new = np.concatenate(([True], ascending[1:] != ascending[:-1]))
    return _SortedOutcome(order, event[order].astype(np.float64), np.cumsum(new) - 1, np.flatnonzero(new))


def _scores(outcome: _SortedOutcome, present: Floats | None, standing: Ints) -> Floats:
    """Centred, standardised log-rank scores by patient: (patients, permutations).

    ``standing`` (rows, B) says which patient stands in each row. Where ``present`` (patients,) marks some as absent,
    risk sets hold only the others, and the absent get score 0. Divided by sqrt(sum of squares / (n (n - 1))), so
    that a sum over m patients has variance m (n - m).
    """
    here = np.ones((len(outcome.order), 1)) if present is None else present[standing]
    died = here * outcome.died[:, None]
    deaths = np.add.reduceat(died, outcome.group_start, axis=0)
    size = np.cumsum(np.add.reduceat(here, outcome.group_start, axis=0), axis=0)
    n = size[-1]
    hazard = np.cumsum(deaths / (n - size + 1.0), axis=0)
    score = died - hazard[outcome.group] * here
    score -= score.sum(axis=0) / np.maximum(n, 1.0) * here
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(n * (n - 1.0) / (score * score).sum(axis=0))
    score *= np.where(np.isfinite(scale), scale, 0.0)
    by_patient = np.empty(standing.shape)
    np.put_along_axis(by_patient, standing, np.broadcast_to(score, standing.shape), axis=0)
    return by_patient


def _largest(scores: Floats, search: _Search) -> Floats:
    """The search of one column in every permutation: the largest statistic over its allowed cuts, (B,)."""
    n, n_permutations = len(search.order), scores.shape[1]
    best = np.zeros(n_permutations)
    if not len(search.m):
        return best
    allowed = np.zeros(n + 1)
    allowed[search.m] = 1.0 / np.sqrt(search.m * (n - search.m).astype(np.float64))
    buffer, highest = np.empty((ROWS, n_permutations)), np.empty(n_permutations)
    running = np.zeros(n_permutations)
    for patient in search.order[:search.m[0] - 1]:
        np.add(running, scores[patient], out=running)
    for start in range(int(search.m[0]) - 1, int(search.m[-1]), ROWS):
        rows = min(ROWS, int(search.m[-1]) - start)
        previous = running
        for row, patient in zip(buffer, search.order[start:start + rows]):
            np.add(previous, scores[patient], out=row)
            previous = row
        running = previous.copy()
        block = buffer[:rows]
        np.multiply(block, allowed[start + 1:start + rows + 1, None], out=block)
        np.abs(block, out=block)
        np.maximum.reduce(block, axis=0, out=highest)
        np.maximum(best, highest, out=best)
    return best


def _blocks(n_patients: int, permutations: int) -> Iterator[tuple[int, int]]:
    size = int(min(max(CELLS_PER_BLOCK // max(n_patients, 1), 64), 1024))
    for first in range(0, permutations, size):
        yield first, min(first + size, permutations)


def _standing(outcome: _SortedOutcome, seed: int, first: int, last: int) -> Ints:
    """Who stands in each row in permutations ``first`` to ``last`` - 1; permutation b has its own generator."""
    standing = np.empty((last - first, len(outcome.order)), dtype=np.intp)
    for row, b in enumerate(range(first, last)):
        standing[row] = np.random.default_rng([seed, b]).permutation(outcome.order)
    return np.ascontiguousarray(standing.T)


def best_cut_maxt(time: ArrayLike, event: ArrayLike, x: ArrayLike, permutations: int, seed: int,
                  job: JobContext | None = None) -> Floats:
    """P of each receptor's best cut, corrected for all receptors times all allowed cuts.

    Whole (time, event) rows are permuted against patients; in every permutation all receptors are searched over all
    their cuts, and P = (1 + permutations whose largest M reaches this receptor's) / (B + 1).

    Parameters
    ----------
    time, event : (n,) follow-up and events, complete.
    x : (n, g) receptors; a patient without the value (NaN) is left out for that receptor only, in every permutation.
    permutations, seed : how many, and the seed that makes them repeatable. 0 gives NaN.

    Returns
    -------
    p : (g,) NaN where no cut is allowed.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months), missing_allowed=True)
    if permutations < 1 or not happened.any():
        return np.full(values.shape[1], np.nan)
    return maxima_p(best_cutpoints(months, happened, values).statistic,
                    cut_maxima(months, happened, values, permutations, seed, job))


def cut_maxima(time: ArrayLike, event: ArrayLike, x: ArrayLike, permutations: int, seed: int,
               job: JobContext | None = None) -> Floats:
    """The largest statistic over all receptors times all allowed cuts in every permutation: (permutations,).

    What ``best_cut_maxt`` compares the observed statistics with, for any cut that is looked at afterwards. Parameters
    as there.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months), missing_allowed=True)
    outcome = _sorted_outcome(months, happened)
    patterns = _patterns(values)
    searched = sum(len(searches) for _, searches, _ in patterns)
    found = np.zeros(permutations)
    for first, last in _blocks(len(months), permutations):
        standing = _standing(outcome, seed, first, last)
        highest, done = np.zeros(last - first), 0
        for present, searches, _ in patterns:
            scores = _scores(outcome, present, standing)
            for search in searches:
                if job is not None:
                    share = (first + (last - first) * done / searched) / permutations
                    job.progress(share, f"Shuffling outcomes for the cut-offs, {first:,} of {permutations:,}")
                np.maximum(highest, _largest(scores, search), out=highest)
                done += 1
        found[first:last] = highest
    return found


def maxima_p(statistic: ArrayLike, maxima: Floats) -> Floats:
    """P of statistics against the permutations' maxima: (1 + number as large) / (B + 1); NaN stays NaN."""
    observed = np.atleast_1d(np.asarray(statistic, dtype=np.float64))
    limit = observed - TIE * np.maximum(1.0, observed)
    exceeding = len(maxima) - np.searchsorted(np.sort(maxima), limit, side="left")
    return np.where(np.isnan(observed) | (len(maxima) == 0), np.nan, (1.0 + exceeding) / (len(maxima) + 1.0))


def _patterns(values: Floats) -> list[tuple[Floats | None, list[_Search], Ints]]:
    """Columns that miss the same patients: who has them (None: everyone), their searches, their numbers."""
    return [(None if present.all() else present.astype(np.float64),
             [_search(values[:, column], np.flatnonzero(present)) for column in columns], columns)
            for present, columns in missing_patterns(values)]


def best_cut_permutation_p(time: ArrayLike, event: ArrayLike, x: ArrayLike, permutations: int, seed: int,
                           job: JobContext | None = None) -> Floats:
    """P of each receptor's best cut, corrected for its own cuts only (not for the other receptors).

    Columns of the same length without ties share one null: a permutation does not care in which order the patients
    stood before. Columns with ties take the same permutations at their own allowed cuts.

    Parameters
    ----------
    time, event, x, permutations, seed : as in ``best_cut_maxt``.

    Returns
    -------
    p : (g,) NaN where no cut is allowed.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(x, len(months), missing_allowed=True)
    p = np.full(values.shape[1], np.nan)
    if permutations < 1 or not happened.any():
        return p
    statistic = best_cutpoints(months, happened, values).statistic
    for present, columns in missing_patterns(values):
        here = np.flatnonzero(present)
        if not happened[here].any():
            continue
        scores = logrank_scores(months[here], happened[here])
        scores -= scores.mean()
        spread = float((scores**2).sum())
        if len(here) < 2 or spread <= 0:
            continue
        scores *= np.sqrt(len(here) * (len(here) - 1.0) / spread)
        cuts: dict[bytes, tuple[Ints, list[int]]] = {}
        for column in columns:
            m = _search(values[:, column], here).m
            if len(m):
                cuts.setdefault(m.tobytes(), (m, []))[1].append(int(column))
        exceeding = np.zeros(values.shape[1], dtype=np.int64)
        for first, last in _blocks(len(here), permutations):
            if job is not None:
                job.progress(first / permutations, f"Shuffling outcomes for the cut-offs, {first:,} of "
                             f"{permutations:,}")
            shuffled = np.stack([np.random.default_rng([seed, b]).permutation(scores) for b in range(first, last)],
                                axis=1)
            for m, members in cuts.values():
                highest = np.sort(_largest(shuffled, _Search(np.arange(len(here)), m)))
                limit = statistic[members] - TIE * np.maximum(1.0, statistic[members])
                exceeding[members] += len(highest) - np.searchsorted(highest, limit, side="left")
        for _, members in cuts.values():
            p[members] = (1.0 + exceeding[members]) / (permutations + 1.0)
    return p
