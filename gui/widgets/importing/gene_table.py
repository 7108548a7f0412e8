"""Gene names of a file: cell, what stands there, what it is used as and why; names to decide have choices in the row.

Not for: finding out what a name means. A choice is never made beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QRadioButton,
    QTableView,
    QWidget,
)

from gui import theme
from gui.widgets.labels import set_look

Index = QModelIndex | QPersistentModelIndex
NOT_SURE = "\0not sure"
HEADERS = ("Cell", "In file", "Use", "Why")
MOST_RADIOS = 3
MOST_WIDGETS = 150
"""Rows with choices beyond these are decided in the file, or after those above are done."""


@dataclass(frozen=True)
class NameRow:
    """One name. ``choices`` makes it a question; ``chosen`` is its answer: NOT_SURE leaves it out, "" is none yet."""

    key: str
    cell: str
    name: str
    use: str
    why: str = ""
    choices: tuple[str, ...] = ()
    chosen: str = ""
    bold: bool = False


class NameModel(QAbstractTableModel):
    """Rows in the order given, filtered by text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._every: tuple[NameRow, ...] = ()
        self.rows: tuple[NameRow, ...] = ()
        self._wanted = ""

    def set_rows(self, rows: Sequence[NameRow]) -> None:
        self._every = tuple(rows)
        self.set_filter(self._wanted)

    def set_filter(self, text: str) -> None:
        """Only rows that hold the text in cell, name or symbol."""
        self.beginResetModel()
        self._wanted = text.strip().lower()
        self.rows = tuple(row for row in self._every if self._wanted in f"{row.cell} {row.name} {row.use}".lower())
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        roles = Qt.ItemDataRole
        asked = bool(row.choices) and not row.chosen
        if role == roles.DisplayRole:
            shown = (row.cell, row.name, "" if row.choices else row.use or "not used", row.why)
            return shown[index.column()]
        if role == roles.BackgroundRole and asked:
            return QBrush(theme.current().colour("warntint"))
        if role == roles.ForegroundRole:
            token = "warn" if index.column() == 3 and asked else "text2" if index.column() in (1, 3) else "text"
            if index.column() == 2 and not row.use:
                token = "text3"
            return QBrush(theme.current().colour(token))
        if role == roles.FontRole:
            bold = index.column() == 0 or (index.column() == 2 and row.bold)
            font: QFont = theme.font("small", bold=bold)
            return font
        if role in (roles.ToolTipRole, roles.AccessibleTextRole):
            said = f"one of {', '.join(row.choices)}" if asked else row.use or "not used"
            return f"{row.cell}: {row.name}, {said}{', ' + row.why if row.why else ''}"
        return None


class GeneTable(QTableView):
    """``answered`` speaks (row key, symbol or NOT_SURE or "" for "ask again"); ``cell_chosen`` an address."""

    answered = Signal(str, str)
    cell_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, compact: bool = False) -> None:
        super().__init__(parent)
        self._compact = compact
        self._letters = 16 if compact else 40
        self._name_width = 88 if compact else 170
        self.names = NameModel(self)
        self.setModel(self.names)
        self.setAccessibleName("Gene names")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.names.modelReset.connect(self._put_choices)
        self.selectionModel().currentRowChanged.connect(self._moved)
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def set_rows(self, rows: Sequence[NameRow]) -> None:
        """List other names; the place in the list stays."""
        if tuple(rows) == self.names._every:
            return
        place, current = self.verticalScrollBar().value(), self.currentIndex().row()
        self.selectionModel().blockSignals(True)
        self.names.set_rows(rows)
        if 0 <= current < self.names.rowCount():
            self.setCurrentIndex(self.names.index(current, 0))
        self.selectionModel().blockSignals(False)
        self.verticalScrollBar().setValue(place)

    def show_cell(self, cell: str) -> None:
        """Make the row of a cell the current one."""
        for at, row in enumerate(self.names.rows):
            if row.cell == cell:
                self.setCurrentIndex(self.names.index(at, 0))
                self.scrollTo(self.names.index(at, 0))
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow panel the reason gives way; it is in the tooltip of the row."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure()

    def _fit(self) -> None:
        taken = sum(self.columnWidth(column) for column in range(3))
        self.setColumnHidden(3, self._compact and self.viewport().width() < taken + theme.px(40))

    def _moved(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid():
            self.cell_chosen.emit(self.names.rows[now.row()].cell)

    def _put_choices(self) -> None:
        for at, row in enumerate(self.names.rows[:MOST_WIDGETS]):
            if row.choices:
                few = len(row.choices) <= MOST_RADIOS and len("".join(row.choices)) <= self._letters
                widget = _radios(row, self) if few else _list(row, self)
                self.setIndexWidget(self.names.index(at, 2), widget)
        self._measure()

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.px(26))
        self.setColumnWidth(0, theme.px(64))
        self.setColumnWidth(1, theme.px(self._name_width))
        widest = 96
        for at, row in enumerate(self.names.rows[:MOST_WIDGETS]):
            widget = self.indexWidget(self.names.index(at, 2)) if row.choices else None
            if widget is not None:
                widest = max(widest, round(widget.sizeHint().width() * 100 / theme.percent()))
        self.setColumnWidth(2, theme.px(min(widest + 12, 420)))
        self._fit()


def _radios(row: NameRow, table: GeneTable) -> QWidget:
    """The genes as radio buttons, and "not sure", which leaves the row out."""
    box = QWidget()
    line = QHBoxLayout(box)
    line.setContentsMargins(theme.px(4), 0, theme.px(4), 0)
    line.setSpacing(theme.px(8))
    group = QButtonGroup(box)
    for symbol in (*row.choices, NOT_SURE):
        button = QRadioButton("not sure" if symbol == NOT_SURE else symbol)
        set_look(button, "letters", "small")
        button.ensurePolished()
        button.setAccessibleName(f"{row.name} in {row.cell}: {button.text()}")
        button.setChecked(symbol == row.chosen)
        button.clicked.connect(lambda _=False, chosen=symbol: table.answered.emit(row.key, chosen))
        group.addButton(button)
        line.addWidget(button)
    line.addStretch(1)
    return box


def _list(row: NameRow, table: GeneTable) -> QWidget:
    """The genes as a list where there are many."""
    box = QComboBox()
    box.setAccessibleName(f"{row.name} in {row.cell}")
    set_look(box, "letters", "small")
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(14)
    box.addItem("choose", "")
    for symbol in row.choices:
        box.addItem(symbol, symbol)
    box.addItem("not sure", NOT_SURE)
    box.setCurrentIndex(max(0, box.findData(row.chosen)))
    box.activated.connect(lambda at: table.answered.emit(row.key, box.itemData(at)))
    return box
