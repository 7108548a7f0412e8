"""An assay's sheet while it is read: columns by their keys, samples by their names, cells as numbers, each row's fate.

Not for: what the numbers of a kind mean (ihc.py, phospho_array.py, blot.py, plate.py) or opening files (workbook.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from core.data.answer_lines import answer_line
from core.data.assays.assay_columns import DETECTED
from core.data.assays.assay_spec import ASSAY_WORDS, COLUMN_KEYS, LISTED_COLUMNS, AssaySpec
from core.data.files.raw_table import RawTable
from core.data.nearest_name import column_remedy
from core.data.patients.biopsy_names import parse_pair_name
from core.data.sheets.cell_kinds import NUMBER
from core.data.sheets.collapse_genes import Change
from core.data.sheets.data_checks import personal_data
from core.data.sheets.id_column import column_words
from core.data.sheets.layout import Region, find_region
from core.data.sheets.missing_values import MissingTokens, number_in_words, read_limit
from core.data.sheets.recipe import Answers
from core.data.sheets.sample_answers import sample_name
from core.data.sheets.sheet_words import counted, row_list, squeezed
from core.data.tables import Missing
from core.data.values import value_key
from core.problems import Problem, Severity, UserError, note, user_error, warning

_EACH_SAID = 4
_CELLS_SHOWN = 8


@dataclass(frozen=True)
class Reading:
    """One cell: a number, or between ``low`` and ``high`` where a limit was typed, or missing with its reason."""

    low: float
    high: float
    missing: Missing | None
    text: str

    @property
    def known(self) -> bool:
        return self.missing is None

    def times(self, factor: float) -> Reading:
        """The same in another unit."""
        return self if factor == 1.0 else replace(self, low=self.low * factor, high=self.high * factor)

    @property
    def middle(self) -> float:
        """The number itself, or the middle of what is possible."""
        return self.low if self.low == self.high else (self.low + self.high) / 2


@dataclass(frozen=True)
class NamedSample:
    """A sample of the table: its name, the patient and time point it was named by, the row where it first stands."""

    name: str
    patient: str
    time_point: str
    row: int


@dataclass(eq=False)
class AssayTable:
    """The sheet and what was found out about it so far. ``columns``: key -> 0-based columns."""

    spec: AssaySpec
    table: RawTable
    region: Region
    tokens: MissingTokens
    answers: Answers
    columns: dict[str, tuple[int, ...]]
    detected: tuple[str, ...]
    findings: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)
    samples: dict[str, NamedSample] = field(default_factory=dict)
    sample_of_row: dict[int, str] = field(default_factory=dict)
    left_out: set[int] = field(default_factory=set)
    _told: dict[str, list[Problem]] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        return key in self.columns

    def at(self, key: str) -> int:
        """The column of a key that names one. Raises KeyError."""
        return self.columns[key][0]

    def text(self, row: int, key: str) -> str:
        """The cell's text; empty where the table has no such column."""
        return self.table.text(row, self.at(key)) if self.has(key) else ""

    def reading(self, row: int, column: int, lowest: float = float("-inf"), highest: float = float("inf")) -> Reading:
        """The cell as a number.

        Parameters
        ----------
        lowest, highest : float
            Ends of the scale, which bound ``<1`` and ``>90``; where the end is infinite a limit leaves no interval
            and the cell is missing.
        """
        text = self.table.text(row, column)
        value = float(self.table.numbers[row, column])
        if (row, column) in self.table.dates:
            return Reading(np.nan, np.nan, Missing.UNREADABLE, text)
        if not np.isnan(value):
            if value in self.tokens.numbers:
                return Reading(np.nan, np.nan, Missing.NOT_AVAILABLE, text)
            return Reading(value, value, None, text)
        limit = read_limit(text)
        if limit is not None:
            side, number = limit
            ends = (lowest, number) if side == Missing.BELOW_LIMIT else (number, highest)
            whole = bool(np.isfinite(ends).all()) and ends[0] <= ends[1]
            return Reading(*ends, None if whole else side, text)
        reason = self.tokens.reason(text)
        if reason is not None:
            return Reading(np.nan, np.nan, reason, text)
        number_there = number_in_words(text)
        if number_there is not None:
            return Reading(number_there, number_there, None, text)
        return Reading(np.nan, np.nan, Missing.UNREADABLE, text)

    def tell(self, code: str, what: str, row: int, column: int | None, *, why: str = "", remedy: str = "",
             key: str = "", severity: Severity = Severity.WARNING) -> None:
        """Say something about one cell. Many of one code are said a few times, then counted."""
        place = self.table.place(row, column, sample=self.sample_of_row.get(row, ""))
        self._told.setdefault(code, []).append(Problem(code, what, place, why, remedy, severity, key))

    def leave_out(self, code: str, what: str, row: int, column: int | None, *, why: str = "", remedy: str = "",
                  key: str = "", severity: Severity = Severity.WARNING) -> None:
        """Leave a row out, with a sentence and an entry among the changes."""
        self.left_out.add(row)
        self.tell(code, what, row, column, why=why, remedy=remedy, key=key, severity=severity)
        cell = self.table.cell(row, column) if column is not None else f"row {row + 1}"
        text = self.table.text(row, column) if column is not None else ""
        self.changes.append(Change(cell, text, "", f"left out: {what}"))

    def changed(self, row: int, column: int, after: str, reason: str) -> None:
        self.changes.append(Change(self.table.cell(row, column), self.table.text(row, column), after, reason))

    def all_findings(self) -> list[Problem]:
        """Everything to be said, in the order in which it came up."""
        said = list(self.findings)
        for told in self._told.values():
            said += told[:_EACH_SAID]
            rest = told[_EACH_SAID:]
            if rest:
                cells = ", ".join(problem.where.cell for problem in rest[:_CELLS_SHOWN])
                first = rest[0]
                many = f"{len(rest)} more cells or rows" if len(rest) > 1 else "1 more cell or row"
                said.append(replace(first, what=f"{many} like this: {cells}{', …' if len(rest) > _CELLS_SHOWN else ''} "
                                    f"({first.where.cell}: {first.what})"))
        return said


