"""Forest, curves and cut-off scan as values: what they say and how they are drawn."""

import math

import numpy as np
import pytest

from core.figures.prognosis_figures import (
    CutoffRows,
    ForestRows,
    GroupCurve,
    at_risk_counts,
    cutoff_scan,
    faded_from,
    follow_up_ticks,
    forest,
    kaplan_meier,
    several,
)
from core.figures.spec import Intervals, Label, Line, Points, Rule, Span, StepLine
from tests.figure_data import forest_rows, group_curve

NONE = np.array([])


def marks_of(spec, kind, panel=0):
    """The marks of one kind in one panel."""
    panels = [one for row in spec.rows for one in row]
    return [mark for mark in panels[panel].marks if isinstance(mark, kind)]


def column_of(spec, title):
    """The words of a column of the forest."""
    return next(column for column in spec.rows[0][0].columns if column.title == title)


def test_that_the_forest_fills_what_holds_and_colours_the_rest_by_its_weight():
    rows = forest_rows(receptor=["AXL", "MET", "KIT", "RET"], hr=[1.7, 0.6, 1.2, 1.1], q_bh=[0.001, 0.04, 0.2, 0.04],
                       p_maxt=[0.01, 0.3, 0.9, 0.049])
    spec = forest(rows, cohort_words="HER2-positive", endpoint_words="overall survival", permutations=1000)
    interval = marks_of(spec, Intervals)[0]
    assert interval.filled == (True, False, False, True)
    assert interval.roles == ("high", "low", "ns", "high")
    assert column_of(spec, "RTK").bold == (True, False, False, True)
    assert spec.data["forest"]["drawn_as"] == ("holds", "q only", "neither", "holds")


def test_that_erbb2_is_drawn_in_the_colour_of_her2_and_named():
    spec = forest(forest_rows(receptor=["ERBB2", "AXL"]), cohort_words="c", endpoint_words="e")
    assert marks_of(spec, Intervals)[0].roles[0] == "her2"
    assert column_of(spec, "RTK").texts == ("ERBB2 (HER2)", "AXL")
    assert column_of(spec, "RTK").roles == ("her2", "text")


def key_of(hr, p_maxt, q_bh, receptor=("AXL", "MET", "KIT", "RET")):
    rows = forest_rows(receptor=list(receptor), hr=hr, q_bh=q_bh, p_maxt=p_maxt)
    spec = forest(rows, cohort_words="c", endpoint_words="relapse", permutations=1000,
                  better_worse=("later relapse", "earlier relapse"))
    interval = marks_of(spec, Intervals)[0]
    drawn = {(role, filled) for role, filled in zip(interval.roles, interval.filled, strict=True) if role != "her2"}
    keyed = {(entry.role, entry.filled) for entry in spec.rows[0][0].key if entry.shape == "square"}
    assert drawn <= keyed, "every colour and filling that is drawn is in the key"
    return [(entry.text, entry.role) for entry in spec.rows[0][0].key if entry.shape == "square"]


def test_that_the_key_shows_the_colours_that_are_drawn_and_what_each_stands_for():
    assert key_of([0.6, 0.7, 1.1, 0.9], [0.01, 0.02, 0.9, 0.9], [0.01, 0.02, 0.9, 0.9]) == [
        ("corrected P < 0.05", "low"), ("neither", "ns")]
    assert key_of([0.6, 1.7, 1.5, 0.7], [0.01, 0.02, 0.3, 0.3], [0.01, 0.02, 0.04, 0.04]) == [
        ("corrected P < 0.05, earlier relapse", "high"), ("later relapse", "low"),
        ("q < 0.05 only, earlier relapse", "high"), ("later relapse", "low")]
    assert key_of([0.6, 1.7, 1.5, 0.7], [0.3] * 4, [0.3] * 4) == [("corrected P < 0.05: none", "text"), ("neither", "ns")]
    assert key_of([1.6, 1.1, 1.1, 0.9], [0.01, 0.9, 0.9, 0.9], [0.01, 0.9, 0.9, 0.9],
                  ("ERBB2", "MET", "KIT", "RET")) == [("corrected P < 0.05", "her2"), ("neither", "ns")]


