"""A locked score in other patients: scores, refusals, roles, random sets, overlap and what is said of them.

Not for: real cohorts from files (test_validation_runs.py) or the pooling itself (test_meta_analysis.py).
"""

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from core.analyses.base import Inputs, Result, ResultTable
from core.analyses.locked_score import Lock, score_in
from core.analyses.rtk_prognosis import INFO as PROGNOSIS
from core.analyses.validation import Parameters, check, run
from core.analyses.validation_overlap import find_overlap
from core.data.patients.cohort import Cohort
from core.jobs import JobContext
from core.problems import UserError
from core.statistics.cox import cox_score_test
from core.statistics.meta_analysis import pool
from tests.validation_cohorts import GENES, cohort_of, made_cohort

LOCK = Lock("pair", ("EGFR", "MET"))


def inputs(*cohorts: Cohort, lock: Lock | None = LOCK, **more: Any) -> Inputs:
    return Inputs(cohorts[0], "study", "it", cohorts=cohorts, locks=(lock,) if lock else (), **more)


def validated(*cohorts: Cohort, lock: Lock = LOCK, permutations: int = 0, **more: Any) -> Result:
    return run(inputs(*cohorts, lock=lock, **more), Parameters(locked=(lock.name,), permutations=permutations))


def column(result: Result, table: str, name: str) -> list[Any]:
    return list(result.table(table).columns[name])


def three() -> tuple[Cohort, Cohort, Cohort]:
    return made_cohort("a", 1, patients=200), made_cohort("b", 2, patients=250), made_cohort("c", 3, patients=200)


# the score


def test_that_a_score_is_the_mean_z_brought_to_sd_1_within_the_cohort() -> None:
    cohort = made_cohort("a", 1)
    values = cohort.expression[0].take(cohort.patients, ("EGFR", "MET"))
    raw = ((values - values.mean(axis=0)) / values.std(axis=0, ddof=1)).mean(axis=1)
    scored = score_in(LOCK, cohort)
    np.testing.assert_allclose(scored.values, raw / raw.std(ddof=1), rtol=1e-12)
    assert scored.values.std(ddof=1) == pytest.approx(1, rel=1e-12)
    np.testing.assert_array_equal(scored.high, scored.values > 0)


