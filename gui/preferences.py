"""What the program remembers of its user: looks, recent studies, view choices, where to compute. One JSON file.

Not for: anything of a study (that is the project), and not QSettings, which would unpickle what it reads.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RECENT_KEPT = 12
FILE_NAME = "preferences.json"
HOME_VARIABLE = "RTKSCOPE_HOME"
"""An environment variable that moves everything the program remembers into another folder (tests, shared rooms)."""


@dataclass
class RecentStudy:
    """One line of the list of recent studies."""

    path: str
    name: str
    when: str
    holds: str = ""


@dataclass
class Preferences:
    """All remembered values, with what they are when nothing is remembered."""

    theme: str = "light"
    text_percent: int = 100
    geometry: str = ""
    maximised: bool = False
    inspector_hidden: bool = False
    rail_hidden: bool = False
    problems_shown: bool = False
    last_folder: str = ""
    compute: str = "automatic"
    recent: list[RecentStudy] = field(default_factory=list)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def remember_study(self, study: RecentStudy) -> None:
        """Put a study on top of the recent ones, each path once."""
        others = [each for each in self.recent if each.path != study.path]
        self.recent = [study, *others][:RECENT_KEPT]

    def forget_study(self, path: str) -> None:
        """Take a study off the list."""
        self.recent = [each for each in self.recent if each.path != path]

    def page(self, key: str) -> dict[str, Any]:
        """The view choices of one page, to read and to change."""
        return self.pages.setdefault(key, {})


def home_folder() -> Path:
    """Where the program keeps its own files: preferences, autosaves, data of opened projects."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("RTKscope", appauthor=False)


def load_preferences(folder: Path) -> Preferences:
    """What is remembered; values that make no sense are as if never set."""
    found = Preferences()
    try:
        document = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return found
    if not isinstance(document, dict):
        return found
    for name, default in asdict(Preferences()).items():
        value = document.get(name)
        if name not in ("recent", "pages") and type(value) is type(default):
            setattr(found, name, value)
    found.compute = found.compute.strip() or Preferences().compute
    if found.theme not in ("light", "dark"):
        found.theme = "light"
    recent = document.get("recent")
    for entry in recent if isinstance(recent, list) else ():
        if isinstance(entry, dict) and all(isinstance(entry.get(part), str) for part in ("path", "name", "when")):
            found.recent.append(RecentStudy(entry["path"], entry["name"], entry["when"], str(entry.get("holds", ""))))
    pages = document.get("pages")
    if isinstance(pages, dict):
        found.pages = {key: value for key, value in pages.items() if isinstance(value, dict)}
    return found


def save_preferences(preferences: Preferences, folder: Path) -> bool:
    """Write them whole; False when the folder cannot be written, which is no reason to disturb anybody."""
    text = json.dumps(asdict(preferences), indent=1)  # ASCII: an odd file name need not be text that UTF-8 can hold
    name = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=folder, prefix=FILE_NAME)
        with os.fdopen(number, "w", encoding="utf-8") as handle:
            handle.write(text)
        os.replace(name, folder / FILE_NAME)
    except OSError:
        if name:
            with contextlib.suppress(OSError):
                os.unlink(name)
        return False
    return True
