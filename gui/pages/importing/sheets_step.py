"""Step 2: the sheets of each workbook, with their sizes, and what each is used as.

Not for: text files, which have one sheet without a name.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from gui import theme
from gui.pages.importing.assay_fields import AssayFields
from gui.pages.importing.draft import Draft, FoundFile, FoundSheet, with_part
from gui.pages.importing.draft_assays import with_assay_column
from gui.pages.importing.files_step import USES, use_box
from gui.widgets.labels import IconLabel, hairline, set_look, words
from gui.widgets.panel import Panel


class SheetsStep(QWidget):
    """``edited`` speaks a new draft."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.panel = Panel("Sheets")
        self._content = QWidget()
        self._content.setObjectName("scrolled")
        self._grid = QGridLayout(self._content)
        self._grid.setColumnStretch(1, 1)
        scroller = QScrollArea()
        scroller.setProperty("plain", True)
        scroller.setWidgetResizable(True)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(self._content)
        self.panel.set_content(scroller)
        column.addWidget(self.panel, 1)
        self.assays = AssayFields()
        self.assays.said.connect(self._column_said)
        column.addWidget(self.assays, 2)
        self._draft: Draft | None = None
        self.uses: list[QComboBox] = []

    def show_draft(self, draft: Draft) -> None:
        """List the sheets."""
        self._draft = draft
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.uses = []
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(4))
        line = 0
        for file in draft.files:
            if len(file.sheets) < 2:
                continue
            title = words(file.name, "title")
            self._grid.addWidget(title, line, 0, 1, 5)
            line += 1
            for sheet in file.sheets:
                self._add(draft, file, sheet, line)
                line += 3
        if line == 0:
            said = "No file yet." if not draft.files else \
                "Every file has one sheet. Nothing to choose." if any(file.sheets for file in draft.files) else \
                "No file can be read, so there is no sheet to choose. Step 1 says why of each."
            self._grid.addWidget(words(said, "help", wrap=True), 0, 0, 1, 5)
            line = 1
        self._grid.setRowStretch(line, 1)
        self.assays.show_draft(draft)
        count = sum(len(file.sheets) for file in draft.files if len(file.sheets) > 1)
        used = len(draft.sheets) + len(draft.spec.assays)
        self.panel.set_title("Sheets", f"{used} of {count} used" if count else "nothing to choose")

    def _column_said(self, sheet: object, key: str, column: str) -> None:
        if self._draft is not None:
            self.edited.emit(with_assay_column(self._draft, sheet, key, column))  # type: ignore[arg-type]

    def _add(self, draft: Draft, file: FoundFile, sheet: FoundSheet, line: int) -> None:
        grid = self._grid
        grid.addWidget(IconLabel("table", "text2"), line, 0)
        name = words(sheet.name, wrap=True)
        used = draft.part_of(file.path, file.spec_sheet(sheet)) != ""
        set_look(name, "letters", "bold" if used else "small")
        grid.addWidget(name, line, 1)
        size = words(f"{sheet.rows:,} × {sheet.columns:,}" + ("" if sheet.visible else ", hidden"))
        set_look(size, "letters", "small")
        grid.addWidget(size, line, 2)
        box = use_box(draft, file, sheet)
        box.activated.connect(lambda at: self._chosen(file, sheet, at))
        self.uses.append(box)
        grid.addWidget(box, line, 3)
        remark = words(sheet.words[:1].upper() + sheet.words[1:], "caption", wrap=True)
        remark.setContentsMargins(0, 0, 0, theme.px(6))
        grid.addWidget(remark, line + 1, 1, 1, 3)
        grid.addWidget(hairline(), line + 2, 0, 1, 4)

    def _chosen(self, file: FoundFile, sheet: FoundSheet, at: int) -> None:
        if self._draft is not None:
            part, measure, _ = USES[at]
            self.edited.emit(with_part(self._draft, file.path, file.spec_sheet(sheet), part, measure))


