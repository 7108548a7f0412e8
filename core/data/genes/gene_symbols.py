"""Which gene each name of a column means: symbols, former symbols, aliases, kit labels, ids, Excel damage.

Not for: phosphorylated forms (measured_names.py), rows of one gene (collapse_genes.py) or HGNC's table (hgnc.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.data.genes.excel_damage import Damage, damage_of
from core.data.genes.hgnc import claims_on, gene_names
from core.data.reference import rtk_symbols

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_ENSEMBL = re.compile(r"(ENSG\d{11})(?:\.\d+)?", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"(\d{1,9})(?:\.0+)?")
_ONE_LETTER = re.compile(r"[A-Za-z][-_ ]?\d{1,4}")
_SUFFIX = re.compile(r"(.+)\.\d{1,3}")
_SEVERAL_NAMES = re.compile(r"\s*(?:///|//|[|/;,()\[\]]|_(?=ENSG\d)|(?<=\d)_(?=[A-Z]))\s*", re.IGNORECASE)
_ID_BESIDE_NAME = re.compile(r"[|(\[]\s*(\d{1,9})\s*[)\]]?$")


@dataclass(frozen=True)
class GeneCall:
    """What a name of the file means.

    Parameters
    ----------
    name : str
        As it stands in the file.
    symbol : str
        The approved symbol; empty where the name means no gene or more than one.
    how : str
        "approved", "previous", "alias", "kit label", "entrez", "ensembl", "repaired", "answered"; "ambiguous" where
        the row is left out until the user decides; "unknown" where no gene has the name.
    candidates : tuple of str
        The genes among which the user can choose, where there is a question.
    damage : str
        "date", "date number" or "number" where a spreadsheet program changed the name, repaired or not.
    """

    name: str
    symbol: str
    how: str
    candidates: tuple[str, ...] = ()
    damage: str = ""

    @property
    def left_out(self) -> bool:
        """True where the row cannot be used until the user decides, or the user decided against it."""
        return self.how == "ambiguous" or (self.how == "answered" and not self.symbol)

    @property
    def gene(self) -> str:
        """The approved symbol, or the name as it stands in the file where no gene has it."""
        return self.symbol or self.name.strip()


def resolve_genes(names: Sequence[str], *, dates: Collection[int] = (), answers: Mapping[str, str] | None = None,
                  entrez: bool | None = None) -> tuple[GeneCall, ...]:
    """Say of every name of a gene column which gene it means.

    Parameters
    ----------
    names : sequence of str
        The whole column: whether a number is an Entrez id, and whether a date is a damaged name, shows only there.
    dates : collection of int
        Positions of the cells that the spreadsheet program holds as dates; their text is ISO.
    answers : mapping of name in the file -> symbol
        What the user decided. An empty symbol leaves the row out.
    entrez : bool, optional
        Whether whole numbers are Entrez ids; judged from the column when not said.

    Returns
    -------
    tuple of GeneCall
        One per name, in the order of ``names``.
    """
    cleaned = [_clean(name) for name in names]
    decided = {_clean(name).upper(): symbol.strip() for name, symbol in (answers or {}).items()}
    numbers_are_ids = holds_entrez_ids(cleaned) if entrez is None else entrez
    known: dict[str, GeneCall] = {}
    for name in cleaned:
        if name not in known:
            known[name] = _call(name, numbers_are_ids)
    standing = {name.upper() for name in known}
    for name, call in known.items():
        known[name] = _without_suffix(name, call, known, standing)
    known.update(_damaged(known, cleaned, dates))
    calls = []
    for name, clean in zip(names, cleaned, strict=True):
        answer = decided.get(clean.upper())
        if answer is None:
            calls.append(replace(known[clean], name=name))
        else:
            calls.append(GeneCall(name, gene_names().approved.get(answer.upper(), answer), "answered"))
    return tuple(calls)


def looks_like_genes(names: Sequence[str]) -> float:
    """The share of the non-blank names that are gene names or gene ids, 0 to 1; 0 for an empty column.

    Whole numbers count as Entrez ids only where ``holds_entrez_ids`` says so. Almost every short sample name is an
    alias of some gene (P1 to P30 all are): aliases of other genes than RTKs count only beside as many surer names, and
    a row of one letter and a running number counts as samples.
    """
    cleaned = [name for name in map(_clean, names) if name]
    distinct = set(cleaned)
    if not cleaned or (len(distinct) > 2 and len({name[:1] for name in distinct if _ONE_LETTER.fullmatch(name)}) == 1
                       and all(map(_ONE_LETTER.fullmatch, distinct))):
        return 0.0
    numbers_are_ids = holds_entrez_ids(cleaned)
    receptors = set(rtk_symbols())
    calls = {name: _call(name, numbers_are_ids) for name in distinct}
    surely = {name for name, call in calls.items()
              if call.symbol and (call.how != "alias" or call.symbol in receptors)}
    sure = sum(name in surely for name in cleaned)
    possible = sum(name not in surely and _is_gene(calls[name]) for name in cleaned)
    return (sure + (possible if sure >= possible else 0)) / len(cleaned)


def holds_entrez_ids(names: Sequence[str]) -> bool:
    """True where a column of whole numbers can only be Entrez ids.

    Nearly all numbers must be ids of genes, hardly any may repeat, and they must reach as far as ids do (above
    100,000) or be ids of RTKs for the most part: three quarters of the numbers below 10,000 are ids of some gene, so
    a column of patient numbers would pass any weaker rule.
    """
    filled = [name for name in map(_clean, names) if name]
    found = [match[1] for match in map(_WHOLE_NUMBER.fullmatch, filled) if match]
    if len(found) < 2 or len(found) < 0.8 * len(filled):
        return False
    distinct = set(found)
    ids = gene_names().entrez
    of_genes = [number for number in distinct if number in ids]
    if len(of_genes) < 0.8 * len(distinct) or len(distinct) < 0.3 * len(found):
        return False
    receptors = set(rtk_symbols())
    of_receptors = sum(ids[number] in receptors for number in of_genes)
    return max(map(int, distinct)) > 100_000 or of_receptors >= 0.5 * len(distinct)


def _is_gene(call: GeneCall) -> bool:
    return bool(call.symbol) or (call.how == "ambiguous" and not call.damage)


def _clean(name: str) -> str:
    """The name without what cannot be seen: odd spaces, zero-width characters, quotes around it, trailing dots."""
    name = name.strip()
    if name.isascii() and name[:1] not in "'\"" and name[-1:] not in ".,;:":
        return name
    name = unicodedata.normalize("NFC", name).translate(_INVISIBLE).translate(_DASHES).replace("\u00a0", " ").strip()
    if name[:1] in ("'", '"'):  # an apostrophe before the name makes it text in a spreadsheet; one behind it is a prime
        name = name.strip("'\"")
    return name.rstrip(".,;: ")


def _call(name: str, numbers_are_ids: bool) -> GeneCall:
    """What one cleaned name means by itself."""
    if not name:
        return GeneCall(name, "", "unknown")
    claim = claims_on(name)
    if claim.how:
        symbol = claim.symbols[0] if claim.how != "ambiguous" else ""
        return GeneCall(name, symbol, claim.how, () if symbol else claim.symbols)
    table = gene_names()
    if match := _ENSEMBL.fullmatch(name):
        symbol = table.ensembl.get(match[1].upper(), "")
        return GeneCall(name, symbol, "ensembl" if symbol else "unknown")
    if numbers_are_ids and (match := _WHOLE_NUMBER.fullmatch(name)):
        symbol = table.entrez.get(match[1], "")
        return GeneCall(name, symbol, "entrez" if symbol else "unknown")
    if _SEVERAL_NAMES.search(name):
        return _call_of_several(name)
    symbol = table.approved.get(name.upper().replace(".", "-"), "")
    return GeneCall(name, symbol, "repaired" if symbol else "unknown")  # R writes HLA.A for HLA-A


def _call_of_several(name: str) -> GeneCall:
    """Several names in one cell: ``ERBB2|2064``, ``HER2 (ErbB2)``, ``ERBB2 /// MIR4728``.

    They mean a gene where every part can mean it and no part is strange; parts that mean different genes are asked.
    """
    table = gene_names()
    id_beside = _ID_BESIDE_NAME.search(name)
    claims: list[GeneCall] = []
    parts = [part for part in _SEVERAL_NAMES.split(name) if part and part not in ("?", "sp", "tr")]
    for part in parts:
        if id_beside and part == id_beside[1]:
            symbol = table.entrez.get(part, "")
            claims.append(GeneCall(part, symbol, "entrez" if symbol else "unknown"))
        elif not _SEVERAL_NAMES.search(part):
            claims.append(_call(part, False))
    if not claims or any(call.how == "unknown" for call in claims):
        return GeneCall(name, "", "unknown")
    possible = [call.candidates or (call.symbol,) for call in claims]
    shared = [symbol for symbol in possible[0] if all(symbol in others for others in possible[1:])]
    if len(shared) == 1:
        return GeneCall(name, shared[0], next((call.how for call in claims if call.symbol), "kit label"))
    return GeneCall(name, "", "ambiguous", tuple(dict.fromkeys(symbol for others in possible for symbol in others)))


def _without_suffix(name: str, call: GeneCall, known: Mapping[str, GeneCall], standing: Collection[str]) -> GeneCall:
    """``ERBB2.1`` is the second ERBB2 of a table that R or pandas wrote, if the plain name stands there too."""
    match = _SUFFIX.fullmatch(name)
    if match is None or call.how != "unknown" or match[1].upper() not in standing:
        return call
    plain = known.get(match[1]) or _call(match[1], False)
    return replace(plain, name=name) if plain.how not in ("unknown", "repaired") else call


def _damaged(known: Mapping[str, GeneCall], cleaned: Sequence[str], dates: Collection[int]) -> dict[str, GeneCall]:
    """The calls of the dates and numbers in a column whose other names are genes for the most part.

    A date is repaired where exactly one gene fits and the column does not hold that gene under its own name.
    """
    date_cells = {cleaned[position] for position in dates}
    damages: dict[str, Damage] = {}
    for name, call in known.items():
        if not name or (call.how != "unknown" and name not in date_cells):
            continue
        repeated = _SUFFIX.fullmatch(name)  # pandas writes the second 1-Mar of a header as 1-Mar.1
        damage = damage_of(repeated[1] if repeated and repeated[1] in known else name, name in date_cells)
        if damage is not None:
            damages[name] = damage
    if not damages or looks_like_genes([name for name in known if name not in damages]) < 0.5:
        return {}
    present = {call.symbol for call in known.values() if call.symbol}
    return {name: _call_of_damage(name, damage, present) for name, damage in damages.items()}


def _call_of_damage(name: str, damage: Damage, present: Collection[str]) -> GeneCall:
    single = damage.candidates[0] if damage.kind == "date" and len(damage.candidates) == 1 else ""
    if single and single not in present:
        return GeneCall(name, single, "repaired", (), damage.kind)
    return GeneCall(name, "", "ambiguous", damage.candidates, damage.kind)
