"""The prognosis page: what it shows equals core's numbers, settings, running, every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.prognosis_words import answer
from core.project.project import with_parameters
from gui import theme
from gui.widgets.figure_choice import export_one_of
from gui.widgets.planner_dialog import PlannerDialog
from tests.accessible_names import nameless, too_small
from tests.prognosis_desk import Desk, desk, her2_result, her2_study, metabric, said


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


def test_that_an_analysis_of_the_study_runs_by_itself_and_its_answer_is_cores(qtbot: QtBot) -> None:
    made = desk(qtbot, her2_study())
    made.page.show()
    made.page.shown()
    made.wait_idle()
    found = answer(her2_result()[0].numbers)
    assert made.page.view == "figure"
    assert said(made.page).splitlines()[:2] == [found.sentence, found.explanation]
    assert all(f"{label}: {value} {unit}" in said(made.page) for label, value, unit in found.numbers)
    made.close()


def test_that_the_forest_shows_the_cores_figure_row_by_row(her2: Desk) -> None:
    assert her2.page.figures.forest.view.figure() is her2.outcome.result.figures[0]
    numbers = her2.numbers
    shown = {text.whole for text in her2.page.figures.forest.view.texts_shown()}
    strongest = int(numbers.order[0])
    low, high = numbers.fit.interval
    assert f"{numbers.fit.hr[strongest]:.2f} ({low[strongest]:.2f} to {high[strongest]:.2f})" in shown


def test_that_the_inspector_says_who_and_what_counts_as_the_event(her2: Desk) -> None:
    settings = her2.page.settings
    assert settings.cohort.combo.currentText() == "her2 (236)"
    assert settings.outcome.help_text() == "overall_survival = 0 is the event: 147 of 236. Time in months."
    assert settings.panel.state_text().startswith("Up to date. Ran ")
    assert not settings.panel.is_primary()


def test_that_a_study_without_the_analysis_waits_for_run_and_then_holds_it(qtbot: QtBot) -> None:
    made = desk(qtbot, replace(her2_study(), analyses=()))
    page = made.page
    page.show()
    page.shown()
    assert page.view == "empty"
    assert page.empty.accessibleName() == "Ready to run"
    assert page.empty.accessibleDescription() == "1,904 patients of “all”, 1,103 with the event of overall survival."
    assert page.settings.panel.is_primary()
    page.settings.cohort_chosen.emit("her2")
    page.settings.changed.emit("permutations", 99)
    assert made.session.project.study.analyses == ()
    made.click("Run", page.empty)
    made.wait_idle()
    (spec,) = made.session.project.study.analyses
    assert (spec.kind, spec.cohort, dict(spec.parameters)) == ("rtk_prognosis", "her2", {"permutations": 99})
    assert made.numbers.parameters.permutations == 99
    assert page.view == "figure"
    made.close()


def test_that_missing_follow_up_is_said_with_what_is_here(qtbot: QtBot) -> None:
    study, dataset = her2_study(), metabric()[1]
    spec = replace(study.datasets[0], endpoints=())
    made = desk(qtbot, replace(study, datasets=(spec,), cohorts=(), analyses=()), with_data=False)
    made.session.put_dataset(spec, replace(dataset, spec=spec, endpoints=()))
    assert made.page.empty.accessibleName() == "This page needs expression and follow-up"
    assert made.page.empty.accessibleDescription() == (
        "Expression is here: 15 RTKs in 1,904 patients. Follow-up is missing. One row per patient with a time and an "
        "event is enough.")
    made.page.show()
    made.click("Import follow-up…", made.page.empty)
    made.click("Show an example", made.page.empty)
    assert made.asked.of("import_files") == [((),)]
    assert made.asked.of("open_example") == [()]
    assert not made.page.settings.panel.run.isEnabled()
    assert made.page.settings.panel.run.toolTip() == "Run needs expression and follow-up"
    made.close()


def test_that_an_empty_study_says_that_both_are_missing(qtbot: QtBot) -> None:
    made = desk(qtbot, None)
    made.page.look()
    assert made.page.view == "empty"
    assert "Expression and follow-up are missing." in made.page.empty.accessibleDescription()
    assert made.page.figure() is None
    assert made.page.rail_state() == "none"
    made.close()


def test_that_a_changed_setting_makes_the_result_stale_and_says_what_changed(her2: Desk) -> None:
    page = her2.page
    ran = her2.outcome.finished_at
    page.settings.changed.emit("split", "tertiles")
    assert page.notice.text() == (f"Settings changed: split the curve at median to tertiles. The figure shows the run "
                                  f"of {ran}.")
    assert [words for words, _ in page.notice.remedies()] == ["Run again", "Put the settings back"]
    assert page.settings.form.row("split").was() == "was median"
    assert page.settings.panel.is_primary()
    assert page.rail_state() == "stale"
    her2.click("Put the settings back")
    assert page.notice.text() == ""
    assert page.settings.form.row("split").was() == ""
    assert her2.session.undo_stack.undoText() == "put the settings of Prognosis back"
    assert not her2.session.is_stale("prognosis")


def test_that_going_back_to_a_default_by_hand_is_not_a_change(her2: Desk) -> None:
    her2.page.settings.changed.emit("split", "tertiles")
    her2.page.settings.changed.emit("split", "median")
    assert not her2.session.is_stale("prognosis")


def test_that_run_again_uses_the_new_settings_and_the_curve_has_three_groups(her2: Desk) -> None:
    her2.page.settings.changed.emit("split", "tertiles")
    her2.click("Run again")
    her2.wait_idle()
    assert her2.numbers.parameters.split == "tertiles"
    curve = her2.page.figures.curve.view.figure()
    assert curve is not None
    assert len(curve.rows[0][0].at_risk) == 3
    assert her2.page.notice.text() == ""


def test_that_undo_gives_the_old_setting_and_its_result_back_at_once(her2: Desk) -> None:
    first = her2.outcome
    her2.page.settings.changed.emit("split", "tertiles")
    her2.run()
    her2.session.undo_stack.undo()
    assert her2.page.outcome is first
    assert her2.page.notice.text() == ""
    assert her2.page.settings.form.values()["split"] == "median"


def test_that_another_cohort_is_another_outcome_in_the_ledger(her2: Desk) -> None:
    before = her2.session.tried.unpaid
    her2.page.settings.cohort_chosen.emit("all")
    assert her2.page.settings.cohort.was() == "was her2"
    assert "cohort her2 to all" in her2.page.notice.text()
    her2.run()
    assert len(her2.numbers.patients) == 1904
    assert her2.session.tried.unpaid == before + 1


def test_that_adjusting_offers_clinical_columns_but_neither_genes_nor_the_outcome(her2: Desk) -> None:
    rule = her2.page.facts.rule_of(her2.page.spec)
    offered = her2.page.facts.clinical_columns(rule)
    assert "er_status" in offered
    assert "neoplasm_histologic_grade" in offered
    assert not {"overall_survival", "overall_survival_months", "patient_id", "erbb2", "flt3"} & set(offered)


def test_that_a_column_that_does_not_exist_is_explained_at_its_field(her2: Desk) -> None:
    her2.page.settings.changed.emit("adjust", ("er_statu",))
    her2.run()
    assert "er_statu" in her2.page.notice.text()
    assert "er_status" in her2.page.settings.form.errors()["adjust"]
    assert her2.page.problems()[0].code == "no_column"
    her2.click("Put the settings back")
    assert her2.page.settings.form.errors() == {}


def test_that_running_can_be_cancelled_and_says_where_it_stopped(qtbot: QtBot) -> None:
    made = desk(qtbot, her2_study(permutations=400_000))
    made.page.show()
    made.page.shown()
    qtbot.waitUntil(lambda: "huffl" in job_words(made), timeout=20_000)
    assert made.page.view == "running"
    assert not made.page.settings.panel.run.isEnabled()
    made.click("Cancel", made.page.running)
    made.wait_idle()
    assert made.page.view == "empty"
    assert made.page.empty.accessibleName() == "Stopped before there was a result"
    assert "of 400,000" in made.page.empty.accessibleDescription()
    made.page.shown()
    assert not made.session.jobs.active
    made.close()


def job_words(made: Desk) -> str:
    return " ".join(job.words for job in made.session.jobs.active)


def test_that_a_fault_of_ours_keeps_the_figure_and_offers_its_text(her2: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import core.study_runner

    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(core.study_runner, "run_analysis", broken)
    her2.page.settings.changed.emit("seed", 2)
    her2.run()
    assert her2.page.notice.text().startswith("Something broke in RTKscope. Your study is safe. The figure shows")
    her2.click("Copy the error")
    copied = QApplication.clipboard().text()
    assert "Error: RuntimeError" in copied
    assert "a fault of ours" not in copied, "the words of an error may hold data"


def test_that_few_events_look_unsure(qtbot: QtBot) -> None:
    study = her2_study()
    rule = replace(study.cohorts[1], follow_up_max=12.0)
    made = desk(qtbot, replace(study, cohorts=(study.cohorts[0], rule)))
    made.page.show()
    made.page.shown()
    made.wait_idle()
    events = int(made.numbers.event.sum())
    assert 0 < events < 25
    assert made.page.strip.state == "unsure"
    assert said(made.page).startswith(f"{events} deaths cannot answer this.")
    made.close()


def test_that_a_cohort_of_nobody_is_explained_with_ways_out(qtbot: QtBot) -> None:
    study = her2_study()
    keep = study.cohorts[1].keep[0]
    rule = replace(study.cohorts[1], keep=(replace(keep, included=("Negative",)),
                                           replace(keep, included=("Positive",))))
    made = desk(qtbot, replace(study, cohorts=(study.cohorts[0], rule)))
    made.page.show()
    made.page.shown()
    made.wait_idle()
    assert made.page.view == "empty"
    assert made.page.rail_state() == "look"
    made.click("Go to Cohort", made.page.empty)
    assert made.asked.of("go_to") == [("cohort",)]
    made.close()


def test_that_a_receptor_without_a_finite_ratio_can_be_left_out_by_one_click(her2: Desk) -> None:
    numbers = her2.numbers
    at = int(numbers.order[-1])
    name = numbers.receptors[at]
    coef = numbers.fit.coef.copy()
    coef[at] = float("nan")
    broken = replace(numbers, fit=replace(numbers.fit, coef=coef))
    outcome = replace(her2.outcome, result=replace(her2.outcome.result, numbers=broken))
    her2.session.put_outcome("prognosis", outcome)
    assert her2.page.notice.text().startswith(f"The model did not settle for {name}: ")
    assert her2.page.notice.text().endswith("Other RTKs are not affected.")
    her2.click(f"Leave {name} out")
    her2.wait_idle()
    assert name not in her2.numbers.receptors
    assert len(her2.numbers.receptors) == 14


def test_that_reset_puts_all_parameters_to_their_defaults(her2: Desk) -> None:
    her2.page.settings.panel.reset_requested.emit()
    assert dict(her2.page.spec.parameters) == {}
    her2.session.undo_stack.undo()
    assert her2.page.spec.parameters["permutations"] == 199


def test_that_the_edits_of_another_place_are_shown_too(her2: Desk) -> None:
    project = with_parameters(her2.session.project, "prognosis", {"adjust": ("er_status",)})
    her2.session.edit(project, "elsewhere")
    assert her2.page.settings.form.values()["adjust"] == ("er_status",)
    assert "adjust for none to er_status" in her2.page.notice.text()


def test_that_two_analyses_of_the_kind_can_be_chosen_between(qtbot: QtBot) -> None:
    study = her2_study()
    (first,) = study.analyses
    second = replace(first, name="prognosis_all", cohort="all", parameters={"permutations": 49})
    made = desk(qtbot, replace(study, analyses=(first, second)))
    made.page.show()
    made.page.shown()
    made.wait_idle()
    assert made.outcome.result.name == "prognosis"
    made.page.settings.analysis_chosen.emit("prognosis_all")
    made.wait_idle()
    assert made.outcome.result.name == "prognosis_all"
    assert len(made.numbers.patients) == 1904
    made.close()


def test_that_a_warning_has_a_place_a_remedy_and_a_button_and_is_counted_at_its_tab(her2: Desk) -> None:
    her2.page.settings.changed.emit("permutations", 50)
    her2.run()
    assert her2.page.warnings.count() == 1
    assert her2.page.tabs.accessibleTabName(3) == "Warnings, 1"
    her2.page.show_tab(3)
    assert her2.page.view == "warnings"
    her2.click("Show the setting", her2.page.warnings)
    assert her2.page.settings.form.groups["Correction for testing many"].open


def test_that_every_control_has_a_name_and_room_to_be_hit(her2: Desk) -> None:
    for part in (her2.page, her2.page.settings.panel):
        assert nameless(part) == []
        assert too_small(part) == []
    for key in ("two_genes", "by_group", "heat_map", "correlation"):
        her2.page.show_figures_of(key)
        assert nameless(her2.page.views) == []


@pytest.mark.parametrize(("theme_name", "percent", "size"), [
    ("light", 100, (924, 708)), ("dark", 150, (1128, 770)), ("light", 200, (1014, 640)), ("dark", 80, (1500, 900))])
def test_that_panels_fold_and_no_title_is_cut(qtbot: QtBot, qapp: QApplication, theme_name: str, percent: int,
                                              size: tuple[int, int]) -> None:
    theme.apply(qapp, theme_name, percent)
    made = desk(qtbot, her2_study(), has_run=True, size=size)
    made.page.show()
    made.page.shown()
    qtbot.wait(30)
    figures = made.page.figures
    for name, part in figures.parts.items():
        figures.show_part(name)
        qtbot.wait(20)
        assert part.isVisible()
        assert part._title.width() >= part._title.sizeHint().width()
        assert part.view.height() > 80
    assert made.page.width() == size[0], "nothing asks for more room than there is"
    made.close()
    theme.apply(qapp, "light", 100)


def test_that_export_asks_which_of_the_figures_in_sight_is_meant(qtbot: QtBot) -> None:
    at = desk(qtbot, her2_study(), has_run=True)
    try:
        at.page.refresh(at.session.project, at.session.project)
        at.page.show()
        at.wait_idle()
        keys = [key for _, key in at.page.figures_in_sight()]
        assert [key.split("/")[0] for key in keys] == ["prognosis"] * 3
        asked: list[str] = []
        menu = export_one_of(at.page.figures_in_sight(), at.page.export_button, lambda spec, key: asked.append(key))
        assert menu is not None
        menu.actions()[1].trigger()
        assert asked == [keys[1]]
        assert "kaplan_meier" in keys[1]
        menu.close()
    finally:
        at.close()


def test_that_where_the_data_cannot_say_the_estimates_and_the_reason_are_offered(qtbot: QtBot) -> None:
    made = desk(qtbot, her2_study(permutations=0))
    page = made.page
    page.show()
    page.shown()
    made.wait_idle()
    assert said(page).startswith("No answer without correction.")
    made.click("Why?", page.strip)
    assert "none was shuffled" in page.notice.text()
    made.click("Close", page.notice)
    assert page.notice.text() == ""
    page.tables.show_table("curves")
    made.click("Show estimates", page.strip)
    assert (page.view, page.tables.name) == ("table", "receptors")
    made.click("How many would I need?", page.strip)
    planner = page.window().findChild(PlannerDialog)
    assert planner is not None
    assert (planner.question.kind, planner.question.have) == ("events", int(made.outcome.cohort.n_events))
    assert planner.question.receptors == 15
    planner.reject()
    made.close()


def test_that_choosing_a_cohort_does_not_state_the_only_outcome_as_a_change(qtbot: QtBot) -> None:
    study = her2_study()
    made = desk(qtbot, replace(study, analyses=(replace(study.analyses[0], endpoint=""),)), has_run=True)
    page = made.page
    page.show()
    page.shown()
    page.settings.cohort_chosen.emit("all")
    assert page.notice.text().startswith("Settings changed: cohort her2 to all. The figure shows the run of ")
    page.settings.cohort_chosen.emit("her2")
    assert not made.session.is_stale("prognosis")
    made.close()
