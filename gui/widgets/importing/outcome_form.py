"""One outcome as fields: its name, the column and unit of its time, the column of its event and what it means.

Not for: judging it; what core says about it is shown as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.importing.event_values import EventValues, ValueRow
from gui.widgets.importing.reading_form import OpenSegments
from gui.widgets.labels import words

UNITS = (("days", "Days"), ("weeks", "Weeks"), ("months", "Months"), ("years", "Years"))


@dataclass(frozen=True)
class OutcomeValues:
    """What stands in the fields; ``happened`` and ``others`` (another cause) are texts of the event column."""

    name: str = ""
    time: str = ""
    unit: str = ""
    event: str = ""
    happened: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class OutcomeForm(QWidget):
    """``changed`` speaks OutcomeValues."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(8))
        grid.setColumnStretch(1, 1)
        self.name = QLineEdit()
        self.name.editingFinished.connect(self._tell)
        self.time_column = _columns()
        self.time_column.activated.connect(self._tell)
        self.unit = OpenSegments(UNITS, "Unit of the time")
        self.unit.chosen.connect(self._tell)
        self.event_column = _columns()
        self.event_column.activated.connect(self._event_changed)
        controls: tuple[tuple[str, QWidget], ...] = (("Name", self.name), ("Time", self.time_column),
                                                     ("Unit", self.unit), ("Event", self.event_column))
        for at, (text, control) in enumerate(controls):
            label = words(text, "help")
            label.setBuddy(control)
            control.setAccessibleName({"Time": "Column of the time", "Event": "Column of the event",
                                       "Name": "Name of the outcome"}.get(text, "Unit of the time"))
            grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(control, at, 1)
        column.addLayout(grid)
        self.question = words("", "title", wrap=True)
        self.values = EventValues()
        self.values.changed.connect(self._tell)
        self.remark = words("", "caption", wrap=True)
        for part in (self.question, self.values, self.remark):
            column.addWidget(part)
        column.addStretch(1)

    def set_columns(self, times: Sequence[str], events: Sequence[str]) -> None:
        """The columns that can be chosen."""
        for box, names in ((self.time_column, times), (self.event_column, events)):
            box.clear()
            for name in names:
                box.addItem(name, name)
            box.setCurrentIndex(-1)

    def set_outcome(self, values: OutcomeValues) -> None:
        """Show an outcome."""
        self.name.setText(values.name)
        for box, text in ((self.time_column, values.time), (self.event_column, values.event)):
            if text and box.findData(text) < 0:
                box.addItem(text, text)
            box.setCurrentIndex(box.findData(text))
        self.unit.set_or_open(values.unit)

    def set_values(self, rows: Sequence[ValueRow], happened: Collection[str], remark: str,
                   others: Collection[str] = ()) -> None:
        """Show the values of the event column."""
        event = self.event_column.currentText()
        self.question.setText(f"Which values of {event} mean that it happened?" if event else "")
        self.values.set_values(rows, happened, f"time ({self.unit.key})" if self.unit.key else "time", others)
        self.values.setVisible(bool(rows))
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))

    def outcome(self) -> OutcomeValues:
        """What stands in the fields now."""
        return OutcomeValues(self.name.text().strip(), self.time_column.currentText(), self.unit.key,
                             self.event_column.currentText(), self.values.happened(), self.values.other_causes())

    def _event_changed(self) -> None:
        self.values.set_values((), (), "time")
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.outcome())


def _columns() -> QComboBox:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    box.setMaxVisibleItems(20)
    return box
