"""What could mislead a reader of the best set, each as a light with its sentence: what it travels with, where it
differs.

Every estimate here is of the patients that were searched, so its size is too large; only how it changes is of use.
Not for: stopping an analysis, or the P of the search (subset_numbers.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.check_lights import FEWEST_MARKERS, Check, endpoint_light, mean_z, treatment_light
from core.analyses.covariates import build_covariates
from core.analyses.subset_numbers import SubsetNumbers
from core.data.reference import gene_set
from core.figures.number_words import counted, hr_words, list_words, p_equals
from core.problems import UserError
from core.statistics.cox import cox_univariate
from core.statistics.cox_model import cox_fit
from core.statistics.p_values import Z_95, two_sided_normal
from core.statistics.proportional_hazards import ph_test

FloatArray = NDArray[np.float64]
MUCH = 0.5
"""An adjustment that takes away this share of the log hazard ratio makes its light amber."""
ER_COLUMNS = ("er_status", "er status", "estrogen receptor status", "er_positive", "er", "er_ihc", "er_level",
              "er_status_measured_by_ihc", "breast_carcinoma_estrogen_receptor_status")


@dataclass(frozen=True)
class Estimate:
    """A hazard ratio per SD with its interval, and the patients and events it rests on."""

    n: int
    events: int
    hr: float
    low: float
    high: float
    p: float

    @property
    def words(self) -> str:
        return hr_words(self.hr, self.low, self.high)


@dataclass(frozen=True)
class AuditRow:
    """A light with the estimate behind it, where there is one."""

    check: Check
    estimate: Estimate | None = None
    before: Estimate | None = None


@dataclass(frozen=True)
class SubsetChecks:
    """All lights of the search; ``interactions`` are those that tested something of their own."""

    rows: tuple[AuditRow, ...]
    interactions: tuple[AuditRow, ...]


def run_checks(numbers: SubsetNumbers) -> SubsetChecks:
    """All checks, in the order a reader should see them."""
    score = _scaled(numbers.score(numbers.best))
    interactions = tuple(row for name in _interaction_columns(numbers)
                         for row in [_interaction(numbers, score, name)])
    rows = (_marker(numbers, score, "proliferation"), _marker(numbers, score, "stroma"), _er(numbers, score),
            *interactions, _follow_up(numbers, score), _proportional(numbers, score), _size(numbers),
            AuditRow(endpoint_light(numbers.inputs.cohort)), AuditRow(treatment_light(numbers.inputs.cohort)))
    return SubsetChecks(rows, tuple(row for row in interactions if row.estimate is not None))


def _scaled(score: FloatArray) -> FloatArray:
    spread = score.std(ddof=1)
    return np.asarray((score - score.mean()) / spread if spread > 1e-12 else np.zeros_like(score))


def _set_words(numbers: SubsetNumbers) -> str:
    return " + ".join(numbers.names(numbers.best))


def _model(numbers: SubsetNumbers, rows: NDArray[np.bool_], columns: Sequence[FloatArray], term: int = 0) -> Estimate:
    """The Cox model of some columns among some patients, with the search's covariates; the estimate of one term."""
    inputs = numbers.inputs
    design = np.column_stack([*(column[rows] for column in columns), inputs.design[rows]])
    strata = None if inputs.strata is None else inputs.strata[rows]
    n, events = int(rows.sum()), int(inputs.event[rows].sum())
    if n < 3 or not events:
        return Estimate(n, events, *(float("nan"),) * 4)
    model = cox_fit(inputs.time[rows], inputs.event[rows], design, strata)
    coef, se = float(model.coef[term]), float(model.se[term])
    return Estimate(n, events, float(np.exp(coef)), float(np.exp(coef - Z_95 * se)), float(np.exp(coef + Z_95 * se)),
                    float(two_sided_normal(coef / se)))


