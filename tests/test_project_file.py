"""Saving and opening projects: equal, byte for byte, atomic, with the version before; whatever goes wrong has a sentence."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from core.data.sheets.recipe import TableSpec
from core.jobs import Cancelled, JobContext
from core.problems import UserError
from core.project import migrations, packed_data
from core.project.data_shelf import DataShelf, safe_name
from core.project.packed_data import tables_of
from core.project.project import Project, new_project, renamed
from core.project.project_file import open_project, previous_version, save_project
from tests.generated_projects import projects
from tests.study_files import TRIED, reopen, save, small_project, write_table

FORMAT_1 = Path(__file__).parent / "projects" / "format_1.rtkproj"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "lab" / "table.csv")


@pytest.fixture
def project(table: Path) -> Project:
    return small_project(table)


def with_table(project: Project, path: Path) -> Project:
    """The project with every table at another path."""
    return replace(project, study=replace(project.study, datasets=tuple(
        replace(spec, expression=tuple(replace(each, path=path) for each in spec.expression),
                clinical=tuple(replace(each, path=path) for each in spec.clinical)) for spec in project.study.datasets)))


def refusal(path: Path, shelf: Path) -> Any:
    with pytest.raises(UserError) as refused:
        reopen(path, shelf)
    return refused.value.problems[0]


def rewrite(path: Path, changes: dict[str, bytes | None], **more: bytes) -> None:
    """Replace members of a package; None takes one out."""
    with zipfile.ZipFile(path) as package:
        members = {info.filename: package.read(info) for info in package.infolist()}
    members.update(more)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in (members | changes).items():
            if data is not None:
                package.writestr(name, data)


def described(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as package:
        return dict(json.loads(package.read("project.json")))


# what is saved is what is opened


def test_that_a_project_opens_as_it_was_saved(tmp_path: Path, project: Project, table: Path) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    opened = reopen(path, tmp_path / "shelf")
    on_shelf = tables_of(opened.project)[0].path
    assert opened.project == with_table(replace(project, study=replace(project.study, file="study.rtkproj")), on_shelf)
    assert opened.tried == TRIED
    assert opened.notes == ()
    assert on_shelf.read_bytes() == table.read_bytes()
    assert on_shelf.name == "table.csv"


def test_that_saving_what_was_opened_changes_nothing(tmp_path: Path, project: Project) -> None:
    path, shelf = tmp_path / "study.rtkproj", tmp_path / "shelf"
    save(path, project)
    first = reopen(path, shelf)
    save(path, first.project, shelf_folder=shelf)
    assert reopen(path, shelf) == first


def test_that_an_empty_project_can_be_saved(tmp_path: Path) -> None:
    path = tmp_path / "empty.rtkproj"
    save(path, new_project("Nothing yet"))
    assert reopen(path, tmp_path / "shelf").project.name == "Nothing yet"


def test_that_stated_hashes_follow_their_file(tmp_path: Path, project: Project, table: Path) -> None:
    sha256 = hashlib.sha256(table.read_bytes()).hexdigest()
    spec = replace(project.study.datasets[0], stated_sha256={str(table): sha256})
    path = tmp_path / "study.rtkproj"
    save(path, replace(project, study=replace(project.study, datasets=(spec,))))
    opened = reopen(path, tmp_path / "shelf").project.study.datasets[0]
    assert opened.stated_sha256 == {str(opened.clinical[0].path): sha256}


def test_that_no_folder_of_the_user_is_in_the_file(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    with zipfile.ZipFile(path) as package:
        everything = b"".join(package.read(name) for name in package.namelist()) + "".join(package.namelist()).encode()
    assert tmp_path.name.encode() not in everything
    assert b"/lab/" not in everything


def test_that_two_files_of_one_name_stay_two(tmp_path: Path, project: Project) -> None:
    other = write_table(tmp_path / "other" / "table.csv", patients=12)
    spec = project.study.datasets[0]
    two = replace(spec, clinical=(TableSpec(other, id="patient"),))
    path = tmp_path / "study.rtkproj"
    save(path, replace(project, study=replace(project.study, datasets=(two,))))
    opened = reopen(path, tmp_path / "shelf").project.study.datasets[0]
    assert opened.clinical[0].path.read_bytes() == other.read_bytes()
    assert opened.expression[0].path.read_bytes() == spec.expression[0].path.read_bytes()


@pytest.mark.parametrize("name", ["Größe ≥ 3 [HER2+].csv", "a:b?.csv", "..csv", "con.csv", "x" * 180 + ".csv", "tab\there.csv"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot hold these names in the first place")
def test_that_odd_file_names_come_back_with_their_answers(tmp_path: Path, name: str) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, small_project(write_table(tmp_path / "lab" / name)))
    opened = reopen(path, tmp_path / "shelf").project
    found = tables_of(opened)[0].path
    assert found.name == safe_name(name)
    assert found.is_file()
    assert opened.study.datasets[0].answers.cells == {f"{found.name}!B3": "4.5"}


def test_that_a_colleague_can_unzip_it_and_run_the_study(tmp_path: Path, project: Project) -> None:
    from core.batch import check_study

    path = tmp_path / "study.rtkproj"
    save(path, project)
    with zipfile.ZipFile(path) as package:
        package.extractall(tmp_path / "unzipped")
    run = check_study(tmp_path / "unzipped" / "study.toml", JobContext())
    assert not run.failed
    assert run.datasets["lab"].tables[0].counts["samples"] == 40


@settings(max_examples=60, deadline=None)
@given(projects())
def test_that_any_project_can_be_saved_and_comes_back(tmp_path_factory: pytest.TempPathFactory, project: Project) -> None:
    """Also one that is half finished or whose files are nowhere."""
    folder = tmp_path_factory.mktemp("any")
    path = folder / "study.rtkproj"
    saved = save_project(path, project, TRIED, JobContext())
    assert {note.code for note in saved.notes} <= {"data_file_absent"}
    opened = reopen(path, folder / "shelf")
    assert opened.project.figures == project.figures
    assert opened.project.study.cohorts == project.study.cohorts
    assert opened.project.study.analyses == project.study.analyses
    assert [table.sheet for table in tables_of(opened.project)] == [table.sheet for table in tables_of(project)]
    save_project(path, opened.project, TRIED, JobContext())
    assert reopen(path, folder / "shelf") == opened


# saving again


def test_that_data_that_did_not_change_are_not_packed_again(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    monkeypatch.setattr(packed_data, "_pack", lambda *parts: pytest.fail("packed again"))
    save(path, renamed(project, "Another name"))
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
    assert reopen(path, tmp_path / "shelf").project.name == "Another name"


def test_that_the_version_before_is_kept_and_opens(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    assert not previous_version(path).exists()
    save(path, renamed(project, "second"))
    save(path, renamed(project, "third"))
    assert previous_version(path).name == "study.previous.rtkproj"
    assert reopen(previous_version(path), tmp_path / "shelf").project.name == "second"
    assert reopen(path, tmp_path / "shelf").project.name == "third"


def test_that_a_damaged_file_does_not_push_out_the_good_version_before(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, renamed(project, "first"))
    save(path, renamed(project, "second"))
    path.write_bytes(path.read_bytes()[:300])
    save(path, renamed(project, "third"))
    assert reopen(previous_version(path), tmp_path / "shelf").project.name == "first"


def test_that_data_damaged_in_the_old_file_are_packed_from_their_source(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    with zipfile.ZipFile(path) as package:
        member = next(info for info in package.infolist() if info.filename.startswith("files/"))
    data = bytearray(path.read_bytes())
    data[member.header_offset + 30 + len(member.filename) + 50] ^= 0xFF
    path.write_bytes(data)
    save(path, project)
    assert reopen(path, tmp_path / "shelf").notes == ()


def test_that_a_table_of_zeros_opens_again(tmp_path: Path) -> None:
    table = tmp_path / "zeros.csv"
    table.write_bytes(b"patient,AXL\n" + b"0,0\n" * 6_000_000)
    path = tmp_path / "study.rtkproj"
    save(path, small_project(table))
    assert tables_of(reopen(path, tmp_path / "shelf").project)[0].path.stat().st_size == table.stat().st_size
    save(path, small_project(table))
    assert tables_of(reopen(path, tmp_path / "other").project)[0].path.stat().st_size == table.stat().st_size


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_that_saving_through_a_link_keeps_the_link(tmp_path: Path, project: Project) -> None:
    (tmp_path / "real").mkdir()
    path, link = tmp_path / "real" / "study.rtkproj", tmp_path / "link.rtkproj"
    save(path, project)
    link.symlink_to(path)
    save(link, renamed(project, "through the link"))
    assert link.is_symlink()
    assert reopen(path, tmp_path / "shelf").project.name == "through the link"


# data files that have gone or changed


def test_that_a_file_that_vanished_is_taken_from_the_file_saved_before(
    tmp_path: Path, project: Project, table: Path
) -> None:
    path, data = tmp_path / "study.rtkproj", table.read_bytes()
    save(path, project)
    table.unlink()
    save(path, renamed(project, "without the table"))
    assert tables_of(reopen(path, tmp_path / "shelf").project)[0].path.read_bytes() == data


def test_that_a_file_that_vanished_is_taken_from_the_shelf(tmp_path: Path, project: Project, table: Path) -> None:
    shelf, data = tmp_path / "shelf", table.read_bytes()
    kept = DataShelf(shelf).take(table, JobContext())
    table.unlink()
    read_as = {table: hashlib.sha256(data).hexdigest()}
    save(tmp_path / "study.rtkproj", project, shelf_folder=shelf, read_as=read_as)
    assert kept.read_bytes() == data
    assert tables_of(reopen(tmp_path / "study.rtkproj", tmp_path / "new").project)[0].path.read_bytes() == data


def test_that_a_file_that_has_changed_is_saved_as_it_was_read(tmp_path: Path, project: Project, table: Path) -> None:
    path, data = tmp_path / "study.rtkproj", table.read_bytes()
    read_as = {table: hashlib.sha256(data).hexdigest()}
    save(path, project, read_as=read_as)
    table.write_text("patient\nsomebody else\n")
    save(path, project, read_as=read_as)
    assert tables_of(reopen(path, tmp_path / "shelf").project)[0].path.read_bytes() == data


def test_that_a_changed_file_without_a_copy_is_said(tmp_path: Path, project: Project, table: Path) -> None:
    read_as = {table: hashlib.sha256(table.read_bytes()).hexdigest()}
    table.write_text("patient\nsomebody else\n")
    saved = save_project(tmp_path / "study.rtkproj", project, TRIED, JobContext(), read_as=read_as)
    assert [note.code for note in saved.notes] == ["file_has_changed"]
    assert "table.csv" in saved.notes[0].line()


def test_that_a_study_whose_file_is_gone_is_saved_without_it_and_says_so(
    tmp_path: Path, project: Project, table: Path
) -> None:
    table.unlink()
    path = tmp_path / "study.rtkproj"
    for _ in range(2):
        saved = save_project(path, project, TRIED, JobContext())
        assert [note.code for note in saved.notes] == ["data_file_absent"]
        opened = reopen(path, tmp_path / "shelf")
        assert [note.code for note in opened.notes] == ["data_file_absent"]
        assert opened.project.study.cohorts == project.study.cohorts
        assert tables_of(opened.project)[0].file == "table.csv"
        project = opened.project


def test_that_a_file_damaged_on_the_shelf_is_unpacked_again(tmp_path: Path, project: Project, table: Path) -> None:
    path, shelf = tmp_path / "study.rtkproj", tmp_path / "shelf"
    save(path, project)
    on_shelf = tables_of(reopen(path, shelf).project)[0].path
    on_shelf.write_text("damaged")
    assert tables_of(reopen(path, shelf).project)[0].path.read_bytes() == table.read_bytes()
    on_shelf.write_text("damaged")
    save(path, reopen(path, tmp_path / "other").project)
    assert tables_of(reopen(path, shelf).project)[0].path.read_bytes() == table.read_bytes()


def test_that_the_shelf_forgets_what_nobody_used_for_long(tmp_path: Path, project: Project) -> None:
    path, shelf = tmp_path / "study.rtkproj", tmp_path / "shelf"
    save(path, project)
    on_shelf = tables_of(reopen(path, shelf).project)[0].path
    assert DataShelf(shelf).sweep() == 0
    os.utime(on_shelf, (0, 0))
    assert DataShelf(shelf).sweep(keep=[on_shelf]) == 0
    assert DataShelf(shelf).sweep() == 1
    assert not on_shelf.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="rights are lists there")
def test_that_patient_data_on_the_shelf_are_for_the_owner_alone(tmp_path: Path, project: Project) -> None:
    save(tmp_path / "study.rtkproj", project)
    on_shelf = tables_of(reopen(tmp_path / "study.rtkproj", tmp_path / "shelf").project)[0].path
    assert (tmp_path / "shelf").stat().st_mode & 0o077 == 0
    assert on_shelf.stat().st_mode & 0o077 == 0


# what goes wrong while saving


@pytest.mark.parametrize(("number", "code", "said"), [
    (errno.ENOSPC, "disk_full", "the disk is full"),
    (errno.EACCES, "not_writable", "may not be written to"),
    (errno.EROFS, "not_writable", "may not be written to"),
    (errno.EIO, "not_writable", "could not be saved"),
])  # fmt: skip
@pytest.mark.parametrize("step", ["mkstemp", "fsync", "replace"])
def test_that_a_save_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch, step: str, number: int, code: str, said: str
) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    before = path.read_bytes()

    def fail(*parts: Any, **more: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(f"core.project.whole_file.{'tempfile' if step == 'mkstemp' else 'os'}.{step}", fail)
        with pytest.raises(UserError) as refused:
            save_project(path, renamed(project, "other"), TRIED, JobContext())
    problem = refused.value.problems[0]
    assert problem.code == code
    assert said in problem.what
    assert "untouched" in problem.why
    assert path.read_bytes() == before
    assert {item.name for item in tmp_path.iterdir()} <= {"lab", "study.rtkproj", "study.previous.rtkproj"}


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file size there")
def test_that_a_disk_without_room_is_said_by_the_system_itself(tmp_path: Path, project: Project) -> None:
    import resource

    path = tmp_path / "study.rtkproj"
    save(path, project)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, hard))
    try:
        with pytest.raises(UserError) as refused:
            save_project(path, renamed(project, "other"), TRIED, JobContext())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.problems[0].code == "disk_full"
    assert path.read_bytes() == before
    assert {item.name for item in tmp_path.iterdir()} == {"lab", "study.rtkproj"}


def test_that_a_folder_that_is_gone_is_said(tmp_path: Path, project: Project) -> None:
    with pytest.raises(UserError) as refused:
        save_project(tmp_path / "unplugged" / "study.rtkproj", project, TRIED, JobContext())
    assert refused.value.problems[0].code == "no_folder"


def test_that_a_stopped_save_leaves_the_old_file(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    before = path.read_bytes()
    write_table(tables_of(project)[0].path, patients=50_000)
    job = JobContext(lambda fraction, words: job.cancel() if fraction > 0.5 else None)
    with pytest.raises(Cancelled):
        save_project(path, project, TRIED, job)
    assert path.read_bytes() == before
    assert {item.name for item in tmp_path.iterdir()} == {"lab", "study.rtkproj"}


# what cannot be opened


def test_that_a_newer_format_is_refused_and_left_alone(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    rewrite(path, {"project.json": json.dumps(described(path) | {"format": 4}).encode()})
    before = path.read_bytes()
    problem = refusal(path, tmp_path / "shelf")
    assert problem.what == (f"this study was made by a newer RTKscope (format 4, this one reads "
                            f"{migrations.PROJECT_FORMAT}). Nothing was changed")
    assert path.read_bytes() == before
    assert not (tmp_path / "shelf").exists()


@pytest.mark.parametrize("data", [b"", b"PK", b"hello, I am a csv\n", b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_that_another_file_under_our_name_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "study.rtkproj"
    path.write_bytes(data)
    assert refusal(path, tmp_path / "shelf").code in ("not_a_project", "damaged_project")


def test_that_a_workbook_under_our_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.rtkproj"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
    assert "no description of a study" in refusal(path, tmp_path / "shelf").what


def test_that_a_missing_project_and_a_folder_are_said(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.rtkproj", tmp_path / "shelf").code == "missing_project"
    assert refusal(tmp_path, tmp_path / "shelf").code == "not_a_project"


def test_that_a_file_cut_anywhere_is_refused_and_names_the_version_before(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    save(path, project)
    whole = path.read_bytes()
    for length in [*range(0, len(whole) - 1, max(len(whole) // 60, 1)), len(whole) - 1]:
        path.write_bytes(whole[:length])
        problem = refusal(path, tmp_path / "shelf")
        assert problem.code in ("damaged_project", "not_a_project")
        assert "study.previous.rtkproj" in problem.remedy


def test_that_a_file_with_changed_bytes_opens_equal_or_is_refused(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    whole, chance = path.read_bytes(), random.Random(5)
    shelf = tmp_path / "shelf"
    good = reopen(path, shelf).project
    refused = []
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        shutil.rmtree(shelf, ignore_errors=True)
        try:
            found = reopen(path, shelf).project
        except UserError as error:
            refused.append(error.problems[0])
        else:
            assert found == good
    assert all(problem.remedy for problem in refused)
    assert len(refused) > 100


def bomb(path: Path, name: str, size: int) -> None:
    document = described(path)
    document["files"].append({"member": name, "name": "bomb.csv", "sha256": "0" * 64, "bytes": size})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open(name, "w") as part:
        for _ in range(size // 1_000_000):
            part.write(bytes(1_000_000))
    rewrite_json(path, document)


def rewrite_json(path: Path, document: dict[str, Any]) -> None:
    rewrite(path, {"project.json": json.dumps(document).encode()})


def test_that_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    bomb(path, "files/0000000000000000/bomb.csv", 100_000_000)
    assert "unpacks to too much" in refusal(path, tmp_path / "shelf").what
    assert not (tmp_path / "shelf").exists()


@pytest.mark.parametrize("member", [
    "../evil.csv", "/etc/evil", "files/../../evil.csv", "files/0000000000000000/../../evil.csv",
    "files/0000000000000000/..", "evil.py", "C:\\evil", "files/0000000000000000/a\\..\\b",
])  # fmt: skip
def test_that_a_member_outside_its_place_is_refused(tmp_path: Path, project: Project, member: str) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    rewrite(path, {member: b"evil"})
    assert refusal(path, tmp_path / "shelf").code == "damaged_project"
    assert not (tmp_path / "shelf").exists()


@pytest.mark.parametrize("name", ["../../evil.csv", "/evil.csv", "..", "", "a/b.csv", "a\0b.csv"])
def test_that_a_name_in_the_list_cannot_leave_the_shelf(tmp_path: Path, project: Project, name: str) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    document = described(path)
    document["files"][0]["name"] = name
    rewrite_json(path, document)
    found = tables_of(reopen(path, tmp_path / "shelf").project)[0].path
    assert found.resolve().is_relative_to((tmp_path / "shelf").resolve())
    assert found.is_file()


@pytest.mark.parametrize("change", [
    {"sha256": "0" * 64}, {"sha256": "../../../../x" + "0" * 51}, {"bytes": 5}, {"member": "files/x"}, {"name": 7},
    {"member": "project.json"},
])  # fmt: skip
def test_that_a_list_that_does_not_fit_the_data_is_refused(
    tmp_path: Path, project: Project, change: dict[str, Any]
) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    document = described(path)
    document["files"][0] |= change
    rewrite_json(path, document)
    assert refusal(path, tmp_path / "shelf").code == "damaged_project"
    assert not list((tmp_path / "shelf").rglob("*.csv")) if (tmp_path / "shelf").exists() else True


def test_that_a_member_that_is_there_twice_is_refused(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    with zipfile.ZipFile(path, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("project.json", b"{}")
    assert refusal(path, tmp_path / "shelf").code == "damaged_project"


def test_that_no_room_for_the_data_is_said(tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "study.rtkproj"
    save(path, project)
    monkeypatch.setattr("core.project.packed_data.shutil.disk_usage", lambda folder: shutil._ntuple_diskusage(9, 9, 0))  # type: ignore[attr-defined]
    assert refusal(path, tmp_path / "shelf").code == "disk_full"


# formats


def test_that_a_project_of_format_1_always_opens(tmp_path: Path) -> None:
    opened = open_project(FORMAT_1, tmp_path / "shelf", JobContext())
    project = opened.project
    assert opened.notes == ()
    assert project.name == "Small study"
    assert project.study.datasets[0].answers.cells == {"table.csv!B3": "4.5"}
    assert project.study.analyses[0].parameters == {"permutations": 50}
    assert project.figures["prognosis/forest"].caption == "Forest, “b”"
    assert opened.tried == TRIED
    assert tables_of(project)[0].path.read_text().startswith("patient,ERBB2")


def test_that_earlier_formats_are_brought_forward_step_by_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second(document: dict[str, Any]) -> dict[str, Any]:
        return document | {"steps": ["second"]}

    def third(document: dict[str, Any]) -> dict[str, Any]:
        study = document["study"] | {"description": "+".join([*document["steps"], "third"])}
        return {key: value for key, value in document.items() if key != "steps"} | {"study": study}

    monkeypatch.setattr(migrations, "PROJECT_FORMAT", 3)
    monkeypatch.setattr(migrations, "MIGRATIONS", {1: second, 2: third})
    assert reopen(FORMAT_1, tmp_path / "shelf").project.study.description == "second+third"


def test_that_there_is_a_migration_from_every_earlier_format() -> None:
    assert sorted(migrations.MIGRATIONS) == list(range(1, migrations.PROJECT_FORMAT))
