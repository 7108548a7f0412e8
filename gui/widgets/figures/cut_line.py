"""The cut in use as a line that can be dragged or moved by keys, always on an allowed cut.

Not for: what a cut means or costs; the page hears of it through the figure's signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.figures.spec import Panel, Rule


@dataclass(frozen=True)
class CutLine:
    """``values`` are the allowed cuts, ascending and distinct; ``current`` the one in use."""

    values: tuple[float, ...]
    current: float

    @classmethod
    def of(cls, values: Sequence[float], current: float | None) -> CutLine | None:
        """None where there is nothing to move."""
        allowed = np.unique(np.asarray(values, dtype=float))
        allowed = allowed[np.isfinite(allowed)]
        if current is None or not allowed.size:
            return None
        return cls(tuple(allowed.tolist()), float(current))

    def nearest(self, value: float) -> float:
        """The allowed cut next to a value."""
        return min(self.values, key=lambda allowed: abs(allowed - value))

    def stepped(self, by: int) -> float:
        """The allowed cut that many patients further; stays at the ends."""
        if self.current in self.values:
            place = self.values.index(self.current) + by
        else:
            place = int(np.searchsorted(np.asarray(self.values), self.current)) + (by if by < 0 else by - 1)
        return self.values[min(max(place, 0), len(self.values) - 1)]


def has_cut(panel: Panel) -> bool:
    """True for a panel on whose x axis the cut stands."""
    return any(isinstance(mark, Rule) and mark.x is not None and mark.role == "accent" for mark in panel.marks)
