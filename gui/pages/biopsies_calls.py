"""The map of calls with the evidence of one of them beside it, and its receptor's share of patients; or below it.

Not for: numbers or words, which arrive finished.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui import theme
from gui.pages.figure_signals import FigureSignals
from gui.pages.subset_figure_parts import SubsetPart
from gui.widgets.labels import words
from gui.widgets.panel import Panel

NARROW = 700
"""Width at 100 % under which the evidence stands below the map."""
EVIDENCE_WIDE, EVIDENCE_HIGH = 250, 150


class CallsView(QWidget):
    """``tile_chosen`` speaks (receptor, patient), ``receptor_chosen`` a row."""

    tile_chosen = Signal(str, str)
    receptor_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = SubsetPart("map", "Receptors that are on")
        self.said = FigureSignals(self)
        self.said.listen(self.map.view)
        self.map.view.tile_clicked.connect(self.tile_chosen)
        self.map.view.row_clicked.connect(self.receptor_chosen)
        self.evidence, self.share = Panel("Evidence"), Panel("")
        self._said = {panel: words("", "help", wrap=True) for panel in (self.evidence, self.share)}
        side = QWidget()
        side.setObjectName("scrolled")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        for panel, label in self._said.items():
            panel.body.addWidget(label)
            column.addWidget(panel)
        column.addStretch(1)
        self.side = QScrollArea()
        self.side.setFrameShape(QScrollArea.Shape.NoFrame)
        self.side.setProperty("plain", True)
        self.side.setWidgetResizable(True)
        self.side.setAccessibleName("Evidence of a call")
        self.side.setWidget(side)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self.map, 1)
        self._box.addWidget(self.side)
        theme.notifier().changed.connect(self._turn)
        self._turn()

    def say(self, title: str, evidence: str, about: str, share: str) -> None:
        """The evidence of a call, and the share of patients of its receptor."""
        for panel, heading, text in ((self.evidence, title, evidence), (self.share, about, share)):
            panel.set_title(heading)
            self._said[panel].setText(text)
            panel.setVisible(bool(text))

    def text(self) -> str:
        """What stands beside the map."""
        return "\n".join(f"{panel.title()}\n{label.text()}" for panel, label in self._said.items())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        narrow = self.width() < theme.px(NARROW)
        ways = QBoxLayout.Direction
        self._box.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        self._box.setSpacing(theme.px(8))
        self.side.setFixedWidth(theme.px(EVIDENCE_WIDE)) if not narrow else self.side.setMaximumWidth(16_777_215)
        self.side.setMinimumWidth(0 if narrow else theme.px(EVIDENCE_WIDE))
        self.side.setMaximumHeight(theme.px(EVIDENCE_HIGH) if narrow else 16_777_215)
