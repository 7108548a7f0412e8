"""Step 6: what will be added: sizes, how the samples match, and every change and drop with its reason.

Not for: adding it to the study (import_page.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from core.data.dataset import Dataset, DatasetSpec
from core.data.patients.sample_names import SampleMatch
from core.data.reference import rtk_symbols
from core.figures.number_words import counted
from core.problems import Problem, Severity
from gui import theme
from gui.pages.importing.draft import Draft
from gui.pages.importing.draft_reading import DatasetReading
from gui.pages.importing.gene_rows import HOW_WORDS
from gui.pages.importing.remedies import OUTCOME_CODES
from gui.widgets.answer_strip import AnswerStrip
from gui.widgets.importing.finding_list import FindingList, FindingRow
from gui.widgets.labels import words
from gui.widgets.panel import Panel

Index = QModelIndex | QPersistentModelIndex
HEADERS = ("Where", "In file", "Read as", "Why")
Row = tuple[str, str, str, str]


class ChangeModel(QAbstractTableModel):
    """Rows of text."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return HEADERS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return ", ".join(part for part in self.rows[index.row()] if part)
        return None


class CheckStep(QWidget):
    """``edited`` speaks a new draft (near matches accepted or not), ``problem_chosen`` a finding to be shown."""

    edited = Signal(object)
    problem_chosen = Signal(object)
    outcome_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.strip = AnswerStrip()
        column.addWidget(self.strip)
        pair = QHBoxLayout()
        pair.setSpacing(theme.px(8))
        self.match_panel = Panel("Samples")
        self.match_words = words("", "help", wrap=True)
        self.near = QCheckBox("These are the same samples")
        self.near.clicked.connect(self._near_clicked)
        self.match_list = QTableView()
        self.match_rows = ChangeModel(self)
        self._set_up(self.match_list, self.match_rows, "Samples that differ between the tables")
        for part in (self.match_words, self.near):
            self.match_panel.body.addWidget(part)
        self.match_panel.body.addWidget(self.match_list, 1)
        self.problem_panel = Panel("What there is to know", inner_margin=False)
        self.findings = FindingList("Findings of the whole data set")
        self.findings.remedied.connect(self._remedied)
        self._problems: list[Problem] = []
        self.problem_panel.set_content(self.findings)
        pair.addWidget(self.match_panel, 1)
        pair.addWidget(self.problem_panel, 1)
        column.addLayout(pair, 1)
        self.change_panel = Panel("Everything that was changed or left out", inner_margin=False)
        self.change_list = QTableView()
        self.changes = ChangeModel(self)
        self._set_up(self.change_list, self.changes, "Changes by cell")
        self.change_panel.set_content(self.change_list)
        column.addWidget(self.change_panel, 1)
        self._draft: Draft | None = None
        self._many_tables = False
        theme.notifier().changed.connect(self._measure)

    def _measure(self) -> None:
        """Columns of the changes as wide as a cell, an entry and what it was read as need."""
        for column, width in enumerate((200 if self._many_tables else 90, 120, 165)):
            self.change_list.setColumnWidth(column, theme.px(width))
        for view in (self.match_list, self.change_list):
            view.verticalHeader().setDefaultSectionSize(theme.px(24))

    def show_waiting(self, sentence: str) -> None:
        """The data set is being read, or cannot be."""
        self.strip.set_answer(sentence, "", state="unsure")
        self.match_panel.setVisible(False)
        self.findings.set_rows((), "")
        self.change_panel.setVisible(False)

    def show_reading(self, draft: Draft, whole: DatasetReading) -> None:
        """Say what will be added."""
        self._draft = draft
        dataset = whole.dataset
        self.strip.set_answer(*answer_of(dataset, draft), state="unsure" if dataset.unusable else "ok")
        self._show_matches(draft, whole)
        self._problems = [*dataset.unusable, *sorted(dataset.findings, key=lambda each: each.severity == Severity.NOTE)]
        rows = [FindingRow(str(at), _level(problem), problem.where.cell.replace("column ", "").replace("row ", ""),
                           problem.what[:1].upper() + problem.what[1:], " ".join(
                               part for part in (problem.where.words(), problem.why, problem.remedy) if part),
                           _remedies(problem, draft)) for at, problem in enumerate(self._problems)]
        self.findings.set_rows(rows)
        self.problem_panel.set_title("What there is to know", f"{len(rows)}" if rows else "nothing")
        changes = [(_where(record.recipe.file, record.recipe.sheet, change.cell, len(dataset.tables) > 1),
                    change.before, change.after or "left out", HOW_WORDS.get(change.reason, change.reason))
                   for record in dataset.tables for change in record.changes]
        self.changes.set_rows(changes)
        self._many_tables = len(dataset.tables) > 1
        self._measure()
        self.change_panel.setVisible(bool(changes))
        self.change_panel.set_title("Everything that was changed or left out", f"{len(changes):,} by cell")

    def _show_matches(self, draft: Draft, whole: DatasetReading) -> None:
        self.match_panel.setVisible(bool(whole.matches))
        sentences, rows = [], []
        near = 0
        own = not draft.spec.clinical and bool(draft.spec.assays)
        for file, match in whole.matches:
            sentences.append(own_words(file, match) if own else match_words(file, match))
            near += len(match.proposals)
            rows += [(f"“{each.left}”", f"“{each.right}”", "same" if draft.spec.accept_near_matches else "not taken",
                      f"differ in {each.reason}") for each in match.proposals]
            paired = {each.left for each in match.proposals} | {each.right for each in match.proposals}
            rows += [(f"“{name}”", "", "left out", "no clinical row") for name in match.unmatched_left
                     if name not in paired]
            lacks = "no value" if own else "no expression"
            rows += [("", f"“{name}”", "left out", lacks) for name in match.unmatched_right if name not in paired]
        self.match_words.setText("\n".join(sentences))
        self.near.setVisible(near > 0)
        self.near.setText(f"{near:,} samples differ only in spelling: they are the same")
        self.near.setChecked(draft.spec.accept_near_matches)
        self.match_rows.set_rows(rows)
        self.match_list.setVisible(bool(rows))

    def _remedied(self, key: str, remedy: str) -> None:
        if remedy == "same":
            self._near_clicked(True)
        elif remedy == "outcome":
            self.outcome_wanted.emit()
        else:
            self.problem_chosen.emit(self._problems[int(key)])

    def _near_clicked(self, checked: bool) -> None:
        if self._draft is not None:
            self.edited.emit(replace(self._draft, spec=replace(self._draft.spec, accept_near_matches=checked)))

    def _set_up(self, view: QTableView, model: ChangeModel, name: str) -> None:
        view.setModel(model)
        view.setAccessibleName(name)
        view.setShowGrid(False)
        view.setTabKeyNavigation(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(theme.px(24))
        heads = view.horizontalHeader()
        heads.setStretchLastSection(True)
        heads.setResizeContentsPrecision(200)  # rows looked at: a table of changes can have thousands
        heads.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        view.setColumnWidth(1, theme.px(140))


def answer_of(dataset: Dataset, draft: Draft) -> tuple[str, str, list[tuple[str, str, str]]]:
    """The sentence, its explanation and three numbers."""
    receptors = set(rtk_symbols())
    found = {gene for matrix in dataset.expression for gene in matrix.genes} & receptors
    samples = {sample for matrix in dataset.expression for sample in matrix.samples}
    clinical = dataset.clinical
    patients = len(samples & set(clinical.samples)) if clinical is not None and samples else \
        len(samples) or (len(clinical.samples) if clinical is not None else 0)
    files = list(dict.fromkeys(table.file for table in draft.spec.tables))
    kept = f"The file {files[0]} was not changed." if len(files) == 1 else f"The {len(files)} files were not changed."
    unit = {"cell_lines": "lines", "biopsies": "biopsies"}.get(dataset.spec.role, "patients")
    if samples:
        answer = f"Read {counted(len(found), 'RTK')} × {len(samples):,} {unit}. {kept}"
    elif clinical is not None:
        answer = f"Read {len(clinical.columns):,} columns × {len(clinical.samples):,} {unit}. {kept}"
    else:
        answer = f"Nothing could be read yet. {kept}"
    why = asked_words(dataset.spec)
    last = ("Outcomes", f"{len(dataset.endpoints)}", "") if dataset.spec.role == "cohort" else \
        ("Tables", f"{len(dataset.expression)}", ", ".join(dict.fromkeys(
            matrix.measure for matrix in dataset.expression)) if dataset.expression else "")
    if dataset.unusable:
        count = len(dataset.unusable)
        why = f"{'1 thing has' if count == 1 else f'{count} things have'} to be settled before this can be used. {why}"
    return answer, why, [("RTKs", f"{len(found)}", f"of {len(receptors)}"),
                         (unit.capitalize(), f"{patients:,}", "usable"), last]


def asked_words(spec: DatasetSpec) -> str:
    """What step 5 asked, answered or not."""
    stated = spec.layout
    if spec.role == "cohort":
        outcomes = ", ".join(rule.name for rule in spec.endpoints)
        return f"Outcome: {outcomes}." if outcomes else "No outcome is used yet; it can be added later."
    if spec.role == "cell_lines":
        if part := stated.get("response"):
            means = "resistant" if part["direction"].startswith("high") else "sensitive"
            return f"Response: {part.get('name') or part['column']}; a high value means {means}."
        if part := stated.get("groups") or stated.get("pairs"):
            low = part.get("sensitive") or part.get("parental", "")
            return f"Resistant are lines with “{part['resistant']}”, compared with “{low}”."
        return "Which lines are resistant is not said yet; it can be added later."
    if spec.role == "biopsies":
        part = stated.get("pairs", {})
        if "from" in part:
            return "Pairs are read from the sample names, as you agreed."
        return f"Pairs: “{part['before']}” and “{part['after']}” of each “{part['patient']}”." if part else \
            "The pairs are not confirmed yet; it can be done later."
    return ""


def match_words(file: str, match: SampleMatch) -> str:
    """How the samples of one expression table match the clinical table."""
    near = len(match.proposals)
    alone = len(match.unmatched_left) - near, len(match.unmatched_right) - near
    parts = [f"{len(match.exact):,} samples are in both tables"]
    if near:
        parts.append(f"{near:,} nearly match")
    if alone[0]:
        parts.append(f"{alone[0]:,} only in the expression table")
    if alone[1]:
        parts.append(f"{alone[1]:,} only in the clinical table")
    return f"{file}: {', '.join(parts)}."


def own_words(file: str, match: SampleMatch) -> str:
    """How many samples of a table of assays, which is its own clinical table, have values."""
    without = len(match.unmatched_right)
    rest = f", {without:,} {'has' if without == 1 else 'have'} none" if without else ""
    return f"{file}: {len(match.exact):,} samples have values{rest}."


def _remedies(problem: Problem, draft: Draft) -> tuple[tuple[str, str], ...]:
    """What can be done about a finding of the whole data set."""
    if problem.severity == Severity.NOTE:
        return ()
    if problem.code == "near_sample_names":
        return (("same", "They are the same"), ("show", "See the sheet"))
    if problem.code in OUTCOME_CODES:
        return (("outcome", "Go to the outcome"),)
    if problem.answer_key == "id" or problem.code == "samples_do_not_match":
        return (("show", "Choose the column of samples"),)
    files = {table.file for _, table in draft.tables}  # the sheet of an assay is not drawn
    return (("show", "See the cell" if problem.where.cell else "See the sheet"),) if problem.where.file in files else ()


def _level(problem: Problem) -> str:
    return {Severity.PROBLEM: "decide", Severity.WARNING: "look", Severity.NOTE: "note"}[problem.severity]


def _where(file: str, sheet: str, cell: str, several: bool) -> str:
    return f"{sheet or file} {cell}" if several else cell
