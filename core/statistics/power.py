"""What a cohort can and cannot show: the detectable hazard ratio, and when an effect is too small to matter.

Not for: tests of whether there is an effect.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.p_values import normal_quantile


def detectable_hazard_ratio(n_events: int, n_tests: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest hazard ratio per SD (above 1) found with this power after Bonferroni correction for ``n_tests``.

    NaN without events. A ratio below 1 is detectable from its reciprocal on.

    Source
    ------
    Hsieh and Lavori 2000: events = ((z(1 - alpha / 2m) + z(power)) / log HR)^2 for a covariate with SD 1.
    """
    if n_events < 1 or n_tests < 1:
        return float("nan")
    reach = float(normal_quantile(1.0 - alpha / (2.0 * n_tests)) + normal_quantile(power))
    return float(np.exp(reach / np.sqrt(n_events)))


def equivalence_verdict(coef: ArrayLike, se: ArrayLike, margin: tuple[float, float] = (0.75, 1.33)
                        ) -> NDArray[np.bool_]:
    """True where the 90 % interval of the hazard ratio lies wholly inside ``margin``: the receptor matters little.

    Two one-sided tests at 5 % each (Schuirmann 1987). False where the coefficient is NaN.
    """
    b, s = np.asarray(coef, dtype=np.float64), np.asarray(se, dtype=np.float64)
    half = 1.6448536269514722 * s  # qnorm(0.95)
    low, high = np.log(margin[0]), np.log(margin[1])
    return np.asarray((b - half > low) & (b + half < high), dtype=np.bool_)
