#!/usr/bin/env python3
"""Set RTKscope up once on a fresh machine, then start it: `python3 run.py`, or check it: `python3 run.py test`.

Not for: anything RTKscope computes or shows. Every word but `test` and `build` is handed to main.py as it is.

Standard library only, and Python 3.7 can still read it and say which Python is needed. All progress goes to stderr.
Exit status: that of main.py; 2 where this machine needs something first (one line says what); 130 after Ctrl-C.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "rtkscope-set-up.txt"
PINS = PROJECT / "requirements.lock"
EXAMPLE_STUDY = PROJECT / "resources" / "examples" / "metabric" / "study.toml"

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)
WITHOUT_WINDOW = ("run", "check", "build", "-h", "--help", "--version")
NEEDED_BYTES = 1_200_000_000  # .venv is 0.83 GB on Linux; pip unpacks beside it

# Shared object -> Debian package, found by starting Qt in a bare Debian until nothing was missing any more.
# The old names also serve newer releases, whose packages provide them (libglib2.0-0t64 and the like).
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0", "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1", "libxkbcommon.so.0": "libxkbcommon0", "libdbus-1.so.3": "libdbus-1-3",
}  # fmt: skip
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0", "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4", "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}  # fmt: skip

CHECKS = {
    "ruff": ["-m", "ruff", "check", "."],
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "pytest": ["-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"],
}

# What pip prints (a regular expression) -> what to tell the person; the first that occurs is said.
PIP_FAILURES = {
    "No space left on device": "the disk is full: RTKscope needs about 1.2 GB; free some and start again",
    r"DO NOT MATCH THE HASHES.*\n\s+(\S+)": r"the downloaded \1 is not the one this version was tested with and was "
    "refused; start again, and if it stays so tell whoever runs your package index",
    "CERTIFICATE_VERIFY_FAILED": "the package index could not be trusted: this network seems to inspect secure "
    "connections; ask your IT department which certificate pip should use",
    "ProxyError|NewConnectionError|new connection|name resolution|Failed to resolve|timed out|ConnectTimeout":
    "the package index could not be reached, and set-up needs the network once; start again when it is there",
    r"No matching distribution found for (\S+)": r"\1 does not exist for this computer: RTKscope needs 64-bit Windows, "
    "macOS 13 or Linux with glibc 2.34 (Debian 12, Ubuntu 22.04) or later",
}


class MachineNotReadyError(Exception):
    """Something about this machine must change first; the text is one sentence that says what."""


class StepFailedError(Exception):
    """A command of the set-up failed; the text is all that it printed."""


def say(sentence: str) -> None:
    """Tell the person at the terminal; stdout stays free for the one line that scripts read."""
    print(sentence, file=sys.stderr, flush=True)


def check_python(version: tuple[int, int]) -> None:
    """Refuse a Python that the pinned packages do not support, naming one that this machine has if any."""
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        return
    suitable = [f"python3.{minor}" for minor in range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1)]
    found = next((f"this machine has one, so use: {name} run.py" for name in suitable if shutil.which(name)), None)
    remedy = found or "install one and start run.py with it"
    raise MachineNotReadyError(f"RTKscope needs Python 3.11 to 3.14, and this is {version[0]}.{version[1]}; {remedy}")


def has_display() -> bool:
    """Say whether a window could be shown."""
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal"):
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def missing_libraries() -> dict[str, str]:
    """Return the system libraries of Qt that cannot be loaded, each with its Debian package. Only Linux lacks any."""
    import ctypes  # slow to load, and of use only during set-up

    missing = {}
    if sys.platform.startswith("linux"):
        for library, package in {**QT_LIBRARIES, **(WINDOW_LIBRARIES if has_display() else {})}.items():
            try:
                ctypes.CDLL(library)
            except OSError:
                missing[library] = package
    return missing


def missing_venv_package() -> str:
    """Return the Debian package of this Python's venv where it was split off, as Debian and Ubuntu do; else ""."""
    importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return ""
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        return "python3-venv"
    return f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def uses_apt() -> bool:
    """Say whether this is Debian, Ubuntu or a relative of theirs."""
    try:
        release = Path("/etc/os-release").read_text(encoding="utf-8", errors="replace").replace('"', "")
    except OSError:
        return False
    families = [line.split("=", 1)[1] for line in release.splitlines() if line.startswith(("ID=", "ID_LIKE="))]
    return bool({"debian", "ubuntu"} & set(" ".join(families).split())) and shutil.which("apt-get") is not None


