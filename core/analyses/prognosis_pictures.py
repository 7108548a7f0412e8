"""Which pictures the prognosis analysis gives, filled with its numbers: forest, survival curves, cut-off scans.

Not for: how they look (core/figures).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.prognosis_numbers import GROUP_NAMES, PrognosisNumbers
from core.figures.number_words import counted, short_number, time_words
from core.figures.prognosis_figures import (
    CutoffRows,
    ForestRows,
    GroupCurve,
    cutoff_scan,
    forest,
    kaplan_meier,
)
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.statistics.cox import cox_univariate
from core.statistics.cutpoints import cutpoint_path, lausen_schumacher_1992
from core.statistics.kaplan_meier import kaplan_meier as survival_curve
from core.statistics.logrank import logrank_many
from core.statistics.p_values import Z_95, chi2_upper
from core.statistics.two_group_cox import cox_two_groups

if TYPE_CHECKING:
    from core.analyses.rtk_prognosis import Parameters

FloatArray = NDArray[np.float64]

EVENT_WORDS = (("overall survival", "deaths"), ("specific survival", "deaths"), ("death", "deaths"),
               ("distant relapse", "distant relapses"), ("relapse", "relapses"), ("recurrence", "recurrences"),
               ("progression", "progressions"))
SPLIT_WORDS = {"median": "split at the median", "tertiles": "split into thirds", "quartiles": "split into quarters"}


def event_words(endpoint: str) -> str:
    """What to call the events of an endpoint: deaths, relapses; "events" where it counts several kinds, as RFS does."""
    if "free" in endpoint.lower() or " or " in endpoint.lower():
        return "events"
    for word, plural in EVENT_WORDS:
        if word in endpoint.lower():
            return plural
    return "events"


def direction_words(endpoint: str) -> tuple[str, str]:
    """(better, worse) for an endpoint: longer and shorter survival, else later and earlier."""
    return (f"longer {endpoint}", f"shorter {endpoint}") if "survival" in endpoint.lower() \
        else (f"later {endpoint}", f"earlier {endpoint}")


def values_said(receptor: str, values: FloatArray) -> tuple[str, ...]:
    """What a curve's tag says of each patient: ``FLT3 −0.52``."""
    return tuple(f"{receptor} {short_number(float(f'{value:.3g}'))}" if np.isfinite(value) else f"{receptor} missing"
                 for value in values.tolist())


def cohort_words(numbers: PrognosisNumbers) -> str:
    """What the pictures call the cohort; they add patients and events themselves."""
    return f"Cohort “{numbers.cohort.name}”"


def draw_prognosis(numbers: PrognosisNumbers, parameters: Parameters, job: JobContext, *,
                   simulated: bool) -> tuple[FigureSpec, ...]:
    """The forest, and curve and scan of each receptor of ``curves_of`` (by default the strongest and ERBB2)."""
    badge = _badge(simulated)
    figures = [_forest(numbers, parameters, badge)]
    shown = _shown(numbers, parameters)
    for done, i in enumerate(shown):
        job.progress(done / len(shown), f"Curves of {numbers.receptors[i]}")
        figures.append(_curves(numbers, parameters, i, badge))
        if np.isfinite(numbers.cut.statistic[i]):
            figures.append(_scan(numbers, i, badge))
    return tuple(figures)


def receptor_curve(numbers: PrognosisNumbers, receptor: str, *, simulated: bool = False) -> FigureSpec:
    """Survival of one receptor's groups: the picture that ``run`` makes for ``curves_of``.

    Raises
    ------
    KeyError
        For a receptor that was not analysed.
    """
    return _curves(numbers, numbers.parameters, _index(numbers, receptor), _badge(simulated))


def receptor_scan(numbers: PrognosisNumbers, receptor: str, *, simulated: bool = False) -> FigureSpec:
    """Every allowed cut-off of one receptor: the picture that ``run`` makes for ``curves_of``.

    Where no cut is allowed the picture says so.

    Raises
    ------
    KeyError
        For a receptor that was not analysed.
    """
    return _scan(numbers, _index(numbers, receptor), _badge(simulated))


def _index(numbers: PrognosisNumbers, receptor: str) -> int:
    try:
        return numbers.receptors.index(receptor)
    except ValueError:
        raise KeyError(receptor) from None


def _badge(simulated: bool) -> str:
    return "Simulated data" if simulated else ""


def _shown(numbers: PrognosisNumbers, parameters: Parameters) -> list[int]:
    drawable = [int(i) for i in numbers.order if np.isfinite(numbers.split.chi2[i])]
    if parameters.curves_of:
        wanted = {name.upper() for name in parameters.curves_of}
        return [i for i in drawable if numbers.receptors[i].upper() in wanted]
    return drawable[:1] + [i for i in drawable[1:] if numbers.receptors[i] == "ERBB2"]


