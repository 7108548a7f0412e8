"""How cohorts differ in what could make one score mean two things: endpoint, follow-up, measurement, treatment.

Not for: judging which cohort is right; each difference is said, with its light.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.analyses.check_lights import ANTI_HER2_WORDS, TREATMENT_WORDS, Check
from core.data.patients.cohort import Cohort
from core.figures.number_words import list_words, time_words

NAMED = 4
FOLLOW_UP_RATIO = 1.5


@dataclass(frozen=True)
class Difference:
    """One property of one cohort; ``differs`` where not all cohorts have the same."""

    subject: str
    cohort: str
    value: str
    differs: bool


def differences(cohorts: Sequence[Cohort], follow_up_months: Mapping[str, float]) -> tuple[Difference, ...]:
    """Endpoint, unit, event values, measure, scale, patients' rules, treatment columns, median follow-up per cohort."""
    rows: list[Difference] = []
    for subject, values in (
        ("endpoint", [cohort.endpoint.name for cohort in cohorts]),
        ("unit of follow-up", [cohort.endpoint.unit for cohort in cohorts]),
        ("measure", [cohort.expression[0].measure for cohort in cohorts]),
        ("scale", [str(cohort.expression[0].scale) for cohort in cohorts]),
        ("patients", ["; ".join(cohort.rule_words) or "all" for cohort in cohorts]),
        ("treatment columns", [list_words(treatment_columns(cohort)[:NAMED]) or "none" for cohort in cohorts]),
    ):
        differs = len({value.strip().lower() for value in values}) > 1
        rows += [Difference(subject, cohort.name, value, differs) for cohort, value in zip(cohorts, values)]
    months = [follow_up_months.get(cohort.name, math.nan) for cohort in cohorts]
    known = [value for value in months if math.isfinite(value)]
    differs = bool(known) and (len(known) < len(months) or max(known) > FOLLOW_UP_RATIO * min(known))
    rows += [Difference("median follow-up", cohort.name, time_words(value, "months"), differs and len(cohorts) > 1)
             for cohort, value in zip(cohorts, months)]
    return tuple(rows)


def treatment_columns(cohort: Cohort) -> list[str]:
    """Clinical columns whose names speak of treatment."""
    words = (*TREATMENT_WORDS, *ANTI_HER2_WORDS)
    return [name for name in cohort.clinical.columns if any(word in name.lower() for word in words)]


def differences_as_checks(found: Sequence[Difference]) -> tuple[Check, ...]:
    """A light per subject: amber where it can change what the score means, grey where nothing describes treatment."""
    checks = []
    for subject in dict.fromkeys(row.subject for row in found):
        rows = [row for row in found if row.subject == subject]
        values = list_words([f"{row.value} ({row.cohort})" for row in rows])
        if subject == "treatment columns":
            checks.append(_treatment(rows))
        elif subject == "unit of follow-up":
            checks.append(Check(subject, "green", f"Units of follow-up do not matter to hazard ratios: {values}."
                                if rows[0].differs else f"Follow-up is in {rows[0].value}."))
        elif not rows[0].differs:
            one = f"{subject.capitalize()}: {rows[0].value}" + (" in every cohort." if len(rows) > 1 else ".")
            checks.append(Check(subject, "green", one))
        else:
            checks.append(Check(subject, "amber", f"{_differs(subject)}: {values}."))
    return tuple(checks)


def _differs(subject: str) -> str:
    return {"endpoint": "The endpoints differ, so one hazard ratio over all of them has no single meaning",
            "measure": "What was measured differs",
            "scale": "Expression was measured on different scales, and z scores within each cohort bridge that only "
                     "in part",
            "patients": "The cohorts were chosen by different rules",
            "median follow-up": "Patients were followed for different times"}[subject]


def _treatment(rows: Sequence[Difference]) -> Check:
    silent = [row.cohort for row in rows if row.value == "none"]
    described = [f"{row.value} ({row.cohort})" for row in rows if row.value != "none"]
    if silent:
        more = f"; it is described by {list_words(described)}" if described else ""
        return Check("treatment", "grey", f"No column describes treatment in {list_words(silent)}{more}. Whether the "
                     "cohorts were treated alike cannot be judged.")
    return Check("treatment", "amber" if rows[0].differs else "green",
                 f"Treatment is described by {list_words(described)}. Whether the cohorts were treated alike has to be "
                 "read there.")
