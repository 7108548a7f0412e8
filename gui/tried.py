"""What was tried in a study: tests paid for by a correction, and choices that nothing paid for. It only grows.

Not for: undo. What was looked at stays looked at, so this ledger is kept beside the project, not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trial:
    """One entry: ``key`` says which settings it was, so that looking twice at the same counts once."""

    key: str
    words: str
    paid: int
    unpaid: int
    when: str = ""


@dataclass(frozen=True)
class Tried:
    """The ledger of a study."""

    trials: tuple[Trial, ...] = ()

    @property
    def paid(self) -> int:
        return sum(trial.paid for trial in self.trials)

    @property
    def unpaid(self) -> int:
        return sum(trial.unpaid for trial in self.trials)

    def knows(self, key: str) -> bool:
        return any(trial.key == key for trial in self.trials)

    def with_trial(self, trial: Trial) -> Tried:
        """The ledger with one more entry; the same ledger when these settings were tried before."""
        return self if self.knows(trial.key) else Tried((*self.trials, trial))

    def words(self) -> str:
        """For the status line and the methods."""
        if not self.trials:
            return "Tests tried in this study: 0"
        return (f"Tests tried in this study: {self.paid:,} paid for by a correction, "
                f"{self.unpaid:,} not paid for")

    def document(self) -> dict[str, Any]:
        """As it stands in the project file."""
        return {"trials": [{"key": trial.key, "words": trial.words, "paid": trial.paid, "unpaid": trial.unpaid,
                            "when": trial.when} for trial in self.trials]}


def tried_of(document: Mapping[str, Any]) -> Tried:
    """The ledger of a project file; entries that are not whole are left out."""
    entries: Sequence[Any] = document.get("trials", ())
    trials = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            trials.append(Trial(entry["key"], str(entry.get("words", "")), _count(entry.get("paid")),
                                _count(entry.get("unpaid")), str(entry.get("when", ""))))
    return Tried(tuple(trials))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
