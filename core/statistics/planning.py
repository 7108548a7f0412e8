"""How many pairs, events or cell lines would be needed, and what a number of them would show.

Every alpha is divided by the number of receptors (Bonferroni): a bound, which the permutation corrections of the
analyses never exceed by much and often beat where receptors move together.
Not for: judging data that are there; power computed from an observed effect says nothing beyond its P.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial

import numpy as np

from core.statistics.p_values import normal_quantile

RANK_EFFICIENCY = 3.0 / np.pi
"""A rank test needs 1 / 0.955 as many samples as the t test where values are normal."""
SPEARMAN_SPREAD = 1.06
"""Variance of Fisher's z of Spearman's rho times (n - 3), Fieller 1957."""
MOST = 100_000
"""More than this many of anything is not a plan."""


def paired_power(n: float, effect: float, sd: float, alpha: float) -> float:
    """Power of the two-sided paired t test: mean change ``effect``, SD of the changes ``sd``, ``n`` pairs.

    NaN for fewer than 2 pairs or without a spread.

    Source
    ------
    Noncentral t, both tails, as R's power.t.test(type = "paired", strict = TRUE).
    """
    return _t_power(n - 1.0, effect / sd * np.sqrt(n), alpha) if n >= 2 and sd > 0 else float("nan")


def two_group_power(n_first: float, n_second: float, effect: float, sd: float, alpha: float,
                    ranks: bool = True) -> float:
    """Power of comparing two groups with one SD; ``ranks``: of Wilcoxon's test, by its efficiency of 0.955.

    Source
    ------
    Noncentral t, both tails; Lehmann 1975 for the efficiency.
    """
    if min(n_first, n_second) < 2 or sd <= 0:
        return float("nan")
    share = RANK_EFFICIENCY if ranks else 1.0
    n = share * n_first * n_second / (n_first + n_second)
    return _t_power(share * (n_first + n_second) - 2.0, effect / sd * np.sqrt(n), alpha)


def correlation_power(n: float, rho: float, alpha: float, ranks: bool = True) -> float:
    """Power of testing a correlation of ``rho`` among ``n`` samples; ``ranks``: Spearman's, whose z varies more.

    Source
    ------
    Fisher's z, both tails; Fieller, Hartley and Pearson 1957 for Spearman.
    """
    if n < 4 or not -1 < rho < 1:
        return float("nan")
    from scipy.special import ndtr  # not at the top: SciPy is not loaded before the first window

    reach = abs(float(np.arctanh(rho))) * np.sqrt((n - 3.0) / (SPEARMAN_SPREAD if ranks else 1.0))
    limit = float(normal_quantile(1.0 - alpha / 2.0))
    return float(ndtr(reach - limit) + ndtr(-reach - limit))


def detectable_change(n: float, sd: float, alpha: float, power: float = 0.8) -> float:
    """The smallest mean change that ``n`` pairs show with this power; NaN for fewer than 2."""
    return _smallest_effect(lambda effect: paired_power(n, effect, sd, alpha), sd, power)


def detectable_difference(n_first: float, n_second: float, sd: float, alpha: float, power: float = 0.8,
                          ranks: bool = True) -> float:
    """The smallest difference between two groups that is shown with this power; NaN below 2 per group."""
    return _smallest_effect(lambda effect: two_group_power(n_first, n_second, effect, sd, alpha, ranks), sd, power)


def detectable_correlation(n: float, alpha: float, power: float = 0.8, ranks: bool = True) -> float:
    """The smallest correlation that ``n`` samples show with this power; NaN below 4."""
    if n < 4:
        return float("nan")
    low, high = 0.0, 1.0 - 1e-12
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (low, middle) if correlation_power(n, middle, alpha, ranks) >= power else (middle, high)
    return high


def pairs_needed(effect: float, sd: float, alpha: float, power: float = 0.8) -> int:
    """The fewest pairs that show ``effect`` with this power; 0 where no number up to 100,000 does."""
    return _fewest(lambda n: paired_power(n, effect, sd, alpha), power, 2)


def lines_needed(effect: float, sd: float, alpha: float, power: float = 0.8, share: float = 0.5,
                 ranks: bool = True) -> int:
    """The fewest lines in all, a ``share`` of them in one group, that show a difference of ``effect``; 0 where none."""
    return _fewest(lambda n: two_group_power(*split_groups(n, share), effect, sd, alpha, ranks), power, 4)


def split_groups(n: int, share: float) -> tuple[int, int]:
    """``n`` lines as two groups, a ``share`` of them in the first, at least one in each."""
    first = min(max(round(n * share), 1), n - 1)
    return first, n - first


def correlated_needed(rho: float, alpha: float, power: float = 0.8, ranks: bool = True) -> int:
    """The fewest samples that show a correlation of ``rho``; 0 where no number up to 100,000 does."""
    return _fewest(lambda n: correlation_power(n, rho, alpha, ranks), power, 4)


def events_needed(hazard_ratio: float, n_tests: int, power: float = 0.8, alpha: float = 0.05) -> int:
    """The fewest events that show a hazard ratio per SD after Bonferroni correction; 0 for a ratio of 1.

    Source
    ------
    Schoenfeld 1983 for a covariate with SD 1 (Hsieh and Lavori 2000), the inverse of power.detectable_hazard_ratio.
    """
    if hazard_ratio <= 0 or n_tests < 1 or hazard_ratio == 1:
        return 0
    reach = float(normal_quantile(1.0 - alpha / (2.0 * n_tests)) + normal_quantile(power))
    events = (reach / np.log(hazard_ratio)) ** 2
    return int(np.ceil(events - 1e-9)) if events <= MOST else 0


def fewest_flips(alpha: float = 0.05) -> int:
    """The fewest pairs with which flips of whole patients can reach a corrected P below ``alpha``: 2 / 2^m."""
    return _first(lambda m: 2.0 / 2.0**m < alpha)


def fewest_signed_ranks(n_tests: int, alpha: float = 0.05) -> int:
    """The fewest pairs with which one of ``n_tests`` exact signed rank tests survives Bonferroni correction."""
    return _first(lambda m: n_tests * 2.0 / 2.0**m < alpha)


def fewest_lines(share: float, alpha: float = 0.05) -> int:
    """The fewest lines in two groups with which shuffles can reach a corrected P below ``alpha``.

    Of two equal groups the mirror image is as extreme as the most extreme deal; of unequal ones there is none.
    """
    def smallest_p(n: int) -> float:
        first, second = split_groups(n, share)
        return (2.0 if first == second else 1.0) / comb(n, first)

    return _first(lambda n: n >= 4 and smallest_p(n) < alpha)


def fewest_correlated(alpha: float = 0.05) -> int:
    """The fewest samples with which shuffles of a response can reach a corrected P below ``alpha``: 2 / n!."""
    return _first(lambda n: n >= 4 and 2.0 / factorial(n) < alpha)


def _first(fits: Callable[[int], bool]) -> int:
    return next(m for m in range(1, 200) if fits(m))


def _t_power(df: float, ncp: float, alpha: float) -> float:
    """Both tails of a noncentral t beyond the limits of a two-sided test."""
    from scipy.special import nctdtr, stdtrit

    if df < 1:
        return float("nan")
    limit, ncp = float(stdtrit(df, 1.0 - alpha / 2.0)), abs(float(ncp))
    # SciPy gives NaN for some far tails that are below 1e-19.
    power = 1.0 - float(nctdtr(df, ncp, limit)) + float(np.nan_to_num(nctdtr(df, ncp, -limit)))
    return float(min(1.0, max(0.0, power)))


def _smallest_effect(power_of: Callable[[float], float], sd: float, power: float) -> float:
    if sd <= 0 or not np.isfinite(power_of(sd)):
        return float("nan")
    low, high = 0.0, sd
    while power_of(high) < power:
        low, high = high, 2.0 * high
        if high > 1e9 * sd:
            return float("nan")
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (low, middle) if power_of(middle) >= power else (middle, high)
    return high


def _fewest(power_of: Callable[[int], float], power: float, least: int) -> int:
    """The first whole number from which the power is reached."""
    high = least
    while not power_of(high) >= power:
        high *= 2
        if high > MOST:
            return 0
    low = max(least - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= power else (middle, high)
    return high
