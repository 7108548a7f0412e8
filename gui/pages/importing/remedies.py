"""What can be done about each finding of an import, as edits of the draft or a place to go to.

Not for: finding problems; every code here is one that core says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.data.files.raw_table import RawTable, column_letters
from core.data.sheets.importing import cell_of_address
from core.data.tables import Scale
from core.problems import Location, Problem, Severity
from gui.pages.importing.draft import (
    BOTH,
    CLINICAL,
    EXPRESSION,
    NOT_USED,
    Draft,
    finding_key,
    with_answer,
    with_dropped,
    with_part,
    with_reading,
    with_seen,
)
from gui.pages.importing.draft_reading import SheetReading
from gui.pages.importing.regions import ASKED
from gui.widgets.importing.finding_list import FindingRow

Edit = Callable[[Draft], Draft]
GENES, SHEETS, OUTCOME, CHECK, VALUE, FIELD = "genes", "sheets", "outcome", "check", "value", "field"
SCALE_WORDS = {Scale.LOG2: "log2", Scale.LINEAR: "Linear, to be logged once", Scale.COUNTS: "Read counts",
               Scale.LOG10: "log10", Scale.LOG_RATIO: "log ratio", Scale.Z: "z scores",
               Scale.SCORE: "Scores, as they are", Scale.CALLS: "On and off"}
_GENE_CODES = frozenset({"gene_name_ambiguous", "gene_names_ambiguous", "gene_name_is_date", "gene_name_is_number",
                         "symbol_is_also_receptor_name", "answer_is_no_gene", "different_names_of_one_gene"})
_COMMA = re.compile(r"[+-]?\d+,\d+")
_ID_CODES = frozenset({"which_id", "no_column", "which_samples"})
OUTCOME_CODES = frozenset({"what_is_the_unit", "unknown_unit", "what_is_an_event", "event_value_absent",
                            "event_codes_look_reversed", "events_come_late", "no_events", "nobody_censored",
                            "unit_contradicts_name", "implausible_follow_up", "event_in_other_capitals"})


@dataclass(frozen=True)
class Remedy:
    """``edit`` changes the draft; else ``go`` names a place and ``about`` what there."""

    key: str
    words: str
    edit: Edit | None = None
    go: str = ""
    about: str = ""


def finding_rows(problems: Sequence[Problem], sheet: SheetReading, draft: Draft) -> tuple[FindingRow, ...]:
    """The findings of a sheet as rows: to decide, to look at, then notes."""
    rows = []
    for problem in problems:
        level = level_of(problem, draft)
        shown = tuple((remedy.key, remedy.words) for remedy in remedies_of(problem, sheet, draft))
        what = problem.what[:1].upper() + problem.what[1:]
        advice = "" if shown and shown[0][0] != "accept" else problem.remedy
        place = problem.where.cell.replace("column ", "").replace("row ", "")
        rows.append(FindingRow(finding_key(problem), level, place,
                               what, " ".join(part for part in (problem.why, advice) if part), shown))
    order = ("decide", "look", "seen", "note")
    return tuple(sorted(rows, key=lambda row: order.index(row.level)))


def level_of(problem: Problem, draft: Draft) -> str:
    """ "decide" for what stops the table or leaves something out that a person could keep, "look", "note", "seen"."""
    if problem.severity == Severity.PROBLEM:
        return "decide"
    if problem.severity == Severity.NOTE:
        return "note"
    if finding_key(problem) in draft.seen:
        return "seen"
    return "decide" if problem.code in ASKED else "look"


def acceptable(problems: Sequence[Problem], draft: Draft) -> tuple[Problem, ...]:
    """The findings that can be accepted together: nothing is left out by them that somebody would have to choose."""
    return tuple(problem for problem in problems if level_of(problem, draft) == "look")


def remedies_of(problem: Problem, sheet: SheetReading, draft: Draft) -> tuple[Remedy, ...]:
    """What can be done, the best first."""
    if problem.severity == Severity.NOTE:
        return _of_note(problem, sheet)
    found = [*_of_code(problem, sheet), *_of_answer_key(problem, sheet, draft)]
    if problem.severity == Severity.WARNING:
        if finding_key(problem) not in draft.seen:
            found.append(Remedy("accept", _accept_words(problem), lambda each: with_seen(each, [problem])))
    elif not found or problem.answer_key in ("", "sheet"):
        found.append(Remedy("not used", "Do not use this sheet", _not_used(sheet)))
    known: dict[str, Remedy] = {}
    for remedy in found:
        known.setdefault(remedy.key, remedy)
    return tuple(known.values())


def _accept_words(problem: Problem) -> str:
    words = {"beyond_limit": "Leave them missing", "unreadable_values": "Leave them missing",
             "impossible_values": "Leave them missing", "value_may_mean_missing": "They were measured",
             "repeated_samples_differ": "Leave them out", "further_table": "Leave it out"}
    if problem.code in _GENE_CODES and problem.code != "different_names_of_one_gene":
        return "Leave it out"
    return words.get(problem.code, "Accept")


def _of_note(problem: Problem, sheet: SheetReading) -> tuple[Remedy, ...]:
    if problem.code == "no_header":
        return (Remedy("header 1", "Row 1 is the header", _reading(sheet, EXPRESSION, header_row=1)),)
    if problem.code == "scale_detected":
        return (Remedy("scale", "Another scale", go=FIELD, about="scale"),)
    if problem.code in ("id_detected", "samples_detected"):
        return (Remedy("id", "Another column", go=FIELD, about="id"),)
    if problem.code in ("gene_renamed", "gene_name_repaired", "collapsed_genes", "gene_names_unknown"):
        return (Remedy("genes", "See the names", go=GENES, about=problem.where.cell),)
    return ()


def _of_code(problem: Problem, sheet: SheetReading) -> list[Remedy]:
    code, cell = problem.code, problem.where.cell
    table = sheet.table
    if code in _GENE_CODES:
        return [Remedy("genes", "Choose the gene", go=GENES, about=cell)]
    if code == "alias_beside_symbol" and table is not None and problem.where.gene:
        name, gene = _text(table, cell), problem.where.gene
        return [Remedy("merge", f"Merge with {gene}", lambda draft: with_answer(draft, "genes", name, gene))] \
            if name else []
    if code in ("no_receptors", "no_gene_symbols"):
        return [Remedy("id", "Choose another column", go=FIELD, about="id")]
    if code == "not_clinical":
        return [Remedy("as expression", "Read as expression", _as(sheet, EXPRESSION))]
    if code == "only_codes":
        return [Remedy("as clinical", "Clinical only", _as(sheet, CLINICAL))]
    if code in ("beyond_limit", "unreadable_values", "impossible_values"):
        found = [Remedy("value", f"Give {cell} a value…", go=VALUE, about=cell)] if cell else []
        text = _text(table, cell) if table is not None else ""
        found = [*_with_commas(sheet), *found] if code == "unreadable_values" else found
        if code == "unreadable_values" and text:
            found.append(Remedy("missing", f"“{text[:20]}” means missing", _missing(sheet, text)))
        return found
    if code in ("value_may_mean_missing", "code_may_mean_missing") and table is not None:
        text = _text(table, cell)
        return [Remedy("missing", f"{text} means missing", _missing(sheet, text))] if text else []
    if code in ("repeated_samples_differ", "replicate_samples"):
        return _of_repeats(sheet)
    if code == "further_table" and cell.startswith("row "):
        row = int(cell.removeprefix("row "))
        return [Remedy("header", f"Read the table at row {row}", _reading(sheet, EXPRESSION, header_row=row))]
    if code in ("identical_samples", "sample_and_time_point"):
        return []
    if code in OUTCOME_CODES:
        return [Remedy("outcome", "Go to the outcome", go=OUTCOME)]
    if code in ("near_sample_names", "samples_do_not_match"):
        return [Remedy("check", "See the samples", go=CHECK)]
    return []


def _of_answer_key(problem: Problem, sheet: SheetReading, draft: Draft) -> list[Remedy]:
    key = problem.answer_key
    if key == "scale":
        return [Remedy(f"scale {scale}", words, _reading(sheet, EXPRESSION, scale=scale))
                for scale, words in SCALE_WORDS.items()]
    if key == "measure":
        return [Remedy(f"measure {name}", name, _reading(sheet, EXPRESSION, measure=name))
                for name in ("mRNA", "total", "phospho")]
    if key == "decimal":
        return [Remedy("decimal .", "Decimal point", _reading(sheet, EXPRESSION, decimal=".")),
                Remedy("decimal ,", "Decimal comma", _reading(sheet, EXPRESSION, decimal=","))]
    if key == "delimiter":
        return [Remedy(f"delimiter {name}", name.capitalize(), _reading(sheet, EXPRESSION, delimiter=name))
                for name in ("space", "tab", "comma", "semicolon")]
    if key == "encoding":
        return [Remedy(f"encoding {name}", words, _reading(sheet, EXPRESSION, encoding=name))
                for name, words in (("utf-8", "Unicode (UTF-8)"), ("cp1252", "Western Windows"), ("utf-16", "UTF-16"))]
    if key == "header_row":
        return [Remedy("header", "As detected", _reading(sheet, EXPRESSION, header_row=None)),
                Remedy("no header", "There is no header", _reading(sheet, EXPRESSION, header_row=0))]
    if key == "id" or problem.code in _ID_CODES:
        return [Remedy("id", "Choose the column", go=FIELD, about="id")]
    if key == "samples":
        other = [] if sheet.of("clinical") is not None else [
            Remedy("as clinical", "Read as clinical table", _as(sheet, CLINICAL))]
        return [*other, Remedy("samples rows", "Samples are rows", _reading(sheet, EXPRESSION, samples="rows")),
                Remedy("samples columns", "Samples are columns", _reading(sheet, EXPRESSION, samples="columns")),
                Remedy("id", "Choose another column", go=FIELD, about="id")]
    if key == "genes":
        return [Remedy("id", "Choose another column", go=FIELD, about="id")]
    if key == "sheet":
        several = any(file.path == sheet.key[0] and len(file.sheets) > 1 for file in draft.files)
        other = [] if sheet.of("clinical") is not None else [
            Remedy("as clinical", "Read as clinical table", _as(sheet, CLINICAL))]
        return [*([Remedy("sheets", "Choose another sheet", go=SHEETS)] if several else []), *other]
    return []


def _of_repeats(sheet: SheetReading) -> list[Remedy]:
    """Keep samples of one name apart, each under the name and its place; or keep one of them."""
    repeats = repeated_cells(sheet)
    if not repeats:
        return []

    def apart(draft: Draft) -> Draft:
        for name, cells in repeats.items():
            for cell in cells[1:]:
                draft = with_answer(draft, "cells", address(sheet, cell), f"{name} ({cell})")
        return draft

    def first(draft: Draft) -> Draft:
        draft = apart(draft)
        for name, cells in repeats.items():
            for cell in cells[1:]:
                draft = with_dropped(draft, f"{name} ({cell})")
        return draft

    return [Remedy("apart", "Keep them all as repeats", apart), Remedy("first", "Keep the first of each", first)]


MANY_CELLS = 20
"""From here on one setting of the sheet is the answer, not one answer per cell."""


def _with_commas(sheet: SheetReading) -> list[Remedy]:
    """Unreadable cells that are numbers with the other decimal sign: offered, never done unasked."""
    cells = [(change.cell, change.before.strip()) for table in sheet.tables if table.imported is not None
             for change in table.imported.changes
             if change.reason.startswith("no number") and _COMMA.fullmatch(change.before.strip())]
    if not cells:
        return []
    text = cells[0][1]
    if len(cells) > MANY_CELLS and sheet.table is not None and sheet.table.sheet:
        # In a workbook only words are read with this sign: its numbers keep theirs.
        return [Remedy("comma", f"Read the commas of this sheet as decimals: {text} is {text.replace(',', '.')}",
                       _reading(sheet, EXPRESSION, decimal=","))]

    def as_points(draft: Draft) -> Draft:
        for cell, text in cells:
            draft = with_answer(draft, "cells", address(sheet, cell), text.replace(",", "."))
        return draft

    words = f"Read {text} as {text.replace(',', '.')}" + (f", and {len(cells) - 1} more" if len(cells) > 1 else "")
    return [Remedy("comma", words, as_points)]


def repeated_cells(sheet: SheetReading) -> dict[str, list[str]]:
    """The cells of each sample name that stands more than once with different values."""
    found: dict[str, list[str]] = {}
    for table in sheet.tables:
        if table.imported is None:
            continue
        for change in table.imported.changes:
            if change.reason == "the name repeats with different values" and \
                    change.cell not in found.get(change.before, []):
                found.setdefault(change.before, []).append(change.cell)
    return found


def address(sheet: SheetReading, cell: str) -> str:
    """A cell with its file and sheet, as an answer names it."""
    assert sheet.table is not None
    return "!".join(part for part in (sheet.table.file, sheet.table.sheet, cell) if part)


def place_words(where: Location) -> str:
    """ "D17 in Sheet1"."""
    return f"{where.cell} in {where.sheet or where.file}" if where.cell else where.sheet or where.file


def column_choices(sheet: SheetReading) -> list[tuple[str, str]]:
    """(name, words) of the columns that could hold the names; the name is what a TableSpec states."""
    table = sheet.table
    if table is None:
        return []
    reading = next((each.shown for each in sheet.tables if each.shown is not None), None)
    header = reading.recipe.header_rows[-1] if reading is not None and reading.recipe.header_rows else None
    if reading is None and table.n_rows:
        header = 0
    choices = []
    for column in range(min(table.n_columns, 2000)):
        letters = column_letters(column)
        name = " ".join(table.text(header, column).split()) if header is not None else ""
        choices.append((name or letters, f"{letters}, {name}" if name else letters))
    return choices


def _text(table: RawTable, cell: str) -> str:
    place = cell_of_address(cell, table)
    return table.text(*place) if place is not None else ""


def _reading(sheet: SheetReading, part: str, **said: object) -> Edit:
    return lambda draft: with_reading(draft, sheet.key, part, **said)


def _missing(sheet: SheetReading, text: str) -> Edit:
    known = next((table.spec.missing for table in sheet.tables if table.spec.missing), None) or ()
    return lambda draft: with_reading(draft, sheet.key, EXPRESSION, missing=tuple(dict.fromkeys((*known, text))))


def _as(sheet: SheetReading, part: str) -> Edit:
    return lambda draft: with_part(draft, *sheet.key, part)


def _not_used(sheet: SheetReading) -> Edit:
    """Only the part that cannot be read goes; the other one of the sheet stays."""
    failed = [table.part for table in sheet.tables if table.failed]
    kept = [table.part for table in sheet.tables if table.part not in failed]
    part = kept[0] if len(kept) == 1 else BOTH if kept else NOT_USED
    return lambda draft: with_part(draft, *sheet.key, part)
