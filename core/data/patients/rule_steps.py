"""The rules of a cohort applied one after the other: who leaves at which step, why, and which cell says so.

Not for: what else an analysis needs of a patient (evaluate_cohort.py, evaluate_samples.py) or storing rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from core.data.dataset import Dataset
from core.data.genes.gene_symbols import resolve_genes
from core.data.nearest_name import column_remedy, nearest
from core.data.patients.cohort import LedgerEntry
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.tables import ClinicalColumn, ClinicalTable, ExpressionMatrix, Missing
from core.data.values import value_key
from core.problems import Location, Problem, Severity, UserError, user_error, warning
from core.statistics.mixture import two_groups

_VALUES_SHOWN = 6

Reason = tuple[str, str]
"""Why a patient is left out, and the cell that says so ("" where none does)."""


class NobodyLeft(UserError):
    """An empty cohort, with the ledger and the flow down to nobody, so that a person can see where it went wrong."""

    def __init__(self, problem: Problem, ledger: tuple[LedgerEntry, ...], flow: tuple[tuple[str, int], ...]) -> None:
        super().__init__(problem)
        self.ledger = ledger
        self.flow = flow


@dataclass
class Ledger:
    """Patients still in, and a reason for each who is not; filled step by step."""

    patients: list[str]
    out: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    flow: list[tuple[str, int]] = field(default_factory=list)

    def step(self, words: str, reasons: dict[str, Reason]) -> None:
        """Leave out those with a reason and note how many remain."""
        for patient in self.patients:
            if patient in reasons and patient not in self.out:
                self.out[patient] = (words, *reasons[patient])
        self.flow.append((words, len(self.patients) - len(self.out)))

    def entries(self) -> tuple[LedgerEntry, ...]:
        """One entry per patient, in the order of the data set."""
        return tuple(
            LedgerEntry(patient, False, *self.out[patient]) if patient in self.out
            else LedgerEntry(patient, True, "analysed", "") for patient in self.patients)

@dataclass(frozen=True, eq=False)
class RuleContext:
    """What the rules of a cohort are asked of; ``facts`` and ``warnings`` are added to."""

    dataset: Dataset
    facts: dict[str, str]
    warnings: list[Problem]


def apply_rule(ledger: Ledger, keep: KeepRule, clinical: ClinicalTable | None, matrix: ExpressionMatrix,
               context: RuleContext) -> None:
    """Leave out those who fail one rule. Raises UserError "no_clinical", "no_column", "no_receptor" and the like."""
    if not keep.column:
        ledger.step(keep.words(), _receptor_reasons(keep, matrix, context.dataset, context.facts, context.warnings))
        return
    if clinical is None:
        raise no_clinical(context.dataset)
    context.warnings.extend(_values_nobody_has(keep, clinical_column(clinical, keep.column)))
    ledger.step(keep.words(), _column_reasons(keep, clinical))


def no_clinical(dataset: Dataset) -> UserError:
    """The refusal of a data set without a clinical table that can be used."""
    stated = dataset.spec.clinical
    return user_error("no_clinical", f"the data set “{dataset.name}” has no usable clinical table",
                      Location(stated[0].file if stated else ""), remedy="settle the problem named for it first"
                      if stated else "add clinical = { file = … } to it")


def clinical_column(clinical: ClinicalTable, name: str) -> ClinicalColumn:
    """The column of that name. Raises UserError "no_column", naming the nearest that exists."""
    if name in clinical.columns:
        return clinical.columns[name]
    raise user_error("no_column", f"there is no column “{name}”", clinical.place,
                     remedy=column_remedy(name, tuple(clinical.columns)))


def _column_reasons(keep: KeepRule, clinical: ClinicalTable) -> dict[str, Reason]:
    column = clinical_column(clinical, keep.column)
    included = None if keep.included is None else {value_key(value) for value in keep.included}
    excluded = None if keep.excluded is None else {value_key(value) for value in keep.excluded}
    alone = keep.missing is True and included is None and excluded is None and keep.minimum is None \
        and keep.maximum is None
    reasons: dict[str, Reason] = {}
    for row, patient in enumerate(clinical.samples):
        reason = ""
        if row in column.missing:
            limited = column.missing[row] in (Missing.BELOW_LIMIT, Missing.ABOVE_LIMIT)
            if not keep.missing:
                reason = f"{keep.column} is {column.texts[row]}, which is no exact value" if limited \
                    else f"{keep.column} is missing"
        elif alone:
            reason = f"{keep.column} is {column.texts[row]}, not missing"
        else:
            reason = _value_reason(keep, column.texts[row], float(column.numbers[row]), included, excluded)
        if reason:
            reasons[patient] = (reason, column.cells[row])
    return reasons


def _values_nobody_has(keep: KeepRule, column: ClinicalColumn) -> list[Problem]:
    """A warning for each value of a rule that no patient has; a spelling mistake would change the cohort unseen.

    Raises
    ------
    UserError
        "value_nobody_has" when nobody can pass the rule for that reason.
    """
    there = [row for row in range(len(column.texts)) if row not in column.missing and column.texts[row].strip()]
    keys = {value_key(column.texts[row]) for row in there} | {
        value_key(float(column.numbers[row])) for row in there if np.isfinite(column.numbers[row])}
    listed = (*(keep.included or ()), *(keep.excluded or ()))
    absent = [value for value in listed if value_key(value) not in keys]
    if not absent:
        return []
    known = list(dict.fromkeys(column.texts[row].strip() for row in there))
    words = " or ".join(f"“{value}”" for value in absent)
    close = next((near for value in absent if (near := nearest(str(value), known))), "")
    holds = ", ".join(known[:_VALUES_SHOWN]) + (", …" if len(known) > _VALUES_SHOWN else "")
    problem = Problem(
        "value_nobody_has", f"nobody has the value {words} in {keep.column}", column.place,
        f"The column holds {holds}." if known else "The column holds no value.",
        f"did you mean “{close}”?" if close else f"check the rule; {keep.column} holds {holds or 'no value'}")
    if keep.included and len(absent) == len(listed) and not keep.missing:
        raise UserError(problem)
    return [replace(problem, severity=Severity.WARNING)]


def _value_reason(keep: KeepRule, text: str, number: float, included: set[str] | None,
                  excluded: set[str] | None) -> str:
    subject = keep.subject
    key = value_key(number) if np.isfinite(number) else value_key(text)
    if included is not None and key not in included and value_key(text) not in included:
        return f"{subject} is {text}"
    if excluded is not None and (key in excluded or value_key(text) in excluded):
        return f"{subject} is {text}"
    if keep.minimum is not None or keep.maximum is not None:
        if not np.isfinite(number):
            return f"{subject} is “{text}”, which is no number"
        if keep.minimum is not None and number < keep.minimum:
            return f"{subject} is {number:g}, below {keep.minimum:g}"
        if keep.maximum is not None and number > keep.maximum:
            return f"{subject} is {number:g}, above {keep.maximum:g}"
    return ""


def _receptor_reasons(keep: KeepRule, matrix: ExpressionMatrix, dataset: Dataset, facts: dict[str, str],
                      warnings: list[Problem]) -> dict[str, Reason]:
    by_name = {gene.upper(): gene for gene in matrix.genes}
    symbol = resolve_genes([keep.receptor])[0].symbol
    gene = by_name.get(keep.receptor.upper()) or by_name.get(symbol.upper())
    if gene is None:
        close = nearest(keep.receptor, matrix.genes)
        raise user_error("no_receptor", f"the expression table has no gene “{keep.receptor}”", matrix.place,
                         remedy=f"did you mean “{close}”?" if close else "choose a gene of the table")
    values = matrix.column(gene)
    minimum = keep.minimum
    if keep.upper_group:
        minimum = _derived_cut(gene, values, matrix, dataset, facts, warnings)
    reasons: dict[str, Reason] = {}
    for sample, value in zip(matrix.samples, values):
        if np.isnan(value):
            reason = "" if keep.missing else f"{gene} expression is missing"
        elif keep.missing and not keep.upper_group and keep.minimum is None and keep.maximum is None:
            reason = f"{gene} expression is {value:g}, not missing"
        elif minimum is not None and value < minimum:
            reason = f"{gene} expression is {value:.4g}, below {minimum:.4g}"
        elif keep.maximum is not None and value > keep.maximum:
            reason = f"{gene} expression is {value:.4g}, above {keep.maximum:.4g}"
        else:
            reason = ""
        if reason:
            reasons[sample] = (reason, "")
    return reasons


def _derived_cut(gene: str, values: np.ndarray[tuple[int], np.dtype[np.float64]], matrix: ExpressionMatrix,
                 dataset: Dataset, facts: dict[str, str], warnings: list[Problem]) -> float:
    known = values[np.isfinite(values)]
    try:
        groups = two_groups(known)
    except ValueError:
        groups = None
    if groups is None or not groups.convincing:
        raise user_error("no_two_groups", f"{gene} expression does not fall into two groups in “{dataset.name}”",
                         matrix.place, why="A status may only be derived where the values show two groups.",
                         remedy=f'choose the cut yourself with {{ receptor = "{gene}", min = … }}')
    above = int((known >= groups.cut).sum())
    facts[f"{gene} status"] = (
        f"derived from expression, not measured as a status: two groups were found in {known.size} samples and cut at "
        f"{groups.cut:.4g}; {above} lie above")
    warnings.append(warning("derived_status", f"{gene} status was derived from expression: {above} of {known.size} "
                            f"samples lie above the cut {groups.cut:.4g} between its two groups", matrix.place,
                            why="Expression is not the pathologist's status; some patients will be misplaced.",
                            remedy="use a status column where one exists"))
    return groups.cut

def nobody_left(rule: CohortRule, ledger: Ledger, dataset: Dataset) -> NobodyLeft:
    """The refusal of a cohort that nobody is left in, naming the step at which the last ones went."""
    before = len(ledger.patients)
    for words, remaining in ledger.flow:
        if remaining == 0:
            reasons: dict[str, int] = {}
            for step, reason, _ in ledger.out.values():
                if step == words:
                    reasons[reason] = reasons.get(reason, 0) + 1
            common = max(reasons.items(), key=lambda item: item[1])
            problem = Problem("nobody_left", f"no patient of the cohort “{rule.name}” is left after “{words}” "
                              f"({before} before it; {common[1]} of them: {common[0]})",
                              dataset.clinical.place if dataset.clinical else Location(),
                              remedy="change or remove that rule, or check that samples have the same names in the "
                              "clinical and the expression table")
            return NobodyLeft(problem, ledger.entries(), tuple(ledger.flow))
        before = remaining
    raise AssertionError("the flow of an empty cohort has a step at which nobody remained")
