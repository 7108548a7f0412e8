"""Several clinical tables of the same patients joined into one, by sample or through a shared patient column.

Not for: reading them, or matching clinical samples to expression samples (sample_names.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.data.tables import ClinicalColumn, ClinicalTable, Missing
from core.data.values import value_key
from core.problems import Problem, note, user_error, warning

_COLUMN_LETTER = re.compile("[A-Z]{1,2}")


def join_clinical(tables: Sequence[tuple[ClinicalTable, str]]) -> tuple[ClinicalTable, tuple[Problem, ...]]:
    """Join tables, each with the name of its id column, into one table of all their samples.

    A table of patients is joined to a table of samples through the sample table's patient column (cBioPortal).
    A sample that a table lacks has missing values there. A column that stands in two tables is kept once where the
    tables agree; where they differ, the later one is kept too, under ``name (file)``, with a warning.

    Raises
    ------
    UserError
        "clinical_tables_share_nothing" when no sample of a table is in the others.
    """
    (joined, id_name), *others = tables
    findings: list[Problem] = []
    for other, other_id in others:
        direct = _shared(joined.samples, other.samples)
        through_joined = _shared(_texts(joined, other_id), other.samples)
        through_other = _shared(joined.samples, _texts(other, id_name))
        if through_joined > direct and through_joined >= through_other:
            key_of_row = list(_texts(joined, other_id))
            findings.append(_linked(other, other_id, joined))
        elif through_other > direct:
            joined, other = other, joined
            key_of_row = list(_texts(joined, id_name))
            findings.append(_linked(other, id_name, joined))
            id_name = other_id
        elif direct:
            key_of_row = list(joined.samples)
        else:
            raise user_error(
                "clinical_tables_share_nothing",
                f"no sample of this table is in {joined.place.file} (here: {_few(other.samples)}; there: "
                f"{_few(joined.samples)})", other.place,
                why="Clinical tables of one data set are joined by sample.",
                remedy="name the column with the same ids with the key id of each table", answer_key="id")
        joined, found = add_columns(joined, other, key_of_row)
        findings += found
    return joined, tuple(findings)


def _texts(table: ClinicalTable, column: str) -> tuple[str, ...]:
    return table.columns[column].texts if column in table.columns else ()


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    known = {value_key(text) for text in right if text}
    return sum(value_key(text) in known for text in left if text)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _linked(other: ClinicalTable, column: str, joined: ClinicalTable) -> Problem:
    return note("joined_through_column",
                f"{other.place.file} was joined to {joined.place.file} through the column “{column}”", other.place)


def add_columns(base: ClinicalTable, other: ClinicalTable,
                 key_of_row: list[str]) -> tuple[ClinicalTable, list[Problem]]:
    """A table with the columns of another: ``key_of_row`` holds, for each sample of ``base``, its id in ``other``.

    Where the ids are the samples of ``base`` themselves, samples that only ``other`` has are added.
    """
    row_in_other = {value_key(sample): row for row, sample in enumerate(other.samples)}
    rows = [row_in_other.get(value_key(key), -1) if key else -1 for key in key_of_row]
    used = {row for row in rows if row >= 0}
    extra = [row for row in range(len(other.samples)) if row not in used] if key_of_row == list(base.samples) else []
    samples = base.samples + tuple(other.samples[row] for row in extra)
    findings: list[Problem] = []
    unused = len(other.samples) - len(used) - len(extra)
    if unused:
        findings.append(warning("patients_without_samples", f"{unused} rows of this table belong to no sample of "
                                f"{base.place.file} and were left out", other.place))
    if lacking := sum(row < 0 for row in rows):
        findings.append(note("samples_not_in_table", f"{lacking} of {len(base.samples)} samples of {base.place.file} "
                             "are not in this table; its columns are missing for them", other.place))
    columns = {name: _extended(column, [*range(len(base.samples)), *[-1] * len(extra)])
               for name, column in base.columns.items()}
    for name, column in other.columns.items():
        taken = _extended(column, [*rows, *extra])
        if name not in columns:
            columns[name] = taken
            continue
        known = columns[name]
        both = [i for i in range(len(samples)) if known.texts[i] and taken.texts[i]]
        differing = [i for i in both if value_key(known.texts[i]) != value_key(taken.texts[i])]
        if not differing:
            columns[name] = _filled(known, taken)
            continue
        renamed = f"{name} ({other.place.file})"
        columns[renamed] = replace(taken, name=renamed)
        first = differing[0]
        if _COLUMN_LETTER.fullmatch(name):
            findings.append(note("column_renamed", "both tables are without a header, so the column "
                                 f"{name} of this one is called “{renamed}”", taken.place))
            continue
        findings.append(warning(
            "column_differs_between_tables",
            f"the column “{name}” stands in {base.place.file} too, and {len(differing)} samples differ (first: "
            f"{samples[first]}: {known.texts[first]} there, {taken.texts[first]} here)",
            taken.place, remedy=f"“{name}” is the one of {base.place.file}; this one is called “{renamed}”"))
    return ClinicalTable(samples, columns, base.place, (*base.respelled, *other.respelled)), findings


def _extended(column: ClinicalColumn, rows: Sequence[int]) -> ClinicalColumn:
    """The column's values at ``rows``; -1 gives a blank one."""
    missing: Mapping[int, Missing] = {
        i: (Missing.BLANK if row < 0 else column.missing[row])
        for i, row in enumerate(rows) if row < 0 or row in column.missing}
    return ClinicalColumn(
        column.name, tuple("" if row < 0 else column.texts[row] for row in rows),
        np.array([np.nan if row < 0 else column.numbers[row] for row in rows], dtype=np.float64), missing,
        tuple("" if row < 0 else column.cells[row] for row in rows), column.place,
        {i: column.limits[row] for i, row in enumerate(rows) if row in column.limits})


def _filled(known: ClinicalColumn, taken: ClinicalColumn) -> ClinicalColumn:
    """``known`` with its missing values filled from ``taken``; the two agree wherever both have one."""
    use = [i in known.missing and i not in taken.missing for i in range(len(known.texts))]
    if not any(use):
        return known
    return ClinicalColumn(
        known.name, tuple(taken.texts[i] if use[i] else text for i, text in enumerate(known.texts)),
        np.where(use, taken.numbers, known.numbers), {i: why for i, why in known.missing.items() if not use[i]},
        tuple(taken.cells[i] if use[i] else cell for i, cell in enumerate(known.cells)), known.place,
        {i: limit for i, limit in (*known.limits.items(), *taken.limits.items())
         if i in (taken if use[i] else known).limits})
