"""The tables of the prognosis analysis, columns named and ordered as contract §3 says, with a sentence for each.

Not for: computing the numbers (prognosis_numbers.py) or writing files (core/export).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.check_lights import Check
from core.analyses.prognosis_numbers import GROUP_NAMES, PrognosisNumbers
from core.figures.survival_curves import follow_up_ticks
from core.statistics.cutpoints import cutpoint_path, lausen_schumacher_1992
from core.statistics.kaplan_meier import kaplan_meier, median_with_interval
from core.statistics.logrank import logrank_many
from core.statistics.p_values import Z_95, chi2_upper

GROUP_COLUMNS: Mapping[str, str] = {
    "receptor": "Gene symbol; empty: all patients", "group": "Group of the split; all: every patient"}
RECEPTOR_COLUMNS: Mapping[str, str] = {
    "receptor": "Gene symbol",
    "n": "Analysed patients with a value of this receptor",
    "events": "Of these, patients who had the event",
    "coef": "Log hazard ratio per SD of expression (Cox, Efron ties)",
    "se": "Standard error of coef",
    "z": "coef / se",
    "p": "Wald P of this receptor alone, not corrected",
    "hr": "Hazard ratio per SD",
    "hr_low": "Lower 95 % limit of hr",
    "hr_high": "Upper 95 % limit of hr",
    "q_bh": "Benjamini-Hochberg q of p over the receptors",
    "p_maxt": "P corrected for all receptors by shuffling outcomes (step-down maxT)",
    "concordance": "Harrell's C of the fitted model",
    "ph_p": "P of the proportional hazards test (score test, transform km)",
    "median": "Median expression; in a median split high is above it",
    "logrank_chi2": "Log-rank chi-square of the split, unadjusted",
    "logrank_p": "P of the split, unadjusted and not corrected",
    "best_cut": "Cut with the largest statistic: low is at or below it",
    "best_cut_statistic": "Maximally selected statistic M",
    "best_cut_p_raw": "Log-rank P at the chosen cut: ignores the search, never report it alone",
    "best_cut_p_corrected": "P of M corrected for all cuts (Lausen and Schumacher 1992)",
    "best_cut_p_maxt": "P of M corrected for all cuts of all receptors by shuffling outcomes",
    "best_cut_hr_cv": "Hazard ratio of high against low in left-out patients, the cut chosen without them",
    "rmst_difference": "Restricted mean survival time, high minus low, in the unit of follow-up",
    "rmst_low": "Lower 95 % limit of rmst_difference",
    "rmst_high": "Upper 95 % limit of rmst_difference",
    "verdict": "holds: p_maxt < 0.05; matters little: 90 % interval of hr inside the margin; else not settled",
    "rmst_at": "Time up to which the restricted means were taken, in the unit of follow-up",
    "best_cut_hr_cv_low": "Lower 95 % limit of best_cut_hr_cv",
    "best_cut_hr_cv_high": "Upper 95 % limit of best_cut_hr_cv",
    "inside_margin": "True where the 90 % interval of hr lies inside the margin, whatever the verdict",
}


def all_tables(numbers: PrognosisNumbers, checks: Sequence[Check]) -> tuple[ResultTable, ...]:
    """receptors, curves, at_risk, cutoffs, checks, groups; with covariates also the whole models."""
    tables = [_receptors(numbers), _curves(numbers), _at_risk(numbers), _cutoffs(numbers), _checks(checks),
              _group_sizes(numbers)]
    if numbers.fit.models:
        tables.append(_models(numbers))
    return tuple(tables)


def _receptors(numbers: PrognosisNumbers) -> ResultTable:
    order = numbers.order
    low, high = numbers.fit.interval
    fit, split, cut = numbers.fit, numbers.split, numbers.cut
    verdict = numbers.verdict
    columns: dict[str, Sequence[Any]] = {
        "receptor": [numbers.receptors[i] for i in order],
        "verdict": [verdict[i] for i in order],
    }
    arrays = {
        "n": numbers.n, "events": numbers.events, "coef": fit.coef, "se": fit.se, "z": fit.z, "p": fit.p, "hr": fit.hr,
        "hr_low": low, "hr_high": high, "q_bh": numbers.q_bh, "p_maxt": numbers.p_maxt,
        "concordance": fit.concordance, "ph_p": fit.ph_p, "median": split.median, "logrank_chi2": split.chi2,
        "logrank_p": split.p, "best_cut": cut.cut, "best_cut_statistic": cut.statistic, "best_cut_p_raw": cut.p_raw,
        "best_cut_p_corrected": cut.p_corrected, "best_cut_p_maxt": cut.p_maxt, "best_cut_hr_cv": cut.hr_cv,
        "rmst_difference": split.rmst, "rmst_low": split.rmst_low, "rmst_high": split.rmst_high,
        "rmst_at": split.rmst_tau, "best_cut_hr_cv_low": cut.hr_cv_low, "best_cut_hr_cv_high": cut.hr_cv_high,
        "inside_margin": numbers.matters_little,
    }
    for name, values in arrays.items():
        columns[name] = [values[i].item() for i in order]
    columns["inside_margin"] = [inside if np.isfinite(fit.coef[i]) else None
                                for i, inside in zip(order, columns["inside_margin"])]
    return ResultTable("receptors", {name: columns[name] for name in RECEPTOR_COLUMNS},
                       "Each receptor and outcome, strongest first", RECEPTOR_COLUMNS)


def _groups(numbers: PrognosisNumbers) -> list[tuple[str, str, np.ndarray[Any, np.dtype[np.bool_]]]]:
    """(receptor, group, patients) for the whole cohort and every group of every receptor, strongest first."""
    found = [("", "all", np.ones(len(numbers.patients), dtype=bool))]
    names = GROUP_NAMES[numbers.parameters.split]
    for i in numbers.order:
        for code, name in enumerate(names):
            members = numbers.split.groups[:, i] == code
            if members.any():
                found.append((numbers.receptors[i], name, members))
    return found


def _curves(numbers: PrognosisNumbers) -> ResultTable:
    parts: dict[str, list[Any]] = {name: [] for name in (
        "receptor", "group", "time", "at_risk", "events", "censored", "survival", "ci_low", "ci_high")}
    for receptor, group, members in _groups(numbers):
        curve = kaplan_meier(numbers.time[members], numbers.event[members])
        parts["receptor"] += [receptor] * len(curve.time)
        parts["group"] += [group] * len(curve.time)
        for name in ("time", "at_risk", "events", "censored", "survival", "ci_low", "ci_high"):
            parts[name] += getattr(curve, name).tolist()
    return ResultTable("curves", parts, "Kaplan-Meier curves, unadjusted; receptor empty: all patients", {
        **GROUP_COLUMNS, "events": "Events at this time", "censored": "Patients who left follow-up at this time",
        "time": f"In {numbers.unit}; one row per distinct time", "at_risk": "Patients with times at or after this time",
        "survival": "Kaplan-Meier estimate", "ci_low": "Lower 95 % limit (log-log)",
        "ci_high": "Upper 95 % limit (log-log)"})


def _at_risk(numbers: PrognosisNumbers) -> ResultTable:
    ticks = np.array(follow_up_ticks(float(numbers.time.max()), numbers.unit))
    parts: dict[str, list[Any]] = {name: [] for name in ("receptor", "group", "time", "at_risk", "events_so_far")}
    for receptor, group, members in _groups(numbers):
        time, event = numbers.time[members], numbers.event[members]
        for tick in ticks:
            parts["receptor"].append(receptor)
            parts["group"].append(group)
            parts["time"].append(float(tick))
            parts["at_risk"].append(int((time >= tick).sum()))
            parts["events_so_far"].append(int((event & (time <= tick)).sum()))
    return ResultTable("at_risk", parts, "Patients at risk under the curves", {
        **GROUP_COLUMNS, "time": f"In {numbers.unit}",
        "at_risk": "Patients with times at or after this time, as R counts",
        "events_so_far": "Events up to and at this time"})


def _group_sizes(numbers: PrognosisNumbers) -> ResultTable:
    parts: dict[str, list[Any]] = {name: [] for name in (
        "receptor", "group", "n", "events", "median_time", "median_low", "median_high")}
    for receptor, group, members in _groups(numbers):
        median = median_with_interval(kaplan_meier(numbers.time[members], numbers.event[members]))
        parts["receptor"].append(receptor)
        parts["group"].append(group)
        parts["n"].append(int(members.sum()))
        parts["events"].append(int(numbers.event[members].sum()))
        parts["median_time"].append(median.median)
        parts["median_low"].append(median.low)
        parts["median_high"].append(median.high)
    return ResultTable("groups", parts, "Groups of the curves with their median times", {
        **GROUP_COLUMNS, "n": "Patients of the group", "events": "Of these, patients who had the event",
        "median_time": f"Median time to the event in {numbers.unit}; empty: not reached",
        "median_low": "Lower 95 % limit (log-log)", "median_high": "Upper 95 % limit (log-log)"})


def _cutoffs(numbers: PrognosisNumbers) -> ResultTable:
    parts: dict[str, list[Any]] = {name: [] for name in (
        "receptor", "cut", "n_low", "n_high", "statistic", "p_raw", "p_corrected", "chosen")}
    for i in numbers.order:
        known = np.isfinite(numbers.expression[:, i])
        if not np.isfinite(numbers.cut.statistic[i]):
            continue
        time, event, values = numbers.time[known], numbers.event[known], numbers.expression[known, i]
        path = cutpoint_path(time, event, values)
        chi2 = logrank_many(time, event, values[:, None] > path.cut[None, :])
        parts["receptor"] += [numbers.receptors[i]] * len(path.cut)
        parts["cut"] += path.cut.tolist()
        parts["n_low"] += path.n_low.tolist()
        parts["n_high"] += (len(values) - path.n_low).tolist()
        parts["statistic"] += path.statistic.tolist()
        parts["p_raw"] += np.asarray(chi2_upper(chi2)).tolist()
        parts["p_corrected"] += np.asarray(lausen_schumacher_1992(np.abs(path.statistic))).tolist()
        parts["chosen"] += (path.cut == numbers.cut.cut[i]).tolist()
    return ResultTable("cutoffs", parts, "Every allowed cut of every receptor", {
        "receptor": "Gene symbol", "n_low": "Patients at or below the cut", "n_high": "Patients above the cut",
        "cut": "Low is at or below this value", "statistic": "Standardised log-rank scores statistic at this cut",
        "p_raw": "Log-rank P at this cut: ignores the search", "chosen": "The cut with the largest statistic",
        "p_corrected": "P corrected for the search over the cuts (Lausen and Schumacher 1992)"})


def _checks(checks: Sequence[Check]) -> ResultTable:
    return ResultTable("checks", {
        "check": [check.name for check in checks], "receptor": [check.receptor for check in checks],
        "light": [check.light for check in checks], "sentence": [check.sentence for check in checks],
        "estimate": [check.estimate for check in checks], "p": [check.p for check in checks],
    }, "What could mislead, checked", {
        "check": "What was looked at", "receptor": "Gene symbol where the check is of one receptor",
        "light": "green, amber, or grey where it cannot be judged", "sentence": "What was found, in words",
        "estimate": "Log hazard ratio or correlation, as the sentence says", "p": "P of the check, not corrected"})


def _models(numbers: PrognosisNumbers) -> ResultTable:
    parts: dict[str, list[Any]] = {name: [] for name in (
        "receptor", "term", "coef", "se", "p", "hr", "hr_low", "hr_high", "ph_p")}
    for model in numbers.fit.models:
        parts["receptor"] += [model.receptor] * len(model.terms)
        parts["term"] += model.terms
        for name, values in (("coef", model.coef), ("se", model.se), ("p", model.p), ("hr", np.exp(model.coef)),
                             ("hr_low", np.exp(model.coef - Z_95 * model.se)),
                             ("hr_high", np.exp(model.coef + Z_95 * model.se)), ("ph_p", model.ph_p)):
            parts[name] += values.tolist()
    return ResultTable("models", parts, "Every term of every adjusted model", {
        "receptor": "Gene symbol", "coef": "Log hazard ratio", "se": "Standard error of coef",
        "p": "Wald P of the term", "hr": "Hazard ratio", "hr_low": "Lower 95 % limit", "hr_high": "Upper 95 % limit",
        "ph_p": "P of the test of proportional hazards of the term",
        "term": "The receptor per SD, then the covariates as they were entered"})
