"""Table 1: the patients of a cohort described by their clinical columns, all together or by the groups of one column.

Not for: comparing the groups. Differences at baseline get no P value: they are no hypothesis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.tables import ClinicalColumn, ClinicalTable, ExpressionMatrix
from core.data.values import value_key

MOST_CATEGORIES = 12
MOST_GROUPS = 6
FEW_NUMBERS = 5
"""A column of numbers with at most this many different values is counted like categories (grade, stage, yes/no)."""
NUMBERS_SHARE = 0.9


@dataclass(frozen=True)
class TableOneRow:
    """One line: a column's summary ("median (quartiles)"), one of its values, or its missing ones.

    ``cells`` has one text per group, in the order of ``TableOne.groups``. ``kind`` is numbers, value, missing or words.
    """

    column: str
    label: str
    kind: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class TableOne:
    """The whole table; ``groups`` are ("All", 214) and, by a column, its values with their patients."""

    groups: tuple[tuple[str, int], ...]
    rows: tuple[TableOneRow, ...]
    by: str = ""
    not_described: tuple[str, ...] = ()

    def columns(self) -> dict[str, list[str]]:
        """As a table of texts, for the workbook and the screen."""
        titles = [f"{name} (n = {n:,})" for name, n in self.groups]
        table: dict[str, list[str]] = {"characteristic": [row.column for row in self.rows],
                                       "value": [row.label for row in self.rows]}
        for number, title in enumerate(titles):
            table[title] = [row.cells[number] for row in self.rows]
        return table


def table_one(clinical: ClinicalTable, patients: Sequence[str], columns: Sequence[str] = (), by: str = "") -> TableOne:
    """Table 1 of ``patients``.

    Numbers: median (first to third quartile), n. Categories: count (share of those known). Missing values are counted
    in a row of their own wherever there are any. A column in which nearly every patient has a text of their own (an
    id, a remark) is described by how many different values it holds.

    Parameters
    ----------
    columns : sequence of str
        Which to describe; empty for all.
    by : str
        A column whose values, at most six, become groups beside "All". Raises KeyError when it is not there.
    """
    row_of = {sample: row for row, sample in enumerate(clinical.samples)}
    rows = np.array([row_of[patient] for patient in patients], dtype=np.intp)
    groups = [("All", rows), *_groups(clinical.columns[by], rows)] if by else [("All", rows)]
    lines: list[TableOneRow] = []
    hollow = []
    for name in columns or tuple(clinical.columns):
        if name == by:
            continue
        column = clinical.columns[name]
        if all(row in column.missing for row in rows):
            hollow.append(name)
            continue
        lines += _described(column, [members for _, members in groups])
    return TableOne(tuple((name, len(members)) for name, members in groups), tuple(lines), by, tuple(hollow))


def described_columns(clinical: ClinicalTable, matrices: Sequence[ExpressionMatrix] = ()) -> tuple[str, ...]:
    """The columns worth a line: not the sample ids, nor genes that an expression table read from the same sheet."""
    ids = tuple(map(value_key, clinical.samples))
    genes = set()
    for matrix in matrices:
        if (matrix.place.file, matrix.place.sheet) == (clinical.place.file, clinical.place.sheet):
            genes |= {_letters(cell) for cells in matrix.rows_of_gene.values() for cell in cells}

    def worth_it(column: ClinicalColumn) -> bool:
        same_sheet = (column.place.file, column.place.sheet) == (clinical.place.file, clinical.place.sheet)
        if same_sheet and column.cells and _letters(column.cells[0]) in genes:
            return False
        return tuple(map(value_key, column.texts)) != ids

    return tuple(name for name, column in clinical.columns.items() if worth_it(column))


def grouping_columns(clinical: ClinicalTable, columns: Sequence[str]) -> tuple[str, ...]:
    """Those of ``columns`` with two to six values, by which table 1 can be split."""
    return tuple(name for name in columns if 2 <= len(_values(clinical.columns[name], None)) <= MOST_GROUPS)


def _letters(cell: str) -> str:
    return cell.rstrip("0123456789")


def _values(column: ClinicalColumn, rows: Sequence[int] | None) -> dict[str, str]:
    """key -> text of the values there, in the order numbers or words sort."""
    found: dict[str, str] = {}
    for row in range(len(column.texts)) if rows is None else rows:
        if row not in column.missing and column.texts[row].strip():
            found.setdefault(value_key(column.texts[row]), column.texts[row].strip())
            if len(found) > 4 * len(column.texts) ** 0.5 + 50:
                return found  # far too many to be categories; the rest need not be looked at
    return {key: found[key] for key in sorted(found, key=_order)}


def _order(key: str) -> tuple[int, float, str]:
    try:
        number = float(key)
    except ValueError:
        return 1, 0.0, key.casefold()
    return (0, number, "") if math.isfinite(number) else (1, 0.0, key)


def _groups(column: ClinicalColumn, rows: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> list[
        tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.intp]]]]:
    keys = np.array(["" if row in column.missing else value_key(column.texts[row]) for row in rows], dtype=object)
    shown = _values(column, [int(row) for row in rows])
    groups = [(text, rows[keys == key]) for key, text in list(shown.items())[:MOST_GROUPS]]
    unknown = rows[keys == ""]
    return [*groups, (f"{column.name} missing", unknown)] if unknown.size else groups


def _described(column: ClinicalColumn, groups: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.intp]]]) -> list[
        TableOneRow]:
    everybody = [int(row) for row in groups[0]]
    known = [row for row in everybody if row not in column.missing]
    values = _values(column, known)
    numbers = np.isfinite(column.numbers[known])
    lines: list[TableOneRow] = []
    if numbers.mean() >= NUMBERS_SHARE and len(values) > FEW_NUMBERS:
        lines.append(TableOneRow(column.name, "median (quartiles)", "numbers",
                                 tuple(_median(column, members) for members in groups)))
    elif len(values) > MOST_CATEGORIES:
        lines.append(TableOneRow(column.name, "different values", "words",
                                 tuple(f"{_different(column, members):,}" for members in groups)))
    else:
        lines += [TableOneRow(column.name, text, "value", tuple(_share(column, key, members) for members in groups))
                  for key, text in values.items()]
    if len(known) < len(everybody):
        lines.append(TableOneRow(column.name, "missing", "missing", tuple(
            f"{sum(int(row) in column.missing for row in members):,}" for members in groups)))
    return lines


def _median(column: ClinicalColumn, members: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> str:
    numbers = np.array([column.numbers[row] for row in members if int(row) not in column.missing])
    numbers = numbers[np.isfinite(numbers)]
    if not numbers.size:
        return ""
    low, middle, high = (f"{value:.4g}".replace("-", "\u2212") for value in np.quantile(numbers, (0.25, 0.5, 0.75)))
    return f"{middle} ({low} to {high}), n {numbers.size:,}"


def _share(column: ClinicalColumn, key: str, members: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> str:
    known = [int(row) for row in members if int(row) not in column.missing]
    count = sum(value_key(column.texts[row]) == key for row in known)
    if not known:
        return ""
    return f"{count:,} ({100 * count / len(known):.{0 if len(known) < 100 else 1}f} %)"


def _different(column: ClinicalColumn, members: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> int:
    return len({value_key(column.texts[row]) for row in members if int(row) not in column.missing})
