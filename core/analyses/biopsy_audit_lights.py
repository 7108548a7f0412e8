"""A light of the confounder audit: its state, its words, and the table of the analysis behind it.

Not for: judging anything; each question has a module of its own (biopsy_audit_*.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.base import ResultTable
from core.data.patients.pairs import PairedSamples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Problem

FloatArray = NDArray[np.float64]
GREEN, AMBER, RED, GREY = "green", "amber", "red", "grey"
FEWEST_PAIRS = 6
"""Below this many pairs a light that finds nothing stays grey: nothing could have been found."""
UNITS: Mapping[Scale, str] = {Scale.LOG2: "log2", Scale.LINEAR: "log2", Scale.COUNTS: "log2", Scale.LOG10: "log10",
                              Scale.LOG_RATIO: "log ratio", Scale.Z: "SD", Scale.SCORE: "points", Scale.CALLS: "calls"}
LEVEL_SCALES = (Scale.LOG2, Scale.LINEAR, Scale.COUNTS)
"""Scales on which two genes of one sample can be compared: they hold levels, in log2."""


@dataclass(frozen=True, eq=False)
class AuditLight:
    """One light: ``words`` for its chip, one or two sentences, the table behind it; a problem where it must stop."""

    key: str
    state: str
    words: str
    sentence: str
    table: ResultTable
    problem: Problem | None = None


@dataclass(frozen=True, eq=False)
class AuditedPairs:
    """What the lights look at: the pairs, the table that the analysis tests, and one with marker genes (or None).

    ``change`` is after minus before of the receptors, shape (n_pairs, n_receptors).
    """

    samples: SampleSet
    pairs: PairedSamples
    matrix: ExpressionMatrix
    markers: ExpressionMatrix | None
    receptors: tuple[str, ...]
    before: FloatArray
    after: FloatArray

    @property
    def change(self) -> FloatArray:
        return self.after - self.before

    @property
    def n_pairs(self) -> int:
        return len(self.pairs.pairs)

    @property
    def unit(self) -> str:
        return UNITS[self.matrix.scale]

    def both(self, matrix: ExpressionMatrix, genes: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        """Values before and after of some genes of a table, NaN for a sample that the table lacks."""
        row_of = {sample: row for row, sample in enumerate(matrix.samples)}
        at = [matrix.genes.index(gene) for gene in genes]
        found = []
        for names in ([pair.before for pair in self.pairs.pairs], [pair.after for pair in self.pairs.pairs]):
            values = np.full((len(names), len(at)), np.nan)
            for place, name in enumerate(names):
                if name in row_of:
                    values[place] = matrix.values[row_of[name], at]
            found.append(values)
        return found[0], found[1]


def not_judged(key: str, words: str, sentence: str, looked_for: Sequence[str]) -> AuditLight:
    """A grey light, with what was looked for behind it."""
    table = ResultTable(f"audit_{key}", {"looked_for": list(looked_for)}, "What was looked for and is not there",
                        {"looked_for": "Column or gene that would have answered it"})
    return AuditLight(key, GREY, words, sentence, table)
