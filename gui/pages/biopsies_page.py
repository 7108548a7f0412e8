"""Biopsies: what came up after treatment, which RTKs go with response, and which receptor is on in each patient.

Not for: any of the three: each is a page of its own here, of which one is in front.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from core.analyses import KINDS
from gui import theme
from gui.pages.analysis_page import AnalysisPage
from gui.pages.base_page import Command, Page, PageServices
from gui.pages.biopsies_change import ChangeSegment
from gui.pages.view_chooser import ViewChooser

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from core.figures.spec import FigureSpec
    from core.problems import Problem
    from core.project.project import Project

SEGMENTS = (("change", "Change", "paired_biopsies", "gui.pages.biopsies_change", "ChangeSegment"),
            ("response", "Response", "rtk_response", "gui.pages.biopsies_response", "ResponseSegment"),
            ("activation", "Activation", "activation", "gui.pages.biopsies_activation", "ActivationSegment"))
"""Key, words, kind of analysis, and where its page is."""
SEGMENTS_NEED = 780
"""Width at 100 % from which segments have room beside the question."""


class BiopsiesPage(Page):
    """See the module. The segment in front shows its own question, answer, tabs and settings."""

    KEY = "biopsies"
    NUMBER = 7
    TITLE = "Biopsies"
    QUESTION = "What came up after treatment?"
    GROUP = "Evidence"

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self.question_label.hide()
        self.context_label.hide()
        self._outer.setSpacing(0)
        self._settings = QStackedWidget()
        self._settings.setAccessibleName("Settings of Biopsies")
        self.segments: dict[str, AnalysisPage] = {}
        self.offered = tuple((key, words) for key, words, kind, _, _ in SEGMENTS if kind in KINDS)
        self.chooser = ViewChooser(self.offered, "Biopsies")
        self.chooser.chosen.connect(self.show_segment)
        self.front = ""
        self.show_segment("change")
        self._study_opened()
        self.session.opened.connect(self._study_opened)

    def _study_opened(self) -> None:
        """A study whose only question here is another one than what changed begins with that."""
        asked = {spec.kind for spec in self.session.project.study.analyses}
        first = next((key for key, _, kind, _, _ in SEGMENTS if kind in asked and kind in KINDS), "change")
        if first != self.front:
            self.show_segment(first)

    @property
    def segment(self) -> AnalysisPage:
        """The one in front."""
        return self.segments[self.front]

    @property
    def change(self) -> ChangeSegment:
        """The comparison of pairs."""
        found = self.segments["change"]
        assert isinstance(found, ChangeSegment)
        return found

    def show_segment(self, key: str) -> None:
        """Bring a segment to the front; it is made when it is first asked for."""
        focused = self.window().focusWidget()
        made = key not in self.segments
        if made:
            _, _, _, module, name = next(entry for entry in SEGMENTS if entry[0] == key)
            page: AnalysisPage = getattr(importlib.import_module(module), name)(self.services)
            page.state_changed.connect(self.state_changed)
            self.segments[key] = page
            self.add_view(key, page)
            self._settings.addWidget(page.inspector())
        self.front = key
        page = self.segments[key]
        if len(self.offered) > 1:
            page._header.insertWidget(1, self.chooser, 0, Qt.AlignmentFlag.AlignTop)
            self.chooser.set_key(key)
        else:
            self.chooser.hide()
        self.show_view(key)
        self._settings.setCurrentWidget(page.inspector())
        if made:
            page.refresh(self.session.project, self.session.project)
        page.shown()
        if focused is not None and self.chooser.isAncestorOf(focused):
            focused.setFocus()  # the chooser went from one page to the other, and lost it on the way
        self.state_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chooser.set_narrow(self.width() < theme.px(SEGMENTS_NEED))

    # what the window asks

    def refresh(self, old: Project, new: Project) -> None:
        for page in self.segments.values():
            page.refresh(old, new)

    def shown(self) -> None:
        self.segment.shown()

    def problems(self) -> Sequence[Problem]:
        return tuple(dict.fromkeys(problem for page in self.segments.values() for problem in page.problems()))

    def rail_state(self) -> str:
        found = [page.rail_state() for page in self.segments.values()]
        return next((state for state in ("look", "stale", "done") if state in found), "none")

    def inspector(self) -> QWidget:
        return self._settings

    def figure(self) -> tuple[FigureSpec, str] | None:
        return self.segment.figure()

    def figures_in_sight(self) -> Sequence[tuple[FigureSpec, str]]:
        return self.segment.figures_in_sight()

    def show_tab(self, number: int) -> None:
        self.segment.show_tab(number)

    def commands(self) -> Sequence[Command]:
        return (*self.segment.commands(),
                *(Command(f"segment {key}", f"Biopsies: show {words}", partial(self.show_segment, key))
                  for key, words in self.offered if len(self.offered) > 1))

    def run(self) -> None:
        self.segment.run()

    def find_in_page(self) -> None:
        self.segment.find_in_page()

    def go_to_problem(self, problem: Problem) -> bool:
        for key, page in self.segments.items():
            if page.go_to_problem(problem):
                self.show_segment(key)
                return True
        return False
