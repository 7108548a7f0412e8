"""The typed tables that analyses work on: expression, clinical columns, endpoints. Frozen, with scale and units.

Not for: reading files (importing.py) or choosing patients (cohort.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.problems import Location, Problem


class Scale(StrEnum):
    """What the numbers of an expression table are (contract §2). They are logged once, at import."""

    LOG2 = "log2"
    LINEAR = "linear"
    COUNTS = "counts"
    LOG10 = "log10"
    LOG_RATIO = "log ratio"
    Z = "z"
    SCORE = "score"
    CALLS = "calls"


class Missing(StrEnum):
    """Why a value is missing. Below and above a limit keep their limit in ``ClinicalColumn.limits``."""

    BLANK = "blank"
    NOT_AVAILABLE = "not available"
    NOT_DONE = "not done"
    BELOW_LIMIT = "below limit"
    ABOVE_LIMIT = "above limit"
    UNREADABLE = "unreadable"


MONTHS_IN: Mapping[str, float] = {"days": 12 / 365.25, "weeks": 84 / 365.25, "months": 1.0, "years": 12.0}
"""Months in one unit of follow-up, by the mean year of 365.25 days."""


@dataclass(frozen=True, eq=False)
class ExpressionMatrix:
    """Samples by genes.

    Parameters
    ----------
    values : ndarray of float, shape (n_samples, n_genes), read-only
        On the scale the analyses use: linear and counts were logged once at import; NaN where missing.
    samples, genes : tuple of str
        Unique. A gene is its approved symbol, or the name in the file where no symbol was found.
    scale : Scale
        The scale of the file, as declared or detected.
    measure : str
        "mRNA", "total" or "phospho".
    rows_of_gene : mapping of gene -> tuple of str
        The addresses (``C17``-like: the cell of the gene's name) that the gene's values came from.
    respelled : tuple of (name in the file, sample, file)
        Samples that another table of the data set spells otherwise (cell lines).
    other_rows : ndarray of float, shape (n_samples, n_rows), or None
        Measured rows that stand for no gene here, because their name is blank or could be several genes. They are no
        result of their own, but a moderated t learns from all rows of a table.
    """

    samples: tuple[str, ...]
    genes: tuple[str, ...]
    values: NDArray[np.float64]
    scale: Scale
    measure: str
    place: Location
    rows_of_gene: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    respelled: tuple[tuple[str, str, str], ...] = ()
    other_rows: NDArray[np.float64] | None = None

    def column(self, gene: str) -> NDArray[np.float64]:
        """One gene's values over all samples. Raises KeyError when the table lacks it."""
        return self.values[:, self.genes.index(gene)]

    def take(self, samples: Sequence[str], genes: Sequence[str]) -> NDArray[np.float64]:
        """Values of the named samples and genes, shape (len(samples), len(genes)); a copy."""
        row_of = {sample: row for row, sample in enumerate(self.samples)}
        column_of = {gene: column for column, gene in enumerate(self.genes)}
        rows = np.array([row_of[sample] for sample in samples], dtype=np.intp)
        columns = np.array([column_of[gene] for gene in genes], dtype=np.intp)
        return self.values[np.ix_(rows, columns)]


@dataclass(frozen=True, eq=False)
class ClinicalColumn:
    """One column of a clinical table, one entry per sample of the table.

    ``texts`` holds the trimmed text of the cell ("" where blank), ``numbers`` its value (NaN where it is no number),
    ``missing`` the reason where the value counts as missing, ``limits`` the limit where it is below or above one.
    """

    name: str
    texts: tuple[str, ...]
    numbers: NDArray[np.float64]
    missing: Mapping[int, Missing]
    cells: tuple[str, ...]
    place: Location
    limits: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ClinicalTable:
    """Clinical columns of the same samples, in one order, possibly joined from several files.

    ``respelled`` lists (name in the file, sample, file) of samples that another table spells otherwise (cell lines).
    """

    samples: tuple[str, ...]
    columns: Mapping[str, ClinicalColumn]
    place: Location
    respelled: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class EndpointRule:
    """An endpoint as the study file states it; every part is said by the user or proposed, never guessed in silence.

    ``competing_values``: another cause, after which the event can no longer happen (death of another disease).
    """

    name: str
    time: str
    unit: str
    event: str
    event_values: tuple[str | int | float | bool, ...]
    competing_values: tuple[str | int | float | bool, ...] = ()


@dataclass(frozen=True, eq=False)
class Endpoint:
    """Follow-up of the samples of a clinical table.

    ``time`` in ``unit`` (NaN where missing), ``event`` 1 happened, 0 censored, NaN unknown; shape (n_samples,).
    ``cause`` as ``event``, but 2 where another cause came first; None where the rule names none.
    ``doubts`` is what looks wrong about it (endpoint_checks.py).
    """

    rule: EndpointRule
    samples: tuple[str, ...]
    time: NDArray[np.float64]
    event: NDArray[np.float64]
    time_place: Location
    event_place: Location
    doubts: tuple[Problem, ...] = ()
    cause: NDArray[np.float64] | None = None

    @property
    def other_cause(self) -> NDArray[np.bool_]:
        """True for the samples in which another cause came first."""
        return np.zeros(len(self.samples), dtype=np.bool_) if self.cause is None else self.cause == 2

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def unit(self) -> str:
        return self.rule.unit

    def in_words(self) -> str:
        """How many had the event, how many were censored, and the median time, of those with both."""
        known = np.isfinite(self.time) & np.isfinite(self.event) & (self.time >= 0)
        happened, others = int((self.event[known] == 1).sum()), int(self.other_cause[known].sum())
        other = f"{others} with another cause, " if self.cause is not None else ""
        median = f"; median time {np.median(self.time[known]):.4g} {self.unit}" if known.any() else ""
        return f"{happened} with the event, {other}{int(known.sum()) - happened - others} censored{median}"
