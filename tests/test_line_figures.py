"""Figures of cell lines say what they show: edges, limits, single membranes, pairs, names of points.

Not for: how they are drawn on screen (test_figure_view.py).
"""

from __future__ import annotations

import math

import numpy as np

from core.figures.apart import colour_only
from core.figures.caption_check import caption_gaps
from core.figures.difference_forest import ForestWords, MeasureRows, difference_bars, difference_forest
from core.figures.left_out_lines import left_out_lines
from core.figures.line_scatter import ResponseWords, every_line, line_pairs, response_scatter
from core.figures.spec import Bars, Intervals, Line, Points

NAN = math.nan
WORDS = ForestWords("Difference, resistant minus sensitive", "Resistant minus sensitive (log2)", "less", "more",
                    "Resistant minus sensitive", "“HMS lines”, 7 cell lines",
                    "P corrected by step-down maxT over 3 receptors on |Welch’s t|, 10,000 permutations.")
RESPONSE = ResponseWords("lapatinib GI50 (µM)", "resistant above 1 µM", not_reached="above 10, not reached", unit="µM")


def rows(measure: str, p: tuple[float, ...], why: str = "") -> MeasureRows:
    centre = np.array([1.9, -0.4, 0.2])
    return MeasureRows(measure, centre, centre - 0.6, centre + 0.6, np.array(p), np.array([7, 7, 7]), why)


def test_that_a_row_has_one_mark_per_measure_and_only_a_corrected_p_colours_it() -> None:
    spec = difference_forest(("AXL", "MET", "ERBB2"), (rows("total", (0.004, 0.4, 0.9)),
                                                       rows("phospho", (NAN, NAN, NAN), "one membrane: no P value")),
                             WORDS)
    _, total, phospho = (mark for mark in spec.rows[0][0].marks if isinstance(mark, Intervals))
    assert (total.shape, total.filled[0]) == ("square", True)
    assert (phospho.shape, phospho.filled[0]) == ("circle", False)
    assert total.roles == ("high", "ns", "her2")
    assert phospho.roles == ("ns", "ns", "her2")
    assert [column.title for column in spec.rows[0][0].columns] == ["RTK", "total", "phospho", "Corrected P"]
    assert "one membrane: no P value" in spec.caption
    assert not caption_gaps(spec)
    assert not colour_only(spec).pairs


def test_that_a_single_membrane_is_drawn_as_bars_and_says_that_it_has_no_p() -> None:
    spec = difference_bars(("AXL", "MET", "ERBB2"), rows("phospho", (NAN,) * 3, "one membrane: no P value"), WORDS,
                           name="bars_phospho")
    assert [mark.filled for mark in spec.rows[0][0].marks if isinstance(mark, Bars)] == [False]
    assert spec.rows[0][0].remark == "one membrane: no P value"
    assert not any(" P <" in text or " P =" in text for text in spec.texts())


def test_that_a_response_beyond_the_doses_stands_at_the_limit_under_a_triangle() -> None:
    spec = response_scatter(
        "AXL", np.array([3.0, 4.0, 7.0, NAN]), np.array([0.05, 0.2, 10.0, 2.0]), ("L1", "L2", "L3", "L4"),
        resistant=(False, False, True, True), not_reached=np.array([False, False, True, False]),
        below_floor=np.array([True, False, False, False]), floor=3.0, cut=1.0, value_words="AXL total protein (log2)",
        words=RESPONSE, cohort_words="“HMS lines”, 4 cell lines", test_words=("corrected P = 0.012",),
        how_tested="P corrected by step-down maxT on |Welch’s t|, 10,000 permutations.")
    panel = spec.rows[0][0]
    triangle = next(mark for mark in panel.marks if isinstance(mark, Points) and mark.shape == "triangle")
    assert triangle.x.tolist() == [7.0]
    assert triangle.y[0] > 10.0
    assert panel.y.log
    assert panel.y.high is not None
    assert triangle.y[0] < panel.y.high
    assert [entry.text for entry in panel.key] == ["resistant", "sensitive", "above 10, not reached: 1 line",
                                                   "at the detection limit"]
    sensitive = next(mark for mark in panel.marks if isinstance(mark, Points) and mark.role == "low")
    assert sensitive.samples == ("L1", "L2")
    assert sensitive.filled == (False, True)
    assert sensitive.said[0] == "value 3.00 (detection limit), response 0.05 µM"
    assert "1 line without a value or a response not shown" in spec.caption
    assert not caption_gaps(spec)


