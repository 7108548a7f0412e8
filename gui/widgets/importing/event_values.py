"""The values of an event column with their counts and median times: which mean that it happened, which another cause.

Not for: deciding; a bare 0 or 1 is never ticked beforehand, because in some tables 1 means alive.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import hairline, set_look, unmarked, words

FEWEST_FOR_CAUSES = 3
"""With two values one is the event and the other is not: there is no other cause to name."""
LONGEST_BESIDE = 5
"""Letters of a value that has room beside its numbers where there is little."""


@dataclass(frozen=True)
class ValueRow:
    """One value: how many patients have it, their median time in words, and what another column says about them."""

    value: str
    patients: int
    median: str
    remark: str = ""


class EventValues(QWidget):
    """``changed`` speaks the values that mean it happened, in the order of the rows; ``other_causes`` are asked for.

    ``narrow``: long values stand above their numbers, because beside them they would be cut off; where there are other
    causes every value does, and the box of the other cause stands below it.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, narrow: bool = False) -> None:
        super().__init__(parent)
        self._narrow = narrow
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(4, 1)
        self.boxes: list[QCheckBox] = []
        self.other_boxes: list[QCheckBox] = []
        self._rows: tuple[ValueRow, ...] = ()

    def set_values(self, rows: Sequence[ValueRow], happened: Collection[str], time_words: str,
                   others: Collection[str] = ()) -> None:
        """Show a column's values; ``happened`` and ``others`` (another cause) are those that are ticked."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.boxes, self.other_boxes = [], []
        self._rows = tuple(rows)
        causes = len(rows) >= FEWEST_FOR_CAUSES or bool(others)
        above = self._narrow and (causes or max((len(row.value) for row in rows), default=0) > LONGEST_BESIDE)
        self._grid.setHorizontalSpacing(theme.px(8 if self._narrow else 18))
        self._grid.setVerticalSpacing(theme.px(1))
        titles = ("It happened", "Other cause" if causes and not above else "", "Patients",
                  "Median" if above and causes else f"Median {time_words}", "")
        for column, text in enumerate(titles):
            if text:
                self._grid.addWidget(words(text, "caption"), 0, column,
                                     Qt.AlignmentFlag.AlignRight if column in (2, 3) else Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(hairline(), 1, 0, 1, 5)
        for at, row in enumerate(rows):
            box = QCheckBox(unmarked(row.value))
            box.setAccessibleName(f"{row.value} means that it happened, {row.patients:,} patients")
            box.setChecked(row.value in happened)
            box.clicked.connect(self._tell)
            self.boxes.append(box)
            line = 2 * at + 3
            self._grid.addWidget(box, line - above, 0, 1, 5 if above else 1)
            if causes:
                self._add_cause(row, box, line, ticked=row.value in others)
            for column, text in ((2, f"{row.patients:,}"), (3, row.median)):
                label = words(text)
                set_look(label, "letters", "small")
                self._grid.addWidget(label, line, column,
                                     Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            remark = words(row.remark, "caption", wrap=True)
            remark.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(remark, line, 4)

    def _add_cause(self, row: ValueRow, happened: QCheckBox, line: int, *, ticked: bool) -> None:
        """The second box of a value: one takes the tick of the other away."""
        box = QCheckBox("Other cause" if self._narrow else "")
        box.setAccessibleName(f"{row.value} is another cause, after which it can no longer happen, "
                              f"{row.patients:,} patients")
        box.setToolTip("Another cause, after which it can no longer happen: death of something else")
        box.setChecked(ticked)
        box.toggled.connect(lambda on: happened.setChecked(False) if on else None)
        happened.toggled.connect(lambda on: box.setChecked(False) if on else None)
        box.clicked.connect(self._tell)
        self.other_boxes.append(box)
        self._grid.addWidget(_indented(box) if self._narrow else box, line, 0 if self._narrow else 1,
                             Qt.AlignmentFlag.AlignLeft)
        QWidget.setTabOrder(happened, box)

    def other_causes(self) -> tuple[str, ...]:
        """The values that mean another cause."""
        return tuple(row.value for row, box in zip(self._rows, self.other_boxes) if box.isChecked())

    def happened(self) -> tuple[str, ...]:
        """The values that mean that it happened."""
        return tuple(row.value for row, box in zip(self._rows, self.boxes, strict=True) if box.isChecked())

    def _tell(self) -> None:
        self.changed.emit(self.happened())


def _indented(box: QCheckBox) -> QWidget:
    """The box under its value."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(theme.px(14), 0, 0, 0)
    line.addWidget(box)
    return holder
