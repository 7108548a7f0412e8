"""The structure of a binary xlsx workbook (.xlsb): used area and error cells of each sheet.

Not for: the values (calamine_sheets.py). Hidden rows and merges of this rare format are not looked for.

Source: [MS-XLSB] 2.1.4 (records) and 2.4 (cells).
"""

from __future__ import annotations

import struct
import zipfile

from core.data.old_excel import SheetStructure
from core.data.packages import MAX_UNPACKED, damaged, read_part
from core.jobs import JobContext
from core.problems import Location

_ROW, _CELL_ERROR, _FORMULA_ERROR, _LAST_CELL = 0, 3, 11, 11
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def look_through_xlsb(package: zipfile.ZipFile, place: Location, job: JobContext) -> dict[str, SheetStructure]:
    """Part -> structure of every sheet part; refuses addresses beyond the sheet."""
    parts = [name for name in package.namelist()
             if name.lower().startswith(("xl/worksheets/sheet", "xl\\worksheets\\sheet")) and name.lower().endswith(".bin")]
    found: dict[str, SheetStructure] = {}
    for name in parts:
        content = read_part(package, name, place, MAX_UNPACKED)
        try:
            found[name] = _look_through(content, place, job)
        except (struct.error, IndexError) as error:
            raise damaged(place, f"its part {name} ends in the middle") from error
    return found


def _look_through(content: bytes, place: Location, job: JobContext) -> SheetStructure:
    sheet = SheetStructure("")
    position, end, row, count = 0, len(content), 0, 0
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
        if kind == _ROW:
            row, = struct.unpack_from("<I", content, position)
            if row >= 1_048_576:
                raise damaged(place, "it has a row beyond the last one that Excel knows")
        elif kind <= _LAST_CELL:
            column, = struct.unpack_from("<I", content, position)
            if column >= 16_384:
                raise damaged(place, "it has a column beyond the last one that Excel knows")
            if kind > 1:
                sheet.reach(row, column)
            if kind in (_CELL_ERROR, _FORMULA_ERROR):
                sheet.errors[row, column] = _ERRORS.get(content[position + 8], "#ERROR")
        position += length
        count += 1
        if count % 100_000 == 0:
            job.progress(0.5 * position / end, "Looking through the workbook")
    return sheet