def _forest(numbers: PrognosisNumbers, parameters: Parameters, badge: str) -> FigureSpec:
    order = numbers.order
    low, high = numbers.fit.interval
    rows = ForestRows(
        receptor=[numbers.receptors[i] for i in order], n=[int(numbers.n[i]) for i in order],
        events=[int(numbers.events[i]) for i in order], hr=numbers.fit.hr[order], hr_low=low[order],
        hr_high=high[order], q_bh=numbers.q_bh[order], p_maxt=numbers.p_maxt[order])
    return forest(rows, cohort_words=cohort_words(numbers), endpoint_words=numbers.cohort.endpoint.name,
                  adjusted_for=numbers.covariates.adjusted, strata=parameters.strata,
                  permutations=parameters.permutations, margin=parameters.equivalence,
                  better_worse=direction_words(numbers.cohort.endpoint.name), badge=badge)


def _curves(numbers: PrognosisNumbers, parameters: Parameters, i: int, badge: str) -> FigureSpec:
    names = GROUP_NAMES[parameters.split]
    groups = []
    for code, name in enumerate(names):
        members = numbers.split.groups[:, i] == code
        if not members.any():
            continue
        curve = survival_curve(numbers.time[members], numbers.event[members])
        groups.append(GroupCurve(
            name, curve.time, curve.survival, curve.ci_low, curve.ci_high, numbers.time[members],
            numbers.event[members], tuple(np.array(numbers.patients, dtype=object)[members]),
            said=values_said(numbers.receptors[i], numbers.expression[members, i])))
    ends = np.isin(numbers.split.groups[:, i], (0, len(names) - 1))
    high = (numbers.split.groups[ends, i] == len(names) - 1).astype(float)[:, None]
    fitted = cox_univariate(numbers.time[ends], numbers.event[ends], high)
    coef, se = float(fitted.coef[0]), float(fitted.se[0])
    ratio = (float(np.exp(coef)), float(np.exp(coef - Z_95 * se)),
             float(np.exp(coef + Z_95 * se))) if np.isfinite(coef) else None
    corrected = float(numbers.p_maxt[i])
    follow_up = numbers.follow_up.median
    return kaplan_meier(
        numbers.receptors[i], groups, endpoint_name=numbers.cohort.endpoint.name, unit=numbers.unit,
        cohort_words=cohort_words(numbers), event_words=event_words(numbers.cohort.endpoint.name),
        split_words=SPLIT_WORDS[parameters.split], hr=ratio, hr_comparison=f"{names[-1]} v {names[0]}",
        corrected_p=corrected if np.isfinite(corrected) else None,
        corrected_words=f"per SD, {'adjusted, ' if numbers.covariates.adjusted else ''}corrected for "
        f"{counted(int(np.isfinite(numbers.p_maxt).sum()), 'receptor')} (maxT)",
        logrank_p=float(numbers.split.p[i]),
        forest_adjusted_for=(*numbers.covariates.adjusted, *(f"{name} (as strata)" for name in parameters.strata)),
        follow_up_words=f"median follow-up {time_words(follow_up, numbers.unit)} (reverse Kaplan-Meier)", badge=badge)


def _scan(numbers: PrognosisNumbers, i: int, badge: str) -> FigureSpec:
    known = np.isfinite(numbers.expression[:, i])
    time, event, values = numbers.time[known], numbers.event[known], numbers.expression[known, i]
    path = cutpoint_path(time, event, values)
    above = values[:, None] > path.cut[None, :]
    coef, se = cox_two_groups(time, event, above)
    rows = CutoffRows(
        path.cut, np.exp(coef), np.exp(coef - Z_95 * se), np.exp(coef + Z_95 * se),
        np.asarray(chi2_upper(logrank_many(time, event, above))),
        np.asarray(lausen_schumacher_1992(np.abs(path.statistic))))
    cut = numbers.cut
    at = np.flatnonzero(path.cut == cut.cut[i])  # empty where no cut is allowed
    best = int(at[0]) if at.size else None
    maxt = float(cut.p_maxt[i])
    return cutoff_scan(
        numbers.receptors[i], rows, cohort_words=cohort_words(numbers),
        endpoint_words=numbers.cohort.endpoint.name, n=int(numbers.n[i]), events=int(numbers.events[i]),
        value_words=f"{numbers.matrix.measure} expression ({numbers.matrix.scale})", best_cut=float(cut.cut[i]),
        best_hr=None if best is None else (float(rows.hr[best]), float(rows.hr_low[best]), float(rows.hr_high[best])),
        best_hr_cv=(float(cut.hr_cv[i]), float(cut.hr_cv_low[i]), float(cut.hr_cv_high[i])),
        p_best_raw=float(cut.p_raw[i]), p_best_corrected=float(cut.p_corrected[i]),
        p_best_maxt=maxt if np.isfinite(maxt) else None,
        corrected_words="corrected for all cuts (Lausen and Schumacher)",
        maxt_words=f"corrected for all cuts of {counted(len(numbers.receptors), 'receptor')}", badge=badge)
