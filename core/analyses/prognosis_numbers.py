"""Every number of the prognosis analysis, as arrays over receptors, from the cohort and the parameters.

Not for: the words and pictures made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.covariates import Covariates, build_covariates
from core.analyses.receptors import choose_receptors
from core.data.patients.cohort import Cohort
from core.data.tables import MONTHS_IN, ExpressionMatrix
from core.jobs import JobContext
from core.problems import Problem, user_error
from core.statistics.concordance import concordance, linear_predictor
from core.statistics.cox import cox_univariate
from core.statistics.cutpoint_permutation import cut_maxima, maxima_p
from core.statistics.cutpoints import best_cutpoints, left_out_hazard_ratio
from core.statistics.kaplan_meier import Median, reverse_median_follow_up
from core.statistics.logrank import logrank_test
from core.statistics.multiplicity import benjamini_hochberg
from core.statistics.p_values import Z_95
from core.statistics.power import detectable_hazard_ratio, equivalence_verdict
from core.statistics.proportional_hazards import ph_test, ph_test_model
from core.statistics.resampling import max_t
from core.statistics.rmst import rmst_difference
from core.statistics.survival import cox_multivariable

if TYPE_CHECKING:
    from core.analyses.rtk_prognosis import Parameters

FloatArray = NDArray[np.float64]
GROUP_NAMES = {"median": ("low", "high"), "tertiles": ("low", "middle", "high"),
               "quartiles": ("lowest", "lower", "higher", "highest")}


@dataclass(frozen=True, eq=False)
class CoxRows:
    """The Cox model per receptor: arrays of shape (n_receptors,), NaN where the model has no answer."""

    coef: FloatArray
    se: FloatArray
    z: FloatArray
    p: FloatArray
    concordance: FloatArray
    ph_p: FloatArray
    models: tuple[ModelRows, ...] = ()

    @property
    def hr(self) -> FloatArray:
        ratio: FloatArray = np.exp(self.coef)
        return ratio

    @property
    def interval(self) -> tuple[FloatArray, FloatArray]:
        """95 % Wald limits of the hazard ratio."""
        return np.exp(self.coef - Z_95 * self.se), np.exp(self.coef + Z_95 * self.se)


@dataclass(frozen=True, eq=False)
class ModelRows:
    """All terms of one receptor's adjusted model; the first term is the receptor.

    ``to_infinity`` names the terms without a finite best value, ``copies`` those that the terms before them make up;
    both have NaN.
    """

    receptor: str
    terms: tuple[str, ...]
    coef: FloatArray
    se: FloatArray
    p: FloatArray
    ph_p: FloatArray
    to_infinity: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SplitRows:
    """The split fixed beforehand: cut points, groups (-1 where the receptor is missing), log-rank and RMST."""

    median: FloatArray
    groups: NDArray[np.int64]
    chi2: FloatArray
    p: FloatArray
    rmst: FloatArray
    rmst_low: FloatArray
    rmst_high: FloatArray
    rmst_tau: FloatArray


@dataclass(frozen=True, eq=False)
class CutRows:
    """The searched cut: maxstat's M and its P values, and the hazard ratio in left-out patients.

    ``maxima`` holds the largest M over all receptors and cuts of every permutation, for cuts chosen by hand later.
    """

    cut: FloatArray
    statistic: FloatArray
    p_raw: FloatArray
    p_corrected: FloatArray
    p_maxt: FloatArray
    hr_cv: FloatArray
    hr_cv_low: FloatArray
    hr_cv_high: FloatArray
    maxima: FloatArray


@dataclass(frozen=True, eq=False)
class PrognosisNumbers:
    """Everything the tables, pictures and words of the prognosis analysis are made of."""

    cohort: Cohort
    parameters: Parameters
    matrix: ExpressionMatrix
    patients: tuple[str, ...]
    receptors: tuple[str, ...]
    time: FloatArray
    event: NDArray[np.bool_]
    expression: FloatArray
    covariates: Covariates
    n: NDArray[np.int64]
    events: NDArray[np.int64]
    fit: CoxRows
    q_bh: FloatArray
    p_maxt: FloatArray
    score_z: FloatArray
    not_converged: int
    split: SplitRows
    cut: CutRows
    matters_little: NDArray[np.bool_]
    detectable_hr: float
    follow_up: Median
    before_landmark: tuple[str, ...]
    warnings: tuple[Problem, ...]

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Corrected P below 0.05."""
        return np.nan_to_num(self.p_maxt, nan=1.0) < 0.05

    @property
    def verdict(self) -> list[str]:
        """holds, matters little or not settled, per receptor; empty text where the model has no answer."""
        words = []
        for i in range(len(self.receptors)):
            if self.holds[i]:
                words.append("holds")
            elif self.matters_little[i]:
                words.append("matters little")
            else:
                tested = np.isfinite(self.fit.coef[i]) or np.isfinite(self.p_maxt[i])
                words.append("not settled" if tested else "")
        return words

    @property
    def direction(self) -> FloatArray:
        """Positive where high goes with earlier events: the coefficient, or the score z where it has no finite one."""
        return np.where(np.isfinite(self.fit.coef), self.fit.coef, self.score_z)

    @property
    def order(self) -> NDArray[np.intp]:
        """Receptors from the strongest to the weakest |z|; those without an answer last, by name.

        A receptor that separates those with the event from those without has no finite coefficient: it stands by
        its score z.
        """
        strength = np.nan_to_num(np.abs(np.where(np.isfinite(self.fit.z), self.fit.z, self.score_z)), nan=-1.0)
        return np.array(sorted(range(len(self.receptors)), key=lambda i: (-strength[i], self.receptors[i])),
                        dtype=np.intp)

    @property
    def unit(self) -> str:
        return self.cohort.endpoint.unit


