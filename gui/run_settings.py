"""Settings of a run compared: what is the same run, and what is the same trial in the ledger.

Not for: collecting them (session.py) or saying what is different (pages/analysis_edits.py).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

from core.analyses import analysis_module

Settings = tuple[Any, ...]
"""As Session.settings_of: kind, endpoint, parameters as stated, cohort rule, data sets, hashes of their files, and what
else it names: rules of further cohorts, seal of the lock, settings of the analyses it needs."""
OF_EVERY_REQUEST = ("receptors", "measure")
"""Parameters that decide what each request of an analysis is about; the others are requests themselves."""


def same_settings(one: Settings | None, other: Settings | None) -> bool:
    """True when both give the same numbers: a default may be stated or not."""
    if one == other or one is None or other is None:
        return one == other
    if (*one[:2], *one[3:]) != (*other[:2], *other[3:]):
        return False
    return _with_defaults(one[0], one[2]) == _with_defaults(other[0], other[2])


def _with_defaults(kind: str, stated: Mapping[str, Any]) -> dict[str, Any]:
    try:
        made = analysis_module(kind).Parameters()
    except KeyError:
        return dict(stated)
    return {**{item.name: getattr(made, item.name) for item in dataclasses.fields(made)}, **stated}


def _plain(needed: tuple[Settings | None, ...]) -> tuple[Any, ...]:
    """Settings of other analyses without their data sets, whose files may move; their hashes stay."""
    return tuple((each[:2], sorted(_with_defaults(each[0], each[2]).items()), each[5], _plain(each[6][2]))
                 for each in needed if each is not None)


def trial_key(settings: Settings, endpoint: str, used: Mapping[str, Any], request: str = "") -> str:
    """What makes a trial the same one: also in another order of settings, under another name of the cohort, reopened.

    Parameters
    ----------
    endpoint : str
        Of the cohort that was analysed, for settings that name none.
    used : mapping
        Parameters of the run with every default.
    request : str
        Words of one request of the analysis; empty for the analysis as a whole.
    """
    kind, stated_endpoint, stated, rule, _, hashes, named = settings
    parameters = {**stated, **used}
    if request:
        parameters = {name: value for name, value in parameters.items() if name in OF_EVERY_REQUEST}
    nameless = dataclasses.replace(rule, name="") if rule is not None else None
    said: tuple[Any, ...] = (kind, stated_endpoint or endpoint, request, sorted(parameters.items()), nameless, hashes)
    if any(named):  # so that trials of earlier versions keep their keys
        rules, seal, needed = named
        said += (tuple(dataclasses.replace(each, name="") for each in rules), seal, _plain(needed))
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]
