"""Who was at risk when: the outcome of a cohort checked, sorted once, and laid out for running sums.

Every kernel of survival analysis here (Cox, score tests, permutations) walks down the patients from the longest
follow-up to the shortest, adding rows. Not for: any statistic itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.problems import user_error

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]


def checked_outcome(time: ArrayLike, event: ArrayLike) -> tuple[Floats, Bools]:
    """Follow-up and events as float64 and bool, refused rather than repaired.

    Times that differ only by rounding are made equal, by the rule of R survival's ``aeqSurv``, so that the months a
    spreadsheet computed from days give the same ties everywhere.

    Raises
    ------
    UserError
        "missing_time", "negative_time", "missing_event".
    ValueError
        When the two differ in length or are not one-dimensional.
    """
    months = np.asarray(time, dtype=np.float64)
    happened = np.asarray(event)
    if months.ndim != 1 or happened.shape != months.shape:
        raise ValueError(f"time and event are vectors of one length, not {months.shape} and {happened.shape}")
    if not np.isfinite(months).all():
        raise user_error("missing_time", f"{int((~np.isfinite(months)).sum())} patients have no follow-up time",
                         remedy="leave them out or fill in their times")
    if (months < 0).any():
        raise user_error("negative_time", f"{int((months < 0).sum())} patients have a negative follow-up time",
                         remedy="leave them out or correct their dates")
    if happened.dtype != np.bool_:
        codes = np.asarray(happened, dtype=np.float64)
        if not np.isin(codes, (0.0, 1.0)).all():
            raise user_error("missing_event", "an event is neither 0 (censored) nor 1 (happened)",
                             remedy="leave these patients out or say which values mean that it happened")
        happened = codes == 1.0
    return _tied_times(months), np.asarray(happened, dtype=np.bool_)


def _tied_times(time: Floats) -> Floats:
    """Times within rounding of each other set to the smallest of them (survival::aeqSurv, tolerance sqrt(eps))."""
    distinct = np.unique(time)
    if len(distinct) < 2:
        return time
    tolerance = np.sqrt(np.finfo(np.float64).eps)
    gaps = np.diff(distinct)
    scale = float(np.abs(distinct).mean())
    same = (gaps <= tolerance) | (gaps / scale <= tolerance) if scale > 0 else gaps <= tolerance
    if not same.any():
        return time
    starts = distinct[np.concatenate(([True], ~same))]
    return np.asarray(starts[np.searchsorted(starts, time, side="right") - 1])


def checked_columns(x: ArrayLike, n_patients: int, *, missing_allowed: bool = False) -> Floats:
    """Values as (patients, columns) in float64; one column may come as a vector.

    Raises
    ------
    UserError
        "missing_value" when a value is missing or infinite and that is not allowed.
    """
    values = np.asarray(x, dtype=np.float64)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or values.shape[0] != n_patients:
        raise ValueError(f"values are (patients, columns) with {n_patients} patients, not {values.shape}")
    if np.isinf(values).any() or (not missing_allowed and np.isnan(values).any()):
        raise user_error("missing_value", "a value is missing or infinite where every patient needs one",
                         remedy="leave the patients or the column out")
    return values


def checked_strata(strata: ArrayLike | None, n_patients: int) -> Ints:
    """Strata as codes 0, 1, …; one stratum where none are given. Refuses missing strata ("missing_stratum")."""
    if strata is None:
        return np.zeros(n_patients, dtype=np.intp)
    codes = np.asarray(strata)
    if codes.shape != (n_patients,):
        raise ValueError(f"strata are ({n_patients},), not {codes.shape}")
    if codes.dtype.kind == "f" and not np.isfinite(codes).all():
        raise user_error("missing_stratum", "a patient has no stratum", remedy="leave the patient out")
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.intp)


def missing_patterns(values: Floats) -> list[tuple[Bools, Ints]]:
    """Columns that miss the same patients, together: (patients who have them, column numbers) per pattern."""
    absent = np.isnan(values)
    columns = np.arange(values.shape[1])
    complete = ~absent.any(axis=0)
    patterns: dict[bytes, list[int]] = {}
    for column in columns[~complete]:
        patterns.setdefault(np.packbits(absent[:, column]).tobytes(), []).append(int(column))
    found = [(~absent[:, members[0]], np.array(members, dtype=np.intp)) for members in patterns.values()]
    if complete.any():
        found.insert(0, (np.ones(len(values), dtype=np.bool_), columns[complete]))
    return found


@dataclass(frozen=True, eq=False)
class RiskSets:
    """The sorted outcome. Positions run from the longest follow-up to the shortest within each stratum.

    Among patients of one time the censored stand before the dead, so the running sum at the end of the group is
    the sum over the risk set, and the one just before its dead is the same without them. Each death has one row;
    the l-th of d tied deaths (l = 0, 1, …) uses ``(1 - l/d) * sum[row_end] + l/d * sum[row_base]`` (Efron).

    Attributes
    ----------
    order : (n,) patient at each position.
    stratum_start : positions where the running sums begin again (0 first).
    death_position : (deaths,) position of each death row, ascending.
    row_end, row_base : (deaths,) positions of the two sums; ``row_base`` is -1 where that sum is empty.
    fraction : (deaths,) Efron's l/d.
    group_end : (groups,) last position of each group of one stratum and time, ascending.
    tie_start : (tied groups,) index into ``tied`` of the first death of each group with two or more deaths.
    tied : indices of the death rows of such groups.
    """

    order: Ints
    stratum_start: Ints
    death_position: Ints
    row_end: Ints
    row_base: Ints
    fraction: Floats
    group_end: Ints
    tied: Ints
    tie_start: Ints

    @property
    def n(self) -> int:
        return len(self.order)

    @property
    def n_deaths(self) -> int:
        return len(self.death_position)

    def deaths(self) -> Bools:
        """True at the positions of the dead."""
        happened = np.zeros(self.n, dtype=np.bool_)
        happened[self.death_position] = True
        return happened

    def chunks(self, rows: int) -> Iterator[tuple[int, int]]:
        """Stretches of about ``rows`` positions that never cut through a group of tied times."""
        start = 0
        while start < self.n:
            wanted = np.searchsorted(self.group_end, start + rows - 1)
            end = int(self.group_end[min(int(wanted), len(self.group_end) - 1)]) + 1
            yield start, end
            start = end

    def death_rows(self, sums: Floats, fraction: Floats | None = None) -> Floats:
        """Efron's sums for every death, from running sums with positions on the first axis.

        ``fraction`` replaces l/d of the tied death rows where it differs from column to column, (tied, columns, …).
        """
        rows = sums[self.row_end]
        if len(self.tied):
            share = self._tied_fraction(sums.ndim, fraction)
            base = self.row_base[self.tied]
            before = sums[np.maximum(base, 0)]
            before[base < 0] = 0.0
            rows[self.tied] = rows[self.tied] * (1.0 - share) + before * share
        return rows

    def _tied_fraction(self, n_axes: int, fraction: Floats | None) -> Floats:
        """l/d of the tied death rows, shaped to multiply rows with ``n_axes`` axes."""
        share = self.fraction[self.tied] if fraction is None else fraction
        return share.reshape(share.shape + (1,) * (n_axes - share.ndim))

    def cumulative_hazard(self, rows: Floats, fraction: Floats | None = None) -> Floats:
        """What every position collects from the death rows it was at risk in (the transpose of ``death_rows``).

        With ``rows`` = 1 / (Efron's sum of weights) this is the cumulative hazard at each patient's own time, a tied
        death counting itself 1 - l/d times.
        """
        collected = np.zeros((self.n, *rows.shape[1:]))
        single = np.ones(self.n_deaths, dtype=np.bool_)
        single[self.tied] = False
        collected[self.row_end[single]] = rows[single]
        if len(self.tied):
            share = self._tied_fraction(rows.ndim, fraction)
            full = np.add.reduceat(rows[self.tied] * (1.0 - share), self.tie_start, axis=0)
            part = np.add.reduceat(rows[self.tied] * share, self.tie_start, axis=0)
            collected[self.row_end[self.tied[self.tie_start]]] = full
            base = self.row_base[self.tied[self.tie_start]]
            collected[base[base >= 0]] += part[base >= 0]
        edges = [*self.stratum_start.tolist(), self.n]
        for start, end in pairwise(edges):
            _add_down(collected[start:end][::-1])
        return collected


def risk_sets(time: Floats, event: Bools, strata: Ints | None = None) -> RiskSets:
    """Sort a checked outcome for the running sums. Ties keep the order in which the patients came."""
    n = len(time)
    codes = np.zeros(n, dtype=np.intp) if strata is None else strata
    order = np.lexsort((event, -time, codes))
    sorted_time, died, stratum = time[order], event[order], codes[order]
    new_stratum = np.ones(n, dtype=np.bool_)
    new_stratum[1:] = stratum[1:] != stratum[:-1]
    new_group = new_stratum.copy()
    new_group[1:] |= sorted_time[1:] != sorted_time[:-1]
    group_start = np.flatnonzero(new_group)
    group_end = np.append(group_start[1:], n) - 1
    group_of = np.cumsum(new_group) - 1
    deaths_in_group = np.add.reduceat(died.astype(np.intp), group_start) if n else np.zeros(0, dtype=np.intp)
    death_position = np.flatnonzero(died)
    group = group_of[death_position]
    first_death = group_end[group] - deaths_in_group[group] + 1
    rank = death_position - first_death
    base = first_death - 1
    empty = new_stratum[first_death] if n else np.zeros(0, dtype=np.bool_)
    tied = np.flatnonzero(deaths_in_group[group] > 1)
    return RiskSets(
        order=order,
        stratum_start=np.flatnonzero(new_stratum),
        death_position=death_position,
        row_end=group_end[group],
        row_base=np.where(empty, -1, base),
        fraction=rank / deaths_in_group[group],
        group_end=group_end,
        tied=tied,
        tie_start=np.flatnonzero(rank[tied] == 0),
    )


def running_sums(values: Floats, stratum_start: Ints, carry: Floats | None = None, first_position: int = 0) -> Floats:
    """Add each row to the next, in place, starting again at every stratum; returns ``values``.

    ``carry`` is the row before the first one when ``values`` is a stretch, from ``first_position`` on, of a longer
    table.
    """
    starts = [start - first_position for start in stratum_start.tolist()]
    edges = sorted({0, len(values), *(start for start in starts if 0 < start < len(values))})
    for start, end in pairwise(edges):
        if start == 0 and carry is not None and 0 not in starts:
            values[0] += carry
        _add_down(values[start:end])
    return values


FEW_COLUMNS = 24
"""Up to here ``np.cumsum`` is faster than a Python loop over rows, beyond it several times slower (measured)."""


def _add_down(values: Floats) -> None:
    """Running sums along the first axis, in place."""
    if values[:1].size <= FEW_COLUMNS:
        np.cumsum(values, axis=0, out=values)
        return
    previous = values[0]
    for row in values[1:]:
        np.add(previous, row, row)
        previous = row
