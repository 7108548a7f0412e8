"""New, open, save, close, the example study: what the window does with whole studies, with their lock and their state.

Not for: what is in the files (core/project) or data files, which Import takes.
"""

from __future__ import annotations

import glob
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.problems import Problem
from core.project.project import Project, new_project
from core.resources import resource_path
from gui.autosaver import Autosaver
from gui.preferences import Preferences, RecentStudy
from gui.problem_view import ask, tell
from gui.save_path import ask_save_path
from gui.session import Session
from gui.tried import Tried, tried_of

if TYPE_CHECKING:
    from core.jobs import JobContext
    from core.project.project_lock import ProjectLock

PROJECT_FILTER = "RTKscope projects (*.rtkproj)"
STUDY_FILTER = "Projects and study files (*.rtkproj *.toml);;All files (*)"
DATA_FILTER = ("Tables (*.xlsx *.xls *.xlsb *.ods *.csv *.tsv *.txt *.gz *.gct *.soft);;All files (*)")

ALREADY_OPEN = "This study is already open"


class FileCommands(QObject):
    """See the module. ``home`` holds the program's own files: autosaves and the data of opened projects."""

    state_changed = Signal()

    def __init__(self, window: QWidget, session: Session, preferences: Preferences, home: Path) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._preferences = preferences
        self._shelf = home / "data"
        self._lock: ProjectLock | None = None
        self._saved_at = ""
        self._saving = False
        self._studies = 0
        self._given_up: tuple[Project, Tried] | None = None
        self._opening: set[Path] = set()
        self._why_not_saved = ""
        self._tried_when_saved = session.tried
        self.path: Path | None = None
        self.autosaver = Autosaver(session, home / "autosave", self)
        session.undo_stack.cleanChanged.connect(self._clean_changed)
        session.tried_changed.connect(self.state_changed)

    # what the bar shows

    @property
    def is_modified(self) -> bool:
        """Edits, or for a project that has a file also tests that its ledger does not hold yet."""
        ledger_grew = self.path is not None and self._session.tried != self._tried_when_saved
        return not self._session.undo_stack.isClean() or ledger_grew

    @property
    def shows_example(self) -> bool:
        """True while all data of the open study are the example's, also after it was saved, given back or opened again.

        With a data set of their own it is the user's.
        """
        from core.project.data_shelf import SHORT, DataShelf

        examples, shelf = resource_path("examples"), DataShelf(self._shelf)
        datasets = self._session.project.study.datasets
        return bool(datasets) and all(
            any(examples in table.path.parents
                or shelf.named_hash(table.path) in {each[:SHORT] for each in _examples(table.path.name)}
                for table in spec.tables) for spec in datasets)

    def state(self) -> tuple[str, bool]:
        """(words, whether they are bad news): "Saved 14:02", "Saving", "Not saved: disk full", "Not saved yet"."""
        if self._saving:
            return "Saving", False
        if self._why_not_saved:
            return f"Not saved: {self._why_not_saved}", True
        if self.is_modified:
            return ("Changed since " + self._saved_at if self._saved_at else "Not saved yet"), False
        return (f"Saved {self._saved_at}" if self._saved_at else ""), False

    def _clean_changed(self, _clean: bool) -> None:
        self.state_changed.emit()

    # opening

    def new(self) -> None:
        """An empty study."""
        if self.may_leave(self.new):
            self._take(new_project(), None, {})

    def open_example(self) -> None:
        """The bundled example study; it is saved only under a name of the user's own."""
        if self.may_leave(self.open_example):
            self._open(resource_path("examples", "metabric", "study.toml"), is_example=True)

    def ask_and_open(self) -> None:
        """Ask for a project or a study file."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a study", self._preferences.last_folder,
                                              STUDY_FILTER)
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> None:
        """Open a project or study file; what is open is saved first if the user wants."""
        if self.may_leave(lambda: self.open_path(path)):
            self._open(path)

    def _open(self, path: Path, *, is_example: bool = False) -> None:
        if path in self._opening:  # a second click on the same study
            return
        is_project = path.suffix.lower() == ".rtkproj"
        lock = None
        if is_project and path.is_file():
            lock = self._locked(path, ALREADY_OPEN)
            if lock is None:
                self._given_up = None
                return

        def work(job: JobContext) -> tuple[Project, Any, tuple[Problem, ...]]:
            if path.suffix.lower() == ".toml":
                from core.project.study_file import read_study

                return Project(read_study(path)), {}, ()
            from core.project.project_file import open_project

            opened = open_project(path, self._shelf, job)
            return opened.project, opened.tried, opened.notes

        def done(found: tuple[Project, Any, tuple[Problem, ...]]) -> None:
            self._opening.discard(path)
            if not self.may_leave(lambda: done(found)):  # what was open has been edited in the meantime
                self._let_go(lock)
                return
            if lock is not None and not self._held(lock, ALREADY_OPEN):
                self._given_up = None
                return
            project, tried, notes = found
            self._take(project, path if is_project else None, tried, lock=lock)
            if not is_example:
                self._remember(path)
            if notes:
                tell(self._window, f"“{path.name}” was opened, and there is something to know", notes)

        def stopped() -> None:
            self._opening.discard(path)
            self._given_up = None  # what was to be left is still open, and unsaved
            self._let_go(lock)

        def failed(problems: tuple[Problem, ...]) -> None:
            stopped()
            tell(self._window, f"“{path.name}” could not be opened", problems)

        self._opening.add(path)
        self._session.jobs.submit(f"Opening {path.name}", work, done=done, failed=failed,
                                  stopped=stopped, owner=self, lane="files")

    def _locked(self, path: Path, title: str) -> ProjectLock | None:
        """The lock of a project, held; None where another window has it, which is then said."""
        from core.project.project_lock import ProjectLock

        lock = self._lock if self._lock is not None and self._lock.project == path.resolve() else ProjectLock(path)
        return lock if self._held(lock, title) else None

    def _held(self, lock: ProjectLock, title: str) -> bool:
        from core.problems import UserError

        try:
            lock.acquire()
        except UserError as error:
            tell(self._window, title, error.problems)
            return False
        return True

    def _let_go(self, lock: ProjectLock | None) -> None:
        """Release a lock that was taken for nothing; the one of the open study stays."""
        if lock is not None and lock is not self._lock:
            lock.release()

    def take_recovered(self, project: Project, tried: Any, original: Path | None, changes: int) -> bool:
        """A study given back after a crash: it counts as changed until it is saved.

        True when it is kept anew, so that what the crash left can go. Where another window has the saved one open, the
        restored one is saved under another name.
        """
        lock = None
        if original is not None and original.is_file():
            lock = self._locked(original, "Save the restored study under another name")
            original = original if lock is not None else None
        self._take(project, original, tried, lock=lock)
        self._session.undo_stack.resetClean()
        kept = self.autosaver.recovered(changes)
        self.state_changed.emit()
        return kept

    def _take(self, project: Project, path: Path | None, tried: Any, *, lock: ProjectLock | None = None) -> None:
        if self._lock is not None and self._lock is not lock:
            self._lock.release()
        self._studies += 1
        self._given_up = None
        self._lock, self.path = lock, path
        self._saving, self._why_not_saved = False, ""
        self._saved_at = time.strftime("%H:%M", time.localtime(path.stat().st_mtime)) if path and path.exists() else ""
        self.autosaver.original_path = path
        self._tried_when_saved = tried_of(tried or {})
        self._session.open(project, self._tried_when_saved)
        self.state_changed.emit()

    # saving

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save where the study lies, or ask where."""
        if self.path is None:
            self.save_as(then)
        else:
            self._save_to(self.path, then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a name and save there."""
        folder = Path(self._preferences.last_folder or Path.home())
        proposed = folder / f"{_file_name(self._session.project.name)}.rtkproj"
        ask_save_path(self._window, "Save the study", proposed, ".rtkproj", PROJECT_FILTER,
                      lambda path: self._save_to(path, then))

    def _save_to(self, path: Path, then: Callable[[], None] | None = None) -> None:
        lock = self._locked(path, "Not saved")
        if lock is None:
            return
        study = self._studies
        project, saved_tried = self._session.project, self._session.tried
        tried = saved_tried.document()
        read_as = {record.spec.path: record.sha256 for dataset in self._session.datasets.values()
                   for record in dataset.tables}
        self._saving = True
        self.state_changed.emit()

        def work(job: JobContext) -> tuple[Problem, ...]:
            from core.project.project_file import save_project

            return save_project(path, project, tried, job, shelf_folder=self._shelf, read_as=read_as).notes

        def done(notes: tuple[Problem, ...]) -> None:
            if study != self._studies:  # another study is open by now: nothing here is about it
                self._let_go(lock)
                return
            if self._lock is not None and self._lock is not lock:
                self._lock.release()
            self._lock, self.path = lock, path
            self._saving, self._why_not_saved = False, ""
            self._saved_at = time.strftime("%H:%M")
            self.autosaver.original_path = path
            if self._session.project is project:
                self._session.undo_stack.setClean()
                self._tried_when_saved = saved_tried
                self.autosaver.saved(path, saved_tried)
            self._remember(path)
            self.state_changed.emit()
            if notes:
                tell(self._window, f"“{path.name}” was saved, and there is something to know", notes)
            if then is not None:
                then()

        def not_saved(why: str) -> None:
            self._let_go(lock)
            if study == self._studies:
                self._saving, self._why_not_saved = False, why
                self.state_changed.emit()

        def failed(problems: tuple[Problem, ...]) -> None:
            not_saved(problems[0].what)
            tell(self._window, "The study was not saved. What was there before is untouched", problems)

        self._session.jobs.submit(f"Saving {path.name}", work, done=done, failed=failed,
                                  stopped=lambda: not_saved("saving was stopped"), owner=self, lane="files")

    def save_study_file(self) -> None:
        """Write the study as TOML, as `run` takes it; data files are named, not copied."""
        folder = Path(self._preferences.last_folder or Path.home())
        proposed = folder / f"{_file_name(self._session.project.name)}.toml"
        ask_save_path(self._window, "Save as study file", proposed, ".toml", "Study files (*.toml)",
                      self._write_study_file)

    def _write_study_file(self, path: Path) -> None:
        project, datasets = self._session.project, dict(self._session.datasets)

        def work(job: JobContext) -> tuple[Problem, ...]:
            from core.project.open_study import save_study

            return save_study(path, project, datasets, job, shelf_folder=self._shelf)

        def done(notes: tuple[Problem, ...]) -> None:
            self._remember(path)
            if notes:
                tell(self._window, f"“{path.name}” was written, and there is something to know", notes)

        self._session.jobs.submit(
            f"Writing {path.name}", work, owner=self, lane="files", done=done,
            failed=lambda problems: tell(self._window, "The study file was not written", problems))

    # leaving

    def may_leave(self, again: Callable[[], Any]) -> bool:
        """True when nothing would be lost; else asks, and calls ``again`` once it is saved or given up."""
        if not self.is_modified or self._given_up == (self._session.project, self._session.tried):
            return True

        def give_up() -> None:
            # Not marked as saved: where the next study cannot be opened, this one stays, and it is asked for again.
            self._given_up = (self._session.project, self._session.tried)
            again()

        said = f"Last saved {self._saved_at}." if self._saved_at else "It has not been saved yet."
        ask(self._window, f"Save “{self._session.project.name}” before closing?", said,
            [("Save", lambda: self.save(then=lambda: again())), ("Close without saving", give_up)])
        return False

    def close(self) -> None:
        """The program ends as it should."""
        self._session.undo_stack.cleanChanged.disconnect(self._clean_changed)
        self.autosaver.close()
        if self._lock is not None:
            self._lock.release()

    def ask_for_data(self) -> list[Path]:
        """Ask for data files to import."""
        names, _ = QFileDialog.getOpenFileNames(self._window, "Import data", self._preferences.last_folder, DATA_FILTER)
        if names:
            self._preferences.last_folder = str(Path(names[0]).parent)
        return [Path(name) for name in names]

    def _remember(self, path: Path) -> None:
        study = self._session.project.study
        holds = ", ".join(filter(None, (
            f"{len(study.datasets)} data set{'s' if len(study.datasets) != 1 else ''}",
            f"{len(study.cohorts)} cohort{'s' if len(study.cohorts) != 1 else ''}" if study.cohorts else "")))
        self._preferences.last_folder = str(path.parent)
        self._preferences.remember_study(RecentStudy(str(path.absolute()), study.name,
                                                     time.strftime("%Y-%m-%d %H:%M"), holds))


@lru_cache
def _examples(name: str) -> tuple[str, ...]:
    """The hashes of the bundled data files of that name: a saved study holds a copy of its data."""
    from core.project.data_shelf import sha256_of

    return tuple(sha256_of(path) for path in resource_path("examples").glob(f"*/{glob.escape(name)}"))


def _file_name(name: str) -> str:
    """A study's name as a file name that every system takes."""
    kept = "".join(letter if letter.isalnum() or letter in " ._-" else "_" for letter in name).strip(" .")
    return kept[:80] or "study"