def _marker(numbers: SubsetNumbers, score: FloatArray, which: str) -> AuditRow:
    """The best set with and without the mean z of marker genes beside it."""
    name = f"adjusted for {which}"
    inputs = numbers.inputs
    in_table = set(inputs.matrix.genes)
    genes = [gene for gene in gene_set(which) if gene in in_table and gene not in numbers.names(numbers.best)]
    if len(genes) < FEWEST_MARKERS:
        has = f"only {list_words(genes)}" if genes else "no such genes"
        return AuditRow(Check(name, "grey", f"Whether the set stands for {which} cannot be judged: the table has "
                              f"{has}."))
    marker = mean_z(inputs.matrix.take(inputs.patients, genes))
    return _beside(numbers, score, name, f"{which} (mean z of {len(genes)} genes)", [marker])


def _er(numbers: SubsetNumbers, score: FloatArray) -> AuditRow:
    """The best set with and without ER status beside it."""
    name = "adjusted for ER"
    column = er_column(tuple(numbers.inputs.cohort.clinical.columns))
    if column is None:
        return AuditRow(Check(name, "grey", "Whether the set stands for ER cannot be judged: no clinical column is "
                              "called ER status."))
    if column in numbers.parameters.adjust:
        return AuditRow(Check(name, "green", f"The whole search was adjusted for “{column}”."))
    design = _column_design(numbers, column)
    if design is None:
        return AuditRow(Check(name, "grey", f"Whether the set stands for ER cannot be judged: “{column}” cannot be "
                              "used as it is."))
    return _beside(numbers, score, name, f"“{column}”", list(design.T))


def er_column(columns: Sequence[str]) -> str | None:
    """The clinical column that holds ER status, by its name."""
    by_name = {column.strip().lower().replace("-", "_"): column for column in columns}
    return next((by_name[name] for name in ER_COLUMNS if name in by_name), None)


def _column_design(numbers: SubsetNumbers, column: str) -> FloatArray | None:
    """A clinical column as terms of a model, NaN where the patient lacks it; None where it cannot be one."""
    inputs = numbers.inputs
    try:
        built = build_covariates(inputs.cohort, (column,), ())
    except UserError:
        return None
    if not built.design.shape[1]:
        return None
    whole = np.full((len(inputs.cohort.patients), built.design.shape[1]), np.nan)
    whole[built.rows] = built.design
    return whole[inputs.rows]


def _beside(numbers: SubsetNumbers, score: FloatArray, name: str, beside: str, columns: list[FloatArray]) -> AuditRow:
    rows = np.all([np.isfinite(column) for column in columns], axis=0)
    before, after = _model(numbers, rows, [score]), _model(numbers, rows, [score, *columns])
    if not (np.isfinite(before.hr) and np.isfinite(after.hr)):
        return AuditRow(Check(name, "grey", f"Whether the set stands for {beside} cannot be judged in "
                              f"{counted(after.n, 'patient')}."))
    kept = float(np.log(after.hr) / np.log(before.hr)) if before.hr != 1 else 1.0
    light = "amber" if kept < MUCH or not (after.low > 1 or after.high < 1) else "green"
    verdict = "what the set shows may be that" if light == "amber" else "most of it stays"
    return AuditRow(Check(
        name, light, f"Beside {beside} the HR of {_set_words(numbers)} is {after.words} per SD, without it "
        f"{before.words} ({counted(after.n, 'patient')}, {counted(after.events, 'event')}; both too large, being of "
        f"the patients searched): {verdict}.", estimate=after.hr, p=after.p), after, before)


def _interaction_columns(numbers: SubsetNumbers) -> tuple[str, ...]:
    if numbers.parameters.interaction:
        return numbers.parameters.interaction
    found = er_column(tuple(numbers.inputs.cohort.clinical.columns))
    return (found,) if found is not None else ()


