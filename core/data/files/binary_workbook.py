"""Binary workbooks of Excel 2007 and later (.xlsb): sheets, cells, hidden parts, merges.

Not for: the old .xls (old_excel.py).

Source: [MS-XLSB] 2.1.4 (records), 2.4 (their content); the record numbers below are the ones given there.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.data.files.cell_dates import DATE_FORMATS, format_kind
from core.data.files.packages import MAX_UNPACKED, damaged, read_part
from core.data.files.raw_table import RawTable
from core.data.files.sheet_cells import ERROR_WORDS, Found, JudgedText, SheetCells
from core.data.files.xlsx_parts import relations
from core.jobs import JobContext
from core.problems import Location

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_MAIN = "xl/workbook.bin"

_ROW, _BLANK, _RK, _ERROR, _BOOLEAN, _REAL, _TEXT, _SHARED = range(8)
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_BOOLEAN, _FORMULA_ERROR = 8, 9, 10, 11
_STRING, _RICH_CELL, _FORMAT, _STYLE, _COLUMNS, _SETTINGS = 0x13, 0x3E, 0x2C, 0x2F, 0x3C, 0x99
_SHEET, _MERGE, _STYLES_BEGIN, _STYLES_END = 0x9C, 0xB0, 0x0269, 0x026A


@dataclass
class BinarySheet:
    """A sheet, the part that holds it, and its used area from A1."""

    name: str
    visible: bool
    part: str
    n_rows: int = 0
    n_columns: int = 0


@dataclass
class BinaryWorkbook:
    """What the workbook says about all its sheets."""

    sheets: list[BinarySheet] = field(default_factory=list)
    from_1904: bool = False
    date_styles: dict[int, str] = field(default_factory=dict)


def read_binary_workbook(package: zipfile.ZipFile, place: Location, job: JobContext) -> BinaryWorkbook:
    """Sheets with their sizes, and the styles that show dates."""
    book = BinaryWorkbook()
    parts = {name.replace("\\", "/").lower(): name for name in package.namelist()}
    try:
        targets = relations(package, parts, _MAIN, place)
        for kind, body in _records(read_part(package, parts[_MAIN], place)):
            if kind == _SETTINGS and body:
                book.from_1904 = bool(body[0] & 1)
            elif kind == _SHEET:
                state, = struct.unpack_from("<I", body)
                identifier, position = _text(body, 8)
                name, _ = _text(body, position)
                relation, target = targets.get(identifier, ("", ""))
                part = parts.get(posixpath.normpath(posixpath.join("xl", target)).lower())
                if relation == "worksheet" and part is not None:
                    book.sheets.append(BinarySheet(name, state == 0, part))
        if "xl/styles.bin" in parts:
            book.date_styles = _date_styles(read_part(package, parts["xl/styles.bin"], place))
        for sheet in book.sheets:
            _measure(package, sheet, place, job)
    except (struct.error, IndexError, ValueError, KeyError) as error:
        raise damaged(place, "one of its records is too short") from error
    if not book.sheets:
        raise damaged(place, "it lists no worksheet")
    return book


def read_binary_sheet(
    package: zipfile.ZipFile,
    book: BinaryWorkbook,
    sheet: BinarySheet,
    place: Location,
    job: JobContext,
    *,
    decimal: str = ".",
) -> tuple[RawTable, Found]:
    """All cells of a sheet at their true addresses."""
    cells = SheetCells(place, decimal=decimal, from_1904=book.from_1904)
    parts = {name.replace("\\", "/").lower(): name for name in package.namelist()}
    strings: list[JudgedText] = []
    try:
        if "xl/sharedstrings.bin" in parts:
            strings = [
                cells.judged(_text(body, 1)[0])
                for kind, body in _records(read_part(package, parts["xl/sharedstrings.bin"], place, MAX_UNPACKED))
                if kind == _STRING
            ]
        row = 0
        for kind, body in _records(read_part(package, sheet.part, place, MAX_UNPACKED), job, sheet.name):
            if kind == _ROW:
                row, = struct.unpack_from("<I", body)
                if len(body) > 11 and body[11] & 0x10:
                    cells.hidden_rows.add(row)
            elif kind <= _FORMULA_ERROR or kind == _RICH_CELL:
                _read_cell(book, cells, strings, row, kind, body)
            elif kind == _COLUMNS and body[16] & 1:
                first, last = struct.unpack_from("<II", body)
                cells.hidden_columns.update(range(first, min(last, MAX_COLUMNS - 1) + 1))
            elif kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                cells.merge(top, left, bottom, right)
    except (struct.error, IndexError, ValueError) as error:
        raise damaged(place, "one of its records is too short") from error
    return cells.finish(), cells.found


def _read_cell(
    book: BinaryWorkbook, cells: SheetCells, strings: list[JudgedText], row: int, kind: int, body: bytes
) -> None:
    column, style = struct.unpack_from("<II", body)
    date_kind = book.date_styles.get(style & 0xFFFFFF, "")
    if kind in (_REAL, _FORMULA_REAL):
        cells.put_number(row, column, struct.unpack_from("<d", body, 8)[0], date_kind)
    elif kind == _RK:
        cells.put_number(row, column, _small_number(body), date_kind)
    elif kind == _SHARED:
        cells.put_judged(row, column, strings[struct.unpack_from("<I", body, 8)[0]])
    elif kind in (_TEXT, _FORMULA_TEXT):
        cells.put_text(row, column, _text(body, 8)[0])
    elif kind == _RICH_CELL:
        cells.put_text(row, column, _text(body, 9)[0])
    elif kind in (_BOOLEAN, _FORMULA_BOOLEAN):
        cells.put_boolean(row, column, bool(body[8]))
    elif kind in (_ERROR, _FORMULA_ERROR):
        cells.put_error(row, column, ERROR_WORDS.get(body[8], "#ERROR"))


def _measure(package: zipfile.ZipFile, sheet: BinarySheet, place: Location, job: JobContext) -> None:
    """The used area; refuses addresses beyond the sheet."""
    row = 0
    for kind, body in _records(read_part(package, sheet.part, place, MAX_UNPACKED), job, sheet.name):
        if kind == _ROW:
            row, = struct.unpack_from("<I", body)
        elif _BLANK < kind <= _FORMULA_ERROR or kind == _RICH_CELL:
            column, = struct.unpack_from("<I", body)
            if row >= MAX_ROWS or column >= MAX_COLUMNS:
                raise damaged(place, "it has a cell beyond the last one that Excel knows")
            sheet.n_rows, sheet.n_columns = max(sheet.n_rows, row + 1), max(sheet.n_columns, column + 1)


def _records(content: bytes, job: JobContext | None = None, name: str = "") -> Iterator[tuple[int, bytes]]:
    """(kind, body) of every record; kind and length are written seven bits at a time."""
    position, end, count = 0, len(content), 0
    while position < end:
        kind = content[position]
        position += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[position] & 0x7F) << 7
            position += 1
        length = shift = 0
        for _ in range(4):
            byte = content[position]
            position += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        count += 1
        if job is not None and count % 20_000 == 1:
            job.progress(position / end, f"Reading {name}")
        if position + length > end:
            raise IndexError
        yield kind, content[position:position + length]
        position += length


def _text(body: bytes, position: int) -> tuple[str, int]:
    """A text with its length before it, and the position after it."""
    length, = struct.unpack_from("<I", body, position)
    if length == 0xFFFFFFFF:
        return "", position + 4
    end = position + 4 + 2 * length
    if end > len(body):
        raise IndexError
    return body[position + 4:end].decode("utf-16-le", "replace"), end


def _small_number(body: bytes) -> float:
    """A number in four bytes: [MS-XLSB] 2.5.123."""
    raw, = struct.unpack_from("<i", body, 8)
    if raw & 2:
        value = float(raw >> 2)
    else:
        value, = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", raw & ~3))
    return value / 100 if raw & 1 else float(value)


def _date_styles(content: bytes) -> dict[int, str]:
    formats: dict[int, str] = {}
    styles: list[int] = []
    counts = False
    for kind, body in _records(content):
        if kind == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = format_kind(_text(body, 2)[0])
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            counts = kind == _STYLES_BEGIN
        elif kind == _STYLE and counts:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    kinds = (formats.get(number, DATE_FORMATS.get(number, "")) for number in styles)
    return {number: kind for number, kind in enumerate(kinds) if kind}
