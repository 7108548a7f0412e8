"""What a finished analysis says for a plan: its SD, its receptors, how many pairs, lines or events there are.

Not for: the effect to plan for. What was seen is never proposed as what would matter.
"""

from __future__ import annotations

from dataclasses import replace

from core.analyses.base import Result
from core.analyses.biopsy_audit_lights import UNITS
from core.analyses.cell_lines_numbers import CONTINUOUS, PAIRS, CellLinesNumbers
from core.analyses.paired_biopsies_numbers import PairedNumbers
from core.analyses.planner import PlannerQuestion, question_of_events, question_of_lines, question_of_pairs
from core.analyses.prognosis_numbers import PrognosisNumbers
from core.analyses.subset_numbers import SubsetNumbers


def pilot_question(result: Result) -> PlannerQuestion | None:
    """The question that a result can serve as a pilot for; None where it is of another kind."""
    numbers = result.numbers
    if isinstance(numbers, PairedNumbers):
        return replace(question_of_pairs(numbers.change, UNITS[numbers.matrix.scale]),
                       simulated=numbers.samples.spec.simulated)
    if isinstance(numbers, CellLinesNumbers) and numbers.measures:
        first = numbers.measures[0]
        if numbers.design == PAIRS:
            return replace(question_of_pairs(first.changes[:, first.measured], first.unit),
                           simulated=numbers.samples.spec.simulated)
        known = [place for place, each in enumerate(numbers.resistant) if each is not None]
        grouped = numbers.design != CONTINUOUS and known
        values = first.values[known] if grouped else first.values
        resistant = [bool(numbers.resistant[place]) for place in known] if grouped else None
        return replace(question_of_lines(values[:, first.measured], resistant, first.unit),
                       simulated=numbers.samples.spec.simulated)
    if isinstance(numbers, PrognosisNumbers):
        return question_of_events(int(numbers.event.sum()), len(numbers.event), len(numbers.receptors))
    if isinstance(numbers, SubsetNumbers):
        return question_of_events(numbers.inputs.n_events, len(numbers.inputs.patients), len(numbers.inputs.receptors))
    return None
