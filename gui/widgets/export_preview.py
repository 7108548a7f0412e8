"""The left half of the export dialog: the file's own pixels on a millimetre ruler, and how others see them.

Not for: drawing the figure (export_jobs.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.export_jobs import Preview, seen
from gui.widgets.labels import IconLabel, chip, hairline, words
from gui.widgets.millimetre_ruler import MillimetreRuler
from gui.widgets.panel import Segments

VISIONS = (("normal", "Normal"), ("deuteranopia", "Deuteranopia"), ("protanopia", "Protanopia"),
           ("tritanopia", "Tritanopia"), ("grey", "Grey"))


class ExportPreview(QWidget):
    """Preview with its size in words, the study's badge, "See it as", and the paper."""

    vision_changed = Signal(str)

    def __init__(self, badge: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.size_words: QLabel = words("drawing", "caption")
        top = _row()
        top.addWidget(words("Preview", "title"))
        top.addWidget(self.size_words)
        self.badge = chip("warn", badge)
        self.badge.setVisible(bool(badge))
        top.addWidget(self.badge)
        top.addStretch(1)
        column.addLayout(top)
        self.vision = Segments(VISIONS, "See it as", small=True)
        self.vision.chosen.connect(self.see_as)
        below = _row()
        below.addWidget(words("See it as", "help"))
        below.addWidget(self.vision)
        below.addStretch(1)
        column.addLayout(below)
        column.addSpacing(theme.px(6))
        column.addWidget(hairline())
        self.problem_row = QWidget()
        line = QHBoxLayout(self.problem_row)
        line.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(8))
        line.addWidget(IconLabel("warn", "warn", 16))
        self.problem: QLabel = words("", wrap=True)
        line.addWidget(self.problem, 1)
        self.problem_row.hide()
        column.addWidget(self.problem_row)
        self.ruler = MillimetreRuler()
        column.addWidget(self.ruler, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._preview: Preview | None = None

    @property
    def preview(self) -> Preview | None:
        """What is shown."""
        return self._preview

    def show_preview(self, preview: Preview, file_dpi: int) -> None:
        """Show new pixels."""
        self._preview = preview
        spec = preview.spec
        coarser = f"shown at {preview.dpi} dpi, the file has {file_dpi:,}"
        same = "the file itself" if preview.dpi == file_dpi else coarser
        self.size_words.setText(f"{spec.width_mm:g} \u00d7 {spec.height_mm:g} mm, {same}")
        self.show_problem("")
        self.ruler.setAccessibleName(f"Preview of the figure: {spec.alt_text}")
        self._paint()

    def show_problem(self, text: str) -> None:
        """Why the wanted size cannot be shown; an empty text takes it away."""
        self.problem.setText(text)
        self.problem_row.setVisible(bool(text))

    def see_as(self, vision: str) -> None:
        """Show the same pixels as seen with that vision."""
        if self.vision.key != vision:
            self.vision.set_key(vision)
        self._paint()
        self.vision_changed.emit(vision)

    def _paint(self) -> None:
        if self._preview is not None:
            spec = self._preview.spec
            self.ruler.show_paper(spec.width_mm, spec.height_mm, image_of(seen(self._preview.pixels, self.vision.key)))


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """The pixels as an image of its own."""
    whole = np.ascontiguousarray(pixels)
    height, width, _ = whole.shape
    return QImage(whole.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _row() -> QHBoxLayout:
    line = QHBoxLayout()
    line.setContentsMargins(theme.px(14), theme.px(6), theme.px(14), 0)
    line.setSpacing(theme.px(10))
    return line
