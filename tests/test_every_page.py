"""What every page must be: built in any look without a complaint, spoken, reached by Tab, unclipped, honest about data.

Not for: what one page does; a new page is tested here as soon as it stands in PAGES.
"""

from __future__ import annotations

import ast
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QButtonGroup,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.tables import EndpointRule
from core.figures.figure_settings import FigureSettings
from core.problems import Problem
from core.project.hypothesis import Hypothesis
from core.project.project import (
    Project,
    new_project,
    renamed,
    with_analysis,
    with_cohort,
    with_dataset,
    with_figure,
    with_hypothesis,
    with_parameters,
    without_cohort,
    without_dataset,
)
from core.project.study import AnalysisSpec
from core.project.study_file import read_study
from gui import theme
from gui.page_list import PAGES, PageEntry
from gui.pages.base_page import Command, Page
from tests.accessible_names import nameless, too_small
from tests.biopsies_page_desk import write_pairs
from tests.cell_lines_desk import GI50, write_lines
from tests.gui_builders import new_session, services
from tests.study_files import small_project, write_table
from tests.waiting import wait
from tests.window_hands import Hands, window_open

ROOT = Path(__file__).resolve().parents[1]
EVERY = pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.key)
STATES = {"done", "stale", "look", "none"}
NOISE = ("This plugin does not support",)
NASTY = "<b>P&07</b><img src=x>"