def test_that_without_permutations_the_column_reads_not_corrected():
    rows = forest_rows(receptor=["AXL", "MET"], p_maxt=[math.nan, math.nan])
    spec = forest(rows, cohort_words="c", endpoint_words="e")
    assert column_of(spec, "Corrected P").texts == ("not corrected", "not corrected")
    assert "not corrected" in spec.caption


def test_that_a_receptor_without_a_model_reads_not_estimated_and_has_no_p():
    rows = forest_rows(receptor=["AXL", "MUSK"], hr=[1.4, math.nan], p_maxt=[0.5, math.nan])
    spec = forest(rows, cohort_words="c", endpoint_words="e")
    assert column_of(spec, "HR (95% CI)").texts[1] == "not estimated"
    assert column_of(spec, "Corrected P").texts == ("0.50", "")


def test_that_the_forest_caption_states_test_n_events_adjustment_and_correction():
    spec = forest(forest_rows(receptor=["AXL"] * 58), cohort_words="HER2-positive, METABRIC",
                  endpoint_words="overall survival", adjusted_for=("ER", "grade"), strata=("site",), permutations=10000)
    for words in ("Cox", "Efron", "214 patients, 91 events", "adjusted for ER and grade", "stratified by site",
                  "step-down maxT over 58 receptors, 10,000 permutations", "0.75 to 1.33"):
        assert words in spec.caption


def test_that_the_forest_says_when_n_differs_between_receptors():
    rows = forest_rows(receptor=["AXL", "MET"], n=[214, 190], events=[91, 80])
    assert "190 to 214 patients, 80 to 91 events" in forest(rows, cohort_words="c", endpoint_words="e").caption


def test_that_every_estimate_lies_on_the_axis_of_the_forest_which_is_symmetrical_about_one():
    rows = forest_rows(receptor=["A", "B"], hr=[3.0, 0.9])
    axis = forest(rows, cohort_words="c", endpoint_words="e").rows[0][0].x
    assert axis.low < 1 / 3 < 3 < axis.high
    assert axis.low * axis.high == pytest.approx(1.0)
    assert 1.0 in axis.ticks


def test_that_the_arrow_words_and_the_margin_are_there():
    spec = forest(forest_rows(receptor=["A"]), cohort_words="c", endpoint_words="e", margin=(0.8, 1.25),
                  better_worse=("later relapse", "earlier relapse"))
    assert [mark.text for mark in marks_of(spec, Label)] == ["\u2190 later relapse", "earlier relapse \u2192"]
    assert (marks_of(spec, Span)[0].low, marks_of(spec, Span)[0].high) == (0.8, 1.25)


def test_that_a_forest_of_nothing_says_so():
    spec = forest(forest_rows(receptor=[]), cohort_words="c", endpoint_words="e")
    assert "No receptor could be estimated" in spec.texts()


def test_that_rows_of_different_length_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        ForestRows(["A"], [1], [1], NONE, NONE, NONE, NONE, NONE)


def test_that_patients_at_risk_are_counted_as_r_does():
    # survival::survfit on these five, summary(times = c(0, 2, 4)): n.risk 5 4 2; events so far 0 1 2
    at_risk, events = at_risk_counts(np.array([1.0, 2, 3, 4, 5]), np.array([True, False, True, False, True]), (0, 2, 4))
    assert at_risk.tolist() == [5, 4, 2]
    assert events.tolist() == [0, 1, 2]


@pytest.mark.parametrize(("times", "expected"), [
    (np.arange(1.0, 101.0), 91.0),  # 10 % of 100 is 10 patients: the 10th longest follow-up
    (np.arange(1.0, 21.0), 16.0),   # 10 % of 20 is 2, so 5 patients decide
    (np.arange(1.0, 5.0), 0.0),     # never 5 patients: grey from the start
    (NONE, None),
])
def test_that_a_curve_is_greyed_where_under_a_tenth_or_under_five_remain(times, expected):
    assert faded_from(times) == expected


@pytest.mark.parametrize(("longest", "unit", "ticks"), [
    (120.0, "months", (0, 24, 48, 72, 96, 120)),
    (351.0, "months", (0, 60, 120, 180, 240, 300)),
    (10.2, "years", (0, 2, 4, 6, 8, 10)),
    (0.0, "months", (0,)),
    (60.0, "days", (0, 14, 28, 42, 56)),
])
def test_that_ticks_suit_the_unit(longest, unit, ticks):
    assert follow_up_ticks(longest, unit) == ticks


