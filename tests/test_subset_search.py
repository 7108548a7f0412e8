"""The search over sets of receptors: brute force, R's ranking of all sets to three, and permutations done plainly."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from core.statistics.cox import cox_score_test
from core.statistics.cox_model import cox_fit
from core.statistics.risk_sets import checked_outcome
from core.statistics.subset_permutation import null_block, p_of, p_over_sizes
from core.statistics.subset_problem import MEAN, SIGNED, SPLIT, SubsetProblem, observed_scorer, search
from core.statistics.subset_ranking import RankedSets, rank_sets
from core.statistics.subset_scores import adjusting_columns, residuals_at_positions
from core.statistics.subset_search import members_of
from core.statistics.subset_space import SetSpace
from tests.survival_data import DATA, RealCohort, cohort, z_scores

Floats = NDArray[np.float64]


def problem_of(time: Floats, event: NDArray[np.bool_], z: Floats, space: SetSpace, score: str = MEAN,
               strata: NDArray[np.intp] | None = None, covariates: Floats | None = None) -> SubsetProblem:
    months, happened = checked_outcome(time, event)
    return SubsetProblem(months, happened, z, strata, adjusting_columns(covariates), space, score, seed=7)


def simulated(n: int = 60, g: int = 8, seed: int = 3) -> tuple[Floats, NDArray[np.bool_], Floats]:
    rng = np.random.default_rng(seed)
    z = z_scores(rng.normal(size=(n, g)) + 0.6 * rng.normal(size=(n, 1)))
    return np.ceil(rng.exponential(20, n) * np.exp(-0.3 * z[:, 0])), rng.random(n) < 0.6, z


def disease_specific() -> RealCohort:
    """HER2-positive METABRIC, event = died of the disease; the one patient without a cause is not among them."""
    data = cohort("metabric/her2pos_os")
    table = pd.read_csv(DATA / "cohorts/metabric/metabric_rtk.csv.gz")
    cause = table.loc[table["her2_status"] == "Positive", "death_from_cancer"].to_numpy()
    known = pd.notna(cause)
    return replace(data, time=data.time[known], event=(cause == "Died of Disease")[known], x=data.x[known])


def sets_of(space: SetSpace) -> list[tuple[int, ...]]:
    allowed = sorted((*space.free, *space.must))
    return [chosen for size in space.sizes for chosen in combinations(allowed, size) if set(space.must) <= set(chosen)]


def ranked(problem: SubsetProblem, names: tuple[str, ...], keep: int = 500) -> tuple[RankedSets, Floats]:
    scorer, sign, _ = observed_scorer(problem)
    return rank_sets(scorer, problem.space, keep, names), sign


@pytest.mark.parametrize("name", ["metabric/all_os", "gse3143/all"])
def test_that_every_set_of_twelve_receptors_has_the_score_test_of_a_plain_loop(name):
    data = cohort(name)
    space = SetSpace.of(12, 4)
    z = data.z[:, :12]
    names = data.receptors[:12]
    found, _ = ranked(problem_of(data.time, data.event, z, space), names, keep=1000)
    plain = {}
    for chosen in sets_of(space):
        chi2, _ = cox_score_test(data.time, data.event, z[:, chosen].mean(axis=1))
        plain[chosen] = float(chi2[0])
    assert found.n_sets == len(plain) == sum(comb(12, k) for k in range(1, 5))
    assert len(found.members) == len(plain)
    np.testing.assert_allclose(found.statistic, [plain[members] for members in found.members], rtol=1e-9, atol=1e-10)
    expected = sorted(plain, key=lambda s: (-round(plain[s], 9), sorted(names[i] for i in s)))
    assert list(found.members) == expected


def test_that_the_best_hundred_sets_of_r_are_found_in_their_order():
    table = pd.read_csv(DATA / "golden/survival/exhaustive_size1to3_top100.csv")
    compared = 0
    for (source, subset), rows in table.groupby(["cohort", "subset"]):
        data = disease_specific() if subset == "her2pos_dss" else cohort(f"{source}/{subset}")
        space = SetSpace.of(len(data.receptors), 3)
        assert space.n_all == rows["n_subsets_searched"].iloc[0]
        found, _ = ranked(problem_of(data.time, data.event, data.z, space), data.receptors)
        rows = rows.sort_values("rank_score")
        for place, (members, chi2) in enumerate(zip(rows["members"], rows["score_chi2"])):
            ours = {data.receptors[i] for i in found.members[place]}
            assert ours == set(members.split("+"))
            assert found.statistic[place] == pytest.approx(chi2, abs=1e-8)
            compared += 1
    assert compared == 300


@pytest.mark.parametrize("space", [SetSpace.of(8, 4), SetSpace.of(8, 4, must=(2, 5)), SetSpace.of(8, 2, must=(2, 5)),
                                   SetSpace.of(8, 3, must=(3,), must_not=(0, 7)), SetSpace.of(8, 1),
                                   SetSpace.of(8, 8)])
@pytest.mark.parametrize("score", [MEAN, SIGNED])
@pytest.mark.parametrize("with_covariates", [False, True])
def test_that_the_best_sets_of_shuffled_outcomes_are_those_of_a_plain_loop(space, score, with_covariates):
    time, event, z = simulated()
    rng = np.random.default_rng(0)
    covariates = rng.normal(size=(len(time), 2)) + z[:, :1] if with_covariates else None
    strata = rng.integers(0, 2, len(time))
    problem = problem_of(time, event, z, space, score, strata, covariates)
    patients = problem.shuffled(1, 0, 5)
    found = search(problem, np.arange(problem.n), patients)
    for b in range(5):
        x = z[patients[:, b]]
        adjust = None if covariates is None else covariates[patients[:, b]]
        sign = np.ones(8)
        if score == SIGNED:
            sign = np.sign([plain_chi2(time, event, x[:, i], strata, adjust)[1] for i in range(8)])
        for at, size in enumerate(space.sizes):
            plain = {chosen: plain_chi2(time, event, (x[:, chosen] * sign[list(chosen)]).mean(axis=1), strata, adjust)[0]
                     for chosen in sets_of(space) if len(chosen) == size}
            best = max(plain, key=plain.__getitem__)
            assert found.best.statistic[b, at] == pytest.approx(plain[best], rel=1e-7)
            assert members_of(found.best.members[b, at]) == best


def plain_chi2(time: Floats, event: NDArray[np.bool_], score: Floats, strata: NDArray[np.intp],
               covariates: Floats | None) -> tuple[float, float]:
    """Score test of one score; adjusted, as R's definition of the efficient score by the fitted covariates."""
    if covariates is None:
        chi2, z = cox_score_test(time, event, score, strata=strata)
        return float(chi2[0]), float(z[0])
    from core.statistics.cox_model import design_derivatives
    from core.statistics.risk_sets import checked_strata, risk_sets

    fitted = cox_fit(time, event, covariates, strata=strata)
    sets = risk_sets(*checked_outcome(time, event), checked_strata(strata, len(time)))
    design = np.column_stack([score, covariates])
    beta = np.concatenate([[0.0], fitted.coef])
    u, info, _ = design_derivatives(design[sets.order], beta, sets)
    rest = info[1:, 1:]
    own = info[0, 0] - info[0, 1:] @ np.linalg.solve(rest, info[1:, 0])
    toward = u[0] - info[0, 1:] @ np.linalg.solve(rest, u[1:])
    return float(toward**2 / own), float(toward)


