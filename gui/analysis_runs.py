"""Runs the analyses of the open study in the background and hands their outcomes to the session.

Not for: the analyses themselves (core/analyses) or how a page shows them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.project.references import with_needed
from gui.job_runner import Job
from gui.run_settings import Settings, same_settings
from gui.session import Outcome, Session

if TYPE_CHECKING:
    from core.compute import Compute
    from core.jobs import JobContext
    from core.problems import Problem


class AnalysisRuns(QObject):
    """One run per analysis name at a time; starting it again stops the one before.

    ``computing`` gives the remembered place (preferences.compute) and the folder of the program's own files.
    """

    running_changed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None, *,
                 computing: Callable[[], tuple[str, Path | None]] = lambda: ("automatic", None)) -> None:
        super().__init__(parent)
        self._computing = computing
        self._session = session
        self._running: dict[str, Job] = {}
        self._settings: dict[str, Settings] = {}
        session.opened.connect(self._stop_all)

    def running(self, analysis: str) -> Job | None:
        """The job of this analysis, while it runs or waits."""
        return self._running.get(analysis)

    def runs_as_set(self, analysis: str) -> bool:
        """True while it runs or waits with the settings of now; one with earlier settings has to be started again."""
        return analysis in self._running and same_settings(self._settings.get(analysis),
                                                           self._session.settings_of(analysis))

    @property
    def all_running(self) -> Mapping[str, Job]:
        return dict(self._running)

    def run(self, analysis: str) -> Job | None:
        """Start it with the settings of now; None when a data set of it is not read yet."""
        session = self._session
        study = session.project.study
        spec = next((each for each in study.analyses if each.name == analysis), None)
        datasets = dict(session.datasets)
        if spec is None or len(datasets) < len(study.datasets):
            return None
        before = self._running.pop(analysis, None)
        if before is not None:
            before.cancel()
        settings = session.settings_of(analysis)
        assert settings is not None
        needed = {name: session.settings_of(name) for name in with_needed(study, (analysis,)) if name != analysis}
        known = [outcome.result for name in needed
                 if (outcome := session.outcome(name)) is not None and not session.is_stale(name)]

        place, home = self._computing()

        def work(job: JobContext) -> dict[str, Outcome]:
            from core.study_runner import StudyRun, run_analysis

            began = time.monotonic()
            run = StudyRun(study, datasets, results=list(known), compute=compute_named(place, home))
            result, cohort = run_analysis(run, spec, job)
            now = time.strftime("%H:%M")
            found = {each.name: Outcome(each, run.cohorts[each.name], of_each, 0.0, now) for each in run.results
                     if each.name in run.cohorts and (of_each := needed.get(each.name)) is not None}
            return {**found, analysis: Outcome(result, cohort, settings, time.monotonic() - began, now)}

        def done(outcomes: dict[str, Outcome]) -> None:
            self._ended(analysis, job)
            for name, outcome in outcomes.items():
                session.put_outcome(name, outcome)

        def failed(problems: tuple[Problem, ...]) -> None:
            self._ended(analysis, job)
            session.put_failure(analysis, settings, problems)

        def stopped() -> None:
            self._ended(analysis, job)
            session.results_changed.emit(analysis)

        job = session.jobs.submit(f"Starting {analysis}", work, done=done, failed=failed, stopped=stopped, owner=self)
        self._running[analysis] = job
        self._settings[analysis] = settings
        self.running_changed.emit(analysis)
        return job

    def cancel(self, analysis: str, keep_done: bool = False) -> None:
        """Ask it to stop; nothing of it is kept, unless ``keep_done`` asks for what its finished rounds say."""
        job = self._running.get(analysis)
        if job is not None:
            job.cancel(keep_done)

    @property
    def place(self) -> str:
        """Where analyses are computed, in the words of the preference."""
        return self._computing()[0]

    def _ended(self, analysis: str, job: Job) -> None:
        if self._running.get(analysis) is job:
            del self._running[analysis]
            self.running_changed.emit(analysis)

    def _stop_all(self) -> None:
        for job in self._running.values():
            job.cancel()
        self._running.clear()


def compute_named(place: str, home: Path | None) -> Compute:
    """The executor that the words name; finished blocks are kept in ``home``. Raises UserError.

    Called in a job: it imports NumPy, and an address may name what does not exist.
    """
    from core.compute import BLOCKS_FOLDER, BlockStore, Compute, executor_named

    return Compute(executor_named(place), BlockStore(home / BLOCKS_FOLDER) if home else None)
