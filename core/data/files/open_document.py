"""OpenDocument spreadsheets (.ods): sheets, cells, hidden parts, merges, streamed from content.xml.

Not for: other OpenDocument files. Read here and not by calamine, because the repeat counts of ods can turn one line
into billions of cells: they are added up before anything is unfolded.

Source: OpenDocument 1.3 part 3, chapter 9.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from core.data.files.cell_grid import MAX_CELLS, MAX_COLUMNS
from core.data.files.packages import damaged, pieces
from core.data.files.raw_table import RawTable
from core.data.files.sheet_cells import Found, SheetCells
from core.data.files.xlsx_parts import MAX_HELD, unsafe
from core.jobs import JobContext
from core.problems import Location, user_error

MAX_ROWS = 1_048_576
_TOKEN = re.compile(
    rb"<table:table(?=[\s/>])([^>]*)>|(</table:table>)|<table:table-column(?=[\s/>])([^>]*)>"
    rb"|<table:table-row(?=[\s/>])([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.S)
_CELL = re.compile(
    rb"<table:(covered-)?table-cell(?=[\s/>])([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.S
)
_ATTRIBUTE = re.compile(rb'([\w:-]+)="([^"]*)"')
_NOTE = re.compile(rb"<office:annotation\b.*?</office:annotation>", re.S)
_PARAGRAPH = re.compile(rb"<text:p\b[^>]*?(?:/>|>(.*?)</text:p>)", re.S)
_SPACES = re.compile(rb'<text:s(?:\s+text:c="([0-9]{1,4})")?\s*/>')
_TAG = re.compile(rb"<[^>]*>")
_DURATION = re.compile(r"(-?)P(?:([0-9]+)D)?T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:[.,][0-9]+)?S)?")
_HIDDEN_STYLE = re.compile(rb'<style:style\b(?=[^>]*style:family="table")[^>]*?style:name="([^"]*)"[^>]*>\s*'
                           rb'<style:table-properties\b[^>]*?table:display="false"')


@dataclass
class OpenSheet:
    """A sheet and its used area from A1."""

    name: str
    visible: bool
    n_rows: int = 0
    n_columns: int = 0


def read_open_document(package: zipfile.ZipFile, place: Location, job: JobContext, *, sheet: str | None = None,
                       decimal: str = ".") -> tuple[list[OpenSheet], RawTable | None, Found]:
    """The sheets with their sizes, and the cells of one of them where ``sheet`` names it.

    Raises
    ------
    UserError
        "table_too_large" before repeated cells are unfolded, "unsafe_file" for entities, "damaged_file".
    """
    reader = _Reader(place, sheet, decimal)
    held = b""
    done, size = 0, 1
    if "content.xml" in package.namelist():
        size = max(package.getinfo("content.xml").file_size, 1)
    for piece in pieces(package, "content.xml", place):
        done += len(piece)
        job.progress(done / size, f"Reading {sheet or place.file}")
        held += piece
        if b"<!DOCTYPE" in held or b"<!ENTITY" in held:
            raise unsafe(place)
        cut = max(held.rfind(end) + len(end) if end in held else 0
                  for end in (b"</table:table-row>", b"<office:spreadsheet>", b"</table:table>"))
        if cut:
            reader.take(held[:cut])
            held = held[cut:]
        elif len(held) > MAX_HELD:
            raise damaged(place, "one of its rows has no end")
    reader.take(held)
    if not reader.sheets or b"</office:document-content>" not in held:
        raise damaged(place, "it ends in the middle" if reader.sheets else "it holds no table")
    return reader.sheets, reader.cells.finish() if reader.found_wanted else None, reader.cells.found


class _Reader:
    """Position in the document."""

    def __init__(self, place: Location, wanted: str | None, decimal: str) -> None:
        self.sheets: list[OpenSheet] = []
        self.cells = SheetCells(Location(place.file, wanted or ""), decimal=decimal)
        self.found_wanted = False
        self._place = place
        self._wanted = wanted
        self._reads = False
        self._hidden_styles: set[bytes] = set()
        self._depth = 0
        self._row = self._column = 0
        self._unfolded = 0

    def take(self, block: bytes) -> None:
        """Whole rows, and whatever stands between them."""
        if b"style:family" in block:
            self._hidden_styles.update(_HIDDEN_STYLE.findall(block))
        for token in _TOKEN.finditer(block):
            table, closing, column, row, inner = token.groups()
            if table is not None:
                self._begin_table(table)
            elif closing is not None:
                self._depth -= 1
            elif self._depth != 1:
                continue
            elif column is not None:
                self._define_columns(column)
            elif row is not None:
                self._take_row(row, inner or b"")

    def _begin_table(self, markup: bytes) -> None:
        if markup.endswith(b"/"):
            return
        self._depth += 1
        if self._depth > 1:
            return
        attributes = _attributes(markup)
        name = attributes.get(b"table:name", b"").decode("utf-8", "replace")
        self.sheets.append(
            OpenSheet(html.unescape(name), attributes.get(b"table:style-name") not in self._hidden_styles)
        )
        self._reads = self.sheets[-1].name == self._wanted and not self.found_wanted
        self.found_wanted = self.found_wanted or self._reads
        self._row = self._column = 0

    def _define_columns(self, markup: bytes) -> None:
        attributes = _attributes(markup)
        repeat = _count(attributes, b"table:number-columns-repeated")
        if self._reads and attributes.get(b"table:visibility") in (b"collapse", b"filter"):
            self.cells.hidden_columns.update(range(self._column, min(self._column + repeat, MAX_COLUMNS)))
        self._column += repeat

    def _take_row(self, markup: bytes, inner: bytes) -> None:
        attributes = _attributes(markup)
        repeat = _count(attributes, b"table:number-rows-repeated")
        filled = (
            list(self._filled_cells(inner))
            if b"office:" in inner or b"table:formula" in inner or b"-spanned" in inner
            else []
        )
        self._grow(repeat, [(column, count) for column, count, _, _ in filled])
        if self._reads:
            if attributes.get(b"table:visibility") in (b"collapse", b"filter"):
                self.cells.hidden_rows.update(range(self._row, self._row + min(repeat, MAX_ROWS)))
            for row in range(self._row, self._row + repeat if filled else self._row):
                for column, count, cell, content in filled:
                    for number in range(count):
                        self._put(row, column + number, cell, content)
        self._row += repeat

    def _filled_cells(self, inner: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
        """(column, repeat, attributes, content) of the cells that hold something or are merged."""
        column = 0
        for _, markup, content in _CELL.findall(inner):
            count = 1
            if b"repeated" in markup:
                count = _count(_attributes(markup), b"table:number-columns-repeated")
            if b"office:value-type" in markup or b"table:formula" in markup or b"-spanned" in markup:
                yield column, count, markup, content
            column += count

    def _grow(self, repeat: int, filled: list[tuple[int, int]]) -> None:
        """Count the cells of a row in, all its repeats included, or refuse the sheet."""
        if not filled:
            return
        sheet = self.sheets[-1]
        sheet.n_rows = max(sheet.n_rows, self._row + repeat)
        sheet.n_columns = max(sheet.n_columns, *(column + count for column, count in filled))
        self._unfolded += repeat * sum(count for _, count in filled)
        if sheet.n_rows > MAX_ROWS or sheet.n_columns > MAX_COLUMNS or self._unfolded > MAX_CELLS // 4 \
                or sheet.n_rows * sheet.n_columns > MAX_CELLS:
            raise user_error(
                "table_too_large", f"the sheet “{sheet.name}” reaches to row {sheet.n_rows:,} and column "
                f"{sheet.n_columns:,}", self._place,
                remedy="look for a stray entry far below or to the right of the table, or save the sheet as csv")

    def _put(self, row: int, column: int, markup: bytes, content: bytes) -> None:
        cells = self.cells
        attributes = _attributes(markup)
        rows_merged, columns_merged = (_count(attributes, name) for name in
                                       (b"table:number-rows-spanned", b"table:number-columns-spanned"))
        if rows_merged * columns_merged > 1:
            cells.merge(row, column, row + rows_merged - 1, column + columns_merged - 1)
        kind = attributes.get(b"office:value-type", b"")
        if attributes.get(b"calcext:value-type") == b"error":
            cells.put_error(row, column, _words(content) or "#ERROR")
        elif kind in (b"float", b"percentage", b"currency"):
            try:
                cells.put_number(row, column, float(attributes.get(b"office:value", b"")))
            except ValueError:
                cells.put_text(row, column, _words(content))
        elif kind == b"date":
            text = attributes.get(b"office:date-value", b"").decode("utf-8", "replace")
            cells.put_date(row, column, text.removesuffix("T00:00:00").replace("T", " ").partition(".")[0])
        elif kind == b"time":
            cells.put_date(row, column, _clock(attributes.get(b"office:time-value", b"").decode("utf-8", "replace")))
        elif kind == b"boolean":
            cells.put_boolean(row, column, attributes.get(b"office:boolean-value") == b"true")
        elif kind:
            stated = attributes.get(b"office:string-value")
            cells.put_text(row, column, html.unescape(stated.decode("utf-8", "replace")) if stated else _words(content))
        elif b"table:formula" in attributes:
            cells.put_uncalculated(row, column)


def _attributes(markup: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(markup))


def _count(attributes: dict[bytes, bytes], name: bytes) -> int:
    """A repeat or span; numbers beyond every sheet are cut so that they can be added up."""
    text = attributes.get(name, b"1")
    return min(max(int(text), 1), 1_000_000_000) if text.isdigit() and len(text) < 12 else 1


def _words(content: bytes) -> str:
    """The text of a cell: its paragraphs, without comments and formatting."""
    if b"<office:annotation" in content:
        content = _NOTE.sub(b"", content)
    paragraphs = []
    for paragraph in _PARAGRAPH.findall(content):
        if b"<" in paragraph:
            paragraph = _TAG.sub(b"", _SPACES.sub(lambda found: b" " * int(found[1] or 1), paragraph))
        paragraphs.append(html.unescape(paragraph.decode("utf-8", "replace")))
    return "\n".join(paragraphs)


def _clock(duration: str) -> str:
    """``PT03H04M00S`` as ``03:04:00``; days are counted as hours."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        return duration
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return f"{found[1]}{days * 24 + hours:02d}:{minutes:02d}:{seconds:02d}"
