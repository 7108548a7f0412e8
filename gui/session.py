"""The one object that owns what is open: project and undo, selection, data sets read, results, what was tried.

Not for: widgets or files. Pages read it and ask it to edit; it says what has changed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.project.project import Project, new_project
from core.project.references import every_cohort, in_order, named_lock, needed_analyses
from gui.job_runner import JobRunner
from gui.outcome_changes import trials_of
from gui.own_rule import own_rule
from gui.run_settings import same_settings, trial_key
from gui.tried import Trial, Tried

if TYPE_CHECKING:
    from core.analyses.base import Result
    from core.data.dataset import Dataset
    from core.data.patients.cohort import Cohort
    from core.data.patients.sample_set import SampleSet
    from core.problems import Problem

OUTCOMES_KEPT = 12
DATASETS_SPARE = 6
"""Data sets kept that the study no longer names as they were read."""
UNDO_LIMIT = 500


@dataclass(frozen=True)
class Selection:
    """What is marked in every figure: patients, one receptor, one group of a curve."""

    patients: tuple[str, ...] = ()
    receptor: str = ""
    group: str = ""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished analysis, the patients or samples it is of, and the settings it was computed with."""

    result: Result
    chosen: Cohort | SampleSet
    settings: tuple[Any, ...]
    seconds: float
    finished_at: str

    @property
    def cohort(self) -> Cohort:
        """The patients with their outcome; only of an analysis that needs one."""
        if self.result.info.needs != "outcome":
            raise TypeError(f"{self.result.info.kind} has no outcome")
        return cast("Cohort", self.chosen)


class ReplaceProject(QUndoCommand):
    """The one kind of undoable step: a project before and after."""

    def __init__(self, session: Session, before: Project, after: Project, label: str, merge_key: str = "") -> None:
        super().__init__(label)
        self._session = session
        self.before, self.after = before, after
        self.merge_key = merge_key

    def id(self) -> int:
        return int(hashlib.sha256(self.merge_key.encode()).hexdigest()[:7], 16) if self.merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ReplaceProject) or other.merge_key != self.merge_key:
            return False
        self.after = other.after
        return True

    def undo(self) -> None:
        self._session._put(self.before)

    def redo(self) -> None:
        self._session._put(self.after)


