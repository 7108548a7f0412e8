"""The command palette: what is found, in which order, by which keys. Not for: what a command does."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets.command_palette import CommandPalette
from gui.widgets.palette_search import PaletteEntry, PaletteIndex
from tests.accessible_names import nameless

P017 = PaletteEntry("patient", "P017", "cohort A: relapse at 38 months, IGF1R high", "Select", "P017")
P170 = PaletteEntry("patient", "P170", "cohort A: no relapse", "Select", "P170")
ERBB2 = PaletteEntry("rtk", "ERBB2", "RTK", "Open dossier", "ERBB2", ("HER2", "NEU"))
IGF1R = PaletteEntry("rtk", "IGF1R", "RTK: HR 1.72", "Open dossier", "IGF1R", ("CD221",))
CURVE = PaletteEntry("figure", "Figure 2, IGF1R survival curve", "report", "Show", "f2")
EXPORT = PaletteEntry("command", "Export figure…", "", "Ctrl E", "export")
COHORT = PaletteEntry("page", "Cohort", "Who is in, who is out, and why?", "Ctrl 3", "cohort")
HELP = PaletteEntry("help", "What does “corrected p” mean?", "two-minute read", "F1", "corrected")
ALL = (HELP, EXPORT, COHORT, P170, P017, ERBB2, IGF1R, CURVE)


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "dark", 100)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.button = QPushButton("Work", made)
    made.resize(1000, 640)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


@pytest.fixture
def palette(window: QWidget) -> CommandPalette:
    made = CommandPalette(window, lambda: ALL)
    window.button.setFocus()
    made.open_palette()
    return made


@pytest.mark.parametrize(("typed", "found"), [
    ("her2", [ERBB2]), ("HER2", [ERBB2]), ("igf1r", [IGF1R, CURVE, P017]), ("igf1r p01", [P017, IGF1R, CURVE]),
    ("P017", [P017]), ("surv cur", [CURVE]), ("expfig", [EXPORT]), ("> exp", [EXPORT]), ("#", [P170, P017]), ("#17", [P170, P017]),
    ("@", [ERBB2, IGF1R]), ("?", [HELP]), ("38 months", [P017]), ("who is out", [COHORT]), ("zzz", []), ("# cohort", [P170, P017])])
def test_that_the_search_finds(typed: str, found: list[PaletteEntry]) -> None:
    assert PaletteIndex(ALL).search(typed) == found


def test_that_groups_stand_in_their_order_with_headings(palette: CommandPalette) -> None:
    headings = [row for row in palette.rows.rows if isinstance(row, str)]
    assert headings == ["In this study", "Commands", "Help"]
    assert set(palette.entries()) == set(ALL)


def test_that_arrows_move_over_headings_and_enter_chooses(qtbot: QtBot, palette: CommandPalette) -> None:
    entries = palette.entries()
    assert palette.current_entry() == entries[0]
    for expected in (*entries[1:], entries[0]):
        qtbot.keyClick(palette.field, Qt.Key.Key_Down)
        assert palette.current_entry() == expected
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.current_entry() == entries[-1]
    with qtbot.waitSignal(palette.chosen) as chosen:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert chosen.args == [entries[-1], False]
    assert palette.isHidden()


def test_that_ctrl_enter_asks_for_the_own_page(qtbot: QtBot, palette: CommandPalette) -> None:
    qtbot.keyClicks(palette.field, "her2")
    with qtbot.waitSignal(palette.chosen) as chosen:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert chosen.args == [ERBB2, True]


def test_that_esc_closes_and_gives_the_focus_back(qtbot: QtBot, window: QWidget, palette: CommandPalette) -> None:
    with qtbot.waitSignal(palette.closed), qtbot.assertNotEmitted(palette.chosen):
        qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert window.focusWidget() is window.button


def test_that_a_click_chooses(qtbot: QtBot, palette: CommandPalette) -> None:
    place = palette.list.visualRect(palette.rows.index(2)).center()
    with qtbot.waitSignal(palette.chosen) as chosen:
        qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [palette.rows.rows[2], False]


def test_that_nothing_found_says_so_and_enter_does_nothing(qtbot: QtBot, palette: CommandPalette) -> None:
    qtbot.keyClicks(palette.field, "zzz")
    with qtbot.assertNotEmitted(palette.chosen):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.list.isVisible()
    assert palette.isVisible()


def test_that_new_entries_are_asked_for_at_each_opening(window: QWidget) -> None:
    entries = [P017]
    palette = CommandPalette(window, lambda: entries)
    palette.open_palette()
    entries.append(P170)
    palette.open_palette("#")
    assert set(palette.entries()) == {P017, P170}


def test_that_it_stays_inside_a_small_window_at_large_text(qtbot: QtBot, qapp: QApplication, window: QWidget) -> None:
    theme.apply(qapp, "light", 200)
    palette = CommandPalette(window, lambda: ALL)
    palette.open_palette()
    assert window.rect().contains(palette.geometry())
    assert nameless(window) == []


def test_that_20000_patients_are_searched_fast() -> None:
    index = PaletteIndex([PaletteEntry("patient", f"P{number:05}", f"cohort A: relapse at {number % 90} months", "Select", str(number))
                          for number in range(20_000)] + list(ALL))
    seconds = {}
    for typed in ("p", "p01", "p01234", "igf1r p01", "her2", "#p1", "zzzz", "months 38"):
        started = time.perf_counter()
        index.search(typed)
        seconds[typed] = time.perf_counter() - started
    assert {typed: spent for typed, spent in seconds.items() if spent > 0.12} == {}  # 0.02 on a quiet computer