def split_chi2(time: Floats, event: NDArray[np.bool_], z: Floats, chosen: tuple[int, ...]) -> float:
    """Log-rank numerator of the median split, squared, over its variance under permutation, from its definition."""
    score = z[:, chosen].sum(axis=1)
    high = score > np.median(score) + 1e-12
    residual = np.zeros(len(time))
    for i in range(len(time)):
        hazard = 0.0
        for t in np.unique(time[event]):
            if t <= time[i]:
                at_risk = (time >= t).sum()
                deaths = int((event & (time == t)).sum())
                hazard += sum((1.0 - step / deaths if time[i] == t and event[i] else 1.0) / (at_risk - step)
                              for step in range(deaths))
        residual[i] = event[i] - hazard
    n, m = len(time), high.sum()
    if m in (0, n):
        return 0.0
    variance = m * (n - m) / (n * (n - 1)) * ((residual - residual.mean())**2).sum()
    return float(residual[high].sum()**2 / variance)


def test_that_median_splits_have_the_numerator_and_variance_of_their_definition():
    time, event, z = simulated(40, 5)
    space = SetSpace.of(5, 3)
    problem = problem_of(time, event, z, space, SPLIT)
    found, _ = ranked(problem, tuple("ABCDE"), keep=100)
    for members, chi2 in zip(found.members, found.statistic):
        assert chi2 == pytest.approx(split_chi2(time, event, z, members), rel=1e-9, abs=1e-12)
    patients = problem.shuffled(1, 0, 6)
    best = search(problem, np.arange(40), patients).best
    for b in range(6):
        for at, size in enumerate(space.sizes):
            plain = max(split_chi2(time, event, z[patients[:, b]], chosen) for chosen in combinations(range(5), size))
            assert best.statistic[b, at] == pytest.approx(plain, rel=1e-9)


