"""Columns that seem to say which cell lines are resistant, with the reason; the direction is always asked.

Not for: deciding: a proposal counts once a person has taken it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from core.data.tables import ClinicalColumn, ClinicalTable
from gui.pages.importing.pair_proposals import values_of
from gui.pages.importing.role_forms import GROUPS, HIGH_RESISTS, LOW_RESISTS, PAIRS, RESPONSE, LinesForm

_CONCENTRATION = re.compile(r"(?<![a-z])(ln|log|log10|log2|p)?[ _.-]*(gi|ic|ec|gr|ed|ld|tgi)[ _.-]*\d{2}(?!\d)",
                            re.IGNORECASE)
_MINUS_LOG = re.compile(r"(?<![a-z])p(gi|ic|ec|gr)[ _.-]*50|(-|−|neg\w*|minus)[ _.-]*log", re.IGNORECASE)
_PLAIN_UNIT = re.compile(r"(?<![a-z])[uµμn]m(?![a-z])|molar|(?<![a-z])(ln|log)", re.IGNORECASE)
"""A unit or a logarithm in the name: then the values are not −log10 of a molar concentration."""
_AREA_OF_EFFECT = re.compile(r"(?<![a-z])aac(?![a-z])|activity[ _.-]*area|inhibition|sensitivity", re.IGNORECASE)
_AREA = re.compile(r"(?<![a-z])auc(?![a-z])|area[ _.-]*under", re.IGNORECASE)
_LEFT_OVER = re.compile(r"(?<![a-z])(gr[ _.-]*(max|inf)|e[ _.-]*max|viability|survival|surviving)(?![a-z])",
                        re.IGNORECASE)
_RESISTANT = re.compile(r"resist|refract|non[ _.-]*respon|^(r|res)$|insensitive", re.IGNORECASE)
_SENSITIVE = re.compile(r"sensit|^(s|sens|responder|responsive)$", re.IGNORECASE)
_PARENTAL = re.compile(r"parent|^(par|wt|wild[ _-]?type|naive|naïve|control)$", re.IGNORECASE)
_MOST_VALUES = 8
FEWEST_NUMBERS = 3


@dataclass(frozen=True)
class LinesProposal:
    """A form filled in as far as it can be, and why. ``direction`` is proposed only, never in the form."""

    form: LinesForm
    direction: str = ""
    words: str = ""
    weight: int = 0


def propose_lines(table: ClinicalTable) -> tuple[LinesProposal, ...]:
    """Everything that may say which lines are resistant, the likeliest first."""
    found = [*_pairs(table)]
    for column in table.columns.values():
        if (groups := _groups(column)) is not None:
            found.append(groups)
        elif is_response(column):
            direction, words, weight = propose_direction(column)
            found.append(LinesProposal(response_form(column), direction, words, weight))
    return tuple(sorted(found, key=lambda each: -each.weight))


def response_form(column: ClinicalColumn) -> LinesForm:
    """A response with its direction open; a column that is only a letter is called by its file: "lapatinib GI50"."""
    name = unit = ""
    if re.fullmatch(r"[A-Z]{1,2}( \(.*\))?", column.name):
        stem = re.sub(r"(\.(gz|csv|tsv|txt|xlsx?|ods)\b)+$", "", column.place.file)
        name = re.sub(r"(?<![A-Za-z])(gi|ic|ec|gr)(\d\d)\b", lambda found: found[0].upper(),
                      re.sub(r"[_ ]+", " ", stem), flags=re.IGNORECASE).strip()
    if "−log10" in propose_direction(column)[1]:
        unit = "−log10 M"
    return LinesForm(RESPONSE, column.name, name=name, unit=unit)


def is_response(column: ClinicalColumn) -> bool:
    """True for a column of numbers that are not just the numbers of a catalogue or two codes."""
    known = column.numbers[np.isfinite(column.numbers)]
    filled = sum(bool(text.strip()) and row not in column.missing for row, text in enumerate(column.texts))
    distinct = len(set(known.tolist()))
    if known.size < FEWEST_NUMBERS or known.size < 0.7 * filled or distinct < FEWEST_NUMBERS:
        return False
    catalogue = distinct == known.size and bool((known == np.round(known)).all()) and float(known.min()) >= 1000
    return not catalogue


def propose_direction(column: ClinicalColumn) -> tuple[str, str, int]:
    """(direction, why, weight) of a column of numbers; an empty direction where nothing tells it.

    The column's own name is judged first, then that of its file: in ``gi50.tsv`` the columns are often the drugs.
    """
    direction, words = _judged(column.name, f"“{column.name}”", column)
    if direction:
        return direction, words, 9
    file = re.sub(r"\.(gz|csv|tsv|txt|xlsx?|ods)\b", "", column.place.file)
    direction, words = _judged(file, f"“{column.name}” of {column.place.file}", column)
    return (direction, words, 8) if direction else ("", "", 1)


def _judged(name: str, named: str, column: ClinicalColumn) -> tuple[str, str]:
    known = column.numbers[np.isfinite(column.numbers)]
    if _MINUS_LOG.search(name) or (_CONCENTRATION.search(name) and not _PLAIN_UNIT.search(name)
                                   and _looks_minus_log(column)):
        strong, weak = (concentration_words(10.0 ** -float(value)) for value in (known.max(), known.min()))
        return LOW_RESISTS, (f"{value_words(known.min())} to {value_words(known.max())} are −log10 of a molar "
                             f"concentration ({weak} down to {strong}): a high value means that little drug was "
                             "enough, so the line is sensitive")
    if _AREA_OF_EFFECT.search(name):
        return LOW_RESISTS, f"{named} grows with the effect of the drug: a high value means sensitive"
    if _CONCENTRATION.search(name):
        logged = " (as logarithms)" if float(known.min()) < 0 else ""
        return HIGH_RESISTS, (f"{named} is the concentration that was needed{logged}: a high value means that much "
                              "drug was needed, so the line is resistant")
    if _AREA.search(name):
        return HIGH_RESISTS, (f"{named} is mostly the area under the curve of what is left alive: then a high value "
                              "means resistant. If it is the area of the effect it is the other way round")
    if _LEFT_OVER.search(name):
        return HIGH_RESISTS, f"{named} is what the drug leaves alive: a high value means resistant"
    return "", ""


def same_values(column: ClinicalColumn) -> tuple[str, int, int]:
    """(value, how many lines have it, of how many): one value of many lines is often that of "not reached"."""
    known = column.numbers[np.isfinite(column.numbers)]
    if not known.size:
        return "", 0, 0
    value, count = Counter(known.tolist()).most_common(1)[0]
    return value_words(value), count, int(known.size)


def value_words(value: float) -> str:
    """A measured value with four digits, however small."""
    return f"{float(value):.4g}".replace("-", "\u2212")


def concentration_words(molar: float) -> str:
    """ "16.7 µM"."""
    for unit, size in (("mM", 1e-3), ("µM", 1e-6), ("nM", 1e-9)):
        if molar >= size:
            return f"{molar / size:.3g} {unit}"
    return f"{molar / 1e-12:.3g} pM"


def _looks_minus_log(column: ClinicalColumn) -> bool:
    """−log10 M of a drug lies between 2 (10 mM) and 12 (1 pM), and no two lines differ by more than 6 steps of ten."""
    known = column.numbers[np.isfinite(column.numbers)]
    return bool((known >= 2).all() and (known <= 12).all() and known.max() - known.min() <= 6
                and np.median(known) >= 3.5)


def _groups(column: ClinicalColumn) -> LinesProposal | None:
    values = values_of(column)
    if not 2 <= len(values) <= _MOST_VALUES:
        return None
    resistant = [value for value in values if _RESISTANT.search(value)]
    sensitive = [value for value in values if _SENSITIVE.search(value) and value not in resistant]
    if len(resistant) != 1 or len(sensitive) != 1:
        return None
    form = LinesForm(GROUPS, column.name, sensitive=sensitive[0], resistant=resistant[0])
    return LinesProposal(form, "", f"“{column.name}” says “{sensitive[0]}” and “{resistant[0]}”", 7)


def _pairs(table: ClinicalTable) -> list[LinesProposal]:
    found = []
    for state in table.columns.values():
        values = values_of(state)
        parental = [value for value in values if _PARENTAL.search(value)]
        resistant = [value for value in values if _RESISTANT.search(value) and value not in parental]
        if len(parental) != 1 or len(resistant) != 1:
            continue
        line = next((column.name for column in table.columns.values() if column is not state
                     and re.search(r"line|parent|model|cell", column.name, re.IGNORECASE)
                     and len(values_of(column)) < len(table.samples)), "")
        form = LinesForm(PAIRS, line=line, state=state.name, parental=parental[0], resistant=resistant[0])
        found.append(LinesProposal(form, "", f"“{state.name}” says “{parental[0]}” and “{resistant[0]}”", 8))
    return found
