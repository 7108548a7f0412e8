"""The one clause that answers the prognosis page, on data whose truth is known (simulated)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.analyses.base import Inputs
from core.analyses.prognosis_numbers import PrognosisNumbers
from core.analyses.prognosis_words import answer
from core.analyses.rtk_prognosis import Parameters, run
from core.data.patients.cohort import Cohort
from core.data.tables import EndpointRule
from core.figures.number_words import p_words
from tests.test_rtk_prognosis import FAST, GENES, cohort


def numbers_of(group: Cohort, parameters: Parameters = FAST) -> PrognosisNumbers:
    numbers = run(Inputs(group, "study", "prognosis"), parameters).numbers
    assert isinstance(numbers, PrognosisNumbers)
    return numbers


def changed(numbers: PrognosisNumbers, **parts: Any) -> PrognosisNumbers:
    return replace(numbers, **parts)


def test_that_the_answer_is_one_clause_with_the_direction_and_no_uncorrected_p() -> None:
    numbers = numbers_of(cohort())
    found = answer(numbers)
    assert found.sentence.startswith(f"High {GENES[0]}")
    assert found.sentence.endswith("go with earlier relapse." if " and " in found.sentence else
                                   "goes with earlier relapse.")
    assert found.state == "ok"
    held = numbers.verdict.count("holds")
    assert f"{held} of {len(GENES)} " in found.explanation
    assert f"after correction for all {len(GENES)}" in \
        found.explanation
    raw = {p_words(float(p)) for p in numbers.fit.p if np.isfinite(p)}
    assert not any(word in found.sentence + found.explanation for word in raw if word and not word.startswith("<"))


def test_that_the_three_numbers_are_those_of_the_analysis() -> None:
    numbers = numbers_of(cohort())
    labels = {label: (value, unit) for label, value, unit in answer(numbers).numbers}
    assert labels["Hold corrected"] == (str(numbers.verdict.count("holds")), f"of {len(GENES)}")
    assert labels["Relapses"] == (str(int(numbers.event.sum())), f"of {len(numbers.patients)}")
    assert labels["Detectable HR, corrected"] == (f"{numbers.detectable_hr:.2f}", "per SD")


def test_that_the_side_with_more_receptors_is_the_sentence_and_the_other_is_named_in_the_explanation() -> None:
    numbers = numbers_of(cohort())
    p = np.ones(len(GENES))
    p[:4] = 0.001
    coef = np.full(len(GENES), 0.1)
    coef[:4] = (-0.9, 0.5, 0.6, 0.7)
    fit = replace(numbers.fit, coef=coef, z=coef * 10, se=np.full(len(GENES), 0.1))
    found = answer(changed(numbers, p_maxt=p, fit=fit))
    assert found.sentence == f"High {GENES[3]}, {GENES[2]} and {GENES[1]} go with earlier relapse."
    assert f"({GENES[0]} the other way)" in found.explanation


def test_that_many_that_hold_are_cut_short_with_their_number() -> None:
    numbers = numbers_of(cohort())
    coef = np.linspace(0.9, 0.5, len(GENES))
    fit = replace(numbers.fit, coef=coef, z=coef * 10, se=np.full(len(GENES), 0.1))
    found = answer(changed(numbers, p_maxt=np.full(len(GENES), 0.001), fit=fit))
    assert found.sentence.startswith(f"High {', '.join(GENES[:4])} and {len(GENES) - 4} more go with")


def test_that_few_events_cannot_answer_and_say_what_would_show() -> None:
    group = cohort(n=240, effect=0.0)
    few = np.zeros(len(group.patients), dtype=bool)
    few[np.flatnonzero(group.event)[:18]] = True
    found = answer(numbers_of(replace(group, event=few)))
    assert found.state == "unsure"
    assert found.sentence == "18 relapses cannot answer this."
    assert "With 18 relapses only a hazard ratio above" in found.explanation
    assert found.why.startswith(f"After correction for all {len(GENES)} receptors the bar is high: with 18 relapses a ")
    assert "does not mean that nothing is there" in found.why
    assert answer(numbers_of(cohort())).why == ""
    assert "per SD is likely to show" in \
        found.explanation


def test_that_one_event_is_one_death_and_survival_is_shorter() -> None:
    group = cohort(n=60)
    one = np.zeros(60, dtype=bool)
    one[int(np.flatnonzero(group.event)[0])] = True
    named = replace(group, event=one, endpoint=EndpointRule("overall survival", "t", "months", "e", (1,)))
    assert answer(numbers_of(named)).sentence == "1 death cannot answer this."


def test_that_nothing_found_names_the_strongest_with_its_corrected_p_and_how_many_matter_little() -> None:
    numbers = numbers_of(cohort(n=900, effect=0.0, seed=4))
    found = answer(changed(numbers, p_maxt=np.maximum(numbers.p_maxt, 0.4)))
    strongest = numbers.receptors[int(numbers.order[0])]
    assert found.state == "nothing"
    assert found.sentence == "No RTK holds after correction."
    assert f"The strongest is {strongest}, HR" in found.explanation
    assert "corrected P = 0." in found.explanation
    assert "shown to matter little (HR within 0.75 to 1.33)" in found.explanation


def test_that_without_shuffles_nothing_is_said_to_hold() -> None:
    found = answer(numbers_of(cohort(), replace(FAST, permutations=0)))
    assert found.state == "unsure"
    assert found.sentence == "No answer without correction."
    assert "none was shuffled" in found.why
    assert found.numbers[0][1] == "?"


def test_that_genes_that_are_no_rtk_are_called_genes() -> None:
    group = cohort(n=900, effect=0.0, seed=4)
    matrix = group.expression[0]
    renamed = replace(matrix, genes=("TP53", *matrix.genes[1:]))
    numbers = numbers_of(replace(group, expression=(renamed,)), replace(FAST, receptors=("TP53",)))
    found = answer(changed(numbers, p_maxt=np.array([0.6])))
    assert found.sentence == "No gene holds."
