"""Who is in, who is out, and why: flow of patients, ledger, coding of the follow-up, table 1, rules of the cohort.

Not for: evaluating (core/analyses/cohort_overview.py); every number shown here comes from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from core.analyses.cohort_overview import CohortOverview
from core.data.patients.cohort_rules import CohortRule
from core.data.tables import EndpointRule
from core.figures.number_words import count_words, counted
from core.problems import Problem
from gui import theme
from gui.pages.base_page import Command, Page, PageServices
from gui.pages.cohort_choice import CohortChoice
from gui.pages.cohort_figure_tab import CohortFigureTab
from gui.pages.cohort_hands import CohortHands
from gui.pages.cohort_look import CohortLook, Looked
from gui.pages.cohort_panels import DISAGREEING, TITLES, ledger_rows
from gui.pages.cohort_settings import CohortSettings
from gui.pages.cohort_table_one import TableOneView
from gui.pages.cohort_words import NO_TABLE, STOPPED, StateWords, is_page, nobody_words, problem_words, rule_at_fault
from gui.pages.warning_remedies import as_the_form_says
from gui.widgets.frame_table import FilteredTable
from gui.widgets.labels import chip
from gui.widgets.name_dialog import ask_name
from gui.widgets.state_views import EmptyState, RunningState
from gui.widgets.warning_list import WarningList

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.figures.spec import FigureSpec
    from core.project.project import Project
    from gui.session import Selection

FIGURE, TABLE, TABLE_ONE, WARNINGS, EMPTY, RUNNING = "figure", "table", "table one", "warnings", "empty", "running"

SHORT = 60


class CohortPage(Page):
    """See the module."""

    KEY = "cohort"
    NUMBER = 3
    TITLE = "Cohort"
    QUESTION = "Who is in, who is out, and why?"
    GROUP = "Data"

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._memory = services.settings(self.KEY)
        self._choice = CohortChoice(self.session, self._memory)
        self._hands = CohortHands(self.session, self._choice, self)
        self._look = CohortLook(self.session, self)
        self._look.looked.connect(self._show_looked)
        self._looked: Looked | None = None
        self._counts: dict[CohortRule, tuple[Dataset, int]] = {}
        self.export_button = self.add_header_button("Export figure…", self._export, icon="export")
        self._twin_chip = chip("warn", "")
        self._once_chip = chip("ok", "One row per patient")
        for part in (self._once_chip, self._twin_chip):
            self.add_to_tab_row(part)
        self._build_views()
        self.settings = CohortSettings()
        self._connect()

    # building

    def _build_views(self) -> None:
        self.picture = CohortFigureTab()
        self.flow, self.ledger, self.coding = self.picture.flow, self.picture.ledger, self.picture.coding
        self.picture.flow_panel.set_link("Add a rule", self._add_rule)
        self.flow.box_clicked.connect(lambda _: self._show_selection(self.session.selection))
        self.table = FilteredTable(name="Every patient: in, or out with the reason")
        self.table_one = TableOneView()
        self.warnings = WarningList()
        self.empty = EmptyState()
        self.running = RunningState("Matching patients", cancel="Stop")
        for name, widget, tab in (
                (FIGURE, self.picture, "Figure"), (TABLE, self.table, "Table"), (TABLE_ONE, self.table_one, "Table 1"),
                (WARNINGS, self.warnings, "Warnings"), (EMPTY, self.empty, ""), (RUNNING, self.running, "")):
            self.add_view(name, widget, tab)

    def _connect(self) -> None:
        session, settings = self.session, self.settings
        session.data_changed.connect(self._update)
        theme.notifier().changed.connect(self._show_settings)
        session.selection_changed.connect(self._show_selection)
        self.services.loader.loading_changed.connect(self._update)
        self.ledger.patient_chosen.connect(lambda patient: session.select_patient(patient))
        self.table.table.row_selected.connect(lambda row: session.select_patient(str(row["patient"])))
        self.coding.patient_chosen.connect(session.select_patient)
        self.coding.figure.export_requested.connect(self._export_follow_up)
        self.coding.confirmed.connect(self._confirm)
        self.coding.other_requested.connect(self._choose_events)
        self.coding.acted_on.connect(self._act)
        self.empty.acted.connect(self._act)
        self.warnings.acted.connect(self._act)
        self.tabs.currentChanged.connect(lambda _: self.tabs.updateGeometry())  # the chosen tab is bold, so wider
        self.ledger.leave_out_requested.connect(
            lambda: self._hands.leave_out(self.overview.disagreeing if self.overview else ()))
        self.running.cancel_requested.connect(self._stop)
        self.running.elsewhere_requested.connect(lambda: self.services.go_to("start"))
        self.table_one.grouped.connect(lambda column: self._remember("by", column))
        self._hands.chosen.connect(lambda name: self._memory.update(cohort=name))
        self._hands.said.connect(self.services.say)
        settings.cohort_chosen.connect(self.choose_cohort)
        settings.cohort_command.connect(self._cohort_command)
        settings.dataset_chosen.connect(self._hands.set_dataset)
        settings.endpoint_chosen.connect(lambda name: self._remember("endpoint", name))
        settings.unit_chosen.connect(self._hands.set_unit)
        settings.events_chosen.connect(self._hands.set_events)
        settings.follow_up_max_chosen.connect(self._hands.set_follow_up_max)
        settings.twins_chosen.connect(lambda wanted: self._remember("twins", wanted))
        settings.rules.rules_changed.connect(self._hands.set_rules)

    # what is chosen

    @property
    def rule(self) -> CohortRule | None:
        """The cohort shown."""
        return self._choice.rule

    @property
    def endpoint(self) -> EndpointRule | None:
        """The endpoint shown."""
        return self._choice.endpoint

    @property
    def overview(self) -> CohortOverview | None:
        """What is shown now."""
        return self._looked.overview if self._looked else None

    # what the window asks

    def refresh(self, old: Project, new: Project) -> None:
        if old is new or old.study is not new.study or self._looked is None:
            self._update()

    def shown(self) -> None:
        if self._looked is not None:
            self._update()  # another page may have asked for another cohort or outcome
        self._show_selection(self.session.selection)

    def problems(self) -> Sequence[Problem]:
        return self.overview.problems if self.overview and not self._choice.samples_of else ()

    def rail_state(self) -> str:
        overview = self.overview
        if overview is None or self._choice.samples_of:
            return "none"
        if overview.cohort is None or overview.problems or overview.disagreeing:
            return "look"
        return "done"

    def inspector(self) -> QWidget | None:
        return self.settings

    def figure(self) -> tuple[FigureSpec, str] | None:
        overview = self.overview
        if overview is None:
            return None
        wanted = overview.follow_up if self.coding.figure.canvas.hasFocus() else None
        spec = wanted or overview.flow
        return (spec, f"{overview.rule.name}/{spec.name}") if spec is not None else None

    def commands(self) -> Sequence[Command]:
        there = self.overview is not None and self.overview.follow_up is not None
        rule = self.rule is not None
        return (
            Command("find_patient", "Why was this patient left out?", self.find_in_page, "Ctrl+J",
                    self.overview is not None, "There is no cohort yet"),
            Command("new_cohort", "New cohort", lambda: self._cohort_command("new"), "", rule, "There are no data yet"),
            Command("add_rule", "Add a rule to the cohort", self._add_rule, "", rule, "There are no data yet"),
            Command("export_follow_up", "Export the histogram of follow-up…", self._export_follow_up, "", there,
                    "There is no follow-up yet"))

    def run(self) -> None:
        """Look again, also after a stop."""
        self._look.forget()
        for spec in self.session.project.study.datasets:
            if self.session.dataset_of(spec) is None and not self.services.loader.is_loading(spec):
                self.services.loader.reload(spec)
        self._update()

    def find_in_page(self) -> None:
        if self.view == TABLE:
            self.table.filter_bar.open_filter()
        elif self.overview is not None:
            if self.tabs.isVisibleTo(self):
                self.show_view(FIGURE)
            self.picture.show_step("")
            self.ledger.find_patient()

    def go_to_problem(self, problem: Problem) -> bool:
        if self.overview is None or problem not in self.overview.problems:
            return False
        if self.overview.cohort is not None:
            self.show_view(WARNINGS)
        return True

    # looking

    def _update(self) -> None:
        """Show what is chosen; what is not known yet is looked up in the background."""
        rule, dataset = self.rule, self._choice.dataset
        if rule is None or dataset is None:
            self._looked = None
            self._look.stop()
            self._show_settings()
            self._show_nothing(rule)
            return
        endpoint = self.endpoint
        self._look.look(rule, dataset, endpoint.name if endpoint else "", str(self._memory.get("by", "")),
                        bool(self._memory.get("twins", True)))
        self._show_settings()
        if self._look.is_looking:
            words = f"Matching {counted(len(dataset.clinical.samples), 'patient')}" if dataset.clinical \
                else "Matching patients"
            self.settings.set_state("running", words)
            if self._looked is None:
                self.running.set_words(words)
                self.show_view(RUNNING)

    def _stop(self) -> None:
        self._look.stop()
        for job in self.services.loader.loading:
            job.cancel()
        self._show_empty(STOPPED, "table", "accent")

    def _show_nothing(self, rule: CohortRule | None) -> None:
        loading = bool(self.services.loader.loading)
        if loading and rule is not None:
            self.running.set_words(f"Reading {rule.dataset}")
            self.show_view(RUNNING)
        else:
            self._show_empty(NO_TABLE if rule is None else STOPPED, "table", "accent")
        for part in (self.strip, self._once_chip, self._twin_chip):
            part.setVisible(False)
        self.set_context("")
        self.settings.set_state("never", "No clinical table yet" if not loading else "Reading the data")
        self.export_button.setEnabled(False)
        self.state_changed.emit()

    def _show_looked(self, looked: Looked) -> None:
        self._looked = looked
        overview = looked.overview
        cohort = overview.cohort
        if cohort is not None:
            self._counts[overview.rule] = looked.dataset, len(cohort.patients)
        self._show_settings()
        self._show_words(overview)
        self._show_parts(overview)
        known = (FIGURE, TABLE, TABLE_ONE, WARNINGS)
        if cohort is None and overview.flow is None:
            role = self._choice.samples_of
            self._show_empty(problem_words(overview, looked.proposed, role),
                             *(("table", "accent") if role else ("warn", "warn")))
        elif self.view not in known or cohort is None:
            self.show_view(FIGURE)
        self._show_selection(self.session.selection)
        self.state_changed.emit()

    def _show_words(self, overview: CohortOverview) -> None:
        cohort = overview.cohort
        twins = overview.twins
        found = twins.words() if twins else ""
        self._twin_chip.setText(found)
        self._twin_chip.setVisible(bool(found))
        self._once_chip.setVisible(cohort is not None)
        self.export_button.setEnabled(overview.flow is not None)
        self.strip.setVisible(cohort is not None or overview.flow is not None)
        rules = "; ".join(keep.words() for keep in overview.rule.keep) or \
            ("every sample" if self._choice.samples_of else "every patient with expression and outcome")
        again = ". A rule, not a list: it can be used again on another file" if len(rules) < SHORT else ""
        self.set_context(f"Cohort {overview.rule.name}: {rules}{again}")
        if cohort is not None:
            self.strip.set_answer(overview.answer, overview.explanation, overview.numbers)
            self.settings.set_state("done", f"Up to date. {counted(len(overview.ledger), 'row')} read")
        elif overview.flow is not None:
            words = nobody_words(overview)
            numbers = (("In", "0", f"of {count_words(len(overview.ledger))}"),)
            self.strip.set_answer(words.title, words.text, numbers, state="unsure")
            self.settings.set_state("blocked", "Nobody is left")
        elif self._choice.samples_of:
            self.settings.set_state("never", "No patients with follow-up")
        else:
            self.settings.set_state("blocked", "This cohort cannot be evaluated")
        count = len(self._choice.warnings(overview))
        self.tabs.setTabText(3, f"Warnings {count}" if count else "Warnings")

    def _show_parts(self, overview: CohortOverview) -> None:
        self.flow.set_figure(overview.flow)
        self.table.table.set_table(ledger_rows(overview.ledger, self._choice.place, whole=True),
                                   titles={**TITLES, "reason": "Because"}, missing="",
                                   kinds=dict.fromkeys(("patient", "kept", "reason", "step", "where"), "words"))
        groups = self._looked.groups if self._looked else ()
        self.table_one.show_table(overview.table_one, groups, str(self._memory.get("by", "")))
        remedies = {"event_after_last_contact": ("Show the rows", DISAGREEING)} if overview.disagreeing else {}
        self.warnings.set_problems([as_the_form_says(each) for each in self._choice.warnings(overview)], remedies)
        self.picture.show_overview(overview, self._choice.place, self.endpoint, confirmed=self._choice.is_confirmed)

    def _show_empty(self, words: StateWords, icon: str, token: str) -> None:
        self.empty.set_state(icon, words.title, words.text, words.actions, token=token)
        self.show_view(EMPTY)

    def _show_settings(self) -> None:
        self.settings.set_settings(self._choice.settings(self._looked, self._counts))

    # clicks

    def _show_selection(self, selection: Selection) -> None:
        self.picture.mark(selection.patients)
        self.table.table.set_selected_key("patient", selection.patients[0] if selection.patients else "")

    def _act(self, key: str) -> None:
        rule, place = self.rule, rule_at_fault(self.overview)
        if key == "import":
            self.services.import_files(())
        elif is_page(key):
            self.services.go_to(key)
        elif key == "example":
            self.services.open_example()
        elif key == "go on":
            self.run()
        elif key == "events":
            self._choose_events()
        elif key == "go import":
            self.services.go_to("import")
        elif key == "change" and rule is not None and place >= 0:
            self.settings.rule_group.set_open(True)
            if self.settings.rules.open_place() != place:
                self.settings.rules.open_rule(place)
        elif key == "remove" and rule is not None and place >= 0:
            said = rule.keep[place].words()
            self._hands.set_rules((*rule.keep[:place], *rule.keep[place + 1:]), f"remove the rule “{said}”")
        elif key == DISAGREEING:
            self.show_view(FIGURE)
            self.picture.show_step(DISAGREEING)
        elif key == "endpoint" and rule is not None and self._looked is not None and self._looked.proposed is not None:
            self._hands.add_endpoint(rule.dataset, self._looked.proposed)

    def _confirm(self) -> None:
        self._choice.confirm()
        if self.overview is not None and self.endpoint is not None:
            self._show_parts(self.overview)
            self.services.say(f"Noted: {self.endpoint.event} is coded right.")

    def _choose_events(self) -> None:
        if self.settings.isVisible():
            self.settings.show_events()
        else:
            self.services.say("Show the settings (F8): Outcome lists the values that mean that it happened.")

    def _add_rule(self) -> None:
        if self.rule is None:
            self._act("import")
            return
        self.settings.show_rules()
        if not self.settings.isVisible():
            self.services.say("The new rule stands in the settings (F8).")

    # choices and edits

    def choose_cohort(self, name: str) -> None:
        """Show another cohort."""
        self._memory["cohort"] = name
        self._update()

    def _remember(self, key: str, value: object) -> None:
        self._memory[key] = value
        self._update()

    def _cohort_command(self, what: str) -> None:
        rule = self.rule
        if rule is not None and what == "new":
            self._hands.new(rule.dataset)
        elif rule is not None and self._hands.is_stored(rule):
            {"copy": self._hands.copy, "delete": self._hands.delete, "rename": self._ask_name}[what](rule)

    def _ask_name(self, rule: CohortRule) -> None:
        ask_name(self, "Rename the cohort", "Name of the cohort", rule.name,
                 lambda name: self._hands.rename(rule, name))

    # figures

    def _export(self) -> None:
        if (figure := self.figure()) is not None:
            self.services.export_figure(*figure)

    def _export_follow_up(self) -> None:
        overview = self.overview
        if overview is not None and overview.follow_up is not None:
            self.services.export_figure(overview.follow_up, f"{overview.rule.name}/{overview.follow_up.name}")
