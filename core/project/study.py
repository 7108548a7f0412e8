"""A study as a frozen value: data sets, cohorts, analyses. The window, the command line and both files share it.

Not for: reading or writing TOML (study_file.py) or running anything (core/batch.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.analyses.locked_score import Lock
from core.data.dataset import DatasetSpec
from core.data.patients.cohort_rules import CohortRule
from core.project.plain_values import frozen_value

STUDY_FORMAT = 1
ROLES = ("cohort", "cell_lines", "biopsies", "activation")


@dataclass(frozen=True)
class AnalysisSpec:
    """One analysis to run: its kind, the cohort and endpoint it uses, and its parameters as stated, lists as tuples."""

    name: str
    kind: str
    cohort: str = ""
    endpoint: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", frozen_value(self.parameters))


@dataclass(frozen=True)
class Study:
    """Everything that decides the results of a study, but for the bytes of its data files."""

    name: str
    file: str
    datasets: tuple[DatasetSpec, ...]
    cohorts: tuple[CohortRule, ...]
    analyses: tuple[AnalysisSpec, ...]
    description: str = ""
    locks: tuple[Lock, ...] = ()

    def dataset(self, name: str) -> DatasetSpec:
        """The data set of that name. Raises KeyError."""
        return {dataset.name: dataset for dataset in self.datasets}[name]

    def cohort(self, name: str) -> CohortRule:
        """The cohort of that name. Raises KeyError."""
        return {cohort.name: cohort for cohort in self.cohorts}[name]

    def analysis(self, name: str) -> AnalysisSpec:
        """The analysis of that name. Raises KeyError."""
        return {analysis.name: analysis for analysis in self.analyses}[name]

    def lock(self, name: str) -> Lock:
        """The lock of that name. Raises KeyError."""
        return {lock.name: lock for lock in self.locks}[name]


def folder_of(path: Path) -> Path:
    """The folder that relative file names in a study file start from."""
    return path.resolve().parent
