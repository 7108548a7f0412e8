"""Rules of result folders: whole or not at all, and nobody's own files are ever replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.problems import UserError, warning
from core.result_folder import is_ours, whole_folder

ENTRY = warning("x", "y").as_dict()


def results(folder: Path, *analyses: str) -> Path:
    folder.mkdir()
    (folder / "problems.json").write_text(json.dumps([ENTRY]))
    names = "".join(f'[[analysis]]\nname = "{name}"\n' for name in analyses)
    (folder / "study.toml").write_text(f'[program]\nname = "RTKscope"\n{names}')
    for name in analyses:
        (folder / name).mkdir()
        (folder / name / "receptors.csv").write_text("old")
    return folder


def test_that_a_filled_folder_takes_its_place(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "deep" / "out") as folder:
        (folder / "a.txt").write_text("1")
        assert not (tmp_path / "deep" / "out").exists()
    assert (tmp_path / "deep" / "out" / "a.txt").read_text() == "1"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_that_an_older_result_is_replaced_whole(tmp_path: Path) -> None:
    out = results(tmp_path / "out", "prognosis")
    with whole_folder(out) as folder:
        (folder / "problems.json").write_text("[]")
    assert [path.name for path in out.iterdir()] == ["problems.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_that_an_error_leaves_the_older_result_as_it_was(tmp_path: Path) -> None:
    out = results(tmp_path / "out", "prognosis")
    with pytest.raises(RuntimeError), whole_folder(out) as folder:
        (folder / "half.csv").write_text("1")
        raise RuntimeError
    assert (out / "prognosis" / "receptors.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("foreign", ["notes.docx", "prognosis2/x.csv", ".hidden"])
def test_that_a_folder_with_somebodys_file_is_refused(tmp_path: Path, foreign: str) -> None:
    out = results(tmp_path / "out", "prognosis")
    (out / foreign).parent.mkdir(exist_ok=True)
    (out / foreign).write_text("mine")
    with pytest.raises(UserError, match="did not write"), whole_folder(out):
        pass
    assert (out / foreign).read_text() == "mine"


def test_that_a_file_made_by_the_system_does_not_count_as_somebodys(tmp_path: Path) -> None:
    out = results(tmp_path / "out", "prognosis")
    (out / ".DS_Store").write_bytes(b"")
    assert is_ours(out)


def test_that_a_refused_study_leaves_a_folder_that_is_ours(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "problems.json").write_text(json.dumps([ENTRY]))
    assert is_ours(out)


@pytest.mark.parametrize("content", ["[]", "{}", "not json", '[{"a": 1}]'])
def test_that_another_programs_problems_json_is_not_ours(tmp_path: Path, content: str) -> None:
    (tmp_path / "problems.json").write_text(content)
    assert not is_ours(tmp_path)


def test_that_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UserError, match="a file, not a folder"), whole_folder(tmp_path / "out"):
        pass


def test_that_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with whole_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("1")
    assert (tmp_path / "out" / "a").exists()


def test_that_what_a_killed_run_left_is_removed_and_a_running_one_spared(tmp_path: Path) -> None:
    dead = tmp_path / ".out.999999999.abc.partial"
    alive = tmp_path / ".out.1.abc.partial"
    dead.mkdir()
    alive.mkdir()
    with whole_folder(tmp_path / "out"):
        pass
    assert not dead.exists()
    assert alive.exists()


def test_that_a_result_set_aside_by_a_killed_run_comes_back(tmp_path: Path) -> None:
    results(tmp_path / ".out.999999999.abc.old", "prognosis")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "out"):
        raise RuntimeError
    assert (tmp_path / "out" / "prognosis" / "receptors.csv").read_text() == "old"
