"""The cut-off line: moving it turns the correction on, is one undoable step, is counted, and is repeated by run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.chosen_cuts import chosen_cut
from core.figures.number_words import hr_words, p_words
from core.jobs import JobContext
from core.study_runner import StudyRun, run_analysis
from gui import theme
from gui.pages.prognosis_pictures_cache import searched_ratio, searched_words
from gui.pages.views_edits import cut_of
from tests.prognosis_desk import Desk, cut_pixel, desk, her2_study, metabric, mouse


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def her2(qtbot: QtBot) -> Iterator[Desk]:
    made = desk(qtbot, her2_study(), has_run=True)
    made.page.show()
    made.page.shown()
    yield made
    made.close()


def cuts_of(made: Desk) -> tuple[float, ...]:
    return made.page.pictures.scan(made.numbers, made.page.receptor, False)[1]


def start_drag(made: Desk, onto: float) -> None:
    """Take the line where it is and move it in three steps to a cut, without letting go."""
    view = made.page.figures.cut.view
    assert view.cut is not None
    room = view.plots[0].room
    assert room is not None
    middle = (room.axes.top + room.axes.bottom) / 2
    start, end = cut_pixel(view, view.cut.current), cut_pixel(view, onto)
    mouse(view, QEvent.Type.MouseButtonPress, start, middle)
    for share in (0.4, 0.7, 1.0):
        mouse(view, QEvent.Type.MouseMove, start + share * (end - start), middle)


def let_go(made: Desk) -> None:
    view = made.page.figures.cut.view
    room = view.plots[0].room
    assert room is not None
    assert view.cut is not None
    mouse(view, QEvent.Type.MouseButtonRelease, cut_pixel(view, view.cut.current), room.axes.top + 5)


def drag(made: Desk, onto: float) -> float:
    """Move the line and let it go; returns the cut where it stands."""
    start_drag(made, onto)
    let_go(made)
    made.wait_idle()
    found = cut_of(made.session.project, "prognosis", made.page.receptor)
    assert found is not None
    return found


def test_that_the_line_starts_where_the_median_splits_and_nothing_is_called_searched(her2: Desk) -> None:
    view = her2.page.figures.cut.view
    assert view.cut is not None
    at = her2.numbers.receptors.index(her2.page.receptor)
    values = her2.numbers.expression[:, at]
    assert ((values > view.cut.current) == (values > her2.numbers.split.median[at])).all()
    assert her2.page.figures.curve.chip.isHidden()
    assert "split at the median" in her2.page.figures.curve.title()


def test_that_the_curve_and_the_corrected_p_change_while_the_line_moves(her2: Desk) -> None:
    wanted = cuts_of(her2)[12]
    start_drag(her2, wanted)
    curve = her2.page.figures.curve
    her2.qtbot.waitUntil(lambda: not curve.chip.isHidden() and "a chosen cut" in curve.title())
    view = her2.page.figures.cut.view
    assert view.cut is not None
    found, spec = chosen_cut(her2.numbers, her2.page.receptor, view.cut.current)
    her2.qtbot.waitUntil(lambda: curve.chip.text() == searched_words(found, 15))
    assert p_words(found.p_maxt) in curve.chip.text()
    assert curve.view.figure() is not None
    assert curve.view.figure().name == spec.name  # type: ignore[union-attr]
    assert her2.session.project.study.analyses[0].name == "prognosis"
    assert len(her2.session.project.study.analyses) == 1, "nothing is stored before the line is let go"


def test_that_the_ratio_at_a_cut_is_never_shown_without_the_one_in_left_out_patients(her2: Desk) -> None:
    found, _ = chosen_cut(her2.numbers, her2.page.receptor, cuts_of(her2)[12])
    assert hr_words(found.hr_cv, found.hr_cv_low, found.hr_cv_high) in searched_ratio(found)
    assert "HR" in searched_ratio(found)


def test_that_a_moved_cut_is_one_step_that_undo_takes_back(her2: Desk) -> None:
    steps = her2.session.undo_stack.count()
    receptor = her2.page.receptor
    cut = drag(her2, cuts_of(her2)[12])
    assert her2.session.undo_stack.count() == steps + 1
    assert her2.session.undo_stack.undoText() == f"move cut-off of {receptor}"
    drag(her2, cuts_of(her2)[30])
    assert her2.session.undo_stack.count() == steps + 1, "moves in a row are one step"
    her2.session.undo_stack.undo()
    assert cut_of(her2.session.project, "prognosis", receptor) is None
    assert her2.page.figures.curve.chip.isHidden()
    view = her2.page.figures.cut.view
    assert view.cut is not None
    assert view.cut.current != cut
    her2.session.undo_stack.redo()
    assert not her2.page.figures.curve.chip.isHidden()


def test_that_every_place_that_was_tried_is_counted_once_and_stays_counted(her2: Desk) -> None:
    before = her2.session.tried

    def moved() -> int:
        return sum(trial.words.startswith("Cut-off of") for trial in her2.session.tried.trials)

    first = cuts_of(her2)[12]
    drag(her2, first)
    assert moved() == 1
    drag(her2, cuts_of(her2)[30])
    assert moved() == 2
    her2.session.undo_stack.undo()
    assert moved() == 2
    assert (her2.session.tried.paid, her2.session.tried.unpaid) == (before.paid, before.unpaid + 2), \
        "the run of the views counts the same cut as the line"


def test_that_the_table_of_the_background_run_holds_the_numbers_of_the_screen(her2: Desk) -> None:
    cut = drag(her2, cuts_of(her2)[12])
    outcome = her2.session.outcome("prognosis views")
    assert outcome is not None
    row = {name: values[0] for name, values in outcome.result.table("chosen_cuts").columns.items()}
    found, _ = chosen_cut(her2.numbers, her2.page.receptor, cut)
    assert row["cut"] == cut
    assert row["p_maxt"] == pytest.approx(found.p_maxt, abs=1e-12)
    assert row["hr_cv"] == pytest.approx(found.hr_cv, abs=1e-9)
    assert "chosen_cuts" in her2.page.tables.names()
    assert "chosen by hand" in her2.page.methods.text.toPlainText()


def test_that_running_the_stored_study_repeats_the_cut(her2: Desk) -> None:
    cut = drag(her2, cuts_of(her2)[12])
    study = her2.session.project.study
    spec = next(each for each in study.analyses if each.name == "prognosis views")
    result, _ = run_analysis(StudyRun(study, {"metabric": metabric()[1]}), spec, JobContext())
    assert list(result.table("chosen_cuts").columns["cut"]) == [cut]
    assert (spec.cohort, spec.endpoint, spec.parameters["permutations"]) == ("her2", "overall survival", 199)


def test_that_back_to_the_median_takes_the_cut_out_of_the_study(her2: Desk) -> None:
    drag(her2, cuts_of(her2)[12])
    her2.click("Back to the median")
    assert [spec.name for spec in her2.session.project.study.analyses] == ["prognosis"]
    assert her2.page.figures.curve.chip.isHidden()
    assert "chosen_cuts" not in her2.page.tables.names()


def test_that_the_keys_move_the_line_by_one_patient_and_count(her2: Desk) -> None:
    view = her2.page.figures.cut.view
    assert view.cut is not None
    cuts, start = cuts_of(her2), view.cut.current
    her2.qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    her2.wait_idle()
    moved = cut_of(her2.session.project, "prognosis", her2.page.receptor)
    assert moved == min(cut for cut in cuts if cut > start)
    assert any(trial.words.startswith("Cut-off of") for trial in her2.session.tried.trials)


def test_that_a_click_on_the_line_changes_nothing(her2: Desk) -> None:
    view = her2.page.figures.cut.view
    assert view.cut is not None
    start_drag(her2, view.cut.current)
    let_go(her2)
    assert len(her2.session.project.study.analyses) == 1
    assert not any(trial.words.startswith("Cut-off of") for trial in her2.session.tried.trials)


def test_that_each_receptor_keeps_its_own_cut(her2: Desk) -> None:
    first = her2.page.receptor
    cut = drag(her2, cuts_of(her2)[12])
    her2.session.select(receptor="ERBB2")
    assert her2.page.figures.curve.chip.isHidden()
    other = drag(her2, cuts_of(her2)[20])
    assert cut_of(her2.session.project, "prognosis", first) == cut
    assert cut_of(her2.session.project, "prognosis", "ERBB2") == other
    her2.session.select(receptor=first)
    assert not her2.page.figures.curve.chip.isHidden()


def test_that_the_views_follow_the_cohort_of_their_analysis(her2: Desk) -> None:
    drag(her2, cuts_of(her2)[12])
    her2.page.settings.cohort_chosen.emit("all")
    spec = next(each for each in her2.session.project.study.analyses if each.name == "prognosis views")
    assert spec.cohort == "all"
    her2.page.settings.changed.emit("seed", 5)
    spec = next(each for each in her2.session.project.study.analyses if each.name == "prognosis views")
    assert spec.parameters["seed"] == 5
