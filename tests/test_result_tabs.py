"""The tabs of a result: how findings stand in them.

Not for: the page around them (test_prognosis_page.py).
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.problems import Location, warning
from gui.pages.result_tabs import WarningRow


def test_that_the_name_of_a_file_stands_letter_by_letter_in_a_warning(qtbot: QtBot) -> None:
    place = Location(file="metabric.csv.gz", cell="column N")
    row = WarningRow(warning("constant_covariate", "it has one value only", place, remedy="take it out"), None)
    qtbot.addWidget(row)
    texts = [label.text() for label in row.findChildren(QLabel)]
    assert place.words() in texts
    assert "It has one value only." in texts
    assert "Take it out" in texts
