"""The project file ``.rtkproj``: a zip with the study, its figures, what was tried, and the data files byte for byte.

What is in it, for readers: docs/project-file.md. Saving is atomic and keeps the version before. Not for: recovery
after a crash (autosave.py), or opening twice (project_lock.py).
"""

from __future__ import annotations

import errno
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from core import __version__
from core.analyses.locked_score import changed_lock
from core.data.sheets.recipe import Answers, TableSpec
from core.jobs import JobContext
from core.problems import Location, Problem, Severity, UserError, user_error, warning
from core.project.data_shelf import DataShelf, safe_name
from core.project.migrations import PROJECT_FORMAT, migrated
from core.project.packed_data import MemberNames, PackedFile, ShelfNames, gather, unpack, write_data
from core.project.project import Project
from core.project.project_document import damaged_document, document_of, from_json, json_bytes, project_from
from core.project.project_zip import (
    DESCRIPTION,
    LEDGER,
    READABLE,
    BrokenPackage,
    not_a_project,
    open_package,
    packs_too_well,
    small_member,
)
from core.project.study_writer import study_toml
from core.project.whole_file import not_written, whole_file

SUFFIX = ".rtkproj"


@dataclass(frozen=True)
class OpenedProject:
    """A project as opened. ``tried`` is the ledger's document; ``notes`` are warnings to show."""

    project: Project
    tried: Mapping[str, Any]
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class SavedProject:
    """Where a project was saved and what the user should know about it; empty notes mean that all of it is safe."""

    path: Path
    notes: tuple[Problem, ...] = ()


def previous_version(path: Path) -> Path:
    """Where the version before the last save lies: ``study.previous.rtkproj``, which opens like any project."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def save_project(path: Path, project: Project, tried: Mapping[str, Any], job: JobContext, *,
                 shelf_folder: Path | None = None, read_as: Mapping[Path, str] | None = None) -> SavedProject:
    """Save the project with its data files; the file at ``path`` is the old one or the new one at every moment.

    Parameters
    ----------
    tried : mapping
        The ledger as plain values.
    shelf_folder : Path, optional
        The private folder of data files; looked into where a data file is gone.
    read_as : mapping of path -> sha256, optional
        The hashes that the data files had when they were read.

    Raises
    ------
    UserError
        "disk_full", "not_writable", "no_folder", "name_too_long"; what was there before is untouched.
    Cancelled
    """
    path = path.resolve() if path.is_symlink() else path
    shelf = DataShelf(shelf_folder) if shelf_folder is not None else None
    notes: list[Problem] = []
    try:
        earlier = _files_of_earlier(path)
        files = gather(project, earlier or (), shelf, read_as or {}, notes, job.part(0.0, 0.2))
        with whole_file(path, keep_as=previous_version(path) if earlier is not None else None) as into:
            if earlier is None:
                _write(into, project, tried, files, None, job.part(0.2, 1.0))
            else:  # closed again before the new file takes its place: Windows replaces no open file
                with open(path, "rb") as handle, open_package(handle) as old:
                    _write(into, project, tried, files, old, job.part(0.2, 1.0))
    except BrokenPackage as error:
        raise not_written(OSError(f"the file changed while it was being saved: {error}"), path, "the study") from error
    except OSError as error:
        raise not_written(error, path, "the study") from error
    return SavedProject(path, tuple(notes))


def _files_of_earlier(path: Path) -> tuple[PackedFile, ...] | None:
    """The data files in the project that is to be replaced; None where there is none or it is not sound."""
    if not path.is_file():
        return None
    try:
        with open(path, "rb") as handle, open_package(handle) as package:
            return _files_of(from_json(small_member(package, DESCRIPTION), Location()), package, Location())
    except (BrokenPackage, UserError):
        return None


def _write(into: BinaryIO, project: Project, tried: Mapping[str, Any], files: tuple[PackedFile, ...],
           old: zipfile.ZipFile | None, job: JobContext) -> None:
    """Fill the new package; members that pack so well that opening would refuse them are stored as they are."""
    names = MemberNames(files)
    document = {
        "format": PROJECT_FORMAT, "program": f"RTKscope {__version__}",
        "saved": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        **document_of(replace(project, study=replace(project.study, file="")), names),
        "files": [{"member": file.member, "name": file.name, "sha256": file.sha256, "bytes": file.size}
                  for file in files if file.sha256]}
    stored: set[str] = set()
    while True:
        into.seek(0)
        into.truncate()
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(DESCRIPTION, json_bytes(document))
            package.writestr(LEDGER, json_bytes(tried))
            for text in _readable(project, names):
                package.writestr(READABLE, text)
            write_data(package, files, old, stored, job)
        with zipfile.ZipFile(into) as package:
            dense = packs_too_well(package) - stored
        if not dense:
            break
        stored |= dense
    job.progress(1.0, "Saving the study")


def _readable(project: Project, names: MemberNames) -> list[bytes]:
    """The study as a study file beside the unpacked data files, for people; it is never read back.

    None of it where TOML cannot hold a half-finished study.
    """
    study = project.study

    def inside(table: TableSpec) -> TableSpec:
        return replace(table, path=Path(names.name_of(table.path)))

    moved = replace(study, datasets=tuple(spec.with_tables(inside) for spec in study.datasets))
    try:
        text = study_toml(moved, {}, {}, Path(), {"name": "RTKscope", "version": __version__})
    except (TypeError, ValueError):
        return []
    return [text.encode("utf-8", "replace")]


def open_project(path: Path, shelf_folder: Path, job: JobContext) -> OpenedProject:
    """Open a project; its data files are unpacked onto the shelf and the tables of the project point there.

    Raises
    ------
    UserError
        "missing_project", "not_a_project", "newer_format", "damaged_project", "unreadable", "disk_full".
    Cancelled
    """
    place = Location(path.name)
    if path.is_dir() or not path.exists():
        raise _missing(path, place)
    try:
        handle = open(path, "rb")  # noqa: SIM115 - closed by the with below
    except OSError as error:
        raise user_error("unreadable", f"the project cannot be opened ({error.strerror})", place,
                         remedy="check that you may read it, or copy it to this computer") from None
    with handle:
        if handle.read(2) != b"PK":
            raise _empty(path) if not path.stat().st_size else _with_previous(path, not_a_project(place))
        try:
            package = open_package(handle)
            document = migrated(from_json(small_member(package, DESCRIPTION), place), place)
            tried = from_json(small_member(package, LEDGER), place) if LEDGER in package.namelist() else {}
            files = _files_of(document, package, place)
            shelf = DataShelf(shelf_folder)
            project = _renamed_where_needed(project_from(document, place, ShelfNames(files, shelf)), files)
            notes = unpack(package, files, shelf, place, job)
        except BrokenPackage as error:
            raise _broken(path, str(error)) from None
        except UserError as error:
            raise (_with_previous(path, error) if error.problems[0].code == "damaged_project" else error) from None
        except OSError as error:
            raise _no_room(error, place) from error
    notes += _absent(project, shelf)
    refused = [changed_lock(lock, place) for lock in project.study.locks]
    notes += tuple(replace(problem, severity=Severity.WARNING) for error in refused if error
                   for problem in error.problems)
    return OpenedProject(replace(project, study=replace(project.study, file=path.name)), tried, notes)


def _files_of(document: Mapping[str, Any], package: zipfile.ZipFile, place: Location) -> tuple[PackedFile, ...]:
    """The data files that the description names, each checked against the package."""
    files = []
    sizes = {member.filename: member.file_size for member in package.infolist()}
    entries = document.get("files", [])
    for entry in entries if isinstance(entries, list) else [None]:
        member, name, sha256, size = (entry.get(key) for key in ("member", "name", "sha256", "bytes")) \
            if isinstance(entry, dict) else (None,) * 4
        if not isinstance(member, str) or not isinstance(name, str) or not isinstance(sha256, str) \
                or len(sha256) != 64 or set(sha256) - set("0123456789abcdef") or not member.startswith("files/") \
                or sizes.get(member) != size:
            raise damaged_document(place, "its list of data files does not fit its contents")
        files.append(PackedFile(member, name, sha256, sizes[member]))
    return tuple(files)


def _renamed_where_needed(project: Project, files: tuple[PackedFile, ...]) -> Project:
    """Answers name cells as ``file.xlsx!Sheet1!D17``: where this system cannot hold a file's name, they follow it."""
    changed = {file.name: safe_name(file.name) for file in files if safe_name(file.name) != file.name}
    if not changed:
        return project

    def followed(answers: Answers) -> Answers:
        cells = {}
        for address, value in answers.cells.items():
            name, sign, rest = address.partition("!")
            cells[changed.get(name, name) + sign + rest] = value
        return replace(answers, cells=cells)

    datasets = tuple(replace(spec, answers=followed(spec.answers)) for spec in project.study.datasets)
    return replace(project, study=replace(project.study, datasets=datasets))


