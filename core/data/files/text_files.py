"""Delimited text (csv, tsv, txt, each optionally gz) into a RawTable, in one stream and within limits of memory.

Not for: what the columns mean (layout.py), or formats with a layout of their own (formats.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.data.files.cell_grid import SPELLING_MATTERS, CellGrid, number_reader
from core.data.files.file_safety import SourceFile
from core.data.files.raw_table import RawTable
from core.data.files.text_bulk import BulkPlan, Irregular, bulk_plan, read_in_bulk
from core.data.files.text_dialect import (
    PROBE_RECORDS,
    encoding_of,
    number_signs,
    sniff_delimiter,
    stated_decimal,
    stated_delimiter,
    stated_encoding,
)
from core.data.files.text_records import (
    MAX_LINE,
    LineTooLong,
    Notices,
    Reporter,
    Widths,
    byte_lines,
    ending_problems,
    split_records,
    text_lines,
    ticking,
)
from core.jobs import JobContext
from core.problems import Problem, note, user_error, warning

PROBE_CHARACTERS = 4_000_000


@dataclass(frozen=True)
class TextStyle:
    """How the file is written, stated or detected."""

    encoding: str
    errors: str
    delimiter: str
    decimal: str
    thousands: str
    separator_line: bool
    short_header: bool
    plan: BulkPlan | None
    notes: tuple[Problem, ...]


def read_text(source: SourceFile, job: JobContext, *, delimiter: str | None = None, decimal: str | None = None,
              encoding: str | None = None) -> tuple[RawTable, TextStyle]:
    """Read a text file; every record is a row, blank lines too, so that addresses are those of a spreadsheet program.

    Parameters
    ----------
    delimiter, decimal, encoding : str, optional
        Stated by the user; each is detected and noted where absent.

    Raises
    ------
    UserError
        empty_file, binary_file, wrong_encoding, which_delimiter, which_decimal, table_too_large, line_too_long.
    """
    place = source.place
    delimiter = stated_delimiter(delimiter, place) if delimiter else None
    decimal = stated_decimal(decimal, place) if decimal else None
    if encoding:
        stated = stated_encoding(encoding, place)
        try:
            return _read(source, job, stated, "strict", delimiter, decimal, ())
        except UnicodeError:
            raise user_error("wrong_encoding", f"the file is not written in {encoding}", place,
                             remedy='leave out the key encoding, or state "utf-8", "utf-16" or "cp1252"',
                             answer_key="encoding") from None
    detected = encoding_of(source.head)
    words: tuple[Problem, ...] = ()
    if detected not in ("utf-8", "utf-8-sig"):
        words = (note("encoding_detected", f"the text is written in {detected.upper()}", place),)
    try:
        return _read(source, job, detected, "strict", delimiter, decimal, words)
    except UnicodeError:
        other, errors, words = _second_encoding(source, job)
        return _read(source, job, other, errors, delimiter, decimal, words)


def _read(source: SourceFile, job: JobContext, encoding: str, errors: str, delimiter: str | None, decimal: str | None,
          words: tuple[Problem, ...]) -> tuple[RawTable, TextStyle]:
    """One attempt with one encoding."""
    style = _judge(source, encoding, errors, delimiter, decimal, words)
    if style.plan is not None:
        try:
            return _read_bulk(source, job, style, style.plan)
        except (Irregular, LineTooLong):
            job.progress(0.0, f"Reading {source.path.name} cell by cell")
    return _read_record_by_record(source, job, style)


def _read_bulk(source: SourceFile, job: JobContext, style: TextStyle, plan: BulkPlan) -> tuple[RawTable, TextStyle]:
    """The quick way for large regular files."""
    with source.open() as handle:
        lines = byte_lines(handle, Reporter(source, handle, job))
        if style.separator_line:
            next(lines, None)
        table, short = read_in_bulk(plan, source.place, lines)
        ending = ending_problems(handle)
    widths = Widths(Counter({plan.width: table.n_rows - len(short)}))
    if short:
        widths.counts[plan.width - 1], widths.rows[plan.width - 1] = len(short), short[:5]
    return table, replace(style, notes=(*style.notes, *widths.problems(source.place), *ending))


def _judge(source: SourceFile, encoding: str, errors: str, delimiter: str | None, decimal: str | None,
           words: tuple[Problem, ...]) -> TextStyle:
    """Look at the beginning of the file and settle how it is written."""
    place = source.place
    lines: list[str] = []
    held = 0
    with source.open() as handle:
        for line in text_lines(handle, encoding, errors, place):
            lines.append(line.rstrip("\r\n"))
            held += len(line)
            if len(lines) >= PROBE_RECORDS or held > PROBE_CHARACTERS:
                break
    notes = list(words)
    separator_line = bool(lines) and re.fullmatch(r"sep=.", lines[0].strip('"'), re.I | re.S) is not None
    if separator_line:
        delimiter = delimiter or lines[0].strip('"')[4]
        lines = lines[1:]
        notes.append(
            note("separator_line", "the first line (sep=) is an instruction for Excel and no row of the table", place)
        )
    if not any(line.strip() for line in lines):
        lines = []
    if delimiter is None:
        delimiter, found = sniff_delimiter(lines, place) if lines else ("", ())
        notes += found
    found_records = [cells for cells in split_records(iter(lines), delimiter or "\0", Notices(place)) if cells]
    tabular = [cells for cells in found_records if not cells[0].startswith(("#", "!"))]
    width = Counter(len(cells) for cells in tabular).most_common(1)[0][0] if tabular else 1
    decimal, thousands, found = number_signs(_number_cells(tabular, width), delimiter, decimal, place)
    notes += found
    short_header = _header_is_short(tabular, width)
    if short_header:
        notes.append(
            note(
                "header_one_short",
                "the header has one cell less than the rows below it, as R writes tables with row "
                "names; it was moved one column to the right",
                place,
            )
        )
    size = source.path.stat().st_size * (3 if source.compression else 1)
    plan = None if short_header else bulk_plan(
        tabular, lines, size=size, encoding=encoding, errors=errors, delimiter=delimiter, decimal=decimal,
        thousands=thousands, width=width)
    return TextStyle(encoding, errors, delimiter, decimal, thousands, separator_line, short_header, plan, tuple(notes))


def _header_is_short(records: list[list[str]], width: int) -> bool:
    """True for a table that R wrote with row names: the first record lacks exactly the cell above them."""
    if len(records) < 2 or width < 2 or len(records[0]) != width - 1:
        return False
    body = records[1:]
    return all(len(cells) == width for cells in body) and any(cells[-1].strip() for cells in body)


def _number_cells(records: list[list[str]], width: int) -> Iterator[str]:
    """The cells of those columns of the probe that mostly look like numbers."""
    body = [cells for cells in records if len(cells) == width][1:]
    for column in range(width):
        cells = [cell for row in body if (cell := row[column].strip())]
        digits = [cell for cell in cells if cell[0] in "0123456789+-.,"]
        if len(digits) >= 0.5 * len(cells):
            yield from digits


def _read_record_by_record(source: SourceFile, job: JobContext, style: TextStyle) -> tuple[RawTable, TextStyle]:
    """The way for every file: each cell on its own. A cell costs about half a microsecond."""
    place = source.place
    grid = CellGrid(place)
    widths, notices = Widths(), Notices(place)
    read = number_reader(style.decimal, style.thousands)
    values: dict[str, tuple[float, bool]] = {}
    with source.open() as handle:
        reporter = Reporter(source, handle, job)
        lines = ticking(text_lines(handle, style.encoding, style.errors, place), reporter)
        if style.separator_line:
            next(lines, None)
        header_waits = style.short_header
        for row, cells in enumerate(split_records(lines, style.delimiter or "\0", notices)):
            if not cells:
                continue
            if not cells[0].startswith(("#", "!")):
                if header_waits:
                    cells = ["", *cells]
                    header_waits = False
                widths.add(row, cells)
            numbers = [float("nan")] * len(cells)
            last = -1
            for column, cell in enumerate(cells):
                known = values.get(cell)
                if known is None:
                    text = cell.strip()
                    value = read(text) if text else None
                    known = (float("nan") if value is None else value,
                             bool(text) and (value is None or SPELLING_MATTERS.match(text) is not None))
                    if len(values) < 200_000:
                        values[cell] = known
                number, spelled = known
                if number == number:
                    numbers[column] = number
                    last = column
                if spelled:
                    grid.put_text(row, column, cell.strip())
            grid.put_numbers(row, 0, numbers[:last + 1])
        ending = ending_problems(handle)
    table = grid.finish()
    if table.n_rows == 0:
        raise user_error("empty_file", "the file holds no text but blanks", place, remedy="save the table again")
    return table, replace(style, notes=(*style.notes, *notices.problems(), *widths.problems(place), *ending))


def _second_encoding(source: SourceFile, job: JobContext) -> tuple[str, str, tuple[Problem, ...]]:
    """The encoding of a text that is not quite UTF-8: Windows-1252, or UTF-8 with a few broken bytes."""
    place = source.place
    broken = proper = high = 0
    first_line = 0
    with source.open() as handle:
        reporter = Reporter(source, handle, job)
        lines = 0
        while piece := handle.readline(MAX_LINE):
            reporter.tick()
            lines += 1
            if piece.isascii():
                continue
            text = piece.decode("utf-8", "surrogateescape")
            here = sum("\udc80" <= sign <= "\udcff" for sign in text)
            if here and not broken:
                first_line = lines
            broken += here
            proper += sum(sign > "\x7f" for sign in text) - here
            high += sum(piece.count(sign) for sign in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))
    if proper > broken:
        return (
            "utf-8",
            "replace",
            (
                warning(
                    "replaced_bytes",
                    f"{broken:,} bytes are no valid UTF-8 text (first in line {first_line}); they are shown as �",
                    place,
                    remedy='save the file again as UTF-8, or state its encoding (encoding = "cp1252" on old Windows)',
                ),
            ),
        )
    name = "latin-1" if high else "cp1252"
    return name, "strict", (note(
        "encoding_detected", f"the text is not UTF-8 (first in line {first_line}) and was read as "
        f"{'Latin 1' if high else 'Windows-1252'}", place),)
