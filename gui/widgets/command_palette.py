"""Search and commands in one list (Ctrl+K): patients, RTKs, figures, commands, pages, help.

Not for: doing what was chosen; ``chosen`` says what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets.labels import IconLabel, hairline, words
from gui.widgets.palette_search import GROUPS, PaletteEntry, PaletteIndex

__all__ = ["CommandPalette", "PaletteEntry"]

Index = QModelIndex | QPersistentModelIndex
Provider = Callable[[], Sequence[PaletteEntry]]
ICONS = {"patient": "user", "rtk": "grid", "figure": "file", "command": "chevr", "page": "folder", "help": "help"}
WIDTH, ROW, HEAD, SHOWN_ROWS = 660, 34, 27, 12


class PaletteRows(QAbstractListModel):
    """Headings (text) and entries as Qt asks for them."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.rows: list[str | PaletteEntry] = []

    def set_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Show entries under the headings of their groups."""
        self.beginResetModel()
        self.rows = []
        group = ""
        for entry in entries:
            if GROUPS[entry.kind] != group:
                group = GROUPS[entry.kind]
                self.rows.append(group)
            self.rows.append(entry)
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
            return row if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.text, row.detail, row.hint) if part)
        return None


class PaletteDelegate(QStyledItemDelegate):
    """Icon, name, grey detail, hint at the right."""

    def __init__(self, rows: PaletteRows, parent: QObject) -> None:
        super().__init__(parent)
        self._rows = rows

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = isinstance(self._rows.rows[index.row()], str)
        return QSize(10, theme.px(HEAD if heading else ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._rows.rows[index.row()]
        rect, state = QRect(option.rect), option.state
        look, margin = theme.current(), theme.px(14)
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        painter.save()
        if isinstance(row, str):
            painter.setFont(theme.font("caption", bold=True))
            painter.setPen(look.colour("text3"))
            painter.drawText(rect.adjusted(margin, theme.px(6), 0, 0), left | middle, row)
            painter.restore()
            return
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.colour("tint"))
            painter.fillRect(QRect(rect.topLeft(), QSize(theme.px(3), rect.height())), look.colour("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.colour("hover"))
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        icon = theme.pixmap(ICONS[row.kind], "accent" if chosen else "text2", 15,
                            painter.device().devicePixelRatio())
        painter.drawPixmap(rect.left() + margin, rect.center().y() - theme.px(15) // 2, icon)
        hint_width = QFontMetrics(theme.font("caption")).horizontalAdvance(row.hint)
        area = rect.adjusted(margin + theme.px(26), 0, -margin, 0)
        painter.setFont(theme.font("caption"))
        painter.setPen(look.colour("text2"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, row.hint)
        area.setRight(area.right() - hint_width - theme.px(12))
        title = theme.font("title")
        title.setWeight(title.Weight.Medium)
        painter.setFont(title)
        painter.setPen(look.colour("text"))
        name = QFontMetrics(title).elidedText(row.text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, left | middle, name)
        area.setLeft(area.left() + QFontMetrics(title).horizontalAdvance(name) + theme.px(10))
        painter.setFont(theme.font("small"))
        painter.setPen(look.colour("text3"))
        detail = QFontMetrics(theme.font("small")).elidedText(row.detail, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, left | middle, detail)
        painter.restore()


class CommandPalette(QFrame):
    """A frame above its parent, never a dialog. Esc or a click beside it closes it."""

    chosen = Signal(object, bool)
    """(PaletteEntry, True for its own page): what was chosen with Enter, or with Ctrl+Enter."""
    closed = Signal()

    def __init__(self, parent: QWidget, provider: Provider | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Search and commands")
        self._provider = provider
        self._index = PaletteIndex(())
        self._before: QWidget | None = None
        self.field = QLineEdit()
        self.field.setObjectName("palettefield")
        self.field.setPlaceholderText("Search or run a command")
        self.field.setAccessibleName("Search or run a command")
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.rows = PaletteRows(self)
        self.list = QListView()
        self.list.setObjectName("palettelist")
        self.list.setAccessibleName("Found")
        self.list.setModel(self.rows)
        self.list.setItemDelegate(PaletteDelegate(self.rows, self))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._clicked)
        self._nothing = words("", "help", wrap=True)
        self._top = QHBoxLayout()
        self._top.addWidget(IconLabel("search", "accent"))
        self._top.addWidget(self.field, 1)
        self._top.addWidget(words("Esc to close", "caption"))
        self._foot = QHBoxLayout()
        for text in ("↑ ↓ move", "Enter choose", "Ctrl Enter open on its own page"):
            self._foot.addWidget(words(text, "caption"))
        self._foot.addStretch(1)
        self._foot.addWidget(words("type > for commands, # for patients, @ for RTKs", "caption"))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(self._top)
        column.addWidget(hairline())
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
        column.addWidget(hairline())
        column.addLayout(self._foot)
        parent.installEventFilter(self)
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self.hide()

    def set_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """The entries themselves; made ready for searching only when they are others than before."""
        if tuple(entries) is not self._index.entries and tuple(entries) != self._index.entries:
            self._index = PaletteIndex(entries)

    def open_palette(self, typed: str = "") -> None:
        """Show it with the cursor in its field, and something typed already, such as "#"."""
        if self._provider is not None:
            self.set_entries(self._provider())
        if self.isHidden():
            self._before = self.window().focusWidget()
        self.field.setText(typed)
        self._search(typed)
        self.show()
        self.raise_()
        self.field.setFocus()

    def close_palette(self) -> None:
        """Hide it and give the focus back."""
        if self.isHidden():
            return
        inside = self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else True
        self.hide()
        if inside and self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None
        self.closed.emit()

    def entries(self) -> tuple[PaletteEntry, ...]:
        """What is shown now, in order."""
        return tuple(row for row in self.rows.rows if isinstance(row, PaletteEntry))

    def current_entry(self) -> PaletteEntry | None:
        """The entry that Enter would choose."""
        index = self.list.currentIndex()
        row = self.rows.rows[index.row()] if index.isValid() else None
        return row if isinstance(row, PaletteEntry) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                event.accept()  # Ctrl+Enter is Run elsewhere
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._key(event)
        if watched is self.field and event.type() == QEvent.Type.FocusOut and not self.isHidden():
            window = self.window()
            if window.isActiveWindow() and not self.isAncestorOf(window.focusWidget()):
                self.close_palette()
        if watched is self.parent() and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        keys, key = Qt.Key, event.key()
        steps = {keys.Key_Down: 1, keys.Key_Up: -1, keys.Key_PageDown: 8, keys.Key_PageUp: -8}
        if key in steps:
            self._step(steps[Qt.Key(key)])
        elif key in (keys.Key_Return, keys.Key_Enter):
            self._choose(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key == keys.Key_Escape:
            self.close_palette()
        elif key in (keys.Key_Tab, keys.Key_Backtab):
            self._step(1 if key == keys.Key_Tab else -1)
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        places = [number for number, row in enumerate(self.rows.rows) if isinstance(row, PaletteEntry)]
        if not places:
            return
        here = self.list.currentIndex().row()
        position = places.index(here) + by if here in places else 0
        position = position % len(places) if abs(by) == 1 else min(max(position, 0), len(places) - 1)
        self._set_row(places[position])

    def _set_row(self, row: int) -> None:
        self.list.setCurrentIndex(self.rows.index(row))
        self.list.scrollTo(self.rows.index(max(row - 1, 0)))
        self.list.scrollTo(self.rows.index(row))
        entry = self.current_entry()
        if entry is not None:
            self.field.setAccessibleDescription(", ".join(part for part in (entry.text, entry.detail, entry.hint)
                                                          if part))
            QAccessible.updateAccessibility(QAccessibleEvent(self.field, QAccessible.Event.DescriptionChanged))

    def _choose(self, own_page: bool) -> None:
        entry = self.current_entry()
        if entry is not None:
            self.close_palette()
            self.chosen.emit(entry, own_page)

    def _clicked(self, index: QModelIndex) -> None:
        if isinstance(self.rows.rows[index.row()], PaletteEntry):
            self.list.setCurrentIndex(index)
            self._choose(False)

    def _search(self, typed: str) -> None:
        found = self._index.search(typed)
        self.rows.set_entries(found)
        self.list.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self._nothing.setText(f"Nothing here is called “{typed.strip()}”. Genes are found by their symbol or an alias, "
                              "patients by their name in the clinical table.")
        if found:
            self._set_row(1)
        self._place()

    def _place(self) -> None:
        """Centred near the top of the parent, as high as what was found needs."""
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(theme.px(WIDTH), parent.width() - theme.px(32))
        rows = sum(theme.px(HEAD if isinstance(row, str) else ROW) for row in self.rows.rows)
        frame = theme.px(44) + theme.px(34) + 4
        body = rows + theme.px(8) if rows else self._nothing.heightForWidth(width - theme.px(28))
        top = min(theme.px(92), max(parent.height() // 12, theme.px(8)))
        height = min(frame + body, parent.height() - top - theme.px(12), frame + theme.px(ROW * SHOWN_ROWS))
        self.setGeometry((parent.width() - width) // 2, top, width, height)

    def _measure(self) -> None:
        self._top.setContentsMargins(theme.px(14), theme.px(7), theme.px(14), theme.px(7))
        self._top.setSpacing(theme.px(8))
        self._foot.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(8))
        self._foot.setSpacing(theme.px(16))
        self._nothing.setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12))
        self._place()
