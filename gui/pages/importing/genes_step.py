"""Step 4: every gene name of the expression tables, those to decide first.

Not for: finding out what a name means.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui import theme
from gui.pages.importing.draft import Draft
from gui.pages.importing.draft_reading import DraftReading
from gui.pages.importing.gene_rows import GeneRow
from gui.pages.importing.regions_step import name_rows
from gui.widgets.importing.gene_table import GeneTable
from gui.widgets.labels import words
from gui.widgets.panel import Panel, Segments

SHOWN = (("changed", "To decide and changed"), ("rtk", "RTKs"), ("all", "All"))


class GenesStep(QWidget):
    """``answered`` speaks (GeneRow, symbol)."""

    answered = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.sentence = words("", "help", wrap=True)
        line = QHBoxLayout()
        self.shown = Segments(SHOWN, "Names shown", small=True)
        self.shown.chosen.connect(lambda _: self._show())
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a name, symbol or cell")
        self.search.setAccessibleName("Find a name, symbol or cell")
        self.search.setClearButtonEnabled(True)
        line.addWidget(self.shown)
        line.addWidget(self.search, 1)
        self.panel = Panel("Gene names", "dates and numbers are never guessed", inner_margin=False)
        self.table = GeneTable()
        self.search.textChanged.connect(self.table.names.set_filter)
        self.table.answered.connect(self._answered)
        self.panel.set_content(self.table)
        column.addWidget(self.sentence)
        column.addLayout(line)
        column.addWidget(self.panel, 1)
        self._rows: dict[str, GeneRow] = {}
        self._draft: Draft | None = None

    def show_reading(self, draft: Draft, reading: DraftReading) -> None:
        """List the names of all expression tables."""
        self._draft = draft
        several = sum(bool(sheet.genes) for sheet in reading.sheets) > 1
        self._rows = {f"{row.place.sheet or row.place.file}!{row.cell}" if several else row.cell: row
                      for sheet in reading.sheets for row in sheet.genes}
        rows = self._rows.values()
        asked = [row for row in rows if row.asked]
        receptors = len({row.symbol for row in rows if row.receptor and row.symbol and not row.left_out})
        if not self._rows:
            self.sentence.setText("No gene names: no expression table is read yet, or it cannot be read. "
                                  "Nothing to decide here.")
        elif asked:
            of_rtk = sum(row.receptor for row in asked)
            rest = f"; {of_rtk} of them may be an RTK" if of_rtk else "; none of them can be an RTK"
            self.sentence.setText(f"{len(asked):,} {'name means' if len(asked) == 1 else 'names mean'} more than one "
                                  f"gene{rest}. Rows without an answer are left out, and nothing else changes.")
        else:
            self.sentence.setText(f"Nothing to decide. {receptors} RTKs among {len(self._rows):,} names.")
        self._show()

    def show_nothing(self, *, assays: bool = False) -> None:
        """No table is read that has its genes in rows or columns; those of assays are read with them."""
        self._rows = {}
        self.table.set_rows(())
        self.sentence.setText("Names of an assay's table are read with it: step 6 lists each that was changed, and "
                              "every question." if assays else "No table is read yet, so there are no names.")

    def show_cell(self, cell: str) -> None:
        """Make the row of a cell the current one."""
        if not any(row.cell == cell for row in self.table.names.rows):
            self.shown.set_key("all")
            self._show()
        self.table.show_cell(cell)
        self.table.setFocus()

    def _show(self) -> None:
        if self._draft is None:
            return
        rows = list(self._rows.items())
        if self.shown.key == "changed":
            rows = [(key, row) for key, row in rows if row.choices or row.changed]
        elif self.shown.key == "rtk":
            rows = [(key, row) for key, row in rows if row.receptor]
        shown = name_rows([row for _, row in rows], self._draft)
        self.table.set_rows([type(each)(key, key, each.name, each.use, each.why, each.choices, each.chosen, each.bold)
                             for (key, _), each in zip(rows, shown, strict=True)])

    def _answered(self, key: str, symbol: str) -> None:
        if key in self._rows:
            self.answered.emit(self._rows[key], symbol)
