"""Lights that several analyses share: what an endpoint and a treatment column say, marker genes, correlations.

Not for: the checks of one analysis (prognosis_checks.py, subset_checks.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.patients.cohort import Cohort
from core.figures.number_words import counted, list_words, number_words
from core.statistics.p_values import Z_95

FEWEST_MARKERS = 3
TREATMENT_WORDS = ("chemo", "hormone", "endocrine", "radio", "trastuzumab", "herceptin", "lapatinib", "treatment",
                   "therapy", "tx_", "drug")
ANTI_HER2_WORDS = ("trastuzumab", "herceptin", "lapatinib", "pertuzumab", "her2_therapy", "anti_her2", "anti-her2")


@dataclass(frozen=True)
class Check:
    """One light: ``green``, ``amber``, or ``grey`` where it cannot be judged."""

    name: str
    light: str
    sentence: str
    receptor: str = ""
    estimate: float | None = None
    p: float | None = None


def mean_z(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over columns of their z (n - 1); a missing value is passed over, NaN where a patient has none."""
    scored = np.full_like(values, np.nan)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        if known.sum() > 1 and np.ptp(values[known, column]) > 0:
            scored[known, column] = ((values[known, column] - values[known, column].mean())
                                     / values[known, column].std(ddof=1))
    counts = np.isfinite(scored).sum(axis=1)
    mean: NDArray[np.float64] = np.where(counts > 0, np.nansum(scored, axis=1) / np.maximum(counts, 1), np.nan)
    return mean


def correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Pearson correlation among the patients who have both; NaN where it is not defined."""
    known = np.isfinite(left) & np.isfinite(right)
    if known.sum() < 3 or np.ptp(left[known]) == 0 or np.ptp(right[known]) == 0:
        return float("nan")
    return float(np.corrcoef(left[known], right[known])[0, 1])


def with_interval(r: float, n: int) -> str:
    """A correlation with its 95 % interval (Fisher's z, 4 patients or more) and the patients."""
    if n < 4 or abs(r) >= 1:
        return f"{number_words(r)}, {counted(n, 'patient')}"
    half = Z_95 / np.sqrt(n - 3)
    low, high = (float(np.tanh(np.arctanh(r) + side * half)) for side in (-1, 1))
    return f"{number_words(r)} ({number_words(low)} to {number_words(high)}), {counted(n, 'patient')}"


def endpoint_light(cohort: Cohort) -> Check:
    """Amber where the name of the endpoint does not say what happened."""
    name = cohort.endpoint.name.strip()
    if name.lower() in ("outcome", "event", "events", "time", "survival", "status"):
        return Check("endpoint", "amber", f"The endpoint is called “{name}”, which does not say what happened (death, "
                     "relapse, distant relapse).")
    others = " or ".join(str(value) for value in cohort.endpoint.competing_values)
    return Check("endpoint", "green", f"The endpoint is {name}; the event is {cohort.endpoint.event} = "
                 f"{' or '.join(str(value) for value in cohort.endpoint.event_values)}."
                 + (f" Patients with another cause ({others}) count as censored." if others else ""))


def treatment_light(cohort: Cohort) -> Check:
    """Whether anything says who received anti-HER2 drugs."""
    columns = list(cohort.clinical.columns)
    anti_her2 = [name for name in columns if any(word in name.lower() for word in ANTI_HER2_WORDS)]
    if anti_her2:
        return Check("treatment", "green", f"Anti-HER2 treatment is described by {list_words(anti_her2[:3])}.")
    treatment = [name for name in columns if any(word in name.lower() for word in TREATMENT_WORDS)]
    start = f"Treatment is described by {list_words(treatment[:4])}, but no" if treatment else \
        "No column describes treatment, and no"
    return Check("treatment", "amber" if treatment else "grey", f"{start} column says who received anti-HER2 drugs. "
                 "Without that this is prognosis, not resistance.")