def test_that_signs_enter_only_the_signed_score_and_the_cut_is_the_locks() -> None:
    cohort = made_cohort("a", 1)
    values = cohort.expression[0].take(cohort.patients, ("EGFR", "MET"))
    z = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    signed = score_in(Lock("s", ("EGFR", "MET"), (1, -1), "signed mean z", 0.5), cohort)
    difference = z[:, 0] - z[:, 1]
    np.testing.assert_allclose(signed.values, difference / difference.std(ddof=1), rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(signed.high, signed.values > 0.5)
    plain = score_in(Lock("p", ("EGFR", "MET"), (1, -1), "mean z"), cohort)
    np.testing.assert_allclose(plain.values, score_in(LOCK, cohort).values)
    half = score_in(Lock("m", ("EGFR", "MET"), (), "median split"), cohort)
    assert int(half.high.sum()) == len(cohort.patients) // 2


def test_that_a_receptor_is_found_by_another_of_its_names() -> None:
    cohort = made_cohort("a", 1)
    np.testing.assert_array_equal(score_in(Lock("x", ("HER2",)), cohort).values,
                                  score_in(Lock("x", ("ERBB2",)), cohort).values)


def test_that_two_thirds_of_the_receptors_are_enough_and_fewer_are_refused_in_words() -> None:
    cohort = made_cohort("a", 1, genes=("EGFR", "MET"))
    scored = score_in(Lock("x", ("EGFR", "MET", "KIT")), cohort)
    assert (scored.receptors, scored.missing) == (("EGFR", "MET"), ("KIT",))
    assert "KIT is not in the table" in scored.warnings[0].what
    with pytest.raises(UserError, match=r"only 2 of 4 receptors of “x” can be used in the cohort “a”; KIT and RET are"):
        score_in(Lock("x", ("EGFR", "MET", "KIT", "RET")), cohort)


def test_that_a_receptor_missing_in_many_patients_is_left_out_and_else_the_patients_are() -> None:
    cohort = made_cohort("a", 1)
    values = cohort.expression[0].values.copy()
    values[:3, GENES.index("EGFR")] = np.nan
    values[:20, GENES.index("KIT")] = np.nan
    holed = replace(cohort, expression=(replace(cohort.expression[0], values=values),))
    scored = score_in(Lock("x", ("EGFR", "MET", "KIT")), holed)
    assert scored.missing == ("KIT",)
    assert scored.left_out == cohort.patients[:3]
    assert len(scored.values) == len(scored.rows) == 77
    assert [problem.code for problem in scored.warnings] == ["receptors_missing", "values_missing"]


def test_that_patients_with_one_score_cannot_be_tested() -> None:
    cohort = made_cohort("a", 1)
    flat = replace(cohort.expression[0], values=np.ones_like(cohort.expression[0].values))
    with pytest.raises(UserError, match="only 0 of 2 receptors"):
        score_in(LOCK, replace(cohort, expression=(flat,)))
    opposite = cohort.expression[0].values.copy()
    opposite[:, GENES.index("MET")] = opposite[:, GENES.index("EGFR")]
    same = replace(cohort, expression=(replace(cohort.expression[0], values=opposite),))
    with pytest.raises(UserError, match="is the same in all patients"):
        score_in(Lock("x", ("EGFR", "MET"), (1, -1), "signed mean z"), same)


# pooling and roles


def test_that_the_pooled_models_are_those_of_the_cohorts_own_rows() -> None:
    result = validated(*three())
    assert list(result.table("cohorts").columns)[:9] == [
        "cohort", "n", "events", "log_hr", "se", "hr", "hr_low", "hr_high", "receptors_missing"]
    assert list(result.table("pooled").columns)[:10] == [
        "model", "log_hr", "se", "low", "high", "tau2", "i2", "q", "prediction_low", "prediction_high"]
    rows = pool(column(result, "cohorts", "log_hr"), column(result, "cohorts", "se"))
    assert column(result, "pooled", "model") == ["fixed", "dl", "reml", "dl_mkh", "reml_mkh"]
    assert column(result, "pooled", "log_hr") == [row.estimate for row in rows]
    assert column(result, "pooled", "prediction_high") == [row.prediction_high for row in rows]
    assert column(result, "leave_one_out", "left_out") == ["a"] * 5 + ["b"] * 5 + ["c"] * 5
    assert (result.tests_paid_for, result.tests_not_paid_for) == (1, 0)
    assert "It holds." in result.findings[0]
    assert "shorter overall survival over 3 cohorts" in result.findings[0]


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 1, 0), (1, 0, 2)])
def test_that_the_order_of_cohorts_changes_no_number(order: tuple[int, ...]) -> None:
    cohorts = three()
    one = validated(*cohorts, permutations=30)
    other = validated(*(cohorts[place] for place in order), permutations=30)
    for name, table in {table.name: table for table in one.tables}.items():
        rows = sorted(map(repr, zip(*(list(values) for values in table.columns.values()))))
        if name not in ("overlap", "checks"):
            assert rows == sorted(map(repr, zip(*(list(values) for values in other.table(name).columns.values()))))
    assert one.table("pooled").columns == other.table("pooled").columns


def test_that_the_search_cohort_is_labelled_and_never_pooled() -> None:
    a, b, c = three()
    result = validated(a, b, c, found_in=(a,), permutations=20)
    assert column(result, "cohorts", "role") == ["search cohort", "tested", "tested"]
    assert set(column(result, "pooled", "k")) == {2}
    assert column(result, "random_sets", "cohort") == ["b", "c"]
    assert any("a is the search cohort" in sentence for sentence in result.findings)
    assert result.table("pooled").columns == validated(b, c).table("pooled").columns
    alone = validated(a, found_in=(a,))
    assert alone.table("pooled").n_rows == 0
    assert "nothing is known of whether it holds" in alone.findings[0]
    assert alone.tests_paid_for == alone.tests_not_paid_for == 0


