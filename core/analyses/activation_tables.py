"""The tables of the activation analysis, columns named and ordered as contract §3 says, with a sentence for each.

Not for: computing the numbers or writing files.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.analyses.activation_numbers import STATE_NAMES, ActivationNumbers
from core.analyses.base import ResultTable
from core.statistics.activation_calls import wilson


def all_tables(numbers: ActivationNumbers) -> tuple[ResultTable, ...]:
    """calls, evidence, shares, jitter, samples."""
    return (_calls(numbers), _evidence(numbers), _shares(numbers), _jitter(numbers), _samples(numbers))


def _calls(numbers: ActivationNumbers) -> ResultTable:
    columns: dict[str, Any] = {"patient": list(numbers.patients)}
    for place, receptor in enumerate(numbers.receptors):
        columns[receptor] = [STATE_NAMES[int(state)] for state in numbers.calls[:, place]]
    return ResultTable("calls", columns, "Which receptor is on in each patient", {
        "patient": "Patient, where the data set says so; else the sample",
        **dict.fromkeys(numbers.receptors, "on, off or unknown")})


def _evidence(numbers: ActivationNumbers) -> ResultTable:
    parts: dict[str, list[Any]] = {name: [] for name in (
        "patient", "receptor", "measure", "value", "threshold", "state", "why", "rule", "compared", "threshold_off",
        "call", "firm", "sample")}
    for row, patient in enumerate(numbers.patients):
        for place, receptor in enumerate(numbers.receptors):
            call = STATE_NAMES[int(numbers.calls[row, place])]
            for measure in numbers.measures:
                parts["patient"].append(patient)
                parts["receptor"].append(receptor)
                parts["measure"].append(measure.measure)
                parts["value"].append(float(measure.expression[row, place]))
                parts["threshold"].append(_finite(measure.threshold[place]))
                parts["state"].append(STATE_NAMES[int(measure.states[row, place])])
                parts["why"].append(measure.why[row][place])
                parts["rule"].append(measure.rule)
                parts["compared"].append(float(measure.value[row, place]))
                parts["threshold_off"].append(_finite(measure.threshold_off[place]))
                parts["call"].append(call)
                parts["firm"].append(None if call == "unknown" or np.isnan(numbers.jitter[place])
                                     else not bool(numbers.changed[row, place]))
                parts["sample"].append(numbers.sample_names[row])
    return ResultTable("evidence", parts, "What each measure says of each receptor in each patient", {
        "patient": "Patient, where the data set says so; else the sample", "receptor": "Gene symbol",
        "measure": "mRNA, total or phospho", "value": "On the scale of the table",
        "threshold": "What compared must exceed to be on", "state": "on, off or unknown, by this measure alone",
        "why": "Why, in words", "rule": "How this measure is called", "compared": "What is held against the threshold: "
        "the value, its robust z, or the change since before treatment",
        "threshold_off": "Up to which it is off; between the two it is unknown",
        "call": "The call of this receptor in this patient, all measures together",
        "firm": "False where the call turns when thresholds move by a tenth of an SD; empty where none was used",
        "sample": "Sample that was called"})


def _finite(value: Any) -> float:
    return float(value) if np.isfinite(value) else float("nan")


def _shares(numbers: ActivationNumbers) -> ResultTable:
    order, total = numbers.order, len(numbers.patients)
    on, off, unknown = numbers.on, numbers.off, numbers.unknown
    intervals = [wilson(int(on[i]), int(on[i] + off[i])) for i in order]
    return ResultTable("shares", {
        "receptor": [numbers.receptors[i] for i in order], "on": on[order], "off": off[order],
        "unknown": unknown[order],
        "share_low": [float(on[i]) / total for i in order],
        "share_high": [float(on[i] + unknown[i]) / total for i in order],
        "share_of_known": [float(on[i]) / float(on[i] + off[i]) if on[i] + off[i] else float("nan") for i in order],
        "ci_low": [low for low, _ in intervals], "ci_high": [high for _, high in intervals],
        "not_measured": [int((~numbers.measured[:, i]).sum()) for i in order],
    }, "In how many patients each receptor is on", {
        "receptor": "Gene symbol; ERBB2 first, then by patients", "on": "Patients in whom it is on",
        "off": "Patients in whom it is off", "unknown": "Patients in whom nobody can say",
        "share_low": "Share on if every unknown patient were off",
        "not_measured": "Of the unknown: no measure has a value",
        "share_high": "Share on if every unknown patient were on", "share_of_known": "Share on among the known",
        "ci_low": "Lower 95 % limit of share_of_known (Wilson)", "ci_high": "Upper 95 % limit of share_of_known "
        "(Wilson)"})


def _jitter(numbers: ActivationNumbers) -> ResultTable:
    order = numbers.order
    known = numbers.on + numbers.off
    return ResultTable("jitter", {
        "receptor": [numbers.receptors[i] for i in order], "known_calls": known[order],
        "calls_that_turn": np.asarray(numbers.changed.sum(axis=0), dtype=np.int64)[order],
        "share_that_turns": numbers.jitter[order],
    }, "How many calls hang on the exact threshold", {
        "receptor": "Gene symbol", "known_calls": "Patients in whom the receptor is on or off",
        "calls_that_turn": "Of these, calls that change when all thresholds move up, or down, by a tenth of the SD of "
        "what "
        "is compared", "share_that_turns": "The same as a share; empty where calls were given and no threshold was "
        "used"})


def _samples(numbers: ActivationNumbers) -> ResultTable:
    known, out = numbers.sample_names, numbers.left_out
    return ResultTable("samples", {
        "sample": [*known, *(each.sample for each in out)],
        "patient": [*numbers.patients, *("" for _ in out)],
        "called": [True] * len(known) + [False] * len(out),
        "reason": [""] * len(known) + [each.reason for each in out],
        "cell": [""] * len(known) + [each.cell for each in out],
    }, "Which samples were called, and which were not and why", {
        "sample": "As the tables name it", "patient": "Patient, where the data set says so",
        "called": "False: left out",
        "reason": "Why", "cell": "The cell that says so"})
