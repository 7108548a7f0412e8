"""Two groups in one measured value: a mixture of two normals by expectation-maximisation, and whether it is there.

Not for: what the groups mean. Used where a table has no HER2 column and ERBB2 expression must stand in for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TwoGroups:
    """A fitted mixture: lower and upper component, the cut between them, and the evidence for two.

    ``bic_gain`` is BIC of one normal minus BIC of the mixture (positive: two are preferred); ``share_upper`` is the
    mixing weight of the upper component; ``cut`` lies between the means where both components are equally likely,
    NaN where there is no such point.
    """

    mean_lower: float
    mean_upper: float
    sd_lower: float
    sd_upper: float
    share_upper: float
    cut: float
    bic_gain: float

    @property
    def convincing(self) -> bool:
        """Two groups are preferred by BIC, are 5 % to 95 %, and have a cut between their means (science.md 3.10)."""
        return bool(self.bic_gain > 0 and 0.05 <= self.share_upper <= 0.95 and np.isfinite(self.cut))


def two_groups(values: NDArray[np.float64], iterations: int = 500) -> TwoGroups:
    """Fit two normals with their own variances; the best of three deterministic starts.

    Parameters
    ----------
    values : ndarray, shape (n,)
        At least 10 finite values that are not all equal; missing ones are refused.

    Raises
    ------
    ValueError
        For fewer than 10 values, a missing one, or a constant.

    Source
    ------
    Dempster, Laird and Rubin 1977; BIC with 2 and 5 free parameters.
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    if x.size < 10 or not np.isfinite(x).all() or x[0] == x[-1]:
        raise ValueError("two_groups needs at least 10 finite values that differ")
    floor = (x.std() * 0.05) ** 2
    best: tuple[float, NDArray[np.float64]] | None = None
    for share in (0.5, 0.25, 0.1):
        cut = max(1, min(x.size - 1, round(x.size * (1 - share))))
        fitted = _fit(x, x[:cut], x[cut:], floor, iterations)
        if best is None or fitted[0] > best[0]:
            best = fitted
    assert best is not None
    loglik, (weight, low, high, var_low, var_high) = best
    one = float(_log_normal(x, float(x.mean()), float(x.var())).sum())
    gain = (2 * np.log(x.size) - 2 * one) - (5 * np.log(x.size) - 2 * loglik)
    if low > high:
        weight, low, high, var_low, var_high = 1 - weight, high, low, var_high, var_low
    return TwoGroups(float(low), float(high), float(np.sqrt(var_low)), float(np.sqrt(var_high)), float(weight),
                     _cut(weight, low, high, var_low, var_high), float(gain))


def _log_normal(x: NDArray[np.float64], mean: float, variance: float) -> NDArray[np.float64]:
    density: NDArray[np.float64] = -0.5 * (np.log(2 * np.pi * variance) + (x - mean) ** 2 / variance)
    return density


def _fit(x: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64], floor: float,
         iterations: int) -> tuple[float, NDArray[np.float64]]:
    """EM from a first division; the variance floor keeps a component from collapsing onto one value."""
    weight, low, high = upper.size / x.size, float(lower.mean()), float(upper.mean())
    var_low, var_high = max(float(lower.var()), floor), max(float(upper.var()), floor)
    loglik = -np.inf
    for _ in range(iterations):
        log_low = np.log1p(-weight) + _log_normal(x, low, var_low)
        log_high = np.log(weight) + _log_normal(x, high, var_high)
        total = np.logaddexp(log_low, log_high)
        previous, loglik = loglik, float(total.sum())
        if loglik - previous < 1e-9:
            break
        upper_share = np.exp(log_high - total)
        mass = float(np.clip(upper_share.sum(), 1e-6 * x.size, (1 - 1e-6) * x.size))
        weight = mass / x.size
        high = float(upper_share @ x / mass)
        low = float((1 - upper_share) @ x / (x.size - mass))
        var_high = max(float(upper_share @ (x - high) ** 2 / mass), floor)
        var_low = max(float((1 - upper_share) @ (x - low) ** 2 / (x.size - mass)), floor)
    return loglik, np.array([weight, low, high, var_low, var_high])


def _cut(weight: float, low: float, high: float, var_low: float, var_high: float) -> float:
    """Where both weighted densities are equal between the two means, by bisection; NaN where they do not cross."""
    def difference(at: float) -> float:
        point = np.array([at])
        return float((np.log(weight) + _log_normal(point, high, var_high)
                      - np.log1p(-weight) - _log_normal(point, low, var_low))[0])

    left, right = float(low), float(high)
    if difference(left) >= 0 or difference(right) <= 0:
        return float("nan")
    for _ in range(200):
        middle = (left + right) / 2
        left, right = (middle, right) if difference(middle) < 0 else (left, middle)
    return (left + right) / 2
