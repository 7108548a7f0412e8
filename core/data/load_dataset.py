"""All tables of a data set read, joined and matched; whatever is unusable is named and the rest still loads.

Not for: one table (importing.py) or choosing patients (evaluate_cohort.py).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.data.assays.assay_import import AssayImport
from core.data.assays.assay_spec import ASSAY_KINDS, SHEET_KEYS, AssaySpec
from core.data.assays.load_assays import (
    clinical_as_imported,
    import_assay,
    join_assay_clinical,
    matrices_as_imported,
    renamed_records,
)
from core.data.dataset import Dataset, DatasetSpec, TableRecord
from core.data.files.formats import GCT, SERIES_MATRIX
from core.data.files.workbook import ReadResult, read_table
from core.data.lines.line_tables import match_line_tables
from core.data.patients.clinical_join import join_clinical
from core.data.patients.combined_columns import add_combined
from core.data.patients.endpoints import build_endpoint
from core.data.patients.role_columns import check_role_columns
from core.data.patients.sample_names import match_samples, problems_of_match
from core.data.reference import rtk_symbols
from core.data.sheets.importing import Imported, answers_without_use, import_clinical, import_expression, unmistakable
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import ClinicalTable, Endpoint, ExpressionMatrix
from core.jobs import JobContext
from core.problems import Location, Problem, Severity, UserError, warning


@dataclass
class FileShelf:
    """Files already read in this run, so that a file named by several tables is read once."""

    tables: dict[tuple[object, ...], ReadResult] = field(default_factory=dict)
    hashes: dict[Path, str] = field(default_factory=dict)

    def read(self, spec: TableSpec, purpose: str, job: JobContext) -> ReadResult:
        """The file's cells; for each purpose its own where a file holds both tables."""
        key = (spec.path, spec.sheet, spec.delimiter, spec.decimal, spec.encoding)
        for known in ((*key, purpose), key):
            if known in self.tables:
                return self.tables[known]
        result = read_table(spec.path, sheet=spec.sheet, delimiter=spec.delimiter, decimal=spec.decimal,
                            encoding=spec.encoding, purpose=purpose, job=job)
        self.tables[(*key, purpose) if _differs_by_purpose(result) else key] = result
        return result

    def sha256(self, path: Path) -> str:
        """Hash of the file's bytes."""
        if path not in self.hashes:
            with open(path, "rb") as handle:
                self.hashes[path] = hashlib.file_digest(handle, "sha256").hexdigest()
        return self.hashes[path]


def _differs_by_purpose(result: ReadResult) -> bool:
    return result.format.kind in (SERIES_MATRIX, GCT) or any(said.code == "sheet_chosen" for said in result.notes)


@dataclass
class _Loading:
    """What has been gathered of one data set so far."""

    spec: DatasetSpec
    tables: list[TableRecord] = field(default_factory=list)
    findings: list[Problem] = field(default_factory=list)
    unusable: list[Problem] = field(default_factory=list)


def load_dataset(spec: DatasetSpec, shelf: FileShelf, job: JobContext) -> Dataset:
    """Read every table of ``spec``; what cannot be used is listed in ``unusable``, and nothing is raised for it."""
    loading = _Loading(spec)
    parts = [("clinical", table) for table in spec.clinical] + [("expression", table) for table in spec.expression]
    parts += [(assay.kind, assay.table) for assay in spec.assays]
    imported: dict[str, list[Imported]] = {"clinical": [], "expression": []}
    read: list[tuple[str, TableSpec, ReadResult]] = []
    for number, (part, table) in enumerate(parts):
        share = (0.6 * number / len(parts), 0.6 * (number + 1) / len(parts))
        job.progress(share[0], f"Reading {table.file} ({spec.name}, {part})")
        try:
            read.append((part, table, shelf.read(table, part, job.part(*share))))
        except UserError as error:
            loading.unusable += [problem.at(file=table.file) for problem in error.problems]
    answers, unclear = unmistakable(spec.answers, [raw.table for _, _, raw in read])
    loading.findings += unclear
    assays: list[AssayImport] = []
    for number, (part, table, raw) in enumerate(read):
        share = (0.6 + 0.4 * number / len(read), 0.6 + 0.4 * (number + 1) / len(read))
        if part in ASSAY_KINDS:
            stated = next(assay for assay in spec.assays if assay.table is table)
            assays += _import_assay(stated, raw, answers, loading, shelf, job.part(*share))
            continue
        one = _import(part, table, raw, answers, loading, shelf, job.part(*share))
        if one is not None:
            imported[part].append(one)
    if not loading.unusable:
        loading.findings += answers_without_use(answers, [*imported["clinical"], *imported["expression"],
                                                          *(assay.imported for assay in assays)])
    n_clinical = len(imported["clinical"])
    of_assays, merged = matrices_as_imported(assays)
    loading.findings += merged
    imported["clinical"] += clinical_as_imported(assays)
    imported["expression"] += of_assays
    if spec.role == "cell_lines":
        imported = _with_line_names(imported, answers, loading)
    clinical = _join_assays(_join(imported["clinical"][:n_clinical], loading), imported["clinical"][n_clinical:],
                            [assay.patient for assay in assays if assay.clinical is not None], loading)
    clinical = _combine(clinical, loading)
    expression = tuple(one.matrix for one in imported["expression"] if one.matrix is not None)
    if clinical is not None:
        expression = _match(clinical, expression, loading)
    endpoints = _endpoints(clinical, loading)
    if clinical is not None or not (spec.clinical or (spec.assays and loading.unusable)):
        loading.unusable += check_role_columns(spec.layout, clinical, spec.name)
    loading.findings = list({(finding.code, finding.line()): finding for finding in loading.findings}.values())
    return Dataset(spec, expression, clinical, endpoints, tuple(loading.tables), tuple(loading.findings),
                   tuple(loading.unusable),
                   renamed_records(assays, of_assays, expression[len(expression) - len(of_assays):]))


