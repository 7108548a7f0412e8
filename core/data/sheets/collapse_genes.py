"""Rows of one gene made into one: which rows may be merged, by which rule, and what is left out.

Not for: finding the gene of a name (measured_names.py), telling about it (gene_findings.py), or the scale (scales.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.genes.gene_symbols import GeneCall
from core.data.reference import rtk_symbols
from core.problems import Location, Problem, note, warning

DEFAULT_RULE = "highest mean"
_RANK = {"approved": 0, "entrez": 0, "ensembl": 0, "answered": 0, "repaired": 0, "previous": 1}
_ALIAS_RANK = 2
_SHOWN = 6
_WHY_NOT_MERGED = "A row with the gene's own symbol is not merged with rows that arrive under another name."


@dataclass(frozen=True)
class Change:
    """One thing that the import did to one cell, row or column of the file."""

    cell: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, eq=False)
class CollapsedGenes:
    """One column per gene, shape (n_samples, n_genes), with the cells of the names that it came from.

    ``unplaced`` are the positions of the rows that are no gene's here: no name, several genes, or another name of a
    gene that has a row of its own.
    """

    genes: tuple[str, ...]
    values: NDArray[np.float64]
    rows_of_gene: Mapping[str, tuple[str, ...]]
    findings: tuple[Problem, ...]
    changes: tuple[Change, ...]
    unplaced: tuple[int, ...] = ()


def collapse_genes(calls: Sequence[GeneCall], cells: Sequence[str], values: NDArray[np.float64], rule: str,
                   place: Location, *, left_out: Mapping[int, str] | None = None,
                   unknown_kept: bool = True) -> CollapsedGenes:
    """Merge rows of one gene and leave out what cannot be told.

    Parameters
    ----------
    calls : sequence of GeneCall
        One per row of the file (per name).
    cells : sequence of str
        The cell of each name.
    values : ndarray, shape (n_samples, n_names)
        On the scale of the analyses, NaN where missing.
    rule : str
        "highest mean" keeps the row with the highest mean over samples, missing values ignored (ties: the first);
        "mean" and "median" are taken per sample over the rows, missing values ignored.
    left_out : mapping of position -> reason, optional
        Names left out for another reason.
    unknown_kept : bool
        Keep a name that is no known gene under its own name.

    Notes
    -----
    A row with the approved symbol is never merged with rows that arrive by a former symbol or an alias: those are
    left out with a warning (contract §2). The same holds for former symbols against aliases.
    """
    groups: dict[str, list[int]] = {}
    spelled: dict[str, str] = {}
    changes: list[Change] = []
    unplaced: list[int] = []
    for at, call in enumerate(calls):
        if left_out and at in left_out:
            changes.append(Change(cells[at], call.name, "", left_out[at]))
            unplaced += [at] if not call.name.strip() else []
        elif call.how == "ambiguous":
            unplaced.append(at)
            changes.append(Change(cells[at], call.name, "", _question(call)))
        elif call.symbol or (unknown_kept and call.name.strip()):
            name = call.symbol or call.name.strip()
            spelled.setdefault(name.upper(), name)
            groups.setdefault(name.upper(), []).append(at)
            if call.symbol and call.symbol.upper() != call.name.strip().upper():
                changes.append(Change(cells[at], call.name, call.symbol, call.how))
        else:
            changes.append(Change(cells[at], call.name, "", "no gene name"))
    merged: list[tuple[str, list[int]]] = []
    beside: list[tuple[str, list[int], int]] = []
    for key, members in groups.items():
        kept = _same_rank(calls, members)
        if len(kept) < len(members):
            beside.append((spelled[key], [at for at in members if at not in kept], kept[0]))
            unplaced += beside[-1][1]
        merged.append((spelled[key], kept))
    findings = _aliases_left_out(calls, cells, beside, place, changes)
    columns, collapse_findings = _merge(merged, calls, cells, values, rule, place, changes)
    rows_of_gene = {gene: tuple(cells[at] for at in members) for gene, members in merged}
    return CollapsedGenes(tuple(gene for gene, _ in merged), columns, rows_of_gene,
                          tuple(findings + collapse_findings), tuple(changes), tuple(sorted(unplaced)))


def _question(call: GeneCall) -> str:
    fits = " or ".join(call.candidates)
    return f"may be {fits}" if fits else "no gene can be told from it"


def _same_rank(calls: Sequence[GeneCall], members: list[int]) -> list[int]:
    if len(members) == 1:
        return members
    ranks = [_RANK.get(calls[at].how, _ALIAS_RANK) for at in members]
    return [at for at, rank in zip(members, ranks) if rank == min(ranks)]


def _aliases_left_out(calls: Sequence[GeneCall], cells: Sequence[str], beside: Sequence[tuple[str, list[int], int]],
                      place: Location, changes: list[Change]) -> list[Problem]:
    """Rows that arrive under another name beside the gene's own; those of an RTK each get a warning of their own."""
    receptors = set(rtk_symbols())
    findings: list[Problem] = []
    others: list[str] = []
    first_cell = ""
    for gene, out, kept in beside:
        names = ", ".join(f"{calls[at].name} ({cells[at]})" for at in out[:_SHOWN])
        changes += [Change(cells[at], calls[at].name, "", f"{cells[kept]} is {calls[kept].name} itself") for at in out]
        if gene in receptors:
            findings.append(warning(
                "alias_beside_symbol", f"{names} {'was' if len(out) == 1 else 'were'} left out: the table has {gene} "
                                       "as "
                f"{calls[kept].name} ({cells[kept]})", _at(place, cells[out[0]], gene), why=_WHY_NOT_MERGED,
                remedy=f'say genes = {{ "{calls[out[0]].name}" = "{gene}" }} in the answers to merge them'))
        else:
            others.append(f"{names} beside {gene}")
            first_cell = first_cell or cells[out[0]]
    if others:
        findings.append(warning(
            "aliases_beside_symbols", f"{len(others):,} genes also stand under another name, and those rows were left "
                                      "out: "
            f"{'; '.join(others[:_SHOWN])}{_more(others)}", _at(place, first_cell, ""), why=_WHY_NOT_MERGED,
            remedy='say genes = { "name" = "symbol" } in the answers to merge them'))
    return findings


