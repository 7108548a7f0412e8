"""An outcome stated otherwise after results were seen: a choice that nothing pays for, on whichever page it is made.

Not for: the tests that are run with it; those are counted when they have run.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

from core.data.values import value_key
from gui.tried import Trial

if TYPE_CHECKING:
    from core.data.tables import EndpointRule
    from core.project.project import Project


def changed_outcomes(old: Project, new: Project) -> tuple[EndpointRule, ...]:
    """Endpoints of ``new`` that stand in place of others of ``old``; one more beside those that stay is none."""
    before, now = ({_meaning(rule): rule for spec in each.study.datasets for rule in spec.endpoints}
                   for each in (old, new))
    if not before.keys() - now.keys():
        return ()
    return tuple(rule for meaning, rule in now.items() if meaning not in before)


def trials_of(old: Project, new: Project) -> tuple[Trial, ...]:
    """An entry of the ledger for each changed outcome."""
    found = []
    for rule in changed_outcomes(old, new):
        key = hashlib.sha256(repr(("endpoint", rule)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        values = ", ".join(map(str, rule.event_values))
        values += f" (other causes {', '.join(map(str, rule.competing_values))})" if rule.competing_values else ""
        words = f"Outcome changed after results were seen: {rule.name}, {rule.event} = {values}, {rule.unit}"
        found.append(Trial(key, words, 0, 1, time.strftime("%Y-%m-%d %H:%M")))
    return tuple(found)


def _meaning(rule: EndpointRule) -> tuple[Any, ...]:
    """What decides who had the event, or another cause, when; a name alone does not."""
    return (rule.time, rule.unit, rule.event, frozenset(map(value_key, rule.event_values)),
            frozenset(map(value_key, rule.competing_values)))
