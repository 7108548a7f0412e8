"""Locking the best set and testing the lock in other cohorts: the words and button beside the tabs, dialogs, running.

Not for: showing a test (validation_view.py), or the edits of the project (validation_edits.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.analyses.locked_score import Lock
from core.project.project import with_lock
from gui import theme
from gui.pages.analysis_states import EmptyWords
from gui.pages.base_page import Command, PageServices
from gui.pages.cohort_facts import CohortFacts
from gui.pages.problem_words import what_and_why
from gui.pages.subset_views import LOCKED
from gui.pages.validation_edits import lock_for, locked_words, locks_of, validation_of, why_taken, with_test
from gui.pages.validation_view import ValidationView
from gui.tried import Trial
from gui.widgets.cohorts_dialog import CohortChoice, CohortsDialog
from gui.widgets.labels import IconLabel, words
from gui.widgets.lock_dialog import LockDialog

if TYPE_CHECKING:
    from core.data.patients.cohort_rules import CohortRule
    from core.project.study import AnalysisSpec
    from gui.job_runner import Job
    from gui.session import Outcome

SAME_DATA = "Patients of the same data set: those that were searched are found and not pooled."


class LockBar(QWidget):
    """Whether the subset is locked, in words, and the button that goes on from there."""

    def __init__(self) -> None:
        super().__init__()
        self._said, self._name_fits = "", False
        self.icon = IconLabel("lock", "text3", 14)
        self.words = words("", "caption")
        self.button = QPushButton()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(6))
        for part in (self.icon, self.words, self.button):
            line.addWidget(part)

    def set_state(self, said: str, button: str, why_not: str) -> None:
        """Words, what the button does, and why it cannot be pressed."""
        self._said = said
        self.words.setToolTip(said)
        self._show_words()
        self.button.setText(button)
        self.button.setEnabled(not why_not)
        self.button.setToolTip(why_not or said)

    def set_room(self, words_fit: bool, name_fits: bool) -> None:
        """Beside the button the words, with the name of the lock or without; its tool tip has them all."""
        self._name_fits = name_fits
        self.words.setVisible(words_fit)
        self.icon.setVisible(words_fit)
        self._show_words()

    def _show_words(self) -> None:
        self.words.setText(self._said if self._name_fits else self._said.partition(" as ")[0])


class Locking(QObject):
    """``view_requested`` asks for a view of the page; ``changed`` says that a test began, went on or ended."""

    view_requested = Signal(str)
    changed = Signal()

    def __init__(self, services: PageServices, facts: CohortFacts, view: ValidationView,
                 spec: Callable[[], AnalysisSpec]) -> None:
        super().__init__()
        self._services, self._facts, self._view, self._spec = services, facts, view, spec
        self._session = services.session
        self.bar = LockBar()
        self.bar.button.clicked.connect(lambda: self.test_in() if self.locks else self.lock(then_test=True))
        services.runs.running_changed.connect(lambda name: self.changed.emit() if name == self.name else None)
        services.session.jobs.progressed.connect(self._progressed)

    @property
    def locks(self) -> tuple[Lock, ...]:
        """The locks that come from the analysis of the page."""
        return locks_of(self._session.project, self._spec().name)

    @property
    def spec(self) -> AnalysisSpec | None:
        """The test in other cohorts."""
        return validation_of(self._session.project, self._spec().name)

    @property
    def name(self) -> str:
        """Name of the test, empty where there is none."""
        found = self.spec
        return found.name if found is not None else ""

    @property
    def outcome(self) -> Outcome | None:
        """The result of the test, up to date."""
        name = self.name
        return None if not name or self._session.is_stale(name) else self._session.outcome(name)

    def _why_not(self) -> str:
        """Why the best set cannot be locked now; empty when it can."""
        name = self._spec().name
        if self._session.outcome(name) is None:
            return "Run the search first"
        if self._services.runs.running(name) is not None:
            return "The search is running"
        return "The settings have changed since the run: run again, then lock" if self._session.is_stale(name) else ""

    # what is shown

    def look(self) -> None:
        """Bring words, button and view in step."""
        why_not = self._why_not() if not self.locks else ""
        self.bar.set_state(locked_words(self.locks), "Test in…" if self.locks else "Lock and test in…", why_not)
        name, outcome = self.name, self.outcome
        job = self._services.runs.running(name) if name else None
        if outcome is not None:
            self._view.show_outcome(outcome)
        elif job is not None:
            self._view.show_running(job, _doing(job, name))
        else:
            self._view.show_empty(self._empty_words())

    def _progressed(self, job: Job) -> None:
        name = self.name
        if name and self.outcome is None and self._services.runs.running(name) is job:
            self._view.show_running(job, _doing(job, name))

    def _empty_words(self) -> EmptyWords:
        name = self.name
        problems = self._session.failure(name) if name else ()
        if problems:
            title, text = what_and_why(problems[0])
            return "err", title, text, (("Test in…", "test in", True), ("Run again", "run test", False)), "err"
        if name:
            title = "The test is not up to date" if self._session.is_stale(name) else "The test has not run yet"
            return ("stale", title, "It tests the locked subset in the cohorts that were chosen.",
                    (("Run the test", "run test", True), ("Test in…", "test in", False)), "accent")
        others = [rule.name for rule in self._others()]
        closed = f"{others[0]} stays" if len(others) == 1 else "Other cohorts stay"
        if self.locks:
            text = "Choose the cohorts that it is tested in." if others else \
                "The study has no other cohort. Import a data set with expression and follow-up to test it in."
            action = (("Test in…", "test in", True),) if others else (("Import data…", "import", True),)
            return "lock", locked_words(self.locks), text, action, "accent"
        return ("lock", f"{closed[0].upper()}{closed[1:]} closed until the subset is locked.",
                "If the subset can still change after you look, another cohort no longer tests it. Locking writes the "
                "members, the score and the cut-off with a seal.",
                (("Lock subset…", "lock", True), ("Look anyway, and say so in the report", "look anyway", False)),
                "accent")

    def _others(self) -> list[CohortRule]:
        """Every cohort with an outcome but the one that was searched; those of other data sets first."""
        own = self._facts.rule_of(self._spec())
        rules = [rule for rule in self._facts.rules()
                 if self._facts.endpoints(rule) and (own is None or rule.name != own.name)]
        return sorted(rules, key=lambda rule: own is not None and rule.dataset == own.dataset)

    # what can be done

    def act(self, key: str) -> bool:
        """What a button of the view asks for; False for a key that is not of here."""
        acts: dict[str, Callable[[], object]] = {
            "lock": self.lock, "test in": self.test_in, "look anyway": self.look_anyway, "run test": self.run,
            "cancel test": lambda: self._services.runs.cancel(self.name)}
        if key not in acts:
            return False
        acts[key]()
        return True

    def lock(self, then_test: bool = False) -> LockDialog | None:
        """Show what the lock will hold and ask its name; with ``then_test`` ask for cohorts afterwards."""
        why_not, outcome = self._why_not(), self._session.outcome(self._spec().name)
        if why_not or outcome is None:
            self._services.say(why_not or "Run the search first")
            return None
        project = self._session.project
        known = f"This subset has a lock already: {locked_words(self.locks)}." if self.locks else ""
        dialog = LockDialog(lock_for(outcome, self._spec().name, project), lambda name: why_taken(project, name), known,
                            self.bar.window())
        dialog.locked.connect(lambda made: self._add(made, then_test))
        dialog.open()
        return dialog

    def ask_lock(self) -> None:
        """As ``lock``, for a command."""
        self.lock()

    def ask_cohorts(self) -> None:
        """As ``test_in``, for a command."""
        self.test_in()

    def _add(self, lock: Lock, then_test: bool) -> None:
        self._session.edit(with_lock(self._session.project, lock), f"lock “{lock.name}”")
        self._services.say(f"{locked_words((lock,))}, seal {lock.sha256[:12]}")
        self.changed.emit()
        self.view_requested.emit(LOCKED)
        if then_test and self._others():
            self.test_in()

    def test_in(self, unlocked: bool = False) -> CohortsDialog | None:
        """Ask in which cohorts the last lock is tested; ``unlocked`` tests the best set as it is now."""
        if not self.locks and not unlocked:
            self.lock(then_test=True)
            return None
        own = self._facts.rule_of(self._spec())
        choices = []
        for rule in self._others():
            outcomes = self._facts.endpoints(rule)
            same = own is not None and rule.dataset == own.dataset
            choices.append(CohortChoice(rule.name, self._facts.count_words(rule, outcomes[0]), outcomes,
                                        SAME_DATA if same else "", not same))
        if not choices:
            self._services.say("The study has no other cohort with an outcome: import one first")
            self.view_requested.emit(LOCKED)
            return None
        locked = self._spec().name if unlocked else self.locks[-1].name
        score = "the best set" if unlocked else f"“{locked}”"
        dialog = CohortsDialog(score, choices, self.bar.window())
        dialog.chosen.connect(lambda outcomes: self._test(locked, outcomes, unlocked))
        dialog.open()
        return dialog

    def look_anyway(self) -> None:
        """Test the best set without a lock; that is remembered with what was tried."""
        why_not = self._why_not()
        if why_not:
            self._services.say(why_not)
        else:
            self.test_in(unlocked=True)

    def _test(self, locked: str, outcomes: Sequence[tuple[str, str]], unlocked: bool) -> None:
        rules = {rule.name: rule for rule in self._facts.rules()}
        names = [name for name, _ in outcomes]
        chosen = [rules[name] for name in names]
        project, made = with_test(self._session.project, self._spec(), locked, chosen, outcomes)
        self._session.edit(project, f"test {locked} in {', '.join(names)}")
        if unlocked:
            now = time.strftime("%Y-%m-%d %H:%M")
            said = f"Looked into {', '.join(names)} before the subset of “{locked}” was locked"
            self._session.count_trial(Trial(f"looked {locked} {' '.join(names)}", said, 0, 1, now))
        self.view_requested.emit(LOCKED)
        self._services.runs.run(made)

    def run(self) -> None:
        """Run the test as it is set."""
        if self.name:
            self._services.runs.run(self.name)

    def commands(self) -> tuple[Command, ...]:
        """For the palette."""
        why_not = self._why_not()
        others = "" if self._others() else "The study has no other cohort with an outcome"
        lacks = others or ("" if self.locks else "Lock the subset first")
        return (Command("lock", "Lock subset…", self.ask_lock, "Ctrl+L", not why_not, why_not),
                Command("test in", "Test the locked subset in…", self.ask_cohorts, enabled=not lacks, why_not=lacks))


def _doing(job: Job, name: str) -> str:
    return job.words.removeprefix(f"{name}: ").removeprefix("Starting ")
