"""Whole studies opened, saved and left while something else happens: nothing of one study may end up in another.

Not for: what is in the files (test_project_file.py) or the window around it (test_main_window.py).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from core.jobs import JobContext
from core.problems import user_error
from core.project.project import Project, renamed, with_dataset
from core.project.project_file import open_project, save_project
from core.project.project_lock import ProjectLock
from gui.file_commands import FileCommands
from gui.job_runner import JobRunner
from gui.preferences import Preferences
from gui.session import Session
from gui.tried import Trial
from tests.study_files import TRIED, small_project, write_table


class Room:
    """The commands of a window without the window, and hands to hold the thread of the files still."""

    def __init__(self, home: Path) -> None:
        self.window = QWidget()
        self.session = Session(JobRunner())
        self.files = FileCommands(self.window, self.session, Preferences(), home)
        self._gate = threading.Event()

    def hold(self) -> None:
        """Whatever comes after this in the lane of files waits for ``let_go``."""
        gate = self._gate = threading.Event()
        self.session.jobs.submit("Busy", lambda job: gate.wait(20), done=lambda _: None, owner=self.window,
                                 lane="files")

    def let_go(self) -> None:
        self._gate.set()

    def boxes(self) -> list[QMessageBox]:
        return [box for box in self.window.findChildren(QMessageBox) if box.isVisible()]

    def answer(self, text: str) -> None:
        box = self.boxes()[-1]
        next(button for button in box.buttons() if button.text().replace("&", "") == text).click()

    def rename(self, name: str) -> None:
        self.session.edit(renamed(self.session.project, name), "rename the study")

    def close(self) -> None:
        self.let_go()
        self.files.close()
        self.session.jobs.close()
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "study.rtkproj"
    save_project(path, small_project(write_table(tmp_path / "table.csv")), TRIED, JobContext())
    return path


def idle(qtbot: QtBot, room: Room) -> None:
    qtbot.waitUntil(lambda: not room.session.jobs.active, timeout=20_000)


def opened(qtbot: QtBot, room: Room, path: Path) -> None:
    room.files.open_path(path)
    idle(qtbot, room)
    assert room.files.path == path, [box.informativeText() for box in room.boxes()]


def name_in(path: Path, tmp_path: Path) -> str:
    return open_project(path, tmp_path / "shelf", JobContext()).project.name


def test_that_a_new_study_does_not_take_the_place_of_the_one_that_is_still_being_saved(
        qtbot: QtBot, room: Room, saved: Path, tmp_path: Path) -> None:
    opened(qtbot, room, saved)
    name = room.session.project.name
    room.hold()
    room.files.save()
    room.files.new()
    room.let_go()
    idle(qtbot, room)
    assert room.files.path is None, "the next Ctrl+S would write the empty study over the saved one"
    assert room.files.state() == ("", False)
    assert name_in(saved, tmp_path) == name
    ProjectLock(saved).acquire()


def test_that_a_study_that_cannot_be_opened_again_keeps_the_lock_of_the_one_that_is_open(
        qtbot: QtBot, room: Room, saved: Path) -> None:
    opened(qtbot, room, saved)
    saved.write_bytes(b"PK damaged")
    room.files.open_path(saved)
    idle(qtbot, room)
    assert "could not be opened" in room.boxes()[-1].text()
    with pytest.raises(Exception, match="open in another RTKscope"):
        ProjectLock(saved).acquire()


def test_that_a_stopped_opening_lets_go_of_the_lock(qtbot: QtBot, room: Room, saved: Path) -> None:
    room.hold()
    room.files.open_path(saved)
    for job in room.session.jobs.active:
        job.cancel()
    room.let_go()
    idle(qtbot, room)
    assert room.files.path is None
    lock = ProjectLock(saved)
    lock.acquire()
    lock.release()


def test_that_a_stopped_saving_lets_go_of_the_lock(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    path = tmp_path / "new.rtkproj"
    room.hold()
    room.files._save_to(path)
    for job in room.session.jobs.active:
        job.cancel()
    room.let_go()
    idle(qtbot, room)
    assert room.files.state() == ("Not saved: saving was stopped", True)
    lock = ProjectLock(path)
    lock.acquire()
    lock.release()


def test_that_edits_made_while_another_study_is_opened_are_asked_about(
        qtbot: QtBot, room: Room, saved: Path) -> None:
    room.hold()
    room.files.open_path(saved)
    room.rename("Edited meanwhile")
    room.let_go()
    idle(qtbot, room)
    assert room.session.project.name == "Edited meanwhile"
    assert "Edited meanwhile" in room.boxes()[-1].text()
    room.answer("Close without saving")
    assert room.files.path == saved
    with pytest.raises(Exception, match="open in another RTKscope"):
        ProjectLock(saved).acquire()


def test_that_an_opening_given_up_for_edits_leaves_no_lock(qtbot: QtBot, room: Room, saved: Path) -> None:
    room.hold()
    room.files.open_path(saved)
    room.rename("Edited meanwhile")
    room.let_go()
    idle(qtbot, room)
    room.answer("Cancel")
    assert room.session.project.name == "Edited meanwhile"
    lock = ProjectLock(saved)
    lock.acquire()
    lock.release()


def test_that_a_name_given_without_its_ending_never_replaces_a_file_unasked(
        qtbot: QtBot, room: Room, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()
    monkeypatch.setattr(QFileDialog, "getSaveFileName",
                        staticmethod(lambda *_: (str(saved.with_suffix("")), "")))
    room.rename("Another study")
    room.files.save_as()
    idle(qtbot, room)
    assert saved.read_bytes() == before
    assert "study.rtkproj" in room.boxes()[-1].text()
    room.answer("Replace it")
    idle(qtbot, room)
    assert name_in(saved, tmp_path) == "Another study"


def test_that_a_study_file_given_without_its_ending_never_replaces_one_unasked(
        qtbot: QtBot, room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = tmp_path / "mine.toml"
    standing.write_text("# mine", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(tmp_path / "mine"), "")))
    room.files.save_study_file()
    idle(qtbot, room)
    assert standing.read_text(encoding="utf-8") == "# mine"
    assert room.boxes()


def test_that_tests_tried_while_saving_are_kept_for_a_crash(
        qtbot: QtBot, room: Room, saved: Path) -> None:
    opened(qtbot, room, saved)
    room.hold()
    room.files.save()
    room.session.count_trial(Trial("k", "Prognosis: all", 58, 0))
    room.let_go()
    idle(qtbot, room)
    assert room.files.is_modified
    assert room.files.autosaver.write_now()
    assert room.files.autosaver.autosave.journal.is_file()


def test_that_a_restored_study_says_whether_it_is_kept_anew(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    project = renamed(Project(room.session.project.study), "Given back")
    assert room.files.take_recovered(project, {}, None, 3)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room.files.autosaver.autosave, "write", full)
    assert not room.files.take_recovered(project, {}, None, 3)


def test_that_a_second_click_on_a_study_that_is_being_opened_says_nothing(
        qtbot: QtBot, room: Room, saved: Path) -> None:
    room.hold()
    room.files.open_path(saved)
    room.files.open_path(saved)
    room.let_go()
    idle(qtbot, room)
    assert not room.boxes()
    assert room.files.path == saved
    opened(qtbot, room, saved)


def test_that_the_example_with_other_data_is_no_example(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    room.files.open_example()
    idle(qtbot, room)
    assert room.files.shows_example
    mine = small_project(write_table(tmp_path / "table.csv")).study.datasets[0]
    name = room.session.project.study.datasets[0].name
    room.session.edit(with_dataset(room.session.project, mine, instead_of=name), "read my file")
    assert not room.files.shows_example
    room.session.undo_stack.undo()
    assert room.files.shows_example


def test_that_a_study_given_up_for_one_that_cannot_be_opened_is_still_unsaved(
        qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    diary = tmp_path / "diary.rtkproj"
    diary.write_text("dear diary", encoding="utf-8")
    room.rename("Work of a morning")
    room.files.open_path(diary)
    room.answer("Close without saving")
    idle(qtbot, room)
    assert "could not be opened" in room.boxes()[-1].text()
    room.answer("Close")
    assert room.session.project.name == "Work of a morning"
    assert room.files.is_modified
    room.files.new()
    assert room.session.project.name == "Work of a morning"
    assert "Save “Work of a morning”" in room.boxes()[-1].text()
    room.answer("Close without saving")
    assert room.session.project.name != "Work of a morning"
    assert not room.files.is_modified


def test_that_a_study_given_up_for_one_that_another_window_has_is_still_unsaved(
        qtbot: QtBot, room: Room, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(lock: ProjectLock) -> None:
        raise user_error("open_elsewhere", "the study is open in another RTKscope", remedy="close it there")

    monkeypatch.setattr(ProjectLock, "acquire", elsewhere)
    room.rename("Work of a morning")
    room.files.open_path(saved)
    room.answer("Close without saving")
    idle(qtbot, room)
    assert room.session.project.name == "Work of a morning"
    assert not room.files.may_leave(lambda: None)


def test_that_the_example_stays_known_when_saved_opened_again_and_given_back(
        qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    room.files.open_example()
    idle(qtbot, room)
    project = room.session.project
    path = tmp_path / "My look at METABRIC.rtkproj"
    room.files._save_to(path)
    idle(qtbot, room)
    assert room.files.shows_example, "saved"
    room.files.new()
    assert not room.files.shows_example
    opened(qtbot, room, path)
    assert room.session.project.study.datasets[0].expression[0].path != project.study.datasets[0].expression[0].path
    assert room.files.shows_example, "opened again: its data are a copy on the shelf"
    room.files.new()
    room.files.take_recovered(project, {}, None, 2)
    assert room.files.shows_example, "given back after a crash"
    room.session.undo_stack.setClean()
    room.files.new()
    mine = write_table(tmp_path / "metabric.csv.gz")
    room.files.take_recovered(small_project(mine), {}, None, 1)
    assert not room.files.shows_example, "another file of that name"
