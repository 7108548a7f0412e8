"""A cohort's rules applied to samples that need no follow-up: cell lines, biopsies, patients with a response.

Not for: patients with an outcome (evaluate_cohort.py), or pairing samples (pairs.py).
"""

from __future__ import annotations

from core.data.dataset import Dataset
from core.data.genes.gene_symbols import resolve_genes
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.patients.evaluate_cohort import expression_of
from core.data.patients.rule_steps import Ledger, RuleContext, apply_rule, no_clinical, nobody_left
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix
from core.problems import Problem


def evaluate_samples(rule: CohortRule, dataset: Dataset) -> SampleSet:
    """The samples of ``rule`` that have a value in at least one expression table, in the order of the clinical table.

    Where the data set has a clinical table a sample must be in it. ``follow_up_max`` means nothing here.

    Raises
    ------
    UserError
        "no_expression", "no_clinical", "no_column", "no_receptor", "no_two_groups", "nobody_left" (a NobodyLeft).
    """
    if not dataset.expression:
        expression_of(dataset)
    clinical = dataset.clinical
    if clinical is None and dataset.spec.clinical:
        raise no_clinical(dataset)
    measured = list(dict.fromkeys(sample for matrix in dataset.expression for sample in matrix.samples))
    described = set(measured) if clinical is None else set(clinical.samples)
    everyone = measured if clinical is None else [*clinical.samples, *(each for each in measured
                                                                       if each not in described)]
    ledger = Ledger(everyone)
    ledger.flow.append((f"in the data set “{dataset.name}”", len(everyone)))
    if clinical is not None:
        ledger.step("has clinical data", {sample: (f"not in the clinical table {clinical.place.file}", "")
                                          for sample in everyone if sample not in described})
    facts: dict[str, str] = {}
    warnings: list[Problem] = []
    for keep in rule.keep:
        apply_rule(ledger, keep, clinical, _table_for(keep, dataset.expression),
                   RuleContext(dataset, facts, warnings))
    files = ", ".join(dict.fromkeys(matrix.place.file for matrix in dataset.expression))
    with_values = set(measured)
    ledger.step("has expression", {sample: (f"not in an expression table ({files})", "") for sample in everyone
                                   if sample not in with_values})
    samples = tuple(sample for sample in everyone if sample not in ledger.out)
    if not samples:
        raise nobody_left(rule, ledger, dataset)
    return SampleSet(rule.name, dataset.name, dataset.spec, samples, dataset.expression, clinical, ledger.entries(),
                     tuple(ledger.flow), tuple(keep.words() for keep in rule.keep), tuple(warnings), facts,
                     assays=dataset.assays)


def _table_for(keep: KeepRule, tables: tuple[ExpressionMatrix, ...]) -> ExpressionMatrix:
    """The first table that has the receptor of a rule; the first of all where none has."""
    if not keep.receptor:
        return tables[0]
    names = {keep.receptor.upper(), resolve_genes([keep.receptor])[0].symbol.upper()}
    return next((table for table in tables if names & {gene.upper() for gene in table.genes}), tables[0])
