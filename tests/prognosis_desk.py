"""The prognosis page on the HER2-positive patients of METABRIC, with few shuffles, driven as a user would.

Not for: what the numbers should be; tests compare with core.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.dataset import Dataset
from core.jobs import JobContext
from core.project.project import Project
from core.project.study import AnalysisSpec, Study
from core.project.study_file import read_study
from core.study_runner import StudyRun, load_study, run_analysis
from gui.pages.base_page import PageServices
from gui.pages.prognosis_page import PrognosisPage
from gui.session import Outcome, Session
from gui.widgets.figures.figure_view import FigureView
from tests.gui_builders import Asked, new_session, services

EXAMPLE = Path(__file__).parents[1] / "resources" / "examples" / "metabric" / "study.toml"
SHUFFLES = 199


@functools.cache
def metabric() -> tuple[Study, Dataset]:
    """The example study with its first outcome only, and its data, read once."""
    study = read_study(EXAMPLE)
    first = replace(study.datasets[0], endpoints=study.datasets[0].endpoints[:1])
    study = replace(study, datasets=(first,))
    return study, load_study(study, JobContext()).datasets["metabric"]


@functools.cache
def her2_result() -> tuple[Any, Any]:
    """Result and cohort of the analysis of ``her2_study``, computed once by core."""
    study, dataset = metabric()
    spec = her2_study().analyses[0]
    return run_analysis(StudyRun(study, {dataset.name: dataset}), spec, JobContext())


def her2_study(**parameters: Any) -> Study:
    """One analysis, of the HER2-positive patients."""
    study = metabric()[0]
    spec = AnalysisSpec("prognosis", "rtk_prognosis", "her2", "overall survival",
                        {"permutations": SHUFFLES, **parameters})
    return replace(study, analyses=(spec,))


@dataclass
class Desk:
    """A page with its session, and what it asked of the window."""

    qtbot: QtBot
    session: Session
    services: PageServices
    page: PrognosisPage
    asked: Asked = field(default_factory=Asked)

    @property
    def outcome(self) -> Outcome:
        found = self.page.outcome
        assert found is not None
        return found

    @property
    def numbers(self) -> Any:
        return self.outcome.result.numbers

    def wait_idle(self) -> None:
        """Until nothing runs any more."""
        self.qtbot.waitUntil(lambda: not self.session.jobs.active and not self.services.runs.all_running, timeout=60_000)

    def run(self) -> None:
        """Run as Ctrl+Enter does, to the end."""
        self.page.run()
        self.wait_idle()

    def click(self, words: str, parent: QWidget | None = None) -> None:
        """Press the button with these words, once it is there."""
        where = parent or self.page
        self.qtbot.waitUntil(lambda: button(where, words) is not None)
        found = button(where, words)
        assert found is not None
        self.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)

    def close(self) -> None:
        """Stop the threads and delete the page, so that no later test redraws it."""
        self.session.jobs.close()
        self.page.close()
        shiboken6.delete(self.page.settings.panel)
        shiboken6.delete(self.page)
        shiboken6.delete(self.session)


def said(page: PrognosisPage) -> str:
    """Everything that the answer strip says."""
    return page.strip.text()


def button(parent: QWidget, words: str) -> QPushButton | None:
    """The visible button with these words."""
    return next((each for each in parent.findChildren(QPushButton) if each.text() == words and not each.isHidden()),
                None)


def desk(qtbot: QtBot, study: Study | None, *, with_data: bool = True, has_run: bool = False,
         size: tuple[int, int] = (1160, 800)) -> Desk:
    """A page in front of a study; the data are there already; with ``has_run`` the analysis has run at 14:01."""
    session, asked = new_session(), Asked()
    if study is not None:
        session.open(Project(study))
        for spec in study.datasets if with_data else ():
            session.put_dataset(spec, metabric()[1])
    given = services(session, asked)  # after the data, so that the loader has nothing to read
    if has_run:
        settings = session.settings_of("prognosis")
        assert settings is not None
        session.put_outcome("prognosis", Outcome(*her2_result(), settings, 0.4, "14:01"))
    page = PrognosisPage(given)
    session.changed.connect(page.refresh)
    page.resize(*size)
    return Desk(qtbot, session, given, page, asked)


def place_of(view: FigureView, name: str, panel: int = 0) -> tuple[float, float]:
    """Where a patient's point or a receptor's row stands, in pixels of the figure."""
    plot = view.plots[panel]
    assert plot.places is not None
    assert plot.room is not None
    if name in plot.places.by_sample:
        at = plot.places.by_sample[name][0]
        place = plot.box.to_scene().map(QPointF(plot.places.x[at], plot.places.y[at]))
        return place.x(), place.y()
    height = dict(plot.places.rows)[name]
    return plot.room.axes.left + 3, plot.room.y_px(height)


def mouse(view: FigureView, kind: QEvent.Type, x: float, y: float, keys: Qt.KeyboardModifier | None = None,
          held: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """One event of the mouse in pixels of the figure."""
    at = QPointF(x, y)
    event = QMouseEvent(kind, at, view.canvas.mapToGlobal(at), held, held, keys or Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.canvas.viewport(), event)


def press(view: FigureView, x: float, y: float, keys: Qt.KeyboardModifier | None = None) -> None:
    """A click."""
    mouse(view, QEvent.Type.MouseButtonPress, x, y, keys)
    mouse(view, QEvent.Type.MouseButtonRelease, x, y, keys)


def hover(view: FigureView, x: float, y: float) -> None:
    """The pointer comes by."""
    mouse(view, QEvent.Type.MouseMove, x, y, held=Qt.MouseButton.NoButton)


def cut_pixel(view: FigureView, cut: float) -> float:
    """x of a cut in the scan."""
    room = view.plots[0].room
    assert room is not None
    return room.x_px(cut)
