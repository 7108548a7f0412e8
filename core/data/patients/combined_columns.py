"""A clinical column made of several: the largest, the smallest or the first known value of each patient.

Follow-up often stands in several columns (TCGA: days to death, days to the last of several contacts). Not for:
arithmetic on values, or joining tables (clinical_join.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.nearest_name import column_remedy
from core.data.tables import ClinicalColumn, ClinicalTable, Missing
from core.problems import Location, Problem, UserError, note, user_error

RULES = ("largest", "smallest", "first")


@dataclass(frozen=True)
class CombinedColumn:
    """``rule`` "largest" and "smallest" compare numbers; "first" takes the first column that has a value."""

    name: str
    rule: str
    columns: tuple[str, ...]


def add_combined(table: ClinicalTable, wanted: Sequence[CombinedColumn]) -> tuple[ClinicalTable, tuple[Problem, ...]]:
    """The table with the combined columns; each value keeps the cell that it came from.

    Raises
    ------
    UserError
        "no_column" for a column that does not exist, "column_exists" for a name that is taken.
    """
    columns = dict(table.columns)
    findings = []
    for combined in wanted:
        if combined.name in columns:
            raise user_error("column_exists", f"there is a column “{combined.name}” already", table.place,
                             remedy="give the combined column another name", answer_key="combined")
        lacking = [name for name in combined.columns if name not in columns]
        if lacking:
            raise UserError(*(Problem("no_column", f"there is no column “{name}” for “{combined.name}”", table.place,
                                      remedy=column_remedy(name, tuple(columns)), answer_key="combined")
                              for name in lacking))
        sources = [columns[name] for name in combined.columns]
        chosen = [_source_of(combined.rule, sources, row) for row in range(len(table.samples))]
        columns[combined.name] = _column(combined.name, sources, chosen, table.place)
        known = sum(at >= 0 for at in chosen)
        findings.append(note("combined_column", f"“{combined.name}” is the {combined.rule} known value of "
                             f"{', '.join(combined.columns)}: {known} of {len(chosen)} samples have one", table.place))
    return replace(table, columns=columns), tuple(findings)


def _source_of(rule: str, sources: Sequence[ClinicalColumn], row: int) -> int:
    """Which source gives the value of a row; -1 where none has one."""
    known = [at for at, source in enumerate(sources) if row not in source.missing]
    if rule == "first":
        return known[0] if known else -1
    known = [at for at in known if np.isfinite(sources[at].numbers[row])]
    if not known:
        return -1
    values = [sources[at].numbers[row] for at in known]
    return known[values.index(max(values) if rule == "largest" else min(values))]


def _column(name: str, sources: Sequence[ClinicalColumn], chosen: Sequence[int], place: Location) -> ClinicalColumn:
    return ClinicalColumn(
        name, tuple(sources[at].texts[row] if at >= 0 else "" for row, at in enumerate(chosen)),
        np.array([sources[at].numbers[row] if at >= 0 else np.nan for row, at in enumerate(chosen)], dtype=np.float64),
        {row: Missing.BLANK for row, at in enumerate(chosen) if at < 0},
        tuple(sources[at if at >= 0 else 0].cells[row] for row, at in enumerate(chosen)), place)
