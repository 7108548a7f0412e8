"""Pooling over cohorts equals R metafor, an oracle worked out by hand, and itself in any order.

REML of the reference stops when a step of its Fisher scoring, half as long as usual, is below 1e-5, so its digits are
those of the stop, and ours are the same. Further steps lead to the top of the likelihood, which is found in another way.
"""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics.meta_analysis import MODELS, Pooled, leave_one_out, pool, restricted_tau2

GOLDEN = Path(__file__).parent / "data" / "golden" / "meta"
NAMES = {("FE", "z"): "fixed", ("DL", "z"): "dl", ("REML", "z"): "reml", ("DL", "adhoc"): "dl_mkh",
         ("REML", "adhoc"): "reml_mkh"}
STEP = 1e-5
ORACLE = ((0.40, 0.10, 0.65), (0.20, 0.15, 0.30))


def read(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def inputs(gene: str, without: str = "") -> tuple[list[str], list[float], list[float]]:
    """Cohorts, effects and standard errors of one receptor, or of the BCG trials."""
    if gene == "dat.bcg":
        rows = read("bcg_data_with_log_rr.csv")
        return ([f"{row['author']} {row['year']}" for row in rows], [float(row["yi"]) for row in rows],
                [math.sqrt(float(row["vi"])) for row in rows])
    rows = [row for row in read("inputs_rtk.csv") if row["gene"] == gene and row["cohort"] != without]
    return ([row["cohort"] for row in rows], [float(row["yi_log_hr_per_sd"]) for row in rows],
            [float(row["sei"]) for row in rows])


def by_model(rows: tuple[Pooled, ...]) -> dict[str, Pooled]:
    return {row.model: row for row in rows}


def scored(y: list[float], s: list[float], smallest_step: float, factor: float = 0.5) -> float:
    """REML by Fisher scoring from Hedges' estimate, ended at the first step that is not longer than asked."""
    v, k = [value * value for value in s], len(y)
    mean = sum(y) / k
    tau2 = max(0.0, sum((value - mean) ** 2 for value in y) / (k - 1) - sum(v) / k)
    while True:
        w = [1 / (value + tau2) for value in v]
        mu = sum(a * b for a, b in zip(w, y)) / sum(w)
        squares = sum(a * a * (b - mu) ** 2 for a, b in zip(w, y))
        total, second, third = sum(w), sum(a ** 2 for a in w), sum(a ** 3 for a in w)
        slope = squares - total + second / total
        step = factor * slope / (second - 2 * third / total + (second / total) ** 2)
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= smallest_step:
            return tau2


CASES = [*(("pooled_rtk.csv", gene, "") for gene in ("EGFR", "ERBB2", "ERBB3", "KIT", "MET")),
         *(("pooled_rtk_without_tcga_k3.csv", gene, "tcga_rppa873") for gene in ("EGFR", "ERBB2", "ERBB3", "KIT", "MET")),
         ("bcg_pooled.csv", "dat.bcg", "")]


@pytest.mark.parametrize(("file", "gene", "without"), CASES)
def test_that_fixed_and_dersimonian_laird_equal_metafor(file: str, gene: str, without: str) -> None:
    _, y, s = inputs(gene, without)
    ours = by_model(pool(y, s))
    compared = 0
    for row in read(file):
        model = NAMES.get((row["method"], row["test"]))
        if row.get("gene", row.get("set")) != gene or model not in ("fixed", "dl", "dl_mkh"):
            continue
        mine = ours[model]
        for value, column in ((mine.estimate, "estimate"), (mine.se, "se"), (mine.low, "lo95"), (mine.high, "hi95"),
                              (mine.tau2, "tau2"), (mine.q, "Q"), (mine.p, "p")):
            assert value == pytest.approx(float(row[column]), rel=1e-9, abs=1e-12), (model, column)
        if model != "dl":  # metafor takes I2 from tau2; that of DerSimonian and Laird is (Q - df) / Q as well
            assert mine.i2 is not None
            assert 100 * mine.i2 == pytest.approx(float(row["I2_percent"]), rel=1e-9, abs=1e-9)
        if model == "dl_mkh":
            assert mine.prediction_low == pytest.approx(float(row["pi_lo_t_kminus2"]), rel=1e-9)
            assert mine.prediction_high == pytest.approx(float(row["pi_hi_t_kminus2"]), rel=1e-9)
        compared += 1
    assert compared == 3


@pytest.mark.parametrize(("file", "gene", "without"), CASES)
def test_that_reml_equals_metafor_and_lies_beside_the_top_of_its_likelihood(file: str, gene: str, without: str) -> None:
    _, y, s = inputs(gene, without)
    ours = by_model(pool(y, s))
    rows = {NAMES[key]: row for row in read(file) if row.get("gene", row.get("set")) == gene
            and (key := (row["method"], row["test"])) in NAMES and row["method"] == "REML"}
    assert set(rows) == {"reml", "reml_mkh"}
    for model, row in rows.items():
        mine = ours[model]
        for value, column in ((mine.estimate, "estimate"), (mine.se, "se"), (mine.low, "lo95"), (mine.high, "hi95"),
                              (mine.tau2, "tau2"), (mine.p, "p")):
            assert value == pytest.approx(float(row[column]), rel=1e-9, abs=1e-12), (model, column)
        if model == "reml_mkh":
            assert mine.prediction_low == pytest.approx(float(row["pi_lo_t_kminus2"]), rel=1e-9)
            assert mine.prediction_high == pytest.approx(float(row["pi_hi_t_kminus2"]), rel=1e-9)
    top = restricted_tau2(y, [value * value for value in s])
    assert top == pytest.approx(scored(y, s, 1e-13), rel=1e-6, abs=1e-9)
    assert ours["reml"].tau2 == pytest.approx(top, abs=2 * STEP)


@pytest.mark.parametrize("gene", ["EGFR", "ERBB2", "ERBB3", "KIT", "MET", "dat.bcg"])
def test_that_each_cohort_left_out_equals_metafor(gene: str) -> None:
    cohorts, y, s = inputs(gene)
    ours = dict(zip(cohorts, leave_one_out(y, s), strict=True))
    compared = 0
    for row in read("bcg_leave_one_out.csv" if gene == "dat.bcg" else "leave_one_out_rtk.csv"):
        model = NAMES.get((row["method"], row["test"]))
        if row.get("gene", row.get("set")) != gene or model is None:
            continue
        mine = by_model(ours[row["left_out"]])[model]
        assert mine.q == pytest.approx(float(row["Q"]), rel=1e-9)
        for value, column in ((mine.estimate, "estimate"), (mine.se, "se"), (mine.low, "ci.lb"), (mine.high, "ci.ub")):
            assert value == pytest.approx(float(row[column]), rel=1e-9, abs=1e-12), (row["left_out"], model, column)
        compared += 1
    assert compared == 5 * len(cohorts)


def test_that_the_same_data_give_opposite_headlines_with_a_normal_and_a_modified_interval() -> None:
    rows = by_model(pool(*ORACLE))
    assert rows["fixed"].estimate == pytest.approx(0.2690, abs=5e-5)
    assert rows["fixed"].se == pytest.approx(0.1114, abs=5e-5)
    assert rows["fixed"].q == pytest.approx(3.311, abs=5e-4)
    assert rows["fixed"].i2 == pytest.approx(0.396, abs=5e-4)
    assert rows["dl"].tau2 == pytest.approx(0.02805, abs=5e-6)
    assert (rows["dl"].estimate, rows["dl"].se) == pytest.approx((0.3111, 0.1526), abs=5e-5)
    assert rows["dl"].low is not None
    assert rows["dl"].low > 0
    assert (rows["dl_mkh"].low, rows["dl_mkh"].high) == pytest.approx((-0.345, 0.968), abs=5e-4)


def test_that_the_bcg_trials_give_the_published_reml() -> None:
    _, y, s = inputs("dat.bcg")
    reml = by_model(pool(y, s))["reml"]
    assert reml.estimate == pytest.approx(-0.7145, abs=1e-4)
    assert reml.tau2 == pytest.approx(0.3132, abs=1e-4)


def test_that_one_cohort_is_itself_and_two_have_no_prediction() -> None:
    alone = by_model(pool([0.4], [0.2]))
    assert {row.estimate for row in alone.values()} == {0.4}
    assert (alone["fixed"].i2, alone["dl"].tau2, alone["reml_mkh"].low) == (None, None, None)
    assert leave_one_out([0.4], [0.2]) == ()
    two = by_model(pool([0.4, 0.1], [0.2, 0.15]))
    assert two["reml_mkh"].prediction_low is None
    assert two["reml_mkh"].high is not None
    assert two["reml_mkh"].high - two["reml_mkh"].estimate == pytest.approx(12.7062 * two["reml_mkh"].se, rel=1e-5)
    assert leave_one_out([0.4, 0.1], [0.2, 0.15])[0][0].estimate == pytest.approx(0.1, rel=1e-15)


def test_that_equal_cohorts_have_no_variance_between_them() -> None:
    for row in pool([0.3, 0.3, 0.3], [0.1, 0.2, 0.3]):
        assert row.tau2 == 0
        assert row.i2 == 0
        assert row.q == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize(("effects", "errors"), [([], []), ([0.1], [0.1, 0.2]), ([math.nan], [0.1]), ([0.1], [0.0])])
def test_that_what_cannot_be_pooled_is_refused(effects: list[float], errors: list[float]) -> None:
    with pytest.raises(ValueError, match=r"cohort|effects"):
        pool(effects, errors)


cohorts_of_numbers = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.02, 2)), min_size=1, max_size=8)


