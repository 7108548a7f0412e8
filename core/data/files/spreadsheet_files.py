"""Workbooks (xlsx, xlsm, xlsb, xls, ods): their sheets, which of them is meant, and its cells with what was noticed.

Not for: text files, or what the cells mean.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from core.data.files.binary_workbook import read_binary_sheet, read_binary_workbook
from core.data.files.compound_file import workbook_stream
from core.data.files.file_safety import SourceFile
from core.data.files.old_excel import read_old_sheet, read_old_workbook
from core.data.files.open_document import read_open_document
from core.data.files.packages import damaged, open_package
from core.data.files.raw_table import RawTable, column_letters
from core.data.files.sheet_cells import Found
from core.data.files.text_dialect import stated_decimal
from core.data.files.xlsx_area import used_area
from core.data.files.xlsx_cells import read_xlsx_sheet
from core.data.files.xlsx_parts import read_book
from core.jobs import JobContext
from core.problems import Location, Problem, UserError, note, user_error, warning

_NOTES_NAME = re.compile(
    r"\s*(?:read[ _-]?me|notes?|legend|info(?:rmation)?|about|contents?|toc|index|key|cover|title|"
    r"description|metadata|meta|explanations?|abbreviations?|methods?|references?|log|data columns?|"
    r"columns?|dictionary|codebook)\b",
    re.I,
)
_PURPOSE_WORDS = {
    "expression": re.compile(
        r"expr|rna|gene|count|tpm|fpkm|rpkm|array|protein|rppa|log2|normali[sz]ed|matrix|z[ _-]?score", re.I
    ),
    "clinical": re.compile(r"clinic|patient|outcome|surviv|follow|demograph|pheno|sample|annotation", re.I),
}


@dataclass(frozen=True)
class SheetInfo:
    """One sheet: its name, whether it is shown, and the size of its used area counted from A1."""

    name: str
    visible: bool
    n_rows: int
    n_columns: int

    @property
    def plausible(self) -> bool:
        """True where the sheet could be a table: shown, more than a few cells, not called Read me."""
        return self.visible and self.n_rows >= 2 and self.n_columns >= 3 and not _NOTES_NAME.match(self.name)

    @property
    def filled(self) -> bool:
        """True where the sheet is shown and holds more than a word or two."""
        return self.visible and self.n_rows * self.n_columns > 2


def workbook_sheets(source: SourceFile, job: JobContext) -> list[SheetInfo]:
    """The sheets in the order of the workbook. Sizes of large xlsx sheets are those that the sheet itself states."""
    place = source.place
    with source.open() as handle:
        if source.kind == "xls":
            old = read_old_workbook(workbook_stream(handle.read(), place), place, job)
            return [SheetInfo(sheet.name, sheet.visible, sheet.n_rows, sheet.n_columns) for sheet in old.sheets]
        package = open_package(handle, place)
        if source.kind == "ods":
            opened, _, _ = read_open_document(package, place, job)
            return [SheetInfo(sheet.name, sheet.visible, sheet.n_rows, sheet.n_columns) for sheet in opened]
        if source.kind == "xlsb":
            binary = read_binary_workbook(package, place, job)
            return [SheetInfo(sheet.name, sheet.visible, sheet.n_rows, sheet.n_columns) for sheet in binary.sheets]
        book = read_book(package, place)
        return [SheetInfo(sheet.name, sheet.visible, *used_area(package, sheet, place, job)) for sheet in book.sheets]


def could_be(infos: list[SheetInfo], purpose: str) -> list[SheetInfo]:
    """The sheets that could be the wanted table."""
    filled = [info for info in infos if info.filled]
    likely = [info for info in filled if info.plausible] or filled
    if purpose not in _PURPOSE_WORDS:
        return likely
    wanted, other = (
        _PURPOSE_WORDS[name] for name in (purpose, "clinical" if purpose == "expression" else "expression")
    )
    named = [info for info in likely if wanted.search(info.name)]
    rest = [info for info in likely if info not in named]
    if len(named) == 1 and all(other.search(info.name) for info in rest):
        return named
    return likely


def choose_sheet(
    source: SourceFile, sheet: str | None, purpose: str, job: JobContext
) -> tuple[str, tuple[Problem, ...]]:
    """The sheet that was stated, or the only one that can be meant.

    Raises
    ------
    UserError
        "no_such_sheet" with the nearest name; "which_sheet" with the names and sizes; "empty_file".
    """
    infos = workbook_sheets(source, job)
    names = ", ".join(f"“{info.name}”" for info in infos)
    if sheet:
        return _stated_sheet(sheet, infos, names, source.place)
    likely = could_be(infos, purpose)
    if len(infos) == 1:
        return infos[0].name, ()
    if not likely:
        hidden = [info for info in infos if not info.visible and info.n_rows > 1]
        if not hidden:
            raise user_error("empty_file", "all sheets of the workbook are empty", source.place,
                             remedy="check that the right file was chosen")
        raise user_error(
            "which_sheet",
            f"only hidden sheets of the workbook hold data: {_shapes(hidden)}",
            source.place,
            remedy=f'state the one to use, such as sheet = "{hidden[0].name}"',
            answer_key="sheet",
        )
    if len(likely) == 1:
        others = [info for info in infos if info.name != likely[0].name]
        return likely[0].name, (note(
            "sheet_chosen", f"read from the sheet “{likely[0].name}”, the only one that can be the {purpose} table; "
            f"the others: {_shapes(others)}", Location(source.path.name, likely[0].name)),)
    raise user_error(
        "which_sheet",
        f"the workbook has several sheets that could be the {purpose} table: {_shapes(likely)}",
        source.place,
        remedy=f'state the one to use, such as sheet = "{likely[0].name}"',
        answer_key="sheet",
    )


def _stated_sheet(sheet: str, infos: list[SheetInfo], names: str, place: Location) -> tuple[str, tuple[Problem, ...]]:
    exact = [info for info in infos if info.name == sheet]
    loose = [info for info in infos if info.name.strip().casefold() == sheet.strip().casefold()]
    for info in exact or loose:
        found = () if info.visible else (note("hidden_sheet", f"the sheet “{info.name}” is hidden in the workbook",
                                              Location(place.file, info.name)),)
        return info.name, found
    near = difflib.get_close_matches(sheet.casefold(), [info.name.casefold() for info in infos], n=1, cutoff=0.5)
    meant = next((info.name for info in infos if near and info.name.casefold() == near[0]), "")
    raise user_error("no_such_sheet", f"there is no sheet “{sheet}”; the workbook has {names}", place,
                     remedy=f"did you mean “{meant}”?" if meant else "state one of these names", answer_key="sheet")


def _shapes(infos: list[SheetInfo]) -> str:
    words = [
        f"“{info.name}” ({info.n_rows:,} x {info.n_columns:,}{'' if info.visible else ', hidden'})"
        for info in infos[:12]
    ]
    return ", ".join(words) + (f" and {len(infos) - 12} more" if len(infos) > 12 else "")


def read_sheet(source: SourceFile, name: str, job: JobContext, *,
               decimal: str | None = None) -> tuple[RawTable, tuple[Problem, ...]]:
    """One sheet, with the notes and warnings about it."""
    place = Location(source.path.name, name)
    sign = stated_decimal(decimal, place) if decimal else "."
    table, found = _read_cells(source, name, place, job, sign)
    if table.n_rows == 0:
        raise _empty_sheet(found, place)
    return table, tuple(_noticed(table, found, place))


def _read_cells(
    source: SourceFile, name: str, place: Location, job: JobContext, decimal: str
) -> tuple[RawTable, Found]:
    """The cells by the reader of this kind of workbook."""
    with source.open() as handle:
        if source.kind == "xls":
            old = read_old_workbook(workbook_stream(handle.read(), source.place), source.place, job)
            return read_old_sheet(
                old, next(sheet for sheet in old.sheets if sheet.name == name), place, job, decimal=decimal
            )
        package = open_package(handle, source.place)
        if source.kind == "ods":
            _, table, found = read_open_document(package, source.place, job, sheet=name, decimal=decimal)
            if table is None:
                raise damaged(place)
            return table, found
        if source.kind == "xlsb":
            binary = read_binary_workbook(package, source.place, job)
            part = next(sheet for sheet in binary.sheets if sheet.name == name)
            return read_binary_sheet(package, binary, part, place, job, decimal=decimal)
        book = read_book(package, source.place)
        return read_xlsx_sheet(package, book, next(sheet for sheet in book.sheets if sheet.name == name), place, job,
                               decimal=decimal)


def _empty_sheet(found: Found, place: Location) -> UserError:
    if found.counts.get("uncalculated"):
        return user_error("formulas_not_calculated", "the sheet holds formulas but none of their values", place,
                          remedy="open the workbook in Excel and save it again, then import it")
    return user_error("empty_file", "the sheet is empty", place, remedy="choose another sheet, or check the file")


def _noticed(table: RawTable, found: Found, place: Location) -> list[Problem]:
    """What the reader of the import report should know about this sheet."""
    def at(kind: str) -> Location:
        return Location(place.file, place.sheet, found.first.get(kind, ""))

    def cells(kind: str, one: str, many: str) -> str:
        count = found.counts[kind]
        return f"{count:,} {many} (first: {found.first[kind]})" if count > 1 else f"{one}"

    problems: list[Problem] = []
    if found.counts.get("uncalculated"):
        problems.append(warning(
            "formulas_not_calculated", cells("uncalculated", "a formula was never calculated and has no value",
                                             "formulas were never calculated and have no value"), at("uncalculated"),
            why="A program wrote the formulas without their results; they count as blank.",
            remedy="open the workbook in Excel and save it again"))
    if found.counts.get("errors"):
        problems.append(
            warning(
                "error_cells",
                cells(
                    "errors",
                    "the cell holds an error of the spreadsheet program",
                    "cells hold an error of the spreadsheet program, such as #N/A",
                ),
                at("errors"),
                remedy="errors count as missing; mend the formula if the value is needed",
            )
        )
    if table.hidden_rows:
        problems.append(_hidden("rows", sorted(row + 1 for row in table.hidden_rows), place))
    if table.hidden_columns:
        problems.append(_hidden("columns", [column_letters(column) for column in sorted(table.hidden_columns)], place))
    if table.merged:
        top, left, bottom, right = table.merged[0]
        first = f"{table.cell(top, left)}:{table.cell(bottom, right)}"
        problems.append(
            note(
                "merged_cells",
                f"{len(table.merged):,} merged area{'s' if len(table.merged) > 1 else ''} "
                f"(first: {first}); its text stands in its first cell only",
                Location(place.file, place.sheet, first),
            )
        )
    if found.counts.get("dates"):
        problems.append(note("date_cells", cells("dates", "a cell holds a date", "cells hold dates"), at("dates")))
    if found.counts.get("numbers as text"):
        problems.append(
            note(
                "numbers_as_text",
                cells(
                    "numbers as text",
                    "a number was typed as text and read as a number",
                    "numbers were typed as text and read as numbers",
                ),
                at("numbers as text"),
            )
        )
    return problems


def _hidden(what: str, names: list[int] | list[str], place: Location) -> Problem:
    shown = ", ".join(str(name) for name in names[:6]) + (", …" if len(names) > 6 else "")
    one = len(names) == 1
    return warning(
        f"hidden_{what}",
        f"{len(names):,} hidden {what[:-1] if one else what} ({shown}) {'was' if one else 'were'} read like all others",
        place,
        why="They may have been hidden by a filter because they should not count.",
        remedy=f"delete the hidden {what} in the workbook if they should not be used",
    )
