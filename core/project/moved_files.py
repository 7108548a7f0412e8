"""Data files that are no longer where the study says: who they are, and the study with their new place.

Not for: reading them, or searching the disk.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.data.dataset import DatasetSpec
from core.project.project import Project


def files_of(spec: DatasetSpec) -> tuple[Path, ...]:
    """The files of a data set, each once."""
    return tuple(dict.fromkeys(table.path for table in spec.tables))


def missing_files(spec: DatasetSpec) -> tuple[Path, ...]:
    """Those that are not there now."""
    return tuple(path for path in files_of(spec) if not path.is_file())


def with_file_moved(project: Project, old: Path, new: Path) -> Project:
    """Every table of ``old`` read from ``new``; other missing files of the old folder follow where the new has them."""
    missing = {path for spec in project.study.datasets for path in missing_files(spec)}
    moved = {path: new.parent / path.name for path in missing
             if path.parent == old.parent and (new.parent / path.name).is_file()}
    moved[old] = new

    def followed(spec: DatasetSpec) -> DatasetSpec:
        if not set(files_of(spec)) & set(moved):
            return spec
        hashes = {str(moved.get(Path(path), Path(path))): sha256 for path, sha256 in spec.stated_sha256.items()}
        moved_spec = spec.with_tables(lambda table: replace(table, path=moved.get(table.path, table.path)))
        return replace(moved_spec, stated_sha256=hashes)

    datasets = tuple(followed(spec) for spec in project.study.datasets)
    return replace(project, study=replace(project.study, datasets=datasets))
