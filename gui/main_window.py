"""The window: menus, bar, rail, the page in front, its settings, problems, status line. It knows Page and Session.

Not for: any one page or widget, files (file_commands.py) or what the commands do (window_commands.py).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

from PySide6.QtCore import QByteArray, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QMenu, QSplitter, QStackedWidget, QWidget

from core.problems import Problem
from core.project.project import Project
from core.project.simulated_data import chip_words
from gui import theme
from gui.actions import ACTIONS, LINE, MENUS
from gui.analysis_runs import AnalysisRuns
from gui.application_events import ApplicationEvents
from gui.computing import show_place
from gui.file_commands import FileCommands
from gui.page_list import PAGES, PageEntry
from gui.pages.base_page import Page, PageServices
from gui.pasted_tables import table_text
from gui.preferences import Preferences, save_preferences
from gui.session import Session
from gui.study_loader import StudyLoader
from gui.tool_bar import StudyBar
from gui.widgets.labels import unmarked
from gui.widgets.page_room import PageRoom
from gui.widgets.problems_panel import ProblemsPanel
from gui.widgets.rail import Rail, RailPage
from gui.widgets.reading_order import tab_from_here
from gui.widgets.status_line import StatusLine
from gui.window_commands import WindowCommands

COMPACT_BELOW = 1400
INSPECTOR_HIDES_BELOW = 1180
INSPECTOR_WIDTH = 276
IDLE_MS = 600


class MainWindow(QMainWindow):
    """See the module. ``home`` is the folder of the program's own files."""

    closed = Signal()

    def __init__(self, session: Session, preferences: Preferences, home: Path) -> None:
        super().__init__()
        self.session = session
        self.preferences = preferences
        self.home = home
        self.loader = StudyLoader(session, self)
        self.runs = AnalysisRuns(session, self, computing=lambda: (preferences.compute, home))
        self.files = FileCommands(self, session, preferences, home)
        self.commands = WindowCommands(self)
        self.events = ApplicationEvents(self)
        self.events.file_wanted.connect(self.files.open_path)
        self.pages: dict[str, Page] = {}
        self._rooms: dict[str, PageRoom] = {}
        self.current_key = ""
        self.preloading: Thread | None = None
        self._look_timer = QTimer(self, singleShot=True, interval=0)
        self._look_timer.timeout.connect(self._look_now)
        self._stale_pages: dict[str, Project] = {}
        self.actions_by_key: dict[str, QAction] = {}
        self.setAcceptDrops(True)
        self.setMinimumSize(1000, 640)
        self._build_menus()
        self._build_areas()
        self._connect()
        self._restore()
        self.go_to(PAGES[0].key)

    # building

    def _build_menus(self) -> None:
        menus = {name: self.menuBar().addMenu(name) for name in MENUS}
        for facts in ACTIONS:
            menu = menus[facts.menu]
            if facts.text == LINE:
                menu.addSeparator()
                continue
            action = QAction(facts.text, self)
            action.setShortcuts([QKeySequence(keys) for keys in facts.keys])
            action.setCheckable(facts.checkable)
            action.setProperty("icon_name", facts.icon)
            act = getattr(self.commands, facts.key)
            action.triggered.connect(act if facts.checkable else lambda _, act=act: act())
            menu.addAction(action)
            self.actions_by_key[facts.key] = action
        menus["Window"].addSeparator()
        for number, entry in enumerate(PAGES):
            action = QAction(f"{entry.number}  {entry.title}", self)
            action.setShortcut(QKeySequence(f"Ctrl+{number + 1}"))
            action.triggered.connect(lambda _, key=entry.key: self.go_to(key))
            menus["Window"].addAction(action)
        for number in range(4):
            action = QAction(self)
            action.setShortcut(QKeySequence(f"Alt+{number + 1}"))
            action.triggered.connect(lambda _, number=number: self.page.show_tab(number))
            self.addAction(action)
        escape = QAction(self)
        escape.setShortcut(QKeySequence("Esc"))
        escape.triggered.connect(lambda: self.commands.escape())
        self.addAction(escape)

    def _build_areas(self) -> None:
        study_menu = QMenu(self)
        for key in ("new_study", "open_study", "open_example", "rename", "save", "save_as", "close_study"):
            study_menu.addAction(self.actions_by_key[key])
        self.bar = StudyBar(self.actions_by_key["undo"], self.actions_by_key["redo"], study_menu, self)
        self.addToolBar(self.bar)
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.inspectors = QStackedWidget()
        self.problems_panel = ProblemsPanel()
        self.status = StatusLine()
        self.setStatusBar(self.status)
        self._across = QWidget()
        row = QHBoxLayout(self._across)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        row.addWidget(self.inspectors)
        self._down = QSplitter(Qt.Orientation.Vertical)
        self._down.setHandleWidth(1)
        self._down.addWidget(self._across)
        self._down.addWidget(self.problems_panel)
        self._down.setStretchFactor(0, 1)
        self.problems_panel.setVisible(False)
        self.setCentralWidget(self._down)

    def _connect(self) -> None:
        self.rail.page_chosen.connect(self.go_to)
        self.bar.search_requested.connect(self.commands.palette)
        self.bar.help_requested.connect(self.commands.shortcuts)
        self.problems_panel.place_requested.connect(self._show_problem)
        self.problems_panel.seen_changed.connect(self._show_problem_count)
        self.status.problems_requested.connect(lambda: self.commands.show_problems(self.problems_panel.isHidden()))
        self.status.tried_requested.connect(self.commands.tried)
        self.status.cancel_requested.connect(self.commands.cancel_job)
        session = self.session
        session.changed.connect(self._project_changed)
        session.opened.connect(self._study_opened)
        session.data_changed.connect(self._look_around)
        session.data_changed.connect(lambda: QTimer.singleShot(IDLE_MS, self, self._build_one_page))
        session.results_changed.connect(lambda _: self._look_around())
        session.selection_changed.connect(lambda _: self._show_selection())
        session.tried_changed.connect(self._look_around)
        session.undo_stack.indexChanged.connect(self._show_undo)
        for signal in (session.jobs.started, session.jobs.progressed, session.jobs.finished):
            signal.connect(lambda _: self._show_job())
        self.files.state_changed.connect(self._show_study)
        theme.notifier().changed.connect(self._fit)

    # pages

    def services(self) -> PageServices:
        """What every page is given."""
        return PageServices(
            session=self.session, loader=self.loader, runs=self.runs, go_to=self.go_to,
            import_files=self.import_files, paste_table=self.commands.paste, open_file=self.files.open_path,
            ask_for_file=self.files.ask_and_open, open_example=self.files.open_example, new_study=self.files.new,
            recent=lambda: tuple(self.preferences.recent), export_figure=self.commands.export,
            export_workbook=self.commands.export_workbook, say=self.status.say,
            settings=self.preferences.page, home=self.home, forget_recent=self.preferences.forget_study)

    @property
    def page(self) -> Page:
        """The page in front."""
        return self.pages[self.current_key]

    def page_of(self, key: str) -> Page:
        """The page of that key, built when it is first needed."""
        if key not in self.pages:
            with self.events.paused():
                self._build_page(next(entry for entry in PAGES if entry.key == key))
        return self.pages[key]

    def _build_page(self, entry: PageEntry) -> None:
        page = entry.build(self.services())
        page.state_changed.connect(self._look_around)
        self.pages[entry.key] = page
        self._rooms[entry.key] = PageRoom(page)
        self.stack.addWidget(self._rooms[entry.key])
        settings = page.inspector()
        if settings is not None:
            self.inspectors.addWidget(settings)
        page.refresh(self.session.project, self.session.project)

    def _build_one_page(self) -> None:
        """Once a study has data, make the pages that were not shown yet, one at a time, so that the rail tells all."""
        waiting = [entry.key for entry in PAGES if entry.key not in self.pages]
        if waiting and self.session.datasets and self.isVisible():
            if self.preloading is None or not self.preloading.is_alive():  # two threads would take turns
                self.page_of(waiting[0])
                self._look_around()
            QTimer.singleShot(IDLE_MS, self, self._build_one_page)

    def go_to(self, key: str) -> None:
        """Bring a page to the front."""
        page = self.page_of(key)
        seen = self._stale_pages.pop(key, None)
        if seen is not None:
            page.refresh(seen, self.session.project)
        self.current_key = key
        focus = QApplication.focusWidget()
        if focus is not None and self.stack.isAncestorOf(focus) and not page.isAncestorOf(focus):
            self.rail.setFocus()  # else Qt gives it to whatever was made next
        self.stack.setCurrentWidget(self._rooms[key])
        self.rail.set_current(key)
        settings = page.inspector()
        if settings is not None:
            self.inspectors.setCurrentWidget(settings)
        self._fit()
        page.shown()
        self._look_around()

    def import_files(self, paths: Sequence[Path]) -> None:
        """Open Import with these files; with none it asks for them."""
        chosen = list(paths) or self.files.ask_for_data()
        if chosen:
            self.go_to("import")
            self.page.add_files(chosen)  # type: ignore[attr-defined]

    def paste(self, mime: QMimeData) -> bool:
        """Hand what is on the clipboard to Import; False when it holds no table."""
        if mime.hasUrls() and any(url.isLocalFile() for url in mime.urls()):
            self._take([Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()])
            return True
        if not table_text(mime.text(), mime.html() if mime.hasHtml() else ""):
            return False
        self.go_to("import")
        return bool(self.page.paste(mime))  # type: ignore[attr-defined]

    def _take(self, paths: Sequence[Path]) -> None:
        """Files that were dropped: a study is opened, everything else is data."""
        studies = [path for path in paths if path.suffix.lower() in (".rtkproj", ".toml")]
        if studies:
            self.files.open_path(studies[0])
        else:
            self.import_files(paths)

    # what is shown around the page

    def _project_changed(self, old: Project, new: Project) -> None:
        for key, page in self.pages.items():
            if key == self.current_key:
                page.refresh(old, new)
            else:
                self._stale_pages.setdefault(key, old)
        self._show_study()
        self._look_around()

    def _study_opened(self) -> None:
        for page in self.pages.values():
            page.refresh(self.session.project, self.session.project)
        self.problems_panel.set_seen(frozenset())
        if self.pages:
            self.go_to(self.current_key)

    def _look_around(self) -> None:
        """Rail, problems, tried and undo as they are now; many calls in a row cost one look."""
        self._look_timer.start()

    def _look_now(self) -> None:
        states = {key: page.rail_state() for key, page in self.pages.items()}
        self.rail.set_pages([RailPage(entry.key, entry.number, entry.title, entry.short or entry.question, entry.group,
                                      states.get(entry.key, "none")) for entry in PAGES])
        self.rail.set_current(self.current_key)
        found: list[tuple[str, Problem]] = []
        for key, page in self.pages.items():
            title = next(entry.title for entry in PAGES if entry.key == key)
            found += [(title, problem) for problem in page.problems()]
        self.problems_panel.set_problems(found)
        self._show_problem_count()
        self.status.set_tried(self.session.tried.paid, self.session.tried.unpaid)
        self._show_selection()
        self._show_undo()
        self._show_study()

    def _show_problem_count(self) -> None:
        counts = self.problems_panel.counts()
        self.status.set_problems(counts["problem"], counts["warning"])

    def _show_problem(self, problem: Problem) -> None:
        for key, page in self.pages.items():
            if problem in page.problems() and page.go_to_problem(problem):
                self.go_to(key)
                return
        self.status.say(problem.line())

    def _show_selection(self) -> None:
        chosen = self.session.selection
        marked = list(chosen.patients[:3]) + ([f"{len(chosen.patients) - 3} more"] if len(chosen.patients) > 3 else [])
        self.status.set_selection(", ".join([*marked, *filter(None, (chosen.receptor, chosen.group))]))

    def _show_undo(self, _index: int = 0) -> None:
        stack = self.session.undo_stack
        for key, can, text in (("undo", stack.canUndo(), stack.undoText()),
                               ("redo", stack.canRedo(), stack.redoText())):
            action = self.actions_by_key[key]
            action.setEnabled(can)
            verb = key.capitalize()
            action.setText(unmarked(f"{verb}: {text}") if text else verb)
            action.setToolTip(f"{verb}: {text}" if text else f"Nothing to {key}")

    def _show_study(self) -> None:
        project = self.session.project
        words, is_problem = self.files.state()
        self.bar.set_study(project.name, words, problem=is_problem)
        self.bar.set_chip(chip_words(project.study, example=self.files.shows_example))
        self.setWindowTitle(f"{project.name}[*], RTKscope")
        self.setWindowModified(self.files.is_modified)

    def _show_job(self) -> None:
        jobs = [job for job in self.session.jobs.active if job.seconds > 0.4]
        if jobs:
            self.status.set_job(jobs[0].words, jobs[0].fraction, jobs[0].seconds_left)
        else:
            self.status.clear_job()

    # sizes

    def _fit(self) -> None:
        """Fold to the width there is (design-language §2)."""
        if not self.current_key:
            return
        compact = self.width() < theme.px(COMPACT_BELOW)
        self.rail.set_compact(compact)
        self.rail.setVisible(not self.preferences.rail_hidden)
        self.inspectors.setFixedWidth(theme.px(INSPECTOR_WIDTH))
        wanted = self.page.inspector() is not None and not self.preferences.inspector_hidden
        self.inspectors.setVisible(wanted and self.width() >= theme.px(INSPECTOR_HIDES_BELOW))
        for key, shown in (("show_rail", not self.preferences.rail_hidden), ("show_problems", not self.problems_panel
                           .isHidden()), ("show_inspector", self.inspectors.isVisibleTo(self)),
                           ("dark", theme.current().dark)):
            self.actions_by_key[key].setChecked(shown)

    def fold(self) -> None:
        """After a setting of the view has changed."""
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _restore(self) -> None:
        self.resize(1440, 900)
        if self.preferences.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.preferences.geometry.encode("ascii", "replace")))
        self.problems_panel.setVisible(self.preferences.problems_shown)
        show_place(self)

    # dropping, closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        QTimer.singleShot(0, self, lambda: self._take(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave(self.close):
            event.ignore()
            return
        self.preferences.geometry = base64.b64encode(bytes(self.saveGeometry().data())).decode("ascii")
        self.preferences.problems_shown = self.problems_panel.isVisible()
        save_preferences(self.preferences, self.home)
        self.session.jobs.close()
        self.files.close()
        self.session.undo_stack.indexChanged.disconnect(self._show_undo)
        super().closeEvent(event)
        self.closed.emit()

    def set_look(self, name: str, percent: int) -> None:
        """Change theme and text size, and remember them."""
        self.preferences.theme, self.preferences.text_percent = name, percent
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        with self.events.paused():
            theme.apply(app, name, percent)

    def focusNextPrevChild(self, following: bool) -> bool:
        return tab_from_here((self._down, self.bar, self.status), following) or super().focusNextPrevChild(following)

    def widget_areas(self) -> list[QWidget]:
        """The areas that F6 goes round."""
        return [area for area in (self.rail, self.page, self.inspectors, self.problems_panel) if area.isVisible()]

