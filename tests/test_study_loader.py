"""Reading the data sets of the open study: stopped, changed back and opened again while it reads.

Not for: what is read (test_load_dataset.py).
"""

from __future__ import annotations

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.project.project import with_dataset, without_dataset
from gui.study_loader import StudyLoader
from tests.gui_builders import new_session
from tests.study_files import small_project, write_table


def test_that_a_study_opened_again_while_it_is_read_is_read_and_can_be_read_later(
        qtbot: QtBot, tmp_path: Path) -> None:
    session = new_session()
    loader = StudyLoader(session)
    project = small_project(write_table(tmp_path / "table.csv"))
    spec = project.study.datasets[0]
    gate = threading.Event()
    try:
        session.jobs.submit("Busy", lambda job: gate.wait(20), done=lambda _: None, owner=session, lane="files")
        session.open(project)
        session.open(project)
        said: list[bool] = []
        loader.loading_changed.connect(lambda: said.append(loader.is_loading(spec)))
        gate.set()
        qtbot.waitUntil(lambda: not session.jobs.active, timeout=20_000)
        assert session.dataset_of(spec) is not None
        assert len(said) > 1
        assert all(said[:-1]), "the first reading was stopped, the second still goes on"
        session.edit(without_dataset(project, spec.name), "remove")
        session.forget_dataset(spec)
        session.edit(with_dataset(session.project, spec), "bring back")
        qtbot.waitUntil(lambda: session.dataset_of(spec) is not None, timeout=20_000)
    finally:
        gate.set()
        session.jobs.close()


def test_that_a_reading_stopped_by_the_user_is_not_begun_again_by_itself(qtbot: QtBot, tmp_path: Path) -> None:
    session = new_session()
    loader = StudyLoader(session)
    project = small_project(write_table(tmp_path / "table.csv"))
    spec = project.study.datasets[0]
    gate = threading.Event()
    try:
        session.jobs.submit("Busy", lambda job: gate.wait(20), done=lambda _: None, owner=session, lane="files")
        session.open(project)
        for job in loader.loading:
            job.cancel()
        gate.set()
        qtbot.waitUntil(lambda: not session.jobs.active, timeout=20_000)
        loader._look()
        assert not loader.loading
        loader.reload(spec)
        qtbot.waitUntil(lambda: session.dataset_of(spec) is not None, timeout=20_000)
    finally:
        gate.set()
        session.jobs.close()
