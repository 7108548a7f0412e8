"""What could mislead a reader of the prognosis table, each as a light with its sentence (contract §4, Checks).

Not for: stopping an analysis; a light informs.
"""

from __future__ import annotations

import numpy as np

from core.analyses.check_lights import (
    FEWEST_MARKERS,
    Check,
    correlation,
    endpoint_light,
    mean_z,
    treatment_light,
    with_interval,
)
from core.analyses.prognosis_numbers import PrognosisNumbers
from core.data.reference import gene_set
from core.figures.number_words import counted, hr_words, list_words, p_equals
from core.statistics.cox import cox_score_test, cox_univariate
from core.statistics.p_values import Z_95, chi2_upper

STRONG_CORRELATION = 0.3


def run_checks(numbers: PrognosisNumbers) -> tuple[Check, ...]:
    """All checks of the analysis, in the order a reader should see them."""
    return (*_follow_up(numbers), *_markers(numbers, "proliferation"), *_markers(numbers, "stroma"),
            *_proportional(numbers), endpoint_light(numbers.cohort), treatment_light(numbers.cohort),
            _events_per_term(numbers))


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
        scored = ((values[known] - values[known].mean()) / values[known].std(ddof=1))[:, None]
        time, censored = numbers.time[known], ~numbers.event[known]
        fitted = cox_univariate(time, censored, scored)
        coef, se, p = float(fitted.coef[0]), float(fitted.se[0]), float(fitted.p[0])
        sign = coef
        if not np.isfinite(p):  # one side was censored first to the last patient: the score test still judges it
            chi2, z = cox_score_test(time, censored, scored)
            sign, p = float(z[0]), float(chi2_upper(chi2)[0])
        tested += 1
        if p < 0.01:
            receptor = numbers.receptors[i]
            ratio = hr_words(float(np.exp(coef)), float(np.exp(coef - Z_95 * se)), float(np.exp(coef + Z_95 * se)))
            patients = counted(int(known.sum()), "patient")
            found.append(Check(
                name, "amber", f"Patients with high {receptor} were followed {'shorter' if sign > 0 else 'longer'} "
                f"(hazard ratio of being censored {ratio} per SD, {p_equals(p)}; {patients}, "
                f"{int(censored.sum())} censored); censoring may not be independent of it.", receptor,
                coef if np.isfinite(coef) else None, p))
    if not tested:
        return found or [Check(name, "grey", "Whether length of follow-up depends on a receptor cannot be judged: too "
                               "few patients have a value.")]
    which = "the receptor" if tested == 1 else f"any of {tested} receptors"
    return found or [Check(name, "green", f"Length of follow-up does not depend on {which} at P < 0.01 "
                           f"({counted(len(numbers.patients), 'patient')}, {int((~numbers.event).sum())} censored).")]


def _markers(numbers: PrognosisNumbers, which: str) -> list[Check]:
    """Correlation of each receptor with the mean z of marker genes that the table happens to have."""
    name = f"{which} and score"
    in_table = set(numbers.matrix.genes)
    genes = [gene for gene in gene_set(which) if gene in in_table and gene not in numbers.receptors]
    if len(genes) < FEWEST_MARKERS:
        has = f"only {list_words(genes)}" if genes else "no such genes"
        return [Check(name, "grey", f"Association with {which} cannot be judged: the table has {has}.")]
    marker = mean_z(numbers.matrix.take(numbers.patients, genes))
    found = []
    for i in numbers.order:
        both = np.isfinite(numbers.expression[:, i]) & np.isfinite(marker)
        r = correlation(numbers.expression[:, i], marker)
        if np.isfinite(r) and abs(r) >= STRONG_CORRELATION:
            receptor = numbers.receptors[i]
            found.append(Check(
                name, "amber", f"{receptor} goes with {'high' if r > 0 else 'low'} {which} (r = "
                f"{with_interval(float(r), int(both.sum()))}, mean z of {len(genes)} genes); what it "
                f"shows of outcome may be {which}.", receptor, float(r)))
    return found or [Check(name, "green", f"No receptor correlates with {which} (mean z of {len(genes)} genes) by "
                           f"{STRONG_CORRELATION} or more.")]


def _proportional(numbers: PrognosisNumbers) -> list[Check]:
    name = "proportional hazards"
    found = [
        Check(name, "amber", f"The hazard ratio of {numbers.receptors[i]} changes over time "
              f"({p_equals(float(numbers.fit.ph_p[i]))}, {counted(int(numbers.n[i]), 'patient')}, "
              f"{counted(int(numbers.events[i]), 'event')}); one number does not describe it: see the curves and "
              "the difference in mean survival time.", numbers.receptors[i], None, float(numbers.fit.ph_p[i]))
        for i in numbers.order if numbers.fit.ph_p[i] < 0.05]
    if not np.isfinite(numbers.fit.ph_p).any():
        return [Check(name, "grey", "Whether a hazard ratio changes over time cannot be judged with so few events.")]
    return found or [Check(name, "green", "No receptor's hazard ratio changes over time at P < 0.05.")]


def _events_per_term(numbers: PrognosisNumbers) -> Check:
    terms = 1 + len(numbers.covariates.terms)
    events = int(numbers.event.sum())
    light = "green" if events >= 10 * terms else "amber"
    verdict = "enough" if light == "green" else "few"
    return Check("events per term", light, f"{counted(events, 'event')} for {counted(terms, 'model term')}: "
                 f"{verdict} by the rule of ten per term. After correction a hazard ratio of "
                 f"{numbers.detectable_hr:.2f} per SD is detectable with 80 % power.")
