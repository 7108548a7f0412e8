"""The tables of a data set of cell lines, joined through line names: SK-BR-3 of one file is SKBR3 of another.

Not for: reading the names themselves (line_names.py) or files (importing.py). A variant is asked about, never merged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core.data.lines.line_names import LineName, read_line_names
from core.data.sheets.recipe import Answers
from core.data.tables import ClinicalColumn, ClinicalTable, ExpressionMatrix
from core.data.values import value_key
from core.problems import Location, Problem, note, warning

Table = ExpressionMatrix | ClinicalTable


class LineQuestion(NamedTuple):
    """A variant that may be a line of another table: ``name`` as written, ``line`` as the other table spells it.

    ``beside`` is True where the line itself stands in the same table, so that the variant is not needed.
    """

    name: str
    line: str
    place: Location
    beside: bool = False


@dataclass(frozen=True, eq=False)
class LineTables:
    """The tables with their lines spelled alike, what was noticed, and the questions that stay open."""

    clinical: tuple[ClinicalTable, ...]
    expression: tuple[ExpressionMatrix, ...]
    findings: tuple[Problem, ...]
    questions: tuple[LineQuestion, ...]


def match_line_tables(clinical: Sequence[ClinicalTable], expression: Sequence[ExpressionMatrix],
                      answers: Answers | None = None) -> LineTables:
    """Give every line one spelling: that of the first clinical table that has it, else of the first table.

    Rows of one table that become one line are merged where they say the same; where they differ both are left out,
    unless the study says that they are averaged. A variant of a line of the other kind of table keeps its own name,
    so that it is left out of what needs both, and is asked about.
    """
    answers = answers or Answers()
    tables: list[Table] = [*clinical, *expression]
    names = _read_all(tables)
    spelled = _spellings(names)
    findings: list[Problem] = []
    done: list[Table] = []
    for table, read in zip(tables, names):
        lines = [spelled[name.key] for name in read]
        pairs = tuple((name.text, line, table.place.file) for name, line in zip(read, lines) if name.text != line)
        elsewhere = [pair for pair in pairs if pair[1] not in table.samples]
        if elsewhere:
            findings.append(_respelled(elsewhere, table.place))
        merged, found = _one_row_per_line(table, lines, {value_key(name) for name in answers.average})
        findings += found
        done.append(replace(merged, respelled=(*table.respelled, *pairs)))
    decided = {value_key(name) for name in answers.samples.values()}
    questions = _questions(names[:len(clinical)], names[len(clinical):], spelled, tables, decided)
    findings += [_asked(question) for question in questions if not question.beside]
    findings += _beside(questions)
    return LineTables(tuple(table for table in done if isinstance(table, ClinicalTable)),
                      tuple(table for table in done if isinstance(table, ExpressionMatrix)), tuple(findings), questions)


def _read_all(tables: Sequence[Table]) -> list[tuple[LineName, ...]]:
    """The names of every table; keys of names with two tissues (TT_THYROID, TT_OESOPHAGUS) are told apart by it."""
    everything = [name for table in tables for name in table.samples]
    names = [read_line_names(table.samples, everything) for table in tables]
    tissues: dict[str, set[str]] = {}
    for read in names:
        for name in read:
            if name.tissue:
                tissues.setdefault(name.key, set()).add(name.tissue)
    apart = {key for key, known in tissues.items() if len(known) > 1}
    return [tuple(replace(name, key=f"{name.key}@{name.tissue}") if name.key in apart and name.tissue else name
                  for name in read) for read in names]


def _spellings(names: Sequence[Sequence[LineName]]) -> dict[str, str]:
    """Key -> the spelling that stands first; spellings of two keys are never equal."""
    spelled: dict[str, str] = {}
    for read in names:
        for name in read:
            spelled.setdefault(name.key, name.text)
    return spelled


def _respelled(pairs: Sequence[tuple[str, str, str]], place: Location) -> Problem:
    words = ", ".join(f"{written} is {line}" for written, line, _ in pairs)
    number = "1 line is" if len(pairs) == 1 else f"{len(pairs)} lines are"
    return note("lines_respelled", f"{number} written otherwise in another table of this data set, and matched: "
                f"{words}", place)


def _questions(clinical: Sequence[Sequence[LineName]], expression: Sequence[Sequence[LineName]],
               spelled: Mapping[str, str], tables: Sequence[Table], decided: Collection[str]
               ) -> tuple[LineQuestion, ...]:
    """Variants that the other kind of table does not know, while it knows their line."""
    kinds = [{name.key for read in part for name in read} for part in (clinical, expression)]
    found: dict[tuple[str, str], LineQuestion] = {}
    for at, read in enumerate((*clinical, *expression)):
        own, others = (0, 1) if at < len(clinical) else (1, 0)
        for name in read:
            if name.base and name.key not in kinds[others] and name.base in kinds[others] \
                    and value_key(name.text) not in decided:
                question = LineQuestion(name.text, spelled[name.base], tables[at].place, name.base in kinds[own])
                found.setdefault((name.text, tables[at].place.file), question)
    return tuple(found.values())


def _asked(question: LineQuestion) -> Problem:
    name, line = question.name, question.line
    place = replace(question.place, sample=name)
    return warning(
        "line_variant", f"“{name}” may be the line {line} of another table; it was left out", place,
        why="A variant, a clone or a derivative can differ from its line, so it is taken as the line only when you "
            "agree.",
        remedy=f'if it is, write answers.samples."{name}" = "{line}" into the data set', answer_key="samples")


def _beside(questions: Sequence[LineQuestion]) -> list[Problem]:
    """One note per table about variants of lines that it holds too."""
    findings = []
    for file in dict.fromkeys(question.place.file for question in questions if question.beside):
        mine = [question for question in questions if question.beside and question.place.file == file]
        words = ", ".join(question.name for question in mine)
        what = f"{len(mine)} variants of lines, whose lines stand in it too, were not used" if len(mine) > 1 else \
            "1 variant of a line, whose line stands in it too, was not used"
        findings.append(note("line_variants_beside", f"{what}: {words}", mine[0].place,
                             why="Derivatives of one parent count as one line."))
    return findings


def _one_row_per_line(table: Table, lines: Sequence[str], average: Set[str]) -> tuple[Table, list[Problem]]:
    groups: dict[str, list[int]] = {}
    for row, line in enumerate(lines):
        groups.setdefault(line, []).append(row)
    kept: dict[str, list[int]] = {}
    findings: list[Problem] = []
    for line, rows in groups.items():
        written = [table.samples[row] for row in rows]
        differing = _difference(table, rows) if len(rows) > 1 else None
        if differing is None:
            kept[line] = rows
            if len(rows) > 1:
                findings.append(note("line_repeated", f"{' and '.join(written)} are one line with the same values; it "
                                     "is used once", replace(table.place, sample=line)))
        elif average & {value_key(name) for name in (*written, line)}:
            kept[line] = rows
            findings.append(note("line_averaged", f"{' and '.join(written)} are one line and were averaged, as you "
                                 "decided", replace(table.place, sample=line)))
        else:
            findings.append(_twice(table, written, differing, line))
    if len(kept) == len(lines):
        return _renamed(table, lines), findings
    rows_of = list(kept.values())
    if isinstance(table, ExpressionMatrix):
        values = np.array([_mean(table.values[rows]) for rows in rows_of]) if rows_of else table.values[:0]
        values.setflags(write=False)
        return replace(table, samples=tuple(kept), values=values, other_rows=None), findings
    renamed = _renamed(table, lines)
    assert isinstance(renamed, ClinicalTable)
    columns = {name: _merged(column, rows_of) for name, column in renamed.columns.items()}
    return replace(table, samples=tuple(kept), columns=columns), findings


def _renamed(table: Table, lines: Sequence[str]) -> Table:
    """The samples spelled as ``lines``, the id column too: two spellings are no two values."""
    if isinstance(table, ExpressionMatrix):
        return replace(table, samples=tuple(lines))
    columns = {name: replace(column, texts=tuple(lines)) if tuple(column.texts) == table.samples else column
               for name, column in table.columns.items()}
    return replace(table, samples=tuple(lines), columns=columns)


def _mean(rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Mean of the known values of each gene."""
    known = np.isfinite(rows)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def _twice(table: Table, written: Sequence[str], differing: tuple[str, str, str], line: str) -> Problem:
    what, one, other = differing
    named = " and ".join(written) if len(written) < 3 else f"{', '.join(written[:-1])} and {written[-1]}"
    last = written[-1]
    return warning(
        "line_twice", f"{named} are one line with different values: {one} and {other}",
        Location(table.place.file, table.place.sheet, table.place.cell, line, what),
        why=f"Which of them is the line cannot be told (first difference: {what}), so none of them is used.",
        remedy=f'choose one by leaving the other out (answers.drop = ["{last}"]) or average them '
               f'(answers.average = ["{last}"])', answer_key="drop")


