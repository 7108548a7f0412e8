"""What looks wrong about follow-up: codes the wrong way round, gaps, an unlikely unit, events after the last contact.

Not for: building it (endpoints.py). Everything here is a warning: the user's word stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data.tables import MONTHS_IN, ClinicalColumn, ClinicalTable, Endpoint
from core.problems import Location, Problem, note, warning

SHORTEST_MEDIAN_MONTHS = 1.0
LONGEST_MEDIAN_MONTHS = 600.0
"""Median follow-up outside 1 month to 50 years is implausible (science §4.2)."""

_DEAD = re.compile(r"\b(dead|died|deceased|death|dod|doc|exitus|verstorben|tot)\b", re.IGNORECASE)
_ALIVE = re.compile(r"\b(alive|living|lebend|lebt|ned|awd)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(not|no|non|without)\b", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"(unknown|unk|lost|lost to (follow[- ]?up|fu)|ltfu|not known|n\.?k\.?|missing|undetermined|withdrawn|\?+|"
    r"9|99|999|-1|-9|unbekannt|not evaluable|ne)", re.IGNORECASE)
_OVERALL = re.compile(r"overall[ _.-]*surv|(^|[ _.-])os($|[ _.-])|last[ _.-]*(contact|follow|fu)|follow[ _.-]*up|"
                      r"to[ _.-]*death|^surv(ival)?($|[ _.-](time|months|days|years))", re.IGNORECASE)
_EARLIER = re.compile(r"relapse|recurren|metasta|progress|(disease|event|distant)[ _.-]*(metastasis)?[ _.-]*free|"
                      r"(^|[ _.-])(rfs|dfs|efs|pfs|dmfs|ddfs|idfs|ttp)($|[ _.-])", re.IGNORECASE)
_UNIT_WORDS = {"days": r"days?|tage", "weeks": r"weeks?|wks?|wochen", "months": r"months?|mos?|mths?|monate",
               "years": r"years?|yrs?|jahre"}
_WRONG_WAY = " look the wrong way round: "
_NOT_A_TIME = re.compile(r"status|event|censor|\bage\b|site|type|treat|therap", re.IGNORECASE)


def doubts_about(endpoint: Endpoint, table: ClinicalTable) -> tuple[Problem, ...]:
    """Every doubt about a built endpoint, as warnings and notes that name patients and cells."""
    return (
        *_gaps(endpoint, table),
        *_one_kind_only(endpoint),
        *_unknown_codes(endpoint, table),
        *_other_capitals(endpoint, table),
        *_looks_reversed(endpoint, table),
        *_unlikely_follow_up(endpoint),
        *_after_last_contact(endpoint, table),
    )


def coding_doubt(doubts: Sequence[Problem]) -> str:
    """``The outcome may be coded the wrong way round: …`` where a doubt says so, for beside an answer; else empty."""
    for doubt in doubts:
        if doubt.code in ("event_codes_look_reversed", "events_come_late"):
            said = doubt.what.partition(_WRONG_WAY)[2] or doubt.what
            return f"The outcome may be coded the wrong way round: {said.rstrip('.')}."
    return ""


def unit_in_name(name: str) -> str:
    """The unit that a column's name states: ``OS_MONTHS``, ``survival (years)``; empty where none or several."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    found = [unit for unit, pattern in _UNIT_WORDS.items() if re.search(rf"(?<![a-z])({pattern})(?![a-z])", words)]
    return found[0] if len(found) == 1 else ""


def deaths_in(column: ClinicalColumn) -> NDArray[np.float64]:
    """1 where the text says dead, 0 where it says alive, NaN elsewhere; all NaN unless the column says both."""
    kinds: dict[str, float] = {}
    if np.isfinite(column.numbers).sum() > 0.5 * len(column.texts):
        return np.full(len(column.texts), np.nan)
    for text in set(column.texts):
        words = re.sub(r"[_:./-]", " ", text)
        dead, alive = bool(_DEAD.search(words)), bool(_ALIVE.search(words))
        kinds[text] = float("nan") if dead == alive or _NOT.search(words) else float(dead)
    said = np.array([kinds[text] if row not in column.missing else np.nan for row, text in enumerate(column.texts)])
    return said if (said == 1).any() and (said == 0).any() else np.full(len(said), np.nan)


