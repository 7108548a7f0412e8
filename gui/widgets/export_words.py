"""Small parts of the export dialog: what it says about its files, what a remedy changes, its question for a folder.

Not for: sentences about problems; those come with the problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFileDialog, QWidget

if TYPE_CHECKING:
    from core.figures.preflight import Check

NUMBER_WORDS = ("no files", "1 file")


def button_words(count: int) -> str:
    """``Export 4 files\u2026``."""
    return f"Export {NUMBER_WORDS[count] if count < 2 else f'{count} files'}\u2026"


def file_words(stem: Path, formats: Sequence[str]) -> str:
    """``Figures / IGF1R-KM.pdf, .svg``."""
    endings = ", ".join(f".{name}" for name in formats)
    return f"{stem.parent.name} / {stem.name}{endings}" if formats else ""


def export_tip(formats: Sequence[str], too_small: str, open_checks: Sequence[str]) -> str:
    """Why there can be no export, or what is open while there can."""
    if not formats:
        return "Tick at least one file"
    if too_small:
        return too_small
    if not open_checks:
        return "Ctrl+Enter"
    many = "1 check is" if len(open_checks) == 1 else f"{len(open_checks)} checks are"
    return f"{many} open: {'; '.join(open_checks)}. You can export all the same. Ctrl+Enter"


def folder_question(parent: QWidget, start: Path) -> QFileDialog:
    """A dialog that asks for a folder; open it without blocking."""
    dialog = QFileDialog(parent, "Folder for the files", str(start))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Export here")
    return dialog


def mended(check: Check, formats: Sequence[str]) -> dict[str, object]:
    """The settings that the remedy of a check changes. Raises KeyError for a remedy that changes none."""
    value = check.value
    if check.action == "format":
        return {"formats": (*formats, str(value))}
    if check.action == "no format":
        return {"formats": tuple(name for name in formats if name != value)}
    if check.action == "dpi":
        return {"dpi": int(value)}
    if check.action == "caption":
        return {"caption": str(value)}
    return {{"width": "width_mm", "height": "height_mm", "text": "text_pt"}[check.action]: float(value)}


def surface() -> QWidget:
    """A part of the dialog that is lighter than the ground the preview lies on."""
    part = QWidget()
    part.setBackgroundRole(QPalette.ColorRole.Base)
    part.setAutoFillBackground(True)
    return part
