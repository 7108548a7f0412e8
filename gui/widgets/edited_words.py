"""Words the program proposes and the user may rewrite: shown as a paragraph, edited in place.

Not for: words without a proposal (a plain text field does).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import link, words


class EditedWords(QWidget):
    """``edited`` gives the user's words, or an empty text where they are the proposed ones."""

    edited = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None, *, lines: int = 3) -> None:
        super().__init__(parent)
        self._proposed = ""
        self._name = name
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(10))
        label: QLabel = words(name, "help")
        label.setFixedWidth(theme.px(78))
        line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        self.shown = words("", wrap=True)
        self.shown.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._scroll = QScrollArea()
        self._scroll.setProperty("plain", True)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.shown)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shown.setBackgroundRole(QPalette.ColorRole.Base)
        self.field = QPlainTextEdit()
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName(name)
        self.field.installEventFilter(self)
        label.setBuddy(self.field)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self.field)
        line.addLayout(self._stack, 1)
        links = QVBoxLayout()
        links.setSpacing(0)
        self.edit_link = link("Edit")
        self.edit_link.setAccessibleName(f"Edit: {name}")
        self.edit_link.clicked.connect(self._edit_clicked)
        self.back_link = link("Proposed words")
        self.back_link.setAccessibleName(f"Put the proposed words back: {name}")
        self.back_link.clicked.connect(self._put_back)
        links.addWidget(self.edit_link, 0, Qt.AlignmentFlag.AlignRight)
        links.addWidget(self.back_link, 0, Qt.AlignmentFlag.AlignRight)
        links.addStretch(1)
        line.addLayout(links)
        self._lines = lines
        self.back_link.hide()
        theme.notifier().changed.connect(self._measure)
        self._measure()

    @property
    def editing(self) -> bool:
        """True while the field is open."""
        return self._stack.currentWidget() is self.field

    def set_words(self, proposed: str, own: str = "") -> None:
        """Show the user's own words, else the proposed ones; an open field is left alone."""
        self._proposed = proposed
        if self.editing:
            return
        self.shown.setText(own or proposed)
        self.shown.setAccessibleName(f"{self._name}: {own or proposed}")
        self.back_link.setVisible(bool(own) and own != proposed)

    def open(self) -> None:
        """Start editing."""
        self.field.setPlainText(self.shown.text())
        self._stack.setCurrentWidget(self.field)
        self.edit_link.setText("Use")
        self.edit_link.setAccessibleName(f"Use these words: {self._name}")
        self.field.setFocus()

    def close_field(self, *, keep: bool) -> None:
        """Stop editing; the words are used or dropped."""
        text = " ".join(self.field.toPlainText().split())
        self._stack.setCurrentWidget(self._scroll)
        self.edit_link.setText("Edit")
        self.edit_link.setAccessibleName(f"Edit: {self._name}")
        if keep and text != self.shown.text():
            own = "" if text == self._proposed else text
            self.set_words(self._proposed, own)
            self.edited.emit(own)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the field Esc drops the words, Ctrl+Enter uses them."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.close_field(keep=False)
                self.edit_link.setFocus()
                return True
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
                self.close_field(keep=True)
                self.edit_link.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _measure(self) -> None:
        """As high as that many lines, so that none is cut through."""
        self.shown.ensurePolished()
        self.setFixedHeight(self._lines * self.shown.fontMetrics().lineSpacing() + 2)

    def showEvent(self, event: QShowEvent) -> None:
        self._measure()
        super().showEvent(event)

    def _edit_clicked(self) -> None:
        if self.editing:
            self.close_field(keep=True)
        else:
            self.open()

    def _put_back(self) -> None:
        if self.editing:
            self.close_field(keep=False)
        self.set_words(self._proposed)
        self.edited.emit("")
