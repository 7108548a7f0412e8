"""Delimited text (csv, tsv, txt, each optionally gz) into a RawTable, in one stream and within limits of memory.

Not for: what the columns mean (layout.py), or formats with a layout of their own (formats.py).
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from core.data.cell_grid import SPELLING_MATTERS, CellGrid, number_reader
from core.data.file_safety import GzipBytes, SourceFile
from core.data.raw_table import RawTable
from core.data.text_bulk import BulkPlan, Irregular, bulk_plan, read_in_bulk
from core.data.text_dialect import (
    PROBE_RECORDS,
    encoding_of,
    number_signs,
    sniff_delimiter,
    split_record,
    stated_decimal,
    stated_delimiter,
    stated_encoding,
)
from core.jobs import JobContext
from core.problems import Location, Problem, note, user_error, warning

MAX_LINE = 16_000_000
"""Characters of one line. 60,660 genes in one row are about 600,000."""
MAX_QUOTED_LINES = 200
"""Lines that one quoted cell may span; beyond it the quote is taken for an inch mark."""
PROBE_CHARACTERS = 4_000_000

csv.field_size_limit(MAX_LINE)


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


class Reporter:
    """Progress by position in the file, at most ten times a second."""

    def __init__(self, source: SourceFile, handle: BinaryIO, job: JobContext) -> None:
        self._handle = handle
        self._job = job
        self._words = f"Reading {source.path.name}"
        self._size = max(source.path.stat().st_size, 1)
        self._next = 0.0

    def tick(self) -> None:
        """Call it for every line."""
        now = time.perf_counter()
        if now < self._next:
            return
        self._next = now + 0.1
        raw = getattr(self._handle, "raw", None)
        position = raw.packed_position() if isinstance(raw, GzipBytes) else self._handle.tell()
        self._job.progress(position / self._size, self._words)


@dataclass
class _Widths:
    """How many cells the records have, to name the rows that differ."""

    counts: Counter[int] = field(default_factory=Counter)
    rows: dict[int, list[int]] = field(default_factory=dict)
    _usual: int = 1

    def add(self, row: int, cells: list[str]) -> None:
        """Blank cells at the end of a row do not make it longer than the others."""
        width = len(cells)
        while width > self._usual and not cells[width - 1].strip():
            width -= 1
        self.counts[width] += 1
        if self.counts[width] > self.counts[self._usual]:
            self._usual = width
        rows = self.rows.setdefault(width, [])
        if len(rows) < 5:
            rows.append(row)

    def problems(self, place: Location) -> list[Problem]:
        """A warning for rows that are too long, a note for those that are too short."""
        if not self.counts:
            return []
        usual, count = self.counts.most_common(1)[0]
        total = sum(self.counts.values())
        if count <= total / 2:
            return []
        found: list[Problem] = []
        for longer, code, say in ((True, "long_rows", warning), (False, "short_rows", note)):
            widths = [width for width in self.counts if (width > usual if longer else width < usual)]
            if not widths:
                continue
            rows = sorted(row for width in widths for row in self.rows[width])
            number = sum(self.counts[width] for width in widths)
            named = f"row {rows[0] + 1}" if number == 1 else f"{number:,} rows (first: row {rows[0] + 1})"
            found.append(say(
                code, f"{named} {'has' if number == 1 else 'have'} {'more' if longer else 'fewer'} than the usual {usual} cells",
                Location(place.file, place.sheet, f"row {rows[0] + 1}"),
                remedy="check whether a cell contains the delimiter without quotes" if longer else "",
                why="Every cell was kept; the values of such a row may stand in the wrong column." if longer
                else "The missing cells at the end count as blank."))
        return found


def read_text(source: SourceFile, job: JobContext, *, delimiter: str | None = None, decimal: str | None = None,
              encoding: str | None = None) -> tuple[RawTable, TextStyle]:
    """Read a text file; every record is a row, blank lines included, so that addresses are those of a spreadsheet program.

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
        except Irregular:
            job.progress(0.0, f"Reading {source.path.name} cell by cell")
    return _read_record_by_record(source, job, style)


def _read_bulk(source: SourceFile, job: JobContext, style: TextStyle, plan: BulkPlan) -> tuple[RawTable, TextStyle]:
    """The quick way for large regular files."""
    with source.open() as handle:
        lines = _byte_lines(handle, Reporter(source, handle, job))
        if style.separator_line:
            next(lines, None)
        table, short = read_in_bulk(plan, source.place, lines)
    widths = _Widths(Counter({plan.width: table.n_rows - len(short)}))
    if short:
        widths.counts[plan.width - 1], widths.rows[plan.width - 1] = len(short), short[:5]
    return table, replace(style, notes=(*style.notes, *widths.problems(source.place)))


def _byte_lines(handle: BinaryIO, reporter: Reporter) -> Iterator[bytes]:
    first = True
    while line := handle.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise Irregular
        reporter.tick()
        yield line.removeprefix(b"\xef\xbb\xbf") if first else line
        first = False


