"""Restricted cubic splines: a curve that bends between knots and runs straight beyond the outer ones (Harrell's basis).

Not for: fitting; the columns go into a Cox model beside the others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.risk_sets import Floats

KNOT_SHARES = {3: (0.10, 0.50, 0.90), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.50, 0.725, 0.95)}
"""Harrell's quantiles (Regression Modeling Strategies, 2nd ed., table 2.3)."""


def harrell_knots(x: ArrayLike, count: int = 4) -> Floats:
    """Knots at Harrell's quantiles; fewer than ``count`` where values are so tied that knots fall together.

    Fewer than three distinct knots cannot bend a curve: the result is then empty.
    """
    values = np.asarray(x, dtype=np.float64)
    for number in range(min(count, len(np.unique(values))), 2, -1):
        knots = np.quantile(values, KNOT_SHARES[number])
        if (np.diff(knots) > 1e-9 * max(1.0, float(np.ptp(values)))).all():
            return np.asarray(knots, dtype=np.float64)
    return np.empty(0)


def restricted_cubic_spline(x: ArrayLike, knots: ArrayLike) -> Floats:
    """The nonlinear columns of the basis, shape (n, knots - 2); with x itself they span the spline.

    Source
    ------
    Stone and Koo 1985; scaled by the squared range of the knots as Harrell has it. The same space as R's
    ``splines::ns`` with these knots (checked in test_added_value.py).
    """
    values, t = np.asarray(x, dtype=np.float64), np.asarray(knots, dtype=np.float64)
    if len(t) < 3:
        raise ValueError("a restricted cubic spline has at least three knots")
    last, before = t[-1], t[-2]

    def cube(at: float) -> Floats:
        return np.asarray(np.maximum(values - at, 0.0) ** 3)

    columns = [cube(knot) - cube(before) * (last - knot) / (last - before) + cube(last) * (before - knot)
               / (last - before) for knot in t[:-2].tolist()]
    return np.asarray(np.column_stack(columns) / (last - t[0]) ** 2)
