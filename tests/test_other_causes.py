"""Other causes of the end: the key competing_values from the study file to the cohort, and back into a file.

Not for: the statistics (test_competing_risks.py) or their words (test_competing_answers.py).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Dataset, DatasetSpec
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.endpoint_table import codes_as_stated, endpoint_table
from core.data.patients.endpoints import build_endpoint
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.data.tables import ClinicalColumn, ClinicalTable, EndpointRule, ExpressionMatrix, Missing, Scale
from core.problems import Location, UserError
from core.project.project import Project
from core.project.project_document import document_of, project_from
from core.project.study_file import parse_study
from core.project.study_writer import study_toml

PLACE = Location("clinical.csv")
CAUSES = ("Died of Disease", "Living", "Died of Other Causes", "", "Died of Disease", "Died of Other Causes")
RULE = EndpointRule("death of the disease", "months", "months", "cause", ("Died of Disease",),
                    ("Died of Other Causes",))


def clinical(causes: Sequence[str] = CAUSES) -> ClinicalTable:
    samples = tuple(f"P{row}" for row in range(len(causes)))

    def column(name: str, texts: Sequence[str]) -> ClinicalColumn:
        numbers = np.array([float(text) if text.isdigit() else np.nan for text in texts])
        return ClinicalColumn(name, tuple(texts), numbers, {row: Missing.BLANK for row, text in enumerate(texts)
                                                            if not text}, tuple(f"B{row}" for row in range(len(texts))),
                              PLACE)

    times = [str(10 * (row + 1)) for row in range(len(causes))]
    return ClinicalTable(samples, {"months": column("months", times), "cause": column("cause", causes)}, PLACE)


def cohort_of(rule: EndpointRule, limit: float | None = None):  # type: ignore[no-untyped-def]
    table = clinical()
    values = np.arange(float(len(table.samples)))[:, None]
    matrix = ExpressionMatrix(table.samples, ("ERBB2",), values, Scale.LOG2, "mRNA", Location("expression.csv"))
    endpoint, _ = build_endpoint(rule, table)
    dataset = Dataset(DatasetSpec("lab", "cohort"), (matrix,), table, (endpoint,), ())
    return evaluate_cohort(CohortRule("all", "lab", (), limit), dataset, endpoint)


def test_that_another_cause_is_told_apart_and_still_counts_as_censored() -> None:
    endpoint, _ = build_endpoint(RULE, clinical())
    np.testing.assert_array_equal(endpoint.event, [1, 0, 0, np.nan, 1, 0])
    np.testing.assert_array_equal(endpoint.cause, [1, 0, 2, np.nan, 1, 2])
    assert endpoint.in_words().startswith("2 with the event, 2 with another cause, 1 censored")


def test_that_an_endpoint_without_the_key_has_no_causes() -> None:
    plain = EndpointRule("death of the disease", "months", "months", "cause", ("Died of Disease",))
    endpoint, _ = build_endpoint(plain, clinical())
    assert endpoint.cause is None
    assert not endpoint.other_cause.any()
    assert cohort_of(plain).cause is None
    assert endpoint.in_words().startswith("2 with the event, 3 censored")


def test_that_the_cohort_has_causes_and_a_later_end_is_cut_off() -> None:
    cohort = cohort_of(RULE)
    assert cohort.patients == ("P0", "P1", "P2", "P4", "P5")
    assert cohort.cause.tolist() == [1, 0, 2, 1, 2]
    assert cohort.event.tolist() == [True, False, False, True, False]
    with pytest.raises(ValueError, match="read-only"):
        cohort.cause[0] = 0
    assert cohort_of(RULE, 55.0).cause.tolist() == [1, 0, 2, 1, 0]


def test_that_a_misspelt_cause_is_refused_with_the_nearest() -> None:
    wrong = EndpointRule("death", "months", "months", "cause", ("Died of Disease",), ("Died of Other Cause",))
    with pytest.raises(UserError) as caught:
        build_endpoint(wrong, clinical())
    problem = caught.value.problems[0]
    assert (problem.code, problem.answer_key) == ("competing_value_absent", "competing_values")
    assert 'competing_values = ["Died of Other Causes"]' in problem.remedy


def test_that_a_value_cannot_be_the_event_and_another_cause() -> None:
    wrong = EndpointRule("death", "months", "months", "cause", ("Died of Disease",), ("Died of Disease",))
    with pytest.raises(UserError) as caught:
        build_endpoint(wrong, clinical())
    assert caught.value.problems[0].code == "value_of_two_meanings"


def test_that_one_of_two_causes_that_nobody_has_is_said() -> None:
    rule = EndpointRule("death", "months", "months", "cause", ("Died of Disease",), ("Died of Other Causes", "Drowned"))
    endpoint, findings = build_endpoint(rule, clinical())
    assert endpoint.other_cause.sum() == 2
    assert [each.code for each in findings if "Drowned" in each.what] == ["competing_value_unused"]


def test_that_capitals_are_said_where_they_make_another_value() -> None:
    _, findings = build_endpoint(RULE, clinical((*CAUSES, "died of other causes")))
    found = [each for each in findings if each.code == "event_in_other_capitals"]
    assert len(found) == 1
    assert "competing_values" in found[0].remedy


@pytest.mark.parametrize("named", [(2,), ("2:OTHER",), ("OTHER",)])
def test_that_codes_with_a_number_before_the_colon_may_be_named_by_it(named: tuple[str | int, ...]) -> None:
    codes = ("1:DECEASED", "0:LIVING", "2:OTHER", "0:LIVING")
    rule = EndpointRule("death", "months", "months", "cause", (1,), named)
    if named == ("OTHER",):
        with pytest.raises(UserError, match="OTHER"):
            build_endpoint(rule, clinical(codes))
        return
    endpoint, _ = build_endpoint(rule, clinical(codes))
    assert endpoint.cause is not None
    assert endpoint.cause.tolist() == [1, 0, 2, 0]


def test_that_the_table_of_values_names_the_other_cause() -> None:
    table = clinical()
    endpoint, _ = build_endpoint(RULE, table)
    meanings = {code.value: code.meaning for code in endpoint_table(endpoint, table).codes}
    assert meanings == {"Died of Disease": "happened", "Died of Other Causes": "other cause", "Living": "censored",
                        "": "left out"}
    stated = codes_as_stated(RULE, table)
    assert stated is not None
    assert {code.value: code.meaning for code in stated.codes}["Died of Other Causes"] == "other cause"


STUDY = """
format = 1
name = "causes"
[[dataset]]
name = "lab"
role = "cohort"
expression = { file = "expression.csv" }
clinical = { file = "clinical.csv" }
[[dataset.endpoint]]
name = "death of the disease"
time = "months"
unit = "months"
event = "cause"
event_values = ["Died of Disease"]
COMPETING
"""


def test_that_study_file_and_project_keep_the_other_causes(tmp_path: Path) -> None:
    text = STUDY.replace("COMPETING", 'competing_values = ["Died of Other Causes"]')
    study, problems = parse_study(tomllib.loads(text), tmp_path / "study.toml")
    assert not problems
    assert study.datasets[0].endpoints == (RULE,)
    written = study_toml(study, {}, {}, tmp_path, {})
    assert parse_study(tomllib.loads(written), tmp_path / "again.toml")[0].datasets[0].endpoints == (RULE,)
    project = Project(study)
    assert project_from(document_of(project), Location("p.rtkproj")).study == study


def test_that_a_study_without_other_causes_is_written_as_before(tmp_path: Path) -> None:
    study, problems = parse_study(tomllib.loads(STUDY.replace("COMPETING", "")), tmp_path / "study.toml")
    assert not problems
    assert "competing_values" not in study_toml(study, {}, {}, tmp_path, {})
    assert "competing_values" not in str(document_of(Project(study)))


def test_that_a_misspelt_key_is_refused_with_the_nearest(tmp_path: Path) -> None:
    text = STUDY.replace("COMPETING", 'competing_value = ["Died of Other Causes"]')
    _, problems = parse_study(tomllib.loads(text), tmp_path / "study.toml")
    assert [problem.remedy for problem in problems] == ["did you mean “competing_values”?"]
