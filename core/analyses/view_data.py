"""What all views are made from: patients with outcome, expression of the receptors; and what each view gives back.

Not for: any one view; each has a module of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.analyses.base import ResultTable, TriedTest
from core.analyses.prognosis_numbers import PrognosisNumbers
from core.analyses.prognosis_pictures import event_words
from core.analyses.receptors import choose_receptors
from core.data.patients.cohort import Cohort
from core.data.tables import ExpressionMatrix
from core.figures.spec import FigureSpec
from core.problems import Problem

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ViewData:
    """Patients of the cohort and their expression.

    Parameters
    ----------
    receptors : tuple of str
        All that tests are corrected for: those of the parameter, and after them further genes that a request names.
    n_listed : int
        How many of them the parameter lists; maps show these.
    expression : ndarray, shape (n_patients, n_receptors), NaN where missing
    """

    cohort: Cohort
    matrix: ExpressionMatrix
    patients: tuple[str, ...]
    receptors: tuple[str, ...]
    n_listed: int
    time: FloatArray
    event: NDArray[np.bool_]
    expression: FloatArray
    permutations: int
    seed: int
    simulated: bool = False
    warnings: tuple[Problem, ...] = ()

    def values(self, receptor: str) -> FloatArray:
        """Expression of one receptor, (n_patients,)."""
        return self.expression[:, self.receptors.index(receptor)]

    @property
    def badge(self) -> str:
        return "Simulated data" if self.simulated else ""

    @property
    def cohort_words(self) -> str:
        return f"Cohort “{self.cohort.name}”"

    @property
    def endpoint(self) -> str:
        return self.cohort.endpoint.name

    @property
    def event_words(self) -> str:
        return event_words(self.endpoint)

    @property
    def value_words(self) -> str:
        """``mRNA expression (log2)``."""
        return f"{self.matrix.measure} expression ({self.matrix.scale})"


@dataclass(frozen=True, eq=False)
class View:
    """What one kind of view adds to the result."""

    tables: tuple[ResultTable, ...] = ()
    figures: tuple[FigureSpec, ...] = ()
    findings: tuple[str, ...] = ()
    methods: str = ""
    warnings: tuple[Problem, ...] = field(default=())
    paid: int = 0
    not_paid: int = 0
    tried: tuple[TriedTest, ...] = ()


def view_data(cohort: Cohort, wanted: str | Sequence[str], named: Sequence[str], *, permutations: int, seed: int,
              simulated: bool = False) -> ViewData:
    """The data of a cohort for the receptors wanted, and the genes ``named`` besides (as the table spells them).

    Raises
    ------
    UserError
        "no_receptors".
    """
    matrix = cohort.expression[0]
    listed, warnings = choose_receptors(matrix, wanted)
    receptors = tuple(dict.fromkeys([*listed, *named]))
    return ViewData(cohort, matrix, cohort.patients, receptors, len(listed), cohort.time, cohort.event,
                    matrix.take(cohort.patients, receptors), permutations, seed, simulated, warnings)


def view_data_of(numbers: PrognosisNumbers, *, simulated: bool = False) -> ViewData:
    """The same from a finished prognosis analysis, for pictures on demand."""
    return ViewData(numbers.cohort, numbers.matrix, numbers.patients, numbers.receptors, len(numbers.receptors),
                    numbers.time, numbers.event, numbers.expression, numbers.parameters.permutations,
                    numbers.parameters.seed, simulated)


def z_scores(values: FloatArray) -> FloatArray:
    """z within the patients that have a value, n - 1; NaN for a constant one."""
    known = np.isfinite(values)
    if known.sum() < 2 or np.ptp(values[known]) == 0:
        return np.full(len(values), np.nan)
    scored: FloatArray = (values - values[known].mean()) / values[known].std(ddof=1)
    return scored