def test_that_median_splits_within_strata_have_the_variance_of_shuffling_within_them():
    time, event, z = simulated(48, 5)
    strata = np.arange(48) % 3
    space = SetSpace.of(5, 2)
    problem = problem_of(time, event, z, space, SPLIT, strata=strata)
    patients = problem.shuffled(1, 0, 5)
    best = search(problem, np.arange(48), patients).best
    residual = np.zeros(48)
    for stratum in range(3):
        here = strata == stratum
        part = problem_of(time[here], event[here], z[here], SetSpace.of(5, 1), SPLIT)
        sets = part.sets_of(np.arange(part.n))
        residual[np.flatnonzero(here)[sets.order]] = residuals_at_positions(sets, sets.order[:, None])[0][:, 0]
    for b in range(5):
        for at, size in enumerate(space.sizes):
            plain = []
            for chosen in combinations(range(5), size):
                score = z[patients[:, b]][:, chosen].sum(axis=1)
                high = score > np.median(score) + 1e-12
                variance = sum(high[s].mean() * (1 - high[s].mean()) * len(residual[s]) * residual[s].var(ddof=1)
                               for s in (strata == code for code in range(3)))
                plain.append(residual[high].sum()**2 / variance)
            assert best.statistic[b, at] == pytest.approx(max(plain), rel=1e-9)


def test_that_a_numerator_of_a_split_is_that_of_the_log_rank_test_where_no_times_are_tied():
    from core.statistics.logrank import logrank_test

    time, event, z = simulated(50, 3)
    time = time + np.arange(50) / 1000
    scorer, _, _ = observed_scorer(problem_of(time, event, z, SetSpace.of(3, 1), SPLIT))
    for i in range(3):
        toward, _ = scorer.score(np.array([[i]]))
        tested = logrank_test(time, event, (z[:, i] > np.median(z[:, i])).astype(int))
        assert toward[0] == pytest.approx(tested.observed[1] - tested.expected[1], abs=1e-9)


def test_that_permutations_are_the_same_in_any_block():
    time, event, z = simulated()
    problem = problem_of(time, event, z, SetSpace.of(8, 3))
    whole = null_block(problem, (0, 12)).statistic
    parts = np.vstack([null_block(problem, (0, 5)).statistic, null_block(problem, (5, 12)).statistic])
    assert (whole == parts).all()


def test_that_permutations_stay_within_strata():
    time, event, z = simulated()
    strata = np.arange(60) % 3
    shuffled = problem_of(time, event, z, SetSpace.of(8, 1), strata=strata).shuffled(1, 0, 20)
    assert (strata[shuffled] == strata[:, None]).all()
    assert (np.sort(shuffled, axis=0) == np.arange(60)[:, None]).all()


def test_that_the_order_of_patients_and_the_scale_of_a_receptor_change_nothing():
    time, event, z = simulated()
    found, _ = ranked(problem_of(time, event, z, SetSpace.of(8, 3)), tuple("ABCDEFGH"))
    order = np.random.default_rng(1).permutation(60)
    again, _ = ranked(problem_of(time[order], event[order], (5 + 2 * z)[order], SetSpace.of(8, 3)), tuple("ABCDEFGH"))
    assert found.members == again.members
    np.testing.assert_allclose(found.statistic, again.statistic, rtol=1e-9)


def test_that_equal_sets_stand_in_alphabetical_order_and_count_as_tied():
    time, event, z = simulated(g=4)
    z = np.column_stack([z, z[:, 0]])
    names = ("ROS1", "MET", "KIT", "AXL", "ALK")
    found, _ = ranked(problem_of(time, event, z, SetSpace.of(5, 1)), names)
    places = [names[members[0]] for members in found.members]
    assert places.index("ALK") + 1 == places.index("ROS1")
    if places[0] == "ALK":
        assert found.tied[1]


