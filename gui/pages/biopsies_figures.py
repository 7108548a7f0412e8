"""The figures of biopsy pairs: volcano and lines of one receptor above, switch map below; folded on small screens.

Not for: numbers. It is given finished figures and says what was clicked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.figures.number_words import p_words
from core.figures.spec import FigureSpec, PointNames
from gui import theme
from gui.pages.figure_frame import FoldingFigures
from gui.pages.figure_signals import FigureSignals
from gui.pages.screen_figures import with_panels
from gui.pages.subset_figure_parts import SubsetPart

ROWS_FOLD_BELOW = 520
"""Height at 100 % under which the map shares the place of the two figures above it."""
COLUMNS_FOLD_BELOW = 640
"""Width at 100 % under which all three share one place."""
PAIR = (("volcano", "Change"), ("map", "Switches"))
THREE = (("volcano", "Change"), ("lines", "Lines"), ("map", "Switches"))
AVERAGE, LINES = "Change by average", "Back to the lines"


class BiopsyFigures(FoldingFigures):
    """``receptor_chosen`` speaks a dot or a row, ``average_asked`` the link between lines and change by average."""

    receptor_chosen = Signal(str)
    average_asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.volcano = SubsetPart("volcano", "Change in each RTK", PAIR, THREE)
        self.lines = SubsetPart("lines", "Lines", (), THREE)
        self.map = SubsetPart("map", "Switch map", PAIR, THREE)
        self.parts: dict[str, SubsetPart] = {part.name: part for part in (self.volcano, self.lines, self.map)}
        self.part = "volcano"
        self.focused = self.volcano.view
        self.said, self.said_of_receptors = FigureSignals(self), FigureSignals(self)
        for part in (self.lines, self.map):
            self.said.listen(part.view)
        self.said_of_receptors.listen(self.volcano.view)
        self.said_of_receptors.patient_clicked.connect(lambda name, _add: self.receptor_chosen.emit(name))
        self.said_of_receptors.wished.connect(self.said.wished)
        self.said_of_receptors.hovered.connect(self.said.hovered)
        self.map.view.row_clicked.connect(self.receptor_chosen)
        self.lines.link_pressed.connect(lambda: self.average_asked.emit(self.lines.link.text() == AVERAGE))
        for part in self.parts.values():
            part.segment_chosen.connect(self.show_part)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._row = QHBoxLayout()
        self._row.addWidget(self.volcano, 10)
        self._row.addWidget(self.lines, 10)
        self._column.addLayout(self._row, 11)
        self._column.addWidget(self.map, 12)
        self.begin_folding()

    def set_lines(self, spec: FigureSpec | None, corrected: float | None, *, average: bool = False) -> None:
        """The lines of one receptor, or its change by average, with the chip of its corrected P."""
        holds = corrected is not None and corrected < 0.05
        words = p_words(corrected)
        said = "" if not words else f"corrected P {words}" if words.startswith("<") else f"corrected P = {words}"
        self.lines.chip.setProperty("chip", "corrected" if holds else "none")
        self.lines.chip.style().polish(self.lines.chip)
        self.lines.set_back(said, (LINES if average else AVERAGE) if spec is not None else "")
        self.lines.short = spec.rows[0][0].title if spec is not None else "Lines"
        shown = spec if spec is None else with_panels(spec, lambda panel: replace(
            panel, remark=panel.remark.partition("\n")[0]))  # the chip says the rest
        self.lines.set_figure(shown)
        self.lines.whole = spec

    def set_selection(self, patients: Sequence[str], receptor: str, group: str = "") -> None:
        """Mark patients in lines and map, the receptor in volcano and map."""
        self.volcano.view.set_selection(self._ring(receptor))
        for part in (self.lines, self.map):
            part.view.set_selection(patients, receptor if part is self.map else "")

    def _ring(self, receptor: str) -> tuple[str, ...]:
        """The dot of a receptor gets a ring, and its name in a tag where the figure does not name it already.

        A figure tags up to six; nobody is called by an empty name, so that these only take the words away.
        """
        spec = self.volcano.whole
        if not receptor or spec is None:
            return ()
        named = {name for mark in spec.rows[0][0].marks if isinstance(mark, PointNames) for name in mark.names}
        return (receptor, *[""] * (6 if receptor in named or receptor == "ERBB2" else 1))

    def show_part(self, name: str) -> None:
        """The panel in front where some share a place."""
        self.part = name
        self._fold()

    def folded(self) -> int:
        """How many figures share one place: 1, 2 or 3."""
        if self.width() < theme.px(COLUMNS_FOLD_BELOW):
            return 3
        return 2 if self.height() < theme.px(ROWS_FOLD_BELOW) else 1

    def _fold(self) -> None:
        folded = self.folded()
        for layout in (self._row, self._column):
            layout.setSpacing(theme.px(8))
        above = {"map"} if self.part == "map" else {"volcano", "lines"}
        shown = {1: set(self.parts), 2: above, 3: {self.part}}[folded]
        for name, part in self.parts.items():
            part.setVisible(name in shown)
            part.set_folded(folded == 2 and name != "lines", folded == 3)
        self._column.setStretch(0, 11 if shown & {"volcano", "lines"} else 0)
        self._column.setStretch(1, 12 if "map" in shown else 0)
        if not self.focused.isVisibleTo(self):
            self.focused = next(part.view for name, part in self.parts.items() if name in shown)
