"""The figure on screen: the same words and coordinates as in the file, numbers under their ticks, mouse and keys."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from core.figures import style
from core.figures.drawing import draw
from core.figures.forest import forest
from core.figures.heat_map import category_bar, heat_map, numeric_bar
from core.figures.page_layout import place_figure
from core.figures.spec import (
    Axis,
    Band,
    Box,
    Boxes,
    FigureSpec,
    HoverPoints,
    Label,
    Mark,
    Matrix,
    Panel,
    PointNames,
    Points,
    Span,
    StateTiles,
    Ticks,
)
from gui import theme
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.figures.hover import mapped
from gui.widgets.figures.panel_plot import DRAWN
from gui.widgets.figures.zooming import Window
from tests.figure_data import forest_rows
from tests.test_figure_files import ALL, curves, every_mark, full_forest, nasty_curve, scan


@pytest.fixture(autouse=True)
def _light(qapp):
    theme.apply(qapp, "light", 100)
    yield
    theme.apply(qapp, "light", 100)


@pytest.fixture
def show(qtbot):
    """A figure in a window of its own."""
    def shown(spec, width=485, height=540, **options):
        view = FigureView(**options)
        qtbot.addWidget(view)
        view.resize(width, height)
        view.set_figure(spec)
        view.show()
        qtbot.waitExposed(view)
        return view
    return shown


def mouse(view, kind, x, y, button=Qt.MouseButton.LeftButton, keys=Qt.KeyboardModifier.NoModifier):
    """One mouse event in pixels of the figure."""
    at = QPointF(x, y)
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove and button is None else button
    event = QMouseEvent(kind, at, view.canvas.mapToGlobal(at), button or Qt.MouseButton.NoButton,
                        held or Qt.MouseButton.NoButton, keys)
    QApplication.sendEvent(view.canvas.viewport(), event)


def click(view, x, y, keys=Qt.KeyboardModifier.NoModifier):
    mouse(view, QEvent.Type.MouseButtonPress, x, y, keys=keys)
    mouse(view, QEvent.Type.MouseButtonRelease, x, y, keys=keys)


def drag(view, start, end, keys=Qt.KeyboardModifier.NoModifier, button=Qt.MouseButton.LeftButton):
    mouse(view, QEvent.Type.MouseButtonPress, *start, button, keys)
    mouse(view, QEvent.Type.MouseMove, *end, button, keys)
    mouse(view, QEvent.Type.MouseButtonRelease, *end, button, keys)


def wheel(view, x, y, turn, keys=Qt.KeyboardModifier.NoModifier):
    at = QPointF(x, y)
    QApplication.sendEvent(view.canvas.viewport(), QWheelEvent(
        at, view.canvas.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False))


def pixel_of(view, sample, panel=0):
    """Where a sample's first point stands."""
    plot = view.plots[panel]
    place = plot.places.by_sample[sample][0]
    x, y = mapped(plot.box.to_scene(), plot.places.x[[place]], plot.places.y[[place]])
    return float(x[0]), float(y[0])


def scatter(count=40):
    """Points with names, x and y apart."""
    x = np.arange(count, dtype=float)
    return FigureSpec("dots", "Dots", ((Panel(Axis("x (a)"), Axis("y (b)"), (
        Points(x, (x * 7) % 11, "low", tuple(f"P{number:03d}" for number in range(count))),)),),), "alt words", "c")


def tiles(rows=6, columns=9):
    values = np.random.default_rng(1).normal(size=(rows, columns))
    return FigureSpec("tiles", "Tiles", ((Panel(Axis("patients"), Axis("receptors"), (
        Matrix(values, tuple(f"R{row}" for row in range(rows)), tuple(f"P{column}" for column in range(columns))),
    )),),), "alt", "c")


