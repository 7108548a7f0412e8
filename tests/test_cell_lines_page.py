"""The Cell lines page: answer, figures that follow each other, states whose buttons do what they say.

Not for: the numbers (test_cell_lines.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.figures.spec import Bars, Points
from gui import theme
from gui.pages.cell_lines_figures import LEFT_OUT
from gui.widgets.planner_dialog import PlannerDialog
from tests.cell_lines_desk import GI50, PAIRS, LinesDesk, hms_study, lines_desk, write_lines

SHIFTS = {"AXL": 1.9, "MET": 1.4, "EGFR": -1.0}
CUT = '{ resistant_from = "1" }'


@pytest.fixture
def desk_of(qtbot: Any, qapp: QApplication) -> Iterator[Any]:
    theme.apply(qapp, "light", 100)
    made: list[LinesDesk] = []

    def desk(study: Any, **options: Any) -> LinesDesk:
        made.append(lines_desk(qtbot, study, **options))
        if study is not None and options.get("run", True):
            made[-1].wait_result()
        return made[-1]
    yield desk
    for each in made:
        each.close()


@pytest.fixture
def full(desk_of: Any, tmp_path: Path) -> LinesDesk:
    """Eight resistant and ten sensitive lines by a cut of GI50; three RTKs differ."""
    found: LinesDesk = desk_of(write_lines(tmp_path, 8, 10, shifts=SHIFTS, response=GI50, parameters=CUT,
                                           simulated=True))
    return found


def click(view: Any, x: float, y: float) -> None:
    place = QPointF(x, y)
    for kind, held in ((QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
                       (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton)):
        QApplication.sendEvent(view.canvas.viewport(), QMouseEvent(
            kind, place, view.canvas.mapToGlobal(place), Qt.MouseButton.LeftButton, held,
            Qt.KeyboardModifier.NoModifier))


def row_place(view: Any, name: str) -> tuple[float, float]:
    plot = view.plots[0]
    height = dict(plot.places.rows)[name]
    return (plot.room.axes.left + plot.room.axes.right) / 2, plot.room.y_px(height)


def line_place(view: Any, line: str) -> tuple[float, float]:
    spec = view.figure()
    mark = next(mark for mark in spec.rows[0][0].marks if isinstance(mark, Points) and line in mark.samples)
    at, room = mark.samples.index(line), view.plots[0].room
    return room.x_px(float(mark.x[at])), room.y_px(float(mark.y[at]))


def title(desk: LinesDesk, part: str) -> str:
    spec = desk.page.figures.parts[part].whole
    assert spec is not None
    return str(spec.rows[0][0].title)


def test_that_a_study_with_lines_runs_by_itself_and_answers_in_one_clause_with_three_numbers(full: LinesDesk) -> None:
    strip = full.page.strip
    assert strip._answer.text().startswith("Resistant lines raise ")
    assert [number[0] for number in strip._numbers] == ["Resistant", "AXL, total protein", "Corrected P"]
    assert strip._numbers[0][1:] == ("8", "of 18 lines")
    assert full.page.rail_state() == "done"
    assert full.page.context_label.text() == "18 lines of “lab lines”, lapatinib GI50 (high is resistant), total protein"


def test_that_simulated_lines_say_so_in_every_figure(full: LinesDesk) -> None:
    assert {spec.badge for spec, _ in full.page.figures_in_sight()} == {"Simulated data"}
    assert {spec.badge for spec in full.page.outcome.result.figures} == {"Simulated data"}


def test_that_a_click_on_a_row_shows_that_rtk_in_the_other_figures(full: LinesDesk) -> None:
    forest = full.page.figures.forest.view
    assert title(full, "response") == "AXL and response"
    click(forest, *row_place(forest, "MET"))
    assert full.session.selection.receptor == "MET"
    assert title(full, "response") == "MET and response"
    key = next(key for spec, key in full.page.figures_in_sight() if spec.name == "response_MET")
    assert key == "lines/response_MET"


def test_that_the_keys_up_and_down_change_the_rtk(full: LinesDesk) -> None:
    canvas = full.page.figures.forest.view.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    first = full.session.selection.receptor
    assert first
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert full.session.selection.receptor not in ("", first)
    assert title(full, "response") == f"{full.session.selection.receptor} and response"


def test_that_a_click_on_a_line_marks_it_in_every_figure(full: LinesDesk) -> None:
    view = full.page.figures.response.view
    click(view, *line_place(view, "LAB-12"))
    assert full.session.selection.patients == ("LAB-12",)
    for part in full.page.figures.parts.values():
        assert "LAB-12" in part.view.selection[0]


def test_that_the_order_is_by_name_where_asked_and_remembered(full: LinesDesk) -> None:
    full.page.order_by("name")
    spec = full.page.figures.forest.whole
    assert spec is not None
    names = list(spec.data["differences"]["receptor"])
    assert names == sorted(names)
    assert full.services.settings("cell_lines")["order"] == "name"


def test_that_every_line_and_the_result_without_each_line_share_a_place(full: LinesDesk) -> None:
    assert title(full, "lines") == "Every line"
    full.click("Without each")
    assert title(full, "lines") == "Without each line"
    full.page.act("show lines")
    assert title(full, "lines") == "Every line"


def test_that_uncorrected_p_values_are_in_the_table_only_when_asked_for(full: LinesDesk) -> None:
    def columns() -> set[str]:
        return set(full.page.result_tables(full.page.outcome)[0].columns)

    assert {"p_maxt", "q_bh"} <= columns()
    assert not {"p", "spearman_p"} & columns()
    full.page.uncorrected.click()
    assert {"p", "spearman_p"} <= columns()


def test_that_a_changed_setting_makes_the_result_stale_and_can_be_put_back(full: LinesDesk) -> None:
    full.page.settings.changed.emit("resistant_from", "0.05")
    assert full.page.rail_state() == "stale"
    full.click("Put the settings back")
    assert full.page.rail_state() == "done"


def test_that_the_ledger_counts_the_tests_of_the_lines(full: LinesDesk) -> None:
    assert full.session.tried.paid == 14
    assert "samples “all” of “lab lines”, 18 of them" in full.session.tried.trials[0].words


def test_that_nothing_found_says_what_is_likely_missed_and_offers_the_lines_and_the_planner(
        desk_of: Any, tmp_path: Path) -> None:
    desk = desk_of(write_lines(tmp_path, 3, 4))
    assert desk.page.strip._answer.text() == "Resistant and sensitive lines do not differ in any RTK."
    assert desk.page.strip._explanation.text().startswith("With 3 against 4 lines a difference under ")
    assert desk.page.strip.state == "unsure"
    assert not desk.page.figures.response.isVisible()
    desk.page.strip.acted.emit("show lines")
    assert title(desk, "lines") == "Every line"
    desk.page.strip.acted.emit("plan")
    assert isinstance(desk.page.planner, PlannerDialog)
    assert desk.page.planner.isVisible()
    desk.page.planner.reject()


def test_that_one_membrane_gives_bars_and_no_p(desk_of: Any, tmp_path: Path) -> None:
    desk = desk_of(write_lines(tmp_path, 6, 7, shifts=SHIFTS, parameters='{ one_membrane = ["total"] }'))
    spec = desk.page.figures.forest.whole
    assert any(isinstance(mark, Bars) for mark in spec.rows[0][0].marks)
    assert desk.page.strip._answer.text() == "No P value can be given."
    assert not any("P <" in text or "P =" in text for text in spec.texts())


def test_that_pairs_are_joined_line_by_line(desk_of: Any, tmp_path: Path) -> None:
    desk = desk_of(write_lines(tmp_path, 6, 6, shifts=SHIFTS, response=PAIRS))
    assert desk.numbers.design == "pairs"
    assert title(desk, "lines") == "Pair by pair"


def test_that_the_bundled_panel_shows_both_measures_side_by_side(desk_of: Any) -> None:
    desk = desk_of(hms_study())
    spec = desk.page.figures.forest.whole
    assert [column.title for column in spec.rows[0][0].columns][:3] == ["RTK", "total", "phospho"]
    assert desk.page._lines_view != LEFT_OUT
    assert title(desk, "lines") == "Without each line"  # a response has no groups
    assert desk.page.context_label.text().startswith("29 lines of “HMS lines”, lapatinib GI50 (low is resistant)")


def test_that_without_lines_the_bundled_panel_can_be_used_and_undone(desk_of: Any) -> None:
    desk = desk_of(None)
    assert desk.page.empty._text.text() == (
        "Add lines with a response (IC50 or resistant and sensitive) and protein or expression.")
    assert desk.button("Import lines…") is not None
    desk.click("Use the bundled panel")
    desk.qtbot.waitUntil(lambda: bool(desk.session.datasets) and desk.page.why_not() == "", timeout=30_000)
    assert desk.page.empty._title.text() == "Ready to run"
    desk.click("Run")
    desk.wait_result()
    assert [spec.cohort for spec in desk.session.project.study.analyses] == [""]
    assert len(desk.numbers.lines) == 29
    desk.session.undo_stack.undo()
    desk.session.undo_stack.undo()
    assert not desk.session.project.study.datasets
    assert desk.page.empty._title.text() == "No cell lines yet"


def test_that_lines_without_a_response_say_what_is_missing(desk_of: Any, tmp_path: Path) -> None:
    desk = desk_of(write_lines(tmp_path, 5, 5, response=""), run=False)
    assert desk.page.empty._title.text() == "These lines have no response"
    assert desk.page.why_not() == "Run needs lines with a response and with protein or expression"
    desk.click("Go to Import")
    assert desk.asked.of("go_to") == [("import",)]


def test_that_a_setting_that_cannot_be_used_is_explained_at_its_field(desk_of: Any, tmp_path: Path) -> None:
    desk = desk_of(write_lines(tmp_path, 6, 7, shifts=SHIFTS))
    desk.page.settings.changed.emit("design", "continuous")
    desk.page.run()
    desk.qtbot.waitUntil(lambda: bool(desk.page.failure), timeout=30_000)
    assert desk.page.rail_state() == "stale"
    assert desk.page.notice.isVisible()


def test_that_the_palette_knows_the_page(full: LinesDesk) -> None:
    commands = {command.key: command for command in full.page.commands()}
    assert {"run", "reset", "lines every", "lines pairs", "lines left out", "plan", "bundled"} <= set(commands)
    assert commands["lines every"].enabled
    assert not commands["lines pairs"].enabled
