"""Which columns of a table with samples in rows are genes, when clinical columns stand beside them.

Not for: tables with genes in rows, where every row is a gene or a probe (expression_import.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.layout import Region
from core.data.measured_names import Naming, name_genes
from core.data.raw_table import RawTable
from core.data.sheet_words import all_whole, is_probe
from core.problems import Problem, note, user_error, warning

CLINICAL_WORDS = frozenset((
    "sex", "os", "type", "ki-67", "npi", "t", "n", "m", "pn", "pt", "ct", "cn", "pni", "lvi", "race", "fu", "hrd", "set",
    "exp", "mice", "arms", "fish", "ihc", "lab", "rank", "sd", "se", "end", "stop", "start", "dod", "dss", "ttp", "hr",
    "efs", "dfs", "pfs", "rfs", "age", "er", "pr", "rest", "cat", "max", "min", "impact", "camp", "date", "site", "grade",
    "stage", "size", "event", "status", "time", "dead", "alive", "id", "bmi", "pcr", "rcb", "tmb", "ldh", "cea", "dose"))
"""Headings of clinical tables that are also names of genes. They count as genes only among very many genes."""

_VERY_MANY = 100
_FEW_CODES = 4


@dataclass(frozen=True)
class GeneColumns:
    """The columns that are used, what their names mean, and those left out with the reason (positions in ``columns``)."""

    columns: tuple[int, ...]
    naming: Naming
    left_out: Mapping[int, str]
    findings: tuple[Problem, ...]


def choose_gene_columns(table: RawTable, region: Region, candidates: Sequence[int], measure: str | None,
                        answers: Mapping[str, str]) -> GeneColumns:
    """Choose the columns of genes among columns of numbers.

    A column counts where its name means a gene, is a phosphorylated form of one, or is an array probe. The others are
    clinical or annotation, and are said in one sentence.

    Raises
    ------
    UserError
        "no_genes" when none counts.
    """
    names = [region.names[column] for column in candidates]
    naming = name_genes(names, measure, answers=answers, place=table.place(), entrez=False)
    decided = {name.strip().upper() for name in answers}
    genes = sum(bool(call.symbol) for call in naming.calls)
    used: list[int] = []
    clinical: list[int] = []
    asked: list[int] = []
    for at, call in enumerate(naming.calls):
        word = call.name.strip().lower()
        if call.name.strip().upper() in decided:
            used.append(at)
        elif word in CLINICAL_WORDS and (call.how != "approved" or genes < _VERY_MANY):
            clinical.append(at)
        elif call.symbol or at in naming.phospho or at in naming.total or is_probe(call.name):
            used.append(at)
        elif call.how == "ambiguous" and call.name.strip().isalnum() and genes >= 3:
            asked.append(at)
        else:
            clinical.append(at)
    codes = _codes(table, region, [candidates[at] for at in used])
    coded = [at for at in used if candidates[at] in codes and naming.calls[at].name.strip().upper() not in decided]
    used = sorted([at for at in used if at not in coded] + asked)
    findings = _findings(table, region, [candidates[at] for at in clinical], [candidates[at] for at in coded])
    if not any(naming.calls[at].symbol or is_probe(naming.calls[at].name) or at in naming.phospho for at in used):
        shown = ", ".join(f"“{name[:30]}”" for name in names[:4])
        raise user_error(
            "no_genes", f"none of the {len(names)} columns of numbers is called like a gene ({shown}"
            f"{', …' if len(names) > 4 else ''})", table.place(),
            why="Without gene names no receptor can be found in the table.",
            remedy='say what they mean with genes = { "name in the file" = "symbol" } in the answers of the data set, or '
            "name the sheet with the expression values", answer_key="genes")
    position = {at: place for place, at in enumerate(used)}
    shown_naming = replace(naming, calls=tuple(naming.calls[at] for at in used),
                           phospho=frozenset(position[at] for at in naming.phospho if at in position),
                           total=frozenset(position[at] for at in naming.total if at in position))
    left_out = {position[at]: "total protein in a table of phosphorylated protein" for at in naming.total if at in position}
    refused = {name.strip().upper() for name, symbol in answers.items() if not symbol.strip()}
    left_out |= {position[at]: "left out, as you decided" for at in used
                 if naming.calls[at].name.strip().upper() in refused}
    return GeneColumns(tuple(candidates[at] for at in used), shown_naming, left_out, tuple(findings))


def _codes(table: RawTable, region: Region, columns: Sequence[int]) -> set[int]:
    """Columns of a few whole numbers among columns of fractions: a status (HER2 0 or 1), not a measurement."""
    rows = np.asarray(region.rows, np.intp)
    distinct: dict[int, int] = {}
    for column in columns:
        numbers = table.numbers[rows, column]
        there = numbers[~np.isnan(numbers)]
        if all_whole(there):
            distinct[column] = len(set(there[:5000].tolist()))
    fractions = len(columns) - len(distinct)
    if fractions < 0.5 * len(columns) or not columns:
        return set()
    return {column for column, count in distinct.items() if 2 <= count <= _FEW_CODES}


def _findings(table: RawTable, region: Region, clinical: Sequence[int], coded: Sequence[int]) -> list[Problem]:
    findings: list[Problem] = []
    if clinical:
        findings.append(note("columns_no_genes", f"{len(clinical)} columns of numbers are no genes and were not used: "
                             f"{_named(region, clinical)}", table.place(None, clinical[0]),
                             remedy='if one is a gene, say genes = { "its name" = "symbol" } in the answers'))
    if coded:
        findings.append(warning("codes_no_values", f"{len(coded)} columns are called like a gene but hold a few codes only, "
                                f"and were not used: {_named(region, coded)}", table.place(None, coded[0]),
                                why="A status of 0 and 1 among measured values is a clinical column.",
                                remedy='if one is a measurement, say genes = { "its name" = "symbol" } in the answers'))
    return findings


def _named(region: Region, columns: Sequence[int]) -> str:
    return ", ".join(region.names[column] for column in columns[:8]) + (", …" if len(columns) > 8 else "")
