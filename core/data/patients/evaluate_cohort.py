"""A cohort's rule applied to a data set with an outcome: who is in, who is out, at which step and why.

Not for: storing the rule (cohort_rules.py), or samples without follow-up (evaluate_samples.py).
"""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset
from core.data.patients.cohort import Cohort
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.rule_steps import Ledger, Reason, RuleContext, apply_rule, no_clinical, nobody_left
from core.data.tables import ClinicalTable, Endpoint, ExpressionMatrix
from core.problems import Location, Problem, Severity, user_error


def expression_of(dataset: Dataset, measure: str = "") -> ExpressionMatrix:
    """The expression table of a measure; with no measure named, the only one.

    Raises
    ------
    UserError
        "no_expression", "which_measure".
    """
    if not dataset.expression:
        named = [table.file for table in dataset.spec.expression]
        raise user_error("no_expression", f"the data set “{dataset.name}” has no usable expression table",
                         Location(named[0] if named else ""), remedy="settle the problem named for it first" if named
                         else "add expression = { file = … } to it")
    fitting = [matrix for matrix in dataset.expression if measure in ("", matrix.measure)]
    if len(fitting) == 1:
        return fitting[0]
    measures = ", ".join(f"“{matrix.measure}” ({matrix.place.file})" for matrix in dataset.expression)
    what = f"no expression table of “{dataset.name}” is of the measure “{measure}”" if not fitting else \
        f"“{dataset.name}” has several expression tables that fit"
    choices = list(dict.fromkeys(matrix.measure for matrix in dataset.expression))
    choose = "say which in the analysis: " + " or ".join(f'parameters = {{ measure = "{each}" }}' for each in choices)
    raise user_error("which_measure", f"{what}: {measures}", dataset.expression[0].place, answer_key="measure",
                     remedy=choose if len(fitting) == 0 or len(choices) > 1 else
                     "give each table its own measure, and the analysis the parameter measure")

def evaluate_cohort(rule: CohortRule, dataset: Dataset, endpoint: Endpoint, measure: str = "") -> Cohort:
    """The patients of ``rule`` who have expression, time and event.

    A patient whose value decides a rule and is missing is left out, with that reason. Time 0 is kept, negative time
    is left out. Order of patients: that of the clinical table.

    Raises
    ------
    UserError
        "no_clinical", "no_column", "no_receptor", "no_two_groups", "nobody_left" (a NobodyLeft), "no_expression",
        "which_measure".
    """
    matrix = expression_of(dataset, measure)
    clinical = dataset.clinical
    if clinical is None:
        raise no_clinical(dataset)
    with_expression, with_clinical = set(matrix.samples), set(clinical.samples)
    ledger = Ledger([*clinical.samples, *(sample for sample in matrix.samples if sample not in with_clinical)])
    ledger.flow.append((f"in the data set “{dataset.name}”", len(ledger.patients)))
    ledger.step("has clinical data", {patient: (f"not in the clinical table {clinical.place.file}", "")
                                      for patient in ledger.patients if patient not in with_clinical})
    facts: dict[str, str] = {}
    warnings: list[Problem] = []
    for keep in rule.keep:
        apply_rule(ledger, keep, clinical, matrix, RuleContext(dataset, facts, warnings))
    ledger.step(f"has {matrix.measure} expression", {
        patient: (f"not in the expression table {matrix.place.file}", "") for patient in ledger.patients
        if patient not in with_expression})
    ledger.step(f"has {endpoint.name}", _outcome_reasons(endpoint, clinical))
    patients = tuple(patient for patient in ledger.patients if patient not in ledger.out)
    if not patients:
        raise nobody_left(rule, ledger, dataset)
    row_of = {sample: row for row, sample in enumerate(endpoint.samples)}
    rows = np.array([row_of[patient] for patient in patients], dtype=np.intp)
    time, event = endpoint.time[rows].copy(), endpoint.event[rows] == 1
    cause = None if endpoint.cause is None else endpoint.cause[rows].astype(np.int64)
    if rule.follow_up_max is not None:
        late = time > rule.follow_up_max
        longer = f"{int(late.sum())} {'patient was' if late.sum() == 1 else 'patients were'} followed longer"
        facts["follow-up truncated"] = (f"at {rule.follow_up_max:g} {endpoint.unit}: {longer}, "
                                        f"{int((late & event).sum())} of them with a later event")
        event &= ~late
        cause = None if cause is None else np.where(late, 0, cause)
        time = np.where(late, rule.follow_up_max, time)
    for array in (time, event, cause):
        if array is not None:
            array.setflags(write=False)
    return Cohort(rule.name, dataset.name, patients, endpoint.rule, time, event, (matrix,), clinical, ledger.entries(),
                  tuple(ledger.flow), tuple(keep.words() for keep in rule.keep), tuple(warnings), facts,
                  tuple(doubt for doubt in endpoint.doubts if doubt.severity == Severity.WARNING), cause)

def _outcome_reasons(endpoint: Endpoint, clinical: ClinicalTable) -> dict[str, Reason]:
    time_cells = clinical.columns[endpoint.rule.time].cells
    event_cells = clinical.columns[endpoint.rule.event].cells
    reasons: dict[str, Reason] = {}
    for row, patient in enumerate(endpoint.samples):
        if np.isnan(endpoint.time[row]):
            reasons[patient] = (f"no follow-up time ({endpoint.rule.time})", time_cells[row])
        elif endpoint.time[row] < 0:
            reasons[patient] = (f"negative follow-up time ({endpoint.time[row]:g})", time_cells[row])
        elif np.isnan(endpoint.event[row]):
            reasons[patient] = (f"not known whether it happened ({endpoint.rule.event})", event_cells[row])
    return reasons
