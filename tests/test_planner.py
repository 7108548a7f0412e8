"""The planner's answers say what was computed, in words, in a table and in a curve.

Not for: the formulas (test_planning.py) or the dialog (test_planner_dialog.py).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.analyses.planner import (
    EVENTS,
    LINES,
    PAIRS,
    PlannerQuestion,
    default_question,
    detectable,
    needed_for,
    plan,
    question_of_events,
    question_of_lines,
    question_of_pairs,
)
from core.analyses.planner_pilot import pilot_question
from core.figures.spec import Line
from core.statistics.power import detectable_hazard_ratio
from tests.test_example_study import result_of


@pytest.mark.parametrize("kind", [PAIRS, EVENTS, LINES])
def test_that_what_is_needed_shows_the_effect_that_was_asked_for(kind: str) -> None:
    question = default_question(kind)
    answer = plan(question)
    assert answer.needed > 0
    assert detectable(question, answer.needed) <= question.effect < detectable(question, answer.needed - 1)
    assert answer.headline.startswith(f"{answer.needed} {kind} would show")
    column = list(answer.table.columns[kind])
    assert column == sorted(column)
    assert answer.needed in column
    assert set(answer.table.describe) == set(answer.table.columns)


def test_that_the_answer_for_biopsies_is_spelled_out() -> None:
    answer = plan(PlannerQuestion(PAIRS, 58, effect=1.0, sd=0.8, have=9))
    said = " ".join(answer.sentences)
    assert answer.headline == "17 pairs would show a mean change of 1.00 log2 in one of 58 receptors."
    assert "The 9 pairs that are there would show a mean change of 1.69 log2 or more." in said
    assert "fewer than 6 pairs cannot reach" in said
    assert "nor fewer than 12 by a signed rank test" in said
    assert "SD 0.80 log2 is assumed" in said


def test_that_three_pairs_are_told_that_flips_need_six() -> None:
    said = " ".join(plan(PlannerQuestion(PAIRS, have=3)).sentences)
    assert "The 3 pairs that are there cannot show any effect after correction: flips need at least 6." in said


def test_that_pairs_never_go_below_what_flips_need() -> None:
    assert needed_for(PlannerQuestion(PAIRS, 1, effect=10.0, sd=0.5)) == 6


def test_that_events_agree_with_what_prognosis_says_it_can_detect() -> None:
    question = question_of_events(51, 236, 15)
    assert detectable(question, 51) == detectable_hazard_ratio(51, 15)
    answer = plan(question)
    row = list(answer.table.columns["events"]).index(51)
    assert answer.table.columns["patients"][row] == 236
    assert "51 events in 236 patients" in " ".join(answer.sentences)
    protective = plan(replace(question, effect=1 / question.effect))
    assert protective.needed == answer.needed


def test_that_the_sd_of_a_pilot_is_the_median_over_its_receptors() -> None:
    rng = np.random.default_rng(5)
    change = rng.normal(0.2, 1.0, (12, 40)) * np.linspace(0.4, 1.6, 40)
    change[3, 5] = np.nan
    question = question_of_pairs(change, "log2")
    spreads = [np.nanstd(change[:, place], ddof=1) for place in range(40)]
    assert question.sd == pytest.approx(np.median(spreads), rel=5e-3)
    assert (question.have, question.receptors) == (12, 40)
    assert "median SD of the changes of 40 receptors in 12 pairs" in plan(question).sentences[-1]


def test_that_a_pilot_of_one_pair_assumes_an_sd_and_says_so() -> None:
    question = question_of_pairs(np.ones((1, 3)), "log2")
    assert question.sd == 1.0
    assert "assumed" in plan(question).sentences[-1]


def test_that_the_sd_of_lines_is_within_groups_and_their_share_is_kept() -> None:
    values = np.array([[0.0, 0.0], [2.0, 2.0], [10.0, 10.0], [12.0, 12.0], [14.0, 14.0]])
    question = question_of_lines(values, [True, True, False, False, False], "log2")
    # Sums of squares 2 and 8 over 3 degrees of freedom.
    assert question.sd == pytest.approx(np.sqrt(10 / 3), rel=5e-3)
    assert question.share == 0.4
    assert question.kind == LINES


def test_that_lines_with_a_measured_response_are_planned_as_a_correlation() -> None:
    question = question_of_lines(np.zeros((12, 4)), None, "log2")
    answer = plan(question)
    assert question.correlates
    assert "a correlation of 0.60 in one of 4 receptors" in answer.headline
    assert "Fisher" in answer.sentences[-1]


def test_that_the_curve_falls_and_carries_its_numbers() -> None:
    for kind in (PAIRS, EVENTS, LINES):
        figure = plan(default_question(kind)).figure
        lines = [mark for row in figure.rows for panel in row for mark in panel.marks if isinstance(mark, Line)]
        curves = [line for line in lines if line.name in ("corrected", "named beforehand")]
        assert len(curves) == 2
        for line in curves:
            shown = line.y[np.isfinite(line.y)]
            assert len(shown) > 5
            # Of two groups an odd line in the smaller one can help more than in the larger: falls all but strictly.
            assert (np.diff(shown) <= 1e-9).mean() > 0.9
        assert set(figure.data["plan"]) == {kind, "detectable", "detectable_alone"}
        assert figure.alt_text.endswith(".")


def test_that_simulated_pilot_data_are_marked_in_the_figure() -> None:
    assert plan(replace(default_question(PAIRS), simulated=True)).figure.badge == "Simulated data"
    assert plan(default_question(PAIRS)).figure.badge == ""


@pytest.mark.parametrize(("question", "words"), [
    (PlannerQuestion(effect=0.0), "0 is none"), (PlannerQuestion(sd=0.0), "above 0"),
    (PlannerQuestion(EVENTS, effect=1.0), "no effect"), (PlannerQuestion(receptors=0), "one receptor"),
    (PlannerQuestion(LINES, design="response", effect=1.0), "between 0 and 1"), (PlannerQuestion(power=0.2), "Power")])
def test_that_a_question_without_an_answer_says_why(question: PlannerQuestion, words: str) -> None:
    assert words in question.usable()
    with pytest.raises(ValueError, match=words):
        plan(question)


def test_that_an_effect_too_small_for_any_number_is_said() -> None:
    answer = plan(PlannerQuestion(PAIRS, effect=1e-5))
    assert answer.needed == 0
    assert answer.headline.startswith("No number up to 100,000 would show")


def test_that_lines_never_go_below_what_shuffles_need() -> None:
    assert needed_for(PlannerQuestion(LINES, 1, effect=20.0, sd=0.5)) == 7
    said = " ".join(plan(PlannerQuestion(LINES, have=6)).sentences)
    assert "The 6 lines that are there cannot show any effect after correction: shuffles need at least 7." in said
    assert needed_for(PlannerQuestion(LINES, 1, effect=0.999, design="response")) == 5


def test_that_a_result_serves_as_the_pilot_of_its_own_kind_and_hands_on_that_it_was_simulated() -> None:
    pairs = pilot_question(result_of("biopsies"))
    assert pairs is not None
    assert (pairs.kind, pairs.have, pairs.receptors, pairs.unit, pairs.simulated) == (PAIRS, 24, 58, "log2", True)
    change = result_of("biopsies").numbers.change
    assert pairs.sd == pytest.approx(np.median(np.std(change, axis=0, ddof=1)), rel=5e-3)
    assert plan(pairs).figure.badge == "Simulated data"
    lines = pilot_question(result_of("lines"))
    assert lines is not None
    assert (lines.kind, lines.have, lines.design, lines.simulated) == (LINES, 29, "response", False)
    assert pilot_question(result_of("response")) is None
