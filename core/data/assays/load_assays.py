"""Assays on their way into a data set: read by their kind, joined to the clinical tables, renamed with their samples.

Not for: reading a kind (ihc.py, phospho_array.py, blot.py, plate.py) or the data set as a whole (load_dataset.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.data.assays.assay_genes import merged_matrices
from core.data.assays.assay_import import AssayImport
from core.data.assays.assay_spec import ARRAY, BLOT, IHC, AssayRecord, AssaySpec
from core.data.assays.blot import read_blot
from core.data.assays.ihc import read_ihc
from core.data.assays.phospho_array import read_array
from core.data.assays.plate import read_plate
from core.data.files.workbook import ReadResult
from core.data.patients.clinical_join import add_columns
from core.data.sheets.importing import Imported, with_answered_cells
from core.data.sheets.merged_cells import with_merged_cells
from core.data.sheets.recipe import Answers
from core.data.sheets.sheet_words import counted
from core.data.tables import ClinicalTable, ExpressionMatrix
from core.data.values import value_key
from core.problems import Location, Problem, note, warning


def import_assay(spec: AssaySpec, read: ReadResult, answers: Answers,
                 further: Mapping[str, ReadResult] | None = None) -> AssayImport:
    """Read one table of an assay.

    Parameters
    ----------
    read : ReadResult
        The sheet as it was read; answered cells are put in here.
    further : mapping of key -> ReadResult, optional
        Further sheets that an array names: "layout", "background_sheet".

    Raises
    ------
    UserError
        Where the table cannot be used or a question about all of it is open.
    """
    unmerged, merge_findings = with_merged_cells(read.table)
    table, cell_findings, changes, used = with_answered_cells(unmerged, answers)
    if spec.kind == IHC:
        found = read_ihc(spec, table, read, answers)
    elif spec.kind == ARRAY:
        found = read_array(spec, table, read, answers, further or {})
    elif spec.kind == BLOT:
        found = read_blot(spec, table, read, answers)
    else:
        found = read_plate(spec, table, read, answers)
    imported = found.imported
    return replace(found, imported=replace(
        imported, problems=(*merge_findings, *cell_findings, *imported.problems),
        changes=(*changes, *imported.changes), used_answers=imported.used_answers | used))


def matrices_as_imported(assays: Sequence[AssayImport]) -> tuple[list[Imported], tuple[Problem, ...]]:
    """One Imported per measure and scale of each kind, so that what holds for expression tables holds here.

    Sheets of one kind (one per antibody, one per membrane) become one matrix. A sample and gene that two of them give
    differently has no value, and is said.
    """
    merged: dict[tuple[str, ...], tuple[AssayImport, ExpressionMatrix]] = {}
    findings: list[Problem] = []
    for assay in assays:
        for matrix in assay.matrices:
            key = _key(assay, matrix)
            if key not in merged:
                merged[key] = (assay, matrix)
                continue
            first, before = merged[key]
            together, differing = merged_matrices(before, matrix)
            merged[key] = (first, together)
            where = " › ".join(filter(None, (before.place.file, before.place.sheet)))
            findings.append(note("assays_merged", f"this table and {where} are one table of {matrix.measure}: "
                                 f"{len(together.samples)} samples, {len(together.genes)} genes", matrix.place))
            if differing:
                sample, gene = differing[0]
                number = f"{counted(len(differing), 'value')} {'stands' if len(differing) == 1 else 'stand'}"
                findings.append(warning(
                    "assays_differ", f"{number} differently in {where} (first: {gene} of {sample}) and "
                    f"{'is' if len(differing) == 1 else 'are'} not used", matrix.place,
                    why="Which of them is the sample’s cannot be told.",
                    remedy="keep one of them"))
    return [replace(assay.imported, matrix=matrix, clinical=None) for assay, matrix in merged.values()], tuple(findings)


def _key(assay: AssayImport, matrix: ExpressionMatrix) -> tuple[str, ...]:
    """Tables with the same key are one table."""
    return (assay.record.kind, matrix.measure, str(matrix.scale), str(assay.record.facts.get("score", "")))


def clinical_as_imported(assays: Sequence[AssayImport]) -> list[Imported]:
    """One Imported per clinical table that an assay brings."""
    return [replace(assay.imported, matrix=None) for assay in assays if assay.clinical is not None]


def renamed_records(assays: Sequence[AssayImport], before: Sequence[Imported],
                    matrices: Sequence[ExpressionMatrix]) -> tuple[AssayRecord, ...]:
    """The records with the names that their samples go by in the data set, and with the place of their matrices.

    Parameters
    ----------
    before : sequence of Imported
        As ``matrices_as_imported`` gave them.
    matrices : sequence of ExpressionMatrix
        The same in the data set.
    """
    names: dict[str, str] = {}
    place_of = {}
    for old, now in zip(before, matrices, strict=True):
        assert old.matrix is not None
        place_of[old.matrix.place, old.matrix.measure] = now.place
        if len(now.samples) == len(old.matrix.samples):
            names |= dict(zip(old.matrix.samples, now.samples, strict=True))
    first: dict[tuple[str, ...], Location] = {}
    records = []
    for assay in assays:
        record, calls = assay.record, assay.record.calls
        places = {matrix.measure: first.setdefault(_key(assay, matrix), matrix.place) for matrix in assay.matrices}
        records.append(replace(
            record,
            matrix_places={measure: place_of.get((place, measure), place) for measure, place in places.items()},
            replicates={measure: _renamed(of_sample, names) for measure, of_sample in record.replicates.items()},
            parts=_renamed(record.parts, names),
            calls=None if calls is None else replace(calls, samples=tuple(names.get(s, s) for s in calls.samples)),
            intervals={(measure, names.get(sample, sample), gene): ends
                       for (measure, sample, gene), ends in record.intervals.items()}))
    return tuple(records)


def _renamed(of_sample: Mapping[str, int], names: Mapping[str, str]) -> dict[str, int]:
    """Two samples that go by one name now count together."""
    found: dict[str, int] = {}
    for sample, number in of_sample.items():
        found[names.get(sample, sample)] = found.get(names.get(sample, sample), 0) + number
    return found


def join_assay_clinical(clinical: ClinicalTable | None, of_assays: Sequence[tuple[ClinicalTable, str]]
                        ) -> tuple[ClinicalTable | None, tuple[Problem, ...]]:
    """The clinical table of the data set with what the tables of assays say about their samples.

    Parameters
    ----------
    clinical : ClinicalTable or None
        Joined from the clinical tables that the study names.
    of_assays : sequence of (ClinicalTable, name of its column of patients, "" without one)

    Returns
    -------
    table, findings
        Joined by sample, or through the column of patients where the clinical table has one row per patient. One that
        shares nothing is left out, and said.
    """
    findings: list[Problem] = []
    made: ClinicalTable | None = None
    patient = ""
    for table, column in of_assays:
        if made is None:
            made, patient = table, column
            continue
        made, said = add_columns(made, table, list(made.samples))
        findings += said
    if made is None or clinical is None:
        return made or clinical, tuple(findings)
    known = {value_key(sample) for sample in clinical.samples}
    of_patient = made.columns[patient].texts if patient in made.columns else ()
    by_sample = sum(value_key(sample) in known for sample in made.samples)
    by_patient = sum(value_key(text) in known for text in of_patient if text)
    if by_patient > by_sample:
        joined, said_too = add_columns(made, clinical, list(of_patient))
        return joined, (*findings, *said_too)
    if by_sample:
        joined, said_too = add_columns(clinical, made, list(clinical.samples))
        return joined, (*findings, *said_too)
    return clinical, (*findings, warning(
        "assay_shares_nothing", f"no sample or patient of this table is in {clinical.place.file} (here: "
        f"{', '.join(made.samples[:3])}; there: {', '.join(clinical.samples[:3])})", made.place,
        why="Its patients and time points are not joined to the clinical columns.",
        remedy="use the same ids in both, or say under [dataset.answers] samples which is which"))
