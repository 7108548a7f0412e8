"""A draft as it reads now: every sheet with its picture, names, values and findings. Work for the lane of files.

Not for: widgets; all of it is plain values that may cross threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.files.raw_table import RawTable
from core.data.files.workbook import ReadResult
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.endpoint_proposals import propose_endpoints
from core.data.patients.sample_names import SampleMatch, match_samples
from core.data.reference import rtk_symbols
from core.data.sheets.importing import Imported, import_clinical, import_expression, unmistakable
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import EndpointRule, Scale
from core.jobs import JobContext
from core.problems import Problem, Severity, UserError
from gui.pages.importing.draft import Draft
from gui.pages.importing.gene_rows import GeneRow, gene_rows_of
from gui.pages.importing.regions import Places, picture_of, places_of, value_cells
from gui.widgets.importing.sheet_picture import SheetPicture

SheetKey = tuple[Path, str | None]
_BINS = 28
_MOST_VALUES = 2_000_000


@dataclass(frozen=True, eq=False)
class ValueSummary:
    """All measured values as they stand in the file: their ends, a histogram, and the words that are none."""

    low: float
    high: float
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    missing: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, eq=False)
class TableReading:
    """One table: what was stated, what came of it. ``imported`` is None where it cannot be used.

    ``places`` are those of ``shown``; ``first_value`` is the cell where its measured values begin.
    """

    part: str
    spec: TableSpec
    imported: Imported | None
    problems: tuple[Problem, ...]
    values: ValueSummary | None = None
    guessed: Imported | None = None
    places: Places | None = None
    first_value: tuple[int, int] | None = None

    @property
    def failed(self) -> bool:
        return self.imported is None

    @property
    def shown(self) -> Imported | None:
        """What can be drawn: the reading, or one on an assumed scale while the scale is asked."""
        return self.imported or self.guessed


@dataclass(frozen=True, eq=False)
class SheetReading:
    """One sheet with all tables that are read from it."""

    key: SheetKey
    table: RawTable | None
    kind: str
    read: ReadResult | None
    tables: tuple[TableReading, ...]
    picture: SheetPicture | None
    genes: tuple[GeneRow, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Findings of all tables, each once, the worst first."""
        every = {(problem.code, problem.line()): problem for table in self.tables for problem in table.problems}
        order = (Severity.PROBLEM, Severity.WARNING, Severity.NOTE)
        return tuple(sorted(every.values(), key=lambda problem: order.index(problem.severity)))

    def of(self, part: str) -> TableReading | None:
        """The table of a part."""
        return next((table for table in self.tables if table.part == part), None)

    @property
    def words(self) -> str:
        """ "56 RTKs × 31 patients", as far as it is known."""
        expression, clinical = self.of("expression"), self.of("clinical")
        parts = []
        if expression is not None and expression.imported is not None and expression.imported.matrix is not None:
            matrix = expression.imported.matrix
            receptors = set(rtk_symbols())
            measured = [each.imported.matrix for each in self.tables if each.part == "expression"
                        and each.imported is not None and each.imported.matrix is not None]
            several = len(measured) > 1
            counts = [sum(gene in receptors for gene in each.genes) for each in measured]
            found = " and ".join(f"{count:,} RTK{'s' if count != 1 else ''}{f' ({each.measure})' if several else ''}"
                                 for count, each in zip(counts, measured, strict=True))
            parts.append(f"{found} × {len(matrix.samples):,} samples")
        if clinical is not None and clinical.imported is not None and clinical.imported.clinical is not None:
            parts.append(f"{len(clinical.imported.clinical.columns):,} clinical columns"
                         if parts else f"{len(clinical.imported.clinical.columns):,} columns × "
                                       f"{len(clinical.imported.clinical.samples):,} samples")
        return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class DraftReading:
    """Every sheet of a draft."""

    draft: Draft
    sheets: tuple[SheetReading, ...]

    def sheet(self, key: SheetKey) -> SheetReading | None:
        return next((sheet for sheet in self.sheets if sheet.key == key), None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for sheet in self.sheets for problem in sheet.problems)

    @property
    def blocked(self) -> tuple[Problem, ...]:
        """What must be settled before anything can be imported."""
        return tuple(problem for problem in self.problems if problem.severity == Severity.PROBLEM)