def _import_assay(stated: AssaySpec, raw: ReadResult, answers: Answers, loading: _Loading, shelf: FileShelf,
                  job: JobContext) -> list[AssayImport]:
    """The assay read, or nothing where it cannot be used."""
    table = stated.table
    try:
        further = {key: shelf.read(replace(table, sheet=stated.choice(key)), key, job)
                   for key in SHEET_KEYS if stated.choice(key)}
        assay = import_assay(stated, raw, answers, further)
        sha256 = shelf.sha256(table.path)
    except UserError as error:
        loading.unusable += [problem.at(file=table.file) for problem in error.problems]
        return []
    loading.findings += assay.imported.problems
    _record(stated.kind, table, assay.imported, sha256, assay.counts, loading)
    return [assay]


def _join_assays(clinical: ClinicalTable | None, tables: list[Imported], patients: list[str],
                 loading: _Loading) -> ClinicalTable | None:
    joined, findings = join_assay_clinical(
        clinical, [(one.clinical, patient) for one, patient in zip(tables, patients) if one.clinical is not None])
    loading.findings += findings
    return joined


def _with_line_names(imported: dict[str, list[Imported]], answers: Answers,
                     loading: _Loading) -> dict[str, list[Imported]]:
    """Tables of cell lines are joined through the names of lines, which labs write in many ways."""
    clinical = [one for one in imported["clinical"] if one.clinical is not None]
    expression = [one for one in imported["expression"] if one.matrix is not None]
    matched = match_line_tables([one.clinical for one in clinical if one.clinical is not None],
                                [one.matrix for one in expression if one.matrix is not None], answers)
    loading.findings += matched.findings
    return {"clinical": [replace(one, clinical=table) for one, table in zip(clinical, matched.clinical)],
            "expression": [replace(one, matrix=matrix) for one, matrix in zip(expression, matched.expression)]}


def _import(part: str, table: TableSpec, raw: ReadResult, answers: Answers, loading: _Loading, shelf: FileShelf,
            job: JobContext) -> Imported | None:
    read_as = import_expression if part == "expression" else import_clinical
    try:
        one = read_as(table, answers, raw_file=raw, job=job)
        sha256 = shelf.sha256(table.path)
    except UserError as error:
        loading.unusable += [problem.at(file=table.file) for problem in error.problems]
        return None
    loading.findings += one.problems
    _record(part, table, one, sha256, _counts(one), loading)
    return one


def _record(part: str, table: TableSpec, one: Imported, sha256: str, counts: dict[str, int | str],
            loading: _Loading) -> None:
    """Write down how a table was read; say where its bytes are not those that the study was saved with."""
    stated = loading.spec.stated_sha256.get(str(table.path))
    if stated and stated != sha256:
        loading.findings.append(warning(
            "file_has_changed", "the file is not the one that this study was saved with (its sha256 differs)",
            Location(table.file), why="Results may differ from those saved with the study.",
            remedy="check that it is the right file; the new hash is written with the results"))
    loading.tables.append(TableRecord(part, table, one.recipe, sha256, counts, one.changes))


def _counts(one: Imported) -> dict[str, int | str]:
    if one.matrix is not None:
        rtks = set(rtk_symbols())
        return {"samples": len(one.matrix.samples), "genes": len(one.matrix.genes),
                "RTKs": sum(gene in rtks for gene in one.matrix.genes), "scale": str(one.matrix.scale)}
    assert one.clinical is not None
    return {"samples": len(one.clinical.samples), "columns": len(one.clinical.columns)}


def _join(tables: list[Imported], loading: _Loading) -> ClinicalTable | None:
    named = [(one.clinical, one.recipe.id_name) for one in tables if one.clinical is not None]
    if not named:
        return None
    try:
        joined, findings = join_clinical(named)
    except UserError as error:
        loading.unusable += error.problems
        return None
    loading.findings += findings
    return joined


def _combine(clinical: ClinicalTable | None, loading: _Loading) -> ClinicalTable | None:
    if clinical is None or not loading.spec.combined:
        return clinical
    try:
        clinical, findings = add_combined(clinical, loading.spec.combined)
    except UserError as error:
        loading.unusable += error.problems
        return clinical
    loading.findings += findings
    return clinical


def _match(clinical: ClinicalTable, expression: tuple[ExpressionMatrix, ...],
           loading: _Loading) -> tuple[ExpressionMatrix, ...]:
    """Give expression samples the spelling of the clinical table; near matches only where the study accepts them."""
    matched = []
    accepted = loading.spec.accept_near_matches
    for matrix in expression:
        match = match_samples(matrix.samples, clinical.samples)
        for problem in problems_of_match(match, matrix.place, clinical.place, accepted=accepted):
            (loading.unusable if problem.severity == Severity.PROBLEM else loading.findings).append(problem)
        renamed = dict(match.exact)
        if accepted:
            renamed |= {proposal.left: proposal.right for proposal in match.proposals}
        matched.append(replace(matrix, samples=tuple(renamed.get(sample, sample) for sample in matrix.samples)))
    return tuple(matched)


def _endpoints(clinical: ClinicalTable | None, loading: _Loading) -> tuple[Endpoint, ...]:
    if clinical is None:
        return ()
    built = []
    for rule in loading.spec.endpoints:
        try:
            endpoint, findings = build_endpoint(rule, clinical)
        except UserError as error:
            loading.unusable += error.problems
            continue
        built.append(endpoint)
        loading.findings += findings
    return tuple(built)
