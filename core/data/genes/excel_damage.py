"""Gene names that a spreadsheet program turned into dates or numbers: 2-Sep, Mar-01, 2024-09-02, 44806, 2.31E+13.

Not for: deciding whether a cell is repaired, which needs the whole column (gene_symbols.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from core.data.genes.hgnc import claims_on, gene_names

_SPELLINGS = {
    1: ("JAN",), 2: ("FEB",), 3: ("MARCH", "MARC", "MAR"), 4: ("APR",), 5: ("MAY",), 6: ("JUN",),
    7: ("JUL",), 8: ("AUG",), 9: ("SEPT", "SEP"), 10: ("OCT",), 11: ("NOV",), 12: ("DEC",),
}
"""What stood before the number in a name that a spreadsheet program reads as a date (MARCH1, MARC1 and MAR1 alike)."""

_MONTH_WORDS = {
    # English, German, French, Spanish and Italian forms, as the programs of those countries write them.
    1: "jan january januar janv janvier ene enero gen gennaio",
    2: "feb february februar févr fév février febrero febbraio",
    3: "mar march mrz märz mars marzo", 4: "apr april avr avril abr abril aprile", 5: "may mai mayo mag maggio",
    6: "jun june juni juin junio giu giugno", 7: "jul july juli juil juillet julio lug luglio",
    8: "aug august août aout ago agosto", 9: "sep sept september septembre septiembre set settembre",
    10: "oct october okt oktober octobre octubre ott ottobre", 11: "nov november novembre noviembre",
    12: "dec december dez dezember déc décembre dic diciembre dicembre",
}
_MONTH_OF_WORD = {word: month for month, words in _MONTH_WORDS.items() for word in words.split()}
_WORD = "|".join(sorted(map(re.escape, _MONTH_OF_WORD), key=len, reverse=True))
_GAP = r"(?:\s*[-/.,]\s*|\s+|\.\s+)"
_DAY_WORD = re.compile(rf"X?(\d{{1,2}}){_GAP}({_WORD})\.?(?:{_GAP}(?:\d{{4}}|\d{{2}}))?", re.IGNORECASE)
_WORD_DAY = re.compile(rf"({_WORD})\.?{_GAP}(\d{{1,2}})(?:{_GAP}(?:\d{{4}}|\d{{2}}))?", re.IGNORECASE)
_WORD_YEAR = re.compile(rf"({_WORD})\.?{_GAP}20(\d{{2}})", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_TWO_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](?:\d{4}|\d{2}))?")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_BIG_NUMBER = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+|\d{8,}(?:\.0+)?", re.IGNORECASE)
_FIRST_SERIAL, _LAST_SERIAL = 18264, 73415  # 1950-01-01 and 2100-12-31


@dataclass(frozen=True)
class Damage:
    """One damaged cell. ``kind``: "date", "date number" or "number"; ``candidates``: the genes that fit, maybe none."""

    kind: str
    candidates: tuple[str, ...]


def damage_of(text: str, is_date_cell: bool = False) -> Damage | None:
    """What a cell of a gene column suffered; None where it looks like neither a date nor a number made of a name.

    Only a date gives candidates that may be used without asking; numbers are never guessed (science §4.2), and the
    candidates of a "date number" (44806 is 2022-09-02) are there to be offered.
    """
    readings = date_readings(text)
    if readings or is_date_cell:
        return Damage("date", _genes_of_readings(readings))
    serial = _SERIAL.fullmatch(text)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        day = date(1899, 12, 30) + timedelta(days=int(serial[1]))
        return Damage("date number", _genes_of_readings(date_readings(day.isoformat())))
    if _BIG_NUMBER.fullmatch(text):
        return Damage("number", ())
    return None


def date_readings(text: str) -> tuple[tuple[int, int], ...]:
    """Every (day, month) that the text can mean as the date of a damaged name; empty where it is no date.

    ``9/2`` is the 2nd of September or the 9th of February. The first of a month in an early year has a second reading:
    ``Sep-11``, read again by the program, becomes 2011-09-01.
    """
    text = text.strip()
    found: list[tuple[int, int]] = []
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        found.append((day, month))
        if day == 1 and year >= 2000:
            found.append((year % 100, month))
    elif match := _DAY_WORD.fullmatch(text):
        found.append((int(match[1]), _MONTH_OF_WORD[match[2].lower()]))
    elif match := _WORD_DAY.fullmatch(text) or _WORD_YEAR.fullmatch(text):
        found.append((int(match[2]), _MONTH_OF_WORD[match[1].lower()]))
    elif match := _TWO_NUMBERS.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        found += [(second, first), (first, second)]
    return tuple(dict.fromkeys((day, month) for day, month in found if 1 <= day <= 31 and 1 <= month <= 12))


def _genes_of_readings(readings: tuple[tuple[int, int], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(gene for day, month in readings for gene in genes_of_date(day, month)))


@cache
def genes_of_date(day: int, month: int) -> tuple[str, ...]:
    """The genes whose name a spreadsheet program shows as this day of the year.

    A spelling that is or was a symbol counts before one that is only an alias: 3-Mar is MARCHF3 (MARCH3), although
    RTL3 has the alias MAR3. All claimants of such a spelling count: SEPT2 was SEPTIN2 and is an alias of SEPTIN6.
    """
    table = gene_names()
    spellings = [f"{word}{gap}{day}" for word in _SPELLINGS[month] for gap in ("", "-")]
    symbols = [name for name in spellings if name in table.approved or name in table.previous]
    return tuple(dict.fromkeys(gene for name in symbols or spellings for gene in claims_on(name).symbols))
