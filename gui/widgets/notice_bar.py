"""One sentence over the whole width, with buttons that mend what it says: a file that stands there, a full disk.

Not for: checks of a figure (export_checks.py) or states of a whole page (state_views.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui import theme
from gui.widgets.labels import IconLabel, set_look, unmarked, words

ICONS = {"info": ("info", "accent"), "ok": ("ok", "ok"), "warn": ("warn", "warn"), "error": ("err", "err")}


class NoticeBar(QFrame):
    """Hidden until it has something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(theme.px(16), theme.px(6), theme.px(16), theme.px(6))
        self._line.setSpacing(theme.px(8))
        self._icon = IconLabel("", "accent", 16)
        self.text: QLabel = words("", wrap=True)
        self._line.addWidget(self._icon)
        self._line.addWidget(self.text, 1)
        self.buttons: list[QPushButton] = []
        self.hide()

    def say(self, kind: str, text: str, deeds: Sequence[tuple[str, Callable[[], object]]] = ()) -> None:
        """Show a sentence; ``kind`` is info, ok, warn or error, ``deeds`` are (words on the button, what it does)."""
        for button in self.buttons:
            self._line.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        set_look(self, "banner", kind)
        self._icon.set_icon(*ICONS[kind])
        self.text.setText(text)
        self.setAccessibleName(text)
        for name, deed in deeds:
            button = QPushButton(unmarked(name))
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, deed=deed: deed())
            self._line.addWidget(button)
            self.buttons.append(button)
        self.show()
        if self.buttons:
            self.buttons[0].setFocus()
