"""Cell lines: direction, groups, pairs, derivatives, floors, limits, membranes, and the words for each."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from core.analyses.base import Result
from core.analyses.cell_lines import Parameters, check, run
from core.analyses.cell_lines_words import answer
from core.data.tables import Scale
from core.problems import UserError
from core.statistics.line_power import detectable_correlation, detectable_difference
from core.statistics.paired_shift import paired_shift
from tests.line_sets import hms, line_set, of

RNG = np.random.default_rng(5)
HIGH = {"response": {"column": "IC50", "direction": "high is resistant"}}
LOW = {"response": {"column": "IC50", "direction": "low is resistant"}}
GROUPS = {"groups": {"column": "state", "sensitive": "S", "resistant": "R"}}
PAIRS = {"pairs": {"line": "parent", "state": "state", "parental": "parental", "resistant": "LR"}}
QUICK = Parameters(permutations=200, leave_one_out=False)


@pytest.fixture(autouse=True)
def same_numbers_in_every_test(monkeypatch):
    monkeypatch.setitem(globals(), "RNG", np.random.default_rng(5))


def rising(n: int = 12, genes: int = 4) -> np.ndarray:
    """Only the first gene goes with the order of the lines."""
    values = RNG.normal(size=(n, genes))
    values[:, 0] = np.arange(n)
    return values


def rows(result: Result, **wanted: str) -> dict[str, object]:
    """The first row of the table of receptors that fits."""
    table = result.table("receptors").columns
    at = next(i for i in range(result.table("receptors").n_rows)
              if all(table[name][i] == value for name, value in wanted.items()))
    return {name: values[at] for name, values in table.items()}


def codes(result: Result) -> set[str]:
    return {problem.code for problem in result.warnings}


# along a response


def test_that_the_columns_are_those_of_the_contract_in_its_order():
    table = run(of(line_set(rising(), {"IC50": range(12)}, HIGH)), QUICK).table("receptors")
    assert list(table.columns)[:12] == ["receptor", "measure", "n", "spearman", "spearman_p", "pearson", "difference",
                                        "difference_low", "difference_high", "p", "q_bh", "p_maxt"]


def test_that_spearman_is_with_the_column_as_it_stands_and_the_words_speak_of_resistance():
    values = rising()
    high, low = (run(of(line_set(values, {"IC50": range(12)}, layout)), QUICK) for layout in (HIGH, LOW))
    for result, toward in ((high, "resistance"), (low, "sensitivity")):
        row = rows(result, receptor="EGFR")
        assert row["spearman"] == pytest.approx(1.0)
        assert row["pearson"] == pytest.approx(1.0)
        assert row["more_in"] == toward.replace("resistance", "resistant").replace("sensitivity", "sensitive")
        assert result.findings[0] == f"High EGFR goes with {toward}."
    assert high.numbers.measures[0].spearman[0] == pytest.approx(1.0)
    assert low.numbers.measures[0].spearman[0] == pytest.approx(-1.0)
    assert np.isnan(rows(high, receptor="EGFR")["difference"])


def test_that_spearman_and_pearson_equal_scipy_with_ties_and_missing_values():
    values = np.round(RNG.normal(size=(15, 4)), 1)
    values[3, 1] = np.nan
    response = np.round(RNG.normal(size=15), 1)
    result = run(of(line_set(values, {"IC50": response}, LOW)), QUICK)
    known = np.isfinite(values[:, 1])
    row = rows(result, receptor="ERBB2")
    assert row["n"] == 14
    assert row["spearman"] == pytest.approx(stats.spearmanr(values[known, 1], response[known]).statistic)
    assert row["pearson"] == pytest.approx(stats.pearsonr(values[known, 1], response[known]).statistic)


def test_that_a_response_above_the_highest_dose_has_the_highest_rank_and_is_said():
    cells = ["1", "2", "3", "> 10", "12", "> 10", "4", "5"]
    result = run(of(line_set(rising(8), {"IC50": cells}, HIGH)), QUICK)
    ranks = np.array([1, 2, 3, 13, 12, 13, 4, 5])
    assert rows(result, receptor="EGFR")["spearman"] == pytest.approx(stats.spearmanr(np.arange(8), ranks).statistic)
    said = next(problem for problem in result.warnings if problem.code == "response_not_reached")
    assert said.what == "“IC50” is above 10.00 in 2 lines (L4 and L6); they share the highest rank"
    assert result.numbers.not_reached.tolist() == [False] * 3 + [True, False, True] + [False] * 2


def test_that_an_endless_gr50_is_ranked_beyond_all_others_on_its_side():
    cells = ["1", "2", "3", "inf", "12", "-inf", "4", "5"]
    result = run(of(line_set(rising(8), {"IC50": cells}, HIGH)), QUICK)
    ranks = np.array([1, 2, 3, 13, 12, 0, 4, 5])
    assert rows(result, receptor="EGFR")["spearman"] == pytest.approx(stats.spearmanr(np.arange(8), ranks).statistic)
    assert result.numbers.response.tolist() == [1, 2, 3, 12, 12, 1, 4, 5]
    assert result.numbers.not_reached.sum() == 2


def test_that_a_value_which_many_lines_share_at_the_resistant_end_counts_as_not_reached():
    result = run(of(line_set(rising(9), {"IC50": [4.7, 4.7, 4.7, 4.7, 5, 6, 7, 8, 9]}, LOW)), QUICK)
    said = next(problem for problem in result.warnings if problem.code == "response_plateau")
    assert said.what.startswith("4 of 9 lines share the most resistant value of “IC50”, 4.700")
    other = run(of(line_set(rising(9), {"IC50": [4.7, 4.7, 4.7, 4.7, 5, 6, 7, 8, 9]}, HIGH)), QUICK)
    assert "response_plateau" not in codes(other)


@pytest.mark.parametrize(("columns", "layout", "code"), [
    ({"IC50": [1.0] * 12}, HIGH, "constant_response"),
    ({"IC50": ["1", "2", *[""] * 10]}, HIGH, "too_few_lines"),
    ({"IC50": range(12)}, {}, "no_response"),
    ({"IC50": ["high", "low"] * 6}, HIGH, "response_not_a_number"),
    ({"state": ["S"] * 12}, GROUPS, "empty_group"),
    ({"state": ["parental"] * 12, "parent": ["A"] * 12}, PAIRS, "no_pairs"),
])
def test_that_data_which_cannot_answer_are_refused_with_what_to_do(columns, layout, code):
    samples = of(line_set(rising(), columns, layout))
    (problem,) = check(samples, QUICK)
    assert problem.code == code
    assert problem.remedy
    with pytest.raises(UserError) as raised:
        run(samples, QUICK)
    assert raised.value.problems[0].code == code


def test_that_three_lines_run_and_say_what_they_cannot_show():
    result = run(of(line_set(rising(3), {"IC50": [1, 2, 3]}, HIGH)), QUICK)
    assert rows(result, receptor="EGFR")["p"] == pytest.approx(2 / 6)
    assert result.findings[0] == "3 lines cannot answer this."
    assert "too_few_for_correction" in codes(result)


# groups


def test_that_groups_have_the_shift_its_exact_interval_and_the_exact_rank_sum_p():
    values = RNG.normal(size=(11, 3))
    state = ["R"] * 5 + ["S"] * 6
    row = rows(run(of(line_set(values, {"state": state}, GROUPS)), QUICK), receptor="EGFR")
    resistant, sensitive = values[:5, 0], values[5:, 0]
    assert row["difference"] == pytest.approx(np.median(np.subtract.outer(resistant, sensitive)))
    assert row["p"] == pytest.approx(stats.mannwhitneyu(resistant, sensitive, method="exact").pvalue)
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert row["level"] == pytest.approx(100 * (1 - 2 * 7 / 462))
    assert np.isnan(row["spearman"])


def test_that_resistant_lines_raise_what_is_higher_in_them():
    values = RNG.normal(size=(16, 3))
    values[:8, 1] += 9
    values[:8, 2] -= 9
    result = run(of(line_set(values, {"state": ["R"] * 8 + ["S"] * 8}, GROUPS)), QUICK)
    assert result.findings[0] == "Resistant lines raise ERBB2; resistant lines lower ERBB3."
    assert rows(result, receptor="ERBB2")["more_in"] == "resistant"


def test_that_three_against_four_lines_say_which_difference_is_likely_to_be_missed():
    values = RNG.normal(size=(7, 3))
    result = run(of(line_set(values, {"state": ["R"] * 3 + ["S"] * 4}, GROUPS)), QUICK)
    said = answer(result.numbers)
    assert said.sentence == "Resistant and sensitive lines do not differ in any RTK."
    size = np.median([detectable_difference(values[3:, i], values[:3, i], 3) for i in range(3)])
    assert said.explanation == f"With 3 against 4 lines a difference under {size:.1f} log2 is likely to be missed."
    assert rows(result, receptor="EGFR")["p"] >= 2 / 35


def test_that_a_cut_of_the_response_makes_groups_by_its_direction():
    response = np.arange(12.0)
    for layout, resistant in ((HIGH, response >= 8), (LOW, response <= 8)):
        result = run(of(line_set(rising(), {"IC50": response}, layout)),
                     Parameters(permutations=100, leave_one_out=False, resistant_from="8"))
        assert list(result.numbers.resistant) == resistant.tolist()
        assert np.isfinite(rows(result, receptor="EGFR")["difference"])
        assert np.isfinite(rows(result, receptor="EGFR")["spearman"])


def test_that_lines_are_compared_within_their_subtype_only():
    subtype = ["A"] * 8 + ["B"] * 8
    values = RNG.normal(size=(16, 3))
    values[:8, 0] += 20
    state = ["R"] * 6 + ["S"] * 2 + ["R"] * 2 + ["S"] * 6
    samples = line_set(values, {"state": state, "subtype": subtype}, GROUPS)
    plain = rows(run(of(samples), QUICK), receptor="EGFR")
    within = rows(run(of(samples), Parameters(permutations=200, leave_one_out=False, within="subtype")), receptor="EGFR")
    assert abs(plain["difference"]) > 5
    assert abs(within["difference"]) < 5


def test_that_a_line_without_its_subtype_or_covariate_is_left_out_with_the_reason():
    samples = line_set(rising(), {"IC50": range(12), "subtype": ["A"] * 6 + ["B"] * 5 + [""],
                                  "age": [*range(11), ""]}, HIGH)
    within = run(of(samples), Parameters(permutations=50, leave_one_out=False, within="subtype"))
    assert within.numbers.left_out == (("L12", "no subtype"),)
    adjusted = run(of(samples), Parameters(permutations=50, leave_one_out=False, adjust=("age",)))
    assert adjusted.numbers.left_out == (("L12", "age missing"),)
    assert "approximate" in adjusted.methods


def test_that_groups_without_two_kinds_of_lines_are_refused():
    samples = line_set(rising(), {"state": ["R"] * 6 + ["S"] * 6, "subtype": ["A"] * 6 + ["B"] * 6}, GROUPS)
    (problem,) = check(of(samples), Parameters(within="subtype"))
    assert problem.what == "none of the 2 groups that lines are compared within holds both S and R lines"


def test_that_lines_whose_group_has_one_kind_only_are_said_to_add_nothing():
    samples = line_set(rising(), {"state": ["R", "S"] * 5 + ["R", "R"], "subtype": ["A"] * 10 + ["B"] * 2}, GROUPS)
    result = run(of(samples), Parameters(permutations=50, leave_one_out=False, within="subtype"))
    said = next(problem for problem in result.warnings if problem.code == "alone_within")
    assert said.what.startswith("2 lines of B cannot be compared")


@pytest.mark.parametrize(("state", "values", "why"), [
    (["R"] + ["S"] * 11, rising(), "One R line does not show how much such lines differ"),
    (["R", "S"] * 6, rising() * np.nan, "None of these lines has a value of any receptor"),
    (["R", "S"] * 6, rising() * 0.0, "Every receptor is missing or the same"),
])
def test_that_where_no_p_can_be_given_the_reason_is_said(state, values, why):
    result = run(of(line_set(values, {"state": state}, GROUPS)), QUICK)
    assert result.findings[0] == "No P value can be given."
    assert result.findings[1].startswith(why)


# pairs


def paired(changes: np.ndarray, **more: object):
    n, genes = changes.shape
    parental = RNG.normal(size=(n, genes))
    values = np.concatenate([parental, parental + changes])
    columns = {"parent": [*map("P{}".format, range(n))] * 2, "state": ["parental"] * n + ["LR"] * n, **more}
    return line_set(values, columns, PAIRS, lines=[f"C{i}" for i in range(n)] + [f"C{i}-LR" for i in range(n)])


def test_that_parental_pairs_are_one_value_per_parent():
    changes = RNG.normal(size=(8, 3))
    changes[:, 0] += 6
    result = run(of(paired(changes)), QUICK)
    row = rows(result, receptor="EGFR")
    assert row["n"] == 8
    assert row["p"] == pytest.approx(2 / 2**8)
    assert row["p_maxt"] == pytest.approx(2 / 2**8)
    averages = [(a + b) / 2 for i, a in enumerate(changes[:, 0]) for b in changes[i:, 0]]
    assert row["difference"] == pytest.approx(np.median(averages))
    assert result.findings[0] == "Resistant lines raise EGFR."
    assert result.table("pairs").n_rows == 8 * 3


def test_that_a_parent_without_a_derivative_is_left_out_with_the_reason():
    values = RNG.normal(size=(5, 2))
    samples = line_set(values, {"parent": ["A", "A", "B", "B", "C"],
                                "state": ["parental", "LR", "parental", "LR", "parental"]}, PAIRS)
    result = run(of(samples), QUICK)
    assert result.numbers.left_out == (("L5", "C has a parental sample and no LR one"),)


def test_that_the_interval_of_pairs_is_that_of_r():
    # R: wilcox.test(x, conf.int = TRUE) of Hollander and Wolfe's example 3.1 (differences y - x of 9 patients).
    x = np.array([0.952, -0.147, 1.022, 0.430, 0.620, 0.590, 0.490, -0.080, 0.010])
    found = paired_shift(x)
    assert found.p == pytest.approx(stats.wilcoxon(x, method="exact").pvalue)
    averages = np.sort([(a + b) / 2 for i, a in enumerate(x) for b in x[i:]])
    assert (found.low, found.high) == (averages[5], averages[39])  # qsignrank(0.025, 9) is 6
    assert found.level == pytest.approx(1 - 2 * 10 / 512)


# derivatives, replicates, membranes


def test_that_derivatives_of_one_parent_count_as_one_line():
    lines = ["BT474", "BT474-LR", *(f"X{i}" for i in range(8))]
    samples = line_set(rising(10), {"IC50": [1, 3, *range(4, 12)]}, HIGH, lines=lines)
    result = run(of(samples), QUICK)
    assert rows(result, receptor="EGFR")["n"] == 9
    assert result.numbers.response[0] == 2.0
    assert result.numbers.measures[0].values[0, 0] == pytest.approx(0.5)
    assert "derivatives_merged" in codes(result)


def test_that_a_parent_and_its_derivative_in_two_groups_are_left_out_and_pairs_are_named():
    lines = ["BT474", "BT474-LR", *(f"X{i}" for i in range(8))]
    samples = line_set(rising(10), {"state": ["S", "R", *["S", "R"] * 4]}, GROUPS, lines=lines)
    result = run(of(samples), QUICK)
    said = next(problem for problem in result.warnings if problem.code == "parent_in_both_groups")
    assert "pairs" in said.remedy
    assert len(result.numbers.lines) == 8


def test_that_technical_replicates_are_averaged_per_biological_one_first():
    values = np.array([[0.0], [0.0], [0.0], [6.0], *[[float(i)] for i in range(10, 18)]])
    columns = {"line": ["A"] * 4 + [f"B{i}" for i in range(4) for _ in range(2)],
               "membrane": ["1", "1", "1", "2", *["1", "2"] * 4], "IC50": [1] * 4 + [2, 2, 3, 3, 4, 4, 5, 5]}
    result = run(of(line_set(values, columns, HIGH)),
                 Parameters(permutations=100, leave_one_out=False, line="line", replicate="membrane"))
    assert result.numbers.measures[0].values[0, 0] == 3.0
    assert rows(result, receptor="EGFR")["n"] == 5
    assert rows(result, receptor="EGFR")["replicates"] == 2
    assert np.isfinite(rows(result, receptor="EGFR")["p_maxt"])


@pytest.mark.parametrize("parameters", [{"replicate": "membrane"}, {"one_membrane": ("phospho",)}])
def test_that_one_membrane_gives_values_and_no_p(parameters):
    values = np.stack([rising(), rising()])
    samples = line_set(values, {"state": ["R", "S"] * 6, "membrane": ["1"] * 12}, GROUPS,
                       measures=("total", "phospho"))
    result = run(of(samples), Parameters(permutations=100, leave_one_out=False, **parameters))
    row = rows(result, receptor="EGFR", measure="phospho")
    assert np.isfinite(row["difference"])
    assert all(np.isnan(row[name]) for name in ("p", "p_maxt", "q_bh", "difference_low", "spearman_p"))
    assert row["no_p"] == "One membrane: no P value"
    said = next(problem for problem in result.warnings if problem.code == "no_p")
    assert "one membrane: no P value" in said.what
    assert "Phospho: one membrane: no P value." in answer(result.numbers).explanation


# the detection floor, measures, names


def test_that_a_lowest_value_which_many_share_is_the_floor_and_kept_as_a_tie():
    values = rising(12)
    values[:7, 1] = -4.831
    values[7:, 1] = np.arange(5)
    result = run(of(line_set(values, {"IC50": range(12)}, HIGH)), QUICK)
    row = rows(result, receptor="ERBB2")
    assert (row["at_floor"], row["floor"], row["n"]) == (7, -4.831, 12)
    said = next(problem for problem in result.warnings if problem.code == "at_floor")
    assert "ERBB2 in 7 of 12 lines" in said.what
    assert rows(result, receptor="EGFR")["at_floor"] == 0


def test_that_scores_have_no_floor():
    values = np.zeros((12, 2))
    values[6:] = RNG.normal(size=(6, 2)) + 100
    result = run(of(line_set(values, {"IC50": range(12)}, HIGH, scale=Scale.SCORE)), QUICK)
    assert rows(result, receptor="EGFR")["at_floor"] == 0
    assert rows(result, receptor="EGFR")["unit"] == "points"


def test_that_each_measure_is_a_family_of_its_own():
    values = np.stack([rising(14), RNG.normal(size=(14, 4))])
    both = line_set(values, {"IC50": range(14)}, HIGH, measures=("total", "phospho"))
    alone = line_set(values[0], {"IC50": range(14)}, HIGH, measures=("total",))
    for name in ("p", "q_bh", "p_maxt"):
        assert rows(run(of(both), QUICK), receptor="MET", measure="total")[name] == \
            rows(run(of(alone), QUICK), receptor="MET")[name]
    assert len(run(of(both), Parameters(permutations=50, measures=("phospho",))).numbers.measures) == 1


def test_that_each_line_is_left_out_in_turn_and_a_result_that_hangs_on_one_is_said():
    values = RNG.normal(size=(9, 2)) * 0.01
    values[:, 0] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    result = run(of(line_set(values, {"IC50": [1, 2, 3, 4, 5, 6, 7, 9, 8]}, HIGH)), Parameters(permutations=500))
    table = result.table("leave_one_out").columns
    assert sorted(set(table["left_out"])) == sorted(result.numbers.lines)
    assert result.findings[1] == "1 of 2 holds after correction in mRNA. It holds whichever line is left out."


def test_that_a_result_which_hangs_on_one_line_names_it():
    values = RNG.normal(size=(10, 2))
    values[:, 0] = [*range(9), 30]
    result = run(of(line_set(values, {"IC50": [5, 3, 9, 1, 8, 2, 7, 6, 4, 10]}, HIGH)), Parameters(permutations=500))
    assert "no longer holds" not in result.findings[1]  # nothing holds: nothing can be lost
    strong = np.column_stack([[0, 1, 2, 3, 4, 5], RNG.normal(size=6)])
    few = run(of(line_set(strong, {"IC50": [1, 2, 3, 4, 6, 5]}, HIGH)), Parameters(permutations=500))
    assert "EGFR (mRNA) no longer holds without L1, nor without any one of" in few.findings[1]


def test_that_groups_beside_a_response_have_both():
    samples = line_set(rising(), {"state": ["S"] * 6 + ["R"] * 6, "IC50": range(12)}, {**GROUPS, **HIGH})
    row = rows(run(of(samples), QUICK), receptor="EGFR")
    assert row["difference"] == pytest.approx(6.0)
    assert row["spearman"] == pytest.approx(1.0)
    along = rows(run(of(samples), Parameters(permutations=50, leave_one_out=False, design="continuous")), receptor="EGFR")
    assert np.isnan(along["difference"])


def test_that_no_shuffles_leave_the_corrected_p_empty_and_say_so():
    result = run(of(line_set(rising(), {"state": ["R", "S"] * 6}, GROUPS)), Parameters(permutations=0))
    assert np.isnan(rows(result, receptor="EGFR")["p_maxt"])
    assert np.isfinite(rows(result, receptor="EGFR")["p"])
    assert result.findings[0] == "No P value can be given."
    assert result.tests_paid_for == 0


def test_that_what_can_be_found_with_few_lines_is_computed():
    assert detectable_correlation(29, 18) == pytest.approx(np.tanh((stats.norm.ppf(1 - 0.025 / 18) + stats.norm.ppf(0.8))
                                                                    * np.sqrt(1.06 / 26)))
    assert np.isnan(detectable_correlation(4, 18))
    one, two = [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0]
    spread = np.sqrt((5.0 + 2.0) / 5)
    reach = stats.t.ppf(1 - 0.025 / 10, 5) + stats.t.ppf(0.8, 5)
    assert detectable_difference(one, two, 10) == pytest.approx(reach * spread * np.sqrt(1 / 4 + 1 / 3))


# the bundled lines


def test_that_hms_lines_run_from_their_raw_files_with_their_names_matched():
    result = run(hms(), Parameters(permutations=500, leave_one_out=False))
    assert len(result.numbers.lines) == 29
    names = result.table("names").columns
    assert {"AU-565", "SK-BR-3__a", "MCF7__b"} <= set(names["name"])
    row = rows(result, receptor="ERBB2", measure="phospho")
    assert row["spearman"] == pytest.approx(0.8002624, abs=1e-6)  # with −log10 GI50: high is sensitive
    assert row["more_in"] == "sensitive"
    assert "High ERBB2 in total protein goes with sensitivity" in result.findings[0]
    assert rows(result, receptor="ERBB4", measure="total")["at_floor"] == 25


def test_that_made_from_one_person_is_said():
    result = run(hms(), Parameters(permutations=10, leave_one_out=False))
    said = next(problem for problem in result.warnings if problem.code == "lines_of_one_person")
    assert "AU565 and SKBR3" in said.what
