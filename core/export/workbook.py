"""The results workbook (results.xlsx): tables with explanations, methods, samples, parameters, versions, problems.

Not for: programs; they read the csv files (tables.py), which hold the same numbers in full.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from core import RESEARCH_USE
from core.analyses.base import Result, ResultTable
from core.data.patients.cohort import LedgerEntry
from core.export.sheet_cells import MOST_COLUMNS, MOST_ROWS, CellWriter, height_of, number_format, plain, width_of
from core.problems import Problem

FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
LONGEST_SHEET_NAME = 31
FIXED_SHEETS = ("Columns", "Methods", "Samples", "Parameters", "Versions", "Problems")
FIXED_DATE = datetime(2000, 1, 1)
"""A workbook carries a date of creation; ours is always the same, so that equal results give equal bytes."""


def write_workbook(path: Path, results: Sequence[Result], *, study_words: Sequence[tuple[str, str]],
                   samples: Mapping[str, Sequence[LedgerEntry]], parameters: Sequence[tuple[str, str, Any]] = (),
                   versions: Mapping[str, str], problems: Sequence[Problem],
                   simulated: Collection[str] = ()) -> tuple[Problem, ...]:
    """Write the workbook and return notes about what had to be cut for a spreadsheet's limits.

    Parameters
    ----------
    path : Path
    results : sequence of Result
        One sheet per table, in order.
    study_words : sequence of (label, text)
        The rows of "Read me".
    samples : mapping of cohort name -> ledger
        Everyone, in or out, with the reason.
    parameters : sequence of (where, key, value)
        On top of each result's own parameters.
    versions : mapping of name -> version
    problems : sequence of Problem
        As shown to the user.
    simulated : collection of str
        Names of the results of simulated data: their sheets are listed so, and print it on top of every page.
    """
    tables = [(result, table) for result in results for table in result.tables]
    wanted = [f"{result.name} {table.name}" for result, table in tables]
    names = sheet_names(("Read me", *wanted, *FIXED_SHEETS))
    sheets = dict(zip(FIXED_SHEETS, names[len(tables) + 1:], strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False, "default_format_properties": {"font_name": "Arial", "font_size": 10},
    }) as book:
        book.set_properties({"title": _first_words(study_words), "comments": "Written by RTKscope",
                             "created": FIXED_DATE})
        cells = CellWriter(book, path.name)
        _write_read_me(_sheet(book, names[0]), cells, study_words, tables, names[1:len(tables) + 1], sheets,
                       simulated)
        for (result, table), name in zip(tables, names[1:], strict=False):
            sheet = _sheet(book, name)
            if result.name in simulated:
                sheet.set_header("&CSimulated data")
            _write_table(sheet, cells, result, table)
        _write_rows(_sheet(book, sheets["Columns"]), cells, ("Sheet", "Column", "Meaning"), [
            (name, column, table.describe.get(column, ""))
            for (_, table), name in zip(tables, names[1:], strict=False) for column in table.columns])
        _write_rows(_sheet(book, sheets["Methods"]), cells, ("Analysis", "Methods"), [
            (result.name if number == 0 else "", paragraph)
            for result in results for number, paragraph in enumerate(_paragraphs(result.methods))])
        _write_rows(_sheet(book, sheets["Samples"]), cells, ("Cohort", "Sample", "Used", "Step", "Why", "Cell"), [
            (cohort, entry.patient, entry.kept, entry.step, entry.reason, entry.cell)
            for cohort, ledger in samples.items() for entry in ledger])
        _write_rows(_sheet(book, sheets["Parameters"]), cells, ("Analysis", "Parameter", "Value"), [
            *((where, key, plain(value)) for where, key, value in parameters),
            *((result.name, key, plain(value)) for result in results for key, value in result.parameters.items())])
        _write_rows(_sheet(book, sheets["Versions"]), cells, ("Program", "Version"), list(versions.items()))
        _write_rows(_sheet(book, sheets["Problems"]), cells,
                    ("Kind", "Where", "What", "Why it matters", "What to do", "Code"),
                    [(str(problem.severity), problem.where.words(), problem.what, problem.why, problem.remedy,
                      problem.code) for problem in problems] or [("none", "", "No problem was found.", "", "", "")])
    return cells.notes()


def sheet_names(wanted: Sequence[str]) -> tuple[str, ...]:
    """Names that a spreadsheet program takes: 31 characters, no ``[]:*?/\\``, unique without regard to case.

    A long name loses its middle, so that the table's name at its end stays readable.
    """
    taken: set[str] = {"history"}
    names = []
    for name in wanted:
        clean = "".join(letter if letter.isprintable() else " " for letter in name).translate(FORBIDDEN_IN_NAMES)
        clean = " ".join(clean.split()).strip("'") or "Sheet"
        number = 1
        candidate = _shortened(clean, "")
        while candidate.casefold() in taken:
            number += 1
            candidate = _shortened(clean, f" ({number})")
        taken.add(candidate.casefold())
        names.append(candidate)
    return tuple(names)


def _utf16_length(text: str) -> int:
    """Spreadsheet programs count characters beyond the basic plane twice."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def _shortened(name: str, ending: str) -> str:
    if _utf16_length(name + ending) <= LONGEST_SHEET_NAME:
        return name + ending
    head, _, table = name.rpartition(" ")
    tail = f" {table}{ending}" if head and _utf16_length(table + ending) <= 20 else ending
    head = head if tail != ending else name
    while _utf16_length(f"{head}\u2026{tail}") > LONGEST_SHEET_NAME:
        head = head[:-1]
    return f"{head.rstrip()}\u2026{tail}"


