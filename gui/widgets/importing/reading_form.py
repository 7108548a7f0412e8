"""How a sheet is read, as fields: what was detected stands there as detected, what is changed is said at once.

Not for: reading; it only says which field was given which value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.importing.histogram import Histogram
from gui.widgets.labels import set_look, words
from gui.widgets.panel import Segments

DETECTED = ""


class OpenSegments(Segments):
    """Segments of which none may be pressed, while a question is open."""

    def set_open(self) -> None:
        """Press none."""
        self._group.setExclusive(False)
        for button in self.buttons():
            button.setChecked(False)
        self._group.setExclusive(True)

    def set_or_open(self, key: str) -> None:
        """Press a choice, or none where the key is not there."""
        if key in self._keys:
            self.set_key(key)
        else:
            self.set_open()


@dataclass(frozen=True)
class ReadingValues:
    """What the form shows. An empty text of a choice is an open question; ``stated`` names what was said by hand."""

    has_expression: bool = False
    header_row: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    id_name: str = ""
    samples: str = ""
    values_start: str = ""
    decimal: str = ""
    delimiter: str = ""
    encoding: str = ""
    is_text: bool = False
    scale: str = ""
    scales: tuple[tuple[str, str], ...] = ()
    scale_words: str = ""
    counts: tuple[int, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    missing_words: str = ""
    collapse: str = "highest mean"
    several: str = ""
    measure: str = ""
    stated: frozenset[str] = frozenset()


class Field(QWidget):
    """A label over a control, and a remark at the right of the label."""

    def __init__(self, label: str, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(4))
        column.setSpacing(theme.px(2))
        self.label = words(label, "help")
        self.label.setBuddy(control)
        self.control = control
        self.remark = words("", "caption", wrap=True)
        control.setAccessibleName(label)
        self.remark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.addWidget(self.label)
        head.addWidget(self.remark, 1)
        column.addLayout(head)
        column.addWidget(control)

    def set_remark(self, text: str) -> None:
        self.remark.setText(text)
        self.remark.setVisible(bool(text))


class ReadingForm(QWidget):
    """``changed`` speaks (field of TableSpec, value as text; "" is "as detected")."""

    changed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = ReadingValues()
        self.layout_part, self.numbers_part, self.missing_part, self.probes_part = (QWidget() for _ in range(4))
        self._build_layout()
        self._build_numbers()
        self._build_missing()
        self._build_probes()

    def parts(self) -> tuple[tuple[str, QWidget], ...]:
        """The groups with their titles, to be put into an inspector."""
        return (("Layout", self.layout_part), ("Numbers", self.numbers_part), ("Missing", self.missing_part),
                ("Several probes per gene", self.probes_part))

    def _build_layout(self) -> None:
        column = _column(self.layout_part)
        self.header_row = QLineEdit()
        self.header_row.editingFinished.connect(self._header_said)
        self.header_field = Field("Header row", self.header_row)
        self.samples = OpenSegments((("columns", "Columns"), ("rows", "Rows")), "Samples are in")
        self.samples.chosen.connect(lambda key: self.changed.emit("samples", key))
        self.samples_field = Field("Samples are in", self.samples)
        self.id_column = QComboBox()
        self.id_column.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.id_column.setMinimumContentsLength(8)
        self.id_column.activated.connect(lambda at: self.changed.emit("id", self.id_column.itemData(at)))
        self.id_field = Field("Genes are in", self.id_column)
        self.values_start = words("")
        self.start_field = Field("Values start at", self.values_start)
        for field in (self.header_field, self.samples_field, self.id_field, self.start_field):
            column.addWidget(field)

    def _build_numbers(self) -> None:
        column = _column(self.numbers_part)
        self.decimal = OpenSegments(((".", "Point"), (",", "Comma")), "Decimal mark")
        self.decimal.chosen.connect(lambda key: self.changed.emit("decimal", key))
        self.decimal_field = Field("Decimal mark", self.decimal)
        self.delimiter = _box((("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab"), ("pipe", "Vertical bar"),
                               ("space", "Space")))
        self.delimiter.activated.connect(lambda at: self.changed.emit("delimiter", self.delimiter.itemData(at)))
        self.delimiter_field = Field("Columns are separated by", self.delimiter)
        self.encoding = _box((("utf-8", "Unicode (UTF-8)"), ("utf-16", "UTF-16"), ("cp1252", "Western Windows")))
        self.encoding.activated.connect(lambda at: self.changed.emit("encoding", self.encoding.itemData(at)))
        self.encoding_field = Field("Letters are written as", self.encoding)
        self.measure = OpenSegments((("mRNA", "mRNA"), ("total", "Total"), ("phospho", "Phospho")), "Measured was")
        self.measure.chosen.connect(lambda key: self.changed.emit("measure", key))
        self.measure_field = Field("Measured was", self.measure)
        self.scale_quick = OpenSegments((("log2", "log2"), ("linear", "Linear"), ("other", "Other")), "Scale")
        self.scale_quick.chosen.connect(self._scale_pressed)
        self.scale_field = Field("Scale", self.scale_quick)
        self.scale = _box(())
        self.scale.setAccessibleName("Another scale")
        self.scale.activated.connect(lambda at: self.changed.emit("scale", self.scale.itemData(at)))
        self.histogram = Histogram()
        self.scale_words = words("", "caption", wrap=True)
        for field in (self.decimal_field, self.delimiter_field, self.encoding_field, self.measure_field,
                      self.scale_field):
            column.addWidget(field)
        column.addWidget(self.scale)
        column.addWidget(self.histogram)
        column.addWidget(self.scale_words)

    def _build_missing(self) -> None:
        column = _column(self.missing_part)
        holder = QWidget()
        self._missing_grid = QGridLayout(holder)
        self._missing_grid.setContentsMargins(0, 0, 0, theme.px(4))
        self._missing_grid.setColumnStretch(0, 1)
        column.addWidget(holder)
        self.missing = QLineEdit()
        self.missing.setPlaceholderText("such as 999; not seen")
        self.missing.editingFinished.connect(self._missing_said)
        self.missing_field = Field("Further words for missing", self.missing)
        column.addWidget(self.missing_field)

    def _build_probes(self) -> None:
        column = _column(self.probes_part)
        self.collapse = _box((("highest mean", "The highest mean"), ("mean", "Their mean"), ("median", "Their median")))
        self.collapse.activated.connect(lambda at: self.changed.emit("collapse", self.collapse.itemData(at)))
        self.collapse_field = Field("Keep", self.collapse)
        column.addWidget(self.collapse_field)

    def set_values(self, values: ReadingValues) -> None:
        """Show how another sheet, or the same one now, is read."""
        self._values = values
        said = values.stated
        self.header_row.setText(values.header_row)
        self.header_field.set_remark(_remark("header_row" in said, values.header_row))
        self.samples.set_or_open(values.samples)
        self.samples_field.setVisible(values.has_expression)
        self.samples_field.set_remark(_remark("samples" in said, values.samples))
        in_rows = values.samples == "rows" or not values.has_expression
        label = "Samples are named in" if in_rows else "Genes are in"
        self.id_field.label.setText(label)
        self.id_column.setAccessibleName(label)
        _fill(self.id_column, values.columns, values.id_name)
        self.id_field.set_remark(_remark("id" in said, values.id_name))
        self.values_start.setText(values.values_start)
        self.start_field.setVisible(bool(values.values_start))
        self.start_field.set_remark("")
        self.decimal.set_or_open(values.decimal)
        self.decimal_field.set_remark(_remark("decimal" in said, values.decimal))
        for field, box, key, name in ((self.delimiter_field, self.delimiter, values.delimiter, "delimiter"),
                                      (self.encoding_field, self.encoding, values.encoding, "encoding")):
            field.setVisible(values.is_text)
            box.setCurrentIndex(box.findData(key))
            field.set_remark(_remark(name in said, key))
        self.measure.set_or_open(values.measure)
        self.measure_field.set_remark(_remark("measure" in said, values.measure))
        self._show_scale(values)
        self._show_missing(values)
        self.collapse.setCurrentIndex(self.collapse.findData(values.collapse))
        self.collapse_field.set_remark(values.several)
        for part in (self.measure_field, self.scale_field):
            part.setVisible(values.has_expression)
        self.histogram.setVisible(bool(values.counts))
        self.scale_words.setVisible(bool(values.scale_words))
        self.probes_part.setEnabled(values.has_expression)

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field."""
        {"id": self.id_column, "scale": self.scale_quick, "header_row": self.header_row}.get(name, self).setFocus()

    def _show_scale(self, values: ReadingValues) -> None:
        quick = values.scale if values.scale in ("log2", "linear", "") else "other"
        self.scale_quick.set_or_open(quick)
        _fill(self.scale, [each for each in values.scales if each[0] not in ("log2", "linear")], values.scale)
        self.scale.setVisible(values.has_expression and quick == "other")
        self.scale_field.set_remark(_remark("scale" in values.stated) if values.scale else "not known yet")
        self.histogram.set_counts(values.counts, values.scale_words)
        self.scale_words.setText(values.scale_words)

    def _show_missing(self, values: ReadingValues) -> None:
        while (item := self._missing_grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, (text, meaning) in enumerate(values.missing or (("Nothing is missing", ""),)):
            left = words(text, wrap=True)
            set_look(left, "letters", "small")
            right: QLabel = words(meaning)
            set_look(right, "letters", "small")
            self._missing_grid.addWidget(left, at, 0)
            self._missing_grid.addWidget(right, at, 1, Qt.AlignmentFlag.AlignRight)
        self.missing.setText(values.missing_words)

    def _header_said(self) -> None:
        text = self.header_row.text().strip()
        if text != self._values.header_row:
            self.changed.emit("header_row", text)

    def _missing_said(self) -> None:
        if self.missing.text().strip() != self._values.missing_words:
            self.changed.emit("missing", self.missing.text().strip())

    def _scale_pressed(self, key: str) -> None:
        if key == "other":
            self.scale.setVisible(True)
            self.scale.setFocus()
            self.scale.showPopup()
        else:
            self.changed.emit("scale", key)


def _remark(stated: bool, value: str = "known") -> str:
    return "as you said" if stated else "detected" if value else "not known yet"


def _column(part: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(4))
    return column


def _box(choices: Sequence[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    for key, text in choices:
        box.addItem(text, key)
    return box


def _fill(box: QComboBox, choices: Sequence[tuple[str, str]], current: str) -> None:
    """Other entries, without speaking."""
    box.blockSignals(True)
    box.clear()
    for key, text in choices:
        box.addItem(text, key)
    box.setCurrentIndex(box.findData(current))
    box.blockSignals(False)
