"""Names of figure files, and text that a file can hold. Light: the window uses it before matplotlib is loaded.

Not for: writing files (writer.py).
"""

from __future__ import annotations

import re

RESERVED_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt")
                                                          for number in range(1, 10))})
LONGEST_NAME = 80


def file_stem(name: str) -> str:
    """A file name that every system takes: letters, digits, ``._-`` of ``name``; the rest becomes ``_``."""
    stem = re.sub(r"[^\w.-]+", "_", printable(name)).strip("._ ")[:LONGEST_NAME].rstrip("._ ") or "figure"
    return f"{stem}_" if stem.split(".")[0].lower() in RESERVED_NAMES else stem


def printable(text: str) -> str:
    """The text without control characters and halves of surrogate pairs, which no file format can hold."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text
                   if not 0xD800 <= ord(letter) <= 0xDFFF)
