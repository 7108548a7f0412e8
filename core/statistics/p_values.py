"""Normal and chi-square tails, as the survival tests need them.

Not for: corrections for many tests; those are in multiplicity.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def two_sided_normal(z: ArrayLike) -> Floats:
    """P of |Z| at least |z| for a standard normal Z; NaN stays NaN. Accurate far into the tail."""
    from scipy.special import ndtr  # not at the top: SciPy is not loaded before the first window

    return np.asarray(2.0 * ndtr(-np.abs(np.asarray(z, dtype=np.float64))), dtype=np.float64)


def chi2_upper(chi2: ArrayLike, df: ArrayLike = 1) -> Floats:
    """P of a chi-square with ``df`` degrees of freedom being at least ``chi2``; NaN stays NaN."""
    from scipy.special import chdtrc

    value = np.asarray(chi2, dtype=np.float64)
    # A score test of a perfect fit can round to -1e-17; the tail of a negative value is not defined, that of 0 is 1.
    return np.asarray(chdtrc(np.asarray(df, dtype=np.float64), np.maximum(value, 0.0)), dtype=np.float64)


def normal_quantile(p: ArrayLike) -> Floats:
    """The z below which a standard normal falls with probability ``p``."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.asarray(p, dtype=np.float64)), dtype=np.float64)


def normal_density(z: ArrayLike) -> Floats:
    """Height of the standard normal curve at ``z``."""
    value = np.asarray(z, dtype=np.float64)
    return np.asarray(np.exp(-0.5 * value * value) / np.sqrt(2.0 * np.pi), dtype=np.float64)


Z_95 = 1.959963984540054
"""Half width of a 95 % normal interval in standard errors, qnorm(0.975)."""
