"""Two figures side by side, all receptors at the left and one of them at the right; in little room one place for both.

Not for: numbers. It is given finished figures and says what was clicked.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui import theme
from gui.pages.figure_frame import FoldingFigures
from gui.pages.figure_signals import FigureSignals
from gui.pages.subset_figure_parts import SubsetPart

FOLD_BELOW = 640
"""Width at 100 % under which both share one place."""


class TwoFigures(FoldingFigures):
    """``receptor_chosen`` speaks a row of the left figure; ``said`` passes on the rest of both."""

    receptor_chosen = Signal(str)

    def __init__(self, left: tuple[str, str], right: tuple[str, str], shares: tuple[int, int] = (11, 9),
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        both = (left, right)
        self.left, self.right = (SubsetPart(name, words, (), both) for name, words in both)
        self.parts: dict[str, SubsetPart] = {part.name: part for part in (self.left, self.right)}
        self.part = left[0]
        self.focused = self.left.view
        self.said = FigureSignals(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for part, share in zip(self.parts.values(), shares, strict=True):
            self.said.listen(part.view)
            part.segment_chosen.connect(self.show_part)
            self._row.addWidget(part, share)
        self.left.view.row_clicked.connect(self.receptor_chosen)
        self.begin_folding()

    def set_selection(self, patients: Sequence[str], receptor: str, group: str = "") -> None:
        """Mark patients wherever they are, and the receptor at the left."""
        self.left.view.set_selection(patients, receptor)
        self.right.view.set_selection(patients)

    def show_part(self, name: str) -> None:
        """The panel in front where both share a place."""
        self.part = name
        self._fold()

    def folded(self) -> bool:
        """True while one place is shared."""
        return self.width() < theme.px(FOLD_BELOW)

    def _fold(self) -> None:
        folded = self.folded()
        self._row.setSpacing(theme.px(8))
        shown = {self.part} if folded else set(self.parts)
        for name, part in self.parts.items():
            part.setVisible(name in shown)
            part.set_folded(False, folded)
        if not self.focused.isVisibleTo(self):
            self.focused = next(part.view for name, part in self.parts.items() if name in shown)
