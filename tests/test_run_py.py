"""run.py: what it does on machines that lack something, and that it starts main.py as it should.

Not for: a real set-up from nothing, which needs the network and a bare Debian: installer/fresh_machine.sh.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

PROJECT = Path(__file__).resolve().parents[1]
ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="the stand-in for .venv is a symbolic link")


@pytest.fixture
def run_py() -> ModuleType:
    """run.py as a module of its own for each test, so that a test may bend it."""
    specification = importlib.util.spec_from_file_location("run_py", PROJECT / "run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def bare_debian(run_py: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py on a Debian that lacks python3-venv and two libraries, started by an ordinary user."""
    monkeypatch.setattr(run_py, "missing_venv_package", lambda: "python3-venv")
    monkeypatch.setattr(run_py, "missing_libraries", lambda: {"libGL.so.1": "libgl1", "libEGL.so.1": "libegl1"})
    monkeypatch.setattr(run_py, "uses_apt", lambda: True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    return run_py


def finish_set_up(project: Path) -> None:
    """Make project/.venv as a finished set-up leaves it, with this very Python in it."""
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    digest = hashlib.sha256((project / "requirements.lock").read_bytes()).hexdigest()
    (project / ".venv" / "rtkscope-set-up.txt").write_text(f"{digest}\n{project}/.venv\n{sys.executable}")


@pytest.fixture
def ready(tmp_path: Path) -> Callable[[str], Path]:
    """A project that is set up, whose main.py holds the given lines; returns its folder."""

    def make(main_py: str) -> Path:
        project = tmp_path / "Kopie µ 1"
        project.mkdir()
        shutil.copy(PROJECT / "run.py", project)
        (project / "requirements.lock").write_text("numpy==2.0\n")
        (project / "main.py").write_text("import os, pathlib, sys, time\n" + main_py, encoding="utf-8")
        finish_set_up(project)
        return project

    return make


def start(project: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(project / "run.py"), *words], cwd=project.parent, capture_output=True, encoding="utf-8",
        env={**os.environ, **environment}, timeout=60,
    )  # fmt: skip


# what the machine must have


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_that_a_supported_python_is_taken(run_py: ModuleType, version: tuple[int, int]) -> None:
    run_py.check_python(version)


@pytest.mark.parametrize("version", [(3, 10), (3, 15)])
def test_that_another_python_is_refused_with_the_one_that_would_do(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "found" if name == "python3.12" else None)
    with pytest.raises(run_py.MachineNotReadyError) as refused:
        run_py.check_python(version)
    assert str(refused.value) == (
        f"RTKscope needs Python 3.11 to 3.14, and this is 3.{version[1]}; "
        "this machine has one, so use: python3.12 run.py"
    )


def test_that_an_ordinary_user_is_told_in_one_line_what_is_missing(bare_debian: ModuleType) -> None:
    with pytest.raises(bare_debian.MachineNotReadyError) as refused:
        bare_debian.provide_system_pieces(venv_needed=True, qt_needed=False)
    assert str(refused.value) == (
        "this system lacks python3-venv and Qt's system libraries; install with: sudo apt-get update && "
        "sudo apt-get install -y --no-install-recommends python3-venv libgl1 libegl1"
    )


