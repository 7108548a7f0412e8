"""A study as run, written as TOML: every default, detected setting, answer and hash, ready to be run again.

Not for: reading one (study_file.py).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from core.analyses.locked_score import Lock
from core.data.dataset import Dataset, DatasetSpec, TableRecord
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule
from core.project.assay_section import assay_as_values
from core.project.study import STUDY_FORMAT, AnalysisSpec, Study


def study_toml(study: Study, datasets: Mapping[str, Dataset], parameters: Mapping[str, Mapping[str, Any]],
               folder: Path, program: Mapping[str, Any], written_as: Mapping[Path, Path] | None = None) -> str:
    """The text of ``study.toml`` for a results folder.

    Parameters
    ----------
    datasets : mapping of name -> Dataset
        As read, so that what was detected is written as if it had been stated.
    parameters : mapping of analysis name -> its parameters, every default filled in
    folder : Path
        Where the file will stand; data files are named relative to it where possible.
    program : mapping
        Name and versions, for the reader; ignored when the file is read.
    written_as : mapping, optional
        Data files that are to be named by another path: those unpacked from a project for this run.
    """
    names = written_as or {}
    document: dict[str, Any] = {"format": STUDY_FORMAT, "name": study.name}
    if study.description:
        document["description"] = study.description
    document["program"] = dict(program)
    document["dataset"] = [_dataset(spec, datasets.get(spec.name), folder, names) for spec in study.datasets]
    if study.cohorts:
        document["cohort"] = [_cohort(rule) for rule in study.cohorts]
    if study.locks:
        document["lock"] = [_lock(lock) for lock in study.locks]
    document["analysis"] = [_analysis(spec, parameters.get(spec.name, spec.parameters)) for spec in study.analyses]
    return tomli_w.dumps(document, multiline_strings=True)


def _dataset(spec: DatasetSpec, dataset: Dataset | None, folder: Path, names: Mapping[Path, Path]) -> dict[str, Any]:
    records = {(record.part, id(record.spec)): record for record in (dataset.tables if dataset else ())}
    values: dict[str, Any] = {"name": spec.name, "role": spec.role}
    if spec.simulated:
        values["simulated"] = True
    for part, tables in (("expression", spec.expression), ("clinical", spec.clinical)):
        files = [relative_to(names.get(table.path, table.path), folder) for table in tables]
        written = [_table(table, records.get((part, id(table))), part, file)
                   for table, file in zip(tables, files, strict=True)]
        if len(written) == 1:
            values[part] = written[0]
        elif written:
            values[part] = written
    for assay in spec.assays:
        file = relative_to(names.get(assay.table.path, assay.table.path), folder)
        read = next((record.spec for record in (dataset.assays if dataset else ()) if record.spec.table is assay.table),
                    assay)
        values.setdefault(assay.kind, []).append(
            _table(assay.table, records.get((assay.kind, id(assay.table))), assay.kind, file) | assay_as_values(read))
    values |= {key: dict(part) for key, part in spec.layout.items()}
    if spec.combined:
        values["combined"] = [{"name": each.name, each.rule: list(each.columns)} for each in spec.combined]
    if spec.endpoints:
        values["endpoint"] = [_endpoint(rule) for rule in spec.endpoints]
    answers: dict[str, Any] = {
        "genes": dict(spec.answers.genes), "samples": dict(spec.answers.samples), "cells": dict(spec.answers.cells),
        "drop": list(spec.answers.drop), "average": list(spec.answers.average)}
    answers = {key: value for key, value in answers.items() if value}
    if spec.accept_near_matches:
        answers["near_matches"] = True
    if answers:
        values["answers"] = answers
    return values


def relative_to(path: Path, folder: Path) -> str:
    """The path from ``folder``, with forward slashes; absolute where there is none (another drive)."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _table(spec: TableSpec, record: TableRecord | None, part: str, file: str) -> dict[str, Any]:
    values: dict[str, Any] = {"file": file}
    stated = {"sheet": spec.sheet, "id": spec.id, "samples": spec.samples, "header_row": spec.header_row,
              "delimiter": spec.delimiter, "decimal": spec.decimal, "encoding": spec.encoding,
              "missing": list(spec.missing) if spec.missing is not None else None,
              "only": dict(spec.only) or None}
    if part == "expression":
        stated |= {"scale": str(spec.scale) if spec.scale else None, "collapse": spec.collapse, "measure": spec.measure}
    elif part != "clinical":
        stated["measure"] = spec.measure
    if record is not None:
        recipe = record.recipe
        is_text = recipe.kind == "text"
        found: dict[str, Any] = {"sheet": recipe.sheet or None}
        if part in ("expression", "clinical"):
            found["id"] = recipe.id_name or None
        if is_text:
            found |= {"delimiter": recipe.delimiter or None, "decimal": recipe.decimal or None,
                      "encoding": recipe.encoding or None}
        if len(recipe.header_rows) == 1 and (is_text or recipe.kind in ("xlsx", "xls", "xlsb", "ods")):
            found["header_row"] = recipe.header_rows[0] + 1
        if part == "expression":
            found |= {"samples": recipe.samples, "scale": str(recipe.scale) if recipe.scale else None,
                      "collapse": recipe.collapse, "measure": recipe.measure}
        stated = {key: value if value is not None else found.get(key) for key, value in stated.items()}
        stated["sha256"] = record.sha256
    return values | {key: value for key, value in stated.items() if value is not None}


def _endpoint(rule: EndpointRule) -> dict[str, Any]:
    values: dict[str, Any] = {"name": rule.name, "time": rule.time, "unit": rule.unit, "event": rule.event,
                              "event_values": list(rule.event_values)}
    return values | ({"competing_values": list(rule.competing_values)} if rule.competing_values else {})


def _cohort(rule: CohortRule) -> dict[str, Any]:
    values: dict[str, Any] = {"name": rule.name, "dataset": rule.dataset}
    if rule.keep:
        values["keep"] = [_keep(keep) for keep in rule.keep]
    if rule.follow_up_max is not None:
        values["follow_up_max"] = rule.follow_up_max
    return values


def _keep(rule: KeepRule) -> dict[str, Any]:
    values: dict[str, Any] = {"column": rule.column} if rule.column else {"receptor": rule.receptor}
    named = {"in": None if rule.included is None else list(rule.included),
             "not_in": None if rule.excluded is None else list(rule.excluded), "min": rule.minimum,
             "max": rule.maximum, "missing": rule.missing, "upper_group": rule.upper_group or None}
    return values | {key: value for key, value in named.items() if value is not None}


def _lock(lock: Lock) -> dict[str, Any]:
    values: dict[str, Any] = {"name": lock.name, "receptors": list(lock.receptors), "signs": list(lock.signs),
                              "score": lock.score, "cut_sd": float(lock.cut_sd)}
    stated = {"source": lock.source, "found_in": lock.found_in, "made_at": lock.made_at}
    return values | {key: value for key, value in stated.items() if value} | {"sha256": lock.sha256}


def _analysis(spec: AnalysisSpec, parameters: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"name": spec.name, "kind": spec.kind}
    if spec.cohort:
        values["cohort"] = spec.cohort
    if spec.endpoint:
        values["endpoint"] = spec.endpoint
    values["parameters"] = {key: list(value) if isinstance(value, tuple) else value
                            for key, value in parameters.items()}
    return values
