"""Which names mean one cell line: case and punctuation, aliases, the tissue behind a name, and variants of a line.

Not for: changing tables (line_tables.py). A variant (MCF7__b, 1%BT20, BT474-LR) is recognised here and asked about
there; names that differ in a letter or a digit are never one line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from core.resources import resource_path

_TISSUES = ("BREAST", "LUNG", "OVARY", "SKIN", "LARGE_INTESTINE", "PROSTATE", "STOMACH", "PANCREAS", "LIVER", "KIDNEY",
            "THYROID", "OESOPHAGUS", "BONE", "ENDOMETRIUM", "URINARY_TRACT", "CENTRAL_NERVOUS_SYSTEM", "SOFT_TISSUE",
            "HAEMATOPOIETIC_AND_LYMPHOID_TISSUE", "AUTONOMIC_GANGLIA", "UPPER_AERODIGESTIVE_TRACT", "CERVIX",
            "BILIARY_TRACT", "PLEURA", "SALIVARY_GLAND", "PLACENTA", "SMALL_INTESTINE", "FIBROBLAST")
_TISSUE = re.compile(rf"(.+?)_({'|'.join(_TISSUES)})", re.IGNORECASE)
_MARKED = re.compile(r"(.+?)__(\w+)")
_MEDIUM = re.compile(r"(\d+(?:\.\d+)? ?%)[ _-]*(.+)")
_BRACKET = re.compile(r"(.+?)[ _]*[(\[](.+)[)\]]")
_SIGN = re.compile(r"[\s._/,:;+-]+")
_PARENTAL = re.compile(r"parental|parent|par|wt|wild ?type|sens|sensitive|naive|ctrl|control", re.IGNORECASE)
_SHORTEST_JOINED = 4
_CLEAR_ENDING = 3


@dataclass(frozen=True)
class LineName:
    """A name read as a line.

    ``key`` is what equal lines share: letters and digits in capitals, aliases resolved. ``tissue`` is that behind a
    CCLE name. For a variant ``base`` is the key of its line and ``variant`` what is written beside it.
    """

    text: str
    key: str
    tissue: str = ""
    base: str = ""
    variant: str = ""

    @property
    def parent(self) -> str:
        """The key of the line that it is, or that it was made from."""
        return self.base or self.key

    @property
    def says_parental(self) -> bool:
        """True for "BT474 parental", "SKBR3 wt"."""
        return bool(self.variant) and _PARENTAL.fullmatch(self.variant.strip()) is not None


def squashed(name: str) -> str:
    """Letters and digits only, in capitals: ``SK-BR-3`` is ``SKBR3``."""
    return "".join(sign for sign in name.upper() if sign.isalnum())


@cache
def _lines() -> Mapping[str, Mapping[str, str]]:
    with resource_path("reference", "cell_lines.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["key"]: MappingProxyType(row) for row in csv.DictReader(file)})


@cache
def _aliases() -> Mapping[str, str]:
    """Other squashed names -> key; a name that two lines claim is none's."""
    claims: dict[str, set[str]] = {}
    for key, row in _lines().items():
        for other in filter(None, row["also"].split("|")):
            claims.setdefault(other, set()).add(key)
    return {other: next(iter(keys)) for other, keys in claims.items() if len(keys) == 1 and other not in _lines()}


def is_known_line(key: str) -> bool:
    """True for a line of the reference table, by its key."""
    return key in _lines()


def usual_name(key: str) -> str:
    """The usual spelling of a line (``SK-BR-3``); the key where the table does not know it."""
    return _lines()[key]["name"] if key in _lines() else key


def donor(key: str) -> str:
    """The person that a line shares with other lines (AU565 and SK-BR-3); "" where none is known."""
    return _lines()[key]["donor"] if key in _lines() else ""


def line_key(name: str) -> str:
    """The key of a name as it is written, tissue and aliases resolved; a variant keeps its own.

    In a name that the table does not know a sign between two digits stays: T1-1 is not T11.
    """
    bare = _without_tissue(name)[0]
    plain = squashed(bare)
    # What labs and programs leave out or put before: MDA231, H1299; R writes X before a digit.
    forms = (plain, re.sub(r"^MDA(?=\d{3})", "MDAMB", plain), re.sub(r"^H(?=\d{2,4}$)", "NCIH", plain),
             re.sub(r"^X(?=\d)", "", plain))
    for form in forms:
        if form in _lines():
            return form
        if form in _aliases():
            return _aliases()[form]
    return "-".join(squashed(part) for part in re.split(r"(?<=\d)[\W_]+(?=\d)", bare))


def _without_tissue(name: str) -> tuple[str, str]:
    match = _TISSUE.fullmatch(name.strip())
    return (match[1], match[2].upper()) if match else (name.strip(), "")


def read_line_names(names: Sequence[str], also: Collection[str] = ()) -> tuple[LineName, ...]:
    """Each name as a line or a variant of one.

    Parameters
    ----------
    names : sequence of str
    also : collection of str
        Names of the other tables: what stands there alone is a line that a variant can be of.
    """
    keys = {line_key(name) for name in (*names, *also)}
    plain = {key for name in (*names, *also) if not _split(name, ()) and (key := line_key(name))}
    lines = frozenset((keys & plain) | _lines().keys())
    return tuple(_read(name, lines) for name in names)


def _read(name: str, lines: Collection[str]) -> LineName:
    tissue = _without_tissue(name)[1]
    key = line_key(name)
    if is_known_line(key):
        return LineName(name, key, tissue)
    base, variant = _split(name, lines) or ("", "")
    if base and base != key:
        return LineName(name, f"{base}~{squashed(variant)}", tissue, base, variant)
    return LineName(name, key, tissue)


def _split(name: str, lines: Collection[str]) -> tuple[str, str] | None:
    """(key of the line, what is written beside it) where a name is a variant; the longest line that fits.

    ``lines`` are the keys that count as lines; none: only marks that always mean a variant (``__b``, ``1%``).
    """
    bare = _without_tissue(name)[0]
    for pattern, line in ((_MARKED, 1), (_MEDIUM, 2)):
        if match := pattern.fullmatch(bare):
            return line_key(match[line]), match[0].replace(match[line], "", 1).strip()
    if not lines:
        return None
    if (match := _BRACKET.fullmatch(bare)) and line_key(match[1]) in lines:
        return line_key(match[1]), match[2]
    for cut in reversed(list(_SIGN.finditer(bare))):
        key = line_key(bare[:cut.start()])
        if key in lines and bare[cut.end():]:
            return key, bare[cut.end():]
    return _joined(squashed(bare), lines)


def _joined(plain: str, lines: Collection[str]) -> tuple[str, str] | None:
    """``SKBR3TR``, ``T47DKBLUC``: a line with letters behind it (three or more behind a letter); digits behind a name
    are another line."""
    for end in range(len(plain) - 1, _SHORTEST_JOINED - 1, -1):
        rest = plain[end:]
        if plain[:end] in lines and rest[0].isalpha() and (plain[end - 1].isdigit() or len(rest) >= _CLEAR_ENDING):
            return plain[:end], rest
    return None