class NewWindows(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


@pytest.fixture(autouse=True)
def look(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    """Light and 100 % before and after; not for the tests of one window, each of which says what it wants."""
    alone = "hands" not in request.fixturenames
    if alone and (theme.current().name, theme.percent()) != ("light", 100):
        theme.apply(qapp, "light", 100)
    yield
    if alone:
        theme.apply(qapp, "light", 100)


@pytest.fixture
def page(entry: PageEntry, qtbot: Any) -> Iterator[Page]:
    """The page before an empty study."""
    session = new_session()
    made = entry.build(services(session))
    qtbot.addWidget(made)
    made.refresh(session.project, session.project)
    yield made
    settle(made)
    session.jobs.close()


def settle(page: Page) -> None:
    for _ in range(400):
        if not page.session.jobs.active:
            break
        wait(5)
    wait(10)


@EVERY
def test_that_a_page_is_what_the_list_of_pages_says(entry: PageEntry, page: Page) -> None:
    assert (
        entry.key, entry.number, entry.title, entry.question, entry.group) == (page.KEY, page.NUMBER, page.TITLE, page.QUESTION, page.GROUP)
    assert type(page).__name__ == entry.class_name
    assert entry.title in page.accessibleName()


def test_that_pages_are_numbered_in_the_order_of_the_rail_and_named_once() -> None:
    numbers = [entry.number for entry in PAGES]
    assert all(one < other for one, other in itertools.pairwise(numbers))
    assert len({entry.key for entry in PAGES}) == len({entry.title for entry in PAGES}) == len(PAGES)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("percent", [80, 100, 150, 200])
@EVERY
def test_that_a_page_is_built_in_any_look_without_a_complaint_or_a_window_of_its_own(
        entry: PageEntry, name: str, percent: int, qapp: QApplication, qtlog: Any) -> None:
    theme.apply(qapp, name, percent)
    windows = NewWindows()
    qapp.installEventFilter(windows)
    session = new_session()
    made = entry.build(services(session))
    try:
        made.refresh(session.project, session.project)
        assert windows.seen == []
        made.resize(1000, 700)
        made.show()
        wait(10)
        settle(made)
        said = [record.message for record in qtlog.records if not record.message.startswith(NOISE)]
        assert said == []
    finally:
        qapp.removeEventFilter(windows)
        session.jobs.close()
        made.close()
        panel = made.inspector()
        made.deleteLater()
        if panel is not None and panel.parent() is None:
            panel.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@EVERY
def test_that_a_page_bears_every_kind_of_change_and_its_undo(entry: PageEntry, page: Page, tmp_path: Path) -> None:
    full = small_project(write_table(tmp_path / "table.csv"))
    (dataset,), (rule,), (analysis,) = full.study.datasets, full.study.cohorts, full.study.analyses
    another = EndpointRule("progression", "months", "weeks", "died", (0,))
    steps: Sequence[Project] = (
        renamed(new_project(), "Named"),
        with_dataset(new_project(), dataset),
        full,
        with_cohort(full, CohortRule("young", "lab", (KeepRule("months", maximum=20.0),))),
        with_cohort(full, replace(rule, keep=(KeepRule("no such column", minimum=1.0),))),
        with_analysis(full, replace(analysis, cohort="", endpoint="")),
        with_parameters(full, "prognosis", {"permutations": 20, "split": "tertiles"}),
        with_figure(full, "prognosis/forest", FigureSettings(preset="nature_1")),
        with_hypothesis(full, Hypothesis("high MET goes with relapse", "2026-01-02T10:00:00+00:00", False)),
        with_dataset(full, replace(dataset, endpoints=(*dataset.endpoints, another)), instead_of=dataset.name),
        with_dataset(full, replace(dataset, endpoints=()), instead_of=dataset.name),
        without_cohort(full, "all"),
        without_dataset(full, "lab"),
        new_project(),
    )
    session = page.session
    session.changed.connect(page.refresh)
    for project in steps:
        session.edit(project, "a step")
        settle(page)
        it_keeps_its_promises(page)
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
        settle(page)
        it_keeps_its_promises(page)


def it_keeps_its_promises(page: Page) -> None:
    assert page.rail_state() in STATES
    for problem in page.problems():
        assert isinstance(problem, Problem)
        assert problem.what
        assert problem.remedy, problem
    figure = page.figure()
    if figure is not None:
        spec, key = figure
        assert len(spec.alt_text) > 40
        assert key.count("/") >= 1
    commands = page.commands()
    assert all(isinstance(each, Command) for each in commands)
    assert len({each.key for each in commands}) == len(commands)
    assert all(each.text and (each.enabled or each.why_not) for each in commands)


@EVERY
def test_that_run_find_and_the_tabs_do_nothing_bad_on_an_empty_study(entry: PageEntry, page: Page) -> None:
    page.show()
    page.shown()
    page.run()
    page.find_in_page()
    for number in range(4):
        page.show_tab(number)
    settle(page)
    assert page.session.project == new_project()
    assert page.figure() is None


# In the window


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def hands(qapp: QApplication, folder: Path) -> Iterator[Hands]:
    """A window with a small study whose data try to be markup; every page has been seen and has its result."""
    with window_open(folder / "home") as made:
        made.session.open(nasty_project(folder))
        made.idle()
        for entry in PAGES:
            made.window.go_to(entry.key)
            made.idle()
        for name in ("prognosis", "subset", "lines", "biopsies"):
            made.wait(lambda name=name: made.session.outcome(name) is not None or bool(made.session.failure(name)), name)
        made.idle()
        yield made
    theme.apply(qapp, "light", 100)


def nasty_project(folder: Path) -> Project:
    """Patients, a column and a value that would be bold words and a picture, were they taken for markup."""
    path = folder / "table.csv"
    write_table(path, patients=60)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[0] += ",<i>stage</i>"
    rows = [f"{line},{'<b>II</b>' if at % 2 else '<u>I</u>'}" for at, line in enumerate(lines[1:])]
    rows[7] = rows[7].replace("P007", NASTY)
    rows[9] = rows[9].replace("P009", "")
    path.write_text("\n".join((lines[0], *rows)) + "\n", encoding="utf-8")
    project = small_project(path, name="<h1>Study</h1>")
    (rule,) = project.study.cohorts
    kept = KeepRule("<i>stage</i>", included=("<b>II</b>", "<u>I</u>"))
    search = AnalysisSpec("subset", "rtk_subset", rule.name, project.study.analyses[0].endpoint,
                          {"max_size": 2, "permutations": 30, "halves": 20, "cv_permutations": 10})
    project = with_analysis(with_cohort(project, replace(rule, keep=(*rule.keep, kept))), search)
    return with_lines(with_biopsies(project, folder / "biopsies"), folder / "lines")


def with_lines(project: Project, folder: Path) -> Project:
    """The project with cell lines, one of which is called as no line should be."""
    study = read_study(write_lines(folder, 6, 7, shifts={"AXL": 1.9}, response=GI50,
                                   parameters='{ resistant_from = "1", permutations = 99 }'))
    for name in ("lines.csv", "total.csv"):
        table = folder / name
        table.write_text(table.read_text(encoding="utf-8").replace("LAB-03", NASTY), encoding="utf-8")
    return with_analysis(with_dataset(project, study.datasets[0]), study.analyses[0])


def with_biopsies(project: Project, folder: Path) -> Project:
    """The project with pairs of biopsies, one patient of which is called as no patient should be."""
    study = read_study(write_pairs(folder, 10, shifts={"AXL": 1.2, "MET": 0.9}))
    table = folder / "samples.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",P07,", f",{NASTY},"), encoding="utf-8")
    return with_analysis(with_dataset(project, study.datasets[0]), study.analyses[0])


def at_size(hands: Hands, key: str, size: tuple[int, int], percent: int) -> None:
    if theme.percent() != percent:
        hands.window.set_look("light", percent)
    hands.window.resize(*size)
    hands.window.go_to(key)
    hands.idle()
    for _ in range(4):
        wait(20)


@EVERY
@pytest.mark.parametrize("percent", [80, 100, 150, 200])
def test_that_every_control_has_a_name_and_is_large_enough(entry: PageEntry, percent: int, hands: Hands) -> None:
    at_size(hands, entry.key, (1440, 900), percent)
    assert nameless(hands.window) == []
    assert too_small(hands.window, min(24, theme.px(24))) == []  # who makes everything smaller means targets too


SIZES = pytest.mark.parametrize(("size", "percent"), [((1366, 768), 100), ((1440, 900), 150)], ids=["1366", "1440-150"])


@EVERY
@SIZES
def test_that_tab_goes_round_and_comes_by_every_control(
        entry: PageEntry, size: tuple[int, int], percent: int, hands: Hands) -> None:
    at_size(hands, entry.key, size, percent)
    window = hands.window
    window.activateWindow()
    hands.wait(window.isActiveWindow, "the window is active", 2000)
    first = QApplication.focusWidget()
    if first is None:
        window.rail.setFocus()
        first = QApplication.focusWidget()
    assert first is not None
    seen: list[QWidget] = [first]
    for _ in range(600):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        assert here is not None, f"after {_spoken(seen[-1])} nothing has the focus"
        assert here is not seen[-1], f"{_spoken(here)} keeps the focus: Tab does not leave it"
        if here is first:
            break
        seen.append(here)
    assert QApplication.focusWidget() is first, "Tab does not come back to where it began"
    assert len(seen) > 10, "rail, bar, page and status line have more to stop at"
    passed = [widget for widget in window.findChildren(QWidget) if _wants_tab(widget, window) and widget not in seen]
    assert [_spoken(widget) for widget in passed] == []


def _wants_tab(widget: QWidget, window: QWidget) -> bool:
    if not widget.isVisible() or not widget.isEnabled() or widget.window() is not window or widget.focusProxy():
        return False
    if not (widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
        return False
    if isinstance(widget, QLineEdit) and isinstance(widget.parent(), QWidget) and widget.parent().focusProxy() is widget:
        return False
    if isinstance(widget, QAbstractButton):
        group: QButtonGroup | None = widget.group()
        if group is not None and group.exclusive() and not widget.isChecked() and group.checkedButton() is not None:
            return False  # arrow keys walk within a group
        if group is not None and group.exclusive() and group.checkedButton() is None:
            return False
    return widget.objectName() != "qt_spinbox_lineedit" and not widget.objectName().startswith("qt_")


def _spoken(widget: QWidget) -> str:
    return f"{type(widget).__name__} “{widget.accessibleName() or getattr(widget, 'text', lambda: '')()}”"


@EVERY
@SIZES
def test_that_no_words_are_cut_off(entry: PageEntry, size: tuple[int, int], percent: int, hands: Hands) -> None:
    at_size(hands, entry.key, size, percent)
    assert cut_off(hands.window) == []


def cut_off(window: QWidget) -> list[str]:
    """Words of labels and buttons that are larger than their place."""
    found = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text() or label.visibleRegion().isEmpty():
            continue
        metrics = QFontMetrics(label.font())
        room = label.contentsRect()
        if label.wordWrap():
            need = metrics.boundingRect(0, 0, room.width(), 10_000, int(Qt.TextFlag.TextWordWrap), label.text())
            fits = need.height() <= room.height() + 2 and need.width() <= room.width() + 2
        else:
            fits = max(metrics.horizontalAdvance(line) for line in label.text().split("\n")) <= room.width() + 2 \
                and metrics.height() <= room.height() + 3
        if not fits and not _may_be_short(label):
            found.append(f"label “{label.text()[:70]}” in {label.width()} x {label.height()}")
    for button in window.findChildren(QPushButton):
        if button.isVisible() and button.text() and QFontMetrics(button.font()).horizontalAdvance(
                button.text().replace("&", "")) > button.width() + 1:
            found.append(f"button “{button.text()}” in {button.width()}")
    return found


def _may_be_short(label: QLabel) -> bool:
    """A line that is shortened on purpose says the whole in its tool tip."""
    return label.text() in label.toolTip() or "…" in label.text()


@EVERY
def test_that_text_of_the_data_is_never_markup(entry: PageEntry, hands: Hands) -> None:
    at_size(hands, entry.key, (1440, 900), 100)
    hands.session.select(patients=(NASTY,))
    hands.idle()
    rich = [label.text()[:60] for label in hands.window.findChildren(QLabel)
            if label.textFormat() not in (Qt.TextFormat.PlainText,) and label.text() and label.pixmap().isNull()]
    assert rich == []
    hands.session.select(patients=())


@EVERY
def test_that_its_settings_have_a_name_and_its_figure_a_description(entry: PageEntry, hands: Hands) -> None:
    page = hands.window.page_of(entry.key)
    it_keeps_its_promises(page)
    panel = page.inspector()
    if panel is not None:
        assert panel.accessibleName()
    for area in page.findChildren(QAbstractScrollArea):
        if area.isVisible() and area.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert area.accessibleName(), area


# Imports


def test_that_the_first_page_is_built_without_heavy_libraries() -> None:
    code = ("import json, sys\nfrom PySide6.QtWidgets import QApplication\napp = QApplication([])\n"
            "from gui import theme\ntheme.apply(app, 'light', 100)\n"
            "from gui.page_list import PAGES\nfrom tests.gui_builders import new_session, services\n"
            "session = new_session()\npage = PAGES[0].build(services(session))\n"
            "page.refresh(session.project, session.project)\n"
            "heavy = [name for name in ('pandas', 'scipy', 'lifelines', 'matplotlib', 'pyqtgraph') if name in sys.modules]\n"
            "session.jobs.close()\nprint(json.dumps(heavy))\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60,
                          env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_that_pages_do_not_know_each_other_or_the_window() -> None:
    pages = {entry.module for entry in PAGES}
    forbidden = {"gui.main_window", "gui.window_commands", "gui.file_commands", "gui.app", "gui.tool_bar"}
    for path in sorted((ROOT / "gui" / "pages").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else \
                [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not forbidden & set(named), (name, named)
            assert not (pages - {name}) & set(named), (name, named)
