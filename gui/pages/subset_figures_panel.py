"""The four figures of the search, two by two: luck, left-out patients, members, tied sets; folded on small screens.

Not for: numbers. It is given finished figures and says what was clicked.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.figures.spec import FigureSpec
from gui import theme
from gui.pages.figure_frame import FoldingFigures
from gui.pages.figure_signals import FigureSignals
from gui.pages.subset_figure_parts import SubsetPart, pointed_sets, set_names

COLUMN_FOLDS_BELOW = 500
"""Height at 100 % under which the two figures of a column share one place."""
ROW_FOLDS_BELOW = 640
"""Width at 100 % under which all four share one place."""
BACK = "Back to the left-out patients"
CHOSEN_HERE = "chosen in these patients"
LEFT = (("luck", "Luck"), ("stability", "Members"))
RIGHT = (("left_out", "Left out"), ("tied", "Tied sets"))
FOUR = (*LEFT, *RIGHT)


class SubsetFigures(FoldingFigures):
    """``set_chosen`` speaks a tied set as "AXL + MET", ``receptor_chosen`` a bar; ``said`` passes on the rest."""

    set_chosen = Signal(str)
    receptor_chosen = Signal(str)
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.luck, self.stability = (SubsetPart(name, short, LEFT, FOUR) for name, short in LEFT)
        self.left_out, self.tied = (SubsetPart(name, short, RIGHT, FOUR) for name, short in RIGHT)
        ordered = (self.luck, self.left_out, self.stability, self.tied)
        self.parts: dict[str, SubsetPart] = {part.name: part for part in ordered}
        self.in_front = {"left": "luck", "right": "left_out"}
        self.part = "luck"
        self.focused = self.luck.view
        self.said, self.said_of_sets = FigureSignals(self), FigureSignals(self)
        for name, part in self.parts.items():
            (self.said_of_sets if name == "tied" else self.said).listen(part.view)
            part.segment_chosen.connect(self.show_part)
        self.said_of_sets.patient_clicked.connect(lambda name, _add: self.set_chosen.emit(name))
        self.said_of_sets.wished.connect(self.said.wished)
        self.said_of_sets.hovered.connect(self.said.hovered)
        self.stability.view.row_clicked.connect(self.receptor_chosen)
        self.left_out.link_pressed.connect(self.back_requested)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._columns = []
        for one, other in ((self.luck, self.stability), (self.left_out, self.tied)):
            column = QVBoxLayout()
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(one, 1)
            column.addWidget(other, 1)
            self._row.addLayout(column, 1)
            self._columns.append(column)
        self.begin_folding()

    def set_tied(self, spec: FigureSpec | None, missing: str, marked: str) -> None:
        """The tied sets, the one whose curve is shown marked."""
        self.tied.set_figure(spec, missing, pointed_sets(spec, marked) if spec is not None else None)

    def mark_set(self, marked: str) -> None:
        """Mark another tied set; empty marks the best one."""
        spec = self.tied.whole
        if spec is not None:
            self.tied.set_shown(pointed_sets(spec, marked or set_names(spec)[0]))

    def set_curve(self, spec: FigureSpec | None, missing: str = "", *, of_a_set: bool = False) -> None:
        """The left-out patients, or in their place the curve of one set with the way back."""
        self.left_out.short = spec.rows[0][0].title.partition(", ")[0] if of_a_set and spec is not None \
            else dict(RIGHT)["left_out"]
        self.left_out.set_back(CHOSEN_HERE if of_a_set else "", BACK if of_a_set else "")
        self.left_out.set_figure(spec, missing)

    def set_selection(self, patients: Sequence[str], receptor: str, group: str = "") -> None:
        """Mark patients and the receptor wherever they are."""
        for name, part in self.parts.items():
            if name != "tied":
                part.view.set_selection(patients, receptor, group)

    def show_part(self, name: str) -> None:
        """The panel in front where some share a place."""
        self.part = name
        self.in_front["left" if name in dict(LEFT) else "right"] = name
        self._fold()

    def folded(self) -> int:
        """How many figures share one place: 1, 2 or 4."""
        if self.width() < theme.px(ROW_FOLDS_BELOW):
            return 4
        return 2 if self.height() < theme.px(COLUMN_FOLDS_BELOW) else 1

    def _fold(self) -> None:
        folded = self.folded()
        for layout in (self._row, *self._columns):
            layout.setSpacing(theme.px(8))
        shown = {1: set(self.parts), 2: set(self.in_front.values()), 4: {self.part}}[folded]
        for name, part in self.parts.items():
            part.setVisible(name in shown)
            part.set_folded(folded == 2, folded == 4)
        self._row.setStretch(0, 1 if shown & set(dict(LEFT)) else 0)
        self._row.setStretch(1, 1 if shown & set(dict(RIGHT)) else 0)
        if not self.focused.isVisibleTo(self):
            self.focused = next(part.view for name, part in self.parts.items() if name in shown)
