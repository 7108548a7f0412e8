"""The one time at which a risk is read off and said: ten years where enough patients were followed, else less.

Not for: drawing; figures show all of the follow-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.tables import MONTHS_IN
from core.figures.number_words import short_number
from core.figures.survival_curves import faded_from

WHOLE_YEARS = (10, 5, 3, 2, 1)


@dataclass(frozen=True)
class Horizon:
    """``time`` in the unit of the endpoint, ``words`` as "10 years"."""

    time: float
    words: str


def horizon(times: Sequence[NDArray[np.float64]], unit: str) -> Horizon:
    """The longest of 10, 5, 3, 2 and 1 years up to which every group still has 10 % of its patients, and five.

    Where not even a year is reached: the last time at which they have. ``times`` holds the follow-up of each group.
    """
    last = min((faded_from(group) or 0.0 for group in times if len(group)), default=0.0)
    year = MONTHS_IN["years"] / MONTHS_IN[unit]
    for years in WHOLE_YEARS:
        if years * year <= last:
            return Horizon(years * year, "1 year" if years == 1 else f"{years} years")
    return Horizon(last, f"{short_number(float(f'{last:.3g}'))} {unit}")