def test_that_ties_with_the_best_follow_the_contract():
    time, event, z = simulated()
    space = SetSpace.of(8, 3)
    problem = problem_of(time, event, z, space)
    found, _ = ranked(problem, tuple("ABCDEFGH"), keep=1000)
    from core.statistics.cox import score_vector_and_information

    u, v = score_vector_and_information(time, event, z)
    count = 0
    best = found.members[0]

    def parts(members: tuple[int, ...]) -> tuple[Floats, float]:
        weight = np.zeros(8)
        weight[list(members)] = 1
        return weight, float(weight @ u / np.sqrt(weight @ v @ weight))

    w_best, z_best = parts(best)
    for members, tied in zip(found.members, found.tied):
        weight, z_of = parts(members)
        rho = weight @ v @ w_best / np.sqrt((weight @ v @ weight) * (w_best @ v @ w_best)) * np.sign(z_of * z_best)
        expected = abs(z_best) - abs(z_of) <= np.sqrt(2 * max(1 - rho, 0)) + 1e-9
        assert tied == expected
        count += expected
    assert found.n_tied == count


@pytest.mark.parametrize("score", [MEAN, SPLIT])
def test_that_sets_too_many_to_hold_are_ranked_and_compared_alike(monkeypatch, score):
    time, event, z = simulated()
    problem = problem_of(time, event, z, SetSpace.of(8, 4), score)
    one, _ = ranked(problem, tuple("ABCDEFGH"))
    monkeypatch.setattr("core.statistics.subset_ranking.SCORES_HELD", 0)
    other, _ = ranked(problem, tuple("ABCDEFGH"))
    assert (one.members, one.n_tied) == (other.members, other.n_tied)
    assert (one.statistic == other.statistic).all()
    assert (one.tied == other.tied).all()


def test_that_members_that_cancel_have_no_statistic():
    time, event, z = simulated(g=3)
    z = np.column_stack([z, -z[:, 0]])
    found, _ = ranked(problem_of(time, event, z, SetSpace.of(4, 2)), tuple("ABCD"))
    assert found.statistic[found.members.index((0, 3))] == 0.0


@pytest.mark.parametrize("score", [MEAN, SIGNED])
@pytest.mark.parametrize("others", [0, 3])
def test_that_a_copy_of_a_covariate_tells_nothing_in_any_shuffle(score, others):
    time, event, z = simulated(g=1 + others)
    covariates = np.column_stack([3 + 2 * z[:, 0], np.random.default_rng(0).normal(size=60)])
    problem = problem_of(time, event, z, SetSpace.of(1 + others, 1), score, covariates=covariates)
    found, _ = ranked(problem, tuple("ABCD")[:1 + others])
    assert found.statistic[found.members.index((0,))] == 0.0
    assert found.toward[found.members.index((0,))] == 0.0
    null = null_block(problem, (0, 40)).statistic
    assert np.isfinite(null).all()
    assert (null.max() == 0.0) if not others else (0.0 < null.max() < 40.0)


def test_that_a_space_without_a_set_is_refused():
    with pytest.raises(ValueError, match="no set"):
        SetSpace.of(3, 2, must=(0,), must_not=(0,))
    with pytest.raises(ValueError, match="no set"):
        SetSpace.of(3, 1, must=(0, 1))
    with pytest.raises(ValueError, match="no set"):
        SetSpace.of(0, 4)


def test_that_sets_are_streamed_once_each_in_order():
    space = SetSpace.of(9, 5, must=(4,), must_not=(7,))
    for size in space.sizes:
        rows = [tuple(row) for block in space.blocks(size) for row in block.tolist()]
        assert sorted(rows) == [chosen for chosen in sets_of(space) if len(chosen) == size]
        assert len(rows) == space.n_sets(size)
    assert SetSpace.of(58, 4).n_all == 456_837


def test_that_p_counts_the_permutations_that_are_as_good():
    null = np.array([1.0, 2.0, 3.0, 3.0, 9.0])
    np.testing.assert_allclose(p_of(np.array([3.0, 10.0, 0.0]), null), [4 / 6, 1 / 6, 1.0])
    assert np.isnan(p_of(np.array([1.0]), np.zeros(0))).all()


def test_that_p_over_sizes_is_the_smallest_p_over_sizes_by_permutation():
    rng = np.random.default_rng(5)
    null = rng.chisquare(1, (199, 3)) * [1, 2, 3]
    observed = np.array([6.0, 4.0, 30.0])
    p_size, over = p_over_sizes(observed, null)
    pool = np.vstack([observed, null])
    p = np.array([[(pool[:, k] >= row[k]).mean() for k in range(3)] for row in pool])
    np.testing.assert_allclose(p_size, p[0])
    np.testing.assert_allclose(over, [(p.min(axis=1) <= own).mean() for own in p[0]])
    assert (over >= p_size).all()
