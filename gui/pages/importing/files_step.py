"""Step 1: which files, what each is used as, and to which data set they go.

Not for: looking into the sheets of a workbook (sheets_step.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.data.assays.assay_spec import ARRAY, IHC
from gui import theme
from gui.pages.importing.draft import (
    BOTH,
    CLINICAL,
    EXPRESSION,
    NOT_USED,
    ROLES,
    TWO_MEASURES,
    Draft,
    FoundFile,
    FoundSheet,
    with_part,
    without_file,
)
from gui.pages.importing.draft_roles import proposed_role, with_role
from gui.pages.importing.found_files import KIND_WORDS
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.importing.drop_zone import DropZone
from gui.widgets.labels import IconButton, IconLabel, hairline, link, set_look, words
from gui.widgets.panel import Panel

USES: tuple[tuple[str, str, str], ...] = (
    (EXPRESSION, "", "Expression"), (EXPRESSION, "mRNA", "Expression: mRNA"),
    (EXPRESSION, "total", "Expression: total protein"), (EXPRESSION, "phospho", "Expression: phosphoprotein"),
    (EXPRESSION, TWO_MEASURES, "Expression: total and phospho"),
    (CLINICAL, "", "Clinical"), (BOTH, "", "Both in one table"),
    (IHC, "", "IHC scores"), (ARRAY, "", "Phospho-RTK array"), (NOT_USED, "", "Not used"))
"""(part, measure, words) of the choices of what a sheet is."""


def use_box(draft: Draft, file: FoundFile, sheet: FoundSheet) -> QComboBox:
    """A list of what a sheet can be used as, at what it is used as now."""
    box = QComboBox()
    box.setAccessibleName(f"{sheet.name or file.name} is used as")
    for part, measure, text in USES:
        box.addItem(text, (part, measure))
    key = (file.path, file.spec_sheet(sheet))
    part = draft.part_of(*key)
    measures = draft.measures_of(key)
    stated = TWO_MEASURES if len(measures) > 1 else next(iter(measures), "")
    wanted = (part, stated if part == EXPRESSION else "")
    at = next((at for at, (each, measure, _) in enumerate(USES) if (each, measure) == wanted), 0)
    box.setCurrentIndex(at)
    return box


def size_words(size: int) -> str:
    """ "2.6 MB"."""
    for unit, step in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} bytes"


class FilesStep(QWidget):
    """``edited`` speaks a new draft; the drop zone asks the page for more files."""

    edited = Signal(object)
    target_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.drop = DropZone()
        self.panel = Panel("Files")
        self._rows = QWidget()
        self._rows.setObjectName("scrolled")
        self._grid = QGridLayout(self._rows)
        self._grid.setColumnStretch(1, 1)
        scroller = self._scroller = QScrollArea()
        scroller.setProperty("plain", True)
        scroller.setWidgetResizable(True)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(self._rows)
        self.panel.set_content(scroller)
        self.target_panel = Panel("Data set")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.target = QComboBox()
        self.target.setAccessibleName("The files go to")
        self.target.activated.connect(lambda at: self.target_chosen.emit(self.target.itemData(at)))
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the data set")
        self.name.editingFinished.connect(self._renamed)
        self.role = QComboBox()
        self.role.setAccessibleName("What the data set holds")
        for key, (text, _) in ROLES.items():
            self.role.addItem(text, key)
        self.role.activated.connect(self._role_chosen)
        self.role_words = words("", "caption", wrap=True)
        form.addRow(words("Goes to"), self.target)
        form.addRow(words("Name"), self.name)
        form.addRow(words("Holds"), self.role)
        self.role_reset = link("As proposed")
        self.role_reset.setAccessibleName("Hold what the files propose")
        self.role_reset.clicked.connect(self._role_reset)
        self.target_panel.body.addLayout(form)
        self.target_panel.body.addWidget(self.role_words)
        self.target_panel.body.addWidget(self.role_reset, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.panel, 1)
        column.addWidget(self.target_panel)
        column.addWidget(self.drop)
        self._draft: Draft | None = None
        self.uses: list[QComboBox] = []

    def show_draft(self, draft: Draft, known: Sequence[str]) -> None:
        """List the files of a draft; ``known`` are the data sets of the study."""
        self._draft = draft
        focused = QApplication.focusWidget()
        kept = focused.objectName() if focused is not None and self._rows.isAncestorOf(focused) else ""
        place = self._scroller.verticalScrollBar().value()
        for line in range(self._grid.rowCount()):
            self._grid.setRowStretch(line, 0)
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.uses = []
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(4))
        for at, text in enumerate(("", "File", "Kind", "Size", "Used as", "")):
            self._grid.addWidget(words(text, "caption"), 0, at)
        line = 1
        for file in draft.files:
            line = self._add(draft, file, line)
        self._grid.setRowStretch(line, 1)
        self._keep_place(kept, place)
        self.panel.set_title("Files", "one" if len(draft.files) == 1 else f"{len(draft.files)}")
        self.target.clear()
        self.target.addItem("A new data set", "")
        for name in known:
            self.target.addItem(name, name)
        self.target.setCurrentIndex(max(0, self.target.findData(draft.instead_of)))
        self.name.setText(draft.spec.name)
        self.role.setCurrentIndex(max(0, self.role.findData(draft.spec.role)))
        self.role_words.setText(_role_words(draft))
        self.role_reset.setVisible(not draft.instead_of and draft.spec.role != proposed_role(draft).role)

    def _keep_place(self, name: str, place: int) -> None:
        """The list stays where it was, and the control that was used keeps the focus although it is a new one."""
        found = [each for each in self._rows.findChildren(QWidget, name) if not each.isHidden()] if name else []
        if found:
            found[-1].setFocus()
        self._scroller.verticalScrollBar().setValue(place)

    def _add(self, draft: Draft, file: FoundFile, line: int) -> int:
        grid = self._grid
        bad = bool(file.problems)
        grid.addWidget(IconLabel("err" if bad else "file", "err" if bad else "text2"), line, 0)
        name = words(file.name, wrap=True)
        set_look(name, "letters", "bold")
        name.setToolTip(str(file.path))
        name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(name, line, 1)
        for at, text in ((2, KIND_WORDS.get(file.kind, file.kind)), (3, size_words(file.size))):
            label = words(text)
            set_look(label, "letters", "small")
            grid.addWidget(label, line, at)
        if len(file.sheets) == 1:
            box = use_box(draft, file, file.sheets[0])
            box.setObjectName(f"use {file.path}")
            box.activated.connect(lambda at, each=file: self._use_chosen(each, at))
            self.uses.append(box)
            grid.addWidget(box, line, 4)
        elif not bad:
            used = sum(bool(draft.part_of(file.path, file.spec_sheet(sheet))) for sheet in file.sheets)
            grid.addWidget(words(f"{used} of {len(file.sheets)} sheets"), line, 4)
        remove = IconButton("x", f"Take {file.name} out")
        remove.clicked.connect(lambda _=False, path=file.path: self._removed(path))
        grid.addWidget(remove, line, 5)
        remark = file.problems[0].what + (f"; {file.problems[0].remedy}" if file.problems[0].remedy else "") \
            if bad else _sheet_words(file)
        said = words(remark[:1].upper() + remark[1:], "error" if bad else "caption", wrap=True)
        grid.addWidget(said, line + 1, 1, 1, 4)
        line += self._offer_phospho(draft, file, line + 2)
        grid.addWidget(hairline(), line + 2, 0, 1, 6)
        return line + 3

    def _offer_phospho(self, draft: Draft, file: FoundFile, line: int) -> int:
        """One sheet that holds proteins and their phosphorylated forms can be read as both; the lines that it took."""
        sheet = file.sheets[0] if len(file.sheets) == 1 else None
        if sheet is None or not sheet.phospho or draft.part_of(file.path, None) not in (EXPRESSION, BOTH):
            return 0
        both = len(draft.measures_of((file.path, None))) > 1
        holder = QWidget()
        flow = FlowLayout(holder, gap=8)
        flow.setContentsMargins(0, 0, 0, 0)
        flow.addWidget(words("Read as two tables: total protein and phosphorylated protein." if both
                             else f"It also holds phosphorylated protein: {sheet.phospho}.", "caption"))
        button = link("Read only total protein" if both else "Read both, total and phospho")
        button.setObjectName(f"two measures {file.path}")
        button.clicked.connect(lambda: self.edited.emit(with_part(
            draft, file.path, None, EXPRESSION, "total" if both else TWO_MEASURES)))
        flow.addWidget(button)
        self._grid.addWidget(holder, line, 1, 1, 4)
        return 1

    def _use_chosen(self, file: FoundFile, at: int) -> None:
        if self._draft is not None:
            part, measure, _ = USES[at]
            self.edited.emit(with_part(self._draft, file.path, file.spec_sheet(file.sheets[0]), part, measure))

    def _removed(self, path: Path) -> None:
        if self._draft is not None:
            self.edited.emit(without_file(self._draft, path))

    def _renamed(self) -> None:
        name = self.name.text().strip()
        if self._draft is not None and name and name != self._draft.spec.name:
            self.edited.emit(replace(self._draft, spec=replace(self._draft.spec, name=name)))

    def _role_chosen(self, at: int) -> None:
        if self._draft is not None:
            self.edited.emit(with_role(self._draft, self.role.itemData(at)))

    def _role_reset(self) -> None:
        if self._draft is not None:
            self.edited.emit(replace(self._draft, role_said=False))


def _role_words(draft: Draft) -> str:
    """What the role is for, and why it was proposed."""
    for_what = ROLES.get(draft.spec.role, ("", ""))[1]
    if draft.instead_of:
        return for_what
    sign = proposed_role(draft)
    if sign.role == draft.spec.role:
        return f"Proposed because {sign.words}. {for_what}" if sign.weight else for_what
    return f"You chose this. Proposed was “{ROLES[sign.role][0]}”, because {sign.words}. {for_what}" \
        if sign.weight else for_what


def _sheet_words(file: FoundFile) -> str:
    if len(file.sheets) == 1:
        sheet = file.sheets[0]
        size = f"{sheet.rows:,} rows × {sheet.columns:,} columns"
        return f"{size}; {sheet.words}" if sheet.words else size
    return f"{len(file.sheets)} sheets: {', '.join(sheet.name for sheet in file.sheets[:6])}" \
        + (", …" if len(file.sheets) > 6 else "")
