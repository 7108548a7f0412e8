"""Findings as rows: how bad, where, what, and what can be done about it as links.

Not for: what a remedy does; it says which one was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.labels import IconLabel, hairline, link, set_look, words

ICONS = {"decide": ("err", "err"), "look": ("warn", "warn"), "note": ("info", "text3"), "seen": ("ok", "ok")}
SPOKEN = {"decide": "Must be decided", "look": "To look at", "note": "Note", "seen": "Accepted"}
MOST_ROWS = 120


@dataclass(frozen=True)
class FindingRow:
    """One finding. ``remedies`` are (key, words); ``why`` is said under the sentence while the row is current."""

    key: str
    level: str
    place: str
    words: str
    why: str = ""
    remedies: tuple[tuple[str, str], ...] = ()


class _Row(QFrame):
    """One finding as a widget that can have the focus."""

    pressed = Signal(str)

    def __init__(self, row: FindingRow, placed: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self.setObjectName("findingrow")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{SPOKEN[row.level]}, {row.place}: {row.words}" if row.place
                               else f"{SPOKEN[row.level]}: {row.words}")
        self.setAccessibleDescription(row.why)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.px(12), theme.px(3), theme.px(8), theme.px(3))
        line.setSpacing(theme.px(8))
        icon, token = ICONS[row.level]
        line.addWidget(IconLabel(icon, token, 14), 0, Qt.AlignmentFlag.AlignTop)
        place = words(row.place, "small")
        set_look(place, "letters", "bold")
        place.setFixedWidth(theme.px(64))
        place.setWordWrap(True)
        if placed:
            line.addWidget(place, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(theme.px(2))
        said = words(row.words, "small", wrap=True)
        set_look(said, "letters", "small")
        column.addWidget(said)
        self.why = words(row.why, "caption", wrap=True)
        self.why.setVisible(False)
        column.addWidget(self.why)
        if row.remedies:
            actions = QWidget()
            flow = FlowLayout(actions, gap=6)
            flow.setContentsMargins(0, 0, 0, 0)
            for key, text in row.remedies:
                button = link(text)
                button.setObjectName(key)
                button.setAccessibleName(f"{text}, {row.place}" if row.place else text)
                button.clicked.connect(lambda _=False, chosen=key: self.pressed.emit(chosen))
                flow.addWidget(button)
            column.addWidget(actions)
        line.addLayout(column, 1)

    def set_current(self, current: bool) -> None:
        """Tint the row and say why it matters."""
        set_look(self, "current", "true" if current else "false")
        look = theme.current()
        self.setStyleSheet(f"QFrame#findingrow {{ background: {look.hex('tint')}; }}" if current else "")
        self.why.setVisible(current and bool(self.row.why))


class FindingList(QScrollArea):
    """``chosen`` speaks a row's key when it is clicked or walked to, ``remedied`` (row key, remedy key)."""

    chosen = Signal(str)
    remedied = Signal(str, str)

    def __init__(self, name: str = "Problems", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows: list[_Row] = []
        self._current = ""
        self._shown: tuple[tuple[FindingRow, ...], str] | None = None
        self.set_rows(())

    def rows(self) -> tuple[FindingRow, ...]:
        """What is listed."""
        return tuple(row.row for row in self._rows)

    def set_rows(self, rows: Sequence[FindingRow], empty: str = "Nothing to look at.") -> None:
        """List other findings."""
        if (tuple(rows), empty) == self._shown:
            return
        self._shown = (tuple(rows), empty)
        place = self.verticalScrollBar().value()
        content = QWidget()
        content.setObjectName("scrolled")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._rows = []
        for row in rows[:MOST_ROWS]:
            widget = _Row(row, any(each.place for each in rows))
            widget.installEventFilter(self)
            widget.pressed.connect(lambda remedy, key=row.key: self.remedied.emit(key, remedy))
            self._rows.append(widget)
            column.addWidget(widget)
            column.addWidget(hairline())
        if len(rows) > MOST_ROWS:
            column.addWidget(words(f"{len(rows) - MOST_ROWS:,} more are in the import log.", "caption"))
        if not rows:
            label = words(empty, "help", wrap=True)
            label.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
            column.addWidget(label)
        column.addStretch(1)
        self.setWidget(content)
        self.set_current(self._current)
        self.verticalScrollBar().setValue(place)

    def set_current(self, key: str) -> None:
        """Tint one row, without saying so."""
        self._current = key
        for row in self._rows:
            row.set_current(row.row.key == key)
            if row.row.key == key:
                self.ensureWidgetVisible(row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, _Row):
            if event.type() in (QEvent.Type.FocusIn, QEvent.Type.MouseButtonPress) and watched.row.key != self._current:
                self.set_current(watched.row.key)
                self.chosen.emit(watched.row.key)
            elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._walk(watched, event.key())
        return super().eventFilter(watched, event)

    def _walk(self, row: _Row, key: int) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        if step is not None:
            at = self._rows.index(row) + step
            if 0 <= at < len(self._rows):
                self._rows[at].setFocus()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if row.row.remedies:
                self.remedied.emit(row.row.key, row.row.remedies[0][0])
            else:
                self.chosen.emit(row.row.key)
            return True
        return False
