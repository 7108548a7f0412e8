"""Other causes in the window: a second box per value on Import and Cohort, and an outcome that keeps them.

Not for: what the key means (test_other_causes.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.data.dataset import DatasetSpec
from core.data.tables import EndpointRule
from core.jobs import JobContext
from core.project.project import Project
from gui.outcome_changes import trials_of
from gui.pages.importing.draft import draft_of_dataset
from gui.pages.importing.outcome_step import OutcomeStep
from gui.pages.importing.outcome_values import OutcomeReading, other_causes, read_outcome
from gui.widgets.importing.event_values import EventValues, ValueRow
from gui.widgets.importing.outcome_form import OutcomeForm, OutcomeValues
from tests.metabric_causes import DISEASE, metabric
from tests.test_cohort_page import Desk, desk, lab_project, look  # noqa: F401

THREE = (ValueRow("Living", 801, "158"), ValueRow("Died of Disease", 622, "60.3"),
         ValueRow("Died of Other Causes", 480, "127"))
GRADES = EndpointRule("relapse", "relapse_months", "months", "grade", (1,), (2,))


@pytest.mark.parametrize("narrow", [False, True])
def test_that_a_value_is_the_event_or_another_cause_and_never_both(qtbot: QtBot, narrow: bool) -> None:
    values = EventValues(narrow=narrow)
    qtbot.addWidget(values)
    values.set_values(THREE, ("Died of Disease",), "months", ("Died of Other Causes",))
    heard: list[tuple[str, ...]] = []
    values.changed.connect(heard.append)
    assert (values.happened(), values.other_causes()) == (("Died of Disease",), ("Died of Other Causes",))
    values.boxes[2].click()
    assert (values.happened(), values.other_causes()) == (("Died of Disease", "Died of Other Causes"), ())
    values.other_boxes[2].click()
    assert (values.happened(), values.other_causes()) == (("Died of Disease",), ("Died of Other Causes",))
    assert heard == [("Died of Disease", "Died of Other Causes"), ("Died of Disease",)]
    assert "another cause" in values.other_boxes[0].accessibleName()


def test_that_two_values_have_no_second_box(qtbot: QtBot) -> None:
    values = EventValues()
    qtbot.addWidget(values)
    values.set_values(THREE[:2], (), "months")
    assert len(values.boxes) == 2
    assert values.other_boxes == []
    assert values.other_causes() == ()


def test_that_the_form_shows_and_tells_other_causes(qtbot: QtBot) -> None:
    form = OutcomeForm()
    qtbot.addWidget(form)
    form.set_columns(["m"], ["cause"])
    form.set_outcome(OutcomeValues("death", "m", "months", "cause"))
    form.set_values(THREE, ("Died of Disease",), "", ("Died of Other Causes",))
    assert form.outcome().others == ("Died of Other Causes",)


def test_that_the_import_reads_metabric_with_its_causes() -> None:
    reading = read_outcome(DISEASE, metabric().clinical, JobContext())
    assert reading.summary == "622 events and 480 other causes in 1,903 patients with follow-up"
    assert other_causes(DISEASE, reading.rows) == ("Died of Other Causes",)


def test_that_an_outcome_renamed_on_import_keeps_its_other_causes(qtbot: QtBot) -> None:
    step = OutcomeStep()
    qtbot.addWidget(step)
    rule = replace(DISEASE, name="dss")
    step._draft, step._rules = draft_of_dataset(DatasetSpec("lab", "cohort")), [(rule, False)]
    step.list.addItem("dss")
    step.list.setCurrentRow(0)
    step.show_outcome(OutcomeReading(rule, THREE))
    wanted: list[EndpointRule] = []
    step.outcome_wanted.connect(wanted.append)
    step.form.name.setText("death of the disease")
    step.form.name.editingFinished.emit()
    assert wanted == [replace(rule, name="death of the disease")]
    step.form.values.other_boxes[0].click()
    assert wanted[-1].competing_values == ("Living", "Died of Other Causes")


def test_that_the_cohort_page_shows_and_changes_other_causes(
        desk: Callable[[Project], Desk], tmp_path: Path) -> None:  # noqa: F811
    at = desk(lab_project(tmp_path, endpoints=(GRADES,)))
    events = at.page.settings.events
    assert (events.happened(), events.other_causes()) == (("1",), ("2",))
    at.do(events.other_boxes[[row.value for row in events._rows].index("3")].click)
    stated = at.session.project.study.datasets[0].endpoints[0]
    assert stated.event_values == (1,)
    assert stated.competing_values == (2, "3")
    at.do(at.page._hands.set_events, ("2",))
    stated = at.session.project.study.datasets[0].endpoints[0]
    assert (stated.event_values, stated.competing_values) == ((2,), ("3",))


def test_that_other_causes_named_after_results_were_seen_are_counted(tmp_path: Path) -> None:
    before = lab_project(tmp_path, endpoints=(replace(GRADES, competing_values=()),))
    after = lab_project(tmp_path, endpoints=(GRADES,))
    trial, = trials_of(before, after)
    assert "grade = 1 (other causes 2)" in trial.words
    assert trials_of(after, after) == ()
