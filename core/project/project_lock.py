"""A lock against opening the same project twice: in two windows, or by two people on a shared drive.

A file ``.study.rtkproj.lock`` beside the project is locked by the system, which lets go of it when the process ends,
however it ends. Where the file system has no locks, the process named in the file decides. Not for: guarding a single
save, which is atomic by itself.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from core.problems import Location, UserError, user_error
from core.running_process import is_running

_FAR = 1 << 30
"""Windows keeps other processes from reading locked bytes, so a byte behind the text is locked."""
_NO_LOCKS = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK, errno.EINVAL, errno.EIO}


@dataclass(frozen=True)
class LockHolder:
    """Who holds a lock. ``since`` in seconds since 1970."""

    pid: int
    host: str
    since: float

    def words(self) -> str:
        """``since 14:02, on this computer``, with the day where it is not today."""
        then, today = time.localtime(self.since), time.localtime()
        clock = time.strftime("%H:%M" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)
        where = "this computer" if self.host == platform.node() else f"the computer “{self.host}”"
        return f"since {clock}, on {where}"


class ProjectLock:
    """Held while a project is open. ``acquire`` and ``release``, or a ``with``."""

    def __init__(self, project: Path) -> None:
        self.project = project.resolve()
        self.path = self.project.with_name(f".{self.project.name}.lock")
        self._number: int | None = None
        self._by_text = False

    @property
    def held(self) -> bool:
        """True while this process holds the lock. False also where no lock could be made (a read-only folder)."""
        return self._number is not None or self._by_text

    def acquire(self) -> bool:
        """Take the lock; locks of processes that have ended are taken over.

        Returns
        -------
        bool
            False where the folder may not be written to: nobody can save there, so nothing needs a lock.

        Raises
        ------
        UserError
            "open_elsewhere".
        """
        if self.held:
            return True
        for _ in range(20):
            try:
                number = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            except PermissionError:
                if sys.platform == "win32" and self.path.exists():
                    time.sleep(0.02)
                    continue
                return False
            except OSError:
                return False
            try:
                taken = _lock(number)
            except OSError as error:
                os.close(number)
                if error.errno in _NO_LOCKS:
                    return self._acquire_by_text()
                raise self._elsewhere() from None
            if not taken:
                os.close(number)
                raise self._elsewhere()
            if self._is_the_file(number):
                _write_holder(number)
                self._number = number
                return True
            os.close(number)
        raise self._elsewhere()

    def _is_the_file(self, number: int) -> bool:
        """False when the one who held it before removed the file between our open and our lock."""
        try:
            return os.path.samestat(os.fstat(number), os.stat(self.path))
        except OSError:
            return False

    def _acquire_by_text(self) -> bool:
        """Without locks of the system: a file whose process lives on this computer, or of another computer, counts."""
        holder = self.holder()
        if holder is not None and (holder.host != platform.node() or
                                   (holder.pid != os.getpid() and is_running(holder.pid))):
            raise self._elsewhere()
        number = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            _write_holder(number)
        finally:
            os.close(number)
        self._by_text = True
        return True

    def release(self) -> None:
        """Let go of the lock and remove its file."""
        if not self.held:
            return
        number, self._number, self._by_text = self._number, None, False
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                self.path.unlink()
        if number is not None:
            os.close(number)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                self.path.unlink()

    def holder(self) -> LockHolder | None:
        """Who wrote the lock file; None where there is none or it says nothing."""
        try:
            with open(self.path, "rb") as handle:
                said = json.loads(handle.read(10_000))
            return LockHolder(int(said["pid"]), str(said["host"]), float(said["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _elsewhere(self) -> UserError:
        holder = self.holder()
        who = f" ({holder.words()})" if holder is not None else ""
        return user_error(
            "open_elsewhere", f"“{self.project.name}” is open in another RTKscope{who}", Location(self.project.name),
            why="Two windows that save the same study would each undo the other's work.",
            remedy="go to that window, or open a copy")

    def __enter__(self) -> ProjectLock:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.release()


def _write_holder(number: int) -> None:
    said = json.dumps({"pid": os.getpid(), "host": platform.node(), "since": time.time()}).encode()
    os.lseek(number, 0, os.SEEK_SET)
    os.ftruncate(number, 0)
    os.write(number, said)


def _lock(number: int) -> bool:
    """Lock the open file without waiting; False when another holds it. Raises OSError where there are no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(number, _FAR, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True
