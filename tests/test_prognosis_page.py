"""The prognosis page: what it shows equals core's numbers, settings, running, every state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.prognosis_words import answer
from gui import theme
from tests.prognosis_desk import Desk, desk, her2_study, said


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def her2(qtbot: QtBot) -> Iterator[Desk]:
    made = desk(qtbot, her2_study())
    made.page.show()
    made.page.shown()
    made.wait_idle()
    yield made
    made.close()


def test_that_an_analysis_of_the_study_runs_by_itself_and_its_answer_is_cores(her2: Desk) -> None:
    found = answer(her2.numbers)
    assert her2.page.view == "figure"
    assert said(her2.page).splitlines()[:2] == [found.sentence, found.explanation]
    assert all(f"{label}: {value} {unit}" in said(her2.page) for label, value, unit in found.numbers)


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
