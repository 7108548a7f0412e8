"""A project as a plain document that JSON can hold, and back to an equal project. Keys are those of the study file.

What was stated is written, not what was detected. Unlike a study file it also holds a study that is half finished:
a cohort without a data set, a rule without a column. Not for: files (project_file.py, autosave.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.problems import Location, UserError, user_error
from core.project.plain_values import AsTheyAre, NotPlain, Paths, UnknownKey, built, plain
from core.project.project import Project
from core.project.study import Study

KEYS = {
    ("Study", "datasets"): "dataset", ("Study", "cohorts"): "cohort", ("Study", "analyses"): "analysis",
    ("Study", "locks"): "lock",
    ("DatasetSpec", "endpoints"): "endpoint", ("DatasetSpec", "accept_near_matches"): "near_matches",
    ("DatasetSpec", "stated_sha256"): "sha256", ("DatasetSpec", "assays"): "assay", ("TableSpec", "path"): "file",
    ("KeepRule", "included"): "in", ("KeepRule", "excluded"): "not_in", ("KeepRule", "minimum"): "min",
    ("KeepRule", "maximum"): "max",
}
"""Fields whose key in the study file has another name."""
ENVELOPE = ("format", "program", "saved", "files", "when", "name", "changes", "original", "hashes", "tried")
"""Keys of a document that are of the file or journal around the project. Every other one must be a part of Project."""


def document_of(project: Project, paths: Paths | None = None) -> dict[str, Any]:
    """The project as dicts, lists, texts and numbers.

    Parameters
    ----------
    paths : Paths, optional
        How the data files are named; as they stand unless given.
    """
    paths = paths or AsTheyAre()
    document: dict[str, Any] = plain(replace(project, study=_with_hashes_renamed(project.study, paths)), KEYS, paths)
    return document


def _with_hashes_renamed(study: Study, paths: Paths) -> Study:
    """Stated hashes are kept by path; only those of tables that are there, named as the tables' files are."""
    datasets = []
    for spec in study.datasets:
        used = {str(table.path): table.path for table in spec.tables}
        hashes = {paths.name_of(used[path]): sha256 for path, sha256 in spec.stated_sha256.items() if path in used}
        datasets.append(replace(spec, stated_sha256=hashes))
    return replace(study, datasets=tuple(datasets))


def project_from(document: Mapping[str, Any], place: Location, paths: Paths | None = None) -> Project:
    """The project that ``document_of`` wrote.

    Raises
    ------
    UserError
        "newer_format" for a key that this version does not know, "damaged_project" for anything else that is wrong.
    """
    paths = paths or AsTheyAre()
    try:
        parts = {key: value for key, value in document.items() if key not in ENVELOPE}
        project: Project = built(Project, parts, KEYS, paths)
    except UnknownKey as error:
        raise user_error("newer_format", f"this study was made by a newer RTKscope (it holds “{error}”). Nothing was "
                         "changed", place, remedy="open it with the newer version") from None
    except (NotPlain, RecursionError) as error:
        raise damaged_document(place, str(error)) from None
    datasets = tuple(replace(spec, stated_sha256={str(paths.path_of(name)): sha256
                                                  for name, sha256 in spec.stated_sha256.items()})
                     for spec in project.study.datasets)
    return replace(project, study=replace(project.study, datasets=datasets))


def damaged_document(place: Location, detail: str) -> UserError:
    """The description of the study cannot be used."""
    return user_error("damaged_project", f"the description of the study is damaged ({detail})", place,
                      remedy="open an earlier version or a backup of it")


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Readable JSON, one line per entry; a text that UTF-8 cannot hold (an odd file name) is escaped."""
    try:
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return (json.dumps(document, ensure_ascii=True, indent=1) + "\n").encode("ascii")


def from_json(data: bytes, place: Location) -> dict[str, Any]:
    """The document in those bytes. Raises UserError "damaged_project"."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise damaged_document(place, "it is no JSON") from None
    if not isinstance(document, dict):
        raise damaged_document(place, "it is no table of keys")
    return document