@dataclass(frozen=True, eq=False)
class DatasetReading:
    """The whole data set as the study would read it, what endpoints it may hold, and how its samples match."""

    draft: Draft
    dataset: Dataset
    proposals: tuple[EndpointRule, ...] = ()
    matches: tuple[tuple[str, SampleMatch], ...] = ()
    medians: Mapping[str, float] = field(default_factory=dict)


def read_draft(draft: Draft, shelf: FileShelf, job: JobContext) -> DraftReading:
    """Read every table of the draft by itself; what cannot be read carries its problems."""
    reads: dict[tuple[str, TableSpec], ReadResult | UserError] = {}
    for number, (part, spec) in enumerate(draft.tables):
        share = (0.5 * number / len(draft.tables), 0.5 * (number + 1) / len(draft.tables))
        job.progress(share[0], f"Reading {spec.file}")
        try:
            reads[part, spec] = shelf.read(spec, part, job.part(*share))
        except UserError as error:
            reads[part, spec] = error
    answers, unclear = unmistakable(draft.spec.answers, [read.table for read in reads.values()
                                                         if isinstance(read, ReadResult)])
    sheets = []
    for number, key in enumerate(draft.sheets):
        inner = job.part(0.5 + 0.5 * number / len(draft.sheets), 0.5 + 0.5 * (number + 1) / len(draft.sheets))
        words = f"Reading sheet {number + 1} of {len(draft.sheets)}" if len(draft.sheets) > 1 else "Reading the sheet"
        inner.progress(0.0, words)
        sheets.append(_sheet(key, [(part, spec, reads[part, spec]) for part, spec in draft.tables_of(key)], answers,
                             unclear if number == 0 else (), inner))
    return DraftReading(draft, tuple(sheets))


def _sheet(key: SheetKey, tables: Sequence[tuple[str, TableSpec, ReadResult | UserError]], answers: Answers,
           further: Sequence[Problem], job: JobContext) -> SheetReading:
    readings = []
    read: ReadResult | None = None
    for number, (part, spec, result) in enumerate(tables):
        inner = job.part(number / len(tables), (number + 1) / len(tables))
        if isinstance(result, UserError):
            readings.append(TableReading(part, spec, None, tuple(
                problem.at(file=spec.file) for problem in result.problems)))
            continue
        read = result if read is None or part == "expression" else read
        readings.append(_table(part, spec, result, answers, inner))
    if read is None:
        return SheetReading(key, None, "", None, tuple(readings), None)
    usable = [(each.part, each.places) for each in readings
              if each.places is not None and _same_sheet(each.places.imported, read)]
    readings[0] = replace(readings[0], problems=(*readings[0].problems, *further))
    problems = [problem for each in readings for problem in each.problems]
    expression = [each.imported for each in readings if each.part == "expression" and each.imported]
    return SheetReading(key, read.table, read.format.kind, read, tuple(readings),
                        picture_of(read.table, usable, problems),
                        gene_rows_of(expression, answers))


def _same_sheet(imported: Imported, read: ReadResult) -> bool:
    """False for the sample sheet made of a series matrix, whose cells are not those of the file."""
    return imported.raw.n_rows == read.table.n_rows and imported.raw.n_columns == read.table.n_columns


