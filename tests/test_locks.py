"""Locks: sealed, written, read, never edited; a changed one is refused in words.

Not for: what a locked score says of patients (test_validation.py).
"""

from dataclasses import replace
from pathlib import Path

import pytest

from core.analyses.locked_score import Lock
from core.problems import Location, UserError
from core.project.project import Project, with_lock, without_lock
from core.project.project_document import document_of, project_from
from core.project.study_file import read_study
from core.project.study_writer import study_toml
from tests.study_files import reopen, save, small_project, write_table

LOCK = Lock("three", ("EGFR", "ERBB2", "MET"), (1, -1, 1), "signed mean z", 0.25, "subset", "2026-11-23T21:30:00+01:00",
            "all")


def project(tmp_path: Path) -> Project:
    return small_project(write_table(tmp_path / "lab.csv"))


def written(tmp_path: Path, lock: Lock = LOCK) -> Path:
    study = with_lock(project(tmp_path), lock).study
    path = tmp_path / "study.toml"
    path.write_text(study_toml(study, {}, {}, tmp_path, {}), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as raised:
        read_study(path)
    return " ".join(problem.line() for problem in raised.value.problems)


def test_that_the_seal_is_of_the_content_and_not_of_the_date() -> None:
    later = replace(LOCK, made_at="2027-01-01T00:00:00+00:00", sha256="")
    assert later.sha256 == LOCK.sha256
    assert len(LOCK.sha256) == 64
    changes = [{"receptors": ("EGFR", "ERBB2", "KIT")}, {"signs": (1, 1, 1)}, {"score": "mean z"}, {"cut_sd": 0.3},
               {"name": "other"}, {"source": "elsewhere"}, {"found_in": "her2"}]
    assert len({LOCK.sha256, *(replace(LOCK, sha256="", **change).sha256 for change in changes)}) == 8
    assert not replace(LOCK, cut_sd=0.3).is_intact


def test_that_a_lock_comes_back_from_a_study_file(tmp_path: Path) -> None:
    assert read_study(written(tmp_path)).locks == (LOCK,)


def test_that_a_lock_comes_back_from_a_project_file_and_from_a_document(tmp_path: Path) -> None:
    locked = with_lock(project(tmp_path), LOCK)
    save(tmp_path / "a.rtkproj", locked)
    assert reopen(tmp_path / "a.rtkproj", tmp_path / "shelf").project.study.locks == (LOCK,)
    assert project_from(document_of(locked), Location()) == locked


@pytest.mark.parametrize(("before", "after"), [
    ("cut_sd = 0.25", "cut_sd = 0.5"), ('"MET"', '"KIT"'), ('found_in = "all"', 'found_in = "none"')])
def test_that_a_lock_changed_in_a_study_file_is_refused(tmp_path: Path, before: str, after: str) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    assert "the lock “three” was changed after it was sealed" in refusal(path)


def test_that_a_lock_changed_inside_a_project_is_named_when_it_is_opened(tmp_path: Path) -> None:
    small = project(tmp_path)
    changed = replace(small, study=replace(small.study, locks=(replace(LOCK, cut_sd=0.5),)))
    save(tmp_path / "a.rtkproj", changed)
    notes = reopen(tmp_path / "a.rtkproj", tmp_path / "shelf").notes
    assert [note.what for note in notes] == ["the lock “three” was changed after it was sealed"]


@pytest.mark.parametrize(("text", "said"), [
    ('name = "x"', "names no receptor"),
    ('name = "x"\nreceptors = ["EGFR", "EGFR"]', "twice"),
    ('name = "x"\nreceptors = ["EGFR"]\nsigns = [2]', "must be 1 or -1"),
    ('name = "x"\nreceptors = ["EGFR"]\nsigns = [1, 1]', "must be 1 or -1"),
    ('name = "x"\nreceptors = ["EGFR"]\nscore = "sum"', "“mean z”"),
    ('name = "x"\nreceptors = ["EGFR"]\ncut = 1', "did you mean “cut_sd”"),
    ('name = "prognosis"\nreceptors = ["EGFR"]', "a lock and an analysis are both called “prognosis”"),
])
def test_that_a_lock_that_says_too_little_or_too_much_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "study.toml"
    plain = study_toml(project(tmp_path).study, {}, {}, tmp_path, {})
    path.write_text(f"{plain}\n[[lock]]\n{text}\n", encoding="utf-8")
    assert said in refusal(path)


def test_that_a_lock_without_a_seal_is_sealed_when_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    plain = study_toml(project(tmp_path).study, {}, {}, tmp_path, {})
    path.write_text(f'{plain}\n[[lock]]\nname = "x"\nreceptors = ["EGFR"]\nmade_at = 2026-11-23\n', encoding="utf-8")
    study = read_study(path)
    assert study.locks == (Lock("x", ("EGFR",), made_at="2026-11-23"),)
    assert f'sha256 = "{study.locks[0].digest()}"' in study_toml(study, {}, {}, tmp_path, {})


def test_that_a_lock_is_added_once_removed_whole_and_never_edited(tmp_path: Path) -> None:
    small = project(tmp_path)
    locked = with_lock(small, LOCK)
    assert with_lock(locked, LOCK) is locked
    with pytest.raises(UserError, match="already a lock “three”"):
        with_lock(locked, replace(LOCK, cut_sd=0.5, sha256=""))
    with pytest.raises(UserError, match="already an analysis “prognosis”"):
        with_lock(small, replace(LOCK, name="prognosis", sha256=""))
    with pytest.raises(UserError, match="changed after it was sealed"):
        with_lock(small, replace(LOCK, cut_sd=0.5))
    assert without_lock(locked, "three") == small
