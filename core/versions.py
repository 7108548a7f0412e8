"""Which program and which libraries made a result, for the study file, the workbook and the methods.

Not for: checking that they are the right ones.
"""

from __future__ import annotations

import platform
from importlib import metadata

from core import __version__

LIBRARIES = ("numpy", "scipy", "pandas", "lifelines", "XlsxWriter", "matplotlib")


def versions() -> dict[str, str]:
    """Program, Python and library versions, by name."""
    found = {"RTKscope": __version__, "Python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found[library] = "not installed"
    return found
