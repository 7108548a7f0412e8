"""Which genes claim a name, according to HGNC and the names of the 58 RTKs.

Not for: cleaning names as they stand in a file or judging a whole column (gene_symbols.py).
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from core.resources import resource_path

_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta"})
_NOT_LETTER_OR_DIGIT = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True)
class GeneNames:
    """HGNC's names of all approved genes; every key is in capitals.

    ``previous`` and ``alias`` hold all symbols that claim the name; ``rtk`` holds the squashed names of the RTKs with
    all symbols that claim them (RTK or not).
    """

    approved: Mapping[str, str]
    previous: Mapping[str, tuple[str, ...]]
    alias: Mapping[str, tuple[str, ...]]
    entrez: Mapping[str, str]
    ensembl: Mapping[str, str]
    rtk: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Claim:
    """The genes that claim a name.

    ``how``: "approved", "previous", "alias" or "kit label"; "ambiguous" where several claim it, empty where none does.
    """

    symbols: tuple[str, ...]
    how: str


NO_CLAIM = Claim((), "")


@cache
def gene_names() -> GeneNames:
    """The shipped table, read once (about a tenth of a second)."""
    approved: dict[str, str] = {}
    previous: dict[str, tuple[str, ...]] = {}
    alias: dict[str, tuple[str, ...]] = {}
    entrez: dict[str, str] = {}
    ensembl: dict[str, str] = {}
    content = gzip.decompress(resource_path("reference", "hgnc.tsv.gz").read_bytes()).decode("utf-8")
    for line in content.split("\n")[1:-1]:
        symbol, former, others, entrez_id, ensembl_id = line.split("\t")
        approved[symbol.upper()] = symbol
        if former:
            for name in former.upper().split("|"):
                _claim(previous, name, symbol)
        if others:
            for name in others.upper().split("|"):
                _claim(alias, name, symbol)
        if entrez_id:
            entrez[entrez_id] = symbol
        if ensembl_id:
            ensembl[ensembl_id] = "" if ensembl_id in ensembl else symbol
    with resource_path("reference", "rtk_names.csv").open(encoding="utf-8", newline="") as file:
        rtk = {row["name"]: tuple(row["symbols"].split("|")) for row in csv.DictReader(file)}
    return GeneNames(approved, previous, alias, entrez, ensembl, rtk)


def _claim(claims: dict[str, tuple[str, ...]], name: str, symbol: str) -> None:
    held = claims.get(name)
    if held is None:
        claims[name] = (symbol,)
    elif symbol not in held:
        claims[name] = (*held, symbol)


def squashed(name: str) -> str:
    """The name in capitals without spaces and punctuation, Greek letters spelled out: ``PDGF Rβ`` is PDGFRBETA."""
    return _NOT_LETTER_OR_DIGIT.sub("", name.translate(_GREEK).upper())


def claims_on(name: str) -> Claim:
    """Which gene a name means (contract §2, science §2.2).

    The approved symbol wins, whatever else the name is used for. Every other name means a gene only when exactly one
    gene claims it, be it as previous symbol, as alias or (RTKs only, without regard to spaces and punctuation) as a
    kit label; a name with several claimants is "ambiguous" and comes with all of them.
    """
    table = gene_names()
    key = name.upper()
    symbol = table.approved.get(key)
    if symbol is not None:
        return Claim((symbol,), "approved")
    previous = table.previous.get(key, ())
    alias = table.alias.get(key, ())
    label = table.rtk.get(squashed(name), ())
    symbols = tuple(dict.fromkeys((*previous, *alias, *label)))
    if not symbols:
        return NO_CLAIM
    if len(symbols) > 1:
        return Claim(symbols, "ambiguous")
    return Claim(symbols, "previous" if previous else "alias" if alias else "kit label")
