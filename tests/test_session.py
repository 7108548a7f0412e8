"""The session: what an edit, an undo, a run and a second look leave behind.

Not for: windows; nothing here is shown.
"""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.analyses.base import Info, Result, ResultTable, TriedTest
from core.analyses.locked_score import Lock
from core.data.dataset import DatasetSpec
from core.data.patients.cohort_rules import CohortRule
from core.project.project import new_project, renamed, with_analysis, with_cohort, with_dataset, with_lock, without_lock
from core.project.study import AnalysisSpec
from gui.job_runner import JobRunner
from gui.session import DATASETS_SPARE, Outcome, Selection, Session
from gui.tried import Trial, Tried, tried_of


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session(JobRunner())


def outcome_of(session: Session, name: str, paid: int = 58, unpaid: int = 0) -> Outcome:
    info = Info("rtk_prognosis", "Prognosis", "Which?", "")
    result = Result(info, name, (ResultTable("receptors", {"n": np.array([1])}),), (), ("It holds.",), "",
                    tests_paid_for=paid, tests_not_paid_for=unpaid)
    settings = session.settings_of(name)
    assert settings is not None
    cohort: Any = SimpleNamespace(name="all", patients=("P1", "P2", "P3"), n_events=2,
                                  endpoint=SimpleNamespace(name="overall survival"),
                                  outcome_name="overall survival", in_words=lambda: "cohort “all”, overall survival")
    return Outcome(result, cohort, settings, 0.1, "14:02")


def with_one_analysis(session: Session) -> None:
    project = with_dataset(session.project, DatasetSpec("a", "cohort"))
    project = with_cohort(project, CohortRule("all", "a"))
    session.edit(with_analysis(project, AnalysisSpec("p", "rtk_prognosis", "all", "os", {})), "set up")


def test_that_an_edit_is_undone_and_redone_as_the_same_value(session: Session) -> None:
    before = session.project
    session.edit(renamed(before, "HER2"), "rename the study")
    after = session.project
    session.undo_stack.undo()
    assert session.project is before
    session.undo_stack.redo()
    assert session.project is after
    assert session.undo_stack.undoText() == "rename the study"


def test_that_a_lock_that_is_removed_or_undone_stays_in_the_ledger(session: Session) -> None:
    first, second = Lock("a", ("EGFR", "KIT")), Lock("b", ("MET",))
    session.edit(with_lock(session.project, first), "lock")
    session.edit(without_lock(session.project, "a"), "remove the lock")
    assert [trial.words for trial in session.tried.trials] == [
        "Lock “a” removed (EGFR + KIT, made at an unknown time)"]
    session.edit(with_lock(session.project, second), "lock")
    session.undo_stack.undo()
    session.undo_stack.undo()
    assert session.project.study.locks == (first,)
    assert [trial.words[:8] for trial in session.tried.trials] == ["Lock “a”", "Lock “b”"]
    assert (session.tried.paid, session.tried.unpaid) == (0, 0)


def test_that_an_edit_that_changes_nothing_is_no_step(session: Session) -> None:
    session.edit(renamed(session.project, session.project.name), "rename the study")
    assert session.undo_stack.count() == 0


def test_that_steps_of_one_drag_become_one(session: Session) -> None:
    before = session.project
    for name in ("a", "b", "c"):
        session.edit(renamed(session.project, name), "type a name", "name")
    session.edit(renamed(session.project, "d"), "type a name", "another")
    assert session.undo_stack.count() == 2
    session.undo_stack.undo()
    assert session.project.name == "c"
    session.undo_stack.undo()
    assert session.project is before


def test_that_changed_carries_both_projects(session: Session, qtbot: QtBot) -> None:
    before = session.project
    with qtbot.waitSignal(session.changed) as caught:
        session.edit(renamed(before, "HER2"), "rename")
    assert caught.args == [before, session.project]


def test_that_a_result_is_stale_once_a_setting_has_changed_and_current_again_after_undo(session: Session) -> None:
    with_one_analysis(session)
    session.put_outcome("p", outcome_of(session, "p"))
    assert not session.is_stale("p")
    spec = session.project.study.analyses[0]
    session.edit(with_analysis(session.project, replace(spec, parameters={"split": "tertiles"})), "split")
    assert session.is_stale("p")
    session.undo_stack.undo()
    assert not session.is_stale("p")


def test_that_undo_shows_the_earlier_result_without_running(session: Session) -> None:
    with_one_analysis(session)
    first = outcome_of(session, "p")
    session.put_outcome("p", first)
    spec = session.project.study.analyses[0]
    session.edit(with_analysis(session.project, replace(spec, parameters={"split": "tertiles"})), "split")
    session.put_outcome("p", outcome_of(session, "p"))
    session.undo_stack.undo()
    assert session.outcome("p") is first


def test_that_a_failure_is_shown_only_for_the_settings_that_failed(session: Session) -> None:
    from core.problems import Problem

    with_one_analysis(session)
    problem = Problem("no_events", "nobody had the event")
    session.put_failure("p", session.settings_of("p"), (problem,))
    assert session.failure("p") == (problem,)
    session.edit(with_analysis(session.project, AnalysisSpec("p", "rtk_prognosis", "all", "dfs", {})), "endpoint")
    assert session.failure("p") == ()


