"""The planner's window: typed by hand, answered at once, copied, exported, opened from the palette.

Not for: the numbers (test_planner.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from core.analyses.planner import PlannerQuestion, default_question, question_of_events, question_of_pairs
from core.figures.figure_settings import FigureSettings
from core.problems import Location
from core.project.project_document import document_of, project_from
from gui import theme
from gui.palette_entries import palette_entries
from gui.widgets.export_dialog import ExportDialog
from gui.widgets.planner_dialog import PlannerDialog
from gui.widgets.screen_room import screen_room
from tests.window_hands import window_open


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


def dialog_of(qtbot: QtBot, question: PlannerQuestion | None = None) -> PlannerDialog:
    pilot = question_of_pairs(np.random.default_rng(1).normal(0.3, 0.8, (9, 58)), "log2")
    dialog = PlannerDialog(question or pilot)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def type_into(dialog: PlannerDialog, key: str, text: str) -> None:
    dialog.edits[key].setFocus()
    dialog.edits[key].selectAll()
    QTest.keyClicks(dialog.edits[key], text)


def test_that_every_key_stroke_changes_words_curve_and_table(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot)
    before = dialog.headline.text()
    assert before.startswith("15 pairs would show a mean change of 1.00 log2 in one of 58 receptors")
    figure = dialog.view.figure()
    type_into(dialog, "effect", "2")
    assert dialog.headline.text().startswith("8 pairs would show a mean change of 2.00 log2")
    assert dialog.view.figure() is not figure
    type_into(dialog, "receptors", "1")
    assert "in the one receptor that is tested" in dialog.headline.text()
    assert dialog.answer is not None
    assert dialog.table.rows.rowCount() == dialog.answer.table.n_rows


def test_that_a_pilot_sd_typed_over_is_no_longer_called_the_pilot(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot)
    assert "median SD of the changes of 58 receptors in 9 pairs" in dialog.said.text()
    type_into(dialog, "sd", "0,5")
    assert "SD 0.50 log2: typed here" in dialog.said.text()


def test_that_nonsense_is_said_with_its_field_and_nothing_old_stays(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot)
    type_into(dialog, "effect", "abc")
    assert dialog.headline.text().startswith("Mean change (log2): Type a number")
    assert dialog.answer is None
    assert dialog.view.figure() is None
    assert not dialog.export.isEnabled()
    assert dialog.edits["effect"].property("state") == "error"
    type_into(dialog, "effect", "1")
    assert dialog.answer is not None
    assert dialog.export.isEnabled()


def test_that_each_kind_keeps_what_was_typed_into_it(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot)
    type_into(dialog, "effect", "1.7")
    dialog.kinds.buttons()[2].click()
    assert "hazard ratio of 1.50 per SD in one of 58 receptors" in dialog.headline.text()
    assert dialog.designs.isHidden()
    dialog.kinds.buttons()[1].click()
    assert not dialog.designs.isHidden()
    dialog.designs.buttons()[1].click()
    assert "a correlation of 0.60" in dialog.headline.text()
    assert "sd" not in dialog.edits
    dialog.kinds.buttons()[0].click()
    assert dialog.edits["effect"].text() == "1.7"


def test_that_a_share_shown_with_fewer_digits_keeps_its_value(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot, question_of_events(51, 236, 15))
    assert dialog.edits["share"].text() == "21.61"
    assert dialog.question.share == 51 / 236


def test_that_answer_and_table_are_copied_as_text_and_the_figure_goes_to_the_export(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot)
    said: list[str] = []
    wanted: list[object] = []
    dialog.copied.connect(said.append)
    dialog.export_wanted.connect(wanted.append)
    dialog.copy_words.click()
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[0] == dialog.headline.text()
    assert "pairs\tdetectable\tdetectable_alone" in text
    assert said == ["The answer and its table are on the clipboard."]
    dialog.export.click()
    assert dialog.answer is not None
    assert wanted == [dialog.answer.figure]


def test_that_enter_in_a_field_does_not_close_it_and_escape_does(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot)
    QTest.keyClick(dialog.edits["effect"], Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_that_every_control_has_a_name_and_the_dialog_fits_a_small_screen(qtbot: QtBot) -> None:
    dialog = dialog_of(qtbot)
    for edit in dialog.edits.values():
        assert edit.accessibleName()
    room = screen_room(dialog)
    assert dialog.height() <= room.height()
    assert dialog.minimumSizeHint().height() <= 400
    assert dialog.box.button(QDialogButtonBox.StandardButton.Close) is not None


def test_that_the_palette_offers_it_in_any_study_and_without_data_it_says_what_is_assumed(
        qtbot: QtBot, tmp_path: Path) -> None:
    with window_open(tmp_path) as hands:
        window = hands.window
        assert [entry.key for entry in palette_entries(window)].count("action:plan") == 1
        dialog = window.commands.plan()
        assert dialog.question == default_question("events")
        dialog.kinds.buttons()[0].click()
        assert dialog.question == default_question("pairs")
        dialog.reject()


def test_that_the_figure_of_a_plan_is_set_up_for_export_without_an_analysis_of_its_own(
        qtbot: QtBot, tmp_path: Path) -> None:
    """What is set in the export dialog is kept under a name of its own, and the study opens again with it."""
    with window_open(tmp_path) as hands:
        window = hands.window
        dialog = window.commands.plan()
        dialog.export.click()
        export = window.findChild(ExportDialog)
        assert export is not None
        assert export.isVisible()
        export.settings_changed.emit(FigureSettings(caption="Our plan"))
        assert "planner/plan_events" in hands.session.project.figures
        read = project_from(document_of(hands.session.project), Location("plan.rtkproj"))
        assert read.figures["planner/plan_events"].caption == "Our plan"
        export.reject()
        dialog.reject()
