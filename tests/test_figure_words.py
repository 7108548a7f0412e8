"""Words of figures on screen: never on a curve, never lost, numbers under their ticks; what tags and tiles say.

Not for: mouse, keys and coordinates (test_figure_view.py).
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.prognosis_pictures import receptor_curve
from core.analyses.two_genes import measure_pair, pair_figure
from core.analyses.view_data import view_data_of
from core.analyses.view_requests import PairRequest
from core.figures.correlation_map import correlation_map
from core.figures.number_words import LINE_ENDS, lines_of
from core.figures.page_layout import place_figure
from core.figures.restyle import settle
from core.figures.spec import Band, ColourBar, FigureSpec, Label, StepLine
from core.jobs import JobContext
from core.study_runner import StudyRun, run_analysis
from gui import theme
from gui.pages.screen_figures import CurveLook, dressed_curve
from gui.widgets.figures.curve_words import curve_boxes
from gui.widgets.figures.figure_view import FigureView
from gui.widgets.figures.screen_words import text_width
from tests.prognosis_desk import her2_study, metabric
from tests.test_figure_files import curves, full_forest, scan

GROUPS = ("median", "tertiles", "quartiles")


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light", 100)
    yield
    theme.apply(qapp, "light", 100)


@pytest.fixture
def show(qtbot: QtBot) -> Callable[..., FigureView]:
    def shown(spec: FigureSpec, width: int = 485, height: int = 540, **options: Any) -> FigureView:
        view = FigureView(**options)
        qtbot.addWidget(view)
        view.resize(width, height)
        view.set_figure(spec)
        view.show()
        qtbot.waitExposed(view)
        return view
    return shown


@functools.cache
def numbers(cohort: str, split: str) -> Any:
    """Prognosis numbers of METABRIC, computed once."""
    study, dataset = metabric()
    spec = replace(her2_study(permutations=19, split=split).analyses[0], cohort=cohort)
    return run_analysis(StudyRun(study, {dataset.name: dataset}), spec, JobContext())[0].numbers


def line_boxes(view: FigureView) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of every line of words about the curves, from the capitals to the baseline."""
    return [(text.left, text.y - 0.8 * theme.px(12), text.left + text_width(text.text, text.role, text.bold), text.y)
            for text in view.texts_shown() if text.kind == "label"]


def touched(view: FigureView, kind: type[StepLine] | type[Band]) -> int:
    """How many lines of words lie on a curve or band as drawn."""
    room = view.plots[0].room
    assert room is not None
    boxes = np.concatenate([curve_boxes(mark, room.x, room.y, room.axes) for mark in room.panel.marks
                            if isinstance(mark, kind)])
    inside = (boxes[:, 2] >= room.axes.left) & (boxes[:, 0] <= room.axes.right)
    boxes = boxes[inside]
    boxes[:, 1], boxes[:, 3] = np.maximum(boxes[:, 1], room.axes.top), np.minimum(boxes[:, 3], room.axes.bottom)
    boxes = boxes[boxes[:, 1] <= boxes[:, 3]]
    return sum(bool(np.any((boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < bottom) & (boxes[:, 3] > top)))
               for left, top, right, bottom in line_boxes(view))


# Words and curves


@pytest.mark.parametrize("cohort", ["all", "her2"])
@pytest.mark.parametrize("split", GROUPS)
@pytest.mark.parametrize("percent", [100, 150])
def test_that_words_never_lie_on_a_curve_and_none_is_lost(show: Callable[..., FigureView], qapp: QApplication,
                                                          cohort: str, split: str, percent: int) -> None:
    theme.apply(qapp, "light", percent)
    for receptor in ("FLT3", "ERBB2", "EGFR"):
        spec = receptor_curve(numbers(cohort, split), receptor)
        view = show(spec, 400, 310, heading=False)
        words = {mark.text for mark in view.plots[0].panel.marks if isinstance(mark, Label)}
        assert words
        for size in ((400, 310), (340, 260), (520, 420), (900, 600)):
            view.resize(*size)
            assert touched(view, StepLine) == 0, (receptor, size)
            lost = {text for text in view.texts_not_shown() if "HR" in text or "P " in text}
            assert lost <= {spec.rows[0][0].remark}
        view.close()


def test_that_words_avoid_bands_where_the_panel_is_large_enough_for_a_place_above(show: Callable[..., FigureView]
                                                                                  ) -> None:
    for split in GROUPS:
        assert touched(show(receptor_curve(numbers("her2", split), "FLT3"), 420, 420), Band) == 0


