"""What the response analysis computes, as arrays over receptors: models, AUC, corrected P.

Not for: computing them (rtk_response_compute.py), the words or the pictures made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix
from core.problems import Problem

if TYPE_CHECKING:
    from core.analyses.rtk_response_parameters import Parameters

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class LeftOut:
    """A sample that was not analysed: why, and the cell that says so (empty where none does)."""

    sample: str
    reason: str
    cell: str = ""


@dataclass(frozen=True, eq=False)
class ResponseRows:
    """The logistic model per receptor, per SD; arrays of shape (n_receptors,), NaN where there is no answer.

    ``low`` and ``high`` are profile-likelihood limits of the log odds ratio and may be infinite; ``separated`` marks
    receptors whose values tell responders from the others without error, so that no finite odds ratio exists.
    """

    coef: FloatArray
    se: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    p_wald: FloatArray
    separated: NDArray[np.bool_]
    firth: FloatArray
    firth_low: FloatArray
    firth_high: FloatArray
    firth_p: FloatArray
    auc: FloatArray
    auc_low: FloatArray
    auc_high: FloatArray

    @property
    def odds_ratio(self) -> FloatArray:
        ratio: FloatArray = np.exp(self.coef)
        return ratio

    @property
    def interval(self) -> tuple[FloatArray, FloatArray]:
        """95 % profile-likelihood limits of the odds ratio; NaN where a limit does not exist."""
        low, high = (np.where(np.isfinite(limit), np.exp(limit), np.nan) for limit in (self.low, self.high))
        return low, high


@dataclass(frozen=True, eq=False)
class ResponseNumbers:
    """Everything the tables, pictures and words of the response analysis are made of.

    ``positive`` says who responded, ``patients`` who they are (the patient where the data set names one, else the
    sample), ``expression`` is (n, g) with NaN where missing. ``before_only`` is how many samples of another time
    point were left out because a response is foretold from the sample before treatment.
    """

    samples: SampleSet
    parameters: Parameters
    matrix: ExpressionMatrix
    sample_names: tuple[str, ...]
    patients: tuple[str, ...]
    receptors: tuple[str, ...]
    response: str
    positive_words: str
    negative_words: str
    positive: NDArray[np.bool_]
    expression: FloatArray
    adjusted: tuple[str, ...]
    n: NDArray[np.int64]
    n_positive: NDArray[np.int64]
    fit: ResponseRows
    q_bh: FloatArray
    p_maxt: FloatArray
    score_z: FloatArray
    not_converged: int
    detectable_or: float
    left_out: tuple[LeftOut, ...]
    before_only: int
    warnings: tuple[Problem, ...]

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Corrected P below 0.05."""
        return np.nan_to_num(self.p_maxt, nan=1.0) < 0.05

    @property
    def direction(self) -> FloatArray:
        """Positive where high goes with response: the coefficient, or the score z where it has no finite one."""
        return np.where(np.isfinite(self.fit.coef), self.fit.coef, self.score_z)

    @property
    def order(self) -> NDArray[np.intp]:
        """Receptors from the strongest to the weakest |score z|; those without an answer last, by name."""
        strength = np.nan_to_num(np.abs(self.score_z), nan=-1.0)
        return np.array(sorted(range(len(self.receptors)), key=lambda i: (-strength[i], self.receptors[i])),
                        dtype=np.intp)
