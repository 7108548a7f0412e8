"""Follow-up of patients from two clinical columns: the time, and which codes mean that it happened.

Not for: doubting the result (endpoint_checks.py), suggesting one (endpoint_proposals.py) or choosing patients.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data.nearest_name import column_remedy, nearest
from core.data.patients.endpoint_checks import doubts_about
from core.data.patients.endpoint_proposals import code_of_the_dead
from core.data.patients.follow_up_times import follow_up_times
from core.data.tables import MONTHS_IN, ClinicalColumn, ClinicalTable, Endpoint, EndpointRule
from core.data.values import value_key
from core.problems import Problem, UserError, note, user_error

UNITS = tuple(MONTHS_IN)
_PREFIXED_CODE = re.compile(r"(\d):(.+)")
_SHOWN = 8


@dataclass(frozen=True)
class CodeCount:
    """One value of an event column: how many patients have it and their median time (NaN where none has a time)."""

    code: str
    patients: int
    median_time: float


def build_endpoint(rule: EndpointRule, table: ClinicalTable) -> tuple[Endpoint, tuple[Problem, ...]]:
    """Follow-up by the rule of contract §2, with everything that looks doubtful about it.

    Parameters
    ----------
    rule : EndpointRule
        ``event_values`` happened, ``competing_values`` are another cause after which it can no longer happen, every
        other value is censored, a missing one is unknown. Values compare as numbers
        where both are numbers, as trimmed text otherwise. The codes of cBioPortal (``1:DECEASED``) may be named by
        their number where every code of the column is written so.
    table : ClinicalTable
        Holds both columns.

    Returns
    -------
    endpoint : Endpoint
        ``time`` NaN where missing, unreadable or negative; zero is kept. ``event`` NaN where missing; ``cause`` only
        where the rule has ``competing_values``.
    findings : tuple of Problem
        Warnings and notes, each naming patients and cells.

    Raises
    ------
    UserError
        "no_column", "unknown_unit", "what_is_the_unit", "what_is_an_event", "event_value_absent",
        "competing_value_absent", "value_of_two_meanings", "no_follow_up_times".
    """
    time_column, event_column = _columns(rule, table)
    questions = _questions(rule, time_column, event_column, table)
    if questions:
        raise UserError(*questions)
    time, findings = follow_up_times(rule, time_column, table.samples)
    event, other, said = _events(rule, event_column, time)
    findings += said
    cause = np.where(other, 2.0, event) if rule.competing_values else None
    endpoint = Endpoint(rule, table.samples, time, event, time_column.place, event_column.place, cause=cause)
    doubts = doubts_about(endpoint, table)
    return replace(endpoint, doubts=doubts), (*findings, *doubts)


def codes_by_time(event: ClinicalColumn, time: NDArray[np.float64]) -> tuple[CodeCount, ...]:
    """The values of an event column with their numbers and median times, the most frequent first."""
    keys = event_keys(event)
    shown: dict[str, str] = {}
    for key, text in zip(keys, event.texts, strict=True):
        if key:
            shown.setdefault(key, text.strip() or key)
    counts = Counter(key for key in keys if key)
    rows = []
    for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        known = time[np.array([each == key for each in keys], dtype=bool)]
        known = known[np.isfinite(known)]
        rows.append(CodeCount(shown[key], count, float(np.median(known)) if known.size else float("nan")))
    return tuple(rows)


def event_keys(column: ClinicalColumn) -> list[str]:
    """The value of each patient in the form in which values are compared; empty where missing."""
    return ["" if row in column.missing else value_key(text) for row, text in enumerate(column.texts)]


def _columns(rule: EndpointRule, table: ClinicalTable) -> tuple[ClinicalColumn, ClinicalColumn]:
    problems = []
    for key, name in (("time", rule.time), ("event", rule.event)):
        if name not in table.columns:
            problems.append(Problem(
                "no_column", f"the endpoint “{rule.name}” needs the column {name or '(none named)'} for its {key}; the "
                "table has no such column", table.place, "Follow-up is read from two columns.",
                column_remedy(name, list(table.columns)), answer_key=key))
    if problems:
        raise UserError(*problems)
    return table.columns[rule.time], table.columns[rule.event]


def _questions(rule: EndpointRule, time: ClinicalColumn, event: ClinicalColumn, table: ClinicalTable) -> list[Problem]:
    """What the study file leaves open: the unit, and which values mean that it happened."""
    questions = []
    if rule.unit not in UNITS:
        known = time.numbers[np.isfinite(time.numbers)]
        median = f"; the median of {rule.time} is {np.median(known):.4g}" if known.size else ""
        close = nearest(rule.unit, UNITS) if rule.unit else ""
        questions.append(Problem(
            "unknown_unit" if rule.unit else "what_is_the_unit",
            (f"the unit “{rule.unit}” of the endpoint “{rule.name}” is not known" if rule.unit else
             f"the endpoint “{rule.name}” does not say the unit of its time") + median, time.place,
            "The figures and everything said at a fixed time depend on it.",
            f"did you mean “{close}”?" if close else 'say unit = "days", "weeks", "months" or "years"',
            answer_key="unit"))
    if not rule.event_values:
        codes = codes_by_time(event, time.numbers)
        questions.append(Problem(
            "what_is_an_event", f"the endpoint “{rule.name}” does not say which values of {rule.event} mean that it "
            f"happened; it holds {_codes_in_words(rule, codes)}", event.place,
            "Taken the wrong way round, every result is turned upside down (in some tables 1 means alive).",
            _which_value(event, codes, table), answer_key="event_values"))
    return questions


def _events(rule: EndpointRule, column: ClinicalColumn, time: NDArray[np.float64]
            ) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[Problem]]:
    """1 happened, 0 censored, NaN missing; who had another cause; and what is to be said about the codes."""
    codes = codes_by_time(column, time)
    listed = _codes_in_words(rule, codes)
    keys = event_keys(column)
    wanted = {value_key(value): value for value in rule.event_values}
    findings: list[Problem] = []
    if not wanted.keys() & set(keys):
        by_number = _keys_by_number(keys, wanted)
        if by_number is None:
            raise UserError(_absent(rule, column, codes, listed))
        meant = {key for key, number in zip(keys, by_number, strict=True) if number in wanted}
        findings.append(note("event_code_by_number", f"the codes of {rule.event} were read by their number: "
                             f"{', '.join(sorted(meant))} means that it happened", column.place))
        keys = by_number
    unused = [value for key, value in wanted.items() if key not in keys]
    if unused:
        findings.append(note("event_value_unused", f"nobody has the value {', '.join(map(str, unused))} in "
                             f"{rule.event}; it holds {listed}", column.place))
    event = np.array([np.nan if not key else float(key in wanted) for key in keys])
    other, said = _other_causes(rule, column, keys, codes, listed)
    return event, other, [*findings, *said]


def _other_causes(rule: EndpointRule, column: ClinicalColumn, keys: Sequence[str], codes: Sequence[CodeCount],
                  listed: str) -> tuple[NDArray[np.bool_], list[Problem]]:
    """Who had another cause. ``keys`` may be the codes' numbers; a cause may be named by its whole code beside them."""
    nobody = np.zeros(len(keys), dtype=np.bool_)
    if not rule.competing_values:
        return nobody, []
    wanted = {value_key(value): value for value in rule.competing_values}
    whole = event_keys(column)
    by_number = _keys_by_number(whole, wanted) or whole
    sources = next((each for each in (keys, whole, by_number) if wanted.keys() & set(each)), None)
    if sources is None:
        raise UserError(_absent(rule, column, codes, listed, "competing_values"))
    other = np.array([bool(key) and key in wanted for key in sources])
    meant = {value_key(value) for value in rule.event_values}
    both = [text for text, key, own, is_other in zip(column.texts, keys, whole, other, strict=True)
            if is_other and (key in meant or own in meant)]
    if both:
        raise user_error("value_of_two_meanings", f"the value {both[0]} of {rule.event} is named both as “it happened” "
                         "and as another cause", column.place, why="A patient can have had only one of them.",
                         remedy="name it in event_values or in competing_values", answer_key="competing_values")
    unused = [value for key, value in wanted.items() if key not in sources]
    return other, [note("competing_value_unused", f"nobody has the value {', '.join(map(str, unused))} in "
                        f"{rule.event}; it holds {listed}", column.place)] if unused else []


