"""The settings of an analysis: whom it is of, and the outcome where it has one, above the form of its parameters.

Not for: deciding what a choice means; it shows values and says what the user chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.analyses.base import parameter_facts
from gui import theme
from gui.pages.analysis_edits import changed_fields, stated_values, value_words
from gui.pages.analysis_facts import AnalysisFacts
from gui.widgets.inspector import Inspector
from gui.widgets.labels import words
from gui.widgets.parameter_editors import WidthlessCombo
from gui.widgets.parameter_form import ParameterForm

if TYPE_CHECKING:
    from core.data.patients.cohort_rules import CohortRule
    from core.project.study import AnalysisSpec
    from gui.session import Outcome

Choice = tuple[str, str]
OF_COLUMNS = ("adjust", "strata")
OF_GENES = ("receptors", "curves_of")
"""Parameters that name clinical columns, and genes, on every page that has them."""


class ChoiceRow(QWidget):
    """A label with "was …", a list, and one line of help under it."""

    chosen = Signal(str)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.combo = WidthlessCombo()
        self.combo.setAccessibleName(label)
        self.combo.setPlaceholderText("Choose…")
        self.combo.activated.connect(lambda _: self.chosen.emit(self.combo.currentData()))
        self._label = words(label, "help")
        self._label.setBuddy(self.combo)
        self._was = words("", "caption")
        self._help = words("", "caption", wrap=True)
        head = QHBoxLayout()
        head.addWidget(self._label)
        head.addStretch(1)
        head.addWidget(self._was)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        column.addLayout(head)
        column.addWidget(self.combo)
        column.addWidget(self._help)
        self._choices: tuple[Choice, ...] = ()
        self.set_help("")
        self.set_was("")

    def set_choices(self, choices: Sequence[Choice], chosen: str) -> None:
        """Offer (key, words); an unknown ``chosen`` shows "Choose…"."""
        if tuple(choices) != self._choices:
            self._choices = tuple(choices)
            self.combo.clear()
            for key, text in choices:
                self.combo.addItem(text, key)
        self.combo.setCurrentIndex(self.combo.findData(chosen) if chosen else -1)

    def set_help(self, text: str) -> None:
        """The line under the list."""
        self._help.setText(text)
        self._help.setVisible(bool(text))
        self.combo.setAccessibleDescription(text)

    def set_was(self, text: str) -> None:
        """What it was in the run that is shown."""
        self._was.setText(f"was {text}" if text else "")
        self._was.setVisible(bool(text))

    def was(self) -> str:
        """The words of ``set_was`` as shown."""
        return self._was.text()

    def help_text(self) -> str:
        """The line under the list."""
        return self._help.text()


class AnalysisInspector(QObject):
    """Builds the panel and keeps it in step; ``panel`` is the widget."""

    changed = Signal(str, object)
    cohort_chosen = Signal(str)
    outcome_chosen = Signal(str)
    analysis_chosen = Signal(str)

    def __init__(self, parameters_type: type[Any], groups: Mapping[str, Sequence[str]], section: str = "Patients",
                 group: str = "Cohort", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.form = ParameterForm(parameters_type, groups)
        self.form.changed.connect(self.changed)
        self.panel = Inspector(self.form)
        self.analysis = ChoiceRow("Analysis")
        self.cohort = ChoiceRow(group)
        self.outcome = ChoiceRow("Outcome")
        for row, signal in ((self.analysis, self.analysis_chosen), (self.cohort, self.cohort_chosen),
                            (self.outcome, self.outcome_chosen)):
            row.chosen.connect(signal)
            self.panel.add_section(section, row)
        self._type = parameters_type
        self._options: dict[str, tuple[str, ...]] = {}
        self._said: set[str] = set()

    @property
    def fields(self) -> tuple[str, ...]:
        """Parameters of the form."""
        return tuple(self.form.values())

    def show(self, spec: AnalysisSpec, analyses: Sequence[str], facts: AnalysisFacts,
             outcome: Outcome | None) -> None:
        """Bring everything in step with the analysis, the data and the run that is shown."""
        rule, endpoint = facts.rule_of(spec), facts.endpoint_of(spec)
        self._show_patients(spec, analyses, facts, rule, endpoint)
        columns, genes = facts.clinical_columns(rule), facts.genes(rule)
        self.set_options({**dict.fromkeys(OF_COLUMNS, columns), **dict.fromkeys(OF_GENES, genes)})
        if self.has_field("measure"):
            self.form.set_field_visible("measure", len(facts.measures(rule)) > 1)
        self.form.set_values(stated_values(self._type, spec.parameters))
        was: dict[str, str] = {}
        if outcome is not None:
            old = changed_fields(self._type, outcome.settings[2], spec.parameters)
            about = parameter_facts(self._type)
            was = {field: value_words(value, unset=str(about[field].get("unset", ""))) for field, value in old.items()}
            old_rule = outcome.settings[3]
            if old_rule is not None and rule is not None and replace(old_rule, name=rule.name) != rule:
                was["cohort"] = old_rule.name
            if outcome.settings[1] and outcome.settings[1] != endpoint:
                was["outcome"] = outcome.settings[1]
        self.set_was(was)

    def _show_patients(self, spec: AnalysisSpec, analyses: Sequence[str], facts: AnalysisFacts,
                       rule: CohortRule | None, endpoint: str) -> None:
        self.analysis.set_choices([(name, name) for name in analyses], spec.name)
        self.analysis.setVisible(len(analyses) > 1)
        self.cohort.set_choices([(each.name, facts.count_words(each, endpoint)) for each in facts.offered()],
                                rule.name if rule else "")
        self.outcome.setVisible(facts.HAS_OUTCOME)
        self.outcome.set_choices([(name, name) for name in facts.endpoints(rule)], endpoint)
        self.outcome.set_help(facts.outcome_words(rule, endpoint) if rule and endpoint else "")

    def set_options(self, options: Mapping[str, Sequence[str]]) -> None:
        """Columns and genes that fields can name."""
        for field, names in options.items():
            if self.has_field(field) and self._options.get(field) != tuple(names):
                self._options[field] = tuple(names)
                self.form.set_options(field, names)

    def set_was(self, was: Mapping[str, str]) -> None:
        """Field, "cohort" or "outcome" -> its value in the run that is shown."""
        self.form.clear_was()
        for field, text in was.items():
            if self.has_field(field):
                self.form.set_was(field, text)
        self.cohort.set_was(was.get("cohort", ""))
        self.outcome.set_was(was.get("outcome", ""))

    def set_errors(self, errors: Mapping[str, str]) -> None:
        """What the analysis says against a field."""
        for field in self.form.values():
            sentence = errors.get(field, "")
            if sentence or field in self._said:
                self.form.set_error(field, sentence)
        self._said = set(errors)

    def has_field(self, field: str) -> bool:
        """True for a parameter of the form."""
        return field in self.form.values()

    def focus_field(self, field: str) -> None:
        """Open the group of a field and put the focus there."""
        row = self.form.row(field)
        for group in self.form.groups.values():
            if row in group.rows:
                group.set_open(True)
        row.editor.focus_target().setFocus()
        self.panel.scroller.ensureWidgetVisible(row)
