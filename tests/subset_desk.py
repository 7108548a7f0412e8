"""The RTK subset page on METABRIC with a small search, driven as a user would.

Not for: what the numbers should be; tests compare with core.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.patients.cohort_rules import CohortRule
from core.jobs import JobContext
from core.project.project import Project
from core.project.study import AnalysisSpec, Study
from core.study_runner import StudyRun, run_analysis
from gui.pages.base_page import PageServices
from gui.pages.subset_page import SubsetPage
from gui.session import Outcome, Session
from tests.gui_builders import Asked, new_session, services
from tests.prognosis_desk import metabric

SMALL = {"max_size": 2, "permutations": 50, "halves": 20, "folds": 5, "cv_permutations": 10, "random_genes": 5}


def subset_study(cohort: str = "all", **parameters: Any) -> Study:
    """METABRIC with one small search, of everybody or of the HER2-positive patients."""
    study = metabric()[0]
    rules = (*study.cohorts, CohortRule("all", "metabric"))
    spec = AnalysisSpec("subset", "rtk_subset", cohort, "overall survival", {**SMALL, **parameters})
    return replace(study, cohorts=tuple({rule.name: rule for rule in rules}.values()), analyses=(spec,))


@functools.cache
def subset_result(cohort: str) -> tuple[Any, Any]:
    """Result and cohort of the small search, computed once by core."""
    dataset = metabric()[1]
    study = subset_study(cohort)
    return run_analysis(StudyRun(study, {dataset.name: dataset}), study.analyses[0], JobContext())


@dataclass
class SubsetDesk:
    """A page with its session, and what it asked of the window."""

    qtbot: QtBot
    session: Session
    services: PageServices
    page: SubsetPage
    asked: Asked = field(default_factory=Asked)

    @property
    def numbers(self) -> Any:
        found = self.page.numbers
        assert found is not None
        return found

    def wait_idle(self) -> None:
        """Until nothing runs any more."""
        self.qtbot.waitUntil(lambda: not self.session.jobs.active and not self.services.runs.all_running, timeout=60_000)

    def click(self, words: str, parent: QWidget | None = None) -> None:
        """Press the button with these words, once it is there."""
        where = parent or self.page
        def seen() -> QPushButton | None:
            return next((each for each in where.findChildren(QPushButton)
                         if each.text() == words and each.isVisible()), None)

        self.qtbot.waitUntil(lambda: seen() is not None)
        found = seen()
        assert found is not None
        assert found.isEnabled(), found.toolTip()
        self.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)

    def close(self) -> None:
        """Stop the threads and delete the page, so that no later test redraws it."""
        self.session.jobs.close()
        self.page.close()
        shiboken6.delete(self.page.settings.panel)
        shiboken6.delete(self.page)
        shiboken6.delete(self.session)


def subset_desk(qtbot: QtBot, study: Study | None, *, has_run: str = "", size: tuple[int, int] = (1160, 860),
                data: Mapping[str, Any] | None = None, **replaced: Any) -> SubsetDesk:
    """A page in front of a study, shown; with ``has_run`` the search of that cohort has run at 14:01.

    ``data`` are the data sets by name where they are not METABRIC.
    """
    session, asked = new_session(), Asked()
    if study is not None:
        session.open(Project(study))
        for spec in study.datasets:
            session.put_dataset(spec, data[spec.name] if data is not None else metabric()[1])
    given = services(session, asked, **replaced)
    if has_run:
        settings = session.settings_of("subset")
        assert settings is not None
        session.put_outcome("subset", Outcome(*subset_result(has_run), settings, 0.4, "14:01"))
    page = SubsetPage(given)
    session.changed.connect(page.refresh)
    page.resize(*size)
    page.show()
    page.shown()
    qtbot.wait(20)
    return SubsetDesk(qtbot, session, given, page, asked)
