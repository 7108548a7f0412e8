"""The rail at the left: the pages in their groups, each with its question and how it stands.

Not for: deciding the states; the window asks the pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui import theme

Index = QModelIndex | QPersistentModelIndex
STATES: Mapping[str, tuple[str, str, str]] = {
    "done": ("ok", "ok", "up to date"), "stale": ("stale", "text2", "changed since the run"),
    "look": ("warn", "warn", "something to look at"), "none": ("circ", "text3", "not started"),
}
WIDE, COMPACT = 212, 176
LOOSE, TIGHT = 8, 3


@dataclass(frozen=True)
class RailPage:
    """One page of the rail. ``state``: done, stale, look or none; ``group`` is the heading above its first page."""

    key: str
    number: int
    title: str
    question: str
    group: str = ""
    state: str = "none"

    def spoken(self) -> str:
        """What a screen reader says."""
        return f"{self.number} {self.title}: {self.question} {STATES[self.state][2].capitalize()}."


class RailRows(QAbstractListModel):
    """Headings (text) and pages in order."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.rows: tuple[str | RailPage, ...] = ()

    def set_pages(self, pages: Sequence[RailPage]) -> None:
        """Show pages; the rows stay when only their states changed."""
        rows: list[str | RailPage] = []
        group = ""
        for page in pages:
            if page.group and page.group != group:
                rows.append(page.group)
            group = page.group
            rows.append(page)
        if [_identity(row) for row in rows] == [_identity(row) for row in self.rows]:
            self.rows = tuple(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self.rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if isinstance(row, str):
            return row if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken()
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.question} {STATES[row.state][2].capitalize()}."
        return None

    def position(self, key: str) -> int:
        """The row of a page, -1 where there is none."""
        return next((number for number, row in enumerate(self.rows)
                     if isinstance(row, RailPage) and row.key == key), -1)


def _identity(row: str | RailPage) -> tuple[str, ...]:
    return (row,) if isinstance(row, str) else (row.key, row.title, row.question, str(row.number))


