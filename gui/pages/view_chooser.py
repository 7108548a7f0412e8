"""Which figures the tab shows: segments where there is room, a list where there is not.

Not for: showing them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.widgets.panel import Segments
from gui.widgets.parameter_editors import WidthlessCombo


class ViewChooser(QWidget):
    """``chosen`` speaks the key of the choice that the user made."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.segments = Segments(choices, name, small=True)
        self.combo = WidthlessCombo()
        self.combo.setAccessibleName(name)
        for key, words in choices:
            self.combo.addItem(words, key)
        self.combo.setMinimumContentsLength(max(len(words) for _, words in choices))
        self.combo.hide()
        self.segments.chosen.connect(self._chose)
        self.combo.activated.connect(lambda _: self._chose(self.combo.currentData()))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.segments)
        line.addWidget(self.combo)

    @property
    def key(self) -> str:
        """The choice."""
        return self.segments.key

    def set_key(self, key: str) -> None:
        """Make a choice without saying so. Raises ValueError for one that is not there."""
        self.segments.set_key(key)
        self.combo.setCurrentIndex(self.combo.findData(key))

    def set_words(self, key: str, words: str) -> None:
        """Other words for a choice. Raises ValueError for one that is not there."""
        at = self.combo.findData(key)
        if at < 0:
            raise ValueError(key)
        self.combo.setItemText(at, words)
        self.segments.buttons()[at].setText(words)

    def set_narrow(self, narrow: bool) -> None:
        """A list instead of segments."""
        self.segments.setVisible(not narrow)
        self.combo.setVisible(narrow)

    def _chose(self, key: str) -> None:
        self.set_key(key)
        self.chosen.emit(key)
