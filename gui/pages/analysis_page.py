"""What the page of any analysis does: its settings, running, states, and the tabs of its result.

Not for: one analysis's figures; a page of it says its kind and shows an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from core.analyses import analysis_module
from core.project.study import AnalysisSpec
from gui.pages.analysis_answers import AnalysisAnswers
from gui.pages.analysis_choice import AnalysisChoice
from gui.pages.analysis_edits import changes_in_words
from gui.pages.analysis_facts import AnalysisFacts, Need
from gui.pages.analysis_inspector import AnalysisInspector
from gui.pages.analysis_notice import Notice
from gui.pages.analysis_states import (
    UNSURE,
    EmptyWords,
    Situation,
    at_its_field,
    empty_of,
    notice_of,
    run_state,
)
from gui.pages.base_page import Command, PageServices
from gui.pages.cohort_facts import CohortFacts
from gui.pages.figure_wishes import copy_data, copy_picture, copy_text
from gui.pages.problem_words import problem_sentences
from gui.pages.result_tabs import MethodsView, TablesView, WarningsView, show_count
from gui.pages.run_watch import RunWatch
from gui.pages.sample_facts import SampleFacts
from gui.pages.warning_remedies import actions_for, as_the_form_says, coding_remark
from gui.widgets.figure_choice import export_one_of
from gui.widgets.state_views import EmptyState, RunningState

if TYPE_CHECKING:
    from core.problems import Problem
    from core.project.project import Project
    from gui.job_runner import Job
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView


FACTS: Mapping[str, type[AnalysisFacts]] = {"outcome": CohortFacts, "samples": SampleFacts}
"""What an analysis needs (``Info.needs``) -> who looks at the data for it."""


class AnalysisPage(AnalysisAnswers):
    """A page of one kind of analysis."""

    facts: AnalysisFacts

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        module = analysis_module(self.KIND)
        self.facts = FACTS[module.INFO.needs](self.session, module.INFO.roles)
        self.parameters_type: type[Any] = module.Parameters
        self.choice = AnalysisChoice(self.session, self.facts, self.KIND, self.NEW_NAME, self.TITLE,
                                     self.parameters_type, lambda: services.settings(self.KEY),
                                     lambda project, spec: self.in_step(project, spec))
        self.choice.draft_changed.connect(self.look)
        self._shown: Outcome | None = None
        self.watch = RunWatch(services.runs, self.session.jobs, lambda: self.spec.name)
        self.watch.changed.connect(self.look)
        self.watch.progressed.connect(self._show_progress)
        self._run_by_itself: set[str] = set()
        self._study_opened()
        self.export_button = self.add_header_button("Export figure…", self._export_figure, icon="export")
        self.workbook_button = self.add_header_button("Export workbook…", services.export_workbook, icon="table")
        self.notice = Notice()
        self.notice.acted.connect(self.act)
        self._why = ""
        self.strip.acted.connect(self.act)
        self._outer.insertWidget(2, self.notice)
        self.empty = EmptyState()
        self.empty.acted.connect(self.act)
        self.running = RunningState(elsewhere="Work elsewhere")
        self.running.cancel_requested.connect(self.cancel)
        self.running.elsewhere_requested.connect(lambda: services.go_to("start"))
        self.tables = TablesView(services.say)
        self.methods = MethodsView(services.say)
        self.warnings = WarningsView()
        self.warnings.remedy_requested.connect(self.act)
        self.add_view("empty", self.empty)
        self.add_view("running", self.running)
        self.add_view("figure", self.figure_view(), "Figure")
        self.add_view("table", self.tables, "Table")
        self.add_view("methods", self.methods, "Methods")
        self.add_view("warnings", self.warnings, "Warnings")
        self.tabs.setUsesScrollButtons(False)
        self.settings = AnalysisInspector(self.parameters_type, self.FORM_GROUPS, self.facts.section,
                                          self.facts.group)
        self.settings.changed.connect(self.choice.set_parameter)
        self.settings.cohort_chosen.connect(self.choice.set_cohort)
        self.settings.outcome_chosen.connect(self.choice.set_endpoint)
        self.settings.analysis_chosen.connect(self.choice.choose)
        self.settings.panel.run_requested.connect(self.run)
        self.settings.panel.reset_requested.connect(self.choice.reset)
        self.session.opened.connect(self._study_opened)
        self.session.data_changed.connect(self.look)
        self.session.results_changed.connect(self._results_changed)
        self.services.loader.loading_changed.connect(self.look)

    # the analysis of this page

    @property
    def spec(self) -> AnalysisSpec:
        """The analysis that the page shows: one of the study, or a draft that the first run adds to it."""
        return self.choice.spec

    @property
    def is_draft(self) -> bool:
        """True until the study has an analysis of this kind."""
        return self.choice.is_draft

    @property
    def outcome(self) -> Outcome | None:
        """The outcome that is shown, up to date or not."""
        return self.choice.outcome

    @property
    def failure(self) -> tuple[Problem, ...]:
        """Why the analysis cannot run as it is set; each problem with its setting where it is about one."""
        if self.is_draft:
            return ()
        values = self.settings.form.values()
        return tuple(as_the_form_says(at_its_field(problem, values), self.parameters_type)
                     for problem in self.session.failure(self.spec.name))

    # what the page can do

    def run(self) -> None:
        """Run the analysis with the settings of now; a draft is added to the study."""
        why_not = self.why_not()
        if why_not:
            self.services.say(why_not)
            return
        self.watch.forget()
        self.choice.add_draft()
        self._run_by_itself.discard(self.spec.name)
        self.services.runs.run(self.spec.name)

    def cancel(self) -> None:
        """Stop the running analysis; what was there before stays."""
        self.services.runs.cancel(self.spec.name)

    def act(self, key: str) -> None:
        """What the buttons of the states do."""
        services = self.services
        acts: dict[str, Callable[[], object]] = {
            "run": self.run, "back": self.choice.put_back, "cancel": self.cancel, "close": self.look,
            "import": lambda: services.import_files(()), "import page": lambda: services.go_to("import"),
            "cohort page": self._go_to_cohort, "example": services.open_example,
            "copy error": lambda: copy_text(self.watch.fault, "The error text", services.say),
            "warnings": lambda: self.show_view("warnings"), "estimates": self._show_estimates,
            "plan": self._plan,
            "why": lambda: self.notice.say("info", self._why, (("Close", "close"),))}
        if key.startswith("field "):
            self.settings.focus_field(key.removeprefix("field "))
        elif key in acts:
            acts[key]()

    def _go_to_cohort(self) -> None:
        rule = self.facts.rule_of(self.spec)
        if rule is not None:
            self.services.settings("cohort").update(cohort=rule.name, endpoint=self.facts.endpoint_of(self.spec))
        self.services.go_to("cohort")

    def _plan(self) -> None:
        from gui.planning import plan_for

        plan_for(self.session, self.window(), self.KEY, self.spec.name, export=self.services.export_figure,
                 say=self.services.say)

    def _show_estimates(self) -> None:
        self.show_view("table")
        self.tables.show_table(self.ESTIMATES)

    def _export_figure(self) -> None:
        export_one_of(self.figures_in_sight(), self.export_button, self.services.export_figure)

    def grant(self, wish: str, view: FigureView) -> None:
        """What the menu and keys of a figure ask for."""
        spec = view.figure()
        if spec is None:
            return
        if wish == "copy":
            copy_picture(view, self.services.say)
        elif wish == "copy data":
            copy_data(spec, self.services.say)
        elif wish == "export":
            self._export_figure()
        elif wish == "describe":
            self.notice.say("info", spec.alt_text, (("Close", "close"),))
        elif wish == "table":
            self.show_view("table")
            self.tables.show_table(self.table_of(view) or self.tables.name)

    # states

    def need(self) -> Need | None:
        """What the page lacks before it can run."""
        return self.facts.need(bool(self.services.loader.loading))

    def why_not(self) -> str:
        """Why Run cannot be pressed; empty when it can."""
        if self.services.loader.loading:
            return "Run waits until the data are read"
        if self.need() is not None:
            return f"Run needs {self.NEEDS}"
        return self.facts.why_not(self.spec)

    def refresh(self, old: Project, new: Project) -> None:
        self.look()

    def shown(self) -> None:
        self.look()

    def _study_opened(self) -> None:
        """Analyses that a study brings with it run by themselves when their page is first seen."""
        self.choice.forget_draft()
        self._run_by_itself = {spec.name for spec in self.choice.all_specs}
        self.watch.forget()

    def _results_changed(self, name: str) -> None:
        if name == self.spec.name:
            self.look()

    def look(self) -> None:
        """Show what is: settings, state, answer, result. Cheap when nothing has changed."""
        spec = self.spec
        job = None if self.is_draft else self.watch.job
        outcome = self.outcome
        self.settings.show(spec, tuple(each.name for each in self.choice.all_specs), self.facts, outcome)
        self.settings.set_errors({problem.answer_key: problem_sentences([problem]) for problem in self.failure})
        need = self.need()
        if (spec.name in self._run_by_itself and self.isVisible() and outcome is None and job is None
                and not self.failure and not self.why_not()):
            self.run()
            return
        self.set_context(self.context_words(outcome) if outcome else "")
        if outcome is not None and (need is None or self.services.loader.loading):
            self._show_result(outcome, job)
        else:
            self._show_without_result(need, job)
        self._show_run_state(spec, outcome, job)
        self.show_buttons()
        self.state_changed.emit()

    def show_buttons(self) -> None:
        """Export what can be exported now; a button that cannot says why."""
        has_figure = self.figure() is not None
        self.export_button.setEnabled(has_figure)
        self.export_button.setToolTip("" if has_figure else "There is no figure yet")
        finished = self.outcome is not None and not self.session.is_stale(self.spec.name)
        self.workbook_button.setEnabled(finished)
        self.workbook_button.setToolTip("" if finished else "The workbook takes results that are up to date")

    def _show_result(self, outcome: Outcome, job: Job | None) -> None:
        if outcome is not self._shown:
            self._shown = outcome
            spoken = self.spoken(outcome)
            self._why = spoken.why
            self.strip.set_answer(spoken.sentence, spoken.explanation, spoken.numbers,
                                  state="unsure" if spoken.state == "unsure" else "ok")
            self.strip.set_actions(UNSURE if spoken.why else ())
            self.show_more(outcome)
            self.show_outcome(outcome)
        self.strip.setVisible(True)
        if self.view not in ("figure", "table", "methods", "warnings"):
            self.show_view("figure")
        self._show_notice(outcome, job)

    def _warnings_of(self, outcome: Outcome) -> Sequence[Problem]:
        return tuple(as_the_form_says(problem, self.parameters_type) for problem in self.result_warnings(outcome))

    def show_more(self, outcome: Outcome) -> None:
        """Tables, methods and warnings anew, after something was added to the result."""
        self.tables.set_tables(self.result_tables(outcome))
        self.methods.set_text(self.methods_words(outcome))
        found = self._warnings_of(outcome)
        self.warnings.set_problems(found, actions_for(found, self.REMEDIES, self.settings.fields))
        show_count(self.tabs, 3, "Warnings", self.warnings.count())

    def _situation(self, outcome: Outcome | None, job: Job | None) -> Situation:
        name = self.spec.name
        stale = outcome is not None and self.session.is_stale(name)
        now = self.session.settings_of(name)
        return Situation(
            outcome.finished_at if outcome is not None else "", self.watch.words(job) if job is not None else "",
            self.failure, bool(self.watch.fault), self.watch.stopped_at, stale,
            changes_in_words(self.parameters_type, outcome.settings, now) if stale and outcome and now else ())

    def _show_notice(self, outcome: Outcome, job: Job | None) -> None:
        said = notice_of(self._situation(outcome, job))
        if said is None:
            doubt = coding_remark(outcome, self.services) if self.facts.HAS_OUTCOME else None
            remark = doubt or self.remark(outcome)
            said = None if remark is None else ("warn", remark[0], ((remark[1], remark[2]),) if remark[1] else ())
        if said is None:
            self.notice.hush()
        else:
            self.notice.say(*said)

    def _show_without_result(self, need: Need | None, job: Job | None) -> None:
        self.strip.setVisible(False)
        self.notice.hush()
        if self._shown is not None:
            self._shown = None
            self.show_outcome(None)
        loading = self.services.loader.loading
        if job is not None:
            self._show_progress(job)
            self.show_view("running")
        elif loading:
            self.running.set_words(loading[0].words, "The study is being read.")
            self.running.set_progress(loading[0].fraction, loading[0].words, loading[0].seconds_left)
            self.show_view("running")
        else:
            icon, title, text, actions, token = self._empty_words(need)
            self.empty.set_state(icon, title, text, actions, token=token)
            self.show_view("empty")

    def _empty_words(self, need: Need | None) -> EmptyWords:
        found = empty_of(self._situation(None, None), need, self.settings.fields, self.facts.HAS_OUTCOME)
        return found or self.facts.ready(self.spec)

    def _show_progress(self, job: Job) -> None:
        if self.outcome is not None:
            self._show_notice(self.outcome, job)
            return
        self.running.set_words(self.watch.words(job), "The figures come as soon as they are ready. You can work "
                               "elsewhere meanwhile.")
        self.running.set_progress(job.fraction, self.watch.words(job), job.seconds_left)

    def _show_run_state(self, spec: AnalysisSpec, outcome: Outcome | None, job: Job | None) -> None:
        why_not = self.why_not()
        state, words = run_state(self._situation(outcome, job), why_not, job.seconds if job is not None else 0.0,
                                 outcome)
        self.settings.panel.set_state(state, words, can_run=not why_not, why_not=why_not)

    # what the window asks

    def inspector(self) -> QWidget:
        return self.settings.panel

    def rail_state(self) -> str:
        if self.is_draft or self.outcome is None:
            return "look" if self.failure else "none"
        return "stale" if self.session.is_stale(self.spec.name) else "done"

    def problems(self) -> Sequence[Problem]:
        outcome = self.outcome
        return self.failure or (self._warnings_of(outcome) if outcome is not None else ())

    def go_to_problem(self, problem: Problem) -> bool:
        if self.settings.has_field(problem.answer_key):
            self.settings.focus_field(problem.answer_key)
            return True
        found = self.outcome is not None and self.warnings.show_problem(problem)
        if found:
            self.show_view("warnings")
        return found

    def find_in_page(self) -> None:
        if self.outcome is not None:
            self.show_view("table")
            self.tables.open_filter()

    def commands(self) -> Sequence[Command]:
        why_not = self.why_not()
        return (Command("run", f"Run {self.TITLE}", self.run, "Ctrl+Enter", not why_not, why_not),
                Command("reset", f"Reset the settings of {self.TITLE}", self.choice.reset))
