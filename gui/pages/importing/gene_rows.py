"""The gene names of a table as rows to look at and to decide: cell, what stands there, what it is used as, why.

Not for: finding out what a name means; core says it again here, with the genes that a person can choose from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.data.genes.gene_symbols import GeneCall
from core.data.genes.measured_names import name_genes
from core.data.reference import rtk_symbols
from core.data.sheets.importing import Imported, cell_of_address
from core.data.sheets.recipe import Answers
from core.problems import Location

HOW_WORDS = {"approved": "", "previous": "former symbol", "alias": "known alias", "kit label": "label of a kit",
             "entrez": "Entrez id", "ensembl": "Ensembl id", "answered": "as you decided",
             "unknown": "no human gene, keeps its name"}
DAMAGE_WORDS = {"date": "a spreadsheet made a date of it", "date number": "a date as a number", "number": "a number"}
COLLAPSE_WORDS = {"highest mean": "highest mean kept", "mean": "their mean", "median": "their median"}


@dataclass(frozen=True)
class GeneRow:
    """One name of the file. ``choices`` are the genes it can mean where somebody must decide, else empty.

    ``by_cell`` says that the answer must be given for the cell, because the name stands in several.
    """

    cell: str
    name: str
    symbol: str
    why: str
    choices: tuple[str, ...] = ()
    asked: bool = False
    answered: bool = False
    receptor: bool = False
    left_out: bool = False
    changed: bool = False
    by_cell: bool = False
    damaged: bool = False
    place: Location = field(default_factory=Location)


def gene_rows_of(tables: Sequence[Imported], answers: Answers) -> tuple[GeneRow, ...]:
    """The names of all tables of one sheet, each cell once: as the table that uses it reads it."""
    rows: dict[str, GeneRow] = {}
    for row in [row for imported in tables for row in gene_rows(imported, answers)]:
        known = rows.get(row.cell)
        if known is None or (not known.asked and row.receptor and not row.left_out
                             and (known.left_out or not known.receptor)):
            rows[row.cell] = row
    return tuple(rows.values()) if len(tables) < 2 else tuple(sorted(rows.values(), key=lambda row: (
        not row.asked, not (row.receptor and row.changed), not row.receptor, not row.changed)))


def gene_rows(imported: Imported, answers: Answers) -> tuple[GeneRow, ...]:
    """Every name of an expression table, those to decide first, then receptors, then what was changed.

    A name without an answer keeps its question also after it was answered, so that the answer can be changed.
    """
    matrix = imported.matrix
    if matrix is None:
        return ()
    of_cell = {cell: gene for gene, cells in matrix.rows_of_gene.items() for cell in cells}
    out = {change.cell: change.reason for change in imported.changes if not change.after}
    names = {cell: _text(imported, cell) for cell in of_cell}
    names |= {change.cell: change.before for change in imported.changes
              if change.before and _may_be_name(imported, change.cell)}
    cells = [cell for cell in names if names[cell]]
    texts = [names[cell] for cell in cells]
    places = [cell_of_address(cell, imported.raw) for cell in cells]
    dates = [at for at, place in enumerate(places) if place in imported.raw.dates]
    samples_in_rows = imported.recipe.samples == "rows"
    measure = imported.recipe.measure or None
    calls = name_genes(texts, measure, answers=answers.genes, dates=dates,
                       entrez=False if samples_in_rows else None).calls
    unasked = {name.strip().upper() for name in answers.genes}
    undecided = name_genes(texts, measure, dates=dates, entrez=False if samples_in_rows else None).calls if unasked \
        else calls
    counts = Counter(text.strip().upper() for text in texts)
    several = {gene: len(group) for gene, group in matrix.rows_of_gene.items() if len(group) > 1}
    receptors = set(rtk_symbols())
    rows = []
    for cell, text, call, before in zip(cells, texts, calls, undecided, strict=True):
        gene = of_cell.get(cell, "")
        asked = call.how == "ambiguous"
        answered = text.strip().upper() in unasked
        choices = before.candidates if asked or answered else ()
        symbol = gene or ("" if asked else call.symbol)
        rows.append(GeneRow(
            cell, text.strip(), "" if cell in out and not gene else symbol,
            _why(call, cell, out, several.get(gene, 0), imported.recipe.collapse), choices, asked, answered,
            symbol in receptors or bool(receptors & set(choices)), cell in out,
            call.symbol.upper() != text.strip().upper() or cell in out or gene in several,
            asked and counts[text.strip().upper()] > 1, bool(before.damage),
            Location(imported.raw.file, imported.raw.sheet, cell, "", symbol)))
    return tuple(sorted(rows, key=lambda row: (
        not (row.asked and row.receptor), not (row.asked and row.damaged), not row.asked,
        not (row.receptor and row.changed), not row.receptor, not row.changed)))


def _text(imported: Imported, cell: str) -> str:
    place = cell_of_address(cell, imported.raw)
    return imported.raw.text(*place) if place is not None else ""


def _may_be_name(imported: Imported, cell: str) -> bool:
    """True for a cell of the gene column, or of the header where samples are rows."""
    place = cell_of_address(cell, imported.raw)
    if place is None:
        return False
    row, column = place
    recipe = imported.recipe
    if recipe.samples == "rows":
        return row in recipe.header_rows and column != recipe.id_column
    return column == recipe.id_column and row not in recipe.header_rows if recipe.samples == "columns" else False


def _why(call: GeneCall, cell: str, out: dict[str, str], several: int, collapse: str) -> str:
    words = []
    if call.damage:
        words.append(DAMAGE_WORDS[call.damage])
    elif call.how == "repaired":
        words.append("dots for dashes")
    elif HOW_WORDS.get(call.how):
        words.append(HOW_WORDS[call.how])
    if cell in out and call.how != "ambiguous":
        words.append(f"left out: {out[cell]}")
    elif several:
        words.append(f"{several} rows, {COLLAPSE_WORDS[collapse]}")
    return ", ".join(words)
