"""Finished blocks on disk, so that a run that was stopped or killed goes on where it was.

Not for: results. Every file here may be deleted at any time; what is missing is computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.compute.identity import program_facts, source_digest
from core.compute.plain_form import Arrays, digest_of, from_plain, to_plain

BLOCKS_FOLDER = "blocks"
"""Its name in the folder of the program's own files."""
KEPT_DAYS = 14
KEPT_BYTES = 500_000_000
_SUFFIX = ".block"
_START = b"RTKscope block 1\n"


@dataclass(frozen=True)
class Stored:
    """A block that was found; ``value`` may be None."""

    value: Any


@dataclass(frozen=True)
class BlockStore:
    """Blocks below ``folder``, one file each, named by what they were computed from.

    Disks that are full or cannot be written keep nothing and disturb nobody.
    """

    folder: Path

    def keys(self, work: Callable[[Any, Any], Any], shared: Any) -> Callable[[Any], str]:
        """A function from a block to its key: sha256 of the work's name, the program, ``shared`` and the block.

        Raises TypeError where ``shared`` (or later a block) holds a value without a plain form.
        """
        source = getattr(sys.modules[work.__module__], "__file__", None)
        same = digest_of([work.__module__, work.__qualname__, program_facts(),
                          source_digest(Path(source)) if source else "", digest_of(shared)])
        return lambda block: digest_of([same, digest_of(block)])

    def get(self, key: str, work: Callable[[Any, Any], Any]) -> Stored | None:
        """What was kept under a key; None for nothing, and for a file that is damaged."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        head, payload = content[:len(_START) + 32], content[len(_START) + 32:]
        try:
            if head != _START + hashlib.sha256(payload).digest():
                raise ValueError("damaged")
            with np.load(io.BytesIO(payload), allow_pickle=False) as held:
                arrays: Arrays = [held[f"a{number}"] for number in range(len(held.files) - 1)]
                tree = json.loads(held["tree"].tobytes())
            found = Stored(from_plain(tree, arrays, {"core", work.__module__.split(".")[0]}))
        except (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, RecursionError):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # what is used stays
        return found

    def put(self, key: str, value: Any) -> bool:
        """Keep a block, whole or not at all; False where the disk would not. Raises TypeError for no plain form."""
        arrays: Arrays = []
        tree = json.dumps(to_plain(value, arrays)).encode()
        payload = io.BytesIO()
        np.savez(payload, tree=np.frombuffer(tree, dtype=np.uint8),
                 **{f"a{number}": array for number, array in enumerate(arrays)})  # type: ignore[arg-type]
        content = payload.getvalue()
        path, name = self._path(key), ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=_SUFFIX)
            with os.fdopen(number, "wb") as handle:
                handle.write(_START + hashlib.sha256(content).digest() + content)
            os.replace(name, path)
        except OSError:
            if name:
                with contextlib.suppress(OSError):
                    os.unlink(name)
            return False
        return True

    def sweep(self, now: float | None = None, *, days: float = KEPT_DAYS, total: int = KEPT_BYTES) -> None:
        """Remove what was not used for ``days``, and of the rest the longest unused until ``total`` bytes hold it."""
        now = time.time() if now is None else now
        found = []
        with contextlib.suppress(OSError):
            for path in self.folder.glob(f"*/*{_SUFFIX}"):
                with contextlib.suppress(OSError):
                    facts = path.stat()
                    found.append((facts.st_mtime, facts.st_size, path))
        held = 0
        for used, size, path in sorted(found, reverse=True):
            held += size
            if held > total or now - used > days * 86_400:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}{_SUFFIX}"