def _merge(merged: Sequence[tuple[str, list[int]]], calls: Sequence[GeneCall], cells: Sequence[str],
           values: NDArray[np.float64], rule: str, place: Location,
           changes: list[Change]) -> tuple[NDArray[np.float64], list[Problem]]:
    several = [(gene, members) for gene, members in merged if len(members) > 1]
    if not several:
        return values[:, [members[0] for _, members in merged]], []
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    means = np.full(values.shape[1], -np.inf)
    np.divide(np.where(there, values, 0.0).sum(axis=0), count, out=means, where=count > 0)
    chosen = [members[0] if len(members) == 1 else max(members, key=lambda at: (means[at], -at))
              for _, members in merged]
    columns = values[:, chosen]
    if rule != DEFAULT_RULE:
        for place_of, (_, members) in enumerate(merged):
            if len(members) > 1:
                columns[:, place_of] = _across(values[:, members], rule)
    for place_of, (gene, members) in enumerate(merged):
        if len(members) < 2:
            continue
        for at in members:
            if rule != DEFAULT_RULE:
                changes.append(Change(cells[at], calls[at].name, gene, f"{rule} of {len(members)} rows"))
            elif at != chosen[place_of]:
                changes.append(Change(cells[at], calls[at].name, "", f"{cells[chosen[place_of]]} has the higher mean "
                                                                     "of "
                                      f"the rows of {gene}"))
    return columns, _collapse_findings(several, calls, cells, rule, place)


def _across(rows: NDArray[np.float64], rule: str) -> NDArray[np.float64]:
    """Mean or median of the rows per sample; NaN only where every row is."""
    result = np.full(len(rows), np.nan)
    there = ~np.isnan(rows).all(axis=1)
    summary = np.nanmedian if rule == "median" else np.nanmean
    result[there] = summary(rows[there], axis=1)
    return result


def _collapse_findings(several: Sequence[tuple[str, list[int]]], calls: Sequence[GeneCall], cells: Sequence[str],
                       rule: str, place: Location) -> list[Problem]:
    receptors = set(rtk_symbols())
    ordered = sorted(several, key=lambda entry: entry[0] not in receptors)
    how = {"highest mean": "the row with the highest mean was kept", "mean": "their mean was taken",
           "median": "their median was taken"}[rule]
    shown = ", ".join(f"{gene} ({', '.join(cells[at] for at in members[:4])})" for gene, members in ordered[:_SHOWN])
    rows = sum(len(members) for _, members in several)
    findings = [note("collapsed_genes", f"{len(several):,} genes stand in several rows ({rows:,} rows); {how}: "
                     f"{shown}{_more(several)}", _at(place, cells[ordered[0][1][0]], ""),
                     remedy='the key collapse chooses "highest mean", "mean" or "median"')]
    differing = [(gene, members) for gene, members in ordered
                 if len({calls[at].name.strip().upper() for at in members if _is_other_name(calls[at], gene)}) > 1]
    if differing:
        shown = "; ".join(f"{', '.join(calls[at].name for at in members[:4])} as {gene}"
                          for gene, members in differing[:_SHOWN])
        findings.append(warning("different_names_of_one_gene", "rows with different names were taken as one gene and "
                                                               f"{how}: "
                                f"{shown}{_more(differing)}", _at(place, cells[differing[0][1][0]], ""),
                                remedy='if they are different things, leave one out with genes = { "name" = "" } in '
                                       'the '
                                "answers"))
    return findings


def _is_other_name(call: GeneCall, gene: str) -> bool:
    """True for a name that is neither the symbol, nor its running number (``KIT.1``), nor an id or a damaged date."""
    name = call.name.strip().upper()
    return not (name == gene.upper() or name.startswith(f"{gene.upper()}.") or call.damage
                or call.how in ("entrez", "ensembl"))


def _at(place: Location, cell: str, gene: str) -> Location:
    return Location(place.file, place.sheet, cell, "", gene)


def _more(members: Sequence[object]) -> str:
    return f", and {len(members) - _SHOWN:,} more" if len(members) > _SHOWN else ""
