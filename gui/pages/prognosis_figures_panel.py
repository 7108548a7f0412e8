"""Forest, survival curve and cut-off scan side by side; on small screens the later ones become segments.

Not for: numbers. It is given finished figures and says what was clicked.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.figures.spec import FigureSpec, Label
from gui import theme
from gui.pages.figure_frame import FigureFrame, FoldingFigures
from gui.pages.figure_signals import FigureSignals
from gui.pages.screen_figures import panel_words, scan_at

COLUMN_FOLDS_BELOW = 500
"""Height at 100 % under which curve and cut-off share one place."""
ROW_FOLDS_BELOW = 640
"""Width at 100 % under which forest, curve and cut-off share one place."""
FOREST_SHARE, CURVE_SHARE = 55, 45
BACK = "Back to the median"
PARTS = (("forest", "Forest"), ("curve", "Curve"), ("cut", "Cut-off"))


class FigurePart(FigureFrame):
    """A panel with one figure; the second and third share their place, then all three."""

    def __init__(self, parts: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parts[1:], parts, parent)
        self.chip.setProperty("chip", "corrected")
        self.chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_back("", "")
        self.set_says("")


class PrognosisFigures(FoldingFigures):
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
        self._titles = ("", "", "")
        self._above = self._scan_words = self._brief = ""
        self._was_folded = 0
        self._words_timer = QTimer(self)
        self._words_timer.setSingleShot(True)
        self._words_timer.setInterval(0)
        self._words_timer.timeout.connect(self._words_without_room)
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
            part.view.setObjectName(f"{name} figure")
        self.forest.view.row_clicked.connect(self.receptor_chosen)
        self.cut.view.cut_moved.connect(self.cut_moved)
        self.cut.view.cut_released.connect(self.cut_released)
        self.curve.link_pressed.connect(self.median_requested)
        self.cut.link_pressed.connect(self.median_requested)
        self.begin_folding()

    def set_forest(self, spec: FigureSpec | None, title: str = "", remark: str = "") -> None:
        """The forest of all receptors."""
        self.forest.view.set_figure(spec)
        self.forest.set_title(title, remark)

    def set_curve(self, spec: FigureSpec | None, chip: str = "", short_title: str = "", brief: str = "") -> None:
        """The curve of the receptor; a searched cut has its chip and the way back to the median.

        ``brief`` is said above the axes where the words of the figure have no room inside them.
        """
        self.curve.view.set_figure(spec)
        self._brief = brief
        self._titles = (short_title, *(panel_words(spec) if spec is not None else ("", "")))
        self.curve.set_back(chip, BACK if chip else "")
        self.cut.set_back(chip, BACK if chip else "")
        self._title_curve()

    def _title_curve(self) -> None:
        """Beside the segments there is room for a short title only; the sizes then stand below it."""
        short, title, remark = self._titles
        sizes, _, rest = remark.partition("\n")
        if self._brief:
            rest = self._brief if rest else ""
        folded = self.folded() > 1
        self.curve.set_title(short if folded else title, "" if folded else sizes)
        self._above = "\n".join(filter(None, (sizes if folded else "", rest)))
        self.curve.set_says(self._above)
        self.cut.set_says(self._scan_words if folded else "")
        self.cut.set_back(self.curve.chip.text() if folded else "", self.curve.link.text() if folded else "")
        self._words_timer.start()

    def _words_without_room(self) -> None:
        """Words that the curve has no room for inside its axes stand above it."""
        spec = self.curve.view.figure()
        if spec is None:
            return
        inside = [mark.text for panel in spec.rows[0] for mark in panel.marks
                  if isinstance(mark, Label) and mark.space == "panel"]
        lost = set(self.curve.view.texts_not_shown()) & set(inside)
        more = [" ".join(text.split()) for text in inside if text in lost]
        if lost and self._brief:
            more = [self._brief]
        self.curve.set_says("\n".join([*filter(None, [self._above]), *more]))

    def set_scan(self, spec: FigureSpec | None, cuts: Sequence[float] = (), current: float | None = None,
                 title: str = "Cut-off", remark: str = "") -> None:
        """The scan with its cut line; without cuts there is no line."""
        self._scan = spec
        self._scan_words = panel_words(spec)[1] if spec is not None else ""
        self.cut.set_says(self._scan_words if self.folded() > 1 else "")
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
            part.whole_row.setVisible(folded == 3)
            part.whole_row.set_key(name)
            if name != "forest":
                part.two.set_key(name)
        if folded != self._was_folded:
            self._was_folded = folded
            self._title_curve()
        elif self._titles[1]:
            self.curve.set_says(self._above)
            self._words_timer.start()
        if self.focused.parentWidget() is not None and not self.focused.isVisibleTo(self):
            self.focused = next(part.view for name, part in self.parts.items() if name in shown)
