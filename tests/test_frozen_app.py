"""The frozen app is built and its self-test run: resource paths, spawned processes and imports by name are found now.

Not for: installers. Where PyInstaller cannot work (no binutils on a bare Linux) this is said and skipped.
"""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[1]
LACKING = [name for name in ("objdump", "ldd") if sys.platform.startswith("linux") and not shutil.which(name)]

@pytest.fixture(scope="module")
def smoke_test() -> ModuleType:
    spec = importlib.util.spec_from_file_location("smoke_test", PROJECT / "installer" / "smoke_test.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(bool(LACKING), reason=f"PyInstaller needs {' and '.join(LACKING)}")
def test_that_the_frozen_app_passes_its_own_self_test_far_from_the_project(
        smoke_test: ModuleType, tmp_path: Path) -> None:
    from gui.page_list import PAGES

    folder = smoke_test.build(tmp_path / "dist", tmp_path / "build")
    answer = smoke_test.self_test(folder)
    assert answer["ok"], answer
    assert answer["exit_status"] == 0
    assert answer["frozen"] is True
    names = [check["name"] for check in answer["checks"]]
    assert [f"page {entry.title}" for entry in PAGES] == [name for name in names if name.startswith("page ")]
    assert smoke_test.size_mb(folder) < smoke_test.LARGEST_MB
    unwanted = [path.name for path in folder.rglob("*") if path.name.startswith(("libQt6Network", "libQt6Qml", "pytest"))]
    assert unwanted == []
