"""Say it first: a hypothesis is written down and sealed with its time, before or after results were opened.

Not for: judging the sentence or storing it.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from core.project.hypothesis import Hypothesis
from gui import theme
from gui.widgets.labels import IconLabel, link, words
from gui.widgets.panel import Panel

LONGEST = 2000
EXAMPLE = "For instance: high IGF1R and AXL go with earlier relapse in HER2-positive patients. Outcome: relapse-free " \
          "survival. Split: median."


class Sentence(QPlainTextEdit):
    """Tab leaves the field, so that the keyboard is not caught in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setPlaceholderText(EXAMPLE)
        self.setAccessibleName("Hypothesis")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and \
                event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)


class SayItFirst(Panel):
    """``sealed`` carries the sentence."""

    sealed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Say it first", "before results are shown", parent)
        self.field = Sentence()
        self.field.textChanged.connect(self._typed)
        self.seal = QPushButton("Seal it")
        self.seal.setIcon(theme.icon("lock"))
        self.seal.setAccessibleName("Seal the hypothesis with the time of now")
        self.seal.clicked.connect(self._seal)
        self._help = words("", "caption", wrap=True)
        self._writing = QWidget()
        column = QVBoxLayout(self._writing)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        line = QHBoxLayout()
        line.addWidget(self.seal)
        line.addWidget(self._help, 1)
        column.addLayout(line)
        quote = QFrame()
        quote.setObjectName("quote")
        self._quote_line = QHBoxLayout(quote)
        self._text = words("", wrap=True)
        self._quote_line.addWidget(self._text)
        self._when = words("", "caption", wrap=True)
        self.again = link("Write another")
        self.again.clicked.connect(self._write_another)
        self._lock = IconLabel("lock", "ok", 14)
        foot = QHBoxLayout()
        foot.addWidget(self._lock, 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self._when, 1)
        foot.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        self._reading = QWidget()
        column = QVBoxLayout(self._reading)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(quote)
        column.addLayout(foot)
        self.body.addWidget(self._writing)
        self.body.addWidget(self._reading)
        self._results_are_open = False
        self._shown = Hypothesis()
        theme.notifier().changed.connect(self._fit)
        self._fit()
        self.show_hypothesis(Hypothesis(), results_are_open=False)

    def show_hypothesis(self, hypothesis: Hypothesis, *, results_are_open: bool) -> None:
        """Show the sealed sentence, or the field to write one."""
        self._results_are_open = results_are_open
        if hypothesis != self._shown:
            self._shown = hypothesis
            self.field.clear()
        self._writing.setVisible(not hypothesis.is_sealed)
        self._reading.setVisible(hypothesis.is_sealed)
        self._text.setText(f"“{hypothesis.text}”")
        self._when.setText(sealed_words(hypothesis))
        self._lock.set_icon("lock", "warn" if hypothesis.results_were_open else "ok")
        self.set_title("Say it first", "" if hypothesis.is_sealed else "before results are shown")
        self._typed()

    def when_words(self) -> str:
        """The line under a sealed sentence."""
        return self._when.text()

    def help_words(self) -> str:
        """The line beside the button."""
        return self._help.text()

    def _typed(self) -> None:
        text = self.field.toPlainText().strip()
        self.seal.setEnabled(0 < len(text) <= LONGEST)
        if len(text) > LONGEST:
            self._help.setText(f"Two or three sentences are enough: {len(text):,} of {LONGEST:,} letters.")
        elif self._results_are_open:
            self._help.setText("Results of this study were opened already. The seal will say so.")
        else:
            self._help.setText("The time is kept with it in the project.")

    def _seal(self) -> None:
        text = self.field.toPlainText().strip()
        if text:
            self.sealed.emit(text)

    def _write_another(self) -> None:
        self._writing.setVisible(True)
        self.field.setPlainText(self._shown.text)
        self.field.setFocus()

    def _fit(self) -> None:
        self.field.setFixedHeight(theme.px(76))
        self._quote_line.setContentsMargins(theme.px(9), 0, 0, 0)
        self.seal.setIcon(theme.icon("lock"))


def sealed_words(hypothesis: Hypothesis) -> str:
    """``Sealed 11:20 on 23 November 2024, before any result was opened.``"""
    if not hypothesis.is_sealed:
        return ""
    order = "after results were opened" if hypothesis.results_were_open else "before any result was opened"
    try:
        moment = datetime.fromisoformat(hypothesis.sealed_at)
    except ValueError:
        return f"Sealed {hypothesis.sealed_at}, {order}."
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")
    return f"Sealed {moment:%H:%M} on {moment.day} {months[moment.month - 1]} {moment.year}, {order}."
