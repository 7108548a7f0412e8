"""The Cox model of the score of each listed set: hazard ratio, interval and concordance, not corrected for the search.

Not for: the statistic that sets are ranked by (core/statistics/subset_search.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.subset_inputs import SearchInputs
from core.jobs import JobContext
from core.statistics.concordance import concordance, linear_predictor
from core.statistics.cox import cox_univariate
from core.statistics.cox_model import cox_fit
from core.statistics.logrank import logrank_many
from core.statistics.p_values import Z_95, chi2_upper
from core.statistics.subset_problem import SPLIT

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SetEstimates:
    """Arrays over the listed sets: per SD of the score, or high against low for median splits.

    ``sd_score`` is the SD of the mean z, by which ``coef`` is divided for one unit of it. ``logrank`` is the classic
    unadjusted test of the median split, with its P.
    """

    coef: FloatArray
    se: FloatArray
    concordance: FloatArray
    sd_score: FloatArray
    logrank_chi2: FloatArray
    logrank_p: FloatArray

    @property
    def hr(self) -> FloatArray:
        return np.asarray(np.exp(self.coef))

    @property
    def interval(self) -> tuple[FloatArray, FloatArray]:
        """95 % Wald limits of the hazard ratio."""
        return np.exp(self.coef - Z_95 * self.se), np.exp(self.coef + Z_95 * self.se)


def estimate_sets(inputs: SearchInputs, members: Sequence[tuple[int, ...]], signs: FloatArray, score: str,
                  job: JobContext) -> SetEstimates:
    """Fit the model of every listed set, with the covariates and strata of the search."""
    z = inputs.problem.values * signs
    means = np.column_stack([z[:, list(chosen)].mean(axis=1) for chosen in members])
    sd = means.std(axis=0, ddof=1)
    above = means > np.median(means, axis=0)
    scaled = np.where(sd > 1e-12, (means - means.mean(axis=0)) / np.where(sd > 1e-12, sd, 1.0), 0.0)
    columns = above.astype(np.float64) if score == SPLIT else scaled
    chi2 = logrank_many(inputs.time, inputs.event, above)
    if inputs.problem.covariates is None and inputs.strata is None:
        fitted = cox_univariate(inputs.time, inputs.event, columns)
        coef, se = fitted.coef, fitted.se
        c_index = np.full(len(coef), np.nan)
        good = np.isfinite(coef)
        if good.any():
            c_index[good] = concordance(inputs.time, inputs.event, coef[good] * columns[:, good])
    else:
        coef, se, c_index = _with_covariates(inputs, columns, job)
    return SetEstimates(coef, se, c_index, sd, np.asarray(chi2), np.asarray(chi2_upper(chi2)))


def _with_covariates(inputs: SearchInputs, columns: FloatArray, job: JobContext
                     ) -> tuple[FloatArray, FloatArray, FloatArray]:
    n_sets = columns.shape[1]
    coef, se, c_index = (np.full(n_sets, np.nan) for _ in range(3))
    start: FloatArray | None = None
    for i in range(n_sets):
        job.progress(i / n_sets, f"Fitting set {i + 1} of {n_sets}")
        design = np.column_stack([columns[:, i], inputs.design])
        model = cox_fit(inputs.time, inputs.event, design, inputs.strata, start)
        coef[i], se[i] = model.coef[0], model.se[0]
        c_index[i] = float(concordance(inputs.time, inputs.event, linear_predictor(design, model.reached),
                                       strata=inputs.strata)[0])
        start = model.reached
    return coef, se, c_index
