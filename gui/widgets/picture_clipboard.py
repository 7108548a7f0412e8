"""Put a figure on the clipboard: the picture for slides and letters, its numbers as a table for a spreadsheet.

Not for: files (export_dialog.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMimeData, QObject
from PySide6.QtGui import QGuiApplication, QImage
from shiboken6 import isValid

from core.figures.figure_settings import FigureSettings
from gui.widgets.export_jobs import PICTURE, Submit, picture_and_data

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec
    from core.problems import Problem

COPIED = "The picture and its data are on the clipboard."
DPI = 300


def copy_picture_and_data(spec: FigureSpec, submit: Submit, owner: QObject, *, settings: FigureSettings | None = None,
                          dpi: int = DPI, done: Callable[[str], None] | None = None,
                          failed: Callable[[tuple[Problem, ...]], None] | None = None) -> None:
    """Draw the figure off the GUI thread and put it on the clipboard.

    Parameters
    ----------
    submit : callable
        ``JobRunner.submit``.
    owner : QObject
        When it has gone by then, nothing is copied.
    settings : FigureSettings, optional
        Size and lettering; the figure's own unless given.
    done : callable, optional
        Gets a sentence for the status line.
    """
    def place(found: tuple[bytes, str]) -> None:
        content = clipboard_content(*found)
        QGuiApplication.clipboard().setMimeData(content)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(partial(_leave_plain_picture, content))
        if done is not None:
            done(COPIED)

    submit("Copying the picture", partial(picture_and_data, spec, settings or FigureSettings(), dpi), done=place,
           failed=failed, owner=owner, lane="files")


def _leave_plain_picture(content: QMimeData) -> None:
    """When the program ends, what it put on the clipboard stays there as a plain picture.

    Qt lets go of the clipboard after Python has ended, and content that was made in Python crashes it then. Content
    that another copy has replaced is gone already.
    """
    if isValid(content):
        clipboard = QGuiApplication.clipboard()
        clipboard.setImage(clipboard.image())


def clipboard_content(png: bytes, table: str) -> QMimeData:
    """The picture as an image and as PNG bytes, the numbers as text: each program takes what it can use."""
    content = QMimeData()
    image = QImage()
    image.loadFromData(png, "PNG")
    content.setImageData(image)
    content.setData(PICTURE, png)
    content.setText(table)
    return content
