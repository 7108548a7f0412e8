"""When a receptor counts as on: one rule on one column of values, with its thresholds and why it gives none.

States are 1 on, 0 off, -1 unknown. Not for: choosing a rule or putting measures together; consensus() votes on states
only (core/analyses/activation_compute.py reads the tables).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.mixture import TwoGroups, two_groups

Floats = NDArray[np.float64]
Calls = NDArray[np.int8]

ON, OFF, UNKNOWN = 1, 0, -1
REFERENCE_SHARE = 97.5
FEWEST_REFERENCES = 5
MAD_SCALE = 1.4826
FEWEST_FOR_SPREAD = 4
FEWEST_FOR_MIXTURE = 10
SMALLEST_GROUP = 0.10
SURE_ON, SURE_OFF = 0.8, 0.2
FAR = 40.0
"""SDs from a mean beyond which no value lies."""
JITTER = 0.1
"""Share of an SD by which thresholds are moved up and down to see which calls are firm."""


@dataclass(frozen=True, eq=False)
class ColumnCalls:
    """Calls of one column; ``compared`` is what was held against the thresholds, NaN where there is no value.

    At or above ``threshold`` (above it where ``strict``) is on, below ``threshold_off`` off, between them unknown.
    ``why_not`` says why nothing could be called; then all states are unknown.
    """

    states: Calls
    compared: Floats
    threshold: float
    threshold_off: float
    why_not: str = ""
    strict: bool = True
    blocked: NDArray[np.bool_] | None = None

    def moved(self, share_of_sd: float) -> Calls:
        """The states with both thresholds moved down by this share of the SD of what is compared."""
        known = self.compared[np.isfinite(self.compared)]
        if self.why_not or len(known) < 2:
            return self.states
        by = share_of_sd * float(known.std(ddof=1))
        states = by_threshold(self.compared + by, self.threshold, self.threshold_off, strict=self.strict).states
        if self.blocked is not None:
            states[(states == ON) & self.blocked] = OFF
        return states


def by_threshold(compared: ArrayLike, threshold: float, threshold_off: float | None = None, *,
                 strict: bool = True) -> ColumnCalls:
    """On above the threshold (at or above it unless ``strict``), off otherwise; a missing value is unknown."""
    values = np.asarray(compared, dtype=np.float64)
    off_at = threshold if threshold_off is None else threshold_off
    states = np.full(values.shape, UNKNOWN, dtype=np.int8)
    with np.errstate(invalid="ignore"):
        on = values > threshold if strict else values >= threshold
        off = ~on & ((values <= off_at) if strict else (values < off_at))
    states[on] = ON
    states[off & np.isfinite(values)] = OFF
    return ColumnCalls(states, values, float(threshold), float(off_at), strict=strict)


def none_called(values: ArrayLike, why: str) -> ColumnCalls:
    """All unknown, for a stated reason."""
    there = np.asarray(values, dtype=np.float64)
    return ColumnCalls(np.full(there.shape, UNKNOWN, dtype=np.int8), there, float("nan"), float("nan"), why)


def by_reference(values: ArrayLike, reference: ArrayLike) -> ColumnCalls:
    """On above the 97.5th percentile of the reference samples (R's quantile type 7)."""
    known = np.asarray(reference, dtype=np.float64)
    known = known[np.isfinite(known)]
    if len(known) < FEWEST_REFERENCES:
        return none_called(values, f"only {len(known)} reference samples have a value; {FEWEST_REFERENCES} are needed")
    return by_threshold(values, float(np.percentile(known, REFERENCE_SHARE)))


def by_robust_z(values: ArrayLike, limit: float = 2.0) -> ColumnCalls:
    """On where (x - median) / (1.4826 MAD) is above ``limit``; unknown for all where the MAD is 0."""
    x = np.asarray(values, dtype=np.float64)
    known = x[np.isfinite(x)]
    if len(known) < FEWEST_FOR_SPREAD:
        return none_called(x, f"only {len(known)} patients have a value; {FEWEST_FOR_SPREAD} are needed")
    middle = float(np.median(known))
    mad = float(np.median(np.abs(known - middle)))
    if not mad > 0:
        return none_called(x, "more than half of the patients have the same value (MAD 0)")
    return by_threshold((x - middle) / (MAD_SCALE * mad), limit)


def by_mixture(values: ArrayLike) -> ColumnCalls:
    """Posterior of the upper of two groups: above 0.8 on, below 0.2 off, between unknown.

    Only where BIC prefers two groups and each holds more than 10 %; otherwise all unknown. The thresholds are the
    values at which the posterior passes 0.8 and 0.2 where it rises with the value: beyond that stretch the tail of the
    wider group would turn it back, and the lowest values be on. Infinite where the posterior never gets there.
    """
    x = np.asarray(values, dtype=np.float64)
    known = np.isfinite(x)
    if known.sum() < FEWEST_FOR_MIXTURE or np.ptp(x[known]) == 0:
        return none_called(x, f"two groups cannot be looked for in {int(known.sum())} values"
                           + (" that are all equal" if known.sum() >= FEWEST_FOR_MIXTURE else ""))
    groups = two_groups(x[known])
    if not groups.bic_gain > 0:
        return none_called(x, "one group describes the values as well as two (BIC)")
    if not SMALLEST_GROUP < groups.share_upper < 1 - SMALLEST_GROUP:
        smaller = min(groups.share_upper, 1 - groups.share_upper)
        return none_called(x, f"the smaller of the two groups holds {100 * smaller:.0f} %, not more than 10 %")
    return by_threshold(x, _value_at(SURE_ON, groups), _value_at(SURE_OFF, groups))


def upper_posterior(x: float, groups: TwoGroups) -> float:
    """Probability that a value belongs to the upper group."""
    low = (np.log1p(-groups.share_upper) - np.log(groups.sd_lower)
           - 0.5 * ((x - groups.mean_lower) / groups.sd_lower) ** 2)
    high = (np.log(groups.share_upper) - np.log(groups.sd_upper)
            - 0.5 * ((x - groups.mean_upper) / groups.sd_upper) ** 2)
    return float(1.0 / (1.0 + np.exp(np.clip(low - high, -700.0, 700.0))))


def rising_stretch(groups: TwoGroups) -> tuple[float, float]:
    """Where the posterior rises: up to, or from, the value at which the wider group overtakes again."""
    low, high = groups.mean_lower - FAR * groups.sd_lower, groups.mean_upper + FAR * groups.sd_upper
    narrow, wide = 1 / groups.sd_upper**2, 1 / groups.sd_lower**2
    if abs(narrow - wide) < 1e-12 * (narrow + wide):
        return low, high
    turn = (groups.mean_upper * narrow - groups.mean_lower * wide) / (narrow - wide)
    return (max(low, turn), high) if groups.sd_upper > groups.sd_lower else (low, min(high, turn))


def _value_at(posterior: float, groups: TwoGroups) -> float:
    """The value of the rising stretch at which the posterior is reached, by bisection."""
    left, right = rising_stretch(groups)
    if upper_posterior(left, groups) >= posterior:
        return float("-inf")
    if upper_posterior(right, groups) <= posterior:
        return float("inf")
    for _ in range(200):
        middle = (left + right) / 2
        left, right = (middle, right) if upper_posterior(middle, groups) < posterior else (left, middle)
    return (left + right) / 2


def by_fold(before: ArrayLike, after: ArrayLike, least_change: float, floor: float) -> ColumnCalls:
    """On where after minus before reaches ``least_change`` (on the log scale) and after is above the noise floor."""
    change = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    found = by_threshold(change, least_change, strict=False)
    below = ~(np.asarray(after, dtype=np.float64) > floor)
    states = np.where(below & (found.states == ON), OFF, found.states).astype(np.int8)
    return ColumnCalls(states, change, found.threshold, found.threshold_off, strict=False, blocked=below)


def by_percentile(values: ArrayLike, upper_percent: float = 25.0) -> ColumnCalls:
    """On above the (100 - q)th percentile: fixes beforehand in how many patients the receptor is on."""
    x = np.asarray(values, dtype=np.float64)
    known = x[np.isfinite(x)]
    if len(known) < FEWEST_FOR_SPREAD:
        return none_called(x, f"only {len(known)} patients have a value; {FEWEST_FOR_SPREAD} are needed")
    if np.ptp(known) == 0:
        return none_called(x, "all patients have the same value")
    return by_threshold(x, float(np.percentile(known, 100.0 - upper_percent)))


def consensus(states: ArrayLike, needed: int = 2) -> Calls:
    """Votes of measures, (measures, ...), to one state: on or off with at least ``needed`` votes for it alone.

    A measure whose own state is unknown does not vote. Two against each other are unknown; two of three carry it.
    """
    votes = np.asarray(states)
    on, off = (votes == ON).sum(axis=0), (votes == OFF).sum(axis=0)
    found = np.full(votes.shape[1:], UNKNOWN, dtype=np.int8)
    found[(on >= needed) & (on > off)] = ON
    found[(off >= needed) & (off > on)] = OFF
    return found


def wilson(count: int, total: int) -> tuple[float, float]:
    """95 % interval of a share; NaN without a total (Wilson 1927)."""
    if not total:
        return float("nan"), float("nan")
    z2 = 1.959963984540054**2
    share = count / total
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = np.sqrt(z2) * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    low, high = float(max(0.0, centre - half)), float(min(1.0, centre + half))
    return 0.0 if count == 0 else low, 1.0 if count == total else high
