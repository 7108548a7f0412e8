"""What the menu and the keys of a figure ask for and every page grants alike: copies for the clipboard.

Not for: exporting, or going to a table, which a page knows about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec
    from gui.widgets.figures.figure_view import FigureView


def copy_picture(view: FigureView, say: Callable[[str], None]) -> None:
    """The figure as it is on screen."""
    QGuiApplication.clipboard().setImage(view.picture())
    say("The picture is on the clipboard")


def copy_data(spec: FigureSpec, say: Callable[[str], None]) -> None:
    """The numbers behind the figure."""
    from core.export.figure_package import table_text

    QGuiApplication.clipboard().setText(table_text(spec))
    say("The numbers behind the picture are on the clipboard")


def copy_text(text: str, what: str, say: Callable[[str], None]) -> None:
    """Any text of the page."""
    QGuiApplication.clipboard().setText(text)
    say(f"{what} is on the clipboard")
