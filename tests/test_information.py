"""Short lists in dialogs, and what the line at the bottom says was written. Not for: what they are about."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.information import show_text, tried_rows
from gui.tried import Trial, Tried
from gui.window_commands import written_words


def test_that_the_time_of_a_trial_is_shown_whole_also_where_the_focus_is(qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light", 100)
    parent = QWidget()
    qtbot.addWidget(parent)
    words = "Prognosis: cohort “all”, overall survival, 1,103 events in 1,904 patients"
    dialog = show_text(parent, "What was tried", tried_rows(Tried((Trial("k", words, 15, 0, "2026-11-23 19:28"),))))
    qtbot.waitExposed(dialog)
    table = dialog.findChild(QTableWidget)
    assert table is not None
    needed = table.fontMetrics().horizontalAdvance("2026-11-23 19:28")
    assert table.columnWidth(0) >= needed + theme.px(32)  # the padding and the edge of the cell with the focus
    dialog.close()


def test_that_what_was_written_is_said_shortly_with_its_folder() -> None:
    folder = Path("somewhere") / "Größe 1"
    four = [folder / f"kaplan_meier_ERBB2.{ending}" for ending in ("pdf", "svg", "png", "xlsx")]
    assert written_words(four) == "Wrote kaplan_meier_ERBB2 (pdf, svg, png, xlsx) to Größe 1"
    assert written_words([folder / "results.xlsx"]) == "Wrote results.xlsx to Größe 1"
