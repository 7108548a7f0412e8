"""Old binary Excel workbooks (.xls of Excel 95 to 2003): sheets, cells, hidden parts, merges.

Not for: the container around them (compound_file.py).

Read here and not by calamine, which loses error cells, merges and hidden rows and ends the whole process on a damaged
count of strings. Source: [MS-XLS] 2.4; the record numbers below are the ones given there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.data.files.cell_dates import DATE_FORMATS, format_kind
from core.data.files.file_safety import password_protected
from core.data.files.packages import damaged
from core.data.files.raw_table import RawTable
from core.data.files.sheet_cells import ERROR_WORDS, Found, JudgedText, SheetCells
from core.jobs import JobContext
from core.problems import Location

MAX_COLUMNS = 256
BIFF8 = 0x0600

_BOF, _EOF, _CONTINUE, _FILEPASS, _CODEPAGE, _DATEMODE = 0x0809, 0x000A, 0x003C, 0x002F, 0x0042, 0x0022
_SHEET, _STRINGS, _FORMAT, _OLD_FORMAT, _STYLE = 0x0085, 0x00FC, 0x041E, 0x001E, 0x00E0
_NUMBER, _RK, _RKS, _SHARED_TEXT, _TEXT, _RICH_TEXT = 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x00D6
_FORMULA, _FORMULA_TEXT, _BOOLEAN_OR_ERROR = 0x0006, 0x0207, 0x0205
_ROW, _COLUMNS, _MERGES = 0x0208, 0x007D, 0x00E5
_FORMULAS = (_FORMULA, 0x0206, 0x0406)
_CELLS = frozenset({_NUMBER, _RK, _RKS, _SHARED_TEXT, _TEXT, _RICH_TEXT, _BOOLEAN_OR_ERROR, *_FORMULAS})


@dataclass
class OldSheet:
    """A sheet of an .xls: where its records begin, and its used area from A1."""

    name: str
    visible: bool
    offset: int
    n_rows: int = 0
    n_columns: int = 0


@dataclass
class OldWorkbook:
    """What the records before the first sheet say about all sheets."""

    stream: bytes
    place: Location
    version: int = 0
    encoding: str = "cp1252"
    from_1904: bool = False
    sheets: list[OldSheet] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)

    def date_kind(self, style: int) -> str:
        """ "date", "time", "duration" or "" for the number of a cell style."""
        number = self.styles[style] if style < len(self.styles) else 0
        return self.formats.get(number, DATE_FORMATS.get(number, ""))


def read_old_workbook(stream: bytes, place: Location, job: JobContext) -> OldWorkbook:
    """Sheets, shared texts and formats. Raises UserError for a password or damage."""
    book = OldWorkbook(stream, place)
    try:
        _read_globals(book, job)
        for sheet in book.sheets:
            _measure(book, sheet, job)
    except (struct.error, IndexError, ValueError) as error:
        raise damaged(place, "one of its records is too short") from error
    if not book.sheets:
        raise damaged(place, "it lists no worksheet")
    return book


def read_old_sheet(book: OldWorkbook, sheet: OldSheet, place: Location, job: JobContext, *,
                   decimal: str = ".") -> tuple[RawTable, Found]:
    """All cells of a sheet at their true addresses."""
    cells = SheetCells(place, decimal=decimal, from_1904=book.from_1904)
    judged: dict[int, JudgedText] = {}
    waiting: tuple[int, int] | None = None
    try:
        for kind, body in _records(book.stream, sheet.offset, job, sheet.name):
            if kind in _CELLS:
                waiting = _read_cell(book, cells, judged, kind, body)
            elif kind == _FORMULA_TEXT and waiting is not None:
                cells.put_text(*waiting, _long_text(body, book))
                waiting = None
            elif kind == _ROW and len(body) >= 14 and body[12] & 0x20:
                cells.hidden_rows.add(_word(body, 0))
            elif kind == _COLUMNS and len(body) >= 10 and body[8] & 1:
                cells.hidden_columns.update(range(_word(body, 0), min(_word(body, 2), MAX_COLUMNS - 1) + 1))
            elif kind == _MERGES:
                for begin in range(2, min(2 + 8 * _word(body, 0), len(body) - 7), 8):
                    top, bottom, left, right = struct.unpack_from("<HHHH", body, begin)
                    cells.merge(top, left, bottom, right)
    except (struct.error, IndexError, ValueError) as error:
        raise damaged(place, "one of its records is too short") from error
    return cells.finish(), cells.found


def _records(
    stream: bytes, position: int, job: JobContext | None = None, name: str = ""
) -> Iterator[tuple[int, bytes]]:
    """(kind, body) from a BOF to its EOF; embedded charts are passed over."""
    nested, count = 0, 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4:position + 4 + length]
        position += 4 + length
        count += 1
        if job is not None and count % 20_000 == 1:
            job.progress(position / len(stream), f"Reading {name}")
        if kind == _BOF:
            nested += 1
        elif kind == _EOF:
            nested -= 1
            if nested <= 0:
                return
        if nested <= 1:
            yield kind, body


def _read_globals(book: OldWorkbook, job: JobContext) -> None:
    strings: list[bytes] = []
    for kind, body in _records(book.stream, 0, job, book.place.file):
        if kind == _BOF and not book.version:
            book.version = _word(body, 0)
            if book.version not in (BIFF8, 0x0500):
                raise damaged(book.place, "it is of a version of Excel that is not known")
        elif kind == _FILEPASS:
            raise password_protected(book.place)
        elif kind == _CODEPAGE:
            book.encoding = {0x8000: "mac_roman", 0x04B0: "utf-16-le", 0x8001: "cp1252"}.get(
                _word(body, 0), f"cp{_word(body, 0)}"
            )
            try:
                "".encode(book.encoding)
            except LookupError:
                book.encoding = "cp1252"
        elif kind == _DATEMODE:
            book.from_1904 = _word(body, 0) == 1
        elif kind == _SHEET and len(body) >= 8 and body[5] == 0:
            offset, = struct.unpack_from("<I", body)
            book.sheets.append(OldSheet(_short_text(body[6:], book), body[4] & 3 == 0, offset))
        elif kind in (_FORMAT, _OLD_FORMAT):
            text = _long_text(body[2:], book) if book.version == BIFF8 else _short_text(body[2:], book)
            book.formats[_word(body, 0)] = format_kind(text)
        elif kind == _STYLE:
            book.styles.append(_word(body, 2))
        elif kind == _STRINGS:
            strings = [body]
        elif kind == _CONTINUE and strings and not book.strings:
            strings.append(body)
        elif strings and not book.strings:
            book.strings = _shared_strings(strings)
    if strings and not book.strings:
        book.strings = _shared_strings(strings)


def _shared_strings(parts: list[bytes]) -> list[str]:
    """The texts of a string table whose records may be cut anywhere, also inside a text."""
    strings: list[str] = []
    part, position = 0, 8

    def skip(count: int) -> None:
        nonlocal part, position
        position += count
        while part < len(parts) and position > len(parts[part]):
            position -= len(parts[part])
            part += 1

    while part < len(parts):
        if position >= len(parts[part]):
            part, position = part + 1, 0
            continue
        body = parts[part]
        length, flags = struct.unpack_from("<HB", body, position)
        position += 3
        runs = extra = 0
        if flags & 8:
            runs = _word(body, position)
            position += 2
        if flags & 4:
            extra, = struct.unpack_from("<I", body, position)
            position += 4
        wide, text = flags & 1, ""
        while length:
            size = 2 if wide else 1
            here = min(length, (len(body) - position) // size)
            text += _characters(body[position:position + here * size], wide)
            position += here * size
            length -= here
            if length:
                part, position = part + 1, 1
                if part >= len(parts):
                    return [*strings, text]
                body = parts[part]
                wide = body[0] & 1
        strings.append(text)
        skip(4 * runs + extra)
    return strings


def _measure(book: OldWorkbook, sheet: OldSheet, job: JobContext) -> None:
    """The used area; refuses addresses beyond the sheet."""
    for kind, body in _records(book.stream, sheet.offset, job, sheet.name):
        if kind in _CELLS:
            column = _word(body, len(body) - 2) if kind == _RKS else _word(body, 2)
            if column >= MAX_COLUMNS:
                raise damaged(book.place, "it has a cell beyond the last column")
            sheet.n_rows = max(sheet.n_rows, _word(body, 0) + 1)
            sheet.n_columns = max(sheet.n_columns, column + 1)


def _read_cell(book: OldWorkbook, cells: SheetCells, judged: dict[int, JudgedText], kind: int,
               body: bytes) -> tuple[int, int] | None:
    """One cell, or a run of numbers. Returns the address of a formula whose text follows in the next record."""
    row, column, style = struct.unpack_from("<HHH", body)
    if kind == _NUMBER:
        cells.put_number(row, column, struct.unpack_from("<d", body, 6)[0], book.date_kind(style))
    elif kind == _RK:
        cells.put_number(row, column, _small_number(body, 6), book.date_kind(style))
    elif kind == _RKS:
        for index in range((len(body) - 6) // 6):
            style = _word(body, 4 + 6 * index)
            cells.put_number(row, column + index, _small_number(body, 6 + 6 * index), book.date_kind(style))
    elif kind == _SHARED_TEXT:
        number, = struct.unpack_from("<I", body, 6)
        known = judged.get(number)
        if known is None:
            known = judged[number] = cells.judged(book.strings[number])
        cells.put_judged(row, column, known)
    elif kind in (_TEXT, _RICH_TEXT):
        cells.put_text(row, column, _long_text(body[6:], book))
    elif kind == _BOOLEAN_OR_ERROR:
        if body[7]:
            cells.put_error(row, column, ERROR_WORDS.get(body[6], "#ERROR"))
        else:
            cells.put_boolean(row, column, bool(body[6]))
    elif body[12:14] != b"\xff\xff":
        cells.put_number(row, column, struct.unpack_from("<d", body, 6)[0], book.date_kind(style))
    elif body[6] == 0:
        return row, column
    elif body[6] == 1:
        cells.put_boolean(row, column, bool(body[8]))
    elif body[6] == 2:
        cells.put_error(row, column, ERROR_WORDS.get(body[8], "#ERROR"))
    return None


def _small_number(body: bytes, position: int) -> float:
    """A number in four bytes: [MS-XLS] 2.5.217."""
    raw, = struct.unpack_from("<i", body, position)
    if raw & 2:
        value = float(raw >> 2)
    else:
        value, = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", raw & ~3))
    return value / 100 if raw & 1 else float(value)


def _word(body: bytes, position: int) -> int:
    return body[position] | body[position + 1] << 8


def _characters(raw: bytes, wide: int) -> str:
    return raw.decode("utf-16-le", "replace") if wide else raw.decode("latin-1")


def _short_text(body: bytes, book: OldWorkbook) -> str:
    """A text whose length takes one byte."""
    if book.version != BIFF8:
        return body[1:1 + body[0]].decode(book.encoding, "replace")
    return _characters(body[2:2 + body[0] * (2 if body[1] & 1 else 1)], body[1] & 1)


def _long_text(body: bytes, book: OldWorkbook) -> str:
    """A text whose length takes two bytes."""
    length = _word(body, 0)
    if book.version != BIFF8:
        return body[2:2 + length].decode(book.encoding, "replace")
    flags = body[2] if len(body) > 2 else 0
    return _characters(body[3:3 + length * (2 if flags & 1 else 1)], flags & 1)
