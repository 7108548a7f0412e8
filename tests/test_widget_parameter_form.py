"""The form generated from a Parameters class, and the inspector around it. Not for: what a setting does."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.analyses import rtk_prognosis
from core.analyses.base import parameter
from core.analyses.parameters import build_parameters
from core.problems import Location
from gui import theme
from gui.widgets.inspector import Inspector
from gui.widgets.parameter_editors import WidthlessCombo
from gui.widgets.parameter_form import ParameterForm
from tests.accessible_names import nameless, too_small


@dataclass(frozen=True)
class Settings:
    receptors: tuple[str, ...] | str = parameter("all", label="Receptors", receptors=True, help="Which ones.")
    adjust: tuple[str, ...] = parameter((), label="Adjust for", help="Clinical columns.")
    band: tuple[float, float] = parameter((0.75, 1.33), label="Matters little between", unit="HR per SD", low=0.01, help="")
    shuffles: int = parameter(10_000, label="Shuffles", low=0, high=1_000_000, help="How often.")
    rise: float = parameter(0.8, label="Rise of at least", unit="log2", low=0.1, high=4.0, help="Between 0.10 and 4.00")
    split: str = parameter("median", label="Split at", choices=("median", "tertiles", "quartiles"), help="")
    measure: str = parameter("", label="Measure", choices=("", "mRNA", "total", "phospho"), help="")
    endpoint: str = parameter("relapse", label="Outcome", help="")
    raw: bool = parameter(False, label="Show uncorrected p in the table", help="")


GROUPS = {"Score": ["receptors", "adjust", "split"], "Correction": ["shuffles", "band", "raw"]}


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def form(qtbot: QtBot) -> ParameterForm:
    made = ParameterForm(Settings, GROUPS, {"receptors": ["AXL", "MET", "ERBB2"], "adjust": ["age", "age at relapse", "grade"],
                                            "endpoint": ["relapse", "death"]})
    qtbot.addWidget(made)
    made.resize(276, 900)
    made.show()
    qtbot.waitExposed(made)
    return made


def changes(form: ParameterForm) -> list[tuple[str, object]]:
    heard: list[tuple[str, object]] = []
    form.changed.connect(lambda field, value: heard.append((field, value)))
    return heard


def line(form: ParameterForm, field: str) -> QLineEdit:
    found = form.row(field).editor.focus_target()
    assert isinstance(found, QLineEdit)
    return found


def test_that_the_form_starts_with_the_defaults_and_says_nothing(form: ParameterForm) -> None:
    heard = changes(form)
    assert Settings(**form.values()) == Settings()
    form.set_values({"shuffles": 500, "receptors": ("AXL",), "unknown": 1})
    assert (form.values()["shuffles"], form.values()["receptors"], heard) == (500, ("AXL",), [])


def test_that_a_field_in_no_group_is_not_lost(form: ParameterForm) -> None:
    assert list(form.groups) == ["Score", "Correction", "Other settings"]
    assert [row.name for row in form.groups["Other settings"].rows] == ["rise", "measure", "endpoint"]


def test_that_a_number_is_committed_once_by_enter_and_not_again_when_left(qtbot: QtBot, form: ParameterForm) -> None:
    heard, field = changes(form), line(form, "shuffles")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "2,000")
    assert heard == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    line(form, "rise").setFocus()
    assert heard == [("shuffles", 2000)]
    assert field.text() == "2,000"


def test_that_a_number_is_committed_when_the_field_is_left(qtbot: QtBot, form: ParameterForm) -> None:
    heard, field = changes(form), line(form, "rise")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "1,5")
    line(form, "shuffles").setFocus()
    qtbot.waitUntil(lambda: heard == [("rise", 1.5)])


def test_that_a_wrong_number_is_explained_and_the_last_good_one_kept(qtbot: QtBot, form: ParameterForm) -> None:
    heard, field = changes(form), line(form, "rise")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "five")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.errors() == {"rise": "Type a number, for example 0.8"}
    assert (field.property("state"), field.text(), form.values()["rise"], heard) == ("error", "five", 0.8, [])
    assert field.accessibleDescription() == "Type a number, for example 0.8"
    field.selectAll()
    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.errors() == {"rise": "It must be between 0.1 and 4"}
    field.selectAll()
    qtbot.keyClicks(field, "2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (form.errors(), field.property("state"), heard) == ({}, "", [("rise", 2.0)])


def test_that_arrow_keys_step_within_the_limits(qtbot: QtBot, form: ParameterForm) -> None:
    heard, field = changes(form), line(form, "rise")
    field.setFocus()
    for _ in range(3):
        qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard[-1] == ("rise", 0.83)
    shuffles = line(form, "shuffles")
    shuffles.setFocus()
    form.set_values({"shuffles": 0})
    qtbot.keyClick(shuffles, Qt.Key.Key_Down)
    qtbot.keyClick(shuffles, Qt.Key.Key_Return)
    assert form.values()["shuffles"] == 0


def test_that_a_pair_must_rise(qtbot: QtBot, form: ParameterForm) -> None:
    heard = changes(form)
    low, high = form.row("band").findChildren(QLineEdit)
    low.setFocus()
    low.selectAll()
    qtbot.keyClicks(low, "2")
    qtbot.keyClick(low, Qt.Key.Key_Return)
    assert "band" in form.errors()
    assert (form.values()["band"], heard) == ((0.75, 1.33), [])
    high.selectAll()
    qtbot.keyClicks(high, "3")
    qtbot.keyClick(high, Qt.Key.Key_Return)
    assert (form.errors(), heard) == ({}, [("band", (2.0, 3.0))])
    assert (low.accessibleName(), high.accessibleName()) == (
        "Matters little between, HR per SD, from", "Matters little between, HR per SD, to")


def test_that_few_choices_are_segments_and_more_are_a_list(qtbot: QtBot, form: ParameterForm) -> None:
    heard = changes(form)
    segments = form.row("split").findChildren(QPushButton)
    assert [button.text() for button in segments] == ["Median", "Tertiles", "Quartiles"]
    qtbot.mouseClick(segments[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(segments[1], Qt.MouseButton.LeftButton)
    combo = form.row("measure").findChild(QComboBox)
    assert [combo.itemText(number) for number in range(combo.count())] == ["Automatic", "mRNA", "Total", "Phospho"]
    combo.setCurrentIndex(2)
    combo.activated.emit(2)
    assert heard == [("split", "tertiles"), ("measure", "total")]


@dataclass(frozen=True)
class Unset:
    rise: float = parameter(0.0, label="Switched from", low=0.0, high=4.0, unset="Automatic", help="")
    responders: str = parameter("", label="Responders", unset="Not compared", help="")
    measures: tuple[str, ...] = parameter((), label="Measurements", unset="all", help="")


def test_that_a_choice_not_made_reads_as_that_in_field_and_closed_head(qtbot: QtBot) -> None:
    form = ParameterForm(Unset, {"Switched": ("rise", "responders", "measures")}, {"responders": ("", "pcr")})
    qtbot.addWidget(form)
    heard = changes(form)
    field, combo = form.row("rise").findChild(QLineEdit), form.row("responders").findChild(QComboBox)
    group = form.groups["Switched"]
    group.set_open(False)
    assert (field.text(), combo.itemText(0)) == ("Automatic", "Not compared")
    assert group.closed_text() == "Switched from: Automatic\nResponders: Not compared\nMeasurements: all"
    for typed in ("1.5", "Automatic", "2", "", "0.5", "0"):
        field.selectAll()
        qtbot.keyClicks(field, typed) if typed else qtbot.keyClick(field, Qt.Key.Key_Delete)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [value for _, value in heard] == [1.5, 0.0, 2.0, 0.0, 0.5, 0.0]
    assert (field.text(), form.errors(), form.values()["rise"]) == ("Automatic", {}, 0.0)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.values()["rise"] == 0.01


def test_that_new_options_keep_the_value(form: ParameterForm) -> None:
    form.set_options("endpoint", ["death", "relapse", "progression"])
    assert form.values()["endpoint"] == "relapse"
    form.set_options("endpoint", ["death"])
    assert form.values()["endpoint"] == "relapse"


def test_that_a_tick_is_committed_at_once_by_its_words_too(qtbot: QtBot, form: ParameterForm) -> None:
    heard = changes(form)
    box = form.row("raw").findChild(QCheckBox)
    box.click()
    words = next(label for label in form.row("raw").findChildren(QLabel) if label.isVisible() and label.text().startswith("Show"))
    qtbot.mouseClick(words, Qt.MouseButton.LeftButton)
    assert heard == [("raw", True), ("raw", False)]


def test_that_columns_are_added_by_typing_and_taken_away_by_their_chip(qtbot: QtBot, form: ParameterForm) -> None:
    heard, field = changes(form), line(form, "adjust")
    field.setFocus()
    qtbot.keyClicks(field, "GRA")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClicks(field, "age")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == [("adjust", ("grade",)), ("adjust", ("grade", "age"))]
    remove = next(button for button in form.row("adjust").findChildren(QPushButton) if button.accessibleName() == "Remove grade")
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert heard[-1] == ("adjust", ("age",))


def test_that_a_name_that_is_not_there_or_fits_two_is_not_guessed(qtbot: QtBot, form: ParameterForm) -> None:
    heard, field = changes(form), line(form, "adjust")
    field.setFocus()
    qtbot.keyClicks(field, "ag")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.errors() == {"adjust": "“ag” fits 2 of the names: type more of it"}
    field.clear()
    qtbot.keyClicks(field, "nodes")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.errors() == {"adjust": "There is no “nodes” here"}
    assert heard == []


def test_that_receptors_go_from_all_to_a_list_and_back(qtbot: QtBot, form: ParameterForm) -> None:
    heard = changes(form)
    everything, these = (button for button in form.row("receptors").findChildren(QPushButton) if button.isCheckable())
    these.click()
    assert heard == []  # an empty list is not a setting yet
    editor = form.row("receptors").editor
    editor.field.setFocus()
    qtbot.keyClicks(editor.field, "met")
    qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    assert heard == [("receptors", ("MET",))]
    everything.click()
    assert heard[-1] == ("receptors", "all")


def test_that_a_changed_field_says_what_it_was_until_the_run(form: ParameterForm) -> None:
    form.set_was("rise", "60 %")
    assert form.row("rise").was() == "was 60 %"
    form.clear_was()
    assert form.row("rise").was() == ""


def test_that_a_closed_group_shows_its_values(form: ParameterForm) -> None:
    group = form.groups["Correction"]
    group.set_open(False)
    assert group.closed_text() == "Shuffles: 10,000\nMatters little between: 0.75 to 1.33 HR per SD\nShow uncorrected p in the table: no"
    form.set_values({"shuffles": 0})
    assert group.closed_text().startswith("Shuffles: 0\n")


def test_that_groups_close_from_the_bottom_until_the_form_fits(form: ParameterForm) -> None:
    whole = form.layout().totalHeightForWidth(276)
    form.fold_to(whole - 10)
    assert [group.open for group in form.groups.values()] == [True, True, False]
    form.fold_to(100)
    assert [group.open for group in form.groups.values()] == [True, False, False]
    form.fold_to(whole)
    assert [group.open for group in form.groups.values()] == [True, True, True]


def test_that_the_real_settings_make_a_form_whose_values_the_analysis_takes(qtbot: QtBot) -> None:
    made = ParameterForm(rtk_prognosis.Parameters)
    qtbot.addWidget(made)
    assert build_parameters(rtk_prognosis.Parameters, made.values(), Location()) == rtk_prognosis.Parameters()


@pytest.mark.parametrize("percent", [100, 200])
def test_that_every_field_has_a_label_a_name_with_unit_and_room(qtbot: QtBot, qapp: QApplication, percent: int) -> None:
    theme.apply(qapp, "dark", percent)
    made = ParameterForm(Settings, GROUPS, {"adjust": ["age"]})
    inspector = Inspector(made)
    combo = WidthlessCombo()
    combo.setAccessibleName("Cohort")
    inspector.add_section("Patients", combo)
    qtbot.addWidget(inspector)
    inspector.resize(100, 900)
    inspector.show()
    qtbot.waitExposed(inspector)
    assert nameless(inspector) == []
    assert too_small(inspector) == []
    assert line(made, "rise").accessibleName() == "Rise of at least, log2"
    assert inspector.width() == theme.px(276)
    assert made.width() <= inspector.scroller.viewport().width()
    assert any(label.buddy() is line(made, "rise") for label in made.findChildren(QLabel))


def test_that_run_is_primary_when_there_is_something_to_run_and_explains_itself_otherwise(qtbot: QtBot) -> None:
    inspector = Inspector()
    qtbot.addWidget(inspector)
    inspector.show()
    assert (inspector.is_primary(), inspector.run.text()) == (True, "Run")
    inspector.set_state("done", "Up to date. Ran 14:01 in 3.2 s, seed 1")
    assert (inspector.is_primary(), inspector.run.text(), inspector.run.isEnabled()) == (False, "Run again", True)
    inspector.set_state("stale", "Settings changed since the run of 14:01")
    with qtbot.waitSignal(inspector.run_requested):
        inspector.run.click()
    assert inspector.is_primary()
    inspector.set_state("blocked", "Follow-up is missing", can_run=False, why_not="Run needs a follow-up column")
    assert (inspector.run.isEnabled(), inspector.run.toolTip()) == (False, "Run needs a follow-up column")
    with qtbot.waitSignal(inspector.reset_requested):
        inspector.reset.click()


def test_that_a_number_just_typed_counts_for_the_shortcut_that_acts_on_it(qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    form = ParameterForm(Settings, GROUPS, {})
    column.addWidget(form)
    qtbot.addWidget(window)
    found: list[object] = []
    form.changed.connect(lambda name, value: found.append((name, value)))
    run = QShortcut(QKeySequence("Ctrl+Return"), window)
    run.activated.connect(lambda: found.append("run"))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    field = line(form, "shuffles")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "500")
    qtbot.keyClick(field, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
    assert found == []
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert found == [("shuffles", 500), "run"]


def test_that_undo_in_a_field_with_nothing_typed_is_the_undo_of_the_study(qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    form = ParameterForm(Settings, GROUPS, {})
    column.addWidget(form)
    qtbot.addWidget(window)
    found: list[str] = []
    for keys in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo):
        QShortcut(QKeySequence(keys), window).activated.connect(lambda words=keys.name: found.append(words))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    field = line(form, "shuffles")
    field.setFocus()
    handle = window.windowHandle()
    field.selectAll()
    qtbot.keyClicks(field, "500")
    QTest.keyClick(handle, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (field.text(), found) == ("10,000", [])
    qtbot.keyClicks(field, "1")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(handle, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert found == ["Undo"]
