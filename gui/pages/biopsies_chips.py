"""The lights of the confounder audit as chips that can be pressed, those to look at first; in little room one link.

Not for: judging anything, or showing what stands behind a light.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.figures.number_words import counted
from gui import theme
from gui.widgets.labels import IconButton, link

if TYPE_CHECKING:
    from core.analyses.biopsy_audit import AuditLight

LOOKS = {"red": ("err", "err", "error"), "amber": ("warn", "warn", "warn"), "green": ("ok", "ok", "ok"),
         "grey": ("help", "text3", "unknown")}
"""State -> icon, its colour, kind of chip."""
STATE_WORDS = {"red": "must be looked at", "amber": "look at this", "green": "nothing seen",
               "grey": "cannot be judged"}
MOST = 4


class AuditChips(QWidget):
    """``chosen`` speaks the key of the light that was pressed; empty for all of them."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Checks of what could explain a change")
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self.all_link = link("")
        self.all_link.clicked.connect(lambda: self.chosen.emit(""))
        self.chips: dict[str, IconButton] = {}
        self._line.addWidget(self.all_link)
        self._room = 0
        theme.notifier().changed.connect(self._place)

    def set_lights(self, lights: Sequence[AuditLight]) -> None:
        """The worst first, then those that were judged."""
        for button in self.chips.values():
            button.hide()
            button.deleteLater()
        self.chips = {}
        order = list(LOOKS)
        for light in sorted(lights, key=lambda each: order.index(each.state))[:MOST]:
            icon, token, kind = LOOKS[light.state]
            button = IconButton(icon, f"{light.words}: {STATE_WORDS[light.state]}", light.words, token=token, size=14)
            button.setProperty("chip", kind)
            button.setToolTip(light.sentence)
            button.clicked.connect(lambda _, key=light.key: self.chosen.emit(key))
            self._line.insertWidget(self._line.count() - 1, button)
            self.chips[light.key] = button
        look = sum(light.state in ("red", "amber") for light in lights)
        self.all_link.setText(f"{counted(look, 'check')} to look at" if look else "All checks" if lights else "")
        self._place()

    def set_room(self, wide: int) -> None:
        """How wide the chips may be together, in pixels."""
        self._room = wide
        self._place()

    def _place(self) -> None:
        self._line.setSpacing(theme.px(6))
        used = self.all_link.sizeHint().width() + theme.px(6)
        for button in self.chips.values():
            used += button.sizeHint().width() + theme.px(6)
            button.setVisible(used <= self._room)
        self.all_link.setVisible(bool(self.all_link.text()))
