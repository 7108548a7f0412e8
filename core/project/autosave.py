"""The journal that gives back the last edits after a crash: one small file per running session, in the app's folder.

It holds the description of the study and where its data files are, not the data. Not for: saving (project_file.py), or
when to write (gui/autosaver.py).
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.jobs import JobContext
from core.problems import Location, Problem, UserError, user_error, warning
from core.project.data_shelf import sha256_of
from core.project.migrations import PROJECT_FORMAT, migrated
from core.project.packed_data import tables_of
from core.project.project import Project
from core.project.project_document import damaged_document, document_of, from_json, json_bytes, project_from
from core.project.project_file import OpenedProject
from core.project.project_lock import ProjectLock
from core.project.whole_file import whole_file

ENDING = ".journal"
MAX_JOURNAL = 64_000_000
MAX_NUMBER = 1e10
"""Of seconds since 1970 and of edits; more is no time that a clock can show."""


@dataclass(frozen=True)
class Recoverable:
    """A study whose session ended without being closed.

    Parameters
    ----------
    journal : Path
    original_path : Path, optional
        The project file, None for a study that was never saved.
    name : str
        Of the study.
    when : float
        Of its last edit that was kept, seconds since 1970.
    changes : int
        Edits since it was last saved.
    """

    journal: Path
    original_path: Path | None
    name: str
    when: float
    changes: int

    @property
    def clock(self) -> str:
        """``14:02``, with the day where it is not today."""
        then = time.localtime(self.when)
        return time.strftime("%H:%M" if then[:3] == time.localtime()[:3] else "%Y-%m-%d %H:%M", then)


class Autosave:
    """The journal of this session and those that crashed sessions left.

    Parameters
    ----------
    folder : Path
        In the app's data folder; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / f"{uuid.uuid4().hex}{ENDING}"
        self._lock = ProjectLock(self.journal)

    def write(self, project: Project, tried: Mapping[str, Any], original_path: Path | None = None, *,
              changes: int = 1, read_as: Mapping[Path, str] | None = None) -> None:
        """Keep the project as it is now, atomically.

        Parameters
        ----------
        read_as : mapping of path -> sha256, optional
            Hashes of data files as read, to notice after a crash that one has changed.

        Raises
        ------
        OSError
        """
        if not self._lock.held:
            self.folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):
                os.chmod(self.folder, 0o700)
            self._lock.acquire()
        hashes = {str(path): sha256 for path, sha256 in (read_as or {}).items()}
        used = {str(table.path) for table in tables_of(project)}
        document = {
            "format": PROJECT_FORMAT, "when": time.time(), "name": project.name, "changes": changes,
            "original": str(original_path) if original_path is not None else None, **document_of(project),
            "hashes": {path: sha256 for path, sha256 in hashes.items() if path in used}, "tried": dict(tried)}
        with whole_file(self.journal) as handle:
            handle.write(json_bytes(document))

    def clear(self) -> None:
        """Everything is saved or given up on purpose: nothing is to be given back."""
        self.journal.unlink(missing_ok=True)

    def close(self) -> None:
        """The session ends as it should."""
        self.clear()
        self._lock.release()

    def pending(self) -> list[Recoverable]:
        """What crashed sessions left, newest first; journals of sessions that still run are not among them."""
        self._tidy()
        found = []
        for journal in self.folder.glob(f"*{ENDING}") if self.folder.is_dir() else ():
            if journal == self.journal or not _is_left(journal):
                continue
            with contextlib.suppress(OSError, UserError):
                document = _read(journal)
                original = document.get("original")
                found.append(Recoverable(journal, Path(original) if isinstance(original, str) else None,
                                         str(document.get("name", "")), float(document["when"]),
                                         int(document.get("changes", 1))))
        return sorted(found, key=lambda entry: -entry.when)

    def data_files(self) -> list[Path]:
        """Data files that some journal names, of sessions that run or crashed: nobody may clear them away."""
        found: list[Path] = []
        for journal in self.folder.glob(f"*{ENDING}") if self.folder.is_dir() else ():
            with contextlib.suppress(OSError, UserError):
                place = Location(journal.name)
                project = project_from(migrated(_read(journal), place), place)
                found += [table.path for table in tables_of(project)]
        return found

    def _tidy(self) -> None:
        """Remove locks and half-written files of sessions that are gone and left no journal."""
        for path in self.folder.glob(f".*{ENDING}*") if self.folder.is_dir() else ():
            with contextlib.suppress(OSError, UserError):
                if path.stat().st_mtime > time.time() - 60:
                    continue
                if path.suffix == ".lock":
                    with ProjectLock(path.with_name(path.name[1:].removesuffix(".lock"))):
                        pass
                else:
                    path.unlink()

    def recover(self, entry: Recoverable, job: JobContext | None = None) -> OpenedProject:
        """The project as it was; the journal stays until ``discard``.

        Raises
        ------
        UserError
            "damaged_project", "newer_format", "unreadable".
        """
        place = Location(entry.name)
        try:
            document = _read(entry.journal)
        except OSError as error:
            raise user_error("unreadable", f"the kept study cannot be read ({error.strerror})", place,
                             remedy="open the saved one") from None
        project = project_from(migrated(document, place), place)
        tried = document.get("tried")
        return OpenedProject(project, tried if isinstance(tried, dict) else {},
                             _changed_files(project, document.get("hashes"), job or JobContext()))

    def discard(self, entry: Recoverable) -> None:
        """Forget a journal that was recovered (and saved or written anew) or is not wanted."""
        lock = ProjectLock(entry.journal)
        with contextlib.suppress(UserError):
            lock.acquire()
            entry.journal.unlink(missing_ok=True)
            lock.release()


def _is_left(journal: Path) -> bool:
    """True when the session that wrote the journal has ended."""
    lock = ProjectLock(journal)
    try:
        lock.acquire()
    except UserError:
        return False
    lock.release()
    return True


def _read(journal: Path) -> dict[str, Any]:
    place = Location(journal.name)
    if journal.stat().st_size > MAX_JOURNAL:
        raise damaged_document(place, "it is too large")
    document = from_json(journal.read_bytes(), place)
    for key, kinds in (("when", (int, float)), ("changes", (int,))):
        value = document.get(key)
        if not isinstance(value, kinds) or isinstance(value, bool) or not abs(value) < MAX_NUMBER:
            raise damaged_document(place, f"its “{key}” is no number")
    return document


def _changed_files(project: Project, hashes: object, job: JobContext) -> tuple[Problem, ...]:
    """A warning for each data file that is gone or is no longer the one that was read."""
    notes = []
    known = hashes if isinstance(hashes, dict) else {}
    for path in dict.fromkeys(table.path for table in tables_of(project)):
        if not path.is_file():
            notes.append(warning("data_file_absent", "this file is no longer where it was imported from",
                                 Location(path.name), remedy="bring it back, or import it again"))
            continue
        expected = known.get(str(path))
        if isinstance(expected, str):
            with contextlib.suppress(OSError):
                if sha256_of(path, job) != expected:
                    notes.append(warning("file_has_changed", "this file has changed since the study was closed by the "
                                         "crash", Location(path.name), why="Results may differ from those before."))
    return tuple(notes)
