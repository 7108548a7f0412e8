"""What every analysis must be: pure, documented, repeatable, cancellable, honest about what it tried.

Not for: the numbers of any one analysis; a new one is tested here as soon as it stands in KINDS.
"""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.analyses import KINDS, analysis_module
from core.analyses.base import Inputs, Result, SampleInputs, parameter_facts
from core.analyses.locked_score import Lock
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.jobs import Cancelled, JobContext
from core.problems import Location, UserError
from core.project.study_file import read_study
from tests.biopsy_sets import biopsies, drawn
from tests.biopsy_sets import inputs as of_samples
from tests.line_sets import hms

PROJECT = Path(__file__).resolve().parents[1]
ASKED: dict[str, dict[str, Any]] = {
    "rtk_prognosis": {"permutations": 50},
    "rtk_subset": {"permutations": 50, "max_size": 2, "halves": 20, "folds": 5, "cv_permutations": 10,
                   "random_genes": 10},
    "validation": {"locked": ("three",), "permutations": 50, "resamples": 5},
    "expression_views": {"permutations": 50, "cuts": ("ERBB2=2.0",), "two_genes": ("ERBB2+IGF1R",),
                         "by_group": ("IGF1R by er_status",), "heat_map": True, "annotations": ("er_status",),
                         "correlation": True},
    "cell_lines": {"permutations": 50},
    "paired_biopsies": {"permutations": 50, "responders": "pCR", "score": ("EGFR", "MET"), "positive_from": 7.0},
    "rtk_response": {"response": "pCR", "positive": ("yes",), "permutations": 50, "adjust": ("plate",)},
    "activation": {"method": "fold over baseline", "floor": "5"},
}
"""Settings that make an analysis do all that it can, quickly."""


def simulated_biopsies() -> SampleInputs:
    """Pairs of which some lost HER2, with plates, a response and a receptor that rises."""
    return of_samples(biopsies(*drawn(12, 58, {3: 2.5}), columns={
        "plate": ["1", "2", "2", "1"] * 6, "pCR": ["yes", "no", "no"] * 4,
        "HER2_status": ["Positive", "Positive"] * 10 + ["Positive", "Negative"] * 2}))


WITHOUT_FOLLOW_UP: dict[str, Callable[[], SampleInputs]] = {"cell_lines": hms, "paired_biopsies": simulated_biopsies,
                                                       "rtk_response": simulated_biopsies,
                                                       "activation": simulated_biopsies}
"""What an analysis that needs no follow-up is tested with."""


@functools.cache
def inputs(kind: str) -> Inputs | SampleInputs:
    """What an analysis of this kind is given."""
    return cohort_inputs() if analysis_module(kind).INFO.needs == "outcome" else WITHOUT_FOLLOW_UP[kind]()


@functools.cache
def cohort_inputs() -> Inputs:
    """The HER2-positive patients of the example study; with them and two other groups of its patients to test a lock."""
    study = read_study(PROJECT / "resources" / "examples" / "metabric" / "study.toml")
    dataset = load_dataset(study.datasets[0], FileShelf(), JobContext())
    her2 = evaluate_cohort(study.cohort("her2"), dataset, dataset.endpoints[0])
    others = [CohortRule(f"ER {status}, HER2 negative", dataset.name, (
        KeepRule("her2_status", included=("Negative",)), KeepRule("er_status", included=(status,))))
        for status in ("Positive", "Negative")]
    cohorts = (her2, *(evaluate_cohort(rule, dataset, dataset.endpoints[0]) for rule in others))
    return Inputs(her2, study.name, "it", cohorts=cohorts, found_in=(her2,),
                  locks=(Lock("three", ("EGFR", "ERBB2", "IGF1R"), found_in="her2"),))


@functools.cache
def result_of(kind: str) -> Result:
    module = analysis_module(kind)
    result: Result = module.run(inputs(kind), module.Parameters(**ASKED[kind]), JobContext())
    return result


def test_that_every_kind_has_settings_to_be_tested_with() -> None:
    assert set(ASKED) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_that_its_facts_and_parameters_are_written_for_people(kind: str) -> None:
    module = analysis_module(kind)
    assert module.INFO.kind == kind
    assert module.INFO.title
    assert module.INFO.reference
    assert module.INFO.question.endswith("?")
    assert dataclasses.is_dataclass(module.Parameters)
    assert module.Parameters.__dataclass_params__.frozen
    for name, facts in parameter_facts(module.Parameters).items():
        assert facts["label"], name
        assert facts["help"].endswith("."), name
    assert {"receptors", "seed", "permutations"} <= {field.name for field in dataclasses.fields(module.Parameters)}


