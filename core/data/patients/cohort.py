"""Which patients an analysis uses: a stored rule, evaluated to patients plus a ledger of who is left out and why.

Not for: computing anything on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.data.tables import ClinicalTable, EndpointRule, ExpressionMatrix
from core.problems import Problem


@dataclass(frozen=True)
class LedgerEntry:
    """One patient and what became of them: ``kept`` or the reason, in words, with the cell where one applies."""

    patient: str
    kept: bool
    step: str
    reason: str
    cell: str = ""


@dataclass(frozen=True, eq=False)
class Cohort:
    """The patients of one analysis with their outcome and expression, in one order.

    Parameters
    ----------
    patients : tuple of str
        Those who pass the rules and have expression, time and event.
    time : ndarray, shape (n_patients,)
        In ``endpoint.unit``, >= 0, after truncation.
    event : ndarray of bool, shape (n_patients,)
    cause : ndarray of int, shape (n_patients,), or None
        0 censored, 1 the event, 2 another cause; None where the endpoint names no other cause.
    expression : tuple of ExpressionMatrix
        The data set's expression tables, whole; use ``values`` for the cohort's patients.
    ledger : tuple of LedgerEntry
        Everyone of the data set, once.
    flow : tuple of (str, int)
        The steps of the patient flow with the number that remained after each.
    doubts : tuple of Problem
        Warnings about the endpoint in the whole clinical table, such as codes that look the wrong way round.
    """

    name: str
    dataset: str
    patients: tuple[str, ...]
    endpoint: EndpointRule
    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    expression: tuple[ExpressionMatrix, ...]
    clinical: ClinicalTable
    ledger: tuple[LedgerEntry, ...]
    flow: tuple[tuple[str, int], ...]
    rule_words: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Problem, ...] = ()
    cause: NDArray[np.int64] | None = None

    @property
    def n_events(self) -> int:
        return int(self.event.sum())

    @property
    def outcome_name(self) -> str:
        """The name of its endpoint."""
        return self.endpoint.name

    def in_words(self) -> str:
        """The cohort, its outcome, and how many events in how many patients."""
        return (f"cohort “{self.name}”, {self.endpoint.name}, {self.n_events:,} events in "
                f"{len(self.patients):,} patients")