def provide_system_pieces(venv_needed: bool, qt_needed: bool) -> None:
    """Install what the system lacks where that is ours to do (root on Debian or Ubuntu), else name it in one line.

    Raises MachineNotReadyError where a piece stays missing without which the command cannot run. Qt's libraries are
    only named where the command at hand draws nothing.
    """
    problem = ""
    for may_install in (uses_apt() and os.geteuid() == 0, False):
        venv_package, libraries = missing_venv_package() if venv_needed else "", missing_libraries()
        packages = [*filter(None, [venv_package]), *libraries.values()]
        if not packages:
            return
        if may_install:
            say(f"run.py: this system lacks {' '.join(packages)}; installing that with apt-get, as root.")
            problem = install_with_apt(packages)
    lacking = " and ".join(filter(None, [venv_package, "Qt's system libraries" if libraries else ""]))
    if uses_apt():
        remedy = "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(packages)
    else:
        remedy = "your package manager, which should bring " + " ".join(filter(None, [venv_package, *libraries]))
    sentence = f"this system lacks {lacking}{problem}; install with: {remedy}"
    if venv_package or qt_needed:
        raise MachineNotReadyError(sentence)
    say(f"run.py: {sentence}   (going on: only the window and the tests need this)")


def install_with_apt(packages: list[str]) -> str:
    """Install Debian packages; return "" or, in a few words, why that failed."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt_get = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    try:
        with contextlib.suppress(StepFailedError):  # one broken third-party source fails all of update; install decides
            run_step("apt-get update", [*apt_get, "update"], environment)
        run_step("apt-get install", [*apt_get, "install", "--no-install-recommends", *packages], environment)
    except StepFailedError as failure:
        errors = [line for line in str(failure).splitlines() if line.startswith("E:")]
        return f" and apt-get could not install it ({errors[0] if errors else 'it gave no reason'})"
    return ""


def run_step(title: str, command: list[str], environment: dict[str, str]) -> None:
    """Run a command with its noise hidden, telling every ten seconds; StepFailedError carries all that it said."""
    say(f"  {title} ...")
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        )  # fmt: skip
    except OSError as error:
        raise StepFailedError(str(error)) from error
    lines: list[str] = []
    with process:
        reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            while reader.is_alive():
                reader.join(10)
                if reader.is_alive():
                    say(f"    {time.monotonic() - started:.0f} s {latest_doing(lines)}")
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise StepFailedError("".join(lines))
    say(f"    done in {time.monotonic() - started:.0f} s")


def latest_doing(lines: list[str]) -> str:
    """Return what pip is busy with, from the lines it has printed so far."""
    for words in (line.split() for line in reversed(lines[-40:])):
        if words[:1] == ["Collecting"]:
            return f"(fetching {words[1].split('==')[0]})"
        if words[:1] == ["Installing"]:
            return "(putting the packages in place)"
    return ""


def pins_digest() -> str:
    """Return what tells one list of pinned packages from another."""
    return hashlib.sha256(PINS.read_bytes()).hexdigest()


def is_set_up() -> bool:
    """Say whether .venv is finished, is for these pins, was made in this very place, and its Python still exists.

    The stamp is written last, so a set-up that was interrupted does not count. A moved or copied project, and a
    Python that the system has replaced by a newer one, are told by the paths in it.
    """
    try:
        digest, place, base_python = STAMP.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return (digest, place) == (pins_digest(), str(VENV)) and os.path.exists(base_python) and VENV_PYTHON.exists()


def clean_environment() -> dict[str, str]:
    """Return the environment for .venv's Python, without what would lead it to another one's packages.

    The machine's pip configuration (PIP_*) stays, except where pip should put things.
    """
    misleading = {"PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONEXECUTABLE", "PYTHONPLATLIBDIR",
                  "__PYVENV_LAUNCHER__", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}  # fmt: skip
    return {name: value for name, value in os.environ.items() if name not in misleading}


def set_up(qt_needed: bool) -> None:
    """Bring the machine to where main.py can run; returns at once where that was done before."""
    if not is_set_up():
        check_python((sys.version_info[0], sys.version_info[1]))
        with one_at_a_time():
            if not is_set_up():  # nor did the run.py that was waited for do it
                provide_system_pieces(venv_needed=True, qt_needed=qt_needed)
                make_venv()
    elif qt_needed:
        provide_system_pieces(venv_needed=False, qt_needed=True)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let no second run.py set this folder up meanwhile. The lock is on run.py itself: no file to leave behind."""
    with open(__file__, "rb") as this_file:
        if not try_lock(this_file.fileno()):
            say("run.py: another run.py is setting up this folder; waiting for it.")
            while not try_lock(this_file.fileno()):
                time.sleep(0.5)
        yield


