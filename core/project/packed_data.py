"""Data files on their way into a project file and out of it: found, hashed, packed once, unpacked onto the shelf.

Not for: the description of the study (project_document.py) or the checks of the zip itself (project_zip.py).
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.sheets.recipe import TableSpec
from core.jobs import JobContext
from core.problems import Location, Problem, warning
from core.project.data_shelf import PIECE, SHORT, DataShelf, safe_name, sha256_of
from core.project.project import Project
from core.project.project_zip import BrokenPackage, carry, pieces_of

ABSENT = "absent/"
"""Start of the name of a data file that could not be saved."""
ALREADY_PACKED = (".gz", ".xlsx", ".xlsm", ".xlsb", ".ods", ".zip")
PACKING_LEVEL = 3
"""Of zlib. On numbers as text, level 6 takes four times as long for files a tenth smaller (docs/project-file.md)."""


@dataclass(frozen=True)
class PackedFile:
    """One data file of a project: the member that holds it, its name, hash and size; ``stands_for`` the tables' paths.

    ``source`` is where its bytes are now; None where only the earlier package holds them. An absent file has no hash.
    """

    member: str
    name: str
    sha256: str
    size: int
    stands_for: tuple[Path, ...] = ()
    source: Path | None = None


class MemberNames:
    """Paths of tables written as members of the package."""

    def __init__(self, files: Sequence[PackedFile]) -> None:
        self._members = {path: file.member for file in files for path in file.stands_for}

    def name_of(self, path: Path) -> str:
        return self._members[path]

    def path_of(self, name: str) -> Path:
        raise KeyError(name)


class ShelfNames:
    """Members of the package read as files on the shelf; a file that the package lacks is one that is not there."""

    def __init__(self, files: Sequence[PackedFile], shelf: DataShelf) -> None:
        self._places = {file.member: shelf.place_of(file.sha256, file.name) for file in files}
        self._folder = shelf.folder

    def name_of(self, path: Path) -> str:
        raise KeyError(path)

    def path_of(self, name: str) -> Path:
        return self._places.get(name, self._folder / "absent" / safe_name(name.rpartition("/")[2]))


def tables_of(project: Project) -> list[TableSpec]:
    """Every table that the project names."""
    return [table for spec in project.study.datasets for table in spec.tables]


def gather(project: Project, old: Iterable[PackedFile], shelf: DataShelf | None, read_as: Mapping[Path, str],
           notes: list[Problem], job: JobContext) -> tuple[PackedFile, ...]:
    """Where the bytes of each data file are: at its path, on the shelf, or in the earlier package.

    A file that has changed since it was read is taken as it was read where such a copy is left. What could not be
    found is told in ``notes``; the study is saved without it rather than not at all.
    """
    stated = {Path(path): sha256 for spec in project.study.datasets for path, sha256 in spec.stated_sha256.items()}
    found: dict[str, PackedFile] = {}
    earlier = tuple(old)
    paths = list(dict.fromkeys(table.path for table in tables_of(project)))
    for number, path in enumerate(paths):
        part = job.part(number / len(paths), (number + 1) / len(paths))
        file = _find(path, read_as.get(path) or stated.get(path, ""), earlier, shelf, notes, part)
        known = found.get(file.member)
        found[file.member] = PackedFile(
            file.member, file.name, file.sha256, file.size, (*(known.stands_for if known else ()), path), file.source)
    return tuple(found.values())


def _find(path: Path, expected: str, old: tuple[PackedFile, ...], shelf: DataShelf | None, notes: list[Problem],
          job: JobContext) -> PackedFile:
    name = path.name
    on_shelf = shelf.named_hash(path) if shelf is not None else ""
    actual = ""
    with contextlib.suppress(OSError):
        actual = sha256_of(path, job, f"Checking {name}")
    if on_shelf and not actual.startswith(on_shelf):
        actual = ""
    wanted = expected or next((file.sha256 for file in old if on_shelf and file.sha256.startswith(on_shelf)), "")
    if actual and (not wanted or actual == wanted):
        return _file(name, actual, path.stat().st_size, path)
    if wanted and shelf is not None and shelf.holds(wanted, name, job):
        copy = shelf.place_of(wanted, name)
        return _file(name, wanted, copy.stat().st_size, copy)
    same_name = [file for file in old if file.name == name]
    kept = next((file for file in old if file.sha256 == wanted), None) if wanted or actual else \
        (same_name[0] if len(same_name) == 1 else None)
    if kept is not None:
        return _file(name, kept.sha256, kept.size, None, kept.member)
    if actual:
        notes.append(warning(
            "file_has_changed", "this file has changed since it was read; the project holds it as it is now",
            Location(name), why="Results on the screen are of the file as it was.", remedy="read it again"))
        return _file(name, actual, path.stat().st_size, path)
    notes.append(warning(
        "data_file_absent", "this file is no longer where it was imported from; the study was saved without it",
        Location(name), why="Everything else of the study is saved.",
        remedy="bring the file back and save again, or import it anew"))
    return PackedFile(ABSENT + safe_name(name), name, "", 0)


def _file(name: str, sha256: str, size: int, source: Path | None, member: str = "") -> PackedFile:
    return PackedFile(member or f"files/{sha256[:SHORT]}/{safe_name(name, everywhere=True)}", name, sha256, size, (),
                      source)


def write_data(package: zipfile.ZipFile, files: Sequence[PackedFile], old: zipfile.ZipFile | None, stored: set[str],
               job: JobContext) -> None:
    """Write each data file; one that the earlier package holds is carried over as packed.

    Raises
    ------
    OSError
        When a file cannot be read any more or changes while it is being saved.
    """
    total = max(sum(file.size for file in files), 1)
    done = 0
    for file in files:
        if not file.sha256:
            continue
        part = job.part(done / total, (done + file.size) / total)
        done += file.size
        if old is not None and file.member in old.namelist() and file.member not in stored \
                and carry(package, old, old.getinfo(file.member), part):
            continue
        if file.source is not None:
            with open(file.source, "rb") as handle:
                _pack(package, file, iter(lambda source=handle: source.read(PIECE), b""), stored, part)  # type: ignore[misc]
        elif old is not None:
            try:
                _pack(package, file, pieces_of(old, file.member), stored, part)
            except BrokenPackage as error:
                raise OSError(f"{file.name} cannot be read from the project any more: {error}") from None


def _pack(package: zipfile.ZipFile, file: PackedFile, pieces: Iterable[bytes], stored: set[str],
          job: JobContext) -> None:
    info = zipfile.ZipInfo(file.member, time.localtime()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info._compresslevel = PACKING_LEVEL  # type: ignore[attr-defined]
    if file.member in stored or file.name.lower().endswith(ALREADY_PACKED):
        info.compress_type = zipfile.ZIP_STORED
    info.external_attr = 0o600 << 16
    info.file_size = file.size
    digest, done = hashlib.sha256(), 0
    with package.open(info, "w") as part:
        for piece in pieces:
            digest.update(piece)
            done += len(piece)
            part.write(piece)
            job.progress(done / max(file.size, 1), f"Saving {file.name}")
    if digest.hexdigest() != file.sha256:
        raise OSError(f"{file.name} changed while it was being saved; save again")


def unpack(package: zipfile.ZipFile, files: Sequence[PackedFile], shelf: DataShelf, place: Location,
           job: JobContext) -> tuple[Problem, ...]:
    """Put every data file onto the shelf, unless it is there already.

    Raises
    ------
    BrokenPackage
        When bytes are not those that were saved.
    OSError, Cancelled
    """
    total = max(sum(file.size for file in files), 1)
    done = 0
    for file in files:
        part = job.part(done / total, (done + file.size) / total)
        done += file.size
        if shelf.holds(file.sha256, file.name, part):
            continue
        shelf.make()
        if shutil.disk_usage(shelf.folder).free < file.size:
            raise OSError(28, "no space left")
        try:
            shelf.put(pieces_of(package, file.member), file.sha256, file.name, file.size, part)
        except ValueError as error:
            raise BrokenPackage(f"its data file {file.name} is damaged: {error}") from None
    return ()
