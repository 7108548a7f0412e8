"""Sheets of xls, xlsb and ods workbooks: values from python-calamine, structure from our own look at the file.

Not for: xlsx, whose cells are streamed by xlsx_cells.py.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import python_calamine

from core.data.binary_workbook import look_through_xlsb
from core.data.cell_grid import MAX_CELLS, SPELLING_MATTERS, CellGrid, number_reader
from core.data.file_safety import SourceFile, password_protected
from core.data.old_excel import SheetStructure, clean_container, look_through, workbook_stream
from core.data.open_document import look_through_ods
from core.data.packages import damaged, open_package
from core.data.raw_table import RawTable
from core.data.xlsx_cells import Found
from core.jobs import Cancelled, JobContext
from core.problems import Location, UserError, user_error

_Answer = TypeVar("_Answer")


def structures(source: SourceFile, job: JobContext) -> tuple[bytes, list[SheetStructure]]:
    """The bytes that calamine may be given, and the sheets in their order.

    Of an xls workbook only the workbook itself is handed on, in a new container. Raises UserError for passwords,
    entities, addresses beyond the sheet and sheets that would not fit into memory.
    """
    place = source.place
    with source.open() as handle:
        content = handle.read()
    if source.kind == "xls":
        stream = workbook_stream(content, place)
        sheets = look_through(stream, place)
        return clean_container(stream), sheets
    package = open_package(io.BytesIO(content), place)
    if source.kind == "ods":
        return content, look_through_ods(package, place, job)
    parts = look_through_xlsb(package, place, job)
    for sheet in parts.values():
        if sheet.n_rows * sheet.n_columns > MAX_CELLS // 2:
            raise user_error("table_too_large", f"a sheet reaches to row {sheet.n_rows:,} and column {sheet.n_columns:,}", place,
                             remedy="look for a stray entry far below or to the right of the table, or save the sheet as csv")
    metadata = _guarded(lambda: _open(content).sheets_metadata, place)
    ordered = _in_order([meta.name for meta in metadata], parts)
    for meta in metadata:
        ordered[meta.name].visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
    return content, list(ordered.values())


def read_calamine_sheet(content: bytes, structure: SheetStructure, place: Location, job: JobContext, *,
                        decimal: str = ".") -> tuple[RawTable, Found]:
    """All cells of a sheet at their true addresses."""
    found = Found()
    grid = CellGrid(place)
    dates: set[tuple[int, int]] = set()
    read_number = number_reader(decimal, "")
    sheet = _waiting(lambda: _open(content).get_sheet_by_name(structure.name), place, job, structure.name)
    start = _guarded(lambda: sheet.start, place) or (0, 0)
    total = max(structure.n_rows, 1)
    rows = _guarded(sheet.iter_rows, place)
    for row, cells in enumerate(_guarded_rows(rows, place)):
        if row % 64 == 0:
            job.progress(0.6 + 0.4 * row / total, f"Reading {structure.name}")
        numbers: list[float] = [_NAN] * len(cells)
        last = -1
        for index, cell in enumerate(cells):
            column = start[1] + index
            if isinstance(cell, bool):
                grid.put_text(row, column, "TRUE" if cell else "FALSE")
            elif isinstance(cell, (int, float)):
                numbers[index], last = float(cell), index
            elif isinstance(cell, str):
                text = cell.strip()
                if not text:
                    continue
                value = read_number(text)
                if value is not None:
                    numbers[index], last = value, index
                    found.add("numbers as text", row, column)
                if value is None or SPELLING_MATTERS.match(text):
                    grid.put_text(row, column, cell)
            elif isinstance(cell, datetime.date):
                grid.put_text(row, column, _date_text(cell))
                dates.add((row, column))
                found.add("dates", row, column)
            else:
                grid.put_text(row, column, _duration_text(cell))
        grid.put_numbers(row, start[1], numbers[:last + 1])
    for (row, column), text in sorted(structure.errors.items()):
        grid.put_text(row, column, text)
        found.add("errors", row, column)
    table = grid.finish()
    found.counts["uncalculated"] = len(structure.uncalculated)
    if structure.uncalculated:
        found.first["uncalculated"] = structure.uncalculated[0]
    return RawTable(
        table.file, table.sheet, table.numbers, table.texts, frozenset(dates),
        frozenset(row for row in structure.hidden_rows if row < table.n_rows),
        frozenset(column for column in structure.hidden_columns if column < table.n_columns),
        tuple(merge for merge in structure.merged if merge[0] < table.n_rows and merge[1] < table.n_columns),
        tuple(structure.uncalculated)), found


_NAN = float("nan")


def _open(content: bytes) -> python_calamine.CalamineWorkbook:
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))


def _in_order(names: list[str], parts: dict[str, SheetStructure]) -> dict[str, SheetStructure]:
    """Sheet name -> structure, by the numbers of the parts (sheet1.bin is the first sheet in what Excel writes)."""
    def number(part: str) -> int:
        digits = "".join(sign for sign in part.rpartition("/")[2] if sign.isdigit())
        return int(digits or 0)

    ordered = [parts[part] for part in sorted(parts, key=number)]
    found: dict[str, SheetStructure] = {}
    for index, name in enumerate(names):
        structure = ordered[index] if index < len(ordered) and len(ordered) == len(names) else SheetStructure("")
        structure.name = name
        found[name] = structure
    return found


def _guarded(call: Callable[[], _Answer], place: Location) -> _Answer:
    """Run a piece of calamine; what it throws, panics of Rust included, becomes one sentence."""
    try:
        return call()
    except (UserError, Cancelled, KeyboardInterrupt, SystemExit):
        raise
    except python_calamine.PasswordError:
        raise password_protected(place) from None
    except BaseException as error:  # noqa: BLE001 - a panic in Rust arrives as a BaseException
        raise damaged(place) from error


def _guarded_rows(rows: Iterator[list[object]], place: Location) -> Iterator[list[object]]:
    while True:
        row = _guarded(lambda: next(rows, None), place)
        if row is None:
            return
        yield row


def _waiting(call: Callable[[], _Answer], place: Location, job: JobContext, name: str) -> _Answer:
    """Run a long piece of calamine beside us, so that the job can be cancelled while it works.

    calamine lets other threads run; a cancelled call ends by itself and its result is dropped.
    """
    answer: list[_Answer] = []
    problem: list[UserError] = []

    def work() -> None:
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            try:
                answer.append(_guarded(call, place))
            except UserError as error:
                problem.append(error)

    thread = threading.Thread(target=work, daemon=True, name="reading a sheet")
    thread.start()
    while thread.is_alive():
        thread.join(0.05)
        job.progress(0.5, f"Reading {name}")
    if problem:
        raise problem[0]
    return answer[0]


def _date_text(value: datetime.date) -> str:
    text = value.isoformat()
    return text.removesuffix("T00:00:00").replace("T", " ").partition(".")[0]


def _duration_text(value: object) -> str:
    """A time as ``hh:mm:ss``; a duration with its hours beyond 24."""
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)
