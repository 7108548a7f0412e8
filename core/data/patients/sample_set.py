"""The samples of an analysis that has no follow-up: cell lines, biopsies, patients with a response or with calls.

Not for: patients with an outcome (cohort.py) or computing anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.data.assays.assay_spec import AssayRecord
from core.data.dataset import DatasetSpec
from core.data.patients.cohort import LedgerEntry
from core.data.patients.rule_steps import clinical_column
from core.data.tables import ClinicalColumn, ClinicalTable, ExpressionMatrix
from core.problems import Location, Problem, user_error


@dataclass(frozen=True, eq=False)
class SampleSet:
    """Samples that pass the rules and have expression, in one order, with all tables of their data set.

    Parameters
    ----------
    name, dataset : str
        Of the cohort rule ("all" where there is none) and of the data set.
    spec : DatasetSpec
        With its role and the role's own keys (``layout``: pairs, response, groups).
    samples : tuple of str
    expression : tuple of ExpressionMatrix
        All expression tables of the data set, whole, one per measure; a sample may be missing in some of them.
    ledger, flow
        Everyone of the data set once, and the steps with the number that remained, as for a cohort.
    assays : tuple of AssayRecord
        What tables of assays say beyond their values: biological replicates, calls, agreement of scorers.
    """

    name: str
    dataset: str
    spec: DatasetSpec
    samples: tuple[str, ...]
    expression: tuple[ExpressionMatrix, ...]
    clinical: ClinicalTable | None
    ledger: tuple[LedgerEntry, ...]
    flow: tuple[tuple[str, int], ...]
    rule_words: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Problem, ...] = ()
    assays: tuple[AssayRecord, ...] = ()

    @property
    def patients(self) -> tuple[str, ...]:
        """The samples, under the name that a cohort has for its own."""
        return self.samples

    @property
    def outcome_name(self) -> str:
        """Empty: there is no follow-up."""
        return ""

    def in_words(self) -> str:
        """The group, its data set and how many samples."""
        return f"samples “{self.name}” of “{self.dataset}”, {len(self.samples):,} of them"

    @property
    def place(self) -> Location:
        """Where the samples are described: the clinical table, else the first expression table."""
        if self.clinical is not None:
            return self.clinical.place
        return self.expression[0].place if self.expression else Location()

    def matrix(self, measure: str = "") -> ExpressionMatrix:
        """The expression table of a measure; with no measure named, the only one.

        Raises UserError "which_measure".
        """
        fitting = [matrix for matrix in self.expression if measure in ("", matrix.measure)]
        if len(fitting) == 1:
            return fitting[0]
        named = ", ".join(f"“{matrix.measure}” ({matrix.place.file})" for matrix in self.expression)
        choices = list(dict.fromkeys(matrix.measure for matrix in self.expression))
        what = f"no expression table of “{self.dataset}” is of the measure “{measure}”" if not fitting else \
            f"“{self.dataset}” has several expression tables that fit"
        raise user_error("which_measure", f"{what}: {named}", self.place, answer_key="measure",
                         remedy="say which in the analysis: " + " or ".join(
                             f'parameters = {{ measure = "{each}" }}' for each in choices))

    def column(self, name: str) -> ClinicalColumn:
        """A clinical column, one entry per sample of the clinical table.

        Raises UserError "no_clinical", "no_column".
        """
        if self.clinical is None:
            raise user_error("no_clinical", f"there is no column “{name}”: the data set “{self.dataset}” has no "
                             "clinical table", self.place, remedy="add clinical = { file = … } to it",
                             answer_key="clinical")
        return clinical_column(self.clinical, name)

    def rows(self) -> NDArray[np.intp]:
        """For each sample its row of the clinical table, -1 where it has none; shape (n_samples,)."""
        row_of = {} if self.clinical is None else {sample: row for row, sample in enumerate(self.clinical.samples)}
        return np.array([row_of.get(sample, -1) for sample in self.samples], dtype=np.intp)
