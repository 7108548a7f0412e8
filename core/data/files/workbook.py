"""The front door for files: any spreadsheet or text file in, a RawTable with true addresses and notes out.

Not for: what rows and columns mean; that is layout.py and importing.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data.files.file_safety import SourceFile, look_at
from core.data.files.formats import (
    CBIOPORTAL_CLINICAL,
    CBIOPORTAL_EXPRESSION,
    GCT,
    SERIES_MATRIX,
    LayoutHints,
    format_of,
    layout_of,
)
from core.data.files.raw_table import RawTable
from core.data.files.sample_sheets import sample_sheet
from core.data.files.spreadsheet_files import SheetInfo, choose_sheet, could_be, read_sheet, workbook_sheets
from core.data.files.text_files import read_text
from core.data.files.typed_decimals import commas_are_decimal, gains_enough
from core.jobs import JobContext
from core.problems import Location, Problem, note, user_error


@dataclass(frozen=True)
class FileFormat:
    """What the file turned out to be.

    ``kind`` is "xlsx", "xls", "xlsb", "ods", "text", "gct", "series matrix", "cbioportal clinical" or
    "cbioportal expression"; the other parts are empty where they do not apply.
    """

    kind: str
    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    thousands: str = ""
    compression: str = ""


@dataclass(frozen=True, eq=False)
class ReadResult:
    """A table as it was read, what the file turned out to be, and everything that was noticed.

    ``hints`` is given where the format fixes the layout (GCT, GEO series matrix, cBioPortal).
    """

    table: RawTable
    format: FileFormat
    notes: tuple[Problem, ...]
    hints: LayoutHints | None


def sheet_names(path: Path) -> tuple[str, ...]:
    """Sheets of a workbook, visible ones first; ``("",)`` for a text file."""
    return tuple(info.name for info in sheet_infos(path))


def sheet_infos(path: Path) -> tuple[SheetInfo, ...]:
    """Name, visibility and used size of every sheet, visible ones first; a text file has one nameless sheet."""
    source = look_at(path)
    if source.kind == "text":
        return (SheetInfo("", True, 0, 0),)
    return tuple(sorted(workbook_sheets(source, JobContext()), key=lambda info: not info.visible))


def likely_sheets(path: Path, purpose: str = "expression") -> tuple[SheetInfo, ...]:
    """The sheets that could be the wanted table, by visibility, size and name; one means that nobody need be asked."""
    return tuple(could_be(list(sheet_infos(path)), purpose))


def read_table(path: Path, *, sheet: str | None = None, delimiter: str | None = None, decimal: str | None = None,
               encoding: str | None = None, purpose: str = "expression", job: JobContext | None = None) -> ReadResult:
    """Read one table.

    Parameters
    ----------
    sheet : str, optional
        Needed where a workbook has several sheets that could be the table.
    delimiter, decimal, encoding : str, optional
        As the study file states them; detected and noted where absent.
    purpose : str
        "expression" or "clinical": a GEO series matrix holds both.

    Raises
    ------
    UserError
        For every file that cannot be read, with place and remedy. Nothing else leaves this function but ``Cancelled``.
    """
    job = job or JobContext()
    source = look_at(path)
    if source.kind == "text":
        return _read_text_file(source, job, delimiter, decimal, encoding, purpose)
    name, notes = choose_sheet(source, sheet, purpose, job)
    table, found = read_sheet(source, name, job, decimal=decimal)
    if decimal is None and commas_are_decimal(table):
        again, found_again = read_sheet(source, name, job, decimal=",")
        if gains_enough(table, again):
            said = note("decimal_detected", "numbers typed as words, such as 7,31, were read with a decimal comma",
                        Location(source.path.name, name))
            decimal, table, found = ",", again, (*found_again, said)
    ignored = tuple(note("not_needed", f"the key {key} is for text files and has no effect on a workbook", source.place)
                    for key, value in (("delimiter", delimiter), ("encoding", encoding)) if value)
    form = FileFormat(source.kind, decimal=decimal or ".", compression=source.compression)
    return ReadResult(table, form, (*source.notes, *notes, *found, *ignored), None)


def _read_text_file(
    source: SourceFile, job: JobContext, delimiter: str | None, decimal: str | None, encoding: str | None, purpose: str
) -> ReadResult:
    """Delimited text, of a known format or not."""
    kind = format_of(source.head)
    if kind and b"\t" in source.head:
        delimiter, decimal = delimiter or "tab", decimal or "."
    table, style = read_text(source, job, delimiter=delimiter, decimal=decimal, encoding=encoding)
    form = FileFormat(
        kind or "text", style.encoding, style.delimiter, style.decimal, style.thousands, source.compression
    )
    if not kind:
        return ReadResult(table, form, (*source.notes, *style.notes), None)
    hints, found = layout_of(kind, table)
    expected = {GCT: {"short_rows"}, SERIES_MATRIX: {"short_rows", "long_rows"}}.get(kind, set())
    notes = (*source.notes, *(problem for problem in style.notes if problem.code not in expected), *found,
             note("format_recognised", f"the file is {FORMAT_WORDS[kind]}", source.place))
    if purpose == "clinical" and kind in (GCT, SERIES_MATRIX):
        table, hints, made = sample_sheet(kind, table, hints)
        return ReadResult(table, form, (*notes, *made), hints)
    if hints is None and kind == SERIES_MATRIX:
        raise user_error(
            "no_values",
            "the series matrix holds no values, only the description of its samples",
            source.place,
            why="For sequencing data GEO keeps the values in a supplementary file.",
            remedy="download the supplementary file of the series for expression; this one can serve as the "
            "clinical table",
        )
    return ReadResult(table, form, notes, hints)


FORMAT_WORDS = {GCT: "a GCT file", SERIES_MATRIX: "a GEO series matrix",
                CBIOPORTAL_CLINICAL: "a clinical file of cBioPortal",
                CBIOPORTAL_EXPRESSION: "an expression file of cBioPortal"}