def heat(receptors=12, patients=40):
    """A heat map with bars above it and a tree beside it."""
    random = np.random.default_rng(3)
    values = random.normal(size=(receptors, patients))
    values[2, 3] = np.nan
    bars = [numeric_bar("Age (years)", np.where(random.random(patients) < 0.2, np.nan, random.uniform(30, 90, patients)),
                        "accent"),
            category_bar("ER", [None, *["positive", "negative"] * (patients // 2)][:patients],
                         {"positive": ("series4", 1.0), "negative": ("series4", 0.2)})]
    return heat_map(tuple(f"R{row:02d}" for row in range(receptors)), tuple(f"P{place:02d}" for place in range(patients)),
                    values, bars, merges=np.array([[0.0, 1.0, 0.0, 0.0], [0.5, 2.0, 1.0, 0.0]]),
                    heights=np.array([1.0, 2.0]), cohort_words="c", value_words="v")


# Words


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("size", [(485, 540), (390, 320)])
@pytest.mark.parametrize("percent", [100, 150])
def test_that_every_word_is_on_screen_inside_the_figure_or_reported(show, qapp, name, size, percent):
    theme.apply(qapp, "light", percent)
    spec = ALL[name]()
    view = show(spec, *size)
    shown = ["".join(text.whole.split()) for text in view.texts_shown()]
    missing = view.texts_not_shown()
    for text in spec.texts():
        assert "".join(text.split()) in shown or text in missing
    for text in view.texts_shown():
        if text.kind not in ("column", "tile"):
            width = plot_width(text)
            left, right = (text.x, text.x) if text.turned else (text.left, text.left + width)
            assert left >= -1.5, text
            assert right <= view.canvas.width() + 1.5, text
            assert 0 < text.y <= view.canvas.height() + 1, text


def plot_width(text):
    from gui.widgets.figures.screen_words import text_width

    return text_width(text.text, text.role, text.bold)


@pytest.mark.parametrize("make", [curves, scan])
def test_that_an_ordinary_figure_at_the_size_of_its_panel_shows_all_its_words(show, make):
    assert show(make()).texts_not_shown() == ()


def test_that_a_forest_reports_only_the_rows_scrolled_out_of_sight(show):
    view = show(full_forest(), 485, 540)
    first, last, count = view.rows_in_sight()
    assert (first, count) == (1, 58)
    names = full_forest().rows[0][0].columns[0].texts
    assert {text for text in view.texts_not_shown() if text.startswith("RTK")} == set(names[last:])


def test_that_names_from_data_are_shown_as_they_are(show):
    words = "".join(text.text for text in show(nasty_curve()).texts_shown())
    assert "<5 mg" in words
    assert "&amp; <img" in words


def test_that_a_heading_can_be_left_to_the_page(show):
    view = show(curves(), heading=False)
    assert set(view.texts_not_shown()) == {curves().rows[0][0].title, curves().rows[0][0].remark}


# The same coordinates as in the file


@pytest.mark.parametrize("name", [name for name in ALL if name != "nothing"])
def test_that_lines_and_points_stand_where_the_file_has_them(show, name):
    spec = ALL[name]()
    drawn = show(spec, 600, 600).drawn_coordinates()
    with style.drawing_settings():
        axes = draw(spec, place_figure(spec)).axes
    panels = [panel for row in spec.rows for panel in row]
    for number, (panel, panel_axes) in enumerate(zip(panels, axes, strict=True)):
        in_file = np.concatenate([np.empty((0, 2)), *(line.get_xydata() for line in panel_axes.lines)])
        in_file = in_file[np.isfinite(in_file).all(axis=1)]
        low_x, high_x = sorted(panel_axes.get_xlim())
        low_y, high_y = sorted(panel_axes.get_ylim())
        for order, mark in enumerate(panel.marks):
            if isinstance(mark, (Matrix, StateTiles, Band, Span, Label, HoverPoints, PointNames)):
                continue
            found = drawn[number, order]
            ours = np.column_stack([found["x"], found["y"]])
            ours = ours[np.isfinite(ours).all(axis=1)]
            if type(mark).__name__ in ("Rule", "Bars"):
                continue
            assert len(ours) or not np.isfinite(np.asarray(getattr(mark, "x", mark.y), dtype=float)).any()
            for x, y in ours:
                apart = np.hypot((in_file[:, 0] - x) / (high_x - low_x), (in_file[:, 1] - y) / (high_y - low_y))
                assert apart.min() < 1e-9, (type(mark).__name__, x, y)


@pytest.mark.parametrize("make", [curves, scan])
def test_that_bands_have_the_outline_of_the_file(show, make):
    spec = make()
    drawn = show(spec).drawn_coordinates()
    with style.drawing_settings():
        axes = draw(spec, place_figure(spec)).axes
    checked = 0
    for number, panel in enumerate(panel for row in spec.rows for panel in row):
        in_file = np.concatenate([np.empty((0, 2)), *(path.vertices for band in axes[number].collections
                                                      if isinstance(band, PolyCollection) for path in band.get_paths())])
        for order, mark in enumerate(panel.marks):
            if isinstance(mark, Band):
                ours = np.column_stack([drawn[number, order]["x"], drawn[number, order]["y"]])
                corners = {tuple(np.round(point, 9)) for point in ours}
                assert corners <= {tuple(np.round(point, 9)) for point in in_file}
                checked += len(corners)
    assert checked > 20


def test_that_bars_and_tiles_cover_what_they_cover_in_the_file(show):
    drawn = show(every_mark(), 600, 600).drawn_coordinates()
    bars = drawn[1, 0]
    assert (bars["y"].max(), bars["x"].min(), bars["x"].max()) == (5.0, 0.0, 4.0)
    matrix = drawn[2, 0]
    np.testing.assert_allclose(matrix["x"], [0, 1, 2, 3])
    np.testing.assert_allclose(matrix["y"], [0, 1, 2])
    steps = [QColor(theme.current().hex(role)).getRgb() for role in ("d1", "d3", "d5")]
    assert tuple(matrix["colours"][0, 1]) == steps[0]
    assert tuple(matrix["colours"][1, 0]) == steps[1]
    assert tuple(matrix["colours"][1, 2]) == steps[2]


def test_that_axes_have_the_limits_and_ticks_of_the_file(show):
    for make in (curves, scan, full_forest):
        spec = make()
        view = show(spec, 600, 1400)
        with style.drawing_settings():
            axes = draw(spec, place_figure(spec)).axes
        for plot, in_file in zip(view.plots, axes, strict=True):
            x = plot.room.x
            assert (x.low, x.high) == pytest.approx(in_file.get_xlim())
            if plot.panel.x.visible:
                np.testing.assert_allclose(x.ticks, in_file.get_xticks())
            y = (plot.room.y.high, plot.room.y.low) if plot.room.y.reverse else (plot.room.y.low, plot.room.y.high)
            assert y == pytest.approx(in_file.get_ylim())


# At risk


@pytest.mark.parametrize("size", [(485, 540), (390, 320), (700, 400), (333, 451)])
@pytest.mark.parametrize("percent", [80, 100, 125, 150, 200])
def test_that_numbers_at_risk_are_centred_under_their_ticks(show, qapp, size, percent):
    theme.apply(qapp, "light", percent)
    view = show(curves(), *size)
    ticks = np.array(view.tick_positions())
    rows = view.at_risk_positions()
    assert set(rows) == {"High", "Low"}
    for places in rows.values():
        assert places
        for place in places:
            assert np.abs(ticks - place).min() <= 0.5


def test_that_the_view_box_and_the_words_agree_on_every_place(show):
    view = show(curves(), 411, 377)
    plot = view.plots[0]
    for value in (0.0, 24.0, 96.0):
        x, y = mapped(plot.box.to_scene(), np.array([value]), np.array([50.0]))
        assert float(x[0]) == pytest.approx(plot.room.x_px(value), abs=0.05)
        assert float(y[0]) == pytest.approx(plot.room.y_px(50.0), abs=0.05)


SCALED = """
import sys
import numpy as np
from PySide6.QtWidgets import QApplication
from gui import theme
from gui.widgets.figures.figure_view import FigureView
from tests.test_figure_files import curves
app = QApplication([])
theme.apply(app, "light", 100)
view = FigureView()
view.resize(487, 541)
view.set_figure(curves())
view.show()
ratio = view.devicePixelRatioF()
assert ratio == float(sys.argv[1]), ratio
ticks = np.array(view.tick_positions())
for places in view.at_risk_positions().values():
    assert all(np.abs(ticks - place).min() <= 0.5 for place in places)
image = view.grab().toImage()
axis = theme.current().colour("axis").name()
y = round((view.plots[0].room.axes.bottom + 3) * ratio)
dark = [x / ratio for x in range(image.width()) if image.pixelColor(x, y).lightness() < 170]
assert all(min(abs(x - tick) for x in dark) <= 1.0 for tick in ticks), (dark, ticks)
"""


@pytest.mark.parametrize("ratio", ["1.5", "2"])
def test_that_numbers_and_ticks_stay_together_on_a_screen_of_small_pixels(ratio):
    environment = {**os.environ, "QT_SCALE_FACTOR": ratio, "QT_QPA_PLATFORM": "offscreen",
                   "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough"}
    ran = subprocess.run([sys.executable, "-c", SCALED, ratio], cwd=Path(__file__).parents[1], env=environment,
                         capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr


# Tiles, boxes, several panels


def test_that_a_forest_with_other_colours_than_the_last_one_is_drawn_like_a_new_one(show):
    names = ["EGFR", "MET", "AXL"]
    few = forest(forest_rows(names, q_bh=[0.5] * 3), cohort_words="c", endpoint_words="overall survival")
    more = forest(forest_rows(names, hr=[1.3, 0.8, 1.05], q_bh=[0.01, 0.01, 0.5], p_maxt=[0.01, 0.2, 0.9]),
                  cohort_words="c", endpoint_words="overall survival")
    view = show(few, 600, 400)
    fresh = show(more, 600, 400).picture()
    for spec in (more, few, more):
        view.set_figure(spec)
    assert view.picture() == fresh


def test_that_every_mark_can_be_drawn():
    assert set(DRAWN) == set(get_args(Mark))


def test_that_a_heat_map_shows_all_names_and_bars_of_their_own_height(show):
    view = show(heat(), 700, 500)
    assert view.texts_not_shown() == ()
    before = view.plots[1].room.axes.height
    assert before == pytest.approx(2 * theme.px(16), abs=2)
    view.resize(700, 800)
    assert view.plots[1].room.axes.height == pytest.approx(before, abs=2)
    assert view.plots[1].room.axes.left == view.plots[3].room.axes.left
    assert view.plots[1].room.axes.right == view.plots[3].room.axes.right


def test_that_zooming_the_map_moves_its_bars_along(show):
    view = show(heat(), 700, 500)
    room = view.plots[3].room
    wheel(view, room.x_px(20), room.y_px(6), 240, Qt.KeyboardModifier.ControlModifier)
    assert view.plots[3].room.x.low == view.plots[1].room.x.low > 0
    assert view.plots[1].room.y.low == 0


def test_that_a_missing_tile_says_so_and_a_bar_gives_its_value(show):
    view = show(heat(), 700, 500)
    room = view.plots[3].room
    mouse(view, QEvent.Type.MouseMove, room.x_px(3.5), room.y_px(2.5), button=None)
    assert view.found.words == "R02 P03: missing"
    room = view.plots[1].room
    mouse(view, QEvent.Type.MouseMove, room.x_px(0.5), room.y_px(1.5), button=None)
    assert view.found.words == "ER P00: missing"


def test_that_a_selected_patient_is_one_column_in_map_and_bars_with_one_tag(show):
    view = show(heat(), 700, 500)
    view.set_selection(["P07"], "R03")
    outlines = view._marks.ink.outlines
    assert [outline.words for outline in outlines if outline.box.width() < 40] == ["", "P07"]


def test_that_names_are_left_out_where_rows_are_too_low_and_come_back_on_zooming(show):
    view = show(tiles(rows=200, columns=30))
    assert {"R0", "R199"} <= set(view.texts_not_shown())
    view.look_at(0, Window(0.0, 1.0, 0.9, 1.0))
    assert "R1" not in view.texts_not_shown()


def test_that_panels_too_narrow_side_by_side_go_below_each_other(show):
    view = show(ALL["six"](), 260, 500)
    lefts = {plot.room.cell.left for plot in view.plots}
    assert len(lefts) == 1
    assert view.canvas.height() > 500


def test_that_boxes_and_words_in_boxes_are_drawn_inside(show):
    spread_out = [np.array([value, value + 1.0]) for value in (0.0, 1.0, 2.0, 3.0, 4.0)]
    panel = Panel(Axis("x", -1, 12), Axis("y", -1, 9), (
        Boxes(np.array([0.0, 1.0]), *spread_out, ("low", "high")),
        Box(3.0, 10.0, 4.0, 8.0, ("In the two files", "312 patients"), (False, True), tinted=True)))
    view = show(FigureSpec("f", "t", ((panel,),), "a", "c"))
    drawn = view.drawn_coordinates()
    assert (drawn[0, 0]["y"].min(), drawn[0, 0]["y"].max()) == (0.0, 5.0)
    words = {text.text: text for text in view.texts_shown() if text.kind == "box"}
    room = view.plots[0].room
    for text in words.values():
        assert room.x_px(3.0) < text.left < text.left + plot_width(text) < room.x_px(10.0)
        assert room.y_px(8.0) < text.y < room.y_px(4.0)
    assert set(words) == {"In the two files", "312 patients"}


# Pixels


@pytest.mark.parametrize("name", ["light", "dark"])
def test_that_curves_and_ground_have_the_colours_of_the_theme(show, qapp, name):
    theme.apply(qapp, name, 100)
    image = show(curves()).grab().toImage()
    assert image.pixelColor(image.width() - 3, image.height() - 3).name() == theme.current().colour("surface").name()
    colours = {image.pixel(x, y) & 0xFFFFFF for x in range(image.width()) for y in range(40, 460)}
    for role in ("low", "high"):
        assert int(theme.current().hex(role)[1:], 16) in colours


def test_that_a_figure_follows_the_theme(show, qapp):
    view = show(curves())
    before = view.grab().toImage()
    theme.apply(qapp, "dark", 100)
    after = view.grab().toImage()
    assert before.pixelColor(2, 200) != after.pixelColor(2, 200)
    assert after.pixelColor(2, 200).name() == theme.current().colour("surface").name()


def test_that_no_figure_is_only_ground(show):
    view = show(curves())
    view.set_figure(None)
    image = view.grab().toImage()
    assert {image.pixel(x, y) for x in range(0, 480, 7) for y in range(0, 540, 7)} == {image.pixel(0, 0)}
    assert view.figure() is None


# Items are used again


def test_that_a_new_figure_of_the_same_kind_uses_the_same_items(show):
    view = show(curves())
    before = [id(item) for item in view.plots[0].box.addedItems]
    view.set_figure(curves(receptor="EGFR"))
    assert [id(item) for item in view.plots[0].box.addedItems] == before


def test_that_hundred_refreshes_lose_no_reference(show, qapp):
    view = show(scan())
    specs = [scan(), curves(), full_forest()]
    for spec in specs * 2:
        view.set_figure(spec)
        view.grab()
    items = len(view.canvas.scene().items())
    lost = []
    for _ in range(3):  # what earlier tests left behind may go in one round; what a refresh loses goes in every one
        gc.collect()
        before = [sys.getrefcount(one) for one in (True, False, None)]
        for number in range(102):
            view.set_figure(specs[number % 3])
            if number % 25 == 0:
                view.grab()
        view.set_figure(specs[2])
        gc.collect()
        after = [sys.getrefcount(one) for one in (True, False, None)]
        lost.append(max(old - new for old, new in zip(before, after, strict=True)))
    assert min(lost) < 100, lost
    assert len(view.canvas.scene().items()) <= items


# Mouse


def test_that_pointing_at_a_point_names_its_sample(show, qtbot):
    view = show(scatter())
    with qtbot.waitSignal(view.hovered) as named:
        mouse(view, QEvent.Type.MouseMove, *pixel_of(view, "P017"), button=None)
    assert named.args == ["P017"]
    assert view.found.sample == "P017"
    with qtbot.waitSignal(view.hovered) as gone:
        mouse(view, QEvent.Type.MouseMove, 3, 3, button=None)
    assert gone.args == [""]


def test_that_a_click_selects_and_with_shift_adds(show, qtbot):
    view = show(scatter())
    with qtbot.waitSignal(view.sample_clicked) as clicked:
        click(view, *pixel_of(view, "P005"))
    assert clicked.args == ["P005", False]
    with qtbot.waitSignal(view.sample_clicked) as clicked:
        click(view, *pixel_of(view, "P006"), keys=Qt.KeyboardModifier.ShiftModifier)
    assert clicked.args == ["P006", True]


def test_that_a_drag_boxes_samples_in_x_order(show, qtbot):
    view = show(scatter())
    room = view.plots[0].room
    with qtbot.waitSignal(view.samples_boxed) as boxed:
        drag(view, (room.x_px(2.5), room.axes.top - 5), (room.x_px(6.5), room.axes.bottom))
    assert boxed.args == [["P003", "P004", "P005", "P006"]]


def test_that_a_box_with_shift_keeps_what_was_selected(show, qtbot):
    view = show(scatter())
    view.set_selection(["P030"])
    room = view.plots[0].room
    with qtbot.waitSignal(view.samples_boxed) as boxed:
        drag(view, (room.x_px(2.5), room.axes.top - 5), (room.x_px(3.5), room.axes.bottom),
             Qt.KeyboardModifier.ShiftModifier)
    assert boxed.args == [["P030", "P003"]]


def test_that_the_wheel_zooms_only_with_ctrl(show):
    view = show(scatter())
    room = view.plots[0].room
    middle = room.x_px(20), (room.axes.top + room.axes.bottom) / 2
    wheel(view, *middle, 120)
    assert view.window_of(0).whole
    wheel(view, *middle, 240, Qt.KeyboardModifier.ControlModifier)
    x = view.plots[0].room.x
    assert x.high - x.low < 0.7 * (room.x.high - room.x.low)
    assert x.low < 20 < x.high
    assert len(x.ticks) >= 3


def test_that_points_stay_under_the_pointer_after_zooming(show):
    view = show(scatter())
    x, y = pixel_of(view, "P020")
    wheel(view, x, y, 480, Qt.KeyboardModifier.ControlModifier)
    assert pixel_of(view, "P020") == pytest.approx((x, y), abs=1.0)
    mouse(view, QEvent.Type.MouseMove, x, y, button=None)
    assert view.found.sample == "P020"


def test_that_a_row_of_the_forest_is_chosen_by_click(show, qtbot):
    view = show(full_forest())
    with qtbot.waitSignal(view.row_clicked) as clicked:
        click(view, 30, view.plots[0].room.y_px(4))
    assert clicked.args == ["RTK03"]


def test_that_the_wheel_scrolls_whole_rows_of_a_forest_and_the_axis_stays(show):
    view = show(full_forest())
    foot = view.plots[0].room.axes
    wheel(view, 200, 200, -120)
    assert view.rows_in_sight()[0] == 4
    assert view.plots[0].room.axes == foot
    wheel(view, 200, 200, -120 * 40)
    assert view.rows_in_sight()[1] == 58


def test_that_selecting_a_receptor_brings_its_row_into_sight_and_tints_it(show):
    view = show(full_forest())
    view.set_selection(receptor="RTK50")
    first, last, _ = view.rows_in_sight()
    assert first <= 52 <= last
    y = round(view.plots[0].room.y_px(51))
    image = view.grab().toImage()
    left = round(view.plots[0].room.cell.left)
    assert image.pixelColor(left + 1, y).name() == theme.current().colour("accent").name()
    assert image.pixelColor(left + 5, y).name() == theme.current().colour("tint").name()


def test_that_a_selected_patient_is_ringed_in_ink_wherever_it_is_drawn(show):
    view = show(curves())
    sample = view.plots[0].places.samples[0]
    view.set_selection([sample])
    ink = view._marks.ink
    assert {ring.words.split("\n")[0] for ring in ink.rings} == {sample}
    image = view.grab().toImage()
    x, y = ink.rings[0].x, ink.rings[0].y
    assert QColor(image.pixelColor(round(x - theme.px(6)), round(y))).lightness() < 80


def test_that_a_tile_says_what_it_is_and_selects_patient_and_receptor(show, qtbot):
    view = show(tiles())
    room = view.plots[0].room
    with qtbot.waitSignals([view.sample_clicked, view.row_clicked]):
        click(view, room.x_px(3.5), room.y_px(1.5))
    mouse(view, QEvent.Type.MouseMove, room.x_px(3.5), room.y_px(1.5), button=None)
    assert (view.found.sample, view.found.row) == ("P3", "R1")
    view.set_selection(["P3"], "R1")
    assert len(view._marks.ink.outlines) == 2


def test_that_the_right_click_menu_asks_for_what_it_names(show, qtbot):
    view = show(curves())
    for words, signal in (("Copy picture", view.copy_requested), ("Copy data", view.copy_data_requested),
                          ("Export figure…", view.export_requested), ("Describe", view.describe_requested)):
        from PySide6.QtGui import QContextMenuEvent

        at = QPoint(50, 50)
        QApplication.sendEvent(view.canvas.viewport(),
                               QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
        menu = view.hands.menu
        action = next(action for action in menu.actions() if action.text() == words)
        with qtbot.waitSignal(signal):
            action.trigger()
        menu.close()


# The cut


def test_that_dragging_the_cut_stays_on_allowed_cuts_and_ends_with_its_value(show, qtbot):
    spec = scan()
    view = show(spec)
    values = spec.data["cutoffs"]["cut"]
    view.set_cut(values, values[20])
    room = view.plots[1].room
    moved = []
    view.cut_moved.connect(moved.append)
    with qtbot.waitSignal(view.cut_released) as released:
        drag(view, (room.x_px(values[20]), room.axes.top + 20), (room.x_px(7.9) + 0.4, room.axes.top + 20))
    assert set(moved) <= set(values)
    assert released.args[0] == min(values, key=lambda value: abs(value - 7.9))


def test_that_arrows_move_the_cut_by_one_patient_and_stop_at_the_ends(show, qtbot):
    spec = scan()
    view = show(spec)
    values = spec.data["cutoffs"]["cut"]
    view.set_cut(values, values[-2])
    with qtbot.waitSignals([view.cut_moved, view.cut_released]):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    assert view.cut.current == values[-1]
    qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    assert view.cut.current == values[-1]
    qtbot.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.cut.current == values[-2]


# Keys


def test_that_arrows_walk_from_point_to_point_along_x_and_space_selects(show, qtbot):
    view = show(scatter())
    for _ in range(3):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    assert view.found.sample == "P002"
    qtbot.keyClick(view.canvas, Qt.Key.Key_Left)
    with qtbot.waitSignal(view.sample_clicked) as clicked:
        qtbot.keyClick(view.canvas, Qt.Key.Key_Space)
    assert clicked.args == ["P001", False]


def test_that_up_and_down_change_the_row_of_a_forest(show, qtbot):
    view = show(full_forest())
    view.row_clicked.connect(lambda name: view.set_selection(receptor=name))
    qtbot.keyClick(view.canvas, Qt.Key.Key_Down)
    assert view.selection[1] == "ERBB2"
    for _ in range(30):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Down)
    assert view.selection[1] == "RTK29"
    assert view.rows_in_sight()[0] <= 31 <= view.rows_in_sight()[1]
    qtbot.keyClick(view.canvas, Qt.Key.Key_Up)
    assert view.selection[1] == "RTK28"


def test_that_plus_minus_and_home_zoom_and_t_asks_for_the_table(show, qtbot):
    view = show(scatter())
    qtbot.keyClick(view.canvas, Qt.Key.Key_Plus)
    assert not view.window_of(0).whole
    qtbot.keyClick(view.canvas, Qt.Key.Key_Minus)
    assert view.window_of(0).whole
    qtbot.keyClick(view.canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Home)
    assert view.window_of(0).whole
    with qtbot.waitSignal(view.table_requested):
        qtbot.keyClick(view.canvas, Qt.Key.Key_T)


def test_that_escape_clears_the_selection(show, qtbot):
    view = show(scatter())
    view.set_selection(["P003"])
    with qtbot.waitSignal(view.selection_cleared):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)


def test_that_focus_by_tab_is_seen(show):
    view = show(scatter())
    view.canvas.hasFocus = lambda: True
    QApplication.sendEvent(view.canvas, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    image = view.grab().toImage()
    assert image.pixelColor(200, 1).name() == theme.current().colour("accent").name()


def test_that_title_and_alt_text_are_there_for_a_screen_reader(show):
    view = show(scatter())
    assert (view.accessibleName(), view.accessibleDescription()) == ("Dots", "alt words")
    assert view.canvas.accessibleName() == "Dots"


def test_that_events_on_a_curve_name_their_patients(show):
    x = np.array([1.0, 2.0])
    panel = Panel(Axis("t"), Axis("s"), (Ticks(x, x, "low", ("A", "B")), HoverPoints(x + 1, x, "low", ("C", "D"))))
    view = show(FigureSpec("f", "t", ((panel,),), "a", "c"))
    mouse(view, QEvent.Type.MouseMove, *pixel_of(view, "D"), button=None)
    assert view.found.sample == "D"