class Session(QObject):
    """See the module. ``jobs`` runs everything that takes time."""

    changed = Signal(object, object)
    """(old project, new project); compare parts by identity."""
    selection_changed = Signal(object)
    data_changed = Signal()
    """Data sets were read, or one could not be."""
    results_changed = Signal(str)
    """Name of the analysis that has a new outcome, a problem or a new state."""
    tried_changed = Signal()
    opened = Signal()
    """Another project is open; undo starts anew."""

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self._project = new_project()
        self._selection = Selection()
        self._datasets: list[tuple[Any, Dataset]] = []
        self._outcomes: dict[str, Outcome] = {}
        self._earlier: list[tuple[str, Outcome]] = []
        self._failures: dict[str, tuple[tuple[Any, ...] | None, tuple[Problem, ...]]] = {}
        self.tried = Tried()

    # the project and its undo

    @property
    def project(self) -> Project:
        return self._project

    def edit(self, project: Project, label: str, merge_key: str = "") -> None:
        """Make ``project`` the current one, as one step called ``label``; nothing happens when it is equal.

        Steps in a row with the same ``merge_key`` become one (dragging, typing). An outcome that is changed after
        results were seen goes into the ledger.
        """
        if project == self._project:
            return
        if any(self.outcome(spec.name) is not None for spec in self._project.study.analyses):
            for trial in trials_of(self._project, project):
                self.count_trial(trial)
        self.undo_stack.push(ReplaceProject(self, self._project, project, label, merge_key))

    def _note_removed_locks(self, before: Project, after: Project) -> None:
        """A lock that is taken away stays in the ledger, also one that is undone: it was made, perhaps tested."""
        kept = {lock.sha256 for lock in after.study.locks}
        for lock in before.study.locks:
            if lock.sha256 not in kept:
                self.count_trial(Trial(f"lock {lock.sha256[:16]}", f"Lock “{lock.name}” removed ({lock.words()}, made "
                                       f"{lock.made_at or 'at an unknown time'})", 0, 0,
                                       time.strftime("%Y-%m-%d %H:%M")))

    def open(self, project: Project, tried: Tried | None = None) -> None:
        """Start with another project: no undo, no results, nothing selected."""
        self.undo_stack.clear()
        self._outcomes.clear()
        self._earlier.clear()
        self._failures.clear()
        self._datasets = []
        self.tried = tried or Tried()
        self._selection = Selection()
        old, self._project = self._project, project
        self.opened.emit()
        self.changed.emit(old, project)
        self.selection_changed.emit(self._selection)
        self.tried_changed.emit()

    def _put(self, project: Project) -> None:
        old, self._project = self._project, project
        self._note_removed_locks(old, project)
        self.changed.emit(old, project)

    # selection

    @property
    def selection(self) -> Selection:
        return self._selection

    def select(self, **parts: Any) -> None:
        """Set parts of the selection (``patients``, ``receptor``, ``group``); the others stay."""
        chosen = replace(self._selection, **parts)
        if chosen != self._selection:
            self._selection = chosen
            self.selection_changed.emit(chosen)

    def select_patient(self, patient: str, add: bool = False) -> None:
        """Mark one patient; with ``add`` beside those marked, or off when already marked."""
        marked = self._selection.patients
        if not add:
            self.select(patients=(patient,) if patient else ())
        elif patient in marked:
            self.select(patients=tuple(each for each in marked if each != patient))
        else:
            self.select(patients=(*marked, patient))

    # data sets

    @property
    def datasets(self) -> Mapping[str, Dataset]:
        """Data sets of the current project that are read, by name."""
        found = {}
        for spec in self._project.study.datasets:
            dataset = self.dataset_of(spec)
            if dataset is not None:
                found[spec.name] = dataset
        return found

    def dataset_of(self, spec: Any) -> Dataset | None:
        """The data set as read by exactly this spec, or None."""
        return next((dataset for known, dataset in self._datasets if known == spec), None)

    def put_dataset(self, spec: Any, dataset: Dataset) -> None:
        """A data set was read (also one with unusable parts); the last few are kept so that undo is at once.

        Those of the study as it is are all kept, however many they are.
        """
        used = self._project.study.datasets
        others = [(known, other) for known, other in self._datasets if known != spec]
        spare = [known for known, _ in others if known not in used][-DATASETS_SPARE:]
        self._datasets = [(known, other) for known, other in others if known in used or known in spare]
        self._datasets.append((spec, dataset))
        self.data_changed.emit()

    def forget_dataset(self, spec: Any) -> None:
        """Read it again at the next need: its file has changed."""
        self._datasets = [(known, other) for known, other in self._datasets if known != spec]
        self.data_changed.emit()

    # results

    def settings_of(self, analysis: str) -> tuple[Any, ...] | None:
        """All that decides the numbers of an analysis, to compare; None for an unknown analysis."""
        study = self._project.study
        spec = next((each for each in study.analyses if each.name == analysis), None)
        if spec is None:
            return None
        rule = own_rule(spec, study)
        further = every_cohort(spec, study)
        named = {each.dataset for each in (*further, *((rule,) if rule else ()))}
        used = [each for each in study.datasets if not named or each.name in named]
        hashes = tuple(record.sha256 for each in used if (read := self.dataset_of(each)) for record in read.tables)
        lock = named_lock(spec, study)
        circle = in_order(study)[1]
        others = tuple(self.settings_of(name) for name in needed_analyses(spec, study) if name not in circle)
        return (spec.kind, spec.endpoint, dict(spec.parameters), rule, tuple(used), hashes,
                (further, lock.sha256 if lock else "", others))

    def outcome(self, analysis: str) -> Outcome | None:
        """The last finished run of an analysis, whatever its settings; of equal settings if there was one."""
        if analysis not in self._outcomes and not any(name == analysis for name, _ in self._earlier):
            return None
        settings = self.settings_of(analysis)
        last = self._outcomes.get(analysis)
        if last is not None and same_settings(last.settings, settings):
            return last
        same = [outcome for name, outcome in self._earlier
                if name == analysis and same_settings(outcome.settings, settings)]
        return same[-1] if same else last

    def is_stale(self, analysis: str) -> bool:
        """True when there is an outcome and it was computed with other settings or data."""
        outcome = self.outcome(analysis)
        return outcome is not None and not same_settings(outcome.settings, self.settings_of(analysis))

    def put_outcome(self, analysis: str, outcome: Outcome) -> None:
        """An analysis has finished; what it tried goes into the ledger."""
        self._outcomes[analysis] = outcome
        self._earlier = [*self._earlier, (analysis, outcome)][-OUTCOMES_KEPT:]
        self._failures.pop(analysis, None)
        self._count(outcome)
        self.results_changed.emit(analysis)

    def put_failure(self, analysis: str, settings: tuple[Any, ...] | None, problems: tuple[Problem, ...]) -> None:
        """An analysis could not run with these settings."""
        self._failures[analysis] = (settings, problems)
        self.results_changed.emit(analysis)

    def failure(self, analysis: str) -> tuple[Problem, ...]:
        """Why the analysis cannot run as it is set now; empty when nothing is known against it."""
        settings, problems = self._failures.get(analysis, (None, ()))
        return problems if problems and same_settings(settings, self.settings_of(analysis)) else ()

    def count_trial(self, trial: Trial) -> None:
        """One more entry of the ledger, unless these settings are in it."""
        tried = self.tried.with_trial(trial)
        if tried is not self.tried:
            self.tried = tried
            self.tried_changed.emit()

    def _count(self, outcome: Outcome) -> None:
        """Into the ledger: each request of an analysis that is made of requests, else the analysis as a whole."""
        result, chosen = outcome.result, outcome.chosen
        place = chosen.in_words()
        now = time.strftime("%Y-%m-%d %H:%M")
        for test in result.tried:
            key = trial_key(outcome.settings, chosen.outcome_name, result.parameters, test.words)
            self.count_trial(Trial(key, f"{result.info.title}: {test.words}, {place}", test.paid, test.not_paid, now))
        if not result.tried and (result.tests_paid_for or result.tests_not_paid_for):
            # Another cohort, outcome or setting than the first one is a choice that nothing pays for.
            choice = int(any(trial.words.startswith(f"{result.info.title}:") for trial in self.tried.trials))
            key = trial_key(outcome.settings, chosen.outcome_name, result.parameters)
            self.count_trial(Trial(key, f"{result.info.title}: {place}", result.tests_paid_for,
                                   result.tests_not_paid_for + choice, now))
