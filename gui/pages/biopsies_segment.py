"""What the segments Response and Activation share: one receptor and some patients chosen, marked in all that is shown.

Not for: what either shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from gui.pages.analysis_page import AnalysisPage
from gui.pages.base_page import PageServices
from gui.pages.biopsies_tables import shown_tables
from gui.pages.figure_signals import FigureSignals

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec
    from gui.job_runner import Job
    from gui.pages.sample_facts import SampleFacts
    from gui.pages.subset_figure_parts import SubsetPart
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView

WHY = (("Why?", "why"),)


class LinkedSegment(AnalysisPage):
    """A subclass answers ``numbers``, ``parts``, ``focused``, ``show_selected`` and those of AnalysisPage."""

    NUMBER = 7
    GROUP = "Evidence"
    facts: SampleFacts

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.tables.row_selected.connect(self._table_row)
        self.session.selection_changed.connect(lambda _: self.selected())
        self.look()

    def listen(self, said: FigureSignals) -> None:
        """Do what the figures say."""
        said.patient_clicked.connect(self.session.select_patient)
        said.patients_boxed.connect(lambda names: self.session.select(patients=tuple(names)))
        said.hovered.connect(lambda name: self.services.say(name) if name else None)
        said.wished.connect(self.grant)

    @property
    def numbers(self) -> Any:
        """Numbers of the run that is shown; None where there is none."""
        return self._shown.result.numbers if self._shown is not None else None

    def parts(self) -> Mapping[str, SubsetPart]:
        """The figures of the segment by name."""
        raise NotImplementedError

    def focused(self) -> FigureView:
        """The figure that Export takes first."""
        raise NotImplementedError

    def show_selected(self, patients: Sequence[str], receptor: str) -> None:
        """Mark what is selected, and show what belongs to the receptor."""

    @property
    def receptor(self) -> str:
        """The selected receptor, else the first one."""
        numbers = self.numbers
        if numbers is None or not numbers.receptors:
            return ""
        chosen = self.session.selection.receptor
        return chosen if chosen in numbers.receptors else str(numbers.receptors[int(numbers.order[0])])

    @property
    def is_simulated(self) -> bool:
        """True where what is shown rests on simulated data."""
        return self._shown is not None and self.facts.is_simulated(self._shown.chosen.dataset)

    def choose_receptor(self, name: str) -> None:
        """Select a receptor of the analysis; other names mean none."""
        if self.numbers is not None and name in self.numbers.receptors:
            self.session.select(receptor=name)

    def selected(self) -> None:
        """The selection has changed, or there is another result."""
        if self.numbers is not None:
            self.show_selected(self.session.selection.patients, self.receptor)
            self.tables.mark("receptor", self.receptor)
            self.show_buttons()

    def _table_row(self, table: str, record: dict[str, Any]) -> None:
        self.choose_receptor(str(record.get("receptor", "")))
        if self.numbers is not None and str(record.get("patient", "")) in self.numbers.patients:
            self.session.select(patients=(str(record["patient"]),))

    def result_tables(self, outcome: Outcome) -> Sequence[Any]:
        return shown_tables(outcome.result, uncorrected=False)

    def _show_result(self, outcome: Outcome, job: Job | None) -> None:
        super()._show_result(outcome, job)
        self.strip.set_actions(WHY if self.spoken(outcome).why else ())

    def figure(self) -> tuple[FigureSpec, str] | None:
        found = self.figures_in_sight()
        front = next((part.whole for part in self.parts().values() if part.view is self.focused()), None)
        return next(((spec, key) for spec, key in found if spec is front), found[0] if found else None)

    def figures_in_sight(self) -> Sequence[tuple[FigureSpec, str]]:
        if self._shown is None:
            return ()
        return [(part.whole, f"{self.spec.name}/{part.whole.name}") for part in self.parts().values()
                if part.whole is not None]
