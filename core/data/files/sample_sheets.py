"""One row per sample, made from files that describe samples in their header lines: GEO series matrix and GCT 1.3.

Not for: the values of the same files (formats.py gives their layout).
"""

from __future__ import annotations

import re
from collections import Counter

from core.data.files.cell_grid import SPELLING_MATTERS, CellGrid, plain_number
from core.data.files.formats import GCT, SERIES_MATRIX, LayoutHints
from core.data.files.raw_table import RawTable
from core.problems import Location, Problem, note, user_error, warning

_KEY = re.compile(r"\s*([^:]{1,60}?)\s*:\s*(.*)\Z", re.S)
_KEPT_SAMPLE_LINES = ("geo_accession", "title", "source_name_ch1", "source_name_ch2", "description", "platform_id")


def sample_sheet(
    kind: str, table: RawTable, hints: LayoutHints | None
) -> tuple[RawTable, LayoutHints, tuple[Problem, ...]]:
    """A clinical table (samples as rows) from a series matrix or a GCT 1.3.

    Row 1 of the new table holds the names, row n + 1 the n-th sample of the file. The notes say from which line of the
    file each column came.

    Raises
    ------
    UserError
        "no_sample_lines" where the file describes no samples.
    """
    if kind == SERIES_MATRIX:
        columns, notes = _series_columns(table)
    elif kind == GCT and hints is not None and len(hints.skipped_rows) > 2:
        columns, notes = _gct_columns(table, hints)
    else:
        raise user_error("no_sample_lines", "the file describes no samples, only values", Location(table.file),
                         remedy="import the clinical table from another file")
    grid = CellGrid(Location(table.file))
    for column, (name, cells, _) in enumerate(columns):
        grid.put_text(0, column, name)
        for row, text in enumerate(cells, 1):
            value = plain_number(text)
            if value is not None:
                grid.put_number(row, column, value)
            if value is None or SPELLING_MATTERS.match(text):
                grid.put_text(row, column, text)
    made = grid.finish()
    words = "; ".join(f"“{name}” from {lines}" for name, _, lines in columns)
    transformation = f"one row per sample, made from the header lines of the file: {words}"
    layout = LayoutHints((0,), 1, made.n_rows - 1, 0, 1, "rows", (), (), transformation)
    return made, layout, (*notes, note("samples_from_header", transformation, Location(table.file)))


def _series_columns(table: RawTable) -> tuple[list[tuple[str, list[str], str]], list[Problem]]:
    """(name, one text per sample, where from) of every column worth keeping."""
    lines = [(row, text.strip()) for row, text in sorted(table.texts.get(0, {}).items()) if text.startswith("!Sample_")]
    texts = {row: [table.text(row, column) for column in range(1, table.n_columns)] for row, _ in lines}
    accession = next((row for row, name in lines if name == "!Sample_geo_accession"), None)
    if accession is None:
        raise user_error("no_sample_lines", "the series matrix has no line !Sample_geo_accession", Location(table.file),
                         remedy="download the file again")
    n_samples = max((column + 1 for column, text in enumerate(texts[accession]) if text), default=0)
    columns: list[tuple[str, list[str], str]] = []
    for wanted in _KEPT_SAMPLE_LINES:
        for row, name in lines:
            cells = texts[row][:n_samples]
            if (
                name == f"!Sample_{wanted}"
                and any(cells)
                and (wanted in ("geo_accession", "title") or len(set(cells)) > 1)
            ):
                columns.append((wanted, cells, f"line {row + 1}"))
    by_key: dict[str, list[str]] = {}
    origins: dict[str, list[int]] = {}
    clashes: Counter[str] = Counter()
    without_key = 0
    for row, name in lines:
        if not name.startswith("!Sample_characteristics"):
            continue
        for sample, text in enumerate(texts[row][:n_samples]):
            if not text:
                continue
            found = _KEY.match(text)
            key, value = (found[1], found[2].strip()) if found else (f"characteristics, line {row + 1}", text)
            without_key += found is None
            cells = by_key.setdefault(key, [""] * n_samples)
            if cells[sample] and cells[sample] != value:
                clashes[key] += 1
                key = f"{key} (line {row + 1})"
                cells = by_key.setdefault(key, [""] * n_samples)
            cells[sample] = value
            if row not in origins.setdefault(key, []):
                origins[key].append(row)
    for key, cells in by_key.items():
        named = ", ".join(str(row + 1) for row in origins[key])
        columns.append((key, cells, f"line{'s' if len(origins[key]) > 1 else ''} {named}"))
    notes: list[Problem] = []
    if without_key:
        notes.append(note("characteristics_without_key", f"{without_key:,} characteristics of samples have no name "
                          "before a colon; they stand in columns named after their line", Location(table.file)))
    if clashes:
        key, count = clashes.most_common(1)[0]
        notes.append(
            warning(
                "repeated_characteristics",
                f"“{key}” is given twice with different values for {count:,} samples; "
                "the second one stands in a column of its own",
                Location(table.file),
            )
        )
    return columns, notes


def _gct_columns(table: RawTable, hints: LayoutHints) -> tuple[list[tuple[str, list[str], str]], list[Problem]]:
    header = hints.header_rows[0]
    samples = range(hints.first_value_column, table.n_columns)
    columns = [("sample", [table.text(header, column) for column in samples], f"line {header + 1}")]
    columns += [(table.text(row, 0), [table.text(row, column) for column in samples], f"line {row + 1}")
                for row in hints.skipped_rows if row > header]
    return columns, []
