"""One sheet to an ExpressionMatrix: layout, values, samples, genes, scale, one column per gene, and every change said.

Not for: opening files (workbook.py) or clinical columns (clinical_import.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.files.formats import LayoutHints
from core.data.files.raw_table import RawTable
from core.data.genes.gene_findings import problems_of_calls
from core.data.genes.gene_symbols import GeneCall, resolve_genes
from core.data.genes.measured_names import Naming, name_genes
from core.data.reference import rtk_symbols
from core.data.sheets.cell_kinds import GAP, NUMBER, WORD
from core.data.sheets.collapse_genes import DEFAULT_RULE, Change, collapse_genes
from core.data.sheets.data_checks import identical_genes, identical_samples, personal_data
from core.data.sheets.expression_layout import ExpressionLayout, find_expression_layout
from core.data.sheets.gene_columns import choose_gene_columns
from core.data.sheets.id_column import column_words
from core.data.sheets.layout import Region, find_region, region_of_format
from core.data.sheets.long_format import LongLayout, find_long_layout, grid_of_list
from core.data.sheets.missing_values import MissingTokens, block_findings, call_value
from core.data.sheets.odd_values import codes_for_missing, without_impossible
from core.data.sheets.recipe import Answers, TableSpec
from core.data.sheets.sample_answers import keep_samples
from core.data.sheets.scales import propose_scale, to_analysis_scale, which_scale
from core.data.sheets.sheet_words import counted, is_counter, row_list
from core.data.sheets.value_grid import ValueGrid, grid_of_columns, grid_of_rows
from core.data.tables import ExpressionMatrix, Scale
from core.jobs import JobContext
from core.problems import Location, Problem, note, user_error, warning


@dataclass(frozen=True, eq=False)
class ExpressionImport:
    """The matrix and how it was got."""

    matrix: ExpressionMatrix
    region: Region
    layout: ExpressionLayout | None
    list_layout: LongLayout | None
    skipped_rows: tuple[int, ...]
    tokens: MissingTokens
    findings: tuple[Problem, ...]
    changes: tuple[Change, ...]
    detected: tuple[str, ...]
    used: frozenset[tuple[str, str]]


def read_expression(table: RawTable, spec: TableSpec, answers: Answers, hints: LayoutHints | None,
                    job: JobContext) -> ExpressionImport:
    """Turn a sheet into an ExpressionMatrix.

    Raises
    ------
    UserError
        Where a question about the whole table is open: its ``answer_key`` names the key that answers it.
    """
    tokens = MissingTokens.of("expression", spec.missing)
    region = find_region(table, tokens, spec.header_row) if hints is None or spec.header_row is not None \
        else region_of_format(table, tokens, hints)
    findings = list(region.findings)
    changes: list[Change] = []
    job.progress(0.2, "Finding genes and samples")
    in_list = find_long_layout(table, region, spec) if hints is None else None
    layout: ExpressionLayout | None = None
    skipped: tuple[int, ...] = ()
    if in_list is not None:
        findings += in_list.findings
        grid, found = grid_of_list(table, region, in_list, tokens)
        findings += found
        naming = name_genes(grid.names, spec.measure, answers=answers.genes, place=table.place())
        kept_names: dict[int, str] = {}
    else:
        layout = find_expression_layout(table, region, spec, frozenset(answers.genes), hints)
        findings += layout.findings
        if layout.samples == "rows":
            grid, naming, kept_names = _samples_in_rows(table, region, layout, spec, answers, tokens, findings)
        else:
            grid, naming, kept_names, skipped = _samples_in_columns(table, region, layout, spec, answers, tokens,
                                                                    findings)
    findings += naming.findings
    samples = keep_samples(table, grid.samples, grid.sample_cells, answers, _SameValues(grid),
                           replicates=True)
    findings += samples.findings
    changes += samples.changes
    grid = grid.take_samples(list(samples.kept))
    job.progress(0.4, "Reading the scale")
    findings += block_findings(table, grid.block)
    changes += _cell_changes(table, grid)
    possible, found, cleared = without_impossible(table, grid)
    findings += (*found, *codes_for_missing(table, grid))
    changes += cleared
    grid = replace(grid, values=possible)
    scale, scale_detected = _scale(table, spec, layout, grid, hints, findings)
    values, found = to_analysis_scale(grid.values, scale, lambda i, j: grid.place(table, i, j), table.place(),
                                      library=grid.library)
    findings += found
    job.progress(0.6, "Collapsing rows of one gene")
    cells = [table.cell(*cell) for cell in grid.name_cells]
    findings += _gene_findings(table, grid, naming, kept_names)
    genes = collapse_genes(naming.calls, cells, values, spec.collapse or DEFAULT_RULE, table.place(),
                           left_out=kept_names)
    findings += genes.findings
    changes += genes.changes
    _require_genes(genes.genes, table)
    matrix_values = np.ascontiguousarray(genes.values)
    matrix_values.flags.writeable = False
    matrix = ExpressionMatrix(samples.names, genes.genes, matrix_values, scale, naming.measure, table.place(),
                              genes.rows_of_gene,
                              other_rows=values[:, list(genes.unplaced)] if genes.unplaced else None)
    job.progress(0.9, "Looking for repeated samples and personal data")
    findings += _receptors_found(matrix, naming, table)
    findings += identical_samples(matrix.values, matrix.samples, table.place())
    findings += identical_genes(matrix.values, matrix.genes, table.place())
    findings += personal_data(table, region)
    used = samples.used | {("genes", name) for name in _answers_met(naming, answers)}
    detected = (*(layout.detected if layout else ("samples", "id")), *(("scale",) if scale_detected else ()),
                *(() if spec.measure else ("measure",)), *(() if spec.collapse else ("collapse",)),
                *(() if spec.header_row is not None else ("header_row",)))
    return ExpressionImport(matrix, region, layout, in_list, skipped, tokens, tuple(findings), tuple(changes),
                            detected, used)


def _samples_in_rows(table: RawTable, region: Region, layout: ExpressionLayout, spec: TableSpec, answers: Answers,
                     tokens: MissingTokens, findings: list[Problem]) -> tuple[ValueGrid, Naming, dict[int, str]]:
    chosen = choose_gene_columns(table, region, layout.value_columns, spec.measure, answers.genes,
                                 scale_stated=spec.scale is not None or layout.calls)
    findings += chosen.findings
    others = [column for column in layout.annotation_columns if column not in region.unnamed]
    texts = [region.names[column] for column in others]
    if texts:
        findings.append(note("text_columns", f"{counted(len(texts), 'column')} of words, not of measured values: "
                                             f"{_first(texts)}",
                             table.place(None, others[0])))
    of_words = [column for column in others if region.names[column] in rtk_symbols()]
    findings += _receptors_of_words(table, region, of_words, tokens, calls=layout.calls)
    rows = [(row, table.text(row, layout.id_column)) for row in region.rows]
    names = [(column, region.names[column]) for column in chosen.columns]
    top = region.header_rows[-1] if region.header_rows else None
    grid = grid_of_rows(table, top, rows, layout.id_column, names, tokens, calls=layout.calls)
    return grid, chosen.naming, dict(chosen.left_out)


def _receptors_of_words(table: RawTable, region: Region, columns: Sequence[int], tokens: MissingTokens, *,
                        calls: bool) -> list[Problem]:
    """A column that is called like an RTK and holds words: left out, and never with a note alone."""
    found = []
    for column in columns:
        words = [(row, text) for row in region.rows if (text := table.text(row, column))
                 and np.isnan(table.numbers[row, column]) and tokens.reason(text) is None
                 and (not calls or call_value(text) is None)]
        row, text = words[0] if words else (region.rows[0], "")
        said = f", as “{text[:40]}”" if text else ""
        found.append(warning("receptor_of_words", f"the column {region.names[column]} holds words{said}, so "
                             f"{region.names[column]} is left out", table.place(row, column),
                             why="No value is made of words.",
                             remedy="write on, off or unknown into its cells" if calls else
                             "write numbers into its cells, or rename the column if it is no measurement"))
    return found


def _samples_in_columns(table: RawTable, region: Region, layout: ExpressionLayout, spec: TableSpec, answers: Answers,
                        tokens: MissingTokens, findings: list[Problem]
                        ) -> tuple[ValueGrid, Naming, dict[int, str], tuple[int, ...]]:
    rows, skipped = _gene_rows(table, region, layout, findings)
    names = _names_of_rows(table, region, layout, rows, findings)
    columns = [(column, "" if column in region.unnamed and region.header_rows else region.names[column])
               for column in layout.value_columns]
    top = region.header_rows[-1] if region.header_rows else None
    grid = grid_of_columns(table, top, columns, layout.id_column, list(zip(rows, names)), tokens, calls=layout.calls)
    dates = [at for at, row in enumerate(rows) if (row, layout.id_column) in table.dates]
    naming = name_genes(names, spec.measure, answers=answers.genes, dates=dates, place=table.place())
    left_out = dict.fromkeys(naming.total, "total protein in a table of phosphorylated protein")
    left_out |= {at: "no name" for at, name in enumerate(names) if not name}
    left_out |= _as_decided(naming, answers)
    return grid, naming, left_out, tuple(skipped)


def _gene_rows(table: RawTable, region: Region, layout: ExpressionLayout,
               findings: list[Problem]) -> tuple[list[int], list[int]]:
    """Rows of genes; rows of words (``tissue: tumour, …``) and of read counters are no genes."""
    body = np.asarray(region.rows, np.intp)
    values = region.kinds[np.ix_(body, np.asarray(layout.value_columns, np.intp))]
    numbers, words = (values == NUMBER).sum(axis=1), (values == WORD).sum(axis=1)
    labels = [] if layout.calls else [int(row) for row in body[(numbers == 0) & (words >= 0.5 * values.shape[1])]]
    genes = resolve_genes([table.text(row, layout.id_column) for row in labels])
    labels = [row for row, call in zip(labels, genes) if not call.symbol]
    titles = [int(row) for row in body[(values != 0).sum(axis=1) == 0]
              if table.text(int(row), layout.id_column) == ""]
    counters = [int(row) for row in body if is_counter(table.text(int(row), layout.id_column))]
    if labels:
        findings.append(note("rows_of_words", f"{row_list(labels)} hold words where other rows hold values "
                             f"({table.text(labels[0], layout.id_column) or 'without a name'}), and were left out",
                             table.place(labels[0])))
    if counters:
        findings.append(note("counter_rows", f"{row_list(counters)} are the bookkeeping of a read counter, no genes, "
                                             "and "
                             "were left out", table.place(counters[0])))
    out = {*labels, *titles, *counters}
    return [row for row in region.rows if row not in out], sorted(out)


def _names_of_rows(table: RawTable, region: Region, layout: ExpressionLayout, rows: Sequence[int],
                   findings: list[Problem]) -> list[str]:
    """The gene name of each row; where it is blank or NA, the entry of an annotation column (probe, Ensembl id)."""
    names = ["" if region.kinds[row, layout.id_column] == GAP else table.text(row, layout.id_column) for row in rows]
    blank = [at for at, name in enumerate(names) if not name]
    if not blank:
        return names
    for column in layout.annotation_columns:
        entries = {table.text(rows[at], column) for at in blank}
        if len(entries) == len(blank) and "" not in entries:
            for at in blank:
                entry = table.text(rows[at], column)
                names[at] = f"{region.names[column]} {entry}" if entry.isdigit() else entry
            findings.append(note("names_from_other_column", f"{counted(len(blank), 'row')} without a gene name "
                                 f"{'goes' if len(blank) == 1 else 'go'} by the entry in "
                                 f"{column_words(region, column)}",
                                 table.place(rows[blank[0]], layout.id_column)))
            return names
    findings.append(warning("gene_without_name", f"{counted(len(blank), 'row')} of values without a gene name "
                            f"{'was' if len(blank) == 1 else 'were'} left out "
                            f"({row_list([rows[at] for at in blank])})", table.place(rows[blank[0]], layout.id_column),
                            remedy="write the names into the file if they are needed"))
    return names


@dataclass(frozen=True, eq=False)
class _SameValues:
    """Whether two samples of a grid hold the same values."""

    grid: ValueGrid

    def __call__(self, one: int, other: int) -> bool:
        return bool(np.array_equal(self.grid.values[one], self.grid.values[other], equal_nan=True))


def _cell_changes(table: RawTable, grid: ValueGrid) -> list[Change]:
    """Cells whose text was no plain number and no usual word for a missing value."""
    block = grid.block
    kinds = ((block.limits, "", "beyond a limit, counts as missing"), (block.unreadable, "", "no number, counts as "
                                                                                             "missing"),
             (block.from_words, "its number", "number with a sign or unit"))
    return [Change(table.cell(row, column), text, after, reason) for cells, after, reason in kinds
            for row, column, text in cells]


def _scale(table: RawTable, spec: TableSpec, layout: ExpressionLayout | None, grid: ValueGrid,
           hints: LayoutHints | None, findings: list[Problem]) -> tuple[Scale, bool]:
    if spec.scale is not None:
        return Scale(spec.scale), False
    if not np.any(~np.isnan(grid.values)):
        raise user_error("no_values", "no value of this table can be read", table.place(), answer_key="sheet",
                         remedy="name the sheet with the values with the key sheet")
    if layout is not None and layout.calls:
        findings.append(note("scale_detected", 'the scale was taken as "calls": the values are on/off '
                                               'words', table.place()))
        return Scale.CALLS, True
    proposal = propose_scale(grid.values)
    if proposal.scale is None:
        raise which_scale(proposal, table.place(), _extremes(table, grid))
    said = f" (the file says: {hints.transformation})" if hints is not None and hints.transformation else ""
    findings.append(note("scale_detected", f'the scale was taken as "{proposal.scale}": {proposal.reason}{said}',
                         table.place(), why="Values are logged exactly once, so the scale must be right.",
                         remedy="state the key scale if it is another"))
    return proposal.scale, True


def _extremes(table: RawTable, grid: ValueGrid) -> str:
    """Where the lowest and the highest value stand: one mistyped cell can hide the scale of a table."""
    low, high = (table.cell(*grid.cell(*map(int, np.unravel_index(find(grid.values), grid.values.shape))))
                 for find in (np.nanargmin, np.nanargmax))
    return f"the lowest value stands in {low}, the highest in {high}"


def _gene_findings(table: RawTable, grid: ValueGrid, naming: Naming, left_out: dict[int, str]) -> tuple[Problem, ...]:
    """What is to be said about the names; names that are out for another reason are not mentioned again."""
    asked = [at for at in range(len(naming.calls)) if at not in left_out
             and (at not in naming.phospho or naming.calls[at].how == "ambiguous")]
    calls: list[GeneCall] = [naming.calls[at] for at in asked]
    return problems_of_calls(calls, [table.place(*grid.name_cells[at]) for at in asked])


def _as_decided(naming: Naming, answers: Answers) -> dict[int, str]:
    decided = {name.strip().upper() for name, symbol in answers.genes.items() if not symbol.strip()}
    return {at: "left out, as you decided" for at, call in enumerate(naming.calls)
            if call.name.strip().upper() in decided}


def _answers_met(naming: Naming, answers: Answers) -> list[str]:
    names = {call.name.strip().upper() for call in naming.calls}
    return [name for name in answers.genes if name.strip().upper() in names]


def _require_genes(genes: Sequence[str], table: RawTable) -> None:
    if not genes:
        raise user_error("no_genes", "no row or column of a gene is left", table.place(), answer_key="genes",
                         remedy="say what the names mean with genes = { … } in the answers of the data set")


def _receptors_found(matrix: ExpressionMatrix, naming: Naming, table: RawTable) -> list[Problem]:
    receptors = rtk_symbols()
    present = set(matrix.genes)
    there = [gene for gene in receptors if gene in present]
    place: Location = table.place()
    if not any(call.symbol for call in naming.calls):
        return [warning("no_gene_symbols", f"no gene symbols: the {len(matrix.genes):,} names "
                                           f"({_first(matrix.genes)}) are "
                        f"no genes, and keep the name they have; 0 of {len(receptors)} RTKs", place,
                        why="No receptor can be analysed in this table.", remedy="add a column with gene symbols and "
                                                                                 "name "
                        "it with the key id")]
    if not there:
        return [warning("no_receptors", f"no RTK was found among the {len(matrix.genes):,} genes of this table "
                                        f"({_first(matrix.genes)})", place,
                        why="No receptor can be analysed in it.", remedy="check that it is the right table")]
    return [note("receptors_found", f"{len(there)} of the {len(receptors)} RTKs were found: {', '.join(there)}", place)]


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
