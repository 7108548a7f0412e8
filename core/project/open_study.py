"""A study from whatever file holds it: a study file (.toml) or a project (.rtkproj), for the window and for ``run``.

Not for: what is in them (study_file.py, project_file.py).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.data.dataset import Dataset, DatasetSpec
from core.data.sheets.recipe import TableSpec
from core.jobs import JobContext
from core.problems import Location, Problem, UserError, user_error, warning
from core.project.data_shelf import DataShelf, sha256_of
from core.project.project import Project
from core.project.project_file import SUFFIX, open_project
from core.project.study import Study
from core.project.study_file import parse_study, read_study
from core.project.study_writer import study_toml
from core.project.whole_file import not_written, whole_file
from core.versions import versions


@dataclass(frozen=True)
class ReadableStudy:
    """A study whose data files can be read.

    ``written_as``: for a data file that was unpacked for the run, the path that a study file names it by: through the
    project, ``study.rtkproj/files/<hash>/<name>``.
    """

    study: Study
    written_as: Mapping[Path, Path] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()


def project_of_study(path: Path) -> Project:
    """The project that a study file (.toml) describes. Raises UserError with every problem of the file."""
    return Project(read_study(path))


@contextlib.contextmanager
def readable_study(path: Path, job: JobContext) -> Iterator[ReadableStudy]:
    """A study file or a project; data inside a project are unpacked for as long as the ``with`` lasts.

    Raises
    ------
    UserError
        When the file cannot be used.
    """
    with contextlib.ExitStack() as stack:
        unpacked: dict[Path, tuple[Project, Mapping[Path, Path], tuple[Problem, ...]]] = {}

        def opened(package: Path) -> tuple[Project, Mapping[Path, Path], tuple[Problem, ...]]:
            if package not in unpacked:
                folder = Path(stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="rtkscope-", ignore_cleanup_errors=True)))
                content = open_project(package, folder, job)
                names = {table.path: package / "files" / table.path.parent.name / table.path.name
                         for table in _tables(content.project.study)}
                unpacked[package] = (content.project, names, content.notes)
            return unpacked[package]

        if path.suffix.lower() == SUFFIX:
            project, names, notes = opened(path.resolve() if path.exists() else path)
            yield ReadableStudy(_usable(project.study, path), names, notes)
            return
        study = read_study(path)
        written_as: dict[Path, Path] = {}

        def from_project(table: TableSpec) -> TableSpec:
            package = next((parent for parent in table.path.parents if parent.suffix.lower() == SUFFIX
                            and parent.is_file()), None)
            if package is None:
                return table
            _, names, _ = opened(package)
            inside = next((place for place, name in names.items() if os.path.normpath(name.relative_to(package))
                           == os.path.normpath(table.path.relative_to(package))), None)
            if inside is None:
                return table
            written_as[inside] = table.path
            return replace(table, path=inside)

        yield ReadableStudy(_with_tables(study, from_project), written_as)


def _usable(study: Study, path: Path) -> Study:
    """A project may be half finished; a study that is run may not. Raises UserError as for a study file."""
    try:
        values = tomllib.loads(study_toml(study, {}, {}, path.parent, {}))
    except (TypeError, ValueError):
        raise user_error("not_finished", "the study holds a setting that no study file can hold", Location(path.name),
                         remedy="open it in the window and finish it") from None
    _, problems = parse_study(values, path)
    if problems:
        raise UserError(*problems)
    return study


def _tables(study: Study) -> list[TableSpec]:
    return [table for spec in study.datasets for table in spec.tables]


def _with_tables(study: Study, change: Callable[[TableSpec], TableSpec]) -> Study:
    """The study with each table changed; hashes stated for a path follow it."""
    def changed(spec: DatasetSpec) -> DatasetSpec:
        followed = spec.with_tables(change)
        moved = {str(old.path): str(new.path) for old, new in
                 zip(spec.tables, followed.tables, strict=True)}
        hashes = {moved.get(path, path): sha256 for path, sha256 in spec.stated_sha256.items()}
        return replace(followed, stated_sha256=hashes)

    return replace(study, datasets=tuple(changed(spec) for spec in study.datasets))


def save_study(path: Path, project: Project, datasets: Mapping[str, Dataset], job: JobContext, *,
               shelf_folder: Path | None = None) -> tuple[Problem, ...]:
    """Write the study as a study file that ``run`` and colleagues can use, with its data files named relative to it.

    Data files that lie on the private shelf are copied into the folder ``<name> data`` beside it.

    Parameters
    ----------
    datasets : mapping of name -> Dataset
        As read, so that what was detected is written too; those not read are written as stated.

    Returns
    -------
    tuple of Problem
        What a study file cannot hold, as warnings.

    Raises
    ------
    UserError
        "disk_full", "not_writable", "no_folder", "name_too_long"; an earlier file is untouched.
    """
    folder = path.resolve().parent
    try:
        written_as = _copied_from_shelf(project.study, folder / f"{path.stem} data", shelf_folder, job)
        text = study_toml(project.study, datasets, {}, folder, {"name": "RTKscope", "versions": versions()}, written_as)
        with whole_file(path) as handle:
            handle.write(text.encode("utf-8"))
    except OSError as error:
        raise not_written(error, path, "the study") from error
    lost = [words for words, there in (("how the figures are to look is", bool(project.figures)),
                                       ("the sealed hypothesis is", project.hypothesis.is_sealed)) if there]
    return tuple(warning("not_in_study_file", f"{words} not part of a study file", Location(path.name),
                         remedy=f"save the project ({SUFFIX}) too") for words in lost)


def _copied_from_shelf(study: Study, target: Path, shelf_folder: Path | None, job: JobContext) -> dict[Path, Path]:
    if shelf_folder is None:
        return {}
    shelf = DataShelf(shelf_folder)
    paths = [path for path in dict.fromkeys(table.path for table in _tables(study)) if shelf.named_hash(path)]
    copies: dict[Path, Path] = {}
    for number, path in enumerate(paths):
        job.progress(number / len(paths), f"Copying {path.name}")
        copy = target / path.name
        if copy in copies.values() or (copy.exists() and sha256_of(copy) != sha256_of(path)):
            copy = target / shelf.named_hash(path) / path.name
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(copy) as into, open(path, "rb") as source:
                shutil.copyfileobj(source, into, 1 << 20)
        copies[path] = copy
    return copies
