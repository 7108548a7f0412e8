"""What the page of one kind of analysis answers for itself: its settings, its figures, its words, its tables.

Not for: running and states, which are the same for every analysis (analysis_page.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QWidget

from core.figures.number_words import capitalised
from gui.pages.base_page import Page

if TYPE_CHECKING:
    from core.problems import Problem
    from core.project.project import Project
    from core.project.study import AnalysisSpec
    from gui.pages.analysis_states import Spoken
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView


class AnalysisAnswers(Page):
    """Subclasses set KIND, NEW_NAME and FORM_GROUPS and answer the first three methods; the others may be answered."""

    KIND = ""
    NEW_NAME = ""
    ESTIMATES = ""
    """The table with an estimate of everything that was tested."""
    NEEDS = "expression and follow-up"
    """What Run waits for while ``need`` speaks."""
    FORM_GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {}
    REMEDIES: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Code of a warning -> words and key of what the page can do about it."""

    def figure_view(self) -> QWidget:
        """The widget of the Figure tab."""
        raise NotImplementedError

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Show the figures of an outcome, or nothing."""

    def spoken(self, outcome: Outcome) -> Spoken:
        """The answer of an outcome."""
        raise NotImplementedError

    def remark(self, outcome: Outcome) -> tuple[str, str, str] | None:
        """A sentence that stands above the figures with one remedy (words, action, key), where one is needed."""
        return None

    def in_step(self, project: Project, spec: AnalysisSpec) -> Project:
        """The project with further analyses of the page brought in step with the edited one."""
        return project

    def result_tables(self, outcome: Outcome) -> Sequence[Any]:
        """Tables of the Table tab."""
        return outcome.result.tables

    def methods_words(self, outcome: Outcome) -> str:
        """Text of the Methods tab."""
        return str(outcome.result.methods)

    def result_warnings(self, outcome: Outcome) -> Sequence[Problem]:
        """Findings of the Warnings tab."""
        return tuple(outcome.result.warnings)

    def context_words(self, outcome: Outcome) -> str:
        """The line under the question."""
        return capitalised(outcome.chosen.in_words())

    def table_of(self, view: FigureView) -> str:
        """Name of the table behind a figure; empty for the one shown."""
        return ""
