"""Step-down maxT over receptors for cell lines: groups or responses shuffled against lines, all ways where few.

Not for: pairs (sign_flips.py), survival (resampling.py) or the shift between groups (two_groups.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations, product
from math import comb, factorial, prod

import numpy as np
from numpy.typing import ArrayLike

from core.jobs import JobContext
from core.statistics.multiplicity import StepDown
from core.statistics.risk_sets import Bools, Floats, Ints

ALL_UP_TO = 10_000
"""Ways to shuffle up to which all are looked at."""

CELLS_PER_BLOCK = 400_000
DRAWN_TOGETHER = 256
INFINITE = 1e12
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class LineMaxT:
    """``statistic`` (g,) is the observed one with its sign (Welch's t, or rho), ``p`` of one receptor alone by the same
    shuffles and ``p_maxt`` corrected for all. ``shuffles`` counts those looked at besides the data as they are;
    ``exact`` is True where these are all; ``smallest_p`` is the smallest P that they can give.
    """

    statistic: Floats
    p: Floats
    p_maxt: Floats
    shuffles: int
    exact: bool
    smallest_p: float


def welch_max_t(values: ArrayLike, second: ArrayLike, shuffles: int, seed: int, strata: ArrayLike | None = None,
                job: JobContext | None = None) -> LineMaxT:
    """maxT on \\|Welch t\\| of two groups of lines by shuffling which lines are in which group.

    Parameters
    ----------
    values : (n, g) NaN where missing; such a line is left out for that receptor only, in every shuffle.
    second : (n,) bool, True for the second group (resistant); t is positive where it is higher.
    shuffles : how many are drawn where there are more than 10,000 ways; 0 gives P NaN.
    strata : (n,) codes, optional: lines are shuffled within them. The statistic then is the t of the values taken from
        their stratum's mean.

    Source
    ------
    Welch 1947; Westfall and Young 1993.
    """
    x, group = _columns(values), np.asarray(second, dtype=np.bool_)
    codes = _codes(strata, len(x))
    centred = _centred(x, codes)
    known = np.isfinite(centred)
    filled = np.where(known, centred, 0.0)
    present, squares = known.astype(np.float64), filled * filled

    def statistic(orders: Ints) -> Floats:
        return _welch(group[orders].astype(np.float64), filled, squares, present)

    ways = prod(comb(int((codes == code).sum()), int(group[codes == code].sum())) for code in np.unique(codes))
    every = _all_groups(group, codes) if ways <= ALL_UP_TO else None
    mirrored = all(2 * int(group[codes == code].sum()) == int((codes == code).sum()) for code in np.unique(codes))
    plan = _Plan(codes, ways, every, 2 if mirrored else 1, shuffles, seed)
    return _shuffled(statistic, x.shape, plan, job or JobContext())


def spearman_max_t(values: ArrayLike, response: ArrayLike, shuffles: int, seed: int, strata: ArrayLike | None = None,
                   covariates: ArrayLike | None = None, job: JobContext | None = None) -> LineMaxT:
    """maxT on \\|Spearman's rho\\| with a response by shuffling the response against the lines.

    Parameters
    ----------
    values : (n, g) NaN where missing; such a line is left out for that receptor only, in every shuffle.
    response : (n,) complete; tied values share their rank.
    strata : (n,) codes, optional: ranks are taken within them, and the response is shuffled within them.
    covariates : (n, p) complete, optional: what they explain linearly is taken off the ranks of both first, the rest
        of the response is shuffled, and they are fitted to it anew. This is approximate.

    Source
    ------
    Spearman 1904; Westfall and Young 1993; Freedman and Lane 1983 for the covariates.
    """
    return _along(values, response, _ranks, _Shuffles(shuffles, seed, strata, covariates), job)


def linear_max_t(values: ArrayLike, response: ArrayLike, shuffles: int, seed: int, strata: ArrayLike | None = None,
                 covariates: ArrayLike | None = None, job: JobContext | None = None) -> LineMaxT:
    """maxT on \\|partial correlation\\| of values and response (two groups: 1 and 0), which is the t of a linear model
    with the covariates; parameters as for ``spearman_max_t``.

    Source
    ------
    Freedman and Lane 1983; Westfall and Young 1993.
    """
    return _along(values, response, _centred_rows, _Shuffles(shuffles, seed, strata, covariates), job)


@dataclass(frozen=True, eq=False)
class _Shuffles:
    """How many, from which seed, within which strata, beside which covariates."""

    number: int
    seed: int
    strata: ArrayLike | None
    covariates: ArrayLike | None


def _along(values: ArrayLike, response: ArrayLike, scored: Callable[[Floats, Ints], Floats], asked: _Shuffles,
           job: JobContext | None) -> LineMaxT:
    """maxT on the correlation of scored values and response: ranks, or values as they are, centred within strata."""
    x, y = _columns(values), np.asarray(response, dtype=np.float64)
    codes = _codes(asked.strata, len(x))
    known = np.isfinite(x)
    patterns: dict[bytes, list[int]] = {}
    for column in range(x.shape[1]):
        patterns.setdefault(known[:, column].tobytes(), []).append(column)
    design = None if asked.covariates is None else _design(asked.covariates, codes)
    own = scored(y[None], codes)[0]
    rests = None if design is None else _without(own[None], _basis(design))[0]
    parts: list[tuple[Ints, list[int], Floats, Floats | None]] = []
    for columns in patterns.values():
        rows = np.flatnonzero(known[:, columns[0]])
        if len(rows) < 3:
            continue
        scores, basis = scored(x[rows][:, columns].T, codes[rows]), None if design is None else _basis(design[rows])
        parts.append((rows, columns, _unit(scores if basis is None else _without(scores, basis)).T, basis))

    def statistic(orders: Ints) -> Floats:
        found = np.full((len(orders), x.shape[1]), np.nan)
        for rows, columns, unit, basis in parts:
            if rests is not None and basis is not None:
                scores = _without(rests[orders][:, rows], basis)  # the covariates are fitted anew in every shuffle
            else:  # a shuffle within strata has the ranks of the data as they are
                scores = own[orders] if len(rows) == len(y) else scored(y[orders][:, rows], codes[rows])
            found[:, columns] = _unit(scores) @ unit
        return found

    sizes = [int((codes == code).sum()) for code in np.unique(codes)]
    ways = prod(factorial(size) if size <= 12 else ALL_UP_TO + 1 for size in sizes)
    every = _all_orders(codes) if ways <= ALL_UP_TO else None
    plan = _Plan(codes, ways, every, 2, asked.number, asked.seed)
    return _shuffled(statistic, x.shape, plan, job or JobContext())


@dataclass(frozen=True, eq=False)
class _Plan:
    """Which shuffles to look at: drawn ones, or all ``ways`` (``every``), ``mirrored`` of which give the same size."""

    codes: Ints
    ways: int
    every: Iterator[Ints] | None
    mirrored: int
    shuffles: int
    seed: int

    def blocks(self, size: int) -> Iterator[Ints]:
        """Orders (B, n), without the one that leaves the data as they are."""
        if not self.shuffles:
            return
        if self.every is None:
            for start in range(0, self.shuffles, DRAWN_TOGETHER):
                yield _drawn(self.codes, self.seed, start)[:self.shuffles - start]
            return
        next(self.every)
        while taken := [order for _, order in zip(range(size), self.every)]:
            yield np.array(taken, dtype=np.intp)

    @property
    def planned(self) -> int:
        return (self.ways - 1 if self.every is not None else self.shuffles) if self.shuffles else 0


def _shuffled(statistic: Callable[[Ints], Floats], shape: tuple[int, ...], plan: _Plan, job: JobContext) -> LineMaxT:
    n, g = shape
    observed = _bounded(statistic(np.arange(n)[None]))[0]
    size = np.abs(observed)
    limit = size - ROUNDING * np.maximum(1.0, size)
    count = StepDown.begin(size)
    alone = np.zeros(g, dtype=np.int64)
    done = 0
    for orders in plan.blocks(int(np.clip(CELLS_PER_BLOCK // max(n, g, 1), 16, 4096))):
        job.progress(done / plan.planned, f"Shuffling lines, {done:,} of {plan.planned:,}")
        null = np.abs(_bounded(statistic(orders)))
        count = count.add(null)
        alone += (np.nan_to_num(null, nan=-np.inf) >= limit).sum(axis=0)
        done += len(orders)
    exact = plan.every is not None
    if not done and not (exact and plan.shuffles):
        nothing = np.full(g, np.nan)
        return LineMaxT(observed, nothing, nothing, 0, exact, float("nan"))
    p = np.where(np.isfinite(observed), (1.0 + alone) / (done + 1.0), np.nan)
    return LineMaxT(observed, p, count.p() if done else p, done, exact,
                    min(1.0, (plan.mirrored if exact else 1.0) / (done + 1.0)))


def _bounded(statistic: Floats) -> Floats:
    """A number in place of an infinite t (two groups without spread), so that two such are a tie."""
    return np.where(np.isinf(statistic), np.sign(statistic) * INFINITE, statistic)


def _drawn(codes: Ints, seed: int, start: int) -> Ints:
    """Shuffles ``start`` to ``start`` + 255, by a generator of their own."""
    generator = np.random.default_rng([seed, start])
    orders = np.tile(np.arange(len(codes), dtype=np.intp), (DRAWN_TOGETHER, 1))
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        orders[:, rows] = generator.permuted(orders[:, rows], axis=1)
    return orders


def _all_orders(codes: Ints) -> Iterator[Ints]:
    """All orders within strata; the first leaves everything as it is."""
    members = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    for parts in product(*(permutations(rows.tolist()) for rows in members)):
        order = np.arange(len(codes))
        for rows, part in zip(members, parts):
            order[rows] = part
        yield order


def _all_groups(group: Bools, codes: Ints) -> Iterator[Ints]:
    """Orders that give every way to share out the labels within strata; the first leaves everything as it is."""
    yield np.arange(len(group))
    members = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    choices = [combinations(rows.tolist(), int(group[rows].sum())) for rows in members]
    for parts in product(*choices):
        chosen = np.zeros(len(group), dtype=np.bool_)
        chosen[[row for part in parts for row in part]] = True
        if np.array_equal(chosen, group):
            continue
        order = np.arange(len(group))
        for rows in members:
            order[rows[chosen[rows]]] = rows[group[rows]]
            order[rows[~chosen[rows]]] = rows[~group[rows]]
        yield order


def _welch(labels: Floats, filled: Floats, squares: Floats, present: Floats) -> Floats:
    """Welch's t, (B, g); NaN where a group has fewer than two values or nothing differs."""
    totals = present.sum(axis=0), filled.sum(axis=0), squares.sum(axis=0)
    n_two, s_two, q_two = labels @ present, labels @ filled, labels @ squares
    n_one, s_one, q_one = totals[0] - n_two, totals[1] - s_two, totals[2] - q_two
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = s_two / n_two - s_one / n_one
        scale = totals[2] / np.maximum(totals[0], 1.0)
        spread = (np.maximum(q_two - s_two**2 / n_two, 0.0) / (n_two - 1.0) / n_two
                  + np.maximum(q_one - s_one**2 / n_one, 0.0) / (n_one - 1.0) / n_one)
        spread = np.where(spread > 1e-14 * scale, spread, 0.0)
        apart = np.where(np.abs(apart) > 1e-7 * np.sqrt(scale), apart, 0.0)
        t = apart / np.sqrt(spread)
    t = np.where((spread == 0) & (apart == 0) & (scale > 0), 0.0, t)
    return np.asarray(np.where((n_one >= 2) & (n_two >= 2) & (scale > 0), t, np.nan))


def _ranks(rows: Floats, codes: Ints) -> Floats:
    """Ranks of each row within strata, centred there; tied values share their mean rank."""
    from scipy.stats import rankdata  # not at the top: the other tests of core need none of scipy.stats

    out = np.empty(rows.shape)
    for code in np.unique(codes):
        at = np.flatnonzero(codes == code)
        ranked = rankdata(rows[:, at], axis=1)
        out[:, at] = (ranked - ranked.mean(axis=1, keepdims=True)) / (len(at) + 1.0)
    return out


def _unit(rows: Floats) -> Floats:
    size = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.where(size > 1e-12, size, np.nan))


