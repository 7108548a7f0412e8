"""Validation from study files: real cohorts, endpoints of their own, order of analyses, locks, the window's runs.

Not for: what a validation says of made-up cohorts (test_validation.py).
"""

from __future__ import annotations

import csv
import functools
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.analyses.base import Info, Inputs, Result, ResultTable
from core.analyses.locked_score import Lock
from core.batch import run_study
from core.data.dataset import Dataset
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.tables import EndpointRule
from core.jobs import JobContext
from core.problems import UserError
from core.project.cohort_edits import with_endpoint
from core.project.project import Project, with_analysis, with_cohort, with_lock, without_cohort
from core.project.references import in_order, named_cohorts, needed_analyses, search_cohorts, with_needed
from core.project.study import AnalysisSpec, Study
from core.project.study_file import read_study
from core.study_runner import StudyRun, check_analyses, load_study, run_analyses, run_analysis
from gui.analysis_runs import AnalysisRuns
from tests.gui_builders import new_session
from tests.test_run_equals_r import COHORTS, METABRIC, cohort, dataset

GOLDEN = Path(__file__).parent / "data" / "golden"
STUDY = "format = 1\n" + "".join((
    dataset("metabric", f"file = '{METABRIC}', samples = 'rows', id = 'patient_id', scale = 'z'",
            f"file = '{METABRIC}', id = 'patient_id'", "overall_survival_months", "months", "overall_survival", "0"),
    dataset("gse3143", f"file = '{COHORTS}/gse3143_bild/rtk_expression.csv.gz', samples = 'columns', scale = 'log2'",
            f"file = '{COHORTS}/gse3143_bild/clinical.csv', id = 'sample_id'", "time", "months", "event", "1"),
    dataset("gse4335", f"file = '{COHORTS}/gse4335_sorlie/rtk_expression.csv.gz', samples = 'columns', "
            "scale = 'log ratio'", f"file = '{COHORTS}/gse4335_sorlie/clinical.csv', id = 'sample_id'", "time",
            "months", "event", "1"),
    cohort("metabric", "metabric"), cohort("bild", "gse3143"), cohort("sorlie", "gse4335")))
TRIPLE = Lock("triple", ("EGFR", "ERBB2", "MET"), source="subset", found_in="metabric")


@functools.cache
def base() -> tuple[Study, dict[str, Dataset]]:
    """The three cohorts, read once."""
    folder = Path(__file__).parent
    import tomllib

    from core.project.study_file import parse_study

    study, problems = parse_study(tomllib.loads(STUDY), folder / "study.toml")
    assert problems == []
    return study, load_study(study, JobContext()).datasets


def study_of(*analyses: AnalysisSpec, locks: tuple[Lock, ...] = (TRIPLE,), **changes: Any) -> Study:
    return replace(base()[0], analyses=analyses, locks=locks, **changes)


def validation(name: str = "v", cohort: str = "", endpoint: str = "", **parameters: Any) -> AnalysisSpec:
    return AnalysisSpec(name, "validation", cohort, endpoint, {"permutations": 0, "resamples": 0, **parameters})


def finished(study: Study, name: str = "v") -> Result:
    return run_analysis(StudyRun(study, base()[1]), study.analysis(name), JobContext())[0]


def rows(result: Result, table: str) -> dict[str, dict[str, Any]]:
    """Rows of a table by their first column."""
    columns = result.table(table).columns
    return {str(values[0]): dict(zip(columns, values)) for values in zip(*columns.values())}


def golden(path: str, **where: str) -> list[dict[str, str]]:
    with (GOLDEN / path).open(encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if all(row[key] == value for key, value in where.items())]


# numbers


