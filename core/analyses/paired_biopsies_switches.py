"""Who switched a receptor on or off: a change beyond the rule, and positive or negative by a cut.

Not for: tests of the changes themselves (paired_biopsies_compute.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.paired_biopsies_numbers import DOWN, NOT_MEASURED, UNCHANGED, UP, Positivity, SwitchRule
from core.data.tables import ExpressionMatrix, Scale
from core.figures.number_words import short_number
from core.statistics.mcnemar import mcnemar
from core.statistics.multiplicity import holm
from core.statistics.risk_sets import Floats

if TYPE_CHECKING:
    from core.analyses.paired_biopsies_parameters import Parameters

RISE_LOG2, RISE_SD, RISE_CALL = 0.8, 0.8, 1.0
SCORE_STEPS = ((3.0, 1.0), (8.0, 2.0), (100.0, 10.0))
"""Highest value of a score -> the change that counts: 0 to 3+, Allred, percent; above that an H-score."""
H_SCORE_STEP = 30.0


def switch_rule(matrix: ExpressionMatrix, parameters: Parameters) -> SwitchRule:
    """The rule as it was asked for; ``rise`` 0 takes what fits the scale of the table."""
    rise = parameters.rise if parameters.rise > 0 else _usual_rise(matrix)
    levels = matrix.scale not in (Scale.Z, Scale.LOG_RATIO, Scale.CALLS)
    floor = parameters.noise_floor if parameters.noise_floor > 0 and levels else None
    unit = {Scale.Z: "SD", Scale.SCORE: "points", Scale.CALLS: "call"}.get(matrix.scale, "log2")
    words = f"a change of at least {short_number(rise)} {unit}"
    if floor is not None:
        words += f" that begins or ends above the noise floor of {short_number(floor)}"
    return SwitchRule(rise, floor, words)


def _usual_rise(matrix: ExpressionMatrix) -> float:
    if matrix.scale is Scale.CALLS:
        return RISE_CALL
    if matrix.scale is Scale.Z:
        return RISE_SD
    if matrix.scale is not Scale.SCORE:
        return RISE_LOG2
    known = matrix.values[np.isfinite(matrix.values)]
    top = float(known.max()) if known.size else 0.0
    return next((step for highest, step in SCORE_STEPS if top <= highest), H_SCORE_STEP)


def switch_calls(before: Floats, after: Floats, rule: SwitchRule) -> NDArray[np.int8]:
    """UP, DOWN, UNCHANGED or NOT_MEASURED of each pair and receptor, shape (m, g).

    A change counts from ``rise`` on; with a noise floor a rise must end and a fall must begin at or above it.
    """
    change = after - before
    reach = np.abs(change) >= rule.rise - 1e-9
    floor = -np.inf if rule.floor is None else rule.floor
    up, down = reach & (change > 0) & (after >= floor), reach & (change < 0) & (before >= floor)
    calls = np.where(up, UP, np.where(down, DOWN, UNCHANGED))
    return np.where(np.isfinite(change), calls, NOT_MEASURED).astype(np.int8)


def positivity(matrix: ExpressionMatrix, before: Floats, after: Floats, cut: float) -> Positivity | None:
    """McNemar's exact test of who became positive or negative; None without a cut. On calls the cut is on or off."""
    if matrix.scale is Scale.CALLS and cut <= 0:
        cut = 1.0
    if cut <= 0:
        return None
    known = np.isfinite(before) & np.isfinite(after)
    first, second = before >= cut, after >= cut
    kept, gained, lost, never = (np.asarray((known & mask).sum(axis=0), dtype=np.intp) for mask in (
        first & second, ~first & second, first & ~second, ~first & ~second))
    p = np.array([mcnemar(int(up), int(down), int(same)).p
                  for up, down, same in zip(gained, lost, kept + never)], dtype=np.float64)
    return Positivity(cut, kept, gained, lost, never, p, holm(p))
