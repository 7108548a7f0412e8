"""Fine-Gray regression: how covariates go with the cumulative incidence of one cause, other causes left as they are.

Not for: the rate among patients still at risk; that is a Cox model in which other causes are censored (cause-specific).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.problems import Problem, warning
from core.statistics.competing_risks import checked_causes
from core.statistics.cox import FLAT, LARGEST_EXPONENT, MAX_ITERATIONS, standardised
from core.statistics.cox_model import independent_columns
from core.statistics.p_values import two_sided_normal
from core.statistics.risk_sets import Bools, Floats, Ints, checked_columns

STEP_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class FineGray:
    """A fitted model; arrays follow the columns. NaN for a constant or dependent column, and where it has no maximum.

    ``coef`` is the log of the subdistribution hazard ratio; ``se`` is robust (it also carries that the censoring
    distribution was estimated); ``loglik`` is the pseudo likelihood, which is no basis for a likelihood-ratio test.
    """

    coef: Floats
    se: Floats
    cov: Floats
    z: Floats
    p: Floats
    loglik: float
    loglik_null: float
    converged: bool
    n_iterations: int
    findings: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False)
class _Layout:
    """Patients sorted by time, and for each distinct time of the cause its place among them.

    A patient who had another cause stays in the risk set with the weight ``kept`` at the time / ``kept`` at the own
    end: the share that would still be under observation (Kaplan-Meier of being censored, just before the time).
    """

    time: Floats
    cause: Ints
    kept: Floats
    other: Bools
    first: Ints
    """(events' times,) position of the first patient with at least that time."""
    deaths: Floats
    kept_then: Floats
    mine: Bools
    """(n,) positions that had the cause."""
    time_of: Ints
    """For each of those, which distinct time."""


def fine_gray(time: ArrayLike, cause: ArrayLike, x: ArrayLike, of: int = 1) -> FineGray:
    """Proportional subdistribution hazards of all columns together, tied events as Breslow has them.

    Parameters
    ----------
    time, cause : (n,) as in ``cumulative_incidence``.
    x : (n, p) or (n,) covariates; missing values are refused.
    of : the cause whose incidence is modelled; every other non-zero cause competes.

    Source
    ------
    Fine and Gray 1999: weights by the Kaplan-Meier curve of censoring, sandwich variance. Newton with step halving to
    1e-12. Checked against R cmprsk::crr in test_competing_risks.py. Without another cause it is the Cox model with
    Breslow's ties and a robust standard error.
    """
    months, codes = checked_causes(time, cause)
    values = checked_columns(x, len(months))
    order = np.argsort(months, kind="stable")
    layout = _layout(months[order], codes[order], of)
    scaled, spread = standardised(values[order])
    n_columns = values.shape[1]
    coef, cov = np.full(n_columns, np.nan), np.full((n_columns, n_columns), np.nan)
    loglik_null, _, info = _derivatives(layout, scaled, np.zeros(n_columns))
    kept = independent_columns(info, spread > 0)
    findings: list[Problem] = []
    if len(kept) < n_columns:
        findings.append(warning(
            "dependent_covariate", f"{n_columns - len(kept)} of {n_columns} covariates say nothing that the others do "
            "not say already", why="such a covariate has no coefficient of its own",
            remedy="leave it out of the model"))
    block = scaled[:, kept]
    top = _climb(layout, block)
    if top is None:
        findings.append(warning(
            "no_maximum", "the Fine-Gray model has no finite best fit",
            why="a covariate separates the patients with the event from the others, or there are too few events",
            remedy="leave out covariates or merge their rare values"))
        empty = np.full(n_columns, np.nan)
        return FineGray(coef, empty, cov, empty.copy(), empty.copy(), float("nan"), loglik_null, False, 0,
                        tuple(findings))
    b, loglik, steps = top
    coef[kept] = b / spread[kept]
    cov[np.ix_(kept, kept)] = _sandwich(layout, block, b) / np.outer(spread[kept], spread[kept])
    se = np.sqrt(np.diag(cov))
    z = coef / se
    return FineGray(coef, se, cov, z, two_sided_normal(z), loglik, loglik_null, True, steps, tuple(findings))


def _layout(time: Floats, codes: Ints, of: int) -> _Layout:
    distinct, place = np.unique(time, return_inverse=True)
    here = np.bincount(place, minlength=len(distinct))
    at_risk = len(time) - np.concatenate(([0], np.cumsum(here)[:-1]))[:len(here)]
    gone = np.bincount(place[codes == 0], minlength=len(distinct))
    share = np.cumprod(1.0 - gone / np.maximum(at_risk, 1))
    just_before = np.concatenate(([1.0], share[:-1]))[:len(share)]
    mine = codes == of
    deaths = np.bincount(place[mine], minlength=len(distinct)).astype(np.float64)
    busy = np.flatnonzero(deaths)
    first = np.searchsorted(time, distinct[busy], side="left")
    number = np.full(len(distinct), -1, dtype=np.intp)
    number[busy] = np.arange(len(busy))
    return _Layout(time, codes, just_before[place], (codes > 0) & ~mine, np.asarray(first, dtype=np.intp),
                   deaths[busy], just_before[busy], mine, number[place[mine]])


def _sums_at(layout: _Layout, values: Floats) -> Floats:
    """Weighted sums over the risk set at each time of the cause; ``values`` has positions on the first axis."""
    shape = (-1,) + (1,) * (values.ndim - 1)
    later = np.cumsum(values[::-1], axis=0)[::-1]
    staying = np.cumsum(np.where(layout.other, 1.0 / layout.kept, 0.0).reshape(shape) * values, axis=0)
    earlier = np.where((layout.first > 0).reshape(shape), staying[np.maximum(layout.first - 1, 0)], 0.0)
    return np.asarray(later[layout.first] + layout.kept_then.reshape(shape) * earlier)


def _derivatives(layout: _Layout, x: Floats, b: Floats) -> tuple[float, Floats, Floats]:
    """Log pseudo likelihood, score and information at ``b``."""
    n_columns = x.shape[1]
    if not len(layout.deaths):
        return 0.0, np.zeros(n_columns), np.zeros((n_columns, n_columns))
    linear = x @ b
    linear = linear - linear[layout.mine].mean()
    weight = np.exp(linear)
    total = _sums_at(layout, weight)
    means = _sums_at(layout, weight[:, None] * x) / total[:, None]
    loglik = float(linear[layout.mine].sum() - layout.deaths @ np.log(total))
    score = x[layout.mine].sum(axis=0) - layout.deaths @ means
    squares = _collected(layout, weight, layout.deaths / total)
    info = (x * squares[:, None]).T @ x - (means * layout.deaths[:, None]).T @ means
    return loglik, np.asarray(score), 0.5 * (info + info.T)


def _collected(layout: _Layout, weight: Floats, hazard: Floats) -> Floats:
    """What each patient collects of ``hazard`` (one entry per time of the cause) while in the risk set."""
    upto = np.concatenate(([0.0], np.cumsum(hazard)))
    scaled = hazard * layout.kept_then
    after = np.concatenate((np.cumsum(scaled[::-1])[::-1], [0.0]))
    passed = _times_passed(layout)
    return np.asarray(weight * (upto[passed] + np.where(layout.other, after[passed] / layout.kept, 0.0)))


def _times_passed(layout: _Layout) -> Ints:
    """For each patient the number of times of the cause at or before the own end."""
    return np.asarray(np.searchsorted(layout.time[layout.first], layout.time, side="right"), dtype=np.intp)


def _climb(layout: _Layout, x: Floats) -> tuple[Floats, float, int] | None:
    """Newton with step halving from 0; None where the likelihood has no maximum within reach."""
    b = np.zeros(x.shape[1])
    if not len(b) or not len(layout.deaths):
        return None
    loglik, score, info = _derivatives(layout, x, b)
    for iteration in range(1, MAX_ITERATIONS + 1):
        if np.linalg.eigvalsh(info)[0] < FLAT:
            return None
        step = np.linalg.solve(info, score)
        # Newton doubles the right digits: after a step of 1e-7 the coefficient stands to about 1e-14.
        if np.abs(step).max() <= max(STEP_TOLERANCE, 1e-13 * np.abs(b).max()):
            return b + step, loglik, iteration
        for _ in range(30):
            proposed = b + step
            if np.abs(x @ proposed).max() <= LARGEST_EXPONENT:
                new = _derivatives(layout, x, proposed)
                if new[0] >= loglik - 1e-10 * abs(loglik):
                    break
            step = 0.5 * step
        else:
            return None
        b, (loglik, score, info) = proposed, new
    return None


def _sandwich(layout: _Layout, x: Floats, b: Floats) -> Floats:
    """Robust covariance: each patient's own share of the score, and its share in the estimated censoring curve."""
    linear = x @ b
    weight = np.exp(linear - linear[layout.mine].mean())
    total = _sums_at(layout, weight)
    means = _sums_at(layout, weight[:, None] * x) / total[:, None]
    hazard = layout.deaths / total
    info = _derivatives(layout, x, b)[2]
    columns = [_collected(layout, weight, hazard * means[:, j]) for j in range(x.shape[1])]
    share = np.column_stack(columns) - x * _collected(layout, weight, hazard)[:, None]
    share[layout.mine] += x[layout.mine] - means[layout.time_of]
    bread = np.linalg.inv(info)
    share = (share + _share_of_censoring(layout, x, weight, means, hazard)) @ bread
    return np.asarray(share.T @ share)


def _share_of_censoring(layout: _Layout, x: Floats, weight: Floats, means: Floats, hazard: Floats) -> Floats:
    """What a censored patient changes in the weights of those who had another cause before (psi of Fine and Gray).

    A censoring at c lowers the weight, at every later time of the cause, of those who had another cause before c.
    """
    start = np.searchsorted(layout.time, layout.time, side="left")
    staying = np.where(layout.other, weight / layout.kept, 0.0)
    held = np.concatenate(([0.0], np.cumsum(staying)))[start]
    held_x = np.vstack((np.zeros(x.shape[1]), np.cumsum(staying[:, None] * x, axis=0)))[start]
    scaled = hazard * layout.kept_then
    ahead = np.concatenate((np.cumsum(scaled[::-1])[::-1], [0.0]))
    ahead_x = np.vstack((np.cumsum((scaled[:, None] * means)[::-1], axis=0)[::-1], np.zeros(x.shape[1])))
    at = np.searchsorted(layout.time[layout.first], layout.time, side="left")
    q = held_x * ahead[at][:, None] - held[:, None] * ahead_x[at]
    at_risk = (len(layout.time) - start).astype(np.float64)
    censored = layout.cause == 0
    own = np.where(censored[:, None], q / at_risk[:, None], 0.0)
    paid = np.vstack((np.zeros(x.shape[1]), np.cumsum(np.where(censored[:, None], q / at_risk[:, None] ** 2, 0.0),
                                                     axis=0)))
    end = np.searchsorted(layout.time, layout.time, side="right")
    return np.asarray(own - paid[end])
