"""After a crash and during one: what is offered at the next start, and what is said when something of ours breaks.

The study is kept first, then the user is told. What can be copied names our own lines of code and no value of the
data. Not for: when edits are kept (autosaver.py) or the dialogs themselves.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import os
import platform
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from core import __version__
from core.project.autosave import Autosave, Recoverable

FAULT_FILE = "last_crash.txt"
_OURS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Offer:
    """A question at the start: title, a sentence below it, and the words of its two buttons."""

    entry: Recoverable
    title: str
    words: str
    restore: str
    otherwise: str


def offers(autosave: Autosave) -> list[Offer]:
    """What crashed sessions left, newest first, as questions."""
    return [offer_of(entry) for entry in autosave.pending()]


def offer_of(entry: Recoverable) -> Offer:
    """The question about one study that was not closed."""
    changes = f" ({entry.changes:,} change{'s' if entry.changes != 1 else ''})" if entry.changes else ""
    saved = entry.original_path is not None and entry.original_path.is_file()
    words = [f"“{entry.name}”"]
    if entry.original_path is None:
        words.append("has never been saved.")
    elif not saved:
        words.append(f"was saved as {entry.original_path.name}, which is no longer there.")
    else:
        at = entry.original_path.stat().st_mtime
        newer = ", after these changes" if at > entry.when else ""
        words.append(f"was last saved as {entry.original_path.name} at {_clock(at)}{newer}.")
    return Offer(entry, f"RTKscope closed unexpectedly. Restore the study as it was at {entry.clock}{changes}?",
                 " ".join(words), "Restore", "Open the saved one" if saved else "Do not restore")


def _clock(seconds: float) -> str:
    then = time.localtime(seconds)
    return time.strftime("%H:%M" if then[:3] == time.localtime()[:3] else "%Y-%m-%d %H:%M", then)


def fault_details(kind: type[BaseException], trace: TracebackType | None) -> str:
    """What broke, to be copied and sent: versions, the kind of error, and the places in the code.

    Without the error's own text and without variables, both of which can hold values of patients; places are named
    from the program's folder, not from the user's.
    """
    lines = [f"RTKscope {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
             f"Error: {kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else
             f"Error: {kind.__qualname__}"]
    for frame in traceback.extract_tb(trace)[-40:]:
        lines.append(f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}")
    return "\n".join(lines)


def details_of_text(trace: str) -> str:
    """The same for a traceback that is text already (JobRunner.broke): only its places and the kind of error."""
    kept = [f"RTKscope {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}"]
    for line in trace.splitlines():
        if line.startswith("  File \""):
            path, _, rest = line.removeprefix("  File \"").partition("\", line ")
            number, _, name = rest.partition(", in ")
            kept.append(f"  {_place(path)}:{number} in {name}")
    kept.insert(1, f"Error: {_kind_in(trace)}")
    return "\n".join(kept)


def _kind_in(trace: str) -> str:
    """The kind of the last error: what stands in the first line behind its places. Lines after it are its text."""
    kind, among_places = "unknown", False
    for line in trace.splitlines():
        if line.startswith(" "):
            among_places = among_places or line.startswith("  File \"")
        elif among_places:
            name = line.partition(":")[0]
            kind = name if re.fullmatch(r"[A-Za-z_][\w.]*", name) else "unknown"
            among_places = False
    return kind


def _place(filename: str) -> str:
    path = Path(filename)
    with contextlib.suppress(ValueError):
        return path.relative_to(_OURS).as_posix()
    parts = path.parts
    return "/".join(parts[-3:]) if "site-packages" in parts else path.name


def fault_words(kept: bool, clock: str) -> tuple[str, str]:
    """Headline and sentence for a fault of ours."""
    if kept:
        return ("Something broke in RTKscope. Your study is safe.",
                f"It was kept at {clock} and is offered at the next start. The error text holds no patient data.")
    return ("Something broke in RTKscope.", "Save your study now under another name: it could not be kept by itself. "
            "The error text holds no patient data.")


class FaultGuard:
    """Catches what nothing else caught: keeps the study, then says so, once for each place in the code.

    Parameters
    ----------
    folder : Path
        Where the trace of a crash of the interpreter itself goes (``last_crash.txt``).
    keep : callable
        Writes the journal and says whether it worked; ``Autosaver.write_now``.
    show : callable
        Gets headline, sentence and details; on the thread of the fault, so it must post to the GUI thread.
    """

    def __init__(self, folder: Path, keep: Callable[[], bool], show: Callable[[str, str, str], None]) -> None:
        self._keep = keep
        self._show = show
        self._shown: set[str] = set()
        self._busy = threading.Lock()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._file: io.TextIOWrapper | None = None
        self._path = folder / FAULT_FILE
        self._traced_before = faulthandler.is_enabled()

    def install(self) -> str:
        """Put the hooks in place; returns what the last crash of the interpreter left, as text without data."""
        left = ""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                left = _without_folders(self._path.read_text(encoding="utf-8", errors="replace")[:20_000])
            self._file = open(self._path, "w", encoding="utf-8")  # noqa: SIM115 - kept open for faulthandler
            faulthandler.enable(self._file)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread
        sys.unraisablehook = self._on_unraisable
        return left

    def remove(self) -> None:
        """Put back what was there before, at a clean end."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        if self._file is not None:
            faulthandler.disable()
            if self._traced_before and sys.__stderr__ is not None:
                faulthandler.enable(sys.__stderr__)
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                self._path.unlink()

    def fault(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        """Keep the study and tell, for an exception that was caught elsewhere."""
        self._tell(fault_details(kind, trace))

    def fault_text(self, trace: str) -> None:
        """The same for ``JobRunner.broke``."""
        self._tell(details_of_text(trace))

    def _tell(self, details: str) -> None:
        if not self._busy.acquire(blocking=False):
            return
        try:
            kept = False
            with contextlib.suppress(Exception):
                kept = self._keep()
            if details not in self._shown:
                self._shown.add(details)
                self._show(*fault_words(kept, time.strftime("%H:%M:%S")), details)
        finally:
            self._busy.release()

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, (KeyboardInterrupt, SystemExit)):
            self._before[0](kind, error, trace)
            return
        if sys.stderr is not None and os.environ.get("RTKSCOPE_DEVELOPER"):
            traceback.print_exception(kind, error, trace)
        self.fault(kind, trace)

    def _on_thread(self, facts: Any) -> None:
        if not issubclass(facts.exc_type, SystemExit):
            self.fault(facts.exc_type, facts.exc_traceback)

    def _on_unraisable(self, facts: Any) -> None:
        if facts.exc_type is not None:
            self.fault(facts.exc_type, facts.exc_traceback)


def _without_folders(text: str) -> str:
    """faulthandler names whole paths, which hold the user's name: keep the program's part of them."""
    kept = []
    for line in text.splitlines():
        if line.startswith("  File \""):
            path, _, rest = line.removeprefix("  File \"").partition("\"")
            line = f"  File \"{_place(path)}\"{rest}"
        kept.append(line)
    return "\n".join(kept)
