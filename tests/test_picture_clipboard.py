"""A picture on the clipboard when the program ends. Not for: what is copied (test_export_dialog.py)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

COPY_AND_LEAVE = """
import sys
from PySide6.QtCore import QBuffer, QIODevice, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from gui.widgets import picture_clipboard

def picture():
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())

def copy_and_leave():
    app = QApplication([])

    def copy():
        def at_once(words, work, *, done, **_):
            done((picture(), "gene,hr"))

        picture_clipboard.copy_picture_and_data(None, at_once, app)
        assert QGuiApplication.clipboard().text() == "gene,hr"
        if sys.argv[1] == "later":
            QGuiApplication.clipboard().setText("later")
        QTimer.singleShot(0, app.quit)

    QTimer.singleShot(0, copy)
    app.exec()
    left = QGuiApplication.clipboard()
    print(left.image().width(), left.text(), flush=True)

copy_and_leave()
"""


@pytest.mark.parametrize(("copied", "left"), [("picture", "20 \n"), ("later", "0 later\n")])
def test_that_the_program_ends_well_with_a_copied_picture_on_the_clipboard(copied: str, left: str) -> None:
    ended = subprocess.run([sys.executable, "-c", COPY_AND_LEAVE, copied], cwd=ROOT, capture_output=True, text=True,
                           timeout=120, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)})
    assert ended.stdout == left, ended.stderr
    assert ended.returncode == 0, ended.stderr