def open_table(spec: AssaySpec, table: RawTable, answers: Answers) -> AssayTable:
    """Find the table in the sheet, its columns and its samples.

    Raises
    ------
    UserError
        "no_column" for a stated column that does not exist, "which_column" where several could be meant,
        "no_sample_column", "no_samples".
    """
    tokens = MissingTokens.of("expression", spec.table.missing)
    region = find_region(table, tokens, spec.table.header_row)
    columns, detected = _columns(spec, table, region)
    if "-" in {table.text(row, column) for column in columns.get("category", ()) for row in region.rows}:
        tokens = tokens.without("-")
    found = AssayTable(spec, table, region, tokens, answers, columns, detected, list(region.findings))
    if detected:
        words = ", ".join(f"{key} = {column_words(region, columns[key][0])}" for key in detected)
        found.findings.append(note("columns_detected", f"columns were told by their names: {words}", table.place(),
                                   remedy="state the keys in the study file if one is wrong"))
    found.findings += personal_data(table, region)
    return found


def _columns(spec: AssaySpec, table: RawTable, region: Region) -> tuple[dict[str, tuple[int, ...]], tuple[str, ...]]:
    """The column or columns of every key: stated ones, and those whose name can mean nothing else."""
    columns: dict[str, tuple[int, ...]] = {}
    problems: list[Problem] = []
    for key, names in spec.columns.items():
        places = [region.column_named(name) for name in names]
        problems += [Problem("no_column", f"there is no column “{name}”", table.place(), "The study names it "
                             f"({key}).", column_remedy(name, [region.names[each] for each in region.columns]),
                             answer_key=key) for name, place in zip(names, places, strict=True) if place is None]
        columns[key] = tuple(place for place in places if place is not None)
    if problems:
        raise UserError(*problems)
    taken = {place for places in columns.values() for place in places}
    detected = []
    for key in COLUMN_KEYS[spec.kind]:
        pattern = DETECTED[spec.kind].get(key)
        if key in columns or pattern is None:
            continue
        fitting = tuple(column for column in region.columns if column not in taken and column not in region.unnamed
                        and pattern.fullmatch(squeezed(region.names[column])))
        if len(fitting) > 1 and key not in LISTED_COLUMNS:
            words = ", ".join(f"“{region.names[column]}”" for column in fitting)
            raise user_error("which_column", f"the key {key} could be any of the columns {words}", table.place(),
                             why=f"The {ASSAY_WORDS[spec.kind]} table needs to know which.",
                             remedy=f'state {key} = "{region.names[fitting[0]]}"', answer_key=key)
        if fitting:
            columns[key] = fitting
            taken |= set(fitting)
            detected.append(key)
    return columns, tuple(detected)


def number_columns(at: AssayTable) -> tuple[int, ...]:
    """The named columns that hold numbers in most rows and that no key names."""
    taken = {column for columns in at.columns.values() for column in columns}
    rows = np.asarray(at.region.rows, np.intp)
    return tuple(column for column in at.region.columns if column not in taken and column not in at.region.unnamed
                 and np.sum(at.region.kinds[rows, column] == NUMBER) >= 0.5 * len(rows))


