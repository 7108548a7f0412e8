"""An outcome redefined after results were seen is counted, from whichever page; one added or said anew is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.data.dataset import DatasetSpec
from core.data.tables import EndpointRule
from core.project.project import Project, new_project, with_dataset
from core.project.study import AnalysisSpec
from gui.outcome_changes import changed_outcomes
from gui.session import Session
from tests.gui_builders import new_session

DEATH = EndpointRule("overall survival", "OS", "months", "status", (1,))
RELAPSE = EndpointRule("relapse", "RFS", "months", "relapsed", ("yes",))


def project(*endpoints: EndpointRule) -> Project:
    made = with_dataset(new_project(), DatasetSpec("lab", "cohort", endpoints=endpoints))
    return replace(made, study=replace(made.study, analyses=(AnalysisSpec("prognosis", "rtk_prognosis"),)))


@pytest.fixture
def session() -> Iterator[Session]:
    made = new_session()
    made.open(project(DEATH))
    yield made
    made.jobs.close()


@pytest.mark.parametrize("rule", [replace(DEATH, event_values=(0,)), replace(DEATH, unit="days"),
                                  replace(DEATH, name="death of cancer", event="cause"), replace(DEATH, time="RFS")])
def test_that_an_outcome_in_the_place_of_another_is_a_change(rule: EndpointRule) -> None:
    assert changed_outcomes(project(DEATH, RELAPSE), project(rule, RELAPSE)) == (rule,)


def test_that_another_name_or_way_of_writing_and_one_more_outcome_are_no_change() -> None:
    assert changed_outcomes(project(DEATH), project(replace(DEATH, name="death", event_values=("1",)))) == ()
    assert changed_outcomes(project(DEATH), project(DEATH, RELAPSE)) == ()
    assert changed_outcomes(project(DEATH, RELAPSE), project(DEATH)) == ()


def test_that_a_change_by_any_edit_is_counted_once_results_were_seen(session: Session,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    turned = project(replace(DEATH, event_values=(0,)))
    session.edit(turned, "change how lab is read")
    assert session.tried.unpaid == 0, "nothing was seen yet"
    monkeypatch.setattr(session, "outcome", lambda name: SimpleNamespace())
    session.edit(project(DEATH), "change how lab is read")
    assert session.tried.unpaid == 1
    assert session.tried.trials[0].words == ("Outcome changed after results were seen: overall survival, status = 1, "
                                             "months")
    session.undo_stack.undo()
    session.undo_stack.redo()
    session.edit(turned, "change the event")
    assert session.tried.unpaid == 2, "each definition counts once, going back and forth does not"
    session.edit(project(DEATH), "and back")
    assert session.tried.unpaid == 2
