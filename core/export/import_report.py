"""import_report.md: how every file was read, what was counted, and everything that was noticed, with its place.

Not for: reading; the facts arrive as recipes, counts and problems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.data.files.raw_table import column_letters
from core.data.sheets.recipe import ImportRecipe
from core.export.markdown import escape_markdown
from core.figures.number_words import count_words, counted, list_words
from core.problems import Problem, Severity

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "blank"}
KINDS = {
    Severity.PROBLEM: ("Must be settled", "These stop a table or an analysis."),
    Severity.WARNING: ("Warnings", "Rows, cells or results that need a look."),
    Severity.NOTE: ("Changes and guesses", "What was renamed, dropped, repaired or detected on the way in."),
}
SCALES = {"log2": "log2, used as it is", "linear": "linear, logged once: log2(x + 1)",
          "counts": "counts, taken to log2(CPM + 1)", "log10": "log10", "log ratio": "log ratio, used as it is",
          "z": "z scores, used as they are", "score": "scores, used as they are", "calls": "on/off calls"}
DETECTED_WORDS = {"header_rows": "the header row", "first_row": "the first row", "last_row": "the last row",
                  "id_column": "the id column", "id_name": "the id column",
                  "samples": "whether samples are rows or columns",
                  "first_value_column": "the first value column", "annotation_columns": "the annotation columns",
                  "skipped_rows": "the rows left out", "skipped_columns": "the columns left out",
                  "missing": "what counts as missing", "header_row": "the header row", "id": "the id column"}


@dataclass(frozen=True)
class ImportedTableWords:
    """One table of a data set: ``part`` is "expression", "clinical", …; ``counts`` such as patients, genes, columns.

    ``changes`` are (cell, what stood there, what it was read as, why), one per cell, row or column.
    """

    part: str
    file: str
    sheet: str = ""
    sha256: str = ""
    recipe: ImportRecipe | None = None
    counts: Mapping[str, int | str] = field(default_factory=dict)
    changes: Sequence[tuple[str, str, str, str]] = ()


@dataclass(frozen=True)
class ImportedDatasetWords:
    """One data set with its tables and everything that was found while reading it."""

    name: str
    role: str
    tables: tuple[ImportedTableWords, ...]
    findings: tuple[Problem, ...] = ()


def import_report(datasets: Sequence[ImportedDatasetWords], *, study_name: str = "",
                  further: Sequence[Problem] = ()) -> str:
    """The whole report as Markdown.

    Parameters
    ----------
    datasets : sequence of ImportedDatasetWords
    study_name : str
    further : sequence of Problem
        Findings that belong to no single data set (cohorts, endpoints, analyses).
    """
    parts = [f"# Import report{': ' + escape_markdown(study_name) if study_name else ''}",
             "The files themselves were not changed. Places read file › sheet › cell › sample."]
    parts += [_summary(datasets, further)] if datasets else ["No data set was read."]
    for dataset in datasets:
        parts.append(f"## {escape_markdown(dataset.name)} ({escape_markdown(dataset.role.replace('_', ' '))})")
        parts += [_table_words(table) for table in dataset.tables]
        parts += _findings(dataset.findings, "###") or ["Nothing was changed, dropped or guessed."]
    if further:
        parts.append("## Cohorts and analyses")
        parts += _findings(further, "###")
    return "\n\n".join(parts) + "\n"


def recipe_words(recipe: ImportRecipe) -> tuple[str, ...]:
    """How a table was read, one sentence per fact; says what was detected rather than stated."""
    words = []
    if recipe.kind not in ("", "table"):
        words.append(f"Format: {recipe.kind}.")
    if recipe.delimiter:
        words.append(f"Text file: columns parted by {DELIMITERS.get(recipe.delimiter, recipe.delimiter)}, decimal "
                     f"{'comma' if recipe.decimal == ',' else 'point'}"
                     + (f", thousands parted by “{recipe.thousands}”" if recipe.thousands else "")
                     + (f", encoding {recipe.encoding}." if recipe.encoding else "."))
    rows = list_words([str(row + 1) for row in recipe.header_rows])
    words.append(f"Header in row {rows}." if len(recipe.header_rows) == 1 else
                 f"Header in rows {rows}, joined by a blank." if recipe.header_rows else
                 "No header; columns are called A, B, …")
    words.append(f"Rows {recipe.first_row + 1} to {recipe.last_row + 1} hold the data."
                 if recipe.last_row >= recipe.first_row else "No row holds data.")
    named = f" (“{recipe.id_name}”)" if recipe.id_name else ""
    who = "gene" if recipe.samples == "columns" else "sample"
    words.append(f"Samples are {recipe.samples}; the {who} is named in column "
                 f"{column_letters(recipe.id_column)}{named}; values start in column "
                 f"{column_letters(recipe.first_value_column)}.")
    if recipe.annotation_columns:
        words.append(f"Read as annotation, not as samples: {_columns(recipe.annotation_columns)}.")
    if recipe.skipped_rows:
        words.append(f"Rows left out: {_rows(recipe.skipped_rows)}.")
    if recipe.skipped_columns:
        words.append(f"Columns left out: {_columns(recipe.skipped_columns)}.")
    if recipe.missing:
        words.append("Counted as missing: " + ", ".join(f"“{text}”" for text in recipe.missing) + ", and blank cells.")
    if recipe.scale is not None:
        words.append(f"Scale: {SCALES.get(str(recipe.scale), str(recipe.scale))}; measure: {recipe.measure}; several "
                     f"rows of one gene: {recipe.collapse}.")
    if recipe.detected:
        known = list(dict.fromkeys(DETECTED_WORDS.get(name, f"the {name.replace('_', ' ')}")
                                   for name in recipe.detected))
        words.append(f"Detected, not stated: {list_words(known)}.")
    return tuple(words)


def _summary(datasets: Sequence[ImportedDatasetWords], further: Sequence[Problem]) -> str:
    findings = [problem for dataset in datasets for problem in dataset.findings] + list(further)
    counts = [counted(sum(problem.severity == severity for problem in findings), word)
              for severity, word in ((Severity.PROBLEM, "problem"), (Severity.WARNING, "warning"),
                                     (Severity.NOTE, "note"))]
    return f"{counted(len(datasets), 'data set')}: {list_words(counts)}."


def _table_words(table: ImportedTableWords) -> str:
    place = escape_markdown(table.file) + (f" › {escape_markdown(table.sheet)}" if table.sheet else "")
    lines = [f"### {escape_markdown(table.part)}: {place}", ""]
    if table.counts:
        lines.append("- " + "; ".join(
            f"{escape_markdown(what)}: {count_words(count) if isinstance(count, int) else escape_markdown(str(count))}"
            for what, count in table.counts.items()))
    if table.recipe is not None:
        lines += [f"- {escape_markdown(sentence)}" for sentence in recipe_words(table.recipe)]
    if table.sha256:
        lines.append(f"- sha256 of the file: `{table.sha256}`")
    if table.changes:
        lines += ["", f"#### Every change in this table ({count_words(len(table.changes))})", "",
                  "| cell | stood there | read as | why |", "| --- | --- | --- | --- |"]
        lines += ["| " + " | ".join(_in_table(part) for part in change) + " |" for change in table.changes]
    return "\n".join(lines)


def _in_table(text: str) -> str:
    return " ".join(escape_markdown(text).split())


def _findings(findings: Sequence[Problem], heading: str) -> list[str]:
    """Findings by weight; equal ones once, with how often."""
    parts = []
    for severity, (title, meaning) in KINDS.items():
        lines: dict[str, int] = {}
        for problem in findings:
            if problem.severity == severity:
                line = _finding_line(problem)
                lines[line] = lines.get(line, 0) + 1
        if lines:
            parts.append(f"{heading} {title} ({count_words(sum(lines.values()))})\n\n{meaning}\n\n" + "\n".join(
                f"- {line}{f' ({times} times)' if times > 1 else ''}" for line, times in lines.items()))
    return parts


def _finding_line(problem: Problem) -> str:
    place = problem.where.words()
    text = f"**{escape_markdown(place)}**: " if place else ""
    text += _sentence(problem.what)
    text += f" {_sentence(problem.why)}" if problem.why else ""
    text += f" *What to do:* {_sentence(problem.remedy)}" if problem.remedy else ""
    return text + (f" Key: {escape_markdown(problem.answer_key)}." if problem.answer_key else "")


def _sentence(text: str) -> str:
    line = escape_markdown(text)
    return line if line.endswith((".", "?", "!", "”")) or not line else f"{line}."


def _columns(columns: Sequence[int]) -> str:
    return _runs(columns, column_letters)


def _rows(rows: Sequence[int]) -> str:
    return _runs(rows, lambda row: str(row + 1))


def _runs(numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """``A, C to F, 12``: neighbours joined."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(name(run[0]) if len(run) == 1 else f"{name(run[0])} to {name(run[-1])}" for run in runs)
