"""Workbooks (xlsx, xlsm, xlsb, xls, ods): their sheets, which one is meant, and its cells.

Not for: text files, or what the cells mean.
"""

from __future__ import annotations

import datetime
import difflib
from dataclasses import dataclass

import python_calamine

from core.data.cell_grid import SPELLING_MATTERS, CellGrid, number_reader
from core.data.file_safety import SourceFile
from core.data.raw_table import RawTable
from core.jobs import JobContext
from core.problems import Location, Problem, note, user_error


@dataclass(frozen=True)
class SheetInfo:
    """One sheet: its name, whether it is shown, and the size of its used area (0 where unknown)."""

    name: str
    visible: bool
    n_rows: int
    n_columns: int

    @property
    def plausible(self) -> bool:
        """True where the sheet could be a table."""
        return self.visible and self.n_rows >= 2 and self.n_columns >= 2


def workbook_sheets(source: SourceFile) -> list[SheetInfo]:
    """The sheets in the order of the workbook."""
    with source.open() as handle:
        book = python_calamine.CalamineWorkbook.from_filelike(handle)
        return [SheetInfo(meta.name, meta.visible == python_calamine.SheetVisibleEnum.Visible,
                          book.get_sheet_by_name(meta.name).total_height, book.get_sheet_by_name(meta.name).total_width)
                for meta in book.sheets_metadata]


def choose_sheet(source: SourceFile, sheet: str | None, purpose: str) -> tuple[str, tuple[Problem, ...]]:
    """The sheet that was stated, or the only one that can be meant."""
    infos = workbook_sheets(source)
    if sheet:
        for info in infos:
            if info.name == sheet or info.name.strip().lower() == sheet.strip().lower():
                return info.name, ()
        near = difflib.get_close_matches(sheet, [info.name for info in infos], n=1)
        raise user_error("no_such_sheet", f"there is no sheet “{sheet}”", source.place,
                         remedy=f"did you mean “{near[0]}”?" if near else "", answer_key="sheet")
    likely = [info for info in infos if info.plausible]
    if len(likely) == 1 or len(infos) == 1:
        return (likely or infos)[0].name, ()
    shapes = ", ".join(f"“{info.name}” ({info.n_rows:,} x {info.n_columns:,})" for info in likely or infos)
    raise user_error("which_sheet", f"the workbook has several sheets: {shapes}", source.place,
                     remedy="state the one to use with the key sheet", answer_key="sheet")


def read_sheet(source: SourceFile, name: str, job: JobContext, *, decimal: str | None) -> tuple[RawTable, tuple[Problem, ...]]:
    """One sheet."""
    place = Location(source.path.name, name)
    grid = CellGrid(place)
    dates: set[tuple[int, int]] = set()
    read = number_reader(decimal or ".", "")
    with source.open() as handle:
        sheet = python_calamine.CalamineWorkbook.from_filelike(handle).get_sheet_by_name(name)
        left = (sheet.start or (0, 0))[1]
        for row, cells in enumerate(sheet.iter_rows()):
            if row % 100 == 0:
                job.progress(row / max(sheet.total_height, 1), f"Reading {name}")
            for column, cell in enumerate(cells, left):
                if isinstance(cell, bool):
                    grid.put_text(row, column, "TRUE" if cell else "FALSE")
                elif isinstance(cell, (int, float)):
                    grid.put_number(row, column, float(cell))
                elif isinstance(cell, str):
                    value = read(cell.strip())
                    if value is not None:
                        grid.put_number(row, column, value)
                    if value is None or SPELLING_MATTERS.match(cell.strip()):
                        grid.put_text(row, column, cell)
                elif isinstance(cell, (datetime.date, datetime.datetime)):
                    grid.put_text(row, column, cell.isoformat())
                    dates.add((row, column))
                else:
                    grid.put_text(row, column, str(cell))
    return grid.finish(dates=frozenset(dates)), (note("sheet_read", f"read from the sheet “{name}”", place),)
