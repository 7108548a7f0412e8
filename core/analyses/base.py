"""What every analysis is made of: its facts, its parameters, what it is given and what it returns.

Not for: any one question; each has a module of its own beside this one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from core.analyses.locked_score import Lock
from core.compute.compute import Compute
from core.data.patients.cohort import Cohort
from core.data.patients.sample_set import SampleSet
from core.figures.spec import FigureSpec
from core.problems import Problem


@dataclass(frozen=True)
class Info:
    """Facts about an analysis. ``kind`` is its name in the study file.

    ``needs`` is "outcome" where its patients need follow-up (it is given ``Inputs``) and "samples" where they do not
    (``SampleInputs``); ``roles`` are those of the data sets that it can use, the one that it is meant for first.
    """

    kind: str
    title: str
    question: str
    reference: str
    needs: str = "outcome"
    roles: tuple[str, ...] = ("cohort",)


def parameter(default: Any, *, label: str, help: str, unit: str = "", low: float | None = None,
              high: float | None = None, choices: Sequence[str] = (), receptors: bool = False,
              unset: str = "") -> Any:
    """A field of a Parameters dataclass; the form, the checks, the study file and the methods all read it.

    ``unset`` is what a form shows for 0, an empty text or an empty list, where that is no value but a choice not made:
    "Automatic", "None".
    """
    facts = {"label": label, "help": help, "unit": unit, "low": low, "high": high, "choices": tuple(choices),
             "receptors": receptors, "unset": unset}
    if isinstance(default, (list, dict)):
        raise TypeError("defaults are immutable: use a tuple")
    return field(default=default, metadata=facts)


@dataclass(frozen=True, eq=False)
class Inputs:
    """What an analysis of a cohort is given: the evaluated cohort with its expression and outcome.

    ``cohorts`` are the further ones that it names, ``found_in`` those in which what it tests was found. ``results``
    are of the analyses that it needs; while settings are only checked those in ``awaits`` are not there yet.
    ``compute`` is what long work is spread with; None: this machine, as fits.
    """

    cohort: Cohort
    study_name: str
    analysis_name: str
    simulated: bool = False
    cohorts: tuple[Cohort, ...] = ()
    found_in: tuple[Cohort, ...] = ()
    locks: tuple[Lock, ...] = ()
    results: Mapping[str, Result] = field(default_factory=dict)
    awaits: tuple[str, ...] = ()
    compute: Compute | None = None


@dataclass(frozen=True, eq=False)
class SampleInputs:
    """What an analysis without follow-up is given: the evaluated samples with their tables."""

    samples: SampleSet
    study_name: str
    analysis_name: str
    simulated: bool = False
    compute: Compute | None = None

    @property
    def cohort(self) -> SampleSet:
        """The samples, under the name that ``Inputs`` has for its patients."""
        return self.samples

    @property
    def cohorts(self) -> tuple[SampleSet, ...]:
        """No further ones."""
        return ()


@dataclass(frozen=True, eq=False)
class ResultTable:
    """A table of results: columns in the order of the contract, all of one length.

    Values are str, bool, int or float; NaN and None both mean "not defined" and are written as empty cells.
    ``describe`` says what each column is, in words, for the workbook.
    """

    name: str
    columns: Mapping[str, Sequence[Any] | NDArray[Any]]
    title: str = ""
    describe: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __post_init__(self) -> None:
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of {self.name} differ in length: {lengths}")


@dataclass(frozen=True)
class TriedTest:
    """One thing that a user asked to be tried, for the ledger; equal ``words`` on the same data are one trial."""

    words: str
    paid: int
    not_paid: int


@dataclass(frozen=True, eq=False)
class Result:
    """What an analysis gives back: numbers, pictures, words. ``tried`` where it is made of separate requests.

    ``numbers`` is for pictures drawn on demand in the window; it is never exported.
    """

    info: Info
    name: str
    tables: tuple[ResultTable, ...]
    figures: tuple[FigureSpec, ...]
    findings: tuple[str, ...]
    methods: str
    warnings: tuple[Problem, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tests_paid_for: int = 0
    tests_not_paid_for: int = 0
    numbers: object | None = None
    tried: tuple[TriedTest, ...] = ()

    def table(self, name: str) -> ResultTable:
        """The table of that name. Raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


def parameter_facts(parameters: type[Any]) -> Mapping[str, Mapping[str, Any]]:
    """Field name -> label, help, unit, limits, choices of a Parameters dataclass."""
    return {item.name: item.metadata for item in dataclasses.fields(parameters)}
