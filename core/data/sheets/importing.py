"""The one way in: a table as the study names it, to an ExpressionMatrix or a ClinicalTable with its recipe and report.

Not for: the files themselves (workbook.py), the detection (layout.py, expression_layout.py) or whole data sets
(load_dataset.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.answer_lines import cell_line
from core.data.files.cell_grid import plain_number
from core.data.files.raw_table import RawTable
from core.data.files.workbook import ReadResult, read_table
from core.data.sheets.clinical_import import ClinicalImport, read_clinical
from core.data.sheets.collapse_genes import DEFAULT_RULE, Change
from core.data.sheets.expression_import import ExpressionImport, read_expression
from core.data.sheets.merged_cells import with_merged_cells
from core.data.sheets.recipe import Answers, ImportRecipe, TableSpec
from core.data.sheets.sheet_words import counted
from core.data.tables import ClinicalTable, ExpressionMatrix
from core.data.values import value_key
from core.jobs import JobContext
from core.problems import Location, Problem, note, warning

_ADDRESS = re.compile(r"([A-Za-z]{1,4})([0-9]{1,7})")


@dataclass(frozen=True, eq=False)
class Imported:
    """One table, read.

    Parameters
    ----------
    problems : tuple of Problem
        Notes and warnings: everything that was detected, changed, left out or is doubtful. What makes a table
        unusable is raised instead.
    changes : tuple of Change
        Every single change and drop with its cell; ``problems`` sum them up.
    used_answers : frozenset of (kind, key)
        The user's answers that met something in this table; see ``answers_without_use``.
    """

    recipe: ImportRecipe
    problems: tuple[Problem, ...]
    matrix: ExpressionMatrix | None
    clinical: ClinicalTable | None
    raw: RawTable
    changes: tuple[Change, ...] = ()
    used_answers: frozenset[tuple[str, str]] = frozenset()


def import_expression(spec: TableSpec, answers: Answers | None = None, *, raw_file: ReadResult | None = None,
                      job: JobContext | None = None) -> Imported:
    """Read one expression table.

    Parameters
    ----------
    raw_file : ReadResult, optional
        The file as already read, when several data sets name it.

    Raises
    ------
    UserError
        Where the table cannot be used or a question about the whole table is open. A question about one row or cell
        leaves that row or cell out, with a warning (contract §1).
    """
    job = job or JobContext()
    read = raw_file or _read(spec, "expression", job)
    unmerged, merge_findings = with_merged_cells(read.table)
    table, cell_findings, cell_changes, used = with_answered_cells(unmerged, answers or Answers())
    result = read_expression(table, spec, answers or Answers(), read.hints, job)
    said = said_once(read.notes, (*merge_findings, *cell_findings, *result.findings))
    return Imported(_expression_recipe(spec, read, result), said, result.matrix, None, table,
                    (*cell_changes, *result.changes), result.used | used)


def import_clinical(spec: TableSpec, answers: Answers | None = None, *, raw_file: ReadResult | None = None,
                    job: JobContext | None = None, wanted: Collection[str] = ()) -> Imported:
    """Read one clinical table; ``wanted`` are columns that must exist.

    Raises
    ------
    UserError
        As ``import_expression``; "no_column" for a column of ``wanted`` that does not exist.
    """
    job = job or JobContext()
    read = raw_file or _read(spec, "clinical", job)
    unmerged, merge_findings = with_merged_cells(read.table)
    table, cell_findings, cell_changes, used = with_answered_cells(unmerged, answers or Answers())
    job.progress(0.5, "Reading clinical columns")
    result = read_clinical(table, spec, answers or Answers(), read.hints, wanted)
    said = said_once(read.notes, (*merge_findings, *cell_findings, *result.findings))
    return Imported(_clinical_recipe(spec, read, result), said, None, result.clinical, table,
                    (*cell_changes, *result.changes), result.used | used)


def preview(spec: TableSpec, purpose: str, answers: Answers | None = None, *,
            raw_file: ReadResult | None = None) -> tuple[ImportRecipe, tuple[Problem, ...]]:
    """How a table would be read and what would be said, for ``purpose`` "expression" or "clinical".

    Raises
    ------
    UserError
        As the import would.
    """
    read_as = import_expression if purpose == "expression" else import_clinical
    imported = read_as(spec, answers, raw_file=raw_file)
    return imported.recipe, imported.problems


def unmistakable(answers: Answers, tables: Iterable[RawTable]) -> tuple[Answers, tuple[Problem, ...]]:
    """The answers without the cell addresses that fit several sheets, each of which gets a warning: B3 of the clinical
    table is another cell than B3 of the expression table, and only one of them is meant.
    """
    sheets = list({(table.file, table.sheet): table for table in tables}.values())
    findings = []
    cells = dict(answers.cells)
    for address, value in answers.cells.items():
        fitting = [(table, place) for table in sheets if (place := cell_of_address(address, table)) is not None]
        if len(fitting) > 1:
            del cells[address]
            names = ", ".join(" › ".join(filter(None, (table.file, table.sheet))) for table, _ in fitting)
            table, place = fitting[0]
            findings.append(warning(
                "answer_fits_several", f"the answer for the cell “{address}” fits several tables of this data set: "
                f"{names}", why="Used for all of them it would change values that are right, so it was used for none.",
                remedy=f"name the table too, such as {cell_line(table.place(*place), value)}"))
    return replace(answers, cells=cells), tuple(findings)


def answers_without_use(answers: Answers, imported: Iterable[Imported]) -> tuple[Problem, ...]:
    """A warning for each answer that met nothing in any table of the data set.

    Parameters
    ----------
    imported : iterable of Imported
        All tables of the data set: a sample may stand in one of them only.
    """
    used = frozenset().union(*(one.used_answers for one in imported))
    given = [*(("genes", name) for name in answers.genes), *(("samples", value_key(name)) for name in answers.samples),
             *(("drop", value_key(name)) for name in answers.drop), *(("cells", address) for address in answers.cells)]
    what = {"genes": "gene name", "samples": "sample", "drop": "sample to leave out", "cells": "cell"}
    return tuple(warning(
        "answer_without_use", f"the answer for the {what[kind]} “{key}” met nothing in the tables of this data set",
        why="Nothing was changed by it.", remedy=f"check its spelling under [dataset.answers] {kind}, or delete it")
        for kind, key in given if (kind, key) not in used)


def said_once(of_file: Sequence[Problem], of_import: Sequence[Problem]) -> tuple[Problem, ...]:
    """All findings; what the reader said of the whole sheet (hidden rows, formulas) is not said again."""
    known = {problem.code for problem in of_file} & {"hidden_rows", "hidden_columns", "formulas_not_calculated"}
    return (*of_file, *(problem for problem in of_import if problem.code not in known))


def _read(spec: TableSpec, purpose: str, job: JobContext) -> ReadResult:
    return read_table(spec.path, sheet=spec.sheet, delimiter=spec.delimiter, decimal=spec.decimal,
                      encoding=spec.encoding, purpose=purpose, job=job)


def with_answered_cells(table: RawTable, answers: Answers
                         ) -> tuple[RawTable, list[Problem], list[Change], frozenset[tuple[str, str]]]:
    """The sheet with the values that the user gave for single cells; those of other sheets are not for this table.

    Beside it what is to be said, every change, and the answers that met a cell.
    """
    meant = [(address, place, value) for address, value in answers.cells.items()
             if (place := cell_of_address(address, table)) is not None]
    if not meant:
        return table, [], [], frozenset()
    numbers = table.numbers.copy()
    texts = {column: dict(entries) for column, entries in table.texts.items()}
    dates = set(table.dates)
    changes: list[Change] = []
    for _, (row, column), value in meant:
        changes.append(Change(table.cell(row, column), table.text(row, column), str(value).strip(), "as you decided"))
        number = plain_number(str(value).strip())
        numbers[row, column] = np.nan if number is None else number
        texts.get(column, {}).pop(row, None)
        dates.discard((row, column))
        if number is None and str(value).strip():
            texts.setdefault(column, {})[row] = str(value).strip()
    words = ", ".join(f"{change.cell} is {change.after or 'blank'} (was "
                      f"{change.before or 'blank'})" for change in changes[:5])
    findings = [note("answered_cells", f"{counted(len(changes), 'cell')} given a value by you: {words}"
                     f"{', …' if len(changes) > 5 else ''}", Location(table.file, table.sheet, changes[0].cell))]
    changed = replace(table, numbers=numbers, texts=texts, dates=frozenset(dates))
    return changed, findings, changes, frozenset(("cells", address) for address, _, _ in meant)


def cell_of_address(address: str, table: RawTable) -> tuple[int, int] | None:
    """The (row, column) of ``D17``, ``Sheet1!D17`` or ``file.xlsx!Sheet1!D17``; None when it is not in this sheet."""
    *where, cell = (part.strip().strip("'") for part in address.split("!"))
    match = _ADDRESS.fullmatch(cell.replace("$", ""))
    if match is None or len(where) > 2:
        return None
    if len(where) == 2 and (where[0] != table.file or where[1] != table.sheet):
        return None
    if len(where) == 1 and where[0] not in (table.sheet, table.file):
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    row, column = int(match[2]) - 1, column - 1
    return (row, column) if 0 <= row < table.n_rows and column < table.n_columns else None


def _expression_recipe(spec: TableSpec, read: ReadResult, result: ExpressionImport) -> ImportRecipe:
    region, layout, in_list = result.region, result.layout, result.list_layout
    if layout is not None:
        id_column, samples, values = layout.id_column, layout.samples, layout.value_columns
        annotation, skipped = layout.annotation_columns, layout.skipped_columns
    else:
        assert in_list is not None
        id_column, samples, values, annotation, skipped = in_list.sample_column, "list", (in_list.value_column,), (), ()
    return ImportRecipe(
        read.table.file, read.table.sheet, read.format.kind, read.format.encoding, read.format.delimiter,
        read.format.decimal, read.format.thousands, region.header_rows, *_ends(region.rows), id_column,
        region.names[id_column], samples, min(values), annotation,
        tuple(sorted({*region.skipped_rows, *result.skipped_rows})), skipped, result.tokens.added,
        result.matrix.scale, spec.collapse or DEFAULT_RULE, result.matrix.measure,
        result.detected)


def _clinical_recipe(spec: TableSpec, read: ReadResult, result: ClinicalImport) -> ImportRecipe:
    region = result.region
    others = [column for column in region.columns if column != result.id_column]
    return ImportRecipe(
        read.table.file, read.table.sheet, read.format.kind, read.format.encoding, read.format.delimiter,
        read.format.decimal, read.format.thousands, region.header_rows, *_ends(region.rows), result.id_column,
        region.names[result.id_column], spec.samples or "rows", min(others, default=0), (), region.skipped_rows, (),
        result.tokens.added, None, DEFAULT_RULE, "", result.detected)


def _ends(rows: Sequence[int]) -> tuple[int, int]:
    return (rows[0], rows[-1]) if rows else (0, 0)
