"""Which way round an expression table stands, and which column is what: genes, samples, annotation, results.

Not for: finding the table in the sheet (layout.py), reading values (value_grid.py) or lists (long_format.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.data.files.formats import LayoutHints
from core.data.files.raw_table import RawTable
from core.data.genes.gene_symbols import resolve_genes
from core.data.genes.measured_names import phospho_base, without_shared_part
from core.data.reference import rtk_symbols
from core.data.sheets.cell_kinds import GAP, NUMBER, WORD
from core.data.sheets.gene_columns import CLINICAL_WORDS, no_genes
from core.data.sheets.id_column import column_words, find_id_column, named_column
from core.data.sheets.layout import Region
from core.data.sheets.missing_values import OFF_WORDS, ON_WORDS
from core.data.sheets.recipe import TableSpec
from core.data.sheets.sheet_words import (
    all_whole,
    counted,
    is_gene_attribute,
    is_gene_column_name,
    is_probe,
    is_statistic,
    is_total,
)
from core.data.tables import Scale
from core.problems import Problem, note, user_error, warning

_SAMPLED = 1500
_FIRST = 400
_SHARE = 0.3
_LIKE_SAMPLE = re.compile(r"[A-Za-z]{1,2}[ _-]?\d{1,3}")
"""S1, P12: more often a sample than the gene that has it as an alias."""
_PLAIN_CALLS = ("on", "off", "true", "false", "0", "1")
_MOSTLY = 0.8
"""Share of calls from which a column is one of calls with a few slips, which are then named by their cells."""
_CALL_WORDS = frozenset((*ON_WORDS, *OFF_WORDS))
_SHORT_STATISTICS = frozenset(("t", "b", "p", "q", "fc", "hr", "rank", "corr", "stat"))


@dataclass(frozen=True)
class ExpressionLayout:
    """What the columns of a region are. ``samples`` is "rows" or "columns"; columns are 0-based."""

    samples: str
    id_column: int
    value_columns: tuple[int, ...]
    annotation_columns: tuple[int, ...]
    skipped_columns: tuple[int, ...]
    calls: bool
    detected: tuple[str, ...]
    findings: tuple[Problem, ...] = ()


@dataclass
class _Columns:
    """Counts of the kinds of cells of each column of a region, and what the columns look like."""

    table: RawTable
    region: Region
    numbers: dict[int, int] = field(default_factory=dict)
    words: dict[int, int] = field(default_factory=dict)
    gaps: dict[int, int] = field(default_factory=dict)
    symbols: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = np.asarray(self.region.columns, np.intp)
        part = self.region.kinds[np.ix_(np.asarray(self.region.rows, np.intp), columns)]
        for kind, counts in ((NUMBER, self.numbers), (WORD, self.words), (GAP, self.gaps)):
            counts.update(zip(self.region.columns, (part == kind).sum(axis=0).tolist()))

    def genes_in_header(self, of: Sequence[int]) -> set[str]:
        """The genes that the names of some columns mean; clinical words such as ``OS`` mean none here."""
        new = [column for column in of if column not in self.symbols]
        names = [self.region.names[column] for column in new]
        plain = [phospho_base(name) or name for name in without_shared_part(names)[0]]
        for column, name, call in zip(new, names, resolve_genes(plain)):
            doubtful = call.how != "approved" and (name.lower() in CLINICAL_WORDS or _LIKE_SAMPLE.fullmatch(name))
            self.symbols[column] = "" if doubtful or column in self.region.unnamed else call.symbol
        return {self.symbols[column] for column in of} - {""}

    def hold_values(self) -> list[int]:
        """Columns of measured values: mostly numbers, or nothing but words for a missing value."""
        return [column for column in self.region.columns
                if self.numbers[column] >= max(1, self.words[column])
                or (self.numbers[column] + self.words[column] == 0 and self.gaps[column])]

    def hold_calls(self, words: Collection[str], least: float = 1.0) -> list[int]:
        """Columns of whose entries at least the share ``least`` is 0, 1 or one of ``words``; missing ones aside."""
        return [column for column in self.region.columns
                if self.numbers[column] + self.words[column] + self.gaps[column]
                and self._calls(column, words) >= least * (self.numbers[column] + self.words[column])]

    def _calls(self, column: int, words: Collection[str]) -> int:
        numbers = self.table.numbers[np.asarray(self.region.rows, np.intp), column]
        texts = self.table.texts.get(column, {})
        said = sum(texts[row].strip().lower() in words for row in self.region.rows
                   if self.region.kinds[row, column] == WORD) if self.words[column] else 0
        return int(((numbers == 0) | (numbers == 1)).sum()) + said

    def gene_share(self, column: int) -> tuple[float, int]:
        """(share of the entries that are gene names, number of RTKs among them) of a column; 0 where few ever differ.

        A column of a category (menopause: pre, post) has names that some gene has as an alias, but only a few of them.
        """
        rows = self.region.rows
        step = max(1, len(rows) // _SAMPLED)
        texts = [self.table.text(row, column) for row in rows[::step] if self.region.kinds[row, column] != GAP]
        texts = [text for text in texts if text and text.lower() not in _CALL_WORDS]
        distinct = list(dict.fromkeys(texts))
        if not texts or (len(distinct) < 50 and len(distinct) < 0.15 * len(texts)):
            return 0.0, 0
        distinct = distinct[::max(1, len(distinct) // _FIRST)]
        calls = [call for call in resolve_genes(distinct)
                 if not _LIKE_SAMPLE.fullmatch(call.name) or call.how in ("approved", "answered")]
        symbols = {call.symbol for call in calls if call.symbol}
        if not symbols:
            return 0.0, 0
        genes = sum(bool(call.symbol) or (call.how == "ambiguous" and not call.damage) for call in calls)
        receptors = _receptors([self.table.text(row, column) for row in rows]) if self.words[column] else 0
        return genes / len(distinct), max(receptors, len(symbols & set(rtk_symbols())))


def find_expression_layout(table: RawTable, region: Region, spec: TableSpec, answered: frozenset[str],
                           hints: LayoutHints | None = None) -> ExpressionLayout:
    """Say what each column is; what the user stated is taken, the rest is detected and said.

    Parameters
    ----------
    answered : frozenset of str
        Names to which the user gave a gene.

    Raises
    ------
    UserError
        "no_column", "no_values", "no_genes", "which_samples", "no_sample_columns", "which_id".
    """
    columns = _Columns(table, region)
    calls = spec.scale is Scale.CALLS
    values = columns.hold_calls((*ON_WORDS, *OFF_WORDS), least=_MOSTLY) if calls else columns.hold_values()
    if spec.scale is None and not columns.genes_in_header(values) and not _gene_columns(columns, values):
        on_off = columns.hold_calls(_PLAIN_CALLS)
        across = len(columns.genes_in_header(on_off))
        if len(on_off) >= 2 and (2 * across >= max(len(on_off), 4) or _gene_columns(columns, on_off)):
            calls, values = True, columns.hold_calls(_PLAIN_CALLS, least=_MOSTLY)
    if not values:
        raise user_error("no_values", "no column of this table holds measured values", table.place(),
                         why="An expression table has a number for every gene and sample.",
                         remedy="name the sheet with the values with the key sheet, or use this table as clinical",
                         answer_key="sheet")
    named = None if spec.id is None else named_column(table, region, spec.id)
    stated = spec.samples or (hints.samples if hints is not None else None)
    detected = [] if spec.samples else ["samples"]
    way = stated or _detect_way(columns, values, named, answered)
    findings: list[Problem] = []
    if spec.samples is None:
        shape = "one sample per row" if way == "rows" else "one sample per column"
        findings.append(note("samples_detected", f"the table has {shape}", table.place(),
                             remedy='state samples = "rows" or "columns" if not'))
    if named is None:
        detected.append("id")
    if way == "columns":
        found = _with_samples_in_columns(columns, values, named, hints, findings)
    else:
        found = _with_samples_in_rows(columns, values, named, findings)
    id_column, used, annotation, skipped = found
    return ExpressionLayout(way, id_column, tuple(used), tuple(annotation), tuple(skipped), calls, tuple(detected),
                            tuple(findings))


def _receptors(names: list[str]) -> int:
    known = set(rtk_symbols())
    return len(known & {name.strip().upper() for name in names})


def _gene_columns(columns: _Columns, values: list[int]) -> dict[int, tuple[float, int]]:
    """Columns whose entries are genes for a good part, with their share and number of RTKs."""
    shares = {}
    of_values = set(values)
    for column in columns.region.columns:
        if column in of_values and not is_gene_attribute(columns.region.names[column]) \
                and not is_gene_column_name(columns.region.names[column]) and column != columns.region.columns[0]:
            continue
        share, receptors = columns.gene_share(column)
        if share >= _SHARE or receptors >= 3:
            shares[column] = (share, receptors)
    return shares


def _detect_way(columns: _Columns, values: list[int], named: int | None, answered: frozenset[str]) -> str:
    """ "rows" or "columns", from where the gene names are."""
    region, table = columns.region, columns.table
    names = [region.names[column] for column in values if column not in region.unnamed and column != named]
    symbols = columns.genes_in_header([column for column in values if column != named])
    across = len(symbols) / max(len(names), 1)
    across_receptors = len(symbols & set(rtk_symbols()))
    across_genes = len(symbols)
    if any(name in answered for name in names):
        return "rows"
    down = _gene_columns(columns, values)
    if named is not None:
        share, receptors = columns.gene_share(named)
        down = {named: (share, receptors)} if share >= _SHARE or receptors >= 3 else {}
    enough_across = across >= _SHARE or across_receptors >= 1 or across_genes >= 10
    if down and enough_across:
        share, receptors = max(down.values(), key=lambda entry: (entry[1], entry[0]))
        down_genes = share * len(region.rows)
        if receptors != across_receptors and max(receptors, across_receptors) >= 2:
            return "columns" if receptors > across_receptors else "rows"
        if max(down_genes, across_genes) >= 3 * min(down_genes, across_genes):
            return "columns" if down_genes > across_genes else "rows"
        raise _which_samples(table, "gene names stand both in the header and in a column")
    if down:
        return "columns"
    of_words = [column for column in region.columns if 2 * columns.words[column] > len(region.rows)]
    probes_down = [column for column in of_words if _share_of_probes(
        [table.text(row, column) for row in region.rows[:_SAMPLED]]) > 0.5]
    if probes_down and len(values) > 1 and not across_receptors:
        return "columns"
    if enough_across:
        return "rows"
    if _share_of_probes(names) > 0.3:
        return "rows"
    if named is not None and len(values) > 1:
        raise _which_samples(table, "no gene names were found in the header or in a column")
    raise no_genes(names, table)


def _share_of_probes(names: list[str]) -> float:
    there = [name for name in names if name]
    return sum(map(is_probe, there)) / len(there) if there else 0.0


def _which_samples(table: RawTable, what: str) -> Exception:
    return user_error("which_samples", f"it cannot be told whether samples are rows or columns: {what}", table.place(),
                      remedy='state samples = "rows" or samples = "columns" for this table', answer_key="samples")


def _with_samples_in_columns(columns: _Columns, values: list[int], named: int | None, hints: LayoutHints | None,
                             findings: list[Problem]) -> tuple[int, list[int], list[int], list[int]]:
    region, table = columns.region, columns.table
    if hints is not None and named is None:
        described = [column for column in region.columns if column in hints.annotation_columns]
        id_column = _named_by_symbols(columns, hints.id_column, described, findings)
        annotation = [column for column in (hints.id_column, *described) if column != id_column]
        used = [column for column in region.columns if column >= hints.first_value_column and column not in described]
        return id_column, used, annotation, []
    id_column = named if named is not None else _gene_column(columns, values, findings)
    others = [column for column in values if column != id_column]
    results = _results(region, others)
    attributes = [column for column in others if column not in results and (
        is_gene_attribute(region.names[column]) or _is_number_of_something(table, region, column))]
    unnamed = [column for column in others if column in region.unnamed and region.header_rows]
    left = {*results, *attributes, *unnamed}
    used = [column for column in others if column not in left]
    if results:
        findings.append(note("result_columns", f"{counted(len(results), 'column')} of summaries or results, no "
                                               "samples: "
                             f"{_named(region, results)}", table.place(None, results[0]),
                             remedy="rename a column in the file if it is a sample"))
    if unnamed:
        findings.append(warning("sample_without_name", f"{counted(len(unnamed), 'column')} of values without a name "
                                f"{'was' if len(unnamed) == 1 else 'were'} left out: "
                                f"{_named(region, unnamed)}", table.place(None, unnamed[0]),
                                remedy="write the sample's name into the header"))
    if not used:
        raise user_error(
            "no_sample_columns", "beside the gene names there is no column of samples"
            + (f" (only {_named(region, [*results, *attributes])})" if results or attributes else ""), table.place(),
            why="An expression table has one column of values per sample, or one row.",
            remedy="name the sheet with the values of the single samples with the key sheet", answer_key="sheet")
    taken = {id_column, *used, *results, *unnamed}
    annotation = [column for column in region.columns if column not in taken]
    if annotation:
        findings.append(note("annotation_columns", f"{counted(len(annotation), 'column')} beside the genes, no "
                                                   "samples: "
                             f"{_named(region, annotation)}", table.place(None, annotation[0])))
    return id_column, used, annotation, [*results, *unnamed]


def _named_by_symbols(columns: _Columns, stated: int, described: list[int], findings: list[Problem]) -> int:
    """The gene column of a file of known format: its own, or, where that holds probes, the one with gene names."""
    if columns.gene_share(stated)[0] >= _SHARE:
        return stated
    genes = [column for column in described if columns.gene_share(column)[0] >= _SHARE]
    if len(genes) != 1:
        return stated
    findings.append(note("genes_column", f"the genes were taken from {column_words(columns.region, genes[0])}, because "
                         f"{column_words(columns.region, stated)} holds no gene names",
                         columns.table.place(None, genes[0]),
                         remedy="name the column with the key id if it is another"))
    return genes[0]


def _is_number_of_something(table: RawTable, region: Region, column: int) -> bool:
    """True for whole numbers under a name such as ``Batch_ID``."""
    name = region.names[column].lower()
    return name.endswith((" id", "_id", ".id", "-id", " ids", "_ids")) and all_whole(
        table.numbers[np.asarray(region.rows, np.intp), column])


def _results(region: Region, columns: list[int]) -> list[int]:
    """Columns of summaries and test results. ``T`` or ``B`` alone may be a sample; beside a P value it is not."""
    sure = [column for column in columns if is_total(region.names[column])
            or (is_statistic(region.names[column]) and region.names[column].lower() not in _SHORT_STATISTICS)]
    unsure = [column for column in columns if region.names[column].lower() in _SHORT_STATISTICS]
    only_results = len(sure) + len(unsure) == len(columns)
    return sorted({*sure, *(unsure if sure or only_results else [])})


def _gene_column(columns: _Columns, values: list[int], findings: list[Problem]) -> int:
    """The column of gene names: the one with most RTKs and genes; symbols before ids."""
    region, table = columns.region, columns.table
    candidates = _gene_columns(columns, values)
    if not candidates:
        texts = [column for column in region.columns if columns.words[column] and column not in values]
        probes = [column for column in texts
                  if _share_of_probes([table.text(row, column) for row in region.rows[:_SAMPLED]]) > 0.5]
        if not texts:
            raise _which_samples(table, "no column holds names of genes or probes")
        chosen = (probes or texts)[0]
    else:
        chosen = max(candidates, key=lambda column: (candidates[column][1], round(candidates[column][0], 1),
                                                     not _holds_ids(table, region, column),
                                                     is_gene_column_name(region.names[column]), -column))
        rivals = [column for column in candidates if column != chosen and candidates[column][1] >= 1
                  and candidates[column][1] == candidates[chosen][1] and not _agree(table, region, column, chosen)]
        if rivals:
            raise user_error("which_id", "the genes could be the " + " or the ".join(
                column_words(region, column) for column in [chosen, *rivals][:3]), table.place(),
                remedy="name the column of genes with the key id", answer_key="id")
    findings.append(note("id_detected", f"the genes were taken from {column_words(region, chosen)}",
                         table.place(None, chosen), remedy="name the column with the key id if it is another"))
    return chosen


def _holds_ids(table: RawTable, region: Region, column: int) -> bool:
    """True for a column of Ensembl or Entrez ids rather than symbols."""
    texts = [text for text in (table.text(row, column) for row in region.rows[:200]) if text]
    return sum(text.isdigit() or is_probe(text) for text in texts) > 0.5 * len(texts)


def _agree(table: RawTable, region: Region, one: int, other: int) -> bool:
    """True where two columns of genes mean the same gene in nearly every row."""
    rows = region.rows[::max(1, len(region.rows) // 300)]
    left = resolve_genes([table.text(row, one) for row in rows])
    right = resolve_genes([table.text(row, other) for row in rows])
    both = [(a.symbol, b.symbol) for a, b in zip(left, right) if a.symbol and b.symbol]
    return not both or sum(a == b for a, b in both) >= 0.95 * len(both)


def _named(region: Region, columns: list[int]) -> str:
    return ", ".join(region.names[column] for column in columns[:8]) + (", …" if len(columns) > 8 else "")


def _with_samples_in_rows(columns: _Columns, values: list[int], named: int | None,
                          findings: list[Problem]) -> tuple[int, list[int], list[int], list[int]]:
    region, table = columns.region, columns.table
    if named is not None:
        id_column = named
    else:
        columns.genes_in_header(values)
        genes = {column for column in values if columns.symbols[column]}
        id_column, said = find_id_column(table, region, not_these=genes)
        findings += said
    used = [column for column in values if column != id_column and not is_total(region.names[column])]
    taken = {id_column, *used}
    return id_column, used, [column for column in region.columns if column not in taken], []
