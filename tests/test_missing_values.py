"""Which text is a missing value, a limit or a number in disguise; and what becomes of it in a block of values."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.sheets.missing_values import MissingTokens, block_findings, number_in_words, read_block, read_limit
from core.data.tables import Missing
from tests.builders import raw_table

VALUES = MissingTokens.of("expression")
CLINICAL = MissingTokens.of("clinical")


@pytest.mark.parametrize("text", ["NA", "n/a", "#N/A", " NaN ", "null", ".", "-", "–", "?", "Undetermined", "#DIV/0!", "missing"])
def test_that_words_for_a_missing_value_are_known(text: str) -> None:
    assert VALUES.reason(text) is CLINICAL.reason(text) is Missing.NOT_AVAILABLE


def test_that_not_done_blank_and_answers_are_told_apart() -> None:
    assert VALUES.reason("ND") is VALUES.reason("not done") is Missing.NOT_DONE
    assert VALUES.reason("  ") is Missing.BLANK
    assert VALUES.reason("unknown") is Missing.NOT_AVAILABLE
    assert CLINICAL.reason("unknown") is CLINICAL.reason("none") is CLINICAL.reason("0") is None


@pytest.mark.parametrize(("text", "limit"), [
    ("<0.1", (Missing.BELOW_LIMIT, 0.1)), ("> 90", (Missing.ABOVE_LIMIT, 90.0)), ("≤5", (Missing.BELOW_LIMIT, 5.0)),
    (">=1e3", (Missing.ABOVE_LIMIT, 1000.0)), ("<0,5", (Missing.BELOW_LIMIT, 0.5)), ("<1%", (Missing.BELOW_LIMIT, 1.0)),
    ("<5 mm", None), ("less than 5", None), ("<", None)])
def test_that_limits_are_read(text: str, limit: tuple[Missing, float] | None) -> None:
    assert read_limit(text) == limit


@pytest.mark.parametrize(("text", "number"), [
    ("12 %", 12.0), ("3+", 3.0), ("−1.2", -1.2), ("5.5%", 5.5), ("2-3+", None), ("weak", None), ("4ER+", None), ("1.5", None)])
def test_that_numbers_with_a_sign_or_unit_are_read(text: str, number: float | None) -> None:
    assert number_in_words(text) == number


def test_that_a_block_lists_every_cell_that_was_no_plain_number() -> None:
    table = raw_table([[1.5, "NA", None, "<2"], ["x", 0.0, "007", "50 %"]])
    block = read_block(table, [0, 1], [0, 1, 2, 3], VALUES)
    np.testing.assert_array_equal(block.values, [[1.5, np.nan, np.nan, np.nan], [np.nan, 0.0, 7.0, 50.0]])
    assert block.blank == 1
    assert block.tokens == ((0, 1, "NA"),)
    assert block.limits == ((0, 3, "<2"),)
    assert block.unreadable == ((1, 0, "x"),)
    assert block.from_words == ((1, 3, "50 %"),)
    assert {finding.code for finding in block_findings(table, block)} == {
        "missing_words", "blank_cells", "beyond_limit", "number_from_words", "unreadable_values"}


def test_that_a_block_follows_the_order_of_rows_and_columns_asked_for() -> None:
    table = raw_table([[1, 2], [3, "NA"], [5, 6]])
    block = read_block(table, [2, 1], [1, 0], VALUES)
    np.testing.assert_array_equal(block.values, [[6, 5], [np.nan, 3]])


def test_that_own_words_add_to_the_usual_ones() -> None:
    own = MissingTokens.of("clinical", ("Lost", "999"))
    assert own.reason("lost") is own.reason("NA") is Missing.NOT_AVAILABLE
    assert own.numbers == (999.0,)
