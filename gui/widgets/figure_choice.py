"""Which of the figures in sight is to be exported: a short menu under the button, or nothing to ask where there is one.

Not for: the export itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from gui.widgets.labels import unmarked

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec


def export_one_of(figures: Sequence[tuple[FigureSpec, str]], button: QWidget,
                  export: Callable[[FigureSpec, str], None]) -> QMenu | None:
    """Export the only figure at once; with several, ask by their titles and return the menu that asks."""
    if len(figures) == 1:
        export(*figures[0])
    if len(figures) < 2:
        return None
    menu = QMenu(button)
    menu.setAccessibleName("Which figure")
    for spec, key in figures:
        menu.addAction(unmarked(spec.title)).triggered.connect(partial(_export, export, spec, key))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(button.mapToGlobal(QPoint(0, button.height())))
    return menu


def _export(export: Callable[[FigureSpec, str], None], spec: FigureSpec, key: str, _checked: bool = False) -> None:
    export(spec, key)
