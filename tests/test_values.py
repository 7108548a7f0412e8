"""When two written values are one value (contract §2), and how parameters are read."""

from __future__ import annotations

import pytest

from core.analyses.parameters import build_parameters
from core.analyses.rtk_prognosis import Parameters
from core.data.values import value_key
from core.problems import Location, UserError


@pytest.mark.parametrize(("left", "right", "same"), [
    (1, "1", True), (1.0, " 1.0 ", True), ("1", "01", True), (True, "TRUE", True), (True, 1, False),
    ("Positive", "Positive ", True), ("Positive", "positive", False), ("MB-0002", "2", False),
    (-0.0, 0, True), ("1e3", 1000, True), ("12345678901234567", "12345678901234568", False), ("", 0, False),
])
def test_that_values_compare_as_numbers_or_as_trimmed_text(left: object, right: object, same: bool) -> None:
    assert (value_key(left) == value_key(right)) is same


def test_that_a_key_keys_to_itself() -> None:
    for value in (1, "1.50", "x", True, 1e20, "0007"):
        assert value_key(value_key(value)) == value_key(value)


def test_that_absent_parameters_have_their_defaults() -> None:
    parameters = build_parameters(Parameters, {}, Location("s.toml"))
    assert (parameters.permutations, parameters.seed, parameters.split, parameters.equivalence, parameters.rmst_at) == (
        10_000, 1, "median", (0.75, 1.33), 60.0)
    assert parameters.receptors == "all"


def test_that_parameters_are_taken_in_their_types() -> None:
    parameters = build_parameters(Parameters, {"receptors": ["ERBB2", "EGFR"], "adjust": "age", "rmst_at": 24,
                                               "equivalence": [0.8, 1.25], "split": "Tertiles"}, Location())
    assert parameters.receptors == ("ERBB2", "EGFR")
    assert parameters.adjust == ("age",)
    assert (parameters.rmst_at, parameters.equivalence, parameters.split) == (24.0, (0.8, 1.25), "tertiles")


@pytest.mark.parametrize(("values", "code"), [
    ({"permutation": 10}, "unknown_parameter"), ({"permutations": 1.5}, "wrong_type"),
    ({"permutations": -1}, "out_of_range"), ({"permutations": True}, "wrong_type"),
    ({"split": "half"}, "unknown_value"), ({"equivalence": [1.33, 0.75]}, "out_of_range"),
    ({"equivalence": [1]}, "wrong_type"), ({"adjust": [1]}, "wrong_type"),
    ({"rmst_at": "five"}, "wrong_type"), ({"receptors": 5}, "wrong_type"),
])
def test_that_a_wrong_parameter_is_refused(values: dict[str, object], code: str) -> None:
    with pytest.raises(UserError) as caught:
        build_parameters(Parameters, values, Location("s.toml"))
    assert [problem.code for problem in caught.value.problems] == [code]
