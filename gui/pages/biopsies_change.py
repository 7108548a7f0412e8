"""Biopsies, Change: what came up after treatment? Volcano, lines of one receptor, switch map, confounder audit.

Not for: statistics (core/analyses/paired_biopsies) or the other two segments of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QStackedWidget, QWidget

from core.problems import UserError
from gui import theme
from gui.pages.analysis_page import AnalysisPage
from gui.pages.analysis_states import notice_of
from gui.pages.base_page import Command, PageServices
from gui.pages.biopsies_chips import AuditChips
from gui.pages.biopsies_figures import BiopsyFigures
from gui.pages.biopsies_states import context_of, no_pairs, spoken_of, strip_actions, withheld
from gui.pages.biopsies_tables import shown_tables
from gui.pages.subset_named import ask_named_set
from gui.widgets.state_views import EmptyState

if TYPE_CHECKING:
    from core.analyses.paired_biopsies_numbers import PairedNumbers
    from core.data.patients.sample_set import SampleSet
    from core.figures.spec import FigureSpec
    from gui.job_runner import Job
    from gui.pages.analysis_facts import Need
    from gui.pages.analysis_states import Spoken
    from gui.pages.sample_facts import SampleFacts
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView

BESIDE_TABS = 380
"""Width at 100 % that the tabs need; what is left beside them is for chips."""


class ChangeSegment(AnalysisPage):
    """See the module."""

    KEY = "biopsies"
    NUMBER = 7
    TITLE = "Biopsies"
    QUESTION = "What came up after treatment?"
    GROUP = "Evidence"
    KIND = "paired_biopsies"
    NEW_NAME = "biopsies"
    NEEDS = "biopsies of the same patient before and after"
    ESTIMATES = "receptors"
    FORM_GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "Test": ("receptors", "permutations", "score", "responders"),
        "Switched": ("rise", "noise_floor", "positive_from"),
        "Checks": ("leave_out_her2_lost", "audit_columns", "acknowledged"),
        "Other": ("seed", "measure"),
    }
    REMEDIES: ClassVar[Mapping[str, tuple[str, str]]] = {"few_pairs": ("Plan the pairs needed", "plan")}
    facts: SampleFacts

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        self._asked_for: Outcome | None = None
        self._average = False
        self._lacking: tuple[SampleSet, Need | None] | None = None
        super().__init__(services, parent)
        self.chips = AuditChips()
        self.chips.chosen.connect(self.show_light)
        self.add_to_tab_row(self.chips)
        self.tabs.currentChanged.connect(lambda _: self._show_chips())
        self.tables.row_selected.connect(self._table_row)
        self.uncorrected = QCheckBox("Uncorrected P in tables")
        self.uncorrected.setToolTip("P values that ignore how many receptors were tested are never shown alone")
        self.uncorrected.setChecked(bool(self.choices.get("uncorrected", False)))
        self.uncorrected.clicked.connect(self._set_uncorrected)
        self.settings.form.groups["Other"].add_widget(self.uncorrected)
        self.session.selection_changed.connect(lambda _: self._selected())
        self.look()

    # building

    def figure_view(self) -> QWidget:
        self.figures = BiopsyFigures()
        self.figures.receptor_chosen.connect(self._choose_receptor)
        self.figures.average_asked.connect(self._show_average)
        said = self.figures.said
        said.patient_clicked.connect(self.session.select_patient)
        said.patients_boxed.connect(lambda names: self.session.select(patients=tuple(names)))
        said.hovered.connect(lambda name: self.services.say(name) if name else None)
        said.wished.connect(self.grant)
        self.nothing = EmptyState()
        self.nothing.acted.connect(self.act)
        self.front = QStackedWidget()
        self.front.addWidget(self.figures)
        self.front.addWidget(self.nothing)
        return self.front

    @property
    def choices(self) -> dict[str, Any]:
        """View choices of this page that are remembered."""
        return self.services.settings(self.KEY)

    # the result

    @property
    def numbers(self) -> PairedNumbers | None:
        """Numbers of the run that is shown."""
        from core.analyses.paired_biopsies_numbers import PairedNumbers

        found = self._shown.result.numbers if self._shown is not None else None
        return found if isinstance(found, PairedNumbers) else None

    @property
    def is_simulated(self) -> bool:
        """True where the pairs shown are simulated."""
        return self._shown is not None and self.facts.is_simulated(self._shown.chosen.dataset)

    @property
    def receptor(self) -> str:
        """The receptor whose lines are shown: the selected one, else the strongest."""
        numbers = self.numbers
        if numbers is None or not numbers.receptors:
            return ""
        chosen = self.session.selection.receptor
        return chosen if chosen in numbers.receptors else numbers.receptors[int(numbers.order[0])]

    def spoken(self, outcome: Outcome) -> Spoken:
        numbers: Any = outcome.result.numbers
        return spoken_of(numbers)

    def context_words(self, outcome: Outcome) -> str:
        numbers: Any = outcome.result.numbers
        return context_of(numbers, simulated=self.facts.is_simulated(outcome.chosen.dataset))

    def result_tables(self, outcome: Outcome) -> Sequence[Any]:
        return shown_tables(outcome.result, uncorrected=bool(self.choices.get("uncorrected", False)))

    def _show_result(self, outcome: Outcome, job: Job | None) -> None:
        super()._show_result(outcome, job)
        numbers = self.numbers
        self.strip.set_actions(strip_actions(numbers) if numbers is not None else ())

    def show_outcome(self, outcome: Outcome | None) -> None:
        from core.analyses.paired_biopsies_pictures import switches_of, volcano_of

        numbers = self.numbers
        if hasattr(self, "chips"):
            self.chips.set_lights(numbers.lights if numbers is not None else ())
        if outcome is None or numbers is None:
            for part in self.figures.parts.values():
                part.set_figure(None)
            return
        simulated = self.is_simulated
        self.figures.volcano.set_figure(volcano_of(numbers, simulated=simulated))
        self.figures.map.set_figure(switches_of(numbers, simulated=simulated))
        self._show_lines()
        self._show_front()
        self._mark()

    def _show_lines(self) -> None:
        """The lines, or the change by average, of the receptor in question."""
        from core.analyses.paired_biopsies_pictures import average_of, lines_of

        numbers, receptor = self.numbers, self.receptor
        if numbers is None or not receptor:
            return
        make = average_of if self._average else lines_of
        found = self.figures.lines.whole
        spec = make(numbers, receptor, simulated=self.is_simulated)
        if found is None or found.name != spec.name or found.data != spec.data:
            self.figures.set_lines(spec, float(numbers.p_maxt[numbers.receptors.index(receptor)]),
                                   average=self._average)

    @property
    def hides_figures(self) -> bool:
        """True while the figures of a comparison without P have not been asked for."""
        numbers = self.numbers
        return numbers is not None and bool(numbers.p_withheld) and self._asked_for is not self._shown

    def _show_front(self) -> None:
        numbers = self.numbers
        if numbers is not None and self.hides_figures:
            icon, title, text, actions, token = withheld(numbers)
            self.nothing.set_state(icon, title, text, actions, token=token)
            self.front.setCurrentWidget(self.nothing)
        else:
            self.front.setCurrentWidget(self.figures)

    # selection

    def _choose_receptor(self, name: str) -> None:
        numbers = self.numbers
        if numbers is not None and name in numbers.receptors:
            self.session.select(receptor=name)

    def _selected(self) -> None:
        if self.numbers is not None:
            self._show_lines()
            self._mark()
            self.show_buttons()

    def _mark(self) -> None:
        chosen = self.session.selection
        self.figures.set_selection(chosen.patients, self.receptor)
        self.tables.mark("receptor", self.receptor)

    def _table_row(self, table: str, record: dict[str, Any]) -> None:
        numbers = self.numbers
        if numbers is None:
            return
        self._choose_receptor(str(record.get("receptor", "")))
        if str(record.get("patient", "")) in numbers.patients:
            self.session.select(patients=(str(record["patient"]),))

    def _show_average(self, average: bool) -> None:
        self._average = average
        self._show_lines()
        self._mark()
        self.show_buttons()

    # what the page can do

    def act(self, key: str) -> None:
        if key == "test named":
            self.ask_named_subset()
        elif key == "show anyway":
            self._asked_for = self._shown
            self._show_front()
            self.show_buttons()
        elif key == "table score":
            self.show_view("table")
            self.tables.show_table("subset_score")
        elif key == "mark plates":
            self.settings.focus_field("audit_columns")
        else:
            super().act(key)

    def ask_named_subset(self) -> None:
        """Ask for the RTKs whose mean change is tested as one score."""
        ask_named_set(self.facts.genes(self.facts.rule_of(self.spec)), self.window(), self.test_subset)

    def test_subset(self, names: tuple[str, ...]) -> None:
        """Test one score beside the receptors; its answer stands in the table of scores."""
        self.choice.set_parameter("score", names)
        self.run()

    def remark(self, outcome: Outcome) -> tuple[str, str, str] | None:
        from core.analyses.paired_biopsies_words import findings

        numbers: Any = outcome.result.numbers
        if numbers.score is None:
            return None
        said = next((line for line in findings(numbers) if "subset" in line and "score" in line), "")
        said = said.replace("The subset named before", "The subset that you named")  # when, the page does not know
        return (said, "Show the table", "table score") if said else None

    def _show_notice(self, outcome: Outcome, job: Job | None) -> None:
        super()._show_notice(outcome, job)
        found = self.remark(outcome)
        if found is not None and notice_of(self._situation(outcome, job)) is None:
            self.notice.say("info", found[0], ((found[1], found[2]),))  # an answer, nothing to be wary of

    def show_light(self, key: str) -> None:
        """The analysis behind a light, or all lights; and its sentence above."""
        numbers = self.numbers
        light = next((each for each in numbers.lights if each.key == key), None) if numbers is not None else None
        self.show_view("table")
        self.tables.show_table(light.table.name if light is not None else "audit")
        if light is not None:
            kind = {"red": "error", "amber": "warn", "green": "ok"}.get(light.state, "info")
            self.notice.say(kind, light.sentence, (("Close", "close"),))

    def _set_uncorrected(self, on: bool) -> None:
        self.choices["uncorrected"] = on
        if self._shown is not None:
            self.show_more(self._shown)

    # states

    def need(self) -> Need | None:
        found = super().need()
        rule = self.facts.rule_of(self.spec) if found is None else None
        samples = self.facts.evaluate(rule) if rule is not None else ()
        if found is not None or isinstance(samples, tuple):
            return found
        if self._lacking is None or self._lacking[0] is not samples:
            self._lacking = samples, self._pairs_needed(samples)
        return self._lacking[1]

    @staticmethod
    def _pairs_needed(samples: SampleSet) -> Need | None:
        from core.data.patients.pairs import pair_samples

        try:
            pair_samples(samples)
        except UserError as error:
            return no_pairs(samples, error.problems)
        return None

    def look(self) -> None:
        super().look()
        if hasattr(self, "chips"):
            rule = self.facts.rule_of(self.spec)
            self.settings.set_options({"score": self.facts.genes(rule),
                                       "responders": ("", *self.facts.clinical_columns(rule))})
            self._show_chips()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "chips"):
            self._show_chips()

    def _show_chips(self) -> None:
        self.chips.set_room(self.width() - theme.px(BESIDE_TABS))
        self.chips.setVisible(self.tabs.isVisibleTo(self) and self.numbers is not None)

    # what the window asks

    def rail_state(self) -> str:
        found = super().rail_state()
        numbers = self.outcome.result.numbers if self.outcome is not None else None
        looks = any(light.state == "red" for light in getattr(numbers, "lights", ()))
        return "look" if found == "done" and looks else found

    def figure(self) -> tuple[FigureSpec, str] | None:
        if self._shown is None or self.hides_figures:
            return None
        parts = list(self.figures.parts.values())
        focused = next((part.whole for part in parts if part.view is self.figures.focused), None)
        spec = focused or next((part.whole for part in parts if part.whole is not None), None)
        return (spec, f"{self.spec.name}/{spec.name}") if spec is not None else None

    def figures_in_sight(self) -> Sequence[tuple[FigureSpec, str]]:
        if self._shown is None or self.hides_figures:
            return ()
        return [(part.whole, f"{self.spec.name}/{part.whole.name}") for part in self.figures.parts.values()
                if part.whole is not None]

    def table_of(self, view: FigureView) -> str:
        return "receptors" if view is self.figures.volcano.view else "pairs"

    def commands(self) -> Sequence[Command]:
        has = self.numbers is not None
        why_not = "" if has else "Run the analysis first"
        return (*super().commands(),
                Command("named", "Test a named subset of RTKs in the pairs…", self.ask_named_subset,
                        enabled=not self.why_not(), why_not=self.why_not()),
                Command("checks", "Show the checks of the biopsy pairs", lambda: self.show_light(""), enabled=has,
                        why_not=why_not))
