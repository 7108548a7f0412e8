"""Asks for the receptors of a set by name.

Not for: testing it, or deciding which names there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import words
from gui.widgets.name_chips import NamesEditor

MOST = 6
SAYS = ("The set is tested by itself, without a search: its P counts one set. In “tried in this study” it is one more "
        "choice that nothing pays for, because it was named after results were seen.")


class NamedSetDialog(QDialog):
    """``chosen`` gives one to six names."""

    chosen = Signal(tuple)

    def __init__(self, genes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("named set")
        self.setWindowTitle("Test a set I name")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        edge = theme.px(18)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.px(8))
        column.addWidget(words("Which RTKs are in the set?", "title"))
        column.addWidget(words(SAYS, "help", wrap=True))
        self.names = NamesEditor(genes, free=False)
        self.names.set_name("RTKs of the set", f"One to {MOST} genes of the table")
        self.names.committed.connect(self._look)
        self.names.failed.connect(self._say)
        column.addWidget(self.names)
        self.said = words("", "error", wrap=True)
        column.addWidget(self.said)
        column.addStretch(1)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.test = self.box.button(QDialogButtonBox.StandardButton.Ok)
        self.test.setText("Test this set")
        self.box.accepted.connect(self._test)
        self.box.rejected.connect(self.reject)
        column.addWidget(self.box)
        self.setMinimumWidth(theme.px(440))
        self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter adds the name that was typed; it presses a button only while that has the focus."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif isinstance(pressed := self.focusWidget(), QPushButton):
            pressed.click()

    def _look(self, _value: object = None) -> None:
        count = len(self.names.value())
        self._say(f"At most {MOST} RTKs can be in one set." if count > MOST else "")
        self.test.setEnabled(1 <= count <= MOST)
        self.test.setToolTip("" if self.test.isEnabled() else f"Name one to {MOST} RTKs")

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _test(self) -> None:
        names = tuple(self.names.value())
        if 1 <= len(names) <= MOST:
            self.chosen.emit(names)
            self.accept()
