"""Looking at files before anything is imported: what kind, how large, which sheets, and what each could be.

Not for: the import itself; what a sheet could be is what core manages to read it as.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.data.assays.assay_spec import AssaySpec
from core.data.assays.load_assays import import_assay
from core.data.files.formats import CBIOPORTAL_CLINICAL, CBIOPORTAL_EXPRESSION, GCT, SERIES_MATRIX
from core.data.files.spreadsheet_files import SheetInfo
from core.data.files.workbook import ReadResult, likely_sheets, sheet_infos
from core.data.load_dataset import FileShelf
from core.data.patients.endpoint_proposals import propose_endpoints
from core.data.sheets.importing import Imported, import_clinical, import_expression
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import ClinicalTable, Scale
from core.jobs import JobContext
from core.problems import Problem, UserError
from gui.pages.importing.assay_signs import assay_of, headings_of
from gui.pages.importing.draft import BOTH, CLINICAL, EXPRESSION, NOT_USED, FoundFile, FoundSheet, RoleSign
from gui.pages.importing.role_signs import signs_of_clinical, signs_of_expression, signs_of_samples

KIND_WORDS = {SERIES_MATRIX: "GEO series matrix", GCT: "GCT", CBIOPORTAL_CLINICAL: "cBioPortal, clinical",
              CBIOPORTAL_EXPRESSION: "cBioPortal, expression", "text": "text", "xlsx": "Excel", "xls": "Excel, old",
              "xlsb": "Excel, binary", "ods": "OpenDocument"}
MOST_SHEETS_READ = 8
MOST_CELLS_READ = 3_000_000
"""Sheets of a workbook beyond these are not read only to guess what they are."""
MOST_HEADINGS = 60
"""Tables of assays have a handful of columns."""
_OTHER_ANSWER = frozenset({"scale", "decimal", "delimiter", "encoding", "header_row"})
"""Questions that are open in a table that may well be what was tried."""


def look_at_files(paths: Sequence[Path], shelf: FileShelf, job: JobContext) -> tuple[FoundFile, ...]:
    """What each file holds. A file that cannot be read carries the reason."""
    found = []
    for number, path in enumerate(paths):
        part = job.part(number / len(paths), (number + 1) / len(paths))
        part.progress(0.0, f"Looking at {path.name}")
        try:
            found.append(_look_at(path, shelf, part))
        except UserError as error:
            problems = tuple(problem.at(file=path.name) for problem in error.problems)
            found.append(FoundFile(path, size=_size(path), problems=problems))
    return tuple(found)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _look_at(path: Path, shelf: FileShelf, job: JobContext) -> FoundFile:
    infos = sheet_infos(path)
    if len(infos) == 1:
        counted = _counting_rows(job, infos, 0)
        read = _first_reading(path, shelf, counted)
        sheet = _text_sheet(path, infos[0], read, shelf, counted)
        return FoundFile(path, read.format.kind, _size(path), _something_to_see((sheet,), {sheet.name}))
    likely = {info.name for purpose in ("expression", "clinical") for info in likely_sheets(path, purpose)}
    sheets = []
    for number, info in enumerate(infos):
        inner = job.part(number / len(infos), (number + 1) / len(infos))
        inner.progress(0.0, f"Reading sheet {number + 1} of {len(infos)}: {info.name}")
        small = info.n_rows * info.n_columns <= MOST_CELLS_READ and number < MOST_SHEETS_READ
        if info.name in likely and small:
            sheets.append(_judged(TableSpec(path, sheet=info.name), info, shelf, _counting_rows(inner, infos, number)))
        else:
            sheets.append(FoundSheet(info.name, info.visible, info.n_rows, info.n_columns))
    return FoundFile(path, _workbook_kind(path), _size(path), _something_to_see(_one_of_each(sheets), likely))


def _counting_rows(job: JobContext, infos: Sequence[SheetInfo], number: int) -> JobContext:
    """Reading sheet 2 of 5: 14,200 of 20,000 rows. A text file counts its lines itself, out of nobody knows how many.

    The reader tells how much of the sheet's bytes is behind it, so the rows are round numbers.
    """
    rows = infos[number].n_rows
    step = 100 if rows > 2_000 else 1

    def say(fraction: float, words: str) -> str:
        if not rows or not words.startswith("Reading"):
            return words
        return f"Reading sheet {number + 1} of {len(infos)}: {int(fraction * rows) // step * step:,} of {rows:,} rows"

    return job.said(say)


def _something_to_see(sheets: tuple[FoundSheet, ...], likely: set[str]) -> tuple[FoundSheet, ...]:
    """Where no sheet can be read as it is, the largest likely one is opened, so that it can be seen why."""
    if any(sheet.part for sheet in sheets):
        return sheets
    candidates = [sheet for sheet in sheets if sheet.name in likely] or [sheet for sheet in sheets if sheet.visible]
    best = max(candidates, key=lambda sheet: sheet.rows * sheet.columns, default=None)
    return tuple(replace(sheet, part=EXPRESSION) if sheet is best else sheet for sheet in sheets)


def _first_reading(path: Path, shelf: FileShelf, job: JobContext) -> ReadResult:
    """The cells; a series matrix without values can still be the clinical table."""
    try:
        return shelf.read(TableSpec(path), "expression", job)
    except UserError as error:
        if error.problems[0].code != "no_values":
            raise
        return shelf.read(TableSpec(path), "clinical", job)


def _workbook_kind(path: Path) -> str:
    suffix = path.suffix.lower().lstrip(".")
    if suffix in ("xls", "ods", "xlsb"):
        return suffix
    return "xlsx" if zipfile.is_zipfile(path) else "xls"


def _text_sheet(path: Path, info: SheetInfo, read: ReadResult, shelf: FileShelf, job: JobContext) -> FoundSheet:
    rows, columns = read.table.n_rows, read.table.n_columns
    name = read.table.sheet or info.name
    kind = read.format.kind
    if kind == CBIOPORTAL_CLINICAL:
        clinical, _ = _tried(CLINICAL, TableSpec(path), read)
        return FoundSheet(name, info.visible, rows, columns, CLINICAL, "a clinical file of cBioPortal",
                          signs=_signs(CLINICAL, None, clinical))
    if kind in (SERIES_MATRIX, GCT):
        return replace(_of_series(path, shelf, job), name=name, visible=info.visible, rows=rows, columns=columns)
    return _judged(TableSpec(path), SheetInfo(name, info.visible, rows, columns), shelf, job)


def _of_series(path: Path, shelf: FileShelf, job: JobContext) -> FoundSheet:
    """A series matrix holds values and the description of its samples; either may be missing."""
    imported: dict[str, Imported | None] = {}
    for part in (EXPRESSION, CLINICAL):
        try:
            read = shelf.read(TableSpec(path), part, job)
        except UserError:
            continue
        one = _tried(part, TableSpec(path), read)[0]
        if one is not None or part == EXPRESSION:
            imported[part] = one
    part = BOTH if len(imported) == 2 else next(iter(imported), NOT_USED)
    words = "values and the description of the samples" if part == BOTH else ""
    return FoundSheet("", part=part, words=words, signs=_signs(part, imported.get(EXPRESSION), imported.get(CLINICAL)))


def _judged(spec: TableSpec, info: SheetInfo, shelf: FileShelf, job: JobContext) -> FoundSheet:
    """What one sheet can be read as."""
    try:
        read = shelf.read(spec, "expression", job.part(0.0, 0.6))
    except UserError as error:
        return FoundSheet(info.name, info.visible, info.n_rows, info.n_columns, EXPRESSION, error.problems[0].what)
    job.progress(0.6, f"Looking at {info.name or read.table.file}")
    expression, against = _tried(EXPRESSION, spec, read)
    clinical, _ = _tried(CLINICAL, spec, read)
    part, words = _part(expression, against, clinical)
    headings = headings_of(read.table) if read.table.n_columns <= MOST_HEADINGS else ()
    assay, why = assay_of(headings)
    if assay:
        return FoundSheet(info.name, info.visible, read.table.n_rows, read.table.n_columns, assay, why,
                          headings=headings, signs=_assay_signs(AssaySpec(assay, spec), read))
    if expression is None and against is not None and against.answer_key == "scale":  # its samples are known
        expression, _ = _tried(EXPRESSION, replace(spec, scale=Scale.SCORE), read)
    return FoundSheet(info.name, info.visible, read.table.n_rows, read.table.n_columns, part, words, headings=headings,
                      phospho=_phosphorylated(expression), signs=_signs(part, expression, clinical))


def _assay_signs(spec: AssaySpec, read: ReadResult) -> tuple[RoleSign, ...]:
    """What the samples of an assay say about the role; those of one that cannot be read yet say nothing."""
    try:
        matrices = import_assay(spec, read, Answers()).matrices
    except UserError:
        return ()
    return signs_of_samples(matrices[0].samples) if matrices else ()


def _signs(part: str, expression: Imported | None, clinical: Imported | None) -> tuple[RoleSign, ...]:
    """What the tables that are used say about the role."""
    signs: list[RoleSign] = []
    if part in (EXPRESSION, BOTH) and expression is not None and expression.matrix is not None:
        signs += signs_of_expression(expression.matrix)
    table: ClinicalTable | None = clinical.clinical if clinical is not None else None
    if part in (CLINICAL, BOTH) and table is not None:
        signs += signs_of_clinical(table)
    return tuple(dict.fromkeys(signs))


def _phosphorylated(expression: Imported | None) -> str:
    """Words about names of phosphorylated proteins that stand beside those of the proteins."""
    said = () if expression is None else expression.problems
    words = next((problem.what for problem in said if problem.code == "phospho_kept_apart"), "")
    return words.partition(" and keep")[0]


def _tried(part: str, spec: TableSpec, read: ReadResult) -> tuple[Imported | None, Problem | None]:
    reads = import_expression if part == EXPRESSION else import_clinical
    try:
        return reads(spec, raw_file=read), None
    except UserError as error:
        return None, error.problems[0]


def _part(expression: Imported | None, against: Problem | None, clinical: Imported | None) -> tuple[str, str]:
    """The part and a few words why."""
    if expression is not None and expression.matrix is not None:
        codes = {problem.code for problem in expression.problems}
        receptors = not codes & {"no_receptors", "no_gene_symbols"}
        size = f"{len(expression.matrix.genes):,} genes in {len(expression.matrix.samples):,} samples"
        if clinical is None or expression.recipe.samples != "rows":
            genes = not codes & {"no_gene_symbols", "gene_names_unknown"}  # every name is a gene, though none an RTK
            if receptors or genes or clinical is None:
                return EXPRESSION, size
            return CLINICAL, "one row per sample"
        if not receptors:
            return CLINICAL, "one row per sample"
        others = _further_columns(expression, clinical)
        if others >= 2 and ("text_columns" in codes or (clinical.clinical is not None
                                                        and propose_endpoints(clinical.clinical))):
            return BOTH, f"{size}, and {others:,} further columns"
        return EXPRESSION, size
    if against is not None and against.answer_key in _OTHER_ANSWER and against.code != "only_codes":
        return EXPRESSION, against.what
    if clinical is not None and clinical.clinical is not None:
        return CLINICAL, f"{len(clinical.clinical.samples):,} samples, {len(clinical.clinical.columns):,} columns"
    return NOT_USED, against.what if against is not None else ""


def _further_columns(expression: Imported, clinical: Imported) -> int:
    """Columns beside the genes and the sample column."""
    if clinical.clinical is None or expression.matrix is None:
        return 0
    used = {cell.rstrip("0123456789") for cells in expression.matrix.rows_of_gene.values() for cell in cells}
    return len(clinical.clinical.columns) - len(used) - 1


def _one_of_each(sheets: Sequence[FoundSheet]) -> tuple[FoundSheet, ...]:
    """At most one sheet of a workbook is proposed for each part: which further ones belong to it, only a person knows.

    The largest readable sheet of each part is proposed; the others keep the words of what they could be.
    """
    best: dict[str, FoundSheet] = {}
    for sheet in sheets:
        for part in (EXPRESSION, CLINICAL) if sheet.part == BOTH else (sheet.part,):
            if part and (part not in best or sheet.rows * sheet.columns > best[part].rows * best[part].columns):
                best[part] = sheet
    chosen = []
    for sheet in sheets:
        mine = [part for part, winner in best.items() if winner is sheet]
        part = BOTH if len(mine) == 2 else mine[0] if mine else NOT_USED
        chosen.append(replace(sheet, part=part, words=sheet.words or (f"could be {sheet.part}" if sheet.part else "")))
    return tuple(chosen)