@pytest.mark.parametrize("gene", ["EGFR", "ERBB2", "ERBB3", "KIT", "MET"])
def test_that_single_receptors_over_three_cohorts_equal_r_and_metafor(gene: str) -> None:
    result = finished(study_of(validation(locked=(gene,), cohorts=("metabric", "bild", "sorlie"))))
    of = {"metabric": "all_os", "gse3143": "all", "gse4335": "all"}
    ours = {row["data_set"]: row for row in rows(result, "cohorts").values()}
    for row in golden("meta/inputs_rtk.csv", gene=gene):
        if row["cohort"] in of:
            mine = ours[row["cohort"]]
            assert (mine["n"], mine["events"]) == (int(row["n"]), int(row["events"]))
            assert mine["log_hr"] == pytest.approx(float(row["yi_log_hr_per_sd"]), abs=1e-9)
            assert mine["se"] == pytest.approx(float(row["sei"]), abs=1e-9)
            full = golden("survival/cox_univariate.csv", gene=gene, cohort=row["cohort"], subset=of[row["cohort"]])
            assert mine["concordance"] == pytest.approx(float(full[0]["concordance"]), abs=1e-9)
    models = rows(result, "pooled")
    for method, test, model in (("FE", "z", "fixed"), ("DL", "z", "dl"), ("DL", "adhoc", "dl_mkh"),
                                ("REML", "z", "reml"), ("REML", "adhoc", "reml_mkh")):
        row = golden("meta/pooled_rtk_without_tcga_k3.csv", gene=gene, method=method, test=test)[0]
        close = 1e-7 if method != "REML" else 3e-4  # metafor's REML ends when a step is below 1e-5
        for column, name in (("log_hr", "estimate"), ("se", "se"), ("low", "lo95"), ("high", "hi95"), ("q", "Q")):
            assert models[model][column] == pytest.approx(float(row[name]), abs=close), (model, column)
        assert models[model]["tau2"] == pytest.approx(float(row["tau2"]), abs=1e-7 if method != "REML" else 2e-5)


SETS = ["EGFR+ERBB2", "ERBB2+ERBB3", "EGFR+ERBB2+ERBB3"]


@pytest.mark.parametrize("members", SETS)
def test_that_sets_and_their_median_split_in_each_cohort_equal_r(members: str) -> None:
    lock = Lock("set", tuple(members.split("+")), score="median split")
    result = finished(study_of(validation(locked=("set",), cohorts=("metabric", "bild", "sorlie")), locks=(lock,)))
    for row in rows(result, "cohorts").values():
        theirs = [each for each in golden("survival/rtk_subsets.csv", members=members, cohort=row["data_set"])
                  if each["subset"] in ("all", "all_os")]
        assert len(theirs) == 1
        assert (row["n"], row["events"], row["n_high"], row["events_high"]) == tuple(
            int(theirs[0][name]) for name in ("n", "events", "split_n_high", "split_events_high"))
        for column, name in (("log_hr", "coef_per_sd"), ("se", "se_per_sd"), ("p", "p_wald"), ("hr", "hr_per_sd"),
                             ("hr_low", "hr_lo95"), ("hr_high", "hr_hi95"), ("concordance", "concordance"),
                             ("hr_split", "split_cox_hr"), ("hr_split_low", "split_cox_hr_lo95"),
                             ("hr_split_high", "split_cox_hr_hi95"), ("logrank_p", "split_logrank_p")):
            assert row[column] == pytest.approx(float(theirs[0][name]), rel=2e-7, abs=1e-9), (row["cohort"], column)


def test_that_the_locked_triple_goes_from_metabric_to_two_cohorts() -> None:
    result = finished(study_of(validation(locked=("triple",), cohorts=("sorlie", "bild"), permutations=200)))
    ours = rows(result, "cohorts")
    assert {name: (row["n"], row["events"], row["role"]) for name, row in ours.items()} == {
        "sorlie": (115, 38, "tested"), "bild": (158, 50, "tested")}
    assert rows(result, "random_sets")["sorlie"]["percentile"] > 95
    assert "is uninformative" in result.findings[0]
    assert result.table("overlap").n_rows == 0
    assert [figure.name for figure in result.figures][:3] == ["forest", "kaplan_meier_sorlie", "kaplan_meier_bild"]


def test_that_the_search_cohort_is_known_from_the_lock_the_source_and_the_analysis_own_cohort() -> None:
    listed = ("metabric", "sorlie", "bild")
    plain = replace(TRIPLE, found_in="", sha256="")
    prognosis = AnalysisSpec("subset", "rtk_prognosis", "metabric")
    for study in (study_of(validation(locked=("triple",), cohorts=listed)),
                  study_of(validation(locked=("triple",), cohorts=listed), prognosis, locks=(plain,))):
        assert rows(finished(study), "cohorts")["metabric"]["role"] == "search cohort"
    own = study_of(validation(cohort="metabric", locked=("KIT",), cohorts=("sorlie", "bild")))
    assert search_cohorts(own.analyses[0], own) == ("metabric",)
    assert set(rows(finished(own), "cohorts")) == {"sorlie", "bild"}


