"""Two genes, by subgroup, heat map, correlation: asked for on the page, stored in the study, each with its states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.expression_views import Parameters
from core.analyses.parameters import build_parameters
from core.figures.spec import Matrix
from core.jobs import JobContext
from core.problems import Location
from core.study_runner import StudyRun, run_analysis
from gui import theme
from gui.pages.views_edits import figure_of
from tests.prognosis_desk import Desk, desk, her2_result, her2_study, hover, metabric, place_of, press


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def her2(qtbot: QtBot) -> Iterator[Desk]:
    made = desk(qtbot, her2_study(), has_run=True)
    made.page.show()
    made.page.shown()
    yield made
    made.close()


def stored(made: Desk) -> dict[str, object]:
    specs = {spec.name: spec for spec in made.session.project.study.analyses}
    return dict(specs["prognosis views"].parameters) if "prognosis views" in specs else {}


def show(made: Desk, key: str, words: str) -> None:
    """Choose a view and press its button."""
    made.page.show_figures_of(key)
    made.click(words, made.page.views)
    made.wait_idle()


def choose_column(made: Desk, column: str) -> None:
    combo = made.page.views.controls.column
    combo.setCurrentIndex(combo.findText(column))
    combo.activated.emit(combo.currentIndex())
    made.wait_idle()


def test_that_two_genes_start_with_the_strongest_and_her2(her2: Desk) -> None:
    strongest = her2.numbers.receptors[int(her2.numbers.order[0])]
    show(her2, "two_genes", "Show the four groups")
    assert stored(her2)["two_genes"] == (f"{strongest}+ERBB2",)
    figure = her2.page.views.figure()
    assert figure is not None
    assert figure.name == f"kaplan_meier_{strongest}_ERBB2"
    assert len(figure.rows[0][0].at_risk) == 4
    assert her2.page.figure() == (figure, f"prognosis views/{figure.name}")
    assert "two_genes" in her2.page.tables.names()


def test_that_another_gene_is_another_pair_and_undo_gives_the_first_back(her2: Desk) -> None:
    show(her2, "two_genes", "Show the four groups")
    first = stored(her2)["two_genes"]
    combo = her2.page.views.controls.second
    combo.setCurrentIndex(combo.findText("KIT"))
    combo.activated.emit(combo.currentIndex())
    her2.wait_idle()
    assert stored(her2)["two_genes"] != first
    assert her2.page.views.panel.title().startswith("ROS1/KIT")
    her2.session.undo_stack.undo()
    her2.wait_idle()
    assert stored(her2)["two_genes"] == first
    assert her2.page.views.panel.title().startswith("ROS1/ERBB2")


def test_that_a_gene_with_itself_is_not_asked_for(her2: Desk) -> None:
    her2.page.show_figures_of("two_genes")
    her2.page.views.controls.set_pair("KIT", "KIT")
    her2.page.views.look(her2.page.spec, her2.session, her2.services.runs)
    assert her2.page.views.empty.buttons() == () or all(
        each.isHidden() for each in her2.page.views.empty.buttons())
    her2.page.views.ask()
    assert stored(her2) == {}


def test_that_a_clinical_column_gives_boxes_with_every_patient_and_a_corrected_p(her2: Desk) -> None:
    her2.page.show_figures_of("by_group")
    assert her2.page.views.figure() is None
    choose_column(her2, "er_status")
    assert stored(her2)["by_group"] == ("ROS1 by er_status",)
    figure = her2.page.views.figure()
    assert figure is not None
    assert "corrected P" in " ".join(figure.texts()) or "Corrected P" in " ".join(figure.texts())
    her2.page.views.view.table_requested.emit()
    assert her2.page.tables.name == "group_tests"
    patient = her2.numbers.patients[7]
    her2.page.show_view("figure")
    her2.qtbot.wait(20)
    press(her2.page.views.view, *place_of(her2.page.views.view, patient))
    assert len(her2.session.selection.patients) == 1
    assert her2.page.figures.curve.view.selection[0] == her2.session.selection.patients


def test_that_a_column_with_one_value_is_explained_and_can_be_taken_out(her2: Desk) -> None:
    her2.page.show_figures_of("by_group")
    choose_column(her2, "her2_status")
    assert "her2_status" in her2.page.views.empty.accessibleName()
    assert any("her2_status" in problem.what for problem in her2.page.problems())
    her2.click("Take this comparison out", her2.page.views.empty)
    assert stored(her2) == {}
    assert her2.page.views.empty.accessibleName() == "One gene by group of patients"


def test_that_the_heat_map_has_a_column_per_patient_that_selects_them(her2: Desk) -> None:
    show(her2, "heat_map", "Draw the heat map")
    figure = her2.page.views.figure()
    assert figure is not None
    panel = next(panel for row in figure.rows for panel in row
                 if any(isinstance(mark, Matrix) for mark in panel.marks))
    matrix = next(mark for mark in panel.marks if isinstance(mark, Matrix))
    assert set(matrix.samples) == set(her2.numbers.patients)
    assert set(matrix.row_names) == set(her2.numbers.receptors)
    number = [each for row in figure.rows for each in row].index(panel)
    view = her2.page.views.view
    her2.qtbot.wait(20)
    room = view.plots[number].room
    assert room is not None
    press(view, room.x_px(10.5), room.y_px(3.5))
    assert her2.session.selection.patients == (matrix.samples[10],)
    assert her2.session.selection.receptor == matrix.row_names[3]


def test_that_bars_above_the_heat_map_are_stored(her2: Desk) -> None:
    show(her2, "heat_map", "Draw the heat map")
    her2.page.views.controls.bars.committed.emit(("er_status",))
    her2.page.views.controls.bars.set_value(("er_status",))
    her2.page.views.ask()
    her2.wait_idle()
    assert stored(her2)["annotations"] == ("er_status",)
    figure = her2.page.views.figure()
    assert figure is not None
    assert "er_status" in figure.texts()


def test_that_a_tile_of_the_correlation_opens_its_two_genes(her2: Desk) -> None:
    show(her2, "correlation", "Draw the correlations")
    figure = her2.page.views.figure()
    assert figure is not None
    matrix = next(mark for mark in figure.rows[0][0].marks if isinstance(mark, Matrix))
    view = her2.page.views.view
    her2.qtbot.wait(20)
    room = view.plots[0].room
    assert room is not None
    hover(view, room.x_px(4.5), room.y_px(1.5))
    press(view, room.x_px(4.5), room.y_px(1.5))
    her2.wait_idle()
    assert her2.page.views.key == "two_genes"
    assert stored(her2)["two_genes"] == (f"{matrix.row_names[1]}+{matrix.column_names[4]}",)
    assert her2.session.selection.patients == (), "a column of the correlation is no patient"
    assert her2.session.selection.receptor == matrix.row_names[1]


def test_that_run_repeats_every_view_of_the_stored_study(her2: Desk) -> None:
    show(her2, "two_genes", "Show the four groups")
    show(her2, "correlation", "Draw the correlations")
    study = her2.session.project.study
    spec = next(each for each in study.analyses if each.name == "prognosis views")
    build_parameters(Parameters, spec.parameters, Location())
    result, _ = run_analysis(StudyRun(study, {"metabric": metabric()[1]}), spec, JobContext())
    assert [figure.name for figure in result.figures] == ["kaplan_meier_ROS1_ERBB2", "correlation"]
    outcome = her2.session.outcome("prognosis views")
    assert outcome is not None
    here, there = (each.table("correlation").columns for each in (outcome.result, result))
    assert all(np.array_equal(np.asarray(here[name]), np.asarray(there[name])) for name in here)


def test_that_the_last_view_taken_out_leaves_no_analysis_behind(her2: Desk) -> None:
    show(her2, "correlation", "Draw the correlations")
    assert stored(her2)
    her2.click("Take the correlations out", her2.page.views)
    assert stored(her2) == {}
    assert "correlation" not in her2.page.tables.names()


def test_that_a_reopened_study_shows_its_views_without_being_asked(her2: Desk, qtbot: QtBot) -> None:
    show(her2, "correlation", "Draw the correlations")
    again = desk(qtbot, her2.session.project.study)
    again.page.show()
    again.page.shown()
    again.wait_idle()
    again.qtbot.waitUntil(lambda: again.session.outcome("prognosis views") is not None, timeout=30_000)
    again.page.show_figures_of("correlation")
    assert again.page.views.figure() is not None
    again.close()


def test_that_every_view_can_be_reached_from_the_palette(her2: Desk) -> None:
    commands = {command.key: command for command in her2.page.commands()}
    commands["view heat_map"].act()
    assert her2.page.chooser.key == "heat_map"
    commands["view all"].act()
    assert her2.page.stack.currentWidget() is her2.page.figures


def test_that_a_view_asked_for_while_another_is_computed_is_computed_too(her2: Desk) -> None:
    her2.page.show_figures_of("heat_map")
    her2.page.views.ask()
    her2.page.show_figures_of("correlation")
    her2.page.views.ask()
    her2.wait_idle()
    outcome = her2.session.outcome("prognosis views")
    assert outcome is not None
    assert not her2.session.is_stale("prognosis views")
    assert {figure.name for figure in outcome.result.figures} == {"heat_map", "correlation"}
    assert her2.page.views.figure() is not None


def test_that_a_stopped_comparison_does_not_show_the_earlier_one(her2: Desk) -> None:
    her2.page.show_figures_of("by_group")
    choose_column(her2, "er_status")
    combo = her2.page.views.controls.column
    combo.setCurrentIndex(combo.findText("cellularity"))
    combo.activated.emit(combo.currentIndex())
    her2.services.runs.cancel("prognosis views")
    her2.wait_idle()
    assert her2.page.views.figure() is None
    assert her2.page.views.empty.accessibleName() == "Not drawn yet"
    her2.click("Run", her2.page.views.empty)
    her2.wait_idle()
    shown = her2.page.views.figure()
    assert shown is not None
    assert shown.name == "groups_ROS1_by_cellularity"


def test_that_a_view_of_other_patients_is_not_shown_beside_the_new_result(her2: Desk) -> None:
    show(her2, "heat_map", "Draw the heat map")
    her2.page.settings.changed.emit("receptors", ("KIT", "ERBB2", "EGFR"))
    her2.qtbot.wait(20)
    assert her2.page.views.figure() is not None, "the page says that it shows an earlier run"
    assert "The figure shows the run of" in her2.page.notice.text()
    runs = her2.services.runs
    runs.running_changed.connect(lambda name: runs.cancel(name) if name == "prognosis views" else None)  # at its start
    her2.run()
    assert her2.page.notice.text() == ""
    assert her2.page.views.figure() is None
    assert her2.page.views.empty.accessibleName() == "Not drawn yet"


def test_that_genes_asked_for_by_another_name_are_found_by_their_place() -> None:
    spec = next(spec for spec in her2_result()[0].figures if spec.name.startswith("kaplan_meier"))
    panel = spec.rows[0][0]
    four = replace(panel, at_risk=(*panel.at_risk, *panel.at_risk))
    pair = replace(spec, name="kaplan_meier_ERBB2_KIT", rows=((four,),))
    cut, boxes = replace(spec, name="kaplan_meier_ERBB2_at_3"), replace(spec, name="groups_ERBB2_by_grade")
    figures = (cut, pair, boxes)
    asks = {"two_genes": ("HER2+KIT",), "by_group": ("HER2 by grade",)}
    assert figure_of("two_genes", asks, figures, of_these_settings=True) is pair
    assert figure_of("by_group", asks, figures, of_these_settings=True) is boxes
    assert figure_of("two_genes", asks, figures, of_these_settings=False) is None
    assert figure_of("by_group", asks, figures, of_these_settings=False) is None
    assert figure_of("by_group", {"by_group": ("erbb2 by grade",)}, figures, of_these_settings=False) is boxes


def test_that_the_error_text_of_a_run_that_broke_holds_no_data(her2: Desk) -> None:
    job = her2.session.jobs.submit("Starting prognosis", lambda job: None, done=lambda _: None, owner=her2.page)
    her2.page.watch._job = job
    her2.session.jobs.broke.emit(job, 'Traceback (most recent call last):\n  File "/home/meier/core/batch.py", line 5, '
                                 'in run\n    x()\nKeyError: \'P017 Meier\'\n')
    assert "KeyError" in her2.page.watch.fault
    assert "eier" not in her2.page.watch.fault
    her2.wait_idle()
