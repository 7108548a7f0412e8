"""Exact words of what the Biopsies page says where there are no pairs, no P, or nothing that holds.

Not for: widgets, or words that stand in the result itself (core/analyses/paired_biopsies_words.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.figures.number_words import counted
from gui.pages.analysis_facts import Need
from gui.pages.analysis_states import EmptyWords, Spoken
from gui.pages.problem_words import problem_sentences

if TYPE_CHECKING:
    from core.analyses.paired_biopsies_numbers import PairedNumbers
    from core.data.patients.sample_set import SampleSet
    from core.problems import Problem

NOTHING_ACTIONS = (("Test a named subset instead", "test named"), ("Plan the pairs needed", "plan"))
"""What can be done where nothing holds."""
WHY = (("Why?", "why"),)
SUBSET_NEEDS_MORE = "One pair shows a change, but no test: the smallest possible P of two pairs is 0.5."


def no_pairs(samples: SampleSet, problems: tuple[Problem, ...]) -> Need:
    """Samples are here, and no patient has both."""
    untimed = _without_time_point(samples)
    where = f"{counted(untimed, 'sample has', 'samples have')} no time point." if untimed else \
        problem_sentences(problems[:1])
    return Need("Pairs are needed", f"The same patient before and after. {where}",
                (("Set time points…", "import page", True), ("Show an example", "example", False)), "table", "accent",
                problems)


def _without_time_point(samples: SampleSet) -> int:
    """How many samples nothing says a time of: no stated column, and no word of time in the name."""
    from core.data.patients.biopsy_names import parse_pair_name

    if samples.spec.layout.get("pairs"):
        return 0
    return sum(not parse_pair_name(name).words for name in samples.samples)


def spoken_of(numbers: PairedNumbers) -> Spoken:
    """The answer of core."""
    from core.analyses.paired_biopsies_words import answer

    found = answer(numbers)
    return Spoken(found.sentence, found.explanation, found.numbers, found.state, found.why)


def strip_actions(numbers: PairedNumbers) -> tuple[tuple[str, str], ...]:
    """Links under an answer that says that nothing holds, or that the data cannot say."""
    found = spoken_of(numbers)
    if numbers.p_withheld or found.state == "ok":
        return ()
    score = NOTHING_ACTIONS if numbers.m > 1 else NOTHING_ACTIONS[1:]
    return (*score, *(WHY if found.why else ()))


def withheld(numbers: PairedNumbers) -> EmptyWords:
    """No P is given: what stands in the place of the figures until they are asked for."""
    first, _, rest = numbers.p_withheld.partition(". ")
    return ("err", f"{first.rstrip('.')}.", rest or "No P value is given.",
            (("Show without P", "show anyway", True), ("Mark plates…", "mark plates", False)), "err")


def context_of(numbers: PairedNumbers, *, simulated: bool = False) -> str:
    """The line under the question: what was measured, in whom, and when."""
    from core.analyses.paired_biopsies_pictures import value_unit

    patients = {pair.patient for pair in numbers.pairs.pairs} | {
        each.patient for each in numbers.pairs.left_out if each.patient}
    out = len(numbers.pairs.left_out)
    said = (f"{'Simulated data. ' if simulated else ''}Biopsy pairs, {numbers.pairs.before} and {numbers.pairs.after}, "
            f"{numbers.matrix.measure} ({value_unit(numbers)}). {counted(len(patients), 'patient')}, "
            f"{counted(numbers.m, 'complete pair')}")
    return f"{said}; {counted(out, 'sample')} in no pair" if out else said
