"""What the user expects, written down and sealed with its time before, or after, results were seen.

Not for: deciding whether it holds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hypothesis:
    """A sealed sentence. ``sealed_at`` is local time with its offset (ISO 8601); "" where nothing is sealed.

    ``results_were_open`` is what the study's own ledger said at that moment, and cannot be chosen.
    """

    text: str = ""
    sealed_at: str = ""
    results_were_open: bool = False

    @property
    def is_sealed(self) -> bool:
        return bool(self.sealed_at)
