"""What holds for every test: no display, and the program's own files in a folder of the test.

Not for: builders of data (builders.py) or of windows (gui_builders.py).
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.blas_threads import use_one_blas_thread

os.environ["QT_QPA_PLATFORM"] = "offscreen"
use_one_blas_thread()  # as both entries of the program do: sums in another order differ in the last digit


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of preferences, autosaves and unpacked data, never the one of who runs the tests."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("RTKSCOPE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Windows that a test has closed are deleted before the next one: else each change of theme draws them all again.

    What Python put on the clipboard goes as well: Qt would delete it after Python has ended, and crash.
    """
    yield
    if "PySide6.QtWidgets" in sys.modules:
        from PySide6.QtCore import QCoreApplication, QEvent
        from PySide6.QtGui import QGuiApplication

        if QGuiApplication.instance() is not None:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QGuiApplication.clipboard().clear()
