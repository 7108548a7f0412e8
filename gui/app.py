"""The program with a window, from its arguments to its exit status: start order, recovery, what is opened first.

Not for: the window itself (main_window.py) or commands without one (core/command_line.py).
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core import __version__
from core.blas_threads import use_one_blas_thread

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gui.main_window import MainWindow

NOT_USABLE = 2
PRELOADED = ("core.study_runner", "core.batch", "gui.widgets.export_dialog", "pandas", "scipy.stats", "lifelines",
             "matplotlib.figure")
"""What analyses and files will need, imported after the pages in the background once the first window is up."""


def start(arguments: Sequence[str]) -> int:
    """Open the window and return the exit status when it is closed."""
    try:
        chosen = _parser().parse_args(list(arguments))
    except SystemExit as stop:
        return int(stop.code or 0)
    use_one_blas_thread()
    if chosen.self_test:
        from gui.self_test import run_self_test

        return run_self_test(chosen.out)
    if chosen.file is not None and not chosen.file.exists():
        print(f"{chosen.file.name}: there is no such file; check its name", file=sys.stderr)
        return NOT_USABLE
    if not has_display():
        print("There is no display to open a window on. Without one, run a study with: "
              "python main.py run STUDY.toml --out FOLDER", file=sys.stderr)
        return NOT_USABLE
    gc.disable()  # until _preload has read the libraries: all that is made before stays
    app = make_application(["RTKscope"])
    window = open_window(app)
    if chosen.demo:
        window.files.open_example()
    elif chosen.file is not None:
        window.files.open_path(chosen.file.absolute())
    return int(app.exec())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py", description="RTKscope: which receptor tyrosine kinases go with outcome and resistance. "
        "Research use only. The commands run and check work without a window: main.py run --help")
    parser.add_argument("--version", action="version", version=f"RTKscope {__version__}")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a project (.rtkproj) or study (.toml)")
    parser.add_argument("--demo", action="store_true", help="open the bundled example study")
    parser.add_argument("--self-test", action="store_true", help="check this installation, without a window")
    parser.add_argument("--out", type=Path, metavar="FILE", help="with --self-test: its result as JSON")
    return parser


def has_display() -> bool:
    """True when Qt will find something to draw on."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))


def make_application(arguments: Sequence[str]) -> QApplication:
    """The QApplication with its name and icon; theme and text size come with the window."""
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    from core.resources import resource_path

    QCoreApplication.setApplicationName("RTKscope")
    QCoreApplication.setApplicationVersion(__version__)
    app = QApplication(list(arguments))
    app.setDesktopFileName("rtkscope")
    app.setWindowIcon(QIcon(str(resource_path("icons", "light", "app.svg"))))
    return app


def open_window(app: QApplication, home: Path | None = None) -> MainWindow:
    """Session and window, shown; what a crash left is offered, and heavy libraries are loaded behind it."""
    from PySide6.QtCore import QTimer

    from gui import theme
    from gui.faults import Faults, offer_recovery
    from gui.job_runner import JobRunner
    from gui.main_window import MainWindow
    from gui.preferences import home_folder, load_preferences
    from gui.session import Session

    home = home or home_folder()
    preferences = load_preferences(home)
    theme.apply(app, preferences.theme, preferences.text_percent)
    jobs = JobRunner()
    window = MainWindow(Session(jobs), preferences, home)
    for owned in (jobs, window.session):
        owned.setParent(window)  # they end with it, and what is connected to them
    faults = Faults(home, window.files.autosaver, jobs, window)
    window.closed.connect(faults.close)
    window.events.begin()
    window.show()
    window.rail.setFocus()
    files = window.files
    QTimer.singleShot(0, window, lambda: offer_recovery(files.autosaver, jobs, window, files.take_recovered,
                                                        files.open_path))
    QTimer.singleShot(400, window, lambda: _preload(window, home))
    return window


def _preload(window: MainWindow, home: Path) -> None:
    """Import what pages and analyses will need, on a thread of its own: no file or analysis waits for it.

    Data of projects that nobody has opened for long are then removed from the private shelf, but not those of a study
    that a crash left and that may still be given back. What the libraries brought stays for good: the garbage collector
    need not go through it again and again, each time with every thread stopped for a sixth of a second.
    """
    import importlib
    import threading

    def work() -> None:
        from core.project.autosave import Autosave
        from core.project.data_shelf import DataShelf
        from gui.page_list import PAGES

        try:
            for name in (*(entry.module for entry in PAGES), *PRELOADED):
                importlib.import_module(name)
            if not gc.get_freeze_count():
                gc.freeze()
        finally:
            gc.enable()
        DataShelf(home / "data").sweep(Autosave(home / "autosave").data_files())

    window.preloading = threading.Thread(target=work, name="rtkscope-preload")
    window.preloading.start()
