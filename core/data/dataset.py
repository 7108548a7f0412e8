"""A data set: its tables as the study states them, and as they are once read, joined and checked.

Not for: reading one table (importing.py) or choosing patients (evaluate_cohort.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from core.data.assays.assay_spec import AssayRecord, AssaySpec
from core.data.patients.combined_columns import CombinedColumn
from core.data.sheets.collapse_genes import Change
from core.data.sheets.recipe import Answers, ImportRecipe, TableSpec
from core.data.tables import ClinicalTable, Endpoint, EndpointRule, ExpressionMatrix
from core.problems import Problem


@dataclass(frozen=True)
class DatasetSpec:
    """One data set as the study states it. ``layout`` holds the role's own key (pairs, response, groups)."""

    name: str
    role: str
    expression: tuple[TableSpec, ...] = ()
    clinical: tuple[TableSpec, ...] = ()
    endpoints: tuple[EndpointRule, ...] = ()
    answers: Answers = field(default_factory=Answers)
    accept_near_matches: bool = False
    simulated: bool = False
    layout: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    combined: tuple[CombinedColumn, ...] = ()
    stated_sha256: Mapping[str, str] = field(default_factory=dict)
    assays: tuple[AssaySpec, ...] = ()

    @property
    def tables(self) -> tuple[TableSpec, ...]:
        """Every table that is read from a file: expression, clinical, assays."""
        return (*self.expression, *self.clinical, *(assay.table for assay in self.assays))

    def with_tables(self, change: Callable[[TableSpec], TableSpec]) -> DatasetSpec:
        """The same data set with each of its tables changed."""
        return replace(self, expression=tuple(map(change, self.expression)), clinical=tuple(map(change, self.clinical)),
                       assays=tuple(replace(assay, table=change(assay.table)) for assay in self.assays))


@dataclass(frozen=True)
class TableRecord:
    """How one table was read: what was stated, what was detected, each change by its cell, the hash of its bytes."""

    part: str
    spec: TableSpec
    recipe: ImportRecipe
    sha256: str
    counts: Mapping[str, int | str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set read: expression tables, one joined clinical table, endpoints, and everything that was noticed.

    ``clinical`` is None where the study names none. ``findings`` holds notes and warnings; what made a part
    unusable is in ``unusable``, and that part is absent. Tables of assays are among ``expression``, and what they say
    beyond their numbers (biological replicates, calls, agreement of scorers) in ``assays``.
    """

    spec: DatasetSpec
    expression: tuple[ExpressionMatrix, ...]
    clinical: ClinicalTable | None
    endpoints: tuple[Endpoint, ...]
    tables: tuple[TableRecord, ...]
    findings: tuple[Problem, ...] = ()
    unusable: tuple[Problem, ...] = ()
    assays: tuple[AssayRecord, ...] = ()

    @property
    def name(self) -> str:
        return self.spec.name

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of that name. Raises KeyError."""
        return {endpoint.name: endpoint for endpoint in self.endpoints}[name]
