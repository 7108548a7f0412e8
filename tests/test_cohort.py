"""Rules of cohorts: who is in, who is out, and the reason with its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from core.data.dataset import Dataset, DatasetSpec
from core.data.patients.clinical_join import join_clinical
from core.data.patients.cohort import Cohort
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.data.patients.rule_steps import NobodyLeft
from core.data.tables import ClinicalColumn, ClinicalTable, Endpoint, EndpointRule, ExpressionMatrix, Missing, Scale
from core.problems import Location, UserError

PATIENTS = ("P1", "P2", "P3", "P4", "P5", "P6")


def column(name: str, values: Sequence[str], place: Location, letter: str = "B") -> ClinicalColumn:
    numbers = []
    for value in values:
        try:
            numbers.append(float(value))
        except ValueError:
            numbers.append(np.nan)
    missing = {row: Missing.BLANK for row, value in enumerate(values) if value == ""}
    cells = tuple(f"{letter}{row + 2}" for row in range(len(values)))
    return ClinicalColumn(name, tuple(values), np.array(numbers), missing, cells, place)


def clinical(columns: Mapping[str, Sequence[str]], samples: Sequence[str] = PATIENTS,
             file: str = "clinical.csv") -> ClinicalTable:
    place = Location(file)
    built = {name: column(name, values, place, chr(66 + i)) for i, (name, values) in enumerate(columns.items())}
    return ClinicalTable(tuple(samples), built, place)


def dataset(table: ClinicalTable, erbb2: Sequence[float], samples: Sequence[str] = PATIENTS) -> Dataset:
    matrix = ExpressionMatrix(tuple(samples), ("ERBB2",), np.array(erbb2, dtype=float)[:, None], Scale.LOG2, "mRNA",
                              Location("expression.csv"))
    return Dataset(DatasetSpec("lab", "cohort"), (matrix,), table, (), ())


def endpoint(table: ClinicalTable) -> Endpoint:
    months, died = table.columns["months"], table.columns["died"]
    return Endpoint(EndpointRule("overall survival", "months", "months", "died", (1,)), table.samples, months.numbers,
                    died.numbers, months.place, died.place)


BASE = {"months": ["10", "20", "30", "40", "50", "60"], "died": ["1", "0", "1", "0", "1", "1"],
        "her2": ["Positive", "Negative", "Positive", "", "1", "1.0"]}
ERBB2 = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def evaluate(*keep: KeepRule, table: ClinicalTable | None = None, follow_up_max: float | None = None) -> Cohort:
    table = table or clinical(BASE)
    return evaluate_cohort(CohortRule("c", "lab", keep, follow_up_max), dataset(table, ERBB2), endpoint(table))


def reasons(cohort: Cohort) -> dict[str, str]:
    return {entry.patient: entry.reason for entry in cohort.ledger if not entry.kept}


def test_that_no_rule_keeps_everybody_with_an_outcome() -> None:
    cohort = evaluate()
    assert cohort.patients == PATIENTS
    assert cohort.n_events == 4


@pytest.mark.parametrize(("rule", "kept"), [
    (KeepRule("her2", included=("Positive",)), ("P1", "P3")),
    (KeepRule("her2", included=(1,)), ("P5", "P6")),
    (KeepRule("her2", included=("1.00",)), ("P5", "P6")),
    (KeepRule("her2", excluded=("Positive", 1)), ("P2",)),
    (KeepRule("her2", excluded=("Positive",), missing=True), ("P2", "P4", "P5", "P6")),
    (KeepRule("her2", missing=True), ("P4",)),
    (KeepRule("her2", missing=False), ("P1", "P2", "P3", "P5", "P6")),
    (KeepRule("months", minimum=20, maximum=40), ("P2", "P3", "P4")),
    (KeepRule(receptor="erbb2", minimum=4.0), ("P4", "P5", "P6")),
    (KeepRule(receptor="ERBB2", maximum=2.5), ("P1", "P2")),
    (KeepRule(receptor="HER2", maximum=2.5), ("P1", "P2")),
])
def test_that_each_operator_keeps_whom_it_says(rule: KeepRule, kept: tuple[str, ...]) -> None:
    assert evaluate(rule).patients == kept


def test_that_the_ledger_names_the_reason_and_the_cell() -> None:
    cohort = evaluate(KeepRule("her2", included=("Positive",)))
    assert reasons(cohort) == {"P2": "her2 is Negative", "P4": "her2 is missing", "P5": "her2 is 1",
                               "P6": "her2 is 1.0"}
    assert {entry.patient: entry.cell for entry in cohort.ledger}["P4"] == "D5"
    assert [entry.patient for entry in cohort.ledger] == list(PATIENTS)


def test_that_a_patient_without_follow_up_is_listed_with_the_reason() -> None:
    table = clinical(BASE | {"months": ["10", "", "-3", "0", "50", "60"], "died": ["1", "0", "1", "0", "", "1"]})
    cohort = evaluate(table=table)
    assert cohort.patients == ("P1", "P4", "P6")
    assert reasons(cohort) == {"P2": "no follow-up time (months)", "P3": "negative follow-up time (-3)",
                               "P5": "not known whether it happened (died)"}


def test_that_time_zero_is_kept() -> None:
    table = clinical(BASE | {"months": ["0", "20", "30", "40", "50", "60"]})
    assert evaluate(table=table).patients == PATIENTS


def test_that_truncated_follow_up_censors_later_events_only() -> None:
    cohort = evaluate(follow_up_max=30)
    assert cohort.time.tolist() == [10, 20, 30, 30, 30, 30]
    assert cohort.event.tolist() == [True, False, True, False, False, False]
    assert "3 patients were followed longer, 2 of them with a later event" in cohort.facts["follow-up truncated"]


def test_that_a_patient_in_one_table_only_is_named() -> None:
    table = clinical(BASE)
    lab = dataset(table, ERBB2, ("P1", "P2", "P3", "P4", "P5", "P9"))
    cohort = evaluate_cohort(CohortRule("c", "lab"), lab, endpoint(table))
    assert reasons(cohort) == {"P6": "not in the expression table expression.csv",
                               "P9": "not in the clinical table clinical.csv"}


def test_that_a_missing_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean “her2”"):
        evaluate(KeepRule("HER2_", included=("Positive",)))


def test_that_an_empty_cohort_names_the_rule_and_the_commonest_reason() -> None:
    with pytest.raises(UserError, match=r"after “her2 is not Positive” \(2 before it; 2 of them: her2 is Positive\)"):
        evaluate(KeepRule("her2", included=("Positive",)), KeepRule("her2", excluded=("Positive",)))


def test_that_her2_status_is_derived_only_where_two_groups_exist() -> None:
    rng = np.random.default_rng(3)
    n = 120
    samples = [f"S{i:03d}" for i in range(n)]
    table = clinical({"months": ["12"] * n, "died": ["1"] * n}, samples)
    rule = CohortRule("her2", "lab", (KeepRule(receptor="ERBB2", upper_group=True),))
    two = np.concatenate([rng.normal(8, 0.7, 96), rng.normal(13, 0.6, 24)])
    cohort = evaluate_cohort(rule, dataset(table, two, samples), endpoint(table))
    assert cohort.patients == tuple(samples[96:])
    assert "derived from expression, not measured as a status" in cohort.facts["ERBB2 status"]
    assert "derived_status" in [problem.code for problem in cohort.warnings]
    with pytest.raises(UserError, match="does not fall into two groups"):
        evaluate_cohort(rule, dataset(table, rng.normal(8, 1, n), samples), endpoint(table))


def test_that_tables_of_the_same_samples_are_joined_and_differences_named() -> None:
    left = clinical({"age": ["50", "60"], "grade": ["1", ""]}, ("P1", "P2"), "a.csv")
    right = clinical({"grade": ["2", "3"], "stage": ["II", "III"]}, ("P2", "P3"), "b.csv")
    joined, findings = join_clinical([(left, "id"), (right, "id")])
    assert joined.samples == ("P1", "P2", "P3")
    assert joined.columns["age"].texts == ("50", "60", "")
    assert joined.columns["grade"].texts == ("1", "2", "3")
    assert joined.columns["stage"].texts == ("", "II", "III")
    assert all(problem.severity != "problem" for problem in findings)


def test_that_a_differing_column_is_kept_twice_with_a_warning() -> None:
    left = clinical({"grade": ["1", "2"]}, ("P1", "P2"), "a.csv")
    right = clinical({"grade": ["1", "3"]}, ("P1", "P2"), "b.csv")
    joined, findings = join_clinical([(left, "id"), (right, "id")])
    assert joined.columns["grade (b.csv)"].texts == ("1", "3")
    assert "P2: 2 there, 3 here" in findings[0].what


def test_that_patients_are_joined_to_samples_through_the_patient_column() -> None:
    patients = clinical({"OS_MONTHS": ["5", "6"]}, ("MB-1", "MB-2"), "patient.txt")
    samples = clinical({"PATIENT_ID": ["MB-1", "MB-2"], "GRADE": ["3", "2"]}, ("S-1", "S-2"), "sample.txt")
    named = [(patients, "PATIENT_ID"), (samples, "SAMPLE_ID")]
    for tables in (named, named[::-1]):
        joined, _ = join_clinical(tables)
        assert joined.samples == ("S-1", "S-2")
        assert joined.columns["OS_MONTHS"].texts == ("5", "6")


def test_that_tables_without_a_shared_sample_are_refused() -> None:
    left, right = clinical({"a": ["1"]}, ("P1",), "a.csv"), clinical({"b": ["1"]}, ("Q1",), "b.csv")
    with pytest.raises(UserError, match=r"no sample of this table is in a\.csv"):
        join_clinical([(left, "id"), (right, "id")])


def test_that_an_empty_cohort_still_has_its_ledger_and_its_flow() -> None:
    with pytest.raises(NobodyLeft) as caught:
        evaluate(KeepRule("months", minimum=1000))
    assert caught.value.problems[0].code == "nobody_left"
    assert caught.value.flow[-1] == ("has overall survival", 0)
    assert len(caught.value.ledger) == 6
    assert not any(entry.kept for entry in caught.value.ledger)
