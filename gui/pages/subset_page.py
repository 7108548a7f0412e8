"""RTK subset: is there a group of RTKs, or luck? The search, what luck gives, left-out patients, checks.

Not for: statistics (core/analyses/rtk_subset) or a locked set in other cohorts (subset_locking.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from core.figures.number_words import counted
from gui import theme
from gui.pages.analysis_page import AnalysisPage
from gui.pages.analysis_states import EmptyWords, Spoken
from gui.pages.base_page import Command, PageServices
from gui.pages.subset_costs import FEWER_SHUFFLES, SearchCost, too_long_words
from gui.pages.subset_locking import Locking
from gui.pages.subset_named import ask_named_set, named_spec
from gui.pages.subset_sets import Shown, ShownSet
from gui.pages.subset_settings import SubsetSettings
from gui.pages.subset_states import (
    KEEP,
    context_of,
    missing_words,
    needed,
    nothing_found,
    running_words,
    spoken_of,
    stopped_words,
    too_many_sets,
)
from gui.pages.subset_tables_shown import shown_tables
from gui.pages.subset_views import CHECKS, GENES, LOCKED, SEARCH, SubsetViews
from gui.pages.view_chooser import ViewChooser
from gui.widgets.labels import link

if TYPE_CHECKING:
    from core.analyses.base import Result
    from core.analyses.subset_numbers import SubsetNumbers
    from core.figures.spec import FigureSpec
    from core.problems import Problem
    from core.project.study import AnalysisSpec
    from gui.job_runner import Job
    from gui.pages.analysis_facts import Need
    from gui.pages.cohort_facts import CohortFacts
    from gui.session import Outcome
    from gui.widgets.figures.figure_view import FigureView

VIEWS = ((SEARCH, "Search"), (GENES, "Other genes"), (CHECKS, "Checks"), (LOCKED, "Locked test"))
SEGMENTS_NEED, LOCK_NAME_NEEDS, LOCK_WORDS_NEED, LINK_NEEDS, LOCK_NEEDS = 1500, 1200, 940, 820, 720
"""Width of the page at 100 % from which there is room for each in the row of tabs."""
RUNS_BY_ITSELF_SECONDS = 60
"""A search of a study just opened that takes longer waits for Run."""


class SubsetPage(AnalysisPage):
    """See the module."""

    KEY = "subset"
    NUMBER = 5
    TITLE = "RTK subset"
    QUESTION = "Is there a group of RTKs, or am I fooling myself?"
    GROUP = "Evidence"
    KIND = "rtk_subset"
    NEW_NAME = "subset"
    ESTIMATES = "subsets"
    FORM_GROUPS: ClassVar[Mapping[str, Sequence[str]]] = {
        "Search": ("receptors", "must", "must_not", "max_size", "score"),
        "Honesty checks": ("permutations", "halves", "folds", "cv_permutations", "random_genes"),
        "Model": ("adjust", "strata", "interaction"),
        "Other": ("seed", "measure"),
    }
    REMEDIES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "few_events": ("Go to Cohort", "cohort page"),
        "stopped_early": ("Go on", "run"),
    }
    facts: CohortFacts

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        self._asked_for: Outcome | None = None
        self._tested: Outcome | None = None
        super().__init__(services, parent)
        self.running.keep_requested.connect(lambda: self.cancel(keep_done=True))
        self.look_at = link("")
        self.look_at.clicked.connect(lambda: self.show_figures_of(CHECKS))
        self.add_to_tab_row(self.look_at)
        self.locking = Locking(services, self.facts, self.views.locked, lambda: self.spec)
        self.add_to_tab_row(self.locking.bar)
        self.chooser = ViewChooser(VIEWS, "View")
        self.chooser.chosen.connect(self.show_figures_of)
        self.add_to_tab_row(self.chooser)
        self.tabs.currentChanged.connect(lambda _: self._show_chooser())
        self.tables.row_selected.connect(self._table_row)
        self.extras = SubsetSettings(self.settings, self.choice, self.facts, lambda: services.runs.place)
        self.extras.uncorrected.setChecked(bool(self.choices.get("uncorrected", False)))
        self.extras.uncorrected.clicked.connect(self._set_uncorrected)
        self.session.selection_changed.connect(lambda _: self._mark() if self.numbers is not None else None)
        self.locking.view_requested.connect(self.show_figures_of)
        self.locking.changed.connect(self._locked_test_changed)
        self.views.locked.acted.connect(self.act)
        self.views.locked.shown_changed.connect(self.show_buttons)
        self.look()

    # building

    def figure_view(self) -> QWidget:
        self.views = SubsetViews()
        self.figures = self.views.figures
        self.figures.receptor_chosen.connect(lambda name: self.session.select(receptor=name))
        self.sets = ShownSet(self.views, self._shown_parts)
        self.sets.changed.connect(self._set_shown)
        self.sets.said.connect(self.services.say)
        for said in (self.views.said, self.views.locked.said):
            said.patient_clicked.connect(self.session.select_patient)
            said.patients_boxed.connect(lambda names: self.session.select(patients=tuple(names)))
            said.hovered.connect(lambda name: self.services.say(name) if name else None)
            said.wished.connect(self.grant)
        self.views.nothing.acted.connect(self.act)
        return self.views

    @property
    def choices(self) -> dict[str, Any]:
        """View choices of this page that are remembered."""
        return self.services.settings(self.KEY)

    # the result

    @property
    def numbers(self) -> SubsetNumbers | None:
        """Numbers of the run that is shown."""
        from core.analyses.subset_numbers import SubsetNumbers

        found = self._shown.result.numbers if self._shown is not None else None
        return found if isinstance(found, SubsetNumbers) else None

    def spoken(self, outcome: Outcome) -> Spoken:
        numbers: Any = outcome.result.numbers
        return spoken_of(numbers)

    def context_words(self, outcome: Outcome) -> str:
        numbers: Any = outcome.result.numbers
        return context_of(numbers)

    def _results(self, outcome: Outcome) -> tuple[Result, ...]:
        """That of the search, and that of its locked test where there is one."""
        tested = self.locking.outcome if hasattr(self, "locking") else None
        return (outcome.result, *((tested.result,) if tested is not None else ()))

    def result_tables(self, outcome: Outcome) -> Sequence[Any]:
        uncorrected = bool(self.choices.get("uncorrected", False))
        return [table for result in self._results(outcome) for table in shown_tables(result, uncorrected=uncorrected)]

    def methods_words(self, outcome: Outcome) -> str:
        return "\n\n".join(result.methods for result in self._results(outcome))

    def result_warnings(self, outcome: Outcome) -> Sequence[Problem]:
        return tuple(dict.fromkeys(found for result in self._results(outcome) for found in result.warnings))

    def remark(self, outcome: Outcome) -> tuple[str, str, str] | None:
        numbers: Any = outcome.result.numbers
        return (stopped_words(numbers), "Go on", "run") if numbers.stopped else None

    def show_outcome(self, outcome: Outcome | None) -> None:
        self.sets.forget()
        numbers = self.numbers
        if outcome is None or numbers is None:
            self.views.clear()
            return
        self.views.show_result(outcome.result, missing_words(numbers))
        looks = self.views.checks.to_look_at
        self.look_at.setText(f"{counted(looks, 'check')} to look at" if looks else "")
        self._show_front()
        self._mark()

    @property
    def hides_figures(self) -> bool:
        """True while the figures of a set that is no better than luck have not been asked for."""
        return (self._shown is not None and self._asked_for is not self._shown
                and self.spoken(self._shown).state == "nothing")

    def _show_front(self) -> None:
        numbers = self.numbers
        if numbers is not None and self.hides_figures:
            self.views.show_nothing(nothing_found(numbers))
        else:
            self.views.show_view(self.chooser.key if hasattr(self, "chooser") else SEARCH)
        if hasattr(self, "chooser"):
            self._show_chooser()

    def _set_shown(self) -> None:
        self._asked_for = self._shown
        if self.figures.folded() == 4 and self.figures.isVisible():
            self.figures.show_part("left_out")
        self._mark()
        self.show_buttons()

    def _table_row(self, table: str, record: dict[str, Any]) -> None:
        numbers = self.numbers
        if numbers is None:
            return
        if table == "subsets":
            self.sets.choose(tuple(str(record.get("receptors", "")).split("+")))
        elif str(record.get("receptor", "")) in numbers.inputs.receptors:
            self.session.select(receptor=str(record["receptor"]))
        elif str(record.get("patient", "")) in numbers.inputs.patients:
            self.session.select(patients=(str(record["patient"]),))

    def _shown_parts(self) -> Shown | None:
        numbers = self.numbers
        if numbers is None or self._shown is None:
            return None
        return self._shown.result, numbers, self.facts.is_simulated(numbers.inputs.cohort.dataset)

    def _mark(self) -> None:
        chosen = self.session.selection
        self.figures.set_selection(chosen.patients, chosen.receptor, chosen.group)
        self.views.locked.set_selection(chosen.patients)
        self.tables.mark("receptor", chosen.receptor)

    def _results_changed(self, name: str) -> None:
        super()._results_changed(name)
        if name == self.locking.name:
            self._locked_test_changed()

    def _locked_test_changed(self) -> None:
        """The test of the locked subset began, went on or ended."""
        self.locking.look()
        if self._shown is not None and self.locking.outcome is not self._tested:
            self._tested = self.locking.outcome
            self.show_more(self._shown)
        self.show_buttons()

    # what the page can do

    def cancel(self, keep_done: bool = False) -> None:
        self.services.runs.cancel(self.spec.name, keep_done)

    def act(self, key: str) -> None:
        if key == "keep":
            self.cancel(keep_done=True)
        elif key == "prognosis page":
            self.services.go_to("prognosis")
        elif key.startswith("use size "):
            self.choice.set_parameter("max_size", int(key.removeprefix("use size ")))
        elif key == "fewer shuffles":
            self.choice.set_parameter("permutations", FEWER_SHUFFLES)
        elif key == "show anyway":
            self._asked_for = self._shown
            self._show_front()
            self.show_buttons()
        elif key == "view checks":
            self.show_figures_of(CHECKS)
        elif key == "view search":
            self.show_figures_of(SEARCH)
        elif key == "test named":
            self.ask_named_set()
        elif not self.locking.act(key):
            super().act(key)

    def ask_named_set(self) -> None:
        """Ask for the RTKs of a set that was not searched for, and test it by itself."""
        ask_named_set(self.facts.genes(self.facts.rule_of(self.spec)), self.window(), self.test_named_set)

    def test_named_set(self, names: tuple[str, ...]) -> None:
        """One set, named and not searched for, as an analysis of its own beside the search."""
        self.choice.add(named_spec(self.session.project, self.spec, names), "test a set by name")
        self.run()

    def _set_uncorrected(self, on: bool) -> None:
        self.choices["uncorrected"] = on
        if self._shown is not None:
            self.show_more(self._shown)

    # states

    def need(self) -> Need | None:
        found = super().need()
        return None if found is None else needed(found)

    @property
    def cost(self) -> SearchCost | None:
        """About how long the search as it is set would take; None while that cannot be said."""
        return self.extras.cost if hasattr(self, "extras") else None

    def look(self) -> None:
        if hasattr(self, "extras"):
            self.extras.show(self.spec)
            if self.cost is not None and (self.cost.seconds or 0) > RUNS_BY_ITSELF_SECONDS:
                self._run_by_itself.discard(self.spec.name)
        super().look()
        if hasattr(self, "extras"):
            self.extras.show_options(self.spec)
            self.locking.look()
            self._show_chooser()

    def _empty_words(self, need: Need | None) -> EmptyWords:
        refused = next((problem for problem in self.failure if problem.code == "too_many_sets"), None)
        if need is None and refused is not None:
            return too_many_sets(refused, int(self.settings.form.values()["max_size"]))
        cost = self.cost
        if need is None and cost is not None and cost.too_long and not self.failure and not self.watch.fault:
            title, text, actions = too_long_words(cost)
            return "err", title, text, actions, "err"
        return super()._empty_words(need)

    def _show_notice(self, outcome: Outcome, job: Job | None) -> None:
        cost = self.cost
        if job is not None:
            keep = ((KEEP, "keep"),) if job.fraction > 0 and "So far" in job.words else ()
            self.notice.say("info", f"{self.watch.words(job)}. The figure shows the run of {outcome.finished_at}.",
                            (*keep, ("Cancel", "cancel")))
        elif self.session.is_stale(self.spec.name) and not self.failure and cost is not None and cost.too_long:
            title, text, actions = too_long_words(cost)
            self.notice.say("error", f"{title} {text}", tuple((words, key) for words, key, _ in actions[:2]))
        else:
            super()._show_notice(outcome, job)

    def _show_progress(self, job: Job) -> None:
        super()._show_progress(job)
        if self.outcome is not None:
            return
        doing, so_far = running_words(self.watch.words(job))
        sets = f" of {counted(self.cost.sets, 'set')}" if self.cost is not None else ""
        self.running.set_words(doing, f"Each shuffle repeats the whole search{sets}. The figures come as soon as they "
                               "are ready.")
        self.running.set_progress(job.fraction, doing, job.seconds_left, so_far)
        self.running.set_keep(KEEP if job.fraction > 0.05 and not job.cancelled else "")

    def _show_run_state(self, spec: AnalysisSpec, outcome: Outcome | None, job: Job | None) -> None:
        super()._show_run_state(spec, outcome, job)
        if outcome is not None and job is None and self.rail_state() == "look":
            self.settings.panel.set_state("stale", stopped_words(cast("SubsetNumbers", outcome.result.numbers)))

    def rail_state(self) -> str:
        found = super().rail_state()
        numbers = self.outcome.result.numbers if self.outcome is not None else None
        return "look" if found == "done" and getattr(numbers, "stopped", False) else found

    # further views

    def show_figures_of(self, key: str) -> None:
        """The search, other genes, or the checks."""
        self.chooser.set_key(key)
        self._asked_for = self._shown
        self.show_view("figure")
        self._show_front()
        self.show_buttons()
        self.state_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "chooser"):
            self._show_chooser()

    def _show_chooser(self) -> None:
        self.chooser.set_narrow(self.width() < theme.px(SEGMENTS_NEED))
        figures = self.tabs.isVisibleTo(self) and self.view == "figure"
        self.chooser.setVisible(figures and not self.hides_figures)
        wide = self.width()
        self.look_at.setVisible(figures and bool(self.look_at.text()) and wide >= theme.px(LINK_NEEDS))
        self.locking.bar.set_room(wide >= theme.px(LOCK_WORDS_NEED), wide >= theme.px(LOCK_NAME_NEEDS))
        self.locking.bar.setVisible(figures and wide >= theme.px(LOCK_NEEDS))

    # what the window asks

    def figure(self) -> tuple[FigureSpec, str] | None:
        if self._shown is None or self.hides_figures:
            return None
        spec = self.views.figure()
        return (spec, f"{self._source}/{spec.name}") if spec is not None else None

    def figures_in_sight(self) -> Sequence[tuple[FigureSpec, str]]:
        if self._shown is None or self.hides_figures:
            return ()
        return [(spec, f"{self._source}/{spec.name}") for spec in self.views.figures_in_sight()]

    @property
    def _source(self) -> str:
        """The analysis that the figures in sight come from."""
        return self.locking.name if self.views.key == LOCKED else self.spec.name

    def table_of(self, view: FigureView) -> str:
        return self.views.table_of(view, "subsets" if self.sets.members is not None else "left_out_curves")

    def commands(self) -> Sequence[Command]:
        has = self._shown is not None
        why_not = "" if has else "Run the analysis first"
        job = None if self.is_draft else self.watch.job
        views = tuple(Command(f"view {key}", f"RTK subset: show {words}", partial(self.show_figures_of, key),
                              enabled=has, why_not=why_not) for key, words in VIEWS)
        keep = Command("keep", "Stop the search, keep what is done", partial(self.cancel, True),
                       enabled=job is not None, why_not="" if job is not None else "The search is not running")
        named = Command("named", "Test a set of RTKs by name…", self.ask_named_set, enabled=not self.why_not(),
                        why_not=self.why_not())
        return (*super().commands(), *views, keep, named, *self.locking.commands())
