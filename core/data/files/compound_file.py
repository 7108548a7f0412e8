"""The container of old Office files (compound file), out of which the workbook of an .xls is taken.

Not for: the records of the workbook (old_excel.py).

Source: [MS-CFB] 2.2-2.6. Chains are followed without trusting them: they may run in circles or out of the file.
"""

from __future__ import annotations

import struct

from core.data.files.packages import damaged
from core.problems import Location, user_error

_END = 0xFFFFFFFE
_NO_SECTOR = _END - 2
"""Numbers from here on mark free sectors, ends of chains and the tables themselves."""


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

    fat_sectors = [number for number in struct.unpack_from("<109I", data, 76) if number < _NO_SECTOR]
    extra, seen = extra_start, 0
    while extra < _NO_SECTOR and seen < n_sectors:
        numbers = struct.unpack(f"<{sector_size // 4}I", sector(extra).ljust(sector_size, b"\xff"))
        fat_sectors += [number for number in numbers[:-1] if number < _NO_SECTOR]
        extra, seen = numbers[-1], seen + 1
    if len(fat_sectors) > n_sectors:
        raise damaged(place, "its container contradicts itself")
    fat = [number for each in fat_sectors
           for number in struct.unpack(f"<{sector_size // 4}I", sector(each).ljust(sector_size, b"\xff"))]

    def chain(start: int, table: list[int]) -> list[int]:
        numbers: list[int] = []
        while start < _NO_SECTOR:
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
