"""The RTK subset page with a small search of METABRIC: figures, sets, states, stopping, settings, by mouse and keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from core.analyses.rtk_subset import Parameters
from core.analyses.subset_words import answer
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.figures.number_words import p_words
from core.figures.spec import Span, Ticks
from core.jobs import Cancelled, JobContext
from gui import theme
from gui.pages.subset_costs import duration_words, large_count, search_cost, size_help, too_long_words
from gui.pages.subset_figure_parts import set_names
from gui.pages.subset_states import KEEP
from gui.widgets.named_set_dialog import NamedSetDialog
from tests.prognosis_desk import button, metabric, place_of, press
from tests.subset_desk import SubsetDesk, subset_desk, subset_result, subset_study


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def everybody(qtbot: QtBot) -> Iterator[SubsetDesk]:
    """All patients: the set is less likely by luck."""
    made = subset_desk(qtbot, subset_study("all"), has_run="all")
    yield made
    made.close()


@pytest.fixture
def her2(qtbot: QtBot) -> Iterator[SubsetDesk]:
    """The HER2-positive: no better than luck."""
    made = subset_desk(qtbot, subset_study("her2"), has_run="her2")
    yield made
    made.close()


# The result


def test_that_the_answer_is_cores_and_its_only_p_the_corrected_one(everybody: SubsetDesk) -> None:
    said = answer(everybody.numbers)
    text = everybody.page.strip.text()
    assert text.startswith(f"{said.sentence}\n{said.explanation}")
    assert f"Sets tried: {everybody.numbers.ranking.n_sets:,}" in text
    assert "All sets of 1 to 2 of 15 RTKs" in everybody.page.context_label.text()
    assert everybody.page.rail_state() == "done"


def test_that_the_four_figures_stand_two_by_two_and_fold_on_small_screens(everybody: SubsetDesk) -> None:
    figures = everybody.page.figures
    assert {name: part.view.figure().name for name, part in figures.parts.items()} == {
        "luck": "search_luck", "left_out": "left_out", "stability": "stability", "tied": "tied_sets"}
    assert figures.folded() == 1
    assert all(part.isVisible() for part in figures.parts.values())
    everybody.page.resize(900, 640)
    everybody.qtbot.wait(20)
    assert figures.folded() == 2
    assert [name for name, part in figures.parts.items() if part.isVisible()] == ["luck", "left_out"]
    everybody.click("Tied sets", figures.left_out)
    assert [name for name, part in figures.parts.items() if part.isVisible()] == ["luck", "tied"]
    for _ in range(5):  # the row of tabs gives way piece by piece
        everybody.page.resize(600, 640)
        everybody.qtbot.wait(20)
    assert figures.folded() == 4, (figures.width(), everybody.page.width(), everybody.page.minimumSizeHint())
    assert [name for name, part in figures.parts.items() if part.isVisible()] == ["tied"]
    everybody.click("Members", figures.tied)
    assert [name for name, part in figures.parts.items() if part.isVisible()] == ["stability"]


def test_that_every_receptor_of_the_bars_keeps_its_name(everybody: SubsetDesk) -> None:
    view = everybody.page.figures.stability.view
    shown = {text.text for text in view.texts_shown()}
    drawn = view.figure().rows[0][0].y.tick_labels
    assert len(drawn) > 3
    assert set(drawn) <= shown


def test_that_export_takes_figures_as_core_made_them(her2: SubsetDesk) -> None:
    her2.click("Show it anyway")
    made = {spec.name: spec for spec in her2.page.outcome.result.figures}
    offered = {key: spec for spec, key in her2.page.figures_in_sight()}
    assert set(offered) == {f"subset/{name}" for name in ("search_luck", "left_out", "stability", "tied_sets")}
    assert all(spec is made[spec.name] for spec in offered.values())
    her2.page.show_figures_of("genes")
    assert [key for _, key in her2.page.figures_in_sight()] == ["subset/random_genes"]
    her2.page.show_figures_of("checks")
    assert her2.page.figure() is None


def test_that_checks_are_lights_with_a_word_and_a_sentence_each(everybody: SubsetDesk) -> None:
    audit = everybody.page.outcome.result.table("audit")
    amber = list(audit.columns["light"]).count("amber")
    assert amber > 1
    everybody.click(f"{amber} checks to look at")
    assert everybody.page.views.key == "checks"
    panel = everybody.page.views.checks
    words = [label.text() for label in panel.findChildren(QLabel)]
    assert all(sentence in words for sentence in audit.columns["sentence"])
    assert words.count("Look at this") == amber
    assert panel.rows[0][0] == "amber"
    assert panel.summary().startswith(f"{audit.n_rows} checks: {amber} to look at")


# One set


def test_that_a_tied_set_draws_its_curve_and_there_is_a_way_back(her2: SubsetDesk) -> None:
    her2.click("Show it anyway")
    figures = her2.page.figures
    third = set_names(figures.tied.whole)[2]
    press(figures.tied.view, *place_of(figures.tied.view, third))
    assert her2.page.sets.members == her2.numbers.ranking.members[2]
    assert figures.left_out.title() == third
    assert figures.left_out.chip.text() == "chosen in these patients"
    spans = [mark for mark in figures.tied.view.figure().rows[0][0].marks if isinstance(mark, Span)]
    assert [(span.low, span.high) for span in spans] == [(2.5, 3.5)]
    assert her2.session.selection.patients == (), "a set is no patient"
    her2.page.resize(1160, 640)
    her2.qtbot.wait(20)
    assert figures.left_out.title() == third, "also beside the segments"
    her2.click("Back to the left-out patients")
    assert her2.page.sets.members is None
    assert figures.left_out.view.figure().name == "left_out"
    assert not figures.left_out.chip.isVisible()


def test_that_keys_walk_along_the_tied_sets(her2: SubsetDesk) -> None:
    her2.click("Show it anyway")
    view = her2.page.figures.tied.view
    names = set_names(her2.page.figures.tied.whole)
    for _ in range(2):
        her2.qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    her2.qtbot.keyClick(view.canvas, Qt.Key.Key_Space)
    assert her2.page.figures.left_out.title() == names[1]


def test_that_a_row_of_the_table_draws_its_set_and_the_table_stays(her2: SubsetDesk) -> None:
    her2.page.show_view("table")
    assert her2.page.tables.name == "subsets"
    her2.page.tables.table.selectRow(4)
    assert her2.page.sets.members == her2.numbers.ranking.members[4]
    assert her2.page.view == "table"
    assert "The curve is that of" in her2.asked.of("say")[-1][0]


def test_that_a_bar_selects_the_receptor_everywhere(everybody: SubsetDesk) -> None:
    view = everybody.page.figures.stability.view
    name = view.figure().rows[0][0].y.tick_labels[1]
    plot = view.plots[0]
    press(view, plot.room.axes.left + 3, plot.room.y_px(dict(plot.places.rows)[name]))
    assert everybody.session.selection.receptor == name
    everybody.session.select(receptor="KIT")
    assert view.selection[1] == "KIT"


def test_that_a_patient_of_the_left_out_curve_is_marked_on_other_pages_and_back(everybody: SubsetDesk) -> None:
    view = everybody.page.figures.left_out.view
    marks = [mark for mark in view.figure().rows[0][0].marks if isinstance(mark, Ticks)]
    patient = marks[0].samples[5]
    x, y = place_of(view, patient)
    press(view, x, y)
    plot = view.plots[0]
    assert len(everybody.session.selection.patients) == 1
    marked = everybody.session.selection.patients[0]
    at = plot.places.by_sample[marked][0]
    place = plot.box.to_scene().map(QPointF(plot.places.x[at], plot.places.y[at]))
    assert (place.x(), place.y()) == pytest.approx((x, y), abs=4)
    everybody.session.select(patients=(patient,))
    assert view.selection[0] == (patient,)
    assert everybody.page.figures.tied.view.selection[0] == ()


# Nothing found, naming a set


def test_that_a_set_no_better_than_luck_is_shown_only_when_it_is_asked_for(her2: SubsetDesk) -> None:
    page = her2.page
    assert page.views.nothing.accessibleName() == "The best set is no better than luck."
    done = her2.numbers.permutations_done
    assert f"{her2.numbers.exceeding} of {done} shuffled outcomes gave a set as good" in \
        page.views.nothing.accessibleDescription()
    assert page.figure() is None
    assert not page.chooser.isVisible()
    assert page.views.luck_alone.view.figure().name == "search_luck"
    her2.click("Show it anyway")
    assert page.views.key == "search"
    assert page.figure() is not None
    assert page.chooser.isVisible()


def test_that_a_set_can_be_named_and_is_tested_by_itself(her2: SubsetDesk) -> None:
    her2.click("Test a set I name")
    dialog = her2.page.window().findChild(NamedSetDialog)
    assert not dialog.test.isEnabled()
    for name in ("FLT3", "ROS1"):
        her2.qtbot.keyClicks(dialog.names.field, name)
        her2.qtbot.keyClick(dialog.names.field, Qt.Key.Key_Return)
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        her2.qtbot.wait(10)
    assert set(dialog.names.value()) == {"FLT3", "ROS1"}
    her2.click("Test this set", dialog)
    her2.wait_idle()
    assert her2.page.spec.name == "named set"
    assert her2.numbers.ranking.n_sets == 1
    assert her2.numbers.names(her2.numbers.best) == ("FLT3", "ROS1")
    assert her2.session.outcome("subset") is not None, "the search stays"
    her2.session.undo_stack.undo()
    assert her2.page.spec.name == "subset"


# Running and stopping


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Work goes on until some shuffles are done, and waits there."""
    subset_result("all")
    go_on, there = threading.Event(), threading.Event()
    progress = JobContext.progress

    def waiting(self: JobContext, fraction: float, words: str) -> None:
        progress(self, fraction, words)
        while "So far" in words and not go_on.is_set():
            there.set()
            go_on.wait(0.01)
            if self._stop.asked.is_set():
                raise Cancelled

    monkeypatch.setattr(JobContext, "progress", waiting)
    yield lambda: there.wait(30) and None
    go_on.set()


