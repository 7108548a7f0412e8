"""Tab goes through the pages as they are read, in the real window, by real keys.

Not for: what the keys do once a control has the focus.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from gui.widgets.question_list import QuestionRow
from tests.window_hands import Hands, window_open


def round_by_tab(hands: Hands) -> list[QWidget]:
    """Every stop from the rail back to the rail."""
    hands.window.rail.setFocus()
    stops: list[QWidget] = []
    for _ in range(200):
        hands.key(Qt.Key.Key_Tab)
        stop = QApplication.focusWidget()
        assert stop is not None
        if stop is hands.window.rail:
            return stops
        assert stop not in stops, f"{stop.accessibleName()} is reached a second time before the round is over"
        stops.append(stop)
    raise AssertionError("Tab never comes back to the rail")


def before(stops: list[QWidget], first: QWidget, second: QWidget) -> bool:
    return stops.index(first) < stops.index(second)


def test_that_tab_goes_to_the_questions_before_the_files_also_when_they_were_made_anew(
        qapp: QApplication, home: Path) -> None:
    with window_open(home) as hands:
        page = hands.window.page
        for _ in range(2):
            stops = round_by_tab(hands)
            rows = page.questions.rows  # type: ignore[attr-defined]
            assert [stop for stop in stops if isinstance(stop, QuestionRow)] == rows
            assert before(stops, rows[-1], page.drop_zone.choose)  # type: ignore[attr-defined]
            assert before(stops, page.drop_zone.paste, page.open_link)  # type: ignore[attr-defined]
            assert before(stops, page.new_link, page.example)  # type: ignore[attr-defined]
            hands.session.data_changed.emit()
            assert page.questions.rows != rows, "made anew"  # type: ignore[attr-defined]


def test_that_tab_reaches_a_page_before_its_settings(qapp: QApplication, home: Path) -> None:
    with window_open(home) as hands:
        hands.window.go_to("cohort")
        page = hands.window.page
        stops = round_by_tab(hands)
        inside = [page.isAncestorOf(stop) for stop in stops]
        settings = [hands.window.inspectors.isAncestorOf(stop) for stop in stops]
        assert any(inside)
        assert any(settings)
        assert max(at for at, there in enumerate(inside) if there) < settings.index(True)
