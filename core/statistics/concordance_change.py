"""What a column adds to Harrell's C of a Cox model, corrected for optimism by the bootstrap.

Not for: C of one model in left-out patients (the search's folds).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.jobs import JobContext
from core.statistics.concordance import concordance, linear_predictor
from core.statistics.cox_model import cox_fit
from core.statistics.risk_sets import Bools, Floats, checked_columns, checked_outcome


@dataclass(frozen=True)
class ConcordanceChange:
    """C of the smaller and the larger model, as fitted and corrected, and their difference with a 95 % interval.

    ``resamples`` counts those in which both models could be fitted; without any the corrected values are NaN.
    """

    smaller: float
    larger: float
    smaller_corrected: float
    larger_corrected: float
    low: float
    high: float
    resamples: int

    @property
    def change(self) -> float:
        return self.larger - self.smaller

    @property
    def change_corrected(self) -> float:
        return self.larger_corrected - self.smaller_corrected


def concordance_change(time: ArrayLike, event: ArrayLike, smaller: ArrayLike, added: ArrayLike, *,
                       resamples: int = 200, seed: int = 1, job: JobContext | None = None) -> ConcordanceChange:
    """Change in C when ``added`` joins the columns ``smaller``.

    Every resample draws patients with replacement, fits both models on them, and compares their C there (what an
    author sees) with their C in all patients (what is true of the fit); the mean difference is the optimism.

    Source
    ------
    Harrell 1996 for the correction; Noma 2021 for the interval: percentiles of the resampled change, moved by the
    optimism. Resample b has a generator of its own.
    """
    months, happened = checked_outcome(time, event)
    base = checked_columns(smaller, len(months))
    whole = np.column_stack((base, checked_columns(added, len(months))))
    job = job or JobContext()
    own = _both(months, happened, base, whole, months, happened)
    seen: list[Floats] = []
    optimism: list[Floats] = []
    for b in range(resamples):
        job.progress(b / resamples, f"Change in C, resample {b:,} of {resamples:,}")
        drawn = np.random.default_rng([seed, b]).integers(0, len(months), len(months))
        there = _both(months[drawn], happened[drawn], base[drawn], whole[drawn], months, happened, base, whole)
        if np.isfinite(there).all():
            seen.append(there[0])
            optimism.append(there[0] - there[1])
    if not seen:
        empty = float("nan")
        return ConcordanceChange(float(own[0, 0]), float(own[0, 1]), empty, empty, empty, empty, 0)
    moved = np.mean(optimism, axis=0)
    changes = np.array([row[1] - row[0] for row in seen]) - (moved[1] - moved[0])
    low, high = np.quantile(changes, (0.025, 0.975))
    return ConcordanceChange(float(own[0, 0]), float(own[0, 1]), float(own[0, 0] - moved[0]),
                             float(own[0, 1] - moved[1]), float(low), float(high), len(seen))


def _both(time: Floats, event: Bools, base: Floats, whole: Floats, all_time: Floats, all_event: Bools,
          all_base: Floats | None = None, all_whole: Floats | None = None) -> Floats:
    """C of both models where they were fitted and, if given, in everybody: (1 or 2, 2); NaN where one has no fit."""
    fits = [cox_fit(time, event, design) for design in (base, whole)]
    if not event.any() or not all(fit.converged for fit in fits):
        return np.full((2, 2), np.nan)
    here = np.column_stack([linear_predictor(design, fit.reached)
                            for design, fit in zip((base, whole), fits, strict=True)])
    rows = [concordance(time, event, here)]
    if all_base is not None and all_whole is not None:
        there = np.column_stack([linear_predictor(design, fit.reached)
                                 for design, fit in zip((all_base, all_whole), fits, strict=True)])
        rows.append(concordance(all_time, all_event, there))
    return np.array(rows)
