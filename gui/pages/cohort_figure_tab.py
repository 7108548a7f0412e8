"""The first tab of the Cohort page: flow of patients, who is left out, and whether the follow-up is coded right.

Not for: choosing or evaluating the cohort (cohort_page.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from core.analyses.cohort_overview import CohortOverview, happened_words
from core.data.tables import EndpointRule
from gui.pages.cohort_panels import DISAGREEING, CodingPanel, LedgerPanel, entries_of
from gui.pages.cohort_words import nobody_words
from gui.widgets.panel import Panel
from gui.widgets.patient_flow_view import PatientFlowView
from gui.widgets.side_by_side import SideBySide


class CohortFigureTab(SideBySide):
    """Its panels are public; what they say goes straight to the page."""

    def __init__(self) -> None:
        self.flow_panel = Panel("Flow of patients", "REMARK item 12")
        self.flow = PatientFlowView()
        self.flow_panel.set_content(self.flow)
        self.ledger = LedgerPanel()
        self.coding = CodingPanel()
        super().__init__(self.flow_panel, (self.ledger, self.coding), least=(240, 150, 270), narrow=780,
                         left_needs=lambda width: self.flow_panel.height_with(width, self.flow.height_needed))
        self._overview: CohortOverview | None = None
        self._place_words = ""
        self._step = ""
        self.flow.box_clicked.connect(self.show_step)
        self.ledger.all_requested.connect(lambda: self.show_step(""))

    def show_overview(self, overview: CohortOverview, place: str, endpoint: EndpointRule | None, *,
                      confirmed: bool) -> None:
        """Show a cohort; ``place`` is the clinical table as the user knows it. The chosen step stays chosen."""
        if self._overview is not None and self._overview.rule.name != overview.rule.name:
            self._step = ""
        self._overview, self._place_words = overview, place
        self.flow.set_figure(overview.flow)
        self.place_again()
        if overview.cohort is not None and endpoint is not None:
            self.coding.show_follow_up(overview.follow_up, overview.coding, happened_words(endpoint.name),
                                       confirmed=confirmed)
        elif overview.flow is not None:
            words = nobody_words(overview)
            self.coding.show_instead(words.title, words.text, words.actions)
        self.show_step(self._step)

    def show_step(self, key: str) -> None:
        """The patients of a box (``kept:2``), of an exclusion (``out:2``) or those whose times disagree; "" shows all
        who are left out."""
        if self._overview is None:
            return
        entries, title, remark, part = entries_of(self._overview, key)
        self._step = key if part else ""
        self.flow.set_chosen(self._step)
        self.ledger.show_entries(entries, self._place_words, title, remark, part=part,
                                 may_leave_out=part and key == DISAGREEING)

    def mark(self, patients: Sequence[str]) -> None:
        """Mark the patients that are selected anywhere."""
        self.ledger.mark(patients[0] if patients else "")
        self.coding.figure.set_selection(patients)
