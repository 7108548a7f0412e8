"""Which program computes: versions and the fingerprint of its source. Blocks of another program are never mixed in.

Not for: what is written into results (core/versions.py).
"""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib import import_module
from pathlib import Path

from core import __version__

LIBRARIES = ("numpy", "scipy")
SOURCE = Path(__file__).resolve().parents[1]


@cache
def program_facts() -> dict[str, str]:
    """Everything on which the bits of a result may depend, by name.

    Sums over several threads are added in another order, so the number of threads counts too (blas_threads.py).
    """
    facts = {"Python": ".".join(platform.python_version_tuple()[:2]), "RTKscope": __version__,
             "source": source_digest(SOURCE), "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "not set")}
    # Not importlib.metadata: the frozen app does not hold it for every library.
    return facts | {library: str(import_module(library).__version__) for library in LIBRARIES}


def source_digest(place: Path) -> str:
    """Twelve digits that change with any line below a folder, or of a file; "built in" where no source is kept.

    Line ends do not count: the same checkout has other ones on Windows.
    """
    paths = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            digest.update(path.relative_to(place).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:12] if any(path.is_file() for path in paths) else "built in"
