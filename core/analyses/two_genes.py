"""Two receptors together: four groups by both medians, and whether one changes what the other goes with.

Not for: choosing the pair; a pair picked after looking is not paid for by any correction, and the words say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analyses.base import ResultTable, TriedTest
from core.analyses.prognosis_pictures import values_said
from core.analyses.view_data import View, ViewData, z_scores
from core.analyses.view_requests import PairRequest
from core.figures.number_words import counted, hr_words, p_equals
from core.figures.prognosis_figures import GroupCurve, kaplan_meier
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.problems import Problem, warning
from core.statistics.cox_model import cox_fit
from core.statistics.kaplan_meier import kaplan_meier as survival_curve
from core.statistics.kaplan_meier import median_with_interval
from core.statistics.logrank import logrank_test
from core.statistics.p_values import Z_95

GROUPS = (("high/high", True, True, "high"), ("high/low", True, False, "series3"), ("low/high", False, True, "series4"),
          ("low/low", False, False, "low"))
FEWEST_IN_GROUP = 5
COLUMNS = {
    "receptor_a": "First receptor", "receptor_b": "Second receptor",
    "n": "Patients with a value of both", "events": "Of these, patients who had the event",
    "logrank_chi2": "Log-rank chi-square of the four groups by both medians",
    "logrank_df": "Its degrees of freedom: groups with patients, less one",
    "logrank_p": "Its P, not corrected for having chosen this pair",
    "coef": "Interaction: coefficient of the product of both z scores beside both (Cox, Efron ties)",
    "se": "Standard error of coef",
    "hr": "exp(coef): by what the hazard ratio per SD of one is multiplied for one SD more of the other",
    "hr_low": "Lower 95 % limit of hr", "hr_high": "Upper 95 % limit of hr",
    "p": "Wald P of the interaction, not corrected for having chosen this pair",
}


@dataclass(frozen=True, eq=False)
class PairNumbers:
    """One pair; ``groups`` per patient 0 to 3 in the order of GROUPS, -1 where a value is missing."""

    pair: PairRequest
    n: int
    events: int
    groups: np.ndarray[tuple[int], np.dtype[np.int64]]
    logrank_chi2: float
    logrank_df: int
    logrank_p: float
    coef: float
    se: float
    p: float

    @property
    def ratio(self) -> tuple[float, float, float]:
        """exp(coef) with its 95 % interval."""
        return (float(np.exp(self.coef)), float(np.exp(self.coef - Z_95 * self.se)),
                float(np.exp(self.coef + Z_95 * self.se)))


def measure_pair(data: ViewData, pair: PairRequest) -> PairNumbers:
    """Groups, log-rank test and interaction of one pair, among patients with both values."""
    first, second = data.values(pair.first), data.values(pair.second)
    known = np.isfinite(first) & np.isfinite(second)
    groups = np.full(len(first), -1, dtype=np.int64)
    chi2 = p_rank = coef = se = p = float("nan")
    df = 0
    if known.any():
        high_first, high_second = (values > np.median(values[known]) for values in (first, second))
        for code, (_, in_first, in_second, _) in enumerate(GROUPS):
            groups[known & (high_first == in_first) & (high_second == in_second)] = code
        time, event = data.time[known], data.event[known]
        if event.any() and len(np.unique(groups[known])) > 1:
            tested = logrank_test(time, event, groups[known])
            chi2, df, p_rank = tested.chi2, tested.df, tested.p
        a, b = z_scores(first[known]), z_scores(second[known])
        if event.any() and np.isfinite(a).all() and np.isfinite(b).all():
            model = cox_fit(time, event, np.column_stack([a, b, a * b]))
            coef, se, p = float(model.coef[2]), float(model.se[2]), float(model.p[2])
    return PairNumbers(pair, int(known.sum()), int(data.event[known].sum()), groups, chi2, df, p_rank, coef, se, p)


def pair_figure(data: ViewData, found: PairNumbers) -> FigureSpec:
    """Four curves with at-risk rows."""
    curves = []
    for code, (name, _, _, role) in enumerate(GROUPS):
        members = found.groups == code
        if members.any():
            curve = survival_curve(data.time[members], data.event[members])
            curves.append(GroupCurve(
                name, curve.time, curve.survival, curve.ci_low, curve.ci_high, data.time[members], data.event[members],
                tuple(np.array(data.patients, dtype=object)[members]), role, said=tuple(map(
                    ", ".join, zip(values_said(found.pair.first, data.values(found.pair.first)[members]),
                                   values_said(found.pair.second, data.values(found.pair.second)[members]),
                                   strict=True)))))
    event = data.event_words.removesuffix("s")
    words = [f"{counted(found.n, 'patient')}, {counted(found.events, event, data.event_words)}"]
    if np.isfinite(found.coef):
        words += [f"interaction HR {hr_words(*found.ratio).replace('(', '(95% CI ')} per SD \u00d7 SD",
                  f"its {p_equals(found.p)}, uncorrected"]
    if np.isfinite(found.logrank_p):
        words.append(f"log-rank {p_equals(found.logrank_p)} ({found.logrank_df} df), uncorrected")
    first, second = found.pair.first, found.pair.second
    return kaplan_meier(
        f"{first}/{second}", curves, endpoint_name=data.endpoint, unit=data.cohort.endpoint.unit,
        cohort_words=data.cohort_words, name=f"kaplan_meier_{first}_{second}", event_words=data.event_words,
        split_words="each split at its median", words_inside=tuple(words), badge=data.badge, height_mm=92.0)


def view_pairs(data: ViewData, requests: Sequence[PairRequest], job: JobContext) -> View:
    """Every pair: two tables, a figure each, findings."""
    found = []
    for done, pair in enumerate(requests):
        job.progress(done / len(requests), f"Curves of {pair.first} and {pair.second}")
        found.append(measure_pair(data, pair))
    columns = {
        "receptor_a": [one.pair.first for one in found], "receptor_b": [one.pair.second for one in found],
        **{name: [getattr(one, name) for one in found] for name in (
            "n", "events", "logrank_chi2", "logrank_df", "logrank_p", "coef", "se")},
        **{name: [one.ratio[place] for one in found] for place, name in enumerate(("hr", "hr_low", "hr_high"))},
        "p": [one.p for one in found]}
    tried = tuple(TriedTest(f"{one.pair.first} with {one.pair.second}", 0, int(np.isfinite(one.logrank_p)) +
                            int(np.isfinite(one.p))) for one in found)
    return View(
        (ResultTable("two_genes", columns, "Pairs of receptors: four groups and interaction", COLUMNS),
         _group_table(data, found)),
        tuple(pair_figure(data, one) for one in found), tuple(_finding(one) for one in found),
        "Patients were split at the medians of both receptors into four groups (Kaplan-Meier, log-rank test). The "
        "interaction is the product of both z scores in a Cox model that holds both z scores (Efron ties, Wald test). "
        "Neither P is corrected for the choice of the pair; not adjusted.",
        tuple(_warnings(data, found)), not_paid=sum(one.not_paid for one in tried), tried=tried)


def _group_table(data: ViewData, found: Sequence[PairNumbers]) -> ResultTable:
    columns: dict[str, list[object]] = {name: [] for name in (
        "receptor_a", "receptor_b", "group", "n", "events", "median_time", "median_low", "median_high")}
    for one in found:
        for code, (name, *_) in enumerate(GROUPS):
            members = one.groups == code
            middle = median_with_interval(survival_curve(data.time[members], data.event[members]))
            row = (one.pair.first, one.pair.second, name, int(members.sum()), int(data.event[members].sum()),
                   middle.median, middle.low, middle.high)
            for column, value in zip(columns, row, strict=True):
                columns[column].append(value)
    return ResultTable("two_gene_groups", columns, "The four groups of each pair", {
        "receptor_a": "First receptor", "receptor_b": "Second receptor", "n": "Patients of the group",
        "events": "Of these, patients who had the event",
        "group": "First receptor / second receptor, high above its median",
        "median_time": f"Median time in {data.cohort.endpoint.unit}; empty where not reached",
        "median_low": "Lower 95 % limit of median_time", "median_high": "Upper 95 % limit of median_time"})


def _finding(found: PairNumbers) -> str:
    name = f"{found.pair.first} and {found.pair.second}"
    if not np.isfinite(found.coef):
        return f"{name}: the interaction could not be estimated ({counted(found.n, 'patient')}, " \
               f"{counted(found.events, 'event')})."
    return (f"{name}: the hazard ratio per SD of one is multiplied by {hr_words(*found.ratio)} for each SD of the "
            f"other ({p_equals(found.p)}; the four groups: log-rank {p_equals(found.logrank_p)}; neither corrected for "
            f"choosing the pair; {counted(found.n, 'patient')}, {counted(found.events, 'event')}).")


def _warnings(data: ViewData, found: Sequence[PairNumbers]) -> list[Problem]:
    warnings = []
    for one in found:
        small = [f"{name} ({int((one.groups == code).sum())})" for code, (name, *_) in enumerate(GROUPS)
                 if (one.groups == code).sum() < FEWEST_IN_GROUP]
        if small:
            warnings.append(warning(
                "small_groups", f"{one.pair.first} and {one.pair.second}: fewer than {FEWEST_IN_GROUP} patients in "
                f"{', '.join(small)}", data.matrix.place, why="The curve of so small a group says little.",
                remedy="look at the interaction of the continuous scores instead"))
    return warnings