def test_that_words_without_a_free_corner_stand_above_the_axes(show: Callable[..., FigureView]) -> None:
    view = show(receptor_curve(numbers("all", "quartiles"), "EGFR"), 330, 330, heading=False)
    room = view.plots[0].room
    assert room is not None
    assert room.fold.words_above
    assert all(bottom < room.axes.top for *_, bottom in line_boxes(view))
    assert all(top > -1 for _, top, *_ in line_boxes(view))


def test_that_zooming_brings_no_curve_under_the_words(show: Callable[..., FigureView]) -> None:
    view = show(receptor_curve(numbers("all", "median"), "FLT3"), 420, 400)
    for x, y in ((0.1, 0.9), (0.5, 0.5), (0.9, 0.1)):
        view.show_all()
        for _ in range(4):
            view.hands.zoom(0, 1.5, x, y)
            assert touched(view, StepLine) == 0
            assert line_boxes(view)


def test_that_intervals_and_numbers_are_not_torn_apart() -> None:
    words = "HR 0.67 (95% CI 0.59 to 0.75), high v low"
    assert LINE_ENDS.split(words) == ["HR 0.67", "(95%", "CI 0.59 to 0.75),", "high v low"]
    assert LINE_ENDS.split("corrected P < 0.001, for all") == ["corrected", "P < 0.001,", "for", "all"]
    assert LINE_ENDS.split("shorter overall survival \u2192") == ["shorter", "overall", "survival \u2192"]
    assert all("0.59 to 0.75" in " ".join(lines_of(words, letters)) for letters in range(20, 40))
    assert not any(line.endswith(" to") for letters in range(20, 40) for line in lines_of(words, letters))


def test_that_words_moved_for_a_file_keep_their_sentences_apart() -> None:
    spec = curves(words_inside=("HR 1.2 in left-out patients", "HR 1.3 at this cut"), width_mm=120.0, height_mm=110.0)
    texts = settle(spec).texts()
    assert {"HR 1.2 in left-out patients", "HR 1.3 at this cut"} <= set(texts)
    spec = curves(words_inside=("first", "second", "third"), width_mm=120.0, height_mm=110.0)
    assert {"first", "second", "third"} <= set(settle(spec).texts())


# Uncorrected P


def test_that_an_uncorrected_p_is_never_first_bold_or_dark() -> None:
    data = view_data_of(numbers("her2", "median"), simulated=False)
    spec = pair_figure(data, measure_pair(data, PairRequest("FLT3", "ERBB2")))
    labels = [mark for mark in spec.rows[0][0].marks if isinstance(mark, Label)]
    assert labels[0].text.startswith("236 patients, ")
    assert any(text.startswith("interaction HR") and "(95% CI " in text for text in spec.texts())
    raw = [label for label in labels if "uncorrected" in label.text]
    assert len([text for text in spec.texts() if text.endswith("uncorrected")]) == 2
    assert all(label.role == "text3" and not label.bold for label in raw)


def test_that_a_curve_with_nothing_but_an_uncorrected_p_has_it_small() -> None:
    spec = curves(hr=None, corrected_p=None)
    assert [mark.bold for mark in spec.rows[0][0].marks if isinstance(mark, Label)] == [False]


def test_that_an_uncorrected_sentence_goes_whole_when_it_is_not_wanted() -> None:
    spec = curves(width_mm=45.0)
    panel = spec.rows[0][0]
    split_up = replace(panel, marks=(*(mark for mark in panel.marks if not isinstance(mark, Label)),
                                     Label(0.0, 0.9, "HR 2", bold=True), Label(0.0, 0.5, "log-rank P 0.02,", "text3"),
                                     Label(0.0, 0.4, "uncorrected", "text3", continues=True)))
    left = dressed_curve(replace(spec, rows=((split_up,),)), CurveLook())
    assert [mark.text for mark in left.rows[0][0].marks if isinstance(mark, Label)] == ["HR 2"]


# Names, ticks, numbers


def test_that_a_long_name_of_a_line_gives_way_to_the_short_one_and_tells_the_whole(show: Callable[..., FigureView]
                                                                                    ) -> None:
    spec = scan()
    whole = "corrected for all cuts (Lausen and Schumacher)"
    panel = spec.rows[1][0]
    marks = tuple(replace(mark, label=whole) if getattr(mark, "name", "") == "p_corrected" else mark
                  for mark in panel.marks)
    view = show(replace(spec, rows=(spec.rows[0], (replace(panel, marks=marks),))), 400, 400)
    text = next(text for text in view.texts_shown() if text.whole == whole)
    assert (text.text, text.full) == ("corrected", whole)
    at = QPointF(text.left + 5, text.y - 3)
    assert view.hands.words_in_full(at) == f"<span>{whole}</span>"
    assert view.hands.words_in_full(QPointF(1, 1)) == ""
    assert whole in view.figure().texts()


