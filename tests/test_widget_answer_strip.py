"""The answer strip: what it says, what it copies, that it never cuts a sentence. Not for: what an answer should be."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.answer_strip import AnswerStrip
from tests.accessible_names import nameless, too_small

NUMBERS = (("Hold corrected", "5", "of 58"), ("Relapses", "91", "of 214"), ("Detectable HR", "1.55", "per SD"))


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


def shown(qtbot: QtBot, strip: AnswerStrip, width: int) -> AnswerStrip:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(strip)
    column.addStretch(1)
    qtbot.addWidget(box)
    strip.box = box  # qtbot itself keeps only a weak reference
    box.resize(width, 400)
    box.show()
    qtbot.waitExposed(box)
    return strip


def labels_cut(widget: QWidget) -> list[str]:
    """Visible labels with less height or width than their words need."""
    return [label.text() for label in widget.findChildren(QLabel)
            if label.isVisible() and label.text()
            and (label.height() < (label.heightForWidth(label.width()) if label.wordWrap()
                                   else label.sizeHint().height())
                 or (not label.wordWrap() and label.width() < label.sizeHint().width()))]


def test_that_a_short_answer_takes_78_pixels(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    strip.set_answer("High IGF1R goes with earlier relapse.", "5 of 58 hold after correction. 18 are shown to matter little.", NUMBERS)
    assert shown(qtbot, strip, 880).height() == 78


@pytest.mark.parametrize("percent", [80, 100, 150, 200])
@pytest.mark.parametrize("width", [420, 880])
def test_that_no_sentence_and_no_number_is_ever_cut(qtbot: QtBot, qapp: QApplication, percent: int, width: int) -> None:
    theme.apply(qapp, "light", percent)
    strip = AnswerStrip()
    strip.set_answer("High IGF1R, EPHA2, AXL and FGFR1 go with earlier relapse and a long clause follows here.",
                     "5 of 58 hold after correction for all 58 (NTRK3 the other way). 18 are shown to matter little "
                     "(HR within 0.75 to 1.33). 35 cannot be settled with 91 relapses.", NUMBERS)
    strip.set_chips([("corrected", "corrected p 0.006"), ("raw", "p 0.0004 uncorrected")])
    shown(qtbot, strip, width * percent // 100)
    qtbot.waitUntil(lambda: labels_cut(strip) == [], timeout=2000)


def test_that_copying_gives_the_sentence_and_the_numbers(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    strip.set_answer("AXL goes with relapse.", "1 of 58 holds.", NUMBERS[:2])
    strip.set_chips([("corrected", "corrected p 0.006")])
    shown(qtbot, strip, 700)
    strip.setFocus()
    with qtbot.waitSignal(strip.copied):
        qtbot.keyClick(strip, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == (
        "AXL goes with relapse.\n1 of 58 holds.\ncorrected p 0.006\nHold corrected: 5 of 58\nRelapses: 91 of 214")


def test_that_text_from_data_is_not_read_as_markup(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    strip.set_answer("dose <5 mg <img src=file:x>", "<b>p<0.05</b>", (("<i>n</i>", "1", ""),))
    shown(qtbot, strip, 700)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in strip.findChildren(QLabel) if label.text())


def test_that_an_unsure_answer_looks_different_and_a_wrong_state_is_refused(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    qtbot.addWidget(strip)
    strip.set_answer("18 relapses cannot answer this.", state="unsure")
    assert strip.property("state") == strip.state == "unsure"
    with pytest.raises(ValueError, match="maybe"):
        strip.state = "maybe"


def test_that_a_new_answer_leaves_nothing_of_the_old_one(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    strip.set_answer("One.", "Because.", NUMBERS)
    strip.set_answer("Two.", "", NUMBERS[:1])
    shown(qtbot, strip, 700)
    assert strip.text() == "Two.\nHold corrected: 5 of 58"
    visible = [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]
    assert "Relapses" not in visible
    assert "Because." not in visible


def test_that_everything_in_it_has_a_name_and_a_size(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    strip.set_answer("AXL goes with relapse.", "1 of 58 holds.", NUMBERS)
    shown(qtbot, strip, 700)
    assert nameless(strip.window()) == []
    assert too_small(strip) == []
    assert strip.accessibleName() == "Answer: AXL goes with relapse."


def test_that_a_strip_without_a_place_asks_for_no_height_of_its_own(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    qtbot.addWidget(strip)
    strip.set_answer("A clause that would need many lines in a narrow place. " * 6, "An explanation. " * 20, NUMBERS)
    assert strip.minimumHeight() == 0
    shown(qtbot, strip, 880)
    assert 78 <= strip.minimumHeight() == strip.height() < 250


def test_that_links_stand_under_the_explanation_and_say_what_was_pressed(qtbot: QtBot) -> None:
    strip = AnswerStrip()
    qtbot.addWidget(strip)
    strip.set_answer("18 relapses cannot answer this.", "Only a large effect would show.", (), state="unsure")
    strip.set_actions((("Show estimates", "estimates"), ("Why?", "why")))
    strip.resize(800, 90)
    strip.show()
    buttons = [each for each in strip.findChildren(QPushButton) if each.text()]
    assert [each.text() for each in buttons] == ["Show estimates", "Why?"]
    with qtbot.waitSignal(strip.acted) as heard:
        qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert heard.args == ["why"]
    strip.set_actions(())
    assert not any(each.isVisible() for each in strip.findChildren(QPushButton) if each.text())
