"""The Biopsies page, Change: answer, figures that follow each other, lights, states with buttons that do what they say."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton

from core.figures.spec import PointNames, Segments, StateTiles
from core.project.study_file import read_study
from gui import theme
from tests.biopsies_page_desk import biopsies_desk, write_pairs
from tests.test_paired_biopsies import BONE, SHARED

SHIFTS = {"AXL": 1.2, "MET": 0.9, "NTRK3": -0.9}


def plates(m, confounded=False):
    return [1 + (place % 2 if confounded else (place // 2) % 2) for place in range(2 * m)]


def her2(m, lost=(2, 5)):
    return ["0" if place % 2 and place // 2 in lost else "3+" for place in range(2 * m)]


@pytest.fixture
def desk_of(qtbot, qapp):
    theme.apply(qapp, "light", 100)
    made = []

    def desk(study, **options):
        made.append(biopsies_desk(qtbot, study, **options))
        return made[-1]
    yield desk
    for each in made:
        each.close()


@pytest.fixture
def full(desk_of, tmp_path):
    """Fourteen pairs, three RTKs that change, two tumours that lose HER2, plates mixed."""
    return desk_of(write_pairs(tmp_path, 14, shifts=SHIFTS, simulated=True,
                               clinical={"plate": plates(14), "her2_ihc": her2(14)}))


def marks(spec, kind):
    return [mark for row in spec.rows for panel in row for mark in panel.marks if isinstance(mark, kind)]


def click(view, x, y, keys=Qt.KeyboardModifier.NoModifier):
    place = QPointF(x, y)
    for kind, held in ((QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
                       (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton)):
        QApplication.sendEvent(view.canvas.viewport(), QMouseEvent(
            kind, place, view.canvas.mapToGlobal(place), Qt.MouseButton.LeftButton, held, keys))


def place_of(view, sample):
    plot = view.plots[0]
    place = plot.places.by_sample[sample][-1]
    at = plot.box.to_scene().map(QPointF(plot.places.x[place], plot.places.y[place]))
    return at.x(), at.y()


# The answer


def test_that_the_answer_is_one_clause_with_three_numbers_and_no_uncorrected_p(full):
    said = full.change.strip.text()
    assert said.startswith("AXL and MET rise from pre to post.")
    assert "hold after correction (sign-flip maxT" in said
    assert "Pairs used: 14 of 14" in said
    assert "HER2 lost: 2 of 14" in said
    assert "Wilcoxon" not in said


def test_that_simulated_pairs_say_so_on_page_and_in_every_figure(full):
    assert full.change.context_label.text().startswith("Simulated data.")
    assert {spec.badge for spec, _ in full.page.figures_in_sight()} == {"Simulated data"}


def test_that_measured_pairs_carry_no_badge(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 8, shifts=SHIFTS))
    assert "Simulated" not in desk.change.context_label.text()
    assert {spec.badge for spec, _ in desk.page.figures_in_sight()} == {""}


# Figures that follow each other


def test_that_the_strongest_receptor_is_shown_first(full):
    strongest = full.numbers.receptors[int(full.numbers.order[0])]
    assert full.change.figures.lines.whole.name == f"paired_lines_{strongest}"


def test_that_a_click_on_a_dot_shows_the_lines_of_that_receptor_and_marks_its_row(full):
    view = full.change.figures.volcano.view
    click(view, *place_of(view, "MET"))
    assert full.session.selection.receptor == "MET"
    assert full.change.figures.lines.whole.name == "paired_lines_MET"
    assert full.change.figures.map.view.selection[1] == "MET"
    assert full.page.figures_in_sight()[1][1] == "biopsies/paired_lines_MET"


def test_that_a_click_on_a_row_of_the_map_shows_the_lines_of_that_receptor(full):
    view = full.change.figures.map.view
    (tiles,) = marks(full.change.figures.map.whole, StateTiles)
    row = tiles.row_names.index("NTRK3")
    room = view.plots[0].room
    click(view, room.x_px(2.5), room.y_px(row + 0.5))
    assert full.session.selection.receptor == "NTRK3"
    assert full.session.selection.patients == (tiles.samples[2],)


def test_that_a_click_on_the_row_of_her2_after_marks_the_patient_only(full):
    before = full.change.receptor
    view = full.change.figures.map.view
    room = view.plots[0].room
    click(view, room.x_px(0.5), room.y_px(0.5))
    assert full.change.receptor == before
    assert len(full.session.selection.patients) == 1


def test_that_a_patient_is_marked_in_lines_and_map_alike(full):
    full.session.select(patients=("P03",))
    assert full.change.figures.lines.view.selection[0] == ("P03",)
    assert full.change.figures.map.view.selection[0] == ("P03",)
    (ring,) = full.change.figures.lines.view._marks.ink.rings
    assert ring.start is not None
    assert any(outline.words == "P03" for outline in full.change.figures.map.view._marks.ink.outlines)


def test_that_a_line_is_chosen_at_its_end_and_shift_adds_another(full):
    view = full.change.figures.lines.view
    click(view, *place_of(view, "P02"))
    click(view, *place_of(view, "P07"), Qt.KeyboardModifier.ShiftModifier)
    assert len(full.session.selection.patients) == 2


def test_that_arrows_walk_the_volcano_and_space_shows_the_lines(full):
    view = full.change.figures.volcano.view
    view.canvas.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space):
        QTest.keyClick(view.canvas, key)
    assert full.session.selection.receptor in full.numbers.receptors
    assert full.change.figures.lines.whole.name == f"paired_lines_{full.session.selection.receptor}"


def test_that_a_row_of_the_table_shows_the_lines_of_its_receptor(full):
    full.change._table_row("receptors", {"receptor": "MET"})
    assert full.change.figures.lines.whole.name == "paired_lines_MET"
    full.change._table_row("pairs", {"receptor": "AXL", "patient": "P05"})
    assert full.session.selection.patients == ("P05",)


def test_that_the_change_by_average_is_one_link_away_and_back(full):
    full.click("Change by average")
    assert full.change.figures.lines.whole.name.startswith("change_by_average_")
    full.click("Back to the lines")
    assert full.change.figures.lines.whole.name.startswith("paired_lines_")


def test_that_patients_who_lost_her2_are_dashed_and_stand_at_the_right_of_the_map(full):
    (segments,) = marks(full.change.figures.lines.whole, Segments)
    dashed = {name for name, style in zip(segments.samples, segments.styles, strict=True) if style == "dashed"}
    assert dashed == {"P03", "P06"}
    (tiles,) = marks(full.change.figures.map.whole, StateTiles)
    assert set(tiles.samples[-2:]) == dashed


def test_that_only_what_holds_is_named_beside_her2(full):
    held = {name for name, holds in zip(full.numbers.receptors, full.numbers.holds, strict=True) if holds}
    (names,) = marks(full.change.figures.volcano.whole, PointNames)
    assert set(names.names) == {"HER2"} | (held - {"ERBB2"})


# Lights


def test_that_every_light_is_a_chip_with_words_and_opens_the_analysis_behind_it(full):
    chips = full.change.chips.chips
    assert next(iter(chips)) == "her2"
    assert chips["her2"].text() == "HER2 lost in 2"
    assert "HER2" in chips["her2"].toolTip()
    full.click("HER2 lost in 2: must be looked at")
    assert full.change.view == "table"
    assert full.change.tables.name == "audit_her2"
    assert "HER2" in full.words()


def test_that_the_link_beside_the_chips_opens_all_checks(full):
    full.qtbot.mouseClick(full.change.chips.all_link, Qt.MouseButton.LeftButton)
    assert full.change.tables.name == "audit"


def test_that_chips_give_way_on_a_narrow_page_and_the_link_stays(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 8, shifts=SHIFTS), size=(560, 700))
    assert desk.change.chips.all_link.isVisible()
    assert not all(chip.isVisible() for chip in desk.change.chips.chips.values())


# States


def test_that_an_empty_study_says_what_is_needed(desk_of):
    desk = desk_of(None)
    assert "This page needs biopsies with expression" in desk.words()
    desk.click("Import data…")
    assert desk.asked.of("import_files")


def test_that_samples_without_a_time_point_ask_for_pairs_and_lead_to_import(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 6, pairs="", names="S{number}{time}x"))
    assert "Pairs are needed" in desk.words()
    assert "12 samples have no time point." in desk.words()
    desk.click("Set time points…")
    assert desk.asked.of("go_to") == [("import",)]
    assert desk.change.why_not() == "Run needs biopsies of the same patient before and after"


def test_that_nine_pairs_without_a_change_offer_a_named_subset_and_the_planner(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 9))
    said = desk.change.strip.text()
    assert said.startswith("No RTK changes after correction.")
    assert "smallest corrected P that flipping can give is 0.0039" in said
    desk.click("Plan the pairs needed")
    dialog = desk.page.window().findChild(QDialog)
    assert dialog is not None
    assert type(dialog).__name__ == "PlannerDialog"
    assert dialog.question.kind == "pairs"
    dialog.reject()


def test_that_a_named_subset_is_tested_as_one_score_and_its_answer_stands_above(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 5, shifts=SHIFTS))
    assert desk.button("Test a named subset instead") is not None
    desk.click("Test a named subset instead")
    dialog = desk.page.window().findChild(QDialog, "named set")
    dialog.names.set_value(("AXL", "MET"))
    dialog._look()
    dialog.test.click()
    desk.wait_idle()
    assert desk.change.spec.parameters["score"] == ("AXL", "MET")
    assert "AXL + MET" in desk.words()
    assert "named before" not in desk.change.notice.findChild(QLabel).text() + desk.words()
    desk.click("Show the table")
    assert desk.change.tables.name == "subset_score"


def test_that_three_pairs_say_that_they_cannot_answer_and_show_everything(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 3, shifts=SHIFTS))
    assert desk.change.strip.text().startswith("3 pairs cannot answer this.")
    assert "at least 6 pairs are needed" in desk.change.strip.text()
    assert [spec.name.split("_")[0] for spec, _ in desk.page.figures_in_sight()] == ["change", "paired", "switch"]


def test_that_one_pair_is_shown_without_a_p(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 1))
    assert desk.change.strip.text().startswith("1 pair cannot answer this.")
    assert desk.button("Test a named subset instead") is None
    assert len(desk.page.figures_in_sight()) == 3


def test_that_treatment_confounded_with_plate_gives_no_p_until_it_is_asked_to_show_the_rest(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 12, shifts=SHIFTS, clinical={"plate": plates(12, confounded=True)}))
    assert desk.change.strip.text().startswith("No P value is given.")
    assert "were run on plate 2." in desk.words()
    assert desk.page.figure() is None
    assert not desk.change.export_button.isEnabled()
    desk.click("Show without P")
    assert desk.page.figure() is not None
    assert "No P is given" in desk.page.figures_in_sight()[0][0].alt_text


def test_that_marking_plates_goes_to_the_setting_and_a_stated_column_gives_the_p_back(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 12, shifts=SHIFTS, clinical={
        "plate": plates(12, confounded=True), "batch": plates(12)}))
    desk.page.inspector().show()
    desk.click("Mark plates…")
    assert desk.change.settings.form.row("audit_columns").isVisibleTo(desk.change.settings.panel)
    desk.change.choice.set_parameter("audit_columns", ("plate: batch",))
    desk.page.run()
    desk.wait_idle()
    assert "rise" in desk.change.strip.text()


def test_that_an_acknowledged_plate_gives_the_p(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 12, shifts=SHIFTS, parameters='acknowledged = ["plate"]',
                               clinical={"plate": plates(12, confounded=True)}))
    assert "rise" in desk.change.strip.text()


def test_that_scores_are_shown_in_points(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 12, shifts={"AXL": 3.0}, scale="score", genes=5))
    assert "(points)" in desk.change.figures.volcano.whole.rows[0][0].x.label
    assert "score" in desk.change.context_label.text()


def test_that_changed_settings_make_it_stale_and_can_be_put_back(full):
    full.change.choice.set_parameter("rise", 2.0)
    assert full.page.rail_state() == "stale"
    assert "Settings changed" in full.words()
    full.click("Put the settings back")
    assert full.page.rail_state() in ("done", "look")


def test_that_a_red_light_is_seen_on_the_rail(full):
    assert full.page.rail_state() == "look"


def test_that_uncorrected_p_stand_in_the_table_only_when_asked_for(full):
    shown = {name for table in full.change.result_tables(full.change.outcome) for name in table.columns
             if table.name == "receptors"}
    assert "p_wilcoxon" not in shown
    assert "p_maxt" in shown
    full.change.uncorrected.click()
    shown = {name for table in full.change.result_tables(full.change.outcome) for name in table.columns}
    assert "p_wilcoxon" in shown


def test_that_everybody_by_another_name_is_no_change_of_settings(desk_of, tmp_path):
    also = ('\n[[dataset]]\nname = "others"\nrole = "cohort"\nexpression = { file = "expression.csv", samples = "columns", '
            'id = "gene", scale = "log2" }\n[[cohort]]\nname = "all"\ndataset = "others"\n')
    desk = desk_of(write_pairs(tmp_path, 8, shifts=SHIFTS, more=also))
    assert desk.numbers.m == 8
    assert desk.change.settings.cohort.was() == ""


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("size", "percent"), [((914, 560), 100), ((900, 720), 150), ((640, 520), 100)])
def test_that_no_button_or_word_is_cut_at_any_size(desk_of, qapp, tmp_path, name, size, percent):
    desk = desk_of(write_pairs(tmp_path, 10, shifts=SHIFTS), size=size)
    theme.apply(qapp, name, percent)
    desk.qtbot.wait(50)
    for button in desk.page.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.minimumSizeHint().width() - 1, button.text()
    shown = [part for part in desk.change.figures.parts.values() if part.isVisible()]
    assert shown
    for part in shown:
        assert part.view.height() > 60
    theme.apply(qapp, "light", 100)


def test_that_folded_figures_are_reached_by_their_segments(desk_of, tmp_path):
    desk = desk_of(write_pairs(tmp_path, 10, shifts=SHIFTS), size=(914, 560))
    figures = desk.change.figures
    assert figures.folded() == 2
    assert not figures.map.isVisible()
    desk.click("Panel: Switches", figures.volcano)
    assert figures.map.isVisible()
    assert not figures.volcano.isVisible()
    desk.click("Panel: Change", figures.map)
    assert figures.lines.isVisible()


@pytest.mark.local_data
@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_that_real_bone_metastases_are_read_tested_and_linked(desk_of, tmp_path):
    folder = SHARED / "bone_met_pairs"
    path = tmp_path / "study.toml"
    path.write_text(BONE.replace("EXPRESSION", str(folder / "gene_counts.csv.gz")).replace(
        "CLINICAL", str(folder / "samples.csv")) + '[[analysis]]\nname = "b"\nkind = "paired_biopsies"\n',
        encoding="utf-8")
    desk = desk_of(Path(path))
    assert read_study(path).datasets[0].role == "biopsies"
    assert (desk.numbers.m, len(desk.numbers.receptors)) == (11, 58)
    assert "11 complete pairs" in desk.change.context_label.text()
    view = desk.change.figures.volcano.view
    name = desk.numbers.receptors[int(desk.numbers.order[0])]
    click(view, *place_of(view, name))
    assert desk.change.figures.lines.whole.name == f"paired_lines_{name}"


def test_that_a_changed_switch_says_automatic_and_not_0(full):
    full.change.settings.changed.emit("rise", 1.5)
    full.wait_idle()
    assert "Settings changed: switched from automatic to 1.5." in full.words()
    assert full.change.settings.form.row("rise").was() == "was automatic"