def _centred_rows(rows: Floats, codes: Ints) -> Floats:
    """Each row less its mean, within strata."""
    return _centred(rows.T, codes).T


def _design(covariates: ArrayLike, codes: Ints) -> Floats:
    """Strata (or one mean) and covariates, (n, terms)."""
    return np.column_stack([*(codes == code for code in np.unique(codes)), np.asarray(covariates, dtype=np.float64)])


def _basis(design: Floats) -> Floats:
    """Orthonormal columns that span the design; dependent terms add nothing."""
    left, size, _ = np.linalg.svd(design, full_matrices=False)
    return np.asarray(left[:, size > 1e-9 * size[0]])


def _without(rows: Floats, basis: Floats) -> Floats:
    """What is left of each row once the design is taken off."""
    return rows - (rows @ basis) @ basis.T


def adjusted_values(values: ArrayLike, second: ArrayLike, covariates: ArrayLike,
                    strata: ArrayLike | None = None) -> Floats:
    """Values (n, g) as they would be with the covariates at their means, by a linear model with groups and covariates,
    column by column among its known lines; NaN stays NaN."""
    x, group = _columns(values), np.asarray(second, dtype=np.float64)
    beside = np.asarray(covariates, dtype=np.float64)
    codes = _codes(strata, len(x))
    left = np.full(x.shape, np.nan)
    for column in range(x.shape[1]):
        rows = np.flatnonzero(np.isfinite(x[:, column]))
        if len(rows):
            own = beside[rows]
            design = np.column_stack([own, _design(group[rows, None], codes[rows])])
            weights = np.linalg.lstsq(design, x[rows, column], rcond=None)[0][:own.shape[1]]
            left[rows, column] = x[rows, column] - (own - own.mean(axis=0)) @ weights
    return left


def residuals(values: ArrayLike, covariates: ArrayLike, strata: ArrayLike | None = None) -> Floats:
    """Complete values (n, g) without what the covariates and strata explain."""
    x = _columns(values)
    return np.asarray(_without(x.T, _basis(_design(covariates, _codes(strata, len(x))))).T)


def _centred(x: Floats, codes: Ints) -> Floats:
    """Each column less its mean, within strata."""
    out = x.copy()
    for code in np.unique(codes):
        at = codes == code
        known = np.isfinite(x[at])
        mean = np.where(known, x[at], 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        constant = np.where(known, x[at], -np.inf).max(axis=0) == np.where(known, x[at], np.inf).min(axis=0)
        out[at] = np.where(constant & known, 0.0, x[at] - mean)
    return out


def _columns(values: ArrayLike) -> Floats:
    x = np.asarray(values, dtype=np.float64)
    return x[:, None] if x.ndim == 1 else x


def _codes(strata: ArrayLike | None, n: int) -> Ints:
    return np.zeros(n, dtype=np.int64) if strata is None else np.asarray(strata, dtype=np.int64)