def test_that_names_moved_from_their_ends_are_tied_to_them(show: Callable[..., FigureView]) -> None:
    view = show(receptor_curve(numbers("all", "tertiles"), "ERBB2"), 400, 310, heading=False)
    words, room = view.plots[0].words, view.plots[0].room
    assert words is not None
    assert room is not None
    names = {text.whole: text for text in words.fixed if text.kind == "line name"}
    for leader in words.leaders:
        assert leader.x1 < min(text.left for text in names.values())
        assert room.axes.top - 1 <= leader.y0 <= room.axes.bottom + 1
    assert len(words.leaders) >= 2


@pytest.mark.parametrize("width", [300, 340, 400, 485, 700])
def test_that_ticks_and_numbers_at_risk_are_thinned_alike(show: Callable[..., FigureView], width: int) -> None:
    view = show(receptor_curve(numbers("all", "median"), "FLT3"), width, 420)
    words = view.plots[0].words
    assert words is not None
    ticks = [round(text.x, 2) for text in words.fixed if text.kind == "x tick"]
    for places in view.at_risk_positions().values():
        assert [round(place, 2) for place in places] == ticks


def test_that_a_forest_with_large_letters_keeps_its_numbers(show: Callable[..., FigureView],
                                                           qapp: QApplication) -> None:
    theme.apply(qapp, "light", 150)
    view = show(full_forest(), 590, 540)
    titles = {text.whole for text in view.texts_shown() if text.kind == "column title"}
    assert {"RTK", "HR (95% CI)"} < titles
    assert view.plots[0].room.axes.width >= 100
    assert not any(text.text.strip() in "\u2190\u2192" for text in view.texts_shown() if text.kind == "below")


@pytest.mark.parametrize("height", [250, 400])
def test_that_the_colours_of_a_scale_have_ticks_on_screen_and_in_the_file(show: Callable[..., FigureView],
                                                                          height: int) -> None:
    spec = correlation_map(("A", "B", "C"), np.eye(3), cohort_words="c", patients_words="9 patients",
                           value_words="v", pairs_words="none")
    wanted = ["\u22121", "\u22120.5", "0", "+0.5", "+1"]
    bar = next(mark for mark in spec.rows[1][0].marks if isinstance(mark, ColourBar))
    assert list(bar.tick_labels) == wanted
    view = show(spec, 400, height)
    words, room = view.plots[1].words, view.plots[1].room
    assert words is not None
    assert room is not None
    shown = [text for text in words.fixed if text.kind == "x tick"]
    assert [text.text for text in shown] == wanted
    assert [text.x for text in shown] == pytest.approx([room.x_px(tick) for tick in bar.ticks])
    in_file = [text for text in place_figure(spec).panels[1].texts if text.kind == "x tick"]
    assert [text.text for text in in_file] == wanted
    assert all(text.y > 0 for text in in_file)


# Marks and tags


def test_that_censor_marks_of_one_panel_have_one_length(show: Callable[..., FigureView]) -> None:
    view = show(receptor_curve(numbers("all", "median"), "FLT3"))
    sizes = {item.opts["size"] for drawn in view.plots[0]._drawn if type(drawn).__name__ == "DrawnTicks"
             for item in drawn.items}
    assert len(sizes) == 1


def test_that_a_selected_patient_is_told_with_time_event_and_value(show: Callable[..., FigureView]) -> None:
    found = numbers("her2", "median")
    view = show(receptor_curve(found, "FLT3"), 500, 450)
    for patient in (found.patients[0], found.patients[7]):
        at = found.patients.index(patient)
        view.set_selection([patient])
        (ring,) = view._marks.ink.rings
        name, said = ring.words.split("\n")
        assert name == patient
        assert said.startswith("death at " if found.event[at] else "censored at ")
        assert f"{round(float(found.time[at]), 1):g} months" in said
        assert "FLT3 " in said
    view.set_selection(found.patients[:3])
    assert {ring.words for ring in view._marks.ink.rings} <= set(found.patients[:3])


def test_that_a_click_on_a_tile_names_its_row_and_column(show: Callable[..., FigureView], qtbot: QtBot) -> None:
    spec = correlation_map(("AXL", "MET", "KIT"), np.eye(3), cohort_words="c", patients_words="9 patients",
                           value_words="v", pairs_words="none")
    view = show(spec)
    room = view.plots[0].room
    assert room is not None
    at = QPointF(room.x_px(2.5), room.y_px(0.5))
    with qtbot.waitSignal(view.tile_clicked) as clicked:
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            QApplication.sendEvent(view.canvas.viewport(), QMouseEvent(
                kind, at, view.canvas.mapToGlobal(at), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier))
    assert clicked.args == ["AXL", "KIT"]
