"""Cell lines: what do resistant lines raise? All RTKs, response against the selected one, every line as a point.

Not for: statistics; numbers and figures are core's (cell_lines).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from gui import theme
from gui.pages.analysis_page import AnalysisPage
from gui.pages.base_page import Command, PageServices
from gui.pages.cell_lines_figures import EVERY, LEFT_OUT, PAIRS, CellLinesFigures
from gui.pages.cell_lines_states import PLAN, RESPONSES, SHOW_LINES, context_of, needed, spoken_of, without_response
from gui.pages.cell_lines_tables import shown_tables
from gui.widgets.labels import words
from gui.widgets.parameter_editors import WidthlessCombo

if TYPE_CHECKING:
    from core.analyses.cell_lines_numbers import CellLinesNumbers
    from core.figures.spec import FigureSpec
    from gui.job_runner import Job
    from gui.pages.analysis_facts import Need
    from gui.pages.analysis_states import Spoken
    from gui.pages.sample_facts import SampleFacts
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView

BY_NAME = "name"
ORDER_NEEDS = 640
"""Width of the page at 100 % from which the order stands beside the tabs."""
TABLES = {"forest": "receptors", "response": "lines", "lines": "lines"}


class CellLinesPage(AnalysisPage):
    """See the module."""

    KEY = "cell_lines"
    NUMBER = 6
    TITLE = "Cell lines"
    QUESTION = "What do resistant lines raise?"
    GROUP = "Evidence"
    KIND = "cell_lines"
    NEW_NAME = "lines"
    NEEDS = "lines with a response and with protein or expression"
    ESTIMATES = "receptors"
    FORM_GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "Groups": ("design", "resistant_from", "within", "adjust"),
        "Measurements": ("measures", "one_membrane", "replicate"),
        "Test": ("receptors", "permutations", "leave_one_out"),
        "Names of lines": ("line", "parent"),
        "Other": ("seed",),
    }
    REMEDIES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "few_lines": PLAN, "too_few_for_correction": PLAN, "no_p": ("Show the setting", "field replicate"),
        "lines_of_one_person": ("Show the setting", "field parent")}
    facts: SampleFacts

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        self._lines_view = ""
        super().__init__(services, parent)
        self.order = WidthlessCombo()
        self.order.setAccessibleName("Order by")
        self.order.setMinimumContentsLength(12)
        self.order.activated.connect(lambda _: self.order_by(str(self.order.currentData())))
        self.order_row = QWidget()
        line = QHBoxLayout(self.order_row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(words("Order by", "help"))
        line.addWidget(self.order)
        self.add_to_tab_row(self.order_row)
        self.plan_button = self.add_header_button(PLAN[0], self.plan)
        self.uncorrected = QCheckBox("Uncorrected P in tables")
        self.uncorrected.setToolTip("P values that ignore how many receptors were tested are never shown alone")
        self.uncorrected.setChecked(bool(self.choices.get("uncorrected", False)))
        self.uncorrected.clicked.connect(self._set_uncorrected)
        self.settings.form.groups["Other"].add_widget(self.uncorrected)
        self.tabs.currentChanged.connect(lambda _: self._show_order())
        self.tables.row_selected.connect(self._table_row)
        self.session.selection_changed.connect(lambda _: self._selected())
        self.look()

    # building

    def figure_view(self) -> QWidget:
        self.figures = CellLinesFigures()
        self.figures.receptor_chosen.connect(self._choose_receptor)
        self.figures.lines_asked.connect(self.show_lines)
        said = self.figures.said
        said.patient_clicked.connect(self.session.select_patient)
        said.patients_boxed.connect(lambda names: self.session.select(patients=tuple(names)))
        said.hovered.connect(lambda name: self.services.say(name) if name else None)
        said.wished.connect(self.grant)
        return self.figures

    @property
    def choices(self) -> dict[str, Any]:
        """View choices of this page that are remembered."""
        return self.services.settings(self.KEY)

    # the result

    @property
    def numbers(self) -> CellLinesNumbers | None:
        """Numbers of the run that is shown."""
        from core.analyses.cell_lines_numbers import CellLinesNumbers

        found = self._shown.result.numbers if self._shown is not None else None
        return found if isinstance(found, CellLinesNumbers) else None

    @property
    def is_simulated(self) -> bool:
        """True where the lines shown are simulated."""
        return self._shown is not None and self.facts.is_simulated(self._shown.chosen.dataset)

    @property
    def receptor(self) -> str:
        """The receptor that response and lines are of: the selected one, or the first of the order."""
        from core.analyses.cell_lines_pictures import leading_receptor

        numbers = self.numbers
        if numbers is None:
            return ""
        chosen = self.session.selection.receptor
        return chosen if chosen in numbers.receptors else leading_receptor(numbers, self._by)

    @property
    def _by(self) -> str:
        return str(self.choices.get("order", ""))

    def spoken(self, outcome: Outcome) -> Spoken:
        numbers: Any = outcome.result.numbers
        return spoken_of(numbers)

    def context_words(self, outcome: Outcome) -> str:
        numbers: Any = outcome.result.numbers
        return context_of(numbers)

    def show_outcome(self, outcome: Outcome | None) -> None:
        numbers = self.numbers
        if outcome is None or numbers is None:
            self.figures.forest.set_figure(None)
            self.figures.set_response(None, None)
            self.figures.set_lines(None, (), "")
            return
        self._offer_orders(numbers)
        self._show_forest()
        self._show_receptor()

    def result_tables(self, outcome: Outcome) -> Sequence[Any]:
        return shown_tables(outcome.result, uncorrected=bool(self.choices.get("uncorrected", False)))

    def _set_uncorrected(self, on: bool) -> None:
        self.choices["uncorrected"] = on
        if self._shown is not None:
            self.show_more(self._shown)

    def _offer_orders(self, numbers: CellLinesNumbers) -> None:
        from core.analyses.cell_lines_pictures import main_measure
        from core.analyses.cell_lines_words import measure_words

        self.order.clear()
        for one in numbers.measures:
            self.order.addItem(measure_words(one), one.measure)
        self.order.addItem("name", BY_NAME)
        at = self.order.findData(self._by)
        self.order.setCurrentIndex(at if at >= 0 else self.order.findData(main_measure(numbers).measure))
        self._show_order()

    def order_by(self, key: str) -> None:
        """Strongest first in a measure, or by name."""
        self.choices["order"] = key
        self._show_forest()
        self._show_receptor()

    def _show_forest(self) -> None:
        from core.analyses.cell_lines_pictures import draw_bars, draw_differences

        numbers = self.numbers
        if numbers is None:
            return
        bars = None
        if all(one.why_no_p for one in numbers.measures):  # single membranes: bars, and no P
            bars = draw_bars(numbers, numbers.measures[0], simulated=self.is_simulated, by=self._by)
        self.figures.forest.set_figure(bars or draw_differences(numbers, simulated=self.is_simulated, by=self._by))
        self._mark()

    def _show_receptor(self) -> None:
        from core.analyses.cell_lines_pictures import draw_response, main_measure

        numbers, receptor = self.numbers, self.receptor
        if numbers is None or not receptor:
            return
        measure = self._by if self._by in {one.measure for one in numbers.measures} else main_measure(numbers).measure
        spec = draw_response(numbers, receptor, simulated=self.is_simulated, measure=measure)
        one = numbers.measure(measure)
        self.figures.set_response(spec, float(one.p_maxt[numbers.receptors.index(receptor)]),
                                  "These lines have groups and no response in numbers.")
        self._show_lines(numbers, receptor, measure)
        self._mark()

    def _show_lines(self, numbers: CellLinesNumbers, receptor: str, measure: str) -> None:
        from core.analyses.cell_lines_pictures import draw_every_line, draw_left_out, draw_pairs

        drawn = {key: spec for key, draw in ((EVERY, draw_every_line), (PAIRS, draw_pairs), (LEFT_OUT, draw_left_out))
                 if (spec := draw(numbers, simulated=self.is_simulated, chosen=receptor, measure=measure)) is not None}
        first = PAIRS if PAIRS in drawn else next(iter(drawn), "")
        shown = self._lines_view if self._lines_view in drawn else first
        self.figures.set_lines(drawn.get(shown), tuple(drawn), shown,
                               "Lines one by one need two groups, pairs, or “Leave each line out”.")

    def show_lines(self, key: str = EVERY) -> None:
        """Every line, the pairs, or the result without each line."""
        self._lines_view = key
        self.show_view("figure")
        self.figures.show_part("lines")
        self._show_receptor()
        self.show_buttons()

    def _mark(self) -> None:
        selection = self.session.selection
        self.figures.set_selection(selection.patients, self.receptor, selection.group)
        self.tables.mark("receptor", self.receptor)

    def _selected(self) -> None:
        if self.numbers is None:
            return
        if self.figures.forest.view.selection[1] != self.receptor:
            self._show_receptor()
            self.show_buttons()
        else:
            self._mark()

    def _choose_receptor(self, name: str) -> None:
        self.session.select(receptor=name)

    def _table_row(self, table: str, record: dict[str, Any]) -> None:
        numbers = self.numbers
        if numbers is None:
            return
        if (receptor := str(record.get("receptor", ""))) in numbers.receptors:
            self.session.select(receptor=receptor)
        if (line := str(record.get("line", ""))) in numbers.lines:
            self.session.select(patients=(line,))

    # what the page can do

    def act(self, key: str) -> None:
        acts = {"bundled panel": self.use_bundled_panel, "plan": self.plan, "show lines": self.show_lines}
        if key in acts:
            acts[key]()
        else:
            super().act(key)

    def use_bundled_panel(self) -> None:
        """Add the bundled lines to the study as one more data set; it can be undone."""
        from core.resources import resource_path
        from gui.pages.bundled_lines import with_bundled_lines

        self.session.edit(with_bundled_lines(self.session.project, resource_path("examples")),
                          "use the bundled panel of cell lines")

    def plan(self) -> None:
        """How many lines would be needed, with the spread of those shown."""
        from dataclasses import replace

        from core.analyses.planner import LINES, default_question
        from core.analyses.planner_pilot import pilot_question
        from gui.widgets.planner_dialog import open_planner

        question = pilot_question(self._shown.result) if self._shown is not None else None
        question = replace(question or default_question(LINES), simulated=self.is_simulated)
        self.planner = open_planner(question, self.window(), submit=self.session.jobs.submit,
                                    export=self.services.export_figure, say=self.services.say)

    # states

    def need(self) -> Need | None:
        found = super().need()
        if found is not None:
            return needed(found)
        rule = self.facts.rule_of(self.spec)
        specs = self.facts.fitting()
        spec = self.facts.spec_of(rule)
        lacking = (spec,) if spec is not None else specs
        if any(each.layout.get(key) for each in lacking for key in RESPONSES):
            return None
        return without_response(lacking)

    def look(self) -> None:
        super().look()
        if not hasattr(self, "order"):
            return
        rule = self.facts.rule_of(self.spec)
        columns, measures = self.facts.clinical_columns(rule), self.facts.measures(rule)
        self.settings.set_options({**dict.fromkeys(("within", "line", "replicate", "parent"), ("", *columns)),
                                   **dict.fromkeys(("measures", "one_membrane"), measures)})
        self._show_order()

    def _show_result(self, outcome: Outcome, job: Job | None) -> None:
        super()._show_result(outcome, job)
        unsure = self.strip.state == "unsure"
        self.strip.set_actions((SHOW_LINES, PLAN) if unsure else ())

    def _show_order(self) -> None:
        figures = self.tabs.isVisibleTo(self) and self.view == "figure"
        self.order_row.setVisible(figures and self.width() >= theme.px(ORDER_NEEDS))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "order"):
            self._show_order()

    # what the window asks

    def figure(self) -> tuple[FigureSpec, str] | None:
        found = self.figures_in_sight()
        front = next((part.whole for part in self.figures.parts.values() if part.view is self.figures.focused), None)
        return next(((spec, key) for spec, key in found if spec is front), found[0] if found else None)

    def figures_in_sight(self) -> Sequence[tuple[FigureSpec, str]]:
        if self._shown is None:
            return ()
        return [(part.whole, f"{self.spec.name}/{part.whole.name}") for part in self.figures.parts.values()
                if part.whole is not None]

    def table_of(self, view: FigureView) -> str:
        name = next((name for name, part in self.figures.parts.items() if part.view is view), "forest")
        return TABLES[name]

    def commands(self) -> Sequence[Command]:
        has = self._shown is not None
        why_not = "" if has else "Run the analysis first"
        offered = self.figures.line_views.buttons()
        views = tuple(Command(f"lines {key}", f"Cell lines: show {said}", partial(self.show_lines, key),
                              enabled=has and not button.isHidden(), why_not=why_not or "This result has none")
                      for button, (key, said) in zip(offered, ((EVERY, "every line"), (PAIRS, "pairs"),
                                                               (LEFT_OUT, "the result without each line")),
                                                     strict=True))
        return (*super().commands(), *views, Command("plan", "How many cell lines would I need?…", self.plan),
                Command("bundled", "Use the bundled panel of cell lines", self.use_bundled_panel))
