"""What the analysis of biopsy pairs computes, as its tables, words, pictures and page read it.

Not for: computing it (paired_biopsies_compute.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.data.patients.pairs import PairedSamples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Problem
from core.statistics.risk_sets import Bools, Floats, Ints

if TYPE_CHECKING:
    from core.analyses.biopsy_audit import AuditLight, BiopsyAudit
    from core.analyses.paired_biopsies_parameters import Parameters

UP, UNCHANGED, DOWN, NOT_MEASURED = 1, 0, -1, -2
"""Values of ``PairedNumbers.calls``."""

CALL_WORDS: Mapping[int, str] = {UP: "up", UNCHANGED: "unchanged", DOWN: "down", NOT_MEASURED: "not measured"}

HOLDS = 0.05
FEWEST_FOR_INTERVAL = 6
"""Pairs from which on the bootstrap interval of a median is given (contract §4)."""


@dataclass(frozen=True)
class SwitchRule:
    """When a receptor counts as switched in one patient: a change of ``rise`` at least, ending at or above ``floor``.

    ``floor`` is None where there is none; ``words`` say the rule.
    """

    rise: float
    floor: float | None
    words: str


@dataclass(frozen=True, eq=False)
class Interaction:
    """Change of responders against change of the others, per receptor; arrays of shape (g,).

    ``difference`` is the mean change of responders minus that of the others; ``p`` counts the ways to deal out who
    responded (all of them, or ``permutations`` drawn), ``p_maxt`` is step-down over the receptors.
    """

    column: str
    responding: str
    n_responders: Ints
    n_others: Ints
    change_responders: Floats
    change_others: Floats
    difference: Floats
    low: Floats
    high: Floats
    t: Floats
    p: Floats
    q_bh: Floats
    p_maxt: Floats
    permutations: int
    exact: bool
    smallest_p: float


@dataclass(frozen=True, eq=False)
class SubsetScore:
    """One pre-specified score, the mean change of its receptors in each pair: one test, nothing to correct for.

    ``change`` has shape (m,), NaN where a pair lacks one of the receptors.
    """

    receptors: tuple[str, ...]
    change: Floats
    n_pairs: int
    mean: float
    mean_low: float
    mean_high: float
    median: float
    median_low: float
    median_high: float
    t: float
    p_t: float
    p_flips: float
    p_wilcoxon: float
    up: int
    down: int
    flips: int
    exact: bool
    smallest_p: float


@dataclass(frozen=True, eq=False)
class Positivity:
    """Who was positive before and after by a cut on the values, per receptor; arrays of shape (g,).

    ``gained`` negative to positive, ``lost`` positive to negative; ``p`` is McNemar's exact,
    ``p_holm`` corrected for all receptors.
    """

    cut: float
    kept: Ints
    gained: Ints
    lost: Ints
    never: Ints
    p: Floats
    p_holm: Floats


@dataclass(frozen=True, eq=False)
class PairedNumbers:
    """All numbers of one analysis; m pairs, g receptors.

    Parameters
    ----------
    before, after, change : ndarray, shape (m, g)
        ``change`` is after minus before, NaN where one of the two is missing.
    calls : ndarray of int8, shape (m, g)
        UP, UNCHANGED, DOWN or NOT_MEASURED, by ``switch``.
    n_pairs, mean_change, …, p_maxt, up, down : ndarray, shape (g,)
        The columns of the contract's table. ``up`` and ``down`` count pairs with a change above and below 0;
        ``switched_up`` and ``switched_down`` those that reach the switch rule.
    mean_low, mean_high, hodges_lehmann, sd : ndarray, shape (g,)
        t interval of the mean change, median of all averages of two changes, SD of the changes.
    p_flips, zeros : ndarray, shape (g,)
        P of one receptor alone by the flips, and pairs without any change.
    detectable : ndarray, shape (g,)
        Mean change seen in 4 of 5 studies like this one after correction for all receptors; infinite where flips of
        so few pairs cannot reach a corrected P below 0.05.
    smallest_p : float
        The smallest corrected P that flipping so many pairs can give: 2 / 2^m where all flips are taken.
    pairs_needed : int
        Pairs from which on flips can give a corrected P below 0.05 at all.
    prior_df, prior_s2, prior_rows
        The moderated t's prior and the number of rows that it was fitted on.
    lights, her2_after
        Of the audit; her2_after by patient: "kept", "lost", "gained" or "unknown".
    p_withheld : str
        Why no P is given, empty where they are.
    responders : tuple, one per pair
        True, False, or None where it is not known (all None without the parameter responders).
    holds_without_lost : tuple of str or None
        Receptors that hold without the patients who lost HER2; None where nobody did.
    """

    samples: SampleSet
    matrix: ExpressionMatrix
    pairs: PairedSamples
    parameters: Parameters
    receptors: tuple[str, ...]
    before: Floats
    after: Floats
    change: Floats
    calls: NDArray[np.int8]
    switch: SwitchRule
    n_pairs: Ints
    mean_change: Floats
    median_change: Floats
    change_low: Floats
    change_high: Floats
    t: Floats
    p_t: Floats
    moderated_t: Floats
    p_moderated: Floats
    w: Floats
    p_wilcoxon: Floats
    q_bh: Floats
    p_maxt: Floats
    up: Ints
    down: Ints
    mean_low: Floats
    mean_high: Floats
    hodges_lehmann: Floats
    sd: Floats
    p_flips: Floats
    zeros: Ints
    switched_up: Ints
    switched_down: Ints
    detectable: Floats
    flips: int
    flips_exact: bool
    smallest_p: float
    pairs_needed: int
    prior_df: float
    prior_s2: float
    prior_rows: int
    responders: tuple[bool | None, ...]
    interaction: Interaction | None = None
    score: SubsetScore | None = None
    positivity: Positivity | None = None
    audit: BiopsyAudit | None = None
    p_withheld: str = ""
    holds_without_lost: tuple[str, ...] | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def patients(self) -> tuple[str, ...]:
        """One name per pair, in the order of the rows."""
        return self.pairs.patients

    @property
    def m(self) -> int:
        """How many pairs there are."""
        return len(self.pairs.pairs)

    @property
    def lights(self) -> tuple[AuditLight, ...]:
        """The confounder audit's lights; none where it was not run."""
        return () if self.audit is None else self.audit.lights

    @property
    def her2_after(self) -> Mapping[str, str]:
        return {} if self.audit is None else self.audit.her2_after

    @property
    def holds(self) -> Bools:
        """Receptors whose corrected P is below 0.05, shape (g,)."""
        return np.asarray(np.nan_to_num(self.p_maxt, nan=1.0) < HOLDS)

    @property
    def is_score(self) -> bool:
        """True for H-scores and the like, whose P for q_bh is Wilcoxon's."""
        return self.matrix.scale is Scale.SCORE

    @property
    def unit(self) -> str:
        """What a change is counted in: "log2", "SD", "points"."""
        return {Scale.Z: "SD", Scale.SCORE: "points", Scale.CALLS: "calls"}.get(self.matrix.scale, "log2")

    @property
    def order(self) -> Ints:
        """Receptors by what is shown first: corrected P, then |t|, then |median change|, then the name."""
        def place(i: int) -> tuple[float, float, float, str]:
            return (float(np.nan_to_num(self.p_maxt[i], nan=2.0)), -float(np.nan_to_num(abs(self.t[i]), nan=-1.0)),
                    -float(np.nan_to_num(abs(self.median_change[i]), nan=-1.0)), self.receptors[i])

        return np.array(sorted(range(len(self.receptors)), key=place), dtype=np.intp)