def try_lock(file_number: int) -> bool:
    """Take the lock that ends with this process; False while another holds it, True also where locks do not work."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file_number, 1 << 30, os.SEEK_SET)  # far past the end, so that reading run.py stays free
            msvcrt.locking(file_number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file_number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # some network drives have no locks: better without than not at all
    return True


def make_venv() -> None:
    """Make .venv anew with the pinned packages, whatever was there, and stamp it."""
    try:
        if VENV.is_symlink():
            VENV.unlink()
        elif VENV.exists():
            STAMP.unlink(missing_ok=True)  # first: a half-deleted .venv must not pass for a finished one
            shutil.rmtree(VENV)
        free = shutil.disk_usage(PROJECT).free
        VENV.mkdir()
    except OSError as error:
        remedy = "put RTKscope into a folder of your own, and close it if it is open"
        raise MachineNotReadyError(f"{VENV} cannot be written ({error.strerror}); {remedy}") from error
    if free < NEEDED_BYTES:
        raise MachineNotReadyError(f"{PROJECT} has {free / 1e9:.1f} GB of disk left; RTKscope needs 1.2 GB")
    say("run.py: setting up RTKscope, once (a minute or two).")
    base_python = getattr(sys, "_base_executable", None) or sys.executable
    try:
        run_step("1 of 2  its own Python in .venv", [base_python, "-I", "-m", "venv", str(VENV)], clean_environment())
    except StepFailedError as failure:
        raise MachineNotReadyError(f"Python could not make {VENV} ({str(failure).strip()[-200:]})") from failure
    packages = PINS.read_text(encoding="utf-8").count("==")
    pip = [str(VENV_PYTHON), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-user",
           "--only-binary=:all:", "--require-hashes", "-r", str(PINS)]  # fmt: skip
    try:
        run_step(f"2 of 2  {packages} packages", pip, clean_environment())
    except StepFailedError as failure:
        raise MachineNotReadyError(why_pip_failed(str(failure))) from failure
    STAMP.write_text("\n".join([pins_digest(), str(VENV), os.path.realpath(base_python)]), encoding="utf-8")


def why_pip_failed(output: str) -> str:
    """Return one sentence for the person, from what pip printed; where none is known, pip's own last lines."""
    for sign, sentence in PIP_FAILURES.items():
        match = re.search(sign, output)
        if match:
            return match.expand(sentence)
    return "pip could not install the packages; it said:\n" + "\n".join(output.strip().splitlines()[-8:])


def run_checks(pytest_words: list[str]) -> int:
    """Run every check, also after one has failed, so that one round shows all there is to mend."""
    environment = {**clean_environment(), "QT_QPA_PLATFORM": "offscreen"}
    failed = []
    for name, words in CHECKS.items():
        print(f"--- {name}", flush=True)
        command = [str(VENV_PYTHON), *words, *(pytest_words if name == "pytest" else [])]
        if run_child(command, env=environment, cwd=PROJECT) != 0:
            failed.append(name)
    print(f"--- failed: {', '.join(failed)}" if failed else f"--- all well: {', '.join(CHECKS)}", flush=True)
    return 1 if failed else 0


def run_demo() -> int:
    """Run the example study without a window; the folder of its results is all that stdout gets."""
    results = demo_folder()
    say(f"run.py: no display, so the example study {EXAMPLE_STUDY.relative_to(PROJECT)} is run without a window.")
    command = [str(VENV_PYTHON), str(PROJECT / "main.py"), "run", str(EXAMPLE_STUDY), "--out", str(results)]
    status = run_child(command, stdout=2)
    if status == 0:
        say("run.py: done. Tables, figures, results.xlsx and methods.md are in this folder:")
        sys.stdout.buffer.write(os.fsencode(results) + b"\n")
        sys.stdout.flush()
    return status


def demo_folder() -> Path:
    """Return where the demo's results go: inside the project, or in the folder at hand if that is not ours to write."""
    nearest = next(folder for folder in (PROJECT / "results", PROJECT) if folder.exists())
    return PROJECT / "results" / "demo" if os.access(nearest, os.W_OK) else Path.cwd() / "rtkscope-demo-results"


def run_child(command: list[str], **options: Any) -> int:
    """Run a command with our terminal and return its exit status; it is not left behind when we are stopped."""
    process = subprocess.Popen(command, **{"env": clean_environment(), **options})
    try:
        status = process.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)  # Ctrl-C reached it too: let it stop in its own way
        process.terminate()
        return 130
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return status if status >= 0 else 128 - status


def main(words: list[str]) -> int:
    """Set up if needed and do what the words ask for; return the exit status."""
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        opens_window = has_display() and words[:1] not in [[word] for word in WITHOUT_WINDOW]
        set_up(qt_needed=opens_window or words[:1] in (["test"], ["build"]) or "--self-test" in words)
        if words[:1] == ["test"]:
            return run_checks(words[1:])
        if words[:1] == ["build"]:
            return run_child([str(VENV_PYTHON), str(PROJECT / "installer" / "smoke_test.py"), "--build"])
        if not words and not opens_window:
            return run_demo()
        command = [str(VENV_PYTHON), str(PROJECT / "main.py"), *words]
        if os.name == "posix":
            os.execve(command[0], command, clean_environment())  # signals and exit status are then main.py's own
        return run_child(command)
    except MachineNotReadyError as sentence:
        say(f"run.py: {sentence}")
        return 2
    except KeyboardInterrupt:
        say("run.py: stopped; the next start takes up what is missing.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
