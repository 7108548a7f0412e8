"""The sheet as it is, coloured by what was read: scrolls any size, marks cells, lets a region be corrected.

Not for: what the colours mean (sheet_picture.py) or what is done about a cell; it only says what was pointed at.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from core.data.files.raw_table import column_letters
from gui import theme
from gui.widgets.importing.sheet_model import SheetModel
from gui.widgets.importing.sheet_picture import DECIDE, SheetPicture

_ROWS_MEASURED, _COLUMNS_MEASURED, _LONGEST_MEASURED = 30, 200, 3
_NARROWEST, _WIDEST = 56, 170


class _Cells(QStyledItemDelegate):
    """Ground and text of the model, and an edge where a cell needs a look or is the current one.

    A window full of cells is some 500 of them, painted anew at every scroll, so each asks the model once.
    """

    def __init__(self, sheet: SheetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = sheet
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem,
              index: QModelIndex | QPersistentModelIndex) -> None:
        sheet = self._sheet
        rect: QRect = option.rect
        row, column = index.row(), index.column()
        text, ground, ink, font, align, mark = sheet.look_of(row, column)
        painter.fillRect(rect, ground)
        painter.setPen(self._line)
        right, bottom = rect.right(), rect.bottom()
        painter.drawLine(right, rect.top(), right, bottom)
        painter.drawLine(rect.left(), bottom, right, bottom)
        if text:
            painter.setFont(font)
            painter.setPen(ink)
            inner = rect.adjusted(self._pad, 0, -self._pad, 0)
            if len(text) > 7:
                text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, align, text)
        if mark is not None:
            painter.setPen(QPen(theme.current().colour("errline" if mark.kind == DECIDE else "warnline"), 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        if (row, column) == sheet.current:
            painter.setPen(QPen(theme.current().colour("sel"), 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))

    def _measure(self) -> None:
        self._line = QPen(theme.current().colour("line"))
        self._pad = theme.px(6)


class _RowHeader(QHeaderView):
    """Row numbers; an amber line where hidden rows are passed over, and a grip under the header rows."""

    header_dragged = Signal(int)
    """The row of the file under which the header was dropped."""

    def __init__(self, model: SheetModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._model = model
        self._dragging = False
        self.setSectionsClickable(True)
        self.viewport().setMouseTracking(True)
        self.setHighlightSections(True)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        painter.save()
        super().paintSection(painter, rect, logical)
        painter.restore()
        if self._model.gap_before(logical):
            painter.setPen(QPen(theme.current().colour("warnline"), 2))
            painter.drawLine(rect.left(), rect.top() + 1, rect.right(), rect.top() + 1)
        if self._last_header() == logical:
            painter.setPen(QPen(theme.current().colour("accent"), 2))
            painter.drawLine(rect.left(), rect.bottom() - 1, rect.right(), rect.bottom() - 1)

    def _last_header(self) -> int:
        return self._model.last_header

    def _on_grip(self, y: float) -> bool:
        last = self._last_header()
        if last < 0:
            return False
        edge = self.sectionViewportPosition(last) + self.sectionSize(last)
        return abs(y - edge) <= theme.px(4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._on_grip(event.position().y()):
            self._dragging = True
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        grip = self._dragging or self._on_grip(event.position().y())
        self.viewport().setCursor(Qt.CursorShape.SplitVCursor if grip else Qt.CursorShape.ArrowCursor)
        if not self._dragging:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._dragging:
            super().mouseReleaseEvent(event)
            return
        self._dragging = False
        half = theme.px(10)
        row = self.logicalIndexAt(QPoint(0, max(0, round(event.position().y()) - half)))
        if 0 <= row < self._model.rowCount() and row != self._last_header():
            self.header_dragged.emit(self._model.sheet_row(row))


class SheetTable(QTableView):
    """Addresses in signals are rows and columns of the file, from 0."""

    cell_chosen = Signal(int, int)
    header_row_wanted = Signal(int)
    name_column_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = SheetModel(self)
        self.setModel(self.sheet)
        self.setItemDelegate(_Cells(self.sheet, self))
        rows = _RowHeader(self.sheet, self)
        self.setVerticalHeader(rows)
        rows.header_dragged.connect(self.header_row_wanted)
        self.setAccessibleName("The sheet, coloured by what was read")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.selectionModel().currentChanged.connect(self._moved)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self.horizontalHeader().setHighlightSections(True)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def set_picture(self, picture: SheetPicture | None) -> None:
        """Show a sheet; the same sheet read otherwise keeps its place."""
        before = self.sheet.picture
        same = before is not None and picture is not None and before.table is picture.table
        place = (self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        current = self.currentIndex()
        cell = (self.sheet.sheet_row(current.row()), current.column()) if same and current.isValid() else None
        self.selectionModel().blockSignals(True)
        self.sheet.set_picture(picture)
        self.selectionModel().blockSignals(False)
        if not same:
            self._measure()
        else:
            self.horizontalScrollBar().setValue(place[0])
            self.verticalScrollBar().setValue(place[1])
            if cell is not None:
                self._select(*cell)

    def show_cell(self, row: int, column: int) -> None:
        """Make a cell the current one and scroll to it; a hidden row is shown."""
        if row in self.sheet.hidden_rows and not self.sheet.hidden_shown:
            self.sheet.show_hidden(True)
        self._select(row, column)
        self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _select(self, row: int, column: int) -> None:
        at = self.sheet.view_row(row)
        if at >= 0:
            self.setCurrentIndex(self.sheet.index(at, column))

    def _moved(self, now: QModelIndex, before: QModelIndex) -> None:
        self.sheet.current = (now.row(), now.column()) if now.isValid() else (-1, -1)
        self.viewport().update()
        if now.isValid():
            self.cell_chosen.emit(self.sheet.sheet_row(now.row()), now.column())

    def menu_of(self, index: QModelIndex) -> QMenu:
        """What can be said about a cell's row and column."""
        row, column = self.sheet.sheet_row(index.row()), index.column()
        menu = QMenu(self)
        header = QAction(f"Row {row + 1} is the header", menu)
        header.triggered.connect(lambda: self.header_row_wanted.emit(row))
        names = QAction(f"The names are in column {column_letters(column)}", menu)
        names.triggered.connect(lambda: self.name_column_wanted.emit(column))
        menu.addActions([header, names])
        return menu

    def _menu(self, point: QPoint) -> None:
        index = self.indexAt(point)
        index = index if index.isValid() else self.currentIndex()
        if index.isValid():
            menu = self.menu_of(index)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.viewport().mapToGlobal(point))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(120))

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.px(20))
        self.verticalHeader().setMinimumWidth(theme.px(36))
        self.horizontalHeader().setMinimumHeight(theme.px(21))
        self.horizontalHeader().setDefaultSectionSize(theme.px(78))
        picture = self.sheet.picture
        if picture is None:
            return
        metrics = self.fontMetrics()
        rows = min(_ROWS_MEASURED, self.sheet.rowCount())
        for column in range(min(_COLUMNS_MEASURED, picture.table.n_columns)):
            texts = {str(self.sheet.data(self.sheet.index(row, column)))[:40] for row in range(rows)}
            widest = max(map(metrics.horizontalAdvance, sorted(texts, key=len, reverse=True)[:_LONGEST_MEASURED]),
                         default=0)
            self.setColumnWidth(column, min(max(widest + theme.px(20), theme.px(_NARROWEST)), theme.px(_WIDEST)))
