"""The Figure tab of the RTK subset page: the search two by two, other genes, checks, and what stands there instead.

Not for: deciding which is shown; the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gui import theme
from gui.pages.figure_signals import FigureSignals
from gui.pages.subset_checks_panel import ChecksPanel
from gui.pages.subset_figure_parts import SubsetPart, set_names
from gui.pages.subset_figures_panel import SubsetFigures
from gui.pages.validation_view import ValidationView
from gui.widgets.state_views import EmptyState

if TYPE_CHECKING:
    from core.analyses.base import Result
    from core.figures.spec import FigureSpec
    from gui.pages.analysis_states import EmptyWords
    from gui.widgets.figures.figure_view import FigureView

SEARCH, GENES, CHECKS, LOCKED = "search", "genes", "checks", "locked"
FIGURES = {"luck": "search_luck", "left_out": "left_out", "stability": "stability", "tied": "tied_sets",
           "genes": "random_genes"}
"""Panel -> name of its figure in the result."""
TABLES = {"luck": "null", "stability": "stability", "tied": "subsets", "genes": "random_genes"}


class SubsetViews(QStackedWidget):
    """See the module. ``said`` passes on what the figures say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = SubsetFigures()
        self.genes = SubsetPart("genes", "Other genes")
        self.checks = ChecksPanel()
        self.nothing = EmptyState()
        self.luck_alone = SubsetPart("luck alone", "Luck")
        self.said: FigureSignals = self.figures.said
        for part in (self.genes, self.luck_alone):
            self.said.listen(part.view)
        beside = QWidget()
        self._beside = QHBoxLayout(beside)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.addWidget(self.nothing, 1)
        self._beside.addWidget(self.luck_alone, 1)
        self.locked = ValidationView()
        self._views = {SEARCH: self.figures, GENES: self.genes, CHECKS: self.checks, LOCKED: self.locked,
                       "nothing": beside}
        for view in self._views.values():
            self.addWidget(view)

    @property
    def key(self) -> str:
        """What is in front: search, genes, checks, locked or nothing."""
        return next(key for key, view in self._views.items() if view is self.currentWidget())

    def minimumSizeHint(self) -> QSize:
        """What is in front decides how small the page can be."""
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()

    def clear(self) -> None:
        """There is no result."""
        for part in (*self.figures.parts.values(), self.genes, self.luck_alone):
            part.set_figure(None)
        self.figures.left_out.set_back("", "")
        self.checks.set_checks(None)
        self.setCurrentWidget(self.figures)

    def show_result(self, result: Result, missing: Mapping[str, str]) -> None:
        """Every figure of a result; ``missing`` says why one is not there."""
        found = {figure.name: figure for figure in result.figures}
        for part in (self.figures.luck, self.figures.stability, self.genes):
            part.set_figure(found.get(FIGURES[part.name]), missing[part.name])
        self.luck_alone.set_figure(found.get("search_luck"), missing["luck"])
        tied = found.get("tied_sets")
        self.figures.set_tied(tied, missing["tied"], set_names(tied)[0] if tied is not None else "")
        if self.genes.whole is None:
            unjudged = next((said for said in result.findings if said.startswith("Whether other genes")), "")
            self.genes.set_figure(None, unjudged or missing["genes"])
        self.show_left_out(result, missing["left_out"])
        self.checks.set_checks(result.table("audit"))

    def show_left_out(self, result: Result, missing: str) -> None:
        """The curves of the left-out patients."""
        self.figures.set_curve(next((each for each in result.figures if each.name == "left_out"), None), missing)

    def show_view(self, key: str) -> None:
        """Bring a view to the front."""
        self.setCurrentWidget(self._views[key])

    def show_nothing(self, words: EmptyWords) -> None:
        """Say that nothing was found, beside what luck gives."""
        icon, title, text, actions, token = words
        self.nothing.set_state(icon, title, text, actions, token=token)
        self._beside.setSpacing(theme.px(8))
        self.setCurrentWidget(self._views["nothing"])

    def _parts(self) -> list[SubsetPart]:
        return {SEARCH: list(self.figures.parts.values()), GENES: [self.genes],
                LOCKED: [self.locked.part] if self.locked.shows_result() else []}.get(self.key, [])

    def figure(self) -> FigureSpec | None:
        """The figure that Export takes now, as core made it."""
        parts = self._parts()
        focused = next((part for part in parts if part.view is self.figures.focused), None)
        return focused.whole if focused is not None and focused.whole is not None else next(
            (part.whole for part in parts if part.whole is not None), None)

    def figures_in_sight(self) -> list[FigureSpec]:
        """Every figure that can be exported now."""
        return [part.whole for part in self._parts() if part.whole is not None]

    def table_of(self, view: FigureView, of_curve: str) -> str:
        """Name of the table behind a figure."""
        part = next((part for part in (*self.figures.parts.values(), self.genes, self.luck_alone)
                     if part.view is view), None)
        if part is None:
            return "cohorts"
        return of_curve if part.name == "left_out" else TABLES.get(part.name, "null")
