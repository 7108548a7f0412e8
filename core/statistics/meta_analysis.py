"""Effects of several cohorts put together: fixed, DerSimonian-Laird and REML, with modified Knapp-Hartung intervals.

Not for: pooling patients. Each cohort gives one estimate with its standard error, and the cohorts stay apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.statistics.p_values import Z_95

MODELS = ("fixed", "dl", "reml", "dl_mkh", "reml_mkh")
"""Inverse variance; DerSimonian-Laird and REML with a normal interval; both with modified Knapp-Hartung."""
STEPS = 200
SMALLEST_STEP = 1e-5
GRID = 240
"""The restricted likelihood can have two maxima: every interval of a fine grid is asked for one."""


@dataclass(frozen=True)
class Pooled:
    """One model over the cohorts; None where it is not defined.

    Attributes
    ----------
    estimate, se
        The pooled effect and its standard error; of the ``_mkh`` models se is sqrt(max(1, q) / sum w*) with
        q = sum w*(y - estimate)^2 / (k - 1), so never smaller than without it.
    low, high
        95 % interval: normal for fixed, dl and reml, t with k - 1 for the ``_mkh`` models (None at k = 1).
    p
        Two-sided P of no effect from the same distribution.
    tau2
        Variance between cohorts; 0 for fixed, None at k = 1.
    i2
        max(0, (Q - df) / Q), from the fixed weights and so the same for every model; None at k = 1.
    q
        Cochran's Q, fixed weights; df is k - 1.
    prediction_low, prediction_high
        Where the effect in another such cohort lies: estimate +- t(k - 2) sqrt(tau2 + se^2) with the modified
        Knapp-Hartung se, for dl and reml as well. None for fixed and for k < 3.
    """

    model: str
    k: int
    estimate: float
    se: float
    low: float | None
    high: float | None
    p: float | None
    tau2: float | None
    i2: float | None
    q: float
    prediction_low: float | None = None
    prediction_high: float | None = None


def pool(effects: Sequence[float], standard_errors: Sequence[float]) -> tuple[Pooled, ...]:
    """All models, in the order of ``MODELS``. The order of the cohorts changes nothing, not even the last bit.

    Parameters
    ----------
    effects, standard_errors : sequence of float, shape (k,)
        For instance log hazard ratios per SD. Missing values are refused, not dropped.

    Raises
    ------
    ValueError
        For no cohort, unequal lengths, a missing value or a standard error that is not above 0.

    Source
    ------
    DerSimonian and Laird 1986; Viechtbauer 2005 (REML); Knapp and Hartung 2003; Roever, Knapp and Friede 2015 for the
    variance factor not below 1; Higgins, Thompson and Spiegelhalter 2009 for the prediction interval. Checked against
    R metafor in test_meta_analysis.py.
    """
    y, s = [float(value) for value in effects], [float(value) for value in standard_errors]
    if not y or len(y) != len(s):
        raise ValueError(f"{len(y)} effects and {len(s)} standard errors")
    if not all(map(math.isfinite, [*y, *s])) or min(s) <= 0:
        raise ValueError("every cohort needs an effect and a standard error above 0")
    order = sorted(range(len(y)), key=lambda i: (y[i], s[i]))
    y, v = [y[i] for i in order], [s[i] ** 2 for i in order]
    k = len(y)
    weights = [1.0 / value for value in v]
    fixed = _mean(y, weights)
    q = math.fsum(w * (value - fixed) ** 2 for w, value in zip(weights, y))
    i2 = None if k < 2 else (max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0)
    se = _standard_error(v)
    rows = [Pooled("fixed", k, fixed, se, fixed - Z_95 * se, fixed + Z_95 * se, _normal_p(fixed / se),
                   None if k < 2 else 0.0, i2, q)]
    between = {"dl": _dersimonian_laird(weights, q), "reml": reml_tau2(y, v)} if k > 1 else \
        {"dl": 0.0, "reml": 0.0}
    plain, modified = [], []
    for model, tau2 in between.items():
        normal, hartung = _random_effects(model, y, v, tau2, i2, q)
        plain.append(normal)
        modified.append(hartung)
    return (*rows, *plain, *modified)


def leave_one_out(effects: Sequence[float], standard_errors: Sequence[float]) -> tuple[tuple[Pooled, ...], ...]:
    """Per cohort, in the order given, the models over all others; empty for fewer than two cohorts."""
    if len(effects) < 2:
        return ()
    return tuple(pool([*effects[:i], *effects[i + 1:]], [*standard_errors[:i], *standard_errors[i + 1:]])
                 for i in range(len(effects)))


def _random_effects(model: str, y: Sequence[float], v: Sequence[float], tau2: float, i2: float | None,
                    q: float) -> tuple[Pooled, Pooled]:
    """The same tau2 with a normal and with a modified Knapp-Hartung interval."""
    k = len(y)
    weights = [1.0 / (value + tau2) for value in v]
    total = math.fsum(weights)
    estimate = _mean(y, weights)
    se = _standard_error([value + tau2 for value in v])
    stated = None if k < 2 else tau2
    normal = (estimate - Z_95 * se, estimate + Z_95 * se)
    if k < 2:
        return (Pooled(model, k, estimate, se, *normal, _normal_p(estimate / se), stated, i2, q),
                Pooled(f"{model}_mkh", k, estimate, se, None, None, None, stated, i2, q))
    spread = math.fsum(w * (value - estimate) ** 2 for w, value in zip(weights, y)) / (k - 1)
    modified = math.sqrt(max(1.0, spread) / total)
    half = _t_quantile(0.975, k - 1) * modified
    prediction: tuple[float | None, float | None] = (None, None)
    if k > 2:
        reach = _t_quantile(0.975, k - 2) * math.sqrt(tau2 + modified ** 2)
        prediction = (estimate - reach, estimate + reach)
    return (Pooled(model, k, estimate, se, *normal, _normal_p(estimate / se), stated, i2, q, *prediction),
            Pooled(f"{model}_mkh", k, estimate, modified, estimate - half, estimate + half,
                   _t_p(estimate / modified, k - 1), stated, i2, q, *prediction))


def _mean(y: Sequence[float], weights: Sequence[float]) -> float:
    if len(y) == 1:
        return y[0]
    return math.fsum(w * value for w, value in zip(weights, y)) / math.fsum(weights)


def _standard_error(variances: Sequence[float]) -> float:
    return math.sqrt(variances[0] if len(variances) == 1 else 1 / math.fsum(1 / value for value in variances))


def _dersimonian_laird(weights: Sequence[float], q: float) -> float:
    total = math.fsum(weights)
    scale = total - math.fsum(w * w for w in weights) / total
    return max(0.0, (q - (len(weights) - 1)) / scale)


def reml_tau2(y: Sequence[float], v: Sequence[float]) -> float:
    """The variance between cohorts by REML as R metafor finds it: Fisher scoring from Hedges' estimate, ended at the
    first step of at most 1e-5.

    The stop is part of the published numbers that people compare with; the top of the likelihood lies within about that
    step (``restricted_tau2``), and is taken where the steps do not end. Steps are half as long as Fisher's, which ends
    where whole ones swing for ever.
    """
    k = len(y)
    mean = math.fsum(y) / k
    tau2 = max(0.0, math.fsum((value - mean) ** 2 for value in y) / (k - 1) - math.fsum(v) / k)
    for _ in range(STEPS):
        weights = [1.0 / (value + tau2) for value in v]
        centre = _mean(y, weights)
        total, second, third = (math.fsum(w ** power for w in weights) for power in (1, 2, 3))
        slope = math.fsum(w * w * (value - centre) ** 2 for w, value in zip(weights, y)) - total + second / total
        curvature = second - 2.0 * third / total + (second / total) ** 2
        if not curvature > 0:
            break
        step = 0.5 * slope / curvature
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= SMALLEST_STEP:
            return tau2
    return restricted_tau2(y, v)


def restricted_tau2(y: Sequence[float], v: Sequence[float]) -> float:
    """The variance between cohorts at the highest restricted likelihood, to the last digits; 0 where that is at 0.

    Programs that stop their iteration early (metafor by default when a step is below 1e-5) agree to about that step.
    """
    def slope(tau2: float) -> float:
        weights = [1.0 / (value + tau2) for value in v]
        total = math.fsum(weights)
        mean = _mean(y, weights)
        squares = math.fsum(w * w * (value - mean) ** 2 for w, value in zip(weights, y))
        return squares - total + math.fsum(w * w for w in weights) / total

    def height(tau2: float) -> float:
        weights = [1.0 / (value + tau2) for value in v]
        mean = _mean(y, weights)
        return -0.5 * (math.fsum(math.log(value + tau2) for value in v) + math.log(math.fsum(weights))
                       + math.fsum(w * (value - mean) ** 2 for w, value in zip(weights, y)))

    mean = math.fsum(y) / len(y)
    largest = 10.0 * (max((value - mean) ** 2 for value in y) + max(v))
    smallest = 1e-9 * min(v)
    ratio = (largest / smallest) ** (1.0 / GRID)
    grid = [0.0, *(smallest * ratio ** step for step in range(GRID + 1))]
    best = 0.0
    for low, high in pairwise(grid):
        if slope(low) > 0 >= slope(high):
            candidate = _root(slope, low, high)
            if height(candidate) > height(best):
                best = candidate
    return best


def _root(slope: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        if slope(middle) > 0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _normal_p(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2.0))


def _t_quantile(p: float, df: int) -> float:
    from scipy.special import stdtrit  # not at the top: SciPy is not loaded before the first window

    return float(stdtrit(df, p))


def _t_p(t: float, df: int) -> float:
    from scipy.special import stdtr

    return float(2.0 * stdtr(df, -abs(t)))
