"""Numbers as people type them. Not for: numbers in data files, which core/data reads."""

import pytest

from gui.widgets.typed_numbers import limit_words, number_text, typed_number

LIMITS = {"low": 0.0, "high": 100_000.0}


@pytest.mark.parametrize(("text", "whole", "number"), [
    ("10,000", True, 10_000), ("10 000", True, 10_000), ("10\u202f000", True, 10_000), ("7", True, 7), ("7.0", True, 7),
    ("0.5", False, 0.5), ("0,5", False, 0.5), (",5", False, 0.5), ("12,25", False, 12.25), ("0,125", False, 0.125),
    ("1,234,567", False, 1_234_567.0), ("\u22120.5", False, -0.5), ("1e-3", False, 0.001), ("  5 ", False, 5.0)])
def test_that_a_number_is_read_as_it_was_meant(text: str, whole: bool, number: float) -> None:
    assert typed_number(text, whole=whole, facts={}, example=5.0) == number


@pytest.mark.parametrize(("text", "whole", "sentence"), [
    ("five", False, "Type a number, for example 5.0"), ("", False, "Type a number, for example 5.0"),
    ("nan", False, "Type a number, for example 5.0"), ("inf", False, "Type a number, for example 5.0"),
    ("2.5", True, "Type a whole number, for example 5"), ("1,234", False, "Type 1234 or 1.234: the comma could mean either"),
    ("-1", True, "It must be between 0 and 100,000"), ("1e9", False, "It must be between 0 and 100000")])
def test_that_what_is_no_number_is_explained(text: str, whole: bool, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        typed_number(text, whole=whole, facts=LIMITS, example=5.0)
    assert str(refused.value) == sentence


def test_that_numbers_stand_in_fields_as_a_reader_expects() -> None:
    assert [number_text(10_000, whole=True), number_text(5, whole=False), number_text(-0.25, whole=False)] == \
        ["10,000", "5.0", "\u22120.25"]
    assert [limit_words({"low": 0.01}, whole=False), limit_words({"high": 9}, whole=True), limit_words({}, whole=True)] == \
        ["at least 0.01", "at most 9", ""]
