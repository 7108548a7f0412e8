"""The tables of what a score adds: one row of tests, the groups of the calibration, and the shape of the score.

Not for: computing (added_value.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.analyses.base import ResultTable

if TYPE_CHECKING:
    from core.analyses.added_value import AddedValue

ADDED = {
    "clinical": "Clinical columns beside the score",
    "n": "Complete cases: patients with a score and every clinical column",
    "events": "Of these, patients who had the event",
    "left_out": "Patients with a score who lack a clinical value",
    "terms": "Model terms of the clinical columns",
    "events_per_term": "Events per model term, the score included; below 10 is few",
    "hr": "Hazard ratio per SD of the score, adjusted for the clinical columns (Cox, Efron ties)",
    "hr_low": "Lower 95 % limit of hr",
    "hr_high": "Upper 95 % limit of hr",
    "p_wald": "Wald P of the score in the adjusted model, not corrected",
    "lr_chi2": "Likelihood-ratio chi-square: clinical + score against clinical",
    "lr_df": "Its degrees of freedom",
    "lr_p": "Its P, not corrected for other tests",
    "concordance_clinical": "Harrell's C of the clinical model, as fitted",
    "concordance_both": "Harrell's C of clinical + score, as fitted",
    "concordance_clinical_corrected": "C of the clinical model, corrected for optimism",
    "concordance_both_corrected": "C of clinical + score, corrected for optimism",
    "concordance_change": "Change in C, corrected for optimism",
    "concordance_change_low": "Lower 95 % limit of concordance_change (bootstrap)",
    "concordance_change_high": "Upper 95 % limit of concordance_change (bootstrap)",
    "resamples": "Bootstrap resamples in which both models could be fitted",
    "horizon": "Time of the calibration, in the unit of follow-up",
    "slope": "Calibration slope of clinical + score, cross-validated; 1 is right, below 1 too extreme",
    "slope_low": "Lower 95 % limit of slope",
    "slope_high": "Upper 95 % limit of slope",
}
CALIBRATION = {
    "group": "Groups of equal size, from the lowest to the highest predicted risk",
    "n": "Patients", "events": "Of these, patients with the event by the horizon",
    "predicted": "Mean predicted risk by the horizon (each patient predicted from the other nine tenths)",
    "observed": "One minus Kaplan-Meier at the horizon", "low": "Lower 95 % limit of observed",
    "high": "Upper 95 % limit of observed",
}
LINEARITY = {
    "n": "Complete cases", "events": "Of these, patients who had the event",
    "knots": "Knots of the restricted cubic spline, in SD of the score (Harrell's quantiles)",
    "chi2": "Likelihood-ratio chi-square of the terms that bend the curve", "df": "Its degrees of freedom",
    "p": "Its P, not corrected for other tests",
}
CURVE = {
    "score": "Score in SD from the mean, 1st to 99th percentile", "log_hr": "Log hazard ratio against the mean score",
    "low": "Lower 95 % limit of log_hr", "high": "Upper 95 % limit of log_hr",
    "straight": "Log hazard ratio of the model with a straight line",
}


def added_value_tables(value: AddedValue) -> tuple[ResultTable, ...]:
    """added_value always; calibration, linearity and linearity_curve where they could be computed."""
    tables = [ResultTable("added_value", {name: [cell] for name, cell in zip(ADDED, _row(value), strict=True)},
                          "What the score adds to the clinical columns", ADDED)]
    if value.calibration is not None:
        groups = value.calibration.groups
        columns = {"group": list(range(1, len(groups) + 1))} | {
            key: [getattr(group, key) for group in groups] for key in CALIBRATION if key != "group"}
        tables.append(ResultTable("calibration", columns, f"Predicted and observed risk by {value.at.words}",
                                  CALIBRATION))
    if value.linearity is not None:
        shape = value.linearity
        row = (value.n, value.events, " ".join(f"{knot:.4g}" for knot in shape.knots), shape.test.chi2, shape.test.df,
               shape.test.p)
        tables.append(ResultTable("linearity", {name: [cell] for name, cell in zip(LINEARITY, row, strict=True)},
                                  "Is the effect of the score a straight line?", LINEARITY))
        tables.append(ResultTable("linearity_curve", {"score": shape.x} | {key: getattr(shape, key) for key in CURVE
                                                                           if key != "score"},
                                  "Log hazard ratio along the score", CURVE))
    return tuple(tables)


def _row(value: AddedValue) -> tuple[object, ...]:
    test, change = value.test, value.change
    empty = float("nan")
    return (
        ", ".join(factor.column for factor in value.factors), value.n, value.events, value.n_scored - value.n,
        len(value.terms), value.events_per_term, *value.hr, value.p,
        *((test.chi2, test.df, test.p) if test else (empty, None, empty)),
        *((change.smaller, change.larger, change.smaller_corrected, change.larger_corrected, change.change_corrected,
           change.low, change.high, change.resamples) if change else (*(empty,) * 7, None)),
        value.at.time, *value.slope)