def test_that_a_run_and_its_own_study_file_give_the_same_bytes(tmp_path: Path) -> None:
    text = STUDY + f"""
[[lock]]
name = "triple"
receptors = ["EGFR", "ERBB2", "MET"]
source = "subset"
found_in = "metabric"
sha256 = "{TRIPLE.sha256}"
[[analysis]]
name = "v"
kind = "validation"
parameters = {{ locked = "triple", cohorts = ["sorlie", "bild"], permutations = 50, resamples = 5 }}
"""
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    first = run_study(tmp_path / "study.toml", tmp_path / "one", JobContext())
    assert not first.failed
    run_study(tmp_path / "one" / "study.toml", tmp_path / "two", JobContext())
    files = sorted((tmp_path / "one" / "v").glob("*.csv"))
    assert {file.stem for file in files} >= {"cohorts", "pooled", "leave_one_out", "overlap", "random_sets"}
    assert all((tmp_path / "two" / "v" / file.name).read_bytes() == file.read_bytes() for file in files)
    assert read_study(tmp_path / "one" / "study.toml").locks == (TRIPLE,)


def test_that_what_the_score_adds_stands_beside_each_cohort_tested_and_never_the_search_cohort() -> None:
    result = finished(study_of(validation(locked=("triple",), cohorts=("metabric", "sorlie", "bild"), resamples=5,
                                          clinical=("er_level", "age_of_the_moon"))))
    assert list(result.table("added_value").columns["cohort"]) == ["sorlie", "bild"]
    assert rows(result, "added_value")["bild"]["clinical"] == "er_level"
    assert rows(result, "added_value")["bild"]["hr"] == pytest.approx(1.03, abs=0.02)
    absent = [problem.what for problem in result.warnings if problem.code == "no_clinical_column"]
    assert "the cohort “sorlie” has no column er_level and age_of_the_moon" in absent
    assert "calibration_bild" in {figure.name for figure in result.figures}
    assert (result.tests_paid_for, result.tests_not_paid_for) == (1, 1)
    assert [(test.paid, test.not_paid) for test in result.tried] == [(1, 0), (0, 1)]


# endpoints


def with_two_endpoints() -> tuple[Study, dict[str, Dataset]]:
    """GSE4335 with its endpoint under two names."""
    study, datasets = base()
    sorlie = datasets["gse4335"]
    both = tuple(replace(sorlie.endpoints[0], rule=replace(sorlie.endpoints[0].rule, name=name))
                 for name in ("relapse", "death"))
    spec = replace(sorlie.spec, endpoints=tuple(endpoint.rule for endpoint in both))
    changed = replace(study, datasets=tuple(spec if each.name == "gse4335" else each for each in study.datasets))
    return changed, {**datasets, "gse4335": replace(sorlie, spec=spec, endpoints=both)}


@pytest.mark.parametrize(("endpoint", "endpoints", "said"), [
    ("", (), "it is not said which endpoint of the cohort “sorlie” is meant"),
    ("", ("sorlie: progression",), "has no endpoint “progression”"),
    ("", ("sorly: death",), "does not begin with one of the cohorts"),
])
def test_that_an_endpoint_that_is_not_settled_is_asked_for_by_its_key(endpoint: str, endpoints: tuple[str, ...],
                                                                     said: str) -> None:
    study, datasets = with_two_endpoints()
    spec = validation(endpoint=endpoint, locked=("EGFR",), cohorts=("bild", "sorlie"), endpoints=endpoints)
    with pytest.raises(UserError) as raised:
        run_analysis(StudyRun(replace(study, analyses=(spec,)), datasets), spec, JobContext())
    assert said in raised.value.problems[0].what
    assert raised.value.problems[0].answer_key == "endpoints"


