"""What the first window costs: nothing heavy is imported for it, nothing of it stays when it closes.

Not for: seconds, which depend on the machine (benchmarks/first_window.py and benchmarks/gui_thread.py print them).
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication

from core.project.project import renamed, with_parameters
from gui.application_events import ApplicationEvents
from tests.window_hands import Hands, window_open

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("pandas", "scipy", "lifelines", "matplotlib", "pyqtgraph", "openpyxl", "xlsxwriter", "python_calamine", "PIL")
PROGRAM = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gui.app import make_application, open_window
app = make_application(["RTKscope"])
window = open_window(app, Path(sys.argv[1]))
def shown():
    print(window.isVisible(), sorted({name.partition(".")[0] for name in sys.modules}), flush=True)
    os._exit(0)
QTimer.singleShot(0, shown)
app.exec()
"""


def test_that_nothing_heavy_is_imported_when_the_first_window_shows(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=ROOT, env=environment, timeout=120,
                           capture_output=True, encoding="utf-8", check=True)
    assert ended.stdout.startswith("True ['")
    assert [name for name in HEAVY if f"'{name}'" in ended.stdout] == []


def test_that_a_closed_window_leaves_nothing_behind(qapp: QApplication, tmp_path: Path) -> None:
    left: list[weakref.ref[QObject]] = []
    for number in range(4):
        with window_open(tmp_path / str(number)) as hands:
            if number:  # what the first one made lives as long as the process: fonts, icons, libraries
                left += [weakref.ref(hands.window), weakref.ref(hands.session), weakref.ref(hands.window.page)]
        del hands
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert [each() for each in left if each() is not None] == []


class Counted(ApplicationEvents):
    """Counts what passes through it."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        self.count += 1
        return super().eventFilter(watched, event)


def test_that_a_flood_of_events_passes_by_while_paused_and_later_ones_are_seen_again(qapp: QApplication) -> None:
    events, anyone = Counted(), QObject()

    def sent() -> int:
        before = events.count
        QCoreApplication.sendEvent(anyone, QEvent(QEvent.Type.User))
        return events.count - before

    with events.paused():
        assert sent() == 0, "it has not begun"
    assert sent() == 0
    events.begin()
    assert sent() == 1
    with events.paused():
        assert sent() == 0
    assert sent() == 1
    qapp.removeEventFilter(events)


def test_that_a_page_behind_learns_all_that_changed_since_it_was_in_front(qapp: QApplication, tmp_path: Path) -> None:
    with window_open(tmp_path) as hands:
        hands.window.files.open_example()
        hands.idle()
        seen = refreshes_of(hands, "cohort")
        first = hands.session.project
        hands.session.edit(renamed(first, "another name"), "rename the study")
        hands.session.edit(with_parameters(hands.session.project, "prognosis_all", {"seed": 3}), "change the seed")
        assert seen == []
        hands.window.go_to("cohort")
        assert seen == [(first, hands.session.project)]
        hands.window.go_to("start")
        hands.window.go_to("cohort")
        assert len(seen) == 1


def refreshes_of(hands: Hands, key: str) -> list[tuple[object, object]]:
    """Every (old, new) that a page which is not in front will be told."""
    page, seen = hands.window.page_of(key), []

    def refresh(old: object, new: object) -> None:
        seen.append((old, new))

    page.refresh = refresh  # type: ignore[method-assign, assignment]
    return seen
