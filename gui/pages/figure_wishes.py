"""What the menu and the keys of a figure ask for and every page grants alike: copies for the clipboard.

Not for: exporting, or going to a table, which a page knows about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
    QGuiApplication.clipboard().setText(data_text(spec))
    say("The numbers behind the picture are on the clipboard")


def copy_text(text: str, what: str, say: Callable[[str], None]) -> None:
    """Any text of the page."""
    QGuiApplication.clipboard().setText(text)
    say(f"{what} is on the clipboard")


def data_text(spec: FigureSpec) -> str:
    """All tables of a figure, tab-separated with headers at full precision, one below the other."""
    parts = []
    for name, columns in spec.data.items():
        lines = [name] if len(spec.data) > 1 else []
        lines.append("\t".join(columns))
        lines += ["\t".join(map(_cell, row)) for row in zip(*columns.values(), strict=True)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
