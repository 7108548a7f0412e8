"""The private folder where data files of open projects lie, each under its hash: ``<16 of sha256>/<name>``.

A file on the shelf never changes, so cells keep their addresses and a study can be read again after the file it came
from is gone. Not for: what a file holds, or results.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from core.jobs import JobContext
from core.project.whole_file import PARTIAL

PIECE = 1 << 20
SHORT = 16
"""Letters of the sha256 that name a folder."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


def sha256_of(path: Path, job: JobContext | None = None, words: str = "") -> str:
    """Hash of the file's bytes; the job is asked at each megabyte."""
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        size = max(os.fstat(handle.fileno()).st_size, 1)
        done = 0
        while piece := handle.read(PIECE):
            digest.update(piece)
            done += len(piece)
            if job is not None:
                job.progress(done / size, words or f"Checking {path.name}")
    return digest.hexdigest()


def safe_name(name: str, *, everywhere: bool = False) -> str:
    """A file name without a path or control signs; ``everywhere``: one that every system and zip program can hold."""
    kept = re.sub(r"[/\\\x00-\x1f\x7f]", "_", name)
    if everywhere or sys.platform == "win32":
        kept = re.sub(r'[<>:"|?*\ud800-\udfff]', "_", kept).rstrip(". ")
        if kept.split(".")[0].lower() in _RESERVED:
            kept = f"_{kept}"
    while len(os.fsencode(kept) if not everywhere else kept.encode()) > 200:
        stem, dot, ending = kept.rpartition(".")
        kept = stem[:-1] + dot + ending if dot and len(ending) < 20 and stem else kept[:-1]
    return kept if kept.strip(". ") else "_"


class DataShelf:
    """Data files by hash and name in one folder.

    Parameters
    ----------
    folder : Path
        Made when first needed, readable by its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def place_of(self, sha256: str, name: str) -> Path:
        """Where the file lies or would lie."""
        return self.folder / sha256[:SHORT] / safe_name(name)

    def named_hash(self, path: Path) -> str:
        """The first 16 letters of the hash of a file on this shelf; empty for a file elsewhere."""
        folder = path.parent
        return folder.name if folder.parent == self.folder and re.fullmatch(r"[0-9a-f]{16}", folder.name) else ""

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            _for_the_owner_alone(self.folder)

    def holds(self, sha256: str, name: str, job: JobContext | None = None) -> bool:
        """True when the file is there and its bytes are right; a wrong one is removed."""
        place = self.place_of(sha256, name)
        if not place.is_file():
            return False
        with contextlib.suppress(OSError):
            if sha256_of(place, job) == sha256:
                with contextlib.suppress(OSError):
                    os.utime(place)
                return True
            place.unlink()
        return False

    def take(self, source: Path, job: JobContext) -> Path:
        """A copy of the file on the shelf, made unless it is there already. Raises OSError, Cancelled."""
        if self.named_hash(source):
            return source
        sha256 = sha256_of(source, job.part(0.0, 0.5))
        if self.holds(sha256, source.name):
            return self.place_of(sha256, source.name)
        with open(source, "rb") as handle:
            return self.put(iter(lambda: handle.read(PIECE), b""), sha256, source.name, source.stat().st_size,
                            job.part(0.5, 1.0))

    def put(self, pieces: Iterable[bytes], sha256: str, name: str, size: int, job: JobContext) -> Path:
        """Write a file onto the shelf; it appears only when all of it is there and the hash is right.

        Raises
        ------
        ValueError
            When the bytes are not those of ``sha256`` and ``size``; nothing is kept.
        OSError, Cancelled
        """
        place = self.place_of(sha256, name)
        self.make()
        place.parent.mkdir(exist_ok=True)
        number, filling = tempfile.mkstemp(prefix=".", suffix=PARTIAL, dir=place.parent)
        try:
            digest, done = hashlib.sha256(), 0
            with open(number, "wb") as handle:
                for piece in pieces:
                    done += len(piece)
                    if done > size:
                        raise ValueError("more bytes than stated")
                    digest.update(piece)
                    handle.write(piece)
                    job.progress(done / max(size, 1), f"Reading {name}")
            if done != size or digest.hexdigest() != sha256:
                raise ValueError("the bytes are not those that were saved")
            os.replace(filling, place)
        finally:
            Path(filling).unlink(missing_ok=True)
        return place

    def sweep(self, keep: Iterable[Path] = (), older_than_days: float = 30.0) -> int:
        """Remove files that no project used for that long, so that patient data do not gather; returns how many."""
        kept = {path.absolute() for path in keep}
        limit = time.time() - older_than_days * 86_400
        removed = 0
        for folder in self.folder.iterdir() if self.folder.is_dir() else ():
            if not re.fullmatch(r"[0-9a-f]{16}", folder.name) or not folder.is_dir():
                continue
            with contextlib.suppress(OSError):
                files = list(folder.iterdir())
                if all(file not in kept and file.stat().st_mtime < limit for file in files):
                    shutil.rmtree(folder)
                    removed += len(files)
        return removed


def _for_the_owner_alone(folder: Path) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)