@pytest.mark.parametrize(("endpoint", "endpoints", "used"), [
    ("death", (), "death"), ("", ("sorlie: relapse",), "relapse"), ("death", ("sorlie: relapse",), "relapse")])
def test_that_each_cohort_has_the_endpoint_of_its_own_data_set(endpoint: str, endpoints: tuple[str, ...],
                                                               used: str) -> None:
    study, datasets = with_two_endpoints()
    spec = validation(endpoint=endpoint, locked=("EGFR",), cohorts=("bild", "sorlie"), endpoints=endpoints)
    result, _ = run_analysis(StudyRun(replace(study, analyses=(spec,)), datasets), spec, JobContext())
    assert {name: row["endpoint"] for name, row in rows(result, "cohorts").items()} == {
        "bild": "outcome of gse3143", "sorlie": used}


def test_that_an_unknown_cohort_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean “sorlie”"):
        finished(study_of(validation(locked=("EGFR",), cohorts=("sorly",))))


# analyses that need others


class FoundSet:
    """Stands for a search over sets: its result names a best set, and it says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def run(self, inputs: Inputs, parameters: Any, job: JobContext | None = None) -> Result:
        self.asked += 1
        assert job is not None
        job.progress(1.0, "searching")
        table = ResultTable("summary", {"best": ["EGFR+MET"]}, "The best set", {"best": "Receptors"})
        return Result(Info("rtk_prognosis", "Search", "Which?", "none"), inputs.analysis_name, (table,), (), ("Found.",),
                      "Searched.", parameters={"score": "mean z"}, tests_paid_for=3)


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> FoundSet:
    from core.analyses import rtk_prognosis

    found = FoundSet()
    monkeypatch.setattr(rtk_prognosis, "run", found.run)
    return found


SEARCH = AnalysisSpec("search", "rtk_prognosis", "metabric")
AFTER = validation(locked=("search",), cohorts=("sorlie", "bild"))


def test_that_an_analysis_runs_after_the_one_it_needs_and_results_stand_as_in_the_study(search: FoundSet) -> None:
    study = study_of(AFTER, SEARCH)
    assert [spec.name for spec in in_order(study)[0]] == ["search", "v"]
    assert with_needed(study, ("v",)) == ("v", "search")
    run = StudyRun(study, base()[1])
    fractions: list[float] = []
    run_analyses(run, JobContext(lambda fraction, words: fractions.append(fraction)))
    assert not run.failed
    assert [result.name for result in run.results] == list(run.cohorts) == ["v", "search"]
    assert search.asked == 1
    assert rows(run.results[0], "lock")["search"]["found_in"] == "metabric"
    assert fractions == sorted(fractions)


def test_that_a_needed_analysis_is_run_first_when_only_one_is_asked_for(search: FoundSet) -> None:
    study = study_of(SEARCH, AFTER)
    run = StudyRun(study, base()[1])
    result, _ = run_analysis(run, AFTER, JobContext())
    assert rows(result, "cohorts")["bild"]["receptors_used"] == "EGFR+MET"
    assert [each.name for each in run.results] == ["search"]
    run_analysis(run, AFTER, JobContext())
    assert search.asked == 1


def test_that_what_needs_an_analysis_that_failed_says_so_and_a_circle_is_refused_by_name() -> None:
    broken = replace(SEARCH, parameters={"receptors": ("NOTAGENE",)})
    run = StudyRun(study_of(broken, AFTER), base()[1])
    run_analyses(run, JobContext())
    assert [problem.code for problem in run.problems if problem.severity == "problem"] == [
        "no_receptors", "needed_analysis_not_run"]
    circle = study_of(validation("a", locked=("b",), cohorts=("bild",)), validation("b", locked=("a",), cohorts=("bild",)))
    assert in_order(circle)[1] == ("a", "b")
    run = StudyRun(circle, base()[1])
    run_analyses(run, JobContext())
    assert {problem.code for problem in run.problems} == {"analyses_in_a_circle"}
    assert "“a” needs the result of “b”" in run.problems[0].what


def test_that_check_finds_nothing_against_a_validation_whose_search_has_not_run() -> None:
    run = StudyRun(study_of(SEARCH, AFTER), base()[1])
    check_analyses(run)
    assert run.problems == []
    run = StudyRun(study_of(SEARCH, validation(locked=("serch",), cohorts=("bild",))), base()[1])
    check_analyses(run)
    assert [problem.code for problem in run.problems] == ["unknown_name"]


def test_that_check_names_cohorts_and_endpoints_that_run_would_refuse() -> None:
    study, datasets = with_two_endpoints()
    specs = (validation("a", locked=("EGFR",), cohorts=("sorly",)), validation("b", locked=("EGFR",), cohorts=("sorlie",)))
    run = StudyRun(replace(study, analyses=specs), datasets)
    check_analyses(run)
    assert [problem.answer_key for problem in run.problems] == ["cohorts", "endpoints"]
    assert not run.failed


# names that change


def test_that_cohorts_endpoints_and_analyses_are_followed_to_their_new_names() -> None:
    study, _ = with_two_endpoints()
    spec = validation(locked=("search",), cohorts=("bild", "sorlie"), endpoints=("sorlie: death",))
    project = Project(replace(study, analyses=(SEARCH, spec)))
    rule = study.cohort("sorlie")
    project = with_cohort(project, replace(rule, name="norway"), instead_of="sorlie")
    project = with_analysis(project, replace(SEARCH, name="hunt"), instead_of="search")
    project = with_endpoint(project, "gse4335", EndpointRule("died", "time", "months", "event", (1,)),
                            instead_of="death")
    assert project.study.analyses[1].parameters == {
        "permutations": 0, "resamples": 0, "locked": ("hunt",), "cohorts": ("bild", "norway"), "endpoints": ("norway: died",)}
    assert needed_analyses(project.study.analyses[1], project.study) == ("hunt",)
    assert named_cohorts(without_cohort(project, "norway").study.analyses[1]) == ("bild",)


# the window


def finish(qtbot: QtBot, runs: AnalysisRuns, name: str) -> None:
    with qtbot.waitSignal(runs.running_changed, timeout=60_000, check_params_cb=lambda ended: ended == name
                          and runs.running(name) is None):
        assert runs.run(name) is not None


def test_that_the_window_runs_what_is_needed_first_and_uses_it_while_it_is_fresh(qtbot: QtBot, search: FoundSet) -> None:
    session = new_session()
    study = study_of(SEARCH, AFTER)
    session.open(Project(study))
    for spec in study.datasets:
        session.put_dataset(spec, base()[1][spec.name])
    runs = AnalysisRuns(session)
    finish(qtbot, runs, "v")
    outcome = session.outcome("v")
    assert outcome is not None
    assert search.asked == 1
    assert session.outcome("search") is not None
    assert not session.is_stale("search")
    alone = finished(study)
    for table in alone.tables:
        shown = outcome.result.table(table.name).columns
        assert {name: list(map(repr, values)) for name, values in shown.items()} == {
            name: list(map(repr, values)) for name, values in table.columns.items()}
    asked = search.asked
    finish(qtbot, runs, "v")
    assert search.asked == asked
    session.edit(with_analysis(session.project, replace(SEARCH, parameters={"seed": 2})), "seed")
    assert session.is_stale("v")
    assert session.is_stale("search")
    finish(qtbot, runs, "v")
    assert search.asked == asked + 1
    assert not session.is_stale("v")


def test_that_a_rule_of_a_further_cohort_or_another_lock_makes_a_validation_stale(qtbot: QtBot) -> None:
    session = new_session()
    other = Lock("other", ("KIT",))
    study = study_of(validation(locked=("triple",), cohorts=("sorlie", "bild")))
    session.open(with_lock(Project(study), other))
    for spec in study.datasets:
        session.put_dataset(spec, base()[1][spec.name])
    runs = AnalysisRuns(session)
    finish(qtbot, runs, "v")
    assert not session.is_stale("v")
    session.edit(with_cohort(session.project, CohortRule("bild", "gse3143", (KeepRule("time", minimum=1.0),))), "rule")
    assert session.is_stale("v")
    session.undo_stack.undo()
    assert not session.is_stale("v")
    session.edit(with_analysis(session.project, validation(locked=("other",), cohorts=("sorlie", "bild"))), "lock")
    assert session.is_stale("v")
    assert math.isfinite(session.outcome("v").seconds)  # type: ignore[union-attr]
