"""Several names as chips that can be taken away, with a field that completes and adds: columns, receptors.

Not for: what the names mean; the caller offers those that exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMoveEvent
from PySide6.QtWidgets import QCompleter, QFrame, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.labels import IconButton, words
from gui.widgets.panel import Segments
from gui.widgets.parameter_editors import Editor
from gui.widgets.screen_room import screen_room


class AddField(QLineEdit):
    """A field that shows all names on Down and the fitting ones while typing."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        completer = self.completer()
        if event.key() == Qt.Key.Key_Down and completer is not None and not self.text():
            completer.setCompletionPrefix("")
            completer.complete()
            return
        super().keyPressEvent(event)


class NameList(QListView):
    """Names to choose from, each of them whole: wider than the field that opens it, never beyond the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of columns differ at the end

    def set_names(self, names: Sequence[str]) -> None:
        """As wide as the longest of these names with the scroll bar beside it."""
        measured = QFontMetrics(theme.font("body"))
        longest = longest_of(names, measured)
        bar = self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(min(longest + bar + theme.px(24), screen_room(self).width()))

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        screen = screen_room(self)
        beyond = self.x() + max(self.width(), self.minimumWidth()) - screen.right() - 1
        if beyond > 0:
            self.move(self.x() - beyond, self.y())


def longest_of(names: Sequence[str], measured: QFontMetrics) -> int:
    """The width of the widest name. Of 20,000 genes only those are measured that have enough letters to be it."""
    widest_letter = max((measured.horizontalAdvance(letter) for letter in set().union(*names)), default=0) + 1
    longest = 0
    for name in sorted(names, key=len, reverse=True):
        if len(name) * widest_letter <= longest:
            break
        longest = max(longest, measured.horizontalAdvance(name))
    return longest


class NamesEditor(Editor):
    """A list of names. With ``all_words`` there is a first choice between all of them and a list of one's own.

    ``unset``: what an empty list means, where that is not "none".
    """

    def __init__(self, options: Sequence[str] = (), *, all_words: str = "", free: bool = True, unset: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unset = unset
        self._options: tuple[str, ...] = tuple(options)
        self._free = free
        self._all = bool(all_words)
        self._names: tuple[str, ...] = ()
        self._name = ""
        self._help = ""
        self._segments = Segments([("all", all_words), ("list", "These only")]) if all_words else None
        self._frame = QFrame()
        self._frame.setObjectName("chips")
        self._flow = FlowLayout(self._frame, gap=5)
        self.field = AddField()
        self.field.setPlaceholderText("Add")
        self.field.setProperty("bare", True)
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self.field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(12)
        self._list = NameList()
        completer.setPopup(self._list)
        completer.activated.connect(self._add_chosen, Qt.ConnectionType.QueuedConnection)
        self.field.setCompleter(completer)
        self.field.returnPressed.connect(self._add_typed)
        self._flow.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        if self._segments is not None:
            self._segments.chosen.connect(self._chose)
            column.addWidget(self._segments)
        column.addWidget(self._frame)
        self._measure()
        theme.notifier().changed.connect(self._measure)
        self._show()

    def value(self) -> tuple[str, ...] | str:
        return "all" if self._segments is not None and self._segments.key == "all" else self._names

    def set_value(self, value: Any) -> None:
        everything = isinstance(value, str)
        if self._segments is not None:
            self._segments.set_key("all" if everything else "list")
        if not everything:
            self._names = tuple(value)
        self._show()

    def set_options(self, options: Sequence[str]) -> None:
        self._options = tuple(dict.fromkeys(options))
        self._show()

    def set_name(self, name: str, help_text: str) -> None:
        self._name, self._help = name, help_text
        self.field.setAccessibleName(f"{name}: add")
        self.field.setAccessibleDescription(help_text)
        if self._segments is not None:
            for button in self._segments.buttons():
                button.setAccessibleName(f"{name}: {button.text()}")
        self._show()

    def focus_target(self) -> QWidget:
        return self._segments if self._segments is not None else self.field

    def shown_text(self) -> str:
        value = self.value()
        if isinstance(value, str):
            return "all"
        if len(value) > 4:
            return f"{', '.join(value[:3])} and {len(value) - 3} more"
        return ", ".join(value) or self._unset or "none"

    def chips(self) -> tuple[QWidget, ...]:
        """The chips as they stand there, in order."""
        return tuple(self._frame.findChildren(NameChip, options=Qt.FindChildOption.FindDirectChildrenOnly))

    def _measure(self) -> None:
        self._flow.setContentsMargins(theme.px(5), theme.px(3), theme.px(5), theme.px(3))
        self.field.setFixedWidth(theme.px(88))
        self._list.set_names(self._model.stringList())

    def _show(self) -> None:
        for chip in self._frame.findChildren(NameChip, options=Qt.FindChildOption.FindDirectChildrenOnly):
            self._flow.removeWidget(chip)
            chip.setParent(None)
            chip.deleteLater()
        for position, name in enumerate(self._names):
            known = not self._options or name in self._options
            self._flow.insert(position, NameChip(name, self, known))
        taken = set(self._names)
        left = [name for name in self._options if name not in taken]
        self._model.setStringList(left)
        self._list.set_names(left)
        self.field.setVisible(self._free or bool(left))
        self._frame.setVisible(self._segments is None or self._segments.key == "list")
        self.updateGeometry()

    def _chose(self, key: str) -> None:
        self._show()
        if key == "all" or self._names:
            self.committed.emit(self.value())
        else:
            self.field.setFocus()

    def _add_chosen(self, name: str) -> None:
        self._add(name)
        self.field.clear()

    def _add_typed(self) -> None:
        typed = self.field.text().strip()
        if not typed:
            return
        exact = {name.casefold(): name for name in self._options}
        fitting = [name for name in self._options if typed.casefold() in name.casefold()]
        name = exact.get(typed.casefold()) or (fitting[0] if len(fitting) == 1 else "")
        if not name and self._options:
            self.failed.emit(f"“{typed}” fits {len(fitting)} of the names: type more of it" if fitting
                             else f"There is no “{typed}” here")
            return
        self._add(name or typed)
        self.field.clear()

    def _add(self, name: str) -> None:
        self.failed.emit("")
        if name and name not in self._names:
            self._names = (*self._names, name)
            self._show()
            self.committed.emit(self._names)

    def remove(self, name: str) -> None:
        """Take a name away; the last one of "These only" goes back to all."""
        self._names = tuple(other for other in self._names if other != name)
        if not self._names and self._segments is not None:
            self._segments.set_key("all")
        self._show()
        self.field.setFocus()
        self.committed.emit(self.value())


class NameChip(QFrame):
    """A name with a button that takes it away."""

    def __init__(self, name: str, editor: NamesEditor, known: bool) -> None:
        super().__init__()
        self.name = name
        self._editor = editor
        self.setProperty("namechip", "known" if known else "unknown")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.px(6), 0, 0, 0)
        line.setSpacing(0)
        label = words(name, "help")
        line.addWidget(label)
        button = IconButton("x", f"Remove {name}", size=10)
        button.clicked.connect(self._remove)
        line.addWidget(button)
        if not known:
            self.setToolTip(f"“{name}” is not in the data now")

    def _remove(self) -> None:
        self._editor.remove(self.name)
