"""The one door to lifelines: models of several covariates, with its warnings turned into findings.

Not for: what is done thousands of times; that is NumPy in cox.py, logrank.py, kaplan_meier.py and resampling.py.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from core.problems import Problem, warning
from core.statistics.cox_model import CoxModel, cox_fit, independent_columns
from core.statistics.risk_sets import Bools, Floats, Ints, checked_columns, checked_outcome, checked_strata


def cox_multivariable(time: ArrayLike, event: ArrayLike, design: ArrayLike,
                      strata: ArrayLike | None = None) -> CoxModel:
    """Cox proportional hazards of several covariates: fitted by lifelines, finished by our own Newton steps.

    lifelines 0.30 stops on the Newton decrement, a few steps before R with eps = 1e-12 does, and coefficients near 0
    then differ in the fourth digit; ``cox_fit`` therefore starts at lifelines' answer and converges to 1e-12. Where
    lifelines gives up, ``cox_fit`` decides alone, and what lifelines said is among the findings.

    Parameters
    ----------
    time, event : (n,) as in ``cox_univariate``.
    design : (n, p) covariates; missing values are refused.
    strata : (n,) codes, optional.

    Returns
    -------
    CoxModel
        ``findings`` holds what lifelines and the fit warn of.
    """
    months, happened = checked_outcome(time, event)
    values = checked_columns(design, len(months))
    codes = checked_strata(strata, len(months))
    spread = values.std(axis=0)
    if not happened.any() or not (spread > 0).any():
        return cox_fit(months, happened, values, codes)
    usable = independent_columns(np.atleast_2d(np.cov(values, rowvar=False)), spread > 0)
    begin, said = _lifelines_start(months, happened, values[:, usable], codes)
    start = np.zeros(values.shape[1])
    start[usable] = begin
    model = cox_fit(months, happened, values, codes, start=start)
    # A start far off can lead nowhere although the way from zero is short.
    if not model.converged:
        model = cox_fit(months, happened, values, codes)
    known = {finding.code for finding in model.findings}
    return replace(model, findings=(*model.findings, *(finding for finding in said if finding.code not in known)))


def _lifelines_start(time: Floats, event: Bools, design: Floats, strata: Ints) -> tuple[Floats, list[Problem]]:
    """lifelines' coefficients (zeros where it fails) and its warnings as findings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines' own imports warn of things that are not the user's
        from lifelines import CoxPHFitter
        from lifelines.exceptions import ConvergenceError
        from lifelines.utils import pd  # lifelines takes a pandas table and brings pandas; nothing else here needs it
    names = [f"x{column}" for column in range(design.shape[1])]
    # Scaled, because lifelines stops on an absolute step.
    table = pd.DataFrame((design - design.mean(axis=0)) / design.std(axis=0), columns=names)
    table["time"], table["event"], table["stratum"] = time, event, strata
    several = len(np.unique(strata)) > 1
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            fitter = CoxPHFitter().fit(
                table if several else table.drop(columns="stratum"), "time", "event",
                strata=["stratum"] if several else None,
                fit_options={"precision": 1e-14, "r_precision": 1e-16, "step_size": 1.0, "max_steps": 60})
            begin = fitter.params_.loc[names].to_numpy(dtype=np.float64) / design.std(axis=0)
        except ConvergenceError as failure:
            return np.zeros(len(names)), [_said(str(failure))]
    found = [_said(str(item.message)) for item in heard
             if item.category.__module__.startswith("lifelines") and "converge" in str(item.message).lower()]
    return np.nan_to_num(begin), found[:1]


def _said(words: str) -> Problem:
    return warning("doubtful_fit", "the Cox model of the adjusted receptor is doubtful",
                   why=f"lifelines: {' '.join(words.split())[:160]}",
                   remedy="look at the number of events and at covariates with rare values")
