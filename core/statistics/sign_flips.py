"""Step-down maxT of paired changes: whole patients are flipped, before for after, in all ways or in many drawn ones.

Not for: comparing two groups of patients (label_swaps.py) or tests of one receptor at a time (paired_changes.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.jobs import JobContext
from core.statistics.multiplicity import TIE, StepDown
from core.statistics.paired_changes import NO_SPREAD
from core.statistics.risk_sets import Floats

ALL_FLIPS_UP_TO = 10_000
"""All 2^m flips are taken up to this many (13 pairs); contract §4."""

CELLS_PER_BLOCK = 2_000_000

ENDLESS = 1e100


@dataclass(frozen=True, eq=False)
class SignFlips:
    """``t`` is the observed paired t (infinite where every change is the same), ``p`` of one receptor alone by the
    same flips, ``p_maxt`` corrected for all. ``flips`` counts the ways to flip that were looked at; ``smallest_p`` is
    the smallest P that they can give."""

    t: Floats
    p: Floats
    p_maxt: Floats
    flips: int
    exact: bool
    smallest_p: float


def all_flips(m: int, permutations: int) -> bool:
    """Whether every way to flip m pairs is looked at, instead of so many drawn ones."""
    return m < 63 and 2**m <= max(ALL_FLIPS_UP_TO, permutations)


def smallest_flip_p(m: int, permutations: int) -> float:
    """The smallest P that flipping m pairs can give: 2 / 2^m, or 1 / (B + 1) of B drawn flips; NaN without any."""
    if not m or not permutations:
        return float("nan")
    return 2.0 / 2.0**m if all_flips(m, permutations) else 1.0 / (permutations + 1.0)


def sign_flips(change: ArrayLike, permutations: int, seed: int, job: JobContext | None = None) -> SignFlips:
    """Westfall-Young step-down maxT on \\|paired t\\|, a patient's changes of all receptors flipped together.

    Assumes changes symmetric about 0 where nothing happened. A pair without the value of a receptor is left out for
    that receptor only, in every flip.

    Parameters
    ----------
    change : (m, g) changes, NaN where missing.
    permutations : drawn flips where there are more than 10,000 ways; 0 gives P NaN.
    seed : with it the result is the same whenever it is computed, in whatever blocks.

    Returns
    -------
    SignFlips, arrays of shape (g,)
        NaN for a receptor of which nothing changed or fewer than two pairs are known.

    Source
    ------
    Fisher 1935 (flips); Westfall and Young 1993, algorithm 4.1 (step-down). All 2^m flips: P counts them, the
    observed one among them; drawn ones: (1 + as extreme) / (B + 1).
    """
    table = np.asarray(change, dtype=np.float64)
    job = job or JobContext()
    m, columns = table.shape
    known = np.isfinite(table)
    filled = np.where(known, table, 0.0)
    n = known.sum(axis=0).astype(np.float64)
    squares = (filled * filled).sum(axis=0)
    observed = _t(np.ones((1, m)), filled, n, squares)[0]
    exact = all_flips(m, permutations)
    total = 0 if not permutations or not m else 2 ** (m - 1) if exact else permutations
    size = _finite(observed)
    count = StepDown.begin(size)
    alone = np.zeros(columns)
    limit = size - TIE * np.maximum(1.0, size)
    block = max(1, min(4096, CELLS_PER_BLOCK // max(columns, 1)))
    first = 1 if exact else 0  # pattern 0 flips nobody: it is what was observed
    for start in range(first, total, block):
        stop = min(start + block, total)
        job.progress(start / total, f"Flipping pairs, {start:,} of {total:,}")
        signs = _all_signs(m, start, stop) if exact else _drawn_signs(m, seed, start, stop)
        null = _finite(_t(signs, filled, n, squares))
        count = count.add(null)
        alone += (null >= limit).sum(axis=0)
    if not total:
        empty = np.full(columns, np.nan)
        return SignFlips(observed, empty, empty.copy(), 0, exact, float("nan"))
    if count.permutations:
        p_maxt = count.p()
    else:  # one pair: its only other flip is its mirror image
        p_maxt = np.where(np.isnan(observed), np.nan, 1.0)
    p = np.where(np.isnan(observed), np.nan, (1.0 + alone) / (count.permutations + 1.0))
    return SignFlips(observed, p, p_maxt, 2**m if exact else total, exact, smallest_flip_p(m, permutations))


def _all_signs(m: int, start: int, stop: int) -> Floats:
    """Patterns ``start`` to ``stop`` - 1 of all that leave the first pair as it is; their mirror images have the same
    |t|, so that these are half of all flips and say the same."""
    patterns = np.arange(start, stop, dtype=np.int64)[:, None] >> np.arange(m - 1, dtype=np.int64)
    return np.hstack([np.ones((stop - start, 1)), 1.0 - 2.0 * (patterns & 1)])


def _drawn_signs(m: int, seed: int, start: int, stop: int) -> Floats:
    """Flips of a generator of their own each, the same in whatever block they are drawn."""
    signs = np.empty((stop - start, m))
    for row, b in enumerate(range(start, stop)):
        signs[row] = np.random.default_rng([seed, b]).integers(0, 2, m) * 2.0 - 1.0
    return signs


def _finite(t: Floats) -> Floats:
    """|t| with a number in place of the infinite one of equal changes, so that two such are a tie."""
    return np.asarray(np.minimum(np.abs(t), ENDLESS))


def _t(signs: Floats, filled: Floats, n: Floats, squares: Floats) -> Floats:
    """Paired t under these signs; the sum of squares does not change with them. Infinite without spread."""
    sums = signs @ filled
    with np.errstate(divide="ignore", invalid="ignore"):
        left = squares - sums * sums / n
        left = np.where(left <= NO_SPREAD * squares, 0.0, left)
        t = sums / np.sqrt(n * left / (n - 1.0))
    return np.asarray(np.where((n > 1) & (squares > 0), t, np.nan))
