"""All problems, warnings and notes of a study in one table, grouped by page. It stands beside the work, never over it.

Not for: mending them. Enter goes to the place, where the remedy is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from core.problems import Problem, Severity
from gui import theme

Index = QModelIndex | QPersistentModelIndex
HEADERS = ("Severity", "Problem", "Where", "What to do")
SHARES = (0.0, 0.46, 0.22, 0.32)
LOOKS: Mapping[Severity, tuple[str, str, str]] = {
    Severity.PROBLEM: ("err", "err", "Must act"), Severity.WARNING: ("warn", "warn", "Look at this"),
    Severity.NOTE: ("info", "text2", "Note"),
}
ORDER = (Severity.PROBLEM, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True)
class Row:
    """One line of the table: the head of a page, or one problem under it."""

    page: str
    problem: Problem | None = None


class ProblemRows(QAbstractTableModel):
    """Heads and problems as Qt asks for them."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()
        self.seen: frozenset[Problem] = frozenset()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def set_seen(self, seen: frozenset[Problem]) -> None:
        """Strike those that were seen."""
        self.seen = seen
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(HEADERS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.rows[index.row()].problem is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def text(self, row: int, column: int) -> str:
        """A cell in words."""
        entry = self.rows[row]
        if entry.problem is None:
            return entry.page if column == 0 else ""
        problem = entry.problem
        what = f"{problem.what.rstrip('. ')}. {problem.why}" if problem.why else problem.what
        return (LOOKS[problem.severity][2], _sentence(what), problem.where.words() or entry.page,
                _sentence(problem.remedy))[column]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        roles, entry = Qt.ItemDataRole, self.rows[index.row()]
        seen = entry.problem in self.seen
        if role == roles.DisplayRole:
            return self.text(index.row(), index.column())
        if role == roles.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        if role == roles.FontRole:
            return _font(entry.problem is None, seen)
        if entry.problem is None:
            return None
        icon, token, word = LOOKS[entry.problem.severity]
        if role == roles.DecorationRole and index.column() == 0:
            return theme.icon(icon, "text3" if seen else token, 14)
        if role == roles.ForegroundRole and (seen or index.column() == 0):
            return theme.current().text_colour("text3" if seen else token)
        if role == roles.AccessibleTextRole:
            state = ", seen" if seen else ""
            return f"{word}{state}: {self.text(index.row(), index.column())}"
        return None


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def _font(head: bool, seen: bool) -> QFont:
    font = theme.font("small", bold=head)
    font.setStrikeOut(seen)
    return font


class TopAligned(QStyledItemDelegate):
    """The icon stands at the first line of its words."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.decorationAlignment = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class ProblemsPanel(QTableView):
    """Problems in the order must act, look at this, note, under the title of their page."""

    place_requested = Signal(object)
    """The Problem whose place the user wants to see."""
    seen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problems")
        self.setAccessibleName("Problems")
        self.setAccessibleDescription("Enter goes to the place, Delete marks as seen")
        self._entries: tuple[tuple[str, Problem], ...] = ()
        self.rows = ProblemRows(self)
        self.setModel(self.rows)
        self.setItemDelegate(TopAligned(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.doubleClicked.connect(self._go)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.lay_out)
        theme.notifier().changed.connect(self._timer.start)

    @property
    def seen(self) -> frozenset[Problem]:
        """The problems marked as seen; those that came back after a run are still in it."""
        return self.rows.seen

    def set_seen(self, seen: frozenset[Problem]) -> None:
        """Mark problems as seen, for instance those that a project remembers."""
        self.rows.set_seen(seen)
        self.seen_changed.emit()

    def set_problems(self, problems: Sequence[tuple[str, Problem]]) -> None:
        """Show problems, each with the title of its page; the worst of a page comes first."""
        entries = tuple(dict.fromkeys(problems))
        if entries == self._entries:
            return
        kept = self.current_problem()
        self._entries = entries
        rows: list[Row] = []
        for page in dict.fromkeys(page for page, _ in entries):
            rows.append(Row(page))
            rows += [Row(page, problem) for severity in ORDER for title, problem in entries
                     if title == page and problem.severity == severity]
        self.rows.set_rows(rows)
        self.clearSpans()
        for number, row in enumerate(rows):
            if row.problem is None:
                self.setSpan(number, 0, 1, len(HEADERS))
        self.show_problem(kept)
        self._timer.start()

    def counts(self) -> dict[str, int]:
        """How many there are unseen: "problem", "warning", "note", and "unseen" = the first two together."""
        found = {str(severity): 0 for severity in ORDER}
        for _, problem in self._entries:
            if problem not in self.seen:
                found[str(problem.severity)] += 1
        found["unseen"] = found["problem"] + found["warning"]
        return found

    def current_problem(self) -> Problem | None:
        """The problem of the current row."""
        index = self.currentIndex()
        return self.rows.rows[index.row()].problem if index.isValid() else None

    def show_problem(self, problem: Problem | None) -> None:
        """Make a problem the current row; the first one where it is not there."""
        places = [number for number, row in enumerate(self.rows.rows) if row.problem is not None]
        wanted = [number for number in places if self.rows.rows[number].problem == problem]
        if places:
            self.setCurrentIndex(self.rows.index((wanted or places)[0], 1))

    def row_text(self, problem: Problem) -> str:
        """What Copy puts on the clipboard for a problem."""
        parts = (LOOKS[problem.severity][2], problem.where.words(), problem.what, problem.why, problem.remedy)
        return "\t".join(part for part in parts if part)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            chosen = [self.rows.rows[index.row()].problem for index in self.selectionModel().selectedRows()]
            QGuiApplication.clipboard().setText("\n".join(self.row_text(each) for each in chosen if each is not None))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._mark()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._timer.start()

    def lay_out(self) -> None:
        """Widths in shares of the room; heights so that every sentence is whole."""
        small = QFontMetrics(theme.font("small"))
        width = self.viewport().width()
        self.setIconSize(theme.icon_size(14))
        first = max(small.horizontalAdvance(look[2]) for look in LOOKS.values()) + theme.px(44)
        room = max(width - first, theme.px(300))
        widths = [first, *(int(room * share) for share in SHARES[1:])]
        for column, each in enumerate(widths):
            self.setColumnWidth(column, each)
        margin, least = theme.px(32), theme.px(24)
        measured: dict[tuple[str, int], int] = {}  # thousands of notes say the same in some column
        for number, row in enumerate(self.rows.rows):
            height = small.height()
            for column in range(1, len(HEADERS)) if row.problem is not None else ():
                text, room_left = self.rows.text(number, column), widths[column] - margin
                if (text, room_left) not in measured:
                    measured[text, room_left] = _height(text, small, room_left)
                height = max(height, measured[text, room_left])
            self.setRowHeight(number, max(least, height + theme.px(10)))

    def _mark(self) -> None:
        chosen = {self.rows.rows[index.row()].problem for index in self.selectionModel().selectedRows()}
        marked = frozenset(problem for problem in chosen if problem is not None)
        if marked:
            self.set_seen(self.seen - marked if marked <= self.seen else self.seen | marked)

    def _go(self, index: QModelIndex) -> None:
        problem = self.rows.rows[index.row()].problem if index.isValid() else None
        if problem is not None:
            self.place_requested.emit(problem)


def _height(text: str, metrics: QFontMetrics, room: int) -> int:
    if metrics.horizontalAdvance(text) <= room:
        return metrics.height()
    area = QRect(0, 0, max(room, theme.px(40)), 100_000)
    flags = Qt.TextFlag.TextWordWrap
    if _one_long_word(text, metrics, room):
        flags |= Qt.TextFlag.TextWrapAnywhere
    return metrics.boundingRect(area, int(flags), text).height()


def _one_long_word(text: str, metrics: QFontMetrics, room: int) -> bool:
    return any(metrics.horizontalAdvance(word) > room for word in text.split())
