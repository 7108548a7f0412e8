"""The import report as text: what was read, changed, dropped and guessed, to read, copy and save.

Not for: writing the report, which core does the same for the results folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from core.data.dataset import Dataset
from gui import theme
from gui.widgets.labels import words


def log_text(datasets: Sequence[Dataset], study: str) -> str:
    """The import report of some data sets. May take a while for many thousand changes: work for a job."""
    from core.export.import_report import ImportedDatasetWords, ImportedTableWords, import_report

    said = [ImportedDatasetWords(
        dataset.name, dataset.spec.role,
        tuple(ImportedTableWords(table.part, table.spec.file, table.recipe.sheet, table.sha256, table.recipe,
                                 table.counts, tuple((change.cell, change.before, change.after, change.reason)
                                                     for change in table.changes)) for table in dataset.tables),
        (*dataset.unusable, *dataset.findings)) for dataset in datasets]
    return import_report(said, study_name=study)


class ImportLog(QWidget):
    """``closed`` speaks when the user goes back."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName("Import log")
        line = QHBoxLayout()
        self.back = QPushButton("Back")
        self.back.clicked.connect(self.closed)
        self.copy = QPushButton("Copy")
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton("Save as…")
        self.save.clicked.connect(self._save)
        self.said = words("", "help", wrap=True)
        line.addWidget(self.back)
        line.addWidget(self.copy)
        line.addWidget(self.save)
        line.addWidget(self.said, 1)
        column.addLayout(line)
        column.addWidget(self.text, 1)

    def set_text(self, text: str) -> None:
        """Show a report."""
        self.text.setPlainText(text)
        self.said.setText("")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.said.setText("Copied.")

    def _save(self) -> None:
        dialog = QFileDialog(self, "Save the import log", "import_log.md")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("md")
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the text to a file."""
        try:
            path.write_text(self.text.toPlainText(), encoding="utf-8")
        except OSError as error:
            self.said.setText(f"Could not write {path.name}: {error.strerror or error}. Save it in another folder.")
            return
        self.said.setText(f"Saved as {path.name}.")
