"""One import from files to a data set: the six steps, what leads from one to the next, and everything said in them.

Not for: the study, which gets the data set from the page (import_page.py), or what a step shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QInputDialog, QStackedWidget, QVBoxLayout, QWidget

from core.problems import Problem
from gui import theme
from gui.import_recipes import RecipeShelf
from gui.job_runner import JobRunner
from gui.pages.importing.check_step import CheckStep
from gui.pages.importing.draft import (
    Draft,
    FoundFile,
    draft_of_dataset,
    draft_of_files,
    into_dataset,
    with_files,
    with_seen,
)
from gui.pages.importing.draft_answers import cell_said, field_said, gene_said, names_in_column
from gui.pages.importing.draft_reader import DraftReader
from gui.pages.importing.draft_roles import with_proposed_role
from gui.pages.importing.files_step import FilesStep
from gui.pages.importing.genes_step import GenesStep
from gui.pages.importing.reading_panel import ReadingPanel
from gui.pages.importing.recipe_offers import RecipeOffers
from gui.pages.importing.regions_step import RegionsStep
from gui.pages.importing.remedies import CHECK, FIELD, GENES, OUTCOME, SHEETS, VALUE, remedies_of
from gui.pages.importing.role_step import NAMES, RoleStep
from gui.pages.importing.sheets_step import SheetsStep
from gui.widgets.importing.stepper import CURRENT, DONE, LOOK, TO_COME, StepRow
from gui.widgets.labels import set_look
from gui.widgets.state_views import Banner

if TYPE_CHECKING:
    from core.data.dataset import DatasetSpec
    from gui.pages.importing.draft_reading import DatasetReading, DraftReading, SheetReading

STEPS = ("Files", "Sheets", "Regions", "Gene names", "Outcome", "Check")
FILES_AT, SHEETS_AT, REGIONS_AT, GENES_AT, OUTCOME_AT, CHECK_AT = range(6)
_READ_AGAIN = "read again"
WAITING, NO_TABLE = "Reading the data set.", "No table is used yet. Choose a file first."


class ImportSteps(QWidget):
    """``changed`` speaks after everything that a page shows around the steps may be different.

    ``known`` gives the data sets of the study, ``say`` speaks in the status line.
    """

    changed = Signal()
    add_requested = Signal()

    def __init__(self, jobs: JobRunner, shelf: RecipeShelf, known: Callable[[], Sequence[DatasetSpec]],
                 say: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._known, self._say = jobs, known, say
        self.draft: Draft | None = None
        self.reading: DraftReading | None = None
        self.whole: DatasetReading | None = None
        self.step = FILES_AT
        self._reached = FILES_AT
        self._wanted_problem: Problem | None = None
        self._failure: tuple[str, str, str, str] | None = None
        self.offers = RecipeOffers(shelf)
        self.reader = DraftReader(jobs, self)
        self.reader.looked.connect(self._looked)
        self.reader.read.connect(self._read)
        self.reader.whole.connect(self._whole_read)
        self.reader.failed.connect(self._reading_failed)
        self.reader.stopped.connect(self._reading_stopped)
        self.reader.busy_changed.connect(self._show_states)
        self._build()
        self._connect()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        row = StepRow(STEPS)
        self.stepper, self.back, self.next = row.stepper, row.back, row.next
        self.banner = Banner()
        self.banner.setVisible(False)
        self.files_step, self.sheets_step, self.regions_step = FilesStep(), SheetsStep(), RegionsStep()
        self.genes_step, self.role_step, self.check_step = GenesStep(), RoleStep(self._jobs), CheckStep()
        self.outcome_step = self.role_step.outcome
        self.stack = QStackedWidget()
        for step in (self.files_step, self.sheets_step, self.regions_step, self.genes_step, self.role_step,
                     self.check_step):
            self.stack.addWidget(step)
        self.panel = ReadingPanel()
        column.addWidget(row)
        column.addWidget(self.banner)
        column.addWidget(self.stack, 1)

    def _connect(self) -> None:
        self.stepper.chosen.connect(self.go_to_step)
        self.back.clicked.connect(lambda: self.go_to_step(self.step - 1))
        self.next.clicked.connect(self.go_on)
        self.banner.acted.connect(self._banner_acted)
        for edits in (self.files_step.edited, self.sheets_step.edited, self.role_step.edited,
                      self.check_step.edited, self.panel.reset_wanted):
            edits.connect(self.set_draft)
        self.check_step.problem_chosen.connect(self.show_problem)
        self.check_step.outcome_wanted.connect(lambda: self.go_to_step(OUTCOME_AT))
        self.files_step.target_chosen.connect(self._target_chosen)
        self.role_step.offer_changed.connect(self._show_states)
        self.genes_step.answered.connect(lambda row, symbol: self._edit(gene_said, row, symbol))
        self.panel.said.connect(self._said)
        self.panel.remember.toggled.connect(self.offers.set_remember)
        regions = self.regions_step
        regions.remedied.connect(self._remedied)
        regions.accepted.connect(lambda problems: self._edit(with_seen, problems))
        regions.answered.connect(lambda row, symbol: self._edit(gene_said, row, symbol))
        regions.sheet_chosen.connect(self._show_panel)
        regions.header_row_wanted.connect(lambda row: self._said("header_row", row + 1))
        regions.name_column_wanted.connect(
            lambda column: self._edit(names_in_column, regions.sheet, column) if regions.sheet else None)
        regions.all_names_wanted.connect(lambda: self.go_to_step(GENES_AT))

    # beginning and end

    @property
    def open(self) -> bool:
        return self.draft is not None and bool(self.draft.files or self.reading is not None)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Look at files: they begin an import, or join the one that is open."""
        self.reader.look(paths)

    def edit_dataset(self, spec: DatasetSpec, problem: Problem | None = None) -> None:
        """Open a data set of the study to see and change how it was read, at one of its problems if given."""
        self._begin(draft_of_dataset(spec), REGIONS_AT if spec.expression or spec.clinical else SHEETS_AT, CHECK_AT)
        self._wanted_problem = problem
        self.reader.look(list(dict.fromkeys(table.path for table in spec.tables)))

    def close_draft(self) -> None:
        """Let go of the import that is open; the study is as it was."""
        self.reader.forget()
        self.draft, self.reading, self.whole, self._failure = None, None, None, None
        self.panel.show_sheet(None, None)
        self.changed.emit()

    def _begin(self, draft: Draft | None, step: int = FILES_AT, reached: int = FILES_AT) -> None:
        self.draft, self.reading, self.whole, self._failure = draft, None, None, None
        self.step, self._reached = step, reached
        self.offers.forget()
        self.panel.remember.setChecked(False)

    def _looked(self, files: tuple[FoundFile, ...]) -> None:
        if self.draft is None:
            self._begin(None)
            draft = draft_of_files(files, [spec.name for spec in self._known()])
        elif self.draft.files or not self.draft.instead_of:
            draft = with_files(self.draft, files)
            self.step = FILES_AT
        else:
            draft = replace(self.draft, files=files)
        self.draft = None
        self.set_draft(draft, at_once=True)
        self.next.setFocus()

    def set_draft(self, draft: Draft, at_once: bool = False) -> None:
        """Another draft: shown where it is known already, and read again where that matters."""
        old, self.draft = self.draft, (draft := with_proposed_role(draft))
        self._failure = None
        spec = draft.spec
        read = self.reading.draft.spec if self.reading is not None else None
        if not draft.tables:
            self.reading = None
        elif read is None or (spec.expression, spec.clinical, spec.answers) != (
                read.expression, read.clinical, read.answers):
            (self.reader.read_now if at_once else self.reader.read_soon)(draft)
        if old is None or (old.spec.tables, old.spec.assays, old.spec.answers) != (
                spec.tables, spec.assays, spec.answers):
            self.whole = None
        self.show_step()
        self._need_whole()

    def _edit(self, edit: Callable[..., Draft], *values: Any) -> None:
        if self.draft is not None:
            self.set_draft(edit(self.draft, *values))

    def _read(self, reading: DraftReading) -> None:
        if self.draft is None:
            return
        self.reading = reading
        self.offers.look(self.draft, reading)
        self.show_step()
        if self._wanted_problem is not None:
            problem, self._wanted_problem = self._wanted_problem, None
            self.show_problem(problem)
        self._need_whole()
        self.changed.emit()

    def _need_whole(self) -> None:
        """The outcome and the check need the data set as a whole; it is read when one of them is shown."""
        draft, whole = self.draft, self.whole
        unread = draft is not None and bool(draft.tables) and self.reading is None
        if self.step < OUTCOME_AT or draft is None or unread or self.reader.busy or not draft.spec.tables:
            return
        if whole is None or whole.draft.spec != draft.spec:
            self.reader.read_whole(draft)

    def _whole_read(self, whole: DatasetReading) -> None:
        if self.draft is not None:
            self.whole = whole
            self.show_step()
            self._need_whole()

    def _reading_failed(self, problems: tuple[Problem, ...]) -> None:
        self._failure = ("error", problems[0].line(), "", "")
        self._show_banner()
        self.changed.emit()

    def _reading_stopped(self) -> None:
        self._failure = ("warn", "Stopped reading. Nothing was imported.", "Read again", _READ_AGAIN)
        if self.draft is not None and not self.draft.files:
            self.draft = None
        self._show_banner()
        self.changed.emit()

    # steps

    def go_to_step(self, step: int) -> None:
        """Show a step; any step can be reached at any time, and says what it lacks."""
        self.step = min(max(step, FILES_AT), CHECK_AT)
        self._reached = max(self._reached, self.step)
        self.show_step()
        self._need_whole()

    def go_on(self) -> None:
        """The next step, or the end."""
        if self.step < CHECK_AT:
            self.go_to_step(self.step + 1)
        elif self.ready:
            self.add_requested.emit()

    def show_problem(self, problem: Problem) -> bool:
        self.go_to_step(REGIONS_AT)
        return self.regions_step.show_problem(problem)

    def show_step(self) -> None:
        """Show everything as it is now."""
        draft, reading = self.draft, self.reading
        if draft is None:
            return
        self.stack.setCurrentIndex(self.step)
        if self.step == FILES_AT:
            self.files_step.show_draft(draft, [spec.name for spec in self._known()])
        elif self.step == SHEETS_AT:
            self.sheets_step.show_draft(draft)
        elif self.step == OUTCOME_AT:
            self._show_role(draft)
        elif self.step == CHECK_AT:
            self._show_check(draft)
        if reading is not None:
            self.regions_step.show_reading(draft, reading)
            if self.step == GENES_AT:
                self.genes_step.show_reading(draft, reading)
        elif self.step in (REGIONS_AT, GENES_AT):
            self.regions_step.show_nothing(draft, self.reader.busy)
            self.genes_step.show_nothing(assays=bool(draft.spec.assays))
        self._show_states()
        self._show_panel()
        self._show_banner()
        self.changed.emit()

    def _show_role(self, draft: Draft) -> None:
        if self.whole is not None and draft.spec.tables:
            self.role_step.show_reading(draft, self.whole, self.reading)
        else:
            self.role_step.show_waiting(draft, WAITING if draft.spec.tables else NO_TABLE)

    def _show_check(self, draft: Draft) -> None:
        if self.whole is not None and draft.spec.tables and self.whole.draft.spec == draft.spec:
            self.check_step.show_reading(draft, self.whole)
        else:
            self.check_step.show_waiting(WAITING if draft.spec.tables else NO_TABLE)

    def _show_states(self) -> None:
        draft, reading = self.draft, self.reading
        if draft is None:
            self.changed.emit()
            return
        asked = reading is not None and any(row.asked and row.receptor for sheet in reading.sheets
                                            for row in sheet.genes)
        look = {FILES_AT: not draft.spec.tables, REGIONS_AT: reading is not None and bool(reading.blocked),
                GENES_AT: asked}
        self.stepper.set_name(OUTCOME_AT, NAMES.get(draft.spec.role, STEPS[OUTCOME_AT]))
        self.stepper.set_states([
            CURRENT if at == self.step else LOOK if look.get(at) and at <= self._reached
            else DONE if at < self._reached else TO_COME for at in range(len(STEPS))])
        self.back.setEnabled(self.step > FILES_AT)
        last = self.step == CHECK_AT
        verb = "Put into the study" if draft.instead_of else "Add to the study"
        self.next.setText(verb if last else f"Next: {self.stepper.steps[self.step + 1].name.lower()}")
        some = bool(draft.spec.tables) or any(file.sheets for file in draft.files)
        self.next.setEnabled(self.ready if last else some or self.reader.busy)
        other = self.step == OUTCOME_AT and self.role_step.is_next
        set_look(self.next, "role", "primary" if self.next.isEnabled() and not other else "")
        self.next.setToolTip("" if self.next.isEnabled() else self._why_not())

    @property
    def ready(self) -> bool:
        """True where the draft is read, holds something and nothing stands against it."""
        whole = self.whole
        return whole is not None and self.draft is not None and whole.draft.spec == self.draft.spec and (
            bool(whole.dataset.expression) or whole.dataset.clinical is not None) and not whole.dataset.unusable

    def _why_not(self) -> str:
        if self.draft is None or not self.draft.spec.tables:
            unread = self.draft is not None and any(file.problems for file in self.draft.files)
            return "No file can be read; step 1 says why" if unread else "No table is used yet"
        if self.whole is None or self.reader.busy:
            return "The data set is being read"
        return self.whole.dataset.unusable[0].line() if self.whole.dataset.unusable else "Nothing could be read"

    def _show_panel(self) -> None:
        self.panel.show_sheet(self.draft, self.regions_step.sheet if self.reading is not None else None)

    def _show_banner(self) -> None:
        said = self._failure or self.offers.banner()
        if said is not None:
            self.banner.set_banner(*said)
        self.banner.setVisible(said is not None)

    def _target_chosen(self, name: str) -> None:
        """The files go to a data set of the study: it is opened with them added."""
        draft = self.draft
        if draft is None or name == draft.instead_of:
            return
        known = self._known()
        self.set_draft(into_dataset(draft, next(spec for spec in known if spec.name == name)) if name
                       else draft_of_files(draft.files, [spec.name for spec in known]))

    def _said(self, field: str, value: Any) -> None:
        sheet = self.regions_step.sheet
        if self.draft is None or sheet is None:
            return
        try:
            self.set_draft(field_said(self.draft, sheet, field, value))
        except ValueError:
            self._say(f"“{value}” is no row number. Rows are counted as the spreadsheet program does, from 1.")
            self._show_panel()

    def _remedied(self, sheet: SheetReading, problem: Problem, key: str) -> None:
        if self.draft is None:
            return
        remedy = next((each for each in remedies_of(problem, sheet, self.draft) if each.key == key), None)
        if remedy is None:
            return
        if remedy.edit is not None:
            self.set_draft(remedy.edit(self.draft))
        elif remedy.go == GENES:
            self.go_to_step(GENES_AT)
            self.genes_step.show_cell(remedy.about)
        elif remedy.go == FIELD:
            self.panel.fields.focus_field(remedy.about)
        elif remedy.go == VALUE:
            self._ask_value(sheet, remedy.about)
        else:
            self.go_to_step({SHEETS: SHEETS_AT, OUTCOME: OUTCOME_AT, CHECK: CHECK_AT}[remedy.go])

    def _ask_value(self, sheet: SheetReading, cell: str) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle("RTKscope")
        dialog.setLabelText(f"Value to use for {cell}. The file itself is not changed.")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda text: self._edit(cell_said, sheet, cell, text))
        dialog.open()

    def _banner_acted(self, key: str) -> None:
        if self.draft is None:
            return
        if key == _READ_AGAIN:
            self._failure = None
            self.reader.read_now(self.draft)
            self._show_banner()
        elif (changed := self.offers.act(key, self.draft)) is not None:
            self.set_draft(changed)
