"""Shows what a lock will hold, with its seal, asks its name, and seals it.

Not for: adding it to the project, or deciding what is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from core.analyses.locked_score import SCALING, Lock
from gui import theme
from gui.widgets.labels import set_look, words

SAYS = ("A lock holds the members, the score and the cut-off with a seal. It is never changed: what is tested "
        "afterwards is exactly this. Where it is removed, the study remembers that.")


class LockDialog(QDialog):
    """``locked`` gives the lock. ``taken`` says why a name cannot be used, or nothing."""

    locked = Signal(object)

    def __init__(self, lock: Lock, taken: Callable[[str], str], remark: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lock, self._taken = lock, taken
        self.setObjectName("lock")
        self.setWindowTitle("Lock subset")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        edge = theme.px(18)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.px(8))
        column.addWidget(words(SAYS, "help", wrap=True))
        if remark:
            column.addWidget(words(remark, "help", wrap=True))
        form = QFormLayout()
        form.setHorizontalSpacing(theme.px(14))
        form.setVerticalSpacing(theme.px(6))
        self.name = QLineEdit(lock.name)
        self.name.setAccessibleName("Name of the lock")
        self.name.textChanged.connect(self._look)
        form.addRow(words("Name", "help"), self.name)
        self.facts: dict[str, QLabel] = {}
        for title, text in (("Members and signs", lock.words()), ("Score", f"{lock.score}, {SCALING}"),
                            ("Cut", cut_words(lock)), ("Found in", f"cohort “{lock.found_in}”, by “{lock.source}”"),
                            ("Date", lock.made_at.replace("T", " ")), ("Seal (sha256)", "")):
            self.facts[title] = words(text, wrap=True)
            self.facts[title].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.facts[title].setAccessibleName(title)
            form.addRow(words(title, "help"), self.facts[title])
        column.addLayout(form)
        self.said = words("", "error", wrap=True)
        column.addWidget(self.said)
        column.addStretch(1)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.seal = self.box.button(QDialogButtonBox.StandardButton.Ok)
        self.seal.setText("Lock")
        set_look(self.seal, "role", "primary")
        self.box.accepted.connect(self._seal)
        self.box.rejected.connect(self.reject)
        column.addWidget(self.box)
        self.setMinimumWidth(theme.px(560))
        self._look()
        self.name.selectAll()

    def lock(self) -> Lock:
        """The lock with the name that stands in the field, sealed anew."""
        return replace(self._lock, name=self.name.text().strip(), sha256="")

    def _look(self) -> None:
        seal = self.lock().sha256
        self.facts["Seal (sha256)"].setText(" ".join(seal[at:at + 16] for at in range(0, len(seal), 16)))
        name = self.name.text().strip()
        why_not = "A lock needs a name." if not name else self._taken(name)
        self.said.setText(why_not)
        self.said.setVisible(bool(why_not))
        self.seal.setEnabled(not why_not)
        self.seal.setToolTip(why_not)

    def _seal(self) -> None:
        if self.seal.isEnabled():
            self.locked.emit(self.lock())
            self.accept()


def cut_words(lock: Lock) -> str:
    """Where high begins."""
    if lock.score == "median split":
        return "high is above the median of the score in each cohort"
    return f"high is above {lock.cut_sd:g} SD of the score" if lock.cut_sd else "high is above the mean of the score"
