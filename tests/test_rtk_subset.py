"""The subset analysis from a cohort to its tables: the contract's columns, who is searched, what is refused, small and odd
cohorts, steps switched off, stops, seeds, and R's numbers of the best set.

Not for: the search and what repeats it (test_subset_search.py, test_subset_folds.py), or the page.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.analyses.base import Inputs, Result
from core.analyses.rtk_subset import Parameters, check, run
from core.analyses.subset_inputs import search_inputs
from core.analyses.subset_numbers import SubsetNumbers, work_of
from core.compute import Compute, Serial, SpawnPool
from core.data.patients.cohort import Cohort
from core.data.reference import rtk_symbols
from core.data.tables import ClinicalColumn, ClinicalTable, EndpointRule, ExpressionMatrix, Missing, Scale
from core.export.tables import csv_text
from core.jobs import Cancelled, JobContext
from core.problems import Location, UserError
from core.statistics.cox import cox_score_test
from tests.survival_data import cohort as real
from tests.test_rtk_prognosis import GENES
from tests.test_rtk_prognosis import cohort as simulated

Floats = NDArray[np.float64]
FAST = Parameters(max_size=2, permutations=99, halves=10, folds=3, cv_permutations=19, random_genes=0)
ALONE = Parameters(max_size=2, permutations=0, halves=0, folds=0, cv_permutations=0, random_genes=0)
CONTRACT = {
    "subsets": ("rank", "receptors", "size", "direction", "statistic", "p_raw", "p_search", "coef", "se", "hr", "hr_low",
                "hr_high", "concordance", "tied_with_best"),
    "summary": ("sets_tried", "permutations", "seed", "best", "p_raw", "p_search", "cv_concordance", "cv_concordance_low",
                "cv_concordance_high", "cv_p"),
    "sizes": ("size", "best", "statistic", "p_size", "p_over_sizes"),
    "stability": ("receptor", "inclusion_frequency"),
    "null": ("permutation", "best_statistic"),
    "audit": ("check", "light", "sentence"),
}
PLACE = Location("lab.csv")


def analysed(group: Cohort, parameters: Parameters = FAST, job: JobContext | None = None,
             compute: Compute | None = None) -> Result:
    inputs = Inputs(group, "study", "subset", simulated=True, compute=compute or Compute(Serial()))
    return run(inputs, parameters, job or JobContext())


def numbers_of(result: Result) -> SubsetNumbers:
    assert isinstance(result.numbers, SubsetNumbers)
    return result.numbers


def first(result: Result, table: str = "subsets") -> dict[str, object]:
    return {name: values[0] for name, values in result.table(table).columns.items()}


def small(values: Sequence[Sequence[float]], time: Sequence[float], event: Sequence[int],
          clinical: dict[str, Sequence[str]] | None = None, genes: tuple[str, ...] | None = None) -> Cohort:
    """A cohort of a few patients; ``values`` is patients by receptors, ``clinical`` columns of words."""
    matrix = np.array(values, dtype=np.float64)
    patients = tuple(f"P{i}" for i in range(len(matrix)))
    columns = {name: ClinicalColumn(name, tuple(words), np.full(len(patients), np.nan),
                                    {i: Missing.BLANK for i, word in enumerate(words) if not word},
                                    tuple(f"B{i + 2}" for i in range(len(patients))), PLACE)
               for name, words in (clinical or {}).items()}
    return Cohort("few", "lab", patients, EndpointRule("relapse", "t", "months", "e", (1,)),
                  np.array(time, dtype=np.float64), np.array(event, dtype=np.bool_),
                  (ExpressionMatrix(patients, genes or GENES[:matrix.shape[1]], matrix, Scale.LOG2, "mRNA", PLACE),),
                  ClinicalTable(patients, columns, PLACE), (), ())


def with_gaps(group: Cohort, gene: int, patients: Sequence[int]) -> Cohort:
    matrix = group.expression[0]
    values = matrix.values.copy()
    values[list(patients), gene] = np.nan
    return replace(group, expression=(replace(matrix, values=values),))


def bytes_of(result: Result) -> dict[str, str]:
    """What the csv files of a result hold."""
    return {table.name: csv_text(table) for table in result.tables}


def refused(group: Cohort, parameters: Parameters) -> UserError:
    """The refusal of run, after making sure that check says the same."""
    with pytest.raises(UserError) as caught:
        analysed(group, parameters)
    found = check(Inputs(group, "study", "subset"), parameters)
    assert [problem.code for problem in found] == [problem.code for problem in caught.value.problems]
    return caught.value


# --- Tables --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("score", ["mean z", "signed mean z", "median split"])
def test_that_every_table_has_the_columns_of_the_contract_first_and_in_order(score):
    result = analysed(simulated(), replace(FAST, score=score))
    for name, columns in CONTRACT.items():
        assert tuple(result.table(name).columns)[:len(columns)] == columns
    for table in result.tables:
        assert set(table.describe) == set(table.columns), table.name
    assert result.table("summary").n_rows == 1
    subsets = result.table("subsets").columns
    assert list(subsets["rank"]) == list(range(1, 79))
    assert list(subsets["statistic"]) == sorted(subsets["statistic"], reverse=True)
    assert all("+".join(sorted(names.split("+"))) == names for names in subsets["receptors"])
    assert list(result.table("sizes").columns["size"]) == [1, 2]
    assert result.table("null").n_rows == 99
    assert result.table("stability").n_rows == 12


def test_that_five_hundred_sets_are_listed_and_all_are_counted():
    result = analysed(simulated(), replace(ALONE, max_size=4))
    assert result.table("subsets").n_rows == 500
    assert first(result, "summary")["sets_tried"] == 12 + 66 + 220 + 495
    assert result.tests_not_paid_for == 793 + len([row for row in result.table("audit").columns["check"]
                                                   if str(row).startswith("differs by")])


def test_that_p_raw_is_that_of_the_cox_score_test_and_p_search_never_smaller_than_luck_allows():
    group = simulated(seed=6, effect=0.2)
    result = analysed(group)
    matrix = group.expression[0].values
    z = (matrix - matrix.mean(axis=0)) / matrix.std(axis=0, ddof=1)
    from scipy.stats import chi2 as chi2_distribution

    subsets = result.table("subsets").columns
    null = np.array(result.table("null").columns["best_statistic"])
    for at in (0, 1, 40, 77):
        members = [GENES.index(name) for name in subsets["receptors"][at].split("+")]
        chi2, z_of = cox_score_test(group.time, group.event, z[:, members].mean(axis=1))
        assert subsets["statistic"][at] == pytest.approx(float(chi2[0]), rel=1e-9)
        assert subsets["p_raw"][at] == pytest.approx(chi2_distribution.sf(float(chi2[0]), 1), rel=1e-9)
        assert subsets["direction"][at] == ("worse" if z_of[0] > 0 else "better")
        assert subsets["p_search"][at] == (1 + int((null >= chi2[0] * (1 - 1e-9)).sum())) / 100
    assert (np.diff(subsets["p_search"]) >= 0).all()


def test_that_the_planted_receptor_is_in_the_best_set_and_luck_is_excluded():
    result = analysed(simulated())
    assert GENES[0] in str(first(result)["receptors"]).split("+")
    assert first(result, "summary")["p_search"] == 0.01
    assert first(result, "summary")["cv_p"] == 0.05
    assert first(result)["direction"] == "worse"
    assert result.table("stability").columns["receptor"][0] == GENES[0]
    assert "less likely by luck" in result.findings[0] or "alone" in result.findings[0]


def test_that_noise_is_called_luck():
    result = analysed(simulated(seed=4, effect=0.0))
    assert first(result, "summary")["p_search"] > 0.05
    assert result.findings[0].startswith("The best set is no better than luck.")
    assert "is the finding" not in result.findings[0]


def test_that_few_events_cannot_answer_rather_than_call_it_luck() -> None:
    rng = np.random.default_rng(4)
    result = analysed(small(rng.normal(size=(60, 4)).tolist(), rng.exponential(30, 60).round(1).tolist(),
                            [1] * 12 + [0] * 48))
    assert "12" in result.findings[0].split(".")[0]
    assert "cannot answer this." in result.findings[0]
    assert "few_events" in {problem.code for problem in result.warnings}


def test_that_a_set_with_longer_survival_says_better():
    group = simulated(effect=-0.7)
    result = analysed(group)
    assert first(result)["direction"] == "better"
    assert first(result)["hr"] < 1
    assert "later relapse" in result.findings[0]


# --- Who is searched -----------------------------------------------------------------------------------------------

def test_that_a_receptor_missing_in_more_than_a_tenth_is_left_out_by_name_and_then_patients():
    group = with_gaps(with_gaps(simulated(), 3, range(25)), 5, (0, 30, 31))
    result = analysed(group)
    numbers = numbers_of(result)
    assert GENES[3] not in numbers.inputs.receptors
    assert len(numbers.inputs.receptors) == 11
    assert len(numbers.inputs.patients) == 237
    assert numbers.inputs.incomplete == ("P000", "P030", "P031")
    said = {problem.code: problem.what for problem in result.warnings}
    assert f"{GENES[3]} (is missing in 25 of 240 patients)" in said["receptor_left_out"]
    assert said["incomplete_patients"].startswith("3 patients")
    candidates = result.table("candidates").columns
    assert candidates["why_not"][list(candidates["receptor"]).index(GENES[3])] == "is missing in 25 of 240 patients"
    assert first(result)["n"] == 237


def test_that_a_receptor_missing_in_exactly_a_tenth_is_searched():
    numbers = numbers_of(analysed(with_gaps(simulated(), 3, range(24)), ALONE))
    assert GENES[3] in numbers.inputs.receptors
    assert len(numbers.inputs.patients) == 216


def test_that_a_constant_receptor_is_left_out_by_name():
    group = simulated()
    matrix = group.expression[0]
    values = matrix.values.copy()
    values[:, 2] = 7.0
    result = analysed(replace(group, expression=(replace(matrix, values=values),)), ALONE)
    assert GENES[2] not in numbers_of(result).inputs.receptors
    assert any(f"{GENES[2]} (has one value only)" in problem.what for problem in result.warnings)


def test_that_a_receptor_that_is_constant_among_the_complete_patients_is_left_out_too():
    group = simulated(n=40)
    matrix = group.expression[0]
    values = matrix.values.copy()
    values[:, 2] = 7.0
    values[0, 2] = 9.0
    values[0, 4] = np.nan
    result = analysed(replace(group, expression=(replace(matrix, values=values),)), ALONE)
    assert dict(numbers_of(result).inputs.left_out)[GENES[2]] == "has one value only among the patients with all values"


def test_that_must_and_must_not_rule_every_set():
    result = analysed(simulated(), replace(FAST, must=(GENES[4],), must_not=(GENES[0],), max_size=3))
    for names in result.table("subsets").columns["receptors"]:
        assert GENES[4] in names.split("+")
        assert GENES[0] not in names.split("+")
    assert first(result, "summary")["sets_tried"] == 1 + 10 + 45
    assert list(result.table("sizes").columns["size"]) == [1, 2, 3]


@pytest.mark.parametrize(("changes", "code", "words"), [
    ({"must": (GENES[1],), "must_not": (GENES[1],)}, "nothing_to_search", "must be in every set and must not be in any"),
    ({"must": GENES[:3], "max_size": 2}, "nothing_to_search", "3 receptors must be in every set"),
    ({"must_not": GENES}, "nothing_to_search", "no receptor is left to search"),
    ({"must": ("TP53",)}, "must_not_found", "TP53"),
    ({"receptors": ("TP53",)}, "no_receptors", ""),
    ({"adjust": ("nothing",)}, "no_column", "nothing"),
])
def test_that_rules_that_leave_nothing_are_refused_with_a_sentence(changes, code, words):
    error = refused(simulated(), replace(ALONE, **changes))
    assert error.problems[0].code == code
    assert words in str(error)
    assert error.problems[0].remedy


def test_that_a_must_that_is_measured_in_too_few_is_refused_by_name():
    error = refused(with_gaps(simulated(), 3, range(60)), replace(ALONE, must=(GENES[3],)))
    assert error.problems[0].code == "must_not_found"
    assert f"“{GENES[3]}” must be in every set" in str(error)


def test_that_more_sets_than_a_search_can_take_are_refused_with_what_would_do():
    rng = np.random.default_rng(1)
    genes = rtk_symbols()
    group = small(rng.normal(size=(30, len(genes))), rng.exponential(20, 30), [1] * 30, genes=genes)
    found = check(Inputs(group, "study", "subset"), replace(ALONE, max_size=6))
    assert not found or found[0].code == "too_many_sets"
    assert len(genes) == 58


def test_that_a_cohort_without_events_is_refused_with_a_sentence():
    group = simulated()
    error = refused(replace(group, event=np.zeros(240, dtype=bool)), FAST)
    assert error.problems[0].code == "no_events"
    assert "nobody of the 240 analysed patients" in str(error)


def test_that_nobody_with_all_values_is_refused():
    values = np.arange(400.0).reshape(20, 20) % 7
    values[np.arange(20), np.arange(20)] = np.nan
    group = small(values, range(1, 21), [1] * 20, genes=rtk_symbols()[:20])
    error = refused(group, ALONE)
    assert error.problems[0].code == "nobody_left"


def test_that_one_patient_is_refused():
    assert refused(small([[1.0, 2.0, 3.0]], [3], [1]), FAST).problems[0].code == "nothing_to_search"


def test_that_a_slip_of_the_pen_in_must_not_is_said_since_it_would_let_the_receptor_in():
    result = analysed(simulated(), replace(ALONE, must_not=("ERBB22",)))
    said = [problem for problem in result.warnings if problem.code == "receptor_not_in_table"]
    assert "“ERBB22”, which must not be in any set" in said[0].what
    assert said[0].answer_key == "must_not"
    assert "ERBB2" in said[0].remedy


# --- Small and odd cohorts -----------------------------------------------------------------------------------------

def whole(result: Result) -> None:
    """Numbers are numbers or empty, probabilities between 0 and 1, and nothing reads nan."""
    for table in result.tables:
        for name, values in table.columns.items():
            for value in values:
                if name.startswith(("p_", "cv_p")) and name != "p_of" and isinstance(value, float) and value == value:
                    assert 0 <= value <= 1 or name == "p_size", (table.name, name, value)
                assert not isinstance(value, float) or not np.isinf(value) or name in ("hr_high", "hr"), (table.name, name)
    said = " ".join((*result.findings, result.methods, *(problem.what for problem in result.warnings),
                     *(figure.caption for figure in result.figures)))
    assert not re.search(r"\bnan\b|\binf\b|None", said), said


@pytest.mark.parametrize("score", ["mean z", "signed mean z", "median split"])
@pytest.mark.parametrize("case", ["five patients", "one receptor", "two receptors", "all events", "ties everywhere",
                                  "one event", "two patients", "two events"])
def test_that_tiny_and_odd_cohorts_give_an_answer_and_never_a_fault(score, case):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(5, 4))
    group = {
        "five patients": small(x, [3, 5, 8, 9, 12], [1, 0, 1, 0, 0]),
        "one receptor": small(rng.normal(size=(30, 1)), rng.exponential(20, 30), [1, 0] * 15),
        "two receptors": small(rng.normal(size=(30, 2)), rng.exponential(20, 30), [1, 0] * 15),
        "all events": small(rng.normal(size=(30, 4)), rng.exponential(20, 30), [1] * 30),
        "ties everywhere": small(rng.integers(0, 2, (30, 4)), [1, 2] * 15, [1, 1, 0] * 10),
        "one event": small(rng.normal(size=(20, 4)), range(1, 21), [0] * 9 + [1] + [0] * 10),
        "two patients": small(rng.normal(size=(2, 3)), [3, 4], [1, 0]),
        "two events": small(rng.normal(size=(2, 3)), [3, 4], [1, 1]),
    }[case]
    result = analysed(group, replace(FAST, score=score, max_size=4))
    whole(result)
    assert len(result.table("subsets").columns["rank"]) >= 1
    for name, columns in CONTRACT.items():
        assert tuple(result.table(name).columns)[:len(columns)] == columns
    bytes_of(result)


def test_that_a_hazard_ratio_that_cannot_be_estimated_is_said_so():
    group = small([[20.0 - i, i % 3] for i in range(20)], range(1, 21), [0] * 9 + [1] + [0] * 10)
    result = analysed(group)
    assert any(words.startswith("The hazard ratio of") and "cannot be estimated from 1 event in 20 patients" in words
               for words in result.findings)
    assert [problem.what for problem in result.warnings if problem.code == "no_folds"] == [
        "with 1 event no patients can be left out and tried"]
    assert not any(problem.code == "fewer_folds" for problem in result.warnings)


def test_that_one_candidate_reads_as_one():
    rng = np.random.default_rng(5)
    result = analysed(small(rng.normal(size=(30, 1)), rng.exponential(20, 30), [1, 0] * 15))
    said = " ".join((*result.findings, result.methods))
    assert "1 candidate receptor was searched" in said
    assert "The one set of 1 receptor was scored" in said
    assert "1 candidates" not in said
    assert "by luck at most" not in said


def test_that_left_out_patients_of_whom_no_two_can_be_compared_are_said():
    group = small(np.random.default_rng(6).normal(size=(9, 3)), range(1, 10), [1] * 9, {"clinic": list("ABCDEFGHI")})
    assert any(words.startswith("Left-out performance cannot be judged")
               for words in analysed(group, replace(FAST, strata=("clinic",))).findings)


def test_that_halves_without_events_count_for_no_receptor():
    rng = np.random.default_rng(5)
    result = analysed(small(rng.normal(size=(20, 4)), range(1, 21), [0] * 9 + [1] + [0] * 10),
                      replace(ALONE, halves=20, max_size=1))
    assert sum(result.table("stability").columns["inclusion_frequency"]) == pytest.approx(0.5)


@pytest.mark.parametrize("score", ["mean z", "signed mean z", "median split"])
def test_that_strata_of_one_patient_are_no_fault(score):
    rng = np.random.default_rng(6)
    clinics = ["A"] * 14 + ["B"] * 14 + ["C", "D"]
    er = ["yes", "no"] * 15
    group = small(rng.normal(size=(30, 4)), rng.exponential(20, 30), [1, 0, 1] * 10, {"clinic": clinics, "er": er})
    result = analysed(group, replace(FAST, score=score, strata=("clinic",), adjust=("er",)))
    whole(result)
    assert "stratified by clinic" in result.methods
    assert "adjusted for er" in result.methods


def test_that_every_patient_in_a_stratum_of_his_own_leaves_nothing_to_compare_and_says_so():
    rng = np.random.default_rng(6)
    group = small(rng.normal(size=(9, 3)), range(1, 10), [1] * 9, {"clinic": list("ABCDEFGHI")})
    result = analysed(group, replace(FAST, strata=("clinic",)))
    whole(result)
    assert first(result)["statistic"] == 0
    assert first(result)["p_search"] == 1


def test_that_two_equal_receptors_stand_side_by_side_and_are_tied():
    group = simulated()
    matrix = group.expression[0]
    values = matrix.values.copy()
    values[:, 5] = values[:, 0]
    result = analysed(replace(group, expression=(replace(matrix, values=values),)), replace(ALONE, max_size=1))
    columns = result.table("subsets").columns
    assert list(columns["receptors"][:2]) == sorted([GENES[0], GENES[5]])
    assert columns["statistic"][0] == pytest.approx(columns["statistic"][1], rel=1e-9)
    assert list(columns["tied_with_best"][:2]) == [True, True]


# --- Settings ------------------------------------------------------------------------------------------------------

def empty(values: Sequence[object]) -> bool:
    return all(value is None or (isinstance(value, float) and np.isnan(value)) for value in values)


def test_that_steps_switched_off_leave_their_columns_empty():
    result = analysed(simulated(), ALONE)
    summary = first(result, "summary")
    assert summary["permutations"] == 0
    assert empty([summary[name] for name in ("p_search", "cv_concordance", "cv_concordance_low", "cv_concordance_high",
                                             "cv_p")])
    assert empty(result.table("subsets").columns["p_search"])
    assert empty([*result.table("sizes").columns["p_size"], *result.table("sizes").columns["p_over_sizes"]])
    assert empty(result.table("stability").columns["inclusion_frequency"])
    assert result.table("null").n_rows == 0
    assert not {"left_out", "cv_null", "random_genes"} & {table.name for table in result.tables}
    assert result.findings[0].startswith("No answer without correction.")
    assert "not corrected for the search" in result.methods
    assert result.tests_paid_for == 0


@pytest.mark.parametrize(("changes", "there"), [
    ({"halves": 10}, {"stability"}), ({"folds": 3}, {"left_out", "left_out_curves", "folds"}),
    ({"folds": 3, "cv_permutations": 9}, {"left_out", "cv_null"}), ({"permutations": 19}, {"null"})])
def test_that_a_step_can_be_asked_for_alone(changes, there):
    result = analysed(simulated(), replace(ALONE, **changes))
    filled = {table.name for table in result.tables if table.n_rows
              and not (table.name == "stability" and empty(table.columns["inclusion_frequency"]))}
    assert there <= filled
    whole(result)


@pytest.mark.parametrize("score", ["mean z", "signed mean z", "median split"])
def test_that_one_seed_gives_the_same_bytes_and_another_other_shuffles(score):
    parameters = replace(FAST, score=score)
    one, again = bytes_of(analysed(simulated(), parameters)), bytes_of(analysed(simulated(), parameters))
    assert one == again
    other = bytes_of(analysed(simulated(), replace(parameters, seed=2)))
    for table in ("null", "stability", "left_out", "cv_null"):
        assert other[table] != one[table], table


@pytest.mark.parametrize("score", ["mean z", "median split"])
def test_that_a_pool_of_two_writes_the_same_bytes(score):
    parameters = replace(FAST, score=score, max_size=3, adjust=("er",), permutations=600)
    group = simulated(n=80)
    one = analysed(group, parameters, compute=Compute(Serial()))
    two = analysed(group, parameters, compute=Compute(SpawnPool(2)))
    assert bytes_of(one) == bytes_of(two)
    assert one.findings == two.findings


def test_that_the_order_of_patients_changes_no_number_of_the_search():
    shuffled = np.random.default_rng(9).permutation(240)
    one, other = analysed(simulated(), ALONE), analysed(simulated(order=shuffled), ALONE)
    for name in ("receptors", "direction"):
        assert list(one.table("subsets").columns[name]) == list(other.table("subsets").columns[name])
    for name in ("statistic", "coef", "se", "concordance"):
        np.testing.assert_allclose(one.table("subsets").columns[name], other.table("subsets").columns[name], rtol=1e-7)


def test_that_adjusted_searches_drop_patients_without_the_covariate_and_say_so():
    group = simulated()
    er = group.clinical.columns["er"]
    gap = replace(er, missing={0: Missing.BLANK, 7: Missing.BLANK}, texts=("", *er.texts[1:7], "", *er.texts[8:]))
    result = analysed(replace(group, clinical=replace(group.clinical, columns={"er": gap})),
                      replace(FAST, adjust=("er",)))
    assert len(numbers_of(result).inputs.patients) == 238
    assert "beyond er" in " ".join(result.findings)
    assert "(least squares) is taken away from the left-out scores" in result.methods


def test_that_random_genes_are_drawn_from_genes_that_are_no_rtks():
    rng = np.random.default_rng(3)
    genes = (*rtk_symbols()[:5], *(f"GENE{i}" for i in range(60)))
    time = rng.exponential(20, 60)
    group = small(rng.normal(8, 1, (60, 65)), time, [1, 0] * 30, genes=genes)
    result = analysed(group, replace(ALONE, random_genes=25))
    assert result.table("random_genes").n_rows == 25
    found = numbers_of(result).random
    assert found is not None
    assert found.available == 60
    assert first(result, "summary")["random_genes_percentile"] == pytest.approx(
        100 * np.mean(found.best < first(result)["statistic"]))
    short = analysed(simulated(), replace(ALONE, random_genes=25))
    assert "cannot be judged" in " ".join(short.findings)


# --- Stops ---------------------------------------------------------------------------------------------------------

class StopAfter:
    """Cancels its job once the words of a step were said a few times."""

    def __init__(self, words: str, times: int, keep: bool) -> None:
        self.words, self.times, self.keep = words, times, keep
        self.job = JobContext(self.report)

    def report(self, fraction: float, words: str) -> None:
        if words.startswith(self.words):
            self.times -= 1
            if self.times == 0:
                self.job.cancel(self.keep)


def test_that_a_stop_that_keeps_what_is_done_gives_a_result_with_the_range_of_its_p():
    parameters = replace(FAST, permutations=5000, max_size=3)
    result = analysed(simulated(seed=4, effect=0.0), parameters, StopAfter("Shuffling outcomes", 4, True).job)
    numbers = numbers_of(result)
    summary = first(result, "summary")
    assert numbers.stopped
    assert summary["stopped"] is True
    assert 0 < summary["permutations"] < 5000
    assert summary["p_search_low"] <= summary["p_search"] <= summary["p_search_high"]
    assert numbers.left_out is None
    assert empty(result.table("stability").columns["inclusion_frequency"])
    assert "stopped after" in result.findings[0]
    assert any(problem.code == "stopped_early" for problem in result.warnings)
    whole(result)


def test_that_shuffles_done_before_a_stop_are_the_first_ones_of_the_whole_run():
    parameters = replace(ALONE, permutations=2000)
    stopped = analysed(simulated(), parameters, StopAfter("Shuffling outcomes", 3, True).job)
    kept = stopped.table("null").columns["best_statistic"]
    assert 0 < len(kept) < 2000
    assert list(analysed(simulated(), parameters).table("null").columns["best_statistic"])[:len(kept)] == list(kept)


@pytest.mark.parametrize("words", ["Shuffling outcomes", "Scoring sets"])
def test_that_a_stop_that_keeps_nothing_ends_without_a_result(words):
    with pytest.raises(Cancelled):
        analysed(simulated(), FAST, StopAfter(words, 1, False).job)


def test_that_a_stop_before_any_shuffle_gives_nothing_to_keep():
    with pytest.raises(Cancelled):
        analysed(simulated(), FAST, StopAfter("Scoring sets", 1, True).job)


# --- R -------------------------------------------------------------------------------------------------------------

R_BEST = """
suppressPackageStartupMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1], check.names = FALSE)
members <- strsplit(commandArgs(TRUE)[2], "+", fixed = TRUE)[[1]]
z <- rowMeans(scale(as.matrix(d[, members, drop = FALSE])))
y <- Surv(d$time, d$event)
exact <- coxph.control(eps = 1e-14, toler.chol = 1e-14, iter.max = 60)
score <- coxph(y ~ z)$score
z <- z / sd(z)
fit <- if ("er" %in% names(d)) coxph(y ~ z + er, d, control = exact) else coxph(y ~ z, control = exact)
if ("er" %in% names(d)) {
  alone <- coxph(y ~ er, d, control = exact)
  score <- coxph(y ~ z + er, d, init = c(0, coef(alone)), control = coxph.control(iter.max = 0))$score
}
cat(sprintf("%.15g", c(coef(fit)[1], sqrt(vcov(fit)[1, 1]), score, concordance(fit)$concordance)), sep = "\\n")
"""


@cache
def r_is_there() -> bool:
    return shutil.which("Rscript") is not None and subprocess.run(
        ["Rscript", "-e", "library(survival)"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["metabric/all_os", "gse3143/all"])
@pytest.mark.parametrize("adjusted", [False, True])
def test_that_the_best_set_has_the_coefficient_score_test_and_concordance_of_r(tmp_path: Path, name: str, adjusted: bool):
    if not r_is_there():
        pytest.skip("R with survival is not installed here")
    data = real(name)
    covariate = data.covariates.iloc[:, -1 if name.startswith("gse") else 1].to_numpy(dtype=float)
    known = np.isfinite(covariate)
    words = ["high" if value > np.median(covariate[known]) - 1e-9 and value > 0 else "low" for value in covariate[known]]
    group = small(data.x[known], data.time[known], data.event[known], {"er": words}, data.receptors)
    result = analysed(group, replace(ALONE, max_size=3, adjust=("er",) if adjusted else ()))
    best = first(result)
    table = tmp_path / "best.csv"
    with table.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["time", "event", *(["er"] if adjusted else []), *data.receptors])
        for i, row in enumerate(data.x[known]):
            er = [int(words[i] == "high")] if adjusted else []
            writer.writerow([repr(float(data.time[known][i])), int(data.event[known][i]), *er, *map(repr, row.tolist())])
    script = tmp_path / "best.R"
    script.write_text(R_BEST, encoding="utf-8")
    said = subprocess.run(["Rscript", str(script), str(table), str(best["receptors"])], capture_output=True, text=True,
                          check=True).stdout.split()
    coef, se, score, concordance = map(float, said)
    assert len(set(words)) == 2
    assert best["coef"] == pytest.approx(coef, abs=1e-7)
    assert best["se"] == pytest.approx(se, abs=1e-7)
    assert best["statistic"] == pytest.approx(score, rel=1e-9)
    assert best["concordance"] == pytest.approx(concordance, abs=1e-9)


# --- How long it takes ---------------------------------------------------------------------------------------------

def test_that_blocks_hold_every_shuffle_once_and_grow_where_walking_through_the_sets_is_what_takes_long():
    rng = np.random.default_rng(2)
    genes = rtk_symbols()
    group = small(rng.normal(size=(60, 58)), rng.exponential(20, 60), [1, 0] * 30, genes=genes)
    sizes = {}
    for size in (1, 3, 5):
        parameters = replace(Parameters(), max_size=size)
        blocks, seconds = work_of(search_inputs(group, parameters).problem, parameters)
        for parts, total in zip(blocks, (1000, 100, 200)):
            assert [start for start, _ in parts] == [0, *(end for _, end in parts[:-1])]
            assert parts[-1][1] == total
        assert len(seconds) == 5
        sizes[size] = max(end - start for start, end in blocks[0])
        assert all(one >= 0 for one in seconds)
    assert sizes[1] == sizes[3] == 512
    assert 200 < sizes[5] < 512
