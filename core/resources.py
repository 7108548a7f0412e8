"""Where the files that come with the program lie: reference tables, examples, fonts.

Not for: reading them, or for the user's own files.
"""

from __future__ import annotations

import sys
from pathlib import Path


def resource_path(*parts: str) -> Path:
    """The path of a file or folder below ``resources``, from a checkout and from a frozen build alike.

    A frozen build (PyInstaller) unpacks its data beside ``sys._MEIPASS``; a checkout has it beside ``core``.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[1]
    return root.joinpath("resources", *parts)
