"""Biopsies, Response: which RTKs go with response? Forest of odds ratios and the values of one RTK.

Not for: statistics (core/analyses/rtk_response) or the other two segments of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QWidget

from core.figures.number_words import counted
from gui.pages.analysis_states import EmptyWords, Spoken
from gui.pages.biopsies_segment import LinkedSegment
from gui.pages.biopsies_two_figures import TwoFigures
from gui.pages.screen_figures import with_panels

if TYPE_CHECKING:
    from gui.pages.analysis_facts import Need
    from gui.pages.subset_figure_parts import SubsetPart
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView

MOST_VALUES = 40
"""A column with more values is no list of answers."""


class ResponseSegment(LinkedSegment):
    """See the module."""

    KEY = "response"
    TITLE = "Response"
    QUESTION = "Which RTKs go with response?"
    KIND = "rtk_response"
    NEW_NAME = "response"
    NEEDS = "expression and a column that says who responded"
    ESTIMATES = "receptors"
    FORM_GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "Response": ("response", "positive"),
        "Test": ("receptors", "permutations", "adjust"),
        "Other": ("seed", "measure"),
    }

    def figure_view(self) -> QWidget:
        self.figures = TwoFigures(("forest", "All RTKs"), ("boxes", "One RTK"))
        self.figures.receptor_chosen.connect(self.choose_receptor)
        self.listen(self.figures.said)
        return self.figures

    def parts(self) -> Mapping[str, SubsetPart]:
        return self.figures.parts

    def focused(self) -> FigureView:
        return self.figures.focused

    def spoken(self, outcome: Outcome) -> Spoken:
        from core.analyses.rtk_response_words import answer

        numbers: Any = outcome.result.numbers
        found = answer(numbers)
        return Spoken(found.sentence, found.explanation, found.numbers, found.state, found.why)

    def context_words(self, outcome: Outcome) -> str:
        numbers: Any = outcome.result.numbers
        simulated = "Simulated data. " if self.facts.is_simulated(outcome.chosen.dataset) else ""
        before = f"; {counted(numbers.before_only, 'later sample')} not used" if numbers.before_only else ""
        return (f"{simulated}Samples of “{outcome.chosen.dataset}”, {numbers.matrix.measure}. "
                f"{counted(len(numbers.patients), 'patient')}, {int(numbers.positive.sum())} with response "
                f"({numbers.response}: {numbers.positive_words}){before}")

    def show_outcome(self, outcome: Outcome | None) -> None:
        from core.analyses.rtk_response_pictures import response_forest

        numbers = self.numbers
        if outcome is None or numbers is None:
            for part in self.figures.parts.values():
                part.set_figure(None)
            return
        spec = response_forest(numbers, simulated=self.is_simulated)
        self.figures.left.set_figure(with_panels(spec, lambda panel: replace(
            panel, title=panel.title or "All RTKs", remark=panel.remark.partition(": ")[2] or panel.remark)))
        self.figures.left.whole = spec
        self.selected()

    def show_selected(self, patients: Sequence[str], receptor: str) -> None:
        from core.analyses.rtk_response_pictures import response_boxes

        shown = self.figures.right.whole
        spec = response_boxes(self.numbers, receptor, simulated=self.is_simulated)
        if shown is None or shown.name != spec.name or shown.data != spec.data:
            self.figures.right.set_figure(spec)
        self.figures.set_selection(patients, receptor)

    def look(self) -> None:
        super().look()
        rule = self.facts.rule_of(self.spec)
        self.settings.set_options({"response": ("", *self.facts.clinical_columns(rule)),
                                   "positive": self._values(str(self.spec.parameters.get("response", "")))})

    def _values(self, column: str) -> tuple[str, ...]:
        """What stands in the response column, for choosing what means response."""
        dataset = self.facts.dataset_of(self.facts.rule_of(self.spec))
        if dataset is None or dataset.clinical is None or column not in dataset.clinical.columns:
            return ()
        known = dict.fromkeys(text for text in dataset.clinical.columns[column].texts if text)
        return tuple(known) if len(known) <= MOST_VALUES else ()

    def _empty_words(self, need: Need | None) -> EmptyWords:
        if need is None and not self.failure and not self.watch.fault and not self.spec.parameters.get("response"):
            return ("circ", "Who responded?", "Choose the clinical column that says it (pCR, RCB class, responder) "
                    "and which of its values mean response.",
                    (("Choose the column", "field response", True),), "accent")
        return super()._empty_words(need)

    def table_of(self, view: FigureView) -> str:
        return "receptors"
