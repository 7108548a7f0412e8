"""Panels and segments: title row, right side, keys. Not for: what stands in a panel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.panel import Panel, Segments
from tests.accessible_names import nameless, too_small


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


def test_that_a_panel_has_one_thing_at_the_right(qtbot: QtBot) -> None:
    panel = Panel("IGF1R, split at the median", "107 v 107 patients")
    panel.set_content(QWidget())
    qtbot.addWidget(panel)
    panel.resize(500, 200)
    panel.show()
    link = panel.set_link("Edit axes")
    with qtbot.waitSignal(panel.acted):
        link.click()
    panel.set_chip("corrected", "corrected p 0.006")
    qtbot.waitUntil(lambda: [label.text() for label in panel.findChildren(QLabel) if label.isVisible()] == [
        "IGF1R, split at the median", "107 v 107 patients", "corrected p 0.006"])
    assert panel.findChildren(QPushButton) == []
    assert panel.accessibleName() == "IGF1R, split at the median, 107 v 107 patients"


def test_that_a_long_remark_wraps_instead_of_being_cut(qtbot: QtBot) -> None:
    panel = Panel("Cut-off", "move the line: the p becomes the corrected one and every move is counted in this study")
    qtbot.addWidget(panel)
    panel.resize(300, 200)
    panel.show()
    qtbot.waitExposed(panel)
    remark = panel.findChildren(QLabel)[1]
    qtbot.waitUntil(lambda: remark.height() >= remark.heightForWidth(remark.width()))


def test_that_segments_hold_one_choice_and_speak_only_when_pressed(qtbot: QtBot) -> None:
    segments = Segments([("curve", "Curve"), ("cut", "Cut-off"), ("both", "Both")], "View")
    qtbot.addWidget(segments)
    segments.show()
    heard: list[str] = []
    segments.chosen.connect(heard.append)
    segments.set_key("both")
    assert (segments.key, heard) == ("both", [])
    qtbot.mouseClick(segments.buttons()[1], Qt.MouseButton.LeftButton)
    assert (segments.key, heard) == ("cut", ["cut"])
    with pytest.raises(ValueError):
        segments.set_key("nowhere")
    assert nameless(segments) == []
    assert too_small(segments) == []
    assert segments.buttons()[0].accessibleName() == "View: Curve"
