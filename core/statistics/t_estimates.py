"""A mean with its t interval, a straight line through changes, a correlation: what a handful of patients can say.

Not for: many receptors at once, or moderated variances; those are the paired tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class TEstimate:
    """An estimate from ``n`` complete values with its 95 % interval and two-sided P; NaN where not defined."""

    n: int
    value: float
    low: float
    high: float
    p: float


def mean_estimate(values: ArrayLike) -> TEstimate:
    """The mean, its interval and the P of mean 0 (one-sample t); two values or more that differ."""
    x = np.asarray(values, dtype=np.float64)
    x = x[np.isfinite(x)]
    n = len(x)
    if not n:
        return TEstimate(0, *(float("nan"),) * 4)
    mean = float(x.mean())
    se = float(x.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    return _estimate(n, mean, se, n - 1)


def intercept_estimate(response: ArrayLike, covariate: ArrayLike) -> TEstimate:
    """What ``response`` would be where ``covariate`` is 0, by least squares; three complete pairs or more."""
    y, x = np.asarray(response, dtype=np.float64), np.asarray(covariate, dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    x, y, n = x[known], y[known], int(known.sum())
    spread = float(((x - x.mean()) ** 2).sum()) if n else 0.0
    if n < 3 or spread <= 0:
        return TEstimate(n, *(float("nan"),) * 4)
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / spread)
    intercept = float(y.mean() - slope * x.mean())
    residual = float(((y - intercept - slope * x) ** 2).sum() / (n - 2))
    return _estimate(n, intercept, float(np.sqrt(residual * (1.0 / n + x.mean() ** 2 / spread))), n - 2)


def correlation_estimate(first: ArrayLike, second: ArrayLike) -> TEstimate:
    """Pearson's correlation with Fisher's interval (four pairs or more) and the P of t."""
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    x, y, n = x[known], y[known], int(known.sum())
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return TEstimate(n, *(float("nan"),) * 4)
    from scipy.special import ndtri, stdtr  # not at the top: SciPy is not loaded before the first window

    r = float(np.clip(np.corrcoef(x, y)[0, 1], -1.0, 1.0))
    if abs(r) >= 1.0 - 1e-15:
        return TEstimate(n, r, float("nan"), float("nan"), 0.0)
    p = float(2.0 * stdtr(n - 2, -abs(r) * np.sqrt((n - 2) / (1.0 - r * r))))
    if n < 4:
        return TEstimate(n, r, float("nan"), float("nan"), p)
    half = float(ndtri(0.975)) / np.sqrt(n - 3)
    return TEstimate(n, r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half)), p)


def _estimate(n: int, value: float, se: float, df: int) -> TEstimate:
    if df < 1 or not np.isfinite(se) or se <= 0:
        return TEstimate(n, value, *(float("nan"),) * 3)
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(df, 0.975)) * se
    return TEstimate(n, value, value - half, value + half, float(2.0 * stdtr(df, -abs(value / se))))
