"""Biopsies, Activation: which receptor is on in each patient? A map of calls and the evidence behind each of them.

Not for: calling (core/analyses/activation) or the other two segments of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QWidget

from core.figures.number_words import counted, percent_words
from gui.pages.analysis_states import Spoken
from gui.pages.biopsies_calls import CallsView
from gui.pages.biopsies_segment import LinkedSegment

if TYPE_CHECKING:
    from gui.pages.subset_figure_parts import SubsetPart
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView


class ActivationSegment(LinkedSegment):
    """See the module."""

    KEY = "activation"
    TITLE = "Activation"
    QUESTION = "Which receptor is on in each patient?"
    KIND = "activation"
    NEW_NAME = "activation"
    NEEDS = "expression, arrays or a table of calls"
    ESTIMATES = "shares"
    FORM_GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "Call": ("method", "rule", "limit", "floor"),
        "Reference": ("reference_column", "reference"),
        "Other": ("receptors", "sample", "measure"),
    }

    def figure_view(self) -> QWidget:
        self.calls = CallsView()
        self.calls.receptor_chosen.connect(self.choose_receptor)
        self.calls.tile_chosen.connect(self._choose_tile)
        self.listen(self.calls.said)
        return self.calls

    def parts(self) -> Mapping[str, SubsetPart]:
        return {"map": self.calls.map}

    def focused(self) -> FigureView:
        return self.calls.map.view

    def spoken(self, outcome: Outcome) -> Spoken:
        from core.analyses.activation_words import answer

        numbers: Any = outcome.result.numbers
        found = answer(numbers)
        return Spoken(found.sentence, found.explanation, found.numbers, found.state, getattr(found, "why", ""))

    def context_words(self, outcome: Outcome) -> str:
        numbers: Any = outcome.result.numbers
        simulated = "Simulated data. " if self.facts.is_simulated(outcome.chosen.dataset) else ""
        return (f"{simulated}Samples of “{outcome.chosen.dataset}”, {numbers.method}. "
                f"{counted(len(numbers.patients), 'patient')}, {counted(len(numbers.receptors), 'receptor')}")

    def show_outcome(self, outcome: Outcome | None) -> None:
        from core.analyses.activation_pictures import activation_map

        numbers = self.numbers
        if outcome is None or numbers is None:
            self.calls.map.set_figure(None)
            self.calls.say("", "", "", "")
            return
        self.calls.map.set_figure(activation_map(numbers, simulated=self.is_simulated))
        self.selected()

    def show_selected(self, patients: Sequence[str], receptor: str) -> None:
        self.calls.map.view.set_selection(patients, receptor)
        numbers = self.numbers
        i = numbers.receptors.index(receptor)
        patient = next((each for each in patients if each in numbers.patients), "")
        title, evidence = "Evidence", "Click a tile, or choose a patient and an RTK, to see what its call rests on."
        if patient:
            row = numbers.patients.index(patient)
            title = f"{receptor} in {patient}: {numbers.state(row, i)}"
            firm = "" if not numbers.changed[row, i] else \
                "\nThe call turns when the thresholds move by a tenth of an SD."
            evidence = f"{numbers.why[row][i]}{firm}"
        self.calls.say(title, evidence, f"{receptor} in all patients", self._share_words(receptor))

    def _share_words(self, receptor: str) -> str:
        """On in how many, with the interval, the unknown as a range, and how many calls hang on the threshold."""
        assert self._shown is not None
        shares, jitter = (self._shown.result.table(name).columns for name in ("shares", "jitter"))
        at = list(shares["receptor"]).index(receptor)
        on, off, unknown = (int(shares[name][at]) for name in ("on", "off", "unknown"))
        if not on + off:
            return f"Unknown in all {counted(unknown, 'patient')}."
        low, high = (100 * float(shares[name][at]) for name in ("ci_low", "ci_high"))
        said = [f"On in {on} of {counted(on + off, 'patient')} in whom it is known: {percent_words(on, on + off)} "
                f"({low:.0f} to {high:.0f} %)."]
        if unknown:
            least, most = (100 * float(shares[name][at]) for name in ("share_low", "share_high"))
            said.append(f"Unknown in {unknown}: over all patients between {least:.0f} and {most:.0f} %.")
        turns = list(jitter["receptor"]).index(receptor)
        share = float(jitter["share_that_turns"][turns])
        if share == share:
            said.append(f"{int(jitter['calls_that_turn'][turns])} of {on + off} calls turn when the thresholds move "
                        "by a tenth of an SD.")
        return " ".join(said)

    def _choose_tile(self, receptor: str, patient: str) -> None:
        self.choose_receptor(receptor)
        self.session.select(patients=(patient,))

    def look(self) -> None:
        super().look()
        rule = self.facts.rule_of(self.spec)
        columns = self.facts.clinical_columns(rule)
        chosen = str(self.spec.parameters.get("reference_column", ""))
        dataset = self.facts.dataset_of(rule)
        clinical = dataset.clinical if dataset is not None else None
        values = dict.fromkeys(text for text in clinical.columns[chosen].texts if text) \
            if clinical is not None and chosen in clinical.columns else {}
        self.settings.set_options({"reference_column": ("", *columns), "reference": tuple(values)[:40]})

    def table_of(self, view: FigureView) -> str:
        return "calls"
