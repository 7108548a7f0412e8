"""What lies around the rows of data of a sheet, and what the import report says about it.

Not for: finding the table in the sheet (layout.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import RawTable, column_letters
from core.data.sheets.cell_kinds import BLANK, NUMBER, WORD, Kinds
from core.data.sheets.sheet_words import counted, is_remark, is_total, row_list, squeezed
from core.problems import Problem, note, warning


@dataclass(frozen=True)
class SheetBlock:
    """One table of a sheet: rows that name its columns, group labels above, units below, data, and where it ends."""

    header: list[int]
    groups: list[int]
    extra: list[int]
    body: list[int]
    end: int


def trailing_rows(table: RawTable, kinds: Kinds, block: SheetBlock,
                  numeric: NDArray[np.intp]) -> tuple[set[int], list[Problem]]:
    """Rows at the end that are summaries or remarks, with what the report says about them.

    ``numeric`` are the columns that hold numbers in most rows.
    """
    totals: list[int] = []
    remarks: list[int] = []
    for at in range(len(block.body) - 1, max(len(block.body) - 30, 0), -1):
        row = block.body[at]
        filled = np.flatnonzero(kinds[row] != BLANK)
        label = table.text(row, int(filled[0]))
        values = bool(np.any(kinds[row, numeric] == NUMBER))
        if values and is_total(label) and kinds[row, filled[0]] == WORD and _is_summary(table, block.body, at, numeric):
            totals.append(row)
        elif len(filled) <= 2 and not np.any(kinds[row] == NUMBER) and (
                is_remark(label) or (numeric.size > 2 and block.body[at - 1] < row - 1)):
            remarks.append(row)
        else:
            break
    findings = []
    if totals:
        first = min(totals)
        label = next(text for text in table.row_texts(first) if text)
        findings.append(note("totals_row", f"{row_list(totals)} at the end of the table {_hold(totals)} a summary "
                             f"(“{label}”) and {_were(totals)} left out", table.place(first)))
    if remarks:
        first = min(remarks)
        text = next(text for text in table.row_texts(first) if text)
        findings.append(note("footnote", f"{row_list(remarks)} below the table {_hold(remarks)} remarks "
                             f"(“{text[:60]}”) and {_were(remarks)} left out", table.place(first)))
    return {*totals, *remarks}, findings


def _is_summary(table: RawTable, body: list[int], at: int, numeric: NDArray[np.intp]) -> bool:
    """``MAX`` and ``SDS`` are genes too: a label that may be a gene counts only where the numbers say so."""
    row = body[at]
    label = squeezed(next(text for text in table.row_texts(row) if text)).lower()
    if not label.startswith(("max", "min", "count", "range")) or len(body) < 3:
        return True
    above = table.numbers[np.ix_(np.asarray(body[:at], np.intp), numeric)]
    there = numeric[~np.isnan(table.numbers[row, numeric]) & ~np.isnan(above).all(axis=0)]
    if not there.size:
        return False
    values = table.numbers[row, there]
    above = table.numbers[np.ix_(np.asarray(body[:at], np.intp), there)]
    ends = np.nanmax(above, axis=0) if label.startswith("max") else np.nanmin(above, axis=0)
    return bool(np.mean(np.isclose(values, ends)) > 0.5) or label in ("maximum", "minimum")


def region_findings(table: RawTable, filled: NDArray[np.bool_], blocks: Sequence[SheetBlock], best: SheetBlock,
                    body: list[int], repeated: set[int]) -> list[Problem]:
    """What was skipped or joined around the rows of data ``body`` of the block ``best``."""
    findings: list[Problem] = []
    first = min([*best.header, *best.groups, *best.extra, *body[:1]], default=0)
    others = [block for block in blocks if block is not best and block.body]
    in_others = {row for block in others for row in (*block.header, *block.groups, *block.extra, *block.body)}
    titles = [row for row in range(first) if filled[row].any() and row not in in_others]
    if titles:
        text = next(text for text in table.row_texts(titles[0]) if text)
        findings.append(note("title_rows", f"{row_list(titles)} above the header {_hold(titles)} a title or remark "
                             f"(“{text[:60]}”) and {_were(titles)} skipped", table.place(titles[0])))
    if best.groups:
        findings.append(note("group_header", f"{row_list(best.groups)} above the header {_hold(best.groups)} group "
                             "labels and was not needed to tell the columns apart", table.place(best.groups[0])))
    if len(best.header) > 1:
        findings.append(note("joined_header", f"{row_list(best.header)} together make the "
                                              "header", table.place(best.header[0])))
    if not best.header:
        findings.append(note("no_header", "no header row was found; columns are called A, B, …", table.place(),
                             remedy="name it with the key header_row if there is one"))
    if best.extra:
        text = ", ".join([text for text in table.row_texts(best.extra[0]) if text][:3])
        findings.append(note("words_below_header", f"{row_list(best.extra)} below the header {_hold(best.extra)} units "
                             f"or labels ({text}) and {_were(best.extra)} not read as "
                             "data", table.place(best.extra[0])))
    if repeated:
        findings.append(note("repeated_header", f"{row_list(sorted(repeated))} "
                                                f"{'repeats' if len(repeated) == 1 else 'repeat'} "
                             "the header and was skipped", table.place(min(repeated))))
    blanks = [row for row in range(body[0], body[-1]) if not filled[row].any()] if body else []
    if blanks:
        findings.append(note("blank_rows", f"{row_list(blanks)} inside the table {'is' if len(blanks) == 1 else 'are'} "
                             "blank", table.place(blanks[0])))
    for block in others:
        rows = [*block.header, *block.groups, *block.extra, *block.body]
        findings.append(warning(
            "further_table", f"rows {min(rows) + 1} to {max(rows) + 1} hold another table, which was not read",
            table.place(min(rows)), remedy="give each table its own sheet, or name its header with the key header_row"))
    findings += sheet_findings(table, body)
    return findings


def sheet_findings(table: RawTable, body: Sequence[int]) -> list[Problem]:
    """Hidden rows and columns, and formulas without a value."""
    findings: list[Problem] = []
    hidden = sorted(table.hidden_rows & set(body))
    if hidden:
        findings.append(note("hidden_rows", f"{row_list(hidden)} {'is' if len(hidden) == 1 else 'are'} hidden in the "
                                            "sheet "
                             "and was read like the others", table.place(hidden[0]),
                             remedy="delete rows that are not to be used, or leave samples out with drop"))
    if table.hidden_columns:
        columns = sorted(table.hidden_columns)
        names = ", ".join(column_letters(column) for column in columns[:8])
        findings.append(note("hidden_columns", f"{len(columns)} hidden columns ({names}) were read like the others",
                             table.place(None, columns[0])))
    if table.uncalculated:
        cells = ", ".join(table.uncalculated[:3])
        findings.append(warning("formulas_not_calculated",
                                f"{counted(len(table.uncalculated), 'formula cell')} without a value ({cells})",
                                table.place(), why="They count as blank.",
                                remedy="open the file in the spreadsheet program, let it calculate, and save it"))
    return findings


def _hold(rows: Sequence[int]) -> str:
    return "holds" if len(rows) == 1 else "hold"


def _were(rows: Sequence[int]) -> str:
    return "was" if len(rows) == 1 else "were"
