"""Which columns of a table with samples in rows are genes, when clinical columns stand beside them.

Not for: tables with genes in rows, where every row is a gene or a probe (expression_import.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.files.raw_table import RawTable
from core.data.genes.gene_symbols import resolve_genes
from core.data.genes.measured_names import Naming, name_genes
from core.data.reference import rtk_symbols
from core.data.sheets.layout import Region
from core.data.sheets.sheet_words import all_whole, counted, is_probe
from core.problems import Problem, UserError, note, user_error, warning

CLINICAL_WORDS = frozenset((
    "sex", "os", "type", "ki-67", "npi", "t", "n", "m", "pn", "pt", "ct", "cn", "pni", "lvi", "race", "fu", "hrd",
    "set", "exp", "mice", "arms", "fish", "ihc", "lab", "rank", "sd", "se", "end", "stop", "start", "dod", "dss", "ttp",
    "hr", "efs", "dfs", "pfs", "rfs", "age", "er", "pr", "rest", "cat", "max", "min", "impact", "camp", "date", "site",
    "grade", "stage", "size", "event", "status", "time", "dead", "alive", "id", "bmi", "pcr", "rcb", "tmb", "ldh",
    "cea", "dose"))
"""Headings of clinical tables that are also names of genes. They count as genes only among very many genes."""

_VERY_MANY = 100
_FEW_CODES = 4


@dataclass(frozen=True)
class GeneColumns:
    """The columns that are used, what their names mean, and which are left out and why (positions in ``columns``)."""

    columns: tuple[int, ...]
    naming: Naming
    left_out: Mapping[int, str]
    findings: tuple[Problem, ...]


def choose_gene_columns(table: RawTable, region: Region, candidates: Sequence[int], measure: str | None,
                        answers: Mapping[str, str], *, scale_stated: bool = False) -> GeneColumns:
    """Choose the columns of genes among columns of numbers.

    A column counts where its name means a gene, is a phosphorylated form of one, or is an array probe. The others are
    clinical or annotation, and are said in one sentence.

    Raises
    ------
    UserError
        "no_genes" when none counts, "only_codes" when those that count hold a status, among more columns that are
        clinical, and no scale was stated.
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
    if used and not scale_stated and not decided and len(used) < len(clinical) and len(codes) == 0 and all(
            _few_codes(table, region, candidates[at], 1) for at in used):
        raise user_error(
            "only_codes", f"{_named(region, [candidates[at] for at in used])} {'is' if len(used) == 1 else 'are'} "
                          "called like "
            f"a gene, but {'holds' if len(used) == 1 else 'hold'} only a few codes, as a status does", table.place(),
            why="A status of 0 and 1 beside clinical columns is no measurement.",
            remedy='use the table as clinical; or state scale = "calls" or "score" if these are the values',
            answer_key="scale")
    coded = [at for at in used if candidates[at] in codes and naming.calls[at].name.strip().upper() not in decided]
    used = sorted([*(at for at in used if at not in set(coded)), *asked])
    findings = _findings(table, region, [candidates[at] for at in clinical], [candidates[at] for at in coded])
    if not any(naming.calls[at].symbol or is_probe(naming.calls[at].name) or at in naming.phospho for at in used):
        raise no_genes(names, table)
    position = {at: place for place, at in enumerate(used)}
    shown_naming = replace(naming, calls=tuple(naming.calls[at] for at in used),
                           phospho=frozenset(position[at] for at in naming.phospho if at in position),
                           total=frozenset(position[at] for at in naming.total if at in position))
    left_out = {position[at]: "total protein in a table of phosphorylated "
                              "protein" for at in naming.total if at in position}
    refused = {name.strip().upper() for name, symbol in answers.items() if not symbol.strip()}
    left_out |= {position[at]: "left out, as you decided" for at in used
                 if naming.calls[at].name.strip().upper() in refused}
    return GeneColumns(tuple(candidates[at] for at in used), shown_naming, left_out, tuple(findings))


