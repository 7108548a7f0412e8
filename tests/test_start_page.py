"""The Study page: questions with what they need, files, recent studies, the sealed hypothesis; light and quick."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from core.data.dataset import DatasetSpec
from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule
from core.project.hypothesis import Hypothesis
from core.project.project import Project, new_project
from core.project.study import Study
from gui import theme
from gui.page_list import PAGES, PageEntry
from gui.pages.start_page import StartPage, when_words
from gui.pages.study_questions import CLINICAL, EXPRESSION, OUTCOME, QUESTIONS, asked_questions
from gui.preferences import RecentStudy
from gui.session import Session
from gui.tried import Trial
from gui.widgets.say_it_first import sealed_words
from tests.gui_builders import Asked, new_session, services


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def session() -> Iterator[Session]:
    made = new_session()
    yield made
    made.jobs.close()


def page_on(session: Session, qtbot: Any, asked: Asked, **replaced: Any) -> StartPage:
    page = StartPage(services(session, asked, **replaced))
    qtbot.addWidget(page)
    page.refresh(session.project, session.project)
    return page


def stated(**parts: Any) -> Project:
    """A project with one data set that is stated and not read."""
    return Project(Study("lab", "", (DatasetSpec("lab", "cohort", **parts),), (), ()))


def test_that_only_questions_with_a_page_are_asked(session: Session, qtbot: Any) -> None:
    page = page_on(session, qtbot, Asked())
    keys = {entry.key for entry in PAGES}
    assert len(page.questions.rows) == sum(question.page in keys for question in QUESTIONS)
    without = tuple(entry for entry in PAGES if entry.key != "prognosis")
    texts = [asked.question.text for _, group in asked_questions(without, frozenset()) for asked in group]
    assert "Which RTKs go with outcome?" not in texts
    assert {question.page for question in QUESTIONS} <= {entry.key for entry in PAGES} | {"cell_lines"}


def test_that_a_question_says_what_is_here_and_what_is_needed() -> None:
    entry = PageEntry("prognosis", 4, "Prognosis", "", "", "", "")
    groups = asked_questions((entry,), frozenset({EXPRESSION}))
    first = groups[0][1][0]
    assert first.needs == ((EXPRESSION, True), (OUTCOME, False))
    assert not first.can_be_answered
    assert first.spoken() == ("Which RTKs go with outcome. expression in this study. outcome still needed. Leads to "
                              "4 Prognosis")


def test_that_a_data_set_counts_from_the_moment_it_is_stated(session: Session, qtbot: Any, tmp_path: Path) -> None:
    table = TableSpec(tmp_path / "c.csv")
    page = page_on(session, qtbot, Asked())
    assert not page.unanswered.isHidden()
    assert page.unanswered.text().startswith("Start with a question.")
    session._project = stated(expression=(table,))
    page.refresh(session.project, session.project)
    assert page.unanswered.text() == "No question can be answered yet. Expression alone needs an outcome, pairs or cell lines."
    rule = EndpointRule("os", "t", "months", "e", (1,))
    session._project = stated(expression=(table,), clinical=(table,), endpoints=(rule,))
    page.refresh(session.project, session.project)
    assert page.unanswered.isHidden()
    needs = {need: here for asked in page._asked for need, here in asked.needs}
    assert {need for need, here in needs.items() if here} == {EXPRESSION, OUTCOME, CLINICAL}


def test_that_what_is_lacking_fits_what_is_here_and_reading_is_said(
        session: Session, qtbot: Any, tmp_path: Path) -> None:
    table, rule = TableSpec(tmp_path / "c.csv"), EndpointRule("os", "t", "months", "e", (1,))
    page = page_on(session, qtbot, Asked())
    for parts, said in (({"clinical": (table,)}, "A clinical table alone needs expression and an outcome."),
                        ({"clinical": (table,), "endpoints": (rule,)}, "Follow-up alone needs expression."),
                        ({"expression": (table,)}, "Expression alone needs an outcome, pairs or cell lines.")):
        session._project = stated(**parts)
        page.refresh(session.project, session.project)
        questions = [asked.question.text for asked in page._asked if asked.can_be_answered and asked.needs]
        if questions:
            assert page.unanswered.isHidden(), "the cohort's questions can be answered"
        else:
            assert page.unanswered.text() == f"No question can be answered yet. {said}"
    page.services.loader._loading = [(session.project.study.datasets[0], SimpleNamespace())]
    page.services.loader.loading_changed.emit()
    assert not page.unanswered.isHidden()
    assert page.unanswered.text() == "Opening the study: checking 1 file."
    page.services.loader._loading = []
    page.services.loader.loading_changed.emit()
    assert "Opening" not in page.unanswered.text()


def test_that_the_legend_names_no_data(session: Session, qtbot: Any) -> None:
    page = page_on(session, qtbot, Asked())
    said = [part.text() for part in page._legend]
    assert said == ["Data that a question needs:", "\u2713 in this study", "still needed"]


def test_that_a_question_goes_to_its_page_by_mouse_and_keyboard(session: Session, qtbot: Any) -> None:
    asked = Asked()
    page = page_on(session, qtbot, asked)
    page.resize(1200, 800)
    page.show()
    qtbot.waitExposed(page)
    places = {each.question.text: place for place, each in enumerate(page._asked)}
    qtbot.mouseClick(page.questions.rows[places["Who is in, who is out, and why?"]], Qt.MouseButton.LeftButton)
    assert asked.of("go_to") == [("cohort",)]
    first = page.questions.rows[0]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    qtbot.keyClick(page.questions.rows[1], Qt.Key.Key_Space)
    assert asked.of("go_to")[-1] == (page._asked[1].question.page,)
    page.ask(places["Read my Excel or CSV files"])
    assert asked.of("import_files") == [((),)]
    assert [command.text for command in page.commands()] == [each.question.text for each in page._asked]


def test_that_dropped_data_is_imported_and_a_dropped_study_opened(session: Session, qtbot: Any, tmp_path: Path) -> None:
    asked = Asked()
    page = page_on(session, qtbot, asked)

    def drop(*names: str) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in names])
        page.drop_zone.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                                            Qt.KeyboardModifier.NoModifier))

    drop("a.xlsx", "b.csv")
    assert asked.of("import_files") == [([tmp_path / "a.xlsx", tmp_path / "b.csv"],)]
    drop("s.rtkproj")
    assert asked.of("open_file") == [(tmp_path / "s.rtkproj",)]


def test_that_a_recent_study_whose_file_is_gone_is_grey_and_can_be_taken_off(session: Session, qtbot: Any,
                                                                            tmp_path: Path) -> None:
    there = tmp_path / "here.rtkproj"
    there.write_bytes(b"")
    entries = [RecentStudy(str(there), "Here", "2024-11-12 10:00", "1 data set"),
               RecentStudy(str(tmp_path / "gone.rtkproj"), "Gone <b>x</b>", "2024-11-12 10:00", "1 data set")]

    def forget(path: str) -> None:
        entries[:] = [each for each in entries if each.path != path]

    asked = Asked()
    page = page_on(session, qtbot, asked, recent=lambda: tuple(entries), forget_recent=forget)
    page.shown()
    qtbot.waitUntil(lambda: not session.jobs.active)
    missing = [button.row.missing for button in page.recent.buttons]
    assert missing == [False, True]
    page.recent.buttons[0].click()
    assert asked.of("open_file") == [(there,)]
    qtbot.keyClick(page.recent.buttons[1], Qt.Key.Key_Delete)
    assert [button.row.name for button in page.recent.buttons] == ["Here"]


def test_that_a_hypothesis_is_sealed_with_its_time_and_one_step_of_undo(session: Session, qtbot: Any) -> None:
    page = page_on(session, qtbot, Asked())
    session.changed.connect(page.refresh)
    assert not page.say_it_first.seal.isEnabled()
    page.say_it_first.field.setPlainText("AXL goes with  earlier relapse")
    page.say_it_first.seal.click()
    sealed = session.project.hypothesis
    assert sealed.text == "AXL goes with earlier relapse"
    assert not sealed.results_were_open
    assert page.say_it_first.when_words().endswith("before any result was opened.")
    assert session.undo_stack.undoText() == "seal the hypothesis"
    session.undo_stack.undo()
    assert session.project.hypothesis == Hypothesis()


def test_that_a_seal_after_results_says_so_also_after_undo_and_a_new_study(session: Session, qtbot: Any) -> None:
    page = page_on(session, qtbot, Asked())
    session.changed.connect(page.refresh)
    session.count_trial(Trial("k", "Prognosis", 58, 0))
    assert "opened already" in page.say_it_first.help_words()
    page.seal("AXL goes with relapse")
    assert session.project.hypothesis.results_were_open
    assert page.say_it_first.when_words().endswith("after results were opened.")
    session.open(new_project())
    page.refresh(session.project, session.project)
    assert not page.results_are_open


def test_that_an_outcome_alone_counts_as_opened_results(session: Session, qtbot: Any,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_on(session, qtbot, Asked())
    study = SimpleNamespace(analyses=(SimpleNamespace(name="p"),))
    monkeypatch.setattr(type(session), "project", property(lambda self: SimpleNamespace(study=study)))
    monkeypatch.setattr(session, "outcome", lambda name: object())
    assert page.results_are_open


def test_that_the_sealed_words_are_plain() -> None:
    words = sealed_words(Hypothesis("x", "2024-11-23T11:20:00+01:00", False))
    assert words == "Sealed 11:20 on 23 November 2024, before any result was opened."
    assert sealed_words(Hypothesis()) == ""


def test_that_times_read_as_people_say_them() -> None:
    now = time.localtime()
    assert when_words(time.strftime("%Y-%m-%d 14:02", now)) == "Today 14:02"
    assert when_words("2019-11-12 10:00") == "12 Nov 2019"
    assert when_words("long ago") == "long ago"


def test_that_the_page_imports_nothing_heavy() -> None:
    heavy = ("pandas", "scipy", "lifelines", "matplotlib", "pyqtgraph")
    code = ("import sys; import gui.pages.start_page; "
            f"print(sorted(name for name in {heavy!r} if name in sys.modules))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True,
                          cwd=Path(__file__).resolve().parents[1])
    assert done.stdout.strip() == "[]"


def test_that_the_page_is_built_at_once(session: Session, qtbot: Any) -> None:
    page_on(session, qtbot, Asked())
    began = time.perf_counter()
    page_on(session, qtbot, Asked())
    assert time.perf_counter() - began < 0.5
