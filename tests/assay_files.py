"""Small assay tables as labs keep them, written on the fly, and a data set read from them headless.

Not for: checking anything; the tests of IHC, arrays, blots and plates do that.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from core.data.dataset import Dataset
from core.data.load_dataset import FileShelf, load_dataset
from core.jobs import JobContext
from core.problems import Problem
from core.project.study_file import read_study

Row = Sequence[object]


def workbook(path: Path, sheets: dict[str, Sequence[Row]]) -> Path:
    """An xlsx with the given sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def load(folder: Path, keys: str, role: str = "biopsies") -> Dataset:
    """The data set of a study file with these keys, read."""
    text = f'format = 1\nname = "Lab"\n\n[[dataset]]\nname = "lab"\nrole = "{role}"\n{keys}\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return load_dataset(read_study(folder / "study.toml").datasets[0], FileShelf(), JobContext())


def value(dataset: Dataset, sample: str, gene: str, measure: str = "") -> float:
    """One value of the (only, or named) measure."""
    matrix = next(each for each in dataset.expression if measure in ("", each.measure))
    return float(matrix.take([sample], [gene])[0, 0])


def said(dataset: Dataset, code: str) -> Problem:
    """The one finding or problem of that code."""
    found = [problem for problem in (*dataset.unusable, *dataset.findings) if problem.code == code]
    assert len(found) == 1, [problem.line() for problem in (*dataset.unusable, *dataset.findings)]
    return found[0]


def codes(dataset: Dataset) -> set[str]:
    """The codes of everything that was said."""
    return {problem.code for problem in (*dataset.unusable, *dataset.findings)}


def fates(dataset: Dataset) -> dict[str, str]:
    """cell -> what became of it, from the import report."""
    return {change.cell: change.reason for table in dataset.tables for change in table.changes}