def test_that_long_follow_up_in_days_is_ticked_and_labelled_in_years():
    spec = kaplan_meier("AXL", [group_curve("high", scale=2000.0, longest=3000.0)], endpoint_name="overall survival",
                        unit="days", cohort_words="c")
    axis = spec.rows[0][0].x
    assert axis.ticks[2] % 365.25 == pytest.approx(0.0)
    assert axis.tick_labels[:3] == ("0", "2", "4")
    assert axis.label == "Time (years of 365.25 days)"
    assert follow_up_ticks(3000.0, "days", 20)[1] == 365.25


def test_that_the_step_function_goes_from_a_hundred_percent_to_the_last_follow_up():
    group = GroupCurve("high", np.array([2.0, 3.0]), np.array([0.75, 0.5]), np.array([0.4, 0.2]), np.array([1.0, 0.9]),
                       np.array([2.0, 3.0, 5.0, 6.0]), np.array([True, True, False, False]))
    step = marks_of(kaplan_meier("AXL", [group], endpoint_name="os", unit="months", cohort_words="c"), StepLine)[0]
    assert step.x.tolist() == [0, 2, 3, 6]
    assert step.y.tolist() == [100, 75, 50, 50]


def test_that_the_numbers_under_the_curve_stand_at_its_ticks_and_name_the_events():
    spec = kaplan_meier("AXL", [group_curve("high"), group_curve("low", scale=200.0)], endpoint_name="relapse-free",
                        unit="months", cohort_words="c", event_words="relapses")
    panel = spec.rows[0][0]
    assert panel.at_risk_times == panel.x.ticks
    assert [row.name for row in panel.at_risk] == ["High", "Low"]
    assert [row.role for row in panel.at_risk] == ["high", "low"]
    assert panel.at_risk_title == "At risk (relapses)"
    assert panel.at_risk[0].numbers[0] == "60 (0)"
    assert [f"{n} ({d})" for n, d in zip(spec.data["at_risk"]["at_risk"], spec.data["at_risk"]["events_so_far"])] == [
        number for row in panel.at_risk for number in row.numbers]


def test_that_the_corrected_p_comes_before_the_raw_one_which_is_named_uncorrected():
    spec = kaplan_meier("AXL", [group_curve("high"), group_curve("low", scale=400.0)], endpoint_name="os", unit="months",
                        cohort_words="c", hr=(2.26, 1.47, 3.47), corrected_p=0.004, corrected_words="for 58 RTKs",
                        logrank_p=0.0004)
    words = " ".join(mark.text for mark in marks_of(spec, Label))
    assert words == ("HR 2.26 (95% CI 1.47 to 3.47), high v low corrected P 0.004, for 58 RTKs "
                     "log-rank P < 0.001, uncorrected")
    assert "uncorrected" in spec.caption


def test_that_words_which_fit_nowhere_inside_stand_above_the_curve():
    # A curve that falls at once and another that stays up leave neither corner free.
    falls = GroupCurve("high", np.array([0.5]), np.array([0.02]), np.array([0.0]), np.array([0.1]),
                       np.array([0.5] * 49 + [100.0]), np.array([True] * 49 + [False]))
    stays = GroupCurve("low", np.array([50.0]), np.array([0.98]), np.array([0.9]), np.array([1.0]),
                       np.array([50.0] + [100.0] * 49), np.array([True] + [False] * 49))
    spec = kaplan_meier("AXL", [falls, stays], endpoint_name="os", unit="months", cohort_words="c", logrank_p=0.2)
    assert not marks_of(spec, Label)
    assert "log-rank P 0.20, uncorrected" in spec.rows[0][0].remark


def test_that_the_caption_says_the_curve_is_unadjusted_beside_an_adjusted_forest():
    spec = kaplan_meier("AXL", [group_curve("high")], endpoint_name="os", unit="months", cohort_words="c",
                        forest_adjusted_for=("ER", "nodes"))
    assert "The curves are unadjusted; the forest is adjusted for ER and nodes." in spec.caption


def test_that_other_groups_than_high_and_low_take_other_colours():
    spec = kaplan_meier("AXL", [group_curve("low"), group_curve("middle"), group_curve("high")], endpoint_name="os",
                        unit="months", cohort_words="c")
    assert [mark.role for mark in marks_of(spec, StepLine)] == ["low", "series3", "high"]


