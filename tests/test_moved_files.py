"""A data file that has moved is found again by the user once, and the files that lay beside it follow.

Not for: reading the files.
"""

from pathlib import Path

from core.data.dataset import DatasetSpec
from core.data.sheets.recipe import TableSpec
from core.project.moved_files import missing_files, with_file_moved
from core.project.project import new_project, with_dataset


def test_that_all_files_of_the_old_folder_follow_the_one_that_was_found(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    new.mkdir()
    for name in ("genes.csv", "clinical.csv"):
        (new / name).write_text("x")
    there = tmp_path / "there.csv"
    there.write_text("x")
    spec = DatasetSpec("a", "cohort", (TableSpec(old / "genes.csv"),), (TableSpec(old / "clinical.csv"), TableSpec(there)),
                       stated_sha256={str(old / "genes.csv"): "ab"})
    project = with_dataset(new_project(), spec)
    assert missing_files(spec) == (old / "genes.csv", old / "clinical.csv")
    found = with_file_moved(project, old / "genes.csv", new / "genes.csv").study.datasets[0]
    assert missing_files(found) == ()
    assert [table.path for table in found.clinical] == [new / "clinical.csv", there]
    assert found.stated_sha256 == {str(new / "genes.csv"): "ab"}


def test_that_a_file_under_another_name_is_taken_and_others_stay_missing(tmp_path: Path) -> None:
    old = tmp_path / "old"
    renamed = tmp_path / "genes v2.csv"
    renamed.write_text("x")
    spec = DatasetSpec("a", "cohort", (TableSpec(old / "genes.csv"),), (TableSpec(old / "clinical.csv"),))
    found = with_file_moved(with_dataset(new_project(), spec), old / "genes.csv", renamed).study.datasets[0]
    assert found.expression[0].path == renamed
    assert missing_files(found) == (old / "clinical.csv",)