def _difference(table: Table, rows: Sequence[int]) -> tuple[str, str, str] | None:
    """(gene or column, one value, the other) of the first difference; None where the rows agree wherever both know."""
    if isinstance(table, ExpressionMatrix):
        for other in rows[1:]:
            one, two = table.values[rows[0]], table.values[other]
            apart = np.flatnonzero(np.isfinite(one) & np.isfinite(two) & (np.abs(one - two) > 1e-12 * np.abs(one)))
            if len(apart):
                return table.genes[apart[0]], f"{one[apart[0]]:.4g}", f"{two[apart[0]]:.4g}"
        return None
    for name, column in table.columns.items():
        if tuple(column.texts) == table.samples:
            continue  # the id column, in which the two spellings differ
        known = [column.texts[row] for row in rows if row not in column.missing]
        for text in known[1:]:
            if value_key(text) != value_key(known[0]):
                return name, known[0], text
    return None


def _merged(column: ClinicalColumn, rows_of: Sequence[Sequence[int]]) -> ClinicalColumn:
    """One row per line: the known value; the mean where the rows hold different numbers (they were asked to be)."""
    chosen = [next((row for row in rows if row not in column.missing), rows[0]) for rows in rows_of]
    texts = [column.texts[row] for row in chosen]
    numbers = column.numbers[np.array(chosen, dtype=np.intp)].copy()
    for at, rows in enumerate(rows_of):
        known = column.numbers[[row for row in rows if row not in column.missing]]
        if len(known) > 1 and np.isfinite(known).all() and np.ptp(known) > 0:
            numbers[at] = known.mean()
            texts[at] = f"{known.mean():.12g}"
    return ClinicalColumn(
        column.name, tuple(texts), numbers,
        {at: column.missing[row] for at, row in enumerate(chosen) if row in column.missing},
        tuple(column.cells[row] for row in chosen), column.place,
        {at: column.limits[row] for at, row in enumerate(chosen) if row in column.limits})