def test_that_patients_of_the_search_cohort_are_no_test_under_another_name() -> None:
    whole = made_cohort("whole", 1, dataset="lab")
    some = replace(whole, name="some", patients=whole.patients[:50], time=whole.time[:50], event=whole.event[:50])
    other = made_cohort("other", 5)
    result = validated(some, other, found_in=(whole,))
    assert column(result, "cohorts", "role") == ["shares patients with the search cohort", "tested"]
    assert set(column(result, "pooled", "k")) == {1}
    assert any("some and whole share 50 patients" in sentence for sentence in result.findings)


def test_that_a_cohort_without_its_receptors_is_refused_and_the_others_go_on() -> None:
    a, b, _ = three()
    poor = made_cohort("poor", 9, genes=("EGFR", "KIT"), driving=("EGFR",))
    result = validated(a, poor, b)
    assert column(result, "cohorts", "role") == ["tested", "refused", "tested"]
    assert column(result, "cohorts", "receptors_missing") == ["", "MET", ""]
    assert np.isnan(column(result, "cohorts", "log_hr")[1])
    assert "cohort_refused" in {problem.code for problem in result.warnings}
    assert any(sentence.startswith("poor was refused: only 1 of 2 receptors") for sentence in result.findings)
    assert result.table("pooled").columns == validated(a, b).table("pooled").columns
    with pytest.raises(UserError, match="only 1 of 2 receptors"):
        validated(poor)


def test_that_one_cohort_has_its_own_answer_and_two_have_no_pooled_one() -> None:
    a, b, _ = three()
    one, two = validated(a), validated(a, b)
    assert one.findings[0].startswith("In a a high score of “pair” goes with shorter overall survival, HR ")
    assert "one_cohort" not in {problem.code for problem in one.warnings}
    assert column(one, "pooled", "low")[3:] == [None, None]
    assert "is uninformative" in two.findings[0]
    assert "two_cohorts" in {problem.code for problem in two.warnings}
    assert set(column(two, "pooled", "prediction_low")) == {None}
    assert "(uninformative)" in " ".join(two.figures[0].texts())


def test_that_the_other_direction_than_in_the_search_cohort_is_not_called_holding() -> None:
    found = made_cohort("found", 4, patients=300, effect=0.8)
    others = [made_cohort(name, seed, patients=300, effect=-0.8) for name, seed in (("x", 5), ("y", 6), ("z", 7))]
    pooled = validated(*others, found_in=(found,))
    assert "longer overall survival over 3 cohorts" in pooled.findings[0]
    assert "That is the other way round than where it was found, so it does not hold." in pooled.findings[0]
    assert "other way round" in validated(others[0], found_in=(found,)).findings[0]


def test_that_a_cohort_without_events_is_shown_and_not_pooled() -> None:
    a, b, c = three()
    quiet = replace(c, event=np.zeros_like(c.event))
    result = validated(a, b, quiet)
    assert set(column(result, "pooled", "k")) == {2}
    assert column(result, "cohorts", "events")[2] == 0
    assert "model_did_not_settle" in {problem.code for problem in result.warnings}


# what is tested


def test_that_receptors_listed_by_hand_are_not_paid_for() -> None:
    result = run(inputs(*three(), lock=None), Parameters(locked=("HER1", "MET"), permutations=0))
    assert (result.tests_paid_for, result.tests_not_paid_for) == (0, 1)
    assert column(result, "lock", "receptor") == ["EGFR", "MET"]
    assert result.table("pooled").columns == validated(*three()).table("pooled").columns
    assert any("listed by hand" in sentence for sentence in result.findings)


def subset_result(best: str, **parameters: Any) -> Result:
    signs = ResultTable("signs", {"receptor": ["EGFR", "MET"], "sign": [1, -1]})
    return Result(PROGNOSIS, "subset", (ResultTable("summary", {"best": [best]}), signs), (), (), "",
                  parameters=parameters)


