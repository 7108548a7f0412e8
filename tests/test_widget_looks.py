"""Both themes: contrast of every pair that the design names, a style sheet without complaint, icons for every widget.

Not for: where things stand; each widget has a test of its own.
"""

import json
import re

import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.resources import resource_path
from gui import theme
from gui.widgets import command_palette, inspector, problems_panel, rail, state_views
from gui.widgets.answer_strip import AnswerStrip
from gui.widgets.frame_table import FilteredTable
from gui.widgets.inspector import Inspector
from gui.widgets.labels import CHIP_KINDS, chip
from gui.widgets.panel import Panel, Segments
from gui.widgets.problems_panel import ProblemsPanel
from gui.widgets.rail import Rail, RailPage
from gui.widgets.state_views import Banner, EmptyState, RunningState
from gui.widgets.status_line import StatusLine
from tests.accessible_names import nameless

TOKENS = json.loads(resource_path("tokens.json").read_text(encoding="utf-8"))
TEXT_ON = {
    "text": "surface window hover warntint errtint oktint tint sunken", "text2": "surface window sunken tint hover",
    "text3": "surface window sunken tint", "accent": "surface window tint", "onaccent": "accent accenthover",
    "ok": "surface oktint window", "warn": "surface warntint window", "err": "surface errtint", "hightext": "surface",
    "lowtext": "surface", "her2": "surface her2tint", "green": "surface", "purple": "surface", "dtext": "d1 d2 d3 d4 d5",
    "onsel": "sel"}
MARKS_ON = {
    "control": "surface window", "ns": "surface", "high": "surface hightint", "low": "surface lowtint", "sky": "surface",
    "yellow": "surface", "axis": "surface", "sel": "surface", "cover": "surface", "warnline": "surface", "errline": "surface",
    "accent": "hover surface window"}
PAIRS = [(theme_name, fore, ground, least) for theme_name in theme.NAMES for pairs, least in ((TEXT_ON, 4.5), (MARKS_ON, 3.0))
         for fore, grounds in pairs.items() for ground in grounds.split()]


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, WCAG 2.2."""
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_that_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("theme_name", "fore", "ground", "least"), PAIRS)
def test_that_every_pair_of_the_design_can_be_read(theme_name: str, fore: str, ground: str, least: float) -> None:
    assert contrast(TOKENS[theme_name][fore], TOKENS[theme_name][ground]) >= least


def every_widget() -> QWidget:
    """One of each, filled."""
    box = QWidget()
    box.setObjectName("page")
    column = QVBoxLayout(box)
    answer = AnswerStrip()
    answer.set_answer("AXL goes with relapse.", "1 of 58 holds.", (("Relapses", "91", "of 214"),))
    answer.set_chips([(kind, f"chip {kind}") for kind in CHIP_KINDS])
    running = RunningState("Running", "Text")
    running.set_progress(0.4, "Shuffling outcomes, 400 of 1,000", 12)
    panel = Panel("Title", "remark")
    panel.set_right(Segments([("a", "A"), ("b", "B")], "View", small=True))
    pages = Rail()
    pages.set_pages([RailPage("study", 1, "Study", "What?", "Data", state) for state in rail.STATES])
    status = StatusLine()
    status.set_problems(1, 2)
    parts = (answer, EmptyState("table", "Title", "Text", [("Do", "do", True)]), running, Banner("warn", "Text", "Act", "act"),
             panel, pages, status, Inspector(), FilteredTable(), ProblemsPanel(), chip("raw", "p 0.1 uncorrected"))
    for part in parts:
        column.addWidget(part)
    return box


@pytest.mark.parametrize("percent", [80, 100, 200])
@pytest.mark.parametrize("name", theme.NAMES)
def test_that_the_style_sheet_and_all_widgets_are_drawn_without_a_complaint_of_qt(
        qtbot: QtBot, qapp: QApplication, name: str, percent: int) -> None:
    said: list[str] = []

    def hear(kind: QtMsgType, context: object, text: str) -> None:
        if "propagateSizeHints" not in text and "does not support" not in text:
            said.append(text)

    before = qInstallMessageHandler(hear)
    try:
        theme.apply(qapp, name, percent)
        box = every_widget()
        qtbot.addWidget(box)
        box.show()
        qtbot.waitExposed(box)
        box.grab()
        unnamed = nameless(box)
    finally:
        qInstallMessageHandler(before)
    assert said == []
    assert unnamed == []


def test_that_widgets_follow_a_change_of_theme_and_size_while_they_are_shown(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)
    box = every_widget()
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    theme.apply(qapp, "dark", 150)
    qtbot.waitUntil(lambda: box.findChild(Inspector).width() == theme.px(276))
    picture = box.findChild(Panel).grab().toImage()
    ratio = picture.devicePixelRatio()
    inside = picture.pixelColor(round(8 * ratio), round((picture.height() / ratio - 6) * ratio))
    assert inside.name().upper() == TOKENS["dark"]["surface"]


def test_that_every_colour_name_and_icon_exists() -> None:
    named = set(re.findall(r"@([a-z0-9]+)", re.sub(r"/\*.*?\*/", "", resource_path("app.qss").read_text(encoding="utf-8"),
                                                   flags=re.DOTALL)))
    assert named <= set(TOKENS["light"])
    assert set(TOKENS["light"]) == set(TOKENS["dark"])
    icons = {*command_palette.ICONS.values(), *(look[0] for look in rail.STATES.values()),
             *(look[0] for look in state_views.BANNERS.values()), *(look[0] for look in inspector.STATES.values()),
             *(look[0] for look in problems_panel.LOOKS.values()), "copy", "x", "play", "search", "lock", "user", "chev", "chevr"}
    missing = [icon for icon in icons for name in theme.NAMES if not resource_path("icons", name, f"{icon}.svg").exists()]
    assert missing == []
