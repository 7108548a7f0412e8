"""Forest, survival curve and cut-off scan side by side; on small screens the later ones become segments.

Not for: numbers. It is given finished figures and says what was clicked.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.figures.spec import FigureSpec
from gui import theme
from gui.pages.figure_signals import FigureSignals
from gui.pages.screen_figures import panel_words, scan_at
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.labels import link, set_look, words
from gui.widgets.panel import Panel, Segments

COLUMN_FOLDS_BELOW = 500
"""Height at 100 % under which curve and cut-off share one place."""
ROW_FOLDS_BELOW = 640
"""Width at 100 % under which forest, curve and cut-off share one place."""
FOREST_SHARE, CURVE_SHARE = 55, 45
PARTS = (("forest", "Forest"), ("curve", "Curve"), ("cut", "Cut-off"))


class FigurePart(Panel):
    """A panel with one figure; at its right a chip, a link, and the segments when it is folded."""

    segment_chosen = Signal(str)
    link_pressed = Signal()

    def __init__(self, parts: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, inner_margin=False)
        self.view = FigureView(heading=False)
        self.body.addWidget(self.view, 1)
        right = QWidget()
        line = QHBoxLayout(right)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        self.chip: QLabel = words()
        self.chip.setProperty("chip", "corrected")
        self.chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.chip.hide()
        self.link = link("")
        self.link.clicked.connect(self.link_pressed)
        self.link.hide()
        self.two = Segments(parts[1:], "Panel", small=True)
        self.three = Segments(parts, "Panel", small=True)
        for segments in (self.two, self.three):
            segments.chosen.connect(self.segment_chosen)
            segments.hide()
        for widget in (self.chip, self.link, self.two, self.three):
            line.addWidget(widget)
        self.set_right(right)

    def set_chip_words(self, text: str, kind: str = "corrected") -> None:
        """A chip at the right; empty text takes it away."""
        self.chip.setText(text)
        set_look(self.chip, "chip", kind)
        self.chip.setVisible(bool(text))

    def set_link_words(self, text: str) -> None:
        """A link at the right; empty text takes it away."""
        self.link.setText(text)
        self.link.setVisible(bool(text))


class PrognosisFigures(QWidget):
    """See the module."""

    receptor_chosen = Signal(str)
    cut_moved = Signal(float)
    cut_released = Signal(float)
    median_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.forest, self.curve, self.cut = (FigurePart(PARTS) for _ in PARTS)
        self.parts = {"forest": self.forest, "curve": self.curve, "cut": self.cut}
        self.part = "curve"
        self.said = FigureSignals(self)
        self.focused = self.forest.view
        self._scan: FigureSpec | None = None
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.curve, 57)
        self._column.addWidget(self.cut, 43)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.forest, FOREST_SHARE)
        self._row.addLayout(self._column, CURVE_SHARE)
        for name, part in self.parts.items():
            part.segment_chosen.connect(self.show_part)
            self.said.listen(part.view)
            part.view.canvas.installEventFilter(self)
            part.view.setObjectName(f"{name} figure")
        self.forest.view.row_clicked.connect(self.receptor_chosen)
        self.cut.view.cut_moved.connect(self.cut_moved)
        self.cut.view.cut_released.connect(self.cut_released)
        self.curve.link_pressed.connect(self.median_requested)
        self.cut.link_pressed.connect(self.median_requested)
        theme.notifier().changed.connect(self._fold)
        self._fold()

    def set_forest(self, spec: FigureSpec | None, title: str = "", remark: str = "") -> None:
        """The forest of all receptors."""
        self.forest.view.set_figure(spec)
        self.forest.set_title(title, remark)

    def set_curve(self, spec: FigureSpec | None, chip: str = "", *, searched: bool = False) -> None:
        """The curve of the receptor; a searched cut has its chip and the way back to the median."""
        self.curve.view.set_figure(spec)
        if spec is not None:
            self.curve.set_title(*panel_words(spec))
        self.curve.set_chip_words(chip)
        back = "Back to the median" if searched else ""
        self.curve.set_link_words(back)

    def set_scan(self, spec: FigureSpec | None, cuts: Sequence[float] = (), current: float | None = None,
                 title: str = "Cut-off", remark: str = "") -> None:
        """The scan with its cut line; without cuts there is no line."""
        self._scan = spec
        if spec is not None and current is not None and len(cuts):
            self.cut.view.set_figure(scan_at(spec, current))
        else:
            self.cut.view.set_figure(spec)
        self.cut.view.set_cut(list(cuts), current if len(cuts) else None)
        self.cut.set_title(title, remark)

    def put_cut(self, cut: float) -> None:
        """The dots of the scan follow the line while it is moved."""
        if self._scan is not None:
            self.cut.view.set_figure(scan_at(self._scan, cut))

    def set_selection(self, patients: Sequence[str], receptor: str, group: str = "") -> None:
        """Mark patients and the receptor in all figures."""
        for part in self.parts.values():
            part.view.set_selection(patients, receptor, group)

    def show_part(self, name: str) -> None:
        """The panel in front where they share a place."""
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

    def folded(self) -> int:
        """How many figures share one place: 1, 2 or 3."""
        if self.width() < theme.px(ROW_FOLDS_BELOW):
            return 3
        return 2 if self.height() < theme.px(COLUMN_FOLDS_BELOW) else 1

    def _fold(self) -> None:
        folded = self.folded()
        self._row.setSpacing(theme.px(8))
        self._column.setSpacing(theme.px(8))
        shown = set(self.parts)
        if folded == 3:
            shown = {self.part}
        elif folded == 2:
            shown = {"forest", self.part if self.part != "forest" else "curve"}
        for name, part in self.parts.items():
            part.setVisible(name in shown)
            part.two.setVisible(folded == 2 and name != "forest")
            part.three.setVisible(folded == 3)
            part.three.set_key(name)
            if name != "forest":
                part.two.set_key(name)
        if self.focused.parentWidget() is not None and not self.focused.isVisibleTo(self):
            self.focused = next(part.view for name, part in self.parts.items() if name in shown)
