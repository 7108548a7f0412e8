"""The cell lines of a draft as they would be used: who has a response, names matched, variants and conflicts asked.

Not for: matching names (core/data/lines) or the widgets that show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset
from core.data.lines.line_tables import match_line_tables
from core.data.sheets.recipe import Answers
from core.data.tables import ClinicalColumn, ClinicalTable
from core.data.values import value_key
from core.figures.number_words import counted
from core.jobs import JobContext
from gui.pages.importing.line_proposals import (
    LinesProposal,
    is_response,
    propose_direction,
    propose_lines,
    same_values,
    value_words,
)
from gui.pages.importing.pair_proposals import values_of
from gui.pages.importing.role_forms import GROUPS, LOW_RESISTS, PAIRS, RESPONSE, LinesForm

_FEWEST_ALIKE = 3
_SHARE_ALIKE = 0.15
_MOST_CHOICES = 12
_NOTHING = {GROUPS: "no group", PAIRS: "no state"}
_BINS = 24


@dataclass(frozen=True)
class LineRow:
    """One line: its name, the other spellings, where it was measured, its response, and what is to be said of it."""

    line: str
    written: str
    measured: str
    response: str
    remark: str
    usable: bool


@dataclass(frozen=True)
class Decision:
    """A question about one name. ``choices`` are (kind of answer, key, value, words); kinds are those of Answers."""

    key: str
    words: str
    choices: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class LinesReading:
    """What there is to choose from, what the chosen form says, and every line."""

    form: LinesForm
    columns: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    proposals: tuple[LinesProposal, ...] = ()
    direction: str = ""
    why: str = ""
    remark: str = ""
    counts: tuple[int, ...] = ()
    rows: tuple[LineRow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    summary: str = ""

    @property
    def usable(self) -> int:
        return sum(row.usable for row in self.rows)


def read_lines(form: LinesForm, dataset: Dataset, job: JobContext) -> LinesReading:
    """Look at the data set with what is said in ``form``; an empty form takes the likeliest proposal."""
    job.progress(0.2, "Matching lines")
    clinical = dataset.clinical
    decisions = _decisions(dataset)
    if clinical is None:
        rows = tuple(_row(line, dataset, "", False, "no response") for line in _measured_lines(dataset))
        return LinesReading(form, rows=rows, decisions=decisions)
    proposals = propose_lines(clinical)
    if not form.kind and proposals:
        form = proposals[0].form
    columns = tuple((column.name, _column_words(column)) for column in _choosable(form.kind, clinical))
    chosen = clinical.columns.get(form.state if form.kind == PAIRS else form.column)
    direction, why, remark = "", "", ""
    counts: tuple[int, ...] = ()
    if form.kind == RESPONSE and chosen is not None and is_response(chosen):
        direction, why, _ = propose_direction(chosen)
        remark = _limit_words(chosen)
        known = chosen.numbers[np.isfinite(chosen.numbers)]
        counts = tuple(int(count) for count in np.histogram(known, bins=_BINS)[0])
    values = _counted_values(chosen) if chosen is not None and form.kind != RESPONSE else ()
    job.progress(0.6, "Listing lines")
    rows = _rows(form, dataset, clinical)
    return LinesReading(form, columns, values, proposals, direction, why, remark, counts, rows, decisions,
                        _summary(form, rows, dataset))


def form_of_column(kind: str, name: str, proposals: Sequence[LinesProposal]) -> LinesForm:
    """The form when another column is chosen: its direction or its values are asked anew."""
    known = [each.form for each in proposals if (each.form.kind, each.form.column) == (kind, name)]
    return known[0] if known and kind == RESPONSE else LinesForm(kind, name)


def _choosable(kind: str, clinical: ClinicalTable) -> list[ClinicalColumn]:
    columns = list(clinical.columns.values())
    if kind == RESPONSE:
        return [column for column in columns if is_response(column)]
    return [column for column in columns if len(values_of(column)) >= 2]


def _column_words(column: ClinicalColumn) -> str:
    """ "B (lapatinib_gi50.tsv)": a column that has only a letter is told by its file."""
    letters = column.name.strip()
    return f"{letters} ({column.place.file})" if len(letters) <= 2 and letters.isupper() else letters


def _counted_values(column: ClinicalColumn) -> tuple[tuple[str, int], ...]:
    counts = Counter(value_key(text) for row, text in enumerate(column.texts) if row not in column.missing)
    return tuple((value, counts[value_key(value)]) for value in values_of(column)[:_MOST_CHOICES])


def _limit_words(column: ClinicalColumn) -> str:
    value, count, known = same_values(column)
    if count < _FEWEST_ALIKE or count < _SHARE_ALIKE * known:
        return ""
    return (f"{count} of {known} lines have the same value, {value}: mostly the end of the doses, where the response "
            "was not reached. They count as equal.")


def _measured_lines(dataset: Dataset) -> list[str]:
    return list(dict.fromkeys(line for matrix in dataset.expression for line in matrix.samples))


def _rows(form: LinesForm, dataset: Dataset, clinical: ClinicalTable) -> tuple[LineRow, ...]:
    place = {line: at for at, line in enumerate(clinical.samples)}
    column = clinical.columns.get(form.state if form.kind == PAIRS else form.column)
    every = list(dict.fromkeys([*clinical.samples, *_measured_lines(dataset)]))
    made: list[tuple[tuple[bool, float, str], LineRow]] = []
    for line in every:
        row = place.get(line, -1)
        text, number, said = "", np.nan, ""
        if row >= 0 and column is not None and row not in column.missing:
            text, number = column.texts[row], float(column.numbers[row])
            said = value_words(number) if form.kind == RESPONSE and np.isfinite(number) else text
        counts = bool(said) if form.kind == RESPONSE else \
            value_key(text) in {value_key(each) for each in _states(form)} if text else False
        shown = _row(line, dataset, said, counts, _NOTHING.get(form.kind, "no response") if row >= 0 else "")
        order = number if np.isfinite(number) else 0.0
        made.append(((not shown.usable, -order if form.direction == LOW_RESISTS else order, line), shown))
    return tuple(row for _, row in sorted(made, key=lambda each: each[0]))


def _states(form: LinesForm) -> tuple[str, ...]:
    both = (form.sensitive, form.resistant) if form.kind == GROUPS else (form.parental, form.resistant)
    return tuple(each for each in both if each)


def _row(line: str, dataset: Dataset, response: str, counts: bool, nothing: str) -> LineRow:
    """One line; ``nothing`` says that it has no entry, and is empty where the clinical table does not know it."""
    clinical = dataset.clinical
    respelled = [entry for matrix in dataset.expression for entry in matrix.respelled]
    respelled += clinical.respelled if clinical is not None else ()
    written = list(dict.fromkeys(name for name, same, _ in respelled
                                 if same == line and name != line))
    measured = [matrix.measure for matrix in dataset.expression if line in matrix.samples]
    remark = "" if measured and counts else "not measured" if not measured else \
        "not in the clinical table" if not nothing else nothing if not response else "in neither group"
    return LineRow(line, ", ".join(written), ", ".join(dict.fromkeys(measured)), response, remark,
                   bool(measured) and counts)


def _summary(form: LinesForm, rows: Sequence[LineRow], dataset: Dataset) -> str:
    usable = sum(row.usable for row in rows)
    respelled = sum(row.usable and bool(row.written) for row in rows)
    measured = len(_measured_lines(dataset))
    text = f"{counted(usable, 'line')} with both, of {measured:,} measured"
    if respelled:
        text += f"; {respelled:,} matched although their names are spelled otherwise"
    if form.kind in (GROUPS, PAIRS):
        states = Counter(value_key(row.response) for row in rows if row.usable)
        parts = [f"{states[value_key(each)]:,} “{each}”" for each in _states(form)]
        text += f" ({', '.join(parts)})" if parts else ""
    return text


def _decisions(dataset: Dataset) -> tuple[Decision, ...]:
    """Variants of lines, and lines that stand twice with different values."""
    clinical = [dataset.clinical] if dataset.clinical is not None else []
    matched = match_line_tables(clinical, dataset.expression, dataset.spec.answers)
    found = [Decision(
        f"variant {question.name}", f"“{question.name}” of {question.place.file} may be the line {question.line}. "
        "It is left out until you say so.",
        (("samples", question.name, question.line, f"It is {question.line}"),
         ("samples", question.name, question.name, "A line of its own"), ("drop", question.name, "", "Leave it out")))
        for question in matched.questions if not question.beside]
    for problem in dataset.findings:
        if problem.code != "line_twice":
            continue
        names = problem.what.partition(" are one line with")[0].replace(" and ", ", ").split(", ")
        needed = _names_elsewhere(dataset, problem.where.file)  # leaving a name out leaves it out of every table
        choices = [("drop", other, "", f"Use {name}") for name in names for other in names
                   if len(names) == 2 and other != name and other not in needed]
        found.append(Decision(f"twice {problem.where.sample}", f"{problem.what} ({problem.where.file}). None is used.",
                              (*choices, ("average", names[-1], "", "Average them"))))
    return tuple({decision.key: decision for decision in found}.values())


def _names_elsewhere(dataset: Dataset, file: str) -> set[str]:
    """The names of lines as the other tables write them."""
    names: set[str] = set()
    tables = [(each.place.file, each.samples, each.respelled) for each in dataset.expression]
    if dataset.clinical is not None:
        tables.append((dataset.clinical.place.file, dataset.clinical.samples, dataset.clinical.respelled))
    for its_file, samples, respelled in tables:
        if its_file != file:
            written = {line for _, line, _ in respelled}
            names |= {sample for sample in samples if sample not in written} | {name for name, _, _ in respelled}
    return names


def answers_with(answers: Answers, kind: str, key: str, value: str) -> Answers:
    """The answers with one more; ``kind`` is samples, drop or average."""
    if kind == "samples":
        return Answers(answers.genes, {**answers.samples, key: value}, answers.cells, answers.drop, answers.average)
    names = tuple(dict.fromkeys((*(answers.drop if kind == "drop" else answers.average), key)))
    if kind == "drop":
        return Answers(answers.genes, answers.samples, answers.cells, names, answers.average)
    return Answers(answers.genes, answers.samples, answers.cells, answers.drop, names)
