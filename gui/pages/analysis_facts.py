"""What the data of a study offer to an analysis, whatever it needs: groups of samples, genes, columns; and what lacks.

Not for: what only patients with an outcome have (cohort_facts.py) or only samples without one (sample_facts.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from core.project.project import with_cohort

if TYPE_CHECKING:
    from core.data.dataset import Dataset, DatasetSpec
    from core.data.patients.cohort_rules import CohortRule
    from core.problems import Problem
    from core.project.project import Project
    from core.project.study import AnalysisSpec
    from gui.pages.analysis_states import EmptyWords
    from gui.session import Session


@dataclass(frozen=True)
class Need:
    """What a page lacks: what is here, what is missing, in words, and what to do (label, key, primary)."""

    title: str
    text: str
    actions: tuple[tuple[str, str, bool], ...]
    icon: str = "table"
    token: str = "accent"
    problems: tuple[Problem, ...] = ()


class AnalysisFacts(ABC):
    """See the module. ``roles`` are those of the data sets that the analysis can use, the preferred one first."""

    HAS_OUTCOME: ClassVar[bool] = True
    """True where an outcome is chosen, and the page Cohort shows who is in."""

    def __init__(self, session: Session, roles: tuple[str, ...] = ("cohort",)) -> None:
        self.session = session
        self.roles = roles
        self.section = "Patients"
        """Title of the settings that say whom the analysis is of."""
        self.group = "Cohort"
        """Label of the list of groups."""

    @abstractmethod
    def rules(self) -> tuple[CohortRule, ...]:
        """The groups that the analysis can be of: cohorts of the study, and everybody of a data set without one."""

    @abstractmethod
    def rule_of(self, spec: AnalysisSpec) -> CohortRule | None:
        """The group that an analysis uses: the one it names, or the only one there is."""

    @abstractmethod
    def count_words(self, rule: CohortRule, endpoint: str) -> str:
        """``her2 (236)``: a group with how many are in it."""

    @abstractmethod
    def need(self, loading: bool) -> Need | None:
        """What lacks before the analysis can run; None when all is here."""

    @abstractmethod
    def why_not(self, spec: AnalysisSpec) -> str:
        """What is still to be chosen before Run can be pressed, once nothing lacks; empty when it can."""

    @abstractmethod
    def ready(self, spec: AnalysisSpec) -> EmptyWords:
        """Data are here and nothing has run: what is to be chosen, what stands against it, or that it is ready."""

    def endpoints(self, rule: CohortRule | None) -> tuple[str, ...]:
        """Names of the outcomes that can be chosen."""
        return ()

    def endpoint_of(self, spec: AnalysisSpec) -> str:
        """The outcome that an analysis uses; empty where it has none or has to be chosen."""
        return ""

    def outcome_words(self, rule: CohortRule, endpoint: str) -> str:
        """The one line under the outcome."""
        return ""

    def offered(self) -> tuple[CohortRule, ...]:
        """The groups that the settings list."""
        return self.rules()

    def with_group(self, project: Project, spec: AnalysisSpec) -> tuple[Project, AnalysisSpec]:
        """The project with the group of the analysis stated where it has to be, and the analysis naming it."""
        rule = self.rule_of(spec)
        if rule is None or rule in project.study.cohorts:
            return project, spec
        return with_cohort(project, rule), replace(spec, cohort=rule.name)

    def spec_of(self, rule: CohortRule | None) -> DatasetSpec | None:
        """The data set of a group as the study states it."""
        return None if rule is None else next(
            (each for each in self.session.project.study.datasets if each.name == rule.dataset), None)

    def dataset_of(self, rule: CohortRule | None) -> Dataset | None:
        """The data set of a group, once it is read."""
        return None if rule is None else self.session.datasets.get(rule.dataset)

    def is_simulated(self, dataset: str) -> bool:
        """True for a data set that says so: its figures must say so as well."""
        return any(spec.simulated for spec in self.session.project.study.datasets if spec.name == dataset)

    def clinical_columns(self, rule: CohortRule | None) -> tuple[str, ...]:
        """Columns to adjust for: all but those with a part of their own and the genes of the expression table."""
        dataset = self.dataset_of(rule)
        if dataset is None or dataset.clinical is None:
            return ()
        own = {name for each in dataset.spec.endpoints for name in (each.time, each.event)}
        own |= {table.id for table in (*dataset.spec.clinical, *dataset.spec.expression) if table.id}
        genes = {gene.upper() for matrix in dataset.expression for gene in matrix.genes}
        return tuple(name for name in dataset.clinical.columns
                     if name not in own and name.upper() not in genes and name.upper().split("_MUT")[0] not in genes)

    def genes(self, rule: CohortRule | None) -> tuple[str, ...]:
        """Genes that can be analysed, RTKs first."""
        from core.data.reference import rtk_symbols

        dataset = self.dataset_of(rule)
        if dataset is None:
            return ()
        found = dict.fromkeys(gene for matrix in dataset.expression for gene in matrix.genes)
        rtk = set(rtk_symbols())
        return tuple(sorted(found, key=lambda gene: (gene not in rtk, gene)))

    def measures(self, rule: CohortRule | None) -> tuple[str, ...]:
        """What the expression tables of the group's data set measure."""
        dataset = self.dataset_of(rule)
        return () if dataset is None else tuple(dict.fromkeys(matrix.measure for matrix in dataset.expression))
