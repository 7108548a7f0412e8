"""Endpoints that a clinical table seems to hold, offered to the user for confirmation.

Not for: using one without the user's word; an endpoint counts only once it stands in the study.
"""

from __future__ import annotations

import re

import numpy as np

from core.data.patients.endpoint_checks import deaths_in, unit_in_name
from core.data.tables import MONTHS_IN, ClinicalColumn, ClinicalTable, EndpointRule
from core.data.values import value_key

_TIME_WORDS = re.compile(r"time|surviv|follow|months?|days?|years?|weeks?|(^|[ _.-])(os|dfs|rfs|pfs|efs|dmfs|dss|bcss)"
                         r"($|[ _.-])", re.IGNORECASE)
_NOT_FOLLOW_UP = re.compile(
    r"\bage\b|birth|diagnos|nodes?|size|index|count|dose|cycle|stage|grade|number|since|year of", re.IGNORECASE)
_EVENT_WORDS = re.compile(r"status|event|surviv|censor|dead|death|died|relapse|recurren|metasta|progress|vital|"
                          r"(^|[ _.-])(os|dfs|rfs|pfs|efs|dmfs|dss|bcss)($|[ _.-])", re.IGNORECASE)
_HAPPENED = re.compile(r"\b(dead|died|deceased|death|recurred|recurrence|relapsed?|progress(ed|ion)|metastasis|"
                       r"event|yes|true)\b", re.IGNORECASE)
_NOT_HAPPENED = re.compile(r"\b(not|no|non|free|censored|alive|living|false|without)\b", re.IGNORECASE)
_KINDS = (
    re.compile(r"surviv|death|dead|died|vital|last[ _.-]*(contact|follow)|follow[ _.-]*up|(^|[ _.-])os($|[ _.-])",
               re.IGNORECASE),
    re.compile(r"relapse|recurr|metast|progress|free|(^|[ _.-])(rfs|dfs|pfs|efs|dmfs)($|[ _.-])", re.IGNORECASE),
)
_SHARED_WORDS_IGNORED = {"time", "status", "event", "months", "month", "days", "day", "years", "year", "weeks", "week",
                         "to", "of", "from", "the", "in"}


_IN_FULL = {"os": "overall survival", "rfs": "relapse-free survival", "dfs": "disease-free survival",
            "idfs": "invasive disease-free survival", "pfs": "progression-free survival", "efs": "event-free survival",
            "dmfs": "distant metastasis-free survival", "dss": "disease-specific survival",
            "bcss": "breast-cancer-specific survival"}
"""What papers write for a name that is nothing but an abbreviation; answers read aloud and know deaths by it."""


def propose_endpoints(table: ClinicalTable) -> tuple[EndpointRule, ...]:
    """Pairs of a time and an event column that belong together by their names.

    ``unit`` is the one in the column's name, else empty. ``event_values`` holds values only where words say what
    happened (``1:DECEASED``, ``Recurred``), or where another column in words agrees with the codes; bare 0 and 1 stay
    open, because in some tables 1 means alive.
    """
    times = [column for column in table.columns.values() if _may_be_time(column)]
    events = [column for column in table.columns.values() if _may_be_event(column)]
    rules = []
    for time in times:
        ranked = sorted(((_kinship(time.name, event.name), -order, event) for order, event in enumerate(events)
                         if event.name != time.name), key=lambda entry: entry[:2], reverse=True)
        best = ranked[0] if ranked else None
        if best is None or (best[0] == 0 and (len(times) > 1 or len(events) > 1)):
            continue
        event = best[2]
        rules.append(EndpointRule(_name_of(time.name), time.name, unit_in_name(time.name), event.name,
                                  _values_that_happened(event, table)))
    return tuple(rules)


def _words(name: str) -> list[str]:
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[^a-z0-9]+", parts.lower()) if word]


def _kinship(time: str, event: str) -> float:
    """How many telling words two column names share; less for words of one kind, least for a plain “event”."""
    telling = set(_words(time)) - _SHARED_WORDS_IGNORED
    shared = len(telling & set(_words(event))) / len(telling) if telling else 0.0
    alike = any(kind.search(time) and kind.search(event) for kind in _KINDS)
    plain = set(_words(event)) <= {"event", "status", "dead", "death", "censor"}
    return shared + 0.5 * alike + 0.1 * plain


def _name_of(time: str) -> str:
    words = " ".join(word for word in _words(time) if word not in _SHARED_WORDS_IGNORED)
    return _IN_FULL.get(words, words) or time


def _may_be_time(column: ClinicalColumn) -> bool:
    plain = " ".join(_words(column.name))
    known = column.numbers[np.isfinite(column.numbers)]
    if not _TIME_WORDS.search(column.name) or _NOT_FOLLOW_UP.search(plain):
        return False
    filled = sum(bool(text.strip()) and row not in column.missing for row, text in enumerate(column.texts))
    return known.size > 0.8 * max(1, filled) and len(set(known.tolist())) > min(5, 0.5 * known.size) \
        and float(np.median(known)) * max(MONTHS_IN.values()) > 1


def _may_be_event(column: ClinicalColumn) -> bool:
    codes = _codes(column)
    return 1 < len(codes) <= 6 and bool(_EVENT_WORDS.search(column.name))


def _codes(column: ClinicalColumn) -> list[str]:
    return list(dict.fromkeys(text.strip() for row, text in enumerate(column.texts)
                              if row not in column.missing and text.strip()))


def _values_that_happened(event: ClinicalColumn, table: ClinicalTable) -> tuple[str | int | float | bool, ...]:
    codes = _codes(event)
    plain = [re.sub(r"[_:./-]", " ", code) for code in codes]
    happened = [code for code, words in zip(codes, plain, strict=True)
                if _HAPPENED.search(words) and not _NOT_HAPPENED.search(words)]
    if 0 < len(happened) < len(codes):
        return tuple(happened)
    code, said_by = code_of_the_dead(event, table)
    if not said_by:
        return ()
    number = value_key(code)
    return (int(number),) if re.fullmatch(r"-?\d+", number) else (code,)


def code_of_the_dead(event: ClinicalColumn, table: ClinicalTable) -> tuple[str, str]:
    """Which of two codes marks the dead, and the column that says so in words without exception; empty if none does."""
    codes = _codes(event)
    if len({value_key(code) for code in codes}) != 2:
        return "", ""
    keys = np.array([value_key(text) if row not in event.missing else "" for row, text in enumerate(event.texts)])
    for column in table.columns.values():
        dead = deaths_in(column)
        said = np.isfinite(dead) & (keys != "")
        if column.name == event.name or not said.any():
            continue
        for code in codes:
            if bool(((keys[said] == value_key(code)) == (dead[said] == 1)).all()):
                return code, column.name
    return "", ""
