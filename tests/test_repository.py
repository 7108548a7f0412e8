"""What may lie in the repository: pins without addresses and in step with pyproject, no path of one machine, papers.

Not for: how the code is built (test_architecture.py) or what it computes.
"""

import ast
import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).resolve().parents[1]
NOT_OURS = {".git", ".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache",
            ".hypothesis", "build", "dist", "results"}  # fmt: skip
PLATFORMS = [("linux", "Linux"), ("win32", "Windows"), ("darwin", "Darwin")]
PYTHONS = ["3.11.2", "3.12.0", "3.13.5", "3.14.0"]


def files_of_the_repository() -> list[Path]:
    """The files under version control, or everything that is not a by-product where git or its folder is missing."""
    try:
        listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=PROJECT, stderr=subprocess.DEVNULL)
        paths = [PROJECT / name for name in listed.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = list(PROJECT.rglob("*"))
    ours = [path for path in paths if not NOT_OURS & set(path.relative_to(PROJECT).parts)]
    return sorted(path for path in ours if path.is_file() and ".egg-info" not in str(path))


def written_files() -> dict[str, str]:
    """What people wrote: source, prose and settings, by name. Data tables are left out."""
    endings = {".py", ".md", ".sh", ".toml", ".txt", ".lock", ".cfg", ".ini", ".json", ".yml", ".R", ""}
    return {
        path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in files_of_the_repository()
        if path.suffix in endings
    }


def pyproject() -> dict:  # type: ignore[type-arg]
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def pins() -> list[Requirement]:
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.rstrip("\\ ")) for line in lines if line and not line.startswith((" ", "#"))]


def pinned_versions(python: str, platform: tuple[str, str]) -> dict[str, list[str]]:
    """The versions that the lock names for one Python on one platform."""
    environment = {
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": platform[0],
        "platform_system": platform[1],
    }
    versions: dict[str, list[str]] = {}
    for pin in pins():
        if pin.marker is None or pin.marker.evaluate(environment):
            versions.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    return versions


def test_that_the_pins_name_no_address() -> None:
    text = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"\S*://\S*|index-url|find-links|trusted-host| @ ", text) == []


