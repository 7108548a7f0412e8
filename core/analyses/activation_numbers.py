"""What the activation analysis computes: a call per patient and receptor, and the evidence behind it.

Not for: computing it (activation_compute.py), the words or the pictures made of it. The target search reads these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.rtk_response_numbers import LeftOut
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix
from core.problems import Problem

if TYPE_CHECKING:
    from core.analyses.activation_parameters import Parameters

FloatArray = NDArray[np.float64]
Calls = NDArray[np.int8]

ON, OFF, UNKNOWN = 1, 0, -1
STATE_NAMES = {ON: "on", OFF: "off", UNKNOWN: "unknown"}


@dataclass(frozen=True, eq=False)
class MeasureCalls:
    """One measure's own calls; arrays are (n_patients, n_receptors), thresholds (n_receptors,).

    ``value`` is what was compared with the thresholds (the expression, a robust z, a change), NaN where
    there is none; ``threshold`` the value above which a receptor counts as on (a fold: from which on),
    ``threshold_off`` that up to which it counts as off (the same where a rule has one). ``why_not`` says
    per receptor why it has no calls, empty where it has.
    """

    measure: str
    matrix: ExpressionMatrix
    rule: str
    expression: FloatArray
    value: FloatArray
    states: Calls
    threshold: FloatArray
    threshold_off: FloatArray
    why_not: tuple[str, ...]
    why: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class ActivationNumbers:
    """Calls, the evidence behind them and how firm they are.

    Parameters
    ----------
    patients, sample_names : tuple of str
        The patient of each row of ``calls``, and the sample that was called for it.
    calls : int8, shape (n_patients, n_receptors)
        1 on, 0 off, -1 unknown.
    measured : bool, same shape
        False where no measure has a value: such a call is unknown because nothing was measured.
    why : tuple of tuple of str
        Per patient and receptor the evidence of the call in words.
    measures : tuple of MeasureCalls
        What each measure says by itself.
    changed : bool, same shape
        Calls that turn when the thresholds are moved up or down by a tenth of an SD.
    jitter : float, shape (n_receptors,)
        Share of a receptor's known calls that turn; NaN where it has none, or where calls were given as they are.
    """

    samples: SampleSet
    parameters: Parameters
    method: str
    patients: tuple[str, ...]
    sample_names: tuple[str, ...]
    receptors: tuple[str, ...]
    calls: Calls
    measured: NDArray[np.bool_]
    why: tuple[tuple[str, ...], ...]
    measures: tuple[MeasureCalls, ...]
    changed: NDArray[np.bool_]
    jitter: FloatArray
    left_out: tuple[LeftOut, ...]
    other_time: int
    n_reference: int
    warnings: tuple[Problem, ...]

    @property
    def on(self) -> NDArray[np.int64]:
        """Patients in whom each receptor is on."""
        return self._count(ON)

    @property
    def off(self) -> NDArray[np.int64]:
        return self._count(OFF)

    @property
    def unknown(self) -> NDArray[np.int64]:
        return self._count(UNKNOWN)

    def _count(self, state: int) -> NDArray[np.int64]:
        return np.asarray((self.calls == state).sum(axis=0), dtype=np.int64)

    @property
    def order(self) -> NDArray[np.intp]:
        """ERBB2 first, then from the receptor on in most patients to those known in none; equal ones by name."""
        on, known, names = self.on, self.on + self.off, self.receptors
        return np.array(sorted(range(len(names)),
                               key=lambda i: (names[i] != "ERBB2", not known[i], -int(on[i]), names[i])),
                        dtype=np.intp)

    def state(self, patient: int, receptor: int) -> str:
        """on, off, unknown, or "not measured" where no measure has a value."""
        if not self.measured[patient, receptor] and self.calls[patient, receptor] == UNKNOWN:
            return "not measured"
        return STATE_NAMES[int(self.calls[patient, receptor])]
