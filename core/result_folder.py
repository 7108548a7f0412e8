"""A folder of results that appears whole or not at all: filled beside its place, then moved into it.

Not for: what goes into the folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from core.problems import Location, user_error
from core.running_process import is_running

OWN_FILES = ("results.xlsx", "methods.md", "import_report.md", "problems.json", "study.toml")
SYSTEM_FILES = (".DS_Store", "Thumbs.db", "desktop.ini", ".directory")
PROBLEM_KEYS = {"severity", "code", "what", "remedy"}
_RENAME_EXCHANGE = 2


def is_ours(folder: Path) -> bool:
    """True for a folder that RTKscope wrote and that holds nothing else, so that replacing it loses nobody's work.

    Ours means: a ``problems.json`` in our form, and beside it only our files and the folders of the analyses that
    its ``study.toml`` names, with nothing in them but the files it lists.
    """
    try:
        entries = json.loads((folder / "problems.json").read_bytes())
    except (OSError, ValueError):
        return False
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and set(entry) >= PROBLEM_KEYS
                                                for entry in entries):
        return False
    names: set[object] = set()
    written: list[str] | None = None
    if (folder / "study.toml").is_file():
        try:
            study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if study.get("program", {}).get("name") != "RTKscope":
            return False
        names = {analysis.get("name") for analysis in study.get("analysis", [])}
        written = study["program"].get("files")
    elif not entries:
        return False
    return all(item.name in (*OWN_FILES, *SYSTEM_FILES) if not item.is_dir() else
               item.name in names and (written is None or set(files_below(item)) <= set(written))
               for item in folder.iterdir())


def files_below(folder: Path) -> list[str]:
    """Every file in the folder of an analysis, as ``prognosis/receptors.csv``; those of the system left out."""
    return sorted(f"{folder.name}/{item.relative_to(folder).as_posix()}" for item in folder.rglob("*")
                  if item.name not in SYSTEM_FILES and not item.is_dir())


def check_replaceable(folder: Path) -> None:
    """Raise UserError "folder_not_ours" unless ``folder`` is absent, empty or ours."""
    place = Location(str(folder))
    if folder.is_symlink() and not folder.exists():
        raise user_error("folder_not_ours", "this is a link to a place that does not exist", place,
                         remedy="choose another folder with --out")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise user_error("folder_not_ours", "this is a file, not a folder", place,
                         remedy="choose another folder with --out")
    try:
        holds_something = any(folder.iterdir())
        replaceable = not holds_something or is_ours(folder)
    except OSError as error:
        raise user_error("folder_not_writable", f"the folder cannot be read ({error.strerror})", place,
                         remedy="choose another folder with --out") from None
    if not replaceable:
        raise user_error("folder_not_ours", "this folder holds files that RTKscope did not write, so it was left alone",
                         place, why="Results replace the whole folder.",
                         remedy="choose an empty or a new folder with --out, or move those files away")


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a new folder beside ``target`` to fill; on leaving without an error it takes ``target``'s place.

    On an error or a kill ``target`` stays as it was. What killed runs left behind is removed by the next run.

    Raises
    ------
    UserError
        "folder_not_ours", "folder_not_writable".
    """
    target = target.resolve() if target.is_symlink() else Path(os.path.abspath(target))
    check_replaceable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target)
        filling = Path(tempfile.mkdtemp(prefix=f".{target.name}.{os.getpid()}.", suffix=".partial", dir=target.parent))
        os.chmod(filling, 0o777 & ~_umask())
    except OSError as error:
        raise user_error("folder_not_writable", f"the folder cannot be made ({error.strerror})", Location(str(target)),
                         remedy="choose a folder that you may write to with --out") from None
    try:
        yield filling
        check_replaceable(target)
        _flush(filling)
        _put_in_place(filling, target)
    except OSError as error:
        raise user_error("folder_not_writable", f"the results could not be written ({error.strerror})",
                         Location(str(target)), remedy="free space on the disk, close files of that folder that are "
                         "open in other programs, or choose another folder with --out") from error
    finally:
        shutil.rmtree(filling, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def _flush(folder: Path) -> None:
    """Ask the disk to keep every file before the folder is moved, so that a power cut cannot leave empty files."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb+") as handle:
                os.fsync(handle.fileno())


def _put_in_place(filling: Path, target: Path) -> None:
    """Swap in one step where the system can (Linux, macOS); elsewhere by two renames."""
    if not target.exists():
        os.replace(filling, target)
        return
    if _exchange(filling, target):
        return
    aside = filling.with_suffix(".old")
    os.replace(target, aside)
    try:
        os.replace(filling, target)
    except OSError:
        os.replace(aside, target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(left: Path, right: Path) -> bool:
    """Exchange two folders atomically; False where system or file system cannot."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform.startswith("linux"):
            at_cwd = -100
            done = library.renameat2(at_cwd, os.fsencode(left), at_cwd, os.fsencode(right), _RENAME_EXCHANGE)
        elif sys.platform == "darwin":
            done = library.renamex_np(os.fsencode(left), os.fsencode(right), _RENAME_EXCHANGE)
        else:
            return False
    except (OSError, AttributeError, TypeError):
        return False
    return int(done) == 0


def _remove_leftovers(target: Path) -> None:
    """Remove partial folders of runs into ``target`` whose process is gone, and restore an old one left aside."""
    for path in target.parent.glob(f".{_escaped(target.name)}.*.*"):
        if path.suffix not in (".partial", ".old") or not path.is_dir():
            continue
        pid = path.name[len(target.name) + 2:].split(".")[0]
        if not pid.isdigit() or is_running(int(pid)):
            continue
        if path.suffix == ".old" and not target.exists():
            os.replace(path, target)
        else:
            shutil.rmtree(path, ignore_errors=True)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