def compute_prognosis(cohort: Cohort, parameters: Parameters, job: JobContext) -> PrognosisNumbers:
    """All numbers of the analysis; receptors in the order of the 58-RTK table, or as listed.

    Raises
    ------
    UserError
        "no_receptors", "no_column", "too_many_levels", "nobody_left", "no_events".
    """
    matrix = cohort.expression[0]
    receptors, receptor_warnings = choose_receptors(matrix, parameters.receptors)
    covariates = build_covariates(cohort, parameters.adjust, parameters.strata)
    rows, time, event, early = _after_landmark(cohort, covariates, parameters)
    design, strata = covariates.design, covariates.strata
    if early:
        inside = np.isin(covariates.rows, rows)
        design, strata = design[inside], None if strata is None else strata[inside]
    if not event.any():
        if early and not len(rows):
            raise user_error("nobody_left", f"no patient is still event-free at {parameters.landmark:g} months",
                             cohort.clinical.place, remedy="choose an earlier landmark", answer_key="landmark")
        raise user_error("no_events", f"nobody of the {len(rows)} analysed patients had the event "
                         f"“{cohort.endpoint.name}”", cohort.clinical.place,
                         why="Without an event there is nothing to compare.",
                         remedy="check event_values, or choose another endpoint or cohort", answer_key="event_values")
    patients = tuple(cohort.patients[row] for row in rows)
    expression = matrix.take(patients, receptors)
    scored = _z_scores(expression)
    present = np.isfinite(expression)
    job.progress(0.02, f"Fitting {len(receptors)} receptors")
    fit = _fit_all(time, event, scored, receptors, design, covariates.terms, strata, job.part(0.02, 0.1))
    complete = np.isfinite(scored).any(axis=0)
    p_maxt, score_z = np.full(len(receptors), np.nan), np.full(len(receptors), np.nan)
    not_converged = 0
    if complete.any():
        shuffled = max_t(time, event, scored[:, complete], parameters.permutations, parameters.seed, strata=strata,
                         covariates=design if design.shape[1] else None, job=job.part(0.1, 0.6))
        p_maxt[complete], score_z[complete] = shuffled.p_maxt, shuffled.statistic
        not_converged = shuffled.not_converged
    return PrognosisNumbers(
        cohort=cohort, parameters=parameters, matrix=matrix, patients=patients, receptors=receptors, time=time,
        event=event, expression=expression, covariates=covariates,
        n=present.sum(axis=0).astype(np.int64), events=(present & event[:, None]).sum(axis=0).astype(np.int64),
        fit=fit, q_bh=benjamini_hochberg(fit.p), p_maxt=p_maxt, score_z=score_z, not_converged=not_converged,
        split=_split(time, event, expression, parameters, cohort.endpoint.unit),
        cut=_search_cuts(time, event, expression, parameters, job.part(0.6, 1.0)),
        matters_little=equivalence_verdict(fit.coef, fit.se, parameters.equivalence),
        detectable_hr=detectable_hazard_ratio(int(event.sum()), max(1, int(complete.sum()))),
        follow_up=reverse_median_follow_up(time, event), before_landmark=early,
        warnings=(*receptor_warnings, *covariates.warnings))


