"""The rules of the house, read off the source: who knows whom, how modules open, what is imported when.

Not for: what modules compute; each has tests of its own.
"""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

PROJECT = Path(__file__).resolve().parents[1]
CORE = sorted((PROJECT / "core").rglob("*.py"))
GUI = sorted((PROJECT / "gui").rglob("*.py"))
PRODUCT = [*CORE, *GUI, PROJECT / "main.py"]
EVERY_SOURCE = [*PRODUCT, PROJECT / "run.py", *sorted((PROJECT / "tests").rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports anywhere, `from a import b` as both a and a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def importers_of(*modules: str) -> list[str]:
    def inside(imported: str) -> bool:
        return any(imported == module or imported.startswith(module + ".") for module in modules)

    return [name_of(path) for path in PRODUCT if any(inside(imported) for imported in imports_of(path))]


def test_that_the_import_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PROJECT))
    configure()
    contracts_kept = lint_imports(str(PROJECT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert contracts_kept, "the captured output names the import"


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("core/jobs.py", "import PySide6"),
        ("core/statistics/p_values.py", "import pandas"),
        ("core/statistics/p_values.py", "import core.data"),
        ("core/data/values.py", "import core.analyses"),
        ("gui/widgets/panel.py", "import gui.session"),
        ("gui/session.py", "import gui.pages.base_page"),
    ],
)
def test_that_the_import_contracts_catch_a_wrong_import(tmp_path: Path, module: str, line: str) -> None:
    for path in [*CORE, *GUI, PROJECT / "pyproject.toml"]:
        target = tmp_path / path.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    spoilt = tmp_path / module
    spoilt.write_text(spoilt.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    command = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    checked = subprocess.run([sys.executable, "-c", command], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert checked.returncode == 1
    assert "BROKEN" in checked.stdout


def test_that_every_module_opens_with_what_it_is_for_and_what_not() -> None:
    docstrings = {name_of(path): ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) for path in PRODUCT}
    assert [name for name, words in docstrings.items() if not re.search(r"\bnot\b", words or "", re.IGNORECASE)] == []


def test_that_no_module_is_longer_than_400_lines() -> None:
    modules = [*PRODUCT, PROJECT / "run.py"]
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {name: length for name, length in lengths.items() if length > 400} == {}, "look for the second idea in it"


def test_that_no_module_or_class_has_a_name_that_says_nothing() -> None:
    empty_words = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common", "tmp", "stuff"}
    nameless = []
    for path in EVERY_SOURCE:
        parts = set(re.split(r"[/_.]", name_of(path)))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                parts |= {word.lower() for word in re.findall(r"[A-Z][a-z]+", node.name)}
        if parts & empty_words:
            nameless.append((name_of(path), parts & empty_words))
    assert nameless == []


def test_that_pyplot_and_nested_event_loops_are_used_nowhere() -> None:
    assert importers_of("matplotlib.pyplot", "pylab") == []
    assert [name_of(path) for path in PRODUCT if "processEvents" in path.read_text(encoding="utf-8")] == []


def test_that_no_widget_is_asked_for_its_screen() -> None:
    asked = re.compile(r"(?<!primary)\.screen\(\)")
    assert [name_of(path) for path in PRODUCT if asked.search(path.read_text(encoding="utf-8"))
            and path.name != "screen_room.py"] == []


def test_that_nothing_can_reach_the_network_or_run_what_a_file_says() -> None:
    network = ["socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "requests", "PySide6.QtNetwork"]
    assert importers_of(*network) == []
    assert importers_of("pickle", "shelve", "marshal", "joblib", "dill") == []
    unsafe = re.compile(r"read_pickle|allow_pickle\s*=\s*True|\.extractall\(|(?<![.\w])(eval|exec)\(|shell\s*=\s*True")
    assert [name_of(path) for path in PRODUCT if unsafe.search(path.read_text(encoding="utf-8"))] == []


def test_that_the_command_line_starts_without_the_slow_libraries() -> None:
    slow = ["PySide6", "shiboken6", "pyqtgraph", "pandas", "scipy.stats", "scipy.optimize", "lifelines", "matplotlib",
            "openpyxl", "xlsxwriter", "docx", "python_calamine"]  # fmt: skip
    question = f"import sys, main, core.command_line; print([name for name in {slow} if name in sys.modules])"
    started = subprocess.run([sys.executable, "-c", question], cwd=PROJECT, capture_output=True, encoding="utf-8")
    assert started.stderr == ""
    assert started.stdout.strip() == "[]"


def test_that_every_package_of_core_is_listed_for_building() -> None:
    listed = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {name_of(path.parent).replace("/", ".") for path in [*CORE, *GUI]}
    assert set(listed) == found


def test_that_run_py_needs_nothing_but_the_standard_library() -> None:
    outside = {name.split(".")[0] for name in imports_of(PROJECT / "run.py")} - set(sys.stdlib_module_names)
    assert outside == set()


def test_that_an_old_python_can_still_read_run_py() -> None:
    ast.parse((PROJECT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 7))
