"""Warnings about what a table holds: the same sample twice, the same column twice, personal data.

Not for: changing anything; these checks only look.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import RawTable, column_letters
from core.data.reference import rtk_symbols
from core.data.sheets.layout import Region
from core.data.sheets.sheet_words import id_strength, squeezed
from core.problems import Location, Problem, note, warning

_SHOWN = 4
_LEAST_VALUES = 5
_PERSONAL_NAME = re.compile(
    r"(patient|pat|pt|full|first|last|given|family|sur|middle|maiden|fore)[ ._-]?names?|names? of (the )?patient|"
    r"surname|"
    r"date of birth|birth[ ._-]?(date|day)|dob|geburtsdatum|vorname|nachname|mrn|(medical[ ._-]?record|hospital|nhs|"
    r"insurance|"
    r"social[ ._-]?security|passport)[ ._-]?(number|no\.?|nr\.?|id|#)|ssn|e[ ._-]?mail.*|.*[ ._-]e-?mail|(home |"
    r"street |postal )?address|"
    r"street|(tele)?phone.*|mobile|post[ ._-]?code|zip([ ._-]?code)?|initials|next of kin", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"names?|patients?|cases?|subjects?", re.IGNORECASE)
_PERSON = re.compile(r"[^\W\d_][^\W\d_'’-]+, ?[^\W\d_][^\d,;/]*")
_FIRST_AND_LAST = re.compile(r"[^\W\d_a-zß-ÿ][a-zß-ÿ]+(?:[ -][^\W\d_a-zß-ÿ][a-zß-ÿ]+)+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def identical_samples(values: NDArray[np.float64], samples: Sequence[str], place: Location) -> list[Problem]:
    """A warning where samples of different names have the same values throughout, shape (n_samples, n_genes)."""
    groups = [[samples[at] for at in members] for members in _equal_rows(values)]
    if not groups:
        return []
    return [warning("identical_samples", f"{sum(map(len, groups))} samples have the same values as another sample: "
                    f"{_listed(groups)}", place,
                    why="One sample under two names counts twice, and two patients cannot agree in every value.",
                    remedy="leave one out with drop in the answers")]


def identical_genes(values: NDArray[np.float64], genes: Sequence[str], place: Location) -> list[Problem]:
    """Genes of different names with the same values in every sample, shape (n_samples, n_genes).

    A warning where an RTK is among them, else a note: one antibody or probe often stands for several genes. Genes with
    fewer than five different values (hardly any reads) are no news.
    """
    groups = [members for members in _equal_rows(values.T) if len(np.unique(values[:, members[0]])) >= _LEAST_VALUES]
    receptors = set(rtk_symbols())
    named = sorted(([genes[at] for at in members] for members in groups), key=lambda names: not receptors & set(names))
    if not named:
        return []
    say = warning if receptors & set(named[0]) else note
    return [say("identical_genes", f"{sum(map(len, named)):,} genes have the same values as another gene: "
                                   f"{_listed(named)}",
                place, why="One antibody or probe may stand for several genes; results repeat for them.",
                remedy="nothing was changed; see the file")]


def _equal_rows(rows: NDArray[np.float64]) -> list[list[int]]:
    """Positions of rows that are equal, NaN included; rows with hardly a value are left out."""
    enough = np.flatnonzero((~np.isnan(rows)).sum(axis=1) >= min(_LEAST_VALUES, max(2, rows.shape[1])))
    groups: dict[bytes, list[int]] = {}
    for at in enough.tolist():
        groups.setdefault(hashlib.sha256(rows[at].tobytes()).digest(), []).append(at)
    return [members for members in groups.values() if len(members) > 1]


def _listed(groups: Sequence[Sequence[str]]) -> str:
    more = f"; and {len(groups) - _SHOWN} more" if len(groups) > _SHOWN else ""
    return "; ".join(" and ".join(names[:4]) for names in groups[:_SHOWN]) + more


def identical_columns(table: RawTable, region: Region) -> list[Problem]:
    """A warning where two clinical columns hold the same entries; columns of one value throughout are no news, and
    neither are patient and sample ids that agree."""
    rows = np.asarray(region.rows, np.intp)
    groups: dict[tuple[bytes, int], list[int]] = {}
    for column in region.columns:
        if column not in region.unnamed and id_strength(region.names[column]) == 3:
            continue
        numbers = table.numbers[rows, column]
        texts = table.texts.get(column, {})
        if not texts and (np.isnan(numbers).all() or np.nanmin(numbers) == np.nanmax(numbers)):
            continue
        words = tuple((row, text.strip()) for row, text in sorted(texts.items()) if row >= rows[0])
        if len(words) == len(rows) and len({text for _, text in words}) == 1:
            continue
        groups.setdefault((numbers.tobytes(), hash(words)), []).append(column)
    same = [members for members in groups.values() if len(members) > 1]
    if not same:
        return []
    words_of = "; ".join(" and ".join(f"“{region.names[c]}” ({column_letters(c)})" for c in members[:4])
                         for members in same[:_SHOWN])
    more = f"; and {len(same) - _SHOWN} more" if len(same) > _SHOWN else ""
    return [warning("identical_columns", f"columns of different names hold the same entries: {words_of}{more}",
                    table.place(None, same[0][1]), why="A column copied by mistake looks like two agreeing "
                                                       "measurements.",
                    remedy="check the file if they should differ")]


def _names_of_people(texts: Sequence[str]) -> bool:
    """True where most entries are written ``Surname, First name`` or ``First Last``."""
    return sum((_PERSON.fullmatch(text.strip()) or _FIRST_AND_LAST.fullmatch(text.strip())) is not None
               for text in texts) > max(2, 0.7 * len(texts))


def personal_data(table: RawTable, region: Region) -> list[Problem]:
    """A warning where columns look like names, birth dates, record numbers or addresses of people."""
    found: list[str] = []
    first: int | None = None
    for column in region.columns:
        name = squeezed(region.names[column])
        texts = list(table.texts.get(column, {}).values())[:200]
        by_name = column not in region.unnamed and (
            _PERSONAL_NAME.fullmatch(name) is not None
            or (_PLAIN_NAME.fullmatch(name) is not None and _names_of_people(texts)))
        if by_name or sum(_EMAIL.fullmatch(text.strip()) is not None for text in texts) >= 1:
            found.append(f"“{name}” ({column_letters(column)})")
            first = column if first is None else first
    if not found:
        return []
    return [warning("personal_data", f"{len(found)} {'column looks' if len(found) == 1 else 'columns look'} like "
                                     "personal "
                    f"data: {', '.join(found[:6])}", table.place(None, first),
                    why="Project files and reports are shared; names, birth dates and addresses of patients do not "
                        "belong "
                    "in them.", remedy="remove the columns from the file and import it again")]
