"""One sheet to a ClinicalTable: every column, its numbers, its words and why a value is missing.

Not for: what an endpoint means (endpoints.py), joining tables (clinical_join.py) or expression values.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.data.answer_lines import cell_line
from core.data.files.formats import LayoutHints
from core.data.files.raw_table import RawTable, column_letters
from core.data.genes.gene_symbols import looks_like_genes
from core.data.nearest_name import column_remedy
from core.data.reference import rtk_symbols
from core.data.sheets.cell_kinds import NUMBER, WORD
from core.data.sheets.chosen_rows import only_rows, several_rows_each
from core.data.sheets.collapse_genes import Change
from core.data.sheets.data_checks import identical_columns, personal_data
from core.data.sheets.id_column import column_words, find_id_column, named_column
from core.data.sheets.layout import Region, find_region, region_of_format
from core.data.sheets.missing_values import MissingTokens, number_in_words, read_limit
from core.data.sheets.recipe import Answers, TableSpec
from core.data.sheets.sample_answers import keep_samples
from core.data.sheets.sheet_words import all_whole, counted, id_strength, is_probe, squeezed
from core.data.tables import ClinicalColumn, ClinicalTable, Missing
from core.problems import Location, Problem, UserError, note, user_error, warning

_SHOWN = 3
_LABEL = re.compile(r"[A-Za-z]{1,3}[-_ ]?\d+[A-Za-z]?|\d+[A-Za-z]")
"""A name among numbers (patients 17, 19, A25), where all numbers are whole."""
_MEASURED_AT_LEAST = 10
"""Distinct numbers from which on a column counts as measured, so that a word in it is unreadable and no code."""


@dataclass(frozen=True, eq=False)
class ClinicalImport:
    """The table and how it was got."""

    clinical: ClinicalTable
    table: RawTable
    region: Region
    id_column: int
    tokens: MissingTokens
    findings: tuple[Problem, ...]
    changes: tuple[Change, ...]
    detected: tuple[str, ...]
    used: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _ColumnRule:
    """How the cells of one column are read."""

    column: int
    name: str
    tokens: MissingTokens
    measured: bool
    percent: bool = False


class LazyColumns(Mapping[str, ClinicalColumn]):
    """Clinical columns that are built when they are first asked for: METABRIC has 693, a study names ten."""

    def __init__(self, table: RawTable, rows: tuple[int, ...], rules: Mapping[str, _ColumnRule]) -> None:
        self._table = table
        self._rows = rows
        self._rules = rules
        self._built: dict[str, ClinicalColumn] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> ClinicalColumn:
        rule = self._rules[name]
        with self._lock:
            if name not in self._built:
                self._built[name] = _column(self._table, self._rows, rule)
            return self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._rules

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


def read_clinical(table: RawTable, spec: TableSpec, answers: Answers, hints: LayoutHints | None,
                  wanted: Collection[str] = ()) -> ClinicalImport:
    """Turn a sheet into a ClinicalTable; its columns include the one of the samples.

    Raises
    ------
    UserError
        "no_column" for a column of ``wanted`` or an ``id`` that does not exist, "which_id", "no_samples".
    """
    tokens = MissingTokens.of("clinical", spec.missing)
    if hints is None and spec.samples == "columns":
        table = transposed(table)
    region = find_region(table, tokens, spec.header_row) if hints is None or spec.header_row is not None \
        else region_of_format(table, tokens, hints)
    findings = list(region.findings)
    if spec.id is not None:
        id_column = named_column(table, region, spec.id)
    elif hints is not None:
        id_column = hints.id_column
    else:
        id_column, said = find_id_column(table, region)
        findings += said
        _refuse_genes(table, region, id_column)
    rules, said = _rules(table, region, tokens, spec.header_row)
    findings += said
    changes: list[Change] = []
    _require(wanted, rules, table)
    if spec.only:
        region, said = only_rows(table, region, spec.only)
        findings += said
    try:
        samples = keep_samples(table, [table.text(row, id_column) for row in region.rows],
                               [(row, id_column) for row in region.rows], answers, _SameRows(table, region, id_column))
    except UserError as error:
        raise several_rows_each(table, region, id_column) or error from None
    findings += samples.findings
    changes += samples.changes
    rows = tuple(region.rows[at] for at in samples.kept)
    for rule in rules.values():
        found, changed = _cells_worth_saying(table, rule, frozenset(rows))
        findings += found
        changes += changed
    findings += identical_columns(table, region)
    findings += personal_data(table, region)
    clinical = ClinicalTable(samples.names, LazyColumns(table, rows, rules), table.place())
    detected = (*(("id",) if spec.id is None else ()), *(("header_row",) if spec.header_row is None else ()))
    return ClinicalImport(clinical, table, region, id_column, tokens, tuple(findings), tuple(changes), detected,
                          samples.used)


def columns_of_rows(table: RawTable, region: Region, rows: tuple[int, ...], missing: Collection[str] | None,
                    wanted: Collection[int]) -> Mapping[str, ClinicalColumn]:
    """Some columns of a sheet as clinical columns, one entry for each of ``rows`` (the first row of each sample)."""
    rules, _ = _rules(table, region, MissingTokens.of("clinical", missing), None)
    return LazyColumns(table, rows, {name: rule for name, rule in rules.items() if rule.column in wanted})


def _rules(table: RawTable, region: Region, tokens: MissingTokens,
           header_row: int | None) -> tuple[dict[str, _ColumnRule], list[Problem]]:
    """One rule per column, under a name of its own: a repeated name gets its column letter behind it."""
    rules: dict[str, _ColumnRule] = {}
    repeated: list[str] = []
    for column in region.columns:
        name = region.names[column]
        if name in rules:
            name = f"{name} ({column_letters(column)})"
            repeated.append(name)
        signs = {text.strip() for text in table.texts.get(column, {}).values() if len(text.strip()) <= 3}
        own = tokens.without("-", "--", "---") if signs & {"+", "++", "+++"} else tokens
        percent = _is_percent(table, region, column)
        rules[name] = _ColumnRule(column, name, own, percent or _is_measured(table, region, column), percent)
    findings: list[Problem] = []
    if repeated:
        findings.append(warning("repeated_column_name", f"{counted(len(repeated), 'column')} with the name of another "
                                f"column {'is' if len(repeated) == 1 else 'are'} called "
                                f"{', '.join(repeated[:4])}", table.place(None, rules[repeated[0]].column),
                                remedy="give every column a name of its own in the file"))
    percents = [rule for rule in rules.values() if rule.percent]
    if percents:
        findings.append(note("percent_signs", f"{counted(len(percents), 'column')} with percent signs "
                             f"{'was' if len(percents) == 1 else 'were'} read as numbers: "
                             f"{', '.join(rule.name for rule in percents[:6])}", table.place(None, percents[0].column)))
    unnamed = sorted(region.unnamed)
    if unnamed and region.header_rows and header_row != 0:
        letters = ", ".join(column_letters(column) for column in unnamed[:8])
        findings.append(note("unnamed_columns", f"{counted(len(unnamed), 'column')} without a name "
                             f"{'goes by its letter' if len(unnamed) == 1 else 'go by their letters'}: {letters}",
                             table.place(None, unnamed[0])))
    return rules, findings


def _is_measured(table: RawTable, region: Region, column: int) -> bool:
    """True where nearly all entries are numbers, and many different ones: a word there is no code and no label."""
    rows = np.asarray(region.rows, np.intp)
    kinds = region.kinds[rows, column]
    numbers, words = int(np.sum(kinds == NUMBER)), rows[kinds == WORD].tolist()
    if not words or numbers < 4 * len(words):
        return numbers > 0 and not words
    if column not in region.unnamed and id_strength(region.names[column]) >= 2:
        return False
    there = table.numbers[rows, column]
    there = there[~np.isnan(there)]
    labels = all(_LABEL.fullmatch(table.text(row, column)) for row in words)
    return len(np.unique(there)) >= _MEASURED_AT_LEAST and not (labels and all_whole(there))


def _is_percent(table: RawTable, region: Region, column: int) -> bool:
    """True where every word of the column is a number with a percent sign."""
    rows = np.asarray(region.rows, np.intp)
    words = rows[region.kinds[rows, column] == WORD].tolist()
    return bool(words) and all((text := table.text(row, column)).endswith("%") and number_in_words(text) is not None
                               for row in words)


def _require(wanted: Collection[str], rules: Mapping[str, _ColumnRule], table: RawTable) -> None:
    absent = [name for name in wanted if squeezed(name) not in rules]
    if absent:
        raise UserError(*(Problem(
            "no_column", f"there is no column “{name}”", table.place(), "The study names it.",
            column_remedy(name, list(rules)), answer_key="column") for name in absent))


def _refuse_genes(table: RawTable, region: Region, id_column: int) -> None:
    """A detected id column of gene names: the table is no clinical one, unless the user says so with ``id``."""
    names = [table.text(row, id_column) for row in region.rows[:400]]
    share = looks_like_genes(names)
    receptors = set(rtk_symbols()) & {name.upper() for name in names}
    many = len(names) >= 10 and (share >= 0.7 or sum(map(is_probe, names)) >= 0.5 * len(names))
    if many or (len(receptors) >= 3 and share >= 0.7):
        raise user_error(
            "not_clinical", f"{column_words(region, id_column)} holds names of genes or probes "
                            f"({', '.join(names[:3])}), so this "
            "looks like an expression table", table.place(None, id_column),
            why="A clinical table has one row per patient or sample.",
            remedy='use it as expression; or name the column of samples with the key id, or state samples = "columns"',
            answer_key="id")


@dataclass(frozen=True, eq=False)
class _SameRows:
    """Whether two rows of a region hold the same entries outside the id column."""

    table: RawTable
    region: Region
    id_column: int

    def __call__(self, one: int, other: int) -> bool:
        first, second = self.region.rows[one], self.region.rows[other]
        return all(self.table.text(first, column) == self.table.text(second, column)
                   for column in self.region.columns if column != self.id_column)


def _cells_worth_saying(table: RawTable, rule: _ColumnRule,
                        rows: Collection[int]) -> tuple[list[Problem], list[Change]]:
    """Limits and unreadable words in a column of measured numbers; words in other columns are its entries."""
    if not rule.measured:
        return [], []
    limits: list[tuple[int, str]] = []
    unreadable: list[tuple[int, str]] = []
    for row, raw in table.texts.get(rule.column, {}).items():
        text = raw.strip()
        if row not in rows or not np.isnan(table.numbers[row, rule.column]) or rule.tokens.reason(text) is not None:
            continue
        if not (rule.percent and number_in_words(text) is not None):
            (limits if read_limit(text) else unreadable).append((row, text))
    findings: list[Problem] = []
    for cells, code, words in ((limits, "beyond_limit", "beyond a limit of the assay"),
                               (unreadable, "unreadable_values", "with text that is no number")):
        if cells:
            shown = ", ".join(f"“{text[:30]}” ({table.cell(row, rule.column)})" for row, text in cells[:_SHOWN])
            findings.append(warning(
                code, f"{counted(len(cells), 'cell')} of “{rule.name}” {words}: "
                      f"{shown}{', …' if len(cells) > _SHOWN else ''}",
                table.place(cells[0][0], rule.column), why="They count as missing.",
                remedy="correct them in the file, or give their values under [dataset.answers]: "
                       f"{cell_line(table.place(cells[0][0], rule.column))}"))
    reasons = ((limits, "beyond a limit, counts as missing"), (unreadable, "no number, counts as missing"))
    return findings, [Change(table.cell(row, rule.column), text, "", reason) for cells, reason in reasons
                      for row, text in cells]


def _column(table: RawTable, rows: tuple[int, ...], rule: _ColumnRule) -> ClinicalColumn:
    """The column's entries in the order of ``rows``."""
    column = rule.column
    numbers = table.numbers[np.asarray(rows, np.intp), column].copy()
    texts = tuple(table.text(row, column) for row in rows)
    if rule.percent:
        for at in np.flatnonzero(np.isnan(numbers)).tolist():
            number = number_in_words(texts[at])
            numbers[at] = np.nan if number is None else number
    missing: dict[int, Missing] = {}
    limits: dict[int, float] = {}
    for at in np.flatnonzero(np.isnan(numbers)).tolist():
        reason = rule.tokens.reason(texts[at])
        limit = read_limit(texts[at])
        if reason is not None:
            missing[at] = reason
        elif limit is not None and rule.measured:
            missing[at], limits[at] = limit
        elif rule.measured:
            missing[at] = Missing.UNREADABLE
    if rule.tokens.numbers:
        for at in np.flatnonzero(np.isin(numbers, rule.tokens.numbers)).tolist():
            missing[at] = Missing.NOT_AVAILABLE
            numbers[at] = np.nan
    numbers.flags.writeable = False
    return ClinicalColumn(rule.name, texts, numbers, missing, tuple(table.cell(row, column) for row in rows),
                          table.place(None, column), limits)


@dataclass(frozen=True, eq=False)
class TransposedTable(RawTable):
    """A sheet with rows and columns exchanged, whose cells keep the addresses that they have in the file."""

    original: RawTable | None = field(default=None)

    def cell(self, row: int, column: int) -> str:
        """The address in the file."""
        assert self.original is not None
        return self.original.cell(column, row)

    def place(self, row: int | None = None, column: int | None = None, *, sample: str = "", gene: str = "") -> Location:
        """The location in the file."""
        assert self.original is not None
        return self.original.place(column, row, sample=sample, gene=gene)


def transposed(table: RawTable) -> RawTable:
    """The sheet with rows and columns exchanged; addresses stay those of the file."""
    texts: dict[int, dict[int, str]] = {}
    for column, entries in table.texts.items():
        for row, text in entries.items():
            texts.setdefault(row, {})[column] = text
    return TransposedTable(
        table.file, table.sheet, np.ascontiguousarray(table.numbers.T), texts,
        frozenset((column, row) for row, column in table.dates), table.hidden_columns, table.hidden_rows,
        tuple((left, top, right, bottom) for top, left, bottom, right in table.merged), table.uncalculated, table.notes,
        table)
