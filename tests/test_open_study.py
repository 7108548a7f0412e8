"""Studies from study files and from projects: the same results, runnable again, and nothing unpacked is left behind."""

from __future__ import annotations

import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from core.command_line import run_command_line
from core.jobs import JobContext
from core.problems import UserError
from core.project.data_shelf import DataShelf
from core.project.open_study import project_of_study, readable_study, save_study
from core.project.packed_data import tables_of
from core.project.project import Project, new_project
from core.study_runner import load_study
from tests.study_files import reopen, save, small_project, write_table


@pytest.fixture
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def csv_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.csv")}


def study_and_project(tmp_path: Path) -> tuple[Path, Path]:
    """The same study as a study file and as a project."""
    project = small_project(write_table(tmp_path / "lab" / "table.csv"))
    study, path = tmp_path / "lab" / "study.toml", tmp_path / "study.rtkproj"
    save_study(study, project, {}, JobContext())
    save(path, project)
    return study, path


def test_that_a_project_and_its_study_file_give_the_same_results(
    tmp_path: Path, own_temporary_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, path = study_and_project(tmp_path)
    assert run_command_line(["run", str(study), "--out", str(tmp_path / "one")]) == 0
    assert run_command_line(["run", str(path), "--out", str(tmp_path / "two")]) == 0
    assert csv_files(tmp_path / "one") == csv_files(tmp_path / "two") != {}
    assert list(own_temporary_folder.iterdir()) == [], "patient data that were unpacked are gone"


def test_that_the_study_among_the_results_of_a_project_runs_again(
    tmp_path: Path, own_temporary_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, path = study_and_project(tmp_path)
    assert run_command_line(["run", str(path), "--out", str(tmp_path / "results" / "one")]) == 0
    written = tmp_path / "results" / "one" / "study.toml"
    named = tomllib.loads(written.read_text())["dataset"][0]["expression"]["file"]
    assert named.startswith("../../study.rtkproj/files/")
    assert named.endswith("/table.csv")
    assert run_command_line(["run", str(written), "--out", str(tmp_path / "again")]) == 0
    assert csv_files(tmp_path / "results" / "one") == csv_files(tmp_path / "again") != {}
    assert "changed" not in capsys.readouterr().err
    assert list(own_temporary_folder.iterdir()) == []


def test_that_check_reads_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, path = study_and_project(tmp_path)
    assert run_command_line(["check", str(path)]) == 0
    assert "table.csv (40 samples" in capsys.readouterr().out


def test_that_a_half_finished_project_is_refused_as_a_study_file_would_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.rtkproj"
    save(path, new_project())
    assert run_command_line(["check", str(path)]) == 2
    assert "empty.rtkproj: the study names no data set" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"no project"])
def test_that_a_file_that_is_no_project_ends_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "odd.rtkproj"
    path.write_bytes(content)
    assert run_command_line(["run", str(path), "--out", str(tmp_path / "out")]) == 2
    assert run_command_line(["check", str(tmp_path / "gone.rtkproj")]) == 2
    said = capsys.readouterr().err
    assert "odd.rtkproj: " in said
    assert "gone.rtkproj: there is no such project" in said


def test_that_a_study_file_naming_data_that_the_project_lacks_says_so(tmp_path: Path) -> None:
    study, _ = study_and_project(tmp_path)
    text = study.read_text().replace('"table.csv"', '"../study.rtkproj/files/0000000000000000/table.csv"')
    study.write_text(text)
    with readable_study(study, JobContext()) as opened:
        run = load_study(opened.study, JobContext())
    assert run.failed


def test_that_a_study_file_opens_as_a_project_and_is_written_equal(tmp_path: Path) -> None:
    project = small_project(write_table(tmp_path / "table.csv"))
    path = tmp_path / "study.toml"
    notes = save_study(path, project, {}, JobContext())
    assert [note.code for note in notes] == ["not_in_study_file"]
    found = project_of_study(path)
    assert found.study == replace(project.study, file="study.toml")
    assert save_study(path, found, {}, JobContext()) == ()
    assert project_of_study(path) == found


def test_that_data_on_the_private_shelf_are_copied_beside_a_study_file(tmp_path: Path) -> None:
    project = small_project(write_table(tmp_path / "lab" / "table.csv"))
    save(tmp_path / "study.rtkproj", project)
    opened = reopen(tmp_path / "study.rtkproj", tmp_path / "shelf").project
    path = tmp_path / "for a colleague" / "mine.toml"
    path.parent.mkdir()
    for _ in range(2):
        save_study(path, opened, {}, JobContext(), shelf_folder=tmp_path / "shelf")
    copy = path.parent / "mine data" / "table.csv"
    assert copy.read_bytes() == tables_of(project)[0].path.read_bytes()
    assert [table.path.resolve() for table in tables_of(project_of_study(path))] == [copy.resolve()] * 2
    assert "shelf" not in path.read_text()


def test_that_another_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    shelf = DataShelf(tmp_path / "shelf")
    on_shelf = shelf.take(write_table(tmp_path / "lab" / "table.csv"), JobContext())
    foreign = tmp_path / "mine data" / "table.csv"
    foreign.parent.mkdir()
    foreign.write_text("somebody else's\n")
    save_study(tmp_path / "mine.toml", small_project(on_shelf), {}, JobContext(), shelf_folder=shelf.folder)
    assert foreign.read_text() == "somebody else's\n"
    assert tables_of(project_of_study(tmp_path / "mine.toml"))[0].path.read_bytes() == on_shelf.read_bytes()


def test_that_a_study_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    project: Project = small_project(write_table(tmp_path / "table.csv"))
    with pytest.raises(UserError) as refused:
        save_study(tmp_path / "gone" / "study.toml", project, {}, JobContext())
    assert refused.value.problems[0].code == "no_folder"
