"""What each tested cohort says beside the hazard ratio: added value over clinical columns, and competing causes.

Not for: the search cohort, in which every such number flatters the score; or for computing (added_value.py,
competing_risks.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.analyses.added_value import AddedValue, added_value
from core.analyses.base import ResultTable, TriedTest
from core.analyses.competing_risks import CompetingRisks, competing_risks
from core.analyses.locked_score import LockedScore
from core.data.patients.cohort import Cohort
from core.figures.number_words import list_words
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.problems import Problem, Severity, UserError, warning


@dataclass(frozen=True, eq=False)
class Beside:
    """One cohort; None where there is nothing to say. ``warnings``: why named clinical columns are not used."""

    cohort: Cohort
    added: AddedValue | None
    causes: CompetingRisks | None
    warnings: tuple[Problem, ...] = ()

    @property
    def parts(self) -> tuple[AddedValue | CompetingRisks, ...]:
        return tuple(part for part in (self.added, self.causes) if part is not None)


def beside(cohort: Cohort, score: LockedScore, clinical: Sequence[str], resamples: int, seed: int,
           job: JobContext) -> Beside:
    """Added value and competing causes of a score in one cohort.

    Of the clinical columns that are named, those that the cohort has; without names, those that are found. Columns
    that cannot be used stop nothing: they are warned of.
    """
    there = [name for name in clinical if name in cohort.clinical.columns]
    warnings: list[Problem] = []
    if absent := [name for name in clinical if name not in there]:
        warnings.append(warning(
            "no_clinical_column", f"the cohort “{cohort.name}” has no column {list_words(absent)}",
            cohort.clinical.place, why="What the score adds to it cannot be said there.",
            remedy="name the columns of each cohort, or leave clinical empty to have them found",
            answer_key="clinical"))
    added = None
    try:
        added = added_value(cohort, score.rows, score.values, job.part(0.0, 0.8),
                            clinical=there if clinical else None, resamples=resamples, seed=seed)
    except UserError as error:
        warnings += [replace(problem, severity=Severity.WARNING, answer_key="clinical") for problem in error.problems]
    causes = competing_risks(cohort, score.rows, score.values, score.high, job.part(0.8, 1.0))
    return Beside(cohort, added, causes, tuple(warnings))


def beside_tables(each: Sequence[Beside]) -> tuple[ResultTable, ...]:
    """The tables of all cohorts, those of one name as one, the cohort in front."""
    found: dict[str, list[tuple[str, ResultTable]]] = {}
    for one in each:
        for part in one.parts:
            for table in part.tables():
                found.setdefault(table.name, []).append((one.cohort.name, table))
    return tuple(_joined(parts) for parts in found.values())


def _joined(parts: Sequence[tuple[str, ResultTable]]) -> ResultTable:
    first = parts[0][1]
    columns: dict[str, list[Any]] = {"cohort": [name for name, table in parts for _ in range(table.n_rows)]}
    for column in first.columns:
        columns[column] = [value.item() if isinstance(value, np.generic) else value
                           for _, table in parts for value in table.columns[column]]
    return ResultTable(first.name, columns, first.title, {"cohort": "Name of the cohort", **first.describe})


def beside_figures(each: Sequence[Beside], badge: str) -> tuple[FigureSpec, ...]:
    """Calibration, shape and cumulative incidence of every cohort, the cohort in the file's name."""
    return tuple(replace(figure, name=f"{figure.name}_{one.cohort.name}") for one in each for part in one.parts
                 for figure in part.figures(badge=badge))


def beside_words(each: Sequence[Beside]) -> list[str]:
    """The sentences of every cohort, with its name in front."""
    return [f"{one.cohort.name}: {sentence}" for one in each for part in one.parts for sentence in part.words()]


def beside_methods(each: Sequence[Beside]) -> list[str]:
    """Each method once, however many cohorts it was used in."""
    return list(dict.fromkeys(part.methods() for one in each for part in one.parts))


def beside_tried(each: Sequence[Beside]) -> tuple[TriedTest, ...]:
    """The tests that nothing pays for: one likelihood ratio, and those of the causes, in each cohort."""
    tried = []
    for one in each:
        if one.added is not None and one.added.test is not None:
            tried.append(TriedTest(f"added value over {list_words([factor.column for factor in one.added.factors])} in "
                                   f"{one.cohort.name}", 0, 1))
        if one.causes is not None:
            tests = sum(table.n_rows for table in one.causes.tables() if table.name == "competing_risks")
            tried.append(TriedTest(f"competing causes in {one.cohort.name}", 0, tests))
    return tuple(tried)
