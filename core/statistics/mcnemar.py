"""Did more patients switch on than off? McNemar's test of paired yes/no, and how far the two shares lie apart.

Not for: changes of a measured level; those are tests of the paired differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from core.statistics.p_values import Z_95


@dataclass(frozen=True)
class McNemar:
    """``gained`` were no and became yes, ``lost`` the other way; ``same`` patients did not change.

    ``p`` is exact and two-sided, ``p_mid`` the mid-P beside it. ``difference`` is the share of yes after minus before,
    with its 95 % score interval.
    """

    gained: int
    lost: int
    same: int
    p: float
    p_mid: float
    difference: float
    low: float
    high: float


def mcnemar(gained: int, lost: int, same: int) -> McNemar:
    """Exact test of the two switches and the interval of the difference of the paired shares.

    With no switch at all P is 1; with no patient everything is NaN.

    Source
    ------
    McNemar 1947 in its exact (binomial) form; Fagerland, Lydersen and Laake 2013 for the mid-P; Tango 1998 for the
    interval.
    """
    if min(gained, lost, same) < 0:
        raise ValueError("counts of patients are not negative")
    n, switched = gained + lost + same, gained + lost
    if not n:
        return McNemar(gained, lost, same, *(float("nan"),) * 5)
    fewer = min(gained, lost)
    # Whole numbers up to the last division: equal to counting all 2^switched ways to the last digit.
    tail = sum(comb(switched, k) for k in range(fewer + 1))
    p = min(1.0, 2 * tail / 2**switched)
    p_mid = min(1.0, (2 * tail - comb(switched, fewer)) / 2**switched) if switched else 1.0
    low, high = _score_interval(gained, lost, n)
    return McNemar(gained, lost, same, p, p_mid, (gained - lost) / n, low, high)


def _score_interval(gained: int, lost: int, n: int) -> tuple[float, float]:
    """All differences that Tango's score test does not reject at 5 %, found by halving."""
    difference = (gained - lost) / n

    def distance(delta: float) -> float:
        """The score statistic of the difference ``delta``; falls as delta rises."""
        a = 2.0 * n
        b = -gained - lost + (2.0 * n - gained + lost) * delta
        c = -lost * delta * (1.0 - delta)
        share = (np.sqrt(max(b * b - 4.0 * a * c, 0.0)) - b) / (2.0 * a)
        variance = n * (2.0 * share + delta * (1.0 - delta))
        numerator = gained - lost - n * delta
        if variance <= 0.0:
            return float(np.sign(numerator)) * np.inf if numerator else 0.0
        return float(numerator / np.sqrt(variance))

    def limit(inside: float, outside: float, target: float) -> float:
        if abs(distance(outside)) <= Z_95:
            return outside
        for _ in range(200):
            middle = (inside + outside) / 2.0
            if abs(distance(middle)) <= target:
                inside = middle
            else:
                outside = middle
        return float((inside + outside) / 2.0)

    return limit(difference, -1.0, Z_95), limit(difference, 1.0, Z_95)
