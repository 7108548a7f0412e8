"""Which pictures a validation gives, filled with its numbers: the forest over cohorts, and curves in each.

Not for: how they look (core/figures).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.analyses.prognosis_pictures import direction_words, event_words
from core.analyses.validation_beside import beside_figures
from core.analyses.validation_numbers import (
    REFUSED,
    SEARCHED,
    SHARED,
    CohortEffect,
    ValidationNumbers,
)
from core.figures.number_words import capitalised, hr_words, p_equals, time_words
from core.figures.pooled_forest import CohortRow, PooledRow, pooled_forest
from core.figures.spec import FigureSpec
from core.figures.survival_curves import GroupCurve, kaplan_meier
from core.jobs import JobContext
from core.statistics.kaplan_meier import kaplan_meier as survival_curve

NOTES = {SEARCHED: "search cohort", SHARED: "shares patients", REFUSED: "refused"}
SHOWN_MODEL = "reml_mkh"


def draw_validation(numbers: ValidationNumbers, job: JobContext, *, simulated: bool) -> tuple[FigureSpec, ...]:
    """The forest, curves of high and low score in every cohort that could be scored, then what stands beside."""
    badge = "Simulated data" if simulated else ""
    figures = [draw_forest(numbers, badge=badge)]
    scored = [effect for effect in numbers.effects if effect.score is not None and effect.score.high.any()
              and not effect.score.high.all()]
    for number, effect in enumerate(scored):
        job.progress(number / len(scored), f"Curves in {effect.name}")
        figures.append(draw_curves(numbers, effect, badge=badge))
    return (*figures, *beside_figures(numbers.beside, badge))


def draw_forest(numbers: ValidationNumbers, *, badge: str = "") -> FigureSpec:
    """Every cohort with its HR per SD; pooled and prediction rows where two or three cohorts are pooled."""
    rows = [CohortRow(effect.name, effect.n, effect.n_events, *effect.per_sd.hr, effect.per_sd.p,
                      NOTES.get(effect.role, "" if effect.per_sd.known else "no estimate"))
            for effect in numbers.effects]
    endpoints = list(dict.fromkeys(effect.cohort.endpoint.name for effect in numbers.effects))
    one = endpoints[0] if len(endpoints) == 1 else ""
    return pooled_forest(rows, _pooled(numbers), score_words=numbers.lock.name, badge=badge,
                         endpoint_words=one or "the endpoint of each cohort",
                         better_worse=direction_words(one) if one else ("later events", "earlier events"))


def _pooled(numbers: ValidationNumbers) -> PooledRow | None:
    model = numbers.model(SHOWN_MODEL)
    if model is None or model.k < 2 or model.low is None or model.high is None or model.p is None:
        return None
    prediction = (math.nan, math.nan)
    if model.prediction_low is not None and model.prediction_high is not None:
        prediction = (_ratio(model.prediction_low), _ratio(model.prediction_high))
    words = f"Pooled, {model.k} cohorts"
    remark = "Random effects (REML) with modified Knapp-Hartung interval." + (
        " Of two cohorts a pooled interval is uninformative." if model.k == 2 else "")
    return PooledRow(words, _ratio(model.estimate), _ratio(model.low), _ratio(model.high), model.p, prediction, remark,
                     uninformative=model.k == 2)


def _ratio(value: float) -> float:
    return math.exp(max(-700.0, min(value, 700.0)))


def draw_curves(numbers: ValidationNumbers, effect: CohortEffect, *, badge: str = "") -> FigureSpec:
    """Kaplan-Meier curves of high and low score in one cohort, at the lock's own cut."""
    score = effect.score
    assert score is not None
    patients = np.array(effect.cohort.patients, dtype=object)[score.rows]
    groups = []
    for name, members in (("low", ~score.high), ("high", score.high)):
        curve = survival_curve(effect.time[members], effect.event[members])
        said = tuple(f"score {value:.2f}" for value in score.values[members].tolist())
        groups.append(GroupCurve(name, curve.time, curve.survival, curve.ci_low, curve.ci_high, effect.time[members],
                                 effect.event[members], tuple(patients[members]), said=said))
    words = []
    if effect.per_sd.known:
        words.append(f"HR {hr_words(*effect.per_sd.hr)} per SD, {p_equals(effect.per_sd.p)}")
    if effect.split.known:
        words.append(f"HR {hr_words(*effect.split.hr)}, high v low, log-rank {p_equals(effect.logrank_p)}, "
                     "uncorrected")
    endpoint = effect.cohort.endpoint
    figure = kaplan_meier(
        f"score “{numbers.lock.name}”", groups, name=f"kaplan_meier_{effect.name}", endpoint_name=endpoint.name,
        unit=endpoint.unit,
        cohort_words=f"Cohort “{effect.name}”" + (f", {NOTES[effect.role]}" if effect.role in NOTES else ""),
        event_words=event_words(endpoint.name), split_words=_split_words(numbers), words_inside=tuple(words),
        follow_up_words=f"median follow-up {time_words(effect.follow_up.median, endpoint.unit)} (reverse Kaplan-Meier)",
        badge=badge)
    panel = figure.rows[0][0]
    return replace(figure, rows=((replace(panel, title=capitalised(panel.title)),),))


def _split_words(numbers: ValidationNumbers) -> str:
    if numbers.lock.score == "median split":
        return "split at the median"
    return f"split at the locked cut ({numbers.lock.cut_sd:g} SD)"