def _after_landmark(cohort: Cohort, covariates: Covariates,
                    parameters: Parameters) -> tuple[NDArray[np.intp], FloatArray, NDArray[np.bool_], tuple[str, ...]]:
    """Rows of the cohort that are analysed, their times from the landmark on, and who had left before it."""
    rows = covariates.rows
    time, event = cohort.time[rows], cohort.event[rows]
    start = parameters.landmark / MONTHS_IN[cohort.endpoint.unit]
    if start <= 0:
        return rows, time, event, ()
    stay = time > start
    early = tuple(cohort.patients[row] for row in rows[~stay])
    return rows[stay], time[stay] - start, event[stay], early


def _z_scores(expression: FloatArray) -> FloatArray:
    """z within the analysed patients, n - 1; a constant column (also one with a single value) becomes NaN."""
    scored = np.full_like(expression, np.nan)
    for column in range(expression.shape[1]):
        values = expression[:, column]
        known = np.isfinite(values)
        if known.sum() > 1 and np.ptp(values[known]) > 0:
            centred = values[known] - values[known].mean()
            scored[known, column] = centred / np.sqrt((centred @ centred) / (known.sum() - 1))
    return scored


def _fit_all(time: FloatArray, event: NDArray[np.bool_], scored: FloatArray, receptors: tuple[str, ...],
             design: FloatArray, terms: tuple[str, ...], strata: NDArray[np.int64] | None,
             job: JobContext) -> CoxRows:
    """Univariate fits in one batch where patients are complete; adjusted or stratified models one by one."""
    n_receptors = scored.shape[1]
    coef, se, z, p, c_index, ph_p = (np.full(n_receptors, np.nan) for _ in range(6))
    models: list[ModelRows] = []
    usable = np.isfinite(scored).any(axis=0)
    whole = np.isfinite(scored).all(axis=0)
    if terms or strata is not None:
        for i in np.flatnonzero(usable):
            job.progress(i / n_receptors, f"Adjusted model of {receptors[i]}")
            model = _adjusted_model(time, event, scored[:, i], receptors[i], design, terms, strata)
            if model is not None:
                rows, c_index[i] = model
                models.append(rows)
                coef[i], se[i], p[i], ph_p[i] = rows.coef[0], rows.se[0], rows.p[0], rows.ph_p[0]
        z = coef / se
    else:
        alone = np.flatnonzero(usable & ~whole)
        batches = [np.flatnonzero(usable & whole), *(alone[i:i + 1] for i in range(alone.size))]
        for batch in batches:
            if batch.size == 0:
                continue
            known = np.isfinite(scored[:, batch[0]])
            t, d, x = time[known], event[known], scored[known][:, batch]
            if not d.any():
                continue
            fitted = cox_univariate(t, d, x)
            coef[batch], se[batch], z[batch], p[batch] = fitted.coef, fitted.se, fitted.z, fitted.p
            good = np.isfinite(fitted.coef)
            at = batch[good]
            if at.size:
                c_index[at] = concordance(t, d, fitted.coef[good] * x[:, good])
                ph_p[at] = ph_test(t, d, x[:, good], fitted.coef[good]).p
    return CoxRows(coef, se, z, p, c_index, ph_p, tuple(models))


