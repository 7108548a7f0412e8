"""What could mislead in a best set, as lights: a mark, a word and a sentence each, those to look at first.

Not for: finding them (core) or deciding anything by colour: the word says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.figures.number_words import capitalised, counted, list_words
from gui import theme
from gui.widgets.labels import IconLabel, chip, hairline, words
from gui.widgets.panel import Panel

if TYPE_CHECKING:
    from core.analyses.base import ResultTable

LIGHTS = {"amber": ("warn", "warn", "warn", "Look at this"), "green": ("ok", "ok", "ok", "Nothing seen"),
          "grey": ("help", "text3", "unknown", "Cannot be judged")}
"""Light -> icon, its colour, kind of chip, word."""


class ChecksPanel(Panel):
    """Scrolls where the sentences need more room than there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What could mislead", "", parent, inner_margin=False)
        self._content = QWidget()
        self._content.setObjectName("scrolled")
        self._column = QVBoxLayout(self._content)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setProperty("plain", True)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setAccessibleName("What could mislead")
        self.scroller.setWidget(self._content)
        self.body.addWidget(self.scroller, 1)
        self.rows: list[tuple[str, str, str]] = []
        theme.notifier().changed.connect(self._place)
        self._place()

    @property
    def to_look_at(self) -> int:
        """How many lights are amber."""
        return sum(light == "amber" for light, _, _ in self.rows)

    def set_checks(self, audit: ResultTable | None) -> None:
        """Show the rows of the table ``audit``; None shows nothing."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.rows = [] if audit is None else sorted(
            zip(audit.columns["light"], audit.columns["check"], audit.columns["sentence"], strict=True),
            key=lambda row: list(LIGHTS).index(row[0]))
        for at, row in enumerate(self.rows):
            if at:
                self._column.addWidget(hairline())
            self._column.addWidget(_row(*row))
        self._column.addStretch(1)
        self.set_title("What could mislead", self.summary())

    def summary(self) -> str:
        """``2 to look at, 6 with nothing seen and 1 that cannot be judged``."""
        count = {light: sum(row[0] == light for row in self.rows) for light in LIGHTS}
        said = [f"{count['amber']} to look at" if count["amber"] else "",
                f"{count['green']} with nothing seen" if count["green"] else "",
                f"{count['grey']} that cannot be judged" if count["grey"] else ""]
        return f"{counted(len(self.rows), 'check')}: {list_words(list(filter(None, said)))}" if self.rows else ""

    def _place(self) -> None:
        self._column.setContentsMargins(theme.px(12), theme.px(4), theme.px(12), theme.px(12))
        self._column.setSpacing(theme.px(9))


def _row(light: str, name: str, sentence: str) -> QWidget:
    icon, token, kind, word = LIGHTS[light]
    box = QWidget()
    box.setAccessibleName(f"{word}: {name}. {sentence}")
    line = QHBoxLayout(box)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.px(9))
    top = Qt.AlignmentFlag.AlignTop
    line.addWidget(IconLabel(icon, token, 16), 0, top)
    says = QVBoxLayout()
    says.setSpacing(theme.px(2))
    head = QHBoxLayout()
    head.setSpacing(theme.px(8))
    head.addWidget(words(capitalised(name), "title"))
    head.addWidget(chip(kind, word))
    head.addStretch(1)
    says.addLayout(head)
    says.addWidget(words(sentence, "help", wrap=True))
    line.addLayout(says, 1)
    return box