def test_that_root_installs_what_is_missing_and_says_so(
    bare_debian: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def install(packages: list[str]) -> str:
        assert packages == ["python3-venv", "libgl1", "libegl1"]
        monkeypatch.setattr(bare_debian, "missing_venv_package", lambda: "")
        monkeypatch.setattr(bare_debian, "missing_libraries", dict)
        return ""

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(bare_debian, "install_with_apt", install)
    bare_debian.provide_system_pieces(venv_needed=True, qt_needed=True)
    assert "lacks python3-venv libgl1 libegl1; installing that with apt-get, as root" in capsys.readouterr().err


def test_that_root_is_told_why_apt_get_could_not_install(
    bare_debian: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_step(title: str, command: list[str], environment: dict[str, str]) -> None:
        assert environment["DEBIAN_FRONTEND"] == "noninteractive"
        raise bare_debian.StepFailedError("Reading package lists...\nE: Unable to locate package libgl1\nE: more\n")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(bare_debian, "run_step", run_step)
    with pytest.raises(bare_debian.MachineNotReadyError) as refused:
        bare_debian.provide_system_pieces(venv_needed=True, qt_needed=True)
    assert "and apt-get could not install it (E: Unable to locate package libgl1); install with: " in str(refused.value)


def test_that_another_linux_is_given_the_names_of_the_libraries(
    bare_debian: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bare_debian, "uses_apt", lambda: False)
    with pytest.raises(bare_debian.MachineNotReadyError) as refused:
        bare_debian.provide_system_pieces(venv_needed=False, qt_needed=True)
    assert str(refused.value) == (
        "this system lacks Qt's system libraries; install with: your package manager, "
        "which should bring libGL.so.1 libEGL.so.1"
    )


def test_that_missing_qt_libraries_are_named_but_stop_only_what_draws(
    bare_debian: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bare_debian, "missing_venv_package", lambda: "")
    bare_debian.provide_system_pieces(venv_needed=True, qt_needed=False)
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "libgl1 libegl1" in told
    with pytest.raises(bare_debian.MachineNotReadyError):
        bare_debian.provide_system_pieces(venv_needed=True, qt_needed=True)


@pytest.mark.parametrize(("display", "named"), [("", False), (":0", True)])
def test_that_the_libraries_of_a_real_window_are_asked_for_only_with_a_display(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, display: str, named: bool
) -> None:
    def load(library: str) -> None:
        raise OSError(library)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr("ctypes.CDLL", load)
    missing = run_py.missing_libraries()
    assert missing["libglib-2.0.so.0"] == "libglib2.0-0"
    assert ("libxcb-cursor0" in missing.values()) is named


@pytest.mark.parametrize(
    ("release", "debian"),
    [
        ("ID=debian\n", True),
        ('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ("ID=fedora\nHOME_URL=debian\n", False),
    ],
)
def test_that_relatives_of_debian_are_recognised(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, release: str, debian: bool
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda path, **_: release)
    monkeypatch.setattr(shutil, "which", lambda name: f"somewhere/{name}")
    assert run_py.uses_apt() is debian


# the set-up


@ON_POSIX
@pytest.mark.parametrize("spoilt", ["nothing", "interrupted", "other pins", "moved", "its Python is gone", "no Python"])
def test_that_only_a_finished_set_up_of_these_pins_in_this_place_counts(
    run_py: ModuleType, tmp_path: Path, spoilt: str
) -> None:
    project = tmp_path / "RTKscope"
    project.mkdir()
    (project / "requirements.lock").write_text("numpy==2.0\n")
    finish_set_up(project)
    stamp = project / ".venv" / "rtkscope-set-up.txt"
    if spoilt == "interrupted":
        stamp.unlink()
    elif spoilt == "other pins":
        (project / "requirements.lock").write_text("numpy==2.1\n")
    elif spoilt == "moved":
        project = project.rename(tmp_path / "elsewhere")
    elif spoilt == "its Python is gone":
        stamp.write_text(stamp.read_text().replace(sys.executable, str(tmp_path / "python3.10")))
    elif spoilt == "no Python":
        (project / ".venv" / "bin" / "python").unlink()
    run_py.VENV = project / ".venv"
    run_py.VENV_PYTHON = run_py.VENV / "bin" / "python"
    run_py.STAMP = run_py.VENV / "rtkscope-set-up.txt"
    run_py.PINS = project / "requirements.lock"
    assert run_py.is_set_up() is (spoilt == "nothing")


# Printed by pip 23 to 26 in the situations named, shortened.
@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...: "
            "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')'\n"
            "ERROR: No matching distribution found for numpy==2.4.6\n",
            "the package index could not be reached",
        ),
        ("ERROR: Could not install packages: [Errno 28] No space left on device\n", "the disk is full"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated\n"
            "    tomli-w==1.2.0 from somewhere:\n        Expected sha256 000\n",
            "the downloaded tomli-w==1.2.0 is not the one this version was tested with",
        ),
        ("ERROR: No matching distribution found for scipy==1.17.1\n", "scipy==1.17.1 does not exist for this computer"),
        ("SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "the package index could not be trusted"),
        ("something new\n", "pip could not install the packages; it said:\nsomething new"),
    ],
)
def test_that_a_failure_of_pip_is_told_in_words(run_py: ModuleType, printed: str, sentence: str) -> None:
    assert run_py.why_pip_failed(printed).startswith(sentence)


def test_that_a_full_disk_is_told_before_anything_is_fetched(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_py.PROJECT, run_py.VENV, run_py.STAMP = tmp_path, tmp_path / ".venv", tmp_path / ".venv" / "stamp"
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=3 * 10**8))
    with pytest.raises(run_py.MachineNotReadyError, match=r"has 0\.3 GB of disk left; RTKscope needs 1\.2 GB"):
        run_py.make_venv()


def test_that_a_folder_that_cannot_be_written_is_told(run_py: ModuleType, tmp_path: Path) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")
    run_py.PROJECT, run_py.VENV = tmp_path, in_the_way / ".venv"
    with pytest.raises(run_py.MachineNotReadyError, match=r"cannot be written .*into a folder of your own"):
        run_py.make_venv()