def _interaction(numbers: SubsetNumbers, score: FloatArray, column: str) -> AuditRow:
    """Does the set go with outcome differently in the groups of a column? One Wald test of the product."""
    name = f"differs by {column}"
    design = _column_design(numbers, column)
    if design is None or design.shape[1] != 1:
        return AuditRow(Check(name, "grey", f"Whether the set differs by “{column}” cannot be judged: the test needs a "
                              "column with two groups or of numbers."))
    other = design[:, 0]
    rows = np.isfinite(other)
    centred = other - other[rows].mean()
    both = _model(numbers, rows, [score, centred, score * centred], term=2)
    if not np.isfinite(both.p):
        return AuditRow(Check(name, "grey", f"Whether the set differs by “{column}” cannot be judged in "
                              f"{counted(both.n, 'patient')}."))
    light = "amber" if both.p < 0.05 else "green"
    verdict = "the set may differ" if light == "amber" else "no difference is shown, and a small one is not excluded"
    return AuditRow(Check(
        name, light, f"By “{column}” the HR per SD of {_set_words(numbers)} changes by a factor of {both.words}, one "
        f"test, {p_equals(both.p)}, not corrected ({counted(both.n, 'patient')}, {counted(both.events, 'event')}): "
        f"{verdict}.", estimate=both.hr, p=both.p), both)


def _follow_up(numbers: SubsetNumbers, score: FloatArray) -> AuditRow:
    """Cox with censoring as the event: does how long a patient was followed depend on the score?"""
    name = "follow-up and score"
    inputs = numbers.inputs
    censored = ~inputs.event
    if not censored.any():
        return AuditRow(Check(name, "green", "Nobody was censored, so follow-up cannot depend on the score."))
    fitted = cox_univariate(inputs.time, censored, score[:, None])
    coef, se, p = float(fitted.coef[0]), float(fitted.se[0]), float(fitted.p[0])
    if not np.isfinite(p):
        return AuditRow(Check(name, "grey", "Whether follow-up depends on the score cannot be judged."))
    ratio = Estimate(len(score), int(censored.sum()), float(np.exp(coef)), float(np.exp(coef - Z_95 * se)),
                     float(np.exp(coef + Z_95 * se)), p)
    if p >= 0.01:
        return AuditRow(Check(name, "green", "Length of follow-up does not depend on the score at P < 0.01 "
                              f"({counted(ratio.n, 'patient')}, {ratio.events} censored).", p=p), ratio)
    return AuditRow(Check(
        name, "amber", f"Patients with a high score were followed {'shorter' if coef > 0 else 'longer'} (hazard ratio "
        f"of being censored {ratio.words} per SD, {p_equals(p)}; {counted(ratio.n, 'patient')}, {ratio.events} "
        "censored); censoring may not be independent of it.", p=p), ratio)


def _proportional(numbers: SubsetNumbers, score: FloatArray) -> AuditRow:
    name = "proportional hazards"
    inputs = numbers.inputs
    fitted = cox_univariate(inputs.time, inputs.event, score[:, None])
    if not np.isfinite(fitted.coef[0]):
        return AuditRow(Check(name, "grey", "Whether the hazard ratio changes over time cannot be judged."))
    p = float(ph_test(inputs.time, inputs.event, score[:, None], fitted.coef).p[0])
    counts = f"{counted(len(score), 'patient')}, {counted(inputs.n_events, 'event')}"
    if p < 0.05:
        return AuditRow(Check(name, "amber", f"The hazard ratio of the best set changes over time ({p_equals(p)}; "
                              f"{counts}); one number does not describe it.", p=p))
    return AuditRow(Check(name, "green", f"The hazard ratio of the best set does not change over time at P < 0.05 "
                          f"({counts}).", p=p))


def _size(numbers: SubsetNumbers) -> AuditRow:
    events = numbers.inputs.n_events
    terms = len(numbers.best) + numbers.inputs.design.shape[1]
    light = "green" if events >= 10 * terms else "amber"
    return AuditRow(Check("events per receptor", light, f"{counted(events, 'event')} for {counted(terms, 'term')}: "
                          f"{'enough' if light == 'green' else 'few'} by the rule of ten per term."))
