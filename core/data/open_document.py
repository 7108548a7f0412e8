"""The structure of an OpenDocument spreadsheet (.ods): size, hidden rows, merges, formulas without a value.

Not for: the values (calamine_sheets.py). The repeat counts of ods can turn one line into billions of cells; they are
added up here before anything is unfolded.
"""

from __future__ import annotations

import html
import re
import zipfile

from core.data.cell_grid import MAX_CELLS, MAX_COLUMNS
from core.data.old_excel import SheetStructure
from core.data.packages import damaged, pieces
from core.data.raw_table import column_letters
from core.data.xlsx_parts import MAX_HELD, unsafe
from core.jobs import JobContext
from core.problems import Location, user_error

MAX_ROWS = 1_048_576
_TAGS = re.compile(rb"<(/?)table:(table-row|table-cell|covered-table-cell|table-column|table)(?=[\s/>])([^>]*)>"
                   rb"(?:<text:p>([^<]*)</text:p>)?")
_HAS_VALUE = re.compile(rb"\soffice:(?:value|date-value|time-value|boolean-value|string-value)=|office:value-type=")
_COLUMNS_REPEATED = re.compile(rb'table:number-columns-repeated="([0-9]{1,9})"')
_ROWS_REPEATED = re.compile(rb'table:number-rows-repeated="([0-9]{1,9})"')
_SPAN = re.compile(rb'table:number-(columns|rows)-spanned="([0-9]{1,9})"')
_NAME = re.compile(rb'table:name="([^"]*)"')
_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')
_STYLE = re.compile(rb'table:style-name="([^"]*)"')
_HIDDEN_STYLE = re.compile(rb'<style:style\b[^>]*?style:name="([^"]*)"[^>]*style:family="table"[^>]*>\s*'
                           rb'<style:table-properties\b[^>]*?table:display="false"')


def look_through_ods(package: zipfile.ZipFile, place: Location, job: JobContext) -> list[SheetStructure]:
    """The sheets with their structure; refuses more cells than fit into memory, and entities."""
    scan = _Scan(place)
    held = b""
    size = max(package.getinfo("content.xml").file_size, 1)
    done = 0
    for piece in pieces(package, "content.xml", place):
        done += len(piece)
        job.progress(0.5 * done / size, "Looking through the workbook")
        held += piece
        cut = held.rfind(b">") + 1
        scan.take(held[:cut])
        held = held[cut:]
        if len(held) > MAX_HELD:
            raise damaged(place, "its XML has no end")
    if not scan.sheets:
        raise damaged(place, "it holds no table")
    return scan.sheets


class _Scan:
    """Position in the sheet that is being scanned."""

    def __init__(self, place: Location) -> None:
        self.sheets: list[SheetStructure] = []
        self._place = place
        self._hidden_styles: set[bytes] = set()
        self._depth = 0
        self._row = self._column = 0
        self._row_repeat = 1
        self._row_holds = 0
        self._row_hidden = False
        self._defined_columns = 0
        self._unfolded = 0

    def take(self, block: bytes) -> None:
        if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
            raise unsafe(self._place)
        if b"style:family" in block:
            self._hidden_styles.update(_HIDDEN_STYLE.findall(block))
        for closing, kind, attributes, words in _TAGS.findall(block):
            if kind == b"table":
                self._table(bool(closing), attributes)
            elif self._depth != 1 or not self.sheets:
                continue
            elif kind == b"table-row":
                if closing:
                    self._end_row()
                else:
                    self._begin_row(attributes)
            elif kind == b"table-column":
                self._define_columns(attributes)
            elif not closing:
                self._cell(kind == b"covered-table-cell", attributes, words)

    def _table(self, closing: bool, attributes: bytes) -> None:
        if closing:
            self._depth -= 1
            return
        if attributes.endswith(b"/"):
            return
        self._depth += 1
        if self._depth > 1:
            return
        name = _NAME.search(attributes)
        style = _STYLE.search(attributes)
        self.sheets.append(SheetStructure(html.unescape(name[1].decode("utf-8", "replace")) if name else "",
                                          style is None or style[1] not in self._hidden_styles))
        self._row = self._column = self._defined_columns = 0

    def _define_columns(self, attributes: bytes) -> None:
        repeat = _number(_COLUMNS_REPEATED, attributes)
        if _HIDDEN.search(attributes):
            self.sheets[-1].hidden_columns.update(range(self._defined_columns, min(self._defined_columns + repeat, 16_384)))
        self._defined_columns += repeat

    def _begin_row(self, attributes: bytes) -> None:
        self._row_repeat = _number(_ROWS_REPEATED, attributes)
        self._row_holds = self._column = 0
        self._row_hidden = _HIDDEN.search(attributes) is not None
        if attributes.endswith(b"/"):
            self._end_row()

    def _end_row(self) -> None:
        sheet = self.sheets[-1]
        if self._row_holds:
            sheet.reach(self._row + self._row_repeat - 1, self._row_holds - 1)
            self._unfolded += self._row_repeat * self._row_holds
            if sheet.n_rows > MAX_ROWS or sheet.n_columns > MAX_COLUMNS or self._unfolded > MAX_CELLS // 2 \
                    or sheet.n_rows * sheet.n_columns > MAX_CELLS // 2:
                raise user_error(
                    "table_too_large", f"the sheet “{sheet.name}” reaches to row {sheet.n_rows:,} and column "
                    f"{sheet.n_columns:,}", self._place,
                    remedy="look for a stray entry far below or to the right of the table, or save the sheet as csv")
        if self._row_hidden and self._row_repeat <= MAX_ROWS:
            sheet.hidden_rows.update(range(self._row, self._row + self._row_repeat))
        self._row += self._row_repeat

    def _cell(self, covered: bool, attributes: bytes, words: bytes) -> None:
        sheet = self.sheets[-1]
        repeat = _number(_COLUMNS_REPEATED, attributes)
        holds = b"office:" in attributes and _HAS_VALUE.search(attributes) is not None
        if holds or b"table:formula" in attributes:
            self._row_holds = self._column + repeat
        if b'calcext:value-type="error"' in attributes:
            sheet.errors[self._row, self._column] = html.unescape(words.decode("utf-8", "replace")) or "#ERROR"
        if not holds and b"table:formula" in attributes and len(sheet.uncalculated) < 100_000:
            sheet.uncalculated.append(f"{column_letters(self._column)}{self._row + 1}")
        if not covered and b"-spanned" in attributes:
            span = {name: int(count) for name, count in _SPAN.findall(attributes)}
            rows, columns = span.get(b"rows", 1), span.get(b"columns", 1)
            if rows * columns > 1 and len(sheet.merged) < 100_000:
                sheet.merged.append((self._row, self._column, self._row + rows - 1, self._column + columns - 1))
        self._column += repeat


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes) if b"repeated" in attributes else None
    return max(int(found[1]), 1) if found else 1
