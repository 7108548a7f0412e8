"""Whether a sheet looks like the table of an assay: percentages of staining, spots of an array; by its headings.

Not for: reading it (core/data/assays).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.data.assays.assay_columns import DETECTED
from core.data.assays.assay_spec import ARRAY, IHC
from core.data.files.raw_table import RawTable
from core.data.sheets.layout import find_region
from core.data.sheets.missing_values import MissingTokens
from core.data.sheets.sheet_words import squeezed
from core.problems import UserError

_PERCENTAGES = ("percent_0", "percent_1", "percent_2", "percent_3")
_SCORES = ("h_score", "allred", "category", "positive_percent")
_WHO = ("sample", "patient")


def headings_of(table: RawTable) -> tuple[str, ...]:
    """The names of the columns of a sheet."""
    try:
        region = find_region(table, MissingTokens.of("expression", None), None)
    except UserError:
        return ()
    return tuple(region.names[column] for column in region.columns if column not in region.unnamed)


def detected_columns(kind: str, headings: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """key -> the headings that mean it, as reading the assay would take them."""
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for key, pattern in DETECTED[kind].items():
        fitting = tuple(name for name in headings if name not in taken and pattern.fullmatch(squeezed(name)))
        if fitting:
            found[key] = fitting
            taken |= set(fitting)
    return found


def assay_of(headings: Sequence[str]) -> tuple[str, str]:
    """(kind of assay, why) of a sheet with these headings; empty where it looks like none."""
    ihc = detected_columns(IHC, headings)
    who = any(key in ihc for key in _WHO)
    percentages = [ihc[key][0] for key in _PERCENTAGES if key in ihc]
    if who and len(percentages) >= 3:
        return IHC, f"looks like an IHC table (columns {', '.join(percentages)})"
    scores = [ihc[key][0] for key in _SCORES if key in ihc]
    if who and scores and "antibody" in ihc:
        return IHC, f"looks like an IHC table (columns {ihc['antibody'][0]}, {', '.join(scores)})"
    spots = detected_columns(ARRAY, headings)
    if all(key in spots for key in ("coordinate", "label", "signal")):  # a kinase panel has wells, and no signal
        told = ", ".join(spots[key][0] for key in ("coordinate", "label", "signal"))
        return ARRAY, f"looks like a phospho-RTK array (columns {told})"
    return "", ""