def test_that_the_ledger_counts_equal_settings_once_and_keeps_what_undo_takes_back(session: Session) -> None:
    with_one_analysis(session)
    session.put_outcome("p", outcome_of(session, "p"))
    session.put_outcome("p", outcome_of(session, "p"))
    assert (session.tried.paid, session.tried.unpaid) == (58, 0)
    session.edit(with_analysis(session.project, AnalysisSpec("p", "rtk_prognosis", "all", "dfs", {})), "endpoint")
    session.put_outcome("p", outcome_of(session, "p"))
    session.undo_stack.undo()
    assert (session.tried.paid, session.tried.unpaid) == (116, 1), "a second outcome is a choice nothing pays for"


def test_that_a_request_counts_once_however_often_its_analysis_is_run_for_the_others(session: Session) -> None:
    with_one_analysis(session)
    cut, pair = TriedTest("cut of IGF1R at 0.4", 0, 1), TriedTest("ERBB2 with IGF1R", 0, 2)
    for asked in ((cut,), (cut, pair)):
        outcome = outcome_of(session, "p")
        session.put_outcome("p", replace(outcome, result=replace(outcome.result, tried=asked)))
    assert (session.tried.paid, session.tried.unpaid) == (0, 3)


def test_that_a_picture_without_a_test_is_no_trial(session: Session) -> None:
    with_one_analysis(session)
    session.put_outcome("p", outcome_of(session, "p", paid=0))
    assert session.tried == Tried()


def test_that_the_ledger_survives_its_document() -> None:
    tried = Tried((Trial("k", "Prognosis: all", 58, 1, "2026-11-23 14:02"),))
    assert tried_of(tried.document()) == tried
    assert tried_of({"trials": [{"key": 3}, "x", {"key": "k", "paid": -4, "unpaid": True}]}) == Tried((Trial("k", "", 0, 0),))
    assert tried_of({"trials": 7}) == Tried()


def test_that_marking_a_patient_again_with_add_takes_the_mark_off(session: Session) -> None:
    session.select_patient("P1")
    session.select_patient("P2", add=True)
    session.select_patient("P1", add=True)
    assert session.selection == Selection(patients=("P2",))
    session.select(receptor="AXL")
    assert session.selection == Selection(("P2",), "AXL")


def test_that_opening_another_study_leaves_nothing_of_the_first(session: Session) -> None:
    with_one_analysis(session)
    session.put_outcome("p", outcome_of(session, "p"))
    session.select_patient("P1")
    session.open(new_project("another"))
    assert session.outcome("p") is None
    assert session.undo_stack.count() == 0
    assert session.selection == Selection()
    assert session.tried == Tried()


def test_that_the_order_in_which_settings_were_chosen_is_no_other_trial(session: Session) -> None:
    with_one_analysis(session)
    for parameters in ({"seed": 2, "split": "tertiles"}, {}, {"split": "tertiles", "seed": 2}):
        session.edit(with_analysis(session.project, AnalysisSpec("p", "rtk_prognosis", "all", "os",
                                                                 parameters)), "set")
        if parameters:
            session.put_outcome("p", outcome_of(session, "p"))
    assert session.tried.paid == 58


def test_that_a_default_that_is_stated_is_neither_stale_nor_another_trial(session: Session) -> None:
    with_one_analysis(session)
    stated = AnalysisSpec("p", "rtk_prognosis", "all", "os", {"permutations": 10_000})
    for spec in (stated, replace(stated, parameters={})):
        session.edit(with_analysis(session.project, spec), "set")
        outcome = outcome_of(session, "p")
        used = replace(outcome.result, parameters={"permutations": 10_000, "seed": 1})
        session.put_outcome("p", replace(outcome, result=used))
    assert session.tried.paid == 58
    session.edit(with_analysis(session.project, stated), "state it")
    assert not session.is_stale("p")
    session.edit(with_analysis(session.project, replace(stated, parameters={"permutations": 9_999})), "other")
    assert session.is_stale("p")


def test_that_a_cohort_under_another_name_is_not_tried_again(session: Session) -> None:
    with_one_analysis(session)
    session.put_outcome("p", outcome_of(session, "p"))
    rule = session.project.study.cohorts[0]
    session.edit(with_cohort(session.project, replace(rule, name="everybody"), instead_of=rule.name), "rename")
    session.put_outcome("p", outcome_of(session, "p"))
    assert session.tried.paid == 58


def test_that_a_request_on_another_measure_is_another_trial(session: Session) -> None:
    with_one_analysis(session)
    for measure in ("total", "phospho"):
        outcome = outcome_of(session, "p", paid=0)
        made = replace(outcome.result, parameters={"measure": measure}, tried=(TriedTest("A with B", 0, 2),))
        session.put_outcome("p", replace(outcome, result=made))
    assert session.tried.unpaid == 4


def test_that_a_study_of_many_data_sets_keeps_them_all_and_few_of_the_past(session: Session) -> None:
    data: Any = SimpleNamespace(tables=())
    specs = [DatasetSpec(f"set {number}", "cohort") for number in range(12)]
    for spec in specs:
        session.put_dataset(replace(spec, simulated=True), data)
        session.edit(with_dataset(session.project, spec), "import")
        session.put_dataset(spec, data)
    assert len(session.datasets) == 12, "with one missing no analysis could run"
    past = [spec for spec in specs if session.dataset_of(replace(spec, simulated=True)) is not None]
    assert past == specs[-DATASETS_SPARE:]
