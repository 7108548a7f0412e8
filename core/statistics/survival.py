"""The one door to lifelines: models of several covariates, with its warnings turned into findings.

Not for: what is done thousands of times; that is NumPy in cox.py, logrank.py, kaplan_meier.py and resampling.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from core.problems import Problem, warning
from core.statistics.cox import standardised
from core.statistics.cox_model import CoxModel, cox_fit, independent_columns
from core.statistics.risk_sets import Bools, Floats, Ints, checked_columns, checked_outcome, checked_strata

TIME, EVENT, STRATUM = "follow-up time of the fit", "event of the fit", "stratum of the fit"


def cox_multivariable(time: ArrayLike, event: ArrayLike, design: ArrayLike, strata: ArrayLike | None = None,
                      names: Sequence[str] = ()) -> CoxModel:
    """Cox proportional hazards of several covariates: fitted by lifelines, finished by our own Newton steps.

    lifelines 0.30 stops on the Newton decrement, a few steps before R with eps = 1e-12 does, and coefficients near 0
    then differ in the fourth digit; ``cox_fit`` therefore starts at lifelines' answer and converges to 1e-12. Where
    lifelines gives up, ``cox_fit`` decides alone, and what lifelines said is among the findings.

    Parameters
    ----------
    time, event : (n,) as in ``cox_univariate``.
    design : (n, p) covariates; missing values are refused.
    strata : (n,) codes, optional.
    names : p names of the columns, for what lifelines has to say about them; optional.

    Returns
    -------
    CoxModel
        ``findings`` holds what lifelines and the fit warn of.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(design, len(months))
    codes = checked_strata(strata, len(months))
    scaled, spread = standardised(values)
    if not happened.any() or not (spread > 0).any():
        return cox_fit(months, happened, values, codes)
    usable = independent_columns(scaled.T @ scaled / len(scaled), spread > 0)
    called = [names[column] if len(set(names)) == values.shape[1] else f"covariate {column + 1}" for column in usable]
    begin, said = _lifelines_start(months, happened, scaled[:, usable], codes, called)
    start = np.zeros(values.shape[1])
    start[usable] = begin / spread[usable]
    model = cox_fit(months, happened, values, codes, start=start)
    # A start far off can lead nowhere although the way from zero is short.
    if not model.converged:
        model = cox_fit(months, happened, values, codes)
    return replace(model, findings=(*model.findings, *said))


def _lifelines_start(time: Floats, event: Bools, scaled: Floats, strata: Ints, names: list[str]
                     ) -> tuple[Floats, list[Problem]]:
    """lifelines' coefficients per SD (zeros where it fails) and its warnings as findings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines' own imports warn of things that are not the user's
        from lifelines import CoxPHFitter
        from lifelines.exceptions import ConvergenceError, ConvergenceWarning
        from lifelines.utils import pd  # lifelines takes a pandas table and brings pandas; nothing else here needs it
    table = pd.DataFrame(scaled, columns=names)
    table[TIME], table[EVENT] = time, event
    several = len(np.unique(strata)) > 1
    if several:
        table[STRATUM] = strata
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            fitter = CoxPHFitter().fit(
                table, TIME, EVENT, strata=[STRATUM] if several else None,
                fit_options={"precision": 1e-14, "r_precision": 1e-16, "step_size": 1.0, "max_steps": 60})
            begin = np.asarray(fitter.params_.loc[names].to_numpy(dtype=np.float64))
        except ConvergenceError as failure:
            return np.zeros(len(names)), [_said(str(failure))]
    found = [_said(str(item.message)) for item in heard if issubclass(item.category, ConvergenceWarning)]
    return np.nan_to_num(begin), found[:1]


def _said(words: str) -> Problem:
    sentence = " ".join(words.split())
    for advice_to_programmers in (" For example, try", " See https", " Please see"):
        sentence = sentence.split(advice_to_programmers)[0]
    return warning("doubtful_fit", "the Cox model of the adjusted receptor is doubtful", why=f"lifelines: {sentence}",
                   remedy="look at the number of events and at covariates with rare values")
