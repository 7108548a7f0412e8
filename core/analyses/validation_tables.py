"""The tables of a validation, columns named and ordered as contract §3 says, with a sentence for each.

Not for: computing the numbers (validation_numbers.py) or writing files (core/export).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.validation_beside import beside_tables
from core.analyses.validation_numbers import CohortEffect, ValidationNumbers
from core.statistics.kaplan_meier import kaplan_meier
from core.statistics.meta_analysis import Pooled

COHORT_COLUMNS = {
    "cohort": "Name of the cohort",
    "n": "Patients with a score and an outcome; of a refused cohort: with an outcome",
    "events": "Of these, patients who had the event",
    "log_hr": "Log hazard ratio per SD of the locked score (Cox, Efron ties): the primary result",
    "se": "Standard error of log_hr",
    "hr": "Hazard ratio per SD",
    "hr_low": "Lower 95 % limit of hr (Wald)",
    "hr_high": "Upper 95 % limit of hr (Wald)",
    "receptors_missing": "Receptors of the lock that could not be used here, joined by +",
    "role": "tested (pooled); search cohort, or sharing patients with it: shown and never pooled; refused",
    "p": "Wald P of log_hr, not corrected: one score, fixed beforehand",
    "concordance": "Harrell's C of the fitted model",
    "ph_p": "P of the proportional hazards test (score test, transform km)",
    "receptors_used": "Receptors that make the score here, joined by +",
    "patients_left_out": "Patients with an outcome, but without a value of one of the receptors used",
    "cut": "High is above this, in SD of the score within the cohort",
    "n_high": "Patients above the cut",
    "events_high": "Of these, patients who had the event",
    "hr_split": "Hazard ratio of high against low at the cut",
    "hr_split_low": "Lower 95 % limit of hr_split",
    "hr_split_high": "Upper 95 % limit of hr_split",
    "logrank_p": "Log-rank P of high against low, unadjusted",
    "data_set": "Data set of the cohort",
    "endpoint": "Endpoint of the cohort",
    "median_follow_up": "Median follow-up in months (reverse Kaplan-Meier); empty: not reached",
}
POOLED_COLUMNS = {
    "model": "fixed: inverse variance; dl, reml: random effects with a normal interval; _mkh: the same with modified "
             "Knapp-Hartung",
    "log_hr": "Pooled log hazard ratio per SD",
    "se": "Its standard error; of _mkh: sqrt(max(1, q) / sum of weights), q the weighted mean square about log_hr",
    "low": "Lower 95 % limit of log_hr; t with k - 1 for _mkh (empty for one cohort), else normal",
    "high": "Upper 95 % limit of log_hr",
    "tau2": "Variance between cohorts (DerSimonian-Laird, or REML to its maximum); 0 for fixed, empty for one cohort",
    "i2": "max(0, (Q - df) / Q), a share, the same for every model; empty for one cohort",
    "q": "Cochran's Q with the fixed weights; df is k - 1",
    "prediction_low": "Lower 95 % limit of the log hazard ratio in another such cohort: t(k - 2), tau2 + squared _mkh "
                      "se; empty for fixed and under 3 cohorts",
    "prediction_high": "Its upper limit",
    "k": "Cohorts pooled",
    "p": "Two-sided P of no effect from the model's own distribution",
    "hr": "Pooled hazard ratio per SD",
    "hr_low": "Lower 95 % limit of hr",
    "hr_high": "Upper 95 % limit of hr",
}
OVERLAP_COLUMNS = {
    "cohort_a": "One cohort", "cohort_b": "Another cohort", "patient_a": "Patient of the first",
    "patient_b": "Patient of the second who is, or seems to be, the same person",
    "found_by": "one sample of one data set; expression and outcome; expression; sample name and outcome; sample name "
                "alone", "likely": "False where only the name says so",
    "correlation": "Of expression over the genes in both tables, z scored within each data set"}
DIFFERENCE_COLUMNS = {"subject": "What was compared", "cohort": "Name of the cohort", "value": "What it is there",
                      "differs": "True where the cohorts are not all the same"}
CHECK_COLUMNS = {"check": "What was looked at", "light": "green, amber, or grey where it cannot be judged",
                 "sentence": "What was found, in words"}
RANDOM_COLUMNS = {
    "cohort": "Name of the cohort", "size": "Receptors in every set", "candidates": "Receptors the sets are drawn from",
    "sets": "Random sets tried", "n": "Patients with a value of every candidate", "events": "Of these, with the event",
    "abs_z": "|z| of the locked set (Cox score test)", "percentile": "Of the locked set's |z| among the random sets",
    "p": "Share of sets whose |z| is as large, the locked one counted in", "median": "Median |z| of the random sets",
    "percentile_95": "|z| that 5 % of the random sets exceed"}
CURVE_COLUMNS = {
    "cohort": "Name of the cohort", "group": "high: above the lock's cut; low: at or below it",
    "time": "In the unit of the cohort's follow-up; one row per distinct time",
    "at_risk": "Patients with times at or after this time", "events": "Events at this time",
    "censored": "Patients who left follow-up at this time", "survival": "Kaplan-Meier estimate",
    "ci_low": "Lower 95 % limit (log-log)", "ci_high": "Upper 95 % limit (log-log)"}
PATIENT_COLUMNS = {
    "cohort": "Name of the cohort", "patient": "Patient with expression and outcome, in the cohort's order",
    "score": "The locked score: mean 0, SD 1 within the cohort; empty without a value of a receptor used",
    "group": "high: above the lock's cut; low: at or below it", "time": "In the unit of the cohort's follow-up",
    "event": "Whether the event was seen"}
LOCK_COLUMNS = {"name": "Name of the lock", "receptor": "Gene symbol", "sign": "1 or -1: how it enters the score",
                "score": "How the score is made", "cut_sd": "High is above this, in SD of the score",
                "source": "Where it comes from", "found_in": "The cohort in which it was found",
                "made_at": "When it was locked", "sha256": "Its seal"}


def all_tables(numbers: ValidationNumbers) -> tuple[ResultTable, ...]:
    """cohorts, pooled, leave_one_out, overlap, differences, checks, random_sets, curves, patients, lock, others."""
    return (_cohorts(numbers), _table("pooled", [_pooled_row(row) for row in numbers.pooled], POOLED_COLUMNS,
                                      "All cohorts but the search cohort, by model"),
            _left_out(numbers), _overlap(numbers), _differences(numbers), _checks(numbers), _random_sets(numbers),
            _curves(numbers), _patients(numbers), _lock(numbers), *beside_tables(numbers.beside))


def _table(name: str, rows: Sequence[Sequence[Any]], described: dict[str, str], title: str) -> ResultTable:
    return ResultTable(name, {column: [row[place] for row in rows] for place, column in enumerate(described)}, title,
                       described)


def _cohorts(numbers: ValidationNumbers) -> ResultTable:
    return _table("cohorts", [_cohort_row(numbers, effect) for effect in numbers.effects], COHORT_COLUMNS,
                  "The locked score in each cohort")


def _cohort_row(numbers: ValidationNumbers, effect: CohortEffect) -> list[Any]:
    score = effect.score
    per_sd, split = effect.per_sd, effect.split
    start = [effect.name, effect.n, effect.n_events, per_sd.coef, per_sd.se, *per_sd.hr]
    end = [effect.cohort.dataset, effect.cohort.endpoint.name, effect.follow_up_months]
    if score is None:
        return [*start, missing_words(numbers, effect), effect.role, *([None] * 12), *end]
    return [*start, "+".join(score.missing), effect.role, per_sd.p, effect.concordance, effect.ph_p,
            "+".join(score.receptors), len(score.left_out), score.cut, int(score.high.sum()),
            int(effect.event[score.high].sum()), *split.hr, effect.logrank_p, *end]


def missing_words(numbers: ValidationNumbers, effect: CohortEffect) -> str:
    """Receptors of the lock that a refused cohort lacks, joined by +."""
    there = {gene.upper() for gene in effect.cohort.expression[0].genes}
    return "+".join(receptor for receptor in numbers.lock.receptors if receptor.upper() not in there)


def _pooled_row(row: Pooled) -> list[Any]:
    ratios = [None if value is None else math.exp(value) for value in (row.estimate, row.low, row.high)]
    return [row.model, row.estimate, row.se, row.low, row.high, row.tau2, row.i2, row.q, row.prediction_low,
            row.prediction_high, row.k, row.p, *ratios]


def _left_out(numbers: ValidationNumbers) -> ResultTable:
    described = {"left_out": "The cohort that is not pooled", **POOLED_COLUMNS}
    rows = [[effect.name, *_pooled_row(row)] for effect, models in zip(numbers.pooled_effects, numbers.left_out)
            for row in models]
    return _table("leave_one_out", rows, described, "The pooled models without each cohort in turn")


def _overlap(numbers: ValidationNumbers) -> ResultTable:
    rows = [[pair.cohort_a, pair.cohort_b, pair.patient_a, pair.patient_b, pair.found_by, pair.likely, pair.correlation]
            for pair in numbers.overlap.shared]
    return _table("overlap", rows, OVERLAP_COLUMNS, "Patients that two cohorts seem to share")


def _differences(numbers: ValidationNumbers) -> ResultTable:
    rows = [[row.subject, row.cohort, row.value, row.differs] for row in numbers.differences]
    return _table("differences", rows, DIFFERENCE_COLUMNS, "How the cohorts differ")


def _checks(numbers: ValidationNumbers) -> ResultTable:
    rows = [[check.name, check.light, check.sentence] for check in numbers.checks]
    return _table("checks", rows, CHECK_COLUMNS, "What could mislead, checked")


def _random_sets(numbers: ValidationNumbers) -> ResultTable:
    rows = [[name, each.size, each.candidates, len(each.drawn), each.n, each.events, each.z, each.percentile, each.p,
             float(np.median(each.drawn)), float(np.quantile(each.drawn, 0.95))]
            for name, each in numbers.random.items()]
    return _table("random_sets", rows, RANDOM_COLUMNS, "The locked set among random sets of as many receptors")


def _curves(numbers: ValidationNumbers) -> ResultTable:
    rows: list[list[Any]] = []
    for effect in numbers.effects:
        if effect.score is None:
            continue
        for group, members in (("low", ~effect.score.high), ("high", effect.score.high)):
            if not members.any():
                continue
            curve = kaplan_meier(effect.time[members], effect.event[members])
            columns = (curve.time, curve.at_risk, curve.events, curve.censored, curve.survival, curve.ci_low,
                       curve.ci_high)
            rows += [[effect.name, group, *values] for values in zip(*(column.tolist() for column in columns))]
    return _table("curves", rows, CURVE_COLUMNS, "Kaplan-Meier curves of high and low score, unadjusted")


def _patients(numbers: ValidationNumbers) -> ResultTable:
    rows: list[list[Any]] = []
    for effect in numbers.effects:
        if effect.score is None:
            continue
        place_of = {int(row): place for place, row in enumerate(effect.score.rows)}
        for row, patient in enumerate(effect.cohort.patients):
            place = place_of.get(row)
            said = [None, ""] if place is None else \
                [float(effect.score.values[place]), "high" if effect.score.high[place] else "low"]
            rows.append([effect.name, patient, *said, float(effect.cohort.time[row]), bool(effect.cohort.event[row])])
    return _table("patients", rows, PATIENT_COLUMNS, "Score and group of every patient")


def _lock(numbers: ValidationNumbers) -> ResultTable:
    lock = numbers.lock
    rows = [[lock.name, receptor, sign, lock.score, float(lock.cut_sd), lock.source, lock.found_in, lock.made_at,
             lock.sha256] for receptor, sign in zip(lock.receptors, lock.signs)]
    return _table("lock", rows, LOCK_COLUMNS, "What was tested, one row per receptor")