def _absent(project: Project, shelf: DataShelf) -> tuple[Problem, ...]:
    """A warning for each table whose file was gone when the project was saved."""
    tables = [table for spec in project.study.datasets for table in spec.tables]
    gone = dict.fromkeys(table.file for table in tables if not shelf.named_hash(table.path))
    return tuple(warning("data_file_absent", "this data file is not in the project: it was gone when it was saved",
                         Location(name), remedy="import it again") for name in gone)


def _missing(path: Path, place: Location) -> UserError:
    if path.is_dir():
        return user_error("not_a_project", "this is a folder, not a project", place,
                          remedy=f"choose the {SUFFIX} file of a study")
    error = user_error("missing_project", "there is no such project; it was moved, renamed or deleted", place,
                       remedy="look for it under another name, or in the recycle bin")
    return _with_previous(path, error)


def _empty(path: Path) -> UserError:
    return _broken(path, "the file is empty")


def _broken(path: Path, detail: str) -> UserError:
    return _with_previous(path, user_error("damaged_project", f"the project cannot be opened: {detail}",
                                           Location(path.name), remedy="copy it again from its source, or open a "
                                           "backup of it"))


def _with_previous(path: Path, error: UserError) -> UserError:
    """The error with the version before the last save as its remedy, where there is one."""
    previous = previous_version(path)
    if not previous.is_file():
        return error
    return UserError(*(replace(problem, remedy=f"open “{previous.name}” beside it, the version before the last save")
                       for problem in error.problems))


def _no_room(error: OSError, place: Location) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return user_error("disk_full", "the project cannot be opened: the disk has no room for its data files", place,
                          remedy="free space on the disk")
    return user_error("unreadable", f"the project cannot be opened ({error.strerror or error})", place,
                      remedy="copy it to this computer and try again")
