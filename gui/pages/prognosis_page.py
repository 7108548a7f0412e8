"""Prognosis: which RTKs go with outcome? Forest, the selected receptor's curve and cut-off scan, further views.

Not for: statistics; numbers and figures are core's (rtk_prognosis, expression_views).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QStackedWidget, QWidget

from core.figures.number_words import counted, number_words, time_words
from gui import theme
from gui.pages.analysis_page import AnalysisPage
from gui.pages.analysis_states import Spoken
from gui.pages.base_page import Command, PageServices
from gui.pages.cut_moves import CutMoves
from gui.pages.prognosis_figures_panel import PrognosisFigures
from gui.pages.prognosis_pictures_cache import PrognosisPictures, searched_ratio, searched_words
from gui.pages.prognosis_scans import COMPUTING, MOVE, PrognosisScans
from gui.pages.prognosis_tables_shown import shown_tables
from gui.pages.screen_figures import CurveLook, dressed_curve
from gui.pages.view_chooser import ViewChooser
from gui.pages.views_edits import cut_of, in_step, views_name, views_of, with_views
from gui.pages.views_panel import CHOICES, ViewsPanel

if TYPE_CHECKING:
    from core.analyses.prognosis_numbers import PrognosisNumbers
    from core.figures.spec import FigureSpec
    from core.problems import Problem
    from core.project.project import Project
    from core.project.study import AnalysisSpec
    from gui.session import Outcome, Selection
    from gui.widgets.figures.figure_view import FigureView

ALL = "all"
SEGMENTS_NEED = 740
"""Width of the page at 100 % from which the views stand side by side."""
LOOKS = (("band", "95 % band", True), ("at_risk", "At-risk table", True), ("uncorrected", "Show uncorrected P", False))


class PrognosisPage(AnalysisPage):
    """See the module."""

    KEY = "prognosis"
    NUMBER = 4
    TITLE = "Prognosis"
    QUESTION = "Which RTKs go with outcome?"
    GROUP = "Evidence"
    KIND = "rtk_prognosis"
    NEW_NAME = "prognosis"
    ESTIMATES = "receptors"
    FORM_GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "Score": ("adjust", "strata", "receptors", "measure", "landmark", "equivalence"),
        "Correction for testing many": ("permutations", "seed"),
        "Picture": ("split", "rmst_at", "curves_of"),
    }
    REMEDIES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "few_events": ("Go to Cohort", "cohort page"),
        "constant_receptor": ("Show the setting", "field receptors"),
    }

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        self.pictures = PrognosisPictures()
        self.scans = PrognosisScans(services.session.jobs, self.pictures)
        self._views_shown: Outcome | None = None
        super().__init__(services, parent)
        self.chooser = ViewChooser(((ALL, "All RTKs"), *CHOICES), "View")
        self.chooser.chosen.connect(self.show_figures_of)
        self.add_to_tab_row(self.chooser)
        self.tabs.currentChanged.connect(lambda _: self._show_chooser())
        self.tables.row_selected.connect(self._table_row)
        self.boxes: dict[str, QCheckBox] = {}
        for key, words, default in LOOKS:
            box = QCheckBox(words)
            box.setChecked(bool(self.choices.get(key, default)))
            box.clicked.connect(lambda on, key=key: self._set_look(key, on))
            self.settings.form.groups["Picture"].add_widget(box)
            self.boxes[key] = box
        services.runs.running_changed.connect(self._views_running)
        self.session.selection_changed.connect(self._selection_changed)
        self.scans.drawn.connect(self._show_receptor)
        self.look()

    # building

    def figure_view(self) -> QWidget:
        self.figures = PrognosisFigures()
        self.views = ViewsPanel(self.services)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.figures)
        self.stack.addWidget(self.views)
        self.figures.receptor_chosen.connect(self._choose_receptor)
        self.views.receptor_chosen.connect(self._choose_receptor)
        for said in (self.figures.said, self.views.said):
            said.patient_clicked.connect(self.session.select_patient)
            said.patients_boxed.connect(self._choose_patients)
            said.hovered.connect(self._hovered)
            said.wished.connect(self.grant)
        self.views.view_requested.connect(self.show_figures_of)
        self.moves = CutMoves(self.session, self.choice, lambda: self.receptor)
        self.figures.cut_moved.connect(self.moves.move)
        self.figures.cut_released.connect(self.moves.release)
        self.figures.median_requested.connect(self.moves.back)
        self.moves.moving.connect(self._show_moving_cut)
        self.moves.ended.connect(self._cut_ended)
        self.views.asked.connect(self._ask)
        self.views.shown_changed.connect(self.show_buttons)
        return self.stack

    @property
    def choices(self) -> dict[str, Any]:
        """View choices of this page that are remembered."""
        return self.services.settings(self.KEY)

    def curve_look(self) -> CurveLook:
        """What the check boxes say."""
        return CurveLook(**{key: bool(self.choices.get(key, default)) for key, _, default in LOOKS})

    # the result

    @property
    def numbers(self) -> PrognosisNumbers | None:
        """Numbers of the run that is shown."""
        from core.analyses.prognosis_numbers import PrognosisNumbers

        found = self._shown.result.numbers if self._shown is not None else None
        return found if isinstance(found, PrognosisNumbers) else None

    @property
    def receptor(self) -> str:
        """The receptor that the curve shows: the selected one, or the strongest."""
        numbers = self.numbers
        if numbers is None or not numbers.receptors:
            return ""
        chosen = self.session.selection.receptor
        return chosen if chosen in numbers.receptors else numbers.receptors[int(numbers.order[0])]

    def spoken(self, outcome: Outcome) -> Spoken:
        from core.analyses.prognosis_words import answer

        numbers: Any = outcome.result.numbers
        found = answer(numbers)
        return Spoken(found.sentence, found.explanation, found.numbers, found.state, found.why)

    def context_words(self, outcome: Outcome) -> str:
        numbers: Any = outcome.result.numbers
        from core.analyses.prognosis_pictures import event_words

        events = int(numbers.event.sum())
        plural = event_words(numbers.cohort.endpoint.name)
        return (f"Cohort “{numbers.cohort.name}”, {numbers.cohort.endpoint.name}. "
                f"{counted(len(numbers.patients), 'patient')}, {counted(events, plural.removesuffix('s'), plural)}, "
                f"median follow-up {time_words(numbers.follow_up.median, numbers.unit)} (reverse Kaplan-Meier)")

    def remark(self, outcome: Outcome) -> tuple[str, str, str] | None:
        numbers: Any = outcome.result.numbers
        for name, words in self.pictures.unsettled(numbers):
            return f"The model did not settle for {name}: {words}. Other RTKs are not affected.", \
                f"Leave {name} out", f"leave out {name}"
        return None

    def act(self, key: str) -> None:
        if key.startswith("leave out "):
            self._leave_out(key.removeprefix("leave out "))
        else:
            super().act(key)

    def _leave_out(self, name: str) -> None:
        numbers = self.numbers
        if numbers is not None:
            self.choice.set_parameter("receptors", tuple(each for each in numbers.receptors if each != name))
            self.run()

    def in_step(self, project: Project, spec: AnalysisSpec) -> Project:
        return in_step(project, spec)

    def show_outcome(self, outcome: Outcome | None) -> None:
        self.pictures.forget(outcome.result.figures if outcome is not None else ())
        numbers = self.numbers
        if outcome is None or numbers is None:
            self.figures.set_forest(None)
            self.figures.set_curve(None)
            self.figures.set_scan(None)
            self.views.set_numbers(None)
        else:
            count = len(numbers.receptors)
            every = numbers.parameters.receptors == "all"
            title = f"All {counted(count, 'RTK')}" if every else counted(count, "chosen receptor")
            self.figures.set_forest(outcome.result.figures[0], title, "strongest first, continuous, no cut-off")
            self.views.set_numbers(numbers)
            self._show_receptor()
            self._run_views_if_stale()
        self._show_chooser()

    def _results_changed(self, name: str) -> None:
        super()._results_changed(name)
        if name == views_name(self.spec.name):
            self.views.look(self.spec, self.session, self.services.runs)
            outcome = self.outcome
            if outcome is not None:
                self.show_more(outcome)

    def _views_running(self, name: str) -> None:
        if name == views_name(self.spec.name):
            self.views.look(self.spec, self.session, self.services.runs)

    def _run_views_if_stale(self) -> None:
        """The views follow the settings of the analysis, as their own run."""
        spec = views_of(self.session.project, self.spec.name)
        if spec is None or self.outcome is None or self.services.runs.runs_as_set(spec.name):
            return
        outcome = self.session.outcome(spec.name)
        if (outcome is None and not self.session.failure(spec.name)) or self.session.is_stale(spec.name):
            self.services.runs.run(spec.name)

    def result_tables(self, outcome: Outcome) -> Sequence[Any]:
        more = self._views_shown = self._views_outcome()
        return shown_tables(outcome.result, more.result if more is not None else None,
                            uncorrected=self.curve_look().uncorrected)

    def methods_words(self, outcome: Outcome) -> str:
        more = self._views_outcome()
        return "\n\n".join([outcome.result.methods, *([more.result.methods] if more is not None else [])])

    def result_warnings(self, outcome: Outcome) -> Sequence[Problem]:
        more = self._views_outcome()
        name = views_name(self.spec.name)
        return tuple(dict.fromkeys((*outcome.result.warnings, *self.session.failure(name),
                                    *(more.result.warnings if more is not None else ()))))

    def _views_outcome(self) -> Outcome | None:
        spec = views_of(self.session.project, self.spec.name)
        return None if spec is None or self.session.is_stale(spec.name) else self.session.outcome(spec.name)

    # the receptor

    def _show_receptor(self) -> None:
        numbers, receptor = self.numbers, self.receptor
        if numbers is None or not receptor:
            return
        chosen = cut_of(self.session.project, self.spec.name, receptor)
        self._show_curve(chosen)
        if self.scans.ready(numbers, receptor, self._simulated):
            scan, cuts = self.pictures.scan(numbers, receptor, self._simulated)
            current = chosen if chosen is not None else self.pictures.split_at(numbers, receptor, self._simulated)
            self.figures.set_scan(scan, cuts, current, remark=MOVE if len(cuts) else "")
        else:
            self.figures.set_scan(None, remark=COMPUTING)
        self._mark()

    def _show_curve(self, cut: float | None) -> None:
        numbers = self.numbers
        if numbers is None:
            return
        spec, found = self.pictures.curve(numbers, self.receptor, cut, self._simulated)
        chip, short, brief = "", f"{self.receptor}, {numbers.parameters.split} split", ""
        if found is not None:
            chip = searched_words(found, len(numbers.receptors))
            short = f"{self.receptor}, cut at {number_words(found.cut)}"
            brief = searched_ratio(found)
        self.figures.set_curve(dressed_curve(spec, self.curve_look()), chip, short, brief)

    @property
    def _simulated(self) -> bool:
        numbers = self.numbers
        if numbers is None:
            return False
        return self.facts.is_simulated(numbers.cohort.dataset)

    def _mark(self) -> None:
        selection = self.session.selection
        self.figures.set_selection(selection.patients, self.receptor, selection.group)
        self.views.set_selection(selection.patients, self.receptor)
        self.tables.mark("receptor", self.receptor)

    def _selection_changed(self, selection: Selection) -> None:
        if self.numbers is None:
            return
        if self.figures.forest.view.selection[1] != self.receptor:
            self._show_receptor()
            self.views.receptor_selected(self.receptor)
        else:
            self._mark()

    def _table_row(self, table: str, record: dict[str, Any]) -> None:
        receptor = str(record.get("receptor", ""))
        numbers = self.numbers
        if numbers is not None and receptor in numbers.receptors:
            self.session.select(receptor=receptor)

    def _choose_receptor(self, name: str) -> None:
        self.session.select(receptor=name)

    def _choose_patients(self, names: Sequence[str]) -> None:
        self.session.select(patients=tuple(names))

    def _hovered(self, name: str) -> None:
        if name:
            self.services.say(name)

    # the cut

    def _show_moving_cut(self, cut: float) -> None:
        self._show_curve(cut)
        self.figures.put_cut(cut)

    def _cut_ended(self) -> None:
        self._show_receptor()
        self._run_views_if_stale()

    # further views

    def show_figures_of(self, key: str) -> None:
        """All RTKs, or one of the further views."""
        self.chooser.set_key(key)
        self.choices["view"] = key
        if key == ALL:
            self.stack.setCurrentWidget(self.figures)
        else:
            self.views.show_view(key)
            self.stack.setCurrentWidget(self.views)
            self.views.look(self.spec, self.session, self.services.runs)
        self.show_view("figure")
        self.show_buttons()
        self.state_changed.emit()

    def _ask(self, changes: dict[str, Any], label: str) -> None:
        self.session.edit(with_views(self.session.project, self.spec, changes), label)
        self._run_views_if_stale()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "chooser"):
            self._show_chooser()

    def _show_chooser(self) -> None:
        self.chooser.set_narrow(self.width() < theme.px(SEGMENTS_NEED))
        self.chooser.setVisible(self.tabs.isVisibleTo(self) and self.view == "figure")

    def refresh(self, old: Project, new: Project) -> None:
        super().refresh(old, new)
        if self._shown is not None and old is not new:
            if old.study.analyses is not new.study.analyses or old.study.datasets is not new.study.datasets:
                self._show_receptor()
            if self._views_outcome() is not self._views_shown:
                self.show_more(self._shown)
        self.views.look(self.spec, self.session, self.services.runs)

    def look(self) -> None:
        super().look()
        if hasattr(self, "chooser"):
            self._show_chooser()

    def _set_look(self, key: str, on: bool) -> None:
        self.choices[key] = on
        outcome = self.outcome
        if outcome is not None and self._shown is not None:
            self._show_curve(cut_of(self.session.project, self.spec.name, self.receptor))
            self._mark()
            self.show_more(self._shown)

    # what the window asks

    def figure(self) -> tuple[FigureSpec, str] | None:
        if self._shown is None:
            return None
        if self.stack.currentWidget() is self.views:
            spec = self.views.figure()
            return (spec, f"{views_name(self.spec.name)}/{spec.name}") if spec is not None else None
        return self._with_key(self.figures.focused)

    def figures_in_sight(self) -> Sequence[tuple[FigureSpec, str]]:
        if self._shown is None or self.stack.currentWidget() is self.views:
            return super().figures_in_sight()
        return [found for part in self.figures.parts.values() if (found := self._with_key(part.view)) is not None]

    def _with_key(self, view: FigureView) -> tuple[FigureSpec, str] | None:
        if (spec := view.figure()) is None:
            return None
        chosen = view is self.figures.curve.view and "_at_" in spec.name
        return spec, f"{views_name(self.spec.name) if chosen else self.spec.name}/{spec.name}"

    def table_of(self, view: FigureView) -> str:
        if view is self.figures.curve.view:
            return "curves"
        if view is self.figures.cut.view:
            return "cutoffs"
        return self.views.table_name() if self.stack.currentWidget() is self.views else "receptors"

    def commands(self) -> Sequence[Command]:
        has = self._shown is not None
        why_not = "" if has else "Run the analysis first"
        views = tuple(Command(f"view {key}", f"Prognosis: show {words}", partial(self.show_figures_of, key),
                              enabled=has, why_not=why_not) for key, words in ((ALL, "All RTKs"), *CHOICES))
        return (*super().commands(), *views)
