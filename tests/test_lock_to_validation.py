"""From a search in METABRIC to a lock and its test in two cohorts: window, study file and cluster give the same bytes.

Not for: the numbers (test_rtk_subset.py, test_validation_runs.py) or the words of dialogs (test_subset_lock.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from core.analyses.locked_score import Lock
from core.export.tables import write_csv
from core.project.study_file import read_study
from gui import theme
from gui.preferences import HOME_VARIABLE
from gui.widgets.cohorts_dialog import CohortsDialog
from gui.widgets.lock_dialog import LockDialog
from tests.test_dask_cluster import Cluster, cluster
from tests.test_run_equals_r import COHORTS, ROOT, cohort, dataset
from tests.test_subset_on_a_cluster import run_with_a_worker_killed, written
from tests.window_hands import CTRL, Hands, window_open

__all__ = ["cluster"]  # the fixture

TABLES = {"metabric_rtk.csv.gz": "metabric/metabric_rtk.csv.gz",
          "bild.csv.gz": "gse3143_bild/rtk_expression.csv.gz", "bild.csv": "gse3143_bild/clinical.csv",
          "sorlie.csv.gz": "gse4335_sorlie/rtk_expression.csv.gz", "sorlie.csv": "gse4335_sorlie/clinical.csv"}
STUDY = "format = 1\nname = 'Three cohorts'\n" + "".join((
    dataset("metabric", "file = 'metabric_rtk.csv.gz', samples = 'rows', id = 'patient_id', scale = 'z'",
            "file = 'metabric_rtk.csv.gz', id = 'patient_id'", "overall_survival_months", "months", "overall_survival",
            "0"),
    dataset("gse4335", "file = 'sorlie.csv.gz', samples = 'columns', scale = 'log ratio'",
            "file = 'sorlie.csv', id = 'sample_id'", "time", "months", "event", "1"),
    dataset("gse3143", "file = 'bild.csv.gz', samples = 'columns', scale = 'log2'",
            "file = 'bild.csv', id = 'sample_id'", "time", "months", "event", "1"),
    cohort("all", "metabric"), cohort("sorlie", "gse4335"), cohort("bild", "gse3143"), """
[[analysis]]
name = "subset"
kind = "rtk_subset"
cohort = "all"
parameters = { max_size = 3, permutations = 50, halves = 20, folds = 5, cv_permutations = 10, random_genes = 0 }
"""))


@dataclass(frozen=True)
class Left:
    """What a person leaves behind: the study file of the window, the lock, and the tables that were shown."""

    study: Path
    lock: Lock
    tables: dict[str, bytes]


@pytest.fixture(scope="module")
def left(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """Search, lock and test by mouse and keyboard, then save the study as a study file."""
    folder = tmp_path_factory.mktemp("lock") / "Größe µ (neu)"
    home = folder / "home of the window"
    home.mkdir(parents=True)
    for name, source in TABLES.items():
        shutil.copy(COHORTS / source, folder / name)
    (folder / "search.toml").write_text(STUDY, encoding="utf-8")
    saved = folder / "locked.toml"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home))
        patch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(saved), ""))
        with window_open(home) as hands:
            hands.window.files.open_path(folder / "search.toml")
            hands.idle()
            lock = from_search_to_test(hands)
            hands.window.actions_by_key["save_study_file"].trigger()
            hands.idle()
            assert not hands.boxes()
            tables = tables_shown(hands, folder / "shown")
    yield Left(saved, lock, tables)
    theme.apply(qapp, "light", 100)


def from_search_to_test(hands: Hands) -> Lock:
    """Run, Ctrl+L, Lock, “Test in…”, Test."""
    hands.key(Qt.Key.Key_5, CTRL)
    hands.idle()
    page: Any = hands.window.page
    assert page.KEY == "subset"
    hands.key(Qt.Key.Key_Return, CTRL)
    hands.wait(lambda: page.outcome is not None and not hands.session.is_stale("subset"), "the search")
    hands.idle()
    hands.key(Qt.Key.Key_L, CTRL)
    hands.wait(lambda: hands.window.findChild(LockDialog) is not None, "the lock is shown")
    hands.press(hands.window.findChild(LockDialog).seal)
    hands.idle()
    (lock,) = hands.session.project.study.locks
    hands.press(hands.button("Test in…", page.locking.bar))
    hands.wait(lambda: hands.window.findChild(CohortsDialog) is not None, "the cohorts are shown")
    dialog = hands.window.findChild(CohortsDialog)
    assert dialog.choice() == (("sorlie", "outcome of gse4335"), ("bild", "outcome of gse3143"))
    hands.press(dialog.test)
    hands.wait(lambda: page.locking.outcome is not None, "the test in two cohorts")
    hands.idle()
    return lock


def tables_shown(hands: Hands, folder: Path) -> dict[str, bytes]:
    """Every table of every outcome of the window, as the csv that it is."""
    for spec in hands.session.project.study.analyses:
        outcome = hands.session.outcome(spec.name)
        assert outcome is not None
        assert not hands.session.is_stale(spec.name)
        for table in outcome.result.tables:
            write_csv(table, folder / spec.name / f"{table.name}.csv")
    return written(folder)


def assert_same_bytes(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    """A difference is named by its file, not shown as two files in one line."""
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


def test_that_a_run_of_the_saved_study_file_writes_the_tables_that_the_window_showed(left: Left, tmp_path: Path) -> None:
    study = read_study(left.study)
    (lock,) = study.locks
    assert lock == left.lock
    assert lock.is_intact
    assert (lock.source, lock.found_in) == ("subset", "all")
    test = next(spec for spec in study.analyses if spec.kind == "validation")
    assert (test.parameters["locked"], test.parameters["cohorts"]) == ((lock.name,), ("sorlie", "bild"))
    assert {"subset/subsets.csv", "subset/null.csv", f"{test.name}/cohorts.csv", f"{test.name}/pooled.csv",
            f"{test.name}/random_sets.csv", f"{test.name}/added_value.csv"} <= set(left.tables)
    done = subprocess.run([sys.executable, str(ROOT / "main.py"), "run", str(left.study), "--out", str(tmp_path / "run")],
                          capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, timeout=240,
                          env={**os.environ, HOME_VARIABLE: str(tmp_path / "home of run")})
    assert done.returncode == 0, done.stderr
    assert_same_bytes(written(tmp_path / "run"), left.tables)
    assert read_study(tmp_path / "run" / "study.toml").locks == (lock,)


def test_that_a_cluster_with_a_worker_killed_writes_the_tables_that_the_window_showed(
        left: Left, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.analyses.subset_numbers.LARGEST_BLOCK", 2)  # else a search this small is one block
    done = run_with_a_worker_killed(cluster, left.study, tmp_path, monkeypatch)
    assert len(done) == 35, "25 blocks of shuffles, 5 of halves, 5 of shuffled folds"
    assert_same_bytes(written(tmp_path / "there"), left.tables)