def first_cells(samples: Sequence[str], column: ClinicalColumn, rows: Sequence[int]) -> str:
    """``P017 in F18, P020 in F21, P031 in F32 and 4 more``."""
    shown = [f"{samples[row]} in {column.cells[row]}" if column.cells[row] else samples[row] for row in rows[:3]]
    return ", ".join(shown) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")


def cell_of(samples: Sequence[str], column: ClinicalColumn, row: int) -> Location:
    """The place of one patient's value."""
    return replace(column.place, cell=column.cells[row], sample=samples[row])


def patients_have(count: int) -> str:
    """``1 patient has``, ``3 patients have``."""
    return "1 patient has" if count == 1 else f"{count} patients have"


def _list(endpoint: Endpoint, column: ClinicalColumn, rows: Sequence[int]) -> str:
    return first_cells(endpoint.samples, column, rows)


def _at(endpoint: Endpoint, column: ClinicalColumn, row: int) -> Location:
    return cell_of(endpoint.samples, column, row)


def _rows(mask: NDArray[np.bool_]) -> list[int]:
    return [int(row) for row in np.flatnonzero(mask)]


def _gaps(endpoint: Endpoint, table: ClinicalTable) -> list[Problem]:
    """Patients with an event but no time, a time but no event, or neither."""
    rule = endpoint.rule
    time_column, event_column = table.columns[rule.time], table.columns[rule.event]
    no_time, no_event = np.isnan(endpoint.time), np.isnan(endpoint.event)
    findings = []
    if rows := _rows(no_time & (endpoint.event == 1)):
        findings.append(warning(
            "event_without_time", f"{patients_have(len(rows))} the event “{rule.name}” but no usable time: "
            f"{_list(endpoint, time_column, rows)}", _at(endpoint, time_column, rows[0]),
            why="They cannot be used, and leaving out patients with events can shift every result.",
            remedy=f"fill in {rule.time}, or continue without them"))
    if rows := _rows(no_event & ~no_time):
        findings.append(warning(
            "time_without_event", f"{patients_have(len(rows))} a time but no value in {rule.event}: "
            f"{_list(endpoint, event_column, rows)}", _at(endpoint, event_column, rows[0]),
            why="Whether it happened is not known, so they are left out; they are not counted as censored.",
            remedy=f"fill in {rule.event}, or continue without them"))
    if rows := _rows(no_time & ~(endpoint.event == 1)):
        findings.append(note(
            "no_follow_up", f"{patients_have(len(rows))} no follow-up for “{rule.name}” and cannot be used for it: "
            f"{_list(endpoint, time_column, rows)}", _at(endpoint, time_column, rows[0]),
            remedy=f"fill in {rule.time}, or continue without them"))
    return findings


def _one_kind_only(endpoint: Endpoint) -> list[Problem]:
    used = ~np.isnan(endpoint.time) & ~np.isnan(endpoint.event)
    events, patients = int((endpoint.event[used] == 1).sum()), int(used.sum())
    if patients and events == 0:
        return [warning("no_events", f"all {patients} patients with follow-up are censored: “{endpoint.name}” happened "
                        "to none of them", endpoint.event_place, why="Without an event no hazard can be estimated.",
                        remedy="check event_values")]
    if patients > 1 and events == patients:
        return [warning("nobody_censored", f"“{endpoint.name}” happened to all {patients} patients with follow-up",
                        endpoint.event_place, why="In a cohort that is rare; often the table holds only those with "
                        "events, or a code for censored patients was counted as an event.",
                        remedy="check event_values")]
    return []


def _censored(endpoint: Endpoint) -> NDArray[np.bool_]:
    """Those to whom nothing happened: another cause is no censoring."""
    return np.asarray((endpoint.event == 0) & ~endpoint.other_cause)


