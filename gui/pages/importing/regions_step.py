"""Step 3: the sheet as it was read, in colours, with its problems and its gene names beside each other.

Not for: deciding what a remedy does (remedies.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.problems import Problem
from gui import theme
from gui.pages.importing.draft import Draft, finding_key
from gui.pages.importing.draft_reading import DraftReading, SheetKey, SheetReading
from gui.pages.importing.gene_rows import GeneRow
from gui.pages.importing.regions import place_of
from gui.pages.importing.remedies import acceptable, finding_rows, level_of
from gui.widgets.importing.finding_list import FindingList
from gui.widgets.importing.gene_table import NOT_SURE, GeneTable, NameRow
from gui.widgets.importing.legend import Legend
from gui.widgets.importing.sheet_picture import DECIDE, LOOK
from gui.widgets.importing.sheet_table import SheetTable
from gui.widgets.labels import link, words
from gui.widgets.panel import Panel, Segments

NARROW = 700
MOST_NAMES = 60


class RegionsStep(QWidget):
    """``remedied`` speaks (sheet key, problem, remedy key); ``answered`` (sheet key, GeneRow, symbol)."""

    remedied = Signal(object, object, str)
    accepted = Signal(object)
    answered = Signal(object, str)
    sheet_chosen = Signal()
    header_row_wanted = Signal(int)
    name_column_wanted = Signal(int)
    all_names_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.which = QComboBox()
        self.which.setAccessibleName("Which sheet is shown")
        self.which.activated.connect(self._chosen)
        self.panel = Panel("", inner_margin=False)
        self.size_words = words("", "title")
        self.table = SheetTable()
        self.table.cell_chosen.connect(self._cell_chosen)
        self.table.header_row_wanted.connect(self.header_row_wanted)
        self.table.name_column_wanted.connect(self.name_column_wanted)
        self.legend = Legend()
        self.hidden = link("")
        self.hidden.clicked.connect(self._toggle_hidden)
        foot = QHBoxLayout()
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.hidden)
        self.panel.body.addWidget(self.table, 1)
        self.panel.body.addLayout(foot)
        self.problem_panel = Panel("Problems in this sheet", inner_margin=False)
        self.findings = FindingList("Problems in this sheet")
        self.findings.chosen.connect(self._finding_chosen)
        self.findings.remedied.connect(self._finding_remedied)
        self.problem_panel.set_content(self.findings)
        self.accept = self.problem_panel.set_link("", self._accept)
        self.gene_panel = Panel("Gene names", "dates are never guessed", inner_margin=False)
        self.genes = GeneTable(compact=True)
        self.genes.answered.connect(self._gene_answered)
        self.genes.cell_chosen.connect(self.show_cell)
        self.gene_panel.set_content(self.genes)
        self.all_names = self.gene_panel.set_link("", self.all_names_wanted.emit)
        self.turn = Segments((("problems", "Problems"), ("genes", "Gene names")), "Below the sheet", small=True)
        self.turn.chosen.connect(lambda _: self._fold())
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.turn)
        pair = QHBoxLayout()
        pair.setSpacing(theme.px(8))
        pair.addWidget(self.problem_panel, 1)
        pair.addWidget(self.gene_panel, 1)
        column.addLayout(pair, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.panel)
        self.splitter.addWidget(below)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        outer.addWidget(self.which)
        outer.addWidget(self.splitter, 1)
        self._reading: DraftReading | None = None
        self._draft: Draft | None = None
        self._key: SheetKey | None = None
        self._rows: dict[str, GeneRow] = {}
        self._problems: dict[str, Problem] = {}

    @property
    def sheet(self) -> SheetReading | None:
        """The sheet that is shown."""
        return self._reading.sheet(self._key) if self._reading is not None and self._key is not None else None

    def show_reading(self, draft: Draft, reading: DraftReading) -> None:
        """Show a draft as it reads now; the sheet that was shown stays if it is still used."""
        self._draft, self._reading = draft, reading
        keys = [sheet.key for sheet in reading.sheets]
        if self._key not in keys:
            failed = [sheet.key for sheet in reading.sheets if any(table.failed for table in sheet.tables)]
            self._key = next(iter([*failed, *keys]), None)
        self.which.clear()
        for sheet in reading.sheets:
            path, name = sheet.key
            self.which.addItem(f"{path.name}, {name}" if name else path.name)
        self.which.setVisible(len(keys) > 1)
        if self._key is not None:
            self.which.setCurrentIndex(keys.index(self._key))
        self._show()

    def show_nothing(self, draft: Draft, busy: bool) -> None:
        """Nothing is read yet, or no sheet is used."""
        self._draft, self._reading, self._key = draft, None, None
        self.which.setVisible(False)
        self._show()
        if busy:
            self.panel.set_title("Reading", "a moment")
        elif draft.spec.assays:
            self.panel.set_title("Every table is of an assay", "which column is what stands in step 2, what became of "
                                 "every row in step 6")

    def show_sheet(self, key: SheetKey) -> None:
        """Bring a sheet to the front."""
        if self._reading is not None and self._reading.sheet(key) is not None and key != self._key:
            self._key = key
            self.show_reading(self._draft, self._reading)  # type: ignore[arg-type]

    def show_cell(self, cell: str) -> None:
        """Make a cell of the sheet the current one, by its address."""
        sheet = self.sheet
        if sheet is None or sheet.table is None:
            return
        from core.data.sheets.importing import cell_of_address

        place = cell_of_address(cell, sheet.table)
        if place is not None:
            self.table.show_cell(*place)

    def show_problem(self, problem: Problem) -> bool:
        """Show the sheet and cell of a problem; False where it names none of these sheets."""
        for sheet in self._reading.sheets if self._reading is not None else ():
            if sheet.table is not None and (problem.where.file, problem.where.sheet) == (
                    sheet.table.file, sheet.table.sheet):
                self.show_sheet(sheet.key)
                self.findings.set_current(finding_key(problem))
                place = place_of(problem, sheet.table, sheet.picture.rows if sheet.picture is not None else None)
                if place is not None:
                    self.table.show_cell(*place)
                return True
        return False

    def _show(self) -> None:
        sheet = self.sheet
        self.table.setVisible(sheet is not None and sheet.picture is not None)
        if sheet is None or self._draft is None:
            self.panel.set_title("No sheet is used yet", "choose one in the steps before")
            self.findings.set_rows(())
            self.genes.set_rows(())
            return
        path, name = sheet.key
        size = f"{sheet.table.n_rows:,} rows × {sheet.table.n_columns:,} columns" if sheet.table is not None else ""
        shown = sheet.table.sheet if sheet.table is not None else name or ""
        parts = [part for part in (f"sheet “{shown}”" if shown else "", size) if part]
        narrow = self.width() < theme.px(NARROW)
        self.panel.set_title(path.name, "" if narrow else ", ".join(parts))
        self.panel.setToolTip(", ".join(parts) if narrow else "")
        label = words(sheet.words, "title")
        self.panel.set_right(label)
        self.table.set_picture(sheet.picture)
        if sheet.picture is not None:
            kinds = {mark.kind for mark in sheet.picture.marks.values()}
            self.legend.set_roles(sheet.picture.roles_shown(), LOOK in kinds, DECIDE in kinds)
        self._show_hidden()
        self._show_problems(sheet)
        self._rows = {row.cell: row for row in sheet.genes}
        asked = sum(row.asked for row in sheet.genes)
        self.genes.set_rows(name_rows([row for row in sheet.genes if row.choices or row.changed or row.receptor]
                                      [:MOST_NAMES], self._draft))
        self.gene_panel.set_title("Gene names", f"{asked:,} to decide" if asked else "dates are never guessed")
        self.all_names.setText(f"All {len(sheet.genes):,}" if sheet.genes else "")
        self.all_names.setVisible(bool(sheet.genes))
        self._fold()

    def _show_problems(self, sheet: SheetReading) -> None:
        assert self._draft is not None
        problems = sheet.problems
        self._problems = {finding_key(problem): problem for problem in problems}
        self.findings.set_rows(finding_rows(problems, sheet, self._draft), "Nothing to look at in this sheet.")
        levels = [level_of(problem, self._draft) for problem in problems]
        decide, look = levels.count("decide"), levels.count("look")
        parts = [f"{decide} to decide" if decide else "", f"{look} to look at" if look else ""]
        self.problem_panel.set_title("Problems in this sheet", ", ".join(part for part in parts if part)
                                     or "nothing to decide")
        self.accept.setText(f"Accept the {look}")
        self.accept.setVisible(look > 0)

    def _show_hidden(self) -> None:
        rows = self.table.sheet.hidden_rows
        shown = ", ".join(str(row + 1) for row in rows[:4]) + (", …" if len(rows) > 4 else "")
        self.hidden.setVisible(bool(rows))
        self.hidden.setText(f"Hide {shown} again" if self.table.sheet.hidden_shown else f"{shown} hidden: show")

    def _toggle_hidden(self) -> None:
        self.table.sheet.show_hidden(not self.table.sheet.hidden_shown)
        self._show_hidden()

    def _chosen(self, at: int) -> None:
        if self._reading is not None:
            self._key = self._reading.sheets[at].key
            self._show()
            self.sheet_chosen.emit()

    def _cell_chosen(self, row: int, column: int) -> None:
        sheet = self.sheet
        if sheet is None or sheet.table is None:
            return
        cell = sheet.table.cell(row, column)
        there = [row.key for row in self.findings.rows() if self._problems[row.key].where.cell == cell]
        if there:
            self.findings.set_current(there[0])
        if cell in self._rows:
            self.genes.blockSignals(True)
            self.genes.show_cell(cell)
            self.genes.blockSignals(False)

    def _finding_chosen(self, key: str) -> None:
        sheet, problem = self.sheet, self._problems.get(key)
        if sheet is None or sheet.table is None or problem is None:
            return
        place = place_of(problem, sheet.table, sheet.picture.rows if sheet.picture is not None else None)
        if place is not None:
            self.table.show_cell(*place)

    def _finding_remedied(self, key: str, remedy: str) -> None:
        if self.sheet is not None and key in self._problems:
            self.remedied.emit(self.sheet, self._problems[key], remedy)

    def _accept(self) -> None:
        if self.sheet is not None and self._draft is not None:
            self.accepted.emit(acceptable(self.sheet.problems, self._draft))

    def _gene_answered(self, cell: str, symbol: str) -> None:
        if cell in self._rows:
            self.answered.emit(self._rows[cell], symbol)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Two panels beside each other, or one of them where there is no room (or no names)."""
        has_genes = bool(self.sheet is not None and self.sheet.genes)
        narrow = self.width() < theme.px(NARROW) and has_genes
        self.turn.setVisible(narrow)
        self.problem_panel.setVisible(not narrow or self.turn.key == "problems")
        self.gene_panel.setVisible(has_genes and (not narrow or self.turn.key == "genes"))


def name_rows(rows: Sequence[GeneRow], draft: Draft) -> list[NameRow]:
    """Gene rows as the table shows them, each with the answer that was given."""
    answers = {name.strip().upper(): symbol for name, symbol in draft.spec.answers.genes.items()}
    shown = []
    for row in rows:
        chosen = ""
        if row.answered:
            chosen = answers.get(row.name.upper(), "") or NOT_SURE
        shown.append(NameRow(row.cell, row.cell, row.name, row.symbol, "ask" if row.asked else row.why, row.choices,
                             chosen, row.receptor))
    return shown