def test_that_another_pythons_packages_are_kept_out_and_pips_settings_stay(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_FIND_LINKS", "PIP_CERT"):
        monkeypatch.setenv(name, "somewhere")
    kept = run_py.clean_environment()
    assert {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET"}.isdisjoint(kept)
    assert {"PIP_FIND_LINKS", "PIP_CERT"} <= kept.keys()


def test_that_a_step_hides_its_noise_and_gives_it_back_when_it_fails(
    run_py: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    run_py.run_step("1 of 1  a step", [sys.executable, "-c", "print('noise')"], dict(os.environ))
    told = capsys.readouterr().err
    assert "1 of 1  a step ...\n    done in " in told
    assert "noise" not in told
    with pytest.raises(run_py.StepFailedError, match="why it failed"):
        run_py.run_step("a step", [sys.executable, "-c", "import sys; sys.exit('why it failed')"], dict(os.environ))
    with pytest.raises(run_py.StepFailedError):
        run_py.run_step("a step", [str(PROJECT / "no such program")], dict(os.environ))


@ON_POSIX
def test_that_a_second_run_py_waits_while_one_sets_up(ready: Callable[[str], Path]) -> None:
    import fcntl

    project = ready("print('started')")
    finished = (project / ".venv").rename(project / "finished")
    with open(project / "run.py", "rb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, str(project / "run.py"), "check"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip
        assert second.stderr is not None
        assert "another run.py is setting up this folder; waiting for it." in second.stderr.readline()
        finished.rename(project / ".venv")
    printed, complaints = second.communicate(timeout=60)
    assert (printed, complaints, second.returncode) == ("started\n", "", 0)


# what it starts


@ON_POSIX
def test_that_words_go_to_main_py_as_they_are_from_where_the_user_is(ready: Callable[[str], Path]) -> None:
    project = ready("print(sys.argv[1:], os.getcwd()); sys.exit(2)")
    elsewhere = {"PYTHONPATH": str(project / "nowhere"), "PYTHONSAFEPATH": "1"}
    started = start(project, "run", "a study.toml", "--out", "µ", **elsewhere)
    assert started.stdout == f"['run', 'a study.toml', '--out', 'µ'] {project.parent}\n"
    assert started.stderr == ""
    assert started.returncode == 2


@ON_POSIX
def test_that_without_a_display_the_last_line_is_the_folder_of_the_demos_results(ready: Callable[[str], Path]) -> None:
    project = ready("print('noise'); pathlib.Path(sys.argv[sys.argv.index('--out') + 1]).mkdir(parents=True)")
    started = start(project, DISPLAY="", WAYLAND_DISPLAY="")
    assert started.stdout == f"{project}/results/demo\n"
    assert (project / "results" / "demo").is_dir()
    assert started.returncode == 0


@ON_POSIX
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_that_with_a_display_main_py_is_started_without_words(ready: Callable[[str], Path]) -> None:
    project = ready("print('the window', sys.argv[1:])")
    asked = "import run; run.missing_libraries = dict; sys.exit(run.main(sys.argv[1:]))"
    started = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(project)!r}); {asked}"], capture_output=True,
        encoding="utf-8", env={**os.environ, "DISPLAY": ":7", "QT_QPA_PLATFORM": ""}, timeout=60,
    )  # fmt: skip
    assert started.stdout == "the window []\n"
    assert started.returncode == 0


@ON_POSIX
def test_that_a_demo_that_fails_names_no_folder(ready: Callable[[str], Path]) -> None:
    started = start(ready("sys.exit(1)"), DISPLAY="")
    assert (started.stdout, started.returncode) == ("", 1)


def test_that_the_demo_goes_to_the_folder_at_hand_where_the_project_is_not_ours(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert run_py.demo_folder() == tmp_path / "rtkscope-demo-results"


@ON_POSIX
@pytest.mark.parametrize("words", [[], ["run", "study.toml"]])
def test_that_ctrl_c_ends_with_130_and_leaves_nothing_running(ready: Callable[[str], Path], words: list[str]) -> None:
    project = ready(
        "try:\n    pathlib.Path('pid').write_text(str(os.getpid()))\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    sys.exit(130)\n"
    )
    started = subprocess.Popen(
        [sys.executable, str(project / "run.py"), *words], cwd=project, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    while not (project / "pid").exists() or not (project / "pid").read_text():
        time.sleep(0.02)
    os.killpg(started.pid, signal.SIGINT)  # a terminal sends Ctrl-C to the whole group
    assert started.wait(timeout=30) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int((project / "pid").read_text()), 0)


def test_that_every_check_runs_even_if_the_first_fails(
    run_py: ModuleType, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_py.VENV_PYTHON = Path(sys.executable)
    question = "import os, sys; print(os.environ['QT_QPA_PLATFORM'], sys.argv[1:])"
    run_py.CHECKS = {"ruff": ["-c", "raise SystemExit(1)"], "mypy": ["-c", ""], "pytest": ["-c", question]}
    assert run_py.run_checks(["-k", "import"]) == 1
    assert capfd.readouterr().out.splitlines() == [
        "--- ruff", "--- mypy", "--- pytest", "offscreen ['-k', 'import']", "--- failed: ruff",
    ]  # fmt: skip
    run_py.CHECKS = {"pytest": ["-c", ""]}
    assert run_py.run_checks([]) == 0


@ON_POSIX
def test_that_build_makes_the_frozen_app_and_tries_it(ready: Callable[[str], Path]) -> None:
    project = ready("sys.exit(3)")
    (project / "installer").mkdir()
    (project / "installer" / "smoke_test.py").write_text("import sys; print('building', sys.argv[1:])\n")
    started = start(project, "build", DISPLAY="")
    assert (started.stdout, started.returncode) == ("building ['--build']\n", 0)


def test_that_the_example_study_of_the_demo_is_there(run_py: ModuleType) -> None:
    assert run_py.EXAMPLE_STUDY.is_file()
