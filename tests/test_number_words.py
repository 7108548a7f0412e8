"""Numbers in words, by the rule of contract §4."""

import math

import pytest

from core.figures import number_words as words


@pytest.mark.parametrize(("p", "text"), [
    (0.0, "< 0.001"), (0.00099, "< 0.001"), (0.001, "0.001"), (0.0042, "0.004"), (0.034, "0.034"), (0.1, "0.100"),
    (0.1001, "0.10"), (0.254, "0.25"), (0.999, "1.00"), (1.0, "1.00"), (math.nan, ""), (None, ""),
])
def test_that_p_has_three_decimals_up_to_a_tenth_two_above_and_a_sign_below_a_thousandth(p, text):
    assert words.p_words(p) == text


def test_that_a_p_in_a_sentence_says_when_there_is_none():
    assert words.p_equals(0.034) == "P = 0.034"
    assert words.p_equals(1e-9) == "P < 0.001"
    assert words.p_equals(math.nan) == "P not computed"


def test_that_a_ratio_has_two_decimals_and_its_interval_reads_from_to():
    assert words.hr_words(1.526, 1.1199, 2.051) == "1.53 (1.12 to 2.05)"
    assert words.hr_words(1.5, math.nan, math.nan) == "1.50"
    assert words.hr_words(math.nan, 1.0, 2.0) == "not estimated"
    assert words.hr_words(0.0001, 0.0, math.inf) == "< 0.01"
    assert words.hr_words(1e9, 0.004, 1e10) == "> 1000 (< 0.01 to > 1000)"


def test_that_negative_numbers_carry_the_true_minus_and_zero_none():
    assert words.number_words(-0.314) == "\u22120.31"
    assert words.number_words(-0.001) == "0.00"
    assert words.signed_words(0.84) == "+0.8"
    assert words.signed_words(-0.26) == "\u22120.3"
    assert words.signed_words(-0.01) == "0.0"
    assert words.interval_words(-1.0, 2.0, 1) == "\u22121.0 to 2.0"


def test_that_a_median_that_was_not_reached_says_so():
    assert words.time_words(math.nan, "months") == "not reached"
    assert words.time_words(81.34, "months") == "81.3 months"


def test_that_ticks_have_no_exponent_and_no_trailing_zeros():
    assert [words.short_number(value) for value in (0, 0.5, 100.0, 1e-5, -2.25, 12345678.0)] == [
        "0", "0.5", "100", "0.00001", "\u22122.25", "12345678"]


def test_that_counts_shares_and_lists_read_as_in_a_paper():
    assert words.count_words(1904) == "1,904"
    assert words.counted(1, "patient") == "1 patient"
    assert words.counted(214, "patient") == "214 patients"
    assert words.percent_words(27, 50) == "54 %"
    assert words.percent_words(91, 214) == "42.5 %"
    assert words.percent_words(0, 0) == ""
    assert words.list_words(["ER", "nodes", "grade"]) == "ER, nodes and grade"
    assert words.list_words(["ER"]) == "ER"
    assert words.capitalised("relapse-free HER2") == "Relapse-free HER2"
