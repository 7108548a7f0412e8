"""Tests of paired changes against R, against counting every case, and at their edges."""

from __future__ import annotations

import csv
import gzip
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.jobs import Cancelled, JobContext
from core.statistics.moderated_t import fit_f_distribution, moderated_t, trigamma_inverse
from core.statistics.paired_changes import detectable_change, fewest_pairs, median_interval, paired_t
from core.statistics.sign_flips import sign_flips, smallest_flip_p
from core.statistics.signed_rank import hodges_lehmann, signed_rank

GOLDEN = Path(__file__).parent / "data" / "golden_paired"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "paired"
Floats = NDArray[np.float64]


def rows_of(name: str) -> list[dict[str, str]]:
    with open(GOLDEN / name, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def number(text: str) -> float:
    return float("nan") if text in ("", "NA") else float(text)


def column(name: str, key: str, gene: str = "gene") -> tuple[list[str], Floats]:
    rows = rows_of(name)
    return [row[gene] for row in rows], np.array([number(row[key]) for row in rows])


def bone_met() -> tuple[list[str], Floats]:
    rows = rows_of("bone_met_rtk_log2cpm1.csv")
    patients = [name[:-1] for name in rows[0] if name.endswith("P")]
    change = [[float(row[f"{patient}M"]) - float(row[f"{patient}P"]) for row in rows] for patient in patients]
    return [row["gene"] for row in rows], np.array(change)


def tcga() -> tuple[list[str], Floats]:
    rows = rows_of("tcga_her2_rtk_expression.csv")
    change = [[float(row[pair["tumour"]]) - float(row[pair["normal"]]) for row in rows]
              for pair in rows_of("tcga_her2_pairs_used.csv")]
    return [row["gene"] for row in rows], np.array(change)


DATA = {"bone_met": bone_met, "tcga_her2": tcga}


def wanted(data: str, key: str, genes: list[str]) -> Floats:
    names, values = column(f"{data}_rtk_tests.csv", key)
    return values[[names.index(gene) for gene in genes]]


@pytest.mark.parametrize("data", DATA)
def test_that_the_paired_t_and_its_interval_are_rs(data: str) -> None:
    genes, change = DATA[data]()
    found = paired_t(change)
    for key, values in (("t", found.t), ("p_t", found.p), ("t_lo95", found.low), ("t_hi95", found.high),
                        ("mean_diff", found.mean), ("sd_diff_ddof1", found.sd), ("n_pairs", found.n)):
        np.testing.assert_allclose(values, wanted(data, key, genes), rtol=0, atol=1e-10, err_msg=key)


@pytest.mark.parametrize("data", DATA)
def test_that_the_signed_rank_test_is_rs_exact_one_and_pratts_with_zeros_and_ties(data: str) -> None:
    genes, change = DATA[data]()
    found = [signed_rank(values) for values in change.T]
    classic = [i for i, each in enumerate(found) if not each.zeros and not each.tied]
    np.testing.assert_array_equal([each.zeros for each in found], wanted(data, "n_zero_diff", genes))
    np.testing.assert_allclose([each.p for each in found], wanted(data, "p_pratt_exact", genes), rtol=0, atol=1e-12)
    np.testing.assert_allclose([found[i].p for i in classic], wanted(
        data, "p_wilcox_exact_no_ties_no_zeros", genes)[classic], rtol=0, atol=1e-12)
    np.testing.assert_array_equal([found[i].w for i in classic], wanted(data, "V_sum_positive_ranks", genes)[classic])
    np.testing.assert_allclose([hodges_lehmann(change[:, i]) for i in classic], wanted(
        data, "hodges_lehmann", genes)[classic], rtol=0, atol=1e-10)
    assert len(classic) >= 36
    assert data == "tcga_her2" or len(classic) < len(genes), "some rows have zeros or ties"


def test_that_the_moderated_t_of_the_receptors_alone_is_limmas() -> None:
    genes, change = bone_met()
    found = moderated_t(change)
    name = "bone_met_limma_rtk_rows_only.csv"
    assert column(name, "t_mod", "row")[0] == genes
    np.testing.assert_allclose(found.t, column(name, "t_mod", "row")[1], rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.p, column(name, "p_mod", "row")[1], rtol=0, atol=1e-10)
    assert found.prior_df == pytest.approx(3.43718943267745, abs=1e-10)
    assert found.prior_s2 == pytest.approx(0.434423487297188, abs=1e-10)
    assert found.rows == 58


@pytest.mark.skipif(not SHARED.exists(), reason="the whole tables lie beside the project")
@pytest.mark.parametrize("which", ["bone_met_limma_all_rows", "bone_met_limma_mean_ge_1", "tcga_her2_limma_10pairs"])
def test_that_the_moderated_t_of_a_whole_table_is_limmas(which: str) -> None:
    names, change, mean = whole_table(which)
    kept = mean >= 1 if which.endswith("ge_1") else np.ones(len(names), dtype=bool)
    found = moderated_t(change[:, kept])
    place = {name: i for i, name in enumerate(np.array(names)[kept].tolist())}
    genes, t = column(f"{which}.csv", "t_mod", "row")
    at = [place[gene] for gene in genes]
    np.testing.assert_allclose(found.t[at], t, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.p[at], column(f"{which}.csv", "p_mod", "row")[1], rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.prior_df, column(f"{which}.csv", "df_prior", "row")[1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.prior_s2, column(f"{which}.csv", "s2_prior", "row")[1], rtol=0, atol=1e-9)


def whole_table(which: str) -> tuple[list[str], Floats, Floats]:
    if which.startswith("tcga"):
        with gzip.open(SHARED / "tcga_her2_tumor_normal" / "expression.csv.gz", "rt", encoding="utf-8") as handle:
            lines = list(csv.reader(handle))
        pairs = [(each["normal"], each["tumour"]) for each in rows_of("tcga_her2_pairs_used.csv")]
        names, values, header = [line[0] for line in lines[1:]], np.array([line[1:] for line in lines[1:]], float), \
            lines[0][1:]
    else:
        with gzip.open(SHARED / "bone_met_pairs" / "gene_counts.csv.gz", "rt", encoding="utf-8") as handle:
            lines = list(csv.reader(handle))
        counts = np.array([line[2:] for line in lines[1:]], float)
        names, values, header = [line[0] for line in lines[1:]], np.log2(counts / counts.sum(axis=0) * 1e6 + 1), \
            lines[0][2:]
        pairs = [(name, f"{name[:-1]}M") for name in header if name.endswith("P")]
    change = np.array([values[:, header.index(after)] - values[:, header.index(before)] for before, after in pairs])
    return names, change, values.mean(axis=1)


def signed_rank_by_hand(change: list[float]) -> tuple[float, float]:
    """Pratt's test by signing every rank in every way."""
    sizes = np.abs(change)
    ranks = np.array([(sizes < size).sum() + ((sizes == size).sum() + 1) / 2 for size in sizes])
    kept = ranks[sizes > 0]
    w = float(ranks[np.array(change) > 0].sum())
    sums = [sum(rank for rank, up in zip(kept, ways) if up) for ways in itertools.product((0, 1), repeat=len(kept))]
    middle = kept.sum() / 2
    return w, float(np.mean(np.abs(np.array(sums) - middle) >= abs(w - middle) - 1e-9))


@pytest.mark.parametrize("change", [
    [1.0, 2.0, -3.0, 4.0, 5.5], [1, 1, 1, -1, 2, 2], [0, 0, 1, 2, -3, 3], [0, 5], [5.0], [-1, -1, -1, 0, 0, 0, 2],
    [10, 20, 20, 0, -10, 30, 40, 50, -10], [0.1 + 0.2, -0.3, 0.5, 0.7]])
def test_that_exact_means_every_way_to_sign_the_ranks(change: list[float]) -> None:
    rounded = [round(value, 6) for value in change]
    w, p = signed_rank_by_hand(rounded)
    found = signed_rank(change)
    assert found.exact
    assert found.w == w
    assert found.p == pytest.approx(min(p, 1.0), abs=1e-14)


def test_that_ties_hidden_by_the_rounding_of_a_subtraction_are_ties() -> None:
    assert signed_rank([0.3 - 0.2, 0.2 - 0.1, -0.4]).tied == 2
    assert signed_rank([0.3 - 0.1 - 0.2, 1.0, 2.0]).zeros == 1


def test_that_few_pairs_have_a_smallest_p() -> None:
    assert signed_rank([1, 2, 3, 4, 5]).p == 0.0625
    assert signed_rank([1, 2, 3, 4, 5, 6]).p == 0.03125
    assert smallest_flip_p(5, 10_000) == 0.0625
    assert smallest_flip_p(20, 10_000) == 1 / 10_001
    assert fewest_pairs() == 6


def test_that_nothing_changed_or_nothing_known_gives_no_number() -> None:
    for change in ([], [0.0, 0.0], [float("nan")] * 3):
        assert np.isnan(signed_rank(change).p)
    assert np.isnan(hodges_lehmann([]))
    found = paired_t([[1.0, 2.0, np.nan], [np.nan, 2.0, np.nan]])
    assert np.isnan([*found.t, *found.p]).all()
    np.testing.assert_array_equal(found.n, [1, 2, 0])
    np.testing.assert_array_equal(found.mean, [1.0, 2.0, np.nan])


def test_that_very_many_pairs_fall_back_on_a_normal_distribution_that_hardly_differs(
        monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.round(np.random.default_rng(5).normal(0.12, 1.0, 300), 1)
    exact = signed_rank(values)
    monkeypatch.setattr("core.statistics.signed_rank.EXACT_UP_TO", 200)
    normal = signed_rank(values)
    assert (exact.exact, normal.exact, normal.w) == (True, False, exact.w)
    assert exact.zeros
    assert normal.p == pytest.approx(exact.p, abs=1e-3)


def flips_by_hand(change: Floats) -> Floats:
    """Step-down maxT over all 2^m flips, one flip after the other."""
    def t_of(table: Floats) -> Floats:
        known = [values[np.isfinite(values)] for values in table.T]
        return np.array([abs(values.mean()) / (values.std(ddof=1) / np.sqrt(len(values))) for values in known])

    observed = t_of(change)
    order = np.argsort(-observed)
    null = np.array([t_of(change * np.array(signs)[:, None])
                     for signs in itertools.product((1.0, -1.0), repeat=len(change))])
    p = np.empty(len(order))
    for place, gene in enumerate(order):
        p[gene] = (null[:, order[place:]].max(axis=1) >= observed[gene] - 1e-9).mean()
    p[order] = np.maximum.accumulate(p[order])
    return p


def test_that_flips_of_whole_patients_are_all_counted() -> None:
    random = np.random.default_rng(3)
    change = random.normal(0.0, 1.0, (7, 5)) + np.array([1.5, 0.4, 0.0, -0.8, 0.1])
    change[2, 1] = np.nan
    found = sign_flips(change, 10_000, 1)
    assert (found.flips, found.exact, found.smallest_p) == (128, True, 2 / 128)
    np.testing.assert_allclose(found.p_maxt, flips_by_hand(change), atol=1e-12)
    np.testing.assert_allclose(found.t, paired_t(change).t, atol=1e-12)
    alone = sign_flips(change[:, [3]], 10_000, 1)
    assert found.p[3] == alone.p_maxt[0], "of one receptor there is nothing to correct for"


def test_that_drawn_flips_repeat_and_come_near_to_all_of_them() -> None:
    random = np.random.default_rng(4)
    change = random.normal(0.3, 1.0, (15, 6))
    drawn = sign_flips(change, 4_000, 7)
    assert (drawn.flips, drawn.exact, drawn.smallest_p) == (4_000, False, 1 / 4_001)
    np.testing.assert_array_equal(drawn.p_maxt, sign_flips(change, 4_000, 7).p_maxt)
    every = sign_flips(change, 40_000, 7)
    assert (every.flips, every.exact) == (2**15, True)
    np.testing.assert_allclose(drawn.p_maxt, every.p_maxt, atol=0.03)


def test_that_two_thousand_pairs_are_no_trouble() -> None:
    change = np.random.default_rng(9).normal(0.1, 1.0, (2_000, 2))
    assert sign_flips(change, 99, 1).p_maxt.tolist() == [0.01, 0.01]
    assert np.isfinite(detectable_change(1.0, 2_000, 58))
    assert hodges_lehmann(change[:, 0]) == pytest.approx(float(np.median(change[:, 0])), abs=0.1)


def test_that_the_order_of_patients_and_their_direction_change_no_p() -> None:
    random = np.random.default_rng(8)
    change = random.normal(0.5, 1.0, (9, 4))
    first = sign_flips(change, 10_000, 1).p_maxt
    np.testing.assert_allclose(sign_flips(change[::-1], 10_000, 1).p_maxt, first, atol=1e-12)
    np.testing.assert_allclose(sign_flips(-3.0 * change, 10_000, 2).p_maxt, first, atol=1e-12)


def test_that_a_change_that_is_the_same_in_all_has_no_t_but_a_place_among_the_flips() -> None:
    change = np.column_stack([np.full(6, 1.0), [1, 2, -1, 3, -2, 0.5], np.zeros(6)])
    found = sign_flips(change, 10_000, 1)
    assert found.p_maxt[0] == 2 / 64
    assert np.isnan(found.p_maxt[2])
    assert np.isnan(paired_t(change).t[[0, 2]]).all()


@pytest.mark.parametrize("m", [0, 1, 2])
def test_that_hardly_any_pairs_give_no_p_below_what_flips_can_say(m: int) -> None:
    found = sign_flips(np.ones((m, 3)) + np.arange(m)[:, None], 10_000, 1)
    assert found.p_maxt.shape == (3,)
    if m == 2:
        np.testing.assert_array_equal(found.p_maxt, [0.5, 0.5, 0.5])
    else:
        assert np.isnan(found.p_maxt).all()


def test_that_no_flips_are_made_where_none_are_wanted_and_that_they_can_be_stopped() -> None:
    change = np.random.default_rng(1).normal(size=(20, 3))
    assert np.isnan(sign_flips(change, 0, 1).p_maxt).all()
    job = JobContext(lambda fraction, words: job.cancel())
    with pytest.raises(Cancelled):
        sign_flips(change, 50_000, 1, job)


def medians_by_hand(values: list[float]) -> Floats:
    return np.array([np.median(draw) for draw in itertools.product(values, repeat=len(values))])


@pytest.mark.parametrize("values", [[0.3, -1.0, 2.0, 5.0, 0.7, 1.1, 0.2], [0.3, -1.0, 2.0, 5.0, 0.7, 1.1],
                                    [1.0, 1.0, 1.0, 2.0, 2.0, 7.0]])
def test_that_the_interval_of_the_median_counts_every_resample(values: list[float]) -> None:
    medians = np.sort(medians_by_hand(values))
    count = len(medians)
    low, high = median_interval(values)
    for found, edge in ((low, 0.025), (high, 0.975)):
        assert (medians <= found + 1e-12).sum() / count >= edge - 1e-12
        assert (medians < found - 1e-12).sum() / count < edge + 1e-12


def test_that_the_interval_of_the_median_holds_for_many_pairs() -> None:
    values = np.random.default_rng(2).normal(size=1_200)
    for part in (values, values[:1_199]):
        low, high = median_interval(part)
        assert low < np.median(part) < high
        assert high - low == pytest.approx(2 * 1.96 * 1.2533 / np.sqrt(1_200), rel=0.2)


def test_that_a_detectable_change_is_found_in_four_of_five_studies() -> None:
    change = float(detectable_change(1.0, 12, 58))
    random = np.random.default_rng(11)
    samples = random.normal(change, 1.0, (12, 20_000))
    assert float((paired_t(samples).p < 0.05 / 58).mean()) == pytest.approx(0.8, abs=0.015)
    assert detectable_change([1.0, np.nan, 0.0], [5, 12, 12], 58).tolist()[0] == np.inf
    assert np.isnan(detectable_change([1.0, np.nan, 0.0], [5, 12, 12], 58)[1:]).all()


def test_that_the_prior_is_none_or_endless_where_variances_say_so() -> None:
    same = fit_f_distribution(np.full(50, 2.0), np.full(50, 9.0))
    assert same[0] == np.inf
    assert same[1] == pytest.approx(2.0)
    assert fit_f_distribution([1.0, np.nan], [9.0, 0.0])[2] == 1
    one = moderated_t(np.array([[1.0], [2.0], [4.0]]))
    assert one.t[0] == pytest.approx(paired_t(np.array([[1.0], [2.0], [4.0]])).t[0]), "one row teaches nothing"
    for x in (1e-8, 1e-3, 0.5, 3.0, 1e9):
        from scipy.special import polygamma

        assert float(polygamma(1, trigamma_inverse(x))) == pytest.approx(x, rel=1e-6)


def test_that_missing_values_leave_a_pair_out_of_that_row_only() -> None:
    table = np.random.default_rng(6).normal(size=(8, 40))
    short = table.copy()
    short[3, 0] = np.nan
    found, whole = moderated_t(short), moderated_t(table)
    assert found.df[0] == pytest.approx(6.0 + found.prior_df) or np.isinf(found.prior_df)
    np.testing.assert_allclose(found.t[1:], whole.t[1:], rtol=0.05)
    rest: Any = np.delete(table[:, 0], 3)
    assert paired_t(short).mean[0] == pytest.approx(rest.mean())
