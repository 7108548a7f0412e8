"""The ledger of a cohort put into words: how many are left out at each step, and for which reasons.

Not for: deciding who is left out (evaluate_cohort.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.patients.cohort import LedgerEntry

REASONS_SHOWN = 3


@dataclass(frozen=True)
class FlowStep:
    """One step of the flow: what was asked, who was left out by it, and how many remained.

    ``number`` counts the steps from 0, the whole data set.
    """

    number: int
    words: str
    left_out: int
    remaining: int
    reasons: tuple[tuple[str, int], ...]


def flow_steps(flow: Sequence[tuple[str, int]], ledger: Sequence[LedgerEntry]) -> tuple[FlowStep, ...]:
    """The steps of a cohort's flow with the reasons for leaving out, the most frequent first.

    Two steps may have the same words (a rule that stands twice): its reasons then belong to the first, which left all
    of them out.
    """
    steps = []
    told: set[str] = set()
    for number, (words, remaining) in enumerate(flow):
        before = flow[number - 1][1] if number else remaining
        entries = [] if words in told else [entry for entry in ledger if not entry.kept and entry.step == words]
        told.add(words)
        steps.append(FlowStep(number, words, before - remaining, remaining, _counted(entries)))
    return tuple(steps)


def _counted(entries: Sequence[LedgerEntry]) -> tuple[tuple[str, int], ...]:
    """Each reason as it stands where there are few; where each patient has a value of their own, what they share."""
    whole = _counts([entry.reason for entry in entries])
    return whole if len(whole) <= REASONS_SHOWN else _counts([_shared_part(entry.reason) for entry in entries])


def _counts(reasons: Sequence[str]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _shared_part(reason: str) -> str:
    """``age is 41.2, below 50`` without the patient's own value: ``age below 50``."""
    subject, _, said = reason.partition(" is ")
    _, comma, verdict = said.rpartition(", ")
    if comma and verdict.startswith(("below ", "above ", "not missing")):
        return f"{subject} {verdict}"
    if comma and verdict.startswith("which is no"):
        return f"{subject} is no number"
    return reason


def reasons_in_words(step: FlowStep) -> str:
    """``her2_status is Negative``, or several: ``her2_status is Negative (1,668), her2_status is missing (12)``."""
    if len(step.reasons) == 1:
        return step.reasons[0][0]
    shown = [f"{reason} ({count:,})" for reason, count in step.reasons[:REASONS_SHOWN]]
    rest = sum(count for _, count in step.reasons[REASONS_SHOWN:])
    return "; ".join([*shown, *([f"another value ({rest:,})"] if rest else [])])
