"""What the figures of a page share: the frame around each of them, and how several fold into one place.

Not for: which figures a page has and when they fold (prognosis_figures_panel.py, subset_figures_panel.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui import theme
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.labels import link, words
from gui.widgets.panel import Panel, Segments

Parts = Sequence[tuple[str, str]]


class FigureFrame(Panel):
    """A panel with one figure: a line for a chip and a link, one for words, segments at the right when it is folded.

    ``two`` are the segments of the parts that share a place first, ``whole_row`` those of all.
    """

    segment_chosen = Signal(str)
    link_pressed = Signal()

    def __init__(self, two: Parts, whole_row: Parts, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, inner_margin=False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.view = FigureView(heading=False)
        self.chip: QLabel = words()
        self.link = link("")
        self.link.clicked.connect(self.link_pressed)
        self.says = words("", "help", wrap=True)
        self._line = QWidget()
        flow = FlowLayout(self._line, gap=10)
        flow.setContentsMargins(theme.px(12), 0, theme.px(12), theme.px(2))
        flow.addWidget(self.chip)
        flow.addWidget(self.link)
        self._says_line = QWidget()
        line = QHBoxLayout(self._says_line)
        line.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        line.addWidget(self.says)
        self.body.setSpacing(0)
        self.body.addWidget(self._line)
        self.body.addWidget(self._says_line)
        self.body.addWidget(self.view, 1)
        self.two, self.whole_row = Segments(two, "Panel", small=True), Segments(whole_row, "Panel", small=True)
        right = QWidget()
        beside = QHBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        for segments in (self.two, self.whole_row):
            segments.chosen.connect(self.segment_chosen)
            segments.hide()
            beside.addWidget(segments)
        self.set_right(right)

    def set_back(self, chip_words: str, back: str) -> None:
        """A chip, and a link that goes back; empty words take one away."""
        self.chip.setText(chip_words)
        self.chip.setVisible(bool(chip_words))
        self.link.setText(back)
        self.link.setVisible(bool(back))
        self._line.setVisible(bool(chip_words or back))

    def set_says(self, text: str) -> None:
        """Words of the figure that have no room inside its axes."""
        self.says.setText(text)
        self._says_line.setVisible(bool(text))


class FoldingFigures(QWidget):
    """Figures side by side that share places on small screens. ``focused`` is the one that Export takes.

    A subclass fills ``parts`` and ``focused``, answers ``_fold`` and then calls ``begin_folding``.
    """

    parts: Mapping[str, FigureFrame]
    part: str
    focused: FigureView

    def begin_folding(self) -> None:
        """Fold now, and whenever the size, the theme or the segment chosen changes."""
        for part in self.parts.values():
            part.view.canvas.installEventFilter(self)
        theme.notifier().changed.connect(self._fold)
        self._fold()

    def set_selection(self, patients: Sequence[str], receptor: str, group: str = "") -> None:
        """Mark patients and the receptor in all figures."""
        for part in self.parts.values():
            part.view.set_selection(patients, receptor, group)

    def show_part(self, name: str) -> None:
        """The panel in front where some share a place."""
        self.part = name
        self._fold()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            for part in self.parts.values():
                if part.view.canvas is watched:
                    self.focused = part.view
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Show the parts that have a place."""
        raise NotImplementedError
