"""What do you want to find out: the questions this program answers, the study's files, recent studies, a hypothesis.

Not for: anything that takes long to load: this page is the first to be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.figures.number_words import counted
from core.project.hypothesis import Hypothesis
from core.project.project import with_hypothesis
from gui import theme
from gui.pages.base_page import Command, Page, PageServices
from gui.pages.study_questions import AskedQuestion, asked_questions, data_here, what_lacks
from gui.widgets.importing.drop_zone import DropZone
from gui.widgets.labels import IconButton, chip, link, words
from gui.widgets.panel import Panel
from gui.widgets.question_list import QuestionList
from gui.widgets.recent_list import RecentList, RecentRow
from gui.widgets.say_it_first import SayItFirst
from gui.widgets.state_views import Banner

if TYPE_CHECKING:
    from core.jobs import JobContext
    from core.project.project import Project

NARROW = 860
"""Width at 100 % under which files and studies stand below the questions."""
SIDE_WIDTH = 358
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEARN = ("METABRIC (1,904 breast cancers with long follow-up) and 29 cell lines with lapatinib are real; the biopsies "
         "are simulated, with a known truth. Look at each page, then bring your own file.")
RESEARCH = "RTKscope gives no treatment advice. It works without a network; your files are read, never changed."


class StartPage(Page):
    """See the module."""

    KEY = "start"
    NUMBER = 1
    TITLE = "Study"
    QUESTION = "What do you want to find out?"
    GROUP = "Data"
    HAS_ANSWER = False

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._asked: list[AskedQuestion] = []
        self._missing: set[str] = set()
        self._checked: tuple[str, ...] = ()
        # The marks say themselves what they mean: with data named in them they were read as the state of the study.
        self._legend = (words("Data that a question needs:", "help"), chip("ok", "\u2713 in this study"),
                        chip("none", "still needed"))
        for part in self._legend:
            self._header.addWidget(part, 0, Qt.AlignmentFlag.AlignBottom)
        self.questions = QuestionList()
        self.questions.asked.connect(self.ask)
        self.unanswered = Banner()
        self.unanswered.acted.connect(lambda _: self.services.import_files(()))
        self.drop_zone = DropZone()
        self.drop_zone.choose.setText("Import data…")
        self.drop_zone.choose.setProperty("role", "primary")
        theme.notifier().changed.connect(self._redraw)
        self._redraw()
        self.drop_zone.dropped.connect(self._dropped)
        self.drop_zone.choose_requested.connect(lambda: services.import_files(()))
        self.drop_zone.paste_requested.connect(services.paste_table)
        self.studies = Panel("Studies", inner_margin=False)
        self._add_study_links()
        self.recent = RecentList()
        self.recent.chosen.connect(self._open)
        self.recent.forgotten.connect(self._forget)
        self.studies.set_content(self.recent)
        self.say_it_first = SayItFirst()
        self.say_it_first.sealed.connect(self.seal)
        self.example = IconButton("play", "Open the example study", "Open the example study", token="text")
        self.example.clicked.connect(services.open_example)
        self._lay_out()
        session = self.session
        session.data_changed.connect(self._show_questions)
        services.loader.loading_changed.connect(self._show_questions)
        session.tried_changed.connect(self._show_hypothesis)
        session.results_changed.connect(lambda _: self._show_hypothesis())

    # building

    def _add_study_links(self) -> None:
        right = QWidget()
        line = QHBoxLayout(right)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(12))
        self.open_link = link("Open…")
        self.open_link.setAccessibleName("Open a study or project")
        self.open_link.clicked.connect(self.services.ask_for_file)
        self.new_link = link("New study")
        self.new_link.clicked.connect(self.services.new_study)
        line.addWidget(self.open_link)
        line.addWidget(self.new_link)
        self.studies.set_right(right)

    def _lay_out(self) -> None:
        learn = Panel("Learn with an example")
        learn.body.addWidget(words(LEARN, "help", wrap=True))
        row = QHBoxLayout()
        row.addWidget(self.example)
        row.addStretch(1)
        learn.body.addLayout(row)
        research = Panel("Research use only")
        research.body.addWidget(words(RESEARCH, "help", wrap=True))
        left = QVBoxLayout()
        left.setSpacing(theme.px(8))
        left.addWidget(self.unanswered)
        left.addWidget(self.questions)
        left.addStretch(1)
        self._side = QWidget()
        right = QVBoxLayout(self._side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.px(8))
        for part in (self.drop_zone, self.studies, self.say_it_first, learn, research):
            right.addWidget(part)
        right.addStretch(1)
        content = QWidget()
        content.setObjectName("scrolled")
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight, content)
        self._sides.setContentsMargins(0, 0, theme.px(4), 0)
        self._sides.setSpacing(theme.px(24))
        self._sides.addLayout(left, 1)
        self._sides.addWidget(self._side)
        scroller = QScrollArea()
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setProperty("plain", True)
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroller.setWidget(content)
        self.add_view("questions", scroller)
        self.show_view("questions")

    # what the window asks

    def refresh(self, old: Project, new: Project) -> None:
        self.set_context(f"{new.name}. Pick a question: RTKscope shows what it needs, runs it, and writes it up")
        self._show_questions()
        self._show_hypothesis()
        self._show_recent()

    def shown(self) -> None:
        self._show_recent()
        self._look_for_files()

    def rail_state(self) -> str:
        return "done" if self.session.project.study.datasets else "none"

    def commands(self) -> Sequence[Command]:
        return tuple(Command(f"question_{place}", asked.question.text, partial(self.ask, place))
                     for place, asked in enumerate(self._asked))

    def find_in_page(self) -> None:
        if self.questions.rows:
            self.questions.rows[0].setFocus()

    # questions

    def ask(self, place: int) -> None:
        """Go where the question is answered; the page there says what it still needs."""
        asked = self._asked[place]
        if asked.question.page == "import" and not self.session.project.study.datasets:
            self.services.import_files(())
        else:
            self.services.go_to(asked.question.page)

    def _show_questions(self) -> None:
        from gui.page_list import PAGES

        project = self.session.project
        here = data_here(project, self.session)
        groups = asked_questions(PAGES, here)
        self._asked = [asked for _, group in groups for asked in group]
        self.questions.set_questions([(title, [(asked.question.text, asked.needs, asked.leads_to, asked.spoken())
                                               for asked in group]) for title, group in groups])
        answered = any(asked.can_be_answered and asked.needs for asked in self._asked)
        loading = {table.path for spec in project.study.datasets if self.services.loader.is_loading(spec)
                   for table in spec.tables}
        self.unanswered.setVisible(bool(loading) or not answered)
        if loading:
            self.unanswered.set_banner("info", f"Opening the study: checking {counted(len(loading), 'file')}.")
        elif not project.study.datasets:
            self.unanswered.set_banner("info", "Start with a question. Drop your Excel or CSV files here, or open the "
                                       "example study.", "Import data…", "import")
        else:
            lacks, button = what_lacks(here)
            self.unanswered.set_banner("info", f"No question can be answered yet. {lacks}", button, "import")

    # files and studies

    def _dropped(self, paths: Sequence[Path]) -> None:
        studies = [path for path in paths if path.suffix.lower() in (".rtkproj", ".toml")]
        if studies:
            self.services.open_file(studies[0])
        else:
            self.services.import_files(paths)

    def _open(self, path: str) -> None:
        if path in self._missing:
            self.services.say(f"The file is not there any more: {path}")
        self.services.open_file(Path(path))

    def _forget(self, path: str) -> None:
        self.services.forget_recent(path)
        self._show_recent()

    def _show_recent(self) -> None:
        entries = self.services.recent()
        self.recent.set_rows([RecentRow(each.path, each.name, each.holds, when_words(each.when),
                                        each.path in self._missing) for each in entries])

    def _look_for_files(self) -> None:
        """A share that has gone may take seconds to say so: this is asked in the background."""
        paths = tuple(str(each.path) for each in self.services.recent())
        if not paths or paths == self._checked:
            return
        self._checked = paths

        def work(job: JobContext) -> set[str]:
            return {path for path in paths if not Path(path).is_file()}

        def done(missing: Any) -> None:
            if missing != self._missing:
                self._missing = set(missing)
                self._show_recent()

        self.session.jobs.submit("Looking for recent studies", work, done=done, owner=self, lane="files")

    # the hypothesis

    @property
    def results_are_open(self) -> bool:
        """True when any result of this study was ever shown; what was tried is never forgotten, also not by undo."""
        study = self.session.project.study
        return bool(self.session.tried.trials) or any(self.session.outcome(spec.name) is not None
                                                      for spec in study.analyses)

    def seal(self, text: str) -> None:
        """Keep the sentence with the time of now and whether results had been opened."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        sealed = Hypothesis(" ".join(text.split()), now, self.results_are_open)
        self.session.edit(with_hypothesis(self.session.project, sealed), "seal the hypothesis")

    def _show_hypothesis(self) -> None:
        self.say_it_first.show_hypothesis(self.session.project.hypothesis, results_are_open=self.results_are_open)

    # sizes

    def _redraw(self) -> None:
        self.drop_zone.choose.setIcon(theme.icon("folder", "onaccent"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.px(NARROW)
        ways = QBoxLayout.Direction
        self._sides.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        for part in self._legend:
            part.setVisible(not narrow)
        self._side.setMaximumWidth(16777215 if narrow else theme.px(SIDE_WIDTH))
        self._side.setMinimumWidth(0 if narrow else theme.px(SIDE_WIDTH))


def when_words(when: str) -> str:
    """``2024-11-23 14:02`` as a person says it: Today 14:02, Yesterday, 12 Nov, 12 Nov 2023."""
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        return when
    days = (date.today() - moment.date()).days
    if days == 0:
        return f"Today {moment:%H:%M}"
    if days == 1:
        return "Yesterday"
    short = f"{moment.day} {MONTHS[moment.month - 1]}"
    return short if moment.year == date.today().year else f"{short} {moment.year}"
