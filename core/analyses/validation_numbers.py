"""Every number of a validation: the effect in each cohort, the models over them, overlap, differences, random sets.

Not for: the words, tables and pictures made of them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.base import Inputs
from core.analyses.check_lights import Check
from core.analyses.locked_score import Lock, LockedScore, score_in
from core.analyses.random_sets import RandomSets, random_sets
from core.analyses.receptors import choose_receptors
from core.analyses.validation_beside import Beside, beside
from core.analyses.validation_differences import Difference, differences, differences_as_checks
from core.analyses.validation_lock import prepared
from core.analyses.validation_overlap import Overlap, find_overlap
from core.data.patients.cohort import Cohort
from core.data.tables import MONTHS_IN
from core.jobs import JobContext
from core.problems import UserError
from core.statistics.concordance import concordance
from core.statistics.cox import cox_univariate
from core.statistics.kaplan_meier import Median, reverse_median_follow_up
from core.statistics.logrank import logrank_test
from core.statistics.meta_analysis import Pooled, leave_one_out, pool
from core.statistics.p_values import Z_95
from core.statistics.proportional_hazards import ph_test

if TYPE_CHECKING:
    from core.analyses.validation import Parameters

FloatArray = NDArray[np.float64]
TESTED, SEARCHED, SHARED, REFUSED = "tested", "search cohort", "shares patients with the search cohort", "refused"
NAN = float("nan")


@dataclass(frozen=True)
class Ratio:
    """A log hazard ratio with its standard error and Wald P; NaN where there is no finite one."""

    coef: float = NAN
    se: float = NAN
    p: float = NAN

    @property
    def hr(self) -> tuple[float, float, float]:
        """The ratio with its 95 % interval."""
        low, high = self.coef - Z_95 * self.se, self.coef + Z_95 * self.se
        return float(np.exp(self.coef)), float(np.exp(low)), float(np.exp(high))

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.coef) and np.isfinite(self.se))


@dataclass(frozen=True, eq=False)
class CohortEffect:
    """The locked score in one cohort; ``score`` is None and ``refusal`` says why where it was refused.

    ``per_sd`` is the primary result; ``split`` compares high with low at the lock's cut.
    """

    cohort: Cohort
    role: str
    score: LockedScore | None
    refusal: str
    time: FloatArray
    event: NDArray[np.bool_]
    per_sd: Ratio
    split: Ratio
    logrank_p: float
    concordance: float
    ph_p: float
    follow_up: Median

    @property
    def name(self) -> str:
        return self.cohort.name

    @property
    def n(self) -> int:
        return len(self.time)

    @property
    def n_events(self) -> int:
        return int(self.event.sum())

    @property
    def follow_up_months(self) -> float:
        return self.follow_up.median * MONTHS_IN[self.cohort.endpoint.unit]


@dataclass(frozen=True, eq=False)
class ValidationNumbers:
    """Everything the tables, pictures and words of a validation are made of.

    ``pooled_effects`` are the cohorts that went into ``pooled``; ``left_out`` belongs to them, in their order.
    ``random`` is by cohort name; ``beside`` of the cohorts tested; ``where_found`` the effect in the search cohorts,
    also in those not listed.
    ``fixed_beforehand``: a lock or an analysis, not receptors listed by hand.
    """

    parameters: Parameters
    lock: Lock
    kind: str
    found_in: tuple[str, ...]
    effects: tuple[CohortEffect, ...]
    pooled: tuple[Pooled, ...]
    left_out: tuple[tuple[Pooled, ...], ...]
    overlap: Overlap
    differences: tuple[Difference, ...]
    checks: tuple[Check, ...]
    random: dict[str, RandomSets]
    beside: tuple[Beside, ...] = ()
    where_found: tuple[CohortEffect, ...] = ()

    @property
    def pooled_effects(self) -> tuple[CohortEffect, ...]:
        return tuple(each for each in self.effects if each.role == TESTED and each.per_sd.known)

    @property
    def fixed_beforehand(self) -> bool:
        return self.kind != "list"

    def turned(self, estimate: float) -> bool:
        """True where an effect goes the other way than in every cohort in which the score was found."""
        known = [each.per_sd.coef for each in self.where_found if each.per_sd.known]
        return bool(known) and all(coef * estimate < 0 for coef in known)

    def model(self, name: str) -> Pooled | None:
        """One of the pooled models; None where no cohort could be pooled."""
        return next((row for row in self.pooled if row.model == name), None)


def compute_validation(inputs: Inputs, parameters: Parameters, job: JobContext) -> ValidationNumbers:
    """All numbers of the analysis; cohorts in the order given.

    Raises
    ------
    UserError
        See ``prepared``; and the refusals of all cohorts where none can be used.
    """
    ready = prepared(inputs, parameters)
    lock = ready.lock
    assert lock is not None, "results that an analysis awaits are there when it runs"
    overlap = find_overlap((*ready.cohorts, *inputs.found_in), job.part(0.0, 0.4))
    searched = tuple(cohort.name for cohort in inputs.found_in)
    effects: list[CohortEffect] = []
    refusals: list[UserError] = []
    for number, cohort in enumerate(ready.cohorts):
        job.progress(0.4 + 0.2 * number / len(ready.cohorts), f"Testing in {cohort.name}")
        try:
            effects.append(_effect(lock, cohort, _role(cohort, searched, overlap), parameters.measure))
        except UserError as error:
            refusals.append(error)
            effects.append(_refused(cohort, error))
    if len(refusals) == len(effects):
        raise UserError(*(problem for error in refusals for problem in error.problems))
    random: dict[str, RandomSets] = {}
    further: list[Beside] = []
    for number, effect in enumerate(effects):
        whole = job.part(0.6 + 0.4 * number / len(effects), 0.6 + 0.4 * (number + 1) / len(effects))
        part = whole.part(0.0, 0.4)
        if effect.role != TESTED or effect.score is None:
            continue
        candidates, _ = choose_receptors(effect.cohort.expression[0], parameters.receptors)
        drawn = random_sets(lock, effect.score, effect.cohort, candidates, parameters.permutations, parameters.seed,
                            part)
        if drawn is not None:
            random[effect.name] = drawn
        further.append(beside(effect.cohort, effect.score, parameters.clinical, parameters.resamples, parameters.seed,
                              whole.part(0.4, 1.0)))
    usable = [effect for effect in effects if effect.role == TESTED and effect.per_sd.known]
    values = [effect.per_sd.coef for effect in usable], [effect.per_sd.se for effect in usable]
    found = differences([effect.cohort for effect in effects if effect.score is not None],
                        {effect.name: effect.follow_up_months for effect in effects})
    return ValidationNumbers(
        parameters, lock, ready.kind, searched, tuple(effects), pool(*values) if usable else (),
        leave_one_out(*values), overlap, found, differences_as_checks(found), random,
        tuple(further), _where_found(lock, inputs.found_in, parameters.measure))


def _role(cohort: Cohort, searched: tuple[str, ...], overlap: Overlap) -> str:
    if cohort.name in searched:
        return SEARCHED
    if any(pair.found_by == "one sample of one data set" for name in searched
           for pair in overlap.between(cohort.name, name)):
        return SHARED
    return TESTED


def _effect(lock: Lock, cohort: Cohort, role: str, measure: str) -> CohortEffect:
    score = score_in(lock, cohort, measure)
    time, event = cohort.time[score.rows], cohort.event[score.rows]
    per_sd, split = _cox(time, event, score.values), Ratio()
    logrank_p = c_index = ph_p = NAN
    if event.any() and score.high.any() and not score.high.all():
        split = _cox(time, event, score.high.astype(np.float64))
        logrank_p = float(logrank_test(time, event, score.high.astype(np.int64)).p)
    if per_sd.known:
        c_index = float(concordance(time, event, per_sd.coef * score.values)[0])
        ph_p = float(ph_test(time, event, score.values[:, None], [per_sd.coef]).p[0])
    return CohortEffect(cohort, role, score, "", time, event, per_sd, split, logrank_p, c_index, ph_p,
                        reverse_median_follow_up(time, event))


def _where_found(lock: Lock, cohorts: tuple[Cohort, ...], measure: str) -> tuple[CohortEffect, ...]:
    """The effect where it was found, for its direction; a cohort in which it cannot be scored says nothing."""
    found = []
    for cohort in cohorts:
        with suppress(UserError):
            found.append(_effect(lock, cohort, SEARCHED, measure))
    return tuple(found)


def _refused(cohort: Cohort, error: UserError) -> CohortEffect:
    return CohortEffect(cohort, REFUSED, None, error.problems[0].what, cohort.time, cohort.event, Ratio(), Ratio(), NAN,
                        NAN, NAN, reverse_median_follow_up(cohort.time, cohort.event))


def _cox(time: FloatArray, event: NDArray[np.bool_], values: FloatArray) -> Ratio:
    if not event.any():
        return Ratio()
    fitted = cox_univariate(time, event, values)
    return Ratio(float(fitted.coef[0]), float(fitted.se[0]), float(fitted.p[0]))
