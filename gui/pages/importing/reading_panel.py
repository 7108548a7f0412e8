"""The inspector of the Import page: how the sheet in front is read, and whether to remember it.

Not for: what a field means for a table (reading_values.py).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from gui.pages.importing.draft import Draft, with_detected
from gui.pages.importing.draft_reading import SheetReading
from gui.widgets.importing.reading_form import ReadingForm, ReadingValues
from gui.widgets.inspector import Inspector
from gui.widgets.labels import words

NO_SHEET = "Choose a file first. How it is read then stands here, and can be corrected."
ONLY_ASSAYS = "Tables of IHC, arrays, blots and plates are read by their headings. Step 2 says which column is what."


class ReadingPanel(Inspector):
    """``said`` speaks (field of TableSpec, its value as text); ``reset_wanted`` a draft with nothing said."""

    said = Signal(str, str)
    reset_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(None, parent, title="How to read it")
        self.fields = ReadingForm(self)
        self.fields.setVisible(False)
        self.fields.changed.connect(self.said)
        self.nothing = words(NO_SHEET, "help", wrap=True)
        self.groups = [self.add_section("Nothing to say here", self.nothing)]
        self.groups += [self.add_section(title, part) for title, part in self.fields.parts()]
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        self.remember = QCheckBox("Remember for files like this")
        self.remember.setToolTip("Keeps how it was read, by the names in the header; never any value of the file")
        column.addWidget(self.remember)
        self._foot.insertWidget(0, foot)
        self.set_run_visible(False)
        self.set_state("done", "The file itself is never changed")
        self._state_icon.set_icon("lock", "ok")
        self.reset.setAccessibleName("Read this sheet as it was detected")
        self.reset_requested.connect(self._reset)
        self._draft: Draft | None = None
        self._sheet: SheetReading | None = None
        self.show_sheet(None, None)

    def show_sheet(self, draft: Draft | None, sheet: SheetReading | None) -> None:
        """Show how a sheet is read; None shows that there is none yet."""
        from gui.pages.importing.reading_values import reading_values

        self._draft, self._sheet = draft, sheet
        there = sheet is not None and draft is not None
        values = reading_values(sheet) if sheet is not None and there else ReadingValues()
        self.groups[0].setVisible(not there)
        self.nothing.setText(ONLY_ASSAYS if draft is not None and draft.spec.assays else NO_SHEET)
        for at, group in enumerate(self.groups[1:]):
            group.setVisible(there and (at in (0, 1) or bool(values.counts)))
        self.remember.setVisible(there)
        self.reset.setEnabled(bool(values.stated))
        self.reset.setToolTip("" if values.stated else "Everything stands as it was detected")
        if there:
            self.fields.set_values(values)

    def _reset(self) -> None:
        if self._draft is not None and self._sheet is not None:
            self.reset_wanted.emit(with_detected(self._draft, self._sheet.key))
