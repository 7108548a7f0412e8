"""Figures of biopsy pairs: what is filled, named, dashed and counted, in files and on screen, and what a hand finds."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea

from core.analyses.base import SampleInputs
from core.analyses.paired_biopsies import Parameters, run
from core.analyses.paired_biopsies_numbers import CALL_WORDS
from core.analyses.paired_biopsies_pictures import lines_of, switches_of
from core.data.tables import Scale
from core.figures.apart import colour_only
from core.figures.name_places import name_places
from core.figures.number_words import p_equals
from core.figures.page_layout import place_figure
from core.figures.preflight import preflight
from core.figures.room import crowded
from core.figures.spec import PointNames, Points, Segments, StateTiles
from core.figures.tile_marks import STATE_LOOKS
from gui import theme
from gui.widgets.figures.figure_view import FigureView
from tests.biopsy_desk import RTKS
from tests.biopsy_figures import ALL, STATES, averages, everything_rises, lines, switches, volcano
from tests.biopsy_sets import biopsies, drawn

MAKE = pytest.mark.parametrize("name", ALL)


def marks(spec, kind):
    return [mark for row in spec.rows for panel in row for mark in panel.marks if isinstance(mark, kind)]


@pytest.fixture
def show(qtbot, qapp):
    theme.apply(qapp, "light", 100)
    views = []

    def shown(spec, width=520, height=420):
        view = FigureView()
        qtbot.addWidget(view)
        view.resize(width, height)
        view.set_figure(spec)
        view.show()
        qtbot.waitExposed(view)
        views.append(view)
        return view
    yield shown
    theme.apply(qapp, "light", 100)


def click(view, x, y):
    place = QPointF(x, y)
    for kind, held in ((QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
                       (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton)):
        QApplication.sendEvent(view.canvas.viewport(), QMouseEvent(
            kind, place, view.canvas.mapToGlobal(place), Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier))


def test_that_only_receptors_that_hold_are_filled_and_named_beside_her2():
    spec = volcano()
    filled = {name for points in marks(spec, Points) if points.shape == "circle"
              for name, full in zip(points.samples, np.broadcast_to(points.filled, len(points.samples)), strict=True)
              if full}
    assert filled == {"AXL", "MET", "IGF1R", "FGFR1", "EPHA2", "NTRK3"}
    assert set(marks(spec, PointNames)[0].names) == filled | {"HER2"}
    assert "uncorrected" in spec.rows[0][0].y.label
    assert "corrected P < 0.05" in spec.rows[0][0].remark


def test_that_her2_is_a_named_square_also_where_nothing_holds():
    spec = volcano(holding=0)
    (square,) = [points for points in marks(spec, Points) if points.shape == "square"]
    assert (square.samples, square.roles) == (("ERBB2",), ("her2",))
    assert marks(spec, PointNames)[0].names == ("HER2",)
    assert "No receptor holds" in spec.alt_text


def test_that_without_p_nothing_is_filled_and_the_caption_says_why():
    spec = volcano(why_no_p="all samples after were run on plate 2")
    circles = [points for points in marks(spec, Points) if points.shape == "circle"]
    assert circles
    assert not any(np.any(points.filled) for points in circles)
    assert "No P is given" in spec.alt_text
    assert "run on plate 2" in spec.caption


def test_that_of_many_that_hold_the_strongest_are_named_and_the_caption_says_so():
    spec = everything_rises()
    assert len(marks(spec, PointNames)[0].names) == 13
    assert "Named are the 12" in spec.caption


def test_that_names_beside_points_cover_no_other_name():
    random = np.random.default_rng(4)
    x, y = random.uniform(20, 60, 12), random.uniform(20, 60, 12)
    places = name_places(x, y, [(14.0, 3.0)] * 12, np.column_stack([x, y]), (0, 0, 90, 90), 1.5)
    for number, one in enumerate(places):
        assert 0 <= one.left < one.right <= 90
        for other in places[:number]:
            assert one.left >= other.right or other.left >= one.right or one.low >= other.high or other.low >= one.high


def test_that_a_name_stands_by_its_own_point_or_is_tied_to_it():
    random = np.random.default_rng(7)
    for _ in range(30):
        points = random.uniform(30, 60, (5, 2))
        places = name_places(points[:, 0], points[:, 1], [(14.0, 3.0)] * 5, points, (0, 0, 120, 120), 1.5)
        for number, place in enumerate(places):
            away = [np.hypot(*np.subtract(place.nearest(*point), point)) for point in points]
            assert place.tied or away[number] <= min(away) + 1e-6


def test_that_lines_rise_in_vermillion_fall_in_blue_and_are_dashed_where_her2_is_lost():
    (segments,) = marks(lines(), Segments)
    for start, end, role, style, patient in zip(segments.y0, segments.y1, segments.roles, segments.styles,
                                                segments.samples, strict=True):
        if patient in ("B25", "B26", "B27", "B28"):
            assert (role, style) == ("her2", "dashed")
        else:
            assert (role, style) == (("high" if end > start else "low"), "solid")


def test_that_the_counts_stand_under_the_axis_and_a_pair_without_a_value_is_told():
    spec = lines()
    (segments,) = marks(spec, Segments)
    up, down = int((segments.y1 > segments.y0).sum()), int((segments.y1 < segments.y0).sum())
    assert f"{up} up, {down} down of 27" in spec.texts()
    assert "1 pair" in spec.caption
    assert lines(11).caption.count("Not shown") == 0


def test_that_a_map_counts_and_tells_every_state():
    spec = switches()
    (tiles,) = marks(spec, StateTiles)
    assert {state for row in tiles.states for state in row} <= set(STATE_LOOKS)
    assert {entry.state for entry in spec.rows[0][0].key} >= set(STATES)
    assert tiles.row_names[0] == "HER2 after"
    for row, total in zip(tiles.states[1:], spec.rows[0][0].columns[1].texts[1:], strict=True):
        assert total == f"{row.count('switched on')} up, {row.count('switched off')} down"


@MAKE
def test_that_colour_alone_tells_nothing_apart(name):
    assert colour_only(ALL[name]()).pairs == ()


@MAKE
def test_that_words_have_room_at_the_size_of_the_figure(name):
    spec = ALL[name]()
    assert crowded(spec, place_figure(spec)) == ()


@pytest.mark.parametrize("make", [volcano, lines, averages, switches])
def test_that_a_figure_passes_its_own_checks_before_a_journal(make):
    found = {check.key: check for check in preflight(make())}
    assert [(check.key, check.title) for check in found.values() if not check.passed] == []


def test_that_a_selected_patient_is_a_thick_line_with_one_tag(show):
    view = show(lines())
    view.set_selection(("B20",))
    (ring,) = view._marks.ink.rings
    assert ring.words.startswith("B20")
    assert ring.start is not None
    assert ring.start[0] < ring.x


def test_that_the_end_of_a_line_names_its_patient(show, qtbot):
    view = show(lines())
    plot = view.plots[0]
    place = plot.places.samples.index("B05", 28 - 1)
    at = plot.box.to_scene().map(QPointF(plot.places.x[place], plot.places.y[place]))
    with qtbot.waitSignal(view.sample_clicked) as caught:
        click(view, at.x(), at.y())
    assert caught.args == ["B05", False]


def test_that_a_tile_says_its_state_and_names_patient_and_receptor(show, qtbot):
    spec = switches()
    view = show(spec, 900, 420)
    room = view.plots[0].room
    x, y = room.x_px(4.5), room.y_px(2.5)
    found = view.hands.found_at(QPointF(x, y))
    assert found.words == f"RTK1 B04: {marks(spec, StateTiles)[0].states[2][4]}"
    with qtbot.waitSignal(view.tile_clicked) as caught:
        click(view, x, y)
    assert caught.args == ["RTK1", "B04"]


def test_that_arrows_go_from_tile_to_tile_and_space_selects(show, qtbot):
    spec = switches(11, 58)
    view = show(spec, 600, 300)
    (tiles,) = marks(spec, StateTiles)
    view.canvas.setFocus()
    for key in [Qt.Key.Key_Down] * 41 + [Qt.Key.Key_Right] * 3:
        QTest.keyClick(view.canvas, key)
    assert view.found.words == f"RTK39 B03: {tiles.states[40][3]}"
    area = view.findChild(QScrollArea)
    assert 0 <= view.found.y - area.verticalScrollBar().value() <= area.viewport().height()
    with qtbot.waitSignal(view.tile_clicked) as caught:
        QTest.keyClick(view.canvas, Qt.Key.Key_Space)
    assert caught.args == ["RTK39", "B03"]
    for _ in range(60):
        QTest.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.found.column == "B00"


def test_that_a_map_of_many_patients_is_drawn_with_every_state_in_its_colour(show):
    view = show(switches(113, 30), 1000, 500)
    image = view.picture()
    seen = {image.pixelColor(x, y).name() for x in range(60, 900, 3) for y in range(40, 420, 3)}
    for role in ("d5", "d1", "d4", "d3"):
        assert theme.current().colour(role).name() in seen


@pytest.mark.parametrize("name", ["light", "dark"])
def test_that_states_follow_the_theme(show, qapp, name):
    view = show(switches(), 900, 420)
    theme.apply(qapp, name, 100)
    image = view.picture()
    seen = {image.pixelColor(x, y).name() for x in range(60, 800, 2) for y in range(40, 380, 2)}
    assert theme.current().colour("d5").name() in seen


# From the numbers of the analysis


@pytest.fixture(scope="module")
def planted():
    before, after = drawn(14, 13, {1: 4.0, 2: -4.0}, spread=0.6)
    after[3, 4] = np.nan
    before[4, 5] = after[4, 5] = np.nan
    samples = biopsies(before, after, ("ERBB2", *RTKS[:12]))
    return run(SampleInputs(samples, "study", "biopsies", simulated=True), Parameters(noise_floor=5.0))


def test_that_a_run_brings_volcano_map_lines_and_the_change_by_average(planted):
    names = [figure.name for figure in planted.figures]
    assert names[:2] == ["change_volcano", "switch_map"]
    assert f"paired_lines_{RTKS[0]}" in names
    assert names[-1].startswith("change_by_average_")
    assert {figure.badge for figure in planted.figures} == {"Simulated data"}


def test_that_the_map_has_the_calls_of_the_analysis_and_tells_half_measured_from_not_measured(planted):
    numbers = planted.numbers
    spec = switches_of(numbers)
    (tiles,) = marks(spec, StateTiles)
    names, patients = list(tiles.row_names), list(tiles.samples)
    for i, receptor in enumerate(numbers.receptors):
        if receptor in names:
            for pair, patient in enumerate(numbers.patients):
                state = tiles.states[names.index(receptor)][patients.index(patient)]
                call = CALL_WORDS[int(numbers.calls[pair, i])]
                assert state == call or call not in ("up", "down")
                if call == "not measured":
                    halves = np.isfinite([numbers.before[pair, i], numbers.after[pair, i]]).any()
                    assert state == ("unknown" if halves else "not measured")
    assert "noise floor" in spec.caption


def test_that_receptors_which_never_switched_are_named_in_the_caption(planted):
    numbers = planted.numbers
    spec = switches_of(numbers)
    drawn_rows = set(marks(spec, StateTiles)[0].row_names)
    for i, receptor in enumerate(numbers.receptors):
        if not numbers.switched_up[i] + numbers.switched_down[i] and receptor != "ERBB2":
            assert receptor in drawn_rows or receptor in spec.caption


def test_that_lines_of_any_receptor_say_its_corrected_p(planted):
    spec = lines_of(planted.numbers, RTKS[0], simulated=True)
    i = planted.numbers.receptors.index(RTKS[0])
    assert f"corrected {p_equals(float(planted.numbers.p_maxt[i]))}" in spec.rows[0][0].remark
    assert "sign-flip maxT" in spec.caption


def test_that_one_pair_and_three_pairs_have_figures_too():
    for m in (1, 3):
        before, after = drawn(m, 4)
        for spec in run(SampleInputs(biopsies(before, after), "study", "biopsies"), Parameters()).figures:
            assert crowded(spec, place_figure(spec)) == ()
            assert spec.badge == ""


def test_that_scores_are_counted_in_points():
    before, after = np.full((6, 2), 100.0), np.array([[150.0, 90.0]] * 6) + np.arange(12.0).reshape(6, 2)
    result = run(SampleInputs(biopsies(before, after, ("ERBB2", "AXL"), scale=Scale.SCORE), "s", "b"), Parameters())
    assert "(points)" in result.figures[0].rows[0][0].x.label