def test_that_the_best_set_of_an_analysis_is_tested_with_its_signs() -> None:
    a, b, c = three()
    given = Inputs(a, "study", "it", cohorts=(b, c), found_in=(a,), awaits=("subset",),
                   results={"subset": subset_result("EGFR+MET", score="signed mean z")})
    result = run(given, Parameters(locked=("subset",), permutations=0))
    assert column(result, "lock", "sign") == [1, -1]
    assert column(result, "lock", "found_in") == ["a", "a"]
    assert (result.tests_paid_for, result.tests_not_paid_for) == (1, 0)
    with pytest.raises(UserError, match="has no best set"):
        run(replace(given, results={"subset": subset_result("")}), Parameters(locked=("subset",)))
    assert check(replace(given, results={}), Parameters(locked=("subset",))) == []


@pytest.mark.parametrize(("locked", "said"), [
    ((), "it is not said which score is tested"),
    (("pear",), "did you mean the lock “pair”"),
    (("NOPE1", "NOPE2"), "none of “NOPE1”, “NOPE2” is a receptor of the cohorts' tables"),
])
def test_that_what_cannot_be_tested_is_refused_by_check_and_run(locked: tuple[str, ...], said: str) -> None:
    given, parameters = inputs(*three()), Parameters(locked=locked)
    with pytest.raises(UserError) as raised:
        run(given, parameters)
    assert said in raised.value.problems[0].line()
    assert check(given, parameters) == list(raised.value.problems)


def test_that_a_lock_changed_after_sealing_is_not_tested() -> None:
    with pytest.raises(UserError, match="was changed after it was sealed"):
        validated(*three(), lock=replace(LOCK, receptors=("EGFR", "KIT")))


# random sets


def test_that_all_sets_are_tried_where_there_are_few() -> None:
    cohort = made_cohort("a", 1)
    result = validated(cohort, permutations=1000)
    row = {name: values[0] for name, values in result.table("random_sets").columns.items()}
    assert (row["size"], row["candidates"], row["sets"]) == (2, 8, 28)
    values = cohort.expression[0].values
    z = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    sets = [abs(float(cox_score_test(cohort.time, cohort.event, z[:, list(pair)].mean(axis=1))[1][0]))
            for pair in combinations(range(8), 2)]
    own = sets[list(combinations(range(8), 2)).index((GENES.index("EGFR"), GENES.index("MET")))]
    assert row["abs_z"] == pytest.approx(own, rel=1e-12)
    assert row["p"] == pytest.approx(np.mean([each >= own - 1e-9 for each in sets]))
    assert row["median"] == pytest.approx(np.median(sets), rel=1e-12)


def test_that_random_sets_depend_on_seed_and_cohort_and_a_set_of_driving_genes_stands_out() -> None:
    cohort = made_cohort("a", 1, patients=200, effect=0.9)
    results = [run(inputs(cohort), Parameters(locked=("pair",), permutations=25, seed=seed)) for seed in (1, 1, 2)]
    medians = [column(result, "random_sets", "median")[0] for result in results]
    assert medians[0] == medians[1] != medians[2]
    assert column(results[0], "random_sets", "percentile")[0] > 90
    assert validated(cohort, permutations=0).table("random_sets").n_rows == 0


# overlap


def same_people(seed: int, genes: int, patients: int = 60, shared: int = 4) -> tuple[Cohort, Cohort]:
    """Two data sets on other scales, with other names, that share some patients."""
    generator = np.random.default_rng(seed)
    names = tuple(f"G{number}" for number in range(genes))
    values = generator.normal(size=(patients, genes))
    other = generator.normal(size=(patients, genes))
    other[:shared] = values[:shared]
    time, event = generator.exponential(50, patients), generator.random(patients) < 0.5
    other_time, other_event = generator.exponential(50, patients), generator.random(patients) < 0.5
    other_time[:shared], other_event[:shared] = time[:shared] + 0.04, event[:shared]
    return (cohort_of("one", [f"A{row}" for row in range(patients)], values, time, event, names),
            cohort_of("two", [f"B{row}" for row in range(patients)], 3 * other + 7, other_time, other_event, names))


