"""Corrections for looking at many receptors: Benjamini-Hochberg, Holm and step-down maxT.

Not for: making the permutations; that is resampling.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.risk_sets import Floats

TIE = 1e-9
"""A permuted statistic this close below the observed one counts as equal, so that rounding never hides a tie."""


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """False discovery rate (q) of each P among those that are defined; NaN stays NaN and is not counted.

    Source
    ------
    Benjamini and Hochberg 1995, as R's p.adjust(method = "BH").
    """
    values = np.asarray(p, dtype=np.float64)
    q = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(-values[known], kind="stable")]
    m = len(order)
    if m:
        q[order] = np.minimum(1.0, np.minimum.accumulate(values[order] * (m / np.arange(m, 0, -1))))
    return q


def holm(p: ArrayLike) -> Floats:
    """P of each test corrected for all that are defined (family-wise); NaN stays NaN and is not counted.

    Source
    ------
    Holm 1979, as R's p.adjust(method = "holm").
    """
    values = np.asarray(p, dtype=np.float64)
    corrected = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    m = len(order)
    if m:
        corrected[order] = np.minimum(1.0, np.maximum.accumulate(values[order] * np.arange(m, 0, -1)))
    return corrected


@dataclass(frozen=True, eq=False)
class StepDown:
    """Counts for the step-down maxT of Westfall and Young, filled block of permutations by block.

    ``order`` holds the columns with a defined statistic, the largest first.
    """

    observed: Floats
    order: NDArray[np.intp]
    exceeding: NDArray[np.int64]
    permutations: int

    @classmethod
    def begin(cls, observed: ArrayLike) -> StepDown:
        """Before any permutation. ``observed`` are statistics of which large values count; NaN is left out."""
        values = np.asarray(observed, dtype=np.float64)
        known = np.flatnonzero(~np.isnan(values))
        order = known[np.argsort(-values[known], kind="stable")]
        return cls(values, order, np.zeros(len(order), dtype=np.int64), 0)

    def add(self, null: Floats) -> StepDown:
        """The counts with these permutations (B, columns) added; an undefined permuted statistic never exceeds."""
        ranked = np.nan_to_num(null[:, self.order], nan=-np.inf, posinf=np.inf, neginf=-np.inf)
        highest_left = np.maximum.accumulate(ranked[:, ::-1], axis=1)[:, ::-1]
        limit = self.observed[self.order]
        more = (highest_left >= limit - TIE * np.maximum(1.0, np.abs(limit))).sum(axis=0)
        return StepDown(self.observed, self.order, self.exceeding + more, self.permutations + len(null))

    def p(self) -> Floats:
        """Corrected P per column: (1 + exceeding) / (B + 1), never smaller than that of a larger statistic."""
        p = np.full(self.observed.shape, np.nan)
        if self.permutations:
            p[self.order] = np.maximum.accumulate((1.0 + self.exceeding) / (self.permutations + 1.0))
        return p


def step_down_max_t(observed: ArrayLike, null: ArrayLike) -> Floats:
    """Step-down maxT P of each column, from its permuted statistics.

    Parameters
    ----------
    observed : (g,) statistics, large = strong (take |z|); NaN gives NaN.
    null : (B, g) the same statistics under permutation.

    Source
    ------
    Westfall and Young 1993, algorithm 4.1.
    """
    return StepDown.begin(observed).add(np.asarray(null, dtype=np.float64)).p()
