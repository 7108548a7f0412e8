"""Where in a sheet the table is: titles, header rows, units, the rows of data, totals, footnotes, further tables.

Not for: what the rows and columns mean (expression_layout.py, clinical_import.py). Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.files.formats import LayoutHints
from core.data.files.raw_table import RawTable, column_letters
from core.data.sheets.cell_kinds import BLANK, NUMBER, WORD, Kinds, cell_kinds
from core.data.sheets.layout_report import SheetBlock, region_findings, sheet_findings, trailing_rows
from core.data.sheets.missing_values import MissingTokens
from core.data.sheets.sheet_words import all_whole, is_unit, squeezed
from core.problems import Problem, user_error

_LOOKED_AT = 200
_MOST_HEADER_ROWS = 4
_TITLES_AT_MOST = 100

@dataclass(frozen=True, eq=False)
class Region:
    """The table inside a sheet. Rows and columns are 0-based.

    ``names`` has one entry per column of the sheet: the header's text, the column's letters where the header is
    blank or absent, "" for a blank column. ``unnamed`` are the columns that go by their letters.
    """

    header_rows: tuple[int, ...]
    names: tuple[str, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    skipped_rows: tuple[int, ...]
    unnamed: frozenset[int]
    kinds: Kinds
    findings: tuple[Problem, ...] = ()

    def column_named(self, name: str) -> int | None:
        """The column of that name; a name that stands twice is its first column, an absent one None."""
        wanted = squeezed(name)
        return next((column for column in self.columns if self.names[column] == wanted), None)


def find_region(table: RawTable, tokens: MissingTokens, header_row: int | None = None) -> Region:
    """Find the table in a sheet.

    Parameters
    ----------
    header_row : int, optional
        As the user states it: counted from 1, 0 for "no header". Detected when absent.

    Raises
    ------
    UserError
        "empty_table" when nothing is in the sheet, "header_row" when the stated row holds nothing.
    """
    kinds = cell_kinds(table, tokens)
    filled = kinds != BLANK
    if not filled.any():
        raise user_error("empty_table", "this sheet is empty", table.place(),
                         remedy="name the sheet that holds the table with the key sheet", answer_key="sheet")
    if header_row is not None and header_row > 0 and (
            header_row > table.n_rows or not filled[header_row - 1].any()):
        raise user_error("header_row", f"row {header_row} was named as the header, but it is empty", table.place(),
                         remedy="name the row with the column names with the key header_row", answer_key="header_row")
    blocks = _blocks(table, kinds, filled, header_row)
    best = max(blocks, key=lambda block: int(filled[block.body].sum()) if block.body else 0)
    tail, tail_findings = trailing_rows(table, kinds, best, _number_columns(kinds, best.body[:_LOOKED_AT]))
    body = [row for row in best.body if row not in tail]
    repeated = _repeated_headers(table, kinds, best, body)
    body = [row for row in body if row not in repeated]
    region_rows = best.header + body
    columns = tuple(int(c) for c in np.flatnonzero(filled[region_rows].any(axis=0)))
    names, unnamed = _names(table, best, columns)
    findings = region_findings(table, filled, blocks, best, body, repeated)
    used = {*body, *best.header}
    skipped = tuple(int(row) for row in np.flatnonzero(filled.any(axis=1)) if row not in used)
    return Region(tuple(best.header), names, tuple(body), columns, skipped, unnamed, kinds,
                  tuple(findings) + tuple(tail_findings))


def region_of_format(table: RawTable, tokens: MissingTokens, hints: LayoutHints) -> Region:
    """The table of a file whose format fixes its layout (GCT, GEO series matrix, cBioPortal)."""
    kinds = cell_kinds(table, tokens)
    filled = kinds != BLANK
    out = {*hints.skipped_rows, *hints.header_rows}
    body = [row for row in range(hints.first_row, min(hints.last_row, table.n_rows - 1) + 1)
            if row not in out and filled[row].any()]
    block = SheetBlock(list(hints.header_rows), [], [], body, table.n_rows)
    columns = tuple(int(c) for c in np.flatnonzero(filled[[*hints.header_rows, *body]].any(axis=0)))
    names, unnamed = _names(table, block, columns)
    return Region(tuple(hints.header_rows), names, tuple(body), columns, tuple(hints.skipped_rows), unnamed, kinds,
                  tuple(sheet_findings(table, body)))


def _blocks(table: RawTable, kinds: Kinds, filled: NDArray[np.bool_], header_row: int | None) -> list[SheetBlock]:
    if header_row == 0:
        rows = [int(row) for row in np.flatnonzero(filled.any(axis=1))]
        return [SheetBlock([], [], [], rows, table.n_rows)]
    if header_row is not None:
        top = header_row - 1
        body = [int(row) for row in np.flatnonzero(filled.any(axis=1)) if row > top]
        extra = _word_rows(table, kinds, body, _number_columns(kinds, body[1:_LOOKED_AT]))
        body = body[len(extra):]
        end = _next_block(table, kinds, filled, body, [top])
        return [SheetBlock([top], [], extra, [row for row in body if row < end], end)]
    blocks: list[SheetBlock] = []
    start = 0
    while start < table.n_rows and len(blocks) < 20:
        block = _block_from(table, kinds, filled, start)
        if block is None:
            break
        blocks.append(block)
        start = block.end
    return blocks or [SheetBlock([], [], [], [int(row) for row in np.flatnonzero(filled.any(axis=1))], table.n_rows)]


def _block_from(table: RawTable, kinds: Kinds, filled: NDArray[np.bool_], start: int) -> SheetBlock | None:
    """The next table at or below ``start``; None when only titles and notes follow."""
    widths = filled.sum(axis=1)
    rows = [int(row) for row in np.flatnonzero(widths) if row >= start]
    rows = [row for at, row in enumerate(rows) if at >= _TITLES_AT_MOST or not _is_comment(table, row)]
    if not rows:
        return None
    wide = sorted(int(widths[row]) for row in rows if widths[row] > 1)
    needed = max(2, wide[len(wide) // 2] // 2) if wide else 1
    first = next((row for row in rows if widths[row] >= needed), rows[0])
    below = [row for row in rows if row >= first]
    header, groups, extra = _header(table, kinds, filled, below)
    titles = [row for row in range(max(start, first - 2), first) if _is_group_row(table, kinds, filled, row, first)]
    if header and titles and not groups:
        groups = titles
    taken = {*header, *extra, *groups}
    body = [row for row in below if row not in taken and row > max(taken, default=-1)]
    end = _next_block(table, kinds, filled, body, header)
    return SheetBlock(header, groups, extra, [row for row in body if row < end], end)


def _is_comment(table: RawTable, row: int) -> bool:
    """A ``#`` line above a header, as cBioPortal and many programs write them."""
    first = next((text for text in (table.text(row, column) for column in range(min(3, table.n_columns))) if text), "")
    return first.startswith("#") and len(first) > 1


