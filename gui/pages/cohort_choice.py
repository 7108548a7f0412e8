"""Which cohort and endpoint the Cohort page shows, from what the study holds and what the user chose last.

Not for: changing the study (cohort_hands.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.data.patients.cohort_rules import CohortRule
from core.data.patients.endpoint_table import HAPPENED, OTHER_CAUSE
from core.data.tables import EndpointRule
from core.problems import Problem, Severity
from core.project.cohort_edits import cohort_names
from gui.pages.cohort_facts import CohortFacts
from gui.pages.cohort_settings import SettingsState
from gui.widgets.importing.event_values import ValueRow

if TYPE_CHECKING:
    from core.analyses.cohort_overview import CohortOverview
    from core.data.dataset import Dataset
    from gui.pages.cohort_look import Looked
    from gui.session import Session


class CohortChoice:
    """``memory`` holds the page's remembered choices: cohort, endpoint, by, twins."""

    def __init__(self, session: Session, memory: dict[str, Any]) -> None:
        self._session = session
        self._memory = memory
        self._facts = CohortFacts(session)

    def rules(self) -> tuple[CohortRule, ...]:
        """Cohorts of the study; without any, everybody of each data set that has a clinical table."""
        specs = self._session.project.study.datasets
        return self._facts.rules() or tuple(CohortRule("all", spec.name) for spec in specs
                                            if spec.role == "cohort" and spec.clinical)

    @property
    def rule(self) -> CohortRule | None:
        """The one chosen, else the first."""
        rules = self.rules()
        wanted = self._memory.get("cohort", "")
        return next((rule for rule in rules if rule.name == wanted), rules[0] if rules else None)

    @property
    def samples_of(self) -> str:
        """"cell_lines" or "biopsies" where the group is of such a data set without follow-up; empty for patients."""
        spec = self._facts.spec_of(self.rule)
        return "" if spec is None or spec.role == "cohort" or spec.endpoints else spec.role

    @property
    def dataset(self) -> Dataset | None:
        """The data set of the cohort, once it is read."""
        return self._facts.dataset_of(self.rule)

    @property
    def endpoint(self) -> EndpointRule | None:
        """The one chosen, else the first of the data set."""
        rule = self.rule
        specs = [spec for spec in self._session.project.study.datasets if rule and spec.name == rule.dataset]
        endpoints = specs[0].endpoints if specs else ()
        wanted = self._memory.get("endpoint", "")
        return next((each for each in endpoints if each.name == wanted), endpoints[0] if endpoints else None)

    @property
    def place(self) -> str:
        """The clinical table as the user knows it, for the addresses of cells."""
        dataset = self.dataset
        return dataset.clinical.place.words() if dataset and dataset.clinical else ""

    def warnings(self, overview: CohortOverview) -> tuple[Problem, ...]:
        """What there is to look at: of the cohort, then of its data set."""
        findings = self.dataset.findings if self.dataset else ()
        return (*overview.problems, *(each for each in findings if each.severity is not Severity.NOTE))

    @property
    def is_confirmed(self) -> bool:
        """True when the user said that the endpoint shown is coded right, and it has not changed since."""
        return self.endpoint is not None and is_coding_confirmed(self._memory, self.endpoint, self.dataset)

    def confirm(self) -> None:
        """The user says that the endpoint shown is coded right. Nothing of the study changes by that."""
        if self.endpoint is not None:
            self._memory["confirmed"] = _coding_key(self.endpoint, self.dataset)

    def settings(self, looked: Looked | None, counts: Mapping[CohortRule, tuple[Dataset, int]]) -> SettingsState:
        """All that the inspector shows. ``counts`` are patients of the cohorts that were looked at, on which data."""
        rule, dataset = self.rule, self.dataset
        known = looked if looked is not None and looked.dataset is dataset else None
        codes = known.overview.coding.codes if known and known.overview.coding else ()
        specs = [spec for spec in self._session.project.study.datasets if spec.role == "cohort"]
        names = []
        for each in self.rules():
            data, count = counts.get(each, (None, 0))
            known_here = data is not None and data is self._facts.dataset_of(each)
            names.append((each.name, f"{each.name} ({count:,})" if known_here else each.name))
        return SettingsState(
            tuple(names), rule, rule is not None and rule.name in cohort_names(self._session.project),
            tuple(spec.name for spec in specs), self._facts.endpoints(rule), self.endpoint,
            tuple(ValueRow(code.value, code.patients, f"{code.median_time:.4g}" if code.with_time else "")
                  for code in codes if code.value),
            tuple(code.value for code in codes if code.meaning == HAPPENED), known.columns if known else (),
            known.receptors if known else (), bool(self._memory.get("twins", True)),
            others=tuple(code.value for code in codes if code.meaning == OTHER_CAUSE))


def is_coding_confirmed(memory: Mapping[str, Any], endpoint: EndpointRule, dataset: Dataset | None) -> bool:
    """True when the user said on the Cohort page, whose ``memory`` this is, that this endpoint is coded right."""
    return bool(memory.get("confirmed", "") == _coding_key(endpoint, dataset))


def _coding_key(endpoint: EndpointRule, dataset: Dataset | None) -> str:
    """The coding in this very table: another file with the same columns has not been looked at."""
    files = [record.sha256 for record in dataset.tables] if dataset else []
    said = repr((endpoint.time, endpoint.unit, endpoint.event, endpoint.event_values, files,
                 *((endpoint.competing_values,) if endpoint.competing_values else ())))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