def running(qtbot: QtBot, held: Callable[[], None], study: Any, has_run: str = "") -> SubsetDesk:
    made = subset_desk(qtbot, study, has_run=has_run)
    made.page.show()
    if has_run:
        made.page.run()
    qtbot.waitUntil(lambda: made.page.watch.job is not None and "So far" in made.page.watch.job.words, timeout=30_000)
    held()
    qtbot.wait(250)
    return made


def test_that_a_running_search_says_what_is_known_so_far_and_can_be_kept(
        qtbot: QtBot, held: Callable[[], None]) -> None:
    made = running(qtbot, held, subset_study("all", permutations=1000))
    try:
        texts = [label.text() for label in made.page.running.findChildren(QLabel)]
        assert any(text.startswith("Shuffling outcomes, ") and text.endswith(" of 1,000") for text in texts)
        assert any("So far: corrected P " in text for text in texts)
        assert any("Each shuffle repeats the whole search of 120 sets" in text for text in texts)
        made.click(KEEP)
        made.wait_idle()
        done = made.numbers.permutations_done
        assert 0 < done < 1000
        assert made.page.notice.text() == f"Stopped after {done} of 1,000 shuffles. The P is given with its range."
        assert made.page.notice.remedies() == (("Go on", "run"),)
        assert made.page.rail_state() == "look"
        low, high = made.numbers.p_interval
        assert f"{p_words(low)} to {p_words(high)}" in made.page.strip.text()
        assert made.page.settings.panel.state_text().startswith(f"Stopped after {done} of 1,000")
        assert made.page.figures.stability.says.text() == "The run was stopped before this."
        assert not made.page.figures.stability.view.isVisible()
    finally:
        made.close()


