"""Every number of the cell-line analysis, as the tables, pictures and words read them.

Not for: computing them (cell_lines_design.py chooses the lines, cell_lines_estimates.py does the statistics).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix
from core.problems import Problem

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

CONTINUOUS, GROUPS, PAIRS = "continuous", "groups", "pairs"
HIGH_RESISTANT, LOW_RESISTANT = "high is resistant", "low is resistant"


@dataclass(frozen=True)
class LinePair:
    """A parental line and its resistant derivatives, as places in ``CellLinesNumbers.lines``; one unit of the test."""

    parent: str
    parental: tuple[int, ...]
    resistant: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """The result without one line (``line``; a parent in a design of pairs), per receptor: what it would have been, its
    P and its P corrected for all receptors of the measure. Arrays are (g,)."""

    line: str
    statistic: Floats
    p: Floats
    p_maxt: Floats


@dataclass(frozen=True, eq=False)
class MeasureNumbers:
    """One measure ("mRNA", "total", "phospho") of all receptors.

    Parameters
    ----------
    values : (lines, g)
        On the scale of the analysis, ``unit`` says which; NaN where missing or where the table lacks the receptor.
    floor : (lines, g) bool
        Where a value is at or below the detection limit.
    floor_value : (g,)
        That limit; NaN where none was recognised.
    measured : (g,) bool
        Whether this table has the receptor.
    n : (g,)
        Lines with a value and a response (pairs: parents with both states).
    spearman, spearman_p, pearson, difference, difference_low, difference_high, p, q_bh, p_maxt : (g,)
        NaN where not defined by the design, or where ``why_no_p`` says why there is no P. Continuous: with the
        response turned so that + is "more in resistant lines". Groups and pairs: resistant minus sensitive (parental).
    changes : (pairs, g)
        Resistant minus parental, one row per pair; no rows in the other designs.
    replicates : int
        The most biological replicates (membranes) of one line; 1 where the table has one value per line.
    why_no_p : str
        The sentence that takes the place of the P ("one membrane: no P value"); "" where P are given.
    loo : tuple of LeaveOneOut
        Empty where it was switched off.
    level : (g,)
        What the interval of the difference reaches: few lines reach less than 95 %.
    detectable : (g,)
        Groups and pairs: the difference that is likely (80 %) to be found after correction; continuous: the |rho|.
    """

    measure: str
    matrix: ExpressionMatrix
    unit: str
    values: Floats
    floor: Bools
    floor_value: Floats
    measured: Bools
    n: Ints
    spearman: Floats
    spearman_p: Floats
    pearson: Floats
    difference: Floats
    difference_low: Floats
    difference_high: Floats
    p: Floats
    q_bh: Floats
    p_maxt: Floats
    changes: Floats
    detectable: Floats
    level: Floats
    permutations: int
    all_arrangements: bool
    smallest_p: float = float("nan")
    replicates: int = 1
    why_no_p: str = ""
    loo: tuple[LeaveOneOut, ...] = ()

    @property
    def statistic(self) -> Floats:
        """What is drawn and ranked: the difference, or rho where the response is continuous."""
        return self.difference if np.isfinite(self.difference).any() else self.spearman


@dataclass(frozen=True, eq=False)
class CellLinesNumbers:
    """The lines, their response and what every measure says.

    ``design`` is "continuous", "groups" or "pairs". ``lines`` are the analysed ones, derivatives of one parent already
    one line in the first two designs. ``response`` (lines,) is as stated (NaN in designs without one), ``resistance``
    (lines,) the same turned so that larger is more resistant; ``not_reached`` marks those above the highest dose (or
    below the lowest), whose value is the limit. ``resistant`` (lines,) holds True, False or None (no group).
    ``aliases`` lists (name in the file, line, file).
    """

    samples: SampleSet
    design: str
    lines: tuple[str, ...]
    receptors: tuple[str, ...]
    measures: tuple[MeasureNumbers, ...]
    response: Floats
    resistance: Floats
    not_reached: Bools
    response_name: str
    response_unit: str
    direction: str
    resistant: tuple[bool | None, ...]
    resistant_name: str = "resistant"
    sensitive_name: str = "sensitive"
    cut: float = float("nan")
    pairs: tuple[LinePair, ...] = ()
    within: str = ""
    strata: tuple[str, ...] = ()
    adjusted: tuple[str, ...] = ()
    merged: tuple[tuple[str, tuple[str, ...]], ...] = ()
    aliases: tuple[tuple[str, str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    shuffles_asked: int = 0
    warnings: tuple[Problem, ...] = field(default=())

    @property
    def n_units(self) -> int:
        """Lines, or parents in a design of pairs."""
        return len(self.pairs) if self.design == PAIRS else len(self.lines)

    @property
    def n_resistant(self) -> int:
        return sum(state is True for state in self.resistant)

    @property
    def n_sensitive(self) -> int:
        return sum(state is False for state in self.resistant)

    def measure(self, name: str) -> MeasureNumbers:
        """The measure of that name. Raises KeyError."""
        return {one.measure: one for one in self.measures}[name]
