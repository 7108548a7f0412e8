"""Further views of a prognosis analysis: two genes together, one gene by group, heat map, correlation.

Not for: computing them; what is asked for goes into the study and comes back as an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gui import theme
from gui.pages.cohort_facts import CohortFacts
from gui.pages.figure_signals import FigureSignals
from gui.pages.problem_words import what_and_why
from gui.pages.screen_figures import panel_words
from gui.pages.view_controls import ViewControls
from gui.pages.views_edits import asked, figure_of, views_name
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.panel import Panel
from gui.widgets.state_views import EmptyState, RunningState

if TYPE_CHECKING:
    from core.analyses.prognosis_numbers import PrognosisNumbers
    from core.figures.spec import FigureSpec
    from core.project.study import AnalysisSpec
    from gui.analysis_runs import AnalysisRuns
    from gui.pages.base_page import PageServices
    from gui.session import Session

CHOICES = (("two_genes", "Two genes"), ("by_group", "By subgroup"), ("heat_map", "Heat map"),
           ("correlation", "Correlation"))
TABLES = {"two_genes": "two_genes", "by_group": "group_tests", "heat_map": "heat_map_order",
          "correlation": "correlation"}
NOTHING = {"cuts": (), "two_genes": (), "by_group": (), "heat_map": False, "correlation": False, "annotations": ()}
EMPTY = {
    "two_genes": ("Two genes together", "Each is split at its median, so that four groups are compared: do patients "
                  "high in both do worse than high in one?", "Show the four groups"),
    "by_group": ("One gene by group of patients", "Choose a clinical column: boxes, every patient as a dot, a rank "
                 "test corrected for all RTKs.", "Show the groups"),
    "heat_map": ("All RTKs in all patients", "Both are ordered by clustering, with clinical columns as bars above. A "
                 "heat map shows and tests nothing.", "Draw the heat map"),
    "correlation": ("Which RTKs rise together?", "Spearman’s rho of every pair. A tile opens its two genes.",
                    "Draw the correlations"),
}
REMOVE = {"cuts": "Put the moved cut-offs back", "two_genes": "Take this pair out",
          "by_group": "Take this comparison out", "heat_map": "Take the heat map out",
          "correlation": "Take the correlations out", "annotations": "Take the bars out"}


class ViewsPanel(QWidget):
    """See the module. ``asked`` speaks (parameters of the views, words for undo).

    ``said`` passes on what the figure says; in the correlation map a column is no patient.
    """

    asked = Signal(dict, str)
    receptor_chosen = Signal(str)
    shown_changed = Signal()
    view_requested = Signal(str)

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._facts = CohortFacts(services.session)
        self.key = CHOICES[0][0]
        self._name = ""
        self._numbers: PrognosisNumbers | None = None
        self._drawn: FigureSpec | None = None
        self.controls = ViewControls()
        self.controls.chosen.connect(self._controls_changed)
        self.empty = EmptyState()
        self.empty.acted.connect(self._act)
        self.running = RunningState(elsewhere="Show all RTKs")
        self.running.cancel_requested.connect(lambda: services.runs.cancel(self._name))
        self.running.elsewhere_requested.connect(lambda: self.view_requested.emit("all"))
        self.view = FigureView(heading=False)
        self.view.setObjectName("further view")
        self.said = FigureSignals(self)
        heard = FigureSignals(self)
        heard.listen(self.view)
        heard.patient_clicked.connect(self._sample_clicked)
        heard.patients_boxed.connect(self._boxed)
        heard.hovered.connect(self.said.hovered)
        heard.wished.connect(self.said.wished)
        self.view.row_clicked.connect(self.receptor_chosen)
        self.view.tile_clicked.connect(self._tile_clicked)
        self.states = QStackedWidget()
        for widget in (self.empty, self.running, self.view):
            self.states.addWidget(widget)
        self.panel = Panel("", inner_margin=False)
        self.remove = self.panel.set_link("", self._take_out)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(theme.px(12), theme.px(2), theme.px(12), theme.px(6))
        line.addWidget(self.controls, 1)
        self.panel.body.addWidget(row)
        self.panel.body.addWidget(self.states, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)

    def _boxed(self, names: list[str]) -> None:
        if self.key != "correlation":
            self.said.patients_boxed.emit(names)

    # values in

    def set_numbers(self, numbers: PrognosisNumbers | None) -> None:
        """The prognosis result whose receptors can be chosen."""
        self._numbers = numbers
        if numbers is not None:
            ordered = tuple(numbers.receptors[int(i)] for i in numbers.order)
            self.controls.set_receptors(ordered)

    def show_view(self, key: str) -> None:
        """One of CHOICES."""
        self.key = key
        self.controls.show_view(key)

    def receptor_selected(self, receptor: str) -> None:
        """Another receptor is selected somewhere; the pickers offer it where nothing was asked for yet."""
        self.controls.propose(receptor)

    def set_selection(self, patients: Sequence[str], receptor: str) -> None:
        """Mark patients and the receptor."""
        self.view.set_selection(patients, receptor, "")

    def look(self, spec: AnalysisSpec, session: Session, runs: AnalysisRuns) -> None:
        """Show the state of the chosen view."""
        self._name = views_name(spec.name)
        wanted = asked(session.project, spec.name)
        rule = self._facts.rule_of(spec)
        self.controls.set_columns(self._facts.clinical_columns(rule))
        self.controls.set_asked(wanted)
        job = runs.running(self._name)
        problems = session.failure(self._name)
        title = dict(CHOICES)[self.key]
        is_asked = bool(wanted.get(self.key))
        self.remove.setText(REMOVE[self.key] if is_asked else "")
        self.remove.setVisible(is_asked)
        if not is_asked:
            head, text, button = EMPTY[self.key]
            ready = self.controls.changes() is not None
            self.panel.set_title(title)
            self._show_state(self.empty)
            self.empty.set_state("grid" if self.key in ("heat_map", "correlation") else "user", head, text,
                                 ((button, "ask", True),) if ready else ())
        elif job is not None:
            self.panel.set_title(title)
            self._show_state(self.running)
            words = job.words.removeprefix(f"{self._name}: ").removeprefix("Starting ")
            self.running.set_words(words, "The picture comes as soon as it is ready.")
            self.running.set_progress(job.fraction, words, job.seconds_left)
        elif problems:
            self.panel.set_title(title)
            self._show_state(self.empty)
            first = problems[0]
            key = first.answer_key if first.answer_key in REMOVE else self.key
            head, text = what_and_why(first)
            self.empty.set_state("err", head, text, ((REMOVE[key], f"remove {key}", True),), token="err")
        else:
            self._show_figure(self._figure_of(wanted, spec, session), title)
        self.shown_changed.emit()

    def _figure_of(self, wanted: Mapping[str, Any], spec: AnalysisSpec, session: Session) -> FigureSpec | None:
        """The figure as asked for. One of an earlier run only while the page says that it shows an earlier run."""
        outcome, stale = session.outcome(self._name), session.is_stale(self._name)
        if outcome is None or (stale and not session.is_stale(spec.name)):
            return None
        return figure_of(self.key, wanted, outcome.result.figures, of_these_settings=not stale)

    def _show_figure(self, spec: FigureSpec | None, title: str) -> None:
        if spec is None:
            self.panel.set_title(title)
            self._show_state(self.empty)
            self.empty.set_state("circ", "Not drawn yet", "The view is in the study and has not been run with these "
                                 "settings.", (("Run", "run", True),))
            return
        if spec is not self._drawn:
            self._drawn = spec
            self.view.set_figure(spec)
        head, remark = panel_words(spec)
        self.panel.set_title(head or spec.title, remark)
        self._show_state(self.view)

    def _show_state(self, widget: QWidget) -> None:
        self.states.setCurrentWidget(widget)

    # out

    def figure(self) -> FigureSpec | None:
        """The figure that is shown."""
        return self.view.figure() if self.states.currentWidget() is self.view else None

    def table_name(self) -> str:
        """The table behind the view."""
        return TABLES[self.key]

    def ask(self) -> None:
        """Ask for the view as the controls stand."""
        changes = self.controls.changes()
        if changes is not None:
            self.asked.emit(changes, self.controls.words())

    def _controls_changed(self) -> None:
        self.ask()

    def _act(self, key: str) -> None:
        if key == "ask":
            self.ask()
        elif key == "run":
            self._services.runs.run(self._name)
        elif key.startswith("remove "):
            name = key.removeprefix("remove ")
            self.asked.emit({name: NOTHING[name]}, REMOVE[name].lower())

    def _take_out(self) -> None:
        self._act(f"remove {self.key}")

    def _sample_clicked(self, name: str, add: bool) -> None:
        if self.key != "correlation":
            self.said.patient_clicked.emit(name, add)

    def _tile_clicked(self, name: str, column: str) -> None:
        """A pair of receptors opens its two genes; in the heat map a column is a patient."""
        if self.key == "correlation" and column != name:
            self.view_requested.emit("two_genes")
            self.controls.set_pair(name, column)
            self.ask()
