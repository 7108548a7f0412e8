"""What the import report says about the gene names of a table: renamed, repaired, asked, unknown.

Not for: finding out what a name means (gene_symbols.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from core.data.answer_lines import answer_line
from core.data.genes.gene_symbols import GeneCall
from core.data.genes.hgnc import claims_on, gene_names
from core.data.reference import rtk_symbols
from core.problems import Location, Problem, note, warning

_SHOWN = 5
_WORD = re.compile(r"[A-Za-z0-9α-δ]+(?:-[A-Za-z0-9]+)*")

Standing = tuple[GeneCall, Location]


def problems_of_calls(calls: Sequence[GeneCall], places: Sequence[Location]) -> tuple[Problem, ...]:
    """What to tell about a resolved column.

    Parameters
    ----------
    calls : sequence of GeneCall
        From ``resolve_genes``.
    places : sequence of Location
        The cell of each name, as many as ``calls``.

    Returns
    -------
    tuple of Problem
        A warning for each name that is asked and concerns an RTK, and for each damaged text; one for the other names
        that several genes claim; notes for what was renamed, repaired or not recognised.
    """
    standing = list(zip(calls, places, strict=True))
    asked = [(call, place) for call, place in standing if call.how == "ambiguous"]
    of_receptors = [(call, place) for call, place in asked if not call.damage and _concerns_receptor(call)]
    others = [(call, place) for call, place in asked if not call.damage and not _concerns_receptor(call)]
    return (
        *(_ambiguous(group) for group in _by_name(of_receptors)),
        *_ambiguous_others(others),
        *(_damaged(group) for group in _by_name([pair for pair in asked if pair[0].damage])),
        *_answers_without_gene([pair for pair in standing if pair[0].how == "answered"]),
        *_repaired([pair for pair in standing if pair[0].how == "repaired"]),
        *_renamed([pair for pair in standing if pair[0].how in ("previous", "alias", "kit label")]),
        *_repeated([pair for pair in standing if pair[0].symbol], standing),
        *_older_meaning(standing),
        *_unknown([pair for pair in standing if pair[0].how == "unknown" and pair[0].name.strip()]),
    )


def _concerns_receptor(call: GeneCall) -> bool:
    return any(symbol in _receptors() for symbol in call.candidates)


@cache
def _receptors() -> frozenset[str]:
    return frozenset(rtk_symbols())


def _by_name(standing: Iterable[Standing]) -> list[list[Standing]]:
    groups: dict[str, list[Standing]] = {}
    for call, place in standing:
        groups.setdefault(call.name.strip().upper(), []).append((call, place))
    return list(groups.values())


def _or(names: Sequence[str]) -> str:
    shown = list(names[:_SHOWN]) + (["another"] if len(names) > _SHOWN else [])
    return " or ".join(shown) if len(shown) < 3 else ", ".join(shown[:-1]) + " or " + shown[-1]


def _listed(texts: Iterable[str]) -> str:
    """The first few distinct texts, and how many there are besides."""
    distinct = list(dict.fromkeys(texts))
    rest = len(distinct) - _SHOWN
    return ", ".join(distinct[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _cells(standing: Sequence[Standing]) -> str:
    cells = [place.cell for _, place in standing if place.cell]
    return f" (cells {_listed(cells)})" if len(cells) > 1 else ""


def _rows(count: int) -> str:
    return "1 name" if count == 1 else f"{count:,} names"


def _settle(name: str, symbol: str) -> str:
    return f"choose the gene: under [dataset.answers] write {answer_line('genes', name, symbol)}"


def _ambiguous(standing: Sequence[Standing]) -> Problem:
    call, place = standing[0]
    name = call.name.strip()
    return warning(
        "gene_name_ambiguous", f"{name} can mean {_or(call.candidates)}; the row is left out{_cells(standing)}", place,
        why="A row given to the wrong gene gives a wrong result for both.", remedy=_settle(name, call.candidates[0]))


def _ambiguous_others(standing: Sequence[Standing]) -> list[Problem]:
    if not standing:
        return []
    names = _listed(f"{call.name.strip()} ({_or(call.candidates)})" for call, _ in standing)
    call, place = standing[0]
    count = len(standing)
    words = "1 gene name means more than one gene and its row is left out" if count == 1 else (
        f"{count} gene names mean more than one gene and their rows are left out")
    return [warning("gene_names_ambiguous", f"{words}: {names}", place,
                    why="None of them concerns an RTK, but they are missing wherever all genes of the table are used.",
                    remedy=_settle(call.name.strip(), call.candidates[0] if call.candidates else "SYMBOL"))]


def _damaged(standing: Sequence[Standing]) -> Problem:
    call, place = standing[0]
    name = call.name.strip()
    made = {"date": "a date", "date number": "a date number", "number": "a number"}[call.damage]
    if not call.candidates:
        fits = "no gene fits"
    elif call.damage == "date" and len(call.candidates) == 1:
        fits = f"{call.candidates[0]} fits, but stands in the table under its own name too"
    elif len(call.candidates) == 1:
        fits = f"{call.candidates[0]} would fit, but numbers are never guessed"
    else:
        fits = f"it was {_or(call.candidates)}"
    first = call.candidates[0] if call.candidates else "SYMBOL"
    return warning(
        "gene_name_is_date" if call.damage != "number" else "gene_name_is_number",
        f"{name} stands where a gene name should: a spreadsheet program turned the name into {made}; {fits}; "
        f"{'the row is' if len(standing) == 1 else f'the {len(standing)} rows are'} left out{_cells(standing)}", place,
        why="The name that stood there cannot be read back from the cell.",
        remedy=f"write the symbol into the file as text, or {_settle(name, first)}")


def _answers_without_gene(standing: Sequence[Standing]) -> list[Problem]:
    approved = gene_names().approved
    return [
        warning("answer_is_no_gene",
                f"{call.name.strip()} was answered with {call.symbol}, which is no approved gene symbol", place,
                why="The row is used under this name and found by no analysis that looks for the approved symbol.",
                remedy="check the answer under [dataset.answers] genes")
        for call, place in (group[0] for group in _by_name(standing))
        if call.symbol and call.symbol.upper() not in approved]


def _repaired(standing: Sequence[Standing]) -> list[Problem]:
    findings = []
    dates = [(call, place) for call, place in standing if call.damage]
    if dates:
        names = _listed(_arrow(call, place) for call, place in dates)
        findings.append(note("gene_name_repaired", f"{_rows(len(dates))} that a spreadsheet program had turned into a "
                             f"date {'was' if len(dates) == 1 else 'were'} repaired: {names}", dates[0][1],
                             why="Exactly one gene fits, and the table does not hold it under its own name."))
    dots = [(call, place) for call, place in standing if not call.damage]
    if dots:
        findings.append(note("gene_name_dots", f"{_rows(len(dots))} with dots for dashes, as R writes them: "
                             f"{_listed(_arrow(call, place) for call, place in dots)}", dots[0][1]))
    return findings


def _arrow(call: GeneCall, place: Location) -> str:
    return f"{call.name.strip()} → {call.symbol}" + (f" in {place.cell}" if place.cell else "")


def _renamed(standing: Sequence[Standing]) -> list[Problem]:
    if not standing:
        return []
    words = {"previous": "previous symbol", "alias": "alias", "kit label": "label or other name"}
    # receptors first: those are the names the user will look for
    ordered = sorted(standing, key=lambda pair: pair[0].symbol not in _receptors())
    names = _listed(f"{call.name.strip()} → {call.symbol} ({words[call.how]}"
                    f"{', ' + place.cell if place.cell else ''})" for call, place in ordered)
    was = "name was" if len(standing) == 1 else "names were"
    return [note("gene_renamed", f"{len(standing)} gene {was} read as the approved symbol: {names}", ordered[0][1])]


def _repeated(standing: Sequence[Standing], everything: Sequence[Standing]) -> list[Problem]:
    names = {call.name.strip().upper() for call, _ in everything}
    found = [(call, place) for call, place in standing
             if (match := re.fullmatch(r"(.+)\.\d{1,3}", call.name.strip())) and match[1].upper() in names
             and claims_on(call.name.strip()).symbols != (call.symbol,)]
    if not found:
        return []
    names_said = _listed(_arrow(call, place) for call, place in found)
    was = "was read as a further row" if len(found) == 1 else "were read as further rows"
    return [note("gene_name_numbered", f"{_rows(len(found))} with a running number {was} of the gene: {names_said}",
                 found[0][1], why="R and pandas number repeated names; the plain name stands there too.")]


def _older_meaning(standing: Sequence[Standing]) -> list[Problem]:
    """TKT in a receptor panel: the approved symbol wins, but in such a table it may be meant as DDR2."""
    symbols = [call.symbol for call, _ in standing if call.symbol]
    if sum(symbol in _receptors() for symbol in symbols) < 0.5 * len(symbols):
        return []
    findings = []
    for call, place in standing:
        if call.how != "approved" or call.symbol in _receptors():
            continue
        meant = [symbol for symbol in gene_names().rtk.get(call.symbol.upper(), ())
                 if symbol in _receptors() and symbol not in symbols]
        if meant:
            findings.append(warning(
                "symbol_is_also_receptor_name", f"{call.name.strip()} was read as the gene {call.symbol}; in a table "
                f"of receptors it may stand for {_or(meant)}, of which it is an old name", place,
                why="The approved symbol always wins.", remedy=_settle(call.name.strip(), meant[0])))
    return findings


def _unknown(standing: Sequence[Standing]) -> list[Problem]:
    findings = []
    like = [(call, place, symbol) for call, place in standing for symbol in [_receptor_within(call.name)] if symbol]
    if like:
        names = _listed(f"{call.name.strip()} ({symbol}{', ' + place.cell if place.cell else ''})"
                        for call, place, symbol in like)
        findings.append(note(
            "receptor_within_name", f"not read as an RTK, because its name is only a part of the text: {names}",
            like[0][1], why="A phosphorylated site, an isoform or a fusion is not the receptor.",
            remedy=f"if it is the receptor, {_settle(like[0][0].name.strip(), like[0][2])}"))
    if standing:
        names = _listed(call.name.strip() for call, _ in standing)
        findings.append(note("gene_names_unknown", f"{_rows(len(standing))} "
                             f"{'is no human gene' if len(standing) == 1 else 'are no human genes'} in HGNC and "
                             f"{'stays' if len(standing) == 1 else 'stay'} as written: {names}", standing[0][1]))
    return findings


def _receptor_within(name: str) -> str:
    """The RTK that one word of the name means; empty where none or several do."""
    words = [word for word in _WORD.findall(name.replace("_", " ")) if len(word) > 2]
    words += [word[1:] for word in words if word[0] == "p"]
    found = {symbol for word in words for claim in [claims_on(word)] if len(claim.symbols) == 1
             for symbol in claim.symbols if symbol in _receptors()}
    return found.pop() if len(found) == 1 else ""
