"""One figure of the subset page in its panel: title, words that have no room in the axes, a chip and a way back.

Not for: which figures there are and how they are arranged (subset_figures_panel.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from core.figures.spec import FigureSpec, HoverPoints, Label, Mark, Panel, Points, Span
from gui import theme
from gui.pages.screen_figures import panel_words
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.labels import chip, link, words
from gui.widgets.panel import Panel as TitledPanel
from gui.widgets.panel import Segments

Parts = Sequence[tuple[str, str]]
TOP_SHARE = 0.5
"""On screen the dots of |z| give room to the names of the receptors."""


class SubsetPart(TitledPanel):
    """See the module. ``whole`` is the figure as core made it, for export; the view may show it with more on it."""

    segment_chosen = Signal(str)
    link_pressed = Signal()

    def __init__(self, name: str, short: str, pair: Parts = (), four: Parts = (),
                 parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, inner_margin=False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.name, self.short = name, short
        self.whole: FigureSpec | None = None
        self._titles = (short, "")
        self._missing = ""
        self._folded = False
        self.view = FigureView(heading=False)
        self.view.setObjectName(f"{name} figure")
        self.chip: QLabel = chip("none", "")
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
        for part in (self._line, self._says_line):
            self.body.addWidget(part)
        self.body.addWidget(self.view, 1)
        self.body.addStretch(0)
        self.two, self.four = Segments(pair, "Panel", small=True), Segments(four, "Panel", small=True)
        right = QWidget()
        segments = QHBoxLayout(right)
        segments.setContentsMargins(0, 0, 0, 0)
        for each in (self.two, self.four):
            each.chosen.connect(self.segment_chosen)
            each.hide()
            segments.addWidget(each)
        self.set_right(right)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._say_what_has_no_room)
        theme.notifier().changed.connect(self._say_anew)
        self.set_back("", "")
        self.set_figure(None)

    def set_figure(self, spec: FigureSpec | None, missing: str = "", shown: FigureSpec | None = None) -> None:
        """Show a figure, or say why there is none; ``shown`` is the figure with what the screen adds to it."""
        self.whole = spec
        self.view.set_figure(shown or spec)
        self.view.setVisible(spec is not None)
        self._missing = "" if spec is not None else missing
        title, remark = panel_words(spec) if spec is not None else (self.short, "")
        title, _, more = title.partition(", ")
        self._titles = title, ", ".join(filter(None, (more, remark.partition(", cohort “")[0])))
        self._say_titles()

    def set_shown(self, shown: FigureSpec) -> None:
        """Other additions of the screen to the same figure."""
        self.view.set_figure(shown)

    def set_back(self, chip_words: str, back: str) -> None:
        """A chip, and a link that goes back; empty words take one away."""
        self.chip.setText(chip_words)
        self.chip.setVisible(bool(chip_words))
        self.link.setText(back)
        self.link.setVisible(bool(back))
        self._line.setVisible(bool(chip_words or back))

    def set_folded(self, pair: bool, four: bool) -> None:
        """Segments beside the title: of two panels, of four, or none."""
        self.two.setVisible(pair and not four)
        self.four.setVisible(four)
        for segments, there in ((self.two, pair), (self.four, four)):
            if there:
                segments.set_key(self.name)
        if self._folded != (pair or four):
            self._folded = pair or four
            self._say_titles()

    def text(self) -> str:
        """All words of the panel outside the figure."""
        return "\n".join(filter(None, (self.title(), self._remark.text(), self.chip.text(), self.link.text(),
                                       self.says.text())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_anew()

    def _say_titles(self) -> None:
        title, remark = self._titles
        first, _, rest = remark.partition("\n")
        self.set_title(self.short if self._folded else title, "" if self._folded else first)
        self._above = "\n".join(filter(None, (first if self._folded else "", rest, self._missing)))
        self._say_anew()

    def _say_anew(self) -> None:
        self._say(self._above)
        if self.whole is not None:
            self._later.start()

    def _say(self, text: str) -> None:
        self.says.setText(text)
        self._says_line.setVisible(bool(text))

    def _say_what_has_no_room(self) -> None:
        """Words that have no room inside the axes stand above them."""
        spec = self.view.figure()
        if spec is None or not self.isVisible():
            return
        inside = [mark.text for row in spec.rows for panel in row for mark in panel.marks
                  if isinstance(mark, Label) and mark.space == "panel"]
        lost = set(self.view.texts_not_shown()) & set(inside)
        more = ". ".join(" ".join(text.split()) for text in inside if text in lost)
        self._say("\n".join(filter(None, (self._above, more))))


def set_names(spec: FigureSpec) -> tuple[str, ...]:
    """The sets of the figure of tied sets that are drawn, best first, as "AXL + MET"."""
    named = [str(joined) for joined in spec.data["tied_sets"]["receptors"]]
    drawn = next(mark for mark in spec.rows[0][0].marks if isinstance(mark, Points))
    return tuple(name.replace("+", " + ") for name in named[:len(drawn.x)])


def pointed_sets(spec: FigureSpec, marked: str) -> FigureSpec:
    """The figure of tied sets whose dots name their set under the pointer; the marked set stands on a tinted column."""
    names = set_names(spec)
    z = spec.data["tied_sets"]["z"]
    said = tuple(f"rank {place}, |z| = {float(value):.2f}" for place, value in enumerate(z[:len(names)], 1))

    def changed(panel: Panel) -> Panel:
        dots = [mark for mark in panel.marks if isinstance(mark, Points) and mark.role == "accent"]
        added: list[Mark] = []
        for mark in dots:
            at = np.rint(mark.x).astype(int) - 1
            added.append(HoverPoints(mark.x, mark.y, "accent", tuple(names[i] for i in at),
                                     tuple(said[i] for i in at)))
        behind: list[Mark] = []
        if marked in names and len(names) > 1:
            place = names.index(marked) + 1
            behind = [Span(place - 0.5, place + 0.5, "margin")]
        return replace(panel, marks=(*behind, *panel.marks, *added))

    (top,), *below = (tuple(changed(panel) for panel in row) for row in spec.rows)
    return replace(spec, rows=((replace(top, height_share=TOP_SHARE * top.height_share),), *below))