def test_that_a_stopped_search_goes_on(qtbot: QtBot, held: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    made = running(qtbot, held, subset_study("all", permutations=600))
    try:
        made.click(KEEP)
        made.wait_idle()
        monkeypatch.undo()
        made.click("Go on")
        made.wait_idle()
        assert made.numbers.permutations_done == 600
        assert not made.numbers.stopped
        assert made.page.rail_state() == "done"
    finally:
        made.close()


def test_that_plain_cancel_keeps_nothing(qtbot: QtBot, held: Callable[[], None]) -> None:
    made = running(qtbot, held, subset_study("all", permutations=600))
    try:
        made.click("Cancel")
        made.wait_idle()
        assert made.page.outcome is None
        assert made.page.view == "empty"
        assert "Nothing of that run is kept" in made.page.empty.accessibleDescription()
    finally:
        made.close()


def test_that_a_search_running_anew_can_be_kept_from_above_the_figures(
        qtbot: QtBot, held: Callable[[], None]) -> None:
    made = running(qtbot, held, subset_study("all"), has_run="all")
    try:
        assert made.page.notice.text().startswith("Shuffling outcomes, ")
        assert [words for words, _ in made.page.notice.remedies()] == [KEEP, "Cancel"]
        made.click(KEEP, made.page.notice)
        made.wait_idle()
        assert made.numbers.stopped
    finally:
        made.close()


# Settings


def test_that_her2_is_kept_aside_with_one_click_and_can_be_undone(everybody: SubsetDesk) -> None:
    box = everybody.page.extras.her2_aside
    box.click()
    assert everybody.page.spec.parameters["must_not"] == ("ERBB2",)
    assert "must not hold none to ERBB2" in everybody.page.notice.text()
    assert everybody.page.rail_state() == "stale"
    box.click()
    assert everybody.page.spec.parameters.get("must_not", ()) == ()
    everybody.session.undo_stack.undo()
    assert box.isChecked()


def test_that_the_largest_set_says_how_many_sets_and_how_long(everybody: SubsetDesk) -> None:
    row = everybody.page.settings.form.row("max_size")
    assert row._help.text() == "120 sets of 1 to 2 of 15: under 10 s here. Size 3 adds 455 sets: under 10 s."
    everybody.page.settings.changed.emit("max_size", 4)
    assert row._help.text().startswith("1,940 sets of 1 to 4 of 15")


def test_that_a_search_of_hours_offers_what_would_be_shorter(everybody: SubsetDesk) -> None:
    everybody.page.settings.changed.emit("receptors", tuple(sorted(metabric()[1].expression[0].genes)[:60]))
    everybody.services.runs._computing = lambda: ("one core", None)
    everybody.page.settings.changed.emit("permutations", 200_000)
    everybody.page.settings.changed.emit("max_size", 5)
    assert everybody.page.notice.text().startswith("Size 5 with 60 RTKs would take about ")
    (words, _), (shorten, field) = everybody.page.notice.remedies()
    assert (words, shorten, field) == ("Use size 4", "Shorten the list of RTKs…", "field receptors")
    everybody.click(words, everybody.page.notice)
    assert everybody.page.spec.parameters["max_size"] == 4
    assert "would take" not in everybody.page.notice.text()


def test_that_costs_follow_sizes_cores_and_clusters() -> None:
    dataset = metabric()[1]
    cohort = evaluate_cohort(CohortRule("all", "metabric"), dataset, dataset.endpoints[0], "")
    one = search_cost(cohort, Parameters(permutations=20_000), "one core")
    four = search_cost(cohort, Parameters(permutations=20_000), "4 cores")
    assert one.sets == 1940
    assert one.larger[0] == 3003
    assert four.seconds == pytest.approx(one.seconds / 4)
    assert search_cost(cohort, Parameters(), "tcp://lab:8786").seconds is None
    assert "here" not in size_help(search_cost(cohort, Parameters(), "tcp://lab:8786"))
    assert search_cost(cohort, Parameters(must=("NOT_A_GENE",)), "automatic") is None
    long = search_cost(cohort, Parameters(permutations=1_000_000, max_size=1, cv_permutations=100_000,
                                          score="median split"), "one core")
    assert long.too_long
    assert long.smaller == 0
    title, _, actions = too_long_words(long)
    assert title.startswith("1,000,000 shuffles of the search would take about")
    assert actions[0] == ("Use 1,000 shuffles", "fewer shuffles", True)


@pytest.mark.parametrize(("seconds", "said"), [
    (2, "under 10 s"), (31, "about 30 s"), (52, "about 1 min"), (540, "about 9 min"), (3600 * 9.2, "about 9 hours"),
    (3500, "about 1 hour"), (3600 * 24 * 4, "about 4 days")])
def test_that_durations_are_no_more_exact_than_a_guess(seconds: float, said: str) -> None:
    assert duration_words(seconds) == said


def test_that_large_counts_are_read_easily() -> None:
    assert (large_count(456_837), large_count(4_582_116)) == ("456,837", "4.6 million")


# States without a result


def test_that_an_empty_page_leads_to_prognosis(qtbot: QtBot) -> None:
    made = subset_desk(qtbot, None)
    try:
        assert made.page.empty.accessibleName() == "The search needs a cohort with an outcome"
        assert made.page.empty.accessibleDescription().startswith(
            "Prognosis shows whether it has enough relapses.")
        made.click("Go to Prognosis")
        assert made.asked.of("go_to") == [("prognosis",)]
    finally:
        made.close()


def test_that_uncorrected_p_stands_in_tables_only_where_it_was_asked_for(everybody: SubsetDesk) -> None:
    def columns() -> list[str]:
        return list(next(table for table in everybody.page.tables._tables if table.name == "subsets").columns)

    assert "p_raw" not in columns()
    assert columns()[-1] == "p_search"
    everybody.page.extras.uncorrected.click()
    assert "p_raw" in columns()


def test_that_an_error_names_its_setting(everybody: SubsetDesk) -> None:
    everybody.page.settings.changed.emit("must", ("KIT", "FLT3", "MET"))
    everybody.page.run()
    everybody.wait_idle()
    assert "3 receptors must be in every set, and the largest set has 2" in everybody.page.notice.text()
    assert "largest set has 2" in everybody.page.settings.form.errors()["max_size"]
    assert button(everybody.page.notice, "Put the settings back") is not None
