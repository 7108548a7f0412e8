"""The Biopsies page, Response and Activation: figures that follow the selection, states, evidence of a call."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from core.figures.spec import StateTiles
from gui import theme
from gui.pages.biopsies_activation import ActivationSegment
from gui.pages.biopsies_response import ResponseSegment
from tests.biopsies_page_desk import biopsies_desk, write_pairs

RESPONSE = ('\n[[analysis]]\nname = "response"\nkind = "rtk_response"\n'
            'parameters = { response = "pcr", positive = ["yes"], permutations = 200 }\n')
CALLS = '\n[[analysis]]\nname = "activation"\nkind = "activation"\nparameters = { method = "robust z" }\n'
PCR = {"pcr": ["yes" if (place // 2) % 3 == 0 else "no" for place in range(48)]}


@pytest.fixture
def desk_of(qtbot, qapp, tmp_path):
    theme.apply(qapp, "light", 100)
    made = []

    def desk(segment, more="", **options):
        made.append(biopsies_desk(qtbot, write_pairs(tmp_path, 24, shifts={"AXL": 1.0}, simulated=True, clinical=PCR,
                                                     more=more), **options))
        made[-1].page.show_segment(segment)
        made[-1].wait_idle()
        made[-1].wait_idle()
        return made[-1]
    yield desk
    for each in made:
        each.close()


def click(view, x, y):
    place = QPointF(x, y)
    for kind, held in ((QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
                       (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton)):
        QApplication.sendEvent(view.canvas.viewport(), QMouseEvent(
            kind, place, view.canvas.mapToGlobal(place), Qt.MouseButton.LeftButton, held,
            Qt.KeyboardModifier.NoModifier))


def test_that_each_segment_has_its_question_settings_and_state(desk_of):
    desk = desk_of("response", RESPONSE)
    assert isinstance(desk.page.segment, ResponseSegment)
    assert "Which RTKs go with response?" in desk.words()
    assert desk.page.inspector().currentWidget() is desk.page.segment.inspector()
    desk.click("Biopsies: Activation")
    assert isinstance(desk.page.segment, ActivationSegment)
    assert "Which receptor is on in each patient?" in desk.words()
    desk.click("Biopsies: Change")
    assert desk.page.segment is desk.change
    assert desk.page.inspector().currentWidget() is desk.change.inspector()


def test_that_the_choice_of_a_segment_keeps_the_focus(desk_of):
    page = desk_of("change", RESPONSE).page
    for key in ("response", "activation", "change"):
        button = next(each for each in page.chooser.segments.buttons() if each.text().lower() == key)
        button.setFocus()
        button.click()
        assert page.front == key
        assert page.window().focusWidget() is button


def test_that_response_shows_odds_ratios_and_the_values_of_the_strongest(desk_of):
    desk = desk_of("response", RESPONSE)
    page = desk.page.segment
    names = [spec.name for spec, _ in desk.page.figures_in_sight()]
    strongest = page.numbers.receptors[int(page.numbers.order[0])]
    assert names == ["forest", f"response_{strongest}"]
    assert "8 with response (pcr: yes)" in page.context_label.text()
    assert page.context_label.text().startswith("Simulated data.")
    assert all(spec.badge == "Simulated data" for spec, _ in desk.page.figures_in_sight())


def test_that_a_row_of_the_forest_changes_the_values_shown_and_the_lines_of_change(desk_of):
    desk = desk_of("response", RESPONSE)
    page = desk.page.segment
    view = page.figures.left.view
    name, height = view.plots[0].places.rows[3]
    room = view.plots[0].room
    click(view, room.cell.left + 20, room.y_px(height))
    assert desk.session.selection.receptor == name
    assert page.figures.right.whole.name == f"response_{name}"
    assert desk.change.figures.lines.whole.name == f"paired_lines_{name}"


def test_that_a_patient_chosen_in_change_is_ringed_in_response(desk_of):
    desk = desk_of("response", RESPONSE)
    desk.session.select(patients=("P04",))
    assert desk.page.segment.figures.right.view.selection[0] == ("P04",)


def test_that_a_study_that_only_asks_for_response_begins_with_it(qtbot, qapp, tmp_path):
    path = write_pairs(tmp_path, 24, clinical=PCR, more=RESPONSE)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('[[analysis]]\nname = "biopsies"\nkind = "paired_biopsies"\n', ""), encoding="utf-8")
    desk = biopsies_desk(qtbot, path)
    desk.wait_idle()
    assert isinstance(desk.page.segment, ResponseSegment)
    assert desk.page.segment.numbers is not None
    assert desk.page.chooser.key == "response"
    desk.close()


def test_that_without_a_response_column_the_page_asks_for_it_and_leads_to_the_setting(desk_of):
    desk = desk_of("response")
    assert "Who responded?" in desk.words()
    desk.page.inspector().show()
    desk.click("Choose the column")
    page = desk.page.segment
    page.choice.set_parameter("response", "pcr")
    assert page._values("pcr") == ("yes", "no")
    page.choice.set_parameter("positive", ("yes",))
    page.run()
    desk.wait_idle()
    assert page.numbers is not None


def test_that_activation_shows_a_tile_per_patient_and_receptor(desk_of):
    desk = desk_of("activation", CALLS)
    page = desk.page.segment
    ((spec, key),) = desk.page.figures_in_sight()
    assert key == "activation/activation_map"
    (tiles,) = [mark for mark in spec.rows[0][0].marks if isinstance(mark, StateTiles)]
    assert set(tiles.samples) == set(page.numbers.patients)
    assert {state for row in tiles.states for state in row} <= {"on", "off", "unknown", "not measured"}


def test_that_a_click_on_a_tile_says_what_the_call_rests_on_and_how_often_it_is_on(desk_of):
    desk = desk_of("activation", CALLS)
    page = desk.page.segment
    view = page.calls.map.view
    (tiles,) = [mark for mark in page.calls.map.whole.rows[0][0].marks if isinstance(mark, StateTiles)]
    room = view.plots[0].room
    click(view, room.x_px(2.5), room.y_px(1.5))
    receptor, patient = tiles.row_names[1], tiles.samples[2]
    assert desk.session.selection.receptor == receptor
    assert desk.session.selection.patients == (patient,)
    said = page.calls.text()
    assert f"{receptor} in {patient}: {tiles.states[1][2]}" in said
    assert page.numbers.why[page.numbers.patients.index(patient)][page.numbers.receptors.index(receptor)] in said
    i = page.numbers.receptors.index(receptor)
    assert f"On in {page.numbers.on[i]} of 24 patients" in said
    assert "calls turn when the thresholds move" in said


def test_that_a_consensus_of_one_measure_says_why_it_cannot_be_and_shows_the_setting(desk_of):
    desk = desk_of("activation", CALLS.replace("robust z", "consensus"))
    assert "consensus needs two of mRNA, total protein and phospho" in desk.words().replace("A consensus", "consensus")
    assert desk.button("Show the setting") is not None
    assert desk.page.rail_state() == "look"


@pytest.mark.parametrize(("size", "percent"), [((914, 560), 100), ((900, 720), 150), ((600, 620), 100)])
@pytest.mark.parametrize(("segment", "more"), [("response", RESPONSE), ("activation", CALLS)])
def test_that_figures_have_room_at_every_size(desk_of, qapp, segment, more, size, percent):
    desk = desk_of(segment, more, size=size)
    theme.apply(qapp, "dark", percent)
    desk.qtbot.wait(50)
    shown = [part for part in desk.page.segment.parts().values() if part.isVisible()]
    assert shown
    assert all(part.view.height() > 60 and part.view.width() > 200 for part in shown)
    theme.apply(qapp, "light", 100)


def test_that_a_limit_and_a_column_with_a_value_can_be_typed(desk_of):
    desk = desk_of("activation", CALLS)
    page = desk.page.segment
    limit = page.settings.form.row("limit").editor
    limit.focus_target().lineEdit().setText("1")
    limit.focus_target().lineEdit().editingFinished.emit()
    assert page.spec.parameters["limit"] == "1"
    page.run()
    desk.wait_idle()
    assert "robust z" in page.numbers.measures[0].rule
    assert (page.numbers.calls == 1).mean() > 0.05
    desk.page.show_segment("change")
    responders = desk.change.settings.form.row("responders").editor
    responders.focus_target().lineEdit().setText("pcr=yes")
    responders.focus_target().lineEdit().editingFinished.emit()
    desk.change.run()
    desk.wait_idle()
    assert desk.numbers.interaction is not None
