"""The journal of the last edits: what it gives back, to whom, and what is said after a crash and during a fault."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from pytestqt.qtbot import QtBot

from core.jobs import JobContext
from core.problems import Problem, UserError
from core.project.autosave import Autosave
from core.project.packed_data import tables_of
from core.project.project import Project, new_project, renamed
from core.project.project_file import save_project
from gui import autosaver as timing
from gui.autosaver import Autosaver
from gui.job_runner import JobRunner
from gui.recovery import FaultGuard, details_of_text, fault_details, offers
from gui.session import Session
from gui.tried import Trial, Tried, tried_of
from tests.generated_projects import projects
from tests.study_files import TRIED, save, small_project, write_table

ROOT = Path(__file__).resolve().parents[1]
SESSION = """
import sys, time
from pathlib import Path
from core.project.autosave import Autosave
from core.project.project import new_project
autosave = Autosave(Path(sys.argv[1]))
autosave.write(new_project(sys.argv[2]), {"trials": []}, None, changes=3)
print("written", flush=True)
time.sleep(float(sys.argv[3]))
"""


def crashed(folder: Path, name: str = "lost") -> None:
    """Leave what a killed session leaves."""
    process = running(folder, name)
    process.kill()
    process.communicate()


def running(folder: Path, name: str = "open") -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", SESSION, str(folder), name, "60"], cwd=ROOT, stdout=subprocess.PIPE,
                               text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    return process


# the journal


@settings(max_examples=40, deadline=None)
@given(projects())
def test_that_any_project_is_given_back_identical(tmp_path_factory: pytest.TempPathFactory, project: Project) -> None:
    folder = tmp_path_factory.mktemp("journals")
    first, second = Autosave(folder), Autosave(folder)
    first.write(project, TRIED, Path("/somewhere/study.rtkproj"), changes=7)
    first._lock.release()  # as the system does when a process is killed
    (entry,) = second.pending()
    assert (entry.original_path, entry.name, entry.changes) == (Path("/somewhere/study.rtkproj"), project.name, 7)
    opened = second.recover(entry)
    assert opened.project == project
    assert opened.tried == TRIED
    second.discard(entry)
    assert second.pending() == []
    assert list(folder.iterdir()) == []


def test_that_a_killed_session_is_offered_and_a_running_one_is_not(tmp_path: Path) -> None:
    crashed(tmp_path, "lost")
    alive = running(tmp_path, "open")
    try:
        here = Autosave(tmp_path)
        assert [entry.name for entry in here.pending()] == ["lost"]
        here.write(new_project("mine"), {})
        assert [entry.name for entry in here.pending()] == ["lost"]
    finally:
        alive.kill()
        alive.communicate()
    assert {entry.name for entry in here.pending()} == {"lost", "open"}
    here.close()


def test_that_a_session_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    autosave = Autosave(folder)
    assert autosave.pending() == []
    autosave.write(new_project("mine"), {})
    autosave.clear()
    autosave.write(new_project("mine"), {})
    autosave.close()
    assert list(folder.iterdir()) == []


def test_that_several_lost_studies_are_offered_newest_first(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        crashed(tmp_path, name)
    assert [entry.name for entry in Autosave(tmp_path).pending()] == ["three", "two", "one"]


def test_that_a_damaged_journal_stops_nobody(tmp_path: Path) -> None:
    crashed(tmp_path, "lost")
    (tmp_path / "0000.journal").write_bytes(b"{ half")
    (tmp_path / "1111.journal").write_bytes(b'{"when": "late"}')
    assert [entry.name for entry in Autosave(tmp_path).pending()] == ["lost"]


def test_that_a_journal_of_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    crashed(tmp_path, "lost")
    autosave = Autosave(tmp_path)
    (entry,) = autosave.pending()
    document = json.loads(entry.journal.read_bytes())
    entry.journal.write_text(json.dumps(document | {"format": 99}))
    with pytest.raises(UserError) as refused:
        autosave.recover(entry)
    assert refused.value.problems[0].code == "newer_format"


def test_that_data_files_that_changed_or_went_since_are_said(tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.csv")
    project = small_project(table)
    autosave, later = Autosave(tmp_path / "journals"), Autosave(tmp_path / "journals")
    from core.project.data_shelf import sha256_of

    autosave.write(project, TRIED, read_as={table: sha256_of(table)})
    autosave._lock.release()
    (entry,) = later.pending()
    assert later.recover(entry, JobContext()).notes == ()
    table.write_text("another table\n")
    assert [note.code for note in later.recover(entry).notes] == ["file_has_changed"]
    table.unlink()
    assert [note.code for note in later.recover(entry).notes] == ["data_file_absent"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are lists there")
def test_that_the_journal_is_for_its_owner_alone(tmp_path: Path) -> None:
    Autosave(tmp_path / "journals").write(new_project(), {})
    assert (tmp_path / "journals").stat().st_mode & 0o077 == 0


def test_that_writing_the_journal_of_the_example_takes_less_than_20_ms(tmp_path: Path) -> None:
    from core.project.open_study import project_of_study
    from core.resources import resource_path

    project = project_of_study(resource_path("examples", "metabric", "study.toml"))
    autosave = Autosave(tmp_path)
    seconds = []
    for number in range(15):
        started = time.perf_counter()
        autosave.write(renamed(project, f"n{number}"), TRIED)
        seconds.append(time.perf_counter() - started)
    autosave.close()
    assert sorted(seconds)[7] < 0.02


# when it is written


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    jobs = JobRunner()
    made = Session(jobs)
    yield made  # type: ignore[misc]
    jobs.close()


@pytest.fixture
def saver(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Autosaver:
    monkeypatch.setattr(timing, "SOON_MS", 20)
    monkeypatch.setattr(timing, "EVERY_MS", 300)
    made = Autosaver(session, tmp_path / "journals")
    yield made  # type: ignore[misc]
    made.close()


def kept_name(saver: Autosaver) -> str:
    journal = saver.autosave.journal
    return json.loads(journal.read_bytes())["name"] if journal.exists() else ""


def test_that_an_edit_is_kept_soon_and_edits_in_a_row_not_each(qtbot: QtBot, session: Session, saver: Autosaver) -> None:
    session.edit(renamed(session.project, "first"), "Rename")
    qtbot.waitUntil(lambda: kept_name(saver) == "first", timeout=2000)
    writes: list[float] = []
    saver.kept.connect(lambda: writes.append(time.monotonic()))
    started = time.monotonic()
    while time.monotonic() - started < 1.0:
        session.edit(renamed(session.project, f"{time.monotonic()}"), "Rename")
        qtbot.wait(10)
    assert 2 <= len(writes) <= 4
    last = session.project.name
    qtbot.waitUntil(lambda: kept_name(saver) == last, timeout=2000)


def test_that_the_first_edit_after_opening_does_not_wait(
    qtbot: QtBot, session: Session, saver: Autosaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "EVERY_MS", 60_000)
    with qtbot.waitSignal(saver.kept, timeout=2000):
        session.open(new_project("opened"))
    session.edit(renamed(session.project, "first"), "Rename")
    qtbot.waitUntil(lambda: kept_name(saver) == "first", timeout=2000)


def test_that_what_is_saved_or_undone_needs_no_journal(
    qtbot: QtBot, session: Session, saver: Autosaver, tmp_path: Path
) -> None:
    session.edit(renamed(session.project, "first"), "Rename")
    qtbot.waitUntil(lambda: kept_name(saver) == "first", timeout=2000)
    session.undo_stack.undo()
    qtbot.waitUntil(lambda: kept_name(saver) == "", timeout=2000)
    session.undo_stack.redo()
    qtbot.waitUntil(lambda: kept_name(saver) == "first", timeout=2000)
    session.undo_stack.setClean()
    saver.saved(tmp_path / "study.rtkproj", session.tried)
    qtbot.waitUntil(lambda: kept_name(saver) == "", timeout=2000)


def test_that_another_study_starts_a_new_journal(qtbot: QtBot, session: Session, saver: Autosaver) -> None:
    session.edit(renamed(session.project, "first"), "Rename")
    qtbot.waitUntil(lambda: kept_name(saver) == "first", timeout=2000)
    session.open(new_project("other"))
    qtbot.waitUntil(lambda: kept_name(saver) == "", timeout=2000)


def test_that_what_was_tried_is_kept_even_without_an_edit(qtbot: QtBot, session: Session, saver: Autosaver) -> None:
    session.count_trial(Trial("k", "Prognosis", 58, 0))
    qtbot.waitUntil(lambda: saver.autosave.journal.exists(), timeout=2000)
    assert tried_of(json.loads(saver.autosave.journal.read_bytes())["tried"]) == Tried((Trial("k", "Prognosis", 58, 0),))


def test_that_a_restored_study_is_kept_at_once_with_its_count(qtbot: QtBot, session: Session, saver: Autosaver) -> None:
    session.open(new_project("restored"))
    session.undo_stack.resetClean()
    saver.recovered(3)
    qtbot.waitUntil(lambda: kept_name(saver) == "restored", timeout=2000)
    assert json.loads(saver.autosave.journal.read_bytes())["changes"] == 3
    session.edit(renamed(session.project, "more"), "Rename")
    session.edit(renamed(session.project, "and more"), "Rename")
    qtbot.waitUntil(lambda: kept_name(saver) == "and more", timeout=2000)
    assert json.loads(saver.autosave.journal.read_bytes())["changes"] == 4


def test_that_a_disk_that_is_full_is_said_once_and_tried_again(
    qtbot: QtBot, session: Session, saver: Autosaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Problem] = []
    saver.failed.connect(said.append)
    with monkeypatch.context() as patch:
        def full(*parts: object, **more: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(saver.autosave, "write", full)
        session.edit(renamed(session.project, "first"), "Rename")
        qtbot.waitUntil(lambda: bool(said), timeout=2000)
        qtbot.wait(800)
        assert [problem.code for problem in said] == ["disk_full"]
    qtbot.waitUntil(lambda: kept_name(saver) == "first", timeout=2000)


# the question at the start


def test_that_the_question_names_the_time_and_the_changes(tmp_path: Path) -> None:
    crashed(tmp_path, "HER2 cohort")
    (offer,) = offers(Autosave(tmp_path))
    clock = time.strftime("%H:%M", time.localtime(offer.entry.when))
    assert offer.title == f"RTKscope closed unexpectedly. Restore the study as it was at {clock} (3 changes)?"
    assert offer.words == "“HER2 cohort” has never been saved."
    assert (offer.restore, offer.otherwise) == ("Restore", "Do not restore")


def test_that_the_question_names_the_saved_one(tmp_path: Path) -> None:
    saved = tmp_path / "study.rtkproj"
    save(saved, new_project("Mine"))
    autosave, later = Autosave(tmp_path / "journals"), Autosave(tmp_path / "journals")
    autosave.write(new_project("Mine"), TRIED, saved, changes=1)
    autosave._lock.release()
    (offer,) = offers(later)
    assert "(1 change)?" in offer.title
    assert "was last saved as study.rtkproj at " in offer.words
    assert offer.otherwise == "Open the saved one"
    os.utime(saved, (time.time() + 60, time.time() + 60))
    assert "after these changes" in offers(later)[0].words
    saved.unlink()
    assert "no longer there" in offers(later)[0].words


# a fault of ours


class OddFault(Exception):
    """Stands for anything unforeseen."""


def break_with(value: str) -> None:
    patient_id = value
    raise OddFault(f"no row for {patient_id}")


def test_that_a_fault_keeps_the_study_first_and_shows_no_data(tmp_path: Path) -> None:
    happened: list[str] = []
    guard = FaultGuard(tmp_path, lambda: bool(happened.append("kept")) or True,
                       lambda *words: happened.extend(words))
    guard.install()
    try:
        try:
            break_with("MRN-0042-Miller")
        except OddFault as error:
            sys.excepthook(type(error), error, error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        guard.remove()
    assert happened[0] == "kept"
    assert happened[1] == "Something broke in RTKscope. Your study is safe."
    assert "holds no patient data" in happened[2]
    assert "OddFault" in happened[3]
    assert "tests/test_autosave.py:" in happened[3]
    assert "MRN-0042" not in "".join(happened)
    assert str(ROOT) not in happened[3]
    assert happened[4:] == ["kept"], "kept again, said once"


def test_that_a_fault_that_could_not_be_kept_says_what_to_do(tmp_path: Path) -> None:
    shown: list[str] = []

    def broken() -> bool:
        raise OSError

    guard = FaultGuard(tmp_path, broken, lambda *words: shown.extend(words))
    guard.fault(OddFault, None)
    assert shown[0] == "Something broke in RTKscope."
    assert "Save your study now" in shown[1]


def test_that_a_fault_on_another_thread_is_caught(tmp_path: Path) -> None:
    shown: list[str] = []
    guard = FaultGuard(tmp_path, lambda: True, lambda *words: shown.extend(words))
    guard.install()
    try:
        thread = threading.Thread(target=break_with, args=("P1",))
        thread.start()
        thread.join()
    finally:
        guard.remove()
    assert "OddFault" in shown[2]
    assert sys.excepthook is not guard._on_exception


def test_that_a_traceback_as_text_loses_its_values_too() -> None:
    trace = (f'Traceback (most recent call last):\n  File "{ROOT}/core/batch.py", line 5, in run\n    raise KeyError("P017")\n'
             "KeyError: 'P017'\n")
    details = details_of_text(trace)
    assert "Error: KeyError" in details
    assert "core/batch.py:5 in run" in details
    assert "P017" not in details
    assert str(ROOT) not in details


def test_that_a_library_is_named_without_the_users_folder() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        details = fault_details(type(error), error.__traceback__)
    assert "decoder.py" in details
    assert str(Path(json.__file__).parents[2]) not in details


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_that_a_crash_of_the_interpreter_leaves_its_places_for_the_next_start(tmp_path: Path) -> None:
    script = ("import sys, faulthandler; from pathlib import Path; from gui.recovery import FaultGuard\n"
              "FaultGuard(Path(sys.argv[1]), lambda: True, print).install(); faulthandler._sigsegv()")
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, check=False)
    guard = FaultGuard(tmp_path, lambda: True, lambda *words: None)
    left = guard.install()
    guard.remove()
    assert "Segmentation fault" in left
    assert not (tmp_path / "last_crash.txt").exists()


def test_that_edits_kept_by_a_fault_are_offered(
    qtbot: QtBot, session: Session, saver: Autosaver, tmp_path: Path
) -> None:
    table = write_table(tmp_path / "table.csv")
    session.open(small_project(table))
    session.edit(renamed(session.project, "in the middle of work"), "Rename")
    assert saver.write_now()
    later = Autosave(tmp_path / "journals")
    saver.autosave._lock.release()
    (entry,) = later.pending()
    opened = later.recover(entry)
    assert opened.project == session.project
    assert tables_of(opened.project)[0].path == table
    save_project(tmp_path / "again.rtkproj", opened.project, opened.tried, JobContext())


def test_that_the_data_of_a_study_to_be_given_back_are_not_swept_away(tmp_path: Path) -> None:
    from core.project.data_shelf import DataShelf

    shelf = DataShelf(tmp_path / "home" / "data")
    table, other = (write_table(tmp_path / name, patients) for name, patients in (("a.csv", 40), ("b.csv", 41)))
    used, unused = shelf.take(table, JobContext()), shelf.take(other, JobContext())
    long_ago = time.time() - 40 * 86_400
    for path in (used, unused):
        os.utime(path, (long_ago, long_ago))
    Autosave(tmp_path / "home" / "autosave").write(small_project(used), {})
    assert shelf.sweep(Autosave(tmp_path / "home" / "autosave").data_files()) == 1
    assert used.is_file()
    assert not unused.exists()


@pytest.mark.parametrize("when", ["1e400", "-Infinity", "NaN", "1" + "0" * 400, "1e18"])
def test_that_a_journal_of_no_possible_time_stops_nobody(tmp_path: Path, when: str) -> None:
    left = Autosave(tmp_path)
    left.write(new_project("lost"), {})
    left._lock.release()
    text = re.sub(r'"when": [0-9.e+]+', f'"when": {when}', left.journal.read_text(encoding="utf-8"))
    left.journal.write_text(text, encoding="utf-8")
    assert offers(Autosave(tmp_path)) == []
