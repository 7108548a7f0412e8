"""From what core says about a reading to a coloured sheet: which rows and columns are what, which cells need a look.

Not for: detecting anything: a recipe, the cells of the genes, the changes and the findings are all there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import RawTable
from core.data.sheets.importing import Imported, cell_of_address
from core.problems import Problem, Severity
from gui.widgets.importing.sheet_picture import DECIDE, LOOK, Mark, Role, SheetPicture

ASKED = frozenset({"gene_name_ambiguous", "gene_name_is_date", "gene_name_is_number", "repeated_samples_differ"})
"""Findings that leave something out until somebody decides."""
_ROW = re.compile(r"row (\d+)")
_COLUMN = re.compile(r"column ([A-Z]{1,4})")
_MOST_MARKS = 20_000
_SAMPLE_OUT = frozenset({"the name repeats with different values", "left out, as you decided", "no sample name"})


@dataclass
class _Roles:
    """Roles under construction."""

    rows: NDArray[np.uint8]
    columns: NDArray[np.uint8]
    header_of: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Places:
    """A reading with the cells of its genes; rows of data are the ones of the sheet.

    Found once for a reading, in the lane of files: to take 20,000 addresses apart is a tenth of a second.
    """

    imported: Imported
    genes: tuple[tuple[int, int], ...]
    rows: NDArray[np.bool_]


def places_of(imported: Imported) -> Places:
    """Where the genes and the rows of data of a reading stand."""
    genes: tuple[tuple[int, int], ...] = ()
    if imported.matrix is not None:
        groups = imported.matrix.rows_of_gene.values()
        found = (cell_of_address(cell, imported.raw) for group in groups for cell in group)
        genes = tuple(cell for cell in found if cell is not None)
    return Places(imported, genes, _data_rows(imported, genes))


def picture_of(table: RawTable, readings: Sequence[tuple[str, Places]], problems: Iterable[Problem]) -> SheetPicture:
    """The picture of one sheet.

    Parameters
    ----------
    readings : sequence of (part, Places)
        The tables that were read from this sheet, "expression" and "clinical".
    problems : iterable of Problem
        All findings; those of other sheets are passed over.
    """
    roles = _Roles(np.zeros(table.n_rows, np.uint8), np.zeros(table.n_columns, np.uint8),
                   np.zeros(table.n_columns, np.uint8))
    for part, places in sorted(readings, key=lambda pair: pair[0] != "clinical"):
        if part == "clinical":
            _clinical(roles, places)
        else:
            _expression(roles, places)
    for _, places in readings:
        _samples_left_out(roles, places.imported)
    marks: dict[tuple[int, int], Mark] = {}
    for problem in problems:
        _mark_problem(marks, table, roles, problem)
    for _, places in readings:
        _mark_changes(marks, table, places.imported)
    return SheetPicture(table, roles.rows, roles.columns, roles.header_of, marks)


def value_cells(places: Places) -> tuple[list[int], list[int]]:
    """Rows and columns of the measured values in the sheet."""
    rows, recipe = np.flatnonzero(places.rows).tolist(), places.imported.recipe
    if recipe.samples == "columns":
        return rows, _sample_columns(places)
    if recipe.samples == "list":
        return rows, [recipe.first_value_column]
    return rows, sorted({column for _, column in places.genes})


def _data_rows(imported: Imported, genes: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    recipe, table = imported.recipe, imported.raw
    rows = np.zeros(table.n_rows, bool)
    if imported.matrix is not None and recipe.samples == "columns":
        rows[[row for row, _ in genes]] = True
        return rows
    rows[recipe.first_row:recipe.last_row + 1] = True
    rows[[row for row in recipe.skipped_rows if row < table.n_rows]] = False
    return rows


def _sample_columns(places: Places) -> list[int]:
    """Columns from the first one of values on that are neither annotation nor left out and not empty."""
    recipe, table = places.imported.recipe, places.imported.raw
    out = {recipe.id_column, *recipe.annotation_columns, *recipe.skipped_columns}
    empty = _empty(table, places.rows)
    return [column for column in range(recipe.first_value_column, table.n_columns)
            if column not in out and not (empty[column] and not table.texts.get(column))]


def _empty(table: RawTable, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns without a number in these rows."""
    return np.asarray(np.isnan(table.numbers[rows]).all(axis=0), bool)


def _expression(roles: _Roles, places: Places) -> None:
    recipe = places.imported.recipe
    _rows(roles, places)
    if recipe.samples == "columns":
        for column in recipe.annotation_columns:
            roles.columns[column] = roles.header_of[column] = Role.ANNOTATION
        for column in _sample_columns(places):
            roles.columns[column], roles.header_of[column] = Role.VALUE, Role.SAMPLE
        roles.columns[recipe.id_column], roles.header_of[recipe.id_column] = Role.GENE, Role.HEADER
    else:
        genes = {column for _, column in places.genes}
        if recipe.samples == "list":
            for column in genes:
                roles.columns[column], roles.header_of[column] = Role.GENE, Role.HEADER
            roles.columns[recipe.first_value_column] = Role.VALUE
            roles.header_of[recipe.first_value_column] = Role.HEADER
        else:
            for column in genes:
                roles.columns[column], roles.header_of[column] = Role.VALUE, Role.GENE
        roles.columns[recipe.id_column], roles.header_of[recipe.id_column] = Role.SAMPLE, Role.HEADER


