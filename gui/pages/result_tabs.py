"""The tabs beside the figure: tables with a filter, the methods text, warnings with their remedies.

Not for: what stands in them; a page gives tables, text and problems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.problems import Problem
from gui import theme
from gui.widgets.frame_table import FilteredTable
from gui.widgets.labels import IconButton, IconLabel, chip, words
from gui.widgets.parameter_editors import WidthlessCombo

ICONS = {"problem": ("err", "err"), "warning": ("warn", "warn"), "note": ("info", "text2")}
COMBO_WIDTH = 340


@dataclass(frozen=True, eq=False)
class ShownTable:
    """A table as a page wants it shown; ``name`` as in the results, ``title`` for the list of tables."""

    name: str
    title: str
    columns: Mapping[str, Any]
    describe: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0


def shown_table(table: Any) -> ShownTable:
    """A ResultTable as it is."""
    return ShownTable(table.name, table.title or table.name, table.columns, table.describe)


class TablesView(QWidget):
    """A list of tables, and the chosen one. ``row_selected`` carries the table's name and the raw values of the row."""

    row_selected = Signal(str, dict)

    def __init__(self, say: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables: tuple[ShownTable, ...] = ()
        self._marked = ("", "")
        self.combo = WidthlessCombo()
        self.combo.setAccessibleName("Table")
        self.combo.activated.connect(lambda _: self._show())
        self._counted = words("", "help")
        find = IconButton("search", "Find in the table", "Find")
        copy = IconButton("copy", "Copy the table with headers, at full precision", "Copy table")
        self.filtered = FilteredTable(name="Results")
        self.table = self.filtered.table
        find.clicked.connect(self.open_filter)
        copy.clicked.connect(self.table.copy_all)
        self.table.copied.connect(lambda rows: say(f"Copied {rows:,} rows with their headers"))
        self.table.row_selected.connect(lambda record: self.row_selected.emit(self.name, record))
        top = QHBoxLayout()
        top.addWidget(self.combo, 4)
        top.addWidget(self._counted, 3)
        self.beside = QHBoxLayout()
        top.addLayout(self.beside)
        top.addWidget(find)
        top.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(8), 0, 0)
        column.addLayout(top)
        column.addWidget(self.filtered, 1)
        theme.notifier().changed.connect(self._measure)
        self._measure()

    @property
    def name(self) -> str:
        """Name of the table that is shown."""
        return self.combo.currentData() or ""

    def set_tables(self, tables: Sequence[Any]) -> None:
        """Offer tables (ShownTable or ResultTable); the one shown stays if it is still there."""
        before = self.name
        self._tables = tuple(each if isinstance(each, ShownTable) else shown_table(each) for each in tables)
        self.combo.clear()
        for table in self._tables:
            self.combo.addItem(table.title, table.name)
        self.combo.setCurrentIndex(max(self.combo.findData(before), 0) if self._tables else -1)
        self._show()

    def show_table(self, name: str) -> bool:
        """Show the table of that name; False where there is none."""
        place = self.combo.findData(name)
        if place >= 0:
            self.combo.setCurrentIndex(place)
            self._show()
        return place >= 0

    def names(self) -> tuple[str, ...]:
        """Names of the tables offered."""
        return tuple(table.name for table in self._tables)

    def mark(self, column: str, value: str) -> None:
        """Select the row with a value in a column, where the shown table has that column."""
        self._marked = (column, value)
        found = next((table for table in self._tables if table.name == self.name), None)
        if found is not None and column in found.columns:
            self.table.set_selected_key(column, value)

    def open_filter(self) -> None:
        """Open the filter line."""
        self.filtered.filter_bar.open_filter()

    def _show(self) -> None:
        found = next((table for table in self._tables if table.name == self.name), None)
        if found is None:
            self.table.set_table(None)
            self._counted.setText("")
            return
        self.table.set_table(found, titles=found.titles, kinds=found.kinds)
        self.table.setAccessibleName(found.title)
        self._counted.setText(f"{found.n_rows:,} rows")
        if self._marked[0]:
            self.mark(*self._marked)

    def _measure(self) -> None:
        self.combo.setMaximumWidth(theme.px(COMBO_WIDTH))


