"""Flow, reasons, table 1, coding of the endpoint, twins, follow-up: known numbers, nasty tables, invariances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.analyses.cohort_overview import CohortOverview, cohort_overview
from core.data.dataset import Dataset, DatasetSpec
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort import LedgerEntry
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.patients.column_facts import column_facts
from core.data.patients.endpoint_table import CENSORED, HAPPENED, LEFT_OUT, endpoint_table
from core.data.patients.endpoints import build_endpoint
from core.data.patients.left_out import flow_steps, reasons_in_words
from core.data.patients.near_twins import near_twins
from core.data.patients.table_one import described_columns, grouping_columns, table_one
from core.data.tables import EndpointRule, ExpressionMatrix, Scale
from core.figures.drawing import draw
from core.figures.page_layout import place_figure
from core.figures.spec import Bars, Box, HoverPoints
from core.figures.style import drawing_settings
from core.jobs import Cancelled, JobContext
from core.problems import Location, Problem
from core.project.cohort_edits import free_name, with_endpoint, with_new_cohort
from core.project.project import Project
from core.project.study import AnalysisSpec, Study
from core.project.study_file import read_study
from core.resources import resource_path
from tests.builders import clinical_table

RULE = EndpointRule("overall survival", "months", "months", "died", (1,))


def matrix(values: np.ndarray, samples: Sequence[str]) -> ExpressionMatrix:
    genes = tuple(f"G{number}" for number in range(values.shape[1]))
    return ExpressionMatrix(tuple(samples), genes, values, Scale.LOG2, "mRNA", Location("expression.csv"))


def lab(columns: Mapping[str, Sequence[object]], values: np.ndarray | None = None) -> Dataset:
    table = clinical_table(columns)
    if values is None:
        values = np.random.default_rng(1).normal(8, 2, (len(table.samples), 60))
    endpoint, findings = build_endpoint(RULE, table)
    return Dataset(DatasetSpec("lab", "cohort"), (matrix(values, table.samples),), table, (endpoint,), (), findings)


TWELVE = {"months": [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, None, -1], "died": [1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0],
          "age": [31, 42, 53, 64, None, 71, 35, 47, 58, 66, 70, 40], "grade": [1, 2, 3, 1, 2, 3, 1, 2, None, 1, 2, 3]}


@pytest.fixture(scope="module")
def metabric() -> Dataset:
    study = read_study(resource_path("examples", "metabric", "study.toml"))
    return load_dataset(study.datasets[0], FileShelf(), JobContext())


@pytest.fixture(scope="module")
def her2(metabric: Dataset) -> CohortOverview:
    return cohort_overview(CohortRule("her2", "metabric", (KeepRule("her2_status", included=("Positive",)),)), metabric)


def test_that_metabric_has_236_her2_positive_patients_of_1904(her2: CohortOverview) -> None:
    assert her2.answer == "236 of 1,904 patients answer the question."
    assert her2.numbers == (("In", "236", "of 1,904"), ("Deaths", "147", ""), ("Median follow-up", "184", "months"))
    assert len(her2.left_out) == 1668
    assert her2.twins is not None
    assert her2.twins.pairs == ()
    assert her2.twins.genes == 489


def test_that_the_flow_names_every_step_with_who_is_left_out(her2: CohortOverview) -> None:
    assert her2.flow is not None
    table = her2.flow.data["flow"]
    assert table["remaining"] == [1904, 1904, 236, 236, 236]
    assert table["left_out"] == [0, 0, 1668, 0, 0]
    boxes = [mark for mark in her2.flow.rows[0][0].marks if isinstance(mark, Box)]
    assert [box.tinted for box in boxes if box.edge] == [False] * 4 + [True]
    assert ("1,668 left out", "her2_status is Negative") in [box.lines for box in boxes]
    assert boxes[-1].lines == ("With overall survival", "236 patients, 147 deaths")


def test_that_the_figures_are_drawn_with_every_word(her2: CohortOverview) -> None:
    for spec in (her2.flow, her2.follow_up):
        assert spec is not None
        with drawing_settings():
            figure = draw(spec, place_figure(spec))
            drawn = " ".join(each.get_text() for each in [*figure.texts, *(t for axes in figure.axes for t in axes.texts)])
        for text in spec.texts():
            assert all(word in drawn for word in text.split()), text


def test_that_every_patient_stands_once_inside_their_bar(her2: CohortOverview) -> None:
    assert her2.follow_up is not None
    assert her2.cohort is not None
    marks = her2.follow_up.rows[0][0].marks
    everybody, events = (mark for mark in marks if isinstance(mark, Bars))
    assert everybody.height.sum() == 236
    assert events.height.sum() == 147
    assert (everybody.filled, events.filled) == (False, True)
    people = next(mark for mark in marks if isinstance(mark, HoverPoints))
    assert people.samples == her2.cohort.patients
    assert len({(x, y) for x, y in zip(people.x, people.y, strict=True)}) == 236
    for x, y, time in zip(people.x, people.y, her2.cohort.time, strict=True):
        bar = int(np.flatnonzero((everybody.left <= x) & (x <= everybody.right))[0])
        assert 0 < y < everybody.height[bar]
        assert abs(x - time) <= 6.0 + 1e-9


def test_that_only_the_31_clinical_columns_of_metabric_are_described(metabric: Dataset) -> None:
    assert metabric.clinical is not None
    names = described_columns(metabric.clinical, metabric.expression)
    assert len(names) == 30
    assert "patient_id" not in names
    assert "brca1" not in names
    assert "er_status" in grouping_columns(metabric.clinical, names)


def test_that_the_words_of_another_column_confirm_the_codes_of_metabric(metabric: Dataset) -> None:
    assert metabric.clinical is not None
    table = endpoint_table(metabric.endpoints[0], metabric.clinical)
    assert [(code.value, code.meaning, code.patients) for code in table.codes] == [("0", HAPPENED, 1103),
                                                                                  ("1", CENSORED, 801)]
    assert [(other.column, other.agree, other.disagree) for other in table.others] == [("death_from_cancer", 1903, 0)]


def test_that_table_one_counts_missing_values_and_gives_quartiles() -> None:
    dataset = lab(TWELVE)
    assert dataset.clinical is not None
    table = table_one(dataset.clinical, dataset.clinical.samples, ("age", "grade"))
    rows = {(row.column, row.label): row.cells for row in table.rows}
    ages = [31, 42, 53, 64, 71, 35, 47, 58, 66, 70, 40]
    low, middle, high = np.quantile(ages, (0.25, 0.5, 0.75))
    assert rows["age", "median (quartiles)"] == (f"{middle:.4g} ({low:.4g} to {high:.4g}), n 11",)
    assert rows["age", "missing"] == ("1",)
    assert rows["grade", "1"] == ("4 (36 %)",)
    assert rows["grade", "missing"] == ("1",)


def test_that_groups_of_table_one_add_up_to_everybody() -> None:
    dataset = lab(TWELVE)
    assert dataset.clinical is not None
    table = table_one(dataset.clinical, dataset.clinical.samples, ("died",), by="grade")
    assert table.groups[0] == ("All", 12)
    assert sum(n for _, n in table.groups[1:]) == 12
    assert table.groups[-1] == ("grade missing", 1)
    for row in table.rows:
        counts = [int(cell.split()[0]) if cell else 0 for cell in row.cells]
        assert counts[0] == sum(counts[1:])


def test_that_table_one_does_not_depend_on_the_order_of_patients() -> None:
    dataset = lab(TWELVE)
    assert dataset.clinical is not None
    samples = list(dataset.clinical.samples)
    forward = table_one(dataset.clinical, samples)
    assert table_one(dataset.clinical, samples[::-1]).columns() == forward.columns()


def test_that_a_column_without_a_value_is_named_instead_of_described() -> None:
    dataset = lab({**TWELVE, "nodes": [None] * 12})
    assert dataset.clinical is not None
    assert table_one(dataset.clinical, dataset.clinical.samples, ("nodes", "age")).not_described == ("nodes",)


def test_that_missing_events_are_left_out_in_the_cross_table() -> None:
    table = clinical_table({"months": [10, 20, 30, 40, 50, 60], "died": [1, 0, None, 1, 0, 0],
                            "vital": ["dead", "alive", "dead", "alive", "alive", "alive"]})
    endpoint, _ = build_endpoint(RULE, table)
    coding = endpoint_table(endpoint, table)
    assert [(code.value, code.meaning, code.patients) for code in coding.codes] == [
        ("0", CENSORED, 3), ("1", HAPPENED, 2), ("", LEFT_OUT, 1)]
    assert [(other.column, other.agree, other.differing) for other in coding.others] == [("vital", 4, ("P04",))]


def test_that_the_same_tumour_measured_twice_is_a_twin_and_a_shared_level_is_not() -> None:
    generator = np.random.default_rng(3)
    level = generator.normal(8, 3, 400)
    values = level + generator.normal(0, 0.15, (20, 400))
    values[7] = values[3] + generator.normal(0, 0.03, 400)
    samples = [f"P{number}" for number in range(20)]
    found = near_twins(matrix(values, samples), samples)
    assert np.corrcoef(values[0], values[1])[0, 1] > 0.99
    assert [(pair.first, pair.second) for pair in found.pairs] == [("P3", "P7")]
    assert found.words() == "1 likely twin: P3, P7"


def test_that_twins_are_found_in_any_order_and_beside_missing_values() -> None:
    generator = np.random.default_rng(4)
    values = generator.normal(0, 1, (15, 120))
    values[9] = values[2]
    values[4, :5] = np.nan
    values[:, 7] = np.nan
    samples = [f"P{number}" for number in range(15)]
    for order in (samples, samples[::-1]):
        found = near_twins(matrix(values, samples), order)
        assert {frozenset((pair.first, pair.second)) for pair in found.pairs} == {frozenset(("P2", "P9"))}
        assert found.genes == 119


def test_that_twins_of_a_cohort_repeated_over_and_over_are_those_of_asking_every_pair() -> None:
    generator = np.random.default_rng(7)
    values = np.repeat(generator.normal(8, 2, (12, 90)), 40, axis=0) + generator.normal(0, 0.02, (480, 90))
    order = generator.permutation(480)
    values, samples = values[order], [f"P{number}" for number in order.tolist()]
    found = near_twins(matrix(values, samples), samples)
    centred = values - values.mean(axis=1, keepdims=True)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    every = [(-float(unit[row] @ unit[column]), samples[row], samples[column])
             for row in range(480) for column in range(row + 1, 480)]
    every = sorted(pair for pair in every if -pair[0] > 0.99)
    assert [(pair.first, pair.second) for pair in found.pairs] == [pair[1:] for pair in every[:200]]
    assert [pair.correlation for pair in found.pairs] == pytest.approx([-pair[0] for pair in every[:200]], abs=1e-13)
    assert len(found.pairs) + found.more == len(every) == 12 * 40 * 39 // 2


def test_that_few_genes_cannot_tell_twins_and_it_is_said() -> None:
    values = np.ones((12, 49)) + np.random.default_rng(5).normal(0, 1, (12, 49))
    samples = [f"P{number}" for number in range(12)]
    assert "only 49 genes vary between the patients; 50 are needed" in near_twins(matrix(values, samples), samples).cannot
    assert near_twins(matrix(values, samples), samples[:1]).cannot


def test_that_looking_for_twins_can_be_stopped() -> None:
    values = np.random.default_rng(6).normal(0, 1, (300, 60))
    samples = [f"P{number}" for number in range(300)]
    job = JobContext()
    job.cancel()
    with pytest.raises(Cancelled):
        near_twins(matrix(values, samples), samples, job)


def test_that_reasons_with_a_value_of_each_patient_are_summed_up() -> None:
    ledger = [LedgerEntry(f"P{age}", False, "age is at least 50", f"age is {age}, below 50") for age in range(20, 26)]
    ledger += [LedgerEntry("P99", False, "age is at least 50", "age is missing")]
    steps = flow_steps((("in the data set “lab”", 10), ("age is at least 50", 3)), ledger)
    assert steps[1].reasons == (("age below 50", 6), ("age is missing", 1))
    assert reasons_in_words(steps[1]) == "age below 50 (6); age is missing (1)"


def test_that_a_rule_that_stands_twice_counts_its_patients_once() -> None:
    rule = KeepRule("grade", maximum=2)
    overview = cohort_overview(CohortRule("c", "lab", (rule, rule)), lab(TWELVE))
    assert overview.flow is not None
    assert overview.flow.data["flow"]["left_out"] == [0, 0, 4, 0, 0, 1]


def test_that_nobody_left_still_gives_flow_and_ledger() -> None:
    overview = cohort_overview(CohortRule("c", "lab", (KeepRule("age", minimum=200),)), lab(TWELVE))
    assert overview.cohort is None
    assert [problem.code for problem in overview.problems] == ["nobody_left"]
    assert len(overview.ledger) == 12
    assert overview.flow is not None
    assert overview.flow.data["flow"]["remaining"][-1] == 0
    assert not any(mark.tinted for mark in overview.flow.rows[0][0].marks if isinstance(mark, Box))


def test_that_without_clinical_table_or_endpoint_it_says_which() -> None:
    dataset = lab(TWELVE)
    bare = Dataset(dataset.spec, dataset.expression, None, (), ())
    assert cohort_overview(CohortRule("c", "lab"), bare).problems[0].code == "no_clinical"
    free = Dataset(dataset.spec, dataset.expression, dataset.clinical, (), ())
    assert cohort_overview(CohortRule("c", "lab"), free).problems[0].code == "no_endpoint"


@pytest.mark.parametrize("times", [[0.0] * 12, [5.0] * 12, [0.001 * n for n in range(1, 13)], [1e5 * n for n in range(12)]])
def test_that_any_length_of_follow_up_makes_a_histogram(times: list[float]) -> None:
    overview = cohort_overview(CohortRule("c", "lab"), lab({**TWELVE, "months": times}))
    assert overview.follow_up is not None
    table = overview.follow_up.data["follow_up"]
    assert sum(table["events"]) + sum(table["censored"]) == 12
    assert len(table["from"]) <= 60
    with drawing_settings():
        draw(overview.follow_up, place_figure(overview.follow_up))


def test_that_a_median_that_is_not_reached_is_not_invented() -> None:
    overview = cohort_overview(CohortRule("c", "lab"), lab({**TWELVE, "died": [1] * 11 + [0], "months": range(1, 13)}))
    label, value, unit = overview.numbers[2]
    assert (label, value, unit) == ("Median follow-up", "12", "months")
    overview = cohort_overview(CohortRule("c", "lab"), lab({**TWELVE, "died": [1] * 12, "months": range(1, 13)}))
    assert overview.numbers[2] == ("Median follow-up", "not reached", "")


def test_that_an_endpoint_whose_value_nobody_has_still_shows_its_codes() -> None:
    dataset = lab(TWELVE)
    wrong = EndpointRule("overall survival", "months", "months", "died", ("Dead",))
    broken = replace(dataset, spec=replace(dataset.spec, endpoints=(wrong,)), endpoints=(),
                     unusable=(Problem("event_value_absent", "nobody has the value Dead"),))
    overview = cohort_overview(CohortRule("c", "lab"), broken)
    assert overview.coding is not None
    assert {code.value for code in overview.coding.codes} == {"0", "1"}
    assert {code.meaning for code in overview.coding.codes} == {CENSORED}
    assert overview.problems[0].code == "event_value_absent"


def test_that_column_facts_list_values_with_counts_and_ranges() -> None:
    table = clinical_table({"grade": ["1", "1.0", "2", None, "NA"], "site": ["a", "b", "b", "b", ""]})
    grade, site = column_facts(table, ("grade", "site"))
    assert grade.values == (("1", 2), ("2", 1))
    assert (grade.missing, grade.low, grade.high, grade.is_numbers) == (2, 1.0, 2.0, True)
    assert site.values == (("b", 3), ("a", 1))
    assert math.isnan(site.low)
    assert site.words() == "2 values, 1 missing"


def test_that_a_second_cohort_leaves_analyses_with_the_one_they_used() -> None:
    spec = DatasetSpec("lab", "cohort", endpoints=(RULE,))
    study = Study("s", "", (spec,), (CohortRule("all", "lab"),), (AnalysisSpec("p", "rtk_prognosis"),))
    project = with_new_cohort(Project(study), CohortRule("her2", "lab"))
    assert project.study.analyses[0].cohort == "all"
    assert free_name("her2", ("all", "her2", "her2 2")) == "her2 3"


def test_that_an_endpoint_that_changes_its_name_takes_its_analyses_along() -> None:
    spec = DatasetSpec("lab", "cohort", endpoints=(RULE,))
    analyses = (AnalysisSpec("p", "rtk_prognosis", "all", "overall survival"),)
    project = Project(Study("s", "", (spec,), (CohortRule("all", "lab"),), analyses))
    renamed = EndpointRule("death", "months", "days", "died", (1,))
    changed = with_endpoint(project, "lab", renamed, instead_of="overall survival")
    assert changed.study.datasets[0].endpoints == (renamed,)
    assert changed.study.analyses[0].endpoint == "death"


@pytest.mark.parametrize(("unit", "last", "said"), [
    ("weeks", 320.0, ("0", "52", "104", "157")), ("days", 2200.0, ("0", "365", "730", "1096"))])
def test_that_ticks_of_whole_years_are_said_as_whole_weeks_and_days(unit: str, last: float,
                                                                    said: tuple[str, ...]) -> None:
    dataset = lab({**TWELVE, "months": [last * n / 12 for n in range(1, 13)]})
    endpoint = dataset.endpoints[0]
    overview = cohort_overview(CohortRule("c", "lab"), replace(
        dataset, endpoints=(replace(endpoint, rule=replace(endpoint.rule, unit=unit)),)))
    assert overview.follow_up is not None
    assert overview.follow_up.rows[0][0].x.tick_labels[:4] == said
