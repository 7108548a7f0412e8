"""Exact words of what the RTK subset page says instead of its figures or above them.

Not for: widgets, or words that stand in the result itself (core/analyses/subset_words.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.analyses.prognosis_pictures import event_words
from core.analyses.subset_words import answer
from core.figures.number_words import count_words, counted, p_equals, p_words
from gui.pages.analysis_facts import Need
from gui.pages.analysis_states import Button, EmptyWords, Spoken

if TYPE_CHECKING:
    from core.analyses.subset_numbers import SubsetNumbers
    from core.problems import Problem

KEEP = "Cancel, keep what is done"
SO_FAR = ". So far: "
WHY_NO_SHUFFLES = ("The best of many sets looks good by luck alone: on data without any tie to outcome as well. Only "
                   "shuffled outcomes say how good. Set Shuffles above 0 and run.")


def needed(need: Need) -> Need:
    """What the search lacks, with the way to the page that says whether the cohort has enough."""
    if need.problems:
        return need
    others = tuple((words, key, False) for words, key, _ in need.actions)
    return replace(need, title="The search needs a cohort with an outcome",
                   text=f"Prognosis shows whether it has enough relapses. {need.text}",
                   actions=(("Go to Prognosis", "prognosis page", True), *others))


def spoken_of(numbers: SubsetNumbers) -> Spoken:
    """The answer; where the run was stopped the corrected P stands with its range."""
    found = answer(numbers)
    three = found.numbers
    if numbers.stopped and numbers.permutations_done:
        low, high = numbers.p_interval
        three = (three[0], (three[1][0], three[1][1], f"{p_words(low)} to {p_words(high)}"), *three[2:])
    return Spoken(found.sentence, found.explanation, three, found.state,
                  WHY_NO_SHUFFLES if found.state == "unsure" else "")


def context_of(numbers: SubsetNumbers) -> str:
    """The line under the question: who was searched, and over which sets."""
    inputs, space = numbers.inputs, numbers.inputs.problem.space
    plural = event_words(inputs.cohort.endpoint.name)
    sizes = f"{space.sizes[0]} to {space.max_size}" if len(space.sizes) > 1 else f"{space.max_size}"
    return (f"Cohort “{inputs.cohort.name}”, {inputs.cohort.endpoint.name}. "
            f"{counted(len(inputs.patients), 'patient')}, "
            f"{counted(inputs.n_events, plural.removesuffix('s'), plural)}. All sets of {sizes} of "
            f"{counted(len(inputs.receptors), 'RTK')}, {numbers.parameters.score} score")


def stopped_words(numbers: SubsetNumbers) -> str:
    """``Stopped after 612 of 1,000 shuffles. The P is given with its range.``"""
    done, planned = numbers.permutations_done, numbers.parameters.permutations
    if done < planned:
        return f"Stopped after {count_words(done)} of {count_words(planned)} shuffles. The P is given with its range."
    lacking = [words for words, there in (
        ("the left-out patients", numbers.left_out is not None or numbers.parameters.folds < 2),
        ("the half-samples", numbers.stability is not None or numbers.parameters.halves < 2),
        ("the other genes", numbers.random is not None or not numbers.parameters.random_genes),
        ("the shuffles of the folds", bool(len(numbers.cv_null)) or not numbers.parameters.cv_permutations))
        if not there]
    rest = f" Not reached: {', '.join(lacking)}." if lacking else ""
    return f"Stopped after all {count_words(done)} shuffles.{rest}"


def nothing_found(numbers: SubsetNumbers) -> EmptyWords:
    """The best set is no better than luck: what stands in the place of its figures until they are asked for."""
    done, exceeding = numbers.permutations_done, numbers.exceeding
    text = (f"{count_words(exceeding)} of {counted(done, 'shuffled outcome')} gave a set as good: corrected "
            f"{p_equals(numbers.best_p)}.")
    return ("ok", "The best set is no better than luck.", text,
            (("Test a set I name", "test named", True), ("Show it anyway", "show anyway", False)), "ok")


def running_words(said: str) -> tuple[str, str]:
    """What is being done, and what is known so far."""
    doing, _, so_far = said.partition(SO_FAR)
    return doing, f"So far: {so_far}" if so_far else ""


def too_many_sets(problem: Problem, max_size: int) -> EmptyWords:
    """A search that core refuses because it has too many sets."""
    smaller: tuple[Button, ...] = ((f"Use size {max_size - 1}", f"use size {max_size - 1}", True),) \
        if max_size > 1 else ()
    title = f"{problem.what[:1].upper()}{problem.what[1:]}".rstrip(".")
    return ("err", title, problem.why,
            (*smaller, ("Shorten the list of RTKs…", "field receptors", not smaller)), "err")


def missing_words(numbers: SubsetNumbers) -> dict[str, str]:
    """Figure -> why it is not there."""
    p = numbers.parameters
    not_reached = "The run was stopped before this."

    def lacks(off: bool, setting: str) -> str:
        return f"Left out of this run: {setting} is 0." if off else not_reached

    left_out = "The folds gave no comparable pair of patients." if numbers.left_out is not None else \
        f"Left out of this run: Left-out folds is {p.folds}." if p.folds < 2 else not_reached
    return {"luck": lacks(not p.permutations, "Shuffles"), "left_out": left_out,
            "stability": lacks(p.halves < 2, "Half-samples"), "tied": "No set has a statistic.",
            "genes": lacks(not p.random_genes, "Draws of other genes")}
