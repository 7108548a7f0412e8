"""A table of results on screen: sorted by its headers, filtered by Ctrl+F, copied at full precision.

Not for: editing. Nothing typed here could change a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QTableView, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import IconButton, words
from gui.widgets.table_rows import ColumnTable, TableRows

MEASURED_ROWS = 200
WIDEST_COLUMN = 320
ZEBRA_ABOVE = 12


class FrameTable(QTableView):
    """Rows are selected whole. ``row_activated`` and ``row_selected`` carry the raw values of the row."""

    row_activated = Signal(dict)
    row_selected = Signal(dict)
    filter_requested = Signal()
    copied = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, name: str = "Table") -> None:
        super().__init__(parent)
        self._quiet = False
        self.setAccessibleName(name)
        self.rows = TableRows(self)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.sortIndicatorChanged.connect(self._sort)
        self.doubleClicked.connect(self._activate)
        self.copy_all_action = QAction("Copy all rows", self)
        self.copy_all_action.triggered.connect(self.copy_all)
        self.copy_action = QAction("Copy the selected rows", self)
        self.copy_action.triggered.connect(self.copy_selection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.addActions([self.copy_action, self.copy_all_action])
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def set_table(self, table: ColumnTable | None, *, kinds: Mapping[str, str] | None = None,
                  titles: Mapping[str, str] | None = None, missing: str = "not defined") -> None:
        """Show a table.

        Parameters
        ----------
        table : ColumnTable, optional
            Anything with ``columns`` (name -> values) and ``describe`` (name -> words), such as a ResultTable.
        kinds : mapping of str to str, optional
            Column -> kind of column_words.KINDS, where its name would not tell.
        titles : mapping of str to str, optional
            Column -> what its header says, with the unit; else its name. Copy always gives the name.
        missing : str
            The word for a missing value.
        """
        self._quiet = True
        self.rows.set_table(table, kinds or {}, titles or {}, missing)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setAlternatingRowColors(self.rows.columnCount() > ZEBRA_ABOVE)
        self._size_columns()
        self._quiet = False

    def set_filter(self, text: str) -> int:
        """Show only rows with a text in their words; returns how many are left."""
        return self.rows.set_filter(text)

    def sort_by(self, column: str, *, falling: bool = False) -> None:
        """Sort by a column of the table. Raises KeyError."""
        place = self.rows.column_named(column)
        if place < 0:
            raise KeyError(column)
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(place, order)

    def set_selected_key(self, column: str, value: Any) -> bool:
        """Select the row with a value in a column, without saying so; False where there is none."""
        row = self.rows.shown_row_of(column, value)
        self._quiet = True
        if row < 0:
            self.clearSelection()
        else:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self.rows.index(row, max(self.currentIndex().column(), 0)),
                                                  flags.ClearAndSelect | flags.Rows)
            self.scrollTo(self.currentIndex())
        self._quiet = False
        return row >= 0

    def show_column(self, start: str) -> str:
        """Bring the first column whose name begins so, or holds it, into sight; returns its name or nothing."""
        needle = start.strip().casefold().replace(" ", "_")
        names = [column.name for column in self.rows.columns]
        fits = [name for name in names if needle and name.casefold().startswith(needle)]
        fits += [name for name in names if needle and needle in name.casefold()]
        if fits and self.rows.rowCount():
            self.scrollTo(self.rows.index(max(self.currentIndex().row(), 0), names.index(fits[0])))
        return fits[0] if fits else ""

    def selected_records(self) -> list[dict[str, Any]]:
        """The raw values of the selected rows, in the order on screen."""
        return [self.rows.record(row) for row in self._selected_rows()]

    def copy_selection(self) -> None:
        """The selected rows with headers, at full precision; all rows where none is selected."""
        self._copy(self._selected_rows() or list(range(self.rows.rowCount())))

    def copy_all(self) -> None:
        """All rows on screen with headers, at full precision."""
        self._copy(list(range(self.rows.rowCount())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.filter_requested.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._activate(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows.rowCount() and self.rows.columnCount():
            self.selectionModel().setCurrentIndex(self.rows.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if not self._quiet and not selected.isEmpty() and self.currentIndex().isValid():
            self.row_selected.emit(self.rows.record(self.currentIndex().row()))

    def _selected_rows(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def _copy(self, rows: list[int]) -> None:
        """Tab-separated; a text that a spreadsheet program would run as a formula gets its apostrophe, as in files."""
        from core.export.tables import protected

        header = self.horizontalHeader()
        columns = [self.rows.columns[header.logicalIndex(place)] for place in range(len(self.rows.columns))]
        lines = ["\t".join(protected(column.name) for column in columns)]
        numbers = [int(self.rows.shown[row]) for row in rows]
        lines += ["\t".join(protected(column.raw_text(number)) for column in columns) for number in numbers]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")
        self.copied.emit(len(rows))

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        if not self._quiet:
            self.rows.sort(column, order)
            if self.currentIndex().isValid():
                self.scrollTo(self.currentIndex())

    def _activate(self, index: QModelIndex) -> None:
        if index.isValid():
            self.row_activated.emit(self.rows.record(index.row()))

    def _size_columns(self) -> None:
        """Widths from the headers and the first rows only: a table of 20,000 rows opens as fast as a short one."""
        small = QFontMetrics(theme.font("small"))
        bold = QFontMetrics(theme.font("caption", bold=True))
        seen = range(min(MEASURED_ROWS, self.rows.total))
        for place, column in enumerate(self.rows.columns):
            longest = sorted({column.text(row) for row in seen}, key=len, reverse=True)[:8]
            width = max((small.horizontalAdvance(text) for text in longest), default=0)
            head = bold.horizontalAdvance(f"{column.title or column.name} \u2193")
            width = max(int(width * 1.06), head) + theme.px(26)
            self.setColumnWidth(place, min(width, theme.px(WIDEST_COLUMN)))

    def _measure(self) -> None:
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(theme.px(24))
        self.setIconSize(theme.icon_size(14))
        self._size_columns()


class FilterBar(QWidget):
    """The line that Ctrl+F opens above a table. Esc empties and closes it."""

    def __init__(self, table: FrameTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a gene, a patient or a column")
        self.field.setAccessibleName("Find in the table")
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(table.setFocus)
        self._found = words("", "help")
        self._close = IconButton("x", "Close the filter and show all rows")
        self._close.clicked.connect(self.close_filter)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.field, 1)
        line.addWidget(self._found)
        line.addWidget(self._close)
        table.filter_requested.connect(self.open_filter)
        self.hide()

    def open_filter(self) -> None:
        """Show the line and put the cursor into it."""
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def close_filter(self) -> None:
        """Show all rows again."""
        self.field.clear()
        self.hide()
        self._table.setFocus()

    def text(self) -> str:
        """What the line says was found."""
        return self._found.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_filter()
        elif event.key() == Qt.Key.Key_Down:
            self._table.setFocus()
        else:
            super().keyPressEvent(event)

    def _filter(self, text: str) -> None:
        left = self._table.set_filter(text)
        if not text.strip():
            self._found.setText("")
        elif left:
            self._found.setText(f"{left:,} of {self._table.rows.total:,} rows")
        else:
            column = self._table.show_column(text)
            if column:
                self._table.set_filter("")
                self._table.show_column(column)
            self._found.setText(f"Column “{column}”" if column else f"No row holds “{text.strip()}”")


class FilteredTable(QWidget):
    """A table with its filter line above it."""

    def __init__(self, parent: QWidget | None = None, *, name: str = "Table") -> None:
        super().__init__(parent)
        self.table = FrameTable(name=name)
        self.filter_bar = FilterBar(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(self.filter_bar)
        column.addWidget(self.table, 1)
        self.setFocusProxy(self.table)
