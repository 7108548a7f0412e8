"""The figures of cell lines: all RTKs at the left; at the right response against one of them, and the lines one by one.

Not for: numbers. It is given finished figures and says what was clicked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.figures.number_words import p_words
from core.figures.spec import FigureSpec
from gui import theme
from gui.pages.figure_frame import FoldingFigures
from gui.pages.figure_signals import FigureSignals
from gui.pages.screen_figures import with_panels
from gui.pages.subset_figure_parts import SubsetPart
from gui.widgets.panel import Segments

COLUMN_FOLDS_BELOW = 500
"""Height at 100 % under which the two figures at the right share one place."""
ROW_FOLDS_BELOW = 640
"""Width at 100 % under which all three share one place."""
RIGHT = (("response", "Response"), ("lines", "Lines"))
THREE = (("forest", "All RTKs"), *RIGHT)
MOST_TAGS = 6
"""A figure names that many selected samples; of more it marks the places only, and nobody is called by no name."""
EVERY, PAIRS, LEFT_OUT = "every", "pairs", "left out"
LINE_VIEWS = ((EVERY, "Every line"), (PAIRS, "Pairs"), (LEFT_OUT, "Without each"))


class CellLinesFigures(FoldingFigures):
    """``receptor_chosen`` speaks a row of the forest, ``lines_asked`` which view of the lines is wanted."""

    receptor_chosen = Signal(str)
    lines_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.forest = SubsetPart("forest", "All RTKs", (), THREE)
        self.response, self.lines = (SubsetPart(name, short, RIGHT, THREE) for name, short in RIGHT)
        self.parts: dict[str, SubsetPart] = {part.name: part for part in (self.forest, self.response, self.lines)}
        self.part = "response"
        self.focused = self.forest.view
        self.said = FigureSignals(self)
        for part in self.parts.values():
            self.said.listen(part.view)
            part.segment_chosen.connect(self.show_part)
        self.forest.view.row_clicked.connect(self.receptor_chosen)
        self.line_views = Segments(LINE_VIEWS, "Lines one by one", small=True)
        self.line_views.chosen.connect(self.lines_asked)
        self._views_line = QWidget()
        beside = QHBoxLayout(self._views_line)
        beside.setContentsMargins(theme.px(12), 0, theme.px(12), theme.px(2))
        beside.addWidget(self.line_views)
        beside.addStretch(1)
        self.lines.body.insertWidget(0, self._views_line)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.response, 1)
        self._column.addWidget(self.lines, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.forest, 52)
        self._row.addLayout(self._column, 48)
        self.begin_folding()

    def set_response(self, spec: FigureSpec | None, corrected: float | None, missing: str = "") -> None:
        """One receptor against the response, with the chip of its corrected P."""
        said = p_words(corrected)
        words = "" if not said else f"corrected P {said}" if said.startswith("<") else f"corrected P = {said}"
        self.response.chip.setProperty("chip", "corrected" if corrected is not None and corrected < 0.05 else "none")
        self.response.chip.style().polish(self.response.chip)
        self.response.set_back(words if spec is not None else "", "")
        shown = spec if spec is None else with_panels(spec, lambda panel: replace(
            panel, remark=panel.remark.partition(", corrected")[0]))  # the chip says the rest
        self.response.set_figure(shown, missing)
        self.response.whole = spec
        self._fold()

    def set_lines(self, spec: FigureSpec | None, offered: Sequence[str], shown: str, missing: str = "") -> None:
        """The lines one by one; ``offered`` are the views that the result has."""
        for button, (key, _) in zip(self.line_views.buttons(), LINE_VIEWS, strict=True):
            button.setVisible(key in offered)
        self._views_line.setVisible(len(offered) > 1)
        if shown:
            self.line_views.set_key(shown)
        self.lines.set_figure(spec, missing)

    def set_selection(self, patients: Sequence[str], receptor: str, group: str = "") -> None:
        """Mark lines and the receptor. One line stands at every receptor of the lower figure: rings there, no tags."""
        for part in (self.forest, self.response):
            part.view.set_selection(patients, receptor, group)
        self.lines.view.set_selection((*patients, *[""] * MOST_TAGS) if patients else (), receptor, group)

    def show_part(self, name: str) -> None:
        """The panel in front where some share a place."""
        self.part = name
        self._fold()

    def folded(self) -> int:
        """How many figures share one place: 1, 2 or 3."""
        if self.width() < theme.px(ROW_FOLDS_BELOW):
            return 3
        return 2 if self.height() < theme.px(COLUMN_FOLDS_BELOW) else 1

    def _fold(self) -> None:
        folded = self.folded()
        for layout in (self._row, self._column):
            layout.setSpacing(theme.px(8))
        grouped_only = self.response.whole is None and self.lines.whole is not None  # no response in numbers
        right = "lines" if grouped_only else self.part if self.part != "forest" else "response"
        shown = {1: set(self.parts), 2: {"forest", right}, 3: {self.part}}[folded]
        if folded == 1 and grouped_only:
            shown.discard("response")
        for name, part in self.parts.items():
            part.setVisible(name in shown)
            part.set_folded(folded == 2 and name != "forest" and not grouped_only, folded == 3)
        self._row.setStretch(0, 52 if "forest" in shown else 0)
        self._row.setStretch(1, 48 if shown - {"forest"} else 0)
        if not self.focused.isVisibleTo(self):
            self.focused = next(part.view for name, part in self.parts.items() if name in shown)
