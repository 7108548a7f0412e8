"""The picture of the activation analysis: a tile per patient and receptor, on, off, unknown or not measured.

Not for: how it looks (core/figures/switch_map.py).
"""

from __future__ import annotations

from core.analyses.activation_numbers import UNKNOWN, ActivationNumbers
from core.analyses.activation_words import answer, method_clause
from core.figures.number_words import counted, list_words
from core.figures.spec import FigureSpec
from core.figures.switch_map import state_map

MOST_UNKNOWN_ROWS = 5
"""Receptors unknown in everybody up to which each still has a row of its own."""


def draw_activation(numbers: ActivationNumbers, *, simulated: bool) -> tuple[FigureSpec, ...]:
    """The map of all receptors that some measure has."""
    return (activation_map(numbers, simulated=simulated),)


def patient_order(numbers: ActivationNumbers) -> list[int]:
    """Patients with the same receptors on beside each other, by the rows of the map; wholly unknown ones last."""
    rank = {1: 0, -1: 1, 0: 2}
    order = numbers.order
    known = (numbers.calls != UNKNOWN).any(axis=1)
    return sorted(range(len(numbers.patients)), key=lambda row: (
        not known[row], *(rank[int(numbers.calls[row, i])] for i in order), numbers.patients[row]))


def activation_map(numbers: ActivationNumbers, *, simulated: bool = False) -> FigureSpec:
    """A column per patient, a row per receptor, ERBB2 on top, totals at the right.

    Many receptors that are unknown in everybody would be a wall of question marks: they are named in the caption.
    """
    measured = [int(i) for i in numbers.order if numbers.measured[:, i].any()]
    absent = [numbers.receptors[i] for i in numbers.order if not numbers.measured[:, i].any()]
    unknown = _unknown_in_everybody(numbers, measured)
    drawn = [i for i in measured if i not in unknown]
    patients = patient_order(numbers)
    states = [[numbers.state(row, i) for row in patients] for i in drawn]
    texts = [[f"{numbers.receptors[i]}: {numbers.why[row][i]}" for row in patients] for i in drawn]
    total = len(numbers.patients)
    totals = [_total(numbers, i) for i in drawn]
    what = f"{counted(len(drawn), 'receptor')} in {counted(total, 'patient')}"
    said = answer(numbers)
    missing = "" if not absent else f" Not drawn, as no measure has a value: {list_words(absent)}."
    if unknown:
        missing += f" Not drawn, as unknown in every patient: {list_words([numbers.receptors[i] for i in unknown])}."
    remark = f"{_set_words(numbers)}, {counted(total, 'patient')}; {_method(numbers)}"
    if unknown:
        remark += f"; {counted(len(unknown), 'receptor')} unknown in everybody not drawn"
    return state_map(
        [numbers.receptors[i] for i in drawn], [numbers.patients[row] for row in patients], states, totals,
        name="activation_map", title="Receptors that are on", what=what, alt_words=f"{said.sentence}",
        caption=(f"Calls of {what}, a column per patient, ERBB2 on top, then by the number of patients in whom a "
                 f"receptor is on. {method_clause(numbers)} “?”: unknown; dashed: not measured. Totals are patients in "
                 f"whom it is on, of those in whom it is known. No test was made.{missing}"),
        texts=texts, remark=remark,
        badge="Simulated data" if simulated else "")


def _unknown_in_everybody(numbers: ActivationNumbers, measured: list[int]) -> list[int]:
    """The receptors of which no call is known, ERBB2 apart; none where they are few or all that there is."""
    found = [i for i in measured if not numbers.on[i] + numbers.off[i] and numbers.receptors[i] != "ERBB2"]
    return found if MOST_UNKNOWN_ROWS < len(found) < len(measured) else []


def _total(numbers: ActivationNumbers, i: int) -> str:
    known = int(numbers.on[i] + numbers.off[i])
    return f"{int(numbers.on[i])} of {known}" if known else "unknown"


def _method(numbers: ActivationNumbers) -> str:
    if numbers.method == "consensus":
        return f"two of {list_words([each.measure for each in numbers.measures])} agree"
    return f"{numbers.measures[0].measure}, {numbers.measures[0].rule}"


def _set_words(numbers: ActivationNumbers) -> str:
    return "All samples" if numbers.samples.name == "all" else f"Cohort “{numbers.samples.name}”"