def name_rows(at: AssayTable, rows: Sequence[int] | None = None) -> None:
    """Give every row its sample: the key ``sample``, or ``patient`` and ``time_point`` together.

    Names are changed and samples dropped as the user decided. A row that names none is left out, and said.
    """
    _require_samples(at)
    renames = {value_key(name): sample_name(new) for name, new in at.answers.samples.items()}
    drops = {value_key(name) for name in at.answers.drop}
    dropped: dict[str, int] = {}
    by_sample = at.has("sample")
    main = at.at("sample") if by_sample else at.at("patient")
    for row in at.region.rows if rows is None else rows:
        name = patient = sample_name(at.table.text(row, main))
        time_point = sample_name(at.text(row, "time_point"))
        if not patient:
            at.leave_out("row_without_sample", "this row names no " + ("sample" if by_sample else "patient"), row, main,
                         why="Its values belong to nobody.", remedy="write the name into the cell")
            continue
        if not by_sample and at.has("time_point"):
            if not time_point:
                at.sample_of_row[row] = patient
                at.leave_out("row_without_time_point", f"this row of {patient} says no time point", row,
                             at.at("time_point"), remedy="write the time point into the cell")
                continue
            patient = _renamed(at, patient, renames)
            name = f"{patient} {time_point}"
        keys = {value_key(name), value_key(patient)}
        name = _renamed(at, name, renames)
        hit = drops & (keys | {value_key(name)})
        if hit:
            at.used |= {("drop", each) for each in hit}
            dropped[name] = dropped.get(name, 0) + 1
            at.left_out.add(row)
            at.changes.append(Change(at.table.cell(row, main), name, "", "left out, as you decided"))
            continue
        at.sample_of_row[row] = name
        at.samples.setdefault(name, NamedSample(name, patient, time_point, row))
    if dropped:
        at.findings.append(note("dropped_samples", f"left out, as you decided: {', '.join(dropped)}", at.table.place()))
    if not at.samples:
        raise user_error("no_samples", "no row of this table names a sample that is used", at.table.place(None, main),
                         remedy="name the column of samples with the key sample", answer_key="sample")
    at.findings += _twins(at)


def _renamed(at: AssayTable, name: str, renames: Mapping[str, str]) -> str:
    key = value_key(name)
    if key in renames:
        at.used.add(("samples", key))
        return renames[key]
    return name


def _require_samples(at: AssayTable) -> None:
    if not at.has("sample") and not at.has("patient"):
        names = ", ".join(f"“{at.region.names[column]}”" for column in at.region.columns[:8])
        raise user_error("no_sample_column", f"no column names the samples; there are {names}", at.table.place(),
                         why="Every value has to belong to a sample.",
                         remedy="name it with the key sample, or with patient and time_point", answer_key="sample")


def _twins(at: AssayTable) -> list[Problem]:
    """Samples whose names say the same patient and time in other words (``P01_pre`` and ``Patient 1 Pre``)."""
    groups: dict[tuple[str, str, str], list[NamedSample]] = {}
    for sample in at.samples.values():
        read = parse_pair_name(sample.name)
        if read.patient and (not read.question or not read.time_point):
            day = "".join(sign for sign in read.words if sign.isdigit())  # day 14 and day 21 are two times after
            groups.setdefault((read.patient, read.time_point, day), []).append(sample)
    said = []
    by_sample = at.has("sample")
    for same in groups.values():
        alike = [(first, other) for first, other in combinations(same, 2)
                 if by_sample or first.patient != other.patient or first.name.casefold() == other.name.casefold()]
        for first, other in alike[:1]:
            place = at.table.place(other.row, at.at("sample" if at.has("sample") else "patient"), sample=other.name)
            said.append(warning(
                "samples_may_be_one", f"“{other.name}” and “{first.name}” may be one sample; they are kept apart",
                place, why="One biopsy would count twice, or its values would miss each other.",
                remedy=f"if they are one, write under [dataset.answers]: "
                       f"{answer_line('samples', other.name, first.name)}", answer_key="samples"))
    return said


def fate_of_rows(at: AssayTable) -> Problem:
    """How many rows were used and how many were not."""
    out = sorted(at.left_out)
    used = len(at.region.rows) - len(out)
    if not out:
        return note("rows_used", f"all {counted(used, 'row')} of the table were used", at.table.place())
    return note("rows_used", f"{used} of {counted(len(at.region.rows), 'row')} were used; left out: {row_list(out)}",
                at.table.place())


def letters_only(text: str) -> str:
    """The text in the form in which labels are compared: ``Reference Spots`` and ``reference spot`` are one."""
    return re.sub(r"[^a-z0-9()+-]", "", text.lower()).rstrip("s")