def _which_value(column: ClinicalColumn, codes: Sequence[CodeCount], table: ClinicalTable) -> str:
    """How to answer, with what another column says in words where one does."""
    code, said_by = code_of_the_dead(column, table)
    hint = f" ({said_by} says that {code} are the dead)" if said_by else ""
    return f"say which, for instance event_values = {_choices(codes)}{hint}"


def _choices(codes: Sequence[CodeCount]) -> str:
    return " or ".join(f"[{_toml(code.code)}]" for code in codes[:3]) or "[…]"


def _keys_by_number(keys: Sequence[str], wanted: Mapping[str, object]) -> list[str] | None:
    """The numbers before the colon where every code is written ``1:DECEASED`` and one of them is wanted."""
    matches = [_PREFIXED_CODE.fullmatch(key) for key in keys]
    if any(key and match is None for key, match in zip(keys, matches, strict=True)):
        return None
    numbers = [match[1] if match else "" for match in matches]
    return numbers if wanted.keys() & set(numbers) else None


def _absent(rule: EndpointRule, column: ClinicalColumn, codes: Sequence[CodeCount], listed: str,
            key: str = "event_values") -> Problem:
    happened = key == "event_values"
    values = rule.event_values if happened else rule.competing_values
    asked = ", ".join(map(str, values))
    known = {code.code.lower(): code.code for code in codes}
    close = next((known[str(value).strip().lower()] for value in values
                  if str(value).strip().lower() in known), "") or next(
        (found for value in values if (found := nearest(str(value), known.values()))), "")
    meant = f"that “{rule.name}” happened" if happened else f"another cause, after which “{rule.name}” cannot happen"
    return Problem(
        "event_value_absent" if happened else "competing_value_absent",
        f"nobody has the value {asked} in {rule.event}, which should mean {meant}; the column holds {listed}",
        column.place, "Without an event there is nothing to analyse." if happened else
        "A misspelt cause would be counted as censored.",
        f"did you mean {key} = [{_toml(close)}]?" if close else
        (f"name the values that mean it happened, for instance event_values = {_choices(codes)}" if happened else
         "name the values that mean another cause, or take the key out"), answer_key=key)


def _codes_in_words(rule: EndpointRule, codes: Sequence[CodeCount]) -> str:
    if not codes:
        return "no value at all"
    shown = []
    for code in codes[:_SHOWN]:
        words = "1 patient" if code.patients == 1 else f"{code.patients} patients"
        if np.isfinite(code.median_time):
            words += f", median time {code.median_time:.4g} {rule.unit}".rstrip()
        shown.append(f"{code.code} ({words})")
    return ", ".join(shown) + (f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else "")


def _toml(code: str) -> str:
    key = value_key(code)
    return key if re.fullmatch(r"-?\d+(\.\d+)?", key) else f'"{code}"'
