"""A file that appears whole or not at all: filled beside its place, flushed to the disk, then put there in one step.

Not for: folders of results (core/result_folder.py) or what the file holds.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from core.problems import Location, UserError, user_error
from core.running_process import is_running

PARTIAL = ".partial"


@contextlib.contextmanager
def whole_file(target: Path, *, keep_as: Path | None = None) -> Iterator[BinaryIO]:
    """Give a file to fill; on leaving without an error it takes the place of ``target``.

    On an error or a kill ``target`` stays as it was, at every moment: it is never absent in between.

    Parameters
    ----------
    keep_as : Path, optional
        Where the version that stood at ``target`` so far is kept.

    Raises
    ------
    OSError
        As the system gives it; ``not_written`` turns it into words.
    """
    target = target.resolve() if target.is_symlink() else target
    _remove_leftovers(target)
    number, name = tempfile.mkstemp(prefix=f".{target.name[:60]}.{os.getpid()}.", suffix=PARTIAL, dir=target.parent)
    filling = Path(name)
    try:
        with open(number, "w+b") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        _same_permissions(filling, target)
        if keep_as is not None and target.exists():
            _keep(target, keep_as)
        _replace(filling, target)
        flush_folder(target.parent)
    finally:
        filling.unlink(missing_ok=True)


def _same_permissions(filling: Path, target: Path) -> None:
    """mkstemp makes files for the owner alone; a file that was shared stays shared."""
    if sys.platform == "win32":
        return
    if target.exists():
        mode = target.stat().st_mode & 0o777
    else:
        umask = os.umask(0o077)
        os.umask(umask)
        mode = 0o666 & ~umask
    with contextlib.suppress(OSError):
        os.chmod(filling, mode)


def _keep(target: Path, previous: Path) -> None:
    """A second name for the file as it is, or a copy where the file system has no links; ``target`` stays in place."""
    second = previous.with_name(f".{previous.name[:60]}.{os.getpid()}{PARTIAL}")
    try:
        second.unlink(missing_ok=True)
        try:
            os.link(target, second)
        except OSError:
            shutil.copyfile(target, second)
            with open(second, "rb+") as handle:
                os.fsync(handle.fileno())
        _replace(second, previous)
    finally:
        second.unlink(missing_ok=True)


def _replace(filling: Path, target: Path) -> None:
    """Put the file in its place; on Windows a virus scanner may hold one of them for a moment."""
    for _ in range(20 if sys.platform == "win32" else 0):
        try:
            os.replace(filling, target)
        except PermissionError:
            time.sleep(0.05)
        else:
            return
    os.replace(filling, target)


def flush_folder(folder: Path) -> None:
    """Ask the disk to keep the folder's list of names, so that a power cut cannot undo a rename. Not on Windows."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _remove_leftovers(target: Path) -> None:
    """Remove what killed writes of the same file left; those of processes that still run may be at work."""
    prefix = f".{target.name[:60]}."
    with contextlib.suppress(OSError):
        for entry in target.parent.iterdir():
            if entry.name.startswith(prefix) and entry.name.endswith(PARTIAL):
                pid = entry.name[len(prefix):].split(".")[0]
                if pid.isdigit() and not is_running(int(pid)):
                    entry.unlink(missing_ok=True)


def not_written(error: OSError, target: Path, what: str) -> UserError:
    """Why a file could not be written, as a sentence; ``what`` is "The study" or the like."""
    place = Location(target.name)
    why = "The file that was there before is untouched." if target.exists() else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return user_error("disk_full", f"{what} could not be saved: the disk is full", place, why=why,
                          remedy="free space on the disk, or save to another place")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        held = " or the file is open in another program" if sys.platform == "win32" else ""
        return user_error("not_writable", f"{what} could not be saved: this folder may not be written to{held}", place,
                          why=why, remedy="save to another folder, for example your documents")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return user_error("no_folder", f"{what} could not be saved: the folder is no longer there", place, why=why,
                          remedy="connect the drive again, or save to another folder")
    if error.errno == errno.ENAMETOOLONG:
        return user_error("name_too_long", f"{what} could not be saved: the name is too long", place, why=why,
                          remedy="choose a shorter name")
    return user_error("not_writable", f"{what} could not be saved ({error.strerror or error})", place, why=why,
                      remedy="save to another place")
