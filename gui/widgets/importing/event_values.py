"""The values of an event column with their counts and median times: ticked is what "it happened" means.

Not for: deciding; a bare 0 or 1 is never ticked beforehand, because in some tables 1 means alive.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from gui import theme
from gui.widgets.labels import hairline, set_look, words

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
    """``changed`` speaks the ticked values in the order of the rows.

    ``narrow``: long values stand above their numbers, because beside them they would be cut off.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, narrow: bool = False) -> None:
        super().__init__(parent)
        self._longest = LONGEST_BESIDE if narrow else 10_000
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(3, 1)
        self.boxes: list[QCheckBox] = []
        self._rows: tuple[ValueRow, ...] = ()

    def set_values(self, rows: Sequence[ValueRow], happened: Collection[str], time_words: str) -> None:
        """Show a column's values; ``happened`` are those that are ticked."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.boxes = []
        self._rows = tuple(rows)
        above = max((len(row.value) for row in rows), default=0) > self._longest
        self._grid.setHorizontalSpacing(theme.px(18))
        self._grid.setVerticalSpacing(theme.px(1))
        for column, text in enumerate(("It happened", "Patients", f"Median {time_words}", "")):
            self._grid.addWidget(words(text, "caption"), 0, column,
                                 Qt.AlignmentFlag.AlignRight if column in (1, 2) else Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(hairline(), 1, 0, 1, 4)
        for at, row in enumerate(rows):
            box = QCheckBox(row.value)
            box.setAccessibleName(f"{row.value} means that it happened, {row.patients:,} patients")
            box.setChecked(row.value in happened)
            box.clicked.connect(self._tell)
            self.boxes.append(box)
            line = 2 * at + 3
            self._grid.addWidget(box, line - above, 0, 1, 4 if above else 1)
            for column, text in ((1, f"{row.patients:,}"), (2, row.median)):
                label = words(text)
                set_look(label, "letters", "small")
                self._grid.addWidget(label, line, column,
                                     Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            remark = words(row.remark, "caption", wrap=True)
            remark.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(remark, line, 3)

    def happened(self) -> tuple[str, ...]:
        """The ticked values."""
        return tuple(row.value for row, box in zip(self._rows, self.boxes, strict=True) if box.isChecked())

    def _tell(self) -> None:
        self.changed.emit(self.happened())
