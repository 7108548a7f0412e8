"""Lists to read in a dialog: keyboard shortcuts, what was tried, what this program is.

Not for: help about a number, which stands beside the number.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core import RESEARCH_USE, __version__
from gui import theme
from gui.actions import ACTIONS, LINE
from gui.tried import Tried

Rows = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]
"""(column heads, rows)"""

FIGURE_KEYS = (
    ("Tab", "Enter a figure"), ("Arrow keys", "In a figure: walk from point to point; in a forest: the next RTK"),
    ("Space", "Select the point"), ("+ and −", "Zoom in and out"), ("Home", "Show all"), ("T", "Open the table"),
    ("Left, Right", "In the cut-off panel: move the cut by one patient, which is counted"),
    ("Alt+1 to Alt+4", "Figure, Table, Methods, Warnings"), ("Ctrl+1 to Ctrl+9", "Pages"),
    ("Esc", "Close, clear the selection, then stop the running work (asks)"),
)


def shortcut_rows() -> Rows:
    """Every command with keys, in the order of the menus."""
    rows = [(" or ".join(facts.keys), facts.text.rstrip("…")) for facts in ACTIONS if facts.keys and facts.text != LINE]
    return ("Keys", "What they do"), [*rows, *FIGURE_KEYS]


def tried_rows(tried: Tried) -> Rows:
    """The ledger, newest last."""
    rows = [(trial.when, trial.words, f"{trial.paid:,}", f"{trial.unpaid:,}") for trial in tried.trials]
    rows.append(("", "Together", f"{tried.paid:,}", f"{tried.unpaid:,}"))
    return ("When", "What", "Paid for by a correction", "Not paid for"), rows


def about_words() -> Rows:
    """Name, version, use and privacy."""
    return ("RTKscope", __version__), [
        ("Use", RESEARCH_USE),
        ("Privacy", "It works without a network. Your files are read, never changed, and stay on this computer, unless "
         "you choose a cluster yourself (Preferences › Compute)."),
        ("Licence", "MIT. Inter and Liberation Sans under the SIL Open Font License 1.1."),
        ("Built on", "PySide6, pyqtgraph, NumPy, SciPy, pandas, lifelines, matplotlib, XlsxWriter."),
    ]


def show_text(parent: QWidget, title: str, rows: Rows) -> QDialog:
    """A list in a dialog of its own; does not wait."""
    heads, entries = rows
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    table = QTableWidget(len(entries), len(heads), dialog)
    table.setAccessibleName(title)
    table.setHorizontalHeaderLabels(list(heads))
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setWordWrap(True)
    for row, entry in enumerate(entries):
        for column, words in enumerate(entry):
            table.setItem(row, column, QTableWidgetItem(words))
    widest = max(range(len(heads)), key=lambda column: max((len(entry[column]) for entry in entries), default=0))
    header = table.horizontalHeader()
    for column in range(len(heads)):
        if column == widest:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        else:  # the edge of the focus takes room from the words of its cell, which their size does not know
            header.resizeSection(column, max(table.sizeHintForColumn(column), header.sectionSizeHint(column))
                                 + theme.px(12))
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.addWidget(table)
    layout.addWidget(buttons)
    dialog.resize(theme.px(680), theme.px(460))
    dialog.open()
    return dialog
