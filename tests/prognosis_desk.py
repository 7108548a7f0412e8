"""The prognosis page on the HER2-positive patients of METABRIC, with few shuffles, driven as a user would.

Not for: what the numbers should be; tests compare with core.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.dataset import Dataset
from core.jobs import JobContext
from core.project.project import Project
from core.project.study import AnalysisSpec, Study
from core.project.study_file import read_study
from core.study_runner import load_study
from gui.pages.base_page import PageServices
from gui.pages.prognosis_page import PrognosisPage
from gui.session import Outcome, Session
from tests.gui_builders import Asked, new_session, services

EXAMPLE = Path(__file__).parents[1] / "resources" / "examples" / "metabric" / "study.toml"
SHUFFLES = 199


@functools.cache
def metabric() -> tuple[Study, Dataset]:
    """The example study and its data, read once."""
    study = read_study(EXAMPLE)
    return study, load_study(study, JobContext()).datasets["metabric"]


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

    def close(self) -> None:
        self.session.jobs.close()


def said(page: PrognosisPage) -> str:
    """Everything that the answer strip says."""
    return page.strip.text()


def button(parent: QWidget, text: str) -> QPushButton:
    """The visible button with these words."""
    return next(each for each in parent.findChildren(QPushButton) if each.text() == text and not each.isHidden())


def desk(qtbot: QtBot, study: Study | None, *, with_data: bool = True, size: tuple[int, int] = (1160, 800)) -> Desk:
    """A page in front of a study; the data are there already, and nothing has run."""
    session, asked = new_session(), Asked()
    given = services(session, asked)
    if study is not None:
        if with_data:
            for spec in study.datasets:
                session.put_dataset(spec, metabric()[1])
        project = Project(study)
        datasets = list(session._datasets)
        session.open(project)
        for spec, dataset in datasets:
            session.put_dataset(spec, dataset)
    page = PrognosisPage(given)
    qtbot.addWidget(page)
    session.changed.connect(page.refresh)
    page.resize(*size)
    made = Desk(qtbot, session, given, page, asked)
    return made