def _unknown_codes(endpoint: Endpoint, table: ClinicalTable) -> list[Problem]:
    column = table.columns[endpoint.rule.event]
    censored: dict[str, list[int]] = {}
    for row in _rows(_censored(endpoint)):
        text = column.texts[row].strip()
        if _UNKNOWN.fullmatch(text):
            censored.setdefault(text, []).append(row)
    return [warning(
        "code_may_mean_missing", f"{patients_have(len(rows))} “{text}” in {endpoint.rule.event}, counted as censored: "
        f"{_list(endpoint, column, rows)}", _at(endpoint, column, rows[0]),
        why="Every value that is not named as an event counts as censored; if this one means “not known”, these "
        "patients should be left out.",
        remedy=f'if it means not known, add it to the table’s missing = ["{text}"]') for text, rows in censored.items()]


def _other_capitals(endpoint: Endpoint, table: ClinicalTable) -> list[Problem]:
    """Censored patients whose code is that of an event, or of another cause, but for its capitals."""
    rule = endpoint.rule
    return [*_capitals_of("event_values", rule.event_values, endpoint, table),
            *_capitals_of("competing_values", rule.competing_values, endpoint, table)]


def _capitals_of(key: str, values: Sequence[object], endpoint: Endpoint, table: ClinicalTable) -> list[Problem]:
    column = table.columns[endpoint.rule.event]
    meant = {value.strip().casefold() for value in values if isinstance(value, str)}
    censored: dict[str, list[int]] = {}
    for row in _rows(_censored(endpoint)):
        text = column.texts[row].strip()
        if text.casefold() in meant:
            censored.setdefault(text, []).append(row)
    return [warning(
        "event_in_other_capitals", f"{patients_have(len(rows))} “{text}” in {endpoint.rule.event}, counted as "
        f"censored: {_list(endpoint, column, rows)}", _at(endpoint, column, rows[0]),
        why=f"It differs from a value that counts as {'an event' if key == 'event_values' else 'another cause'} only "
        "in capitals.",
        remedy=f"{'if it happened to them' if key == 'event_values' else 'if they had another cause'}, write {key} = "
        f"{json.dumps([*values, text], ensure_ascii=False)}")
        for text, rows in censored.items()]


def _looks_reversed(endpoint: Endpoint, table: ClinicalTable) -> list[Problem]:
    """Codes that contradict a column in words, or, where none speaks, events that come later than censoring."""
    supported = False
    for column in table.columns.values():
        dead = deaths_in(column)
        known = ~np.isnan(dead) & ~np.isnan(endpoint.event) & ~endpoint.other_cause
        n = int(known.sum())
        if n < 5:
            continue
        alive_with = known & (dead == 0) & (endpoint.event == 1)
        dead_without = known & (dead == 1) & (endpoint.event == 0)
        against = int(alive_with.sum()) + int(dead_without.sum())
        if against > 0.5 * n:
            row = _rows(alive_with | dead_without)[0]
            return [warning(
                "event_codes_look_reversed", f"the codes of {endpoint.rule.event}{_WRONG_WAY}of {n} patients, "
                f"{int(alive_with.sum())} counted with “{endpoint.name}” are alive according to {column.name} and "
                f"{int(dead_without.sum())} counted as censored are dead", _at(endpoint, column, row),
                why="Taken the wrong way round, every result is turned upside down.",
                remedy=f"check event_values (now {list(endpoint.rule.event_values)!r})")]
        supported = supported or against < 0.2 * n
    return [] if supported else _events_later(endpoint)


def _events_later(endpoint: Endpoint) -> list[Problem]:
    time, event = endpoint.time, endpoint.event
    with_event, censored = time[(event == 1) & ~np.isnan(time)], time[_censored(endpoint) & ~np.isnan(time)]
    if min(with_event.size, censored.size) < 10 or np.median(with_event) <= 1.2 * np.median(censored):
        return []
    return [warning(
        "events_come_late", f"patients counted with “{endpoint.name}” were followed longer (median "
        f"{np.median(with_event):.4g} {endpoint.unit}) than those counted as censored ({np.median(censored):.4g})",
        endpoint.event_place, why="As a rule it is the other way round, so the codes may be reversed.",
        remedy=f"check event_values (now {list(endpoint.rule.event_values)!r})")]