def _adjusted_model(time: FloatArray, event: NDArray[np.bool_], scored: FloatArray, receptor: str, design: FloatArray,
                    terms: tuple[str, ...], strata: NDArray[np.int64] | None) -> tuple[ModelRows, float] | None:
    known = np.isfinite(scored)
    if not event[known].any():
        return None
    x = np.column_stack([scored[known], design[known]])
    codes = None if strata is None else strata[known]
    names = (receptor, *terms)
    model = cox_multivariable(time[known], event[known], x, strata=codes, names=names)
    if not np.isfinite(model.coef[0]):
        return None
    tested = ph_test_model(time[known], event[known], x, model.coef, strata=codes, reached=model.reached)
    c_index = float(concordance(time[known], event[known], linear_predictor(x, model.reached), strata=codes)[0])
    empty = np.isnan(model.coef)
    return ModelRows(receptor, names, model.coef, model.se, model.p, tested.p,
                     to_infinity=tuple(name for name, far in zip(names, empty & (model.reached != 0)) if far),
                     copies=tuple(name for name, copy in zip(names, empty & (model.reached == 0)) if copy)), c_index


def _split(time: FloatArray, event: NDArray[np.bool_], expression: FloatArray, parameters: Parameters,
           unit: str) -> SplitRows:
    n_receptors = expression.shape[1]
    names = GROUP_NAMES[parameters.split]
    tau = parameters.rmst_at / MONTHS_IN[unit]
    groups = np.full(expression.shape, -1, dtype=np.int64)
    median, chi2, p, rmst, low, high, used_tau = (np.full(n_receptors, np.nan) for _ in range(7))
    for i in range(n_receptors):
        known = np.isfinite(expression[:, i])
        values = expression[known, i]
        if values.size == 0:
            continue
        cuts = np.quantile(values, np.arange(1, len(names)) / len(names))
        median[i] = np.median(values)
        if len(names) == 2:
            cuts = median[i:i + 1]
        groups[known, i] = (values[:, None] > cuts[None, :]).sum(axis=1)
        present = np.unique(groups[known, i])
        if present.size < 2 or not event[known].any():
            continue
        tested = logrank_test(time[known], event[known], groups[known, i])
        chi2[i], p[i] = tested.chi2, tested.p
        if 0 in present and len(names) - 1 in present:
            ends = known & ((groups[:, i] == 0) | (groups[:, i] == len(names) - 1))
            difference = rmst_difference(time[ends], event[ends], groups[ends, i] == len(names) - 1, tau)
            rmst[i], low[i], high[i] = difference.difference, difference.ci_low, difference.ci_high
            used_tau[i] = difference.tau
    return SplitRows(median, groups, chi2, p, rmst, low, high, used_tau)


def _search_cuts(time: FloatArray, event: NDArray[np.bool_], expression: FloatArray, parameters: Parameters,
                 job: JobContext) -> CutRows:
    n_receptors = expression.shape[1]
    job.progress(0.0, "Searching cut-offs")
    best = best_cutpoints(time, event, expression)
    p_maxt, maxima = np.full(n_receptors, np.nan), np.empty(0)
    searched = np.isfinite(best.statistic)
    if parameters.permutations and searched.any():
        maxima = cut_maxima(time, event, expression[:, searched], parameters.permutations, parameters.seed,
                            job=job.part(0.0, 0.9))
        p_maxt = maxima_p(best.statistic, maxima)
    job.progress(0.9, "Cut-offs in left-out patients")
    left_out = left_out_hazard_ratio(time, event, expression, seed=parameters.seed)
    return CutRows(best.cut, best.statistic, best.p_raw, best.p_corrected, p_maxt, left_out.hr, left_out.hr_low,
                   left_out.hr_high, maxima)
