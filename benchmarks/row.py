"""One comparison of a benchmark: what we took, what a peer took in the same run, and the bar.

Not for: measuring.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Seconds per ``unit`` for us and for ``peer``; ``bar`` is the least ratio that passes, where one is set."""

    workload: str
    unit: str
    ours: float
    peer: str
    theirs: float | None
    bar: float | None
    peak_mb: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.theirs / self.ours

    @property
    def verdict(self) -> str:
        if self.bar is None or self.ratio is None:
            return ""
        return "passes" if self.ratio >= self.bar else "below the bar"

    def markdown(self) -> str:
        """A row of docs/benchmarks.md."""
        cells = [self.workload, f"{shown_seconds(self.ours)} per {self.unit}", self.peer,
                 "" if self.theirs is None else shown_seconds(self.theirs),
                 "" if self.ratio is None else f"{self.ratio:,.1f}x", "" if self.bar is None else f"{self.bar:g}x",
                 self.verdict, "" if self.peak_mb is None else f"{self.peak_mb:,.0f} MB"]
        return "| " + " | ".join(cells) + " |"


def shown_seconds(seconds: float) -> str:
    """Seconds in the unit that a person would use."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
