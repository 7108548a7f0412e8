"""Asks for a name in a small window that blocks nothing else of the program's code.

Not for: checking the name; who asks does that.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget


def ask_name(parent: QWidget, title: str, label: str, old: str, then: Callable[[str], None]) -> QInputDialog:
    """Open the window; ``then`` gets the name when the user accepts it."""
    dialog = QInputDialog(parent)
    dialog.setObjectName("name")
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(old)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.textValueSelected.connect(then)
    dialog.open()
    return dialog
