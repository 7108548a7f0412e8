"""Preferences › Compute: the words of each choice, an address tried and refused, what the window does with it.

Not for: executors (test_compute.py, test_dask_cluster.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from core.compute import Automatic
from core.compute.dask_cluster import ClusterFacts, DaskCluster
from core.problems import UserError
from gui import theme
from gui.analysis_runs import compute_named
from gui.job_runner import JobRunner
from gui.preferences import Preferences, load_preferences
from gui.widgets.compute_dialog import ComputeDialog
from gui.widgets.status_line import OFFLINE
from tests.window_hands import window_open


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    made.close()


def dialog_of(qtbot: QtBot, jobs: JobRunner, place: str = "automatic", cores: int = 8) -> ComputeDialog:
    dialog = ComputeDialog(place, cores, submit=jobs.submit)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


@pytest.mark.parametrize("place", ["automatic", "one core", "4 cores", "tcp://host:8786"])
def test_that_each_choice_is_shown_and_given_in_the_words_of_the_preference(
        qtbot: QtBot, jobs: JobRunner, place: str) -> None:
    dialog = dialog_of(qtbot, jobs, place)
    given: list[str] = []
    dialog.chosen.connect(given.append)
    dialog.box.button(QDialogButtonBox.StandardButton.Ok).click()
    assert given == [place]
    assert not dialog.isVisible()


def test_that_the_choice_is_made_with_the_keyboard_alone(qtbot: QtBot, jobs: JobRunner) -> None:
    dialog = dialog_of(qtbot, jobs)
    given: list[str] = []
    dialog.chosen.connect(given.append)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.buttons["automatic"])
    for _ in range(3):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
    assert dialog.choice() == "cluster"
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.address
    QTest.keyClicks(dialog.address, "tcp://host:8786")
    QTest.keyClick(dialog.address, Qt.Key.Key_Return)
    assert given == ["tcp://host:8786"]
    assert all(part.accessibleName() for part in (dialog.cores, dialog.address, dialog.attempt))


def test_that_where_data_go_is_said_before_a_cluster_is_chosen(qtbot: QtBot, jobs: JobRunner) -> None:
    dialog = dialog_of(qtbot, jobs)
    assert dialog.leaves.isHidden()
    dialog.buttons["cluster"].click()
    assert "are sent to that computer" in dialog.leaves.text()
    assert not dialog.leaves.isHidden()
    assert dialog.attempt.isEnabled()
    assert not dialog.cores.isEnabled()


def test_that_an_address_that_is_none_is_refused_in_a_sentence_and_the_dialog_stays(
        qtbot: QtBot, jobs: JobRunner) -> None:
    dialog = dialog_of(qtbot, jobs)
    dialog.buttons["cluster"].click()
    for address in ("", "a computer"):
        dialog.address.setText(address)
        dialog.box.button(QDialogButtonBox.StandardButton.Ok).click()
        assert dialog.isVisible()
        assert dialog.said.text().startswith(f"“{address}” is not a place to compute. Use automatic")
    QTest.keyClick(dialog.address, Qt.Key.Key_A)
    assert dialog.said.text() == ""


def test_that_an_address_is_tried_off_the_gui_thread_and_its_answer_is_said(
        qtbot: QtBot, jobs: JobRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = dialog_of(qtbot, jobs, "tcp://127.0.0.1:1")
    monkeypatch.setattr("core.compute.dask_cluster.CONNECT_SECONDS", 1)
    dialog.attempt.click()
    assert dialog.said.text() == "Calling tcp://127.0.0.1:1 …"
    assert not dialog.attempt.isEnabled()
    qtbot.waitUntil(lambda: "No dask scheduler was reached" in dialog.said.text(), timeout=20_000)
    assert dialog.said.property("role") == "error"
    assert dialog.attempt.isEnabled()
    monkeypatch.setattr(DaskCluster, "check", lambda self: ClusterFacts(2, 64))
    dialog.attempt.click()
    qtbot.waitUntil(lambda: "It answers: 2 workers with 64 cores in all" in dialog.said.text(), timeout=5000)
    assert dialog.said.property("role") == "help"


def test_that_a_computer_of_one_core_offers_no_number_of_cores(qtbot: QtBot, jobs: JobRunner) -> None:
    dialog = dialog_of(qtbot, jobs, "4 cores", cores=1)
    assert dialog.choice() == "one"
    assert not dialog.buttons["cores"].isEnabled()


def test_that_the_window_remembers_the_place_and_says_where_data_go(qapp: QApplication, home: Path) -> None:
    with window_open(home) as hands:
        window = hands.window
        assert window.status._offline_box.toolTip() == OFFLINE
        window.actions_by_key["compute"].trigger()
        (dialog,) = window.findChildren(ComputeDialog)
        dialog.buttons["cluster"].click()
        dialog.address.setText("tcp://host:8786")
        dialog.box.button(QDialogButtonBox.StandardButton.Ok).click()
        assert window.status._offline_box.toolTip() == "Analyses are sent to tcp://host:8786"
        assert window.runs._computing() == ("tcp://host:8786", home)
        assert load_preferences(home).compute == "tcp://host:8786"
    with window_open(home) as hands:
        assert hands.window.status._offline_box.toolTip() == "Analyses are sent to tcp://host:8786"


def test_that_remembered_words_become_an_executor_with_its_store(home: Path) -> None:
    compute: Any = compute_named("automatic", home)
    assert (compute.executor, compute.store.folder) == (Automatic(), home / "blocks")
    with pytest.raises(UserError):
        compute_named("everywhere", home)
    home.mkdir(exist_ok=True)
    for written in (7, None, "", "  "):
        (home / "preferences.json").write_text(json.dumps({"compute": written}), encoding="utf-8")
        assert load_preferences(home).compute == Preferences().compute == "automatic"
