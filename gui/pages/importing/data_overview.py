"""What the Import page shows while nothing is being imported: the data sets of the study, and where to drop files.

Not for: the steps of an import.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.data.assays.assay_spec import TITLES
from core.data.dataset import Dataset, DatasetSpec
from core.data.reference import rtk_symbols
from core.problems import Severity
from core.project.moved_files import missing_files
from gui import theme
from gui.pages.importing.check_step import asked_words
from gui.pages.importing.draft import ROLES
from gui.pages.importing.draft_assays import ASSAY_FIELDS
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.importing.drop_zone import DropZone
from gui.widgets.labels import chip, link, words
from gui.widgets.panel import Panel


class DataOverview(QWidget):
    """``acted`` speaks ("edit", "remove", "read again", "log", "find"; data set name)."""

    acted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        scroller = QScrollArea()
        scroller.setProperty("plain", True)
        scroller.setWidgetResizable(True)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        content.setObjectName("scrolled")
        self._panels = QVBoxLayout(content)
        self._panels.setContentsMargins(0, 0, 0, 0)
        self._panels.setSpacing(theme.px(8))
        scroller.setWidget(content)
        self.drop = DropZone()
        column.addWidget(scroller, 1)
        column.addWidget(self.drop)

    def show_datasets(self, specs: tuple[DatasetSpec, ...], read: Mapping[str, Dataset], loading: set[str]) -> None:
        """One panel for each data set of the study."""
        while (item := self._panels.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for spec in specs:
            self._panels.addWidget(self._panel(spec, read.get(spec.name), spec.name in loading))
        self._panels.addStretch(1)

    def _panel(self, spec: DatasetSpec, dataset: Dataset | None, loading: bool) -> Panel:
        panel = Panel(spec.name, ROLES.get(spec.role, (spec.role, ""))[0])
        state = QWidget()
        line = QHBoxLayout(state)
        line.setContentsMargins(0, 0, 0, 0)
        if loading or dataset is None:
            line.addWidget(chip("unknown", "reading" if loading else "not read"))
        elif dataset.unusable:
            line.addWidget(chip("error", f"{len(dataset.unusable)} to settle"))
        else:
            warnings = sum(finding.severity == Severity.WARNING for finding in dataset.findings)
            line.addWidget(chip("warn", f"{warnings} to look at") if warnings else chip("ok", "read"))
        panel.set_right(state)
        panel.body.addWidget(words(_holds(spec, dataset), "help", wrap=True))
        for text in dict.fromkeys(_table_words(part, str(table.path.name), table.sheet) for part, table in (
                *(("Expression", table) for table in spec.expression),
                *(("Clinical", table) for table in spec.clinical),
                *((TITLES[assay.kind], assay.table) for assay in spec.assays))):
            panel.body.addWidget(words(text, "caption", wrap=True))
        if dataset is not None and dataset.unusable:
            for text in list(dict.fromkeys(problem.line() for problem in dataset.unusable))[:3]:
                panel.body.addWidget(words(text, "error", wrap=True))
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=8)
        flow.setContentsMargins(0, 0, 0, 0)
        acts = [("edit", "See how it was read, and change it"), ("read again", "Read again"), ("log", "Import log"),
                ("remove", "Remove")]
        if any(assay.kind not in ASSAY_FIELDS for assay in spec.assays):
            panel.body.addWidget(words("How blots and plates are read is stated in the study file; the import log "
                                       "lists every change.", "caption", wrap=True))
        if dataset is not None and dataset.unusable and missing_files(spec):
            acts.insert(0, ("find", "Find the file…"))
        for key, text in acts:
            button = QPushButton(text) if key in ("edit", "find") else link(text)
            button.setObjectName(f"{key} {spec.name}")
            button.setAccessibleName(f"{text}: {spec.name}")
            button.clicked.connect(lambda _=False, act=key: self.acted.emit(act, spec.name))
            flow.addWidget(button)
        panel.body.addWidget(buttons)
        return panel


def _holds(spec: DatasetSpec, dataset: Dataset | None) -> str:
    if dataset is None:
        return "Not read yet."
    receptors = set(rtk_symbols())
    parts = [f"{sum(gene in receptors for gene in matrix.genes)} RTKs among {len(matrix.genes):,} genes in "
             f"{len(matrix.samples):,} samples ({matrix.measure}, {matrix.scale})" for matrix in dataset.expression]
    if dataset.clinical is not None:
        parts.append(f"{len(dataset.clinical.columns):,} clinical columns of {len(dataset.clinical.samples):,} samples")
    outcomes = ", ".join(rule.name for rule in spec.endpoints)
    if outcomes or spec.role == "cohort":
        parts.append(f"outcome: {outcomes}" if outcomes else "no outcome")
    text = "; ".join(parts)
    asked = asked_words(spec) if spec.role != "cohort" else ""
    return f"{text[:1].upper()}{text[1:]}. {asked}".strip()


def _table_words(part: str, file: str, sheet: str | None) -> str:
    return f"{part}: {file}, sheet “{sheet}”" if sheet else f"{part}: {file}"
