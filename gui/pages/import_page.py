"""Page 2, Import: a file to a data set of the study in six steps, every change listed, the file never changed.

Not for: the steps (gui/pages/importing) or reading tables, which core does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QFileDialog, QWidget

from core.data.patients.cohort_rules import CohortRule
from core.figures.number_words import list_words
from core.jobs import JobContext
from core.problems import Location, Problem, Severity
from core.project.moved_files import missing_files, with_file_moved
from core.project.project import Project, with_cohort, with_dataset, without_dataset
from gui.import_recipes import RecipeShelf
from gui.job_runner import Job
from gui.page_list import PAGES
from gui.pages.base_page import Command, Page, PageServices
from gui.pages.importing.data_overview import DataOverview
from gui.pages.importing.draft import free_name, with_study_change
from gui.pages.importing.import_log import ImportLog, log_text
from gui.pages.importing.import_steps import FILES_AT, GENES_AT, ImportSteps
from gui.pasted_tables import save_pasted, table_text
from gui.widgets.importing.drop_zone import DropZone, local_files
from gui.widgets.state_views import EmptyState, RunningState

DEFAULT_COHORTS = {"cohort": "all", "cell_lines": "all lines", "biopsies": "all biopsies", "activation": "all calls"}
PAGE_OF_ROLE = {"cohort": "cohort", "cell_lines": "cell_lines", "biopsies": "biopsies", "activation": "biopsies"}
STUDY_ENDINGS = (".rtkproj", ".toml")
PROMISE = "Nothing is dropped in silence: every change is listed, and can be undone"


class ImportPage(Page):
    """See the module. ``add_files`` and ``paste`` are what the window calls on a drop and on Ctrl+V."""

    KEY = "import"
    NUMBER = 2
    TITLE = "Import"
    QUESTION = "Read my Excel or CSV file"
    GROUP = "Data"
    HAS_ANSWER = False

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._log_job: Job | None = None
        self.log_button = self.add_header_button("Import log", self.show_log, role="link")
        self.close_button = self.add_header_button("Stop importing", self._stop_importing, role="link",
                                                   tip="The study stays as it is")
        self.empty = EmptyState(
            "file", "No file yet.", "xlsx, xls, ods, csv, tsv, GEO series matrix, GCT or a QuPath table. Drop files "
            "anywhere on this page. They are read, never changed.",
            (("Choose files…", "choose", True), ("Paste from Excel", "paste", False)))
        self.empty.acted.connect(self._empty_acted)
        self.overview = DataOverview()
        self.overview.acted.connect(self._overview_acted)
        self.running = RunningState("Reading the file")
        self.log = ImportLog()
        self.log.closed.connect(self._show_view)
        self.steps = ImportSteps(self.session.jobs, RecipeShelf(self.services.home),
                                 lambda: self.session.project.study.datasets, services.say)
        self.steps.changed.connect(self._steps_changed)
        self.steps.add_requested.connect(self.add_to_study)
        self.running.cancel_requested.connect(self.steps.reader.cancel)
        self.running.elsewhere_requested.connect(lambda: services.go_to("start"))
        for drop in (self.overview.drop, self.steps.files_step.drop):
            self._connect_drop(drop)
        for name, widget in (("empty", self.empty), ("data", self.overview), ("running", self.running),
                             ("log", self.log), ("steps", self.steps)):
            self.add_view(name, widget)
        self.session.jobs.progressed.connect(self._progressed)
        self.session.data_changed.connect(self._show_overview)
        self.session.opened.connect(self._study_opened)
        services.loader.loading_changed.connect(self._show_overview)
        self._show_overview()

    def _connect_drop(self, drop: DropZone) -> None:
        drop.dropped.connect(self._dropped)
        drop.choose_requested.connect(lambda: self.services.import_files(()))
        drop.paste_requested.connect(lambda: self.services.paste_table())

    def _dropped(self, paths: Sequence[Path]) -> None:
        """Data is imported; a study or project that was dropped among it is opened."""
        studies = [path for path in paths if path.suffix.lower() in STUDY_ENDINGS]
        if studies:
            self.services.open_file(studies[0])
        else:
            self.add_files(paths)

    # what the window calls

    def add_files(self, paths: Sequence[Path]) -> None:
        """Look at files: they begin an import, or join the one that is open."""
        if paths:
            self.steps.add_files(list(dict.fromkeys(Path(path) for path in paths)))

    def paste(self, mime: QMimeData) -> bool:
        """Import the cells of the clipboard; False when it holds no table."""
        if files := local_files(mime):
            self.add_files(files)
            return True
        text = table_text(mime.text(), mime.html() if mime.hasHtml() else "")
        if not text:
            self.services.say("The clipboard holds no table. Copy cells in the spreadsheet program first.")
            return False
        try:
            path = save_pasted(text, self.services.home)
        except OSError as error:
            self.services.say(Problem(
                "not_pasted", "the copied cells could not be kept in a file", Location(str(self.services.home)),
                str(error), "save them as a file in the spreadsheet program and drop it here").line())
            return False
        self.services.say(f"The copied cells are kept as {path.name}.")
        self.add_files([path])
        return True

    def refresh(self, old: Project, new: Project) -> None:
        if old is new or old.study.datasets is not new.study.datasets:
            self._follow(old, new)
            self._show_overview()

    def inspector(self) -> QWidget | None:
        return self.steps.panel

    def problems(self) -> Sequence[Problem]:
        found: list[Problem] = [*self._open_problems()]
        for dataset in self.session.datasets.values():
            found += [*dataset.unusable, *(finding for finding in dataset.findings
                                           if finding.severity != Severity.NOTE)]
        return found

    def _open_problems(self) -> Sequence[Problem]:
        """Those of the files that are being imported now."""
        draft, reading = self.steps.draft, self.steps.reading
        if draft is None or not self.steps.open:
            return ()
        unread = [problem for file in draft.files for problem in file.problems]
        read = reading.problems if reading is not None else ()
        return [*unread, *(problem for problem in read if problem.severity != Severity.NOTE)]

    def rail_state(self) -> str:
        problems = self.problems()
        if not self.session.project.study.datasets and not problems:
            return "none"
        if self._open_problems():
            return "look"
        return "look" if any(problem.severity == Severity.PROBLEM for problem in problems) else "done"

    def go_to_problem(self, problem: Problem) -> bool:
        if self.steps.reading is not None and problem in self.steps.reading.problems:
            self.show_view("steps")
            return self.steps.show_problem(problem)
        if problem in self._open_problems():  # of a file that cannot be read
            self.show_view("steps")
            self.steps.go_to_step(FILES_AT)
            return True
        for name, dataset in self.session.datasets.items():
            if problem in dataset.findings or problem in dataset.unusable:
                if self.steps.open:
                    self.services.say(f"Finish the import that is open, or stop it, to see this problem of {name}.")
                    return True
                self.edit_dataset(name, problem)
                return True
        return False

    def commands(self) -> Sequence[Command]:
        there = bool(self.session.project.study.datasets) or self.steps.whole is not None
        return (Command("import.log", "Show the import log", self.show_log, enabled=there,
                        why_not="Nothing is imported yet"),)

    def find_in_page(self) -> None:
        if self.view == "steps":
            self.steps.go_to_step(GENES_AT)
            self.steps.genes_step.search.setFocus()

    def run(self) -> None:
        """Ctrl+Enter: the next step."""
        if self.view == "steps":
            self.steps.go_on()

    # one import

    def edit_dataset(self, name: str, problem: Problem | None = None) -> None:
        """Open a data set of the study to see and change how it was read."""
        self.steps.edit_dataset(self.session.project.study.dataset(name), problem)
        self._show_view()

    def _follow(self, old: Project, new: Project) -> None:
        """An import that is open takes over what another page has changed in its data set, and it is said."""
        draft = self.steps.draft
        before, now = ([spec for spec in each.study.datasets if draft is not None and spec.name == draft.instead_of]
                       for each in (old, new))
        if draft is None or not before or not now:
            return
        changed, taken = with_study_change(draft, before[0], now[0])
        if changed is draft:
            return
        if self.steps.open:
            self.steps.set_draft(changed)
        else:
            self.steps.draft = changed  # its files are still being looked at
        self.services.say(f"{list_words(taken)} of {now[0].name} changed meanwhile. The import that is open has taken "
                          "that over.")

    def _stop_importing(self) -> None:
        self.steps.close_draft()
        self._show_overview()

    def add_to_study(self) -> None:
        """Put the data set into the study as one step that can be undone, and go on to the cohort."""
        draft, whole = self.steps.draft, self.steps.whole
        if draft is None or whole is None or not self.steps.ready:
            return
        project = self.session.project
        taken = [spec.name for spec in project.study.datasets if spec.name != draft.instead_of]
        spec = replace(draft.spec, name=free_name(draft.spec.name, taken))
        changed = with_dataset(project, spec, instead_of=draft.instead_of)
        if not any(rule.dataset == spec.name for rule in changed.study.cohorts):
            name = free_name(DEFAULT_COHORTS[spec.role], [rule.name for rule in changed.study.cohorts])
            changed = with_cohort(changed, CohortRule(name, spec.name))
        label = f"change how {spec.name} is read" if draft.instead_of else f"import {spec.tables[0].file}"
        if self.steps.reading is not None:
            self.steps.offers.keep(draft, self.steps.reading)
        self.session.put_dataset(spec, replace(whole.dataset, spec=spec))
        self.session.edit(changed, label)
        self.services.say(f"{spec.name} is in the study. The files were not changed.")
        page = PAGE_OF_ROLE[spec.role]
        self.services.go_to(page if any(entry.key == page for entry in PAGES) else "start")
        self.steps.close_draft()
        self._show_overview()

    def show_log(self) -> None:
        """The import report, of what is being imported or of the whole study."""
        datasets = tuple(self.session.datasets.values())
        if self.view == "steps" and self.steps.whole is not None:
            datasets = (self.steps.whole.dataset,)
        name = self.session.project.name

        def work(job: JobContext) -> str:
            return log_text(datasets, name)

        self.log.set_text("")
        self.show_view("log")
        self._log_job = self.session.jobs.submit("Writing the import log", work, done=self.log.set_text, owner=self.log,
                                                 lane="files")

    def _study_opened(self) -> None:
        """Nothing of the study before: no open import, no report."""
        if self._log_job is not None:
            self._log_job.cancel()
        self.log.set_text("")
        self.steps.close_draft()
        self._show_view()

    # what is shown

    def _steps_changed(self) -> None:
        if self.view != "log":
            self._show_view()
        self.state_changed.emit()

    def _show_view(self) -> None:
        draft = self.steps.draft
        if self.steps.open:
            self.show_view("steps")
        elif self.steps.reader.busy:
            self.show_view("running")
        else:
            self.show_view("data" if self.session.project.study.datasets else "empty")
        importing = self.view == "steps"
        self.close_button.setVisible(importing)
        self.log_button.setVisible(importing or self.view == "data")
        about = ""
        if importing and draft is not None:
            about = f"{draft.spec.name}. " if draft.instead_of else f"{len(draft.files)} files. " \
                if len(draft.files) > 1 else ""
        self.set_context(f"{about}{PROMISE}")

    def _show_overview(self) -> None:
        study = self.session.project.study
        loading = {spec.name for spec in study.datasets if self.services.loader.is_loading(spec)}
        self.overview.show_datasets(study.datasets, self.session.datasets, loading)
        if self.view not in ("steps", "log"):
            self._show_view()
        self.state_changed.emit()

    def _progressed(self, job: Job) -> None:
        if job is self.steps.reader.job:
            self.running.set_progress(job.fraction, job.words, job.seconds_left)

    def _empty_acted(self, key: str) -> None:
        if key == "choose":
            self.services.import_files(())
        else:
            self.services.paste_table()

    def _overview_acted(self, act: str, name: str) -> None:
        project = self.session.project
        if act == "edit":
            self.edit_dataset(name)
        elif act == "remove":
            self.session.edit(without_dataset(project, name), f"remove {name}")
            self.services.say(f"{name} was removed from the study. The files were not touched. You can undo this.")
        elif act == "read again":
            self.services.loader.reload(project.study.dataset(name))
        elif act == "find":
            self._find_file(name)
        else:
            self.show_log()

    def _find_file(self, name: str) -> None:
        """Ask where a file that has moved lies now; files that lay beside it follow."""
        missing = missing_files(self.session.project.study.dataset(name))
        if not missing:
            self.services.loader.reload(self.session.project.study.dataset(name))
            return
        chosen, _ = QFileDialog.getOpenFileName(self, f"Where is {missing[0].name}?", str(missing[0].parent))
        if chosen:
            moved = with_file_moved(self.session.project, missing[0], Path(chosen))
            self.session.edit(moved, f"find {missing[0].name}")
