"""Scales: proposed from the values, contradicted by them, and put on the analysis scale exactly once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.sheets.scales import propose_scale, to_analysis_scale
from core.data.tables import Scale
from core.problems import Location, UserError

PLACE = Location("lab.xlsx", "Sheet1")


def locate(sample: int, gene: int) -> Location:
    return Location("lab.xlsx", "Sheet1", f"cell {sample},{gene}")


def put(values: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    return to_analysis_scale(values, scale, locate, PLACE)[0]


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def test_that_each_kind_of_table_is_recognised(random: np.random.Generator) -> None:
    logged = random.normal(8, 2, (30, 2000)).clip(0)
    kinds = {
        Scale.LOG2: logged,
        Scale.LINEAR: 2 ** logged,
        Scale.COUNTS: random.negative_binomial(2, 0.002, (30, 2000)).astype(float),
        Scale.LOG_RATIO: random.normal(0, 0.6, (30, 2000)),
        Scale.SCORE: random.integers(0, 301, (30, 12)).astype(float),
        Scale.CALLS: random.integers(0, 2, (30, 12)).astype(float)}
    kinds[Scale.Z] = (logged - logged.mean(axis=0)) / logged.std(axis=0)
    for scale, values in kinds.items():
        assert propose_scale(values).scale is scale


def test_that_logged_sequencing_with_some_negative_values_is_log2(random: np.random.Generator) -> None:
    assert propose_scale(random.normal(4, 3, (20, 3000))).scale is Scale.LOG2


def test_that_a_few_small_positive_values_are_undecided(random: np.random.Generator) -> None:
    proposal = propose_scale(np.abs(random.normal(1, 0.5, (10, 4))))
    assert proposal.scale is None
    assert "median" in proposal.reason


def test_that_a_proposal_does_not_depend_on_order_or_missing_values(random: np.random.Generator) -> None:
    values = random.normal(8, 2, (20, 1500)).clip(0)
    holes = values.copy()
    holes[random.random(values.shape) < 0.1] = np.nan
    assert propose_scale(values[::-1, ::-1]).scale is propose_scale(values).scale is propose_scale(holes).scale


def test_that_amounts_are_logged_and_logarithms_are_not() -> None:
    values = np.array([[0.0, 3.0, np.nan]])
    np.testing.assert_array_equal(put(values, Scale.LINEAR), [[0.0, 2.0, np.nan]])
    for scale in (Scale.LOG2, Scale.LOG_RATIO, Scale.Z, Scale.SCORE):
        np.testing.assert_array_equal(put(values, scale), values)
    np.testing.assert_allclose(put(values, Scale.LOG10), [[0.0, 3 * np.log2(10), np.nan]])


def test_that_counts_are_per_million_of_the_whole_sample() -> None:
    values = np.array([[10.0, 30.0], [1.0, 3.0]])
    library = np.array([100.0, 100.0])
    np.testing.assert_allclose(to_analysis_scale(values, Scale.COUNTS, locate, PLACE, library=library)[0],
                               np.log2(values / 100 * 1e6 + 1))
    np.testing.assert_allclose(put(values, Scale.COUNTS)[0], put(values, Scale.COUNTS)[1])  # depth cancels out


def test_that_values_that_cannot_be_logged_are_refused_with_their_place() -> None:
    for scale in (Scale.LINEAR, Scale.COUNTS):
        with pytest.raises(UserError) as caught:
            put(np.array([[1.0, 2.0], [3.0, -0.5]]), scale)
        assert caught.value.problems[0].where.cell == "cell 1,1"
    with pytest.raises(UserError) as caught:
        put(np.array([[0.0, 0.0]]), Scale.COUNTS)
    assert caught.value.problems[0].code == "no_counts"
    with pytest.raises(UserError) as caught:
        put(np.array([[0.0, 2.0]]), Scale.CALLS)
    assert caught.value.problems[0].code == "not_calls"


@pytest.mark.parametrize(("scale", "values"), [
    (Scale.LOG2, [[51.0, 1.0]]), (Scale.LOG10, [[21.0, 1.0]]), (Scale.COUNTS, [[1.5, 2.0]]), (Scale.Z, [[0.5, 2.0]]),
    (Scale.LOG_RATIO, [[0.5, 2.0]]), (Scale.SCORE, [[-1.0, 2.0]])])
def test_that_a_stated_scale_against_the_values_is_used_with_a_warning(scale: Scale, values: list[list[float]]) -> None:
    _, findings = to_analysis_scale(np.array(values), scale, locate, PLACE)
    assert "scale_contradicts" in [finding.code for finding in findings]
