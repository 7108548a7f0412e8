"""What is being imported, as one frozen value with pure edits: a data set in the making and the files it comes from.

Not for: reading files (found_files.py, draft_reading.py) or the study, which gets the data set at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.data.assays.assay_spec import ASSAY_KINDS, AssaySpec
from core.data.dataset import DatasetSpec
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import EndpointRule
from core.problems import Problem
from gui.pages.importing.role_forms import LinesForm, PairsForm, lines_form, pairs_form

EXPRESSION, CLINICAL, BOTH, NOT_USED = "expression", "clinical", "both", ""
TWO_MEASURES = "total and phospho"
"""One table read twice: the proteins, and their phosphorylated forms."""
ROLES: Mapping[str, tuple[str, str]] = {
    "cohort": ("Patients with an outcome", "For Prognosis and RTK subset: expression with follow-up or a response. "
               "Step 5 asks which columns are follow-up."),
    "biopsies": ("Biopsies before and after", "For Biopsies: the same patients before and after a treatment. Step 5 "
                 "asks which samples are one patient."),
    "cell_lines": ("Cell lines", "For Cell lines: lines with a response, or resistant and sensitive ones. Step 5 asks "
                   "which lines are resistant."),
    "activation": ("On and off calls of RTKs", "For Activation: one column per RTK with 1 and 0, on and off, or blank. "
                   "Step 5 shows what was read as on, off and unknown."),
}
"""The roles that core reads, with their words and what they are for."""
SheetKey = tuple[Path, str | None]
SHARED_FIELDS = frozenset({"sheet", "header_row", "delimiter", "decimal", "encoding", "missing"})
"""Fields that describe the sheet, so both tables of one sheet have them alike."""


@dataclass(frozen=True)
class RoleSign:
    """One reason for a role of the data set. ``weight`` orders them: the heaviest of all files is proposed."""

    role: str
    weight: int
    words: str


@dataclass(frozen=True)
class FoundSheet:
    """One sheet of a file (nameless for a text file), what it could be, and why it is thought so.

    ``phospho``: words about phosphorylated proteins that stand beside the proteins; ``signs`` speak for a role.
    """

    name: str
    visible: bool = True
    rows: int = 0
    columns: int = 0
    part: str = NOT_USED
    words: str = ""
    measure: str = ""
    phospho: str = ""
    headings: tuple[str, ...] = ()
    signs: tuple[RoleSign, ...] = ()


@dataclass(frozen=True)
class FoundFile:
    """A file as it was looked at. ``problems`` say why it cannot be read at all."""

    path: Path
    kind: str = ""
    size: int = 0
    sheets: tuple[FoundSheet, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return self.path.name

    def spec_sheet(self, sheet: FoundSheet) -> str | None:
        """The sheet as a TableSpec states it: nothing where there is no choice."""
        return sheet.name if len(self.sheets) > 1 else None


@dataclass(frozen=True)
class Draft:
    """``instead_of`` is the data set of the study that it will replace; ``seen`` are findings that were accepted.

    ``role_said``: a person chose the role; else it follows the files. ``lines`` and ``pairs`` are what the role asks,
    also while it is not answered whole; the answer stands in ``spec.layout``.
    """

    spec: DatasetSpec
    files: tuple[FoundFile, ...] = ()
    instead_of: str = ""
    seen: frozenset[str] = field(default_factory=frozenset)
    role_said: bool = False
    lines: LinesForm = field(default_factory=LinesForm)
    pairs: PairsForm = field(default_factory=PairsForm)

    @property
    def tables(self) -> tuple[tuple[str, TableSpec], ...]:
        """Every table with its part, in the order in which they are shown: sheet by sheet."""
        return (*(("expression", table) for table in self.spec.expression),
                *(("clinical", table) for table in self.spec.clinical))

    @property
    def sheets(self) -> tuple[tuple[Path, str | None], ...]:
        """The sheets that are used, each once."""
        return tuple(dict.fromkeys((table.path, table.sheet) for _, table in self.tables))

    def tables_of(self, sheet: tuple[Path, str | None]) -> tuple[tuple[str, TableSpec], ...]:
        """The tables that are read from one sheet."""
        return tuple((part, table) for part, table in self.tables if (table.path, table.sheet) == sheet)

    def assay_of(self, sheet: tuple[Path, str | None]) -> AssaySpec | None:
        """The table of an assay that is read from one sheet."""
        return next((assay for assay in self.spec.assays if (assay.table.path, assay.table.sheet) == sheet), None)

    def measures_of(self, sheet: tuple[Path, str | None]) -> tuple[str, ...]:
        """The measures that are stated for the expression tables of one sheet."""
        return tuple(table.measure or "" for part, table in self.tables_of(sheet) if part == EXPRESSION)

    def part_of(self, path: Path, sheet: str | None) -> str:
        """What a sheet is used as."""
        assay = self.assay_of((path, sheet))
        if assay is not None:
            return assay.kind
        parts = [part for part, _ in self.tables_of((path, sheet))]
        return BOTH if len(set(parts)) == 2 else parts[0] if parts else NOT_USED


def draft_of_files(files: Sequence[FoundFile], known_names: Sequence[str]) -> Draft:
    """A new data set of the files, each sheet used as what it seems to be."""
    name = free_name(name_of_files([file.path for file in files]), known_names)
    draft = Draft(DatasetSpec(name, "cohort"), tuple(files))
    return with_proposed_parts(draft, files)


def draft_of_dataset(spec: DatasetSpec, files: Sequence[FoundFile] = ()) -> Draft:
    """The draft that stands for a data set of the study, to look at it again."""
    return Draft(spec, tuple(files), instead_of=spec.name, role_said=True, lines=lines_form(spec),
                 pairs=pairs_form(spec))


def with_files(draft: Draft, files: Sequence[FoundFile]) -> Draft:
    """Further files; one that is there already is looked at anew and keeps its use."""
    known = {file.path for file in draft.files}
    fresh = [file for file in files if file.path not in known]
    kept = tuple(next((new for new in files if new.path == file.path), file) for file in draft.files)
    return with_proposed_parts(replace(draft, files=(*kept, *fresh)), fresh)


def into_dataset(draft: Draft, spec: DatasetSpec) -> Draft:
    """The files go to a data set that the study has: it is opened with them added."""
    paths = {table.path for table in spec.tables}
    begun = draft_of_dataset(spec, [file for file in draft.files if file.path in paths])
    return with_files(begun, [file for file in draft.files if file.path not in paths])


def without_file(draft: Draft, path: Path) -> Draft:
    """A file taken out, with its tables."""
    assays = [(assay.table.path, assay.table.sheet) for assay in draft.spec.assays]
    for sheet in [sheet for sheet in (*draft.sheets, *assays) if sheet[0] == path]:
        draft = with_part(draft, *sheet, NOT_USED)
    return replace(draft, files=tuple(file for file in draft.files if file.path != path))


def with_proposed_parts(draft: Draft, files: Sequence[FoundFile]) -> Draft:
    """Sheets used as what they seem to be.

    Where another sheet is a clinical table, one that could be both is the expression table only.
    """
    every = [sheet for file in draft.files for sheet in file.sheets]
    for file in files:
        for sheet in file.sheets:
            apart = sheet.part == BOTH and any(other.part == CLINICAL for other in every)
            if sheet.part:
                draft = with_part(draft, file.path, file.spec_sheet(sheet), EXPRESSION if apart else sheet.part,
                                  sheet.measure)
    return draft


def with_part(draft: Draft, path: Path, sheet: str | None, part: str, measure: str = "") -> Draft:
    """Use a sheet as expression, clinical, both or not at all; what was said about it stays.

    ``measure`` TWO_MEASURES makes two expression tables of it, one of the proteins and one of their phosphorylated
    forms; any other makes it one table again.
    """
    wanted = {EXPRESSION: {"expression"}, CLINICAL: {"clinical"}, BOTH: {"expression", "clinical"}}.get(part, set())
    there = dict(reversed(draft.tables_of((path, sheet))))
    spec = replace(draft.spec, assays=_assays(draft.spec.assays, (path, sheet), part))
    for each in ("expression", "clinical"):
        tables: tuple[TableSpec, ...] = getattr(spec, each)
        if each in wanted and each not in there:
            other = next(iter(there.values()), None)
            said = {name: getattr(other, name) for name in SHARED_FIELDS} if other is not None else {"sheet": sheet}
            tables = (*tables, TableSpec(path, **said))
        elif each not in wanted and each in there:
            tables = tuple(table for table in tables if (table.path, table.sheet) != (path, sheet))
        if each == "expression" and each in wanted:
            tables = _measured(tables, (path, sheet), measure)
        spec = _with_tables(spec, each, tables)
    return replace(draft, spec=spec)


def _assays(known: tuple[AssaySpec, ...], key: SheetKey, part: str) -> tuple[AssaySpec, ...]:
    """The assays with this sheet as one of that kind, or as none; what was said of its columns stays with its kind."""
    mine = [assay for assay in known if (assay.table.path, assay.table.sheet) == key]
    if part in ASSAY_KINDS and any(assay.kind == part for assay in mine):
        return known
    others = tuple(assay for assay in known if assay not in mine)
    return (*others, AssaySpec(part, TableSpec(key[0], sheet=key[1]))) if part in ASSAY_KINDS else others


def _measured(tables: tuple[TableSpec, ...], key: tuple[Path, str | None], measure: str) -> tuple[TableSpec, ...]:
    """The tables with those of one sheet replaced by one table of that measure, or by one of each of the two."""
    mine = [table for table in tables if (table.path, table.sheet) == key]
    if measure == TWO_MEASURES:
        made = tuple(replace(mine[0], measure=each) for each in ("total", "phospho"))
    elif len(mine) > 1 or (measure or mine[0].measure) != mine[0].measure:
        made = (replace(mine[0], measure=measure or None),)
    else:
        return tables
    at = tables.index(mine[0])
    others = [table for table in tables if table not in mine]
    return (*others[:at], *made, *others[at:])


def with_reading(draft: Draft, sheet: tuple[Path, str | None], part: str, **said: Any) -> Draft:
    """Say how a sheet is read: fields of TableSpec, None for "as detected".

    A field that describes the sheet goes to both of its tables, the others to the table of ``part``.
    """
    spec = draft.spec
    for each in ("expression", "clinical"):
        mine = {name: value for name, value in said.items() if name in SHARED_FIELDS or each == part}
        tables = tuple(replace(table, **mine) if (table.path, table.sheet) == sheet else table
                       for table in getattr(spec, each))
        spec = _with_tables(spec, each, tables)
    return replace(draft, spec=spec)


def _with_tables(spec: DatasetSpec, part: str, tables: tuple[TableSpec, ...]) -> DatasetSpec:
    return replace(spec, expression=tables) if part == EXPRESSION else replace(spec, clinical=tables)


def with_detected(draft: Draft, sheet: tuple[Path, str | None]) -> Draft:
    """Forget everything that was said about how one sheet is read."""
    two = len(draft.measures_of(sheet)) > 1  # that it is read twice is no detail of how
    empty = {name: None for name in TableSpec.__dataclass_fields__
             if name not in ("path", "sheet", "only") and not (two and name == "measure")}
    for part in ("expression", "clinical"):
        draft = with_reading(draft, sheet, part, **empty)
    return draft


def with_answer(draft: Draft, kind: str, key: str, value: str | None) -> Draft:
    """One answer of ``genes``, ``samples`` or ``cells``; None takes it back."""
    answers = draft.spec.answers
    entries: dict[str, str] = {name: each for name, each in getattr(answers, kind).items() if name != key}
    if value is not None:
        entries[key] = value
    changed: dict[str, Any] = {kind: entries}
    return with_answers(draft, replace(answers, **changed))


def with_dropped(draft: Draft, sample: str, dropped: bool = True) -> Draft:
    """A sample left out, or taken in again."""
    names = tuple(name for name in draft.spec.answers.drop if name != sample)
    return with_answers(draft, replace(draft.spec.answers, drop=(*names, sample) if dropped else names))


def with_answers(draft: Draft, answers: Answers) -> Draft:
    return replace(draft, spec=replace(draft.spec, answers=answers))


def with_endpoint(draft: Draft, rule: EndpointRule, instead_of: str | None = None) -> Draft:
    """An endpoint added, or put in the place of the one called ``instead_of``."""
    names = [known.name for known in draft.spec.endpoints]
    if instead_of in names:
        endpoints = tuple(rule if known.name == instead_of else known for known in draft.spec.endpoints)
    else:
        endpoints = (*draft.spec.endpoints, rule)
    return replace(draft, spec=replace(draft.spec, endpoints=endpoints))


def without_endpoint(draft: Draft, name: str) -> Draft:
    return replace(draft, spec=replace(draft.spec, endpoints=tuple(
        rule for rule in draft.spec.endpoints if rule.name != name)))


def with_study_change(draft: Draft, before: DatasetSpec, now: DatasetSpec) -> tuple[Draft, tuple[str, ...]]:
    """The draft after its data set was changed elsewhere, and what it took over: the newest edit counts.

    Endpoints are taken one by one, other parts where the draft itself had left them as they were.
    """
    spec, taken = draft.spec, list[str]()
    old, new = ({rule.name: rule for rule in each.endpoints} for each in (before, now))
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) == new.get(name):
            continue
        mine = {rule.name: rule for rule in spec.endpoints}
        if name in new and mine.get(name) != new[name]:
            mine[name] = new[name]
        elif name not in new and mine.get(name) == old[name]:
            del mine[name]
        else:
            continue
        spec = replace(spec, endpoints=tuple(mine.values()))
        taken.append(f"“{name}”")
    for item in ("expression", "clinical", "answers", "combined", "layout", "role", "simulated", "accept_near_matches",
                 "stated_sha256", "assays"):
        if getattr(before, item) != getattr(now, item) and getattr(spec, item) == getattr(before, item):
            spec = replace(spec, **{item: getattr(now, item)})
            taken.append("how it is read")
    if spec.layout != draft.spec.layout or spec.role != draft.spec.role:
        draft = replace(draft, lines=lines_form(spec), pairs=pairs_form(spec))
    return replace(draft, spec=spec) if taken else draft, tuple(dict.fromkeys(taken))


def with_seen(draft: Draft, problems: Sequence[Problem]) -> Draft:
    """Findings accepted as they are."""
    return replace(draft, seen=draft.seen | {finding_key(problem) for problem in problems})


def finding_key(problem: Problem) -> str:
    """What makes a finding the same one after reading again."""
    return f"{problem.code}|{problem.where.words()}"


def name_of_files(paths: Sequence[Path]) -> str:
    """A short name for a data set, from its first file: no ending, no path."""
    if not paths:
        return "data"
    stem = paths[0].name
    for _ in range(2):
        stem = re.sub(r"\.(gz|bz2|xz|zip|csv|tsv|txt|xlsx|xlsm|xlsb|xls|ods|gct|tab)$", "", stem, flags=re.IGNORECASE)
    return stem.strip() or "data"


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, with a number behind it where another data set has it."""
    number, free = 2, name
    while free.casefold() in {each.casefold() for each in taken}:
        free, number = f"{name} {number}", number + 1
    return free