def _unlikely_follow_up(endpoint: Endpoint) -> list[Problem]:
    findings: list[Problem] = []
    named = unit_in_name(endpoint.rule.time)
    if named and named != endpoint.unit:
        findings.append(warning(
            "unit_contradicts_name", f"the unit is stated as {endpoint.unit}, but the column is called "
            f"{endpoint.rule.time}", endpoint.time_place, why="Every time on a figure depends on the unit.",
            remedy=f'check the unit; if the name is right, unit = "{named}"'))
    time = endpoint.time[np.isfinite(endpoint.time)]
    months = float(np.median(time)) * MONTHS_IN[endpoint.unit]
    if SHORTEST_MEDIAN_MONTHS <= months <= LONGEST_MEDIAN_MONTHS:
        return findings
    plausible = [unit for unit, factor in MONTHS_IN.items()
                 if SHORTEST_MEDIAN_MONTHS <= float(np.median(time)) * factor <= LONGEST_MEDIAN_MONTHS]
    length = "less than a month" if months < SHORTEST_MEDIAN_MONTHS else f"{months / 12:.0f} years"
    findings.append(warning(
        "implausible_follow_up", f"the median follow-up of “{endpoint.name}” is {np.median(time):.4g} {endpoint.unit}, "
        f"that is {length}", endpoint.time_place, why="Every time on a figure depends on the unit.",
        remedy="check the unit" + (f"; {_either(plausible)} would be plausible" if plausible else "")))
    return findings


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def later_than_last_contact(endpoint: Endpoint, table: ClinicalTable) -> tuple[str, ...]:
    """The patients whose time lies after the last contact that another column states, in the table's order."""
    rows = {row for late in _late_times(endpoint, table) for row in late.rows}
    return tuple(endpoint.samples[row] for row in sorted(rows))


@dataclass(frozen=True)
class _LateTimes:
    """Rows whose time in the column ``first`` lies after the one in ``last``."""

    first: str
    last: str
    rows: list[int]


def _after_last_contact(endpoint: Endpoint, table: ClinicalTable) -> list[Problem]:
    """Compare with a column that looks like the time to last contact, or, for overall survival, to relapse."""
    return [warning(
        "event_after_last_contact", f"{patients_have(len(late.rows))} a time in {late.first} that lies after "
        f"{late.last}: {_list(endpoint, table.columns[late.first], late.rows)}",
        _at(endpoint, table.columns[late.first], late.rows[0]),
        why="Nothing can be seen after the last contact, so one of the two times is wrong.",
        remedy=f"check {late.first} and {late.last} of these patients") for late in _late_times(endpoint, table)]


def _late_times(endpoint: Endpoint, table: ClinicalTable) -> Iterable[_LateTimes]:
    own = endpoint.rule.time
    own_unit = unit_in_name(own) or endpoint.unit
    for column in table.columns.values():
        if column.name == own or not _is_time(column, own_unit, endpoint.unit):
            continue
        if _OVERALL.search(column.name) and not _EARLIER.search(column.name):
            earlier, later, first, last = endpoint.time, column.numbers, own, column.name
        elif _EARLIER.search(column.name) and _OVERALL.search(own) and not _EARLIER.search(own):
            earlier, later, first, last = column.numbers, endpoint.time, column.name, own
        else:
            continue
        both = np.isfinite(earlier) & np.isfinite(later)
        slack = np.maximum(0.01 * np.abs(np.nan_to_num(later)), 0.1 / MONTHS_IN[endpoint.unit])
        rows = _rows(both & (np.nan_to_num(earlier) > np.nan_to_num(later) + slack))
        if rows and len(rows) <= 0.5 * both.sum():  # more than half: most likely another unit or another meaning
            yield _LateTimes(first, last, rows)


def _is_time(column: ClinicalColumn, own_unit: str, stated_unit: str) -> bool:
    if _NOT_A_TIME.search(re.sub(r"[_.]", " ", column.name)) or not (_OVERALL.search(column.name)
                                                                 or _EARLIER.search(column.name)):
        return False
    known = column.numbers[np.isfinite(column.numbers)]
    unit = unit_in_name(column.name)
    return len(set(known.tolist())) > 2 and unit in ("", own_unit, stated_unit)
