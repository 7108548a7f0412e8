"""A text file as lines and records: how far they reach, where quotes span lines, which rows differ in width.

Not for: encodings, delimiters (text_dialect.py) or values (text_files.py).
"""

from __future__ import annotations

import contextlib
import csv
import io
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from core.data.files.file_safety import GzipBytes, SourceFile
from core.data.files.text_dialect import split_record
from core.jobs import JobContext
from core.problems import Location, Problem, note, user_error, warning

MAX_LINE = 16_000_000
"""Characters of one line. 60,660 genes in one row are about 600,000."""
MAX_QUOTED_LINES = 200
"""Lines that one quoted cell may span; beyond it the quote is taken for an inch mark."""

csv.field_size_limit(MAX_LINE)


class LineTooLong(Exception):
    """A line of the quick way is longer than MAX_LINE."""


class Reporter:
    """Progress by position in the file, at most ten times a second."""

    def __init__(self, source: SourceFile, handle: BinaryIO, job: JobContext) -> None:
        self._handle = handle
        self._job = job
        self._words = f"Reading {source.path.name}"
        self._rows = 0
        self._size = max(source.path.stat().st_size, 1)
        self._next = 0.0

    def tick(self) -> None:
        """Call it for every line."""
        self._rows += 1
        now = time.perf_counter()
        if now < self._next:
            return
        self._next = now + 0.1
        raw = getattr(self._handle, "raw", None)
        position = raw.packed_position() if isinstance(raw, GzipBytes) else self._handle.tell()
        rows = f": {self._rows:,} rows" if self._rows > 1 else ""
        self._job.progress(position / self._size, f"{self._words}{rows}")


@dataclass
class Widths:
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
        if count < total / 3:
            return []
        found: list[Problem] = []
        for longer, code, say in ((True, "long_rows", warning), (False, "short_rows", note)):
            widths = [width for width in self.counts if (width > usual if longer else width < usual)]
            if not widths:
                continue
            rows = sorted(row for width in widths for row in self.rows[width])
            number = sum(self.counts[width] for width in widths)
            named = f"row {rows[0] + 1}" if number == 1 else f"{number:,} rows (first: row {rows[0] + 1})"
            found.append(
                say(
                    code,
                    f"{named} with {'more' if longer else 'fewer'} than the usual {usual} cells",
                    Location(place.file, place.sheet, f"row {rows[0] + 1}"),
                    remedy="check whether a cell contains the delimiter without quotes" if longer else "",
                    why="Every cell was kept; the values of such a row may stand in the wrong column."
                    if longer
                    else "The missing cells at the end count as blank.",
                )
            )
        return found


@dataclass
class Notices:
    """What splitting into records came across."""

    place: Location
    inch_marks: list[int] = field(default_factory=list)

    def problems(self) -> list[Problem]:
        if not self.inch_marks:
            return []
        return [
            warning(
                "open_quote",
                f"a quotation mark in row {self.inch_marks[0] + 1} is never closed; it was taken as it stands",
                Location(self.place.file, self.place.sheet, f"row {self.inch_marks[0] + 1}"),
                remedy="remove the mark if it is not part of a name",
            )
        ]


def ticking(lines: Iterator[str], reporter: Reporter) -> Iterator[str]:
    for line in lines:
        reporter.tick()
        yield line


def byte_lines(handle: BinaryIO, reporter: Reporter) -> Iterator[bytes]:
    first = True
    while line := handle.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise LineTooLong
        reporter.tick()
        yield line.removeprefix(b"\xef\xbb\xbf") if first else line
        first = False


def ending_problems(handle: BinaryIO) -> tuple[Problem, ...]:
    """What a gz turned out to hold behind its end."""
    raw = getattr(handle, "raw", None)
    return raw.problems() if isinstance(raw, GzipBytes) else ()


def text_lines(handle: BinaryIO, encoding: str, errors: str, place: Location) -> Iterator[str]:
    """The lines with their ends, never longer than MAX_LINE."""
    text = io.TextIOWrapper(handle, encoding=encoding, errors=errors, newline="")
    try:
        while line := text.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                raise user_error("line_too_long", f"a line has more than {MAX_LINE // 1_000_000} million characters",
                                 place, why="A table with so long a line is damaged or no table.",
                                 remedy="open the file in a text editor and check it")
            if "\0" in line:
                raise user_error(
                    "binary_file",
                    "this is no text and no spreadsheet that RTKscope knows (it contains zero bytes)",
                    place,
                    remedy="open it in the program that made it and save the table as xlsx or csv",
                )
            yield line
    finally:
        with contextlib.suppress(ValueError):  # the file beneath may be closed already
            text.detach()


def split_records(lines: Iterator[str], delimiter: str, notices: Notices) -> Iterator[list[str]]:
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