class MethodsView(QWidget):
    """The methods text as it goes into the paper, with a button that copies it."""

    def __init__(self, say: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._say = say
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Methods text")
        self.text.setTabChangesFocus(True)
        self.copy = IconButton("copy", "Copy the methods text", "Copy text")
        self.copy.clicked.connect(self._copy)
        top = QHBoxLayout()
        top.addWidget(words("For the methods section of the paper: every choice that decided a number", "help",
                            wrap=True), 1)
        top.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(8), 0, 0)
        column.addLayout(top)
        column.addWidget(self.text, 1)

    def set_text(self, text: str) -> None:
        """Show a text."""
        self.text.setPlainText(text)
        self.copy.setEnabled(bool(text))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._say("The methods text is on the clipboard")


class WarningRow(QFrame):
    """One finding: what and where, why it matters, what to do; with a button where the page can do it."""

    def __init__(self, problem: Problem, action: tuple[str, str] | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = problem
        self.setProperty("role", "panel")
        icon, token = ICONS[str(problem.severity)]
        what = f"{problem.what[:1].upper()}{problem.what[1:]}".rstrip(".") + "."
        says = QVBoxLayout()
        says.setSpacing(theme.px(2))
        says.addWidget(words(what, "title", wrap=True))
        if place := problem.where.words():  # names from files stand letter by letter
            says.addWidget(words(place, "caption", wrap=True))
        for text in (problem.why, problem.remedy):
            if text:
                says.addWidget(words(f"{text[:1].upper()}{text[1:]}", "help", wrap=True))
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        line.setSpacing(theme.px(9))
        line.addWidget(IconLabel(icon, token), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(says, 1)
        self.button: QPushButton | None = None
        if action is not None:
            self.button = QPushButton(action[0])
            line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(f"{problem.severity}: {what}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)


class WarningsView(QWidget):
    """All findings of a result, one row each. ``remedy_requested`` speaks the key of a row's button."""

    remedy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[WarningRow] = []
        self._none = words("Nothing to look at: no warning stands against this result.", "help", wrap=True)
        content = QWidget()
        content.setObjectName("scrolled")
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, theme.px(8), 0, 0)
        self._column.setSpacing(theme.px(8))
        self._column.addWidget(self._none)
        self._column.addStretch(1)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setProperty("plain", True)
        self.scroller.setWidgetResizable(True)
        self.scroller.setWidget(content)
        self.scroller.setAccessibleName("Warnings")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.scroller)

    def set_problems(self, problems: Sequence[Problem],
                     actions: Mapping[Problem, tuple[str, str]] | None = None) -> None:
        """Show findings; ``actions`` maps a problem to the (words, key) of its button."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for problem in dict.fromkeys(problems):
            action = (actions or {}).get(problem)
            row = WarningRow(problem, action)
            if row.button is not None and action is not None:
                key = action[1]
                row.button.clicked.connect(lambda _, key=key: self.remedy_requested.emit(key))
            self._column.insertWidget(self._column.count() - 1, row)
            self._rows.append(row)
        self._none.setVisible(not self._rows)

    def count(self) -> int:
        """Findings that ask for a look; notes do not count."""
        return sum(str(row.problem.severity) != "note" for row in self._rows)

    def show_problem(self, problem: Problem) -> bool:
        """Bring a finding into sight; False where it is not there."""
        plain = replace(problem)
        for row in self._rows:
            if row.problem == plain:
                self.scroller.ensureWidgetVisible(row)
                return True
        return False


def show_count(tabs: QTabBar, number: int, words: str, count: int) -> None:
    """A count in an amber pill beside the words of a tab; none for 0."""
    side = QTabBar.ButtonPosition.RightSide
    old = tabs.tabButton(number, side)
    pill = chip("warn", str(count)) if count else None
    tabs.setTabButton(number, side, pill)
    if pill is not None:
        theme.notifier().changed.connect(pill.adjustSize)  # a tab bar does not ask its buttons again
    if old is not None:
        old.deleteLater()
    tabs.setAccessibleTabName(number, f"{words}, {count}" if count else words)
    tabs.setTabToolTip(number, f"{count} to look at" if count else "")