@pytest.mark.parametrize("kind", KINDS)
def test_that_check_finds_nothing_where_run_works_and_the_same_where_it_does_not(kind: str) -> None:
    module = analysis_module(kind)
    assert module.check(inputs(kind), module.Parameters(**ASKED[kind])) == []
    wrong = module.Parameters(**{**ASKED[kind], "receptors": ("NOTAGENE",)})
    found = module.check(inputs(kind), wrong)
    with pytest.raises(UserError) as raised:
        module.run(inputs(kind), wrong, JobContext())
    assert [problem.code for problem in found] == [problem.code for problem in raised.value.problems]
    assert all(problem.remedy for problem in found)


@pytest.mark.parametrize("kind", KINDS)
def test_that_two_runs_give_the_same_values(kind: str) -> None:
    module = analysis_module(kind)
    again: Result = module.run(inputs(kind), module.Parameters(**ASKED[kind]), JobContext())
    for first, second in zip(result_of(kind).tables, again.tables, strict=True):
        assert first.name == second.name
        for column in first.columns:
            np.testing.assert_array_equal(np.asarray(first.columns[column], dtype=object).astype(str),
                                          np.asarray(second.columns[column], dtype=object).astype(str))


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_inputs_are_left_as_they_were(kind: str) -> None:
    given = inputs(kind)
    before = [matrix.values.copy() for matrix in given.cohort.expression]
    time = given.cohort.time.copy() if isinstance(given, Inputs) else np.empty(0)
    analysis_module(kind).run(given, analysis_module(kind).Parameters(**ASKED[kind]), JobContext())
    for matrix, values in zip(given.cohort.expression, before, strict=True):
        np.testing.assert_array_equal(matrix.values, values)
    if isinstance(given, Inputs):
        np.testing.assert_array_equal(given.cohort.time, time)


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_stop_is_obeyed_wherever_it_comes(kind: str) -> None:
    module = analysis_module(kind)
    steps: list[float] = []
    module.run(inputs(kind), module.Parameters(**ASKED[kind]), JobContext(lambda fraction, words: steps.append(fraction)))
    assert steps == sorted(steps), "progress only grows"
    assert steps[-1] <= 1.0
    for wanted in (1, len(steps) // 2, len(steps) - 1):
        job, count = JobContext(), 0

        def stop(fraction: float, words: str, wanted: int = wanted, job: JobContext = job) -> None:
            nonlocal count
            count += 1
            if count == wanted:
                job.cancel()

        job._on_progress = stop
        with pytest.raises(Cancelled):
            module.run(inputs(kind), module.Parameters(**ASKED[kind]), job)


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_table_says_what_its_columns_are_and_is_in_the_documentation(kind: str) -> None:
    documented = (PROJECT / "docs" / "outputs.md").read_text(encoding="utf-8")
    for table in result_of(kind).tables:
        assert f"`{table.name}.csv`" in documented, table.name
        assert set(table.columns) == set(table.describe), table.name
        assert table.title


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_figure_can_be_heard_read_and_repeated(kind: str) -> None:
    for figure in result_of(kind).figures:
        assert len(figure.alt_text) > 40, figure.name
        assert any(word in figure.caption for word in ("patients", "cell lines", "pairs")), figure.name
        assert figure.data, figure.name
        for columns in figure.data.values():
            assert len({len(values) for values in columns.values()}) == 1, figure.name
    assert len({figure.name for figure in result_of(kind).figures}) == len(result_of(kind).figures)


@pytest.mark.parametrize("kind", KINDS)
def test_that_it_counts_what_it_tried_and_says_how_it_was_done(kind: str) -> None:
    result = result_of(kind)
    assert result.tests_paid_for + result.tests_not_paid_for > 0
    assert result.findings
    assert result.methods
    assert "proves" not in " ".join((result.methods, *result.findings))
    assert "drives" not in " ".join((result.methods, *result.findings))


@pytest.mark.parametrize("kind", KINDS)
def test_that_simulated_data_are_labelled_on_every_figure(kind: str) -> None:
    module = analysis_module(kind)
    simulated = dataclasses.replace(inputs(kind), simulated=True)
    result: Result = module.run(simulated, module.Parameters(**ASKED[kind]), JobContext())
    assert all("imulated" in figure.badge for figure in result.figures)
    assert "imulated" in result.methods


@pytest.mark.parametrize("kind", KINDS)
def test_that_its_parameters_can_be_named_in_a_study_file(kind: str) -> None:
    from core.analyses.parameters import build_parameters

    module = analysis_module(kind)
    values = {name: list(value) if isinstance(value, tuple) else value
              for name, value in dataclasses.asdict(module.Parameters(**ASKED[kind])).items()}
    assert build_parameters(module.Parameters, values, Location()) == module.Parameters(**ASKED[kind])
