"""Preferences › Compute: automatic, a number of cores, or a dask cluster whose address can be tried.

Not for: computing, or remembering the choice; who opens it does that.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.compute.choice import AUTOMATIC, ONE_CORE, executor_named
from core.jobs import JobContext
from core.problems import Problem, UserError
from gui import theme
from gui.widgets.export_jobs import Submit
from gui.widgets.labels import set_look, words

SAME = ("On this computer the numbers are the same to the last bit, whichever you choose. A long run that was stopped "
        "goes on where it was.")
LEAVES = ("The values of the receptors and the outcomes, without names of patients, are sent to that computer, not "
          "encrypted unless the address begins with tls. Use only a cluster that may hold these data.")
CHOICES = (("automatic", "Automatic: one core for short work, several for long"), ("one", "One core"),
           ("cores", "This many cores"), ("cluster", "A dask cluster at the address"))


class ComputeDialog(QDialog):
    """``chosen`` gives "automatic", "one core", "4 cores" or an address."""

    chosen = Signal(str)

    def __init__(self, place: str, cores: int, *, submit: Submit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._submit = submit
        self._trying: Any = None
        self.setObjectName("compute")
        self.setWindowTitle("Preferences › Compute")
        self._build(cores)
        self._show(place)
        self._connect()
        self._follow()
        self.buttons[self.choice()].setFocus()

    def choice(self) -> str:
        """The button that is on: automatic, one, cores or cluster."""
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def place(self) -> str:
        """What the controls say, in the words of the preference."""
        return {"automatic": AUTOMATIC, "one": ONE_CORE, "cores": f"{self.cores.value()} cores",
                "cluster": self.address.text().strip()}[self.choice()]

    def _build(self, cores: int) -> None:
        column = QVBoxLayout(self)
        edge = theme.px(18)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.px(8))
        column.addWidget(words("Where long analyses are computed", "title"))
        column.addWidget(words(SAME, "help", wrap=True))
        self._group = QButtonGroup(self)
        self.buttons = {key: QRadioButton(text) for key, text in CHOICES}
        self.cores = QSpinBox(minimum=2, maximum=max(cores, 2), value=max(cores, 2))
        self.cores.setSuffix(f" of {cores}")
        self.address = QLineEdit(placeholderText="tcp://host:8786")
        self.attempt = QPushButton("Try it", autoDefault=False)
        controls: tuple[tuple[QWidget, str, str], ...] = (
            (self.cores, "cores", "Number of cores"), (self.address, "address", "Address of the dask scheduler"),
            (self.attempt, "try", "Try the address of the dask scheduler"))
        for part, name, spoken in controls:
            part.setObjectName(name)
            part.setAccessibleName(spoken)
        beside: dict[str, tuple[QWidget, ...]] = {"cores": (self.cores,), "cluster": (self.address, self.attempt)}
        for key, button in self.buttons.items():
            self._group.addButton(button)
            row = QHBoxLayout()
            row.setSpacing(theme.px(8))
            row.addWidget(button)
            for each in beside.get(key, ()):
                row.addWidget(each, 1 if each is self.address else 0)
            if key != "cluster":
                row.addStretch(1)
            column.addLayout(row)
        self.buttons["cores"].setEnabled(cores > 1)
        self.leaves = words(LEAVES, "help", wrap=True)
        column.addWidget(self.leaves)
        self.said = words("", "help", wrap=True)
        self.said.setObjectName("said")
        self.said.setAccessibleName("What the address answered")
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.said)
        column.addStretch(1)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        column.addWidget(self.box)
        self.setMinimumWidth(theme.px(620))

    def _show(self, place: str) -> None:
        kind = {AUTOMATIC: "automatic", ONE_CORE: "one"}.get(place, "cluster" if ":" in place else "cores")
        if kind == "cluster":
            self.address.setText(place)
        elif kind == "cores":
            self.cores.setValue(int(place.split()[0]))
            kind = kind if self.buttons["cores"].isEnabled() else "one"
        self.buttons[kind].setChecked(True)

    def _connect(self) -> None:
        self._group.buttonToggled.connect(self._follow)
        self.address.textEdited.connect(lambda _: self._say(""))
        self.attempt.clicked.connect(self._try)
        self.box.accepted.connect(self._use)
        self.box.rejected.connect(self.reject)
        self.finished.connect(self._stop_trying)

    def _follow(self) -> None:
        """Controls of the choice that is on can be used; those of the others cannot."""
        choice = self.choice()
        self.cores.setEnabled(choice == "cores")
        for part in (self.address, self.attempt):
            part.setEnabled(choice == "cluster")
        self.leaves.setVisible(choice == "cluster")
        self._say("")

    def _use(self) -> None:
        """Close with the choice; an address that is none is refused here, one that does not answer is not."""
        if self._executor() is not None:
            self.chosen.emit(self.place())
            self.accept()

    def _executor(self) -> Any:
        try:
            return executor_named(self.place())
        except UserError as error:
            self._refuse(error.problems)
            self.address.setFocus()
            return None

    def _try(self) -> None:
        cluster = self._executor()
        if cluster is None:
            return
        self._stop_trying()
        self._say(f"Calling {cluster.address} …")
        self.attempt.setEnabled(False)

        def work(job: JobContext) -> str:
            return f"It answers: {cluster.check().in_words()}, with the same version of RTKscope."

        def done(sentence: str) -> None:
            self._ended()
            self._say(sentence, "ok")

        def failed(problems: tuple[Problem, ...]) -> None:
            self._ended()
            self._refuse(problems)

        self._trying = self._submit(f"Calling {cluster.address}", work, done=done, failed=failed, stopped=self._ended,
                                    owner=self, lane="files")

    def _ended(self) -> None:
        self._trying = None
        self.attempt.setEnabled(self.choice() == "cluster")

    def _stop_trying(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
            self._trying = None

    def _refuse(self, problems: tuple[Problem, ...]) -> None:
        self._say(" ".join(f"{problem.what[:1].upper()}{problem.what[1:]}. {problem.remedy[:1].upper()}"
                           f"{problem.remedy[1:]}." for problem in problems), "error")

    def _say(self, sentence: str, kind: str = "help") -> None:
        self.said.setText(sentence)
        self.said.setAccessibleDescription(sentence)
        set_look(self.said, "role", "error" if kind == "error" else "help")
        self.said.setVisible(bool(sentence))
