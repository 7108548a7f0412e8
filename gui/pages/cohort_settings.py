"""The settings of the Cohort page: which cohort, its rules in order, outcome, unit, what counts as the event.

Not for: deciding what a choice means; it shows values and says what the user chose.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from core.data.patients.cohort_rules import CohortRule
from core.data.patients.column_facts import ColumnFacts
from core.data.tables import MONTHS_IN, EndpointRule
from gui import theme
from gui.pages.analysis_inspector import ChoiceRow
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.importing.event_values import EventValues, ValueRow
from gui.widgets.inspector import Inspector
from gui.widgets.labels import link, set_look, words
from gui.widgets.panel import Segments
from gui.widgets.parameter_editors import UnitField
from gui.widgets.rule_list import RuleList


@dataclass(frozen=True)
class SettingsState:
    """All that the settings show. ``stored`` is False for the cohort of everybody that no study states yet."""

    cohorts: tuple[tuple[str, str], ...] = ()
    rule: CohortRule | None = None
    stored: bool = False
    datasets: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    endpoint: EndpointRule | None = None
    codes: tuple[ValueRow, ...] = ()
    happened: tuple[str, ...] = ()
    columns: tuple[ColumnFacts, ...] = ()
    receptors: tuple[str, ...] = ()
    twins: bool = True
    time_words: str = ""
    others: tuple[str, ...] = ()


class FollowUpMax(QWidget):
    """A number or nothing: later follow-up is cut off there."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: float | None = None
        label = words("Follow-up counted up to", "help")
        self.field = UnitField("months")
        self.field.setPlaceholderText("no limit")
        self.field.setAccessibleName("Follow-up counted up to")
        self.field.returnPressed.connect(self._commit)
        self.field.left.connect(self._commit)
        label.setBuddy(self.field)
        self._help = words("", "caption", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        for part in (label, self.field, self._help):
            column.addWidget(part)
        self._help.hide()

    def set_value(self, value: float | None, unit: str) -> None:
        """Show a limit in the unit of the endpoint; None is no limit."""
        self._value = value
        self.field.setText("" if value is None else f"{value:g}")
        self.field.setAccessibleName(f"Follow-up counted up to, {unit}")
        self.field.setToolTip(f"In {unit}. Later events count as censored there; empty for no limit")
        self._say("")

    def help_text(self) -> str:
        """What is said against the number typed."""
        return self._help.text()

    def _commit(self) -> None:
        text = self.field.text().strip().replace(",", ".")
        try:
            value = float(text) if text else None
        except ValueError:
            value = float("nan")
        if value is not None and not 0 < value < 1e6:
            self._say(f"“{self.field.text().strip()}” is no length of time. Leave it empty for no limit.")
            return
        self._say("")
        if value != self._value:
            self._value = value
            self.changed.emit(value)

    def _say(self, sentence: str) -> None:
        self._help.setText(sentence)
        self._help.setVisible(bool(sentence))
        set_look(self.field, "state", "error" if sentence else "")


class CohortSettings(Inspector):
    """The inspector. Everything that changes the study goes out as a signal."""

    cohort_chosen = Signal(str)
    cohort_command = Signal(str)
    """new, rename, copy or delete."""
    dataset_chosen = Signal(str)
    endpoint_chosen = Signal(str)
    unit_chosen = Signal(str)
    events_chosen = Signal(object, object)
    follow_up_max_chosen = Signal(object)
    twins_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self.reset.hide()
        self.cohort = ChoiceRow("Which patients")
        self.cohort.chosen.connect(self.cohort_chosen)
        self.dataset = ChoiceRow("Data set")
        self.dataset.chosen.connect(self.dataset_chosen)
        self.commands = {key: link(text) for key, text in (
            ("new", "New"), ("rename", "Rename"), ("copy", "Duplicate"), ("delete", "Delete"))}
        row = QWidget()
        flow = FlowLayout(row, gap=6)
        flow.setContentsMargins(0, 0, 0, 0)
        for key, button in self.commands.items():
            button.setAccessibleName(f"{button.text()}: cohort")
            button.clicked.connect(lambda _, key=key: self.cohort_command.emit(key))
            flow.addWidget(button)
        self.commands["rename"].setToolTip("Rename this cohort (F2)")
        shortcut = QShortcut(QKeySequence("F2"), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(lambda: self.cohort_command.emit("rename"))
        for part in (self.cohort, row, self.dataset):
            self.add_section("Cohort", part)
        self.rules = RuleList()
        self.rule_group = self.add_section("Rules, applied in this order", self.rules)
        self.endpoint = ChoiceRow("Endpoint")
        self.endpoint.chosen.connect(self.endpoint_chosen)
        self.unit = Segments([(unit, unit.capitalize()) for unit in MONTHS_IN], "Time is in", small=True)
        self.unit.chosen.connect(self.unit_chosen)
        unit_box = QWidget()
        column = QVBoxLayout(unit_box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        column.addWidget(words("Time is in", "help"))
        column.addWidget(self.unit)
        self.events = EventValues(narrow=True)
        self.events.changed.connect(self._events_ticked)
        self._events_help = words("", "caption", wrap=True)
        self.follow_up_max = FollowUpMax()
        self.follow_up_max.changed.connect(self.follow_up_max_chosen)
        for part in (self.endpoint, unit_box, self.events, self._events_help, self.follow_up_max):
            self.outcome_group = self.add_section("Outcome", part)
        self.twins = QCheckBox("Warn when two samples look alike")
        self.twins.clicked.connect(self.twins_chosen)
        self.add_section("Same patient twice", self.twins)
        self.set_run_visible(False)
        self._state = SettingsState()
        self.set_settings(self._state)

    def set_settings(self, state: SettingsState) -> None:
        """Show the state without saying that anything changed."""
        old, self._state = self._state, state
        rule = state.rule
        self.cohort.set_choices(state.cohorts, rule.name if rule else "")
        self.cohort.set_help("" if state.stored or rule is None else
                             "Everybody; a cohort of your own begins with the first rule.")
        self.dataset.set_choices([(name, name) for name in state.datasets], rule.dataset if rule else "")
        self.dataset.setVisible(len(state.datasets) > 1)
        for key, button in self.commands.items():
            button.setEnabled(bool(state.datasets) if key == "new" else state.stored)
        if state.columns is not old.columns or state.receptors != old.receptors:
            self.rules.set_choices(state.columns, state.receptors)
        self.rules.set_rules(rule.keep if rule else ())
        self.rules.setEnabled(rule is not None)
        endpoint = state.endpoint
        self.endpoint.set_choices([(name, name) for name in state.endpoints], endpoint.name if endpoint else "")
        self.outcome_group.setVisible(bool(state.endpoints))
        if endpoint is not None:
            if endpoint.unit in MONTHS_IN:
                self.unit.set_key(endpoint.unit)
            self.events.set_values(state.codes, state.happened, endpoint.unit, state.others)
            self.follow_up_max.set_value(rule.follow_up_max if rule else None, endpoint.unit)
            self._events_help.setText(f"Values of {endpoint.event}. Every other value is censored; a missing one "
                                      "leaves the patient out.")
        self.twins.setChecked(state.twins)

    def settings(self) -> SettingsState:
        """What is shown."""
        return self._state

    def show_rules(self) -> None:
        """Open the rules and begin a new one."""
        self.rule_group.set_open(True)
        self.rules.add_rule()
        self.scroller.ensureWidgetVisible(self.rules)

    def show_events(self) -> None:
        """Bring the values that count as the event into sight."""
        self.outcome_group.set_open(True)
        self.scroller.ensureWidgetVisible(self.events)
        if self.events.boxes:
            self.events.boxes[0].setFocus()

    def _events_ticked(self, ticked: tuple[str, ...]) -> None:
        if ticked:
            self.events_chosen.emit(ticked, self.events.other_causes())
            return
        self._events_help.setText("At least one value must mean that it happened. Nothing was changed.")
        self.events.set_values(self._state.codes, self._state.happened,
                               self._state.endpoint.unit if self._state.endpoint else "", self._state.others)
