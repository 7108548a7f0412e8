"""What reading an assay's table gives: matrices, clinical columns, a record, the recipe and the report.

Not for: reading (ihc.py, phospho_array.py, blot.py, plate.py) or joining with other tables (load_dataset.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.assays.assay_spec import AssayRecord, AssaySpec
from core.data.assays.assay_table import AssayTable, fate_of_rows
from core.data.files.workbook import ReadResult
from core.data.reference import rtk_symbols
from core.data.sheets.clinical_import import columns_of_rows
from core.data.sheets.collapse_genes import DEFAULT_RULE
from core.data.sheets.importing import Imported
from core.data.sheets.recipe import ImportRecipe
from core.data.tables import ClinicalColumn, ClinicalTable, ExpressionMatrix, Missing
from core.problems import Problem, note


@dataclass(frozen=True, eq=False)
class AssayImport:
    """``imported`` holds recipe, findings, changes and used answers; ``patient`` names the clinical column of patients,
    empty where samples are named by themselves. ``clinical`` is None where the table has nothing beyond its scores.
    """

    imported: Imported
    matrices: tuple[ExpressionMatrix, ...]
    record: AssayRecord
    clinical: ClinicalTable | None
    patient: str

    @property
    def counts(self) -> dict[str, int | str]:
        """For the import report."""
        samples = {sample for matrix in self.matrices for sample in matrix.samples}
        genes = {gene for matrix in self.matrices for gene in matrix.genes}
        words = " and ".join(f"{matrix.scale} ({matrix.measure})" for matrix in self.matrices)
        rtks = set(rtk_symbols())
        return {"samples": len(samples), "genes": len(genes), "RTKs": sum(gene in rtks for gene in genes),
                "scale": words}


def finished(at: AssayTable, read: ReadResult, matrices: Sequence[ExpressionMatrix], record: AssayRecord,
             further: Sequence[ClinicalColumn] = (), used_columns: Sequence[int] = ()) -> AssayImport:
    """Everything that a table gave, once its kind has been read.

    Parameters
    ----------
    further : sequence of ClinicalColumn
        Clinical columns that the kind made itself, one entry per sample of ``at.samples``.
    used_columns : sequence of int
        Columns that hold values although no key names them (receptors of a wide table).
    """
    clinical, said = clinical_of(at, further, used_columns)
    at.findings.append(fate_of_rows(at))
    findings = (*read.notes, *at.all_findings(), *said)
    main = at.columns.get("sample", at.columns.get("patient", (0,)))[0]
    region = at.region
    recipe = ImportRecipe(
        read.table.file, read.table.sheet, read.format.kind, read.format.encoding, read.format.delimiter,
        read.format.decimal, read.format.thousands, region.header_rows,
        *((region.rows[0], region.rows[-1]) if region.rows else (0, 0)), main, region.names[main], "rows",
        min((column for columns in at.columns.values() for column in columns if column != main), default=0), (),
        tuple(sorted({*region.skipped_rows, *at.left_out})), (), at.tokens.added,
        None, DEFAULT_RULE, "", ("columns",) if at.detected else ())
    imported = Imported(recipe, findings, None, clinical, at.table, tuple(at.changes), frozenset(at.used))
    patient = region.names[at.at("patient")] if at.has("patient") and not at.has("sample") else ""
    return AssayImport(imported, tuple(matrices), record, clinical, patient)


def spec_as_used(at: AssayTable, choices: Mapping[str, Sequence[str]]) -> AssaySpec:
    """The stated spec with the columns and choices that were detected: written into a study file, it repeats."""
    columns = {key: tuple(at.region.names[column] for column in places) for key, places in at.columns.items()}
    stated = dict(at.spec.choices)
    return replace(at.spec, columns=columns, choices=stated | {key: tuple(words) for key, words in choices.items()
                                                               if key not in stated and words})


def clinical_of(at: AssayTable, further: Sequence[ClinicalColumn],
                used_columns: Sequence[int]) -> tuple[ClinicalTable | None, list[Problem]]:
    """Patient, time point, and every unused column that says one thing per sample, as clinical columns."""
    samples = list(at.samples.values())
    rows = tuple(sample.row for sample in samples)
    named = {column for key in ("sample", "patient", "time_point") for column in at.columns.get(key, ())}
    used = {column for columns in at.columns.values() for column in columns} | set(used_columns)
    texts: dict[int, dict[str, set[str]]] = {}
    for column in at.region.columns:
        if column in used or column in at.region.unnamed:
            continue
        for row, sample in at.sample_of_row.items():
            if sample in at.samples:
                texts.setdefault(column, {}).setdefault(sample, set()).add(at.table.text(row, column))
    constant = {column for column, of_sample in texts.items() if all(len(each) == 1 for each in of_sample.values())}
    wanted = (named if at.has("patient") or constant or further else set()) | constant
    if not wanted and not further:
        return None, []
    columns = dict(columns_of_rows(at.table, at.region, rows, at.spec.table.missing, wanted))
    for key, texts_now in (("patient", [s.patient for s in samples]), ("sample", [s.name for s in samples])):
        name = at.region.names[at.at(key)] if at.has(key) else ""
        if name in columns:
            columns[name] = _renamed(columns[name], texts_now)
    for made in further:
        name = made.name if made.name not in columns else f"{made.name} (from IHC)"
        columns[name] = replace(made, name=name)
    said = []
    if constant:
        names = ", ".join(at.region.names[column] for column in sorted(constant)[:8])
        said.append(note("clinical_columns", f"columns that say one thing per sample are clinical columns: {names}",
                         at.table.place(None, min(constant))))
    return ClinicalTable(tuple(sample.name for sample in samples), columns, at.table.place()), said


def _renamed(column: ClinicalColumn, texts: Sequence[str]) -> ClinicalColumn:
    """The column with the names that the samples go by now, as the user decided."""
    if tuple(texts) == column.texts:
        return column
    numbers = column.numbers.copy()
    numbers[[old != new for old, new in zip(column.texts, texts, strict=True)]] = np.nan
    numbers.flags.writeable = False
    return replace(column, texts=tuple(texts), numbers=numbers)


def text_column(name: str, texts: Sequence[str], at: AssayTable, cells: Sequence[str]) -> ClinicalColumn:
    """A clinical column of words that was made from cells of the table; "" is missing."""
    numbers = np.full(len(texts), np.nan)
    numbers.flags.writeable = False
    missing = {position: Missing.BLANK for position, text in enumerate(texts) if not text}
    return ClinicalColumn(name, tuple(texts), numbers, missing, tuple(cells), at.table.place())
