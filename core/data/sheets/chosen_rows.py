"""Rows of a long clinical table that are meant: one drug of a table with a row per line and drug.

Not for: the rules of a cohort, which choose among samples that have one row each (rule_steps.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.data.files.raw_table import RawTable
from core.data.nearest_name import column_remedy, nearest
from core.data.sheets.layout import Region
from core.data.sheets.sheet_words import counted
from core.data.values import value_key
from core.problems import Problem, UserError, note, user_error

_SHOWN = 3


def only_rows(table: RawTable, region: Region, only: Sequence[tuple[str, str]]) -> tuple[Region, list[Problem]]:
    """The region with the rows that hold every value of ``only``: (column, value).

    Raises
    ------
    UserError
        "no_column", "value_absent".
    """
    rows = region.rows
    for name, value in only:
        column = region.column_named(name)
        if column is None:
            there = [region.names[each] for each in region.columns]
            raise user_error("no_column", f"there is no column “{name}”", table.place(),
                             remedy=column_remedy(name, there), answer_key="only")
        texts = {row: table.text(row, column).strip() for row in rows}
        chosen = tuple(row for row in rows if value_key(texts[row]) == value_key(value)) \
            or tuple(row for row in rows if texts[row].casefold() == value.strip().casefold())
        if not chosen:
            values = list(dict.fromkeys(filter(None, texts.values())))
            close = nearest(value, values)
            raise user_error(
                "value_absent", f"no row of “{name}” has the value “{value}”", table.place(None, column),
                remedy=f"did you mean “{close}”?" if close else f"values there: {', '.join(values[:6])}, …",
                answer_key="only")
        rows = chosen
    words = " and ".join(f"{name} {value}" for name, value in only)
    said = note("rows_chosen", f"{counted(len(rows), 'row')} of {len(region.rows):,} with {words} were used",
                table.place())
    return replace(region, rows=rows), [said]


def several_rows_each(table: RawTable, region: Region, id_column: int) -> UserError | None:
    """The refusal of a table in which samples have a row for each value of another column (drug); None otherwise."""
    names = [value_key(table.text(row, id_column)) for row in region.rows]
    for column in region.columns:
        if column == id_column or len(set(names)) == len(names):
            continue
        values = [table.text(row, column).strip() for row in region.rows]
        different = list(dict.fromkeys(filter(None, values)))
        words = sum(not value.replace(".", "").lstrip("-").isdigit() for value in different)
        one_each = len(set(zip(names, values))) > 0.9 * len(names)
        if one_each and 2 * len(different) < len(names) and 2 * words > len(different):
            first = f'{{ "{region.names[column]}" = "{different[0]}" }}'
            return user_error(
                "several_rows_each", f"each sample has a row for each “{region.names[column]}”: {len(different)} of "
                f"them ({', '.join(different[:_SHOWN])}, …)", table.place(region.rows[0], column),
                why="Which of the rows is meant must be said.", remedy=f"choose one with only = {first} in this table",
                answer_key="only")
    return None
