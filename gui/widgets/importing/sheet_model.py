"""A sheet as a Qt model: what stands in every cell, its colours, and which rows are shown.

Not for: reading files, or painting edges round cells (sheet_table.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QFont

from core.data.files.raw_table import column_letters
from gui import theme
from gui.widgets.importing.sheet_picture import DECIDE, LOOK, ROLE_WORDS, Mark, Role, SheetPicture

Index = QModelIndex | QPersistentModelIndex
GROUND = {Role.NOT_READ: "hover", Role.SAMPLE: "lowtint", Role.UNIT: "her2tint", Role.GENE: "tint",
          Role.VALUE: "surface", Role.CLINICAL: "hightint", Role.SKIPPED: "hover", Role.ANNOTATION: "sunken",
          Role.HEADER: "sunken"}
"""The token that colours each role."""
_FADED = frozenset({Role.NOT_READ, Role.SKIPPED})
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_HEADER_AMONG = 200


class SheetModel(QAbstractTableModel):
    """Rows that are hidden in the file are passed over unless asked for; addresses stay those of the file."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.picture: SheetPicture | None = None
        self.current = (-1, -1)
        self.last_header = -1
        self._rows: NDArray[np.intp] = np.zeros(0, np.intp)
        self._with_hidden = False
        self._colours: dict[Role | str, QColor] = {}
        self._plain, self._bold, self._struck = QFont(), QFont(), QFont()
        theme.notifier().changed.connect(self._look)
        self._look()

    def set_picture(self, picture: SheetPicture | None) -> None:
        """Show another sheet, or the same read otherwise."""
        self.beginResetModel()
        self.picture = picture
        self._choose_rows()
        self.endResetModel()

    def show_hidden(self, shown: bool) -> None:
        """Show rows that are hidden in the file, or a mark where they are."""
        self.beginResetModel()
        self._with_hidden = shown
        self._choose_rows()
        self.endResetModel()

    @property
    def hidden_rows(self) -> list[int]:
        """Rows of the file that are hidden in it, 0-based, within the sheet."""
        if self.picture is None:
            return []
        return sorted(row for row in self.picture.table.hidden_rows if row < self.picture.table.n_rows)

    @property
    def hidden_shown(self) -> bool:
        return self._with_hidden

    def sheet_row(self, row: int) -> int:
        """The row of the file that a row of the view shows."""
        return int(self._rows[row])

    def view_row(self, sheet_row: int) -> int:
        """The row of the view that shows a row of the file, -1 where it is hidden."""
        at = int(np.searchsorted(self._rows, sheet_row))
        return at if at < len(self._rows) and self._rows[at] == sheet_row else -1

    def gap_before(self, row: int) -> bool:
        """True where rows of the file are passed over just before this row of the view."""
        before = -1 if row == 0 else int(self._rows[row - 1])
        return int(self._rows[row]) > before + 1

    def look_of(self, row: int, column: int) -> tuple[str, QColor, QColor, QFont, int, Mark | None]:
        """All that is painted of one cell of the view: text, ground, ink, font, alignment, edge."""
        picture = self.picture
        assert picture is not None
        at = int(self._rows[row])
        in_row = int(picture.rows[at])
        kind = picture.role(at, column)
        mark = picture.marks.get((at, column)) if picture.marks else None
        value = picture.table.numbers[at, column]
        ground = self._colours[kind] if mark is None else self._colours[mark.kind]
        faded = kind in _FADED
        font = self._struck if kind == Role.SKIPPED else self._bold if in_row == Role.HEADER or mark is not None \
            else self._plain
        return (self._text(at, column), ground, self._colours["faded" if faded else "text"], font,
                _LEFT if value != value else _RIGHT, mark)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.picture is None else self.picture.table.n_columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.picture is None or not index.isValid():
            return None
        row, column = int(self._rows[index.row()]), index.column()
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            return self._text(row, column)
        if role == roles.BackgroundRole:
            return QBrush(self.look_of(index.row(), column)[1])
        if role in (roles.ToolTipRole, roles.AccessibleDescriptionRole):
            return self.words(row, column)
        if role == roles.AccessibleTextRole:
            return f"{self.picture.table.cell(row, column)}: {self.picture.table.text(row, column) or 'blank'}"
        return None

    def words(self, row: int, column: int) -> str:
        """Address, whole content, what it was read as, and what is the matter with it."""
        if self.picture is None:
            return ""
        table = self.picture.table
        parts = [f"{table.cell(row, column)}: {table.text(row, column) or 'blank'}",
                 ROLE_WORDS[self.picture.role(row, column)]]
        mark = self.picture.marks.get((row, column))
        if mark is not None:
            parts.append(mark.words)
        if row in table.hidden_rows:
            parts.append("hidden in the file")
        return "\n".join(parts)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.picture is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation == Qt.Orientation.Horizontal:
                return column_letters(section)
            return str(int(self._rows[section]) + 1) if section < len(self._rows) else None
        if role == Qt.ItemDataRole.ToolTipRole:
            if orientation == Qt.Orientation.Horizontal:
                return f"Column {column_letters(section)}: {ROLE_WORDS[Role(int(self.picture.columns[section]))]}"
            if section < len(self._rows) and self.gap_before(section):
                return "Rows above this one are hidden in the file; they are read"
        return None

    def _text(self, row: int, column: int) -> str:
        table = self.picture.table if self.picture is not None else None
        if table is None:
            return ""
        words = table.texts.get(column, {}).get(row)
        if words is not None:
            return " ".join(words.split())
        value = float(table.numbers[row, column])
        return "" if np.isnan(value) else f"{value:.6g}"

    def _choose_rows(self) -> None:
        if self.picture is None:
            self._rows, self.last_header = np.zeros(0, np.intp), -1
            return
        rows = np.arange(self.picture.table.n_rows, dtype=np.intp)
        hidden = self.hidden_rows
        if hidden and not self._with_hidden:
            rows = np.delete(rows, hidden)
        self._rows = rows
        headers = [at for at in range(min(_HEADER_AMONG, len(rows))) if self.picture.rows[rows[at]] == Role.HEADER]
        self.last_header = headers[-1] if headers else -1

    def _look(self) -> None:
        look = theme.current()
        self._colours = {role: look.colour(token) for role, token in GROUND.items()}
        self._colours |= {"text": look.colour("text"), "faded": look.colour("text3"), LOOK: look.colour("warntint"),
                          DECIDE: look.colour("errtint")}
        self._plain, self._bold = theme.font("small"), theme.font("small", bold=True)
        self._struck = theme.font("small")
        self._struck.setStrikeOut(True)
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