def _table(part: str, spec: TableSpec, read: ReadResult, answers: Answers, job: JobContext) -> TableReading:
    reads = import_expression if part == "expression" else import_clinical
    try:
        imported = reads(spec, answers, raw_file=read, job=job)
    except UserError as error:
        problems = tuple(problem.at(file=read.table.file, sheet=read.table.sheet) for problem in error.problems)
        guessed = _on_any_scale(spec, answers, read) if part == "expression" and problems[0].answer_key == "scale" \
            else None
        return _with_places(TableReading(part, spec, None, problems, None, guessed))
    return _with_places(TableReading(part, spec, imported, imported.problems))


def _with_places(table: TableReading) -> TableReading:
    """Where everything stands and what the values are, found here and not where it is shown."""
    if table.shown is None:
        return table
    places = places_of(table.shown)
    if table.part != "expression":
        return replace(table, places=places)
    rows, columns = value_cells(places)
    first = (min(rows), min(columns)) if rows and columns else None
    return replace(table, places=places, values=_values(table.shown, rows, columns), first_value=first)


def _on_any_scale(spec: TableSpec, answers: Answers, read: ReadResult) -> Imported | None:
    """The table with its values as they are, only to show where they stand while the scale is asked."""
    try:
        return import_expression(replace(spec, scale=Scale.SCORE), answers, raw_file=read)
    except UserError:
        return None


def _values(imported: Imported, rows: Sequence[int], columns: Sequence[int]) -> ValueSummary | None:
    if not rows or not columns:
        return None
    step = max(1, len(rows) * len(columns) // _MOST_VALUES)
    part = imported.raw.numbers[np.ix_(rows[::step], columns)]
    there = part[np.isfinite(part)]
    if not there.size:
        return None
    whole = imported.raw.numbers[np.ix_(rows, columns)] if step > 1 else part
    low, high = float(np.nanmin(whole)), float(np.nanmax(whole))
    counts, edges = np.histogram(there, bins=_BINS, range=(low, high if high > low else low + 1))
    return ValueSummary(low, high, counts, edges, _missing_words(imported, rows, columns))


def _missing_words(imported: Imported, rows: Sequence[int], columns: Sequence[int]) -> tuple[tuple[str, str, int], ...]:
    """(text, what it counts as, how often) of the cells of values that hold no number."""
    inside = set(rows)
    limits = {change.before: change.reason for change in imported.changes if not change.after}
    counts: dict[str, int] = {}
    texts = 0
    for column in columns:
        for row, text in imported.raw.texts.get(column, {}).items():
            if row in inside and np.isnan(imported.raw.numbers[row, column]):
                counts[text.strip()] = counts.get(text.strip(), 0) + 1
                texts += 1
    blank = sum(int(np.isnan(imported.raw.numbers[rows, column]).sum()) for column in columns) - texts
    found = []
    for text, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        reason = limits.get(text, "")
        kind = "beyond a limit" if "limit" in reason else "no number" if "no number" in reason else "missing"
        found.append((text, kind, count))
    if blank > 0:
        found.append(("blank", "missing", blank))
    return tuple(found)


def read_dataset(draft: Draft, shelf: FileShelf, job: JobContext) -> DatasetReading:
    """The data set as the study would read it, with what it may hold."""
    dataset = load_dataset(draft.spec, shelf, job.part(0.0, 0.7))
    job.progress(0.7, "Looking for follow-up")
    proposals: tuple[EndpointRule, ...] = ()
    medians: dict[str, float] = {}
    matches: list[tuple[str, SampleMatch]] = []
    if dataset.clinical is not None:
        proposals = propose_endpoints(dataset.clinical)
        job.progress(0.9, "Matching samples")
        plain = load_dataset(replace(draft.spec, accept_near_matches=False), shelf, job.part(0.9, 1.0)) \
            if draft.spec.accept_near_matches else dataset
        for matrix in plain.expression:
            matches.append((matrix.place.file, match_samples(matrix.samples, dataset.clinical.samples)))
        matches = [each for at, each in enumerate(matches) if each not in matches[:at]]  # two measures of one sheet
    return DatasetReading(draft, dataset, proposals, tuple(matches), medians)
