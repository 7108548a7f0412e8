"""What a page says of its warnings: by the labels of the form, each with what can be done, and doubts of the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.base import Inputs
from core.analyses.prognosis_numbers import ModelRows
from core.analyses.prognosis_words import result_warnings
from core.analyses.rtk_prognosis import Parameters, run
from core.data.dataset import Dataset
from core.data.patients.endpoints import build_endpoint
from core.problems import Problem, warning
from core.project.project import Project
from core.project.study import Study
from gui import theme
from gui.pages.prognosis_page import PrognosisPage
from gui.pages.warning_remedies import actions_for, as_the_form_says
from tests.gui_builders import Asked, new_session, services
from tests.prognosis_desk import Desk, her2_result, her2_study, metabric


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


def reversed_study() -> Study:
    study = her2_study(permutations=99, receptors=("KIT", "ERBB2"))
    spec = study.datasets[0]
    wrong = replace(spec, endpoints=(replace(spec.endpoints[0], event_values=(1,)),))
    return replace(study, datasets=(wrong,))


def reversed_data() -> Dataset:
    """The example's data with 1, which means alive, as the event."""
    data, spec = metabric()[1], reversed_study().datasets[0]
    assert data.clinical is not None
    return replace(data, spec=spec, endpoints=(build_endpoint(spec.endpoints[0], data.clinical)[0],))


@pytest.fixture
def doubted(qtbot: QtBot) -> Iterator[Desk]:
    session, asked, study = new_session(), Asked(), reversed_study()
    session.open(Project(study))
    session.put_dataset(study.datasets[0], reversed_data())
    given = services(session, asked)
    page = PrognosisPage(given)
    session.changed.connect(page.refresh)
    page.resize(1160, 800)
    made = Desk(qtbot, session, given, page, asked)
    page.show()
    page.shown()
    made.wait_idle()
    yield made
    made.close()


def test_that_an_outcome_against_another_column_is_doubted_under_the_answer_and_in_the_tab(doubted: Desk) -> None:
    page = doubted.page
    assert page.notice.text() == (
        "The outcome may be coded the wrong way round: of 1903 patients, 801 counted with “overall survival” are alive "
        "according to death_from_cancer and 1102 counted as censored are dead.")
    assert page.notice.isVisible()
    shown = {problem.code: problem for problem in page.problems()}
    said = shown["event_codes_look_reversed"]
    assert said.remedy == "check on the page Cohort which values count as the event (now 1)"
    assert page.go_to_problem(said)
    assert page.view == "warnings"
    assert page.tabs.accessibleTabName(3) == f"Warnings, {page.warnings.count()}"
    doubted.click("Go to Cohort", page.warnings)
    doubted.click("Go to Cohort", page.notice)
    assert doubted.asked.of("go_to") == [("cohort",), ("cohort",)]
    assert doubted.services.settings("cohort") == {"cohort": "her2", "endpoint": "overall survival"}


def test_that_an_outcome_that_was_said_to_be_right_is_doubted_in_the_tab_only(doubted: Desk) -> None:
    from gui.pages.cohort_choice import CohortChoice

    memory = doubted.services.settings("cohort")
    memory.update(cohort="her2")
    CohortChoice(doubted.session, memory).confirm()
    doubted.page.look()
    assert doubted.page.notice.text() == ""
    assert "event_codes_look_reversed" in {problem.code for problem in doubted.page.problems()}


def test_that_a_reversed_outcome_is_said_before_anything_has_run(qtbot: QtBot) -> None:
    session, study = new_session(), replace(reversed_study(), analyses=())
    session.open(Project(study))
    session.put_dataset(study.datasets[0], reversed_data())
    page = PrognosisPage(services(session))
    made = Desk(qtbot, session, page.services, page)
    page.look()
    assert page.empty.accessibleDescription().startswith("The outcome may be coded the wrong way round: of 1903")
    made.close()


def test_that_no_warning_of_the_prognosis_analysis_names_a_key_and_every_setting_has_its_button() -> None:
    found: list[Problem] = []
    result, group = her2_result()
    numbers = result.numbers
    for parameters in (Parameters(permutations=19, receptors=("KIT", "kit", "NOSUCH", "ERBB2")),
                       Parameters(permutations=0, receptors=("KIT",), adjust=("her2_status",))):
        found += run(Inputs(group, "study", "prognosis"), parameters).warnings
    nothing = np.array([])
    model = ModelRows("KIT", (), nothing, nothing, nothing, nothing, to_infinity=("grade",), copies=("nodes",))
    found += result_warnings(replace(numbers, fit=replace(numbers.fit, models=(model,)), not_converged=3))
    codes = {problem.code for problem in found}
    assert {"constant_covariate", "receptor_named_twice", "covariate_says_nothing_new", "covariate_without_maximum",
            "few_shuffles", "receptor_not_in_table", "shuffles_not_settled"} <= codes
    said = [as_the_form_says(problem, Parameters) for problem in found]
    remedies = {problem.code: problem.remedy for problem in said}
    assert remedies["covariate_says_nothing_new"] == "take it out of “Adjust for”"
    assert remedies["covariate_without_maximum"] == "merge rare values of the column, or take it out of “Adjust for”"
    assert remedies["constant_covariate"] == "take it out of “Adjust for”"
    assert remedies["few_shuffles"] == "raise “Shuffles”"
    actions = actions_for(said, PrognosisPage.REMEDIES, Parameters.__dataclass_fields__)
    for problem in said:
        if problem.answer_key or "“" in problem.remedy:
            assert actions[problem] == ("Show the setting", f"field {problem.answer_key}")


@pytest.mark.parametrize(("remedy", "words"), [
    ("take it out of adjust and strata", "take it out of “Adjust for” and “Strata”"),
    ('list genes of the table, or write receptors = "all"', "list genes of the table, or choose all under “Receptors”"),
    ("check that names were read, or list genes of the table with the parameter receptors",
     "check that names were read, or list genes of the table under “Receptors”"),
    ('say which: parameters = { measure = "mRNA" } or parameters = { measure = "total" }',
     "say which: “Measure” mRNA or “Measure” total"),
    ("adjust for fewer columns, or merge their rare values", "adjust for fewer columns, or merge their rare values"),
    ("check event_values, or choose another endpoint or cohort",
     "check on the page Cohort which values count as the event, or choose another endpoint or cohort"),
    ('if it happened to them, write event_values = ["Yes", "yes"]',
     "if it happened to them, tick it on the page Cohort as well"),
    ('check the unit; if the name is right, unit = "days"', "check the unit; if the name is right, choose days"),
])
def test_that_keys_of_the_study_file_become_labels(remedy: str, words: str) -> None:
    assert as_the_form_says(warning("x", "what", remedy=remedy), Parameters).remedy == words


def test_that_a_value_that_cannot_be_is_told_of_by_the_label() -> None:
    problem = Problem("wrong_value", "“rmst_at” must be above 0", answer_key="rmst_at")
    assert as_the_form_says(problem, Parameters).what == "“Mean survival up to” must be above 0"
    assert actions_for([problem], {}, ("rmst_at",)) == {problem: ("Show the setting", "field rmst_at")}