@pytest.mark.parametrize("genes", [200, 20])
def test_that_patients_in_two_data_sets_are_found_by_expression_and_outcome(genes: int) -> None:
    one, two = same_people(1, genes)
    found = find_overlap((one, two), JobContext())
    assert [(pair.patient_a, pair.patient_b) for pair in found.between("one", "two")] == [
        (f"A{row}", f"B{row}") for row in range(4)]
    assert {pair.found_by for pair in found.shared} == {"expression and outcome"}
    assert bool(found.not_judged) == (genes == 20)


def test_that_of_very_many_genes_those_that_vary_are_compared_in_either_order() -> None:
    one, two = same_people(3, 1300)
    pairs = [{(pair.patient_a, pair.patient_b) for pair in find_overlap((one, two), JobContext()).shared},
             {(pair.patient_b, pair.patient_a) for pair in find_overlap((two, one), JobContext()).shared}]
    assert pairs[0] == pairs[1] == {(f"A{row}", f"B{row}") for row in range(4)}


def test_that_the_same_name_with_another_outcome_is_said_and_not_believed() -> None:
    a = made_cohort("a", 1)
    b = made_cohort("b", 2)
    names = (a.patients[0], *b.patients[1:])
    b = replace(b, patients=names, clinical=replace(b.clinical, samples=names),
                expression=(replace(b.expression[0], samples=names),))
    result = validated(a, b)
    assert column(result, "overlap", "found_by") == ["sample name alone"]
    assert column(result, "overlap", "likely") == [False]
    assert "shared_patients" not in {problem.code for problem in result.warnings}
    assert any("likely other people, named alike" in sentence for sentence in result.findings)


def test_that_patients_pooled_twice_are_warned_of_by_name() -> None:
    whole = made_cohort("whole", 1, dataset="lab")
    some = replace(whole, name="some", patients=whole.patients[:50], time=whole.time[:50], event=whole.event[:50])
    warnings = {problem.code: problem for problem in validated(whole, some, made_cohort("b", 2)).warnings}
    assert "share 50 patients (whole-000, whole-001" in warnings["shared_patients"].what
    assert "count twice" in warnings["shared_patients"].why


def test_that_differences_between_cohorts_are_said() -> None:
    a = made_cohort("a", 1)
    b = made_cohort("b", 2, endpoint="relapse-free survival", unit="years")
    checks = dict(zip(*(column(validated(a, b), "checks", name) for name in ("check", "light"))))
    assert checks["endpoint"] == checks["median follow-up"] == "amber"
    assert checks["unit of follow-up"] == checks["measure"] == checks["scale"] == "green"
    assert checks["treatment"] == "grey"


def test_that_competing_causes_and_added_value_of_each_cohort_stand_in_one_table_by_cohort() -> None:
    cohorts = []
    for seed, name in enumerate(("a", "b"), start=1):
        made = made_cohort(name, seed, patients=150)
        cause = np.where(made.event, 1, np.where(np.arange(150) % 3 == 0, 2, 0)).astype(np.int64)
        cohorts.append(replace(made, cause=cause, endpoint=replace(made.endpoint, competing_values=(2,))))
    result = validated(*cohorts)
    causes = result.table("competing_risks")
    assert list(causes.columns)[:2] == ["cohort", "cause"]
    assert column(result, "competing_risks", "cohort") == ["a"] * 6 + ["b"] * 6
    assert set(causes.columns) == set(causes.describe)
    assert column(result, "competing_risks", "coef")[0] == pytest.approx(column(result, "cohorts", "log_hr")[0], rel=1e-9)
    names = [figure.name for figure in result.figures]
    assert {"cumulative_incidence_a", "cumulative_incidence_b", "linearity_a"} <= set(names)
    assert len(set(names)) == len(names)
    assert (result.tests_paid_for, result.tests_not_paid_for) == (1, 12)
    assert "Aalen" in result.methods
