"""The cells of one xlsx sheet, streamed from its XML: values, error cells, dates, hidden parts, merges, empty formulas.

Not for: finding the sheet or its shared strings (xlsx_parts.py), or other kinds of workbook.

Why not python-calamine or openpyxl: calamine gives error cells as blanks, holds the whole sheet four times over and
cannot be cancelled; openpyxl takes ten times as long. A sheet of 20,000 x 200 numbers takes 1.5 s this way, and
hardly more memory than the numbers themselves.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence

from core.data.files.packages import damaged, pieces
from core.data.files.raw_table import RawTable, column_letters
from core.data.files.sheet_cells import MAX_ADDRESSES, Found, JudgedText, SheetCells
from core.data.files.xlsx_area import DIMENSION, MAX_ROWS, MAX_SHEET_COLUMNS, column_number
from core.data.files.xlsx_parts import (
    MAX_HELD,
    Book,
    SheetPart,
    inline_text,
    plain_markup,
    plain_text,
    shared_strings,
)
from core.jobs import JobContext
from core.problems import Location

_ATTRIBUTE_R = re.compile(rb'\sr="([0-9]+)"')
_HIDDEN = re.compile(rb'\shidden="(?:1|true)"')
_FIRST_REFERENCE = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})[0-9]')
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_PLAIN_VALUE = re.compile(rb"<v>([^<]*)</v>")
_SIMPLE_CELL = re.compile(rb'<c r="([A-Z]{1,3})[0-9]+"([^>]*)>(?:<v>([^<]*)</v></c>)?')
_ANY_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_TYPE = re.compile(rb'\bt="([^"]*)"')
_STYLE = re.compile(rb'\bs="([0-9]+)"')
_VALUE = re.compile(rb"<v\b[^>]*?(?:/>|>([^<]*)</v>)")
_COLUMN_TAG = re.compile(rb"<col\b([^>]*)>")
_MERGE = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]+):([A-Z]{1,3})([0-9]+)"')
_SPAN = re.compile(rb'\b(min|max)="([0-9]+)"')


def read_xlsx_sheet(package: zipfile.ZipFile, book: Book, sheet: SheetPart, place: Location, job: JobContext, *,
                    decimal: str = ".") -> tuple[RawTable, Found]:
    """All cells of a sheet at their true addresses."""
    strings = shared_strings(package, book.strings_part, place)
    reader = _SheetReader(book, strings, place, decimal)
    done = 0

    def counted() -> Iterator[bytes]:
        nonlocal done
        for piece in pieces(package, sheet.part, place):
            done += len(piece)
            job.progress(done / max(sheet.size, 1), f"Reading {sheet.name}")
            yield piece

    return reader.read(plain_markup(counted(), place)), reader.found


class _SheetReader:
    """The state of one pass over one sheet."""

    def __init__(self, book: Book, strings: list[str], place: Location, decimal: str) -> None:
        self._cells = SheetCells(place, decimal=decimal, from_1904=book.from_1904)
        self._grid = self._cells.grid
        self._book = book
        self._strings = strings
        self._place = place
        self._texts: dict[int, JudgedText] = {}
        self._kinds: dict[bytes, tuple[bytes, str]] = {}
        self._date_tokens = tuple(b' s="%d"' % style for style in book.date_styles)
        self._row = -1
        self._zero_formulas: list[tuple[int, int]] = []
        self._calculated = False

    @property
    def found(self) -> Found:
        return self._cells.found

    def read(self, blocks: Iterator[bytes]) -> RawTable:
        """Head (columns), rows, tail (merges)."""
        held = b""
        section = "head"
        for block in blocks:
            held += block
            if section == "head":
                begin = held.find(b"<sheetData")
                if begin < 0:
                    self._check_held(held)
                    continue
                self._read_head(held[:begin])
                begin = held.find(b">", begin)
                empty = held[begin - 1:begin] == b"/"
                held = held[begin + 1:]
                section = "tail" if empty else "rows"
            if section == "rows":
                end = held.find(b"</sheetData>")
                if end >= 0:
                    self._read_rows(held[:end])
                    held, section = held[end:], "tail"
                else:
                    cut = held.rfind(b"</row>")
                    if cut >= 0:
                        self._read_rows(held[:cut + 6])
                        held = held[cut + 6:]
                    self._check_held(held)
            elif section == "tail":
                cut = held.rfind(b"<")
                self._read_tail(held[:cut])
                held = held[cut:]
        if section == "rows":
            raise damaged(self._place, "the sheet ends in the middle")
        if section == "tail":
            self._read_tail(held)
        return self._finish()

    def _check_held(self, held: bytes) -> None:
        if len(held) > MAX_HELD:
            raise damaged(self._place, "one of its rows has no end")

    def _read_head(self, head: bytes) -> None:
        """Announced size and hidden columns."""
        dimension = DIMENSION.search(head)
        if dimension:
            rows, columns = int(dimension[2]), column_number(dimension[1]) + 1
            if rows <= MAX_ROWS and columns <= MAX_SHEET_COLUMNS:
                self._grid.expect(rows, columns)
        for column in _COLUMN_TAG.finditer(head):
            if _HIDDEN.search(column[1]):
                span = {name: int(number) for name, number in _SPAN.findall(column[1])}
                first, last = span.get(b"min", 1), min(span.get(b"max", 1), MAX_SHEET_COLUMNS)
                self._cells.hidden_columns.update(range(first - 1, last))

    def _read_tail(self, tail: bytes) -> None:
        for merge in _MERGE.finditer(tail):
            self._cells.merge(int(merge[2]) - 1, column_number(merge[1]), int(merge[4]) - 1, column_number(merge[3]))

    def _read_rows(self, block: bytes) -> None:
        """Whole rows. Dates and formulas are looked for in the block first, because most blocks have none."""
        by_cell = any(token in block for token in self._date_tokens) or (self._book.recalculates and b"<f" in block)
        for segment in block.split(b"</row>"):
            end = -1
            while (begin := segment.find(b"<row", end + 1)) >= 0:
                end = segment.find(b">", begin)
                if end < 0:
                    raise damaged(self._place, "one of its rows has no end")
                attributes = segment[begin + 4:end]
                number = _ATTRIBUTE_R.search(attributes)
                self._row = int(number[1]) - 1 if number else self._row + 1
                if not 0 <= self._row < MAX_ROWS:
                    raise damaged(self._place, "it has a row beyond the last one that Excel knows")
                if b"hidden" in attributes and _HIDDEN.search(attributes):
                    self._cells.hidden_rows.add(self._row)
                if not attributes.endswith(b"/"):
                    self._read_cells(segment[end + 1:], by_cell)
                    break

    def _read_cells(self, cells: bytes, by_cell: bool) -> None:
        """One row, by the quickest way that is right for it."""
        count = cells.count(b"<c ")
        if not by_cell and count and self._read_run(cells, count):
            return
        simple = _SIMPLE_CELL.findall(cells)
        if len(simple) == count and not (b"<is" in cells or b"<f" in cells) and cells.count(b"<c") == count:
            self._read_simple(simple)
            return
        column = -1
        for cell in _ANY_CELL.finditer(cells):
            reference = _REFERENCE.search(cell[1])
            column = column_number(reference[1]) if reference else column + 1
            if cell[2]:
                self._read_full_cell(column, cell[1], cell[2])

    def _read_simple(self, cells: list[tuple[bytes, bytes, bytes]]) -> None:
        """Cells without formulas and inline texts: (letters of the column, attributes, value)."""
        columns: list[int] = []
        values: list[bytes] = []
        for letters, attributes, value in cells:
            if not value:
                continue
            kind = self._kinds.get(attributes) or self._kind(attributes)
            if kind == _PLAIN_KIND:
                columns.append(column_number(letters))
                values.append(value)
            else:
                self._put(column_number(letters), kind[0], kind[1], value)
        try:
            numbers = list(map(float, values))
            total = sum(numbers)
        except ValueError:
            total = _NAN
        if total - total != 0:
            for column, value in zip(columns, values, strict=True):
                self._put(column, b"n", "", value)
        elif columns:
            self._check_column(max(columns))
            self._grid.put_scattered(self._row, columns, numbers)

    def _read_run(self, cells: bytes, count: int) -> bool:
        """A row of numbers with a few words among them. False where it is not so.

        Cells of a row stand in ascending order (ECMA-376 part 1, 18.3.1.73), so as many cells as columns between the
        first and the last means that none is missing.
        """
        values = _PLAIN_VALUE.findall(cells)
        typed = cells.count(b' t="')
        if typed:
            typed -= cells.count(b' t="n"')
        if typed > 8 or len(values) + typed < count:
            return False
        first = _FIRST_REFERENCE.match(cells)
        last = _FIRST_REFERENCE.search(cells, cells.rfind(b"<c "))
        if first is None or last is None:
            return False
        left = column_number(first[1])
        columns: Sequence[int] = range(left, left + count)
        together = column_number(last[1]) - left + 1 == count
        if not together:
            letters = _LETTERS.findall(cells)
            if len(letters) != count:
                return False
            columns = list(map(column_number, letters))
        words: list[tuple[int, bytes, bytes]] = []
        position = 0
        for _ in range(typed):
            position = cells.find(b' t="', position) + 4
            kind = cells[position:cells.find(b'"', position)]
            while kind == b"n":
                position = cells.find(b' t="', position) + 4
                kind = cells[position:cells.find(b'"', position)]
            begin = cells.rfind(b"<", 0, position)
            index = cells.count(b"<c ", 0, position) - 1
            if cells[begin:begin + 3] != b"<c " or kind not in (b"s", b"str", b"e", b"b", b"inlineStr"):
                return False
            if kind == b"inlineStr":
                end = cells.find(b"</c>", position)
                words.append((index, kind, cells[position:end]))
                if len(values) < count:
                    values.insert(index, b"0")
            else:
                words.append((index, kind, b""))
        if len(values) != count:
            return False
        for number, (index, kind, _) in enumerate(words):
            if kind != b"inlineStr":
                words[number] = (index, kind, values[index])
                values[index] = b"0"
        try:
            numbers = list(map(float, values))
        except ValueError:
            return False
        total = sum(numbers)
        if total - total != 0:
            return False
        for index, _, _ in words:
            numbers[index] = _NAN
        self._check_column(max(columns))
        if together:
            self._grid.put_numbers(self._row, left, numbers)
        else:
            self._grid.put_scattered(self._row, columns, numbers)
        for index, kind, value in words:
            if kind == b"inlineStr":
                self._put_inline(columns[index], value)
            else:
                self._put(columns[index], kind, "", value)
        return True

    def _kind(self, attributes: bytes) -> tuple[bytes, str]:
        """Type and date kind of a cell by its attributes; equal attributes are judged once."""
        kind, style = _TYPE.search(attributes), _STYLE.search(attributes)
        known = (kind[1] if kind else b"n", self._book.date_styles.get(int(style[1]), "") if style else "")
        if len(self._kinds) < 100_000:
            self._kinds[attributes] = known
        return known

    def _read_full_cell(self, column: int, attributes: bytes, inner: bytes) -> None:
        """Any cell: formulas and inline strings included."""
        kind, date_kind = self._kinds.get(attributes) or self._kind(attributes)
        value = _VALUE.search(inner)
        formula = b"<f" in inner
        if kind == b"inlineStr" or (value is None and b"<is" in inner):
            self._put_inline(column, inner)
        elif value is not None and value[1]:
            if formula and self._book.recalculates:
                if kind == b"n" and value[1].strip() in (b"0", b"0.0") and len(self._zero_formulas) < MAX_ADDRESSES:
                    self._zero_formulas.append((self._row, column))
                else:
                    self._calculated = True
            self._put(column, kind, date_kind, value[1])
        elif formula and kind != b"str":
            self._cells.put_uncalculated(self._row, column)

    def _put(self, column: int, kind: bytes, date_kind: str, value: bytes) -> None:
        """One value by its type (ECMA-376 part 1, 18.18.11)."""
        self._check_column(column)
        if kind == b"n":
            self._put_number(column, date_kind, value)
        elif kind == b"s":
            try:
                index = int(value)
                known = self._texts.get(index) or self._shared(index)
            except (ValueError, IndexError):
                raise damaged(self._place, f"cell {column_letters(column)}{self._row + 1} refers to a text that is "
                              "missing") from None
            self._cells.put_judged(self._row, column, known)
        elif kind == b"b":
            self._cells.put_boolean(self._row, column, value.strip() in (b"1", b"true"))
        elif kind == b"e":
            self._cells.put_error(self._row, column, plain_text(value))
        elif kind == b"d":
            self._cells.put_date(self._row, column, plain_text(value).removesuffix("T00:00:00").replace("T", " "))
        else:
            self._cells.put_text(self._row, column, plain_text(value))

    def _put_number(self, column: int, date_kind: str, value: bytes) -> None:
        try:
            number = float(value)
        except ValueError:
            number = _NAN
        if number - number != 0:
            self._cells.put_text(self._row, column, plain_text(value))
        else:
            self._cells.put_number(self._row, column, number, date_kind)

    def _put_inline(self, column: int, markup: bytes) -> None:
        self._check_column(column)
        self._cells.put_text(self._row, column, inline_text(markup))

    def _shared(self, index: int) -> JudgedText:
        if index < 0:
            raise IndexError
        known = self._texts[index] = self._cells.judged(self._strings[index])
        return known

    def _check_column(self, column: int) -> None:
        if column >= MAX_SHEET_COLUMNS:
            raise damaged(self._place, "it has a column beyond the last one that Excel knows")

    def _finish(self) -> RawTable:
        if self._zero_formulas and not self._calculated:
            # XlsxWriter stores 0 for every formula and leaves the calculation to Excel: these zeros are no values.
            for row, column in self._zero_formulas:
                self._grid.clear(row, column)
                self._cells.put_uncalculated(row, column)
        return self._cells.finish()


_NAN = float("nan")
_PLAIN_KIND = (b"n", "")
