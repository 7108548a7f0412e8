"""The binary container and records of old Excel workbooks (.xls), looked through before their values are read.

Not for: the values (calamine_sheets.py). What is gathered here is what calamine leaves out (error cells, hidden rows,
merges) and what could bring it down: chains that run in circles, passwords, addresses beyond the sheet.

Sources: [MS-CFB] 2.2-2.6 for the container, [MS-XLS] 2.4 for the records.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from core.data.packages import damaged
from core.problems import Location, user_error

MAX_ROWS, MAX_COLUMNS = 65_536, 256
_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


@dataclass
class SheetStructure:
    """What a sheet holds beside its values; rows and columns are 0-based."""

    name: str
    visible: bool = True
    n_rows: int = 0
    n_columns: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncalculated: list[str] = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        self.n_rows = max(self.n_rows, row + 1)
        self.n_columns = max(self.n_columns, column + 1)


def workbook_stream(data: bytes, place: Location) -> bytes:
    """The workbook inside the container, following its chains without trusting them."""
    try:
        return _stream(data, place)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise damaged(place, "its container contradicts itself") from error


def _stream(data: bytes, place: Location) -> bytes:
    sector_size = 1 << struct.unpack_from("<H", data, 30)[0]
    mini_size = 1 << struct.unpack_from("<H", data, 32)[0]
    if sector_size not in (512, 4096) or mini_size != 64:
        raise damaged(place, "its container has an unknown form")
    directory_start, = struct.unpack_from("<I", data, 48)
    cutoff, mini_start, _, extra_start, _ = struct.unpack_from("<IIIII", data, 56)
    n_sectors = len(data) // sector_size + 1

    def sector(number: int) -> bytes:
        begin = (number + 1) * sector_size
        if begin >= len(data):
            raise IndexError
        return data[begin:begin + sector_size]

    fat_sectors = [number for number in struct.unpack_from("<109I", data, 76) if number < _END - 2]
    extra, seen = extra_start, 0
    while extra < _END - 2 and seen < n_sectors:
        numbers = struct.unpack(f"<{sector_size // 4}I", sector(extra).ljust(sector_size, b"\xff"))
        fat_sectors += [number for number in numbers[:-1] if number < _END - 2]
        extra, seen = numbers[-1], seen + 1
    if len(fat_sectors) > n_sectors:
        raise damaged(place, "its container contradicts itself")
    fat = [number for each in fat_sectors
           for number in struct.unpack(f"<{sector_size // 4}I", sector(each).ljust(sector_size, b"\xff"))]

    def chain(start: int, table: list[int]) -> list[int]:
        numbers: list[int] = []
        while start < _END - 2:
            numbers.append(start)
            if len(numbers) > len(table):
                raise damaged(place, "its container runs in a circle")
            start = table[start]
        return numbers

    directory = b"".join(sector(number) for number in chain(directory_start, fat))
    entries = [directory[begin:begin + 128] for begin in range(0, len(directory) - 127, 128)]
    streams: dict[str, tuple[int, int]] = {}
    for number, entry in enumerate(entries):
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, size = struct.unpack_from("<II", entry, 116)
        name = entry[:max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        streams.setdefault("" if number == 0 else name.lower() if kind == 2 else f"{number}/", (start, size))
    found = streams.get("workbook") or streams.get("book")
    if found is None:
        raise damaged(place, "it holds no workbook")
    start, size = found
    if size >= cutoff:
        content = b"".join(sector(number) for number in chain(start, fat)[:size // sector_size + 1])
    else:
        mini_fat = [number for each in chain(mini_start, fat)
                    for number in struct.unpack(f"<{sector_size // 4}I", sector(each).ljust(sector_size, b"\xff"))]
        root = b"".join(sector(number) for number in chain(streams[""][0], fat))
        content = b"".join(root[number * 64:number * 64 + 64] for number in chain(start, mini_fat))
    if len(content) < size:
        raise user_error("truncated", "the workbook is incomplete: it ends in the middle", place,
                         remedy="copy or download it again")
    return content[:size]


def clean_container(stream: bytes) -> bytes:
    """A new container that holds the workbook and nothing else: no macros, no chains in circles."""
    content = stream.ljust(max(len(stream), 4096), b"\0")
    n_content = -(-len(content) // 512)
    n_fat = 1
    while n_fat * 128 < n_content + 1 + n_fat + _extra_sectors(n_fat):
        n_fat += 1
    n_extra = _extra_sectors(n_fat)
    first_fat = n_content + 1
    first_extra = first_fat + n_fat
    fat = [*range(1, n_content), _END, _END, *[0xFFFFFFFD] * n_fat, *[0xFFFFFFFC] * n_extra]
    fat += [_FREE] * (n_fat * 128 - len(fat))
    fat_numbers = list(range(first_fat, first_fat + n_fat))
    in_header = fat_numbers[:109] + [_FREE] * (109 - len(fat_numbers[:109]))
    header = struct.pack("<8s16xHHHHH6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, n_fat,
                         n_content, 0, 4096, _END, 0, first_extra if n_extra else _END, n_extra)
    extra = b""
    rest = fat_numbers[109:]
    for number in range(n_extra):
        part = rest[number * 127:number * 127 + 127]
        following = first_extra + number + 1 if number + 1 < n_extra else _END
        extra += struct.pack("<128I", *part, *[_FREE] * (127 - len(part)), following)
    directory = (_entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(content))
                 + _entry("", 0, _FREE, 0, 0) * 2)
    return b"".join((header, struct.pack("<109I", *in_header), content.ljust(n_content * 512, b"\0"), directory,
                     struct.pack(f"<{len(fat)}I", *fat), extra))


def _extra_sectors(n_fat: int) -> int:
    return -(-max(n_fat - 109, 0) // 127)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    words = name.encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIII", words, len(words) + 2 if words else 0, kind, 1, _FREE, _FREE, child, start, size, 0)


def look_through(stream: bytes, place: Location) -> list[SheetStructure]:
    """The sheets of a workbook stream with their structure, in order; refuses passwords and wild addresses."""
    try:
        return _look_through(stream, place)
    except (struct.error, IndexError, ValueError) as error:
        raise damaged(place, "one of its records is too short") from error


def _look_through(stream: bytes, place: Location) -> list[SheetStructure]:
    sheets: dict[int, SheetStructure] = {}
    position, end = 0, len(stream)
    version = 0
    while position + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4:position + 4 + length]
        if kind == 0x0809 and not version:
            version, = struct.unpack_from("<H", body)
        elif kind == 0x002F:
            raise user_error("password_protected", "the workbook is protected by a password, so it cannot be read", place,
                             remedy="open it in Excel, remove the password under File > Info > Protect Workbook, and "
                                    "save it again")
        elif kind == 0x0085 and len(body) >= 8 and body[5] == 0:
            offset, state = struct.unpack_from("<IB", body)
            sheets[offset] = SheetStructure(_sheet_name(body[6:], version), state & 3 == 0)
        elif kind == 0x000A:
            break
        position += 4 + length
    for offset, sheet in sheets.items():
        _look_through_sheet(stream, offset, sheet, place)
    return list(sheets.values())


def _sheet_name(body: bytes, version: int) -> str:
    count = body[0]
    if version != 0x0600:
        return body[1:1 + count].decode("cp1252", "replace")
    return body[2:2 + 2 * count].decode("utf-16-le", "replace") if body[1] & 1 else body[2:2 + count].decode("latin-1")


_CELL_RECORDS = frozenset({0x0203, 0x027E, 0x00FD, 0x0204, 0x0006, 0x0205, 0x00D6, 0x0002, 0x0003, 0x0004, 0x0005, 0x0406,
                           0x0206})


def _look_through_sheet(stream: bytes, position: int, sheet: SheetStructure, place: Location) -> None:
    end = len(stream)
    nested = 0
    while position + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, position)
        begin = position + 4
        position = begin + length
        if kind in _CELL_RECORDS:
            row, column = struct.unpack_from("<HH", stream, begin)
            if column >= MAX_COLUMNS:
                raise damaged(place, "it has a cell beyond the last column")
            sheet.reach(row, column)
            if kind == 0x0205 and length >= 8 and stream[begin + 7] == 1:
                sheet.errors[row, column] = _ERRORS.get(stream[begin + 6], "#ERROR")
            elif kind in (0x0006, 0x0406, 0x0206) and length >= 14 and stream[begin + 12:begin + 14] == b"\xff\xff" \
                    and stream[begin + 6] == 2:
                sheet.errors[row, column] = _ERRORS.get(stream[begin + 8], "#ERROR")
        elif kind == 0x00BD:
            row, = struct.unpack_from("<H", stream, begin)
            last, = struct.unpack_from("<H", stream, begin + length - 2)
            if last >= MAX_COLUMNS:
                raise damaged(place, "it has a cell beyond the last column")
            sheet.reach(row, last)
        elif kind == 0x0208 and length >= 14:
            if stream[begin + 12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", stream, begin)[0])
        elif kind == 0x007D and length >= 10:
            first, last = struct.unpack_from("<HH", stream, begin)
            if stream[begin + 8] & 1:
                sheet.hidden_columns.update(range(first, min(last, MAX_COLUMNS - 1) + 1))
        elif kind == 0x00E5:
            for number in range(min(struct.unpack_from("<H", stream, begin)[0], (length - 2) // 8)):
                top, bottom, left, right = struct.unpack_from("<HHHH", stream, begin + 2 + 8 * number)
                sheet.merged.append((top, left, bottom, right))
        elif kind == 0x0809:
            nested += 1
        elif kind == 0x000A:
            nested -= 1
            if nested <= 0:
                return
