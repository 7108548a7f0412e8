"""What could mislead a reader of the prognosis table, each as a light with its sentence (contract §4, Checks).

Not for: stopping an analysis; a light informs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.prognosis_numbers import PrognosisNumbers
from core.data.reference import gene_set
from core.figures.number_words import list_words, p_equals
from core.statistics.cox import cox_univariate

FEWEST_MARKERS = 3
STRONG_CORRELATION = 0.3
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


def run_checks(numbers: PrognosisNumbers) -> tuple[Check, ...]:
    """All checks of the analysis, in the order a reader should see them."""
    return (*_follow_up(numbers), *_markers(numbers, "proliferation"), *_markers(numbers, "stroma"),
            *_proportional(numbers), _endpoint(numbers), _treatment(numbers), _events_per_term(numbers))


def _follow_up(numbers: PrognosisNumbers) -> list[Check]:
    """Cox with censoring as the event: does how long a patient was followed depend on the receptor?"""
    name = "follow-up and score"
    if numbers.event.all():
        return [Check(name, "green", "Nobody was censored, so follow-up cannot depend on a receptor.")]
    found = []
    tested = 0
    for i in numbers.order:
        values = numbers.expression[:, i]
        known = np.isfinite(values)
        if known.sum() < 3 or np.ptp(values[known]) == 0 or numbers.event[known].all():
            continue
        scored = (values[known] - values[known].mean()) / values[known].std(ddof=1)
        fitted = cox_univariate(numbers.time[known], ~numbers.event[known], scored[:, None])
        tested += 1
        if fitted.p[0] < 0.01:
            receptor = numbers.receptors[i]
            longer = "shorter" if fitted.coef[0] > 0 else "longer"
            found.append(Check(
                name, "amber", f"Patients with high {receptor} were followed {longer} "
                f"({p_equals(float(fitted.p[0]))}); censoring may not be independent of it.", receptor,
                float(fitted.coef[0]), float(fitted.p[0])))
    return found or [Check(name, "green", f"Length of follow-up does not depend on any of {tested} receptors at "
                           "P < 0.01.")]


def _markers(numbers: PrognosisNumbers, which: str) -> list[Check]:
    """Correlation of each receptor with the mean z of marker genes that the table happens to have."""
    name = f"{which} and score"
    in_table = set(numbers.matrix.genes)
    genes = [gene for gene in gene_set(which) if gene in in_table and gene not in numbers.receptors]
    if len(genes) < FEWEST_MARKERS:
        has = f"only {list_words(genes)}" if genes else "no such genes"
        return [Check(name, "grey", f"Association with {which} cannot be judged: the table has {has}.")]
    marker = _mean_z(numbers.matrix.take(numbers.patients, genes))
    found = []
    for i in numbers.order:
        r = _correlation(numbers.expression[:, i], marker)
        if np.isfinite(r) and abs(r) >= STRONG_CORRELATION:
            receptor = numbers.receptors[i]
            found.append(Check(
                name, "amber", f"{receptor} goes with {'high' if r > 0 else 'low'} {which} (r = {r:.2f}, mean z of "
                f"{len(genes)} genes); what it shows of outcome may be {which}.", receptor, float(r)))
    return found or [Check(name, "green", f"No receptor correlates with {which} (mean z of {len(genes)} genes) by "
                           f"{STRONG_CORRELATION} or more.")]


def _mean_z(values: NDArray[np.float64]) -> NDArray[np.float64]:
    scored = np.full_like(values, np.nan)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        if known.sum() > 1 and np.ptp(values[known, column]) > 0:
            scored[known, column] = ((values[known, column] - values[known, column].mean())
                                     / values[known, column].std(ddof=1))
    counts = np.isfinite(scored).sum(axis=1)
    mean: NDArray[np.float64] = np.where(counts > 0, np.nansum(scored, axis=1) / np.maximum(counts, 1), np.nan)
    return mean


def _correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    known = np.isfinite(left) & np.isfinite(right)
    if known.sum() < 3 or np.ptp(left[known]) == 0 or np.ptp(right[known]) == 0:
        return float("nan")
    return float(np.corrcoef(left[known], right[known])[0, 1])


def _proportional(numbers: PrognosisNumbers) -> list[Check]:
    name = "proportional hazards"
    found = [
        Check(name, "amber", f"The hazard ratio of {numbers.receptors[i]} changes over time "
              f"({p_equals(float(numbers.fit.ph_p[i]))}); one number does not describe it: see the curves and "
              "the difference in mean survival time.", numbers.receptors[i], None, float(numbers.fit.ph_p[i]))
        for i in numbers.order if numbers.fit.ph_p[i] < 0.05]
    return found or [Check(name, "green", "No receptor's hazard ratio changes over time at P < 0.05.")]


def _endpoint(numbers: PrognosisNumbers) -> Check:
    name = numbers.cohort.endpoint.name.strip()
    if name.lower() in ("outcome", "event", "events", "time", "survival", "status"):
        return Check("endpoint", "amber", f"The endpoint is called “{name}”, which does not say what happened (death, "
                     "relapse, distant relapse).")
    return Check("endpoint", "green", f"The endpoint is {name}; the event is {numbers.cohort.endpoint.event} = "
                 f"{' or '.join(str(value) for value in numbers.cohort.endpoint.event_values)}.")


def _treatment(numbers: PrognosisNumbers) -> Check:
    columns = list(numbers.cohort.clinical.columns)
    anti_her2 = [name for name in columns if any(word in name.lower() for word in ANTI_HER2_WORDS)]
    if anti_her2:
        return Check("treatment", "green", f"Anti-HER2 treatment is described by {list_words(anti_her2[:3])}.")
    treatment = [name for name in columns if any(word in name.lower() for word in TREATMENT_WORDS)]
    start = f"Treatment is described by {list_words(treatment[:4])}, but no" if treatment else \
        "No column describes treatment, and no"
    return Check("treatment", "amber" if treatment else "grey", f"{start} column says who received anti-HER2 drugs. "
                 "Without that this is prognosis, not resistance.")


def _events_per_term(numbers: PrognosisNumbers) -> Check:
    terms = 1 + len(numbers.covariates.terms)
    events = int(numbers.event.sum())
    light = "green" if events >= 10 * terms else "amber"
    verdict = "enough" if light == "green" else "few"
    return Check("events per term", light, f"{events} events for {terms} model {'term' if terms == 1 else 'terms'}: "
                 f"{verdict} by the rule of ten per term. After correction a hazard ratio of "
                 f"{numbers.detectable_hr:.2f} per SD is detectable with 80 % power.")
