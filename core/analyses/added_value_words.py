"""What a score adds, in words and pictures: every sentence with its patients and events, and the methods text.

Not for: numbers that are not already in AddedValue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.figures.calibration_plot import PredictedGroup, calibration_figure
from core.figures.number_words import (
    capitalised,
    count_words,
    counted,
    hr_words,
    interval_words,
    list_words,
    number_words,
    p_equals,
)
from core.figures.score_shape import ScoreShape, linearity_figure
from core.figures.spec import FigureSpec

if TYPE_CHECKING:
    from core.analyses.added_value import AddedValue

EVENTS_PER_TERM = 10
SAID = ("age", "grade", "nodes", "ER")
"""Factors whose absence is said; size and HER2 are taken where they are."""


def added_value_words(value: AddedValue) -> tuple[str, ...]:
    """The likelihood ratio, the change in C, calibration, straightness, and what stands against believing them."""
    said = [_which(value), _likelihood(value), _change(value), _calibration(value), _straight(value)]
    terms = len(value.terms) + 1
    if value.events_per_term < EVENTS_PER_TERM:
        said.append(f"{counted(value.events, 'event')} for {counted(terms, 'model term')} are few (a rule asks for ten "
                    "per term), so these estimates are uncertain.")
    if value.cohort.cause is not None:
        said.append("Other causes count as censored here: risks are those that would be seen without them.")
    return tuple(sentence for sentence in said if sentence)


def _counts(value: AddedValue) -> str:
    return f"{counted(value.n, 'patient')}, {counted(value.events, 'event')}"


def _named(value: AddedValue) -> str:
    return list_words([factor.name if factor.name == factor.column else f"{factor.name} ({factor.column})"
                       for factor in value.factors])


def _which(value: AddedValue) -> str:
    """What was found, what was not, and what it costs in patients."""
    missing = [name for name in SAID if name not in {factor.name for factor in value.factors}
               and name not in {name for name, *_ in value.left_out}]
    automatic = all(factor.name != factor.column for factor in value.factors)
    parts = [f"Beside the score stand {_named(value)}." if value.factors else
             "What the score adds to clinical factors cannot be judged: no usable column of age, grade, nodes or ER "
             "was found."]
    if value.factors and missing and automatic:
        parts.append(f"No column of {list_words(missing, 'or')} was found.")
    parts += [f"{capitalised(name)} ({column}) is left out: {reason}." for name, column, reason in value.left_out]
    parts += [f"“{each.value}” of {each.column} ({counted(each.patients, 'patient')}) counts as missing."
              for each in value.odd]
    lack = value.n_scored - value.n
    if lack:
        lacks = "lacks" if lack == 1 else "lack"
        parts.append(f"{counted(lack, 'patient')} of {count_words(value.n_scored)} {lacks} a value and could not be "
                     "used.")
    return " ".join(parts)


def _likelihood(value: AddedValue) -> str:
    if value.test is None:
        return ""
    if not np.isfinite(value.test.chi2):
        return f"The clinical model has no finite best fit ({_counts(value)}), so what the score adds is not known."
    start = "The score adds to them" if value.test.p < 0.05 else "That the score adds to them is not settled"
    return (f"{start}: likelihood-ratio chi-square {number_words(value.test.chi2, 1)}, {p_equals(value.test.p)}; "
            f"adjusted hazard ratio {hr_words(*value.hr)} per SD ({_counts(value)}).")


def _change(value: AddedValue) -> str:
    change = value.change
    if change is None or not np.isfinite(change.larger):
        return ""
    if not change.resamples:
        return (f"Harrell's C goes from {number_words(change.smaller, 3)} to {number_words(change.larger, 3)} as "
                f"fitted, not corrected for optimism ({_counts(value)}).")
    few = "" if change.resamples == value.resamples else f" ({change.resamples} could be fitted)"
    return (f"Harrell's C goes from {number_words(change.smaller_corrected, 3)} to "
            f"{number_words(change.larger_corrected, 3)}: a change of {number_words(change.change_corrected, 3)} "
            f"({interval_words(change.low, change.high, 3)}), corrected for optimism by {value.resamples} resamples"
            f"{few} ({_counts(value)}).")


def _calibration(value: AddedValue) -> str:
    if value.calibration is None:
        few = value.test is None or np.isfinite(value.test.chi2)
        return f"Calibration and straightness cannot be judged with {counted(value.events, 'event')}." if few else ""
    slope, low, high = value.slope
    if not np.isfinite(slope):
        return ""
    first, last = value.calibration.groups[0], value.calibration.groups[-1]
    verdict = "predicted risks are too extreme" if high < 1 else "predicted risks are not extreme enough" if low > 1 \
        else "no sign that predicted risks are too extreme"
    return (f"Calibration by {value.at.words}: slope {_slope(value)}, {verdict}. Where the risk was "
            f"predicted lowest, {100 * first.predicted:.0f} of 100 were expected and {_seen(first)} seen; where "
            f"highest, {100 * last.predicted:.0f} and {_seen(last)} (every patient predicted without their own tenth; "
            f"{_counts(value)}).")


def _slope(value: AddedValue) -> str:
    slope, low, high = value.slope
    return f"{number_words(slope)} ({interval_words(low, high)})"


def _seen(group: object) -> str:
    observed, low, high = (float(getattr(group, key)) for key in ("observed", "low", "high"))
    if not np.isfinite(observed):
        return "an unknown number"
    limits = f" ({100 * low:.0f} to {100 * high:.0f})" if np.isfinite(low) and np.isfinite(high) else ""
    return f"{100 * observed:.0f}{limits}"


def _straight(value: AddedValue) -> str:
    if value.linearity is None:
        return "" if value.calibration is None else "Whether the effect of the score is a straight line cannot be " \
            f"judged: too few different values ({_counts(value)})."
    test = value.linearity.test
    start = "The effect of the score is not a straight line: one hazard ratio per SD does not describe it" \
        if test.p < 0.05 else "Nothing speaks against a straight line for the effect of the score"
    return (f"{start} (nonlinear terms of a spline, chi-square {number_words(test.chi2, 1)}, {test.df} df, "
            f"{p_equals(test.p)}; {_counts(value)}).")


def _beside(value: AddedValue) -> str:
    return f"adjusted for {list_words([factor.name for factor in value.factors])}" if value.factors else ""


def added_value_figures(value: AddedValue, badge: str) -> tuple[FigureSpec, ...]:
    """calibration and linearity, where they could be computed."""
    cohort, figures = f"Cohort “{value.cohort.name}”", []
    endpoint = value.cohort.endpoint.name
    if value.calibration is not None and np.isfinite(value.slope[0]):
        known = [PredictedGroup(group.n, group.events, group.predicted, group.observed, group.low, group.high)
                 for group in value.calibration.groups if np.isfinite(group.observed)]
        model = f"{list_words([*(factor.name for factor in value.factors), 'the score'])}"
        if len(known) > 1:
            figures.append(calibration_figure(
                known, cohort_words=cohort, endpoint_words=endpoint, by_words=value.at.words, model_words=model,
                slope_words=f"Slope {_slope(value)}", badge=badge))
    if value.linearity is not None:
        shape = value.linearity
        figures.append(linearity_figure(
            ScoreShape(shape.x, shape.log_hr, shape.low, shape.high, shape.straight, value.score, value.patients),
            cohort_words=cohort, endpoint_words=endpoint, test_words=f"Nonlinear terms {p_equals(shape.test.p)}",
            adjusted_words=_beside(value), n=value.n, events=value.events, n_knots=len(shape.knots), badge=badge))
    return tuple(figures)


def _corrected(value: AddedValue) -> str:
    if not value.resamples:
        return ", not corrected for optimism"
    return (f", corrected for optimism by {value.resamples} bootstrap resamples (Harrell 1996), with a percentile "
            "interval moved by the optimism (Noma 2021)")


def added_value_methods(value: AddedValue) -> str:
    """What was done, for a methods section."""
    parts = []
    if value.factors:
        parts.append(f"The score was added to a Cox model of {_named(value)} in the "
                     f"{counted(value.n, 'complete case')} (of {count_words(value.n_scored)} patients); "
                     f"the models were compared by the likelihood-ratio test and by Harrell's C{_corrected(value)}.")
    if value.calibration is not None:
        parts.append(f"Calibration at {value.at.words} compares risks predicted by ten-fold cross-validation with one "
                     "minus Kaplan-Meier in groups of equal size; the slope is the coefficient of the complementary "
                     "log-log of the predicted risk (van Houwelingen 2000), risks beyond 0.1 % and 99.9 % counted as "
                     "these.")
    if value.linearity is not None:
        parts.append(f"Linearity was checked by a restricted cubic spline of {len(value.linearity.knots)} knots at "
                     "Harrell's quantiles, by the likelihood-ratio test of its nonlinear terms"
                     f"{' beside the clinical columns' if value.factors else ''}.")
    return " ".join([*parts, "P values of this part are not corrected for each other."] if parts else [])
