"""The numbers of the response analysis: a model per receptor, areas, and P corrected by shuffling responses.

Not for: reading the response (rtk_response_inputs.py) or words.
"""

from __future__ import annotations

import numpy as np

from core.analyses.rtk_response_inputs import ResponseInputs
from core.analyses.rtk_response_numbers import FloatArray, ResponseNumbers, ResponseRows
from core.analyses.rtk_response_parameters import Parameters
from core.jobs import JobContext
from core.statistics.auc import area_under_curve
from core.statistics.logistic import fit_firth, fit_logistic
from core.statistics.logistic_permutation import detectable_odds_ratio, max_t_response
from core.statistics.multiplicity import benjamini_hochberg
from core.statistics.p_values import two_sided_normal
from core.statistics.risk_sets import missing_patterns


def compute_response(given: ResponseInputs, parameters: Parameters, job: JobContext) -> ResponseNumbers:
    """All numbers, receptors in the order of the 58-RTK table, or as listed."""
    job.progress(0.0, f"Fitting {len(given.receptors)} receptors")
    scored = _z_scores(given.expression)
    present = np.isfinite(given.expression)
    fit = _fit_all(given, scored, job.part(0.0, 0.2))
    tested = np.asarray(np.isfinite(scored).any(axis=0), dtype=np.bool_)
    p_maxt, score = np.full(len(tested), np.nan), np.full(len(tested), np.nan)
    not_converged = 0
    if tested.any():
        shuffled = max_t_response(given.positive, scored[:, tested], parameters.permutations, parameters.seed,
                                  given.design if given.design.shape[1] else None, job.part(0.2, 1.0))
        p_maxt[tested], score[tested] = shuffled.p_maxt, shuffled.statistic
        not_converged = shuffled.not_converged
    n_positive = int(given.positive.sum())
    return ResponseNumbers(
        samples=given.samples, parameters=parameters, matrix=given.matrix, sample_names=given.sample_names,
        patients=given.patients, receptors=given.receptors, response=parameters.response,
        positive_words=given.positive_words, negative_words=given.negative_words, positive=given.positive,
        expression=given.expression, adjusted=given.adjusted,
        n=np.asarray(present.sum(axis=0), dtype=np.int64),
        n_positive=np.asarray((present & given.positive[:, None]).sum(axis=0), dtype=np.int64), fit=fit,
        q_bh=benjamini_hochberg(fit.p), p_maxt=p_maxt, score_z=score, not_converged=not_converged,
        detectable_or=detectable_odds_ratio(n_positive, len(given.positive), max(1, int(tested.sum()))),
        left_out=given.left_out, before_only=given.before_only, warnings=given.warnings)


def _z_scores(expression: FloatArray) -> FloatArray:
    """z within the analysed patients, n - 1; a column without spread becomes NaN."""
    scored = np.full_like(expression, np.nan)
    for column in range(expression.shape[1]):
        values = expression[:, column]
        known = np.isfinite(values)
        if known.sum() > 1 and np.ptp(values[known]) > 0:
            scored[known, column] = (values[known] - values[known].mean()) / values[known].std(ddof=1)
    return scored


def _fit_all(given: ResponseInputs, scored: FloatArray, job: JobContext) -> ResponseRows:
    """Receptors measured in the same patients are fitted together."""
    count = scored.shape[1]
    rows: dict[str, FloatArray] = {name: np.full(count, np.nan) for name in ResponseRows.__dataclass_fields__}
    rows["separated"] = np.zeros(count)
    patterns = [each for each in missing_patterns(scored) if each[0].any()]
    for number, (known, columns) in enumerate(patterns):
        job.progress(number / len(patterns), f"Fitting {len(given.receptors)} receptors")
        y, x, beside = given.positive[known], scored[np.ix_(known, columns)], given.design[known]
        fit, firth, area = fit_logistic(y, x, beside), fit_firth(y, x, beside), area_under_curve(y, x)
        found = {"coef": fit.coef, "se": fit.se, "low": fit.low, "high": fit.high, "p": fit.p,
                 "p_wald": two_sided_normal(fit.coef / fit.se), "separated": fit.separated, "firth": firth.coef,
                 "firth_low": firth.low, "firth_high": firth.high, "firth_p": firth.p, "auc": area.auc,
                 "auc_low": area.low, "auc_high": area.high}
        for name, values in found.items():
            rows[name][columns] = values
    separated = rows.pop("separated") > 0
    return ResponseRows(separated=separated, **rows)
