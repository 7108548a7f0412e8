"""The quick way through a large, regular text file: labels by us, the numbers by NumPy's own parser.

Not for: files whose lines differ in width, or small ones; text_files.py reads those cell by cell. Whatever does not fit
here raises ``Irregular`` and nothing is lost but the time.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.data.files.cell_grid import MAX_CELLS, MAX_COLUMNS, PLAIN_NUMBER, SPELLING_MATTERS, CellGrid, plain_number
from core.data.files.raw_table import RawTable
from core.data.files.text_dialect import split_record
from core.problems import Location

BLOCK_CELLS = 100_000
"""Numbers handed to NumPy at once: enough to be quick, few enough to cancel in between."""
MIN_CELLS = 200_000
"""Below it, cell by cell takes less than a fifth of a second."""
PROBE_ROWS = 40
HEADER_ROWS = 50
"""Rows that may be headers: a sample may be called 007, so spellings are kept there in any case."""
MAX_LABELS = 64
MAX_ODD_SHARE = 0.3
_NO_VALUE = frozenset({"", "NA", "NaN", "nan", "N/A", "n/a", "na", "null", "NULL", "None", "-", ".", "ND", "#N/A", "?"})


class Irregular(Exception):
    """The file must be read cell by cell."""


@dataclass(frozen=True)
class BulkPlan:
    """How the lines are cut: ``labels`` columns of words on the left, numbers to the right of them.

    ``spellings`` is true for a table of mixed columns, where 007 may be a name; a body of numbers is not searched.
    """

    delimiter: bytes
    width: int
    labels: int
    comma: bool
    encoding: str
    rows_expected: int
    spellings: bool


def bulk_plan(records: list[list[str]], lines: list[str], *, size: int, encoding: str, errors: str, delimiter: str,
              decimal: str, thousands: str, width: int) -> BulkPlan | None:
    """A plan where the beginning of the file is a wide, regular body of numbers; None where it is not."""
    if (encoding not in ("utf-8", "utf-8-sig", "cp1252", "latin-1", "ascii") or errors != "strict" or thousands
            or delimiter not in ("\t", ",", ";", "|") or delimiter == decimal or not 2 <= width <= MAX_COLUMNS):
        return None
    per_line = sum(map(len, lines)) / max(len(lines), 1) + 1
    if size / per_line * width < MIN_CELLS or any(line.count("\r") for line in lines):
        return None
    odd_cells = [
        {column for column, cell in enumerate(cells) if not _is_number(cell.strip(), decimal)}
        for cells in records if len(cells) == width
    ][:PROBE_ROWS]
    body = [odd for odd in odd_cells if len(odd) <= 0.5 * width]
    if not body or len(body) < 0.5 * len(odd_cells):
        return None
    counts = Counter(column for odd in body for column in odd)
    often = [column for column, count in counts.items() if column < MAX_LABELS and count > 0.5 * len(body)]
    labels = max(often, default=0) + 1
    scattered = sum(count for column, count in counts.items() if column >= labels)
    if labels > width // 2 or scattered > 0.5 * MAX_ODD_SHARE * width * len(body):
        return None
    rows_expected = min(int(size / per_line * 1.03) + 16, MAX_CELLS // width + 1)
    mixed = labels > 1 or scattered > 0
    return BulkPlan(delimiter.encode(), width, labels, decimal == ",", encoding, rows_expected, mixed)


def _is_number(cell: str, decimal: str) -> bool:
    text = cell.replace(",", ".") if decimal == "," else cell
    return cell in _NO_VALUE or PLAIN_NUMBER.fullmatch(text) is not None


def read_in_bulk(plan: BulkPlan, place: Location, lines: Iterator[bytes]) -> tuple[RawTable, list[int]]:
    """The table, and the rows that are shorter than the others.

    Parameters
    ----------
    lines : iterator of bytes
        The lines of the file, with their ends, from the first record on.
    """
    grid = CellGrid(place)
    feed = _Feed(plan, grid)
    numbers = np.empty((plan.rows_expected, plan.width))
    filled = 0
    delimiter = plan.delimiter.decode()
    waiting = feed.lines(lines)
    while block := list(itertools.islice(waiting, max(BLOCK_CELLS // plan.width, 8))):
        try:
            part = np.loadtxt(block, delimiter=delimiter, dtype=np.float64, ndmin=2, comments=None)
        except (ValueError, OverflowError):
            # A blank cell, or one made of the right signs that is no number, such as 1-2.
            part = np.array(feed.cell_by_cell(block, filled), dtype=np.float64)
        if part.shape != (len(block), plan.width) or np.isinf(part).any():
            raise Irregular
        if filled + len(block) > len(numbers):
            larger = np.empty((max(filled + len(block), len(numbers) * 3 // 2), plan.width))
            larger[:filled] = numbers[:filled]
            numbers = larger
        numbers[filled:filled + len(block)] = part
        filled += len(block)
    grid.put_whole(numbers[:filled])
    for row, column, value in feed.label_numbers:
        grid.put_number(row, column, value)
    return grid.finish(), feed.short_rows


_NAN = float("nan")


class _Feed:
    """Turns every record into a line of numbers for NumPy and keeps what is no number."""

    def __init__(self, plan: BulkPlan, grid: CellGrid) -> None:
        self._plan = plan
        self._grid = grid
        self._row = -1
        self._odd = 0
        self._delimiter = plan.delimiter.decode()
        self._prefix = ("nan" + self._delimiter) * plan.labels
        self._blank = self._delimiter.join(["nan"] * plan.width)
        self._regular = plan.delimiter * (plan.width - plan.labels - 1)
        self._doubled = plan.delimiter * 2
        self._plain = b"0123456789+-eE " + (b"," if plan.comma else b".")
        self._known: dict[bytes, tuple[str, float | None, bool]] = {}
        self._blanks = False
        cell = re.escape(plan.delimiter)
        self._odd_signs = re.compile(rb"[^" + cell + rb"]+")
        # 007, +5 and 2.31E+13: see SPELLING_MATTERS.
        number = rb"-?[0-9" + (b"," if plan.comma else b".") + rb"]+"
        shapes = rb"\+|-?0[0-9]|" + number + rb"[eE]\+?[0-9]|[0-9]{16}"
        self._spelled = re.compile(rb"(?<![^" + cell + rb"])(?:" + shapes + rb")[^" + cell + rb"]*")
        self.label_numbers: list[tuple[int, int, float]] = []
        self.short_rows: list[int] = []

    def lines(self, raw: Iterator[bytes]) -> Iterator[str]:
        plan = self._plan
        delimiter, width, labels = plan.delimiter, plan.width, plan.labels
        for line in raw:
            self._row += 1
            if self._row * width > MAX_CELLS:
                raise Irregular
            line = line.rstrip(b"\r\n")
            parts = line.split(delimiter, labels)
            if len(parts) <= labels:
                yield self._odd_record(line)
                continue
            rest = parts.pop()
            left = rest.translate(None, self._plain)
            regular = left == self._regular
            broken = not regular and (left.count(delimiter) != len(self._regular) or b'"' in left or b"\r" in left)
            if broken or not self._put_labels(parts):
                yield self._odd_record(line)
            elif not regular or (
                    self._blanks and (self._doubled in rest or rest[:1] == delimiter or rest[-1:] in (delimiter, b""))):
                yield self._prefix + self._with_words(rest.split(delimiter), labels, left)
            else:
                yield self._prefix + (rest.replace(b",", b".") if plan.comma else rest).decode("ascii")
            if (plan.spellings or self._row < HEADER_ROWS) and not broken:
                self._keep_spellings(rest)

    def _put_labels(self, parts: list[bytes]) -> bool:
        """The words on the left of a line; False where a quote there needs a closer look."""
        cells: list[bytes] = []
        for part in parts:
            if b'"' in part:
                part = part.strip()
                if len(part) < 2 or part[:1] != b'"' or part[-1:] != b'"' or b'"' in part[1:-1]:
                    return False
                part = part[1:-1]
            cells.append(part)
        for column, part in enumerate(cells):
            text, value, spelled = self._judged(part)
            if value is not None:
                self.label_numbers.append((self._row, column, value))
            if spelled:
                self._grid.put_text(self._row, column, text)
        return True

    def _judged(self, cell: bytes) -> tuple[str, float | None, bool]:
        """Text, value and whether the text is kept, for one cell outside the plain body."""
        known = self._known.get(cell)
        if known is None:
            text = cell.decode(self._plan.encoding).strip()
            if self._plan.comma:
                value = plain_number(text.replace(",", ".")) if "." not in text else None
            else:
                value = plain_number(text)
            known = (text, value, bool(text) and (value is None or SPELLING_MATTERS.match(text) is not None))
            if len(self._known) < 200_000:
                self._known[cell] = known
        return known

    def _with_words(self, cells: list[bytes], first: int, left: bytes) -> str:
        """Numbers of a line in which some cells are blank or words; only those are looked at.

        ``left`` is the line without the signs that numbers are made of: what is in it beside delimiters is odd, and the
        delimiters before it count its column.
        """
        passed = 0
        for found in self._odd_signs.finditer(left):
            column = found.start() - passed
            passed += found.end() - found.start()
            self._put_odd(cells, column, first)
        position = -1
        for _ in range(cells.count(b"")):
            position = cells.index(b"", position + 1)
            cells[position] = b"nan"
        if self._odd > MAX_ODD_SHARE * (self._row + 200) * self._plan.width:
            raise Irregular
        joined = self._plan.delimiter.join(cells)
        return (joined.replace(b",", b".") if self._plan.comma else joined).decode("ascii")

    def _put_odd(self, cells: list[bytes], column: int, first: int) -> None:
        """Keep the words of a cell and leave a number, or none, in its place."""
        text, value, spelled = self._judged(cells[column])
        sign = b"," if self._plan.comma else b"."
        cells[column] = b"nan" if value is None else repr(value).encode().replace(b".", sign)
        if "\0" in text:
            raise Irregular
        if spelled:
            self._grid.put_text(self._row, first + column, text)
            self._odd += value is None

    def _keep_spellings(self, rest: bytes) -> None:
        """The texts of numbers whose spelling matters, among columns of other kinds."""
        for found in self._spelled.finditer(rest):
            column = self._plan.labels + rest.count(self._plan.delimiter, 0, found.start())
            text, value, spelled = self._judged(found[0])
            if spelled and value is not None:
                self._grid.put_text(self._row, column, text)

    def cell_by_cell(self, block: list[str], first_row: int) -> list[list[float]]:
        """A block that NumPy refused. From now on lines are searched for blank cells beforehand."""
        self._blanks = True
        rows: list[list[float]] = []
        for row, line in enumerate(block, first_row):
            numbers: list[float] = []
            for column, cell in enumerate(line.split(self._delimiter)):
                value = plain_number(cell.strip())
                numbers.append(_NAN if value is None else value)
                if value is None and cell != "nan":
                    self._grid.put_text(row, column, cell.replace(".", ",") if self._plan.comma else cell)
            rows.append(numbers)
        return rows

    def _odd_record(self, line: bytes) -> str:
        """A header, a title or a comment, cell by cell. A quoted line break or a long row ends the quick way."""
        plan = self._plan
        if not line.strip():
            return self._blank
        if b"\r" in line or line.count(b'"') % 2:
            raise Irregular
        cells = split_record(line.decode(plan.encoding), plan.delimiter.decode()) or []
        while len(cells) > plan.width and not cells[-1].strip():
            cells.pop()
        if len(cells) > plan.width:
            raise Irregular
        if len(cells) < plan.width and not line.startswith((b"#", b"!")):
            self.short_rows.append(self._row)
        encoded = [cell.encode(plan.encoding) for cell in cells]
        for column in range(len(encoded)):
            self._put_odd(encoded, column, 0)
        words = self._with_words(encoded, 0, b"")
        return words + (self._delimiter + "nan") * (plan.width - len(cells))
