"""The one sentence above a result: it is stale, it is being computed anew, it could not be; with what to do about it.

Not for: pages without a result; those show a state of the whole page.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import link, unmarked
from gui.widgets.state_views import Banner

Action = tuple[str, str]


class Notice(QWidget):
    """A banner whose further remedies stand beside it as links. ``acted`` speaks the key of a remedy."""

    acted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = Banner()
        self.banner.acted.connect(self.acted)
        self._second = link("")
        self._second_key = ""
        self._second.clicked.connect(lambda: self.acted.emit(self._second_key))
        self._said: tuple[str, str, tuple[Action, ...]] = ("", "", ())
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(10))
        line.addWidget(self.banner, 1)
        line.addWidget(self._second)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        self.hide()

    def say(self, kind: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Show a sentence with up to two remedies (words, key)."""
        said = (kind, text, tuple(actions))
        if said != self._said:
            self._said = said
            first = actions[0] if actions else ("", "")
            self.banner.set_banner(kind, text, *first)
            second = actions[1] if len(actions) > 1 else ("", "")
            self._second.setText(unmarked(second[0]))
            self._second_key = second[1]
            self._second.setVisible(bool(second[0]))
        self.show()

    def set_text(self, text: str) -> None:
        """Another sentence, the same remedies."""
        kind, _, actions = self._said
        if kind:
            self.say(kind, text, actions)

    def hush(self) -> None:
        """Nothing to say."""
        self._said = ("", "", ())
        self.hide()

    def text(self) -> str:
        """The sentence shown; empty when there is none."""
        return self._said[1]

    def remedies(self) -> tuple[Action, ...]:
        """The remedies shown."""
        return self._said[2]
