"""Which gene an antibody, a spot or a target means, whether it is the phosphorylated protein, and values as a matrix.

Not for: gene names in general (core/data/genes), or the numbers themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.genes.gene_findings import problems_of_calls
from core.data.genes.gene_symbols import GeneCall, resolve_genes
from core.data.genes.measured_names import phospho_base
from core.data.reference import rtk_symbols
from core.data.sheets.collapse_genes import Change
from core.data.sheets.recipe import Answers
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Location, Problem, note, warning

TOTAL, PHOSPHO, MRNA = "total", "phospho", "mRNA"
_JOINED = re.compile(r"p([A-Z].*?)(?:[YST]\d{3,4})?")


@dataclass(frozen=True)
class Measured:
    """What a name of the file stands for.

    ``gene`` is empty where the name is left out (several genes, or decided so); ``clone`` is what stands behind the
    protein's name (``HER2 (4B5)``).
    """

    name: str
    gene: str
    phospho: bool
    clone: str = ""


@dataclass(frozen=True)
class MeasuredNames:
    """The meaning of each name, what is to be said, every renaming, and the answers that were used."""

    of_name: Mapping[str, Measured]
    findings: tuple[Problem, ...]
    changes: tuple[Change, ...]
    used: frozenset[tuple[str, str]]


def measured_names(names: Sequence[str], places: Sequence[Location], answers: Answers) -> MeasuredNames:
    """Say of each name which gene it means; names may stand several times, the first place counts.

    A name that no gene has keeps its own; one that several genes have is left out until the user decides.
    """
    first: dict[str, Location] = {}
    for name, place in zip(names, places, strict=True):
        first.setdefault(name, place)
    decided = {name.strip().upper(): name for name in answers.genes}
    calls: list[GeneCall] = []
    found: dict[str, Measured] = {}
    used: set[tuple[str, str]] = set()
    for name in first:
        if name.strip().upper() in decided:
            used.add(("genes", decided[name.strip().upper()]))
            call = resolve_genes([name], answers=answers.genes)[0]
            calls.append(call)
            found[name] = Measured(name, "" if call.left_out else call.gene, False)
            continue
        base, phospho = _protein(name)
        call, clone = _without_clone(base)
        calls.append(replace(call, name=name))
        gene = "" if call.left_out else call.symbol or (f"p{base}" if phospho else name.strip())
        found[name] = Measured(name, gene, phospho and bool(call.symbol), clone)
    said = [*problems_of_calls(calls, list(first.values())), *_receptors(found, next(iter(first.values()), Location()))]
    changes = [Change(place.cell, name, found[name].gene, "the gene of this name" if found[name].gene else
                      "may be several genes, left out") for name, place in first.items() if found[name].gene != name]
    return MeasuredNames(found, tuple(said), tuple(changes), frozenset(used))


def _protein(name: str) -> tuple[str, bool]:
    """The protein of a name, and whether its phosphorylated form is meant (``p-EGFR``, ``pHER2 (Y1248)``)."""
    text = name.strip()
    base = phospho_base(text)
    if base:
        return (match[1] if (match := _JOINED.fullmatch(base)) else base), True
    match = _JOINED.fullmatch(text)
    if match is not None:
        call, _ = _without_clone(match[1])
        if call.symbol or call.how == "ambiguous":
            return match[1], True
    return text, False


def _without_clone(name: str) -> tuple[GeneCall, str]:
    """The gene of a name, or of its first words where a clone or company stands behind them."""
    call = resolve_genes([name])[0]
    if call.symbol or call.how == "ambiguous":
        return call, ""
    parts = re.split(r"([\s(,;\[]+)", name)
    for upto in range(len(parts) - 2, 0, -2):
        shorter = resolve_genes(["".join(parts[:upto])])[0]
        if shorter.symbol:
            return shorter, "".join(parts[upto:]).strip(" (),;[]")
    return call, ""


def _receptors(found: Mapping[str, Measured], place: Location) -> list[Problem]:
    known = set(rtk_symbols())
    there = list(dict.fromkeys(each.gene for each in found.values() if each.gene in known))
    whole = Location(place.file, place.sheet)
    if there:
        return [note("receptors_found", f"{len(there)} of the {len(known)} RTKs were found: {', '.join(there)}", whole)]
    return [warning("no_receptors", f"no RTK was found among the names of this table ({', '.join(list(found)[:4])})",
                    whole, why="No receptor can be analysed in it.",
                    remedy="say what the names mean under [dataset.answers] genes")]


def matrix_of(values: Mapping[tuple[str, str], float], samples: Sequence[str], scale: Scale, measure: str,
              place: Location, cells: Mapping[str, Sequence[str]] | None = None) -> ExpressionMatrix:
    """Samples by genes from single values, NaN where there is none.

    Parameters
    ----------
    values : mapping of (sample, gene) -> number
    samples : sequence of str
        In the order of the matrix; those without any value are left out.
    cells : mapping of gene -> cells, optional
        Where the values of a gene stand.
    """
    genes = tuple(dict.fromkeys(gene for _, gene in values))
    there = {sample for sample, _ in values}
    kept = tuple(sample for sample in samples if sample in there)
    numbers = np.full((len(kept), len(genes)), np.nan)
    row_of, column_of = {name: row for row, name in enumerate(kept)}, {name: at for at, name in enumerate(genes)}
    for (sample, gene), value in values.items():
        numbers[row_of[sample], column_of[gene]] = value
    numbers.flags.writeable = False
    of_gene = {gene: tuple(dict.fromkeys((cells or {}).get(gene, ()))) for gene in genes}
    return ExpressionMatrix(kept, genes, numbers, scale, measure, place, of_gene)


def merged_matrices(first: ExpressionMatrix, other: ExpressionMatrix
                    ) -> tuple[ExpressionMatrix, tuple[tuple[str, str], ...]]:
    """Two tables of one measure and scale as one, under the place of the first.

    Returns
    -------
    matrix, differing
        ``differing`` are (sample, gene) that both have with different values: missing in the result.
    """
    values = {(sample, gene): float(first.values[row, column]) for row, sample in enumerate(first.samples)
              for column, gene in enumerate(first.genes)}
    differing = []
    for row, sample in enumerate(other.samples):
        for column, gene in enumerate(other.genes):
            value = float(other.values[row, column])
            before = values.get((sample, gene), float("nan"))
            if np.isfinite(before) and np.isfinite(value) and before != value:
                differing.append((sample, gene))
                values[sample, gene] = float("nan")
            elif np.isfinite(value) or (sample, gene) not in values:
                values[sample, gene] = value
    cells = {gene: (*first.rows_of_gene.get(gene, ()), *other.rows_of_gene.get(gene, ()))
             for gene in dict.fromkeys((*first.genes, *other.genes))}
    samples = tuple(dict.fromkeys((*first.samples, *other.samples)))
    return matrix_of(values, samples, first.scale, first.measure, first.place, cells), tuple(differing)