def no_genes(names: Sequence[str], table: RawTable) -> UserError:
    """The refusal of a table in which no name of the header is a gene, with the receptor that a name may hold."""
    shown = ", ".join(f"“{name[:30]}”" for name in names[:4]) + (", …" if len(names) > 4 else "")
    holds = [(name, symbol) for name in names if (symbol := _receptor_inside(name))]
    if holds:
        pairs = ", ".join(f'"{name}" = "{symbol}"' for name, symbol in holds[:2])
        remedy = f"say what the names mean in the answers of the data set, for instance genes = {{ {pairs} }}"
    else:
        remedy = ("name the sheet with the expression values with the key sheet; or, for probes without symbols, state "
                  'samples = "rows" or "columns" and id')
    return user_error("no_genes", "no gene names were found: not in a column"
                      + (f", and not in the header over the numbers ({shown})" if shown else ", and there is no "
                                                                                             "header"),
                      table.place(), why="Without gene names no receptor can be found in the table.", remedy=remedy,
                      answer_key="genes" if holds else "samples")


def _receptor_inside(name: str) -> str:
    """The one RTK that a part of the name means (``egfr.median.score``); "" where none or several do."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if len(word) > 2 and word not in ("met", "kit", "ret")]
    found = {call.symbol for call in resolve_genes(words) if call.symbol in rtk_symbols()} if words else set()
    return found.pop() if len(found) == 1 else ""


def _codes(table: RawTable, region: Region, columns: Sequence[int]) -> set[int]:
    """Columns of a few whole numbers among columns of fractions: a status (HER2 0 or 1), not a measurement.

    A column with the approved symbol of a receptor is one only where it holds nothing but 0 and 1: values of 5 and 6
    in few samples are rounded or tied measurements, and every receptor of a table is to have its row.
    """
    whole = [column for column in columns
             if all_whole(table.numbers[np.asarray(region.rows[:200], np.intp), column])]
    if not columns or len(whole) > 0.5 * len(columns):
        return set()
    receptors = rtk_symbols()
    return {column for column in whole if _few_codes(table, region, column) and (
        region.names[column].strip() not in receptors or _zero_or_one(table, region, column))}


def _zero_or_one(table: RawTable, region: Region, column: int) -> bool:
    numbers = table.numbers[np.asarray(region.rows, np.intp), column]
    return bool(np.isin(numbers[~np.isnan(numbers)], (0.0, 1.0)).all())


def _few_codes(table: RawTable, region: Region, column: int, least: int = 2) -> bool:
    numbers = table.numbers[np.asarray(region.rows, np.intp), column]
    there = numbers[~np.isnan(numbers)]
    return all_whole(there) and least <= len(np.unique(there)) <= _FEW_CODES


def _findings(table: RawTable, region: Region, clinical: Sequence[int], coded: Sequence[int]) -> list[Problem]:
    findings: list[Problem] = []
    if clinical:
        findings.append(note("columns_no_genes", f"{counted(len(clinical), 'column')} of numbers named like no gene "
                             f"{'was' if len(clinical) == 1 else 'were'} not used: "
                             f"{_named(region, clinical)}", table.place(None, clinical[0]),
                             remedy='if one is a gene, say genes = { "its name" = "symbol" } in the answers'))
    if coded:
        findings.append(warning("codes_no_values", f"{counted(len(coded), 'column')} called like a gene but holding "
                                f"only a few codes {'was' if len(coded) == 1 else 'were'} not used: "
                                f"{_named(region, coded)}", table.place(None, coded[0]),
                                why="A status of 0 and 1 among measured values is a clinical column.",
                                remedy='if one is a measurement, say genes = { "its name" = "symbol" } in the answers'))
    return findings


def _named(region: Region, columns: Sequence[int]) -> str:
    """The names of columns; many with one ending (``…_mut``) are one entry."""
    names = [region.names[column] for column in columns]
    endings = Counter(name[cut:] for name in names if (cut := max(name.rfind("_"), name.rfind("."))) > 0)
    entries: list[str] = []
    for ending, count in endings.most_common(2):
        if count >= 5:
            first = next(name for name in names if name.endswith(ending))
            entries.append(f"{count} called …{ending} ({first}, …)")
            names = [name for name in names if not name.endswith(ending)]
    shown = [*names[:8], *(["…"] if len(names) > 8 else []), *entries]
    return ", ".join(shown)