def _first_words(study_words: Sequence[tuple[str, str]]) -> str:
    return study_words[0][1][:200] if study_words else "Results"


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()] or [""]


def _sheet(book: Any, name: str) -> Any:
    """A new sheet that prints across one page."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return sheet


def _write_read_me(sheet: Any, cells: CellWriter, study_words: Sequence[tuple[str, str]],
                   tables: Sequence[tuple[Result, ResultTable]], names: Sequence[str],
                   fixed: Mapping[str, str], simulated: Collection[str]) -> None:
    about = {"Columns": "what each column of each table means", "Methods": "what was computed, and how",
             "Samples": "who was used, who was left out and why", "Parameters": "every setting of the run",
             "Versions": "programs and their versions", "Problems": "what was noticed on the way"}
    widths = (34.0, 110.0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    rows: list[tuple[str, str]] = [*study_words, ("", ""), ("Sheets", "")]
    rows += [(name, ("Simulated data. " if result.name in simulated else "")
              + (table.title or f"{result.info.title}: {table.name}"))
             for (result, table), name in zip(tables, names, strict=True)]
    rows += [(fixed[name], words) for name, words in about.items()]
    rows += [("", ""), ("Numbers", "Cells hold the full number; what is shown is rounded. An empty cell means: not "
                                   "defined, or switched off."), ("Use", RESEARCH_USE)]
    for row, (label, text) in enumerate(rows):
        sheet.set_row(row, height_of((label, text), widths))
        cells.put(sheet, row, 0, label, "header")
        cells.put(sheet, row, 1, text, "wrapped")


def _write_table(sheet: Any, cells: CellWriter, result: Result, table: ResultTable) -> None:
    """One result table: header, then values; columns get one number format each."""
    columns = list(table.columns.items())[:MOST_COLUMNS]
    whole = f"the whole table is in {result.name}/{table.name}.csv"
    if len(table.columns) > MOST_COLUMNS:
        cells.note("too_many_columns", f"sheet {sheet.get_name()} holds the first {MOST_COLUMNS:,} of "
                   f"{len(table.columns):,} columns", whole)
    shown = table.n_rows
    if table.n_rows > MOST_ROWS - 1:
        shown = MOST_ROWS - 2
        cells.note("too_many_rows", f"sheet {sheet.get_name()} holds the first {shown:,} of {table.n_rows:,} rows",
                   whole)
    styles = []
    for number, (name, values) in enumerate(columns):
        styles.append(number_format(name, values))
        sheet.set_column(number, number, width_of(name, values))
        cells.put(sheet, 0, number, name, "header")
    for row in range(shown):
        for number, (_, values) in enumerate(columns):
            cells.put(sheet, row + 1, number, values[row], styles[number])
    if shown < table.n_rows:
        cells.put(sheet, shown + 1, 0, f"{table.n_rows - shown:,} more rows: {whole}", "text")
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    if columns and shown:
        sheet.autofilter(0, 0, shown, len(columns) - 1)


def _write_rows(sheet: Any, cells: CellWriter, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A sheet of words: bold frozen header, wrapped text."""
    widths = [width_of(title, [row[column] for row in rows[:2000]], most=100.0 if len(header) == 2 else 60.0)
              for column, title in enumerate(header)]
    for column, (title, width) in enumerate(zip(header, widths, strict=True)):
        sheet.set_column(column, column, width)
        cells.put(sheet, 0, column, title, "header")
    for number, row in enumerate(rows[:MOST_ROWS - 1]):
        sheet.set_row(number + 1, height_of(row, widths))
        for column, value in enumerate(row):
            cells.put(sheet, number + 1, column, value, "wrapped")
    if len(rows) > MOST_ROWS - 1:
        cells.note("too_many_rows", f"sheet {sheet.get_name()} holds the first {MOST_ROWS - 1:,} of {len(rows):,} rows",
                   "")
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
