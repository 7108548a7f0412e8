"""The rows of a table as Qt asks for them: sorted and filtered by one array of row numbers, nothing copied.

Not for: the view around it (frame_table.py) or how a cell reads (column_words.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from gui import theme
from gui.widgets.column_words import Column, make_column

Index = QModelIndex | QPersistentModelIndex
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ColumnTable(Protocol):
    """What a table is made from; a ResultTable is one."""

    @property
    def columns(self) -> Mapping[str, Sequence[Any] | NDArray[Any]]: ...
    @property
    def describe(self) -> Mapping[str, str]: ...


class TableRows(QAbstractTableModel):
    """``shown`` holds the row numbers of the table in the order on screen."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.shown: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self.total = 0
        self._needle = ""
        self._sorted_by = -1
        self._falling = False
        self._haystack: list[str] | None = None

    def set_table(self, table: ColumnTable | None, kinds: Mapping[str, str], titles: Mapping[str, str],
                  missing: str) -> None:
        """Show another table, unsorted and unfiltered."""
        self.beginResetModel()
        columns = table.columns if table is not None else {}
        describe = table.describe if table is not None else {}
        self.columns = tuple(make_column(name, values, describe.get(name, ""), kinds.get(name, ""), missing,
                                         titles.get(name, ""))
                             for name, values in columns.items())
        self.total = len(self.columns[0].values) if self.columns else 0
        self._needle, self._sorted_by, self._falling, self._haystack = "", -1, False, None
        self.shown = np.arange(self.total, dtype=np.intp)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], int(self.shown[index.row()])
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            return column.text(row)
        if role == roles.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == roles.FontRole and column.holds(row):
            return theme.font("small", bold=True)
        if role == roles.ForegroundRole and column.is_missing(row):
            return theme.current().colour("text3")
        if role == roles.ToolTipRole:
            text = column.raw_text(row)
            return text if text and text != column.text(row) else None
        if role == roles.AccessibleTextRole:
            return f"{column.name}: {column.text(row)}" + (", holds" if column.holds(row) else "")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = (" \u2193" if self._falling else " \u2191") if section == self._sorted_by else ""
            return (column.title or column.name) + arrow
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.describe or column.title or column.name
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; missing values stay last in both directions. -1 is the table's own order."""
        self._sorted_by, self._falling = column, order == Qt.SortOrder.DescendingOrder
        self._rearrange()
        if self.columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def set_filter(self, needle: str) -> int:
        """Keep rows with the text in any of their words; returns how many are left."""
        self._needle = needle.strip().casefold()
        self._rearrange()
        return len(self.shown)

    @property
    def filtered(self) -> bool:
        """True while rows are hidden by the filter."""
        return bool(self._needle)

    def column_named(self, name: str) -> int:
        """The position of a column, -1 where there is none."""
        return next((place for place, column in enumerate(self.columns) if column.name == name), -1)

    def record(self, shown_row: int) -> dict[str, Any]:
        """The raw values of a row on screen, by column."""
        row = int(self.shown[shown_row])
        return {column.name: column.values[row] for column in self.columns}

    def shown_row_of(self, name: str, value: Any) -> int:
        """Where the first row with a value in a column stands on screen, -1 where it does not."""
        place = self.column_named(name)
        if place < 0:
            return -1
        values = self.columns[place].values
        for position, row in enumerate(self.shown.tolist()):
            if values[row] == value:
                return position
        return -1

    def _rearrange(self) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows_before = [int(self.shown[index.row()]) for index in before]
        if 0 <= self._sorted_by < len(self.columns):
            column = self.columns[self._sorted_by]
            order = column.order()
            if self._falling:
                missing = column.n_missing()
                order = np.concatenate([order[: len(order) - missing][::-1], order[len(order) - missing:]])
        else:
            order = np.arange(self.total, dtype=np.intp)
        if self._needle:
            haystack = self._words()
            keep = np.fromiter((self._needle in text for text in haystack), dtype=bool, count=self.total)
            order = order[keep[order]]
        self.shown = order
        if before:
            place = np.full(self.total, -1, dtype=np.intp)
            place[order] = np.arange(len(order))
            moved = [self.index(int(place[row]), index.column()) if place[row] >= 0 else QModelIndex()
                     for row, index in zip(rows_before, before, strict=True)]
            self.changePersistentIndexList(before, moved)
        self.layoutChanged.emit()

    def _words(self) -> list[str]:
        """All words of each row in one text, put together when first searched."""
        if self._haystack is None:
            texts = [[str(value) for value in column.values] for column in self.columns if column.numbers is None]
            self._haystack = ["\n".join(row).casefold() for row in zip(*texts)] if texts else [""] * self.total
        return self._haystack
