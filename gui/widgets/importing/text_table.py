"""A table of plain words: some of them dimmed, walked with the arrow keys.

Not for: sorting, filtering or numbers (frame_table.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui import theme

Index = QModelIndex | QPersistentModelIndex
MOST_WRAPPED = 500


class TextRows(QAbstractTableModel):
    """Rows of text under headers; those of ``faded`` are shown dimmed."""

    def __init__(self, headers: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.headers = tuple(headers)
        self.rows: tuple[tuple[str, ...], ...] = ()
        self.faded: frozenset[int] = frozenset()

    def set_rows(self, rows: Sequence[Sequence[str]], faded: Sequence[int] = ()) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows, self.faded = tuple(tuple(row) for row in rows), frozenset(faded)
        self.endResetModel()

    def set_headers(self, headers: Sequence[str]) -> None:
        """Other words above the same columns."""
        self.headers = tuple(headers)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.headers) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.headers[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return ", ".join(part for part in self.rows[index.row()] if part)
        if role == Qt.ItemDataRole.ForegroundRole and index.row() in self.faded:
            return theme.current().colour("text3")
        return None


class TextTable(QTableView):
    """``set_rows`` fills it; the last column takes what is left of the width.

    Rows are one line high. With ``wraps`` they are as high as their sentences need, as long as there are few enough.
    """

    def __init__(self, headers: Sequence[str], name: str, parent: QWidget | None = None, *,
                 wraps: bool = False) -> None:
        super().__init__(parent)
        self._wraps = wraps
        self.rows = TextRows(headers, self)
        self.setModel(self.rows)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads = self.horizontalHeader()
        heads.setStretchLastSection(True)
        heads.setResizeContentsPrecision(200)
        for at in range(len(self.rows.headers) - 1):
            heads.setSectionResizeMode(at, QHeaderView.ResizeMode.ResizeToContents)
        heads.setMaximumSectionSize(theme.px(260))
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def set_rows(self, rows: Sequence[Sequence[str]], faded: Sequence[int] = ()) -> None:
        """Show other rows; ``faded`` are places of rows that are not used."""
        self.rows.set_rows(rows, faded)
        self._fit_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another number of lines."""
        super().resizeEvent(event)
        self._fit_rows()

    def _fit_rows(self) -> None:
        """Each row as high as its longest sentence in the width that its column has."""
        if self._wraps and self.rows.rowCount() <= MOST_WRAPPED:
            least = self.verticalHeader().defaultSectionSize()
            for row in range(self.rows.rowCount()):
                self.setRowHeight(row, max(least, self.sizeHintForRow(row) + theme.px(6)))

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """What is shown."""
        return self.rows.rows

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.px(24))
        self.horizontalHeader().setMaximumSectionSize(theme.px(260))
        self._fit_rows()
        self.viewport().update()
