"""What the settings of the subset search say and offer beyond the form: its size and time, HER2 kept aside.

Not for: running or refusing anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox

from core.analyses import analysis_module
from core.analyses.base import parameter_facts
from gui.pages.analysis_edits import stated_values
from gui.pages.subset_costs import CostMemory, SearchCost, size_help

if TYPE_CHECKING:
    from core.project.study import AnalysisSpec
    from gui.pages.analysis_choice import AnalysisChoice
    from gui.pages.analysis_inspector import AnalysisInspector
    from gui.pages.cohort_facts import CohortFacts

HER2 = "ERBB2"


class SubsetSettings(QObject):
    """See the module. ``cost`` is that of the search as it is set, None while that cannot be said."""

    def __init__(self, inspector: AnalysisInspector, choice: AnalysisChoice, facts: CohortFacts,
                 place: Callable[[], str]) -> None:
        super().__init__()
        self._inspector, self._choice, self._facts, self._place = inspector, choice, facts, place
        self._type: type[Any] = analysis_module("rtk_subset").Parameters
        self._costs = CostMemory()
        self.cost: SearchCost | None = None
        self.her2_aside = QCheckBox("HER2 kept aside")
        self.her2_aside.setToolTip("No set holds ERBB2 (HER2): the group is sought among the other RTKs")
        self.her2_aside.clicked.connect(self._keep_her2_aside)
        inspector.form.groups["Search"].add_widget(self.her2_aside)
        self.uncorrected = QCheckBox("Uncorrected P in tables")
        self.uncorrected.setToolTip("P values that ignore the search are never shown alone")
        inspector.form.groups["Other"].add_widget(self.uncorrected)

    def show(self, spec: AnalysisSpec) -> None:
        """Bring size and time in step with the analysis and the data."""
        self.cost = self._cost(spec)
        plain = str(parameter_facts(self._type)["max_size"]["help"])
        self._inspector.form.row("max_size").set_help(size_help(self.cost) if self.cost is not None else plain)

    def show_options(self, spec: AnalysisSpec) -> None:
        """Bring what can be chosen in step with the data; after the form has its values."""
        rule = self._facts.rule_of(spec)
        genes = self._facts.genes(rule)
        columns = self._facts.clinical_columns(rule)
        self._inspector.set_options({"must": genes, "must_not": genes, "interaction": columns})
        self.her2_aside.setChecked(HER2 in self._inspector.form.values()["must_not"])
        self.her2_aside.setEnabled(HER2 in genes)

    def _cost(self, spec: AnalysisSpec) -> SearchCost | None:
        from core.data.patients.cohort import Cohort

        rule, endpoint = self._facts.rule_of(spec), self._facts.endpoint_of(spec)
        if rule is None or not endpoint:
            return None
        values = stated_values(self._type, spec.parameters)
        cohort = self._facts.evaluate(rule, endpoint, str(values["measure"]))
        if not isinstance(cohort, Cohort):
            return None
        return self._costs.cost(cohort, self._type(**values), self._place())

    def _keep_her2_aside(self, on: bool) -> None:
        without = tuple(name for name in self._inspector.form.values()["must_not"]
                        if name.upper() not in (HER2, "HER2"))
        self._choice.set_parameter("must_not", (*without, HER2) if on else without)
