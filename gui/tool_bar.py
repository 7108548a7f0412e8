"""The bar under the menus: study and its state, undo and redo, the search field, the chip of example data, help.

Not for: deciding anything; every button speaks by a signal.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from gui import theme
from gui.widgets.labels import unmarked


class StudyBar(QToolBar):
    """See the module. ``undo`` and ``redo`` are the window's actions."""

    search_requested = Signal()
    help_requested = Signal()

    def __init__(self, undo: QAction, redo: QAction, study_menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__("Study", parent)
        self.setObjectName("study_bar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._study = QToolButton()
        self._study.setObjectName("study")
        self._study.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._study.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._study.setMenu(study_menu)
        self.addWidget(self._study)
        self._state = QLabel()
        self._state.setObjectName("context")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self.addWidget(self._state)
        self._undo, self._redo = self._button(undo), self._button(redo)
        self.addWidget(self._undo)
        self.addWidget(self._redo)
        self._add_space()
        keys = QKeySequence("Ctrl+K").toString(QKeySequence.SequenceFormat.NativeText)
        self._search = QPushButton(f"Search or run a command   {keys}")
        self._search.setObjectName("search")
        self._search.setAccessibleName("Search or run a command")
        self._search.setToolTip("Find a patient, an RTK, a page or a command")
        self._search.clicked.connect(lambda: self.search_requested.emit())
        self.addWidget(self._search)
        self._add_space()
        self._chip = QLabel()
        self._chip.setTextFormat(Qt.TextFormat.PlainText)
        self._chip.setProperty("chip", "warn")
        self._chip_action = self.addWidget(self._chip)
        self._help = QToolButton()
        self._help.setAccessibleName("Help: keyboard shortcuts")
        self._help.setToolTip("Keyboard shortcuts (F1)")
        self._help.clicked.connect(lambda: self.help_requested.emit())
        self.addWidget(self._help)
        self.set_chip("")
        self.restyle()
        theme.notifier().changed.connect(self.restyle)

    def restyle(self) -> None:
        """Icons and widths of the theme and text size in force."""
        self.setIconSize(theme.icon_size())
        self._study.setIcon(theme.icon("folder", "text"))
        self._study.setFont(theme.font("body", bold=True))
        self._study.setMinimumHeight(max(24, theme.px(28)))
        self._search.setIcon(theme.icon("search", "text3"))
        self._search.setMaximumWidth(theme.px(340))
        self._search.setMinimumWidth(min(theme.px(260), 340))
        self._help.setIcon(theme.icon("help"))
        for button in (self._undo, self._redo):
            action = button.defaultAction()
            action.setIcon(theme.icon(str(action.property("icon_name"))))
        for button in (self._undo, self._redo, self._help):
            button.setIconSize(theme.icon_size())
            button.setMinimumSize(QSize(theme.px(28), theme.px(28)))

    def set_study(self, name: str, state: str, *, problem: bool = False) -> None:
        """The study's name and whether it is saved ("Saved 14:02", "Not saved: disk full")."""
        shown = self._study.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, theme.px(260))
        self._study.setText(unmarked(shown))
        self._study.setToolTip(name)
        self._study.setAccessibleName(f"Study: {name}")
        self._state.setText(state)
        self._state.setProperty("chip", "error" if problem else "")
        self._state.style().unpolish(self._state)
        self._state.style().polish(self._state)

    def set_chip(self, words: str) -> None:
        """"Example study" or "Simulated data"; empty hides the chip."""
        self._chip.setText(words)
        self._chip_action.setVisible(bool(words))

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        return button

    def _add_space(self) -> None:
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        space.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.addWidget(space)
