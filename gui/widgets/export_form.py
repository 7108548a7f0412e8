"""Size, lettering and files of an export as controls: reads and gives one FigureSettings value.

Not for: drawing or judging the figure; what a preset asks for stands in core/figures/presets.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QLocale, QSignalBlocker, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.figures.figure_settings import FigureSettings
from core.figures.presets import NOTE, PRESETS, Preset, preset_of
from gui import theme
from gui.widgets.labels import hairline, words

FILES = (("pdf", "PDF"), ("svg", "SVG"), ("png", "PNG"), ("tiff", "TIFF"), ("eps", "EPS"), ("xlsx", "Data, xlsx"))
USUAL_FILES = ("pdf", "svg", "png", "xlsx")
FONT_WORDS = "Liberation Sans"
FONT_HELP = "The letters of every file, as wide as Arial and Helvetica. The SVG names Arial as well."
LETTERS = "abcdefgh"
SMALLEST_MM, LARGEST_MM = 20.0, 450.0


class ExportForm(QWidget):
    """The right half of the export dialog, above its checks. ``changed`` gives the settings after every edit."""

    changed = Signal(object)

    def __init__(self, settings: FigureSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(6))
        self._build_size()
        self._column.addSpacing(theme.px(6))
        self._column.addWidget(hairline())
        self._column.addSpacing(theme.px(6))
        self._build_files()
        self.set_settings(settings)
        self._connect()

    @property
    def settings(self) -> FigureSettings:
        """What the controls say."""
        return self._settings

    @property
    def preset(self) -> Preset:
        """The journal chosen."""
        return preset_of(self._settings.preset)

    def formats(self) -> tuple[str, ...]:
        """The ticked files."""
        return tuple(key for key, box in self.boxes.items() if box.isChecked())

    def dpi(self) -> int:
        """Resolution of PNG and TIFF."""
        return self.raster.value()

    def set_settings(self, settings: FigureSettings) -> None:
        """Show settings without saying so."""
        self._settings = settings
        preset = preset_of(settings.preset)
        ticked = settings.formats or USUAL_FILES
        controls: Sequence[QWidget] = (self.journal, self.letter, self.raster, *self.boxes.values())
        blockers = [QSignalBlocker(control) for control in controls]
        self.journal.setCurrentIndex(max(self.journal.findData(preset.key), 0))
        self._fill_letters(preset, settings.panel_letter)
        self.raster.setValue(settings.dpi or preset.dpi)
        for key, box in self.boxes.items():
            box.setChecked(key in ticked)
        for blocker in blockers:
            blocker.unblock()
        self.source.setText(preset.source + f", as of {preset.as_of}")
        self.source.setToolTip(NOTE)

    def show_actual(self, width_mm: float, height_mm: float, text_pt: float) -> None:
        """What the laid out figure measures, where the settings leave it to the preset."""
        for control, value in ((self.width_mm, width_mm), (self.height_mm, height_mm), (self.text_pt, text_pt)):
            with QSignalBlocker(control):
                control.setValue(value)

    def change(self, **parts: object) -> None:
        """Change settings as if the user had, and say so."""
        self._settings = replace(self._settings, **parts)  # type: ignore[arg-type]
        self.set_settings(self._settings)
        for name, control in (("width_mm", self.width_mm), ("height_mm", self.height_mm), ("text_pt", self.text_pt)):
            value = parts.get(name)
            if isinstance(value, (int, float)):
                with QSignalBlocker(control):
                    control.setValue(float(value))
        self.changed.emit(self._settings)

    def _build_size(self) -> None:
        self._column.addWidget(words("Size", "title"))
        self.journal = QComboBox()
        self.journal.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for preset in PRESETS:
            self.journal.addItem(preset.label, preset.key)
        self._add(self._column, "Journal", self.journal)
        self.source = words("", "caption", wrap=True)
        self._column.addWidget(self.source)
        self.width_mm = _measure(SMALLEST_MM, LARGEST_MM, 1.0, " mm")
        self.height_mm = _measure(SMALLEST_MM, LARGEST_MM, 1.0, " mm")
        self.text_pt = _measure(4.0, 40.0, 0.5, " pt")
        self.letter = QComboBox()
        grid = _grid(2)
        for place, (name, control) in enumerate((("Width", self.width_mm), ("Height", self.height_mm),
                                                 ("Text", self.text_pt), ("Panel letter", self.letter))):
            self._add(grid, name, control, row=2 * (place // 2), column=place % 2)
        self._column.addLayout(grid)

    def _build_files(self) -> None:
        self._column.addWidget(words("Files", "title"))
        self.boxes: dict[str, QCheckBox] = {}
        ticks = _grid(3)
        for place, (key, name) in enumerate(FILES):
            box = QCheckBox(name)
            box.setAccessibleName(f"Write the file {name}" if key != "xlsx" else "Write the data as a workbook")
            self.boxes[key] = box
            ticks.addWidget(box, place // 3, place % 3)
        self._column.addLayout(ticks)
        self.raster = QSpinBox()
        self.raster.setRange(72, 1200)
        self.raster.setSingleStep(50)
        self.raster.setSuffix(" dpi")
        inset(self.raster)
        self.raster.setKeyboardTracking(False)
        grid = _grid(2)
        self._add(grid, "Raster", self.raster, row=0, column=0)
        grid.addWidget(words("Font", "help"), 0, 1)
        font = words(FONT_WORDS)
        font.setToolTip(FONT_HELP)
        grid.addWidget(font, 1, 1)
        self._column.addLayout(grid)

    @staticmethod
    def _add(layout: QVBoxLayout | QGridLayout, name: str, control: QWidget, *, row: int = 0, column: int = 0) -> None:
        """A label that belongs to its control, and the control under it."""
        label: QLabel = words(name, "help")
        label.setBuddy(control)
        control.setAccessibleName(name)
        if isinstance(control, QAbstractSpinBox):
            control.lineEdit().setAccessibleName(name)
        if isinstance(layout, QGridLayout):
            layout.addWidget(label, row, column)
            layout.addWidget(control, row + 1, column)
        else:
            layout.addWidget(label)
            layout.addWidget(control)

    def _connect(self) -> None:
        self.journal.activated.connect(self._journal_chosen)
        self.width_mm.valueChanged.connect(lambda value: self._edit(width_mm=value))
        self.height_mm.valueChanged.connect(lambda value: self._edit(height_mm=value))
        self.text_pt.valueChanged.connect(lambda value: self._edit(text_pt=value))
        self.letter.activated.connect(lambda _: self._edit(panel_letter=self.letter.currentData()))
        self.raster.valueChanged.connect(lambda value: self._edit(dpi=value))
        for box in self.boxes.values():
            box.toggled.connect(lambda _: self._edit(formats=self.formats()))

    def _journal_chosen(self) -> None:
        """A journal brings its own size, text and resolution; the letter keeps its place in the alphabet."""
        preset = preset_of(self.journal.currentData())
        letter = self._settings.panel_letter
        self.change(preset=preset.key, width_mm=None, height_mm=None, text_pt=None, dpi=None,
                    panel_letter=letter.upper() if preset.letter == "A" else letter.lower())

    def _edit(self, **parts: object) -> None:
        self._settings = replace(self._settings, **parts)  # type: ignore[arg-type]
        self.changed.emit(self._settings)

    def _fill_letters(self, preset: Preset, chosen: str) -> None:
        self.letter.clear()
        self.letter.addItem("None", "")
        letters = [letter.upper() if preset.letter == "A" else letter for letter in LETTERS]
        if chosen and chosen not in letters:
            letters.append(chosen)
        for letter in letters:
            self.letter.addItem(f"{letter}, bold {preset.letter_pt:g} pt", letter)
        self.letter.setCurrentIndex(max(self.letter.findData(chosen), 0))


def inset(box: QAbstractSpinBox) -> None:
    """Room left of the number: a spin box without buttons does not take the style sheet's padding."""
    box.lineEdit().setTextMargins(theme.px(7), 0, 0, 0)


class MeasureBox(QDoubleSpinBox):
    """A length or a text size: no needless zeros, and a decimal comma is taken for a point."""

    def __init__(self) -> None:
        super().__init__()
        self.setLocale(QLocale.c())
        inset(self)

    def textFromValue(self, value: float) -> str:
        return f"{value:.1f}".removesuffix(".0")

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(text.replace(",", "."), position)


def _measure(low: float, high: float, step: float, unit: str) -> MeasureBox:
    box = MeasureBox()
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setDecimals(1)
    box.setSuffix(unit)
    box.setKeyboardTracking(False)
    return box


def _grid(columns: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.px(8))
    grid.setVerticalSpacing(theme.px(4))
    for column in range(columns):
        grid.setColumnStretch(column, 1)
    return grid
