"""What each value of an event column was taken for, beside its patients and times, and which other columns agree.

Not for: warnings about an endpoint (endpoint_checks.py). This is the table by which a person checks the coding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.patients.endpoint_checks import deaths_in
from core.data.patients.endpoints import codes_by_time, event_keys
from core.data.tables import ClinicalColumn, ClinicalTable, Endpoint, EndpointRule
from core.data.values import value_key

HAPPENED, CENSORED, OTHER_CAUSE, LEFT_OUT = "happened", "censored", "other cause", "left out"
FEWEST = 5
CLOSE = 0.9
MOST_TEXTS = 12
"""Two values written in different ways, and marks for missing ones; a column of more texts has more than two values."""


@dataclass(frozen=True)
class EndpointCode:
    """One value of the event column. ``value`` is "" for a missing one; ``median_time`` NaN where none has a time."""

    value: str
    meaning: str
    patients: int
    with_time: int
    median_time: float


@dataclass(frozen=True)
class OtherColumn:
    """Another column that also says who had the event: ``agree`` of ``known`` patients say the same.

    ``happened_as`` is the value of that column taken to mean that it happened.
    """

    column: str
    happened_as: str
    agree: int
    known: int
    differing: tuple[str, ...]

    @property
    def disagree(self) -> int:
        return self.known - self.agree


@dataclass(frozen=True)
class EndpointTable:
    """The cross-table of one endpoint in a whole clinical table."""

    event_column: str
    time_column: str
    unit: str
    codes: tuple[EndpointCode, ...]
    others: tuple[OtherColumn, ...]


def endpoint_table(endpoint: Endpoint, table: ClinicalTable) -> EndpointTable:
    """Values of the event column with what they mean, most frequent first, the missing ones last."""
    column = table.columns[endpoint.rule.event]
    keys = event_keys(column)
    shown: dict[str, str] = {}
    rows_of: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        shown.setdefault(key, column.texts[row].strip() if key else "")
        rows_of.setdefault(key, []).append(row)
    codes = []
    for key, rows in sorted(rows_of.items(), key=lambda item: (not item[0], -len(item[1]), item[0])):
        times = endpoint.time[rows]
        times = times[np.isfinite(times)]
        meaning = {1.0: HAPPENED, 0.0: CENSORED}.get(float(endpoint.event[rows[0]]), LEFT_OUT)
        meaning = OTHER_CAUSE if endpoint.other_cause[rows[0]] else meaning
        codes.append(EndpointCode(shown[key], meaning, len(rows), times.size,
                                  float(np.median(times)) if times.size else float("nan")))
    return EndpointTable(endpoint.rule.event, endpoint.rule.time, endpoint.unit, tuple(codes),
                         _others(endpoint, table))


def codes_as_stated(rule: EndpointRule, table: ClinicalTable) -> EndpointTable | None:
    """The values of the event column of an endpoint that cannot be built yet; None when there is no such column."""
    column, time = table.columns.get(rule.event), table.columns.get(rule.time)
    if column is None:
        return None
    wanted = {value_key(value): HAPPENED for value in rule.event_values}
    wanted |= {value_key(value): OTHER_CAUSE for value in rule.competing_values if value_key(value) not in wanted}
    times = time.numbers if time is not None else np.full(len(table.samples), np.nan)
    codes = tuple(EndpointCode(code.code, wanted.get(value_key(code.code), CENSORED), code.patients,
                               code.patients if np.isfinite(code.median_time) else 0, code.median_time)
                  for code in codes_by_time(column, times))
    return EndpointTable(rule.event, rule.time, rule.unit, codes, ())


def _others(endpoint: Endpoint, table: ClinicalTable) -> tuple[OtherColumn, ...]:
    """Columns that say in words who died, and columns of two values that are nearly the same as the event's."""
    found = []
    for column in table.columns.values():
        if column.name in (endpoint.rule.event, endpoint.rule.time):
            continue
        said, happened_as = _says(column, endpoint)
        # Of another cause a column about the event says neither yes nor no.
        known = ~np.isnan(said) & ~np.isnan(endpoint.event) & ~endpoint.other_cause
        n = int(known.sum())
        if n < FEWEST:
            continue
        differing = np.flatnonzero(known & (said != endpoint.event))
        found.append(OtherColumn(column.name, happened_as, n - len(differing), n,
                                 tuple(table.samples[row] for row in differing)))
    return tuple(sorted(found, key=lambda other: (-other.known, other.column)))


def _says(column: ClinicalColumn, endpoint: Endpoint) -> tuple[NDArray[np.float64], str]:
    nothing = np.full(len(column.texts), np.nan)
    dead = deaths_in(column)
    if not np.isnan(dead).all():
        words = dict.fromkeys(column.texts[row] for row in np.flatnonzero(dead == 1))
        return dead, " or ".join(list(words)[:4])
    if len(set(column.texts)) > MOST_TEXTS:
        return nothing, ""
    keys = event_keys(column)
    values = sorted({key for key in keys if key})
    if len(values) != 2:
        return nothing, ""
    said = np.array([np.nan if not key else float(key == values[1]) for key in keys])
    known = ~np.isnan(said) & ~np.isnan(endpoint.event)
    if known.sum() < FEWEST:
        return nothing, ""
    alike = float((said[known] == endpoint.event[known]).mean())
    if alike >= CLOSE:
        return said, _text_of(values[1], keys, column)
    if alike <= 1 - CLOSE:
        return 1 - said, _text_of(values[0], keys, column)
    return nothing, ""


def _text_of(key: str, keys: Sequence[str], column: ClinicalColumn) -> str:
    return column.texts[keys.index(key)].strip()
