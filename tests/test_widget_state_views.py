"""Empty, running and banner states: actions, progress, words. Not for: when a page shows which of them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.state_views import BANNERS, Banner, EmptyState, ProgressBar, RunningState, time_left
from tests.accessible_names import nameless, too_small


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


def test_that_an_empty_state_speaks_the_key_of_the_action(qtbot: QtBot) -> None:
    view = EmptyState("table", "This page needs follow-up", "Follow-up is missing.",
                      [("Import follow-up…", "import", True), ("Show an example", "example", False)])
    qtbot.addWidget(view)
    view.show()
    with qtbot.waitSignal(view.acted) as spoken:
        qtbot.mouseClick(view.buttons()[1], Qt.MouseButton.LeftButton)
    assert spoken.args == ["example"]
    assert [button.property("role") for button in view.buttons()] == ["primary", None]


def test_that_a_new_state_replaces_the_actions(qtbot: QtBot) -> None:
    view = EmptyState("table", "One", "", [("A", "a", True), ("B", "b", False)])
    qtbot.addWidget(view)
    view.show()
    view.set_state("help", "18 relapses cannot answer this", "Only an HR above 1.93 is likely to show.",
                   [("Show estimates", "show", True)], token="text2")
    qtbot.waitUntil(lambda: [button.text() for button in view.buttons()] == ["Show estimates"])
    assert view.accessibleName() == "18 relapses cannot answer this"


@pytest.mark.parametrize("percent", [100, 200])
def test_that_a_low_window_scrolls_the_state_and_cuts_nothing(qtbot: QtBot, qapp: QApplication, percent: int) -> None:
    theme.apply(qapp, "dark", percent)
    view = EmptyState("table", "This page needs expression and follow-up", "A sentence that is long enough to wrap. " * 6,
                      [("Import follow-up…", "import", True), ("Show an example", "example", False)])
    qtbot.addWidget(view)
    view.resize(420, 180)
    view.show()
    qtbot.waitExposed(view)
    for label in view.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())
    assert view.verticalScrollBar().maximum() > 0


def test_that_progress_is_announced_at_the_quarters_only(qtbot: QtBot) -> None:
    bar = ProgressBar()
    qtbot.addWidget(bar)
    heard: list[int] = []
    bar.announced.connect(heard.append)
    for done in range(101):
        bar.show_fraction(done / 100, f"Shuffling outcomes, {done} of 100")
    assert heard == [25, 50, 75, 100]
    assert bar.accessibleDescription() == "Shuffling outcomes, 100 of 100: 100 %"
    bar.show_fraction(0.0)
    bar.show_fraction(0.3)
    assert heard[4:] == [25]


def test_that_running_says_how_much_is_done_and_how_long_it_takes(qtbot: QtBot) -> None:
    view = RunningState("Shuffling outcomes", "Each shuffle repeats the whole search.")
    qtbot.addWidget(view)
    view.show()
    view.set_progress(0.612, "Shuffling outcomes, 612 of 1,000", 100, "So far: corrected p between 0.003 and 0.011")
    texts = [label.text() for label in view.findChildren(QLabel)]
    assert "Shuffling outcomes, 612 of 1,000" in texts
    assert "1 min 40 s left. So far: corrected p between 0.003 and 0.011" in texts
    cancel, elsewhere = (button for button in view.findChildren(QPushButton) if button.isVisible())
    view.set_keep("Cancel, keep what is done")
    keep, *_ = (button for button in view.findChildren(QPushButton) if button.isVisible())
    assert keep.text() == "Cancel, keep what is done"
    with qtbot.waitSignal(view.keep_requested):
        keep.click()
    view.set_keep("")
    assert not keep.isVisible()
    with qtbot.waitSignal(view.cancel_requested):
        cancel.click()
    with qtbot.waitSignal(view.elsewhere_requested):
        elsewhere.click()


@pytest.mark.parametrize(("seconds", "said"), [
    (None, ""), (0.2, "under 1 s left"), (59.4, "59 s left"), (60, "1 min left"), (100, "1 min 40 s left"),
    (331, "6 min left"), (7300, "2 h 1 min left"), (-1, "")])
def test_that_time_left_reads_as_words(seconds: float | None, said: str) -> None:
    assert time_left(seconds) == said


@pytest.mark.parametrize("kind", BANNERS)
def test_that_a_banner_has_one_remedy_and_never_cuts_its_sentence(qtbot: QtBot, kind: str) -> None:
    banner = Banner(kind, "Settings changed: share hit 60 % to 80 %. The figure shows the run of <b>14:01</b>. " * 3,
                    "Run again", "run")
    qtbot.addWidget(banner)
    banner.resize(320, 20)
    banner.show()
    qtbot.waitExposed(banner)
    sentence = next(label for label in banner.findChildren(QLabel) if label.objectName() == "bannertext")
    qtbot.waitUntil(lambda: sentence.height() >= sentence.heightForWidth(sentence.width()))
    with qtbot.waitSignal(banner.acted) as spoken:
        banner.findChild(QPushButton).click()
    assert spoken.args == ["run"]
    assert sentence.textFormat() == Qt.TextFormat.PlainText


def test_that_states_have_names_and_sizes(qtbot: QtBot) -> None:
    for view in (EmptyState("table", "Title", "Text", [("Do", "do", True)]), RunningState("Running", "Text"),
                 Banner("warn", "Text", "Act", "act")):
        qtbot.addWidget(view)
        view.resize(400, 300)
        view.show()
        assert nameless(view) == []
        assert too_small(view) == []