@given(cohorts_of_numbers, st.randoms(use_true_random=False))
def test_that_the_order_of_the_cohorts_changes_not_one_bit(cohorts: list[tuple[float, float]], random: object) -> None:
    shuffled = list(cohorts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pool(*zip(*cohorts)) == pool(*zip(*shuffled))


@given(cohorts_of_numbers)
def test_that_the_modified_interval_is_never_the_narrower_one(cohorts: list[tuple[float, float]]) -> None:
    rows = by_model(pool(*zip(*cohorts)))
    assert tuple(rows) == MODELS
    for model in ("dl", "reml"):
        assert rows[f"{model}_mkh"].se >= rows[model].se * (1 - 1e-12)
        assert rows[f"{model}_mkh"].estimate == rows[model].estimate


@given(cohorts_of_numbers.filter(lambda cohorts: len(cohorts) > 1))
def test_that_the_variance_between_cohorts_stands_at_the_top_of_the_restricted_likelihood(
        cohorts: list[tuple[float, float]]) -> None:
    y, v = [each[0] for each in cohorts], [each[1] ** 2 for each in cohorts]
    best = restricted_tau2(y, v)

    def height(tau2: float) -> float:
        w = [1 / (value + tau2) for value in v]
        mean = sum(a * b for a, b in zip(w, y)) / sum(w)
        return -0.5 * (sum(math.log(value + tau2) for value in v) + math.log(sum(w))
                       + sum(a * (b - mean) ** 2 for a, b in zip(w, y)))

    top = height(best)
    assert all(height(best * factor + extra) <= top + 1e-9
               for factor in (0.0, 0.5, 0.9, 1.1, 2.0) for extra in (0.0, 0.001, 0.05, 1.0, 20.0))
