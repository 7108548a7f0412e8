"""Step 5 of on and off calls: what was read as on, off and unknown, counted for each RTK.

Not for: making calls from measured values.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui import theme
from gui.pages.importing.calls_reading import CallsReading
from gui.widgets.importing.text_table import TextTable
from gui.widgets.labels import words
from gui.widgets.panel import Panel


class CallsStep(QWidget):
    """Shows only: a word that is read wrongly is corrected on its sheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.sentence = words("", "help", wrap=True)
        self.body = QWidget()
        line = QHBoxLayout(self.body)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        self.words_panel = Panel("What stands there", inner_margin=False)
        self.words = TextTable(("In the file", "Counts as", "Cells"), "Words and what they count as")
        self.words_panel.set_content(self.words)
        self.calls_panel = Panel("Calls", inner_margin=False)
        self.calls = TextTable(("RTK", "On", "Off", "Unknown"), "Calls of each RTK")
        self.calls_panel.set_content(self.calls)
        line.addWidget(self.words_panel, 2)
        line.addWidget(self.calls_panel, 3)
        column.addWidget(self.sentence)
        column.addWidget(self.body, 1)

    def show_waiting(self, sentence: str) -> None:
        """The data set is being read, or cannot be."""
        self.sentence.setText(sentence)
        self.body.setVisible(False)

    def show_reading(self, reading: CallsReading) -> None:
        """Show the counts."""
        if reading.problem:
            self.show_waiting(reading.problem)
            return
        self.body.setVisible(True)
        on, off, unknown = reading.totals
        self.sentence.setText(f"Each RTK is on, off or unknown in each of {reading.patients:,} patients. Unknown is "
                              "never counted as off. If a word means something else, correct its cell in step 3.")
        self.words.set_rows([(text, meaning, f"{count:,}") for text, meaning, count in reading.words],
                            [at for at, row in enumerate(reading.words) if row[1] == "unknown"])
        self.calls.set_rows([(gene, f"{a:,}", f"{b:,}", f"{c:,}") for gene, a, b, c in reading.rows])
        self.calls_panel.set_title("Calls", f"{on:,} on, {off:,} off, {unknown:,} unknown")