def _clinical(roles: _Roles, places: Places) -> None:
    recipe, table = places.imported.recipe, places.imported.raw
    if recipe.samples == "columns":  # turned on its side: rows and columns of the picture are those of the file
        roles.rows[:] = Role.VALUE
        roles.columns[:] = Role.CLINICAL
        return
    _rows(roles, places)
    empty = _empty(table, places.rows)
    for column in range(table.n_columns):
        if not empty[column] or table.texts.get(column):
            roles.columns[column] = Role.CLINICAL
            roles.header_of[column] = Role.CLINICAL
    roles.columns[recipe.id_column] = Role.SAMPLE
    roles.header_of[recipe.id_column] = Role.HEADER


def _rows(roles: _Roles, places: Places) -> None:
    recipe, table, data = places.imported.recipe, places.imported.raw, places.rows
    roles.rows[data] = Role.VALUE
    within = np.zeros(table.n_rows, bool)
    within[recipe.first_row:recipe.last_row + 1] = True
    filled: NDArray[np.bool_] = np.asarray(~np.isnan(table.numbers).all(axis=1))
    for column in list(table.texts)[:50]:
        filled[[row for row in table.texts[column] if row < table.n_rows]] = True
    for row in np.flatnonzero(filled & ~data & (roles.rows != Role.VALUE)):
        first = recipe.header_rows[-1] if recipe.header_rows else -1
        if within[row] or row > recipe.last_row:
            roles.rows[row] = Role.SKIPPED
        elif row > first >= 0:
            roles.rows[row] = Role.UNIT
    roles.rows[[row for row in recipe.header_rows if row < table.n_rows]] = Role.HEADER


def _samples_left_out(roles: _Roles, imported: Imported) -> None:
    """Columns or rows of samples that are not used: repeated, without a name, or as the user decided."""
    recipe = imported.recipe
    for change in imported.changes:
        if change.after or not (change.reason in _SAMPLE_OUT or change.reason.startswith("repeats ")):
            continue
        place = cell_of_address(change.cell, imported.raw)
        if place is None:
            continue
        if imported.matrix is not None and recipe.samples == "columns" and place[0] in recipe.header_rows:
            roles.columns[place[1]] = roles.header_of[place[1]] = Role.SKIPPED
        elif place[1] == recipe.id_column and recipe.samples == "rows":
            roles.rows[place[0]] = Role.SKIPPED


def _mark_problem(marks: dict[tuple[int, int], Mark], table: RawTable, roles: _Roles, problem: Problem) -> None:
    where = problem.where
    if where.file != table.file or where.sheet != table.sheet or not where.cell or problem.severity == Severity.NOTE:
        return
    cell = place_of(problem, table, roles.rows)
    if cell is not None:
        kind = DECIDE if problem.severity == Severity.PROBLEM or problem.code in ASKED else LOOK
        marks[cell] = Mark(kind, problem.what)


def place_of(problem: Problem, table: RawTable, rows: NDArray[np.uint8] | None = None) -> tuple[int, int] | None:
    """The cell of a finding in a sheet; a whole row or column is its first cell. None where it names none."""
    if problem.where.file not in ("", table.file) or problem.where.sheet not in ("", table.sheet):
        return None
    text = problem.where.cell.split(":")[0]
    if match := _ROW.fullmatch(text):
        row = int(match[1]) - 1
        return (row, 0) if row < table.n_rows and table.n_columns else None
    if match := _COLUMN.fullmatch(text):
        header = 0
        if rows is not None and (rows == Role.HEADER).any():
            header = int(np.flatnonzero(rows == Role.HEADER)[-1])
        return cell_of_address(f"{match[1]}{header + 1}", table)
    return cell_of_address(text, table)


def _mark_changes(marks: dict[tuple[int, int], Mark], table: RawTable, imported: Imported) -> None:
    """Single cells that lost their value, and gene names that wait for an answer."""
    for change in imported.changes[:_MOST_MARKS]:
        place = None if change.after else cell_of_address(change.cell, table)
        if place is None or place in marks:
            continue
        if change.reason.startswith("may be") or change.reason == "no gene can be told from it":
            marks[place] = Mark(DECIDE, f"“{change.before}” {change.reason}")
        elif "counts as missing" in change.reason or "no gene name" in change.reason:
            marks[place] = Mark(LOOK, f"“{change.before}”: {change.reason}")
