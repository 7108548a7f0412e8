"""A receptor's curve split at a cut that the user chose, with the P that pays for having looked at every cut.

Not for: finding the best cut (prognosis) or a split fixed beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.base import ResultTable, TriedTest
from core.analyses.prognosis_numbers import PrognosisNumbers
from core.analyses.prognosis_pictures import values_said
from core.analyses.view_data import FloatArray, View, ViewData, view_data_of
from core.analyses.view_requests import CutRequest
from core.figures.number_words import capitalised, count_words, counted, hr_words, p_equals, p_words, short_number
from core.figures.prognosis_figures import GroupCurve, kaplan_meier
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.problems import Problem, UserError
from core.statistics.cox import cox_univariate
from core.statistics.cutpoint_permutation import cut_maxima, maxima_p
from core.statistics.cutpoints import (
    CutpointPath,
    allowed_range,
    cutpoint_path,
    lausen_schumacher_1992,
    left_out_hazard_ratio,
)
from core.statistics.kaplan_meier import kaplan_meier as survival_curve
from core.statistics.logrank import logrank_many
from core.statistics.p_values import Z_95, chi2_upper

COLUMNS = {
    "receptor": "Gene symbol",
    "cut": "The chosen cut: low is at or below it",
    "n_low": "Patients at or below the cut", "n_high": "Patients above the cut",
    "events_low": "Events at or below the cut", "events_high": "Events above the cut",
    "logrank_chi2": "Log-rank chi-square at the cut",
    "p_raw": "Log-rank P at the cut: ignores that every cut could have been chosen, never report it alone",
    "p_corrected": "P of the cut's statistic corrected for all cuts of this receptor (Lausen and Schumacher 1992)",
    "p_maxt": "P of the cut's statistic corrected for all cuts of all receptors by shuffling outcomes",
    "hr": "Hazard ratio of high against low at this cut; empty where hr_cv is",
    "hr_low": "Lower 95 % limit of hr", "hr_high": "Upper 95 % limit of hr",
    "hr_cv": "Hazard ratio in left-out patients when the best cut is searched without them",
    "hr_cv_low": "Lower 95 % limit of hr_cv", "hr_cv_high": "Upper 95 % limit of hr_cv",
    "statistic": "Standardised log-rank statistic at the cut",
}
Estimate = tuple[float, float, float]


@dataclass(frozen=True)
class ChosenCut:
    """All numbers of one chosen cut; ``p_maxt`` NaN without permutations."""

    receptor: str
    cut: float
    n_low: int
    n_high: int
    events_low: int
    events_high: int
    logrank_chi2: float
    p_raw: float
    p_corrected: float
    p_maxt: float
    hr: float
    hr_low: float
    hr_high: float
    hr_cv: float
    hr_cv_low: float
    hr_cv_high: float
    statistic: float


def cut_problem(data: ViewData, request: CutRequest) -> Problem | None:
    """Why a cut is not allowed: it must leave at least a tenth of the patients on either side."""
    values = data.values(request.receptor)
    known = np.sort(values[np.isfinite(values)])
    first, last = allowed_range(len(known))
    below = int(np.searchsorted(known, request.cut, side="right"))
    if len(known) >= 2 and first <= below <= last:
        return None
    words = (f"the cut {short_number(request.cut)} of {request.receptor} leaves {below} of {len(known)} patients at or "
             "below it")
    remedy = "choose another receptor: it has no cut that is allowed"
    between = known[:-1] < known[1:]
    places = np.flatnonzero(between) + 1
    places = places[(places >= first) & (places <= last)]
    if len(places):
        remedy = (f"choose a cut from {short_number(_seen(known[places[0] - 1]))} to below "
                  f"{short_number(_seen(known[places[-1]]))}")
    return Problem("cut_out_of_range", words, data.matrix.place,
                   "A cut must leave at least a tenth of the patients on either side; the correction is for these "
                   "cuts.", remedy, answer_key="cuts")


def _seen(value: float) -> float:
    return float(f"{value:.4g}")


@dataclass(frozen=True, eq=False)
class CutSearch:
    """What is the same at every cut of a receptor, found once while its line is moved; ``said`` of every patient."""

    path: CutpointPath
    left_out: Estimate
    said: NDArray[np.object_]


def cut_search(data: ViewData, receptor: str) -> CutSearch:
    """Every cut of a receptor, and the hazard ratio in left-out patients when the best is searched without them."""
    values = data.values(receptor)
    known = np.isfinite(values)
    found = left_out_hazard_ratio(data.time, data.event, values[:, None], seed=data.seed)
    return CutSearch(cutpoint_path(data.time[known], data.event[known], values[known]),
                     (float(found.hr[0]), float(found.hr_low[0]), float(found.hr_high[0])),
                     np.array(values_said(receptor, values), dtype=object))


def measure_cut(data: ViewData, request: CutRequest, maxima: FloatArray, search: CutSearch | None = None) -> ChosenCut:
    """The numbers at one cut; ``maxima`` of the permutations over all receptors and cuts, or empty.

    ``search`` is that of the receptor, where it is known already.

    Raises
    ------
    UserError
        "cut_out_of_range".
    """
    problem = cut_problem(data, request)
    if problem is not None:
        raise UserError(problem)
    values = data.values(request.receptor)
    known = np.isfinite(values)
    time, event, values = data.time[known], data.event[known], values[known]
    high = values > request.cut
    search = search or cut_search(data, request.receptor)
    path = search.path
    at = int(np.searchsorted(path.n_low, int((~high).sum())))
    statistic = abs(float(path.statistic[at])) if event.any() else float("nan")
    chi2 = float(logrank_many(time, event, high)[0])
    fitted = cox_univariate(time, event, high.astype(np.float64)[:, None])
    coef, se = float(fitted.coef[0]), float(fitted.se[0])
    cv = search.left_out
    ratio: Estimate = (float("nan"),) * 3
    if np.isfinite(cv[0]) and np.isfinite(coef):
        ratio = float(np.exp(coef)), float(np.exp(coef - Z_95 * se)), float(np.exp(coef + Z_95 * se))
    return ChosenCut(
        request.receptor, request.cut, int((~high).sum()), int(high.sum()), int(event[~high].sum()),
        int(event[high].sum()), chi2, float(chi2_upper(chi2)), float(lausen_schumacher_1992(statistic)),
        float(maxima_p(statistic, maxima)[0]), *ratio, *cv, statistic)


def cut_figure(data: ViewData, found: ChosenCut, search: CutSearch | None = None) -> FigureSpec:
    """Kaplan-Meier curves at the chosen cut; the corrected P stands first."""
    values = data.values(found.receptor)
    said = search.said if search is not None else np.array(values_said(found.receptor, values), dtype=object)
    groups = []
    for name, members in (("low", values <= found.cut), ("high", values > found.cut)):
        curve = survival_curve(data.time[members], data.event[members])
        groups.append(GroupCurve(name, curve.time, curve.survival, curve.ci_low, curve.ci_high, data.time[members],
                                 data.event[members], tuple(np.array(data.patients, dtype=object)[members]),
                                 said=tuple(said[members])))
    shown = short_number(found.cut)
    return kaplan_meier(
        found.receptor, groups, endpoint_name=data.endpoint, unit=data.cohort.endpoint.unit,
        cohort_words=data.cohort_words, name=f"kaplan_meier_{found.receptor}_at_{found.cut:g}",
        event_words=data.event_words, split_words=f"split at {shown}, a chosen cut",
        words_inside=cut_words(found, len(data.receptors)), badge=data.badge)


def cut_words(found: ChosenCut, n_receptors: int) -> tuple[str, ...]:
    """Corrected P first, then both hazard ratios or neither, the uncorrected P last."""
    words = []
    if p_words(found.p_maxt):
        words.append(f"corrected {p_equals(found.p_maxt)}, for all cuts of {counted(n_receptors, 'receptor')} (maxT)")
    else:
        words.append(f"corrected {p_equals(found.p_corrected)}, for all cuts of this receptor")
    if np.isfinite(found.hr):
        words += [f"HR {hr_words(found.hr_cv, found.hr_cv_low, found.hr_cv_high)} in left-out patients",
                  f"HR {hr_words(found.hr, found.hr_low, found.hr_high)} at this cut, high v low"]
    else:
        words.append("HR not shown: it was not estimated in left-out patients")
    words.append(f"log-rank {p_equals(found.p_raw)}, uncorrected")
    return tuple(words)


def view_cuts(data: ViewData, requests: Sequence[CutRequest], job: JobContext) -> View:
    """Every chosen cut: a table, a figure each, findings.

    Raises
    ------
    UserError
        "cut_out_of_range", one per cut, before anything is computed.
    """
    problems = [problem for request in requests if (problem := cut_problem(data, request)) is not None]
    if problems:
        raise UserError(*problems)
    maxima = np.empty(0)
    if data.permutations and data.event.any():
        maxima = cut_maxima(data.time, data.event, data.expression, data.permutations, data.seed, job)
    found = [measure_cut(data, request, maxima) for request in requests]
    columns = {name: [getattr(one, name) for one in found] for name in COLUMNS}
    return View(
        (ResultTable("chosen_cuts", columns, "Curves at cuts chosen by hand", COLUMNS),),
        tuple(cut_figure(data, one) for one in found),
        tuple(_finding(one, len(data.receptors)) for one in found), _methods(data), paid=len(found),
        # A moved cut is a choice after a look: the ledger counts it as not paid for, although its own P is corrected.
        tried=tuple(TriedTest(trial_words(one.receptor, one.cut), 0, 1) for one in found))


def trial_words(receptor: str, cut: float) -> str:
    """A cut that was looked at, as the ledger knows it: two cuts that part the patients alike may be two trials."""
    return f"cut of {receptor} at {short_number(cut)}"


def chosen_cut(numbers: PrognosisNumbers, receptor: str, cut: float, *,
               simulated: bool = False, searches: dict[str, CutSearch] | None = None) -> tuple[ChosenCut, FigureSpec]:
    """Numbers and curves at a cut, on demand, from a finished prognosis analysis and its permutations.

    ``searches`` of these numbers, by receptor, are used and added to.

    Raises
    ------
    UserError
        "cut_out_of_range".
    """
    data = view_data_of(numbers, simulated=simulated)
    search = searches.get(receptor) if searches is not None else None
    request = CutRequest(receptor, cut)
    if search is None and cut_problem(data, request) is None:
        search = cut_search(data, receptor)
        if searches is not None:
            searches[receptor] = search
    found = measure_cut(data, request, numbers.cut.maxima, search)
    return found, cut_figure(data, found, search)


def _finding(found: ChosenCut, n_receptors: int) -> str:
    words = ". ".join(capitalised(line) for line in cut_words(found, n_receptors))
    return (f"{found.receptor} cut at {short_number(found.cut)} ({found.n_low} low with "
            f"{counted(found.events_low, 'event')}, {found.n_high} high with {counted(found.events_high, 'event')}). "
            f"{words}.")


def _methods(data: ViewData) -> str:
    over = ""
    if data.permutations:
        over = (f", and for all allowed cuts of {counted(len(data.receptors), 'receptor')} by comparing it with the "
                f"largest statistic of the whole search in each of {count_words(data.permutations)} permutations of "
                f"time and status (seed {data.seed})")
    return ("Patients were split at cuts chosen by hand (low at or below the cut). A chosen cut counts as a search "
            "over all cuts between 10 % and 90 % of patients: the standardised log-rank statistic at the cut was "
            f"corrected for all of them (Lausen and Schumacher 1992){over}. The hazard ratio at the cut is given with "
            "that of left-out patients when the best cut is searched without them (10 folds). Not adjusted.")
