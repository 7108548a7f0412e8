"""One figure of the subset page in its panel: title, words that have no room in the axes, a chip and a way back.

Not for: which figures there are and how they are arranged (subset_figures_panel.py).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from core.figures.spec import FigureSpec, HoverPoints, Label, Mark, Panel, Points, Span
from gui import theme
from gui.pages.figure_frame import FigureFrame, Parts
from gui.pages.screen_figures import panel_words

TOP_SHARE = 0.5
"""On screen the dots of |z| give room to the names of the receptors."""


class SubsetPart(FigureFrame):
    """See the module. ``whole`` is the figure as core made it, for export; the view may show it with more on it."""

    def __init__(self, name: str, short: str, pair: Parts = (), four: Parts = (),
                 parent: QWidget | None = None) -> None:
        super().__init__(pair, four, parent)
        self.name, self.short = name, short
        self.whole: FigureSpec | None = None
        self._titles = (short, "")
        self._missing = ""
        self._folded = False
        self.view.setObjectName(f"{name} figure")
        self.chip.setProperty("chip", "none")
        self.body.addStretch(0)
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

    def set_folded(self, pair: bool, four: bool) -> None:
        """Segments beside the title: of two panels, of four, or none."""
        self.two.setVisible(pair and not four)
        self.whole_row.setVisible(four)
        for segments, there in ((self.two, pair), (self.whole_row, four)):
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
        self.set_says(self._above)
        if self.whole is not None:
            self._later.start()

    def _say_what_has_no_room(self) -> None:
        """Words that have no room inside the axes stand above them."""
        spec = self.view.figure()
        if spec is None or not self.isVisible():
            return
        inside = [mark.text for row in spec.rows for panel in row for mark in panel.marks
                  if isinstance(mark, Label) and mark.space == "panel"]
        lost = set(self.view.texts_not_shown()) & set(inside)
        more = ". ".join(" ".join(text.split()) for text in inside if text in lost)
        self.set_says("\n".join(filter(None, (self._above, more))))


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