def test_that_empty_groups_give_a_figure_that_says_so():
    empty = GroupCurve("high", NONE, NONE, NONE, NONE, NONE, NONE.astype(bool))
    spec = kaplan_meier("AXL", [empty], endpoint_name="os", unit="months", cohort_words="c")
    assert "No patient to draw" in spec.texts()


def test_that_several_curves_share_a_page_and_keep_their_data_apart():
    figures = [kaplan_meier(name, [group_curve("high")], endpoint_name="os", unit="months", cohort_words="c")
               for name in ("AXL", "MET", "KIT")]
    page = several(figures, name="three", title="Three")
    assert [len(row) for row in page.rows] == [2, 1]
    assert set(page.data) == {f"kaplan_meier_{name}_{key}" for name in ("AXL", "MET", "KIT")
                              for key in ("curve", "at_risk")}


CUTS = CutoffRows(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.6, 2.0]), np.array([1.0, 1.7, 1.2]),
                  np.array([2.0, 4.0, 3.0]), np.array([0.05, 0.0004, 0.01]), np.array([0.5, 0.01, 0.2]))
SCAN = {"cohort_words": "c", "endpoint_words": "overall survival", "n": 214, "events": 91}


def test_that_the_scan_shows_the_corrected_p_first_and_says_the_cut_was_searched():
    spec = cutoff_scan("AXL", CUTS, best_cut=2.0, best_hr=(2.6, 1.7, 4.0), best_hr_cv=(1.9, 1.2, 2.9),
                       p_best_raw=0.0004, p_best_corrected=0.01, p_best_maxt=0.08, maxt_words="corrected for all RTKs and cuts", **SCAN)
    assert spec.rows[0][0].remark == (
        "Best of 3 cuts: P = 0.080, corrected for all RTKs and cuts; P = 0.010, corrected for all cuts; P < 0.001, "
        "uncorrected. HR 2.60 (1.70 to 4.00) at that cut, 1.90 (1.20 to 2.90) in left-out patients.")
    assert "searched" in spec.caption
    assert [mark.x for mark in marks_of(spec, Rule) if mark.x is not None] == [2.0]
    assert marks_of(spec, Points)[0].y.tolist() == [2.6]


def test_that_the_hr_at_a_chosen_cut_is_never_shown_without_the_left_out_one():
    spec = cutoff_scan("AXL", CUTS, best_cut=2.0, best_hr=(2.6, 1.7, 4.0), **SCAN)
    assert "2.60" not in spec.rows[0][0].remark
    assert "not shown" in spec.rows[0][0].remark


def test_that_raw_p_is_dashed_and_named_uncorrected_on_a_turned_log_axis_with_a_dotted_line_at_005():
    spec = cutoff_scan("AXL", CUTS, best_cut=2.0, best_hr_cv=1.9, **SCAN)
    raw, corrected = marks_of(spec, Line, panel=1)
    assert (raw.label, raw.style, raw.role) == ("uncorrected", "dashed", "ns")
    assert (corrected.label, corrected.style, corrected.role) == ("corrected for all cuts", "solid", "text")
    axis = spec.rows[1][0].y
    assert axis.log
    assert axis.reverse
    assert axis.tick_labels[:3] == ("1", "0.1", "0.01")
    assert [(mark.y, mark.style) for mark in marks_of(spec, Rule, panel=1) if mark.y] == [(0.05, "dotted")]


def test_that_very_small_p_are_ticked_in_powers_of_ten():
    rows = CutoffRows(CUTS.cut, CUTS.hr, CUTS.hr_low, CUTS.hr_high, np.array([1e-14, 0.1, 0.0]), np.full(3, np.nan))
    axis = cutoff_scan("AXL", rows, **SCAN).rows[1][0].y
    assert axis.tick_labels[-1] == "10\u207b\u00b9\u2076"


def test_that_both_panels_of_the_scan_share_one_x_range():
    spec = cutoff_scan("AXL", CUTS, **SCAN)
    upper, lower = (row[0].x for row in spec.rows)
    assert (upper.low, upper.high) == (lower.low, lower.high)


def test_that_no_allowed_cut_is_said():
    spec = cutoff_scan("AXL", CutoffRows(*[NONE] * 6), **SCAN)
    assert "No cut-off was allowed" in spec.texts()