def test_that_a_response_with_values_below_zero_is_not_drawn_on_a_log_axis() -> None:
    spec = response_scatter(
        "AXL", np.array([3.0, 4.0]), np.array([-0.5, 100.0]), ("L1", "L2"), resistant=(None, None),
        not_reached=np.zeros(2, dtype=bool), below_floor=np.zeros(2, dtype=bool), floor=NAN, cut=NAN,
        value_words="AXL", words=ResponseWords("GRmax"), cohort_words="lines")
    assert not spec.rows[0][0].y.log
    assert not spec.rows[0][0].key


def test_that_every_line_is_a_point_with_its_name_beside_the_median_of_its_group() -> None:
    values = np.array([[1.0, 5.0], [2.0, NAN], [6.0, 5.5], [8.0, 6.5]])
    spec = every_line(("AXL", "MET"), values, ("L1", "L2", "L3", "L4"), resistant=(False, False, True, True),
                      below_floor=np.zeros((4, 2), dtype=bool), value_words="Total protein (log2)", words=RESPONSE,
                      cohort_words="“HMS lines”, 4 cell lines")
    marks = spec.rows[0][0].marks
    named = [sample for mark in marks if isinstance(mark, Points) for sample in mark.samples]
    assert sorted(named) == ["L1", "L1", "L2", "L3", "L3", "L4", "L4"]
    medians = [float(mark.y[0]) for mark in marks if isinstance(mark, Line)]
    assert medians == [1.5, 7.0, 5.0, 6.0]
    assert spec.rows[0][0].x.tick_labels == ("sens.", "res.", "sens.", "res.")


def test_that_a_pair_without_one_of_its_lines_is_not_drawn_and_not_counted() -> None:
    spec = line_pairs(("AXL",), np.array([[1.0], [2.0], [NAN]]), np.array([[3.0], [1.5], [4.0]]), ("BT474", "SKBR3", "X"),
                      value_words="Total protein (log2)", parental="parental", resistant="resistant",
                      cohort_words="“lab”, 3 pairs of cell lines")
    lines = [mark for mark in spec.rows[0][0].marks if isinstance(mark, Line)]
    assert [(line.role, line.style) for line in lines] == [("high", "solid"), ("low", "dashed")]
    assert "AXL 1 up, 1 down of 2" in spec.caption


def test_that_the_line_whose_absence_changes_most_is_named() -> None:
    spec = left_out_lines(("AXL",), np.array([1.0]), np.array([[0.9], [0.2], [1.1]]), np.full((3, 1), 0.04),
                          ("L1", "L2", "L3"), x_words="Resistant minus sensitive (log2)", cohort_words="lines",
                          measure="total protein (log2)")
    assert "AXL +0.20 to +1.10, furthest without L2" in spec.alt_text


def test_that_a_response_below_the_doses_has_its_triangle_under_it() -> None:
    words = ResponseWords("GI50 (−log10 M; low is resistant)", not_reached="below 4.8, not reached",
                          beyond_is_below=True)
    spec = response_scatter(
        "ERBB2", np.array([3.0, 4.0, 7.0]), np.array([4.8, 5.5, 6.5]), ("L1", "L2", "L3"), resistant=(None,) * 3,
        not_reached=np.array([True, False, False]), below_floor=np.zeros(3, dtype=bool), floor=NAN, cut=NAN,
        value_words="ERBB2", words=words, cohort_words="lines")
    panel = spec.rows[0][0]
    triangle = next(mark for mark in panel.marks if isinstance(mark, Points) and mark.shape == "triangle down")
    assert panel.y.low is not None
    assert panel.y.low < triangle.y[0] < 4.8
