"""What few lines can show: the difference, the change or the correlation found with 80 % power after correction.

Not for: planning a study (planning.py); here the lines are measured already.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.p_values import normal_quantile


def detectable_difference(first: ArrayLike, second: ArrayLike, n_tests: int, power: float = 0.8,
                          alpha: float = 0.05) -> float:
    """Smallest difference of two groups found with this power by a t test, Bonferroni-corrected for ``n_tests``.

    The spread is that within the groups, NaN where it is 0 or not known: fewer than three values together, an empty
    group.

    Source
    ------
    (t(1 - alpha / 2m) + t(power)) sd sqrt(1 / n1 + 1 / n2) with n1 + n2 - 2 degrees of freedom.
    """
    one, two = _known(first), _known(second)
    df = len(one) + len(two) - 2
    if df < 1 or not len(one) or not len(two):
        return float("nan")
    within = float(((one - one.mean()) ** 2).sum() + ((two - two.mean()) ** 2).sum()) / df
    return _reach(df, n_tests, power, alpha) * float(np.sqrt(within * (1.0 / len(one) + 1.0 / len(two)))) \
        if within > 0 else float("nan")


def detectable_paired(change: ArrayLike, n_tests: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest mean change of pairs found with this power by a paired t test, corrected for ``n_tests``."""
    known = _known(change)
    if len(known) < 2 or np.ptp(known) == 0:
        return float("nan")
    return _reach(len(known) - 1, n_tests, power, alpha) * float(known.std(ddof=1)) / float(np.sqrt(len(known)))


def detectable_correlation(n: int, n_tests: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest |rho| found with this power, corrected for ``n_tests``; NaN below 5 lines.

    Source
    ------
    Fisher's z with variance 1.06 / (n - 3) for rank correlation (Fieller, Hartley and Pearson 1957).
    """
    if n < 5 or n_tests < 1:
        return float("nan")
    reach = float(normal_quantile(1.0 - alpha / (2.0 * n_tests)) + normal_quantile(power))
    return float(np.tanh(reach * np.sqrt(1.06 / (n - 3.0))))


def _reach(df: int, n_tests: int, power: float, alpha: float) -> float:
    from scipy.special import stdtrit  # not at the top: SciPy is not loaded before the first window

    return float(stdtrit(df, 1.0 - alpha / (2.0 * max(n_tests, 1))) + stdtrit(df, power))


def _known(values: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    flat = np.asarray(values, dtype=np.float64).ravel()
    return np.asarray(flat[np.isfinite(flat)])
