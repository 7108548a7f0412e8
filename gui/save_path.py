"""Where to save: the system's dialog, the ending that belongs there, and a question before a file is replaced.

Not for: writing, which the caller does with the path.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from gui.problem_view import ask


def ask_save_path(parent: QWidget, title: str, proposed: Path, ending: str, filters: str,
                  then: Callable[[Path], None]) -> None:
    """Ask for a name and go on with the path; nothing happens when the user gives none.

    The system's dialog asks before it replaces the file that was named. Where the ending is added here, the file that
    would be replaced is another one, so it is asked about here.
    """
    name, _ = QFileDialog.getSaveFileName(parent, title, str(proposed), filters)
    if not name:
        return
    given = Path(name)
    if given.suffix.lower() == ending:
        then(given)
        return
    path = given.with_name(f"{given.name}{ending}")
    if path.exists():
        ask(parent, f"“{path.name}” is already there. Replace it?", "What it holds now would be gone from there.",
            [("Replace it", lambda: then(path))])
    else:
        then(path)