def _is_group_row(table: RawTable, kinds: Kinds, filled: NDArray[np.bool_], row: int, header: int) -> bool:
    """A row just above the header with labels over several columns; a title has one label and spans them all."""
    if not filled[row].any() or np.any(kinds[row] == NUMBER) or _is_comment(table, row):
        return False
    labels = int(filled[row].sum())
    return labels >= 2 and bool(filled[row + 1:header + 1].any(axis=1).all())


def _number_columns(kinds: Kinds, rows: Sequence[int]) -> NDArray[np.intp]:
    """Columns that hold numbers in most of their filled cells of ``rows``."""
    if not len(rows):
        return np.zeros(0, dtype=np.intp)
    part = kinds[np.asarray(rows, np.intp)]
    numbers = (part == NUMBER).sum(axis=0)
    words = (part == WORD).sum(axis=0)
    return np.flatnonzero((numbers > 0) & (numbers >= 0.7 * (numbers + words)))


def _header(table: RawTable, kinds: Kinds, filled: NDArray[np.bool_],
            rows: list[int]) -> tuple[list[int], list[int], list[int]]:
    """(header rows that name the columns, group rows above them, rows of units or words below them)."""
    sample = rows[min(_MOST_HEADER_ROWS, max(1, len(rows) // 2)):_LOOKED_AT]
    numeric = _number_columns(kinds, sample)
    if not numeric.size:
        return _header_of_words(table, filled, rows), [], []
    stack = _word_rows(table, kinds, rows, numeric)
    if not stack:
        top = rows[0]
        return ([top], [], []) if _numbers_as_names(table, kinds, rows, numeric) else ([], [], [])
    units = [row for row in stack[1:] if _is_units_row(table, kinds, row)]
    named = [row for row in stack if row not in units]
    body_columns = np.flatnonzero(filled[rows[len(stack):]].any(axis=0)) if len(rows) > len(stack) else numeric
    for row in named:
        if _names_all(table, filled, row, body_columns):
            at = named.index(row)
            return [row], named[:at], sorted([*units, *named[at + 1:]])
    return named, [], units


def _word_rows(table: RawTable, kinds: Kinds, rows: Sequence[int], numeric: NDArray[np.intp]) -> list[int]:
    """The leading rows that hold words, and no number, in the columns that hold numbers below."""
    stack: list[int] = []
    for row in rows[:_MOST_HEADER_ROWS]:
        over = kinds[row, numeric]
        if np.any(over == NUMBER) or not np.any(over == WORD):
            break
        stack.append(row)
    return stack


def _numbers_as_names(table: RawTable, kinds: Kinds, rows: list[int], numeric: NDArray[np.intp]) -> bool:
    """True where the first row holds distinct whole numbers (patients 1, 2, 3, …) above values that differ in kind."""
    top = rows[0]
    names = table.numbers[top, numeric[1:] if kinds[top, numeric[0]] != NUMBER else numeric]
    if names.size < 2 or np.isnan(names).any() or not all_whole(names) or len(set(names.tolist())) < names.size:
        return False
    below = table.numbers[np.ix_(np.asarray(rows[1:_LOOKED_AT], np.intp), numeric)]
    in_order = bool(np.all(np.diff(names) == 1)) and names[0] in (0, 1)
    corner = kinds[top, 0] in (BLANK, WORD) and bool(rows[1:]) and kinds[rows[1], 0] == WORD
    return (corner and (in_order or not all_whole(below))) or (in_order and not all_whole(below))


def _header_of_words(table: RawTable, filled: NDArray[np.bool_], rows: list[int]) -> list[int]:
    """The header of a table without numbers: complete, without repeats, and its words do not return below it."""
    for at, row in enumerate(rows[:_MOST_HEADER_ROWS]):
        below = rows[at + 1:_LOOKED_AT]
        columns = np.flatnonzero(filled[below].any(axis=0)) if below else np.flatnonzero(filled[row])
        names = [table.text(row, int(column)) for column in columns]
        there = [name for name in names if name]
        if len(set(there)) < len(there) or len(there) < 0.8 * len(names):
            continue
        returns = any(name and name in {table.text(r, int(c)) for r in below} for name, c in zip(names, columns))
        return [] if returns else [row]
    return []


def _is_units_row(table: RawTable, kinds: Kinds, row: int) -> bool:
    words = [table.text(row, int(column)) for column in np.flatnonzero(kinds[row] != BLANK)]
    return sum(is_unit(word) for word in words) >= 0.6 * len(words)


def _names_all(table: RawTable, filled: NDArray[np.bool_], row: int, columns: NDArray[np.intp]) -> bool:
    """True where the row names (nearly) every column, each differently."""
    names = [squeezed(table.text(row, int(column))) for column in columns if filled[row, column]]
    return len(names) >= 0.9 * len(columns) - 1 and len(set(names)) >= 0.98 * len(names)


def _next_block(table: RawTable, kinds: Kinds, filled: NDArray[np.bool_], body: Sequence[int],
                header: Sequence[int]) -> int:
    """The row where another table begins below a blank row; the end of the sheet when none does."""
    gaps = [at for at in range(1, len(body)) if body[at] > body[at - 1] + 1]
    for at in gaps:
        before, row = body[:at], body[at]
        numeric = _number_columns(kinds, before[-_LOOKED_AT:])
        if not numeric.size or np.any(kinds[row, numeric] == NUMBER) or filled[row].sum() < 2:
            continue
        if header and table.row_texts(row) == table.row_texts(header[-1]):
            continue
        after = [r for r in body[at + 1:at + 4] if np.any(kinds[r] == NUMBER)]
        if np.any(kinds[row, numeric] == WORD) and after:
            return row
    return table.n_rows


def _repeated_headers(table: RawTable, kinds: Kinds, block: SheetBlock, body: list[int]) -> set[int]:
    """Rows of the body that say the header again, as after a page break."""
    if not block.header:
        return set()
    top = block.header[-1]
    columns = [int(column) for column in np.flatnonzero(kinds[top] == WORD)]
    names = [table.text(top, column) for column in columns]
    if len(columns) < 2:
        return set()
    head = names[0]
    texts = table.texts.get(columns[0], {})
    return {row for row in body if texts.get(row, "").strip() == head
            and sum(table.text(row, column) == name for column, name in zip(columns, names)) >= 0.8 * len(names)}


def _names(table: RawTable, block: SheetBlock, columns: Sequence[int]) -> tuple[tuple[str, ...], frozenset[int]]:
    names = [""] * table.n_columns
    unnamed: set[int] = set()
    merged = _merged_texts(table, block.header) if len(block.header) > 1 else {}
    last: dict[int, str] = {}
    for column in columns:
        parts: list[str] = []
        for at, row in enumerate(block.header):
            text = squeezed(table.text(row, column)) or merged.get((row, column), "")
            if not text and at < len(block.header) - 1 and not table.merged:
                text = last.get(row, "")
            last[row] = text
            if text and text not in parts:
                parts.append(text)
        names[column] = " ".join(parts)
        if not names[column]:
            names[column] = column_letters(column)
            unnamed.add(column)
    return tuple(names), frozenset(unnamed)


def _merged_texts(table: RawTable, rows: Sequence[int]) -> dict[tuple[int, int], str]:
    """The text of a merged header cell, for each of the cells it covers."""
    texts: dict[tuple[int, int], str] = {}
    for top, left, bottom, right in table.merged:
        for row in rows:
            if top <= row <= bottom:
                for column in range(left, min(right, table.n_columns - 1) + 1):
                    texts[row, column] = squeezed(table.text(top, left))
    return texts
