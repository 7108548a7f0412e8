"""Tool tips as plain text. Qt reads a tool tip that looks like HTML as HTML, and ours hold names from files.

Not for: what a tool tip says, or labels, which are PlainText by themselves.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QToolTip, QWidget


def shown_plain(watched: QObject, event: QHelpEvent) -> bool:
    """Show the tool tip of a widget or a cell as it stands; False where Qt would do so itself."""
    if not isinstance(watched, QWidget):
        return False
    view = watched.parentWidget()
    if isinstance(view, QAbstractItemView) and view.viewport() is watched:
        text = _of_cell(view, event)
    else:
        text = watched.toolTip()
    if not isinstance(text, str) or not ("<" in text or "&" in text):
        return False
    QToolTip.showText(event.globalPos(), as_it_stands(text), watched)
    return True


def as_it_stands(text: str) -> str:
    """Markup that shows the text letter by letter."""
    return f"<qt>{html.escape(text)}</qt>".replace("\n", "<br>")


def _of_cell(view: QAbstractItemView, event: QHelpEvent) -> object:
    role = Qt.ItemDataRole.ToolTipRole
    if isinstance(view, QHeaderView):
        upright = view.orientation() == Qt.Orientation.Vertical
        section = view.logicalIndexAt(event.pos().y() if upright else event.pos().x())
        model = view.model()
        return model.headerData(section, view.orientation(), role) if model is not None and section >= 0 else None
    index = view.indexAt(event.pos())
    return index.data(role) if index.isValid() else None
