"""The change of pairs of lines: Hodges-Lehmann's median of averages, its exact interval and the signed-rank P.

Not for: correcting for many receptors (sign_flips.py) or biopsies (core/analyses/paired_biopsies.py).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.p_values import normal_quantile
from core.statistics.risk_sets import Floats
from core.statistics.signed_rank import EXACT_UP_TO, signed_rank
from core.statistics.two_groups import GroupShift


def paired_shift(change: ArrayLike, level: float = 0.95) -> GroupShift:
    """The shift of complete changes, its interval and two-sided P; NaN changes are left out.

    The interval holds the shifts that an untied exact signed-rank test would not reject, as R's wilcox.test(paired,
    conf.int = TRUE); with few pairs none reaches 95 %, and the widest is given with the level it reaches. One pair has
    none.
    """
    x = np.asarray(change, dtype=np.float64)
    x = x[np.isfinite(x)]
    n = len(x)
    if not n:
        nan = float("nan")
        return GroupShift(nan, nan, nan, nan, nan, True, 0, 0)
    first, second = np.triu_indices(n)
    averages = np.sort((x[first] + x[second]) / 2.0)
    tested = signed_rank(x)
    if n > EXACT_UP_TO:
        spread = float(np.sqrt(n * (n + 1.0) * (2.0 * n + 1.0) / 24.0))
        q = max(int(np.floor(len(averages) / 2.0 + float(normal_quantile((1.0 - level) / 2.0)) * spread)), 1)
        reached = level
    else:
        shares = np.cumsum(_shares(n))
        q = max(int(np.searchsorted(shares, (1.0 - level) / 2.0 - 1e-12)), 1)
        reached = float(1.0 - 2.0 * shares[q - 1])
    if n == 1:
        return GroupShift(float(x[0]), float("nan"), float("nan"), 0.0, tested.p, tested.exact, n, n)
    return GroupShift(float(np.median(averages)), float(averages[q - 1]), float(averages[len(averages) - q]), reached,
                      tested.p, tested.exact, n, n)


@lru_cache(maxsize=128)
def _shares(n: int) -> Floats:
    """Share of all ways to sign the ranks 1 to n that give a sum of positive ranks of 0, 1, 2, …"""
    shares = np.ones(1)
    for rank in range(1, n + 1):
        longer = np.zeros(len(shares) + rank)
        longer[:len(shares)] += 0.5 * shares
        longer[rank:] += 0.5 * shares
        shares = longer
    return shares
