"""The choices above a further view: which genes, which column, which bars.

Not for: what happens with a choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gui import theme
from gui.widgets.labels import words
from gui.widgets.name_chips import NamesEditor
from gui.widgets.parameter_editors import WidthlessCombo

HER2 = "ERBB2"


class GeneChoice(WidthlessCombo):
    """One of the analysed genes; typing its first letters finds it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumContentsLength(7)

    def set_names(self, names: Sequence[str]) -> None:
        """Offer names; the chosen one stays where it can."""
        before = self.currentText()
        if [self.itemText(row) for row in range(self.count())] != list(names):
            self.clear()
            self.addItems(list(names))
        self.set_name(before)

    def set_name(self, name: str) -> None:
        """Choose a name without saying so; an unknown one changes nothing."""
        place = self.findText(name)
        if name and place >= 0:
            self.setCurrentIndex(place)


class ViewControls(QWidget):
    """``chosen`` speaks when the user changed a choice that is complete."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = "two_genes"
        self._receptors: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self.first, self.second, self.gene = GeneChoice("First gene"), GeneChoice("Second gene"), GeneChoice("Gene")
        self.column = WidthlessCombo()
        self.column.setAccessibleName("Clinical column")
        self.column.setPlaceholderText("Choose a column…")
        self.column.setMinimumContentsLength(14)
        self.bars = NamesEditor()
        self.bars.set_name("Bars above the heat map", "Clinical columns; the outcome is always there")
        self.bars.committed.connect(lambda _: self.chosen.emit())
        for combo in (self.first, self.second, self.gene, self.column):
            combo.activated.connect(lambda _: self._user_chose())
        self._pages = QStackedWidget()
        self._places: dict[str, int] = {}
        for key, parts in (("two_genes", (words("Genes", "help"), self.first, words("and", "help"), self.second)),
                           ("by_group", (words("Gene", "help"), self.gene, words("by", "help"), self.column)),
                           ("heat_map", (words("Bars above it", "help"), self.bars)),
                           ("correlation", (words("Spearman’s rho; click a tile to see its two genes", "help"),))):
            page = QWidget()
            line = QHBoxLayout(page)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(theme.px(8))
            for part in parts:
                line.addWidget(part, 1 if part is self.bars else 0)
            if self.bars not in parts:
                line.addStretch(1)
            self._places[key] = self._pages.addWidget(page)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def set_receptors(self, names: Sequence[str]) -> None:
        """The analysed genes, strongest first; the second gene starts with HER2 where that is measured."""
        fresh = not self._receptors
        self._receptors = tuple(names)
        for combo in (self.first, self.second, self.gene):
            combo.set_names(names)
        if fresh and len(names) > 1:
            other = HER2 if HER2 in names and names[0] != HER2 else names[1]
            self.second.set_name(other)

    def set_columns(self, names: Sequence[str]) -> None:
        """Clinical columns to compare by and to draw as bars."""
        if tuple(names) == self._columns:
            return
        self._columns = tuple(names)
        before = self.column.currentText()
        self.column.clear()
        self.column.addItems(list(names))
        self.column.setCurrentIndex(self.column.findText(before) if before else -1)
        self.bars.set_options(names)

    def set_asked(self, wanted: Mapping[str, Any]) -> None:
        """Show what the study asks for."""
        pairs, groups = wanted.get("two_genes", ()), wanted.get("by_group", ())
        if pairs:
            first, _, second = str(pairs[-1]).replace(" ", "").partition("+")
            self.set_pair(first, second)
        if groups:
            gene, _, column = str(groups[-1]).partition(" by ")
            self.gene.set_name(gene)
            self.column.setCurrentIndex(self.column.findText(column))
        bars = tuple(wanted.get("annotations", ()))
        if self.bars.value() != bars and wanted.get("heat_map"):
            self.bars.set_value(bars)

    def set_pair(self, first: str, second: str) -> None:
        """Show a pair."""
        self.first.set_name(first)
        self.second.set_name(second)

    def propose(self, receptor: str) -> None:
        """A receptor was selected elsewhere: the group view takes it up."""
        self.gene.set_name(receptor)

    def show_view(self, key: str) -> None:
        """The choices of one view."""
        self.key = key
        self._pages.setCurrentIndex(self._places[key])

    def changes(self) -> dict[str, Any] | None:
        """Parameters that ask for the view as chosen; None while the choice is not complete."""
        if self.key == "two_genes":
            first, second = self.first.currentText(), self.second.currentText()
            return {"two_genes": (f"{first}+{second}",)} if first and second and first != second else None
        if self.key == "by_group":
            gene, column = self.gene.currentText(), self.column.currentText()
            return {"by_group": (f"{gene} by {column}",)} if gene and column else None
        if self.key == "heat_map":
            bars = self.bars.value()
            return {"heat_map": True, "annotations": bars if isinstance(bars, tuple) else ()}
        return {"correlation": True}

    def words(self) -> str:
        """What the step is called in Undo."""
        return {"two_genes": f"show {self.first.currentText()} with {self.second.currentText()}",
                "by_group": f"show {self.gene.currentText()} by {self.column.currentText()}",
                "heat_map": "draw the heat map", "correlation": "draw the correlations"}[self.key]

    def _user_chose(self) -> None:
        if self.changes() is not None:
            self.chosen.emit()