class RailDelegate(QStyledItemDelegate):
    """Draws a heading, or number, name, question and state."""

    def __init__(self, rail: Rail) -> None:
        super().__init__(rail)
        self._rail = rail

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = self._rail.rows.rows[index.row()]
        if isinstance(row, str):
            return QSize(10, theme.px(26))
        return QSize(10, theme.px(30 if self._rail.compact else 42))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._rail.rows.rows[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRect(option.rect)
        state = option.state
        if isinstance(row, str):
            painter.setFont(theme.font("caption", bold=True))
            painter.setPen(theme.current().colour("text3"))
            area = rect.adjusted(theme.px(8), 0, 0, -theme.px(3))
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, row)
        else:
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            over = bool(state & QStyle.StateFlag.State_MouseOver)
            self._paint_ground(painter, rect, chosen, over, bool(state & QStyle.StateFlag.State_HasFocus))
            self._paint_page(painter, rect, row, chosen)
        painter.restore()

    @staticmethod
    def _paint_ground(painter: QPainter, rect: QRect, chosen: bool, over: bool, focused: bool) -> None:
        look = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or over:
            painter.setBrush(look.colour("tint" if chosen else "hover"))
            painter.drawRoundedRect(rect, theme.px(5), theme.px(5))
        if chosen:
            inset = theme.px(7)
            painter.fillRect(QRect(rect.left(), rect.top() + inset, theme.px(3), rect.height() - 2 * inset),
                             look.colour("accent"))
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), theme.px(5), theme.px(5))

    def _paint_page(self, painter: QPainter, rect: QRect, page: RailPage, chosen: bool) -> None:
        look = theme.current()
        side = theme.px(TIGHT if self._rail.compact else LOOSE)
        gap = theme.px(LOOSE)
        number_width, icon = theme.px(16), theme.px(15)
        first = QRect(rect.left() + side, rect.top() + theme.px(5), number_width, theme.px(17))
        if self._rail.compact:
            first.moveTop(rect.top() + (rect.height() - first.height()) // 2)
        right, middle = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft
        painter.setFont(theme.font("small", bold=chosen))
        painter.setPen(look.colour("accent" if chosen else "text3"))
        painter.drawText(first, right | middle, str(page.number))
        words = QRect(first)
        words.setLeft(first.right() + 1 + gap)
        words.setRight(rect.right() - side - icon - theme.px(4))
        font = theme.font("title" if chosen else "body", bold=chosen)
        painter.setFont(font)
        painter.setPen(look.colour("accent" if chosen else "text"))
        metrics = QFontMetrics(font)
        painter.drawText(words, left | middle, metrics.elidedText(page.title, Qt.TextElideMode.ElideRight,
                                                                  words.width()))
        name, token, _ = STATES[page.state]
        mark = theme.pixmap(name, token, 15, painter.device().devicePixelRatio())
        painter.drawPixmap(rect.right() - side - icon, words.top() + (words.height() - icon) // 2, mark)
        if not self._rail.compact:
            words.translate(0, theme.px(17))
            words.setHeight(theme.px(15))
            words.setRight(rect.right() - theme.px(2))
            painter.setFont(theme.font("caption"))
            painter.setPen(QColor(look.colour("text2" if chosen else "text3")))
            painter.drawText(words, left | middle, page.question)


class Rail(QListView):
    """Pages by arrow keys or click; ``page_chosen`` speaks the key of the page."""

    page_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName("Pages")
        self.compact = False
        self._quiet = False
        self.rows = RailRows(self)
        self.setModel(self.rows)
        self.setItemDelegate(RailDelegate(self))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.verticalScrollBar().rangeChanged.connect(self._measure)
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def _pages(self) -> list[RailPage]:
        return [row for row in self.rows.rows if isinstance(row, RailPage)]

    def set_pages(self, pages: Sequence[RailPage]) -> None:
        """Show pages, and keep the current one."""
        kept = self.current_key()
        self.rows.set_pages(pages)
        self._measure()
        if kept != self.current_key():
            self.set_current(kept)

    def set_current(self, key: str) -> None:
        """Mark a page as the one that is shown, without saying so."""
        row = self.rows.position(key)
        if row >= 0:
            self._quiet = True
            self.setCurrentIndex(self.rows.index(row))
            self._quiet = False

    def current_key(self) -> str:
        """The page that is shown; empty before the first."""
        index = self.currentIndex()
        row = self.rows.rows[index.row()] if index.isValid() and index.row() < len(self.rows.rows) else ""
        return row.key if isinstance(row, RailPage) else ""

    def set_compact(self, compact: bool) -> None:
        """One line per page, 176 px, for windows under 1,400 px."""
        if compact != self.compact:
            self.compact = compact
            self._measure()

    def step(self, by: int) -> None:
        """The next or previous page (Alt+Down, Alt+Up)."""
        places = [number for number, row in enumerate(self.rows.rows) if isinstance(row, RailPage)]
        if not places:
            return
        index = self.currentIndex()
        here = places.index(index.row()) if index.isValid() and index.row() in places else -1
        self.setCurrentIndex(self.rows.index(places[min(max(here + by, 0), len(places) - 1)]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_key():
            self.page_chosen.emit(self.current_key())
        else:
            super().keyPressEvent(event)

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        if not self._quiet and self.current_key():
            self.page_chosen.emit(self.current_key())

    def _measure(self) -> None:
        side = TIGHT if self.compact else LOOSE
        needed = [QFontMetrics(theme.font("title", bold=True)).horizontalAdvance(page.title)
                  + theme.px(2 * side + 16 + LOOSE + 15 + 4) for page in self._pages()]
        if not self.compact:
            caption = QFontMetrics(theme.font("caption"))
            needed += [caption.horizontalAdvance(page.question) + theme.px(side + 16 + LOOSE + 2)
                       for page in self._pages()]
        bar = self.verticalScrollBar()
        room = bar.sizeHint().width() if bar.maximum() > 0 else 0
        wanted = max(theme.px(COMPACT if self.compact else WIDE), max(needed, default=0) + theme.px(16) + 2)
        self.setFixedWidth(wanted + room)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
