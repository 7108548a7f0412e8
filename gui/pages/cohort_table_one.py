"""Table 1 on screen, all together or by the groups of a column.

Not for: computing it (core/data/patients/table_one.py), and no P values: groups at baseline are described, not tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.data.patients.table_one import TableOne
from core.figures.number_words import counted, list_words
from gui import theme
from gui.widgets.frame_table import FilteredTable
from gui.widgets.labels import words
from gui.widgets.parameter_editors import WidthlessCombo

TOGETHER = "All together"


@dataclass(frozen=True)
class Rows:
    """A table for the screen."""

    columns: Mapping[str, Sequence[str]]
    describe: Mapping[str, str]


class TableOneView(QWidget):
    """``grouped`` carries the column chosen, "" for none."""

    grouped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by = WidthlessCombo()
        self.by.setAccessibleName("Column whose values make the groups of table 1")
        self.by.activated.connect(lambda _: self.grouped.emit(str(self.by.currentData() or "")))
        self.note = words("", "caption", wrap=True)
        self.list = FilteredTable(name="Table 1: the patients of the cohort")
        self._line = QHBoxLayout()
        label = words("By the groups of", "help")
        label.setBuddy(self.by)
        self._line.addWidget(label)
        self._line.addWidget(self.by)
        self._line.addWidget(self.note, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(self._line)
        self._column.addWidget(self.list, 1)
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def show_table(self, table: TableOne | None, groups: Sequence[str], chosen: str) -> None:
        """Show a table and the columns that could split it."""
        self.by.clear()
        self.by.addItem(TOGETHER, "")
        for name in groups:
            self.by.addItem(name, name)
        self.by.setCurrentIndex(max(self.by.findData(chosen), 0))
        if table is None:
            self.list.table.set_table(None)
            self.note.setText("")
            return
        columns = table.columns()
        said = {"characteristic": "A column of the clinical table.",
                "value": "One of its values, or how it is summarised."}
        describe = {name: said.get(name, "Median (first to third quartile) with n, or patients (share of those known).")
                    for name in columns}
        self.list.table.set_table(Rows(columns, describe), kinds=dict.fromkeys(columns, "words"), missing="",
                                  titles={"characteristic": "Characteristic", "value": "Value"})
        hollow = f" Without any value here: {list_words(table.not_described[:6])}" \
                 f"{f' and {len(table.not_described) - 6} more' if len(table.not_described) > 6 else ''}." \
            if table.not_described else ""
        self.note.setText(f"{counted(len(table.rows), 'row')}. No P values: groups at baseline are described, not "
                          f"tested.{hollow}")

    def _measure(self) -> None:
        self._line.setSpacing(theme.px(8))
        self._column.setSpacing(theme.px(6))
        self.by.setMinimumWidth(theme.px(180))
