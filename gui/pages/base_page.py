"""What every page of the rail is: a question, an answer, tabs, states, an inspector; and what it may ask of the window.

Not for: one question's content; each page has a module of its own beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets.answer_strip import AnswerStrip
from gui.widgets.labels import IconButton

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec
    from core.problems import Problem
    from core.project.project import Project
    from gui.analysis_runs import AnalysisRuns
    from gui.session import Session
    from gui.study_loader import StudyLoader


@dataclass(frozen=True)
class Command:
    """Something a page can do, for the palette and the menus."""

    key: str
    text: str
    act: Callable[[], None]
    shortcut: str = ""
    enabled: bool = True
    why_not: str = ""


@dataclass(frozen=True, eq=False)
class PageServices:
    """What a page is given. The window fills it in; tests give their own.

    ``go_to(page key)`` shows a page; ``import_files(paths)`` opens Import with them (empty: asks for files);
    ``paste_table()`` imports the clipboard; ``open_file(path)`` opens a study or project; ``open_example()`` the demo;
    ``new_study()``; ``recent()`` lists recent studies and ``forget_recent(path)`` takes one off the list;
    ``export_figure(spec, key)`` opens the export dialog; ``export_workbook()`` asks where and writes the workbook of
    all finished analyses; ``say(words)`` speaks in the status line for a few seconds; ``settings(page key)`` is a small
    dict of remembered view choices of that page (text, numbers, true/false only); ``home`` is the folder of the
    program's own files.
    """

    session: Session
    loader: StudyLoader
    runs: AnalysisRuns
    go_to: Callable[[str], None]
    import_files: Callable[[Sequence[Path]], None]
    paste_table: Callable[[], None]
    open_file: Callable[[Path], None]
    ask_for_file: Callable[[], None]
    open_example: Callable[[], None]
    new_study: Callable[[], None]
    recent: Callable[[], Sequence[Any]]
    export_figure: Callable[[FigureSpec, str], None]
    export_workbook: Callable[[], None]
    say: Callable[[str], None]
    settings: Callable[[str], dict[str, Any]]
    home: Path
    forget_recent: Callable[[str], None] = lambda path: None


class Page(QWidget):
    """One page. Subclasses set the four names, fill ``body`` and answer the methods below.

    The page is built when it is first shown. ``refresh`` is called then, and after every change of the project.
    """

    KEY = ""
    NUMBER = 0
    TITLE = ""
    QUESTION = ""
    GROUP = ""
    HAS_ANSWER = True

    state_changed = Signal()
    """The rail's state, the problems, or what the menus can do may be different now."""

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.session = services.session
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setAccessibleName(f"{self.TITLE}: {self.QUESTION}")
        self._views: dict[str, QWidget] = {}
        self._build_frame()

    def _build_frame(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(12))
        outer.setSpacing(theme.px(8))
        self._header = QHBoxLayout()
        self._header.setSpacing(theme.px(8))
        self.question_label = QLabel(self.QUESTION)
        self.question_label.setObjectName("question")
        self.context_label = QLabel()
        self.context_label.setObjectName("context")
        for label in (self.question_label, self.context_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._header.addWidget(self.question_label, 1)
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addLayout(self._header)
        head.addWidget(self.context_label)
        outer.addLayout(head)
        self.strip = AnswerStrip()
        self.strip.setVisible(False)
        outer.addWidget(self.strip)
        self._tab_row = QHBoxLayout()
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName(f"{self.TITLE}: views of the result")
        self.tabs.setVisible(False)
        self._tab_row.addWidget(self.tabs)
        self._tab_row.addStretch(1)
        outer.addLayout(self._tab_row)
        self.body = QStackedWidget()
        self.body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        outer.addWidget(self.body, 1)
        self._outer = outer

    # building blocks for subclasses

    def add_header_button(self, text: str, act: Callable[[], None], *, icon: str = "", role: str = "",
                          tip: str = "") -> QPushButton:
        """A button at the right of the question."""
        button: QPushButton
        if icon:
            button = IconButton(icon, text, text, token="onaccent" if role == "primary" else "text2")
        else:
            button = QPushButton(text)
        if role:
            button.setProperty("role", role)
        button.setToolTip(tip)
        button.clicked.connect(lambda: act())
        self._header.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return button

    def add_to_tab_row(self, widget: QWidget) -> None:
        """Something at the right end of the row of tabs."""
        self._tab_row.addWidget(widget)

    def add_view(self, name: str, widget: QWidget, tab: str = "") -> None:
        """A view of the body; with ``tab`` it also gets a tab, in the order of adding."""
        self._views[name] = widget
        self.body.addWidget(widget)
        if tab:
            number = self.tabs.addTab(tab)
            self.tabs.setTabData(number, name)
            if self.tabs.count() == 1:
                self.tabs.currentChanged.connect(self._tab_chosen)

    def show_view(self, name: str) -> None:
        """Show a view; tabs are visible only while one of theirs is."""
        self.body.setCurrentWidget(self._views[name])
        names = [self.tabs.tabData(number) for number in range(self.tabs.count())]
        self.tabs.setVisible(name in names)
        if name in names and self.tabs.tabData(self.tabs.currentIndex()) != name:
            self.tabs.setCurrentIndex(names.index(name))

    @property
    def view(self) -> str:
        """Name of the view that is shown."""
        return next((name for name, widget in self._views.items() if widget is self.body.currentWidget()), "")

    def show_tab(self, number: int) -> None:
        """Alt+1 to Alt+4."""
        if self.tabs.isVisible() and 0 <= number < self.tabs.count():
            self.tabs.setCurrentIndex(number)

    def _tab_chosen(self, number: int) -> None:
        name = self.tabs.tabData(number)
        if name in self._views:
            self.body.setCurrentWidget(self._views[name])

    def set_context(self, words: str) -> None:
        """The line under the question: cohort, patients, events, follow-up."""
        self.context_label.setText(words)
        self.context_label.setVisible(bool(words))

    # what the window asks of a page

    def refresh(self, old: Project, new: Project) -> None:
        """The project has changed, or the page is shown for the first time (``old is new`` then)."""

    def problems(self) -> Sequence[Problem]:
        """What there is to look at or to decide here."""
        return ()

    def rail_state(self) -> str:
        """"done", "stale", "look" or "none" (not started)."""
        return "none"

    def inspector(self) -> QWidget | None:
        """The settings at the right, or None."""
        return None

    def figure(self) -> tuple[FigureSpec, str] | None:
        """The figure that Export takes now, with its key "analysis/figure name"; None when there is none."""
        return None

    def figures_in_sight(self) -> Sequence[tuple[FigureSpec, str]]:
        """Every figure that can be exported now, with its key."""
        figure = self.figure()
        return () if figure is None else (figure,)

    def commands(self) -> Sequence[Command]:
        """Further commands for the palette."""
        return ()

    def run(self) -> None:
        """Ctrl+Enter."""

    def find_in_page(self) -> None:
        """Ctrl+F."""

    def go_to_problem(self, problem: Problem) -> bool:
        """Show the place of one of this page's problems; False when the page has no such place."""
        return False

    def shown(self) -> None:
        """The page has come to the front."""