def _judge(source: SourceFile, encoding: str, errors: str, delimiter: str | None, decimal: str | None,
           words: tuple[Problem, ...]) -> TextStyle:
    """Look at the beginning of the file and settle how it is written."""
    place = source.place
    lines: list[str] = []
    held = 0
    with source.open() as handle:
        for line in _lines(handle, encoding, errors, place):
            lines.append(line.rstrip("\r\n"))
            held += len(line)
            if len(lines) >= PROBE_RECORDS or held > PROBE_CHARACTERS:
                break
    notes = list(words)
    separator_line = bool(lines) and re.fullmatch(r"sep=.", lines[0].strip('"'), re.I | re.S) is not None
    if separator_line:
        delimiter = delimiter or lines[0].strip('"')[4]
        lines = lines[1:]
        notes.append(note("separator_line", "the first line (sep=) is an instruction for Excel and no row of the table", place))
    if not any(line.strip() for line in lines):
        lines = []
    if delimiter is None:
        delimiter, found = sniff_delimiter(lines, place) if lines else ("", ())
        notes += found
    records = [cells for cells in _records(iter(lines), delimiter or "\0", _Notices(place)) if cells]
    tabular = [cells for cells in records if not cells[0].startswith(("#", "!"))]
    width = Counter(len(cells) for cells in tabular).most_common(1)[0][0] if tabular else 1
    decimal, thousands, found = number_signs(_number_cells(tabular, width), delimiter, decimal, place)
    notes += found
    short_header = _header_is_short(tabular, width)
    if short_header:
        notes.append(note("header_one_short", "the header has one cell less than the rows below it, as R writes tables with row "
                          "names; it was moved one column to the right", place))
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


@dataclass
class _Notices:
    """What splitting into records came across."""

    place: Location
    inch_marks: list[int] = field(default_factory=list)

    def problems(self) -> list[Problem]:
        if not self.inch_marks:
            return []
        return [warning("open_quote", f"a quotation mark in row {self.inch_marks[0] + 1} is never closed; it was taken as it stands",
                        Location(self.place.file, self.place.sheet, f"row {self.inch_marks[0] + 1}"),
                        remedy="remove the mark if it is not part of a name")]


def _read_record_by_record(source: SourceFile, job: JobContext, style: TextStyle) -> tuple[RawTable, TextStyle]:
    """The way for every file: each cell on its own. A cell costs about half a microsecond."""
    place = source.place
    grid = CellGrid(place)
    widths, notices = _Widths(), _Notices(place)
    read = number_reader(style.decimal, style.thousands)
    values: dict[str, tuple[float, bool]] = {}
    with source.open() as handle:
        reporter = Reporter(source, handle, job)
        lines = _ticking(_lines(handle, style.encoding, style.errors, place), reporter)
        if style.separator_line:
            next(lines, None)
        header_waits = style.short_header
        for row, cells in enumerate(_records(lines, style.delimiter or "\0", notices)):
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
    table = grid.finish()
    if table.n_rows == 0:
        raise user_error("empty_file", "the file holds no text but blanks", place, remedy="save the table again")
    return table, replace(style, notes=(*style.notes, *notices.problems(), *widths.problems(place)))


def _ticking(lines: Iterator[str], reporter: Reporter) -> Iterator[str]:
    for line in lines:
        reporter.tick()
        yield line


def _lines(handle: BinaryIO, encoding: str, errors: str, place: Location) -> Iterator[str]:
    """The lines with their ends, never longer than MAX_LINE."""
    text = io.TextIOWrapper(handle, encoding=encoding, errors=errors, newline="")
    while line := text.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise user_error("line_too_long", f"a line has more than {MAX_LINE // 1_000_000} million characters", place,
                             why="A table with so long a line is damaged or no table.",
                             remedy="open the file in a text editor and check it")
        if "\0" in line:
            raise user_error("binary_file", "this is no text and no spreadsheet that RTKscope knows (it contains zero bytes)",
                             place, remedy="open it in the program that made it and save the table as xlsx or csv")
        yield line


def _records(lines: Iterator[str], delimiter: str, notices: _Notices) -> Iterator[list[str]]:
    """Split lines into records; a quoted cell may span several lines. A blank line is an empty list."""
    waiting: list[str] = []
    row = 0
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        text = line.rstrip("\r\n")
        cells = split_record(text, delimiter) if text.strip() else []
        if cells is None:
            block = [line]
            while cells is None and len(block) < MAX_QUOTED_LINES:
                following = waiting.pop(0) if waiting else next(lines, None)
                if following is None:
                    break
                block.append(following)
                cells = split_record("".join(block).rstrip("\r\n"), delimiter) if '"' in following else None
            if cells is None:
                notices.inch_marks.append(row)
                cells = text.split(delimiter)
                waiting = block[1:] + waiting
        yield cells if any(cells) else []
        row += 1


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
        return "utf-8", "replace", (warning(
            "replaced_bytes", f"{broken:,} bytes are no valid UTF-8 text (first in line {first_line}); they are shown as �", place,
            remedy='save the file again as UTF-8, or state its encoding (encoding = "cp1252" for old Windows files)'),)
    name = "latin-1" if high else "cp1252"
    return name, "strict", (note(
        "encoding_detected", f"the text is not UTF-8 (first in line {first_line}) and was read as "
        f"{'Latin 1' if high else 'Windows-1252'}", place),)
