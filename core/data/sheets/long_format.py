"""Lists with one measured value per row (sample, gene, value) turned into samples by genes.

Not for: tables that already are samples by genes (expression_layout.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.files.raw_table import RawTable
from core.data.genes.gene_symbols import resolve_genes
from core.data.genes.measured_names import phospho_base
from core.data.reference import rtk_symbols
from core.data.sheets.cell_kinds import NUMBER, WORD
from core.data.sheets.id_column import column_words
from core.data.sheets.layout import Region
from core.data.sheets.missing_values import MissingTokens, read_block
from core.data.sheets.recipe import TableSpec
from core.data.sheets.sheet_words import id_strength, is_gene_attribute, is_gene_column_name, is_value_column_name
from core.data.sheets.value_grid import ValueGrid
from core.data.values import value_key
from core.problems import Problem, note, user_error, warning

_SAMPLED = 1500
_MOST_NUMBERS = 30
"""A list has few columns of numbers; a table of samples by genes has many."""
_TIME_POINT = re.compile(r".*(time ?_?-?point|visit|biopsy|pre|post|treatment|condition|state|phase|arm|day|week|"
                         r"cycle).*",
                         re.IGNORECASE)


@dataclass(frozen=True)
class LongLayout:
    """The columns of a list: sample, time point (where samples alone repeat), gene and value."""

    sample_column: int
    time_column: int | None
    gene_column: int
    value_column: int
    findings: tuple[Problem, ...]


def find_long_layout(table: RawTable, region: Region, spec: TableSpec) -> LongLayout | None:
    """The columns of a list, or None where the table is none.

    Raises
    ------
    UserError
        "long_format" where it is a list, but its columns cannot be told.
    """
    if spec.samples is not None or len(region.columns) < 3 or len(region.rows) < 4:
        return None
    if sum(_is_numeric(region, column) for column in region.columns[:_MOST_NUMBERS * 3]) > _MOST_NUMBERS:
        return None
    gene = _repeating_genes(table, region)
    if gene is None:
        return None
    n_rows = len(region.rows)
    texts = {column: _keys(table, region, column) for column in region.columns if column != gene and (
        id_strength(region.names[column]) >= 2 or _TIME_POINT.fullmatch(region.names[column]))}
    named = [column for column in texts if id_strength(region.names[column]) >= 2
             and 1 < len(set(texts[column])) < n_rows]
    sample = max(named, key=lambda column: id_strength(region.names[column]), default=None)
    if sample is None:
        return None
    genes = _keys(table, region, gene)
    repeats = _repeats(texts[sample], genes)
    time = None
    if repeats:
        time = next((column for column in texts if column != sample and _TIME_POINT.fullmatch(region.names[column])
                     and not _repeats(list(zip(texts[sample], texts[column])), genes)), None)
    values = [column for column in region.columns if column not in (sample, gene, time) and _is_numeric(region, column)
              and not is_gene_attribute(region.names[column])]
    if not values:
        return None
    if len(values) > 1:
        called = [column for column in values if is_value_column_name(region.names[column])]
        values = called if len(called) == 1 else values
    if len(values) > 1 or (time is None and repeats > 0.1 * n_rows):
        which = (f"{len(values)} columns could hold the value ({', '.join(region.names[c] for c in values[:4])})"
                 if len(values) > 1 else "many samples have several values of one gene")
        raise user_error(
            "long_format", f"this table is a list with one row per {region.names[sample]} and {region.names[gene]}, "
                           "and "
            f"{which}", table.place(), why="An expression table needs one value for every sample and gene.",
            remedy="keep one column of values, or use a table with one column per sample", answer_key="sheet")
    at_time = "" if time is None else f", {region.names[time]}"
    words = f"one row per {region.names[sample]}{at_time} and {region.names[gene]}"
    findings = [note("long_format", f"the table is a list with {words}; the values were taken from "
                     f"{column_words(region, values[0])}", table.place(None, values[0]))]
    if time is not None:
        findings.append(note("sample_and_time_point", f"a sample is named by {column_words(region, sample)} and "
                             f"{column_words(region, time)} together", table.place(None, time)))
    return LongLayout(sample, time, gene, values[0], tuple(findings))


def _repeating_genes(table: RawTable, region: Region) -> int | None:
    """A column of genes in which most genes stand more than once."""
    for column in sorted(region.columns, key=lambda c: not is_gene_column_name(region.names[c])):
        kinds = region.kinds[np.asarray(region.rows, np.intp), column]
        if np.mean(kinds == WORD) < 0.5 or (len(region.header_rows) and id_strength(region.names[column]) == 3):
            continue
        texts = [table.text(row, column) for row in region.rows]
        distinct = list(dict.fromkeys(text for text in texts if text))
        if len(distinct) > 0.67 * len(texts):
            continue
        calls = resolve_genes([phospho_base(name) or name for name in distinct[:_SAMPLED]])
        symbols = {call.symbol for call in calls if call.symbol}
        if len(symbols) >= 0.5 * len(calls) and (len(symbols) >= 3 or symbols & set(rtk_symbols())):
            return column
    return None


def _keys(table: RawTable, region: Region, column: int) -> list[str]:
    return [value_key(table.text(row, column)) for row in region.rows]


def _repeats(samples: Sequence[object], genes: Sequence[str]) -> int:
    return len(genes) - len(set(zip(samples, genes)))


def _is_numeric(region: Region, column: int) -> bool:
    kinds = region.kinds[np.asarray(region.rows, np.intp), column]
    return bool(np.sum(kinds == NUMBER) > np.sum(kinds == WORD))


def grid_of_list(table: RawTable, region: Region, layout: LongLayout,
                 tokens: MissingTokens) -> tuple[ValueGrid, list[Problem]]:
    """Samples by genes from a list; where a sample has several differing values of a gene, none is used."""
    rows = list(region.rows)
    block = read_block(table, rows, [layout.value_column], tokens)
    samples: dict[str, tuple[int, str]] = {}
    genes: dict[str, tuple[int, str]] = {}
    cell_of: dict[tuple[str, str], int] = {}
    differing: list[int] = []
    unnamed: list[int] = []
    for at, row in enumerate(rows):
        sample, gene = _sample_name(table, layout, row), table.text(row, layout.gene_column)
        if not sample or not gene:
            unnamed.append(row)
            continue
        samples.setdefault(value_key(sample), (row, sample))
        genes.setdefault(gene.upper(), (row, gene))
        key = (value_key(sample), gene.upper())
        if key in cell_of and not _same(block.values[cell_of[key], 0], block.values[at, 0]):
            differing.append(at)
        cell_of.setdefault(key, at)
    values = np.full((len(samples), len(genes)), np.nan)
    cells = np.full(values.shape, rows[0], dtype=np.intp)
    row_of_sample = {key: place for place, key in enumerate(samples)}
    column_of_gene = {key: place for place, key in enumerate(genes)}
    for (sample, gene), at in cell_of.items():
        values[row_of_sample[sample], column_of_gene[gene]] = block.values[at, 0]
        cells[row_of_sample[sample], column_of_gene[gene]] = rows[at]
    findings: list[Problem] = []
    if differing:
        for at in differing:
            key = (value_key(_sample_name(table, layout, rows[at])), table.text(rows[at], layout.gene_column).upper())
            values[row_of_sample[key[0]], column_of_gene[key[1]]] = np.nan
        shown = ", ".join(table.cell(rows[at], layout.value_column) for at in differing[:4])
        findings.append(warning("repeated_value", f"{len(differing)} rows give a sample a second, different value of "
                                                  "a gene "
                                f"({shown}); none of these values was "
                                "used", table.place(rows[differing[0]], layout.value_column),
                                remedy="keep one row per sample and gene, or give the mean"))
    if unnamed:
        findings.append(warning("row_without_name", f"{len(unnamed)} rows name no sample or no gene and were left out",
                                table.place(unnamed[0])))
    grid = ValueGrid(
        tuple(name for _, name in samples.values()), tuple(name for _, name in genes.values()), values, cells,
        np.full((1, 1), layout.value_column, dtype=np.intp),
        tuple((row, layout.sample_column) for row, _ in samples.values()),
        tuple((row, layout.gene_column) for row, _ in genes.values()), block)
    return grid, findings


def _sample_name(table: RawTable, layout: LongLayout, row: int) -> str:
    sample = table.text(row, layout.sample_column)
    if layout.time_column is None or not sample:
        return sample
    return f"{sample} {table.text(row, layout.time_column)}".strip()


def _same(left: float, right: float) -> bool:
    return bool(left == right or (np.isnan(left) and np.isnan(right)))
