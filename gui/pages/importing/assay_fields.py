"""Which column of the table of an assay is what: told by its heading where that is clear, else chosen here.

Not for: what the columns mean for a score, which core knows.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from core.data.assays.assay_spec import TITLES, AssaySpec
from gui import theme
from gui.pages.importing.draft import Draft
from gui.pages.importing.draft_assays import ASSAY_FIELDS
from gui.widgets.importing.role_fields import FieldGrid, choice_box, fill, scrolled
from gui.widgets.labels import words
from gui.widgets.panel import Panel


class AssayFields(QWidget):
    """``said`` speaks (sheet, key, column); an empty column leaves it to the headings."""

    said = Signal(object, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self._shown: tuple[object, ...] = ()
        self.boxes: dict[str, QComboBox] = {}

    def show_draft(self, draft: Draft) -> None:
        """One panel for each table of an assay."""
        now = (draft.spec.assays, tuple(file.path for file in draft.files))
        self.setVisible(bool(draft.spec.assays))
        if now == self._shown:
            return
        self._shown = now
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.boxes = {}
        for assay in draft.spec.assays:
            self._column.addWidget(self._panel(draft, assay))

    def _panel(self, draft: Draft, assay: AssaySpec) -> Panel:
        from gui.pages.importing.assay_signs import detected_columns

        headings: tuple[str, ...] = next(
            (sheet.headings for file in draft.files if file.path == assay.table.path for sheet in file.sheets
             if file.spec_sheet(sheet) == assay.table.sheet), ())
        found = detected_columns(assay.kind, headings)
        panel = Panel(f"{TITLES[assay.kind]}: {assay.table.file}", "which column is what")
        fields = FieldGrid()
        if assay.kind not in ASSAY_FIELDS:
            fields.add_wide(words("How this table is read is stated in the study file.", "help", wrap=True))
        for key, text in ASSAY_FIELDS.get(assay.kind, ()):
            box = choice_box(f"{text} of {assay.table.file}")
            told = ", ".join(found.get(key, ()))
            fill(box, [("detected", f"By its heading: {told}" if told else "No column"),
                       *((name, name) for name in headings)], assay.column(key) or "detected")
            box.activated.connect(lambda at, key=key, box=box: self.said.emit(
                (assay.table.path, assay.table.sheet), key, box.itemData(at) if at else ""))
            fields.add(text, box)
            self.boxes[key] = box
        panel.set_content(scrolled(fields))
        return panel
