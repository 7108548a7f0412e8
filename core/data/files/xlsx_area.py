"""How far the sheets of an xlsx workbook reach, and the letters of their columns.

Not for: the cells (xlsx_cells.py).
"""

from __future__ import annotations

import re
import zipfile

from core.data.files.packages import pieces
from core.data.files.xlsx_parts import SheetPart, plain_markup
from core.jobs import JobContext
from core.problems import Location

MAX_ROWS, MAX_SHEET_COLUMNS = 1_048_576, 16_384
MAX_LOOKED_THROUGH = 4_000_000
"""Bytes of a sheet's XML that are looked through for its size alone."""

DIMENSION = re.compile(rb'<dimension\b[^>]*?\bref="(?:[A-Z]{1,3}[0-9]+:)?([A-Z]{1,3})([0-9]+)"')
_FILLED_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?(?<!/)>(?!</c>)')
_columns: dict[bytes, int] = {}


def column_number(letters: bytes) -> int:
    """0-based column of its letters; A is 0."""
    known = _columns.get(letters)
    if known is None:
        number = 0
        for letter in letters:
            number = number * 26 + letter - 64
        known = _columns[letters] = number - 1
    return known


def used_area(package: zipfile.ZipFile, sheet: SheetPart, place: Location, job: JobContext) -> tuple[int, int]:
    """Rows and columns that hold something, counted from A1.

    A sheet below 4 MB is looked through; a larger one is believed what it states about itself.
    """
    announced = _announced(package, sheet, place)
    if announced and sheet.size > MAX_LOOKED_THROUGH:
        return announced
    rows = columns = 0
    done = 0
    for block in plain_markup(pieces(package, sheet.part, place), place):
        done += len(block)
        job.progress(done / max(sheet.size, 1), f"Looking at {sheet.name}")
        for letters, digits in _FILLED_CELL.findall(block):
            column, row = column_number(letters) + 1, int(digits)
            rows, columns = max(rows, row), max(columns, column)
    return (rows, columns) if rows <= MAX_ROWS and columns <= MAX_SHEET_COLUMNS else (0, 0)


def _announced(package: zipfile.ZipFile, sheet: SheetPart, place: Location) -> tuple[int, int] | None:
    for piece in pieces(package, sheet.part, place):
        found = DIMENSION.search(piece[:65_536])
        return (int(found[2]), column_number(found[1]) + 1) if found else None
    return None
