"""How far scorers agree: Cohen's weighted kappa for grades, the intraclass correlation ICC(A,1) for numbers.

Not for: averaging the scores (core/data/assays/ihc.py) or deciding whether an agreement is good enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LINEAR, QUADRATIC = "linear", "quadratic"


@dataclass(frozen=True)
class Kappa:
    """Weighted kappa of two scorers over ``n`` samples; NaN where nothing but one grade was given by both."""

    value: float
    low: float
    high: float
    n: int
    weights: str


@dataclass(frozen=True)
class Icc:
    """ICC of ``scorers`` over ``n`` samples: single scores, two-way, absolute agreement (``consistency``: without it).

    ``value`` is ICC(2,1) of Shrout and Fleiss, ICC(A,1) of McGraw and Wong; ``consistency`` is ICC(3,1), ICC(C,1).
    """

    value: float
    low: float
    high: float
    consistency: float
    n: int
    scorers: int


def weighted_kappa(first: ArrayLike, second: ArrayLike, grades: ArrayLike, weights: str = QUADRATIC) -> Kappa:
    """Weighted kappa of two scorers.

    Parameters
    ----------
    first, second : array_like, shape (n_samples,)
        Grades given; pairs with a missing value (NaN) are passed over.
    grades : array_like
        Every grade of the scale in its order, also those that nobody gave: steps between grades count by their place
        in this list.
    weights : str
        "linear" counts a disagreement by its steps, "quadratic" by their square.

    Returns
    -------
    Kappa
        With the 95 % interval of the large-sample standard error, cut at -1 and 1.

    Source
    ------
    Cohen 1968; standard error of Fleiss, Cohen and Everitt 1969. Checked against Cohen's own example and hand values.
    """
    scale = list(np.asarray(grades, dtype=np.float64))
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    both = ~(np.isnan(one) | np.isnan(other))
    table = np.zeros((len(scale), len(scale)))
    for a, b in zip(one[both].tolist(), other[both].tolist(), strict=True):
        table[scale.index(a), scale.index(b)] += 1
    steps = np.abs(np.subtract.outer(np.arange(len(scale)), np.arange(len(scale)))).astype(np.float64)
    value, error = kappa_of_table(table, steps if weights == LINEAR else steps ** 2)
    return Kappa(value, max(value - 1.959964 * error, -1.0), min(value + 1.959964 * error, 1.0), int(both.sum()),
                 weights)


def kappa_of_table(table: ArrayLike, disagreement: ArrayLike) -> tuple[float, float]:
    """Weighted kappa and its standard error.

    Parameters
    ----------
    table : array_like, shape (k, k)
        Counts: rows are the grades of one scorer, columns those of the other.
    disagreement : array_like, shape (k, k)
        How much each pair of grades disagrees; 0 on the diagonal.

    Returns
    -------
    value, error : float
        NaN where no disagreement could be expected (one grade only), or nothing was scored.
    """
    counts = np.asarray(table, dtype=np.float64)
    apart = np.asarray(disagreement, dtype=np.float64)
    n = counts.sum()
    if n == 0 or apart.max() == 0:
        return float("nan"), float("nan")
    agreement = 1.0 - apart / apart.max()
    share = counts / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    seen, expected = float((agreement * share).sum()), float((agreement * np.outer(rows, columns)).sum())
    if expected >= 1.0 - 1e-12:
        return float("nan"), float("nan")
    of_row, of_column = agreement @ columns, rows @ agreement
    spread = share * (agreement * (1 - expected) - np.add.outer(of_row, of_column) * (1 - seen)) ** 2
    variance = (float(spread.sum()) - (seen * expected - 2 * expected + seen) ** 2) / (n * (1 - expected) ** 4)
    return (seen - expected) / (1 - expected), float(np.sqrt(max(variance, 0.0)))


def icc_agreement(scores: ArrayLike) -> Icc:
    """ICC(A,1): what share of the variance of one scorer's numbers lies between the samples.

    Parameters
    ----------
    scores : array_like, shape (n_samples, n_scorers)
        Samples with a missing score (NaN) are passed over.

    Returns
    -------
    Icc
        With the 95 % interval; NaN for fewer than two samples or scorers, and where nothing varies.

    Source
    ------
    Shrout and Fleiss 1979, case 2; interval of McGraw and Wong 1996. Checked against the table of the former.
    """
    values = np.asarray(scores, dtype=np.float64)
    values = values[~np.isnan(values).any(axis=1)]
    n, k = values.shape
    if n < 2 or k < 2:
        return Icc(float("nan"), float("nan"), float("nan"), float("nan"), n, k)
    between, of_scorers, rest = _mean_squares(values)
    total = between + (k - 1) * rest + k / n * (of_scorers - rest)
    consistency = (between - rest) / (between + (k - 1) * rest) if between + rest > 0 else float("nan")
    if total <= 0:
        return Icc(float("nan"), float("nan"), float("nan"), consistency, n, k)
    value = (between - rest) / total
    low, high = _interval(value, between, of_scorers, rest, n, k)
    return Icc(value, low, high, consistency, n, k)


def _mean_squares(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean squares between samples, between scorers and of the rest."""
    n, k = values.shape
    grand = values.mean()
    between = k * float(((values.mean(axis=1) - grand) ** 2).sum()) / (n - 1)
    of_scorers = n * float(((values.mean(axis=0) - grand) ** 2).sum()) / (k - 1)
    residual = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + grand
    return between, of_scorers, float((residual ** 2).sum()) / ((n - 1) * (k - 1))


def _interval(value: float, between: float, of_scorers: float, rest: float, n: int, k: int) -> tuple[float, float]:
    from scipy import stats  # takes a while to import, and most tables have one scorer

    if rest <= 1e-12 * between and of_scorers <= 1e-12 * between:
        return 1.0, 1.0
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    freedom = (a * of_scorers + b * rest) ** 2 / (
        (a * of_scorers) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1)))
    below, above = stats.f.ppf(0.975, n - 1, freedom), stats.f.ppf(0.975, freedom, n - 1)
    shared = k * of_scorers + (k * n - k - n) * rest
    return (float(n * (between - below * rest) / (below * shared + n * between)),
            float(n * (above * between - rest) / (shared + n * above * between)))
