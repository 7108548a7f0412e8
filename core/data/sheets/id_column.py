"""Which column of a table with samples in rows holds the samples.

Not for: matching sample names between tables (sample_names.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from core.data.files.raw_table import RawTable, column_letters
from core.data.nearest_name import column_remedy
from core.data.sheets.cell_kinds import GAP, NUMBER
from core.data.sheets.layout import Region
from core.data.sheets.sheet_words import all_whole, id_strength
from core.data.values import value_key
from core.problems import Problem, note, user_error


def named_column(table: RawTable, region: Region, name: str, key: str = "id") -> int:
    """The column of that name.

    Raises
    ------
    UserError
        "no_column", naming the nearest that exists.
    """
    column = region.column_named(name)
    if column is None:
        names = [region.names[c] for c in region.columns]
        raise user_error("no_column", f"there is no column “{name}”", table.place(),
                         why="Names of columns are compared letter by letter.", remedy=column_remedy(name, names),
                         answer_key=key)
    return column


def find_id_column(table: RawTable, region: Region, *, not_these: Collection[int] = ()) -> tuple[int, list[Problem]]:
    """The column whose entries name the samples: complete, without repeats, and called like one.

    Raises
    ------
    UserError
        "which_id" when several columns could be it and differ, or none can.
    """
    possible = [column for column in region.columns if column not in not_these and (
        column in region.unnamed or column == region.columns[0] or id_strength(region.names[column]))]
    keys = {column: _keys(table, region, column) for column in possible}
    complete = {column: entries for column, entries in keys.items() if entries is not None}
    unique = [column for column, entries in complete.items() if len(set(entries)) == len(entries)]
    strength = {column: 0 if column in region.unnamed else id_strength(region.names[column]) for column in unique}
    best = max(strength.values(), default=0)
    if best:
        same = [column for column in unique if strength[column] == best]
        differing = [column for column in same[1:] if complete[column] != complete[same[0]]]
        if differing and best == 3:
            raise _which(table, region, [same[0], *differing])
        return same[0], [_said(table, region, same[0])]
    leading = [column for column in unique if column == region.columns[0] or column in region.unnamed]
    if leading and _may_name_samples(table, region, leading[0]):
        return leading[0], [_said(table, region, leading[0])]
    nearly = _nearly_unique(table, region, keys)
    if nearly is not None:
        return nearly, [_said(table, region, nearly)]
    raise _which(table, region, unique)


def _keys(table: RawTable, region: Region, column: int) -> list[str] | None:
    """The entries in the form in which ids are compared; None where one is blank or no id."""
    kinds = region.kinds[np.asarray(region.rows, np.intp), column]
    if np.any(kinds == 0) or np.any(kinds == GAP) or not len(kinds):
        return None
    numbers = table.numbers[np.asarray(region.rows, np.intp), column]
    if np.all(kinds == NUMBER) and not all_whole(numbers):
        return None
    return [value_key(text) for text in (table.text(row, column) for row in region.rows)]


def _nearly_unique(table: RawTable, region: Region, keys: dict[int, list[str] | None]) -> int | None:
    """A column called like an id, or the first, in which few entries repeat: those are left out later, and said."""
    for column, entries in keys.items():
        if not entries:
            continue
        strength = 0 if column in region.unnamed else id_strength(region.names[column])
        enough = 0.7 if strength == 3 else 0.9
        leading = column == region.columns[0] and _may_name_samples(table, region, column)
        if (strength >= 2 or leading) and len(set(entries)) >= enough * len(entries):
            return column
    return None


def _may_name_samples(table: RawTable, region: Region, column: int) -> bool:
    """The first column, when no column is called like an id: text, or numbers without a name of their own."""
    kinds = region.kinds[np.asarray(region.rows, np.intp), column]
    return column in region.unnamed or not np.all(kinds == NUMBER)


def _said(table: RawTable, region: Region, column: int) -> Problem:
    return note("id_detected", f"the samples were taken from {column_words(region, column)}", table.place(None, column),
                remedy="name the column with the key id if it is another")


def _which(table: RawTable, region: Region, columns: Sequence[int]) -> Exception:
    if columns:
        named = " or ".join(f"“{region.names[column]}”" for column in columns[:4])
        what = f"the sample could be the column {named}: each is complete and without repeats, and they differ"
    else:
        what = "no column names each sample once: every column repeats or leaves entries blank"
    return user_error("which_id", what, table.place(), why="Without the column of samples no row can be told from "
                                                           "another.",
                      remedy="name the column of samples with the key id", answer_key="id")


def column_words(region: Region, column: int) -> str:
    """A column as the user sees it: ``column “Patient” (A)``."""
    letters = column_letters(column)
    return f"column {letters}" if column in region.unnamed else f"column “{region.names[column]}” ({letters})"