def test_that_every_pin_is_exact_and_carries_hashes() -> None:
    entries = re.split(r"\n(?=\S)", (PROJECT / "requirements.lock").read_text(encoding="utf-8").strip())
    loose = [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert loose == []
    assert len(entries) == len(pins()) > 40


@pytest.mark.parametrize("platform", PLATFORMS, ids=[name for name, _ in PLATFORMS])
@pytest.mark.parametrize("python", PYTHONS)
def test_that_the_pins_are_in_step_with_pyproject(python: str, platform: tuple[str, str]) -> None:
    project = pyproject()["project"]
    versions = pinned_versions(python, platform)
    assert {name: found for name, found in versions.items() if len(found) != 1} == {}
    extras = project["optional-dependencies"]
    asked = [Requirement(line) for line in [*project["dependencies"], *extras["dev"], *extras["dask"]]]
    unmet = [
        str(wanted)
        for wanted in asked
        if not any(wanted.specifier.contains(Version(v)) for v in versions.get(canonicalize_name(wanted.name), []))
    ]
    assert unmet == []


def test_that_what_is_installed_is_what_is_pinned() -> None:
    different = {}
    for pin in pins():
        if pin.marker is None or Marker(str(pin.marker)).evaluate():
            installed = importlib.metadata.version(pin.name)
            if not pin.specifier.contains(Version(installed)):
                different[pin.name] = (installed, str(pin.specifier))
    assert different == {}


def test_that_no_package_has_to_be_compiled_on_the_users_machine() -> None:
    assert pinned_versions("3.11.2", PLATFORMS[0])["autograd-gamma"] == ["0.4.2"], "0.5.0 has no wheel"


def test_that_no_file_names_a_path_of_one_machine() -> None:
    own_places = re.compile(r"(?<![\w$}.~-])/(?:work|root|tmp)/\w|/Users/\w+/|[A-Z]:\\Users\\")
    named = {name: own_places.findall(text) for name, text in written_files().items()}
    assert {name: found for name, found in named.items() if found and name != "tests/test_repository.py"} == {}


def test_that_no_file_names_the_host_of_a_package_registry() -> None:
    hosts = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|archive\.ubuntu|security\.debian")
    named = [name for name, text in written_files().items() if hosts.search(text)]
    assert [name for name in named if name != "tests/test_repository.py"] == []


def test_that_nothing_is_left_for_later_in_the_source() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|lorem ipsum", re.IGNORECASE)
    source = {name: text for name, text in written_files().items() if name.endswith((".py", ".sh", ".toml", "run"))}
    marked = [name for name, text in source.items() if marks.search(text)]
    assert [name for name in marked if name != "tests/test_repository.py"] == []


def test_that_what_a_base_class_leaves_to_its_subclasses_is_there_in_one() -> None:
    classes = [node for name, text in written_files().items() if name.endswith(".py") and name.startswith(("core", "gui"))
               for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    left_open, written = [], []
    for node in classes:
        for method in (part for part in node.body if isinstance(part, ast.FunctionDef)):
            raises = any(isinstance(part, ast.Raise) and ast.unparse(part) == "raise NotImplementedError"
                         for part in ast.walk(method))
            (left_open if raises else written).append((node, method.name))
    for node, method in left_open:
        names, heirs = {node.name}, list[ast.ClassDef]()
        while more := [other for other in classes if other not in heirs and names & set(map(ast.unparse, other.bases))]:
            heirs += more  # also heirs of heirs
            names |= {other.name for other in more}
        assert heirs, f"{node.name}.{method} is left to nobody"
        assert any((other, method) in written for other in heirs), f"{node.name}.{method} is left for later"


def test_that_the_readme_gives_the_two_commands_and_ci_runs_the_second() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^\s*python3 run\.py\s*$", readme, re.MULTILINE)
    assert re.search(r"^\s*python3 run\.py test\s*$", readme, re.MULTILINE)
    assert "py run.py" in readme.replace("python3 run.py", "")
    assert "python3 run.py test" in (PROJECT / ".ci" / "run").read_text(encoding="utf-8")


def test_that_the_files_the_readme_points_to_exist() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    pointed_to = {target for target in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in target}
    assert pointed_to, "the README points to the documents"
    assert [target for target in sorted(pointed_to) if not (PROJECT / target).exists()] == []


def test_that_the_licence_and_the_changes_of_this_version_are_there() -> None:
    version = pyproject()["project"]["version"]
    assert "MIT License" in (PROJECT / "LICENSE").read_text(encoding="utf-8")
    first_heading = re.search(r"^## (\S+)", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first_heading is not None
    assert first_heading[1] == version


def test_that_core_says_the_version_of_pyproject() -> None:
    import core

    assert core.__version__ == pyproject()["project"]["version"]


@pytest.mark.parametrize("bundle", ["resources", "tests/data"])
def test_that_every_bundled_file_lies_beside_its_source_and_licence(bundle: str) -> None:
    root = PROJECT / bundle
    papers = [path.parent for path in files_of_the_repository() if path.name.startswith(("PROVENANCE", "LICENSE"))]
    bundled = [path for path in files_of_the_repository() if root in path.parents]
    explained = {folder for folder in papers if folder == root or root in folder.parents}
    unexplained = [path for path in bundled if not explained & set(path.parents)]
    assert [path.relative_to(PROJECT).as_posix() for path in unexplained] == []


def test_that_no_file_is_too_big_to_be_cloned_in_a_minute() -> None:
    sizes = {path.relative_to(PROJECT).as_posix(): path.stat().st_size for path in files_of_the_repository()}
    assert {name: size for name, size in sizes.items() if size > 10_000_000} == {}
