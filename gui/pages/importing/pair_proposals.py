"""Columns that seem to say which samples are one patient before and after, offered for confirmation.

Not for: making pairs of them; core does, once a person has agreed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from core.data.patients.biopsy_dates import EARLIER, LATER, holds_dates
from core.data.patients.biopsy_names import parse_pair_name
from core.data.patients.pair_columns import pair_columns
from core.data.tables import ClinicalColumn, ClinicalTable
from core.data.values import value_key
from gui.pages.importing.role_forms import PairsForm

_FEWEST_PAIRED = 0.4
"""The share of samples that must be in pairs before two columns count as a sign of biopsies."""


@dataclass(frozen=True)
class PairsProposal:
    """A form filled in as far as it can be. ``telling``: it covers enough samples to speak for the role."""

    form: PairsForm
    pairs: int
    telling: bool
    words: str


def propose_pairs_form(table: ClinicalTable) -> PairsProposal | None:
    """The two columns that may say the pairs. Where no word says which value is first, before and after stay open."""
    found = pair_columns(table)
    if found is None:
        return None
    form = PairsForm(found.patient, found.time_point, *((found.before, found.after) if found.certain else ("", "")))
    words = f"“{found.patient}” names {found.pairs:,} patients "
    if found.before == EARLIER:
        words += f"with biopsies of two days in “{found.time_point}”; the first is before, the last after"
    else:
        words += f"who have both “{found.before}” and “{found.after}” in “{found.time_point}”"
    return PairsProposal(form, found.pairs, 2 * found.pairs >= _FEWEST_PAIRED * len(table.samples), words)


def propose_time_points(column: ClinicalColumn) -> tuple[str, str]:
    """(value before, value after) of a column that a person chose; empty where its words do not say it."""
    if holds_dates(column):
        return EARLIER, LATER
    said = {value: parse_pair_name(value).time_point for value in values_of(column)}
    found = [[value for value in said if said[value] == side] for side in ("before", "after")]
    return (found[0][0] if len(found[0]) == 1 else "", found[1][0] if len(found[1]) == 1 else "")


def values_of(column: ClinicalColumn) -> tuple[str, ...]:
    """The values that stand in a column, the most frequent first."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for row, text in enumerate(column.texts):
        if row not in column.missing and text.strip():
            counts[value_key(text)] += 1
            first.setdefault(value_key(text), text.strip())
    return tuple(first[key] for key, _ in counts.most_common())
